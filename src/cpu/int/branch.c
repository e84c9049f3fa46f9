/* SPDX-License-Identifier: MIT */
/*
 * Control flow (SDM 2A-2B): near JMP, CALL, RET, Jcc, LOOPcc, JCXZ; far forms, interrupts and IRET
 * by what far.c and exception.c offer; BOUND; the flag instructions and NOP.
 *
 * A near branch checks its target against CS's limit before anything is committed, so that a fault
 * restarts the instruction. The conditions look at how the flags came about (a compare above all)
 * before they ask for the flag itself.
 */
#include "cpu/engine/handler.h"

static inline int64_t signed_operand(uint64_t v, unsigned size)
{
    unsigned shift = 64 - (8u << size);
    return (int64_t)(v << shift) >> shift;
}

/* The conditions that more than one flag makes up. */
static inline bool cond_b(const struct cpu *c)
{
    return c->cc.op == CC_SUB ? c->cc.src1 < c->cc.src2 : flag_cf(c);
}
static inline bool cond_be(const struct cpu *c)
{
    return c->cc.op == CC_SUB ? c->cc.src1 <= c->cc.src2 : flag_cf(c) || flag_zf(c);
}
static inline bool cond_l(const struct cpu *c)
{
    if (c->cc.op == CC_SUB)
        return signed_operand(c->cc.src1, c->cc.size) < signed_operand(c->cc.src2, c->cc.size);
    if (c->cc.op == CC_LOGIC)
        return c->cc.res < 0;
    return flag_sf(c) != flag_of(c);
}
static inline bool cond_le(const struct cpu *c)
{
    if (c->cc.op == CC_SUB)
        return signed_operand(c->cc.src1, c->cc.size) <= signed_operand(c->cc.src2, c->cc.size);
    if (c->cc.op == CC_LOGIC)
        return c->cc.res <= 0;
    return flag_zf(c) || flag_sf(c) != flag_of(c);
}

#define JCC_SIZED(name, test, size_)                                                  \
    INSN(x_##name##_J##size_)                                                         \
    {                                                                                 \
        return (test) ? branch_to(c, next_rip(c, i) + i->in.imm, SZ##size_) : X_NEXT; \
    }
#define JCC(name, test) JCC_SIZED(name, test, 16) JCC_SIZED(name, test, 32)
JCC(jo, flag_of(c))
JCC(jno, !flag_of(c))
JCC(jb, cond_b(c))
JCC(jnb, !cond_b(c))
JCC(jz, flag_zf(c))
JCC(jnz, !flag_zf(c))
JCC(jbe, cond_be(c))
JCC(jnbe, !cond_be(c))
JCC(js, flag_sf(c))
JCC(jns, !flag_sf(c))
JCC(jp, flag_pf(c))
JCC(jnp, !flag_pf(c))
JCC(jl, cond_l(c))
JCC(jnl, !cond_l(c))
JCC(jle, cond_le(c))
JCC(jnle, !cond_le(c))
JCC(jmp, true)

/* LOOPcc and JCXZ: the address size picks CX or ECX; no flag changes. */
static inline enum xstat loop_if(struct cpu *c, const struct xinsn *i, bool cond, unsigned opsize)
{
    uint64_t mask = ad_mask(i->in.adsize), count = (c->regs[RCX] - 1) & mask;
    if (count != 0 && cond) {
        if (branch_to(c, next_rip(c, i) + i->in.imm, opsize) == X_FAULT)
            return X_FAULT;
        set_masked(c, RCX, count, mask);
        return X_BRANCH;
    }
    set_masked(c, RCX, count, mask);
    return X_NEXT;
}
#define LOOPS(size_)                                                \
    INSN(x_loopne_Jb##size_)                                        \
    {                                                               \
        return loop_if(c, i, !flag_zf(c), SZ##size_);               \
    }                                                               \
    INSN(x_loope_Jb##size_)                                         \
    {                                                               \
        return loop_if(c, i, flag_zf(c), SZ##size_);                \
    }                                                               \
    INSN(x_loop_Jb##size_)                                          \
    {                                                               \
        return loop_if(c, i, true, SZ##size_);                      \
    }                                                               \
    INSN(x_jcxz_Jb##size_)                                          \
    {                                                               \
        if ((c->regs[RCX] & ad_mask(i->in.adsize)) != 0)            \
            return X_NEXT;                                          \
        return branch_to(c, next_rip(c, i) + i->in.imm, SZ##size_); \
    }
LOOPS(16)
LOOPS(32)

/* Target first, then the push (SDM 2A CALL): either can fault, and c->rip counts only with
 * X_BRANCH. */
#define NEAR_RD(size_, v) (fast ? try_rd##size_ : seg_rd##size_)(c, i->in.seg, ea(c, &i->in), v)
#define CALLS(size_, type)                                                                                   \
    static inline enum xstat call_near##size_(struct cpu *c, const struct xinsn *i, uint64_t rip, bool fast) \
    {                                                                                                        \
        if (unlikely((type)rip > c->seg[SEG_CS].limit)) {                                                    \
            raise_gp(c, 0);                                                                                  \
            return X_FAULT;                                                                                  \
        }                                                                                                    \
        if ((fast ? try_push##size_ : push##size_)(c, (type)next_rip(c, i)))                                 \
            return MISS;                                                                                     \
        c->rip = (type)rip;                                                                                  \
        return X_BRANCH;                                                                                     \
    }                                                                                                        \
    INSN_MEM(x_call_Jz##size_)                                                                               \
    {                                                                                                        \
        return call_near##size_(c, i, next_rip(c, i) + i->in.imm, fast);                                     \
    }                                                                                                        \
    INSN_MEM(x_call_Ev_r##size_)                                                                             \
    {                                                                                                        \
        return call_near##size_(c, i, c->regs[i->in.rm], fast);                                              \
    }                                                                                                        \
    INSN_MEM(x_call_Ev_m##size_)                                                                             \
    {                                                                                                        \
        type v;                                                                                              \
        return NEAR_RD(size_, &v) ? MISS : call_near##size_(c, i, v, fast);                                  \
    }                                                                                                        \
    INSN(x_jmp_Ev_r##size_)                                                                                  \
    {                                                                                                        \
        return branch_to(c, c->regs[i->in.rm], SZ##size_);                                                   \
    }                                                                                                        \
    INSN_MEM(x_jmp_Ev_m##size_)                                                                              \
    {                                                                                                        \
        type v;                                                                                              \
        return NEAR_RD(size_, &v) ? MISS : branch_to(c, v, SZ##size_);                                       \
    }                                                                                                        \
    static inline enum xstat ret_near##size_(struct cpu *c, unsigned drop, bool fast)                        \
    {                                                                                                        \
        type v;                                                                                              \
        if ((fast ? try_top##size_ : top##size_)(c, &v))                                                     \
            return MISS;                                                                                     \
        if (unlikely(v > c->seg[SEG_CS].limit)) {                                                            \
            raise_gp(c, 0);                                                                                  \
            return X_FAULT;                                                                                  \
        }                                                                                                    \
        pop_done(c, sizeof v + drop);                                                                        \
        c->rip = v;                                                                                          \
        return X_BRANCH;                                                                                     \
    }                                                                                                        \
    INSN_MEM(x_ret##size_)                                                                                   \
    {                                                                                                        \
        return ret_near##size_(c, 0, fast);                                                                  \
    }                                                                                                        \
    INSN_MEM(x_ret_Iw##size_)                                                                                \
    {                                                                                                        \
        return ret_near##size_(c, (uint16_t)i->in.imm, fast);                                                \
    }
CALLS(16, uint16_t)
CALLS(32, uint32_t)

/* --- Far --- */

INSN(x_jmp_Ap)
{
    return far_jump(c, i, (uint16_t)i->in.disp, i->in.imm, i->in.opsize);
}
INSN(x_call_Ap)
{
    return far_call(c, i, (uint16_t)i->in.disp, i->in.imm, i->in.opsize);
}
/* Far pointer in memory: offset of the operand's size, then the selector. True: raised. */
static bool read_far(struct cpu *c, const struct insn *in, uint16_t *sel, uint64_t *off)
{
    unsigned size = 1u << in->opsize;
    uint8_t ptr[10] = {0};
    if (mem_read_fields(c, in->seg, ea(c, in), size + 2, size, ptr))
        return true;
    *sel = ld16(ptr + size);
    *off = ld_le(ptr, size);
    return false;
}
INSN(x_jmp_Mp)
{
    uint16_t sel;
    uint64_t off;
    return read_far(c, &i->in, &sel, &off) ? X_FAULT : far_jump(c, i, sel, off, i->in.opsize);
}
INSN(x_call_Mp)
{
    uint16_t sel;
    uint64_t off;
    return read_far(c, &i->in, &sel, &off) ? X_FAULT : far_call(c, i, sel, off, i->in.opsize);
}
INSN(x_retf)
{
    return far_ret(c, i, i->in.opsize, 0);
}
INSN(x_retf_Iw)
{
    return far_ret(c, i, i->in.opsize, (uint16_t)i->in.imm);
}
INSN(x_iret)
{
    return iret(c, i, i->in.opsize);
}
INSN(x_int3)
{
    return raise_soft_int(c, EXC_BP);
}
INSN(x_int_Ib)
{
    if (c->mode & MODE_VM && (c->eflags & FL_IOPL) != FL_IOPL && !(c->cr4 & CR4_VME)) /* SDM 3B 20.3.3 */
        return raise_gp(c, 0);
    return raise_int_n(c, (uint8_t)i->in.imm);
}
INSN(x_into)
{
    return flag_of(c) ? raise_soft_int(c, EXC_OF) : X_NEXT;
}

/* SDM 2A BOUND: two signed bounds in memory, both inclusive. */
INSN(x_bound_Gv_Ma)
{
    uint8_t b[8];
    int32_t v, lo, hi;
    if (mem_read_fields(c, i->in.seg, ea(c, &i->in), 2u << i->in.opsize, 1u << i->in.opsize, b))
        return X_FAULT;
    if (i->in.opsize == SZ16) {
        v = (int16_t)reg16(c, i->in.reg);
        lo = (int16_t)ld16(b);
        hi = (int16_t)ld16(b + 2);
    } else {
        v = (int32_t)reg32(c, i->in.reg);
        lo = (int32_t)ld32(b);
        hi = (int32_t)ld32(b + 4);
    }
    return v < lo || v > hi ? raise_exc(c, EXC_BR) : X_NEXT;
}

/* --- Flags, nothing --- */

INSN(x_clc)
{
    set_arith(c, arith_flags(c) & ~(uint32_t)FL_CF);
    return X_NEXT;
}
INSN(x_stc)
{
    set_arith(c, arith_flags(c) | FL_CF);
    return X_NEXT;
}
INSN(x_cmc)
{
    set_arith(c, arith_flags(c) ^ FL_CF);
    return X_NEXT;
}
INSN(x_cld)
{
    c->eflags &= ~(uint32_t)FL_DF;
    return X_NEXT;
}
INSN(x_std)
{
    c->eflags |= FL_DF;
    return X_NEXT;
}
INSN(x_nop)
{
    return X_NEXT;
}
