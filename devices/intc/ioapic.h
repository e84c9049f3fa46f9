/* SPDX-License-Identifier: MIT */
/*
 * 82093AA I/O APIC at FEC00000h: 24 inputs, a redirection entry each.
 *
 *     struct ioapic *io = ioapic_new(bus, "ioapic");
 *     io->port = lapic_port(lapic);   lapic->eoi = ioapic_eoi(io);
 *     ioapic_input(io, n) are the pins INTIN0 to INTIN23: 1 is a high level
 */
#ifndef VITRINE_DEVICES_IOAPIC_H
#define VITRINE_DEVICES_IOAPIC_H

#include "bus/apic.h"
#include "bus/dev.h"

enum { IOAPIC_PINS = 24 };

struct ioapic {
    struct dev dev;
    struct apic_port port; /* set before dev_realize */

    uint32_t id, arb; /* bits 27-24 */
    uint8_t select;   /* IOREGSEL */
    uint32_t lines;   /* levels of the pins */
    uint64_t entry[IOAPIC_PINS];

    struct mapping map;
};

extern const struct dev_class ioapic_class;

struct ioapic *ioapic_new(struct bus *bus, const char *id);
struct irq_line ioapic_input(struct ioapic *io, int n);
struct apic_eoi ioapic_eoi(struct ioapic *io);
/* True where an unmasked entry leads to NMI, SMI or INIT, so that it wakes a CPU which has interrupts off. */
bool ioapic_wakes_masked(const struct ioapic *io);

#endif
