/* SPDX-License-Identifier: MIT */
/* Typed keys in virtual time: their order, their moments, and what has room (inside/key_queue.h). */
#include <check.h>

#include "base/bits.h"
#include "inside/key_queue.h"
#include "tests/base/keys_test.h"

#define MS UINT64_C(1000000)
enum { SHIFT = 0x2a, KEY_A = 0x1e, KEY_B = 0x30 };

static struct keyq q;

static void empty(void)
{
    q = (struct keyq){.head = 0};
}

/* The next press is due at `at`, not before, and is this one. */
static void comes(uint64_t at, uint8_t want_key, bool want_down)
{
    uint8_t key;
    bool down;
    ck_assert_uint_eq(keyq_due(&q), at);
    ck_assert(!keyq_take(&q, at - 1, &key, &down));
    ck_assert(keyq_take(&q, at, &key, &down));
    ck_assert_uint_eq(key, want_key);
    ck_assert(down == want_down);
}

START_TEST(presses_follow_one_another_by_their_delays)
{
    uint8_t key;
    bool down;
    empty();
    ck_assert_uint_eq(keyq_due(&q), UINT64_MAX);
    ck_assert(!keyq_take(&q, UINT64_MAX - 1, &key, &down));
    ck_assert(keyq_add(&q, 1000, 1, true, 5));
    ck_assert(keyq_add(&q, 1001, 2, true, 0)); /* now counts where the queue is empty only */
    ck_assert(keyq_add(&q, 2000, 1, false, 7));
    comes(1005, 1, true);
    comes(1005, 2, true);
    comes(1012, 1, false);
    ck_assert_uint_eq(keyq_due(&q), UINT64_MAX);
    ck_assert(keyq_add(&q, 1011, 3, true, 5)); /* the pause after the press before is kept */
    comes(1017, 3, true);
    ck_assert(keyq_add(&q, 1018, 3, false, 5));
    comes(1023, 3, false);
}
END_TEST

/* A press that is taken late moves those after it by no more than it was due. */
START_TEST(late_take_keeps_the_moments)
{
    uint8_t key;
    bool down;
    empty();
    keyq_add(&q, 1000, 1, true, 10);
    keyq_add(&q, 1000, 1, false, 10);
    ck_assert(keyq_take(&q, 5000, &key, &down));
    comes(1020, 1, false);
}
END_TEST

START_TEST(chord_is_pressed_held_and_released_in_reverse)
{
    static const uint8_t keys[] = {0x1d, 0x38, 0xd3};
    empty();
    ck_assert(keyq_chord(&q, 500, keys, 3, 100));
    comes(500, 0x1d, true);
    comes(500, 0x38, true);
    comes(500, 0xd3, true);
    comes(600, 0xd3, false);
    comes(600, 0x38, false);
    comes(600, 0x1d, false);
}
END_TEST

START_TEST(text_is_typed_with_shift_around_its_key)
{
    empty();
    ck_assert(keyq_type(&q, 1 * MS, "aB"));
    comes(21 * MS, KEY_A, true);
    comes(41 * MS, KEY_A, false);
    comes(61 * MS, SHIFT, true);
    comes(81 * MS, KEY_B, true);
    comes(101 * MS, KEY_B, false);
    comes(101 * MS, SHIFT, false);
    ck_assert_uint_eq(keyq_due(&q), UINT64_MAX);
    ck_assert(!keyq_type(&q, 1 * MS, "\x80"));
    ck_assert(keyq_type(&q, 1 * MS, ""));
    ck_assert_uint_eq(keyq_due(&q), UINT64_MAX);
}
END_TEST

static void fill(unsigned n)
{
    empty();
    for (unsigned i = 0; i < n; i++)
        ck_assert(keyq_add(&q, 1000, (uint8_t)i, true, 0));
}

START_TEST(full_queue_takes_nothing_and_loses_nothing)
{
    static const uint8_t keys[] = {1, 2, 3};
    uint8_t key;
    bool down;
    fill(KEYQ_ROOM);
    ck_assert(!keyq_add(&q, 1000, 99, true, 0));
    ck_assert(keyq_take(&q, 1000, &key, &down));
    ck_assert(keyq_add(&q, 1000, 99, false, 3)); /* round the ring's end */
    ck_assert(!keyq_add(&q, 1000, 98, true, 0));
    for (unsigned i = 1; i < KEYQ_ROOM; i++)
        comes(1000, (uint8_t)i, true);
    comes(1003, 99, false);

    fill(KEYQ_ROOM - 6);
    ck_assert(keyq_chord(&q, 1000, keys, 3, 1));
    fill(KEYQ_ROOM - 5); /* all of it or nothing */
    ck_assert(!keyq_chord(&q, 1000, keys, 3, 1));
    ck_assert_uint_eq(q.count, KEYQ_ROOM - 5);
    fill(KEYQ_ROOM - 4);
    ck_assert(keyq_type(&q, 1000, "A"));
    ck_assert_uint_eq(q.count, KEYQ_ROOM);
    fill(KEYQ_ROOM - 3);
    ck_assert(!keyq_type(&q, 1000, "A"));
    ck_assert_uint_eq(q.count, KEYQ_ROOM - 3);
}
END_TEST

TCase *key_queue_tests(void)
{
    TCase *t = tcase_create("key queue");
    tcase_add_test(t, presses_follow_one_another_by_their_delays);
    tcase_add_test(t, late_take_keeps_the_moments);
    tcase_add_test(t, chord_is_pressed_held_and_released_in_reverse);
    tcase_add_test(t, text_is_typed_with_shift_around_its_key);
    tcase_add_test(t, full_queue_takes_nothing_and_loses_nothing);
    return t;
}
