/* SPDX-License-Identifier: MIT */
/* Template of cpu/int/string.c: string instructions of one operand size (BITS). */
#include "cpu/int/sized.inc.h"
#define SIZE (BITS / 8)

static bool SIZED(movs_one)(struct cpu *c, const struct insn *in)
{
    uint64_t mask = ad_mask(in->adsize);
    T v;
    if (SEG_RD(in->seg, c->regs[RSI] & mask, &v) || SEG_WR(SEG_ES, c->regs[RDI] & mask, v))
        return true;
    advance(c, RSI, SIZE, mask);
    advance(c, RDI, SIZE, mask);
    return false;
}
static bool SIZED(stos_one)(struct cpu *c, const struct insn *in)
{
    uint64_t mask = ad_mask(in->adsize);
    if (SEG_WR(SEG_ES, c->regs[RDI] & mask, GET(RAX)))
        return true;
    advance(c, RDI, SIZE, mask);
    return false;
}
static bool SIZED(lods_one)(struct cpu *c, const struct insn *in)
{
    uint64_t mask = ad_mask(in->adsize);
    T v;
    if (SEG_RD(in->seg, c->regs[RSI] & mask, &v))
        return true;
    PUT(RAX, v);
    advance(c, RSI, SIZE, mask);
    return false;
}
static bool SIZED(cmps_one)(struct cpu *c, const struct insn *in)
{
    uint64_t mask = ad_mask(in->adsize);
    T a, b;
    if (SEG_RD(in->seg, c->regs[RSI] & mask, &a) || SEG_RD(SEG_ES, c->regs[RDI] & mask, &b))
        return true;
    cc_set(c, CC_SUB, SZ, (ST)(T)(a - b), a, b);
    advance(c, RSI, SIZE, mask);
    advance(c, RDI, SIZE, mask);
    return false;
}
static bool SIZED(scas_one)(struct cpu *c, const struct insn *in)
{
    uint64_t mask = ad_mask(in->adsize);
    T a = GET(RAX), b;
    if (SEG_RD(SEG_ES, c->regs[RDI] & mask, &b))
        return true;
    cc_set(c, CC_SUB, SZ, (ST)(T)(a - b), a, b);
    advance(c, RDI, SIZE, mask);
    return false;
}

static uint64_t SIZED(movs_chunk)(struct cpu *c, const struct insn *in, uint64_t max)
{
    uint64_t mask = ad_mask(in->adsize), src_lin, dst_lin;
    bool down = (c->eflags & FL_DF) != 0;
    uint64_t n = fit(c, in->seg, c->regs[RSI] & mask, SIZE, ACC_READ, mask, max, &src_lin);
    n = fit(c, SEG_ES, c->regs[RDI] & mask, SIZE, ACC_WRITE, mask, n, &dst_lin);
    if (n < 2 || !host_of(c, src_lin, ACC_READ))
        return 0;
    uint8_t *dst = host_of(c, dst_lin, ACC_WRITE);
    uint8_t *src = dst ? host_of(c, src_lin, ACC_READ) : NULL; /* again: the write may have given the page a new home */
    if (!src)
        return 0;
    uint64_t distance = dst > src ? (uint64_t)(dst - src) : (uint64_t)(src - dst);
    if (!down && distance >= n * SIZE)
        memcpy(dst, src, n * SIZE);
    else if (!down)
        for (uint64_t k = 0; k < n; k++) /* an overlap repeats the pattern, element by element */
            memcpy(dst + k * SIZE, src + k * SIZE, SIZE);
    else
        for (uint64_t k = 0; k < n; k++)
            memcpy(dst - k * SIZE, src - k * SIZE, SIZE);
    advance(c, RSI, n * SIZE, mask);
    advance(c, RDI, n * SIZE, mask);
    return n;
}
static uint64_t SIZED(stos_chunk)(struct cpu *c, const struct insn *in, uint64_t max)
{
    uint64_t mask = ad_mask(in->adsize), lin;
    uint64_t n = fit(c, SEG_ES, c->regs[RDI] & mask, SIZE, ACC_WRITE, mask, max, &lin);
    uint8_t *dst = n < 2 ? NULL : host_of(c, lin, ACC_WRITE);
    if (!dst)
        return 0;
    T v = GET(RAX);
    if (c->eflags & FL_DF)
        dst -= (n - 1) * SIZE;
    for (uint64_t k = 0; k < n; k++)
        memcpy(dst + k * SIZE, &v, SIZE);
    advance(c, RDI, n * SIZE, mask);
    return n;
}

/*
 * INS: permission first, then the destination must be writable, then the port is read once (SDM 2A INS). OUTS reads
 * memory before the port is written.
 */
static bool SIZED(ins_one)(struct cpu *c, const struct insn *in)
{
    uint64_t mask = ad_mask(in->adsize), lin;
    uint16_t port = reg16(c, RDX);
    if (io_check(c, port, SIZE) || seg_lin(c, SEG_ES, c->regs[RDI] & mask, SIZE, ACC_WRITE, &lin) ||
        probe_write(c, lin, SIZE))
        return true;
    T v = (T)cpu_in(c, port, SIZE);
    if (LIN_WR(lin, v))
        return true;
    advance(c, RDI, SIZE, mask);
    return false;
}
static bool SIZED(outs_one)(struct cpu *c, const struct insn *in)
{
    uint64_t mask = ad_mask(in->adsize);
    uint16_t port = reg16(c, RDX);
    T v;
    if (io_check(c, port, SIZE) || SEG_RD(in->seg, c->regs[RSI] & mask, &v))
        return true;
    cpu_out(c, port, SIZE, v);
    advance(c, RSI, SIZE, mask);
    return false;
}

#define STRING_INSN(name, op, chunk, compares)                      \
    INSN(name)                                                      \
    {                                                               \
        if (i->in.flags & (IF_REP | IF_REPNE))                      \
            return rep_run(c, i, SIZED(op##_one), chunk, compares); \
        return SIZED(op##_one)(c, &i->in) ? X_FAULT : X_NEXT;       \
    }
#if BITS == 8
STRING_INSN(x_movs_Yb_Xb, movs, movs_chunk8, false)
STRING_INSN(x_stos_Yb, stos, stos_chunk8, false)
STRING_INSN(x_lods_Xb, lods, NULL, false)
STRING_INSN(x_cmps_Xb_Yb, cmps, NULL, true)
STRING_INSN(x_scas_AL_Yb, scas, NULL, true)
STRING_INSN(x_ins_Yb_DX, ins, NULL, false)
STRING_INSN(x_outs_DX_Xb, outs, NULL, false)
#else
STRING_INSN(CAT2(x_movs_Yv_Xv, SFX), movs, SIZED(movs_chunk), false)
STRING_INSN(CAT2(x_stos_Yv, SFX), stos, SIZED(stos_chunk), false)
STRING_INSN(CAT2(x_lods_Xv, SFX), lods, NULL, false)
STRING_INSN(CAT2(x_cmps_Xv_Yv, SFX), cmps, NULL, true)
STRING_INSN(CAT2(x_scas_rAX_Yv, SFX), scas, NULL, true)
#endif
#undef STRING_INSN
#undef SIZE
#include "cpu/int/sized_end.inc.h"
