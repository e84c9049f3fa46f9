/* SPDX-License-Identifier: MIT */
/* A character back end's users, queue and readiness. How each kind is opened: chardev_open.c. */
#include "config.h"

#include "ctl/chardev/chardev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/chardev/chardev_priv.h"

enum { PART = 4096, HELD_MAX = 1 << 16 };

uint64_t chardev_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void chardev_event(struct chardev *c, enum chardev_event ev)
{
    for (unsigned i = 0; i < c->nusers; i++)
        if (c->user[i].event)
            c->user[i].event(c->user[i].ctx, ev);
}

void chardev_set_connected(struct chardev *c, bool connected)
{
    if (connected == c->connected)
        return;
    c->connected = connected;
    c->ever |= connected;
    if (!connected) {
        buf_free(&c->queue);
        buf_free(&c->held);
    }
    if (c->begun)
        chardev_event(c, connected ? CHARDEV_OPENED : CHARDEV_CLOSED);
}

void chardev_lost(struct chardev *c)
{
    bool socket = c->o.kind == CHARDEV_UNIX || c->o.kind == CHARDEV_TCP;
    if (socket) {
        if (c->in >= 0)
            close(c->in);
        c->in = c->out = -1;
        c->connecting = false;
        c->retry = c->o.reconnect ? chardev_now() + (uint64_t)c->o.reconnect * 1000 : 0;
    } else if (c->o.kind == CHARDEV_STDIO || c->o.kind == CHARDEV_PIPE) {
        c->in = -1; /* the end of the input; output goes on */
        return;
    }
    chardev_set_connected(c, false);
}

static void give_up(struct chardev *c, int e)
{
    char line[400], where[256];
    chardev_option_print(&c->o, where, sizeof where);
    snprintf(line, sizeof line, "%s: cannot be written: %s; what follows is lost",
             c->o.kind == CHARDEV_STDIO ? "standard output"
             : c->o.path                ? c->o.path
                                        : where,
             strerror(e));
    c->host->note(c->host->ctx, line);
    c->failed = true;
    buf_free(&c->queue);
}

/* NOTE: a descriptor that the shell shares cannot be made non-blocking: poll() says whether PART
 * bytes, which a pipe then takes whole, will go. */
static bool takes_now(const struct chardev *c)
{
    struct pollfd p = {.fd = c->out, .events = POLLOUT};
    return !c->shared || (poll(&p, 1, 0) > 0 && (p.revents & (POLLOUT | POLLERR | POLLHUP)) != 0);
}

void chardev_flush(struct chardev *c)
{
    size_t at = 0;
    int lost = 0;
    while (c->connected && !c->failed && c->out >= 0 && at < c->queue.len && takes_now(c)) {
        ssize_t n = write(c->out, c->queue.data + at, MIN(c->queue.len - at, (size_t)PART));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (n <= 0) {
            lost = n < 0 ? errno : EIO;
            break;
        }
        at += (size_t)n;
    }
    buf_drop(&c->queue, at);
    if (!lost)
        return;
    if (c->o.kind == CHARDEV_UNIX || c->o.kind == CHARDEV_TCP || c->o.kind == CHARDEV_PTY)
        chardev_lost(c);
    else
        give_up(c, lost);
}

void chardev_queue(struct chardev *c, const void *data, size_t len)
{
    if (!c->connected || c->failed || c->out < 0 || !len)
        return;
    buf_add(&c->queue, data, len);
}

static void escaped_for_telnet(struct chardev *c, const uint8_t *data, size_t len)
{
    enum { IAC = 255 };
    for (size_t i = 0; i < len; i++) {
        chardev_queue(c, data + i, 1);
        if (data[i] == IAC)
            chardev_queue(c, data + i, 1);
    }
}

static void log_copy(struct chardev *c, const uint8_t *data, size_t len)
{
    while (c->log >= 0 && len) {
        ssize_t n = write(c->log, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            char line[400];
            snprintf(line, sizeof line, "logfile=%.200s: cannot be written: %s; what follows is lost", c->o.logfile,
                     strerror(n < 0 ? errno : EIO));
            c->host->note(c->host->ctx, line);
            close(c->log);
            c->log = -1;
            break;
        }
        data += n;
        len -= (size_t)n;
    }
}

void chardev_write(struct chardev *c, const void *data, size_t len)
{
    log_copy(c, data, len);
    if (c->timestamps)
        mux_output(c, data, len);
    else if (c->o.telnet)
        escaped_for_telnet(c, data, len);
    else
        chardev_queue(c, data, len);
    chardev_flush(c);
}

void chardev_puts(struct chardev *c, const char *text)
{
    chardev_write(c, text, strlen(text));
}

size_t chardev_queued(const struct chardev *c)
{
    return c->connected ? c->queue.len : 0;
}

/* Input: straight to the one user, or through the mux. */

static size_t user_room(const struct chardev *c)
{
    if (!c->nusers)
        return PART; /* nobody listens: dropped */
    const struct chardev_user *u = &c->user[c->focus];
    return u->room ? u->room(u->ctx) : PART;
}

static void feed_held(struct chardev *c)
{
    size_t room;
    while (c->held.len && (room = user_room(c)) > 0) {
        uint8_t part[PART];
        size_t n = MIN(MIN(c->held.len, room), sizeof part);
        memcpy(part, c->held.data, n);
        buf_drop(&c->held, n);
        if (c->nusers)
            c->user[c->focus].input(c->user[c->focus].ctx, part, n);
    }
}

static size_t wants_input(const struct chardev *c)
{
    if (!c->o.mux)
        return MIN(user_room(c), (size_t)PART);
    /* NOTE: at a terminal the Ctrl-A keys must work whatever the guest takes; what a person types
     * beyond HELD_MAX bytes is dropped then. */
    return c->held.len < HELD_MAX || c->tty ? PART : 0;
}

static void take_input(struct chardev *c)
{
    uint8_t part[PART];
    size_t want = wants_input(c);
    if (c->in < 0 || !want || c->connecting)
        return;
    ssize_t n = read(c->in, part, want);
    if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
        return;
    if (n <= 0) {
        chardev_lost(c);
        return;
    }
    size_t len = c->o.telnet ? telnet_filter(c, part, (size_t)n) : (size_t)n;
    if (c->o.mux)
        mux_input(c, part, len);
    else if (len && c->nusers)
        c->user[0].input(c->user[0].ctx, part, len);
    feed_held(c);
}

void chardev_room(struct chardev *c)
{
    feed_held(c);
}

/* Its life. */

struct chardev *chardev_open(const struct chardev_option *o, const struct chardev_host *host, struct error *err)
{
    struct chardev *c = calloc(1, sizeof *c);
    if (!c) {
        error_set(err, "out of memory");
        return NULL;
    }
    c->o = *o; /* the strings stay the options' */
    c->host = host;
    c->in = c->out = c->log = -1;
    for (unsigned i = 0; i < HOST_LISTENERS; i++)
        c->listener[i] = -1;
    bool good = chardev_open_backend(c, err);
    if (good && o->logfile) {
        c->log = host->open_file(host->ctx, o->said, o->logfile, false, o->logappend, err);
        good = c->log >= 0;
    }
    if (good)
        return c;
    chardev_close(c);
    return NULL;
}

void chardev_close(struct chardev *c)
{
    if (!c)
        return;
    chardev_flush(c);
    if (c->in > STDERR_FILENO)
        close(c->in);
    if (c->out > STDERR_FILENO && c->out != c->in)
        close(c->out);
    for (unsigned i = 0; i < HOST_LISTENERS; i++)
        if (c->listener[i] >= 0)
            close(c->listener[i]);
    if (c->listener[0] >= 0 && c->o.kind == CHARDEV_UNIX)
        unlink(c->o.path);
    if (c->log >= 0)
        close(c->log);
    host_address_free(c->address);
    buf_free(&c->queue);
    buf_free(&c->held);
    free(c);
}

bool chardev_use(struct chardev *c, const struct chardev_user *u, struct error *err)
{
    if (c->nusers && !c->o.mux)
        return error_set(err, "%s: chardev '%s' is %s's already; give it mux=on to share it", u->name, c->o.id,
                         c->user[0].name);
    if (c->nusers == CHARDEV_USERS)
        return error_set(err, "%s: chardev '%s' has %d users already, and no more are possible", u->name, c->o.id,
                         CHARDEV_USERS);
    c->user[c->nusers++] = *u;
    return true;
}

void chardev_begin(struct chardev *c)
{
    c->begun = true;
    if (c->connected)
        chardev_event(c, CHARDEV_OPENED);
    if (c->o.mux && c->nusers && c->user[0].event)
        c->user[0].event(c->user[0].ctx, CHARDEV_FOCUS);
}

void chardev_disconnect(struct chardev *c)
{
    if (c->o.kind == CHARDEV_UNIX || c->o.kind == CHARDEV_TCP)
        chardev_lost(c);
}

bool chardev_connected(const struct chardev *c)
{
    return c->connected;
}

bool chardev_waits(const struct chardev *c)
{
    return c->o.server && c->o.wait && !c->ever;
}

bool chardev_is_terminal(const struct chardev *c)
{
    return c->tty || c->o.kind == CHARDEV_PTY || c->o.telnet || (c->o.mux && c->slow);
}

const struct chardev_option *chardev_option(const struct chardev *c)
{
    return &c->o;
}

void chardev_print(const struct chardev *c, struct buf *out)
{
    char what[512];
    bool socket = c->o.kind == CHARDEV_UNIX || c->o.kind == CHARDEV_TCP;
    chardev_option_print(&c->o, what, sizeof what);
    buf_printf(out, "%s: filename=%s%s%s", c->o.id, socket && !c->connected ? "disconnected:" : "", what,
               c->o.mux ? " (mux)" : "");
    if (c->queue.len)
        buf_printf(out, ", %zu bytes wait for the reader", c->queue.len);
    buf_printf(out, "\n");
}

unsigned chardev_poll(struct chardev *c, struct pollfd *p)
{
    unsigned n = 0;
    bool out = c->connecting || (c->connected && c->queue.len && !c->failed);
    bool in = c->in >= 0 && !c->connecting && wants_input(c) > 0;
    /* A pty that nobody has open would be ready all the time. */
    if (c->o.kind == CHARDEV_PTY && !c->connected)
        return 0;
    if (!c->connected && !c->connecting)
        for (unsigned i = 0; i < HOST_LISTENERS; i++)
            if (c->listener[i] >= 0)
                p[n++] = (struct pollfd){.fd = c->listener[i], .events = POLLIN};
    if (c->in == c->out) {
        if (in || out)
            p[n++] = (struct pollfd){.fd = c->in, .events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0))};
        return n;
    }
    if (in)
        p[n++] = (struct pollfd){.fd = c->in, .events = POLLIN};
    if (out && c->slow)
        p[n++] = (struct pollfd){.fd = c->out, .events = POLLOUT};
    return n;
}

int chardev_timeout(const struct chardev *c)
{
    if (!c->retry)
        return -1;
    uint64_t now = chardev_now();
    return c->retry > now ? (int)(c->retry - now) : 0;
}

void chardev_ready(struct chardev *c, const struct pollfd *p, unsigned n)
{
    bool any = false, readable = false;
    for (unsigned i = 0; i < n; i++) {
        if (!p[i].revents)
            continue;
        any = true;
        readable |= p[i].fd == c->in && p[i].revents & (POLLIN | POLLHUP | POLLERR);
        for (unsigned k = 0; k < HOST_LISTENERS; k++)
            if (p[i].fd == c->listener[k] && !c->connected)
                chardev_accept(c);
    }
    if (c->connecting && any)
        chardev_finish_connect(c);
    chardev_flush(c);
    if (readable)
        take_input(c);
    if (c->retry && chardev_now() >= c->retry)
        chardev_look_again(c);
}
