/* SPDX-License-Identifier: MIT */
/*
 * raster.c: a canvas in RAM, what is drawn on it, and its way to the screen: rows copied to the
 * linear frame buffer, or every second pixel in 3-3-2 colours where only mode 13h is there.
 */
#include "demo.h"

uint32_t *const canvas = (uint32_t *)CANVAS_MEMORY;

static struct video_mode mode;
static bool direct; /* the frame buffer, else mode 13h */
static const uint8_t *font;

bool canvas_open(const char **why)
{
    if (facts.memory_kib < (CANVAS_MEMORY + 3 * CANVAS_WIDTH * CANVAS_HEIGHT * 4) / 1024) {
        *why = "The pictures need 8 MiB of memory.";
        return false;
    }
    screen_box(20, 10, 40, 3, WHITE | ON(BLUE), NULL);
    screen_text(23, 11, WHITE | ON(BLUE), "The picture is on the display.");
    screen_mirror(); /* for who has the terminal on COM1 alone */
    font = video_font();
    mode = facts.video;
    direct = mode.number && video_set(mode.number);
    if (!direct) {
        video_13h();
        outb(0x3c8, 0);
        for (unsigned i = 0; i < 256; i++) {
            outb(0x3c9, (i >> 5) * 63 / 7);
            outb(0x3c9, (i >> 2 & 7) * 63 / 7);
            outb(0x3c9, (i & 3) * 63 / 3);
        }
    }
    return true;
}

void canvas_close(void)
{
    video_text();
}

static void copy_row(volatile void *to, const uint32_t *from, unsigned count)
{
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

void canvas_show(int top, int bottom, int left, int right)
{
    if (direct) {
        for (int y = top; y < bottom; y++)
            copy_row((volatile uint8_t *)mode.lfb + (unsigned)y * mode.pitch + left * 4,
                     canvas + y * CANVAS_WIDTH + left, (unsigned)(right - left));
        return;
    }
    volatile uint8_t *screen = (volatile uint8_t *)0xa0000;
    for (int y = top * 200 / CANVAS_HEIGHT; y < bottom * 200 / CANVAS_HEIGHT; y++) {
        const uint32_t *row = canvas + y * CANVAS_HEIGHT / 200 * CANVAS_WIDTH;
        for (int x = left / 2; x < right / 2; x++) {
            /* An ordered pattern makes up for the few colours. */
            static const uint8_t pattern[4] = {0, 20, 30, 10};
            unsigned add = pattern[(y & 1) * 2 + (x & 1)];
            unsigned r = (row[2 * x] >> 16 & 255) + add;
            unsigned g = (row[2 * x] >> 8 & 255) + add;
            unsigned b = (row[2 * x] & 255) + 2 * add;
            r = r > 255 ? 255 : r;
            g = g > 255 ? 255 : g;
            b = b > 255 ? 255 : b;
            screen[y * 320 + x] = (uint8_t)((r & 0xe0) | (g >> 3 & 0x1c) | b >> 6);
        }
    }
}

uint32_t mix(uint32_t a, uint32_t b, unsigned part)
{
    uint32_t rb = ((a & 0xff00ff) * (256 - part) + (b & 0xff00ff) * part) >> 8 & 0xff00ff;
    uint32_t g = ((a & 0x00ff00) * (256 - part) + (b & 0x00ff00) * part) >> 8 & 0x00ff00;
    return rb | g;
}

/* A row of glass takes three quarters of what is behind it and adds a quarter of its tint. */
static void glass_row(uint32_t *row, int count, uint32_t tint)
{
    tint = tint >> 2 & 0x3f3f3f;
    for (; count > 0; count--, row++) {
        uint32_t behind = *row;
        *row = behind - (behind >> 2 & 0x3f3f3f) + tint;
    }
}

static void solid_row(uint32_t *row, int count, uint32_t colour)
{
    if (count > 0)
        __asm__ volatile("rep stosl" : "+D"(row), "+c"(count) : "a"(colour) : "memory");
}

/* Where the edge a-b crosses the middle of row y, widened into left and right. */
static void cross(struct point a, struct point b, int y, int *left, int *right)
{
    if (a.y > b.y) {
        struct point swap = a;
        a = b;
        b = swap;
    }
    if (y < a.y || y >= b.y)
        return;
    int x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
    if (x < *left)
        *left = x;
    if (x > *right)
        *right = x;
}

/* A convex polygon. */
void canvas_polygon(const struct point *points, unsigned count, uint32_t colour, bool glass)
{
    int top = CANVAS_HEIGHT, bottom = 0;
    for (unsigned i = 0; i < count; i++) {
        if (points[i].y < top)
            top = points[i].y;
        if (points[i].y > bottom)
            bottom = points[i].y;
    }
    if (top < 0)
        top = 0;
    if (bottom > CANVAS_HEIGHT)
        bottom = CANVAS_HEIGHT;
    for (int y = top; y < bottom; y++) {
        int left = CANVAS_WIDTH, right = -1;
        for (unsigned i = 0; i < count; i++)
            cross(points[i], points[(i + 1) % count], y, &left, &right);
        if (left < 0)
            left = 0;
        if (right > CANVAS_WIDTH)
            right = CANVAS_WIDTH;
        if (glass)
            glass_row(canvas + y * CANVAS_WIDTH + left, right - left, colour);
        else
            solid_row(canvas + y * CANVAS_WIDTH + left, right - left, colour);
    }
}

static void blend(int x, int y, uint32_t colour, unsigned part)
{
    if (x >= 0 && x < CANVAS_WIDTH && y >= 0 && y < CANVAS_HEIGHT) {
        uint32_t *pixel = canvas + y * CANVAS_WIDTH + x;
        *pixel = mix(*pixel, colour, part);
    }
}

/* An antialiased line: each step shares its strength between the two nearest pixels. */
void canvas_line(struct point a, struct point b, uint32_t colour, unsigned strength)
{
    int dx = b.x - a.x, dy = b.y - a.y;
    bool steep = (dy < 0 ? -dy : dy) > (dx < 0 ? -dx : dx);
    if (steep) {
        a = (struct point){a.y, a.x};
        b = (struct point){b.y, b.x};
    }
    if (a.x > b.x) {
        struct point swap = a;
        a = b;
        b = swap;
    }
    if (a.x == b.x)
        return;
    int slope = (b.y - a.y) * 65536 / (b.x - a.x);
    int at = a.y * 65536;
    for (int x = a.x; x <= b.x; x++, at += slope) {
        int y = at >> 16;
        unsigned part = ((unsigned)at >> 8 & 255) * strength >> 8;
        if (steep) {
            blend(y, x, colour, strength - part);
            blend(y + 1, x, colour, part);
        } else {
            blend(x, y, colour, strength - part);
            blend(x, y + 1, colour, part);
        }
    }
}

void canvas_text(int x, int y, unsigned scale, uint32_t colour, const char *text)
{
    int size = (int)scale;
    for (; font && *text; text++, x += 8 * size)
        for (int row = 0; row < 16 * size; row++) {
            unsigned bits = font[(uint8_t)*text * 16 + row / size];
            for (int column = 0; column < 8 * size; column++)
                if (bits >> (7 - column / size) & 1)
                    blend(x + column, y + row, colour, 255);
        }
}
