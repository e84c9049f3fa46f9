/* SPDX-License-Identifier: MIT */
/*
 * vitrine -nographic on a pseudo-terminal: raw while it runs, put back on every way out; Ctrl-C is
 * the guest's; the console behind Ctrl-A c. Runs ./vitrine with the demo guest, whose serial line
 * prompts.
 */
#include <check.h>
#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct session {
    int tty;
    pid_t pid;
    char seen[1 << 16];
    size_t len;
};

static struct session *start(const char *serial)
{
    struct session *s = calloc(1, sizeof *s);
    s->pid = forkpty(&s->tty, NULL, NULL, NULL);
    if (s->pid == 0) {
        if (serial)
            execl("./vitrine", "vitrine", "-display", "none", "-serial", serial, (char *)NULL);
        else
            execl("./vitrine", "vitrine", "-nographic", (char *)NULL);
        _exit(127);
    }
    ck_assert_int_gt(s->pid, 0);
    return s;
}

/* Reads until the text was seen, at most 20 s. */
static bool sees(struct session *s, const char *text)
{
    for (unsigned i = 0; i < 200; i++) {
        struct pollfd p = {.fd = s->tty, .events = POLLIN};
        if (strstr(s->seen, text))
            return true;
        if (poll(&p, 1, 100) > 0 && s->len < sizeof s->seen - 1) {
            ssize_t n = read(s->tty, s->seen + s->len, sizeof s->seen - 1 - s->len);
            if (n <= 0)
                return strstr(s->seen, text) != NULL;
            s->len += (size_t)n;
        }
    }
    return false;
}

static void types(struct session *s, const char *text)
{
    ck_assert_int_eq(write(s->tty, text, strlen(text)), (ssize_t)strlen(text));
}

static tcflag_t flags(struct session *s)
{
    struct termios t;
    ck_assert_int_eq(tcgetattr(s->tty, &t), 0);
    return t.c_lflag & (ICANON | ECHO | ISIG);
}

/* Waits for the end; the exit status, or minus the signal. */
static int ended(struct session *s)
{
    int status;
    while (waitpid(s->pid, &status, WNOHANG) == 0) {
        struct pollfd p = {.fd = s->tty, .events = POLLIN};
        if (poll(&p, 1, 50) > 0 && s->len < sizeof s->seen - 1) {
            ssize_t n = read(s->tty, s->seen + s->len, sizeof s->seen - 1 - s->len);
            s->len += n > 0 ? (size_t)n : 0;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void done(struct session *s)
{
    close(s->tty);
    free(s);
}

/* The only child of a process. */
static pid_t child_of(pid_t parent)
{
    DIR *d = opendir("/proc");
    struct dirent *e;
    pid_t found = 0;
    while ((e = readdir(d))) {
        char path[300], line[512] = "";
        snprintf(path, sizeof path, "/proc/%s/stat", e->d_name);
        FILE *f = atoi(e->d_name) > 0 ? fopen(path, "r") : NULL;
        if (!f)
            continue;
        char *p = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
        int ppid = 0;
        if (p && sscanf(p + 1, " %*c %d", &ppid) == 1 && ppid == parent)
            found = atoi(e->d_name);
        fclose(f);
    }
    closedir(d);
    return found;
}

START_TEST(terminal_raw_while_running_and_restored_by_quit)
{
    struct session *s = start(NULL);
    tcflag_t before = ICANON | ECHO | ISIG;
    ck_assert(sees(s, "demo guest"));
    ck_assert_uint_eq(flags(s), 0);
    types(s, "\001x");
    ck_assert_int_eq(ended(s), 0);
    ck_assert_uint_eq(flags(s), before);
    done(s);
}
END_TEST

START_TEST(terminal_restored_after_signals)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    for (unsigned i = 0; i < 3; i++) {
        struct session *s = start(NULL);
        ck_assert(sees(s, "demo guest"));
        ck_assert_uint_eq(flags(s), 0);
        kill(s->pid, signals[i]);
        ck_assert_int_eq(ended(s), 0);
        ck_assert_uint_eq(flags(s), ICANON | ECHO | ISIG);
        done(s);
    }
}
END_TEST

START_TEST(terminal_restored_when_the_front_end_crashes)
{
    struct session *s = start(NULL);
    ck_assert(sees(s, "demo guest"));
    kill(s->pid, SIGSEGV);
    ck_assert_int_eq(ended(s), -SIGSEGV);
    ck_assert_uint_eq(flags(s), ICANON | ECHO | ISIG);
    done(s);
}
END_TEST

START_TEST(terminal_restored_when_the_machine_process_dies)
{
    struct session *s = start(NULL);
    ck_assert(sees(s, "demo guest"));
    pid_t machine = child_of(s->pid);
    ck_assert_int_gt(machine, 0);
    kill(machine, SIGKILL);
    ck_assert_int_eq(ended(s), 1);
    ck_assert(sees(s, "the machine process was ended by signal 9"));
    ck_assert_uint_eq(flags(s), ICANON | ECHO | ISIG);
    done(s);
}
END_TEST

START_TEST(terminal_ctrl_c_is_the_guests_under_nographic)
{
    struct session *s = start(NULL);
    ck_assert(sees(s, "demo guest"));
    types(s, "\003");
    usleep(300000);
    ck_assert_int_eq(waitpid(s->pid, NULL, WNOHANG), 0);
    types(s, "\001x");
    ck_assert_int_eq(ended(s), 0);
    done(s);
}
END_TEST

START_TEST(terminal_ctrl_c_ends_serial_stdio)
{
    struct session *s = start("stdio");
    ck_assert(sees(s, "demo guest"));
    ck_assert_uint_eq(flags(s), ISIG);
    types(s, "\003");
    ck_assert_int_eq(ended(s), 0);
    ck_assert_uint_eq(flags(s), ICANON | ECHO | ISIG);
    done(s);
}
END_TEST

START_TEST(terminal_console_behind_ctrl_a_c)
{
    struct session *s = start(NULL);
    ck_assert(sees(s, "demo guest"));
    types(s, "\001h");
    ck_assert(sees(s, "Ctrl-A x        quit"));
    types(s, "\001cinfo registerz\177s\r");
    ck_assert(sees(s, "EIP="));
    types(s, "stop\rinfo devices\r");
    ck_assert(sees(s, "i8259"));
    types(s, "nonsense\r");
    ck_assert(sees(s, "unknown command: 'nonsense'"));
    types(s, "quit\r");
    ck_assert_int_eq(ended(s), 0);
    done(s);
}
END_TEST

/* With libedit: lines come back with the up key, and Tab completes; without, this is skipped. */
START_TEST(terminal_console_lines_are_edited)
{
    FILE *f = popen("./vitrine -version", "r");
    char line[128];
    bool edits = false;
    while (f && fgets(line, sizeof line, f))
        edits |= strstr(line, "line editing: yes") != NULL;
    ck_assert(f && pclose(f) == 0);
    if (!edits)
        return;
    struct session *s = start(NULL);
    ck_assert(sees(s, "demo guest"));
    types(s, "\001cinfo status\r");
    ck_assert(sees(s, "VM status: running"));
    types(s, "stop\r");
    s->len = 0;
    memset(s->seen, 0, sizeof s->seen);
    types(s, "\033[A\033[A\r"); /* not stop: the line before it */
    ck_assert(sees(s, "VM status: paused"));
    types(s, "system_re\t");
    ck_assert(sees(s, "set "));
    types(s, "\025"); /* Ctrl-U: the line is dropped */
    types(s, "quit\r");
    ck_assert_int_eq(ended(s), 0);
    done(s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("terminal");
    TCase *t = tcase_create("terminal");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, terminal_raw_while_running_and_restored_by_quit);
    tcase_add_test(t, terminal_restored_after_signals);
    tcase_add_test(t, terminal_restored_when_the_front_end_crashes);
    tcase_add_test(t, terminal_restored_when_the_machine_process_dies);
    tcase_add_test(t, terminal_ctrl_c_is_the_guests_under_nographic);
    tcase_add_test(t, terminal_ctrl_c_ends_serial_stdio);
    tcase_add_test(t, terminal_console_behind_ctrl_a_c);
    tcase_add_test(t, terminal_console_lines_are_edited);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
