/* SPDX-License-Identifier: MIT */
/*
 * -snapshot: a disk whose writes are kept in memory. Clusters of 64 KiB, copied from the image
 * below at the first write and found by a hash table that grows with them, so that it never takes
 * more than the image's size and a table.
 */
#include "block/block.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

enum { CLUSTER_SECTORS = 128, CLUSTER_BYTES = CLUSTER_SECTORS * BLOCK_SECTOR };

struct cluster {
    uint64_t number;
    uint8_t *data; /* NULL: the slot is free */
};

struct overlay {
    struct blk blk;
    struct blk *base;
    struct cluster *table; /* open addressing, a power of two */
    size_t room, used;
};

static size_t home(uint64_t number, size_t room)
{
    return (size_t)((number * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (room - 1);
}

static struct cluster *slot_of(struct cluster *table, size_t room, uint64_t number)
{
    size_t i = home(number, room);
    while (table[i].data && table[i].number != number)
        i = (i + 1) & (room - 1);
    return &table[i];
}

static int grow(struct overlay *o)
{
    size_t room = o->room * 2;
    struct cluster *t = calloc(room, sizeof *t);
    if (!t)
        return -ENOMEM;
    for (size_t i = 0; i < o->room; i++)
        if (o->table[i].data)
            *slot_of(t, room, o->table[i].number) = o->table[i];
    free(o->table);
    o->table = t;
    o->room = room;
    return 0;
}

/* The cluster in memory, copied from below where it is not there yet. */
static int own(struct overlay *o, uint64_t number, uint8_t **data)
{
    struct cluster *c = slot_of(o->table, o->room, number);
    if (!c->data) {
        if (o->used * 2 >= o->room) {
            int bad = grow(o);
            if (bad)
                return bad;
            c = slot_of(o->table, o->room, number);
        }
        uint8_t *p = calloc(1, CLUSTER_BYTES);
        if (!p)
            return -ENOMEM;
        uint64_t first = number * CLUSTER_SECTORS;
        uint32_t n = (uint32_t)MIN((uint64_t)CLUSTER_SECTORS, o->blk.sectors - first);
        int bad = o->base->ops->read(o->base, first, n, p);
        if (bad) {
            free(p);
            return bad;
        }
        *c = (struct cluster){number, p};
        o->used++;
    }
    *data = c->data;
    return 0;
}

static int overlay_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    struct overlay *o = container_of(b, struct overlay, blk);
    int bad = blk_check(b, sector, count);
    uint32_t all = count;
    uint8_t *p = data;
    while (!bad && count) {
        uint32_t in = (uint32_t)(sector % CLUSTER_SECTORS);
        uint32_t n = MIN(count, CLUSTER_SECTORS - in);
        const struct cluster *c = slot_of(o->table, o->room, sector / CLUSTER_SECTORS);
        if (c->data)
            memcpy(p, c->data + (size_t)in * BLOCK_SECTOR, (size_t)n * BLOCK_SECTOR);
        else
            bad = o->base->ops->read(o->base, sector, n, p);
        p += (size_t)n * BLOCK_SECTOR;
        sector += n;
        count -= n;
    }
    if (!bad)
        blk_count_read(b, all);
    return bad;
}

static int overlay_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct overlay *o = container_of(b, struct overlay, blk);
    int bad = blk_check(b, sector, count);
    uint32_t all = count;
    const uint8_t *p = data;
    while (!bad && count) {
        uint32_t in = (uint32_t)(sector % CLUSTER_SECTORS);
        uint32_t n = MIN(count, CLUSTER_SECTORS - in);
        uint8_t *to;
        bad = own(o, sector / CLUSTER_SECTORS, &to);
        if (!bad)
            memcpy(to + (size_t)in * BLOCK_SECTOR, p, (size_t)n * BLOCK_SECTOR);
        p += (size_t)n * BLOCK_SECTOR;
        sector += n;
        count -= n;
    }
    if (!bad)
        blk_count_write(b, all);
    return bad;
}

static int overlay_flush(struct blk *b)
{
    b->stats.flushes++;
    return 0;
}

static void overlay_close(struct blk *b)
{
    struct overlay *o = container_of(b, struct overlay, blk);
    for (size_t i = 0; i < o->room; i++)
        free(o->table[i].data);
    free(o->table);
    blk_free(o->base);
    free(o);
}

static const struct blk_ops overlay_ops = {overlay_read, overlay_write, overlay_flush, overlay_close};

struct blk *blk_overlay(struct blk *base, struct error *err)
{
    enum { FIRST_ROOM = 64 };
    struct overlay *o = calloc(1, sizeof *o);
    if (o)
        o->table = calloc(FIRST_ROOM, sizeof *o->table);
    if (!o || !o->table) {
        error_set(err, "%s: out of memory", base->name);
        free(o);
        blk_free(base);
        return NULL;
    }
    o->room = FIRST_ROOM;
    o->base = base;
    o->blk = (struct blk){.ops = &overlay_ops, .sectors = base->sectors, .sector_size = base->sector_size};
    memcpy(o->blk.name, base->name, sizeof o->blk.name);
    memcpy(o->blk.serial, base->serial, sizeof o->blk.serial);
    return &o->blk;
}

int blk_overlay_commit(struct blk *b, struct blk *to)
{
    struct overlay *o = container_of(b, struct overlay, blk);
    if (b->ops != &overlay_ops || to->sectors != b->sectors)
        return -EINVAL;
    for (size_t i = 0; i < o->room; i++) {
        if (!o->table[i].data)
            continue;
        uint64_t first = o->table[i].number * CLUSTER_SECTORS;
        int bad =
            to->ops->write(to, first, (uint32_t)MIN((uint64_t)CLUSTER_SECTORS, b->sectors - first), o->table[i].data);
        if (bad)
            return bad;
    }
    int bad = to->ops->flush(to);
    for (size_t i = 0; i < o->room && !bad; i++) {
        free(o->table[i].data);
        o->table[i].data = NULL;
    }
    o->used = bad ? o->used : 0;
    return bad;
}
