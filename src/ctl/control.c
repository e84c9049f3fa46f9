/* SPDX-License-Identifier: MIT */
/* Console commands of the front end, and what goes through to the machine's console. */
#include "config.h"

#include "ctl/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ctl/keys.h"
#include "machine/catalog.h"

enum { HOLD_MS = 100, MAX_KEYS = 8, REPLY_MAX = 1 << 22, POWER_RESET_BYTE = 1 };

/* A request whose reply is collected. */
struct waiting {
    control_done_fn *done;
    void *ctx;
    struct buf reply;
    size_t max;
    struct control *c;
    char *path; /* a screenshot's */
    bool png;
};

static struct waiting *waiting_new(struct control *c, size_t max, control_done_fn *done, void *ctx)
{
    struct waiting *w = calloc(1, sizeof *w);
    if (w) {
        w->done = done;
        w->ctx = ctx;
        w->max = max;
        w->c = c;
    }
    return w;
}

static void waiting_free(struct waiting *w)
{
    buf_free(&w->reply);
    free(w->path);
    free(w);
}

static void finish(struct waiting *w, bool good, const char *text)
{
    w->done(w->ctx, good, text);
    waiting_free(w);
}

static bool collect(struct waiting *w, const uint8_t *data, size_t len)
{
    if (w->reply.len + len > w->max)
        return false;
    buf_add(&w->reply, data, len);
    return true;
}

static void picture_came(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct waiting *w = ctx;
    if (kind == LINK_FAILED) {
        finish(w, false, (const char *)data);
        return;
    }
    bool fits = collect(w, data, len);
    if (kind == LINK_MORE)
        return;
    struct error err;
    uint32_t pw, ph;
    const uint8_t *pixels;
    if (!fits || !guest_picture(w->reply.data, w->reply.len, &pw, &ph, &pixels))
        finish(w, false, "there is no picture to save");
    else if (!w->c->save_picture(w->path, w->png, pw, ph, pixels, &err))
        finish(w, false, err.text);
    else
        finish(w, true, "");
}

bool control_screendump(struct control *c, const char *path, bool png, control_done_fn *done,
                        void *ctx)
{
    struct waiting *w = waiting_new(c, GUEST_PICTURE_MAX, done, ctx);
    if (!w)
        return false;
    w->path = strdup(path);
    w->png = png;
    if (w->path && guest_request(c->guest, LINK_SCREENSHOT, NULL, 0, picture_came, w))
        return true;
    waiting_free(w);
    return false;
}

/* Output of the machine's console: text, but nothing in it may steer a terminal. */
static void text_came(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct waiting *w = ctx;
    if (kind == LINK_FAILED) {
        finish(w, false, (const char *)data);
        return;
    }
    bool fits = collect(w, data, len);
    if (kind == LINK_MORE)
        return;
    for (size_t i = 0; i < w->reply.len; i++)
        if (w->reply.data[i] != '\n' && w->reply.data[i] != '\t' &&
            (w->reply.data[i] < 0x20 || w->reply.data[i] == 0x7f))
            w->reply.data[i] = '?';
    finish(w, fits,
           !fits           ? "the output is too long"
           : w->reply.data ? (const char *)w->reply.data
                           : "");
}

static bool send(struct control *c, enum link_type type, const void *data, size_t len,
                 control_done_fn *done, void *ctx)
{
    struct waiting *w = waiting_new(c, REPLY_MAX, done, ctx);
    if (w && guest_request(c->guest, type, data, len, text_came, w))
        return true;
    if (w)
        waiting_free(w);
    return false;
}

size_t control_keys(const char *names, uint8_t *keys, size_t room)
{
    size_t n = 0;
    while (*names) {
        size_t len = strcspn(names, "-");
        uint8_t key = key_by_name(names, len);
        if (!key || n == room)
            return 0;
        keys[n++] = key;
        names += len + (names[len] == '-');
    }
    return n;
}

static bool sendkey(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    uint8_t msg[4 + MAX_KEYS];
    char names[128];
    size_t len = strcspn(args, " ");
    const char *hold = args + len + strspn(args + len, " ");
    size_t n = 0;
    if (len < sizeof names) {
        memcpy(names, args, len);
        names[len] = 0;
        n = control_keys(names, msg + 4, MAX_KEYS);
    }
    if (!n) {
        done(ctx, true, "sendkey: unknown key; say for example 'sendkey ctrl-alt-delete'\n");
        return true;
    }
    st32(msg, *hold ? (uint32_t)strtoul(hold, NULL, 10) : HOLD_MS);
    return send(c, LINK_KEYS, msg, 4 + n, done, ctx);
}

/* What the front end itself knows. */
static bool info(struct control *c, const char *what, control_done_fn *done, void *ctx)
{
    struct buf out = {0};
    bool known = c->info && c->info(c->ctx, what, &out);
    if (known)
        done(ctx, true, out.data ? (const char *)out.data : "");
    buf_free(&out);
    return known;
}

static bool is(const char *line, const char *a, const char *b)
{
    return !strcmp(line, a) || !strcmp(line, b);
}

bool control_line(struct control *c, const char *line, control_done_fn *done, void *ctx)
{
    static const uint8_t reset = POWER_RESET_BYTE;
    while (*line == ' ')
        line++;
    if (is(line, "stop", "s"))
        return send(c, LINK_STOP, NULL, 0, done, ctx);
    if (is(line, "cont", "c"))
        return send(c, LINK_CONT, NULL, 0, done, ctx);
    if (!strcmp(line, "system_reset"))
        return send(c, LINK_POWER, &reset, sizeof reset, done, ctx);
    if (!strncmp(line, "sendkey ", 8))
        return sendkey(c, line + 8 + strspn(line + 8, " "), done, ctx);
    if (!strncmp(line, "screendump ", 11))
        return control_screendump(c, line + 11 + strspn(line + 11, " "), false, done, ctx);
    if (!strncmp(line, "info ", 5) && info(c, line + 5 + strspn(line + 5, " "), done, ctx))
        return true;
    if (is(line, "quit", "q")) {
        done(ctx, true, "");
        c->quit(c->ctx);
        return true;
    }
    size_t n = strlen(line);
    if (n > 4096) {
        done(ctx, true, "the line is too long\n");
        return true;
    }
    return send(c, LINK_COMMAND, line, n, done, ctx);
}
