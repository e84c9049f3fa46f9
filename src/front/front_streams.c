/* SPDX-License-Identifier: MIT */
/* Who is behind the character back ends: the guest's ports, port E9h, monitors and QMP. */
#include "config.h"

#include "front/front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/host_file.h"

/* NOTE: what a reader has not taken yet is kept up to OUTPUT_HIGH bytes; then the machine stands
 * still, and its time with it, until the reader has caught up or gone. */
enum { OUTPUT_HIGH = 1 << 20, OUTPUT_LOW = 1 << 19 };

static void quit_key(void *ctx)
{
    front_quit(ctx, LINK_CAUSE_HOST_SIGNAL);
}

static void committed(void *ctx, bool good, const char *text)
{
    (void)ctx;
    if (!good || *text)
        front_complain(*text ? text : "commit failed");
}

static void commit_key(void *ctx)
{
    struct front *f = ctx;
    control_line(&f->control, "commit all", committed, f);
}

static int open_file(void *ctx, const char *what, const char *path, bool pipe, bool append, struct error *err)
{
    struct front *f = ctx;
    return host_file_stream(what, path, pipe ? STREAM_PIPE : STREAM_FILE, append, f->o, err);
}

static void note(void *ctx, const char *line)
{
    const struct front *f = ctx;
    /* As QEMU does it: on standard output, whole; a terminal's user keeps that to itself. */
    if (!strncmp(line, "char device", 11)) {
        fprintf(f->terminal ? stderr : stdout, "%s\n", line);
        fflush(stdout);
    } else {
        front_complain(line);
    }
}

/* The guest's ports. */

static void port_input(void *ctx, const uint8_t *data, size_t len)
{
    const struct front_port *p = ctx;
    guest_serial(&p->f->guest, p->port, data, len);
}

/* What the UART has not taken waits with the sender, beyond a window. */
static size_t port_room(void *ctx)
{
    const struct front_port *p = ctx;
    return guest_serial_room(&p->f->guest, p->port);
}

static void port_event(void *ctx, enum chardev_event ev)
{
    struct front_port *p = ctx;
    uint8_t port = (uint8_t)p->port;
    if (ev == CHARDEV_BREAK)
        link_send(&p->f->guest.link, LINK_SERIAL_BREAK, &port, 1);
}

void front_port_taken(struct front *f, unsigned port)
{
    if (f->port[port].chr)
        chardev_room(f->port[port].chr);
}

static void swallow(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx, (void)data, (void)len; /* nothing is read from a printer or port E9h */
}

static struct chardev *find(struct front *f, const char *id)
{
    for (unsigned i = 0; i < f->nchrs; i++)
        if (!strcmp(chardev_option(f->chr[i])->id, id))
            return f->chr[i];
    return NULL;
}

static bool attach_port(struct front *f, unsigned port, struct error *err)
{
    static const char *const name[MAX_PORTS] = {"COM1", "COM2", "COM3", "COM4", "LPT1", "LPT2", "LPT3"};
    struct front_port *p = &f->port[port];
    struct chardev_user serial = {name[port], port_input, port_room, port_event, p};
    struct chardev_user printer = {name[port], swallow, NULL, NULL, p};
    p->f = f;
    p->port = port;
    p->chr = find(f, f->o->port_chr[port]);
    return !p->chr || chardev_use(p->chr, port < FIRST_PARALLEL ? &serial : &printer, err);
}

static bool attach_monitors(struct front *f, struct error *err)
{
    for (unsigned i = 0; i < f->o->nmonitors; i++) {
        const struct monitor_option *m = &f->o->monitor[i];
        struct chardev *chr = find(f, m->chr);
        if (m->control)
            f->qmp[i] = qmp_new(&f->control, chr, err);
        else
            f->monitor[i] = monitor_new(&f->control, chr, err);
        if (!f->qmp[i] && !f->monitor[i])
            return false;
    }
    return true;
}

bool front_open_streams(struct front *f, struct error *err)
{
    static const struct chardev_user debugcon = {"port E9h", swallow, NULL, NULL, NULL};
    f->chr_host = (struct chardev_host){quit_key, commit_key, open_file, note, f};
    for (unsigned i = 0; i < f->o->nchardevs; i++) {
        struct chardev *c = chardev_open(&f->o->chardev[i], &f->chr_host, err);
        if (!c)
            return false;
        f->chr[f->nchrs++] = c;
        if (f->o->chardev[i].kind == CHARDEV_STDIO)
            f->terminal = &f->o->chardev[i];
    }
    for (unsigned i = 0; i < MAX_PORTS; i++)
        if (!attach_port(f, i, err))
            return false;
    f->debugcon = find(f, f->o->debugcon_chr);
    return (!f->debugcon || chardev_use(f->debugcon, &debugcon, err)) && attach_monitors(f, err);
}

/* Waits for the client of one back end. False: a signal came. */
static bool wait_for(struct front *f, struct chardev *c)
{
    char where[512], line[600];
    chardev_option_print(chardev_option(c), where, sizeof where);
    snprintf(line, sizeof line, "note: waiting for a connection on %s", where);
    front_complain(line);
    while (chardev_waits(c)) {
        struct pollfd p[CHARDEV_FDS + 1];
        unsigned n = chardev_poll(c, p);
        p[n] = (struct pollfd){.fd = f->signals, .events = POLLIN};
        if (poll(p, n + 1, -1) < 0)
            continue;
        if (p[n].revents)
            return false;
        chardev_ready(c, p, n);
    }
    return true;
}

bool front_wait_for_clients(struct front *f)
{
    for (unsigned i = 0; i < f->nchrs; i++)
        if (chardev_waits(f->chr[i]) && !wait_for(f, f->chr[i]))
            return false;
    return true;
}

void front_begin_streams(struct front *f)
{
    for (unsigned i = 0; i < f->nchrs; i++)
        chardev_begin(f->chr[i]);
}

unsigned front_poll_streams(struct front *f, struct pollfd *p, int *timeout)
{
    unsigned n = 0;
    for (unsigned i = 0; i < f->nchrs; i++) {
        int ms = chardev_timeout(f->chr[i]);
        f->chr_at[i] = n;
        n += chardev_poll(f->chr[i], p + n);
        if (ms >= 0 && (*timeout < 0 || ms < *timeout))
            *timeout = ms;
    }
    f->chr_at[f->nchrs] = n;
    return n;
}

void front_serve_streams(struct front *f, const struct pollfd *p)
{
    bool high = false, low = true;
    for (unsigned i = 0; i < f->nchrs; i++)
        chardev_ready(f->chr[i], p + f->chr_at[i], f->chr_at[i + 1] - f->chr_at[i]);
    for (unsigned i = 0; i < MAX_PORTS; i++) {
        size_t queued = f->port[i].chr ? chardev_queued(f->port[i].chr) : 0;
        high |= queued > OUTPUT_HIGH;
        low &= queued <= OUTPUT_LOW;
    }
    if (f->debugcon) {
        high |= chardev_queued(f->debugcon) > OUTPUT_HIGH;
        low &= chardev_queued(f->debugcon) <= OUTPUT_LOW;
    }
    bool hold = !f->quitting && (high || (f->held && !low));
    if (hold != f->held)
        guest_hold(&f->guest, hold);
    f->held = hold;
}

void front_print_streams(struct front *f, struct buf *out)
{
    for (unsigned i = 0; i < f->nchrs; i++)
        chardev_print(f->chr[i], out);
}

void front_close_streams(struct front *f)
{
    for (unsigned i = 0; i < MAX_MONITORS; i++) {
        qmp_close(f->qmp[i]);
        monitor_free(f->monitor[i]);
    }
    for (unsigned i = 0; i < f->nchrs; i++)
        chardev_close(f->chr[i]);
    f->nchrs = 0;
}
