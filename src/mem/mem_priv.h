/* SPDX-License-Identifier: MIT */
/* What mem.c (backing pages) and map.c (address map) share. */
#ifndef VITRINE_MEM_MEM_PRIV_H
#define VITRINE_MEM_MEM_PRIV_H

#include "mem/mem.h"

enum { MAX_BLOCKS = 64, MAX_IO_TARGETS = 255 };
#define MAX_PAGES (UINT32_C(1) << 24) /* 64 GiB of backing pages */

/* The map by guest physical page: two levels, 1024 pages (4 MiB) a leaf; a leaf that is absent reaches nothing. */
#define LEAF_PAGES 1024u
#define MAP_DIRS   (UINT64_C(1) << (PHYS_BITS - PAGE_BITS - 10))

struct map_entry {
    uint32_t rd, wr; /* a backing page; NO_PAGE: ask the mappings */
};
struct map_leaf {
    struct map_entry page[LEAF_PAGES];
};

struct page_owners {
    uint8_t code, pt, watch;
};

struct mem {
    struct mem_block block[MAX_BLOCKS];
    uint8_t *base[MAX_BLOCKS]; /* host memory as it was got, for giving it back */
    unsigned nblocks;
    uint32_t npages;
    uint8_t **host; /* where each backing page lives */

    /* By backing page, in memory that the host gives when it is touched: unused guest memory costs nothing. */
    uint8_t *facts;             /* all but PI_CLEAN */
    struct page_owners *owners; /* how many hold PI_CODE, PI_PT, PI_WATCH */
    uint32_t *stamp;            /* the epoch in which it was last written */
    uint64_t *hash;             /* of its contents when it became clean; 0: all zero */
    uint32_t *dirty;            /* pages whose stamp is the epoch, in order of their first store */
    uint32_t epoch, ndirty;     /* the epoch begins with 1: a page that was never written is clean, and all zero */
    uint64_t hash_sum;          /* of all pages, as of when they became clean */
    struct page_listener *listeners;
    struct map_leaf **dir;
    uint64_t dirs_used;   /* leaves at and beyond it are absent */
    struct mapping *maps; /* enabled ones, highest priority first */
};

static inline bool page_is_clean(const struct mem *m, uint32_t bpn)
{
    return m->stamp[bpn] != m->epoch;
}
void page_written(struct mem *m, uint32_t bpn); /* mem/facts.c: it is dirty now */
/* Arrays by page get `npages` elements, the new ones zero. False: the host has no memory. */
bool facts_grow(struct mem *m, uint32_t npages);
void facts_free(struct mem *m);

#endif
