/* SPDX-License-Identifier: MIT */
/* The window A0000h-BFFFFh: where it is open, what the debugger sees there, and what clearing video memory costs. */
#include <stdlib.h>

#include "tests/dev/vga_rig.h"

static uint8_t debug(uint32_t a)
{
    uint8_t v = 0;
    ck_assert_msg(phys_read(b.bus.mem, a, &v, 1, INIT_DEBUG), "the debugger cannot read %x", a);
    return v;
}

/* Memory map select: first and last byte, and their neighbours outside. */
START_TEST(each_memory_map_opens_its_window_to_the_byte)
{
    static const struct {
        uint8_t select;
        uint32_t first, last;
    } map[] = {{0, 0xa0000, 0xbffff}, {1, 0xa0000, 0xaffff}, {2, 0xb0000, 0xb7fff}, {3, 0xb8000, 0xbffff}};
    for (unsigned i = 0; i < ARRAY_LEN(map); i++) {
        planar_mode();
        gfx(6, (uint8_t)(map[i].select << 2 | 1));
        for (uint32_t a = 0xa0000; a < 0xc0000; a += 0x800) {
            for (uint32_t k = 0; k < 2; k++) {
                uint32_t at = a + (k ? 0x7ff : 0);
                bool open = at >= map[i].first && at <= map[i].last;
                poke(at, 0x5a);
                uint8_t got = peek(at), seen = debug(at), want = open ? 0x5a : 0xff;
                ck_assert_msg(got == want, "map %u: %x reads %02x, not %02x", i, at, got, want);
                ck_assert_msg(seen == want, "map %u: the debugger reads %02x at %x, not %02x", i, seen, at, want);
                poke(at, 0);
            }
        }
    }
}
END_TEST

/* Each bit of what is written in mode 3 is rotated to the right by the count before it masks. */
START_TEST(write_mode_3_rotates_the_mask)
{
    for (uint8_t rotate = 0; rotate < 8; rotate++) {
        planar_mode();
        poke(0xa0000, 0);
        gfx(0, 0x0f);
        gfx(3, rotate);
        gfx(5, 3);
        peek(0xa0000);
        poke(0xa0000, 0x81);
        uint8_t want = (uint8_t)(0x8181 >> rotate);
        ck_assert_msg(vram(0) == want, "rotated by %u: %02x, not %02x", rotate, vram(0), want);
    }
}
END_TEST

/* What the CPU would read, in each kind of mode, and the latches keep their value. */
START_TEST(debugger_sees_what_the_cpu_reads_and_leaves_no_trace)
{
    for (unsigned kind = 0; kind < 5; kind++) {
        uint32_t base = kind == 0 ? 0xb8000 : 0xa0000;
        if (kind == 0)
            text_mode();
        else if (kind == 4)
            mode_13h();
        else
            planar_mode();
        for (uint32_t i = 0; i < 0x400; i++)
            lfb(i, (uint8_t)(i * 37 + (i >> 4)));
        if (kind == 2)
            gfx(4, 2); /* read map select */
        if (kind == 3) {
            gfx(5, 8); /* read mode 1 */
            gfx(2, 5);
            gfx(7, 7);
        }
        if (kind != 4)
            peek(base + 9);
        for (uint32_t i = 0; i < 0x40; i++) {
            uint32_t latch = b.vga->latch;
            uint8_t seen = debug(base + i);
            ck_assert_msg(b.vga->latch == latch, "kind %u: a look at %x changes the latches", kind, base + i);
            uint8_t read = peek(base + i);
            ck_assert_msg(seen == read, "kind %u: %x shows %02x, the CPU reads %02x", kind, base + i, seen, read);
        }
        /* The state after looking is the state before, field by field. */
        struct buf before = {0}, after = {0};
        uint8_t all[0x20000];
        state_save(&vga_class.state, b.vga, &timer_state_ops, &before);
        ck_assert(phys_read(b.bus.mem, 0xa0000, all, sizeof all, INIT_DEBUG));
        state_save(&vga_class.state, b.vga, &timer_state_ops, &after);
        ck_assert_uint_eq(before.len, after.len);
        ck_assert_mem_eq(before.data, after.data, before.len);
        buf_free(&before);
        buf_free(&after);
    }
}
END_TEST

START_TEST(debugger_writes_nothing_through_the_window)
{
    planar_mode();
    poke(0xa0000, 0x11);
    uint8_t v = 0x22;
    ck_assert(!phys_write(b.bus.mem, 0xa0000, &v, 1, INIT_DEBUG));
    ck_assert(!phys_write(b.bus.mem, 0xa0000, &v, 1, INIT_DMA));
    ck_assert(!phys_read(b.bus.mem, 0xa0000, &v, 1, INIT_DMA));
    ck_assert_uint_eq(peek(0xa0000), 0x11);
}
END_TEST

static unsigned stores;
static void on_store(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    (void)ctx, (void)bpn, (void)off, (void)len, (void)data;
    stores++;
}

static void enable(uint16_t flags)
{
    dispi(VBE_ENABLE, 0);
    dispi(VBE_XRES, 640);
    dispi(VBE_YRES, 480);
    dispi(VBE_BPP, 32);
    dispi(VBE_ENABLE, VBE_ENABLED | VBE_LFB | flags);
}

/* A guest that turns a mode on again and again pays for what it wrote only, and all of that is cleared. */
START_TEST(vbe_clear_touches_the_pages_that_were_written)
{
    struct page_listener l = {.ctx = NULL, .facts = PI_WATCH, .store = on_store};
    enable(0);
    mem_add_listener(b.bus.mem, &l);
    for (uint32_t i = 0; i < b.vga->vram_pages; i++)
        mem_hold(b.bus.mem, b.vga->vram_page + i, PI_WATCH);
    stores = 0;
    enable(0);
    enable(0);
    ck_assert_uint_eq(stores, 0);
    static const uint32_t places[] = {0, 0x1fff, 0x123456, 0xffffff};
    for (unsigned i = 0; i < ARRAY_LEN(places); i++)
        lfb(places[i], 0x77);
    frame();
    stores = 0;
    enable(0);
    ck_assert_uint_eq(stores, ARRAY_LEN(places));
    for (unsigned i = 0; i < ARRAY_LEN(places); i++)
        ck_assert_uint_eq(vram(places[i]), 0);
}
END_TEST

/* Every way into video memory: the frame buffer, the banked window, the planes, with and without a frame drawn. */
START_TEST(vbe_clear_misses_no_store)
{
    for (unsigned drawn = 0; drawn < 2; drawn++) {
        for (unsigned way = 0; way < 3; way++) {
            enable(0);
            if (drawn)
                frame();
            if (way == 0)
                lfb(0x20005, 1);
            else if (way == 1)
                dispi(VBE_BANK, 2), poke(0xa0005, 1);
            else
                dispi(VBE_ENABLE, 0), planar_mode(), poke(0xa8001, 1); /* plane address 8001h */
            ck_assert_uint_eq(vram(0x20005), 1);
            enable(VBE_NOCLEAR);
            ck_assert_uint_eq(vram(0x20005), 1);
            enable(0);
            ck_assert_msg(vram(0x20005) == 0, "way %u, drawn %u: not cleared", way, drawn);
        }
    }
}
END_TEST

TCase *vga_window_tests(void)
{
    TCase *c = tcase_create("window");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, each_memory_map_opens_its_window_to_the_byte);
    tcase_add_test(c, write_mode_3_rotates_the_mask);
    tcase_add_test(c, debugger_sees_what_the_cpu_reads_and_leaves_no_trace);
    tcase_add_test(c, debugger_writes_nothing_through_the_window);
    tcase_add_test(c, vbe_clear_touches_the_pages_that_were_written);
    tcase_add_test(c, vbe_clear_misses_no_store);
    return c;
}
