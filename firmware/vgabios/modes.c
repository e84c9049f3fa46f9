/* SPDX-License-Identifier: MIT */
/*
 * The standard video modes: register values, DAC contents, mode set (INT 10h AH=00h).
 *
 * Documents: IBM PS/2 and PC BIOS Interface Technical Reference (video parameter table, save
 * area), IBM VGA technical reference (register values). LIMIT: no EGA monitors, no mode 08h-0Ch.
 */
#include "vgabios.h"

/* clang-format off: a table to read across */
#define SEQ_R(a, b, c, d) \
    {                     \
        a, b, c, d        \
    }
#define ATTR_TEXT                                                                                   \
    {                                                                                               \
        0, 1, 2, 3, 4, 5, 0x14, 7, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x0C, 0, 0x0F, 8 \
    }
#define ATTR_TEXT350                                                                             \
    {                                                                                            \
        0, 1, 2, 3, 4, 5, 0x14, 7, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 8, 0, 0x0F, 0 \
    }
#define ATTR_TEXT200                                                                          \
    {                                                                                         \
        0, 1, 2, 3, 4, 5, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 8, 0, 0x0F, 0 \
    }
#define ATTR_MONO(mode, pan)                                                                       \
    {                                                                                              \
        0, 8, 8, 8, 8, 8, 8, 8, 0x10, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, mode, 0, 0x0F, pan \
    }
#define ATTR_CGA4                                                                                   \
    {                                                                                               \
        0, 0x13, 0x15, 0x17, 2, 4, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 1, 0, 3, 0 \
    }
#define ATTR_CGA2                                                                                               \
    {                                                                                                           \
        0, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 0x17, 1, 0, 1, 0 \
    }
#define ATTR_EGA200                                                                           \
    {                                                                                         \
        0, 1, 2, 3, 4, 5, 6, 7, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 1, 0, 0x0F, 0 \
    }
#define ATTR_0F                                                                \
    {                                                                          \
        0, 8, 0, 0, 0x18, 0x18, 0, 0, 0, 8, 0, 0, 0, 0x18, 0, 0, 0x0B, 0, 5, 0 \
    }
#define ATTR_EGA350                                                                              \
    {                                                                                            \
        0, 1, 2, 3, 4, 5, 0x14, 7, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 1, 0, 0x0F, 0 \
    }
#define ATTR_11                                                                                                    \
    {                                                                                                              \
        0, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 0x3F, 1, 0, 0x0F, 0 \
    }
#define ATTR_13                                                                \
    {                                                                          \
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x41, 0, 0x0F, 0 \
    }

/* CRTC 00h-06h for 40 and 80 columns; 10h-12h and 15h-16h for 350, 400, 480 lines. */
#define H40                 0x2D, 0x27, 0x28, 0x90, 0x2B, 0xA0, 0xBF
#define H40G                0x2D, 0x27, 0x28, 0x90, 0x2B, 0x80, 0xBF
#define H80                 0x5F, 0x4F, 0x50, 0x82, 0x55, 0x81, 0xBF
#define H80G                0x5F, 0x4F, 0x50, 0x82, 0x54, 0x80, 0xBF
#define H80V480             0x5F, 0x4F, 0x50, 0x82, 0x54, 0x80, 0x0B, 0x3E
#define V400(off, ul, mode) 0, 0, 0, 0, 0x9C, 0x8E, 0x8F, off, ul, 0x96, 0xB9, mode, 0xFF
#define V350(off, ul, mode) 0, 0, 0, 0, 0x83, 0x85, 0x5D, off, ul, 0x63, 0xBA, mode, 0xFF
#define V480(mode)          0, 0, 0, 0, 0xEA, 0x8C, 0xDF, 0x28, 0, 0xE7, 4, mode, 0xFF
#define GFX_TEXT                           \
    {                                      \
        0, 0, 0, 0, 0, 0x10, 0x0E, 0, 0xFF \
    }
#define GFX_MONO                           \
    {                                      \
        0, 0, 0, 0, 0, 0x10, 0x0A, 0, 0xFF \
    }
#define GFX_PLANAR                      \
    {                                   \
        0, 0, 0, 0, 0, 0, 5, 0x0F, 0xFF \
    }

#define T350(cols, clk, size, h, off)                                                          \
    {                                                                                          \
        cols, 24, 14, size, SEQ_R(clk, 3, 0, 2), 0xA3, {h, V350T(off)}, ATTR_TEXT350, GFX_TEXT \
    }
#define T400(cols, clk, size, h, off)                                                       \
    {                                                                                       \
        cols, 24, 16, size, SEQ_R(clk, 3, 0, 2), 0x67, {h, V400T(off)}, ATTR_TEXT, GFX_TEXT \
    }
#define V200T(off) 0x1F, 0, 0xC7, 6, 7, V400(off, 0x1F, 0xA3)
#define V350T(off) 0x1F, 0, 0x4D, 0x0B, 0x0C, V350(off, 0x1F, 0xA3)
#define V400T(off) 0x1F, 0, 0x4F, 0x0D, 0x0E, V400(off, 0x1F, 0xA3)
#define P350(attr)                                                                                                 \
    {                                                                                                              \
        80, 24, 14, 0x8000, SEQ_R(1, 0x0F, 0, 6), 0xA3, {H80G, 0x1F, 0, 0x40, 0, 0, V350(0x28, 0x0F, 0xE3)}, attr, \
            GFX_PLANAR                                                                                             \
    }
#define P0F                                                                                                           \
    {                                                                                                                 \
        80, 24, 14, 0x8000, SEQ_R(1, 0x0F, 0, 6), 0xA2, {H80G, 0x1F, 0, 0x40, 0, 0, V350(0x28, 0x0F, 0xE3)}, ATTR_0F, \
        {                                                                                                             \
            0, 0, 0, 0, 0, 0, 5, 5, 0xFF                                                                              \
        }                                                                                                             \
    }
#define RESERVED                                    \
    {                                               \
        0, 0, 0, 0, SEQ_R(0, 0, 0, 0), 0, {0}, {0}, \
        {                                           \
            0                                       \
        }                                           \
    }

const __seg_fs struct vparam vparams[29] = {
    /* 00-03: 40 and 80 columns, 200 lines */
    {40, 24, 8, 0x0800, SEQ_R(9, 3, 0, 2), 0x63, {H40, V200T(0x14)}, ATTR_TEXT200, GFX_TEXT},
    {40, 24, 8, 0x0800, SEQ_R(9, 3, 0, 2), 0x63, {H40, V200T(0x14)}, ATTR_TEXT200, GFX_TEXT},
    {80, 24, 8, 0x1000, SEQ_R(1, 3, 0, 2), 0x63, {H80, V200T(0x28)}, ATTR_TEXT200, GFX_TEXT},
    {80, 24, 8, 0x1000, SEQ_R(1, 3, 0, 2), 0x63, {H80, V200T(0x28)}, ATTR_TEXT200, GFX_TEXT},
    /* 04-06: CGA graphics */
    {40,
     24,
     8,
     0x4000,
     SEQ_R(9, 3, 0, 2),
     0x63,
     {H40G, 0x1F, 0, 0xC1, 0, 0, V400(0x14, 0, 0xA2)},
     ATTR_CGA4,
     {0, 0, 0, 0, 0, 0x30, 0x0F, 0, 0xFF}},
    {40,
     24,
     8,
     0x4000,
     SEQ_R(9, 3, 0, 2),
     0x63,
     {H40G, 0x1F, 0, 0xC1, 0, 0, V400(0x14, 0, 0xA2)},
     ATTR_CGA4,
     {0, 0, 0, 0, 0, 0x30, 0x0F, 0, 0xFF}},
    {80,
     24,
     8,
     0x4000,
     SEQ_R(1, 1, 0, 6),
     0x63,
     {H80G, 0x1F, 0, 0xC1, 0, 0, V400(0x28, 0, 0xC2)},
     ATTR_CGA2,
     {0, 0, 0, 0, 0, 0, 0x0D, 0, 0xFF}},
    /* 07: monochrome, 350 lines */
    {80,
     24,
     14,
     0x1000,
     SEQ_R(0, 3, 0, 2),
     0xA6,
     {H80, 0x1F, 0, 0x4D, 0x0B, 0x0C, V350(0x28, 0x0D, 0xA3)},
     ATTR_MONO(0x0E, 8),
     GFX_MONO},
    RESERVED,
    RESERVED,
    RESERVED,
    RESERVED,
    RESERVED,
    /* 0D, 0E */
    {40,
     24,
     8,
     0x2000,
     SEQ_R(9, 0x0F, 0, 6),
     0x63,
     {H40G, 0x1F, 0, 0xC0, 0, 0, V400(0x14, 0, 0xE3)},
     ATTR_EGA200,
     GFX_PLANAR},
    {80,
     24,
     8,
     0x4000,
     SEQ_R(1, 0x0F, 0, 6),
     0x63,
     {H80G, 0x1F, 0, 0xC0, 0, 0, V400(0x28, 0, 0xE3)},
     ATTR_EGA200,
     GFX_PLANAR},
    /* 0F, 10 with 64 KiB, then with more */
    P0F,
    P350(ATTR_EGA350),
    P0F,
    P350(ATTR_EGA350),
    /* 00-03: 350 lines */
    T350(40, 9, 0x0800, H40, 0x14),
    T350(40, 9, 0x0800, H40, 0x14),
    T350(80, 1, 0x1000, H80, 0x28),
    T350(80, 1, 0x1000, H80, 0x28),
    /* 00-03, 07: 400 lines, 9 dots */
    T400(40, 8, 0x0800, H40, 0x14),
    T400(80, 0, 0x1000, H80, 0x28),
    {80,
     24,
     16,
     0x1000,
     SEQ_R(0, 3, 0, 2),
     0x66,
     {H80, 0x1F, 0, 0x4F, 0x0D, 0x0E, V400(0x28, 0x0F, 0xA3)},
     ATTR_MONO(0x0E, 8),
     GFX_MONO},
    /* 11, 12, 13 */
    {80,
     29,
     16,
     0xA000,
     SEQ_R(1, 0x0F, 0, 6),
     0xE3,
     {H80V480, 0, 0x40, 0, 0, V480(0xC3)},
     ATTR_11,
     {0, 0, 0, 0, 0, 0, 5, 1, 0xFF}},
    {80, 29, 16, 0xA000, SEQ_R(1, 0x0F, 0, 6), 0xE3, {H80V480, 0, 0x40, 0, 0, V480(0xE3)}, ATTR_EGA350, GFX_PLANAR},
    {40,
     24,
     8,
     0x2000,
     SEQ_R(1, 0x0F, 0, 0x0E),
     0x63,
     {H80G, 0x1F, 0, 0x41, 0, 0, V400(0x28, 0x40, 0xA3)},
     ATTR_13,
     {0, 0, 0, 0, 0, 0x40, 5, 0x0F, 0xFF}},
};
/* clang-format on */

enum { PARAM_350 = 0x13, PARAM_400 = 0x17 };

/* For text modes `param` is the 200-line entry; mode_set() picks the one for the lines chosen. */
ROMDATA struct vmode modes[] = {
    {0x00, K_TEXT, 0x00, DAC_EGA, 0xB800},    {0x01, K_TEXT, 0x01, DAC_EGA, 0xB800},
    {0x02, K_TEXT, 0x02, DAC_EGA, 0xB800},    {0x03, K_TEXT, 0x03, DAC_EGA, 0xB800},
    {0x04, K_CGA4, 0x04, DAC_CGA, 0xB800},    {0x05, K_CGA4, 0x05, DAC_CGA, 0xB800},
    {0x06, K_CGA2, 0x06, DAC_CGA, 0xB800},    {0x07, K_TEXT, 0x07, DAC_MONO, 0xB000},
    {0x0D, K_PLANAR, 0x0D, DAC_CGA, 0xA000},  {0x0E, K_PLANAR, 0x0E, DAC_CGA, 0xA000},
    {0x0F, K_PLANAR, 0x11, DAC_MONO, 0xA000}, {0x10, K_PLANAR, 0x12, DAC_EGA, 0xA000},
    {0x11, K_PLANAR, 0x1A, DAC_EGA, 0xA000},  {0x12, K_PLANAR, 0x1B, DAC_EGA, 0xA000},
    {0x13, K_LINEAR8, 0x1C, DAC_256, 0xA000},
};

ROM struct vmode *find_mode(u8 mode)
{
    for (u32 i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (modes[i].mode == mode)
            return &modes[i];
    return 0;
}

static u8 text_param(u8 mode, u8 param)
{
    u8 lines = bda8(BDA_MODESET);
    if (mode == 7)
        return lines & MODESET_400 ? PARAM_400 + 2 : param;
    if (lines & MODESET_200)
        return param;
    if (lines & MODESET_400)
        return PARAM_400 + (mode >> 1);
    return PARAM_350 + mode;
}

u16 crtc_port(void)
{
    return inb(MISC_R) & 1 ? 0x3D4 : 0x3B4;
}

void screen_on(u8 on)
{
    u8 v = idx_r(SEQ, 1);
    idx_w(SEQ, 1, on ? v & ~0x20 : v | 0x20);
}

/* ---- DAC contents ---- */

static void dac_rgb(u8 r, u8 g, u8 b)
{
    outb(DAC_DATA, r);
    outb(DAC_DATA, g);
    outb(DAC_DATA, b);
}

/* The rgbRGB colours of the EGA: a lit primary is 2Ah, a lit intensity bit adds 15h. */
static void dac_ega(void)
{
    for (u8 i = 0; i < 64; i++)
        dac_rgb((i & 4 ? 0x2A : 0) + (i & 0x20 ? 0x15 : 0), (i & 2 ? 0x2A : 0) + (i & 0x10 ? 0x15 : 0),
                (i & 1 ? 0x2A : 0) + (i & 0x08 ? 0x15 : 0));
}

/* A CGA colour, 0-15: dark yellow is brown. */
static void dac_cga16(u8 i)
{
    u8 add = i & 8 ? 0x15 : 0;
    u8 g = (i & 2 ? 0x2A : 0) + add;
    if (i == 6)
        g = 0x15;
    dac_rgb((i & 4 ? 0x2A : 0) + add, g, (i & 1 ? 0x2A : 0) + add);
}

static void dac_cga(void)
{
    for (u8 i = 0; i < 64; i++) /* attributes 10h-17h are the bright ones */
        dac_cga16((i & 7) | (i & 0x10 ? 8 : 0));
}

ROMDATA u8 mono_level[4] = {0, 0x2A, 0, 0x3F};
ROMDATA u8 gray16[16] = {0x00, 0x05, 0x08, 0x0B, 0x0E, 0x11, 0x14, 0x18,
                         0x1C, 0x20, 0x24, 0x28, 0x2D, 0x32, 0x38, 0x3F};
/* Three intensities of three saturations: the five levels from weakest to strongest. */
ROMDATA u8 ramps[9][5] = {
    {0, 16, 31, 47, 63},  {31, 39, 47, 55, 63}, {45, 49, 54, 58, 63}, {0, 7, 14, 21, 28},   {14, 17, 21, 24, 28},
    {20, 22, 24, 26, 28}, {0, 4, 8, 12, 16},    {8, 10, 12, 14, 16},  {11, 12, 13, 15, 16},
};

/* Mode 13h: 16 CGA colours, 16 grays, then 9 rings of 24 hues from blue over red and green. */
static void dac_256(void)
{
    for (u8 i = 0; i < 16; i++)
        dac_cga16(i);
    for (u8 i = 0; i < 16; i++)
        dac_rgb(gray16[i], gray16[i], gray16[i]);
    for (u8 k = 0; k < 9; k++) {
        ROM u8 *v = ramps[k];
        for (u8 h = 0; h < 24; h++) {
            u8 up = v[h & 3], down = v[4 - (h & 3)];
            switch (h >> 2) {
            case 0: dac_rgb(up, v[0], v[4]); break;
            case 1: dac_rgb(v[4], v[0], down); break;
            case 2: dac_rgb(v[4], up, v[0]); break;
            case 3: dac_rgb(down, v[4], v[0]); break;
            case 4: dac_rgb(v[0], v[4], up); break;
            default: dac_rgb(v[0], down, v[4]); break;
            }
        }
    }
    for (u8 i = 0; i < 8; i++)
        dac_rgb(0, 0, 0);
}

void load_dac_set(u8 set)
{
    outb(DAC_MASK, 0xFF);
    outb(DAC_WRITE, 0);
    if (set == DAC_256) {
        dac_256();
    } else if (set == DAC_EGA) {
        dac_ega();
    } else if (set == DAC_CGA) {
        dac_cga();
    } else {
        for (u8 i = 0; i < 64; i++) {
            u8 v = mono_level[i >> 3 & 3];
            dac_rgb(v, v, v);
        }
    }
}

/* 30 % red, 59 % green, 11 % blue */
void gray_sum(u16 first, u16 count)
{
    for (; count; count--, first++) {
        outb(DAC_READ, (u8)first);
        u16 r = inb(DAC_DATA), g = inb(DAC_DATA), b = inb(DAC_DATA);
        u8 v = (u8)((r * 77 + g * 151 + b * 28 + 0x80) >> 8);
        outb(DAC_WRITE, (u8)first);
        dac_rgb(v, v, v);
    }
}

/* ---- mode set ---- */

static void program(ROM struct vparam *p)
{
    u16 crtc = p->misc & 1 ? 0x3D4 : 0x3B4;
    idx_w(SEQ, 0, 1);
    idx_w(SEQ, 1, p->seq[0] | 0x20);
    for (u8 i = 1; i < 4; i++)
        idx_w(SEQ, i + 1, p->seq[i]);
    outb(MISC_W, p->misc);
    idx_w(SEQ, 0, 3);
    idx_w(crtc, 0x11, 0); /* opens 00h-07h */
    for (u8 i = 0; i < 25; i++)
        idx_w(crtc, i, p->crtc[i]);
    for (u8 i = 0; i < 9; i++)
        idx_w(GFX, i, p->gfx[i]);
    for (u8 i = 0; i < 20; i++)
        attr_w(i, p->attr[i]);
    attr_w(0x14, 0);
}

void mode_bda(u8 mode, u8 cols, u8 rows1, u8 cheight, u16 page_size)
{
    bda8_w(BDA_MODE, mode);
    bda16_w(BDA_COLS, cols);
    bda16_w(BDA_PAGE_SIZE, page_size);
    bda16_w(BDA_PAGE_START, 0);
    fill16(BDA, BDA_CURSOR_POS, 0, 8);
    bda8_w(BDA_PAGE, 0);
    bda8_w(BDA_ROWS, rows1);
    bda16_w(BDA_CHEIGHT, cheight);
    bda16_w(BDA_CRTC, crtc_port());
}

/* The CGA's mode and colour select registers, which programs look for in the data area. */
ROMDATA u8 cga_msr[8] = {0x2C, 0x28, 0x2D, 0x29, 0x2A, 0x2E, 0x1E, 0x29};

static void mode_vectors(u8 cheight)
{
    u16 seg, off;
    wr16(0, 0x1F * 4, (u16)(u32)(font8x8 + 128 * 8));
    wr16(0, 0x1F * 4 + 2, rom_seg());
    font_builtin(cheight, &seg, &off);
    wr16(0, 0x43 * 4, off);
    wr16(0, 0x43 * 4 + 2, seg);
}

void mode_set(u8 mode, u8 noclear)
{
    ROM struct vmode *m = find_mode(mode);
    if (!m)
        return;
    u8 n = m->kind == K_TEXT ? text_param(mode, m->param) : m->param;
    ROM struct vparam *p = &vparams[n];
    if ((dispi_r(DISPI_ID) & 0xFFF0) == 0xB0C0) {
        dispi_w(DISPI_ENABLE, 0);
        dispi_w(DISPI_BANK, 0);
    }
    program(p);
    u8 flags = bda8(BDA_MODESET);
    if (!(flags & MODESET_NOPAL)) {
        u8 dac = m->kind == K_TEXT && mode != 7 && p->cheight == 8 ? DAC_CGA : m->dac;
        load_dac_set(dac);
        if (flags & MODESET_GRAY)
            gray_sum(0, dac == DAC_256 ? 256 : 64);
    }
    if (!noclear) {
        if (m->kind == K_TEXT)
            fill16(m->seg, 0, 0x0720, 0x4000);
        else
            fill16(m->seg, 0, 0, m->seg == 0xA000 ? 0x8000 : 0x4000);
    }
    mode_vectors(p->cheight);
    mode_bda(mode, p->cols, p->rows1, p->cheight, p->page_size);
    bda16_w(BDA_VBE_MODE, 0);
    bda8_w(BDA_VIDEO_CTL, (bda8(BDA_VIDEO_CTL) & 0x7F) | (noclear ? 0x80 : 0));
    bda16_w(BDA_CURSOR_TYPE, mode == 7 ? 0x0B0C : 0x0607);
    bda8_w(BDA_MSR, mode < 8 ? cga_msr[mode] : 0x29);
    bda8_w(BDA_PAL, mode == 6 ? 0x3F : 0x30);
    bda8_w(BDA_POWER, 0);
    u16 equipment = bda16(BDA_EQUIPMENT) & ~0x30;
    bda16_w(BDA_EQUIPMENT, equipment | (p->misc & 1 ? 0x20 : 0x30));
    if (m->kind == K_TEXT) {
        u16 seg, off;
        font_builtin(p->cheight, &seg, &off);
        font_load(0, seg, off, 0, 256, p->cheight);
    }
    screen_on(1);
}

void screen_get(struct screen *s)
{
    ROM struct vmode *m = find_mode(bda8(BDA_MODE));
    s->bpp = 0;
    s->bytes = 1;
    if (bda16(BDA_VBE_MODE)) {
        s->bpp = (u8)dispi_r(DISPI_BPP);
        s->bytes = (s->bpp + 7) >> 3;
        s->kind = s->bpp == 4 ? K_PLANAR : K_VBE;
        s->pitch = s->bpp == 4 ? dispi_r(DISPI_VIRT_WIDTH) >> 3 : (u16)(dispi_r(DISPI_VIRT_WIDTH) * s->bytes);
        s->seg = 0xA000;
        s->start = 0;
        return;
    }
    s->kind = m ? m->kind : K_TEXT;
    s->seg = m ? m->seg : 0xB800;
    s->start = bda16(BDA_PAGE_START);
    s->pitch = bda16(BDA_COLS);
    if (s->kind == K_TEXT)
        s->pitch *= 2;
    else if (s->kind == K_LINEAR8)
        s->pitch = 320;
    else if (s->kind != K_PLANAR)
        s->pitch = 80;
}
