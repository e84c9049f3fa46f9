/* SPDX-License-Identifier: MIT */
/*
 * One number names every state: a run to position N stops at exactly N by every route, in one go, in steps of one or in
 * slices of any size, live or as the replay of its journal, or back from later ones, and the state there is the same.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "block/block.h"
#include "bus/input.h"
#include "machine/parts.h"
#include "snap/checkpoint.h"
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

/* --- Checkpoints: going back to a state is as if nothing had happened since --- */

static void same_as_recorded(const struct course *c, unsigned i, struct machine *m, const char *how)
{
    ck_assert_msg(machine_pos(m) == c->mark[i].pos &&
                      (!is_last_of_position(c, i) || machine_state_hash(m) == c->mark[i].hash),
                  "%s: the state at position %llu is another", how, (unsigned long long)c->mark[i].pos);
}

/* A disk that can be brought back, since checkpoints leave that to others: what each write overwrote, and how many of
 * them each checkpoint had seen. */
enum { WRITES = 4096, MOST_CHECKPOINTS = 20000 };
struct kept_disk {
    struct blk blk, *under;
    unsigned nwrites, nseen;
    struct {
        uint64_t sector;
        uint8_t old[BLOCK_SECTOR];
    } write[WRITES];
    struct {
        uint64_t pos;
        unsigned nwrites;
    } seen[MOST_CHECKPOINTS];
};

static int kept_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    struct kept_disk *d = (struct kept_disk *)b;
    return d->under->ops->read(d->under, sector, count, data);
}
static int kept_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct kept_disk *d = (struct kept_disk *)b;
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_lt(d->nwrites, WRITES);
        d->write[d->nwrites].sector = sector + i;
        d->under->ops->read(d->under, sector + i, 1, d->write[d->nwrites++].old);
    }
    return d->under->ops->write(d->under, sector, count, data);
}
static int kept_flush(struct blk *b)
{
    struct kept_disk *d = (struct kept_disk *)b;
    return d->under->ops->flush(d->under);
}
static void kept_close(struct blk *b)
{
    struct kept_disk *d = (struct kept_disk *)b;
    d->under->ops->close(d->under);
    free(d);
}
static const struct blk_ops kept_ops = {kept_read, kept_write, kept_flush, kept_close};

static struct machine *replaying_with(const struct course *c, struct kept_disk **disk)
{
    struct error err;
    struct machine_config cfg = rig_demo_config();
    struct kept_disk *d = calloc(1, sizeof *d);
    d->under = rig_demo_disk();
    d->blk = *d->under;
    d->blk.ops = &kept_ops;
    struct machine *m = rig_machine(&cfg, &d->blk);
    ck_assert_msg(journal_load(machine_journal(m), c->journal.data, c->journal.len, &err), "%s", err.text);
    *disk = d;
    return m;
}

static void take(struct checkpoints *k, struct machine *m, struct kept_disk *d)
{
    checkpoint_take(k);
    if (d->nseen && d->seen[d->nseen - 1].pos == machine_pos(m))
        return;
    ck_assert_uint_lt(d->nseen, MOST_CHECKPOINTS);
    d->seen[d->nseen].pos = machine_pos(m);
    d->seen[d->nseen++].nwrites = d->nwrites;
}

static void disk_back(struct kept_disk *d, uint64_t pos)
{
    while (d->seen[d->nseen - 1].pos > pos)
        d->nseen--;
    ck_assert_uint_eq(d->seen[d->nseen - 1].pos, pos);
    for (; d->nwrites > d->seen[d->nseen - 1].nwrites; d->nwrites--)
        d->under->ops->write(d->under, d->write[d->nwrites - 1].sector, 1, d->write[d->nwrites - 1].old);
}

/* To mark i, by the last checkpoint that is not behind it. */
static void go_to(struct checkpoints *k, struct machine *m, struct kept_disk *d, const struct course *c, unsigned i)
{
    uint64_t at = checkpoint_back(k, c->mark[i].pos);
    ck_assert_uint_ne(at, UINT64_MAX);
    ck_assert_uint_eq(machine_pos(m), at);
    disk_back(d, at);
    journal_seek(machine_journal(m), at);
    run_exactly(m, c->mark[i].pos);
    same_as_recorded(c, i, m, "back and forward");
}

/* Budgets: one that is ample, and one that is used up over and over. */
START_TEST(a_machine_goes_back_and_forth_to_the_same_states)
{
    static const size_t budget[] = {64 << 20, 64 << 20, 1};
    static const uint64_t step[] = {200000, 20000, 3000};
    struct course c = record();
    struct error err;
    uint64_t seed = 123456789 + (unsigned)_i;
    struct kept_disk *d;
    struct machine *m = replaying_with(&c, &d);
    struct checkpoints *k = checkpoints_create(m, budget[_i], &err);
    struct checkpoint_info info;
    ck_assert_ptr_nonnull(k);
    ck_assert_uint_eq(checkpoint_back(k, 0), UINT64_MAX);
    take(k, m, d);
    unsigned reached = 0;
    for (unsigned round = 0; round < 60; round++) {
        unsigned most = MIN(c.n, reached + 4), to = (unsigned)(next_random(&seed) % most);
        if (c.mark[to].pos < machine_pos(m)) {
            go_to(k, m, d, &c, to);
            continue;
        }
        while (machine_pos(m) < c.mark[to].pos) {
            uint64_t slice = 1 + next_random(&seed) % step[_i];
            run_exactly(m, MIN(c.mark[to].pos, machine_pos(m) + slice));
            take(k, m, d);
            checkpoint_take(k); /* the same */
        }
        run_exactly(m, c.mark[to].pos);
        same_as_recorded(&c, to, m, "forward");
        reached = MAX(reached, to);
    }
    checkpoint_info(k, &info);
    ck_assert_uint_eq(info.first, 0); /* to power-on, always */
    ck_assert_msg(_i == 2 ? info.merged > 0 : info.merged == 0, "%u were merged", info.merged);
    for (unsigned i = 0; i + 1 < info.count; i++)
        ck_assert_uint_lt(checkpoint_pos(k, i), checkpoint_pos(k, i + 1));
    go_to(k, m, d, &c, 0);
    checkpoints_destroy(k);
    run_exactly(m, c.mark[c.n - 1].pos); /* and memory is nobody's any more */
    same_as_recorded(&c, c.n - 1, m, "to the end");
    machine_destroy(m);
    buf_free(&c.journal);
}
END_TEST

/* Old pages stay within the budget, and are given back when one goes back. */
START_TEST(old_pages_keep_to_their_budget)
{
    struct course c = record();
    struct error err;
    struct machine *m = replaying(&c);
    struct checkpoints *k = checkpoints_create(m, 4 << 20, &err);
    struct checkpoint_info info;
    checkpoint_take(k);
    for (uint64_t pos = 10000; pos < c.mark[c.n - 1].pos; pos += 10000) {
        run_exactly(m, pos);
        checkpoint_take(k);
        checkpoint_info(k, &info);
        ck_assert_msg(info.pages <= 1024, "%llu pages at position %llu", (unsigned long long)info.pages,
                      (unsigned long long)pos);
        ck_assert_uint_eq(info.last, pos);
    }
    ck_assert_uint_gt(info.merged, 0);
    checkpoint_back(k, 0);
    checkpoint_info(k, &info);
    ck_assert(info.count == 1 && info.pages == 0 && info.last == 0);
    checkpoints_destroy(k);
    machine_destroy(m);
    buf_free(&c.journal);
}
END_TEST

static void fill(struct machine *m, uint8_t with)
{
    static uint8_t page[PAGE_SIZE];
    const struct mem_block *ram = mem_block(m->mem, 0);
    memset(page, with, sizeof page);
    for (uint32_t i = 0; i < ram->npages; i++)
        mem_poke(m->mem, ram->first + i, 0, PAGE_SIZE, page);
}

/* All of memory is written in each interval, and made clean in the middle of one: the budget goes, no state does. */
START_TEST(a_guest_that_writes_all_memory_goes_back_too)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    struct error err;
    struct checkpoints *k = checkpoints_create(m, 1, &err);
    uint64_t hash[4];
    for (unsigned i = 0; i < 4; i++) {
        rig_run_to(m, 1000 * (i + 1));
        checkpoint_take(k);
        hash[i] = machine_state_hash(m);
        fill(m, (uint8_t)(0x10 + i));
        machine_hash_step(m);
        fill(m, (uint8_t)(0x20 + i));
    }
    struct checkpoint_info info;
    checkpoint_info(k, &info);
    ck_assert_uint_eq(info.count, 2); /* the first and the last */
    ck_assert_uint_eq(checkpoint_back(k, UINT64_MAX), 4000);
    ck_assert_uint_eq(machine_state_hash(m), hash[3]);
    ck_assert_uint_eq(checkpoint_back(k, 3999), 1000);
    ck_assert_uint_eq(machine_state_hash(m), hash[0]);
    checkpoints_destroy(k);
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
    tcase_add_loop_test(t, a_machine_goes_back_and_forth_to_the_same_states, 0, 3);
    tcase_add_test(t, old_pages_keep_to_their_budget);
    tcase_add_test(t, a_guest_that_writes_all_memory_goes_back_too);
    return t;
}
