/* SPDX-License-Identifier: MIT */
/* ATA commands with their data phases (ATA-6), and the PIIX3's bus master with its lists (Bus Master IDE 1.0). */
#include "fuzz.h"

enum { BSY = 0x80, DRQ = 0x08, ERR = 0x01 };
enum { SRST = 0x04, NIEN = 0x02, HOB = 0x80 };
enum { BM_START = 1, BM_TO_MEMORY = 8 };
#define MILLISECOND UINT64_C(1000000)

struct ide_ports ide_ports(struct side *s, unsigned channel)
{
    static const struct ide_ports ports[] = {{0x1f0, 0x3f6, 0}, {0x170, 0x376, 1}};
    cfg_wr(s, IDE_FN, 0x04, 2, 0x05);
    cfg_wr(s, IDE_FN, 0x40, 4, 0x80008000);
    return ports[channel & 1];
}

bool ide_ready(struct side *s, const struct ide_ports *c)
{
    for (unsigned i = 0; i < 96; i++) {
        if (!(rd(s, c->control, 1) & BSY))
            return true;
        step(s, 2 * MILLISECOND);
    }
    return false;
}

/* --- The bus master --- */

static void descriptor(struct side *s, unsigned n, uint32_t address, uint32_t bytes, bool last)
{
    mem_put32(s, PRD_AT + 8 * n, address);
    mem_put32(s, PRD_AT + 8 * n + 4, (bytes & 0xffff) | (last ? 0x80000000u : 0));
}

/* A list for `bytes`: whole, in parts, too short, too long, without an end, in and over the end of memory. */
void ide_list(struct side *s, uint8_t kind, uint32_t bytes)
{
    unsigned n = 0;
    uint32_t done = 0, part = kind & 0x10 ? 0x10000 : 0x2000;
    switch (kind & 15) {
    case 0: part = 512; break;
    case 1: part = 0x200 + (kind & 0xf0); break;
    case 2: bytes /= 2; break;
    case 3: bytes += 0x1000; break;
    case 4: descriptor(s, n++, RAM_BYTES + DATA_AT, 512, false); break; /* nobody answers there */
    case 5: descriptor(s, n++, RAM_BYTES - 0x100, 512, false); break;
    case 6: descriptor(s, n++, 0xa0000, 512, false); break; /* video memory */
    case 7: bytes = 2; break;
    default: break;
    }
    for (; done < bytes && n < 256; done += part)
        descriptor(s, n++, DATA_AT + (done & 0xffff), MIN(part, bytes - done), false);
    if (n && (kind & 15) != 8)
        mem_put32(s, PRD_AT + 8 * n - 4, (MIN(part, bytes) & 0xffff) | 0x80000000u);
}

void ide_start(struct side *s, const struct ide_ports *c, bool to_memory)
{
    uint16_t bm = (uint16_t)(io_bar(s, IDE_FN, 4) + 8 * c->channel);
    uint32_t direction = to_memory ? BM_TO_MEMORY : 0;
    wr(s, bm, 1, direction);
    wr(s, bm + 4, 4, PRD_AT);
    wr(s, bm + 2, 1, rd(s, bm + 2, 1) | 6);
    wr(s, bm, 1, direction | BM_START);
}

void ide_stop(struct side *s, const struct ide_ports *c)
{
    uint16_t bm = (uint16_t)(io_bar(s, IDE_FN, 4) + 8 * c->channel);
    rd(s, bm + 2, 1);
    wr(s, bm, 1, 0);
    rd(s, bm, 4);
}

/* --- Commands --- */

enum data { NONE, IN, OUT, DMA_IN, DMA_OUT };
static const struct {
    uint8_t code, data;
    bool wide;
} commands[] = {
    {0x20, IN, false},     {0x21, IN, false},     {0xc4, IN, false},      {0x24, IN, true},       {0x29, IN, true},
    {0x30, OUT, false},    {0x31, OUT, false},    {0xc5, OUT, false},     {0x34, OUT, true},      {0x39, OUT, true},
    {0xc8, DMA_IN, false}, {0xc9, DMA_IN, false}, {0xca, DMA_OUT, false}, {0xcb, DMA_OUT, false}, {0x25, DMA_IN, true},
    {0x35, DMA_OUT, true}, {0x40, NONE, false},   {0x41, NONE, false},    {0x42, NONE, true},     {0xec, IN, false},
    {0xa1, IN, false},     {0xe4, IN, false},     {0xe8, OUT, false},     {0xc6, NONE, false},    {0xef, NONE, false},
    {0x91, NONE, false},   {0xe7, NONE, false},   {0xea, NONE, false},    {0xf8, NONE, false},    {0x27, NONE, true},
    {0x94, NONE, false},   {0x95, NONE, false},   {0x98, NONE, false},    {0xe0, NONE, false},    {0xe1, NONE, false},
    {0xe2, NONE, false},   {0xe5, NONE, false},   {0x10, NONE, false},    {0x70, NONE, false},    {0x90, NONE, false},
    {0x08, NONE, false},   {0x00, NONE, false},   {0xc8, DMA_IN, false},  {0xca, DMA_OUT, false}, {0x20, IN, false},
};

/* SET FEATURES' subcommands, with the modes of 03h in the count. */
static const uint8_t features[] = {0x02, 0x82, 0x03, 0x55, 0xaa, 0x66, 0xcc, 0x99};
static const uint8_t modes[] = {0x00, 0x01, 0x08, 0x0c, 0x0d, 0x20, 0x22, 0x23, 0x40, 0x45, 0x46, 0x02};

static void task_file(struct side *s, const struct ide_ports *c, const uint8_t *p, uint8_t code, bool wide)
{
    bool lba = p[7] & 1 || wide;
    uint8_t count = (uint8_t)(p[2] & 0x80 ? p[2] : p[2] & 7);
    uint8_t feature = code == 0xef ? features[p[6] % sizeof features] : p[6];
    if (code == 0xef && feature == 3)
        count = modes[p[2] % sizeof modes];
    if (code == 0xc6)
        count = (uint8_t)(p[2] & 0x80 ? p[2] : 1u << (p[2] & 7));
    if (wide) { /* the second byte of each first */
        wr(s, c->task + 1, 1, 0);
        wr(s, c->task + 2, 1, p[10] & 0xf0 ? 0 : p[10]);
        wr(s, c->task + 3, 1, p[8] & 0xf0 ? 0 : p[8]);
        wr(s, c->task + 4, 1, p[9] & 0xf0 ? 0 : p[9]);
        wr(s, c->task + 5, 1, 0);
    }
    wr(s, c->task + 1, 1, feature);
    wr(s, c->task + 2, 1, count);
    wr(s, c->task + 3, 1, lba ? p[3] : p[3] & 0x40 ? p[3] : 1 + p[3] % 63u);
    wr(s, c->task + 4, 1, p[4] & (lba ? 0x0f : 3));
    wr(s, c->task + 5, 1, p[5] & 0xf0 ? 0 : p[5] & 7);
    if (code == 0x91)
        wr(s, c->task + 6, 1, 0xa0 | (p[0] & 2 && p[0] & 0x80 ? 0x10 : 0) | (p[5] & 15));
}

/* A DRQ block at a time, at most `blocks` of them. */
static void pio(struct side *s, const struct ide_ports *c, const uint8_t *p, bool in, unsigned blocks)
{
    unsigned width = p[7] & 8 ? 4 : 2;
    struct rng r = {ld32(p + 10) + UINT64_C(1)};
    for (unsigned n = 0; n < blocks && ide_ready(s, c); n++) {
        if (!(rd(s, c->task + 7, 1) & DRQ))
            return;
        unsigned words = 512 / width;
        if (p[7] & 0x40 && n == blocks / 2)
            words = p[11]; /* the host gives up in the middle, or takes too much */
        for (unsigned i = 0; i < words; i++)
            if (in)
                rd(s, c->task, width);
            else
                wr(s, c->task, width, rnd(&r));
    }
}

static void dma(struct side *s, const struct ide_ports *c, const uint8_t *p, bool to_memory, uint32_t bytes)
{
    ide_list(s, p[12] & 0x80 ? p[12] : p[12] & 0x71, bytes);
    if (p[13] % 16 == 1)
        to_memory = !to_memory;
    if (p[13] % 16 == 2)
        cfg_wr(s, IDE_FN, 4, 2, 1); /* no bus master */
    ide_start(s, c, to_memory);
    if (p[13] % 16 == 3)
        ide_stop(s, c);
    for (unsigned i = 0; i < 12 && rd(s, c->control, 1) & (BSY | DRQ); i++) {
        step(s, MILLISECOND);
        if (p[13] % 16 == 4 && i == 1)
            ide_stop(s, c);
        if (p[13] % 16 == 4 && i == 2)
            ide_start(s, c, to_memory);
    }
    ide_stop(s, c);
    mem_look(s, DATA_AT, 64);
}

/*
 * p: 0 the drive, and whether the code is from the table; 1 the command; 2 count; 3-5 address; 6 feature; 7 how
 * (1 LBA, 2 nIEN, 4 no wait before, 8 words of four bytes, 10h HOB, 20h engine first, 40h data cut, 80h no wait after);
 * 8-10 the upper halves; 11 words; 12, 13 the list.
 */
void op_ata(struct side *s, const uint8_t *p)
{
    struct ide_ports c = ide_ports(s, (p[0] & 0x61) == 0x61);
    unsigned i = p[1] % ARRAY_LEN(commands);
    bool listed = p[0] & 0x1c;
    uint8_t code = listed ? commands[i].code : p[1];
    enum data data = listed ? commands[i].data : NONE;
    bool wide = listed && commands[i].wide, to_memory = data == IN || data == DMA_IN;
    uint32_t sectors = p[2] & 0x80 ? p[2] : p[2] & 7;
    if (!(p[7] & 4))
        ide_ready(s, &c);
    wr(s, c.task + 6, 1, 0xa0 | (p[0] & 2 && p[0] & 0x80 ? 0x10 : 0) | (p[7] & 1 || wide ? 0x40 : 0));
    wr(s, c.control, 1, p[7] & 2);
    task_file(s, &c, p, code, wide);
    if (p[7] & 0x20 && data >= DMA_IN) {
        ide_list(s, p[12], sectors * 512);
        ide_start(s, &c, to_memory);
    }
    wr(s, c.task + 7, 1, code);
    if (p[7] & 0x80 && p[8] & 1)
        return;
    if (data == IN || data == OUT)
        pio(s, &c, p, to_memory, p[11] & 15);
    else if (data != NONE)
        dma(s, &c, p, to_memory, (sectors ? sectors : 256) * 512);
    ide_ready(s, &c);
    wr(s, c.control, 1, p[7] & 0x10 ? HOB : 0);
    for (unsigned reg = 1; reg < 8; reg++)
        rd(s, (uint16_t)(c.task + reg), 1);
}

/* Single registers, and software resets. */
void op_ata_registers(struct side *s, const uint8_t *p)
{
    struct ide_ports c = ide_ports(s, p[0] & 1);
    uint16_t bm = (uint16_t)(io_bar(s, IDE_FN, 4) + 8 * c.channel);
    switch (p[1] % 8) {
    case 0:
        wr(s, c.control, 1, SRST);
        rd(s, c.task + 7, 1);
        pass(s, p[2] * UINT64_C(1000));
        wr(s, c.control, 1, p[3] & (NIEN | HOB));
        if (p[4] & 3)
            ide_ready(s, &c);
        break;
    case 1: wr(s, (uint16_t)(c.task + p[2] % 8), 1u << p[3] % 3, ld32(p + 4)); break;
    case 2: rd(s, (uint16_t)(c.task + p[2] % 8), 1u << p[3] % 3); break;
    case 3: wr(s, (uint16_t)(bm + p[2] % 8), 1u << p[3] % 3, ld32(p + 4)); break;
    case 4: rd(s, (uint16_t)(bm + p[2] % 8), 1u << p[3] % 3); break;
    case 5: cfg_wr(s, IDE_FN, 0x40 + p[2] % 5u, 1, p[3]); break;
    case 6: wr(s, c.task + 6, 1, p[2]); break;
    default:
        ide_ready(s, &c);
        for (unsigned reg = 1; reg < 8; reg++)
            rd(s, (uint16_t)(c.task + reg), 1);
        break;
    }
}
