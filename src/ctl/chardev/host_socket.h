/* SPDX-License-Identifier: MIT */
/* Stream sockets of the host by name: a UNIX path, or a host and port over IPv4 or IPv6. All are
 * close-on-exec and, once they are made, never block. */
#ifndef VITRINE_CTL_CHARDEV_HOST_SOCKET_H
#define VITRINE_CTL_CHARDEV_HOST_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { HOST_LISTENERS = 2 }; /* one for each family where a host has both */

/* Listens at a path (mode 0600); a stale socket there is replaced, another file is not. Descriptor,
 * or -1 with *err. */
int host_listen_unix(const char *path, struct error *err);
/* Listens at every address of the host ("": all of this machine's), up to `room`. Their number, 0
 * with *err. */
size_t host_listen_tcp(const char *host, const char *port, int *fds, size_t room, struct error *err);
/* The port that a listener was given, for "0"; 0 for a UNIX one. */
unsigned host_port(int fd);

/* Where a client connects to, resolved once. */
struct host_address;
struct host_address *host_address_unix(const char *path, struct error *err);
struct host_address *host_address_tcp(const char *host, const char *port, struct error *err);
void host_address_free(struct host_address *a);
/* Begins to connect. The descriptor becomes writable when that is decided (host_connected).
 * -1 with *err. */
int host_connect(const struct host_address *a, struct error *err);
/* 0: connected, else an errno. */
int host_connected(int fd);

#endif
