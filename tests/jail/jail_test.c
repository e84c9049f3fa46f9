/* SPDX-License-Identifier: MIT */
/* What a confined process cannot do, each in a process of its own; and what it still can. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "jail/jail.h"

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { DID_IT = 42, REFUSED = 43, NO_JAIL = 44, PIPE_FD = 10, OTHER_FD = 11 };

/* Confines a child, which then tries; gives its wait status. */
static int in_jail(int (*try)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        static const int keep[] = {PIPE_FD};
        uint32_t in_force;
        struct error err;
        if (!jail_enter(keep, 1, 0, &in_force, &err) || !(in_force & JAIL_NO_NEW_PRIVS))
            _exit(NO_JAIL);
        _exit(try());
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static int tell(long r)
{
    return r >= 0 ? DID_IT : REFUSED;
}

static int try_open(void)
{
    return tell(open("/etc/passwd", O_RDONLY));
}
static int try_create(void)
{
    return tell(open("/tmp/vitrine-jail-test", O_WRONLY | O_CREAT, 0600));
}
static int try_socket(void)
{
    return tell(socket(AF_INET, SOCK_STREAM, 0));
}
static int try_unix_socket(void)
{
    return tell(socket(AF_UNIX, SOCK_STREAM, 0));
}
static int try_execve(void)
{
    char *argv[] = {(char *)(uintptr_t) "true", NULL};
    return tell(execve("/bin/true", argv, argv + 1));
}
static int try_fork(void)
{
    return tell(fork());
}
static int try_kill(void)
{
    return tell(kill(getppid(), 0));
}
static int try_tgkill(void)
{
    return tell(syscall(SYS_tgkill, getppid(), getppid(), 0));
}
static int try_ptrace(void)
{
    return tell(ptrace(PTRACE_TRACEME, 0, 0, 0));
}
static int try_unlink(void)
{
    return tell(unlink("/tmp/vitrine-jail-test"));
}
static int try_exec_memory(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? REFUSED : DID_IT;
}
static int try_ioctl(void)
{
    /* TIOCSTI would type into the terminal that vitrine was started on. */
    return tell(syscall(SYS_ioctl, STDERR_FILENO, 0x5412, "x"));
}

START_TEST(jail_refuses_what_reaches_outside)
{
    static const struct {
        int (*try)(void);
        const char *name;
    } tries[] = {
        {try_open, "open"},
        {try_create, "create"},
        {try_socket, "socket"},
        {try_unix_socket, "unix socket"},
        {try_execve, "execve"},
        {try_fork, "fork"},
        {try_kill, "kill"},
        {try_tgkill, "tgkill"},
        {try_ptrace, "ptrace"},
        {try_unlink, "unlink"},
        {try_exec_memory, "PROT_EXEC"},
    };
    if (!jail_has_seccomp())
        return;
    for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
        int status = in_jail(tries[i].try);
        if (SANITIZED)
            ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == REFUSED, "%s: %x", tries[i].name, status);
        else
            ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "%s: %x", tries[i].name, status);
    }
    int status = in_jail(try_ioctl);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == REFUSED, "ioctl: %x", status);
}
END_TEST

static int landlock_alone(void)
{
    bool on;
    struct error err;
    pid_t pid = fork();
    if (pid == 0) {
        /* Without the filter, Landlock by itself keeps the file system shut. All but root need no_new_privs for it. */
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || !jail_landlock(&on, &err))
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

/* fcntl is not among the allowed calls: that OTHER_FD is closed is seen by writing to it. */
static int keep_working(void)
{
    struct pollfd p = {.fd = PIPE_FD, .events = POLLOUT};
    struct timespec ts;
    char *m = malloc(1 << 20), *n = realloc(m, 5 << 20);
    void *map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool good = n && map != MAP_FAILED && poll(&p, 1, 0) == 1 && write(PIPE_FD, "ok", 2) == 2 &&
                clock_gettime(CLOCK_MONOTONIC, &ts) == 0 && munmap(map, 1 << 20) == 0;
    good = good && write(OTHER_FD, "x", 1) < 0 && errno == EBADF;
    return good ? DID_IT : REFUSED;
}

START_TEST(jail_keeps_what_was_given)
{
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[1], PIPE_FD), PIPE_FD);
    ck_assert_int_eq(dup2(fds[1], OTHER_FD), OTHER_FD);
    int status = in_jail(keep_working);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == DID_IT, "%x", status);
    char got[2];
    ck_assert_int_eq(read(fds[0], got, 2), 2);
    ck_assert_mem_eq(got, "ok", 2);
}
END_TEST

static int call_abort(void)
{
    abort();
}

START_TEST(jail_lets_a_bug_abort)
{
    int status = in_jail(call_abort);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "%x", status);
    ck_assert(!WCOREDUMP(status));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("jail");
    TCase *t = tcase_create("jail");
    tcase_add_test(t, jail_refuses_what_reaches_outside);
    tcase_add_test(t, jail_landlock_shuts_the_file_system);
    tcase_add_test(t, jail_keeps_what_was_given);
    tcase_add_test(t, jail_lets_a_bug_abort);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
