/* SPDX-License-Identifier: MIT */
/*
 * info tlb and info mem: what the page tables in memory map (SDM 3A 4.3 and 4.4: 32-bit paging and PAE).
 * Nothing is set in them by looking.
 */
#include "dbg/dbg_priv.h"

#include <inttypes.h>

#include "cpu/exec.h"

enum { P = 1, W = 2, U = 4, PWT = 8, PCD = 16, A = 32, D = 64, PS = 128, G = 256 };
#define NX          (UINT64_C(1) << 63)
#define PAE_ADDRESS UINT64_C(0xffffffffff000)

/* One page, or large page, that is mapped. rights: W and U of all levels; entry: the last. */
typedef void page_fn(void *ctx, uint64_t lin, uint64_t bytes, uint64_t entry, unsigned rights);

struct visit {
    struct machine *m;
    page_fn *page;
    void *ctx;
    bool pae;
};

static uint64_t entry_at(struct visit *v, uint64_t at)
{
    uint64_t e = 0;
    unsigned size = v->pae ? 8 : 4;
    uint8_t b[8] = {0};
    if (machine_read_phys(v->m, at & v->m->cpu->a20_mask, b, size))
        e = ld_le(b, size);
    return e;
}

/* A table of `bits` index bits whose entries each cover 2^shift bytes. */
static void visit_table(struct visit *v, uint64_t table, uint64_t lin, unsigned shift, unsigned rights)
{
    enum { LAST_SHIFT = 12 };
    unsigned count = v->pae ? (shift == 30 ? 4 : 512) : 1024;
    bool pse = v->pae || v->m->cpu->cr4 & CR4_PSE;
    for (unsigned i = 0; i < count; i++) {
        uint64_t e = entry_at(v, table + (uint64_t)i * (v->pae ? 8 : 4)), at = lin + ((uint64_t)i << shift);
        if (!(e & P))
            continue;
        unsigned r = shift == 30 ? rights : rights & (unsigned)e;
        if (shift == LAST_SHIFT || (shift != 30 && e & PS && pse))
            v->page(v->ctx, at, UINT64_C(1) << shift, e, r);
        else
            visit_table(v, e & (v->pae ? PAE_ADDRESS : UINT64_C(0xfffff000)), at,
                        shift == 30 ? 21u : (unsigned)LAST_SHIFT, r);
    }
}

static bool visit(struct machine *m, page_fn *page, void *ctx, struct buf *out)
{
    struct cpu *c = m->cpu;
    struct visit v = {m, page, ctx, c->cr4 & CR4_PAE};
    if (!(c->cr0 & CR0_PG)) {
        buf_printf(out, "PG disabled\n");
        return false;
    }
    if (v.pae)
        visit_table(&v, c->cr3 & 0xffffffe0, 0, 30, W | U);
    else
        visit_table(&v, c->cr3 & 0xfffff000, 0, 22, W | U);
    return true;
}

static void tlb_page(void *ctx, uint64_t lin, uint64_t bytes, uint64_t e, unsigned rights)
{
    static const struct {
        uint64_t bit;
        char letter;
    } bits[] = {{NX, 'X'}, {G, 'G'}, {PS, 'P'}, {D, 'D'}, {A, 'A'}, {PCD, 'C'}, {PWT, 'T'}, {U, 'U'}, {W, 'W'}};
    struct buf *out = ctx;
    char flags[ARRAY_LEN(bits) + 1] = "";
    (void)rights;
    for (size_t i = 0; i < ARRAY_LEN(bits); i++) {
        bool on = e & bits[i].bit && (bits[i].bit != PS || bytes > PAGE_SIZE); /* PAT in a small page's entry */
        flags[i] = on ? bits[i].letter : '-';
    }
    buf_printf(out, "%08" PRIx64 ": %016" PRIx64 " %s\n", lin, e & PAE_ADDRESS & ~(bytes - 1), flags);
}

void info_tlb(struct machine *m, const char *args, struct buf *out)
{
    (void)args;
    visit(m, tlb_page, out, out);
}

struct ranges {
    struct buf *out;
    uint64_t from, to;
    unsigned rights;
    bool any;
};

static void range_end(struct ranges *r)
{
    if (r->any)
        buf_printf(r->out, "%016" PRIx64 "-%016" PRIx64 " %016" PRIx64 " %cr%c\n", r->from, r->to, r->to - r->from,
                   r->rights & U ? 'u' : '-', r->rights & W ? 'w' : '-');
}

static void mem_page(void *ctx, uint64_t lin, uint64_t bytes, uint64_t e, unsigned rights)
{
    struct ranges *r = ctx;
    (void)e;
    if (r->any && r->to == lin && r->rights == (rights & (U | W))) {
        r->to += bytes;
        return;
    }
    range_end(r);
    r->from = lin;
    r->to = lin + bytes;
    r->rights = rights & (U | W);
    r->any = true;
}

void info_mem(struct machine *m, const char *args, struct buf *out)
{
    struct ranges r = {.out = out};
    (void)args;
    if (visit(m, mem_page, &r, out))
        range_end(&r);
}
