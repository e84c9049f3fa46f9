/* SPDX-License-Identifier: MIT */
/* 8254: the six modes, latching, counting formats, gates. Times are CLK pulses of 1193182 Hz. */
#include "devices/timer/i8254.h"
#include "tests/dev/rig.h"

static struct rig rig;
static struct i8254 *pit;
static struct probe out[3];

static void setup(void)
{
    memset(out, 0, sizeof out);
    rig_init(&rig);
    pit = i8254_new(&rig.bus, "pit");
    for (int i = 0; i < 3; i++)
        pit->out[i] = probe_line(&out[i], &rig);
    rig_realize(&pit->dev);
    rig_run(&rig, 1000000);
    rig_run_to(&rig, clock_tick_ns(2000, 1193182));
}

static void teardown(void)
{
    dev_free(&pit->dev);
    rig_free(&rig);
}

/* CLK pulses that passed since setup. */
static uint64_t tick_of(uint64_t ns)
{
    return clock_ticks(ns, 1193182) - 2000;
}

static void to_tick(uint64_t tick)
{
    rig_run_to(&rig, clock_tick_ns(2000 + tick, 1193182));
}

static void program_count(int n, uint32_t count)
{
    rig_out(&rig, (uint16_t)(0x40 + n), (uint8_t)count);
    rig_out(&rig, (uint16_t)(0x40 + n), (uint8_t)(count >> 8));
}

static void program(int n, int mode, uint32_t count, int bcd)
{
    rig_out(&rig, 0x43, (uint8_t)(n << 6 | 0x30 | mode << 1 | bcd));
    program_count(n, count);
}

static unsigned read16(int n)
{
    unsigned lo = rig_in(&rig, (uint16_t)(0x40 + n));
    return lo | rig_in(&rig, (uint16_t)(0x40 + n)) << 8;
}

static unsigned latched(int n)
{
    rig_out(&rig, 0x43, (uint8_t)(n << 6));
    return read16(n);
}

static void gate2(int level)
{
    struct irq_line g = i8254_gate(pit, 2);
    irq_set(&g, level);
}

START_TEST(mode0_out_high_n_plus_1_clks_after_write)
{
    program(0, 0, 10, 0);
    ck_assert_int_eq(out[0].level, 0);
    to_tick(10);
    ck_assert_int_eq(out[0].level, 0);
    to_tick(11);
    ck_assert_int_eq(out[0].level, 1);
    ck_assert_uint_eq(tick_of(out[0].last_rise), 11);
    to_tick(12);
    ck_assert_uint_eq(latched(0), 0xffff); /* goes on counting */
    to_tick(100000);
    ck_assert_uint_eq(out[0].falls, 1); /* setup's high, then low for good only by a write */
}
END_TEST

START_TEST(mode0_load_pulse_does_not_decrement)
{
    program(0, 0, 10, 0);
    to_tick(1);
    ck_assert_uint_eq(latched(0), 10);
    to_tick(2);
    ck_assert_uint_eq(latched(0), 9);
}
END_TEST

START_TEST(mode0_first_byte_stops_counting_and_lowers_out)
{
    program(0, 0, 5, 0);
    to_tick(20);
    ck_assert_int_eq(out[0].level, 1);
    rig_out(&rig, 0x40, 3);
    ck_assert_int_eq(out[0].level, 0);
    to_tick(60);
    ck_assert_int_eq(out[0].level, 0);
    rig_out(&rig, 0x40, 0);
    to_tick(64);
    ck_assert_uint_eq(tick_of(out[0].last_rise), 64);
}
END_TEST

START_TEST(mode0_gate_low_holds_the_count)
{
    gate2(1);
    program(2, 0, 10, 0);
    to_tick(5);
    gate2(0);
    to_tick(50);
    ck_assert_uint_eq(latched(2), 6);
    gate2(1);
    to_tick(56);
    ck_assert_int_eq(out[2].level, 1);
    ck_assert_uint_eq(tick_of(out[2].last_rise), 56);
}
END_TEST

START_TEST(mode1_one_shot_starts_by_trigger_and_retriggers)
{
    gate2(0);
    program(2, 1, 10, 0);
    to_tick(50);
    ck_assert_int_eq(out[2].level, 1);
    gate2(1);
    to_tick(51);
    ck_assert_int_eq(out[2].level, 0);
    to_tick(55);
    gate2(0), gate2(1);
    to_tick(65);
    ck_assert_int_eq(out[2].level, 0);
    to_tick(66);
    ck_assert_int_eq(out[2].level, 1);
    ck_assert_uint_eq(tick_of(out[2].last_rise), 66);
}
END_TEST

START_TEST(mode2_low_for_one_clk_every_n)
{
    program(0, 2, 100, 0);
    ck_assert_int_eq(out[0].level, 1);
    to_tick(99);
    ck_assert_int_eq(out[0].level, 1);
    to_tick(100); /* loaded at 1, count 1 at 100 */
    ck_assert_int_eq(out[0].level, 0);
    to_tick(101);
    ck_assert_int_eq(out[0].level, 1);
    ck_assert_uint_eq(latched(0), 100);
    to_tick(10001);
    ck_assert_uint_eq(out[0].falls, 100);
    ck_assert_uint_eq(tick_of(out[0].last_rise), 10001);
}
END_TEST

START_TEST(mode2_new_count_waits_for_end_of_cycle)
{
    program(0, 2, 100, 0);
    to_tick(50);
    rig_out(&rig, 0x40, 10), rig_out(&rig, 0x40, 0);
    to_tick(101);
    ck_assert_uint_eq(latched(0), 10);
    to_tick(110);
    ck_assert_uint_eq(out[0].falls, 2);
    ck_assert_uint_eq(tick_of(out[0].last_fall), 110);
}
END_TEST

START_TEST(mode2_gate_low_raises_out_and_edge_reloads)
{
    gate2(1);
    program(2, 2, 10, 0);
    to_tick(10);
    ck_assert_int_eq(out[2].level, 0);
    gate2(0);
    ck_assert_int_eq(out[2].level, 1);
    to_tick(100);
    gate2(1);
    to_tick(101);
    ck_assert_uint_eq(latched(2), 10);
    to_tick(110);
    ck_assert_int_eq(out[2].level, 0);
}
END_TEST

START_TEST(mode3_even_count_is_a_square)
{
    program(0, 3, 10, 0);
    to_tick(5);
    ck_assert_int_eq(out[0].level, 1);
    to_tick(6);
    ck_assert_int_eq(out[0].level, 0);
    to_tick(11);
    ck_assert_int_eq(out[0].level, 1);
    to_tick(1001);
    ck_assert_uint_eq(out[0].falls, 100);
    ck_assert_uint_eq(tick_of(out[0].last_rise), 1001);
}
END_TEST

START_TEST(mode3_odd_count_high_longer)
{
    static const uint8_t seen[] = {4, 2, 0, 4, 2, 4, 2, 0, 4, 2}; /* data sheet, figure 18 */
    program(0, 3, 5, 0);
    for (unsigned i = 0; i < sizeof seen; i++) {
        to_tick(i + 1);
        ck_assert_uint_eq(latched(0), seen[i]);
        ck_assert_int_eq(out[0].level, i % 5 < 3);
    }
}
END_TEST

START_TEST(mode3_new_count_at_end_of_half_cycle)
{
    program(0, 3, 100, 0);
    to_tick(20);
    rig_out(&rig, 0x40, 10), rig_out(&rig, 0x40, 0);
    to_tick(51);
    ck_assert_int_eq(out[0].level, 0);
    to_tick(56);
    ck_assert_int_eq(out[0].level, 1);
    ck_assert_uint_eq(tick_of(out[0].last_rise), 56);
}
END_TEST

START_TEST(mode3_long_sleep_equals_short_steps)
{
    program(0, 3, 0x1235, 0);
    gate2(1);
    program(2, 3, 0x1235, 0);
    pit->out[2].set = NULL; /* no events of its own: one advance over the whole time */
    to_tick(1234567);
    ck_assert_uint_eq(latched(2), latched(0));
    ck_assert_int_eq(i8254_out(pit, 2), out[0].level);
}
END_TEST

START_TEST(mode4_strobe_for_one_clk_at_n_plus_1)
{
    program(0, 4, 10, 0);
    to_tick(10);
    ck_assert_int_eq(out[0].level, 1);
    to_tick(11);
    ck_assert_int_eq(out[0].level, 0);
    to_tick(12);
    ck_assert_int_eq(out[0].level, 1);
    to_tick(100000);
    ck_assert_uint_eq(out[0].falls, 1);
}
END_TEST

START_TEST(mode5_strobe_by_trigger)
{
    gate2(0);
    program(2, 5, 10, 0);
    to_tick(100);
    ck_assert_uint_eq(out[2].falls, 0);
    gate2(1);
    to_tick(110);
    ck_assert_int_eq(out[2].level, 1);
    to_tick(111);
    ck_assert_int_eq(out[2].level, 0);
    to_tick(112);
    ck_assert_int_eq(out[2].level, 1);
}
END_TEST

START_TEST(mode1_new_count_waits_for_the_next_trigger)
{
    gate2(0);
    program(2, 1, 10, 0);
    gate2(1);
    to_tick(5);
    program_count(2, 30);
    to_tick(11);
    ck_assert_int_eq(out[2].level, 1); /* the running pulse keeps its length */
    gate2(0), gate2(1);
    to_tick(12);
    ck_assert_int_eq(out[2].level, 0);
    to_tick(41);
    ck_assert_int_eq(out[2].level, 0);
    to_tick(42);
    ck_assert_int_eq(out[2].level, 1);
}
END_TEST

START_TEST(mode3_gate_low_raises_out_at_once)
{
    gate2(1);
    program(2, 3, 100, 0);
    to_tick(61);
    ck_assert_int_eq(out[2].level, 0);
    gate2(0);
    ck_assert_int_eq(out[2].level, 1);
    to_tick(1000);
    ck_assert_int_eq(out[2].level, 1);
    gate2(1);
    to_tick(1050);
    ck_assert_int_eq(out[2].level, 1); /* loaded at 1001, high for 50 */
    to_tick(1051);
    ck_assert_int_eq(out[2].level, 0);
}
END_TEST

START_TEST(mode4_gate_low_holds_the_count)
{
    gate2(1);
    program(2, 4, 10, 0);
    to_tick(6);
    gate2(0);
    to_tick(106);
    ck_assert_uint_eq(out[2].falls, 0);
    gate2(1);
    to_tick(111);
    ck_assert_int_eq(out[2].level, 0);
}
END_TEST

START_TEST(mode4_new_count_restarts_at_the_next_clk)
{
    program(0, 4, 10, 0);
    to_tick(5);
    program_count(0, 20);
    to_tick(25);
    ck_assert_uint_eq(out[0].falls, 0);
    to_tick(26);
    ck_assert_int_eq(out[0].level, 0);
}
END_TEST

START_TEST(mode5_retriggers)
{
    gate2(0);
    program(2, 5, 10, 0);
    gate2(1);
    to_tick(5);
    gate2(0), gate2(1);
    to_tick(15);
    ck_assert_uint_eq(out[2].falls, 0);
    to_tick(16);
    ck_assert_int_eq(out[2].level, 0);
}
END_TEST

START_TEST(read_back_latches_several_counters_at_once)
{
    program(0, 2, 1000, 0);
    program(1, 2, 1000, 0);
    to_tick(11);
    rig_out(&rig, 0x43, 0xd6); /* the counts of 0 and 1 */
    to_tick(31);
    ck_assert_uint_eq(read16(0), 990);
    ck_assert_uint_eq(read16(1), 990);
}
END_TEST

START_TEST(count_zero_is_65536_and_10000_in_bcd)
{
    program(0, 2, 0, 0);
    program(1, 2, 0, 1);
    to_tick(65537);
    ck_assert_uint_eq(tick_of(out[0].last_rise), 65537);
    ck_assert_uint_eq(out[0].falls, 1);
    ck_assert_uint_eq(tick_of(out[1].last_rise), 60001);
    ck_assert_uint_eq(out[1].falls, 6);
}
END_TEST

START_TEST(bcd_counts_in_decimal)
{
    program(0, 2, 0x1000, 1);
    to_tick(2);
    ck_assert_uint_eq(latched(0), 0x0999);
}
END_TEST

START_TEST(latch_holds_until_read_and_second_latch_is_ignored)
{
    program(0, 2, 1000, 0);
    to_tick(11);
    rig_out(&rig, 0x43, 0x00);
    to_tick(21);
    rig_out(&rig, 0x43, 0x00);
    ck_assert_uint_eq(read16(0), 990);
    ck_assert_uint_eq(read16(0), 980); /* follows the count again */
}
END_TEST

START_TEST(read_back_status_comes_before_count)
{
    program(0, 2, 1000, 0);
    to_tick(11);
    rig_out(&rig, 0x43, 0xc2);
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0xb4); /* OUT, loaded, LSB then MSB, mode 2 */
    ck_assert_uint_eq(read16(0), 990);
}
END_TEST

START_TEST(null_count_until_the_count_is_loaded)
{
    program(0, 2, 1000, 0);
    rig_out(&rig, 0x43, 0xe2);
    ck_assert_uint_eq(rig_in(&rig, 0x40) & 0x40, 0x40);
    to_tick(1);
    rig_out(&rig, 0x43, 0xe2);
    ck_assert_uint_eq(rig_in(&rig, 0x40) & 0x40, 0);
    rig_out(&rig, 0x40, 5), rig_out(&rig, 0x40, 0);
    rig_out(&rig, 0x43, 0xe2);
    ck_assert_uint_eq(rig_in(&rig, 0x40) & 0x40, 0x40); /* mode 2 takes it at the end of the cycle */
    to_tick(1001);
    rig_out(&rig, 0x43, 0xe2);
    ck_assert_uint_eq(rig_in(&rig, 0x40) & 0x40, 0);
}
END_TEST

START_TEST(status_shows_the_control_word_as_written)
{
    rig_out(&rig, 0x43, 0x3e); /* mode 7 is mode 3 */
    rig_out(&rig, 0x43, 0xe2);
    ck_assert_uint_eq(rig_in(&rig, 0x40) & 0x3f, 0x3e);
}
END_TEST

START_TEST(lsb_only_and_msb_only)
{
    rig_out(&rig, 0x43, 0x14);
    rig_out(&rig, 0x40, 0x80);
    to_tick(1);
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0x80);
    rig_out(&rig, 0x43, 0x24);
    rig_out(&rig, 0x40, 0x12);
    to_tick(2);
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0x12);
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0x12);
}
END_TEST

START_TEST(mode2_rate_over_a_second_is_exact)
{
    program(0, 2, 11932, 0);
    rig_run(&rig, NS_PER_SEC);
    ck_assert_uint_eq(out[0].rises - 1, 1193182 / 11932);
}
END_TEST

START_TEST(one_clk_pulses_survive_a_slow_clock)
{
    program(0, 2, 100, 0);
    clock_set_rate(&rig.clock, UINT64_C(10000) << 32); /* 12 CLK pulses a position */
    for (int i = 0; i < 1000; i++) {
        rig.clock.pos++;
        clock_run(&rig.clock);
    }
    ck_assert_uint_eq(out[0].rises - 1, 11931 / 100);
}
END_TEST

START_TEST(state_round_trip_goes_on_counting)
{
    struct rig other;
    struct probe p = {0};
    program(0, 3, 1001, 0);
    program(2, 2, 777, 1);
    rig_out(&rig, 0x43, 0x80);
    rig_in(&rig, 0x42);
    to_tick(5555);
    rig_init(&other);
    rig_same_time(&rig, &other);
    struct i8254 *b = i8254_new(&other.bus, "pit");
    b->out[0] = probe_line(&p, &other);
    rig_realize(&b->dev);
    pit->out[2].set = NULL;
    rig_copy_state(&pit->dev, &b->dev);
    ck_assert_int_eq(p.level, out[0].level);
    unsigned before = out[0].rises, at_load = p.rises;
    rig_run(&rig, 100000000);
    rig_run(&other, 100000000);
    ck_assert_uint_eq(out[0].rises - before, p.rises - at_load);
    ck_assert_uint_eq(out[0].last_rise, p.last_rise);
    ck_assert_uint_eq(rig_in(&rig, 0x42), rig_in(&other, 0x42));
    dev_free(&b->dev);
    rig_free(&other);
}
END_TEST

/*
 * A read of a count just written settles the counter one CLK ahead of OUT's pin; a load in between must not move the
 * pin.
 */
START_TEST(state_round_trip_keeps_a_pin_that_a_settled_counter_is_ahead_of)
{
    struct rig other;
    struct probe p = {0};
    program(0, 0, 100, 0);
    to_tick(500);
    ck_assert_int_eq(out[0].level, 1);
    program(0, 1, 100, 0); /* mode 1: high until a trigger, whose load takes OUT low */
    struct irq_line g = i8254_gate(pit, 0);
    irq_set(&g, 0);
    irq_set(&g, 1);
    rig_in(&rig, 0x40); /* settles the counter */
    ck_assert_int_eq(pit->counter[0].out, 0);
    ck_assert_int_eq(out[0].level, 1);
    rig_init(&other);
    rig_same_time(&rig, &other);
    struct i8254 *b = i8254_new(&other.bus, "pit");
    b->out[0] = probe_line(&p, &other);
    rig_realize(&b->dev);
    pit->out[2].set = NULL;
    rig_copy_state(&pit->dev, &b->dev);
    ck_assert_int_eq(p.level, 1);
    dev_free(&b->dev);
    rig_free(&other);
}
END_TEST

START_TEST(hostile_state_does_not_divide_by_zero)
{
    program(0, 2, 100, 0);
    to_tick(10);
    pit->counter[0].reload = 0, pit->counter[0].cr = 0;
    pit->dev.cls->post_load(&pit->dev);
    to_tick(5000);
    ck_assert_uint_ge(latched(0), 1);
}
END_TEST

START_TEST(pit_linux_reads_a_new_count_at_once)
{
    gate2(1);
    program(2, 0, 0xffff, 0);
    ck_assert_uint_eq(read16(2), 0xffff);
    program(2, 0, 0x1234, 0);
    ck_assert_uint_eq(latched(2), 0x1234);
    to_tick(12); /* two pulses loaded counts, and did not count down */
    ck_assert_uint_eq(read16(2), 0x1234 - 10);
}
END_TEST

/* M2 is a don't-care in modes 2 and 3 and no other is one: by what OUT does, and by the status. */
START_TEST(control_word_modes)
{
    for (unsigned m = 0; m < 8; m++) {
        program(0, (int)m, 10, 0);
        unsigned falls = out[0].falls;
        ck_assert_msg(out[0].level == (m != 0), "mode %u: OUT after the control word", m);
        to_tick((m + 1) * 1000);
        unsigned fell = out[0].falls - falls;
        bool counts = m == 2 || m == 3 || m == 6 || m == 7, strobe = m == 4;
        ck_assert_msg(counts ? fell > 50 : fell == strobe, "mode %u: %u", m, fell);
        rig_out(&rig, 0x43, 0xe2);
        ck_assert_uint_eq(rig_in(&rig, 0x40) & 0x3f, 0x30 | m << 1);
    }
}
END_TEST

/* Every way of writing and reading a count: LSB, MSB, both; binary and BCD. */
START_TEST(counts_by_byte_and_format)
{
    static const struct {
        uint8_t rw, bcd;
        uint32_t written, count;
    } t[] = {{1, 0, 0x34, 0x34},   {2, 0, 0x12, 0x1200}, {3, 0, 0x1234, 0x1234}, {1, 1, 0x34, 34},   {2, 1, 0x12, 1200},
             {3, 1, 0x1234, 1234}, {3, 1, 0x9999, 9999}, {3, 0, 0xffff, 0xffff}, {1, 0, 0, 0x10000}, {2, 0, 0, 0x10000},
             {3, 1, 0, 10000},     {3, 0, 0x100, 0x100}, {3, 1, 0x0900, 900},    {3, 1, 0x0090, 90}};
    uint64_t now = 0;
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_out(&rig, 0x43, (uint8_t)(t[i].rw << 4 | 2 << 1 | t[i].bcd));
        rig_out(&rig, 0x40, (uint8_t)t[i].written);
        if (t[i].rw == 3)
            rig_out(&rig, 0x40, (uint8_t)(t[i].written >> 8));
        for (unsigned gone = 1; gone < 24; gone += 11) {
            to_tick(now + 1 + gone);
            uint32_t left = t[i].count - gone;
            if (t[i].bcd)
                left = left / 1000 % 10 << 12 | left / 100 % 10 << 8 | left / 10 % 10 << 4 | left % 10;
            rig_out(&rig, 0x43, 0);
            unsigned got = rig_in(&rig, 0x40);
            if (t[i].rw == 3)
                got |= rig_in(&rig, 0x40) << 8;
            unsigned want = t[i].rw == 1 ? left & 0xff : t[i].rw == 2 ? left >> 8 & 0xff : left & 0xffff;
            ck_assert_msg(got == want, "row %u after %u: %x, not %x", i, gone, got, want);
            got = rig_in(&rig, 0x40); /* without a latch */
            if (t[i].rw == 3)
                got |= rig_in(&rig, 0x40) << 8;
            ck_assert_msg(got == want, "row %u after %u, not latched: %x, not %x", i, gone, got, want);
        }
        now += 24 + 1;
        to_tick(now);
    }
}
END_TEST

/* Every mode with every small count, CLK by CLK in one step and in many: OUT by the data sheet's figures 15 to 20. */
START_TEST(out_by_clk_for_each_mode_and_count)
{
    uint64_t now = 0;
    pit->out[1].set = NULL; /* nobody looks at counter 1 in between */
    for (int m = 0; m < 6; m++)
        for (uint32_t n = m == 2 || m == 3 ? 2 : 1; n < 9; n++)
            for (unsigned clk = 1; clk < 30; clk++) {
                struct irq_line g[2] = {i8254_gate(pit, 0), i8254_gate(pit, 1)};
                for (int i = 0; i < 2; i++) {
                    irq_set(&g[i], m != 1 && m != 5);
                    program(i, m, n, 0);
                    irq_set(&g[i], 1);
                }
                for (unsigned k = 1; k <= clk; k++)
                    to_tick(now + k);
                now += clk;
                uint32_t since = clk - 1, cycle = since % n; /* CLKs after the load */
                bool want = m < 2 ? since >= n : m == 2 ? cycle != n - 1 : m == 3 ? cycle < (n + 1) / 2 : since != n;
                ck_assert_msg(out[0].level == want, "mode %d, count %u, CLK %u: OUT", m, n, clk);
                ck_assert_msg(i8254_out(pit, 1) == want, "mode %d, count %u, CLK %u: OUT in one step", m, n, clk);
            }
}
END_TEST

/* Read-back by bits: for each counter alone the count, the status, both or neither. */
START_TEST(read_back_by_bits)
{
    for (unsigned v = 0xc0; v < 0x100; v += 2) {
        for (int n = 0; n < 3; n++)
            program(n, 2, 0x4321, 0);
        gate2(1);
        rig_run(&rig, 10000);
        rig_out(&rig, 0x43, (uint8_t)v);
        for (unsigned n = 0; n < 3; n++) {
            const struct i8254_counter *c = &pit->counter[n];
            bool chosen = v & 2u << n;
            ck_assert_msg(c->latched == (chosen && !(v & 0x20) ? 2 : 0), "%02x: count of %u", v, n);
            ck_assert_msg(c->status_latched == (chosen && !(v & 0x10)), "%02x: status of %u", v, n);
        }
        rig_out(&rig, 0x43, 0x34), rig_out(&rig, 0x43, 0x74), rig_out(&rig, 0x43, 0xb4);
        for (unsigned n = 0; n < 3; n++) /* a control word takes both back */
            ck_assert(!pit->counter[n].latched && !pit->counter[n].status_latched);
    }
}
END_TEST

START_TEST(status_is_latched_once_and_shows_out)
{
    program(0, 0, 10, 0);
    rig_out(&rig, 0x43, 0xe2);
    to_tick(100);
    rig_out(&rig, 0x43, 0xe2); /* the first stays */
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0x70);
    rig_out(&rig, 0x43, 0xe2);
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0xb0);
    ck_assert_uint_eq(rig_in(&rig, 0x43), 0xff);
    ck_assert_uint_eq(port_in(rig.bus.ports, 0x40, 1, INIT_DEBUG), 0xff);
}
END_TEST

/* Between the bytes of a count: a latch command gives the second byte next; a control word starts with the first. */
START_TEST(bytes_of_a_count_and_words_between_them)
{
    program(0, 2, 0x1234, 0);
    to_tick(2);
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0x33);
    rig_out(&rig, 0x43, 0x00);
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0x12);
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0x33); /* and the first again */
    rig_out(&rig, 0x43, 0x34);
    program_count(0, 0x5678);
    to_tick(3);
    ck_assert_uint_eq(read16(0), 0x5678);
    rig_out(&rig, 0x40, 0x11); /* half a count */
    rig_out(&rig, 0x43, 0x34);
    program_count(0, 0x2222);
    to_tick(4);
    ck_assert_uint_eq(read16(0), 0x2222);
    rig_out(&rig, 0x43, 0x00);
    ck_assert_uint_eq(rig_in(&rig, 0x40), 0x22);
    rig_out(&rig, 0x43, 0x34); /* nothing is latched any more, and nothing counts */
    ck_assert_uint_eq(pit->counter[0].counting, 0);
    unsigned falls = out[0].falls;
    to_tick(100000);
    ck_assert_uint_eq(out[0].falls, falls);
}
END_TEST

/* GATE by mode: what a low level and a rising edge do (table 2 of the data sheet). */
START_TEST(gate_by_mode)
{
    for (int m = 0; m < 6; m++) {
        uint64_t t0 = tick_of(clock_ns(&rig.clock));
        gate2(m != 1 && m != 5);
        program(2, m, 20, 0);
        gate2(1); /* a trigger in modes 1 and 5 */
        to_tick(t0 + 6);
        ck_assert_uint_eq(latched(2), m == 3 ? 10 : 15);
        gate2(0);
        to_tick(t0 + 10);
        bool runs = m == 1 || m == 5;
        ck_assert_msg(latched(2) == (runs ? 11 : m == 3 ? 10 : 15), "mode %d: GATE low", m);
        gate2(1);
        to_tick(t0 + 11);
        bool anew = m != 0 && m != 4;
        ck_assert_msg(latched(2) == (anew ? 20 : 14), "mode %d: GATE rises: %u", m, latched(2));
        gate2(1); /* no edge */
        to_tick(t0 + 12);
        ck_assert_msg(latched(2) == (m == 3 ? 18 : anew ? 19 : 13), "mode %d: GATE stays", m);
    }
    rig_out(&rig, 0x43, 0xb2); /* mode 1, no count yet: a trigger loads nothing */
    gate2(0), gate2(1);
    uint64_t t0 = tick_of(clock_ns(&rig.clock));
    to_tick(t0 + 10);
    ck_assert_int_eq(out[2].level, 1);
    ck_assert_uint_eq(pit->counter[2].counting, 0);
}
END_TEST

START_TEST(load_bounds_its_divisors)
{
    for (int n = 0; n < 3; n++) {
        pit->counter[n].cr = n ? 0 : 65537, pit->counter[n].reload = n ? 65537 : 0;
        pit->pin[n] = n == 1;
    }
    pit->dev.cls->post_load(&pit->dev);
    for (int n = 0; n < 3; n++) {
        ck_assert_uint_eq(pit->counter[n].cr, n ? 1 : 65536);
        ck_assert_uint_eq(pit->counter[n].reload, n ? 65536 : 1);
        ck_assert_int_eq(out[n].level, n == 1);
    }
}
END_TEST

START_TEST(power_on_pins_and_gates)
{
    for (int n = 0; n < 3; n++) {
        ck_assert_int_eq(out[n].level, 1);
        ck_assert_uint_eq(pit->counter[n].gate, n < 2); /* GATE 0 and 1 are tied high on the board */
        rig_out(&rig, 0x43, (uint8_t)(0xe0 | 2 << n));
        ck_assert_uint_eq(rig_in(&rig, (uint16_t)(0x40 + n)), 0x80);
    }
    struct buf text = {0};
    program(0, 3, 0x100, 0), program(1, 2, 0x1234, 1);
    to_tick(1);
    pit->dev.cls->print(&pit->dev, &text);
    ck_assert_str_eq((const char *)text.data, "pit: counter 0: mode=3 ce=0100 cr=256 gate=1 out=1\n"
                                              "pit: counter 1: mode=2 bcd ce=1234 cr=1234 gate=1 out=1\n"
                                              "pit: counter 2: mode=0 ce=0000 cr=65536 gate=0 out=1 stopped\n");
    buf_free(&text);
}
END_TEST

TCase *i8254_tests(void)
{
    TCase *t = tcase_create("i8254");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, pit_linux_reads_a_new_count_at_once);
    tcase_add_test(t, mode0_out_high_n_plus_1_clks_after_write);
    tcase_add_test(t, mode0_load_pulse_does_not_decrement);
    tcase_add_test(t, mode0_first_byte_stops_counting_and_lowers_out);
    tcase_add_test(t, mode0_gate_low_holds_the_count);
    tcase_add_test(t, mode1_one_shot_starts_by_trigger_and_retriggers);
    tcase_add_test(t, mode2_low_for_one_clk_every_n);
    tcase_add_test(t, mode2_new_count_waits_for_end_of_cycle);
    tcase_add_test(t, mode2_gate_low_raises_out_and_edge_reloads);
    tcase_add_test(t, mode3_even_count_is_a_square);
    tcase_add_test(t, mode3_odd_count_high_longer);
    tcase_add_test(t, mode3_new_count_at_end_of_half_cycle);
    tcase_add_test(t, mode3_long_sleep_equals_short_steps);
    tcase_add_test(t, mode4_strobe_for_one_clk_at_n_plus_1);
    tcase_add_test(t, mode5_strobe_by_trigger);
    tcase_add_test(t, mode1_new_count_waits_for_the_next_trigger);
    tcase_add_test(t, mode3_gate_low_raises_out_at_once);
    tcase_add_test(t, mode4_gate_low_holds_the_count);
    tcase_add_test(t, mode4_new_count_restarts_at_the_next_clk);
    tcase_add_test(t, mode5_retriggers);
    tcase_add_test(t, read_back_latches_several_counters_at_once);
    tcase_add_test(t, count_zero_is_65536_and_10000_in_bcd);
    tcase_add_test(t, bcd_counts_in_decimal);
    tcase_add_test(t, latch_holds_until_read_and_second_latch_is_ignored);
    tcase_add_test(t, read_back_status_comes_before_count);
    tcase_add_test(t, null_count_until_the_count_is_loaded);
    tcase_add_test(t, status_shows_the_control_word_as_written);
    tcase_add_test(t, lsb_only_and_msb_only);
    tcase_add_test(t, mode2_rate_over_a_second_is_exact);
    tcase_add_test(t, one_clk_pulses_survive_a_slow_clock);
    tcase_add_test(t, state_round_trip_goes_on_counting);
    tcase_add_test(t, state_round_trip_keeps_a_pin_that_a_settled_counter_is_ahead_of);
    tcase_add_test(t, hostile_state_does_not_divide_by_zero);
    tcase_add_test(t, control_word_modes);
    tcase_add_test(t, counts_by_byte_and_format);
    tcase_add_test(t, out_by_clk_for_each_mode_and_count);
    tcase_add_test(t, read_back_by_bits);
    tcase_add_test(t, status_is_latched_once_and_shows_out);
    tcase_add_test(t, bytes_of_a_count_and_words_between_them);
    tcase_add_test(t, gate_by_mode);
    tcase_add_test(t, load_bounds_its_divisors);
    tcase_add_test(t, power_on_pins_and_gates);
    return t;
}
