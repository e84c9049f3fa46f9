/* SPDX-License-Identifier: MIT */
/*
 * The board's sixteen interrupt lines: each is up while any of its sources holds it up, and goes to an 8259 and an I/O
 * APIC.
 *
 *     struct irq_lines *l = irq_lines_new(bus, "irqs");
 *     l->out[n][0] = i8259_input(...);  l->out[n][1] = ioapic_input(...);
 *     a chip's wire is irq_lines_source(l, 4): ask once for each chip
 */
#ifndef VITRINE_DEVICES_IRQ_LINES_H
#define VITRINE_DEVICES_IRQ_LINES_H

#include "bus/dev.h"

enum { IRQ_LINES = 16, IRQ_OUTS = 2, IRQ_SOURCES = 16 };

struct irq_lines {
    struct dev dev;
    struct irq_line out[IRQ_LINES][IRQ_OUTS]; /* set before anything drives a line */
    uint8_t sources[IRQ_LINES];               /* handed out */

    uint16_t held[IRQ_LINES]; /* by source */
};

extern const struct dev_class irq_lines_class;

struct irq_lines *irq_lines_new(struct bus *bus, const char *id);
/* A further source of line n: at most IRQ_SOURCES of each. */
struct irq_line irq_lines_source(struct irq_lines *l, int n);

#endif
