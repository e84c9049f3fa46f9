/* SPDX-License-Identifier: MIT */
/* A monitor: lines from a character back end go to control_line(), one at a time. */
#include "config.h"

#include "ctl/hmp/monitor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/hmp/complete.h"
#include "ctl/hmp/hmp.h"
#include "ctl/hmp/line_edit.h"

enum { KEYS_ROOM = 4096, OUTPUT_HIGH = 1 << 18 };

struct monitor {
    struct control *control;
    struct chardev *chr;
    struct line_edit *edit;
    bool mux, focused, greeted;
    bool busy;              /* a command is under way */
    bool taking;            /* keys are being taken: a command that is done at once does not take them again */
    uint64_t client, asked; /* counts clients; who asked what is under way */
    struct buf keys;
};

static void show(void *ctx, const char *text, size_t len)
{
    struct monitor *m = ctx;
    while (len) {
        const char *nl = memchr(text, '\n', len);
        size_t n = nl ? (size_t)(nl - text) : len;
        bool cr = n && text[n - 1] == '\r';
        chardev_write(m->chr, text, n);
        if (!nl)
            return;
        chardev_puts(m->chr, cr ? "\n" : "\r\n");
        text += n + 1;
        len -= n + 1;
    }
}

static void puts_to(struct monitor *m, const char *text)
{
    show(m, text, strlen(text));
}

static void take_keys(struct monitor *m)
{
    if (m->taking)
        return;
    m->taking = true;
    while (!m->busy && m->keys.len) {
        uint8_t c = m->keys.data[0];
        buf_drop(&m->keys, 1);
        line_edit_key(m->edit, c);
    }
    m->taking = false;
}

static void done(void *ctx, bool good, const char *text)
{
    struct monitor *m = ctx;
    size_t n = strlen(text);
    (void)good;
    m->busy = false;
    if (m->asked == m->client) {
        puts_to(m, text);
        if (n && text[n - 1] != '\n')
            puts_to(m, "\n");
    }
    if (m->focused)
        line_edit_begin(m->edit);
    take_keys(m);
    chardev_room(m->chr);
}

static void line(void *ctx, const char *text)
{
    struct monitor *m = ctx;
    m->busy = true;
    m->asked = m->client;
    if (!control_line(m->control, text, done, m))
        done(m, false, "the machine takes no more requests now");
}

static void greet(struct monitor *m)
{
    if (!m->greeted)
        puts_to(m, (m->mux ? "\nVitrine " PACKAGE_VERSION " monitor - type 'help' for more information\n"
                           : "Vitrine " PACKAGE_VERSION " monitor - type 'help' for more information\n"));
    else
        puts_to(m, "\n");
    m->greeted = true;
    if (!m->busy)
        line_edit_begin(m->edit);
}

static void input(void *ctx, const uint8_t *data, size_t len)
{
    struct monitor *m = ctx;
    buf_add(&m->keys, data, len);
    take_keys(m);
}

static size_t room(void *ctx)
{
    const struct monitor *m = ctx;
    bool behind = chardev_queued(m->chr) > OUTPUT_HIGH; /* it does not read what it asked for */
    return m->busy || behind || m->keys.len ? 0 : KEYS_ROOM;
}

static void event(void *ctx, enum chardev_event ev)
{
    struct monitor *m = ctx;
    switch (ev) {
    case CHARDEV_OPENED:
        m->greeted = false;
        if (m->focused)
            greet(m);
        break;
    case CHARDEV_CLOSED:
        m->client++;
        buf_clear(&m->keys);
        break;
    case CHARDEV_FOCUS:
        m->focused = true;
        greet(m);
        break;
    case CHARDEV_UNFOCUS:
        m->focused = false;
        puts_to(m, "\n");
        break;
    case CHARDEV_BREAK: break;
    }
}

static void complete(void *ctx, const char *before, const char *typed, struct word_list *to)
{
    const struct monitor *m = ctx;
    hmp_complete(m->control, before, typed, to);
}

/* Ctrl-D: on the terminal that Vitrine was started on, its end; a client is sent away, and others stay. */
static void end(void *ctx)
{
    struct monitor *m = ctx;
    if (chardev_option(m->chr)->kind == CHARDEV_STDIO) {
        puts_to(m, "quit\n");
        line(m, "quit");
    } else {
        chardev_disconnect(m->chr);
    }
}

struct monitor *monitor_new(struct control *c, struct chardev *chr, struct error *err)
{
    static const struct line_edit_ops ops = {show, line, complete, end};
    struct monitor *m = calloc(1, sizeof *m);
    const struct chardev_option *o = chardev_option(chr);
    struct chardev_user user = {"the monitor", input, room, event, m};
    if (!m) {
        error_set(err, "out of memory");
        return NULL;
    }
    m->control = c;
    m->chr = chr;
    m->mux = o->mux;
    m->focused = !o->mux;
    m->edit =
        line_edit_new(chardev_is_terminal(chr), o->kind == CHARDEV_STDIO ? STDOUT_FILENO : -1, "(vitrine) ", &ops, m);
    if (!m->edit)
        error_set(err, "out of memory");
    if (m->edit && chardev_use(chr, &user, err))
        return m;
    monitor_free(m);
    return NULL;
}

void monitor_free(struct monitor *m)
{
    if (!m)
        return;
    line_edit_free(m->edit);
    buf_free(&m->keys);
    free(m);
}
