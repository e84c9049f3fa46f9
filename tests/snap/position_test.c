/* SPDX-License-Identifier: MIT */
/*
 * One number names every state: a run to position N stops at exactly N by every route, in one go, in steps of one or in
 * slices of any size, live or as the replay of its journal, and the state there is the same.
 */
#include <check.h>
#include <stdlib.h>

#include "base/bits.h"
#include "bus/input.h"
#include "machine/parts.h"
#include "snap/snapshot.h"
#include "tests/differ.h"
#include "tests/snap/damage.h"
#include "tests/snap/rig.h"

enum { MARKS = 40 };
struct mark {
    uint64_t pos, hash;
};
struct course {
    struct mark mark[MARKS];
    unsigned n;
    struct buf journal;
};

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    return *x ^= *x << 17;
}

static void mark(struct course *c, struct machine *m)
{
    ck_assert_uint_lt(c->n, MARKS);
    c->mark[c->n++] = (struct mark){machine_pos(m), machine_state_hash(m)};
}

static void power(struct machine *m, uint8_t what)
{
    journal_input(machine_journal(m), J_POWER, 0, &what, 1);
}

/*
 * The BIOS, the demo guest's menu (which halts), keys at times inside of halts, a page that draws, a reset in the
 * middle of it, a page after that.
 */
static struct course record(void)
{
    struct course c = {0};
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    static const uint8_t page[] = {0x03, 0x14, 0x05};
    for (unsigned i = 0; i < 8; i++) {
        rig_run_to(m, 33331 * (i + 1));
        mark(&c, m);
    }
    for (unsigned i = 0; i < ARRAY_LEN(page); i++) {
        rig_run_ms(m, 500);
        mark(&c, m);
        rig_key(m, page[i], true);
        mark(&c, m);
        rig_run_ms(m, 51);
        rig_key(m, page[i], false);
        rig_run_ms(m, 300);
        mark(&c, m);
        rig_run_to(m, machine_pos(m) + 12345);
        if (i != 1)
            continue;
        power(m, POWER_RESET);
        rig_key(m, 0x1e, true); /* it comes in before the reset takes place */
        mark(&c, m);
        rig_run_to(m, machine_pos(m) + 1);
        ck_assert_uint_eq(machine_reset_count(m), 1);
        mark(&c, m);
    }
    mark(&c, m);
    buf_add(&c.journal, machine_journal(m)->log.data, machine_journal(m)->log.len);
    machine_destroy(m);
    return c;
}

static struct machine *replaying(const struct course *c)
{
    struct error err;
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    ck_assert_msg(journal_load(machine_journal(m), c->journal.data, c->journal.len, &err), "%s", err.text);
    return m;
}

static void run_exactly(struct machine *m, uint64_t pos)
{
    enum run_stop stop = machine_run(m, pos);
    if (stop != RUN_BUDGET || machine_pos(m) != pos)
        ck_abort_msg("a run to %llu stopped at %llu, %d (%s)", (unsigned long long)pos,
                     (unsigned long long)machine_pos(m), stop, machine_failed(m) ? machine_failed(m) : "");
}

/* Where two marks share a position, the later one counts: what came in there has come in then. */
static bool is_last_of_position(const struct course *c, unsigned i)
{
    return i + 1 == c->n || c->mark[i + 1].pos != c->mark[i].pos;
}

START_TEST(a_replay_in_slices_of_any_size_passes_the_same_states)
{
    struct course c = record();
    static const uint64_t slices[] = {UINT64_MAX, 1000003, 4099, 64};
    uint64_t seed = 88172645463325252u + (unsigned)_i, most = slices[_i];
    struct machine *m = replaying(&c);
    for (unsigned i = 0; i < c.n; i++) {
        /* Small slices take long: they are for the neighbourhood of a mark. */
        uint64_t to = c.mark[i].pos, near = to > 20000 ? to - 20000 : 0;
        if (most < 5000 && machine_pos(m) < near)
            run_exactly(m, near);
        while (machine_pos(m) < to) {
            uint64_t slice = most == UINT64_MAX ? to : 1 + next_random(&seed) % most;
            run_exactly(m, MIN(to, machine_pos(m) + slice));
        }
        run_exactly(m, to);
        ck_assert_msg(!is_last_of_position(&c, i) || machine_state_hash(m) == c.mark[i].hash,
                      "slices up to %llu: the state at position %llu is another", (unsigned long long)most,
                      (unsigned long long)to);
    }
    machine_destroy(m);
    buf_free(&c.journal);
}
END_TEST

/* Steps of one against one go, state by state: over a boot's first instructions, interrupts, REPs, halts. */
START_TEST(steps_of_one_and_one_go_agree)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *a = rig_machine(&cfg, rig_demo_disk()), *b = rig_machine(&cfg, rig_demo_disk());
    static const uint64_t from[] = {0, 100000, 262000, 3000000};
    for (unsigned i = 0; i < ARRAY_LEN(from); i++) {
        rig_run_to(a, from[i]);
        rig_run_to(b, from[i]);
        for (uint64_t pos = from[i] + 1; pos <= from[i] + 3000; pos++) {
            run_exactly(a, pos);
            if (pos % 500)
                continue;
            run_exactly(b, pos);
            ck_assert_msg(machine_state_hash(a) == machine_state_hash(b), "position %llu: %s", (unsigned long long)pos,
                          machine_difference(a, b));
        }
    }
    machine_destroy(a);
    machine_destroy(b);
}
END_TEST

/* The state before a reset has a number, and what is saved there is reset when it goes on. */
START_TEST(the_state_before_a_reset_can_be_named)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    struct error err;
    struct buf saved = {0};
    rig_run_to(m, 300000);
    power(m, POWER_RESET);
    run_exactly(m, 300000);
    ck_assert_uint_eq(machine_reset_count(m), 0);
    machine_save(m, &saved);
    run_exactly(m, 300001);
    ck_assert_uint_eq(machine_reset_count(m), 1);
    ck_assert_uint_eq(m->cpu->seg[SEG_CS].base + m->cpu->rip, 0xfffffff0);
    struct machine *other = rig_machine(&cfg, rig_demo_disk());
    ck_assert_msg(machine_load(other, saved.data, saved.len, &err), "%s", err.text);
    ck_assert_uint_eq(machine_reset_count(other), 0);
    run_exactly(other, 300001);
    ck_assert_uint_eq(machine_state_hash(m), machine_state_hash(other));
    buf_free(&saved);
    machine_destroy(m);
    machine_destroy(other);
}
END_TEST

/* A paused machine that is reset is reset: settling makes that one step and no other. */
START_TEST(settling_makes_a_reset_and_nothing_else)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    rig_run_to(m, 300000);
    ck_assert_int_eq(machine_settle(m), RUN_BUDGET);
    ck_assert_uint_eq(machine_pos(m), 300000);
    power(m, POWER_RESET);
    ck_assert_int_eq(machine_settle(m), RUN_BUDGET);
    ck_assert_uint_eq(machine_pos(m), 300001);
    ck_assert_uint_eq(machine_reset_count(m), 1);
    machine_destroy(m);
}
END_TEST

/* The demo guest's menu halts: a skip is one position, has the time of what ends it, and adds none of its own. */
START_TEST(a_skip_counts_one_and_adds_no_time)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    rig_run_ms(m, 500);
    machine_set_time_limit(m, TIME_NEVER);
    for (unsigned seen = 0; seen < 5;) {
        uint64_t pos = machine_pos(m), next = machine_next_event(m);
        bool rests = cpu_rests(m->cpu);
        run_exactly(m, pos + 1);
        if (!rests)
            continue;
        ck_assert_uint_eq(machine_ns(m), next);
        seen++;
    }
    machine_destroy(m);
}
END_TEST

TCase *position_tests(void)
{
    TCase *t = tcase_create("position");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_replay_in_slices_of_any_size_passes_the_same_states, 0, 4);
    tcase_add_test(t, steps_of_one_and_one_go_agree);
    tcase_add_test(t, the_state_before_a_reset_can_be_named);
    tcase_add_test(t, settling_makes_a_reset_and_nothing_else);
    tcase_add_test(t, a_skip_counts_one_and_adds_no_time);
    return t;
}
