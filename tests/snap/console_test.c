/* SPDX-License-Identifier: MIT */
/* The machine's part of the console: registers, page tables and the memory map of a machine whose state is known. */
#include "tests/snap/console_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/exec.h"
#include "dbg/command.h"
#include "dbg/trace.h"
#include "machine/parts.h"
#include "tests/snap/rig.h"

static struct machine *m;
static struct buf out;

static void setup(void)
{
    struct machine_config cfg = rig_demo_config();
    m = rig_machine(&cfg, rig_demo_disk());
}

static void teardown(void)
{
    buf_free(&out);
    machine_destroy(m);
}

static const char *said(const char *line)
{
    out.len = 0;
    dbg_command(m, line, &out);
    buf_add8(&out, 0);
    return (const char *)out.data;
}

static void says(const char *line, const char *want)
{
    const char *got = said(line);
    ck_assert_msg(!strcmp(got, want), "%s: '%s', not '%s'", line, got, want);
}

START_TEST(each_register_has_its_names)
{
    static const char *const names[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    static const char *const segs[] = {"es", "cs", "ss", "ds", "fs", "gs"};
    struct cpu *c = m->cpu;
    char line[40], want[40];
    for (unsigned i = 0; i < 8; i++)
        c->regs[i] = 0x11223344u + i * 0x10101010u + i;
    for (unsigned i = 0; i < 6; i++) {
        c->seg[i].sel = (uint16_t)(0x1230 + i);
        c->seg[i].base = 0x40000000u + i * 0x1000;
        c->seg[i].limit = 0x50000000u + i;
    }
    for (unsigned i = 0; i < 8; i++) {
        uint32_t v = 0x11223344u + i * 0x10101010u + i;
        snprintf(line, sizeof line, "print /x $e%s", names[i]);
        snprintf(want, sizeof want, "0x%x\n", v);
        says(line, want);
        snprintf(line, sizeof line, "print /x $%s", names[i]);
        snprintf(want, sizeof want, "0x%x\n", v & 0xffff);
        says(line, want);
        for (unsigned high = 0; high < 2; high++) {
            snprintf(line, sizeof line, "print /x $%c%c", names[i][0], high ? 'h' : 'l');
            snprintf(want, sizeof want, "0x%x\n", v >> (high ? 8 : 0) & 0xff);
            if (i < 4)
                says(line, want);
        }
    }
    for (unsigned i = 0; i < 6; i++) {
        snprintf(line, sizeof line, "print /x $%s", segs[i]);
        snprintf(want, sizeof want, "0x%x\n", 0x1230 + i);
        says(line, want);
        snprintf(line, sizeof line, "print /x $%s.base", segs[i]);
        snprintf(want, sizeof want, "0x%x\n", 0x40000000u + i * 0x1000);
        says(line, want);
        snprintf(line, sizeof line, "print /x $%s.limit", segs[i]);
        snprintf(want, sizeof want, "0x%x\n", 0x50000000u + i);
        says(line, want);
        snprintf(line, sizeof line, "print /x $%s.bas", segs[i]);
        ck_assert(strstr(said(line), "unknown register"));
    }
    c->cr0 = 0x60000010;
    c->cr2 = 0x22222222;
    c->cr3 = 0x33333000;
    c->cr4 = 0x44;
    says("print /x $cr0", "0x60000010\n");
    says("print /x $cr2", "0x22222222\n");
    says("print /x $cr3", "0x33333000\n");
    says("print /x $cr4", "0x44\n");
    c->rip = 0x12345678;
    says("print /x $eip", "0x12345678\n");
    says("print /x $ip", "0x5678\n");
    says("print /x $pc", "0x52346678\n"); /* with CS's base */
    says("print /x $eflags", "0x2\n");
    ck_assert(strstr(said("print $sl"), "unknown register '$sl'"));
    ck_assert(strstr(said("print $alx"), "unknown register '$alx'"));
    ck_assert(strstr(said("print $cr1"), "unknown register '$cr1'"));
    ck_assert(strstr(said("print $abcdefghijklmnopq"), "unknown register '$abcdefghijklmno'"));
}
END_TEST

/* $eip and $esp alone are offsets in CS and SS: an address of x gets the base, one with a segment named does not. */
START_TEST(addresses_of_x_have_the_base_of_what_they_name)
{
    static const struct {
        const char *line;
        uint32_t at;
    } row[] = {
        {"x $eip", 0x11100},
        {"x $ip", 0x11100},
        {"x $esp", 0x21200},
        {"x $ebp", 0x21300},
        {"x $bp", 0x21300},
        {"x $sp", 0x21200},
        {"x $pc", 0x11100},
        {"x $eax", 0x400},
        {"x $ss.base+$esp", 0x21200},
        {"x $cs.base+$eip", 0x11100},
        {"x $es*16+$ip", 0x11100},
        {"x $cs", 0x1100},
        {"x $ds+0", 0x77},
    };
    struct cpu *c = m->cpu;
    c->seg[SEG_CS].sel = 0x1100;
    c->seg[SEG_CS].base = 0x11000;
    c->seg[SEG_SS].base = 0x21000;
    c->seg[SEG_ES].sel = 0x1100;
    c->seg[SEG_DS].sel = 0x77;
    c->rip = 0x100;
    c->regs[RSP] = 0x200;
    c->regs[RBP] = 0x300;
    c->regs[RAX] = 0x400;
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        char want[16];
        snprintf(want, sizeof want, "%08x:", row[i].at);
        const char *got = said(row[i].line);
        ck_assert_msg(!strncmp(got, want, 9), "%s: %s, not %s", row[i].line, got, want);
    }
}
END_TEST

START_TEST(expressions_nest_65_deep_and_bind_as_qemu_has_them)
{
    char line[200] = "print ";
    for (unsigned n = 64; n < 67; n++) {
        memset(line + 6, '(', n);
        line[6 + n] = '7';
        memset(line + 7 + n, ')', n);
        line[7 + 2 * n] = 0;
        ck_assert_msg(!strcmp(said(line), "7\n") == (n <= 64), "%u: %s", n, said(line));
        memset(line + 6, '~', n);
        strcpy(line + 6 + n, "7");
        ck_assert_msg((strstr(said(line), "nested") == NULL) == (n <= 64), "%u: %s", n, said(line));
    }
    static const struct {
        const char *line, *says;
    } row[] = {
        {"print 6|1&3^2*3", "5\n"},    {"print 1+6|1", "8\n"},    {"print 7-3-2", "2\n"}, {"print -3+5", "2\n"},
        {"print +3", "3\n"},           {"print ~5 & 15", "10\n"}, {"print 5^3", "6\n"},   {"print 12 / 5 * 2", "4\n"},
        {"print ( 2 + 3 )*4", "20\n"}, {"print 17%5", "2\n"},     {"print --4", "4\n"},   {"print 4|3", "7\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        says(row[i].line, row[i].says);
    ck_assert(strstr(said("print 5%0"), "division by zero"));
    says("print 0*0", "0\n");
    ck_assert(strstr(said("print 'ab"), "a character is one between two '"));
    ck_assert(strstr(said("print '"), "a character is one between two '"));
    ck_assert(strstr(said("print 1 + )"), "invalid char ')' in expression"));
    ck_assert(strstr(said("print 1*"), "unexpected end of expression"));
    ck_assert(strstr(said("print 1&"), "unexpected end of expression"));
}
END_TEST

/* The page register of DMA channel 2 is port 81h, of channel 3 port 82h: plain bytes. */
START_TEST(ports_are_read_and_written_in_their_width)
{
    says("o 0x81 0x5a", "");
    says("i 0x81", "portb[0x0081] = 0x5a\n");
    says("o /b 0x82 0x1a5", "");
    says("i /b 0x82", "portb[0x0082] = 0xa5\n");
    says("o /h 0x81 0x3412", "");
    says("i /h 0x81", "portw[0x0081] = 0x3412\n");
    says("i /bx 0x81", "portb[0x0081] = 0x12\n");
    says("o /w 0x80 0x9abcdef1", "");
    says("i /w 0x80", "portl[0x0080] = 0x9abcdef1\n");
    says("o /l 1 1", "o: invalid char in format: 'l'\n");
    ck_assert(!strncmp(said("i 0xffff"), "portb[0xffff] = 0x", 18));
    says("i 0x10000", "i: ports are 0 to 0xffff; say for example i /b 0x60\n");
    says("o 0x10000 1", "o: ports are 0 to 0xffff; say for example o /b 0x80 1\n");
    says("i /2b 0x81", "i: one port of size b, h or w\n");
    says("i /g 0x81", "i: one port of size b, h or w\n");
    says("o /i 0x81 1", "o: one port of size b, h or w\n");
    says("o 0x81", "o: unexpected end of expression; say for example o /b 0x80 1\n");
    says("i", "i: unexpected end of expression; say for example i /b 0x60\n");
    says("nmi 1", "nmi: takes no arguments\n");
    says("nmi", "");
    says("boot_set dca", "boot device list now set to dca\n");
    says("i /b 0x81", "portb[0x0081] = 0xde\n");
    static const char *const wrong[] = {"boot_set", "boot_set x", "boot_set cc", "boot_set cac", "boot_set cadnx"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        says(wrong[i], "boot_set: the order is made of the letters a, c, d and n, each once\n");
}
END_TEST

START_TEST(a_replay_is_not_disturbed)
{
    static const char *const lines[] = {"i 0x81", "o 0x81 1", "nmi", "boot_set c"};
    m->journal.mode = JOURNAL_REPLAY;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        says(lines[i], "a recording is being replayed: nothing can be changed\n");
        ck_assert(dbg_alters(lines[i]));
    }
    m->journal.mode = JOURNAL_RECORD;
    ck_assert(!dbg_alters("x 0"));
    ck_assert(!dbg_alters("info pic"));
}
END_TEST

/* --- Page tables (SDM 3A 4.3, 4.4), written into memory by hand --- */

static void poke32(uint32_t at, uint32_t v)
{
    uint8_t b[12];
    st64(b, at);
    st32(b + 8, v);
    journal_input(&m->journal, J_POKE, 0, b, 12);
}

START_TEST(page_tables_of_32_bits_are_listed)
{
    struct cpu *c = m->cpu;
    says("info tlb", "PG disabled\n");
    says("info mem", "PG disabled\n");
    c->cr3 = 0x10000;
    c->cr4 = CR4_PSE;
    poke32(0x10000, 0x11007);         /* a table for 0 to 4 MiB: user, writable */
    poke32(0x10004, 0x00400083);      /* a page of 4 MiB: supervisor, writable */
    poke32(0x10ffc, 0x12005);         /* the last one: user, read-only */
    poke32(0x11000, 0x20000 | 0x67);  /* D A U W P */
    poke32(0x11004, 0x21000 | 0x107); /* G */
    poke32(0x11008, 0x22000 | 0x03);  /* supervisor */
    poke32(0x1100c, 0x23000 | 0x9f);  /* bit 7 is no size here; PCD PWT */
    poke32(0x11014, 0x24000 | 0x01);  /* a hole before it; read-only */
    poke32(0x12ffc, 0x25000 | 0x07);
    c->cr0 |= CR0_PG | CR0_PE;
    says("info tlb", "00000000: 0000000000020000 ---DA--UW\n"
                     "00001000: 0000000000021000 -G-----UW\n"
                     "00002000: 0000000000022000 --------W\n"
                     "00003000: 0000000000023000 -----CTUW\n"
                     "00005000: 0000000000024000 ---------\n"
                     "00400000: 0000000000400000 --P-----W\n"
                     "fffff000: 0000000000025000 -------UW\n");
    says("info mem", "0000000000000000-0000000000002000 0000000000002000 urw\n"
                     "0000000000002000-0000000000003000 0000000000001000 -rw\n"
                     "0000000000003000-0000000000004000 0000000000001000 urw\n"
                     "0000000000005000-0000000000006000 0000000000001000 -r-\n"
                     "0000000000400000-0000000000800000 0000000000400000 -rw\n"
                     "00000000fffff000-0000000100000000 0000000000001000 ur-\n");
    c->cr4 = 0; /* without PSE the entry names a table, which begins at 400000h and is empty */
    poke32(0x400000, 0x30001);
    ck_assert(strstr(said("info tlb"), "00400000: 0000000000030000 ---------\n"));
    c->cr0 &= ~(uint32_t)(CR0_PG | CR0_PE);
}
END_TEST

START_TEST(page_tables_of_pae_are_listed)
{
    struct cpu *c = m->cpu;
    c->cr3 = 0x10020; /* aligned to 32 bytes */
    c->cr4 = CR4_PAE;
    poke32(0x10020, 0x11001);
    poke32(0x10038, 0x12001); /* the fourth of the pointers: 3 GiB */
    poke32(0x11000, 0x13007);
    poke32(0x11008, 0x00600087), poke32(0x1100c, 0x80000000); /* 2 MiB, NX */
    poke32(0x12ff8, 0x00200085);
    poke32(0x13000, 0x20007), poke32(0x13004, 0x80000000);
    poke32(0x13ff8, 0x21001), poke32(0x13ffc, 0x1);
    c->cr0 |= CR0_PG | CR0_PE;
    says("info tlb", "00000000: 0000000000020000 X------UW\n"
                     "001ff000: 0000000100021000 ---------\n"
                     "00200000: 0000000000600000 X-P----UW\n"
                     "ffe00000: 0000000000200000 --P----U-\n");
    says("info mem", "0000000000000000-0000000000001000 0000000000001000 urw\n"
                     "00000000001ff000-0000000000200000 0000000000001000 -r-\n"
                     "0000000000200000-0000000000400000 0000000000200000 urw\n"
                     "00000000ffe00000-0000000100000000 0000000000200000 ur-\n");
    c->cr0 &= ~(uint32_t)(CR0_PG | CR0_PE);
}
END_TEST

/* --- The map, lists --- */

START_TEST(the_flat_map_names_what_is_behind_each_address)
{
    const char *got = said("info mtree -f");
    static const char *const lines[] = {
        "FlatView: memory\n  0000000000000000-000000000009ffff (ram): ram\n",
        "  0000000000100000-00000000007fffff (ram): ram @0000000000100000\n",
        "  00000000fec00000-00000000fec00fff (i/o): device registers\n",
        "  00000000fee00000-00000000fee00fff (i/o): device registers\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        ck_assert_msg(strstr(got, lines[i]), "no '%s' in %s", lines[i], got);
    ck_assert(strstr(got, "00000000ffffffff (rom): "));
    says("info mtree -x", "info mtree: there is -f, the flat view\n");
    got = said("info mtree");
    ck_assert(!strncmp(got, "address-space: memory\n", 22) && strstr(got, "address-space: I/O\n"));
}
END_TEST

START_TEST(each_list_is_there_and_takes_no_more_than_it_says)
{
    static const struct {
        const char *line, *has;
    } row[] = {
        {"info registers", "CPU#0\nEAX="},
        {"info ioports", "0060"},
        {"info pci", "Host bridge: PCI device 8086:1237"},
        {"info pic", "pic0: "},
        {"info pic", "pic1: "},
        {"info pic", "ioapic: "},
        {"info irq", "pic1: "},
        {"info lapic", "lapic"},
        {"info ioapic", "ioapic: "},
        {"info mice", "* Mouse #0: PS/2 Mouse\n"},
        {"info roms", "mem=rom name=\""},
        {"info qtree", "bus: main-system-bus\n  type System\n"},
        {"info qtree", "    iobase = 1281 (0x501)\n"},
        {"info devices", "i8259"},
        {"info usb", "Error: USB support not enabled\n"},
        {"info pit", "pit: "},
        {"info nothing", "unknown command: 'info nothing'\n"},
        {"info pci -x", "info pci: there is -t, a line for each function\n"},
        {"info irq 1", "info irq: takes no arguments\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        const char *got = said(row[i].line);
        ck_assert_msg(strstr(got, row[i].has), "%s: no '%s' in %s", row[i].line, row[i].has, got);
    }
    ck_assert(!strstr(said("info irq"), "ioapic: "));
    struct dev *all = m->devices;
    m->devices = NULL;
    says("info mice", "No mouse devices connected\n");
    m->devices = all;
    says("x /i 0xa0000000", "0xa0000000:  unable to read memory\n");
    unsigned n = 0;
    for (; dbg_info_at(n); n++) {
        char line[64];
        snprintf(line, sizeof line, "info %s", dbg_info_at(n)->name);
        ck_assert_msg(!strstr(said(line), "unknown command"), "%s", line);
        ck_assert(*dbg_info_at(n)->help);
    }
    ck_assert_uint_gt(n, 10);
    for (n = 0; dbg_command_at(n); n++)
        ck_assert(*dbg_command_at(n)->name && *dbg_command_at(n)->help);
    ck_assert_uint_gt(n, 5);
}
END_TEST

START_TEST(usb_devices_are_what_was_plugged_in)
{
    static const char *const cls[] = {"usb-tablet", "usb-mouse", "usb-kbd"};
    for (size_t i = 0; i < ARRAY_LEN(cls); i++) {
        struct machine_config cfg = rig_demo_config();
        cfg.usb = cfg.vmport = true;
        snprintf(cfg.device[1].cls, sizeof cfg.device[1].cls, "%s", cls[i]);
        cfg.ndevices = 2;
        machine_destroy(m);
        m = rig_machine(&cfg, rig_demo_disk());
        const char *got = said("info devices");
        for (size_t k = 0; k < ARRAY_LEN(cls); k++)
            ck_assert_msg((strstr(got, cls[k]) != NULL) == (k == i), "%s, %s: %s", cls[i], cls[k], got);
        ck_assert(!strstr(said("info usb"), "Error"));
        got = said("info mice");
        ck_assert((strstr(got, "USB Tablet (absolute)") != NULL) == (i == 0));
        ck_assert((strstr(got, "USB Mouse\n") != NULL) == (i == 1));
        ck_assert(strstr(got, " Mouse #1: vmmouse (absolute)\n"));
    }
}
END_TEST

/* --- The log of what the CPU does --- */

static struct buf logged;

static void on_text(void *ctx, const char *text, size_t len)
{
    ck_assert_ptr_eq(ctx, &logged);
    buf_add(&logged, text, len);
}

/* The log of the first instructions; whether it has a text. */
static bool logs(uint32_t items, const char *text)
{
    struct trace t = {0};
    setup();
    logged.len = 0;
    trace_start(&t, m, items, on_text, &logged);
    rig_run_to(m, 200);
    trace_start(&t, m, 0, on_text, &logged);
    buf_add8(&logged, 0);
    bool any = strstr((const char *)logged.data, text) != NULL;
    teardown();
    return any;
}

START_TEST(the_log_has_what_was_asked_for_and_nothing_else)
{
    teardown();
    static const struct {
        uint32_t item;
        const char *text;
    } row[] = {{TRACE_IN_ASM, "IN: \n0xfffffff0:"}, {TRACE_EXEC, "Trace 0: "}, {TRACE_CPU, "EAX="}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        for (size_t k = 0; k < ARRAY_LEN(row); k++)
            ck_assert_msg(logs(row[i].item, row[k].text) == (i == k), "items %x: '%s'", row[i].item, row[k].text);
    ck_assert(!logs(TRACE_INT | TRACE_CPU_RESET | TRACE_GUEST_ERRORS, "EAX="));
    buf_free(&logged);
    setup();
}
END_TEST

TCase *console_case(void)
{
    TCase *t = tcase_create("console");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, each_register_has_its_names);
    tcase_add_test(t, addresses_of_x_have_the_base_of_what_they_name);
    tcase_add_test(t, expressions_nest_65_deep_and_bind_as_qemu_has_them);
    tcase_add_test(t, ports_are_read_and_written_in_their_width);
    tcase_add_test(t, a_replay_is_not_disturbed);
    tcase_add_test(t, page_tables_of_32_bits_are_listed);
    tcase_add_test(t, page_tables_of_pae_are_listed);
    tcase_add_test(t, the_flat_map_names_what_is_behind_each_address);
    tcase_add_test(t, each_list_is_there_and_takes_no_more_than_it_says);
    tcase_add_test(t, usb_devices_are_what_was_plugged_in);
    tcase_add_test(t, the_log_has_what_was_asked_for_and_nothing_else);
    return t;
}
