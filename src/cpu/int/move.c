/* SPDX-License-Identifier: MIT */
/*
 * Data movement (SDM 2A, 2B): MOV in all forms but control and debug registers, MOVZX, MOVSX, XCHG,
 * XADD, CMPXCHG, CMPXCHG8B, LEA, XLAT, CBW, CWD, LAHF, SAHF, and loads of segment registers, whose
 * checks are load_seg's.
 */
#include "cpu/engine/handler.h"

#define BITS 8
#include "cpu/int/move_size.inc.h"
#define BITS 16
#include "cpu/int/move_size.inc.h"
#define BITS 32
#include "cpu/int/move_size.inc.h"

/* CBW, CWDE; CWD, CDQ. */
INSN(x_cbw)
{
    if (i->in.opsize == SZ16)
        set16(c, RAX, (uint16_t)(int8_t)c->regs[RAX]);
    else
        set32(c, RAX, (uint32_t)(int16_t)c->regs[RAX]);
    return X_NEXT;
}
INSN(x_cwd)
{
    if (i->in.opsize == SZ16)
        set16(c, RDX, (int16_t)c->regs[RAX] < 0 ? 0xffff : 0);
    else
        set32(c, RDX, (int32_t)c->regs[RAX] < 0 ? 0xffffffff : 0);
    return X_NEXT;
}

INSN(x_xlat)
{
    uint64_t off = (c->regs[RBX] + (uint8_t)c->regs[RAX]) & ad_mask(i->in.adsize);
    uint8_t v;
    if (seg_rd8(c, i->in.seg, off, &v))
        return X_FAULT;
    *reg8p(c, 0) = v;
    return X_NEXT;
}

enum { AH = 1 /* byte offset in the register file */, FL_AH = FL_SF | FL_ZF | FL_AF | FL_PF | FL_CF };
INSN(x_lahf)
{
    *reg8p(c, AH) = (uint8_t)((arith_flags(c) & FL_AH) | FL_1);
    return X_NEXT;
}
INSN(x_sahf)
{
    set_arith(c, (arith_flags(c) & FL_OF) | (*reg8p(c, AH) & FL_AH));
    return X_NEXT;
}

/* SDM 2A CMPXCHG8B: only ZF changes; the operand is written in either case. */
INSN(x_cmpxchg8b_Mq)
{
    struct rmw m;
    uint64_t v;
    if (rmw_begin64(c, &i->in, &m, &v))
        return X_FAULT;
    uint32_t flags = arith_flags(c) & ~(uint32_t)FL_ZF;
    if (v == ((uint64_t)reg32(c, RDX) << 32 | reg32(c, RAX))) {
        rmw_end64(c, &m, (uint64_t)reg32(c, RCX) << 32 | reg32(c, RBX));
        flags |= FL_ZF;
    } else {
        rmw_end64(c, &m, v);
        set32(c, RAX, (uint32_t)v);
        set32(c, RDX, (uint32_t)(v >> 32));
    }
    set_arith(c, flags);
    return X_NEXT;
}

/* SDM 2B MOV: a load of SS holds interrupts and debug traps back until after the next instruction
 * (SDM 3A 6.8.3). */
static enum xstat mov_seg(struct cpu *c, unsigned seg, uint16_t sel)
{
    if (seg == SEG_CS || seg >= NSEGS)
        return raise_ud(c);
    if (load_seg(c, seg, sel))
        return X_FAULT;
    if (seg != SEG_SS)
        return X_NEXT;
    c->shadow_ss = true;
    return X_LEAVE;
}
INSN(x_mov_Sw_Ew_r)
{
    return mov_seg(c, i->in.reg, reg16(c, i->in.rm));
}
INSN(x_mov_Sw_Ew_m)
{
    uint16_t sel;
    if (i->in.reg == SEG_CS || i->in.reg >= NSEGS)
        return raise_ud(c);
    return mem_rd16(c, &i->in, &sel) ? X_FAULT : mov_seg(c, i->in.reg, sel);
}

/* LDS, LES, LSS, LFS, LGS: a far pointer from memory. */
static enum xstat load_far(struct cpu *c, const struct insn *in, unsigned seg)
{
    unsigned size = 1u << in->opsize;
    uint8_t ptr[8] = {0};
    if (mem_read_fields(c, in->seg, ea(c, in), size + 2, size, ptr) || load_seg(c, seg, ld16(ptr + size)))
        return X_FAULT;
    if (in->opsize == SZ16)
        set16(c, in->reg, ld16(ptr));
    else
        set32(c, in->reg, ld32(ptr));
    return seg == SEG_SS ? X_LEAVE : X_NEXT;
}
INSN(x_les_Gv_Mp)
{
    return load_far(c, &i->in, SEG_ES);
}
INSN(x_lds_Gv_Mp)
{
    return load_far(c, &i->in, SEG_DS);
}
INSN(x_lss_Gv_Mp)
{
    return load_far(c, &i->in, SEG_SS);
}
INSN(x_lfs_Gv_Mp)
{
    return load_far(c, &i->in, SEG_FS);
}
INSN(x_lgs_Gv_Mp)
{
    return load_far(c, &i->in, SEG_GS);
}
