/* SPDX-License-Identifier: MIT */
/* What the parts of the VNC server share. Only with libvncserver. */
#ifndef VITRINE_VNC_VNC_PRIV_H
#define VITRINE_VNC_VNC_PRIV_H

#include <pthread.h>
#include <rfb/rfb.h>

#include "vnc/vnc_server.h"

enum { VNC_EVENTS = 1024 };

struct vnc_event {
    enum vnc_record_type kind; /* VNC_KEY, VNC_POINTER or VNC_LEFT */
    uint32_t keysym;
    uint8_t qnum, buttons;
    bool down, relative;
    int x, y;
    uint32_t w, h;
};

struct vnc_viewer {
    struct vnc *vnc; /* NULL: free */
    rfbClientPtr cl;
    char host[VNC_HOST];
    pthread_t thread;
    bool started, joinable; /* its thread runs, or has; `thread` is known */
    bool gone;              /* libvncserver has freed it: cl is invalid */
    bool motion;            /* it knows the pseudo-encoding "pointer motion change" */
    bool relative;          /* ... and we asked it to send motion */
};

struct vnc {
    rfbScreenInfoPtr screen;
    const struct vnc_ops *ops;
    void *ctx;
    int listener[VNC_LISTENERS];
    size_t nlisteners;
    bool needs_password;
    pthread_t thread;
    int wake_thread, wake_front; /* eventfds */

    pthread_mutex_t lock;   /* of all that follows */
    pthread_cond_t changed; /* an event was taken */
    struct vnc_event event[VNC_EVENTS];
    unsigned head, count;
    struct vnc_viewer viewer[VNC_VIEWERS];
    char password[VNC_PASSWORD + 1];
    bool password_set, absolute, mode_new;
    uint32_t *picture[2]; /* as libvncserver reads them; the second one for the next size */
    unsigned now;         /* the one that is filled */
    uint32_t w, h, y0, y1;
    bool size_new;
};

void vnc_wake(struct vnc *v); /* the thread that accepts */
/* vnc_client.c: what libvncserver calls, in its threads. */
void vnc_callbacks(struct vnc *v);
/* Tells each viewer that knows of it whether to send motion or places. */
void vnc_tell_mode(struct vnc *v);

#endif
