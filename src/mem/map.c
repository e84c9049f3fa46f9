/* SPDX-License-Identifier: MIT */
/*
 * The address map: which backing page or device register a guest physical address reaches, and accesses through it.
 *
 * The enabled mappings stand in a list by priority; for whole pages of memory the answer is kept in a two-level table,
 * which is rebuilt for the range that a change touches. Device registers are found by walking the list: they are slow
 * anyway.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "mem/mem_priv.h"

static const struct target nothing = {.kind = TO_NOTHING};

/* The target of one byte, and the mapping it came from. */
static const struct target *find(const struct mem *m, uint64_t paddr, bool write, const struct mapping **from)
{
    for (const struct mapping *p = m->maps; p; p = p->next) {
        if (paddr - p->live_base >= p->live_size)
            continue;
        const struct target *t = write ? &p->wr : &p->rd;
        if (t->kind == TO_BELOW)
            continue;
        *from = p;
        return t;
    }
    *from = NULL;
    return &nothing;
}

static uint32_t backing(const struct mapping *from, const struct target *t, uint64_t paddr)
{
    return t->page + (uint32_t)((paddr - from->live_base) >> PAGE_BITS);
}

/*
 * The one backing page that all of a guest page reaches; NO_PAGE where registers or a mapping's end lie in it. *end,
 * which holds an address above the page, is lowered to where the answer may go on otherwise: up to there it counts on
 * from page to page, or stays NO_PAGE.
 */
static uint32_t page_of(const struct mem *m, uint64_t paddr, bool write, uint64_t *end)
{
    for (const struct mapping *p = m->maps; p; p = p->next) {
        uint64_t first = p->live_base & ~(uint64_t)PAGE_OFFSET_MASK, stop = p->live_base + p->live_size;
        const struct target *t = write ? &p->wr : &p->rd;
        if (paddr >= stop || t->kind == TO_BELOW)
            continue;
        if (paddr < first) {
            *end = MIN(*end, first);
            continue;
        }
        bool whole = paddr >= p->live_base && paddr + PAGE_SIZE <= stop;
        *end = MIN(*end, whole ? stop & ~(uint64_t)PAGE_OFFSET_MASK : paddr + PAGE_SIZE);
        return whole && t->kind == TO_PAGES ? backing(p, t, paddr) : NO_PAGE;
    }
    return NO_PAGE;
}

static struct map_leaf *leaf(struct mem *m, uint64_t dir)
{
    if (!m->dir[dir]) {
        struct map_leaf *l = malloc(sizeof *l);
        if (!l)
            bug("out of memory for the address map");
        for (unsigned i = 0; i < LEAF_PAGES; i++)
            l->page[i] = (struct map_entry){NO_PAGE, NO_PAGE};
        m->dir[dir] = l;
        m->dirs_used = MAX(m->dirs_used, dir + 1);
    }
    return m->dir[dir];
}

static void fill(struct mem *m, uint64_t page, uint64_t end, uint32_t rd, uint32_t wr)
{
    for (; page < end; page++) {
        leaf(m, page / LEAF_PAGES)->page[page % LEAF_PAGES] = (struct map_entry){rd, wr};
        rd += rd != NO_PAGE;
        wr += wr != NO_PAGE;
    }
}

/* NOTE: run by run, since a guest may move a BAR of many pages with each instruction. */
static void rebuild(struct mem *m, uint64_t base, uint64_t size)
{
    uint64_t end = ALIGN_UP(base + size, (uint64_t)PAGE_SIZE), next;
    for (uint64_t at = base & ~(uint64_t)PAGE_OFFSET_MASK; at < end; at = next) {
        next = end;
        uint32_t rd = page_of(m, at, false, &next), wr = page_of(m, at, true, &next);
        fill(m, at >> PAGE_BITS, next >> PAGE_BITS, rd, wr);
    }
    for (struct page_listener *l = m->listeners; l; l = l->next)
        if (l->remap)
            l->remap(l->ctx, base, size);
}

static void unlink_map(struct mem *m, struct mapping *map)
{
    struct mapping **p = &m->maps;
    while (*p && *p != map)
        p = &(*p)->next;
    if (*p)
        *p = map->next;
    map->enabled = false;
}

/*
 * Which of two mappings hides the other: the higher priority, then, where a guest's mistake makes equals overlap, the
 * narrower one.
 * NOTE: nothing of history decides: a machine that was loaded maps in an order of its own.
 */
static bool precedes(const struct mapping *a, const struct mapping *b)
{
    if (a->prio != b->prio)
        return a->prio > b->prio;
    if (a->live_size != b->live_size)
        return a->live_size < b->live_size;
    return a->live_base != b->live_base ? a->live_base < b->live_base : strcmp(a->name, b->name) < 0;
}

void mem_map(struct mem *m, struct mapping *map)
{
    if (!map->size || map->base > PHYS_MASK || map->size > PHYS_MASK + 1 - map->base)
        bug("mapping '%s' of %#" PRIx64 " bytes at %#" PRIx64, map->name, map->size, map->base);
    mem_unmap(m, map);
    map->live_base = map->base;
    map->live_size = map->size;
    struct mapping **p = &m->maps;
    while (*p && precedes(*p, map))
        p = &(*p)->next;
    map->next = *p;
    *p = map;
    map->enabled = true;
    rebuild(m, map->base, map->size);
}

void mem_unmap(struct mem *m, struct mapping *map)
{
    if (!map->enabled)
        return;
    unlink_map(m, map);
    rebuild(m, map->live_base, map->live_size);
}

void mem_unmap_all(struct mem *m)
{
    m->listeners = NULL;
    while (m->maps)
        mem_unmap(m, m->maps);
}

static const struct map_entry *entry(const struct mem *m, uint64_t paddr)
{
    static const struct map_entry none = {NO_PAGE, NO_PAGE};
    uint64_t page = (paddr & PHYS_MASK) >> PAGE_BITS;
    const struct map_leaf *l = m->dir[page / LEAF_PAGES];
    return l ? &l->page[page % LEAF_PAGES] : &none;
}

uint32_t mem_read_page(const struct mem *m, uint64_t paddr)
{
    return entry(m, paddr)->rd;
}

uint32_t mem_write_page(const struct mem *m, uint64_t paddr)
{
    return entry(m, paddr)->wr;
}

uint64_t mem_page_address(const struct mem *m, uint32_t bpn)
{
    uint64_t best = UINT64_MAX;
    for (const struct mapping *p = m->maps; p; p = p->next) {
        if (p->rd.kind != TO_PAGES || bpn - p->rd.page >= p->live_size >> PAGE_BITS)
            continue;
        uint64_t at = p->live_base + ((uint64_t)(bpn - p->rd.page) << PAGE_BITS);
        if (mem_read_page(m, at) == bpn && at < best)
            best = at;
    }
    return best;
}

bool phys_is_io(const struct mem *m, uint64_t paddr, bool write)
{
    const struct mapping *from;
    return find(m, paddr & PHYS_MASK, write, &from)->kind == TO_IO;
}

/* --- Single accesses --- */

static uint64_t ones(unsigned size)
{
    return UINT64_MAX >> (64 - 8 * size);
}

static uint64_t io_load(const struct target *t, uint64_t off, unsigned size, enum initiator who)
{
    unsigned step = t->ops->max_size ? t->ops->max_size : 4;
    if (!t->ops->read)
        return ones(size);
    if (size <= step)
        return t->ops->read(t->ctx, off, size, who) & ones(size);
    uint64_t v = 0;
    for (unsigned i = 0; i < size; i += step)
        v |= (t->ops->read(t->ctx, off + i, step, who) & ones(step)) << (8 * i);
    return v;
}

static void io_store(const struct target *t, uint64_t off, unsigned size, uint64_t v, enum initiator who)
{
    unsigned step = t->ops->max_size ? t->ops->max_size : 4;
    if (!t->ops->write)
        return;
    for (unsigned i = 0; i < size; i += step) {
        unsigned n = MIN(step, size - i);
        t->ops->write(t->ctx, off + i, n, (v >> (8 * i)) & ones(n), who);
    }
}

/*
 * The access to device registers or nothing; false: nothing is there. A bus master reaches no registers, the debugger
 * those that show themselves without side effects.
 */
static bool slow_load(struct mem *m, uint64_t paddr, unsigned size, uint64_t *v, enum initiator who)
{
    const struct mapping *from;
    const struct target *t = find(m, paddr, false, &from);
    *v = ones(size);
    if (t->kind == TO_PAGES) { /* the rest of a page that registers share */
        uint32_t bpn = backing(from, t, paddr);
        mem_told_load(m, bpn, paddr & PAGE_OFFSET_MASK, size);
        *v = ld_le(ram_ptr(m, bpn) + (paddr & PAGE_OFFSET_MASK), size);
        return true;
    }
    if (t->kind != TO_IO || who == INIT_DMA || (who == INIT_DEBUG && !from->inspect))
        return false;
    *v = io_load(t, paddr - from->live_base, size, who);
    return true;
}

static bool slow_store(struct mem *m, uint64_t paddr, unsigned size, uint64_t v, enum initiator who)
{
    const struct mapping *from;
    const struct target *t = find(m, paddr, true, &from);
    if (t->kind == TO_PAGES) {
        mem_store(m, backing(from, t, paddr), paddr & PAGE_OFFSET_MASK, size, &v);
        return true;
    }
    if (t->kind != TO_IO || who == INIT_DEBUG || who == INIT_DMA)
        return false;
    io_store(t, paddr - from->live_base, size, v, who);
    return true;
}

uint64_t phys_load(struct mem *m, uint64_t paddr, unsigned size, enum initiator who)
{
    paddr &= PHYS_MASK;
    uint32_t bpn = entry(m, paddr)->rd;
    uint64_t v = 0;
    if (bpn != NO_PAGE) {
        mem_told_load(m, bpn, paddr & PAGE_OFFSET_MASK, size);
        return ld_le(ram_ptr(m, bpn) + (paddr & PAGE_OFFSET_MASK), size);
    }
    slow_load(m, paddr, size, &v, who);
    return v;
}

void phys_store(struct mem *m, uint64_t paddr, unsigned size, uint64_t value, enum initiator who)
{
    paddr &= PHYS_MASK;
    uint32_t bpn = entry(m, paddr)->wr;
    if (bpn != NO_PAGE)
        mem_store(m, bpn, paddr & PAGE_OFFSET_MASK, size, &value);
    else
        slow_store(m, paddr, size, value, who);
}

/* --- Accesses of any size --- */

/* How many bytes from paddr on one naturally aligned register access takes, at most len. */
static unsigned natural(uint64_t paddr, uint32_t len)
{
    unsigned n = 4;
    while (n > len || paddr & (n - 1))
        n /= 2;
    return n;
}

bool phys_read(struct mem *m, uint64_t paddr, void *data, uint32_t len, enum initiator who)
{
    uint8_t *out = data;
    bool ok = true;
    while (len) {
        paddr &= PHYS_MASK;
        uint32_t off = paddr & PAGE_OFFSET_MASK, n = MIN(len, PAGE_SIZE - off);
        uint32_t bpn = entry(m, paddr)->rd;
        if (bpn != NO_PAGE) {
            if (who != INIT_DEBUG)
                mem_told_load(m, bpn, off, n);
            memcpy(out, ram_ptr(m, bpn) + off, n);
        } else {
            uint64_t v;
            n = natural(paddr, n);
            ok &= slow_load(m, paddr, n, &v, who);
            st_le(out, v, n);
        }
        out += n;
        paddr += n;
        len -= n;
    }
    return ok;
}

bool phys_write(struct mem *m, uint64_t paddr, const void *data, uint32_t len, enum initiator who)
{
    const uint8_t *in = data;
    bool ok = true;
    while (len) {
        paddr &= PHYS_MASK;
        uint32_t off = paddr & PAGE_OFFSET_MASK, n = MIN(len, PAGE_SIZE - off);
        uint32_t bpn = entry(m, paddr)->wr;
        if (bpn != NO_PAGE) {
            mem_store(m, bpn, off, n, in);
        } else {
            n = natural(paddr, n);
            ok &= slow_store(m, paddr, n, ld_le(in, n), who);
        }
        in += n;
        paddr += n;
        len -= n;
    }
    return ok;
}

/* --- For people --- */

static const char *kind_name(const struct target *t)
{
    static const char *const names[] = {
        [TO_BELOW] = "-", [TO_NOTHING] = "nothing", [TO_PAGES] = "memory", [TO_IO] = "i/o"};
    return names[t->kind];
}

const struct mapping *mem_mapping(const struct mem *m, unsigned i)
{
    const struct mapping *p = m->maps;
    while (p && i--)
        p = p->next;
    return p;
}

void mem_print_map(const struct mem *m, void (*line)(void *ctx, const char *text), void *ctx)
{
    for (const struct mapping *p = m->maps; p; p = p->next) {
        char text[160];
        snprintf(text, sizeof text, "%010" PRIx64 "-%010" PRIx64 " prio %2d  read %-7s write %-7s %s", p->live_base,
                 p->live_base + p->live_size - 1, p->prio, kind_name(&p->rd), kind_name(&p->wr), p->name);
        line(ctx, text);
    }
}
