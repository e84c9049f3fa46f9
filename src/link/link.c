/* SPDX-License-Identifier: MIT */
/* Messages over a SOCK_SEQPACKET pair, with a queue for what the socket does not take at once. */
#include "config.h"

#include "link/link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/log.h"
#include "link/protocol.h"

bool link_pair(int fds[2], struct error *err)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return error_set(err, "cannot make the socket to the machine process: %s", strerror(errno));
    return true;
}

void link_init(struct link *l, int fd)
{
    memset(l, 0, sizeof *l);
    l->fd = fd;
}

enum { QUEUE_HEAD = 8 };

static int queued_fd(const struct link *l, size_t at)
{
    return (int)ld32(l->out.data + at + 4);
}

/* Nobody will take what is queued. */
static void drop_queue(struct link *l)
{
    for (size_t at = 0; l->out.len - at >= QUEUE_HEAD; at += QUEUE_HEAD + ld32(l->out.data + at))
        if (queued_fd(l, at) >= 0)
            close(queued_fd(l, at));
    buf_free(&l->out);
}

void link_close(struct link *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
    l->broken = true;
    drop_queue(l);
}

/* 1: sent, 0: no room now, -1: the other end is gone. */
static int send_one(struct link *l, const void *bytes, size_t len, int fd, int flags)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    struct iovec iov = {(void *)(uintptr_t)bytes, len};
    struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd >= 0) {
        mh.msg_control = control.room;
        mh.msg_controllen = sizeof control.room;
        struct cmsghdr *c = CMSG_FIRSTHDR(&mh);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    for (;;) {
        ssize_t n = sendmsg(l->fd, &mh, MSG_NOSIGNAL | flags);
        if (n >= 0)
            return 1;
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
            return 0;
        l->broken = true;
        return -1;
    }
}

void link_flush(struct link *l)
{
    size_t at = 0;
    while (!l->broken && l->out.len - at >= QUEUE_HEAD) {
        uint32_t n = ld32(l->out.data + at);
        int fd = queued_fd(l, at);
        if (send_one(l, l->out.data + at + QUEUE_HEAD, n, fd, MSG_DONTWAIT) <= 0)
            break;
        if (fd >= 0)
            close(fd);
        at += QUEUE_HEAD + n;
    }
    buf_drop(&l->out, at);
    if (l->broken)
        drop_queue(l);
}

size_t link_queued(const struct link *l)
{
    return l->out.len;
}

/* What leaves here keeps to the table too. */
static void check_length(enum link_type type, size_t len)
{
    const struct link_rule *r = link_rule((uint32_t)type);
    if (!r->name || len < r->min || len > r->max)
        bug("link message %d of %zu bytes", (int)type, len);
}

static void put_message(struct buf *b, enum link_type type, const void *data, size_t len)
{
    check_length(type, len);
    buf_add32(b, (uint32_t)type);
    buf_add32(b, (uint32_t)len);
    buf_add(b, data, len);
}

static void enqueue(struct link *l, enum link_type type, const void *data, size_t len, int fd)
{
    buf_add32(&l->out, (uint32_t)(LINK_HEADER + len));
    buf_add32(&l->out, (uint32_t)fd);
    put_message(&l->out, type, data, len);
    link_flush(l);
}

void link_send(struct link *l, enum link_type type, const void *data, size_t len)
{
    if (l->broken)
        return;
    link_flush(l);
    uint8_t small[LINK_HEADER + 64];
    if (!l->out.len && len <= 64) {
        check_length(type, len);
        st32(small, (uint32_t)type);
        st32(small + 4, (uint32_t)len);
        if (len)
            memcpy(small + LINK_HEADER, data, len);
        if (send_one(l, small, LINK_HEADER + len, -1, MSG_DONTWAIT) != 0)
            return;
    }
    enqueue(l, type, data, len, -1);
}

void link_pass(struct link *l, enum link_type type, const void *data, size_t len, int fd)
{
    if (l->broken)
        close(fd);
    else
        enqueue(l, type, data, len, fd);
}

bool link_send_fd(struct link *l, enum link_type type, const void *data, size_t len, int fd)
{
    struct buf b = {0};
    put_message(&b, type, data, len);
    int r = l->broken ? -1 : send_one(l, b.data, b.len, fd, 0);
    buf_free(&b);
    return r > 0;
}

/* Takes the descriptors out of a received message: the first into *fd, any more are closed and make
 * it bad. */
static bool take_fds(struct msghdr *mh, int *fd)
{
    bool good = true;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int got;
            memcpy(&got, CMSG_DATA(c) + i * sizeof got, sizeof got);
            if (*fd < 0) {
                *fd = got;
            } else {
                close(got);
                good = false;
            }
        }
    }
    return good;
}

enum link_got link_recv(struct link *l, struct link_msg *msg)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct iovec iov = {l->in, sizeof l->in};
    struct msghdr mh = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    *msg = (struct link_msg){.fd = -1};
    if (l->fd < 0)
        return LINK_GOT_EOF;
    ssize_t n;
    /* NOTE: an end that closes with messages unread gives the other one ECONNRESET, once, before
     * what it said last. */
    do
        n = recvmsg(l->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (n < 0 && (errno == EINTR || errno == ECONNRESET));
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? LINK_GOT_NONE : LINK_GOT_EOF;
    bool good = take_fds(&mh, &msg->fd);
    if (n == 0) {
        if (msg->fd >= 0)
            close(msg->fd);
        return LINK_GOT_EOF;
    }
    if (good && !(mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) && n >= LINK_HEADER &&
        ld32(l->in + 4) == (size_t)n - LINK_HEADER) {
        msg->type = ld32(l->in);
        msg->len = (size_t)n - LINK_HEADER;
        msg->data = l->in + LINK_HEADER;
        return LINK_GOT_MSG;
    }
    if (msg->fd >= 0)
        close(msg->fd);
    msg->fd = -1;
    return LINK_GOT_BAD;
}

enum link_got link_wait(struct link *l, struct link_msg *msg)
{
    for (;;) {
        enum link_got got = link_recv(l, msg);
        if (got != LINK_GOT_NONE)
            return got;
        struct pollfd p = {.fd = l->fd, .events = POLLIN};
        if (poll(&p, 1, -1) < 0 && errno != EINTR)
            return LINK_GOT_EOF;
    }
}

static void send_parts(struct link *l, enum link_type type, uint32_t id, const uint8_t *data, size_t len)
{
    struct buf b = {0};
    do {
        size_t n = MIN(len, (size_t)LINK_CHUNK);
        buf_clear(&b);
        buf_add32(&b, id);
        buf_add8(&b, n == len ? LINK_LAST : LINK_MORE);
        buf_add(&b, data, n);
        link_send(l, type, b.data, b.len);
        data += n;
        len -= n;
    } while (len);
    buf_free(&b);
}

void link_reply(struct link *l, uint32_t id, const void *data, size_t len)
{
    send_parts(l, LINK_REPLY, id, data, len);
}

void link_picture(struct link *l, uint32_t number, const void *data, size_t len)
{
    send_parts(l, LINK_PICTURE, number, data, len);
}

void link_reply_error(struct link *l, uint32_t id, const char *text)
{
    struct buf b = {0};
    buf_add32(&b, id);
    buf_add8(&b, LINK_FAILED);
    buf_add(&b, text, MIN(strlen(text), (size_t)LINK_CHUNK));
    link_send(l, LINK_REPLY, b.data, b.len);
    buf_free(&b);
}
