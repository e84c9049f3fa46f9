/* SPDX-License-Identifier: MIT */
/*
 * A CD drive behind the PIIX3's IDE function, by ATA-6, SFF-8020i and MMC-3.  Long, since the rules share the packet's
 * helpers.
 */
#include <errno.h>
#include <stdlib.h>

#include "devices/disk/piix3_ide.h"
#include "devices/disk/scsi.h"
#include "tests/dev/ata_bits.h"
#include "tests/dev/rig.h"

/* The drive is hdc: secondary channel, device 0. */
enum { DEVFN = 0x09, BM = 0xc008, BLOCKS = 20000, BASE = 0x170, CTL = 0x376 };
enum {
    DATA = BASE,
    ERROR = BASE + 1,
    REASON = BASE + 2,
    LOW = BASE + 4,
    HIGH = BASE + 5,
    DEV = BASE + 6,
    CMD = BASE + 7
};

struct disc {
    struct blk blk;
    int fail;
};

static struct setup {
    struct rig rig;
    struct pci_bus pci;
    struct piix3_ide *ide;
    struct probe irq[2];
    struct disc disc;
    struct mapping ram;
} s;

/* Byte i of block n: of its number and its place. */
static uint8_t pattern(uint64_t block, uint32_t i)
{
    return i < 4 ? (uint8_t)(block >> 8 * i) : (uint8_t)(block * 7 + i * 13);
}

static int disc_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    uint8_t *p = data;
    ck_assert_uint_le(sector + count, b->sectors);
    for (uint32_t i = 0; i < count * 512; i++)
        p[i] = pattern((sector + i / 512) / 4, (uint32_t)((sector * 512 + i) % BLOCK));
    return container_of(b, struct disc, blk)->fail;
}

static int disc_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    (void)b, (void)sector, (void)count, (void)data;
    ck_abort_msg("a CD drive writes");
    return 0;
}

static int disc_flush(struct blk *b)
{
    (void)b;
    return 0;
}

static const struct blk_ops disc_ops = {disc_read, disc_write, disc_flush, NULL};

static struct ata_drive *drive(void)
{
    return &s.ide->channel[1].drive[0];
}

static void make(struct setup *t)
{
    struct error err;
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    const struct mem_block *ram = mem_add_block(t->rig.bus.mem, "ram", BLOCK_RAM, 256, &err);
    t->ram = (struct mapping){.name = "ram", .size = 256 * PAGE_SIZE, .rd = {TO_PAGES, ram->first, NULL, NULL}};
    t->ram.wr = t->ram.rd;
    mem_map(t->rig.bus.mem, &t->ram);
    pci_bus_init(&t->pci, &t->rig.bus);
    t->disc.blk =
        (struct blk){.ops = &disc_ops, .sectors = BLOCKS * 4, .sector_size = 512, .readonly = true, .name = "disc"};
    t->ide = piix3_ide_new(&t->rig.bus, "ide");
    t->ide->pbus = &t->pci;
    t->ide->devfn = DEVFN;
    t->ide->irq[0] = probe_line(&t->irq[0], &t->rig);
    t->ide->irq[1] = probe_line(&t->irq[1], &t->rig);
    t->ide->channel[1].drive[0].packet_device = true;
    t->ide->channel[1].drive[0].blk = &t->disc.blk;
    rig_realize(&t->ide->dev);
    pci_config_write(&t->pci, DEVFN, 0x20, 4, BM - 8);
    pci_config_write(&t->pci, DEVFN, 0x40, 4, 0x80008000);
    pci_config_write(&t->pci, DEVFN, 4, 2, 5);
}

static void setup(void)
{
    make(&s);
}

static void teardown(void)
{
    dev_free(&s.ide->dev);
    rig_free(&s.rig);
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
    rig_run(&s.rig, 100000000);
}

static uint32_t chunk(void)
{
    return in(LOW) | (uint32_t)in(HIGH) << 8;
}

/* PACKET up to where the drive has taken the packet. */
static void send(const uint8_t *packet, uint16_t limit, bool dma)
{
    out(DEV, 0xa0);
    out(ERROR, dma);
    out(LOW, (uint8_t)limit);
    out(HIGH, (uint8_t)(limit >> 8));
    out(CMD, 0xa0);
    settle();
    ck_assert_uint_eq(in(CTL), 0x58);
    ck_assert_uint_eq(in(REASON), REASON_CD);
    for (int i = 0; i < PACKET; i += 2)
        port_out(s.rig.bus.ports, DATA, 2, ld16(packet + i), INIT_CPU0);
}

/* Takes what the drive has in words; gives how many bytes it said it had. */
static uint32_t take(uint8_t *to)
{
    uint32_t n = 0;
    for (settle(); in(CTL)&DRQ; settle()) {
        uint32_t len = chunk();
        ck_assert_uint_eq(in(REASON), REASON_IO);
        ck_assert_uint_gt(len, 0);
        for (uint32_t i = 0; i < len; i += 2)
            st16(to + n + i, (uint16_t)port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0));
        n += len;
    }
    ck_assert_uint_eq(in(REASON), REASON_CD | REASON_IO);
    return n;
}

static uint8_t reply[90000];

/* A packet by PIO; its reply goes to `reply`. Gives the sense key and codes as REQUEST SENSE has them, 0 for good. */
static uint32_t length; /* of the last reply */
static uint32_t run(const uint8_t *packet, uint16_t limit)
{
    send(packet, limit, false);
    length = take(reply);
    if (!(in(CTL)&ERR)) {
        ck_assert_uint_eq(in(CMD), 0x50);
        return 0;
    }
    uint8_t key = in(ERROR) >> 4, sense[18], kept[sizeof sense];
    static const uint8_t request_sense[12] = {0x03, 0, 0, 0, 18};
    memcpy(kept, reply, sizeof kept);
    send(request_sense, 0xfffe, false);
    ck_assert_uint_eq(take(reply), 18);
    memcpy(sense, reply, sizeof sense);
    memcpy(reply, kept, sizeof kept);
    ck_assert_uint_eq(sense[0], 0x70);
    ck_assert_uint_eq(sense[2], key);
    return (uint32_t)sense[2] << 16 | (uint32_t)sense[12] << 8 | sense[13];
}

static uint32_t run6(uint8_t op, uint8_t b1, uint8_t b2, uint8_t b3, uint8_t b4)
{
    const uint8_t packet[12] = {op, b1, b2, b3, b4};
    return run(packet, 0xfffe);
}

/* The attention that every reset leaves is taken. */
static void awake(void)
{
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0x062900);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0);
}

static void read10(uint8_t packet[12], uint32_t lba, uint16_t n)
{
    memset(packet, 0, 12);
    packet[0] = 0x28;
    put_be32(packet + 2, lba);
    put_be16(packet + 7, n);
}

static bool holds(const uint8_t *p, uint32_t block, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        if (p[i] != pattern(block + i / BLOCK, i % BLOCK))
            return false;
    return true;
}

/* --- The channel --- */

START_TEST(atapi_signature_and_drdy_off_after_reset)
{
    out(DEV, 0xa0);
    ck_assert_uint_eq(in(CMD), 0x00);
    ck_assert_uint_eq(in(REASON), 1);
    ck_assert_uint_eq(in(BASE + 3), 1);
    ck_assert_uint_eq(chunk(), 0xeb14);
}
END_TEST

START_TEST(atapi_identify_device_is_aborted_with_the_signature)
{
    out(DEV, 0xa0);
    out(LOW, 0);
    out(CMD, 0xec);
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(in(ERROR), ABRT);
    ck_assert_uint_eq(chunk(), 0xeb14);
    out(LOW, 0);
    out(CMD, 0x20);
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(chunk(), 0xeb14);
}
END_TEST

START_TEST(atapi_identify_packet_device_tells_kind_and_checksum)
{
    uint8_t id[512], sum = 0;
    out(DEV, 0xa0);
    out(CMD, 0xa1);
    settle();
    ck_assert_uint_eq(s.irq[1].level, 1);
    ck_assert_uint_eq(in(CMD), 0x58);
    for (int i = 0; i < 512; i += 2)
        st16(id + i, (uint16_t)port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0));
    ck_assert_uint_eq(in(CMD), 0x50);
    ck_assert_uint_eq(ld16(id), 0x85c0);
    for (int i = 0; i < 512; i++)
        sum = (uint8_t)(sum + id[i]);
    ck_assert_uint_eq(sum, 0);
}
END_TEST

START_TEST(atapi_device_reset_is_taken_while_busy_and_brings_no_interrupt)
{
    uint8_t packet[12];
    awake();
    read10(packet, 0, 1);
    send(packet, 2048, false);
    ck_assert(in(CTL)&BSY);
    unsigned before = s.irq[1].rises;
    out(CMD, 0x08);
    ck_assert_uint_eq(in(CTL), 0);
    ck_assert_uint_eq(chunk(), 0xeb14);
    settle();
    ck_assert_uint_eq(s.irq[1].rises, before);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0x062900);
}
END_TEST

START_TEST(atapi_srst_leaves_the_signature)
{
    awake();
    out(CTL, SRST);
    ck_assert_uint_eq(in(CTL), BSY);
    out(CTL, 0);
    settle();
    ck_assert_uint_eq(in(CMD), 0);
    ck_assert_uint_eq(chunk(), 0xeb14);
}
END_TEST

START_TEST(atapi_overlapped_packet_is_aborted)
{
    out(DEV, 0xa0);
    out(ERROR, 2);
    out(CMD, 0xa0);
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(in(ERROR), ABRT);
}
END_TEST

/* --- PIO --- */

START_TEST(pio_offers_blocks_of_at_most_the_byte_count_limit)
{
    uint8_t packet[12];
    awake();
    read10(packet, 100, 3);
    send(packet, 4100, false);
    settle();
    ck_assert_uint_eq(chunk(), 4096); /* whole disc blocks where they fit */
    ck_assert_uint_eq(take(reply), 3 * BLOCK);
    ck_assert(holds(reply, 100, 3 * BLOCK));
    send(packet, 1000, false);
    settle();
    ck_assert_uint_eq(chunk(), 1000);
    ck_assert_uint_eq(take(reply), 3 * BLOCK);
    ck_assert(holds(reply, 100, 3 * BLOCK));
}
END_TEST

START_TEST(pio_odd_limit_is_rounded_down_but_for_the_last_block)
{
    static const uint8_t inquiry[12] = {0x12, 0, 0, 0, 13};
    awake();
    send(inquiry, 7, false);
    settle();
    ck_assert_uint_eq(chunk(), 6);
    ck_assert_uint_eq(take(reply), 13);
    send(inquiry, 13, false);
    settle();
    ck_assert_uint_eq(chunk(), 13);
    ck_assert_uint_eq(take(reply), 13);
    ck_assert_mem_eq(reply + 8, "VITRI", 5);
}
END_TEST

START_TEST(pio_limit_ffff_is_fffe)
{
    uint8_t packet[12];
    awake();
    read10(packet, 0, 40);
    send(packet, 0xffff, false);
    settle();
    ck_assert_uint_eq(chunk(), 31 * BLOCK);
    ck_assert_uint_eq(take(reply), 40 * BLOCK);
}
END_TEST

START_TEST(pio_limit_0_aborts_data_commands_only)
{
    static const uint8_t inquiry[12] = {0x12, 0, 0, 0, 36}, ready[12] = {0};
    awake();
    send(inquiry, 0, false);
    settle();
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(in(ERROR), ABRT);
    send(ready, 0, false);
    settle();
    ck_assert_uint_eq(in(CMD), 0x50);
}
END_TEST

START_TEST(pio_interrupts_for_each_block_and_for_the_status)
{
    uint8_t packet[12];
    awake();
    read10(packet, 5, 2);
    unsigned before = s.irq[1].rises;
    send(packet, 2048, false);
    for (unsigned i = 1; i <= 2; i++) {
        settle();
        ck_assert_uint_eq(s.irq[1].rises, before + i);
        ck_assert_uint_eq(in(CMD), 0x58);
        for (int k = 0; k < 1024; k++)
            port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0);
        ck_assert(in(CTL)&BSY);
    }
    settle();
    ck_assert_uint_eq(s.irq[1].rises, before + 3);
    ck_assert_uint_eq(in(REASON), REASON_CD | REASON_IO);
}
END_TEST

START_TEST(allocation_length_cuts_the_reply)
{
    awake();
    ck_assert_uint_eq(run6(0x12, 0, 0, 0, 5), 0);
    ck_assert_uint_eq(length, 5);
    ck_assert_uint_eq(run6(0x12, 0, 0, 0, 255), 0);
    ck_assert_uint_eq(length, 36);
    ck_assert_uint_eq(run6(0x12, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(length, 0);
}
END_TEST

/* --- DMA --- */

static void engine(uint32_t address, uint32_t bytes)
{
    uint8_t d[8];
    st32(d, address);
    st32(d + 4, (bytes & 0xffff) | 0x80000000u);
    dma_write(&s.rig.bus, 0x1000, d, 8);
    port_out(s.rig.bus.ports, BM + 4, 4, 0x1000, INIT_CPU0);
    out(BM, 8);
    out(BM + 2, 6);
    out(BM, 9);
}

START_TEST(dma_read_moves_all_blocks_and_interrupts_once)
{
    uint8_t packet[12];
    awake();
    read10(packet, 3000, 20);
    unsigned before = s.irq[1].rises;
    send(packet, 0, true);
    engine(0x20000, 20 * BLOCK);
    settle();
    ck_assert_uint_eq(s.irq[1].rises, before + 1);
    ck_assert_uint_eq(in(BM + 2) & 7, 4);
    ck_assert_uint_eq(in(REASON), REASON_CD | REASON_IO);
    ck_assert_uint_eq(in(CMD), 0x50);
    dma_read(&s.rig.bus, 0x20000, reply, 20 * BLOCK);
    ck_assert(holds(reply, 3000, 20 * BLOCK));
}
END_TEST

START_TEST(dma_error_ends_the_transfer_with_check_condition)
{
    uint8_t packet[12];
    awake();
    s.disc.fail = -EIO;
    read10(packet, 3000, 1);
    send(packet, 0, true);
    engine(0x20000, BLOCK);
    settle();
    ck_assert_uint_eq(in(CMD) & (ERR | BSY | DRQ), ERR);
    ck_assert_uint_eq(in(ERROR) >> 4, 3);
    ck_assert_uint_eq(run6(3, 0, 0, 0, 18), 0);
    ck_assert_uint_eq(reply[12], 0x11);
}
END_TEST

/* --- Sense, attention, tray --- */

START_TEST(reset_attention_is_told_once_and_inquiry_leaves_it)
{
    ck_assert_uint_eq(run6(0x12, 0, 0, 0, 36), 0);
    awake();
}
END_TEST

START_TEST(request_sense_takes_a_waiting_attention)
{
    ck_assert_uint_eq(run6(0x03, 0, 0, 0, 18), 0);
    ck_assert_uint_eq(reply[2], 6);
    ck_assert_uint_eq(reply[12], 0x29);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0);
}
END_TEST

START_TEST(empty_drive_is_3a_01_and_open_tray_3a_02)
{
    drive()->blk = NULL;
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0x062900);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0x023a01);
    ck_assert_uint_eq(run6(0x1b, 0, 0, 0, 2), 0);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0x023a02);
    ck_assert_uint_eq(run6(0x1b, 0, 0, 0, 3), 0);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0x023a01);
}
END_TEST

START_TEST(prevented_tray_stays_shut)
{
    awake();
    ck_assert_uint_eq(run6(0x1e, 0, 0, 0, 1), 0);
    ck_assert_uint_eq(run6(0x1b, 0, 0, 0, 2), 0x055302);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(run6(0x1e, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(run6(0x1b, 0, 0, 0, 2), 0);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0x023a02);
}
END_TEST

static uint8_t media_event(void)
{
    static const uint8_t gesn[12] = {0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8};
    ck_assert_uint_eq(run(gesn, 0xfffe), 0);
    ck_assert_uint_eq(length, 8);
    ck_assert_uint_eq(reply[2], 4);
    return reply[4];
}

START_TEST(changed_disc_is_28_once_and_a_media_event)
{
    awake();
    atapi_remove(drive());
    drive()->blk = NULL;
    ck_assert_uint_eq(media_event(), 3);
    ck_assert_uint_eq(reply[5], 1);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0x023a02);
    drive()->blk = &s.disc.blk;
    atapi_insert(drive());
    ck_assert_uint_eq(media_event(), 2);
    ck_assert_uint_eq(reply[5], 2);
    ck_assert_uint_eq(media_event(), 0);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0x062800);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0);
}
END_TEST

/* An allocation that has no room for the event itself does not take it (MMC-3 6.7.2: the header is four bytes). */
START_TEST(gesn_takes_the_event_only_where_it_was_told)
{
    awake();
    for (uint8_t room = 0; room <= 8; room++) {
        uint8_t gesn[12] = {0x4a, 1, 0, 0, 0x10, 0, 0, 0, 0};
        gesn[8] = room;
        atapi_eject_request(drive());
        ck_assert_uint_eq(run(gesn, 0xfffe), 0);
        ck_assert_uint_eq(length, room);
        if (room >= 5)
            ck_assert_uint_eq(reply[4], 1);
        uint8_t left = media_event();
        ck_assert_msg(left == (room <= 4 ? 1 : 0), "after %u bytes the event is %u", room, left);
    }
}
END_TEST

START_TEST(eject_request_is_a_media_event)
{
    awake();
    atapi_eject_request(drive());
    ck_assert_uint_eq(media_event(), 1);
    ck_assert_uint_eq(run6(0, 0, 0, 0, 0), 0);
}
END_TEST

START_TEST(gesn_of_other_classes_is_no_event_and_asynchronous_is_refused)
{
    static const uint8_t power[12] = {0x4a, 1, 0, 0, 0x04, 0, 0, 0, 8}, later[12] = {0x4a, 0, 0, 0, 0x10, 0, 0, 0, 8};
    awake();
    ck_assert_uint_eq(run(power, 0xfffe), 0);
    ck_assert_uint_eq(length, 4);
    ck_assert_uint_eq(reply[2], 0x80);
    ck_assert_uint_eq(reply[3], 0x10);
    ck_assert_uint_eq(run(later, 0xfffe), 0x052400);
}
END_TEST

START_TEST(unknown_opcode_is_20_00)
{
    awake();
    ck_assert_uint_eq(run6(0x2a, 0, 0, 0, 0), 0x052000);
    ck_assert_uint_eq(run6(0xff, 0, 0, 0, 0), 0x052000);
    ck_assert_uint_eq(run6(0x45, 0, 0, 0, 0), 0x056400); /* PLAY AUDIO */
    ck_assert_uint_eq(run6(0x4b, 0, 0, 0, 0), 0x052c00);
}
END_TEST

/* --- The disc --- */

START_TEST(capacity_is_the_last_block_and_2048)
{
    awake();
    ck_assert_uint_eq(run6(0x25, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(be32(reply), BLOCKS - 1);
    ck_assert_uint_eq(be32(reply + 4), BLOCK);
}
END_TEST

START_TEST(image_that_ends_within_a_block_reads_zeros_after_it)
{
    uint8_t packet[12];
    awake();
    s.disc.blk.sectors = 4 * 10 + 1;
    ck_assert_uint_eq(run6(0x25, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(be32(reply), 10);
    read10(packet, 10, 1);
    ck_assert_uint_eq(run(packet, 2048), 0);
    ck_assert(holds(reply, 10, 512));
    for (int i = 512; i < BLOCK; i++)
        ck_assert_uint_eq(reply[i], 0);
}
END_TEST

START_TEST(read_beyond_the_end_is_21_00_and_moves_nothing)
{
    uint8_t packet[12];
    awake();
    read10(packet, BLOCKS - 1, 2);
    ck_assert_uint_eq(run(packet, 2048), 0x052100);
    ck_assert_uint_eq(length, 0);
    read10(packet, UINT32_MAX, 0xffff);
    ck_assert_uint_eq(run(packet, 2048), 0x052100);
    read10(packet, 0, 0);
    ck_assert_uint_eq(run(packet, 2048), 0);
    ck_assert_uint_eq(length, 0);
}
END_TEST

START_TEST(read_12_has_a_32_bit_count)
{
    uint8_t packet[12] = {0xa8};
    awake();
    put_be32(packet + 2, 7);
    put_be32(packet + 6, 2);
    ck_assert_uint_eq(run(packet, 2048), 0);
    ck_assert_uint_eq(length, 2 * BLOCK);
    ck_assert(holds(reply, 7, 2 * BLOCK));
    put_be32(packet + 6, 0x80000000);
    ck_assert_uint_eq(run(packet, 2048), 0x052100);
}
END_TEST

START_TEST(toc_has_one_data_track_and_the_lead_out)
{
    const uint8_t lba[12] = {0x43, 0, 0, 0, 0, 0, 0, 1, 0}, msf[12] = {0x43, 2, 0, 0, 0, 0, 0xaa, 1, 0},
                  second[12] = {0x43, 0, 0, 0, 0, 0, 2, 1, 0};
    awake();
    ck_assert_uint_eq(run(lba, 0xfffe), 0);
    ck_assert_uint_eq(length, 20);
    ck_assert_uint_eq(be16(reply), 18);
    ck_assert_uint_eq(reply[5], 0x14);
    ck_assert_uint_eq(be32(reply + 8), 0);
    ck_assert_uint_eq(reply[14], 0xaa);
    ck_assert_uint_eq(be32(reply + 16), BLOCKS);
    ck_assert_uint_eq(run(msf, 0xfffe), 0);
    ck_assert_uint_eq(length, 12);
    ck_assert_uint_eq((reply[9] * 60u + reply[10]) * 75 + reply[11], BLOCKS + 150);
    ck_assert_uint_eq(run(second, 0xfffe), 0x052400);
}
END_TEST

START_TEST(toc_formats_1_and_2_and_where_sff_8020i_has_the_format)
{
    const uint8_t sessions[12] = {0x43, 0, 1, 0, 0, 0, 0, 1, 0}, old[12] = {0x43, 0, 0, 0, 0, 0, 0, 1, 0, 0x40},
                  raw[12] = {0x43, 2, 2, 0, 0, 0, 1, 1, 0}, atip[12] = {0x43, 2, 4, 0, 0, 0, 0, 1, 0};
    awake();
    ck_assert_uint_eq(run(sessions, 0xfffe), 0);
    ck_assert_uint_eq(length, 12);
    ck_assert_uint_eq(run(old, 0xfffe), 0);
    ck_assert_uint_eq(length, 12);
    ck_assert_uint_eq(run(raw, 0xfffe), 0);
    ck_assert_uint_eq(length, 4 + 4 * 11);
    ck_assert_uint_eq(reply[7], 0xa0);
    ck_assert_uint_eq(reply[18], 0xa1);
    ck_assert_uint_eq(reply[29], 0xa2);
    ck_assert_uint_eq(reply[40], 1);
    ck_assert_uint_eq(run(atip, 0xfffe), 0x052400);
}
END_TEST

static uint32_t read_cd(uint32_t lba, uint8_t type, uint8_t parts, uint8_t subchannel)
{
    uint8_t packet[12] = {0xbe, (uint8_t)(type << 2)};
    put_be32(packet + 2, lba);
    packet[8] = 1;
    packet[9] = parts;
    packet[10] = subchannel;
    return run(packet, 0xfffe);
}

START_TEST(read_cd_gives_the_parts_that_are_asked_for)
{
    static const struct {
        uint8_t parts, subchannel;
        uint32_t bytes;
    } t[] = {{0x10, 0, 2048}, {0x18, 0, 2336}, {0x30, 0, 2052}, {0xf8, 0, 2352}, {0xb8, 0, 2352}, {0x20, 0, 4},
             {0xa0, 0, 16},   {0, 0, 0},       {0xfa, 0, 2646}, {0xf8, 2, 2368}, {0x50, 0, 2048}};
    awake();
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        ck_assert_uint_eq(read_cd(16, 0, t[i].parts, t[i].subchannel), 0);
        ck_assert_uint_eq(length, t[i].bytes);
    }
    ck_assert_uint_eq(read_cd(16, 2, 0x10, 0), 0);
    ck_assert(holds(reply, 16, BLOCK));
}
END_TEST

START_TEST(read_cd_refuses_other_sector_types_and_gaps)
{
    awake();
    ck_assert_uint_eq(read_cd(16, 1, 0x10, 0), 0x056400); /* CD-DA */
    ck_assert_uint_eq(read_cd(16, 4, 0x10, 0), 0x056400);
    ck_assert_uint_eq(read_cd(16, 7, 0x10, 0), 0x052400);
    ck_assert_uint_eq(read_cd(16, 0, 0x90, 0), 0x052400); /* sync and data without the header */
    ck_assert_uint_eq(read_cd(16, 0, 0x08, 0), 0x052400);
    ck_assert_uint_eq(read_cd(16, 0, 0x16, 0), 0x052400);
    ck_assert_uint_eq(read_cd(16, 0, 0x10, 1), 0x052400);
}
END_TEST

/* Polynomial division of ECMA-130 14.3, bit by bit from the least significant of each byte on. */
static uint32_t edc_by_bits(const uint8_t *p, uint32_t bytes)
{
    uint64_t rest = 0;
    for (uint32_t i = 0; i < bytes * 8 + 32; i++) {
        unsigned bit = i < bytes * 8 ? p[i / 8] >> i % 8 & 1u : 0;
        rest = rest << 1 | bit;
        if (rest >> 32)
            rest ^= UINT64_C(0x18001801b);
    }
    uint32_t reversed = 0;
    for (int i = 0; i < 32; i++)
        reversed |= (uint32_t)(rest >> i & 1) << (31 - i);
    return reversed;
}

static uint8_t gf_mul(uint8_t a, uint8_t b)
{
    unsigned p = 0;
    for (int i = 0; i < 8; i++)
        if (b >> i & 1)
            p ^= (unsigned)a << i;
    for (int i = 14; i >= 8; i--)
        if (p >> i & 1)
            p ^= 0x11du << (i - 8);
    return (uint8_t)p;
}

/* A code word's two syndromes are 0 (ECMA-130 annex A). */
static void check_word(const uint8_t *word, unsigned n)
{
    uint8_t s0 = 0, s1 = 0;
    for (unsigned i = 0; i < n; i++) {
        s0 ^= word[i];
        s1 = (uint8_t)(gf_mul(s1, 2) ^ word[i]);
    }
    ck_assert_uint_eq(s0, 0);
    ck_assert_uint_eq(s1, 0);
}

START_TEST(raw_sector_has_sync_header_edc_and_both_parities)
{
    uint8_t word[45];
    awake();
    ck_assert_uint_eq(read_cd(4500 - 150, 0, 0xf8, 0), 0);
    const uint8_t *data = reply + 12; /* ECC covers it without the sync */
    ck_assert_mem_eq(reply, "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0", 12);
    ck_assert_mem_eq(data, "\x01\x00\x00\x01", 4); /* 01:00:00, mode 1 */
    ck_assert_uint_eq(ld32(reply + 2064), edc_by_bits(reply, 2064));
    for (unsigned col = 0; col < 43; col++)
        for (unsigned half = 0; half < 2; half++) {
            for (unsigned i = 0; i < 26; i++)
                word[i] = data[2 * (col + 43 * i) + half];
            check_word(word, 26);
        }
    for (unsigned diagonal = 0; diagonal < 26; diagonal++)
        for (unsigned half = 0; half < 2; half++) {
            for (unsigned i = 0; i < 43; i++)
                word[i] = data[2 * ((44 * i + 43 * diagonal) % 1118) + half];
            word[43] = data[2 * (1118 + diagonal) + half];
            word[44] = data[2 * (1118 + 26 + diagonal) + half];
            check_word(word, 45);
        }
}
END_TEST

START_TEST(read_cd_msf_counts_from_00_02_00)
{
    const uint8_t packet[12] = {0xb9, 0, 0, 0, 2, 5, 0, 2, 7, 0x10}, early[12] = {0xb9, 0, 0, 0, 1, 0, 0, 2, 7, 0x10};
    awake();
    ck_assert_uint_eq(run(packet, 0xfffe), 0);
    ck_assert_uint_eq(length, 2 * BLOCK);
    ck_assert(holds(reply, 5, 2 * BLOCK));
    ck_assert_uint_eq(run(early, 0xfffe), 0x052400);
}
END_TEST

START_TEST(get_configuration_has_the_profile_of_the_disc)
{
    const uint8_t all[12] = {0x46, 0, 0, 0, 0, 0, 0, 1, 0}, one[12] = {0x46, 2, 0, 0x1e, 0, 0, 0, 1, 0};
    awake();
    ck_assert_uint_eq(run(all, 0xfffe), 0);
    ck_assert_uint_eq(be16(reply + 6), 0x0008);
    ck_assert_uint_eq(be32(reply), length - 4);
    ck_assert_uint_eq(run(one, 0xfffe), 0);
    ck_assert_uint_eq(length, 16);
    ck_assert_uint_eq(reply[10] & 1, 1);
    s.disc.blk.sectors = 4 * 2000000;
    ck_assert_uint_eq(run(all, 0xfffe), 0);
    ck_assert_uint_eq(be16(reply + 6), 0x0010);
    drive()->blk = NULL;
    ck_assert_uint_eq(run(all, 0xfffe), 0);
    ck_assert_uint_eq(be16(reply + 6), 0);
}
END_TEST

/* --- Mode pages --- */

START_TEST(mode_sense_page_2a_shows_the_lock)
{
    const uint8_t sense[12] = {0x5a, 0, 0x2a, 0, 0, 0, 0, 1, 0}, saved[12] = {0x5a, 0, 0xea, 0, 0, 0, 0, 1, 0},
                  none[12] = {0x5a, 0, 0x15, 0, 0, 0, 0, 1, 0};
    awake();
    ck_assert_uint_eq(run(sense, 0xfffe), 0);
    ck_assert_uint_eq(length, 8 + 20);
    ck_assert_uint_eq(be16(reply), length - 2);
    ck_assert_uint_eq(reply[8], 0x2a);
    ck_assert_uint_eq(reply[14] & 2, 0);
    ck_assert_uint_eq(run6(0x1e, 0, 0, 0, 1), 0);
    ck_assert_uint_eq(run(sense, 0xfffe), 0);
    ck_assert_uint_eq(reply[14] & 2, 2);
    ck_assert_uint_eq(run(saved, 0xfffe), 0x053900);
    ck_assert_uint_eq(run(none, 0xfffe), 0x052400);
}
END_TEST

static uint32_t select_mode(const uint8_t *data, uint16_t len)
{
    uint8_t packet[12] = {0x55, 0x10};
    put_be16(packet + 7, len);
    send(packet, 0xfffe, false);
    settle();
    ck_assert_uint_eq(in(REASON), 0);
    ck_assert_uint_eq(chunk(), len);
    for (unsigned i = 0; i < len; i += 2)
        port_out(s.rig.bus.ports, DATA, 2, ld16(data + i), INIT_CPU0);
    settle();
    return in(CMD)&ERR ? in(ERROR) >> 4 : 0;
}

START_TEST(mode_select_changes_what_mode_sense_then_shows)
{
    const uint8_t sense[12] = {0x5a, 0, 0x01, 0, 0, 0, 0, 1, 0}, preset[12] = {0x5a, 0, 0x81, 0, 0, 0, 0, 1, 0};
    uint8_t page[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0x01, 6, 0x01, 9};
    awake();
    ck_assert_uint_eq(select_mode(page, 16), 0);
    ck_assert_uint_eq(run(sense, 0xfffe), 0);
    ck_assert_uint_eq(reply[11], 9);
    ck_assert_uint_eq(run(preset, 0xfffe), 0);
    ck_assert_uint_eq(reply[11], 5);
    page[9] = 7;
    ck_assert_uint_eq(select_mode(page, 16), 5);
    page[8] = 0x2a;
    ck_assert_uint_eq(select_mode(page, 16), 5);
    page[8] = 0x01;
    page[9] = 6;
    ck_assert_uint_eq(select_mode(page, 12), 5);
}
END_TEST

/* --- State --- */

START_TEST(atapi_state_round_trip_in_the_middle_of_a_transfer)
{
    uint8_t packet[12];
    awake();
    read10(packet, 50, 40);
    send(packet, 4096, false);
    settle();
    for (int i = 0; i < 100; i++)
        port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0);
    uint8_t rest[40 * BLOCK];
    struct setup *copy = calloc(1, sizeof *copy);
    make(copy);
    rig_same_time(&s.rig, &copy->rig);
    rig_copy_state(&s.ide->dev, &copy->ide->dev);
    s.ide->dev.cls->reset(&s.ide->dev); /* there and back, so that the helpers work on a loaded drive */
    rig_copy_state(&copy->ide->dev, &s.ide->dev);
    for (int i = 100; i < 2048; i++)
        st16(rest + 2 * i, (uint16_t)port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0));
    ck_assert_uint_eq(take(rest + 4096), 38 * BLOCK);
    ck_assert(holds(rest + BLOCK, 51, 39 * BLOCK));
    dev_free(&copy->ide->dev);
    rig_free(&copy->rig);
    free(copy);
}
END_TEST

/* Nothing is left of a command that the byte count limit of 0 aborted: a reply, blocks, parameters. */
START_TEST(atapi_state_after_an_abort_loads_as_it_was)
{
    static const uint8_t packets[][12] = {
        {0x12, 0, 0, 0, 36}, {0x28, 0, 0, 0, 0, 1, 0, 0, 2}, {0x55, 0x10, 0, 0, 0, 0, 0, 0, 16}};
    awake();
    send(packets[_i], 0, false);
    settle();
    ck_assert_uint_eq(in(CMD), 0x51);
    ck_assert_uint_eq(in(ERROR), ATA_ABRT);
    struct setup *copy = calloc(1, sizeof *copy);
    make(copy);
    rig_same_time(&s.rig, &copy->rig);
    rig_copy_state(&s.ide->dev, &copy->ide->dev);
    dev_free(&copy->ide->dev);
    rig_free(&copy->rig);
    free(copy);
}
END_TEST

TCase *atapi_tests(void)
{
    TCase *c = tcase_create("atapi");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, atapi_signature_and_drdy_off_after_reset);
    tcase_add_test(c, atapi_identify_device_is_aborted_with_the_signature);
    tcase_add_test(c, atapi_identify_packet_device_tells_kind_and_checksum);
    tcase_add_test(c, atapi_device_reset_is_taken_while_busy_and_brings_no_interrupt);
    tcase_add_test(c, atapi_srst_leaves_the_signature);
    tcase_add_test(c, atapi_overlapped_packet_is_aborted);
    tcase_add_test(c, pio_offers_blocks_of_at_most_the_byte_count_limit);
    tcase_add_test(c, pio_odd_limit_is_rounded_down_but_for_the_last_block);
    tcase_add_test(c, pio_limit_ffff_is_fffe);
    tcase_add_test(c, pio_limit_0_aborts_data_commands_only);
    tcase_add_test(c, pio_interrupts_for_each_block_and_for_the_status);
    tcase_add_test(c, allocation_length_cuts_the_reply);
    tcase_add_test(c, dma_read_moves_all_blocks_and_interrupts_once);
    tcase_add_test(c, dma_error_ends_the_transfer_with_check_condition);
    tcase_add_test(c, reset_attention_is_told_once_and_inquiry_leaves_it);
    tcase_add_test(c, request_sense_takes_a_waiting_attention);
    tcase_add_test(c, empty_drive_is_3a_01_and_open_tray_3a_02);
    tcase_add_test(c, prevented_tray_stays_shut);
    tcase_add_test(c, changed_disc_is_28_once_and_a_media_event);
    tcase_add_test(c, gesn_takes_the_event_only_where_it_was_told);
    tcase_add_test(c, eject_request_is_a_media_event);
    tcase_add_test(c, gesn_of_other_classes_is_no_event_and_asynchronous_is_refused);
    tcase_add_test(c, unknown_opcode_is_20_00);
    tcase_add_test(c, capacity_is_the_last_block_and_2048);
    tcase_add_test(c, image_that_ends_within_a_block_reads_zeros_after_it);
    tcase_add_test(c, read_beyond_the_end_is_21_00_and_moves_nothing);
    tcase_add_test(c, read_12_has_a_32_bit_count);
    tcase_add_test(c, toc_has_one_data_track_and_the_lead_out);
    tcase_add_test(c, toc_formats_1_and_2_and_where_sff_8020i_has_the_format);
    tcase_add_test(c, read_cd_gives_the_parts_that_are_asked_for);
    tcase_add_test(c, read_cd_refuses_other_sector_types_and_gaps);
    tcase_add_test(c, raw_sector_has_sync_header_edc_and_both_parities);
    tcase_add_test(c, read_cd_msf_counts_from_00_02_00);
    tcase_add_test(c, get_configuration_has_the_profile_of_the_disc);
    tcase_add_test(c, mode_sense_page_2a_shows_the_lock);
    tcase_add_test(c, mode_select_changes_what_mode_sense_then_shows);
    tcase_add_test(c, atapi_state_round_trip_in_the_middle_of_a_transfer);
    tcase_add_loop_test(c, atapi_state_after_an_abort_loads_as_it_was, 0, 3);
    return c;
}
