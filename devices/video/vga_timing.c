/* SPDX-License-Identifier: MIT */
/*
 * Where the beam is, and what the registers say the picture is: both functions of registers and virtual time alone.
 *
 * Document: IBM VGA technical reference (CRT controller; input status 1).
 * NOTE: blanking is black. The overscan colour would be between picture and blanking; it is not shown.
 * NOTE: a VBE mode has no CRTC timing of its own; it is taken as 60 Hz with a quarter of each line and 45 lines
 * blanked.
 */
#include "base/bits.h"
#include "devices/video/vga_priv.h"

enum { STATUS1_NO_DISPLAY = 0x01, STATUS1_V_RETRACE = 0x08 };

/* Ten-bit vertical values: bits 8 and 9 stand in the overflow register. */
static uint32_t vertical(const struct vga *v, unsigned reg, unsigned bit8, unsigned bit9)
{
    uint32_t over = v->crtc[CRTC_OVERFLOW];
    return v->crtc[reg] | (over >> bit8 & 1) << 8 | (over >> bit9 & 1) << 9;
}

static uint32_t char_dots(const struct vga *v)
{
    return v->seq[SEQ_CLOCKING] & SEQ_CLOCKING_8DOT ? 8 : 9;
}

void vga_beam(const struct vga *v, struct vga_beam *b)
{
    if (dispi_on(v)) {
        uint32_t w = v->dispi[DISPI_XRES], h = v->dispi[DISPI_YRES];
        *b = (struct vga_beam){.h_total = w + w / 4,
                               .h_display = w,
                               .v_total = h + 45,
                               .v_display = h,
                               .v_retrace = h + 10,
                               .v_retrace_end = h + 12};
        b->hz = UINT64_C(60) * b->h_total * b->v_total;
        return;
    }
    uint32_t dots = char_dots(v);
    b->hz = v->misc & 4 ? 28322000 : 25175000; /* miscellaneous output bits 3-2 */
    if (v->seq[SEQ_CLOCKING] & SEQ_CLOCKING_HALF)
        b->hz /= 2;
    b->h_total = (v->crtc[CRTC_H_TOTAL] + 5u) * dots;
    b->h_display = (v->crtc[CRTC_H_DISPLAY_END] + 1u) * dots;
    b->v_total = vertical(v, CRTC_V_TOTAL, 0, 5) + 2;
    b->v_display = vertical(v, CRTC_V_DISPLAY_END, 1, 6) + 1;
    b->v_retrace = vertical(v, CRTC_V_RETRACE_START, 2, 7);
    uint32_t lines = (v->crtc[CRTC_V_RETRACE_END] - b->v_retrace) & 15; /* the low four bits compare */
    b->v_retrace_end = b->v_retrace + (lines ? lines : 16);
    if (b->v_retrace >= b->v_total) { /* registers that are not set up still give a retrace */
        b->v_retrace = b->v_total - 1;
        b->v_retrace_end = b->v_total;
    }
}

uint8_t vga_input_status1(const struct vga *v)
{
    struct vga_beam b;
    vga_beam(v, &b);
    uint64_t frame = (uint64_t)b.h_total * b.v_total;
    uint64_t at = clock_ticks(clock_ns(v->dev.bus->clock), b.hz) % frame;
    uint32_t line = (uint32_t)(at / b.h_total), dot = (uint32_t)(at % b.h_total);
    uint8_t status = 0;
    if (line >= b.v_display || dot >= b.h_display)
        status |= STATUS1_NO_DISPLAY;
    if (line >= b.v_retrace && line < b.v_retrace_end)
        status |= STATUS1_V_RETRACE | STATUS1_NO_DISPLAY;
    return status;
}

/* The next start of a vertical retrace, at least 4 ms away so that odd registers cannot flood the event queue. */
uint64_t vga_next_retrace(const struct vga *v)
{
    struct vga_beam b;
    vga_beam(v, &b);
    uint64_t now = clock_ns(v->dev.bus->clock), earliest = now + NS_PER_SEC / 250;
    uint64_t frame = (uint64_t)b.h_total * b.v_total;
    uint64_t ticks = clock_ticks(earliest, b.hz), retrace = (uint64_t)b.v_retrace * b.h_total;
    uint64_t next = ticks - ticks % frame + retrace;
    if (next < ticks)
        next += frame;
    uint64_t ns = clock_tick_ns(next, b.hz);
    return MIN(MAX(ns, earliest), now + NS_PER_SEC / 10);
}

uint64_t vga_frame_number(const struct vga *v)
{
    struct vga_beam b;
    vga_beam(v, &b);
    return clock_ticks(clock_ns(v->dev.bus->clock), b.hz) / ((uint64_t)b.h_total * b.v_total);
}

/* ---- the view ---- */

/*
 * Blanking begins at `first` and ends where the counter's low bits equal `end`, in the next line or frame where they do
 * not before `total`.
 */
static struct vga_blank blank(uint32_t first, uint32_t end, uint32_t mask, uint32_t total)
{
    const struct vga_blank none = {0, 0}, all = {0, UINT32_MAX};
    if (first >= total)
        return none;
    uint32_t stop = first + ((end - first - 1) & mask) + 1; /* at least one later */
    if (stop <= total)
        return (struct vga_blank){first, stop};
    return (end & mask) < first ? (struct vga_blank){first, end & mask} : all;
}

/* CRTC 02h, 03h, 05h: characters from the start on, 6 bits of the end, at which the picture is back. */
static struct vga_blank blank_columns(const struct vga *v, uint32_t pixels)
{
    uint32_t end = (v->crtc[CRTC_H_BLANK_END] & 0x1fu) | (v->crtc[CRTC_H_RETRACE_END] & 0x80u) >> 2;
    struct vga_blank b = blank(v->crtc[CRTC_H_BLANK_START], end, 0x3f, v->crtc[CRTC_H_TOTAL] + 5u);
    return (struct vga_blank){b.first * pixels, b.end == UINT32_MAX ? b.end : b.end * pixels};
}

/* CRTC 15h, 16h: the start is one less than the first blanked line; the line that the end names is the last one. */
static struct vga_blank blank_lines(const struct vga *v, uint32_t total)
{
    uint32_t first = v->crtc[CRTC_V_BLANK_START] | (v->crtc[CRTC_OVERFLOW] & 0x08u) << 5;
    first |= (v->crtc[CRTC_MAX_SCAN] & 0x20u) << 4;
    return blank(first + 1, v->crtc[CRTC_V_BLANK_END] + 1u, 0xff, total);
}

static void view_vbe(const struct vga *v, struct vga_view *o)
{
    uint32_t bpp = v->dispi[DISPI_BPP], x = v->dispi[DISPI_X_OFFSET], y = v->dispi[DISPI_Y_OFFSET];
    o->w = v->dispi[DISPI_XRES];
    o->h = v->dispi[DISPI_YRES];
    o->bpp = bpp;
    o->line_compare = UINT32_MAX;
    o->scan_rows = o->dup = 1;
    if (bpp == 4) {
        o->kind = VIEW_PLANAR;
        o->chars = o->w / 8;
        o->dots = 8;
        o->pitch = v->dispi[DISPI_VIRT_WIDTH] / 8u;
        o->start = y * o->pitch + x / 8;
        o->pel_pan = x & 7;
        o->addr_mask = (v->vram_pages << PAGE_BITS) / 4 - 1;
        o->crtc_mode = 0xe3;
        return;
    }
    o->kind = VIEW_LINEAR;
    o->pitch = dispi_pitch(v);
    o->start = y * o->pitch + x * ((bpp + 7) / 8);
}

static void view_kind(const struct vga *v, struct vga_view *o)
{
    if (!(v->gfx[GFX_MISC] & GFX_MISC_GRAPHICS))
        o->kind = VIEW_TEXT;
    else if (v->gfx[GFX_MODE] & GFX_MODE_256)
        o->kind = VIEW_256;
    else if (v->gfx[GFX_MODE] & GFX_MODE_INTERLEAVE)
        o->kind = VIEW_CGA;
    else
        o->kind = VIEW_PLANAR;
    if (v->seq[SEQ_CLOCKING] & SEQ_CLOCKING_OFF || !(v->attr_index & ATTR_INDEX_VIDEO) ||
        !(v->crtc[CRTC_MODE] & 0x80) || !(v->seq[SEQ_RESET] & 3))
        o->kind = VIEW_BLANK;
}

/*
 * Pel panning counts dots; with 9 dots a character 8 means none and n means n + 1; 256-colour pixels are two dots wide.
 */
static uint32_t pel_pan(const struct vga *v, const struct vga_view *o)
{
    uint32_t pan = v->attr[ATTR_PEL_PAN];
    if (o->kind == VIEW_TEXT && o->dots == 9)
        return pan >= 8 ? 0 : pan + 1;
    return pan & 7;
}

void vga_view(const struct vga *v, struct vga_view *o)
{
    memset(o, 0, sizeof *o);
    if (dispi_on(v)) {
        view_vbe(v, o);
        return;
    }
    struct vga_beam b;
    vga_beam(v, &b);
    view_kind(v, o);
    uint8_t max_scan = v->crtc[CRTC_MAX_SCAN];
    o->chars = v->crtc[CRTC_H_DISPLAY_END] + 1u;
    o->dots = o->kind == VIEW_TEXT || o->kind == VIEW_BLANK ? char_dots(v) : 8;
    o->dup = v->seq[SEQ_CLOCKING] & SEQ_CLOCKING_HALF ? 2 : 1;
    while (o->chars * o->dots * o->dup > SURFACE_MAX_W)
        o->chars--;
    o->w = o->chars * o->dots * o->dup;
    o->h = MIN(b.v_display, SURFACE_MAX_H);
    o->start = (uint32_t)v->crtc[CRTC_START_HIGH] << 8 | v->crtc[CRTC_START_LOW];
    o->start += v->crtc[CRTC_PRESET_ROW] >> 5 & 3; /* byte panning */
    o->pitch = v->crtc[CRTC_OFFSET] * 2u;
    o->addr_mask = 0xffff;
    o->line_compare = v->crtc[CRTC_LINE_COMPARE] | (v->crtc[CRTC_OVERFLOW] & 0x10u) << 4 | (max_scan & 0x40u) << 3;
    o->scan_rows = (max_scan & 0x1fu) + 1;
    o->double_scan = max_scan >> 7;
    o->preset_row = v->crtc[CRTC_PRESET_ROW] & 0x1f;
    o->pel_pan = pel_pan(v, o);
    o->crtc_mode = v->crtc[CRTC_MODE];
    o->underline = v->crtc[CRTC_UNDERLINE];
    o->count_shift = o->underline & 0x20 ? 2 : o->crtc_mode & 0x08 ? 1 : 0;
    o->attr_mode = v->attr[ATTR_MODE];
    o->pan_split = o->attr_mode & ATTR_MODE_PAN_SPLIT;
    o->char_map = v->seq[SEQ_CHAR_MAP];
    o->columns = blank_columns(v, o->dots * o->dup);
    o->lines = blank_lines(v, b.v_total);
    if (o->kind == VIEW_BLANK && (o->w < 160 || o->h < 100)) { /* not set up: show some black */
        o->w = 720;
        o->h = 400;
    }
}

void vga_scan(const struct vga_view *view, uint32_t y, struct vga_scan *s)
{
    uint32_t start = view->start, line = y, preset = view->preset_row;
    s->pan = view->pel_pan;
    if (y > view->line_compare) { /* the split screen starts at address 0 */
        line = y - view->line_compare - 1;
        start = preset = 0;
        if (view->pan_split)
            s->pan = 0;
    }
    line = (line >> view->double_scan) + preset;
    s->row = line / view->scan_rows;
    s->row_scan = line % view->scan_rows;
    s->counter = (start + s->row * view->pitch) & view->addr_mask;
}

uint32_t vga_address(const struct vga_view *view, uint32_t counter, uint32_t row_scan)
{
    uint32_t a = counter & view->addr_mask;
    if (!(view->underline & 0x40) && !(view->crtc_mode & 0x40)) /* word mode: bit 13 or 15 becomes bit 0 */
        a = a << 1 | (view->crtc_mode & 0x20 ? a >> 15 : a >> 13 & 1);
    if (!(view->crtc_mode & 1)) /* row scan counter bit 0 stands in for bit 13 (CGA) */
        a = (a & ~0x2000u) | (row_scan & 1) << 13;
    if (!(view->crtc_mode & 2)) /* and bit 1 for bit 14 (Hercules) */
        a = (a & ~0x4000u) | (row_scan & 2) << 13;
    return a & view->addr_mask;
}

uint8_t vga_dac_index(const struct vga *v, uint8_t pixel)
{
    uint8_t color = v->attr[pixel & v->attr[ATTR_PLANE_ENABLE] & 15], select = v->attr[ATTR_COLOR_SELECT];
    if (v->attr[ATTR_MODE] & ATTR_MODE_P54)
        color = (uint8_t)((color & 0x0f) | (select & 3) << 4);
    return (uint8_t)(color | (select & 0x0c) << 4);
}

void vga_cursor(const struct vga *v, const struct vga_view *view, struct vga_cursor *c)
{
    uint8_t start = v->crtc[CRTC_CURSOR_START], end = v->crtc[CRTC_CURSOR_END];
    *c = (struct vga_cursor){.first = 1};
    if (view->kind != VIEW_TEXT)
        return;
    c->dark = view->attr_mode & ATTR_MODE_BLINK && vga_frame_number(v) >> 4 & 1;
    c->at = ((uint32_t)v->crtc[CRTC_CURSOR_HIGH] << 8 | v->crtc[CRTC_CURSOR_LOW]) + (end >> 5 & 3);
    if (start & 0x20 || vga_frame_number(v) >> 3 & 1) /* off, or in the dark half of its blinking */
        return;
    if ((start & 0x1fu) < view->scan_rows) {
        c->first = start & 0x1f;
        c->last = MIN(end & 0x1fu, view->scan_rows - 1);
    }
}
