/* SPDX-License-Identifier: MIT */
/*
 * The machine process's system calls: reading and writing what is open, memory, waiting, ending. Anything else kills
 * it: each row says who needs it, and none takes a path, an address or another process. New executable memory is
 * refused as well; a translator that needs some will have to map it before.
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
    /* what is open: drives, the journal and logs (block/raw.c, inside/run_loop.c, base/read_fd.c), what bug() says */
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(fdatasync),
    SCMP_SYS(close),
    /* the link, which also brings descriptors (link/link.c) */
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* malloc, guest memory (mem/mem.c); mmap and mprotect have rules of their own below */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    /* the host's clock, where the vDSO has none; usleep(); a wait that SIGSTOP and SIGCONT interrupted */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(timer_settime), /* inside/watchdog.c; its timer is made before, its signal returns */
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    /* abort(), with tgkill below; the end */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(exit_group),
#if defined(__SANITIZE_ADDRESS__)
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getrandom),
#endif
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
    return r;
}

bool jail_seccomp(bool *in_force, struct error *err)
{
    *in_force = false;
    scmp_filter_ctx ctx = seccomp_init(DENIED);
    if (!ctx) /* NOTE: kernels before 4.14 end the thread, of which there is one. */
        ctx = seccomp_init(SCMP_ACT_KILL_THREAD);
    if (!ctx)
        return error_set(err, "libseccomp cannot make a filter");
    int r = add_rules(ctx);
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
