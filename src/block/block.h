/* SPDX-License-Identifier: MIT */
/* Disk images: raw files behind a descriptor, an image in memory, and writes that are kept in
 * memory over either. */
#ifndef VITRINE_BLOCK_BLOCK_H
#define VITRINE_BLOCK_BLOCK_H

#include <stddef.h>

#include "base/error.h"
#include "bus/blk.h"

enum { BLOCK_SECTOR = 512 };

/* Where a line about a host failure goes that the guest only sees as a fault: once per image and
 * kind. */
struct blk_notes {
    void (*note)(void *ctx, const char *line);
    void *ctx;
};

/*
 * A raw image of `bytes` bytes behind a descriptor, which becomes the blk's. A last, partial sector
 * reads as if zeros followed, and is only there where the image is not written to. NULL with *err.
 */
struct blk *blk_raw(int fd, uint64_t bytes, bool readonly, const char *name, struct blk_notes notes, struct error *err);
/* When what the guest wrote is on the host's disk: after its flush (the default), after each write,
 * or when the host likes. b is of blk_raw. */
enum blk_cache { BLK_CACHE_WRITEBACK, BLK_CACHE_WRITETHROUGH, BLK_CACHE_UNSAFE };
void blk_raw_cache(struct blk *b, enum blk_cache cache);
/*
 * Nobody said that the image is raw, it only does not look like anything else: a write to sector 0 that would make it
 * look so fails (EPERM), since whoever opens it next would take it for that, and a guest could name files of the host
 * in it. b is of blk_raw.
 */
void blk_raw_guessed(struct blk *b);
/* The format that an image's first bytes (80 are enough) show, NULL if none: it is raw. */
const char *block_format(const void *head, size_t len);
/* A copy of len bytes (rounded up to whole sectors), writable, gone at the end. */
struct blk *blk_memory(const void *data, size_t len, const char *name, struct error *err);
/* Writes to base stay in memory and are dropped at the end. Owns base from then on (also on
 * failure). */
struct blk *blk_overlay(struct blk *base, struct error *err);

/*
 * Writes what an overlay keeps to `to`, which is the image below it, open for writing; flushes, and keeps nothing more.
 * 0, or a negative errno, everything being kept then. -EINVAL: b is no overlay, or `to` is of another size. */
int blk_overlay_commit(struct blk *b, struct blk *to);

/* The checks that every back end makes first: 0, or -EINVAL for a request past the end. */
int blk_check(const struct blk *b, uint64_t sector, uint32_t count);
/* Back ends count what they have done. */
void blk_count_read(struct blk *b, uint32_t sectors);
void blk_count_write(struct blk *b, uint32_t sectors);
void blk_free(struct blk *b); /* flush is the caller's; calls ops->close */

#endif
