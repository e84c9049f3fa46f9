/* SPDX-License-Identifier: MIT */
/*
 * Blanking (CRTC 02h, 03h, 05h bit 7; 15h, 16h, 07h bit 3, 09h bit 5) by IBM's technical reference: it begins at the
 * start, ends where the low bits of the counter equal the end, and is black, whatever colour overscan has.
 */
#include "tests/dev/vga_rig.h"

enum mode { TEXT, PLANAR, MODE_13H, MODES };

/* Every pixel of the picture is white, and overscan is too. */
static void white(enum mode m)
{
    if (m == TEXT)
        text_mode();
    else if (m == PLANAR)
        planar_mode();
    else
        mode_13h();
    for (uint32_t i = 0; i < 0x40000; i += 2) { /* text: character DBh in the font below, attribute 0Fh */
        lfb(i, m == TEXT ? 0xdb : 0xff);
        lfb(i + 1, m == TEXT ? 0x0f : 0xff);
    }
    if (m == TEXT)
        for (uint32_t row = 0; row < 32; row++)
            lfb((0xdb * 32 + row) * 4 + 2, 0xff);
    attr(0x11, 15);
    attr(0x10, m == TEXT ? 0x04 : m == PLANAR ? 0x01 : 0x41);
    out8(0x3c8, 0);
    for (int i = 0; i < 768; i++)
        out8(0x3c9, 63);
    if (m == TEXT) { /* the ninth dot is background, which is white as well */
        crtc(0x0a, 0x20);
    }
    crtc(0x11, 0);
}

#define WHITE 0xffffffu

static void expect(const char *what, uint32_t x, uint32_t y, bool black)
{
    uint32_t got = pixel(x, y), want = black ? 0 : WHITE;
    ck_assert_msg(got == want, "%s: pixel %u,%u is %06x, not %06x", what, x, y, got, want);
}

/* Columns from `first` up to `end` are black in characters, others are not. */
static void columns(const char *what, enum mode m, uint32_t first, uint32_t end)
{
    uint32_t dots = m == TEXT ? 9 : 8;
    for (uint32_t c = 0; c < 80; c++) {
        bool black = first <= end ? c >= first && c < end : c >= first || c < end;
        expect(what, c * dots, 5, black);
        expect(what, c * dots + dots - 1, 200, black);
    }
}

static void lines(const char *what, uint32_t first, uint32_t end)
{
    for (uint32_t y = 0; y < b.h; y++) {
        bool black = first <= end ? y >= first && y < end : y >= first || y < end;
        expect(what, 0, y, black);
        expect(what, b.w - 1, y, black);
    }
}

static void h_blank(uint8_t start, uint8_t end)
{
    crtc(0x02, start);
    crtc(0x03, 0x80 | (end & 0x1f));
    crtc(0x05, (uint8_t)((end & 0x20) << 2 | 1));
    frame();
}

START_TEST(standard_modes_blank_nothing_of_the_picture)
{
    for (enum mode m = TEXT; m < MODES; m++) {
        white(m);
        frame();
        columns("as IBM has it", m, 80, 80);
        lines("as IBM has it", b.h, b.h);
    }
}
END_TEST

START_TEST(columns_are_black_from_the_start_of_blanking_on)
{
    for (enum mode m = TEXT; m < MODES; m++) {
        white(m);
        h_blank(40, 0x62 & 0x3f); /* to the end of the line and no further */
        columns("02h = 40", m, 40, 80);
        h_blank(79, 0x62 & 0x3f);
        columns("02h = 79", m, 79, 80);
        h_blank(80, 0x62 & 0x3f);
        columns("02h = 80", m, 80, 80);
        h_blank(0, 1);
        columns("02h = 0", m, 0, 1);
    }
}
END_TEST

START_TEST(columns_come_back_where_six_bits_match_the_end)
{
    for (enum mode m = TEXT; m < MODES; m++) {
        white(m);
        h_blank(20, 50);
        columns("20 to 50", m, 20, 50);
        h_blank(20, 33); /* bit 5 of the end stands in 05h */
        columns("20 to 33", m, 20, 33);
        h_blank(20, 1); /* 65 is the first one above 20 that ends so */
        columns("20 to 65", m, 20, 65);
        h_blank(70, 10); /* 74 */
        columns("70 to 74", m, 70, 74);
        h_blank(70, 5); /* not before the line of 100 characters ends at 69 + 64: goes on to 5 of the next */
        columns("70 over the end to 5", m, 70, 5);
    }
}
END_TEST

START_TEST(blanking_that_never_begins_or_ends)
{
    white(PLANAR);
    h_blank(100, 10); /* the counter goes to 99 */
    columns("02h beyond the line", PLANAR, 80, 80);
    h_blank(99, 10);
    columns("from the last character to 10", PLANAR, 99, 10);
    h_blank(50, 50); /* 114 is not there, and at 50 blanking begins again */
    columns("no end", PLANAR, 0, 80);
}
END_TEST

/* The start is one less than the first blanked line; the line that the end names is the last. */
static void v_blank(enum mode m, uint32_t start, uint8_t end)
{
    uint8_t over = m == PLANAR ? 0x3e : 0x1f, scan = m == TEXT ? 0x4f : m == PLANAR ? 0x40 : 0x41;
    crtc(0x15, (uint8_t)start);
    crtc(0x07, (uint8_t)((over & ~8) | (start >> 8 & 1) << 3));
    crtc(0x09, (uint8_t)((scan & ~0x20) | (start >> 9 & 1) << 5));
    crtc(0x16, end);
    frame();
}

START_TEST(lines_are_black_from_the_start_of_blanking_to_the_end)
{
    for (enum mode m = TEXT; m < MODES; m++) {
        white(m);
        uint32_t h = m == PLANAR ? 480 : 400;
        v_blank(m, 99, 149);
        ck_assert_uint_eq(b.h, h);
        lines("100 to 149", 100, 150);
        v_blank(m, 355, (uint8_t)369);
        lines("356 to 369", 356, 370);
        v_blank(m, 199, (uint8_t)(h + 30));
        lines("200 on", 200, h + 31 - 256 > 200 ? h + 31 - 256 : h);
        v_blank(m, h - 2, (uint8_t)(h + 30));
        lines("the last line", h - 1, h);
        v_blank(m, h - 1, (uint8_t)(h + 30));
        lines("below the picture", h, h);
        v_blank(m, 0x3ff, 20); /* bit 9 stands in 09h: beyond the frame */
        lines("never", h, h);
        v_blank(m, h + 5, 29); /* ends in the next frame's line 29 */
        lines("over the frame's end", h, 30);
    }
}
END_TEST

START_TEST(picture_comes_back_when_blanking_moves_out_of_it)
{
    white(MODE_13H);
    h_blank(40, 0x62 & 0x3f);
    frame();
    frame(); /* both of the surface's buffers */
    columns("blanked", MODE_13H, 40, 80);
    h_blank(80, 0x62 & 0x3f);
    frame();
    columns("back", MODE_13H, 80, 80);
    poke(0xa0000, 0xfe);
    frame();
    columns("after a store", MODE_13H, 80, 80);
}
END_TEST

START_TEST(vbe_modes_have_no_blanking)
{
    white(PLANAR);
    h_blank(10, 0x62 & 0x3f);
    v_blank(PLANAR, 10, 20);
    dispi(VBE_XRES, 640);
    dispi(VBE_YRES, 400);
    dispi(VBE_BPP, 32);
    dispi(VBE_ENABLE, VBE_ENABLED | VBE_LFB);
    for (uint32_t i = 0; i < 640 * 400 * 4; i++)
        lfb(i, 0xff);
    frame();
    lines("VBE", 400, 400);
    columns("VBE", PLANAR, 80, 80);
}
END_TEST

TCase *vga_blank_tests(void)
{
    TCase *c = tcase_create("blanking");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, standard_modes_blank_nothing_of_the_picture);
    tcase_add_test(c, columns_are_black_from_the_start_of_blanking_on);
    tcase_add_test(c, columns_come_back_where_six_bits_match_the_end);
    tcase_add_test(c, blanking_that_never_begins_or_ends);
    tcase_add_test(c, lines_are_black_from_the_start_of_blanking_to_the_end);
    tcase_add_test(c, picture_comes_back_when_blanking_moves_out_of_it);
    tcase_add_test(c, vbe_modes_have_no_blanking);
    return c;
}
