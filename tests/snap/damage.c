/* SPDX-License-Identifier: MIT */
/*
 * Damaged snapshots. Every trial cuts or changes the bytes of a good one, loads them into a fresh
 * machine and, where they load, lets it run, look at its screen and hash its state: nothing of it
 * may end the process or go on for ever.
 */
#include "tests/snap/damage.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "snap/snapshot.h"
#include "tests/snap/rig.h"

enum { TRIAL_SECONDS = 20, RUN_POSITIONS = 20000, RUN_MS = 40, LONG_FIELD = 160, SPARSE = 997 };

/* What a signal handler tells about the trial that it ended. */
static char trial[200];

static void died(int sig)
{
    char text[260];
    int n = snprintf(text, sizeof text, "signal %d: %s\n", sig, trial);
    if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
        n = 0;
    signal(sig, SIG_DFL);
    raise(sig);
}

static void watch(void)
{
    static const int sigs[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
    for (unsigned i = 0; i < ARRAY_LEN(sigs); i++)
        signal(sigs[i], died);
}

/* A position in a snapshot in words: section, and its field where it is a table's. */
struct place {
    char section[64], field[64];
    size_t offset; /* in the field */
};

struct saved {
    struct buf bytes;
    size_t memory; /* where the section of that name begins */
    size_t part[512];
    unsigned nparts;
};

static void add_part(struct saved *s, size_t at)
{
    ck_assert_uint_lt(s->nparts, ARRAY_LEN(s->part));
    s->part[s->nparts++] = at;
}

/* Finds where sections, fields and memory blocks begin. */
static void take_apart(struct saved *s)
{
    const uint8_t *d = s->bytes.data;
    size_t at = 8;
    for (;;) {
        add_part(s, at);
        size_t n = d[at], body = at + 1 + n + 8;
        if (n == 6 && !memcmp(d + at + 1, "memory", 6)) {
            s->memory = at;
            add_part(s, body);
            return;
        }
        at = body + ld64(d + body - 8);
        ck_assert_uint_le(at, s->bytes.len);
    }
}

static struct place where(const struct saved *s, size_t at)
{
    struct place p = {"head", "", at};
    const uint8_t *d = s->bytes.data;
    size_t start = 0;
    for (unsigned i = 0; i < s->nparts && s->part[i] <= at; i++)
        start = s->part[i];
    if (!start)
        return p;
    snprintf(p.section, sizeof p.section, "%.*s", at >= s->memory ? 6 : d[start],
             at >= s->memory ? "memory" : (const char *)d + start + 1);
    if (at >= s->memory)
        return p;
    for (size_t f = start + 1 + d[start] + 8 + 4; f <= at && f < s->memory;
         f += 1 + d[f] + 1 + 4 + ld32(d + f + 2 + d[f])) {
        snprintf(p.field, sizeof p.field, "%.*s", d[f], d + f + 1);
        p.offset = at - f;
    }
    return p;
}

/* The demo guest amid its self-test or in a graphics mode: most chips have been programmed. */
static struct saved take(uint8_t key, unsigned ms)
{
    struct saved s = {0};
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    rig_run_ms(m, 500);
    rig_key(m, key, true);
    rig_run_ms(m, ms);
    rig_key(m, key, false);
    machine_save(m, &s.bytes);
    machine_destroy(m);
    take_apart(&s);
    return s;
}

static void look(struct machine *m)
{
    struct buf screen = {0}, pixels = {0}, registers = {0};
    uint32_t w, h;
    machine_text_screen(m, &screen);
    machine_screenshot(m, &pixels, &w, &h);
    machine_info_registers(m, &registers);
    buf_free(&screen);
    buf_free(&pixels);
    buf_free(&registers);
}

/* True: it loaded. */
static bool try(const uint8_t *data, size_t len)
{
    struct error err = {0};
    struct machine_config cfg = rig_demo_config();
    struct machine *m = rig_machine(&cfg, rig_demo_disk());
    alarm(TRIAL_SECONDS);
    bool good = machine_load(m, data, len, &err);
    if (good) {
        look(m);
        uint64_t to = machine_pos(m) + RUN_POSITIONS;
        machine_set_time_limit(m, machine_ns(m) + RUN_MS * UINT64_C(1000000));
        for (unsigned i = 0; i < 8 && machine_pos(m) < to && machine_run(m, to) == RUN_BUDGET; i++)
            ;
        look(m);
    } else {
        ck_assert_msg(err.text[0] != 0, "refused without a text: %s", trial);
    }
    machine_destroy(m);
    alarm(0);
    return good;
}

static void cut(const struct saved *s, size_t len)
{
    struct place p = where(s, len);
    snprintf(trial, sizeof trial, "cut to %zu of %zu bytes, in %s %s", len, s->bytes.len, p.section, p.field);
    /* A copy of its own, so that a sanitizer sees a read past its end. */
    uint8_t *copy = malloc(len + 1);
    ck_assert(copy != NULL);
    memcpy(copy, s->bytes.data, len);
    ck_assert_msg(!try(copy, len), "loaded although %s", trial);
    free(copy);
}

START_TEST(a_snapshot_that_is_cut_short_is_refused)
{
    struct saved s = take(0x14, 150);
    watch();
    for (unsigned i = 0; i < s.nparts; i++)
        for (int d = -1; d <= 9; d++)
            cut(&s, s.part[i] + (size_t)d);
    for (size_t len = 0; len<s.memory; len += where(&s, len).offset> LONG_FIELD ? SPARSE : 37)
        cut(&s, len);
    for (size_t len = s.memory; len < s.bytes.len; len += s.bytes.len / 40)
        cut(&s, len);
    cut(&s, s.bytes.len - 1);
    buf_free(&s.bytes);
}
END_TEST

static bool change(const struct saved *s, uint8_t *copy, size_t at, uint8_t to)
{
    struct place p = where(s, at);
    snprintf(trial, sizeof trial, "byte %zu is %02x, not %02x, in %s %s", at, to, copy[at], p.section, p.field);
    uint8_t was = copy[at];
    copy[at] = to;
    bool good = to != was && try(copy, s->bytes.len);
    copy[at] = was;
    return good;
}

static const struct {
    uint8_t key;
    unsigned ms;
    unsigned first, step; /* which bytes */
} changes[] = {{0x14, 150, 0, 11}, {0x14, 150, 5, 13}, {0x03, 400, 3, 17}};

START_TEST(changed_bytes_are_refused_or_do_no_harm)
{
    struct saved s = take(changes[_i].key, changes[_i].ms);
    uint8_t *copy = malloc(s.bytes.len);
    ck_assert(copy != NULL);
    memcpy(copy, s.bytes.data, s.bytes.len);
    watch();
    unsigned loaded = 0, tried = 0;
    for (size_t at = changes[_i].first; at < s.memory + 64; at += changes[_i].step) {
        /* Sign, low bits, everything: by turns, so that a byte sees each in some run of its
         * neighbours. */
        static const uint8_t flip[] = {0xff, 0x80, 0x01, 0x7f, 0x10};
        loaded += change(&s, copy, at, copy[at] ^ flip[at / changes[_i].step % ARRAY_LEN(flip)]);
        tried++;
        if (where(&s, at).offset > LONG_FIELD)
            at += SPARSE;
    }
    /* Both happen: names and lengths are refused, most values are states that a machine can have.
     */
    ck_assert_uint_gt(loaded, tried / 10);
    ck_assert_uint_gt(tried - loaded, tried / 10);
    free(copy);
    buf_free(&s.bytes);
}
END_TEST

TCase *damage_tests(void)
{
    TCase *t = tcase_create("damage");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, a_snapshot_that_is_cut_short_is_refused);
    tcase_add_loop_test(t, changed_bytes_are_refused_or_do_no_harm, 0, ARRAY_LEN(changes));
    return t;
}
