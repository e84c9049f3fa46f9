/* SPDX-License-Identifier: MIT */
/* A disk whose sectors are in memory: a copy of given bytes, gone at the end. */
#include "block/block.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

struct memory {
    struct blk blk;
    uint8_t *data;
};

static int memory_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    struct memory *m = container_of(b, struct memory, blk);
    int bad = blk_check(b, sector, count);
    if (!bad) {
        memcpy(data, m->data + sector * BLOCK_SECTOR, (size_t)count * BLOCK_SECTOR);
        blk_count_read(b, count);
    }
    return bad;
}

static int memory_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct memory *m = container_of(b, struct memory, blk);
    int bad = blk_check(b, sector, count);
    if (!bad) {
        memcpy(m->data + sector * BLOCK_SECTOR, data, (size_t)count * BLOCK_SECTOR);
        blk_count_write(b, count);
    }
    return bad;
}

static int memory_flush(struct blk *b)
{
    b->stats.flushes++;
    return 0;
}

static void memory_close(struct blk *b)
{
    struct memory *m = container_of(b, struct memory, blk);
    free(m->data);
    free(m);
}

static const struct blk_ops memory_ops = {memory_read, memory_write, memory_flush, memory_close};

struct blk *blk_memory(const void *data, size_t len, const char *name, struct error *err)
{
    size_t sectors = (len + BLOCK_SECTOR - 1) / BLOCK_SECTOR;
    struct memory *m = calloc(1, sizeof *m);
    if (m)
        m->data = calloc(sectors ? sectors : 1, BLOCK_SECTOR);
    if (!m || !m->data) {
        free(m);
        error_set(err, "%s: no memory for a disk of %zu bytes", name, len);
        return NULL;
    }
    memcpy(m->data, data, len);
    m->blk = (struct blk){.ops = &memory_ops, .sectors = sectors, .sector_size = BLOCK_SECTOR};
    snprintf(m->blk.name, sizeof m->blk.name, "%s", name);
    return &m->blk;
}
