/* SPDX-License-Identifier: MIT */
/* A disk in memory of which the n-th host call fails: EIO, and nothing is moved. */
#include "tests/dev/faulty.h"

#include <errno.h>
#include <string.h>

#include "base/bits.h"

static bool fails(struct faulty *f)
{
    if (!f->fail_in || --f->fail_in)
        return false;
    f->failed++;
    return true;
}

static int faulty_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    struct faulty *f = container_of(b, struct faulty, blk);
    f->reads++;
    if (sector + count > b->sectors || fails(f))
        return -EIO;
    memcpy(data, f->data + sector * 512, count * (size_t)512);
    return 0;
}

static int faulty_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct faulty *f = container_of(b, struct faulty, blk);
    f->writes++;
    if (sector + count > b->sectors || fails(f))
        return -EIO;
    memcpy(f->data + sector * 512, data, count * (size_t)512);
    return 0;
}

static int faulty_flush(struct blk *b)
{
    struct faulty *f = container_of(b, struct faulty, blk);
    f->flushes++;
    return fails(f) ? -EIO : 0;
}

static const struct blk_ops ops = {faulty_read, faulty_write, faulty_flush, NULL};

void faulty_init(struct faulty *f, uint32_t sectors, bool readonly)
{
    memset(f, 0, offsetof(struct faulty, data));
    f->blk = (struct blk){.ops = &ops, .sectors = sectors, .sector_size = 512, .readonly = readonly, .name = "faulty"};
    memset(f->data, 0x5a, sectors * (size_t)512);
    for (uint32_t i = 0; i < sectors; i++)
        st32(f->data + i * 512, i);
}
