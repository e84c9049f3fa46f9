/* SPDX-License-Identifier: MIT */
/*
 * IA-PC high precision event timer at FED00000h: a 64-bit counter at 100 MHz, three comparators.
 *
 *     struct hpet *h = hpet_new(bus, "hpet");
 *     h->irq0 = irq 0's line;  h->irq8 = irq 8's line;  h->route[20..23] = inputs of the I/O APIC
 *     pit->out[0] = hpet_legacy(h, 0);  rtc->irq = hpet_legacy(h, 1);   these reach IRQ0 and IRQ8 unless the HPET
 *     replaces them
 */
#ifndef VITRINE_DEVICES_HPET_H
#define VITRINE_DEVICES_HPET_H

#include "bus/dev.h"

enum { HPET_TIMERS = 3, HPET_ROUTES = 32, HPET_TICK_NS = 10 };
#define HPET_BASE UINT64_C(0xfed00000)
/* General Capabilities and ID: 3 comparators of 64 bits, legacy replacement, 10 ns in femtoseconds. */
#define HPET_CAPABILITIES UINT64_C(0x009896808086a201)

struct hpet_timer {
    uint64_t config;     /* what can be written of Tn_CONF */
    uint64_t comparator; /* the next match */
    uint64_t period;     /* what a match adds in periodic mode */
    bool line;           /* edge: stays up until the next edge; level: as the status bit */
    struct timer due;
    struct hpet *hpet; /* wiring */
};

struct hpet {
    struct dev dev;
    /* Set before dev_realize. */
    struct irq_line irq0, irq8;
    struct irq_line route[HPET_ROUTES]; /* the others are not connected and not offered */

    uint64_t config; /* ENABLE_CNF, LEG_RT_CNF */
    uint64_t status;
    uint64_t counter; /* the main counter at start_ns, or while it is halted */
    uint64_t start_ns;
    bool legacy_in[2]; /* what the 8254 and the RTC say */
    struct hpet_timer timer[HPET_TIMERS];

    struct mapping map;
};

extern const struct dev_class hpet_class;

struct hpet *hpet_new(struct bus *bus, const char *id);
struct irq_line hpet_legacy(struct hpet *h, int n);

#endif
