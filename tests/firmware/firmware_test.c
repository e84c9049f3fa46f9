/* SPDX-License-Identifier: MIT */
/*
 * What the machine hands its firmware: AML by its encoding rules (ACPI 1.0b, 16.2), the ACPI files as the loader's
 * script links them, SMBIOS structures. With the argument "dump FOLDER" it writes each table, linked and summed, to
 * FOLDER/NAME.aml.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "firmware/acpi.h"
#include "firmware/aml.h"
#include "firmware/smbios.h"

static const struct acpi_config all = {.apic = true,
                                       .hpet = true,
                                       .floppy = true,
                                       .mouse = true,
                                       .serial = {true, true, true, true},
                                       .parallel = {true, true, true}};

/* --- AML --- */

static void is(struct buf *b, const void *want, size_t n)
{
    ck_assert_uint_eq(b->len, n);
    ck_assert_mem_eq(b->data, want, n);
    buf_clear(b);
}

START_TEST(aml_integers_take_the_least_form)
{
    struct buf b = {0};
    aml_int(&b, 0), is(&b, "\x00", 1);
    aml_int(&b, 1), is(&b, "\x01", 1);
    aml_int(&b, 2), is(&b, "\x0a\x02", 2);
    aml_int(&b, 0xff), is(&b, "\x0a\xff", 2);
    aml_int(&b, 0x100), is(&b, "\x0b\x00\x01", 3);
    aml_int(&b, 0x10000), is(&b, "\x0c\x00\x00\x01\x00", 5);
    aml_int(&b, UINT64_C(0x100000000)), is(&b, "\x0e\0\0\0\0\1\0\0\0", 9);
    buf_free(&b);
}
END_TEST

START_TEST(aml_names_are_padded_and_prefixed_by_their_segments)
{
    struct buf b = {0};
    aml_path(&b, "ISA"), is(&b, "ISA_", 4);
    aml_path(&b, "\\_SB"), is(&b, "\\_SB_", 5);
    aml_path(&b, "\\_SB.PCI0"), is(&b, "\\\x2e_SB_PCI0", 10);
    aml_path(&b, "\\_SB.PCI0.ISA.PRQ0"), is(&b, "\\\x2f\x04_SB_PCI0ISA_PRQ0", 19);
    buf_free(&b);
}
END_TEST

START_TEST(aml_eisa_id_is_compressed_big_endian)
{
    struct buf b = {0};
    aml_eisa_id(&b, "PNP0A03"), is(&b, "\x0c\x41\xd0\x0a\x03", 5);
    buf_free(&b);
}
END_TEST

/* A package of `n` bytes of terms: one length byte up to 3Fh in all, then two, then three. */
START_TEST(aml_package_length_counts_itself)
{
    static const struct {
        size_t body;
        unsigned head;
        uint8_t want[3];
    } t[] = {{1, 1, {0x02}},
             {0x3e, 1, {0x3f}},
             {0x3f, 2, {0x41, 0x04}},
             {0xffd, 2, {0x4f, 0xff}},
             {0xffe, 3, {0x81, 0x00, 0x01}}};
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        struct buf b = {0};
        size_t mark = aml_if(&b);
        for (size_t n = 0; n < t[i].body; n++)
            buf_add8(&b, 0xa3);
        aml_end(&b, mark);
        ck_assert_uint_eq(b.len, 1 + t[i].head + t[i].body);
        ck_assert_mem_eq(b.data + 1, t[i].want, t[i].head);
        buf_free(&b);
    }
}
END_TEST

/* --- The loader's script, obeyed as firmware does --- */

enum { RSDP_AT = 0xf0e90, TABLES_AT = 0x07ff0000 };

static uint32_t place_of(const char *name)
{
    return !strcmp(name, "etc/acpi/rsdp") ? RSDP_AT : TABLES_AT;
}

static struct buf *file_of(struct acpi_files *f, const char *name)
{
    return !strcmp(name, "etc/acpi/rsdp") ? &f->rsdp : !strcmp(name, "etc/acpi/tables") ? &f->tables : NULL;
}

static void add_checksum(struct buf *file, uint32_t to, uint32_t start, uint32_t n)
{
    uint8_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += file->data[start + i];
    file->data[to] -= sum;
}

/* False where a command is out of bounds or unknown. */
static bool obey(struct acpi_files *f)
{
    for (size_t at = 0; at < f->loader.len; at += 128) {
        const uint8_t *e = f->loader.data + at;
        struct buf *file = file_of(f, (const char *)e + 4);
        uint32_t off = ld32(e + 116), to = ld32(e + 60), start = ld32(e + 64), n = ld32(e + 68);
        if (!file)
            return false;
        if (ld32(e) == 2 && off + e[120] <= file->len)
            st_le(file->data + off, ld_le(file->data + off, e[120]) + place_of((const char *)e + 60), e[120]);
        else if (ld32(e) == 3 && start + n <= file->len && to < file->len)
            add_checksum(file, to, start, n);
        else if (ld32(e) != 1)
            return false;
    }
    return true;
}

static uint8_t sum_of(const uint8_t *p, size_t n)
{
    uint8_t s = 0;
    while (n--)
        s += *p++;
    return s;
}

static uint8_t *table_at(struct acpi_files *f, uint32_t address)
{
    ck_assert(address >= TABLES_AT && address < TABLES_AT + f->tables.len);
    return f->tables.data + (address - TABLES_AT);
}

static void free_files(struct acpi_files *f)
{
    buf_free(&f->tables);
    buf_free(&f->rsdp);
    buf_free(&f->loader);
}

START_TEST(acpi_tables_are_linked_and_summed_by_the_script)
{
    struct acpi_files f;
    acpi_build(&all, &f);
    ck_assert(obey(&f));
    ck_assert_mem_eq(f.rsdp.data, "RSD PTR ", 8);
    ck_assert_uint_eq(sum_of(f.rsdp.data, 20), 0);
    uint8_t *rsdt = table_at(&f, ld32(f.rsdp.data + 16));
    ck_assert_mem_eq(rsdt, "RSDT", 4);
    ck_assert_uint_eq(sum_of(rsdt, ld32(rsdt + 4)), 0);
    ck_assert_uint_eq(ld32(rsdt + 4), 36 + 3 * 4);
    static const char *const names[] = {"FACP", "APIC", "HPET"};
    for (unsigned i = 0; i < 3; i++) {
        const uint8_t *t = table_at(&f, ld32(rsdt + 36 + 4 * i));
        ck_assert_mem_eq(t, names[i], 4);
        ck_assert_uint_eq(sum_of(t, ld32(t + 4)), 0);
    }
    const uint8_t *fadt = table_at(&f, ld32(rsdt + 36));
    ck_assert_mem_eq(table_at(&f, ld32(fadt + 36)), "FACS", 4);
    ck_assert_uint_eq(ld32(fadt + 36) % 64, 0);
    ck_assert_mem_eq(table_at(&f, ld32(fadt + 40)), "DSDT", 4);
    ck_assert_uint_eq(ld64(fadt + 140), ld32(fadt + 40)); /* X_DSDT */
    ck_assert_uint_eq(ld64(fadt + 152), ld32(fadt + 56)); /* X_PM1a_EVT_BLK */
    free_files(&f);
}
END_TEST

static bool dsdt_has(const struct acpi_config *cfg, const char *name)
{
    struct buf b = {0};
    acpi_dsdt(cfg, &b);
    bool found = false;
    for (size_t i = 0; i + 4 <= b.len; i++)
        found = found || !memcmp(b.data + i, name, 4);
    buf_free(&b);
    return found;
}

START_TEST(acpi_names_what_is_fitted_only)
{
    struct acpi_config none = {.serial = {false, true}};
    struct acpi_files f;
    ck_assert(dsdt_has(&all, "COM1") && dsdt_has(&all, "LPT3") && dsdt_has(&all, "FDC0") && dsdt_has(&all, "HPET"));
    ck_assert(!dsdt_has(&none, "COM1") && dsdt_has(&none, "COM2") && !dsdt_has(&none, "FDC0") &&
              !dsdt_has(&none, "HPET"));
    acpi_build(&none, &f);
    ck_assert(obey(&f));
    ck_assert_uint_eq(ld32(table_at(&f, ld32(f.rsdp.data + 16)) + 4), 36 + 4); /* neither MADT nor HPET */
    free_files(&f);
}
END_TEST

/* --- SMBIOS --- */

/* The formatted area of a type; NULL: there is none. Counts the structures. */
static const uint8_t *structure(const struct buf *t, uint8_t type, unsigned *count)
{
    const uint8_t *found = NULL;
    size_t i = 0;
    *count = 0;
    while (i + 4 <= t->len) {
        const uint8_t *s = t->data + i;
        if (s[0] == type && !found)
            found = s;
        ++*count;
        i += s[1];
        while (t->data[i] || t->data[i + 1])
            i++;
        i += 2;
    }
    ck_assert_uint_eq(i, t->len);
    return found;
}

START_TEST(smbios_has_its_types_and_the_uuid_in_wire_order)
{
    struct smbios_config cfg = {
        .version = "1.2",
        .ram_bytes = 128 << 20,
        .cpu_vendor = "GenuineIntel",
        .cpu_name = "CPU",
        .uuid = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}};
    static const uint8_t types[] = {0, 1, 3, 4, 16, 17, 19, 32, 127};
    static const uint8_t wire[] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
                                   0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    struct buf tables, anchor;
    unsigned count;
    smbios_build(&cfg, &tables, &anchor);
    for (size_t i = 0; i < sizeof types; i++)
        ck_assert_msg(structure(&tables, types[i], &count) != NULL, "type %u", types[i]);
    ck_assert_uint_eq(count, sizeof types);
    ck_assert_mem_eq(structure(&tables, 1, &count) + 8, wire, 16);
    ck_assert_uint_eq(ld16(structure(&tables, 17, &count) + 0x0c), 128);
    ck_assert_uint_eq(ld32(structure(&tables, 19, &count) + 0x08), 128 * 1024 - 1);
    ck_assert_uint_eq(anchor.len, 31);
    ck_assert_uint_eq(ld16(anchor.data + 0x16), tables.len);
    ck_assert_uint_eq(ld16(anchor.data + 0x1c), count);
    buf_free(&tables);
    buf_free(&anchor);
}
END_TEST

static int dump(const char *folder)
{
    struct acpi_files f;
    acpi_build(&all, &f);
    if (!obey(&f))
        return EXIT_FAILURE;
    for (size_t at = 64, n; at < f.tables.len; at += n) {
        char path[512];
        n = ld32(f.tables.data + at + 4);
        snprintf(path, sizeof path, "%s/%.4s.aml", folder, (const char *)f.tables.data + at);
        FILE *out = fopen(path, "wb");
        if (!out || fwrite(f.tables.data + at, 1, n, out) != n || fclose(out))
            return EXIT_FAILURE;
    }
    free_files(&f);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "dump"))
        return dump(argv[2]);
    Suite *s = suite_create("firmware");
    TCase *t = tcase_create("tables");
    tcase_add_test(t, aml_integers_take_the_least_form);
    tcase_add_test(t, aml_names_are_padded_and_prefixed_by_their_segments);
    tcase_add_test(t, aml_eisa_id_is_compressed_big_endian);
    tcase_add_test(t, aml_package_length_counts_itself);
    tcase_add_test(t, acpi_tables_are_linked_and_summed_by_the_script);
    tcase_add_test(t, acpi_names_what_is_fitted_only);
    tcase_add_test(t, smbios_has_its_types_and_the_uuid_in_wire_order);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
