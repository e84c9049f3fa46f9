/* SPDX-License-Identifier: MIT */
/*
 * The interpreter: runs decoded blocks to an exact position.
 *
 * Positions: c->blk_pos is the position of the running block's first instruction; between blocks it
 * is the current position.
 */
#include "cpu/engine/engine.h"

/*
 * The ways for a block to end that are not a branch; c->cur is where.
 *
 * NOTE: IP is EIP: whatever goes on without a branch goes on to 10000h, in 16-bit code too, and where CS's limit does
 * not reach that far the fetch there is #GP. Only a branch of 16-bit operand size cuts to 16 bits (SDM 2A JMP).
 */
static void end_block(struct cpu *c, const struct xblock *b, enum xstat st)
{
    const struct xinsn *i = c->cur;
    uint64_t done = (uint64_t)(i - b->insn);
    uint64_t at = c->blk_rip + i->in.off;
    switch (st) {
    case X_NEXT:
        c->rip = at & lin_mask(c);
        c->blk_pos += done;
        break;
    case X_BRANCH: c->blk_pos += done + 1; break;
    case X_REPEAT:
        c->rip = at;
        c->blk_pos += done;
        break;
    case X_LEAVE:
        c->rip = (at + i->in.len) & lin_mask(c);
        c->blk_pos += done + 1;
        c->leave = true;
        break;
    case X_FAULT:
        c->blk_pos += done;
        c->rip = at;
        boundary_deliver(c, at);
        c->leave = true;
        break;
    case X_TRAP: /* one position with its delivery: INT n has retired when its handler is reached */
        c->blk_pos += done;
        c->rip = (at + i->in.len) & lin_mask(c);
        boundary_deliver(c, c->rip);
        c->leave = true;
        break;
    }
}

/* Runs b; its instructions go on to one another (cpu/engine/handler.h). Leaves c->rip and c->blk_pos at
 * the next boundary; returns how the last one ended. */
static inline enum xstat run_block(struct cpu *c, const struct xblock *b)
{
    c->blk = b;
    c->blk_rip = c->rip;
    c->cur = b->insn;
    enum xstat st = b->insn->fn(c, b->insn);
    if (likely(st == X_BRANCH))
        c->blk_pos += (uint64_t)(c->cur - b->insn) + 1;
    else
        end_block(c, b, st);
    c->blk = NULL;
    return st;
}

/* Runs at most n instructions of b: the one behind them becomes the end for this once. */
static enum xstat run_part(struct cpu *c, struct xblock *b, unsigned n)
{
    insn_fn *was = b->insn[n].fn;
    b->insn[n].fn = x_block_end;
    enum xstat st = run_block(c, b);
    b->insn[n].fn = was;
    return st;
}

void interp_step(struct cpu *c)
{
    bool watch = cpu_needs_stepping(c);
    bool tf = (c->eflags & FL_TF) != 0;
    /* An instruction breakpoint right behind a load of SS is inhibited (SDM 3A 6.8.3). */
    if (watch && !c->shadow_ss && debug_before(c) == X_FAULT) {
        boundary_deliver(c, c->rip);
        return;
    }
    c->eflags &= ~(uint32_t)FL_RF;
    struct xblock *b = block_at(c);
    c->shadow_sti = c->shadow_ss = false;
    if (!b) {
        boundary_deliver(c, c->rip);
        return;
    }
    if (unlikely(c->trace) && c->trace->block)
        c->trace->block(c->trace->ctx, c);
    uint64_t from = c->rip;
    bool btf = c->debugctl & DEBUGCTL_BTF;
    c->stop_pos = c->blk_pos + 1;
    enum xstat st = run_part(c, b, 1);
    if (st == X_BRANCH)
        debug_branch(c, from, false);
    else if (btf)
        tf = false; /* TF traps branches alone */
    if (watch && tf && st != X_FAULT && st != X_TRAP)
        debug_stepped(c);
}

/* What block_at gives, at once where the block that followed c->cur last follows again. */
static inline struct xblock *next_block(struct cpu *c)
{
    if (unlikely(!c->cur || !c->cur->in.link))
        return block_at(c);
    struct xblock *b = (struct xblock *)(void *)(c->block_arena + (size_t)c->cur->in.link * BLOCK_ALIGN);
    uint64_t lin = (c->seg[SEG_CS].base + c->rip) & lin_mask(c);
    const struct tlb_entry *e = &c->tlb->ex[(lin >> PAGE_BITS) & (TLB_SIZE - 1)];
    if (likely(e->tag == last_page(lin, 1) && (uintptr_t)b->host == lin + e->addend &&
               b->mode == (c->mode & DECODE_MODE_BITS) && c->rip + b->bytes <= c->seg[SEG_CS].limit + UINT64_C(1)))
        return b;
    return block_at(c);
}

static void run_blocks(struct cpu *c)
{
    while (likely(!c->leave)) {
        uint64_t room = c->stop_pos - c->blk_pos;
        if ((int64_t)room <= 0)
            break;
        struct xblock *b = next_block(c);
        if (unlikely(!b)) {
            boundary_deliver(c, c->rip);
            break;
        }
        if (likely(room >= b->count))
            run_block(c, b);
        else
            run_part(c, b, (unsigned)room);
    }
}

/* The same, telling of each block. */
static void run_blocks_told(struct cpu *c)
{
    while (!c->leave && (int64_t)(c->stop_pos - c->blk_pos) > 0) {
        struct xblock *b = block_at(c);
        if (!b) {
            boundary_deliver(c, c->rip);
            return;
        }
        c->trace->block(c->trace->ctx, c);
        uint64_t room = c->stop_pos - c->blk_pos;
        if (room >= b->count)
            run_block(c, b);
        else
            run_part(c, b, (unsigned)room);
    }
}

/*
 * RF is cleared where an instruction begins (SDM 3B 17.3.1.1), so an interrupt before that still finds it in EFLAGS.
 * NOTE: a kick may come at any time, and then none has begun.
 */
void interp_run(struct cpu *c)
{
    uint64_t from = c->blk_pos;
    uint32_t rf = c->eflags & FL_RF;
    c->eflags &= ~rf;
    if (unlikely(c->trace) && c->trace->block)
        run_blocks_told(c);
    else
        run_blocks(c);
    if (unlikely(rf) && c->blk_pos == from)
        c->eflags |= rf;
}
