/* SPDX-License-Identifier: MIT */
/* MC146818: update cycle, alarm, periodic and update-ended interrupts, data formats, calendar. */
#include "devices/rtc/mc146818.h"

#include <signal.h>
#include <time.h>

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

/* The calendar that it starts with, against the host's: each day of ten years around 2000, then one of each month. */
START_TEST(starts_at_any_date_of_the_calendar)
{
    uint64_t day = 0;
    while (day < 400 * 365) {
        time_t t = (time_t)(day * 86400 + day % 86400);
        struct tm want;
        gmtime_r(&t, &want);
        mc146818_set_start(rtc, (uint64_t)t);
        unsigned got[] = {get(0x32), get(9), get(8), get(7), get(6), get(4), get(2), get(0)};
        unsigned year = (unsigned)want.tm_year + 1900;
        unsigned is[] = {year / 100,
                         year % 100,
                         (unsigned)want.tm_mon + 1,
                         (unsigned)want.tm_mday,
                         (unsigned)want.tm_wday + 1,
                         (unsigned)want.tm_hour,
                         (unsigned)want.tm_min,
                         (unsigned)want.tm_sec};
        for (unsigned i = 0; i < ARRAY_LEN(is); i++)
            ck_assert_msg(got[i] == (is[i] / 10 << 4 | is[i] % 10), "day %u, part %u: %02x, not %u", (unsigned)day, i,
                          got[i], is[i]);
        day += year >= 1995 && year < 2005 ? 1 : 29;
    }
    ck_assert_uint_eq(rtc->start_seconds / 86400, (day - 29));
}
END_TEST

/* Each month's last day, in a leap year and in none; what is no month has 31. */
START_TEST(months_have_their_days)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (unsigned year = 0; year < 100; year += 33) /* 00, 33, 66, 99 */
        for (unsigned month = 1; month <= 13; month++) {
            unsigned last = month == 13 ? 31 : days[month - 1] + (month == 2 && year % 4 == 0);
            for (unsigned day = last - 1; day <= last; day++) {
                set(0x0b, 0x86);
                set(0, 59), set(2, 59), set(4, 23), set(7, (uint8_t)day), set(8, (uint8_t)month), set(9, (uint8_t)year),
                    set(6, 7), set(0x32, 0x19);
                set(0x0b, 0x06);
                rig_run(&rig, NS_PER_SEC);
                bool turns = day == last, new_year = turns && month >= 12;
                ck_assert_msg(get(7) == (turns ? 1 : day + 1), "day %u of %u/%u: %u", day, month, year, get(7));
                ck_assert_msg(get(8) == (new_year ? 1 : turns ? month + 1 : month), "month %u", month);
                ck_assert_msg(get(9) == (new_year ? (year + 1) % 100 : year), "year %u", year);
                ck_assert_uint_eq(get(0x32), new_year && year == 99 ? 0x20 : 0x19);
                ck_assert_uint_eq(get(6), 1); /* Saturday, then Sunday */
                ck_assert_uint_eq(get(4) | get(2) | get(0), 0);
            }
        }
}
END_TEST

/* A whole day, hour by hour, in both hour formats and both data formats. */
START_TEST(hours_count_in_each_format)
{
    for (unsigned format = 0; format < 4; format++) {
        bool binary = format & 1, by_24 = format & 2;
        uint8_t b = (uint8_t)((binary ? 4 : 0) | (by_24 ? 2 : 0));
        set(0x0b, 0x80 | b);
        set(4, by_24 ? 0 : binary ? 12 : 0x12);
        for (unsigned hour = 0; hour < 24; hour++) {
            unsigned shown = by_24 ? hour : hour % 12 ? hour % 12 : 12;
            unsigned want = binary ? shown : shown / 10 << 4 | shown % 10;
            if (!by_24 && hour >= 12)
                want |= 0x80;
            ck_assert_msg(get(4) == want, "format %u, hour %u: %02x, not %02x", format, hour, get(4), want);
            set(0x0b, 0x80 | b), set(0, binary ? 59 : 0x59), set(2, binary ? 59 : 0x59), set(0x0b, b);
            rig_run(&rig, NS_PER_SEC);
        }
        ck_assert_uint_eq(get(4), by_24 ? 0 : binary ? 12 : 0x12);
    }
}
END_TEST

/* Table 5 of the data sheet, 32.768 kHz: rate 3 is 122.070 us, each further one twice as long; 1 and 2 as 8 and 9. */
START_TEST(periodic_rates)
{
    for (uint8_t rs = 1; rs < 16; rs++) {
        unsigned n = rs < 3 ? rs + 7u : rs;
        uint64_t period = UINT64_C(4) << (n - 3); /* in 32768ths */
        set(0x0b, 0x02);
        set(0x0a, 0x70), set(0x0a, 0x20 | rs); /* the chain from its half on */
        get(0x0c);
        uint64_t start = clock_ns(&rig.clock);
        set(0x0b, 0x42);
        irq.rises = 0;
        for (unsigned i = 1; i <= 3; i++) {
            uint64_t due = start + (period * i * NS_PER_SEC + 32767) / 32768;
            rig_run_to(&rig, due - 2);
            ck_assert_msg(irq.rises == i - 1, "rate %u: too early", rs);
            rig_run_to(&rig, due + 1);
            ck_assert_msg(irq.rises == i, "rate %u: not after %u periods", rs, i);
            ck_assert_uint_eq(get(0x0c) & 0xc0, 0xc0);
        }
    }
}
END_TEST

/* Each flag with each enable: IRQF and the line are there where both are (register C). */
START_TEST(irqf_is_a_flag_with_its_enable)
{
    for (unsigned enables = 0; enables < 8; enables++) {
        set(0x0b, 0x02);
        set(1, 0xff), set(3, 0xff), set(5, 0xff);
        get(0x0c);
        irq.level = 0;
        set(0x0b, (uint8_t)(0x02 | enables << 4));
        rig_run(&rig, NS_PER_SEC);
        ck_assert_int_eq(irq.level, enables != 0);
        set(0x0b, 0x02);
        ck_assert_int_eq(irq.level, 0);
        set(0x0b, (uint8_t)(0x02 | enables << 4)); /* the flags are still there */
        ck_assert_int_eq(irq.level, enables != 0);
        ck_assert_uint_eq(port_in(rig.bus.ports, 0x71, 1, INIT_DEBUG), 0x02 | enables << 4);
        rig_out(&rig, 0x70, 0x0c);
        uint8_t seen = (uint8_t)port_in(rig.bus.ports, 0x71, 1, INIT_DEBUG);
        ck_assert_uint_eq(seen & 0x30, 0x30);
        ck_assert_uint_eq(get(0x0c), 0x70 | (enables ? 0x80 : 0));
        ck_assert_int_eq(irq.level, 0);
    }
}
END_TEST

/* Each part of the alarm alone, and the first of the "don't care" codes. */
START_TEST(alarm_is_hours_minutes_and_seconds)
{
    static const struct {
        uint8_t s, m, h;
        bool matches;
    } t[] = {{0x41, 0x46, 0x01, true}, {0x42, 0x46, 0x01, false}, {0x41, 0x45, 0x01, false}, {0x41, 0x46, 0x02, false},
             {0xc0, 0x46, 0x01, true}, {0xbf, 0x46, 0x01, false}, {0x41, 0xc0, 0x01, true},  {0x41, 0xbf, 0x01, false},
             {0x41, 0x46, 0xc0, true}, {0x41, 0x46, 0xbf, false}, {0xff, 0xff, 0xff, true}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        mc146818_set_start(rtc, 1000000000);
        set(1, t[i].s), set(3, t[i].m), set(5, t[i].h);
        get(0x0c);
        rig_run(&rig, NS_PER_SEC);
        ck_assert_msg((get(0x0c) & 0x20) == (t[i].matches ? 0x20 : 0), "row %u", i);
    }
}
END_TEST

/* UIP 244 us before the update cycle of 1984 us: 2228 us in all (tBUC, tUC). */
START_TEST(uip_at_its_edges)
{
    rig_run_to(&rig, NS_PER_SEC - 2228001);
    ck_assert_uint_eq(get(0x0a), 0x26);
    rig_run_to(&rig, NS_PER_SEC - 2228000);
    ck_assert_uint_eq(get(0x0a), 0xa6);
    set(0x0a, 0xa6); /* UIP is read-only */
    set(0x0a, 0x76); /* no updates while the divider is held */
    ck_assert_uint_eq(get(0x0a), 0x76);
    set(0x0a, 0x66);
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
    set(0x0a, 0x56); /* 101 is none of the reset codes */
    ck_assert_uint_ne(clock_next(&rig.clock), TIME_NEVER);
}
END_TEST

/* A divider that runs is not started anew by another write of register A; one that was held is. */
START_TEST(register_a_keeps_the_phase_of_a_running_divider)
{
    rig_run(&rig, 300 * MS);
    set(0x0a, 0x2f);
    rig_run(&rig, 700 * MS - 1);
    ck_assert_uint_eq(get(0), 0x40);
    rig_run(&rig, 1);
    ck_assert_uint_eq(get(0), 0x41);
    set(0x0a, 0x60), set(0x0a, 0x76), set(0x0a, 0x26);
    rig_run(&rig, 500 * MS);
    ck_assert_uint_eq(get(0), 0x42);
}
END_TEST

START_TEST(index_and_data_ports)
{
    ck_assert_uint_eq(rig_in(&rig, 0x70), 0xff);
    for (unsigned i = 0x0e; i < 0x80; i++)
        set((uint8_t)(i | 0x80), (uint8_t)(i * 3));
    for (unsigned i = 0x0e; i < 0x80; i++)
        ck_assert_msg(get((uint8_t)i) == (uint8_t)(i * 3), "CMOS %02xh", i);
    set(0x0c, 0xff), set(0x0d, 0xff);
    ck_assert_uint_eq(get(0x0d), 0x80);
    get(0x0c);
    ck_assert_uint_eq(get(0x0c), 0);
    for (unsigned i = 0x0e; i < 0x80; i++)
        mc146818_set_cmos(rtc, i, (uint8_t)~i);
    for (unsigned i = 0; i < 0x80; i++)
        ck_assert(i < 0x0e || mc146818_cmos(rtc, i) == (uint8_t)~i);
    ck_assert_uint_eq(mc146818_cmos(rtc, 0x80), 0xff);
    ck_assert_uint_eq(mc146818_cmos(rtc, 9), 0x01);
}
END_TEST

START_TEST(cmos_of_the_clock_is_not_the_machines)
{
    mc146818_set_cmos(rtc, 0x0d, 0);
}
END_TEST

START_TEST(cmos_past_its_end_is_not_the_machines)
{
    mc146818_set_cmos(rtc, 0x80, 0);
}
END_TEST

/* The AT's bytes by size of memory, at each edge, in KiB. */
START_TEST(memory_sizes_at_their_edges)
{
    static const struct {
        uint64_t kib;
        unsigned base, extended, above;
    } t[] = {{512, 512, 0, 0},
             {639, 639, 0, 0},
             {640, 640, 0, 0},
             {1024, 640, 0, 0},
             {1025, 640, 1, 0},
             {16384, 640, 15360, 0},
             {16384 + 63, 640, 15423, 0},
             {16384 + 64, 640, 15424, 1},
             {1024 + 65535, 640, 65535, 783},
             {16384 + 64 * 65535, 640, 65535, 65535},
             {16384 + 64 * 65536, 640, 65535, 65535}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        mc146818_set_memory(rtc, t[i].kib << 10);
        ck_assert_msg((get(0x15) | get(0x16) << 8) == (int)t[i].base, "row %u: base", i);
        ck_assert_msg((get(0x17) | get(0x18) << 8) == (int)t[i].extended, "row %u: extended", i);
        ck_assert_msg((get(0x30) | get(0x31) << 8) == (int)t[i].extended, "row %u: extended, again", i);
        ck_assert_msg((get(0x34) | get(0x35) << 8) == (int)t[i].above, "row %u: above 16 MiB", i);
    }
}
END_TEST

/* 2Eh-2Fh, high byte first: the sum of 10h to 2Dh. */
START_TEST(checksum_is_over_10h_to_2dh)
{
    for (unsigned i = 0x0e; i < 0x80; i++)
        mc146818_set_cmos(rtc, i, 0);
    for (unsigned i = 0x0e; i < 0x40; i++) {
        mc146818_set_cmos(rtc, i, 0xfe);
        mc146818_checksum(rtc);
        unsigned n = i < 0x10 ? 0 : i > 0x2d ? 30 : i - 0x10 + 1;
        ck_assert_msg((get(0x2e) << 8 | get(0x2f)) == (int)(n * 0xfe), "with byte %02xh", i);
    }
}
END_TEST

START_TEST(reset_of_register_b_by_bit)
{
    set(0x0b, 0xff), set(0x0a, 0x2f);
    rig_out(&rig, 0x70, 0x8a);
    rtc->dev.cls->reset(&rtc->dev);
    ck_assert(!mc146818_nmi_masked(rtc));
    ck_assert_uint_eq(get(0x0b), 0x87);
    ck_assert_uint_eq(get(0x0a), 0x2f);
    ck_assert_uint_eq(get(0x0c), 0);
}
END_TEST

/* PF has come while nobody looked: an enable finds it at once, a change of the rate does not lose it. */
START_TEST(periodic_flag_is_current_at_each_write)
{
    get(0x0c);
    rig_run(&rig, 10 * MS);
    set(0x0b, 0x42);
    ck_assert_int_eq(irq.level, 1);
    ck_assert_uint_eq(get(0x0c), 0xc0);
    set(0x0b, 0x02), get(0x0c);
    rig_run(&rig, 10 * MS);
    set(0x0a, 0x20); /* none from here on */
    ck_assert_uint_eq(get(0x0c), 0x40);
    rig_run(&rig, 10 * MS);
    ck_assert_uint_eq(get(0x0c), 0);
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
    tcase_add_test(t, starts_at_any_date_of_the_calendar);
    tcase_add_test(t, months_have_their_days);
    tcase_add_test(t, hours_count_in_each_format);
    tcase_add_test(t, periodic_rates);
    tcase_add_test(t, irqf_is_a_flag_with_its_enable);
    tcase_add_test(t, alarm_is_hours_minutes_and_seconds);
    tcase_add_test(t, uip_at_its_edges);
    tcase_add_test(t, register_a_keeps_the_phase_of_a_running_divider);
    tcase_add_test(t, index_and_data_ports);
    tcase_add_test_raise_signal(t, cmos_of_the_clock_is_not_the_machines, SIGABRT);
    tcase_add_test_raise_signal(t, cmos_past_its_end_is_not_the_machines, SIGABRT);
    tcase_add_test(t, memory_sizes_at_their_edges);
    tcase_add_test(t, checksum_is_over_10h_to_2dh);
    tcase_add_test(t, reset_of_register_b_by_bit);
    tcase_add_test(t, periodic_flag_is_current_at_each_write);
    return t;
}
