/* SPDX-License-Identifier: MIT */
/* The VNC server's picture, its thread, and the way of events to vnc_pump(). */
#include "config.h"

#include "vnc/vnc_server.h"

#ifdef HAVE_VNCSERVER

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "bus/surface.h"
#include "vnc/vnc_priv.h"

enum { FIRST_W = 640, FIRST_H = 480, PATIENCE_MS = 20000 };

static void quiet(const char *format, ...)
{
    (void)format;
}

static void accept_viewer(struct vnc *v, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    rfbClientPtr cl = rfbNewClient(v->screen, fd);
    if (!cl)
        return; /* libvncserver has closed it */
    struct vnc_viewer *w = cl->clientData;
    w->started = true;
    rfbIncrClientRef(cl); /* it stays while we look at it */
    rfbStartOnHoldClient(cl);
    pthread_mutex_lock(&v->lock);
    w->thread = cl->client_thread;
    w->joinable = true;
    pthread_mutex_unlock(&v->lock);
    rfbDecrClientRef(cl);
}

/* Threads of viewers that have gone end here. */
static void join_viewers(struct vnc *v)
{
    for (unsigned i = 0; i < VNC_VIEWERS; i++) {
        struct vnc_viewer *w = &v->viewer[i];
        pthread_mutex_lock(&v->lock);
        bool join = w->vnc && w->joinable && w->gone;
        pthread_t thread = w->thread;
        pthread_mutex_unlock(&v->lock);
        if (!join)
            continue;
        pthread_join(thread, NULL);
        pthread_mutex_lock(&v->lock);
        memset(w, 0, sizeof *w);
        pthread_mutex_unlock(&v->lock);
    }
}

/* What the front end left: a new picture, changed lines, another kind of pointer. */
static void take_work(struct vnc *v)
{
    uint64_t n;
    if (read(v->wake_thread, &n, sizeof n) < 0)
        return;
    pthread_mutex_lock(&v->lock);
    bool size_new = v->size_new, mode_new = v->mode_new;
    uint32_t *picture = v->picture[v->now];
    uint32_t w = v->w, h = v->h, y0 = v->y0, y1 = v->y1;
    v->size_new = v->mode_new = false;
    v->y0 = v->y1 = 0;
    pthread_mutex_unlock(&v->lock);
    if (mode_new)
        vnc_tell_mode(v);
    if (size_new)
        rfbNewFramebuffer(v->screen, (char *)picture, (int)w, (int)h, 8, 3, 4);
    else if (y1 > y0)
        rfbMarkRectAsModified(v->screen, 0, (int)y0, (int)w, (int)y1);
}

static void *work(void *arg)
{
    struct vnc *v = arg;
    for (;;) {
        struct pollfd p[VNC_LISTENERS + 1];
        for (size_t i = 0; i < v->nlisteners; i++)
            p[i] = (struct pollfd){.fd = v->listener[i], .events = POLLIN};
        p[v->nlisteners] = (struct pollfd){.fd = v->wake_thread, .events = POLLIN};
        if (poll(p, (nfds_t)v->nlisteners + 1, -1) < 0 && errno != EINTR)
            return NULL;
        if (p[v->nlisteners].revents)
            take_work(v);
        join_viewers(v);
        for (size_t i = 0; i < v->nlisteners; i++)
            if (p[i].revents)
                accept_viewer(v, v->listener[i]);
    }
}

void vnc_wake(struct vnc *v)
{
    uint64_t one = 1;
    if (write(v->wake_thread, &one, sizeof one) < 0)
        return; /* a wake is pending: good as well */
}

/* libvncserver keeps red in the lowest byte. */
static void copy_lines(uint32_t *to, const uint32_t *from, uint32_t w, uint32_t y0, uint32_t y1)
{
    for (size_t i = (size_t)y0 * w; i < (size_t)y1 * w; i++)
        to[i] = (from[i] & 0xff) << 16 | (from[i] & 0xff00) | (from[i] >> 16 & 0xff);
}

void vnc_frame(struct vnc *v, const uint32_t *pixels, uint32_t w, uint32_t h, uint32_t y0, uint32_t y1)
{
    pthread_mutex_lock(&v->lock);
    if (w != v->w || h != v->h) {
        v->now ^= !v->size_new; /* one that was not taken yet is filled anew */
        v->w = w;
        v->h = h;
        v->size_new = true;
        y0 = 0;
        y1 = h;
    }
    copy_lines(v->picture[v->now], pixels, w, y0, y1);
    v->y0 = v->y1 > v->y0 ? MIN(v->y0, y0) : y0;
    v->y1 = MAX(v->y1, y1);
    pthread_mutex_unlock(&v->lock);
    vnc_wake(v);
}

void vnc_pointer_mode(struct vnc *v, bool absolute)
{
    pthread_mutex_lock(&v->lock);
    v->absolute = absolute;
    v->mode_new = true;
    pthread_mutex_unlock(&v->lock);
    vnc_wake(v);
}

bool vnc_password(struct vnc *v, const char *text)
{
    if (!v->needs_password)
        return false;
    pthread_mutex_lock(&v->lock);
    memset(v->password, 0, sizeof v->password);
    if (text)
        memcpy(v->password, text, strnlen(text, VNC_PASSWORD));
    v->password_set = text != NULL;
    pthread_mutex_unlock(&v->lock);
    return true;
}

void vnc_viewers(struct vnc *v, char host[VNC_VIEWERS][VNC_HOST])
{
    pthread_mutex_lock(&v->lock);
    for (unsigned i = 0; i < VNC_VIEWERS; i++)
        memcpy(host[i], v->viewer[i].vnc && !v->viewer[i].gone ? v->viewer[i].host : "",
               v->viewer[i].vnc && !v->viewer[i].gone ? VNC_HOST : 1);
    pthread_mutex_unlock(&v->lock);
}

int vnc_fd(const struct vnc *v)
{
    return v->wake_front;
}

static bool take_event(struct vnc *v, struct vnc_event *e)
{
    pthread_mutex_lock(&v->lock);
    bool any = v->count > 0;
    if (any) {
        *e = v->event[v->head];
        v->head = (v->head + 1) % VNC_EVENTS;
        v->count--;
        pthread_cond_broadcast(&v->changed);
    }
    pthread_mutex_unlock(&v->lock);
    return any;
}

void vnc_pump(struct vnc *v)
{
    uint64_t n;
    struct vnc_event e;
    if (read(v->wake_front, &n, sizeof n) < 0)
        return;
    while (take_event(v, &e)) {
        if (e.kind == VNC_KEY)
            v->ops->key(v->ctx, e.keysym, e.qnum, e.down);
        else if (e.kind == VNC_POINTER)
            v->ops->pointer(v->ctx, e.relative, e.x, e.y, e.buttons, e.w, e.h);
        else
            v->ops->left(v->ctx);
    }
}

static bool make_screen(struct vnc *v, const char *name, enum vnc_share share)
{
    int argc = 0;
    unsigned char challenge[CHALLENGESIZE] = {0};
    char password[VNC_PASSWORD + 1] = "";
    rfbLog = rfbErr = quiet;
    tzset();
    rfbEncryptBytes(challenge, password); /* what it loads for that, it loads before the confinement */
    v->screen = rfbGetScreen(&argc, NULL, FIRST_W, FIRST_H, 8, 3, 4);
    if (!v->screen)
        return false;
    v->w = FIRST_W;
    v->h = FIRST_H;
    v->screen->screenData = v;
    v->screen->frameBuffer = (char *)v->picture[0];
    v->screen->desktopName = name;
    v->screen->cursor = NULL;
    v->screen->autoPort = FALSE;
    v->screen->port = v->screen->ipv6port = 0;
    v->screen->alwaysShared = share != VNC_SHARE_ALLOW_EXCLUSIVE;
    v->screen->dontDisconnect = share == VNC_SHARE_IGNORE;
    v->screen->maxClientWait = PATIENCE_MS;
    v->screen->deferPtrUpdateTime = 0; /* motion is not held back */
    v->screen->backgroundLoop = TRUE;  /* threads of its own for each viewer */
    vnc_callbacks(v);
    return true;
}

static void *picture_memory(void)
{
    void *p = mmap(NULL, VNC_PICTURE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

struct vnc *vnc_open(const char *name, const int *listeners, size_t n, bool password, enum vnc_share share,
                     const struct vnc_ops *ops, void *ctx, struct error *err)
{
    struct vnc *v = calloc(1, sizeof *v);
    if (!v || n > VNC_LISTENERS) {
        error_set(err, "-vnc: out of memory");
        free(v);
        return NULL;
    }
    v->ops = ops;
    v->ctx = ctx;
    v->needs_password = password;
    memcpy(v->listener, listeners, n * sizeof *listeners);
    v->nlisteners = n;
    pthread_mutex_init(&v->lock, NULL);
    pthread_cond_init(&v->changed, NULL);
    v->wake_thread = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    v->wake_front = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    v->picture[0] = picture_memory();
    v->picture[1] = picture_memory();
    if (v->wake_thread >= 0 && v->wake_front >= 0 && v->picture[0] && v->picture[1] && make_screen(v, name, share))
        return v;
    error_set(err, "-vnc: the server cannot be started: %s", strerror(errno));
    return NULL; /* NOTE: the process ends, and all of it goes */
}

void vnc_own_fds(const struct vnc *v, int fds[2])
{
    fds[0] = v->wake_thread;
    fds[1] = v->wake_front;
}

bool vnc_serve(struct vnc *v, struct error *err)
{
    int e = pthread_create(&v->thread, NULL, work, v);
    return !e || error_set(err, "-vnc: the server cannot be started: %s", strerror(e));
}

#else

void vnc_own_fds(const struct vnc *v, int fds[2])
{
    (void)v, (void)fds;
}

bool vnc_serve(struct vnc *v, struct error *err)
{
    (void)v;
    return error_set(err, "-vnc: this build has no VNC (libvncserver is missing)");
}

struct vnc *vnc_open(const char *name, const int *listeners, size_t n, bool password, enum vnc_share share,
                     const struct vnc_ops *ops, void *ctx, struct error *err)
{
    (void)name, (void)listeners, (void)n, (void)password, (void)share, (void)ops, (void)ctx;
    error_set(err, "-vnc: this build has no VNC (libvncserver is missing)");
    return NULL;
}

int vnc_fd(const struct vnc *v)
{
    (void)v;
    return -1;
}

void vnc_pump(struct vnc *v)
{
    (void)v;
}

void vnc_frame(struct vnc *v, const uint32_t *pixels, uint32_t w, uint32_t h, uint32_t y0, uint32_t y1)
{
    (void)v, (void)pixels, (void)w, (void)h, (void)y0, (void)y1;
}

void vnc_pointer_mode(struct vnc *v, bool absolute)
{
    (void)v, (void)absolute;
}

bool vnc_password(struct vnc *v, const char *text)
{
    (void)v, (void)text;
    return false;
}

void vnc_viewers(struct vnc *v, char host[VNC_VIEWERS][VNC_HOST])
{
    (void)v, (void)host;
}

#endif
