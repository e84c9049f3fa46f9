/* SPDX-License-Identifier: MIT */
/*
 * Page walks (SDM 3A 4.3, 4.6-4.8, rev. 253668-060): 32-bit paging with 4 MiB pages (PSE, PSE-36).
 *
 * The levels are data, so that PAE and four-level paging are more rows and wider entries.
 * A and D are set only once the access is known to be allowed: a walk that faults changes nothing.
 * LIMIT: PAE, four-level paging, NX, SMEP, SMAP.
 */
#include "cpu/system.h"

enum { PTE_P = 1, PTE_W = 2, PTE_U = 4, PTE_A = 0x20, PTE_D = 0x40, PTE_PS = 0x80 };
/* #PF error code (SDM 3A 4.7). */
enum { PF_P = 1, PF_W = 2, PF_U = 4, PF_RSVD = 8 };

struct level {
    uint8_t shift, index_bits;
    bool may_be_large; /* PS ends the walk here */
};
struct format {
    uint8_t nlevels, entry_size;
    struct level level[2];
};
static const struct format legacy = {.nlevels = 2, .entry_size = 4, .level = {{22, 10, true}, {12, 10, false}}};

/* A paging-structure entry and where it stands. */
struct entry {
    uint64_t paddr, value;
    uint32_t bpn; /* NO_PAGE: not memory */
};

static void entry_read(struct cpu *c, uint64_t paddr, unsigned size, struct entry *e)
{
    e->paddr = paddr & c->a20_mask;
    e->bpn = mem_read_page(c->mem, e->paddr);
    if (likely(e->bpn != NO_PAGE)) {
        e->value = ld32(ram_ptr(c->mem, e->bpn) + (e->paddr & PAGE_OFFSET_MASK));
        return;
    }
    cpu_sync_pos(c);
    e->value = phys_load(c->mem, e->paddr, size, INIT_CPU0);
}

static void entry_set(struct cpu *c, struct entry *e, uint32_t bits)
{
    if (likely((e->value & bits) == bits))
        return;
    e->value |= bits;
    uint32_t bpn = mem_write_page(c->mem, e->paddr);
    uint32_t v = (uint32_t)e->value;
    if (bpn != NO_PAGE)
        mem_store(c->mem, bpn, e->paddr & PAGE_OFFSET_MASK, sizeof v, &v);
    else
        phys_store(c->mem, e->paddr, sizeof v, v, INIT_CPU0);
}

bool walk_entry_same(uint32_t was, uint32_t is)
{
    /* Nothing is cached of an entry that is not both present and accessed; setting A or D changes no translation. */
    if ((was & (PTE_P | PTE_A)) != (PTE_P | PTE_A))
        return true;
    return !((was ^ is) & ~(uint32_t)PTE_D) && !(was & ~is);
}

static bool raise_pf(struct cpu *c, uint64_t lin, uint32_t code)
{
    c->exc = (struct exception){.vector = EXC_PF, .has_code = true, .code = code, .cr2 = lin};
    return true;
}

/* Bits of a 4 MiB page's entry that must be 0 (SDM 3A table 4-4), and the page's address. */
static uint64_t large_reserved(const struct cpu *c)
{
    return has_feature(c, CPUID_PSE36) ? UINT64_C(1) << 21 : UINT64_C(0x3ff) << 12;
}
static uint64_t large_address(const struct cpu *c, uint64_t e, uint64_t lin)
{
    uint64_t high = has_feature(c, CPUID_PSE36) ? bits(e, 20, 13) << 32 : 0;
    return high | (e & 0xffc00000) | (lin & 0x3ff000);
}

/* No paging: linear is physical. */
static bool walk_flat(uint64_t lin, struct walk *w)
{
    *w = (struct walk){.paddr = lin & ~(uint64_t)PAGE_OFFSET_MASK, .writable = true, .dirty = true,
                       .table = {NO_PAGE, NO_PAGE}, .cacheable = true};
    return false;
}

bool walk(struct cpu *c, uint64_t lin, bool user, enum access_kind kind, struct walk *w)
{
    if (!(c->cr0 & CR0_PG))
        return walk_flat(lin, w);
    const struct format *f = &legacy;
    struct entry e[2];
    uint64_t table = c->cr3 & 0xfffff000, rights = PTE_W | PTE_U;
    uint32_t code = (kind == ACC_WRITE ? PF_W : 0) | (user ? PF_U : 0);
    unsigned n = 0;
    *w = (struct walk){.table = {NO_PAGE, NO_PAGE}, .cacheable = true};
    for (bool leaf = false; !leaf; n++) {
        const struct level *l = &f->level[n];
        uint64_t index = bits(lin, l->shift + l->index_bits - 1u, l->shift);
        entry_read(c, table + index * f->entry_size, f->entry_size, &e[n]);
        uint64_t v = e[n].value;
        if (!(v & PTE_P))
            return raise_pf(c, lin, code);
        bool large = l->may_be_large && v & PTE_PS && c->cr4 & CR4_PSE;
        if (large && v & large_reserved(c))
            return raise_pf(c, lin, code | PF_P | PF_RSVD);
        rights &= v;
        table = v & 0xfffff000;
        leaf = large || n + 1 == f->nlevels;
        w->paddr = large ? large_address(c, v, lin) : table;
        w->table[n] = e[n].bpn;
        w->slot[n] = (uint16_t)(e[n].paddr & PAGE_OFFSET_MASK);
        w->cacheable &= e[n].bpn != NO_PAGE;
    }
    w->writable = rights & PTE_W || (!user && !(c->cr0 & CR0_WP));
    if ((user && !(rights & PTE_U)) || (kind == ACC_WRITE && !w->writable))
        return raise_pf(c, lin, code | PF_P);
    for (unsigned i = 0; i + 1 < n; i++)
        entry_set(c, &e[i], PTE_A);
    entry_set(c, &e[n - 1], PTE_A | (kind == ACC_WRITE ? PTE_D : 0));
    w->dirty = (e[n - 1].value & PTE_D) != 0;
    w->ntables = (uint8_t)n;
    return false;
}

/* Without side effects: what the debugger asks. */
bool cpu_translate(struct cpu *c, uint64_t lin, uint64_t *paddr)
{
    const struct format *f = &legacy;
    uint64_t table = c->cr3 & 0xfffff000;
    lin &= lin_mask(c);
    *paddr = lin;
    for (unsigned n = 0; c->cr0 & CR0_PG && n < f->nlevels; n++) {
        const struct level *l = &f->level[n];
        uint64_t at = table + bits(lin, l->shift + l->index_bits - 1u, l->shift) * f->entry_size;
        uint32_t v;
        if (!phys_read(c->mem, at & c->a20_mask, &v, sizeof v, INIT_DEBUG) || !(v & PTE_P))
            return false;
        table = v & 0xfffff000;
        *paddr = table | (lin & PAGE_OFFSET_MASK);
        if (l->may_be_large && v & PTE_PS && c->cr4 & CR4_PSE) {
            *paddr = large_address(c, v, lin) | (lin & PAGE_OFFSET_MASK);
            break;
        }
    }
    *paddr &= c->a20_mask;
    return true;
}
