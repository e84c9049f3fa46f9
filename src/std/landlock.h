/* SPDX-License-Identifier: MIT */
/*
 * Landlock's system calls and rights, transcribed from Linux 6.15's Documentation/userspace-api/landlock.rst and
 * landlock_create_ruleset(2): the headers of a distribution may be older than the kernel that runs. Nothing is
 * transcribed of its rules, since none is ever added.
 */
#ifndef VITRINE_STD_LANDLOCK_H
#define VITRINE_STD_LANDLOCK_H

#include <stdint.h>

/* The same on every architecture (asm-generic/unistd.h). */
enum { LL_SYS_CREATE_RULESET = 444, LL_SYS_RESTRICT_SELF = 446 };

/* A flag of create_ruleset: it gives the ABI's version, with no attributes. */
enum { LL_CREATE_RULESET_VERSION = 1 };

/* struct landlock_ruleset_attr. An older kernel takes the longer one while the fields that it lacks are 0. */
struct ll_ruleset_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net; /* ABI 4 */
    uint64_t scoped;             /* ABI 6 */
};

/* handled_access_fs */
enum {
    LL_FS_EXECUTE = 1 << 0,
    LL_FS_WRITE_FILE = 1 << 1,
    LL_FS_READ_FILE = 1 << 2,
    LL_FS_READ_DIR = 1 << 3,
    LL_FS_REMOVE_DIR = 1 << 4,
    LL_FS_REMOVE_FILE = 1 << 5,
    LL_FS_MAKE_CHAR = 1 << 6,
    LL_FS_MAKE_DIR = 1 << 7,
    LL_FS_MAKE_REG = 1 << 8,
    LL_FS_MAKE_SOCK = 1 << 9,
    LL_FS_MAKE_FIFO = 1 << 10,
    LL_FS_MAKE_BLOCK = 1 << 11,
    LL_FS_MAKE_SYM = 1 << 12,
    LL_FS_ABI_1 = (1 << 13) - 1,
    LL_FS_REFER = 1 << 13,     /* ABI 2 */
    LL_FS_TRUNCATE = 1 << 14,  /* ABI 3 */
    LL_FS_IOCTL_DEV = 1 << 15, /* ABI 5 */
};

/* handled_access_net */
enum { LL_NET_BIND_TCP = 1 << 0, LL_NET_CONNECT_TCP = 1 << 1 };

/* scoped */
enum { LL_SCOPE_ABSTRACT_UNIX_SOCKET = 1 << 0, LL_SCOPE_SIGNAL = 1 << 1 };

#endif
