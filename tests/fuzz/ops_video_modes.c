/* SPDX-License-Identifier: MIT */
/* The modes of the VGA as its BIOS sets them (IBM VGA technical reference, BIOS mode tables), and VBE's. */
#include "fuzz.h"

struct mode {
    uint8_t misc, seq[5], crtc[25], gfx[9];
    uint8_t attr[5]; /* mode, overscan, planes, pan, select */
};

static const struct mode modes[] = {
    /* 80x25 text, 9 dots */
    {0x67,
     {3, 0x00, 3, 0, 2},
     {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0,    0x4f, 13,   14,  0,
      0,    0,    0x50, 0x9c, 0x8e, 0x8f, 40,   0x1f, 0x96, 0xb9, 0xa3, 0xff},
     {0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff},
     {0x0c, 0, 15, 8, 0}},
    /* 40x25 text, 8 dots, half clock */
    {0x63,
     {3, 0x09, 3, 0, 2},
     {0x2d, 0x27, 0x28, 0x90, 0x2b, 0xa0, 0xbf, 0x1f, 0,    0x47, 6,    7,   0,
      0,    0,    0x31, 0x9c, 0x8e, 0x8f, 20,   0x1f, 0x96, 0xb9, 0xa3, 0xff},
     {0, 0, 0, 0, 0, 0x10, 0x0e, 0, 0xff},
     {0x08, 0, 15, 0, 0}},
    /* monochrome text with underlines */
    {0x66,
     {3, 0x00, 3, 0, 2},
     {0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0,    0x4d, 11,   12,  0,
      0,    0,    0,    0x83, 0x85, 0x5d, 40,   0x0d, 0x63, 0xba, 0xa3, 0xff},
     {0, 0, 0, 0, 0, 0x10, 0x0a, 0, 0xff},
     {0x0e, 0, 15, 8, 0}},
    /* 320x200, four colours, CGA */
    {0x63,
     {3, 0x09, 3, 0, 2},
     {0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0,    0xc1, 0,    0,   0,
      0,    0,    0,    0x9c, 0x8e, 0x8f, 20,   0,    0x96, 0xb9, 0xa2, 0xff},
     {0, 0, 0, 0, 0, 0x30, 0x0f, 0, 0xff},
     {0x01, 0, 3, 0, 0}},
    /* 640x200, two colours */
    {0x63,
     {3, 0x01, 1, 0, 6},
     {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0,    0xc1, 0,    0,   0,
      0,    0,    0,    0x9c, 0x8e, 0x8f, 40,   0,    0x96, 0xb9, 0xc2, 0xff},
     {0, 0, 0, 0, 0, 0, 0x0d, 0, 0xff},
     {0x01, 0, 1, 0, 0}},
    /* 320x200, 16 colours */
    {0x63,
     {3, 0x09, 15, 0, 6},
     {0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0,    0xc0, 0,    0,   0,
      0,    0,    0,    0x9c, 0x8e, 0x8f, 20,   0,    0x96, 0xb9, 0xe3, 0xff},
     {0, 0, 0, 0, 0, 0, 5, 15, 0xff},
     {0x01, 0, 15, 0, 0}},
    /* 640x480, 16 colours */
    {0xe3,
     {3, 0x01, 15, 0, 6},
     {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0b, 0x3e, 0,    0x40, 0,    0,   0,
      0,    0,    0,    0xea, 0x8c, 0xdf, 40,   0,    0xe7, 0x04, 0xe3, 0xff},
     {0, 0, 0, 0, 0, 0, 5, 15, 0xff},
     {0x01, 0, 15, 0, 0}},
    /* 320x200, 256 colours */
    {0x63,
     {3, 0x01, 15, 0, 14},
     {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0xbf, 0x1f, 0,    0x41, 0,    0,   0,
      0,    0,    0,    0x9c, 0x8e, 0x8f, 40,   0x40, 0x96, 0xb9, 0xa3, 0xff},
     {0, 0, 0, 0, 0, 0x40, 5, 15, 0xff},
     {0x41, 0, 15, 0, 0}},
    /* the same in planes ("mode X") */
    {0xe3,
     {3, 0x01, 15, 0, 6},
     {0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80, 0x0d, 0x3e, 0,    0x41, 0,    0,   0,
      0,    0,    0,    0xea, 0xac, 0xdf, 40,   0,    0xe7, 0x06, 0xe3, 0xff},
     {0, 0, 0, 0, 0, 0x40, 5, 15, 0xff},
     {0x41, 0, 15, 0, 0}},
};

static void set_crtc(struct side *s, const struct mode *m)
{
    vga_set(s, VGA_CRTC, 0x11, m->crtc[0x11] & 0x7f); /* no protection */
    for (unsigned i = 0; i < sizeof m->crtc; i++)
        vga_set(s, VGA_CRTC, i, m->crtc[i]);
}

static void set_palette(struct side *s, uint32_t seed)
{
    uint8_t dac[768];
    fill(dac, sizeof dac, seed);
    wr(s, 0x3c8, 1, 0);
    for (unsigned i = 0; i < sizeof dac; i++)
        wr(s, 0x3c9, 1, dac[i]);
}

/* 256 characters of 16 rows in plane 2. */
static void set_font(struct side *s, uint32_t seed)
{
    uint8_t font[8192];
    fill(font, sizeof font, seed);
    vga_set(s, VGA_SEQ, 2, 4);
    vga_set(s, VGA_SEQ, 4, 6);
    vga_set(s, VGA_GFX, 5, 0);
    vga_set(s, VGA_GFX, 6, 4);
    for (unsigned i = 0; i < sizeof font; i += 4)
        mmio_wr(s, 0xa0000 + i, 4, ld32(font + i));
}

/*
 * p: 0 mode; 1 how (3 no palette, 4 no font, 8 registers are changed); 2-4, 5-7 block, index, value of two changes;
 * 8 palette.
 */
void op_vga_mode(struct side *s, const uint8_t *p)
{
    const struct mode *m = &modes[p[0] % ARRAY_LEN(modes)];
    wr(s, 0x1ce, 2, 4);
    wr(s, 0x1cf, 2, 0);
    wr(s, 0x3c2, 1, m->misc);
    if (!(m->gfx[6] & 1) && !(p[1] & 4))
        set_font(s, p[8]);
    for (unsigned i = 0; i < sizeof m->seq; i++)
        vga_set(s, VGA_SEQ, i, m->seq[i]);
    set_crtc(s, m);
    for (unsigned i = 0; i < sizeof m->gfx; i++)
        vga_set(s, VGA_GFX, i, m->gfx[i]);
    for (unsigned i = 0; i < 16; i++)
        vga_set(s, VGA_ATTR, i, (uint8_t)(m->attr[2] == 15 ? i : i ? 0x17 : 0));
    for (unsigned i = 0; i < sizeof m->attr; i++)
        vga_set(s, VGA_ATTR, 16 + i, m->attr[i]);
    if (p[1] & 3)
        set_palette(s, p[8]);
    if (p[1] & 8) {
        vga_set(s, p[2] % 4, p[3], p[4]);
        vga_set(s, p[5] % 4, p[6], p[7]);
    }
    pass(s, p[9] * UINT64_C(400000));
}

static void vbe(struct side *s, unsigned index, unsigned value)
{
    wr(s, 0x1ce, 2, index);
    wr(s, 0x1cf, 2, value);
}

/*
 * p: 0 size; 1 depth; 2 how (1 8-bit DAC, 2 no clearing, 4 a wider virtual picture, 8 offsets, 10h any size);
 * 3 bank.
 */
void op_vbe_mode(struct side *s, const uint8_t *p)
{
    static const uint16_t sizes[][2] = {{640, 480}, {800, 600}, {320, 200}, {1024, 768},
                                        {720, 400}, {8, 1},     {640, 400}};
    static const uint8_t depths[] = {8, 4, 15, 16, 24, 32, 0, 7};
    const uint16_t *size = sizes[p[0] % ARRAY_LEN(sizes)];
    uint16_t w = p[2] & 0x10 && p[2] & 0x60 ? ld16(p + 4) % 2600 : size[0];
    uint16_t h = p[2] & 0x10 && p[2] & 0x60 ? ld16(p + 6) % 1610 : size[1];
    vbe(s, 4, 0);
    vbe(s, 0, 0xb0c0 + p[8] % 8u);
    vbe(s, 1, w);
    vbe(s, 2, h);
    vbe(s, 3, depths[p[1] % sizeof depths]);
    vbe(s, 4, 0x41 | (p[2] & 1 ? 0x20 : 0) | (p[2] & 2 ? 0x80 : 0));
    vbe(s, 5, p[3] % 40);
    if (p[2] & 4)
        vbe(s, 6, w + p[9] * 8u);
    if (p[2] & 8) {
        vbe(s, 8, p[10]);
        vbe(s, 9, p[11]);
    }
    if (p[12] % 8 < 5)
        set_palette(s, p[13]);
    if (p[12] % 8 == 7)
        vbe(s, 4, 0x43); /* its limits in place of its values */
    for (unsigned i = 0; i < 12; i++) {
        wr(s, 0x1ce, 2, i);
        rd(s, 0x1cf, 2);
    }
    if (p[12] % 8 == 7)
        vbe(s, 4, 0x41);
    pass(s, p[14] * UINT64_C(400000));
}
