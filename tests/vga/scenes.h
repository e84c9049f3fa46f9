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
    SPARSE = 32,   /* VBE: only the dots of drawn(); the BIOS cleared the others */
    PAGE_1 = 64,   /* the second page, chosen by INT 10h AH=05h */
    PALETTE = 128, /* other attribute palette registers; CGA: palette 0; 256 colours: a DAC mask */
    BLINK = 256,   /* attribute bit 7 blinks: two pictures */
    CURSOR = 512,  /* a cursor on some lines of a character: two pictures */
};

/* name, kind, mode, width and height (characters or pixels), changes, bits per pixel */
#define SCENES(S)                                                           \
    S("text_00h", TEXT, 0x00, 40, 25, 0, 0)                                 \
    S("text_01h", TEXT, 0x01, 40, 25, 0, 0)                                 \
    S("text_02h", TEXT, 0x02, 80, 25, 0, 0)                                 \
    S("text_03h", TEXT, 0x03, 80, 25, 0, 0)                                 \
    S("text_03h_bright_backgrounds", TEXT, 0x03, 80, 25, BRIGHT, 0)         \
    S("text_03h_50_rows", TEXT, 0x03, 80, 50, FONT_8X8, 0)                  \
    S("text_03h_28_rows", TEXT, 0x03, 80, 28, FONT_8X14, 0)                 \
    S("text_03h_512_characters", TEXT, 0x03, 80, 25, TWO_FONTS | BRIGHT, 0) \
    S("text_03h_scrolled_and_split", TEXT, 0x03, 80, 25, SCROLLED, 0)       \
    S("text_03h_palette", TEXT, 0x03, 80, 25, PALETTE, 0)                   \
    S("text_03h_blink", TEXT, 0x03, 80, 25, BLINK, 0)                       \
    S("text_03h_cursor", TEXT, 0x03, 80, 25, CURSOR, 0)                     \
    S("text_01h_cursor", TEXT, 0x01, 40, 25, CURSOR, 0)                     \
    S("text_07h", MONO_TEXT, 0x07, 80, 25, 0, 0)                            \
    S("cga_04h", CGA4, 0x04, 320, 200, 0, 2)                                \
    S("cga_04h_palette_0", CGA4, 0x04, 320, 200, PALETTE, 2)                \
    S("cga_05h", CGA4, 0x05, 320, 200, 0, 2)                                \
    S("cga_06h", CGA2, 0x06, 640, 200, 0, 1)                                \
    S("ega_0dh", PLANAR, 0x0d, 320, 200, 0, 4)                              \
    S("ega_0dh_scrolled_and_split", PLANAR, 0x0d, 320, 200, SCROLLED, 4)    \
    S("ega_0dh_page_1", PLANAR, 0x0d, 320, 200, PAGE_1, 4)                  \
    S("ega_0eh", PLANAR, 0x0e, 640, 200, 0, 4)                              \
    S("ega_0eh_scrolled_and_split", PLANAR, 0x0e, 640, 200, SCROLLED, 4)    \
    S("ega_0fh", PLANAR, 0x0f, 640, 350, 0, 2)                              \
    S("ega_10h", PLANAR, 0x10, 640, 350, 0, 4)                              \
    S("ega_10h_palette", PLANAR, 0x10, 640, 350, PALETTE, 4)                \
    S("ega_10h_scrolled_and_split", PLANAR, 0x10, 640, 350, SCROLLED, 4)    \
    S("ega_10h_page_1", PLANAR, 0x10, 640, 350, PAGE_1, 4)                  \
    S("vga_11h", PLANAR, 0x11, 640, 480, 0, 1)                              \
    S("vga_12h", PLANAR, 0x12, 640, 480, 0, 4)                              \
    S("vga_12h_scrolled_and_split", PLANAR, 0x12, 640, 480, SCROLLED, 4)    \
    S("vga_13h", LINEAR8, 0x13, 320, 200, 0, 8)                             \
    S("vga_13h_dac_mask", LINEAR8, 0x13, 320, 200, PALETTE, 8)              \
    S("vga_13h_scrolled", LINEAR8, 0x13, 320, 200, SCROLLED, 8)             \
    S("vga_mode_x_320x400", MODE_X, 0x13, 320, 400, 0, 8)                   \
    S("vga_mode_x_360x480", MODE_X, 0x13, 360, 480, 0, 8)                   \
    S("vga_mode_x_320x240", MODE_X, 0x13, 320, 240, 0, 8)                   \
    S("vga_mode_x_scrolled_and_split", MODE_X, 0x13, 320, 240, SCROLLED, 8) \
    S("vbe_100h_640x400x8", VBE, 0x100, 640, 400, 0, 8)                     \
    S("vbe_101h_640x480x8", VBE, 0x101, 640, 480, 0, 8)                     \
    S("vbe_102h_800x600x4", PLANAR, 0x102, 800, 600, 0, 4)                  \
    S("vbe_103h_800x600x8", VBE, 0x103, 800, 600, 0, 8)                     \
    S("vbe_105h_1024x768x8", VBE, 0x105, 1024, 768, 0, 8)                   \
    S("vbe_110h_640x480x15", VBE, 0x110, 640, 480, 0, 15)                   \
    S("vbe_111h_640x480x16", VBE, 0x111, 640, 480, 0, 16)                   \
    S("vbe_112h_640x480x24", VBE, 0x112, 640, 480, 0, 24)                   \
    S("vbe_142h_640x480x32", VBE, 0x142, 640, 480, 0, 32)                   \
    S("vbe_114h_800x600x16", VBE, 0x114, 800, 600, 0, 16)                   \
    S("vbe_118h_1024x768x24", VBE, 0x118, 1024, 768, 0, 24)                 \
    S("vbe_119h_1280x1024x15", VBE, 0x119, 1280, 1024, 0, 15)               \
    S("vbe_11eh_1600x1200x16", VBE, 0x11e, 1600, 1200, 0, 16)               \
    S("vbe_189h_1920x1200x32", VBE, 0x189, 1920, 1200, 0, 32)               \
    S("vbe_104h_1024x768x4", PLANAR, 0x104, 1024, 768, 0, 4)                \
    S("vbe_106h_1280x1024x4", PLANAR, 0x106, 1280, 1024, 0, 4)              \
    S("vbe_107h_1280x1024x8", VBE, 0x107, 1280, 1024, SPARSE, 8)            \
    S("vbe_10dh_320x200x15", VBE, 0x10d, 320, 200, SPARSE, 15)              \
    S("vbe_10eh_320x200x16", VBE, 0x10e, 320, 200, SPARSE, 16)              \
    S("vbe_10fh_320x200x24", VBE, 0x10f, 320, 200, SPARSE, 24)              \
    S("vbe_113h_800x600x15", VBE, 0x113, 800, 600, SPARSE, 15)              \
    S("vbe_115h_800x600x24", VBE, 0x115, 800, 600, SPARSE, 24)              \
    S("vbe_116h_1024x768x15", VBE, 0x116, 1024, 768, SPARSE, 15)            \
    S("vbe_117h_1024x768x16", VBE, 0x117, 1024, 768, SPARSE, 16)            \
    S("vbe_11ah_1280x1024x16", VBE, 0x11a, 1280, 1024, SPARSE, 16)          \
    S("vbe_11bh_1280x1024x24", VBE, 0x11b, 1280, 1024, SPARSE, 24)          \
    S("vbe_11ch_1600x1200x8", VBE, 0x11c, 1600, 1200, SPARSE, 8)            \
    S("vbe_11dh_1600x1200x15", VBE, 0x11d, 1600, 1200, SPARSE, 15)          \
    S("vbe_11fh_1600x1200x24", VBE, 0x11f, 1600, 1200, SPARSE, 24)          \
    S("vbe_140h_320x200x32", VBE, 0x140, 320, 200, SPARSE, 32)              \
    S("vbe_141h_640x400x32", VBE, 0x141, 640, 400, SPARSE, 32)              \
    S("vbe_143h_800x600x32", VBE, 0x143, 800, 600, SPARSE, 32)              \
    S("vbe_144h_1024x768x32", VBE, 0x144, 1024, 768, SPARSE, 32)            \
    S("vbe_145h_1280x1024x32", VBE, 0x145, 1280, 1024, SPARSE, 32)          \
    S("vbe_146h_320x200x8", VBE, 0x146, 320, 200, SPARSE, 8)                \
    S("vbe_147h_1600x1200x32", VBE, 0x147, 1600, 1200, SPARSE, 32)          \
    S("vbe_148h_1152x864x8", VBE, 0x148, 1152, 864, SPARSE, 8)              \
    S("vbe_149h_1152x864x15", VBE, 0x149, 1152, 864, SPARSE, 15)            \
    S("vbe_14ah_1152x864x16", VBE, 0x14a, 1152, 864, SPARSE, 16)            \
    S("vbe_14bh_1152x864x24", VBE, 0x14b, 1152, 864, SPARSE, 24)            \
    S("vbe_14ch_1152x864x32", VBE, 0x14c, 1152, 864, SPARSE, 32)            \
    S("vbe_150h_640x400x15", VBE, 0x150, 640, 400, SPARSE, 15)              \
    S("vbe_151h_640x400x16", VBE, 0x151, 640, 400, SPARSE, 16)              \
    S("vbe_152h_640x400x24", VBE, 0x152, 640, 400, SPARSE, 24)              \
    S("vbe_175h_1280x768x16", VBE, 0x175, 1280, 768, SPARSE, 16)            \
    S("vbe_176h_1280x768x24", VBE, 0x176, 1280, 768, SPARSE, 24)            \
    S("vbe_177h_1280x768x32", VBE, 0x177, 1280, 768, SPARSE, 32)            \
    S("vbe_178h_1280x800x16", VBE, 0x178, 1280, 800, SPARSE, 16)            \
    S("vbe_179h_1280x800x24", VBE, 0x179, 1280, 800, SPARSE, 24)            \
    S("vbe_17ah_1280x800x32", VBE, 0x17a, 1280, 800, SPARSE, 32)            \
    S("vbe_17bh_1280x960x16", VBE, 0x17b, 1280, 960, SPARSE, 16)            \
    S("vbe_17ch_1280x960x24", VBE, 0x17c, 1280, 960, SPARSE, 24)            \
    S("vbe_17dh_1280x960x32", VBE, 0x17d, 1280, 960, SPARSE, 32)            \
    S("vbe_17eh_1440x900x16", VBE, 0x17e, 1440, 900, SPARSE, 16)            \
    S("vbe_17fh_1440x900x24", VBE, 0x17f, 1440, 900, SPARSE, 24)            \
    S("vbe_180h_1440x900x32", VBE, 0x180, 1440, 900, SPARSE, 32)            \
    S("vbe_181h_1400x1050x16", VBE, 0x181, 1400, 1050, SPARSE, 16)          \
    S("vbe_182h_1400x1050x24", VBE, 0x182, 1400, 1050, SPARSE, 24)          \
    S("vbe_183h_1400x1050x32", VBE, 0x183, 1400, 1050, SPARSE, 32)          \
    S("vbe_184h_1680x1050x16", VBE, 0x184, 1680, 1050, SPARSE, 16)          \
    S("vbe_185h_1680x1050x24", VBE, 0x185, 1680, 1050, SPARSE, 24)          \
    S("vbe_186h_1680x1050x32", VBE, 0x186, 1680, 1050, SPARSE, 32)          \
    S("vbe_187h_1920x1200x16", VBE, 0x187, 1920, 1200, SPARSE, 16)          \
    S("vbe_188h_1920x1200x24", VBE, 0x188, 1920, 1200, SPARSE, 24)          \
    S("vbe_18dh_1280x720x16", VBE, 0x18d, 1280, 720, SPARSE, 16)            \
    S("vbe_18eh_1280x720x24", VBE, 0x18e, 1280, 720, SPARSE, 24)            \
    S("vbe_18fh_1280x720x32", VBE, 0x18f, 1280, 720, SPARSE, 32)            \
    S("vbe_190h_1920x1080x16", VBE, 0x190, 1920, 1080, SPARSE, 16)          \
    S("vbe_191h_1920x1080x24", VBE, 0x191, 1920, 1080, SPARSE, 24)          \
    S("vbe_192h_1920x1080x32", VBE, 0x192, 1920, 1080, SPARSE, 32)          \
    S("vbe_193h_1920x1200x8", VBE, 0x193, 1920, 1200, SPARSE, 8)            \
    S("vbe_194h_1280x800x8", VBE, 0x194, 1280, 800, SPARSE, 8)

struct scene {
    const char *name;
    uint8_t kind;
    uint16_t mode, width, height;
    uint16_t changes;
    uint8_t bpp;
};

/* SCROLLED: what the screen shows. The part above the split starts somewhere in memory, the one below it at 0. */
enum {
    SCROLL_ROWS = 3,  /* text rows that the start address skips */
    SCROLL_BYTES = 5, /* and characters, or bytes of each plane */
    SCROLL_LINES = 7, /* graphics: lines that it skips */
    PAN = 3,          /* dots; panning stops at the split (attribute mode bit 5) */
    SPLIT_AT = 300,   /* the scan line after which memory starts again; 400-line and 480-line screens */
};

enum {
    FLAT_SKIPPED = 80 * 4 + 5, /* mode 13h: start address, in units of four dots; what follows is still in the 64 KiB */
    DAC_MASK = 0x5a,
    PALETTE_STEP = 3, /* palette register i holds what belongs to i + 3 */
    CURSOR_ROW = 7,
    CURSOR_COL = 11,
    CURSOR_START = 3,
    CURSOR_END = 12,
};

/* SPARSE: one dot of sixteen, in diagonals that reach each line and column. */
static inline int drawn(unsigned x, unsigned y)
{
    return !((x ^ y) & 15);
}

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
    rgb[0] = (uint8_t)(i >> 2);
    rgb[1] = i * 5 & 63;
    rgb[2] = 63 - (i & 63);
}

/* Row r of the second font's character c. */
static inline uint8_t second_font(unsigned c, unsigned r)
{
    return (uint8_t)(c ^ r * 17);
}

#endif
