/* SPDX-License-Identifier: MIT */
/* MC146818: update cycle, alarm, periodic and update-ended interrupts, data formats, calendar. */
#include "devices/rtc/mc146818.h"
#include "tests/dev/rig.h"

#define MS UINT64_C(1000000)

static struct rig rig;
static struct mc146818 *rtc;
static struct probe irq;

static struct mc146818 *make(struct rig *r, uint64_t seconds, struct probe *p)
{
    struct mc146818 *c = mc146818_new(&r->bus, "rtc");
    c->start_seconds = seconds;
    c->irq = probe_line(p, r);
    rig_realize(&c->dev);
    return c;
}

static void start(uint64_t seconds)
{
    memset(&irq, 0, sizeof irq);
    rig_init(&rig);
    rtc = make(&rig, seconds, &irq);
}

static void setup(void)
{
    start(1000000000); /* 2001-09-09 01:46:40, a Sunday */
}

static void teardown(void)
{
    dev_free(&rtc->dev);
    rig_free(&rig);
}

static uint8_t get(uint8_t index)
{
    rig_out(&rig, 0x70, index);
    return rig_in(&rig, 0x71);
}

static void set(uint8_t index, uint8_t value)
{
    rig_out(&rig, 0x70, index);
    rig_out(&rig, 0x71, value);
}

static void check_time(uint32_t date, uint32_t time)
{
    ck_assert_uint_eq(get(0x32) << 24 | get(9) << 16 | get(8) << 8 | get(7), date);
    ck_assert_uint_eq(get(4) << 16 | get(2) << 8 | get(0), time);
}

START_TEST(starts_at_the_given_second_in_bcd_24h)
{
    check_time(0x20010909, 0x014640);
    ck_assert_uint_eq(get(6), 1); /* Sunday */
    ck_assert_uint_eq(get(0x0a), 0x26);
    ck_assert_uint_eq(get(0x0b), 0x02);
    ck_assert_uint_eq(get(0x0d), 0x80);
    rig_run(&rig, 20 * NS_PER_SEC);
    check_time(0x20010909, 0x014700);
}
END_TEST

START_TEST(calendar_carries_through_year_and_century)
{
    teardown();
    start(946684799); /* 1999-12-31 23:59:59 */
    check_time(0x19991231, 0x235959);
    rig_run(&rig, NS_PER_SEC);
    check_time(0x20000101, 0x000000);
    ck_assert_uint_eq(get(6), 7); /* Saturday */
}
END_TEST

START_TEST(february_has_29_days_in_leap_years)
{
    teardown();
    start(1709164799); /* 2024-02-28 23:59:59 */
    rig_run(&rig, NS_PER_SEC);
    check_time(0x20240229, 0);
    rig_run(&rig, 86400 * NS_PER_SEC);
    check_time(0x20240301, 0);
}
END_TEST

START_TEST(binary_mode_counts_in_binary)
{
    set(0x0b, 0x86); /* SET, DM, 24 hours */
    set(0, 59), set(2, 59), set(4, 22);
    set(0x0b, 0x06);
    rig_run(&rig, NS_PER_SEC);
    ck_assert_uint_eq(get(4), 23);
    ck_assert_uint_eq(get(2), 0);
}
END_TEST

START_TEST(twelve_hour_mode_has_pm_in_bit_7)
{
    set(0x0b, 0x80);
    set(0, 0x59), set(2, 0x59), set(4, 0x11); /* 11:59:59 AM */
    set(0x0b, 0x00);
    rig_run(&rig, NS_PER_SEC);
    ck_assert_uint_eq(get(4), 0x92); /* 12 PM: noon */
    set(0x0b, 0x80);
    set(0, 0x59), set(2, 0x59);
    set(0x0b, 0x00);
    rig_run(&rig, NS_PER_SEC);
    ck_assert_uint_eq(get(4), 0x81);
    set(0x0b, 0x80);
    set(0, 0x59), set(2, 0x59), set(4, 0x91); /* 11:59:59 PM */
    set(0x0b, 0x00);
    rig_run(&rig, NS_PER_SEC);
    ck_assert_uint_eq(get(4), 0x12); /* 12 AM: midnight */
    check_time(0x20010910, 0x120000);
}
END_TEST

START_TEST(uip_is_set_244_us_before_the_update_cycle)
{
    rig_run_to(&rig, 997 * MS);
    ck_assert_uint_eq(get(0x0a) & 0x80, 0);
    rig_run_to(&rig, 998 * MS);
    ck_assert_uint_eq(get(0x0a) & 0x80, 0x80);
    rig_run_to(&rig, 1000 * MS);
    ck_assert_uint_eq(get(0x0a) & 0x80, 0);
}
END_TEST

START_TEST(set_bit_stops_updates_and_clears_uie)
{
    set(0x0b, 0x12);
    set(0x0b, 0x92);
    ck_assert_uint_eq(get(0x0b), 0x82);
    rig_run(&rig, 5 * NS_PER_SEC - 1 * MS);
    ck_assert_uint_eq(get(0x0a) & 0x80, 0);
    check_time(0x20010909, 0x014640);
}
END_TEST

START_TEST(update_ended_interrupt_until_register_c_is_read)
{
    set(0x0b, 0x12);
    rig_run(&rig, NS_PER_SEC);
    ck_assert_int_eq(irq.level, 1);
    ck_assert_uint_eq(get(0x0c), 0xd0); /* and PF of 1024 Hz, which PIE does not enable */
    ck_assert_int_eq(irq.level, 0);
    ck_assert_uint_eq(get(0x0c), 0x00);
}
END_TEST

START_TEST(flags_are_set_without_enables)
{
    get(0x0c);
    rig_run(&rig, NS_PER_SEC);
    ck_assert_uint_eq(get(0x0c), 0x50); /* UF and PF, no IRQF */
    ck_assert_uint_eq(irq.rises, 0);
}
END_TEST

START_TEST(alarm_matches_the_time)
{
    set(1, 0x45), set(3, 0x46), set(5, 0x01);
    set(0x0b, 0x22);
    rig_run(&rig, 4 * NS_PER_SEC);
    ck_assert_uint_eq(irq.rises, 0);
    rig_run(&rig, NS_PER_SEC);
    ck_assert_uint_eq(irq.rises, 1);
    ck_assert_uint_eq(get(0x0c) & 0xa0, 0xa0);
}
END_TEST

START_TEST(alarm_dont_care_codes)
{
    set(1, 0x00), set(3, 0xc0), set(5, 0xff); /* every full minute */
    set(0x0b, 0x22);
    rig_run(&rig, 20 * NS_PER_SEC);
    ck_assert_uint_eq(irq.rises, 1);
    get(0x0c);
    rig_run(&rig, 60 * NS_PER_SEC);
    ck_assert_uint_eq(irq.rises, 2);
}
END_TEST

START_TEST(periodic_rate_1024_hz)
{
    set(0x0b, 0x42);
    for (unsigned i = 0; i < 1024; i++) {
        rig_run_to(&rig, clock_tick_ns(32 * (i + 1), 32768));
        ck_assert_uint_eq(irq.rises, i + 1);
        ck_assert_uint_eq(get(0x0c) & 0xc0, 0xc0);
    }
    ck_assert_uint_eq(clock_ns(&rig.clock), NS_PER_SEC);
}
END_TEST

START_TEST(periodic_rates_1_and_2_are_256_and_128_hz)
{
    set(0x0a, 0x21);
    get(0x0c);
    rig_run_to(&rig, NS_PER_SEC / 256);
    ck_assert_uint_eq(get(0x0c) & 0x40, 0x40);
    set(0x0a, 0x22);
    get(0x0c);
    rig_run_to(&rig, NS_PER_SEC / 128 - 1);
    ck_assert_uint_eq(get(0x0c) & 0x40, 0);
    rig_run_to(&rig, NS_PER_SEC / 128);
    ck_assert_uint_eq(get(0x0c) & 0x40, 0x40);
}
END_TEST

START_TEST(rate_0_is_no_periodic_interrupt)
{
    set(0x0a, 0x20), set(0x0b, 0x42);
    get(0x0c);
    rig_run(&rig, NS_PER_SEC / 2);
    ck_assert_uint_eq(get(0x0c), 0);
}
END_TEST

START_TEST(divider_release_updates_after_half_a_second)
{
    rig_run(&rig, 123 * MS);
    set(0x0a, 0x76);
    rig_run(&rig, 3 * NS_PER_SEC);
    check_time(0x20010909, 0x014640);
    set(0x0a, 0x26);
    rig_run(&rig, 499 * MS);
    check_time(0x20010909, 0x014640);
    rig_run(&rig, 1 * MS);
    check_time(0x20010909, 0x014641);
}
END_TEST

START_TEST(reset_clears_enables_and_keeps_time_and_ram)
{
    set(0x40, 0x5a), set(0x0b, 0x76);
    rig_run(&rig, NS_PER_SEC);
    ck_assert_int_eq(irq.level, 1);
    rtc->dev.cls->reset(&rtc->dev);
    ck_assert_int_eq(irq.level, 0);
    ck_assert_uint_eq(get(0x0b), 0x06);
    ck_assert_uint_eq(get(0x40), 0x5a);
}
END_TEST

START_TEST(nmi_mask_is_bit_7_of_the_index)
{
    rig_out(&rig, 0x70, 0x8d);
    ck_assert(mc146818_nmi_masked(rtc));
    ck_assert_uint_eq(rig_in(&rig, 0x71), 0x80);
    rig_out(&rig, 0x70, 0x0d);
    ck_assert(!mc146818_nmi_masked(rtc));
}
END_TEST

START_TEST(memory_size_bytes)
{
    mc146818_set_memory(rtc, UINT64_C(128) << 20);
    ck_assert_uint_eq(get(0x15) | get(0x16) << 8, 640);
    ck_assert_uint_eq(get(0x17) | get(0x18) << 8, 65535);
    ck_assert_uint_eq(get(0x34) | get(0x35) << 8, 112 * 16);
    mc146818_set_memory(rtc, UINT64_C(8) << 20);
    ck_assert_uint_eq(get(0x30) | get(0x31) << 8, 7168);
    ck_assert_uint_eq(get(0x34) | get(0x35) << 8, 0);
}
END_TEST

START_TEST(state_round_trip_ticks_on)
{
    struct rig other;
    struct probe p = {0};
    set(0x0b, 0x42);
    rig_run(&rig, 1234567890);
    get(0x0c);
    rig_init(&other);
    rig_same_time(&rig, &other);
    struct mc146818 *b = make(&other, 5, &p);
    rig_copy_state(&rtc->dev, &b->dev);
    rig_run(&rig, 3 * MS);
    rig_run(&other, 3 * MS);
    ck_assert_uint_eq(irq.last_rise, p.last_rise);
    rig_run(&other, 2 * NS_PER_SEC);
    rig_run(&rig, 2 * NS_PER_SEC);
    ck_assert_mem_eq(rtc->cmos, b->cmos, 128);
    ck_assert_uint_eq(get(0), 0x43);
    dev_free(&b->dev);
    rig_free(&other);
}
END_TEST

TCase *mc146818_tests(void)
{
    TCase *t = tcase_create("mc146818");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, starts_at_the_given_second_in_bcd_24h);
    tcase_add_test(t, calendar_carries_through_year_and_century);
    tcase_add_test(t, february_has_29_days_in_leap_years);
    tcase_add_test(t, binary_mode_counts_in_binary);
    tcase_add_test(t, twelve_hour_mode_has_pm_in_bit_7);
    tcase_add_test(t, uip_is_set_244_us_before_the_update_cycle);
    tcase_add_test(t, set_bit_stops_updates_and_clears_uie);
    tcase_add_test(t, update_ended_interrupt_until_register_c_is_read);
    tcase_add_test(t, flags_are_set_without_enables);
    tcase_add_test(t, alarm_matches_the_time);
    tcase_add_test(t, alarm_dont_care_codes);
    tcase_add_test(t, periodic_rate_1024_hz);
    tcase_add_test(t, periodic_rates_1_and_2_are_256_and_128_hz);
    tcase_add_test(t, rate_0_is_no_periodic_interrupt);
    tcase_add_test(t, divider_release_updates_after_half_a_second);
    tcase_add_test(t, reset_clears_enables_and_keeps_time_and_ram);
    tcase_add_test(t, nmi_mask_is_bit_7_of_the_index);
    tcase_add_test(t, memory_size_bytes);
    tcase_add_test(t, state_round_trip_ticks_on);
    return t;
}
