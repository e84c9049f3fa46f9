/* SPDX-License-Identifier: MIT */
/*
 * Compares Vitrine with Bochs and QEMU's TCG, where these are installed, on the same guests: in
 * turn, several rounds, medians, ratios. It asserts nothing about time; it fails only where a run
 * does not end or two emulators compute different checksums.
 *
 *     bench [-n ROUNDS] [-t SECONDS] VITRINE GUEST.img [LINUX.img]
 *
 * GUEST.img is tests/bench/kernels.c, LINUX.img the disk that "make image-linux" makes. A time is
 * that between two marks on the emulator's output: `cpu` is the processor time of all its
 * processes, which other work on the host disturbs least, and `wall` the host's clock.
 *
 * NOTE: Debian's Bochs has its debugger built in, which wants a "continue" and costs some speed; no
 * faster one is packaged.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KERNELS = 11, TASKS = KERNELS + 1, ROUNDS_MAX = 50, ARGS_MAX = 40, LINUX = KERNELS };
static const char *const task_name[TASKS] = {"sieve", "crc",   "sort",    "matrix", "strings", "scanner",
                                             "calls", "lists", "numbers", "floats", "pixels",  "Linux boot"};

struct sample {
    double cpu, wall;
};
struct contestant {
    const char *name;
    const char *program; /* found in PATH unless it has a slash */
    void (*arguments)(struct contestant *e, const char *image, bool linux_guest);
    char *argv[ARGS_MAX];
    int argc;
    bool absent;
    unsigned runs[TASKS];
    struct sample time[TASKS][ROUNDS_MAX];
};

static double limit = 120;

static void die(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(2);
}

/* --- How each is started --- */

static void arg(struct contestant *e, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (e->argc >= ARGS_MAX - 1 || vasprintf(&e->argv[e->argc], format, ap) < 0)
        abort();
    va_end(ap);
    e->argv[++e->argc] = NULL;
}

static void vitrine_arguments(struct contestant *e, const char *image, bool linux_guest)
{
    arg(e, "-accel");
    arg(e, "interp");
    arg(e, "-clock");
    arg(e, "virtual");
    arg(e, "-display");
    arg(e, "none");
    arg(e, "-hda");
    arg(e, "%s", image);
    arg(e, "-snapshot");
    arg(e, linux_guest ? "-serial" : "-debugcon");
    arg(e, "stdio");
}

static void qemu_arguments(struct contestant *e, const char *image, bool linux_guest)
{
    arg(e, "-accel");
    arg(e, "tcg");
    arg(e, "-display");
    arg(e, "none");
    arg(e, "-net");
    arg(e, "none");
    arg(e, "-drive");
    arg(e, "file=%s,format=raw,snapshot=on", image);
    arg(e, linux_guest ? "-serial" : "-debugcon");
    arg(e, "stdio");
}

static const char *first_file(const char *a, const char *b)
{
    return access(a, R_OK) == 0 ? a : b;
}

/* Bochs writes to a flat image and has no working snapshot mode for one (2.7), so it gets a copy.
 */
static void copy_file(const char *from, const char *to)
{
    static char part[1 << 16];
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    if (!in || !out)
        die(in ? to : from);
    for (size_t n; (n = fread(part, 1, sizeof part, in)) > 0;)
        if (fwrite(part, 1, n, out) != n)
            die(to);
    if (ferror(in) || fclose(out))
        die(to);
    fclose(in);
}

static void bochs_arguments(struct contestant *e, const char *image, bool linux_guest)
{
    static const char disk[] = "tests/bench/bochs.img";
    struct stat st;
    copy_file(image, disk);
    remove("tests/bench/bochs.img.lock"); /* the run before was killed */
    FILE *rc = fopen("tests/bench/bochs.rc", "w"), *go = fopen("tests/bench/bochs.go", "w");
    if (!rc || !go || stat(disk, &st))
        die("tests/bench/bochs.rc");
    fprintf(go, "c\n");
    fclose(go);
    fprintf(rc,
            "display_library: rfb, options=\"timeout=0\"\nmegs: 128\ncpu: model=p4_willamette, "
            "ips=250000000\n"
            "romimage: file=/usr/share/bochs/BIOS-bochs-latest\nvgaromimage: file=%s\n"
            "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
            "ata0-master: type=disk, path=\"%s\", mode=flat, cylinders=%ld, heads=16, spt=63\n"
            "boot: disk\nlog: tests/bench/bochs.log\nclock: sync=none\nport_e9_hack: enabled=1\n"
            "panic: action=fatal\nerror: action=ignore\ninfo: action=ignore\n"
            "sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy\n",
            first_file("/usr/share/bochs/VGABIOS-lgpl-latest", "/usr/share/vgabios/vgabios.bin"), disk,
            (long)(st.st_size / (16 * 63 * 512)));
    if (linux_guest)
        fprintf(rc, "com1: enabled=1, mode=file, dev=/dev/stdout\n");
    fclose(rc);
    arg(e, "-q");
    arg(e, "-f");
    arg(e, "tests/bench/bochs.rc");
    arg(e, "-rc");
    arg(e, "tests/bench/bochs.go");
}

static struct contestant contestants[] = {
    {.name = "vitrine", .arguments = vitrine_arguments},
    {.name = "bochs", .program = "bochs", .arguments = bochs_arguments},
    {.name = "qemu", .program = "qemu-system-i386", .arguments = qemu_arguments},
};
enum { CONTESTANTS = sizeof contestants / sizeof *contestants };

/* --- One run --- */

struct run {
    struct contestant *e;
    pid_t pid;
    int fd;
    double deadline;
    struct sample began;
    char sums[KERNELS][9];
};

static double seconds(clockid_t clock)
{
    struct timespec t;
    return clock_gettime(clock, &t) ? 0 : (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Processor time of a process and of its children that live. */
static double cpu_of(pid_t pid)
{
    char path[64];
    clockid_t clock;
    int child;
    double sum = clock_getcpuclockid(pid, &clock) ? 0 : seconds(clock);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *f = fopen(path, "r");
    while (f && fscanf(f, "%d", &child) == 1)
        sum += cpu_of(child);
    if (f)
        fclose(f);
    return sum;
}

static struct sample now(const struct run *r)
{
    return (struct sample){cpu_of(r->pid), seconds(CLOCK_MONOTONIC)};
}

static void start(struct run *r, const char *image, bool linux_guest)
{
    struct contestant *e = r->e;
    int fds[2];
    e->argc = 0;
    arg(e, "%s", e->program);
    e->arguments(e, image, linux_guest);
    if (pipe2(fds, O_CLOEXEC))
        die("pipe");
    r->pid = fork();
    if (r->pid < 0)
        die("fork");
    if (r->pid == 0) {
        int null = open("/dev/null", O_RDWR);
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(null, 0);
        dup2(fds[1], 1);
        dup2(null, 2);
        execvp(e->program, e->argv);
        _exit(127);
    }
    setpgid(r->pid, r->pid);
    close(fds[1]);
    r->fd = fds[0];
    r->began = now(r);
    r->deadline = r->began.wall + limit;
}

static void stop(struct run *r)
{
    kill(-r->pid, SIGKILL);
    while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(r->fd);
    while (r->e->argc)
        free(r->e->argv[--r->e->argc]);
}

/* The next byte of its output; -1 where it ended or the time is up. */
static int next_byte(struct run *r)
{
    unsigned char ch;
    struct pollfd p = {.fd = r->fd, .events = POLLIN};
    double left = r->deadline - seconds(CLOCK_MONOTONIC);
    if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) <= 0)
        return -1;
    return read(r->fd, &ch, 1) == 1 ? ch : -1;
}

static void add(struct contestant *e, unsigned task, struct sample from, struct sample to)
{
    e->time[task][e->runs[task]++] = (struct sample){to.cpu - from.cpu, to.wall - from.wall};
}

/* Reads marks until '!'. A mark counts only in order: what an emulator itself prints before the
 * guest is passed over. */
static bool follow_kernels(struct run *r)
{
    struct sample from = {0, 0};
    for (unsigned k = 0; k < KERNELS;) {
        int ch = next_byte(r);
        struct sample at = now(r);
        if (ch < 0)
            return false;
        if (ch != '<' && ch != '>')
            continue;
        if (next_byte(r) != (int)('a' + k))
            continue;
        if (ch == '<') {
            from = at;
            continue;
        }
        add(r->e, k, from, at);
        for (unsigned i = 0; i < 8; i++)
            r->sums[k][i] = (char)next_byte(r);
        k++;
    }
    return true;
}

static bool follow_linux(struct run *r)
{
    static const char prompt[] = "vitrine:~ # ";
    unsigned matched = 0;
    while (prompt[matched]) {
        int ch = next_byte(r);
        if (ch < 0)
            return false;
        if (ch == '\r')
            continue;
        matched = ch == prompt[matched] ? matched + 1 : ch == prompt[0];
    }
    add(r->e, LINUX, r->began, now(r));
    return true;
}

/* Whose sums differ from the first contestant's? */
static bool sums_agree(const struct run *r, char expected[KERNELS][9])
{
    bool ok = true;
    for (unsigned k = 0; k < KERNELS; k++) {
        if (!expected[k][0])
            memcpy(expected[k], r->sums[k], sizeof expected[k]);
        if (memcmp(expected[k], r->sums[k], sizeof expected[k]) == 0)
            continue;
        printf("%s: %s gives %s, others %s\n", r->e->name, task_name[k], r->sums[k], expected[k]);
        ok = false;
    }
    return ok;
}

static bool one_run(struct contestant *e, const char *image, bool linux_guest)
{
    static char expected[KERNELS][9];
    struct run r = {.e = e};
    start(&r, image, linux_guest);
    bool ok = linux_guest ? follow_linux(&r) : follow_kernels(&r);
    stop(&r);
    if (!ok)
        printf("%s: %s ended early or not within %.0f s\n", e->name, image, limit);
    return ok && (linux_guest || sums_agree(&r, expected));
}

/* --- The table --- */

static int by_value(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;
    return d < 0 ? -1 : d > 0;
}

static double median(const struct contestant *e, unsigned task, bool wall)
{
    double v[ROUNDS_MAX];
    unsigned n = e->runs[task];
    for (unsigned i = 0; i < n; i++)
        v[i] = wall ? e->time[task][i].wall : e->time[task][i].cpu;
    qsort(v, n, sizeof *v, by_value);
    return n == 0 ? NAN : n & 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void print_table(bool with_linux)
{
    const struct contestant *own = &contestants[0];
    double logs[CONTESTANTS] = {0};
    printf("\n%-11s %9s", "", "vitrine");
    for (unsigned i = 1; i < CONTESTANTS; i++)
        if (!contestants[i].absent)
            printf(" %9s  cpu/ours wall/ours", contestants[i].name);
    printf("   (medians, seconds of processor time; a ratio above 1: we are faster)\n");
    for (unsigned t = 0; t < KERNELS + (with_linux ? 1u : 0u); t++) {
        printf("%-11s %9.3f", task_name[t], median(own, t, false));
        for (unsigned i = 1; i < CONTESTANTS; i++) {
            const struct contestant *e = &contestants[i];
            if (e->absent)
                continue;
            double ratio = median(e, t, false) / median(own, t, false);
            printf(" %9.3f %9.2f %9.2f", median(e, t, false), ratio, median(e, t, true) / median(own, t, true));
            if (t < KERNELS)
                logs[i] += log(ratio);
        }
        printf("\n");
    }
    printf("geometric mean of the kernels' ratios:");
    for (unsigned i = 1; i < CONTESTANTS; i++)
        if (!contestants[i].absent)
            printf("  %s %.2f", contestants[i].name, exp(logs[i] / KERNELS));
    printf("\n");
}

static bool in_path(const char *program)
{
    const char *path = getenv("PATH");
    char *copy = strdup(path ? path : "/usr/bin"), *rest = copy, file[4096];
    bool found = false;
    for (char *dir; !found && (dir = strsep(&rest, ":")) != NULL;) {
        snprintf(file, sizeof file, "%s/%s", dir, program);
        found = access(file, X_OK) == 0;
    }
    free(copy);
    return found;
}

int main(int argc, char **argv)
{
    unsigned rounds = 3;
    bool ok = true;
    for (int opt; (opt = getopt(argc, argv, "n:t:")) != -1;) {
        if (opt == 'n')
            rounds = (unsigned)strtoul(optarg, NULL, 10);
        else if (opt == 't')
            limit = strtod(optarg, NULL);
        else
            return 2;
    }
    if (argc - optind < 2 || argc - optind > 3 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench [-n ROUNDS (1-%d)] [-t SECONDS] VITRINE GUEST.img [LINUX.img]\n", ROUNDS_MAX);
        return 2;
    }
    contestants[0].program = argv[optind];
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (unsigned i = 1; i < CONTESTANTS; i++) {
        contestants[i].absent = !in_path(contestants[i].program);
        if (contestants[i].absent)
            printf("%s is not installed: left out\n", contestants[i].program);
    }
    bool with_linux = argc - optind == 3;
    for (unsigned round = 0; round < rounds; round++)
        for (int guest = 1; guest < argc - optind; guest++)
            for (unsigned i = 0; i < CONTESTANTS; i++)
                if (!contestants[i].absent)
                    ok &= one_run(&contestants[i], argv[optind + guest], guest == 2);
    print_table(with_linux);
    return ok ? 0 : 1;
}
