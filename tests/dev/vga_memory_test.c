/* SPDX-License-Identifier: MIT */
/*
 * Video memory behind A0000h-BFFFFh against a model that is written from IBM's technical reference (sequencer 02h and
 * 04h, graphics controller 00h-08h): drawn registers, drawn accesses of 1, 2 and 4 bytes, every byte compared.
 */
#include "tests/dev/vga_rig.h"

enum { PLANES = 4, PLANE = 0x10000, RUNS = 1000, ACCESSES = 24 };

static struct model {
    uint8_t misc, map_mask, memory_mode, g[9];
    uint8_t latch[PLANES];
    uint8_t plane[PLANES][PLANE];
} m;
static uint32_t seed;

static uint32_t draw(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

/* Half of the draws are 0 and all ones, which most programs have. */
static uint8_t draw_bits(uint8_t mask)
{
    uint32_t how = draw(4);
    return how == 0 ? 0 : how == 1 ? mask : (uint8_t)(draw(256) & mask);
}

static bool chained(void)
{
    return m.memory_mode & 8;
}

/* With these registers the window is plain memory: the CPU's accesses do not reach the latches (vga_mem.c says so). */
static bool plain(uint32_t at)
{
    return chained() && m.map_mask == 15 && !(m.g[5] & 0x0b) && !m.g[1] && !m.g[3] && m.g[8] == 0xff &&
           (m.g[6] >> 2 & 3) < 2 && at < 0xb0000;
}

/* The offset in the window; false where it is shut. */
static bool opened(uint32_t at, uint32_t *offset)
{
    static const uint32_t first[] = {0xa0000, 0xa0000, 0xb0000, 0xb8000}, size[] = {0x20000, 0x10000, 0x8000, 0x8000};
    unsigned select = m.g[6] >> 2 & 3;
    *offset = at - first[select];
    return (m.misc & 2) && at >= first[select] && *offset < size[select];
}

static uint8_t model_read(uint32_t at, bool latches)
{
    uint32_t a;
    if (!opened(at, &a))
        return 0xff;
    unsigned plane = m.g[4];
    if (chained()) {
        plane = a & 3;
        a >>= 2;
    } else {
        if (m.g[5] & 0x10)
            plane = (plane & 2) | (a & 1);
        if (m.g[6] & 2)
            a &= ~1u;
        a &= 0xffff;
    }
    uint8_t all[PLANES], same = 0;
    for (unsigned p = 0; p < PLANES; p++) {
        all[p] = m.plane[p][a];
        if (latches)
            m.latch[p] = all[p];
    }
    if (!(m.g[5] & 8))
        return all[plane];
    for (unsigned bit = 0; bit < 8; bit++) {
        bool match = true;
        for (unsigned p = 0; p < PLANES; p++)
            if (m.g[7] >> p & 1 && (all[p] >> bit & 1) != (m.g[2] >> p & 1))
                match = false;
        same |= (uint8_t)(match << bit);
    }
    return same;
}

/* What plane p's eight bits become. */
static uint8_t written(unsigned p, uint8_t byte)
{
    unsigned rotate = m.g[3] & 7, mode = m.g[5] & 3;
    uint8_t turned = byte, mask = m.g[8], set = m.g[0] >> p & 1 ? 0xff : 0, v;
    for (unsigned i = 0; i < rotate; i++)
        turned = (uint8_t)(turned >> 1 | (turned & 1) << 7);
    if (mode == 1)
        return m.latch[p];
    if (mode == 0)
        v = m.g[1] >> p & 1 ? set : turned;
    else if (mode == 2)
        v = byte >> p & 1 ? 0xff : 0;
    else
        v = set, mask &= turned;
    switch (m.g[3] >> 3) {
    case 1: v &= m.latch[p]; break;
    case 2: v |= m.latch[p]; break;
    case 3: v ^= m.latch[p]; break;
    default: break;
    }
    return (uint8_t)((v & mask) | (m.latch[p] & ~mask));
}

static void model_write(uint32_t at, uint8_t byte)
{
    uint32_t a;
    if (!opened(at, &a))
        return;
    uint32_t place = chained() ? a >> 2 : (m.g[6] & 2 ? a & ~1u : a) & 0xffff;
    for (unsigned p = 0; p < PLANES; p++) {
        if (!(m.map_mask >> p & 1))
            continue;
        if (chained() ? p != (a & 3) : !(m.memory_mode & 4) && (p & 1) != (a & 1))
            continue;
        m.plane[p][place] = written(p, byte);
    }
}

static void draw_registers(void)
{
    m.misc = draw(16) ? 0x63 : 0x61;
    m.map_mask = draw_bits(15);
    m.memory_mode = (uint8_t)(draw(8) << 1);
    for (unsigned i = 0; i < 9; i++) {
        static const uint8_t mask[] = {15, 15, 15, 0x1f, 3, 0x7b, 15, 15, 0xff};
        m.g[i] = draw_bits(mask[i]);
    }
    if (!draw(8)) { /* near what makes the window plain: one register at most is not neutral */
        m.map_mask = 15, m.memory_mode = 0x0e, m.g[1] = m.g[3] = m.g[5] = 0, m.g[8] = 0xff, m.g[6] = 5;
        switch (draw(8)) {
        case 0: m.map_mask = 7; break;
        case 1: m.g[1] = 1; break;
        case 2: m.g[3] = (uint8_t)(1 << draw(5)); break;
        case 3: m.g[5] = (uint8_t)(1 << draw(4) & 0x0b); break;
        case 4: m.g[8] = 0x7f; break;
        case 5: m.g[6] = (uint8_t)(draw(4) << 2 | 1); break;
        default: break;
        }
    }
    out8(0x3c2, m.misc);
    seq(2, m.map_mask);
    seq(4, m.memory_mode);
    for (uint8_t i = 0; i < 9; i++)
        gfx(i, m.g[i]);
}

static void one_access(unsigned run)
{
    unsigned size = 1u << draw(3);
    static const uint32_t edges[] = {0xa0000, 0xafff8, 0xb0000, 0xb7ff8, 0xb8000, 0xbfff8};
    uint32_t at = draw(3) ? edges[draw(6)] + draw(8 + 1 - size) : 0xa0000 + draw(0x20000 - 4);
    if (draw(2)) {
        uint32_t value = draw(0x1000000) ^ draw(256) << 24;
        phys_store(b.bus.mem, at, size, value, INIT_CPU0);
        for (unsigned i = 0; i < size; i++)
            model_write(at + i, (uint8_t)(value >> 8 * i));
        return;
    }
    uint32_t want = 0, got = (uint32_t)phys_load(b.bus.mem, at, size, INIT_CPU0);
    for (unsigned i = 0; i < size; i++)
        want |= (uint32_t)model_read(at + i, !plain(at + i)) << 8 * i;
    if (got != want)
        ck_abort_msg("run %u: %u bytes at %x read %x, not %x (sequencer 2, 4: %02x %02x, graphics 4-6: %02x %02x %02x)",
                     run, size, at, got, want, m.map_mask, m.memory_mode, m.g[4], m.g[5], m.g[6]);
}

static void same_memory(unsigned run, uint32_t from, uint32_t to)
{
    for (uint32_t a = from; a < to; a++)
        for (unsigned p = 0; p < PLANES; p++)
            if (vram(4 * a + p) != m.plane[p][a])
                ck_abort_msg(
                    "run %u: plane %u at %x is %02x, not %02x (sequencer 2, 4: %02x %02x, graphics: %02x %02x %02x "
                    "%02x %02x %02x %02x %02x %02x)",
                    run, p, a, vram(4 * a + p), m.plane[p][a], m.map_mask, m.memory_mode, m.g[0], m.g[1], m.g[2],
                    m.g[3], m.g[4], m.g[5], m.g[6], m.g[7], m.g[8]);
}

START_TEST(drawn_registers_and_accesses_follow_the_model)
{
    memset(&m, 0, sizeof m);
    seed = 1;
    planar_mode();
    static const uint32_t edges[] = {0, 0x1ff8, 0x3ff8, 0x5ff8, 0x7ff0, 0xfff0};
    for (unsigned run = 0; run < RUNS; run++) {
        draw_registers();
        for (unsigned i = 0; i < ACCESSES; i++)
            one_access(run);
        for (unsigned p = 0; p < PLANES; p++)
            ck_assert_msg((uint8_t)(b.vga->latch >> 8 * p) == m.latch[p], "run %u: latch %u is %02x, not %02x", run, p,
                          (uint8_t)(b.vga->latch >> 8 * p), m.latch[p]);
        for (unsigned i = 0; i < ARRAY_LEN(edges); i++)
            same_memory(run, edges[i], edges[i] + 16);
    }
    same_memory(RUNS, 0, PLANE);
}
END_TEST

/* In a VBE mode of 8 bits and more the window is 64 KiB of video memory at the bank, whatever the graphics controller
 * says; through the registers' own path too, where memory map select leaves no plain window. */
START_TEST(banked_window_is_linear_whatever_the_graphics_controller_says)
{
    static const uint8_t select[] = {1, 2, 3, 0};
    static const uint32_t first[] = {0xa0000, 0xb0000, 0xb8000, 0xa0000};
    dispi(VBE_XRES, 640);
    dispi(VBE_YRES, 480);
    for (uint16_t bpp = 8; bpp <= 32; bpp += 8) {
        dispi(VBE_ENABLE, 0);
        dispi(VBE_BPP, bpp);
        dispi(VBE_ENABLE, VBE_ENABLED);
        for (unsigned i = 0; i < ARRAY_LEN(select); i++) {
            uint32_t bank = 5 + i, from = bank << 16;
            seq(2, 1);
            gfx(1, 15);
            gfx(3, 0x1f);
            gfx(5, 3);
            gfx(6, (uint8_t)(select[i] << 2 | 1));
            gfx(8, 0);
            dispi(VBE_BANK, (uint16_t)bank);
            for (uint32_t k = 0; k < 16; k++) {
                poke(first[i] + k, (uint8_t)(0x40 + 7 * k + i));
                ck_assert_msg(vram(from + k) == 0x40 + 7 * k + i, "map %u, %u bits: byte %u of bank %u is %02x",
                              select[i], bpp, k, bank, vram(from + k));
                ck_assert_uint_eq(peek(first[i] + k), 0x40 + 7 * k + i);
            }
            phys_store(b.bus.mem, first[i] + 0x7ffc, 4, 0x04030201, INIT_CPU0);
            for (uint32_t k = 0; k < 4; k++)
                ck_assert_uint_eq(vram(from + 0x7ffc + k), k + 1);
        }
        gfx(5, 0), gfx(3, 0), gfx(1, 0), gfx(8, 0xff), gfx(6, 5);
    }
}
END_TEST

START_TEST(banked_window_is_shut_where_memory_map_select_says)
{
    dispi(VBE_XRES, 640), dispi(VBE_YRES, 480), dispi(VBE_BPP, 8);
    dispi(VBE_ENABLE, VBE_ENABLED);
    for (unsigned select = 1; select < 4; select++) {
        static const uint32_t shut[][2] = {{0, 0}, {0xb0000, 0xbffff}, {0xaffff, 0xb8000}, {0xa0000, 0xb7fff}};
        gfx(6, (uint8_t)(select << 2 | 1));
        for (unsigned k = 0; k < 2; k++) {
            poke(shut[select][k], 0x5a);
            ck_assert_uint_eq(peek(shut[select][k]), 0xff);
        }
    }
    out8(0x3c2, 0x61); /* memory off */
    gfx(6, 5);
    poke(0xa0000, 0x5a);
    ck_assert_uint_eq(peek(0xa0000), 0xff);
    for (uint32_t a = 0; a < 0x40000; a++)
        if (vram(a))
            ck_abort_msg("a store through a shut window reached %x", a);
}
END_TEST

/* 4 bits a pixel: planes, 64 KiB of addresses a bank, 256 KiB of memory. */
START_TEST(banked_window_of_4_bits_moves_in_the_planes)
{
    planar_mode();
    dispi(VBE_XRES, 800);
    dispi(VBE_YRES, 600);
    dispi(VBE_BPP, 4);
    dispi(VBE_ENABLE, VBE_ENABLED);
    for (uint32_t bank = 0; bank < 64; bank += 21) {
        dispi(VBE_BANK, (uint16_t)bank);
        seq(2, 0x0a);
        poke(0xa1235, (uint8_t)(0x81 + bank));
        uint32_t word = 4 * (bank * 0x10000 + 0x1235);
        for (unsigned p = 0; p < 4; p++)
            ck_assert_msg(vram(word + p) == (p & 1 ? 0x81 + bank : 0), "bank %u: plane %u is %02x", bank, p,
                          vram(word + p));
        gfx(4, 3);
        ck_assert_uint_eq(peek(0xa1235), 0x81 + bank);
    }
    dispi(VBE_BANK, 64); /* the planes' addresses end at 4 MiB, a quarter of 16 */
    seq(2, 1);
    poke(0xa0003, 0x77);
    ck_assert_uint_eq(vram(12), 0x77);
}
END_TEST

TCase *vga_memory_tests(void)
{
    TCase *c = tcase_create("memory");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, drawn_registers_and_accesses_follow_the_model);
    tcase_add_test(c, banked_window_is_linear_whatever_the_graphics_controller_says);
    tcase_add_test(c, banked_window_is_shut_where_memory_map_select_says);
    tcase_add_test(c, banked_window_of_4_bits_moves_in_the_planes);
    return c;
}
