/* SPDX-License-Identifier: MIT */
/*
 * REP (SDM 2B REP): each iteration counts one position. An instruction does at most the iterations
 * that fit before c->stop_pos, at least one, and answers X_REPEAT where more are left; what it has
 * finished beyond the position that the engine counts for a retired instruction it adds to
 * c->blk_pos. So a fault in the middle finds CX, SI, DI and the position exact.
 *
 * LIMIT: an instruction that overwrites itself is fetched anew after that iteration, as if an
 * interrupt had come in between; a processor finishes the one that it has. Otherwise what happens
 * would depend on where an engine pauses.
 */
#ifndef VITRINE_CPU_INT_REP_H
#define VITRINE_CPU_INT_REP_H

#include "cpu/engine/handler.h"

/* Position at the start of the current iteration. */
static inline uint64_t rep_pos(const struct cpu *c, const struct xinsn *i)
{
    return c->blk_pos + (c->blk ? (uint64_t)(i - c->blk->insn) : 0);
}
/* Iterations that fit before the engine must be at a boundary, at least 1. */
static inline uint64_t rep_budget(const struct cpu *c, const struct xinsn *i)
{
    uint64_t pos = rep_pos(c, i);
    return c->stop_pos > pos ? c->stop_pos - pos : 1;
}

/* One iteration, with SI and DI moved on. True: raised, nothing committed. */
typedef bool rep_one_fn(struct cpu *c, const struct insn *in);
/* Up to max iterations in one go; how many it did, 0 where only single ones will do. Nothing of it
 * faults. */
typedef uint64_t rep_chunk_fn(struct cpu *c, const struct insn *in, uint64_t max);

/*
 * Where the engine pauses in a REP, that position goes to the CPU's state: an instruction that starts
 * at that very position is the same one going on, since an interrupt or exception in between would
 * have taken a position itself. A comparing one leaves the flags from before it there too.
 */
struct rep_flags {
    struct lazy_flags cc;
    uint32_t eflags;
};
static inline void rep_keep_flags(const struct cpu *c, const struct xinsn *i, struct rep_flags *f)
{
    *f = (struct rep_flags){c->cc, c->eflags};
    if (unlikely(c->rep_paused_at == rep_pos(c, i))) {
        f->cc.op = CC_EAGER;
        f->eflags = c->rep_eflags;
    }
}
static inline uint32_t rep_arith(const struct rep_flags *f)
{
    return f->cc.op == CC_EAGER ? f->eflags & FL_ARITH : cc_compute(&f->cc);
}
static inline void rep_restore_flags(struct cpu *c, const struct rep_flags *f)
{
    set_arith(c, rep_arith(f));
}

/*
 * Runs a REP instruction. `compares`: CMPS and SCAS, which also end where ZF differs from what the
 * prefix wants; a fault in the middle gives their flags back as they were when the instruction began
 * or was resumed after an interrupt (SDM 2B REP). `chunk` may be NULL.
 */
static inline __attribute__((always_inline)) enum xstat rep_run(struct cpu *c, const struct xinsn *i, rep_one_fn *one,
                                                                rep_chunk_fn *chunk, bool compares)
{
    const struct insn *in = &i->in;
    uint64_t mask = ad_mask(in->adsize), count = c->regs[RCX] & mask;
    if (count == 0)
        return X_NEXT;
    struct rep_flags before;
    if (compares)
        rep_keep_flags(c, i, &before);
    for (;;) {
        uint64_t n = 0;
        if (chunk && count > 1)
            n = chunk(c, in, MIN(count, rep_budget(c, i)));
        if (n == 0) {
            if (one(c, in)) {
                if (compares)
                    rep_restore_flags(c, &before);
                return X_FAULT;
            }
            n = 1;
        }
        count -= n;
        set_masked(c, RCX, count, mask);
        if (count == 0 || (compares && flag_zf(c) != ((in->flags & IF_REP) != 0))) {
            c->blk_pos += n - 1;
            return X_NEXT;
        }
        c->blk_pos += n;
        if (rep_pos(c, i) >= c->stop_pos || c->leave) {
            c->rep_paused_at = rep_pos(c, i);
            c->rep_eflags = compares ? rep_arith(&before) : 0;
            return X_REPEAT;
        }
    }
}

#endif
