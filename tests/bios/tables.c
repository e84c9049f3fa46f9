/* SPDX-License-Identifier: MIT */
/*
 * What operating systems search the F segment for: ACPI (ACPI 2.0c, 5.2), SMBIOS (2.8.0, 5.2), the MP table
 * (MultiProcessor Specification 1.4, 4). Everything else in memory is read through INT 15h, AH=87h.
 */
#include "guest.h"

#define F_SEG       0xf000
#define PM_FUNCTION 0x80000b00 /* 00:01.3 */
#define PM_ID       0x71138086

static uint16_t gdt[24];

/* Copies bytes (an even number) from anywhere below 16 MB and beyond. */
static void fetch(void *to, uint32_t from, uint16_t bytes)
{
    struct regs r;
    for (int i = 0; i < 24; i++)
        gdt[i] = 0;
    for (int i = 0; i < 2; i++) {
        uint32_t base = i ? (SEG << 4) + (uint32_t)(uintptr_t)to : from;
        uint16_t *d = gdt + 8 + i * 4;
        d[0] = 0xffff;
        d[1] = base;
        d[2] = 0x9300 | (base >> 16 & 0xff);
        d[3] = base >> 24 << 8;
    }
    prepare(&r);
    r.ah = 0x87;
    r.cx = bytes / 2;
    r.si = (uint16_t)(uintptr_t)gdt;
    intr(0x15, &r);
}

static uint8_t far_sum(uint32_t off, uint32_t n)
{
    uint8_t s = 0;
    while (n--)
        s += peek8(F_SEG, off++);
    return s;
}

/*
 * The offset of a structure at a multiple of 16 whose first bytes are the signature and whose bytes add up to 0; 0:
 * none.
 */
static uint32_t search(const char *signature, uint32_t length)
{
    for (uint32_t off = 0; off < 0x10000 - length; off += 16) {
        uint32_t i = 0;
        while (signature[i] && peek8(F_SEG, off + i) == (uint8_t)signature[i])
            i++;
        if (!signature[i] && far_sum(off, length) == 0)
            return off;
    }
    return 0;
}

static int has_acpi(void)
{
    outl(0xcf8, PM_FUNCTION);
    return inl(0xcfc) == PM_ID;
}

static uint8_t table[4096];

static uint32_t word32(const uint8_t *p)
{
    return p[0] | p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int is_table(const char *signature)
{
    return table[0] == signature[0] && table[1] == signature[1] && table[2] == signature[2] && table[3] == signature[3];
}

/* Reads a table with a header; gives its length, 0 where its bytes do not add up to 0. */
static uint32_t read_table(uint32_t at)
{
    uint8_t s = 0;
    fetch(table, at, sizeof table);
    uint32_t n = word32(table + 4);
    if (n < 36 || n > sizeof table)
        return 0;
    for (uint32_t i = 0; i < n; i++)
        s += table[i];
    return s ? 0 : n;
}

static int in_reserved(uint32_t at)
{
    struct regs r;
    struct {
        uint32_t base, base_high, length, length_high, type;
    } e;
    uint32_t index = 0;
    do {
        prepare(&r);
        r.eax = 0xe820;
        r.ebx = index;
        r.ecx = sizeof e;
        r.edx = 0x534d4150;
        r.edi = (uint32_t)(uintptr_t)&e;
        intr(0x15, &r);
        index = r.ebx;
        if (!e.base_high && at - e.base < e.length)
            return e.type != 1;
    } while (index && !(r.flags & CF));
    return 0;
}

static void test_fadt(void)
{
    uint32_t facs = word32(table + 36), dsdt = word32(table + 40);
    uint16_t pm = word32(table + 56);
    outl(0xcf8, PM_FUNCTION | 0x40);
    check_eq(inl(0xcfc) & 0xffc0, pm, "fadt_has_the_pm_base_of_the_chip");
    check_eq(facs & 63, 0, "facs_is_aligned_to_64");
    check(in_reserved(facs), "facs_is_not_free_memory");
    fetch(table, facs, 64);
    check(is_table("FACS") && word32(table + 4) == 64, "fadt_leads_to_the_facs");
    check(read_table(dsdt) && is_table("DSDT"), "fadt_leads_to_the_dsdt");
}

static void test_acpi(void)
{
    static uint32_t entry[8];
    uint32_t off = search("RSD PTR ", 20), n, fadt = 0, madt = 0, ok = 1;
    if (!has_acpi()) {
        check_eq(off, 0, "no_acpi_tables_without_its_registers");
        return;
    }
    check(off != 0, "rsdp_is_in_the_f_segment");
    uint32_t rsdt = peek32(F_SEG, off + 16);
    n = read_table(rsdt);
    check(n && is_table("RSDT"), "rsdp_leads_to_the_rsdt");
    check(in_reserved(rsdt), "acpi_tables_are_not_free_memory");
    n = (n - 36) / 4;
    for (uint32_t i = 0; i < n && i < 8; i++)
        entry[i] = word32(table + 36 + 4 * i);
    for (uint32_t i = 0; i < n && i < 8; i++) {
        ok = ok && read_table(entry[i]);
        if (is_table("FACP"))
            fadt = entry[i];
        if (is_table("APIC"))
            madt = entry[i];
    }
    check(ok && n >= 2, "rsdt_entries_have_right_checksums");
    check(madt != 0, "madt_is_there");
    check(fadt && read_table(fadt), "fadt_is_there");
    if (fadt)
        test_fadt();
}

static void test_smbios(void)
{
    uint32_t off = search("_SM_", 31), seen = 0, count = 0, i = 0;
    check(off && far_sum(off + 0x10, 15) == 0, "smbios_anchor_is_in_the_f_segment");
    uint16_t length = peek16(F_SEG, off + 0x16);
    fetch(table, peek32(F_SEG, off + 0x18), (length + 1) & ~1);
    while (i + 4 <= length && count < 100) {
        uint8_t type = table[i];
        if (type < 32)
            seen |= 1u << type;
        count++;
        i += table[i + 1];
        while (i + 1 < length && (table[i] || table[i + 1]))
            i++;
        i += 2;
        if (type == 127)
            break;
    }
    check_eq(i, length, "smbios_structures_end_where_the_anchor_says");
    check_eq(count, peek16(F_SEG, off + 0x1c), "smbios_anchor_counts_the_structures");
    check_eq(seen & 0x000b001b, 0x000b001b, "smbios_has_types_0_1_3_4_16_17_19");
}

static void test_mp(void)
{
    static const uint8_t size[5] = {20, 8, 8, 8, 8};
    uint32_t off = search("_MP_", 16), n = 0, at = 44, ioapics = 0, timer = 0;
    check(off != 0, "mp_floating_pointer_is_in_the_f_segment");
    uint32_t config = peek32(F_SEG, off + 4) & 0xffff;
    uint16_t length = peek16(F_SEG, config + 4);
    check(peek32(F_SEG, config) == 0x504d4350 && far_sum(config, length) == 0,
          "mp_configuration_table_has_its_checksum");
    while (at < length && peek8(F_SEG, config + at) < 5) {
        uint32_t e = config + at;
        uint8_t type = peek8(F_SEG, e);
        ioapics += type == 2;
        timer += type == 3 && peek8(F_SEG, e + 1) == 0 && peek8(F_SEG, e + 4) == 1 && peek8(F_SEG, e + 5) == 0 &&
                 peek8(F_SEG, e + 7) == 2;
        at += size[type];
        n++;
    }
    check_eq(at, length, "mp_entries_fill_the_table");
    check_eq(n, peek16(F_SEG, config + 34), "mp_header_counts_the_entries");
    check_eq(ioapics, 1, "mp_names_one_ioapic");
    check_eq(timer, 1, "mp_has_irq0_at_input_2");
}

void test_tables(void)
{
    test_acpi();
    test_smbios();
    test_mp();
}
