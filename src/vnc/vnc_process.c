/* SPDX-License-Identifier: MIT */
/*
 * The process that serves VNC's viewers, from its start to its end: takes the listening sockets and the picture's
 * memory, confines itself, and passes on what viewers do.
 */
#include "config.h"

#include "vnc/vnc_process.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "jail/jail.h"
#include "link/vnc_link.h"
#include "vnc/vnc_server.h"

enum { PATIENCE_MS = 5000 };

struct process {
    int link;
    struct vnc *vnc;
    const uint32_t *picture;
    char name[VNC_HOST];                /* of the desktop */
    char viewer[VNC_VIEWERS][VNC_HOST]; /* as last reported; "": free */
};

/* NOTE: what the front end does not take in time is lost with it: it is gone, or does not live. */
static void say(struct process *p, const struct vnc_record *r)
{
    if (!vnc_link_send(p->link, r, NULL, 0, PATIENCE_MS))
        _exit(1);
}

static void on_key(void *ctx, uint32_t keysym, uint8_t qnum, bool down)
{
    say(ctx, &(struct vnc_record){.type = VNC_KEY, .keysym = keysym, .qnum = qnum, .flag = down});
}

static void on_pointer(void *ctx, bool relative, int x, int y, uint8_t buttons, uint32_t w, uint32_t h)
{
    say(ctx, &(struct vnc_record){
                 .type = VNC_POINTER, .flag = relative, .x = x, .y = y, .buttons = buttons, .w = w, .h = h});
}

static void on_left(void *ctx)
{
    say(ctx, &(struct vnc_record){.type = VNC_LEFT});
}

static void report_viewers(struct process *p)
{
    char now[VNC_VIEWERS][VNC_HOST] = {""};
    vnc_viewers(p->vnc, now);
    for (unsigned i = 0; i < VNC_VIEWERS; i++) {
        if (!strcmp(now[i], p->viewer[i]))
            continue;
        struct vnc_record r = {.type = VNC_VIEWER, .index = i, .flag = now[i][0] != 0};
        memcpy(r.text, now[i], sizeof r.text);
        memcpy(p->viewer[i], now[i], sizeof p->viewer[i]);
        say(p, &r);
    }
}

/* False: it is none that the front end sends. */
static bool take(struct process *p, const struct vnc_record *r)
{
    switch (r->type) {
    case VNC_FRAME:
        if (!r->w || !r->h || r->w > SURFACE_MAX_W || r->h > SURFACE_MAX_H || r->y0 > r->y1 || r->y1 > r->h)
            return false;
        vnc_frame(p->vnc, p->picture, r->w, r->h, r->y0, r->y1);
        return true;
    case VNC_MODE: vnc_pointer_mode(p->vnc, r->flag); return true;
    case VNC_SET_PASSWORD: vnc_password(p->vnc, r->flag ? r->text : NULL); return true;
    default: return false;
    }
}

/* False: the front end is gone. */
static bool take_all(struct process *p)
{
    struct vnc_record r;
    size_t nfds;
    for (;;) {
        enum vnc_got got = vnc_link_receive(p->link, &r, NULL, 0, &nfds);
        if (got == VNC_GOT_NONE)
            return true;
        if (got == VNC_GOT_END || !take(p, &r))
            return false;
    }
}

/* The first record: sockets and picture, then the confinement, then viewers. False without a text: a layer is missing
 * that the record asks for. */
static bool start(struct process *p, uint32_t *in_force, struct error *err)
{
    static const struct vnc_ops ops = {on_key, on_pointer, on_left};
    struct vnc_record r;
    int fds[1 + VNC_LISTENERS];
    size_t nfds;
    struct pollfd pfd = {.fd = p->link, .events = POLLIN};
    if (poll(&pfd, 1, PATIENCE_MS) <= 0 ||
        vnc_link_receive(p->link, &r, fds, ARRAY_LEN(fds), &nfds) != VNC_GOT_RECORD || r.type != VNC_START || nfds < 2)
        return error_set(err, "the front end said nothing");
    p->picture = vnc_picture_map(fds[0]);
    close(fds[0]);
    if (!p->picture)
        return error_set(err, "the picture's memory is not what it should be");
    int keep[1 + VNC_LISTENERS + 2] = {p->link};
    memcpy(keep + 1, fds + 1, (nfds - 1) * sizeof *keep);
    memcpy(p->name, r.text, sizeof p->name);
    p->vnc = vnc_open(p->name, fds + 1, nfds - 1, r.flag, (enum vnc_share)MIN(r.share, (uint32_t)VNC_SHARE_IGNORE),
                      &ops, p, err);
    /* What the server made for itself stays too. */
    if (!p->vnc)
        return false;
    vnc_own_fds(p->vnc, keep + nfds);
    return jail_enter_viewers(keep, nfds + 2, in_force, err) && !(r.jail & ~*in_force) && vnc_serve(p->vnc, err);
}

int vnc_process_main(int link_fd)
{
    struct process p = {.link = link_fd};
    struct error err = {""};
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    uint32_t in_force = 0;
    bool good = start(&p, &in_force, &err);
    struct vnc_record ready = {.type = VNC_READY, .jail = in_force};
    snprintf(ready.text, sizeof ready.text, "%.*s", (int)sizeof ready.text - 1, err.text);
    say(&p, &ready);
    while (good) {
        struct pollfd pfd[] = {{.fd = link_fd, .events = POLLIN}, {.fd = vnc_fd(p.vnc), .events = POLLIN}};
        poll(pfd, ARRAY_LEN(pfd), -1);
        vnc_pump(p.vnc);
        report_viewers(&p);
        if (pfd[0].revents && !take_all(&p))
            break;
    }
    /* NOTE: nothing is to be kept, and no viewer may hold up the end. */
    _exit(good ? 0 : 1);
}
