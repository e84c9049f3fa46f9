/* SPDX-License-Identifier: MIT */
/* What MMX and SSE instruction files share: readiness, registers, memory operands. SDM 1 9-12; SDM
 * 3A 12, 13. */
#ifndef VITRINE_CPU_SIMD_SIMD_H
#define VITRINE_CPU_SIMD_SIMD_H

#include "cpu/engine/handler.h"
#include "cpu/simd/simd_host.h"
#include "cpu/sys/system.h"
#include "cpu/fp/x87.h"

/* MXCSR: SDM 1 10.2.3. Masks are the flags' bits 7 further up. */
enum {
    MX_IE = 1,
    MX_DE = 2,
    MX_ZE = 4,
    MX_OE = 8,
    MX_UE = 0x10,
    MX_PE = 0x20,
    MX_FLAGS = 0x3f,
    MX_DAZ = 0x40,
    MX_MASK_SHIFT = 7,
    MX_MASKS = MX_FLAGS << MX_MASK_SHIFT,
    MX_RC = 0x6000,
    MX_FTZ = 0x8000,
    MX_INIT = 0x1f80
};

/* --- Readiness. First in every instruction; `fast` as in INSN_MEM. --- */

/* True: the MMX instruction cannot start; *st says why (#UD, #NM, #MF or frozen by FERR#: SDM 3A
 * tables 12-1 and 2-4). */
bool mmx_blocked(struct cpu *c, const struct xinsn *i, enum xstat *st);
enum xstat sse_blocked(struct cpu *c); /* #UD or #NM: SDM 3A 13.1 */

#define MMX_READY(c, i, fast)                                                \
    do {                                                                     \
        if (unlikely((c)->cr0 & (CR0_EM | CR0_TS) || (c)->x87.sw & SW_ES)) { \
            enum xstat blocked_;                                             \
            if (fast)                                                        \
                return X_MISSED;                                             \
            if (mmx_blocked(c, i, &blocked_))                                \
                return blocked_;                                             \
        }                                                                    \
    } while (0)
#define SSE_READY(c, fast)                                                      \
    do {                                                                        \
        if (unlikely((c)->cr0 & (CR0_EM | CR0_TS) || !((c)->cr4 & CR4_OSFXSR))) \
            return (fast) ? X_MISSED : sse_blocked(c);                          \
    } while (0)

/* MXCSR_MASK (SDM 1 11.6.6): denormals-are-zeros came with SSE2. */
static inline uint32_t mxcsr_valid(const struct cpu *c)
{
    return has_feature(c, CPUID_SSE2) ? 0xffff : 0xffff & ~(uint32_t)MX_DAZ;
}

/* --- Registers --- */

static inline vec xmm_get(const struct cpu *c, unsigned r)
{
    return vec_get(&c->xmm[r]);
}
static inline void xmm_put(struct cpu *c, unsigned r, vec v)
{
    vec_put(&c->xmm[r], v);
}

/* An MMX register is the significand of the x87 register of its number; see mmx_enter. */
static inline vec mmx_get(const struct cpu *c, unsigned r)
{
    return vec_q(c->x87.st[r].mant);
}
/* What every MMX instruction but EMMS does to the x87 (SDM 3A table 12-2). When nothing can fault
 * any more. */
static inline void mmx_enter(struct cpu *c)
{
    c->x87.top = 0;
    c->x87.tag = 0;
}
static inline void mmx_put(struct cpu *c, unsigned r, vec v)
{
    mmx_enter(c);
    c->x87.st[r].mant = vec_low(v);
    c->x87.st[r].se = 0xffff;
}

/* --- Memory operands. True: return MISS. --- */

/* #GP(0) for an operand that must lie on a 16-byte boundary and does not. */
static inline bool simd_misaligned(struct cpu *c, uint64_t lin)
{
    if (likely(!(lin & 15)))
        return false;
    raise_gp(c, 0);
    return true;
}

/* Whole accesses of `size` bytes, every check made; cpu/simd/mmx.c. */
bool simd_read_slow(struct cpu *c, const struct insn *in, unsigned size, bool aligned, void *data);
bool simd_write_slow(struct cpu *c, const struct insn *in, unsigned size, bool aligned, const void *data);

/* Where the operand is, if the TLB has it. True: it has not, or it is misaligned. */
static inline __attribute__((always_inline)) bool simd_host(struct cpu *c, const struct insn *in, unsigned size,
                                                            bool aligned, enum access_kind kind, uint8_t **p)
{
    return try_host(c, in->seg, ea(c, in), size, kind, p) || (aligned && (uintptr_t)*p & 15);
}
static inline __attribute__((always_inline)) bool simd_read(struct cpu *c, const struct insn *in, unsigned size,
                                                            bool aligned, bool fast, void *data)
{
    uint8_t *p;
    if (!fast)
        return simd_read_slow(c, in, size, aligned, data);
    if (simd_host(c, in, size, aligned, ACC_READ, &p))
        return true;
    memcpy(data, p, size);
    return false;
}
static inline __attribute__((always_inline)) bool simd_write(struct cpu *c, const struct insn *in, unsigned size,
                                                             bool aligned, bool fast, const void *data)
{
    uint8_t *p;
    if (!fast)
        return simd_write_slow(c, in, size, aligned, data);
    if (simd_host(c, in, size, aligned, ACC_WRITE, &p))
        return true;
    memcpy(p, data, size);
    return false;
}
/* Of 4, 8 or 16 bytes into the low part of *v; the rest of it is zero. */
static inline __attribute__((always_inline)) bool simd_load_any(struct cpu *c, const struct insn *in, unsigned size,
                                                                bool aligned, bool fast, vec *v)
{
    uint64_t q[2] = {0};
    uint8_t *p = (uint8_t *)q;
    if (fast ? simd_host(c, in, size, aligned, ACC_READ, &p) : simd_read_slow(c, in, size, aligned, q))
        return true;
    *v = size == 16 ? vec_get(p) : size == 8 ? vec_q(ld64(p)) : vec_d(ld32(p));
    return false;
}
/* The same, 16 bytes being aligned. */
static inline __attribute__((always_inline)) bool simd_load(struct cpu *c, const struct insn *in, unsigned size,
                                                            bool fast, vec *v)
{
    return simd_load_any(c, in, size, size == 16, fast, v);
}

/* MASKMOVQ and MASKMOVDQU; cpu/simd/mmx.c. True: raised, and nothing stored. */
bool simd_masked_store(struct cpu *c, const struct insn *in, vec v, vec mask, unsigned size);

/* --- Instructions that read a source and compute a register from both --- */

/* x_NAME_Pq_SRC_r and _m of MMX: memory operand of `size` bytes. */
#define MMX_BINARY(name, src, size, operation)                                         \
    INSN_MEM(x_##name##_Pq_##src##_r)                                                  \
    {                                                                                  \
        MMX_READY(c, i, fast);                                                         \
        mmx_put(c, i->in.reg, operation(mmx_get(c, i->in.reg), mmx_get(c, i->in.rm))); \
        return X_NEXT;                                                                 \
    }                                                                                  \
    INSN_MEM(x_##name##_Pq_##src##_m)                                                  \
    {                                                                                  \
        vec s;                                                                         \
        MMX_READY(c, i, fast);                                                         \
        if (simd_load(c, &i->in, size, fast, &s))                                      \
            return MISS;                                                               \
        mmx_put(c, i->in.reg, operation(mmx_get(c, i->in.reg), s));                    \
        return X_NEXT;                                                                 \
    }
/* x_NAME_OPERANDS_r and _m of SSE. */
#define SSE_BINARY(name, operands, size, operation)                                    \
    INSN_MEM(x_##name##_##operands##_r)                                                \
    {                                                                                  \
        SSE_READY(c, fast);                                                            \
        xmm_put(c, i->in.reg, operation(xmm_get(c, i->in.reg), xmm_get(c, i->in.rm))); \
        return X_NEXT;                                                                 \
    }                                                                                  \
    INSN_MEM(x_##name##_##operands##_m)                                                \
    {                                                                                  \
        vec s;                                                                         \
        SSE_READY(c, fast);                                                            \
        if (simd_load(c, &i->in, size, fast, &s))                                      \
            return MISS;                                                               \
        xmm_put(c, i->in.reg, operation(xmm_get(c, i->in.reg), s));                    \
        return X_NEXT;                                                                 \
    }

#endif
