/* SPDX-License-Identifier: MIT */
/*
 * The 8042 alone, with two devices of the test's own at its connectors: every command byte, translation byte by byte,
 * answers that wait, the output port, the wire's time. IBM PS/2 Hardware Interface Technical Reference.
 */
#include "devices/input/i8042.h"
#include "tests/dev/rig.h"

static struct rig rig;
static struct i8042 *kbc;
static struct probe irq1, irq12, a20, rc;

/* A device that says what is put into it, and notes what it hears. */
static struct talker {
    uint8_t say[8], heard[8];
    unsigned n, nheard;
    struct irq_line ready;
} dev[2];

static void hear(void *ctx, uint8_t byte)
{
    struct talker *t = ctx;
    ck_assert_uint_lt(t->nheard, sizeof t->heard);
    t->heard[t->nheard++] = byte;
}

static bool take(void *ctx, uint8_t *byte)
{
    struct talker *t = ctx;
    if (!t->n)
        return false;
    *byte = t->say[0];
    memmove(t->say, t->say + 1, --t->n);
    irq_set(&t->ready, t->n != 0);
    return true;
}

static void say(unsigned n, uint8_t byte)
{
    dev[n].say[dev[n].n++] = byte;
    irq_set(&dev[n].ready, 1);
}

static void setup(void)
{
    memset(dev, 0, sizeof dev);
    memset(&irq1, 0, sizeof irq1), memset(&irq12, 0, sizeof irq12);
    memset(&a20, 0, sizeof a20), memset(&rc, 0, sizeof rc);
    rig_init(&rig);
    kbc = i8042_new(&rig.bus, "kbc");
    kbc->irq[I8042_KBD] = probe_line(&irq1, &rig);
    kbc->irq[I8042_AUX] = probe_line(&irq12, &rig);
    kbc->a20 = probe_line(&a20, &rig);
    kbc->rc = probe_line(&rc, &rig);
    for (int n = 0; n < 2; n++) {
        kbc->port[n] = (struct ps2_device){&dev[n], hear, take};
        dev[n].ready = i8042_ready(kbc, n);
    }
    rig_realize(&kbc->dev);
}

static void teardown(void)
{
    dev_free(&kbc->dev);
    rig_free(&rig);
}

static void command(uint8_t c)
{
    rig_out(&rig, 0x64, c);
}

static void data(uint8_t d)
{
    rig_out(&rig, 0x60, d);
}

static uint8_t status(void)
{
    return rig_in(&rig, 0x64);
}

static void control(uint8_t ctr)
{
    command(0x60), data(ctr);
}

/* The byte that waits, of the keyboard's side or the mouse's. */
static void waits(uint8_t want, bool aux)
{
    ck_assert_msg((status() & 0x21) == (aux ? 0x21 : 0x01), "status %02x", status());
    uint8_t got = rig_in(&rig, 0x60);
    ck_assert_msg(got == want, "%02x, not %02x", got, want);
}

static void empty(void)
{
    ck_assert_msg(!(status() & 1), "%02x waits", rig_in(&rig, 0x60));
}

START_TEST(each_command_byte_answers_or_does_not)
{
    for (unsigned c = 0; c < 0x100; c++) {
        int want = c >= 0x20 && c < 0x40    ? (c == 0x20 ? 0x45 : 0)
                   : c == 0xa4              ? 0xf1
                   : c == 0xa9 || c == 0xab ? 0
                   : c == 0xaa              ? 0x55
                   : c == 0xc0              ? 0xa0
                   : c == 0xd0              ? 0xcf
                   : c == 0xe0              ? 1
                                            : -1;
        bool known = want >= 0 || (c >= 0x60 && c < 0x80) || c == 0xa7 || c == 0xa8 || c == 0xad || c == 0xae ||
                     (c >= 0xd1 && c <= 0xd4) || c == 0xdd || c == 0xdf || c >= 0xf0;
        teardown(), setup();
        control(0x45);
        uint32_t logged = rig.log.head;
        command((uint8_t)c);
        ck_assert_msg((rig.log.head != logged) == !known, "command %02x is %s", c, known ? "unknown" : "known");
        ck_assert_msg((status() & 1) == (want >= 0), "command %02x: status %02x", c, status());
        if (want >= 0)
            waits((uint8_t)want, false);
        ck_assert_msg(rc.rises == (c >= 0xf0 && !(c & 1)) && !rc.level, "command %02x: RC# %u times", c, rc.rises);
        ck_assert_int_eq(a20.level, c != 0xdd);
        ck_assert_uint_eq(rc.falls, rc.rises);
    }
}
END_TEST

START_TEST(ram_has_32_bytes)
{
    for (uint8_t i = 1; i < 32; i++) {
        command(0x60 | i), data((uint8_t)(0x80 + 3 * i));
        command(0x60 | i); /* another command: no data follows */
        command(0xa9);
        rig_in(&rig, 0x60);
    }
    for (uint8_t i = 1; i < 32; i++) {
        command(0x20 | i);
        waits((uint8_t)(0x80 + 3 * i), false);
    }
    command(0x20);
    waits(0x30, false);
    ck_assert_uint_eq(dev[0].nheard, 0);
}
END_TEST

START_TEST(status_bits)
{
    ck_assert_uint_eq(status(), 0x18);
    control(0x04);
    ck_assert_uint_eq(status(), 0x14); /* SYS follows the command byte; the last write was data */
    control(0x00);
    ck_assert_uint_eq(status(), 0x10);
    command(0xaa);
    ck_assert_uint_eq(status(), 0x1d);
    waits(0x55, false);
    command(0x20);
    waits(0x74, false);
    command(0xd3), data(7);
    ck_assert_uint_eq(status(), 0x35);
    rig_in(&rig, 0x60);
    ck_assert_uint_eq(status(), 0x14);
    ck_assert_uint_eq(rig_in(&rig, 0x60), 7); /* the buffer keeps it */
}
END_TEST

START_TEST(interrupts_by_side_and_enable)
{
    for (unsigned ctr = 0; ctr < 4; ctr++)
        for (unsigned aux = 0; aux < 2; aux++) {
            control((uint8_t)ctr);
            command(aux ? 0xd3 : 0xd2), data(0x5a);
            ck_assert_int_eq(irq1.level, !aux && ctr & 1);
            ck_assert_int_eq(irq12.level, aux && ctr & 2);
            control((uint8_t)(ctr ^ 3)); /* the enables work at once */
            ck_assert_int_eq(irq1.level, !aux && !(ctr & 1));
            ck_assert_int_eq(irq12.level, aux && !(ctr & 2));
            waits(0x5a, aux);
            ck_assert_int_eq(irq1.level + irq12.level, 0);
        }
}
END_TEST

START_TEST(output_port_bits)
{
    for (unsigned v = 0; v < 0x100; v++) {
        command(0xd1), data((uint8_t)v);
        ck_assert_int_eq(a20.level, !!(v & 2));
        ck_assert_int_eq(rc.level, !(v & 1));
        command(0xd0);
        waits((uint8_t)(0xcc | (v & 3)), false);
    }
    command(0xdd);
    command(0xd0);
    waits(0xcd, false);
    command(0xdf);
    command(0xd0);
    waits(0xcf, false);
    command(0xd2), data(1); /* bits 4 and 5: the interrupt lines' bytes wait */
    command(0xd0);
    waits(1, false);
    waits(0xdf, false);
    command(0xd3), data(2);
    command(0xd0);
    waits(2, true);
    waits(0xef, false);
    empty();
}
END_TEST

START_TEST(test_inputs_show_the_keyboards_clock)
{
    command(0xad), command(0xe0);
    waits(0, false);
    command(0xae), command(0xe0);
    waits(1, false);
}
END_TEST

/* The controller's answer waits behind the byte that is there, and comes before the devices' next. */
START_TEST(answers_wait_for_room)
{
    control(0x00);
    command(0xd2), data(0x11);
    say(0, 0x22);
    command(0xc0);
    waits(0x11, false);
    waits(0xa0, false);
    empty();
    rig_run(&rig, 200000);
    waits(0x22, false);
    command(0xd2), data(0x33);
    command(0xc0);
    command(0xaa); /* the self test clears what waits */
    waits(0x55, false);
    empty();
}
END_TEST

START_TEST(a_byte_takes_200_us_on_the_wire)
{
    control(0x00);
    say(0, 0x1c), say(0, 0x1b);
    rig_run(&rig, 199999);
    empty();
    rig_run(&rig, 1);
    waits(0x1c, false);
    rig_run(&rig, 199999);
    empty();
    rig_run(&rig, 1);
    waits(0x1b, false);
    rig_run(&rig, 1000000);
    empty();
    /* The clock held low on the way: the byte starts again. */
    say(0, 0x23);
    rig_run(&rig, 150000);
    command(0xad);
    rig_run(&rig, 1000000);
    empty();
    command(0xae);
    rig_run(&rig, 199999);
    empty();
    rig_run(&rig, 1);
    waits(0x23, false);
    command(0xad);
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
}
END_TEST

START_TEST(keyboard_before_mouse_and_each_by_its_clock)
{
    control(0x30);
    say(1, 0x77), say(0, 0x1c);
    rig_run(&rig, 1000000);
    empty();
    command(0xa8);
    rig_run(&rig, 200000);
    waits(0x77, true);
    say(1, 0x78);
    command(0xae);
    rig_run(&rig, 200000);
    waits(0x1c, false);
    rig_run(&rig, 200000);
    waits(0x78, true);
    command(0xa7);
    say(1, 0x79);
    rig_run(&rig, 1000000);
    empty();
    command(0x20);
    waits(0x20, false);
}
END_TEST

START_TEST(bytes_to_the_devices_need_their_clocks)
{
    control(0x30);
    data(0xed);
    command(0xd4), data(0xf4);
    data(0x02);
    ck_assert_int_eq(a20.level, 1); /* a byte for a device is none for the output port */
    ck_assert_int_eq(rc.level, 0);
    ck_assert_uint_eq(dev[0].nheard, 2);
    ck_assert_uint_eq(dev[0].heard[0] << 8 | dev[0].heard[1], 0xed02);
    ck_assert_uint_eq(dev[1].nheard, 1);
    ck_assert_uint_eq(dev[1].heard[0], 0xf4);
    command(0x20);
    waits(0x00, false);
    control(0x30);
    data(0xed); /* the keyboard's clock alone */
    command(0x20);
    waits(0x20, false);
    control(0x30);
    command(0xd4), data(0xf4);
    command(0x20);
    waits(0x10, false);
    control(0x30);
    say(0, 0x1c); /* what waited for the clock comes */
    data(0xed);
    rig_run(&rig, 200000);
    waits(0x1c, false);
    control(0x30);
    say(1, 0x09);
    command(0xd4), data(0xf4);
    rig_run(&rig, 200000);
    waits(0x09, true);
    kbc->port[0].ctx = kbc->port[1].ctx = NULL; /* nobody there */
    data(0xed);
    command(0xd4), data(0xf4);
    empty();
}
END_TEST

/* Set 2 to set 1: the inverse of what keys have; above 84h bytes pass; F0h makes the next one a break. */
static uint8_t translated(const uint8_t *bytes, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        say(0, bytes[i]);
    rig_run(&rig, 1000000);
    ck_assert_uint_eq(status() & 0x21, 1);
    uint8_t got = rig_in(&rig, 0x60);
    rig_run(&rig, 1000000);
    empty();
    return got;
}

START_TEST(translation_of_each_byte)
{
    static const uint8_t set2[0x80] = {
        0,    0x76, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55, 0x66, 0x0d, /* 01-0F */
        0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b, 0x5a, 0x14, 0x1c, 0x1b, /* Q-S */
        0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x0e, 0x12, 0x5d, 0x1a, 0x22, 0x21, 0x2a, /* D-V */
        0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a, 0x59, 0x7c, 0x11, 0x29, 0x58, 0x05, 0x06, 0x04, 0x0c, 0x03, /* B-F5 */
        0x0b, 0x02, 0x0a, 0x01, 0x09, 0x77, 0x7e, 0x6c, 0x75, 0x7d, 0x7b, 0x6b, 0x73, 0x74, 0x79, 0x69, /* F6-End */
        0x72, 0x7a, 0x70, 0x71, 0x7f, 0x60, 0x61, 0x78, 0x07, 0x0f, 0x17, 0x1f, 0x27, 0x2f, 0x37, 0x3f,
        0x47, 0x4f, 0x56, 0x5e, 0x08, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x40, 0x48, 0x50, 0x57, 0x6f,
        0x13, 0x19, 0x39, 0x51, 0x53, 0x5c, 0x5f, 0x62, 0x63, 0x64, 0x65, 0x67, 0x68, 0x6a, 0x6d, 0x6e};
    uint8_t want[256];
    for (unsigned i = 0; i < 256; i++)
        want[i] = (uint8_t)i;
    for (unsigned i = 1; i < 128; i++)
        want[set2[i]] = (uint8_t)i;
    want[0x00] = 0xff; /* an overrun in both sets */
    want[0x83] = 0x41; /* F7 */
    want[0x84] = 0x54; /* SysRq */
    control(0x40);
    for (unsigned i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i, up[] = {0xf0, byte};
        if (i == 0xf0)
            continue;
        uint8_t got = translated(&byte, 1);
        ck_assert_msg(got == want[i], "%02x becomes %02x, not %02x", i, got, want[i]);
        got = translated(up, 2);
        ck_assert_msg(got == (want[i] | 0x80), "F0h %02x becomes %02x, not %02x", i, got, want[i] | 0x80);
        got = translated(&byte, 1);
        ck_assert_msg(got == want[i], "%02x after a break becomes %02x, not %02x", i, got, want[i]);
    }
    say(0, 0xf0);
    rig_run(&rig, 1000000);
    empty();
    control(0x00); /* turned off, the prefix is forgotten */
    control(0x40);
    ck_assert_uint_eq(translated((const uint8_t[]){0x1c}, 1), 0x1e);
    say(0, 0xf0);
    rig_run(&rig, 1000000);
    control(0x40); /* written again it is not */
    ck_assert_uint_eq(translated((const uint8_t[]){0x1c}, 1), 0x9e);
    say(0, 0xf0);
    rig_run(&rig, 1000000);
    command(0xaa);
    waits(0x55, false);
    command(0xae);
    ck_assert_uint_eq(translated((const uint8_t[]){0x1c}, 1), 0x1e);
    say(1, 0xf0); /* the mouse's bytes pass */
    command(0xa8);
    rig_run(&rig, 1000000);
    waits(0xf0, true);
    say(1, 0x1c);
    rig_run(&rig, 1000000);
    waits(0x1c, true);
}
END_TEST

START_TEST(ports_are_two_single_bytes)
{
    control(0x01);
    command(0xd2), data(0x5a);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0x60, 1, INIT_DEBUG), 0x5a); /* a look takes nothing */
    ck_assert_int_eq(irq1.level, 1);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0x61, 1, INIT_CPU0), 0xff);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0x65, 1, INIT_CPU0), 0xff);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0x64, 2, INIT_CPU0), 0xff11);
    port_out(rig.bus.ports, 0x64, 2, 0x0020, INIT_CPU0);
    waits(0x5a, false);
    waits(0x01, false);
    empty();
}
END_TEST

START_TEST(loads_drive_the_wires)
{
    kbc->output_port = 1, kbc->status = 0x11, kbc->ram[0] = 1;
    kbc->dev.cls->post_load(&kbc->dev);
    ck_assert_int_eq(a20.level, 0);
    ck_assert_int_eq(irq1.level, 1);
    kbc->output_port = 3, kbc->status = 0x31, kbc->ram[0] = 3;
    kbc->dev.cls->post_load(&kbc->dev);
    ck_assert_int_eq(a20.level, 1);
    ck_assert_int_eq(irq1.level, 0);
    ck_assert_int_eq(irq12.level, 1);
    struct buf out = {0};
    kbc->pending = 0xd4, kbc->output = 0x5a;
    kbc->dev.cls->print(&kbc->dev, &out);
    buf_add8(&out, 0);
    ck_assert_str_eq((char *)out.data, "kbc: status=31 command-byte=03 output=5a output-port=ef pending=d4\n");
    buf_free(&out);
    kbc->output_port = 0;
    irq_set(&kbc->a20, 0), irq_set(&kbc->rc, 1);
    kbc->dev.cls->reset(&kbc->dev);
    ck_assert_int_eq(a20.level, 1);
    ck_assert_int_eq(rc.level, 0);
    ck_assert_int_eq(irq12.level, 0);
}
END_TEST

TCase *i8042_limit_tests(void)
{
    TCase *c = tcase_create("i8042-limits");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, each_command_byte_answers_or_does_not);
    tcase_add_test(c, ram_has_32_bytes);
    tcase_add_test(c, status_bits);
    tcase_add_test(c, interrupts_by_side_and_enable);
    tcase_add_test(c, output_port_bits);
    tcase_add_test(c, test_inputs_show_the_keyboards_clock);
    tcase_add_test(c, answers_wait_for_room);
    tcase_add_test(c, a_byte_takes_200_us_on_the_wire);
    tcase_add_test(c, keyboard_before_mouse_and_each_by_its_clock);
    tcase_add_test(c, bytes_to_the_devices_need_their_clocks);
    tcase_add_test(c, translation_of_each_byte);
    tcase_add_test(c, ports_are_two_single_bytes);
    tcase_add_test(c, loads_drive_the_wires);
    return c;
}
