/* SPDX-License-Identifier: MIT */
/*
 * The geometry that a disk was partitioned with. An entry of the partition table has both ends as CHS and as LBA (IBM
 * PC/AT technical reference, fixed disk boot record; ATA-6 annex on CHS translation), so it can prove a geometry wrong.
 * Where no geometry fits all entries, a partition's last sector counts as the last one of a cylinder: partitioning
 * programs of the time made it so.
 */
#include "devices/disk/geometry.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/bits.h"

enum { TABLE = 446, ENTRIES = 4, ENTRY = 16, CLIPPED = 1023 };
enum { STANDARD_HEADS = 16, STANDARD_SECS = 63, STANDARD_CYLS = 16383, BIOS_CYLS = 1024, HEADS_MAX = 255 };

struct shape {
    uint32_t heads, secs;
};

struct place {
    uint32_t cyl, head, sec;
};

static struct place place_at(const uint8_t *p)
{
    return (struct place){p[2] | (uint32_t)(p[1] & 0xc0) << 2, p[0], p[1] & 0x3f};
}

static const uint8_t *entry(const uint8_t *mbr, unsigned i)
{
    return mbr + TABLE + i * (size_t)ENTRY;
}

static bool used(const uint8_t *e)
{
    return ld32(e + 12) != 0;
}

static bool is_table(const uint8_t *mbr)
{
    if (mbr[510] != 0x55 || mbr[511] != 0xaa)
        return false;
    for (unsigned i = 0; i < ENTRIES; i++)
        if (*entry(mbr, i) & 0x7f)
            return false;
    return true;
}

/* 1: both name the same sector; 0: CHS does not reach so far; -1: they differ. */
static int agrees(struct place p, uint64_t lba, struct shape s)
{
    if (p.cyl >= CLIPPED || lba / ((uint64_t)s.heads * s.secs) >= CLIPPED)
        return 0;
    if (!p.sec || p.sec > s.secs || p.head >= s.heads)
        return -1;
    return ((uint64_t)p.cyl * s.heads + p.head) * s.secs + p.sec - 1 == lba ? 1 : -1;
}

/* The number of partitions' ends that s places as LBA does; -1 where it places one elsewhere. */
static int proof(const uint8_t *mbr, struct shape s)
{
    int n = 0;
    for (unsigned i = 0; i < ENTRIES; i++) {
        const uint8_t *e = entry(mbr, i);
        uint64_t first = ld32(e + 8), last = first + ld32(e + 12) - 1;
        if (!used(e))
            continue;
        int begin = agrees(place_at(e + 1), first, s), end = agrees(place_at(e + 5), last, s);
        if (begin < 0 || end < 0)
            return -1;
        n += begin + end;
    }
    return n;
}

/* The shape of a disk whose cylinder ends where partition i does. */
static bool ends_at(const uint8_t *mbr, unsigned i, uint64_t sectors, struct shape *s)
{
    struct place p = place_at(entry(mbr, i) + 5);
    if (!used(entry(mbr, i)) || !p.head || p.head >= HEADS_MAX || !p.sec)
        return false;
    *s = (struct shape){p.head + 1, p.sec};
    uint64_t cyls = sectors / (s->heads * s->secs);
    return cyls && (cyls <= STANDARD_CYLS || s->heads > STANDARD_HEADS);
}

enum sureness { UNKNOWN, SUPPOSED, PROVED };

static enum sureness guess(const uint8_t *mbr, uint64_t sectors, struct shape *s)
{
    static const struct shape usual[] = {{255, 63}, {16, 63}, {32, 63}, {64, 63}, {128, 63}, {240, 63}, {64, 32}};
    if (!is_table(mbr))
        return UNKNOWN;
    for (unsigned i = 0; i < ENTRIES; i++)
        if (ends_at(mbr, i, sectors, s) && proof(mbr, *s) > 0)
            return PROVED;
    for (unsigned i = 0; i < ARRAY_LEN(usual); i++)
        if (sectors >= usual[i].heads * usual[i].secs && proof(mbr, usual[i]) > 1) {
            *s = usual[i];
            return PROVED;
        }
    for (unsigned i = 0; i < ENTRIES; i++)
        if (ends_at(mbr, i, sectors, s))
            return SUPPOSED;
    return UNKNOWN;
}

static void standard(struct disk_geometry *g, uint64_t sectors)
{
    g->heads = STANDARD_HEADS;
    g->secs = STANDARD_SECS;
    g->cyls = (uint32_t)MIN(sectors / (STANDARD_HEADS * STANDARD_SECS), (uint64_t)STANDARD_CYLS);
    g->cyls = MAX(g->cyls, 1u);
}

void disk_geometry_settle(struct disk_geometry *g, const uint8_t mbr[512], uint64_t sectors)
{
    struct shape s;
    enum sureness sure = g->cyls || !mbr ? UNKNOWN : guess(mbr, sectors, &s);
    if (g->cyls) {
        /* as the user says */
    } else if (!sure) {
        standard(g, sectors);
    } else if (s.heads <= STANDARD_HEADS) {
        g->heads = s.heads;
        g->secs = s.secs;
        g->cyls = (uint32_t)(sectors / (s.heads * s.secs));
        if (!g->trans)
            g->trans = CHS_NONE;
    } else {
        standard(g, sectors);
        if (!g->trans && sure == PROVED) {
            g->lheads = s.heads;
            g->lsecs = s.secs;
            g->lcyls = (uint32_t)MIN(sectors / (s.heads * s.secs), (uint64_t)BIOS_CYLS);
        }
        if (!g->trans)
            g->trans = g->cyls * g->heads <= 131072 ? CHS_LARGE : CHS_LBA;
    }
    if (!g->trans)
        g->trans = g->cyls <= BIOS_CYLS && g->heads <= STANDARD_HEADS && g->secs <= STANDARD_SECS ? CHS_NONE : CHS_LBA;
}
