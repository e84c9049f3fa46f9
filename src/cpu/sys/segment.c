/* SPDX-License-Identifier: MIT */
/*
 * Segmentation (SDM 3A chapters 3 and 5, 20.1): loading segment registers, limit checks, what
 * follows from CS, SS and CPL.
 */
#include "cpu/sys/system.h"

void seg_update(struct seg *s)
{
    s->rd_end = s->wr_end = 0;
    uint32_t a = s->attr;
    bool readable = !(a & DESC_CODE) || a & DESC_RW;
    bool expand_down = !(a & DESC_CODE) && a & DESC_CE;
    if (!(a & DESC_P) || !(a & DESC_S) || expand_down || !readable)
        return;
    s->rd_end = (uint64_t)s->limit + 1;
    if ((a & (DESC_CODE | DESC_RW)) == DESC_RW)
        s->wr_end = s->rd_end;
}

uint64_t seg_stack_mask(const struct seg *ss)
{
    return ss->attr & DESC_DB ? 0xffffffff : 0xffff;
}

void mode_update(struct cpu *c)
{
    bool vm = (c->eflags & FL_VM) != 0, pe = (c->cr0 & CR0_PE) != 0;
    if (vm)
        c->cpl = 3;
    else if (!pe)
        c->cpl = 0;
    uint32_t m = 0;
    if (c->seg[SEG_CS].attr & DESC_DB)
        m |= MODE_CS32;
    if (c->seg[SEG_SS].attr & DESC_DB)
        m |= MODE_SS32;
    if (pe)
        m |= MODE_PE;
    if (vm)
        m |= MODE_VM;
    if (c->cpl == 3)
        m |= MODE_CPL3;
    if (c->cr0 & CR0_PG)
        m |= MODE_PG;
    c->mode = m;
    c->lin_mask = m & MODE_CS64 ? UINT64_MAX : 0xffffffff;
    c->stack_mask = seg_stack_mask(&c->seg[SEG_SS]);
    bool check = c->cpl == 3 && c->cr0 & CR0_AM && c->eflags & FL_AC;
    c->view = (uint8_t)view_of(c, c->cpl);
    c->tlb = check ? &c->checked : &c->views[c->view];
}

bool seg_allows(const struct seg *s, uint64_t off, unsigned size, enum access_kind kind)
{
    uint32_t a = s->attr;
    uint64_t last = off + size - 1;
    if (!(a & DESC_P))
        return false;
    if (kind == ACC_WRITE && (a & DESC_CODE || !(a & DESC_RW)))
        return false;
    if (kind == ACC_READ && (a & (DESC_CODE | DESC_RW)) == DESC_CODE)
        return false;
    if (!(a & DESC_CODE) && a & DESC_CE) /* expand-down: above the limit, up to the top that B gives */
        return off > s->limit && last <= (a & DESC_DB ? 0xffffffff : 0xffff);
    /* NOTE: an access that wraps at 4 GiB in a segment without limit may fault or not (SDM 3A 5.3);
     * it does not here. */
    return last <= s->limit || (s->limit == 0xffffffff && off <= 0xffffffff);
}

bool seg_check_slow(struct cpu *c, unsigned seg, uint64_t off, unsigned size, enum access_kind kind)
{
    if (seg_allows(&c->seg[seg], off, size, kind))
        return false;
    if (seg == SEG_SS)
        raise_ss(c, 0);
    else
        raise_gp(c, 0);
    return true;
}

/* --- Descriptors --- */

/* Linear address of the descriptor; false where it lies beyond its table's limit. */
static bool desc_address(const struct cpu *c, uint16_t sel, uint64_t *lin)
{
    uint32_t at = sel & 0xfff8u;
    bool local = sel & 4;
    if (local && !(c->ldtr.attr & DESC_P))
        return false;
    *lin = (local ? c->ldtr.base : c->gdtr.base) + at;
    return at + 7 <= (local ? c->ldtr.limit : c->gdtr.limit);
}

bool desc_look(struct cpu *c, uint16_t sel, struct desc *d, bool *found)
{
    uint64_t lin;
    uint8_t b[8];
    *found = !sel_null(sel) && desc_address(c, sel, &lin);
    if (!*found)
        return false;
    if (sys_read(c, lin, sizeof b, b))
        return true;
    *d = (struct desc){ld32(b), ld32(b + 4)};
    return false;
}

bool desc_read(struct cpu *c, uint16_t sel, unsigned vector, struct desc *d)
{
    bool found;
    if (desc_look(c, sel, d, &found))
        return true;
    if (!found)
        raise_code(c, vector, sel & 0xfffc);
    return !found;
}

/* Rewrites the byte with type, DPL and P. */
static bool write_type(struct cpu *c, uint16_t sel, const struct desc *d)
{
    uint64_t lin = 0;
    uint8_t b = (uint8_t)(d->hi >> 8);
    desc_address(c, sel, &lin);
    return sys_write(c, lin + 5, 1, &b);
}

bool desc_probe(struct cpu *c, uint16_t sel)
{
    uint64_t lin = 0;
    if (!desc_address(c, sel, &lin))
        return raise_code(c, EXC_TS, sel & 0xfffc), true;
    return view_probe_write(c, VIEW_SUPER, lin + 5, 1);
}

bool desc_set_accessed(struct cpu *c, uint16_t sel, struct desc *d)
{
    if (likely(d->hi & DESC_A))
        return false;
    d->hi |= DESC_A;
    return write_type(c, sel, d);
}

bool desc_set_busy(struct cpu *c, uint16_t sel, struct desc *d, bool busy)
{
    d->hi = busy ? d->hi | 0x200 : d->hi & ~0x200u;
    return write_type(c, sel, d);
}

void seg_from_desc(struct seg *s, uint16_t sel, const struct desc *d)
{
    s->sel = sel;
    s->base = desc_base(d);
    s->limit = desc_limit(d);
    s->attr = d->hi & 0xf0ff00;
    seg_update(s);
}

void seg_set_null(struct seg *s, uint16_t sel)
{
    *s = (struct seg){.sel = sel};
}

void set_cs(struct cpu *c, uint16_t sel, const struct desc *d, unsigned cpl)
{
    seg_from_desc(&c->seg[SEG_CS], (uint16_t)((sel & ~3u) | cpl), d);
    c->cpl = (uint8_t)cpl;
    mode_update(c);
}

/* --- Loading a segment register --- */

void set_seg_real(struct cpu *c, unsigned seg, uint16_t sel)
{
    struct seg *s = &c->seg[seg];
    s->sel = sel;
    s->base = (uint64_t)sel << 4;
    if (c->eflags & FL_VM) {
        s->limit = 0xffff;
        s->attr = DESC_P | DESC_S | DESC_RW | DESC_A | DESC_DPL;
    } else if (!(s->attr & DESC_P)) { /* was null */
        s->limit = 0xffff;
        s->attr = DESC_P | DESC_S | DESC_RW | DESC_A;
    } else if (seg == SEG_CS) {
        /* NOTE: limit and D stay, which makes "unreal mode"; code may be written to through CS in
         * real mode. */
        s->attr = (s->attr & ~(uint32_t)(DESC_DPL | DESC_CODE | DESC_CE)) | DESC_RW | DESC_A;
    }
    seg_update(s);
}

bool stack_desc(struct cpu *c, uint16_t sel, unsigned cpl, unsigned vector, struct desc *d)
{
    unsigned code = sel & 0xfffc;
    if (sel_null(sel))
        return raise_code(c, vector, 0), true;
    if (desc_read(c, sel, vector, d))
        return true;
    if ((sel & 3u) != cpl || desc_dpl(d) != cpl || !desc_is_writable_data(d))
        return raise_code(c, vector, code), true;
    if (!(d->hi & DESC_P))
        return raise_ss(c, code), true;
    return false;
}

static bool data_desc(struct cpu *c, uint16_t sel, struct desc *d)
{
    if (desc_read(c, sel, EXC_GP, d))
        return true;
    unsigned rpl = sel & 3, dpl = desc_dpl(d);
    bool data_or_readable = d->hi & DESC_S && (!(d->hi & DESC_CODE) || d->hi & DESC_RW);
    bool conforming = desc_is_code(d) && d->hi & DESC_CE;
    if (!data_or_readable || (!conforming && (rpl > dpl || c->cpl > dpl)))
        return raise_gp(c, sel & 0xfffc), true;
    if (!(d->hi & DESC_P))
        return raise_code(c, EXC_NP, sel & 0xfffc), true;
    return false;
}

bool load_seg(struct cpu *c, unsigned seg, uint16_t sel)
{
    struct desc d;
    if (!(c->mode & MODE_PE) || c->mode & MODE_VM) {
        set_seg_real(c, seg, sel);
        if (seg == SEG_SS)
            mode_update(c);
        return false;
    }
    if (seg != SEG_SS && sel_null(sel)) {
        seg_set_null(&c->seg[seg], sel);
        return false;
    }
    if (seg == SEG_SS ? stack_desc(c, sel, c->cpl, EXC_GP, &d) : data_desc(c, sel, &d))
        return true;
    if (desc_set_accessed(c, sel, &d))
        return true;
    seg_from_desc(&c->seg[seg], sel, &d);
    if (seg == SEG_SS)
        mode_update(c);
    return false;
}

void null_inner_segs(struct cpu *c)
{
    static const uint8_t data[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS};
    for (unsigned i = 0; i < sizeof data; i++) {
        struct seg *s = &c->seg[data[i]];
        bool conforming = (s->attr & (DESC_CODE | DESC_CE)) == (DESC_CODE | DESC_CE);
        if (s->attr & DESC_P && !conforming && (s->attr >> 13 & 3) < c->cpl)
            seg_set_null(s, 0);
    }
}
