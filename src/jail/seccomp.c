/* SPDX-License-Identifier: MIT */
/*
 * The machine process's system calls: reading and writing what is open, memory, waiting, ending.
 * Anything else kills it. New executable memory is refused as well; a translator that needs some
 * will have to map it before.
 */
#include "config.h"

#include "jail/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bits.h"

#ifdef HAVE_SECCOMP
#include <seccomp.h>

static const int allowed[] = {
    /* the descriptors that it was given */
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(close),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* memory: new mappings are further checked below */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    /* time and waiting */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(timer_settime), /* inside/watchdog.c; its timer is made before */
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getrandom),
    /* signals to itself, abort, the end */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

#if defined(__SANITIZE_ADDRESS__)
/* QUIRK: AddressSanitizer opens files of /proc when it reports; it is told "no" instead of being
 * killed. */
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
    /* abort() sends itself SIGABRT; nobody else can be signalled. */
    if (!r)
        r = seccomp_rule_add_array(
            ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
            &(struct scmp_arg_cmp){.arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)getpid()});
    /* glibc asks for a stream's terminal settings before it buffers; the answer is no. */
    if (!r)
        r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
    return r;
}

bool jail_seccomp(bool *in_force, struct error *err)
{
    *in_force = false;
    scmp_filter_ctx ctx = seccomp_init(DENIED);
    if (!ctx)
        return error_set(err, "libseccomp cannot make a filter");
    int r = add_rules(ctx);
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

bool jail_seccomp(bool *in_force, struct error *err)
{
    (void)err;
    *in_force = false;
    return true;
}

bool jail_has_seccomp(void)
{
    return false;
}

#endif
