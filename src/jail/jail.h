/* SPDX-License-Identifier: MIT */
/*
 * What the machine process may do, decided once, while it is single-threaded and before the first
 * guest instruction: use the descriptors it was given, and nothing else.
 */
#ifndef VITRINE_JAIL_JAIL_H
#define VITRINE_JAIL_JAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What came into force. */
enum {
    JAIL_NO_NEW_PRIVS = 1 << 0,
    JAIL_FDS = 1 << 1,      /* every descriptor but the given ones is closed */
    JAIL_LIMITS = 1 << 2,   /* no new files, processes or core dumps */
    JAIL_LANDLOCK = 1 << 3, /* no file system access */
    JAIL_SECCOMP = 1 << 4,  /* the list of system calls; any other one kills the process */
};

/*
 * Confines the calling process for good. `keep` are the descriptors that stay open; there is room for
 * `spare` more that others may pass to it. What the kernel
 * or the build lacks is left out of *in_force and is no failure; what should have worked and did
 * not is one, with *err.
 */
bool jail_enter(const int *keep, size_t nkeep, unsigned spare, uint32_t *in_force, struct error *err);

/*
 * The same for the process that serves VNC's viewers, which makes threads and takes connections from the listening
 * sockets among `keep`: no files, no other sockets, no other programs. What the kernel lacks is no failure.
 */
bool jail_enter_viewers(const int *keep, size_t nkeep, struct error *err);

/* For -version and messages: "seccomp, landlock, ..." and what is missing, into text. */
void jail_describe(uint32_t in_force, char *text, size_t room);
/* Whether this build can filter system calls at all. */
bool jail_has_seccomp(void);

/* The layers, each used by jail_enter. */
bool jail_landlock(bool *in_force, struct error *err);
bool jail_seccomp(bool *in_force, struct error *err);
bool jail_seccomp_viewers(struct error *err);

#endif
