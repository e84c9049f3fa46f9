/* SPDX-License-Identifier: MIT */
/* What the parts of the VGA share and nobody else sees. */
#ifndef VITRINE_DEVICES_VIDEO_VGA_PRIV_H
#define VITRINE_DEVICES_VIDEO_VGA_PRIV_H

#include "devices/video/vga.h"

/* vga_mem.c: the CPU's windows. */
extern const struct io_ops vga_window_ops;
/* All of video memory; costs only what was written since the last time, so that a guest cannot spend much host time on
 * one instruction again and again. */
void vga_clear_memory(struct vga *v);
void vga_map_windows(struct vga *v); /* after a change of what A0000h-BFFFFh reaches */
void vga_store_notify(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data);

/* bochs_vbe.c */
void dispi_reset(struct vga *v);
void dispi_post_load(struct vga *v);
uint16_t dispi_read(struct vga *v, unsigned index);
void dispi_write(struct vga *v, unsigned index, uint16_t value);
extern const struct io_ops dispi_port_ops;
extern const struct io_ops vga_mmio_ops;
static inline bool dispi_on(const struct vga *v)
{
    return v->dispi[DISPI_ENABLE] & DISPI_ENABLED;
}
/* Bytes a scan line in video memory (of all planes). */
uint32_t dispi_pitch(const struct vga *v);

/* vga.c */
uint8_t vga_port_read(struct vga *v, uint16_t port);
void vga_port_write(struct vga *v, uint16_t port, uint8_t value);

/* vga_timing.c: where the beam is. */
struct vga_beam {
    uint64_t hz;                                           /* dots a second */
    uint32_t h_total, h_display;                           /* dots */
    uint32_t v_total, v_display, v_retrace, v_retrace_end; /* lines */
};
void vga_beam(const struct vga *v, struct vga_beam *b);
uint8_t vga_input_status1(const struct vga *v);
uint64_t vga_next_retrace(const struct vga *v);
uint64_t vga_frame_number(const struct vga *v);

/* What is shown, worked out from the registers. */
/* The part [first, end) of a counter's range that is blanked; first > end: from first on and up to end; equal: none. */
struct vga_blank {
    uint32_t first, end;
};
enum vga_kind { VIEW_BLANK, VIEW_TEXT, VIEW_PLANAR, VIEW_CGA, VIEW_256, VIEW_LINEAR };
struct vga_view {
    uint32_t kind;
    uint32_t w, h;         /* pixels of the picture */
    uint32_t chars;        /* character clocks a line */
    uint32_t dots;         /* a character clock, before doubling */
    uint32_t dup;          /* pixels a dot: 2 with the dot clock halved */
    uint32_t start, pitch; /* in steps of the address counter; VIEW_LINEAR: bytes */
    uint32_t addr_mask;
    uint32_t line_compare;
    uint32_t scan_rows, double_scan, preset_row, pel_pan, pan_split;
    uint32_t crtc_mode, underline, count_shift;
    uint32_t attr_mode, char_map, bpp;
    struct vga_blank columns, lines; /* pixels and scan lines that are black whatever memory holds */
};
void vga_view(const struct vga *v, struct vga_view *out);
/* Where scan line y starts: the address counter, the row scan and the dots panned away. */
struct vga_scan {
    uint32_t counter, row_scan, row, pan;
};
void vga_scan(const struct vga_view *view, uint32_t y, struct vga_scan *s);
/* The plane address that the counter's value selects (CRTC mode control, underline location). */
uint32_t vga_address(const struct vga_view *view, uint32_t counter, uint32_t row_scan);
/* The DAC entry of an attribute controller input (IBM VGA TR: palette, P54S, colour select). */
uint8_t vga_dac_index(const struct vga *v, uint8_t pixel);

/*
 * What moves in a text view: the cursor, rows [first, last] of the cell at counter value `at` (first > last: not
 * shown), and whether blinking characters are dark.
 */
struct vga_cursor {
    uint32_t at, first, last, dark;
};
void vga_cursor(const struct vga *v, const struct vga_view *view, struct vga_cursor *c);

/* vga_render.c */
struct vga_display {
    struct vga_view view;
    uint32_t *frame;          /* view.w * view.h */
    uint32_t color[256];      /* the DAC as XRGB8888 */
    uint8_t text_palette[16]; /* attribute colours as DAC entries */
    bool full;                /* nothing of the frame is valid */
    bool colors_changed;
    bool font_changed;
    bool touched;                 /* some page was written */
    uint8_t dirty[VGA_MAX_PAGES]; /* per page of video memory: written since it was drawn */
    uint8_t zero[VGA_MAX_PAGES];  /* it holds zeros; the page then has PI_NOTIFY */
    uint8_t line[SURFACE_MAX_H];  /* 2: differs from the last frame, 1: differs from the one before */
    struct vga_cursor cursor;
    uint32_t *cells; /* text as drawn: see cell_at() */
    uint32_t cells_cap;
    uint64_t spread[256]; /* bit 7 - i of the index as byte i */
};
struct vga_display *vga_display_new(void);
void vga_display_free(struct vga_display *d);
/* A byte of video memory, a 32-bit word of all four planes. */
uint8_t vga_vram8(const struct vga *v, uint32_t addr);
uint32_t vga_vram32(const struct vga *v, uint32_t addr);

/* vga_text.c: brings d->frame up to date; marks lines. */
void vga_draw_text(struct vga *v, struct vga_display *d, bool full);

#endif
