/* SPDX-License-Identifier: MIT */
/*
 * Stack frames of calls, interrupts and exceptions: put together first, checked as a whole (limit, pages), then written
 * and made current, so that a transfer that faults while pushing has changed nothing (SDM 3A 5.8.5, 6.12.1).
 */
#include "base/log.h"
#include "cpu/sys/system.h"

void frame_push(struct frame *f, uint32_t v)
{
    if (f->n == FRAME_MAX)
        bug("stack frame of more than %u words", FRAME_MAX);
    f->v[f->n++] = v;
}

void frame_here(struct cpu *c, struct frame *f, unsigned size)
{
    f->ss = c->seg[SEG_SS];
    f->sp = c->regs[RSP];
    f->view = c->view;
    f->size = size;
    f->error = 0;
    f->n = 0;
}

/* SS:ESP for a privilege level out of the current TSS (SDM 3A figures 7-2, 7-10). */
static bool tss_stack(struct cpu *c, unsigned cpl, uint16_t *ss, uint32_t *sp)
{
    bool wide = c->tr.attr & 0x800; /* 32-bit TSS */
    uint32_t at = wide ? 8 * cpl + 4 : 4 * cpl + 2;
    unsigned size = wide ? 6 : 4;
    uint8_t b[6];
    if (!(c->tr.attr & DESC_P) || at + size - 1 > c->tr.limit)
        return raise_code(c, EXC_TS, c->tr.sel & 0xfffc), true;
    if (sys_read(c, c->tr.base + at, size, b))
        return true;
    *sp = wide ? ld32(b) : ld16(b);
    *ss = ld16(b + size - 2);
    return false;
}

bool frame_inner(struct cpu *c, struct frame *f, unsigned size, unsigned cpl)
{
    uint16_t ss;
    uint32_t sp;
    struct desc d;
    if (tss_stack(c, cpl, &ss, &sp) || stack_desc(c, ss, cpl, EXC_TS, &d) || desc_set_accessed(c, ss, &d))
        return true;
    seg_from_desc(&f->ss, ss, &d);
    f->sp = sp;
    f->view = view_of(c, cpl);
    f->size = size;
    f->error = ss & 0xfffc;
    f->n = 0;
    return false;
}

bool frame_probe(struct cpu *c, const struct frame *f)
{
    uint64_t mask = seg_stack_mask(&f->ss), sp = f->sp;
    for (unsigned i = 0; i < f->n; i++) {
        sp = (sp - f->size) & mask;
        if (sp + f->size > f->ss.wr_end && !seg_allows(&f->ss, sp, f->size, ACC_WRITE))
            return raise_ss(c, f->error), true;
        if (view_probe_write(c, f->view, f->ss.base + sp, f->size))
            return true;
    }
    return false;
}

void frame_write(struct cpu *c, struct frame *f)
{
    uint64_t mask = seg_stack_mask(&f->ss), sp = f->sp & mask;
    for (unsigned i = 0; i < f->n; i++) {
        sp = (sp - f->size) & mask;
        view_write(c, f->view, f->ss.base + sp, f->size, &f->v[i]);
    }
    f->sp = (f->sp & ~mask) | sp;
}

void frame_commit(struct cpu *c, const struct frame *f)
{
    c->seg[SEG_SS] = f->ss;
    c->regs[RSP] = f->sp & 0xffffffff;
    c->stack_mask = seg_stack_mask(&f->ss);
}
