/* SPDX-License-Identifier: MIT */
/*
 * A CD drive's packets, table by table: what each opcode says in each state of the drive, and each byte of each reply.
 * SFF-8020i revision 2.6, MMC-3, SPC. The channel's buffer is filled beforehand, so that a byte that nobody sets shows.
 * Long, since the tables share the rig.
 */
#include <stdio.h>

#include "devices/disk/piix3_ide.h"
#include "tests/dev/ata_bits.h"
#include "tests/dev/rig.h"

enum { DEVFN = 0x09, BM = 0xc008, BLOCKS = 20000 };
enum { DATA = 0x170, ERROR, REASON, SECTOR, LOW, HIGH, DEV, CMD, CTL = 0x376 };
enum { ROOM = 100000 };

static struct setup {
    struct rig rig;
    struct pci_bus pci;
    struct piix3_ide *ide;
    struct probe irq[2];
    struct blk disc;
    struct mapping ram;
} s;
static uint8_t reply[ROOM];
static uint32_t length;

static uint8_t pattern(uint64_t byte)
{
    return (uint8_t)(byte / 2048 * 7 + byte % 2048 * 13 + byte / 0x80000);
}

static int disc_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    uint8_t *p = data;
    ck_assert_uint_le(sector + count, b->sectors);
    for (uint32_t i = 0; i < count * 512; i++)
        p[i] = pattern(sector * 512 + i);
    return 0;
}

static const struct blk_ops disc_ops = {disc_read, NULL, NULL, NULL};

static struct ata_drive *drive(void)
{
    return &s.ide->channel[1].drive[0];
}

static void setup(void)
{
    struct error err;
    memset(&s, 0, sizeof s);
    rig_init(&s.rig);
    const struct mem_block *ram = mem_add_block(s.rig.bus.mem, "ram", BLOCK_RAM, 256, &err);
    s.ram = (struct mapping){.name = "ram", .size = 256 * PAGE_SIZE, .rd = {TO_PAGES, ram->first, NULL, NULL}};
    s.ram.wr = s.ram.rd;
    mem_map(s.rig.bus.mem, &s.ram);
    pci_bus_init(&s.pci, &s.rig.bus);
    s.disc = (struct blk){.ops = &disc_ops, .sectors = BLOCKS * 4, .sector_size = 512, .readonly = true};
    s.ide = piix3_ide_new(&s.rig.bus, "ide");
    s.ide->pbus = &s.pci;
    s.ide->devfn = DEVFN;
    for (int i = 0; i < 2; i++)
        s.ide->irq[i] = probe_line(&s.irq[i], &s.rig);
    s.ide->channel[1].drive[0].packet_device = true;
    s.ide->channel[1].drive[0].blk = &s.disc;
    rig_realize(&s.ide->dev);
    pci_config_write(&s.pci, DEVFN, 0x20, 4, BM - 8);
    pci_config_write(&s.pci, DEVFN, 0x40, 4, 0x80008000);
    pci_config_write(&s.pci, DEVFN, 4, 2, 5);
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
static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8), p[1] = (uint8_t)v;
}
static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16), put16(p + 2, v);
}

static void begin(const uint8_t *packet, uint16_t limit, bool dma)
{
    memset(s.ide->channel[1].buffer, 0xee, 4096);
    out(DEV, 0xa0), out(ERROR, dma), out(LOW, (uint8_t)limit), out(HIGH, (uint8_t)(limit >> 8));
    out(CMD, 0xa0);
    settle();
    ck_assert_uint_eq(in(CTL), 0x58);
    for (int i = 0; i < PACKET; i += 2)
        port_out(s.rig.bus.ports, DATA, 2, ld16(packet + i), INIT_CPU0);
}

/* The reply's bytes are taken; the sense key of the error register, 0 for good. */
static uint8_t end(void)
{
    length = 0;
    for (settle(); in(CTL)&DRQ; settle()) {
        uint32_t n = in(LOW) | (uint32_t)in(HIGH) << 8;
        ck_assert_uint_eq(in(REASON), REASON_IO);
        ck_assert_uint_le(length + n, ROOM);
        for (uint32_t i = 0; i < n; i += 2)
            st16(reply + length + i, (uint16_t)port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0));
        length += n;
    }
    ck_assert_uint_eq(in(REASON), REASON_CD | REASON_IO);
    uint8_t status = in(CMD), error = in(ERROR);
    ck_assert_msg(status == (error ? 0x51 : 0x50), "status %02x with error %02x", status, error);
    if (error)
        ck_assert_uint_eq(error & 0x0f, error >> 4 == 5 ? ABRT : 0);
    return error >> 4;
}

/* Key, ASC and ASCQ; 0 for good. */
static uint32_t sense_of(uint8_t key)
{
    static const uint8_t request[PACKET] = {0x03, 0, 0, 0, 18};
    static uint8_t kept[ROOM];
    uint32_t n = length;
    if (!key)
        return 0;
    memcpy(kept, reply, n);
    begin(request, 0xfffe, false);
    ck_assert_uint_eq(end(), 0);
    uint8_t want[18] = {0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, reply[12], reply[13]};
    ck_assert_uint_eq(length, 18);
    ck_assert_mem_eq(reply, want, 18);
    uint32_t sense = (uint32_t)reply[2] << 16 | (uint32_t)reply[12] << 8 | reply[13];
    memcpy(reply, kept, n);
    length = n;
    return sense;
}

static uint32_t ask(const uint8_t *packet)
{
    begin(packet, 0xfffe, false);
    return sense_of(end());
}
#define ASK(...) ask((const uint8_t[PACKET]){__VA_ARGS__})

static void awake(void)
{
    ck_assert_uint_eq(ASK(0x1e), 0x062900);
}

static void reply_is(const char *what, const uint8_t *want, uint32_t n)
{
    ck_assert_msg(length == n, "%s: %u bytes, not %u", what, length, n);
    for (uint32_t i = 0; i < n; i++)
        ck_assert_msg(reply[i] == want[i], "%s: byte %u is %02x, not %02x", what, i, reply[i], want[i]);
}
#define REPLY(what, ...) \
    reply_is(what, (const uint8_t[]){__VA_ARGS__}, (uint32_t)sizeof((const uint8_t[]){__VA_ARGS__}))

/* --- Opcodes and states --- */

enum { NEEDS = 1, KEEPS = 2, UNKNOWN = 4 };
static const struct {
    uint8_t opcode, flags;
    uint32_t sense; /* with a disc, and zeros in the packet */
} opcodes[] = {
    {0x00, NEEDS, 0},
    {0x03, KEEPS, 0},
    {0x12, KEEPS, 0},
    {0x1b, 0, 0},
    {0x1e, 0, 0},
    {0x25, NEEDS, 0},
    {0x28, NEEDS, 0},
    {0x2b, NEEDS, 0},
    {0x2f, NEEDS, 0},
    {0x42, NEEDS, 0},
    {0x43, NEEDS, 0},
    {0x44, NEEDS, 0},
    {0x45, NEEDS, 0x056400},
    {0x46, KEEPS, 0},
    {0x47, NEEDS, 0x056400},
    {0x48, NEEDS, 0x056400},
    {0x4a, KEEPS, 0x052400},
    {0x4b, NEEDS, 0x052c00},
    {0x4e, NEEDS, 0},
    {0x51, NEEDS, 0},
    {0x52, NEEDS, 0},
    {0x55, 0, 0x052400},
    {0x5a, 0, 0x052400},
    {0xa5, NEEDS, 0x056400},
    {0xa8, NEEDS, 0},
    {0xad, NEEDS, 0x052400},
    {0xb9, NEEDS, 0x052400},
    {0xba, NEEDS, 0x056400},
    {0xbb, 0, 0},
    {0xbd, 0, 0},
    {0xbe, NEEDS, 0},
};

START_TEST(packet_opcodes_in_each_state_of_the_drive)
{
    for (unsigned op = 0; op < 256; op++) {
        unsigned i = 0;
        while (i < ARRAY_LEN(opcodes) && opcodes[i].opcode != op)
            i++;
        bool known = i < ARRAY_LEN(opcodes);
        uint8_t flags = known ? opcodes[i].flags : UNKNOWN;
        uint32_t sense = known ? opcodes[i].sense : 0x052000, got;
        for (unsigned state = 0; state < 4; state++) {
            teardown(), setup();
            uint32_t want = sense;
            if (state == 0)
                want = flags & (KEEPS | UNKNOWN) ? sense : 0x062900;
            else
                awake();
            if (state >= 2) {
                drive()->blk = NULL;
                drive()->cd.open = state == 3;
                want = flags & NEEDS ? (state == 3 ? 0x023a02 : 0x023a01) : sense;
            }
            got = ask((const uint8_t[PACKET]){(uint8_t)op});
            ck_assert_msg(got == want, "opcode %02xh in state %u: sense %06x, not %06x", op, state, got, want);
            if (state == 0) /* is the attention still there? (MMC-3 4.1.6) */
                ck_assert_msg(ASK(0) == (flags & (KEEPS | UNKNOWN) && op != 0x03 ? 0x062900u : 0u),
                              "opcode %02xh: the attention", op);
        }
    }
}
END_TEST

/* A reset is told before a change; each once (SPC 7.24). */
START_TEST(packet_attentions_come_one_by_one)
{
    atapi_insert(drive());
    ck_assert_uint_eq(ASK(0), 0x062900);
    ck_assert_uint_eq(ASK(0), 0x062800);
    ck_assert_uint_eq(ASK(0), 0);
    atapi_insert(drive());
    ck_assert_uint_eq(ASK(0x03, 0, 0, 0, 18), 0); /* a REQUEST SENSE takes it */
    REPLY("the attention", 0x70, 0, 6, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x28, 0, 0, 0, 0, 0);
    ck_assert_uint_eq(ASK(0x03, 0, 0, 0, 18), 0);
    REPLY("nothing", 0x70, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    atapi_insert(drive()), atapi_remove(drive()), drive()->cd.open = false;
    ck_assert_uint_eq(ASK(0), 0); /* gone with the disc */
    /* Sense data stays until the next command, and is told before an attention. */
    ck_assert_uint_eq(ASK(0x45), 0x056400);
    begin((const uint8_t[PACKET]){0x45}, 0xfffe, false), end();
    atapi_insert(drive());
    ck_assert_uint_eq(ASK(0x03, 0, 0, 0, 18), 0);
    ck_assert_uint_eq(reply[12], 0x64);
    ck_assert_uint_eq(ASK(0), 0x062800);
}
END_TEST

/* START STOP UNIT: LoEj with Start 0 opens, with 1 closes; power conditions do neither (SFF-8020i 10.8.26, MMC-3). */
START_TEST(packet_start_stop_opens_and_closes)
{
    static const uint8_t gesn[PACKET] = {0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8};
    awake();
    for (unsigned what = 0; what < 256; what++)
        for (unsigned was = 0; was < 2; was++)
            for (unsigned disc = 0; disc < 2; disc++) {
                bool moves = !(what & 0xf0) && what & 2, open = moves ? !(what & 1) : was;
                struct atapi *a = &drive()->cd;
                drive()->blk = disc ? &s.disc : NULL;
                a->open = was, a->event = 0;
                ck_assert_uint_eq(ASK(0x1b, 0, 0, 0, (uint8_t)what), 0);
                ck_assert_msg(a->open == open, "START STOP %02x: the tray is %s", what, a->open ? "open" : "shut");
                uint8_t event = open && !was ? 3 : was && !open && disc ? 2 : 0;
                ck_assert_uint_eq(ask(gesn), 0);
                REPLY("the event", 0, 6, 4, 0x10, event, (uint8_t)(open | (disc && !open ? 2 : 0)), 0, 0);
                ck_assert_uint_eq(ASK(0xbd, 0, 0, 0, 0, 0, 0, 0, 0, 8), 0);
                REPLY("the mechanism", 0, open ? 0x10 : 0, 0, 0, 0, 0, 0, 0);
            }
    drive()->blk = &s.disc, drive()->cd.open = false;
    for (unsigned lock = 0; lock < 4; lock++) {
        drive()->cd.event = 0;
        ck_assert_uint_eq(ASK(0x1e, 0, 0, 0, (uint8_t)lock), 0);
        ck_assert_uint_eq(ASK(0x1b, 0, 0, 0, 2), lock & 1 ? 0x055302 : 0);
        ck_assert_uint_eq(drive()->cd.open, !(lock & 1));
        ck_assert_uint_eq(ASK(0x1b, 0, 0, 0, 3), 0);
    }
    /* What is gone needs no attention: the host ejected it. */
    atapi_insert(drive()), drive()->cd.attention = 2, drive()->cd.locked = false;
    ck_assert_uint_eq(ASK(0x1b, 0, 0, 0, 2), 0x062800);
    drive()->cd.attention = 0;
    atapi_remove(drive());
    ck_assert_uint_eq(drive()->cd.locked, 0);
}
END_TEST

START_TEST(packet_reset_keeps_the_tray_and_what_was_set)
{
    awake();
    ck_assert_uint_eq(ASK(0x1b, 0, 0, 0, 2), 0);
    ck_assert_uint_eq(ASK(0x1e, 0, 0, 0, 1), 0);
    ck_assert_uint_eq(ASK(0xbb, 0, 0x10, 0x00), 0);
    begin((const uint8_t[PACKET]){0x12, 0, 0, 0, 36}, 8, false); /* in the middle of a reply */
    settle();
    drive()->cd.recovery = 0x21, drive()->cd.retries = 9;
    out(CTL, SRST), out(CTL, 0), settle();
    ck_assert(drive()->cd.open && !drive()->cd.locked);
    ck_assert(!drive()->cd.flow && !drive()->cd.fill && !drive()->cd.at); /* a saved state has nothing of it */
    ck_assert_uint_eq(ASK(0x1e), 0x062900);
    ck_assert_uint_eq(ASK(0x5a, 0, 0x2a, 0, 0, 0, 0, 1, 0), 0);
    ck_assert_uint_eq(reply[8 + 14] << 8 | reply[8 + 15], 0x1000); /* speed: a software reset keeps it */
    ck_assert_uint_eq(ASK(0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8), 0);
    ck_assert_uint_eq(reply[4], 3); /* and the event */
    drive()->cd.event = 3;
    s.ide->dev.cls->reset(&s.ide->dev);
    ck_assert(drive()->cd.open);
    ck_assert_uint_eq(drive()->cd.event, 0);
    ck_assert_uint_eq(drive()->cd.speed, 8467);
    ck_assert_uint_eq(drive()->cd.recovery, 0);
    ck_assert_uint_eq(drive()->cd.retries, 5);
}
END_TEST

/* --- Replies --- */

START_TEST(packet_inquiry_and_configuration_bytes)
{
    ck_assert_uint_eq(ASK(0x12, 0, 0, 0, 0xff), 0);
    REPLY("INQUIRY", 0x05, 0x80, 0, 0x21, 31, 0, 0, 0, 'V', 'I', 'T', 'R', 'I', 'N', 'E', ' ', 'C', 'D', '-', 'R', 'O',
          'M', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', '1', '.', '0', ' ');
    ck_assert_uint_eq(ASK(0x12, 0, 0, 1, 0x01), 0); /* its length has two bytes */
    ck_assert_uint_eq(length, 36);
    ck_assert_uint_eq(ASK(0x12, 1, 0, 0, 0xff), 0x052400);
    ck_assert_uint_eq(ASK(0x12, 0, 1, 0, 0xff), 0x052400);
    ck_assert_uint_eq(ASK(0x12, 0, 0x80, 0, 0xff), 0x052400);
}
END_TEST

/* MMC-3 5.3: code, flags without "current", with what it is current (1 CD, 2 DVD, 4 nothing), data. */
static const struct {
    uint16_t code;
    uint8_t flags, current, len, data[8];
} features[] = {
    {0x0000, 0x02, 7, 8, {0x00, 0x10, 0, 0, 0x00, 0x08, 0, 0}},
    {0x0001, 0x0a, 7, 8, {0, 0, 0, 2, 1, 0, 0, 0}},
    {0x0002, 0x06, 7, 4, {2, 0, 0, 0}},
    {0x0003, 0x02, 7, 4, {0x29, 0, 0, 0}},
    {0x0010, 0x00, 3, 8, {0, 0, 8, 0, 0, 1, 0, 0}},
    {0x001d, 0x00, 3, 0, {0}},
    {0x001e, 0x08, 1, 4, {0}},
    {0x001f, 0x00, 2, 0, {0}},
    {0x0105, 0x02, 7, 4, {0}},
};

static uint32_t configuration(uint8_t *to, unsigned kind, unsigned first, unsigned disc)
{
    uint32_t n = 8;
    memset(to, 0, 256);
    for (unsigned i = 0; i < ARRAY_LEN(features); i++) {
        bool current = features[i].current & disc;
        if (features[i].code < first || (kind == 2 && features[i].code != first) || (kind == 1 && !current))
            continue;
        put16(to + n, features[i].code);
        to[n + 2] = features[i].flags | current;
        to[n + 3] = features[i].len;
        memcpy(to + n + 4, features[i].data, features[i].len);
        if (!features[i].code)
            to[n + 6] = disc == 2, to[n + 10] = disc == 1;
        n += 4u + features[i].len;
    }
    put32(to, n - 4);
    put16(to + 6, disc == 1 ? 0x0008 : disc == 2 ? 0x0010 : 0);
    return n;
}

START_TEST(packet_configuration_lists_features)
{
    static const uint16_t starts[] = {0, 1, 2, 3, 4, 0x10, 0x11, 0x1d, 0x1e, 0x1f, 0x20, 0x105, 0x106, 0xffff};
    static const uint64_t sizes[] = {0, 4, 409600 * 4, 409600 * 4 + 1, 2000000 * 4};
    uint8_t want[256];
    for (unsigned z = 0; z < ARRAY_LEN(sizes); z++)
        for (unsigned kind = 0; kind < 4; kind++)
            for (unsigned i = 0; i < ARRAY_LEN(starts); i++) {
                unsigned disc = !sizes[z] ? 4 : sizes[z] > 409600 * 4 ? 2 : 1;
                drive()->blk = sizes[z] ? &s.disc : NULL;
                s.disc.sectors = sizes[z];
                uint32_t got = ASK(0x46, (uint8_t)kind, (uint8_t)(starts[i] >> 8), (uint8_t)starts[i], 0, 0, 0, 1, 0);
                ck_assert_uint_eq(got, kind == 3 ? 0x052400 : 0);
                if (kind < 3)
                    reply_is("GET CONFIGURATION", want, configuration(want, kind, starts[i], disc));
            }
}
END_TEST

static const uint8_t page_01[3][8] = {{1, 6, 0, 5}, {1, 6, 0x3f, 0xff}, {1, 6, 0, 5}};
static const uint8_t page_0d[3][8] = {{0x0d, 6, 0, 0, 0, 60, 0, 75}, {0x0d, 6}, {0x0d, 6, 0, 0, 0, 60, 0, 75}};
static const uint8_t page_0e[3][16] = {{0x0e, 14, 4, 0, 0, 0, 0, 0, 1, 0xff, 2, 0xff},
                                       {0x0e, 14, 0, 0, 0, 0, 0, 0, 0x0f, 0xff, 0x0f, 0xff},
                                       {0x0e, 14, 4, 0, 0, 0, 0, 0, 1, 0xff, 2, 0xff}};
static const uint8_t page_2a[3][20] = {{0x2a, 18, 0x0b, 0, 0x70, 3, 0x29, 0, 0x21, 0x13, 0, 2, 0, 64, 0x21, 0x13},
                                       {0x2a, 18},
                                       {0x2a, 18, 0x0b, 0, 0x70, 3, 0x29, 0, 0x21, 0x13, 0, 2, 0, 64, 0x21, 0x13}};

static uint32_t sense_page(uint8_t code, unsigned pc)
{
    return ASK(0x5a, 0, (uint8_t)(pc << 6 | code), 0, 0, 0, 0, 1, 0);
}

START_TEST(packet_mode_sense_bytes)
{
    awake();
    for (unsigned code = 0; code < 64; code++)
        for (unsigned pc = 0; pc < 3; pc++) {
            uint8_t want[64] = {0, 0, 0x01};
            uint32_t n = 8;
            if (code == 0x01 || code == 0x3f)
                memcpy(want + n, page_01[pc], 8), n += 8;
            if (code == 0x0d || code == 0x3f)
                memcpy(want + n, page_0d[pc], 8), n += 8;
            if (code == 0x0e || code == 0x3f)
                memcpy(want + n, page_0e[pc], 16), n += 16;
            if (code == 0x2a || code == 0x3f)
                memcpy(want + n, page_2a[pc], 20), n += 20;
            put16(want, n - 2);
            ck_assert_uint_eq(sense_page((uint8_t)code, pc), n == 8 ? 0x052400 : 0);
            if (n > 8)
                reply_is("MODE SENSE", want, n);
            ck_assert_uint_eq(sense_page((uint8_t)code, 3), 0x053900);
        }
    ck_assert_uint_eq(ASK(0x1e, 0, 0, 0, 1), 0);
    for (unsigned pc = 0; pc < 3; pc++) {
        ck_assert_uint_eq(sense_page(0x2a, pc), 0);
        ck_assert_uint_eq(reply[14], page_2a[pc][6] | (pc == 0 ? 2 : 0)); /* the lock */
    }
    static const uint16_t speeds[][2] = {{0, 176},     {175, 176},   {176, 176},   {177, 177},
                                         {8466, 8466}, {8467, 8467}, {8468, 8467}, {0xffff, 8467}};
    for (unsigned i = 0; i < ARRAY_LEN(speeds); i++) {
        ck_assert_uint_eq(ASK(0xbb, 0, (uint8_t)(speeds[i][0] >> 8), (uint8_t)speeds[i][0]), 0);
        ck_assert_uint_eq(sense_page(0x2a, 0), 0);
        ck_assert_uint_eq(reply[22] << 8 | reply[23], speeds[i][1]);
        ck_assert_uint_eq(sense_page(0x2a, 2), 0);
        ck_assert_uint_eq(reply[22] << 8 | reply[23], 8467);
    }
    drive()->blk = NULL;
    sense_page(0x01, 0);
    ck_assert_uint_eq(reply[2], 0x70); /* no disc */
    drive()->cd.open = true;
    sense_page(0x01, 0);
    ck_assert_uint_eq(reply[2], 0x71); /* door open */
}
END_TEST

static uint32_t select_mode(uint8_t flags, const uint8_t *data, unsigned len)
{
    const uint8_t packet[PACKET] = {0x55, flags, 0, 0, 0, 0, 0, (uint8_t)(len >> 8), (uint8_t)len};
    begin(packet, 0xfffe, false);
    settle();
    if (in(CTL)&DRQ) {
        ck_assert_uint_eq(in(REASON), 0);
        ck_assert_uint_eq(in(LOW) | in(HIGH) << 8, len);
        for (unsigned i = 0; i < len; i += 2)
            port_out(s.rig.bus.ports, DATA, 2, i < 64 ? ld16(data + i) : 0, INIT_CPU0);
    }
    return sense_of(end());
}

START_TEST(packet_mode_select_takes_whole_good_pages)
{
    static const uint8_t one[64] = {[8] = 0x01, 6, 0x3f, 7},
                         audio[64] = {[8] = 0x0e, 14, 4, 0, 0, 0, 0, 0, 0x0f, 9, 3, 8},
                         both[64] = {[8] = 0x01, 6, 0x01, 4, [16] = 0x0e, 14, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4},
                         behind[64] = {[7] = 8, [16] = 0x81, 6, 0x02, 3};
    awake();
    for (unsigned n = 0; n <= 16; n++)
        ck_assert_msg(select_mode(0x10, one, n) == (n == 0 || n == 8 || n == 16 ? 0u : 0x051a00u), "%u bytes", n);
    ck_assert_uint_eq(drive()->cd.recovery, 0x3f);
    ck_assert_uint_eq(drive()->cd.retries, 7);
    ck_assert_uint_eq(select_mode(0x10, audio, 24), 0);
    ck_assert_mem_eq(drive()->cd.volume, "\x0f\x09\x03\x08", 4);
    ck_assert_uint_eq(sense_page(0x0e, 0), 0);
    ck_assert_mem_eq(reply + 16, "\x0f\x09\x03\x08\0\0\0\0", 8);
    ck_assert_uint_eq(select_mode(0x10, both, 32), 0);
    ck_assert_uint_eq(drive()->cd.retries, 4);
    ck_assert_mem_eq(drive()->cd.volume, "\1\2\3\4", 4);
    ck_assert_uint_eq(select_mode(0x10, both, 31), 0x051a00);
    ck_assert_uint_eq(select_mode(0x10, behind, 24), 0); /* a block descriptor is passed over, PS ignored */
    ck_assert_uint_eq(drive()->cd.recovery, 2);
    ck_assert_uint_eq(select_mode(0x10, one, 256), 0x052600); /* zeros are no page */
    ck_assert_uint_eq(select_mode(0x10, one, 257), 0x051a00);
    ck_assert_uint_eq(select_mode(0x11, one, 16), 0x053900);
    ck_assert_uint_eq(select_mode(0x00, one, 16), 0x052400);
    for (unsigned bit = 0; bit < 8; bit++) {
        uint8_t page[64] = {[8] = 0x01, 6, (uint8_t)BIT(bit), 7}, vol[64] = {[8] = 0x0e, 14, [16] = (uint8_t)BIT(bit)},
                right[64] = {[8] = 0x0e, 14, [18] = (uint8_t)BIT(bit)};
        ck_assert_uint_eq(select_mode(0x10, page, 16), bit < 6 ? 0 : 0x052600);
        ck_assert_uint_eq(select_mode(0x10, vol, 24), bit < 4 ? 0 : 0x052600);
        ck_assert_uint_eq(select_mode(0x10, right, 24), bit < 4 ? 0 : 0x052600);
    }
    static const uint8_t unknown[64] = {[8] = 0x02, 0};
    ck_assert_uint_eq(select_mode(0x10, unknown, 9), 0x051a00);
    ck_assert_uint_eq(select_mode(0x10, unknown, 10), 0x052600); /* a head is enough to know it */
    static const uint8_t codes[][2] = {{0x0d, 6}, {0x2a, 18}, {0x01, 5}, {0x01, 7}, {0x0e, 13}, {0x02, 6}};
    for (unsigned i = 0; i < ARRAY_LEN(codes); i++) {
        uint8_t page[64] = {[8] = codes[i][0], codes[i][1]};
        ck_assert_msg(select_mode(0x10, page, 8u + 2 + codes[i][1]) == 0x052600, "page %02x of %u", codes[i][0],
                      codes[i][1]);
    }
}
END_TEST

START_TEST(packet_toc_bytes)
{
    awake();
    s.disc.sectors = 4 * 123456;
    /* 123456 is 1E240h; as MSF, with the two seconds before it, 27:28:06. */
    for (unsigned first = 0; first < 256; first++) {
        uint32_t got = ASK(0x43, 0, 0, 0, 0, 0, (uint8_t)first, 1, 0);
        ck_assert_uint_eq(got, first <= 1 || first == 0xaa ? 0 : 0x052400);
        if (first <= 1)
            REPLY("TOC", 0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xaa, 0, 0, 0x01, 0xe2, 0x40);
        else if (first == 0xaa)
            REPLY("TOC", 0, 10, 1, 1, 0, 0x14, 0xaa, 0, 0, 0x01, 0xe2, 0x40);
    }
    ck_assert_uint_eq(ASK(0x43, 2, 0, 0, 0, 0, 1, 1, 0), 0);
    REPLY("TOC, MSF", 0, 18, 1, 1, 0, 0x14, 1, 0, 0, 0, 2, 0, 0, 0x14, 0xaa, 0, 0, 27, 28, 6);
    for (unsigned old = 0; old < 2; old++) { /* SFF-8020i has the format in byte 9 */
        ck_assert_uint_eq(ASK(0x43, 0, old ? 0 : 1, 0, 0, 0, 9, 1, 0, old ? 0x40 : 0), 0);
        REPLY("sessions", 0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 0, 0);
        ck_assert_uint_eq(ASK(0x43, 2, old ? 0 : 1, 0, 0, 0, 0, 1, 0, old ? 0x40 : 0), 0);
        REPLY("sessions, MSF", 0, 10, 1, 1, 0, 0x14, 1, 0, 0, 0, 2, 0);
        for (unsigned first = 0; first < 3; first++)
            ck_assert_uint_eq(ASK(0x43, 2, old ? 0 : 2, 0, 0, 0, (uint8_t)first, 1, 0, old ? 0x80 : 0),
                              first < 2 ? 0 : 0x052400);
        ck_assert_uint_eq(ASK(0x43, 2, old ? 0 : 2, 0, 0, 0, 1, 1, 0, old ? 0x80 : 0), 0);
        REPLY("raw TOC", 0, 46, 1, 1, 1, 0x14, 0, 0xa0, 0, 0, 0, 0, 1, 0, 0, 1, 0x14, 0, 0xa1, 0, 0, 0, 0, 1, 0, 0, 1,
              0x14, 0, 0xa2, 0, 0, 0, 0, 27, 28, 6, 1, 0x14, 0, 1, 0, 0, 0, 0, 0, 2, 0);
    }
    for (unsigned format = 3; format < 16; format++)
        ck_assert_uint_eq(ASK(0x43, 2, (uint8_t)format, 0, 0, 0, 0, 1, 0), 0x052400);
    ck_assert_uint_eq(ASK(0x43, 2, 0, 0, 0, 0, 0, 1, 0, 0xc0), 0x052400);
}
END_TEST

START_TEST(packet_disc_and_track_bytes)
{
    awake();
    s.disc.sectors = 4 * 123456;
    ck_assert_uint_eq(ASK(0x25), 0);
    REPLY("READ CAPACITY", 0, 1, 0xe2, 0x3f, 0, 0, 8, 0);
    ck_assert_uint_eq(ASK(0x51, 0, 0, 0, 0, 0, 0, 1, 0), 0);
    REPLY("READ DISC INFORMATION", 0, 32, 0x0e, 1, 1, 1, 1, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff,
          0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    static const struct {
        uint8_t kind;
        uint32_t which, sense;
    } track[] = {{0, 0, 0},        {0, 123455, 0}, {0, 123456, 0x052100}, {1, 1, 0},       {1, 0, 0x052400},
                 {1, 2, 0x052400}, {2, 1, 0},      {2, 2, 0x052400},      {3, 1, 0x052400}};
    for (unsigned i = 0; i < ARRAY_LEN(track); i++) {
        uint8_t packet[PACKET] = {0x52, track[i].kind, [7] = 1};
        put32(packet + 2, track[i].which);
        ck_assert_msg(ask(packet) == track[i].sense, "READ TRACK INFORMATION, case %u", i);
        if (!track[i].sense)
            REPLY("READ TRACK INFORMATION", 0, 34, 1, 1, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                  1, 0xe2, 0x40, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    ck_assert_uint_eq(ASK(0x44, 0, 0, 1, 0xe2, 0x3f, 0, 1, 0), 0);
    REPLY("READ HEADER", 1, 0, 0, 0, 0, 1, 0xe2, 0x3f);
    ck_assert_uint_eq(ASK(0x44, 2, 0, 1, 0xe2, 0x3f, 0, 1, 0), 0);
    REPLY("READ HEADER, MSF", 1, 0, 0, 0, 0, 27, 28, 5);
    ck_assert_uint_eq(ASK(0x44, 0, 0, 1, 0xe2, 0x40, 0, 1, 0), 0x052100);
    ck_assert_uint_eq(ASK(0xad, [7] = 0, 0, 255), 0x052400); /* no DVD */
}
END_TEST

START_TEST(packet_subchannel_bytes)
{
    awake();
    ck_assert_uint_eq(ASK(0x42, 0, 0, 0, 0, 0, 0, 1, 0), 0);
    REPLY("no sub-Q", 0, 0x15, 0, 0);
    for (unsigned format = 0; format < 256; format++)
        for (unsigned track = 0; track < 3; track++) {
            bool good = format == 1 || format == 2 || (format == 3 && track == 1);
            uint32_t got = ASK(0x42, 0, 0x40, (uint8_t)format, 0, 0, (uint8_t)track, 1, 0);
            ck_assert_msg(got == (good ? 0u : 0x052400u), "format %u, track %u", format, track);
            if (good && format == 1)
                REPLY("position", 0, 0x15, 0, 12, 1, 0x14, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
            else if (good && format == 2)
                REPLY("catalogue", 0, 0x15, 0, 20, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
            else if (good)
                REPLY("ISRC", 0, 0x15, 0, 20, 3, 0x14, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }
    ck_assert_uint_eq(ASK(0x42, 2, 0x40, 1, 0, 0, 0, 1, 0), 0);
    REPLY("position, MSF", 0, 0x15, 0, 12, 1, 0x14, 1, 1, 0, 0, 2, 0, 0, 0, 0, 0);
}
END_TEST

START_TEST(packet_dvd_structure_bytes)
{
    awake();
    s.disc.sectors = 4 * 0x100000;
    for (unsigned format = 0; format < 256; format++)
        for (unsigned layer = 0; layer < 2; layer++) {
            uint8_t want[2052] = {0};
            bool good = !layer && (format == 0 || format == 1 || format == 4);
            ck_assert_uint_eq(ASK(0xad, [6] = (uint8_t)layer, (uint8_t)format, 0x10, 0), good ? 0 : 0x052400);
            put16(want, format == 1 ? 6 : 2050);
            if (format == 0)
                memcpy(want + 4, "\x01\x0f\x01\x00\x00\x03\x00\x00\x00\x12\xff\xff", 12);
            if (good)
                reply_is("READ DVD STRUCTURE", want, format == 1 ? 8 : 2052);
        }
}
END_TEST

/* Where each command has its allocation length, and how long its reply is. */
START_TEST(packet_allocation_length_cuts_each_reply)
{
    static const struct {
        uint8_t packet[PACKET], at, bytes;
        uint32_t len;
    } c[] = {{{0x03}, 4, 1, 18},
             {{0x12}, 3, 2, 36},
             {{0x42, 0, 0x40, 1}, 7, 2, 16},
             {{0x42}, 7, 2, 4},
             {{0x43}, 7, 2, 20},
             {{0x44}, 7, 2, 8},
             {{0x46, 2, 0, 3}, 7, 2, 16},
             {{0x4a, 1, 0, 0, 0x10}, 7, 2, 8},
             {{0x4a, 1}, 7, 2, 4},
             {{0x51}, 7, 2, 34},
             {{0x52}, 7, 2, 36},
             {{0x5a, 0, 1}, 7, 2, 16},
             {{0xbd}, 8, 2, 8}};
    awake();
    for (unsigned i = 0; i < ARRAY_LEN(c); i++)
        for (unsigned room = 0; room <= c[i].len + 2; room++)
            for (unsigned high = 0; high < c[i].bytes; high++) {
                uint8_t packet[PACKET];
                memcpy(packet, c[i].packet, PACKET);
                packet[c[i].at + c[i].bytes - 1] = (uint8_t)room;
                if (high)
                    packet[c[i].at] = 1;
                ck_assert_uint_eq(ask(packet), 0);
                ck_assert_msg(length == (high ? c[i].len : MIN(room, c[i].len)), "packet %02x: %u bytes of %u",
                              packet[0], length, room);
            }
}
END_TEST

/* --- Reading --- */

static void put_range(uint8_t *packet, unsigned at, uint32_t count, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        packet[at + i] = (uint8_t)(count >> 8 * (bytes - 1 - i));
}

START_TEST(packet_ranges_end_with_the_last_block)
{
    static const struct {
        uint8_t opcode, at, bytes, user;
        bool none; /* a count of 0 may stand at the very end */
    } c[] = {{0x28, 7, 2, 0, true},
             {0xa8, 6, 4, 0, true},
             {0x2f, 7, 2, 0, false},
             {0xbe, 6, 3, 0x10, true},
             {0x2b, 7, 0, 0, false}};
    static const uint32_t sizes[] = {1, 20000, 0x12345};
    awake();
    for (unsigned z = 0; z < ARRAY_LEN(sizes); z++)
        for (unsigned i = 0; i < ARRAY_LEN(c); i++)
            for (uint32_t count = 0; count < 4; count++)
                for (uint32_t lba = sizes[z] < 4 ? 0 : sizes[z] - 4; lba <= sizes[z] + 1; lba++) {
                    uint8_t packet[PACKET] = {c[i].opcode};
                    s.disc.sectors = 4 * (uint64_t)sizes[z] - 3;
                    put32(packet + 2, lba);
                    put_range(packet, c[i].at, count, c[i].bytes);
                    packet[9] |= c[i].user;
                    uint32_t n = c[i].bytes ? count : 0;
                    bool good = lba + n <= sizes[z] && (lba < sizes[z] || c[i].none);
                    ck_assert_msg(ask(packet) == (good ? 0u : 0x052100u), "%02xh: %u at %u of %u", c[i].opcode, count,
                                  lba, sizes[z]);
                    bool moves = good && (c[i].none);
                    ck_assert_uint_eq(length, moves ? count * 2048 : 0);
                    for (uint32_t k = 0; k < length; k++) {
                        uint64_t byte = (uint64_t)lba * 2048 + k;
                        uint8_t want = byte < s.disc.sectors * 512 ? pattern(byte) : 0;
                        if (reply[k] != want)
                            ck_abort_msg("%02xh: byte %u of block %u", c[i].opcode, k % 2048, lba + k / 2048);
                    }
                }
    s.disc.sectors = 4 * 0x30000;
    uint8_t far_[PACKET] = {0x28, 0, 0, 2, 0x34, 0x56, 0, 0, 1}, many[PACKET] = {0xbe, 0, 0, 0, 0, 0, 1, 0, 0, 0x10};
    ck_assert_uint_eq(ask(far_), 0);
    ck_assert_uint_eq(reply[0], pattern(UINT64_C(0x23456) * 2048));
    begin(many, 0xfffe, false); /* 65536 blocks are asked for */
    settle();
    ck_assert_uint_eq(in(CTL) & (DRQ | ERR), DRQ);
    ck_assert_uint_eq(s.ide->channel[1].left, 65536 - 32);
}
END_TEST

static uint32_t read_cd(uint32_t lba, uint8_t type, uint8_t parts, uint8_t sub)
{
    uint8_t packet[PACKET] = {0xbe, (uint8_t)(type << 2), [8] = 1, parts, sub};
    put32(packet + 2, lba);
    return ask(packet);
}

START_TEST(packet_read_cd_every_choice_of_parts)
{
    uint8_t raw[2352];
    awake();
    s.disc.sectors = 4 * 400000;
    enum { LBA = 310000 }; /* 68:55:25 from the disc's begin on, 68:53:25 from the track's */
    ck_assert_uint_eq(read_cd(LBA, 0, 0xf8, 0), 0);
    ck_assert_uint_eq(length, 2352);
    memcpy(raw, reply, sizeof raw);
    ck_assert_mem_eq(raw, "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\x68\x55\x25\x01", 16);
    for (unsigned i = 0; i < 2048; i++)
        ck_assert_uint_eq(raw[16 + i], pattern((uint64_t)LBA * 2048 + i));
    for (unsigned i = 2068; i < 2076; i++)
        ck_assert_uint_eq(raw[i], 0);
    for (unsigned parts = 0; parts < 256; parts++)
        for (unsigned sub = 0; sub < 8; sub++) {
            unsigned c2 = parts >> 1 & 3;
            bool sync = parts & 0x80, header = parts & 0x20, user = parts & 0x10, edc = parts & 8;
            bool good =
                !(parts & 1) && c2 != 3 && !(edc && !user) && !(sync && user && !header) && (sub == 0 || sub == 2);
            ck_assert_msg(read_cd(LBA, 0, (uint8_t)parts, (uint8_t)sub) == (good ? 0u : 0x052400u), "parts %02x, %u",
                          parts, sub);
            if (!good)
                continue;
            uint8_t want[3000];
            uint32_t n = 0;
            if (sync)
                memcpy(want, raw, 12), n = 12;
            if (header)
                memcpy(want + n, raw + 12, 4), n += 4;
            if (user)
                memcpy(want + n, raw + 16, 2048), n += 2048;
            if (edc)
                memcpy(want + n, raw + 2064, 288), n += 288;
            memset(want + n, 0, 296);
            n += c2 == 1 ? 294 : c2 == 2 ? 296 : 0;
            if (sub)
                memcpy(want + n, "\x41\1\1\x68\x53\x25\0\x68\x55\x25\0\0\0\0\0\0", 16), n += 16;
            reply_is("READ CD", want, n);
        }
    for (unsigned type = 0; type < 8; type++)
        ck_assert_uint_eq(read_cd(LBA, (uint8_t)type, 0x10, 0), type == 0 || type == 2 ? 0
                                                                : type <= 5            ? 0x056400
                                                                                       : 0x052400);
}
END_TEST

START_TEST(packet_read_cd_msf_bounds)
{
    static const struct {
        uint8_t from[3], to[3];
        uint32_t sense, lba, blocks;
    } c[] = {{{0, 2, 0}, {0, 2, 1}, 0, 0, 1},         {{0, 1, 74}, {0, 2, 1}, 0x052400, 0, 0},
             {{1, 0, 74}, {1, 1, 1}, 0, 4424, 2},     {{0, 59, 74}, {1, 0, 0}, 0, 4349, 1},
             {{0, 60, 0}, {1, 0, 1}, 0x052400, 0, 0}, {{0, 2, 75}, {0, 3, 1}, 0x052400, 0, 0},
             {{0, 2, 0}, {0, 60, 0}, 0x052400, 0, 0}, {{0, 2, 0}, {0, 2, 75}, 0x052400, 0, 0},
             {{0, 3, 0}, {0, 2, 74}, 0x052400, 0, 0}, {{0, 3, 0}, {0, 3, 0}, 0, 0, 0},
             {{4, 28, 49}, {4, 28, 50}, 0, 19999, 1}, {{4, 28, 49}, {4, 28, 51}, 0x052100, 0, 0}};
    awake();
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        const uint8_t packet[PACKET] = {0xb9,         0,          0,          c[i].from[0], c[i].from[1],
                                        c[i].from[2], c[i].to[0], c[i].to[1], c[i].to[2],   0x10};
        ck_assert_msg(ask(packet) == c[i].sense, "READ CD MSF, case %u", i);
        ck_assert_uint_eq(length, c[i].blocks * 2048);
        if (length)
            ck_assert_uint_eq(reply[1], pattern((uint64_t)c[i].lba * 2048 + 1));
    }
    /* Whole sectors, as READ CD has them. */
    ck_assert_uint_eq(ASK(0xb9, 0, 0, 3, 25, 30, 3, 25, 32, 0xf8), 0);
    ck_assert_uint_eq(length, 2 * 2352);
    for (uint8_t n = 0; n < 2; n++) {
        const uint8_t header[4] = {0x03, 0x25, (uint8_t)(0x30 + n), 0x01};
        ck_assert_mem_eq(reply + 2352 * n + 12, header, 4);
        for (uint32_t k = 0; k < 2048; k++)
            ck_assert_uint_eq(reply[2352 * n + 16 + k],
                              pattern(UINT64_C(2048) * ((3 * 60 + 25) * 75 + 30 - 150 + n) + k));
    }
}
END_TEST

/* --- DMA and times --- */

static void engine(uint32_t address, uint32_t bytes, bool to_memory)
{
    uint8_t d[16] = {0};
    uint32_t first = MIN(bytes, 0x10000u);
    st32(d, address);
    st16(d + 4, (uint16_t)first);
    d[7] = bytes > first ? 0 : 0x80;
    st32(d + 8, address + first);
    st16(d + 12, (uint16_t)(bytes - first));
    d[15] = 0x80;
    dma_write(&s.rig.bus, 0x1000, d, 16);
    out(BM, 0);
    port_out(s.rig.bus.ports, BM + 4, 4, 0x1000, INIT_CPU0);
    out(BM + 2, 6);
    out(BM, to_memory ? 9 : 1);
}

START_TEST(packet_dma_moves_replies_blocks_and_parameters)
{
    static const uint8_t inquiry[PACKET] = {0x12, 0, 0, 0, 36}, blocks[PACKET] = {0x28, [5] = 7, [8] = 40},
                         sel[PACKET] = {0x55, 0x10, [8] = 16}, nothing[PACKET] = {0},
                         page[16] = {[8] = 0x01, 6, 0x15, 6}, bad[16] = {[8] = 0x01, 6, 0xc0, 6};
    awake();
    begin(inquiry, 0, true);
    settle();
    ck_assert_uint_eq(in(CTL), 0x58); /* waits for the engine */
    ck_assert_uint_eq(in(REASON), REASON_IO);
    engine(0x20000, 36, true);
    ck_assert(in(CTL)&BSY);
    ck_assert_uint_eq(end(), 0);
    dma_read(&s.rig.bus, 0x20000, reply, 36);
    ck_assert_mem_eq(reply + 8, "VITRINE CD-ROM", 14);
    ck_assert_uint_eq(in(BM + 2) & 7, 4);
    unsigned rises = s.irq[1].rises;
    begin(blocks, 0, true);
    engine(0x20000, 40 * 2048, true);
    ck_assert_uint_eq(end(), 0);
    ck_assert_uint_eq(s.irq[1].rises, rises + 1);
    dma_read(&s.rig.bus, 0x20000, reply, 40 * 2048);
    for (uint32_t i = 0; i < 40 * 2048; i++)
        if (reply[i] != pattern(7 * 2048 + i))
            ck_abort_msg("DMA: byte %u", i);
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        begin(sel, 0, true);
        dma_write(&s.rig.bus, 0x20000, wrong ? bad : page, 16);
        settle();
        ck_assert_uint_eq(in(REASON), 0);
        engine(0x20000, 16, false);
        ck_assert_uint_eq(sense_of(end()), wrong ? 0x052600 : 0);
        ck_assert_uint_eq(drive()->cd.recovery, 0x15);
    }
    begin(nothing, 0, true);
    ck_assert_uint_eq(end(), 0);
    begin(inquiry, 0, true); /* a list that is too short: it goes on asking */
    engine(0x20000, 34, true);
    settle();
    ck_assert_uint_eq(in(CTL), 0x58);
    ck_assert_uint_eq(in(BM + 2) & 4, 0);
    ck_assert_uint_eq(s.ide->channel[1].phase, ATA_IDLE);
    out(CMD, 0x08); /* DEVICE RESET */
    ck_assert_uint_eq(in(CTL), 0);
    ck_assert_uint_eq(ASK(0), 0x062900);
}
END_TEST

static void busy_for(const char *what, uint64_t ns)
{
    ck_assert_msg(in(CTL)&BSY, "%s: not busy", what);
    rig_run(&s.rig, ns - 1);
    ck_assert_msg(in(CTL)&BSY, "%s ends before %u ns", what, (unsigned)ns);
    rig_run(&s.rig, 1);
    ck_assert_msg(!(in(CTL)&BSY), "%s takes more than %u ns", what, (unsigned)ns);
}

static void words(unsigned n)
{
    while (n--)
        port_in(s.rig.bus.ports, DATA, 2, INIT_CPU0);
}

/* 2 us until the packet is asked for, 30 us a command, 20 us a block from the disc, 2 us between DRQ blocks. */
START_TEST(packet_steps_take_their_time)
{
    static const uint8_t read[PACKET] = {0x28, [8] = 40}, inquiry[PACKET] = {0x12, 0, 0, 0, 36};
    awake();
    out(CMD, 0xa1);
    busy_for("IDENTIFY PACKET DEVICE", 2000);
    words(256);
    out(ERROR, 0), out(LOW, 0), out(HIGH, 0x80);
    out(CMD, 0xa0);
    busy_for("PACKET", 2000);
    for (int i = 0; i < PACKET; i += 2)
        port_out(s.rig.bus.ports, DATA, 2, ld16(read + i), INIT_CPU0);
    busy_for("the command and 32 blocks", 30000 + 32 * 20000);
    words(0x4000);
    busy_for("the next part of them", 2000);
    words(0x4000);
    busy_for("the last 8 blocks", 8 * 20000);
    words(8 * 1024);
    settle();
    ck_assert_uint_eq(in(CTL), 0x50);
    begin(inquiry, 36, false);
    busy_for("a reply", 30000 + 2000);
    words(18);
    busy_for("its status", 2000);
    begin(read, 0, true);
    settle();
    engine(0x20000, 40 * 2048, true);
    uint64_t t = clock_ns(&s.rig.clock);
    settle();
    ck_assert_uint_eq(s.irq[1].last_rise - t, 40 * 20000);
}
END_TEST

TCase *atapi_reply_tests(void)
{
    TCase *c = tcase_create("atapi-replies");
    tcase_set_timeout(c, 60);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, packet_opcodes_in_each_state_of_the_drive);
    tcase_add_test(c, packet_attentions_come_one_by_one);
    tcase_add_test(c, packet_start_stop_opens_and_closes);
    tcase_add_test(c, packet_reset_keeps_the_tray_and_what_was_set);
    tcase_add_test(c, packet_inquiry_and_configuration_bytes);
    tcase_add_test(c, packet_configuration_lists_features);
    tcase_add_test(c, packet_mode_sense_bytes);
    tcase_add_test(c, packet_mode_select_takes_whole_good_pages);
    tcase_add_test(c, packet_toc_bytes);
    tcase_add_test(c, packet_disc_and_track_bytes);
    tcase_add_test(c, packet_subchannel_bytes);
    tcase_add_test(c, packet_dvd_structure_bytes);
    tcase_add_test(c, packet_allocation_length_cuts_each_reply);
    tcase_add_test(c, packet_ranges_end_with_the_last_block);
    tcase_add_test(c, packet_read_cd_every_choice_of_parts);
    tcase_add_test(c, packet_read_cd_msf_bounds);
    tcase_add_test(c, packet_dma_moves_replies_blocks_and_parameters);
    tcase_add_test(c, packet_steps_take_their_time);
    return c;
}
