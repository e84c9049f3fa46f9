/* SPDX-License-Identifier: MIT */
/* Looking at a machine: screen, registers, memory, lists. */
#include <stdlib.h>

#include "base/bits.h"
#include "devices/video/vga.h"
#include "machine/parts.h"

static void add_line(void *ctx, const char *text)
{
    buf_printf(ctx, "%s\n", text);
}

bool machine_in_text_mode(struct machine *m)
{
    unsigned cols, rows, x, y;
    return m->vga && vga_text_geometry(m->vga, &cols, &rows, &x, &y);
}

void machine_text_screen(struct machine *m, struct buf *out)
{
    if (m->vga)
        vga_text_screen(m->vga, out);
}

void machine_text_cells(struct machine *m, struct buf *out)
{
    static const uint8_t none[17];
    if (m->vga)
        vga_text_cells(m->vga, out);
    else
        buf_add(out, none, sizeof none);
}

void machine_redraw(struct machine *m)
{
    if (m->vga)
        vga_redraw(m->vga);
}

void machine_info_registers(struct machine *m, struct buf *out)
{
    cpu_print(m->cpu, out);
}

bool machine_read_phys(struct machine *m, uint64_t paddr, void *data, uint32_t len)
{
    return phys_read(m->mem, paddr, data, len, INIT_DEBUG);
}

bool machine_read_virt(struct machine *m, uint64_t lin, void *data, uint32_t len)
{
    uint8_t *out = data;
    while (len) {
        uint64_t paddr;
        uint32_t n = MIN(len, PAGE_SIZE - (uint32_t)(lin & PAGE_OFFSET_MASK));
        if (!cpu_translate(m->cpu, lin, &paddr) || !phys_read(m->mem, paddr, out, n, INIT_DEBUG))
            return false;
        out += n;
        lin += n;
        len -= n;
    }
    return true;
}

static void list_devices(struct machine *m, struct buf *out)
{
    for (struct dev *d = m->devices; d; d = d->next)
        buf_printf(out, "%-12s %-16s %s\n", d->id, d->cls->name, d->cls->summary);
}

void machine_info(struct machine *m, const char *what, struct buf *out)
{
    struct dev *d = machine_find(m, what);
    if (!strcmp(what, "registers"))
        machine_info_registers(m, out);
    else if (!strcmp(what, "mtree"))
        mem_print_map(m->mem, add_line, out);
    else if (!strcmp(what, "ioports"))
        port_print(m->ports, add_line, out);
    else if (!strcmp(what, "devices"))
        list_devices(m, out);
    else if (!strcmp(what, "guest-errors"))
        for (uint32_t i = 0; i < MIN(m->log.head, (uint32_t)ARRAY_LEN(m->log.line)); i++)
            buf_printf(out, "%s\n", m->log.line[i]);
    else if (d && d->cls->print)
        d->cls->print(d, out);
    else
        buf_printf(out, "info: registers, mtree, ioports, devices, guest-errors%s%s\n",
                   d ? "; nothing to tell of " : "", d ? what : ", or a device's name");
}

/* --- Screenshots: the adapter draws once into a buffer of ours --- */

struct canvas {
    uint32_t *pixels;
    uint32_t w, h;
};

static uint32_t *canvas_begin(void *ctx, uint32_t w, uint32_t h, uint32_t *stride)
{
    struct canvas *c = ctx;
    free(c->pixels);
    c->pixels = calloc((size_t)w * h, sizeof *c->pixels);
    c->w = w;
    c->h = h;
    *stride = w;
    return c->pixels;
}

static void canvas_end(void *ctx, uint32_t y0, uint32_t y1)
{
    (void)ctx;
    (void)y0;
    (void)y1;
}

void machine_screenshot(struct machine *m, struct buf *out, uint32_t *w, uint32_t *h)
{
    struct canvas c = {0};
    if (m->vga) {
        struct surface shown = m->vga->surface;
        m->vga->surface = (struct surface){&c, canvas_begin, canvas_end};
        vga_redraw(m->vga);
        vga_draw(m->vga);
        m->vga->surface = shown;
        vga_redraw(m->vga);
    }
    *w = c.pixels ? c.w : 0;
    *h = c.pixels ? c.h : 0;
    if (c.pixels)
        buf_add(out, c.pixels, (size_t)c.w * c.h * sizeof *c.pixels);
    free(c.pixels);
}

bool machine_coverage_start(struct machine *m)
{
    return cpu_coverage_start(m->cpu);
}

void machine_coverage(struct machine *m, struct buf *out)
{
    cpu_coverage_print(m->cpu, out);
}
