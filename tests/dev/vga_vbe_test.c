/* SPDX-License-Identifier: MIT */
/* The Bochs VBE registers on both sides of each limit, both homes of them, their pictures, and what a saved state may
 * not bring in. */
#include "tests/dev/vga_rig.h"

enum { MEMORY = 16 << 20 };

static void mode(uint16_t w, uint16_t h, uint16_t bpp)
{
    dispi(VBE_ENABLE, 0);
    dispi(VBE_XRES, w);
    dispi(VBE_YRES, h);
    dispi(VBE_BPP, bpp);
    dispi(VBE_ENABLE, VBE_ENABLED | VBE_LFB);
}

/* Written while the register holds `before`: taken, or not. */
static void takes(uint16_t reg, uint16_t before, uint16_t value, uint16_t want)
{
    dispi(reg, before);
    ck_assert_uint_eq(dispi_get(reg), before);
    dispi(reg, value);
    ck_assert_msg(dispi_get(reg) == want, "register %u: %x becomes %x, not %x", reg, value, dispi_get(reg), want);
}

START_TEST(each_register_takes_its_range)
{
    takes(VBE_ID, 0xb0c3, 0xb0bf, 0xb0c3);
    takes(VBE_ID, 0xb0c3, 0xb0c0, 0xb0c0);
    takes(VBE_ID, 0xb0c3, 0xb0c5, 0xb0c5);
    takes(VBE_ID, 0xb0c3, 0xb0c6, 0xb0c3);
    takes(VBE_XRES, 640, 2560, 2560);
    takes(VBE_XRES, 640, 2561, 640);
    takes(VBE_XRES, 640, 807, 800); /* a multiple of 8 */
    takes(VBE_YRES, 480, 1600, 1600);
    takes(VBE_YRES, 480, 1601, 480);
    takes(VBE_YRES, 480, 607, 607);
    for (uint16_t bpp = 1; bpp < 70; bpp++) {
        bool good = bpp == 4 || bpp == 8 || bpp == 15 || bpp == 16 || bpp == 24 || bpp == 32;
        takes(VBE_BPP, 24, bpp, good ? bpp : 24);
    }
    takes(VBE_BPP, 24, 0, 8);
    takes(VBE_BANK, 0, 255, 255);
    takes(VBE_BANK, 0, 256, 0);
    for (unsigned bit = 0; bit < 16; bit++) { /* enable: the bits that mean something */
        uint16_t v = (uint16_t)(1 << bit);
        if (v != VBE_ENABLED)
            takes(VBE_ENABLE, 0, v, v & 0xe2);
    }
    for (uint16_t i = 11; i < 20; i++) {
        dispi(i, 0x55);
        ck_assert_uint_eq(dispi_get(i), 0);
    }
    dispi(VBE_ENABLE, 0);
    dispi(VBE_MEMORY_64K, 1);
    ck_assert_uint_eq(dispi_get(VBE_MEMORY_64K), 256);
    out16(0x1ce, 0x1234);
    ck_assert_uint_eq(in16(0x1ce), 0x1234);
}
END_TEST

START_TEST(a_mode_register_changes_no_other)
{
    static const uint16_t value[] = {8, 16, 24, 32};
    for (unsigned i = 0; i < ARRAY_LEN(value); i++)
        for (uint16_t reg = VBE_XRES; reg <= VBE_BPP; reg++) {
            dispi(VBE_XRES, 640), dispi(VBE_YRES, 480), dispi(VBE_BPP, 15);
            dispi(reg, value[i]);
            for (uint16_t k = VBE_XRES; k <= VBE_BPP; k++) {
                uint16_t want = k == reg ? value[i] : k == VBE_XRES ? 640 : k == VBE_YRES ? 480 : 15;
                ck_assert_msg(dispi_get(k) == want, "register %u = %u: register %u is %u", reg, value[i], k,
                              dispi_get(k));
            }
        }
}
END_TEST

START_TEST(capabilities_hide_the_mode_and_nothing_else)
{
    mode(800, 600, 16);
    dispi(VBE_ENABLE, VBE_ENABLED | VBE_GETCAPS);
    ck_assert_uint_eq(dispi_get(VBE_XRES), 2560);
    ck_assert_uint_eq(dispi_get(VBE_YRES), 1600);
    ck_assert_uint_eq(dispi_get(VBE_BPP), 32);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), 800);
    dispi(VBE_ENABLE, VBE_ENABLED);
    ck_assert_uint_eq(dispi_get(VBE_XRES), 800);
    ck_assert_uint_eq(dispi_get(VBE_YRES), 600);
    ck_assert_uint_eq(dispi_get(VBE_BPP), 16);
}
END_TEST

START_TEST(mode_registers_are_fixed_while_enabled_and_geometry_while_not)
{
    mode(800, 600, 16);
    dispi(VBE_XRES, 640), dispi(VBE_YRES, 480), dispi(VBE_BPP, 8);
    ck_assert_uint_eq(dispi_get(VBE_XRES), 800);
    ck_assert_uint_eq(dispi_get(VBE_YRES), 600);
    ck_assert_uint_eq(dispi_get(VBE_BPP), 16);
    dispi(VBE_X_OFFSET, 0), dispi(VBE_Y_OFFSET, 5);
    dispi(VBE_ENABLE, 0);
    dispi(VBE_VIRT_WIDTH, 1024), dispi(VBE_X_OFFSET, 8), dispi(VBE_Y_OFFSET, 9);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), 800);
    ck_assert_uint_eq(dispi_get(VBE_X_OFFSET), 0);
    ck_assert_uint_eq(dispi_get(VBE_Y_OFFSET), 5);
    dispi(VBE_ENABLE, VBE_ENABLED); /* turning it on starts at 0, 0 */
    ck_assert_uint_eq(dispi_get(VBE_Y_OFFSET), 0);
}
END_TEST

/* Lines of the virtual screen in memory, and the last offset at which the picture still lies in it. */
START_TEST(offsets_end_where_the_picture_leaves_memory)
{
    static const struct {
        uint16_t bpp, width;
        uint32_t pitch;
    } m[] = {{4, 1024, 512}, {8, 1024, 1024}, {15, 1024, 2048}, {16, 1000, 2000}, {24, 1024, 3072}, {32, 1024, 4096}};
    for (unsigned i = 0; i < ARRAY_LEN(m); i++) {
        mode(800, 600, m[i].bpp);
        dispi(VBE_VIRT_WIDTH, (uint16_t)(m[i].width + 5));
        ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), m[i].width);
        uint32_t lines = MEMORY / m[i].pitch;
        ck_assert_msg(dispi_get(VBE_VIRT_HEIGHT) == lines, "%u bits: %u lines, not %u", m[i].bpp,
                      dispi_get(VBE_VIRT_HEIGHT), lines);
        takes(VBE_Y_OFFSET, 0, (uint16_t)(lines - 600), (uint16_t)(lines - 600));
        takes(VBE_Y_OFFSET, 1, (uint16_t)(lines - 599), 1);
        takes(VBE_X_OFFSET, 0, m[i].width - 800, m[i].width - 800);
        takes(VBE_X_OFFSET, 3, m[i].width - 799, 3);
        dispi(VBE_VIRT_WIDTH, 792); /* narrower than the picture */
        ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), m[i].width);
        ck_assert_uint_eq(dispi_get(VBE_X_OFFSET) << 8 | dispi_get(VBE_Y_OFFSET), 0x301);
        dispi(VBE_VIRT_WIDTH, 800);
        ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), 800);
    }
    /* A wider screen has fewer lines: the offsets start again where the place is no longer there. */
    mode(800, 600, 32);
    dispi(VBE_Y_OFFSET, 4000);
    dispi(VBE_VIRT_WIDTH, 1600);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), 1600);
    ck_assert_uint_eq(dispi_get(VBE_Y_OFFSET), 0);
    dispi(VBE_Y_OFFSET, 100);
    dispi(VBE_VIRT_WIDTH, 0xfff8); /* 600 lines of that are no memory */
    ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), 1600);
    mode(800, 1024, 32); /* 1024 lines of 16 KiB are all of memory */
    dispi(VBE_Y_OFFSET, 100);
    dispi(VBE_VIRT_WIDTH, 4104);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), 800);
    dispi(VBE_VIRT_WIDTH, 4096);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), 4096);
    ck_assert_uint_eq(dispi_get(VBE_Y_OFFSET), 0);
    mode(8, 8, 4);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_HEIGHT), 0xffff); /* 4 Mi lines do not fit the register */
    dispi(VBE_ENABLE, 0);
    vga_class.reset(&b.vga->dev);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_HEIGHT), 0);
}
END_TEST

/* Enabled only where it fits; the guest's mistake is recorded. */
START_TEST(a_mode_that_does_not_fit_stays_off)
{
    static const uint16_t bad[][3] = {{0, 480, 8}, {640, 0, 8}};
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        uint32_t logged = b.log.head;
        dispi(VBE_ENABLE, 0);
        b.vga->dispi[VBE_XRES] = bad[i][0], b.vga->dispi[VBE_YRES] = bad[i][1];
        out8(0x3c2, 0x61);
        dispi(VBE_ENABLE, VBE_ENABLED | VBE_LFB);
        ck_assert_uint_eq(dispi_get(VBE_ENABLE), VBE_LFB);
        ck_assert_uint_eq(in8(0x3cc), 0x61);
        ck_assert_uint_eq(b.log.head, logged + 1);
    }
    mode(2560, 1600, 32); /* 16,384,000 bytes of 16,777,216 */
    ck_assert_uint_eq(dispi_get(VBE_ENABLE) & 1, 1);
}
END_TEST

/* Turning a mode on opens the window, shows the picture and chains the planes or not; an enabled one is left alone. */
START_TEST(enabling_sets_what_shows_the_picture)
{
    for (unsigned bpp = 4; bpp <= 32; bpp *= 2) {
        mode(640, 480, 8);
        dispi(VBE_ENABLE, 0);
        out8(0x3c2, 0x61);
        gfx(6, 0x0e);
        seq(1, 0x21);
        seq(4, bpp == 4 ? 0x0a : 2);
        in8(0x3da), out8(0x3c0, 0);
        mode(640, 480, (uint16_t)bpp);
        ck_assert_uint_eq(in8(0x3cc), 0x63);
        out8(0x3ce, 6);
        ck_assert_uint_eq(in8(0x3cf), 5);
        out8(0x3c4, 1);
        ck_assert_uint_eq(in8(0x3c5), 1);
        out8(0x3c4, 4);
        ck_assert_msg(in8(0x3c5) == (bpp == 4 ? 6 : 0x0e), "%u bits: memory mode %02x", bpp, in8(0x3c5));
        ck_assert_uint_eq(in8(0x3c0), 0x20);
        ck_assert_uint_eq(mem_write_page(b.bus.mem, 0xa0000), bpp == 4 ? NO_PAGE : b.vga->vram_page);
        dispi(VBE_BANK, 3);
        ck_assert_uint_eq(mem_write_page(b.bus.mem, 0xa0000), bpp == 4 ? NO_PAGE : b.vga->vram_page + 48);
        lfb(100, 0x5a);
        dispi(VBE_ENABLE, VBE_ENABLED); /* again: nothing is cleared, the bank stays */
        ck_assert_uint_eq(vram(100), 0x5a);
        ck_assert_uint_eq(dispi_get(VBE_BANK), 3);
        dispi(VBE_ENABLE, 0);
        ck_assert_uint_eq(dispi_get(VBE_BANK), 0);
    }
}
END_TEST

/* BAR 2 of the PCI device; its functions are called as the bus would. */
static uint64_t bar(uint32_t offset, unsigned size)
{
    const struct io_ops *ops = b.vga->pci.bar[2].target.ops;
    return ops->read(b.vga, offset, size, INIT_CPU0) & (size == 2 ? 0xffff : size == 1 ? 0xff : 0xffffffff);
}

static void set_bar(uint32_t offset, unsigned size, uint64_t v)
{
    b.vga->pci.bar[2].target.ops->write(b.vga, offset, size, v, INIT_CPU0);
}

START_TEST(bar_2_holds_ports_and_registers_and_no_more)
{
    ck_assert_uint_eq(b.vga->pci.bar[2].size, 0x1000);
    ck_assert_uint_eq(b.vga->pci.bar[2].target.ops->max_size, 2);
    ck_assert_uint_eq(bar(0x3fe, 2), 0xffff);
    ck_assert_uint_eq(bar(0x3ff, 1), 0xff);
    ck_assert_uint_eq(bar(0x3ff, 2), 0xffff);
    set_bar(0x404, 2, 0x0a02); /* sequencer index and data */
    ck_assert_uint_eq(bar(0x404, 2), 0x0a02);
    ck_assert_uint_eq(bar(0x405, 1), 0x0a);
    set_bar(0x41f, 1, 0x55);
    ck_assert_uint_eq(bar(0x41e, 2), 0xffff);
    set_bar(0x414, 1, 0x0f); /* the CRTC at 3D4h */
    ck_assert_uint_eq(in8(0x3d4), 0x0f);
    set_bar(0x3ff, 2, 0x2a3f), set_bar(0x41f, 2, 0xffff), set_bar(0x420, 1, 1); /* beside it */
    ck_assert_uint_eq(in8(0x3c0), 0);
    ck_assert_uint_eq(bar(0x420, 1), 0xff);
    set_bar(0x400, 1, 0x3f);
    ck_assert_uint_eq(in8(0x3c0), 0x3f);
    in8(0x3da);
    set_bar(0x410, 2, 0xffff);
    set_bar(0x41e, 2, 0xffff);
    for (unsigned i = 0; i < 11; i++) { /* each register by its word */
        uint16_t want = i == 0 ? 0xb0c5 : i == 3 ? 8 : i == 10 ? 256 : 0;
        ck_assert_msg(bar(0x500 + 2 * i, 2) == want, "register %u is %lx", i, (unsigned long)bar(0x500 + 2 * i, 2));
        ck_assert_uint_eq(bar(0x500 + 2 * i, 1), 0xff);
        ck_assert_uint_eq(bar(0x501 + 2 * i, 2), 0xffff);
    }
    ck_assert_uint_eq(bar(0x4fe, 2), 0xffff);
    ck_assert_uint_eq(bar(0x516, 2), 0xffff);
    set_bar(0x502, 2, 640), set_bar(0x504, 2, 480), set_bar(0x502, 1, 8), set_bar(0x503, 2, 8), set_bar(0x506, 2, 32);
    set_bar(0x508, 2, VBE_ENABLED);
    set_bar(0x50c, 2, 800), set_bar(0x510, 2, 8), set_bar(0x512, 2, 7), set_bar(0x514, 2, 1), set_bar(0x516, 2, 9);
    static const uint16_t want[] = {0xb0c5, 640, 480, 32, 1, 0, 800, MEMORY / 3200, 8, 7, 256};
    for (unsigned i = 0; i < ARRAY_LEN(want); i++)
        ck_assert_msg(bar(0x500 + 2 * i, 2) == want[i] && dispi_get((uint16_t)i) == want[i], "register %u: %x", i,
                      dispi_get((uint16_t)i));
}
END_TEST

START_TEST(ports_take_words_only)
{
    dispi(VBE_XRES, 640);
    out16(0x1ce, VBE_XRES);
    out8(0x1cf, 0x20);
    out8(0x1ce, VBE_YRES);
    ck_assert_uint_eq(in16(0x1ce), VBE_XRES);
    ck_assert_uint_eq(in16(0x1cf), 640);
    ck_assert_uint_eq(in8(0x1cf), 0xff);
    ck_assert_uint_eq(in8(0x1ce), 0xff);
    ck_assert_uint_eq(in16(0x1d0), 0xffff);
    out16(0x1d0, 8);
    ck_assert_uint_eq(in16(0x1cf), 640);
}
END_TEST

/* Each depth, panned and wrapping at the end of memory: every pixel from the bytes that are its own. */
static uint32_t shown(uint16_t bpp, uint32_t at)
{
    uint32_t p = 0;
    for (unsigned i = 0; i < (bpp + 7u) / 8; i++)
        p |= (uint32_t)vram(at + i) << 8 * i;
    uint32_t r, g, bl;
    switch (bpp) {
    case 8: return dac_rgb(p);
    case 15:
        r = p >> 10 & 31, g = p >> 5 & 31, bl = p & 31;
        return (r * 33 / 4) << 16 | (g * 33 / 4) << 8 | bl * 33 / 4;
    case 16: r = p >> 11, g = p >> 5 & 63, bl = p & 31; return (r * 33 / 4) << 16 | (g * 65 / 16) << 8 | bl * 33 / 4;
    default: return p & 0xffffff;
    }
}

START_TEST(linear_pictures_of_each_depth)
{
    static const uint16_t depths[] = {8, 15, 16, 24, 32};
    uint32_t seed = 7;
    planar_mode(); /* the DAC */
    for (unsigned i = 0; i < ARRAY_LEN(depths); i++) {
        uint32_t bytes = (depths[i] + 7u) / 8, pitch = 328 * bytes;
        mode(264, 40, depths[i]);
        dispi(VBE_VIRT_WIDTH, 328);
        dispi(VBE_X_OFFSET, 61), dispi(VBE_Y_OFFSET, (uint16_t)(3 * i + 1));
        for (uint32_t k = 0; k < 70 * pitch; k++) {
            seed = seed * 1664525 + 1013904223;
            lfb(k, (uint8_t)(seed >> 24));
        }
        for (unsigned change = 0; change < 2; change++) {
            frame();
            ck_assert_msg(b.w == 264 && b.h == 40, "%ux%u", b.w, b.h);
            for (uint32_t y = 0; y < b.h; y++)
                for (uint32_t x = 0; x < b.w; x++) {
                    uint32_t want = shown(depths[i], (3 * i + 1 + y) * pitch + (61 + x) * bytes);
                    if (pixel(x, y) != want)
                        ck_abort_msg("%u bits: pixel %u,%u is %06x, not %06x", depths[i], x, y, pixel(x, y), want);
                }
            lfb((3 * i + 1 + 39) * pitch + (61 + 263) * bytes,
                (uint8_t)~vram((3 * i + 1 + 39) * pitch + (61 + 263) * bytes));
        }
    }
}
END_TEST

START_TEST(planar_vbe_picture_pans_by_dots)
{
    uint32_t seed = 5;
    planar_mode();
    mode(264, 40, 4);
    dispi(VBE_VIRT_WIDTH, 328);
    for (uint32_t k = 0; k < 500 * 41 * 4; k++) {
        seed = seed * 1664525 + 1013904223;
        lfb(k, (uint8_t)(seed >> 24));
    }
    attr(0x12, 15);
    for (uint16_t x0 = 0; x0 <= 64; x0 = (uint16_t)(x0 + (x0 < 9 ? 1 : 5))) {
        dispi(VBE_X_OFFSET, x0), dispi(VBE_Y_OFFSET, (uint16_t)(x0 * 7));
        frame();
        ck_assert_msg(b.w == 264 && b.h == 40, "%ux%u", b.w, b.h);
        for (uint32_t y = 0; y < b.h; y++)
            for (uint32_t x = 0; x < b.w; x++) {
                uint32_t dot = x + x0, word = 4 * ((y + x0 * 7) * 41 + dot / 8), p = 0;
                for (unsigned k = 0; k < 4; k++)
                    p |= (vram(word + k) >> (7 - dot % 8) & 1u) << k;
                if (pixel(x, y) != dac_rgb(p))
                    ck_abort_msg("offset %u: pixel %u,%u is %06x, not %06x", x0, x, y, pixel(x, y), dac_rgb(p));
            }
    }
}
END_TEST

START_TEST(eight_bit_dac_shows_all_bits)
{
    mode(640, 480, 8);
    dispi(VBE_ENABLE, VBE_ENABLED | VBE_8BIT_DAC);
    out8(0x3c8, 1);
    out8(0x3c9, 0x81), out8(0x3c9, 0x42), out8(0x3c9, 0xc3);
    lfb(0, 1);
    frame();
    ck_assert_uint_eq(pixel(0, 0), 0x8142c3);
    dispi(VBE_ENABLE, VBE_ENABLED); /* the same bytes as six bits */
    frame();
    ck_assert_uint_eq(pixel(0, 0), (0x81u * 4 & 0xff) << 16 | (0x81u >> 4) << 16 | (0x42u * 4 & 0xff) << 8 |
                                       (0x42u >> 4) << 8 | (0xc3u * 4 & 0xff) | 0xc3u >> 4);
}
END_TEST

/* ---- what a saved state may not bring in ---- */

START_TEST(a_loaded_mode_is_one_that_a_guest_could_set)
{
    static const struct {
        unsigned reg, value;
        bool good;
    } c[] = {
        {VBE_BPP, 4, true},          {VBE_BPP, 8, true},        {VBE_BPP, 15, true},          {VBE_BPP, 16, true},
        {VBE_BPP, 24, true},         {VBE_BPP, 32, true},       {VBE_BPP, 0, false},          {VBE_BPP, 23, false},
        {VBE_BPP, 31, false},        {VBE_BPP, 33, false},      {VBE_XRES, 0, false},         {VBE_XRES, 8, true},
        {VBE_XRES, 800, true},       {VBE_XRES, 808, false},    {VBE_YRES, 0, false},         {VBE_YRES, 1, true},
        {VBE_YRES, 1600, true},      {VBE_YRES, 1601, false},   {VBE_VIRT_WIDTH, 792, false}, {VBE_X_OFFSET, 8, false},
        {VBE_Y_OFFSET, 9886, false}, {VBE_Y_OFFSET, 9885, true}};
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        mode(800, 600, 16);
        b.vga->dispi[c[i].reg] = (uint16_t)c[i].value;
        vga_class.post_load(&b.vga->dev);
        ck_assert_msg((dispi_get(VBE_ENABLE) & 1) == c[i].good, "register %u = %u: %s", c[i].reg, c[i].value,
                      c[i].good ? "refused" : "taken");
        if (c[i].reg == VBE_BPP)
            ck_assert_uint_eq(dispi_get(VBE_BPP), c[i].good ? c[i].value : 8);
        frame();
    }
    mode(800, 600, 16);
    b.vga->dispi[VBE_XRES] = b.vga->dispi[VBE_VIRT_WIDTH] = 2560;
    vga_class.post_load(&b.vga->dev);
    ck_assert_uint_eq(dispi_get(VBE_ENABLE) & 1, 1);
    b.vga->dispi[VBE_XRES] = b.vga->dispi[VBE_VIRT_WIDTH] = 2568;
    vga_class.post_load(&b.vga->dev);
    ck_assert_uint_eq(dispi_get(VBE_ENABLE) & 1, 0);
    dispi(VBE_ENABLE, 0);
    b.vga->dispi[VBE_BANK] = 255;
    vga_class.post_load(&b.vga->dev);
    ck_assert_uint_eq(dispi_get(VBE_BANK), 255);
    b.vga->dispi[VBE_BANK] = 256;
    vga_class.post_load(&b.vga->dev);
    ck_assert_uint_eq(dispi_get(VBE_BANK), 0);
}
END_TEST

START_TEST(loaded_registers_have_the_bits_that_are_there)
{
    static const uint8_t seq_bits[] = {0x03, 0x3d, 0x0f, 0x3f, 0x0e},
                         gfx_bits[] = {0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff},
                         attr_tail[] = {0x3f, 0xef, 0xff, 0x3f, 0x0f, 0x0f};
    struct vga *v = b.vga;
    memset(v->seq, 0xff, sizeof v->seq);
    memset(v->gfx, 0xff, sizeof v->gfx);
    memset(v->attr, 0xff, sizeof v->attr);
    v->attr_data_next = 0xff;
    v->dac_sub = 0xff;
    v->dac_write = 3;
    vga_class.post_load(&v->dev);
    ck_assert_mem_eq(v->seq, seq_bits, sizeof seq_bits);
    ck_assert_mem_eq(v->gfx, gfx_bits, sizeof gfx_bits);
    ck_assert_mem_eq(v->attr + 15, attr_tail, sizeof attr_tail);
    ck_assert_uint_eq(v->attr[0], 0x3f);
    ck_assert_uint_eq(v->attr_data_next, 1);
    ck_assert_uint_lt(v->dac_sub, 3);
    for (unsigned i = 0; i < 3; i++) {
        v->dac_sub = (uint8_t)i;
        vga_class.post_load(&v->dev);
        ck_assert_uint_eq(v->dac_sub, i);
    }
}
END_TEST

/* Memory, windows and picture are worked out anew after a load. */
START_TEST(a_load_maps_and_draws_anew)
{
    mode(640, 480, 32);
    frame();
    frame();
    b.vga->dispi[VBE_BANK] = 2; /* as a load puts it there */
    ram_ptr(b.bus.mem, b.vga->vram_page)[4] = 0x77;
    vga_class.post_load(&b.vga->dev);
    ck_assert_uint_eq(mem_write_page(b.bus.mem, 0xa0000), b.vga->vram_page + 32);
    frame();
    ck_assert_uint_eq(pixel(1, 0), 0x77);
    ck_assert_uint_eq(b.y1, 480);
    mode(640, 480, 32);
    ck_assert_uint_eq(vram(4), 0);
    mode(640, 480, 8);
    frame();
    b.vga->dac[0] = 63;
    vga_class.post_load(&b.vga->dev);
    frame();
    ck_assert_uint_eq(pixel(0, 0) >> 16, 0xff); /* colours too */
}
END_TEST

TCase *vga_vbe_tests(void)
{
    TCase *c = tcase_create("VBE");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, each_register_takes_its_range);
    tcase_add_test(c, a_mode_register_changes_no_other);
    tcase_add_test(c, capabilities_hide_the_mode_and_nothing_else);
    tcase_add_test(c, mode_registers_are_fixed_while_enabled_and_geometry_while_not);
    tcase_add_test(c, offsets_end_where_the_picture_leaves_memory);
    tcase_add_test(c, a_mode_that_does_not_fit_stays_off);
    tcase_add_test(c, enabling_sets_what_shows_the_picture);
    tcase_add_test(c, bar_2_holds_ports_and_registers_and_no_more);
    tcase_add_test(c, ports_take_words_only);
    tcase_add_test(c, linear_pictures_of_each_depth);
    tcase_add_test(c, planar_vbe_picture_pans_by_dots);
    tcase_add_test(c, eight_bit_dac_shows_all_bits);
    tcase_add_test(c, a_loaded_mode_is_one_that_a_guest_could_set);
    tcase_add_test(c, loaded_registers_have_the_bits_that_are_there);
    tcase_add_test(c, a_load_maps_and_draws_anew);
    return c;
}
