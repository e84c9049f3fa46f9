/* SPDX-License-Identifier: MIT */
/* The layers of the confinement that need no library, and their order. */
#include "config.h"

#include "jail/jail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/bits.h"

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static bool close_span(unsigned from, unsigned to)
{
    if (from > to)
        return true;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, from, to, 0) == 0)
        return true;
    if (errno != ENOSYS && errno != EPERM)
        return false;
#endif
    /* NOTE: kernels before 5.9 have no close_range. */
    long most = sysconf(_SC_OPEN_MAX);
    for (unsigned fd = from; fd <= to && fd < (most > 0 ? (unsigned)most : 1024u); fd++)
        close((int)fd);
    return true;
}

static bool close_others(const int *keep, size_t nkeep, struct error *err)
{
    int sorted[JAIL_KEEP];
    if (nkeep > ARRAY_LEN(sorted))
        return error_set(err, "too many descriptors to keep (%zu)", nkeep);
    memcpy(sorted, keep, nkeep * sizeof *keep);
    qsort(sorted, nkeep, sizeof *sorted, by_number);
    unsigned from = 3; /* 0 and 1 are /dev/null; 2 is the pipe for what bug() says */
    for (size_t i = 0; i < nkeep; i++) {
        if (sorted[i] < 3)
            continue;
        if (sorted[i] > 3 && !close_span(from, (unsigned)sorted[i] - 1))
            return error_set(err, "cannot close descriptors: %s", strerror(errno));
        from = (unsigned)sorted[i] + 1;
    }
    if (!close_span(from, ~0u))
        return error_set(err, "cannot close descriptors: %s", strerror(errno));
    return true;
}

/* What both processes give up after their descriptors and limits. */
static bool give_up(uint32_t *in_force, struct error *err)
{
    if (!jail_capabilities(err))
        return false;
    *in_force |= JAIL_CAPABILITIES;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_set(err, "cannot give up new privileges: %s", strerror(errno));
    *in_force |= JAIL_NO_NEW_PRIVS;
    /* A debugger or another process of the same user does not read the guest's memory through /proc. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    bool on = false;
    if (!jail_landlock(&on, err))
        return false;
    if (on)
        *in_force |= JAIL_LANDLOCK;
    return true;
}

bool jail_enter(const struct jail_spec *spec, uint32_t *in_force, struct error *err)
{
    bool on = false;
    *in_force = 0;
    if (!close_others(spec->keep, spec->nkeep, err))
        return false;
    *in_force |= JAIL_FDS;
    if (!jail_limits(spec, err))
        return false;
    *in_force |= JAIL_LIMITS;
    if (!give_up(in_force, err) || !jail_seccomp(&on, err))
        return false;
    if (on)
        *in_force |= JAIL_SECCOMP;
    return true;
}

bool jail_enter_viewers(const int *keep, size_t nkeep, uint32_t *in_force, struct error *err)
{
    bool on = false;
    *in_force = 0;
    if (!close_others(keep, nkeep, err))
        return false;
    *in_force |= JAIL_FDS;
    if (!jail_limits_viewers(err))
        return false;
    *in_force |= JAIL_LIMITS;
    if (!give_up(in_force, err) || !jail_seccomp_viewers(&on, err))
        return false;
    if (on)
        *in_force |= JAIL_SECCOMP;
    return true;
}

static const struct layer {
    uint32_t bit;
    const char *name;
    const char *note; /* NULL: it is in force, or the process does not start */
} layers[] = {
    {JAIL_FDS, "descriptors", NULL},
    {JAIL_LIMITS, "limits", NULL},
    {JAIL_CAPABILITIES, "capabilities", NULL},
    {JAIL_NO_NEW_PRIVS, "no-new-privs", NULL},
    {JAIL_LANDLOCK, "landlock",
     "note: this kernel has no Landlock: the machine process runs without that fence around files"},
    {JAIL_SECCOMP, "seccomp",
#ifdef HAVE_SECCOMP
     "note: this kernel has no seccomp: the machine process runs without a system call filter"
#else
     "note: built without libseccomp: the machine process runs without a system call filter"
#endif
    },
};

static void list(char *text, size_t room, uint32_t in_force, bool all)
{
    size_t n = 0;
    text[0] = 0;
    for (size_t i = 0; i < ARRAY_LEN(layers) && n < room; i++) {
        bool on = in_force & layers[i].bit;
        if (on && !all)
            continue;
        int r = snprintf(text + n, room - n, "%s%s%s", n ? ", " : "", all && !on ? "without " : "", layers[i].name);
        n += r > 0 ? (size_t)r : 0;
    }
}

void jail_describe(uint32_t in_force, char *text, size_t room)
{
    list(text, room, in_force, true);
}

void jail_missing(uint32_t in_force, char *text, size_t room)
{
    list(text, room, in_force, false);
}

const char *jail_note(uint32_t in_force, unsigned i)
{
    for (size_t l = 0; l < ARRAY_LEN(layers); l++)
        if (layers[l].note && !(in_force & layers[l].bit) && !i--)
            return layers[l].note;
    return NULL;
}
