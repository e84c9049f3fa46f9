/* SPDX-License-Identifier: MIT */
/*
 * The real machine process, looked at and taken over: what it holds, when it shuts itself in, and what it can do after
 * that. It is held by ptrace from its first instruction on and made to try system calls in the place of its own.
 */
#include "config.h"

#include "traced.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bits.h"
#include "jail/jail.h"

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { ARGS = 32, LINK_FD = 3, INHERITED = 100 };

static char work[64]; /* the files that it is given */

static const char *make_file(const char *name, size_t bytes, const char *text)
{
    static char path[8][128];
    static unsigned n;
    char *p = path[n++ % 8];
    snprintf(p, sizeof path[0], "%s/%s", work, name);
    int fd = open(p, O_RDWR | O_CREAT | O_TRUNC, 0666);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)bytes), 0);
    if (text)
        ck_assert_int_eq(pwrite(fd, text, strlen(text), 0), (ssize_t)strlen(text));
    close(fd);
    return p;
}

#define WORD(s) ((char *)(uintptr_t)(s))

/* A machine that stands still, without a guest. */
static void start_idle(struct traced *t)
{
    char *argv[ARGS] = {NULL,
                        WORD("-S"),
                        WORD("-m"),
                        WORD("16"),
                        WORD("-display"),
                        WORD("none"),
                        WORD("-serial"),
                        WORD("null"),
                        WORD("-monitor"),
                        WORD("none"),
                        WORD(make_file("disk.img", 1 << 20, NULL))};
    ck_assert(traced_start(t, work, argv));
}

/* A descriptor of the process: its number, where it leads, and how it is open. False: it is none. */
static bool descriptor(const struct traced *t, int fd, char *to, size_t room, int *how)
{
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)t->machine, fd);
    ssize_t n = readlink(path, to, room - 1);
    if (n < 0)
        return false;
    to[n] = 0;
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", (int)t->machine, fd);
    FILE *f = fopen(path, "r");
    unsigned flags = 0;
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "flags: %o", &flags) == 1)
            *how = (int)(flags & O_ACCMODE);
    if (f)
        fclose(f);
    return true;
}

static bool begins(const char *s, const char *with)
{
    return !strncmp(s, with, strlen(with));
}

/*
 * Everything that it holds, by number, on a terminal: nothing leads to the terminal, to a file that the user did not
 * name, or into a direction that is not needed. Looked at when all others are closed; from then on nothing opens any.
 */
START_TEST(descriptors_are_those_that_it_needs)
{
    const char *disk = make_file("written.img", 1 << 20, NULL), *cd = make_file("read.iso", 1 << 20, NULL);
    const char *bios = make_file("bios.bin", 1 << 16, NULL), *hash = make_file("hash.log", 0, NULL);
    const struct {
        const char *where;
        int how;
    } want[] = {
        {"/dev/null", O_RDONLY}, {"/dev/null", O_WRONLY}, {"pipe:[", O_WRONLY}, {"socket:[", O_RDWR},
        {disk, O_RDWR},          {cd, O_RDONLY},          {bios, O_RDONLY},     {hash, O_WRONLY},
    };
    char *argv[ARGS] = {
        NULL,          WORD("-nographic"), WORD("-hda"),       WORD(disk), WORD("-cdrom"),  WORD(cd),
        WORD("-bios"), WORD(bios),         WORD("--hash-log"), WORD(hash), WORD("--clock"), WORD("virtual")};
    struct traced t;
    char where[256];
    int how = -1, here = fcntl(STDIN_FILENO, F_DUPFD, INHERITED); /* by the front end, not by it */
    ck_assert(traced_start(&t, work, argv));
    ck_assert(traced_reach(&t, SYS_prctl, PR_SET_DUMPABLE));
    for (int fd = 0; fd < (int)ARRAY_LEN(want); fd++) {
        ck_assert_msg(descriptor(&t, fd, where, sizeof where, &how), "descriptor %d is not open", fd);
        ck_assert_msg(begins(where, want[fd].where), "descriptor %d is %s, not %s", fd, where, want[fd].where);
        ck_assert_msg(how == want[fd].how, "descriptor %d, %s, is open for %d, not %d", fd, where, how, want[fd].how);
    }
    for (int fd = ARRAY_LEN(want); fd < 1024; fd++)
        ck_assert_msg(!descriptor(&t, fd, where, sizeof where, &how), "descriptor %d is open: %s", fd, where);
    ck_assert_int_eq(here, INHERITED);
    close(here);
    free(traced_end(&t));
}
END_TEST

START_TEST(environment_is_empty)
{
    struct traced t;
    start_idle(&t);
    ck_assert(t.no_environment || SANITIZED);
    free(traced_end(&t));
}
END_TEST

/* What the user did not write and the process reads, in runs that read all of it. */
enum { RUNS = 3, INPUTS = 6, FDS = 64 };
static const struct input {
    const char *option, *before, *name;
    size_t bytes;
    const char *text;
} inputs[RUNS][INPUTS + 1] = {
    {{"-bios", "", "bios.bin", 1 << 16, NULL},
     {"-kernel", "", "kernel", 1 << 16, "no kernel at all"},
     {"-initrd", "", "initrd", 1 << 16, NULL},
     {"-option-rom", "", "rom.bin", 1 << 12, NULL},
     {"-global", "VGA.romfile=", "vga.rom", 1 << 15, NULL},
     {"--input-script", "", "script", 11, "at 1s quit\n"}},
    {{"-hda", "", "disk.img", 1 << 20, NULL}},
    {{"--replay", "", "journal", 1 << 12, "no journal at all"}},
};

/* The descriptor from which a system call takes bytes; -1: none. */
static long read_from(const struct traced *t)
{
    long fd = t->nr == SYS_read || t->nr == SYS_pread64 || t->nr == SYS_readv ? t->arg[0]
              : t->nr == SYS_mmap                                             ? (int)t->arg[4]
                                                                              : -1;
    return fd < FDS ? fd : -1;
}

static bool confined(const struct traced *t)
{
    bool filtered = traced_status(t, "Seccomp", 10) == 2 || !jail_has_seccomp();
    return filtered && traced_status(t, "NoNewPrivs", 10) == 1;
}

START_TEST(nothing_is_read_before_the_jail)
{
    const struct input *in = inputs[_i];
    char *argv[ARGS] = {NULL, WORD("-display"), WORD("none"), WORD("-serial"), WORD("null")};
    char value[INPUTS][192], where[FDS][256] = {""};
    const char *path[INPUTS];
    unsigned n = 0, left;
    int how;
    struct traced t;
    for (; in[n].option; n++) {
        path[n] = make_file(in[n].name, in[n].bytes, in[n].text);
        snprintf(value[n], sizeof value[n], "%s%s", in[n].before, path[n]);
        argv[5 + 2 * n] = WORD(in[n].option);
        argv[6 + 2 * n] = value[n];
    }
    left = n;
    ck_assert(traced_start(&t, work, argv));
    for (enum stop s; left && ((s = traced_next(&t)) == STOP_ENTRY || s == STOP_RETURN);) {
        long fd = s == STOP_ENTRY ? read_from(&t) : -1;
        if (s == STOP_ENTRY && !confined(&t)) /* later, only root can look */
            for (int i = 0; i < FDS; i++)
                descriptor(&t, i, where[i], sizeof where[i], &how);
        for (unsigned i = 0; i < n && fd >= 0; i++) {
            if (!path[i] || strcmp(where[fd], path[i]))
                continue;
            ck_assert_msg(confined(&t), "%s is read before the process is confined", path[i]);
            path[i] = NULL;
            left--;
        }
    }
    for (unsigned i = 0; i < n; i++)
        ck_assert_msg(!path[i], "%s was not read", path[i]);
    free(traced_end(&t));
}
END_TEST

START_TEST(no_capability_is_left)
{
    static const char *const sets[] = {"CapInh", "CapPrm", "CapEff", "CapAmb"};
    struct traced t;
    start_idle(&t);
    ck_assert(traced_reach(&t, SYS_ppoll, -1));
    for (size_t i = 0; i < ARRAY_LEN(sets); i++)
        ck_assert_msg(traced_status(&t, sets[i], 16) == 0, "%s: %llx", sets[i], traced_status(&t, sets[i], 16));
    if (geteuid() == 0) /* nobody else can lower what bounds them, nor has any use for it without new privileges */
        ck_assert_msg(traced_status(&t, "CapBnd", 16) == 0, "CapBnd: %llx", traced_status(&t, "CapBnd", 16));
    free(traced_end(&t));
}
END_TEST

/* What a guest that has taken the process over would try. PATH and NAME stand for addresses in it. */
enum { PATH = -1001, NAME = -1002, PARENT = -1003 };
static const struct {
    const char *what;
    long nr, arg[6];
} attacks[] = {
    {"open", SYS_open, {PATH, O_RDONLY}},
    {"openat", SYS_openat, {AT_FDCWD, PATH, O_RDONLY}},
    {"openat2", SYS_openat2, {AT_FDCWD, PATH, NAME, 24}},
    {"stat", SYS_stat, {PATH, NAME}},
    {"newfstatat", SYS_newfstatat, {AT_FDCWD, PATH, NAME, 0}},
    {"statx", SYS_statx, {AT_FDCWD, PATH, 0, 0, NAME}},
    {"access", SYS_access, {PATH, R_OK}},
    {"readlink", SYS_readlink, {PATH, NAME, 4}},
    {"chdir", SYS_chdir, {PATH}},
    {"unlink", SYS_unlink, {PATH}},
    {"rename", SYS_rename, {PATH, NAME}},
    {"chmod", SYS_chmod, {PATH, 0777}},
    {"mount", SYS_mount, {PATH, PATH, NAME, 0, 0}},
    {"chroot", SYS_chroot, {PATH}},
    {"socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
    {"connect", SYS_connect, {LINK_FD, NAME, 7}},
    {"bind", SYS_bind, {LINK_FD, NAME, 7}},
    {"accept", SYS_accept, {LINK_FD, 0, 0}},
    {"sendto", SYS_sendto, {LINK_FD, NAME, 7, 0, 0, 0}},
    {"execve", SYS_execve, {PATH, 0, 0}},
    {"execveat", SYS_execveat, {AT_FDCWD, PATH, 0, 0, 0}},
    {"fork", SYS_fork, {0}},
    {"vfork", SYS_vfork, {0}},
    {"clone", SYS_clone, {SIGCHLD}},
    {"clone3", SYS_clone3, {NAME, 64}},
    {"unshare", SYS_unshare, {0x10000000 /* CLONE_NEWUSER */}},
    {"kill of its parent", SYS_kill, {PARENT, SIGTERM}},
    {"tkill of its parent", SYS_tkill, {PARENT, SIGTERM}},
    {"tgkill of its parent", SYS_tgkill, {PARENT, PARENT, SIGTERM}},
    {"ptrace of its parent", SYS_ptrace, {PTRACE_SEIZE, PARENT, 0, 0}},
    {"process_vm_readv", SYS_process_vm_readv, {PARENT, NAME, 0, NAME, 0, 0}},
    {"mmap of code", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
    {"mprotect to code", SYS_mprotect, {0, 4096, PROT_READ | PROT_EXEC}},
    {"memfd_create", SYS_memfd_create, {NAME, 0}},
    {"TIOCSTI", SYS_ioctl, {2, 0x5412, NAME}},
    {"fcntl", SYS_fcntl, {LINK_FD, F_SETFL, 0}},
    {"dup2", SYS_dup2, {LINK_FD, 2}},
    {"prctl", SYS_prctl, {PR_SET_DUMPABLE, 1}},
    {"setuid", SYS_setuid, {0}},
    {"capset", SYS_capset, {NAME, NAME}},
    {"prlimit64", SYS_prlimit64, {0, 7, 0, NAME}},
    {"seccomp", SYS_seccomp, {0, 0, 0}},
    {"bpf", SYS_bpf, {0, NAME, 8}},
    {"io_uring_setup", SYS_io_uring_setup, {1, NAME}},
    {"perf_event_open", SYS_perf_event_open, {NAME, 0, -1, -1, 0}},
    {"keyctl", SYS_keyctl, {0, 0}},
    {"userfaultfd", SYS_userfaultfd, {0}},
    {"modify_ldt", SYS_modify_ldt, {0, NAME, 4}},
};

static long meant(const struct traced *t, long arg)
{
    return arg == PATH ? (long)t->path_at : arg == NAME ? (long)t->name_at : arg == PARENT ? (long)t->front : arg;
}

START_TEST(an_attacker_is_refused)
{
    struct traced t;
    long arg[6];
    start_idle(&t);
    ck_assert(traced_reach(&t, SYS_ppoll, -1));
    for (unsigned i = 0; i < 6; i++)
        arg[i] = meant(&t, attacks[_i].arg[i]);
    enum stop s = traced_try(&t, attacks[_i].nr, arg);
    if (SANITIZED) {
        ck_assert_msg(s == STOP_RETURN && t.result == -EPERM, "%s: stop %d, %ld", attacks[_i].what, s, t.result);
    } else {
        ck_assert_msg(s == STOP_EXITING, "%s: was made, and gave %ld", attacks[_i].what, t.result);
        ck_assert_msg(t.signal == SIGSYS, "%s: it ended by signal %d", attacks[_i].what, t.signal);
        ck_assert_msg(t.nr == attacks[_i].nr, "%s: it ended in call %ld", attacks[_i].what, t.nr);
    }
    free(traced_end(&t));
}
END_TEST

static unsigned count(const char *text, char c)
{
    unsigned n = 0;
    for (; *text; text++)
        n += *text == c;
    return n;
}

/* What it prints reaches the terminal by the front end only, cleaned and bounded; the machine goes on. */
START_TEST(what_it_says_is_cleaned)
{
    enum { PARTS = 40, PART = 4096, SHOWN_MAX = 64 << 10 };
    struct traced t;
    long say[6] = {2, 0, 6}, flood[6] = {2, 0, PART};
    char *argv[ARGS] = {NULL, WORD("-S"), WORD("-nographic"), WORD(make_file("disk.img", 1 << 20, NULL))};
    ck_assert(traced_start(&t, work, argv));
    traced_put_name(&t, "\033[2J\233\n");
    say[1] = (long)t.name_at;
    ck_assert(traced_reach(&t, SYS_ppoll, -1));
    ck_assert_int_eq(traced_try(&t, SYS_write, say), STOP_RETURN);
    ck_assert_int_eq(t.result, 6);
    long map[6] = {0, PART, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0};
    ck_assert_int_eq(traced_try(&t, SYS_mmap, map), STOP_RETURN);
    flood[1] = t.result; /* zeros */
    for (unsigned i = 0; i < PARTS; i++)
        ck_assert_int_eq(traced_try(&t, SYS_write, flood), STOP_RETURN);
    usleep(300000); /* the front end prints */
    char *seen = traced_end(&t);
    ck_assert_msg(strstr(seen, "machine process: ?[2J?"), "it printed: %.300s", seen);
    ck_assert_int_eq(count(seen, '\033'), 0);
    ck_assert_int_eq(count(seen, '\233'), 0);
    ck_assert_ptr_nonnull(strstr(seen, "it says more, which is not shown"));
    unsigned shown = count(seen, '?');
    ck_assert_msg(shown > SHOWN_MAX - 100 && shown <= SHOWN_MAX, "%u of its bytes were shown", shown);
    free(seen);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("attack");
    TCase *t = tcase_create("attack");
    pid_t pid = fork();
    int status = 0;
    if (pid == 0)
        _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0);
    if (waitpid(pid, &status, 0) != pid || status) {
        puts("skipped: the machine process under attack, since nobody may trace here");
        return 77;
    }
    strcpy(work, "/tmp/vitrine-attack.XXXXXX");
    if (!mkdtemp(work))
        return EXIT_FAILURE;
    tcase_set_timeout(t, 60);
    tcase_add_test(t, descriptors_are_those_that_it_needs);
    tcase_add_test(t, environment_is_empty);
    tcase_add_loop_test(t, nothing_is_read_before_the_jail, 0, RUNS);
    tcase_add_test(t, no_capability_is_left);
    tcase_add_test(t, what_it_says_is_cleaned);
    if (jail_has_seccomp())
        tcase_add_loop_test(t, an_attacker_is_refused, 0, ARRAY_LEN(attacks));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    char remove[128];
    snprintf(remove, sizeof remove, "rm -rf %s", work);
    return system(remove) || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
