/* SPDX-License-Identifier: MIT */
/* PS/2 mouse behind the 8042: commands, modes, packets, wheel and five buttons, by the rule. */
#include "devices/input/i8042.h"
#include "devices/input/ps2_mouse.h"
#include "tests/dev/rig.h"

#define MS UINT64_C(1000000)

struct setup {
    struct rig rig;
    struct i8042 *kbc;
    struct ps2_mouse *mouse;
    struct probe irq12;
};
static struct setup s;

static void make(struct setup *t)
{
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    t->kbc = i8042_new(&t->rig.bus, "kbc");
    t->mouse = ps2_mouse_new(&t->rig.bus, "mouse");
    t->kbc->irq[I8042_AUX] = probe_line(&t->irq12, &t->rig);
    t->kbc->port[I8042_AUX] = ps2_mouse_port(t->mouse);
    t->mouse->ready = i8042_ready(t->kbc, I8042_AUX);
    rig_realize(&t->kbc->dev);
    rig_realize(&t->mouse->dev);
    rig_out(&t->rig, 0x64, 0x60), rig_out(&t->rig, 0x60, 0x02); /* IRQ12, both clocks on */
}

static void unmake(struct setup *t)
{
    dev_free(&t->kbc->dev);
    dev_free(&t->mouse->dev);
    rig_free(&t->rig);
}

static void setup(void)
{
    make(&s);
}

static void teardown(void)
{
    unmake(&s);
}

static void send(uint8_t byte)
{
    rig_out(&s.rig, 0x64, 0xd4), rig_out(&s.rig, 0x60, byte);
}

/* Reads what comes within a while; its number of bytes. */
static unsigned gather(uint8_t *to, unsigned room, uint64_t ns)
{
    uint64_t end = clock_ns(&s.rig.clock) + ns;
    unsigned n = 0;
    while (clock_ns(&s.rig.clock) < end) {
        rig_run(&s.rig, MS / 10);
        uint8_t status = rig_in(&s.rig, 0x64);
        if (!(status & 1))
            continue;
        ck_assert_uint_eq(status & 0x20, 0x20);
        ck_assert_int_eq(s.irq12.level, 1);
        ck_assert_uint_lt(n, room);
        to[n++] = rig_in(&s.rig, 0x60);
    }
    return n;
}

static void expect(const uint8_t *bytes, unsigned n)
{
    uint8_t got[64];
    ck_assert_uint_eq(gather(got, sizeof got, 5 * MS), n);
    for (unsigned i = 0; i < n; i++)
        ck_assert_uint_eq(got[i], bytes[i]);
}
#define EXPECT(...) expect((const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__})

static void ask(uint8_t byte)
{
    send(byte);
    EXPECT(0xfa);
}

static void rate(uint8_t r)
{
    ask(0xf3);
    ask(r);
}

static void move(int dx, int dy, int wheel, uint8_t buttons)
{
    struct pointer_sink p = ps2_mouse_pointer(s.mouse);
    struct pointer_event e = {.dx = dx, .dy = dy, .wheel = wheel, .buttons = buttons};
    p.event(p.ctx, &e);
}

START_TEST(reset_answers_ack_bat_and_id)
{
    send(0xff);
    EXPECT(0xfa, 0xaa, 0x00);
    send(0xf2);
    EXPECT(0xfa, 0x00);
}
END_TEST

START_TEST(no_packets_until_reporting_is_enabled)
{
    uint8_t got[8];
    move(5, 5, 0, POINTER_LEFT);
    ck_assert_uint_eq(gather(got, sizeof got, 20 * MS), 0);
    ask(0xf4);
    move(5, 0, 0, POINTER_LEFT);
    EXPECT(0x09, 5, 0);
    ask(0xf5);
    move(5, 0, 0, 0);
    ck_assert_uint_eq(gather(got, sizeof got, 20 * MS), 0);
}
END_TEST

START_TEST(packet_has_signs_and_up_is_positive)
{
    ask(0xf4);
    move(-3, 4, 0, 0);
    EXPECT(0x08 | 0x10 | 0x20, 0xfd, 0xfc);
    rig_run(&s.rig, 20 * MS);
    move(3, -4, 0, POINTER_RIGHT | POINTER_MIDDLE);
    EXPECT(0x08 | 0x06, 3, 4);
}
END_TEST

START_TEST(samples_are_a_rate_apart_and_motion_adds_up)
{
    uint8_t got[64];
    rate(20);
    ask(0xf4);
    for (unsigned i = 0; i < 100; i++) {
        move(1, 0, 0, 0);
        rig_run(&s.rig, MS);
        rig_in(&s.rig, 0x60);
        rig_run(&s.rig, MS);
        rig_in(&s.rig, 0x60);
    }
    /* 200 ms at 20 samples a second: 4 or 5 packets of 3 bytes */
    ck_assert_uint_ge(s.irq12.rises, 2 + 12 + 1);
    ck_assert_uint_le(s.irq12.rises, 5 + 15);
    ck_assert_uint_le(gather(got, sizeof got, 100 * MS), 9);
}
END_TEST

START_TEST(fast_motion_is_spread_over_samples)
{
    uint8_t got[64];
    int x = 0;
    ask(0xf4);
    move(600, -300, 0, 0);
    unsigned n = gather(got, sizeof got, 100 * MS);
    ck_assert_uint_eq(n, 9);
    for (unsigned i = 0; i < n; i += 3) {
        x += got[i + 1];
        ck_assert_uint_eq(got[i] & 0xc0, 0);
    }
    ck_assert_int_eq(x, 600);
    ck_assert_uint_eq(got[2] + got[5] + got[8], 300);
}
END_TEST

/* The counters have nine bits: -256 to 255 are told as they are, one more on either side is overflow. */
START_TEST(counters_hold_minus_256_to_255)
{
    static const struct {
        int moved;
        uint8_t low, sign, overflow;
    } want[] = {{254, 0xfe, 0, 0},  {255, 0xff, 0, 0},  {256, 0xff, 0, 1},
                {-255, 0x01, 1, 0}, {-256, 0x00, 1, 0}, {-257, 0x00, 1, 1}};
    ask(0xf0);
    for (unsigned i = 0; i < ARRAY_LEN(want); i++) {
        uint8_t sign = want[i].sign, over = want[i].overflow;
        move(want[i].moved, 0, 0, 0);
        send(0xeb);
        EXPECT(0xfa, (uint8_t)(0x08 | sign << 4 | over << 6), want[i].low, 0);
        move(0, -want[i].moved, 0, 0); /* up is positive */
        send(0xeb);
        EXPECT(0xfa, (uint8_t)(0x08 | sign << 5 | over << 7), 0, want[i].low);
    }
}
END_TEST

START_TEST(motion_beyond_the_counter_sets_overflow)
{
    uint8_t got[64];
    ask(0xf4);
    move(30000, 0, 0, 0);
    ck_assert_uint_ge(gather(got, sizeof got, 20 * MS), 3);
    ck_assert_uint_eq(got[0], 0x48);
    ck_assert_uint_eq(got[1], 255);
    ask(0xf5);
    ask(0xf0); /* remote: the counters are nine bits wide */
    move(0, 300, 0, 0);
    send(0xeb);
    EXPECT(0xfa, 0x08 | 0x20 | 0x80, 0, 0x00);
    send(0xeb);
    EXPECT(0xfa, 0x08, 0, 0);
}
END_TEST

START_TEST(a_short_click_is_not_lost)
{
    ask(0xf4);
    move(0, 0, 0, POINTER_LEFT), move(0, 0, 0, 0), move(1, 0, 0, POINTER_RIGHT);
    uint8_t got[16];
    ck_assert_uint_eq(gather(got, sizeof got, 50 * MS), 9);
    ck_assert_uint_eq(got[0], 0x09);
    ck_assert_uint_eq(got[3], 0x08);
    ck_assert_uint_eq(got[6], 0x0a);
    ck_assert_uint_eq(got[7], 1);
}
END_TEST

START_TEST(status_tells_mode_scaling_buttons_resolution_rate)
{
    send(0xe9);
    EXPECT(0xfa, 0x00, 2, 100);
    ask(0xe7), ask(0xf4), ask(0xf0), ask(0xe8), ask(3);
    rate(40);
    move(0, 0, 0, POINTER_LEFT);
    send(0xe9);
    EXPECT(0xfa, 0x40 | 0x20 | 0x10 | 4, 3, 40);
    move(0, 0, 0, POINTER_RIGHT | POINTER_MIDDLE);
    send(0xe9);
    EXPECT(0xfa, 0x73, 3, 40);
    ask(0xf6);
    send(0xe9);
    EXPECT(0xfa, 0x03, 2, 100);
}
END_TEST

START_TEST(scaling_2_1_follows_the_table_in_stream_mode_only)
{
    static const int in[] = {1, 2, 3, 4, 5, 6, 100, -3}, out[] = {1, 1, 3, 6, 9, 12, 200, -3};
    uint8_t got[8];
    ask(0xe7), ask(0xf4);
    for (unsigned i = 0; i < ARRAY_LEN(in); i++) {
        move(in[i], 0, 0, 0);
        ck_assert_uint_eq(gather(got, sizeof got, 20 * MS), 3);
        ck_assert_uint_eq(got[1], (uint8_t)out[i]);
    }
    ask(0xf0);
    move(5, 0, 0, 0);
    send(0xeb);
    EXPECT(0xfa, 0x08, 5, 0);
    ask(0xea), ask(0xe6);
    move(5, 0, 0, 0);
    EXPECT(0x08, 5, 0);
}
END_TEST

START_TEST(rates_200_100_80_unlock_the_wheel)
{
    rate(200), rate(100), rate(80);
    send(0xf2);
    EXPECT(0xfa, 3);
    ask(0xf4);
    move(0, 0, 1, 0);
    EXPECT(0x08, 0, 0, 0xff); /* away from the user is negative */
    rig_run(&s.rig, 20 * MS);
    move(1, 0, -2, POINTER_SIDE);
    EXPECT(0x08, 1, 0, 2);
    send(0xff);
    EXPECT(0xfa, 0xaa, 0);
    send(0xf2);
    EXPECT(0xfa, 0);
}
END_TEST

START_TEST(rates_200_200_80_unlock_five_buttons)
{
    rate(200), rate(100), rate(80);
    rate(200), rate(200), rate(80);
    send(0xf2);
    EXPECT(0xfa, 4);
    ask(0xf4);
    move(0, 0, 1, POINTER_SIDE);
    EXPECT(0x08, 0, 0, 0x1f);
    rig_run(&s.rig, 20 * MS);
    move(0, 0, 0, POINTER_EXTRA | POINTER_LEFT);
    EXPECT(0x09, 0, 0, 0x20);
    ask(0xf6); /* defaults keep the type */
    send(0xf2);
    EXPECT(0xfa, 4);
}
END_TEST

START_TEST(other_rates_unlock_nothing)
{
    rate(200), rate(80), rate(100), rate(80), rate(200), rate(100), rate(100);
    send(0xf2);
    EXPECT(0xfa, 0);
}
END_TEST

START_TEST(wheel_moves_at_most_8_notches_a_packet)
{
    uint8_t got[16];
    rate(200), rate(100), rate(80);
    ask(0xf4);
    move(0, 0, -10, 0);
    ck_assert_uint_eq(gather(got, sizeof got, 50 * MS), 8);
    ck_assert_uint_eq(got[3] + got[7], 10);
    ck_assert_uint_le(got[3], 8);
}
END_TEST

START_TEST(wrap_mode_echoes_all_but_reset_and_reset_wrap)
{
    ask(0xee);
    for (unsigned b = 0; b < 0xff; b++) {
        if (b == 0xec)
            continue;
        send((uint8_t)b);
        EXPECT((uint8_t)b);
    }
    ask(0xec);
    send(0xf2);
    EXPECT(0xfa, 0);
    ask(0xee);
    send(0xff);
    EXPECT(0xfa, 0xaa, 0);
}
END_TEST

START_TEST(remote_mode_speaks_when_asked)
{
    uint8_t got[8];
    ask(0xf0), ask(0xf4);
    move(7, 0, 0, POINTER_LEFT);
    ck_assert_uint_eq(gather(got, sizeof got, 50 * MS), 0);
    send(0xeb);
    EXPECT(0xfa, 0x09, 7, 0);
    ask(0xea);
    move(2, 0, 0, POINTER_LEFT);
    EXPECT(0x09, 2, 0);
}
END_TEST

START_TEST(an_invalid_byte_is_asked_for_again_then_an_error)
{
    send(0x12);
    EXPECT(0xfe);
    send(0xe1);
    EXPECT(0xfc);
    send(0xe1);
    EXPECT(0xfe);
    ask(0xe6);
    ask(0xf3);
    send(33); /* no rate */
    EXPECT(0xfe);
    ask(60);
    send(0xe9);
    EXPECT(0xfa, 0, 2, 60);
    ask(0xe8);
    send(4);
    EXPECT(0xfe);
    send(4);
    EXPECT(0xfc);
}
END_TEST

START_TEST(resend_repeats_the_last_packet)
{
    ask(0xf4);
    move(9, 0, 0, 0);
    EXPECT(0x08, 9, 0);
    send(0xfe);
    EXPECT(0x08, 9, 0);
}
END_TEST

START_TEST(a_command_ends_a_packet_on_its_way)
{
    ask(0xf4);
    move(9, 1, 0, 0);
    rig_run(&s.rig, MS);
    ck_assert_uint_eq(rig_in(&s.rig, 0x60), 0x28);
    send(0xf5);
    EXPECT(0xfa);
}
END_TEST

START_TEST(disabled_port_holds_packets_back)
{
    uint8_t got[8];
    ask(0xf4);
    rig_out(&s.rig, 0x64, 0xa7);
    move(3, 0, 0, 0);
    ck_assert_uint_eq(gather(got, sizeof got, 30 * MS), 0);
    rig_out(&s.rig, 0x64, 0xa8);
    EXPECT(0x08, 3, 0);
}
END_TEST

START_TEST(state_round_trip_in_the_middle_of_packets)
{
    struct setup t;
    make(&t);
    rate(200), rate(100), rate(80);
    ask(0xf4);
    move(300, 2, 1, POINTER_LEFT), move(0, 0, 0, 0);
    rig_run(&s.rig, MS / 10);
    rig_same_time(&s.rig, &t.rig);
    rig_copy_state(&s.mouse->dev, &t.mouse->dev);
    rig_copy_state(&s.kbc->dev, &t.kbc->dev);
    uint8_t a[32], b[32];
    unsigned n = gather(a, sizeof a, 60 * MS);
    ck_assert_uint_eq(n, 12);
    ck_assert_uint_eq(t.mouse->nout, 4);
    ck_assert_uint_eq(t.mouse->moves, 2);
    rig_run(&t.rig, MS);
    for (unsigned i = 0; i < 4; i++, rig_run(&t.rig, MS / 2))
        b[i] = rig_in(&t.rig, 0x60);
    ck_assert_mem_eq(a, b, 4);
    unmake(&t);
}
END_TEST

TCase *ps2_mouse_tests(void)
{
    TCase *t = tcase_create("ps2-mouse");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, reset_answers_ack_bat_and_id);
    tcase_add_test(t, no_packets_until_reporting_is_enabled);
    tcase_add_test(t, packet_has_signs_and_up_is_positive);
    tcase_add_test(t, samples_are_a_rate_apart_and_motion_adds_up);
    tcase_add_test(t, fast_motion_is_spread_over_samples);
    tcase_add_test(t, counters_hold_minus_256_to_255);
    tcase_add_test(t, motion_beyond_the_counter_sets_overflow);
    tcase_add_test(t, a_short_click_is_not_lost);
    tcase_add_test(t, status_tells_mode_scaling_buttons_resolution_rate);
    tcase_add_test(t, scaling_2_1_follows_the_table_in_stream_mode_only);
    tcase_add_test(t, rates_200_100_80_unlock_the_wheel);
    tcase_add_test(t, rates_200_200_80_unlock_five_buttons);
    tcase_add_test(t, other_rates_unlock_nothing);
    tcase_add_test(t, wheel_moves_at_most_8_notches_a_packet);
    tcase_add_test(t, wrap_mode_echoes_all_but_reset_and_reset_wrap);
    tcase_add_test(t, remote_mode_speaks_when_asked);
    tcase_add_test(t, an_invalid_byte_is_asked_for_again_then_an_error);
    tcase_add_test(t, resend_repeats_the_last_packet);
    tcase_add_test(t, a_command_ends_a_packet_on_its_way);
    tcase_add_test(t, disabled_port_holds_packets_back);
    tcase_add_test(t, state_round_trip_in_the_middle_of_packets);
    return t;
}
