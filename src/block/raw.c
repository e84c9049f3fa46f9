/* SPDX-License-Identifier: MIT */
/* A raw disk image: sector n is at byte 512 n of the file. */
#include "config.h"

#include "block/block.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"

struct raw {
    struct blk blk;
    int fd;
    uint64_t bytes;
    struct blk_notes notes;
    enum blk_cache cache;
    bool guessed;
    bool told_read, told_write, told_flush, told_format;
};

int blk_check(const struct blk *b, uint64_t sector, uint32_t count)
{
    return sector > b->sectors || count > b->sectors - sector ? -EINVAL : 0;
}

void blk_free(struct blk *b)
{
    if (b)
        b->ops->close(b);
}

void blk_count_read(struct blk *b, uint32_t sectors)
{
    b->stats.reads++;
    b->stats.read_bytes += (uint64_t)sectors * BLOCK_SECTOR;
}

void blk_count_write(struct blk *b, uint32_t sectors)
{
    b->stats.writes++;
    b->stats.written_bytes += (uint64_t)sectors * BLOCK_SECTOR;
}

static int tell(struct raw *r, bool *told, const char *what, uint64_t sector, int e)
{
    if (!*told && r->notes.note) {
        char line[256];
        snprintf(line, sizeof line, "%s: cannot %s at sector %llu: %s%s", r->blk.name, what, (unsigned long long)sector,
                 strerror(e),
                 e == ENOSPC || e == EDQUOT ? "; make room on the host: until then the guest sees write faults"
                 : e == EFBIG               ? "; raise 'ulimit -f': until then the guest sees write faults"
                                            : "; the guest sees it as a disk error");
        r->notes.note(r->notes.ctx, line);
    }
    *told = true;
    return -e;
}

static int raw_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    struct raw *r = container_of(b, struct raw, blk);
    int bad = blk_check(b, sector, count);
    if (bad)
        return bad;
    uint8_t *p = data;
    uint64_t at = sector * BLOCK_SECTOR;
    size_t left = (size_t)count * BLOCK_SECTOR;
    while (left) {
        ssize_t n = at < r->bytes ? pread(r->fd, p, MIN(left, r->bytes - at), (off_t)at) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return tell(r, &r->told_read, "read", at / BLOCK_SECTOR, errno);
        if (n == 0) {
            /* Past the last, partial sector's end zeros follow; before it somebody has cut the
             * file. */
            if (at < r->bytes)
                return tell(r, &r->told_read, "read (the file became shorter)", at / BLOCK_SECTOR, EIO);
            memset(p, 0, left);
            break;
        }
        p += n;
        at += (uint64_t)n;
        left -= (size_t)n;
    }
    blk_count_read(b, count);
    return 0;
}

static int raw_sync(struct raw *r)
{
    while (fdatasync(r->fd) < 0) {
        if (errno == EINTR)
            continue;
        if (errno == EINVAL || errno == EROFS)
            return 0; /* a descriptor that knows no flush has no cache of its own */
        return tell(r, &r->told_flush, "flush", 0, errno);
    }
    return 0;
}

/* QEMU's rule for a format that was only guessed. */
static bool disguised(struct raw *r, uint64_t sector, uint32_t count, const void *data)
{
    const char *format = r->guessed && sector == 0 && count ? block_format(data, BLOCK_SECTOR) : NULL;
    if (format && !r->told_format && r->notes.note) {
        char line[256];
        snprintf(
            line, sizeof line,
            "%s: the guest may not write what would make this image look like %s; if that is wanted, say format=raw",
            r->blk.name, format);
        r->notes.note(r->notes.ctx, line);
    }
    r->told_format = r->told_format || format;
    return format != NULL;
}

void blk_raw_guessed(struct blk *b)
{
    container_of(b, struct raw, blk)->guessed = true;
}

static int raw_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct raw *r = container_of(b, struct raw, blk);
    int bad = b->readonly ? -EROFS : blk_check(b, sector, count);
    if (!bad && disguised(r, sector, count, data))
        bad = -EPERM;
    if (bad)
        return bad;
    const uint8_t *p = data;
    uint64_t at = sector * BLOCK_SECTOR;
    size_t left = (size_t)count * BLOCK_SECTOR;
    while (left) {
        ssize_t n = pwrite(r->fd, p, left, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return tell(r, &r->told_write, "write", at / BLOCK_SECTOR, n < 0 ? errno : EIO);
        p += n;
        at += (uint64_t)n;
        left -= (size_t)n;
    }
    blk_count_write(b, count);
    return r->cache == BLK_CACHE_WRITETHROUGH ? raw_sync(r) : 0;
}

static int raw_flush(struct blk *b)
{
    struct raw *r = container_of(b, struct raw, blk);
    b->stats.flushes++;
    return b->readonly || r->cache == BLK_CACHE_UNSAFE ? 0 : raw_sync(r);
}

static void raw_close(struct blk *b)
{
    struct raw *r = container_of(b, struct raw, blk);
    close(r->fd);
    free(r);
}

static const struct blk_ops raw_ops = {raw_read, raw_write, raw_flush, raw_close};

void blk_raw_cache(struct blk *b, enum blk_cache cache)
{
    container_of(b, struct raw, blk)->cache = cache;
}

struct blk *blk_raw(int fd, uint64_t bytes, bool readonly, const char *name, struct blk_notes notes, struct error *err)
{
    if (bytes == 0 || bytes > (uint64_t)INT64_MAX || (!readonly && bytes % BLOCK_SECTOR)) {
        error_set(err, "%s: %llu bytes are no whole number of 512-byte sectors", name, (unsigned long long)bytes);
        return NULL;
    }
    struct raw *r = calloc(1, sizeof *r);
    if (!r) {
        error_set(err, "%s: out of memory", name);
        return NULL;
    }
    r->fd = fd;
    r->bytes = bytes;
    r->notes = notes;
    r->blk = (struct blk){.ops = &raw_ops,
                          .sectors = (bytes + BLOCK_SECTOR - 1) / BLOCK_SECTOR,
                          .sector_size = BLOCK_SECTOR,
                          .readonly = readonly};
    snprintf(r->blk.name, sizeof r->blk.name, "%s", name);
    return &r->blk;
}
