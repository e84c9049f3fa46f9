/* SPDX-License-Identifier: MIT */
/*
 * Each host call of each ATA and packet command fails once: the guest sees the error that the standard has, nothing
 * hangs, what came before it is done, and the next command works.
 */
#include <stdio.h>

#include "devices/disk/piix3_ide.h"
#include "tests/dev/ata_bits.h"
#include "tests/dev/faulty.h"
#include "tests/dev/rig.h"

enum { DEVFN = 0x09, BM = 0xc000, PRD = 0x1000, MEMORY = 0x20000, RAM_PAGES = 256 };
enum { FIRST = 500, COUNT = 11, CD_FIRST = 100, CD_COUNT = 70 };

/* hda is a disk, hdc a CD drive. */
static struct setup {
    struct rig rig;
    struct pci_bus pci;
    struct piix3_ide *ide;
    struct probe irq[2];
    struct mapping ram;
} s;
static struct faulty disk, disc;
static uint16_t base; /* of the channel under test */

static void setup(void)
{
    struct error err;
    memset(&s, 0, sizeof s);
    rig_init(&s.rig);
    const struct mem_block *ram = mem_add_block(s.rig.bus.mem, "ram", BLOCK_RAM, RAM_PAGES, &err);
    s.ram = (struct mapping){.name = "ram", .size = RAM_PAGES * PAGE_SIZE, .rd = {TO_PAGES, ram->first, NULL, NULL}};
    s.ram.wr = s.ram.rd;
    mem_map(s.rig.bus.mem, &s.ram);
    pci_bus_init(&s.pci, &s.rig.bus);
    faulty_init(&disk, 600, false);
    faulty_init(&disc, 800, true);
    s.ide = piix3_ide_new(&s.rig.bus, "ide");
    s.ide->pbus = &s.pci;
    s.ide->devfn = DEVFN;
    for (int i = 0; i < 2; i++)
        s.ide->irq[i] = probe_line(&s.irq[i], &s.rig);
    s.ide->channel[0].drive[0].blk = &disk.blk;
    s.ide->channel[1].drive[0].packet_device = true;
    s.ide->channel[1].drive[0].blk = &disc.blk;
    rig_realize(&s.ide->dev);
    pci_config_write(&s.pci, DEVFN, 0x20, 4, BM);
    pci_config_write(&s.pci, DEVFN, 0x40, 4, 0x80008000);
    pci_config_write(&s.pci, DEVFN, 4, 2, 5);
    base = 0x1f0;
}

static void teardown(void)
{
    dev_free(&s.ide->dev);
    rig_free(&s.rig);
}

static uint8_t in(unsigned reg)
{
    return rig_in(&s.rig, (uint16_t)(base + reg));
}

static void out(unsigned reg, uint8_t v)
{
    rig_out(&s.rig, (uint16_t)(base + reg), v);
}

static uint8_t settled(void)
{
    rig_run(&s.rig, 100000000);
    uint8_t status = rig_in(&s.rig, base == 0x1f0 ? 0x3f6 : 0x376);
    if (status & BSY)
        ck_abort_msg("it is still busy");
    return status;
}

static void start_engine(bool to_memory, uint32_t bytes)
{
    uint16_t bm = base == 0x1f0 ? BM : BM + 8;
    uint8_t list[8 * 8] = {0};
    for (uint32_t i = 0, at = MEMORY; bytes; i++) {
        uint32_t n = MIN(bytes, 0x10000u);
        st32(list + 8 * i, at);
        st16(list + 8 * i + 4, (uint16_t)n);
        bytes -= n;
        at += n;
        list[8 * i + 7] = bytes ? 0 : 0x80;
    }
    dma_write(&s.rig.bus, PRD, list, sizeof list);
    rig_out(&s.rig, bm, 0);
    port_out(s.rig.bus.ports, bm + 4, 4, PRD, INIT_CPU0);
    rig_out(&s.rig, bm + 2, 6);
    rig_out(&s.rig, bm, to_memory ? 9 : 1);
}

enum flow { PIO_IN, PIO_OUT, DMA_IN, DMA_OUT, NO_DATA };
struct command {
    uint8_t code;
    enum flow flow;
    bool lba48;
    unsigned block; /* sectors that one host call moves */
};

/* The task file, the command, and its data as long as the drive asks for it. */
static void run(const struct command *c)
{
    out(6, 0xe0);
    if (c->lba48)
        for (unsigned r = 2; r <= 5; r++)
            out(r, 0);
    out(2, COUNT);
    out(3, (uint8_t)FIRST), out(4, FIRST >> 8), out(5, 0);
    out(7, c->code);
    if (c->flow == DMA_IN || c->flow == DMA_OUT)
        start_engine(c->flow == DMA_IN, COUNT * 512);
    unsigned words = 0;
    while (settled() & DRQ) {
        if (words++ == COUNT * 256)
            ck_abort_msg("command %02x asks for more than all its data", c->code);
        if (c->flow == PIO_OUT)
            port_out(s.rig.bus.ports, base, 2, 0xd1d1, INIT_CPU0);
        else
            port_in(s.rig.bus.ports, base, 2, INIT_CPU0);
    }
}

static uint32_t lba(void)
{
    return in(3) | (uint32_t)in(4) << 8 | (uint32_t)in(5) << 16;
}

/* A sector is read by PIO as if nothing had been. */
static void still_works(const char *what)
{
    disk.fail_in = 0;
    out(6, 0xe0);
    out(2, 1), out(3, 7), out(4, 0), out(5, 0);
    out(7, 0x20);
    ck_assert_msg((settled() & (DRQ | ERR | DF)) == DRQ, "after %s a read does not work", what);
    ck_assert_uint_eq(port_in(s.rig.bus.ports, base, 2, INIT_CPU0), 7);
    for (unsigned i = 1; i < 256; i++)
        port_in(s.rig.bus.ports, base, 2, INIT_CPU0);
    ck_assert_uint_eq(settled() & (DRQ | ERR | DF | BSY), 0);
    in(7);
}

static void written_up_to(uint32_t first_old, uint8_t code)
{
    for (uint32_t n = FIRST; n < FIRST + COUNT; n++) {
        bool fresh = ld32(disk.data + n * 512) == 0xd1d1d1d1;
        if (fresh != (n < first_old))
            ck_abort_msg("command %02x: sector %u is %s", code, n, fresh ? "written" : "old");
    }
}

static void faults_of(const struct command *c, bool cache)
{
    bool writes = c->flow == PIO_OUT || c->flow == DMA_OUT;
    unsigned calls = (COUNT + c->block - 1) / c->block * (writes && !cache ? 2 : 1);
    for (unsigned n = 1; n <= calls + 1; n++) {
        setup();
        char what[64];
        snprintf(what, sizeof what, "command %02x with call %u failed", c->code, n);
        out(2, 8), out(7, 0xc6); /* SET MULTIPLE: 8 sectors */
        settled(), in(7);
        if (!cache)
            out(1, 0x82), out(7, 0xef), settled(), in(7);
        uint8_t data[512];
        memset(data, 0xd1, sizeof data);
        for (uint32_t i = 0; i < COUNT; i++)
            dma_write(&s.rig.bus, MEMORY + i * 512, data, 512);
        unsigned rises = s.irq[0].rises;
        disk.fail_in = n;
        run(c);
        unsigned per = writes && !cache ? 2 : 1, block = (n - 1) / per;
        uint32_t at = FIRST + block * c->block;
        uint8_t status = rig_in(&s.rig, 0x3f6);
        ck_assert_msg(s.irq[0].rises > rises, "%s: no interrupt", what);
        if (n > calls) {
            ck_assert_msg(!disk.failed, "%s: more host calls than it needs", what);
            ck_assert_msg(!(status & (ERR | DF)), "%s: status %02x", what, status);
        } else if (writes) {
            ck_assert_msg((status & (ERR | DF)) == (ERR | DF), "%s: status %02x", what, status);
            ck_assert_msg(in(1) == ABRT, "%s: error %02x", what, in(1));
            bool in_memory = !cache && n % 2 == 0; /* the write was taken, its flush failed */
            written_up_to(MIN(at + (in_memory ? c->block : 0), (uint32_t)FIRST + COUNT), c->code);
        } else {
            ck_assert_msg((status & (ERR | DF)) == ERR, "%s: status %02x", what, status);
            ck_assert_msg(in(1) == UNC, "%s: error %02x", what, in(1));
        }
        if (n <= calls)
            ck_assert_msg(lba() == at, "%s: the address is %u, not %u", what, lba(), at);
        else if (writes)
            written_up_to(FIRST + COUNT, c->code);
        still_works(what);
        teardown();
    }
}

static const struct command commands[] = {
    {0x20, PIO_IN, false, 1},  {0x21, PIO_IN, false, 1},    {0x24, PIO_IN, true, 1},     {0xc4, PIO_IN, false, 8},
    {0x29, PIO_IN, true, 8},   {0xc8, DMA_IN, false, 128},  {0xc9, DMA_IN, false, 128},  {0x25, DMA_IN, true, 128},
    {0x30, PIO_OUT, false, 1}, {0x31, PIO_OUT, false, 1},   {0x34, PIO_OUT, true, 1},    {0xc5, PIO_OUT, false, 8},
    {0x39, PIO_OUT, true, 8},  {0xca, DMA_OUT, false, 128}, {0xcb, DMA_OUT, false, 128}, {0x35, DMA_OUT, true, 128},
};

START_TEST(ata_every_failing_host_call_of_a_transfer)
{
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++)
        faults_of(&commands[i], true);
}
END_TEST

START_TEST(ata_every_failing_host_call_without_the_write_cache)
{
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++)
        if (commands[i].flow == PIO_OUT || commands[i].flow == DMA_OUT)
            faults_of(&commands[i], false);
}
END_TEST

/* ATA-6 8.12, 8.13: ABRT, and DF, so that nobody takes the data for stored; SET FEATURES 82h flushes too. */
START_TEST(ata_failing_flush_is_a_device_fault)
{
    static const struct {
        uint8_t code, feature;
    } flush[] = {{0xe7, 0}, {0xea, 0}, {0xef, 0x82}};
    for (unsigned i = 0; i < ARRAY_LEN(flush); i++) {
        setup();
        for (unsigned fail = 2; fail--;) {
            unsigned rises = s.irq[0].rises, flushes = disk.flushes;
            disk.fail_in = fail;
            out(6, 0xe0);
            out(1, flush[i].feature);
            out(7, flush[i].code);
            uint8_t status = settled(), error = in(1);
            ck_assert_uint_eq(disk.flushes, flushes + 1);
            ck_assert_uint_eq(s.irq[0].rises, rises + 1);
            ck_assert_msg((status & (ERR | DF | DRQ)) == (fail ? ERR | DF : 0), "command %02x: status %02x",
                          flush[i].code, status);
            ck_assert_msg(error == (fail ? ABRT : 0), "command %02x: error %02x", flush[i].code, error);
            in(7);
            still_works("a flush");
        }
        teardown();
    }
}
END_TEST

/* --- Packets --- */

static uint8_t reply[0x30000];
static uint32_t taken;

/* Gives the error register's sense key, 0 for good. */
static uint8_t packet(const uint8_t *p, bool dma, uint32_t bytes)
{
    out(6, 0xa0);
    out(1, dma), out(4, 0x00), out(5, 0x80);
    out(7, 0xa0);
    settled();
    for (unsigned i = 0; i < PACKET; i += 2)
        port_out(s.rig.bus.ports, base, 2, ld16(p + i), INIT_CPU0);
    if (dma)
        start_engine(true, bytes);
    for (taken = 0; settled() & DRQ;) {
        if (dma || taken == sizeof reply)
            ck_abort_msg("packet %02x asks for too much", p[0]);
        st16(reply + taken, (uint16_t)port_in(s.rig.bus.ports, base, 2, INIT_CPU0));
        taken += 2;
    }
    ck_assert_uint_eq(in(2), REASON_CD | REASON_IO);
    uint8_t error = in(1), status = in(7);
    return status & ERR ? error >> 4 : 0;
}

static uint32_t sense(void)
{
    static const uint8_t request[PACKET] = {0x03, 0, 0, 0, 18};
    ck_assert_uint_eq(packet(request, false, 0), 0);
    return (uint32_t)reply[2] << 16 | (uint32_t)reply[12] << 8 | reply[13];
}

/* MMC-3 annex A: 3/11/00, unrecovered read error. */
static void packet_faults(const uint8_t *p, bool dma, unsigned block_bytes)
{
    static const uint8_t ready[PACKET] = {0}, one[PACKET] = {0x28, 0, 0, 0, 0, 9, 0, 0, 1};
    unsigned fetch = 0x10000 / block_bytes, calls = (CD_COUNT + fetch - 1) / fetch;
    for (unsigned n = 1;; n++) {
        ck_assert_uint_lt(n, 200);
        setup();
        base = 0x170;
        packet(ready, false, 0); /* the unit attention of the reset */
        disc.fail_in = n;
        unsigned rises = s.irq[1].rises;
        uint8_t key = packet(p, dma, CD_COUNT * block_bytes);
        bool failed = disc.failed;
        disc.fail_in = 0;
        ck_assert_msg(s.irq[1].rises > rises, "packet %02x: no interrupt", p[0]);
        ck_assert_msg(key == (failed ? 3 : 0), "packet %02x with call %u failed: key %u", p[0], n, key);
        ck_assert_uint_eq(sense(), failed ? 0x031100 : 0);
        ck_assert_uint_eq(packet(one, false, 0), 0);
        ck_assert_uint_eq(taken, BLOCK);
        ck_assert_uint_eq(ld32(reply), 9 * 4);
        teardown();
        if (!failed) {
            ck_assert_msg(n > calls, "packet %02x: call %u of %u did not fail", p[0], n, calls);
            return;
        }
    }
}

START_TEST(atapi_every_failing_host_call_is_an_unrecovered_read_error)
{
    static const struct {
        uint8_t packet[PACKET];
        unsigned bytes;
    } read[] = {
        {{0x28, 0, 0, 0, 0, CD_FIRST, 0, 0, CD_COUNT}, 2048},
        {{0xa8, 0, 0, 0, 0, CD_FIRST, 0, 0, 0, CD_COUNT}, 2048},
        {{0xbe, 0, 0, 0, 0, CD_FIRST, 0, 0, CD_COUNT, 0x10}, 2048},
        {{0xbe, 0, 0, 0, 0, CD_FIRST, 0, 0, CD_COUNT, 0xf8}, 2352},
        {{0xb9, 0, 0, 0, 3, 0, 0, 3, CD_COUNT, 0x10}, 2048}, /* from 00:03:00 to 00:03:70 */
    };
    for (unsigned i = 0; i < ARRAY_LEN(read); i++)
        for (unsigned dma = 0; dma < 2; dma++)
            packet_faults(read[i].packet, dma, read[i].bytes);
}
END_TEST

TCase *ata_fault_tests(void)
{
    TCase *c = tcase_create("ata-faults");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, ata_every_failing_host_call_of_a_transfer);
    tcase_add_test(c, ata_every_failing_host_call_without_the_write_cache);
    tcase_add_test(c, ata_failing_flush_is_a_device_fault);
    tcase_add_test(c, atapi_every_failing_host_call_is_an_unrecovered_read_error);
    return c;
}
