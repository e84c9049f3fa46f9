/* SPDX-License-Identifier: MIT */
/* Records and the picture between the front end and the process that serves VNC's viewers. */
#include "config.h"

#include "link/vnc_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FDS = 1 + VNC_LISTENERS };

bool vnc_link_pair(int fds[2], struct error *err)
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0 ||
           error_set(err, "cannot make a socket pair: %s", strerror(errno));
}

union control {
    struct cmsghdr head;
    char room[CMSG_SPACE(MAX_FDS * sizeof(int))];
};

bool vnc_link_send(int fd, const struct vnc_record *r, const int *fds, size_t nfds, int wait_ms)
{
    union control c = {0};
    struct iovec v = {(void *)(uintptr_t)r, sizeof *r};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
    if (nfds) {
        m.msg_control = c.room;
        m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
        c.head.cmsg_level = SOL_SOCKET;
        c.head.cmsg_type = SCM_RIGHTS;
        c.head.cmsg_len = CMSG_LEN(nfds * sizeof(int));
        memcpy(CMSG_DATA(&c.head), fds, nfds * sizeof(int));
    }
    for (;;) {
        if (sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)sizeof *r)
            return true;
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        if (errno == EINTR || (errno == EAGAIN && poll(&p, 1, wait_ms) > 0))
            continue;
        return false;
    }
}

enum vnc_got vnc_link_receive(int fd, struct vnc_record *r, int *fds, size_t room, size_t *nfds)
{
    union control c;
    struct iovec v = {r, sizeof *r};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = c.room, .msg_controllen = sizeof c.room};
    ssize_t n;
    *nfds = 0;
    do
        n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return VNC_GOT_NONE;
    for (struct cmsghdr *h = n >= 0 ? CMSG_FIRSTHDR(&m) : NULL; h; h = CMSG_NXTHDR(&m, h)) {
        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < (h->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
            int got;
            memcpy(&got, CMSG_DATA(h) + i * sizeof got, sizeof got);
            if (*nfds < room)
                fds[(*nfds)++] = got;
            else
                close(got); /* none was expected */
        }
    }
    if (n != (ssize_t)sizeof *r || m.msg_flags & MSG_TRUNC || r->type >= VNC_RECORD_TYPES)
        return VNC_GOT_END;
    r->text[sizeof r->text - 1] = 0;
    return VNC_GOT_RECORD;
}

bool vnc_picture_make(struct vnc_picture *p, struct error *err)
{
    char name[40];
    *p = (struct vnc_picture){.fd_read = -1};
    int fd = memfd_create("vitrine-vnc", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, (off_t)VNC_PICTURE_BYTES) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        error_set(err, "cannot make memory for the picture: %s", strerror(errno));
    else {
        p->map = mmap(NULL, VNC_PICTURE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        p->map = p->map == MAP_FAILED ? NULL : p->map;
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        p->fd_read = open(name, O_RDONLY | O_CLOEXEC);
        if (!p->map || p->fd_read < 0)
            error_set(err, "cannot share the picture: %s", strerror(errno));
    }
    bool good = p->map && p->fd_read >= 0;
    if (fd >= 0)
        close(fd);
    if (!good)
        vnc_picture_free(p);
    return good;
}

void vnc_picture_free(struct vnc_picture *p)
{
    if (p->map)
        munmap(p->map, VNC_PICTURE_BYTES);
    if (p->fd_read >= 0)
        close(p->fd_read);
    *p = (struct vnc_picture){.fd_read = -1};
}

const uint32_t *vnc_picture_map(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || st.st_size != (off_t)VNC_PICTURE_BYTES)
        return NULL;
    void *p = mmap(NULL, VNC_PICTURE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
    return p == MAP_FAILED ? NULL : p;
}
