/* SPDX-License-Identifier: MIT */
/*
 * A character back end: the host's end of a serial line, a console or QMP. Its users get its input
 * as they have room for it; what they send is queued, so that nobody waits for a slow reader. Where
 * nobody is connected, output is dropped. With mux=on it has up to four users, and Ctrl-A keys say
 * who gets the input.
 */
#ifndef VITRINE_CTL_CHARDEV_CHARDEV_H
#define VITRINE_CTL_CHARDEV_CHARDEV_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ctl/chardev/chardev_option.h"

struct chardev;

enum chardev_event {
    CHARDEV_OPENED, /* connected: at the start, or when a client comes */
    CHARDEV_CLOSED,
    CHARDEV_BREAK,
    CHARDEV_FOCUS, /* mux: the input is this user's now */
    CHARDEV_UNFOCUS,
};

struct chardev_user {
    const char *name; /* for messages */
    void (*input)(void *ctx, const uint8_t *data, size_t len);
    size_t (*room)(void *ctx);                       /* how many bytes it takes now; NULL: any number */
    void (*event)(void *ctx, enum chardev_event ev); /* may be NULL */
    void *ctx;
};

/* What the keys of a mux and the opening of files need of the front end. */
struct chardev_host {
    void (*quit)(void *ctx);   /* Ctrl-A x */
    void (*commit)(void *ctx); /* Ctrl-A s */
    /* Makes or empties a file; -1 with *err. */
    int (*open_file)(void *ctx, const char *what, const char *path, bool pipe, bool append, struct error *err);
    void (*note)(void *ctx, const char *line); /* one line for the person */
    void *ctx;
};

struct chardev *chardev_open(const struct chardev_option *o, const struct chardev_host *host, struct error *err);
/* Sends what it can without waiting, and closes. */
void chardev_close(struct chardev *c);

/* False with *err where it has a user already and no mux=on, or too many. */
bool chardev_use(struct chardev *c, const struct chardev_user *u, struct error *err);
/* Called once all users are made: those of a connected one get CHARDEV_OPENED. */
void chardev_begin(struct chardev *c);

void chardev_write(struct chardev *c, const void *data, size_t len);
void chardev_puts(struct chardev *c, const char *text);
size_t chardev_queued(const struct chardev *c); /* bytes that a connected reader has not taken */
/* The client is sent away; a server waits for the next one. */
void chardev_disconnect(struct chardev *c);
/* A user that had no room has some again. */
void chardev_room(struct chardev *c);

bool chardev_connected(const struct chardev *c);
bool chardev_waits(const struct chardev *c);       /* server=on,wait=on and nobody has come yet */
bool chardev_is_terminal(const struct chardev *c); /* a person types there, in raw mode */
const struct chardev_option *chardev_option(const struct chardev *c);
/* "unix:PATH <-> connected" as `info chardev` shows it. */
void chardev_print(const struct chardev *c, struct buf *out);

enum { CHARDEV_FDS = 3 };
/* Fills in what is to be polled; at most CHARDEV_FDS. */
unsigned chardev_poll(struct chardev *c, struct pollfd *p);
/* ms until chardev_ready() is due although nothing is ready; -1: never. */
int chardev_timeout(const struct chardev *c);
/* Does what can be done without waiting; p: what chardev_poll filled in. */
void chardev_ready(struct chardev *c, const struct pollfd *p, unsigned n);

#endif
