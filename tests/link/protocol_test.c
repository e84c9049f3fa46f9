/* SPDX-License-Identifier: MIT */
/* The table by which both ends judge: how many messages may come, and the front end's by phase, length and
 * descriptor. Expected numbers are those of src/link/README and link.h's comments. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "link/guest.h"

/* A message that is good where it may come. */
struct sample {
    uint32_t type, len;
    uint8_t bytes[24];
    const char *phases; /* where it may come: starting, configured, standing, running, ended */
};

/* So many at once; each one more waits for the minute's share. */
START_TEST(guest_bursts_are_bounded)
{
    static const struct {
        uint32_t type, len, burst;
        uint8_t bytes[4];
    } t[] = {
        {LINK_NOTE, 1, 256, {'a'}},
        {LINK_TRAY, 2, 4000, {0}},
        {LINK_POINTER_IS, 1, 4000, {0}},
        {LINK_LIGHTS, 2, 80000, {0}},
        {LINK_EVENT, 3, 40000, {LINK_EV_RESET}},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        struct link_course c = {.phase = LINK_RUNNING};
        struct link_msg m = {t[i].type, t[i].len, t[i].bytes, -1};
        struct error err;
        uint64_t now = 7, minute = UINT64_C(60000000000);
        for (unsigned n = 0; n < t[i].burst; n++)
            ck_assert_msg(link_take(&c, LINK_MACHINE, &m, now, &err), "row %zu, %u", i, n);
        ck_assert_msg(!link_take(&c, LINK_MACHINE, &m, now, &err), "row %zu", i);
        ck_assert_msg(strstr(err.text, "too many of"), "row %zu: %s", i, err.text);
        ck_assert_msg(link_take(&c, LINK_MACHINE, &m, now + minute, &err), "row %zu: later", i);
    }
}
END_TEST

/* The machine's end keeps below that, whatever its guest does, and says nothing in a phase in which it may not. */
START_TEST(machine_keeps_the_pace_itself)
{
    struct link_course c = {.phase = LINK_RUNNING}, other = {.phase = LINK_RUNNING};
    static const uint8_t reset[3] = {LINK_EV_RESET, 1}, stop[3] = {LINK_EV_STOP}, again[3] = {LINK_EV_RESUME};
    struct link_msg m = {LINK_EVENT, 3, reset, -1};
    struct error err;
    unsigned sent = 0;
    uint64_t now = UINT64_C(1000000000000);
    for (unsigned i = 0; i < 1000000; i++, now += 1000) {
        if (!link_may_send(&c, LINK_EVENT, reset, 3, now))
            continue;
        sent++;
        ck_assert(link_take(&other, LINK_MACHINE, &m, UINT64_C(1000001000000), &err)); /* all at once */
    }
    ck_assert_uint_gt(sent, 100);
    ck_assert_uint_lt(sent, 20000);
    ck_assert(link_may_send(&c, LINK_EVENT, stop, 3, now)); /* what was asked for is never left out */
    ck_assert(!link_may_send(&c, LINK_EVENT, stop, 3, now));
    ck_assert(link_may_send(&c, LINK_EVENT, again, 3, now));
    ck_assert(!link_may_send(&c, LINK_READY, "1234", 4, now));
    ck_assert(link_may_send(&c, LINK_EXIT, "12345", 5, now));
    ck_assert(!link_may_send(&c, LINK_NOTE, "a", 1, now));
}
END_TEST

START_TEST(machine_takes_messages_in_their_phases_only)
{
    static const struct sample t[] = {
        {LINK_FILE, 10, {0}, "s...."},      {LINK_CONFIG, 1, {0}, "s...."},     {LINK_STOP, 4, {0}, "..sr."},
        {LINK_CONT, 4, {0}, "..sr."},       {LINK_POWER, 5, {0}, "..sr."},      {LINK_QUIT, 0, {0}, "..sr."},
        {LINK_KEY, 2, {0}, "..sr."},        {LINK_KEYS, 8, {0}, "..sr."},       {LINK_SERIAL, 2, {0}, "..sr."},
        {LINK_SCREENSHOT, 4, {0}, "..sr."}, {LINK_TEXT, 4, {0}, "..sr."},       {LINK_CELLS, 4, {0}, "..sr."},
        {LINK_PMEM, 20, {0}, "..sr."},      {LINK_VMEM, 20, {0}, "..sr."},      {LINK_COMMAND, 4, {0}, "..sr."},
        {LINK_STATS, 0, {0}, "..sr."},      {LINK_FRAME_DONE, 1, {0}, "..sr."}, {LINK_SERIAL_BREAK, 1, {0}, "..sr."},
        {LINK_LOG_ITEMS, 8, {0}, "..sr."},  {LINK_HOLD, 1, {0}, "..sr."},       {LINK_REDRAW, 0, {0}, "..sr."},
        {LINK_MEDIUM, 7, {0}, "..sr."},     {LINK_COMMIT, 13, {0}, "..sr."},    {LINK_DRIVES, 4, {0}, "..sr."},
        {LINK_SPEED, 4, {0}, "..sr."},      {LINK_TYPE, 4, {0}, "..sr."},       {LINK_POINTER, 12, {0}, "..sr."},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        bool needs = t[i].type == LINK_FILE || t[i].type == LINK_COMMIT, may = needs || t[i].type == LINK_MEDIUM;
        for (unsigned phase = 0; phase < LINK_PHASES; phase++) {
            struct link_course c = {.phase = (enum link_phase)phase};
            struct error err;
            struct link_msg m = {t[i].type, t[i].len, t[i].bytes, needs ? 5 : -1};
            bool good = t[i].phases[phase] != '.';
            ck_assert_msg(link_take(&c, LINK_FRONT_END, &m, 0, &err) == good, "row %zu, phase %u", i, phase);
            if (!good)
                continue;
            c.phase = (enum link_phase)phase;
            ck_assert_msg(!link_take(&c, LINK_MACHINE, &m, 0, &err), "row %zu from the other end", i);
            m.len--;
            ck_assert_msg(m.len > LINK_MAX || !link_take(&c, LINK_FRONT_END, &m, 0, &err), "row %zu short", i);
            m.len++;
            m.fd = m.fd < 0 ? 5 : -1;
            ck_assert_msg(link_take(&c, LINK_FRONT_END, &m, 0, &err) == (may && !needs), "row %zu descriptor", i);
        }
    }
}
END_TEST

/* The front end's messages: least and most, and one byte less or more. */
START_TEST(machine_takes_lengths_within_both_bounds)
{
    static const struct {
        uint32_t type;
        size_t min, max;
    } t[] = {
        {LINK_FILE, 10, 10},     {LINK_CONFIG, 1, 65536},   {LINK_STOP, 4, 4},        {LINK_CONT, 4, 4},
        {LINK_POWER, 5, 5},      {LINK_QUIT, 0, 0},         {LINK_KEY, 2, 2},         {LINK_KEYS, 8, 72},
        {LINK_SERIAL, 2, 32769}, {LINK_SCREENSHOT, 4, 4},   {LINK_TEXT, 4, 4},        {LINK_CELLS, 4, 4},
        {LINK_PMEM, 20, 20},     {LINK_VMEM, 20, 20},       {LINK_COMMAND, 4, 65536}, {LINK_STATS, 0, 0},
        {LINK_FRAME_DONE, 1, 1}, {LINK_SERIAL_BREAK, 1, 1}, {LINK_LOG_ITEMS, 8, 8},   {LINK_HOLD, 1, 1},
        {LINK_REDRAW, 0, 0},     {LINK_MEDIUM, 7, 65536},   {LINK_COMMIT, 13, 13},    {LINK_DRIVES, 4, 4},
        {LINK_SPEED, 4, 4},      {LINK_TYPE, 4, 65536},     {LINK_POINTER, 12, 12},
    };
    static uint8_t bytes[LINK_MAX + 1];
    ck_assert_uint_eq(ARRAY_LEN(t), LINK_POINTER);
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        bool fd = t[i].type == LINK_FILE || t[i].type == LINK_COMMIT;
        for (unsigned k = 0; k < 4; k++) {
            struct link_course c = {.phase = t[i].type <= LINK_CONFIG ? LINK_STARTING : LINK_RUNNING};
            size_t len = k == 0 ? t[i].min - 1 : k == 1 ? t[i].min : k == 2 ? t[i].max : t[i].max + 1;
            struct link_msg m = {t[i].type, len, bytes, fd ? 5 : -1};
            struct error err;
            if (k == 0 && !t[i].min)
                continue;
            ck_assert_msg(link_take(&c, LINK_FRONT_END, &m, 0, &err) == (k == 1 || k == 2), "row %zu, %zu bytes", i,
                          len);
        }
    }
}
END_TEST

/* The decoder by itself: bytes behind the picture are none of it. */
START_TEST(picture_with_bytes_behind_it_is_none)
{
    static uint8_t b[8 + 2 * 3 * 4 + 4];
    uint32_t w, h;
    const uint8_t *pixels;
    st32(b, 2);
    st32(b + 4, 3);
    ck_assert(guest_picture(b, 32, &w, &h, &pixels));
    ck_assert(w == 2 && h == 3 && pixels == b + 8);
    ck_assert(!guest_picture(b, 33, &w, &h, &pixels));
    ck_assert(!guest_picture(b, 36, &w, &h, &pixels));
    ck_assert(!guest_picture(b, 31, &w, &h, &pixels));
    ck_assert(!guest_picture(b, 8, &w, &h, &pixels));
    ck_assert(!guest_picture(b, 7, &w, &h, &pixels));
    ck_assert(!guest_picture(b, 0, &w, &h, &pixels));
    st32(b, 0);
    ck_assert(!guest_picture(b, 8, &w, &h, &pixels));
}
END_TEST

/* As much memory as was asked for, and no more than there is below 4 GiB. */
START_TEST(memory_is_as_long_as_was_asked)
{
    static const uint64_t asked[] = {0, 1, 4096, 4097, UINT64_C(1) << 32, (UINT64_C(1) << 32) + 1, UINT64_MAX};
    static const uint64_t most[] = {0, 1, 4096, 4097, UINT64_C(1) << 32, UINT64_C(1) << 32, UINT64_C(1) << 32};
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        uint8_t request[16] = {1, 2, 3, 4, 5, 6, 7, 8};
        struct link_tally tally;
        st64(request + 8, asked[i]);
        link_tally_begin(&tally, link_rule(i & 1 ? LINK_PMEM : LINK_VMEM), request, sizeof request);
        ck_assert_uint_eq(tally.most, most[i]);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("protocol");
    TCase *t = tcase_create("protocol");
    tcase_add_test(t, guest_bursts_are_bounded);
    tcase_add_test(t, machine_keeps_the_pace_itself);
    tcase_add_test(t, machine_takes_messages_in_their_phases_only);
    tcase_add_test(t, machine_takes_lengths_within_both_bounds);
    tcase_add_test(t, picture_with_bytes_behind_it_is_none);
    tcase_add_test(t, memory_is_as_long_as_was_asked);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
