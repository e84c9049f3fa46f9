/* SPDX-License-Identifier: MIT */
/*
 * The Bochs VBE registers (ports 1CEh/1CFh) and their second home in the memory BAR 2.
 *
 * Document: the Bochs VBE display interface, ID B0C5h. BAR 2: 400h-41Fh the VGA's ports 3C0h-3DFh, 500h-515h these
 * registers.
 * LIMIT: no EDID (000h-0FFh of BAR 2 read as all ones), no byte-swapped frame buffer. Ports take words only, as Bochs
 * has it.
 */
#include "base/bits.h"
#include "devices/video/vga_priv.h"

enum { ID_MIN = 0xb0c0, ID_MAX = 0xb0c5 };

void dispi_reset(struct vga *v)
{
    memset(v->dispi, 0, sizeof v->dispi);
    v->dispi_index = 0;
    v->dispi[DISPI_ID] = ID_MAX;
    v->dispi[DISPI_BPP] = 8;
}

uint32_t dispi_pitch(const struct vga *v)
{
    uint32_t width = v->dispi[DISPI_VIRT_WIDTH], bpp = v->dispi[DISPI_BPP];
    return bpp == 4 ? width / 2 : width * ((bpp + 7) / 8);
}

static uint16_t virt_height(const struct vga *v)
{
    uint32_t pitch = dispi_pitch(v);
    uint32_t lines = pitch ? (v->vram_pages << PAGE_BITS) / pitch : 0;
    return (uint16_t)MIN(lines, UINT16_MAX);
}

/* Whether the picture from (x, y) on lies in video memory. */
static bool fits(const struct vga *v, uint32_t x, uint32_t y)
{
    uint64_t end = (uint64_t)dispi_pitch(v) * (y + v->dispi[DISPI_YRES]);
    return end <= (uint64_t)v->vram_pages << PAGE_BITS && x + v->dispi[DISPI_XRES] <= v->dispi[DISPI_VIRT_WIDTH];
}

static void turn_on(struct vga *v, uint16_t value)
{
    v->dispi[DISPI_VIRT_WIDTH] = v->dispi[DISPI_XRES];
    v->dispi[DISPI_X_OFFSET] = v->dispi[DISPI_Y_OFFSET] = 0;
    if (v->dispi[DISPI_XRES] == 0 || v->dispi[DISPI_YRES] == 0 || !fits(v, 0, 0)) {
        guest_error(v->dev.bus->log, v->dev.id, "mode %ux%ux%u does not fit video memory", v->dispi[DISPI_XRES],
                    v->dispi[DISPI_YRES], v->dispi[DISPI_BPP]);
        v->dispi[DISPI_ENABLE] &= (uint16_t)~DISPI_ENABLED;
        return;
    }
    /* NOTE: this also opens the A0000h window: hobby systems set no other registers than these */
    v->gfx[GFX_MISC] = 0x05;
    v->misc |= MISC_RAM;
    if (v->dispi[DISPI_BPP] >= 8)
        v->seq[SEQ_MEMORY_MODE] |= SEQ_MEMORY_CHAIN4 | SEQ_MEMORY_NO_ODD_EVEN;
    else
        v->seq[SEQ_MEMORY_MODE] = (v->seq[SEQ_MEMORY_MODE] & ~SEQ_MEMORY_CHAIN4) | SEQ_MEMORY_NO_ODD_EVEN;
    v->seq[SEQ_CLOCKING] &= ~SEQ_CLOCKING_OFF;
    v->attr_index |= ATTR_INDEX_VIDEO;
    if (!(value & DISPI_NOCLEAR))
        vga_clear_memory(v);
}

static void write_enable(struct vga *v, uint16_t value)
{
    uint16_t old = v->dispi[DISPI_ENABLE];
    v->dispi[DISPI_ENABLE] = value & (DISPI_ENABLED | DISPI_GETCAPS | DISPI_8BIT_DAC | DISPI_LFB | DISPI_NOCLEAR);
    if ((value & DISPI_ENABLED) && !(old & DISPI_ENABLED))
        turn_on(v, value);
    else if (!(value & DISPI_ENABLED))
        v->dispi[DISPI_BANK] = 0;
    v->display->colors_changed = true;
    vga_map_windows(v);
}

static void write_mode(struct vga *v, unsigned index, uint16_t value)
{
    if (dispi_on(v))
        return; /* the mode changes only while disabled */
    switch (index) {
    case DISPI_XRES:
        if (value <= SURFACE_MAX_W)
            v->dispi[index] = value & 0xfff8;
        break;
    case DISPI_YRES:
        if (value <= SURFACE_MAX_H)
            v->dispi[index] = value;
        break;
    case DISPI_BPP:
        if (value == 0)
            value = 8;
        if (value == 4 || value == 8 || value == 15 || value == 16 || value == 24 || value == 32)
            v->dispi[index] = value;
        break;
    }
}

static void write_geometry(struct vga *v, unsigned index, uint16_t value)
{
    uint16_t old = v->dispi[index];
    if (!dispi_on(v))
        return;
    if (index == DISPI_VIRT_WIDTH)
        value &= 0xfff8;
    v->dispi[index] = value;
    if (!fits(v, v->dispi[DISPI_X_OFFSET], v->dispi[DISPI_Y_OFFSET])) {
        if (index != DISPI_VIRT_WIDTH || value < v->dispi[DISPI_XRES]) {
            v->dispi[index] = old;
            return;
        }
        v->dispi[DISPI_X_OFFSET] = v->dispi[DISPI_Y_OFFSET] = 0;
        if (!fits(v, 0, 0))
            v->dispi[index] = old;
    }
}

void dispi_write(struct vga *v, unsigned index, uint16_t value)
{
    switch (index) {
    case DISPI_ID:
        if (value >= ID_MIN && value <= ID_MAX)
            v->dispi[DISPI_ID] = value;
        break;
    case DISPI_XRES:
    case DISPI_YRES:
    case DISPI_BPP: write_mode(v, index, value); break;
    case DISPI_ENABLE: write_enable(v, value); break;
    case DISPI_BANK:
        if (value < v->vram_pages / 16) {
            v->dispi[DISPI_BANK] = value;
            vga_map_windows(v);
        }
        break;
    case DISPI_VIRT_WIDTH:
    case DISPI_X_OFFSET:
    case DISPI_Y_OFFSET: write_geometry(v, index, value); break;
    }
}

uint16_t dispi_read(struct vga *v, unsigned index)
{
    bool caps = v->dispi[DISPI_ENABLE] & DISPI_GETCAPS;
    switch (index) {
    case DISPI_XRES: return caps ? SURFACE_MAX_W : v->dispi[index];
    case DISPI_YRES: return caps ? SURFACE_MAX_H : v->dispi[index];
    case DISPI_BPP: return caps ? 32 : v->dispi[index];
    case DISPI_VIRT_HEIGHT: return virt_height(v);
    case DISPI_MEMORY_64K: return (uint16_t)(v->vram_pages / 16);
    default: return index < DISPI_COUNT ? v->dispi[index] : 0;
    }
}

/* A mode that a guest could not have set turns the extension off. */
void dispi_post_load(struct vga *v)
{
    uint16_t bpp = v->dispi[DISPI_BPP];
    bool ok = bpp == 4 || bpp == 8 || bpp == 15 || bpp == 16 || bpp == 24 || bpp == 32;
    if (!ok)
        v->dispi[DISPI_BPP] = 8;
    ok = ok && v->dispi[DISPI_XRES] > 0 && v->dispi[DISPI_XRES] <= SURFACE_MAX_W && v->dispi[DISPI_YRES] > 0 &&
         v->dispi[DISPI_YRES] <= SURFACE_MAX_H && fits(v, v->dispi[DISPI_X_OFFSET], v->dispi[DISPI_Y_OFFSET]);
    if (!ok)
        v->dispi[DISPI_ENABLE] &= (uint16_t)~DISPI_ENABLED;
    if (v->dispi[DISPI_BANK] >= v->vram_pages / 16)
        v->dispi[DISPI_BANK] = 0;
}

/* Port 1CEh is the index, 1CFh the data: words at adjacent bytes. */
static uint64_t port_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct vga *v = ctx;
    (void)who;
    if (size != 2 || offset > 1)
        return UINT32_MAX;
    return offset == 0 ? v->dispi_index : dispi_read(v, v->dispi_index);
}

static void port_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct vga *v = ctx;
    (void)who;
    if (size != 2 || offset > 1)
        return;
    if (offset == 0)
        v->dispi_index = (uint16_t)value;
    else
        dispi_write(v, v->dispi_index, (uint16_t)value);
}

const struct io_ops dispi_port_ops = {.read = port_read, .write = port_write, .max_size = 2};

/* ---- BAR 2 ---- */

enum { MMIO_PORTS = 0x400, MMIO_PORTS_END = 0x420, MMIO_DISPI = 0x500, MMIO_DISPI_END = MMIO_DISPI + 2 * DISPI_COUNT };

static uint64_t mmio_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct vga *v = ctx;
    (void)who;
    if (offset >= MMIO_PORTS && offset + size <= MMIO_PORTS_END) {
        uint64_t value = 0;
        for (unsigned i = 0; i < size; i++)
            value |= (uint64_t)vga_port_read(v, (uint16_t)(0x3c0 + offset - MMIO_PORTS + i)) << (8 * i);
        return value;
    }
    if (offset >= MMIO_DISPI && offset + size <= MMIO_DISPI_END && size == 2 && !(offset & 1))
        return dispi_read(v, (unsigned)(offset - MMIO_DISPI) / 2);
    return UINT64_MAX;
}

static void mmio_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct vga *v = ctx;
    (void)who;
    if (offset >= MMIO_PORTS && offset + size <= MMIO_PORTS_END) {
        for (unsigned i = 0; i < size; i++)
            vga_port_write(v, (uint16_t)(0x3c0 + offset - MMIO_PORTS + i), (uint8_t)(value >> (8 * i)));
    } else if (offset >= MMIO_DISPI && offset + size <= MMIO_DISPI_END && size == 2 && !(offset & 1)) {
        dispi_write(v, (unsigned)(offset - MMIO_DISPI) / 2, (uint16_t)value);
    }
}

const struct io_ops vga_mmio_ops = {.read = mmio_read, .write = mmio_write, .max_size = 2};
