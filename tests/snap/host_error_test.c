/* SPDX-License-Identifier: MIT */
/*
 * A host that fails a disk's request is something that comes in from outside: it is in the journal, by the request's
 * number, so that a replay on a host that does not fail goes the same way.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "block/block.h"
#include "machine/parts.h"
#include "snap/snapshot.h"
#include "tests/snap/damage.h"
#include "tests/snap/rig.h"

/* A disk of which some requests fail. */
struct faulty {
    struct blk blk, *under;
    unsigned requests, failed;
    unsigned every; /* request number N fails where N % every == every - 1; 0: none does */
};

static int next(struct faulty *f, int error)
{
    bool fails = f->every && f->requests % f->every == f->every - 1;
    f->requests++;
    f->failed += fails;
    return fails ? error : 0;
}
static int faulty_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    struct faulty *f = container_of(b, struct faulty, blk);
    int e = next(f, -EIO);
    return e ? e : f->under->ops->read(f->under, sector, count, data);
}
static int faulty_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct faulty *f = container_of(b, struct faulty, blk);
    int e = next(f, -ENOSPC);
    return e ? e : f->under->ops->write(f->under, sector, count, data);
}
static int faulty_flush(struct blk *b)
{
    struct faulty *f = container_of(b, struct faulty, blk);
    return next(f, -EIO);
}
static void faulty_close(struct blk *b)
{
    struct faulty *f = container_of(b, struct faulty, blk);
    f->under->ops->close(f->under);
    free(f);
}
static const struct blk_ops faulty_ops = {faulty_read, faulty_write, faulty_flush, faulty_close};

static struct machine *machine_with(unsigned every, struct faulty **disk)
{
    struct machine_config cfg = rig_demo_config();
    struct faulty *f = calloc(1, sizeof *f);
    f->under = rig_demo_disk();
    f->blk = *f->under;
    f->blk.ops = &faulty_ops;
    struct machine *m = rig_machine(&cfg, &f->blk);
    f->every = every;
    *disk = f;
    return m;
}

enum { END = 1500000 };

START_TEST(a_replay_fails_where_the_host_did_and_nowhere_else)
{
    struct faulty *f, *healthy;
    struct error err;
    unsigned every = 3 + 4 * (unsigned)_i;
    struct machine *a = machine_with(every, &f);
    rig_run_to(a, END);
    ck_assert_msg(f->failed > 0, "one of %u: none failed of %u", every, f->requests);
    uint64_t hash = machine_state_hash(a);
    struct buf *log = &machine_journal(a)->log;
    struct machine *b = machine_with(0, &healthy), *c = machine_with(0, &healthy);
    ck_assert_msg(journal_load(machine_journal(b), log->data, log->len, &err), "%s", err.text);
    rig_run_to(b, END);
    ck_assert_msg(!machine_failed(b), "%s", machine_failed(b));
    ck_assert_msg(machine_state_hash(b) == hash, "one of %u: the replay went another way", every);
    rig_run_to(c, END);
    ck_assert_msg(machine_state_hash(c) != hash, "one of %u: the failures changed nothing", every);
    machine_destroy(a);
    machine_destroy(b);
    machine_destroy(c);
}
END_TEST

START_TEST(a_replay_whose_host_fails_anew_says_so)
{
    struct faulty *f;
    struct error err;
    struct machine *a = machine_with(0, &f);
    rig_run_to(a, END);
    struct buf *log = &machine_journal(a)->log;
    struct machine *b = machine_with(5, &f);
    ck_assert_msg(journal_load(machine_journal(b), log->data, log->len, &err), "%s", err.text);
    for (unsigned i = 0; i < 100 && !machine_failed(b); i++)
        machine_run(b, END);
    ck_assert(machine_failed(b) && strstr(machine_failed(b), "disk") && strstr(machine_failed(b), strerror(EIO)));
    machine_destroy(a);
    machine_destroy(b);
}
END_TEST

/* The number of a request is state: a loaded machine and a replay that goes on from there fail at the same ones. */
START_TEST(requests_are_counted_by_the_state)
{
    struct faulty *f, *healthy;
    struct error err;
    struct buf saved = {0};
    struct machine *a = machine_with(3, &f);
    rig_run_to(a, END / 2);
    machine_save(a, &saved);
    uint64_t half = machine_pos(a);
    rig_run_to(a, END);
    struct buf *log = &machine_journal(a)->log;
    struct machine *b = machine_with(0, &healthy);
    ck_assert_msg(journal_load(machine_journal(b), log->data, log->len, &err), "%s", err.text);
    ck_assert_msg(machine_load(b, saved.data, saved.len, &err), "%s", err.text);
    journal_seek(machine_journal(b), half);
    rig_run_to(b, END);
    ck_assert_msg(!machine_failed(b), "%s", machine_failed(b));
    ck_assert_uint_eq(machine_state_hash(a), machine_state_hash(b));
    buf_free(&saved);
    machine_destroy(a);
    machine_destroy(b);
}
END_TEST

TCase *host_error_tests(void)
{
    TCase *t = tcase_create("host errors");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_replay_fails_where_the_host_did_and_nowhere_else, 0, 3);
    tcase_add_test(t, a_replay_whose_host_fails_anew_says_so);
    tcase_add_test(t, requests_are_counted_by_the_state);
    return t;
}
