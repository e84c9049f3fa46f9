/* SPDX-License-Identifier: MIT */
/* Each register of the VGA by itself: which bits it keeps, at which port, in which half of the addresses; and what
 * `info` says. */
#include "tests/dev/vga_rig.h"

/* An index register, its data register, where that is read, and the bits that each index keeps. */
static uint8_t indexed_get(uint16_t port, uint8_t i)
{
    if (port == 0x3c0) {
        in8(0x3da);
        out8(0x3c0, i);
        return in8(0x3c1);
    }
    out8(port, i);
    return in8((uint16_t)(port + 1));
}

static void indexed_set(uint16_t port, uint8_t i, uint8_t v)
{
    if (port == 0x3c0) {
        in8(0x3da);
        out8(0x3c0, i);
        out8(0x3c0, v);
        return;
    }
    out8(port, i);
    out8((uint16_t)(port + 1), v);
}

static const uint8_t attr_bits[0x20] = {0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f,
                                        0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0xef, 0xff, 0x3f, 0x0f, 0x0f};
static const uint8_t seq_bits[8] = {0x03, 0x3d, 0x0f, 0x3f, 0x0e};
static const uint8_t gfx_bits[16] = {0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff};

/* One register written, all read: the others keep their values; those that are not there read 0. */
static void each_index(uint16_t port, const uint8_t *bits, uint8_t n)
{
    uint8_t held[0x20] = {0};
    for (uint8_t i = 0; i < n; i++) {
        for (unsigned v = 0; v < 9; v++) {
            uint8_t value = v == 8 ? 0xff : (uint8_t)(1 << v);
            indexed_set(port, i, value);
            held[i] = value & bits[i];
            uint8_t got = indexed_get(port, i);
            ck_assert_msg(got == held[i], "%x, index %x: %02x reads %02x, not %02x", port, i, value, got, held[i]);
        }
        for (uint8_t k = 0; k < n; k++) {
            uint8_t got = indexed_get(port, k);
            ck_assert_msg(got == held[k], "%x: after index %x, index %x reads %02x, not %02x", port, i, k, got,
                          held[k]);
        }
    }
}

START_TEST(indexed_registers_keep_their_bits)
{
    each_index(0x3c4, seq_bits, 8);
    each_index(0x3ce, gfx_bits, 16);
    each_index(0x3c0, attr_bits, 0x20);
}
END_TEST

START_TEST(crtc_registers_keep_all_bits_and_there_are_25)
{
    for (uint8_t i = 0; i < 0x40; i++) {
        if (i == 0x11)
            continue;
        indexed_set(0x3d4, i, 0xa5);
        if (i != 0x22 && i != 0x24)
            ck_assert_msg(indexed_get(0x3d4, i) == (i < 25 ? 0xa5 : 0xff), "CRTC %x reads %02x", i,
                          indexed_get(0x3d4, i));
        if (i < 25) {
            indexed_set(0x3d4, i, 0x5a);
            ck_assert_uint_eq(indexed_get(0x3d4, i), 0x5a);
        }
    }
    indexed_set(0x3d4, 0x11, 0x7f);
    ck_assert_uint_eq(indexed_get(0x3d4, 0x11), 0x7f);
}
END_TEST

/* CR11 bit 7 alone protects CR0-CR7, and of CR7 not bit 4. */
START_TEST(protect_bit_holds_the_first_eight)
{
    for (uint8_t i = 0; i < 25; i++) {
        if (i == 0x11)
            continue;
        crtc(0x11, 0x7f);
        crtc(i, 0x00);
        crtc(0x11, 0x80);
        crtc(i, 0xff);
        uint8_t want = i < 7 ? 0 : i == 7 ? 0x10 : 0xff, got = indexed_get(0x3d4, i);
        ck_assert_msg(got == want, "protected CR%02x: 00 becomes %02x, not %02x", i, got, want);
        crtc(0x11, 0x7f);
        crtc(i, 0xff);
        ck_assert_uint_eq(indexed_get(0x3d4, i), 0xff);
        crtc(0x11, 0x80);
        crtc(i, 0x00);
        want = i < 7 ? 0xff : i == 7 ? 0xef : 0, got = indexed_get(0x3d4, i);
        ck_assert_msg(got == want, "protected CR%02x: FF becomes %02x, not %02x", i, got, want);
    }
}
END_TEST

START_TEST(plain_registers_keep_their_bits)
{
    static const struct {
        uint16_t write, read;
        uint8_t bits;
    } r[] = {{0x3c2, 0x3cc, 0xef}, {0x3c3, 0x3c3, 0x01}, {0x3c4, 0x3c4, 0x07}, {0x3c6, 0x3c6, 0xff},
             {0x3c8, 0x3c8, 0xff}, {0x3ce, 0x3ce, 0x0f}, {0x3d4, 0x3d4, 0x3f}, {0x3da, 0x3ca, 0x0b}};
    for (unsigned i = 0; i < ARRAY_LEN(r); i++)
        for (unsigned v = 0; v < 9; v++) {
            uint8_t value = v == 8 ? 0xff : (uint8_t)(1 << v);
            if (r[i].write == 0x3c2)
                value |= 1; /* the CRTC stays at 3D4h */
            out8(r[i].write, value);
            ck_assert_msg(in8(r[i].read) == (value & r[i].bits), "%x: %02x reads %02x", r[i].write, value,
                          in8(r[i].read));
        }
    ck_assert_uint_eq(in8(0x3c2), 0x10);
    for (uint16_t port = 0x3cb; port < 0x3d0; port += 2)
        if (port != 0x3cf)
            ck_assert_msg(in8(port) == 0xff, "nothing is at %x", port);
}
END_TEST

/* A write reaches its own register: of the others none changes (3C7h is also the state that 3C8h sets). */
START_TEST(a_write_changes_one_register)
{
    static const uint16_t writes[] = {0x3c2, 0x3c3, 0x3c4, 0x3c6, 0x3c7, 0x3c8, 0x3ce, 0x3d4, 0x3da},
                          reads[] = {0x3cc, 0x3c3, 0x3c4, 0x3c6, 0x3c7, 0x3c8, 0x3ce, 0x3d4, 0x3ca, 0x3c0};
    for (unsigned i = 0; i < ARRAY_LEN(writes); i++)
        for (unsigned value = 1; value < 0x100; value += 0x52) {
            uint8_t before[ARRAY_LEN(reads)];
            out8(0x3c8, 0x11);
            for (unsigned k = 0; k < ARRAY_LEN(reads); k++)
                before[k] = in8(reads[k]);
            out8(writes[i], (uint8_t)(i ? value : value | 1));
            for (unsigned k = 0; k < ARRAY_LEN(reads); k++)
                ck_assert_msg(k == i || in8(reads[k]) == before[k], "%x = %02x: %x becomes %02x", writes[i], value,
                              reads[k], in8(reads[k]));
        }
    out8(0x3c3, 1);
    out8(0x3c2, 0x66);
    ck_assert_uint_eq(in8(0x3c3), 1);
    static const uint16_t data[][2] = {{0x3c4, 1}, {0x3ce, 8}, {0x3b4, 2}};
    for (unsigned i = 0; i < 3; i++) {
        uint8_t before = in8(0x3c6);
        indexed_set(data[i][0], (uint8_t)data[i][1], 0x21);
        ck_assert_uint_eq(in8(0x3c6), before);
    }
}
END_TEST

/* Miscellaneous output bit 0: 3D4h, 3D5h, 3DAh or 3B4h, 3B5h, 3BAh; the others read FFh and write nothing. */
START_TEST(the_other_half_of_the_addresses_is_dead)
{
    for (unsigned color = 0; color < 2; color++) {
        uint16_t live = color ? 0x3d0 : 0x3b0, dead = color ? 0x3b0 : 0x3d0;
        out8(0x3c2, (uint8_t)(0x66 | color));
        out8(live + 4, 0x0e);
        out8(live + 5, 0x5a);
        out8(live + 10, 0x03);
        out8(dead + 4, 0x0f);
        out8(dead + 5, 0xa5);
        out8(dead + 10, 0x08);
        ck_assert_uint_eq(in8(live + 4), 0x0e);
        ck_assert_uint_eq(in8(live + 5), 0x5a);
        ck_assert_uint_eq(in8(0x3ca), 0x03);
        for (uint16_t i = 4; i <= 10; i++)
            ck_assert_msg((i > 5 && i < 10) || in8(dead + i) == 0xff, "%x is alive", dead + i);
        in8(live + 10);
        out8(0x3c0, 1); /* an index */
        in8(dead + 10);
        out8(0x3c0, 0x2a); /* its data: the flip-flop did not move */
        in8(live + 10);
        out8(0x3c0, 1);
        ck_assert_uint_eq(in8(0x3c1), 0x2a);
        ck_assert_uint_ne(in8(live + 10), 0xff);
    }
}
END_TEST

START_TEST(hidden_crtc_registers_show_latches_and_flip_flop)
{
    planar_mode();
    for (uint8_t p = 0; p < 4; p++) {
        seq(2, (uint8_t)(1 << p));
        poke(0xa0000, (uint8_t)(0x81 + 0x11 * p));
    }
    peek(0xa0000);
    for (uint8_t p = 0; p < 4; p++) {
        gfx(4, p);
        ck_assert_uint_eq(indexed_get(0x3d4, 0x22), 0x81u + 0x11u * p);
    }
    in8(0x3da);
    ck_assert_uint_eq(indexed_get(0x3d4, 0x24), 0x00);
    out8(0x3c0, 0);
    ck_assert_uint_eq(indexed_get(0x3d4, 0x24), 0x80);
    out8(0x3c0, 0);
    ck_assert_uint_eq(indexed_get(0x3d4, 0x24), 0x00);
    ck_assert_uint_eq(indexed_get(0x3d4, 0x23), 0xff);
    ck_assert_uint_eq(indexed_get(0x3d4, 0x25), 0xff);
}
END_TEST

/* 3C7h: 3 after an address to read from, 0 after one to write to; either starts with red again. */
START_TEST(dac_address_starts_a_triplet)
{
    out8(0x3c8, 9);
    for (uint8_t i = 1; i <= 6; i++)
        out8(0x3c9, i);
    out8(0x3c7, 9);
    ck_assert_uint_eq(in8(0x3c7), 3);
    ck_assert_uint_eq(in8(0x3c9), 1);
    out8(0x3c7, 10);
    ck_assert_uint_eq(in8(0x3c9), 4);
    ck_assert_uint_eq(in8(0x3c9), 5);
    out8(0x3c8, 10);
    ck_assert_uint_eq(in8(0x3c7), 0);
    out8(0x3c9, 0x11);
    out8(0x3c8, 10);
    for (uint8_t i = 0x21; i <= 0x23; i++)
        out8(0x3c9, i);
    out8(0x3c7, 10);
    for (uint8_t i = 0x21; i <= 0x23; i++)
        ck_assert_uint_eq(in8(0x3c9), i);
    out8(0x3c8, 255);
    ck_assert_uint_eq(in8(0x3c8), 255);
}
END_TEST

/* All 16 bits of what maps memory: turned off and on again, through each register. */
START_TEST(plain_window_follows_each_register)
{
    static const struct {
        uint16_t port;
        uint8_t index, off, on;
    } r[] = {{0x3c4, 2, 7, 15}, {0x3c4, 4, 6, 0x0e},    {0x3ce, 1, 8, 0},       {0x3ce, 3, 0x10, 0},
             {0x3ce, 3, 1, 0},  {0x3ce, 5, 0x48, 0x40}, {0x3ce, 5, 0x42, 0x40}, {0x3ce, 5, 0x41, 0x40},
             {0x3ce, 6, 9, 5},  {0x3ce, 6, 13, 5},      {0x3ce, 8, 0xfe, 0xff}};
    mode_13h();
    for (unsigned i = 0; i < ARRAY_LEN(r); i++) {
        ck_assert_uint_eq(mem_write_page(b.bus.mem, 0xa0000), b.vga->vram_page);
        indexed_set(r[i].port, r[i].index, r[i].off);
        ck_assert_msg(mem_write_page(b.bus.mem, 0xa0000) == NO_PAGE, "%x index %x = %x: still plain", r[i].port,
                      r[i].index, r[i].off);
        indexed_set(r[i].port, r[i].index, r[i].on);
    }
    out8(0x3c2, 0x61);
    ck_assert_uint_eq(mem_write_page(b.bus.mem, 0xa0000), NO_PAGE);
    out8(0x3c2, 0x63);
    gfx(6, 1); /* 128 KiB: the first half is plain too */
    ck_assert_uint_eq(mem_write_page(b.bus.mem, 0xaf000), b.vga->vram_page + 15);
    ck_assert_uint_eq(mem_write_page(b.bus.mem, 0xb0000), NO_PAGE);
}
END_TEST

static void shows(const char *want)
{
    struct buf out = {0};
    vga_class.print(&b.vga->dev, &out);
    buf_add8(&out, 0);
    ck_assert_str_eq((char *)out.data, want);
    buf_free(&out);
}

START_TEST(info_names_the_mode)
{
    shows("blank 720x400, 2 lines of 45 dots, start 0, pitch 0\n");
    text_mode();
    crtc(0x0c, 0x12), crtc(0x0d, 0x34);
    shows("text 720x400, 449 lines of 900 dots, start 1234, pitch 80\n");
    planar_mode();
    shows("planar 640x480, 525 lines of 800 dots, start 0, pitch 80\n");
    gfx(5, 0x20);
    shows("CGA 640x480, 525 lines of 800 dots, start 0, pitch 80\n");
    mode_13h();
    shows("256 colours 640x400, 449 lines of 800 dots, start 0, pitch 80\n");
    dispi(VBE_XRES, 640), dispi(VBE_YRES, 480), dispi(VBE_BPP, 16), dispi(VBE_ENABLE, VBE_ENABLED);
    dispi(VBE_VIRT_WIDTH, 800), dispi(VBE_X_OFFSET, 16), dispi(VBE_Y_OFFSET, 3), dispi(VBE_BANK, 2);
    shows("linear 640x480, 525 lines of 800 dots, start 12e0, pitch 1600\n"
          "VBE 640x480x16, virtual width 800, bank 2, offset 16,3\n");
}
END_TEST

/* Each reason for a black screen, alone; without registers that make sense it is 720x400. */
START_TEST(blank_for_each_reason)
{
    for (unsigned reason = 0; reason < 6; reason++) {
        mode_13h();
        poke(0xa0000, 63);
        frame();
        ck_assert_uint_eq(pixel(0, 0), dac_rgb(63));
        switch (reason) {
        case 0: seq(1, 0x21); break;               /* screen off */
        case 1: in8(0x3da), out8(0x3c0, 0); break; /* the palette belongs to the CPU */
        case 2: crtc(0x17, 0x23); break;           /* no retraces */
        case 3: seq(0, 0); break;                  /* both resets */
        case 4: seq(0, 1); break;
        default: seq(0, 2); break;
        }
        frame();
        if (reason < 4)
            ck_assert_msg(pixel(0, 0) == 0, "reason %u: not black", reason);
        else
            ck_assert_msg(pixel(0, 0) == dac_rgb(63), "reset %u: black", reason);
        ck_assert_uint_eq(b.h, 400);
    }
    vga_class.reset(&b.vga->dev);
    frame();
    ck_assert_uint_eq(b.w, 720);
    ck_assert_uint_eq(b.h, 400);
    for (unsigned y = 0; y < 400; y += 57)
        ck_assert_uint_eq(pixel(y, y), 0);
    out8(0x3c2, 3), crtc(0x01, 19), crtc(0x12, 98), seq(1, 1); /* 160 wide, 99 lines: too low still */
    frame();
    ck_assert_uint_eq(b.w, 720);
    crtc(0x12, 99);
    frame();
    ck_assert_uint_eq(b.w, 160);
    ck_assert_uint_eq(b.h, 100);
    crtc(0x01, 18);
    frame();
    ck_assert_uint_eq(b.w, 720);
}
END_TEST

/* More characters than the surface has room for: as many as fit. */
START_TEST(wide_registers_are_cut_to_the_surface)
{
    static const struct {
        uint8_t clocking, last;
        uint32_t w;
    } c[] = {{9, 159, 2560},     {9, 160, 2560},     {8, 141, 142 * 18},
             {8, 142, 142 * 18}, {8, 255, 142 * 18}, {0, 255, 256 * 9}};
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        text_mode();
        crtc(0x11, 0);
        seq(1, c[i].clocking);
        crtc(0x01, c[i].last);
        frame();
        ck_assert_msg(b.w == c[i].w, "%u characters: %u wide", c[i].last + 1, b.w);
    }
    planar_mode();
    crtc(0x11, 0), crtc(0x12, 0xff), crtc(0x07, 0x7e); /* 1024 lines */
    frame();
    ck_assert_uint_eq(b.h, 1024);
}
END_TEST

static uint32_t *no_room(void *ctx, uint32_t w, uint32_t h, uint32_t *stride)
{
    (void)ctx, (void)w, (void)h, (void)stride;
    return NULL;
}

/* Without a surface, or one that has no room now, nothing is lost: the next frame is whole. */
START_TEST(nobody_looks)
{
    struct surface s = b.vga->surface;
    mode_13h();
    poke(0xa0000, 9);
    b.vga->surface.begin = NULL;
    frame();
    b.vga->surface.begin = no_room;
    frame();
    frame();
    ck_assert_uint_eq(b.frames, 0);
    poke(0xa0000 + 320 * 100, 9);
    b.vga->surface = s;
    frame();
    ck_assert_uint_eq(b.frames, 1);
    ck_assert_uint_eq(pixel(0, 0), dac_rgb(9));
    ck_assert_uint_eq(pixel(0, 200), dac_rgb(9));
    ck_assert_uint_eq(pixel(0, 399), dac_rgb(0));
    seq(1, 0x21);
    frame();
    ck_assert_uint_eq(b.frames, 2);
    frame();
    poke(0xa0000, 10);
    frame();
    ck_assert_uint_eq(b.frames, 2); /* black stays black */
}
END_TEST

START_TEST(the_same_bytes_again_draw_nothing)
{
    planar_mode();
    poke(0xa0000, 0x81);
    frame();
    frame();
    unsigned n = b.frames;
    poke(0xa0000, 0x81);
    frame();
    ck_assert_uint_eq(b.frames, n);
    poke(0xa0000, 0x80);
    frame();
    ck_assert_uint_eq(b.frames, n + 1);
}
END_TEST

/* The last character of a line may be the first of a page: panned, one dot of it shows. */
START_TEST(a_line_notices_its_last_page)
{
    planar_mode();
    attr(0x13, 1);
    frame();
    frame();
    poke(0xa0000 + 80 * 64, 0x80); /* 5120 = 5 * 1024 */
    frame();
    ck_assert_uint_eq(pixel(639, 63), dac_rgb(15));
    ck_assert_uint_le(b.y0, 63);
    ck_assert_uint_eq(pixel(638, 63), dac_rgb(0));
}
END_TEST

TCase *vga_register_tests(void)
{
    TCase *c = tcase_create("registers");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, indexed_registers_keep_their_bits);
    tcase_add_test(c, crtc_registers_keep_all_bits_and_there_are_25);
    tcase_add_test(c, protect_bit_holds_the_first_eight);
    tcase_add_test(c, plain_registers_keep_their_bits);
    tcase_add_test(c, a_write_changes_one_register);
    tcase_add_test(c, wide_registers_are_cut_to_the_surface);
    tcase_add_test(c, nobody_looks);
    tcase_add_test(c, the_same_bytes_again_draw_nothing);
    tcase_add_test(c, a_line_notices_its_last_page);
    tcase_add_test(c, the_other_half_of_the_addresses_is_dead);
    tcase_add_test(c, hidden_crtc_registers_show_latches_and_flip_flop);
    tcase_add_test(c, dac_address_starts_a_triplet);
    tcase_add_test(c, plain_window_follows_each_register);
    tcase_add_test(c, info_names_the_mode);
    tcase_add_test(c, blank_for_each_reason);
    return c;
}
