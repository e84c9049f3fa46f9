/* SPDX-License-Identifier: MIT */
/*
 * DMA page registers: a 16-byte register file. IBM PC AT Technical Reference (6280070), section 1;
 * PIIX3 (290550-002) 2.5.1.9.
 */
#include "devices/dma/dma_pages.h"

uint8_t dma_page(const struct dma_pages *p, unsigned channel)
{
    static const uint8_t index[8] = {0x7, 0x3, 0x1, 0x2, 0xf, 0xb, 0x9, 0xa}; /* 4 is the cascade: refresh's register */
    return p->page[index[channel & 7]];
}

static uint64_t page_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)size, (void)who;
    return ((struct dma_pages *)ctx)->page[offset];
}

static void page_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)size, (void)who;
    ((struct dma_pages *)ctx)->page[offset] = (uint8_t)value;
}

static const struct io_ops ops = {page_read, page_write, 1};

static bool realize(struct dev *d, struct error *err)
{
    struct dma_pages *p = (struct dma_pages *)d;
    (void)err;
    p->ports = (struct port_range){.name = d->id, .base = 0x80, .count = 16, .ops = &ops, .ctx = p};
    port_claim(d->bus->ports, &p->ports);
    return true;
}

static void unrealize(struct dev *d)
{
    port_release(d->bus->ports, &((struct dma_pages *)d)->ports);
}

static void reset(struct dev *d)
{
    struct dma_pages *p = (struct dma_pages *)d;
    memset(p->page, 0, sizeof p->page);
}

static void post_load(struct dev *d)
{
    (void)d;
}

static void print(struct dev *d, struct buf *out)
{
    const struct dma_pages *p = (const struct dma_pages *)d;
    buf_printf(out, "%s: POST code %02x, pages", d->id, p->page[0]);
    for (unsigned c = 0; c < 8; c++)
        buf_printf(out, " %u:%02x", c, dma_page(p, c));
    buf_printf(out, "\n");
}

static const struct dev_reg regs[] = {
    {"POST code", REG_PORT, 0x80, 1, 0, 0xff}, {"Page 2", REG_PORT, 0x81, 1, 0, 0xff},
    {"Page 3", REG_PORT, 0x82, 1, 0, 0xff},    {"Page 1", REG_PORT, 0x83, 1, 0, 0xff},
    {"Page 0", REG_PORT, 0x87, 1, 0, 0xff},    {"Page 6", REG_PORT, 0x89, 1, 0, 0xff},
    {"Page 7", REG_PORT, 0x8a, 1, 0, 0xff},    {"Page 5", REG_PORT, 0x8b, 1, 0, 0xff},
    {"Refresh", REG_PORT, 0x8f, 1, 0, 0xff},
};
static const struct state_field fields[] = {STATE_BLOB(struct dma_pages, page)};

const struct dev_class dma_pages_class = {
    .name = "dma-pages",
    .summary = "DMA page registers, and the POST code port",
    .datasheet = "IBM PC AT Technical Reference, 6280070",
    .size = sizeof(struct dma_pages),
    DEV_REGS(regs),
    .state = DEV_STATE("dma-pages", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct dma_pages *dma_pages_new(struct bus *bus, const char *id)
{
    return dev_new(&dma_pages_class, id, bus);
}
