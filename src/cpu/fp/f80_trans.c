/* SPDX-License-Identifier: MIT */
/*
 * The x87's transcendental functions: SDM 1 8.3.8, 8.3.10; SDM 2 F2XM1, FCOS, FPATAN, FPTAN, FSIN,
 * FSINCOS, FYL2X, FYL2XP1.
 *
 * Hosts differ here, so everything is computed in integers: series in 128-bit fixed point, put
 * together with 128-bit significands, rounded once to 64 bits by RC. The error before that rounding
 * is below 2^-110 relative, so that a result is off by hardly more than half a unit in the last
 * place; SDM 1 8.3.10 promises one unit. Every result but the special ones is inexact, and a tiny argument's is rounded
 * as RC says, as on AMD's processors (HACKING, "Whose undefined results").
 *
 * The trigonometric functions reduce their argument by the 66-bit pi that SDM 1 8.3.8 gives,
 * exactly: so they are the functions of x that Intel's processors compute, which near multiples of
 * pi differ from those of mathematics. LIMIT: F2XM1 outside -1..1, where it is undefined, leaves
 * its operand as it is.
 */
#include "cpu/fp/f80.h"

#define U128(high, low) ((u128)UINT64_C(high) << 64 | UINT64_C(low))

/* --- Coefficients --- */

/* 1/(2k+3)!, times 2^128 */
static const u128 sin_c[] = {
    U128(0x2aaaaaaaaaaaaaaa, 0xaaaaaaaaaaaaaaab), U128(0x0222222222222222, 0x2222222222222222),
    U128(0x000d00d00d00d00d, 0x00d00d00d00d00d0), U128(0x00002e3bc74aad8e, 0x671f5583911ca003),
    U128(0x0000006b99159fd5, 0x138e3f9d1f92e0df), U128(0x00000000b092309d, 0x43684be51c198e92),
    U128(0x0000000000d73f9f, 0x399dc0f88ec32b58), U128(0x000000000000ca96, 0x3b81856a53593029),
    U128(0x0000000000000097, 0xa4da340a0ab92651), U128(0x0000000000000000, 0x5c6e3bdb73d5c630),
    U128(0x0000000000000000, 0x002ec368262c7034), U128(0x0000000000000000, 0x000013f3ccdd1660),
    U128(0x0000000000000000, 0x0000000746ac70b7), U128(0x0000000000000000, 0x00000000024b3f31),
    U128(0x0000000000000000, 0x000000000000a1a7), U128(0x0000000000000000, 0x0000000000000027),
};
/* 1/(2k+2)!, times 2^128 */
static const u128 cos_c[] = {
    U128(0x8000000000000000, 0x0000000000000000), U128(0x0aaaaaaaaaaaaaaa, 0xaaaaaaaaaaaaaaab),
    U128(0x005b05b05b05b05b, 0x05b05b05b05b05b0), U128(0x0001a01a01a01a01, 0xa01a01a01a01a01a),
    U128(0x0000049f93edde27, 0xd71cbbc05b4fa99a), U128(0x00000008f76c77fc, 0x6c4bdaa26d4c3d68),
    U128(0x000000000c9cba54, 0x603e4e905d6f8a2f), U128(0x00000000000d73f9, 0xf399dc0f88ec32b6),
    U128(0x0000000000000b41, 0x3c31dcbecbbdd802), U128(0x0000000000000007, 0x950ae900808941ea),
    U128(0x0000000000000000, 0x04338e5b6dfe14a5), U128(0x0000000000000000, 0x0001f2cf01972f57),
    U128(0x0000000000000000, 0x000000c4742fe352), U128(0x0000000000000000, 0x0000000042862899),
    U128(0x0000000000000000, 0x000000000013932c), U128(0x0000000000000000, 0x000000000000050d),
    U128(0x0000000000000000, 0x0000000000000001),
};
/* 1/(k+1)!, times 2^127 */
static const u128 exp_c[] = {
    U128(0x8000000000000000, 0x0000000000000000), U128(0x4000000000000000, 0x0000000000000000),
    U128(0x1555555555555555, 0x5555555555555555), U128(0x0555555555555555, 0x5555555555555555),
    U128(0x0111111111111111, 0x1111111111111111), U128(0x002d82d82d82d82d, 0x82d82d82d82d82d8),
    U128(0x0006806806806806, 0x8068068068068068), U128(0x0000d00d00d00d00, 0xd00d00d00d00d00d),
    U128(0x0000171de3a556c7, 0x338faac1c88e5001), U128(0x0000024fc9f6ef13, 0xeb8e5de02da7d4cd),
    U128(0x00000035cc8acfea, 0x89c71fce8fc97070), U128(0x000000047bb63bfe, 0x3625ed5136a61eb4),
    U128(0x000000005849184e, 0xa1b425f28e0cc749), U128(0x00000000064e5d2a, 0x301f27482eb7c517),
    U128(0x00000000006b9fcf, 0x9ccee07c476195ac), U128(0x000000000006b9fc, 0xf9ccee07c476195b),
    U128(0x000000000000654b, 0x1dc0c2b529ac9814), U128(0x00000000000005a0, 0x9e18ee5f65deec01),
    U128(0x000000000000004b, 0xd26d1a05055c9328), U128(0x0000000000000003, 0xca8574804044a0f5),
    U128(0x0000000000000000, 0x2e371dedb9eae318), U128(0x0000000000000000, 0x0219c72db6ff0a53),
    U128(0x0000000000000000, 0x001761b41316381a), U128(0x0000000000000000, 0x0000f96780cb97ac),
    U128(0x0000000000000000, 0x000009f9e66e8b30), U128(0x0000000000000000, 0x000000623a17f1a9),
    U128(0x0000000000000000, 0x00000003a356385c), U128(0x0000000000000000, 0x000000002143144c),
    U128(0x0000000000000000, 0x0000000001259f99), U128(0x0000000000000000, 0x000000000009c996),
    U128(0x0000000000000000, 0x00000000000050d3), U128(0x0000000000000000, 0x0000000000000287),
    U128(0x0000000000000000, 0x0000000000000014),
};
/* 1/(2k+3), times 2^128 */
static const u128 odd_c[] = {
    U128(0x5555555555555555, 0x5555555555555555), U128(0x3333333333333333, 0x3333333333333333),
    U128(0x2492492492492492, 0x4924924924924925), U128(0x1c71c71c71c71c71, 0xc71c71c71c71c71c),
    U128(0x1745d1745d1745d1, 0x745d1745d1745d17), U128(0x13b13b13b13b13b1, 0x3b13b13b13b13b14),
    U128(0x1111111111111111, 0x1111111111111111), U128(0x0f0f0f0f0f0f0f0f, 0x0f0f0f0f0f0f0f0f),
    U128(0x0d79435e50d79435, 0xe50d79435e50d794), U128(0x0c30c30c30c30c30, 0xc30c30c30c30c30c),
    U128(0x0b21642c8590b216, 0x42c8590b21642c86), U128(0x0a3d70a3d70a3d70, 0xa3d70a3d70a3d70a),
    U128(0x097b425ed097b425, 0xed097b425ed097b4), U128(0x08d3dcb08d3dcb08, 0xd3dcb08d3dcb08d4),
    U128(0x0842108421084210, 0x8421084210842108), U128(0x07c1f07c1f07c1f0, 0x7c1f07c1f07c1f08),
    U128(0x0750750750750750, 0x7507507507507507), U128(0x06eb3e45306eb3e4, 0x5306eb3e45306eb4),
    U128(0x0690690690690690, 0x6906906906906907), U128(0x063e7063e7063e70, 0x63e7063e7063e706),
    U128(0x05f417d05f417d05, 0xf417d05f417d05f4), U128(0x05b05b05b05b05b0, 0x5b05b05b05b05b06),
    U128(0x0572620ae4c415c9, 0x882b9310572620ae), U128(0x05397829cbc14e5e, 0x0a72f05397829cbc),
    U128(0x0505050505050505, 0x0505050505050505), U128(0x04d4873ecade304d, 0x4873ecade304d487),
    U128(0x04a7904a7904a790, 0x4a7904a7904a7905),
};
/* atan(i/16), times 2^128 */
static const u128 atan_c[] = {
    U128(0x0000000000000000, 0x0000000000000000), U128(0x0ffaaddb967ef4e3, 0x6cb2792dc0e2e0d5),
    U128(0x1fd5ba9aac2f6dc6, 0x5912f313e7d111df), U128(0x2f72f6979cb6044d, 0x1ec2d3e207271d22),
    U128(0x3eb6ebf25901bac5, 0x5b71e7bd7de885f9), U128(0x4d89dcdc1faf2f34, 0xe2d5da4c693d7994),
    U128(0x5bd86507937bc239, 0xc55190916e7f2242), U128(0x6993bb0f308ff2db, 0x213e4af4800f389b),
    U128(0x76b19c1586ed3da2, 0xb7f222f65e1d4682), U128(0x832bf4a6d9867e2a, 0x4b6a09cb61a515c1),
    U128(0x8f005d5ef7f59f9b, 0x5c835e1665c43748), U128(0x9a2f80e671bdda20, 0x4226f8e2204ff3bd),
    U128(0xa4bc7d1934f70924, 0x19a87f2a457dac9f), U128(0xaeac4c38b4d8c080, 0x14725e2f3e52070a),
    U128(0xb8053e2bc2319e73, 0xcb2da55210a4443d), U128(0xc0ce85b8ac526640, 0x89dd62c46e92fa25),
    U128(0xc90fdaa22168c234, 0xc4c6628b80dc1cd1),
};

/* Significands of pi (exponent 1), 2/ln 2 (exponent 1), ln 2 as a fraction and with exponent -1,
 * and the square root of 2. */
static const u128 pi_mant = U128(0xc90fdaa22168c234, 0xc4c6628b80dc1cd1);
static const u128 two_by_ln2_mant = U128(0xb8aa3b295c17f0bb, 0xbe87fed0691d3e89);
static const u128 ln2_mant = U128(0xb17217f7d1cf79ab, 0xc9e3b39803f2f6af);
static const u128 sqrt2_mant = U128(0xb504f333f9de6484, 0x597d89b3754abe9f);

/* --- 128-bit arithmetic --- */

static u128 mul_high(u128 a, u128 b)
{
    uint64_t ah = (uint64_t)(a >> 64), al = (uint64_t)a, bh = (uint64_t)(b >> 64), bl = (uint64_t)b;
    u128 low = (u128)al * bl, m1 = (u128)ah * bl, m2 = (u128)al * bh;
    u128 middle = (low >> 64) + (uint64_t)m1 + (uint64_t)m2;
    return (u128)ah * bh + (m1 >> 64) + (m2 >> 64) + (middle >> 64);
}

static struct wide wide_mul(struct wide a, struct wide b)
{
    struct wide w = {mul_high(a.mant, b.mant), a.exp + b.exp + 1, a.neg != b.neg};
    return wide_normal(w);
}

/* One digit of a long division in base 2^64: the top two digits of *rem and a third, 0, by v; v's
 * top bit is set, *rem < v. */
static uint64_t divide_digit(u128 *rem, u128 v)
{
    uint64_t vh = (uint64_t)(v >> 64), vl = (uint64_t)v, high = (uint64_t)(*rem >> 64);
    uint64_t q = high >= vh ? UINT64_MAX : (uint64_t)(*rem / vh);
    /* rem * 2^64 - q * v, as 192 bits of which the top word ends as 0 when q is right. */
    u128 low_product = (u128)q * vl, high_product = (u128)q * vh + (low_product >> 64);
    u128 r = (*rem << 64) - (high_product << 64 | (uint64_t)low_product);
    uint64_t top = (uint64_t)(*rem >> 64) - (uint64_t)(high_product >> 64) -
                   ((*rem << 64) < (high_product << 64 | (uint64_t)low_product));
    while (top) { /* q was one or two too large */
        q--;
        r += v;
        top += r < v;
    }
    *rem = r;
    return q;
}

static struct wide wide_div(struct wide a, struct wide b)
{
    struct wide w = {0, a.exp - b.exp - 1, a.neg != b.neg};
    u128 rem = a.mant;
    if (rem >= b.mant) {
        rem >>= 1;
        w.exp++;
    }
    u128 high = divide_digit(&rem, b.mant);
    w.mant = high << 64 | divide_digit(&rem, b.mant);
    return wide_normal(w);
}

static struct wide wide_add(struct wide a, struct wide b)
{
    if (a.mant == 0 || b.mant == 0)
        return a.mant ? a : b;
    if (a.exp < b.exp || (a.exp == b.exp && a.mant < b.mant)) {
        struct wide t = a;
        a = b;
        b = t;
    }
    unsigned shift = (unsigned)(a.exp - b.exp);
    u128 m = shift < 128 ? b.mant >> shift : 0;
    if (a.neg != b.neg) {
        a.mant -= m;
        return wide_normal(a);
    }
    u128 sum = a.mant + m;
    if (sum < m) {
        sum = sum >> 1 | (u128)1 << 127;
        a.exp++;
    }
    a.mant = sum;
    return a;
}

/* A wide below 1 as a fraction of 2^128. */
static u128 fraction(struct wide w)
{
    unsigned shift = (unsigned)(-1 - w.exp);
    return shift < 128 ? w.mant >> shift : 0;
}
/* 1 - v / 2^128 and 1 + v / 2^128. NOTE: a v that vanished is not 0: the value stays below 1, which
 * directed rounding sees. */
static struct wide one_minus(u128 v)
{
    return wide_normal((struct wide){0 - (v ? v : 1), -1, false});
}
static struct wide one_plus(u128 v)
{
    return (struct wide){(u128)1 << 127 | v >> 1, 0, false};
}

/* z * (c[0] - z * (c[1] - z * ...)), and with plus signs. */
static u128 series_minus(const u128 *c, unsigned n, u128 z)
{
    u128 acc = c[n - 1];
    for (unsigned k = n - 1; k-- > 0;)
        acc = c[k] - mul_high(acc, z);
    return mul_high(acc, z);
}
static u128 series_plus(const u128 *c, unsigned n, u128 z)
{
    u128 acc = c[n - 1];
    for (unsigned k = n - 1; k-- > 0;)
        acc = c[k] + mul_high(acc, z);
    return mul_high(acc, z);
}

/* NaN, unsupported: *flags is the answer. */
static bool no_number(struct f80 *r, const struct f80 *a, unsigned *flags)
{
    if (!f80_nan(a) && !f80_unsupported(a))
        return false;
    *flags = f80_nan_result1(r, a);
    return true;
}
static unsigned invalid(struct f80 *r)
{
    *r = f80_indefinite;
    return SW_IE;
}
static unsigned finish(struct f80 *r, struct wide w, unsigned before, unsigned cw)
{
    if (before & ~cw & SW_DE)
        return SW_DE;
    return before | f80_round(r, &w, true, cw);
}
static struct f80 signed_zero(bool neg)
{
    return (struct f80){0, neg ? F80_SIGN : 0};
}
static struct f80 signed_inf(bool neg)
{
    return (struct f80){F80_INTEGER_BIT, (uint16_t)((neg ? F80_SIGN : 0) | F80_MAX)};
}

/* --- Sine, cosine, tangent --- */

/* x = quadrant * pi/2 + r, |r| <= pi/4, for the magnitude of x below 2^63. Exact; in units of 2^-65
 * pi/2 is an integer. */
static struct wide reduce(const struct f80 *a, unsigned *quadrant)
{
    static const u128 half_pi = U128(0x3, 0x243f6a8885a308d3);
    int exp = (int)f80_exp(a) - F80_BIAS;
    struct wide w = wide_from_f80(a);
    unsigned q = 0;
    if (exp >= -2) {
        u128 rem = a->mant;
        for (int k = exp + 2; k > 0; k--) {
            rem <<= 1;
            q <<= 1;
            if (rem >= half_pi) {
                rem -= half_pi;
                q |= 1;
            }
        }
        bool past = rem > half_pi >> 1;
        w = wide_normal((struct wide){past ? half_pi - rem : rem, 127 - 65, past});
        q += past;
        w.neg = past;
    } else {
        w.neg = false;
    }
    *quadrant = q & 3;
    return w;
}

struct sincos {
    struct wide sin, cos; /* of the magnitude of the argument */
    struct wide angle;    /* within its quadrant */
    bool odd;
};
static struct sincos sincos_of(const struct f80 *a)
{
    unsigned q;
    struct wide r = reduce(a, &q);
    u128 f = fraction(r), z = mul_high(f, f);
    struct wide s = wide_mul(r, one_minus(series_minus(sin_c, ARRAY_LEN(sin_c), z)));
    struct wide co = one_minus(series_minus(cos_c, ARRAY_LEN(cos_c), z));
    s.neg = r.neg;
    struct sincos v = {q & 1 ? co : s, q & 1 ? s : co, r, q & 1};
    v.sin.neg ^= q >= 2;
    v.cos.neg ^= q == 1 || q == 2;
    return v;
}

/* What FSIN, FCOS, FPTAN, FSINCOS have in common; true: answered (*r for a NaN or an invalid
 * operand; C2: nothing done). */
static bool trig_special(struct f80 *r, const struct f80 *a, unsigned *flags)
{
    if (no_number(r, a, flags))
        return true;
    if (f80_inf(a)) {
        *flags = invalid(r);
        return true;
    }
    if (f80_exp(a) >= F80_BIAS + 63) {
        *r = *a;
        *flags = SW_C2;
        return true;
    }
    *flags = f80_denormal(a) ? SW_DE : 0;
    return false;
}

unsigned f80_sin(struct f80 *r, const struct f80 *a, unsigned cw)
{
    unsigned flags;
    if (trig_special(r, a, &flags))
        return flags;
    *r = *a;
    if (f80_zero(a))
        return 0;
    struct wide w = sincos_of(a).sin;
    w.neg ^= f80_neg(a);
    return finish(r, w, flags, cw);
}

unsigned f80_cos(struct f80 *r, const struct f80 *a, unsigned cw)
{
    unsigned flags;
    if (trig_special(r, a, &flags))
        return flags;
    if (f80_zero(a)) {
        *r = (struct f80){F80_INTEGER_BIT, F80_BIAS};
        return 0;
    }
    return finish(r, sincos_of(a).cos, flags, cw);
}

unsigned f80_tan(struct f80 *r, const struct f80 *a, unsigned cw)
{
    unsigned flags;
    if (trig_special(r, a, &flags))
        return flags;
    *r = *a;
    if (f80_zero(a))
        return 0;
    struct sincos v = sincos_of(a);
    /* NOTE: below 2^-60 the tangent is the angle and a little more, which the quotient would not
     * show. */
    struct wide w = v.angle.exp < -60 && !v.odd ? v.angle : wide_div(v.sin, v.cos);
    w.neg ^= f80_neg(a);
    return finish(r, w, flags, cw);
}

unsigned f80_sincos(struct f80 *s, struct f80 *co, const struct f80 *a, unsigned cw)
{
    unsigned flags = f80_cos(co, a, cw) & ~(unsigned)SW_C1; /* C1 is the sine's */
    return flags | f80_sin(s, a, cw);
}

/* --- Arctangent --- */

/* 0 <= z <= 1: by the nearest i/16, atan z = atan i/16 + atan t, t = (z - i/16) / (1 + z i/16), |t|
 * <= 1/32. */
static struct wide atan_of(struct wide z)
{
    enum { TERMS = 13 };
    unsigned i = z.exp < -6 ? 0 : (unsigned)(((z.mant >> (unsigned)(-z.exp)) >> 122) + 1) >> 1;
    struct wide t = z;
    if (i) {
        struct wide c = wide_normal((struct wide){(u128)i << 123, 0, true}), up = c, one = one_plus(0);
        up.neg = false;
        t = wide_div(wide_add(z, c), wide_add(one, wide_mul(z, up)));
    }
    u128 f = fraction(t), square = mul_high(f, f);
    bool neg = t.neg;
    t = wide_mul(t, one_minus(series_minus(odd_c, TERMS, square)));
    t.neg = neg;
    return i ? wide_add(wide_normal((struct wide){atan_c[i], -1, false}), t) : t;
}

static struct wide pi_times(int exp, bool neg)
{
    return (struct wide){pi_mant, exp, neg};
}

/* Zeros and infinities (SDM 2A table FPATAN): multiples of pi/4, or 0. `quarters` of pi. */
static unsigned patan_special(struct f80 *r, unsigned quarters, bool neg, unsigned before, unsigned cw)
{
    if (quarters == 0) {
        *r = signed_zero(neg);
        return before;
    }
    struct wide w = pi_times(quarters == 1 ? -1 : quarters == 2 ? 0 : 1, neg);
    if (quarters == 3)
        w = wide_mul((struct wide){(u128)3 << 126, 1, false}, pi_times(-1, neg));
    return finish(r, w, before, cw);
}

/* arctan(b / a), by the quadrant of (a, b). */
unsigned f80_patan(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    if (f80_nan(a) || f80_nan(b) || f80_unsupported(a) || f80_unsupported(b))
        return f80_nan_result(r, a, b);
    unsigned before = f80_denormal(a) || f80_denormal(b) ? SW_DE : 0;
    bool left = f80_neg(a), neg = f80_neg(b);
    if (f80_inf(b))
        return patan_special(r, f80_inf(a) ? (left ? 3 : 1) : 2, neg, before, cw);
    if (f80_zero(b) || f80_inf(a))
        return patan_special(r, left ? 4 : 0, neg, before, cw);
    if (f80_zero(a))
        return patan_special(r, 2, neg, before, cw);
    struct wide x = wide_from_f80(a), y = wide_from_f80(b), w;
    x.neg = y.neg = false;
    bool steep = y.exp > x.exp || (y.exp == x.exp && y.mant > x.mant);
    w = atan_of(steep ? wide_div(x, y) : wide_div(y, x));
    if (steep || left) {
        w.neg = steep != left;
        w = wide_add(pi_times(steep ? 0 : 1, false), w);
    }
    w.neg = neg;
    return finish(r, w, before, cw);
}

/* --- Logarithm --- */

/* log2((1 + s) / (1 - s)) for |s| < 0.172: 2/ln 2 * s * (1 + s^2/3 + s^4/5 ...) */
static struct wide log2_series(struct wide s)
{
    u128 f = fraction(s), z = mul_high(f, f);
    struct wide w = wide_mul(s, one_plus(series_plus(odd_c, ARRAY_LEN(odd_c), z)));
    return wide_mul(w, (struct wide){two_by_ln2_mant, 1, false});
}

static struct wide wide_int(int v)
{
    struct wide w = {(u128)(v < 0 ? -(int64_t)v : v), 127, v < 0};
    return wide_normal(w);
}

/* x > 0 */
static struct wide log2_of(struct wide x)
{
    int k = x.exp;
    struct wide one = one_plus(0), minus_one = one;
    minus_one.neg = true;
    x.exp = 0;
    if (x.mant > sqrt2_mant) {
        x.exp = -1;
        k++;
    }
    struct wide below = wide_add(x, minus_one);
    if (below.mant == 0)
        return wide_int(k);
    return wide_add(wide_int(k), log2_series(wide_div(below, wide_add(x, one))));
}

/* b times a logarithm that is infinite, or b infinite: sign of the product. */
static unsigned infinite(struct f80 *r, const struct f80 *b, bool log_neg, unsigned flags)
{
    *r = signed_inf(f80_neg(b) != log_neg);
    return flags;
}

/* y times a logarithm, which is exact for a power of two. */
static unsigned times_log(struct f80 *r, struct wide log, struct wide y, bool exact, unsigned before, unsigned cw)
{
    if (before & ~cw & SW_DE)
        return SW_DE;
    struct wide w = wide_mul(log, y);
    return before | f80_round(r, &w, !exact, cw);
}

/* b * log2(a): SDM 2A table FYL2X */
unsigned f80_yl2x(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    if (f80_nan(a) || f80_nan(b) || f80_unsupported(a) || f80_unsupported(b))
        return f80_nan_result(r, a, b);
    bool one = a->mant == F80_INTEGER_BIT && a->se == F80_BIAS, below_one = f80_exp(a) < F80_BIAS;
    if (f80_zero(a)) {
        if (f80_zero(b))
            return invalid(r);
        return infinite(r, b, true, f80_inf(b) ? 0 : SW_ZE);
    }
    if (f80_neg(a) || (f80_inf(a) && f80_zero(b)) || (one && f80_inf(b)))
        return invalid(r);
    unsigned before = f80_denormal(a) || f80_denormal(b) ? SW_DE : 0;
    if (f80_inf(a) || f80_inf(b))
        return infinite(r, b, below_one, before);
    if (one || f80_zero(b)) {
        *r = signed_zero(f80_neg(b) != below_one);
        return before;
    }
    struct wide x = wide_from_f80(a), y = wide_from_f80(b), w = log2_of(x);
    return times_log(r, w, y, x.mant == (u128)1 << 127, before, cw);
}

/* b * log2(a + 1) */
unsigned f80_yl2xp1(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)
{
    if (f80_nan(a) || f80_nan(b) || f80_unsupported(a) || f80_unsupported(b))
        return f80_nan_result(r, a, b);
    unsigned before = f80_denormal(a) || f80_denormal(b) ? SW_DE : 0;
    bool neg = f80_neg(a) != f80_neg(b);
    if ((f80_zero(a) && f80_inf(b)) || (f80_inf(a) && (f80_zero(b) || f80_neg(a))))
        return invalid(r);
    if (f80_inf(a) || f80_inf(b)) {
        *r = signed_inf(neg);
        return before;
    }
    if (f80_zero(a) || f80_zero(b)) {
        *r = signed_zero(neg);
        return before;
    }
    if (f80_neg(a) && f80_exp(a) >= F80_BIAS) {
        *r = *a;
        return before & ~cw ? before : before | SW_PE;
    }
    struct wide x = wide_from_f80(a), y = wide_from_f80(b), one = one_plus(0), two = one;
    two.exp = 1;
    if (x.exp <= -3)
        return times_log(r, log2_series(wide_div(x, wide_add(x, two))), y, false, before, cw);
    x = wide_add(x, one);
    return times_log(r, log2_of(x), y, x.mant == one.mant, before, cw);
}

/* --- Exponential --- */

/* 2^a - 1 = u * (1 + u/2! + u^2/3! ...), u = a ln 2 */
unsigned f80_2xm1(struct f80 *r, const struct f80 *a, unsigned cw)
{
    unsigned flags;
    if (no_number(r, a, &flags))
        return flags;
    *r = *a;
    if (f80_zero(a))
        return 0;
    unsigned exp = f80_exp(a);
    if (exp >= F80_BIAS) {
        if (f80_neg(a) && (f80_inf(a) || (exp == F80_BIAS && a->mant == F80_INTEGER_BIT)))
            *r = (struct f80){F80_INTEGER_BIT, (uint16_t)(F80_SIGN | (f80_inf(a) ? F80_BIAS : F80_BIAS - 1))};
        /* As AMD's processors do it, 1 gives not quite 1, and -1 gives -1/2, inexact. */
        if (exp == F80_BIAS && a->mant == F80_INTEGER_BIT && !f80_neg(a))
            return finish(r, one_minus(0), 0, cw);
        return f80_inf(a) ? 0 : SW_PE;
    }
    struct wide u = wide_mul(wide_from_f80(a), (struct wide){ln2_mant, -1, false});
    u128 f = fraction(u), acc = exp_c[ARRAY_LEN(exp_c) - 1];
    for (unsigned k = ARRAY_LEN(exp_c) - 1; k-- > 0;)
        acc = u.neg ? exp_c[k] - mul_high(acc, f) : exp_c[k] + mul_high(acc, f);
    struct wide w = wide_mul(u, wide_normal((struct wide){acc, 0, false}));
    return finish(r, w, f80_denormal(a) ? SW_DE : 0, cw);
}
