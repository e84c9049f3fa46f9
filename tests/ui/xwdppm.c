/* SPDX-License-Identifier: MIT */
/*
 * xwdppm X Y W H <window.xwd >picture.ppm: a part of an X window dump (X11/XWDFile.h, version 7) of
 * a 24- or 32-bit TrueColor screen as a PPM, so that it can be compared with a screenshot.
 */
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

int main(int argc, char **argv)
{
    static uint8_t in[64 << 20];
    size_t len = fread(in, 1, sizeof in, stdin);
    if (argc != 5 || len < XWD_WORDS * 4 || word(in, XWD_FILE_VERSION) != 7 || word(in, XWD_BITS_PER_PIXEL) != 32 ||
        word(in, XWD_BYTE_ORDER) != 0) {
        fputs("xwdppm: X Y W H, and a 32-bit little-endian window dump on standard input\n", stderr);
        return 1;
    }
    unsigned long x = strtoul(argv[1], NULL, 10), y = strtoul(argv[2], NULL, 10);
    unsigned long w = strtoul(argv[3], NULL, 10), h = strtoul(argv[4], NULL, 10);
    size_t line = word(in, XWD_BYTES_PER_LINE),
           start = word(in, XWD_HEADER_SIZE) + (size_t)word(in, XWD_NCOLORS) * XWD_COLOR_BYTES;
    if (x + w > word(in, XWD_WIDTH) || y + h > word(in, XWD_HEIGHT) || start + line * word(in, XWD_HEIGHT) > len) {
        fprintf(stderr, "xwdppm: the window has %u x %u pixels\n", word(in, XWD_WIDTH), word(in, XWD_HEIGHT));
        return 1;
    }
    printf("P6\n%lu %lu\n255\n", w, h);
    for (unsigned long i = y; i < y + h; i++) {
        for (unsigned long j = x; j < x + w; j++) {
            const uint8_t *p = in + start + i * line + j * 4;
            uint8_t rgb[3] = {p[2], p[1], p[0]};
            fwrite(rgb, 1, 3, stdout);
        }
    }
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
