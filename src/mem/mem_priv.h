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

struct mem {
    struct mem_block block[MAX_BLOCKS];
    uint8_t *base[MAX_BLOCKS]; /* host memory as it was got, for giving it back */
    unsigned nblocks;
    uint32_t npages;
    uint8_t **host; /* where each backing page lives */
    uint8_t *facts;
    struct page_listener *listeners;
    struct map_leaf **dir;
    uint64_t dirs_used;   /* leaves at and beyond it are absent */
    struct mapping *maps; /* enabled ones, highest priority first */
};

#endif
