/* SPDX-License-Identifier: MIT */
/* The front end's end of the link. */
#include "config.h"

#include "link/guest.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/text_clean.h"

enum { MESSAGES_AT_ONCE = 256, BYTES_AT_ONCE = 1 << 20, EXIT_MAX = 255 };
enum { EVENTS_OF_A_REQUEST = 4 }; /* that it may cause: a reset, a stop, going on, a power button; trays likewise */

static uint64_t host_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static bool distrust(struct guest *g, const char *how)
{
    if (!g->broke.text[0])
        error_set(&g->broke, "%s", how);
    return false;
}

void guest_init(struct guest *g, int fd, const struct guest_ops *ops, void *ctx)
{
    memset(g, 0, sizeof *g);
    link_init(&g->link, fd);
    g->ops = ops;
    g->ctx = ctx;
    g->state = LINK_STATE_PRELAUNCH;
}

void guest_configure(struct guest *g, const struct guest_gives *gives, const void *config, size_t len)
{
    g->gives = *gives;
    link_send(&g->link, LINK_CONFIG, config, len);
    if (g->course.phase == LINK_STARTING)
        g->course.phase = LINK_CONFIGURED;
}

void guest_flush(struct guest *g)
{
    link_flush(&g->link);
    if (link_queued(&g->link) <= LINK_QUEUE_MAX || g->gone)
        return;
    distrust(g, "nothing, and does not read what it is sent");
    g->distrusted = g->gone = true;
}

/* --- What is sent --- */

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
        struct guest_request *q = &g->request[i];
        if (q->id)
            continue;
        g->next_id += g->next_id == UINT32_MAX ? 2 : 1;
        *q = (struct guest_request){.id = g->next_id, .fn = fn, .ctx = ctx};
        link_tally_begin(&q->tally, link_rule(type), data, len);
        link_entitle(&g->course, LINK_EVENT, EVENTS_OF_A_REQUEST);
        link_entitle(&g->course, LINK_TRAY, EVENTS_OF_A_REQUEST);
        g->gives.log |= type == LINK_LOG_ITEMS;
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
        buf_free(&g->request[i].text);
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

size_t guest_serial_room(const struct guest *g, unsigned port)
{
    return LINK_INPUT_WINDOW - g->under_way[port];
}

void guest_serial(struct guest *g, unsigned port, const uint8_t *data, size_t len)
{
    uint8_t msg[1 + LINK_CHUNK];
    len = MIN(len, guest_serial_room(g, port));
    for (size_t at = 0, n; at < len; at += n) {
        n = MIN(len - at, (size_t)LINK_CHUNK);
        msg[0] = (uint8_t)port;
        memcpy(msg + 1, data + at, n);
        link_send(&g->link, LINK_SERIAL, msg, 1 + n);
        g->under_way[port] += n;
    }
}

void guest_hold(struct guest *g, bool on)
{
    uint8_t b = on;
    link_send(&g->link, LINK_HOLD, &b, 1);
    g->held = on;
    g->output_held = 0;
}

void guest_quit(struct guest *g)
{
    link_send(&g->link, LINK_QUIT, NULL, 0);
    g->quitting = true;
    g->output_held = 0;
}

void guest_ask_stats(struct guest *g)
{
    link_send(&g->link, LINK_STATS, NULL, 0);
    g->stats_asked++;
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

/* --- What comes: each message's length, and that it may come now, was checked by its rule --- */

bool guest_picture(const uint8_t *data, size_t len, uint32_t *w, uint32_t *h, const uint8_t **pixels)
{
    if (len < 8)
        return false;
    *w = ld32(data);
    *h = ld32(data + 4);
    *pixels = data + 8;
    return *w >= 1 && *w <= SURFACE_MAX_W && *h >= 1 && *h <= SURFACE_MAX_H && len - 8 == (size_t)*w * *h * 4;
}

static void failed(const struct guest_request *q, const uint8_t *data, size_t len)
{
    char text[512];
    size_t n = text_clean(text, sizeof text, data, len, "");
    q->fn(q->ctx, LINK_FAILED, (const uint8_t *)text, n);
}

/* Text is collected, since a character may be cut in two. */
static void text_came(struct guest_request *q, bool last, const uint8_t *data, size_t len)
{
    buf_add(&q->text, data, len);
    if (!last)
        return;
    struct buf text = q->text;
    q->text = (struct buf){0};
    q->id = 0;
    text.len = text_clean((char *)text.data, text.len + 1, text.data, text.len, "\n\t");
    q->fn(q->ctx, LINK_LAST, text.data, text.len);
    buf_free(&text);
}

static void part_came(struct guest_request *q, enum link_reply part, const uint8_t *data, size_t len)
{
    struct guest_request was = *q; /* its place is free before fn asks for something else */
    if (part != LINK_FAILED && q->tally.kind == LINK_TEXT_ANSWER) {
        text_came(q, part == LINK_LAST, data, len);
        return;
    }
    if (part != LINK_MORE)
        q->id = 0;
    if (part == LINK_FAILED) {
        buf_free(&q->text);
        failed(&was, data, len);
    } else {
        was.fn(was.ctx, part, data, len);
    }
}

static bool on_reply(struct guest *g, struct reader *r)
{
    uint32_t id = get32(r);
    uint8_t part = get8(r);
    size_t len = (size_t)(r->end - r->p);
    if (!id || part > LINK_FAILED)
        return false;
    for (unsigned i = 0; i < GUEST_REQUESTS; i++) {
        if (g->request[i].id != id)
            continue;
        if (!link_tally_add(&g->request[i].tally, (enum link_reply)part, r->p, len))
            return distrust(g, "a REPLY that is not as long as what was asked for");
        part_came(&g->request[i], (enum link_reply)part, r->p, len);
        return true;
    }
    return distrust(g, "a REPLY to nothing that was asked");
}

static bool on_event(struct guest *g, struct reader *r)
{
    uint8_t ev = get8(r), by_guest = get8(r), cause = get8(r);
    if (ev < LINK_EV_STOP || ev > LINK_EV_POWERDOWN || by_guest > 1 || cause > LINK_CAUSE_GUEST_PANIC)
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

/* Pictures come in the order of the script's steps, each once. */
static bool on_picture(struct guest *g, struct reader *r)
{
    uint32_t number = get32(r);
    uint8_t part = get8(r);
    size_t n = (size_t)(r->end - r->p);
    if (number != g->pictures || number >= g->gives.pictures)
        return distrust(g, "a PICTURE that nobody asked for");
    if (!g->picture.len)
        link_tally_begin(&g->picture_tally, link_rule(LINK_PICTURE), NULL, 0);
    if (part > LINK_LAST || !link_tally_add(&g->picture_tally, (enum link_reply)part, r->p, n))
        return distrust(g, "a PICTURE of another size than it says");
    buf_add(&g->picture, r->p, n);
    if (part == LINK_MORE)
        return true;
    uint32_t w, h;
    const uint8_t *pixels;
    bool good = guest_picture(g->picture.data, g->picture.len, &w, &h, &pixels);
    if (good)
        g->ops->picture(g->ctx, number, w, h, pixels);
    g->pictures++;
    buf_free(&g->picture);
    return good;
}

static bool on_stats(struct guest *g, struct reader *r)
{
    uint64_t pos = get64(r), ns = get64(r);
    uint8_t state = get8(r), halted = get8(r);
    bool runs = state == LINK_STATE_RUNNING;
    if (!g->stats_asked)
        return distrust(g, "STATS_ARE that nobody asked for");
    if (state > LINK_STATE_SHUTDOWN || halted > 1 || runs != (g->course.phase == LINK_RUNNING))
        return false;
    g->stats_asked--;
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
    size_t n = (size_t)(r->end - r->p);
    if (status > EXIT_MAX || has_text > 1 || (n && !has_text))
        return false;
    g->over = true;
    g->status = (int)status;
    text_clean(g->why, sizeof g->why, r->p, n, "");
    return true;
}

static bool on_line(struct guest *g, bool guest_error, const struct reader *r)
{
    char text[512];
    if (guest_error && !g->gives.log)
        return distrust(g, "a GUEST_ERROR that nobody asked for");
    text_clean(text, sizeof text, r->p, (size_t)(r->end - r->p), "");
    g->ops->line(g->ctx, guest_error, text);
    return true;
}

static bool on_frame(struct guest *g, const struct link_msg *msg)
{
    struct frame_info info;
    if (!g->gives.display)
        return distrust(g, "a FRAME that nobody looks at");
    if (!frame_get(msg, &info))
        return false;
    g->ops->frame(g->ctx, &info);
    return true;
}

/* NOTE: LINK_HOLD reaches the machine behind what is on its way already. What comes beyond that would only fill the
 * front end's memory, as it would after LINK_QUIT, when nobody is told to hold. */
static bool output(struct guest *g, size_t len)
{
    if (g->held || g->quitting)
        g->output_held += len;
    return g->output_held <= LINK_HELD_MAX || distrust(g, "output although it was told to stand still");
}

static bool on_serial(struct guest *g, struct reader *r)
{
    uint8_t port = get8(r);
    size_t n = (size_t)(r->end - r->p);
    if (port >= MAX_PORTS || !(g->gives.ports >> port & 1))
        return distrust(g, "SERIAL_OUT of a port that it has not");
    if (!output(g, n))
        return false;
    g->ops->serial(g->ctx, port, r->p, n);
    return true;
}

static bool on_debugcon(struct guest *g, const struct reader *r)
{
    size_t n = (size_t)(r->end - r->p);
    if (!g->gives.debugcon)
        return distrust(g, "DEBUGCON of a port that it has not");
    if (!output(g, n))
        return false;
    g->ops->debugcon(g->ctx, r->p, n);
    return true;
}

static bool on_taken(struct guest *g, struct reader *r)
{
    uint8_t port = get8(r);
    uint32_t n = get32(r);
    if (port >= MAX_PORTS || !n || n > g->under_way[port])
        return distrust(g, "SERIAL_TAKEN of what was not sent");
    g->under_way[port] -= n;
    g->ops->taken(g->ctx, port);
    return true;
}

static bool on_log(struct guest *g, const struct reader *r)
{
    char text[LINK_CHUNK + 1];
    if (!g->gives.log)
        return distrust(g, "a LOG that nobody asked for");
    size_t n = text_clean(text, sizeof text, r->p, (size_t)(r->end - r->p), "\n\t");
    g->ops->log(g->ctx, text, n);
    return true;
}

static bool on_audio(struct guest *g, struct reader *r)
{
    int16_t samples[LINK_SAMPLES];
    uint64_t at = get64(r);
    size_t n = (size_t)(r->end - r->p) / 2;
    if (!g->gives.audio)
        return distrust(g, "AUDIO that nobody listens to");
    if ((r->end - r->p) % 2 || at < g->next_sample || at > UINT64_MAX - n)
        return false;
    for (size_t i = 0; i < n; i++)
        samples[i] = (int16_t)ld16(r->p + 2 * i);
    g->next_sample = at + n;
    g->ops->audio(g->ctx, at, samples, n);
    return true;
}

static bool on_tray(struct guest *g, struct reader *r)
{
    uint8_t drive = get8(r), open = get8(r);
    if (drive >= MAX_DRIVES || open > 1)
        return false;
    g->ops->tray(g->ctx, drive, open);
    return true;
}

static bool on_pointer(struct guest *g, struct reader *r)
{
    uint8_t absolute = get8(r);
    if (absolute > 1)
        return false;
    g->ops->pointer(g->ctx, absolute);
    return true;
}

static bool handle(struct guest *g, const struct link_msg *msg)
{
    struct reader r = {msg->data, msg->data + msg->len, false};
    switch (msg->type) {
    case LINK_READY: g->ops->ready(g->ctx, get32(&r)); return true;
    case LINK_EVENT: return on_event(g, &r);
    case LINK_SERIAL_OUT: return on_serial(g, &r);
    case LINK_SERIAL_TAKEN: return on_taken(g, &r);
    case LINK_LOG: return on_log(g, &r);
    case LINK_DEBUGCON: return on_debugcon(g, &r);
    case LINK_FRAME: return on_frame(g, msg);
    case LINK_REPLY: return on_reply(g, &r);
    case LINK_STATS_ARE: return on_stats(g, &r);
    case LINK_GUEST_ERROR:
    case LINK_NOTE: return on_line(g, msg->type == LINK_GUEST_ERROR, &r);
    case LINK_PICTURE: return on_picture(g, &r);
    case LINK_LIGHTS: g->ops->lights(g->ctx, msg->data[0], msg->data[1]); return true;
    case LINK_TRAY: return on_tray(g, &r);
    case LINK_AUDIO: return on_audio(g, &r);
    case LINK_POINTER_IS: return on_pointer(g, &r);
    case LINK_EXIT: return on_exit(g, &r);
    default: return false;
    }
}

/* False: the machine process is not to be trusted further. */
static bool take(struct guest *g, enum link_got got, const struct link_msg *msg)
{
    struct error err;
    if (got != LINK_GOT_MSG)
        return distrust(g, "what is no message");
    if (!link_take(&g->course, LINK_MACHINE, msg, host_now(), &err))
        return distrust(g, err.text);
    if (handle(g, msg))
        return true;
    error_set(&err, "%s that holds what it must not hold", link_rule(msg->type)->name);
    return distrust(g, err.text);
}

void guest_receive(struct guest *g)
{
    struct link_msg msg;
    size_t bytes = 0;
    for (unsigned i = 0; i < MESSAGES_AT_ONCE && bytes < BYTES_AT_ONCE && !g->gone; i++) {
        enum link_got got = link_recv(&g->link, &msg);
        if (got == LINK_GOT_NONE)
            return;
        if (got == LINK_GOT_EOF) {
            g->gone = true;
            return;
        }
        bool good = take(g, got, &msg);
        bytes += msg.len;
        if (msg.fd >= 0)
            close(msg.fd);
        if (!good)
            g->distrusted = g->gone = true;
    }
}
