/* SPDX-License-Identifier: MIT */
/* Presses that a script or a command asks for: their order, their times, and a queue that is full. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "inside/key_queue.h"

enum { A = 0x1e, CTRL = 0x1d, SHIFT = 0x2a, ROOM = 4096 };
#define MS UINT64_C(1000000)
static struct keyq q;

static void setup(void)
{
    memset(&q, 0, sizeof q);
}

/* The next press, which is due at that time and not before. */
static void due(uint64_t at, uint8_t key, bool down)
{
    uint8_t k = 0;
    bool d = !down;
    ck_assert_uint_eq(keyq_due(&q), at);
    ck_assert(!keyq_take(&q, at - 1, &k, &d));
    ck_assert(keyq_take(&q, at, &k, &d));
    ck_assert_msg(k == key && d == down, "at %llu: %02x %d", (unsigned long long)at, k, d);
}

static void is_empty(void)
{
    uint8_t k;
    bool d;
    ck_assert_uint_eq(keyq_due(&q), UINT64_MAX);
    ck_assert(!keyq_take(&q, UINT64_MAX - 1, &k, &d));
}

START_TEST(a_chord_is_pressed_in_order_held_and_released_in_reverse)
{
    static const uint8_t keys[3] = {CTRL, SHIFT, A};
    is_empty();
    ck_assert(keyq_chord(&q, 1000 * MS, keys, 3, 50 * MS));
    due(1000 * MS, CTRL, true);
    due(1000 * MS, SHIFT, true);
    due(1000 * MS, A, true);
    due(1050 * MS, A, false);
    due(1050 * MS, SHIFT, false);
    due(1050 * MS, CTRL, false);
    is_empty();
}
END_TEST

/* 20 ms down, 20 ms up; Shift around what needs it. */
START_TEST(text_is_typed_at_a_fixed_pace)
{
    ck_assert(keyq_type(&q, 1000 * MS, "aA"));
    due(1020 * MS, A, true);
    due(1040 * MS, A, false);
    due(1060 * MS, SHIFT, true);
    due(1080 * MS, A, true);
    due(1100 * MS, A, false);
    due(1100 * MS, SHIFT, false);
    is_empty();
    ck_assert(!keyq_type(&q, 1000 * MS, "\344")); /* no key types it */
    is_empty();
}
END_TEST

/* What comes late does not happen at once: each press has its time after the one before. */
START_TEST(what_comes_after_a_pause_begins_then_and_what_waits_follows)
{
    ck_assert(keyq_add(&q, 1000 * MS, A, true, 0));
    due(1000 * MS, A, true);
    ck_assert(keyq_add(&q, 5000 * MS, A, false, 10 * MS)); /* from now, not from the last press */
    ck_assert(keyq_add(&q, 5005 * MS, CTRL, true, 10 * MS));
    due(5010 * MS, A, false);
    due(5020 * MS, CTRL, true);
    ck_assert(keyq_add(&q, 5015 * MS, CTRL, false, 10 * MS)); /* not before what has been */
    due(5030 * MS, CTRL, false);
    is_empty();
}
END_TEST

START_TEST(the_queue_has_4096_places_and_goes_round)
{
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < ROOM; i++)
            ck_assert_msg(keyq_add(&q, MS, (uint8_t)(i % 251), i & 1, 0), "press %u", i);
        ck_assert(!keyq_add(&q, MS, A, true, 0));
        for (unsigned i = 0; i < ROOM - 100; i++) {
            uint8_t k;
            bool d;
            ck_assert(keyq_take(&q, MS, &k, &d));
            ck_assert_msg(k == i % 251 && d == (i & 1), "round %u, press %u is %02x", round, i, k);
        }
        q.head = (q.head + 100) % ROOM; /* the next round begins elsewhere */
        q.count = 0;
    }
}
END_TEST

START_TEST(a_chord_fits_whole_or_not_at_all)
{
    static const uint8_t keys[2] = {CTRL, A};
    for (unsigned i = 0; i < ROOM - 4; i++)
        keyq_add(&q, MS, A, true, 0);
    ck_assert(keyq_chord(&q, MS, keys, 2, 0)); /* four presses */
    setup();
    for (unsigned i = 0; i < ROOM - 3; i++)
        keyq_add(&q, MS, A, true, 0);
    ck_assert(!keyq_chord(&q, MS, keys, 2, 0));
    ck_assert_uint_eq(q.count, ROOM - 3);
}
END_TEST

/* Two presses a letter: 2047 letters leave room for two, and one more letter needs room for four. */
START_TEST(a_text_that_does_not_fit_is_refused)
{
    char text[2050];
    memset(text, 'a', sizeof text);
    text[2047] = 0;
    ck_assert(keyq_type(&q, MS, text));
    ck_assert_uint_eq(q.count, 4094);
    ck_assert(!keyq_type(&q, MS, "a"));
    setup();
    text[2047] = 'a';
    text[2048] = 0;
    ck_assert(!keyq_type(&q, MS, text));
    setup();
    text[1023] = 0;
    memset(text, 'A', 1023);
    ck_assert(keyq_type(&q, MS, text));
    ck_assert(keyq_type(&q, MS, "A"));
    ck_assert_uint_eq(q.count, ROOM);
    ck_assert(!keyq_type(&q, MS, "A"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("key queue");
    TCase *t = tcase_create("key queue");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, a_chord_is_pressed_in_order_held_and_released_in_reverse);
    tcase_add_test(t, text_is_typed_at_a_fixed_pace);
    tcase_add_test(t, what_comes_after_a_pause_begins_then_and_what_waits_follows);
    tcase_add_test(t, the_queue_has_4096_places_and_goes_round);
    tcase_add_test(t, a_chord_fits_whole_or_not_at_all);
    tcase_add_test(t, a_text_that_does_not_fit_is_refused);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
