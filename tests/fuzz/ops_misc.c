/* SPDX-License-Identifier: MIT */
/* fw_cfg, PCI configuration, serial and parallel ports, DMA, resets, media, the host's faults, what the user does. */
#include "fuzz.h"

#define MILLISECOND UINT64_C(1000000)

static void be32(uint8_t *to, uint32_t v)
{
    st32(to, __builtin_bswap32(v));
}

/* p: 0 how; 1 item; 2 length; 3 address; 4 control bits. */
void op_fw_cfg(struct side *s, const uint8_t *p)
{
    static const uint16_t items[] = {0x00, 0x01, 0x05, 0x0d, 0x19, 0x20, 0x21, 0x22, 0x24, 0x3fff, 0x8000, 0x28};
    uint16_t item = p[0] & 0x40 ? ld16(p + 5) : items[p[1] % ARRAY_LEN(items)];
    uint32_t length = p[2] & 0x80 ? p[2] * 100u : p[2], at = p[3] % 16 == 1 ? RAM_BYTES - 16 : DATA_AT + p[3] * 64u;
    uint8_t block[16] = {0};
    if (p[0] & 1) {
        wr(s, 0x510, 2, item);
        for (uint32_t i = 0; i < p[2]; i++)
            rd(s, 0x511, 1);
        rd(s, 0x510, 2);
        return;
    }
    be32(block, (uint32_t)item << 16 | (p[4] & 0x1f));
    if (p[0] & 2)
        be32(block, (uint32_t)item << 16 | 0x0a);
    be32(block + 4, p[3] % 64 == 2 ? UINT32_MAX >> (p[6] & 15) : length);
    be32(block + 12, at);
    if (p[3] % 64 == 3)
        be32(block + 8, p[6]);
    mem_put(s, CONFIG_AT, block, sizeof block);
    wr(s, 0x514, 4, p[0] % 32 == 4 ? 0xffffffff : 0);
    rd(s, 0x514, 4);
    wr(s, 0x518, 4, __builtin_bswap32(p[3] % 16 == 4 ? RAM_BYTES - 8 : CONFIG_AT));
    mem_look(s, CONFIG_AT, 16);
    mem_look(s, DATA_AT + p[3] * 64u, 64);
}

/* The PCI test device. p: 0 BAR; 1 test; 2 offset. */
static void test_device(struct side *s, unsigned fn, const uint8_t *p)
{
    uint32_t mem = mem_bar(s, fn, 0), big = mem_bar(s, fn, 2);
    uint16_t io = io_bar(s, fn, 1);
    if (cfg_rd(s, fn, 0, 4) != 0x00051b36 || (cfg_rd(s, fn, 4, 2) & 3) != 3)
        return;
    mmio_wr(s, mem, 1, p[1] & 3);
    wr(s, io, 1, p[1] & 3);
    for (unsigned i = 0; i < 3; i++) {
        mmio_wr(s, mem + 64 + 4 * i, 1, p[2] & 1 ? 0xfa : p[2]);
        wr(s, (uint16_t)(io + 64 + 4 * i), 1, p[2] & 2 ? 0xfa : p[2]);
    }
    for (unsigned i = 0; i < 64; i += 4) {
        mmio_rd(s, mem + i, 4);
        rd(s, (uint16_t)(io + i), 4);
    }
    if (!big)
        return;
    mmio_wr(s, big + p[3] * 256u, 4, p[4]);
    mmio_rd(s, big + p[3] * 256u, 4);
}

/* p: 0 function; 1 register; 2-5 value; 6 what. */
void op_pci(struct side *s, const uint8_t *p)
{
    static const uint8_t functions[] = {0, 8, 9, 10, 11, 16, 24, 32};
    unsigned fn = functions[p[0] % sizeof functions], bar = 0x10 + 4 * (p[1] % 6u);
    uint32_t v = ld32(p + 2);
    switch (p[6] % 8) {
    case 0: /* sizing */
        cfg_wr(s, fn, bar, 4, UINT32_MAX);
        cfg_rd(s, fn, bar, 4);
        cfg_wr(s, fn, bar, 4, p[2] & 1 ? 0xd000 + p[3] * 16u : 0xe8000000 + ((uint32_t)p[3] << 16));
        break;
    case 1: cfg_wr(s, fn, 4, 2, p[2] & 7); break;
    case 2: cfg_wr(s, fn, 0x30, 4, (v & 0xffff0000) | (p[2] & 1)); break;
    case 3: /* configuration mechanism 1 itself */
        wr(s, 0xcf8, 4, 0x80000000 | fn << 8 | (p[1] & 0xfc));
        rd(s, 0xcfc + (p[1] & 3u), 1);
        if (p[2] & 1)
            wr(s, 0xcfc + (p[1] & 3u), 1u << p[3] % 3, v);
        rd(s, 0xcf8, 4);
        break;
    case 4: cfg_wr(s, 0, 0x59 + p[1] % 7u, 1, p[2] & 0x33); break; /* PAM */
    case 5: cfg_wr(s, 8, 0x60 + p[1] % 4u, 1, p[2] & 0x8f); break; /* PIRQ routes */
    case 6: assign_bars(s->m); break;
    default: cfg_wr(s, fn, p[1] & 0xfc, 4, v); break;
    }
    if (p[7] % 8 == 1)
        wr(s, 0xcf9, 1, p[8]);
    if (p[7] % 8 == 2)
        wr(s, 0x92, 1, p[8]);
    if (p[7] % 8 == 3)
        wr(s, 0xcf8, 1u << p[8] % 3, v);
    for (unsigned i = 0; i < 0x40; i += 4)
        cfg_rd(s, fn, i, 4);
    for (unsigned other = 3 << 3; other < 6 << 3 && p[9] & 1; other += 8)
        test_device(s, other, p + 9);
}

/* p: 0 port; 1 FCR; 2 MCR; 3 IER; 4 divisor; 5 what; 6- characters. */
void op_serial(struct side *s, const uint8_t *p)
{
    static const uint16_t bases[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
    uint16_t at = bases[p[0] & 3];
    if (p[5] & 1) {
        wr(s, at + 3, 1, 0x83);
        wr(s, at, 1, p[4]);
        wr(s, at + 1, 1, 0);
        wr(s, at + 3, 1, p[0] >> 2 & 0x7f);
        wr(s, at + 2, 1, p[1]);
        wr(s, at + 4, 1, p[2]);
        wr(s, at + 1, 1, p[3]);
    }
    if (p[5] & 2)
        for (unsigned i = 0; i < (p[5] >> 4) * 2u; i++)
            wr(s, at, 1, p[6 + i % 8]);
    if (p[5] & 4)
        input(s, J_SERIAL, p[0] & 3, p + 6, 8);
    if (p[5] & 8 && p[4] & 1)
        input(s, J_BREAK, p[0] & 3, NULL, 0);
    for (unsigned i = 0; i < 12; i++) {
        step(s, p[14] * UINT64_C(2000));
        rd(s, at + 2, 1);
        if (rd(s, at + 5, 1) & 1 && p[14] & 1)
            rd(s, at, 1);
        rd(s, at + 6, 1);
    }
    wr(s, at + 7, 1, p[13]);
    rd(s, at + 7, 1);
}

/* p: 0 port; 1 what; 2- values. Port E9h too. */
void op_parallel(struct side *s, const uint8_t *p)
{
    static const uint16_t bases[] = {0x378, 0x278, 0x3bc};
    uint16_t at = bases[p[0] % 3];
    for (unsigned i = 0; i < 4; i++) { /* a byte with its strobe */
        wr(s, at, 1, p[2 + i]);
        wr(s, at + 2, 1, 0x0c | (p[1] & 0x30));
        wr(s, at + 2, 1, 0x0d | (p[1] & 0x30));
        pass(s, p[6] * UINT64_C(1000));
        rd(s, at + 1, 1);
    }
    wr(s, at + 2, 1, p[7]);
    rd(s, at, 1);
    rd(s, at + 2, 1);
    wr(s, 0xe9, 1, p[8]);
    rd(s, 0xe9, 1);
}

/* p: 0 controller and channel; 1 mode; 2-5 address and count; 6 what else. */
void op_dma(struct side *s, const uint8_t *p)
{
    static const uint8_t pages[] = {0x87, 0x83, 0x81, 0x82, 0x8f, 0x8b, 0x89, 0x8a};
    unsigned wide = p[0] & 4 ? 1 : 0, channel = p[0] & 3, scale = wide + 1;
    uint16_t at = wide ? 0xc0 : 0;
    wr(s, (uint16_t)(at + 0x0c * scale), 1, 0);
    wr(s, (uint16_t)(at + 0x0b * scale), 1, (p[1] & 0xfc) | channel);
    for (unsigned i = 0; i < 4; i++)
        wr(s, (uint16_t)(at + (2 * channel + i / 2) * scale), 1, p[2 + i]);
    wr(s, pages[p[0] & 7], 1, p[6]);
    wr(s, (uint16_t)(at + (8 + p[7] % 8u) * scale), 1, p[8]);
    for (unsigned i = 0; i < 16; i++)
        rd(s, (uint16_t)(at + i * scale), 1);
    for (unsigned i = 0; i < 16; i++)
        rd(s, (uint16_t)(0x80 + i), 1);
}

/* One chip's reset, or RESET# of all. */
void op_reset(struct side *s, const uint8_t *p)
{
    if (p[0] % 4) {
        struct dev *d = device(s->m, p[1] % device_count(s->m));
        if (d->cls->reset)
            d->cls->reset(d);
        return;
    }
    for (struct dev *d = s->m->devices; d; d = d->next)
        if (d->cls->reset)
            d->cls->reset(d);
    assign_bars(s->m);
}

/* What the user puts in or takes out. p: 0 drive; 1 size; 2 how. */
void op_medium(struct side *s, const uint8_t *p)
{
    static const uint32_t diskettes[] = {2880, 1440, 720,  5760, 2400, 0,    360, 320,
                                         640,  3360, 3444, 1280, 1,    2879, 3486};
    static const uint32_t discs[] = {4096, 0, 0x400000, 1, 4, 1638400, 1638404, 4095};
    static const uint8_t drives[] = {CD_DRIVE, FIRST_FLOPPY, FIRST_FLOPPY + 1};
    unsigned drive = drives[p[0] % 3];
    uint32_t n = drive == CD_DRIVE ? discs[p[1] % ARRAY_LEN(discs)] : diskettes[p[1] % ARRAY_LEN(diskettes)];
    struct drive_info info;
    note(s, "a change of the medium in drive", drive,
         put_in(s, drive, n, drive == CD_DRIVE || p[2] % 4 == 0, p[2] & 8));
    machine_drive_info(s->m, drive, &info);
    note(s, "the state of drive", drive, info.medium | info.open << 1 | info.locked << 2);
}

/* p: 0 which of the host's calls fail from now on; mostly none. */
void op_host_fault(struct side *s, const uint8_t *p)
{
    s->faults->bits = p[0] & 0x10 ? p[0] & 15 : 0;
}

void op_outside(struct side *s, const uint8_t *p)
{
    uint8_t b[14];
    memcpy(b, p + 1, sizeof b);
    switch (p[0] % 5) {
    case 0:
        b[1] = 0, b[2] &= 1;
        input(s, J_KEY, 0, b, 3);
        break;
    case 1: input(s, J_SERIAL, b[13] % MAX_PORTS, b, 1 + b[12] % 12u); break;
    case 2: input(s, J_MOUSE, 0, b, 6); break;
    case 3: input(s, J_TABLET, 0, b, 6); break;
    default:
        b[0] = POWER_BUTTON;
        input(s, J_POWER, 0, b, 1);
        break;
    }
}

/* "info NAME" of every chip: the console changes nothing and says the same of both machines. */
void op_info(struct side *s, const uint8_t *p)
{
    struct buf out = {0};
    (void)p;
    for (struct dev *d = s->m->devices; d; d = d->next)
        if (d->cls->print)
            d->cls->print(d, &out);
    for (size_t i = 0; i < out.len; i++)
        note(s, "info's character", i, out.data[i]);
    buf_free(&out);
}
