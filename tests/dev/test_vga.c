/* SPDX-License-Identifier: MIT */
/*
 * The VGA by the rules of IBM's technical reference and of the Bochs VBE interface. Long, since all its rules share one
 * bench and mode setter.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/dev/vga_rig.h"

/* ---- registers ---- */

START_TEST(attribute_flip_flop_resets_on_input_status_1)
{
    text_mode();
    in8(0x3da);
    out8(0x3c0, 0x05); /* index */
    out8(0x3c0, 0x2a); /* data */
    in8(0x3da);
    out8(0x3c0, 0x06); /* index again, data never comes */
    in8(0x3da);
    out8(0x3c0, 0x05);
    ck_assert_uint_eq(in8(0x3c1), 0x2a);
    ck_assert_uint_eq(in8(0x3c0), 0x05);
}
END_TEST

START_TEST(dac_auto_increments_after_three_components)
{
    out8(0x3c8, 254);
    const uint8_t rgb[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (int i = 0; i < 9; i++)
        out8(0x3c9, rgb[i]);
    ck_assert_uint_eq(in8(0x3c8), 1); /* 254, 255, then 0 */
    out8(0x3c7, 254);
    ck_assert_uint_eq(in8(0x3c7), 3);
    for (int i = 0; i < 9; i++)
        ck_assert_uint_eq(in8(0x3c9), rgb[i]);
}
END_TEST

START_TEST(dac_entry_changes_only_with_the_third_component)
{
    out8(0x3c8, 7);
    for (int i = 0; i < 3; i++)
        out8(0x3c9, 0x11);
    out8(0x3c8, 7);
    out8(0x3c9, 0x22);
    out8(0x3c9, 0x22);
    out8(0x3c7, 7);
    ck_assert_uint_eq(in8(0x3c9), 0x11);
}
END_TEST

START_TEST(dac_holds_six_bits_unless_vbe_widens_it)
{
    out8(0x3c8, 1);
    for (int i = 0; i < 3; i++)
        out8(0x3c9, 0xff);
    out8(0x3c7, 1);
    ck_assert_uint_eq(in8(0x3c9), 0x3f);
    dispi(VBE_ENABLE, VBE_8BIT_DAC);
    out8(0x3c8, 1);
    for (int i = 0; i < 3; i++)
        out8(0x3c9, 0xfe);
    out8(0x3c7, 1);
    ck_assert_uint_eq(in8(0x3c9), 0xfe);
}
END_TEST

START_TEST(crtc_protect_leaves_line_compare_bit_writable)
{
    text_mode();
    crtc(0x11, 0x8e);
    crtc(0x00, 0x12);
    crtc(0x07, 0x00);
    out8(0x3d4, 0);
    ck_assert_uint_eq(in8(0x3d5), 0x5f);
    out8(0x3d4, 7);
    ck_assert_uint_eq(in8(0x3d5), 0x0f); /* 1Fh with bit 4 gone */
}
END_TEST

START_TEST(misc_output_bit_0_moves_crtc_to_3b4)
{
    out8(0x3c2, 0x66);
    ck_assert_uint_eq(in8(0x3d4), 0xff);
    out8(0x3b4, 0x0e);
    ck_assert_uint_eq(in8(0x3b4), 0x0e);
    out8(0x3c2, 0x67);
    ck_assert_uint_eq(in8(0x3b4), 0xff);
    ck_assert_uint_eq(in8(0x3d4), 0x0e);
}
END_TEST

START_TEST(sequencer_reserved_bits_read_zero)
{
    for (uint8_t i = 0; i < 5; i++)
        seq(i, 0xff);
    const uint8_t want[5] = {0x03, 0x3d, 0x0f, 0x3f, 0x0e};
    for (uint8_t i = 0; i < 5; i++) {
        out8(0x3c4, i);
        ck_assert_uint_eq(in8(0x3c5), want[i]);
    }
}
END_TEST

/* ---- planar memory ---- */

START_TEST(write_mode_0_map_mask_selects_planes)
{
    planar_mode();
    seq(2, 0x05);
    poke(0xa0010, 0x81);
    ck_assert_uint_eq(vram(0x40), 0x81);
    ck_assert_uint_eq(vram(0x41), 0);
    ck_assert_uint_eq(vram(0x42), 0x81);
    ck_assert_uint_eq(vram(0x43), 0);
}
END_TEST

START_TEST(write_mode_0_bit_mask_takes_the_rest_from_latches)
{
    planar_mode();
    poke(0xa0000, 0x0f);
    peek(0xa0000); /* latches: 0F in all planes */
    gfx(8, 0xf0);
    poke(0xa0001, 0xaa);
    ck_assert_uint_eq(vram(4), 0xaf);
    ck_assert_uint_eq(vram(7), 0xaf);
}
END_TEST

START_TEST(write_mode_0_rotates_then_combines_with_latches)
{
    planar_mode();
    poke(0xa0000, 0xf0);
    peek(0xa0000);
    gfx(3, 0x18 | 4);    /* exclusive or, rotate by 4 */
    poke(0xa0001, 0x3c); /* rotated: C3 */
    ck_assert_uint_eq(vram(4), 0xc3 ^ 0xf0);
    gfx(3, 0x08);
    poke(0xa0001, 0x3c);
    ck_assert_uint_eq(vram(4), 0x3c & 0xf0);
    gfx(3, 0x10);
    poke(0xa0001, 0x03);
    ck_assert_uint_eq(vram(4), 0x03 | 0xf0);
}
END_TEST

START_TEST(set_reset_replaces_the_cpus_byte_where_enabled)
{
    planar_mode();
    gfx(0, 0x01);
    gfx(1, 0x03);
    poke(0xa0000, 0x5a);
    ck_assert_uint_eq(vram(0), 0xff);
    ck_assert_uint_eq(vram(1), 0x00);
    ck_assert_uint_eq(vram(2), 0x5a);
    ck_assert_uint_eq(vram(3), 0x5a);
}
END_TEST

START_TEST(write_mode_1_copies_latches_whatever_the_bit_mask)
{
    planar_mode();
    for (uint8_t p = 0; p < 4; p++) {
        seq(2, (uint8_t)(1 << p));
        poke(0xa0000, (uint8_t)(0x10 + p));
    }
    seq(2, 15);
    gfx(5, 1);
    gfx(8, 0);
    peek(0xa0000);
    poke(0xa0100, 0xff);
    for (uint8_t p = 0; p < 4; p++)
        ck_assert_uint_eq(vram(0x400u + p), 0x10u + p);
}
END_TEST

START_TEST(write_mode_2_expands_the_colour_under_the_bit_mask)
{
    planar_mode();
    gfx(5, 2);
    gfx(8, 0x80);
    peek(0xa0000);
    poke(0xa0000, 0x0a);
    ck_assert_uint_eq(vram(0), 0);
    ck_assert_uint_eq(vram(1), 0x80);
    ck_assert_uint_eq(vram(2), 0);
    ck_assert_uint_eq(vram(3), 0x80);
}
END_TEST

START_TEST(write_mode_3_masks_set_reset_with_the_cpus_byte)
{
    planar_mode();
    gfx(5, 3);
    gfx(0, 0x06);
    gfx(8, 0x3c);
    peek(0xa0000);
    poke(0xa0000, 0xf0);
    ck_assert_uint_eq(vram(0), 0);
    ck_assert_uint_eq(vram(1), 0x30);
    ck_assert_uint_eq(vram(2), 0x30);
    ck_assert_uint_eq(vram(3), 0);
}
END_TEST

START_TEST(read_mode_0_reads_the_selected_plane)
{
    planar_mode();
    seq(2, 4);
    poke(0xa0000, 0x77);
    gfx(4, 2);
    ck_assert_uint_eq(peek(0xa0000), 0x77);
    gfx(4, 1);
    ck_assert_uint_eq(peek(0xa0000), 0);
}
END_TEST

START_TEST(read_mode_1_compares_colours_except_dont_care_planes)
{
    planar_mode();
    seq(2, 1);
    poke(0xa0000, 0xf0);
    seq(2, 2);
    poke(0xa0000, 0xcc);
    gfx(5, 8);
    gfx(2, 0x03);
    gfx(7, 0x0f);
    ck_assert_uint_eq(peek(0xa0000), 0xc0);
    gfx(7, 0x01);
    ck_assert_uint_eq(peek(0xa0000), 0xf0);
    gfx(7, 0);
    ck_assert_uint_eq(peek(0xa0000), 0xff);
}
END_TEST

START_TEST(odd_even_puts_even_bytes_in_plane_0_and_odd_in_plane_1)
{
    text_mode();
    poke(0xb8000, 'A');
    poke(0xb8001, 0x1f);
    poke(0xb8002, 'B');
    ck_assert_uint_eq(vram(0), 'A');
    ck_assert_uint_eq(vram(1), 0x1f);
    ck_assert_uint_eq(vram(8), 'B'); /* plane address 2 */
    ck_assert_uint_eq(peek(0xb8000), 'A');
    ck_assert_uint_eq(peek(0xb8001), 0x1f);
}
END_TEST

/* Graphics controller 06h bits 3-2: the first and the last byte of each window, and those beside. */
START_TEST(memory_map_select_opens_four_windows)
{
    static const struct {
        uint32_t first, last;
    } window[4] = {{0xa0000, 0xbffff}, {0xa0000, 0xaffff}, {0xb0000, 0xb7fff}, {0xb8000, 0xbffff}};
    for (uint8_t select = 0; select < 4; select++) {
        planar_mode();
        gfx(6, (uint8_t)(select << 2 | 1));
        poke(window[select].first, 0x5a);
        poke(window[select].last, 0xa6);
        ck_assert_uint_eq(peek(window[select].first), 0x5a);
        ck_assert_uint_eq(peek(window[select].last), 0xa6);
        for (uint32_t a = 0xa0000; a < 0xc0000; a += 0x8000)
            for (int end = 0; end < 2; end++) {
                uint32_t at = end ? a + 0x7fff : a;
                if (at >= window[select].first && at <= window[select].last)
                    continue;
                poke(at, 0x33);
                ck_assert_uint_eq(peek(at), 0xff);
            }
        ck_assert_uint_eq(peek(window[select].first), 0x5a);
        ck_assert_uint_eq(peek(window[select].last), 0xa6);
    }
}
END_TEST

START_TEST(memory_map_select_bounds_the_window)
{
    text_mode();
    poke(0xb7fff, 0x55);
    ck_assert_uint_eq(peek(0xb7fff), 0xff);
    ck_assert_uint_eq(peek(0xa0000), 0xff);
    planar_mode();
    poke(0xb8000, 0x55);
    ck_assert_uint_eq(peek(0xb8000), 0xff);
    out8(0x3c2, 0xe1); /* memory off */
    poke(0xa0000, 0x55);
    ck_assert_uint_eq(peek(0xa0000), 0xff);
}
END_TEST

START_TEST(chain_4_is_linear_and_as_fast_as_memory)
{
    mode_13h();
    for (uint32_t i = 0; i < 8; i++)
        poke(0xa0000 + i, (uint8_t)(0x30 + i));
    for (uint32_t i = 0; i < 8; i++)
        ck_assert_uint_eq(vram(i), 0x30 + i);
    ck_assert_uint_eq(mem_write_page(b.bus.mem, 0xa0000), b.vga->vram_page);
    gfx(8, 0x0f); /* a bit mask: no plain memory any more */
    ck_assert_uint_eq(mem_write_page(b.bus.mem, 0xa0000), NO_PAGE);
    gfx(8, 0xff);
    seq(4, 6); /* unchained: mode X */
    seq(2, 2);
    poke(0xa0001, 0x99);
    ck_assert_uint_eq(vram(5), 0x99);
}
END_TEST

/* ---- VBE ---- */

static void vbe(uint16_t w, uint16_t h, uint16_t bpp)
{
    dispi(VBE_ENABLE, 0);
    dispi(VBE_XRES, w);
    dispi(VBE_YRES, h);
    dispi(VBE_BPP, bpp);
    dispi(VBE_ENABLE, VBE_ENABLED | VBE_LFB);
}

START_TEST(vbe_identifies_and_reports_capabilities)
{
    ck_assert_uint_eq(dispi_get(VBE_ID), 0xb0c5);
    dispi(VBE_ID, 0xb0c2);
    ck_assert_uint_eq(dispi_get(VBE_ID), 0xb0c2);
    dispi(VBE_ID, 0x1234);
    ck_assert_uint_eq(dispi_get(VBE_ID), 0xb0c2);
    dispi(VBE_ENABLE, VBE_GETCAPS);
    ck_assert_uint_eq(dispi_get(VBE_XRES), 2560);
    ck_assert_uint_eq(dispi_get(VBE_YRES), 1600);
    ck_assert_uint_eq(dispi_get(VBE_BPP), 32);
    ck_assert_uint_eq(dispi_get(VBE_MEMORY_64K), 256);
}
END_TEST

START_TEST(vbe_mode_is_fixed_while_enabled)
{
    vbe(800, 600, 16);
    dispi(VBE_XRES, 640);
    ck_assert_uint_eq(dispi_get(VBE_XRES), 800);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), 800);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_HEIGHT), 16 * 1024 * 1024 / 1600);
}
END_TEST

START_TEST(vbe_mode_larger_than_memory_is_refused)
{
    vbe(2560, 1600, 32); /* 15.6 MiB: fits */
    ck_assert_uint_eq(dispi_get(VBE_ENABLE) & 1, 1);
    dispi(VBE_VIRT_WIDTH, 4096);
    ck_assert_uint_eq(dispi_get(VBE_VIRT_WIDTH), 2560);
    dispi(VBE_Y_OFFSET, 200);
    ck_assert_uint_eq(dispi_get(VBE_Y_OFFSET), 0);
}
END_TEST

START_TEST(vbe_enabling_clears_memory_unless_told_not_to)
{
    lfb(0x123456, 0x77);
    dispi(VBE_XRES, 640);
    dispi(VBE_YRES, 480);
    dispi(VBE_BPP, 32);
    dispi(VBE_ENABLE, VBE_ENABLED | VBE_NOCLEAR);
    ck_assert_uint_eq(vram(0x123456), 0x77);
    vbe(640, 480, 32);
    ck_assert_uint_eq(vram(0x123456), 0);
}
END_TEST

START_TEST(vbe_bank_moves_the_window)
{
    vbe(1024, 768, 8);
    dispi(VBE_BANK, 3);
    poke(0xa0005, 0x42);
    ck_assert_uint_eq(vram(0x30005), 0x42);
    dispi(VBE_BANK, 256); /* beyond memory: ignored */
    ck_assert_uint_eq(dispi_get(VBE_BANK), 3);
}
END_TEST

START_TEST(lfb_pixel_formats_show_their_colours)
{
    const struct {
        uint16_t bpp;
        uint32_t raw, shown;
    } c[] = {{15, 0x7c00, 0xff0000}, {15, 0x03e0, 0x00ff00}, {16, 0xf800, 0xff0000},   {16, 0x07e0, 0x00ff00},
             {16, 0x001f, 0x0000ff}, {16, 0x8410, 0x848284}, {24, 0x123456, 0x123456}, {32, 0xff123456, 0x123456}};
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        vbe(640, 480, c[i].bpp);
        unsigned bytes = (c[i].bpp + 7u) / 8, at = (3 * 640 + 5) * bytes;
        for (unsigned k = 0; k < bytes; k++)
            lfb(at + k, (uint8_t)(c[i].raw >> (8 * k)));
        frame();
        ck_assert_uint_eq(b.w, 640);
        ck_assert_uint_eq(b.h, 480);
        ck_assert_uint_eq(pixel(5, 3), c[i].shown);
        ck_assert_uint_eq(pixel(6, 3), 0);
    }
}
END_TEST

START_TEST(lfb_offsets_pan_the_picture)
{
    vbe(640, 480, 32);
    dispi(VBE_VIRT_WIDTH, 1024);
    dispi(VBE_X_OFFSET, 8);
    dispi(VBE_Y_OFFSET, 2);
    uint32_t at = ((2 + 7) * 1024 + 8 + 9) * 4;
    lfb(at + 1, 0xcc);
    frame();
    ck_assert_uint_eq(pixel(9, 7), 0x00cc00);
}
END_TEST

/* ---- pictures ---- */

/* A glyph in plane 2 as a BIOS loads it. */
static void load_glyph(uint8_t c, const uint8_t *rows)
{
    seq(2, 4);
    seq(4, 6);
    gfx(5, 0);
    gfx(6, 4);
    for (uint32_t y = 0; y < 16; y++)
        poke(0xa0000 + c * 32u + y, rows[y]);
    seq(2, 3);
    seq(4, 2);
    gfx(5, 0x10);
    gfx(6, 0x0e);
}
static const uint8_t glyph[16] = {0x80, 0x01, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xaa};

static void put_text(unsigned row, unsigned col, uint8_t c, uint8_t a)
{
    poke(0xb8000 + (row * 80 + col) * 2, c);
    poke(0xb8001 + (row * 80 + col) * 2, a);
}

START_TEST(text_glyph_is_drawn_with_its_attribute)
{
    text_mode();
    load_glyph('A', glyph);
    put_text(2, 3, 'A', 0x2e);
    frame();
    ck_assert_uint_eq(b.w, 720);
    ck_assert_uint_eq(b.h, 400);
    uint32_t x = 3 * 9, y = 2 * 16, fg = dac_rgb(14), bg = dac_rgb(2);
    ck_assert_uint_eq(pixel(x, y), fg);
    ck_assert_uint_eq(pixel(x + 1, y), bg);
    ck_assert_uint_eq(pixel(x + 7, y + 1), fg);
    ck_assert_uint_eq(pixel(x + 8, y + 2), bg); /* the ninth column is background */
    ck_assert_uint_eq(pixel(x + 6, y + 15), fg);
}
END_TEST

START_TEST(text_line_graphics_repeat_the_eighth_dot)
{
    text_mode();
    load_glyph(0xc4, glyph);
    load_glyph(0xb3, glyph);
    put_text(0, 0, 0xc4, 0x0f);
    put_text(0, 1, 0xb3, 0x0f);
    frame();
    ck_assert_uint_eq(pixel(8, 2), dac_rgb(15));
    ck_assert_uint_eq(pixel(17, 2), dac_rgb(0)); /* B3h is not in C0h-DFh */
    attr(0x10, 0x08);
    frame();
    ck_assert_uint_eq(pixel(8, 2), dac_rgb(0));
}
END_TEST

START_TEST(text_attribute_bit_7_blinks_or_brightens)
{
    text_mode();
    load_glyph('A', glyph);
    put_text(0, 0, 'A', 0x9f);
    crtc(0x0a, 0x20);
    unsigned dark = 0;
    for (int i = 0; i < 64; i++) { /* 64 frames at 70 Hz */
        clock_skip_to(&b.clock, (uint64_t)i * 14270000 + 1000000);
        frame();
        ck_assert_uint_eq(pixel(1, 0), dac_rgb(1));
        dark += pixel(0, 0) == dac_rgb(1);
    }
    ck_assert_uint_ge(dark, 28);
    ck_assert_uint_le(dark, 36);
    attr(0x10, 0x04);
    frame();
    ck_assert_uint_eq(pixel(1, 0), dac_rgb(9));
    ck_assert_uint_eq(pixel(0, 0), dac_rgb(15));
}
END_TEST

START_TEST(text_cursor_covers_its_rows_and_blinks)
{
    text_mode();
    put_text(1, 2, ' ', 0x07);
    crtc(0x0e, 0);
    crtc(0x0f, 82);
    unsigned lit = 0;
    for (int i = 0; i < 32; i++) {
        clock_skip_to(&b.clock, (uint64_t)i * 14270000 + 1000000);
        frame();
        bool on = pixel(18, 16 + 13) == dac_rgb(7);
        ck_assert_uint_eq(pixel(18, 16 + 14) == dac_rgb(7), on);
        ck_assert_uint_eq(pixel(18, 16 + 12), dac_rgb(0));
        ck_assert_uint_eq(pixel(18, 16 + 15), dac_rgb(0));
        lit += on;
    }
    ck_assert_uint_ge(lit, 14);
    ck_assert_uint_le(lit, 18);
    crtc(0x0a, 0x2d); /* off */
    frame();
    ck_assert_uint_eq(pixel(18, 16 + 13), dac_rgb(0));
}
END_TEST

START_TEST(text_character_map_b_serves_attributes_without_bit_3)
{
    text_mode();
    load_glyph('A', glyph);
    seq(3, 0x04); /* map A = block 1, map B = block 0 */
    put_text(0, 0, 'A', 0x07);
    put_text(0, 1, 'A', 0x0f);
    frame();
    ck_assert_uint_eq(pixel(0, 0), dac_rgb(7));
    ck_assert_uint_eq(pixel(9, 0), dac_rgb(0)); /* block 1 is empty */
}
END_TEST

START_TEST(text_screen_comes_as_utf8)
{
    text_mode();
    for (unsigned i = 0; i < 2000; i++)
        put_text(0, i, ' ', 7);
    const char *s = "login: ";
    for (unsigned i = 0; s[i]; i++)
        put_text(1, i, (uint8_t)s[i], 7);
    put_text(2, 1, 0xc9, 7);
    struct buf out = {0};
    ck_assert(vga_text_screen(b.vga, &out));
    char want[64] = "\nlogin:\n \xe2\x95\x94\n";
    for (int i = 3; i < 25; i++)
        strcat(want, "\n");
    ck_assert_str_eq((char *)out.data, want);
    buf_free(&out);
    crtc(0x0f, 87);
    unsigned c, r, x, y;
    ck_assert(vga_text_geometry(b.vga, &c, &r, &x, &y));
    ck_assert_uint_eq(c * 100 + r, 8025);
    ck_assert_uint_eq(x, 7);
    ck_assert_uint_eq(y, 1);
    mode_13h();
    ck_assert(!vga_text_screen(b.vga, &out));
}
END_TEST

START_TEST(planar_pixel_takes_a_bit_of_each_plane)
{
    planar_mode();
    gfx(5, 2);
    gfx(8, 0x04);
    peek(0xa0000 + 80 * 10 + 2);
    poke(0xa0000 + 80 * 10 + 2, 0x0b);
    frame();
    ck_assert_uint_eq(b.w, 640);
    ck_assert_uint_eq(b.h, 480);
    ck_assert_uint_eq(pixel(2 * 8 + 5, 10), dac_rgb(11));
    ck_assert_uint_eq(pixel(2 * 8 + 4, 10), dac_rgb(0));
}
END_TEST

START_TEST(mode_13h_doubles_pixels_both_ways)
{
    mode_13h();
    poke(0xa0000 + 320 * 7 + 11, 200);
    frame();
    ck_assert_uint_eq(b.w, 640);
    ck_assert_uint_eq(b.h, 400);
    for (uint32_t y = 14; y < 16; y++)
        for (uint32_t x = 22; x < 24; x++)
            ck_assert_uint_eq(pixel(x, y), dac_rgb(200));
    ck_assert_uint_eq(pixel(24, 14), dac_rgb(0));
    ck_assert_uint_eq(pixel(22, 16), dac_rgb(0));
}
END_TEST

START_TEST(cga_rows_interleave_at_2000h)
{
    static const uint8_t crtc_4[25] = {0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80, 0xbf, 0x1f, 0,    0xc1, 0,    0,   0,
                                       0,    0,    0,    0x9c, 0x8e, 0x8f, 0x14, 0,    0x96, 0xb9, 0xa2, 0xff};
    set_mode(0x63, 9, 3, 2, crtc_4, 0x30, 0x0f, 1, 0);
    attr(0x12, 3);
    poke(0xb8000 + 1, 0x1b);      /* row 0, pixels 4-7: 0 1 2 3 */
    poke(0xb8000 + 0x2000, 0xc0); /* row 1, pixel 0: 3 */
    frame();
    ck_assert_uint_eq(b.w, 640);
    ck_assert_uint_eq(b.h, 400);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(pixel((4 + i) * 2, 0), dac_rgb(i));
    ck_assert_uint_eq(pixel(0, 2), dac_rgb(3));
    ck_assert_uint_eq(pixel(0, 0), dac_rgb(0));
}
END_TEST

START_TEST(line_compare_restarts_at_address_0)
{
    planar_mode();
    crtc(0x0c, 0x40); /* start address 4000h */
    gfx(5, 2);
    peek(0xa0000);
    poke(0xa0000, 5);
    crtc(0x11, 0);
    crtc(0x07, 0x2e); /* bit 4 (line compare bit 8) off */
    crtc(0x09, 0x00);
    crtc(0x18, 99);
    frame();
    ck_assert_uint_eq(pixel(0, 99), dac_rgb(0));
    ck_assert_uint_eq(pixel(0, 100), dac_rgb(5));
    ck_assert_uint_eq(pixel(0, 101), dac_rgb(0));
}
END_TEST

START_TEST(pel_panning_shifts_left_but_not_below_a_split_that_resets_it)
{
    planar_mode();
    gfx(5, 2);
    peek(0xa0001);
    poke(0xa0001, 5); /* dots 8-15 of line 0 */
    attr(0x13, 3);
    frame();
    ck_assert_uint_eq(pixel(5, 0), dac_rgb(5));
    ck_assert_uint_eq(pixel(4, 0), dac_rgb(0));
    crtc(0x07, 0x2e);
    crtc(0x09, 0);
    crtc(0x18, 49);
    attr(0x10, 0x21);
    frame();
    ck_assert_uint_eq(pixel(5, 0), dac_rgb(5));
    ck_assert_uint_eq(pixel(5, 50), dac_rgb(0));
    ck_assert_uint_eq(pixel(8, 50), dac_rgb(5));
}
END_TEST

START_TEST(blanked_screen_is_black)
{
    mode_13h();
    poke(0xa0000, 63);
    frame();
    ck_assert_uint_eq(pixel(0, 0), dac_rgb(63));
    seq(1, 0x21);
    frame();
    ck_assert_uint_eq(pixel(0, 0), 0);
}
END_TEST

START_TEST(unchanged_screen_presents_nothing_and_a_change_only_its_lines)
{
    vbe(1024, 768, 32); /* a page a line */
    frame();
    unsigned n = b.frames;
    for (int i = 0; i < 5; i++)
        frame();
    ck_assert_uint_eq(b.frames, n);
    lfb(300 * 4096 + 40, 0xff);
    frame();
    ck_assert_uint_eq(b.frames, n + 1);
    ck_assert_uint_eq(b.y0, 300);
    ck_assert_uint_eq(b.y1, 301);
    ck_assert_uint_eq(pixel(10, 300), 0xff);
    lfb(400 * 4096, 0xff); /* the other buffer lacks line 300 and must get it too */
    frame();
    ck_assert_uint_eq(pixel(10, 300), 0xff);
    ck_assert_uint_eq(pixel(0, 400), 0xff);
}
END_TEST

START_TEST(palette_change_redraws)
{
    mode_13h();
    poke(0xa0000, 9);
    frame();
    out8(0x3c8, 9);
    for (int i = 0; i < 3; i++)
        out8(0x3c9, 0x3f);
    frame();
    ck_assert_uint_eq(pixel(0, 0), 0xffffff);
}
END_TEST

/* ---- time ---- */

START_TEST(input_status_1_follows_the_beam)
{
    text_mode(); /* 900 dots, 449 lines, 28.322 MHz: 14.27 ms a frame, retrace at lines 412 and 413 */
    unsigned retrace = 0, blank = 0, total = 0;
    uint64_t first = 0;
    for (uint64_t ns = 0; ns < 14268000; ns += 2000, total++) {
        clock_skip_to(&b.clock, ns);
        uint8_t s = in8(0x3da);
        if (s & 8 && !retrace++)
            first = ns;
        blank += s & 1;
        ck_assert(!(s & 8) || s & 1);
    }
    ck_assert_uint_ge(first, 412 * 31777 - 2000);
    ck_assert_uint_le(first, 412 * 31777 + 4000);
    ck_assert_uint_ge(retrace, 30); /* two lines of 31.8 us */
    ck_assert_uint_le(retrace, 33);
    /* visible: 720 of 900 dots in 400 of 449 lines */
    ck_assert_uint_ge(total - blank, total * 70 / 100);
    ck_assert_uint_le(total - blank, total * 73 / 100);
}
END_TEST

START_TEST(retrace_draws_frames_by_virtual_time)
{
    text_mode();
    unsigned n = b.frames;
    clock_skip_to(&b.clock, NS_PER_SEC / 10);
    clock_run(&b.clock);
    ck_assert_uint_eq(b.frames, n + 1);
    ck_assert_uint_eq(b.w, 720);
    ck_assert(timer_armed(&b.vga->retrace));
    ck_assert_uint_le(b.vga->retrace.when, NS_PER_SEC / 10 + 15000000);
}
END_TEST

/* ---- PCI ---- */

START_TEST(pci_bars_show_frame_buffer_registers_and_rom)
{
    static const uint8_t rom[3000] = {0x55, 0xaa, 6};
    struct pci_bus pci;
    struct error err = {{0}};
    dev_free(&b.vga->dev);
    port_space_destroy(b.bus.ports);
    mem_destroy(b.bus.mem);
    b.bus.mem = mem_create();
    b.bus.ports = port_space_create();
    pci_bus_init(&pci, &b.bus);
    b.vga = dev_new(&vga_class, "vga", &b.bus);
    b.vga->pci_bus = &pci;
    b.vga->devfn = 0x10;
    b.vga->rom = rom;
    b.vga->rom_size = sizeof rom;
    ck_assert_msg(dev_realize(&b.vga->dev, &err), "%s", err.text);
    ck_assert_uint_eq(pci_config_read(&pci, 0x10, 0, 4), 0x11111234);
    ck_assert_uint_eq(pci_config_read(&pci, 0x10, 8, 4) >> 8, 0x030000);
    pci_config_write(&pci, 0x10, 0x10, 4, UINT32_MAX);
    ck_assert_uint_eq(pci_config_read(&pci, 0x10, 0x10, 4), 0xff000008); /* 16 MiB, prefetchable */
    pci_config_write(&pci, 0x10, 0x10, 4, 0xe0000000);
    pci_config_write(&pci, 0x10, 0x18, 4, 0xe1000000);
    pci_config_write(&pci, 0x10, 0x30, 4, 0xe1010001);
    pci_config_write(&pci, 0x10, 4, 2, 3);
    phys_store(b.bus.mem, 0xe0000000 + 0x234567, 1, 0x5a, INIT_CPU0);
    ck_assert_uint_eq(vram(0x234567), 0x5a);
    ck_assert_uint_eq(phys_load(b.bus.mem, 0xe1000500, 2, INIT_CPU0), 0xb0c5);
    phys_store(b.bus.mem, 0xe1000502, 2, 1024, INIT_CPU0);
    ck_assert_uint_eq(dispi_get(VBE_XRES), 1024);
    phys_store(b.bus.mem, 0xe1000408, 1, 0x21, INIT_CPU0); /* port 3C8h */
    ck_assert_uint_eq(in8(0x3c8), 0x21);
    ck_assert_uint_eq(phys_load(b.bus.mem, 0xe1010000, 4, INIT_CPU0), 0x0006aa55);
    phys_store(b.bus.mem, 0xe1010000, 1, 0, INIT_CPU0);
    ck_assert_uint_eq(phys_load(b.bus.mem, 0xe1010000, 1, INIT_CPU0), 0x55);
    ck_assert_uint_eq(phys_load(b.bus.mem, 0xe1010000 + 2996, 4, INIT_CPU0), 0);
    pci_config_write(&pci, 0x10, 0x30, 4, UINT32_MAX);
    ck_assert_uint_eq(pci_config_read(&pci, 0x10, 0x30, 4), 0xfffff001); /* 4 KiB for 3000 bytes */
    b.vga->pci.config[0x13] = 0xd0;                                      /* a load brings other addresses */
    vga_class.post_load(&b.vga->dev);
    ck_assert_uint_eq(phys_load(b.bus.mem, 0xd0000000 + 0x234567, 1, INIT_CPU0), 0x5a);
}
END_TEST

/*
 * The bank can be written while VBE is off (only turning it off writes 0), so a load must not take that for a bad
 * state.
 */
START_TEST(vbe_bank_written_while_off_survives_a_load)
{
    dispi(VBE_ENABLE, 0);
    dispi(VBE_BANK, 6);
    vga_class.post_load(&b.vga->dev);
    ck_assert_uint_eq(dispi_get(VBE_BANK), 6);
    b.vga->dispi[VBE_BANK] = 0xffff; /* what no guest can have written */
    vga_class.post_load(&b.vga->dev);
    ck_assert_uint_eq(dispi_get(VBE_BANK), 0);
}
END_TEST

START_TEST(state_round_trip_keeps_every_register)
{
    vbe(800, 600, 16);
    out8(0x3c8, 3);
    out8(0x3c9, 9);
    crtc(0x0e, 0x12);
    gfx(8, 0x5a);
    struct buf one = {0}, two = {0};
    struct error err = {{0}};
    state_save(&vga_class.state, b.vga, &timer_state_ops, &one);
    vga_class.reset(&b.vga->dev);
    struct reader in = {.p = one.data, .end = one.data + one.len};
    ck_assert_msg(state_load(&vga_class.state, b.vga, &timer_state_ops, &in, &err), "%s", err.text);
    vga_class.post_load(&b.vga->dev);
    state_save(&vga_class.state, b.vga, &timer_state_ops, &two);
    ck_assert_uint_eq(one.len, two.len);
    ck_assert_int_eq(memcmp(one.data, two.data, one.len), 0);
    ck_assert_uint_eq(dispi_get(VBE_XRES), 800);
    buf_free(&one);
    buf_free(&two);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("vga");
    TCase *c = tcase_create("rules");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, attribute_flip_flop_resets_on_input_status_1);
    tcase_add_test(c, dac_auto_increments_after_three_components);
    tcase_add_test(c, dac_entry_changes_only_with_the_third_component);
    tcase_add_test(c, dac_holds_six_bits_unless_vbe_widens_it);
    tcase_add_test(c, crtc_protect_leaves_line_compare_bit_writable);
    tcase_add_test(c, misc_output_bit_0_moves_crtc_to_3b4);
    tcase_add_test(c, sequencer_reserved_bits_read_zero);
    tcase_add_test(c, write_mode_0_map_mask_selects_planes);
    tcase_add_test(c, write_mode_0_bit_mask_takes_the_rest_from_latches);
    tcase_add_test(c, write_mode_0_rotates_then_combines_with_latches);
    tcase_add_test(c, set_reset_replaces_the_cpus_byte_where_enabled);
    tcase_add_test(c, write_mode_1_copies_latches_whatever_the_bit_mask);
    tcase_add_test(c, write_mode_2_expands_the_colour_under_the_bit_mask);
    tcase_add_test(c, write_mode_3_masks_set_reset_with_the_cpus_byte);
    tcase_add_test(c, read_mode_0_reads_the_selected_plane);
    tcase_add_test(c, read_mode_1_compares_colours_except_dont_care_planes);
    tcase_add_test(c, odd_even_puts_even_bytes_in_plane_0_and_odd_in_plane_1);
    tcase_add_test(c, memory_map_select_opens_four_windows);
    tcase_add_test(c, memory_map_select_bounds_the_window);
    tcase_add_test(c, chain_4_is_linear_and_as_fast_as_memory);
    tcase_add_test(c, vbe_identifies_and_reports_capabilities);
    tcase_add_test(c, vbe_mode_is_fixed_while_enabled);
    tcase_add_test(c, vbe_mode_larger_than_memory_is_refused);
    tcase_add_test(c, vbe_enabling_clears_memory_unless_told_not_to);
    tcase_add_test(c, vbe_bank_moves_the_window);
    tcase_add_test(c, lfb_pixel_formats_show_their_colours);
    tcase_add_test(c, lfb_offsets_pan_the_picture);
    tcase_add_test(c, text_glyph_is_drawn_with_its_attribute);
    tcase_add_test(c, text_line_graphics_repeat_the_eighth_dot);
    tcase_add_test(c, text_attribute_bit_7_blinks_or_brightens);
    tcase_add_test(c, text_cursor_covers_its_rows_and_blinks);
    tcase_add_test(c, text_character_map_b_serves_attributes_without_bit_3);
    tcase_add_test(c, text_screen_comes_as_utf8);
    tcase_add_test(c, planar_pixel_takes_a_bit_of_each_plane);
    tcase_add_test(c, mode_13h_doubles_pixels_both_ways);
    tcase_add_test(c, cga_rows_interleave_at_2000h);
    tcase_add_test(c, line_compare_restarts_at_address_0);
    tcase_add_test(c, pel_panning_shifts_left_but_not_below_a_split_that_resets_it);
    tcase_add_test(c, blanked_screen_is_black);
    tcase_add_test(c, unchanged_screen_presents_nothing_and_a_change_only_its_lines);
    tcase_add_test(c, palette_change_redraws);
    tcase_add_test(c, input_status_1_follows_the_beam);
    tcase_add_test(c, retrace_draws_frames_by_virtual_time);
    tcase_add_test(c, pci_bars_show_frame_buffer_registers_and_rom);
    tcase_add_test(c, state_round_trip_keeps_every_register);
    tcase_add_test(c, vbe_bank_written_while_off_survives_a_load);
    suite_add_tcase(s, c);
    suite_add_tcase(s, vga_window_tests());
    suite_add_tcase(s, vga_blank_tests());
    suite_add_tcase(s, vga_memory_tests());
    suite_add_tcase(s, vga_picture_tests());
    suite_add_tcase(s, vga_register_tests());
    suite_add_tcase(s, vga_text_tests());
    suite_add_tcase(s, vga_beam_tests());
    suite_add_tcase(s, vga_vbe_tests());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
