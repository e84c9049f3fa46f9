/* SPDX-License-Identifier: MIT */
/*
 * QMP's transport: the socket, one client, JSON texts cut out of the stream, replies and events
 * queued. A text that is no JSON gets an error and the connection goes on. Commands are in
 * qmp_commands.c.
 */
#include "config.h"

#include "ctl/qmp.h"

#ifdef HAVE_JANSSON

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/qmp_commands.h"

enum { TEXT_MAX = 1 << 20, OUT_MAX = 1 << 24, DEPTH_MAX = 1024 };

static void drop_client(struct qmp *q)
{
    if (q->in >= 0)
        close(q->in);
    if (q->out >= 0 && q->out != q->in)
        close(q->out);
    q->in = q->out = -1;
    q->client++; /* replies that are still to come have nobody to go to */
    q->negotiated = q->busy = q->ended = false;
    q->scan = (struct qmp_scan){0};
    buf_free(&q->input);
    buf_free(&q->output);
}

static void flush(struct qmp *q)
{
    while (q->out >= 0 && q->output.len) {
        ssize_t n = write(q->out, q->output.data, q->output.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            drop_client(q);
            return;
        }
        buf_drop(&q->output, (size_t)n);
    }
}

void qmp_send(struct qmp *q, json_t *message)
{
    char *text = q->out >= 0 ? json_dumps(message, JSON_COMPACT) : NULL;
    json_decref(message);
    if (!text)
        return;
    buf_add(&q->output, text, strlen(text));
    buf_add(&q->output, "\r\n", 2);
    free(text);
    flush(q);
    if (q->output.len > OUT_MAX)
        drop_client(q); /* it does not read */
}

static void greet(struct qmp *q)
{
    fcntl(q->in, F_SETFL, fcntl(q->in, F_GETFL) | O_NONBLOCK);
    if (q->out != q->in)
        fcntl(q->out, F_SETFL, fcntl(q->out, F_GETFL) | O_NONBLOCK);
    qmp_send(q, json_pack("{s:{s:o,s:[]}}", "QMP", "version", qmp_version(), "capabilities"));
}

static struct qmp *qmp_new(struct control *c)
{
    struct qmp *q = calloc(1, sizeof *q);
    if (q) {
        q->control = c;
        q->listener = q->in = q->out = -1;
    }
    return q;
}

static bool bind_path(struct qmp *q, const char *path, struct error *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct stat st;
    if (strlen(path) >= sizeof a.sun_path)
        return error_set(
            err, "-qmp unix:%s: the path is longer than the %zu bytes that a socket's may have",
            path, sizeof a.sun_path - 1);
    strcpy(a.sun_path, path);
    if (lstat(path, &st) == 0) {
        if (!S_ISSOCK(st.st_mode))
            return error_set(
                err, "-qmp unix:%s: there is a file of that name; remove it or name another", path);
        unlink(path);
    }
    q->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (q->listener < 0 || bind(q->listener, (struct sockaddr *)&a, sizeof a) < 0 ||
        chmod(path, 0600) < 0 || listen(q->listener, 1) < 0)
        return error_set(err, "-qmp unix:%s: cannot listen: %s", path, strerror(errno));
    q->path = strdup(path);
    return true;
}

struct qmp *qmp_listen(struct control *c, const char *path, struct error *err)
{
    struct qmp *q = qmp_new(c);
    if (q && bind_path(q, path, err))
        return q;
    qmp_close(q);
    return NULL;
}

struct qmp *qmp_stdio(struct control *c, int in, int out)
{
    struct qmp *q = qmp_new(c);
    if (q) {
        q->in = in;
        q->out = out;
        greet(q);
    }
    return q;
}

static void accept_client(struct qmp *q)
{
    q->in = q->out = accept4(q->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (q->in >= 0)
        greet(q);
}

bool qmp_has_client(const struct qmp *q)
{
    return q->in >= 0;
}

void qmp_close(struct qmp *q)
{
    if (!q)
        return;
    flush(q);
    drop_client(q);
    if (q->listener >= 0)
        close(q->listener);
    if (q->path)
        unlink(q->path);
    free(q->path);
    free(q);
}

int qmp_fd(const struct qmp *q)
{
    return q->in >= 0 ? q->in : q->listener;
}

short qmp_events(const struct qmp *q)
{
    if (q->in < 0)
        return POLLIN;
    /* NOTE: while a command is being carried out nothing more is read, so that a client cannot pile
     * them up. */
    return (short)((q->busy || q->ended ? 0 : POLLIN) |
                   (q->output.len && q->out == q->in ? POLLOUT : 0));
}

int qmp_out_fd(const struct qmp *q)
{
    return q->output.len && q->out != q->in ? q->out : -1;
}

/*
 * Looks for the end of the next JSON text in the input: brackets are counted outside of strings. 0:
 * not all there yet. Whatever does not begin with a bracket ends at the line's end.
 */
static size_t text_end(struct qmp *q)
{
    struct qmp_scan *s = &q->scan;
    for (; s->at < q->input.len; s->at++) {
        uint8_t c = q->input.data[s->at];
        if (s->string) {
            s->string = s->escape || c != '"';
            s->escape = !s->escape && c == '\\';
        } else if (c == '"') {
            s->string = s->begun = true;
        } else if (c == '{' || c == '[') {
            s->depth++;
            s->begun = true;
        } else if ((c == '}' || c == ']') && s->depth) {
            if (--s->depth == 0)
                return s->at + 1;
        } else if (c == '\n' && (!s->depth || s->depth > DEPTH_MAX)) {
            return s->at + 1;
        }
        /* A string never spans lines: the client has lost count, and so begins anew. */
        if (s->string && c == '\n')
            return s->at + 1;
    }
    return 0;
}

static bool blank(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n", p[i]) || !p[i])
            return false;
    return true;
}

static void take_all(struct qmp *q)
{
    while (q->in >= 0 && !q->busy) {
        size_t n = text_end(q);
        if (!n) {
            if (q->input.len > TEXT_MAX)
                qmp_error(q, NULL, "GenericError", "the JSON text is longer than 1 MiB");
            if (q->input.len > TEXT_MAX || q->ended)
                drop_client(q);
            return;
        }
        q->scan = (struct qmp_scan){0};
        if (!blank(q->input.data, n)) {
            json_error_t e;
            json_t *message =
                json_loadb((const char *)q->input.data, n, JSON_REJECT_DUPLICATES, &e);
            buf_drop(&q->input, n);
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

void qmp_ready(struct qmp *q)
{
    if (q->in < 0) {
        accept_client(q);
        return;
    }
    flush(q);
    uint8_t part[8192];
    ssize_t n = q->in < 0 || q->busy || q->ended ? -1 : read(q->in, part, sizeof part);
    if (n > 0)
        buf_add(&q->input, part, (size_t)n);
    else if (n == 0 ||
             (n < 0 && q->in >= 0 && !q->busy && !q->ended && errno != EAGAIN && errno != EINTR))
        q->ended = true;
    take_texts(q);
}

void qmp_done(struct qmp *q)
{
    q->busy = false;
    take_texts(q);
}

void qmp_event(struct qmp *q, enum link_event ev, bool by_guest, enum link_cause cause)
{
    static const char *const name[] = {[LINK_EV_STOP] = "STOP",
                                       [LINK_EV_RESUME] = "RESUME",
                                       [LINK_EV_RESET] = "RESET",
                                       [LINK_EV_SHUTDOWN] = "SHUTDOWN"};
    static const char *const reason[] = {
        [LINK_CAUSE_NONE] = "none",
        [LINK_CAUSE_HOST_QMP] = "host-qmp-quit",
        [LINK_CAUSE_HOST_SIGNAL] = "host-signal",
        [LINK_CAUSE_GUEST_SHUTDOWN] = "guest-shutdown",
        [LINK_CAUSE_GUEST_RESET] = "guest-reset",
        [LINK_CAUSE_GUEST_PANIC] = "guest-panic",
    };
    struct timeval now;
    if (!q || !q->negotiated)
        return;
    gettimeofday(&now, NULL);
    json_t *m = json_pack("{s:{s:I,s:I},s:s}", "timestamp", "seconds", (json_int_t)now.tv_sec,
                          "microseconds", (json_int_t)now.tv_usec, "event", name[ev]);
    if (ev == LINK_EV_RESET || ev == LINK_EV_SHUTDOWN)
        json_object_set_new(
            m, "data",
            json_pack("{s:b,s:s}", "guest", (int)by_guest, "reason",
                      ev == LINK_EV_RESET && !by_guest ? "host-qmp-system-reset" : reason[cause]));
    qmp_send(q, m);
}

#else

struct qmp *qmp_listen(struct control *c, const char *path, struct error *err)
{
    (void)c;
    error_set(err, "-qmp unix:%s: this build has no QMP (libjansson is missing)", path);
    return NULL;
}

struct qmp *qmp_stdio(struct control *c, int in, int out)
{
    (void)c, (void)in, (void)out;
    return NULL;
}

bool qmp_has_client(const struct qmp *q)
{
    (void)q;
    return false;
}

void qmp_close(struct qmp *q)
{
    (void)q;
}

int qmp_fd(const struct qmp *q)
{
    (void)q;
    return -1;
}

short qmp_events(const struct qmp *q)
{
    (void)q;
    return 0;
}

int qmp_out_fd(const struct qmp *q)
{
    (void)q;
    return -1;
}

void qmp_ready(struct qmp *q)
{
    (void)q;
}

void qmp_event(struct qmp *q, enum link_event ev, bool by_guest, enum link_cause cause)
{
    (void)q, (void)ev, (void)by_guest, (void)cause;
}

#endif
