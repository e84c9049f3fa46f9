/* SPDX-License-Identifier: MIT */
/* VNC: where it listens, and what its viewers do on its way to the guest. */
#include "config.h"

#include "front/front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bits.h"
#include "bus/input.h"
#include "ctl/chardev/host_socket.h"
#include "bus/keys.h"
#include "ui/vnc.h"

enum { FIRST_PORT = 5900, QNUM_SHIFT = 0x2a, QNUM_SHIFT_R = 0x36, LISTENERS = 2 };
enum { RFB_LEFT = 1, RFB_MIDDLE = 2, RFB_RIGHT = 4, RFB_UP = 8, RFB_DOWN = 16 };

struct front_vnc {
    struct vnc *vnc;
    bool down[256];
    int x, y; /* of the last pointer event, as far as there was one */
    bool placed;
    uint8_t buttons;
    unsigned port;
    bool is_ipv6;
};

static void send_key(struct front *f, uint8_t qnum, bool down)
{
    uint8_t msg[2] = {qnum, down};
    f->vnc->down[qnum] = down;
    link_send(&f->guest.link, LINK_KEY, msg, sizeof msg);
}

/* A character that needs Shift on a US keyboard, or must not have it, whatever the viewer's own
 * layout: Shift is pressed or let go of around it. */
static void send_char(struct front *f, uint8_t qnum, bool shift)
{
    struct front_vnc *v = f->vnc;
    bool left = v->down[QNUM_SHIFT], right = v->down[QNUM_SHIFT_R];
    if (shift == (left || right)) {
        send_key(f, qnum, true);
        return;
    }
    if (shift) {
        send_key(f, QNUM_SHIFT, true);
    } else {
        if (left)
            send_key(f, QNUM_SHIFT, false);
        if (right)
            send_key(f, QNUM_SHIFT_R, false);
    }
    send_key(f, qnum, true);
    if (shift) {
        send_key(f, QNUM_SHIFT, false);
    } else {
        if (left)
            send_key(f, QNUM_SHIFT, true);
        if (right)
            send_key(f, QNUM_SHIFT_R, true);
    }
}

static void on_key(void *ctx, uint32_t keysym, uint8_t qnum, bool down)
{
    struct front *f = ctx;
    bool is_char = false, shift = false;
    if (!qnum) {
        qnum = key_by_keysym(keysym, &is_char, &shift);
        bool letter = (keysym | 0x20) >= 'a' && (keysym | 0x20) <= 'z';
        is_char &= !letter; /* Caps Lock may have made it large */
    }
    if (!qnum)
        return;
    if (down && is_char)
        send_char(f, qnum, shift);
    else
        send_key(f, qnum, down);
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

static void on_pointer(void *ctx, bool relative, int x, int y, uint8_t buttons, uint32_t w, uint32_t h)
{
    struct front *f = ctx;
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

static void on_left(void *ctx)
{
    struct front *f = ctx;
    for (unsigned i = 0; i < ARRAY_LEN(f->vnc->down); i++)
        if (f->vnc->down[i])
            send_key(f, (uint8_t)i, false);
    f->vnc->placed = false;
}

static size_t listen_tcp(struct front *f, int *fds, struct error *err)
{
    const struct vnc_option *o = &f->o->vnc;
    size_t n = 0;
    for (unsigned d = o->display; !n && d <= o->display + o->to; d++) {
        char port[16];
        f->vnc->port = FIRST_PORT + d;
        snprintf(port, sizeof port, "%u", f->vnc->port);
        n = host_listen_tcp(o->host, port, fds, LISTENERS, err);
    }
    return n;
}

bool front_open_vnc(struct front *f, struct error *err)
{
    static const struct vnc_ops ops = {on_key, on_pointer, on_left};
    const struct vnc_option *o = &f->o->vnc;
    int fds[LISTENERS];
    size_t n = 1;
    if (!o->on)
        return true;
    f->vnc = calloc(1, sizeof *f->vnc);
    if (!f->vnc)
        return error_set(err, "out of memory");
    if (!o->path)
        n = listen_tcp(f, fds, err);
    else if ((fds[0] = host_listen_unix(o->path, err)) < 0)
        n = 0;
    if (!n)
        return error_prefix(err, "-vnc");
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof a;
    f->vnc->is_ipv6 = getsockname(fds[0], (struct sockaddr *)&a, &len) == 0 && a.ss_family == AF_INET6;
    f->vnc->vnc =
        vnc_open(f->o->name ? f->o->name : "Vitrine", fds, n, o->password, (enum vnc_share)o->share, &ops, f, err);
    return f->vnc->vnc != NULL;
}

void front_close_vnc(struct front *f)
{
    if (!f->vnc)
        return;
    vnc_close(f->vnc->vnc);
    if (f->vnc->vnc && f->o->vnc.path)
        unlink(f->o->vnc.path);
    free(f->vnc);
    f->vnc = NULL;
}

int front_vnc_fd(const struct front *f)
{
    return f->vnc ? vnc_fd(f->vnc->vnc) : -1;
}

void front_vnc_pump(struct front *f)
{
    if (f->vnc)
        vnc_pump(f->vnc->vnc);
}

void front_vnc_frame(struct front *f, const uint32_t *pixels, const struct frame_info *i)
{
    if (f->vnc)
        vnc_frame(f->vnc->vnc, pixels, i->w, i->h, i->y0, i->y1);
}

void front_vnc_pointer_mode(struct front *f)
{
    if (f->vnc)
        vnc_pointer_mode(f->vnc->vnc, f->takes_absolute);
}

bool front_vnc_password(void *ctx, const char *text, struct error *err)
{
    struct front *f = ctx;
    if (!f->vnc)
        return error_set(err, "there is no VNC server");
    return vnc_password(f->vnc->vnc, text) || error_set(err, "the VNC server was started without password=on");
}

static void one_viewer(void *ctx, const char *host)
{
    struct control_vnc *to = ctx;
    if (to->nviewers < CONTROL_VIEWERS)
        snprintf(to->viewer[to->nviewers++], sizeof to->viewer[0], "%s", host);
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
    vnc_viewers(f->vnc->vnc, one_viewer, to);
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
