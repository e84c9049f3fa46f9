/* SPDX-License-Identifier: MIT */
/*
 * VNC: where it listens, the process that serves the viewers (src/vnc), and what they do on its way to the guest. No
 * number of that process is trusted.
 */
#include "config.h"

#include "front/front.h"
#include "front/front_vnc_keys.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/text_clean.h"
#include "bus/input.h"
#include "ctl/chardev/host_socket.h"
#include "link/vnc_link.h"

enum { FIRST_PORT = 5900 };
enum { RFB_LEFT = 1, RFB_MIDDLE = 2, RFB_RIGHT = 4, RFB_UP = 8, RFB_DOWN = 16 };
enum { SEND_WAIT_MS = 1000, START_WAIT_MS = 10000, RECORDS_AT_ONCE = 256 };
enum { RESTARTS = 5 };
#define RESTARTS_NS UINT64_C(60000000000) /* so many in a minute, and no more */

struct front_vnc {
    int link; /* to the process that serves viewers; -1: there is none */
    pid_t process;
    struct vnc_picture picture;
    int listener[VNC_LISTENERS];
    size_t nlisteners;
    uint32_t w, h; /* of the picture, as last sent */
    char viewer[VNC_VIEWERS][VNC_HOST];
    char password[VNC_PASSWORD + 1]; /* as set; restarts need it */
    bool password_set;
    uint64_t started[RESTARTS]; /* host ns of the last starts, latest first */

    struct vnc_keys keys;
    int x, y; /* of the last pointer event, as far as there was one */
    bool placed;
    uint8_t buttons;
    unsigned port;
    bool is_ipv6;
};

/* NOTE: viewers repeat keys that are held, in their time: the guest's clock has no part in it. */
static void send_key(void *ctx, uint8_t qnum, enum key_event event)
{
    struct front *f = ctx;
    uint8_t msg[2] = {qnum, (uint8_t)event};
    link_send(&f->guest.link, LINK_KEY, msg, sizeof msg);
}

static uint8_t pointer_buttons(uint8_t rfb)
{
    return (uint8_t)((rfb & RFB_LEFT ? POINTER_LEFT : 0) | (rfb & RFB_MIDDLE ? POINTER_MIDDLE : 0) |
                     (rfb & RFB_RIGHT ? POINTER_RIGHT : 0));
}

static int32_t scale(int v, uint32_t room)
{
    if (v < 0 || room < 2)
        return 0;
    return (int32_t)(MIN((uint32_t)v, room - 1) * (uint64_t)POINTER_ABS_MAX / (room - 1));
}

static void on_pointer(struct front *f, bool relative, int x, int y, uint8_t buttons, uint32_t w, uint32_t h)
{
    struct front_vnc *v = f->vnc;
    uint8_t pressed = (uint8_t)(buttons & ~v->buttons);
    int wheel = (pressed & RFB_UP ? 1 : 0) - (pressed & RFB_DOWN ? 1 : 0);
    uint8_t level = pointer_buttons(buttons);
    v->buttons = buttons;
    if (relative || !f->takes_absolute) {
        int dx = relative ? x : v->placed ? x - v->x : 0;
        int dy = relative ? y : v->placed ? y - v->y : 0;
        guest_pointer(&f->guest, LINK_AXES_RELATIVE, dx, dy, wheel, POINTER_ALL, level);
    } else {
        guest_pointer(&f->guest, LINK_AXES_ABSOLUTE, scale(x, w), scale(y, h), wheel, POINTER_ALL, level);
    }
    v->placed = !relative;
    v->x = x;
    v->y = y;
}

static void on_left(struct front *f)
{
    vnc_keys_release(&f->vnc->keys);
    f->vnc->placed = false;
}

static size_t listen_tcp(struct front *f, struct error *err)
{
    const struct vnc_option *o = &f->o->vnc;
    size_t n = 0;
    for (unsigned d = o->display; !n && d <= o->display + o->to; d++) {
        char port[16];
        f->vnc->port = FIRST_PORT + d;
        snprintf(port, sizeof port, "%u", f->vnc->port);
        n = host_listen_tcp(o->host, port, f->vnc->listener, VNC_LISTENERS, err);
    }
    return n;
}

/* --- The process --- */

/* The process's answer: it serves viewers, confined as the user wants it. */
static bool wait_ready(const struct front *f, struct error *err)
{
    struct vnc_record r;
    size_t nfds;
    char missing[128];
    struct pollfd p = {.fd = f->vnc->link, .events = POLLIN};
    if (poll(&p, 1, START_WAIT_MS) <= 0 || vnc_link_receive(p.fd, &r, NULL, 0, &nfds) != VNC_GOT_RECORD ||
        r.type != VNC_READY)
        return error_set(err, "-vnc: the process that serves viewers did not start");
    text_clean(r.text, sizeof r.text, r.text, strlen(r.text), "");
    if (r.text[0])
        return error_set(err, "%s", r.text);
    jail_missing(r.jail, missing, sizeof missing);
    return !missing[0] || !f->o->require_jail ||
           error_set(err, "--require-jail: the process for VNC's viewers would run without %s", missing);
}

static void tell(struct front *f, const struct vnc_record *r)
{
    /* NOTE: a process that takes nothing for so long is dead or taken over: serve() sees its end. */
    if (f->vnc && f->vnc->link >= 0 && !vnc_link_send(f->vnc->link, r, NULL, 0, SEND_WAIT_MS))
        shutdown(f->vnc->link, SHUT_RDWR);
}

static void tell_password(struct front *f)
{
    struct vnc_record r = {.type = VNC_SET_PASSWORD, .flag = f->vnc->password_set};
    memcpy(r.text, f->vnc->password, sizeof f->vnc->password);
    tell(f, &r);
}

static bool spawn(struct front *f, struct error *err)
{
    struct front_vnc *v = f->vnc;
    int pair[2], fds[1 + VNC_LISTENERS] = {v->picture.fd_read};
    struct vnc_record r = {.type = VNC_START, .flag = f->o->vnc.password, .share = f->o->vnc.share};
    r.jail = f->o->require_jail ? JAIL_ALL : 0;
    snprintf(r.text, sizeof r.text, "%s", f->o->name ? f->o->name : "Vitrine");
    if (!vnc_link_pair(pair, err))
        return false;
    v->process = fork();
    if (v->process == 0)
        front_become(&f->o->runas, VNC_PROCESS_ARG, pair[1], -1);
    close(pair[1]);
    v->link = pair[0];
    memcpy(fds + 1, v->listener, v->nlisteners * sizeof *fds);
    if (v->process < 0)
        return error_set(err, "-vnc: cannot start the process that serves viewers: %s", strerror(errno));
    if (!vnc_link_send(v->link, &r, fds, 1 + v->nlisteners, START_WAIT_MS) || !wait_ready(f, err))
        return false;
    memmove(v->started + 1, v->started, sizeof v->started - sizeof *v->started);
    v->started[0] = front_now();
    return true;
}

/* Gives how it ended. */
static int dismiss(struct front_vnc *v)
{
    int status = 0;
    if (v->link >= 0)
        close(v->link);
    v->link = -1;
    if (v->process > 0) {
        kill(v->process, SIGKILL);
        while (waitpid(v->process, &status, 0) < 0 && errno == EINTR)
            ;
    }
    v->process = 0;
    memset(v->viewer, 0, sizeof v->viewer);
    return status;
}

bool front_open_vnc(struct front *f, struct error *err)
{
    const struct vnc_option *o = &f->o->vnc;
    if (!o->on)
        return true;
    struct front_vnc *v = f->vnc = calloc(1, sizeof *f->vnc);
    if (!v)
        return error_set(err, "out of memory");
    v->keys = (struct vnc_keys){.send = send_key, .ctx = f};
    v->link = v->picture.fd_read = -1;
    if (!o->path)
        v->nlisteners = listen_tcp(f, err);
    else if ((v->listener[0] = host_listen_unix(o->path, err)) >= 0)
        v->nlisteners = 1;
    if (!v->nlisteners)
        return error_prefix(err, "-vnc");
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof a;
    v->is_ipv6 = getsockname(v->listener[0], (struct sockaddr *)&a, &len) == 0 && a.ss_family == AF_INET6;
    return vnc_picture_make(&v->picture, err) && spawn(f, err);
}

void front_close_vnc(struct front *f)
{
    struct front_vnc *v = f->vnc;
    if (!v)
        return;
    dismiss(v);
    for (size_t i = 0; i < v->nlisteners; i++)
        close(v->listener[i]);
    if (v->nlisteners && f->o->vnc.path)
        unlink(f->o->vnc.path);
    vnc_picture_free(&v->picture);
    free(v);
    f->vnc = NULL;
}

/* It died, by a viewer's doing or a bug: viewers may come again, unless it dies again and again. */
static void start_again(struct front *f)
{
    struct front_vnc *v = f->vnc;
    struct error err;
    char line[160];
    on_left(f);
    int status = dismiss(v);
    bool often = v->started[RESTARTS - 1] && front_now() - v->started[RESTARTS - 1] < RESTARTS_NS;
    snprintf(line, sizeof line, "-vnc: the process that serves viewers ended (%s %d); %s",
             WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
             often ? "it is not started again" : "it is started again");
    front_complain(line);
    if (often)
        return;
    if (!spawn(f, &err)) {
        front_complain(err.text);
        dismiss(v);
        return;
    }
    if (v->password_set)
        tell_password(f);
    front_vnc_pointer_mode(f);
    if (v->w)
        tell(f, &(struct vnc_record){.type = VNC_FRAME, .w = v->w, .h = v->h, .y0 = 0, .y1 = v->h});
}

int front_vnc_fd(const struct front *f)
{
    return f->vnc ? f->vnc->link : -1;
}

static void take(struct front *f, const struct vnc_record *r)
{
    switch (r->type) {
    case VNC_KEY: vnc_keys_event(&f->vnc->keys, r->keysym, (uint8_t)r->qnum, r->flag != 0); break;
    case VNC_POINTER: on_pointer(f, r->flag != 0, r->x, r->y, (uint8_t)r->buttons, r->w, r->h); break;
    case VNC_LEFT: on_left(f); break;
    case VNC_VIEWER:
        if (r->index < VNC_VIEWERS)
            text_clean(f->vnc->viewer[r->index], VNC_HOST, r->text, r->flag ? strlen(r->text) : 0, "");
        break;
    default: break; /* NOTE: what it should not send is nothing to us */
    }
}

void front_vnc_pump(struct front *f)
{
    for (unsigned i = 0; f->vnc && f->vnc->link >= 0 && i < RECORDS_AT_ONCE; i++) {
        struct vnc_record r;
        size_t nfds;
        enum vnc_got got = vnc_link_receive(f->vnc->link, &r, NULL, 0, &nfds);
        if (got == VNC_GOT_NONE)
            return;
        if (got == VNC_GOT_END) {
            start_again(f);
            return;
        }
        take(f, &r);
    }
}

void front_vnc_frame(struct front *f, const uint32_t *pixels, const struct frame_info *i)
{
    struct front_vnc *v = f->vnc;
    if (!v)
        return;
    struct vnc_record r = {.type = VNC_FRAME, .w = i->w, .h = i->h, .y0 = i->y0, .y1 = i->y1};
    if (i->w != v->w || i->h != v->h) {
        r.y0 = 0;
        r.y1 = i->h;
    }
    memcpy(v->picture.map + (size_t)r.y0 * i->w, pixels + (size_t)r.y0 * i->w, (size_t)(r.y1 - r.y0) * i->w * 4);
    v->w = i->w;
    v->h = i->h;
    tell(f, &r);
}

void front_vnc_pointer_mode(struct front *f)
{
    tell(f, &(struct vnc_record){.type = VNC_MODE, .flag = f->takes_absolute});
}

bool front_vnc_password(void *ctx, const char *text, struct error *err)
{
    struct front *f = ctx;
    if (!f->vnc)
        return error_set(err, "there is no VNC server");
    if (!f->o->vnc.password)
        return error_set(err, "the VNC server was started without password=on");
    struct front_vnc *v = f->vnc;
    memset(v->password, 0, sizeof v->password);
    if (text)
        memcpy(v->password, text, strnlen(text, VNC_PASSWORD));
    v->password_set = text != NULL;
    tell_password(f);
    return true;
}

void front_vnc_info(void *ctx, struct control_vnc *to)
{
    struct front *f = ctx;
    memset(to, 0, sizeof *to);
    if (!f->vnc)
        return;
    to->enabled = true;
    to->password = f->o->vnc.password;
    to->is_unix = f->o->vnc.path != NULL;
    to->is_ipv6 = f->vnc->is_ipv6;
    const char *any = f->vnc->is_ipv6 ? "::" : "0.0.0.0";
    const char *host = to->is_unix ? f->o->vnc.path : *f->o->vnc.host ? f->o->vnc.host : any;
    snprintf(to->host, sizeof to->host, "%s", host);
    if (!to->is_unix)
        snprintf(to->service, sizeof to->service, "%u", f->vnc->port);
    for (unsigned i = 0; i < VNC_VIEWERS; i++)
        if (f->vnc->viewer[i][0] && to->nviewers < CONTROL_VIEWERS)
            snprintf(to->viewer[to->nviewers++], sizeof to->viewer[0], "%s", f->vnc->viewer[i]);
}

void front_print_vnc(struct front *f, struct buf *out)
{
    struct control_vnc v;
    front_vnc_info(f, &v);
    if (!v.enabled) {
        buf_printf(out, "Server: disabled\n");
        return;
    }
    buf_printf(out, "Server:\n     address: %s%s%s (%s)\n        auth: %s\n", v.host, v.is_unix ? "" : ":", v.service,
               v.is_unix   ? "unix"
               : v.is_ipv6 ? "ipv6"
                           : "ipv4",
               v.password ? "vnc" : "none");
    for (unsigned i = 0; i < v.nviewers; i++)
        buf_printf(out, "Client:\n     address: %s\n", v.viewer[i]);
    if (!v.nviewers)
        buf_printf(out, "Client: none\n");
}
