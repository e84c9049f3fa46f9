/* SPDX-License-Identifier: MIT */
/*
 * INT 13h. Drive 80h is the test's own image, 81h has more than 8.4 GB (255 heads), 82h more than
 * 137 GB (LBA48); the runner makes all three.
 */
#include "guest.h"

#define BUF_SEG     0x8000
#define SCRATCH     20000 /* first LBA that the tests may write */
#define LBA48_START 0x10000000

struct packet {
    uint8_t size, rsvd;
    uint16_t count, off, seg;
    uint32_t lba, lba_high;
};

struct params {
    uint16_t size, info;
    uint32_t cylinders, heads, spt, sectors, sectors_high;
    uint16_t bytes;
    uint16_t dpte_off, dpte_seg, key;
    uint8_t length, rsvd[3];
    char bus[4], type[8];
    uint8_t interface[8], device[8], rsvd2, checksum;
} __attribute__((packed));

static struct packet packet;

static uint16_t edd(uint8_t function, uint8_t drive, uint32_t lba, uint32_t lba_high, uint16_t count, uint16_t seg,
                    uint16_t off)
{
    struct regs r;
    packet = (struct packet){16, 0, count, off, seg, lba, lba_high};
    prepare(&r);
    r.ah = function;
    r.dl = drive;
    r.si = (uint16_t)(uintptr_t)&packet;
    intr(0x13, &r);
    return r.flags & CF ? 0x100 | r.ah : r.ah;
}

static uint16_t chs(uint8_t function, uint8_t count, uint16_t cyl, uint8_t head, uint8_t sector, uint16_t seg,
                    uint16_t off, uint8_t *done)
{
    struct regs r;
    prepare(&r);
    r.ah = function;
    r.al = count;
    r.ch = cyl;
    r.cl = (cyl >> 2 & 0xc0) | sector;
    r.dh = head;
    r.dl = 0x80;
    r.es = seg;
    r.bx = off;
    intr(0x13, &r);
    if (done)
        *done = r.al;
    return r.flags & CF ? 0x100 | r.ah : r.ah;
}

static void fill(uint16_t seg, uint32_t words, uint16_t seed)
{
    for (uint32_t i = 0; i < words; i++)
        poke16(seg + (i >> 12 << 9), (i & 0xfff) * 2, seed + i * 31);
}

static int holds(uint16_t seg, uint32_t words, uint16_t seed)
{
    for (uint32_t i = 0; i < words; i++)
        if (peek16(seg + (i >> 12 << 9), (i & 0xfff) * 2) != (uint16_t)(seed + i * 31))
            return 0;
    return 1;
}

static uint16_t cyls, heads, spt;

static uint32_t edd_sectors(uint8_t drive)
{
    static struct params p;
    struct regs r;
    p.size = sizeof p;
    prepare(&r);
    r.ah = 0x48;
    r.dl = drive;
    r.si = (uint16_t)(uintptr_t)&p;
    intr(0x13, &r);
    return p.sectors;
}

static void test_geometry(void)
{
    struct regs r;
    prepare(&r);
    r.ah = 0x08;
    r.dl = 0x80;
    intr(0x13, &r);
    check(!(r.flags & CF) && r.ah == 0, "int13_08_succeeds");
    cyls = (r.ch | (r.cl & 0xc0) << 2) + 1;
    heads = r.dh + 1;
    spt = r.cl & 0x3f;
    check_eq(r.dl, peek8(0x40, 0x75), "int13_08_counts_the_drives");
    check_eq(r.dl, 3, "all_three_drives_are_found");
    uint32_t fdpt_seg = peek16(0, 0x41 * 4 + 2), fdpt = peek16(0, 0x41 * 4);
    check(peek16(fdpt_seg, fdpt) == cyls && peek8(fdpt_seg, fdpt + 2) == heads && peek8(fdpt_seg, fdpt + 14) == spt,
          "int41_table_agrees_with_int13_08");
    prepare(&r);
    r.ah = 0x15;
    r.dl = 0x80;
    intr(0x13, &r);
    check(r.ah == 3 && ((uint32_t)r.cx << 16 | r.dx) == (uint32_t)cyls * heads * spt, "int13_15_says_fixed_disk");
    prepare(&r);
    r.ah = 0x15;
    r.dl = 0x85;
    intr(0x13, &r);
    check(r.ah == 0 && r.cx == 0 && r.dx == 0, "int13_15_missing_drive_is_0");
    prepare(&r);
    r.ah = 0x08;
    r.dl = 0x81;
    intr(0x13, &r);
    check((r.cl & 0x3f) == 63 && r.dh == 254 && r.ch == 0xff && (r.cl & 0xc0) == 0xc0,
          "drive_above_8_4_gb_is_1024_255_63");
}

/*
 * CHS places are refused by the bounds of the geometry with 01h, and where the geometry reaches beyond the drive's
 * last sector with 04h, whatever part of the transfer is there.
 */
static void test_chs_bounds(void)
{
    uint8_t done;
    uint32_t left = edd_sectors(0x80) - ((uint32_t)cyls * heads * spt - 1); /* from the geometry's last sector on */
    check_eq(chs(0x02, 1, cyls, 0, 1, BUF_SEG, 0, &done), 0x101, "cylinder_beyond_the_geometry_is_01");
    check_eq(done, 0, "refused_read_counts_0");
    check_eq(chs(0x02, 1, 0, heads, 1, BUF_SEG, 0, 0), 0x101, "head_beyond_the_geometry_is_01");
    check_eq(chs(0x02, 1, 0, 0, spt + 1, BUF_SEG, 0, 0), 0x101, "sector_beyond_the_geometry_is_01");
    check_eq(chs(0x02, 1, 0, 0, 0, BUF_SEG, 0, 0), 0x101, "sector_0_is_01");
    check_eq(chs(0x02, 1, 0, heads - 1, spt, BUF_SEG, 0, &done), 0, "last_head_and_sector_are_there");
    check_eq(done, 1, "read_counts_1");
    check(left >= 1 && left <= 127, "geometry_ends_near_the_drives_end");
    for (uint8_t function = 0x02; function <= 0x04; function++) {
        check_eq(chs(function, left + 1, cyls - 1, heads - 1, spt, BUF_SEG, 0, &done), 0x104,
                 "transfer_over_the_last_sector_is_04");
        check_eq(done, 0, "transfer_over_the_last_sector_counts_0");
    }
    check_eq(chs(0x02, left, cyls - 1, heads - 1, spt, BUF_SEG, 0, &done), 0, "transfer_to_the_last_sector");
    check_eq(done, left, "transfer_to_the_last_sector_counts");
}

static void test_chs(void)
{
    uint8_t done;
    uint32_t last = (uint32_t)cyls * heads * spt - 1;
    fill(BUF_SEG, 256, 1);
    check_eq(chs(0x02, 1, 0, 0, 1, BUF_SEG, 0, &done), 0, "int13_02_reads");
    check(done == 1 && peek16(BUF_SEG, 510) == 0xaa55, "int13_02_brings_the_boot_sector");
    fill(BUF_SEG, 0x4000, 7);
    uint16_t c = SCRATCH / (heads * spt), h = SCRATCH / spt % heads, s = SCRATCH % spt + 1;
    check_eq(chs(0x03, 64, c, h, s, BUF_SEG, 0, &done), 0, "int13_03_writes");
    check_eq(done, 64, "int13_03_counts");
    fill(BUF_SEG, 0x4000, 0);
    check_eq(edd(0x42, 0x80, SCRATCH, 0, 64, BUF_SEG, 0), 0, "int13_42_reads");
    check(holds(BUF_SEG, 0x4000, 7), "chs_and_lba_name_the_same_sectors");
    fill(BUF_SEG, 0x4000, 0);
    check_eq(chs(0x02, 64, c, h, s, 0x7801, 0x7ff0, &done), 0, "int13_02_takes_any_offset");
    check(holds(BUF_SEG, 0x4000, 7), "int13_02_offset_counts_from_the_segment");
    check_eq(chs(0x04, 64, c, h, s, 0, 0, &done), 0, "int13_04_verifies");
    check_eq(chs(0x02, 1, last / (heads * spt), heads - 1, spt, BUF_SEG, 0, 0), 0, "last_chs_sector_reads");
    check_eq(chs(0x02, 1, cyls, 0, 1, BUF_SEG, 0, &done), 0x101, "cylinder_beyond_the_end_is_01");
    check_eq(done, 0, "failed_read_counts_0");
    check_eq(chs(0x02, 1, 0, heads, 1, BUF_SEG, 0, 0), 0x101, "head_beyond_the_end_is_01");
    check_eq(chs(0x02, 1, 0, 0, 0, BUF_SEG, 0, 0), 0x101, "sector_0_is_01");
    struct regs r;
    prepare(&r);
    r.ah = 0x01;
    r.dl = 0x80;
    intr(0x13, &r);
    check(r.ah == 0x01 && (r.flags & CF), "int13_01_gives_the_last_status");
    prepare(&r);
    r.ax = 0x0201;
    r.cx = 1;
    r.dl = 0x90;
    r.es = BUF_SEG;
    intr(0x13, &r);
    check((r.flags & CF) && r.ah == 0x01, "missing_drive_is_01");
    prepare(&r);
    r.ah = 0x00;
    r.dl = 0x80;
    intr(0x13, &r);
    check(!(r.flags & CF) && r.ah == 0, "int13_00_resets");
    check_eq(chs(0x02, 1, 0, 0, 1, BUF_SEG, 0, 0), 0, "drive_reads_after_its_reset");
}

static void test_edd(void)
{
    struct regs r;
    static struct params p;
    prepare(&r);
    r.ah = 0x41;
    r.bx = 0x55aa;
    r.dl = 0x80;
    intr(0x13, &r);
    check(!(r.flags & CF) && r.bx == 0xaa55 && r.ah >= 0x21 && (r.cx & 1), "edd_is_there");
    p.size = sizeof p;
    prepare(&r);
    r.ah = 0x48;
    r.dl = 0x80;
    r.si = (uint16_t)(uintptr_t)&p;
    intr(0x13, &r);
    check(!(r.flags & CF) && p.size == 66 && p.bytes == 512, "edd_parameters_are_66_bytes");
    check(p.key == 0xbedd && p.length == 36 && p.bus[0] == 'P' && p.interface[1] == 1 && p.interface[2] == 1,
          "edd_device_path_is_pci_00_01_1");
    uint8_t sum = 0;
    for (int i = 30; i < 66; i++)
        sum += ((uint8_t *)&p)[i];
    check_eq(sum, 0, "edd_device_path_adds_up_to_0");
    sum = 0;
    for (int i = 0; i < 16; i++)
        sum += peek8(p.dpte_seg, p.dpte_off + i);
    check(sum == 0 && peek16(p.dpte_seg, p.dpte_off) == 0x1f0, "edd_dpte_names_1f0");
    uint32_t n = p.sectors;
    check_eq(edd(0x42, 0x80, n - 1, 0, 1, BUF_SEG, 0), 0, "last_lba_reads");
    check_eq(edd(0x42, 0x80, n, 0, 1, BUF_SEG, 0), 0x101, "lba_beyond_the_end_is_01");
    check_eq(packet.count, 0, "failed_packet_counts_0");
    check_eq(edd(0x42, 0x80, n - 1, 0, 2, BUF_SEG, 0), 0x101, "range_beyond_the_end_is_01");
    check_eq(edd(0x42, 0x80, 0, 1, 1, BUF_SEG, 0), 0x101, "upper_lba_half_counts");
    fill(BUF_SEG, 127 * 256, 99);
    check_eq(edd(0x43, 0x80, SCRATCH + 100, 0, 127, BUF_SEG, 0), 0, "int13_43_writes_127_sectors");
    fill(BUF_SEG, 127 * 256, 0);
    check_eq(edd(0x42, 0x80, SCRATCH + 100, 0, 127, BUF_SEG, 0), 0, "int13_42_reads_127_sectors");
    check(packet.count == 127 && holds(BUF_SEG, 127 * 256, 99), "127_sectors_are_the_same");
    check_eq(edd(0x44, 0x80, SCRATCH, 0, 1, 0, 0), 0, "int13_44_verifies");
    check_eq(edd(0x47, 0x80, SCRATCH, 0, 1, 0, 0), 0, "int13_47_seeks");
    p.size = 25;
    prepare(&r);
    r.ah = 0x48;
    r.dl = 0x80;
    r.si = (uint16_t)(uintptr_t)&p;
    intr(0x13, &r);
    check((r.flags & CF) && r.ah == 0x01, "edd_parameters_need_26_bytes");
}

/* The same sector number modulo 2^28 must be another sector. */
static void test_lba48(void)
{
    fill(BUF_SEG, 256, 5);
    check_eq(edd(0x43, 0x82, LBA48_START + 10, 0, 1, BUF_SEG, 0), 0, "lba48_writes");
    fill(BUF_SEG, 256, 6);
    check_eq(edd(0x43, 0x82, 10, 0, 1, BUF_SEG, 0), 0, "lba28_writes_on_a_big_drive");
    check_eq(edd(0x42, 0x82, LBA48_START + 10, 0, 1, BUF_SEG, 0), 0, "lba48_reads");
    check(holds(BUF_SEG, 256, 5), "lba48_is_not_cut_to_28_bits");
    check_eq(edd(0x42, 0x82, LBA48_START - 1, 0, 2, BUF_SEG, 0), 0, "range_across_2_28_reads");
    fill(BUF_SEG, 256, 8);
    check_eq(edd(0x43, 0x81, 17000000, 0, 1, BUF_SEG, 0), 0, "write_above_8_4_gb");
    fill(BUF_SEG, 256, 0);
    check_eq(edd(0x42, 0x81, 17000000, 0, 1, BUF_SEG, 0), 0, "read_above_8_4_gb");
    check(holds(BUF_SEG, 256, 8), "sector_above_8_4_gb_is_the_same");
}

void test_disk(void)
{
    struct regs r;
    test_geometry();
    test_chs_bounds();
    test_chs();
    test_edd();
    test_lba48();
    prepare(&r);
    r.ah = 0x08;
    r.dl = 0x00;
    intr(0x13, &r);
    check_eq(r.dl, (cmos(0x10) >> 4 != 0) + ((cmos(0x10) & 15) != 0), "int13_08_counts_diskette_drives");
}
