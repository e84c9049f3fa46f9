/* SPDX-License-Identifier: MIT */
/* -display curses: asks the machine for the text screen when a frame says that it changed, at most
 * 30 times a second, and sends what was typed. */
#include "config.h"

#include "front/front.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "bus/keys.h"
#include "link/cells.h"
#include "ui/text_display.h"

enum { PERIOD_MS = 33, KEYS_UNDER_WAY = 16, HOLD_MS = 10 };
#define REPLY_MAX ((size_t)32 + CELLS_MAX_COLS * CELLS_MAX_ROWS * 2)

struct front_text {
    struct front *f;
    struct text_display *display;
    struct buf reply;
    bool changed, asked;
    unsigned keys; /* requests under way */
    uint64_t next; /* host ns: not asked again before */
};

static void keys_done(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct front_text *t = ctx;
    (void)data, (void)len;
    if (kind != LINK_MORE)
        t->keys--;
}

static bool on_keys(void *ctx, const uint8_t *qnum, size_t n)
{
    struct front_text *t = ctx;
    uint8_t msg[4 + 8];
    if (t->keys >= KEYS_UNDER_WAY)
        return false;
    st32(msg, HOLD_MS);
    memcpy(msg + 4, qnum, n);
    if (!guest_request(&t->f->guest, LINK_KEYS, msg, 4 + n, keys_done, t))
        return false;
    t->keys++;
    return true;
}

static uint8_t key_of(char c, bool *shift)
{
    return key_by_char(c, shift);
}

static void on_close(void *ctx)
{
    struct front_text *t = ctx;
    front_quit(t->f, LINK_CAUSE_HOST_SIGNAL);
}

bool front_open_text(struct front *f, struct error *err)
{
    static const struct text_display_ops ops = {on_keys, key_of, on_close};
    if (f->o->display != DISPLAY_CURSES)
        return true;
    f->text = calloc(1, sizeof *f->text);
    if (!f->text)
        return error_set(err, "out of memory");
    f->text->f = f;
    f->text->changed = true;
    f->text->display = text_display_open(f->o->name ? f->o->name : "Vitrine", &ops, f->text, err);
    return f->text->display != NULL;
}

void front_close_text(struct front *f)
{
    if (f->text)
        text_display_close(f->text->display);
    if (f->text)
        f->text->display = NULL;
}

/* After the requests under way have failed. */
void front_free_text(struct front *f)
{
    front_close_text(f);
    if (f->text)
        buf_free(&f->text->reply);
    free(f->text);
    f->text = NULL;
}

static void cells_came(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct front_text *t = ctx;
    struct cells c;
    if (kind != LINK_FAILED && t->reply.len + len <= REPLY_MAX)
        buf_add(&t->reply, data, len);
    if (kind == LINK_MORE)
        return;
    t->asked = false;
    if (kind == LINK_LAST && t->display && cells_get(t->reply.data, t->reply.len, &c)) {
        struct text_screen s = {c.text, c.w, c.h, c.x, c.y, c.cursor, c.blink, c.cells};
        text_display_show(t->display, &s);
    }
    buf_clear(&t->reply);
}

void front_text_changed(struct front *f)
{
    if (f->text)
        f->text->changed = true;
}

void front_text_redraw(struct front *f)
{
    if (f->text && f->text->display)
        text_display_redraw(f->text->display);
}

void front_text_resized(struct front *f)
{
    if (f->text && f->text->display)
        text_display_resized(f->text->display);
}

/* Lowers *timeout to when the screen may be asked for again. */
bool front_text_waits(struct front *f, int *timeout)
{
    struct front_text *t = f->text;
    if (!t || !t->display)
        return false;
    if (t->changed && !t->asked) {
        uint64_t now = front_now();
        int ms = t->next > now ? (int)((t->next - now) / 1000000 + 1) : 0;
        if (*timeout < 0 || ms < *timeout)
            *timeout = ms;
    }
    return t->keys < KEYS_UNDER_WAY;
}

void front_text_serve(struct front *f, bool typed)
{
    struct front_text *t = f->text;
    if (!t || !t->display)
        return;
    if (typed)
        text_display_keys(t->display);
    uint64_t now = front_now();
    if (!t->changed || t->asked || now < t->next || f->quitting)
        return;
    if (!guest_request(&f->guest, LINK_CELLS, NULL, 0, cells_came, t))
        return;
    t->asked = true;
    t->changed = false;
    t->next = now + PERIOD_MS * UINT64_C(1000000);
}
