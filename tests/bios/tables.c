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

/* --- MTRRs: SDM 3A 11.11.2, 11.11.4.1 (how ranges that overlap combine) --- */

#define UC 0
#define WB 6

static uint64_t rdmsr(uint32_t index)
{
    uint64_t v;
    __asm__ volatile("rdmsr" : "=A"(v) : "c"(index));
    return v;
}

/* The type of an address above 1 MB. */
static uint8_t memory_type(uint64_t address)
{
    uint8_t type = 0xff;
    for (uint32_t i = 0; i < (rdmsr(0xfe) & 0xff); i++) {
        uint64_t base = rdmsr(0x200 + 2 * i), mask = rdmsr(0x201 + 2 * i);
        if (!(mask & 0x800) || ((address ^ base) & mask & ~0xfffull))
            continue;
        if ((base & 0xff) == UC)
            return UC;
        type = base;
    }
    return type != 0xff ? type : (uint8_t)rdmsr(0x2ff);
}

static void test_mtrr(void)
{
    uint32_t top = 0x100000 + (cmos(0x30) | cmos(0x31) << 8) * 1024u, above_16m = cmos(0x34) | cmos(0x35) << 8,
             free = 0;
    int good = 1;
    if (above_16m)
        top = 0x1000000 + (above_16m << 16);
    check_eq((uint32_t)rdmsr(0x2ff), 0xc00, "mtrrs_are_on_and_the_default_type_is_uncached");
    for (uint32_t at = 0x100000; at < top; at += 0x100000)
        good = good && memory_type(at) == WB;
    check(good && memory_type(top - 1) == WB, "mtrrs_make_all_ram_write_back");
    for (uint32_t at = 0xe0000000; at; at += 0x100000)
        good = good && memory_type(at) == UC;
    check(good, "mtrrs_make_the_pci_hole_uncached");
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t base = rdmsr(0x200 + 2 * i) & ~0xfffull, size = -(rdmsr(0x201 + 2 * i) & ~0xfffull) & 0xfffffffffull;
        if (!(rdmsr(0x201 + 2 * i) & 0x800))
            free++;
        else
            good = good && !(size & (size - 1)) && !(base & (size - 1));
    }
    check(free >= 1, "mtrrs_leave_one_for_video_memory");
    check(good, "mtrr_ranges_are_aligned_powers_of_two");
    check(rdmsr(0x250) == 0x0606060606060606 && rdmsr(0x259) == 0, "mtrrs_have_base_memory_and_video_memory");
}

void test_tables(void)
{
    test_mtrr();
    test_acpi();
    test_smbios();
    test_mp();
}

/* --- Addresses that the IBM PC/AT technical reference, section 5, fixes in the F segment --- */

/* Services that a program may call by their address: what the INT answers, the address answers. */
static const struct {
    uint8_t vector;
    uint16_t address, ax, dx;
    const char *rule;
} entries[] = {
    {0x11, 0xf84d, 0x0000, 0x00, "f84d_is_int_11"}, {0x12, 0xf841, 0x0000, 0x00, "f841_is_int_12"},
    {0x13, 0xe3fe, 0x0800, 0x80, "e3fe_is_int_13"}, {0x13, 0xec59, 0x0800, 0x00, "ec59_is_int_13_of_diskettes"},
    {0x14, 0xe739, 0x0300, 0x00, "e739_is_int_14"}, {0x15, 0xf859, 0xc000, 0x00, "f859_is_int_15"},
    {0x16, 0xe82e, 0x0200, 0x00, "e82e_is_int_16"}, {0x17, 0xefd2, 0x0200, 0x00, "efd2_is_int_17"},
    {0x1a, 0xfe6e, 0x0400, 0x00, "fe6e_is_int_1a"},
};

/* Where the vectors lead at POST; another program's hook or a video BIOS changes them later. */
static const struct {
    uint8_t vector;
    uint16_t address;
} vectors[] = {
    {0x02, 0xe2c3}, {0x05, 0xff54}, {0x08, 0xfea5}, {0x09, 0xe987}, {0x0e, 0xef57}, {0x11, 0xf84d}, {0x12, 0xf841},
    {0x13, 0xe3fe}, {0x14, 0xe739}, {0x15, 0xf859}, {0x16, 0xe82e}, {0x17, 0xefd2}, {0x19, 0xe6f2}, {0x1a, 0xfe6e},
    {0x1b, 0xff53}, {0x1d, 0xf0a4}, {0x1e, 0xefc7}, {0x40, 0xec59}, {0x42, 0xf065},
};

static void test_entries(void)
{
    for (unsigned i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        struct regs a, b;
        prepare(&a);
        a.ax = entries[i].ax;
        a.dx = entries[i].dx;
        b = a;
        intr(entries[i].vector, &a);
        poke32(0, 0x60 * 4, 0xf0000000 | entries[i].address);
        intr(0x60, &b);
        check(a.eax == b.eax && a.ebx == b.ebx && a.ecx == b.ecx && a.edx == b.edx && a.es == b.es && a.edi == b.edi &&
                  a.flags == b.flags,
              entries[i].rule);
    }
    poke32(0, 0x60 * 4, 0);
    for (unsigned i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        check_eq(peek32(0, vectors[i].vector * 4u), 0xf0000000 | vectors[i].address,
                 "vectors_lead_to_the_fixed_addresses");
}

/* Tables: a few values of each, by the listing of the technical reference. */
static void test_fixed_tables(void)
{
    check(peek8(0xf000, 0xfff0) == 0xea && peek32(0xf000, 0xfff1) == 0xf000e05b, "fff0_is_a_far_jump_to_f000_e05b");
    check(peek8(0xf000, 0xfff7) == '/' && peek8(0xf000, 0xfffa) == '/' && peek8(0xf000, 0xfff5) - '0' <= 1,
          "fff5_is_the_date");
    check_eq(peek8(0xf000, 0xff53), 0xcf, "ff53_is_iret");
    check_eq(peek32(0xf000, 0xefc7) & 0xff00, 0x0200, "efc7_is_the_diskette_table");
    check_eq(peek8(0xf000, 0xefca), 2, "efc7_has_512_byte_sectors");
    check_eq(peek16(0xf000, 0xe401 + 16), 615, "e401_type_2_has_615_cylinders");
    check_eq(peek8(0xf000, 0xe401 + 8 * 16 + 2), 15, "e401_type_9_has_15_heads");
    check_eq(peek8(0xf000, 0xe401 + 8 * 16 + 8), 8, "e401_type_9_has_more_than_8_heads");
    check_eq(peek8(0xf000, 0xe401 + 14), 17, "e401_type_1_has_17_sectors");
    check_eq(peek16(0xf000, 0xe6f5), 8, "e6f5_is_the_configuration_table");
    check_eq(peek16(0xf000, 0xe729), 0x417, "e729_begins_with_110_baud");
    check_eq(peek16(0xf000, 0xe737), 12, "e729_ends_with_9600_baud");
    check_eq(peek8(0xf000, 0xf0a4 + 16), 0x71, "f0a4_is_the_6845_of_80x25");
    check_eq(peek16(0xf000, 0xf0a4 + 64), 2048, "f0a4_has_the_sizes");
    check_eq(peek8(0xf000, 0xf0a4 + 80 + 7), 0x29, "f0a4_has_the_modes");
    check_eq(peek16(0xf000, 0xfef3), 0xfea5, "fef3_begins_with_int_08");
    check_eq(peek16(0xf000, 0xfef3 + 11 * 2), 0xe3fe, "fef3_has_int_13");
    check_eq(peek16(0xf000, 0xf045), 0xf065, "f045_has_int_10_by_function");
}

void test_fixed_addresses(void)
{
    test_entries();
    test_fixed_tables();
}
