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

static void restart(void)
{
    wr(CONF, 0);
    h->dev.cls->reset(&h->dev);
    pin = (struct probe){.clock = &rig.clock};
}

/* 2.3.9.2.2: one-shot and periodic, 32 and 64 bits, edge and level, with and without interrupts, by each timer. */
START_TEST(hpet_matches_by_mode)
{
    for (unsigned n = 0; n < 3; n++)
        for (unsigned mode = 0; mode < 16; mode++) {
            uint32_t conf = T0 + 0x20 * n, comp = C0 + 0x20 * n;
            bool level = mode & 1, periodic = mode & 2, narrow = mode & 4, enabled = mode & 8;
            restart();
            wr(conf, (level ? LEVEL : 0) | (periodic ? PERIODIC | VAL_SET : 0) | (narrow ? MODE32 : 0) |
                         (enabled ? ENABLE : 0) | ROUTE20);
            wr(comp, 100), wr(comp, periodic ? 40 : 100);
            wr(CONF, 1);
            rig_run(&rig, 1000 - 1);
            ck_assert_uint_eq(pin.rises, 0);
            ck_assert_uint_eq(rd(STATUS), 0);
            ck_assert_uint_eq(rd(comp), 100);
            rig_run(&rig, 1);
            ck_assert_msg(pin.rises == enabled, "timer %u, mode %x: %u rises", n, mode, pin.rises);
            ck_assert_msg(rd(STATUS) == (level ? 1u << n : 0), "timer %u, mode %x: status", n, mode);
            ck_assert_msg(rd(comp) == (periodic ? 140 : 100), "timer %u, mode %x: comparator %u", n, mode,
                          (unsigned)rd(comp));
            wr(STATUS, 1u << n);
            ck_assert_msg(pin.level == (enabled && !level), "timer %u, mode %x: the line", n, mode);
            rig_run(&rig, 400 - 1);
            ck_assert_uint_eq(pin.rises, enabled);
            rig_run(&rig, 1);
            ck_assert_msg(pin.rises == enabled * (periodic ? 2u : 1u), "timer %u, mode %x: second match", n, mode);
            ck_assert_uint_eq(rd(comp), periodic ? 180 : 100);
        }
}
END_TEST

/* A period that is passed many times while nobody looks; one of 0 never moves; VAL_SET sets one write alone. */
START_TEST(hpet_periods_pass_unseen)
{
    for (unsigned narrow = 0; narrow < 2; narrow++) {
        restart();
        wr(T1, PERIODIC | VAL_SET | (narrow ? MODE32 : 0));
        wr(C1, 7), wr(C1, 3);
        wr(CONF, 1);
        for (uint64_t at = 0; at < 60; at++) {
            uint64_t want = at < 7 ? 7 : 7 + ((at - 7) / 3 + 1) * 3;
            ck_assert_msg(rd(C1) == want, "at %u: %u, not %u", (unsigned)at, (unsigned)rd(C1), (unsigned)want);
            rig_run(&rig, 10);
        }
        rig_run(&rig, 10 * 3000);
        ck_assert_uint_eq(rd(C1), 3061);
        wr(CONF, 0);
        uint64_t stays = rd(C1);
        rig_run(&rig, 1000);
        ck_assert_uint_eq(rd(C1), stays);
        restart();
        wr(T1, PERIODIC | VAL_SET);
        wr(C1, 5);
        wr(T1, PERIODIC | VAL_SET), wr(C1, 0); /* the period is 0, and so is the comparator */
        wr(CONF, 1);
        rig_run(&rig, 1000);
        ck_assert_uint_eq(rd(C1), 0);
    }
}
END_TEST

/* 2.3.8: the bits of a timer's configuration; routes that are offered; what is read-only. */
START_TEST(hpet_timer_configuration_bits)
{
    for (unsigned n = 0; n < 3; n++)
        for (unsigned bit = 0; bit < 64; bit++) {
            uint32_t conf = T0 + 0x20 * n;
            wr(conf, UINT64_C(1) << bit);
            bool kept = bit == 1 || bit == 2 || bit == 3 || bit == 6 || bit == 8;
            ck_assert_msg(rd(conf) == (UINT64_C(0x0010000000000030) | (kept ? UINT64_C(1) << bit : 0)),
                          "timer %u, bit %u: %llx", n, bit, (unsigned long long)rd(conf));
            wr(conf, 0);
        }
    for (unsigned route = 0; route < 32; route++) {
        wr(T0, (uint64_t)route << 9);
        ck_assert_uint_eq(rd(T0) >> 9 & 31, route == 20 ? 20 : 0);
    }
    for (unsigned bit = 0; bit < 64; bit++) {
        wr(CONF, UINT64_C(1) << bit);
        ck_assert_uint_eq(rd(CONF), bit < 2 ? 1u << bit : 0);
    }
}
END_TEST

/* Every register from 0 to 3FFh in 4 and 8 bytes: what is none reads 0 and keeps nothing. */
START_TEST(hpet_register_map)
{
    static const uint16_t there[] = {0, CONF, STATUS, COUNTER, T0, C0, T1, C1, T2, C2};
    for (uint32_t reg = 0; reg < 0x400; reg += 8) {
        bool is = false;
        for (unsigned i = 0; i < ARRAY_LEN(there); i++)
            is |= there[i] == reg;
        if (is)
            continue;
        wr(reg, UINT64_MAX);
        ck_assert_msg(rd(reg) == 0, "%03xh reads %llx", reg, (unsigned long long)rd(reg));
        for (unsigned i = 0; i < ARRAY_LEN(there); i++)
            ck_assert_msg(rd(there[i]) == (i == 0                                 ? UINT64_C(0x009896808086a201)
                                           : there[i] >= T0 && there[i] % 16 == 0 ? UINT64_C(0x0010000000000030)
                                           : there[i] >= T0                       ? UINT64_MAX
                                                                                  : 0),
                          "a write to %03xh changes %03xh", reg, there[i]);
    }
    wr(COUNTER, UINT64_C(0x8877665544332211));
    for (unsigned at = 0; at < 8; at++)
        for (unsigned size = 1; size <= 4 && at + size <= 8; size *= 2) {
            uint64_t want = UINT64_C(0x8877665544332211) >> 8 * at & (UINT64_MAX >> (64 - 8 * size));
            ck_assert_uint_eq(phys_load(rig.bus.mem, HPET_AT + COUNTER + at, size, INIT_CPU0), want);
        }
    phys_store(rig.bus.mem, HPET_AT + COUNTER + 3, 1, 0xaa, INIT_CPU0);
    ck_assert_uint_eq(rd(COUNTER), UINT64_C(0x88776655aa332211));
    phys_store(rig.bus.mem, HPET_AT + COUNTER + 6, 4, 0, INIT_CPU0); /* beyond the register: nothing */
    ck_assert_uint_eq(rd(COUNTER), UINT64_C(0x88776655aa332211));
}
END_TEST

/* Turning a timer's kind or its interrupt off takes what it held. */
START_TEST(hpet_line_falls_with_its_reason)
{
    wr(T0, ENABLE | LEVEL | ROUTE20), wr(C0, 10), wr(CONF, 1);
    rig_run(&rig, 100);
    ck_assert_int_eq(pin.level, 1);
    wr(T0, ENABLE | ROUTE20); /* an edge from here on */
    ck_assert_int_eq(pin.level, 0);
    ck_assert_uint_eq(rd(STATUS), 0);
    restart();
    wr(T0, ENABLE | ROUTE20), wr(C0, 10), wr(CONF, 1);
    rig_run(&rig, 100);
    ck_assert_int_eq(pin.level, 1);
    wr(T0, ROUTE20);
    ck_assert_int_eq(pin.level, 0);
    wr(T0, ENABLE | ROUTE20); /* it is not kept for later */
    ck_assert_int_eq(pin.level, 0);
    restart();
    wr(T0, ENABLE | LEVEL | ROUTE20), wr(C0, 10), wr(CONF, 1);
    rig_run(&rig, 100);
    wr(T0, LEVEL | ROUTE20);
    ck_assert_int_eq(pin.level, 0);
    ck_assert_uint_eq(rd(STATUS), 1); /* a level's status stays, and drives again */
    wr(T0, ENABLE | LEVEL | ROUTE20);
    ck_assert_int_eq(pin.level, 1);
    wr(CONF, 0);
    ck_assert_int_eq(pin.level, 0);
    restart();
    wr(T0, ENABLE | ROUTE20), wr(C0, 10), wr(CONF, 1); /* edges: each makes its own */
    rig_run(&rig, 100);
    wr(C0, 20);
    rig_run(&rig, 100);
    ck_assert_uint_eq(pin.rises, 2);
    wr(T0, ENABLE | LEVEL | ROUTE20);
    ck_assert_int_eq(pin.level, 0);
}
END_TEST

/* 2.3.4 LEG_RT_CNF: timers 0 and 1 go to IRQ0 and IRQ8, in place of their routes; timer 2 keeps its own. */
START_TEST(hpet_legacy_replacement_for_each_timer)
{
    struct irq_line in[2] = {hpet_legacy(h, 0), hpet_legacy(h, 1)};
    for (unsigned legacy = 0; legacy < 2; legacy++)
        for (unsigned n = 0; n < 3; n++) {
            restart();
            irq0.level = irq8.level = 0;
            wr(T0 + 0x20 * n, ENABLE | ROUTE20), wr(C0 + 0x20 * n, 10);
            wr(CONF, 1 | legacy << 1);
            rig_run(&rig, 100);
            ck_assert_msg(irq0.level == (legacy && n == 0), "timer %u, legacy %u: IRQ0", n, legacy);
            ck_assert_msg(irq8.level == (legacy && n == 1), "timer %u, legacy %u: IRQ8", n, legacy);
            ck_assert_msg(pin.level == !(legacy && n < 2), "timer %u, legacy %u: its route", n, legacy);
            for (int i = 0; i < 2; i++) {
                struct probe *p = i ? &irq8 : &irq0;
                int before = p->level;
                irq_set(&in[i], !before);
                ck_assert_msg(p->level == (legacy ? before : !before), "legacy %u: input %d", legacy, i);
                irq_set(&in[i], 0);
            }
        }
}
END_TEST

START_TEST(hpet_counter_keeps_its_phase)
{
    rig_run(&rig, 1003);
    wr(CONF, 1);
    rig_run(&rig, 9);
    ck_assert_uint_eq(rd(COUNTER), 0);
    rig_run(&rig, 1);
    ck_assert_uint_eq(rd(COUNTER), 1);
    wr(T0, ENABLE | ROUTE20);
    rig_run(&rig, 7);
    wr(C0, 3); /* armed between ticks: due at the tick */
    rig_run(&rig, 12);
    ck_assert_int_eq(pin.level, 0);
    rig_run(&rig, 1);
    ck_assert_int_eq(pin.level, 1);
    wr(CONF, 1 | 2); /* a write of the same enable goes on counting */
    ck_assert_uint_eq(rd(COUNTER), 3);
    rig_run(&rig, 100);
    ck_assert_uint_eq(rd(COUNTER), 13);
}
END_TEST

START_TEST(hpet_far_comparator_has_no_event)
{
    wr(T0, ENABLE | ROUTE20), wr(C0, UINT64_MAX), wr(CONF, 1);
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
    wr(C0, UINT64_C(1) << 60);
    ck_assert_uint_eq(clock_next(&rig.clock), (UINT64_C(1) << 60) * 10);
    wr(C0, 0); /* where the counter is: the next time round */
    ck_assert_uint_eq(clock_next(&rig.clock), TIME_NEVER);
    wr(T0, ENABLE | MODE32 | ROUTE20);
    ck_assert_uint_eq(clock_next(&rig.clock), (UINT64_C(1) << 32) * 10);
}
END_TEST

START_TEST(hpet_loads_what_could_be)
{
    h->timer[1].config = UINT64_MAX;
    h->start_ns = UINT64_MAX;
    h->dev.cls->post_load(&h->dev);
    ck_assert_uint_eq(h->timer[1].config, 0x3f4e);
    ck_assert_uint_eq(h->start_ns, clock_ns(&rig.clock));
}
END_TEST

START_TEST(hpet_print_shows_its_timers)
{
    struct buf out = {0};
    wr(T1, ENABLE | PERIODIC | VAL_SET | MODE32), wr(C1, 0x1234), wr(T2, LEVEL | ROUTE20), wr(CONF, 2);
    h->dev.cls->print(&h->dev, &out);
    ck_assert_str_eq((const char *)out.data, "hpet: counter=0000000000000000 halted replaces IRQ0 and IRQ8 status=0\n"
                                             " timer 0: comparator=ffffffffffffffff one-shot edge off route=0\n"
                                             " timer 1: comparator=0000000000001234 periodic edge 32 bits route=0\n"
                                             " timer 2: comparator=ffffffffffffffff one-shot level off route=20\n");
    buf_free(&out);
}
END_TEST

/* Whatever is written to GEN_CONF while the counter runs, its ticks stay where they are. */
START_TEST(hpet_running_counter_is_not_moved_by_its_enable)
{
    wr(CONF, 1);
    for (unsigned i = 1; i <= 50; i++) {
        rig_run(&rig, 7);
        wr(CONF, i & 1 ? 3 : 1);
        ck_assert_uint_eq(rd(COUNTER), 7 * i / 10);
    }
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
    tcase_add_test(t, hpet_matches_by_mode);
    tcase_add_test(t, hpet_periods_pass_unseen);
    tcase_add_test(t, hpet_timer_configuration_bits);
    tcase_add_test(t, hpet_register_map);
    tcase_add_test(t, hpet_line_falls_with_its_reason);
    tcase_add_test(t, hpet_legacy_replacement_for_each_timer);
    tcase_add_test(t, hpet_counter_keeps_its_phase);
    tcase_add_test(t, hpet_far_comparator_has_no_event);
    tcase_add_test(t, hpet_loads_what_could_be);
    tcase_add_test(t, hpet_print_shows_its_timers);
    tcase_add_test(t, hpet_running_counter_is_not_moved_by_its_enable);
    return t;
}
