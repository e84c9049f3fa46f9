/* SPDX-License-Identifier: MIT */
/* A vitrine under ptrace. */
#include "config.h"

#include "traced.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    EVENTS = PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL
};
enum { SYSCALL_STOP = SIGTRAP | 0x80, SYSCALL_BYTES = 2 };

/* The terminal is read all the time, so that nobody waits for it. */
static void keep_reading(struct traced *t, int master)
{
    char part[4096];
    int out = open(t->out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    t->reader = fork();
    if (t->reader == 0) {
        for (ssize_t n; (n = read(master, part, sizeof part)) > 0 || (n < 0 && errno == EINTR);)
            if (n > 0 && write(out, part, (size_t)n) != n)
                break;
        _exit(0);
    }
    close(out);
}

static void read_syscall(struct traced *t)
{
    struct user_regs_struct r;
    ptrace(PTRACE_GETREGS, t->machine, NULL, &r);
    const long a[6] = {(long)r.rdi, (long)r.rsi, (long)r.rdx, (long)r.r10, (long)r.r8, (long)r.r9};
    memcpy(t->arg, a, sizeof a);
    t->nr = (long)r.orig_rax;
    t->result = (long)r.rax;
}

static bool at_entry(const struct traced *t)
{
    struct __ptrace_syscall_info info;
    memset(&info, 0, sizeof info);
    ptrace(PTRACE_GET_SYSCALL_INFO, t->machine, (void *)sizeof info, &info);
    return info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

/* At its exec: the stack holds argc, argv, environment, auxiliary vector. */
static void look_at_stack(struct traced *t)
{
    enum { AT_EXECFN_TYPE = 31 };
    struct user_regs_struct r;
    ptrace(PTRACE_GETREGS, t->machine, NULL, &r);
    unsigned long at = r.rsp;
    long argc = ptrace(PTRACE_PEEKDATA, t->machine, (void *)at, NULL);
    t->name_at = (unsigned long)ptrace(PTRACE_PEEKDATA, t->machine, (void *)(at + 8), NULL);
    at += 8 * ((unsigned long)argc + 2);
    t->no_environment = ptrace(PTRACE_PEEKDATA, t->machine, (void *)at, NULL) == 0;
    while (ptrace(PTRACE_PEEKDATA, t->machine, (void *)at, NULL))
        at += 8;
    for (at += 8;; at += 16) {
        long type = ptrace(PTRACE_PEEKDATA, t->machine, (void *)at, NULL);
        if (type == AT_EXECFN_TYPE)
            t->path_at = (unsigned long)ptrace(PTRACE_PEEKDATA, t->machine, (void *)(at + 8), NULL);
        if (!type)
            return;
    }
}

/* Waits until the machine process stops; others go on. Its wait status, -1: it is gone. */
static int wait_for_machine(struct traced *t)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            return -1;
        if (pid == t->reader)
            continue;
        if (pid == t->machine)
            return WIFSTOPPED(status) ? status : -1;
        if (!WIFSTOPPED(status)) {
            if (pid == t->front && t->machine <= 0)
                return -1;
            continue;
        }
        int event = status >> 16, sig = WSTOPSIG(status);
        if (pid == t->front && event == PTRACE_EVENT_FORK) {
            unsigned long child;
            ptrace(PTRACE_GETEVENTMSG, pid, NULL, &child);
            t->machine = (pid_t)child;
        }
        ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)(event || sig == SIGTRAP || sig == SIGSTOP ? 0 : sig));
    }
}

bool traced_start(struct traced *t, const char *dir, char **argv)
{
    int master, status;
    const char *program = getenv("VITRINE");
    memset(t, 0, sizeof *t);
    snprintf(t->out, sizeof t->out, "%s/out", dir);
    t->front = forkpty(&master, NULL, NULL, NULL);
    if (t->front == 0) {
        argv[0] = (char *)(uintptr_t)(program ? program : "./vitrine");
        setenv("VITRINE_TEST_SECRET", "1", 1);
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
            _exit(99);
        execv(argv[0], argv);
        _exit(98);
    }
    keep_reading(t, master);
    close(master);
    if (waitpid(t->front, &status, 0) != t->front || !WIFSTOPPED(status))
        return false;
    ptrace(PTRACE_SETOPTIONS, t->front, NULL, (void *)(uintptr_t)EVENTS);
    ptrace(PTRACE_CONT, t->front, NULL, NULL);
    while ((status = wait_for_machine(t)) >= 0 && status >> 16 != PTRACE_EVENT_EXEC)
        ptrace(PTRACE_CONT, t->machine, NULL, NULL);
    if (status >= 0)
        look_at_stack(t);
    return status >= 0;
}

void traced_put_name(struct traced *t, const char *seven)
{
    long word = 0;
    memcpy(&word, seven, strnlen(seven, sizeof word - 1));
    ptrace(PTRACE_POKEDATA, t->machine, (void *)t->name_at, (void *)word);
}

enum stop traced_next(struct traced *t)
{
    int pass = 0;
    for (;;) {
        ptrace(PTRACE_SYSCALL, t->machine, NULL, (void *)(uintptr_t)pass);
        int status = wait_for_machine(t);
        if (status < 0)
            return STOP_GONE;
        pass = 0;
        if (status >> 16 == PTRACE_EVENT_EXIT) {
            unsigned long how;
            ptrace(PTRACE_GETEVENTMSG, t->machine, NULL, &how);
            t->signal = (int)(how & 0x7f);
            read_syscall(t);
            return STOP_EXITING;
        }
        if (WSTOPSIG(status) == SYSCALL_STOP) {
            read_syscall(t);
            return at_entry(t) ? STOP_ENTRY : STOP_RETURN;
        }
        if (!(status >> 16) && WSTOPSIG(status) != SIGTRAP)
            pass = WSTOPSIG(status);
    }
}

bool traced_reach(struct traced *t, long nr, long arg0)
{
    for (;;) {
        enum stop s = traced_next(t);
        if (s == STOP_ENTRY && t->nr == nr && (arg0 < 0 || t->arg[0] == arg0))
            return true;
        if (s == STOP_EXITING || s == STOP_GONE)
            return false;
    }
}

enum stop traced_try(struct traced *t, long nr, const long arg[6])
{
    struct user_regs_struct own, r;
    ptrace(PTRACE_GETREGS, t->machine, NULL, &own);
    r = own;
    r.orig_rax = (unsigned long)nr;
    r.rdi = (unsigned long)arg[0];
    r.rsi = (unsigned long)arg[1];
    r.rdx = (unsigned long)arg[2];
    r.r10 = (unsigned long)arg[3];
    r.r8 = (unsigned long)arg[4];
    r.r9 = (unsigned long)arg[5];
    ptrace(PTRACE_SETREGS, t->machine, NULL, &r);
    enum stop s = traced_next(t);
    if (s != STOP_RETURN)
        return s;
    /* NOTE: a call that kills "returns" too, with its number in place of a result; the end comes behind that. */
    long result = t->result, made = t->nr;
    own.rax = own.orig_rax;
    own.orig_rax = (unsigned long)-1; /* nothing to restart by itself */
    own.rip -= SYSCALL_BYTES;
    ptrace(PTRACE_SETREGS, t->machine, NULL, &own);
    s = traced_next(t);
    t->result = result;
    t->nr = made;
    return s == STOP_ENTRY ? STOP_RETURN : s;
}

long long traced_status(const struct traced *t, const char *name, int base)
{
    char path[64], line[256];
    long long value = -1;
    size_t n = strlen(name);
    snprintf(path, sizeof path, "/proc/%d/status", (int)t->machine);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, name, n) && line[n] == ':')
            value = strtoll(line + n + 1, NULL, base);
    if (f)
        fclose(f);
    return value;
}

char *traced_end(struct traced *t)
{
    enum { OUTPUT_MAX = 4 << 20 };
    int status;
    char *text = calloc(1, OUTPUT_MAX + 1);
    if (t->machine > 0) {
        kill(t->machine, SIGKILL);
        ptrace(PTRACE_CONT, t->machine, NULL, NULL); /* where it stands on its way out already */
    }
    kill(t->front, SIGKILL);
    for (unsigned left = t->machine > 0 ? 3 : 2; left;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno != EINTR)
            break;
        if (pid > 0 && WIFSTOPPED(status)) /* on its way out */
            ptrace(PTRACE_CONT, pid, NULL, NULL);
        else if (pid > 0 && (pid == t->front || pid == t->machine || pid == t->reader))
            left--;
    }
    FILE *f = fopen(t->out, "re");
    if (f) {
        size_t n = fread(text, 1, OUTPUT_MAX, f);
        text[n] = 0;
        fclose(f);
    }
    return text;
}
