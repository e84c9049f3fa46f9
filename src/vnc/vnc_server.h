/* SPDX-License-Identifier: MIT */
/*
 * The screen over RFB (RFC 6143), for any number of viewers, by libvncserver. Its threads, one that accepts and two for
 * each viewer, keep a slow viewer from holding up anybody else; what viewers do is queued and taken by vnc_pump().
 */
#ifndef VITRINE_VNC_VNC_SERVER_H
#define VITRINE_VNC_VNC_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "link/vnc_link.h"

struct vnc;

enum vnc_share { VNC_SHARE_ALLOW_EXCLUSIVE, VNC_SHARE_FORCE, VNC_SHARE_IGNORE };

struct vnc_ops {
    /* A key: the keysym, and its place if the viewer sends it (else 0). */
    void (*key)(void *ctx, uint32_t keysym, uint8_t qnum, bool down);
    /* RFB's button mask; relative: x and y are motion. w x h is the picture that they refer to. */
    void (*pointer)(void *ctx, bool relative, int x, int y, uint8_t buttons, uint32_t w, uint32_t h);
    void (*left)(void *ctx); /* a viewer has gone: all its keys are up */
};

/*
 * Makes a server for the listening sockets, which it owns from now on. password: no viewer gets in until vnc_password()
 * has set one. NULL with *err. No connection is taken before vnc_serve(), which starts threads. False with *err.
 */
struct vnc *vnc_open(const char *name, const int *listeners, size_t n, bool password, enum vnc_share share,
                     const struct vnc_ops *ops, void *ctx, struct error *err);
/* Its own two descriptors, which stay open through a confinement. */
void vnc_own_fds(const struct vnc *v, int fds[2]);
bool vnc_serve(struct vnc *v, struct error *err);

/* Readable when there is something for vnc_pump(). */
int vnc_fd(const struct vnc *v);
void vnc_pump(struct vnc *v);

/* Takes lines [y0, y1) of a w x h picture of XRGB8888; all of it where the size is new. */
void vnc_frame(struct vnc *v, const uint32_t *pixels, uint32_t w, uint32_t h, uint32_t y0, uint32_t y1);
/* The guest takes absolute coordinates, or motion. */
void vnc_pointer_mode(struct vnc *v, bool absolute);
/* At most 8 characters count (RFC 6143 7.2.2); NULL: nobody gets in. False: there is no
 * password=on. */
bool vnc_password(struct vnc *v, const char *text);

/* Who is connected: each place's host; "": free. */
void vnc_viewers(struct vnc *v, char host[VNC_VIEWERS][VNC_HOST]);

#endif
