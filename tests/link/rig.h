/* SPDX-License-Identifier: MIT */
/* What the tests of the link share: descriptors counted, and sent over a bare socket. */
#ifndef VITRINE_TESTS_LINK_RIG_H
#define VITRINE_TESTS_LINK_RIG_H

#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "link/link.h"

static inline unsigned open_fds(void)
{
    unsigned n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* A LINK_FILE without a payload, with n descriptors. */
static inline void send_fds(int to, unsigned n)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(8 * sizeof(int))];
    } control;
    uint8_t head[LINK_HEADER] = {LINK_FILE};
    struct iovec iov = {head, sizeof head};
    struct msghdr mh = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = CMSG_SPACE(n * sizeof(int))};
    memset(&control, 0, sizeof control);
    struct cmsghdr *c = CMSG_FIRSTHDR(&mh);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(n * sizeof(int));
    for (unsigned i = 0; i < n; i++)
        memcpy(CMSG_DATA(c) + i * sizeof(int), &to, sizeof to);
    ck_assert_int_eq(sendmsg(to, &mh, 0), sizeof head);
}

#endif
