/* SPDX-License-Identifier: MIT */
/*
 * What the window asks for, without a window: the menu's levels, keys, the clipboard, pause, speed and media. What the
 * front end would do is written down as words and compared. Long, since it stands in for all that the window and the
 * machine would do.
 */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "front/front.h"
#include "tests/ui/said.h"
#include "ui/picture.h"

static struct front f;
static struct options o;
static bool refuses; /* the machine takes no more requests */
static bool asks, full, png;
static guest_reply_fn *reply;
static control_done_fn *done;
static void *done_ctx;

/* --- In place of the window, the link and the rest of the front end --- */

void window_menu(struct window *w, const char *title, const char *under, const char *const *items, unsigned n,
                 unsigned selected)
{
    note("menu %s|%s|", title, under ? under : "");
    for (unsigned i = 0; i < n; i++)
        note("%s%s%s", i ? "/" : "", i == selected ? ">" : "", items[i]);
    note(";");
    (void)w;
}

void window_ask(struct window *w, const char *title, const char *under, const char *initial)
{
    note("ask %s|%s|%s;", title, under ? under : "", initial);
    (void)w;
}

void window_message(struct window *w, const char *text)
{
    note("say %s;", text);
    (void)w;
}

#define SIMPLE(name, word)      \
    void name(struct window *w) \
    {                           \
        note(word ";");         \
        (void)w;                \
    }
SIMPLE(window_help, "help")
SIMPLE(window_own_size, "own size")
SIMPLE(window_toggle_full_screen, "full screen")
SIMPLE(window_paste, "clipboard")

bool window_asks(const struct window *w)
{
    return w && asks;
}
bool window_is_full_screen(const struct window *w)
{
    return w && full;
}
enum window_scaling window_scaling(const struct window *w)
{
    return w ? SCALING_WHOLE : SCALING_AUTO;
}
void window_set_scaling(struct window *w, enum window_scaling how)
{
    note("scaling %u;", (unsigned)how);
    (void)w;
}
void window_set_clipboard(struct window *w, const char *text)
{
    note("clipboard '%s';", text);
    (void)w;
}
bool picture_has_png(void)
{
    return png;
}

void link_send(struct link *l, enum link_type type, const void *data, size_t len)
{
    const uint8_t *b = data;
    note("send %u", (unsigned)type);
    for (size_t i = 0; i < len; i++)
        note(" %02x", b[i]);
    note(";");
    (void)l;
}

bool guest_request(struct guest *g, enum link_type type, const void *data, size_t len, guest_reply_fn *fn, void *ctx)
{
    if (refuses)
        return false;
    if (len > 64)
        note("request %u of %zu bytes;", (unsigned)type, len);
    else
        note("request %u '%.*s';", (unsigned)type, (int)len, data ? (const char *)data : "");
    reply = fn;
    ck_assert_ptr_eq(ctx, &f);
    (void)g;
    return true;
}

void guest_pointer(struct guest *g, enum link_axes axes, int32_t x, int32_t y, int wheel, uint8_t mask, uint8_t level)
{
    note("pointer %u %d %d %d %02x %02x;", (unsigned)axes, x, y, wheel, mask, level);
    (void)g;
}

bool control_line(struct control *c, const char *line, control_done_fn *fn, void *ctx)
{
    if (refuses)
        return false;
    note("line %s;", line);
    done = fn;
    done_ctx = ctx;
    (void)c;
    return true;
}

bool control_screendump(struct control *c, const char *path, bool as_png, control_done_fn *fn, void *ctx)
{
    if (refuses)
        return false;
    note("screendump %s%s;", as_png ? "png " : "", strrchr(path, '.'));
    done = fn;
    done_ctx = ctx;
    (void)c;
    return true;
}

void front_change_medium(struct front *front, unsigned drive, const char *path, const char *format,
                         enum medium_access access, bool force, control_done_fn *fn, void *ctx)
{
    note("insert %u %s%s%s%s;", drive, path, format ? " format" : "", access != MEDIUM_RETAIN ? " access" : "",
         force ? " force" : "");
    done = fn;
    done_ctx = ctx;
    (void)front;
}

void front_eject(struct front *front, unsigned drive, bool force, control_done_fn *fn, void *ctx)
{
    note("eject %u%s;", drive, force ? " force" : "");
    done = fn;
    done_ctx = ctx;
    (void)front;
}

void front_quit(struct front *front, enum link_cause cause)
{
    note("quit %u;", (unsigned)cause);
    (void)front;
}

void front_complain(const char *text)
{
    note("complain %s;", text);
}

/* --- The stage: a running guest with a CD drive, and what is needed beside it --- */

static void setup(void)
{
    memset(&f, 0, sizeof f);
    memset(&o, 0, sizeof o);
    done_log[0] = 0;
    refuses = asks = full = png = false;
    f.o = &o;
    f.window = (struct window *)(void *)&f; /* never looked into */
    f.guest.state = LINK_STATE_RUNNING;
    f.speed = 100;
    o.cfg.drive[0] = (struct drive_config){.present = true, .kind = DRIVE_DISK};
    o.cfg.drive[2] = (struct drive_config){.present = true, .kind = DRIVE_CD};
}

static void teardown(void)
{
    front_menu_free(&f);
}

static const struct window_ops *const ops = &front_window_ops;

static void finish(bool good, const char *text)
{
    ck_assert_ptr_eq(done_ctx, &f);
    done(done_ctx, good, text);
}

/* --- Keys and the pointer --- */

START_TEST(keys_go_to_the_guest_and_say_so_where_they_wait)
{
    static const struct {
        enum link_state state;
        uint8_t key;
        bool down;
        const char *did;
    } rows[] = {
        {LINK_STATE_RUNNING, 0x1e, true, "send 7 1e 03;"},
        {LINK_STATE_RUNNING, 0x1e, false, "send 7 1e 00;"},
        {LINK_STATE_PAUSED, 0x1e, false, "send 7 1e 00;"},
        {LINK_STATE_PAUSED, 0x2a, true, "send 7 2a 03;"}, /* Shift alone types nothing */
        {LINK_STATE_PAUSED, 0x1e, true, "say paused: keys wait until Ctrl-Alt-P goes on;send 7 1e 03;"},
        {LINK_STATE_PRELAUNCH, 0x9c, true, "say paused: keys wait until Ctrl-Alt-P goes on;send 7 9c 03;"},
        {LINK_STATE_SHUTDOWN, 0x1e, true, "say the guest has powered off: Ctrl-Alt-M resets it;send 7 1e 03;"},
        {LINK_STATE_SHUTDOWN, 0x1d, true, "send 7 1d 03;"},
    };
    ck_assert_int_eq(LINK_KEY, 7);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        f.guest.state = rows[i].state;
        ops->key(&f, rows[i].key, rows[i].down);
        did(rows[i].did);
    }
}
END_TEST

START_TEST(the_pointer_goes_to_the_guest)
{
    ops->pointer(&f, false, -3, 4, 1, 0x1f, 0x01);
    did("pointer 0 -3 4 1 1f 01;");
    ops->pointer(&f, true, 100, 200, -1, 0x02, 0x00);
    did("pointer 3 100 200 -1 02 00;");
}
END_TEST

/* --- The clipboard --- */

START_TEST(pasted_text_is_typed)
{
    char want[128];
    static const struct {
        const char *text, *typed, *then;
    } rows[] = {
        {"", NULL, ""},
        {"Ab 1\n", "Ab 1\n", ""},
        {"a\r\nb\rc", "a\nb\nc", ""}, /* each kind of line's end is one */
        {"a\303\244b", "ab", "say 1 character cannot be typed: \303\244;"},
        {"\342\202\254\303\244", NULL, "say 2 characters cannot be typed: \342\202\254\303\244;"},
        {"\001x", "x", "say 1 character cannot be typed: \001;"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        ops->paste(&f, rows[i].text);
        snprintf(want, sizeof want, "request %d '%s';%s", LINK_TYPE, rows[i].typed, rows[i].then);
        did(rows[i].typed ? want : rows[i].then);
    }
}
END_TEST

/* Only the first ones of those that cannot be typed are shown: less than 40 bytes. */
START_TEST(what_cannot_be_typed_is_shown_in_short)
{
    char text[90] = "", want[128];
    for (unsigned i = 0; i < 30; i++)
        strcat(text, "\303\244");
    ops->paste(&f, text);
    snprintf(want, sizeof want, "say 30 characters cannot be typed: %.38s;", text);
    did(want);
}
END_TEST

START_TEST(a_text_that_is_too_long_or_refused_is_not_typed)
{
    enum { MOST = 65536 - 4 };
    char *text = malloc(MOST + 2), want[64];
    memset(text, 'a', MOST + 1);
    text[MOST + 1] = 0;
    ops->paste(&f, text);
    did("say the clipboard's text is too long to be typed;");
    text[MOST] = 0;
    ops->paste(&f, text);
    snprintf(want, sizeof want, "request %d of %d bytes;", LINK_TYPE, MOST);
    did(want);
    refuses = true;
    ops->paste(&f, "a");
    did("say the machine takes no more requests now;");
    free(text);
}
END_TEST

/* Of what was asked for only a failure has words; none after the window is gone. */
START_TEST(an_answer_says_why_it_failed)
{
    ops->paste(&f, "a");
    done_log[0] = 0;
    reply(&f, LINK_LAST, (const uint8_t *)"", 0);
    did("");
    reply(&f, LINK_FAILED, (const uint8_t *)"no room....", 7);
    did("say no room;");
    f.window = NULL;
    reply(&f, LINK_FAILED, (const uint8_t *)"no room", 7);
    did("");
}
END_TEST

static void copied(const char *part, const char *last)
{
    char asked[32];
    ops->copy(&f);
    snprintf(asked, sizeof asked, "request %d '';", LINK_TEXT);
    did(asked);
    if (part)
        reply(&f, LINK_MORE, (const uint8_t *)part, strlen(part));
    reply(&f, LINK_LAST, (const uint8_t *)last, strlen(last));
}

START_TEST(the_text_screen_is_copied_without_what_fills_it_up)
{
    copied(NULL, "one  \n  two   \n \n   \n");
    did("clipboard 'one\n  two\n\n\n';say the text screen is in the clipboard;");
    copied("one ", "word\n");
    did("clipboard 'one word\n';say the text screen is in the clipboard;");
    copied(NULL, "");
    did("say this is no text screen;");
    ops->copy(&f);
    reply(&f, LINK_MORE, (const uint8_t *)"lost", 4);
    done_log[0] = 0;
    reply(&f, LINK_FAILED, (const uint8_t *)"ended", 5);
    did("");
    copied(NULL, "x");
    did("clipboard 'x';say the text screen is in the clipboard;"); /* nothing of the failed one is left */
    f.window = NULL;
    copied(NULL, "x");
    did("");
    f.window = (struct window *)(void *)&f;
    refuses = true;
    ops->copy(&f);
    did("say the machine takes no more requests now;");
}
END_TEST

/* --- Screenshots, pause, speed --- */

START_TEST(screenshots_are_named_by_the_time)
{
    struct tm tm;
    memset(&tm, 0, sizeof tm);
    ops->screenshot(&f);
    did("screendump .ppm;");
    ck_assert_int_eq(strlen(f.shot), strlen("vitrine-20240131-235959.ppm"));
    char *end = strptime(f.shot, "vitrine-%Y%m%d-%H%M%S", &tm);
    ck_assert_msg(end && !strcmp(end, ".ppm"), "%s", f.shot);
    time_t now = time(NULL);
    struct tm today;
    localtime_r(&now, &today);
    ck_assert_int_le(abs(tm.tm_year - today.tm_year), 1);
    strcpy(f.shot, "name.ppm");
    finish(true, "");
    did("say screenshot saved: name.ppm;");
    finish(false, "no picture");
    did("say no picture;complain no picture;");
    png = true;
    ops->screenshot(&f);
    did("screendump png .png;");
    f.window = NULL;
    finish(true, "");
    finish(false, "no picture");
    did("");
    f.window = (struct window *)(void *)&f;
    refuses = true;
    ops->screenshot(&f);
    did("say no screenshot now;");
}
END_TEST

START_TEST(pause_stops_a_machine_that_runs_and_goes_on_otherwise)
{
    char stop[32], cont[32];
    snprintf(stop, sizeof stop, "request %d '';", LINK_STOP);
    snprintf(cont, sizeof cont, "request %d '';", LINK_CONT);
    ops->pause(&f);
    did(stop);
    f.guest.state = LINK_STATE_PAUSED;
    ops->pause(&f);
    did(cont);
    f.guest.state = LINK_STATE_PRELAUNCH;
    ops->pause(&f);
    did(cont);
    refuses = true;
    ops->pause(&f);
    did("say the machine takes no more requests now;");
}
END_TEST

static void speed_is(uint32_t percent)
{
    char want[128];
    if (percent)
        snprintf(want, sizeof want, "send %d %02x %02x 00 00;say at most %u %% of the host's time;", LINK_SPEED,
                 percent & 0xff, percent >> 8, percent);
    else
        snprintf(want, sizeof want, "send %d 00 00 00 00;say warp: as fast as it goes;", LINK_SPEED);
    did(want);
    ck_assert_uint_eq(f.speed, percent);
    ck_assert_uint_eq(f.next_stats, 0); /* the title shows it at once */
    f.next_stats = 1;
}

START_TEST(speed_goes_in_steps)
{
    static const uint32_t steps[] = {5, 10, 25, 50, 75, 100, 150, 200, 400, 1000};
    for (unsigned i = 0; i < ARRAY_LEN(steps); i++) {
        f.speed = steps[i];
        ops->faster(&f, true);
        speed_is(steps[i + 1 < ARRAY_LEN(steps) ? i + 1 : i]);
        f.speed = steps[i];
        ops->faster(&f, false);
        speed_is(steps[i ? i - 1 : 0]);
        f.speed = steps[i] + 1; /* between two steps, or above the last one */
        ops->faster(&f, false);
        speed_is(steps[i]);
        f.speed = steps[i] - 1;
        ops->faster(&f, true);
        speed_is(steps[i]);
    }
    f.speed = 0; /* from warp, as from 100 % */
    ops->faster(&f, true);
    speed_is(150);
    f.speed = 0;
    ops->faster(&f, false);
    speed_is(75);
}
END_TEST

START_TEST(warp_is_on_or_off)
{
    ops->warp(&f);
    speed_is(0);
    ops->warp(&f);
    speed_is(100);
    o.cfg.clock = CLOCK_VIRTUAL;
    ops->warp(&f);
    did("say --clock virtual has no speed limit;");
    ck_assert_uint_eq(f.speed, 100);
}
END_TEST

/* --- The title --- */

START_TEST(the_title_is_the_guests_name_or_its_images)
{
    ck_assert_str_eq(front_title(&o), "Vitrine");
    o.cfg.drive[4] = (struct drive_config){.present = true, .kind = DRIVE_FLOPPY};
    o.drive[0].file = (char *)(uintptr_t) "dir/disk.img";
    o.drive[2].file = (char *)(uintptr_t) "dir/cd.iso";
    o.drive[4].file = (char *)(uintptr_t) "floppy.img";
    ck_assert_str_eq(front_title(&o), "disk.img"); /* the first there is */
    strcpy(o.cfg.boot, "dc");
    ck_assert_str_eq(front_title(&o), "cd.iso");
    strcpy(o.cfg.boot, "ad");
    ck_assert_str_eq(front_title(&o), "floppy.img");
    strcpy(o.cfg.boot, "cd");
    ck_assert_str_eq(front_title(&o), "disk.img");
    strcpy(o.cfg.boot, "ad");
    o.drive[4].file = NULL; /* empty */
    ck_assert_str_eq(front_title(&o), "cd.iso");
    strcpy(o.cfg.boot, "da");
    o.cfg.drive[2].present = false;
    ck_assert_str_eq(front_title(&o), "disk.img");
    o.kernel = "boot/vmlinuz";
    ck_assert_str_eq(front_title(&o), "vmlinuz");
    o.name = "";
    ck_assert_str_eq(front_title(&o), "vmlinuz");
    o.name = "a guest";
    ck_assert_str_eq(front_title(&o), "a guest");
}
END_TEST

/* --- The menu --- */

#define ACTIONS(pause, screen)                                                                          \
    "Send Ctrl-Alt-Del/Send other keys .../"                                                            \
    "/" pause "/Reset/Power button//Speed .../Scaling .../" screen                                      \
    "/Screenshot/Type the clipboard's text/Copy the text screen to the clipboard//Keys of this window/" \
    "End the machine;"
#define MAIN_MENU "menu Menu||>hdc  CD        (empty)//" ACTIONS("Pause", "Full screen")
enum { FIRST = 2, CTRL_ALT_DEL = FIRST, OTHER_KEYS, GAP, PAUSE, RESET, POWER, GAP2, SPEED, SCALING, FULL, SHOT, PASTE };
enum { COPY = PASTE + 1, GAP3, HELP, END, BEYOND };

static void open_main(void)
{
    ops->menu(&f);
    done_log[0] = 0;
}

static void choose(unsigned item)
{
    open_main();
    ops->chosen(&f, item);
}

START_TEST(the_main_menu_shows_what_there_is)
{
    ops->menu(&f);
    did(MAIN_MENU);
    ck_assert_int_eq(f.menu.level, MENU_MAIN);
    f.guest.state = LINK_STATE_PAUSED;
    full = true;
    o.drive[2].file = (char *)(uintptr_t) "dir/cd.iso";
    o.cfg.drive[5] = (struct drive_config){.present = true, .kind = DRIVE_FLOPPY};
    ops->menu(&f);
    did("menu Menu||>hdc  CD        cd.iso/fdb  diskette  (empty)//" ACTIONS("Go on", "Leave the full screen"));
    o.cfg.drive[2].present = o.cfg.drive[5].present = false; /* no drive: no gap either */
    ops->menu(&f);
    did("menu Menu||>" ACTIONS("Go on", "Leave the full screen"));
    ops->chosen(&f, 0);
    did("say Ctrl-Alt-Del is sent;line sendkey ctrl-alt-delete;");
}
END_TEST

START_TEST(each_item_does_what_it_says)
{
    static const struct {
        unsigned item;
        const char *did;
    } rows[] = {
        {CTRL_ALT_DEL, "say Ctrl-Alt-Del is sent;line sendkey ctrl-alt-delete;"},
        {RESET, "say reset;line system_reset;"},
        {POWER, "say the power button is pressed;line system_powerdown;"},
        {FULL, "full screen;"},
        {SHOT, "screendump .ppm;"},
        {PASTE, "clipboard;"},
        {HELP, "help;"},
        {1, ""}, /* gaps */
        {GAP, ""},
        {GAP2, ""},
        {GAP3, ""},
        {BEYOND, ""},
        {WINDOW_MENU_BACK - 1, ""},
        {WINDOW_MENU_BACK, ""}, /* the menu is closed */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        choose(rows[i].item);
        did(rows[i].did);
        ck_assert_int_eq(f.menu.level, MENU_NONE);
    }
    char want[32];
    choose(PAUSE);
    snprintf(want, sizeof want, "request %d '';", LINK_STOP);
    did(want);
    choose(COPY);
    snprintf(want, sizeof want, "request %d '';", LINK_TEXT);
    did(want);
    choose(RESET);
    done_log[0] = 0;
    finish(true, "");
    did("");
    finish(false, "it failed");
    did("say it failed;");
    f.window = NULL;
    finish(false, "it failed");
    did("");
    f.window = (struct window *)(void *)&f;
    refuses = true;
    choose(RESET);
    did("say reset;say the machine takes no more requests now;");
}
END_TEST

START_TEST(keys_of_the_menu_are_sent)
{
    static const struct {
        const char *label, *keys;
    } rows[] = {
        {"Ctrl-Alt-Backspace", "ctrl-alt-backspace"},
        {"Ctrl-Alt-F1", "ctrl-alt-f1"},
        {"Ctrl-Alt-F2", "ctrl-alt-f2"},
        {"Ctrl-Alt-F3", "ctrl-alt-f3"},
        {"Ctrl-Alt-F4", "ctrl-alt-f4"},
        {"Ctrl-Alt-F5", "ctrl-alt-f5"},
        {"Ctrl-Alt-F6", "ctrl-alt-f6"},
        {"Ctrl-Alt-F7", "ctrl-alt-f7"},
        {"Alt-Tab", "alt-tab"},
        {"Alt-F4", "alt-f4"},
        {"Ctrl-Esc", "ctrl-esc"},
        {"PrtSc", "print"},
        {"Alt-SysRq", "alt-print"},
        {"Pause", "pause"},
        {"Ctrl-Break", "ctrl-pause"},
        {"Scroll Lock", "scroll_lock"},
        {"Num Lock", "num_lock"},
        {"Windows key", "meta_l"},
        {"Menu key", "compose"},
        {"F11", "f11"},
        {"F12", "f12"},
    };
    char want[1024] = "menu Keys for the guest||>";
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        snprintf(want + strlen(want), sizeof want - strlen(want), "%s%s", i ? "/" : "", rows[i].label);
    strcat(want, ";");
    choose(OTHER_KEYS);
    did(want);
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        char sent[128];
        choose(OTHER_KEYS);
        done_log[0] = 0;
        ops->chosen(&f, i);
        snprintf(sent, sizeof sent, "say %s is sent;line sendkey %s;", rows[i].label, rows[i].keys);
        did(sent);
    }
    choose(OTHER_KEYS);
    done_log[0] = 0;
    ops->chosen(&f, ARRAY_LEN(rows));
    did("");
    choose(OTHER_KEYS);
    done_log[0] = 0;
    ops->chosen(&f, WINDOW_MENU_BACK);
    did(MAIN_MENU);
}
END_TEST

START_TEST(speeds_of_the_menu)
{
    static const uint32_t speeds[] = {0, 1000, 400, 200, 150, 100, 75, 50, 25, 10, 5};
    for (unsigned i = 0; i < ARRAY_LEN(speeds); i++) {
        char want[1024] = "menu Speed||";
        f.speed = speeds[i];
        for (unsigned k = 0; k < ARRAY_LEN(speeds); k++) {
            size_t n = strlen(want);
            if (k)
                snprintf(want + n, sizeof want - n, "/%sat most %u %% of the host's time", k == i ? ">" : "",
                         speeds[k]);
            else
                snprintf(want + n, sizeof want - n, "%swarp: as fast as it goes", k == i ? ">" : "");
        }
        strcat(want, ";");
        choose(SPEED);
        did(want);
        ops->chosen(&f, i);
        speed_is(speeds[i]);
    }
    f.speed = 77; /* none of them */
    choose(SPEED);
    ck_assert_ptr_nonnull(strstr(done_log, "||>warp"));
    done_log[0] = 0;
    ops->chosen(&f, ARRAY_LEN(speeds));
    did("");
}
END_TEST

START_TEST(scalings_of_the_menu)
{
    static const char *const rows[] = {"scaling 0;", "scaling 1;", "scaling 2;", "own size;"};
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        choose(SCALING);
        did("menu Scaling||fills the window, 1:1 in its own size/the monitor's shape, always/>whole pixels/size 1:1;");
        ops->chosen(&f, i);
        did(rows[i]);
    }
}
END_TEST

/* --- The end --- */

#define QUESTION                                                                          \
    "menu The guest is running. End the machine?|(the same key or button again ends it)|" \
    ">Go on/Press its power button/End it now: what the guest has not saved is lost;"
#define QUIT "quit 2;" /* as a signal of the host's */

START_TEST(the_end_is_asked_for_once)
{
    choose(END);
    did(QUESTION);
    ops->chosen(&f, 0);
    did("");
    choose(END);
    done_log[0] = 0;
    ops->chosen(&f, 1);
    did("say the power button is pressed;line system_powerdown;");
    choose(END);
    done_log[0] = 0;
    ops->chosen(&f, 2);
    did(QUIT);
    choose(END);
    done_log[0] = 0;
    ops->chosen(&f, WINDOW_MENU_BACK); /* no menu behind it */
    did("");
    ops->close(&f, true);
    did(QUESTION);
    ops->close(&f, true); /* the question is not shown any more */
    did(QUESTION);
    asks = true;
    ops->close(&f, false);
    did(QUIT);
    open_main();
    ops->close(&f, false); /* another menu is shown */
    did(QUESTION);
}
END_TEST

START_TEST(nothing_is_asked_where_nothing_is_lost)
{
    o.no_confirm = true;
    ops->close(&f, true);
    did(QUIT);
    o.no_confirm = false;
    for (unsigned i = 0; i <= LINK_STATE_SHUTDOWN; i++) {
        f.guest.state = (enum link_state)i;
        f.menu.level = MENU_NONE;
        ops->close(&f, true);
        did(i == LINK_STATE_RUNNING ? QUESTION : QUIT);
    }
    o.no_window_close = true;
    ops->close(&f, true);
    did("say window-close=off: Ctrl-Alt-Q ends the machine;");
    ops->close(&f, false);
    did(QUIT);
}
END_TEST

/* --- Media, in a folder of their own --- */

static void image(const char *name, long bytes)
{
    FILE *file = fopen(name, "w");
    ck_assert(file && ftruncate(fileno(file), bytes) == 0);
    fclose(file);
}

static void media_setup(void)
{
    char folder[] = "/tmp/vitrine-menu.XXXXXX";
    ck_assert(mkdtemp(folder) && chdir(folder) == 0);
    setup();
    image("one.iso", 65536);
    image("two.iso", 65536);
    image("a.img", 1474560);
    ck_assert(system("mkdir sub && cp two.iso sub/three.iso") == 0);
}

static void media_teardown(void)
{
    char folder[64], command[96];
    teardown();
    ck_assert(getcwd(folder, sizeof folder) && chdir("/") == 0);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert(!strncmp(folder, "/tmp/vitrine-menu.", 18) && system(command) == 0);
}

#define DRIVE_ITEM 0
#define EMPTY_CD   "menu hdc (CD): empty||>Type a path .../one.iso/two.iso/..//sub/;"
enum { TYPED, ONE, TWO, UP, SUB, BEYOND_FILES };

START_TEST(images_are_chosen_from_the_menu)
{
    choose(DRIVE_ITEM);
    did(EMPTY_CD);
    ops->chosen(&f, TWO);
    did("insert 2 two.iso;");
    ck_assert_ptr_nonnull(f.menu.recent[0]);
    choose(DRIVE_ITEM);
    done_log[0] = 0;
    ops->chosen(&f, SUB); /* a folder is gone into */
    did("menu hdc (CD): empty||>Type a path .../two.iso/three.iso/../;");
    ops->chosen(&f, 2);
    did("insert 2 sub/three.iso;");
    choose(DRIVE_ITEM);
    done_log[0] = 0;
    ops->chosen(&f, BEYOND_FILES + 9);
    did("");
}
END_TEST

START_TEST(a_medium_is_taken_out_from_the_menu)
{
    o.drive[2].file = (char *)(uintptr_t) "sub/three.iso";
    choose(DRIVE_ITEM);
    did("menu hdc (CD): three.iso||>Type a path .../Take out what is in it/three.iso/../;"); /* beside it */
    ops->chosen(&f, 1);
    did("eject 2;");
    finish(false, "the tray is locked");
    did("complain the tray is locked;menu hdc (CD): three.iso|the tray is locked|>Type a path .../"
        "Take out what is in it/three.iso/../;");
}
END_TEST

START_TEST(a_path_is_typed_until_it_is_right)
{
    choose(DRIVE_ITEM);
    done_log[0] = 0;
    ops->chosen(&f, TYPED);
    did("ask Path of the image:||;");
    ops->entered(&f, ""); /* nothing */
    did("");
    ops->entered(&f, "no.iso");
    did("insert 2 no.iso;");
    finish(false, "no.iso is not there");
    did("complain no.iso is not there;ask Path of the image:|no.iso is not there|no.iso;");
    ck_assert_int_eq(f.menu.level, MENU_PATH);
    asks = true; /* something else was opened meanwhile: it stays */
    ops->entered(&f, "no.iso");
    done_log[0] = 0;
    finish(false, "no.iso is not there");
    did("complain no.iso is not there;say no.iso is not there;");
    finish(true, "");
    did("");
    f.window = NULL;
    finish(false, "no.iso is not there");
    did("");
    char text[64] = "one";
    ck_assert_ptr_null(ops->complete(&f, text, sizeof text));
    ck_assert_str_eq(text, "one.iso");
}
END_TEST

START_TEST(the_last_six_images_are_offered_first)
{
    static const char *const names[] = {"1.iso", "2.iso", "3.iso", "4.iso", "5.iso", "6.iso", "7.iso"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        image(names[i], 65536);
        ops->drop(&f, names[i]);
    }
    ops->drop(&f, "3.iso"); /* once more: it moves to the front */
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        ck_assert(i == 3 || unlink(names[i]) == 0); /* what is gone is not offered */
    ck_assert(MENU_RECENT == 6);
    static const char *const order[] = {"3.iso", "7.iso", "6.iso", "5.iso", "4.iso", "2.iso"};
    for (unsigned i = 0; i < MENU_RECENT; i++)
        ck_assert_str_eq(f.menu.recent[i], order[i]);
    choose(DRIVE_ITEM);
    did("menu hdc (CD): empty||>Type a path .../4.iso/one.iso/two.iso/..//sub/;");
}
END_TEST

START_TEST(a_dropped_file_goes_into_the_drive_that_it_fits)
{
    o.cfg.drive[3] = (struct drive_config){.present = true, .kind = DRIVE_CD};
    o.cfg.drive[4] = (struct drive_config){.present = true, .kind = DRIVE_FLOPPY};
    o.drive[4].file = (char *)(uintptr_t) "was.img";
    ops->drop(&f, "one.iso");
    did("insert 2 one.iso;");
    ops->drop(&f, "a.img");
    did("insert 4 a.img;");
    ck_assert_str_eq(f.menu.recent[0], "a.img");
    ck_assert_str_eq(f.menu.recent[1], "was.img"); /* what it takes the place of */
    ops->drop(&f, "no such file");
    did("insert 2 no such file;");
    finish(false, "it is not there");
    did("complain it is not there;say it is not there;"); /* it came from no menu */
    o.cfg.drive[2].present = o.cfg.drive[3].present = o.cfg.drive[4].present = false;
    ops->drop(&f, "one.iso");
    did("say there is no CD or diskette drive: start with -cdrom or -fda;");
}
END_TEST

START_TEST(a_medium_that_was_changed_is_shown)
{
    front_menu_medium(&f, 2);
    did("say hdc: empty;");
    o.drive[2].file = (char *)(uintptr_t) "sub/three.iso";
    front_menu_medium(&f, 2);
    did("say hdc: three.iso;");
    f.window = NULL;
    front_menu_medium(&f, 2);
    did("");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("menu");
    TCase *t = tcase_create("window"), *m = tcase_create("media");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, keys_go_to_the_guest_and_say_so_where_they_wait);
    tcase_add_test(t, the_pointer_goes_to_the_guest);
    tcase_add_test(t, pasted_text_is_typed);
    tcase_add_test(t, what_cannot_be_typed_is_shown_in_short);
    tcase_add_test(t, a_text_that_is_too_long_or_refused_is_not_typed);
    tcase_add_test(t, an_answer_says_why_it_failed);
    tcase_add_test(t, the_text_screen_is_copied_without_what_fills_it_up);
    tcase_add_test(t, screenshots_are_named_by_the_time);
    tcase_add_test(t, pause_stops_a_machine_that_runs_and_goes_on_otherwise);
    tcase_add_test(t, speed_goes_in_steps);
    tcase_add_test(t, warp_is_on_or_off);
    tcase_add_test(t, the_title_is_the_guests_name_or_its_images);
    tcase_add_test(t, the_main_menu_shows_what_there_is);
    tcase_add_test(t, each_item_does_what_it_says);
    tcase_add_test(t, keys_of_the_menu_are_sent);
    tcase_add_test(t, speeds_of_the_menu);
    tcase_add_test(t, scalings_of_the_menu);
    tcase_add_test(t, the_end_is_asked_for_once);
    tcase_add_test(t, nothing_is_asked_where_nothing_is_lost);
    suite_add_tcase(s, t);
    tcase_add_checked_fixture(m, media_setup, media_teardown);
    tcase_add_test(m, images_are_chosen_from_the_menu);
    tcase_add_test(m, a_medium_is_taken_out_from_the_menu);
    tcase_add_test(m, a_path_is_typed_until_it_is_right);
    tcase_add_test(m, the_last_six_images_are_offered_first);
    tcase_add_test(m, a_dropped_file_goes_into_the_drive_that_it_fits);
    tcase_add_test(m, a_medium_that_was_changed_is_shown);
    suite_add_tcase(s, m);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
