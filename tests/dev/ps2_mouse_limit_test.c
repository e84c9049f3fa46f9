/* SPDX-License-Identifier: MIT */
/*
 * The PS/2 mouse at its own connector: each command byte and parameter, what forgets motion, queues, limits of packets,
 * times to the nanosecond, loads. IBM PS/2 Hardware Interface Technical Reference;
 * Microsoft IntelliMouse.
 */
#include "devices/input/ps2_mouse.h"
#include "tests/dev/ps2_rig.h"

static struct ps2_mouse *m;

static void setup(void)
{
    memset(&ready, 0, sizeof ready);
    rig_init(&rig);
    m = ps2_mouse_new(&rig.bus, "mouse");
    m->ready = probe_line(&ready, &rig);
    rig_realize(&m->dev);
    port = ps2_mouse_port(m);
}

static void teardown(void)
{
    dev_free(&m->dev);
    rig_free(&rig);
}

static void rate(uint8_t r)
{
    ask(0xf3), ask(r);
}

static void five_buttons(void)
{
    rate(200), rate(200), rate(80), rate(100);
}

static void move(int dx, int dy, int wheel, uint8_t buttons)
{
    struct pointer_sink p = ps2_mouse_pointer(m);
    struct pointer_event e = {.dx = dx, .dy = dy, .wheel = wheel, .buttons = buttons};
    p.event(p.ctx, &e);
}

START_TEST(each_command_byte)
{
    for (unsigned c = 0; c < 0x100; c++) {
        bool known = (c >= 0xe6 && c <= 0xf6 && c != 0xed && c != 0xef && c != 0xf1) || c >= 0xfe;
        uint8_t byte;
        teardown(), setup();
        send((uint8_t)c);
        ck_assert(port.take(port.ctx, &byte));
        uint8_t want = c == 0xfe ? 0xaa : known ? 0xfa : 0xfe;
        ck_assert_msg(byte == want, "%02x: %02x, not %02x", c, byte, want);
        drain();
        send((uint8_t)c);
        ck_assert(port.take(port.ctx, &byte));
        want = c == 0xee ? 0xee : c == 0xfe ? 0xaa : known ? 0xfa : 0xfc; /* wrap mode; the second time an error */
        ck_assert_msg(byte == want, "%02x again: %02x, not %02x", c, byte, want);
    }
}
END_TEST

START_TEST(each_parameter)
{
    for (unsigned v = 0; v < 0xe6; v++) {
        static const uint8_t rates[] = {10, 20, 40, 60, 80, 100, 200};
        bool good = memchr(rates, (int)v, sizeof rates);
        teardown(), setup();
        ask(0xf3);
        send((uint8_t)v);
        EXPECT(good ? 0xfa : 0xfe);
        send(0xe9);
        EXPECT(0xfa, 0, 2, good ? (uint8_t)v : 100);
        ask(0xe8);
        send((uint8_t)v);
        EXPECT(v < 4 ? 0xfa : 0xfe);
        send(0xe9);
        EXPECT(0xfa, 0, v < 4 ? (uint8_t)v : 2, good ? (uint8_t)v : 100);
    }
    teardown(), setup();
    ask(0xe8);
    send(9), EXPECT(0xfe);
    send(9), EXPECT(0xfc);
    send(1), EXPECT(0xfe); /* after the error no parameter is waited for */
    ask(0xf3);
    send(9), EXPECT(0xfe);
    send(9), EXPECT(0xfc);
    send(60), EXPECT(0xfe);
    send(0xe9);
    EXPECT(0xfa, 0, 2, 100);
    ask(0xe8);
    send(9), EXPECT(0xfe);
    ask(3);
    send(9), EXPECT(0xfe); /* and what was failed is so no more */
    ask(0xe8), ask(0xe6);  /* a command in its place */
    send(1), EXPECT(0xfe);
}
END_TEST

/* Types by the three rates set last: every pair before 80, and nothing but these. */
START_TEST(knocks)
{
    static const uint8_t rates[] = {10, 20, 40, 60, 80, 100, 200};
    for (unsigned a = 0; a < 7; a++)
        for (unsigned b = 0; b < 7; b++)
            for (unsigned c = 0; c < 7; c++) {
                teardown(), setup();
                rate(rates[a]), rate(rates[b]), rate(rates[c]);
                uint8_t want = rates[a] == 200 && rates[c] == 80 ? (rates[b] == 100 ? 3 : rates[b] == 200 ? 4 : 0) : 0;
                send(0xf2);
                EXPECT(0xfa, want);
            }
    teardown(), setup();
    rate(200), rate(100), ask(0xf6), rate(80); /* defaults between: no knock */
    send(0xf2);
    EXPECT(0xfa, 0);
    rate(200), rate(200), rate(80), rate(200), rate(100), rate(80); /* from five buttons back to the wheel */
    send(0xf2);
    EXPECT(0xfa, 3);
}
END_TEST

/* Modes that change forget what moved; buttons that changed meanwhile are no news. */
START_TEST(motion_is_forgotten_by)
{
    static const uint8_t by[] = {0xea, 0xf0, 0xf4, 0xf5, 0xf6, 0xee, 0xff};
    for (unsigned i = 0; i < sizeof by; i++) {
        teardown(), setup();
        ask(0xf0);
        move(5, 6, 0, POINTER_LEFT), move(30000, 0, 0, POINTER_RIGHT);
        send(by[i]);
        drain();
        rig_run(&rig, 2 * MS);
        drain();
        if (by[i] == 0xee)
            ask(0xec);
        ck_assert_msg(!m->moves && !m->lost && m->reported == POINTER_RIGHT, "%02x: %u moves", by[i], m->moves);
        ask(0xf0);
        send(0xeb);
        EXPECT(0xfa, 0x0a, 0, 0);
        ask(0xea), ask(0xf4);
        move(0, 0, 0, POINTER_RIGHT);
        NOTHING;
    }
    /* These do not. */
    static const uint8_t kept[] = {0xe6, 0xe7, 0xe9, 0xec, 0xf2, 0xfe, 0x00};
    for (unsigned i = 0; i < sizeof kept; i++) {
        teardown(), setup();
        ask(0xf0);
        move(5, -6, 0, POINTER_LEFT);
        send(kept[i]);
        drain();
        send(0xeb);
        EXPECT(0xfa, 0x09, 5, 6);
    }
}
END_TEST

START_TEST(reset_takes_its_time_and_forgets_the_type)
{
    five_buttons();
    ask(0xf4);
    move(100, 0, 0, 1);
    send(0xff);
    EXPECT(0xfa);
    rig_run(&rig, MS - 1);
    NOTHING;
    rig_run(&rig, 1);
    EXPECT(0xaa, 0x00);
    send(0xfe);
    EXPECT(0xaa, 0x00);
    send(0xe9);
    EXPECT(0xfa, 1 << 2, 2, 100);
    send(0xf2);
    EXPECT(0xfa, 0);
    ask(0xff);
    ask(0xf4); /* a byte in that time ends it */
    rig_run(&rig, 10 * MS);
    NOTHING;
    ask(0xff);
    rig_run(&rig, MS);
    send(0xee); /* its answer is on the way: given up */
    EXPECT(0xfa);
    send(0xff);
    EXPECT(0xfa);
    move(3, 3, 0, 0);
    rig_run(&rig, MS);
    EXPECT(0xaa, 0x00);
}
END_TEST

START_TEST(packets_come_at_the_sample_rate)
{
    static const uint8_t rates[] = {10, 20, 40, 60, 80, 100, 200};
    for (unsigned i = 0; i < sizeof rates; i++) {
        uint64_t period = 1000000000 / rates[i];
        teardown(), setup();
        rate(rates[i]);
        ask(0xf4);
        move(1, 0, 0, 0);
        EXPECT(0x08, 1, 0);
        move(2, 3, 0, 0);
        rig_run(&rig, period - 1);
        NOTHING;
        move(4, 0, 0, 0);
        rig_run(&rig, 1);
        EXPECT(0x28, 6, 0xfd);
        rig_run(&rig, 10 * period);
        NOTHING;
        move(1, 1, 0, 0); /* nobody takes it: the next one waits */
        move(2, 2, 0, 1);
        rig_run(&rig, 5 * period);
        EXPECT(0x28, 1, 0xff);
        rig_run(&rig, period);
        EXPECT(0x29, 2, 0xfe);
    }
}
END_TEST

/* Three axes in the order of button changes; 16 changes wait, then the last is added to. */
START_TEST(the_queue_keeps_16_changes)
{
    five_buttons();
    ask(0xf0);
    for (int i = 0; i < 20; i++)
        move(i + 1, 2 * i - 7, (i % 5) - 2, i & 1 ? POINTER_LEFT : POINTER_EXTRA);
    int x = 0, y = 0, z = 0;
    for (int i = 15; i < 20; i++)
        x += i + 1, y += 2 * i - 7, z += (i % 5) - 2;
    for (int i = 0; i < 16; i++) {
        int dx = i < 15 ? i + 1 : x, dy = -(i < 15 ? 2 * i - 7 : y), dz = -(i < 15 ? (i % 5) - 2 : z);
        uint8_t head = (uint8_t)(8 | (i & 1 ? 1 : 0) | (dy < 0 ? 0x20 : 0));
        send(0xeb);
        EXPECT(0xfa, head, (uint8_t)dx, (uint8_t)dy, (uint8_t)((dz & 15) | (i & 1 ? 0 : 0x20)));
    }
    send(0xeb);
    EXPECT(0xfa, 0x09, 0, 0, 0); /* the buttons as they are */
}
END_TEST

START_TEST(wheel_by_type)
{
    static const struct {
        int wheel;
        uint8_t first, second;
    } c[] = {{7, 0xf9, 0}, {8, 0xf9, 0xff}, {-8, 8, 0}, {-9, 8, 1}, {-7, 7, 0}, {15, 0xf9, 0xf9}, {1, 0xff, 0}};
    rate(200), rate(100), rate(80);
    ask(0xf0);
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        move(0, 0, c[i].wheel, 0);
        send(0xeb);
        EXPECT(0xfa, 8, 0, 0, c[i].first);
        send(0xeb);
        EXPECT(0xfa, 8, 0, 0, c[i].second);
        if (c[i].wheel == 15) { /* 7 + 7 + 1 */
            send(0xeb);
            EXPECT(0xfa, 8, 0, 0, 0xff);
        }
    }
    int sum = 0; /* 64 notches wait at most */
    move(0, 0, 1000, 0);
    for (unsigned i = 0; i < 12; i++) {
        uint8_t b[5];
        send(0xeb);
        for (unsigned k = 0; k < 5; k++)
            ck_assert(port.take(port.ctx, &b[k]));
        ck_assert_uint_eq(b[1], 8); /* no overflow of x and y */
        sum += (int8_t)b[4];
    }
    ck_assert_int_eq(sum, -64);
    teardown(), setup();
    ask(0xf0); /* without a wheel it moves nothing and takes no packet more */
    move(1, 0, 9, 0);
    send(0xeb);
    EXPECT(0xfa, 8, 1, 0);
    ck_assert_uint_eq(m->moves, 0);
    teardown(), setup();
    ask(0xf4);
    move(0, 0, 3, 0);
    EXPECT(8, 0, 0);
}
END_TEST

/* In stream mode eight packets' worth waits, in either direction; more is lost and told once. */
START_TEST(motion_waits_up_to_2040)
{
    for (int axis = 0; axis < 2; axis++)
        for (int sign = -1; sign <= 1; sign += 2)
            for (int more = 0; more < 2; more++) {
                teardown(), setup();
                int v = sign * (2040 + more), sum = 0;
                rate(200);
                ask(0xf4);
                move(axis ? 0 : v, axis ? -v : 0, 0, 0);
                for (unsigned i = 0; i < 10; i++, rig_run(&rig, 5 * MS)) {
                    uint8_t b[3];
                    if (!port.take(port.ctx, &b[0]))
                        continue;
                    ck_assert(port.take(port.ctx, &b[1]) && port.take(port.ctx, &b[2]));
                    ck_assert_uint_eq(b[0] & 0xc0, i == 0 && more ? (axis ? 0x80 : 0x40) : 0);
                    sum += b[1 + axis] - (b[0] & (axis ? 0x20 : 0x10) ? 256 : 0);
                    ck_assert_uint_eq(b[2 - axis], 0);
                }
                ck_assert_int_eq(sum, sign * 2040);
            }
}
END_TEST

START_TEST(scaled_packets_may_overflow)
{
    ask(0xe7), ask(0xf4);
    move(127, -127, 0, 0);
    EXPECT(0x08, 254, 254);
    rig_run(&rig, 20 * MS);
    move(128, 0, 0, 0);
    EXPECT(0x48, 255, 0);
    rig_run(&rig, 20 * MS);
    move(0, 128, 0, 0);
    EXPECT(0x28, 0, 0);
    rig_run(&rig, 20 * MS);
    move(-129, 129, 0, 0);
    EXPECT(0xf8, 0, 0);
    static const int in[] = {0, 1, 2, 3, 4, 5, 6, 7}, out[] = {0, 1, 1, 3, 6, 9, 12, 14};
    for (int i = 1; i < 8; i++) {
        rig_run(&rig, 20 * MS);
        move(-in[i], -in[i], 0, 0);
        EXPECT(0x18, (uint8_t)-out[i], (uint8_t)out[i]);
    }
}
END_TEST

START_TEST(status_by_bit)
{
    static const struct {
        uint8_t buttons, want;
    } c[] = {{POINTER_LEFT, 4}, {POINTER_MIDDLE, 2}, {POINTER_RIGHT, 1},
             {POINTER_SIDE, 0}, {POINTER_EXTRA, 0},  {0xff, 7}};
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        move(0, 0, 0, c[i].buttons);
        send(0xe9);
        EXPECT(0xfa, c[i].want, 2, 100);
        send(0xfe); /* without its FAh */
        EXPECT(c[i].want, 2, 100);
    }
    move(0, 0, 0, 0);
    ask(0xe7), send(0xe9);
    EXPECT(0xfa, 0x10, 2, 100);
    ask(0xe6), ask(0xf4), send(0xe9);
    EXPECT(0xfa, 0x20, 2, 100);
    ask(0xf5), ask(0xf0), send(0xe9);
    EXPECT(0xfa, 0x40, 2, 100);
    ask(0xea), send(0xe9);
    EXPECT(0xfa, 0x00, 2, 100);
    ask(0xee), send(0xe9);
    EXPECT(0xe9); /* wrapped */
    ask(0xec), send(0xe9);
    EXPECT(0xfa, 0x00, 2, 100);
}
END_TEST

START_TEST(a_poke_sends_a_packet_where_one_may_be_sent)
{
    ps2_mouse_poke(m);
    NOTHING;
    ask(0xf4);
    NOTHING;
    ps2_mouse_poke(m);
    EXPECT(8, 0, 0);
    ps2_mouse_poke(m);
    rig_run(&rig, 10 * MS);
    EXPECT(8, 0, 0);
    rig_run(&rig, 100 * MS);
    NOTHING;
    ps2_mouse_poke(m);
    EXPECT(8, 0, 0);
    ask(0xee); /* not in wrap mode, nor after it */
    ps2_mouse_poke(m);
    rig_run(&rig, 100 * MS);
    NOTHING;
}
END_TEST

/* A command that interrupts: the packet is given up, what is left of the motion comes after the answer. */
START_TEST(motion_goes_on_after_a_command)
{
    uint8_t byte;
    ask(0xf4);
    move(300, 0, 0, 0);
    ck_assert(port.take(port.ctx, &byte) && byte == 8);
    send(0xe6);
    EXPECT(0xfa);
    rig_run(&rig, 10 * MS);
    EXPECT(8, 45, 0);
}
END_TEST

START_TEST(loads_bring_nothing_unbounded)
{
    for (unsigned i = 0; i < MOUSE_MOVES; i++)
        m->dx[i] = 2041, m->dy[i] = -2041, m->dz[i] = i & 1 ? 65 : -65;
    m->nout = 17, m->nlast = 5, m->moves = 17;
    m->dev.cls->post_load(&m->dev);
    ck_assert_uint_eq(m->nout, 16);
    ck_assert_uint_eq(m->nlast, 4);
    ck_assert_uint_eq(m->moves, 16);
    for (unsigned i = 0; i < MOUSE_MOVES; i++)
        ck_assert_msg(m->dx[i] == 2040 && m->dy[i] == -2040 && m->dz[i] == (i & 1 ? 64 : -64), "%u: %d %d %d", i,
                      m->dx[i], m->dy[i], m->dz[i]);
    ck_assert_uint_eq(m->level[0], 0);
    m->dx[0] = -2041, m->dy[0] = 2041;
    m->nout = 16, m->nlast = 4, m->moves = 16;
    m->dev.cls->post_load(&m->dev);
    ck_assert_int_eq(m->dx[0], -2040);
    ck_assert_int_eq(m->dy[0], 2040);
    ck_assert_uint_eq(m->nout * 100 + m->nlast * 10 + m->moves, 1656);
    for (unsigned v = 0; v < 0x100; v++) {
        static const uint8_t rates[] = {10, 20, 40, 60, 80, 100, 200};
        m->command = m->type = m->rate = (uint8_t)v;
        m->dev.cls->post_load(&m->dev);
        ck_assert_uint_eq(m->command, v == 0xe8 || v == 0xf3 ? v : 0);
        ck_assert_uint_eq(m->type, v == 3 || v == 4 ? v : 0);
        ck_assert_uint_eq(m->rate, memchr(rates, (int)v, sizeof rates) ? v : 100);
    }
}
END_TEST

START_TEST(mouse_reset_takes_what_waits_back)
{
    ask(0xf4);
    move(1, 1, 0, 0);
    ck_assert_int_eq(ready.level, 1);
    m->dev.cls->reset(&m->dev);
    NOTHING;
    rig_run(&rig, 100 * MS);
    NOTHING;
    send(0xfe);
    EXPECT(0xaa, 0x00);
}
END_TEST

START_TEST(mouse_info)
{
    struct buf out = {0};
    m->dev.cls->print(&m->dev, &out);
    five_buttons(), rate(40), ask(0xe7), ask(0xf4), move(1, 1, 0, 0);
    m->dev.cls->print(&m->dev, &out);
    ask(0xf0);
    m->dev.cls->print(&m->dev, &out);
    ask(0xee);
    m->dev.cls->print(&m->dev, &out);
    buf_add8(&out, 0);
    ck_assert_str_eq((char *)out.data,
                     "mouse: type 0, stream mode, reporting off, 100 samples/s, scaling 1:1, 0 bytes queued\n"
                     "mouse: type 4, stream mode, reporting on, 40 samples/s, scaling 2:1, 4 bytes queued\n"
                     "mouse: type 4, remote mode, reporting on, 40 samples/s, scaling 2:1, 0 bytes queued\n"
                     "mouse: type 4, wrap mode, reporting on, 40 samples/s, scaling 2:1, 0 bytes queued\n");
    buf_free(&out);
}
END_TEST

TCase *ps2_mouse_limit_tests(void)
{
    TCase *c = tcase_create("ps2-mouse-limits");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, each_command_byte);
    tcase_add_test(c, each_parameter);
    tcase_add_test(c, knocks);
    tcase_add_test(c, motion_is_forgotten_by);
    tcase_add_test(c, reset_takes_its_time_and_forgets_the_type);
    tcase_add_test(c, packets_come_at_the_sample_rate);
    tcase_add_test(c, the_queue_keeps_16_changes);
    tcase_add_test(c, wheel_by_type);
    tcase_add_test(c, motion_waits_up_to_2040);
    tcase_add_test(c, scaled_packets_may_overflow);
    tcase_add_test(c, status_by_bit);
    tcase_add_test(c, a_poke_sends_a_packet_where_one_may_be_sent);
    tcase_add_test(c, motion_goes_on_after_a_command);
    tcase_add_test(c, loads_bring_nothing_unbounded);
    tcase_add_test(c, mouse_reset_takes_what_waits_back);
    tcase_add_test(c, mouse_info);
    return c;
}
