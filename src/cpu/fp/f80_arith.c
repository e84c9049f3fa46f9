/* SPDX-License-Identifier: MIT */
/*
 * The operations of fpu_host.h for ordinary operands (normal numbers, and zeros where they are
 * easy) in integers, which is several times faster than to move control and status words about;
 * everything else goes to the host's FPU. Both round as IEEE 754 says, so which one computed a
 * result is not to be seen. tests/isa/x87_host_test.c compares them.
 */
#include "cpu/fp/f80.h"

static inline bool ordinary(const struct f80 *a)
{
    return f80_exp(a) - 1u < F80_MAX - 1u && a->mant & F80_INTEGER_BIT;
}
static inline bool fast(const struct f80 *a, const struct f80 *b)
{
    return likely(ordinary(a) && ordinary(b));
}
static inline int exponent(const struct f80 *a)
{
    return (int)f80_exp(a) - F80_BIAS;
}

/*
 * Rounds to the precision that PC asks for (SDM 1 8.1.5.2). False where the host is to do it: a
 * shorter result that is also out of range, where two roundings meet, and the reserved encoding of
 * PC.
 */
static bool settle(struct f80 *r, const struct wide *w, unsigned cw, unsigned *flags)
{
    static const uint8_t precision[4] = {24, 0, 53, 64};
    unsigned bits = precision[(cw & CW_PC) >> 8];
    if (likely(bits == 64) || w->mant == 0) {
        *flags = f80_round(r, w, false, cw);
        return true;
    }
    if (bits == 0)
        return false;
    int exp = w->exp + F80_BIAS;
    uint64_t m, rest = (uint64_t)((w->mant << bits) >> 64);
    bool sticky = (uint64_t)(w->mant << bits) != 0;
    *flags = f80_round_high(&m, (w->mant >> (128 - bits)) << 64 | rest, w->neg, sticky, cw);
    if (m >> bits) {
        m >>= 1;
        exp++;
    }
    if (exp < 1 || exp >= F80_MAX)
        return false;
    *r = (struct f80){m << (64 - bits), (uint16_t)((w->neg ? F80_SIGN : 0) | exp)};
    return true;
}

/* a + b with b's sign given. Significands stand at bit 126; what is shifted out of the smaller one
 * is jammed into its last bit. */
static struct wide add(const struct f80 *a, const struct f80 *b, bool b_neg, unsigned cw)
{
    bool neg = f80_neg(a);
    if (f80_exp(a) < f80_exp(b)) {
        const struct f80 *t = a;
        a = b;
        b = t;
        bool n = neg;
        neg = b_neg;
        b_neg = n;
    }
    unsigned distance = f80_exp(a) - f80_exp(b);
    u128 x = (u128)a->mant << 63, y = (u128)b->mant << 63;
    if (distance < 127)
        y = y >> distance | (distance && y << (128 - distance) != 0);
    else
        y = y != 0;
    struct wide w = {x + y, exponent(a) + 1, neg};
    if (neg != b_neg) {
        w.neg = x == y ? (cw & CW_RC) == CW_RC_DOWN : x > y ? neg : b_neg;
        w.mant = x > y ? x - y : y - x;
    }
    return wide_normal(w);
}

/* Numbers that the integer ways take: not denormals, infinities, NaNs. */
static inline bool plain(const struct f80 *a)
{
    return ordinary(a) || f80_zero(a);
}

unsigned f80_add(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    unsigned flags;
    if (!plain(a) || !plain(b))
        return host_add(r, a, b, cw);
    struct wide w = add(a, b, f80_neg(b), cw);
    return settle(r, &w, cw, &flags) ? flags : host_add(r, a, b, cw);
}

unsigned f80_sub(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    unsigned flags;
    if (!plain(a) || !plain(b))
        return host_sub(r, a, b, cw);
    struct wide w = add(a, b, !f80_neg(b), cw);
    return settle(r, &w, cw, &flags) ? flags : host_sub(r, a, b, cw);
}

unsigned f80_subr(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    return f80_sub(r, b, a, cw);
}

unsigned f80_mul(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    unsigned flags;
    if (!plain(a) || !plain(b))
        return host_mul(r, a, b, cw);
    struct wide w = {(u128)a->mant * b->mant, exponent(a) + exponent(b) + 1, f80_neg(a) != f80_neg(b)};
    w = wide_normal(w);
    return settle(r, &w, cw, &flags) ? flags : host_mul(r, a, b, cw);
}

/* 64 bits of quotient; of the rest it matters whether it is nothing, below, at or above a half. */
static struct wide divide(const struct f80 *a, const struct f80 *b)
{
    bool smaller = a->mant < b->mant;
    u128 dividend = (u128)a->mant << (63 + smaller);
    uint64_t q = (uint64_t)(dividend / b->mant), rem = (uint64_t)(dividend - (u128)q * b->mant);
    uint64_t half = b->mant - rem, rest = F80_INTEGER_BIT;
    if (rem != half)
        rest = rem == 0 ? 0 : rem > half ? UINT64_C(3) << 62 : UINT64_C(1) << 62;
    return (struct wide){(u128)q << 64 | rest, exponent(a) - exponent(b) - smaller, f80_neg(a) != f80_neg(b)};
}

unsigned f80_div(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    unsigned flags;
    if (!fast(a, b))
        return host_div(r, a, b, cw);
    struct wide w = divide(a, b);
    return settle(r, &w, cw, &flags) ? flags : host_div(r, a, b, cw);
}

unsigned f80_divr(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    return f80_div(r, b, a, cw);
}

/* --- Comparison --- */

static unsigned order(const struct f80 *a, const struct f80 *b)
{
    bool a_zero = a->mant == 0, b_zero = b->mant == 0, below;
    if (a_zero && b_zero)
        return SW_C3;
    if (a_zero || b_zero || f80_neg(a) != f80_neg(b)) {
        below = a_zero ? !f80_neg(b) : f80_neg(a);
    } else {
        if (a->se == b->se && a->mant == b->mant)
            return SW_C3;
        bool smaller = f80_exp(a) != f80_exp(b) ? f80_exp(a) < f80_exp(b) : a->mant < b->mant;
        below = smaller != f80_neg(a);
    }
    return below ? SW_C0 : 0;
}

unsigned f80_com(const struct f80 *a, const struct f80 *b, unsigned cw)
{
    return likely(plain(a) && plain(b)) ? order(a, b) : host_com(a, b, cw);
}

unsigned f80_ucom(const struct f80 *a, const struct f80 *b, unsigned cw)
{
    return likely(plain(a) && plain(b)) ? order(a, b) : host_ucom(a, b, cw);
}

/* --- Rounding to memory formats and to integers --- */

/* Rounds to `bits` of significand; false where the result leaves the range of exponents up to max
 * (and down to 1 - max). */
static inline bool narrow(const struct f80 *a, unsigned bits, int max, unsigned cw, uint64_t *mant, int *exp,
                          unsigned *flags)
{
    unsigned drop = 64 - bits;
    struct wide w = {(u128)(a->mant >> drop) << 64 | (u128)(a->mant << bits), 0, f80_neg(a)};
    *exp = exponent(a);
    *flags = f80_round_high(mant, w.mant, w.neg, false, cw);
    if (*mant >> bits) {
        *mant >>= 1;
        ++*exp;
    }
    return *exp <= max && *exp >= 1 - max;
}

unsigned f80_to_f32(uint32_t *r, const struct f80 *a, unsigned cw)
{
    uint64_t m;
    int exp;
    unsigned flags;
    if (!ordinary(a) || exponent(a) < -126 || !narrow(a, 24, 127, cw, &m, &exp, &flags))
        return host_to_f32(r, a, cw);
    *r = (uint32_t)f80_neg(a) << 31 | (uint32_t)(exp + 127) << 23 | (uint32_t)(m & 0x7fffff);
    return flags;
}

unsigned f80_to_f64(uint64_t *r, const struct f80 *a, unsigned cw)
{
    uint64_t m;
    int exp;
    unsigned flags;
    if (!ordinary(a) || exponent(a) < -1022 || !narrow(a, 53, 1023, cw, &m, &exp, &flags))
        return host_to_f64(r, a, cw);
    *r = (uint64_t)f80_neg(a) << 63 | (uint64_t)(exp + 1023) << 52 | (m & 0xfffffffffffff);
    return flags;
}

unsigned f80_rndint(struct f80 *r, const struct f80 *a, unsigned cw)
{
    if (!ordinary(a))
        return host_rndint(r, a, cw);
    int exp = exponent(a);
    *r = *a;
    if (exp >= 63)
        return 0;
    uint64_t m;
    if (exp < 0) { /* 0 or 1 */
        unsigned shift = (unsigned)MIN(-1 - exp, 63);
        bool lost = shift && a->mant << (64 - shift) != 0;
        unsigned flags = f80_round_high(&m, a->mant >> shift, f80_neg(a), lost || exp < -64, cw);
        *r = (struct f80){m << 63, (uint16_t)((a->se & F80_SIGN) | (m ? F80_BIAS : 0))};
        return flags;
    }
    unsigned drop = 63 - (unsigned)exp;
    unsigned flags = f80_round_high(&m, (u128)a->mant << (64 - drop), f80_neg(a), false, cw);
    if (m >> (64 - drop)) { /* one bit longer than before */
        m >>= 1;
        r->se++;
    }
    r->mant = m << drop;
    return flags;
}

/* --- What is left to the host --- */

/* NOTE: hosts differ in a denormal times 2^0 with underflow unmasked. AMD's processors see the underflow. */
unsigned f80_scale(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    if (unlikely(!(cw & SW_UE) && f80_denormal(a) && f80_zero(b))) {
        struct wide w = wide_from_f80(a);
        return SW_DE | (cw & SW_DE ? f80_round(r, &w, false, cw) : 0);
    }
    return host_scale(r, a, b, cw);
}

unsigned f80_sqrt(struct f80 *r, const struct f80 *a, unsigned cw)
{
    return host_sqrt(r, a, cw);
}
