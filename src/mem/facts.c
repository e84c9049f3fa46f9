/* SPDX-License-Identifier: MIT */
/*
 * What is known of each backing page: who holds which fact, which pages are clean, and the hashes of clean ones.
 *
 * A page is clean unless it was written in the current epoch; so all become clean by one addition, and what was
 * written since is a list. A clean page's hash is known; memory's hash is the sum of its pages' hashes, each mixed with
 * the page's number, and all-zero pages count nothing, so that only dirty pages need to be read.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "base/bits.h"
#include "base/hash.h"
#include "base/log.h"
#include "mem/mem_priv.h"

/* --- Arrays by page --- */

static bool grow(void **array, size_t was, size_t is)
{
    void *p = was ? mremap(*array, was, is, MREMAP_MAYMOVE)
                  : mmap(NULL, is, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return false;
    *array = p;
    return true;
}

bool facts_grow(struct mem *m, uint32_t npages)
{
    const struct {
        void **array;
        size_t size;
    } arrays[] = {{(void **)&m->facts, sizeof *m->facts},
                  {(void **)&m->owners, sizeof *m->owners},
                  {(void **)&m->stamp, sizeof *m->stamp},
                  {(void **)&m->hash, sizeof *m->hash},
                  {(void **)&m->dirty, sizeof *m->dirty}};
    for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
        if (!grow(arrays[i].array, m->npages * arrays[i].size, npages * arrays[i].size))
            return false;
    return true;
}

void facts_free(struct mem *m)
{
    if (!m->npages)
        return;
    munmap(m->facts, m->npages * sizeof *m->facts);
    munmap(m->owners, m->npages * sizeof *m->owners);
    munmap(m->stamp, m->npages * sizeof *m->stamp);
    munmap(m->hash, m->npages * sizeof *m->hash);
    munmap(m->dirty, m->npages * sizeof *m->dirty);
}

/* --- Facts and their owners --- */

uint8_t mem_facts(const struct mem *m, uint32_t bpn)
{
    return m->facts[bpn] | (page_is_clean(m, bpn) ? PI_CLEAN : 0);
}

static void protect(struct mem *m, uint32_t bpn, bool reads)
{
    for (struct page_listener *l = m->listeners; l; l = l->next)
        if (l->protect)
            l->protect(l->ctx, bpn, reads);
}

static void set(struct mem *m, uint32_t bpn, uint8_t fact)
{
    bool was_fast = !(mem_facts(m, bpn) & PI_SLOW);
    m->facts[bpn] |= fact;
    if (was_fast || fact == PI_WATCH)
        protect(m, bpn, fact == PI_WATCH);
}

static uint8_t *owners(struct mem *m, uint32_t bpn, uint8_t fact)
{
    switch (fact) {
    case PI_CODE: return &m->owners[bpn].code;
    case PI_PT: return &m->owners[bpn].pt;
    case PI_WATCH: return &m->owners[bpn].watch;
    default: bug("fact %u of a page has no owners", fact);
    }
}

void mem_hold(struct mem *m, uint32_t bpn, uint8_t fact)
{
    uint8_t *n = owners(m, bpn, fact);
    if (*n == UINT8_MAX)
        bug("page %u has too many owners of fact %u", bpn, fact);
    if ((*n)++ == 0)
        set(m, bpn, fact);
}

void mem_release(struct mem *m, uint32_t bpn, uint8_t fact)
{
    uint8_t *n = owners(m, bpn, fact);
    if (*n == 0)
        bug("fact %u of page %u is held by nobody", fact, bpn);
    if (--*n == 0)
        m->facts[bpn] &= (uint8_t)~fact;
}

void mem_set_notify(struct mem *m, uint32_t bpn)
{
    if (!(m->facts[bpn] & PI_NOTIFY))
        set(m, bpn, PI_NOTIFY);
}

void mem_clear_notify(struct mem *m, uint32_t bpn)
{
    m->facts[bpn] &= (uint8_t)~PI_NOTIFY;
}

void mem_told_load(struct mem *m, uint32_t bpn, uint32_t off, uint32_t len)
{
    if (likely(!(m->facts[bpn] & PI_WATCH)))
        return;
    for (struct page_listener *l = m->listeners; l; l = l->next)
        if (l->load && l->facts & PI_WATCH)
            l->load(l->ctx, bpn, off, len);
}

/* --- Clean pages and hashes --- */

void page_written(struct mem *m, uint32_t bpn)
{
    if (!page_is_clean(m, bpn))
        return;
    m->stamp[bpn] = m->epoch;
    m->dirty[m->ndirty++] = bpn;
}

static uint64_t page_hash(const struct mem *m, uint32_t bpn)
{
    const uint8_t *page = ram_ptr(m, bpn);
    uint64_t any = 0;
    for (unsigned i = 0; i < PAGE_SIZE && !any; i += 8)
        any = ld64(page + i);
    return any ? hash_block(hash_mix(0, bpn), page, PAGE_SIZE) : 0;
}

void mem_all_clean(struct mem *m)
{
    for (uint32_t i = 0; i < m->ndirty; i++) {
        uint32_t bpn = m->dirty[i];
        uint64_t h = page_hash(m, bpn);
        m->hash_sum += h - m->hash[bpn];
        m->hash[bpn] = h;
    }
    m->ndirty = 0;
    if (++m->epoch == 0)
        bug("page stamps have run out"); /* 2^32 checkpoints: at ten a second in 13 years */
    protect(m, NO_PAGE, false);
}

uint32_t mem_dirty_count(const struct mem *m)
{
    return m->ndirty;
}

uint64_t mem_hash(const struct mem *m)
{
    uint64_t sum = m->hash_sum;
    for (uint32_t i = 0; i < m->ndirty; i++)
        sum += page_hash(m, m->dirty[i]) - m->hash[m->dirty[i]];
    return sum;
}
