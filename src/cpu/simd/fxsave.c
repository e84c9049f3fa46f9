/* SPDX-License-Identifier: MIT */
/*
 * The state of x87, MMX and SSE in memory: FXSAVE, FXRSTOR (SDM 1 10.5), LDMXCSR, STMXCSR; CLFLUSH,
 * MONITOR, MWAIT (SDM 2, SDM 3A 8.10).
 *
 * Without CR4.OSFXSR the images have no XMM registers and no MXCSR, which SDM 2A FXSAVE leaves to
 * the processor. Caches are not modelled: CLFLUSH is the access that it is checked as. LIMIT: MWAIT
 * waits for an interrupt as HLT does; a device's store to the monitored line does not end it.
 */
#include "cpu/simd/simd.h"

#include "cpu/engine/gen_dispatch.h"

enum {
    IMAGE = 512,
    IMAGE_USED = 464, /* the rest is for the operating system: never accessed */
    FX_CW = 0,
    FX_SW = 2,
    FX_TAG = 4,
    FX_OP = 6,
    FX_IP = 8,
    FX_CS = 12,
    FX_DP = 16,
    FX_DS = 20,
    FX_MXCSR = 24,
    FX_MXCSR_MASK = 28,
    FX_ST = 32,
    FX_XMM = 160,
    FX_XMM_END = FX_XMM + 8 * 16,
    PIECE = 16
};

enum xstat sse_blocked(struct cpu *c)
{
    return c->cr0 & CR0_EM || !(c->cr4 & CR4_OSFXSR) ? raise_ud(c) : raise_nm(c);
}

/* Whether images have the XMM registers. */
static bool has_xmm(const struct cpu *c)
{
    return c->cr4 & CR4_OSFXSR && has_feature(c, CPUID_SSE);
}

/* Linear address of the image. True: raised. */
static bool image_at(struct cpu *c, const struct xinsn *i, enum access_kind kind, uint64_t *lin)
{
    return seg_lin(c, i->in.seg, ea(c, &i->in), IMAGE, kind, lin) || simd_misaligned(c, *lin);
}

/* All of [0, used) and nothing behind. True: raised, nothing written. */
static bool write_image(struct cpu *c, uint64_t lin, const uint8_t *image, unsigned used)
{
    if (lin_probe_write(c, lin, PIECE) || lin_probe_write(c, lin + used - PIECE, PIECE))
        return true;
    for (unsigned k = 0; k < used; k += PIECE)
        if (lin_write_slow(c, lin + k, PIECE, image + k))
            return true;
    return false;
}

/* --- FXSAVE, FXRSTOR --- */

INSN(x_fxsave)
{
    uint8_t image[IMAGE] = {0};
    const struct x87 *f = &c->x87;
    uint64_t lin;
    X87_NO_WAIT(c);
    if (image_at(c, i, ACC_WRITE, &lin))
        return X_FAULT;
    st16(image + FX_CW, f->cw);
    st16(image + FX_SW, x87_sw(f));
    image[FX_TAG] = (uint8_t)~f->tag;
    st16(image + FX_OP, f->fop & 0x7ff);
    st32(image + FX_IP, (uint32_t)f->fip);
    st16(image + FX_CS, f->fcs);
    st32(image + FX_DP, (uint32_t)f->fdp);
    st16(image + FX_DS, f->fds);
    for (unsigned k = 0; k < 8; k++) {
        st64(image + FX_ST + 16 * k, f->st[x87_phys(c, k)].mant);
        st16(image + FX_ST + 16 * k + 8, f->st[x87_phys(c, k)].se);
    }
    bool sse = has_xmm(c);
    if (sse) {
        st32(image + FX_MXCSR, c->mxcsr);
        st32(image + FX_MXCSR_MASK, mxcsr_valid(c));
        memcpy(image + FX_XMM, c->xmm, sizeof c->xmm);
    }
    return write_image(c, lin, image, sse ? FX_XMM_END : FX_XMM) ? X_FAULT : X_NEXT;
}

static void take_x87(struct cpu *c, const uint8_t *image)
{
    struct x87 *f = &c->x87;
    f->cw = (ld16(image + FX_CW) & 0x1f3f) | 0x40;
    f->sw = ld16(image + FX_SW) & (uint16_t) ~(SW_TOP | SW_B);
    f->top = (ld16(image + FX_SW) & SW_TOP) >> 11;
    f->tag = (uint8_t)~image[FX_TAG];
    f->fop = ld16(image + FX_OP) & 0x7ff;
    f->fip = ld32(image + FX_IP);
    f->fcs = ld16(image + FX_CS);
    f->fdp = ld32(image + FX_DP);
    f->fds = ld16(image + FX_DS);
    for (unsigned k = 0; k < 8; k++)
        *x87_st(c, k) = (struct f80){.mant = ld64(image + FX_ST + 16 * k), .se = ld16(image + FX_ST + 16 * k + 8)};
    x87_update_es(c);
}

INSN(x_fxrstor)
{
    uint8_t image[IMAGE_USED];
    uint64_t lin;
    X87_NO_WAIT(c);
    if (image_at(c, i, ACC_READ, &lin))
        return X_FAULT;
    for (unsigned k = 0; k < IMAGE_USED; k += PIECE)
        if (lin_read_slow(c, lin + k, PIECE, image + k))
            return X_FAULT;
    bool sse = has_xmm(c);
    if (sse && ld32(image + FX_MXCSR) & ~mxcsr_valid(c))
        return raise_gp(c, 0);
    take_x87(c, image);
    if (sse) {
        c->mxcsr = ld32(image + FX_MXCSR);
        memcpy(c->xmm, image + FX_XMM, sizeof c->xmm);
    }
    return X_NEXT;
}

/* --- MXCSR --- */

INSN(x_ldmxcsr_Md)
{
    uint32_t v;
    SSE_READY(c, false);
    if (mem_rd32(c, &i->in, &v))
        return X_FAULT;
    if (v & ~mxcsr_valid(c))
        return raise_gp(c, 0);
    c->mxcsr = v;
    return X_NEXT;
}

INSN(x_stmxcsr_Md)
{
    SSE_READY(c, false);
    return mem_wr32(c, &i->in, c->mxcsr) ? X_FAULT : X_NEXT;
}

/* --- Caches and waiting --- */

/* Checked as a byte load is (SDM 2A CLFLUSH). */
static bool byte_is_there(struct cpu *c, unsigned seg, uint64_t off)
{
    uint64_t lin;
    return seg_lin(c, seg, off, 1, ACC_READ, &lin) || lin_probe_read(c, lin, 1);
}

INSN(x_clflush_Mb)
{
    return byte_is_there(c, i->in.seg, ea(c, &i->in)) ? X_FAULT : X_NEXT;
}

/* Extensions in ECX: none. */
INSN(x_monitor)
{
    if (c->cpl != 0)
        return raise_ud(c);
    if (reg32(c, RCX))
        return raise_gp(c, 0);
    return byte_is_there(c, i->in.seg, c->regs[RAX] & ad_mask(i->in.adsize)) ? X_FAULT : X_NEXT;
}

INSN(x_mwait)
{
    if (c->cpl != 0)
        return raise_ud(c);
    if (reg32(c, RCX))
        return raise_gp(c, 0);
    c->halted = true;
    return X_LEAVE;
}
