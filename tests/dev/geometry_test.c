/* SPDX-License-Identifier: MIT */
/*
 * The geometry that a partition table proves, at both sides of each bound: cylinder 1023 of the table's format, heads
 * and sectors, the drive's 16 heads and 16383 cylinders, and which translation follows (ATA-6 annex B, EDD).
 */
#include "devices/disk/geometry.h"
#include "tests/dev/rig.h"

static uint8_t mbr[512];

struct chs {
    unsigned c, h, s;
};

static void put(uint8_t *to, struct chs p)
{
    to[0] = (uint8_t)p.h;
    to[1] = (uint8_t)(p.s | (p.c >> 8) << 6);
    to[2] = (uint8_t)p.c;
}

static struct chs at(uint64_t lba, unsigned heads, unsigned secs)
{
    return (struct chs){(unsigned)(lba / secs / heads), (unsigned)(lba / secs % heads), (unsigned)(lba % secs) + 1};
}

static void entry(unsigned i, struct chs begin, struct chs end, uint64_t first, uint64_t count)
{
    uint8_t *e = mbr + 446 + 16 * (size_t)i;
    e[0] = i ? 0 : 0x80;
    put(e + 1, begin);
    put(e + 5, end);
    st32(e + 8, (uint32_t)first);
    st32(e + 12, (uint32_t)count);
    mbr[510] = 0x55, mbr[511] = 0xaa;
}

static void fits(unsigned i, uint64_t first, uint64_t count, unsigned heads, unsigned secs)
{
    entry(i, at(first, heads, secs), at(first + count - 1, heads, secs), first, count);
}

static struct disk_geometry settled(uint64_t sectors)
{
    struct disk_geometry g = {0};
    disk_geometry_settle(&g, mbr, sectors);
    return g;
}

static void clear(void)
{
    memset(mbr, 0, sizeof mbr);
}

/* Nothing was found: 16 heads of 63. */
static bool standard(const struct disk_geometry *g)
{
    return g->heads == 16 && g->secs == 63 && !g->lheads;
}

static const unsigned usual[][2] = {{255, 63}, {16, 63}, {32, 63}, {64, 63}, {128, 63}, {240, 63}, {64, 32}};

/* Partitions that begin and end in the middle of cylinders, in the shapes that BIOSes made up. */
START_TEST(geometry_usual_shapes_are_proved_by_both_ends)
{
    for (unsigned i = 0; i < ARRAY_LEN(usual); i++)
        for (unsigned part = 0; part < 4; part++) {
            unsigned heads = usual[i][0], secs = usual[i][1], cyl = heads * secs;
            clear();
            fits(part, 3 * cyl + 5 * secs + 2, 7 * cyl + 3 * secs + 4, heads, secs);
            struct disk_geometry g = settled(40 * cyl + 5);
            ck_assert_uint_eq(heads > 16 ? g.lheads : g.heads, heads);
            ck_assert_uint_eq(heads > 16 ? g.lsecs : g.secs, secs);
            ck_assert_uint_eq(heads > 16 ? g.lcyls : g.cyls, 40);
            ck_assert_uint_eq(g.trans, heads > 16 ? CHS_LARGE : CHS_NONE);
            /* Of one end alone nothing is known: the other lies beyond what CHS can say, at head 0. */
            clear();
            entry(part, at(3 * cyl + 5 * secs + 2, heads, secs), (struct chs){1023, 0, 5}, 3 * cyl + 5 * secs + 2,
                  2000 * cyl);
            g = settled(UINT64_C(3000) * cyl);
            ck_assert_msg(standard(&g), "%u x %u by one end", heads, secs);
        }
    /* A disk that is smaller than one cylinder of it: the end of the partition is taken for a cylinder's. */
    for (unsigned less = 0; less < 2; less++) {
        clear();
        fits(0, 40, 10, 64, 32);
        struct disk_geometry g = settled(64 * 32 - less);
        ck_assert_uint_eq(g.lheads, less ? 0 : 64);
        ck_assert_uint_eq(g.heads, less ? 2 : 16);
    }
}
END_TEST

/* The shape that the first entry's end gives is proved only where no other end contradicts. */
START_TEST(geometry_is_disproved_by_one_end)
{
    enum { HEADS = 20, SECS = 17, CYL = HEADS * SECS };
    static const struct {
        struct chs p;
        uint64_t lba;
        bool good;
    } t[] = {
        {{12, 3, 4}, 12 * CYL + 3 * SECS + 3, true}, /* there */
        {{12, 3, 4}, 12 * CYL + 3 * SECS + 2, false},
        {{12, 3, 4}, 12 * CYL + 3 * SECS + 4, false},
        {{12, 19, 17}, 13 * CYL - 1, true},
        {{12, 20, 17}, 13 * CYL + SECS - 1, false},   /* no head 20 */
        {{12, 3, 18}, 12 * CYL + 4 * SECS, false},    /* no sector 18 */
        {{12, 3, 0}, 12 * CYL + 3 * SECS - 1, false}, /* no sector 0 */
        {{1022, 0, 1}, 1022 * CYL, true},
        {{1022, 0, 2}, 1022 * CYL, false},
        {{1022, 0, 2}, 1022 * CYL + CYL - 1, false},
        {{1022, 0, 2}, 1023 * CYL, true}, /* out of CHS's reach */
        {{1023, 0, 2}, 5 * CYL, true},
        {{1023, 63, 63}, 2000 * CYL, true},
        {{0, 0, 2}, 1022 * CYL + 1, false},
        {{0, 0, 2}, 1023 * CYL + 1, true},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++)
        for (unsigned k = 0; k < 4; k++) { /* as a begin and as an end, before and after the entry that proves */
            unsigned here = k & 1 ? 3 : 0, other = k & 1 ? 1 : 2;
            clear();
            fits(here, SECS, 10 * CYL - SECS, HEADS, SECS);
            if (k & 2)
                entry(other, t[i].p, (struct chs){1023, 0, 5}, t[i].lba, 3000 * CYL);
            else
                entry(other, (struct chs){1023, 0, 5}, t[i].p, 1000, t[i].lba - 999);
            struct disk_geometry g = settled(6000 * CYL);
            ck_assert_msg((g.lheads == HEADS) == t[i].good, "case %u, %u: %u heads", i, k, g.lheads);
            ck_assert_uint_eq(g.trans, CHS_LARGE);
        }
}
END_TEST

/* A cylinder that ends with a partition: heads 2 to 255, and not more cylinders than a drive of 16 heads can have. */
START_TEST(geometry_bounds_of_a_supposed_shape)
{
    for (unsigned head = 0; head < 256; head++) {
        clear();
        entry(1, (struct chs){7, 200, 60}, (struct chs){9, head, 63}, 5, 100000); /* agrees with nothing */
        struct disk_geometry g = settled(200000);
        bool small = head >= 1 && head <= 15, any = head >= 1 && head <= 254;
        ck_assert_msg(g.heads == (small ? head + 1 : 16) && !g.lheads, "head %u", head);
        ck_assert_uint_eq(g.trans, small || !any ? CHS_NONE : CHS_LARGE);
        ck_assert_uint_eq(g.cyls, 200000 / (g.heads * 63));
    }
    for (unsigned sec = 0; sec < 64; sec++) {
        clear();
        entry(1, (struct chs){7, 200, 60}, (struct chs){9, 3, sec}, 5, 100000);
        struct disk_geometry g = settled(50000);
        ck_assert_uint_eq(g.secs, sec ? sec : 63);
    }
    static const struct {
        unsigned head;
        uint64_t cyls;
        bool taken;
    } t[] = {{3, 1, true}, {3, 0, false}, {3, 16383, true}, {3, 16384, false}, {15, 16383, true}, {15, 16384, false}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        clear();
        entry(1, (struct chs){7, 200, 60}, (struct chs){9, t[i].head, 50}, 5, 100000);
        uint64_t cyl = (t[i].head + 1) * 50;
        struct disk_geometry g = settled(t[i].cyls * cyl + cyl - 1);
        ck_assert_msg((g.secs == 50) == t[i].taken, "%llu cylinders", (unsigned long long)t[i].cyls);
        if (t[i].taken)
            ck_assert_uint_eq(g.cyls, t[i].cyls);
    }
}
END_TEST

START_TEST(geometry_needs_a_partition_table)
{
    for (unsigned i = 0; i < 4; i++)
        for (unsigned flag = 0; flag < 256; flag++) {
            clear();
            fits(1, 50, 199950, 4, 50);
            mbr[446 + 16 * i] = (uint8_t)flag;
            struct disk_geometry g = settled(200000);
            ck_assert_msg((g.heads == 4) == (flag == 0 || flag == 0x80), "flag %02x of entry %u", flag, i);
        }
    for (unsigned bit = 0; bit < 16; bit++) {
        clear();
        fits(1, 50, 199950, 4, 50);
        mbr[510 + bit / 8] ^= (uint8_t)BIT(bit % 8);
        struct disk_geometry g = settled(200000);
        ck_assert_msg(standard(&g), "signature with bit %u turned", bit);
    }
    clear();
    fits(1, 50, 199950, 4, 50);
    st32(mbr + 446 + 16 + 12, 0); /* an entry without sectors is none */
    struct disk_geometry g = settled(200000);
    ck_assert(standard(&g));
}
END_TEST

/* NONE to 1024 cylinders of 16 heads and 63 sectors; LARGE to 131072 tracks where a table had more heads; else LBA. */
START_TEST(geometry_translation_bounds)
{
    static const struct {
        uint32_t cyls, heads, secs;
        enum chs_trans trans;
    } user[] = {{1024, 16, 63, CHS_NONE},
                {1025, 16, 63, CHS_LBA},
                {1024, 17, 63, CHS_LBA},
                {1024, 16, 64, CHS_LBA},
                {1, 1, 1, CHS_NONE}};
    for (unsigned i = 0; i < ARRAY_LEN(user); i++) {
        struct disk_geometry g = {.cyls = user[i].cyls, .heads = user[i].heads, .secs = user[i].secs};
        disk_geometry_settle(&g, NULL, 5000000);
        ck_assert_msg(g.trans == user[i].trans, "%u/%u/%u", user[i].cyls, user[i].heads, user[i].secs);
        ck_assert_uint_eq(g.cyls, user[i].cyls);
    }
    for (unsigned more = 0; more < 2; more++) { /* 8192 cylinders of 16 heads are 131072 tracks */
        uint64_t sectors = (8192 + more) * UINT64_C(1008);
        clear();
        fits(0, 63, 100 * 255 * 63 - 63, 255, 63);
        struct disk_geometry g = settled(sectors);
        ck_assert_uint_eq(g.trans, more ? CHS_LBA : CHS_LARGE);
        ck_assert_uint_eq(g.heads, 16);
        ck_assert_uint_eq(g.cyls, 8192 + more);
        ck_assert_uint_eq(g.lcyls, sectors / (255 * 63));
        /* A translation that the user said leaves the table's shape alone. */
        struct disk_geometry said = {.trans = CHS_RECHS};
        disk_geometry_settle(&said, mbr, sectors);
        ck_assert(said.trans == CHS_RECHS && !said.lheads && said.heads == 16);
    }
    clear();
    fits(0, 63, 100 * 255 * 63 - 63, 255, 63);
    ck_assert_uint_eq(settled(UINT64_C(2000) * 255 * 63).lcyls, 1024);
    ck_assert_uint_eq(settled(UINT64_C(1023) * 255 * 63).lcyls, 1023);
    clear();
    fits(0, 50, 999 * 200 - 50, 4, 50);
    struct disk_geometry said = {.trans = CHS_LBA};
    disk_geometry_settle(&said, mbr, 2000 * 200);
    ck_assert(said.trans == CHS_LBA && said.heads == 4);
    ck_assert_uint_eq(settled(2000 * 200).trans, CHS_NONE);
    struct disk_geometry none = {0};
    disk_geometry_settle(&none, NULL, 1008 * UINT64_C(16383) + 1007);
    ck_assert_uint_eq(none.cyls, 16383);
    none = (struct disk_geometry){0};
    disk_geometry_settle(&none, NULL, 1008 * UINT64_C(16382) + 1007);
    ck_assert_uint_eq(none.cyls, 16382);
}
END_TEST

TCase *geometry_tests(void)
{
    TCase *c = tcase_create("geometry");
    tcase_add_test(c, geometry_usual_shapes_are_proved_by_both_ends);
    tcase_add_test(c, geometry_is_disproved_by_one_end);
    tcase_add_test(c, geometry_bounds_of_a_supposed_shape);
    tcase_add_test(c, geometry_needs_a_partition_table);
    tcase_add_test(c, geometry_translation_bounds);
    return c;
}
