/* SPDX-License-Identifier: MIT */
/*
 * The PIIX3's IDE function. Usage:
 *   struct piix3_ide *ide = piix3_ide_new(bus, "ide");
 *   ide->pbus = &pci; ide->irq[0] = i8259_input(slave, 6); ide->irq[1] = ...; ide->channel[0].drive[0].blk = disk;
 *   dev_realize(&ide->dev, err);
 */
#ifndef VITRINE_DEVICES_DISK_PIIX3_IDE_H
#define VITRINE_DEVICES_DISK_PIIX3_IDE_H

#include "bus/pci.h"
#include "devices/disk/ata.h"

struct piix3_ide;

/* Bus master of one channel (PIIX3 2.7; Programming Interface for Bus Master IDE Controller 1.0). */
struct bmide {
    uint8_t command, status;
    uint32_t table;          /* BMIDTPX */
    uint32_t prd;            /* address of the next descriptor */
    uint32_t address, bytes; /* what is left of the current one */
    bool last;               /* the current one has EOT */
    /* wiring */
    struct piix3_ide *ide;
    struct ata_channel *channel;
    struct irq_line irq;
};

struct piix3_ide {
    struct dev dev;
    struct pci_func pci;
    struct ata_channel channel[2];
    struct bmide bm[2];
    /* wiring, set before dev_realize */
    struct pci_bus *pbus;
    uint8_t devfn;
    struct irq_line irq[2];
    struct port_range ports[2], control_port[2];
};

extern const struct dev_class piix3_ide_class;
struct piix3_ide *piix3_ide_new(struct bus *bus, const char *id);

#endif
