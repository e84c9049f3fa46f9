/* SPDX-License-Identifier: MIT */
/*
 * A disk back end as a controller sees it: 512-byte sectors (a CD's block is four of them), requests that complete at a
 * position computed from the request alone, never from the host's speed.
 */
#ifndef VITRINE_BUS_BLK_H
#define VITRINE_BUS_BLK_H

#include <stdbool.h>
#include <stdint.h>

struct blk;
struct blk_ops {
    /*
     * Whole sectors; synchronous towards the caller. 0, or a negative errno (EIO, ENOSPC: the guest sees a write
     * fault).
     */
    int (*read)(struct blk *b, uint64_t sector, uint32_t count, void *data);
    int (*write)(struct blk *b, uint64_t sector, uint32_t count, const void *data);
    int (*flush)(struct blk *b); /* what was written is on the host's stable storage when it returns 0 */
    void (*close)(struct blk *b);
};
/* What was asked of it and done, for whoever looks (not the guest). */
struct blk_stats {
    uint64_t reads, read_bytes, writes, written_bytes, flushes;
};
struct blk {
    const struct blk_ops *ops;
    uint64_t sectors;
    uint32_t sector_size;
    bool readonly;
    struct blk_stats stats;
    char name[64]; /* for messages: the image's base name */
    char serial[21];
};

#endif
