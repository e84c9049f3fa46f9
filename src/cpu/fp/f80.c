/* SPDX-License-Identifier: MIT */
/* 80-bit numbers without a host FPU: NaN rules, rounding, conversions, remainder, FXTRACT, FXAM.
 * SDM 1 4.8, 4.9, 8. */
#include "cpu/fp/f80.h"

enum { UNBIASED_MIN = 1 - F80_BIAS, UNBIASED_MAX = F80_MAX - 1 - F80_BIAS };
enum {
    ADJUST = 24576 /* exponent adjustment of unmasked overflow and underflow: SDM 1 8.5.4, 8.5.5 */
};

struct wide wide_normal(struct wide w)
{
    if (w.mant == 0)
        return w;
    uint64_t high = (uint64_t)(w.mant >> 64);
    int n = high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)w.mant);
    w.mant <<= n;
    w.exp -= n;
    return w;
}

struct wide wide_from_f80(const struct f80 *a)
{
    int exp = (int)f80_exp(a);
    struct wide w = {(u128)a->mant << 64, (exp ? exp : 1) - F80_BIAS, f80_neg(a)};
    return wide_normal(w);
}

/* --- Rounding --- */

/* Whether the magnitude goes up: `rest` is the fraction below the last bit in the top of 64 bits,
 * any bits lower still in `sticky`. */
static bool rounds_up(bool neg, bool odd, uint64_t rest, bool sticky, unsigned cw)
{
    switch (cw & CW_RC) {
    case CW_RC_DOWN: return neg && (rest || sticky);
    case CW_RC_UP: return !neg && (rest || sticky);
    case CW_RC_ZERO: return false;
    default: return rest > F80_INTEGER_BIT || (rest == F80_INTEGER_BIT && (sticky || odd));
    }
}

/* Rounds the high half of m by the low half; true: it carried out (mant is then the integer bit
 * alone, one exponent up). */
static bool round_high(uint64_t *mant, u128 m, bool neg, bool sticky, unsigned cw, unsigned *flags)
{
    uint64_t rest = (uint64_t)m;
    *mant = (uint64_t)(m >> 64);
    if (rest || sticky)
        *flags |= SW_PE;
    if (!rounds_up(neg, *mant & 1, rest, sticky, cw))
        return false;
    *flags |= SW_C1;
    return ++*mant == 0;
}

unsigned f80_round_high(uint64_t *mant, u128 m, bool neg, bool sticky, unsigned cw)
{
    unsigned flags = 0;
    round_high(mant, m, neg, sticky, cw, &flags);
    return flags;
}

static unsigned overflow(struct f80 *r, bool neg, unsigned cw)
{
    bool to_inf = (cw & CW_RC) == 0 || (cw & CW_RC) == (neg ? CW_RC_DOWN : CW_RC_UP);
    r->mant = to_inf ? F80_INTEGER_BIT : UINT64_MAX;
    r->se = (uint16_t)((neg ? F80_SIGN : 0) | (to_inf ? F80_MAX : F80_MAX - 1));
    return SW_OE | SW_PE | (to_inf ? SW_C1 : 0);
}

static unsigned denormalize(struct f80 *r, const struct wide *w, bool inexact, unsigned cw)
{
    unsigned flags = 0, shift = (unsigned)(UNBIASED_MIN - w->exp);
    u128 m = shift < 128 ? w->mant >> shift : 0;
    bool lost = shift < 128 ? m << shift != w->mant : true;
    round_high(&r->mant, m, w->neg, lost || inexact, cw, &flags);
    r->se = (uint16_t)((w->neg ? F80_SIGN : 0) | (r->mant >> 63)); /* rounded up to the smallest normal number */
    return flags & SW_PE ? flags | SW_UE : flags;
}

unsigned f80_round(struct f80 *r, const struct wide *w, bool inexact, unsigned cw)
{
    unsigned flags = 0;
    if (w->mant == 0) {
        *r = (struct f80){0, w->neg ? F80_SIGN : 0};
        return 0;
    }
    int exp = w->exp;
    if (round_high(&r->mant, w->mant, w->neg, inexact, cw, &flags)) {
        r->mant = F80_INTEGER_BIT;
        exp++;
    }
    if (exp < UNBIASED_MIN) { /* tiny, found after rounding */
        if (cw & SW_UE)
            return denormalize(r, w, inexact, cw);
        exp += ADJUST;
        flags |= SW_UE;
    } else if (exp > UNBIASED_MAX) {
        if (cw & SW_OE)
            return overflow(r, w->neg, cw);
        exp -= ADJUST;
        flags |= SW_OE;
    }
    r->se = (uint16_t)((w->neg ? F80_SIGN : 0) | (exp + F80_BIAS));
    return flags;
}

/* --- NaNs: SDM 1 table 4-7 --- */

unsigned f80_nan_result1(struct f80 *r, const struct f80 *a)
{
    bool invalid = f80_invalid(a);
    *r = f80_unsupported(a) ? f80_indefinite : f80_quiet(*a);
    return invalid ? SW_IE : 0;
}

unsigned f80_nan_result(struct f80 *r, const struct f80 *a, const struct f80 *b)
{
    unsigned flags = f80_invalid(a) || f80_invalid(b) ? SW_IE : 0;
    if (f80_unsupported(a) || f80_unsupported(b)) {
        *r = f80_indefinite;
        return flags;
    }
    const struct f80 *pick = a;
    if (!f80_nan(a))
        pick = b;
    else if (f80_nan(b)) {
        if (f80_snan(a) != f80_snan(b))
            pick = f80_snan(a) ? b : a; /* the quiet one */
        else if (a->mant != b->mant)
            pick = a->mant > b->mant ? a : b;
        else
            pick = f80_neg(a) ? b : a;
    }
    *r = f80_quiet(*pick);
    return flags;
}

/* --- From and to memory formats --- */

static unsigned from_ieee(struct f80 *r, bool neg, unsigned exp, uint64_t fraction, unsigned fraction_bits,
                          unsigned exp_bits)
{
    unsigned sign = neg ? F80_SIGN : 0, max = (1u << exp_bits) - 1, bias = max >> 1;
    uint64_t mant = fraction << (63 - fraction_bits);
    if (exp == max) {
        bool snan = fraction && !(fraction >> (fraction_bits - 1));
        *r = (struct f80){mant | F80_INTEGER_BIT, (uint16_t)(sign | F80_MAX)};
        return snan ? SW_IE : 0;
    }
    if (exp) {
        *r = (struct f80){mant | F80_INTEGER_BIT, (uint16_t)(sign | (exp + F80_BIAS - bias))};
        return 0;
    }
    if (!fraction) {
        *r = (struct f80){0, (uint16_t)sign};
        return 0;
    }
    unsigned n = (unsigned)__builtin_clzll(mant);
    *r = (struct f80){mant << n, (uint16_t)(sign | (1 + F80_BIAS - bias - n))};
    return SW_DE;
}

unsigned f80_from_f32(struct f80 *r, uint32_t v)
{
    return from_ieee(r, v >> 31, (v >> 23) & 0xff, v & 0x7fffff, 23, 8);
}

unsigned f80_from_f64(struct f80 *r, uint64_t v)
{
    return from_ieee(r, v >> 63, (unsigned)(v >> 52) & 0x7ff, v & 0xfffffffffffff, 52, 11);
}

void f80_from_int(struct f80 *r, int64_t v)
{
    uint64_t m = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    if (m == 0) {
        *r = (struct f80){0, 0};
        return;
    }
    unsigned n = (unsigned)__builtin_clzll(m);
    *r = (struct f80){m << n, (uint16_t)((v < 0 ? F80_SIGN : 0) | (F80_BIAS + 63 - n))};
}

/* Magnitude as an integer by RC; false where it is 2^64 or more, or no number. */
static bool to_magnitude(const struct f80 *a, unsigned cw, uint64_t *m, unsigned *flags)
{
    int exp = (int)f80_exp(a) - F80_BIAS;
    *flags = 0;
    if (f80_unsupported(a) || exp > 63)
        return false;
    unsigned shift = exp < -64 ? 128 : (unsigned)(127 - exp - 64); /* 64-bit integer part in the high half */
    u128 wide = (u128)a->mant << 64, v = shift < 128 ? wide >> shift : 0;
    bool lost = shift < 128 ? v << shift != wide : wide != 0;
    return !round_high(m, v, f80_neg(a), lost, cw, flags);
}

unsigned f80_to_int(int64_t *r, const struct f80 *a, unsigned bits, unsigned cw)
{
    uint64_t m, limit = UINT64_C(1) << (bits - 1);
    unsigned flags;
    if (!to_magnitude(a, cw, &m, &flags) || m > limit || (m == limit && !f80_neg(a))) {
        *r = (int64_t)(0 - limit);
        return SW_IE;
    }
    *r = (int64_t)(f80_neg(a) ? 0 - m : m);
    return flags;
}

void f80_from_bcd(struct f80 *r, const uint8_t v[10])
{
    uint64_t m = 0;
    for (int k = 8; k >= 0; k--)
        m = m * 100 + (v[k] >> 4) * 10 + (v[k] & 15);
    f80_from_int(r, (int64_t)m);
    if (v[9] & 0x80)
        r->se |= F80_SIGN;
}

unsigned f80_to_bcd(uint8_t r[10], const struct f80 *a, unsigned cw)
{
    static const uint8_t bcd_indefinite[10] = {0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff};
    uint64_t m;
    unsigned flags;
    if (!to_magnitude(a, cw, &m, &flags) || m > UINT64_C(999999999999999999)) {
        memcpy(r, bcd_indefinite, sizeof bcd_indefinite);
        return SW_IE;
    }
    for (unsigned k = 0; k < 9; k++, m /= 100)
        r[k] = (uint8_t)((m / 10 % 10) << 4 | m % 10);
    r[9] = f80_neg(a) ? 0x80 : 0;
    return flags;
}

/* --- Remainder --- */

/* Operands for which there is no remainder to compute; true: *r and *flags are the answer. */
static bool remainder_special(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned *flags)
{
    *flags = 0;
    if (f80_unsupported(a) || f80_unsupported(b) || f80_nan(a) || f80_nan(b)) {
        *flags = f80_nan_result(r, a, b);
    } else if (f80_inf(a) || f80_zero(b)) {
        *r = f80_indefinite;
        *flags = SW_IE;
    } else if (f80_zero(a)) {
        *r = *a;
        *flags = f80_denormal(b) ? SW_DE : 0;
    } else {
        return false;
    }
    return true;
}

/* m * 2^shift divided by d (both with bit 63 set): quotient modulo 2^64, remainder. */
static uint64_t long_divide(uint64_t m, unsigned shift, uint64_t d, uint64_t *quotient)
{
    uint64_t q = m >= d;
    uint64_t rem = q ? m - d : m;
    for (; shift; shift--) {
        u128 two = (u128)rem << 1;
        bool bit = two >= d;
        rem = (uint64_t)(bit ? two - d : two);
        q = q << 1 | bit;
    }
    *quotient = q;
    return rem;
}

/* Round to nearest even for FPREM1: takes one more divisor off when the rest is past its half. */
static void nearest(struct wide *w, uint64_t rem, uint64_t d, uint64_t *q)
{
    u128 twice = (u128)rem << 1;
    if (twice > d || (twice == d && *q & 1)) {
        w->mant = (u128)(d - rem) << 64;
        w->neg = !w->neg;
        ++*q;
    }
}

static unsigned quotient_bits(uint64_t q)
{
    return (q & 4 ? SW_C0 : 0) | (q & 2 ? SW_C3 : 0) | (q & 1 ? SW_C1 : 0);
}

static unsigned partial_remainder(struct f80 *r, const struct f80 *a, const struct f80 *b, bool to_nearest, unsigned cw)
{
    unsigned flags;
    if (remainder_special(r, a, b, &flags))
        return flags;
    if (f80_denormal(a) || f80_denormal(b))
        flags |= SW_DE;
    *r = *a;
    if (flags & ~cw)
        return flags;
    struct wide x = wide_from_f80(a), y = wide_from_f80(b);
    uint64_t mx = (uint64_t)(x.mant >> 64), my = (uint64_t)(y.mant >> 64), q = 0;
    int distance = f80_inf(b) ? -2 : x.exp - y.exp; /* nothing to take off x */
    struct wide w = {.exp = y.exp, .neg = x.neg};
    if (distance >= 64) {
        /* Reduces by part; any number from 32 to 63 would be as right, this is the one that keeps
         * the next steps aligned. */
        unsigned n = ((unsigned)distance & 31) | 32;
        w.mant = (u128)long_divide(mx, n, my, &q) << 64;
        w.exp = y.exp + distance - (int)n;
        w = wide_normal(w);
        return flags | SW_C2 | (f80_round(r, &w, false, cw) & ~SW_C1);
    }
    if (distance >= 0) {
        uint64_t rem = long_divide(mx, (unsigned)distance, my, &q);
        w.mant = (u128)rem << 64;
        if (to_nearest)
            nearest(&w, rem, my, &q);
    } else if (to_nearest && distance == -1 && mx > my) {
        /* Between a half and one divisor: x - y. In units of x's last place that is mx - 2 my. */
        w.mant = (((u128)my << 1) - mx) << 63;
        w.exp = y.exp;
        w.neg = !x.neg;
        q = 1;
    } else {
        w = x;
    }
    w = wide_normal(w);
    return flags | quotient_bits(q) | (f80_round(r, &w, false, cw) & ~SW_C1);
}

unsigned f80_prem(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    return partial_remainder(r, a, b, false, cw);
}
unsigned f80_prem1(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    return partial_remainder(r, a, b, true, cw);
}

/* --- FXTRACT, FXAM --- */

unsigned f80_xtract(struct f80 *exponent, struct f80 *significand, const struct f80 *a, unsigned cw)
{
    (void)cw;
    if (f80_unsupported(a) || f80_nan(a)) {
        unsigned flags = f80_nan_result1(exponent, a);
        *significand = *exponent;
        return flags;
    }
    *significand = *a;
    if (f80_inf(a)) {
        *exponent = (struct f80){F80_INTEGER_BIT, F80_MAX};
        return 0;
    }
    if (f80_zero(a)) {
        *exponent = (struct f80){F80_INTEGER_BIT, F80_SIGN | F80_MAX};
        return SW_ZE;
    }
    struct wide w = wide_from_f80(a);
    f80_from_int(exponent, w.exp);
    *significand = (struct f80){(uint64_t)(w.mant >> 64), (uint16_t)((a->se & F80_SIGN) | F80_BIAS)};
    return f80_denormal(a) ? SW_DE : 0;
}

/* SDM 2A FXAM */
unsigned f80_examine(const struct f80 *a)
{
    unsigned sign = f80_neg(a) ? SW_C1 : 0;
    if (f80_unsupported(a))
        return sign;
    if (f80_nan(a))
        return sign | SW_C0;
    if (f80_inf(a))
        return sign | SW_C2 | SW_C0;
    if (f80_zero(a))
        return sign | SW_C3;
    return sign | SW_C2 | (f80_denormal(a) ? SW_C3 : 0);
}
