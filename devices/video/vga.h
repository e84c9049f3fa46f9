/* SPDX-License-Identifier: MIT */
/*
 * The display adapter: a VGA with the Bochs VBE registers and a linear frame buffer, PCI device 1234:1111.
 *
 * Video memory interleaves the planes: the byte at address A of plane P is byte 4 * A + P of video memory, which is
 * what the linear frame buffer shows. Chain-4 addresses are then video memory addresses.
 */
#ifndef VITRINE_DEVICES_VIDEO_VGA_H
#define VITRINE_DEVICES_VIDEO_VGA_H

#include "bus/dev.h"
#include "bus/pci.h"
#include "bus/surface.h"
#include "std/dispi.h"

enum { SEQ_RESET, SEQ_CLOCKING, SEQ_MAP_MASK, SEQ_CHAR_MAP, SEQ_MEMORY_MODE, SEQ_COUNT };
enum {
    GFX_SET_RESET,
    GFX_ENABLE_SET_RESET,
    GFX_COLOR_COMPARE,
    GFX_DATA_ROTATE,
    GFX_READ_MAP,
    GFX_MODE,
    GFX_MISC,
    GFX_COLOR_DONT_CARE,
    GFX_BIT_MASK,
    GFX_COUNT
};
enum {
    CRTC_H_TOTAL,
    CRTC_H_DISPLAY_END,
    CRTC_H_BLANK_START,
    CRTC_H_BLANK_END,
    CRTC_H_RETRACE_START,
    CRTC_H_RETRACE_END,
    CRTC_V_TOTAL,
    CRTC_OVERFLOW,
    CRTC_PRESET_ROW,
    CRTC_MAX_SCAN,
    CRTC_CURSOR_START,
    CRTC_CURSOR_END,
    CRTC_START_HIGH,
    CRTC_START_LOW,
    CRTC_CURSOR_HIGH,
    CRTC_CURSOR_LOW,
    CRTC_V_RETRACE_START,
    CRTC_V_RETRACE_END,
    CRTC_V_DISPLAY_END,
    CRTC_OFFSET,
    CRTC_UNDERLINE,
    CRTC_V_BLANK_START,
    CRTC_V_BLANK_END,
    CRTC_MODE,
    CRTC_LINE_COMPARE,
    CRTC_COUNT
};
enum { ATTR_MODE = 0x10, ATTR_OVERSCAN, ATTR_PLANE_ENABLE, ATTR_PEL_PAN, ATTR_COLOR_SELECT, ATTR_COUNT };

enum {
    SEQ_CLOCKING_8DOT = 0x01,
    SEQ_CLOCKING_HALF = 0x08,
    SEQ_CLOCKING_OFF = 0x20,
    SEQ_MEMORY_NO_ODD_EVEN = 0x04,
    SEQ_MEMORY_CHAIN4 = 0x08,
    GFX_MODE_READ1 = 0x08,
    GFX_MODE_ODD_EVEN = 0x10,
    GFX_MODE_INTERLEAVE = 0x20,
    GFX_MODE_256 = 0x40,
    GFX_MISC_GRAPHICS = 0x01,
    GFX_MISC_CHAIN_ODD_EVEN = 0x02,
    ATTR_MODE_MONO = 0x02,
    ATTR_MODE_LINE_GRAPHICS = 0x04,
    ATTR_MODE_BLINK = 0x08,
    ATTR_MODE_PAN_SPLIT = 0x20,
    ATTR_MODE_P54 = 0x80,
    ATTR_INDEX_VIDEO = 0x20,
    MISC_COLOR = 0x01,
    MISC_RAM = 0x02,
};

#define VGA_MAX_PAGES 65536u /* 256 MiB of video memory, as QEMU's has at most */

struct vga_display; /* what the last frame looked like: the host's side, never saved */

struct vga {
    struct dev dev;

    /* Wires and back ends, set before dev_realize. */
    struct pci_bus *pci_bus;
    uint8_t devfn;
    struct surface surface; /* .begin NULL: nobody looks */
    const uint8_t *rom;     /* the expansion ROM's image; NULL: none */
    uint32_t rom_size;

    /* Properties. */
    uint32_t vgamem_mb;

    /* State. */
    struct pci_func pci;
    uint8_t misc, feature, enable;
    uint8_t seq_index, seq[SEQ_COUNT];
    uint8_t gfx_index, gfx[GFX_COUNT];
    uint8_t crtc_index, crtc[CRTC_COUNT];
    uint8_t attr_index, attr[ATTR_COUNT];
    uint8_t attr_data_next; /* the flip-flop: the next write to 3C0h is data */
    uint8_t dac[768], dac_mask, dac_state, dac_sub, dac_read, dac_write, dac_latch[3];
    uint32_t latch; /* byte P: plane P's latch */
    uint16_t dispi_index, dispi[DISPI_COUNT];
    struct timer retrace;

    /* Derived or the host's. */
    uint32_t vram_page, vram_pages;
    struct mapping window, fast;
    struct port_range ports[5], dispi_ports;
    struct page_listener listener;
    bool own_store; /* a store comes from the planar path, which knows what it touches */
    struct vga_display *display;
};

extern const struct dev_class vga_class;

/*
 * The text screen as UTF-8, a line feed after each row, blanks at a row's end dropped. False (nothing added) in a
 * graphics mode.
 */
bool vga_text_screen(const struct vga *v, struct buf *out);
/* The text screen by its cells, as link/cells.h says; in a graphics mode its size alone. */
void vga_text_cells(const struct vga *v, struct buf *out);
/* Columns and rows of the text screen and the cursor's place (may lie outside). False in a graphics mode. */
bool vga_text_geometry(const struct vga *v, unsigned *cols, unsigned *rows, unsigned *x, unsigned *y);
/* Draws now, whatever the retrace says: for a screenshot of a stopped machine. */
void vga_draw(struct vga *v);
/* The next frame is drawn whole: the window was uncovered, or the surface is new. */
void vga_redraw(struct vga *v);

#endif
