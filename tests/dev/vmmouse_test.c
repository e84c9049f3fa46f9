/* SPDX-License-Identifier: MIT */
/* VMware's absolute pointer: the backdoor's handshake, packets, errors. */
#include "devices/input/ps2_mouse.h"
#include "devices/input/vmmouse.h"
#include "tests/dev/rig.h"

enum { MAGIC = 0x564d5868, ID = 0x45414552, ABSOLUTE = 0x53424152, DISABLE = 0xf5 };

static struct {
    struct rig rig;
    struct ps2_mouse *mouse;
    struct vmmouse *vm;
    struct probe ready;
    uint32_t reg[8];
} s;

static uint32_t get_reg(void *ctx, enum cpu_reg r)
{
    (void)ctx;
    return s.reg[r];
}

static void set_reg(void *ctx, enum cpu_reg r, uint32_t value)
{
    (void)ctx;
    s.reg[r] = value;
}

static void setup(void)
{
    memset(&s, 0, sizeof s);
    rig_init(&s.rig);
    s.mouse = ps2_mouse_new(&s.rig.bus, "mouse");
    s.mouse->ready = probe_line(&s.ready, &s.rig);
    s.vm = vmmouse_new(&s.rig.bus, "vmmouse");
    s.vm->mouse = s.mouse;
    s.vm->regs = (struct cpu_regs){NULL, get_reg, set_reg};
    rig_realize(&s.mouse->dev);
    rig_realize(&s.vm->dev);
}

static void teardown(void)
{
    dev_free(&s.vm->dev);
    dev_free(&s.mouse->dev);
    rig_free(&s.rig);
}

/* IN EAX, DX as a driver does it; EAX afterwards. */
static uint32_t backdoor(uint32_t command, uint32_t with)
{
    s.reg[CPU_EAX] = MAGIC, s.reg[CPU_EBX] = with, s.reg[CPU_ECX] = command;
    s.reg[CPU_EAX] = port_in(s.rig.bus.ports, 0x5658, 4, INIT_CPU0);
    return s.reg[CPU_EAX];
}

static void enable(void)
{
    backdoor(41, ID);
    ck_assert_uint_eq(backdoor(40, 0), 1);
    ck_assert_uint_eq(backdoor(39, 1), 0x3442554a);
    backdoor(41, ABSOLUTE);
}

static void put(bool absolute, int x, int y, int wheel, uint8_t buttons)
{
    struct pointer_event e = {.absolute = absolute, .wheel = wheel, .buttons = buttons};
    struct pointer_sink p = absolute ? vmmouse_absolute(s.vm) : vmmouse_relative(s.vm);
    if (absolute)
        e.x = (uint16_t)x, e.y = (uint16_t)y;
    else
        e.dx = x, e.dy = y;
    p.event(p.ctx, &e);
}

START_TEST(version_answers_with_the_magic_in_ebx)
{
    ck_assert_uint_ne(backdoor(10, 0), UINT32_MAX);
    ck_assert_uint_eq(s.reg[CPU_EBX], MAGIC);
}
END_TEST

START_TEST(without_the_magic_or_dword_nothing_answers)
{
    s.reg[CPU_EAX] = 1, s.reg[CPU_ECX] = 10;
    ck_assert_uint_eq(port_in(s.rig.bus.ports, 0x5658, 4, INIT_CPU0), UINT32_MAX);
    s.reg[CPU_EAX] = MAGIC;
    ck_assert_uint_eq(port_in(s.rig.bus.ports, 0x5658, 1, INIT_CPU0), 0xff);
    ck_assert_uint_eq(backdoor(12345, 0), UINT32_MAX);
}
END_TEST

START_TEST(absolute_is_wanted_after_the_handshake_only)
{
    struct pointer_sink p = vmmouse_absolute(s.vm);
    ck_assert_uint_eq(backdoor(40, 0), 0xffff0000);
    ck_assert(!p.wanted(p.ctx));
    backdoor(41, ABSOLUTE); /* not enabled */
    ck_assert(!p.wanted(p.ctx));
    enable();
    ck_assert(p.wanted(p.ctx));
    backdoor(41, DISABLE);
    ck_assert(!p.wanted(p.ctx));
    ck_assert_uint_eq(backdoor(40, 0), 0xffff0000);
}
END_TEST

START_TEST(packets_have_flags_x_y_wheel)
{
    enable();
    put(true, 0, 32767, 1, POINTER_LEFT);
    put(true, 16384, 1, 0, POINTER_RIGHT | POINTER_MIDDLE);
    put(false, -2, 3, -1, 0);
    ck_assert_uint_eq(backdoor(40, 0), 12);
    ck_assert_uint_eq(backdoor(39, 4), 0x20);
    ck_assert_uint_eq(s.reg[CPU_EBX], 0);
    ck_assert_uint_eq(s.reg[CPU_ECX], 0xffff);
    ck_assert_uint_eq(s.reg[CPU_EDX], UINT32_MAX);
    ck_assert_uint_eq(backdoor(39, 4), 0x18);
    ck_assert_uint_eq(s.reg[CPU_EBX], 32769);
    ck_assert_uint_eq(s.reg[CPU_ECX], 2);
    ck_assert_uint_eq(backdoor(39, 4), 0x10000);
    ck_assert_uint_eq(s.reg[CPU_EBX], (uint32_t)-2);
    ck_assert_uint_eq(s.reg[CPU_ECX], (uint32_t)-3);
    ck_assert_uint_eq(s.reg[CPU_EDX], 1);
    ck_assert_uint_eq(backdoor(40, 0), 0);
}
END_TEST

START_TEST(asking_for_more_than_there_is_is_an_error_until_enabled_again)
{
    enable();
    put(true, 1, 1, 0, 0);
    ck_assert_uint_eq(backdoor(39, 5), 0xffff0000);
    ck_assert_uint_eq(backdoor(40, 0), 0xffff0000);
    enable();
    ck_assert_uint_eq(backdoor(40, 0), 0);
    ck_assert_uint_eq(backdoor(39, 0), 0xffff0000);
    enable();
    ck_assert_uint_eq(backdoor(39, 7), 0xffff0000);
}
END_TEST

START_TEST(the_mouse_interrupts_though_it_did_not_move)
{
    struct ps2_device port = ps2_mouse_port(s.mouse);
    uint8_t b[4];
    port.send(port.ctx, 0xf4);
    ck_assert(port.take(port.ctx, &b[0]));
    enable();
    put(true, 5, 5, 0, 0);
    ck_assert_int_eq(s.ready.level, 1);
    for (unsigned i = 0; i < 3; i++)
        ck_assert(port.take(port.ctx, &b[i]));
    ck_assert_uint_eq(b[0], 8);
    ck_assert_uint_eq(b[1] | b[2], 0);
    ck_assert(!port.take(port.ctx, &b[3]));
}
END_TEST

START_TEST(a_driver_that_does_not_fetch_sees_the_last_place)
{
    enable();
    for (int i = 0; i < 1000; i++)
        put(true, i, i, 0, 0);
    uint32_t words = backdoor(40, 0);
    ck_assert_uint_eq(words, VMMOUSE_QUEUE);
    for (; words; words -= 4)
        ck_assert_uint_eq(backdoor(39, 4), 0);
    ck_assert_uint_eq(s.reg[CPU_EBX], 999 << 1);
}
END_TEST

START_TEST(vmmouse_state_round_trip)
{
    struct vmmouse *other = vmmouse_new(&s.rig.bus, "other");
    other->regs = s.vm->regs;
    enable();
    put(true, 7, 8, 0, POINTER_LEFT);
    rig_copy_state(&s.vm->dev, &other->dev);
    ck_assert_uint_eq(other->count, 4);
    ck_assert(vmmouse_absolute(other).wanted(other));
    dev_free(&other->dev);
}
END_TEST

TCase *vmmouse_tests(void)
{
    TCase *t = tcase_create("vmmouse");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, version_answers_with_the_magic_in_ebx);
    tcase_add_test(t, without_the_magic_or_dword_nothing_answers);
    tcase_add_test(t, absolute_is_wanted_after_the_handshake_only);
    tcase_add_test(t, packets_have_flags_x_y_wheel);
    tcase_add_test(t, asking_for_more_than_there_is_is_an_error_until_enabled_again);
    tcase_add_test(t, the_mouse_interrupts_though_it_did_not_move);
    tcase_add_test(t, a_driver_that_does_not_fetch_sees_the_last_place);
    tcase_add_test(t, vmmouse_state_round_trip);
    return t;
}
