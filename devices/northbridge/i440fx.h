/* SPDX-License-Identifier: MIT */
/*
 * The i440FX host bridge (PMC): configuration mechanism, PAM, SMRAM.
 *
 *     struct i440fx *nb = i440fx_new(bus, "i440fx");
 *     nb->pbus = &pci; nb->ram_page = backing page of physical address 0;
 */
#ifndef VITRINE_DEVICES_I440FX_H
#define VITRINE_DEVICES_I440FX_H

#include "bus/dev.h"
#include "bus/pci.h"

enum { PAM_SEGMENTS = 13 }; /* F0000h in one piece, C0000h-EFFFFh in 16 KiB pieces */

struct i440fx {
    struct dev dev;
    /* Set before dev_realize. */
    struct pci_bus *pbus;
    uint32_t ram_page;

    struct pci_func pci;
    uint32_t address; /* CONFADD */
    bool smiact;      /* the processor is in SMM */

    struct mapping pam[PAM_SEGMENTS], smram;
    struct port_range address_port, data_port;
};

extern const struct dev_class i440fx_class;

struct i440fx *i440fx_new(struct bus *bus, const char *id);
/* SMIACT# of the processor. */
struct irq_line i440fx_smiact(struct i440fx *nb);

#endif
