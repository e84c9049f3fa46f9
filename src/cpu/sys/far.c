/* SPDX-License-Identifier: MIT */
/*
 * Far JMP, CALL and RET, and IRET (SDM 3A 5.8, 7.3; order of checks as in the pseudocode of SDM 2A): real and
 * virtual-8086 mode, code segments, call gates of 16 and 32 bits with parameters, task gates and TSSs, returns to outer
 * levels and to virtual-8086 mode.
 */
#include "cpu/int/flags.h"
#include "cpu/sys/system.h"

static bool protected_mode(const struct cpu *c)
{
    return (c->mode & (MODE_PE | MODE_VM)) == MODE_PE;
}

/* Where the instruction returns to; a push or a TSS of 16 bits cuts it, not D of CS. */
static uint64_t after(const struct cpu *c, const struct xinsn *i)
{
    return next_rip(c, i) & lin_mask(c);
}

static bool raise_sel(struct cpu *c, unsigned vector, uint16_t sel)
{
    raise_code(c, vector, sel & 0xfffc);
    return true;
}

/* --- Where JMP and CALL go --- */

struct target_code {
    uint16_t sel;
    uint32_t off;
    struct desc d;
};

/* A code segment named directly. */
static bool check_direct(struct cpu *c, const struct target_code *t)
{
    unsigned dpl = desc_dpl(&t->d);
    if (t->d.hi & DESC_CE ? dpl > c->cpl : (t->sel & 3u) > c->cpl || dpl != c->cpl)
        return raise_sel(c, EXC_GP, t->sel);
    if (!(t->d.hi & DESC_P))
        return raise_sel(c, EXC_NP, t->sel);
    return false;
}

static bool check_limit(struct cpu *c, const struct target_code *t)
{
    if (t->off > desc_limit(&t->d))
        return raise_gp(c, 0), true;
    return false;
}

/* The code segment behind a call gate; `inner`: the transfer may go to an inner level (CALL). */
static bool through_call_gate(struct cpu *c, uint16_t gate_sel, const struct desc *g, bool call, struct target_code *t)
{
    if (desc_dpl(g) < c->cpl || desc_dpl(g) < (gate_sel & 3u))
        return raise_sel(c, EXC_GP, gate_sel);
    if (!(g->hi & DESC_P))
        return raise_sel(c, EXC_NP, gate_sel);
    t->sel = gate_selector(g);
    t->off = desc_type(g) == SYS_CALL32 ? gate_offset(g) : gate_offset(g) & 0xffff;
    if (sel_null(t->sel))
        return raise_gp(c, 0), true;
    if (desc_read(c, t->sel, EXC_GP, &t->d))
        return true;
    unsigned dpl = desc_dpl(&t->d);
    bool conforming = t->d.hi & DESC_CE;
    if (!desc_is_code(&t->d) || dpl > c->cpl || (!call && !conforming && dpl != c->cpl))
        return raise_sel(c, EXC_GP, t->sel);
    if (!(t->d.hi & DESC_P))
        return raise_sel(c, EXC_NP, t->sel);
    return false;
}

/* A TSS or a task gate as the target of JMP or CALL. */
static enum xstat to_task(struct cpu *c, uint16_t sel, struct desc *d, enum task_cause cause, uint64_t rip)
{
    if (desc_dpl(d) < c->cpl || desc_dpl(d) < (sel & 3u))
        return raise_sel(c, EXC_GP, sel), X_FAULT;
    if (desc_type(d) == SYS_TASK_GATE) {
        struct desc gate = *d;
        if (!(gate.hi & DESC_P))
            return raise_sel(c, EXC_NP, sel), X_FAULT;
        if (task_gate(c, &gate, &sel, d))
            return X_FAULT;
    } else if (desc_type(d) == SYS_TSS16_BUSY || desc_type(d) == SYS_TSS32_BUSY) {
        return raise_sel(c, EXC_GP, sel), X_FAULT;
    } else if (!(d->hi & DESC_P)) {
        return raise_sel(c, EXC_NP, sel), X_FAULT;
    }
    return task_switch(c, sel, d, cause, rip);
}

static bool is_task(const struct desc *d)
{
    static const uint32_t types =
        BIT(SYS_TASK_GATE) | BIT(SYS_TSS16) | BIT(SYS_TSS16_BUSY) | BIT(SYS_TSS32) | BIT(SYS_TSS32_BUSY);
    return !(d->hi & DESC_S) && types >> desc_type(d) & 1;
}
static bool is_call_gate(const struct desc *d)
{
    return !(d->hi & DESC_S) && (desc_type(d) == SYS_CALL16 || desc_type(d) == SYS_CALL32);
}

/* --- JMP --- */

static enum xstat far_real(struct cpu *c, uint16_t sel, uint64_t off)
{
    if (off > c->seg[SEG_CS].limit)
        return raise_gp(c, 0);
    set_seg_real(c, SEG_CS, sel);
    c->rip = off;
    mode_update(c);
    return X_BRANCH;
}

static enum xstat enter_code(struct cpu *c, struct target_code *t)
{
    if (check_limit(c, t) || desc_set_accessed(c, t->sel, &t->d))
        return X_FAULT;
    set_cs(c, t->sel, &t->d, c->cpl);
    c->rip = t->off;
    return X_BRANCH;
}

enum xstat far_jump(struct cpu *c, const struct xinsn *i, uint16_t sel, uint64_t off, unsigned opsize)
{
    struct target_code t = {.sel = sel, .off = (uint32_t)(opsize == SZ16 ? off & 0xffff : off)};
    if (!protected_mode(c))
        return far_real(c, sel, t.off);
    if (sel_null(sel))
        return raise_gp(c, 0);
    if (desc_read(c, sel, EXC_GP, &t.d))
        return X_FAULT;
    if (desc_is_code(&t.d))
        return check_direct(c, &t) ? X_FAULT : enter_code(c, &t);
    if (is_task(&t.d))
        return to_task(c, sel, &t.d, TASK_JMP, after(c, i));
    if (!is_call_gate(&t.d))
        return raise_gp(c, sel & 0xfffc);
    struct desc gate = t.d;
    return through_call_gate(c, sel, &gate, false, &t) ? X_FAULT : enter_code(c, &t);
}

/* --- CALL --- */

/* Pushes CS:RIP of the caller with the frame and enters the target at level cpl. */
static enum xstat call_with(struct cpu *c, const struct xinsn *i, struct frame *f, struct target_code *t, unsigned cpl)
{
    frame_push(f, c->seg[SEG_CS].sel);
    frame_push(f, (uint32_t)after(c, i));
    if (desc_set_accessed(c, t->sel, &t->d) || frame_probe(c, f) || check_limit(c, t))
        return X_FAULT;
    frame_write(c, f);
    frame_commit(c, f);
    set_cs(c, t->sel, &t->d, cpl);
    c->rip = t->off;
    return X_BRANCH;
}

static enum xstat call_real(struct cpu *c, const struct xinsn *i, uint16_t sel, uint64_t off, unsigned opsize)
{
    struct frame f;
    frame_here(c, &f, opsize == SZ16 ? 2 : 4);
    frame_push(&f, c->seg[SEG_CS].sel);
    frame_push(&f, (uint32_t)after(c, i));
    if (frame_probe(c, &f))
        return X_FAULT;
    if (off > c->seg[SEG_CS].limit)
        return raise_gp(c, 0);
    frame_write(c, &f);
    frame_commit(c, &f);
    return far_real(c, sel, off);
}

/* Parameters are copied from the caller's stack, the last pushed ends up lowest again (SDM 3A 5.8.5). */
static bool copy_parameters(struct cpu *c, struct frame *f, unsigned count)
{
    uint32_t v;
    uint16_t w;
    for (unsigned k = count; k-- > 0;) {
        uint64_t at = (c->regs[RSP] + k * f->size) & c->stack_mask;
        if (f->size == 4) {
            if (seg_rd32(c, SEG_SS, at, &v))
                return true;
        } else {
            if (seg_rd16(c, SEG_SS, at, &w))
                return true;
            v = w;
        }
        frame_push(f, v);
    }
    return false;
}

static enum xstat call_gate(struct cpu *c, const struct xinsn *i, uint16_t gate_sel, const struct desc *gate)
{
    struct target_code t;
    struct frame f;
    unsigned size = desc_type(gate) == SYS_CALL32 ? 4 : 2;
    if (through_call_gate(c, gate_sel, gate, true, &t))
        return X_FAULT;
    unsigned dpl = desc_dpl(&t.d);
    if (t.d.hi & DESC_CE || dpl == c->cpl) {
        frame_here(c, &f, size);
        return call_with(c, i, &f, &t, c->cpl);
    }
    if (frame_inner(c, &f, size, dpl))
        return X_FAULT;
    frame_push(&f, c->seg[SEG_SS].sel);
    frame_push(&f, (uint32_t)c->regs[RSP]);
    if (copy_parameters(c, &f, gate->hi & 31))
        return X_FAULT;
    return call_with(c, i, &f, &t, dpl);
}

enum xstat far_call(struct cpu *c, const struct xinsn *i, uint16_t sel, uint64_t off, unsigned opsize)
{
    struct target_code t = {.sel = sel, .off = (uint32_t)(opsize == SZ16 ? off & 0xffff : off)};
    struct frame f;
    if (!protected_mode(c))
        return call_real(c, i, sel, t.off, opsize);
    if (sel_null(sel))
        return raise_gp(c, 0);
    if (desc_read(c, sel, EXC_GP, &t.d))
        return X_FAULT;
    if (desc_is_code(&t.d)) {
        if (check_direct(c, &t))
            return X_FAULT;
        frame_here(c, &f, opsize == SZ16 ? 2 : 4);
        return call_with(c, i, &f, &t, c->cpl);
    }
    if (is_task(&t.d))
        return to_task(c, sel, &t.d, TASK_CALL, after(c, i));
    if (!is_call_gate(&t.d))
        return raise_gp(c, sel & 0xfffc);
    struct desc gate = t.d;
    return call_gate(c, i, sel, &gate);
}

/* --- RET and IRET --- */

/* Word k of the stack, k counted from the top. True: raised. */
static bool stack_word(struct cpu *c, unsigned k, unsigned opsize, unsigned skip, uint32_t *v)
{
    uint16_t w;
    if (opsize != SZ16)
        return seg_rd32(c, SEG_SS, (c->regs[RSP] + 4 * k + skip) & c->stack_mask, v);
    if (seg_rd16(c, SEG_SS, (c->regs[RSP] + 2 * k + skip) & c->stack_mask, &w))
        return true;
    *v = w;
    return false;
}

/* What a return pops, and whether it may. */
struct comeback {
    uint32_t rip, cs, flags, sp, ss;
    struct desc code, stack;
    unsigned words; /* popped before SP and SS: 2, or 3 with EFLAGS */
};

static bool check_return_code(struct cpu *c, struct comeback *r)
{
    uint16_t sel = (uint16_t)r->cs;
    unsigned rpl = sel & 3;
    if (sel_null(sel))
        return raise_gp(c, 0), true;
    if (desc_read(c, sel, EXC_GP, &r->code))
        return true;
    unsigned dpl = desc_dpl(&r->code);
    if (!desc_is_code(&r->code) || rpl < c->cpl || (r->code.hi & DESC_CE ? dpl > rpl : dpl != rpl))
        return raise_sel(c, EXC_GP, sel);
    if (!(r->code.hi & DESC_P))
        return raise_sel(c, EXC_NP, sel);
    return false;
}

/* Pops to the same or an outer level; `drop` bytes of parameters go from both stacks. X_BRANCH or X_FAULT. */
static enum xstat come_back(struct cpu *c, struct comeback *r, unsigned opsize, unsigned drop)
{
    unsigned bytes = r->words * (opsize == SZ16 ? 2 : 4), rpl = r->cs & 3;
    if (check_return_code(c, r))
        return X_FAULT;
    bool outer = rpl > c->cpl;
    if (outer) {
        if (stack_word(c, r->words, opsize, drop, &r->sp) || stack_word(c, r->words + 1, opsize, drop, &r->ss) ||
            stack_desc(c, (uint16_t)r->ss, rpl, EXC_GP, &r->stack))
            return X_FAULT;
    }
    if (r->rip > desc_limit(&r->code))
        return raise_gp(c, 0);
    if (desc_set_accessed(c, (uint16_t)r->cs, &r->code) || (outer && desc_set_accessed(c, (uint16_t)r->ss, &r->stack)))
        return X_FAULT;
    if (!outer) {
        set_masked(c, RSP, c->regs[RSP] + bytes + drop, c->stack_mask);
        set_cs(c, (uint16_t)r->cs, &r->code, c->cpl);
    } else {
        seg_from_desc(&c->seg[SEG_SS], (uint16_t)r->ss, &r->stack);
        set_cs(c, (uint16_t)r->cs, &r->code, rpl);
        /* QUIRK: a 16-bit stack takes SP alone; the upper half of ESP stays the inner level's. */
        set_masked(c, RSP, r->sp + drop, c->stack_mask);
        null_inner_segs(c);
    }
    c->rip = r->rip;
    return X_BRANCH;
}

enum xstat far_ret(struct cpu *c, const struct xinsn *i, unsigned opsize, unsigned drop)
{
    struct comeback r = {.words = 2};
    (void)i;
    if (stack_word(c, 0, opsize, 0, &r.rip) || stack_word(c, 1, opsize, 0, &r.cs))
        return X_FAULT;
    if (protected_mode(c))
        return come_back(c, &r, opsize, drop);
    if (r.rip > c->seg[SEG_CS].limit)
        return raise_gp(c, 0);
    set_masked(c, RSP, c->regs[RSP] + 2 * (opsize == SZ16 ? 2 : 4) + drop, c->stack_mask);
    return far_real(c, (uint16_t)r.cs, r.rip);
}

/* EFLAGS as IRET sets them: `mask` says which bits it may change. */
static void iret_flags(struct cpu *c, uint32_t v, uint32_t mask, unsigned opsize)
{
    if (opsize == SZ16)
        mask &= 0xffff;
    if (c->model->max_leaf == 0)
        mask &= ~(uint32_t)FL_ID;
    cpu_set_eflags(c, (cpu_eflags(c) & ~mask) | (v & mask));
}

enum { IRET_ANY = FL_ARITH | FL_TF | FL_DF | FL_NT | FL_RF | FL_AC | FL_ID };

/* Virtual-8086 mode with IOPL below 3 and the extensions: IF goes to VIF, IOPL stays. */
static enum xstat iret_vme(struct cpu *c, const struct comeback *r, unsigned opsize)
{
    if (opsize != SZ16 || vme_forbids(c, r->flags))
        return raise_gp(c, 0);
    if (r->rip > c->seg[SEG_CS].limit)
        return raise_gp(c, 0);
    set_masked(c, RSP, c->regs[RSP] + 6, c->stack_mask);
    iret_flags(c, vme_popped(r->flags), (IRET_ANY & 0xffff) | FL_VIF, SZ32);
    return far_real(c, (uint16_t)r->cs, r->rip);
}

static enum xstat iret_real(struct cpu *c, const struct comeback *r, unsigned opsize)
{
    uint32_t mask = IRET_ANY | FL_IF;
    if (!(c->eflags & FL_VM))
        mask |= FL_IOPL;
    if (r->rip > c->seg[SEG_CS].limit)
        return raise_gp(c, 0);
    set_masked(c, RSP, c->regs[RSP] + 3 * (opsize == SZ16 ? 2 : 4), c->stack_mask);
    iret_flags(c, r->flags, mask, opsize);
    return far_real(c, (uint16_t)r->cs, r->rip);
}

/* From level 0 to virtual-8086 mode: ESP, SS, ES, DS, FS, GS follow on the stack (SDM 3A 20.2.2). */
static enum xstat iret_vm86(struct cpu *c, const struct comeback *r)
{
    uint32_t v[6];
    static const uint8_t order[] = {SEG_SS, SEG_ES, SEG_DS, SEG_FS, SEG_GS};
    for (unsigned k = 0; k < 6; k++)
        if (stack_word(c, 3 + k, SZ32, 0, &v[k]))
            return X_FAULT;
    if (r->rip > 0xffff)
        return raise_gp(c, 0);
    iret_flags(c, r->flags, IRET_ANY | FL_IF | FL_IOPL | FL_VM | FL_VIF | FL_VIP, SZ32);
    c->cpl = 3;
    set_seg_real(c, SEG_CS, (uint16_t)r->cs);
    for (unsigned k = 0; k < 5; k++)
        set_seg_real(c, order[k], (uint16_t)v[k + 1]);
    c->regs[RSP] = v[0];
    c->rip = r->rip;
    mode_update(c);
    return X_BRANCH;
}

static enum xstat iret_protected(struct cpu *c, struct comeback *r, unsigned opsize)
{
    if (opsize != SZ16 && r->flags & FL_VM && c->cpl == 0)
        return iret_vm86(c, r);
    uint32_t mask = IRET_ANY;
    if (c->cpl <= iopl(c))
        mask |= FL_IF;
    if (c->cpl == 0)
        mask |= FL_IOPL | FL_VIF | FL_VIP;
    if (come_back(c, r, opsize, 0) == X_FAULT)
        return X_FAULT;
    iret_flags(c, r->flags, mask, opsize);
    mode_update(c);
    return X_BRANCH;
}

enum xstat iret(struct cpu *c, const struct xinsn *i, unsigned opsize)
{
    struct comeback r = {.words = 3};
    enum xstat st;
    bool virtual = vme_on(c);
    if (c->mode & MODE_VM && iopl(c) < 3 && (!virtual || opsize != SZ16))
        return raise_gp(c, 0);
    if (protected_mode(c) && c->eflags & FL_NT) {
        st = task_return(c, after(c, i));
    } else {
        if (stack_word(c, 0, opsize, 0, &r.rip) || stack_word(c, 1, opsize, 0, &r.cs) ||
            stack_word(c, 2, opsize, 0, &r.flags))
            return X_FAULT;
        st = protected_mode(c) ? iret_protected(c, &r, opsize)
             : virtual         ? iret_vme(c, &r, opsize)
                               : iret_real(c, &r, opsize);
    }
    if (st != X_FAULT) {
        c->nmi_blocked = false; /* SDM 3A 6.7.1 */
        boundary_wanted(c);
    }
    return st;
}
