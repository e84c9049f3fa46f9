/* SPDX-License-Identifier: MIT */
/*
 * MMX (SDM 1 9), with what SSE and SSE2 added for MMX registers (SDM 1 10.4.4, 11.4.2). The
 * registers are the significands of the x87's physical ones: SDM 3A 12.2.
 */
#include "cpu/simd/simd.h"

#include "cpu/engine/gen_dispatch.h"

bool mmx_blocked(struct cpu *c, const struct xinsn *i, enum xstat *st)
{
    if (c->cr0 & CR0_EM) {
        *st = raise_ud(c);
        return true;
    }
    return x87_blocked(c, i, st);
}

bool simd_read_slow(struct cpu *c, const struct insn *in, unsigned size, bool aligned, void *data)
{
    uint64_t lin;
    return seg_lin(c, in->seg, ea(c, in), size, ACC_READ, &lin) || (aligned && simd_misaligned(c, lin)) ||
           lin_read_slow(c, lin, size, data);
}
bool simd_write_slow(struct cpu *c, const struct insn *in, unsigned size, bool aligned, const void *data)
{
    uint64_t lin;
    return seg_lin(c, in->seg, ea(c, in), size, ACC_WRITE, &lin) || (aligned && simd_misaligned(c, lin)) ||
           lin_write_slow(c, lin, size, data);
}

INSN(x_emms)
{
    MMX_READY(c, i, false);
    c->x87.top = 0;
    c->x87.tag = 0xff;
    return X_NEXT;
}

/* --- Moves --- */

INSN_MEM(x_movd_Pq_Ey_r)
{
    MMX_READY(c, i, fast);
    mmx_put(c, i->in.reg, vec_d(reg32(c, i->in.rm)));
    return X_NEXT;
}
INSN_MEM(x_movd_Pq_Ey_m)
{
    vec v;
    MMX_READY(c, i, fast);
    if (simd_load(c, &i->in, 4, fast, &v))
        return MISS;
    mmx_put(c, i->in.reg, v);
    return X_NEXT;
}
INSN_MEM(x_movd_Ey_Pq_r)
{
    MMX_READY(c, i, fast);
    set32(c, i->in.rm, (uint32_t)c->x87.st[i->in.reg].mant);
    mmx_enter(c);
    return X_NEXT;
}
INSN_MEM(x_movd_Ey_Pq_m)
{
    MMX_READY(c, i, fast);
    if (simd_write(c, &i->in, 4, false, fast, &c->x87.st[i->in.reg].mant))
        return MISS;
    mmx_enter(c);
    return X_NEXT;
}
INSN_MEM(x_movq_Pq_Qq_r)
{
    MMX_READY(c, i, fast);
    mmx_put(c, i->in.reg, mmx_get(c, i->in.rm));
    return X_NEXT;
}
INSN_MEM(x_movq_Pq_Qq_m)
{
    vec v;
    MMX_READY(c, i, fast);
    if (simd_load(c, &i->in, 8, fast, &v))
        return MISS;
    mmx_put(c, i->in.reg, v);
    return X_NEXT;
}
INSN_MEM(x_movq_Qq_Pq_r)
{
    MMX_READY(c, i, fast);
    mmx_put(c, i->in.rm, mmx_get(c, i->in.reg));
    return X_NEXT;
}
INSN_MEM(x_movq_Qq_Pq_m)
{
    MMX_READY(c, i, fast);
    if (simd_write(c, &i->in, 8, false, fast, &c->x87.st[i->in.reg].mant))
        return MISS;
    mmx_enter(c);
    return X_NEXT;
}
INSN_MEM(x_movntq_Mq_Pq)
{
    MMX_READY(c, i, fast);
    if (simd_write(c, &i->in, 8, false, fast, &c->x87.st[i->in.reg].mant))
        return MISS;
    mmx_enter(c);
    return X_NEXT;
}

/* --- Lanes --- */

#define MMX_LANES(name, host) MMX_BINARY(name, Qq, 8, v_##name)
SIMD_LANES(MMX_LANES)

/* Both operands in one vector, the destination's quadword first. */
static inline vec both(vec d, vec s)
{
    return v_punpcklqdq(d, s);
}
#define MMX_PACK(name, host)                     \
    static inline vec mmx_##name(vec d, vec s)   \
    {                                            \
        return v_##name(both(d, s), vec_zero()); \
    }                                            \
    MMX_BINARY(name, Qq, 8, mmx_##name)
SIMD_PACKS(MMX_PACK)

#define MMX_UNPACK_LOW(name, host) MMX_BINARY(name, Qd, 4, v_##name)
SIMD_UNPACKS(MMX_UNPACK_LOW)

/* The upper half of what interleaving all of both gives. */
#define MMX_UNPACK_HIGH(name, low)             \
    static inline vec mmx_##name(vec d, vec s) \
    {                                          \
        return vec_q(vec_high(v_##low(d, s))); \
    }                                          \
    MMX_BINARY(name, Qq, 8, mmx_##name)
MMX_UNPACK_HIGH(punpckhbw, punpcklbw)
MMX_UNPACK_HIGH(punpckhwd, punpcklwd)
MMX_UNPACK_HIGH(punpckhdq, punpckldq)

#define MMX_SHIFT(name)                                                         \
    INSN_MEM(x_##name##_Nq_Ib)                                                  \
    {                                                                           \
        MMX_READY(c, i, fast);                                                  \
        mmx_put(c, i->in.rm, v_##name(mmx_get(c, i->in.rm), vec_q(i->in.imm))); \
        return X_NEXT;                                                          \
    }
MMX_SHIFT(psrlw)
MMX_SHIFT(psraw)
MMX_SHIFT(psllw)
MMX_SHIFT(psrld)
MMX_SHIFT(psrad)
MMX_SHIFT(pslld)
MMX_SHIFT(psrlq)
MMX_SHIFT(psllq)

/* --- Single words --- */

static inline vec shuffled(uint64_t s, unsigned order)
{
    uint64_t r = 0;
    for (unsigned k = 0; k < 4; k++)
        r |= (s >> 16 * (order >> 2 * k & 3) & 0xffff) << 16 * k;
    return vec_q(r);
}
INSN_MEM(x_pshufw_Pq_Qq_Ib_r)
{
    MMX_READY(c, i, fast);
    mmx_put(c, i->in.reg, shuffled(c->x87.st[i->in.rm].mant, (unsigned)i->in.imm));
    return X_NEXT;
}
INSN_MEM(x_pshufw_Pq_Qq_Ib_m)
{
    vec s;
    MMX_READY(c, i, fast);
    if (simd_load(c, &i->in, 8, fast, &s))
        return MISS;
    mmx_put(c, i->in.reg, shuffled(vec_low(s), (unsigned)i->in.imm));
    return X_NEXT;
}

static inline void insert_word(struct cpu *c, const struct insn *in, uint16_t w)
{
    unsigned at = 16 * (in->imm & 3);
    uint64_t d = c->x87.st[in->reg].mant & ~(UINT64_C(0xffff) << at);
    mmx_put(c, in->reg, vec_q(d | (uint64_t)w << at));
}
INSN_MEM(x_pinsrw_Pq_Ew_Ib_r)
{
    MMX_READY(c, i, fast);
    insert_word(c, &i->in, reg16(c, i->in.rm));
    return X_NEXT;
}
INSN_MEM(x_pinsrw_Pq_Ew_Ib_m)
{
    uint16_t w;
    MMX_READY(c, i, fast);
    if (simd_read(c, &i->in, 2, false, fast, &w))
        return MISS;
    insert_word(c, &i->in, w);
    return X_NEXT;
}
INSN_MEM(x_pextrw_Gd_Nq_Ib)
{
    MMX_READY(c, i, fast);
    set32(c, i->in.reg, c->x87.st[i->in.rm].mant >> 16 * (i->in.imm & 3) & 0xffff);
    mmx_enter(c);
    return X_NEXT;
}
INSN_MEM(x_pmovmskb_Gd_Nq)
{
    MMX_READY(c, i, fast);
    set32(c, i->in.reg, vec_signs8(mmx_get(c, i->in.rm)));
    mmx_enter(c);
    return X_NEXT;
}

/* --- Masked stores --- */

/*
 * Stores those bytes of v whose mask byte has its sign set at rDI. Without any, memory is not
 * touched: SDM 2A MASKMOVQ leaves open whether that can fault. The segment is checked for all
 * bytes, pages only where a byte goes.
 */
bool simd_masked_store(struct cpu *c, const struct insn *in, vec v, vec mask, unsigned size)
{
    uint8_t bytes[16];
    unsigned wanted = vec_signs8(mask) & ((1u << size) - 1);
    uint64_t off = c->regs[RDI] & ad_mask(in->adsize), lin;
    if (!wanted)
        return false;
    if (seg_lin(c, in->seg, off, size, ACC_WRITE, &lin))
        return true;
    unsigned first = (unsigned)__builtin_ctz(wanted), last = 31 - (unsigned)__builtin_clz(wanted);
    if (probe_write(c, lin + first, 1) || probe_write(c, lin + last, 1))
        return true;
    vec_put(bytes, v);
    for (unsigned k = first; k <= last; k++)
        if (wanted >> k & 1)
            lin_wr8(c, lin + k, bytes[k]);
    return false;
}

INSN(x_maskmovq_Pq_Nq)
{
    MMX_READY(c, i, false);
    if (simd_masked_store(c, &i->in, mmx_get(c, i->in.reg), mmx_get(c, i->in.rm), 8))
        return X_FAULT;
    mmx_enter(c);
    return X_NEXT;
}
