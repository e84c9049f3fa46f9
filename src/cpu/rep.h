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
#ifndef VITRINE_CPU_REP_H
#define VITRINE_CPU_REP_H

#include "cpu/handler.h"

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
 * Runs a REP instruction. `compares`: CMPS and SCAS, which also end where ZF differs from what the
 * prefix wants. `chunk` may be NULL. Flags are left by every iteration, so that what a handler of a
 * fault in the middle finds does not depend on where an engine happened to pause. LIMIT: the SDM
 * says that such a fault restores EFLAGS to what it was before the instruction.
 */
static inline __attribute__((always_inline)) enum xstat
rep_run(struct cpu *c, const struct xinsn *i, rep_one_fn *one, rep_chunk_fn *chunk, bool compares)
{
    const struct insn *in = &i->in;
    uint64_t mask = ad_mask(in->adsize), count = c->regs[RCX] & mask;
    if (count == 0)
        return X_NEXT;
    for (;;) {
        uint64_t n = 0;
        if (chunk && count > 1)
            n = chunk(c, in, MIN(count, rep_budget(c, i)));
        if (n == 0) {
            if (one(c, in))
                return X_FAULT;
            n = 1;
        }
        count -= n;
        set_masked(c, RCX, count, mask);
        if (count == 0 || (compares && flag_zf(c) != ((in->flags & IF_REP) != 0))) {
            c->blk_pos += n - 1;
            return X_NEXT;
        }
        c->blk_pos += n;
        if (rep_pos(c, i) >= c->stop_pos || c->leave)
            return X_REPEAT;
    }
}

#endif
