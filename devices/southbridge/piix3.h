/* SPDX-License-Identifier: MIT */
/*
 * The PIIX3's PCI-to-ISA bridge: interrupt routing, port 92h, reset control.
 *
 *     struct piix3 *sb = piix3_new(bus, "piix3");
 *     sb->pbus = &pci; sb->devfn = 00:01.0; sb->irq[n] = i8259_input(...) for 0..15;
 *     sb->a20 = wire; sb->reset = wire;
 *     sb->ignne = wire; the CPU's FERR# goes to piix3_ferr(sb)
 *     pci.pirq[n] = piix3_pirq(sb, n);
 */
#ifndef VITRINE_DEVICES_PIIX3_H
#define VITRINE_DEVICES_PIIX3_H

#include "bus/dev.h"
#include "bus/pci.h"

struct piix3 {
    struct dev dev;
    /* Set before dev_realize. */
    struct pci_bus *pbus;
    uint8_t devfn;
    struct irq_line irq[16];
    struct irq_line a20;   /* port 92h bit 1 */
    struct irq_line reset; /* a pulse: 1, then 0 */
    struct irq_line ignne; /* IGNNE# */

    struct pci_func pci;
    uint8_t pirq_level[4];
    uint8_t port92, rcr;
    uint8_t apm[2];             /* APMC, APMS */
    bool ferr, irq13, ignne_on; /* FERR# as it is; what it asked for; IGNNE# as driven */

    uint16_t driven; /* derived: IRQs that a PIRQ holds up */
    struct port_range port92_range, rcr_range, apm_range, coprocessor_range;
};

extern const struct dev_class piix3_class;

struct piix3 *piix3_new(struct bus *bus, const char *id);
struct irq_line piix3_pirq(struct piix3 *sb, int n);
struct irq_line piix3_ferr(struct piix3 *sb);

#endif
