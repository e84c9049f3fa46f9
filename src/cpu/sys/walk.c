/* SPDX-License-Identifier: MIT */
/*
 * Page walks (SDM 3A 4.3, 4.4, 4.6-4.8, rev. 253668-060): 32-bit paging with 4 MiB pages (PSE, PSE-36), PAE paging with
 * 2 MiB pages, execute-disable, SMEP and SMAP.
 *
 * The levels are data, so that four-level paging is more rows. PAE's uppermost table is the four PDPTE registers
 * (4.4.1): they are state, loaded by MOV CR and task switches, and no later store to memory changes them.
 * A and D are set only once the access is known to be allowed: a walk that faults changes nothing.
 * LIMIT: four-level paging.
 */
#include "cpu/sys/system.h"

enum { PTE_P = 1, PTE_W = 2, PTE_U = 4, PTE_A = 0x20, PTE_D = 0x40, PTE_PS = 0x80 };
#define PTE_XD (UINT64_C(1) << 63)
/* #PF error code (SDM 3A 4.7). */
enum { PF_P = 1, PF_W = 2, PF_U = 4, PF_RSVD = 8, PF_ID = 16 };
enum { PDPTE_RESERVED = 0x1e6 };

struct level {
    uint8_t shift, index_bits;
    bool may_be_large; /* PS ends the walk here */
};
struct format {
    uint8_t nlevels, entry_size;
    struct level level[2];
};
static const struct format legacy = {.nlevels = 2, .entry_size = 4, .level = {{22, 10, true}, {12, 10, false}}};
static const struct format pae = {.nlevels = 2, .entry_size = 8, .level = {{21, 9, true}, {12, 9, false}}};

static bool pae_on(const struct cpu *c)
{
    return (c->cr4 & CR4_PAE) != 0;
}
static bool nx_on(const struct cpu *c)
{
    return pae_on(c) && c->efer & EFER_NXE;
}
/* Bits of a 64-bit entry that hold a physical address, in any entry. */
static uint64_t address_bits(const struct cpu *c)
{
    return ((UINT64_C(1) << cpu_phys_bits(c)) - 1) & ~(uint64_t)PAGE_OFFSET_MASK;
}

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
        mem_told_load(c->mem, e->bpn, e->paddr & PAGE_OFFSET_MASK, size);
        const uint8_t *p = ram_ptr(c->mem, e->bpn) + (e->paddr & PAGE_OFFSET_MASK);
        e->value = size == 4 ? ld32(p) : ld64(p);
        return;
    }
    cpu_sync_pos(c);
    e->value = phys_load(c->mem, e->paddr, size, INIT_CPU0);
}

/* A and D are in the low half of an entry of any size. */
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

bool walk_entry_same(uint64_t was, uint64_t is)
{
    /* Nothing is cached of an entry that is not both present and accessed; setting A or D changes no translation. */
    if ((was & (PTE_P | PTE_A)) != (PTE_P | PTE_A))
        return true;
    return !((was ^ is) & ~(uint64_t)PTE_D) && !(was & ~is);
}

static bool raise_pf(struct cpu *c, uint64_t lin, uint32_t code)
{
    c->exc = (struct exception){.vector = EXC_PF, .has_code = true, .code = code, .cr2 = lin};
    return true;
}

/* --- What an entry says, by format --- */

/* Bits that must be 0 (SDM 3A tables 4-4 to 4-6, 4-9 to 4-11). */
static uint64_t reserved_bits(const struct cpu *c, bool large)
{
    if (!pae_on(c)) {
        if (!large)
            return 0;
        return has_feature(c, CPUID_PSE36) ? bits(UINT64_MAX, 21, cpu_phys_bits(c) - 19u) << (cpu_phys_bits(c) - 19u)
                                           : UINT64_C(0x3ff) << 12;
    }
    uint64_t r = ~address_bits(c) & ~(uint64_t)PAGE_OFFSET_MASK & ~PTE_XD;
    return r | (nx_on(c) ? 0 : PTE_XD) | (large ? 0x1fe000 : 0);
}

/* The next table, or the page of a leaf; lin picks the 4 KiB out of a large one. */
static uint64_t entry_address(const struct cpu *c, uint64_t e, uint64_t lin, bool large)
{
    if (pae_on(c))
        return large ? (e & address_bits(c) & ~UINT64_C(0x1fffff)) | (lin & 0x1ff000) : e & address_bits(c);
    if (!large)
        return e & 0xfffff000;
    uint64_t high = has_feature(c, CPUID_PSE36) ? bits(e, 20, 13) << 32 : 0;
    return high | (e & 0xffc00000) | (lin & 0x3ff000);
}

/* The directory that lin's walk begins with; false: its PDPTE is not present. */
static bool root(const struct cpu *c, uint64_t lin, uint64_t *table)
{
    if (!pae_on(c)) {
        *table = c->cr3 & 0xfffff000;
        return true;
    }
    uint64_t e = c->pdpte[lin >> 30 & 3];
    *table = e & address_bits(c);
    return e & PTE_P;
}

unsigned walk_entry_size(const struct cpu *c)
{
    return pae_on(c) ? pae.entry_size : legacy.entry_size;
}

uint32_t walk_directory(const struct cpu *c, unsigned quarter)
{
    uint64_t table;
    return root(c, (uint64_t)quarter << 30, &table) ? mem_read_page(c->mem, table & c->a20_mask) : NO_PAGE;
}

bool walk_load_pdptes(struct cpu *c, uint64_t cr3)
{
    uint64_t e[4];
    cpu_sync_pos(c);
    for (unsigned i = 0; i < 4; i++) {
        e[i] = phys_load(c->mem, ((cr3 & 0xffffffe0) + 8 * i) & c->a20_mask, 8, INIT_CPU0);
        if (e[i] & PTE_P && e[i] & (PDPTE_RESERVED | (~address_bits(c) & ~(uint64_t)PAGE_OFFSET_MASK)))
            return raise_gp(c, 0), true;
    }
    memcpy(c->pdpte, e, sizeof e);
    return false;
}

/* --- The walk --- */

/* No paging: linear is physical. */
static bool walk_flat(uint64_t lin, struct walk *w)
{
    *w = (struct walk){.paddr = lin & ~(uint64_t)PAGE_OFFSET_MASK,
                       .readable = true,
                       .writable = true,
                       .executable = true,
                       .dirty = true,
                       .table = {NO_PAGE, NO_PAGE},
                       .cacheable = true};
    return false;
}

/* What the view may do with a page of these rights (SDM 3A 4.6.1). */
static void grant(const struct cpu *c, enum view view, uint64_t rights, bool xd, struct walk *w)
{
    bool user_page = rights & PTE_U;
    w->readable = w->executable = true;
    w->writable = rights & PTE_W || (view != VIEW_USER && !(c->cr0 & CR0_WP));
    if (view == VIEW_USER && !user_page)
        w->readable = w->writable = w->executable = false;
    if (view == VIEW_SUPER && user_page && c->cr4 & CR4_SMAP)
        w->readable = w->writable = false;
    if (view != VIEW_USER && user_page && c->cr4 & CR4_SMEP)
        w->executable = false;
    if (xd)
        w->executable = false;
}

static bool granted(const struct walk *w, enum access_kind kind)
{
    return kind == ACC_WRITE ? w->writable : kind == ACC_READ ? w->readable : w->executable;
}

static uint32_t fault_code(const struct cpu *c, enum view view, enum access_kind kind)
{
    uint32_t code = (kind == ACC_WRITE ? PF_W : 0) | (view == VIEW_USER ? PF_U : 0);
    return kind == ACC_EXEC && (nx_on(c) || c->cr4 & CR4_SMEP) ? code | PF_ID : code;
}

bool walk(struct cpu *c, uint64_t lin, enum view view, enum access_kind kind, struct walk *w)
{
    if (!(c->cr0 & CR0_PG))
        return walk_flat(lin, w);
    const struct format *f = pae_on(c) ? &pae : &legacy;
    struct entry e[2];
    uint64_t table, rights = PTE_W | PTE_U, xd = 0;
    uint32_t code = fault_code(c, view, kind);
    unsigned n = 0;
    *w = (struct walk){.table = {NO_PAGE, NO_PAGE}, .cacheable = true};
    if (!root(c, lin, &table))
        return raise_pf(c, lin, code);
    for (bool leaf = false; !leaf; n++) {
        const struct level *l = &f->level[n];
        uint64_t index = bits(lin, l->shift + l->index_bits - 1u, l->shift);
        entry_read(c, table + index * f->entry_size, f->entry_size, &e[n]);
        uint64_t v = e[n].value;
        if (!(v & PTE_P))
            return raise_pf(c, lin, code);
        bool large = l->may_be_large && v & PTE_PS && (pae_on(c) || c->cr4 & CR4_PSE);
        if (v & reserved_bits(c, large))
            return raise_pf(c, lin, code | PF_P | PF_RSVD);
        rights &= v;
        xd |= v & PTE_XD;
        table = entry_address(c, v, lin, large);
        leaf = large || n + 1 == f->nlevels;
        w->table[n] = e[n].bpn;
        w->slot[n] = (uint16_t)(e[n].paddr & PAGE_OFFSET_MASK);
        w->cacheable &= e[n].bpn != NO_PAGE;
    }
    w->paddr = table;
    grant(c, view, rights, xd != 0, w);
    if (!granted(w, kind))
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
    const struct format *f = pae_on(c) ? &pae : &legacy;
    uint64_t table;
    bool leaf = !(c->cr0 & CR0_PG);
    lin &= lin_mask(c);
    *paddr = lin;
    if (!leaf && !root(c, lin, &table))
        return false;
    for (unsigned n = 0; !leaf; n++) {
        const struct level *l = &f->level[n];
        uint64_t at = table + bits(lin, l->shift + l->index_bits - 1u, l->shift) * f->entry_size, v = 0;
        if (!phys_read(c->mem, at & c->a20_mask, &v, f->entry_size, INIT_DEBUG) || !(v & PTE_P))
            return false;
        bool large = l->may_be_large && v & PTE_PS && (pae_on(c) || c->cr4 & CR4_PSE);
        table = entry_address(c, v, lin, large);
        leaf = large || n + 1 == f->nlevels;
        *paddr = table | (lin & PAGE_OFFSET_MASK);
    }
    *paddr &= c->a20_mask;
    return true;
}
