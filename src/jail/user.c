/* SPDX-License-Identifier: MIT */
/* -runas: another user, once what only root may open is open. */
#include "config.h"

#include "jail/jail.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bits.h"

static bool number(const char **p, unsigned *to)
{
    char *end;
    if (**p < '0' || **p > '9')
        return false;
    unsigned long v = strtoul(*p, &end, 10);
    *to = (unsigned)v;
    *p = end;
    return v < UINT32_MAX; /* NOTE: the last number means "unchanged" to setresuid. */
}

static bool by_number(const char *text, struct jail_user *to)
{
    if (!number(&text, &to->uid) || *text++ != ':' || !number(&text, &to->gid) || *text)
        return false;
    to->group[0] = to->gid;
    to->ngroups = 1;
    return true;
}

static bool by_name(const char *text, struct jail_user *to, struct error *err)
{
    const struct passwd *pw = getpwnam(text);
    gid_t groups[JAIL_GROUPS];
    int n = JAIL_GROUPS;
    if (!pw)
        return error_set(err, "-runas %s: there is no such user, and it is not UID:GID", text);
    to->uid = pw->pw_uid;
    to->gid = pw->pw_gid;
    if (getgrouplist(text, pw->pw_gid, groups, &n) < 0)
        return error_set(err, "-runas %s: is in more than %d groups", text, JAIL_GROUPS);
    for (int i = 0; i < n; i++)
        to->group[i] = groups[i];
    to->ngroups = (unsigned)n;
    return true;
}

bool jail_user_find(const char *text, struct jail_user *to, struct error *err)
{
    if (!by_number(text, to) && !by_name(text, to, err))
        return false;
    if (to->uid == 0)
        return error_set(err, "-runas %s: is root, who is to be left", text);
    if (geteuid() != 0)
        return error_set(err, "-runas %s: only root can become another user", text);
    to->set = true;
    return true;
}

bool jail_user_become(const struct jail_user *user)
{
    gid_t groups[JAIL_GROUPS];
    if (!user->set)
        return true;
    if (geteuid() == user->uid)
        return setuid(0) < 0;
    for (unsigned i = 0; i < user->ngroups; i++)
        groups[i] = user->group[i];
    return setgroups(user->ngroups, groups) == 0 && setresgid(user->gid, user->gid, user->gid) == 0 &&
           setresuid(user->uid, user->uid, user->uid) == 0 && setuid(0) < 0;
}
