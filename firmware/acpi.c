/* SPDX-License-Identifier: MIT */
/*
 * ACPI tables: FACS, DSDT, FADT, MADT, HPET, RSDT, RSDP. Advanced Configuration and Power Interface Specification 2.0c,
 * chapter 5.2 (the FADT has its revision 3, for the reset register); IA-PC HPET Specification 1.0a, 3.2.4.
 *
 * Pointers and checksums are the firmware's to fill in, as the loader script says: in the files a pointer is the offset
 * of what it points to.
 */
#include "firmware/acpi.h"

#include <string.h>

#include "base/bits.h"

#define TABLES "etc/acpi/tables"
#define RSDP   "etc/acpi/rsdp"

enum { FACS_SIZE = 64, FACS_ALIGN = 64, HEADER_SIZE = 36, HEADER_CHECKSUM = 9, FADT_SIZE = 244, RSDP_SIZE = 20 };
enum {
    SCI = 9,
    SMI_CMD = 0xb2,
    ACPI_ENABLE = 0xf1,
    ACPI_DISABLE = 0xf0,
    RESET_REG = 0xcf9,
    RESET_VALUE = 0x06,
    CENTURY = 0x32
};
#define LAPIC_BASE    0xfee00000u
#define IOAPIC_BASE   0xfec00000u
#define HPET_BASE     0xfed00000u
#define HPET_BLOCK_ID 0x8086a201u

/* --- The loader's script --- */

enum { LOADER_ALLOCATE = 1, LOADER_ADD_POINTER, LOADER_ADD_CHECKSUM, LOADER_NAME = 56, LOADER_ENTRY = 128 };
enum { ZONE_HIGH = 1, ZONE_FSEG };

static void add_entry(struct buf *script, uint8_t entry[LOADER_ENTRY], uint32_t command)
{
    st32(entry, command);
    buf_add(script, entry, LOADER_ENTRY);
}

static void allocate(struct buf *script, const char *file, uint32_t align, uint8_t zone)
{
    uint8_t e[LOADER_ENTRY] = {0};
    strncpy((char *)e + 4, file, LOADER_NAME - 1);
    st32(e + 4 + LOADER_NAME, align);
    e[8 + LOADER_NAME] = zone;
    add_entry(script, e, LOADER_ALLOCATE);
}

static void add_pointer(struct buf *script, const char *in, size_t offset, uint8_t size, const char *to)
{
    uint8_t e[LOADER_ENTRY] = {0};
    strncpy((char *)e + 4, in, LOADER_NAME - 1);
    strncpy((char *)e + 4 + LOADER_NAME, to, LOADER_NAME - 1);
    st32(e + 4 + 2 * LOADER_NAME, (uint32_t)offset);
    e[8 + 2 * LOADER_NAME] = size;
    add_entry(script, e, LOADER_ADD_POINTER);
}

static void add_checksum(struct buf *script, const char *file, size_t at, size_t start, size_t length)
{
    uint8_t e[LOADER_ENTRY] = {0};
    strncpy((char *)e + 4, file, LOADER_NAME - 1);
    st32(e + 4 + LOADER_NAME, (uint32_t)at);
    st32(e + 8 + LOADER_NAME, (uint32_t)start);
    st32(e + 12 + LOADER_NAME, (uint32_t)length);
    add_entry(script, e, LOADER_ADD_CHECKSUM);
}

/* --- Table headers (5.2.5) --- */

static size_t begin_table(struct acpi_files *f, const char *signature, uint8_t revision)
{
    uint8_t h[HEADER_SIZE] = {0};
    size_t at = f->tables.len;
    memcpy(h, signature, 4);
    h[8] = revision;
    memcpy(h + 10, "VITRN VITRN-PC", 14);
    st32(h + 24, 1);
    memcpy(h + 28, "VTRN", 4);
    st32(h + 32, 1);
    buf_add(&f->tables, h, sizeof h);
    return at;
}

static void end_table(struct acpi_files *f, size_t at)
{
    st32(f->tables.data + at + 4, (uint32_t)(f->tables.len - at));
    add_checksum(&f->loader, TABLES, at + HEADER_CHECKSUM, at, f->tables.len - at);
}

static void add16(struct buf *b, uint32_t v)
{
    buf_add8(b, (uint8_t)v);
    buf_add8(b, (uint8_t)(v >> 8));
}

/* Generic address structure (5.2.3.1): space 0 memory, 1 I/O. */
static void put_gas(uint8_t *p, uint8_t space, uint8_t bits, uint64_t address)
{
    p[0] = space;
    p[1] = bits;
    st64(p + 4, address);
}

/* --- Tables --- */

static size_t add_facs(struct acpi_files *f)
{
    uint8_t facs[FACS_SIZE] = {'F', 'A', 'C', 'S', FACS_SIZE};
    facs[32] = 1; /* version */
    buf_add(&f->tables, facs, sizeof facs);
    return 0;
}

static size_t add_dsdt(const struct acpi_config *cfg, struct acpi_files *f)
{
    size_t at = begin_table(f, "DSDT", 1);
    acpi_dsdt(cfg, &f->tables);
    end_table(f, at);
    return at;
}

/* The fixed registers of the PIIX4: those of ACPI 1.0 and, in the X_ fields, as generic addresses. */
static void put_blocks(uint8_t *t)
{
    static const struct {
        uint8_t field, length_field, x_field; /* offsets in the FADT */
        uint8_t offset, bytes;                /* at PMBA */
    } blocks[] = {{56, 88, 148, 0x00, 4}, {64, 89, 172, 0x04, 2}, {76, 91, 208, 0x08, 4}, {80, 92, 220, 0x0c, 4}};
    for (size_t i = 0; i < ARRAY_LEN(blocks); i++) {
        uint32_t port = ACPI_PM_BASE + blocks[i].offset;
        st32(t + blocks[i].field, port);
        t[blocks[i].length_field] = blocks[i].bytes;
        put_gas(t + blocks[i].x_field, 1, (uint8_t)(8 * blocks[i].bytes), port);
    }
}

/* 5.2.9 */
static size_t add_fadt(struct acpi_files *f, size_t facs, size_t dsdt)
{
    enum { WBINVD = 1, PROC_C1 = 4, SLP_BUTTON = 0x20 /* none in fixed registers */, RESET_REG_SUP = 0x400 };
    enum { LEGACY_DEVICES = 1, HAS_8042 = 2 };
    size_t at = begin_table(f, "FACP", 3);
    uint8_t t[FADT_SIZE] = {0}; /* the header has its place already */
    st32(t + 36, (uint32_t)facs);
    st32(t + 40, (uint32_t)dsdt);
    t[45] = 1; /* desktop */
    st16(t + 46, SCI);
    st32(t + 48, SMI_CMD);
    t[52] = ACPI_ENABLE;
    t[53] = ACPI_DISABLE;
    put_blocks(t);
    st16(t + 96, 0xfff); /* neither C2 */
    st16(t + 98, 0xfff); /* nor C3 */
    t[108] = CENTURY;
    st16(t + 109, LEGACY_DEVICES | HAS_8042);
    st32(t + 112, WBINVD | PROC_C1 | SLP_BUTTON | RESET_REG_SUP);
    put_gas(t + 116, 1, 8, RESET_REG);
    t[128] = RESET_VALUE;
    st64(t + 132, facs);
    st64(t + 140, dsdt);
    buf_add(&f->tables, t + HEADER_SIZE, FADT_SIZE - HEADER_SIZE);
    add_pointer(&f->loader, TABLES, at + 36, 4, TABLES);
    add_pointer(&f->loader, TABLES, at + 40, 4, TABLES);
    add_pointer(&f->loader, TABLES, at + 132, 8, TABLES);
    add_pointer(&f->loader, TABLES, at + 140, 8, TABLES);
    end_table(f, at);
    return at;
}

static void add_override(struct buf *b, uint8_t irq, uint8_t input, uint16_t flags)
{
    const uint8_t head[] = {2, 10, 0, irq};
    buf_add(b, head, sizeof head);
    buf_add32(b, input);
    add16(b, flags);
}

/*
 * 5.2.10.4: one processor, one I/O APIC; the timer is at input 2, PCI interrupts and the SCI are level triggered and
 * active high.
 */
static size_t add_madt(struct acpi_files *f)
{
    enum { LEVEL_HIGH = 0x000d };
    static const uint8_t lapic[] = {0, 8, 0, 0, 1, 0, 0, 0}, ioapic[] = {1, 12, 0, 0}, nmi[] = {4, 6, 0xff, 0, 0, 1};
    static const uint8_t level[] = {SCI, 10, 11};
    struct buf *b = &f->tables;
    size_t at = begin_table(f, "APIC", 1);
    buf_add32(b, LAPIC_BASE);
    buf_add32(b, 1); /* PCAT_COMPAT: two 8259s too */
    buf_add(b, lapic, sizeof lapic);
    buf_add(b, ioapic, sizeof ioapic);
    buf_add32(b, IOAPIC_BASE);
    buf_add32(b, 0);
    add_override(b, 0, 2, 0);
    for (size_t i = 0; i < sizeof level; i++)
        add_override(b, level[i], level[i], LEVEL_HIGH);
    buf_add(b, nmi, sizeof nmi);
    end_table(f, at);
    return at;
}

static size_t add_hpet(struct acpi_files *f)
{
    uint8_t address[12] = {0};
    size_t at = begin_table(f, "HPET", 1);
    put_gas(address, 0, 64, HPET_BASE);
    buf_add32(&f->tables, HPET_BLOCK_ID);
    buf_add(&f->tables, address, sizeof address);
    buf_add8(&f->tables, 0); /* number */
    add16(&f->tables, 100);  /* least period, in ticks: 1 us */
    buf_add8(&f->tables, 0); /* no page protection */
    end_table(f, at);
    return at;
}

static void add_root(struct acpi_files *f, const size_t *tables, unsigned n)
{
    uint8_t rsdp[RSDP_SIZE] = "RSD PTR ";
    size_t at = begin_table(f, "RSDT", 1);
    for (unsigned i = 0; i < n; i++) {
        add_pointer(&f->loader, TABLES, f->tables.len, 4, TABLES);
        buf_add32(&f->tables, (uint32_t)tables[i]);
    }
    end_table(f, at);
    memcpy(rsdp + 9, "VITRN ", 6);
    st32(rsdp + 16, (uint32_t)at);
    buf_add(&f->rsdp, rsdp, sizeof rsdp);
    add_pointer(&f->loader, RSDP, 16, 4, TABLES);
    add_checksum(&f->loader, RSDP, 8, 0, RSDP_SIZE);
}

void acpi_build(const struct acpi_config *cfg, struct acpi_files *out)
{
    size_t table[3];
    unsigned n = 0;
    memset(out, 0, sizeof *out);
    allocate(&out->loader, RSDP, 16, ZONE_FSEG);
    allocate(&out->loader, TABLES, FACS_ALIGN, ZONE_HIGH);
    size_t facs = add_facs(out);
    size_t dsdt = add_dsdt(cfg, out);
    table[n++] = add_fadt(out, facs, dsdt);
    if (cfg->apic)
        table[n++] = add_madt(out);
    if (cfg->hpet)
        table[n++] = add_hpet(out);
    add_root(out, table, n);
}
