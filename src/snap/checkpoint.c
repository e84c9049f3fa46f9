/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints: registers and undo pages (snap/checkpoint.h).
 *
 * Each checkpoint owns the pages that were first written after it and before the next one, as they were at it. A page's
 * contents at checkpoint i are those of the first checkpoint from i on that owns it, else what memory has now. So
 * dropping one gives its pages to the one before, except those which that one owns already.
 *
 * The arena grows by 2 MiB, each of which the host is asked to back by one large page: where it does, one fault in 512
 * pages is paid for. Slots that a merge frees are used again and cost none.
 */
#define _GNU_SOURCE
#include "snap/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bits.h"
#include "base/log.h"
#include "machine/parts.h"
#include "snap/snapshot.h"

enum { SEGMENT_PAGES = 512, SEGMENT_BYTES = SEGMENT_PAGES * PAGE_SIZE };

struct undo {
    uint32_t bpn, slot;
};
struct checkpoint {
    uint64_t pos;
    struct buf registers;
    struct undo *undo; /* in the order of the pages' first stores */
    uint32_t nundo, cap;
};
struct checkpoints {
    struct machine *m;
    struct page_listener listener;
    bool restoring;
    struct checkpoint *at; /* ascending positions */
    unsigned count, cap, merged;

    uint8_t **segment;                      /* the arena */
    uint32_t nsegments, max_segments, used; /* slots that were ever used */
    uint32_t *free_slot;                    /* of those, the ones that are free */
    uint32_t nfree;
    uint32_t *owner; /* scratch by backing page, while two checkpoints are merged */
    uint32_t owner_mark;
};

/* --- The arena --- */

static uint8_t *slot_page(const struct checkpoints *k, uint32_t slot)
{
    return k->segment[slot / SEGMENT_PAGES] + (size_t)(slot % SEGMENT_PAGES) * PAGE_SIZE;
}

static bool add_segment(struct checkpoints *k)
{
    uint32_t n = k->nsegments + 1;
    uint8_t **segment = realloc(k->segment, n * sizeof *segment);
    if (segment)
        k->segment = segment;
    uint32_t *free_slot = realloc(k->free_slot, (size_t)n * SEGMENT_PAGES * sizeof *free_slot);
    if (free_slot)
        k->free_slot = free_slot;
    if (!segment || !free_slot)
        return false;
    /* NOTE: twice as much, so that a large page's boundary lies in it; the rest is never touched. */
    uint8_t *p = mmap(NULL, 2 * (size_t)SEGMENT_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return false;
    uint8_t *aligned = (uint8_t *)(((uintptr_t)p + SEGMENT_BYTES - 1) & ~((uintptr_t)SEGMENT_BYTES - 1));
    if (aligned > p)
        munmap(p, (size_t)(aligned - p));
    munmap(aligned + SEGMENT_BYTES, (size_t)(p + SEGMENT_BYTES - aligned));
    madvise(aligned, SEGMENT_BYTES, MADV_HUGEPAGE);
    k->segment[k->nsegments++] = aligned;
    return true;
}

static void merge_one(struct checkpoints *k);

/* A free slot; older checkpoints are merged for it where the budget is used up. */
static uint32_t take_slot(struct checkpoints *k)
{
    while (!k->nfree && k->used == k->nsegments * SEGMENT_PAGES) {
        if (k->nsegments < k->max_segments && add_segment(k))
            break;
        if (k->count < 3) { /* nothing left to merge: what is newest needs it all */
            if (!add_segment(k))
                bug("the host has no memory for undo pages");
            break;
        }
        merge_one(k);
    }
    return k->nfree ? k->free_slot[--k->nfree] : k->used++;
}

static void free_slot(struct checkpoints *k, uint32_t slot)
{
    k->free_slot[k->nfree++] = slot;
}

/* --- Undo pages --- */

static void add_undo(struct checkpoint *c, uint32_t bpn, uint32_t slot)
{
    if (c->nundo == c->cap) {
        uint32_t cap = c->cap ? c->cap * 2 : 256;
        struct undo *u = realloc(c->undo, cap * sizeof *u);
        if (!u)
            bug("out of memory for %u undo pages", cap);
        c->undo = u;
        c->cap = cap;
    }
    c->undo[c->nundo++] = (struct undo){bpn, slot};
}

/* A clean page is about to be written. */
static void first_store(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    struct checkpoints *k = ctx;
    (void)off;
    (void)len;
    (void)data;
    if (!k->count || k->restoring)
        return;
    uint32_t slot = take_slot(k);
    memcpy(slot_page(k, slot), ram_ptr(k->m->mem, bpn), PAGE_SIZE);
    add_undo(&k->at[k->count - 1], bpn, slot);
}

static void drop(struct checkpoints *k, struct checkpoint *c)
{
    for (uint32_t i = 0; i < c->nundo; i++)
        free_slot(k, c->undo[i].slot);
    buf_free(&c->registers);
    free(c->undo);
}

/* Checkpoint i goes; the one before it takes the pages that it does not own itself. */
static void merge(struct checkpoints *k, unsigned i)
{
    struct checkpoint *into = &k->at[i - 1], *c = &k->at[i];
    uint32_t mark = ++k->owner_mark;
    for (uint32_t n = 0; n < into->nundo; n++)
        k->owner[into->undo[n].bpn] = mark;
    for (uint32_t n = 0; n < c->nundo; n++) {
        struct undo u = c->undo[n];
        if (k->owner[u.bpn] == mark)
            free_slot(k, u.slot);
        else
            add_undo(into, u.bpn, u.slot);
        k->owner[u.bpn] = mark;
    }
    c->nundo = 0;
    drop(k, c);
    memmove(c, c + 1, (k->count - i - 1) * sizeof *c);
    k->count--;
    k->merged++;
}

/*
 * The one that is missed least: whose neighbours lie closest together, measured by how far back they are. The first and
 * the last stay.
 */
static void merge_one(struct checkpoints *k)
{
    uint64_t now = k->m->clock.pos;
    unsigned best = 1;
    double least = 0;
    for (unsigned i = 1; i + 1 < k->count; i++) {
        double gap = (double)(k->at[i + 1].pos - k->at[i - 1].pos) / (double)(now - k->at[i].pos + 1);
        if (i == 1 || gap < least) {
            least = gap;
            best = i;
        }
    }
    merge(k, best);
}

/* --- What others call --- */

struct checkpoints *checkpoints_create(struct machine *m, size_t bytes, struct error *err)
{
    struct checkpoints *k = calloc(1, sizeof *k);
    if (!k) {
        error_set(err, "the host has no memory for checkpoints");
        return NULL;
    }
    uint32_t npages = mem_page_count(m->mem);
    k->m = m;
    k->max_segments = (uint32_t)MAX(bytes / SEGMENT_BYTES, (size_t)1);
    k->owner = calloc(npages, sizeof *k->owner);
    if (!k->owner) {
        checkpoints_destroy(k);
        error_set(err, "the host has no memory for checkpoints");
        return NULL;
    }
    k->listener = (struct page_listener){.ctx = k, .facts = PI_CLEAN, .store = first_store};
    mem_add_listener(m->mem, &k->listener);
    return k;
}

void checkpoints_destroy(struct checkpoints *k)
{
    if (!k)
        return;
    if (k->listener.ctx)
        mem_remove_listener(k->m->mem, &k->listener);
    for (unsigned i = 0; i < k->count; i++)
        drop(k, &k->at[i]);
    for (uint32_t i = 0; i < k->nsegments; i++)
        munmap(k->segment[i], SEGMENT_BYTES);
    free(k->at);
    free(k->segment);
    free(k->free_slot);
    free(k->owner);
    free(k);
}

void checkpoint_take(struct checkpoints *k)
{
    uint64_t pos = k->m->clock.pos;
    if (k->count && k->at[k->count - 1].pos == pos)
        return;
    if (k->count == k->cap) {
        unsigned cap = k->cap ? k->cap * 2 : 64;
        struct checkpoint *at = realloc(k->at, cap * sizeof *at);
        if (!at)
            bug("out of memory for %u checkpoints", cap);
        k->at = at;
        k->cap = cap;
    }
    struct checkpoint *c = &k->at[k->count++];
    *c = (struct checkpoint){.pos = pos};
    machine_pack(k->m, &c->registers);
    mem_all_clean(k->m->mem);
}

/* NOTE: backwards, since a page is there twice where it was made clean again in between: the first copy is the one. */
static void put_back(struct checkpoints *k, const struct checkpoint *c)
{
    for (uint32_t i = c->nundo; i-- > 0;)
        mem_poke(k->m->mem, c->undo[i].bpn, 0, PAGE_SIZE, slot_page(k, c->undo[i].slot));
}

uint64_t checkpoint_back(struct checkpoints *k, uint64_t pos)
{
    unsigned to = k->count;
    while (to && k->at[to - 1].pos > pos)
        to--;
    if (!to)
        return UINT64_MAX;
    k->restoring = true;
    for (unsigned i = k->count; i >= to; i--) { /* the oldest contents are put in last */
        put_back(k, &k->at[i - 1]);
        if (i > to)
            drop(k, &k->at[i - 1]);
    }
    struct checkpoint *c = &k->at[to - 1];
    for (uint32_t i = 0; i < c->nundo; i++)
        free_slot(k, c->undo[i].slot);
    c->nundo = 0;
    k->count = to;
    if (!machine_unpack(k->m, c->registers.data, c->registers.len))
        bug("a checkpoint's registers cannot be unpacked");
    mem_all_clean(k->m->mem);
    k->restoring = false;
    return c->pos;
}

void checkpoint_info(const struct checkpoints *k, struct checkpoint_info *info)
{
    *info = (struct checkpoint_info){.first = checkpoint_pos(k, 0),
                                     .last = k->count ? k->at[k->count - 1].pos : UINT64_MAX,
                                     .count = k->count,
                                     .merged = k->merged,
                                     .bytes = (uint64_t)k->nsegments * SEGMENT_BYTES};
    for (unsigned i = 0; i < k->count; i++) {
        info->pages += k->at[i].nundo;
        info->bytes += k->at[i].registers.cap + k->at[i].cap * sizeof(struct undo);
    }
}

uint64_t checkpoint_pos(const struct checkpoints *k, unsigned i)
{
    return i < k->count ? k->at[i].pos : UINT64_MAX;
}
