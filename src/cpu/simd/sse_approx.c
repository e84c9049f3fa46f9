/* SPDX-License-Identifier: MIT */
/*
 * RCPPS, RCPSS, RSQRTPS, RSQRTSS: SDM 2B. Processors differ in these approximations (relative error
 * at most 1.5 * 2^-12), so they are computed here and never left to the host: the value in the
 * middle of an interval of operands, an Intel processor's 2048 intervals, rounded to 13 bits.
 * Neither reads or writes MXCSR. Denormal operands are zeros, tiny results become zeros.
 */
#include "cpu/simd/simd.h"

#include "cpu/engine/gen_dispatch.h"

enum { SIGN = 31, QUIET = 0x400000, INFINITY32 = 0x7f800000 };
#define INDEFINITE32 0xffc00000u

/* A result below 1: `v` of 13 bits with the uppermost set, v * 2^-13 * 2^(exponent - 126). */
static uint32_t assemble(uint32_t sign, int exponent, uint32_t v)
{
    return exponent <= 0 ? sign : sign | (uint32_t)exponent << 23 | (v & 0xfff) << 11;
}

static uint32_t reciprocal(uint32_t x)
{
    uint32_t sign = x & BIT(SIGN), magnitude = x & ~BIT(SIGN), exponent = magnitude >> 23;
    if (magnitude > INFINITY32)
        return x | QUIET;
    if (exponent == 0)
        return sign | INFINITY32;
    if (exponent == 255)
        return sign;
    uint32_t middle = 2 * (2048 + (x >> 12 & 0x7ff)) + 1; /* of the interval, times 2^12 */
    return assemble(sign, 253 - (int)exponent, (BIT(25) + middle / 2) / middle);
}

/* Square root rounded down. */
static uint32_t root(uint64_t v)
{
    uint32_t r = 0;
    for (uint32_t bit = BIT(19); bit; bit >>= 1)
        if ((uint64_t)(r | bit) * (r | bit) <= v)
            r |= bit;
    return r;
}

static uint32_t reciprocal_root(uint32_t x)
{
    uint32_t sign = x & BIT(SIGN), magnitude = x & ~BIT(SIGN), exponent = magnitude >> 23;
    if (magnitude > INFINITY32)
        return x | QUIET;
    if (exponent == 0)
        return sign | INFINITY32;
    if (sign)
        return INDEFINITE32;
    if (exponent == 255)
        return 0;
    /* x = m * 4^k with m from 1 to 4 and k = (exponent - 127) / 2, rounded down. */
    bool odd = !(exponent & 1);
    uint64_t middle = (uint64_t)(2 * (1024 + (x >> 13 & 0x3ff)) + 1) << odd; /* times 2^11 */
    uint32_t twice = root((UINT64_C(1) << 39) / middle);                     /* 2^14 / sqrt(m) */
    return assemble(0, 126 - ((int)exponent - 127 - odd) / 2, (twice + 1) / 2);
}

#define APPROXIMATION(name, of)                         \
    static inline vec name##ps(vec d, vec s)            \
    {                                                   \
        uint32_t v[4];                                  \
        (void)d;                                        \
        vec_put(v, s);                                  \
        for (unsigned k = 0; k < 4; k++)                \
            v[k] = of(v[k]);                            \
        return vec_get(v);                              \
    }                                                   \
    static inline vec name##ss(vec d, vec s)            \
    {                                                   \
        return vec_merge32(d, vec_d(of(vec_low32(s)))); \
    }                                                   \
    SSE_BINARY(name##ps, Vps_Wps, 16, name##ps)         \
    SSE_BINARY(name##ss, Vss_Wss, 4, name##ss)
APPROXIMATION(rcp, reciprocal)
APPROXIMATION(rsqrt, reciprocal_root)
