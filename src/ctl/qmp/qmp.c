/* SPDX-License-Identifier: MIT */
/*
 * QMP's transport: a character back end's client, JSON texts cut out of the stream, replies and
 * events. A text that is no JSON gets an error and the connection goes on. Commands are in
 * qmp_commands.c.
 */
#include "config.h"

#include "ctl/qmp/qmp.h"

#ifdef HAVE_JANSSON

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "base/bits.h"
#include "ctl/qmp/qmp_commands.h"

enum { TEXT_MAX = 1 << 20, OUT_MAX = 1 << 24, PART = 8192 };

void qmp_send(struct qmp *q, json_t *message)
{
    char *text = chardev_connected(q->chr) ? json_dumps(message, JSON_COMPACT) : NULL;
    json_decref(message);
    if (!text)
        return;
    struct buf line = {0};
    buf_add(&line, text, strlen(text));
    buf_add(&line, "\r\n", 2);
    free(text);
    chardev_write(q->chr, line.data, line.len);
    buf_free(&line);
    if (chardev_queued(q->chr) > OUT_MAX)
        chardev_disconnect(q->chr); /* it does not read */
}

static bool blank(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n", p[i]) || !p[i])
            return false;
    return true;
}

/* A text that is too long gets an error once; what is left of its line is passed over. */
static bool skip(struct qmp *q)
{
    if (q->input.len > TEXT_MAX && !q->skipping) {
        qmp_error(q, NULL, "GenericError", "the JSON text is longer than 1 MiB");
        q->skipping = true;
    }
    if (!q->skipping)
        return false;
    const uint8_t *nl = q->input.len ? memchr(q->input.data, '\n', q->input.len) : NULL;
    buf_drop(&q->input, nl ? (size_t)(nl - q->input.data) + 1 : q->input.len);
    q->skipping = !nl;
    q->scan = (struct json_scan){0};
    return nl != NULL;
}

static void take_all(struct qmp *q)
{
    while (!q->busy) {
        size_t n = q->skipping ? 0 : json_text_end(&q->scan, q->input.data, q->input.len);
        if (!n && !skip(q))
            return;
        if (!n)
            continue;
        q->scan = (struct json_scan){0};
        if (!blank(q->input.data, n)) {
            json_error_t e;
            struct buf text = {0};
            json_text_requote(q->input.data, n, &text);
            buf_drop(&q->input, n);
            json_t *message = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &e);
            buf_free(&text);
            if (message)
                qmp_message(q, message);
            else
                qmp_error(q, NULL, "GenericError", "JSON parse error, %s", e.text);
            json_decref(message);
        } else {
            buf_drop(&q->input, n);
        }
    }
}

/* NOTE: a command may be done at once, inside of qmp_message; the loop above then goes on by
 * itself. */
static void take_texts(struct qmp *q)
{
    if (q->taking)
        return;
    q->taking = true;
    take_all(q);
    q->taking = false;
}

static void input(void *ctx, const uint8_t *data, size_t len)
{
    struct qmp *q = ctx;
    buf_add(&q->input, data, len);
    take_texts(q);
}

/* NOTE: while a command is being carried out nothing more is read, so that a client cannot pile
 * them up. */
static size_t room(void *ctx)
{
    const struct qmp *q = ctx;
    return q->busy ? 0 : PART;
}

static void event(void *ctx, enum chardev_event ev)
{
    struct qmp *q = ctx;
    if (ev != CHARDEV_OPENED && ev != CHARDEV_CLOSED)
        return;
    q->client++; /* replies that are still to come have nobody to go to */
    q->negotiated = q->busy = q->skipping = false;
    q->scan = (struct json_scan){0};
    buf_free(&q->input);
    if (ev == CHARDEV_OPENED)
        qmp_send(q, json_pack("{s:{s:o,s:[]}}", "QMP", "version", qmp_version(), "capabilities"));
}

void qmp_done(struct qmp *q)
{
    q->busy = false;
    take_texts(q);
    chardev_room(q->chr);
}

struct qmp *qmp_new(struct control *c, struct chardev *chr, struct error *err)
{
    struct qmp *q = calloc(1, sizeof *q);
    struct chardev_user user = {"QMP", input, room, event, q};
    if (!q) {
        error_set(err, "out of memory");
        return NULL;
    }
    q->control = c;
    q->chr = chr;
    if (chardev_use(chr, &user, err))
        return q;
    qmp_close(q);
    return NULL;
}

void qmp_close(struct qmp *q)
{
    if (!q)
        return;
    buf_free(&q->input);
    free(q);
}

/* NOTE: a client that cannot be sent away, as on standard output, and does not read misses events. */
static void emit(struct qmp *q, const char *name, json_t *data)
{
    struct timeval now;
    if (chardev_queued(q->chr) > OUT_MAX) {
        json_decref(data);
        return;
    }
    gettimeofday(&now, NULL);
    json_t *m = json_pack("{s:{s:I,s:I},s:s}", "timestamp", "seconds", (json_int_t)now.tv_sec, "microseconds",
                          (json_int_t)now.tv_usec, "event", name);
    if (data)
        json_object_set_new(m, "data", data);
    qmp_send(q, m);
}

void qmp_event(struct qmp *q, enum link_event ev, bool by_guest, enum link_cause cause)
{
    static const char *const name[] = {[LINK_EV_STOP] = "STOP",
                                       [LINK_EV_RESUME] = "RESUME",
                                       [LINK_EV_RESET] = "RESET",
                                       [LINK_EV_SHUTDOWN] = "SHUTDOWN",
                                       [LINK_EV_POWERDOWN] = "POWERDOWN"};
    static const char *const reason[] = {
        [LINK_CAUSE_NONE] = "none",
        [LINK_CAUSE_HOST_QMP] = "host-qmp-quit",
        [LINK_CAUSE_HOST_SIGNAL] = "host-signal",
        [LINK_CAUSE_GUEST_SHUTDOWN] = "guest-shutdown",
        [LINK_CAUSE_GUEST_RESET] = "guest-reset",
        [LINK_CAUSE_GUEST_PANIC] = "guest-panic",
    };
    json_t *data = NULL;
    if (!q || !q->negotiated)
        return;
    if (ev == LINK_EV_RESET || ev == LINK_EV_SHUTDOWN)
        data = json_pack("{s:b,s:s}", "guest", (int)by_guest, "reason",
                         ev == LINK_EV_RESET && !by_guest ? "host-qmp-system-reset" : reason[cause]);
    emit(q, name[ev], data);
}

void qmp_tray_event(struct qmp *q, const char *device, const char *id, bool open)
{
    if (q && q->negotiated)
        emit(q, "DEVICE_TRAY_MOVED", json_pack("{s:s,s:s,s:b}", "device", device, "id", id, "tray-open", (int)open));
}

#else

struct qmp *qmp_new(struct control *c, struct chardev *chr, struct error *err)
{
    (void)c, (void)chr;
    error_set(err, "this build has no QMP (libjansson is missing)");
    return NULL;
}

void qmp_close(struct qmp *q)
{
    (void)q;
}

void qmp_event(struct qmp *q, enum link_event ev, bool by_guest, enum link_cause cause)
{
    (void)q, (void)ev, (void)by_guest, (void)cause;
}

void qmp_tray_event(struct qmp *q, const char *device, const char *id, bool open)
{
    (void)q, (void)device, (void)id, (void)open;
}

#endif
