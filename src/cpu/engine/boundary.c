/* SPDX-License-Identifier: MIT */
/*
 * The boundary between two instructions: the order of what happens at a position, and the steps that are no
 * instruction.
 *
 * State N is complete when the step that made it N is done and the events due at N have run. What leads to N + 1 is
 * one of: the delivery of a pending trap or of a pin's request, an instruction, an iteration of REP. Each counts one,
 * so that a run to any N stops at exactly N.
 */
#include "cpu/engine/engine.h"

uint64_t cpu_sync_pos(struct cpu *c)
{
    uint64_t pos = c->blk_pos;
    if (c->blk)
        pos += (uint64_t)(c->cur - c->blk->insn);
    c->clock->pos = pos;
    return pos;
}

uint64_t cpu_rip(const struct cpu *c)
{
    return c->blk ? this_rip(c, c->cur) : c->rip;
}

void cpu_kick(struct cpu *c)
{
    c->kicked = true;
    c->leave = true;
}

void boundary_deliver(struct cpu *c, uint64_t rip)
{
    c->blk = NULL;
    c->cur = NULL;
    cpu_sync_pos(c);
    c->shadow_sti = c->shadow_ss = c->halted = false;
    if (!deliver_exception(c, rip))
        c->shutdown = true;
    c->blk_pos++;
}

/* What stands at a boundary instead of the next instruction, by priority. */
enum pending { PENDING_NONE, PENDING_RESET, PENDING_INIT, PENDING_TRAP, PENDING_SMI, PENDING_NMI, PENDING_INTR };

/*
 * SDM 3A table 6-2. NOTE: a trap of the instruction before comes ahead of SMI#, so that SMM need not keep it for the
 * program that is interrupted.
 */
static enum pending pending(const struct cpu *c)
{
    if (c->reset_pending)
        return PENDING_RESET;
    if (c->init_pending && !c->smm)
        return PENDING_INIT;
    if (c->shutdown)
        return PENDING_NONE;
    if (c->db_pending && !c->shadow_ss) /* held back by a load of SS (SDM 3A 6.8.3) */
        return PENDING_TRAP;
    if (c->shadow_sti || c->shadow_ss)
        return PENDING_NONE;
    if (c->smi_pending && !c->smm)
        return PENDING_SMI;
    if (c->nmi_pending && !c->nmi_blocked)
        return PENDING_NMI;
    if (c->intr_line && c->eflags & FL_IF && c->intack.ack)
        return PENDING_INTR;
    return PENDING_NONE;
}

bool cpu_rests(const struct cpu *c)
{
    return (c->halted || c->shutdown) && pending(c) == PENDING_NONE;
}

static void take_interrupt(struct cpu *c, unsigned vector)
{
    c->halted = false;
    c->cur = NULL;
    if (!deliver_interrupt(c, vector))
        c->shutdown = true;
}

/* The step that takes what is pending. */
static void take(struct cpu *c, enum pending what)
{
    switch (what) {
    case PENDING_NONE: return;
    case PENDING_RESET: cpu_reset(c); break;
    case PENDING_INIT: cpu_init(c); break;
    case PENDING_TRAP:
        debug_raise_pending(c);
        boundary_deliver(c, c->rip);
        return; /* counted */
    case PENDING_SMI:
        c->smi_pending = false;
        c->cur = NULL;
        smm_enter(c);
        break;
    case PENDING_NMI:
        c->nmi_pending = false;
        c->nmi_blocked = true;
        take_interrupt(c, EXC_NMI);
        break;
    case PENDING_INTR: take_interrupt(c, (unsigned)c->intack.ack(c->intack.ctx)); break;
    }
    c->blk_pos++;
}

/* Where instructions that begin here must be at a boundary again. */
static uint64_t next_stop(const struct cpu *c, uint64_t until)
{
    uint64_t due = clock_pos_at(c->clock, clock_next(c->clock));
    return MIN(until, MAX(due, c->blk_pos + 1));
}

/* One step or more from a boundary; false: the CPU rests. */
static bool go_on(struct cpu *c, uint64_t until)
{
    enum pending what = pending(c);
    if (unlikely(what != PENDING_NONE)) {
        take(c, what);
        return true;
    }
    if (unlikely(c->halted || c->shutdown))
        return false;
    c->stop_pos = next_stop(c, until);
    if (unlikely(c->shadow_sti || c->shadow_ss || cpu_needs_stepping(c)))
        interp_step(c);
    else
        interp_run(c);
    return true;
}

enum cpu_stop cpu_run(struct cpu *c, uint64_t until)
{
    c->blk_pos = c->clock->pos;
    bool awake = true;
    for (;;) {
        c->leave = false; /* NOTE: before the look at `kicked`, which another thread or a signal sets */
        if (c->kicked || c->blk_pos >= until)
            break;
        awake = go_on(c, until);
        if (!awake)
            break;
        cpu_sync_pos(c);
        clock_run(c->clock);
    }
    if (c->kicked) {
        c->kicked = false;
        return CPU_KICKED;
    }
    return c->shutdown ? CPU_SHUTDOWN : c->halted ? CPU_HALTED : CPU_BUDGET;
}
