/* SPDX-License-Identifier: MIT */
/* A viewer (RFC 6143) in the tests' own process, at a socket without a file. */
#include "vnc_viewer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bits.h"

static struct sockaddr_un place(void)
{
    static char name[64];
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (!name[0])
        snprintf(name, sizeof name, "vitrine-vnctest-%d", getpid());
    memcpy(at.sun_path + 1, name, sizeof name);
    return at;
}

int viewer_listen(void)
{
    static int fd = -1; /* it stays, for one process after the other */
    struct sockaddr_un at = place();
    if (fd >= 0)
        return fd;
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(fd, 20), 0);
    return fd;
}

int viewer_connect(void)
{
    struct sockaddr_un at = place();
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

bool viewer_take(struct viewer *v, void *to, size_t n)
{
    for (uint8_t *p = to; n;) {
        struct pollfd pfd = {.fd = v->fd, .events = POLLIN};
        ck_assert_msg(poll(&pfd, 1, 10000) > 0, "the server says nothing");
        ssize_t got = read(v->fd, p, n);
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

void viewer_give(struct viewer *v, const void *bytes, size_t n)
{
    ck_assert_int_eq(send(v->fd, bytes, n, MSG_NOSIGNAL), (ssize_t)n);
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)be16(p) << 16 | be16(p + 2);
}

/* False: the server sends the viewer away. */
bool viewer_come(struct viewer *v, bool shared)
{
    uint8_t b[256];
    *v = (struct viewer){.fd = viewer_connect()};
    if (!viewer_take(v, b, 12))
        return false;
    ck_assert_mem_eq(b, "RFB 003.008\n", 12);
    if (send(v->fd, "RFB 003.008\n", 12, MSG_NOSIGNAL) != 12 || !viewer_take(v, b, 1) || !viewer_take(v, b + 1, b[0]))
        return false;
    ck_assert(memchr(b + 1, 1, b[0]) != NULL); /* nothing is asked for */
    viewer_give(v, "\1", 1);
    if (!viewer_take(v, b, 4) || be32(b))
        return false;
    viewer_give(v, shared ? "\1" : "\0", 1);
    if (!viewer_take(v, b, 24))
        return false;
    v->w = be16(b);
    v->h = be16(b + 2);
    unsigned n = be32(b + 20);
    ck_assert(n == 9 && viewer_take(v, b, n));
    ck_assert_mem_eq(b, "the guest", 9);
    static const uint8_t format[20] = {0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0};
    viewer_give(v, format, sizeof format); /* XRGB8888, little-endian */
    return true;
}

void viewer_go(struct viewer *v)
{
    close(v->fd);
}

void viewer_encodings(struct viewer *v, const int32_t *e, unsigned n)
{
    uint8_t b[64] = {2, 0, 0, (uint8_t)n};
    for (unsigned i = 0; i < n; i++) {
        uint32_t be = htonl((uint32_t)e[i]);
        memcpy(b + 4 + 4 * i, &be, 4);
    }
    viewer_give(v, b, 4 + 4 * n);
}

void viewer_ask(struct viewer *v, bool incremental)
{
    uint8_t b[10] = {
        3, incremental, 0, 0, 0, 0, (uint8_t)(v->w >> 8), (uint8_t)v->w, (uint8_t)(v->h >> 8), (uint8_t)v->h};
    viewer_give(v, b, sizeof b);
}

/* The next update: its last rectangle's encoding, with its head in r. */
int32_t viewer_update(struct viewer *v, uint8_t r[12])
{
    uint8_t b[4];
    ck_assert(viewer_take(v, b, 4));
    ck_assert_uint_eq(b[0], 0);
    for (unsigned n = be16(b + 2); n; n--) {
        ck_assert(viewer_take(v, r, 12));
        unsigned x = be16(r), y = be16(r + 2), w = be16(r + 4), h = be16(r + 6);
        int32_t e = (int32_t)be32(r + 8);
        if (e == ENCODING_SIZE) {
            v->w = w;
            v->h = h;
        }
        if (e)
            continue;
        ck_assert(x + w <= v->w && y + h <= v->h && v->w * v->h <= ARRAY_LEN(v->pixels));
        for (unsigned i = 0; i < h; i++)
            ck_assert(viewer_take(v, v->pixels + (y + i) * v->w + x, (size_t)w * 4));
    }
    return (int32_t)be32(r + 8);
}
