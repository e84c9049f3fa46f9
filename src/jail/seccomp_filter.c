/* SPDX-License-Identifier: MIT */
/*
 * How a list of system calls becomes a filter. New executable memory is refused to every process; a translator that
 * needs some will have to map it before.
 */
#include "config.h"

#include "jail/jail.h"

#ifdef HAVE_SECCOMP
#include "jail/seccomp_filter.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bits.h"

#if defined(__SANITIZE_ADDRESS__)
/* QUIRK: AddressSanitizer opens files of /proc when it reports; it gets an error instead of being killed. */
#define DENIED SCMP_ACT_ERRNO(EPERM)
#else
#define DENIED SCMP_ACT_KILL_PROCESS
#endif

static int add_rule(scmp_filter_ctx ctx, const struct seccomp_rule *r)
{
    uint32_t action = r->fails_with ? SCMP_ACT_ERRNO((uint32_t)r->fails_with) : SCMP_ACT_ALLOW;
    return seccomp_rule_add_array(ctx, action, r->call, r->looks ? 1 : 0, &r->where);
}

static int add_rules(scmp_filter_ctx ctx, const struct seccomp_list *list)
{
    static const struct scmp_arg_cmp not_executable = {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
    static const struct seccomp_rule memory[] = {
        {.call = SCMP_SYS(mmap), .looks = true, .where = not_executable},
        {.call = SCMP_SYS(mprotect), .looks = true, .where = not_executable},
    };
    int r = 0;
    for (size_t i = 0; i < list->nallowed && !r; i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, list->allowed[i], 0);
    for (size_t i = 0; i < ARRAY_LEN(memory) && !r; i++)
        r = add_rule(ctx, &memory[i]);
    for (size_t i = 0; i < list->nrules && !r; i++)
        r = add_rule(ctx, &list->rules[i]);
    return r;
}

bool seccomp_filter_load(const struct seccomp_list *list, bool *in_force, struct error *err)
{
    *in_force = false;
    scmp_filter_ctx ctx = seccomp_init(DENIED);
    if (!ctx) /* NOTE: kernels before 4.14 end the thread, which is the only one as yet. */
        ctx = seccomp_init(SCMP_ACT_KILL_THREAD);
    if (!ctx)
        return error_set(err, "libseccomp cannot make a filter");
    int r = add_rules(ctx, list);
    if (!r)
        r = seccomp_attr_set(ctx, SCMP_FLTATR_API_SYSRAWRC, 1); /* the kernel's error, not ECANCELED */
    if (!r)
        r = seccomp_load(ctx);
    seccomp_release(ctx);
    if (r == -EINVAL || r == -ENOSYS || r == -EOPNOTSUPP)
        return true; /* a kernel without seccomp filters */
    if (r)
        return error_set(err, "cannot load the system call filter: %s", strerror(-r));
    *in_force = true;
    return true;
}

bool jail_has_seccomp(void)
{
    return true;
}

#else

bool jail_has_seccomp(void)
{
    return false;
}

#endif
