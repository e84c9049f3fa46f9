/* SPDX-License-Identifier: MIT */
/*
 * Diskette drives and diskettes. ECMA-100 (1.2 MB and 1.44 MB), ECMA-66 and ECMA-70 (40 tracks)
 * for the formats; IBM PC/AT technical reference, "High capacity diskette drive", for the change
 * line and the rates: a 1.2 MB drive turns 360 times a minute and so reads 250 kbit/s at 300.
 *
 * LIMIT: an image holds the data of N=2 sectors with the standard IDs and nothing else. Deleted data marks last while
 * the diskette is in the drive; XDF is not there.
 */
#include "devices/disk/floppy_drive.h"

#include <errno.h>
#include <string.h>

#include "time/event.h"

enum { MAX_CYLINDER_40 = 41, MAX_CYLINDER_80 = 83 };

/* Bytes of a track up to the first ID field: gap 4a, sync, index mark, gap 1. */
enum { INDEX_BYTES = 146 };
/* From the ID field's sync to the data field's CRC: 22 + gap 2 of 22 + 16 + 512 + 2. */
enum { SECTOR_BYTES = 574 };

const struct floppy_format *floppy_format_of(uint64_t sectors)
{
    static const struct floppy_format formats[] = {
        {320, 40, 1, 8, FLOPPY_360K, 250},    {360, 40, 1, 9, FLOPPY_360K, 250},
        {640, 40, 2, 8, FLOPPY_360K, 250},    {720, 40, 2, 9, FLOPPY_360K, 250},
        {820, 41, 2, 10, FLOPPY_360K, 250},   {840, 42, 2, 10, FLOPPY_360K, 250},
        {1280, 80, 2, 8, FLOPPY_720K, 250},   {1440, 80, 2, 9, FLOPPY_720K, 250},
        {1600, 80, 2, 10, FLOPPY_720K, 250},  {1640, 82, 2, 10, FLOPPY_720K, 250},
        {1660, 83, 2, 10, FLOPPY_720K, 250},  {2080, 80, 2, 13, FLOPPY_1M44, 500},
        {2240, 80, 2, 14, FLOPPY_1M44, 500},  {2400, 80, 2, 15, FLOPPY_1M2, 500},
        {2880, 80, 2, 18, FLOPPY_1M44, 500},  {2952, 82, 2, 18, FLOPPY_1M44, 500},
        {2988, 83, 2, 18, FLOPPY_1M44, 500},  {3200, 80, 2, 20, FLOPPY_1M44, 500},
        {3360, 80, 2, 21, FLOPPY_1M44, 500},  {3444, 82, 2, 21, FLOPPY_1M44, 500},
        {3486, 83, 2, 21, FLOPPY_1M44, 500},  {3520, 80, 2, 22, FLOPPY_1M44, 500},
        {3680, 80, 2, 23, FLOPPY_1M44, 500},  {3840, 80, 2, 24, FLOPPY_1M44, 500},
        {5760, 80, 2, 36, FLOPPY_2M88, 1000}, {6240, 80, 2, 39, FLOPPY_2M88, 1000},
        {6400, 80, 2, 40, FLOPPY_2M88, 1000}, {7040, 80, 2, 44, FLOPPY_2M88, 1000},
        {7680, 80, 2, 48, FLOPPY_2M88, 1000},
    };
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (formats[i].sectors == sectors)
            return &formats[i];
    /* A boot sector alone, or an image that was cut where its files end: 1.44 MB, or 2.88 MB. */
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if ((formats[i].sectors == 2880 || formats[i].sectors == 5760) && formats[i].sectors > sectors)
            return &formats[i];
    return NULL;
}

/* What a drive of a given type reads: its own format and the smaller ones of its width. */
static bool takes(uint32_t drive, uint8_t medium)
{
    switch (drive) {
    case FLOPPY_AUTO: return true;
    case FLOPPY_1M2: return medium == FLOPPY_360K || medium == FLOPPY_1M2;
    case FLOPPY_1M44: return medium == FLOPPY_720K || medium == FLOPPY_1M44;
    case FLOPPY_2M88: return medium >= FLOPPY_720K;
    default: return drive == medium;
    }
}

void floppy_derive(struct floppy_drive *d)
{
    d->format = d->blk ? floppy_format_of(d->blk->sectors) : NULL;
    if (d->format && !takes(d->type, d->format->type))
        d->format = NULL;
}

void floppy_insert(struct floppy_drive *d, struct blk *blk)
{
    d->blk = blk;
    d->changed = 1;
    memset(d->deleted, 0, sizeof d->deleted);
    floppy_derive(d);
}

enum floppy_type floppy_cmos_type(const struct floppy_drive *d)
{
    if (!d->fitted)
        return 0;
    if (d->type != FLOPPY_AUTO)
        return (enum floppy_type)d->type;
    if (!d->format || d->format->type == FLOPPY_720K)
        return FLOPPY_1M44;
    return (enum floppy_type)d->format->type;
}

bool floppy_turns(const struct floppy_drive *d)
{
    return d->fitted && d->blk && d->motor;
}

static unsigned max_cylinder(const struct floppy_drive *d)
{
    return d->type == FLOPPY_360K ? MAX_CYLINDER_40 : MAX_CYLINDER_80;
}

void floppy_step(struct floppy_drive *d, bool out)
{
    if (out && d->cylinder)
        d->cylinder--;
    if (!out && d->cylinder < max_cylinder(d))
        d->cylinder++;
    if (d->blk)
        d->changed = 0;
}

/* A 1.2 MB drive's step is half the distance between tracks at 48 per inch: such a track is two steps wide. */
static bool double_steps(const struct floppy_drive *d)
{
    return d->type == FLOPPY_1M2 && d->format && d->format->type == FLOPPY_360K;
}

unsigned floppy_track(const struct floppy_drive *d)
{
    return double_steps(d) ? d->cylinder / 2u : d->cylinder;
}

bool floppy_legible(const struct floppy_drive *d, unsigned kbps, unsigned head)
{
    const struct floppy_format *f = d->format;
    if (!f || head >= f->heads || floppy_track(d) >= f->cylinders)
        return false;
    return kbps == (double_steps(d) ? 300 : f->kbps);
}

static unsigned rpm(const struct floppy_drive *d)
{
    bool fast = d->type == FLOPPY_1M2 || (d->type == FLOPPY_AUTO && d->format && d->format->type == FLOPPY_1M2);
    return fast ? 360 : 300;
}

uint64_t floppy_revolution(const struct floppy_drive *d, unsigned speedup)
{
    return 60 * NS_PER_SEC / rpm(d) / speedup;
}

uint64_t floppy_next_index(const struct floppy_drive *d, unsigned speedup, uint64_t now)
{
    uint64_t rev = floppy_revolution(d, speedup);
    return (now / rev + 1) * rev;
}

/* Bytes that pass the head in a revolution. */
static uint64_t track_bytes(const struct floppy_drive *d)
{
    return (uint64_t)d->format->kbps * 1000 / 8 * 60 / (d->format->type == FLOPPY_1M2 ? 360 : 300);
}

/* ns after the index hole at which the ID field at place n begins. */
static uint64_t place_offset(const struct floppy_drive *d, unsigned speedup, unsigned n)
{
    uint64_t total = track_bytes(d), rev = floppy_revolution(d, speedup);
    return rev * (INDEX_BYTES * d->format->spt + (total - INDEX_BYTES) * n) / (total * d->format->spt);
}

uint64_t floppy_next_id(const struct floppy_drive *d, unsigned speedup, uint64_t now, unsigned n)
{
    uint64_t rev = floppy_revolution(d, speedup);
    uint64_t at = now / rev * rev + place_offset(d, speedup, n);
    return at >= now ? at : at + rev;
}

/* Where a track has more sectors than the standard gaps allow, the gaps are shorter. */
uint64_t floppy_sector_time(const struct floppy_drive *d, unsigned speedup)
{
    uint64_t total = track_bytes(d), each = (total - INDEX_BYTES) / d->format->spt;
    return floppy_revolution(d, speedup) * MIN(each, (uint64_t)SECTOR_BYTES) / total;
}

unsigned floppy_next_place(const struct floppy_drive *d, unsigned speedup, uint64_t now)
{
    uint64_t since = now % floppy_revolution(d, speedup);
    for (unsigned n = 0; n < d->format->spt; n++)
        if (place_offset(d, speedup, n) >= since)
            return n;
    return 0;
}

static uint32_t number(const struct floppy_drive *d, unsigned head, unsigned sector)
{
    return (floppy_track(d) * d->format->heads + head) * d->format->spt + sector - 1;
}

int floppy_read(struct floppy_drive *d, unsigned head, unsigned sector, uint8_t *data)
{
    uint32_t n = number(d, head, sector);
    if (n < d->blk->sectors)
        return d->blk->ops->read(d->blk, n, 1, data);
    memset(data, 0, FLOPPY_SECTOR);
    return 0;
}

int floppy_write(struct floppy_drive *d, unsigned head, unsigned sector, const uint8_t *data, bool deleted)
{
    uint32_t n = number(d, head, sector);
    int e = n < d->blk->sectors ? d->blk->ops->write(d->blk, n, 1, data) : -ENOSPC;
    if (!e && n / 8 < FLOPPY_MARKS)
        d->deleted[n / 8] = (uint8_t)(deleted ? d->deleted[n / 8] | BIT(n % 8) : d->deleted[n / 8] & ~BIT(n % 8));
    return e;
}

bool floppy_deleted(const struct floppy_drive *d, unsigned head, unsigned sector)
{
    uint32_t n = number(d, head, sector);
    return n / 8 < FLOPPY_MARKS && (d->deleted[n / 8] >> n % 8 & 1);
}
