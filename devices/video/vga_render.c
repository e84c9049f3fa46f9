/* SPDX-License-Identifier: MIT */
/*
 * From video memory to the surface, at the vertical retrace: only scan lines whose memory, registers or colours
 * changed.
 *
 * A page that was drawn from has PI_NOTIFY, so that the next store to it is reported, and no further one. The frame is
 * kept here: the surface gives out the buffer of the frame before the last, and lines are copied until both buffers
 * have them.
 * LIMIT: in text modes a font that is written through the linear frame buffer beyond the pages of the text is not
 * noticed.
 */
#include <stdlib.h>

#include "base/bits.h"
#include "devices/video/vga_priv.h"

struct vga_display *vga_display_new(void)
{
    struct vga_display *d = calloc(1, sizeof *d);
    if (!d)
        bug("out of memory for the display");
    for (unsigned i = 0; i < 256; i++)
        for (unsigned bit = 0; bit < 8; bit++)
            d->spread[i] |= (uint64_t)(i >> (7 - bit) & 1) << (8 * bit);
    return d;
}

void vga_display_free(struct vga_display *d)
{
    if (!d)
        return;
    free(d->frame);
    free(d->cells);
    free(d);
}

void vga_redraw(struct vga *v)
{
    v->display->full = true;
    v->display->colors_changed = true;
    v->display->touched = true;
    memset(v->display->line, 2, sizeof v->display->line);
}

/* ---- colours ---- */

static uint32_t dac_color(const struct vga *v, uint8_t index)
{
    const uint8_t *c = &v->dac[3 * (index & v->dac_mask)];
    if (v->dispi[DISPI_ENABLE] & DISPI_8BIT_DAC)
        return (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2];
    uint32_t r = (c[0] << 2 | c[0] >> 4) & 0xff, g = (c[1] << 2 | c[1] >> 4) & 0xff, b = (c[2] << 2 | c[2] >> 4) & 0xff;
    return r << 16 | g << 8 | b;
}

/* True where some colour differs from what the frame was drawn with. */
static bool update_colors(struct vga *v, struct vga_display *d)
{
    bool differ = false;
    for (unsigned i = 0; i < 256; i++) {
        uint32_t c = dac_color(v, (uint8_t)i);
        differ |= c != d->color[i];
        d->color[i] = c;
    }
    for (unsigned i = 0; i < 16; i++) {
        uint8_t p = vga_dac_index(v, (uint8_t)i);
        differ |= p != d->text_palette[i];
        d->text_palette[i] = p;
    }
    d->colors_changed = false;
    return differ;
}

/* ---- scan lines of graphics ---- */

/* Copies n bytes of video memory; wraps at its end. */
static void vram_copy(const struct vga *v, uint32_t addr, uint8_t *to, uint32_t n)
{
    while (n) {
        addr &= (v->vram_pages << PAGE_BITS) - 1;
        uint32_t off = addr & PAGE_OFFSET_MASK, len = MIN(n, PAGE_SIZE - off);
        memcpy(to, ram_ptr(v->dev.bus->mem, v->vram_page + (addr >> PAGE_BITS)) + off, len);
        addr += len;
        to += len;
        n -= len;
    }
}

/* Eight attribute controller inputs of one character clock, as bytes. */
static uint64_t planar_pixels(const struct vga_display *d, uint32_t word)
{
    return d->spread[word & 0xff] | d->spread[word >> 8 & 0xff] << 1 | d->spread[word >> 16 & 0xff] << 2 |
           d->spread[word >> 24] << 3;
}

/* CGA: planes 0 and 2 give the first four pixels, 1 and 3 the rest; two bits a pixel from each. */
static uint64_t cga_pixels(uint32_t word)
{
    uint64_t out = 0;
    for (unsigned i = 0; i < 8; i++) {
        unsigned low = i < 4 ? word : word >> 8, shift = 6 - 2 * (i & 3);
        unsigned pixel = (low >> shift & 3) | (low >> 16 >> shift & 3) << 2;
        out |= (uint64_t)pixel << (8 * i);
    }
    return out;
}

/* DAC indices, one a dot, of a VGA graphics line: view.chars + 1 characters, for panning. */
static void line_dots(const struct vga *v, const struct vga_display *d, const struct vga_scan *s, uint8_t *dots)
{
    const struct vga_view *view = &d->view;
    for (uint32_t i = 0; i <= view->chars; i++, dots += 8) {
        uint32_t a = vga_address(view, s->counter + (i >> view->count_shift), s->row_scan);
        uint32_t word = vga_vram32(v, a << 2);
        uint64_t pixels;
        if (view->kind == VIEW_256) {
            for (unsigned k = 0; k < 8; k++)
                dots[k] = (uint8_t)(word >> (8 * (k >> 1)));
            continue;
        }
        pixels = view->kind == VIEW_CGA ? cga_pixels(word) : planar_pixels(d, word);
        for (unsigned k = 0; k < 8; k++)
            dots[k] = d->text_palette[pixels >> (8 * k) & 15];
    }
}

static void line_vga(const struct vga *v, struct vga_display *d, uint32_t y)
{
    uint8_t dots[(SURFACE_MAX_W / 8 + 2) * 8];
    const struct vga_view *view = &d->view;
    uint32_t *out = d->frame + (size_t)y * view->w;
    struct vga_scan s;
    vga_scan(view, y, &s);
    line_dots(v, d, &s, dots);
    const uint8_t *p = dots + s.pan;
    if (view->dup == 1) {
        for (uint32_t x = 0; x < view->w; x++)
            out[x] = d->color[p[x]];
        return;
    }
    for (uint32_t x = 0; x < view->w; x++)
        out[x] = d->color[p[x >> 1]];
}

static uint32_t from555(uint32_t p)
{
    uint32_t r = p >> 10 & 31, g = p >> 5 & 31, b = p & 31;
    return (r << 3 | r >> 2) << 16 | (g << 3 | g >> 2) << 8 | (b << 3 | b >> 2);
}

static uint32_t from565(uint32_t p)
{
    uint32_t r = p >> 11 & 31, g = p >> 5 & 63, b = p & 31;
    return (r << 3 | r >> 2) << 16 | (g << 2 | g >> 4) << 8 | (b << 3 | b >> 2);
}

static void line_linear(const struct vga *v, struct vga_display *d, uint32_t y)
{
    uint8_t raw[SURFACE_MAX_W * 4];
    const struct vga_view *view = &d->view;
    uint32_t *out = d->frame + (size_t)y * view->w, w = view->w;
    vram_copy(v, view->start + y * view->pitch, raw, w * ((view->bpp + 7) / 8));
    switch (view->bpp) {
    case 8:
        for (uint32_t x = 0; x < w; x++)
            out[x] = d->color[raw[x]];
        break;
    case 15:
        for (uint32_t x = 0; x < w; x++)
            out[x] = from555(ld16(raw + 2 * x));
        break;
    case 16:
        for (uint32_t x = 0; x < w; x++)
            out[x] = from565(ld16(raw + 2 * x));
        break;
    case 24:
        for (uint32_t x = 0; x < w; x++)
            out[x] = (uint32_t)raw[3 * x + 2] << 16 | (uint32_t)raw[3 * x + 1] << 8 | raw[3 * x];
        break;
    default:
        for (uint32_t x = 0; x < w; x++)
            out[x] = ld32(raw + 4 * x) & 0xffffff;
    }
}

/* ---- which lines ---- */

/* Video memory [lo, hi) that scan line y is drawn from. */
static void line_span(const struct vga *v, const struct vga_view *view, uint32_t y, uint32_t *lo, uint32_t *hi)
{
    if (view->kind == VIEW_LINEAR) {
        *lo = view->start + y * view->pitch;
        *hi = *lo + view->w * ((view->bpp + 7) / 8);
        return;
    }
    struct vga_scan s;
    vga_scan(view, y, &s);
    uint32_t first = vga_address(view, s.counter, s.row_scan);
    uint32_t last = vga_address(view, s.counter + (view->chars >> view->count_shift), s.row_scan);
    if (last < first) { /* wraps: all of the 256 KiB that the counter reaches */
        first = 0;
        last = view->addr_mask;
    }
    *lo = first << 2;
    *hi = MIN((last + 1) << 2, v->vram_pages << PAGE_BITS);
}

static bool span_dirty(const struct vga *v, const struct vga_display *d, uint32_t lo, uint32_t hi)
{
    for (uint32_t p = lo >> PAGE_BITS; p <= (hi - 1) >> PAGE_BITS; p++)
        if (d->dirty[p & (v->vram_pages - 1)])
            return true;
    return false;
}

/* From now on the next store to these pages is reported. */
static void span_clean(struct vga *v, uint32_t lo, uint32_t hi)
{
    struct mem *m = v->dev.bus->mem;
    for (uint32_t p = lo >> PAGE_BITS; p <= (hi - 1) >> PAGE_BITS; p++) {
        uint32_t page = p & (v->vram_pages - 1);
        v->display->dirty[page] = 0;
        if (!(mem_facts(m, v->vram_page + page) & PI_NOTIFY))
            mem_set_notify(m, v->vram_page + page);
    }
}

static void draw_graphics(struct vga *v, struct vga_display *d, bool full)
{
    const struct vga_view *view = &d->view;
    uint32_t lo, hi;
    for (uint32_t y = 0; y < view->h; y++) {
        line_span(v, view, y, &lo, &hi);
        if (!full && !span_dirty(v, d, lo, hi))
            continue;
        if (view->kind == VIEW_LINEAR)
            line_linear(v, d, y);
        else
            line_vga(v, d, y);
        d->line[y] = 2;
    }
    for (uint32_t y = 0; y < view->h; y++) {
        line_span(v, view, y, &lo, &hi);
        if (full || span_dirty(v, d, lo, hi))
            span_clean(v, lo, hi);
    }
}

/* Text lies in few pages: all that the counter passes over. */
static void clean_text(struct vga *v, struct vga_display *d)
{
    uint32_t lo, hi;
    for (uint32_t y = 0; y < d->view.h; y++) {
        line_span(v, &d->view, y, &lo, &hi);
        span_clean(v, lo, hi);
    }
}

/* ---- frames ---- */

static bool blanked(const struct vga_blank *b, uint32_t n)
{
    return b->first <= b->end ? n >= b->first && n < b->end : n >= b->first || n < b->end;
}

static void copy_line(const struct vga_display *d, uint32_t y, uint32_t *to)
{
    const struct vga_view *view = &d->view;
    const uint32_t *from = d->frame + (size_t)y * view->w;
    if (blanked(&view->lines, y)) {
        memset(to, 0, view->w * sizeof *to);
        return;
    }
    memcpy(to, from, view->w * sizeof *to);
    const struct vga_blank *b = &view->columns;
    uint32_t first = MIN(b->first, view->w), end = MIN(b->end, view->w);
    if (first <= end) {
        memset(to + first, 0, (end - first) * sizeof *to);
    } else {
        memset(to, 0, end * sizeof *to);
        memset(to + first, 0, (view->w - first) * sizeof *to);
    }
}

static void present(struct vga *v, struct vga_display *d)
{
    const struct vga_view *view = &d->view;
    uint32_t first = view->h, last = 0, stride = 0;
    for (uint32_t y = 0; y < view->h; y++) {
        if (d->line[y] < 2)
            continue;
        first = MIN(first, y);
        last = y + 1;
    }
    if (last == 0)
        return;
    uint32_t *to = v->surface.begin(v->surface.ctx, view->w, view->h, &stride);
    if (!to)
        return;
    for (uint32_t y = 0; y < view->h; y++) {
        if (d->line[y] == 0)
            continue;
        copy_line(d, y, to + (size_t)y * stride);
        d->line[y]--;
    }
    v->surface.end(v->surface.ctx, first, last);
}

/* A new geometry needs a new frame, of which nothing is valid. */
static void take_view(struct vga_display *d, const struct vga_view *view)
{
    if (d->frame == NULL || view->w != d->view.w || view->h != d->view.h) {
        free(d->frame);
        d->frame = calloc((size_t)view->w * view->h, sizeof *d->frame);
        if (!d->frame)
            bug("out of memory for a frame of %ux%u", view->w, view->h);
    }
    d->view = *view;
}

void vga_draw(struct vga *v)
{
    struct vga_display *d = v->display;
    struct vga_view view;
    struct vga_cursor cursor;
    if (!v->surface.begin)
        return;
    vga_view(v, &view);
    vga_cursor(v, &view, &cursor);
    bool full = d->full || memcmp(&view, &d->view, sizeof view) != 0;
    if (d->colors_changed)
        full |= update_colors(v, d);
    bool moved = memcmp(&cursor, &d->cursor, sizeof cursor) != 0;
    if (view.kind == VIEW_TEXT)
        full |= d->font_changed;
    if (!full && (view.kind == VIEW_BLANK || (!moved && !d->touched)))
        return;
    take_view(d, &view);
    d->cursor = cursor;
    d->touched = d->font_changed = d->full = false;
    if (view.kind == VIEW_BLANK) {
        memset(d->frame, 0, (size_t)view.w * view.h * sizeof *d->frame);
        memset(d->line, 2, view.h);
    } else if (view.kind == VIEW_TEXT) {
        vga_draw_text(v, d, full);
        clean_text(v, d);
    } else {
        draw_graphics(v, d, full);
    }
    present(v, d);
}
