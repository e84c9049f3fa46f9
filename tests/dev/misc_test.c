/* SPDX-License-Identifier: MIT */
/* Port 61h, the debug console, isa-debug-exit, the devices of test kernels. */
#include <stdio.h>

#include "devices/misc/debugcon.h"
#include "devices/misc/isa_debug_exit.h"
#include "devices/misc/pc_testdev.h"
#include "devices/misc/pci_testdev.h"
#include "devices/misc/port61.h"
#include "tests/dev/rig.h"

static struct rig rig;

static void setup(void)
{
    rig_init(&rig);
}

static void teardown(void)
{
    rig_free(&rig);
}

START_TEST(what_global_says_wins_over_the_machines_preset)
{
    const struct dev_global globals[] = {
        {"isa-debug-exit", "iobase", "0x600"}, {"isa-debugcon", "iobase", "0x700"}, {NULL, NULL, NULL}};
    struct isa_debug_exit *x = isa_debug_exit_new(&rig.bus, "x");
    uint32_t preset = x->iobase;
    dev_preset(&x->dev, "iobase", "0x604");
    ck_assert_uint_eq(x->iobase, 0x604);
    ck_assert_uint_ne(preset, 0x604);
    dev_free(&x->dev);
    rig.bus.globals = globals;
    x = isa_debug_exit_new(&rig.bus, "x");
    dev_preset(&x->dev, "iobase", "0x604");
    dev_preset(&x->dev, "iosize", "4");
    ck_assert_uint_eq(x->iobase, 0x600);
    ck_assert_uint_eq(x->iosize, 4);
    dev_free(&x->dev);
}
END_TEST

START_TEST(port61_gates_timer_2_and_shows_its_out)
{
    struct probe speaker = {0};
    struct i8254 *pit = i8254_new(&rig.bus, "pit");
    struct port61 *p = port61_new(&rig.bus, "port61");
    p->pit = pit;
    p->speaker = probe_line(&speaker, &rig);
    rig_realize(&pit->dev);
    rig_realize(&p->dev);
    rig_out(&rig, 0x61, 0x01);
    rig_out(&rig, 0x43, 0xb0); /* counter 2, mode 0 */
    rig_out(&rig, 0x42, 0x10), rig_out(&rig, 0x42, 0x27);
    ck_assert_uint_eq(rig_in(&rig, 0x61) & 0x2f, 0x01);
    rig_run(&rig, clock_tick_ns(10005, 1193182));
    ck_assert_uint_eq(rig_in(&rig, 0x61) & 0x2f, 0x21);
    rig_out(&rig, 0x61, 0xff);
    ck_assert_uint_eq(rig_in(&rig, 0x61) & 0x0f, 0x0f);
    ck_assert_int_eq(speaker.level, 1);
    rig_out(&rig, 0x61, 0);
    ck_assert_int_eq(speaker.level, 0);
    dev_free(&p->dev), dev_free(&pit->dev);
}
END_TEST

START_TEST(port61_refresh_bit_toggles_every_15_us)
{
    struct i8254 *pit = i8254_new(&rig.bus, "pit");
    struct port61 *p = port61_new(&rig.bus, "port61");
    p->pit = pit;
    rig_realize(&pit->dev);
    rig_realize(&p->dev);
    unsigned toggles = 0, last = rig_in(&rig, 0x61) & 0x10;
    for (unsigned i = 0; i < 1000; i++) {
        rig_run(&rig, 1000);
        unsigned now = rig_in(&rig, 0x61) & 0x10;
        toggles += now != last;
        last = now;
    }
    ck_assert_uint_eq(toggles, 66); /* 1 ms / 15.09 us */
    dev_free(&p->dev), dev_free(&pit->dev);
}
END_TEST

static void put(void *ctx, const uint8_t *data, size_t len)
{
    buf_add(ctx, data, len);
}

START_TEST(debugcon_reads_e9_and_writes_characters)
{
    struct buf text = {0};
    struct debugcon *c = debugcon_new(&rig.bus, "debugcon");
    c->out = (struct chr){.ctx = &text, .write = put};
    rig_realize(&c->dev);
    ck_assert_uint_eq(rig_in(&rig, 0xe9), 0xe9);
    port_out(rig.bus.ports, 0xe9, 1, 'H', INIT_CPU0);
    port_out(rig.bus.ports, 0xe9, 1, 'i', INIT_CPU0);
    ck_assert_str_eq((char *)text.data, "Hi");
    buf_free(&text);
    dev_free(&c->dev);
}
END_TEST

START_TEST(debugcon_iobase_moves_the_port)
{
    struct debugcon *c = debugcon_new(&rig.bus, "debugcon");
    struct error err = {0};
    ck_assert(dev_set_prop(&c->dev, "iobase", "0x402", &err));
    rig_realize(&c->dev);
    ck_assert_uint_eq(rig_in(&rig, 0x402), 0xe9);
    ck_assert_uint_eq(rig_in(&rig, 0xe9), 0xff);
    dev_free(&c->dev);
    ck_assert_uint_eq(rig_in(&rig, 0x402), 0xff);
}
END_TEST

static void ended(void *ctx, uint32_t code)
{
    *(uint32_t *)ctx = code;
}

START_TEST(isa_debug_exit_code_is_value_times_2_plus_1)
{
    uint32_t code = 0;
    struct error err = {0};
    struct isa_debug_exit *x = isa_debug_exit_new(&rig.bus, "exit0");
    x->exit = ended, x->exit_ctx = &code;
    ck_assert(dev_set_prop(&x->dev, "iobase", "0xf4", &err));
    ck_assert(dev_set_prop(&x->dev, "iosize", "0x04", &err));
    rig_realize(&x->dev);
    port_out(rig.bus.ports, 0xf4, 4, 0x10, INIT_CPU0);
    ck_assert_uint_eq(code, 0x21);
    dev_free(&x->dev);
}
END_TEST

START_TEST(isa_debug_exit_past_the_port_space_is_refused)
{
    struct error err = {0};
    struct isa_debug_exit *x = isa_debug_exit_new(&rig.bus, "exit0");
    ck_assert(dev_set_prop(&x->dev, "iobase", "0xffff", &err));
    ck_assert(!dev_realize(&x->dev, &err));
    ck_assert(err.text[0]);
    dev_free(&x->dev);
}
END_TEST

START_TEST(pc_testdev_register_is_one_for_all_widths)
{
    struct pc_testdev *t = pc_testdev_new(&rig.bus, "testdev");
    rig_realize(&t->dev);
    port_out(rig.bus.ports, 0xe0, 4, 0x11223344, INIT_CPU0);
    port_out(rig.bus.ports, 0xe0, 1, 0x99, INIT_CPU0);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0xe0, 4, INIT_CPU0), 0x11223399);
    port_out(rig.bus.ports, 0xe0, 2, 0xabcd, INIT_CPU0);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0xe0, 2, INIT_CPU0), 0xabcd);
    port_out(rig.bus.ports, 0xe8, 4, 0x44332211, INIT_CPU0); /* split into bytes */
    ck_assert_uint_eq(port_in(rig.bus.ports, 0xea, 1, INIT_CPU0), 0x33);
    dev_free(&t->dev);
}
END_TEST

START_TEST(pc_testdev_ports_drive_interrupt_lines)
{
    struct probe line = {0};
    struct pc_testdev *t = pc_testdev_new(&rig.bus, "testdev");
    t->irq[14] = probe_line(&line, &rig);
    rig_realize(&t->dev);
    port_out(rig.bus.ports, 0x2000 + 14, 1, 1, INIT_CPU0);
    ck_assert_int_eq(line.level, 1);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0x2000 + 14, 1, INIT_CPU0), 1);
    port_out(rig.bus.ports, 0x2000 + 14, 1, 0, INIT_CPU0);
    ck_assert_int_eq(line.level, 0);
    dev_free(&t->dev);
}
END_TEST

START_TEST(pc_testdev_memory_keeps_bytes)
{
    struct pc_testdev *t = pc_testdev_new(&rig.bus, "testdev");
    uint32_t value = 0x01020304;
    rig_realize(&t->dev);
    phys_write(rig.bus.mem, 0xff000ffe, &value, 4, INIT_CPU0);
    value = 0;
    phys_read(rig.bus.mem, 0xff000fff, &value, 2, INIT_CPU0);
    ck_assert_uint_eq(value, 0x0203);
    dev_free(&t->dev);
}
END_TEST

START_TEST(pci_testdev_counts_the_writes_that_its_header_names)
{
    struct pci_bus pci;
    pci_bus_init(&pci, &rig.bus);
    struct pci_testdev *t = pci_testdev_new(&rig.bus, "pci-testdev");
    t->pbus = &pci, t->devfn = 0x18;
    rig_realize(&t->dev);
    ck_assert_uint_eq(pci_config_read(&pci, 0x18, 0, 4), 0x00051b36);
    pci_config_write(&pci, 0x18, 0x14, 4, 0xc000);
    pci_config_write(&pci, 0x18, 4, 2, 1);
    struct port_space *s = rig.bus.ports;
    for (unsigned test = 0; test < 3; test++) {
        port_out(s, 0xc000, 1, test, INIT_CPU0);
        ck_assert_uint_eq(port_in(s, 0xc00c, 4, INIT_CPU0), 0);
        ck_assert_uint_eq(port_in(s, 0xc001, 1, INIT_CPU0), 1);
        uint32_t at = port_in(s, 0xc004, 4, INIT_CPU0), data = port_in(s, 0xc008, 4, INIT_CPU0);
        for (unsigned i = 0; i < 5; i++)
            port_out(s, (uint16_t)(0xc000 + at), 1, data, INIT_CPU0);
        port_out(s, (uint16_t)(0xc000 + at), 1, data ^ 1, INIT_CPU0);
        ck_assert_uint_eq(port_in(s, 0xc00c, 4, INIT_CPU0), 5);
        ck_assert_uint_eq(port_in(s, 0xc010, 1, INIT_CPU0), 'p');
    }
    port_out(s, 0xc000, 1, 3, INIT_CPU0); /* there is none: the width says so */
    ck_assert_uint_eq(port_in(s, 0xc001, 1, INIT_CPU0), 0);
    dev_free(&t->dev);
}
END_TEST

/* Each offset of each width reaches the one register's low bytes; a wider register than the access keeps the rest. */
START_TEST(pc_testdev_register_by_offset_and_width)
{
    struct port_space *s = rig.bus.ports;
    struct pc_testdev *t = pc_testdev_new(&rig.bus, "testdev");
    rig_realize(&t->dev);
    for (unsigned at = 0; at < 4; at++)
        for (unsigned size = 1; size <= 4 && at + size <= 4; size *= 2) {
            uint32_t mask = UINT32_MAX >> (32 - 8 * size);
            port_out(s, 0xe0, 4, 0x11223344, INIT_CPU0);
            port_out(s, (uint16_t)(0xe0 + at), size, 0xa5a6a7a8, INIT_CPU0);
            ck_assert_uint_eq(t->io, (0x11223344 & ~mask) | (0xa5a6a7a8 & mask));
            ck_assert_uint_eq(port_in(s, (uint16_t)(0xe0 + at), size, INIT_CPU0), 0xa5a6a7a8 & mask);
            port_out(s, (uint16_t)(0xe4 + at), size, UINT32_MAX, INIT_CPU0);
            ck_assert_uint_eq(port_in(s, (uint16_t)(0xe4 + at), size, INIT_CPU0), 0);
        }
    for (unsigned i = 0; i < 4; i++)
        port_out(s, (uint16_t)(0xe8 + i), 1, 0x10 + i, INIT_CPU0);
    ck_assert_uint_eq(port_in(s, 0xe8, 4, INIT_CPU0), 0x13121110);
    dev_free(&t->dev);
}
END_TEST

START_TEST(pc_testdev_each_line)
{
    struct probe line[PC_TESTDEV_IRQS] = {{0}};
    struct pc_testdev *t = pc_testdev_new(&rig.bus, "testdev");
    for (unsigned i = 0; i < PC_TESTDEV_IRQS; i++)
        t->irq[i] = probe_line(&line[i], &rig);
    rig_realize(&t->dev);
    for (unsigned i = 0; i < PC_TESTDEV_IRQS; i++)
        for (unsigned value = 0; value < 4; value++) {
            rig_out(&rig, (uint16_t)(0x2000 + i), (uint8_t)(value ^ 1));
            ck_assert_uint_eq(t->levels, (value & 1) ? 0 : 1u << i);
            for (unsigned k = 0; k < PC_TESTDEV_IRQS; k++) {
                ck_assert_int_eq(line[k].level, k == i && !(value & 1));
                ck_assert_uint_eq(rig_in(&rig, (uint16_t)(0x2000 + k)), k == i && !(value & 1));
            }
            rig_out(&rig, (uint16_t)(0x2000 + i), 0);
        }
    t->levels = 0x800001;
    t->dev.cls->post_load(&t->dev);
    for (unsigned k = 0; k < PC_TESTDEV_IRQS; k++)
        ck_assert_int_eq(line[k].level, k == 0 || k == 23);
    dev_free(&t->dev);
}
END_TEST

START_TEST(pc_testdev_memory_by_width_and_at_its_end)
{
    struct pc_testdev *t = pc_testdev_new(&rig.bus, "testdev");
    rig_realize(&t->dev);
    for (unsigned size = 1; size <= 8; size *= 2)
        for (uint32_t at = 0; at <= 0x10000 - size; at = at == 0 ? 8 : at == 8 ? 0x10000 - size : 0x10000) {
            uint64_t v = UINT64_C(0x8877665544332211), mask = UINT64_MAX >> (64 - 8 * size);
            memset(t->memory, 0xee, sizeof t->memory);
            phys_store(rig.bus.mem, 0xff000000 + at, size, v, INIT_CPU0);
            ck_assert_uint_eq(phys_load(rig.bus.mem, 0xff000000 + at, size, INIT_CPU0), v & mask);
            for (uint32_t i = 0; i < 0x10000; i++)
                if (t->memory[i] != (i - at < size ? (uint8_t)(v >> 8 * (i - at)) : 0xee))
                    ck_abort_msg("%u bytes at %x: byte %x is %02x", size, at, i, t->memory[i]);
        }
    ck_assert_uint_eq(t->irq_range.live_count, 24);
    dev_free(&t->dev);
}
END_TEST

static const char *const testdev_names[2][3] = {
    {"mmio-no-eventfd", "mmio-wildcard-eventfd", "mmio-datamatch-eventfd"},
    {"portio-no-eventfd", "portio-wildcard-eventfd", "portio-datamatch-eventfd"}};

static uint32_t region_in(unsigned region, unsigned at, unsigned size)
{
    return region ? port_in(rig.bus.ports, (uint16_t)(0xc000 + at), size, INIT_CPU0)
                  : (uint32_t)phys_load(rig.bus.mem, 0xe0000000 + at, size, INIT_CPU0);
}
static void region_out(unsigned region, unsigned at, unsigned size, uint32_t v)
{
    if (region)
        port_out(rig.bus.ports, (uint16_t)(0xc000 + at), size, v, INIT_CPU0);
    else
        phys_store(rig.bus.mem, 0xe0000000 + at, size, v, INIT_CPU0);
}

/* The header of each test of each region: width, offset, data, count, name; which writes count. */
START_TEST(pci_testdev_headers)
{
    struct pci_bus pci;
    pci_bus_init(&pci, &rig.bus);
    struct pci_testdev *t = pci_testdev_new(&rig.bus, "pci-testdev");
    t->pbus = &pci, t->devfn = 0x18;
    rig_realize(&t->dev);
    ck_assert_uint_eq(pci_config_read(&pci, 0x18, 8, 4), 0x00ff0000);
    ck_assert_uint_eq(pci_config_read(&pci, 0x18, 0x2c, 4), 0x11001af4);
    pci_config_write(&pci, 0x18, 0x10, 4, 0xffffffff), pci_config_write(&pci, 0x18, 0x14, 4, 0xffffffff);
    ck_assert_uint_eq(pci_config_read(&pci, 0x18, 0x10, 4), 0xfffff000);
    ck_assert_uint_eq(pci_config_read(&pci, 0x18, 0x14, 4), 0xffffff01);
    ck_assert_uint_eq(pci_config_read(&pci, 0x18, 0x18, 4), 0);
    pci_config_write(&pci, 0x18, 0x10, 4, 0xe0000000), pci_config_write(&pci, 0x18, 0x14, 4, 0xc000);
    pci_config_write(&pci, 0x18, 4, 2, 3);
    for (unsigned region = 0; region < 2; region++)
        for (unsigned test = 0; test < 5; test++) {
            bool is = test < 3;
            region_out(region, 0, 1, test);
            uint32_t at = 64 + 4 * test;
            ck_assert_uint_eq(region_in(region, 0, 4), is ? 0x100 : 0);
            ck_assert_uint_eq(region_in(region, 4, 4), is ? at : 0);
            ck_assert_uint_eq(region_in(region, 8, 4), is ? 0xfa : 0);
            const char *name = is ? testdev_names[region][test] : "";
            for (unsigned i = 0; i < 32; i++)
                ck_assert_msg(region_in(region, 16 + i, 1) == (i < strlen(name) ? (uint8_t)name[i] : 0),
                              "region %u, test %u: character %u", region, test, i);
            region_out(region, at, 1, 0xfa), region_out(region, at, 2, 0xfa), region_out(region, at, 1, 0xfb);
            region_out(region, at + 1, 1, 0xfa), region_out(region, 64 + (at - 60) % 12, 1, 0xfa);
            ck_assert_uint_eq(region_in(region, 12, 4), is);
            t->region[region].count = 0x04030201;
            ck_assert_uint_eq(region_in(region, 12, 4), 0x04030201);
            ck_assert_uint_eq(region_in(region, 14, 1), 3);
            ck_assert_uint_eq(region_in(region, 14, 4) & 0xffff, 0x0403);
            region_out(region, 0, 1, test);
            ck_assert_uint_eq(region_in(region, 12, 4), 0);
        }
    struct buf out = {0};
    t->dev.cls->print(&t->dev, &out);
    ck_assert_str_eq((const char *)out.data,
                     "pci-testdev: BAR 0 test 255, 0 writes\npci-testdev: BAR 1 test 255, 0 writes\n");
    buf_free(&out);
    pci_config_write(&pci, 0x18, 4, 2, 0);
    dev_free(&t->dev);
}
END_TEST

START_TEST(pci_testdev_membar_is_a_power_of_two_of_mib)
{
    static const uint32_t sizes[] = {0, 1, 2, 3, 1023, 1024};
    for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
        struct pci_bus pci;
        struct error err = {""};
        char text[16];
        bool good = sizes[i] != 3 && sizes[i] != 1023;
        pci_bus_init(&pci, &rig.bus);
        struct pci_testdev *t = pci_testdev_new(&rig.bus, "pci-testdev");
        t->pbus = &pci, t->devfn = 0x18;
        snprintf(text, sizeof text, "%u", sizes[i]);
        ck_assert(dev_set_prop(&t->dev, "membar", text, &err));
        ck_assert_msg(dev_realize(&t->dev, &err) == good, "%u", sizes[i]);
        if (good) {
            pci_config_write(&pci, 0x18, 0x18, 4, 0xffffffff);
            uint32_t want = sizes[i] ? ~((sizes[i] << 20) - 1) | 8 : 0;
            ck_assert_uint_eq(pci_config_read(&pci, 0x18, 0x18, 4), want);
        } else {
            ck_assert_ptr_nonnull(strstr(err.text, "no power of two"));
        }
        if (good && sizes[i]) { /* nothing is in it: reads 0, keeps nothing */
            pci_config_write(&pci, 0x18, 0x18, 4, 0x80000000), pci_config_write(&pci, 0x18, 4, 2, 2);
            phys_store(rig.bus.mem, 0x80000008, 8, UINT64_MAX, INIT_CPU0);
            ck_assert_uint_eq(phys_load(rig.bus.mem, 0x80000008, 8, INIT_CPU0), 0);
            pci_config_write(&pci, 0x18, 4, 2, 0);
        }
        ck_assert(!dev_set_prop(&t->dev, "membar", "1025", &err));
        dev_free(&t->dev);
    }
}
END_TEST

/* NMISC by bit (PIIX3 2.5.5.1): 3-0 can be written, bit 0 is the gate, bit 1 the speaker. */
START_TEST(port61_by_bit)
{
    struct probe speaker = {0};
    struct i8254 *pit = i8254_new(&rig.bus, "pit");
    struct port61 *p = port61_new(&rig.bus, "port61");
    p->pit = pit, p->speaker = probe_line(&speaker, &rig);
    rig_realize(&pit->dev), rig_realize(&p->dev);
    rig_out(&rig, 0x43, 0xb0); /* OUT 2 low */
    for (unsigned v = 0; v < 256; v++) {
        rig_out(&rig, 0x61, (uint8_t)v);
        ck_assert_uint_eq(rig_in(&rig, 0x61) & 0xef, v & 0x0f);
        ck_assert_int_eq(speaker.level, v >> 1 & 1);
        ck_assert_uint_eq(pit->counter[2].gate, v & 1);
    }
    for (unsigned n = 1; n < 10; n++) { /* the refresh bit, at its edges: every 18 CLKs */
        rig_run_to(&rig, clock_tick_ns(18 * n, 1193182) - 1);
        ck_assert_uint_eq(rig_in(&rig, 0x61) >> 4 & 1, (n - 1) & 1);
        rig_run_to(&rig, clock_tick_ns(18 * n, 1193182));
        ck_assert_uint_eq(rig_in(&rig, 0x61) >> 4 & 1, n & 1);
    }
    speaker.level = 0;
    p->dev.cls->post_load(&p->dev);
    ck_assert_int_eq(speaker.level, 1);
    dev_free(&p->dev), dev_free(&pit->dev);
}
END_TEST

START_TEST(debugcon_counts_and_moves_to_any_port)
{
    struct error err = {0};
    struct buf out = {0};
    struct debugcon *c = debugcon_new(&rig.bus, "debugcon");
    ck_assert_uint_eq(c->iobase, 0xe9);
    ck_assert(!dev_set_prop(&c->dev, "iobase", "0x10000", &err));
    ck_assert(dev_set_prop(&c->dev, "iobase", "0", &err));
    ck_assert(dev_set_prop(&c->dev, "iobase", "0xffff", &err));
    rig_realize(&c->dev);
    rig_out(&rig, 0xffff, 'x'), rig_out(&rig, 0xffff, 'y'); /* nobody listens */
    c->dev.cls->print(&c->dev, &out);
    ck_assert_str_eq((const char *)out.data, "debugcon: port ffffh, 2 characters written\n");
    buf_free(&out);
    dev_free(&c->dev);
}
END_TEST

START_TEST(isa_debug_exit_by_width_and_place)
{
    uint32_t code = 0;
    struct error err = {0};
    struct isa_debug_exit *x = isa_debug_exit_new(&rig.bus, "exit0");
    ck_assert(x->iobase == 0x501 && x->iosize == 2);
    ck_assert(!dev_set_prop(&x->dev, "iosize", "0", &err) && !dev_set_prop(&x->dev, "iosize", "17", &err));
    ck_assert(dev_set_prop(&x->dev, "iosize", "1", &err) && dev_set_prop(&x->dev, "iosize", "16", &err));
    ck_assert(!dev_set_prop(&x->dev, "iobase", "0x10000", &err) && dev_set_prop(&x->dev, "iobase", "0", &err));
    ck_assert(dev_set_prop(&x->dev, "iobase", "0xfff1", &err));
    ck_assert(!dev_realize(&x->dev, &err));
    ck_assert_str_eq(err.text,
                     "device exit0: exit0: ports fff1h to 10000h do not fit into the 64 KiB port space; use a "
                     "lower iobase");
    ck_assert(dev_set_prop(&x->dev, "iobase", "0xfff0", &err));
    rig_realize(&x->dev);
    port_out(rig.bus.ports, 0xfff0, 4, 5, INIT_CPU0); /* nobody hears it */
    ck_assert_uint_eq(x->last, 5);
    x->exit = ended, x->exit_ctx = &code;
    for (unsigned size = 1; size <= 4; size *= 2) {
        port_out(rig.bus.ports, 0xfff4, size, 0x81828384, INIT_CPU0);
        ck_assert_uint_eq(code, (UINT32_C(0x81828384) & (UINT32_MAX >> (32 - 8 * size))) << 1 | 1);
        ck_assert_uint_eq(port_in(rig.bus.ports, 0xfffc, size, INIT_CPU0), 0);
    }
    dev_free(&x->dev);
}
END_TEST

TCase *misc_tests(void)
{
    TCase *t = tcase_create("misc");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, what_global_says_wins_over_the_machines_preset);
    tcase_add_test(t, port61_gates_timer_2_and_shows_its_out);
    tcase_add_test(t, port61_refresh_bit_toggles_every_15_us);
    tcase_add_test(t, debugcon_reads_e9_and_writes_characters);
    tcase_add_test(t, debugcon_iobase_moves_the_port);
    tcase_add_test(t, isa_debug_exit_code_is_value_times_2_plus_1);
    tcase_add_test(t, isa_debug_exit_past_the_port_space_is_refused);
    tcase_add_test(t, pc_testdev_register_is_one_for_all_widths);
    tcase_add_test(t, pc_testdev_ports_drive_interrupt_lines);
    tcase_add_test(t, pc_testdev_memory_keeps_bytes);
    tcase_add_test(t, pci_testdev_counts_the_writes_that_its_header_names);
    tcase_add_test(t, pc_testdev_register_by_offset_and_width);
    tcase_add_test(t, pc_testdev_each_line);
    tcase_add_test(t, pc_testdev_memory_by_width_and_at_its_end);
    tcase_add_test(t, pci_testdev_headers);
    tcase_add_test(t, pci_testdev_membar_is_a_power_of_two_of_mib);
    tcase_add_test(t, port61_by_bit);
    tcase_add_test(t, debugcon_counts_and_moves_to_any_port);
    tcase_add_test(t, isa_debug_exit_by_width_and_place);
    return t;
}
