/* SPDX-License-Identifier: MIT */
/*
 * The SSE operations that IEEE 754 and SDM 1 4.8-4.9, 11.5 fix, on the host's own SSE2 under a
 * MXCSR that the caller sets around them. A host without SSE implements the same functions by
 * soft-float: host_enter gives it the control bits and flags to start from, host_leave takes the
 * flags.
 *
 * Each takes the destination and the source, and returns what the destination becomes. Scalar ones
 * keep the rest of the destination; those with an integer or EFLAGS as the result return it in the
 * low doubleword. All exceptions are masked meanwhile. Everything here is `volatile`, so that
 * nothing moves across a change of MXCSR.
 *
 * MXCSR of the host: its control bits are always those of a process's start outside
 * host_enter..host_reset, its flags are anything. Changing it costs more than an operation, so
 * host_enter does it only where something is to change: guest code that runs all masked, rounds to
 * nearest and has had its first inexact result changes nothing.
 */
#ifndef VITRINE_CPU_SIMD_SSE_HOST_H
#define VITRINE_CPU_SIMD_SSE_HOST_H

#include <stdbool.h>

#include "base/bits.h"
#include "cpu/simd/simd_host.h"

enum { HOST_MXCSR = 0x1f80 }; /* System V ABI: what a process starts with */

static inline void host_enter(uint32_t mxcsr)
{
    uint32_t now;
    __asm__ volatile("stmxcsr %0" : "=m"(now));
    if (unlikely(now != mxcsr))
        __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}
/* MXCSR with the flags that were raised. */
static inline uint32_t host_leave(void)
{
    uint32_t now;
    __asm__ volatile("stmxcsr %0" : "=m"(now));
    return now;
}
/* After other control bits than HOST_MXCSR's. */
static inline void host_reset(void)
{
    uint32_t v = HOST_MXCSR;
    __asm__ volatile("ldmxcsr %0" : : "m"(v));
}

typedef vec host_simd_op(vec d, vec s);

/* Destination is read, too. */
#define HOST_BINARY(name)                                     \
    static inline vec host_##name(vec d, vec s)               \
    {                                                         \
        __asm__ volatile(#name " %1, %0" : "+x"(d) : "x"(s)); \
        return d;                                             \
    }
/* Destination is written only. */
#define HOST_UNARY(name)                                      \
    static inline vec host_##name(vec d, vec s)               \
    {                                                         \
        (void)d;                                              \
        __asm__ volatile(#name " %1, %0" : "=x"(d) : "x"(s)); \
        return d;                                             \
    }
#define HOST_FOUR(X, name) X(name##ps) X(name##pd) X(name##ss) X(name##sd)

HOST_FOUR(HOST_BINARY, add)
HOST_FOUR(HOST_BINARY, sub)
HOST_FOUR(HOST_BINARY, mul)
HOST_FOUR(HOST_BINARY, div)
HOST_FOUR(HOST_BINARY, min)
HOST_FOUR(HOST_BINARY, max)
HOST_BINARY(sqrtss)
HOST_BINARY(sqrtsd)
HOST_BINARY(cvtss2sd)
HOST_BINARY(cvtsd2ss)
HOST_UNARY(sqrtps)
HOST_UNARY(sqrtpd)
HOST_UNARY(cvtps2pd)
HOST_UNARY(cvtpd2ps)
HOST_UNARY(cvtdq2ps)
HOST_UNARY(cvtdq2pd)
HOST_UNARY(cvtps2dq)
HOST_UNARY(cvttps2dq)
HOST_UNARY(cvtpd2dq)
HOST_UNARY(cvttpd2dq)
#undef HOST_BINARY
#undef HOST_UNARY

/* Comparisons by predicate: SDM 2A CMPPD, table 3-1. */
#define HOST_CMP(kind, predicate)                                              \
    static inline vec host_cmp##predicate##kind(vec d, vec s)                  \
    {                                                                          \
        __asm__ volatile("cmp" #predicate #kind " %1, %0" : "+x"(d) : "x"(s)); \
        return d;                                                              \
    }
#define HOST_PREDICATES(X, kind) \
    X(kind, eq)                  \
    X(kind, lt) X(kind, le) X(kind, unord) X(kind, neq) X(kind, nlt) X(kind, nle) X(kind, ord)
HOST_PREDICATES(HOST_CMP, ps)
HOST_PREDICATES(HOST_CMP, pd)
HOST_PREDICATES(HOST_CMP, ss)
HOST_PREDICATES(HOST_CMP, sd)
#undef HOST_CMP

/* EFLAGS of COMIS and UCOMIS: ZF, PF, CF. */
#define HOST_COMI(name)                                                                             \
    static inline vec host_##name(vec d, vec s)                                                     \
    {                                                                                               \
        bool zf, pf, cf;                                                                            \
        __asm__ volatile(#name " %4, %3" : "=@ccz"(zf), "=@ccp"(pf), "=@ccc"(cf) : "x"(d), "x"(s)); \
        return vec_d((uint32_t)zf << 6 | (uint32_t)pf << 2 | cf);                                   \
    }
HOST_COMI(comiss)
HOST_COMI(comisd)
HOST_COMI(ucomiss)
HOST_COMI(ucomisd)
#undef HOST_COMI

#define HOST_TO_INT(name)                                     \
    static inline vec host_##name(vec d, vec s)               \
    {                                                         \
        uint32_t r;                                           \
        (void)d;                                              \
        __asm__ volatile(#name " %1, %0" : "=r"(r) : "x"(s)); \
        return vec_d(r);                                      \
    }
HOST_TO_INT(cvtss2si)
HOST_TO_INT(cvttss2si)
HOST_TO_INT(cvtsd2si)
HOST_TO_INT(cvttsd2si)
#undef HOST_TO_INT

#define HOST_FROM_INT(name)                                               \
    static inline vec host_##name(vec d, vec s)                           \
    {                                                                     \
        __asm__ volatile(#name "l %1, %0" : "+x"(d) : "r"(vec_low32(s))); \
        return d;                                                         \
    }
HOST_FROM_INT(cvtsi2ss)
HOST_FROM_INT(cvtsi2sd)
#undef HOST_FROM_INT

/* Lanes a, b of d, then c, e of s (pure moves). */
#define SHUFFLE_PS(d, s, a, b, c, e) \
    _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(d), _mm_castsi128_ps(s), (a) | (b) << 2 | (c) << 4 | (e) << 6))

/* SSE3, without asking the host for it. */
static inline vec host_haddps(vec d, vec s)
{
    return host_addps(SHUFFLE_PS(d, s, 0, 2, 0, 2), SHUFFLE_PS(d, s, 1, 3, 1, 3));
}
static inline vec host_hsubps(vec d, vec s)
{
    return host_subps(SHUFFLE_PS(d, s, 0, 2, 0, 2), SHUFFLE_PS(d, s, 1, 3, 1, 3));
}
static inline vec host_haddpd(vec d, vec s)
{
    return host_addpd(v_punpcklqdq(d, s), v_punpckhqdq(d, s));
}
static inline vec host_hsubpd(vec d, vec s)
{
    return host_subpd(v_punpcklqdq(d, s), v_punpckhqdq(d, s));
}
/* Even lanes are subtracted, odd ones added; each lane is computed twice, never with the other
 * operation. */
static inline vec host_addsubps(vec d, vec s)
{
    vec even = host_subps(SHUFFLE_PS(d, d, 0, 2, 0, 2), SHUFFLE_PS(s, s, 0, 2, 0, 2));
    vec odd = host_addps(SHUFFLE_PS(d, d, 1, 3, 1, 3), SHUFFLE_PS(s, s, 1, 3, 1, 3));
    return v_punpckldq(even, odd);
}
static inline vec host_addsubpd(vec d, vec s)
{
    vec even = host_subpd(v_punpcklqdq(d, d), v_punpcklqdq(s, s));
    vec odd = host_addpd(v_punpckhqdq(d, d), v_punpckhqdq(s, s));
    return v_punpcklqdq(even, odd);
}

#endif
