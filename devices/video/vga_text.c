/* SPDX-License-Identifier: MIT */
/*
 * Text modes: characters from plane 0, attributes from plane 1, fonts from plane 2; and the text screen as UTF-8.
 *
 * Document: IBM VGA technical reference (attribute controller, character map select).
 * Only cells that differ from what was drawn last are drawn.
 */
#include <stdlib.h>

#include "base/bits.h"
#include "base/cp437.h"
#include "devices/video/vga_priv.h"

/* Plane 2 address of a font block: 0-3 lie 16 KiB apart, 4-7 between them. */
static uint32_t font_block(uint32_t n)
{
    return (n & 3) * 0x4000 + (n & 4 ? 0x2000 : 0);
}

/* Attribute bit 3 chooses between map A (1) and map B (0). */
static uint32_t font_base(const struct vga_view *view, uint32_t attribute)
{
    uint32_t m = view->char_map;
    if (attribute & 8)
        return font_block((m >> 2 & 3) | (m >> 5 & 1) << 2);
    return font_block((m & 3) | (m >> 4 & 1) << 2);
}

/* A cell as drawn: character, attribute, what the cursor covers of it, whether its blinking is in the dark half. */
enum { CURSOR_HERE = 0x10000, CELL_DARK = 0x20000, CURSOR_FIRST_SHIFT = 18, CURSOR_LAST_SHIFT = 23 };

static uint32_t cell_at(const struct vga *v, const struct vga_view *view, const struct vga_cursor *cur,
                        uint32_t counter)
{
    uint32_t word = vga_vram32(v, vga_address(view, counter, 0) << 2);
    uint32_t cell = word & 0xffff;
    if ((counter & view->addr_mask) == cur->at && cur->first <= cur->last)
        cell |= CURSOR_HERE | cur->first << CURSOR_FIRST_SHIFT | cur->last << CURSOR_LAST_SHIFT;
    if (cur->dark && cell & 0x8000)
        cell |= CELL_DARK;
    return cell;
}

struct inks {
    uint32_t fg, bg;
};

static struct inks cell_inks(const struct vga_display *d, const struct vga_view *view, uint32_t cell)
{
    uint32_t attr = cell >> 8 & 0xff, fg = attr & 15, bg = attr >> 4;
    if (view->attr_mode & ATTR_MODE_BLINK) {
        bg &= 7;
        if (cell & CELL_DARK)
            fg = bg;
    }
    return (struct inks){d->color[d->text_palette[fg]], d->color[d->text_palette[bg]]};
}

/* The 8 or 9 dots of one row of a cell, leftmost in the highest of `dots` bits. */
static uint32_t cell_row(const struct vga *v, const struct vga_view *view, const struct vga_cursor *cur, uint32_t cell,
                         uint32_t row)
{
    uint32_t ch = cell & 0xff, attr = cell >> 8 & 0xff;
    uint32_t bits = vga_vram8(v, (font_base(view, attr) + ch * 32 + row) << 2 | 2);
    bool solid = cell & CURSOR_HERE && row >= cur->first && row <= cur->last;
    if ((attr & 0x77) == 1 &&
        row ==
            (view->underline & 0x1f)) /* as on an MDA: without background. Colour modes set a row that does not exist */
        solid = true;
    if (solid)
        return view->dots == 8 ? 0xff : 0x1ff; /* the ninth dot too */
    if (view->dots == 8)
        return bits;
    bool joins = view->attr_mode & ATTR_MODE_LINE_GRAPHICS && (ch & 0xe0) == 0xc0;
    return bits << 1 | (joins ? bits & 1 : 0);
}

/* One scan line of one cell at pixel x (may be negative by panning); clipped to the picture. */
static void draw_row(struct vga_display *d, const struct vga_view *view, int x, uint32_t y, uint32_t bits,
                     struct inks ink)
{
    uint32_t *line = d->frame + (size_t)y * view->w;
    for (uint32_t i = 0; i < view->dots; i++) {
        uint32_t color = bits >> (view->dots - 1 - i) & 1 ? ink.fg : ink.bg;
        for (uint32_t k = 0; k < view->dup; k++, x++)
            if (x >= 0 && x < (int)view->w)
                line[x] = color;
    }
}

/* Cells are kept for each group of scan lines: a split or panned screen may show only a part of a row of text. */
static bool cells_changed(struct vga *v, struct vga_display *d, const struct vga_scan *s, uint32_t slot, uint32_t n,
                          uint8_t *changed)
{
    const struct vga_view *view = &d->view;
    bool any = false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t cell = cell_at(v, view, &d->cursor, s->counter + i);
        changed[i] = d->cells[slot + i] != cell;
        d->cells[slot + i] = cell;
        any |= changed[i];
    }
    return any;
}

static void draw_group(struct vga *v, struct vga_display *d, uint32_t y0, uint32_t y1, uint32_t slot, uint32_t n,
                       const uint8_t *changed)
{
    const struct vga_view *view = &d->view;
    int step = (int)(view->dots * view->dup);
    for (uint32_t y = y0; y < y1; y++) {
        struct vga_scan s;
        vga_scan(view, y, &s);
        int x = -(int)(s.pan * view->dup);
        for (uint32_t i = 0; i < n; i++, x += step) {
            if (!changed[i])
                continue;
            uint32_t cell = d->cells[slot + i];
            draw_row(d, view, x, y, cell_row(v, view, &d->cursor, cell, s.row_scan), cell_inks(d, view, cell));
        }
        d->line[y] = 2;
    }
}

void vga_draw_text(struct vga *v, struct vga_display *d, bool full)
{
    const struct vga_view *view = &d->view;
    uint32_t n = view->chars + (view->pel_pan ? 1 : 0); /* panning shows a part of one more */
    uint8_t changed[512];
    uint32_t slot = 0;
    for (uint32_t y0 = 0; y0 < view->h; slot += n) {
        struct vga_scan s, next;
        vga_scan(view, y0, &s);
        uint32_t y1 = y0 + 1;
        for (; y1 < view->h; y1++) {
            vga_scan(view, y1, &next);
            if (next.row != s.row || next.counter != s.counter ||
                (y1 > view->line_compare) != (y0 > view->line_compare))
                break;
        }
        if (slot + n > d->cells_cap) {
            uint32_t cap = (slot + n) * 2;
            d->cells = realloc(d->cells, cap * sizeof *d->cells);
            if (!d->cells)
                bug("out of memory for the text screen");
            memset(d->cells + d->cells_cap, 0, (cap - d->cells_cap) * sizeof *d->cells);
            d->cells_cap = cap;
        }
        bool any = cells_changed(v, d, &s, slot, n, changed);
        if (full)
            memset(changed, 1, n);
        if (any || full)
            draw_group(v, d, y0, y1, slot, n, changed);
        y0 = y1;
    }
}

/* ---- as UTF-8 ---- */

static void add_utf8(struct buf *out, uint8_t c)
{
    uint32_t u = cp437_unicode(c);
    if (u < 0x80) {
        buf_add8(out, (uint8_t)u);
    } else if (u < 0x800) {
        buf_add8(out, (uint8_t)(0xc0 | u >> 6));
        buf_add8(out, (uint8_t)(0x80 | (u & 0x3f)));
    } else {
        buf_add8(out, (uint8_t)(0xe0 | u >> 12));
        buf_add8(out, (uint8_t)(0x80 | (u >> 6 & 0x3f)));
        buf_add8(out, (uint8_t)(0x80 | (u & 0x3f)));
    }
}

/* The registers that say where text stands, whether or not the screen is blanked at this moment. */
static bool text_view(const struct vga *v, struct vga_view *view)
{
    if (dispi_on(v) || v->gfx[GFX_MISC] & GFX_MISC_GRAPHICS)
        return false;
    vga_view(v, view);
    return view->pitch != 0;
}

bool vga_text_geometry(const struct vga *v, unsigned *cols, unsigned *rows, unsigned *x, unsigned *y)
{
    struct vga_view view;
    if (!text_view(v, &view))
        return false;
    uint32_t at = (uint32_t)v->crtc[CRTC_CURSOR_HIGH] << 8 | v->crtc[CRTC_CURSOR_LOW];
    uint32_t rel = (at - view.start) & view.addr_mask;
    *cols = view.chars;
    *rows = (view.h >> view.double_scan) / view.scan_rows;
    *x = rel % view.pitch;
    *y = rel / view.pitch;
    return true;
}

bool vga_text_screen(const struct vga *v, struct buf *out)
{
    unsigned cols, rows, x, y;
    struct vga_view view;
    if (!text_view(v, &view) || !vga_text_geometry(v, &cols, &rows, &x, &y))
        return false;
    for (unsigned row = 0; row < rows; row++) {
        uint8_t text[512];
        unsigned len = 0;
        struct vga_scan s;
        vga_scan(&view, (row * view.scan_rows) << view.double_scan, &s);
        for (unsigned i = 0; i < cols; i++) {
            text[i] = (uint8_t)vga_vram32(v, vga_address(&view, s.counter + i, 0) << 2);
            if (text[i] != ' ' && text[i] != 0 && text[i] != 0xff)
                len = i + 1;
        }
        for (unsigned i = 0; i < len; i++)
            add_utf8(out, text[i]);
        buf_add8(out, '\n');
    }
    return true;
}

void vga_text_cells(const struct vga *v, struct buf *out)
{
    unsigned cols = 0, rows = 0, x = 0, y = 0;
    struct vga_view view;
    bool text = text_view(v, &view) && vga_text_geometry(v, &cols, &rows, &x, &y);
    if (!text) {
        vga_view(v, &view);
        cols = view.w;
        rows = view.h;
    }
    bool cursor = !(v->crtc[CRTC_CURSOR_START] & 0x20) &&
                  (v->crtc[CRTC_CURSOR_START] & 0x1f) <= (v->crtc[CRTC_CURSOR_END] & 0x1f);
    bool blink = view.attr_mode & ATTR_MODE_BLINK;
    buf_add8(out, (uint8_t)(text | cursor << 1 | blink << 2));
    buf_add32(out, cols);
    buf_add32(out, rows);
    buf_add32(out, x);
    buf_add32(out, y);
    for (unsigned row = 0; text && row < rows; row++) {
        struct vga_scan s;
        vga_scan(&view, (row * view.scan_rows) << view.double_scan, &s);
        for (unsigned i = 0; i < cols; i++) {
            uint32_t word = vga_vram32(v, vga_address(&view, s.counter + i, 0) << 2);
            buf_add8(out, (uint8_t)word);
            buf_add8(out, (uint8_t)(word >> 8));
        }
    }
}
