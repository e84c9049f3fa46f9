/* SPDX-License-Identifier: MIT */
/*
 * Between the front end and the process that serves VNC's viewers: one small record a message over a SOCK_SEQPACKET
 * pair, and one picture in shared memory that only the front end may write. A library parses what viewers send, so
 * that process is confined like the machine's, holds nothing but its sockets, and is not trusted.
 */
#ifndef VITRINE_LINK_VNC_LINK_H
#define VITRINE_LINK_VNC_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "bus/surface.h"

/* The private first argument that makes a re-executed vitrine that process; the socket's descriptor follows. */
#define VNC_PROCESS_ARG "--vnc-process"
/* NOTE: libvncserver reads a line beyond the picture. */
#define VNC_PICTURE_BYTES ((size_t)SURFACE_MAX_W * (SURFACE_MAX_H + 1) * 4)

enum { VNC_HOST = 64, VNC_NAME = 64, VNC_PASSWORD = 8, VNC_VIEWERS = 16, VNC_LISTENERS = 2 };

enum vnc_record_type {
    /* To the process. The first one carries the picture's descriptor and those of the listening sockets. */
    VNC_START,        /* name, share, flag: a password is needed; jail: layers without which it must not serve */
    VNC_FRAME,        /* w, h, y0, y1: these lines of the picture changed */
    VNC_MODE,         /* flag: the guest takes absolute coordinates */
    VNC_SET_PASSWORD, /* flag: there is one; text */
    /* From it. */
    VNC_READY,   /* text: what failed; empty: viewers are served. jail: the layers in force */
    VNC_KEY,     /* keysym, its place (0: unknown), flag: down */
    VNC_POINTER, /* x, y, buttons (RFB's), flag: motion; w, h of the picture that they refer to */
    VNC_LEFT,    /* a viewer has gone: no key of its is down any more */
    VNC_VIEWER,  /* index, flag: connected; text: its host */
    VNC_RECORD_TYPES
};

struct vnc_record {
    uint32_t type;
    uint32_t flag, share, index, jail;
    uint32_t w, h, y0, y1;
    uint32_t keysym, qnum, buttons;
    int32_t x, y;
    char text[VNC_HOST];
};

/* The two ends, not inherited by others. False with *err. */
bool vnc_link_pair(int fds[2], struct error *err);
/*
 * Sends a record, with descriptors; waits (at most `wait_ms`) for room. False: the other end is gone or takes none.
 */
bool vnc_link_send(int fd, const struct vnc_record *r, const int *fds, size_t nfds, int wait_ms);
enum vnc_got { VNC_GOT_NONE, VNC_GOT_RECORD, VNC_GOT_END };
/*
 * Takes a record without waiting; `room` descriptors at most, *nfds of them came. Text is terminated. VNC_GOT_END: the
 * other end is gone, or sent what is no record.
 */
enum vnc_got vnc_link_receive(int fd, struct vnc_record *r, int *fds, size_t room, size_t *nfds);

/* The picture's memory: the front end's descriptor and map, and one that can only be read for the process. */
struct vnc_picture {
    uint32_t *map;
    int fd_read;
};
bool vnc_picture_make(struct vnc_picture *p, struct error *err);
void vnc_picture_free(struct vnc_picture *p);
/* In the process; NULL where the descriptor is not what it should be. */
const uint32_t *vnc_picture_map(int fd);

#endif
