/* SPDX-License-Identifier: MIT */
/*
 * 8237A DMA controller: one chip per instance.
 *
 *     struct i8237 *dma0 = i8237_new(bus, "dma0"), *dma1 = i8237_new(bus, "dma1");
 *     dma0->base = 0x00, dma0->pages = pages;                  // channels 0-3, bytes
 *     dma1->base = 0xc0, dma1->wide = true, dma1->pages = pages; // channels 4-7, words; 4 is the
 * cascade
 *
 * A device raises DREQ, waits until the channel may run (`ready` wire or i8237_ready) and moves its
 * data with i8237_transfer.
 */
#ifndef VITRINE_DEVICES_I8237_H
#define VITRINE_DEVICES_I8237_H

#include "bus/dev.h"
#include "devices/dma/dma_pages.h"

struct i8237_channel {
    uint16_t base_address, base_count, address, count;
    uint8_t mode;
};

struct i8237 {
    struct dev dev;
    /* Set before dev_realize. */
    uint16_t base;
    bool wide; /* 16-bit transfers, registers two ports apart */
    struct dma_pages *pages;
    struct irq_line ready[4]; /* DREQ is up and the channel is programmed and not masked */

    struct i8237_channel channel[4];
    uint8_t command, mask, request, temporary;
    uint8_t tc;   /* status bits 3-0 */
    uint8_t dreq; /* levels */
    uint8_t high; /* first/last flip-flop */

    struct port_range ports;
};

extern const struct dev_class i8237_class;

struct i8237 *i8237_new(struct bus *bus, const char *id);
struct irq_line i8237_dreq(struct i8237 *c, int channel); /* channel 0-3 of this chip */
bool i8237_ready(const struct i8237 *c, int channel);
/*
 * Moves up to len bytes between data and memory as the channel is programmed; `to_memory` is the
 * device's direction. Yields how many were moved: fewer at the terminal count, 0 where the channel
 * is not ready or programmed the other way. *tc (may be NULL): TC was reached.
 */
uint32_t i8237_transfer(struct i8237 *c, int channel, void *data, uint32_t len, bool to_memory, bool *tc);

#endif
