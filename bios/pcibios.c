/* SPDX-License-Identifier: MIT */
/*
 * PCI BIOS: INT 1Ah AH=B1h, and the same for 32-bit callers, who find it by the BIOS32 service directory.
 *
 * PCI BIOS Specification 2.1, chapters 3 and 4. This file is compiled twice: for real mode, and with
 * -m32 (BIOS32 defined) as position-independent code that touches nothing but ports and the stack.
 * LIMIT: no special cycles; B10Eh and B10Fh in real mode only.
 */
#include "bios.h"
#include "pirtable.h"

#define OK                 0x00
#define FUNC_NOT_SUPPORTED 0x81
#define BAD_VENDOR_ID      0x83
#define DEVICE_NOT_FOUND   0x86
#define BAD_REGISTER       0x87
#define SET_FAILED         0x88
#define BUFFER_TOO_SMALL   0x89

/* PUSHAD's order: the tail of struct regs, and what bios32.S pushes. */
struct pci_regs {
    REG16(di);
    REG16(si);
    REG16(bp);
    uint32_t esp;
    REG32(b);
    REG32(d);
    REG32(c);
    REG32(a);
};

static uint16_t config_port(uint32_t bdf, uint32_t reg)
{
    outl(0xcf8, 0x80000000 | bdf << 8 | (reg & 0xfc));
    return 0xcfc + (reg & 3);
}

static uint32_t config_read32(uint32_t bdf, uint32_t reg)
{
    return inl(config_port(bdf, reg));
}

/* The index-th function on bus 0 whose register reg, shifted right, equals value. */
static uint8_t find(struct pci_regs *r, uint32_t reg, uint32_t shift, uint32_t value)
{
    uint32_t left = r->si;
    for (uint32_t bdf = 0; bdf < 0x100; bdf++) {
        if ((bdf & 7) && !(config_read32(bdf & ~7u, 0x0c) & 0x800000)) {
            bdf |= 7;
            continue;
        }
        if ((config_read32(bdf, 0) & 0xffff) == 0xffff || config_read32(bdf, reg) >> shift != value)
            continue;
        if (left-- == 0) {
            r->bx = bdf;
            return OK;
        }
    }
    return DEVICE_NOT_FOUND;
}

static uint8_t config_access(struct pci_regs *r)
{
    uint32_t size = 1u << ((r->al - 8) % 3);
    uint16_t port;
    if (r->di > 0xff || r->di & (size - 1))
        return BAD_REGISTER;
    port = config_port(r->bx, r->di);
    switch (r->al) {
    case 0x08: r->cl = inb(port); break;
    case 0x09: r->cx = inw(port); break;
    case 0x0a: r->ecx = inl(port); break;
    case 0x0b: outb(port, r->cl); break;
    case 0x0c: outw(port, r->cx); break;
    case 0x0d: outl(port, r->ecx); break;
    }
    return OK;
}

/* Gives the AH code, or FUNC_NOT_SUPPORTED. */
static uint8_t common(struct pci_regs *r)
{
    switch (r->al) {
    case 0x01:
        r->edx = 0x20494350; /* "PCI " */
        r->al = 0x01;        /* configuration mechanism 1, no special cycles */
        r->bx = 0x0210;
        r->cl = 0; /* last bus */
        return OK;
    case 0x02:
        if (r->dx == 0xffff)
            return BAD_VENDOR_ID;
        return find(r, 0x00, 0, (uint32_t)r->cx << 16 | r->dx);
    case 0x03: return find(r, 0x08, 8, r->ecx & 0xffffff);
    }
    if (r->al >= 0x08 && r->al <= 0x0d)
        return config_access(r);
    return FUNC_NOT_SUPPORTED;
}

#ifdef BIOS32

/* Called by bios32.S; gives the carry flag. */
uint32_t pcibios32(struct pci_regs *r);
uint32_t pcibios32(struct pci_regs *r)
{
    r->ah = r->ah == 0xb1 ? common(r) : FUNC_NOT_SUPPORTED;
    return r->ah != OK;
}

#else

/* B10Eh: ES:DI leads to {size, far pointer}. */
static uint8_t get_routing(struct regs *r)
{
    uint16_t room = far_r16(r->es, r->di);
    uint16_t size = PIR_SLOTS * sizeof pir_table.slot[0];
    far_w16(r->es, r->di, size);
    if (room < size)
        return BUFFER_TOO_SMALL;
    far_write(far_r16(r->es, r->di + 4), far_r16(r->es, r->di + 2), pir_table.slot, size);
    r->bx = 0; /* no interrupt is PCI's alone */
    return OK;
}

/* B10Fh: CL = 0Ah..0Dh pin, CH = interrupt, BX = function. */
static uint8_t set_interrupt(struct regs *r)
{
    uint32_t pin = r->cl - 0x0a, slot = (r->bl >> 3) - 1;
    uint8_t link, irq = r->ch;
    if (pin > 3 || slot >= PIR_SLOTS || r->bh || irq > 15 || !(PIR_IRQS >> irq & 1))
        return SET_FAILED;
    link = pir_table.slot[slot].pin[pin].link;
    pci_write8(pir_table.router, link, irq);
    outb(0x4d0 + irq / 8, inb(0x4d0 + irq / 8) | 1 << irq % 8);
    return OK;
}

void int1a_pci(struct regs *r)
{
    uint8_t status;
    if (r->al == 0x0e)
        status = get_routing(r);
    else if (r->al == 0x0f)
        status = set_interrupt(r);
    else
        status = common((struct pci_regs *)&r->edi);
    r->ah = status;
    set_cf(r, status != OK);
}

#endif
