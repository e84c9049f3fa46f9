/* SPDX-License-Identifier: MIT */
/*
 * Hardware task switches (SDM 3A chapter 7): by JMP, CALL, IRET with NT set, exceptions and interrupts through task
 * gates, between 16-bit and 32-bit TSSs in any combination.
 *
 * Both TSSs are probed first, so nothing is changed before the commit point (SDM 3A 7.3, step 11); faults of the new
 * task's segments come after it, with CS:EIP of the new task and exc.in_new_task set.
 */
#include "cpu/int/flags.h"
#include "cpu/sys/system.h"

/* Where a TSS keeps things (SDM 3A figures 7-2 and 7-10). */
struct layout {
    uint8_t cr3, ip, flags, regs, segs, ldt, trap; /* cr3, trap: 0, none */
    uint8_t reg_size, seg_step, nsegs;
    uint8_t dynamic_end; /* the fields a switch writes end here */
    uint8_t min_limit;
};
static const struct layout tss16 = {.ip = 14,
                                    .flags = 16,
                                    .regs = 18,
                                    .segs = 34,
                                    .ldt = 42,
                                    .reg_size = 2,
                                    .seg_step = 2,
                                    .nsegs = 4,
                                    .dynamic_end = 42,
                                    .min_limit = 43};
static const struct layout tss32 = {.cr3 = 28,
                                    .ip = 32,
                                    .flags = 36,
                                    .regs = 40,
                                    .segs = 72,
                                    .ldt = 96,
                                    .trap = 100,
                                    .reg_size = 4,
                                    .seg_step = 4,
                                    .nsegs = 6,
                                    .dynamic_end = 96,
                                    .min_limit = 103};

static const struct layout *layout_of(uint32_t attr)
{
    return attr & 0x800 ? &tss32 : &tss16;
}

bool task_gate(struct cpu *c, const struct desc *gate, uint16_t *sel, struct desc *d)
{
    *sel = gate_selector(gate);
    if (*sel & 4 || sel_null(*sel))
        return raise_gp(c, *sel & 0xfffc), true;
    if (desc_read(c, *sel, EXC_GP, d))
        return true;
    if (d->hi & DESC_S || (desc_type(d) != SYS_TSS16 && desc_type(d) != SYS_TSS32))
        return raise_gp(c, *sel & 0xfffc), true;
    if (!(d->hi & DESC_P))
        return raise_code(c, EXC_NP, *sel & 0xfffc), true;
    return false;
}

/* A TSS image in memory order; long ones go in pieces of 16 bytes. */
static bool tss_read(struct cpu *c, uint64_t base, unsigned size, uint8_t *b)
{
    for (unsigned at = 0; at < size; at += 8)
        if (sys_read(c, base + at, MIN(8u, size - at), b + at))
            return true;
    return false;
}
static bool tss_probe(struct cpu *c, uint64_t base, unsigned size)
{
    return view_probe_write(c, 0, base, 1) || view_probe_write(c, 0, base + size - 1, 1);
}

/* Saves the old task's registers (SDM 3A 7.3 step 5). */
static void save_task(struct cpu *c, uint64_t rip, uint32_t flags)
{
    const struct layout *l = layout_of(c->tr.attr);
    uint64_t base = c->tr.base;
    uint32_t v = (uint32_t)rip;
    sys_write(c, base + l->ip, l->reg_size, &v);
    sys_write(c, base + l->flags, l->reg_size, &flags);
    for (unsigned i = 0; i < 8; i++)
        sys_write(c, base + l->regs + i * l->reg_size, l->reg_size, &c->regs[i]);
    for (unsigned i = 0; i < l->nsegs; i++)
        sys_write(c, base + l->segs + i * l->seg_step, 2, &c->seg[i].sel);
}

/* Selectors and the like of the task that comes in. */
struct incoming {
    uint32_t cr3, rip, flags, regs[8];
    uint16_t seg[NSEGS], ldt;
    bool trap, has_cr3;
};

static void parse_task(const struct layout *l, const uint8_t *b, struct incoming *n)
{
    *n = (struct incoming){.cr3 = l->cr3 ? ld32(b + l->cr3) : 0,
                           .rip = (uint32_t)ld_le(b + l->ip, l->reg_size),
                           .flags = (uint32_t)ld_le(b + l->flags, l->reg_size),
                           .ldt = ld16(b + l->ldt),
                           .has_cr3 = l->cr3 != 0,
                           .trap = l->trap && b[l->trap] & 1};
    for (unsigned i = 0; i < 8; i++)
        n->regs[i] = (uint32_t)ld_le(b + l->regs + i * l->reg_size, l->reg_size) | (l->reg_size == 2 ? 0xffff0000 : 0);
    for (unsigned i = 0; i < l->nsegs; i++)
        n->seg[i] = ld16(b + l->segs + i * l->seg_step);
}

/* A fault of the new task: it is delivered there. */
static enum xstat fault_in_new(struct cpu *c, const struct incoming *n)
{
    c->exc.in_new_task = true;
    c->exc.start_rip = n->rip;
    return X_FAULT;
}

static bool load_task_ldt(struct cpu *c, uint16_t sel)
{
    struct desc d;
    bool found;
    seg_set_null(&c->ldtr, sel);
    if (sel_null(sel))
        return false;
    if (sel & 4)
        return raise_code(c, EXC_TS, sel & 0xfffc), true;
    if (desc_look(c, sel, &d, &found))
        return true;
    if (!found || d.hi & DESC_S || desc_type(&d) != SYS_LDT || !(d.hi & DESC_P))
        return raise_code(c, EXC_TS, sel & 0xfffc), true;
    seg_from_desc(&c->ldtr, sel, &d);
    return false;
}

static bool load_task_cs(struct cpu *c, uint16_t sel)
{
    struct desc d;
    unsigned rpl = sel & 3;
    if (sel_null(sel))
        return raise_code(c, EXC_TS, 0), true;
    if (desc_read(c, sel, EXC_TS, &d))
        return true;
    if (!desc_is_code(&d) || (d.hi & DESC_CE ? desc_dpl(&d) > rpl : desc_dpl(&d) != rpl))
        return raise_code(c, EXC_TS, sel & 0xfffc), true;
    if (!(d.hi & DESC_P))
        return raise_code(c, EXC_NP, sel & 0xfffc), true;
    if (desc_set_accessed(c, sel, &d))
        return true;
    set_cs(c, sel, &d, rpl);
    return false;
}

static bool load_task_ss(struct cpu *c, uint16_t sel)
{
    struct desc d;
    if (stack_desc(c, sel, c->cpl, EXC_TS, &d) || desc_set_accessed(c, sel, &d))
        return true;
    seg_from_desc(&c->seg[SEG_SS], sel, &d);
    mode_update(c);
    return false;
}

/* As load_seg, but what would be #GP is #TS (SDM 3A 6.15, interrupt 10). */
static bool load_task_data(struct cpu *c, unsigned seg, uint16_t sel)
{
    if (!load_seg(c, seg, sel))
        return false;
    if (c->exc.vector == EXC_GP)
        c->exc.vector = EXC_TS;
    return true;
}

static bool load_task_segs(struct cpu *c, const struct incoming *n)
{
    for (unsigned i = 0; i < NSEGS; i++)
        seg_set_null(&c->seg[i], n->seg[i]);
    c->cpl = n->seg[SEG_CS] & 3;
    if (load_task_ldt(c, n->ldt))
        return true;
    if (c->eflags & FL_VM) {
        for (unsigned i = 0; i < NSEGS; i++)
            set_seg_real(c, i, n->seg[i]);
        mode_update(c);
        return false;
    }
    return load_task_cs(c, n->seg[SEG_CS]) || load_task_ss(c, n->seg[SEG_SS]) ||
           load_task_data(c, SEG_ES, n->seg[SEG_ES]) || load_task_data(c, SEG_DS, n->seg[SEG_DS]) ||
           load_task_data(c, SEG_FS, n->seg[SEG_FS]) || load_task_data(c, SEG_GS, n->seg[SEG_GS]);
}

/* Registers of the new task: from here on faults are its own. */
static enum xstat load_task(struct cpu *c, const struct incoming *n, bool nested)
{
    bool bad_cr3 = n->has_cr3 && c->cr0 & CR0_PG && n->cr3 != c->cr3 && write_cr3(c, n->cr3);
    cpu_set_eflags(c, (n->flags & 0x3f7fd5) | FL_1 | (nested ? FL_NT : 0));
    for (unsigned i = 0; i < 8; i++)
        c->regs[i] = n->regs[i];
    c->rip = n->rip;
    c->cr0 |= CR0_TS;
    c->dr[7] &= ~UINT64_C(0x155); /* local breakpoints and LE (SDM 3B 17.2.4) */
    tlb_flush_all(c);             /* pages that a breakpoint kept out may come in */
    c->leave = true;
    if (bad_cr3 || load_task_segs(c, n))
        return fault_in_new(c, n);
    if (n->rip > c->seg[SEG_CS].limit) {
        raise_gp(c, 0);
        return fault_in_new(c, n);
    }
    if (n->trap)
        c->db_pending |= DR6_BT;
    return X_BRANCH;
}

enum xstat task_switch(struct cpu *c, uint16_t sel, struct desc *d, enum task_cause cause, uint64_t rip)
{
    const struct layout *was = layout_of(c->tr.attr), *l = layout_of(d->hi);
    uint8_t image[104];
    struct incoming n;
    struct desc old = {0};
    uint32_t flags = cpu_eflags(c);
    bool nested = cause == TASK_CALL || cause == TASK_EVENT;
    if (desc_limit(d) < l->min_limit)
        return raise_code(c, EXC_TS, sel & 0xfffc);
    if (tss_read(c, desc_base(d), l->min_limit + 1u, image) || tss_probe(c, c->tr.base, was->dynamic_end) ||
        (nested && tss_probe(c, desc_base(d), 2)) || (!nested && desc_probe(c, c->tr.sel)) ||
        (cause != TASK_IRET && desc_probe(c, sel)))
        return X_FAULT;
    parse_task(l, image, &n);
    if (!nested) { /* the old task is busy no more */
        if (desc_read(c, c->tr.sel, EXC_TS, &old) || desc_set_busy(c, c->tr.sel, &old, false))
            return X_FAULT;
    }
    if (cause == TASK_IRET)
        flags &= ~(uint32_t)FL_NT;
    else if (desc_set_busy(c, sel, d, true))
        return X_FAULT;
    save_task(c, rip, flags);
    if (nested)
        sys_write(c, desc_base(d), 2, &c->tr.sel);
    seg_from_desc(&c->tr, sel, d);
    c->tr.attr |= 0x200;
    return load_task(c, &n, nested);
}

enum xstat task_return(struct cpu *c, uint64_t rip)
{
    uint16_t sel;
    struct desc d;
    if (sys_read(c, c->tr.base, 2, &sel))
        return X_FAULT;
    if (sel & 4 || sel_null(sel))
        return raise_code(c, EXC_TS, sel & 0xfffc);
    if (desc_read(c, sel, EXC_TS, &d))
        return X_FAULT;
    if (d.hi & DESC_S || (desc_type(&d) != SYS_TSS16_BUSY && desc_type(&d) != SYS_TSS32_BUSY))
        return raise_code(c, EXC_TS, sel & 0xfffc);
    if (!(d.hi & DESC_P))
        return raise_code(c, EXC_NP, sel & 0xfffc);
    return task_switch(c, sel, &d, TASK_IRET, rip);
}
