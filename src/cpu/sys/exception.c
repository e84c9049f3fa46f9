/* SPDX-License-Identifier: MIT */
/*
 * Raising and delivering exceptions and interrupts (SDM 3A chapter 6; the order of checks is that of INT n's pseudocode
 * in SDM 2A): real mode, interrupt and trap gates of 16 and 32 bits with a switch of stacks, from virtual-8086 mode,
 * task gates; double fault and shutdown (SDM 3A 6.15, interrupt 8).
 *
 * A delivery settles everything that can fault before it changes anything, so a fault in it finds the state of before.
 */
#include "cpu/int/flags.h"
#include "cpu/sys/system.h"

enum xstat raise_exc(struct cpu *c, unsigned vector)
{
    c->exc = (struct exception){.vector = (uint8_t)vector};
    return X_FAULT;
}
enum xstat raise_code(struct cpu *c, unsigned vector, uint32_t code)
{
    c->exc = (struct exception){.vector = (uint8_t)vector, .has_code = true, .code = code};
    return X_FAULT;
}
enum xstat raise_ud(struct cpu *c)
{
    return raise_exc(c, EXC_UD);
}
enum xstat raise_gp(struct cpu *c, uint32_t code)
{
    return raise_code(c, EXC_GP, code);
}
enum xstat raise_ss(struct cpu *c, uint32_t code)
{
    return raise_code(c, EXC_SS, code);
}
enum xstat raise_nm(struct cpu *c)
{
    return raise_exc(c, EXC_NM);
}
enum xstat raise_soft_int(struct cpu *c, unsigned vector)
{
    c->exc = (struct exception){.vector = (uint8_t)vector, .soft = true, .start_rip = cpu_rip(c)};
    return X_TRAP;
}

enum xstat raise_int_n(struct cpu *c, unsigned vector)
{
    enum xstat st = raise_soft_int(c, vector);
    c->exc.int_n = true;
    return st;
}

/* What is being delivered. */
struct event {
    uint8_t vector;
    bool exception; /* by the processor: not INT n, not from a pin */
    bool soft, int_n, has_code;
    bool sets_rf; /* in the image */
    uint32_t code;
    uint64_t rip;       /* to return to */
    uint64_t start_rip; /* where a fault of the delivery itself returns to */
};

/* Every fault but that of an instruction breakpoint (SDM 3B 17.3.1.1); general detect is one. */
static bool is_fault(const struct exception *x)
{
    static const uint32_t not_faults = BIT(EXC_NMI) | BIT(EXC_BP) | BIT(EXC_OF) | BIT(EXC_DF) | BIT(EXC_MC);
    if (x->vector == EXC_DB)
        return x->dr6 & DR6_BD;
    return !x->soft && x->vector < 32 && !(not_faults >> x->vector & 1);
}

/*
 * EFLAGS as they are pushed: RF is set so that an instruction breakpoint does not hit twice where the return is to the
 * middle of an instruction (SDM 3B 17.3.1.1).
 */
static uint32_t flags_image(const struct cpu *c, const struct event *e)
{
    return cpu_eflags(c) | (e->sets_rf || between_iterations(c) ? FL_RF : 0);
}

/* --- Real mode (SDM 3A 20.1.4) --- */

static bool real_mode(struct cpu *c, const struct event *e)
{
    uint8_t b[4];
    struct frame f;
    if (e->vector * 4u + 3 > c->idtr.limit)
        return raise_gp(c, e->vector * 8u + 2), true;
    if (sys_read(c, c->idtr.base + e->vector * 4u, sizeof b, b))
        return true;
    if (ld16(b) > c->seg[SEG_CS].limit)
        return raise_gp(c, 0), true;
    frame_here(c, &f, 2);
    frame_push(&f, cpu_eflags(c));
    frame_push(&f, c->seg[SEG_CS].sel);
    frame_push(&f, (uint32_t)e->rip);
    if (frame_probe(c, &f))
        return true;
    frame_write(c, &f);
    frame_commit(c, &f);
    c->eflags &= ~(uint32_t)(FL_IF | FL_TF | FL_AC | FL_RF);
    set_seg_real(c, SEG_CS, ld16(b + 2));
    c->rip = ld16(b);
    mode_update(c);
    return false;
}

/* --- Protected mode --- */

/* The gate and its own checks. Error codes have the IDT bit and the vector (SDM 3A 6.13). */
static bool read_gate(struct cpu *c, const struct event *e, struct desc *g)
{
    static const uint32_t gates =
        BIT(SYS_TASK_GATE) | BIT(SYS_INT16) | BIT(SYS_TRAP16) | BIT(SYS_INT32) | BIT(SYS_TRAP32);
    uint32_t code = e->vector * 8u + 2;
    uint8_t b[8];
    if (e->vector * 8u + 7 > c->idtr.limit)
        return raise_gp(c, code), true;
    if (sys_read(c, c->idtr.base + e->vector * 8u, sizeof b, b))
        return true;
    *g = (struct desc){ld32(b), ld32(b + 4)};
    if (g->hi & DESC_S || !(gates >> desc_type(g) & 1) || (e->soft && desc_dpl(g) < c->cpl))
        return raise_gp(c, code), true;
    if (!(g->hi & DESC_P))
        return raise_code(c, EXC_NP, code), true;
    return false;
}

/* The handler's code segment. */
static bool read_handler(struct cpu *c, uint16_t sel, struct desc *d)
{
    uint32_t code = sel & 0xfffc;
    if (sel_null(sel))
        return raise_gp(c, 0), true;
    if (desc_read(c, sel, EXC_GP, d))
        return true;
    if (!desc_is_code(d) || desc_dpl(d) > c->cpl)
        return raise_gp(c, code), true;
    if (!(d->hi & DESC_P))
        return raise_code(c, EXC_NP, code), true;
    if (c->eflags & FL_VM && (d->hi & DESC_CE || desc_dpl(d) != 0))
        return raise_gp(c, code), true;
    return desc_set_accessed(c, sel, d);
}

static void push_vm86_segs(const struct cpu *c, struct frame *f)
{
    frame_push(f, c->seg[SEG_GS].sel);
    frame_push(f, c->seg[SEG_FS].sel);
    frame_push(f, c->seg[SEG_DS].sel);
    frame_push(f, c->seg[SEG_ES].sel);
}

static void leave_vm86(struct cpu *c)
{
    seg_set_null(&c->seg[SEG_GS], 0);
    seg_set_null(&c->seg[SEG_FS], 0);
    seg_set_null(&c->seg[SEG_DS], 0);
    seg_set_null(&c->seg[SEG_ES], 0);
}

static bool through_gate(struct cpu *c, const struct event *e, const struct desc *g)
{
    struct desc d;
    struct frame f;
    unsigned size = desc_type(g) >= SYS_INT32 ? 4 : 2;
    bool is_trap = desc_type(g) & 1, vm = (c->eflags & FL_VM) != 0;
    uint16_t sel = gate_selector(g);
    uint32_t rip = size == 4 ? gate_offset(g) : gate_offset(g) & 0xffff;
    if (read_handler(c, sel, &d))
        return true;
    bool inner = !(d.hi & DESC_CE) && desc_dpl(&d) < c->cpl;
    unsigned cpl = inner ? desc_dpl(&d) : c->cpl;
    if (!inner)
        frame_here(c, &f, size);
    else if (frame_inner(c, &f, size, cpl))
        return true;
    if (vm)
        push_vm86_segs(c, &f);
    if (inner) {
        frame_push(&f, c->seg[SEG_SS].sel);
        frame_push(&f, (uint32_t)c->regs[RSP]);
    }
    frame_push(&f, flags_image(c, e));
    frame_push(&f, c->seg[SEG_CS].sel);
    frame_push(&f, (uint32_t)e->rip);
    if (e->has_code)
        frame_push(&f, e->code);
    if (frame_probe(c, &f))
        return true;
    if (rip > desc_limit(&d))
        return raise_gp(c, 0), true;
    frame_write(c, &f);
    if (vm)
        leave_vm86(c);
    c->eflags &= ~(uint32_t)(FL_TF | FL_NT | FL_RF | FL_VM | (is_trap ? 0 : FL_IF));
    frame_commit(c, &f);
    set_cs(c, sel, &d, cpl);
    c->rip = rip;
    return false;
}

/* SDM 3A 6.14: the handler is a task; the error code goes on its stack. */
static bool through_task(struct cpu *c, const struct event *e, const struct desc *g)
{
    uint16_t sel;
    struct desc d;
    uint32_t rf = flags_image(c, e) & ~c->eflags & FL_RF;
    if (task_gate(c, g, &sel, &d))
        return true;
    c->eflags |= rf; /* into the old task's image */
    if (task_switch(c, sel, &d, TASK_EVENT, e->rip) == X_FAULT) {
        if (!c->exc.in_new_task)
            c->eflags &= ~rf;
        return true;
    }
    if (!e->has_code)
        return false;
    struct frame f;
    frame_here(c, &f, c->tr.attr & 0x800 ? 4 : 2);
    frame_push(&f, e->code);
    if (frame_probe(c, &f)) {
        c->exc.in_new_task = true;
        c->exc.start_rip = c->rip;
        return true;
    }
    frame_write(c, &f);
    frame_commit(c, &f);
    return false;
}

static bool faults(struct cpu *c, const struct event *e)
{
    struct desc g;
    bool taken;
    if (!(c->cr0 & CR0_PE))
        return real_mode(c, e);
    if (unlikely(e->int_n)) {
        if (vme_int(c, e->vector, e->rip, &taken))
            return true;
        if (taken)
            return false;
    }
    if (read_gate(c, e, &g))
        return true;
    return desc_type(&g) == SYS_TASK_GATE ? through_task(c, e, &g) : through_gate(c, e, &g);
}

/* --- Several at once --- */

static bool contributory(unsigned vector)
{
    return vector == EXC_DE || (vector >= EXC_TS && vector <= EXC_GP);
}

/* SDM 3A table 6-5. */
static bool makes_double_fault(const struct event *first, unsigned second)
{
    if (!first->exception)
        return false;
    if (first->vector == EXC_PF)
        return second == EXC_PF || contributory(second);
    return contributory(first->vector) && contributory(second);
}

static struct event event_of(const struct exception *x, uint64_t rip)
{
    /* A task switch that faulted after its commit point goes on in the new task (SDM 3A 7.3). */
    if (x->in_new_task)
        rip = x->start_rip;
    return (struct event){.vector = x->vector,
                          .exception = !x->soft,
                          .soft = x->soft,
                          .int_n = x->int_n,
                          .has_code = x->has_code,
                          .sets_rf = is_fault(x),
                          .code = x->code,
                          .rip = rip,
                          .start_rip = x->soft ? x->start_rip : rip};
}

/* What an exception leaves in registers when it is recognised. */
static void note_exception(struct cpu *c, const struct exception *x)
{
    if (x->vector == EXC_PF)
        c->cr2 = x->cr2;
    if (x->vector == EXC_DB && !x->soft) {
        if (x->dr6) /* NOTE: "may clear bits 0-3" (SDM 3B 17.2.3); processors do, and software relies on it */
            c->dr[6] = (c->dr[6] & ~(uint64_t)DR6_HITS) | x->dr6;
        c->dr[7] &= ~(uint64_t)DR7_GD; /* the handler may use the debug registers (SDM 3B 17.2.4) */
        c->debugctl &= ~(uint64_t)(DEBUGCTL_LBR | DEBUGCTL_BTF); /* 17.4.1, 17.4.3 */
    }
}

static void tell(struct cpu *c, const struct event *e)
{
    struct cpu_delivery d = {e->vector, e->soft, e->exception, e->has_code, e->code, e->rip};
    if (unlikely(c->trace) && c->trace->delivery)
        c->trace->delivery(c->trace->ctx, c, &d);
}

static bool deliver(struct cpu *c, struct event e)
{
    c->db_pending = 0;
    tell(c, &e);
    while (faults(c, &e)) {
        struct exception x = c->exc;
        uint32_t ext = !e.soft;
        note_exception(c, &x);
        if (e.exception && e.vector == EXC_DF)
            return false;
        if (x.has_code && x.vector != EXC_PF)
            x.code |= ext;
        if (makes_double_fault(&e, x.vector)) {
            x.vector = EXC_DF;
            x.has_code = true;
            x.code = 0;
        }
        e = event_of(&x, e.start_rip);
        tell(c, &e);
    }
    debug_branch(c, e.rip, true);
    return true;
}

bool deliver_exception(struct cpu *c, uint64_t rip)
{
    note_exception(c, &c->exc);
    return deliver(c, event_of(&c->exc, rip));
}

bool deliver_interrupt(struct cpu *c, unsigned vector)
{
    return deliver(c, (struct event){.vector = (uint8_t)vector, .rip = c->rip, .start_rip = c->rip});
}
