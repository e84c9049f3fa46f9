/* SPDX-License-Identifier: MIT */
/* Sockets by name. */
#include "config.h"

#include "ctl/chardev/host_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 8 };

static bool unix_address(const char *path, struct sockaddr_un *a, struct error *err)
{
    memset(a, 0, sizeof *a);
    a->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof a->sun_path)
        return error_set(err, "unix:%s: the path is longer than the %zu bytes that a socket's may have", path,
                         sizeof a->sun_path - 1);
    strcpy(a->sun_path, path);
    return true;
}

int host_listen_unix(const char *path, struct error *err)
{
    struct sockaddr_un a;
    struct stat st;
    if (!unix_address(path, &a, err))
        return -1;
    if (lstat(path, &st) == 0) {
        if (!S_ISSOCK(st.st_mode)) {
            error_set(err, "unix:%s: there is a file of that name; remove it or name another", path);
            return -1;
        }
        unlink(path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && chmod(path, 0600) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    error_set(err, "unix:%s: cannot listen: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static struct addrinfo *resolve(const char *host, const char *port, int flags, struct error *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags}, *list = NULL;
    int r = getaddrinfo(*host ? host : NULL, port, &hints, &list);
    if (r == 0)
        return list;
    error_set(err, "%.200s:%.40s: %s", host, port, r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
    return NULL;
}

static int listen_one(const struct addrinfo *a)
{
    int on = 1;
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int e = errno;
    close(fd);
    errno = e;
    return -1;
}

size_t host_listen_tcp(const char *host, const char *port, int *fds, size_t room, struct error *err)
{
    size_t n = 0;
    int e = 0;
    struct addrinfo *list = resolve(host, port, AI_PASSIVE, err);
    if (!list)
        return 0;
    for (const struct addrinfo *a = list; a && n < room; a = a->ai_next) {
        int fd = listen_one(a);
        if (fd >= 0)
            fds[n++] = fd;
        else if (errno != EAFNOSUPPORT || !e)
            e = errno; /* a machine without IPv6 listens on IPv4 alone */
        if (n && !strcmp(port, "0"))
            break; /* a second family would get another port */
    }
    freeaddrinfo(list);
    if (n && e == EADDRINUSE) { /* somebody else has half of it */
        while (n)
            close(fds[--n]);
    }
    if (!n)
        error_set(err, "%.200s:%.40s: cannot listen: %s", host, port, strerror(e));
    return n;
}

unsigned host_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a;
    socklen_t n = sizeof a;
    memset(&a, 0, sizeof a);
    if (getsockname(fd, &a.any, &n) < 0)
        return 0;
    return a.any.sa_family == AF_INET ? ntohs(a.v4.sin_port) : a.any.sa_family == AF_INET6 ? ntohs(a.v6.sin6_port) : 0;
}

struct host_address {
    struct addrinfo *list; /* NULL: a UNIX one */
    struct sockaddr_un un;
};

struct host_address *host_address_unix(const char *path, struct error *err)
{
    struct host_address *a = calloc(1, sizeof *a);
    if (a && unix_address(path, &a->un, err))
        return a;
    free(a);
    return NULL;
}

struct host_address *host_address_tcp(const char *host, const char *port, struct error *err)
{
    struct host_address *a = calloc(1, sizeof *a);
    if (a && (a->list = resolve(host, port, 0, err)))
        return a;
    free(a);
    return NULL;
}

void host_address_free(struct host_address *a)
{
    if (a && a->list)
        freeaddrinfo(a->list);
    free(a);
}

static int connect_one(int family, const struct sockaddr *sa, socklen_t len)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, sa, len) == 0 || errno == EINPROGRESS)
        return fd;
    int e = errno;
    close(fd);
    errno = e;
    return -1;
}

int host_connect(const struct host_address *a, struct error *err)
{
    int fd = -1;
    if (!a->list)
        fd = connect_one(AF_UNIX, (const struct sockaddr *)&a->un, sizeof a->un);
    for (const struct addrinfo *i = a->list; i && fd < 0; i = i->ai_next)
        fd = connect_one(i->ai_family, i->ai_addr, i->ai_addrlen);
    if (fd < 0)
        error_set(err, "cannot connect: %s", strerror(errno));
    return fd;
}

int host_connected(int fd)
{
    int e = 0;
    socklen_t n = sizeof e;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &n) < 0 ? errno : e;
}
