/* SPDX-License-Identifier: MIT */
/* The board: which wire ends where, what the firmware is told of the configuration, who gets keys and motion. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "block/block.h"
#include "devices/intc/i8259.h"
#include "devices/intc/ioapic.h"
#include "devices/intc/irq_lines.h"
#include "machine/parts.h"
#include "tests/snap/console_test.h"
#include "tests/snap/rig.h"

/* --- Interrupt lines --- */

START_TEST(each_interrupt_line_reaches_its_8259_and_its_io_apic_input)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    struct irq_lines *lines = container_of(machine_find(m, "irqs"), struct irq_lines, dev);
    struct i8259 *pic0 = container_of(machine_find(m, "pic0"), struct i8259, dev);
    struct i8259 *pic1 = container_of(machine_find(m, "pic1"), struct i8259, dev);
    for (int n = 0; n < 16; n++) {
        if (n == 2) /* the cascade */
            continue;
        struct irq_line l = irq_lines_source(lines, n);
        uint32_t before = m->ioapic->lines;
        unsigned irr = i8259_irr(pic0) | (unsigned)i8259_irr(pic1) << 8;
        irq_set(&l, 1);
        ck_assert_msg((i8259_irr(pic0) | (unsigned)i8259_irr(pic1) << 8) == (irr | 1u << n), "line %d: IRR %04x", n,
                      i8259_irr(pic0) | (unsigned)i8259_irr(pic1) << 8);
        uint32_t pin = 1u << (n ? n : 2);
        ck_assert_msg(((m->ioapic->lines | before) & pin) && ((m->ioapic->lines ^ before) & ~pin & ~1u) == 0,
                      "line %d: inputs %08x", n, m->ioapic->lines);
        irq_set(&l, 0);
    }
    machine_destroy(m);
}
END_TEST

/* --- Keys and pointers --- */

static struct {
    char said[512];
    bool wanted[3], room[3];
} sink;
static int number[3] = {0, 1, 2};

static void note(void *ctx, const char *what, unsigned key)
{
    size_t n = strlen(sink.said);
    snprintf(sink.said + n, sizeof sink.said - n, "%d %s %02x; ", *(int *)ctx, what, key);
}

static void on_key(void *ctx, uint8_t key, bool down)
{
    note(ctx, down ? "down" : "up", key);
}

static void on_host(void *ctx, uint8_t key)
{
    note(ctx, "host", key);
}

static bool is_wanted(void *ctx)
{
    return sink.wanted[*(int *)ctx];
}

static bool has_room(void *ctx)
{
    return sink.room[*(int *)ctx];
}

static void key(struct machine *m, uint8_t k, uint8_t event, unsigned len)
{
    uint8_t b[4] = {k, 0, event, 0};
    journal_input(&m->journal, J_KEY, 0, b, len);
}

static void says(const char *want)
{
    ck_assert_str_eq(sink.said, want);
    sink.said[0] = 0;
}

START_TEST(keys_go_to_the_first_keyboard_that_is_wanted_releases_to_all)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    memset(m->keys, 0, sizeof m->keys);
    m->keys[0] = (struct key_sink){.key = on_key, .wanted = is_wanted, .ctx = &number[0]};
    m->keys[2] = (struct key_sink){on_key, NULL, &number[2], on_host, has_room};
    sink.wanted[0] = true;
    key(m, 0x9c, KEY_HOST, 3);
    key(m, 0x9c, KEY_UP, 3);
    says("0 down 9c; 0 up 9c; 2 up 9c; ");
    sink.wanted[0] = false;
    key(m, 0x1e, KEY_HOST, 3);
    key(m, 0x1e, KEY_DOWN, 3);
    key(m, 0x1e, KEY_UP, 3);
    says("2 host 1e; 2 down 1e; 0 up 1e; 2 up 1e; ");
    key(m, 0x1e, KEY_DOWN, 2); /* no key's entry */
    key(m, 0x1e, KEY_DOWN, 4);
    says("");
    for (unsigned i = 0; i < 4; i++) {
        sink.wanted[0] = i & 1;
        sink.room[2] = i & 2;
        struct keyboard_state s = machine_keyboard(m);
        ck_assert_int_eq(s.room, i & 1 || i & 2);
        ck_assert_int_eq(s.host_repeats, !(i & 1));
    }
    memset(m->keys, 0, sizeof m->keys); /* a board without a keyboard takes everything */
    ck_assert(machine_keyboard(m).room && machine_keyboard(m).host_repeats);
    key(m, 0x1e, KEY_DOWN, 3);
    machine_destroy(m);
}
END_TEST

static void on_pointer(void *ctx, const struct pointer_event *e)
{
    size_t n = strlen(sink.said);
    snprintf(sink.said + n, sizeof sink.said - n, "%d %s %d %d %u %u wheel %d buttons %02x; ", *(int *)ctx,
             e->absolute ? "abs" : "rel", e->dx, e->dy, e->x, e->y, e->wheel, e->buttons);
}

static void hand(struct machine *m, enum journal_kind kind, uint16_t x, uint16_t y, uint8_t wheel, uint8_t buttons,
                 unsigned len)
{
    uint8_t b[7] = {(uint8_t)x, (uint8_t)(x >> 8), (uint8_t)y, (uint8_t)(y >> 8), wheel, buttons, 0};
    journal_input(&m->journal, kind, 0, b, len);
}

START_TEST(motion_and_places_go_to_the_first_pointer_that_is_wanted)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    struct dev *pit = machine_find(m, "pit"), *rtc = machine_find(m, "rtc");
    memset(m->relative, 0, sizeof m->relative);
    memset(m->absolute, 0, sizeof m->absolute);
    ck_assert(!machine_takes_absolute(m));
    ck_assert(!machine_points_with(m, pit));
    hand(m, J_MOUSE, 1, 1, 0, 0, 6); /* to nobody */
    hand(m, J_TABLET, 1, 1, 0, 0, 6);
    m->relative[1] = (struct pointer_sink){.event = on_pointer, .wanted = is_wanted, .ctx = &number[1]};
    m->relative[2] = (struct pointer_sink){.event = on_pointer, .ctx = &number[2]};
    m->absolute[0] = (struct pointer_sink){.event = on_pointer, .wanted = is_wanted, .ctx = &number[0]};
    sink.wanted[1] = true;
    hand(m, J_MOUSE, 0xfffb, 300, 0xfe, 0xff, 6);
    hand(m, J_MOUSE, 0x7fff, 0x8000, 1, 0, 6);
    says("1 rel -5 300 0 0 wheel -2 buttons 1f; 1 rel 32767 -32768 0 0 wheel 1 buttons 00; ");
    sink.wanted[1] = false;
    hand(m, J_MOUSE, 1, 2, 0, 4, 6);
    says("2 rel 1 2 0 0 wheel 0 buttons 04; ");
    hand(m, J_TABLET, 1, 2, 0, 4, 6);
    says("");
    ck_assert(!machine_takes_absolute(m));
    sink.wanted[0] = true;
    ck_assert(machine_takes_absolute(m));
    hand(m, J_TABLET, 32767, 0, 0xff, 0xff, 6);
    hand(m, J_TABLET, 32768, 65535, 3, 0x20, 6);
    says("0 abs 0 0 32767 0 wheel -1 buttons 1f; 0 abs 0 0 32767 32767 wheel 3 buttons 00; ");
    hand(m, J_TABLET, 1, 1, 0, 0, 5);
    hand(m, J_TABLET, 1, 1, 0, 0, 7);
    hand(m, J_MOUSE, 1, 1, 0, 0, 5);
    hand(m, J_MOUSE, 1, 1, 0, 0, 7);
    says("");
    m->absolute[0].ctx = pit; /* `info mice` marks what a move goes to */
    m->absolute[0].wanted = NULL;
    m->relative[1] = (struct pointer_sink){.event = on_pointer, .ctx = rtc};
    ck_assert(machine_points_with(m, pit) && !machine_points_with(m, rtc));
    m->absolute[0].event = NULL;
    ck_assert(!machine_points_with(m, pit) && machine_points_with(m, rtc));
    machine_destroy(m);
}
END_TEST

/* --- What the firmware is told: fw_cfg, as QEMU's document has it --- */

static uint8_t item[1 << 16];

static void read_item(struct machine *m, uint16_t selector, unsigned n)
{
    ck_assert_uint_le(n, sizeof item);
    port_out(m->ports, 0x510, 2, selector, INIT_CPU0);
    for (unsigned i = 0; i < n; i++)
        item[i] = (uint8_t)port_in(m->ports, 0x511, 1, INIT_CPU0);
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reads a file of that name into item; its length, or -1. */
static int read_file(struct machine *m, const char *name)
{
    read_item(m, 0x19, 4);
    unsigned n = be32(item);
    read_item(m, 0x19, 4 + 64 * n);
    for (unsigned i = 0; i < n; i++) {
        const uint8_t *row = item + 4 + (size_t)64 * i;
        if (strcmp((const char *)row + 8, name) != 0)
            continue;
        unsigned size = be32(row);
        read_item(m, (uint16_t)(row[4] << 8 | row[5]), size);
        return (int)size;
    }
    return -1;
}

static void is_file(struct machine *m, const char *name, const char *bytes, int len)
{
    int n = read_file(m, name);
    ck_assert_msg(n == len, "%s has %d bytes, not %d", name, n, len);
    ck_assert_msg(len < 0 || !memcmp(item, bytes, (size_t)len), "%s: %.*s", name, n, (const char *)item);
}

static uint32_t item32(struct machine *m, uint16_t selector)
{
    read_item(m, selector, 4);
    return ld32(item);
}

START_TEST(the_boot_order_has_drives_by_their_index)
{
    struct machine_config cfg = rig_demo_config(); /* its disk has the index 0 */
    for (unsigned i = 1; i < MAX_DRIVES; i++)
        cfg.drive[i] = (struct drive_config){.fd = -1, .bootindex = 1};
    cfg.drive[2] = (struct drive_config){.present = true, .kind = DRIVE_CD, .fd = -1, .bootindex = 7};
    cfg.drive[3] = (struct drive_config){.present = true, .kind = DRIVE_CD, .fd = -1, .bootindex = NO_BOOTINDEX};
    cfg.drive[5] = (struct drive_config){.present = true, .kind = DRIVE_FLOPPY, .fd = -1, .bootindex = 3};
    cfg.drive[4] = (struct drive_config){.present = true, .kind = DRIVE_FLOPPY, .fd = -1, .bootindex = NO_BOOTINDEX};
    cfg.boot_retry_ms = BOOT_NO_RETRY;
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    static const char disk[] = "/pci@i0cf8/ide@1,1/drive@0/disk@0\n", floppy[] = "/pci@i0cf8/isa@1/fdc@03f0/floppy@1\n";
    static const char cd[] = "/pci@i0cf8/ide@1,1/drive@1/disk@0\n";
    char want[256];
    int n = snprintf(want, sizeof want, "%s%s%s", disk, floppy, cd);
    is_file(m, "bootorder", want, n + 1);
    is_file(m, "opt/vitrine/boot-strict", "", -1);
    is_file(m, "etc/boot-menu-wait", "", -1);
    is_file(m, "etc/boot-fail-wait", "\xff\xff\xff\xff", 4);
    read_item(m, 0x0e, 2);
    ck_assert_mem_eq(item, "\0\0", 2);
    machine_destroy(m);
    cfg.drive[3].bootindex = 8;
    cfg.drive[4].bootindex = 2;
    cfg.boot_strict = cfg.boot_menu = true;
    cfg.boot_splash_ms = 65535;
    cfg.boot_retry_ms = 0x12345;
    m = rig_machine(&cfg, rig_demo_disk());
    n = snprintf(want, sizeof want, "%s%s%s%s%sHALT", disk, "/pci@i0cf8/isa@1/fdc@03f0/floppy@0\n", floppy, cd,
                 "/pci@i0cf8/ide@1,1/drive@1/disk@1\n");
    is_file(m, "bootorder", want, n + 1);
    is_file(m, "opt/vitrine/boot-strict", "\1", 1);
    is_file(m, "etc/boot-menu-wait", "\xff\xff", 2);
    is_file(m, "etc/boot-fail-wait", "\x45\x23\1\0", 4);
    read_item(m, 0x0e, 2);
    ck_assert_mem_eq(item, "\1\0", 2);
    machine_destroy(m);
    static const struct {
        uint32_t ms;
        const char *bytes;
    } wait[] = {{1, "\1\0"}, {65534, "\xfe\xff"}, {65536, "\xff\xff"}, {0x12345678, "\xff\xff"}};
    for (size_t i = 0; i < ARRAY_LEN(wait); i++) {
        cfg.boot_splash_ms = wait[i].ms;
        strcpy(cfg.boot, i & 1 ? "acdn" : "acd"); /* four letters name everything */
        m = rig_machine(&cfg, rig_demo_disk());
        is_file(m, "etc/boot-menu-wait", wait[i].bytes, 2);
        is_file(m, "opt/vitrine/boot-strict", "\1", i & 1 ? -1 : 1);
        machine_destroy(m);
    }
}
END_TEST

/* CMOS 3Dh and 38h: what the BIOS tries first, second and third: 1 diskette, 2 disk, 3 CD, 4 network. */
static void cmos_is(struct machine *m, uint8_t at, uint8_t want)
{
    port_out(m->ports, 0x70, 1, at, INIT_CPU0);
    uint32_t v = port_in(m->ports, 0x71, 1, INIT_CPU0);
    ck_assert_msg(v == want, "CMOS %02x is %02x, not %02x", at, v, want);
}

START_TEST(cmos_has_drives_memory_and_the_boot_order)
{
    static const struct {
        const char *order;
        uint8_t first, third;
    } row[] = {{"c", 0x02, 0x01},  {"acd", 0x21, 0x31},  {"dca", 0x23, 0x11}, {"n", 0x04, 0x01},
               {"nd", 0x34, 0x01}, {"cadn", 0x12, 0x31}, {"", 0x12, 0x31}};
    struct machine_config cfg = rig_demo_config();
    for (unsigned floppies = 0; floppies < 4; floppies++) {
        for (unsigned i = 0; i < 2; i++)
            cfg.drive[FIRST_FLOPPY + i] = (struct drive_config){
                .present = floppies >> i & 1, .kind = DRIVE_FLOPPY, .fd = -1, .bootindex = NO_BOOTINDEX};
        cfg.nodefaults = true;
        struct machine *m = rig_machine(&cfg, rig_demo_disk());
        port_out(m->ports, 0x70, 1, 0x10, INIT_CPU0);
        uint32_t types = port_in(m->ports, 0x71, 1, INIT_CPU0);
        ck_assert_int_eq((types & 0xf0) != 0, floppies & 1);
        ck_assert_int_eq((types & 0x0f) != 0, floppies >> 1);
        /* Bits 7:6: drives less one; 2: keyboard and display; 1: coprocessor; 0: there is one. */
        static const uint8_t equipment[] = {0x06, 0x07, 0x07, 0x47};
        cmos_is(m, 0x14, equipment[floppies]);
        cmos_is(m, 0x12, 0xf0); /* the first disk, of a type above 14 */
        cmos_is(m, 0x19, 47);
        cmos_is(m, 0x15, 640 & 0xff);
        cmos_is(m, 0x16, 640 >> 8);
        cmos_is(m, 0x17, (7 << 10) & 0xff); /* KiB above 1 MiB */
        cmos_is(m, 0x18, (7 << 10) >> 8);
        machine_destroy(m);
    }
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        journal_input(&m->journal, J_BOOT, 0, row[i].order, (uint32_t)strlen(row[i].order));
        cmos_is(m, 0x3d, row[i].first);
        cmos_is(m, 0x38, row[i].third);
    }
    journal_input(&m->journal, J_BOOT, 0, "cadncadn", 8); /* more than there are letters: none */
    cmos_is(m, 0x3d, 0x12);
    uint32_t sum = 0; /* 10h to 2Dh */
    for (uint8_t i = 0x10; i <= 0x2d; i++) {
        port_out(m->ports, 0x70, 1, i, INIT_CPU0);
        sum += port_in(m->ports, 0x71, 1, INIT_CPU0);
    }
    cmos_is(m, 0x2e, (uint8_t)(sum >> 8));
    cmos_is(m, 0x2f, (uint8_t)sum);
    machine_destroy(m);
    strcpy(cfg.boot_once, "d");
    m = rig_machine(&cfg, rig_demo_disk());
    cmos_is(m, 0x3d, 0x03);
    machine_destroy(m);
}
END_TEST

START_TEST(fw_cfg_has_memory_processors_roms_and_tables)
{
    static uint8_t rom[2][512];
    struct machine_config cfg = rig_demo_config();
    for (unsigned i = 0; i < 2; i++) {
        memcpy(rom[i], "\x55\xaa\1", 3);
        rom[i][511] = (uint8_t)(i + 1);
        cfg.rom[i] = (struct rom_config){rom[i], 512};
    }
    cfg.nroms = 2;
    for (unsigned acpi = 0; acpi < 2; acpi++) {
        cfg.acpi = acpi;
        struct machine *m = rig_machine(&cfg, rig_demo_disk());
        read_item(m, 0x03, 8);
        ck_assert_uint_eq(ld64(item), 8 << 20);
        read_item(m, 0x05, 2);
        ck_assert_mem_eq(item, "\1\0", 2);
        read_item(m, 0x0f, 2);
        ck_assert_mem_eq(item, "\1\0", 2);
        is_file(m, "genroms/option0.rom", (const char *)rom[0], 512);
        is_file(m, "genroms/option1.rom", (const char *)rom[1], 512);
        is_file(m, "genroms/option2.rom", "", -1);
        is_file(m, "genroms/linuxboot.bin", "", -1);
        is_file(m, "bios-geometry", "", -1);
        ck_assert_int_gt(read_file(m, "etc/smbios/smbios-anchor"), 30);
        ck_assert_mem_eq(item, "_SM_", 4);
        ck_assert_int_gt(read_file(m, "etc/smbios/smbios-tables"), 100);
        ck_assert_int_eq(read_file(m, "etc/acpi/tables") > 1000, acpi);
        ck_assert_int_eq(read_file(m, "etc/acpi/rsdp"), acpi ? 20 : -1);
        ck_assert(!acpi || !memcmp(item, "RSD PTR ", 8));
        ck_assert_int_eq(read_file(m, "etc/table-loader") > 0, acpi);
        machine_destroy(m);
    }
}
END_TEST

/* Linux's boot protocol 2.06: one sector of setup code after the boot sector. */
START_TEST(a_linux_kernel_is_handed_over_in_its_parts)
{
    static uint8_t kernel[512 * 2 + 5000], initrd[300];
    struct machine_config cfg = rig_demo_config();
    for (size_t i = 0; i < sizeof kernel; i++)
        kernel[i] = (uint8_t)(i * 7 + i / 256);
    for (size_t i = 0; i < sizeof initrd; i++)
        initrd[i] = (uint8_t)(i * 3 + 1);
    kernel[0x1f1] = 1;
    st32(kernel + 0x1f4, (5000 + 15) / 16);
    memcpy(kernel + 0x1fe, "\x55\xaa\xeb\x66HdrS\6\2", 10);
    kernel[0x211] = 1; /* loaded high */
    st32(kernel + 0x22c, 0x37ffffff);
    st32(kernel + 0x238, 2047);
    cfg.kernel = (struct rom_config){kernel, sizeof kernel};
    cfg.initrd = (struct rom_config){initrd, sizeof initrd};
    strcpy(cfg.cmdline, "console=ttyS0 quiet");
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    ck_assert_uint_eq(item32(m, 0x17), 1024);
    read_item(m, 0x18, 1024);
    ck_assert_mem_eq(item, kernel, 0x1f1); /* the rest is filled in */
    ck_assert_mem_eq(item + 0x240, kernel + 0x240, 1024 - 0x240);
    uint32_t initrd_at = ld32(item + 0x218);
    ck_assert_uint_eq(ld32(item + 0x21c), sizeof initrd);
    ck_assert_uint_eq(ld32(item + 0x228), item32(m, 0x13));
    ck_assert_uint_eq(item32(m, 0x07), 0x100000);
    ck_assert_uint_eq(item32(m, 0x08), 5000);
    read_item(m, 0x11, 5000);
    ck_assert_mem_eq(item, kernel + 1024, 5000);
    ck_assert_uint_eq(item32(m, 0x14), 20);
    read_item(m, 0x15, 20);
    ck_assert_str_eq((const char *)item, "console=ttyS0 quiet");
    ck_assert_uint_eq(item32(m, 0x0a), initrd_at);
    ck_assert_uint_le(initrd_at + sizeof initrd, (8 << 20) - (512 << 10)); /* firmware's tables are above */
    ck_assert_uint_eq(item32(m, 0x0b), sizeof initrd);
    read_item(m, 0x12, sizeof initrd);
    ck_assert_mem_eq(item, initrd, sizeof initrd);
    ck_assert_uint_ne(item32(m, 0x16), 0);
    ck_assert_int_gt(read_file(m, "genroms/linuxboot.bin"), 100);
    ck_assert_mem_eq(item, "\x55\xaa", 2);
    static const char order[] = "/rom@genroms/linuxboot.bin\n/pci@i0cf8/ide@1,1/drive@0/disk@0\n";
    is_file(m, "bootorder", order, sizeof order);
    machine_destroy(m);
}
END_TEST

/* --- Memory --- */

START_TEST(ram_is_where_a_pc_has_it)
{
    static const struct {
        uint64_t at;
        bool there;
    } row[] = {{0, true}, {0x9ffff, true}, {0x100000, true}, {0x7fffff, true}, {0x800000, false}, {0xfeb00000, false}};
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    for (uint8_t i = 0; i < ARRAY_LEN(row); i++) {
        uint8_t b[9];
        st64(b, row[i].at);
        b[8] = (uint8_t)(i + 1);
        journal_input(&m->journal, J_POKE, 0, b, 9);
        journal_input(&m->journal, J_POKE, 0, b, 8); /* no bytes */
    }
    for (uint8_t i = 0; i < ARRAY_LEN(row); i++) {
        uint8_t b = 0;
        ck_assert_msg(machine_read_phys(m, row[i].at, &b, 1) == row[i].there, "%llx", (unsigned long long)row[i].at);
        ck_assert(!row[i].there || b == i + 1);
    }
    machine_destroy(m);
    cfg.ram_mb = 1; /* nothing above the first MiB */
    m = rig_machine(&cfg, rig_demo_disk());
    uint8_t b;
    ck_assert(machine_read_phys(m, 0x9ffff, &b, 1) && !machine_read_phys(m, 0x100000, &b, 1));
    machine_destroy(m);
}
END_TEST

static void setup(void)
{
    memset(&sink, 0, sizeof sink);
}

/* -device NAME,help: each property with what it takes and its default, by kind. */
START_TEST(help_of_a_device_has_its_properties_by_kind)
{
    char *keyboard = catalog_device_help("ps2-keyboard"), *exit_port = catalog_device_help("isa-debug-exit");
    ck_assert_msg(keyboard && strstr(keyboard, "  typematic=on|off  a key held down repeats (default on)\n"), "%s",
                  keyboard);
    ck_assert_msg(exit_port && strstr(exit_port, "  iobase=0..0xffff  first port (default 0x501)\n") &&
                      strstr(exit_port, "  iosize=0x1..0x10  number of ports (default 0x2)\n"),
                  "%s", exit_port);
    ck_assert_ptr_null(catalog_device_help("no-such-device"));
    free(keyboard);
    free(exit_port);
}
END_TEST

START_TEST(each_cpu_has_its_help)
{
    const char *const *list = catalog_cpus();
    unsigned n = 0;
    for (; list[2 * n]; n++)
        ck_assert_msg(list[2 * n + 1] && strlen(list[2 * n + 1]) > 10, "%s has no help", list[2 * n]);
    ck_assert_uint_ge(n, 8);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("board");
    TCase *t = tcase_create("board");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, each_interrupt_line_reaches_its_8259_and_its_io_apic_input);
    tcase_add_test(t, keys_go_to_the_first_keyboard_that_is_wanted_releases_to_all);
    tcase_add_test(t, motion_and_places_go_to_the_first_pointer_that_is_wanted);
    tcase_add_test(t, the_boot_order_has_drives_by_their_index);
    tcase_add_test(t, cmos_has_drives_memory_and_the_boot_order);
    tcase_add_test(t, fw_cfg_has_memory_processors_roms_and_tables);
    tcase_add_test(t, a_linux_kernel_is_handed_over_in_its_parts);
    tcase_add_test(t, ram_is_where_a_pc_has_it);
    tcase_add_test(t, each_cpu_has_its_help);
    tcase_add_test(t, help_of_a_device_has_its_properties_by_kind);
    suite_add_tcase(s, t);
    suite_add_tcase(s, console_case());
    suite_add_tcase(s, life_case());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
