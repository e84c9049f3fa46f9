/* SPDX-License-Identifier: MIT */
/*
 * The MP configuration table, for operating systems that use the APICs without ACPI.
 * Intel MultiProcessor Specification 1.4, chapter 4 and appendix A: one processor, an I/O APIC, the ISA and the PCI
 * bus, in virtual wire mode.
 */
#include "bios.h"
#include "pci.h"

#define IOAPIC_ID   0
#define LAPIC_ALL   0xff
#define PCI_BUS     0
#define ISA_BUS     1
#define HEADER_SIZE 44
#define PCI_IRQS    0x0c00 /* level triggered lines: 10 and 11 */

enum entry_type { PROCESSOR, BUS, IOAPIC, IO_INTERRUPT, LOCAL_INTERRUPT };
enum interrupt_type { INT, NMI, SMI, EXTINT };
enum interrupt_flags { CONFORMS = 0, LEVEL_HIGH = 0x000d };

struct mp_floating {
    char signature[4];
    uint32_t table;
    uint8_t paragraphs, revision, checksum, feature[5];
};

struct mp_header {
    char signature[4];
    uint16_t length;
    uint8_t revision, checksum;
    char oem[8], product[12];
    uint32_t oem_table;
    uint16_t oem_size, entries;
    uint32_t lapic;
    uint16_t extended_length;
    uint8_t extended_checksum, rsvd;
};
_Static_assert(sizeof(struct mp_header) == HEADER_SIZE, "MultiProcessor Specification 1.4, 4.2");

struct mp_processor {
    uint8_t type, apic_id, apic_version, flags;
    uint32_t signature, features, rsvd[2];
};

struct mp_interrupt {
    uint8_t type, kind;
    uint16_t flags;
    uint8_t bus, irq, apic, input;
};

static struct mp_floating floating __attribute__((section(".romtable"), aligned(16))) = {
    .signature = {'_', 'M', 'P', '_'},
    .paragraphs = 1,
    .revision = 4,
};

static struct mp_header header;
static uint32_t cursor; /* in the F segment */

static void put(const void *entry, uint32_t n)
{
    header.checksum += checksum(entry, n);
    far_write(BIOS_SEG, cursor, entry, n);
    cursor += n;
    header.entries++;
}

static void put_processor(void)
{
    struct mp_processor p = {
        .type = PROCESSOR, .apic_version = apic_version(), .flags = 3}; /* enabled, the boot processor */
    uint32_t r[4];
    cpuid(1, r);
    p.signature = r[0];
    p.features = r[3];
    put(&p, sizeof p);
}

static void put_bus(uint8_t id, const char *name)
{
    uint8_t e[8] = {BUS, id};
    memcpy(e + 2, name, 6);
    put(e, sizeof e);
}

static void put_ioapic(void)
{
    static const uint8_t e[8] = {IOAPIC, IOAPIC_ID, 0x11, 1, 0, 0, 0xc0, 0xfe};
    put(e, sizeof e);
}

static void put_interrupt(uint8_t type, uint8_t kind, uint16_t flags, uint8_t bus, uint8_t irq, uint8_t apic,
                          uint8_t input)
{
    struct mp_interrupt e = {type, kind, flags, bus, irq, apic, input};
    put(&e, sizeof e);
}

/* IRQ0 is at input 2, the 8259s at input 0. A line that PCI uses is no ISA interrupt. */
static void put_isa_interrupts(void)
{
    put_interrupt(IO_INTERRUPT, EXTINT, CONFORMS, ISA_BUS, 0, IOAPIC_ID, 0);
    for (uint8_t irq = 0; irq < 16; irq++)
        if (irq != 2 && !(PCI_IRQS >> irq & 1))
            put_interrupt(IO_INTERRUPT, INT, CONFORMS, ISA_BUS, irq, IOAPIC_ID, irq ? irq : 2);
}

static void put_pci_interrupts(void)
{
    uint32_t seen = 0; /* one entry a device and pin */
    uint8_t device = 0xff;
    for (uint16_t bdf = pci_next(PCI_NONE); bdf != PCI_NONE; bdf = pci_next(bdf)) {
        uint8_t pin = pci_read8(bdf, PCI_INT_PIN), line = pci_read8(bdf, PCI_INT_LINE);
        if (device != bdf >> 3)
            seen = 0;
        device = bdf >> 3;
        if (pin < 1 || pin > 4 || !(PCI_IRQS >> (line & 15) & 1) || seen >> pin & 1)
            continue;
        seen |= 1 << pin;
        put_interrupt(IO_INTERRUPT, INT, LEVEL_HIGH, PCI_BUS, device << 2 | (pin - 1), IOAPIC_ID, line);
    }
}

void mptable_init(void)
{
    uint32_t at;
    if (!apic_version() || !(at = fseg_alloc(1024, 16)))
        return;
    cursor = (at & 0xffff) + HEADER_SIZE;
    memcpy(header.signature, "PCMP", 4);
    memcpy(header.oem, "VITRINE STANDARD PC ", 20);
    header.revision = 4;
    header.lapic = 0xfee00000;
    put_processor();
    put_bus(PCI_BUS, "PCI   ");
    put_bus(ISA_BUS, "ISA   ");
    put_ioapic();
    put_isa_interrupts();
    put_pci_interrupts();
    put_interrupt(LOCAL_INTERRUPT, EXTINT, CONFORMS, ISA_BUS, 0, LAPIC_ALL, 0);
    put_interrupt(LOCAL_INTERRUPT, NMI, CONFORMS, ISA_BUS, 0, LAPIC_ALL, 1);
    header.length = cursor - (at & 0xffff);
    header.checksum += checksum(&header, HEADER_SIZE) + header.checksum;
    far_write(BIOS_SEG, at & 0xffff, &header, HEADER_SIZE);
    floating.table = at;
    floating.checksum = checksum(&floating, sizeof floating);
    publish(&floating, sizeof floating);
}
