/* SPDX-License-Identifier: MIT */
/* Character back ends as the command line names them: -chardev BACKEND,id=ID,... and the short
 * forms of -serial, -parallel, -monitor, -qmp and -debugcon. */
#ifndef VITRINE_CTL_CHARDEV_CHARDEV_OPTION_H
#define VITRINE_CTL_CHARDEV_CHARDEV_OPTION_H

#include <stdbool.h>

#include "base/error.h"

enum chardev_kind {
    CHARDEV_NULL,
    CHARDEV_VC,
    CHARDEV_STDIO,
    CHARDEV_FILE,
    CHARDEV_PIPE,
    CHARDEV_UNIX,
    CHARDEV_TCP,
    CHARDEV_PTY,
};

enum { CHARDEV_ID_MAX = 64, MAX_CHARDEVS = 24 };

struct chardev_option {
    enum chardev_kind kind;
    char id[CHARDEV_ID_MAX];
    char said[32];     /* the option that made it, for messages: "-serial (COM1)" */
    char *path;        /* file, pipe, unix */
    char *host, *port; /* tcp; an empty host means all addresses, or this machine for a client */
    char *logfile;     /* a copy of what is sent; NULL: none */
    bool server, wait, nodelay, telnet, append, logappend, mux;
    bool keep_signals;  /* stdio: Ctrl-C ends Vitrine */
    unsigned reconnect; /* s until a client tries again; 0: it does not */
};

/* "BACKEND,id=ID,..."; false with *err. */
bool chardev_option_parse(struct chardev_option *o, const char *arg, struct error *err);
/* "stdio", "tcp:HOST:PORT,server=on", ... without "mon:", "chardev:" and "none". */
bool chardev_option_short(struct chardev_option *o, const char *arg, struct error *err);
void chardev_option_free(struct chardev_option *o);
/* "unix:PATH", "tcp:HOST:PORT", ... for messages and `info chardev`. */
void chardev_option_print(const struct chardev_option *o, char *to, unsigned room);

/* "HOST:PORT" with an IPv6 address in brackets, malloc'd parts; false where it has none of this
 * form. */
bool host_port_split(const char *text, char **host, char **port);

#endif
