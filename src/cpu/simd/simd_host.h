/* SPDX-License-Identifier: MIT */
/*
 * 128-bit integer operations, on the host's SSE2. MMX instructions use them on the low halves.
 * Another host fills the same functions with its own vectors or with loops: none of them has a
 * rounding or an exception.
 */
#ifndef VITRINE_CPU_SIMD_SIMD_HOST_H
#define VITRINE_CPU_SIMD_SIMD_HOST_H

#include <stdint.h>
#include <string.h>

#ifndef __SSE2__
#error "simd_host.h needs a host with SSE2; another host needs its own vectors behind these functions"
#endif
#include <emmintrin.h>

typedef __m128i vec;

static inline vec vec_get(const void *p) /* any alignment */
{
    return _mm_loadu_si128(p);
}
static inline void vec_put(void *p, vec v)
{
    _mm_storeu_si128(p, v);
}
static inline vec vec_zero(void)
{
    return _mm_setzero_si128();
}
static inline vec vec_q(uint64_t low)
{
    return _mm_set_epi64x(0, (int64_t)low);
}
static inline vec vec_qq(uint64_t low, uint64_t high)
{
    return _mm_set_epi64x((int64_t)high, (int64_t)low);
}
static inline vec vec_d(uint32_t low)
{
    return _mm_cvtsi32_si128((int32_t)low);
}
static inline uint64_t vec_low(vec v)
{
    uint64_t q;
    _mm_storel_epi64((vec *)(void *)&q, v);
    return q;
}
static inline uint64_t vec_high(vec v)
{
    return vec_low(_mm_unpackhi_epi64(v, v));
}
static inline uint32_t vec_low32(vec v)
{
    return (uint32_t)_mm_cvtsi128_si32(v);
}
/* The low quadword, double or single of s above the rest of d. */
static inline vec vec_merge64(vec d, vec s)
{
    return vec_qq(vec_low(s), vec_high(d));
}
static inline vec vec_merge32(vec d, vec s)
{
    return _mm_castps_si128(_mm_move_ss(_mm_castsi128_ps(d), _mm_castsi128_ps(s)));
}
static inline unsigned vec_signs8(vec v)
{
    return (unsigned)_mm_movemask_epi8(v);
}
static inline unsigned vec_signs32(vec v)
{
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(v));
}
static inline unsigned vec_signs64(vec v)
{
    return (unsigned)_mm_movemask_pd(_mm_castsi128_pd(v));
}

/*
 * Operations of two operands, with the name of the instruction; in the same place of both lists
 * what the host has for it. Those of the first work on each lane by itself, so that MMX registers
 * need nothing else; shifts take their count from the low quadword of s.
 */
#define SIMD_LANES(X)           \
    X(paddb, _mm_add_epi8)      \
    X(paddw, _mm_add_epi16)     \
    X(paddd, _mm_add_epi32)     \
    X(paddq, _mm_add_epi64)     \
    X(psubb, _mm_sub_epi8)      \
    X(psubw, _mm_sub_epi16)     \
    X(psubd, _mm_sub_epi32)     \
    X(psubq, _mm_sub_epi64)     \
    X(paddsb, _mm_adds_epi8)    \
    X(paddsw, _mm_adds_epi16)   \
    X(paddusb, _mm_adds_epu8)   \
    X(paddusw, _mm_adds_epu16)  \
    X(psubsb, _mm_subs_epi8)    \
    X(psubsw, _mm_subs_epi16)   \
    X(psubusb, _mm_subs_epu8)   \
    X(psubusw, _mm_subs_epu16)  \
    X(pcmpeqb, _mm_cmpeq_epi8)  \
    X(pcmpeqw, _mm_cmpeq_epi16) \
    X(pcmpeqd, _mm_cmpeq_epi32) \
    X(pcmpgtb, _mm_cmpgt_epi8)  \
    X(pcmpgtw, _mm_cmpgt_epi16) \
    X(pcmpgtd, _mm_cmpgt_epi32) \
    X(pand, _mm_and_si128)      \
    X(pandn, _mm_andnot_si128)  \
    X(por, _mm_or_si128)        \
    X(pxor, _mm_xor_si128)      \
    X(pminub, _mm_min_epu8)     \
    X(pmaxub, _mm_max_epu8)     \
    X(pminsw, _mm_min_epi16)    \
    X(pmaxsw, _mm_max_epi16)    \
    X(pavgb, _mm_avg_epu8)      \
    X(pavgw, _mm_avg_epu16)     \
    X(pmullw, _mm_mullo_epi16)  \
    X(pmulhw, _mm_mulhi_epi16)  \
    X(pmulhuw, _mm_mulhi_epu16) \
    X(pmuludq, _mm_mul_epu32)   \
    X(pmaddwd, _mm_madd_epi16)  \
    X(psadbw, _mm_sad_epu8)     \
    X(psrlw, _mm_srl_epi16)     \
    X(psrld, _mm_srl_epi32)     \
    X(psrlq, _mm_srl_epi64)     \
    X(psraw, _mm_sra_epi16)     \
    X(psrad, _mm_sra_epi32)     \
    X(psllw, _mm_sll_epi16)     \
    X(pslld, _mm_sll_epi32)     \
    X(psllq, _mm_sll_epi64)
#define SIMD_PACKS(X)             \
    X(packsswb, _mm_packs_epi16)  \
    X(packuswb, _mm_packus_epi16) \
    X(packssdw, _mm_packs_epi32)
#define SIMD_UNPACKS(X)              \
    X(punpcklbw, _mm_unpacklo_epi8)  \
    X(punpcklwd, _mm_unpacklo_epi16) \
    X(punpckldq, _mm_unpacklo_epi32)
#define SIMD_WHOLE(X)                 \
    X(punpckhbw, _mm_unpackhi_epi8)   \
    X(punpckhwd, _mm_unpackhi_epi16)  \
    X(punpckhdq, _mm_unpackhi_epi32)  \
    X(punpcklqdq, _mm_unpacklo_epi64) \
    X(punpckhqdq, _mm_unpackhi_epi64)

#define SIMD_DEFINE(name, host)              \
    static inline vec v_##name(vec d, vec s) \
    {                                        \
        return host(d, s);                   \
    }
SIMD_LANES(SIMD_DEFINE)
SIMD_PACKS(SIMD_DEFINE)
SIMD_UNPACKS(SIMD_DEFINE)
SIMD_WHOLE(SIMD_DEFINE)
#undef SIMD_DEFINE

#endif
