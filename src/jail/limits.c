/* SPDX-License-Identifier: MIT */
/* Resource limits: the machine process gets what it holds, and no more; the viewers' process writes no file. */
#include "config.h"

#include "jail/jail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/bits.h"

/* Bytes of address space in use. 0: /proc is not there. */
static uint64_t mapped_now(void)
{
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    if (fscanf(f, "%llu", &pages) != 1)
        pages = 0;
    fclose(f);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The program and its libraries, where /proc does not say. */
#define PROGRAM_BYTES (UINT64_C(1) << 30)

static rlim_t memory_limit(const struct jail_spec *spec)
{
#ifdef __SANITIZE_ADDRESS__
    (void)spec;
    (void)mapped_now;
    return RLIM_INFINITY; /* QUIRK: AddressSanitizer's shadow takes terabytes of address space. */
#else
    uint64_t now = mapped_now();
    return (rlim_t)(now ? now : PROGRAM_BYTES) + (rlim_t)spec->memory_bytes;
#endif
}

struct limit {
    int what;
    rlim_t value;
};

/* Never above what it was before. */
static bool lower(int what, rlim_t to)
{
    struct rlimit r;
    if (getrlimit((__rlimit_resource_t)what, &r) < 0)
        return false;
    r.rlim_max = MIN(r.rlim_max, to);
    r.rlim_cur = MIN(r.rlim_cur, r.rlim_max);
    return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

static bool lower_all(const struct limit *limit, size_t n, struct error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!lower(limit[i].what, limit[i].value))
            return error_set(err, "cannot lower a resource limit: %s", strerror(errno));
    return true;
}

bool jail_limits(const struct jail_spec *spec, struct error *err)
{
    rlim_t top = 3;
    for (size_t i = 0; i < spec->nkeep; i++)
        top = MAX(top, (rlim_t)spec->keep[i] + 1);
    const struct limit limit[] = {
        {RLIMIT_NOFILE, top + spec->spare},       /* those that are open, and what is passed later */
        {RLIMIT_CORE, 0},                         /* a core dump would hold the guest's memory */
        {RLIMIT_NPROC, 0},                        /* no further process or thread */
        {RLIMIT_FSIZE, (rlim_t)spec->file_bytes}, /* a file grows no larger */
        {RLIMIT_MEMLOCK, 0},
        {RLIMIT_MSGQUEUE, 0},
        {RLIMIT_AS, memory_limit(spec)},
    };
    return lower_all(limit, ARRAY_LEN(limit), err);
}

bool jail_limits_viewers(struct error *err)
{
    static const struct limit limit[] = {{RLIMIT_CORE, 0}, {RLIMIT_FSIZE, 0}};
    return lower_all(limit, ARRAY_LEN(limit), err);
}
