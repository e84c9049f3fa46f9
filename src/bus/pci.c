/* SPDX-License-Identifier: MIT */
/*
 * PCI functions: configuration space, BARs, INTx. PCI Local Bus Specification 2.1, chapter 6; the
 * swizzle of the interrupt pins is the usual one of a PIIX board.
 *
 * LIMIT: 32-bit BARs only; no parity and no system errors; a function's PERR# and SERR# enables are
 * plain bits.
 */
#include "bus/pci.h"

#include "base/bits.h"

enum {
    VENDOR_ID = 0x00,
    DEVICE_ID = 0x02,
    COMMAND = 0x04,
    STATUS = 0x06,
    REVISION = 0x08,
    CLASS_CODE = 0x09,
    CACHE_LINE_SIZE = 0x0c,
    LATENCY_TIMER = 0x0d,
    BASE_ADDRESS = 0x10,
    ROM_BASE_ADDRESS = 0x30,
    INTERRUPT_LINE = 0x3c,
    INTERRUPT_PIN = 0x3d
};
enum { CMD_IO = 0x001, CMD_MEM = 0x002, CMD_MASTER = 0x004, CMD_PERR = 0x040, CMD_SERR = 0x100 };
enum { STATUS_W1C = 0xf900, BAR_IS_IO = 1, BAR_PREFETCH = 8, ROM_ENABLE = 1 };

void pci_bus_init(struct pci_bus *p, struct bus *bus)
{
    memset(p, 0, sizeof *p);
    p->bus = bus;
}

static unsigned bar_offset(unsigned n)
{
    return n == PCI_BAR_ROM ? ROM_BASE_ADDRESS : BASE_ADDRESS + 4 * n;
}

static uint32_t bar_type(enum pci_bar_kind kind)
{
    return kind == PCI_BAR_IO ? BAR_IS_IO : kind == PCI_BAR_MEM_PREFETCH ? BAR_PREFETCH : 0;
}

/* --- Mapping --- */

/*
 * Where a BAR decodes now; false where it does not. An address of 0 is "not assigned" (6.2.5.1),
 * one past the end is a sizing write.
 */
static bool bar_decodes(const struct pci_func *f, unsigned n, uint64_t *base)
{
    const struct pci_bar *b = &f->bar[n];
    uint32_t raw = ld32(&f->config[bar_offset(n)]);
    uint16_t command = ld16(&f->config[COMMAND]);
    *base = raw & ~(b->size - 1);
    if (!*base)
        return false;
    if (b->kind == PCI_BAR_IO)
        return (command & CMD_IO) && *base + b->size <= 0x10000;
    if (n == PCI_BAR_ROM && !(raw & ROM_ENABLE))
        return false;
    return (command & CMD_MEM) && *base + b->size <= UINT64_C(1) << 32 && *base != (uint32_t)-b->size;
}

static void update_io(struct pci_func *f, struct pci_bar *b, bool on, uint64_t base)
{
    struct port_space *ports = f->pbus->bus->ports;
    if (b->ports.claimed && on && b->ports.base == base)
        return;
    if (b->ports.claimed)
        port_release(ports, &b->ports);
    if (!on)
        return;
    b->ports.base = (uint16_t)base;
    b->ports.count = b->size;
    b->ports.ops = b->ops;
    b->ports.ctx = b->ctx;
    port_claim(ports, &b->ports);
}

static void update_mem(struct pci_func *f, unsigned n, bool on, uint64_t base)
{
    struct pci_bar *b = &f->bar[n];
    if (b->map.enabled && on && b->map.base == base)
        return;
    mem_unmap(f->pbus->bus->mem, &b->map);
    if (!on)
        return;
    b->map.base = base;
    b->map.size = b->size;
    b->map.prio = PRIO_PCI;
    b->map.rd = b->map.wr = b->target;
    if (n == PCI_BAR_ROM)
        b->map.wr = (struct target){.kind = TO_NOTHING};
    mem_map(f->pbus->bus->mem, &b->map);
}

static void update_bars(struct pci_func *f)
{
    for (unsigned n = 0; n < PCI_BARS; n++) {
        uint64_t base;
        struct pci_bar *b = &f->bar[n];
        if (b->kind == PCI_BAR_NONE)
            continue;
        bool on = bar_decodes(f, n, &base);
        if (b->kind == PCI_BAR_IO)
            update_io(f, b, on, base);
        else
            update_mem(f, n, on, base);
    }
}

/* --- Interrupts --- */

static void drive_pirq(struct pci_func *f)
{
    unsigned pin = f->config[INTERRUPT_PIN], device = f->devfn >> 3;
    if (pin < 1 || pin > 4)
        return;
    struct pci_bus *p = f->pbus;
    unsigned line = (device - 1 + pin - 1) & 3;
    uint8_t bit = (uint8_t)BIT(f->devfn & 7), *drivers = &p->pirq_level[line][device];
    *drivers = (uint8_t)(f->irq_level ? *drivers | bit : *drivers & ~bit);
    int level = 0;
    for (unsigned i = 0; i < 32; i++)
        level |= p->pirq_level[line][i] != 0;
    irq_set(&p->pirq[line], level);
}

void pci_set_irq(struct pci_func *f, int level)
{
    f->irq_level = !!level;
    drive_pirq(f);
}

bool pci_bus_master(const struct pci_func *f)
{
    return ld16(&f->config[COMMAND]) & CMD_MASTER;
}

/* --- Functions --- */

static void add_bar(struct pci_func *f, unsigned n)
{
    struct pci_bar *b = &f->bar[n];
    uint32_t least = b->kind == PCI_BAR_IO ? 4 : 16;
    if (b->kind == PCI_BAR_NONE)
        return;
    if (b->size < least || (b->size & (b->size - 1)))
        bug("PCI function %02x.%x: BAR %u has the size %xh", f->devfn >> 3, f->devfn & 7, n, b->size);
    st32(&f->config[bar_offset(n)], bar_type(b->kind));
    st32(&f->writable[bar_offset(n)], ~(b->size - 1) | (n == PCI_BAR_ROM ? ROM_ENABLE : 0));
    if (!b->map.name)
        b->map.name = n == PCI_BAR_ROM ? "pci-rom" : "pci-bar";
    if (!b->ports.name)
        b->ports.name = "pci-bar";
}

void pci_add(struct pci_bus *p, struct pci_func *f, uint8_t devfn, uint16_t vendor, uint16_t device,
             uint32_t class_code, uint8_t revision)
{
    f->pbus = p;
    f->devfn = devfn;
    st16(&f->config[VENDOR_ID], vendor);
    st16(&f->config[DEVICE_ID], device);
    f->config[REVISION] = revision;
    f->config[CLASS_CODE] = (uint8_t)class_code;
    st16(&f->config[CLASS_CODE + 1], (uint16_t)(class_code >> 8));
    st16(&f->writable[COMMAND], CMD_IO | CMD_MEM | CMD_MASTER | CMD_PERR | CMD_SERR);
    st16(&f->w1c[STATUS], STATUS_W1C);
    f->writable[CACHE_LINE_SIZE] = 0xff;
    f->writable[LATENCY_TIMER] = 0xff;
    f->writable[INTERRUPT_LINE] = 0xff;
    for (unsigned n = 0; n < PCI_BARS; n++)
        add_bar(f, n);
    if (p->func[devfn])
        bug("PCI function %02x.%x is plugged in twice", devfn >> 3, devfn & 7);
    p->func[devfn] = f;
}

void pci_reset(struct pci_func *f)
{
    st16(&f->config[COMMAND], 0);
    st16(&f->config[STATUS], ld16(&f->config[STATUS]) & (uint16_t)~STATUS_W1C);
    f->config[CACHE_LINE_SIZE] = f->config[LATENCY_TIMER] = 0;
    f->config[INTERRUPT_LINE] = 0;
    for (unsigned n = 0; n < PCI_BARS; n++)
        if (f->bar[n].kind != PCI_BAR_NONE)
            st32(&f->config[bar_offset(n)], bar_type(f->bar[n].kind));
    update_bars(f);
    pci_set_irq(f, 0);
}

void pci_post_load(struct pci_func *f)
{
    update_bars(f);
    drive_pirq(f);
}

/* --- Configuration accesses --- */

uint32_t pci_config_read(struct pci_bus *p, uint8_t devfn, unsigned off, unsigned size)
{
    const struct pci_func *f = p->func[devfn];
    if (!f || off + size > sizeof f->config)
        return UINT32_MAX >> (32 - 8 * size);
    return (uint32_t)ld_le(&f->config[off], size);
}

void pci_config_write(struct pci_bus *p, uint8_t devfn, unsigned off, unsigned size, uint32_t value)
{
    struct pci_func *f = p->func[devfn];
    if (!f || off + size > sizeof f->config)
        return;
    for (unsigned i = off; i < off + size; i++, value >>= 8) {
        uint8_t v = (uint8_t)value;
        f->config[i] = (uint8_t)((f->config[i] & ~f->writable[i]) | (v & f->writable[i]));
        f->config[i] &= (uint8_t) ~(v & f->w1c[i]);
    }
    if (off < INTERRUPT_LINE)
        update_bars(f);
    if (f->config_written)
        f->config_written(f->ctx, off, size);
}
