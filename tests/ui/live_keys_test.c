/* SPDX-License-Identifier: MIT */
/* A person's keys on their way to the guest, by rule: none is lost, none repeats by the guest's clock. */
#include <check.h>
#include <stdlib.h>

#include "inside/live_keys.h"

enum { A = 0x1e, B = 0x30, SHIFT = 0x2a, CTRL_R = 0x9d };
#define MS UINT64_C(1000000)
static struct live_keys l;

static void setup(void)
{
    l = (struct live_keys){.count = 0};
}

static const struct live_guest ps2 = {.now = 1000 * MS, .room = true};
static const struct live_guest usb = {.now = 1000 * MS, .room = true, .repeats = true};
static const struct live_guest warped_usb = {.now = 1000 * MS, .room = true, .repeats = true, .fast = true};

static void takes(struct live_guest g, uint64_t ms, uint8_t key, enum key_event event)
{
    uint8_t k = 0;
    enum key_event e = KEY_DOWN;
    g.now += ms * MS;
    ck_assert_uint_eq(live_due(&l, &g), g.now);
    ck_assert(live_take(&l, &g, &k, &e));
    ck_assert_uint_eq(k, key);
    ck_assert_int_eq(e, event);
}

static void waits(struct live_guest g, uint64_t ms, uint64_t until_ms)
{
    uint8_t k;
    enum key_event e;
    uint64_t due = until_ms == UINT64_MAX ? UINT64_MAX : g.now + until_ms * MS;
    g.now += ms * MS;
    ck_assert(!live_take(&l, &g, &k, &e));
    ck_assert_uint_eq(live_due(&l, &g), due);
}

START_TEST(keys_pass_at_once_and_presses_that_wait_10_ms_apart)
{
    live_add(&l, A, KEY_HOST), live_add(&l, A, KEY_UP), live_add(&l, B, KEY_HOST);
    takes(ps2, 0, A, KEY_HOST);
    takes(ps2, 0, A, KEY_UP);
    waits(ps2, 0, 10);
    waits(ps2, 9, 10);
    takes(ps2, 10, B, KEY_HOST);
    waits(ps2, 10, UINT64_MAX);
}
END_TEST

START_TEST(a_keyboard_without_room_gets_nothing_and_nothing_is_due)
{
    struct live_guest full = ps2;
    full.room = false;
    live_add(&l, A, KEY_HOST), live_add(&l, A, KEY_UP);
    waits(full, 0, UINT64_MAX);
    waits(full, 5000, UINT64_MAX);
    takes(ps2, 5000, A, KEY_HOST);
    waits(full, 5000, UINT64_MAX);
    takes(ps2, 5000, A, KEY_UP);
}
END_TEST

/* A repetition is for a guest that listens; the ones that wait would go on after the key is up. */
START_TEST(repetition_reaches_a_keyboard_that_takes_it_but_leaves_no_backlog)
{
    live_add(&l, A, KEY_HOST);
    takes(ps2, 0, A, KEY_HOST);
    live_add(&l, A, KEY_HOST), live_add(&l, A, KEY_HOST), live_add(&l, A, KEY_UP);
    takes(ps2, 250, A, KEY_HOST);
    takes(ps2, 250, A, KEY_UP);
    live_add(&l, A, KEY_HOST);
    takes(ps2, 300, A, KEY_HOST);
    live_add(&l, A, KEY_DOWN); /* not by a keyboard that repeats */
    waits(ps2, 400, UINT64_MAX);
}
END_TEST

START_TEST(a_guest_that_repeats_itself_sees_keys_held)
{
    live_add(&l, A, KEY_HOST);
    takes(usb, 0, A, KEY_HOST);
    live_add(&l, A, KEY_HOST);
    waits(usb, 300, UINT64_MAX);
    live_add(&l, A, KEY_UP);
    takes(usb, 5000, A, KEY_UP);
}
END_TEST

START_TEST(a_fast_guest_that_repeats_itself_sees_keys_tapped_but_shift_held)
{
    live_add(&l, SHIFT, KEY_HOST), live_add(&l, CTRL_R, KEY_HOST), live_add(&l, A, KEY_HOST), live_add(&l, B, KEY_HOST);
    takes(warped_usb, 0, SHIFT, KEY_HOST);
    takes(warped_usb, 10, CTRL_R, KEY_HOST);
    takes(warped_usb, 20, A, KEY_HOST);
    waits(warped_usb, 39, 40);
    takes(warped_usb, 40, A, KEY_UP);
    waits(warped_usb, 49, 50);
    takes(warped_usb, 50, B, KEY_HOST);
    takes(warped_usb, 70, B, KEY_UP);
    waits(warped_usb, 90000, UINT64_MAX); /* no key is down but those */
    live_add(&l, B, KEY_HOST);
    takes(warped_usb, 90000, B, KEY_HOST);
    live_add(&l, B, KEY_UP), live_add(&l, SHIFT, KEY_UP);
    takes(warped_usb, 90020, B, KEY_UP);
    takes(warped_usb, 90030, SHIFT, KEY_UP);
    live_add(&l, CTRL_R, KEY_UP);
    takes(warped_usb, 90030, CTRL_R, KEY_UP);
    waits(warped_usb, 90050, UINT64_MAX);
    /* A key that was held when the speed changed goes up as well. */
    live_add(&l, A, KEY_HOST);
    takes(warped_usb, 91000, A, KEY_HOST);
    takes(usb, 91020, A, KEY_UP);
    live_add(&l, A, KEY_UP);
    waits(usb, 92000, UINT64_MAX);
}
END_TEST

/* However many are pressed: each that was taken comes out, and its release; none comes out twice. */
START_TEST(a_full_queue_loses_presses_but_no_release)
{
    unsigned taken = 0, downs = 0, ups = 0;
    live_add(&l, SHIFT, KEY_HOST);
    for (unsigned i = 0; i < 2 * LIVE_ROOM; i++) {
        taken += live_add(&l, A, KEY_HOST);
        live_add(&l, A, KEY_UP);
    }
    live_add(&l, SHIFT, KEY_UP);
    ck_assert_uint_ge(taken, LIVE_ROOM / 2 - 2);
    ck_assert_uint_lt(taken, LIVE_ROOM / 2 + 1);
    struct live_guest g = ps2;
    uint8_t key;
    enum key_event e;
    for (; live_take(&l, &g, &key, &e); g.now += 10 * MS) {
        downs += e != KEY_UP;
        ups += e == KEY_UP;
    }
    ck_assert_uint_eq(downs, taken + 1);
    ck_assert_uint_eq(ups, taken + 1);
    ck_assert_uint_eq(key, SHIFT);
    ck_assert_uint_eq(l.held, 0);
}
END_TEST

START_TEST(a_release_without_a_press_is_nothing)
{
    live_add(&l, A, KEY_UP);
    waits(ps2, 0, UINT64_MAX);
}
END_TEST

START_TEST(after_a_reset_only_releases_remain)
{
    live_add(&l, SHIFT, KEY_HOST), live_add(&l, A, KEY_HOST);
    takes(ps2, 0, SHIFT, KEY_HOST);
    takes(ps2, 10, A, KEY_HOST);
    live_add(&l, B, KEY_HOST), live_add(&l, SHIFT, KEY_UP);
    live_forget(&l);
    takes(ps2, 10, SHIFT, KEY_UP);
    waits(ps2, 50, UINT64_MAX);
    live_add(&l, B, KEY_UP); /* never went down */
    waits(ps2, 50, UINT64_MAX);
    live_add(&l, A, KEY_UP); /* held all the time */
    takes(ps2, 50, A, KEY_UP);
    ck_assert_uint_eq(l.held, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("live keys");
    TCase *t = tcase_create("live keys");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, keys_pass_at_once_and_presses_that_wait_10_ms_apart);
    tcase_add_test(t, a_keyboard_without_room_gets_nothing_and_nothing_is_due);
    tcase_add_test(t, repetition_reaches_a_keyboard_that_takes_it_but_leaves_no_backlog);
    tcase_add_test(t, a_guest_that_repeats_itself_sees_keys_held);
    tcase_add_test(t, a_fast_guest_that_repeats_itself_sees_keys_tapped_but_shift_held);
    tcase_add_test(t, a_full_queue_loses_presses_but_no_release);
    tcase_add_test(t, a_release_without_a_press_is_nothing);
    tcase_add_test(t, after_a_reset_only_releases_remain);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
