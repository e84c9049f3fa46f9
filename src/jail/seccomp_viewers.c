/* SPDX-License-Identifier: MIT */
/*
 * The system calls of the process that serves VNC's viewers: what libvncserver's threads need, taking connections, and
 * memory that is not executable. Anything else kills it.
 */
#include "config.h"

#include "jail/jail.h"

#ifdef HAVE_SECCOMP
#include <errno.h>
#include <sched.h>

#include "base/bits.h"
#include "jail/seccomp_filter.h"

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
    /* memory; mmap and mprotect have rules of their own (seccomp_filter.c) */
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

static const struct seccomp_rule rules[] = {
    /*
     * NOTE: a filter cannot read clone3's flags, which lie in memory; glibc falls back to clone, whose flags say
     * whether it makes a thread.
     */
    {.call = SCMP_SYS(clone), .looks = true, .where = {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD}},
    {.call = SCMP_SYS(clone3), .fails_with = ENOSYS},
    {.call = SCMP_SYS(ioctl), .fails_with = ENOTTY},
    /* Libraries look for configuration and time zones when they like; there is none. */
    {.call = SCMP_SYS(openat), .fails_with = EACCES},
    {.call = SCMP_SYS(newfstatat), .fails_with = EACCES},
    {.call = SCMP_SYS(access), .fails_with = EACCES},
    {.call = SCMP_SYS(readlink), .fails_with = EACCES},
    {.call = SCMP_SYS(uname), .fails_with = EACCES},
};

bool jail_seccomp_viewers(bool *in_force, struct error *err)
{
    static const struct seccomp_list list = {allowed, ARRAY_LEN(allowed), rules, ARRAY_LEN(rules)};
    return seccomp_filter_load(&list, in_force, err);
}

#else

bool jail_seccomp_viewers(bool *in_force, struct error *err)
{
    (void)err;
    *in_force = false;
    return true;
}

#endif
