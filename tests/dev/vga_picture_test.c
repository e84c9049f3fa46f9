/* SPDX-License-Identifier: MIT */
/*
 * The picture against a model that is written from IBM's technical reference, pixel by pixel: drawn registers, drawn
 * contents, and after each change what is drawn again must be the whole and the changed lines alone.
 */
#include "tests/dev/vga_rig.h"

enum { RUNS = 300, CHANGES = 6, COLUMNS = 12, LINES = 60, MEMORY = 0x10000 };
enum kind { TEXT, PLANAR, PIXELS_256, CGA, KINDS };

static struct shown {
    enum kind kind;
    uint8_t clocking, char_map, crtc[25], attr[21], dac[768], dac_mask;
    bool fast;                  /* the clock of 28.322 MHz */
    uint8_t memory[4 * MEMORY]; /* plane P at address A: 4 * A + P */
    uint32_t w, h;
    uint64_t frame; /* its number since power-on */
} s;
static uint32_t before[400][400];
static uint32_t seed;

static uint32_t draw(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static bool one_in(uint32_t n)
{
    return draw(n) == 0;
}

/* ---- the model ---- */

static uint32_t dots_per_char(void)
{
    return s.kind == TEXT && !(s.clocking & 1) ? 9 : 8;
}

static bool halved(void)
{
    return s.clocking & 8;
}

static uint32_t dac_entry(unsigned index)
{
    uint32_t rgb = 0;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t six = s.dac[3 * (index & s.dac_mask) + i];
        rgb = rgb << 8 | six << 2 | six >> 4;
    }
    return rgb;
}

/* Attribute controller: the planes that are enabled, the palette, P54S and the colour select register. */
static uint32_t palette(unsigned pixel)
{
    unsigned index = s.attr[pixel & s.attr[0x12]];
    if (s.attr[0x10] & 0x80)
        index = (index & 15) | (s.attr[0x14] & 3u) << 4;
    return dac_entry(index | (s.attr[0x14] >> 2 & 3u) << 6);
}

/* The memory address of the counter's value, by byte, word or doubleword mode and the row scan bits that stand in. */
static uint32_t address(uint32_t counter, uint32_t row_scan)
{
    uint32_t a = counter & 0xffff;
    bool dword = s.crtc[0x14] & 0x40, byte = s.crtc[0x17] & 0x40;
    if (!dword && !byte)
        a = (a << 1 & 0xfffe) | (a >> (s.crtc[0x17] & 0x20 ? 15 : 13) & 1);
    if (!(s.crtc[0x17] & 1))
        a = (a & 0xdfff) | (row_scan & 1) << 13;
    if (!(s.crtc[0x17] & 2))
        a = (a & 0xbfff) | (row_scan >> 1 & 1) << 14;
    return a;
}

static uint32_t line_compare(void)
{
    return s.crtc[0x18] | (s.crtc[7] >> 4 & 1u) << 8 | (s.crtc[9] >> 6 & 1u) << 9;
}

static uint32_t glyph_byte(uint32_t map, uint32_t ch, uint32_t row)
{
    static const uint32_t block[] = {0, 0x4000, 0x8000, 0xc000, 0x2000, 0x6000, 0xa000, 0xe000};
    return s.memory[4 * (block[map] + ch * 32 + row) + 2];
}

static uint32_t text_pixel(uint32_t counter, uint32_t row_scan, uint32_t dot)
{
    uint32_t a = address(counter, 0), ch = s.memory[4 * a], attr = s.memory[4 * a + 1], rows = (s.crtc[9] & 31u) + 1;
    uint32_t map_a = (s.char_map >> 2 & 3u) | (s.char_map >> 5 & 1u) << 2;
    uint32_t map_b = (s.char_map & 3u) | (s.char_map >> 4 & 1u) << 2;
    uint32_t fg = attr & 15, bg = attr >> 4, bits = glyph_byte(attr & 8 ? map_a : map_b, ch, row_scan);
    bool blink = s.attr[0x10] & 8, lit = dot < 8 && bits >> (7 - dot) & 1;
    if (dot == 8 && s.attr[0x10] & 4 && ch >= 0xc0 && ch <= 0xdf)
        lit = bits & 1;
    if ((attr & 0x77) == 1 && row_scan == (s.crtc[0x14] & 31u))
        lit = true;
    uint32_t cursor = s.crtc[0x0e] * 256u + s.crtc[0x0f] + (s.crtc[0x0b] >> 5 & 3u);
    uint32_t first = s.crtc[0x0a] & 31u, last = s.crtc[0x0b] & 31u;
    if ((counter & 0xffff) == cursor && !(s.crtc[0x0a] & 0x20) && !(s.frame / 8 % 2) && first < rows &&
        row_scan >= first && row_scan <= last)
        lit = true;
    if (blink) {
        bg &= 7;
        if (attr & 0x80 && s.frame / 16 % 2)
            lit = false;
    }
    return palette(lit ? fg : bg);
}

static uint32_t graphics_pixel(uint32_t counter, uint32_t row_scan, uint32_t dot)
{
    const uint8_t *planes = &s.memory[4 * address(counter, row_scan)];
    if (s.kind == PIXELS_256)
        return dac_entry(planes[dot / 2]);
    unsigned pixel = 0;
    if (s.kind == PLANAR)
        for (unsigned p = 0; p < 4; p++)
            pixel |= (planes[p] >> (7 - dot) & 1u) << p;
    else /* CGA: two bits a pixel from planes 0 and 2, the second half of the dots from 1 and 3 */
        pixel = (planes[dot / 4] >> (6 - 2 * (dot % 4)) & 3u) | (planes[2 + dot / 4] >> (6 - 2 * (dot % 4)) & 3u) << 2;
    return palette(pixel);
}

static uint32_t model(uint32_t x, uint32_t y)
{
    uint32_t start = s.crtc[0x0c] * 256u + s.crtc[0x0d] + (s.crtc[8] >> 5 & 3u), preset = s.crtc[8] & 31u;
    uint32_t pan = s.attr[0x13], dots = dots_per_char(), line = y;
    pan = dots == 9 ? (pan >= 8 ? 0 : pan + 1) : pan & 7;
    if (y > line_compare()) { /* the split: address 0, and by attribute 10h bit 5 no panning */
        line = y - line_compare() - 1;
        start = preset = 0;
        if (s.attr[0x10] & 0x20)
            pan = 0;
    }
    line = (s.crtc[9] & 0x80 ? line / 2 : line) + preset;
    uint32_t rows = (s.crtc[9] & 31u) + 1, row_scan = line % rows;
    uint32_t dot = (halved() ? x / 2 : x) + pan, column = dot / dots;
    uint32_t step = s.kind == TEXT ? 1 : s.crtc[0x14] & 0x20 ? 4 : s.crtc[0x17] & 8 ? 2 : 1;
    uint32_t counter = start + line / rows * (s.crtc[0x13] * 2u) + column / step;
    return s.kind == TEXT ? text_pixel(counter, row_scan, dot % dots) : graphics_pixel(counter, row_scan, dot % dots);
}

/* ---- the machine ---- */

static void put(uint32_t at, uint8_t v)
{
    s.memory[at] = v;
    lfb(at, v);
}

static void set_crtc(uint8_t i, uint8_t v)
{
    s.crtc[i] = v;
    crtc(i, v);
}

static void set_attr(uint8_t i, uint8_t v)
{
    s.attr[i] = v;
    attr(i, v);
}

static void set_dac(unsigned i)
{
    out8(0x3c8, (uint8_t)i);
    for (unsigned k = 0; k < 3; k++) {
        s.dac[3 * i + k] = (uint8_t)draw(64);
        out8(0x3c9, s.dac[3 * i + k]);
    }
}

static void set_cursor(void)
{
    uint32_t at = s.crtc[0x0c] * 256u + s.crtc[0x0d] + draw(COLUMNS) + draw(3) * s.crtc[0x13] * 2u;
    set_crtc(0x0e, (uint8_t)(at >> 8));
    set_crtc(0x0f, (uint8_t)at);
    set_crtc(0x0a, (uint8_t)(one_in(6) ? 0x20 | draw(32) : draw(16)));
    set_crtc(0x0b, (uint8_t)(draw(16) | (one_in(3) ? draw(4) << 5 : 0)));
}

/* The middle of a later frame; which one it is since power-on counts for blinking. */
static void let_frames_pass(uint64_t n)
{
    double hz = s.fast ? 28322000 : 25175000, ticks = (s.crtc[0] + 5.0) * dots_per_char() * (s.crtc[6] + 2.0);
    double ns = ticks * 1e9 / (halved() ? hz / 2 : hz);
    s.frame = (uint64_t)((double)clock_ns(&b.clock) / ns) + n;
    clock_skip_to(&b.clock, (uint64_t)(((double)s.frame + 0.5) * ns));
}

static void set_registers(void)
{
    static const uint8_t mode[KINDS] = {0x10, 0, 0x40, 0x30};
    s.fast = draw(2);
    s.clocking = (uint8_t)(draw(2) | (one_in(3) ? 8 : 0));
    s.char_map = (uint8_t)(one_in(3) ? 0 : draw(64));
    out8(0x3c2, (uint8_t)((s.fast ? 7 : 3) | draw(8) << 5));
    seq(0, 3);
    seq(1, s.clocking);
    seq(2, 15);
    seq(3, s.char_map);
    /* What is for the CPU's accesses alone has no part in the picture. */
    seq(4, (uint8_t)(draw(8) << 1));
    gfx(5, (uint8_t)(mode[s.kind] | draw(4) | draw(2) << 3));
    gfx(6, (uint8_t)((s.kind == TEXT ? 0 : 1) | draw(8) << 1));
    memset(s.crtc, 0, sizeof s.crtc);
    s.crtc[0x00] = 40, s.crtc[0x01] = COLUMNS - 1, s.crtc[0x02] = 45, s.crtc[0x06] = 200;
    s.crtc[0x12] = LINES - 1, s.crtc[0x10] = 100, s.crtc[0x11] = 2, s.crtc[0x15] = 250;
    s.crtc[0x07] = 0x10, s.crtc[0x09] = 0x40, s.crtc[0x18] = 0xff;
    if (one_in(2)) {
        uint32_t split = draw(LINES + 3);
        s.crtc[0x07] = s.crtc[0x09] = 0;
        s.crtc[0x18] = (uint8_t)split;
    } else if (one_in(2)) {
        s.crtc[0x07] = one_in(2) ? 0x10 : 0;
        s.crtc[0x09] = s.crtc[7] ? 0 : 0x40;
        s.crtc[0x18] = (uint8_t)draw(LINES);
    }
    s.crtc[0x08] = (uint8_t)(one_in(2) ? 0 : draw(128));
    s.crtc[0x09] |= (uint8_t)((s.kind == TEXT ? 3 + draw(13) : draw(4)) | (one_in(3) ? 0x80 : 0));
    uint32_t start = one_in(3) ? 0x10000 - draw(60) : one_in(2) ? 0 : draw(0x10000);
    s.crtc[0x0c] = (uint8_t)(start >> 8), s.crtc[0x0d] = (uint8_t)start;
    s.crtc[0x13] = (uint8_t)(COLUMNS / 2 + draw(20));
    s.crtc[0x14] = (uint8_t)(draw(16) | (one_in(4) ? 0x40 : 0) | (s.kind != TEXT && one_in(4) ? 0x20 : 0));
    s.crtc[0x17] = (uint8_t)(0x83 | draw(2) << 4 | (one_in(2) ? 0x40 : 0) | (one_in(2) ? 0x20 : 0));
    if (s.kind != TEXT)
        s.crtc[0x17] = (uint8_t)((s.crtc[0x17] & ~3) | draw(4) | (one_in(4) ? 8 : 0));
    for (uint8_t i = 0; i < 25; i++)
        crtc(i, s.crtc[i]);
    for (uint8_t i = 0; i < 16; i++)
        set_attr(i, (uint8_t)draw(64));
    set_attr(0x10, (uint8_t)(draw(2) | draw(2) << 1 | draw(2) << 6 | (draw(4) << 2) | (one_in(2) ? 0x20 : 0) |
                             (one_in(3) ? 0x80 : 0)));
    set_attr(0x12, (uint8_t)(one_in(2) ? 15 : draw(16)));
    set_attr(0x13, (uint8_t)draw(9));
    set_attr(0x14, (uint8_t)draw(16));
    set_cursor();
    s.dac_mask = (uint8_t)(one_in(2) ? 0xff : draw(256));
    out8(0x3c6, s.dac_mask);
    s.w = COLUMNS * dots_per_char() * (halved() ? 2 : 1);
    s.h = LINES;
    let_frames_pass(1 + draw(16));
}

/* Characters with the attributes that rules are about, at the places that are shown. */
static void fill(void)
{
    for (uint32_t i = 0; i < 4 * MEMORY; i++) {
        uint32_t v = draw(0x10000);
        s.memory[i] = (uint8_t)(v & 0xff);
        if ((i & 3) == 0 && v & 0x1000)
            s.memory[i] = (uint8_t)(0xbe + (v & 0x23));
        if ((i & 3) == 1 && v & 0x1000)
            s.memory[i] = (uint8_t)(0x01 | (v & 0x88));
    }
    for (uint32_t page = 0; page < 4 * MEMORY; page += PAGE_SIZE)
        mem_store(b.bus.mem, b.vga->vram_page + (page >> PAGE_BITS), 0, PAGE_SIZE, &s.memory[page]);
}

static void same_picture(unsigned run, const char *what)
{
    ck_assert_msg(b.w == s.w && b.h == s.h, "run %u: %ux%u, not %ux%u", run, b.w, b.h, s.w, s.h);
    for (uint32_t y = 0; y < s.h; y++)
        for (uint32_t x = 0; x < s.w; x++) {
            uint32_t got = pixel(x, y), want = model(x, y);
            if (got != want)
                ck_abort_msg(
                    "run %u, kind %d, %s: pixel %u,%u is %06x, not %06x (frame %u, sequencer 1, 3: %02x %02x, CRTC "
                    "7-b %02x %02x %02x %02x %02x, start %02x%02x, 13 %02x, 14 %02x, 17 %02x, 18 %02x, attribute "
                    "10-14 %02x %02x %02x %02x)",
                    run, s.kind, what, x, y, got, want, (unsigned)s.frame, s.clocking, s.char_map, s.crtc[7], s.crtc[8],
                    s.crtc[9], s.crtc[10], s.crtc[11], s.crtc[12], s.crtc[13], s.crtc[0x13], s.crtc[0x14], s.crtc[0x17],
                    s.crtc[0x18], s.attr[0x10], s.attr[0x12], s.attr[0x13], s.attr[0x14]);
        }
}

static void keep(void)
{
    for (uint32_t y = 0; y < s.h; y++)
        for (uint32_t x = 0; x < s.w; x++)
            before[y][x] = pixel(x, y);
}

static bool line_differs(uint32_t y)
{
    for (uint32_t x = 0; x < s.w; x++)
        if (before[y][x] != pixel(x, y))
            return true;
    return false;
}

/* One thing changes, in memory or in a register. */
static const char *change(void)
{
    uint32_t start = s.crtc[0x0c] * 256u + s.crtc[0x0d];
    uint32_t a = address(start + draw(6 * s.crtc[0x13]), draw(4));
    switch (draw(9)) {
    case 0: put(4 * a, (uint8_t)draw(256)); return "plane 0";
    case 1: put(4 * a + 1, (uint8_t)draw(256)); return "plane 1";
    case 2: put(4 * a + (s.kind == TEXT ? 0 : 2), (uint8_t)draw(256)); return "plane 2";
    case 3: put(4 * a + (s.kind == TEXT ? 1 : 3), (uint8_t)draw(256)); return "plane 3";
    case 4: set_cursor(); return "cursor";
    case 5: set_dac(draw(256)); return "DAC";
    case 6: set_attr((uint8_t)draw(16), (uint8_t)draw(64)); return "palette";
    case 7: let_frames_pass(1 + draw(40)); return "time";
    default:
        s.dac_mask = (uint8_t)draw(256);
        out8(0x3c6, s.dac_mask);
        return "PEL mask";
    }
}

START_TEST(drawn_pictures_follow_the_model)
{
    seed = 1;
    memset(&s, 0, sizeof s);
    crtc(0x11, 0);
    for (unsigned i = 0; i < 256; i++)
        set_dac(i);
    fill();
    for (unsigned run = 0; run < RUNS; run++) {
        s.kind = (enum kind)(run % KINDS);
        set_registers();
        frame();
        same_picture(run, "all");
        for (unsigned i = 0; i < CHANGES; i++) {
            keep();
            unsigned frames = b.frames;
            const char *what = change();
            frame();
            same_picture(run, what);
            for (uint32_t y = 0; y < s.h; y++)
                ck_assert_msg(b.frames == frames ? !line_differs(y) : (y >= b.y0 && y < b.y1) || !line_differs(y),
                              "run %u, %s: line %u differs, which was not reported", run, what, y);
        }
    }
}
END_TEST

TCase *vga_picture_tests(void)
{
    TCase *c = tcase_create("pictures");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, drawn_pictures_follow_the_model);
    return c;
}
