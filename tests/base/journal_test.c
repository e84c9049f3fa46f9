/* SPDX-License-Identifier: MIT */
/* The journal: replayed at the recorded positions; whatever a recording does not make is refused when it is loaded. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/bits.h"
#include "time/journal.h"

/* The file's layout, as time/journal.h describes it. */
enum { MAGIC = 8, POS = 0, KIND = 8, CHANNEL = 10, LENGTH = 12, CHECK = 16, HEAD = 20 };

static unsigned heard;
static uint64_t heard_pos[4];

static void hear(void *ctx, const struct journal_entry *e)
{
    ck_assert_uint_eq(e->len, 3);
    heard_pos[heard++ & 3] = *(const uint64_t *)ctx;
}

/* Two keys, at 5 and at 9. */
static void record(struct journal *rec, uint64_t *pos)
{
    *pos = 5;
    journal_init(rec, pos);
    journal_input(rec, J_KEY, 0, "\x1e\0\1", 3);
    *pos = 9;
    journal_input(rec, J_KEY, 0, "\x1e\0\0", 3);
}

START_TEST(journal_replays_at_the_recorded_positions)
{
    uint64_t pos;
    struct journal rec, rep;
    struct error err;
    record(&rec, &pos);
    pos = 0;
    heard = 0;
    journal_init(&rep, &pos);
    journal_set_sink(&rep, J_KEY, hear, &pos);
    ck_assert(journal_load(&rep, rec.log.data, rec.log.len, &err));
    while (journal_next_pos(&rep) != UINT64_MAX) {
        pos = journal_next_pos(&rep);
        journal_deliver(&rep);
    }
    ck_assert_uint_eq(heard, 2);
    ck_assert_uint_eq(heard_pos[0], 5);
    ck_assert_uint_eq(heard_pos[1], 9);
    journal_input(&rep, J_KEY, 0, "\x1e\0\1", 3); /* a replay takes nothing from outside */
    ck_assert_uint_eq(heard, 2);
    journal_free(&rec);
    journal_free(&rep);
}
END_TEST

static unsigned heard_kinds[8], nheard_kinds;

static void hear_kind(void *ctx, const struct journal_entry *e)
{
    (void)ctx;
    ck_assert_uint_lt(nheard_kinds, ARRAY_LEN(heard_kinds));
    heard_kinds[nheard_kinds++] = e->kind;
}

/*
 * One call delivers everything up to the position, itself included; a skip is not delivered but taken: it is the step
 * to the next position.
 */
START_TEST(journal_delivers_up_to_the_position_and_stops_at_a_skip)
{
    static const struct {
        uint16_t kind;
        uint64_t pos;
    } log[] = {{J_KEY, 3}, {J_BREAK, 5}, {J_POWER, 5}, {J_KEY, 5}, {J_SKIP, 5}, {J_KEY, 6}, {J_SKIP, 7}, {J_KEY, 8}};
    static const struct {
        uint64_t pos;
        unsigned heard; /* in all, skips included */
        bool skip;      /* one stands there */
    } calls[] = {{2, 0, false}, {3, 1, false}, {4, 1, false}, {5, 4, true},
                 {6, 6, false}, {7, 6, true},  {7, 7, false}, {9, 8, false}};
    uint64_t pos = 0;
    struct journal rec, rep;
    struct error err;
    journal_init(&rec, &pos);
    for (unsigned i = 0; i < ARRAY_LEN(log); i++) {
        pos = log[i].pos;
        uint8_t payload[8] = {0x1e, 0, 1};
        payload[7] = 0;
        static const uint32_t length[] = {[J_KEY] = 3, [J_POWER] = 1, [J_SKIP] = 8, [J_BREAK] = 0};
        journal_input(&rec, log[i].kind, 0, payload, length[log[i].kind]);
    }
    journal_init(&rep, &pos);
    journal_set_sink(&rep, J_KEY, hear_kind, NULL);
    journal_set_sink(&rep, J_POWER, hear_kind, NULL);
    journal_set_sink(&rep, J_BREAK, hear_kind, NULL);
    ck_assert_msg(journal_load(&rep, rec.log.data, rec.log.len, &err), "%s", err.text);
    nheard_kinds = 0;
    for (unsigned i = 0; i < ARRAY_LEN(calls); i++) {
        pos = calls[i].pos;
        journal_deliver(&rep);
        ck_assert_msg(nheard_kinds == calls[i].heard, "call %u at position %llu: %u entries were heard, not %u", i,
                      (unsigned long long)pos, nheard_kinds, calls[i].heard);
        ck_assert_msg(journal_at_skip(&rep) == calls[i].skip, "call %u", i);
        uint64_t next = nheard_kinds < ARRAY_LEN(log) ? log[nheard_kinds].pos : UINT64_MAX;
        ck_assert_uint_eq(journal_next_pos(&rep), next);
        if (calls[i].skip) {
            ck_assert_uint_eq(journal_take_skip(&rep), 0x1001e);
            heard_kinds[nheard_kinds++] = J_SKIP;
            ck_assert(!journal_at_skip(&rep));
        }
    }
    for (unsigned i = 0; i < ARRAY_LEN(log); i++)
        ck_assert_uint_eq(heard_kinds[i], log[i].kind);
    journal_free(&rec);
    journal_free(&rep);
}
END_TEST

START_TEST(journal_cut_short_is_refused_but_between_entries)
{
    uint64_t pos;
    struct journal rec, rep;
    record(&rec, &pos);
    journal_init(&rep, &pos);
    for (size_t cut = 0; cut <= rec.log.len; cut++) {
        struct error err = {""};
        bool whole = cut == MAGIC || cut == MAGIC + HEAD + 3 || cut == MAGIC + 2 * (HEAD + 3);
        ck_assert_msg(journal_load(&rep, rec.log.data, cut, &err) == whole, "cut at %zu: %s", cut, err.text);
    }
    journal_free(&rec);
    journal_free(&rep);
}
END_TEST

START_TEST(journal_any_changed_bit_is_refused)
{
    uint64_t pos;
    struct journal rec, rep;
    record(&rec, &pos);
    journal_init(&rep, &pos);
    for (size_t bit = 0; bit < 8 * rec.log.len; bit++) {
        struct error err = {""};
        rec.log.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_msg(!journal_load(&rep, rec.log.data, rec.log.len, &err), "bit %zu", bit);
        ck_assert(err.text[0]);
        rec.log.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    journal_free(&rec);
    journal_free(&rep);
}
END_TEST

START_TEST(journal_entry_that_is_missing_or_moved_is_refused)
{
    uint64_t pos;
    struct journal rec, rep;
    struct error err = {""};
    enum { ENTRY = HEAD + 3 };
    record(&rec, &pos);
    pos = 9;
    journal_input(&rec, J_KEY, 0, "\x1f\0\1", 3);
    journal_init(&rep, &pos);
    uint8_t *second = rec.log.data + MAGIC + ENTRY, *third = second + ENTRY, kept[ENTRY];
    memcpy(kept, second, ENTRY);
    memmove(second, third, ENTRY); /* the second is gone */
    ck_assert(!journal_load(&rep, rec.log.data, rec.log.len - ENTRY, &err));
    ck_assert_msg(strstr(err.text, "damaged at byte 31") != NULL, "%s", err.text);
    memcpy(third, kept, ENTRY); /* the last two have changed places */
    ck_assert(!journal_load(&rep, rec.log.data, rec.log.len, &err));
    journal_free(&rec);
    journal_free(&rep);
}
END_TEST

/* A journal of one entry with a right check, as somebody with bad intentions makes it. */
static bool loads(uint16_t kind, uint16_t channel, const void *payload, uint32_t len, struct error *err)
{
    struct buf b = {0};
    uint8_t head[HEAD] = {0};
    struct journal rep;
    uint64_t pos = 0;
    static const uint8_t none[4];
    st64(head + POS, 7);
    st16(head + KIND, kind);
    st16(head + CHANNEL, channel);
    st32(head + LENGTH, len);
    uLong sum = crc32(crc32(0, none, sizeof none), head, CHECK);
    st32(head + CHECK, (uint32_t)(len ? crc32(sum, payload, len) : sum));
    buf_add(&b, "VITRJNL3", 8);
    buf_add(&b, head, sizeof head);
    buf_add(&b, payload, len);
    journal_init(&rep, &pos);
    err->text[0] = 0;
    bool good = journal_load(&rep, b.data, b.len, err);
    journal_free(&rep);
    buf_free(&b);
    return good;
}

START_TEST(journal_entries_are_checked_by_kind_on_both_sides_of_each_bound)
{
    static const struct {
        uint16_t kind;
        uint32_t min, max;
        uint16_t channels;
        const char *payload;
    } row[] = {
        {J_KEY, 3, 3, 1, "\x1e\0\1"},
        {J_SERIAL, 1, 1 << 20, 4, NULL},
        {J_POWER, 1, 1, 1, "\1"},
        {J_RATE, 8, 8, 1, "\0\0\0\0\4\0\0\0"},
        {J_CONFIG, 1, 1 << 20, 1, NULL},
        {J_HOST_ERROR, 12, 12, 6, "\1\0\0\0\0\0\0\0\5\0\0"},
        {J_SKIP, 8, 8, 1, "\1\0\0\0\0\0\0"},
        {J_RTC, 8, 8, 1, "\1\0\0\0\0\0\0"},
        {J_MEDIA, 1, 4096, 6, NULL},
        {J_POKE, 9, 1 << 20, 1, NULL},
        {J_MOUSE, 6, 6, 1, "\0\0\0\0\0\0"},
        {J_BREAK, 0, 0, 4, NULL},
        {J_STOP, 1, 1, 1, "\1"},
        {J_TABLET, 6, 6, 1, "\0\0\0\0\0\0"},
        {J_PORT, 8, 8, 1, "\x60\0\1\0\0\0\0"},
        {J_BOOT, 0, 7, 1, NULL},
    };
    static uint8_t bytes[(1 << 20) + 1];
    struct error err;
    for (unsigned i = 0; i < ARRAY_LEN(row); i++) {
        uint32_t min = row[i].min, max = row[i].max;
        memset(bytes, 0, sizeof bytes);
        if (row[i].payload)
            memcpy(bytes, row[i].payload, min);
        ck_assert_msg(loads(row[i].kind, 0, bytes, min, &err), "kind %u: %s", row[i].kind, err.text);
        ck_assert_msg(loads(row[i].kind, 0, bytes, max, &err), "kind %u: %s", row[i].kind, err.text);
        ck_assert_msg(loads(row[i].kind, row[i].channels - 1, bytes, max, &err), "kind %u: %s", row[i].kind, err.text);
        ck_assert_msg(!loads(row[i].kind, row[i].channels, bytes, max, &err), "kind %u, channel", row[i].kind);
        ck_assert_msg(!min || !loads(row[i].kind, 0, bytes, min - 1, &err), "kind %u, short", row[i].kind);
        ck_assert_msg(!loads(row[i].kind, 0, bytes, max + 1, &err), "kind %u, long", row[i].kind);
        ck_assert_msg(strstr(err.text, "no recording makes"), "%s", err.text);
    }
    for (unsigned kind = 0; kind < 0x10000; kind++) {
        bool known = false;
        for (unsigned i = 0; i < ARRAY_LEN(row); i++)
            known |= row[i].kind == kind;
        ck_assert_msg(known || !loads((uint16_t)kind, 0, bytes, 8, &err), "kind %u", kind);
    }
}
END_TEST

/* Host errors are apart: found by drive and number, never delivered, and none twice. */
START_TEST(journal_host_errors_are_found_by_their_request)
{
    static const struct {
        uint16_t drive;
        uint8_t request, error;
    } t[] = {{0, 3, 5}, {5, 3, 28}, {0, 4, 28}, {0, 9, 5}, {5, 8, 5}};
    uint64_t pos = 7;
    struct journal rec, rep;
    struct error err;
    int error = 0;
    journal_init(&rec, &pos);
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        uint8_t entry[12] = {t[i].request};
        entry[8] = t[i].error;
        journal_input(&rec, J_HOST_ERROR, t[i].drive, entry, sizeof entry);
    }
    ck_assert(!journal_host_error(&rec, 0, 3, &error)); /* a recording asks its own host */
    journal_init(&rep, &pos);
    ck_assert_msg(journal_load(&rep, rec.log.data, rec.log.len, &err), "%s", err.text);
    ck_assert_uint_eq(journal_next_pos(&rep), UINT64_MAX);
    for (unsigned drive = 0; drive < JOURNAL_DRIVES; drive++)
        for (unsigned request = 0; request < 12; request++) {
            int want = 0;
            for (unsigned i = 0; i < ARRAY_LEN(t); i++)
                if (t[i].drive == drive && t[i].request == request)
                    want = -(int)t[i].error;
            error = 0;
            ck_assert_msg(journal_host_error(&rep, drive, request, &error) == (want != 0) && error == want,
                          "drive %u, request %u: %d, not %d", drive, request, error, want);
        }
    journal_free(&rep);
    uint8_t again[12] = {9, [8] = 5};
    journal_input(&rec, J_HOST_ERROR, 0, again, sizeof again);
    journal_init(&rep, &pos);
    ck_assert(!journal_load(&rep, rec.log.data, rec.log.len, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "twice"));
    journal_free(&rep);
    journal_free(&rec);
}
END_TEST

START_TEST(journal_numbers_that_make_no_sense_are_refused)
{
    uint8_t ns[8];
    struct error err;
    st64(ns, (UINT64_C(1) << 61) - 1);
    ck_assert(loads(J_SKIP, 0, ns, 8, &err));
    st64(ns, UINT64_C(1) << 61);
    ck_assert(!loads(J_SKIP, 0, ns, 8, &err));
    for (unsigned e = 0; e <= 4097; e++) {
        uint8_t entry[12] = {1};
        st32(entry + 8, e);
        ck_assert_msg(loads(J_HOST_ERROR, 0, entry, 12, &err) == (e >= 1 && e <= 4095), "errno %u", e);
    }
    ck_assert(!loads(J_KEY, 0, "\x1e\0\2", 3, &err));
    ck_assert(loads(J_KEY, 0, "\x1e\0\3", 3, &err));
    ck_assert(!loads(J_KEY, 0, "\x1e\0\4", 3, &err));
    ck_assert(loads(J_PORT, 0, "\x60\0\2\1\0\0\0", 8, &err));
    ck_assert(loads(J_PORT, 0, "\x60\0\4\1\0\0\0", 8, &err));
    ck_assert(!loads(J_PORT, 0, "\x60\0\3\1\0\0\0", 8, &err));
    ck_assert(!loads(J_PORT, 0, "\x60\0\0\1\0\0\0", 8, &err));
    ck_assert(!loads(J_PORT, 0, "\x60\0\1\2\0\0\0", 8, &err));
}
END_TEST

START_TEST(journal_of_another_version_is_named_as_such)
{
    struct journal rep;
    struct error err;
    uint64_t pos = 0;
    journal_init(&rep, &pos);
    ck_assert(!journal_load(&rep, "VITRJNL2", 8, &err));
    ck_assert_msg(strstr(err.text, "another version") != NULL, "%s", err.text);
    ck_assert(!journal_load(&rep, "VITRINES", 8, &err));
    ck_assert_msg(strstr(err.text, "not a journal") != NULL, "%s", err.text);
    journal_free(&rep);
}
END_TEST

/* The numbers in the file: a recording of yesterday means the same tomorrow. */
START_TEST(journal_kinds_have_their_numbers)
{
    static const struct {
        unsigned kind, number;
    } t[] = {
        {J_KEY, 1},  {J_SERIAL, 2}, {J_POWER, 3}, {J_RATE, 4},    {J_SKIP, 5},   {J_RTC, 6},   {J_MEDIA, 8},
        {J_POKE, 9}, {J_MOUSE, 11}, {J_STOP, 12}, {J_TABLET, 13}, {J_BREAK, 14}, {J_PORT, 15}, {J_BOOT, 16},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++)
        ck_assert_msg(t[i].kind == t[i].number, "row %u: %u, not %u", i, t[i].kind, t[i].number);
}
END_TEST

static struct journal_entry got;
static uint8_t got_data[8];

static void take(void *ctx, const struct journal_entry *e)
{
    ck_assert_ptr_eq(ctx, &got);
    got = *e;
    memcpy(got_data, e->data, MIN(e->len, sizeof got_data));
}

/* What was recorded is delivered: at once, and again by a replay; what nobody takes is recorded all the same. */
START_TEST(journal_entry_comes_back_as_it_was)
{
    static const uint8_t data[] = {9, 8, 7, 6, 5};
    uint64_t pos = UINT64_C(0x123456789a);
    struct journal rec, rep;
    struct error err;
    journal_init(&rec, &pos);
    journal_set_sink(&rec, J_SERIAL, take, &got);
    for (uint16_t channel = 0; channel < 4; channel++)
        for (uint32_t len = 1; len <= 5; len++) {
            journal_input(&rec, J_SERIAL, channel, data, len);
            ck_assert(got.channel == channel && got.len == len && got.kind == J_SERIAL && got.pos == pos);
            journal_input(&rec, J_BREAK, channel, NULL, 0);
            pos++;
        }
    ck_assert_uint_eq(rec.entries, 40);
    ck_assert_uint_eq(journal_next_pos(&rec), UINT64_MAX); /* a recording delivers nothing */
    journal_deliver(&rec);
    ck_assert_uint_eq(rec.entries, 40);
    journal_init(&rep, &pos);
    journal_set_sink(&rep, J_SERIAL, take, &got);
    ck_assert(journal_load(&rep, rec.log.data, rec.log.len, &err));
    for (uint16_t channel = 0; channel < 4; channel++)
        for (uint32_t len = 1; len <= 5; len++) {
            pos = journal_next_pos(&rep);
            ck_assert_uint_eq(pos, UINT64_C(0x123456789a) + channel * 5 + len - 1);
            memset(&got, 0, sizeof got), memset(got_data, 0, sizeof got_data);
            journal_deliver(&rep);
            ck_assert(got.channel == channel && got.len == len && got.kind == J_SERIAL && got.pos == pos);
            ck_assert(!memcmp(got_data, data, len) && !got_data[len]);
        }
    ck_assert_uint_eq(rep.entries, 40);
    journal_free(&rec);
    journal_free(&rep);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("journal");
    TCase *t = tcase_create("journal");
    tcase_add_test(t, journal_replays_at_the_recorded_positions);
    tcase_add_test(t, journal_delivers_up_to_the_position_and_stops_at_a_skip);
    tcase_add_test(t, journal_cut_short_is_refused_but_between_entries);
    tcase_add_test(t, journal_any_changed_bit_is_refused);
    tcase_add_test(t, journal_entry_that_is_missing_or_moved_is_refused);
    tcase_add_test(t, journal_entries_are_checked_by_kind_on_both_sides_of_each_bound);
    tcase_add_test(t, journal_host_errors_are_found_by_their_request);
    tcase_add_test(t, journal_numbers_that_make_no_sense_are_refused);
    tcase_add_test(t, journal_of_another_version_is_named_as_such);
    tcase_add_test(t, journal_kinds_have_their_numbers);
    tcase_add_test(t, journal_entry_comes_back_as_it_was);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
