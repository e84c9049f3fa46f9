/* SPDX-License-Identifier: MIT */
/*
 * ATA disks, table by table: every opcode, feature, mode and count; every word of IDENTIFY DEVICE; every byte of the
 * address registers; how long each step keeps the drive busy. ATA-6 (T13/1410D); 94h to 99h by ATA-3. Long, since the
 * tables share the rig.
 */
#include <errno.h>
#include <stdio.h>

#include "devices/disk/piix3_ide.h"
#include "tests/dev/ata_bits.h"
#include "tests/dev/rig.h"

enum { DEVFN = 0x09, BM = 0xc000, PRD = 0x1000, MEMORY = 0x20000, RAM_PAGES = 256 };
enum { DATA = 0x1f0, ERROR, COUNT, LOW, MID, HIGH, DEV, CMD, CTL = 0x3f6 };
#define LARGE UINT64_C(0x1000000000000) /* sectors: all of 48 bits */

/* A disk of any size, which keeps nothing; a call that touches `bad` fails. */
struct disk {
    struct blk blk;
    uint64_t bad, last;
    uint32_t last_count;
    unsigned flushes;
};

static struct setup {
    struct rig rig;
    struct pci_bus pci;
    struct piix3_ide *ide;
    struct probe irq[2];
    struct disk disk[2];
    struct mapping ram;
} s;

static int touch(struct blk *b, uint64_t sector, uint32_t count)
{
    struct disk *d = container_of(b, struct disk, blk);
    ck_assert_uint_le(sector + count, b->sectors);
    d->last = sector;
    d->last_count = count;
    return d->bad >= sector && d->bad < sector + count ? -EIO : 0;
}

static int disk_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    for (uint32_t i = 0; i < count; i++)
        st64((uint8_t *)data + 512 * i, sector + i);
    return touch(b, sector, count);
}

static int disk_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    (void)data;
    return touch(b, sector, count);
}

static int disk_flush(struct blk *b)
{
    container_of(b, struct disk, blk)->flushes++;
    return 0;
}

static const struct blk_ops disk_ops = {disk_read, disk_write, disk_flush, NULL};

static void enable(void)
{
    pci_config_write(&s.pci, DEVFN, 0x20, 4, BM);
    pci_config_write(&s.pci, DEVFN, 0x40, 4, 0x80008000);
    pci_config_write(&s.pci, DEVFN, 4, 2, 5);
}

static void make(uint64_t sectors)
{
    struct error err;
    memset(&s, 0, sizeof s);
    rig_init(&s.rig);
    const struct mem_block *ram = mem_add_block(s.rig.bus.mem, "ram", BLOCK_RAM, RAM_PAGES, &err);
    s.ram = (struct mapping){.name = "ram", .size = RAM_PAGES * PAGE_SIZE, .rd = {TO_PAGES, ram->first, NULL, NULL}};
    s.ram.wr = s.ram.rd;
    mem_map(s.rig.bus.mem, &s.ram);
    pci_bus_init(&s.pci, &s.rig.bus);
    s.ide = piix3_ide_new(&s.rig.bus, "ide");
    s.ide->pbus = &s.pci;
    s.ide->devfn = DEVFN;
    for (int i = 0; i < 2; i++) {
        s.ide->irq[i] = probe_line(&s.irq[i], &s.rig);
        s.disk[i].blk = (struct blk){.ops = &disk_ops, .sectors = sectors, .sector_size = 512, .serial = "VT0001"};
        s.disk[i].bad = UINT64_MAX;
        s.ide->channel[0].drive[i].blk = &s.disk[i].blk;
    }
    s.ide->channel[1].drive[0].packet_device = true;
    rig_realize(&s.ide->dev);
    enable();
}

static void teardown(void)
{
    dev_free(&s.ide->dev);
    rig_free(&s.rig);
}

static void setup(void)
{
    make(LARGE);
}

static void again(uint64_t sectors)
{
    teardown();
    make(sectors);
}

static uint8_t in(uint16_t port)
{
    return rig_in(&s.rig, port);
}
static void out(uint16_t port, uint8_t v)
{
    rig_out(&s.rig, port, v);
}
static void settle(void)
{
    rig_run(&s.rig, UINT64_C(1000000000));
}

static void address28(uint32_t lba, uint8_t count)
{
    out(DEV, (uint8_t)(0xe0 | lba >> 24));
    out(COUNT, count);
    out(LOW, (uint8_t)lba), out(MID, (uint8_t)(lba >> 8)), out(HIGH, (uint8_t)(lba >> 16));
}

static void address48(uint64_t lba, uint16_t count)
{
    out(DEV, 0xe0);
    out(COUNT, (uint8_t)(count >> 8));
    out(LOW, (uint8_t)(lba >> 24)), out(MID, (uint8_t)(lba >> 32)), out(HIGH, (uint8_t)(lba >> 40));
    out(COUNT, (uint8_t)count);
    out(LOW, (uint8_t)lba), out(MID, (uint8_t)(lba >> 8)), out(HIGH, (uint8_t)(lba >> 16));
}

static void engine(bool to_memory, uint32_t bytes)
{
    uint8_t list[8 * 8] = {0};
    for (uint32_t i = 0, at = MEMORY; bytes; i++, at += 0x10000) {
        uint32_t n = MIN(bytes, 0x10000u);
        st32(list + 8 * i, at);
        st16(list + 8 * i + 4, (uint16_t)n);
        bytes -= n;
        list[8 * i + 7] = bytes ? 0 : 0x80;
    }
    dma_write(&s.rig.bus, PRD, list, sizeof list);
    out(BM, 0);
    port_out(s.rig.bus.ports, BM + 4, 4, PRD, INIT_CPU0);
    out(BM + 2, 6);
    out(BM, to_memory ? 9 : 1);
}

static void words(bool write, unsigned n)
{
    while (n--)
        if (write)
            port_out(s.rig.bus.ports, DATA, 2, 0xa55a, INIT_CPU0);
        else
            port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0);
}

/* --- Opcodes --- */

/* What is to be seen after a command with a count of 1, LBA 1 and feature 55h; the rest is aborted. */
enum outcome { ABORTED, DONE, WANTS, HAS, WAITS_FOR_DMA };

static enum outcome outcome_of(unsigned code)
{
    static const uint8_t reads[] = {0x20, 0x21, 0x24, 0x29, 0xc4, 0xe4, 0xec},
                         writes[] = {0x30, 0x31, 0x34, 0x39, 0xc5, 0xe8}, dma[] = {0x25, 0x35, 0xc8, 0xc9, 0xca, 0xcb},
                         none[] = {0x27, 0x40, 0x41, 0x42, 0x90, 0x91, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
                                   0xc6, 0xe0, 0xe1, 0xe2, 0xe3, 0xe5, 0xe6, 0xe7, 0xea, 0xef, 0xf8};
    if (code >> 4 == 1 || code >> 4 == 7) /* RECALIBRATE, SEEK: ATA-3 */
        return DONE;
    if (memchr(reads, (int)code, sizeof reads))
        return HAS;
    if (memchr(writes, (int)code, sizeof writes))
        return WANTS;
    if (memchr(dma, (int)code, sizeof dma))
        return WAITS_FOR_DMA;
    return memchr(none, (int)code, sizeof none) ? DONE : ABORTED;
}

START_TEST(ata_every_opcode_is_carried_out_or_aborted)
{
    for (unsigned code = 0; code < 256; code++) {
        again(LARGE);
        enum outcome want = outcome_of(code);
        address48(1, 1);
        out(ERROR, 0x55);
        out(CMD, (uint8_t)code);
        uint8_t at_once = in(CTL);
        bool quick = want == WANTS || want == WAITS_FOR_DMA, drq = quick || want == HAS;
        if (want == ABORTED)
            ck_assert_msg(at_once == 0x51 && in(ERROR) == ABRT, "%02xh: status %02x", code, at_once);
        else if (quick)
            ck_assert_msg(at_once == 0x58 && !s.irq[0].rises, "%02xh: status %02x", code, at_once);
        else
            ck_assert_msg(at_once & BSY && !(at_once & (DRQ | ERR)), "%02xh: status %02x", code, at_once);
        settle();
        uint8_t status = in(CTL);
        ck_assert_msg(status == (want == ABORTED ? 0x51 : drq ? 0x58 : 0x50), "%02xh: in the end %02x", code, status);
        ck_assert_msg(s.irq[0].rises == !quick, "%02xh: %u interrupts", code, s.irq[0].rises);
        if (want == HAS) {
            words(false, 256);
            ck_assert_msg(in(CTL) == 0x50, "%02xh: after the data %02x", code, in(CTL));
            ck_assert_uint_eq(in(ERROR), 0);
        }
        if (!quick) /* a saved state has nothing of what has ended */
            ck_assert_msg(s.ide->channel[0].phase == ATA_IDLE, "%02xh: the channel is not idle", code);
    }
}
END_TEST

/* A CD drive has these; the rest is aborted (8.34, table 14: packet devices). */
START_TEST(atapi_every_opcode_is_carried_out_or_aborted)
{
    static const uint8_t taken[] = {0x08, 0x90, 0xa0, 0xa1, 0xe0, 0xe1, 0xe2, 0xe3, 0xe5, 0xe6, 0xef};
    for (unsigned code = 0; code < 256; code++) {
        again(LARGE);
        out(0x176, 0xa0), out(0x171, 0x55 & ~3), out(0x172, 0x33), out(0x174, 0x22);
        if (code == 0xef)
            out(0x171, 0x55);
        out(0x177, (uint8_t)code);
        settle();
        uint8_t status = in(0x376);
        if (memchr(taken, (int)code, sizeof taken))
            ck_assert_msg(!(status & (ERR | BSY)), "%02xh: status %02x", code, status);
        else
            ck_assert_msg(status == 0x51 && in(0x171) == ABRT && s.irq[1].rises == 1, "%02xh: status %02x", code,
                          status);
        bool shows = code == 0x08 || code == 0x20 || code == 0x90 || code == 0xec; /* the signature */
        if (code != 0xa0 && code != 0xa1)
            ck_assert_msg(in(0x174) == (shows ? 0x14 : 0x22), "%02xh: LBA mid is %02x", code, in(0x174));
    }
}
END_TEST

/* READ BUFFER gives what WRITE BUFFER took (8.29, 8.58); neither touches the disk. */
START_TEST(ata_buffer_commands_keep_512_bytes)
{
    out(DEV, 0xe0);
    out(CMD, 0xe8);
    for (unsigned i = 0; i < 256; i++)
        port_out(s.rig.bus.ports, DATA, 2, i * 0x0101 ^ 0x5a00, INIT_CPU0);
    ck_assert_uint_eq(in(CTL), BSY | 0x50);
    settle();
    ck_assert_uint_eq(in(CMD), 0x50);
    out(CMD, 0xe4);
    settle();
    for (unsigned i = 0; i < 256; i++)
        ck_assert_uint_eq(port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0), (i * 0x0101 ^ 0x5a00) & 0xffff);
    ck_assert_uint_eq(in(CTL), 0x50);
    ck_assert_uint_eq(s.disk[0].last_count, 0);
}
END_TEST

START_TEST(ata_set_multiple_takes_powers_of_two_up_to_16)
{
    unsigned now = 16;
    for (unsigned n = 0; n < 256; n++) {
        bool good = n == 0 || n == 1 || n == 2 || n == 4 || n == 8 || n == 16;
        out(DEV, 0xe0);
        out(COUNT, (uint8_t)n);
        out(CMD, 0xc6);
        settle();
        ck_assert_msg((in(CMD)&ERR) == !good, "a block of %u sectors", n);
        now = good ? n : now;
        s.disk[0].last_count = 0;
        address28(0, 100);
        out(CMD, 0xc4); /* READ MULTIPLE */
        settle();
        if (now == 0)
            ck_assert_msg(in(CMD) == 0x51 && in(ERROR) == ABRT, "READ MULTIPLE with a block of 0");
        else
            ck_assert_uint_eq(s.disk[0].last_count, now);
        out(CTL, SRST), out(CTL, 0), settle();
    }
}
END_TEST

/* READ and WRITE MULTIPLE without a block are aborted, and move nothing (8.27, 8.54). */
START_TEST(ata_multiple_commands_without_a_block_are_aborted)
{
    static const uint8_t codes[] = {0xc4, 0x29, 0xc5, 0x39};
    out(DEV, 0xe0), out(COUNT, 0), out(CMD, 0xc6);
    settle();
    for (size_t i = 0; i < sizeof codes; i++) {
        in(CMD);
        address48(5, 2);
        out(CMD, codes[i]);
        ck_assert_msg(in(CTL) == 0x51 && in(ERROR) == ABRT, "command %02xh: %02x", codes[i], in(CTL));
        ck_assert_int_eq(s.irq[0].level, 1);
    }
    ck_assert_uint_eq(s.disk[0].last_count, 0);
}
END_TEST

static uint8_t feature(uint8_t code, uint8_t count)
{
    out(DEV, 0xe0);
    out(COUNT, count);
    out(ERROR, code);
    out(CMD, 0xef);
    settle();
    uint8_t status = in(CMD);
    if (status & ERR)
        ck_assert_uint_eq(in(ERROR), ABRT);
    return status & ERR;
}

START_TEST(ata_set_features_takes_what_identify_says)
{
    for (unsigned code = 0; code < 256; code++) {
        bool good = code == 0x02 || code == 0x03 || code == 0x55 || code == 0x66 || code == 0x82 || code == 0xaa ||
                    code == 0xcc;
        unsigned flushes = s.disk[0].flushes;
        ck_assert_msg(feature((uint8_t)code, 0) == !good, "feature %02xh", code);
        ck_assert_msg(s.disk[0].flushes == flushes + (code == 0x82), "feature %02xh: flushes", code);
    }
    for (unsigned mode = 0; mode < 256; mode++) {
        bool good = mode <= 1 || (mode >> 3 == 1 && (mode & 7) <= 4) || (mode >> 3 == 4 && (mode & 7) <= 2) ||
                    (mode >> 3 == 8 && (mode & 7) <= 5);
        ck_assert_msg(feature(0x03, (uint8_t)mode) == !good, "transfer mode %02xh", mode);
    }
}
END_TEST

/* CHECK POWER MODE: FFh is active or idle, 00h standby (8.5). 94h to 99h are ATA-3's codes of the same commands. */
START_TEST(ata_power_commands_under_both_codes)
{
    static const struct {
        uint8_t code[2], mode;
    } power[] = {{{0xe0, 0x94}, 0x00}, {{0xe1, 0x95}, 0xff}, {{0xe2, 0x96}, 0x00},
                 {{0xe3, 0x97}, 0xff}, {{0xe6, 0x99}, 0x00}, {{0xe1, 0x95}, 0xff}};
    for (unsigned set = 0; set < 2; set++)
        for (size_t i = 0; i < ARRAY_LEN(power); i++)
            for (unsigned check = 0; check < 2; check++) {
                out(DEV, 0xe0);
                out(COUNT, 0x33);
                out(CMD, power[i].code[set]);
                settle();
                ck_assert_uint_eq(in(CMD), 0x50);
                ck_assert_msg(in(COUNT) == 0x33, "%02xh changes the count", power[i].code[set]);
                out(CMD, check ? 0x98 : 0xe5);
                settle();
                ck_assert_uint_eq(in(CMD), 0x50);
                ck_assert_msg(in(COUNT) == power[i].mode, "after %02xh the mode is %02x", power[i].code[set],
                              in(COUNT));
            }
}
END_TEST

/* A command that needs the medium leaves standby (6.9.1), and a reset does. */
START_TEST(ata_access_leaves_standby)
{
    static const uint8_t codes[] = {0x20, 0x40, 0x30};
    for (size_t i = 0; i <= sizeof codes; i++) {
        again(LARGE);
        out(DEV, 0xe0), out(CMD, 0xe0);
        settle();
        if (i < sizeof codes) {
            address28(9, 1);
            out(CMD, codes[i]);
            settle();
            words(codes[i] == 0x30, 256);
        } else {
            out(CTL, SRST), out(CTL, 0);
        }
        settle();
        out(CMD, 0xe5);
        settle();
        ck_assert_msg(in(COUNT) == 0xff, "case %u: the drive stands by", (unsigned)i);
    }
}
END_TEST

/* --- IDENTIFY DEVICE (8.15, table 26) --- */

static void text(uint16_t *want, unsigned first, unsigned n, const char *str)
{
    size_t len = strlen(str);
    for (unsigned i = 0; i < n; i++)
        want[first + i] = (uint16_t)((2 * i < len ? str[2 * i] : ' ') << 8 | (2 * i + 1 < len ? str[2 * i + 1] : ' '));
}

static uint16_t want[256];

static void want_disk(uint64_t sectors)
{
    static const uint16_t fixed[][2] = {
        {0, 0x0040},  {3, 16},      {6, 63},      {47, 0x8010}, {48, 0x0001}, {49, 0x2b00}, {50, 0x4000},
        {53, 0x0007}, {55, 16},     {56, 63},     {59, 0x0110}, {63, 0x0007}, {64, 0x0003}, {65, 120},
        {66, 120},    {67, 120},    {68, 120},    {80, 0x007e}, {81, 0x0019}, {82, 0x7068}, {83, 0x7400},
        {84, 0x4000}, {85, 0x7068}, {86, 0x3400}, {87, 0x4000}, {88, 0x003f}, {93, 0x604b}};
    memset(want, 0, sizeof want);
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
        want[fixed[i][0]] = fixed[i][1];
    text(want, 10, 10, "VT0001");
    text(want, 23, 4, "1.0");
    text(want, 27, 20, "VITRINE HARDDISK");
    want[1] = (uint16_t)MIN(MAX(sectors / 1008, UINT64_C(1)), UINT64_C(16383));
    want[54] = (uint16_t)MIN(MAX(sectors / 1008, UINT64_C(1)), UINT64_C(65535));
    want[57] = (uint16_t)(want[54] * 1008u);
    want[58] = (uint16_t)(want[54] * 1008u >> 16);
    want[60] = (uint16_t)MIN(sectors, UINT64_C(0xfffffff));
    want[61] = (uint16_t)(MIN(sectors, UINT64_C(0xfffffff)) >> 16);
    for (unsigned i = 0; i < 4; i++)
        want[100 + i] = (uint16_t)(sectors >> 16 * i);
}

/* The buffer's old content must not be seen through it. */
static void identify_is(const char *what, uint8_t device, uint8_t code)
{
    memset(s.ide->channel[0].buffer, 0xee, 1024);
    memset(s.ide->channel[1].buffer, 0xee, 1024);
    uint16_t base = code == 0xa1 ? 0x170 : 0x1f0;
    uint8_t sum = 0;
    out((uint16_t)(base + 6), device);
    out((uint16_t)(base + 7), code);
    settle();
    for (unsigned i = 0; i < 256; i++) {
        uint16_t v = (uint16_t)port_in(s.rig.bus.ports, base, 2, INIT_CPU0);
        sum = (uint8_t)(sum + v + (v >> 8));
        if (i == 255)
            ck_assert_msg((v & 0xff) == 0xa5 && !sum, "%s: word 255 is %04x, the sum %02x", what, v, sum);
        else
            ck_assert_msg(v == want[i], "%s: word %u is %04x, not %04x", what, i, v, want[i]);
    }
    in((uint16_t)(base + 7));
}

START_TEST(ata_identify_device_word_by_word)
{
    static const uint64_t sizes[] = {1,         1007,      1008,       2015,        2016, 1008 * 16383, 1008 * 65535,
                                     0xffffffe, 0xfffffff, 0x10000000, 0x100000000, LARGE};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        again(sizes[i]);
        want_disk(sizes[i]);
        identify_is("a disk", 0xe0, 0xec);
        identify_is("device 1", 0xf0, 0xec);
    }
}
END_TEST

START_TEST(ata_identify_device_follows_what_was_set)
{
    want_disk(LARGE);
    feature(0x82, 0);
    want[85] = 0x7048;
    identify_is("write cache off", 0xe0, 0xec);
    feature(0x02, 0);
    want[85] = 0x7068;
    identify_is("write cache on", 0xe0, 0xec);
    for (unsigned m = 0; m < 3; m++) {
        feature(0x03, (uint8_t)(0x20 + m));
        want[63] = (uint16_t)(0x0007 | 0x100 << m);
        identify_is("multiword DMA", 0xe0, 0xec);
    }
    want[63] = 7;
    for (unsigned m = 0; m < 6; m++) {
        feature(0x03, (uint8_t)(0x40 + m));
        want[88] = (uint16_t)(0x003f | 0x100 << m);
        identify_is("Ultra DMA", 0xe0, 0xec);
    }
    feature(0x03, 0x0c);
    want[88] = 0x003f;
    identify_is("PIO 4", 0xe0, 0xec);
    static const uint8_t blocks[] = {0, 1, 8, 16};
    for (size_t i = 0; i < sizeof blocks; i++) {
        out(COUNT, blocks[i]), out(CMD, 0xc6);
        settle();
        want[59] = blocks[i] ? 0x100 | blocks[i] : 0;
        identify_is("a block", 0xe0, 0xec);
    }
    out(DEV, 0xa0 | 11), out(COUNT, 33), out(CMD, 0x91);
    settle();
    want[54] = 65535, want[55] = 12, want[56] = 33;
    want[57] = (uint16_t)(65535u * 12 * 33), want[58] = 65535u * 12 * 33 >> 16;
    identify_is("INITIALIZE DEVICE PARAMETERS", 0xe0, 0xec);
    out(COUNT, 0), out(CMD, 0x91);
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(in(ERROR), ABRT);
    identify_is("its count of 0, which is refused", 0xe0, 0xec);
    out(CTL, SRST), out(CTL, 0), settle();
    identify_is("a software reset, which keeps all of it", 0xe0, 0xec);
    s.ide->dev.cls->reset(&s.ide->dev);
    enable();
    want_disk(LARGE);
    identify_is("a reset", 0xe0, 0xec);
}
END_TEST

/* 8.16, table 27. */
START_TEST(atapi_identify_packet_device_word_by_word)
{
    static const uint16_t fixed[][2] = {{0, 0x85c0},  {48, 1},      {49, 0x0b00}, {53, 6},      {63, 7},
                                        {64, 3},      {65, 120},    {66, 120},    {67, 120},    {68, 120},
                                        {80, 0x7e},   {81, 0x19},   {82, 0x4218}, {83, 0x4000}, {84, 0x4000},
                                        {85, 0x4218}, {87, 0x4000}, {88, 0x3f},   {93, 0x604b}};
    memset(want, 0, sizeof want);
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
        want[fixed[i][0]] = fixed[i][1];
    text(want, 23, 4, "1.0");
    text(want, 27, 20, "VITRINE CD-ROM");
    identify_is("a CD drive", 0xa0, 0xa1);
}
END_TEST

/* --- Addresses --- */

static const uint64_t places[] = {0,          0xfe,        0x1ff,        0xffff,         0x10000,       0x345678,
                                  0xfffffe,   0x1000000,   0x3456789,    0xcffffff,      0xffffff0,     0x10000000,
                                  0x87654321, 0x100000000, 0xfedcba9876, 0x123456789abc, 0xfffffffffff0};
enum flow { PIO_IN, PIO_OUT, DMA_IN, DMA_OUT, NO_DATA };
static const struct command {
    uint8_t code;
    enum flow flow;
    bool wide;
} commands[] = {{0x20, PIO_IN, false},  {0x24, PIO_IN, true},  {0xc4, PIO_IN, false},  {0x29, PIO_IN, true},
                {0x30, PIO_OUT, false}, {0x34, PIO_OUT, true}, {0xc5, PIO_OUT, false}, {0x39, PIO_OUT, true},
                {0xc8, DMA_IN, false},  {0x25, DMA_IN, true},  {0xca, DMA_OUT, false}, {0x35, DMA_OUT, true},
                {0x40, NO_DATA, false}, {0x42, NO_DATA, true}};
enum { LEN = 3 };

static void transfer(const struct command *c, unsigned sectors)
{
    out(CMD, c->code);
    if (c->flow == DMA_IN || c->flow == DMA_OUT)
        engine(c->flow == DMA_IN, sectors * 512);
    for (unsigned i = 0; i < sectors; i++) {
        settle();
        if ((in(CTL) & (DRQ | BSY)) == DRQ)
            words(c->flow == PIO_OUT, 256);
    }
    settle();
}

/* All bytes of the address; the device register's upper half stays. */
static void location_is(const struct command *c, uint64_t lba, const char *when)
{
    uint64_t got = in(LOW) | (uint64_t)in(MID) << 8 | (uint64_t)in(HIGH) << 16;
    if (c->wide) {
        out(CTL, HOB);
        got |= (uint64_t)in(LOW) << 24 | (uint64_t)in(MID) << 32 | (uint64_t)in(HIGH) << 40;
        out(CTL, 0);
        ck_assert_msg(in(DEV) == 0xe0, "%s of %02xh: device %02x", when, c->code, in(DEV));
    } else {
        got |= (uint64_t)(in(DEV)&15) << 24;
        ck_assert_msg((in(DEV)&0xf0) == 0xe0, "%s of %02xh: device %02x", when, c->code, in(DEV));
    }
    ck_assert_msg(got == lba, "%s of %02xh: the address is %llx, not %llx", when, c->code, (unsigned long long)got,
                  (unsigned long long)lba);
}

static void go(const struct command *c, uint64_t lba, unsigned sectors)
{
    if (c->wide)
        address48(lba, (uint16_t)sectors);
    else
        address28((uint32_t)lba, (uint8_t)sectors);
    transfer(c, sectors);
}

START_TEST(ata_address_registers_show_the_last_sector)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        for (size_t k = 0; k < ARRAY_LEN(places); k++) {
            if (!commands[i].wide && places[k] + LEN > 0x10000000)
                continue;
            go(&commands[i], places[k], LEN);
            ck_assert_msg(in(CTL) == 0x50, "%02xh: status %02x", commands[i].code, in(CTL));
            location_is(&commands[i], places[k] + LEN - 1, "the end");
            if (commands[i].flow != NO_DATA)
                ck_assert_uint_eq(s.disk[0].last + s.disk[0].last_count, places[k] + LEN);
        }
}
END_TEST

START_TEST(ata_address_registers_show_the_failing_sector)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        for (size_t k = 0; k < ARRAY_LEN(places); k++) {
            const struct command *c = &commands[i];
            if ((!c->wide && places[k] + LEN > 0x10000000) || c->flow == NO_DATA)
                continue;
            bool blocks = c->flow >= DMA_IN || (c->code & 0xf) == 9 || c->code >= 0xc4;
            s.disk[0].bad = places[k] + 1;
            go(c, places[k], LEN);
            ck_assert_msg(in(CTL)&ERR, "%02xh does not fail", c->code);
            /* The address is that of the host call's first sector: one call moves a block. */
            location_is(c, places[k] + (blocks ? 0 : 1), "an error");
        }
}
END_TEST

START_TEST(ata_range_ends_with_the_last_sector)
{
    static const uint64_t sizes[] = {0x200, 0x12345, 0xffffff0, 0x87654321};
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            const struct command *c = &commands[i];
            if (!c->wide && sizes[k] > 0x10000000)
                continue;
            again(sizes[k]);
            go(c, sizes[k] - LEN, LEN);
            ck_assert_msg(in(CTL) == 0x50, "%02xh at the end: %02x", c->code, in(CTL));
            s.disk[0].last_count = 0;
            for (unsigned over = 0; over < 3; over++) {
                go(c, sizes[k] - LEN + 1 + (over == 1 ? LEN - 1 : 0), over == 2 ? 200 : LEN);
                ck_assert_msg(in(CTL) == 0x51 && in(ERROR) == IDNF, "%02xh beyond the end: %02x", c->code, in(CTL));
            }
            ck_assert_uint_eq(s.disk[0].last_count, 0);
        }
}
END_TEST

/* A count of 0 is 256 sectors, or 65536 (8.27, 8.29). */
START_TEST(ata_count_0_is_the_largest)
{
    static const struct {
        uint8_t code;
        uint32_t count;
    } verify[] = {{0x40, 256}, {0x41, 256}, {0x42, 65536}};
    for (size_t i = 0; i < ARRAY_LEN(verify); i++)
        for (unsigned room = 0; room < 2; room++) {
            const struct command c = {verify[i].code, NO_DATA, verify[i].count > 256};
            again(verify[i].count + 7 + room);
            go(&c, 8, 0);
            ck_assert_uint_eq(in(CTL), room ? 0x50 : 0x51);
            if (room)
                location_is(&c, 7 + verify[i].count, "the end");
        }
    /* One more than a byte's, and the high byte alone. */
    const struct command wide = {0x42, NO_DATA, true};
    for (unsigned n = 255; n <= 0x1201; n += 0xfa5) {
        again(n + 5);
        go(&wide, 5, n);
        ck_assert_uint_eq(in(CTL), 0x50);
        location_is(&wide, n + 4, "the end");
        go(&wide, 6, n);
        ck_assert_uint_eq(in(CTL), 0x51);
    }
}
END_TEST

START_TEST(ata_native_max_address)
{
    static const uint64_t sizes[] = {1, 0x12345, 0x1234567, 0x10000000, 0x10000001, 0xabcdef012345};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        again(sizes[i]);
        const struct command lba28 = {0xf8, NO_DATA, false}, lba48 = {0x27, NO_DATA, true};
        go(&lba28, 0, 1);
        ck_assert_uint_eq(in(CTL), 0x50);
        location_is(&lba28, MIN(sizes[i] - 1, UINT64_C(0xfffffff)), "the end");
        out(DEV, 0xe0);
        go(&lba48, 0, 1);
        location_is(&lba48, sizes[i] - 1, "the end");
        out(DEV, 0xa0), out(CMD, 0xf8); /* needs the LBA bit (8.32) */
        settle();
        ck_assert_uint_eq(in(CMD), 0x51);
        ck_assert_uint_eq(in(ERROR), ABRT);
    }
}
END_TEST

static void chs(unsigned cylinder, unsigned head, unsigned sector, unsigned count)
{
    out(DEV, (uint8_t)(0xa0 | head));
    out(COUNT, (uint8_t)count);
    out(LOW, (uint8_t)sector), out(MID, (uint8_t)cylinder), out(HIGH, (uint8_t)(cylinder >> 8));
}

/* 6.2: LBA = (C * heads + H) * sectors + S - 1, both ways. */
START_TEST(ata_chs_addresses_are_read_and_shown)
{
    static const unsigned shapes[][2] = {{16, 63}, {1, 1}, {5, 17}, {15, 255}, {3, 2}};
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        unsigned heads = shapes[i][0], secs = shapes[i][1];
        out(DEV, (uint8_t)(0xa0 | (heads - 1))), out(COUNT, (uint8_t)secs), out(CMD, 0x91);
        settle();
        for (unsigned c = 0; c < 65536; c += 9362)
            for (unsigned h = 0; h < heads; h += MAX(1u, heads - 1))
                for (unsigned n = 1; n <= secs; n += MAX(1u, secs - 1)) {
                    uint64_t lba = ((uint64_t)c * heads + h) * secs + n - 1;
                    s.disk[0].bad = UINT64_MAX;
                    chs(c, h, n, 1);
                    out(CMD, 0x20);
                    settle();
                    ck_assert_uint_eq(s.disk[0].last, lba);
                    words(false, 256);
                    ck_assert_uint_eq(in(CTL), 0x50);
                    ck_assert_msg((in(MID) | in(HIGH) << 8) == (int)c && in(DEV) == (0xa0 | h) && in(LOW) == n,
                                  "%u/%u/%u reads %02x%02x %02x %02x", c, h, n, in(HIGH), in(MID), in(DEV), in(LOW));
                    if (lba < 2 || c > 65000)
                        continue;
                    /* From elsewhere to here: two sectors back, and the next block fails. */
                    uint64_t from = lba - 2;
                    chs((unsigned)(from / secs / heads), (unsigned)(from / secs % heads), (unsigned)(from % secs + 1),
                        5);
                    s.disk[0].bad = lba;
                    out(CMD, 0x20);
                    settle();
                    words(false, 256);
                    settle();
                    words(false, 256);
                    settle();
                    ck_assert_uint_eq(in(CMD), 0x51);
                    ck_assert_msg((in(MID) | in(HIGH) << 8) == (int)c && in(DEV) == (0xa0 | h) && in(LOW) == n,
                                  "an error at %u/%u/%u reads %02x%02x %02x %02x", c, h, n, in(HIGH), in(MID), in(DEV),
                                  in(LOW));
                }
        static const int wrong[][2] = {{0, 0}, {0, 1}, {1, 0}}; /* head and sector beyond the last; sector 0 */
        for (unsigned k = 0; k < 3; k++) {
            unsigned h = heads - 1 + (unsigned)wrong[k][0], n = k == 0 ? 0 : secs + (unsigned)wrong[k][1];
            if (h > 15 || n > 255)
                continue;
            s.disk[0].last_count = 0;
            chs(3, h, n, 1);
            out(CMD, 0x20);
            settle();
            ck_assert_msg(in(CMD) == 0x51 && in(ERROR) == IDNF && !s.disk[0].last_count, "head %u, sector %u", h, n);
        }
    }
}
END_TEST

/* --- The channel --- */

static uint32_t counting(unsigned i)
{
    return (i & 0xff) | ((i + 1) & 0xff) << 8 | ((i + 2) & 0xff) << 16 | ((i + 3) & 0xff) << 24;
}

/* The data register is 8, 16 or 32 bits wide (IDENTIFY word 48); without data it reads ones. */
START_TEST(ata_data_register_widths)
{
    static const uint32_t ones[5] = {0, 0xff, 0xffff, 0, UINT32_MAX};
    for (unsigned size = 1; size <= 4; size *= 2) {
        out(CMD, 0xe8);
        for (unsigned i = 0; i < 512; i += size)
            port_out(s.rig.bus.ports, DATA, size, counting(i), INIT_CPU0);
        settle();
        ck_assert_uint_eq(in(CMD), 0x50);
        for (unsigned rsize = 1; rsize <= 4; rsize *= 2) {
            out(CMD, 0xe4);
            ck_assert_uint_eq(port_in(s.rig.bus.ports, DATA, rsize, INIT_CPU0), ones[rsize]); /* busy */
            settle();
            for (unsigned i = 0; i < 512; i += rsize)
                for (unsigned k = 0, v = port_in(s.rig.bus.ports, DATA, rsize, INIT_CPU0); k < rsize; k++)
                    ck_assert_uint_eq(v >> 8 * k & 0xff, (i + k) & 0xff);
            ck_assert_uint_eq(port_in(s.rig.bus.ports, DATA, rsize, INIT_CPU0), ones[rsize]);
        }
    }
    /* What has no room is not taken, nor given: three bytes are left. */
    out(CMD, 0xe4);
    settle();
    for (unsigned i = 0; i < 509; i++)
        in(DATA);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, DATA, 4, INIT_CPU0), UINT32_MAX);
    ck_assert_uint_eq(in(DATA), 509 & 0xff);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0), 0xfffe);
    ck_assert_uint_eq(in(CTL), 0x50);
}
END_TEST

/* Both drives have each write, two deep; the selected one is read; HOB shows the older one, until the next write. */
START_TEST(ata_task_file_is_written_in_both_drives)
{
    for (uint16_t r = COUNT; r <= HIGH; r++)
        out(r, (uint8_t)(r + 0x11)), out(r, (uint8_t)(r + 0x33));
    for (unsigned d = 0; d < 2; d++) {
        out(DEV, (uint8_t)(0xe0 | d << 4 | 5));
        ck_assert_uint_eq(in(DEV), 0xe5 | d << 4);
        for (unsigned hob = 0; hob < 2; hob++) {
            out(CTL, hob ? HOB : 0);
            for (uint16_t r = COUNT; r <= HIGH; r++)
                ck_assert_msg(in(r) == (uint8_t)(r + (hob ? 0x11 : 0x33)), "device %u, HOB %u: register %u", d, hob, r);
        }
        out(DEV, (uint8_t)(0xe0 | d << 4)); /* clears HOB (7.8) */
        ck_assert_uint_eq(in(COUNT), (uint8_t)(COUNT + 0x33));
    }
    out(DEV, 0x4f);
    ck_assert_uint_eq(in(DEV), 0xef); /* bits 7 and 5 are ones (7.10) */
}
END_TEST

/* 9.4: with BSY or DRQ set a drive takes neither the task file nor a command. */
START_TEST(ata_busy_drive_takes_no_writes)
{
    static const uint8_t codes[] = {0x40 /* BSY */, 0x30 /* DRQ */};
    for (size_t i = 0; i < sizeof codes; i++) {
        again(LARGE);
        address28(0x234567, 7);
        out(CMD, codes[i]);
        uint8_t status = in(CTL), mid = in(MID);
        for (uint16_t r = COUNT; r <= DEV; r++)
            out(r, 0xbb);
        ck_assert_uint_eq(in(COUNT), 7);
        ck_assert_uint_eq(in(MID), mid);
        ck_assert_uint_eq(in(DEV), 0xe0);
        ck_assert_uint_eq(in(CTL), status);
        if (status & BSY) {
            out(CMD, 0xec);
            settle();
            ck_assert_uint_eq(in(CTL), 0x50); /* the first command's end */
        }
    }
}
END_TEST

/* A reset ends the command under way: SRST while it is held, too, and a hardware reset (9.1, 9.2). */
START_TEST(ata_reset_ends_a_command_under_way)
{
    static const uint8_t codes[] = {0x20, 0x40, 0xc4, 0xc8, 0xe7, 0xec, 0xef, 0x27};
    for (size_t i = 0; i < 2 * sizeof codes; i++) {
        bool hard = i & 1;
        again(LARGE);
        address48(77, 2);
        out(ERROR, 0x55);
        out(CMD, codes[i / 2]);
        if (codes[i / 2] == 0xc8)
            engine(true, 1024);
        ck_assert_uint_eq(in(CTL)&BSY, BSY);
        if (hard)
            s.ide->dev.cls->reset(&s.ide->dev), enable();
        else
            out(CTL, SRST);
        settle();
        ck_assert_msg(in(CTL) == (hard ? 0x50 : BSY), "command %02xh goes on in a reset: %02x", codes[i / 2], in(CTL));
        out(CTL, 0);
        settle();
        ck_assert_uint_eq(in(CTL), 0x50);
        ck_assert_uint_eq(s.ide->channel[0].phase, ATA_IDLE);
        ck_assert_msg(in(LOW) == 1 && in(MID) == 0 && in(ERROR) == 1, "command %02xh spoils the signature",
                      codes[i / 2]);
        ck_assert_uint_eq(s.irq[0].rises, 0);
        ck_assert_uint_eq(s.disk[0].last_count + s.disk[0].flushes, 0);
    }
}
END_TEST

/* INTRQ is the selected drive's (7.8): it goes and comes with the selection. */
START_TEST(ata_interrupt_is_the_selected_drives)
{
    out(DEV, 0xe0), out(CMD, 0xec);
    settle();
    ck_assert_int_eq(s.irq[0].level, 1);
    ck_assert_uint_eq(in(CTL), 0x58);
    again(LARGE);
    out(DEV, 0xe0), out(CMD, 0x40);
    settle();
    ck_assert_int_eq(s.irq[0].level, 1);
    out(DEV, 0xf0);
    ck_assert_int_eq(s.irq[0].level, 0);
    in(CMD); /* acknowledges nothing of device 0 */
    out(DEV, 0xe0);
    ck_assert_int_eq(s.irq[0].level, 1);
    out(CMD, 0x40); /* a command clears it */
    ck_assert_int_eq(s.irq[0].level, 0);
}
END_TEST

/* --- Bus master (PIIX3 2.7; Programming Interface for Bus Master IDE 1.0) --- */

static void descriptors(const uint32_t *list, unsigned n)
{
    for (unsigned i = 0; i < 2 * n; i++) {
        uint8_t d[4];
        st32(d, list[i]);
        dma_write(&s.rig.bus, PRD + 4 * i, d, 4);
    }
}

static void dma_command(uint8_t code, unsigned sectors, uint8_t command)
{
    address28(40, (uint8_t)sectors);
    out(CMD, code);
    port_out(s.rig.bus.ports, BM + 4, 4, PRD, INIT_CPU0);
    out(BM + 2, 6);
    out(BM, command);
    settle();
}

static uint32_t memory(uint32_t at)
{
    uint8_t d[4];
    dma_read(&s.rig.bus, at, d, 4);
    return ld32(d);
}

/* Status of the engine and of the drive after a transfer of 2 sectors, by what is wrong with it. */
START_TEST(bus_master_ends_as_the_list_and_direction_say)
{
    static const struct {
        const char *what;
        uint32_t list[6];
        uint8_t code, command, engine, drive;
    } t[] = {
        {"a list that fits", {0x20000, 0x80000400}, 0xc8, 9, 0x04, 0x50},
        {"two parts", {0x20000, 0x00000200, 0x20200, 0x80000200}, 0xc8, 9, 0x04, 0x50},
        {"bit 0 of address and count", {0x20001, 0x80000401}, 0xc8, 9, 0x04, 0x50},
        {"a list that is longer", {0x20000, 0x80000402}, 0xc8, 9, 0x05, 0x50},
        {"no end after what fits", {0x20000, 0x00000400}, 0xc8, 9, 0x05, 0x50},
        {"a list that ends early", {0x20000, 0x80000200, 0x20200, 0x80000200}, 0xc8, 9, 0x01, 0x58},
        {"the other direction", {0x20000, 0x80000400}, 0xc8, 1, 0x01, 0x58},
        {"memory that is not there", {0xf0000000, 0x80000400}, 0xc8, 9, 0x02, 0x58},
        {"half of it", {0x20000, 0x00000200, 0xf0000000, 0x80000200}, 0xc8, 9, 0x02, 0x58},
        {"a write", {0x20000, 0x80000400}, 0xca, 1, 0x04, 0x50},
        {"a write's other direction", {0x20000, 0x80000400}, 0xca, 9, 0x01, 0x58},
        {"a write from nowhere", {0x20000, 0x00000200, 0xf0000000, 0x80000200}, 0xca, 1, 0x02, 0x58},
        {"a write's early end", {0x20000, 0x80000200}, 0xca, 1, 0x01, 0x58},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        again(LARGE);
        descriptors(t[i].list, 3);
        dma_command(t[i].code, 2, t[i].command);
        ck_assert_msg((in(BM + 2) & 7) == t[i].engine, "%s: BMISX %02x", t[i].what, in(BM + 2));
        ck_assert_msg(in(CTL) == t[i].drive, "%s: drive %02x", t[i].what, in(CTL));
        bool done = t[i].drive == 0x50;
        ck_assert_uint_eq(s.ide->channel[0].phase, ATA_IDLE);
        ck_assert_msg(s.irq[0].rises == done, "%s: %u interrupts", t[i].what, s.irq[0].rises);
        if (t[i].code == 0xca)
            ck_assert_msg(s.disk[0].last_count == (done ? 2 : 0), "%s: %u sectors", t[i].what, s.disk[0].last_count);
        else if (done)
            ck_assert_msg(memory(0x20000) == 40 && memory(0x20200) == 41, "%s: the data", t[i].what);
    }
    /* The host's error: a read moved nothing, a write had taken all of the list. */
    for (unsigned write = 0; write < 2; write++) {
        again(LARGE);
        s.disk[0].bad = 41;
        descriptors((const uint32_t[]){0x20000, 0x80000400}, 1);
        dma_command(write ? 0xca : 0xc8, 2, write ? 1 : 9);
        ck_assert_uint_eq(in(BM + 2) & 7, write ? 4 : 5);
        ck_assert_uint_eq(in(CTL), write ? 0x71 : 0x51);
    }
    /* A list that is not there. */
    again(LARGE);
    address28(40, 2);
    out(CMD, 0xc8);
    port_out(s.rig.bus.ports, BM + 4, 4, 0xf0000000, INIT_CPU0);
    out(BM, 9);
    settle();
    ck_assert_uint_eq(in(CTL), 0x58);
    ck_assert_uint_eq(s.irq[0].rises, 0);
}
END_TEST

/* A stop lets the drive wait; a start begins with the list's first entry, where START was 0 before. */
START_TEST(bus_master_stops_and_starts_anew)
{
    static const uint32_t list[] = {0x20000, 0x80000000u /* 64 KiB */};
    descriptors(list, 1);
    address28(40, 128);
    out(CMD, 0xc8);
    port_out(s.rig.bus.ports, BM + 4, 4, PRD, INIT_CPU0);
    out(BM, 9);
    ck_assert_uint_eq(in(CTL), 0xd0);
    out(BM, 8);
    ck_assert_uint_eq(in(BM + 2) & 1, 0);
    settle();
    ck_assert_uint_eq(in(CTL), 0x58);
    ck_assert_uint_eq(s.irq[0].rises, 0);
    out(BM, 9);
    ck_assert_uint_eq(in(BM + 2) & 1, 1);
    settle();
    ck_assert_uint_eq(in(CTL), 0x50);
    ck_assert_uint_eq(in(BM + 2) & 7, 4);
    ck_assert_uint_eq(memory(0x20000 + 127 * 512), 40 + 127);
    out(BM, 9); /* START stays set: nothing begins */
    ck_assert_uint_eq(in(BM + 2) & 1, 0);
    in(CMD);
    dma_command(0xc8, 1, 9);
    ck_assert_uint_eq(in(CTL), 0x58);
    out(BM, 8), out(BM, 9);
    settle();
    ck_assert_uint_eq(in(CTL), 0x50);
    /* The interrupt bit is set by INTRQ's rise and cleared by a 1, not by the drive's acknowledge. */
    in(CMD);
    ck_assert_uint_eq(in(BM + 2) & 4, 4);
    out(BM + 2, 4);
    ck_assert_uint_eq(in(BM + 2) & 4, 0);
    out(CMD, 0x40);
    settle();
    ck_assert_uint_eq(in(BM + 2) & 4, 4);
    /* Without bus mastering in PCI's command the drive waits. */
    in(CMD);
    pci_config_write(&s.pci, DEVFN, 4, 2, 1);
    out(BM, 0);
    dma_command(0xc8, 1, 9);
    ck_assert_uint_eq(in(CTL), 0x58);
}
END_TEST

/* --- Times: a step's virtual time depends on the request alone --- */

static void busy_for(const char *what, uint64_t ns)
{
    if (!(in(CTL)&BSY))
        ck_abort_msg("%s: not busy", what);
    rig_run(&s.rig, ns - 1);
    ck_assert_msg(in(CTL)&BSY, "%s ends before %llu ns", what, (unsigned long long)ns);
    rig_run(&s.rig, 1);
    ck_assert_msg(!(in(CTL)&BSY), "%s takes more than %llu ns", what, (unsigned long long)ns);
    in(CMD);
}

/* 20 us a command, 10 ns a byte; 100 us a flush; 2 us where nothing moves; 2 ms a reset. */
START_TEST(ata_steps_take_their_time)
{
    static const struct {
        uint8_t code;
        uint64_t ns;
    } plain[] = {{0xec, 2000},  {0xe4, 2000},  {0xc6, 2000},   {0x91, 2000},   {0x27, 2000},   {0xe0, 2000},
                 {0xe5, 2000},  {0xef, 2000},  {0xe7, 100000}, {0xea, 100000}, {0x40, 20000},  {0x42, 20000},
                 {0x10, 20000}, {0x70, 20000}, {0x20, 25120},  {0x24, 25120},  {0x90, 2000000}};
    for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
        char what[16];
        snprintf(what, sizeof what, "%02xh", plain[i].code);
        again(LARGE);
        address48(1, 1);
        out(ERROR, 0x55);
        out(CMD, plain[i].code);
        busy_for(what, plain[i].ns);
    }
    again(LARGE);
    address28(0, 20);
    out(CMD, 0xc4);
    busy_for("a block of 16", 20000 + 16 * 5120);
    words(false, 16 * 256);
    busy_for("the last 4", 20000 + 4 * 5120);
    again(LARGE);
    address28(0, 19);
    out(CMD, 0xc5);
    words(true, 16 * 256);
    busy_for("16 written", 20000 + 16 * 5120);
    words(true, 3 * 256);
    busy_for("3 written", 20000 + 3 * 5120);
    again(LARGE);
    address28(0, 130);
    out(CMD, 0xc8);
    engine(true, 130 * 512);
    rig_run(&s.rig, 20000 + 128 * 5120 + 20000 + 2 * 5120 - 1);
    ck_assert_uint_eq(s.irq[0].rises, 0);
    rig_run(&s.rig, 1);
    ck_assert_uint_eq(s.irq[0].rises, 1);
    out(CTL, SRST), out(CTL, 0);
    busy_for("SRST", 2000000);
}
END_TEST

/* --- A saved state may be anybody's --- */

START_TEST(ata_state_from_elsewhere_is_brought_into_range)
{
    struct ata_channel *c = &s.ide->channel[0];
    struct ata_drive *d = &c->drive[1];
    c->len = c->pos = c->block = UINT32_MAX;
    d->multiple = 255, d->heads = d->spt = 0;
    d->geometry = (struct disk_geometry){.cyls = 0, .heads = 0, .secs = 0};
    s.ide->dev.cls->post_load(&s.ide->dev);
    ck_assert_uint_eq(c->len, 65536);
    ck_assert_uint_eq(c->pos, 65536);
    ck_assert_uint_eq(c->block, 128);
    ck_assert_uint_eq(d->multiple, 16);
    ck_assert_uint_eq(d->heads, 1);
    ck_assert_uint_eq(d->spt, 1);
    ck_assert_uint_eq(d->geometry.cyls, 1);
    ck_assert_uint_eq(d->geometry.heads, 1);
    ck_assert_uint_eq(d->geometry.secs, 1);
    d->geometry = (struct disk_geometry){.cyls = 65536, .heads = 17, .secs = 256};
    c->len = 100, c->pos = 101;
    s.ide->dev.cls->post_load(&s.ide->dev);
    ck_assert_uint_eq(c->pos, 100);
    ck_assert_uint_eq(d->geometry.cyls, 65535);
    ck_assert_uint_eq(d->geometry.heads, 16);
    ck_assert_uint_eq(d->geometry.secs, 255);
    struct atapi *a = &s.ide->channel[1].drive[0].cd;
    enum { BLOCKS = 2 }; /* of a packet's flows */
    a->fill = a->at = a->block_bytes = UINT32_MAX, a->flow = BLOCKS, a->limit = 0, a->dma = false;
    s.ide->dev.cls->post_load(&s.ide->dev);
    ck_assert_uint_eq(a->fill, 65536);
    ck_assert_uint_eq(a->at, 65536);
    ck_assert_uint_eq(a->block_bytes, 2352 + 294 + 2 + 96);
    ck_assert_uint_eq(a->limit, 1);
    ck_assert_uint_eq(a->flow, BLOCKS);
    a->block_bytes = 0, a->at = 5, a->fill = 4;
    s.ide->dev.cls->post_load(&s.ide->dev);
    ck_assert_uint_eq(a->flow, 0);
    ck_assert_uint_eq(a->at, 4);
    a->limit = 0, a->flow = 1, a->dma = true;
    s.ide->dev.cls->post_load(&s.ide->dev);
    ck_assert_uint_eq(a->limit, 0);
}
END_TEST

TCase *ata_rule_tests(void)
{
    TCase *c = tcase_create("ata-rules");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, ata_every_opcode_is_carried_out_or_aborted);
    tcase_add_test(c, atapi_every_opcode_is_carried_out_or_aborted);
    tcase_add_test(c, ata_buffer_commands_keep_512_bytes);
    tcase_add_test(c, ata_set_multiple_takes_powers_of_two_up_to_16);
    tcase_add_test(c, ata_multiple_commands_without_a_block_are_aborted);
    tcase_add_test(c, ata_set_features_takes_what_identify_says);
    tcase_add_test(c, ata_power_commands_under_both_codes);
    tcase_add_test(c, ata_access_leaves_standby);
    tcase_add_test(c, ata_identify_device_word_by_word);
    tcase_add_test(c, ata_identify_device_follows_what_was_set);
    tcase_add_test(c, atapi_identify_packet_device_word_by_word);
    tcase_add_test(c, ata_address_registers_show_the_last_sector);
    tcase_add_test(c, ata_address_registers_show_the_failing_sector);
    tcase_add_test(c, ata_range_ends_with_the_last_sector);
    tcase_add_test(c, ata_count_0_is_the_largest);
    tcase_add_test(c, ata_native_max_address);
    tcase_add_test(c, ata_chs_addresses_are_read_and_shown);
    tcase_add_test(c, ata_data_register_widths);
    tcase_add_test(c, ata_task_file_is_written_in_both_drives);
    tcase_add_test(c, ata_busy_drive_takes_no_writes);
    tcase_add_test(c, ata_reset_ends_a_command_under_way);
    tcase_add_test(c, ata_interrupt_is_the_selected_drives);
    tcase_add_test(c, bus_master_ends_as_the_list_and_direction_say);
    tcase_add_test(c, bus_master_stops_and_starts_anew);
    tcase_add_test(c, ata_steps_take_their_time);
    tcase_add_test(c, ata_state_from_elsewhere_is_brought_into_range);
    return c;
}
