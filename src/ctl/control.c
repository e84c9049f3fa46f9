/* SPDX-License-Identifier: MIT */
/* Requests whose replies are collected: pictures, memory, text. */
#include "config.h"

#include "ctl/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ctl/hmp/hmp.h"
#include "ctl/host_file.h"
#include "bus/keys.h"

enum { REPLY_MAX = 1 << 22 };

/* A request whose reply is collected. */
struct waiting {
    control_done_fn *done;
    void *ctx;
    struct buf reply;
    size_t max;
    struct control *c;
    char *path; /* of a screenshot */
    bool png;
    struct host_file file; /* of memory */
    bool bad;              /* it cannot be written: err says why */
    struct error err;
};

static struct waiting *waiting_new(struct control *c, size_t max, control_done_fn *done, void *ctx)
{
    struct waiting *w = calloc(1, sizeof *w);
    if (w) {
        w->done = done;
        w->ctx = ctx;
        w->max = max;
        w->c = c;
        w->file.fd = -1;
    }
    return w;
}

static void waiting_free(struct waiting *w)
{
    host_file_drop(&w->file);
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

bool control_save_picture(struct control *c, const char *path, bool png, uint32_t w, uint32_t h, const uint8_t *pixels,
                          struct error *err)
{
    struct buf b = {0};
    bool good =
        c->encode_picture(&b, path, png, w, h, pixels, err) && host_file_save("", path, b.data, b.len, c->o, err);
    buf_free(&b);
    return good;
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
    else if (!control_save_picture(w->c, w->path, w->png, pw, ph, pixels, &err))
        finish(w, false, err.text);
    else
        finish(w, true, "");
}

bool control_screendump(struct control *c, const char *path, bool png, control_done_fn *done, void *ctx)
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

static void memory_came(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct waiting *w = ctx;
    if (kind == LINK_FAILED) {
        finish(w, false, (const char *)data);
        return;
    }
    w->bad = w->bad || !host_file_write(&w->file, "", data, len, &w->err);
    if (kind == LINK_MORE)
        return;
    w->bad = w->bad || !host_file_end(&w->file, "", &w->err);
    finish(w, !w->bad, w->bad ? w->err.text : "");
}

bool control_save_memory(struct control *c, bool physical, uint64_t at, uint64_t size, const char *path,
                         control_done_fn *done, void *ctx)
{
    uint8_t msg[16];
    struct waiting *w = waiting_new(c, 0, done, ctx);
    if (!w)
        return false;
    st64(msg, at);
    st64(msg + 8, size);
    if (!host_file_begin(&w->file, "", path, c->o, &w->err)) {
        finish(w, false, w->err.text);
        return true;
    }
    if (guest_request(c->guest, physical ? LINK_PMEM : LINK_VMEM, msg, sizeof msg, memory_came, w))
        return true;
    waiting_free(w);
    return false;
}

/* Output of the machine's console, which guest.c has cleaned. */
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
    finish(w, fits, !fits ? "the output is too long" : w->reply.data ? (const char *)w->reply.data : "");
}

bool control_send(struct control *c, enum link_type type, const void *data, size_t len, control_done_fn *done,
                  void *ctx)
{
    struct waiting *w = waiting_new(c, REPLY_MAX, done, ctx);
    if (w && guest_request(c->guest, type, data, len, text_came, w))
        return true;
    if (w)
        waiting_free(w);
    return false;
}

static uint8_t key_by_number(const char *text, size_t len)
{
    char *end;
    unsigned long v = strtoul(text, &end, 16);
    return end == text + len && v <= UINT8_MAX ? (uint8_t)v : 0;
}

size_t control_keys(const char *names, uint8_t *keys, size_t room)
{
    size_t n = 0;
    while (*names) {
        size_t len = strcspn(names, "-");
        uint8_t key = names[0] == '0' && names[1] == 'x' ? key_by_number(names, len) : key_by_name(names, len);
        if (!key || n == room)
            return 0;
        keys[n++] = key;
        names += len + (names[len] == '-');
    }
    return n;
}
