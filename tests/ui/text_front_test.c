/* SPDX-License-Identifier: MIT */
/*
 * -display curses in the front end, without a terminal: when the screen is asked for, and how many keys are under way.
 */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "front/front.h"
#include "ui/text_display.h"

enum { PERIOD_MS = 33, KEYS = 16 };
#define MS UINT64_C(1000000)

static struct front f;
static struct options o;
static uint64_t now;
static bool opens, refuses;
static unsigned asked, shown, redrawn, resized, closed, polled, quits;
static struct text_screen screen;
static const struct text_display_ops *ops;
static void *ops_ctx;
static guest_reply_fn *reply[KEYS + 2]; /* the screen's, then the keys' */
static void *reply_ctx;
static uint8_t sent[16];
static size_t sent_len;
static char title[32];
static unsigned nkeys;

struct text_display *text_display_open(const char *name, const struct text_display_ops *text_ops, void *ctx,
                                       struct error *err)
{
    strcpy(title, name);
    ops = text_ops;
    ops_ctx = ctx;
    if (!opens)
        error_set(err, "no terminal");
    return opens ? (struct text_display *)(void *)&f : NULL; /* never looked into */
}
void text_display_close(struct text_display *t)
{
    closed += t != NULL;
}
void text_display_show(struct text_display *t, const struct text_screen *s)
{
    shown += t != NULL;
    screen = *s;
}
void text_display_keys(struct text_display *t)
{
    polled += t != NULL;
}
void text_display_resized(struct text_display *t)
{
    resized += t != NULL;
}
void text_display_redraw(struct text_display *t)
{
    redrawn += t != NULL;
}
uint64_t front_now(void)
{
    return now;
}
void front_quit(struct front *front, enum link_cause cause)
{
    quits += front == &f && cause == LINK_CAUSE_HOST_SIGNAL;
}
bool guest_request(struct guest *g, enum link_type type, const void *data, size_t len, guest_reply_fn *fn, void *ctx)
{
    ck_assert(g == &f.guest);
    if (refuses)
        return false;
    reply_ctx = ctx;
    if (type == LINK_CELLS) {
        asked++;
        reply[0] = fn;
        return len == 0;
    }
    ck_assert(type == LINK_KEYS && len <= sizeof sent);
    memcpy(sent, data, sent_len = len);
    reply[1 + nkeys++] = fn;
    return true;
}

static void setup(void)
{
    struct error err;
    now = 1000 * MS;
    opens = true;
    f.o = &o;
    o.display = DISPLAY_CURSES;
    ck_assert(front_open_text(&f, &err));
    ck_assert_str_eq(title, "Vitrine");
}

static void waits(int timeout, int until, bool typing)
{
    int t = timeout;
    ck_assert_msg(front_text_waits(&f, &t) == typing, "typing is%s polled for", typing ? " not" : "");
    ck_assert_msg(t == until, "at %u ms, of %d: %d ms, not %d", (unsigned)(now / MS), timeout, t, until);
}

static void answer(enum link_reply part, const uint8_t *b, size_t n)
{
    reply[0](reply_ctx, part, b, n);
}

START_TEST(the_display_is_opened_where_it_is_wanted)
{
    struct error err = {""};
    struct front none = {.o = &o};
    int t = 5;
    void *ctx = ops_ctx;
    o.display = DISPLAY_NONE;
    ck_assert(front_open_text(&none, &err));
    ck_assert_ptr_null(none.text);
    ck_assert(!front_text_waits(&none, &t) && t == 5);
    front_text_changed(&none), front_text_redraw(&none), front_text_resized(&none), front_text_serve(&none, true);
    front_free_text(&none);
    ck_assert(!closed && !polled && !redrawn && !resized);
    o.display = DISPLAY_CURSES;
    o.name = "a guest";
    opens = false;
    ck_assert(!front_open_text(&none, &err));
    ck_assert_str_eq(err.text, "no terminal");
    ck_assert_str_eq(title, "a guest");
    front_free_text(&none);
    ck_assert_ptr_null(none.text);
    front_text_redraw(&f), front_text_resized(&f);
    ck_assert(redrawn == 1 && resized == 1);
    ops->close(ctx);
    ck_assert_uint_eq(quits, 1);
    front_close_text(&f);
    front_close_text(&f);
    ck_assert_uint_eq(closed, 1);
    front_text_redraw(&f), front_text_resized(&f), front_text_serve(&f, true);
    waits(5, 5, false);
    ck_assert(redrawn == 1 && resized == 1 && !polled && !asked);
}
END_TEST

/* A screen of 2 x 1: flags, columns, rows, cursor, then code and attribute of each. */
static const uint8_t cells[] = {3, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 'a', 7, 'b', 0x70};

START_TEST(the_screen_is_asked_for_once_and_30_times_a_second_at_most)
{
    waits(-1, 0, true); /* at the start it is new */
    front_text_serve(&f, false);
    ck_assert(asked == 1 && !polled);
    front_text_changed(&f);
    front_text_serve(&f, true); /* no answer yet */
    ck_assert(asked == 1 && polled == 1);
    waits(-1, -1, true);
    answer(LINK_MORE, cells, 10);
    ck_assert_uint_eq(shown, 0);
    waits(-1, -1, true);
    answer(LINK_LAST, cells + 10, sizeof cells - 10);
    ck_assert(shown == 1 && screen.text && screen.w == 2 && screen.h == 1 && screen.x == 1 && screen.y == 0);
    ck_assert(screen.cursor && !screen.blink);
    waits(-1, PERIOD_MS + 1, true);
    waits(5, 5, true);
    waits(1000, PERIOD_MS + 1, true);
    now += PERIOD_MS * MS - 1;
    front_text_serve(&f, false);
    ck_assert_uint_eq(asked, 1);
    waits(-1, 1, true);
    now += 1;
    waits(-1, 0, true);
    refuses = true; /* no room among the requests: later */
    front_text_serve(&f, false);
    refuses = false;
    waits(-1, 0, true);
    f.quitting = true;
    front_text_serve(&f, false);
    ck_assert_uint_eq(asked, 1);
    f.quitting = false;
    front_text_serve(&f, false);
    ck_assert_uint_eq(asked, 2);
    answer(LINK_LAST, cells, sizeof cells - 1); /* it does not fit its size */
    ck_assert_uint_eq(shown, 1);
    now += 1000 * MS;
    waits(-1, -1, true); /* nothing changed */
    front_text_changed(&f);
    front_text_serve(&f, false);
    answer(LINK_MORE, cells, 10);
    answer(LINK_FAILED, (const uint8_t *)"ended", 5);
    ck_assert(asked == 3 && shown == 1);
    now += 1000 * MS;
    front_text_changed(&f);
    front_text_serve(&f, false);
    answer(LINK_LAST, cells, sizeof cells); /* nothing of the failed one is left */
    ck_assert(asked == 4 && shown == 2);
}
END_TEST

START_TEST(sixteen_keys_are_under_way_at_most)
{
    static const uint8_t chord[2] = {0x2a, 0x1e};
    bool shift = false;
    ck_assert_uint_eq(ops->key_of('A', &shift), 0x1e);
    ck_assert(shift);
    ck_assert(ops->keys(ops_ctx, chord, 2));
    ck_assert_uint_eq(sent_len, 6);
    ck_assert_uint_eq(ld32(sent), 10); /* ms */
    ck_assert_mem_eq(sent + 4, chord, 2);
    for (unsigned i = 1; i < KEYS; i++) {
        waits(-1, 0, true);
        ck_assert(ops->keys(ops_ctx, chord, 1));
    }
    waits(-1, 0, false);
    ck_assert(!ops->keys(ops_ctx, chord, 1));
    reply[1](reply_ctx, LINK_MORE, NULL, 0); /* not the end */
    ck_assert(!ops->keys(ops_ctx, chord, 1));
    reply[1](reply_ctx, LINK_LAST, NULL, 0);
    waits(-1, 0, true);
    refuses = true;
    ck_assert(!ops->keys(ops_ctx, chord, 1)); /* which counts for nothing */
    refuses = false;
    ck_assert(ops->keys(ops_ctx, chord, 1));
    ck_assert(!ops->keys(ops_ctx, chord, 1));
    reply[2](reply_ctx, LINK_FAILED, NULL, 0);
    waits(-1, 0, true);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("front_text");
    TCase *t = tcase_create("front_text");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, the_display_is_opened_where_it_is_wanted);
    tcase_add_test(t, the_screen_is_asked_for_once_and_30_times_a_second_at_most);
    tcase_add_test(t, sixteen_keys_are_under_way_at_most);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
