/* SPDX-License-Identifier: MIT */
/* What the window asks for: keys and the pointer to the guest, screenshots, the clipboard both
 * ways, pause, speed, media. */
#include "config.h"

#include "front/front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"
#include "bus/input.h"
#include "bus/keys.h"
#include "ui/picture.h"

/* The guest's name; else the first file's of those that it starts from. */
const char *front_title(const struct options *o)
{
    if (o->name && o->name[0])
        return o->name;
    if (o->kernel)
        return path_base(o->kernel);
    for (const char *c = o->cfg.boot; *c; c++)
        for (unsigned i = 0; i < MAX_DRIVES; i++) {
            enum drive_kind kind = *c == 'd' ? DRIVE_CD : *c == 'a' ? DRIVE_FLOPPY : DRIVE_DISK;
            if (o->cfg.drive[i].present && o->drive[i].file && o->cfg.drive[i].kind == kind)
                return path_base(o->drive[i].file);
        }
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        if (o->drive[i].file)
            return path_base(o->drive[i].file);
    return "Vitrine";
}

static void on_key(void *ctx, uint8_t qnum, bool down)
{
    struct front *f = ctx;
    if (down && f->guest.state != LINK_STATE_RUNNING && !key_is_modifier(qnum))
        window_message(f->window, f->guest.state == LINK_STATE_SHUTDOWN
                                      ? "the guest has powered off: Ctrl-Alt-M resets it"
                                      : "paused: keys wait until Ctrl-Alt-P goes on");
    uint8_t msg[2] = {qnum, down ? KEY_HOST : KEY_UP};
    link_send(&f->guest.link, LINK_KEY, msg, sizeof msg);
}

static void on_pointer(void *ctx, bool absolute, int32_t x, int32_t y, int wheel, uint8_t mask, uint8_t level)
{
    struct front *f = ctx;
    guest_pointer(&f->guest, absolute ? LINK_AXES_ABSOLUTE : LINK_AXES_RELATIVE, x, y, wheel, mask, level);
}

static void shot_done(void *ctx, bool good, const char *text)
{
    struct front *f = ctx;
    if (!f->window)
        return;
    if (good) {
        char said[sizeof f->shot + 32];
        snprintf(said, sizeof said, "screenshot saved: %s", f->shot);
        window_message(f->window, said);
        return;
    }
    window_message(f->window, text);
    front_complain(text);
}

static void on_screenshot(void *ctx)
{
    struct front *f = ctx;
    char *path = f->shot;
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(path, sizeof f->shot - 4, "vitrine-%Y%m%d-%H%M%S", &tm);
    strcat(path, picture_has_png() ? ".png" : ".ppm");
    if (!control_screendump(&f->control, path, picture_has_png(), shot_done, f))
        window_message(f->window, "no screenshot now");
}

/* --- The clipboard --- */

/* Only what failed is told: for the success there are other words. */
static void told(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct front *f = ctx;
    char text[160];
    if (kind != LINK_FAILED || !f->window)
        return;
    snprintf(text, sizeof text, "%.*s", (int)len, (const char *)data);
    window_message(f->window, text);
}

/* Appends the first few characters that cannot be typed to `list`. */
static void list_odd(struct buf *list, const char *c, size_t n)
{
    enum { ENOUGH = 40 };
    if (list->len + n < ENOUGH)
        buf_add(list, c, n);
}

/* A character of UTF-8 at p: its bytes. */
static size_t character(const char *p)
{
    size_t n = 1;
    while ((p[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static void say_odd(struct front *f, unsigned odd, struct buf *list)
{
    char text[160];
    buf_add8(list, 0);
    snprintf(text, sizeof text, "%u character%s cannot be typed: %.80s", odd, odd == 1 ? "" : "s",
             (const char *)list->data);
    window_message(f->window, text);
}

static void on_paste(void *ctx, const char *text)
{
    struct front *f = ctx;
    struct buf typed = {0}, list = {0};
    unsigned odd = 0;
    bool shift;
    for (size_t n; *text; text += n) {
        n = character(text);
        if (*text == '\r') {
            if (text[1] != '\n')
                buf_add8(&typed, '\n');
        } else if (n == 1 && key_by_char(*text, &shift)) {
            buf_add8(&typed, (uint8_t)*text);
        } else {
            odd++;
            list_odd(&list, text, n);
        }
    }
    if (typed.len > LINK_TYPING_MAX - 4)
        window_message(f->window, "the clipboard's text is too long to be typed");
    else if (typed.len && !guest_request(&f->guest, LINK_TYPE, typed.data, typed.len, told, f))
        window_message(f->window, "the machine takes no more requests now");
    else if (odd)
        say_odd(f, odd, &list);
    buf_free(&typed);
    buf_free(&list);
}

/* Lines without what fills them up at their ends. */
static void trimmed(struct buf *out, const uint8_t *data, size_t len)
{
    size_t end = 0;
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n')
            out->len = end;
        buf_add8(out, data[i]);
        if (data[i] != ' ')
            end = out->len;
    }
    out->len = MIN(out->len, end);
    buf_add8(out, 0);
}

static void text_came(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct front *f = ctx;
    enum { MOST = 1 << 20 };
    if (kind == LINK_MORE && f->copied.len < MOST)
        buf_add(&f->copied, data, len);
    if (kind == LINK_MORE)
        return;
    if (kind == LINK_LAST && f->window) {
        struct buf out = {0};
        buf_add(&f->copied, data, len);
        trimmed(&out, f->copied.data, f->copied.len);
        if (f->copied.len)
            window_set_clipboard(f->window, (const char *)out.data);
        window_message(f->window, f->copied.len ? "the text screen is in the clipboard" : "this is no text screen");
        buf_free(&out);
    }
    buf_clear(&f->copied);
}

static void on_copy(void *ctx)
{
    struct front *f = ctx;
    if (!guest_request(&f->guest, LINK_TEXT, NULL, 0, text_came, f))
        window_message(f->window, "the machine takes no more requests now");
}

/* --- Pause and speed --- */

static void on_pause(void *ctx)
{
    struct front *f = ctx;
    enum link_type what = f->guest.state == LINK_STATE_RUNNING ? LINK_STOP : LINK_CONT;
    if (!guest_request(&f->guest, what, NULL, 0, told, f))
        window_message(f->window, "the machine takes no more requests now");
}

void front_set_speed(struct front *f, uint32_t percent)
{
    uint8_t b[4];
    char text[80];
    if (f->o->cfg.clock == CLOCK_VIRTUAL) {
        window_message(f->window, "--clock virtual has no speed limit");
        return;
    }
    f->speed = percent;
    st32(b, percent);
    link_send(&f->guest.link, LINK_SPEED, b, sizeof b);
    snprintf(text, sizeof text, percent ? "at most %u %% of the host's time" : "warp: as fast as it goes", percent);
    window_message(f->window, text);
    f->next_stats = 0;
}

static void on_warp(void *ctx)
{
    struct front *f = ctx;
    front_set_speed(f, f->speed ? 0 : 100);
}

static void on_faster(void *ctx, bool up)
{
    static const uint32_t steps[] = {5, 10, 25, 50, 75, 100, 150, 200, 400, 1000};
    struct front *f = ctx;
    uint32_t now = f->speed ? f->speed : 100, next = now;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        if (up && steps[i] > now) {
            next = steps[i];
            break;
        }
        if (!up && steps[i] < now)
            next = steps[i];
    }
    front_set_speed(f, next);
}

static void on_menu(void *ctx)
{
    front_menu_main(ctx);
}

static void on_chosen(void *ctx, unsigned item)
{
    front_menu_chosen(ctx, item);
}

static void on_entered(void *ctx, const char *text)
{
    front_menu_entered(ctx, text);
}

static const char *on_complete(void *ctx, char *text, size_t room)
{
    return front_menu_complete(ctx, text, room);
}

static void on_drop(void *ctx, const char *path)
{
    front_menu_drop(ctx, path);
}

static void on_close(void *ctx, bool by_manager)
{
    struct front *f = ctx;
    if (by_manager && f->o->no_window_close)
        window_message(f->window, "window-close=off: Ctrl-Alt-Q ends the machine");
    else
        front_ask_quit(f);
}

const struct window_ops front_window_ops = {
    .key = on_key,
    .pointer = on_pointer,
    .screenshot = on_screenshot,
    .paste = on_paste,
    .copy = on_copy,
    .pause = on_pause,
    .warp = on_warp,
    .faster = on_faster,
    .menu = on_menu,
    .chosen = on_chosen,
    .entered = on_entered,
    .complete = on_complete,
    .drop = on_drop,
    .close = on_close,
};
