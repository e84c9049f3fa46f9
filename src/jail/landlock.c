/* SPDX-License-Identifier: MIT */
/*
 * Landlock (Linux 5.13 and later): every kind of access that the running kernel can deny is denied, with no exception
 * rule. Written on the raw system calls, since glibc has no wrappers.
 */
#include "config.h"

#include "jail/jail.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void jail_landlock_rights(long abi, struct ll_ruleset_attr *attr)
{
    *attr = (struct ll_ruleset_attr){.handled_access_fs = LL_FS_ABI_1};
    if (abi >= 2)
        attr->handled_access_fs |= LL_FS_REFER;
    if (abi >= 3)
        attr->handled_access_fs |= LL_FS_TRUNCATE;
    if (abi >= 4)
        attr->handled_access_net = LL_NET_BIND_TCP | LL_NET_CONNECT_TCP;
    if (abi >= 5)
        attr->handled_access_fs |= LL_FS_IOCTL_DEV;
    if (abi >= 6)
        attr->scoped = LL_SCOPE_ABSTRACT_UNIX_SOCKET | LL_SCOPE_SIGNAL;
}

bool jail_landlock(bool *in_force, struct error *err)
{
    struct ll_ruleset_attr attr;
    *in_force = false;
    long abi = syscall(LL_SYS_CREATE_RULESET, NULL, 0, LL_CREATE_RULESET_VERSION);
    if (abi < 1)
        return true; /* not in this kernel, or switched off */
    jail_landlock_rights(abi, &attr);
    long fd = syscall(LL_SYS_CREATE_RULESET, &attr, sizeof attr, 0);
    if (fd < 0)
        return error_set(err, "Landlock refuses a ruleset: %s", strerror(errno));
    long r = syscall(LL_SYS_RESTRICT_SELF, (int)fd, 0);
    int e = errno;
    close((int)fd);
    if (r < 0)
        return error_set(err, "Landlock refuses to restrict the process: %s", strerror(e));
    *in_force = true;
    return true;
}
