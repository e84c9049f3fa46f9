/* SPDX-License-Identifier: MIT */
/* The keys of a shared back end: Ctrl-A and a letter, QEMU's. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/chardev/chardev_priv.h"

static const char help[] = "\r\n"
                           "Ctrl-A h        this help\r\n"
                           "Ctrl-A x        quit\r\n"
                           "Ctrl-A s        writes disk changes of -snapshot back to the images\r\n"
                           "Ctrl-A t        times before each line, on and off\r\n"
                           "Ctrl-A b        a break on the serial line\r\n"
                           "Ctrl-A c        to the next user of this terminal: serial port, console\r\n"
                           "Ctrl-A Ctrl-A   a Ctrl-A\r\n";

static void tell(struct chardev *c, unsigned user, enum chardev_event ev)
{
    if (user < c->nusers && c->user[user].event)
        c->user[user].event(c->user[user].ctx, ev);
}

static void next_user(struct chardev *c)
{
    unsigned before = c->focus;
    if (c->nusers < 2)
        return;
    /* What is still held was typed for the one before. */
    buf_clear(&c->held);
    c->focus = (before + 1) % c->nusers;
    tell(c, before, CHARDEV_UNFOCUS);
    tell(c, c->focus, CHARDEV_FOCUS);
}

static void wish(struct chardev *c, uint8_t key)
{
    const struct chardev_host *h = c->host;
    switch (key) {
    case 'h':
    case '?': chardev_puts(c, help); break;
    case 'x':
        chardev_puts(c, "\r\nVitrine: terminated\r\n");
        h->quit(h->ctx);
        break;
    case 's': h->commit(h->ctx); break;
    case 'b': tell(c, c->focus, CHARDEV_BREAK); break;
    case 'c': next_user(c); break;
    case 't':
        c->timestamps = !c->timestamps;
        c->stamp_base = chardev_now();
        c->line_begun = false;
        break;
    default: break;
    }
}

static void feed(struct chardev *c, uint8_t byte)
{
    enum { TYPED_MAX = 1 << 16 };
    if (c->held.len < TYPED_MAX || !c->tty)
        buf_add8(&c->held, byte);
}

void mux_input(struct chardev *c, const uint8_t *data, size_t len)
{
    enum { CTRL_A = 1 };
    for (size_t i = 0; i < len && c->connected; i++) {
        if (!c->armed) {
            c->armed = data[i] == CTRL_A;
            if (!c->armed)
                feed(c, data[i]);
            continue;
        }
        c->armed = false;
        if (data[i] == CTRL_A) {
            feed(c, CTRL_A);
        } else {
            chardev_room(c); /* what was typed before goes where it was meant to */
            wish(c, data[i]);
        }
    }
}

void mux_output(struct chardev *c, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!c->line_begun) {
            char stamp[32];
            uint64_t ms = chardev_now() - c->stamp_base;
            int n = snprintf(stamp, sizeof stamp, "[%02u:%02u:%02u.%03u] ", (unsigned)(ms / 3600000),
                             (unsigned)(ms / 60000 % 60), (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000));
            chardev_queue(c, stamp, (size_t)n);
        }
        c->line_begun = data[i] != '\n';
        chardev_queue(c, data + i, 1);
    }
}
