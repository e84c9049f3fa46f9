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

/* Each command by its number; the upper half of ECX is no part of it. */
START_TEST(commands_by_number)
{
    static const uint16_t there[] = {10, 39, 40, 41, 86};
    for (uint32_t c = 0; c < 200; c++) {
        bool is = false;
        for (unsigned i = 0; i < ARRAY_LEN(there); i++)
            is |= there[i] == c;
        s.reg[CPU_ESI] = 0x1234;
        uint32_t got = backdoor(c | 0xabcd0000, c == 41 ? DISABLE : 0);
        if (c != 39)
            ck_assert_msg((got != UINT32_MAX) == is, "command %u answers %08x", c, got);
        ck_assert_uint_eq(s.reg[CPU_ESI], 0x1234);
    }
    ck_assert_uint_eq(backdoor(0x100 | 10, 0), UINT32_MAX);
    ck_assert_uint_eq(backdoor(10, 0), 6);
    ck_assert_uint_eq(s.reg[CPU_EBX], MAGIC);
    ck_assert_uint_eq(s.reg[CPU_ECX], 4);
    for (uint32_t v = 0; v < 8; v++) {
        ck_assert_uint_eq(backdoor(86, v), MAGIC);
        ck_assert_uint_eq(s.vm->restriction, v & 3);
    }
    static const uint32_t pointer[] = {DISABLE, ID, 0x4c455252, ABSOLUTE};
    for (unsigned i = 0; i < ARRAY_LEN(pointer); i++)
        for (unsigned bit = 0; bit <= 32; bit++) { /* a command with one bit turned is none */
            uint32_t logged = s.rig.log.head + s.rig.log.muted, what = pointer[i] ^ (bit < 32 ? 1u << bit : 0);
            ck_assert_uint_eq(backdoor(41, what), MAGIC);
            ck_assert_msg((s.rig.log.head + s.rig.log.muted != logged) == (bit < 32), "%08x", what);
        }
}
END_TEST

START_TEST(the_port_is_one_double_word_of_the_cpus)
{
    for (unsigned i = 1; i < 4; i++) {
        s.reg[CPU_EAX] = MAGIC, s.reg[CPU_ECX] = 10, s.reg[CPU_EBX] = 0;
        ck_assert_uint_eq(port_in(s.rig.bus.ports, (uint16_t)(0x5658 + i), 4, INIT_CPU0), UINT32_MAX);
        ck_assert_uint_eq(s.reg[CPU_EBX], 0);
    }
    static const enum initiator who[] = {INIT_DEBUG, INIT_DMA};
    for (unsigned i = 0; i < 2; i++) {
        s.reg[CPU_EAX] = MAGIC, s.reg[CPU_ECX] = 10, s.reg[CPU_EBX] = 0;
        ck_assert_uint_eq(port_in(s.rig.bus.ports, 0x5658, 4, who[i]), UINT32_MAX);
        ck_assert_uint_eq(s.reg[CPU_EBX], 0);
    }
    port_out(s.rig.bus.ports, 0x5658, 4, MAGIC, INIT_CPU0);
    ck_assert_uint_eq(s.reg[CPU_EBX], 0);
}
END_TEST

/* One to six words at a time, in the registers' order; the rest stays in the queue. */
START_TEST(fetches_of_one_to_six_words)
{
    static const enum cpu_reg to[] = {CPU_EAX, CPU_EBX, CPU_ECX, CPU_EDX, CPU_ESI, CPU_EDI};
    for (uint32_t n = 1; n <= 6; n++) {
        uint32_t words[8];
        enable();
        put(true, 5, 6, 7, POINTER_LEFT), put(true, 8, 9, 10, POINTER_RIGHT);
        memcpy(words, s.vm->queue, sizeof words);
        for (unsigned i = 4; i < 8; i++)
            s.reg[i] = 0xdead0000 + i;
        uint32_t esi = s.reg[CPU_ESI], edi = s.reg[CPU_EDI];
        backdoor(39, n);
        for (uint32_t i = 0; i < n; i++)
            ck_assert_msg(s.reg[to[i]] == words[i], "%u words: word %u is %x, not %x", n, i, s.reg[to[i]], words[i]);
        ck_assert(n > 4 || s.reg[CPU_ESI] == esi);
        ck_assert(n > 5 || s.reg[CPU_EDI] == edi);
        ck_assert_uint_eq(backdoor(40, 0), 8 - n);
        ck_assert_uint_eq(backdoor(39, 1), words[n]);
        backdoor(41, DISABLE);
    }
    enable();
    put(true, 1, 1, 0, 0), put(true, 1, 1, 0, 1);
    ck_assert_uint_eq(backdoor(39, 7), 0xffff0000); /* more than registers */
    ck_assert_uint_eq(s.vm->count, 0);
}
END_TEST

/* The handshake: no motion before the version was fetched or after the end; relative again by its command. */
START_TEST(events_need_the_handshake)
{
    put(true, 1, 1, 0, 0);
    ck_assert_uint_eq(s.vm->count, 0);
    backdoor(41, ID);
    put(true, 1, 1, 0, 0);
    ck_assert_uint_eq(backdoor(40, 0), 1);
    ck_assert_uint_eq(backdoor(39, 1), 0x3442554a);
    backdoor(41, ABSOLUTE);
    put(true, 1, 1, 0, 0);
    ck_assert_uint_eq(backdoor(40, 0), 4);
    ck_assert(vmmouse_relative(s.vm).wanted(s.vm));
    backdoor(41, 0x4c455252); /* relative: what waited is gone */
    ck_assert_uint_eq(backdoor(40, 0), 0);
    ck_assert(!vmmouse_absolute(s.vm).wanted(s.vm));
    put(false, 1, 1, 0, 0);
    ck_assert_uint_eq(backdoor(40, 0), 4);
    backdoor(41, ABSOLUTE);
    ck_assert_uint_eq(backdoor(40, 0), 0);
    put(true, 1, 1, 0, 0);
    backdoor(39, 9); /* an error; its end by the handshake */
    put(true, 1, 1, 0, 0);
    ck_assert_uint_eq(backdoor(40, 0), 0xffff0000);
    backdoor(41, ID);
    ck_assert_uint_eq(backdoor(40, 0), 1);
}
END_TEST

/* A full queue: the last place is moved, but never a click, a wheel's turn or relative motion. */
START_TEST(a_full_queue_keeps_what_counts)
{
    for (unsigned kind = 0; kind < 5; kind++) {
        backdoor(41, DISABLE);
        enable();
        for (int i = 0; i < 64; i++)
            put(kind != 3, i, i, kind == 4 && i == 63 ? 1 : 0, 0);
        ck_assert_uint_eq(backdoor(40, 0), 256);
        put(kind != 3, 1000, 2000, kind == 2, kind == 1 ? POINTER_LEFT : 0);
        ck_assert_uint_eq(backdoor(40, 0), 256);
        const uint32_t *last = &s.vm->queue[252];
        ck_assert_msg((last[1] == 2000) == (kind == 0), "kind %u: %u", kind, last[1]);
        ck_assert_msg((last[2] == 4000) == (kind == 0), "kind %u: %u", kind, last[2]);
        ck_assert_uint_eq(s.vm->queue[248 + 1], kind == 3 ? 62 : 124);
    }
}
END_TEST

START_TEST(loads_and_info)
{
    struct buf out = {0};
    s.vm->count = 257;
    s.vm->dev.cls->post_load(&s.vm->dev);
    ck_assert_uint_eq(s.vm->count, 256);
    s.vm->count = 255;
    s.vm->dev.cls->post_load(&s.vm->dev);
    ck_assert_uint_eq(s.vm->count, 255);
    backdoor(41, DISABLE);
    s.vm->dev.cls->print(&s.vm->dev, &out);
    enable();
    put(true, 1, 1, 0, 0);
    s.vm->dev.cls->print(&s.vm->dev, &out);
    backdoor(39, 9);
    s.vm->dev.cls->print(&s.vm->dev, &out);
    buf_add8(&out, 0);
    ck_assert_str_eq((char *)out.data, "vmmouse: disabled, relative, 0 words queued\n"
                                       "vmmouse: enabled, absolute, 4 words queued\n"
                                       "vmmouse: enabled, absolute, 0 words queued, in error\n");
    buf_free(&out);
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
    tcase_add_test(t, commands_by_number);
    tcase_add_test(t, the_port_is_one_double_word_of_the_cpus);
    tcase_add_test(t, fetches_of_one_to_six_words);
    tcase_add_test(t, events_need_the_handshake);
    tcase_add_test(t, a_full_queue_keeps_what_counts);
    tcase_add_test(t, loads_and_info);
    tcase_add_test(t, vmmouse_state_round_trip);
    return t;
}
