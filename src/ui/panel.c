/* SPDX-License-Identifier: MIT */
/* Text in a box, as pixels. */
#include "ui/panel.h"

#include <string.h>

#include "base/bits.h"

#define INK   UINT32_C(0xfff0f0f0)
#define PAPER UINT32_C(0xe8182038)
#define FRAME UINT32_C(0xff8090b0)
enum { MARGIN = 2 /* cells at the left and right; half of it above and below */ };

void panel_clear(struct panel *p)
{
    memset(p, 0, sizeof *p);
    p->selected = -1;
}

void panel_add(struct panel *p, const char *text)
{
    if (p->lines == PANEL_ROWS)
        return;
    char *to = p->line[p->lines++];
    unsigned n = 0;
    for (; *text && n < PANEL_COLS; text++) {
        uint8_t c = (uint8_t)*text;
        if ((c & 0xc0) != 0x80) /* the further bytes of a character of UTF-8 */
            to[n++] = c < 0x20 || c >= 0x7f ? '?' : (char)c;
    }
    to[n] = 0;
}

static unsigned columns(const struct panel *p)
{
    size_t most = 0;
    for (unsigned i = 0; i < p->lines; i++)
        most = MAX(most, strlen(p->line[i]));
    return (unsigned)most;
}

void panel_size(const struct panel *p, unsigned *w, unsigned *h)
{
    *w = (columns(p) + 2 * MARGIN) * PANEL_CELL_W;
    *h = (p->lines + MARGIN) * PANEL_CELL_H;
}

void panel_draw_text(const char *text, uint32_t ink, uint32_t paper, uint32_t *pixels, unsigned stride)
{
    for (; *text; text++, pixels += PANEL_CELL_W)
        for (unsigned y = 0; y < PANEL_CELL_H; y++)
            for (unsigned x = 0; x < PANEL_CELL_W; x++)
                pixels[y * stride + x] = panel_font[(uint8_t)*text][y] & (0x80 >> x) ? ink : paper;
}

void panel_draw(const struct panel *p, uint32_t *pixels)
{
    unsigned w, h;
    panel_size(p, &w, &h);
    for (unsigned y = 0; y < h; y++)
        for (unsigned x = 0; x < w; x++)
            pixels[y * w + x] = x == 0 || y == 0 || x == w - 1 || y == h - 1 ? FRAME : PAPER;
    for (unsigned i = 0; i < p->lines; i++) {
        uint32_t *at = pixels + (size_t)(i * PANEL_CELL_H + PANEL_CELL_H) * w + MARGIN * PANEL_CELL_W;
        bool chosen = (int)i == p->selected;
        char line[PANEL_COLS + 1];
        unsigned cells = columns(p);
        memset(line, ' ', cells);
        line[cells] = 0;
        memcpy(line, p->line[i], strlen(p->line[i]));
        panel_draw_text(line, chosen ? PAPER | 0xff000000 : INK, chosen ? INK : PAPER, at, w);
    }
}
