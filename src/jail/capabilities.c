/* SPDX-License-Identifier: MIT */
/*
 * What a process of root's may do beyond others (capabilities(7)): all of it is given up, and every way to get it
 * back. A process of an ordinary user has none to begin with.
 */
#include "config.h"

#include "jail/jail.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SECUREBITS = SECURE_ALL_BITS | SECURE_ALL_LOCKS };

/* Both need CAP_SETPCAP. Without it, no_new_privs makes them mean nothing: no execve gives a capability. */
static void shut_ways_back(void)
{
    prctl(PR_SET_SECUREBITS, SECUREBITS & ~(1 << SECURE_KEEP_CAPS), 0, 0, 0);
    for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
        prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

static bool nothing_left(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &head, data) < 0)
        return false;
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (data[i].effective | data[i].permitted | data[i].inheritable)
            return false;
    return true;
}

bool jail_capabilities(struct error *err)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    static const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
    shut_ways_back();
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &head, none) < 0 || !nothing_left())
        return error_set(err, "cannot give up the process's capabilities: %s", strerror(errno));
    return true;
}
