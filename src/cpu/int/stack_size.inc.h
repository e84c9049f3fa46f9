/* SPDX-License-Identifier: MIT */
/* Template of cpu/int/stack.c: PUSH, POP, LEAVE of one operand size (BITS: 16 or 32). */
#include "cpu/int/sized.inc.h"
#define PUSH(v) (fast ? CAT2(try_push, BITS)(c, v) : CAT2(push, BITS)(c, v))
#define TOP(v)  (fast ? CAT2(try_top, BITS)(c, v) : CAT2(top, BITS)(c, v))

INSN_MEM(CAT2(x_push_Zv, SFX))
{
    return PUSH(GET(i->in.reg)) ? MISS : X_NEXT; /* PUSH ESP: the value before (286 and later) */
}
INSN_MEM(CAT2(x_push_Ev_r, SFX))
{
    return PUSH(GET(i->in.rm)) ? MISS : X_NEXT;
}
INSN_MEM(CAT2(x_push_Ev_m, SFX))
{
    T v;
    return MEM_RD(&v) || PUSH(v) ? MISS : X_NEXT;
}
INSN_MEM(CAT2(x_push_Iz, SFX))
{
    return PUSH((T)i->in.imm) ? MISS : X_NEXT;
}
INSN_MEM(CAT2(x_push_Ib, SFX))
{
    return PUSH((T)i->in.imm) ? MISS : X_NEXT;
}
/* With a 32-bit operand the selector is pushed zero-extended (SDM 2B PUSH allows that or a 16-bit write). */
INSN_MEM(CAT2(x_push_Sw, SFX))
{
    return PUSH(c->seg[i->in.reg].sel) ? MISS : X_NEXT;
}

INSN_MEM(CAT2(x_pop_Zv, SFX))
{
    T v;
    if (TOP(&v))
        return MISS;
    pop_done(c, sizeof v);
    PUT(i->in.reg, v); /* last: POP ESP gets the value */
    return X_NEXT;
}
INSN_MEM(CAT2(x_pop_Ev_r, SFX))
{
    T v;
    if (TOP(&v))
        return MISS;
    pop_done(c, sizeof v);
    PUT(i->in.rm, v);
    return X_NEXT;
}
/* SDM 2B POP: an address that uses ESP as a base is computed after the increment. */
INSN_MEM(CAT2(x_pop_Ev_m, SFX))
{
    uint64_t sp = c->regs[RSP];
    T v;
    if (TOP(&v))
        return MISS;
    pop_done(c, sizeof v);
    if (MEM_WR(v)) {
        c->regs[RSP] = sp;
        return MISS;
    }
    return X_NEXT;
}
INSN(CAT2(x_pop_Sw, SFX))
{
    uint64_t mask = c->stack_mask; /* the increment is as wide as the SS that was popped from says */
    T v;
    if (CAT2(top, BITS)(c, &v) || load_seg(c, i->in.reg, (uint16_t)v))
        return X_FAULT;
    set_masked(c, RSP, c->regs[RSP] + sizeof v, mask);
    if (i->in.reg != SEG_SS)
        return X_NEXT;
    c->shadow_ss = true; /* SDM 3A 6.8.3 */
    return X_LEAVE;
}

INSN_MEM(CAT2(x_leave, SFX))
{
    uint64_t sp = c->regs[RBP] & c->stack_mask;
    T v;
    if (ANY_RD(SEG_SS, sp, &v))
        return MISS;
    set_masked(c, RSP, sp + sizeof v, c->stack_mask);
    PUT(RBP, v);
    return X_NEXT;
}

#undef PUSH
#undef TOP
#include "cpu/int/sized_end.inc.h"
