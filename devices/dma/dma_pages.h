/* SPDX-License-Identifier: MIT */
/*
 * DMA page registers at 80h-8Fh (80h is where POST codes go).   struct dma_pages *pages =
 * dma_pages_new(bus, "dma-pages");
 */
#ifndef VITRINE_DEVICES_DMA_PAGES_H
#define VITRINE_DEVICES_DMA_PAGES_H

#include "bus/dev.h"

struct dma_pages {
    struct dev dev;
    uint8_t page[16];
    struct port_range ports;
};

extern const struct dev_class dma_pages_class;

struct dma_pages *dma_pages_new(struct bus *bus, const char *id);
/* Address bits 23-16 for channel 0-3 or 5-7. */
uint8_t dma_page(const struct dma_pages *p, unsigned channel);

#endif
