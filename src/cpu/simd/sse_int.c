/* SPDX-License-Identifier: MIT */
/*
 * SSE2's 128-bit integer instructions, and shuffles and logic of packed floating point, which have
 * no rounding and no exceptions either: SDM 1 11.4.1.3, 11.4.2; SDM 2.
 */
#include "cpu/simd/simd.h"

#include "cpu/engine/gen_dispatch.h"

#define SSE_INTEGER(name, host) SSE_BINARY(name, Vdq_Wdq, 16, v_##name)
SIMD_LANES(SSE_INTEGER)
SIMD_PACKS(SSE_INTEGER)
SIMD_UNPACKS(SSE_INTEGER)
SIMD_WHOLE(SSE_INTEGER)

SSE_BINARY(andps, Vps_Wps, 16, v_pand)
SSE_BINARY(andnps, Vps_Wps, 16, v_pandn)
SSE_BINARY(orps, Vps_Wps, 16, v_por)
SSE_BINARY(xorps, Vps_Wps, 16, v_pxor)
SSE_BINARY(unpcklps, Vps_Wps, 16, v_punpckldq)
SSE_BINARY(unpckhps, Vps_Wps, 16, v_punpckhdq)
SSE_BINARY(andpd, Vpd_Wpd, 16, v_pand)
SSE_BINARY(andnpd, Vpd_Wpd, 16, v_pandn)
SSE_BINARY(orpd, Vpd_Wpd, 16, v_por)
SSE_BINARY(xorpd, Vpd_Wpd, 16, v_pxor)
SSE_BINARY(unpcklpd, Vpd_Wpd, 16, v_punpcklqdq)
SSE_BINARY(unpckhpd, Vpd_Wpd, 16, v_punpckhqdq)

/* --- Shifts by an immediate --- */

/* Of the whole register, by bytes. */
static inline vec v_psrldq(vec d, vec count)
{
    uint8_t b[32] = {0};
    uint64_t n = vec_low(count);
    vec_put(b, d);
    return n > 15 ? vec_zero() : vec_get(b + n);
}
static inline vec v_pslldq(vec d, vec count)
{
    uint8_t b[32] = {0};
    uint64_t n = vec_low(count);
    vec_put(b + 16, d);
    return n > 15 ? vec_zero() : vec_get(b + 16 - n);
}

#define SSE_SHIFT(name)                                                         \
    INSN_MEM(x_##name##_Udq_Ib)                                                 \
    {                                                                           \
        SSE_READY(c, fast);                                                     \
        xmm_put(c, i->in.rm, v_##name(xmm_get(c, i->in.rm), vec_q(i->in.imm))); \
        return X_NEXT;                                                          \
    }
SSE_SHIFT(psrlw)
SSE_SHIFT(psraw)
SSE_SHIFT(psllw)
SSE_SHIFT(psrld)
SSE_SHIFT(psrad)
SSE_SHIFT(pslld)
SSE_SHIFT(psrlq)
SSE_SHIFT(psllq)
SSE_SHIFT(psrldq)
SSE_SHIFT(pslldq)

/* --- Shuffles by an immediate --- */

/* Of four doublewords: the low two from d, the high two from s. */
static inline vec shufps(vec d, vec s, unsigned order)
{
    uint32_t a[4], b[4];
    vec_put(a, d);
    vec_put(b, s);
    return vec_qq(a[order & 3] | (uint64_t)a[order >> 2 & 3] << 32,
                  b[order >> 4 & 3] | (uint64_t)b[order >> 6 & 3] << 32);
}
static inline vec shufpd(vec d, vec s, unsigned order)
{
    return vec_qq(order & 1 ? vec_high(d) : vec_low(d), order & 2 ? vec_high(s) : vec_low(s));
}
static inline vec pshufd(vec d, vec s, unsigned order)
{
    (void)d;
    return shufps(s, s, order);
}
static inline uint64_t shuffled_words(uint64_t s, unsigned order)
{
    uint64_t r = 0;
    for (unsigned k = 0; k < 4; k++)
        r |= (s >> 16 * (order >> 2 * k & 3) & 0xffff) << 16 * k;
    return r;
}
static inline vec pshufhw(vec d, vec s, unsigned order)
{
    (void)d;
    return vec_qq(vec_low(s), shuffled_words(vec_high(s), order));
}
static inline vec pshuflw(vec d, vec s, unsigned order)
{
    (void)d;
    return vec_qq(shuffled_words(vec_low(s), order), vec_high(s));
}

#define SSE_SHUFFLE(name, operands)                                                                    \
    INSN_MEM(x_##name##_##operands##_Ib_r)                                                             \
    {                                                                                                  \
        SSE_READY(c, fast);                                                                            \
        xmm_put(c, i->in.reg, name(xmm_get(c, i->in.reg), xmm_get(c, i->in.rm), (unsigned)i->in.imm)); \
        return X_NEXT;                                                                                 \
    }                                                                                                  \
    INSN_MEM(x_##name##_##operands##_Ib_m)                                                             \
    {                                                                                                  \
        vec s;                                                                                         \
        SSE_READY(c, fast);                                                                            \
        if (simd_load(c, &i->in, 16, fast, &s))                                                        \
            return MISS;                                                                               \
        xmm_put(c, i->in.reg, name(xmm_get(c, i->in.reg), s, (unsigned)i->in.imm));                    \
        return X_NEXT;                                                                                 \
    }
SSE_SHUFFLE(shufps, Vps_Wps)
SSE_SHUFFLE(shufpd, Vpd_Wpd)
SSE_SHUFFLE(pshufd, Vdq_Wdq)
SSE_SHUFFLE(pshufhw, Vdq_Wdq)
SSE_SHUFFLE(pshuflw, Vdq_Wdq)

/* --- Single words, masks --- */

INSN_MEM(x_pinsrw_Vdq_Ew_Ib_r)
{
    SSE_READY(c, fast);
    c->xmm[i->in.reg].w[i->in.imm & 7] = reg16(c, i->in.rm);
    return X_NEXT;
}
INSN_MEM(x_pinsrw_Vdq_Ew_Ib_m)
{
    uint16_t w;
    SSE_READY(c, fast);
    if (simd_read(c, &i->in, 2, false, fast, &w))
        return MISS;
    c->xmm[i->in.reg].w[i->in.imm & 7] = w;
    return X_NEXT;
}
INSN_MEM(x_pextrw_Gd_Udq_Ib)
{
    SSE_READY(c, fast);
    set32(c, i->in.reg, c->xmm[i->in.rm].w[i->in.imm & 7]);
    return X_NEXT;
}
#define SSE_SIGNS(name, operands, signs)                  \
    INSN_MEM(x_##name##_##operands)                       \
    {                                                     \
        SSE_READY(c, fast);                               \
        set32(c, i->in.reg, signs(xmm_get(c, i->in.rm))); \
        return X_NEXT;                                    \
    }
SSE_SIGNS(pmovmskb, Gd_Udq, vec_signs8)
SSE_SIGNS(movmskps, Gd_Ups, vec_signs32)
SSE_SIGNS(movmskpd, Gd_Upd, vec_signs64)

INSN(x_maskmovdqu_Vdq_Udq)
{
    SSE_READY(c, false);
    return simd_masked_store(c, &i->in, xmm_get(c, i->in.reg), xmm_get(c, i->in.rm), 16) ? X_FAULT : X_NEXT;
}
