/* SPDX-License-Identifier: MIT */
/*
 * Parallel port with a printer on its cable.
 *
 *     struct lpt *l = lpt_new(bus, "parallel0");
 *     l->iobase = 0x378, l->irq = irq 7, l->chr = where the printed bytes go;
 */
#ifndef VITRINE_DEVICES_LPT_H
#define VITRINE_DEVICES_LPT_H

#include "bus/chr.h"
#include "bus/dev.h"

struct lpt {
    struct dev dev;
    /* Set before dev_realize. */
    uint32_t iobase;
    struct irq_line irq;
    struct chr chr;

    uint8_t data, control;
    uint8_t busy, ack; /* levels at the printer: BUSY, and ACKNLG# low */
    uint8_t irq_pending;
    struct timer printer; /* the next edge of ACKNLG# */
    struct port_range ports;
};

extern const struct dev_class lpt_class;

struct lpt *lpt_new(struct bus *bus, const char *id);

#endif
