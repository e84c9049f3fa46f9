/* SPDX-License-Identifier: MIT */
/*
 * MC146818 real-time clock with 128 bytes of CMOS RAM at 70h/71h.
 *
 *     struct mc146818 *rtc = mc146818_new(bus, "rtc");
 *     rtc->start_seconds = seconds since 1970 at power-on (UTC), from the journal;
 *     rtc->irq = i8259_input(pic1, 0);                  // IRQ8
 *     dev_realize(&rtc->dev, err);
 *     mc146818_set_memory(rtc, ram_bytes);              // and other bytes by mc146818_set_cmos
 */
#ifndef VITRINE_DEVICES_MC146818_H
#define VITRINE_DEVICES_MC146818_H

#include "bus/dev.h"

struct mc146818 {
    struct dev dev;
    /* Set before dev_realize. */
    uint64_t start_seconds;
    struct irq_line irq;

    uint8_t index;         /* as written to 70h, bit 7: NMI is masked */
    uint8_t cmos[128];     /* registers 0-0Dh, then RAM */
    uint64_t divider;      /* when the divider chain was last at 0, ns, modulo 2^64 */
    uint64_t seen;         /* 32768 Hz ticks of the chain up to which PF is current */
    struct timer update;   /* the end of the next update cycle */
    struct timer periodic; /* the next periodic interrupt, armed where PIE asks for it */

    struct port_range ports;
};

extern const struct dev_class mc146818_class;

struct mc146818 *mc146818_new(struct bus *bus, const char *id);
/* Sets the calendar clock, seconds since 1970 UTC: before the machine runs. */
void mc146818_set_start(struct mc146818 *r, uint64_t seconds);
/* What a PC's firmware finds: the machine sets it after dev_realize. index 0Eh-7Fh. */
void mc146818_set_cmos(struct mc146818 *r, unsigned index, uint8_t value);
uint8_t mc146818_cmos(const struct mc146818 *r, unsigned index);
/* The size of RAM: 15h/16h and 17h/18h as the AT has them, 30h/31h, and QEMU's 34h/35h (64 KiB units above 16 MiB). */
void mc146818_set_memory(struct mc146818 *r, uint64_t ram_bytes);
/* Makes the AT's checksum 2Eh/2Fh over 10h-2Dh right. */
void mc146818_checksum(struct mc146818 *r);
bool mc146818_nmi_masked(const struct mc146818 *r);

#endif
