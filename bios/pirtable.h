/* SPDX-License-Identifier: MIT */
/* The PCI interrupt routing table ($PIR): Microsoft, "PCI IRQ Routing Table Specification" 1.0. */
#ifndef BIOS_PIRTABLE_H
#define BIOS_PIRTABLE_H

#include <stdint.h>

#define PIR_SLOTS 31
#define PIR_IRQS  0xdef8 /* 3-7, 9-12, 14, 15 */

struct pir_pin {
    uint8_t link; /* the PIIX3's PIRQRC register */
    uint16_t irqs;
} __attribute__((packed));

struct pir_slot {
    uint8_t bus, devfn;
    struct pir_pin pin[4];
    uint8_t slot, rsvd;
} __attribute__((packed));

struct pir_table {
    char signature[4];
    uint16_t version, size;
    uint8_t bus, router;
    uint16_t exclusive_irqs;
    uint32_t compatible;
    uint32_t miniport;
    uint8_t rsvd[11];
    uint8_t checksum;
    struct pir_slot slot[PIR_SLOTS];
} __attribute__((packed));

_Static_assert(sizeof(struct pir_slot) == 16, "$PIR 1.0");

extern struct pir_table pir_table;

#endif
