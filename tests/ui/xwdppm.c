/* SPDX-License-Identifier: MIT */
/*
 * xwdppm X Y W H [COLUMNS ROWS]: a part of a window dump (X11/XWDFile.h, version 7) as a PPM. With COLUMNS and ROWS
 * the part is a picture of so many pixels, scaled: their colours are printed, and status 2 says that one of them is
 * blurred: where the factor is whole all of its area has one colour, else all but a pixel along its edges.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words of the header that matter, by their place in XWDFileHeader; all are big-endian. */
enum {
    XWD_HEADER_SIZE = 0,
    XWD_FILE_VERSION = 1,
    XWD_WIDTH = 4,
    XWD_HEIGHT = 5,
    XWD_BYTE_ORDER = 7,
    XWD_BITS_PER_PIXEL = 11,
    XWD_BYTES_PER_LINE = 12,
    XWD_NCOLORS = 19,
    XWD_WORDS = 25,
    XWD_COLOR_BYTES = 12
};

static uint32_t word(const uint8_t *h, unsigned n)
{
    return (uint32_t)h[4 * n] << 24 | (uint32_t)h[4 * n + 1] << 16 | (uint32_t)h[4 * n + 2] << 8 | h[4 * n + 3];
}

struct dump {
    const uint8_t *pixels;
    size_t line;
    unsigned long x, y, w, h; /* the part */
};

static const uint8_t *at(const struct dump *d, unsigned long x, unsigned long y)
{
    return d->pixels + (d->y + y) * d->line + (d->x + x) * 4;
}

static void print(const struct dump *d, unsigned long x, unsigned long y)
{
    const uint8_t *p = at(d, x, y);
    uint8_t rgb[3] = {p[2], p[1], p[0]};
    fwrite(rgb, 1, 3, stdout);
}

/* The pixels of one direction that pixel i of n shows all over: [from, to). */
static void inside(unsigned long i, unsigned long n, unsigned long size, unsigned long *from, unsigned long *to)
{
    unsigned long edge = size % n != 0;
    *from = (i * size + n - 1) / n + edge;
    *to = (i + 1) * size / n - edge;
}

static bool cell_is_sharp(const struct dump *d, unsigned long c, unsigned long r, unsigned long columns,
                          unsigned long rows)
{
    unsigned long x0, x1, y0, y1;
    inside(c, columns, d->w, &x0, &x1);
    inside(r, rows, d->h, &y0, &y1);
    const uint8_t *middle = at(d, (2 * c + 1) * d->w / (2 * columns), (2 * r + 1) * d->h / (2 * rows));
    for (unsigned long y = y0; y < y1; y++)
        for (unsigned long x = x0; x < x1; x++)
            if (memcmp(at(d, x, y), middle, 3) != 0)
                return false;
    return true;
}

static bool print_cells(const struct dump *d, unsigned long columns, unsigned long rows)
{
    bool sharp = true;
    printf("P6\n%lu %lu\n255\n", columns, rows);
    for (unsigned long r = 0; r < rows; r++)
        for (unsigned long c = 0; c < columns; c++) {
            print(d, (2 * c + 1) * d->w / (2 * columns), (2 * r + 1) * d->h / (2 * rows));
            sharp &= cell_is_sharp(d, c, r, columns, rows);
        }
    return sharp;
}

int main(int argc, char **argv)
{
    static uint8_t in[64 << 20];
    size_t len = fread(in, 1, sizeof in, stdin);
    if ((argc != 5 && argc != 7) || len < XWD_WORDS * 4 || word(in, XWD_FILE_VERSION) != 7 ||
        word(in, XWD_BITS_PER_PIXEL) != 32 || word(in, XWD_BYTE_ORDER) != 0) {
        fputs("xwdppm: X Y W H [COLUMNS ROWS], and a 32-bit little-endian window dump on standard input\n", stderr);
        return 1;
    }
    struct dump d = {.line = word(in, XWD_BYTES_PER_LINE)};
    d.x = strtoul(argv[1], NULL, 10), d.y = strtoul(argv[2], NULL, 10);
    d.w = strtoul(argv[3], NULL, 10), d.h = strtoul(argv[4], NULL, 10);
    size_t start = word(in, XWD_HEADER_SIZE) + (size_t)word(in, XWD_NCOLORS) * XWD_COLOR_BYTES;
    d.pixels = in + start;
    if (d.x + d.w > word(in, XWD_WIDTH) || d.y + d.h > word(in, XWD_HEIGHT) ||
        start + d.line * word(in, XWD_HEIGHT) > len) {
        fprintf(stderr, "xwdppm: the window has %u x %u pixels\n", word(in, XWD_WIDTH), word(in, XWD_HEIGHT));
        return 1;
    }
    bool sharp = true;
    if (argc == 7) {
        unsigned long columns = strtoul(argv[5], NULL, 10), rows = strtoul(argv[6], NULL, 10);
        if (!columns || !rows || columns > d.w || rows > d.h)
            return 1;
        sharp = print_cells(&d, columns, rows);
    } else {
        printf("P6\n%lu %lu\n255\n", d.w, d.h);
        for (unsigned long y = 0; y < d.h; y++)
            for (unsigned long x = 0; x < d.w; x++)
                print(&d, x, y);
    }
    return ferror(stdout) || fflush(stdout) ? 1 : sharp ? 0 : 2;
}
