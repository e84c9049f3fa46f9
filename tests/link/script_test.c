/* SPDX-License-Identifier: MIT */
/* Input scripts by rule: each statement's arguments on both sides of their bounds, and when each step happens. */
#include "config.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "bus/input.h"
#include "link/script.h"

#define MS UINT64_C(1000000)
enum { CTRL = 0x1d, ALT = 0x38, A = 0x1e, B = 0x30 };

/* --- Parsing --- */

static bool parse(struct script *s, const char *text, struct error *err)
{
    return script_parse(s, text, strlen(text), err);
}

START_TEST(statements_are_taken_or_refused_with_the_reason)
{
    static const char time[] = "a time such as", quote[] = "a text in double quotes", whole[] = "a whole number",
                      range[] = "out of range", more[] = "more on the line";
    static const struct {
        const char *line, *why; /* NULL: it is taken */
    } rows[] = {
        {"", NULL},
        {" \t\r", NULL},
        {"# quit now", NULL},
        {"quit # at the end", NULL},
        {"\tquit \r", NULL},
        {"quit now", more},
        {"Quit", "there are at, after"},
        {"quits", "there are at, after"},
        {"at 0s", NULL},
        {"at 1s quit", NULL},
        {"at 1s at 2s", "there are at, after"},
        {"at", time},
        {"at s quit", time},
        {"at 5 quit", time},
        {"at 5m quit", time},
        {"at 5sec quit", time},
        {"at -1s quit", time},
        {"at nans quit", time},
        {"at infs quit", time},
        {"at 9000000000s quit", NULL},
        {"at 9000000001s quit", time},
        {"at 1e999s quit", time},
        {"at 000000000000000000000000000001s quit", NULL},  /* 31 characters */
        {"at 0000000000000000000000000000001s quit", time}, /* 32 */
        {"after 1us reset", NULL},
        {"after noon reset", time},
        {"wait \"x\"", NULL},
        {"wait x", quote},
        {"wait", quote},
        {"wait \"x\" within 1s quit", NULL},
        {"wait \"x\" within quit", time},
        {"wait-serial \"x\" within 1s", NULL},
        {"wait-serial x", quote},
        {"type \"\"", NULL},
        {"type \"a\\n\\t\\e\\b\\\\\\\"\"", NULL},
        {"type", quote},
        {"type \"a", "the closing quote is missing"},
        {"type \"a\\", "the closing quote is missing"},
        {"type \"a\\q\"", "in a text"},
        {"type \"a\" b", more},
        {"type \"\344\"", "has no key"},
        {"serial \"\344\\r\"", NULL},
        {"serial 5", quote},
        {"key a", NULL},
        {"key", "the name of a key"},
        {"key -a", "no key of that name"},
        {"key a-nokey", "no key of that name"},
        {"key a-b-c-d-e-f-g-h", NULL},
        {"key a-b-c-d-e-f-g-h-i", "too many keys"},
        {"key a b", more},
        {"keydown a", NULL},
        {"keydown", "the name of a key"},
        {"keyup a", NULL},
        {"keyup nokey", "no key of that name"},
        {"screenshot a.ppm", NULL},
        {"screenshot", "the name of a file"},
        {"screenshot a b", more},
        {"reset", NULL},
        {"reset now", more},
        {"mouse_move -32768 32767", NULL},
        {"mouse_move 32767 -32768 -127", NULL},
        {"mouse_move 0 0 127", NULL},
        {"mouse_move -32769 0", range},
        {"mouse_move 32768 0", range},
        {"mouse_move 0 -32769", range},
        {"mouse_move 0 32768", range},
        {"mouse_move 0 0 128", range},
        {"mouse_move 0 0 -128", range},
        {"mouse_move 0 0 0 0", more},
        {"mouse_move", whole},
        {"mouse_move 0", whole},
        {"mouse_move 1x 0", range},
        {"mouse_move 000000000000005 0", NULL},   /* 15 characters */
        {"mouse_move 0000000000000005 0", whole}, /* 16 */
        {"mouse_abs 0 32767", NULL},
        {"mouse_abs 32767 0 -127", NULL},
        {"mouse_abs -1 0", range},
        {"mouse_abs 0 -1", range},
        {"mouse_abs 32768 0", range},
        {"mouse_abs 0 32768", range},
        {"mouse_button 0", NULL},
        {"mouse_button 31", NULL},
        {"mouse_button 32", range},
        {"mouse_button -1", range},
        {"mouse_button", whole},
        {"mouse_button 1 2", more},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[128], line[32];
        struct script s;
        struct error err = {""};
        unsigned at = (unsigned)i % 3 + 1; /* lines are counted from 1, empty ones too */
        snprintf(text, sizeof text, "%.*s%s\nquit\n", (int)at - 1, "\n\n", rows[i].line);
        snprintf(line, sizeof line, "input script, line %u: ", at);
        bool taken = parse(&s, text, &err);
        ck_assert_msg(taken == !rows[i].why, "'%s' is %s: %s", rows[i].line, taken ? "taken" : "refused", err.text);
        if (rows[i].why)
            ck_assert_msg(strstr(err.text, rows[i].why) && !strncmp(err.text, line, strlen(line)), "'%s': %s",
                          rows[i].line, err.text);
        else
            ck_assert_msg(s.step[s.nsteps - 1].action == SCRIPT_QUIT, "'%s' takes the next line's step", rows[i].line);
        script_free(&s);
        ck_assert_ptr_null(s.step);
    }
}
END_TEST

/* A NUL, which no C string has. */
START_TEST(a_text_holds_no_nul)
{
    struct script s;
    struct error err = {""};
    ck_assert(!script_parse(&s, "serial \"a\0b\"", 12, &err));
    ck_assert_msg(strstr(err.text, "in a text") != NULL, "%s", err.text);
}
END_TEST

START_TEST(times_are_nanoseconds)
{
    static const struct {
        const char *line;
        uint64_t ns;
    } rows[] = {
        {"at 2s", 2000 * MS}, {"at 2.5s", 2500 * MS}, {"at 300ms", 300 * MS},        {"at 7us", 7000},
        {"at 0.0004us", 0},   {"at 0.0006us", 1},     {"after 9000s", 9000000 * MS},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct script s;
        struct error err = {""};
        ck_assert_msg(parse(&s, rows[i].line, &err), "%s: %s", rows[i].line, err.text);
        ck_assert_msg(s.step[0].time == rows[i].ns, "%s: %llu ns", rows[i].line, (unsigned long long)s.step[0].time);
        ck_assert_int_eq(s.step[0].when, rows[i].line[1] == 't' ? SCRIPT_AT : SCRIPT_AFTER);
        ck_assert_int_eq(s.step[0].action, SCRIPT_NOTHING);
        script_free(&s);
    }
}
END_TEST

START_TEST(a_step_has_what_its_line_says)
{
    struct script s;
    struct error err = {""};
    ck_assert(parse(&s,
                    "wait \"A\\tB\" within 2s type \"\\n\\e\\b\\\\\\\"\"\n"
                    "wait-serial \"c\\r\" serial \"\\r\377\"\n"
                    "screenshot one\n\nscreenshot two\n"
                    "key ctrl-alt-a\n",
                    &err));
    ck_assert_uint_eq(s.nsteps, 5);
    ck_assert_int_eq(s.step[0].when, SCRIPT_WAIT);
    ck_assert_str_eq(s.step[0].wait, "A\tB");
    ck_assert_uint_eq(s.step[0].within, 2000 * MS);
    ck_assert_int_eq(s.step[0].action, SCRIPT_TYPE);
    ck_assert_str_eq(s.step[0].text, "\n\033\b\\\"");
    ck_assert_int_eq(s.step[1].when, SCRIPT_WAIT_SERIAL);
    ck_assert_str_eq(s.step[1].wait, "c\r");
    ck_assert_uint_eq(s.step[1].within, 0);
    ck_assert_int_eq(s.step[1].action, SCRIPT_SERIAL);
    ck_assert_str_eq(s.step[1].text, "\r\377");
    ck_assert_int_eq(s.step[2].when, SCRIPT_NOW);
    ck_assert_uint_eq(s.step[2].line, 3);
    ck_assert_uint_eq(s.step[3].line, 5);
    ck_assert_uint_eq(s.nshots, 2);
    ck_assert_str_eq(script_shot(&s, 0), "one");
    ck_assert_str_eq(script_shot(&s, 1), "two");
    ck_assert_ptr_null(script_shot(&s, 2));
    ck_assert_uint_eq(s.step[4].nkeys, 3);
    ck_assert_uint_eq(s.step[4].keys[0], CTRL);
    ck_assert_uint_eq(s.step[4].keys[1], ALT);
    ck_assert_uint_eq(s.step[4].keys[2], A);
    script_free(&s);
}
END_TEST

START_TEST(a_script_has_ten_thousand_steps_and_no_more)
{
    enum { MOST = 10000 };
    char *text = malloc(5 * (MOST + 1));
    struct script s;
    struct error err = {""};
    for (unsigned i = 0; i <= MOST; i++)
        memcpy(text + (size_t)5 * i, "quit\n", 5);
    ck_assert(script_parse(&s, text, (size_t)5 * MOST, &err));
    ck_assert_uint_eq(s.nsteps, MOST);
    script_free(&s);
    ck_assert(!script_parse(&s, text, (size_t)5 * (MOST + 1), &err));
    ck_assert_msg(strstr(err.text, "line 10001: the script is too long") != NULL, "%s", err.text);
    free(text);
}
END_TEST

/* --- Running: what it did, as words --- */

struct stage {
    char log[512];
    const char *screen, *serial;
    bool busy, full;
};
static struct stage stage;

static void say(const char *format, ...)
{
    va_list ap;
    size_t n = strlen(stage.log);
    va_start(ap, format);
    vsnprintf(stage.log + n, sizeof stage.log - n, format, ap);
    va_end(ap);
}

static bool screen_has(void *ctx, const char *text)
{
    return ctx == &stage && stage.screen && strstr(stage.screen, text);
}
static bool serial_has(void *ctx, const char *text)
{
    return ctx == &stage && stage.serial && strstr(stage.serial, text);
}
static bool idle(void *ctx)
{
    return ctx == &stage && !stage.busy;
}
static bool type(void *ctx, const char *text)
{
    say("type %s;", text);
    return ctx == &stage && !stage.full;
}
static bool chord(void *ctx, const uint8_t *keys, unsigned n)
{
    say("chord");
    for (unsigned i = 0; i < n; i++)
        say(" %02x", keys[i]);
    say(";");
    return ctx == &stage && !stage.full;
}
static void key(void *ctx, uint8_t key, bool down)
{
    say("%s %02x;", down ? "down" : "up", key);
    (void)ctx;
}
static void mouse(void *ctx, bool absolute, int x, int y, int wheel)
{
    say("%s %d %d %d;", absolute ? "abs" : "move", x, y, wheel);
    (void)ctx;
}
static void buttons(void *ctx, uint8_t down)
{
    say("buttons %02x;", down);
    (void)ctx;
}
static void serial(void *ctx, const char *text)
{
    say("serial %s;", text);
    (void)ctx;
}
static void screenshot(void *ctx, unsigned number)
{
    say("shot %u;", number);
    (void)ctx;
}
static void reset(void *ctx)
{
    say("reset;");
    (void)ctx;
}
static void quit(void *ctx)
{
    say("quit;");
    (void)ctx;
}
static void fails(void *ctx, const char *why)
{
    say("fail %s;", why);
    (void)ctx;
}

static const struct script_ops ops = {
    .screen_has = screen_has,
    .serial_has = serial_has,
    .idle = idle,
    .type = type,
    .chord = chord,
    .key = key,
    .mouse = mouse,
    .buttons = buttons,
    .serial = serial,
    .screenshot = screenshot,
    .reset = reset,
    .quit = quit,
    .fail = fails,
};

static struct script s;

static void begin(const char *text)
{
    struct error err = {""};
    memset(&stage, 0, sizeof stage);
    ck_assert_msg(parse(&s, text, &err), "%s", err.text);
}

static void polled(uint64_t ns, const char *did)
{
    stage.log[0] = 0;
    script_poll(&s, ns, &ops, &stage);
    ck_assert_msg(!strcmp(stage.log, did), "at %llu: '%s', not '%s'", (unsigned long long)ns, stage.log, did);
}

static void end(void)
{
    ck_assert_uint_eq(script_due(&s, 0), UINT64_MAX);
    script_free(&s);
}

START_TEST(each_action_does_what_it_says)
{
    begin("type \"ab\"\nkey ctrl-alt-a\nkeydown a-b\nkeyup b\nmouse_move -3 4\nmouse_move 1 2 -5\nmouse_abs 6 7 8\n"
          "serial \"xy\"\nscreenshot p\nscreenshot q\nreset\nquit\n");
    polled(0, "type ab;chord 1d 38 1e;down 1e;down 30;up 30;move -3 4 0;move 1 2 -5;abs 6 7 8;serial xy;shot 0;shot 1;"
              "reset;quit;");
    end();
}
END_TEST

/* The monitor's mouse_button has left, middle, right, side, extra as 1, 2, 4, 8, 16. */
START_TEST(buttons_are_the_monitors)
{
    static const struct {
        unsigned n;
        uint8_t down;
    } rows[] = {{0, 0},
                {1, POINTER_LEFT},
                {2, POINTER_MIDDLE},
                {4, POINTER_RIGHT},
                {8, POINTER_SIDE},
                {16, POINTER_EXTRA},
                {31, POINTER_ALL}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[32], did[32];
        snprintf(text, sizeof text, "mouse_button %u", rows[i].n);
        snprintf(did, sizeof did, "buttons %02x;", rows[i].down);
        begin(text);
        polled(0, did);
        end();
    }
}
END_TEST

START_TEST(at_and_after_are_met_to_the_nanosecond)
{
    begin("at 50ms reset\nafter 30ms quit\nat 60ms reset\n");
    polled(50 * MS - 1, "");
    ck_assert_uint_eq(script_due(&s, 0), 50 * MS);
    ck_assert_uint_eq(script_due(&s, 50 * MS - 1), 50 * MS);
    polled(50 * MS + 5, "reset;");
    ck_assert_uint_eq(script_due(&s, 50 * MS + 5), 80 * MS + 5);
    polled(80 * MS + 4, "");
    polled(80 * MS + 5, "quit;reset;"); /* at 60 ms has been already */
    end();
}
END_TEST

/* What is waited for is looked at every 10 ms of virtual time, as is one who is still typing. */
START_TEST(screen_and_serial_are_waited_for)
{
    begin("wait \"one\" reset\nwait-serial \"two\" quit\n");
    stage.serial = "two";
    polled(0, "");
    ck_assert_uint_eq(script_due(&s, 0), 10 * MS);
    ck_assert_uint_eq(script_due(&s, 10 * MS - 1), 10 * MS);
    ck_assert_uint_eq(script_due(&s, 10 * MS), 20 * MS);
    stage.screen = "two";
    stage.serial = "one";
    polled(1000 * MS, ""); /* without "within", for ever */
    stage.screen = "one";
    polled(1001 * MS, "reset;");
    polled(1002 * MS, "");
    stage.serial = "two";
    polled(1003 * MS, "quit;");
    end();
}
END_TEST

START_TEST(nothing_happens_while_typing_goes_on)
{
    begin("at 5ms quit\n");
    stage.busy = true;
    polled(6 * MS, "");
    ck_assert_uint_eq(script_due(&s, 6 * MS), 10 * MS);
    stage.busy = false;
    polled(7 * MS, "quit;");
    end();
}
END_TEST

START_TEST(within_ends_the_script_in_time)
{
    begin("at 100ms reset\nwait \"no such text\" within 50ms quit\nreset\n");
    polled(100 * MS, "reset;");
    polled(150 * MS - 1, "");
    polled(150 * MS, "fail input script, line 2: did not see in time 'no such text';");
    polled(200 * MS, "");
    end();
    begin("wait \"x\" within 50ms quit\n");
    stage.screen = "x";
    polled(50 * MS, "quit;"); /* seen on the last moment */
    end();
}
END_TEST

START_TEST(what_does_not_fit_into_the_queue_of_keys_fails)
{
    begin("\ntype \"ab\"\n");
    stage.full = true;
    polled(0, "type ab;fail input script, line 2: too much to type at once;");
    end();
    begin("key a\n");
    stage.full = true;
    polled(0, "chord 1e;fail input script, line 1: too much to type at once;");
    end();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("script");
    TCase *t = tcase_create("script");
    tcase_add_test(t, statements_are_taken_or_refused_with_the_reason);
    tcase_add_test(t, a_text_holds_no_nul);
    tcase_add_test(t, times_are_nanoseconds);
    tcase_add_test(t, a_step_has_what_its_line_says);
    tcase_add_test(t, a_script_has_ten_thousand_steps_and_no_more);
    tcase_add_test(t, each_action_does_what_it_says);
    tcase_add_test(t, buttons_are_the_monitors);
    tcase_add_test(t, at_and_after_are_met_to_the_nanosecond);
    tcase_add_test(t, screen_and_serial_are_waited_for);
    tcase_add_test(t, nothing_happens_while_typing_goes_on);
    tcase_add_test(t, within_ends_the_script_in_time);
    tcase_add_test(t, what_does_not_fit_into_the_queue_of_keys_fails);
    suite_add_tcase(suite, t);
    SRunner *r = srunner_create(suite);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
