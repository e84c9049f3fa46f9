/* SPDX-License-Identifier: MIT */
/* Packets to the CD drive with their data phases. SFF-8020i revision 2.6, MMC-3. */
#include "fuzz.h"

enum { BSY = 0x80, DRQ = 0x08 };
enum { TO_HOST = 2, COMMAND = 1 };
enum { OPEN_TRAY = 2, CLOSE_TRAY = 3 };
#define MILLISECOND UINT64_C(1000000)

static const uint8_t opcodes[] = {0x00, 0x03, 0x12, 0x1b, 0x1e, 0x25, 0x28, 0x2b, 0x2f, 0x42, 0x43, 0x44, 0x45,
                                  0x46, 0x47, 0x48, 0x4a, 0x4b, 0x4e, 0x51, 0x52, 0x55, 0x5a, 0xa5, 0xa8, 0xad,
                                  0xb9, 0xba, 0xbb, 0xbd, 0xbe, 0x28, 0xa8, 0xbe, 0xb9, 0x55, 0x5a, 0x43, 0x42};
/* READ CD's parts that go together, and some that do not. */
static const uint8_t parts[] = {0x10, 0xf8, 0x78, 0x30, 0xb8, 0x12, 0xfa, 0xfc, 0x80, 0x20, 0xa0, 0x00, 0xd0, 0x08};
static const uint8_t pages[] = {0x01, 0x0d, 0x0e, 0x2a, 0x3f, 0x05};

/* Fields that are good more often than chance would have it. */
static void tame(uint8_t *packet, const uint8_t *p)
{
    switch (packet[0]) {
    case 0x28:
    case 0x2b:
    case 0x2f:
    case 0x44:
        packet[1] &= 2;
        packet[2] = packet[3] = packet[7] = 0;
        packet[4] &= 3;
        packet[8] &= 31;
        break;
    case 0xa8:
        packet[2] = packet[3] = packet[6] = packet[7] = packet[8] = 0;
        packet[4] &= 3;
        packet[9] &= 31;
        break;
    case 0xbe:
        packet[1] = p[3] & 8;
        packet[2] = packet[3] = packet[6] = packet[7] = 0;
        packet[4] &= 3;
        packet[8] &= 15;
        packet[9] = parts[packet[9] % sizeof parts];
        packet[10] = packet[10] & 4 ? 0 : 2;
        break;
    case 0xb9:
        packet[1] = p[3] & 8;
        packet[3] = packet[6] = 0;
        packet[4] = 2 + packet[4] % 2;
        packet[5] %= 70;
        packet[7] = packet[4];
        packet[8] = (uint8_t)(packet[5] + packet[8] % 5);
        packet[9] = parts[packet[9] % sizeof parts];
        packet[10] = packet[10] & 4 ? 0 : 2;
        break;
    case 0x12: packet[1] = packet[2] = packet[3] = 0; break;
    case 0x42:
        packet[1] &= 2;
        packet[2] = p[4] & 0x40;
        packet[3] = p[5] & 3;
        packet[6] = 1;
        packet[7] = 0;
        break;
    case 0x43:
        packet[1] &= 2;
        packet[2] = p[4] & 3;
        packet[6] = p[8] & 4 ? 0xaa : p[8] & 1;
        packet[7] = 0;
        break;
    case 0x46:
        packet[1] &= 3;
        packet[2] = 0;
        packet[3] &= 0x1f;
        packet[7] = packet[8] & 1;
        break;
    case 0x4a:
        packet[1] = 1;
        packet[4] |= p[6] & 1 ? 0x10 : 0;
        packet[7] = 0;
        break;
    case 0x52:
        packet[1] &= 3;
        packet[2] = packet[3] = packet[4] = 0;
        packet[5] &= 1;
        packet[7] = 0;
        break;
    case 0x55:
        packet[1] = 0x10;
        packet[7] = 0;
        packet[8] = 8 + packet[8] % 40;
        break;
    case 0x5a:
        packet[2] = (uint8_t)((packet[2] & 0xc0) | pages[packet[3] % sizeof pages]);
        packet[7] = 0;
        break;
    case 0x1b:
        packet[1] = 0;
        packet[4] &= 3;
        break;
    case 0x1e: packet[4] = p[6] % 4 == 0; break;
    case 0xad:
        packet[6] = 0;
        packet[7] = (uint8_t) "\0\1\4\2"[packet[7] & 3];
        packet[8] &= 8;
        break;
    case 0xbd: packet[8] = 0; break;
    default: break;
    }
}

/* What MODE SELECT sends: a header, and pages which are sometimes good. */
static void parameters(uint8_t *data, size_t n, const uint8_t *p)
{
    static const uint8_t lengths[] = {6, 6, 14, 18};
    fill(data, n, ld32(p + 10));
    memset(data, 0, 8);
    if (p[2] % 16 == 15)
        data[7] = 8;
    for (size_t at = 8; at + 2 < n;) {
        unsigned i = (p[9] + at) % 8 < 6 ? (p[9] & 1) * 2 : (p[9] + at) % 4;
        data[at] = pages[i];
        data[at + 1] = p[13] % 8 == 7 ? 7 : lengths[i];
        data[at + 2] &= 0x3f;
        if (at + 10 < n && p[13] % 8)
            data[at + 8] &= 0x0f, data[at + 10] &= 0x0f;
        at += 2u + lengths[i];
    }
}

static void send_packet(struct side *s, const struct ide_ports *c, const uint8_t *packet)
{
    ide_ready(s, c);
    rd(s, c->task + 2, 1);
    for (unsigned i = 0; i < 12; i += 2)
        wr(s, c->task, 2, ld16(packet + i));
}

static void data_phase(struct side *s, const struct ide_ports *c, const uint8_t *p)
{
    uint8_t data[256];
    unsigned width = p[14] & 1 ? 4 : 2;
    parameters(data, sizeof data, p);
    for (unsigned n = 0; n < 12 && ide_ready(s, c); n++) {
        uint32_t status = rd(s, c->task + 7, 1), reason = rd(s, c->task + 2, 1);
        uint32_t bytes = rd(s, c->task + 4, 1) | rd(s, c->task + 5, 1) << 8;
        if (!(status & DRQ) || reason & COMMAND)
            return;
        if (p[14] % 16 == 3)
            bytes /= 2; /* the host gives up */
        for (uint32_t i = 0; i < bytes; i += width)
            if (reason & TO_HOST)
                rd(s, c->task, width);
            else
                wr(s, c->task, width, ld32(data + i % 252));
    }
}

static void dma_phase(struct side *s, const struct ide_ports *c, const uint8_t *p, bool to_memory)
{
    uint8_t data[256];
    parameters(data, sizeof data, p);
    if (!to_memory)
        mem_put(s, DATA_AT, data, sizeof data);
    ide_list(s, p[14] & 0x80 ? p[14] : 9, to_memory ? 0x10000 : p[8]);
    if (p[13] & 8)
        ide_ready(s, c); /* the drive waits for the engine */
    ide_start(s, c, to_memory ^ (p[13] % 32 == 5));
    if (p[13] % 32 == 6)
        ide_stop(s, c);
    for (unsigned i = 0; i < 24 && rd(s, c->control, 1) & (BSY | DRQ); i++)
        step(s, MILLISECOND);
    ide_stop(s, c);
    mem_look(s, DATA_AT, 64);
}

static void command(struct side *s, const struct ide_ports *c, const uint8_t *p, const uint8_t *packet, bool dma)
{
    static const uint16_t limits[] = {0xfffe, 0xffff, 2048, 512, 4096, 4098, 31, 1, 0, 2};
    uint16_t limit = p[13] & 0x80 ? 0xfffe : limits[p[13] % ARRAY_LEN(limits)];
    ide_ready(s, c);
    wr(s, c->task + 6, 1, 0xa0);
    wr(s, c->control, 1, p[0] & 4 ? 2 : 0);
    wr(s, c->task + 1, 1, (dma ? 1u : 0) | (p[0] % 64 == 63 ? 2 : 0));
    wr(s, c->task + 4, 1, limit & 0xff);
    wr(s, c->task + 5, 1, limit >> 8);
    wr(s, c->task + 7, 1, 0xa0);
    send_packet(s, c, packet);
    if (dma)
        dma_phase(s, c, p, packet[0] != 0x55);
    else
        data_phase(s, c, p);
    ide_ready(s, c);
    rd(s, c->task + 1, 1);
    rd(s, c->task + 2, 1);
    rd(s, c->task + 7, 1);
}

/*
 * p: 0 how (1 DMA, 2 as it stands, 4 nIEN, 8 the tray is closed and the attention taken first, 10h sense afterwards);
 * 1-12 the packet; 13 byte count limit and engine; 14 the data.
 */
void op_packet(struct side *s, const uint8_t *p)
{
    struct ide_ports c = ide_ports(s, 1);
    uint8_t packet[12], ready[12] = {0}, close[12] = {0x1b, [4] = CLOSE_TRAY}, sense[12] = {3, [4] = 18};
    uint8_t how[OP_BYTES] = {[13] = 0x80};
    memcpy(packet, p + 1, sizeof packet);
    if (!(p[0] & 2) || p[0] & 0xe0) {
        packet[0] = opcodes[packet[0] % sizeof opcodes];
        tame(packet, p);
    }
    if (p[0] & 8) {
        command(s, &c, how, close, false);
        command(s, &c, how, ready, false);
        command(s, &c, how, ready, false);
    }
    command(s, &c, p, packet, p[0] & 1);
    if (p[0] & 0x10)
        command(s, &c, how, sense, false);
}
