/* SPDX-License-Identifier: MIT */
/* What the parts of a character back end share. */
#ifndef VITRINE_CTL_CHARDEV_CHARDEV_PRIV_H
#define VITRINE_CTL_CHARDEV_CHARDEV_PRIV_H

#include <sys/types.h>

#include "ctl/chardev/chardev.h"
#include "ctl/chardev/host_socket.h"

enum { CHARDEV_USERS = 4 };

/* Where the parser of a telnet client's commands stands (RFC 854). */
struct telnet {
    unsigned state;
    bool binary, after_cr;
};

struct chardev {
    struct chardev_option o;
    char pty[64]; /* the other side's name */
    const struct chardev_host *host;
    int in, out; /* -1: none; the same for a socket */
    int listener[HOST_LISTENERS];
    int log;
    bool connected;
    bool connecting; /* a client's connect() is not decided yet */
    bool shared;     /* in and out are the shell's too: they cannot be made non-blocking */
    bool slow;       /* output can make us wait: false for files */
    bool failed;     /* output is lost for good */
    bool tty;
    bool ever; /* somebody was connected */
    bool begun;
    uint64_t retry; /* host ms of the next look; 0: none */
    struct host_address *address;
    struct buf queue;
    struct telnet telnet;

    struct chardev_user user[CHARDEV_USERS];
    unsigned nusers, focus;
    bool armed;                  /* mux: Ctrl-A was the last key */
    bool timestamps, line_begun; /* mux: Ctrl-A t */
    uint64_t stamp_base;
    struct buf held; /* mux: input that the focused user had no room for */
};

uint64_t chardev_now(void); /* host ms */
void chardev_event(struct chardev *c, enum chardev_event ev);
void chardev_set_connected(struct chardev *c, bool connected);
/* The peer is gone. */
void chardev_lost(struct chardev *c);
void chardev_flush(struct chardev *c);
/* Queues bytes as they are. */
void chardev_queue(struct chardev *c, const void *data, size_t len);

/* chardev_open.c: opens by kind, and looks again at what comes and goes. */
bool chardev_open_backend(struct chardev *c, struct error *err);
void chardev_look_again(struct chardev *c);
void chardev_accept(struct chardev *c);
void chardev_finish_connect(struct chardev *c);

/* chardev_mux.c: input of a mux; all but Ctrl-A keys goes to `held`. Output with times. */
void mux_input(struct chardev *c, const uint8_t *data, size_t len);
void mux_output(struct chardev *c, const uint8_t *data, size_t len);

/* telnet.c */
void telnet_greet(struct chardev *c);
/* Takes commands out; gives how many bytes are left. */
size_t telnet_filter(struct chardev *c, uint8_t *data, size_t len);

#endif
