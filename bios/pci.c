/* SPDX-License-Identifier: MIT */
/*
 * PCI at POST: gives every function on bus 0 its I/O, memory and ROM ranges and its interrupt line.
 *
 * PCI Local Bus 2.1, 6.2 (configuration registers, sizing) and 3.2.2.3.2 (mechanism 1);
 * 82371SB (PIIX3) 2.2 (PIRQRC 60h-63h), 2.3 (IDETIM); 82371AB (PIIX4) 7.1 (PMBA 40h, SMBBA 90h).
 * LIMIT: buses behind PCI-PCI bridges.
 */
#include "bios.h"
#include "pci.h"

#define MEM_FIRST 0xe0000000
#define MEM_LIMIT 0xfec00000 /* I/O APIC */
#define IO_FIRST  0xc000
#define IO_LIMIT  0xfff0
#define PM_BASE   0x0600 /* where the machine's FADT has them */
#define SMB_BASE  0x0700

#define MAX_RANGES 80

/* One base address register that wants a range. */
struct range {
    uint32_t size;
    uint16_t bdf;
    uint8_t reg;
    uint8_t io;
};

static struct range ranges[MAX_RANGES];
static uint32_t range_count;

static void select_reg(uint16_t bdf, uint8_t reg)
{
    outl(0xcf8, 0x80000000 | (uint32_t)bdf << 8 | (reg & 0xfc));
}

uint32_t pci_read32(uint16_t bdf, uint8_t reg)
{
    select_reg(bdf, reg);
    return inl(0xcfc);
}

uint16_t pci_read16(uint16_t bdf, uint8_t reg)
{
    select_reg(bdf, reg);
    return inw(0xcfc + (reg & 2));
}

uint8_t pci_read8(uint16_t bdf, uint8_t reg)
{
    select_reg(bdf, reg);
    return inb(0xcfc + (reg & 3));
}

void pci_write32(uint16_t bdf, uint8_t reg, uint32_t v)
{
    select_reg(bdf, reg);
    outl(0xcfc, v);
}

void pci_write16(uint16_t bdf, uint8_t reg, uint16_t v)
{
    select_reg(bdf, reg);
    outw(0xcfc + (reg & 2), v);
}

void pci_write8(uint16_t bdf, uint8_t reg, uint8_t v)
{
    select_reg(bdf, reg);
    outb(0xcfc + (reg & 3), v);
}

/* The next function on bus 0 after bdf, or PCI_NONE. */
uint16_t pci_next(uint16_t bdf)
{
    uint32_t next = bdf == PCI_NONE ? 0 : bdf + 1u;
    while (next < 0x100) {
        if ((next & 7) && !(pci_read8(next & ~7u, PCI_HEADER) & 0x80)) {
            next = (next | 7) + 1;
            continue;
        }
        if (pci_read16(next, PCI_VENDOR) != 0xffff)
            return next;
        next = next & 7 ? next + 1 : next + 8;
    }
    return PCI_NONE;
}

static void add_range(uint16_t bdf, uint8_t reg, uint32_t size, uint8_t io)
{
    uint32_t i;
    if (range_count == MAX_RANGES || size == 0)
        return;
    for (i = range_count++; i > 0 && ranges[i - 1].size < size; i--)
        ranges[i] = ranges[i - 1];
    ranges[i] = (struct range){size, bdf, reg, io};
}

/* Sizes one BAR (PCI 2.1 6.2.5.1); gives the number of registers it takes. */
static int size_bar(uint16_t bdf, uint8_t reg)
{
    uint32_t old = pci_read32(bdf, reg), mask;
    pci_write32(bdf, reg, reg == PCI_ROM ? 0xfffffffe : 0xffffffff);
    mask = pci_read32(bdf, reg);
    pci_write32(bdf, reg, old);
    if (reg == PCI_ROM) {
        mask &= 0xfffff800;
        add_range(bdf, reg, mask & -mask, 0);
        return 1;
    }
    if (mask & PCI_BAR_IO) {
        mask &= 0xfffc;
        add_range(bdf, reg, mask & -mask, 1);
        return 1;
    }
    if ((mask & PCI_BAR_TYPE) == PCI_BAR_64) {
        pci_write32(bdf, reg + 4, 0);
        mask &= 0xfffffff0;
        add_range(bdf, reg, mask & -mask, 0);
        return 2;
    }
    mask &= 0xfffffff0;
    add_range(bdf, reg, mask & -mask, 0);
    return 1;
}

static void size_function(uint16_t bdf)
{
    uint8_t type = pci_read8(bdf, PCI_HEADER) & 0x7f;
    uint32_t class = pci_read32(bdf, PCI_CLASS_REV) >> 8;
    int bars = type == 0 ? 6 : type == 1 ? 2 : 0;
    int first = 0;
    pci_write16(bdf, PCI_COMMAND, pci_read16(bdf, PCI_COMMAND) & ~3);
    if (class >> 8 == 0x0101 && !(class & 5))
        first = 4; /* an IDE function in compatibility mode keeps 1F0h and 170h */
    for (int i = first; i < bars;)
        i += size_bar(bdf, PCI_BAR0 + i * 4);
    if (type == 0)
        size_bar(bdf, PCI_ROM);
}

static void assign_ranges(void)
{
    uint32_t mem = memory_below_4g() > MEM_FIRST ? memory_below_4g() : MEM_FIRST;
    uint32_t io = IO_FIRST;
    for (struct range *r = ranges; r < ranges + range_count; r++) {
        uint32_t *next = r->io ? &io : &mem;
        uint32_t limit = r->io ? IO_LIMIT : MEM_LIMIT;
        uint32_t at = (*next + r->size - 1) & -r->size;
        if (at < *next || at > limit || limit - at < r->size) {
            pci_write32(r->bdf, r->reg, 0);
            continue;
        }
        pci_write32(r->bdf, r->reg, at);
        *next = at + r->size;
    }
}

/* PIRQA-D: IRQ 10 and 11, level triggered (ELCR). Slot s, pin p is wired to PIRQ (s + p - 1) mod 4. */
static const uint8_t pirq_irq[4] = {10, 10, 11, 11};

static void route_irq(uint16_t bdf)
{
    uint8_t pin = pci_read8(bdf, PCI_INT_PIN);
    if (pin >= 1 && pin <= 4)
        pci_write8(bdf, PCI_INT_LINE, pirq_irq[((bdf >> 3) - 1 + pin - 1) & 3]);
}

static void setup_piix3(uint16_t bdf)
{
    for (int i = 0; i < 4; i++)
        pci_write8(bdf, 0x60 + i, pirq_irq[i]);
    outb(0x4d0, 0x00);
    outb(0x4d1, 0x0c); /* IRQ 10, 11 */
}

static void setup_piix_ide(uint16_t bdf)
{
    pci_write16(bdf, 0x40, 0x8000); /* primary decode enable */
    pci_write16(bdf, 0x42, 0x8000); /* secondary */
}

static void setup_piix4_pm(uint16_t bdf)
{
    pci_write8(bdf, PCI_INT_LINE, 9); /* SCI */
    pci_write32(bdf, 0x40, PM_BASE | 1);
    pci_write8(bdf, 0x80, 0x01); /* PMIOSE */
    pci_write32(bdf, 0x90, SMB_BASE | 1);
    pci_write8(bdf, 0xd2, 0x09); /* SMBus host enable, IRQ 9 */
}

static void setup_function(uint16_t bdf)
{
    uint32_t id = pci_read32(bdf, PCI_VENDOR);
    uint32_t class = pci_read16(bdf, PCI_CLASS);
    route_irq(bdf);
    switch (id) {
    case 0x70008086: setup_piix3(bdf); break;
    case 0x70108086: setup_piix_ide(bdf); break;
    case 0x71138086: setup_piix4_pm(bdf); break;
    }
    if (class != 0x0600)
        pci_write16(bdf, PCI_COMMAND, pci_read16(bdf, PCI_COMMAND) | 7);
}

void pci_init(void)
{
    uint16_t bdf;
    for (bdf = pci_next(PCI_NONE); bdf != PCI_NONE; bdf = pci_next(bdf))
        size_function(bdf);
    assign_ranges();
    for (bdf = pci_next(PCI_NONE); bdf != PCI_NONE; bdf = pci_next(bdf))
        setup_function(bdf);
}
