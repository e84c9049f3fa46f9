/* SPDX-License-Identifier: MIT */
/*
 * A PCI function as a chip sees it: configuration space with masks, BARs that map themselves, INTx pin. PCI Local Bus
 * 2.1. The configuration mechanism (CF8h/CFCh) is the host bridge's.
 */
#ifndef VITRINE_BUS_PCI_H
#define VITRINE_BUS_PCI_H

#include "bus/bus.h"
#include "bus/irq.h"

#define PCI_BARS    7 /* 0-5, and 6: the expansion ROM */
#define PCI_BAR_ROM 6

enum pci_bar_kind { PCI_BAR_NONE, PCI_BAR_IO, PCI_BAR_MEM, PCI_BAR_MEM_PREFETCH };

struct pci_func;
struct pci_bar {
    enum pci_bar_kind kind;
    uint32_t size;            /* power of two; I/O >= 4, memory >= 16 */
    struct target target;     /* memory BARs: TO_PAGES or TO_IO; the ROM BAR: TO_PAGES (mapped read-only) */
    const struct io_ops *ops; /* I/O BARs */
    void *ctx;
    /* kept by pci.c */
    struct mapping map;
    struct port_range ports;
};

struct pci_bus {
    struct bus *bus;
    struct pci_func *func[256]; /* by devfn = device * 8 + function; bus 0 only */
    struct irq_line
        pirq[4]; /* INTA#..INTD# after the board's swizzle: line (device - 1 + pin - 1) & 3 on a PIIX board */
    uint8_t pirq_level[4][32]; /* who drives it; derived, not saved */
};

struct pci_func {
    struct pci_bus *pbus;
    uint8_t devfn;
    uint8_t config[256];   /* saved by the device: STATE_ARRAY(struct x, pci.config) style field */
    uint8_t writable[256]; /* mask of bits a guest can write */
    uint8_t w1c[256];      /* mask of bits that a written 1 clears */
    struct pci_bar bar[PCI_BARS];
    bool irq_level; /* saved by the device */
    /* After a guest's write to config bytes [off, off+size) took effect (chip-specific registers). May be NULL. */
    void (*config_written)(void *ctx, unsigned off, unsigned size);
    void *ctx;
};

void pci_bus_init(struct pci_bus *p, struct bus *bus);
/*
 * Plugs f in at devfn: header type 0 with the usual command/status/BAR/line masks from bar[]; `class_code` is 24 bits.
 */
void pci_add(struct pci_bus *p, struct pci_func *f, uint8_t devfn, uint16_t vendor, uint16_t device,
             uint32_t class_code, uint8_t revision);
/* Reset of a function: command, BARs and interrupt line to 0; chip-specific bytes are the chip's. */
void pci_reset(struct pci_func *f);
/* Re-derives BAR mappings and the INTx level from config[] (after a load). */
void pci_post_load(struct pci_func *f);
/* INTx of the pin in config[3Dh]. */
void pci_set_irq(struct pci_func *f, int level);
bool pci_bus_master(const struct pci_func *f); /* command bit 2 */
/* Configuration accesses of size 1, 2, 4 within one dword; all ones where nobody is at devfn. */
uint32_t pci_config_read(struct pci_bus *p, uint8_t devfn, unsigned off, unsigned size);
void pci_config_write(struct pci_bus *p, uint8_t devfn, unsigned off, unsigned size, uint32_t value);

#endif
