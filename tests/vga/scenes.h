/* SPDX-License-Identifier: MIT */
/*
 * The pictures of the VGA test: what the guest draws (guest.c) and what a screen would show of it (expect.c). The
 * patterns are functions of the place, so neither side knows the other's code.
 */
#ifndef TESTS_VGA_SCENES_H
#define TESTS_VGA_SCENES_H

#include <stdint.h>

enum kind { TEXT, MONO_TEXT, CGA4, CGA2, PLANAR, LINEAR8, MODE_X, VBE };

/* Changes to a mode. */
enum {
    BRIGHT = 1,    /* attribute bit 7 is a bright background, not blinking */
    FONT_8X8 = 2,  /* INT 10h AX=1112h: 50 rows */
    FONT_8X14 = 4, /* AX=1111h: 28 rows and 8 lines left */
    TWO_FONTS = 8, /* attribute bit 3 selects a second font */
    SCROLLED = 16, /* start address, pel panning and a split screen */
};

/* name, kind, mode, width and height (characters or pixels), changes, bits per pixel */
#define SCENES(S)                                                                                  \
    S("text_00h", TEXT, 0x00, 40, 25, 0, 0)                                                        \
    S("text_01h", TEXT, 0x01, 40, 25, 0, 0)                                                        \
    S("text_02h", TEXT, 0x02, 80, 25, 0, 0)                                                        \
    S("text_03h", TEXT, 0x03, 80, 25, 0, 0)                                                        \
    S("text_03h_bright_backgrounds", TEXT, 0x03, 80, 25, BRIGHT, 0)                                \
    S("text_03h_50_rows", TEXT, 0x03, 80, 50, FONT_8X8, 0)                                         \
    S("text_03h_28_rows", TEXT, 0x03, 80, 28, FONT_8X14, 0)                                        \
    S("text_03h_512_characters", TEXT, 0x03, 80, 25, TWO_FONTS | BRIGHT, 0)                        \
    S("text_03h_scrolled_and_split", TEXT, 0x03, 80, 25, SCROLLED, 0)                              \
    S("text_07h", MONO_TEXT, 0x07, 80, 25, 0, 0)                                                   \
    S("cga_04h", CGA4, 0x04, 320, 200, 0, 2)                                                       \
    S("cga_05h", CGA4, 0x05, 320, 200, 0, 2)                                                       \
    S("cga_06h", CGA2, 0x06, 640, 200, 0, 1)                                                       \
    S("ega_0dh", PLANAR, 0x0d, 320, 200, 0, 4)                                                     \
    S("ega_0dh_scrolled_and_split", PLANAR, 0x0d, 320, 200, SCROLLED, 4)                           \
    S("ega_0eh", PLANAR, 0x0e, 640, 200, 0, 4)                                                     \
    S("ega_0fh", PLANAR, 0x0f, 640, 350, 0, 2)                                                     \
    S("ega_10h", PLANAR, 0x10, 640, 350, 0, 4)                                                     \
    S("vga_11h", PLANAR, 0x11, 640, 480, 0, 1)                                                     \
    S("vga_12h", PLANAR, 0x12, 640, 480, 0, 4)                                                     \
    S("vga_13h", LINEAR8, 0x13, 320, 200, 0, 8)                                                    \
    S("vga_mode_x_320x240", MODE_X, 0x13, 320, 240, 0, 8)                                          \
    S("vga_mode_x_scrolled_and_split", MODE_X, 0x13, 320, 240, SCROLLED, 8)                        \
    S("vbe_100h_640x400x8", VBE, 0x100, 640, 400, 0, 8)                                            \
    S("vbe_101h_640x480x8", VBE, 0x101, 640, 480, 0, 8)                                            \
    S("vbe_102h_800x600x4", PLANAR, 0x102, 800, 600, 0, 4)                                         \
    S("vbe_103h_800x600x8", VBE, 0x103, 800, 600, 0, 8)                                            \
    S("vbe_105h_1024x768x8", VBE, 0x105, 1024, 768, 0, 8)                                          \
    S("vbe_110h_640x480x15", VBE, 0x110, 640, 480, 0, 15)                                          \
    S("vbe_111h_640x480x16", VBE, 0x111, 640, 480, 0, 16)                                          \
    S("vbe_112h_640x480x24", VBE, 0x112, 640, 480, 0, 24)                                          \
    S("vbe_142h_640x480x32", VBE, 0x142, 640, 480, 0, 32)                                          \
    S("vbe_114h_800x600x16", VBE, 0x114, 800, 600, 0, 16)                                          \
    S("vbe_118h_1024x768x24", VBE, 0x118, 1024, 768, 0, 24)                                        \
    S("vbe_119h_1280x1024x15", VBE, 0x119, 1280, 1024, 0, 15)                                      \
    S("vbe_11eh_1600x1200x16", VBE, 0x11e, 1600, 1200, 0, 16)                                      \
    S("vbe_189h_1920x1200x32", VBE, 0x189, 1920, 1200, 0, 32)

struct scene {
    const char *name;
    uint8_t kind;
    uint16_t mode, width, height;
    uint8_t changes, bpp;
};

/* SCROLLED: what the screen shows. The part above the split starts somewhere in memory, the one below it at 0. */
enum {
    SCROLL_ROWS = 3,  /* text rows that the start address skips */
    SCROLL_BYTES = 5, /* and characters, or bytes of each plane */
    SCROLL_LINES = 7, /* graphics: lines that it skips */
    PAN = 3,          /* dots; panning stops at the split (attribute mode bit 5) */
    SPLIT_AT = 300,   /* the scan line after which memory starts again; 400-line and 480-line screens */
};

static inline uint8_t text_char(unsigned row, unsigned col)
{
    return (uint8_t)(row * 37 + col);
}

static inline uint8_t text_attr(unsigned row, unsigned col)
{
    return (uint8_t)(row * 16 + col * 3);
}

/* A pixel's number in 1, 2, 4 or 8 bits. */
static inline uint8_t pixel_number(unsigned x, unsigned y, unsigned bpp)
{
    return (uint8_t)(((x >> 2) + (y >> 1) * 3 + (x * y >> 9)) & ((1u << bpp) - 1));
}

/* Mode 0Fh has the colours 0, 1, 4 and 5 alone, and 4 blinks. */
static inline uint8_t mono_number(unsigned x, unsigned y)
{
    static const uint8_t number[] = {0, 1, 5, 1};
    return number[pixel_number(x, y, 2)];
}

/* 15 to 32 bits: red, green and blue of 8 bits. */
static inline uint32_t pixel_rgb(unsigned x, unsigned y)
{
    return (x & 255) << 16 | (y & 255) << 8 | ((x + y) >> 1 & 255);
}

/* The DAC's 6-bit entry of the 256-colour modes. */
static inline void dac_entry(unsigned i, uint8_t rgb[3])
{
    rgb[0] = i >> 2;
    rgb[1] = i * 5 & 63;
    rgb[2] = 63 - (i & 63);
}

/* Row r of the second font's character c. */
static inline uint8_t second_font(unsigned c, unsigned r)
{
    return (uint8_t)(c ^ r * 17);
}

#endif
