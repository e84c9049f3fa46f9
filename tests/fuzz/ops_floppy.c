/* SPDX-License-Identifier: MIT */
/* Commands of the 82077AA with their bytes, DMA or not. Data sheet 290166-007, table 5-1. */
#include "fuzz.h"

enum { DOR = 0x3f2, MSR = 0x3f4, FIFO = 0x3f5, CCR = 0x3f7, DSR = 0x3f4 };
enum { RQM = 0x80, DIO = 0x40, CB = 0x10 };
#define MILLISECOND UINT64_C(1000000)

static const struct {
    uint8_t code, len;
    bool transfers;
} commands[] = {
    {0x06, 9, true},  {0x06, 9, true},  {0x05, 9, true},  {0x05, 9, true},  {0x0c, 9, true},  {0x09, 9, true},
    {0x02, 9, true},  {0x16, 9, true},  {0x11, 9, true},  {0x19, 9, true},  {0x1d, 9, true},  {0x0d, 6, true},
    {0x0a, 2, true},  {0x10, 1, false}, {0x07, 2, false}, {0x08, 1, false}, {0x03, 3, false}, {0x04, 2, false},
    {0x0f, 3, false}, {0x8f, 3, false}, {0xcf, 3, false}, {0x13, 4, false}, {0x12, 2, false}, {0x0e, 1, false},
    {0x14, 1, false}, {0x94, 1, false}, {0x18, 1, false}, {0x0f, 3, false},
};

/* CCR's code for what is in the drive, as a driver finds it by trying. */
static uint8_t rate_of(uint32_t sectors)
{
    return sectors > 3500 ? 3 : sectors > 1600 ? 0 : 2;
}

static unsigned sectors_a_track(uint32_t sectors)
{
    return sectors > 3500 ? 36 : sectors > 3360 ? 21 : sectors > 2400 ? 18 : sectors > 1600 ? 15 : 9;
}

static void set_dma(struct side *s, bool to_memory, uint32_t bytes, uint8_t how)
{
    uint32_t at = how % 16 == 15 ? RAM_BYTES - 256 : DATA_AT;
    if (how % 32 == 30)
        return; /* as the last command left it */
    wr(s, 0x08, 1, 0);
    wr(s, 0x0c, 1, 0);
    wr(s, 0x0b, 1, 0x42 | (to_memory ? 4 : 8) | (how % 16 == 14 ? 0x10 : 0) | (how % 16 == 13 ? 0x20 : 0));
    wr(s, 0x04, 1, at & 0xff);
    wr(s, 0x04, 1, at >> 8 & 0xff);
    wr(s, 0x81, 1, at >> 16);
    wr(s, 0x05, 1, (bytes - 1) & 0xff);
    wr(s, 0x05, 1, (bytes - 1) >> 8 & 0xff);
    wr(s, 0x0a, 1, how % 32 == 29 ? 6 : 2);
}

/* Bytes go as MSR has it until the command is over or nothing more comes. */
static void serve(struct side *s, struct rng *r, unsigned limit)
{
    unsigned waits = 0;
    for (unsigned i = 0; i < limit && waits < 400; i++) {
        uint32_t msr = rd(s, MSR, 1);
        if ((msr & (RQM | DIO)) == (RQM | DIO)) {
            rd(s, FIFO, 1);
        } else if (msr & RQM && msr & CB) {
            wr(s, FIFO, 1, rnd(r));
        } else if (msr & CB) {
            step(s, 4 * MILLISECOND);
            waits++;
        } else {
            return;
        }
    }
}

static void send(struct side *s, const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < n && (rd(s, MSR, 1) & (RQM | DIO)) == RQM; i++)
        wr(s, FIFO, 1, bytes[i]);
}

/* Until the seeks are over; the interrupts are taken. */
static void settle(struct side *s)
{
    const uint8_t sense[] = {0x08};
    struct rng r = {1};
    for (unsigned i = 0; i < 400 && rd(s, MSR, 1) & 15; i++)
        step(s, 4 * MILLISECOND);
    for (unsigned i = 0; i < 2; i++) {
        send(s, sense, 1);
        serve(s, &r, 4);
    }
}

static void ready_drive(struct side *s, unsigned unit, bool non_dma)
{
    const uint8_t specify[] = {0x03, 0xdf, non_dma ? 3 : 2};
    wr(s, DOR, 1, 0x0c | unit | 0x10u << unit);
    wr(s, CCR, 1, rate_of(s->medium[FIRST_FLOPPY + (unit & 1)]));
    pass(s, MILLISECOND);
    struct rng r = {1};
    if (rd(s, MSR, 1) & CB)
        serve(s, &r, 64);
    send(s, specify, sizeof specify);
}

static void go_to(struct side *s, unsigned unit, uint8_t cylinder)
{
    const uint8_t seek[] = {0x0f, (uint8_t)unit, cylinder};
    send(s, seek, sizeof seek);
    settle(s);
}

/* FORMAT TRACK takes an ID for each sector. */
static void put_ids(struct side *s, uint8_t cylinder, unsigned head, unsigned n, uint8_t how)
{
    for (unsigned i = 0; i < n; i++) {
        uint8_t id[4] = {cylinder, (uint8_t)head, (uint8_t)(i + 1), how % 8 == 7 && i == 3 ? 3 : 2};
        mem_put(s, DATA_AT + 4 * i, id, sizeof id);
    }
}

/*
 * p: 0 unit (bit 0), head (4), MT (8), SK (10h), FM (all of 60h); 1 command; 2 how (1 no preparation, 2 no DMA, 4 no
 * seek, 8 own parameters); 3 cylinder; 4 sector; 5 last sector; 6 DMA; 7 bytes; 8 bytes of non-DMA data; 9-14 raw.
 */
void op_floppy(struct side *s, const uint8_t *p)
{
    unsigned i = p[1] % ARRAY_LEN(commands), unit = p[0] % 32 == 31 ? 2 : p[0] & 1, head = p[0] >> 2 & 1;
    uint32_t medium = s->medium[FIRST_FLOPPY + (unit & 1)];
    unsigned spt = sectors_a_track(medium);
    uint8_t code = commands[i].code, cylinder = p[3] >= 0xe0 ? p[3] % 84 : p[3] & 3;
    bool non_dma = (p[2] & 0x12) == 2,
         to_disk = code == 0x05 || code == 0x09 || code == 0x0d || code == 0x11 || code == 0x19 || code == 0x1d;
    uint8_t bytes[9] = {code,
                        (uint8_t)(unit | head << 2),
                        cylinder,
                        (uint8_t)head,
                        (uint8_t)(1 + p[4] % spt),
                        2,
                        (uint8_t)(1 + p[5] % spt),
                        0x1b,
                        (uint8_t)(code == 0x16 ? 1 + p[8] % 4u : 0xff)};
    struct rng r = {ld32(p + 9) + UINT64_C(1)};
    if (commands[i].transfers)
        bytes[0] |= (p[0] & 0xe0 ? 0x40 : 0) | (p[0] & 8 ? 0x80 : 0) | (p[0] & 0x10 ? 0x20 : 0);
    if (code == 0x0a || code == 0x0d)
        bytes[0] &= 0x5f;
    if (code == 0x0d)
        bytes[2] = 2, bytes[3] = (uint8_t)(p[4] % 16 ? spt : p[4] / 16), bytes[4] = 0x50, bytes[5] = p[5];
    if (code >= 0x11 && code <= 0x1d && code != 0x16)
        bytes[8] = 1 + p[8] % 2; /* the step of a scan */
    if (code == 0x16 && p[8] & 0x80)
        bytes[1] |= 0x80; /* EC */
    if (p[2] & 8 && p[2] & 0x60)
        memcpy(bytes + 2, p + 9, 6);
    if (code == 0x0f || code == 0x8f || code == 0xcf)
        bytes[2] = p[3] % 90;
    if (code == 0x13)
        bytes[1] = 0, bytes[2] = p[4], bytes[3] = p[5];
    if (!(p[2] & 1) || p[2] & 0x80) {
        ready_drive(s, unit, non_dma);
        if (commands[i].transfers && (!(p[2] & 4) || p[2] & 0x80))
            go_to(s, unit, cylinder);
    }
    if (commands[i].transfers && !non_dma) {
        if (code == 0x0d)
            put_ids(s, cylinder, head, spt, p[6]);
        set_dma(s, !to_disk, p[7] & 0x40 ? 1 + p[7] * 8u : 512 * (1 + (p[7] & 7u)), p[6]);
    }
    send(s, bytes, p[14] == 255 ? 2 : commands[i].len);
    serve(s, &r, non_dma ? (p[8] & 1 ? 3000 : p[8] * 8u) : 600);
    if (p[14] & 1)
        settle(s);
    rd(s, CCR, 1);
}

/* Registers around the commands: resets, rates, motors, modes. */
void op_floppy_setup(struct side *s, const uint8_t *p)
{
    struct rng r = {1};
    switch (p[0] % 8) {
    case 0:
        wr(s, DOR, 1, p[1] & 0xf8);
        pass(s, p[3] * UINT64_C(1000));
        wr(s, DOR, 1, (p[2] & 0xf1u) | 0x0c);
        pass(s, MILLISECOND);
        for (unsigned i = 0; i < 4; i++)
            settle(s);
        break;
    case 1:
        wr(s, DSR, 1, p[1]);
        pass(s, p[3] * UINT64_C(1000));
        break;
    case 2: wr(s, CCR, 1, p[1]); break;
    case 3: wr(s, DOR, 1, p[1]); break;
    case 4: serve(s, &r, p[1]); break;
    case 5: {
        const uint8_t configure[] = {0x13, 0, p[1], p[2]}, lock[] = {p[3] & 1 ? 0x94 : 0x14};
        send(s, configure, sizeof configure);
        send(s, lock, 1);
        serve(s, &r, 4);
        break;
    }
    case 6:
        for (uint16_t port = 0x3f0; port < 0x3f8; port++)
            if (port != 0x3f6)
                rd(s, port, 1);
        break;
    default: wr(s, FIFO, 1, p[1]); break;
    }
}
