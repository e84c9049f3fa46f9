/* SPDX-License-Identifier: MIT */
/*
 * The system calls of the process that serves VNC's viewers: what libvncserver's threads need, taking connections, and
 * memory that is not executable. Anything else kills it.
 */
#include "config.h"

#include "jail/jail.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bits.h"

#ifdef HAVE_SECCOMP
#include <seccomp.h>

static const int allowed[] = {
    /* connections, and the socket to the front end */
    SCMP_SYS(accept4),
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(sendto),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(close),
    SCMP_SYS(getpeername),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(pipe), /* how libvncserver wakes a viewer's thread */
    SCMP_SYS(pipe2),
    SCMP_SYS(eventfd2),
    /* memory: new mappings are further checked below */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    /* threads, time and waiting */
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), /* how many arenas malloc makes */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getrandom),
#if defined(__SANITIZE_ADDRESS__)
    SCMP_SYS(sigaltstack), /* QUIRK: AddressSanitizer gives each thread a stack for signals */
#endif
    /* the end */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

#if defined(__SANITIZE_ADDRESS__)
/* QUIRK: AddressSanitizer opens files of /proc when it reports. */
#define DENIED SCMP_ACT_ERRNO(EPERM)
#else
#define DENIED SCMP_ACT_KILL_PROCESS
#endif

static int add_rules(scmp_filter_ctx ctx)
{
    int r = 0;
    for (size_t i = 0; i < ARRAY_LEN(allowed) && !r; i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
    if (!r)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (!r)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /*
     * NOTE: a filter cannot read clone3's flags, which lie in memory; glibc falls back to clone, whose flags say
     * whether it makes a thread.
     */
    if (!r)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (!r)
        r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (!r)
        r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
    /* Libraries look for configuration and time zones when they like; there is none. */
    static const int denied[] = {SCMP_SYS(openat), SCMP_SYS(newfstatat), SCMP_SYS(access), SCMP_SYS(readlink),
                                 SCMP_SYS(uname)};
    for (size_t i = 0; i < ARRAY_LEN(denied) && !r; i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), denied[i], 0);
    return r;
}

bool jail_seccomp_viewers(struct error *err)
{
    scmp_filter_ctx ctx = seccomp_init(DENIED);
    if (!ctx) /* NOTE: kernels before 4.14, or without filters; seccomp_load() tells them apart. */
        ctx = seccomp_init(SCMP_ACT_KILL_THREAD);
    if (!ctx)
        return error_set(err, "libseccomp cannot make a filter");
    int r = add_rules(ctx);
    if (!r)
        r = seccomp_attr_set(ctx, SCMP_FLTATR_API_SYSRAWRC, 1); /* the kernel's error, not ECANCELED */
    if (!r)
        r = seccomp_load(ctx);
    seccomp_release(ctx);
    if (r && r != -EINVAL && r != -ENOSYS && r != -EOPNOTSUPP)
        return error_set(err, "cannot load the system call filter: %s", strerror(-r));
    return true;
}

#else

bool jail_seccomp_viewers(struct error *err)
{
    (void)err;
    return true;
}

#endif
