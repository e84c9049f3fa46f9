/* SPDX-License-Identifier: MIT */
/*
 * pci-testdev: counts the accesses that a test kernel makes.
 *
 *     struct pci_testdev *t = pci_testdev_new(bus, "pci-testdev");
 *     t->pbus = &pci, t->devfn = 0x18;
 */
#ifndef VITRINE_DEVICES_PCI_TESTDEV_H
#define VITRINE_DEVICES_PCI_TESTDEV_H

#include "bus/dev.h"
#include "bus/pci.h"

enum { PCI_TESTDEV_REGIONS = 2 };

struct pci_testdev {
    struct dev dev;
    struct pci_bus *pbus;
    uint8_t devfn;
    uint32_t membar; /* property: MiB of BAR 2, 0: none */

    struct pci_func pci;
    struct testdev_region {
        uint8_t test; /* selected; TESTS or more: none */
        uint32_t count;
        bool io;
    } region[PCI_TESTDEV_REGIONS]; /* BAR 0 memory, BAR 1 ports */
};

extern const struct dev_class pci_testdev_class;

struct pci_testdev *pci_testdev_new(struct bus *bus, const char *id);

#endif
