/* SPDX-License-Identifier: MIT */
/* Where the beam is: input status 1 on both sides of each edge, and the retrace at which frames are drawn. */
#include "tests/dev/vga_rig.h"

/* The registers of a timing; what they mean, in dots and lines. */
static const struct timing {
    const char *name;
    uint8_t misc, clocking, total, display, v_total, overflow, v_retrace, v_retrace_end, v_display;
    uint64_t hz;
    uint32_t h_total, h_display, lines, shown, retrace, retrace_end;
} timings[] = {
    {"720x400", 0x67, 0, 0x5f, 0x4f, 0xbf, 0x1f, 0x9c, 0x8e, 0x8f, 28322000, 900, 720, 449, 400, 412, 414},
    {"640x480", 0xe3, 1, 0x5f, 0x4f, 0x0b, 0x3e, 0xea, 0x8c, 0xdf, 25175000, 800, 640, 525, 480, 490, 492},
    {"320x200", 0x63, 9, 0x2d, 0x27, 0xbf, 0x1f, 0x9c, 0x8e, 0x8f, 12587500, 400, 320, 449, 400, 412, 414},
    {"bits 8 off", 0x63, 1, 0x5f, 0x4f, 0xc8, 0x00, 0xa0, 0x04, 0x95, 25175000, 800, 640, 202, 150, 160, 164},
    {"bit 8 of the total", 0x63, 1, 0x5f, 0x4f, 0x0a, 0x01, 0xa0, 0x05, 0x95, 25175000, 800, 640, 268, 150, 160, 165},
    {"bits 9", 0x63, 1, 0x5f, 0x4f, 0x90, 0xe0, 0x50, 0x0f, 0x40, 25175000, 800, 640, 658, 577, 592, 607},
    {"16 lines of retrace", 0x63, 1, 0x5f, 0x4f, 0xc8, 0, 0xa3, 3, 0x95, 25175000, 800, 640, 202, 150, 163, 179},
    {"15 lines of retrace", 0x63, 1, 0x5f, 0x4f, 0xc8, 0, 0xa3, 2, 0x95, 25175000, 800, 640, 202, 150, 163, 178},
    {"retrace at the last line", 0x63, 1, 0x5f, 0x4f, 0xc8, 0, 0xc9, 3, 0x95, 25175000, 800, 640, 202, 150, 201, 202},
    {"retrace beyond", 0x63, 1, 0x5f, 0x4f, 0xc8, 0, 0xca, 3, 0x95, 25175000, 800, 640, 202, 150, 201, 202},
};

static void set_timing(const struct timing *t)
{
    out8(0x3c2, t->misc);
    seq(0, 3);
    seq(1, t->clocking);
    crtc(0x11, 0);
    crtc(0x00, t->total);
    crtc(0x01, t->display);
    crtc(0x06, t->v_total);
    crtc(0x07, t->overflow);
    crtc(0x10, t->v_retrace);
    crtc(0x12, t->v_display);
    crtc(0x11, t->v_retrace_end);
}

static uint64_t frames_done; /* of the timing at hand, when a case begins */

static uint8_t status_at(const struct timing *t, uint32_t line, uint32_t dot)
{
    uint64_t tick = frames_done * t->h_total * t->lines + (uint64_t)line * t->h_total + dot;
    clock_skip_to(&b.clock, clock_tick_ns(tick, t->hz));
    ck_assert_uint_eq(clock_ticks(clock_ns(&b.clock), t->hz), tick);
    return in8(0x3da);
}

static void status_is(const struct timing *t, uint32_t line, uint32_t dot)
{
    bool retrace = line >= t->retrace && line < t->retrace_end;
    uint8_t want = (retrace ? 8 : 0) | (retrace || line >= t->shown || dot >= t->h_display ? 1 : 0);
    uint8_t got = status_at(t, line, dot);
    ck_assert_msg(got == want, "%s: status at line %u, dot %u is %02x, not %02x", t->name, line, dot, got, want);
}

static void edges(const struct timing *t)
{
    frames_done = clock_ticks(clock_ns(&b.clock), t->hz) / ((uint64_t)t->h_total * t->lines) + 1;
    uint32_t last = t->h_total - 1, done = 0;
    static const int around[] = {-1, 0};
    uint32_t lines[] = {0, t->shown, t->retrace, t->retrace_end, t->lines - 1};
    for (unsigned i = 0; i < ARRAY_LEN(lines); i++)
        for (unsigned k = 0; k < 2; k++) {
            uint32_t line = lines[i] + (uint32_t)around[k];
            if ((lines[i] == 0 && k == 0) || line >= t->lines || (i && line <= done))
                continue;
            status_is(t, line, 0);
            status_is(t, line, t->h_display - 1);
            status_is(t, line, t->h_display);
            status_is(t, line, last);
            done = line;
        }
    frames_done++;
    status_is(t, 0, 0); /* the next frame begins */
}

START_TEST(status_changes_at_the_dot)
{
    for (unsigned i = 0; i < ARRAY_LEN(timings); i++) {
        set_timing(&timings[i]);
        edges(&timings[i]);
    }
}
END_TEST

/* VBE modes: 60 Hz, a quarter of the line and 45 lines blanked, the retrace 10 lines below the picture, 2 high. */
START_TEST(vbe_beam_has_60_frames_a_second)
{
    struct timing t = {.name = "VBE",
                       .hz = UINT64_C(60) * 1000 * 645,
                       .h_total = 1000,
                       .h_display = 800,
                       .lines = 645,
                       .shown = 600,
                       .retrace = 610,
                       .retrace_end = 612};
    dispi(VBE_XRES, 800), dispi(VBE_YRES, 600), dispi(VBE_BPP, 32), dispi(VBE_ENABLE, VBE_ENABLED);
    edges(&t);
}
END_TEST

/* The next retrace that is at least 4 ms away; where that is not in 100 ms, then. */
START_TEST(frames_are_drawn_at_the_retrace)
{
    for (unsigned i = 0; i < ARRAY_LEN(timings); i++) {
        const struct timing *t = &timings[i];
        uint64_t frame_ticks = (uint64_t)t->h_total * t->lines;
        set_timing(t);
        for (unsigned k = 0; k < 4; k++) {
            clock_skip_to(&b.clock, b.vga->retrace.when);
            clock_run(&b.clock);
            uint64_t now = clock_ns(&b.clock), n = clock_ticks(now + 4000000, t->hz) / frame_ticks;
            uint64_t want = clock_tick_ns(n * frame_ticks + (uint64_t)t->retrace * t->h_total, t->hz);
            if (want < now + 4000000)
                want = clock_tick_ns((n + 1) * frame_ticks + (uint64_t)t->retrace * t->h_total, t->hz);
            ck_assert_msg(b.vga->retrace.when == want, "%s: the next frame is in %lu ns, not %lu", t->name,
                          (unsigned long)(b.vga->retrace.when - now), (unsigned long)(want - now));
        }
    }
    out8(0x3c2, 0x63), seq(1, 9), crtc(0x00, 0xff), crtc(0x06, 0xff), crtc(0x07, 0xe5), crtc(0x10, 0xf0); /* 173 ms */
    vga_class.reset(&b.vga->dev);
    out8(0x3c2, 0x63), seq(1, 8), crtc(0x00, 0xff), crtc(0x06, 0xff), crtc(0x07, 0xe5), crtc(0x10, 0xf0);
    clock_skip_to(&b.clock, b.vga->retrace.when);
    clock_run(&b.clock);
    uint64_t now = clock_ns(&b.clock);
    ck_assert_uint_ge(b.vga->retrace.when, now + 4000000);
    ck_assert_uint_le(b.vga->retrace.when, now + 100000000);
    crtc(0x10, 0xff);
    for (unsigned k = 0; k < 8; k++) {
        clock_skip_to(&b.clock, b.vga->retrace.when);
        clock_run(&b.clock);
        now = clock_ns(&b.clock);
        ck_assert_uint_le(b.vga->retrace.when, now + 100000000);
        if (b.vga->retrace.when == now + 100000000)
            return;
    }
    ck_abort_msg("no frame of 190 ms was cut to 100 ms");
}
END_TEST

TCase *vga_beam_tests(void)
{
    TCase *c = tcase_create("beam");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, status_changes_at_the_dot);
    tcase_add_test(c, vbe_beam_has_60_frames_a_second);
    tcase_add_test(c, frames_are_drawn_at_the_retrace);
    return c;
}
