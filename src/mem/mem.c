/* SPDX-License-Identifier: MIT */
/*
 * Backing pages and the one way to write them; their facts are in facts.c.
 *
 * Each backing page has a pointer of its own (ram_ptr), so that a checkpoint or a clone can move single pages later
 * without anybody noticing; no other file computes an address of guest memory.
 */
#include "mem/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bits.h"
#include "base/log.h"
#include "mem/mem_priv.h"

struct mem *mem_create(void)
{
    struct mem *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->epoch = 1;
    m->dir = mmap(NULL, MAP_DIRS * sizeof m->dir[0], PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m->dir == MAP_FAILED) {
        free(m);
        return NULL;
    }
    return m;
}

void mem_destroy(struct mem *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < MAP_DIRS; i++)
        if (i < m->dirs_used)
            free(m->dir[i]);
    munmap(m->dir, MAP_DIRS * sizeof m->dir[0]);
    for (unsigned i = 0; i < m->nblocks; i++)
        munmap(m->base[i], (size_t)m->block[i].npages * PAGE_SIZE);
    free(m->host);
    facts_free(m);
    free(m);
}

const struct mem_block *mem_add_block(struct mem *m, const char *name, enum block_kind kind, uint32_t npages,
                                      struct error *err)
{
    if (m->nblocks == MAX_BLOCKS || npages > MAX_PAGES - m->npages || !npages) {
        error_set(err, "%s: no room for %u more pages of guest memory", name, npages);
        return NULL;
    }
    size_t bytes = (size_t)npages * PAGE_SIZE;
    uint8_t *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint8_t **host = realloc(m->host, (m->npages + npages) * sizeof *host);
    if (host)
        m->host = host;
    if (p == MAP_FAILED || !host || !facts_grow(m, m->npages + npages)) {
        error_set(err, "%s: the host has no %zu KiB of memory for it", name, bytes / 1024);
        if (p != MAP_FAILED)
            munmap(p, bytes);
        return NULL;
    }
    madvise(p, bytes, MADV_HUGEPAGE);
    m->base[m->nblocks] = p;
    struct mem_block *b = &m->block[m->nblocks++];
    *b = (struct mem_block){.name = name, .kind = kind, .first = m->npages, .npages = npages};
    for (uint32_t i = 0; i < npages; i++) {
        m->host[m->npages + i] = p + (size_t)i * PAGE_SIZE;
        if (kind == BLOCK_ROM)
            m->facts[m->npages + i] = PI_ROM;
    }
    m->npages += npages;
    return b;
}

const struct mem_block *mem_block(const struct mem *m, unsigned i)
{
    return i < m->nblocks ? &m->block[i] : NULL;
}

uint32_t mem_page_count(const struct mem *m)
{
    return m->npages;
}

uint8_t *ram_ptr(const struct mem *m, uint32_t bpn)
{
    return m->host[bpn];
}

void mem_add_listener(struct mem *m, struct page_listener *l)
{
    struct page_listener **p = &m->listeners;
    while (*p)
        p = &(*p)->next;
    l->next = NULL;
    *p = l;
}

void mem_remove_listener(struct mem *m, struct page_listener *l)
{
    struct page_listener **p = &m->listeners;
    while (*p && *p != l)
        p = &(*p)->next;
    if (*p)
        *p = l->next;
}

void mem_poke(struct mem *m, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    if (bpn >= m->npages || off > PAGE_SIZE || len > PAGE_SIZE - off)
        bug("store of %u bytes at %u of backing page %u", len, off, bpn);
    for (struct page_listener *l = m->listeners; l; l = l->next)
        if (l->store && l->facts & mem_facts(m, bpn))
            l->store(l->ctx, bpn, off, len, data);
    page_written(m, bpn);
    memcpy(m->host[bpn] + off, data, len);
}

void mem_store(struct mem *m, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    if (!(m->facts[bpn] & PI_ROM))
        mem_poke(m, bpn, off, len, data);
}
