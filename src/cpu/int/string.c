/* SPDX-License-Identifier: MIT */
/*
 * MOVS CMPS SCAS LODS STOS INS OUTS with REP, REPE, REPNE (SDM 2A, 2B). REP MOVS and REP STOS run
 * as host copies within a page where that page is plain memory; everything else, and what lies
 * across a page's or a segment's end, goes element by element. REPNE before an instruction that
 * does not compare acts as REP.
 */
#include "cpu/int/rep.h"

/* SI or DI on by n bytes, in the direction that DF says. */
static inline void advance(struct cpu *c, unsigned r, uint64_t n, uint64_t mask)
{
    set_masked(c, r, c->eflags & FL_DF ? c->regs[r] - n : c->regs[r] + n, mask);
}

/*
 * How many elements from seg:off on (downwards with DF), at most max, lie within one page, within
 * the segment by the fast check, and do not wrap the offset. *lin is the first one's address.
 */
static uint64_t fit(const struct cpu *c, unsigned seg, uint64_t off, unsigned size, enum access_kind kind,
                    uint64_t mask, uint64_t max, uint64_t *lin)
{
    const struct seg *s = &c->seg[seg];
    uint64_t end = kind == ACC_WRITE ? s->wr_end : s->rd_end;
    *lin = (s->base + off) & lin_mask(c);
    uint64_t in_page = *lin & PAGE_OFFSET_MASK;
    if (off + size > end || in_page + size > PAGE_SIZE)
        return 0;
    uint64_t n =
        c->eflags & FL_DF ? MIN(in_page, off) / size + 1 : MIN(PAGE_SIZE - in_page, MIN(end - off, mask - off)) / size;
    return MIN(n, max);
}

/* Host address of plain memory at lin, up to the end of its page; NULL where there is none. */
static inline uint8_t *host_of(struct cpu *c, uint64_t lin, enum access_kind kind)
{
    const struct tlb_entry *e = kind == ACC_WRITE ? tlb_wr(c, lin) : tlb_rd(c, lin);
    bool fault;
    if (likely(e->tag == last_page(lin, 1)))
        return (uint8_t *)(uintptr_t)(lin + e->addend);
    return lin_span(c, lin, kind, &fault); /* a fault is raised again by the single access */
}

#define BITS 8
#include "cpu/int/string_size.inc.h"
#define BITS 16
#include "cpu/int/string_size.inc.h"
#define BITS 32
#include "cpu/int/string_size.inc.h"

INSN(x_ins_Yv_DX)
{
    rep_one_fn *one = i->in.opsize == SZ16 ? ins_one16 : ins_one32;
    if (i->in.flags & (IF_REP | IF_REPNE))
        return rep_run(c, i, one, NULL, false);
    return one(c, &i->in) ? X_FAULT : X_NEXT;
}
INSN(x_outs_DX_Xv)
{
    rep_one_fn *one = i->in.opsize == SZ16 ? outs_one16 : outs_one32;
    if (i->in.flags & (IF_REP | IF_REPNE))
        return rep_run(c, i, one, NULL, false);
    return one(c, &i->in) ? X_FAULT : X_NEXT;
}
