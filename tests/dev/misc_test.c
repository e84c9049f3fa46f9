/* SPDX-License-Identifier: MIT */
/* Port 61h, the debug console, isa-debug-exit, the devices of test kernels. */
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
    return t;
}
