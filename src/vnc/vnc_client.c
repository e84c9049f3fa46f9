/* SPDX-License-Identifier: MIT */
/*
 * A viewer's side of the VNC server: what libvncserver calls in the viewer's threads, and two of
 * QEMU's extensions (rfbproto, "QEMU Extended Key Event" and "QEMU Pointer Motion Change"): keys by
 * their place, and motion instead of coordinates.
 */
#include "config.h"

#ifdef HAVE_VNCSERVER

#include "vnc/vnc_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"

enum { ENCODING_MOTION = -257, ENCODING_KEYS = -258, QEMU_MESSAGE = 255, MOTION_ZERO = 0x7fff };

static struct vnc *vnc_of(rfbClientPtr cl)
{
    return cl->screen->screenData;
}

static void wake_front(struct vnc *v)
{
    uint64_t one = 1;
    if (write(v->wake_front, &one, sizeof one) < 0)
        return; /* it has not been taken since the last time: good as well */
}

/* NOTE: a key waits until there is room for it, since a lost release would be a key held for ever;
 * a motion that finds no room is dropped. */
static void put_event(struct vnc *v, const struct vnc_event *e)
{
    pthread_mutex_lock(&v->lock);
    while (v->count == VNC_EVENTS && e->kind != VNC_POINTER)
        pthread_cond_wait(&v->changed, &v->lock);
    if (v->count < VNC_EVENTS)
        v->event[(v->head + v->count++) % VNC_EVENTS] = *e;
    pthread_mutex_unlock(&v->lock);
    wake_front(v);
}

static void on_key(rfbBool down, rfbKeySym sym, rfbClientPtr cl)
{
    struct vnc_event e = {.kind = VNC_KEY, .keysym = (uint32_t)sym, .down = down != 0};
    put_event(vnc_of(cl), &e);
}

static void on_pointer(int buttons, int x, int y, rfbClientPtr cl)
{
    const struct vnc_viewer *w = cl->clientData;
    struct vnc_event e = {.kind = VNC_POINTER, .buttons = (uint8_t)buttons, .x = x, .y = y};
    e.w = (uint32_t)cl->screen->width;
    e.h = (uint32_t)cl->screen->height;
    e.relative = w && w->relative;
    if (e.relative) {
        e.x -= MOTION_ZERO;
        e.y -= MOTION_ZERO;
    }
    put_event(vnc_of(cl), &e);
}

/* NOTE: libvncserver 0.9.14 forgets what it keeps of a viewer's extensions. */
static void free_extensions(rfbClientPtr cl)
{
    for (rfbExtensionData *e = cl->extensions, *next; e; e = next) {
        next = e->next;
        free(e);
    }
    cl->extensions = NULL;
}

static void on_gone(rfbClientPtr cl)
{
    struct vnc *v = vnc_of(cl);
    struct vnc_viewer *w = cl->clientData;
    struct vnc_event e = {.kind = VNC_LEFT};
    free_extensions(cl);
    if (!w)
        return;
    put_event(v, &e);
    pthread_mutex_lock(&v->lock);
    w->gone = true;
    if (!w->started)
        memset(w, 0, sizeof *w);
    pthread_mutex_unlock(&v->lock);
    vnc_wake(v); /* its thread is to be joined */
    wake_front(v);
}

static enum rfbNewClientAction on_client(rfbClientPtr cl)
{
    struct vnc *v = vnc_of(cl);
    unsigned i = 0;
    pthread_mutex_lock(&v->lock);
    while (i < VNC_VIEWERS && v->viewer[i].vnc)
        i++;
    if (i < VNC_VIEWERS) {
        struct vnc_viewer *w = &v->viewer[i];
        *w = (struct vnc_viewer){.vnc = v, .cl = cl};
        snprintf(w->host, sizeof w->host, "%s", cl->host ? cl->host : "");
        cl->clientData = w;
        cl->clientGoneHook = on_gone;
    }
    pthread_mutex_unlock(&v->lock);
    wake_front(v); /* the list of viewers is another one */
    return cl->clientData ? RFB_CLIENT_ACCEPT : RFB_CLIENT_REFUSE;
}

static rfbBool on_password(rfbClientPtr cl, const char *response, int len)
{
    struct vnc *v = vnc_of(cl);
    unsigned char expected[CHALLENGESIZE];
    char password[VNC_PASSWORD + 1];
    bool set;
    pthread_mutex_lock(&v->lock);
    set = v->password_set;
    memcpy(password, v->password, sizeof password);
    pthread_mutex_unlock(&v->lock);
    memcpy(expected, cl->authChallenge, CHALLENGESIZE);
    rfbEncryptBytes(expected, password);
    return set && len == CHALLENGESIZE && !memcmp(expected, response, CHALLENGESIZE);
}

/* An update of one rectangle that holds no pixels: how a server says that it knows an extension. */
static void send_pseudo(rfbClientPtr cl, uint16_t x, int32_t encoding)
{
    uint8_t m[16] = {0};
    m[3] = 1; /* one rectangle */
    m[4] = (uint8_t)(x >> 8);
    m[5] = (uint8_t)x;
    m[8] = (uint8_t)(cl->screen->width >> 8);
    m[9] = (uint8_t)cl->screen->width;
    m[10] = (uint8_t)(cl->screen->height >> 8);
    m[11] = (uint8_t)cl->screen->height;
    for (unsigned i = 0; i < 4; i++)
        m[12 + i] = (uint8_t)((uint32_t)encoding >> (24 - 8 * i));
    pthread_mutex_lock(&cl->sendMutex);
    rfbWriteExact(cl, (const char *)m, sizeof m);
    pthread_mutex_unlock(&cl->sendMutex);
}

static rfbBool enable(rfbClientPtr cl, void **data, int encoding)
{
    struct vnc *v = vnc_of(cl);
    struct vnc_viewer *w = cl->clientData;
    (void)data;
    if (!w || (encoding != ENCODING_KEYS && encoding != ENCODING_MOTION))
        return FALSE;
    if (encoding == ENCODING_KEYS) {
        send_pseudo(cl, 0, ENCODING_KEYS);
        return TRUE;
    }
    pthread_mutex_lock(&v->lock);
    bool absolute = v->absolute;
    w->motion = true;
    w->relative = !absolute;
    pthread_mutex_unlock(&v->lock);
    send_pseudo(cl, absolute, ENCODING_MOTION);
    return TRUE;
}

static rfbBool message(rfbClientPtr cl, void *data, const rfbClientToServerMsg *m)
{
    enum { EXTENDED_KEY = 0, REST = 11 };
    uint8_t b[REST];
    (void)data;
    if (m->type != QEMU_MESSAGE)
        return FALSE;
    if (rfbReadExact(cl, (char *)b, REST) <= 0 || b[0] != EXTENDED_KEY) {
        rfbCloseClient(cl);
        return TRUE;
    }
    struct vnc_event e = {.kind = VNC_KEY, .down = b[1] || b[2]};
    e.keysym = (uint32_t)b[3] << 24 | (uint32_t)b[4] << 16 | (uint32_t)b[5] << 8 | b[6];
    e.qnum = b[7] || b[8] || b[9] ? 0 : b[10];
    put_event(vnc_of(cl), &e);
    return TRUE;
}

void vnc_tell_mode(struct vnc *v)
{
    rfbClientPtr cl[VNC_VIEWERS];
    unsigned n = 0;
    pthread_mutex_lock(&v->lock);
    bool absolute = v->absolute;
    for (unsigned i = 0; i < VNC_VIEWERS; i++) {
        struct vnc_viewer *w = &v->viewer[i];
        if (!w->vnc || w->gone || !w->motion || w->relative == !absolute)
            continue;
        w->relative = !absolute;
        rfbIncrClientRef(w->cl); /* it stays while we talk to it */
        cl[n++] = w->cl;
    }
    pthread_mutex_unlock(&v->lock);
    for (unsigned i = 0; i < n; i++) {
        send_pseudo(cl[i], absolute, ENCODING_MOTION);
        rfbDecrClientRef(cl[i]);
    }
}

void vnc_callbacks(struct vnc *v)
{
    /* NOTE: libvncserver keeps its list of extensions through this struct. */
    static int encodings[] = {ENCODING_KEYS, ENCODING_MOTION, 0};
    static rfbProtocolExtension extension = {
        .pseudoEncodings = encodings, .enablePseudoEncoding = enable, .handleMessage = message};
    v->screen->kbdAddEvent = on_key;
    v->screen->ptrAddEvent = on_pointer;
    v->screen->newClientHook = on_client;
    if (v->needs_password) {
        v->screen->authPasswdData = v; /* asks for one */
        v->screen->passwordCheck = on_password;
    }
    rfbRegisterProtocolExtension(&extension);
}

#else
typedef int no_vnc_client; /* an empty translation unit is no C */
#endif
