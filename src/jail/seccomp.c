/* SPDX-License-Identifier: MIT */
/*
 * The machine process's system calls: reading and writing what is open, memory, waiting, ending. Anything else kills
 * it: each row says who needs it, and none takes a path, an address or another process.
 */
#include "config.h"

#include "jail/jail.h"

#ifdef HAVE_SECCOMP
#include <unistd.h>

#include "base/bits.h"
#include "jail/seccomp_filter.h"

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
    /* malloc, guest memory (mem/mem.c); mmap and mprotect have rules of their own (seccomp_filter.c) */
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

bool jail_seccomp(bool *in_force, struct error *err)
{
    /* abort() sends itself SIGABRT; nobody else can be signalled. */
    const struct seccomp_rule rules[] = {
        {.call = SCMP_SYS(tgkill), .looks = true, .where = {0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0}},
    };
    const struct seccomp_list list = {allowed, ARRAY_LEN(allowed), rules, ARRAY_LEN(rules)};
    return seccomp_filter_load(&list, in_force, err);
}

#else

bool jail_seccomp(bool *in_force, struct error *err)
{
    (void)err;
    *in_force = false;
    return true;
}

#endif
