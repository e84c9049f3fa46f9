/* SPDX-License-Identifier: MIT */
/* The front end's end of the link. */
#include "config.h"

#include "link/guest.h"

#include <string.h>
#include <unistd.h>

#include "base/bits.h"

enum { MESSAGES_AT_ONCE = 256, EXIT_MAX = 255 };

void guest_init(struct guest *g, int fd, const struct guest_ops *ops, void *ctx)
{
    memset(g, 0, sizeof *g);
    link_init(&g->link, fd);
    g->ops = ops;
    g->ctx = ctx;
    g->state = LINK_STATE_PRELAUNCH;
}

static void send_request(struct guest *g, enum link_type type, const void *data, size_t len, int fd)
{
    struct buf b = {0};
    buf_add32(&b, g->next_id);
    buf_add(&b, data, len);
    if (fd >= 0)
        link_pass(&g->link, type, b.data, b.len, fd);
    else
        link_send(&g->link, type, b.data, b.len);
    buf_free(&b);
}

bool guest_request_fd(struct guest *g, enum link_type type, const void *data, size_t len, int fd, guest_reply_fn *fn,
                      void *ctx)
{
    for (unsigned i = 0; i < GUEST_REQUESTS && !g->gone && len <= LINK_MAX - 4; i++) {
        if (g->request[i].id)
            continue;
        g->next_id += g->next_id == UINT32_MAX ? 2 : 1;
        g->request[i].id = g->next_id;
        g->request[i].fn = fn;
        g->request[i].ctx = ctx;
        send_request(g, type, data, len, fd);
        return true;
    }
    if (fd >= 0)
        close(fd);
    return false;
}

bool guest_request(struct guest *g, enum link_type type, const void *data, size_t len, guest_reply_fn *fn, void *ctx)
{
    return guest_request_fd(g, type, data, len, -1, fn, ctx);
}

void guest_fail_requests(struct guest *g)
{
    static const char text[] = "the machine has ended";
    for (unsigned i = 0; i < GUEST_REQUESTS; i++) {
        if (!g->request[i].id)
            continue;
        g->request[i].id = 0;
        g->request[i].fn(g->request[i].ctx, LINK_FAILED, (const uint8_t *)text, sizeof text - 1);
    }
}

void guest_close(struct guest *g)
{
    g->gone = true;
    link_close(&g->link);
    guest_fail_requests(g);
    buf_free(&g->picture);
}

void guest_text(char *to, size_t room, const uint8_t *data, size_t len)
{
    size_t n = MIN(len, room - 1);
    for (size_t i = 0; i < n; i++)
        to[i] = data[i] < 0x20 || data[i] == 0x7f ? '?' : (char)data[i];
    to[n] = 0;
}

bool guest_picture(const uint8_t *data, size_t len, uint32_t *w, uint32_t *h, const uint8_t **pixels)
{
    if (len < 8)
        return false;
    *w = ld32(data);
    *h = ld32(data + 4);
    *pixels = data + 8;
    return *w >= 1 && *w <= SURFACE_MAX_W && *h >= 1 && *h <= SURFACE_MAX_H && len - 8 == (size_t)*w * *h * 4;
}

void guest_pointer(struct guest *g, enum link_axes axes, int32_t x, int32_t y, int wheel, uint8_t mask, uint8_t level)
{
    uint8_t b[LINK_POINTER_SIZE] = {(uint8_t)axes};
    st32(b + 1, (uint32_t)x);
    st32(b + 5, (uint32_t)y);
    b[9] = (uint8_t)(wheel < -128 ? -128 : wheel > 127 ? 127 : wheel);
    b[10] = mask;
    b[11] = level;
    link_send(&g->link, LINK_POINTER, b, sizeof b);
}

static bool on_reply(struct guest *g, struct reader *r)
{
    uint32_t id = get32(r);
    uint8_t kind = get8(r);
    if (r->bad || !id || kind > LINK_FAILED)
        return false;
    for (unsigned i = 0; i < GUEST_REQUESTS; i++) {
        if (g->request[i].id != id)
            continue;
        guest_reply_fn *fn = g->request[i].fn;
        void *ctx = g->request[i].ctx;
        if (kind != LINK_MORE)
            g->request[i].id = 0;
        if (kind == LINK_FAILED) {
            char text[512];
            guest_text(text, sizeof text, r->p, (size_t)(r->end - r->p));
            fn(ctx, LINK_FAILED, (const uint8_t *)text, strlen(text));
        } else {
            fn(ctx, (enum link_reply)kind, r->p, (size_t)(r->end - r->p));
        }
        return true;
    }
    return false; /* nobody asked */
}

static bool on_event(struct guest *g, struct reader *r)
{
    uint8_t ev = get8(r), by_guest = get8(r), cause = get8(r);
    if (r->bad || r->p != r->end || ev < LINK_EV_STOP || ev > LINK_EV_POWERDOWN || by_guest > 1 ||
        cause > LINK_CAUSE_GUEST_PANIC)
        return false;
    if (ev == LINK_EV_SHUTDOWN)
        g->powered_off = true; /* the stop that follows leaves it so */
    else if (ev == LINK_EV_RESET)
        g->powered_off = false;
    if (ev == LINK_EV_STOP && g->state == LINK_STATE_RUNNING)
        g->state = g->powered_off ? LINK_STATE_SHUTDOWN : LINK_STATE_PAUSED;
    else if (ev == LINK_EV_RESET && g->state == LINK_STATE_SHUTDOWN)
        g->state = LINK_STATE_PAUSED;
    else if (ev == LINK_EV_RESUME)
        g->state = LINK_STATE_RUNNING;
    g->ops->event(g->ctx, (enum link_event)ev, by_guest, (enum link_cause)cause);
    return true;
}

static bool on_picture(struct guest *g, struct reader *r)
{
    uint32_t number = get32(r);
    uint8_t kind = get8(r);
    size_t n = (size_t)(r->end - r->p);
    if (r->bad || kind > LINK_LAST || (g->picture.len && number != g->picture_number) ||
        g->picture.len + n > GUEST_PICTURE_MAX)
        return false;
    g->picture_number = number;
    buf_add(&g->picture, r->p, n);
    if (kind == LINK_MORE)
        return true;
    uint32_t w, h;
    const uint8_t *pixels;
    bool good = guest_picture(g->picture.data, g->picture.len, &w, &h, &pixels);
    if (good)
        g->ops->picture(g->ctx, number, w, h, pixels);
    buf_clear(&g->picture);
    return good;
}

static bool on_stats(struct guest *g, struct reader *r)
{
    uint64_t pos = get64(r), ns = get64(r);
    uint8_t state = get8(r), halted = get8(r);
    if (r->bad || r->p != r->end || state > LINK_STATE_SHUTDOWN || halted > 1)
        return false;
    g->state = (enum link_state)state;
    g->ops->stats(g->ctx, pos, ns, halted);
    return true;
}

bool guest_drives(const uint8_t *data, size_t len, struct guest_drive drive[MAX_DRIVES])
{
    struct reader r = {data, data + len, false};
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        uint8_t flags = get8(&r);
        drive[i] = (struct guest_drive){.fitted = flags & LINK_DRIVE_FITTED,
                                        .medium = flags & LINK_DRIVE_MEDIUM,
                                        .open = flags & LINK_DRIVE_OPEN,
                                        .locked = flags & LINK_DRIVE_LOCKED,
                                        .reads = get64(&r),
                                        .writes = get64(&r),
                                        .flushes = get64(&r),
                                        .read_bytes = get64(&r),
                                        .written_bytes = get64(&r)};
    }
    return !r.bad && r.p == r.end;
}

static bool on_exit(struct guest *g, struct reader *r)
{
    uint32_t status = get32(r);
    uint8_t has_text = get8(r);
    if (r->bad || status > EXIT_MAX || has_text > 1)
        return false;
    g->over = true;
    g->status = (int)status;
    if (has_text)
        guest_text(g->why, sizeof g->why, r->p, (size_t)(r->end - r->p));
    return true;
}

static void on_line(struct guest *g, bool guest_error, const struct reader *r)
{
    char text[512];
    guest_text(text, sizeof text, r->p, (size_t)(r->end - r->p));
    g->ops->line(g->ctx, guest_error, text);
}

static bool on_frame(struct guest *g, const struct link_msg *msg)
{
    struct frame_info info;
    if (!frame_get(msg, &info))
        return false;
    g->ops->frame(g->ctx, &info);
    return true;
}

static bool on_taken(struct guest *g, struct reader *r)
{
    uint8_t port = get8(r);
    uint32_t n = get32(r);
    if (r->bad || r->p != r->end || port >= GUEST_PORTS)
        return false;
    if (g->ops->taken)
        g->ops->taken(g->ctx, port, n);
    return true;
}

static void on_log(struct guest *g, struct reader *r)
{
    char part[1024];
    while (r->p < r->end && g->ops->log) {
        size_t n = 0;
        for (; n < sizeof part && r->p < r->end; r->p++)
            part[n++] = (*r->p < 0x20 && *r->p != '\n' && *r->p != '\t') || *r->p >= 0x7f ? '?' : (char)*r->p;
        g->ops->log(g->ctx, part, n);
    }
}

static bool on_audio(struct guest *g, struct reader *r)
{
    int16_t samples[GUEST_SAMPLES];
    uint64_t at = get64(r);
    size_t n = 0, left = (size_t)(r->end - r->p);
    if (r->bad || left % 2 || left / 2 > GUEST_SAMPLES)
        return false;
    for (; n < left / 2; n++)
        samples[n] = (int16_t)ld16(r->p + 2 * n);
    if (g->ops->audio)
        g->ops->audio(g->ctx, at, samples, n);
    return true;
}

static bool handle(struct guest *g, const struct link_msg *msg)
{
    struct reader r = {msg->data, msg->data + msg->len, false};
    uint32_t jail;
    uint8_t port;
    switch (msg->type) {
    case LINK_READY:
        jail = get32(&r);
        if (!r.bad)
            g->ops->ready(g->ctx, jail);
        return !r.bad;
    case LINK_EVENT: return on_event(g, &r);
    case LINK_SERIAL_OUT:
        port = get8(&r);
        if (r.bad || port >= GUEST_PORTS)
            return false;
        g->ops->serial(g->ctx, port, r.p, (size_t)(r.end - r.p));
        return true;
    case LINK_SERIAL_TAKEN: return on_taken(g, &r);
    case LINK_LOG: on_log(g, &r); return true;
    case LINK_DEBUGCON: g->ops->debugcon(g->ctx, r.p, (size_t)(r.end - r.p)); return true;
    case LINK_FRAME: return on_frame(g, msg);
    case LINK_REPLY: return on_reply(g, &r);
    case LINK_STATS_ARE: return on_stats(g, &r);
    case LINK_GUEST_ERROR:
    case LINK_NOTE: on_line(g, msg->type == LINK_GUEST_ERROR, &r); return true;
    case LINK_PICTURE: return on_picture(g, &r);
    case LINK_LIGHTS: {
        uint8_t reads = get8(&r), writes = get8(&r);
        if (r.bad || r.p != r.end)
            return false;
        g->ops->lights(g->ctx, reads, writes);
        return true;
    }
    case LINK_TRAY: {
        uint8_t drive = get8(&r), open = get8(&r);
        if (r.bad || r.p != r.end || drive >= MAX_DRIVES || open > 1)
            return false;
        g->ops->tray(g->ctx, drive, open);
        return true;
    }
    case LINK_AUDIO: return on_audio(g, &r);
    case LINK_POINTER_IS: {
        uint8_t absolute = get8(&r);
        if (r.bad || r.p != r.end || absolute > 1)
            return false;
        g->ops->pointer(g->ctx, absolute);
        return true;
    }
    case LINK_EXIT: return on_exit(g, &r);
    default: return false;
    }
}

void guest_receive(struct guest *g)
{
    struct link_msg msg;
    for (unsigned i = 0; i < MESSAGES_AT_ONCE && !g->gone; i++) {
        enum link_got got = link_recv(&g->link, &msg);
        if (got == LINK_GOT_NONE)
            return;
        if (got == LINK_GOT_EOF) {
            g->gone = true;
            return;
        }
        bool good = got == LINK_GOT_MSG && msg.fd < 0 && handle(g, &msg);
        if (msg.fd >= 0)
            close(msg.fd);
        if (!good) {
            g->distrusted = true;
            g->gone = true;
        }
    }
}
