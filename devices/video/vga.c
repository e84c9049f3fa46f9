/* SPDX-License-Identifier: MIT */
/*
 * The VGA's registers: miscellaneous, sequencer, graphics controller, CRT controller, attribute controller, DAC; and
 * the PCI device around them.
 *
 * Document: IBM Personal System/2 Hardware Interface Technical Reference, video subsystem (VGA); PCI Local Bus 2.1.
 * LIMIT: no vertical retrace interrupt (PCI adapters leave it unwired), no light pen, no interlace, CRTC vertical count
 * by two (CR17 bit 2) not shown; input status 1 bits 5-4 (colour diagnostics) read 0.
 * NOTE: the legacy ports and A0000h answer whatever the PCI command register says: no BIOS that boots a PC has two
 * displays here.
 */
#include "base/bits.h"
#include "devices/video/vga_priv.h"

static const uint8_t seq_mask[SEQ_COUNT] = {0x03, 0x3d, 0x0f, 0x3f, 0x0e};
static const uint8_t gfx_mask[GFX_COUNT] = {0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff};
static const uint8_t attr_mask[ATTR_COUNT] = {0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f,
                                              0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0xef, 0xff, 0x3f, 0x0f, 0x0f};

/* ---- DAC ---- */

static void dac_write_data(struct vga *v, uint8_t value)
{
    bool wide = v->dispi[DISPI_ENABLE] & DISPI_8BIT_DAC;
    v->dac_latch[v->dac_sub++] = wide ? value : value & 0x3f;
    if (v->dac_sub < 3)
        return;
    v->dac_sub = 0;
    memcpy(&v->dac[3 * v->dac_write], v->dac_latch, 3);
    v->dac_write++;
    v->display->colors_changed = true;
}

static uint8_t dac_read_data(struct vga *v)
{
    uint8_t value = v->dac[3 * v->dac_read + v->dac_sub++];
    if (v->dac_sub == 3) {
        v->dac_sub = 0;
        v->dac_read++;
    }
    return value;
}

/* ---- attribute controller: one port, a flip-flop says whether index or data comes ---- */

static void attr_write(struct vga *v, uint8_t value)
{
    if (!v->attr_data_next) {
        v->attr_index = value & 0x3f;
    } else {
        unsigned i = v->attr_index & 0x1f;
        if (i < ATTR_COUNT)
            v->attr[i] = value & attr_mask[i];
        v->display->colors_changed = true;
    }
    v->attr_data_next ^= 1;
}

/* ---- CRT controller ---- */

static uint8_t crtc_read(const struct vga *v)
{
    if (v->crtc_index < CRTC_COUNT)
        return v->crtc[v->crtc_index];
    if (v->crtc_index == 0x22) /* the latch that read map select names */
        return (uint8_t)(v->latch >> (8 * v->gfx[GFX_READ_MAP]));
    if (v->crtc_index == 0x24) /* the attribute controller's flip-flop */
        return (uint8_t)(v->attr_data_next << 7);
    return 0xff;
}

/* CR11 bit 7 protects CR0-CR7 but for CR7 bit 4, line compare. */
static void crtc_write(struct vga *v, uint8_t value)
{
    unsigned i = v->crtc_index;
    if (i >= CRTC_COUNT)
        return;
    if (i <= CRTC_OVERFLOW && v->crtc[CRTC_V_RETRACE_END] & 0x80) {
        if (i == CRTC_OVERFLOW)
            v->crtc[i] = (v->crtc[i] & ~0x10) | (value & 0x10);
        return;
    }
    v->crtc[i] = value;
}

/* ---- ports ---- */

/* 3B0h-3BFh answer in monochrome, 3D0h-3DFh in colour (miscellaneous output bit 0). */
static bool wrong_bank(const struct vga *v, uint16_t port)
{
    unsigned bank = port & 0xfff0;
    return bank == (v->misc & MISC_COLOR ? 0x3b0 : 0x3d0);
}

uint8_t vga_port_read(struct vga *v, uint16_t port)
{
    if (wrong_bank(v, port))
        return 0xff;
    switch (port) {
    case 0x3c0: return v->attr_index;
    case 0x3c1: return (v->attr_index & 0x1f) < ATTR_COUNT ? v->attr[v->attr_index & 0x1f] : 0;
    case 0x3c2: return 0x10; /* input status 0: the monitor sense says colour */
    case 0x3c3: return v->enable;
    case 0x3c4: return v->seq_index;
    case 0x3c5: return v->seq_index < SEQ_COUNT ? v->seq[v->seq_index] : 0;
    case 0x3c6: return v->dac_mask;
    case 0x3c7: return v->dac_state;
    case 0x3c8: return v->dac_write;
    case 0x3c9: return dac_read_data(v);
    case 0x3ca: return v->feature;
    case 0x3cc: return v->misc;
    case 0x3ce: return v->gfx_index;
    case 0x3cf: return v->gfx_index < GFX_COUNT ? v->gfx[v->gfx_index] : 0;
    case 0x3b4:
    case 0x3d4: return v->crtc_index;
    case 0x3b5:
    case 0x3d5: return crtc_read(v);
    case 0x3ba:
    case 0x3da: v->attr_data_next = 0; return vga_input_status1(v);
    default: return 0xff;
    }
}

static void seq_write(struct vga *v, uint8_t value)
{
    if (v->seq_index >= SEQ_COUNT)
        return;
    v->seq[v->seq_index] = value & seq_mask[v->seq_index];
    if (v->seq_index == SEQ_MAP_MASK || v->seq_index == SEQ_MEMORY_MODE)
        vga_map_windows(v);
}

static void gfx_write(struct vga *v, uint8_t value)
{
    if (v->gfx_index >= GFX_COUNT)
        return;
    v->gfx[v->gfx_index] = value & gfx_mask[v->gfx_index];
    vga_map_windows(v);
}

void vga_port_write(struct vga *v, uint16_t port, uint8_t value)
{
    if (wrong_bank(v, port))
        return;
    switch (port) {
    case 0x3c0: attr_write(v, value); break;
    case 0x3c2:
        v->misc = value & 0xef;
        vga_map_windows(v);
        break;
    case 0x3c3: v->enable = value & 1; break;
    case 0x3c4: v->seq_index = value & 7; break;
    case 0x3c5: seq_write(v, value); break;
    case 0x3c6:
        v->dac_mask = value;
        v->display->colors_changed = true;
        break;
    case 0x3c7:
        v->dac_read = value;
        v->dac_sub = 0;
        v->dac_state = 3;
        break;
    case 0x3c8:
        v->dac_write = value;
        v->dac_sub = 0;
        v->dac_state = 0;
        break;
    case 0x3c9: dac_write_data(v, value); break;
    case 0x3ce: v->gfx_index = value & 15; break;
    case 0x3cf: gfx_write(v, value); break;
    case 0x3b4:
    case 0x3d4: v->crtc_index = value & 0x3f; break;
    case 0x3b5:
    case 0x3d5: crtc_write(v, value); break;
    case 0x3ba:
    case 0x3da: v->feature = value & 0x0b; break;
    }
}

static uint64_t port_read_at(struct vga *v, uint16_t base, uint64_t offset)
{
    return vga_port_read(v, (uint16_t)(base + offset));
}

#define PORT_BANK(base)                                                                                     \
    static uint64_t read_##base(void *ctx, uint64_t offset, unsigned size, enum initiator who)              \
    {                                                                                                       \
        (void)size;                                                                                         \
        (void)who;                                                                                          \
        return port_read_at(ctx, base, offset);                                                             \
    }                                                                                                       \
    static void write_##base(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who) \
    {                                                                                                       \
        (void)size;                                                                                         \
        (void)who;                                                                                          \
        vga_port_write(ctx, (uint16_t)(base + offset), (uint8_t)value);                                     \
    }                                                                                                       \
    static const struct io_ops ops_##base = {.read = read_##base, .write = write_##base, .max_size = 1};
PORT_BANK(0x3b4)
PORT_BANK(0x3ba)
PORT_BANK(0x3c0)
PORT_BANK(0x3d4)
PORT_BANK(0x3da)

/* ---- the device ---- */

static void retrace_event(void *ctx)
{
    struct vga *v = ctx;
    vga_draw(v);
    timer_set(&v->retrace, vga_next_retrace(v));
}

static void claim(struct vga *v, unsigned n, uint16_t base, uint32_t count, const struct io_ops *ops)
{
    v->ports[n] = (struct port_range){.name = v->dev.id, .base = base, .count = count, .ops = ops, .ctx = v};
    port_claim(v->dev.bus->ports, &v->ports[n]);
}

static bool add_rom(struct vga *v, struct error *err)
{
    uint32_t size = 2048;
    while (size < v->rom_size)
        size *= 2;
    uint32_t pages = MAX(size / PAGE_SIZE, 1u);
    const struct mem_block *b = mem_add_block(v->dev.bus->mem, "vga rom", BLOCK_ROM, pages, err);
    if (!b)
        return false;
    for (uint32_t off = 0; off < v->rom_size; off += PAGE_SIZE)
        mem_poke(v->dev.bus->mem, b->first + off / PAGE_SIZE, 0, MIN(v->rom_size - off, PAGE_SIZE), v->rom + off);
    v->pci.bar[PCI_BAR_ROM] = (struct pci_bar){
        .kind = PCI_BAR_MEM, .size = pages * PAGE_SIZE, .target = {.kind = TO_PAGES, .page = b->first}};
    return true;
}

static bool vga_realize(struct dev *d, struct error *err)
{
    struct vga *v = container_of(d, struct vga, dev);
    if (v->vgamem_mb & (v->vgamem_mb - 1)) {
        error_set(err, "%s: vgamem_mb=%u: must be a power of two", d->id, v->vgamem_mb);
        return false;
    }
    v->vram_pages = v->vgamem_mb << (20 - PAGE_BITS);
    const struct mem_block *b = mem_add_block(d->bus->mem, "video memory", BLOCK_VIDEO, v->vram_pages, err);
    if (!b)
        return false;
    v->vram_page = b->first;
    if (v->rom && !add_rom(v, err))
        return false;
    v->display = vga_display_new();
    v->listener = (struct page_listener){.ctx = v, .facts = PI_NOTIFY, .store = vga_store_notify};
    mem_add_listener(d->bus->mem, &v->listener);
    timer_init(&v->retrace, d->bus->clock, retrace_event, v);
    claim(v, 0, 0x3b4, 2, &ops_0x3b4);
    claim(v, 1, 0x3ba, 1, &ops_0x3ba);
    claim(v, 2, 0x3c0, 16, &ops_0x3c0);
    claim(v, 3, 0x3d4, 2, &ops_0x3d4);
    claim(v, 4, 0x3da, 1, &ops_0x3da);
    v->dispi_ports = (struct port_range){.name = "vbe", .base = 0x1ce, .count = 3, .ops = &dispi_port_ops, .ctx = v};
    port_claim(d->bus->ports, &v->dispi_ports);
    v->pci.bar[0] = (struct pci_bar){.kind = PCI_BAR_MEM_PREFETCH,
                                     .size = v->vram_pages << PAGE_BITS,
                                     .target = {.kind = TO_PAGES, .page = v->vram_page}};
    v->pci.bar[2] = (struct pci_bar){
        .kind = PCI_BAR_MEM, .size = PAGE_SIZE, .target = {.kind = TO_IO, .ops = &vga_mmio_ops, .ctx = v}};
    v->pci.ctx = v;
    if (v->pci_bus)
        pci_add(v->pci_bus, &v->pci, v->devfn, 0x1234, 0x1111, 0x030000, 2);
    return true;
}

/* The registers after power-on: zero, except for bits that a BIOS relies on (memory answers, colour addresses). */
static void vga_reset(struct dev *d)
{
    struct vga *v = container_of(d, struct vga, dev);
    v->misc = MISC_COLOR | MISC_RAM;
    v->feature = 0;
    v->enable = 1;
    v->seq_index = v->gfx_index = v->crtc_index = v->attr_index = v->attr_data_next = 0;
    memset(v->seq, 0, sizeof v->seq);
    memset(v->gfx, 0, sizeof v->gfx);
    memset(v->crtc, 0, sizeof v->crtc);
    memset(v->attr, 0, sizeof v->attr);
    memset(v->dac, 0, sizeof v->dac);
    memset(v->dac_latch, 0, sizeof v->dac_latch);
    v->dac_mask = 0xff;
    v->dac_state = v->dac_sub = v->dac_read = v->dac_write = 0;
    v->latch = 0;
    dispi_reset(v);
    if (v->pci_bus)
        pci_reset(&v->pci);
    vga_map_windows(v);
    vga_redraw(v);
    timer_set(&v->retrace, vga_next_retrace(v));
}

/* A saved state may come from anywhere: indices that the code relies on are forced into range. */
static void vga_post_load(struct dev *d)
{
    struct vga *v = container_of(d, struct vga, dev);
    v->dac_sub %= 3;
    v->gfx[GFX_READ_MAP] &= 3;
    for (unsigned i = 0; i < GFX_COUNT; i++)
        v->gfx[i] &= gfx_mask[i];
    for (unsigned i = 0; i < SEQ_COUNT; i++)
        v->seq[i] &= seq_mask[i];
    for (unsigned i = 0; i < ATTR_COUNT; i++)
        v->attr[i] &= attr_mask[i];
    v->attr_data_next &= 1;
    dispi_post_load(v);
    if (v->pci_bus)
        pci_post_load(&v->pci);
    vga_map_windows(v);
    memset(v->display->zero, 0, sizeof v->display->zero); /* memory was loaded, whatever it held */
    vga_redraw(v);
}

static void vga_unrealize(struct dev *d)
{
    struct vga *v = container_of(d, struct vga, dev);
    timer_cancel(&v->retrace);
    vga_display_free(v->display);
    v->display = NULL;
}

static void vga_print(struct dev *d, struct buf *out)
{
    struct vga *v = container_of(d, struct vga, dev);
    struct vga_view view;
    struct vga_beam beam;
    static const char *const names[] = {"blank", "text", "planar", "CGA", "256 colours", "linear"};
    vga_view(v, &view);
    vga_beam(v, &beam);
    buf_printf(out, "%s %ux%u, %u lines of %u dots, start %x, pitch %u\n", names[view.kind], view.w, view.h,
               beam.v_total, beam.h_total, view.start, view.pitch);
    if (dispi_on(v))
        buf_printf(out, "VBE %ux%ux%u, virtual width %u, bank %u, offset %u,%u\n", v->dispi[DISPI_XRES],
                   v->dispi[DISPI_YRES], v->dispi[DISPI_BPP], v->dispi[DISPI_VIRT_WIDTH], v->dispi[DISPI_BANK],
                   v->dispi[DISPI_X_OFFSET], v->dispi[DISPI_Y_OFFSET]);
}

static const struct dev_prop vga_props[] = {
    {.name = "vgamem_mb",
     .kind = PROP_UINT,
     .offset = offsetof(struct vga, vgamem_mb),
     .min = 1,
     .max = 256,
     .preset = 16,
     .help = "video memory in MiB, a power of two"},
};

#define INDEXED(reg, port, index, mask)                                                                                \
    {                                                                                                                  \
        .name = reg, .space = REG_INDEXED, .offset = (port) << 8 | (index), .width = 1, .reset = 0, .writable = (mask) \
    }
static const struct dev_reg vga_regs[] = {
    {.name = "Miscellaneous Output", .space = REG_PORT, .offset = 0x3c2, .width = 1, .reset = 3, .writable = 0xef},
    {.name = "Attribute", .space = REG_PORT, .offset = 0x3c0, .width = 1, .writable = 0x3f},
    {.name = "Sequencer Index", .space = REG_PORT, .offset = 0x3c4, .width = 1, .writable = 7},
    {.name = "PEL Mask", .space = REG_PORT, .offset = 0x3c6, .width = 1, .reset = 0xff, .writable = 0xff},
    {.name = "PEL Address Read Mode", .space = REG_PORT, .offset = 0x3c7, .width = 1, .writable = 0xff},
    {.name = "PEL Address Write Mode", .space = REG_PORT, .offset = 0x3c8, .width = 1, .writable = 0xff},
    {.name = "PEL Data", .space = REG_PORT, .offset = 0x3c9, .width = 1, .writable = 0x3f},
    {.name = "Graphics Index", .space = REG_PORT, .offset = 0x3ce, .width = 1, .writable = 15},
    {.name = "CRTC Index", .space = REG_PORT, .offset = 0x3d4, .width = 1, .writable = 0x3f},
    {.name = "Input Status 1", .space = REG_PORT, .offset = 0x3da, .width = 1},
    {.name = "VBE Index", .space = REG_PORT, .offset = 0x1ce, .width = 2, .writable = 0xffff},
    {.name = "VBE Data", .space = REG_PORT, .offset = 0x1cf, .width = 2, .writable = 0xffff},
    INDEXED("Reset", 0x3c4, 0, 0x03),
    INDEXED("Clocking Mode", 0x3c4, 1, 0x3d),
    INDEXED("Map Mask", 0x3c4, 2, 0x0f),
    INDEXED("Character Map Select", 0x3c4, 3, 0x3f),
    INDEXED("Memory Mode", 0x3c4, 4, 0x0e),
    INDEXED("Set/Reset", 0x3ce, 0, 0x0f),
    INDEXED("Enable Set/Reset", 0x3ce, 1, 0x0f),
    INDEXED("Color Compare", 0x3ce, 2, 0x0f),
    INDEXED("Data Rotate", 0x3ce, 3, 0x1f),
    INDEXED("Read Map Select", 0x3ce, 4, 0x03),
    INDEXED("Graphics Mode", 0x3ce, 5, 0x7b),
    INDEXED("Miscellaneous", 0x3ce, 6, 0x0f),
    INDEXED("Color Don't Care", 0x3ce, 7, 0x0f),
    INDEXED("Bit Mask", 0x3ce, 8, 0xff),
    INDEXED("Horizontal Total", 0x3d4, 0x00, 0xff),
    INDEXED("Overflow", 0x3d4, 0x07, 0xff),
    INDEXED("Maximum Scan Line", 0x3d4, 0x09, 0xff),
    INDEXED("Cursor Location High", 0x3d4, 0x0e, 0xff),
    INDEXED("Cursor Location Low", 0x3d4, 0x0f, 0xff),
    INDEXED("Vertical Retrace End", 0x3d4, 0x11, 0xff),
    INDEXED("CRTC Mode Control", 0x3d4, 0x17, 0xff),
    INDEXED("Line Compare", 0x3d4, 0x18, 0xff),
    INDEXED("Attribute Mode Control", 0x3c0, 0x10, 0xef),
    INDEXED("Color Plane Enable", 0x3c0, 0x12, 0x3f),
    INDEXED("Horizontal PEL Panning", 0x3c0, 0x13, 0x0f),
    INDEXED("Color Select", 0x3c0, 0x14, 0x0f),
};

static const struct state_field vga_fields[] = {
    STATE_ARRAY(struct vga, pci.config),
    STATE_U(struct vga, pci.irq_level),
    STATE_U(struct vga, misc),
    STATE_U(struct vga, feature),
    STATE_U(struct vga, enable),
    STATE_U(struct vga, seq_index),
    STATE_ARRAY(struct vga, seq),
    STATE_U(struct vga, gfx_index),
    STATE_ARRAY(struct vga, gfx),
    STATE_U(struct vga, crtc_index),
    STATE_ARRAY(struct vga, crtc),
    STATE_U(struct vga, attr_index),
    STATE_ARRAY(struct vga, attr),
    STATE_U(struct vga, attr_data_next),
    STATE_ARRAY(struct vga, dac),
    STATE_U(struct vga, dac_mask),
    STATE_U(struct vga, dac_state),
    STATE_U(struct vga, dac_sub),
    STATE_U(struct vga, dac_read),
    STATE_U(struct vga, dac_write),
    STATE_ARRAY(struct vga, dac_latch),
    STATE_U(struct vga, latch),
    STATE_U(struct vga, dispi_index),
    STATE_ARRAY(struct vga, dispi),
    STATE_TIMER_FIELD(struct vga, retrace),
};

const struct dev_class vga_class = {
    .name = "VGA",
    .summary = "VGA with Bochs VBE and a linear frame buffer (PCI 1234:1111)",
    .datasheet = "IBM PS/2 Hardware Interface Technical Reference (VGA); Bochs VBE B0C5h",
    .size = sizeof(struct vga),
    DEV_PROPS(vga_props),
    DEV_REGS(vga_regs),
    .state = DEV_STATE("VGA", vga_fields),
    .realize = vga_realize,
    .reset = vga_reset,
    .post_load = vga_post_load,
    .unrealize = vga_unrealize,
    .print = vga_print,
};
