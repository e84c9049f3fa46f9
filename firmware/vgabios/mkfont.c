/* SPDX-License-Identifier: MIT */
/*
 * mkfont LABEL HEIGHT FONT.txt: turns a picture font into assembly source.
 *
 * The picture file: lines "glyph HEX NAME" each followed by HEIGHT lines of 8 characters out of
 * '#' and '.'; empty lines and lines that begin with "# " are comments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char glyphs[256][32];
static unsigned char rows_seen[256];

static int fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    return 1;
}

static int read_font(FILE *f, const char *name, int height)
{
    char buf[256];
    int cur = -1;
    for (int line = 1; fgets(buf, sizeof buf, f); line++) {
        buf[strcspn(buf, "\r\n")] = 0;
        if (buf[0] == 0 || (buf[0] == '#' && buf[1] == ' '))
            continue;
        if (strncmp(buf, "glyph ", 6) == 0) {
            cur = (int)strtol(buf + 6, NULL, 16);
            if (cur < 0 || cur > 255 || rows_seen[cur])
                return fail(name, line, "glyph number wrong or given twice");
            continue;
        }
        if (strlen(buf) != 8 || strspn(buf, "#.") != 8 || cur < 0 || rows_seen[cur] >= height)
            return fail(name, line, "expected a row of 8 dots");
        unsigned char bits = 0;
        for (int i = 0; i < 8; i++)
            bits = (unsigned char)(bits << 1 | (buf[i] == '#'));
        glyphs[cur][rows_seen[cur]++] = bits;
    }
    for (int i = 0; i < 256; i++)
        if (rows_seen[i] != height)
            return fail(name, i, "glyph missing or too short (number instead of line)");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: mkfont LABEL HEIGHT FONT.txt\n");
        return 1;
    }
    int height = atoi(argv[2]);
    FILE *f = fopen(argv[3], "r");
    if (!f || height < 1 || height > 32) {
        fprintf(stderr, "mkfont: cannot read %s\n", argv[3]);
        return 1;
    }
    if (read_font(f, argv[3], height))
        return 1;
    fclose(f);
    printf("        .section .rodata, \"a\"\n        .globl %s\n%s:\n", argv[1], argv[1]);
    for (int c = 0; c < 256; c++) {
        printf("        .byte ");
        for (int y = 0; y < height; y++)
            printf("%s0x%02X", y ? "," : "", glyphs[c][y]);
        printf("\n");
    }
    return fflush(stdout) ? 1 : 0;
}
