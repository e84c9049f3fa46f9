/* SPDX-License-Identifier: MIT */
/* 80-bit numbers: their classes (SDM 1 8.2), NaN rules (SDM 1 4.8.3.5), conversions and rounding
 * that need no host FPU. */
#ifndef VITRINE_CPU_FP_F80_H
#define VITRINE_CPU_FP_F80_H

#include "base/bits.h"
#include "cpu/fp/fpu_host.h"

enum { F80_BIAS = 0x3fff, F80_MAX = 0x7fff, F80_SIGN = 0x8000 };
#define F80_INTEGER_BIT (UINT64_C(1) << 63)
#define F80_QUIET_BIT   (UINT64_C(1) << 62)

typedef unsigned __int128 u128;

static const struct f80 f80_indefinite = {F80_INTEGER_BIT | F80_QUIET_BIT, 0xffff};

static inline unsigned f80_exp(const struct f80 *a)
{
    return a->se & F80_MAX;
}
static inline bool f80_neg(const struct f80 *a)
{
    return a->se >> 15;
}
static inline bool f80_zero(const struct f80 *a)
{
    return f80_exp(a) == 0 && a->mant == 0;
}
/* Denormals and pseudo-denormals. */
static inline bool f80_denormal(const struct f80 *a)
{
    return f80_exp(a) == 0 && a->mant != 0;
}
/* Unnormals, pseudo-NaNs and pseudo-infinities: SDM 1 8.2.2. */
static inline bool f80_unsupported(const struct f80 *a)
{
    return f80_exp(a) != 0 && !(a->mant & F80_INTEGER_BIT);
}
static inline bool f80_inf(const struct f80 *a)
{
    return f80_exp(a) == F80_MAX && a->mant == F80_INTEGER_BIT;
}
static inline bool f80_nan(const struct f80 *a)
{
    return f80_exp(a) == F80_MAX && a->mant > F80_INTEGER_BIT;
}
static inline bool f80_snan(const struct f80 *a)
{
    return f80_nan(a) && !(a->mant & F80_QUIET_BIT);
}
/* What no operation can use: an invalid-operand exception. */
static inline bool f80_invalid(const struct f80 *a)
{
    return f80_unsupported(a) || f80_snan(a);
}
static inline struct f80 f80_quiet(struct f80 a)
{
    a.mant |= F80_QUIET_BIT;
    return a;
}

/* A number with 128 bits of significand: mant / 2^127 * 2^exp, bit 127 set; mant 0 is zero. */
struct wide {
    u128 mant;
    int32_t exp;
    bool neg;
};
struct wide wide_from_f80(const struct f80 *a); /* a finite */
struct wide wide_normal(struct wide w);         /* any mant to bit 127 set */

/*
 * Rounds to 64 bits of significand by RC, and to the format's range (SDM 1 4.9.1.4, 4.9.1.5): gives
 * OE, UE, PE and C1 (rounded up). `inexact` says that w itself is not exact (its lowest bit stands
 * for more).
 */
unsigned f80_round(struct f80 *r, const struct wide *w, bool inexact, unsigned cw);

/* The high half of m rounded by the low half: PE, C1. `sticky` stands for bits below. A carry out
 * leaves 0. */
unsigned f80_round_high(uint64_t *mant, u128 m, bool neg, bool sticky, unsigned cw);

/* Arithmetic (cpu/fp/f80_arith.c): operands, results and flags as fpu_host.h says. */
f80_binary f80_add, f80_sub, f80_subr /* b - a */, f80_mul, f80_div, f80_divr /* b / a */, f80_scale;
f80_unary f80_sqrt, f80_rndint;
f80_compare f80_com, f80_ucom;
unsigned f80_to_f32(uint32_t *r, const struct f80 *a, unsigned cw);
unsigned f80_to_f64(uint64_t *r, const struct f80 *a, unsigned cw);

/* The result for operands of which at least one is unsupported or a NaN: IE, or 0 with a QNaN
 * passed on. */
unsigned f80_nan_result(struct f80 *r, const struct f80 *a, const struct f80 *b);
unsigned f80_nan_result1(struct f80 *r, const struct f80 *a);

/* From memory formats: IE for a signalling NaN (which stays one), DE for a denormal. */
unsigned f80_from_f32(struct f80 *r, uint32_t v);
unsigned f80_from_f64(struct f80 *r, uint64_t v);
void f80_from_int(struct f80 *r, int64_t v);
/* To an integer of `bits` bits by RC: IE and the integer indefinite where it does not fit; PE, C1.
 */
unsigned f80_to_int(int64_t *r, const struct f80 *a, unsigned bits, unsigned cw);
/* Packed decimal: ten bytes. */
void f80_from_bcd(struct f80 *r, const uint8_t v[10]);
unsigned f80_to_bcd(uint8_t r[10], const struct f80 *a, unsigned cw);

/* FPREM, FPREM1: C2, and the quotient's low bits in C0, C3, C1. FXTRACT: r exponent, significand.
 */
f80_binary f80_prem, f80_prem1;
unsigned f80_xtract(struct f80 *exponent, struct f80 *significand, const struct f80 *a, unsigned cw);
/* C0, C2, C3 as FXAM gives them for a register that is not empty. */
unsigned f80_examine(const struct f80 *a);

/* Transcendentals (cpu/fp/f80_trans.c). a is ST(0), b is ST(1). */
f80_unary f80_2xm1, f80_sin, f80_cos, f80_tan;
f80_binary f80_yl2x, f80_yl2xp1, f80_patan;
unsigned f80_sincos(struct f80 *s, struct f80 *co, const struct f80 *a, unsigned cw);

#endif
