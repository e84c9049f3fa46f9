/* SPDX-License-Identifier: MIT */
/*
 * What the machine process may do, decided once, while it is single-threaded and before it reads a byte that the user
 * did not write: use the descriptors it was given, and nothing else.
 */
#ifndef VITRINE_JAIL_JAIL_H
#define VITRINE_JAIL_JAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "std/landlock.h"

/* The layers: bits of what came into force. */
enum {
    JAIL_NO_NEW_PRIVS = 1 << 0,
    JAIL_FDS = 1 << 1,          /* every descriptor but the given ones is closed */
    JAIL_LIMITS = 1 << 2,       /* of descriptors, processes, memory, files' sizes; no core dumps */
    JAIL_LANDLOCK = 1 << 3,     /* no file system access; no TCP, no signals to others where the kernel can */
    JAIL_SECCOMP = 1 << 4,      /* the list of system calls; any other one kills the process */
    JAIL_CAPABILITIES = 1 << 5, /* none, and no way to get one */
    JAIL_ALL = (1 << 6) - 1,
};

struct jail_spec {
    const int *keep;       /* descriptors that stay open, beside 0 to 2 */
    size_t nkeep;          /* at most JAIL_KEEP */
    unsigned spare;        /* room for that many more, which others may pass to it */
    uint64_t memory_bytes; /* of address space that it may map beyond what it has */
    uint64_t file_bytes;   /* no file that it writes grows beyond that */
};
enum { JAIL_KEEP = 128 };

/*
 * Confines the calling process for good. What the kernel or the build lacks is left out of *in_force and is no
 * failure; what should have worked and did not is one, with *err.
 */
bool jail_enter(const struct jail_spec *spec, uint32_t *in_force, struct error *err);

/*
 * The same for the process that serves VNC's viewers, which makes threads and takes connections from the listening
 * sockets among `keep`: no files, no other sockets, no other programs.
 */
bool jail_enter_viewers(const int *keep, size_t nkeep, uint32_t *in_force, struct error *err);

/* For -version: "descriptors, ..., without seccomp", into text. */
void jail_describe(uint32_t in_force, char *text, size_t room);
/* The names of the layers that are not in force, with commas; empty: all are. */
void jail_missing(uint32_t in_force, char *text, size_t room);
/* The i-th line to print about layers that are not in force. NULL past the end. */
const char *jail_note(uint32_t in_force, unsigned i);
/* Whether this build can filter system calls at all. */
bool jail_has_seccomp(void);

/* -runas: whom a process of root's becomes. */
enum { JAIL_GROUPS = 64 };
struct jail_user {
    bool set;
    unsigned uid, gid, group[JAIL_GROUPS];
    unsigned ngroups;
};
/* A user's name, or UID:GID. False with *err where there is none, it is root, or this process is not root's. */
bool jail_user_find(const char *text, struct jail_user *to, struct error *err);
/* Becomes the user for good, if it is not yet; nothing happens where none is set. False where that fails or could be
 * undone. */
bool jail_user_become(const struct jail_user *user);

/* The layers, each used by jail_enter. */
bool jail_limits(const struct jail_spec *spec, struct error *err);
bool jail_limits_viewers(struct error *err);
bool jail_capabilities(struct error *err);
bool jail_landlock(bool *in_force, struct error *err);
bool jail_seccomp(bool *in_force, struct error *err);
bool jail_seccomp_viewers(bool *in_force, struct error *err);
/* What Landlock is asked to deny where the kernel has this ABI. */
void jail_landlock_rights(long abi, struct ll_ruleset_attr *attr);

#endif
