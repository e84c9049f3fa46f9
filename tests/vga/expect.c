/* SPDX-License-Identifier: MIT */
/*
 * expect FOLDER SCENE...: compares FOLDER/SCENE.ppm with what a VGA's screen shows of the scene, dot by dot.
 * expect -l: the scenes' names.
 *
 * This is the manuals' description turned round: not how a chip fetches and shifts, but which colour each dot of the
 * picture has. Geometry: 8 or 9 dots a character; 320-dot modes show each twice, 200-line modes each line twice. Fonts
 * are the VGA BIOS's own (firmware/vgabios).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vga/scenes.h"

static const struct scene scenes[] = {
#define S(name, kind, mode, w, h, changes, bpp) {name, kind, mode, w, h, changes, bpp},
    SCENES(S)
#undef S
};

/* The sixteen colours of CGA and its successors. */
static const uint32_t colours[16] = {0x000000, 0x0000aa, 0x00aa00, 0x00aaaa, 0xaa0000, 0xaa00aa, 0xaa5500, 0xaaaaaa,
                                     0x555555, 0x5555ff, 0x55ff55, 0x55ffff, 0xff5555, 0xff55ff, 0xffff55, 0xffffff};

/* --- Fonts: rows of '.' and '#' after each "char NN" line, as the VGA BIOS's sources have them --- */

static uint8_t fonts[17][256][16];

static bool read_font(const char *top, unsigned height)
{
    char path[1024], line[128];
    unsigned c = 0, row = 0, seen = 0;
    snprintf(path, sizeof path, "%s/firmware/vgabios/font8x%u.txt", top, height);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    while (fgets(line, sizeof line, f)) {
        size_t n = strspn(line, ".#");
        if (n == 8 && seen < 256u * height) {
            for (unsigned i = 0; i < 8; i++)
                fonts[height][c][row] |= (uint8_t)((line[i] == '#') << (7 - i));
            seen++;
            if (++row == height) {
                row = 0;
                c++;
            }
        }
    }
    fclose(f);
    return seen == 256u * height;
}

/* --- What a dot shows --- */

struct size {
    unsigned w, h;
};

static struct size picture_size(const struct scene *s)
{
    switch (s->kind) {
    case TEXT:
    case MONO_TEXT:
        return (struct size){720,
                             s->changes & FONT_8X14 ? 28 * 14 : 400}; /* the BIOS ends the display with the last row */
    case VBE: return (struct size){s->width, s->height};
    default:
        return (struct size){s->width <= 360 ? s->width * 2u : s->width, s->height <= 240 ? s->height * 2u : s->height};
    }
}

static uint32_t dac_rgb(unsigned i)
{
    uint8_t e[3];
    uint32_t c = 0;
    dac_entry(i, e);
    for (unsigned k = 0; k < 3; k++)
        c = c << 8 | (uint32_t)(e[k] << 2 | e[k] >> 4);
    return c;
}

/* The place in memory that a dot shows, in units of the mode's own lines and dots. */
struct place {
    unsigned x, y;
};

static struct place scrolled(unsigned x, unsigned y, unsigned line, unsigned line_height, unsigned skipped_lines,
                             unsigned skipped_dots)
{
    if (line > SPLIT_AT) /* the line that compares equal is the last one above */
        return (struct place){x, (line - SPLIT_AT - 1) / line_height};
    return (struct place){x + skipped_dots + PAN, y + skipped_lines};
}

static uint32_t mono(unsigned number, bool bright)
{
    return !number ? 0 : bright ? 0xffffff : 0xaaaaaa;
}

static uint32_t palette_colour(const struct scene *s, unsigned number)
{
    return colours[s->changes & PALETTE ? (number + PALETTE_STEP) & 15 : number];
}

static uint32_t glyph_dot(const struct scene *s, unsigned row, unsigned col, unsigned line, unsigned dot,
                          unsigned height, bool hidden)
{
    uint8_t c = text_char(row, col), attr = text_attr(row, col);
    bool dark = s->changes & BLINK && attr & 0x80 && hidden;
    if (!(s->changes & BRIGHT))
        attr &= 0x7f;
    uint8_t bits = fonts[height][c][line];
    if (s->changes & TWO_FONTS && attr & 8)
        bits = second_font(c, line);
    bool graphics = c >= 0xc0 && c <= 0xdf;
    bool on = dot < 8 ? bits >> (7 - dot) & 1 : graphics && bits & 1;
    if (s->kind == MONO_TEXT) {
        on |= (attr & 0x77) == 1 && line == 15; /* underlined: foreground 1 on background 0 */
        return on ? mono(attr & 7 ? 1 : 0, attr & 8) : mono(attr >> 4 & 7 ? 1 : 0, false);
    }
    on = on && !dark;
    if (s->changes & CURSOR && !hidden && row == CURSOR_ROW && col == CURSOR_COL)
        on |= line >= CURSOR_START && line <= CURSOR_END;
    unsigned fg = attr & (s->changes & TWO_FONTS ? 7 : 15), bg = attr >> 4;
    if (s->changes & TWO_FONTS)
        bg &= 7; /* the colour plane enable has no bit 3 */
    return palette_colour(s, on ? fg : bg);
}

static uint32_t text_dot(const struct scene *s, unsigned x, unsigned y, bool hidden)
{
    unsigned height = s->changes & FONT_8X8 ? 8 : s->changes & FONT_8X14 ? 14 : 16, wide = s->width == 40 ? 2 : 1;
    unsigned line = y;
    x /= wide;
    if (s->changes & SCROLLED) {
        if (y > SPLIT_AT) {
            line = y - SPLIT_AT - 1;
        } else {
            line = y + SCROLL_ROWS * height;
            x += SCROLL_BYTES * 9 + PAN;
        }
    }
    unsigned row = line / height, col = x / 9;
    row += col / s->width;
    col %= s->width;
    return glyph_dot(s, row, col, line % height, x % 9, height, hidden);
}

static uint32_t planar_colour(const struct scene *s, unsigned x, unsigned y)
{
    y += x / s->width;
    x %= s->width;
    if (s->mode == 0x0f) {
        unsigned n = mono_number(x, y);
        return mono(n, n == 5);
    }
    if (s->bpp == 1)
        return pixel_number(x, y, 1) ? 0xffffff : 0;
    return palette_colour(s, pixel_number(x, y, 4));
}

static uint32_t expand(uint32_t v, unsigned bits)
{
    v >>= 8 - bits;
    return v << (8 - bits) | v >> (2 * bits - 8);
}

static uint32_t vbe_dot(const struct scene *s, unsigned x, unsigned y)
{
    bool there = !(s->changes & SPARSE) || drawn(x, y);
    uint32_t c = there ? pixel_rgb(x, y) : 0;
    if (s->bpp == 8)
        return dac_rgb(there ? pixel_number(x, y, 8) : 0);
    if (s->bpp >= 24)
        return c;
    return expand(c >> 16, 5) << 16 | expand(c >> 8 & 255, s->bpp == 16 ? 6 : 5) << 8 | expand(c & 255, 5);
}

static uint32_t graphics_dot(const struct scene *s, unsigned px, unsigned py)
{
    static const uint32_t cga[2][4] = {{0x000000, 0x55ffff, 0xff55ff, 0xffffff},
                                       {0x000000, 0x55ff55, 0xff5555, 0xffff55}};
    unsigned wide = s->width <= 360 ? 2 : 1, tall = s->height <= 240 ? 2 : 1;
    unsigned x = px / wide, y = py / tall;
    if (s->kind == LINEAR8) {
        unsigned i = y * s->width + x + (s->changes & SCROLLED ? 4 * FLAT_SKIPPED : 0);
        return dac_rgb(pixel_number(i % s->width, i / s->width, 8) & (s->changes & PALETTE ? DAC_MASK : 255));
    }
    if (s->changes & SCROLLED) {
        unsigned dots = s->kind == MODE_X ? 4 * SCROLL_BYTES : 8 * SCROLL_BYTES;
        struct place p = scrolled(x, y, py, tall, SCROLL_LINES, dots);
        x = p.x;
        y = p.y;
    }
    switch (s->kind) {
    case CGA4: return cga[!!(s->changes & PALETTE)][pixel_number(x, y, 2)];
    case CGA2: return pixel_number(x, y, 1) ? 0xffffff : 0;
    case PLANAR: return planar_colour(s, x, y);
    default: return dac_rgb(pixel_number(x % s->width, y + x / s->width, 8));
    }
}

/* `hidden`: the phase in which what blinks is not seen. */
static uint32_t dot(const struct scene *s, unsigned x, unsigned y, bool hidden)
{
    return s->kind == VBE ? vbe_dot(s, x, y) : s->kind <= MONO_TEXT ? text_dot(s, x, y, hidden) : graphics_dot(s, x, y);
}

/* --- Comparison --- */

static unsigned wrong_dots(const struct scene *s, const uint8_t *rgb, struct size size, bool hidden, bool quiet)
{
    unsigned wrong = 0;
    for (unsigned y = 0; y < size.h; y++)
        for (unsigned x = 0; x < size.w; x++, rgb += 3) {
            uint32_t got = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2], want = dot(s, x, y, hidden);
            if (got != want && !wrong++ && !quiet)
                printf("    first at %u,%u: %06x, expected %06x\n", x, y, got, want);
        }
    return wrong;
}

static bool compare(const char *folder, const struct scene *s, const char *suffix, bool hidden, bool quiet)
{
    char path[1024];
    unsigned w = 0, h = 0, max = 0;
    struct size size = picture_size(s);
    snprintf(path, sizeof path, "%s/%s%s.ppm", folder, s->name, suffix);
    FILE *f = fopen(path, "rb");
    if (!f || fscanf(f, "P6 %u %u %u", &w, &h, &max) != 3 || fgetc(f) == EOF) {
        printf("FAIL: %s%s: no picture\n", s->name, suffix);
        if (f)
            fclose(f);
        return false;
    }
    bool good = w == size.w && h == size.h;
    if (!good) {
        printf("FAIL: %s: %u x %u dots, expected %u x %u\n", s->name, w, h, size.w, size.h);
    } else {
        uint8_t *rgb = malloc((size_t)w * h * 3);
        good = rgb && fread(rgb, 3, (size_t)w * h, f) == (size_t)w * h;
        unsigned wrong = good ? wrong_dots(s, rgb, size, hidden, quiet) : w * h;
        good = !wrong;
        if (wrong && !quiet)
            printf("FAIL: %s%s: %u of %u dots are wrong\n", s->name, suffix, wrong, w * h);
        free(rgb);
    }
    fclose(f);
    return good;
}

int main(int argc, char **argv)
{
    const char *top = getenv("srcdir");
    unsigned passed = 0, failed = 0;
    size_t n = sizeof scenes / sizeof scenes[0];
    if (argc > 1 && !strcmp(argv[1], "-l")) {
        for (size_t i = 0; i < n; i++)
            puts(scenes[i].name);
        return 0;
    }
    if (argc < 2 || !read_font(top ? top : ".", 8) || !read_font(top ? top : ".", 14) ||
        !read_font(top ? top : ".", 16)) {
        fprintf(stderr, "usage: expect FOLDER (with $srcdir set)\n");
        return 2;
    }
    for (size_t i = 0; i < n; i++) {
        /* What blinks: half a period later it is the other way round. */
        bool blinks = scenes[i].changes & (BLINK | CURSOR);
        bool hidden = blinks && compare(argv[1], &scenes[i], "", true, true);
        bool good = compare(argv[1], &scenes[i], "", hidden, false);
        if (blinks)
            good &= compare(argv[1], &scenes[i], "_later", !hidden, false);
        *(good ? &passed : &failed) += 1;
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
