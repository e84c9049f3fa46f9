/* SPDX-License-Identifier: MIT */
/* HPET 1.0a: counter, comparators, legacy replacement, levels. */
#include "devices/timer/hpet.h"
#include "tests/dev/rig.h"

#define HPET_AT UINT64_C(0xfed00000)
enum {
    CONF = 0x10,
    STATUS = 0x20,
    COUNTER = 0xf0,
    T0 = 0x100,
    C0 = 0x108,
    T1 = 0x120,
    C1 = 0x128,
    T2 = 0x140,
    C2 = 0x148
};
enum { LEVEL = 2, ENABLE = 4, PERIODIC = 8, VAL_SET = 0x40, MODE32 = 0x100, ROUTE20 = 20 << 9 };

static struct rig rig;
static struct hpet *h;
static struct probe irq0, irq8, pin;

static struct hpet *make(struct rig *r, struct probe *p)
{
    struct hpet *n = hpet_new(&r->bus, "hpet");
    n->route[20] = probe_line(p, r);
    return n;
}

static uint64_t rd(uint32_t reg)
{
    return phys_load(rig.bus.mem, HPET_AT + reg, 8, INIT_CPU0);
}

static void wr(uint32_t reg, uint64_t v)
{
    phys_store(rig.bus.mem, HPET_AT + reg, 8, v, INIT_CPU0);
}

static void setup(void)
{
    irq0 = irq8 = pin = (struct probe){0};
    rig_init(&rig);
    h = make(&rig, &pin);
    h->irq0 = probe_line(&irq0, &rig);
    h->irq8 = probe_line(&irq8, &rig);
    rig_realize(&h->dev);
}

static void teardown(void)
{
    dev_free(&h->dev);
    rig_free(&rig);
}

START_TEST(hpet_says_three_64_bit_comparators_and_10_ns)
{
    ck_assert_uint_eq(rd(0), UINT64_C(0x009896808086a201));
    ck_assert_uint_eq(rd(T2), UINT64_C(0x0010000000000030));
    ck_assert_uint_eq(rd(C2), UINT64_MAX);
    ck_assert_uint_eq(phys_load(rig.bus.mem, HPET_AT + 4, 4, INIT_CPU0), 10000000);
}
END_TEST

START_TEST(hpet_counter_runs_while_enabled_and_is_set_while_halted)
{
    wr(COUNTER, 1000);
    rig_run(&rig, 500);
    ck_assert_uint_eq(rd(COUNTER), 1000);
    wr(CONF, 1);
    rig_run(&rig, 505);
    ck_assert_uint_eq(rd(COUNTER), 1050);
    wr(COUNTER, 0); /* not while it runs */
    ck_assert_uint_eq(rd(COUNTER), 1050);
    rig_run(&rig, 5);
    ck_assert_uint_eq(rd(COUNTER), 1051);
    wr(CONF, 0);
    rig_run(&rig, 500);
    ck_assert_uint_eq(rd(COUNTER), 1051);
}
END_TEST

START_TEST(hpet_one_shot_edge_at_the_match)
{
    wr(T0, ENABLE | ROUTE20);
    wr(C0, 100);
    wr(CONF, 1);
    rig_run(&rig, 999);
    ck_assert_uint_eq(pin.rises, 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(pin.rises, 1);
    ck_assert_uint_eq(rd(STATUS), 0); /* status is for levels */
    rig_run(&rig, 1000000);
    ck_assert_uint_eq(pin.rises, 1);
}
END_TEST

START_TEST(hpet_periodic_adds_its_period_at_each_match)
{
    wr(T0, ENABLE | PERIODIC | VAL_SET | ROUTE20);
    wr(C0, 100);
    ck_assert_uint_eq(rd(T0) & VAL_SET, 0); /* clears itself */
    wr(C0, 50);                             /* the period alone */
    wr(CONF, 1);
    rig_run(&rig, 1000);
    ck_assert_uint_eq(pin.rises, 1);
    ck_assert_uint_eq(rd(C0), 150);
    rig_run(&rig, 500);
    ck_assert_uint_eq(pin.rises, 2);
    rig_run(&rig, 5000);
    ck_assert_uint_eq(pin.rises, 12);
    ck_assert_uint_eq(rd(C0), 700);
}
END_TEST

START_TEST(hpet_periodic_without_interrupt_moves_its_comparator_all_the_same)
{
    wr(T0, PERIODIC | VAL_SET);
    wr(C0, 100);
    wr(CONF, 1);
    rig_run(&rig, 2550);
    ck_assert(clock_next(&rig.clock) == TIME_NEVER);
    ck_assert_uint_eq(rd(C0), 300);
    rig_run(&rig, 500);
    ck_assert_uint_eq(rd(C0), 400);
}
END_TEST

START_TEST(hpet_32_bit_timer_matches_again_after_the_wrap)
{
    wr(COUNTER, UINT64_C(0x1fffffff0));
    wr(T0, ENABLE | MODE32 | ROUTE20);
    wr(C0, 0xffffffff00000008);
    ck_assert_uint_eq(rd(C0), 8);
    wr(CONF, 1);
    rig_run(&rig, 239);
    ck_assert_uint_eq(pin.rises, 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(pin.rises, 1);
    rig_run(&rig, (UINT64_C(1) << 32) * 10);
    ck_assert_uint_eq(pin.rises, 2);
}
END_TEST

START_TEST(hpet_level_holds_until_its_status_is_cleared)
{
    wr(T0, ENABLE | LEVEL | ROUTE20);
    wr(C0, 10);
    wr(CONF, 1);
    rig_run(&rig, 100);
    ck_assert_int_eq(pin.level, 1);
    ck_assert_uint_eq(rd(STATUS), 1);
    wr(STATUS, 2);
    ck_assert_int_eq(pin.level, 1);
    wr(STATUS, 1);
    ck_assert_int_eq(pin.level, 0);
    ck_assert_uint_eq(rd(STATUS), 0);
}
END_TEST

START_TEST(hpet_level_without_enable_sets_status_only)
{
    wr(T1, LEVEL);
    wr(C1, 10);
    wr(CONF, 1);
    rig_run(&rig, 100);
    ck_assert_uint_eq(rd(STATUS), 2);
    ck_assert_int_eq(pin.level, 0);
}
END_TEST

START_TEST(hpet_legacy_replacement_takes_irq0_and_irq8)
{
    struct irq_line pit = hpet_legacy(h, 0), rtc = hpet_legacy(h, 1);
    irq_set(&pit, 1);
    ck_assert_int_eq(irq0.level, 1);
    wr(T0, ENABLE), wr(C0, 10);
    wr(T1, ENABLE), wr(C1, 20);
    wr(CONF, 3);
    ck_assert_int_eq(irq0.level, 0); /* the 8254 is cut off */
    irq_set(&rtc, 1);
    ck_assert_int_eq(irq8.level, 0);
    rig_run(&rig, 100);
    ck_assert_int_eq(irq0.level, 1);
    rig_run(&rig, 100);
    ck_assert_int_eq(irq8.level, 1);
    wr(CONF, 0);
    ck_assert_int_eq(irq0.level, 1); /* the 8254's level again */
    irq_set(&pit, 0);
    ck_assert_int_eq(irq0.level, 0);
}
END_TEST

START_TEST(hpet_route_that_is_not_offered_does_not_stay)
{
    wr(T0, 5 << 9);
    ck_assert_uint_eq(rd(T0) >> 9 & 31, 0);
    wr(T0, ROUTE20);
    ck_assert_uint_eq(rd(T0) >> 9 & 31, 20);
}
END_TEST

START_TEST(hpet_32_bit_accesses_reach_either_half)
{
    phys_store(rig.bus.mem, HPET_AT + COUNTER + 4, 4, 0x12345678, INIT_CPU0);
    ck_assert_uint_eq(rd(COUNTER), UINT64_C(0x1234567800000000));
    phys_store(rig.bus.mem, HPET_AT + C1, 4, 7, INIT_CPU0);
    ck_assert_uint_eq(rd(C1), UINT64_C(0xffffffff00000007));
}
END_TEST

START_TEST(hpet_state_round_trip_keeps_matches)
{
    struct rig other;
    struct probe p = {0};
    wr(T0, ENABLE | PERIODIC | VAL_SET | ROUTE20);
    wr(C0, 100);
    wr(CONF, 1);
    rig_run(&rig, 1500);
    rig_init(&other);
    struct hpet *b = make(&other, &p);
    rig_realize(&b->dev);
    rig_same_time(&rig, &other);
    rig_copy_state(&h->dev, &b->dev);
    rig_run(&other, 500);
    ck_assert_uint_eq(p.rises, 1);
    ck_assert_uint_eq(b->timer[0].comparator, 300);
    dev_free(&b->dev);
    rig_free(&other);
}
END_TEST

TCase *hpet_tests(void)
{
    TCase *t = tcase_create("hpet");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, hpet_says_three_64_bit_comparators_and_10_ns);
    tcase_add_test(t, hpet_counter_runs_while_enabled_and_is_set_while_halted);
    tcase_add_test(t, hpet_one_shot_edge_at_the_match);
    tcase_add_test(t, hpet_periodic_adds_its_period_at_each_match);
    tcase_add_test(t, hpet_periodic_without_interrupt_moves_its_comparator_all_the_same);
    tcase_add_test(t, hpet_32_bit_timer_matches_again_after_the_wrap);
    tcase_add_test(t, hpet_level_holds_until_its_status_is_cleared);
    tcase_add_test(t, hpet_level_without_enable_sets_status_only);
    tcase_add_test(t, hpet_legacy_replacement_takes_irq0_and_irq8);
    tcase_add_test(t, hpet_route_that_is_not_offered_does_not_stay);
    tcase_add_test(t, hpet_32_bit_accesses_reach_either_half);
    tcase_add_test(t, hpet_state_round_trip_keeps_matches);
    return t;
}
