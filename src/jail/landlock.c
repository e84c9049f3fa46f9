/* SPDX-License-Identifier: MIT */
/*
 * Landlock (Linux 5.13 and later): every kind of file system access that the running kernel can
 * deny is denied, with no exception rule. Written on the raw system calls, since glibc has no
 * wrappers.
 */
#include "config.h"

#include "jail/jail.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#define HAVE_LANDLOCK 1
#endif
#endif

bool jail_landlock(bool *in_force, struct error *err)
{
    *in_force = false;
#if defined(HAVE_LANDLOCK) && defined(SYS_landlock_create_ruleset)
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return true; /* not in this kernel, or switched off */
    /* ABI 1: 13 rights; ABI 2 adds REFER, ABI 3 TRUNCATE. NOTE: IOCTL_DEV of ABI 5 is left to
     * seccomp. */
    unsigned rights = abi >= 3 ? 15 : abi == 2 ? 14 : 13;
    struct landlock_ruleset_attr attr = {.handled_access_fs = (UINT64_C(1) << rights) - 1};
    long fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (fd < 0)
        return error_set(err, "Landlock refuses a ruleset: %s", strerror(errno));
    long r = syscall(SYS_landlock_restrict_self, (int)fd, 0);
    int e = errno;
    close((int)fd);
    if (r < 0)
        return error_set(err, "Landlock refuses to restrict the machine process: %s", strerror(e));
    *in_force = true;
#else
    (void)err;
#endif
    return true;
}
