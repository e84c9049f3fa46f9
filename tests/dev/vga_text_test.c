/* SPDX-License-Identifier: MIT */
/* The text screen as others see it: cells, UTF-8, size and cursor; and which lines a change in it reports. */
#include "base/cp437.h"
#include "tests/dev/vga_rig.h"

static void put_cell(unsigned row, unsigned col, uint8_t c, uint8_t a)
{
    poke(0xb8000 + (row * 80 + col) * 2, c);
    poke(0xb8001 + (row * 80 + col) * 2, a);
}

static struct buf out;

static void cells(void)
{
    out.len = 0;
    vga_text_cells(b.vga, &out);
}

/* link/cells.h: flags; columns, rows, cursor's x and y as 32 bits; then code and attribute of each cell. */
static void header(unsigned flags, uint32_t cols, uint32_t rows, uint32_t x, uint32_t y)
{
    cells();
    ck_assert_uint_ge(out.len, 17);
    ck_assert_msg(out.data[0] == flags, "flags %02x, not %02x", out.data[0], flags);
    ck_assert_uint_eq(ld32(out.data + 1), cols);
    ck_assert_uint_eq(ld32(out.data + 5), rows);
    ck_assert_uint_eq(ld32(out.data + 9), x);
    ck_assert_uint_eq(ld32(out.data + 13), y);
    ck_assert_uint_eq(out.len, 17 + (flags & 1 ? 2 * cols * rows : 0));
}

/* CRTC 0Ah bit 5 turns the cursor off, bits 4-0 and those of 0Bh are its rows, which must be in order. */
START_TEST(cells_say_whether_the_cursor_is_on)
{
    text_mode();
    for (unsigned start = 0; start < 0x80; start++)
        for (unsigned end = 0; end < 0x80; end += end == 0x20 ? 0x3f : 1) {
            crtc(0x0a, (uint8_t)start);
            crtc(0x0b, (uint8_t)end);
            cells();
            bool want = !(start & 0x20) && start % 32 <= end % 32;
            if ((out.data[0] >> 1 & 1) != want)
                ck_abort_msg("cursor from %02xh to %02xh: %s", start, end, want ? "not told" : "told");
        }
    crtc(0x0a, 0x20);
    header(1 | 4, 80, 25, 0, 0);
    attr(0x10, 0x04);
    header(1, 80, 25, 0, 0);
    buf_free(&out);
}
END_TEST

START_TEST(cells_are_the_memory_from_the_start_address_on)
{
    text_mode();
    crtc(0x0c, 1), crtc(0x0d, 0x23);
    for (unsigned i = 0; i < 0x123 + 2000; i++)
        put_cell(0, i, (uint8_t)(i * 7), (uint8_t)(i * 5 + 1));
    crtc(0x0e, 2), crtc(0x0f, 0x17); /* 217h - 123h = 244 = 3 * 80 + 4 */
    header(1 | 2 | 4, 80, 25, 4, 3);
    for (unsigned i = 0; i < 2000; i++) {
        unsigned n = i + 0x123;
        if (out.data[17 + 2 * i] != (uint8_t)(n * 7) || out.data[18 + 2 * i] != (uint8_t)(n * 5 + 1))
            ck_abort_msg("cell %u is %02x %02x", i, out.data[17 + 2 * i], out.data[18 + 2 * i]);
    }
    buf_free(&out);
}
END_TEST

/* Where the row scan counter stands in for bits 13 and 14, a cell is read at the first row. */
START_TEST(cells_are_those_of_the_first_row_scan)
{
    text_mode();
    for (unsigned i = 0; i < 2000; i++)
        put_cell(0, i, (uint8_t)('A' + i % 26), 7);
    for (uint8_t mode = 0xa0; mode <= 0xa3; mode++) {
        crtc(0x17, mode);
        cells();
        for (unsigned i = 0; i < 2000; i++)
            if (out.data[17 + 2 * i] != 'A' + i % 26)
                ck_abort_msg("17h = %02x: cell %u is %02x", mode, i, out.data[17 + 2 * i]);
        out.len = 0;
        ck_assert(vga_text_screen(b.vga, &out));
        ck_assert_msg(!memcmp(out.data, "ABCDEFGHIJ", 10), "17h = %02x", mode);
    }
    buf_free(&out);
}
END_TEST

START_TEST(size_follows_the_registers)
{
    unsigned c, r, x, y;
    text_mode();
    crtc(0x11, 0);
    crtc(0x01, 39);
    crtc(0x09, 0x47); /* 8 lines */
    crtc(0x13, 32);
    crtc(0x0e, 0), crtc(0x0f, 64 * 2 + 63);
    ck_assert(vga_text_geometry(b.vga, &c, &r, &x, &y));
    ck_assert_msg(c == 40 && r == 50 && x == 63 && y == 2, "%u %u %u %u", c, r, x, y);
    crtc(0x09, 0xc7); /* each line twice */
    ck_assert(vga_text_geometry(b.vga, &c, &r, &x, &y));
    ck_assert_uint_eq(r, 25);
    crtc(0x0c, 0xff), crtc(0x0d, 0xf0), crtc(0x0e, 0),
        crtc(0x0f, 0x31); /* 41h after the start: over the end of memory */
    ck_assert(vga_text_geometry(b.vga, &c, &r, &x, &y));
    ck_assert_msg(x == 1 && y == 1, "%u %u", x, y);
    crtc(0x13, 1);
    ck_assert(vga_text_geometry(b.vga, &c, &r, &x, &y));
    crtc(0x13, 0);
    ck_assert(!vga_text_geometry(b.vga, &c, &r, &x, &y));
    crtc(0x13, 40);
    seq(1, 0x20); /* the screen is off: text stays text */
    ck_assert(vga_text_geometry(b.vga, &c, &r, &x, &y));
    gfx(6, 0x0f);
    ck_assert(!vga_text_geometry(b.vga, &c, &r, &x, &y));
}
END_TEST

START_TEST(graphics_has_a_size_and_no_cells)
{
    planar_mode();
    crtc(0x0a, 0x20);
    header(0, 640, 480, 0, 0);
    ck_assert(!vga_text_screen(b.vga, &out));
    ck_assert_uint_eq(out.len, 17); /* nothing was added */
    text_mode();
    crtc(0x0a, 0x20);
    dispi(VBE_XRES, 800), dispi(VBE_YRES, 600), dispi(VBE_BPP, 32), dispi(VBE_ENABLE, VBE_ENABLED);
    gfx(6, 0x0e); /* text, if VBE did not show */
    header(0, 800, 600, 0, 0);
    ck_assert(!vga_text_screen(b.vga, &out));
    buf_free(&out);
}
END_TEST

/* One, two and three bytes of UTF-8; 00h, 20h and FFh at the end of a row are left out, within it they stay. */
START_TEST(text_is_utf8_without_the_blanks_at_the_end)
{
    text_mode();
    crtc(0x0c, 0), crtc(0x0d, 80);
    for (unsigned i = 0; i < 2100; i++)
        put_cell(0, i, i % 3 == 0 ? ' ' : i % 3 == 1 ? 0 : 0xff, 7);
    put_cell(1, 0, 'A', 7);  /* the first row */
    put_cell(2, 2, 0x80, 7); /* U+00C7 */
    put_cell(3, 0, 0xc9, 7); /* U+2554 */
    put_cell(3, 1, 0xe4, 7); /* U+03A3 */
    put_cell(3, 2, 0x9c, 7); /* U+00A3 */
    put_cell(3, 3, 0xfb, 7); /* U+221A */
    put_cell(3, 4, 0xbf, 7); /* U+2510 */
    put_cell(4, 79, 'z', 7);
    ck_assert(vga_text_screen(b.vga, &out));
    buf_add8(&out, 0);
    const char *row = (char *)out.data;
    ck_assert_msg(!strncmp(row, "A\n", 2), "first row: %.8s", row);
    row = strchr(row, '\n') + 1;
    const char *two = strchr(row, '\n');
    ck_assert_msg(two - row >= 4 && !memcmp(two - 2, "\xc3\x87", 2), "second row");
    ck_assert_msg(!strncmp(two + 1, "\xe2\x95\x94\xce\xa3\xc2\xa3\xe2\x88\x9a\xe2\x94\x90\n", 14), "third row: %.14s",
                  two + 1);
    unsigned rows = 0;
    for (const char *p = (char *)out.data; *p; p++)
        rows += *p == '\n';
    ck_assert_uint_eq(rows, 25);
    const char *four = strchr(two + 1, '\n') + 1;
    ck_assert_int_eq(strchr(four, '\n')[-1], 'z');
    buf_free(&out);
}
END_TEST

START_TEST(every_character_has_its_utf8)
{
    text_mode();
    for (unsigned i = 0; i < 2000; i++)
        put_cell(0, i, ' ', 7);
    for (unsigned c = 0; c < 256; c++) {
        uint32_t u = cp437_unicode((uint8_t)c);
        char want[8] = "x";
        unsigned n = 1;
        if (u >= 0x800)
            want[n++] = (char)(0xe0 + u / 0x1000), want[n++] = (char)(0x80 + u / 0x40 % 0x40),
            want[n++] = (char)(0x80 + u % 0x40);
        else if (u >= 0x80)
            want[n++] = (char)(0xc0 + u / 0x40), want[n++] = (char)(0x80 + u % 0x40);
        else
            want[n++] = (char)u;
        want[n++] = 'y';
        put_cell(0, 0, 'x', 7), put_cell(0, 1, (uint8_t)c, 7), put_cell(0, 2, 'y', 7);
        out.len = 0;
        ck_assert(vga_text_screen(b.vga, &out));
        ck_assert_msg(out.len == n + 25 && !memcmp(out.data, want, n), "character %02x, U+%04X", c, u);
    }
    buf_free(&out);
}
END_TEST

/* ---- what a change reports ---- */

static void reported(const char *what, uint32_t y0, uint32_t y1)
{
    unsigned n = b.frames;
    frame();
    ck_assert_msg(b.frames == n + 1, "%s: nothing reported", what);
    ck_assert_msg(b.y0 == y0 && b.y1 == y1, "%s: lines %u to %u, not %u to %u", what, b.y0, b.y1, y0, y1);
}

static void silent(const char *what)
{
    unsigned n = b.frames;
    frame();
    ck_assert_msg(b.frames == n, "%s: lines %u to %u reported", what, b.y0, b.y1);
}

START_TEST(only_rows_with_changed_cells_are_reported)
{
    text_mode();
    crtc(0x0a, 0x20);
    for (unsigned i = 0; i < 2000; i++)
        put_cell(0, i, 'x', 7);
    frame();
    ck_assert_uint_eq(b.y1, 400);
    silent("no change");
    put_cell(0, 0, 'a', 7);
    reported("row 0", 0, 16);
    put_cell(24, 79, 'a', 7);
    reported("row 24", 384, 400);
    put_cell(7, 40, 'x', 7);
    silent("the same character");
    put_cell(7, 40, 'x', 0x17);
    reported("an attribute", 112, 128);
    put_cell(3, 0, 'b', 7), put_cell(5, 0, 'b', 7);
    reported("rows 3 and 5", 48, 96);
    poke(0xb8000 + 4000, 'q'); /* behind the screen, in a page of it */
    silent("a cell that is not shown");
    out8(0x3c6, 0xff);
    silent("the same mask");
    attr(0, 0);
    silent("the same colour");
    crtc(0x0e, 0), crtc(0x0f, 85);
    silent("a cursor that is off");
}
END_TEST

START_TEST(a_moving_cursor_reports_its_rows)
{
    text_mode();
    crtc(0x0e, 0), crtc(0x0f, 5);
    frame();
    crtc(0x0f, 7);
    reported("in row 0", 0, 16);
    crtc(0x0f, 85);
    reported("from row 0 to 1", 0, 32);
    crtc(0x0a, 0x0b);
    reported("its first row", 16, 32);
    crtc(0x0b, 0x0d);
    reported("its last row", 16, 32);
    crtc(0x0a, 0x2b);
    reported("off", 16, 32);
}
END_TEST

/* A font may be written through the planes or, in the pages of the text, through the frame buffer. */
START_TEST(a_changed_font_is_drawn)
{
    text_mode();
    crtc(0x0a, 0x20);
    for (unsigned i = 0; i < 2000; i++)
        put_cell(0, i, 'A', 7);
    frame();
    ck_assert_uint_eq(pixel(0, 0), dac_rgb(0));
    seq(2, 4), seq(4, 6), gfx(5, 0), gfx(6, 4);
    poke(0xa0000 + 'A' * 32, 0x80);
    seq(2, 3), seq(4, 2), gfx(5, 0x10), gfx(6, 0x0e);
    reported("through plane 2", 0, 400);
    ck_assert_uint_eq(pixel(0, 0), dac_rgb(7));
    ck_assert_uint_eq(pixel(1, 0), dac_rgb(0));
    ck_assert_uint_eq(pixel(711, 384), dac_rgb(7));
    lfb(('A' * 32 + 1) * 4 + 2, 0x40); /* page 2 of 4: the text has it */
    frame();
    ck_assert_uint_eq(pixel(1, 1), dac_rgb(7));
    seq(2, 1);
    put_cell(1, 1, 'B', 7);
    reported("plane 0 alone", 16, 32);
}
END_TEST

/* A screen with more cells than before, and back: none keeps what an older one showed. */
START_TEST(larger_and_smaller_screens_are_whole)
{
    static const uint8_t glyph_rows[] = {0xff, 0xff, 0xff, 0xff};
    text_mode();
    crtc(0x11, 0), crtc(0x0a, 0x20);
    for (uint32_t i = 0; i < 4; i++)
        lfb((0xdb * 32 + i) * 4 + 2, glyph_rows[i]);
    for (unsigned i = 0; i < 16384; i++)
        put_cell(0, i, 0xdb, (uint8_t)(i % 15 + 1));
    for (unsigned run = 0; run < 3; run++) {
        uint8_t cols = run == 1 ? 100 : 80, scan = run == 1 ? 3 : 15;
        crtc(0x01, (uint8_t)(cols - 1)), crtc(0x00, 110), crtc(0x02, 105), crtc(0x03, 0x8e); /* blank to 110 */
        crtc(0x13, cols / 2), crtc(0x09, (uint8_t)(0x40 | scan));
        frame();
        ck_assert_uint_eq(b.w, cols * 9u);
        for (unsigned row = 0; row < 400u / (scan + 1); row++)
            for (unsigned col = 0; col < cols; col++) {
                uint32_t got = pixel(col * 9, row * (scan + 1u)), want = dac_rgb((row * cols + col) % 15 + 1);
                if (got != want)
                    ck_abort_msg("run %u: cell %u,%u is %06x, not %06x", run, col, row, got, want);
            }
    }
}
END_TEST

TCase *vga_text_tests(void)
{
    TCase *c = tcase_create("text");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, cells_say_whether_the_cursor_is_on);
    tcase_add_test(c, cells_are_the_memory_from_the_start_address_on);
    tcase_add_test(c, cells_are_those_of_the_first_row_scan);
    tcase_add_test(c, size_follows_the_registers);
    tcase_add_test(c, graphics_has_a_size_and_no_cells);
    tcase_add_test(c, text_is_utf8_without_the_blanks_at_the_end);
    tcase_add_test(c, every_character_has_its_utf8);
    tcase_add_test(c, only_rows_with_changed_cells_are_reported);
    tcase_add_test(c, a_moving_cursor_reports_its_rows);
    tcase_add_test(c, a_changed_font_is_drawn);
    tcase_add_test(c, larger_and_smaller_screens_are_whole);
    return c;
}
