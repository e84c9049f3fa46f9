/* SPDX-License-Identifier: MIT */
/*
 * Video memory as the CPU sees it at A0000h-BFFFFh: planes with latches, write modes 0-3, read modes 0 and 1, odd/even
 * and chain-4 addressing, and the banked window of the VBE modes.
 *
 * Document: IBM VGA technical reference (graphics controller, sequencer).
 * NOTE: where an access is a plain one (chain-4 or a banked VBE mode with a neutral graphics controller) the window
 * maps the backing pages themselves, so that mode 13h runs at the speed of RAM; the latches then keep their last value.
 * NOTE: chain-4 uses the address without folding (plane A & 3, plane address A >> 2), as the linear frame buffers of
 * SVGA chips have it; the CRT controller's doubleword mode counts the same way.
 * NOTE: the odd/even page bit (miscellaneous output bit 5) is ignored: BIOSes set it and expect the low page.
 */
#include "base/bits.h"
#include "devices/video/vga_priv.h"

static const uint32_t expand[16] = {
    0x00000000, 0x000000ff, 0x0000ff00, 0x0000ffff, 0x00ff0000, 0x00ff00ff, 0x00ffff00, 0x00ffffff,
    0xff000000, 0xff0000ff, 0xff00ff00, 0xff00ffff, 0xffff0000, 0xffff00ff, 0xffffff00, 0xffffffff,
};

/* ---- video memory ---- */

uint32_t vga_vram32(const struct vga *v, uint32_t addr)
{
    addr &= (v->vram_pages << PAGE_BITS) - 4;
    return ld32(ram_ptr(v->dev.bus->mem, v->vram_page + (addr >> PAGE_BITS)) + (addr & PAGE_OFFSET_MASK));
}

uint8_t vga_vram8(const struct vga *v, uint32_t addr)
{
    addr &= (v->vram_pages << PAGE_BITS) - 1;
    return ram_ptr(v->dev.bus->mem, v->vram_page + (addr >> PAGE_BITS))[addr & PAGE_OFFSET_MASK];
}

static void vram_store(struct vga *v, uint32_t addr, uint32_t value)
{
    struct mem *m = v->dev.bus->mem;
    addr &= (v->vram_pages << PAGE_BITS) - 4;
    uint32_t bpn = v->vram_page + (addr >> PAGE_BITS);
    if (mem_facts(m, bpn) & PI_SLOW) {
        v->own_store = true;
        mem_store(m, bpn, addr & PAGE_OFFSET_MASK, 4, &value);
        v->own_store = false;
    } else {
        st32(ram_ptr(m, bpn) + (addr & PAGE_OFFSET_MASK), value);
    }
}

/*
 * A page that the last frame was drawn from, or that is known to hold zeros, is about to change. Further stores to it
 * cost no call.
 */
void vga_store_notify(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    struct vga *v = ctx;
    (void)off;
    (void)len;
    (void)data;
    uint32_t page = bpn - v->vram_page;
    if (page >= v->vram_pages)
        return;
    mem_clear_notify(v->dev.bus->mem, bpn);
    v->display->dirty[page] = 1;
    v->display->zero[page] = 0;
    v->display->touched = true;
    if (!v->own_store)
        v->display->font_changed = true;
}

void vga_clear_memory(struct vga *v)
{
    static const uint8_t zero[PAGE_SIZE];
    struct mem *m = v->dev.bus->mem;
    for (uint32_t i = 0; i < v->vram_pages; i++) {
        if (v->display->zero[i])
            continue;
        mem_store(m, v->vram_page + i, 0, PAGE_SIZE, zero);
        mem_set_notify(m, v->vram_page + i);
        v->display->dirty[i] = 1;
        v->display->zero[i] = 1;
    }
    v->display->touched = v->display->font_changed = true;
}

/* ---- addressing ---- */

struct place {
    uint32_t word;  /* of video memory: all four planes of one address */
    unsigned plane; /* the one a read in mode 0 gives */
    uint32_t map;   /* mask of the bytes that a write may change */
};

/* Offset from A0000h into the window that memory map select opens (graphics controller 06h bits 3-2). */
static bool window_offset(const struct vga *v, uint32_t *a)
{
    switch (v->gfx[GFX_MISC] >> 2 & 3) {
    case 0: return true;
    case 1: return *a < 0x10000;
    case 2: *a -= 0x10000; return *a < 0x8000;
    default: *a -= 0x18000; return *a < 0x8000;
    }
}

static bool place(const struct vga *v, uint32_t a, struct place *p)
{
    if (!(v->misc & MISC_RAM) || !window_offset(v, &a))
        return false;
    uint32_t mask = 0xffff;
    if (dispi_on(v)) {
        if (v->dispi[DISPI_BPP] >= 8) {
            a += (uint32_t)v->dispi[DISPI_BANK] << 16;
            *p = (struct place){.word = a & ~3u, .plane = a & 3, .map = 0xffu << (8 * (a & 3))};
            return true;
        }
        a += (uint32_t)v->dispi[DISPI_BANK] << 16;
        mask = (v->vram_pages << PAGE_BITS) / 4 - 1;
    }
    uint32_t map = expand[v->seq[SEQ_MAP_MASK]];
    if (v->seq[SEQ_MEMORY_MODE] & SEQ_MEMORY_CHAIN4) {
        *p = (struct place){.word = a & ~3u & 0x3ffff, .plane = a & 3, .map = map & 0xffu << (8 * (a & 3))};
        return true;
    }
    p->plane = v->gfx[GFX_READ_MAP];
    if (v->gfx[GFX_MODE] & GFX_MODE_ODD_EVEN)
        p->plane = (p->plane & 2) | (a & 1);
    if (!(v->seq[SEQ_MEMORY_MODE] & SEQ_MEMORY_NO_ODD_EVEN))
        map &= a & 1 ? 0xff00ff00 : 0x00ff00ff;
    p->map = map;
    if (v->gfx[GFX_MISC] & GFX_MISC_CHAIN_ODD_EVEN)
        a &= ~1u;
    p->word = (a & mask) << 2;
    return true;
}

/* ---- reads and writes ---- */

static uint8_t window_read8(struct vga *v, uint32_t a, bool latches)
{
    struct place p;
    if (!place(v, a, &p))
        return 0xff;
    uint32_t word = vga_vram32(v, p.word);
    if (latches)
        v->latch = word;
    if (!(v->gfx[GFX_MODE] & GFX_MODE_READ1))
        return (uint8_t)(word >> (8 * p.plane));
    uint32_t differ = (word ^ expand[v->gfx[GFX_COLOR_COMPARE]]) & expand[v->gfx[GFX_COLOR_DONT_CARE]];
    differ |= differ >> 16;
    return (uint8_t) ~(differ | differ >> 8);
}

static uint32_t logic(const struct vga *v, uint32_t value)
{
    switch (v->gfx[GFX_DATA_ROTATE] >> 3 & 3) {
    case 1: return value & v->latch;
    case 2: return value | v->latch;
    case 3: return value ^ v->latch;
    default: return value;
    }
}

static void window_write8(struct vga *v, uint32_t a, uint8_t byte)
{
    struct place p;
    if (!place(v, a, &p) || p.map == 0)
        return;
    unsigned rotate = v->gfx[GFX_DATA_ROTATE] & 7, mode = v->gfx[GFX_MODE] & 3;
    uint8_t rotated = (uint8_t)(byte >> rotate | byte << (8 - rotate));
    uint32_t mask = v->gfx[GFX_BIT_MASK] * 0x01010101u, value;
    switch (mode) {
    case 0: {
        uint32_t enable = expand[v->gfx[GFX_ENABLE_SET_RESET]];
        value = (rotated * 0x01010101u & ~enable) | (expand[v->gfx[GFX_SET_RESET]] & enable);
        value = logic(v, value);
        break;
    }
    case 1:
        value = v->latch;
        mask = UINT32_MAX;
        break;
    case 2: value = logic(v, expand[byte & 15]); break;
    default:
        mask &= rotated * 0x01010101u;
        value = logic(v, expand[v->gfx[GFX_SET_RESET]]);
        break;
    }
    value = (value & mask) | (v->latch & ~mask);
    uint32_t old = vga_vram32(v, p.word);
    value = (old & ~p.map) | (value & p.map);
    if (value == old)
        return;
    if (p.map & 0x00ff0000)
        v->display->font_changed = true;
    vram_store(v, p.word, value);
}

/* In a VBE mode with 8 or more bits a pixel the graphics controller has no effect. */
static void banked_write8(struct vga *v, uint32_t a, uint8_t byte)
{
    struct place p;
    if (!place(v, a, &p))
        return;
    uint32_t old = vga_vram32(v, p.word);
    vram_store(v, p.word, (old & ~p.map) | (byte * 0x01010101u & p.map));
}

static uint64_t window_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct vga *v = ctx;
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)window_read8(v, (uint32_t)offset + i, who != INIT_DEBUG) << (8 * i);
    return value;
}

static void window_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct vga *v = ctx;
    (void)who;
    bool banked = dispi_on(v) && v->dispi[DISPI_BPP] >= 8;
    for (unsigned i = 0; i < size; i++, value >>= 8) {
        if (banked)
            banked_write8(v, (uint32_t)offset + i, (uint8_t)value);
        else
            window_write8(v, (uint32_t)offset + i, (uint8_t)value);
    }
}

const struct io_ops vga_window_ops = {.read = window_read, .write = window_write, .max_size = 4};

/* ---- which way the window goes ---- */

static bool plain_access(const struct vga *v)
{
    if (!(v->misc & MISC_RAM) || (v->gfx[GFX_MISC] >> 2 & 3) > 1)
        return false;
    if (dispi_on(v))
        return v->dispi[DISPI_BPP] >= 8;
    return v->seq[SEQ_MEMORY_MODE] & SEQ_MEMORY_CHAIN4 && v->seq[SEQ_MAP_MASK] == 15 &&
           (v->gfx[GFX_MODE] & 0x0b) == 0 && v->gfx[GFX_ENABLE_SET_RESET] == 0 && v->gfx[GFX_DATA_ROTATE] == 0 &&
           v->gfx[GFX_BIT_MASK] == 0xff;
}

void vga_map_windows(struct vga *v)
{
    struct mem *m = v->dev.bus->mem;
    if (!v->window.enabled) {
        struct target io = {.kind = TO_IO, .ops = &vga_window_ops, .ctx = v};
        v->window = (struct mapping){.name = "vga window",
                                     .base = 0xa0000,
                                     .size = 0x20000,
                                     .prio = PRIO_PCI,
                                     .rd = io,
                                     .wr = io,
                                     .inspect = true};
        mem_map(m, &v->window);
    }
    bool want = plain_access(v);
    uint32_t bank = dispi_on(v) ? v->dispi[DISPI_BANK] * 16u : 0;
    uint32_t page = v->vram_page + bank;
    if (want == v->fast.enabled && (!want || v->fast.rd.page == page))
        return;
    mem_unmap(m, &v->fast);
    if (!want)
        return;
    struct target pages = {.kind = TO_PAGES, .page = page};
    v->fast = (struct mapping){
        .name = "vga linear window", .base = 0xa0000, .size = 0x10000, .prio = PRIO_PCI + 1, .rd = pages, .wr = pages};
    mem_map(m, &v->fast);
}
