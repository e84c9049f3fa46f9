/* SPDX-License-Identifier: MIT */
/* How each kind of back end is opened, and how its other side comes and goes. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/chardev/chardev_priv.h"

enum { PTY_LOOK_MS = 300, NAME_MAX_BYTES = 512 };

static bool nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

static bool open_stdio(struct chardev *c)
{
    c->in = STDIN_FILENO;
    c->out = STDOUT_FILENO;
    c->shared = c->slow = true;
    c->tty = isatty(STDIN_FILENO);
    chardev_set_connected(c, true);
    return true;
}

static bool open_file(struct chardev *c, struct error *err)
{
    struct stat st;
    c->out = c->host->open_file(c->host->ctx, c->o.said, c->o.path, true, c->o.append, err);
    c->slow = c->out >= 0 && fstat(c->out, &st) == 0 && S_ISFIFO(st.st_mode);
    if (c->out < 0)
        return false;
    chardev_set_connected(c, true);
    return true;
}

/* NOTE: both ways are opened for reading and writing, so that a FIFO's other end may come and go.
 */
static int open_fifo(const char *path, const char *suffix)
{
    char name[NAME_MAX_BYTES];
    int n = snprintf(name, sizeof name, "%s%s", path, suffix);
    if (n < 0 || (size_t)n >= sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(name, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static bool open_pipe(struct chardev *c, struct error *err)
{
    c->in = open_fifo(c->o.path, ".in");
    c->out = c->in < 0 ? -1 : open_fifo(c->o.path, ".out");
    if (c->out < 0) {
        if (c->in >= 0)
            close(c->in);
        c->in = c->out = open_fifo(c->o.path, "");
    }
    if (c->in < 0)
        return error_set(err, "%s pipe:%s: cannot be opened: %s; make FIFOs %s.in and %s.out", c->o.said, c->o.path,
                         strerror(errno), c->o.path, c->o.path);
    c->slow = true;
    chardev_set_connected(c, true);
    return true;
}

static bool open_pty(struct chardev *c, struct error *err)
{
    struct termios t;
    char *name = c->pty, line[300];
    c->in = c->out = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (c->in < 0 || grantpt(c->in) < 0 || unlockpt(c->in) < 0 || ptsname_r(c->in, name, sizeof c->pty) != 0 ||
        !nonblocking(c->in))
        return error_set(err, "%s pty: cannot make a pseudo-terminal: %s", c->o.said, strerror(errno));
    /* Opened and closed once: from then on the master knows whether somebody has it open. */
    int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &t) < 0)
        return error_set(err, "%s pty: cannot open %s: %s", c->o.said, name, strerror(errno));
    cfmakeraw(&t);
    tcsetattr(slave, TCSANOW, &t);
    close(slave);
    c->slow = true;
    c->retry = chardev_now() + PTY_LOOK_MS;
    c->o.path = c->pty; /* info chardev and query-chardev name it */
    snprintf(line, sizeof line, "char device redirected to %s (label %s)", name, c->o.id);
    c->host->note(c->host->ctx, line);
    return true;
}

/* Sockets. */

static void take_client(struct chardev *c, int fd)
{
    int on = 1;
    c->in = c->out = fd;
    if (c->o.kind == CHARDEV_TCP && c->o.nodelay)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    memset(&c->telnet, 0, sizeof c->telnet);
    c->connecting = false;
    c->retry = 0;
    /* The greeting comes before what users say. */
    if (c->o.telnet && c->o.server)
        telnet_greet(c);
    chardev_set_connected(c, true);
    chardev_flush(c);
}

void chardev_accept(struct chardev *c)
{
    for (unsigned i = 0; i < HOST_LISTENERS && !c->connected; i++) {
        int fd = c->listener[i] < 0 ? -1 : accept4(c->listener[i], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            take_client(c, fd);
    }
}

static void connect_again(struct chardev *c)
{
    struct error err;
    c->retry = 0;
    c->in = c->out = host_connect(c->address, &err);
    c->connecting = c->in >= 0;
    if (!c->connecting)
        c->retry = chardev_now() + (uint64_t)c->o.reconnect * 1000;
}

void chardev_finish_connect(struct chardev *c)
{
    if (host_connected(c->in) != 0)
        chardev_lost(c);
    else
        take_client(c, c->in);
}

static bool listen_socket(struct chardev *c, struct error *err)
{
    size_t n = 1;
    if (c->o.kind == CHARDEV_TCP)
        n = host_listen_tcp(c->o.host, c->o.port, c->listener, HOST_LISTENERS, err);
    else if ((c->listener[0] = host_listen_unix(c->o.path, err)) < 0)
        n = 0;
    return n || error_prefix(err, "%s", c->o.said);
}

/* The first time a client waits for its server's answer, and fails without it; with reconnect= it
 * tries until it is there. */
static bool connect_socket(struct chardev *c, struct error *err)
{
    char where[NAME_MAX_BYTES];
    int e = 0;
    c->address =
        c->o.kind == CHARDEV_TCP ? host_address_tcp(c->o.host, c->o.port, err) : host_address_unix(c->o.path, err);
    if (!c->address)
        return error_prefix(err, "%s", c->o.said);
    if (c->o.reconnect) {
        connect_again(c);
        return true;
    }
    chardev_option_print(&c->o, where, sizeof where);
    int fd = host_connect(c->address, err);
    if (fd < 0)
        return error_prefix(err, "%s %s", c->o.said, where);
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    while (poll(&p, 1, -1) < 0 && errno == EINTR)
        ;
    e = host_connected(fd);
    if (e) {
        close(fd);
        return error_set(err, "%s %s: cannot connect: %s", c->o.said, where, strerror(e));
    }
    take_client(c, fd);
    return true;
}

bool chardev_open_backend(struct chardev *c, struct error *err)
{
    char line[200];
    switch (c->o.kind) {
    case CHARDEV_STDIO: return open_stdio(c);
    case CHARDEV_FILE: return open_file(c, err);
    case CHARDEV_PIPE: return open_pipe(c, err);
    case CHARDEV_PTY: return open_pty(c, err);
    case CHARDEV_UNIX:
    case CHARDEV_TCP: c->slow = true; return c->o.server ? listen_socket(c, err) : connect_socket(c, err);
    case CHARDEV_VC:
        snprintf(line, sizeof line,
                 "note: %s vc: the display has no text consoles of its own; nothing shows what is "
                 "sent there",
                 c->o.said);
        c->host->note(c->host->ctx, line);
        return true;
    case CHARDEV_NULL: return true;
    }
    return true;
}

void chardev_look_again(struct chardev *c)
{
    if (c->o.kind != CHARDEV_PTY) {
        connect_again(c);
        return;
    }
    struct pollfd p = {.fd = c->in, .events = POLLIN};
    bool open_there = poll(&p, 1, 0) >= 0 && !(p.revents & POLLHUP);
    c->retry = open_there ? 0 : chardev_now() + PTY_LOOK_MS;
    chardev_set_connected(c, open_there);
}
