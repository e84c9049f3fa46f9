/* SPDX-License-Identifier: MIT */
/*
 * What a confined process cannot do, each in a process of its own; and what it still can. Each process is traced, so
 * that a refusal is that of the call in question: the number of the call in which it was killed is compared.
 */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/log.h"
#include "jail/jail.h"

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { DID_IT = 42, REFUSED = 43, NO_JAIL = 44, BELOW_FD = 9, PIPE_FD = 10, ABOVE_FD = 11 };
enum { MEMORY = 64 << 20, FILE_MAX = 1 << 20 };

/* How a process ended: its wait status, and the system call in which it did (-1: it could not be traced). */
struct end {
    int status;
    long nr;
};

static struct end watch(pid_t pid)
{
    struct end e = {0, -1};
    while (waitpid(pid, &e.status, 0) == pid && WIFSTOPPED(e.status)) {
        struct user_regs_struct r;
        int event = e.status >> 16, sig = WSTOPSIG(e.status);
        if (event == PTRACE_EVENT_EXIT && ptrace(PTRACE_GETREGS, pid, NULL, &r) == 0)
            e.nr = (long)r.orig_rax;
        if (sig == SIGSTOP)
            ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(uintptr_t)(PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL));
        ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)(event || sig == SIGSTOP ? 0 : sig));
    }
    return e;
}

/* Confines a child, which then tries. */
static struct end in_jail(int (*try)(const void *), const void *arg)
{
    pid_t pid = fork();
    if (pid == 0) {
        static const int keep[] = {-1, PIPE_FD};
        struct jail_spec spec = {.keep = keep, .nkeep = 2, .memory_bytes = MEMORY, .file_bytes = FILE_MAX};
        uint32_t in_force;
        struct error err;
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
            raise(SIGSTOP);
        if (!jail_enter(&spec, &in_force, &err) || !(in_force & JAIL_NO_NEW_PRIVS))
            _exit(NO_JAIL);
        _exit(try(arg));
    }
    return watch(pid);
}

struct call {
    const char *name;
    long nr;
    long arg[6];
};

/* Nothing but the call itself. */
static int make_call(const void *arg)
{
    const struct call *c = arg;
    return syscall(c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4], c->arg[5]) >= 0 ? DID_IT : REFUSED;
}

static void must_be_refused(const struct call *c)
{
    struct end e = in_jail(make_call, c);
    if (SANITIZED) {
        ck_assert_msg(WIFEXITED(e.status) && WEXITSTATUS(e.status) == REFUSED, "%s (%ld): status %x", c->name, c->nr,
                      e.status);
        return;
    }
    ck_assert_msg(WIFSIGNALED(e.status) && WTERMSIG(e.status) == SIGSYS, "%s (%ld): status %x", c->name, c->nr,
                  e.status);
    ck_assert_msg(e.nr == -1 || e.nr == c->nr, "%s (%ld): killed in call %ld", c->name, c->nr, e.nr);
}

static void must_work(const struct call *c)
{
    struct end e = in_jail(make_call, c);
    ck_assert_msg(WIFEXITED(e.status) && WEXITSTATUS(e.status) == DID_IT, "%s (%ld): status %x", c->name, c->nr,
                  e.status);
}

#define TEXT(s) ((long)(uintptr_t)(s))

static char page[4096] __attribute__((aligned(4096))); /* whose rights are to be changed, or for results */

START_TEST(jail_refuses_what_reaches_outside)
{
    const long parent = getpid(); /* NOTE: asked for here; in the child, getppid() would be what is refused */
    static const char passwd[] = "/etc/passwd", made[] = "/tmp/vitrine-jail-test";
    static const char *const argv[] = {"true", NULL};
    const struct call calls[] = {
        {"open", SYS_open, {TEXT(passwd), O_RDONLY}},
        {"openat", SYS_openat, {AT_FDCWD, TEXT(passwd), O_RDONLY}},
        {"creat", SYS_open, {TEXT(made), O_WRONLY | O_CREAT, 0600}},
        {"stat", SYS_stat, {TEXT(passwd), TEXT(page)}},
        {"fstat of a path", SYS_newfstatat, {AT_FDCWD, TEXT(passwd), TEXT(page), 0}},
        {"access", SYS_access, {TEXT(passwd), R_OK}},
        {"chdir", SYS_chdir, {TEXT("/")}},
        {"unlink", SYS_unlink, {TEXT(made)}},
        {"socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
        {"UNIX socket", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
        {"execve", SYS_execve, {TEXT("/bin/true"), TEXT(argv), TEXT(argv + 1)}},
        {"fork", SYS_fork, {0}},
        {"clone", SYS_clone, {SIGCHLD}},
        {"kill of the parent", SYS_kill, {parent, 0}},
        {"kill of itself", SYS_kill, {0, 0}},
        {"tgkill of the parent", SYS_tgkill, {parent, parent, 0}},
        {"ptrace of the parent", SYS_ptrace, {PTRACE_ATTACH, parent}},
        {"mmap of code", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
        {"mmap of writable code", SYS_mmap, {0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
        {"mprotect to code", SYS_mprotect, {TEXT(page), 4096, PROT_READ | PROT_EXEC}},
        {"mprotect to writable code", SYS_mprotect, {TEXT(page), 4096, PROT_EXEC}},
        {"pkey_mprotect to code", SYS_pkey_mprotect, {TEXT(page), 4096, PROT_EXEC, -1}},
        {"TIOCSTI", SYS_ioctl, {STDERR_FILENO, 0x5412, TEXT("x")}},
        {"prctl", SYS_prctl, {4 /* PR_SET_DUMPABLE */, 1}},
        {"setrlimit", SYS_setrlimit, {RLIMIT_NOFILE, TEXT(page)}},
    };
    if (!jail_has_seccomp())
        return;
    for (size_t i = 0; i < ARRAY_LEN(calls); i++)
        must_be_refused(&calls[i]);
}
END_TEST

/* The other side of each rule that looks at an argument. */
START_TEST(jail_allows_data_memory)
{
    const struct call calls[] = {
        {"mmap of data", SYS_mmap, {0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
        {"mmap of nothing", SYS_mmap, {0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
        {"mprotect to data", SYS_mprotect, {TEXT(page), 4096, PROT_READ | PROT_WRITE}},
    };
    for (size_t i = 0; i < ARRAY_LEN(calls); i++)
        must_work(&calls[i]);
}
END_TEST

/* --- The process that serves VNC's viewers --- */

struct viewers_call {
    struct call c;
    int error; /* -1: it is killed; 0: it works */
};

static int call_of_viewers(const struct viewers_call *v)
{
    struct error err;
    uint32_t in_force;
    const struct call *c = &v->c;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
        raise(SIGSTOP);
    if (!jail_enter_viewers(NULL, 0, &in_force, &err))
        return NO_JAIL;
    long r = syscall(c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4], c->arg[5]);
    if (v->error ? r < 0 && errno == v->error : r >= 0)
        return DID_IT;
    return REFUSED;
}

START_TEST(viewers_process_has_no_files_programs_or_code)
{
    static const char passwd[] = "/etc/passwd";
    static const char *const argv[] = {"true", NULL};
    const struct viewers_call calls[] = {
        {{"open", SYS_open, {TEXT(passwd), O_RDONLY}}, -1},
        {{"unlink", SYS_unlink, {TEXT("/tmp/vitrine-jail-test")}}, -1},
        {{"stat", SYS_stat, {TEXT(passwd), TEXT(page)}}, -1},
        {{"socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}}, -1},
        {{"socketpair", SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, TEXT(page)}}, -1},
        {{"connect", SYS_connect, {0, TEXT(page), 16}}, -1},
        {{"bind", SYS_bind, {0, TEXT(page), 16}}, -1},
        {{"execve", SYS_execve, {TEXT("/bin/true"), TEXT(argv), TEXT(argv + 1)}}, -1},
        {{"fork", SYS_fork, {0}}, -1},
        {{"clone of a process", SYS_clone, {SIGCHLD}}, -1},
        {{"kill", SYS_kill, {getpid(), 0}}, -1},
        {{"tgkill", SYS_tgkill, {getpid(), getpid(), 0}}, -1},
        {{"ptrace", SYS_ptrace, {PTRACE_ATTACH, getpid()}}, -1},
        {{"prctl", SYS_prctl, {4 /* PR_SET_DUMPABLE */, 1}}, -1},
        {{"setrlimit", SYS_setrlimit, {RLIMIT_NOFILE, TEXT(page)}}, -1},
        {{"memfd_create", SYS_memfd_create, {TEXT("x"), 0}}, -1},
        {{"mmap of code", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1}}, -1},
        {{"mmap of writable code", SYS_mmap, {0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1}}, -1},
        {{"mprotect to code", SYS_mprotect, {TEXT(page), 4096, PROT_READ | PROT_EXEC}}, -1},
        {{"mprotect to writable code", SYS_mprotect, {TEXT(page), 4096, PROT_EXEC}}, -1},
        {{"pkey_mprotect to code", SYS_pkey_mprotect, {TEXT(page), 4096, PROT_EXEC, -1}}, -1},
        {{"openat", SYS_openat, {AT_FDCWD, TEXT(passwd), O_RDONLY}}, EACCES},
        {{"fstat of a path", SYS_newfstatat, {AT_FDCWD, TEXT(passwd), TEXT(page), 0}}, EACCES},
        {{"access", SYS_access, {TEXT(passwd), R_OK}}, EACCES},
        {{"readlink", SYS_readlink, {TEXT("/proc/self/exe"), TEXT(page), 100}}, EACCES},
        {{"uname", SYS_uname, {TEXT(page)}}, EACCES},
        {{"TIOCSTI", SYS_ioctl, {STDERR_FILENO, 0x5412, TEXT("x")}}, ENOTTY},
        {{"clone3", 435, {0, 0}}, ENOSYS},
        {{"mmap of data", SYS_mmap, {0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1}}, 0},
        {{"mprotect to data", SYS_mprotect, {TEXT(page), 4096, PROT_READ | PROT_WRITE}}, 0},
        {{"eventfd2", SYS_eventfd2, {0, 0}}, 0},
        {{"pipe2", SYS_pipe2, {TEXT(page), 0}}, 0},
    };
    if (!jail_has_seccomp() || SANITIZED)
        return;
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        const struct call *c = &calls[i].c;
        pid_t pid = fork();
        if (pid == 0)
            _exit(call_of_viewers(&calls[i]));
        struct end e = watch(pid);
        if (calls[i].error >= 0) {
            ck_assert_msg(WIFEXITED(e.status) && WEXITSTATUS(e.status) == DID_IT, "%s: status %x", c->name, e.status);
            continue;
        }
        ck_assert_msg(WIFSIGNALED(e.status) && WTERMSIG(e.status) == SIGSYS, "%s: status %x", c->name, e.status);
        ck_assert_msg(e.nr == -1 || e.nr == c->nr, "%s: killed in call %ld", c->name, e.nr);
    }
}
END_TEST

static int signal_itself(const void *arg)
{
    (void)arg;
    pid_t self = getpid();
    return syscall(SYS_tgkill, self, self, 0) == 0 ? DID_IT : REFUSED;
}

START_TEST(jail_allows_a_signal_to_itself_only)
{
    struct end e = in_jail(signal_itself, NULL);
    ck_assert_msg(WIFEXITED(e.status) && WEXITSTATUS(e.status) == DID_IT, "%x", e.status);
}
END_TEST

/* The list as it is meant to be, whatever the code under test has. */
static bool on_the_list(long nr)
{
    static const long list[] = {
        SYS_read,         SYS_write,          SYS_pread64,         SYS_pwrite64,  SYS_fdatasync,
        SYS_close,        SYS_sendmsg,        SYS_recvmsg,         SYS_poll,      SYS_ppoll,
        SYS_brk,          SYS_munmap,         SYS_mremap,          SYS_madvise,   SYS_mmap,
        SYS_mprotect,     SYS_clock_gettime,  SYS_clock_nanosleep, SYS_nanosleep, SYS_restart_syscall,
        SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_getpid,          SYS_gettid,    SYS_timer_settime,
        SYS_rt_sigreturn, SYS_exit_group,
    };
    for (size_t i = 0; i < ARRAY_LEN(list); i++)
        if (list[i] == nr)
            return true;
    return false;
}

enum { LAST_CALL = 470, X32 = 0x40000000 };
/* QUIRK: Linux 6.11 and later passes these two by the filters and answers SIGILL unless a probe's trampoline calls. */
enum { URETPROBE = 335, UPROBE = 336 };

START_TEST(jail_refuses_every_other_call)
{
    if (!jail_has_seccomp() || SANITIZED)
        return;
    for (long nr = 0; nr <= LAST_CALL; nr++) {
        struct call c = {"a call by its number", nr, {0}};
        if (!on_the_list(nr) && nr != URETPROBE && nr != UPROBE)
            must_be_refused(&c);
    }
}
END_TEST

#ifdef __x86_64__
static int call_by_interrupt(const void *arg)
{
    long r;
    (void)arg;
    __asm__ volatile("int $0x80" : "=a"(r) : "a"(20L /* getpid for 32-bit programs */) : "memory");
    return r > 0 ? DID_IT : REFUSED;
}

/* A call that is on the list, by the two other ways into the kernel: for 32-bit programs and for x32's. */
START_TEST(jail_refuses_other_call_tables)
{
    struct call x32 = {"getpid of x32", X32 | SYS_getpid, {0}};
    if (!jail_has_seccomp() || SANITIZED)
        return;
    must_be_refused(&x32);
    int status = in_jail(call_by_interrupt, NULL).status;
    /* SIGSEGV: the kernel is built without that way. */
    ck_assert_msg(WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV), "%x", status);
}
END_TEST
#endif

static int landlock_alone(void)
{
    bool on;
    struct error err;
    pid_t pid = fork();
    if (pid == 0) {
        /* Without the filter, Landlock by itself keeps the file system shut. It needs no_new_privs or capabilities. */
        if (!jail_capabilities(&err) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || !jail_landlock(&on, &err))
            _exit(NO_JAIL);
        _exit(!on ? 0 : open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? REFUSED : DID_IT);
    }
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(jail_landlock_shuts_the_file_system)
{
    int r = landlock_alone();
    if (r == 0) {
        fprintf(stderr, "skipped: the file system behind Landlock, which this kernel does not have\n");
        return;
    }
    ck_assert_int_eq(r, REFUSED);
}
END_TEST

enum { SOCKETS_ABI = 4 }; /* landlock(7): the first one that knows TCP */

static int landlock_connects(const void *port)
{
    bool on;
    struct error err;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = *(const uint16_t *)port};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int before = socket(AF_INET, SOCK_STREAM, 0), after = socket(AF_INET, SOCK_STREAM, 0);
    /* Before, it works: what refuses it afterwards is not the network. */
    if (connect(before, (struct sockaddr *)&to, sizeof to) < 0)
        return NO_JAIL;
    if (!jail_capabilities(&err) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || !jail_landlock(&on, &err) || !on)
        return NO_JAIL;
    if (connect(after, (struct sockaddr *)&to, sizeof to) == 0)
        return DID_IT;
    return errno == EACCES ? REFUSED : -1;
}

/* Without the filter, Landlock by itself lets nobody be connected to. */
START_TEST(jail_landlock_shuts_the_network)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    int status = 0, listener = socket(AF_INET, SOCK_STREAM, 0);
    long abi = syscall(LL_SYS_CREATE_RULESET, NULL, 0, LL_CREATE_RULESET_VERSION);
    if (abi < SOCKETS_ABI) {
        fprintf(stderr, "skipped: TCP behind Landlock, which needs ABI %d; this kernel has %ld\n", SOCKETS_ABI, abi);
        return;
    }
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(listener, 4), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(landlock_connects(&at.sin_port));
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == REFUSED, "a connect: status %x", status);
}
END_TEST

/* The number of rights of each kind, from Documentation/userspace-api/landlock.rst: both sides of each ABI. */
START_TEST(jail_landlock_denies_all_that_an_abi_knows)
{
    static const struct {
        long abi;
        uint64_t fs, net, scoped;
    } rows[] = {
        {1, 0x1fff, 0, 0}, {2, 0x3fff, 0, 0}, {3, 0x7fff, 0, 0}, {4, 0x7fff, 3, 0},
        {5, 0xffff, 3, 0}, {6, 0xffff, 3, 3}, {7, 0xffff, 3, 3},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ll_ruleset_attr a;
        jail_landlock_rights(rows[i].abi, &a);
        ck_assert_msg(a.handled_access_fs == rows[i].fs, "ABI %ld: files", rows[i].abi);
        ck_assert_msg(a.handled_access_net == rows[i].net, "ABI %ld: network", rows[i].abi);
        ck_assert_msg(a.scoped == rows[i].scoped, "ABI %ld: scopes", rows[i].abi);
    }
}
END_TEST

/* fcntl is not among the allowed calls: that the two others are closed is seen by writing to them. */
static int keep_working(const void *arg)
{
    (void)arg;
    struct pollfd p = {.fd = PIPE_FD, .events = POLLOUT};
    struct timespec ts;
    char *m = malloc(1 << 20), *n = realloc(m, 5 << 20);
    void *map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool good = n && map != MAP_FAILED && poll(&p, 1, 0) == 1 && write(PIPE_FD, "ok", 2) == 2 &&
                clock_gettime(CLOCK_MONOTONIC, &ts) == 0 && munmap(map, 1 << 20) == 0;
    good = good && write(BELOW_FD, "x", 1) < 0 && errno == EBADF;
    good = good && write(ABOVE_FD, "x", 1) < 0 && errno == EBADF;
    return good ? DID_IT : REFUSED;
}

START_TEST(jail_keeps_what_was_given)
{
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[1], PIPE_FD), PIPE_FD);
    ck_assert_int_eq(dup2(fds[1], BELOW_FD), BELOW_FD);
    ck_assert_int_eq(dup2(fds[1], ABOVE_FD), ABOVE_FD);
    int status = in_jail(keep_working, NULL).status;
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == DID_IT, "%x", status);
    char got[2];
    ck_assert_int_eq(read(fds[0], got, 2), 2);
    ck_assert_mem_eq(got, "ok", 2);
}
END_TEST

static int take_memory(const void *arg)
{
    return mmap(NULL, *(const size_t *)arg, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? REFUSED
               : DID_IT;
}

START_TEST(jail_limits_memory)
{
    static const size_t fits = MEMORY - (2 << 20), beyond = MEMORY + 4096; /* libseccomp takes a little */
    if (SANITIZED)
        return;
    ck_assert_int_eq(WEXITSTATUS(in_jail(take_memory, &fits).status), DID_IT);
    ck_assert_int_eq(WEXITSTATUS(in_jail(take_memory, &beyond).status), REFUSED);
}
END_TEST

static int write_last_byte(const void *arg)
{
    return pwrite(PIPE_FD, "x", 1, *(const off_t *)arg) == 1 ? DID_IT : REFUSED;
}

START_TEST(jail_limits_the_size_of_files)
{
    static const off_t last = FILE_MAX - 1, beyond = FILE_MAX;
    char name[] = "/tmp/vitrine-jail.XXXXXX";
    int fd = mkstemp(name);
    unlink(name);
    ck_assert_int_eq(dup2(fd, PIPE_FD), PIPE_FD);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(WEXITSTATUS(in_jail(write_last_byte, &last).status), DID_IT);
    ck_assert_int_eq(WEXITSTATUS(in_jail(write_last_byte, &beyond).status), REFUSED);
}
END_TEST

static int make_bug(const void *arg)
{
    (void)arg;
    bug("a test of %s", "bug()");
}

START_TEST(jail_lets_a_bug_speak_and_abort)
{
    int fds[2];
    char text[256] = "";
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
    int status = in_jail(make_bug, NULL).status;
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "%x", status);
    ck_assert(!WCOREDUMP(status));
    ck_assert_int_gt(read(fds[0], text, sizeof text - 1), 0);
    ck_assert_ptr_nonnull(strstr(text, "a test of bug()"));
}
END_TEST

/* The process for viewers reports its layers, and has them: seen from outside while it waits. */
START_TEST(jail_viewers_report_what_is_in_force)
{
    int up[2], down[2];
    uint32_t want = JAIL_ALL & ~(landlock_alone() ? 0u : JAIL_LANDLOCK) & ~(jail_has_seccomp() ? 0u : JAIL_SECCOMP);
    ck_assert(pipe(up) == 0 && pipe(down) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        const int keep[] = {up[1], down[0]};
        uint32_t in_force;
        struct error err;
        char end;
        if (!jail_enter_viewers(keep, ARRAY_LEN(keep), &in_force, &err) ||
            write(up[1], &in_force, sizeof in_force) != sizeof in_force)
            _exit(NO_JAIL);
        _exit(read(down[0], &end, 1) == 0 ? DID_IT : REFUSED);
    }
    uint32_t in_force;
    close(up[1]);
    ck_assert_int_eq(read(up[0], &in_force, sizeof in_force), sizeof in_force);
    ck_assert_uint_eq(in_force, want);
    static const int none[] = {RLIMIT_CORE, RLIMIT_FSIZE};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        struct rlimit r;
        ck_assert_int_eq(prlimit(pid, (__rlimit_resource_t)none[i], NULL, &r), 0);
        ck_assert_msg(r.rlim_cur == 0 && r.rlim_max == 0, "limit %d is %llu", none[i], (unsigned long long)r.rlim_max);
    }
    int status;
    close(down[1]);
    waitpid(pid, &status, 0);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == DID_IT, "status %x", status);
    close(up[0]);
    close(down[0]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("jail");
    TCase *t = tcase_create("jail");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, jail_refuses_what_reaches_outside);
    tcase_add_test(t, jail_refuses_every_other_call);
#ifdef __x86_64__
    tcase_add_test(t, jail_refuses_other_call_tables);
#endif
    tcase_add_test(t, jail_allows_data_memory);
    tcase_add_test(t, viewers_process_has_no_files_programs_or_code);
    tcase_add_test(t, jail_allows_a_signal_to_itself_only);
    tcase_add_test(t, jail_landlock_shuts_the_file_system);
    tcase_add_test(t, jail_landlock_shuts_the_network);
    tcase_add_test(t, jail_landlock_denies_all_that_an_abi_knows);
    tcase_add_test(t, jail_keeps_what_was_given);
    tcase_add_test(t, jail_limits_memory);
    tcase_add_test(t, jail_limits_the_size_of_files);
    tcase_add_test(t, jail_lets_a_bug_speak_and_abort);
    tcase_add_test(t, jail_viewers_report_what_is_in_force);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
