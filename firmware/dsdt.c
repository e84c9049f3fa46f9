/* SPDX-License-Identifier: MIT */
/*
 * The DSDT: what ACPI cannot find by asking the hardware. ACPI 1.0b, chapters 5.6, 6 and 7; PCI Firmware Specification
 * for PNP0A03. The ASL that a part stands for is in the comment above it.
 */
#include "base/bits.h"
#include "firmware/acpi.h"
#include "firmware/aml.h"

/* An ID of four letters and four digits is a string, one of three letters an EISA ID (6.1.4). */
static void add_hid(struct buf *b, const char *id, unsigned uid)
{
    aml_name(b, "_HID");
    if (strlen(id) == 8)
        aml_string(b, id);
    else
        aml_eisa_id(b, id);
    if (uid) {
        aml_name(b, "_UID");
        aml_int(b, uid);
    }
}

/*
 * Name (\_S5, Package () {0, 0, 0, 0})     soft off is sleep type 0
 * Name (\PICF, 0)                          1: the I/O APIC is in use. Either way a link's IRQ is the number of the
 * line. Method (\_PIC, 1) { Store (Arg0, \PICF) }
 */
static void add_global(struct buf *b)
{
    aml_name(b, "\\_S5");
    size_t package = aml_package(b, 4);
    for (int i = 0; i < 4; i++)
        aml_int(b, 0);
    aml_end(b, package);
    aml_name(b, "\\PICF");
    aml_int(b, 0);
    size_t pic = aml_method(b, "\\_PIC", 1);
    aml_op(b, AML_STORE);
    aml_op(b, AML_ARG0);
    aml_path(b, "\\PICF");
    aml_end(b, pic);
}

/* --- PCI interrupts --- */

static const char *const links[4] = {"LNKA", "LNKB", "LNKC", "LNKD"};
static const char *const routes[4] = {"\\_SB.PCI0.ISA.PRQ0", "\\_SB.PCI0.ISA.PRQ1", "\\_SB.PCI0.ISA.PRQ2",
                                      "\\_SB.PCI0.ISA.PRQ3"};
enum { SLOTS = 32, PIRQ_OFF = 0x80 };

/* Name (_PRT, Package () { Package () {0x0001FFFF, 0, LNKA, 0}, ... }): slot s, pin p is PIRQ (s - 1 + p) mod 4. */
static void add_prt(struct buf *b)
{
    aml_name(b, "_PRT");
    size_t prt = aml_package(b, (SLOTS - 1) * 4);
    for (uint32_t slot = 1; slot < SLOTS; slot++)
        for (uint32_t pin = 0; pin < 4; pin++) {
            size_t entry = aml_package(b, 4);
            aml_int(b, slot << 16 | 0xffff);
            aml_int(b, pin);
            aml_path(b, links[(slot - 1 + pin) & 3]);
            aml_int(b, 0);
            aml_end(b, entry);
        }
    aml_end(b, prt);
}

static void add_interrupt_buffer(struct buf *b, const uint32_t *irqs, uint8_t n)
{
    size_t r = aml_resources(b);
    res_interrupts(b, irqs, n);
    aml_resources_end(b, r);
}

/* Store (value op mask, route), where `op` is AML_AND or AML_OR */
static void add_masked_store(struct buf *b, const char *from, uint8_t op, uint8_t mask, const char *to)
{
    aml_op(b, op);
    aml_path(b, from);
    aml_int(b, mask);
    aml_path(b, to);
}

/*
 * Method (_STA) { If (And (PRQn, 0x80)) { Return (0x09) } Return (0x0B) }
 * Method (_DIS) { Or (PRQn, 0x80, PRQn) }
 */
static void add_link_state(struct buf *b, const char *route)
{
    size_t sta = aml_method(b, "_STA", 0);
    size_t off = aml_if(b);
    aml_op(b, AML_AND);
    aml_path(b, route);
    aml_int(b, PIRQ_OFF);
    aml_op(b, AML_ZERO); /* no target */
    aml_op(b, AML_RETURN);
    aml_int(b, 0x09);
    aml_end(b, off);
    aml_op(b, AML_RETURN);
    aml_int(b, 0x0b);
    aml_end(b, sta);
    size_t dis = aml_method(b, "_DIS", 0);
    add_masked_store(b, route, AML_OR, PIRQ_OFF, route);
    aml_end(b, dis);
}

/*
 * Method (_CRS) {
 *     Store (ResourceTemplate () { Interrupt (ResourceConsumer, Level, ActiveHigh, Shared) {0} }, Local0)
 *     CreateDWordField (Local0, 5, IRQN)
 *     If (LNot (And (PRQn, 0x80))) { And (PRQn, 0x0F, IRQN) }
 *     Return (Local0)
 * }
 * Method (_SRS, 1) { CreateDWordField (Arg0, 5, IRQN)  And (IRQN, 0x0F, PRQn) }
 */
static void add_link_settings(struct buf *b, const char *route)
{
    static const uint32_t none = 0;
    size_t crs = aml_method(b, "_CRS", 0);
    aml_op(b, AML_STORE);
    add_interrupt_buffer(b, &none, 1);
    aml_op(b, AML_LOCAL0);
    aml_op(b, AML_CREATE_DWORD_FIELD);
    aml_op(b, AML_LOCAL0);
    aml_int(b, 5);
    aml_path(b, "IRQN");
    size_t on = aml_if(b);
    aml_op(b, AML_LNOT);
    aml_op(b, AML_AND);
    aml_path(b, route);
    aml_int(b, PIRQ_OFF);
    aml_op(b, AML_ZERO);
    add_masked_store(b, route, AML_AND, 0x0f, "IRQN");
    aml_end(b, on);
    aml_op(b, AML_RETURN);
    aml_op(b, AML_LOCAL0);
    aml_end(b, crs);
    size_t srs = aml_method(b, "_SRS", 1);
    aml_op(b, AML_CREATE_DWORD_FIELD);
    aml_op(b, AML_ARG0);
    aml_int(b, 5);
    aml_path(b, "IRQN");
    add_masked_store(b, "IRQN", AML_AND, 0x0f, route);
    aml_end(b, srs);
}

/* Device (LNKA) { Name (_HID, EisaId ("PNP0C0F"))  Name (_UID, 1)  Name (_PRS, ... {10, 11}) ... } */
static void add_links(struct buf *b)
{
    static const uint32_t possible[] = {10, 11}; /* as the MADT has them */
    for (unsigned i = 0; i < 4; i++) {
        size_t link = aml_device(b, links[i]);
        add_hid(b, "PNP0C0F", i + 1);
        aml_name(b, "_PRS");
        add_interrupt_buffer(b, possible, ARRAY_LEN(possible));
        add_link_state(b, routes[i]);
        add_link_settings(b, routes[i]);
        aml_end(b, link);
    }
}

/* --- ISA devices --- */

struct isa_device {
    const char *name, *hid;
    uint8_t uid;
    struct {
        uint16_t base;
        uint8_t length;
    } io[4];
    int irq, dma; /* -1: none */
};

/*
 * Device (COM1) { Name (_HID, EisaId ("PNP0501"))  Name (_UID, 1)  Name (_CRS, ResourceTemplate () { IO (...)
 * IRQNoFlags () {4} }) }
 */
static void add_isa_device(struct buf *b, const struct isa_device *d)
{
    size_t dev = aml_device(b, d->name);
    add_hid(b, d->hid, d->uid);
    aml_name(b, "_CRS");
    size_t r = aml_resources(b);
    for (unsigned i = 0; i < ARRAY_LEN(d->io) && d->io[i].length; i++)
        res_io(b, d->io[i].base, d->io[i].length);
    if (d->irq >= 0)
        res_irq(b, (unsigned)d->irq);
    if (d->dma >= 0)
        res_dma(b, (unsigned)d->dma);
    aml_resources_end(b, r);
    aml_end(b, dev);
}

static void add_ports(const struct acpi_config *cfg, struct buf *b)
{
    static const struct isa_device com[ACPI_SERIAL] = {
        {"COM1", "PNP0501", 1, {{0x3f8, 8}}, 4, -1},
        {"COM2", "PNP0501", 2, {{0x2f8, 8}}, 3, -1},
        {"COM3", "PNP0501", 3, {{0x3e8, 8}}, 4, -1},
        {"COM4", "PNP0501", 4, {{0x2e8, 8}}, 3, -1},
    };
    static const struct isa_device lpt[ACPI_PARALLEL] = {
        {"LPT1", "PNP0400", 1, {{0x378, 8}}, 7, -1},
        {"LPT2", "PNP0400", 2, {{0x278, 8}}, 5, -1},
        {"LPT3", "PNP0400", 3, {{0x3bc, 4}}, -1, -1},
    };
    for (unsigned i = 0; i < ACPI_SERIAL; i++)
        if (cfg->serial[i])
            add_isa_device(b, &com[i]);
    for (unsigned i = 0; i < ACPI_PARALLEL; i++)
        if (cfg->parallel[i])
            add_isa_device(b, &lpt[i]);
}

/*
 * Device (ISA) {
 *     Name (_ADR, 0x00010000)
 *     OperationRegion (PIRQ, PCI_Config, 0x60, 4)
 *     Field (PIRQ, ByteAcc, NoLock, Preserve) { PRQ0, 8, PRQ1, 8, PRQ2, 8, PRQ3, 8 }
 *     ...
 * }
 */
static void add_isa_bridge(const struct acpi_config *cfg, struct buf *b)
{
    static const char *const units[4] = {"PRQ0", "PRQ1", "PRQ2", "PRQ3"};
    static const struct isa_device rtc = {"RTC", "PNP0B00", 0, {{0x70, 2}}, 8, -1};
    static const struct isa_device kbd = {"KBD", "PNP0303", 0, {{0x60, 1}, {0x64, 1}}, 1, -1};
    static const struct isa_device mouse = {"MOU", "PNP0F13", 0, {{0}}, 12, -1};
    static const struct isa_device fdc = {"FDC0", "PNP0700", 0, {{0x3f2, 4}, {0x3f7, 1}}, 6, 2};
    static const struct isa_device board = {
        "SYSR", "PNP0C02", 1, {{ACPI_PM_BASE, 0x40}, {ACPI_SMBUS_BASE, 0x10}, {0x4d0, 2}, {0xb2, 2}}, -1, -1};
    static const struct isa_device fw_cfg = {"FWCF",        "QEMU0002", 0,
                                             {{0x510, 12}}, -1,         -1}; /* a driver for the files looks for it */
    size_t isa = aml_device(b, "ISA");
    aml_name(b, "_ADR");
    aml_int(b, 0x00010000);
    aml_region(b, "PIRQ", AML_PCI_CONFIG, 0x60, 4);
    size_t field = aml_byte_field(b, "PIRQ");
    for (unsigned i = 0; i < 4; i++)
        aml_field_unit(b, units[i], 8);
    aml_end(b, field);
    add_isa_device(b, &rtc);
    add_isa_device(b, &kbd);
    if (cfg->mouse)
        add_isa_device(b, &mouse);
    if (cfg->floppy)
        add_isa_device(b, &fdc);
    add_ports(cfg, b);
    add_isa_device(b, &fw_cfg);
    add_isa_device(b, &board);
    aml_end(b, isa);
}

/*
 * Device (PCI0) {
 *     Name (_HID, EisaId ("PNP0A03"))
 *     Name (_CRS, ResourceTemplate () {
 *         WordBusNumber (..., 0x00, 0xFF)  IO (Decode16, 0x0CF8, 0x0CF8, 1, 8)
 *         WordIO (..., 0x0000, 0x0CF7)  WordIO (..., 0x0D00, 0xFFFF)
 *         DWordMemory (..., Cacheable, ReadWrite, 0x000A0000, 0x000BFFFF)  DWordMemory (..., 0xE0000000, 0xFEBFFFFF)
 *     })
 *     Name (_PRT, ...)  Device (ISA) ...
 * }
 */
static void add_pci_root(const struct acpi_config *cfg, struct buf *b)
{
    size_t pci = aml_device(b, "PCI0");
    add_hid(b, "PNP0A03", 0);
    aml_name(b, "_UID");
    aml_int(b, 0);
    aml_name(b, "_CRS");
    size_t r = aml_resources(b);
    res_bus_numbers(b, 0, 0xff);
    res_io(b, 0xcf8, 8);
    res_word_io(b, 0, 0xcf7);
    res_word_io(b, 0xd00, 0xffff);
    res_dword_memory(b, true, 0xa0000, 0xbffff);
    res_dword_memory(b, false, 0xe0000000, 0xfebfffff);
    aml_resources_end(b, r);
    add_prt(b);
    add_isa_bridge(cfg, b);
    aml_end(b, pci);
}

/*
 * Device (HPET) { Name (_HID, EisaId ("PNP0103"))  Name (_CRS, ResourceTemplate () { Memory32Fixed (ReadOnly,
 * 0xFED00000, 0x400) }) }
 */
static void add_hpet(struct buf *b)
{
    size_t dev = aml_device(b, "HPET");
    add_hid(b, "PNP0103", 0);
    aml_name(b, "_UID");
    aml_int(b, 0);
    aml_name(b, "_CRS");
    size_t r = aml_resources(b);
    res_memory32(b, 0xfed00000, 0x400);
    aml_resources_end(b, r);
    aml_end(b, dev);
}

void acpi_dsdt(const struct acpi_config *cfg, struct buf *out)
{
    add_global(out);
    size_t sb = aml_scope(out, "\\_SB");
    aml_processor(out, "CPU0", 0);
    add_pci_root(cfg, out);
    add_links(out);
    if (cfg->hpet)
        add_hpet(out);
    aml_end(out, sb);
}
