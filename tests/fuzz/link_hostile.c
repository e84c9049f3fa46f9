/* SPDX-License-Identifier: MIT */
/*
 * link_hostile [FIRST COUNT [SCENARIOS]]: the real front end against a machine process that lies. Every scenario
 * (link_machine.c), then COUNT streams out of the seeds from FIRST on. Held after each: the front end ends by itself
 * and in time, not by a signal, with the status and the line that belong to it, within MEMORY_MAX, without a control
 * character on the terminal, and closed no descriptor twice.
 */
#include "config.h"

#include "tests/fuzz/link_hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"
#include "base/bits.h"
#include "link/link.h"
#include "link/vnc_link.h"
#include "vnc/vnc_process.h"

enum { PATIENCE_MS = 60000, MEMORY_MAX = 128 << 10 /* KiB */, AUDITED = 1024, TEXT_MAX = 1 << 20 };

/* --- Descriptors of the front end: none is closed twice, or written to after it was closed --- */

int __real_close(int fd);
int __wrap_close(int fd);
ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __real_dup2(int from, int to);
int __wrap_dup2(int from, int to);

static bool auditing;
static bool was_closed[AUDITED];

static void accuse(const char *what, int fd)
{
    char line[80];
    int n = snprintf(line, sizeof line, "%s of descriptor %d\n", what, fd);
    int to = open(getenv("LINK_AUDIT"), O_WRONLY | O_APPEND);
    if (to >= 0 && __real_write(to, line, (size_t)n) == n)
        __real_close(to);
}

/* The number stays taken, by a descriptor that can do nothing: what uses it once more is seen. */
int __wrap_close(int fd)
{
    if (!auditing || fd < 0 || fd >= AUDITED)
        return __real_close(fd);
    if (was_closed[fd] || fcntl(fd, F_GETFD) < 0) {
        accuse(was_closed[fd] ? "second close" : "close without open", fd);
        return -1;
    }
    int nothing = open("/", O_PATH | O_CLOEXEC);
    was_closed[fd] = nothing >= 0 && dup3(nothing, fd, O_CLOEXEC) == fd;
    return __real_close(nothing);
}

ssize_t __wrap_write(int fd, const void *data, size_t len)
{
    if (auditing && fd >= 0 && fd < AUDITED && was_closed[fd])
        accuse("write after close", fd);
    return __real_write(fd, data, len);
}

int __wrap_dup2(int from, int to)
{
    if (auditing && from >= 0 && from < AUDITED && was_closed[from])
        accuse("dup2 after close", from);
    if (auditing && to >= 0 && to < AUDITED)
        was_closed[to] = false;
    return __real_dup2(from, to);
}

/* --- Running it once --- */

struct run {
    const char *name;
    const struct scenario *s; /* NULL: a stream */
    uint32_t seed;
    enum setup setup;
    char uuid[40];
    int status; /* as wait() has it */
    bool late;
    off_t saved;                     /* bytes of the file that pmemsave made */
    long memory;                     /* KiB */
    char *terminal, *client, *audit; /* what was written there */
};

static char folder[] = "/tmp/link-hostile-XXXXXX";

static char *contents(const char *path)
{
    char *text = calloc(1, TEXT_MAX);
    int fd = open(path, O_RDONLY);
    ssize_t n = fd >= 0 && text ? read(fd, text, TEXT_MAX - 1) : -1;
    if (n < 0) {
        perror(path);
        exit(2);
    }
    for (ssize_t i = 0; i < n; i++)
        if (!text[i])
            text[i] = '0';
    close(fd);
    return text;
}

static void put_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
        perror(path);
        exit(2);
    }
    close(fd);
}

static size_t front_options(const struct run *r, const char **a)
{
    size_t n = 0;
    static const char *const plain[] = {
        "-debugcon", "file:e9h", "-audiodev", "wav,id=a,path=sound", "-machine", "pcspk-audiodev=a", "-d",
        "int",       "-D",       "log",       "--input-script",      "script"};
    a[n++] = "link_hostile";
    a[n++] = "front";
    a[n++] = "-display";
    a[n++] = "none";
    a[n++] = "-uuid";
    a[n++] = r->uuid;
    a[n++] = "-serial";
    a[n++] = r->setup == SETUP_STUCK ? "stdio" : "file:com1";
    a[n++] = "-monitor";
    a[n++] = "none";
    if (r->setup != SETUP_STUCK && r->setup != SETUP_DAEMON) {
        a[n++] = "-qmp";
        a[n++] = "stdio";
    }
    if (r->setup == SETUP_DAEMON)
        a[n++] = "-daemonize";
    for (size_t i = 0; i < ARRAY_LEN(plain) && r->setup != SETUP_BARE; i++)
        a[n++] = plain[i];
#ifdef HAVE_VNCSERVER
    if (r->setup != SETUP_BARE) {
        a[n++] = "-vnc";
        a[n++] = "unix:vnc";
    }
#endif
    a[n] = NULL;
    return n;
}

/* alive: a pipe that is at its end when the last process is. */
static _Noreturn void become_front(const struct run *r, int in, int out)
{
    const char *args[64];
    int err = open("terminal", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    front_options(r, args);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execv("/proc/self/exe", (char **)(uintptr_t)args);
    _exit(127);
}

static long ms_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void nap(void)
{
    struct timespec ts = {0, 2000000};
    nanosleep(&ts, NULL);
}

static void await(struct run *r, pid_t front, long until)
{
    struct rusage used;
    pid_t done;
    memset(&used, 0, sizeof used);
    while ((done = wait4(front, &r->status, WNOHANG, &used)) == 0 && ms_now() < until)
        nap();
    r->late = done == 0;
    if (r->late) {
        kill(front, SIGKILL);
        wait4(front, &r->status, 0, &used);
    }
    r->memory = used.ru_maxrss;
}

/* Until nobody has the other end of the pipe. */
static bool await_all(int alive, long until)
{
    char c;
    fcntl(alive, F_SETFL, O_NONBLOCK);
    while (read(alive, &c, 1) < 0 && ms_now() < until)
        nap();
    return read(alive, &c, 1) == 0;
}

/* What the client of a stream asks for. */
static const char stream_commands[] =
    "{\"execute\":\"pmemsave\",\"arguments\":{\"val\":0,\"size\":4096,\"filename\":\"memory\"}}\n"
    "{\"execute\":\"screendump\",\"arguments\":{\"filename\":\"picture\"}}\n"
    "{\"execute\":\"query-block\"}\n{\"execute\":\"stop\"}\n{\"execute\":\"cont\"}\n"
    "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"info registers\"}}\n"
    "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"log int\"}}\n"
    "{\"execute\":\"x-vitrine-text-screen\"}\n{\"execute\":\"system_reset\"}\n"
    "{\"execute\":\"send-key\",\"arguments\":{\"keys\":[{\"type\":\"qcode\",\"data\":\"a\"}]}}\n";

static void run_front(struct run *r)
{
    int in[2], out[2] = {-1, -1}, alive[2];
    static const char negotiate[] = "{\"execute\":\"qmp_capabilities\"}\n", quit[] = "{\"execute\":\"quit\"}\n";
    const char *commands = !r->s ? stream_commands : r->s->qmp ? r->s->qmp : "";
    bool quits = !r->s || r->s->qmp || r->s->outcome == GOES_ON; /* after the command is done */
    if (pipe2(in, O_CLOEXEC) || pipe(alive) || (r->setup == SETUP_STUCK && pipe2(out, O_CLOEXEC)))
        exit(2);
    fcntl(alive[0], F_SETFD, FD_CLOEXEC);
    put_file("script", "at 3600s screenshot shot1\nat 3600s screenshot shot2\n");
    put_file("audit", "");
    unlink("memory");
    if (out[1] < 0)
        out[1] = open("client", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    else
        put_file("client", "");
    pid_t front = fork();
    if (front == 0)
        become_front(r, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    close(alive[1]);
    bool whole = r->setup == SETUP_STUCK || r->setup == SETUP_DAEMON ||
                 dprintf(in[1], "%s%s\n%s", negotiate, commands, quits ? quit : "") > 0;
    long until = ms_now() + PATIENCE_MS;
    if (r->setup == SETUP_STUCK && r->s && strstr(r->s->name, "quit")) {
        nap();
        poll(NULL, 0, 200);
        kill(front, SIGTERM);
    }
    await(r, front, until);
    if (r->setup == SETUP_DAEMON && r->s && r->s->outcome == GOES_ON)
        until = ms_now() + 10000; /* the machine ends by itself when nobody says anything for a while */
    r->late |= !await_all(alive[0], until) || !whole;
    close(in[1]);
    close(alive[0]);
    if (out[0] >= 0)
        close(out[0]);
    struct stat st;
    r->saved = stat("memory", &st) == 0 ? st.st_size : 0;
    r->terminal = contents("terminal");
    r->client = contents("client");
    r->audit = contents("audit");
}

/* --- Judging --- */

static const char *steering(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7f ||
            ((unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0))
            return text;
    return NULL;
}

static unsigned lines(const char *text)
{
    unsigned n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static const char *judge_scenario(const struct run *r)
{
    static const char lie[] = "vitrine: the machine process sent what it must not send (";
    const struct scenario *s = r->s;
    int status = WEXITSTATUS(r->status);
    bool daemon = r->setup == SETUP_DAEMON;
    bool notes = s->says && strstr(s->says, "NOTE") && strstr(s->says, "too many");
    const char *last = strstr(r->terminal, lie);
    if (daemon && status)
        return "the parent's status is not 0";
    if (daemon)
        return NULL;
    if (s->outcome != GOES_ON && status != 1)
        return "its status is not 1";
    if (s->outcome == GOES_ON && last)
        return "it distrusts what may be sent";
    if (s->outcome == CAUGHT && !last)
        return "it does not say what was wrong";
    if (s->says && !strstr(last ? last : r->terminal, s->says))
        return "its line has other words";
    if (lines(r->terminal) != (s->says ? 1 : 0) && !notes)
        return "it says more or less than one line";
    if (s->reply && !strstr(r->client, s->reply))
        return "the QMP client reads something else";
    return NULL;
}

static const char *judge(const struct run *r)
{
    if (r->late)
        return "it did not end in time";
    if (!WIFEXITED(r->status))
        return "it was ended by a signal";
    if (strstr(r->terminal, "ERROR: ") || strstr(r->terminal, "runtime error") || strstr(r->terminal, "internal error"))
        return "a sanitizer or bug() speaks";
    if (r->audit[0])
        return "a descriptor was used after its close";
    if (steering(r->terminal))
        return "a control character is on the terminal";
#ifndef __SANITIZE_ADDRESS__
    if (r->memory > MEMORY_MAX)
        return "it took too much memory";
#endif
    if (r->saved > 4096)
        return "the file of memory is longer than what was asked for";
    if (WEXITSTATUS(r->status) == 127)
        return "it did not start";
    return r->s ? judge_scenario(r) : NULL;
}

static bool run_one(struct run *r)
{
    snprintf(r->uuid, sizeof r->uuid, "%08x-%04x-4000-8000-000000000000", r->seed,
             r->s ? (unsigned)(r->s - scenarios) : SCENARIO_RANDOM);
    long began = ms_now();
    run_front(r);
    const char *wrong = judge(r);
    if (wrong || getenv("LINK_SHOW"))
        printf("%s: '%s' seed %u: %s: status %x, %ld KiB, %ld ms\n--- terminal:\n%.2000s--- client:\n%.1000s--- "
               "audit:\n%s",
               wrong ? "FAIL" : "ok", r->name, r->seed, wrong ? wrong : "", (unsigned)r->status, r->memory,
               ms_now() - began, r->terminal, r->client, r->audit);
    free(r->terminal);
    free(r->client);
    free(r->audit);
    return !wrong;
}

static void remove_folder(void)
{
    static const char *const names[] = {"script", "audit",  "client",  "terminal", "com1",  "e9h", "sound",
                                        "log",    "memory", "picture", "shot1",    "shot2", "vnc"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unlink(names[i]);
    if (chdir("/") || rmdir(folder))
        printf("%s: cannot be removed\n", folder);
}

int main(int argc, char **argv)
{
    unsigned failed = 0, ran = 0;
    if (argc == 3 && !strcmp(argv[1], MACHINE_PROCESS_ARG))
        _exit(hostile_main(atoi(argv[2]))); /* as the real one */
    if (argc == 3 && !strcmp(argv[1], VNC_PROCESS_ARG))
        return vnc_process_main(atoi(argv[2]));
    if (argc > 1 && !strcmp(argv[1], "front")) {
        auditing = true;
        argv[1] = argv[0];
        return run_main(argc - 1, argv + 1);
    }
    uint32_t first = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 1;
    uint32_t count = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 40;
    bool long_run = argc > 2;
    const char *only = argc > 3 ? argv[3] : "";
    if (!mkdtemp(folder) || chdir(folder)) {
        perror(folder);
        return 2;
    }
    char audit[sizeof folder + 8];
    snprintf(audit, sizeof audit, "%s/audit", folder);
    setenv("LINK_AUDIT", audit, 1);
    for (size_t i = 0; i < scenario_count; i++) {
        const struct scenario *s = &scenarios[i];
        struct run r = {.name = s->name, .s = s, .setup = s->setup};
        if (!strstr(s->name, only) || (s->seconds && !long_run))
            continue;
        ran++;
        failed += !run_one(&r);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct run r = {.name = "stream", .seed = first + i, .setup = (enum setup)((first + i) % SETUP_COUNT)};
        ran++;
        failed += !run_one(&r);
    }
    remove_folder();
    printf("%u runs of the front end, %u failed\n", ran, failed);
    return failed != 0;
}
