/* SPDX-License-Identifier: MIT */
/* The real machine process in front of a front end that sends what it must not send: it ends with a text that names
 * the message, never by a signal, and takes what it may take. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/options/options.h"
#include "link/configmsg.h"
#include "link/link.h"

enum { PATIENCE_MS = 60000 };

struct rig {
    struct link link;
    struct link_msg msg;
    pid_t pid;
};

static void say(struct rig *r, uint32_t type, const void *data, size_t len, int fd)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    static uint8_t m[LINK_HEADER + LINK_MAX];
    struct iovec iov = {m, LINK_HEADER + len};
    struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
    memset(&control, 0, sizeof control);
    st32(m, type);
    st32(m + 4, (uint32_t)len);
    if (len)
        memcpy(m + LINK_HEADER, data, len);
    if (fd >= 0) {
        mh.msg_control = control.room;
        mh.msg_controllen = sizeof control.room;
        struct cmsghdr *c = CMSG_FIRSTHDR(&mh);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    sendmsg(r->link.fd, &mh, MSG_NOSIGNAL); /* one that has ended takes no more */
}

static void configure(struct rig *r)
{
    static char *const args[] = {"vitrine", "-S",   "-nodefaults", "-m",      "4",   "-display",
                                 "none",    "-vga", "none",        "-serial", "null"};
    struct options o;
    struct error err;
    struct buf b = {0};
    ck_assert_msg(options_parse(&o, ARRAY_LEN(args), args, &err), "%s", err.text);
    struct run_config run = {.speed = 100};
    config_put(&o.cfg, &run, &b);
    say(r, LINK_CONFIG, b.data, b.len, -1);
    buf_free(&b);
    options_free(&o);
}

static struct rig *rig_new(void)
{
    struct rig *r = calloc(1, sizeof *r);
    int fds[2];
    struct error err;
    ck_assert(link_pair(fds, &err));
    link_init(&r->link, fds[0]);
    r->pid = fork();
    if (r->pid == 0) {
        if (fds[1] == 3)
            fcntl(3, F_SETFD, 0);
        else
            dup2(fds[1], 3);
        execl("./vitrine", "vitrine", MACHINE_PROCESS_ARG, "3", (char *)NULL);
        _exit(127);
    }
    close(fds[1]);
    return r;
}

/* The next message of that type; false at the end. */
static bool await(struct rig *r, uint32_t type)
{
    struct pollfd p = {.fd = r->link.fd, .events = POLLIN};
    while (poll(&p, 1, PATIENCE_MS) > 0) {
        enum link_got got = link_recv(&r->link, &r->msg);
        if (got == LINK_GOT_MSG && r->msg.type == type)
            return true;
        if (got == LINK_GOT_EOF)
            return false;
    }
    ck_abort_msg("the machine process does nothing");
    return false;
}

static int rig_free(struct rig *r)
{
    int status;
    link_close(&r->link);
    ck_assert_int_eq(waitpid(r->pid, &status, 0), r->pid);
    free(r);
    return status;
}

/* It says why, and ends with status 1. */
static void ends(struct rig *r, const char *why, size_t row)
{
    char text[600] = "";
    ck_assert_msg(await(r, LINK_EXIT), "row %zu: it ends without a word", row);
    ck_assert_uint_eq(ld32(r->msg.data), 1);
    memcpy(text, r->msg.data + 5, MIN(r->msg.len - 5, sizeof text - 1));
    ck_assert_msg(strstr(text, "a malformed message came over the link: ") == text, "row %zu: %s", row, text);
    ck_assert_msg(strstr(text, why) != NULL, "row %zu: %s", row, text);
    int status = rig_free(r);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "row %zu: status %x", row, (unsigned)status);
}

struct bad {
    uint32_t type;
    size_t len;
    uint8_t bytes[20];
    const char *why;
    bool fd;
};

START_TEST(machine_ends_at_a_malformed_message)
{
    static const struct bad bad[] = {
        {0, 0, {0}, "message 0", false},
        {LINK_READY, 4, {0}, "message 64", false},
        {12345, 4, {0}, "message 12345", false},
        {LINK_FILE, 10, {LINK_FILE_DRIVE}, "FILE", true},
        {LINK_CONFIG, 5, {0}, "CONFIG", false},
        {LINK_STOP, 3, {0}, "STOP", false},
        {LINK_STOP, 5, {0}, "STOP", false},
        {LINK_STOP, 4, {1}, "STOP with a descriptor", true},
        {LINK_POWER, 5, {1, 0, 0, 0, 77}, "POWER", false},
        {LINK_QUIT, 1, {0}, "QUIT", false},
        {LINK_KEY, 1, {0}, "KEY", false},
        {LINK_KEY, 2, {30, 2}, "KEY", false},
        {LINK_KEYS, 7, {0}, "KEYS", false},
        {LINK_SERIAL, 2, {4, 'a'}, "SERIAL", false},
        {LINK_SERIAL, 1, {0}, "SERIAL", false},
        {LINK_SERIAL_BREAK, 1, {4}, "SERIAL_BREAK", false},
        {LINK_PMEM, 19, {0}, "PMEM", false},
        {LINK_VMEM, 12, {0}, "VMEM", false},
        {LINK_COMMAND, 3, {0}, "COMMAND", false},
        {LINK_STATS, 4, {0}, "STATS", false},
        {LINK_FRAME_DONE, 1, {2}, "FRAME_DONE", false},
        {LINK_LOG_ITEMS, 8, {1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}, "LOG_ITEMS", false},
        {LINK_HOLD, 1, {2}, "HOLD", false},
        {LINK_REDRAW, 1, {0}, "REDRAW", false},
        {LINK_MEDIUM, 7, {1, 0, 0, 0, 2, LINK_MEDIUM_INSERT, 0}, "MEDIUM", false},
        {LINK_MEDIUM, 7, {1, 0, 0, 0, 2, LINK_MEDIUM_EJECT, 0}, "MEDIUM", true},
        {LINK_MEDIUM, 7, {1, 0, 0, 0, 2, 2, 0}, "MEDIUM", false},
        {LINK_COMMIT, 13, {1}, "COMMIT without a descriptor", false},
        {LINK_COMMIT, 13, {1, 0, 0, 0, 6}, "COMMIT", true},
        {LINK_SPEED, 4, {0x11, 0x27}, "SPEED", false}, /* 10001 */
        {LINK_POINTER, 12, {4}, "POINTER", false},
        {LINK_POINTER, 11, {0}, "POINTER", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct rig *r = rig_new();
        configure(r);
        ck_assert(await(r, LINK_READY));
        say(r, bad[i].type, bad[i].bytes, bad[i].len, bad[i].fd ? r->link.fd : -1);
        ends(r, bad[i].why, i);
    }
}
END_TEST

START_TEST(machine_ends_at_what_comes_before_the_configuration)
{
    static const struct bad bad[] = {
        {LINK_STOP, 4, {1}, "STOP before the configuration", false},
        {LINK_QUIT, 0, {0}, "QUIT before the configuration", false},
        {LINK_FILE, 10, {LINK_FILE_DRIVE}, "FILE without a descriptor", false},
        {LINK_FILE, 9, {LINK_FILE_DRIVE}, "FILE of 9 bytes", true},
        {LINK_TYPES, 0, {0}, "message", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct rig *r = rig_new();
        say(r, bad[i].type, bad[i].bytes, bad[i].len, bad[i].fd ? r->link.fd : -1);
        ends(r, bad[i].why, i);
    }
}
END_TEST

START_TEST(machine_ends_at_what_is_no_message)
{
    static const uint8_t lies[9] = {LINK_STATS, 0, 0, 0, 7, 0, 0, 0, 1};
    for (size_t n = 1; n <= sizeof lies; n += 4) {
        struct rig *r = rig_new();
        configure(r);
        ck_assert(await(r, LINK_READY));
        ck_assert_int_eq(send(r->link.fd, lies, n, 0), (ssize_t)n);
        ends(r, "it has no header", n);
    }
}
END_TEST

/* The window of a port: 64 KiB that it has not taken, to the byte. It stands still, so it takes none. */
START_TEST(machine_takes_a_window_of_input)
{
    static uint8_t part[1 + 32768];
    for (unsigned more = 0; more < 2; more++) {
        struct rig *r = rig_new();
        configure(r);
        ck_assert(await(r, LINK_READY));
        say(r, LINK_SERIAL, part, sizeof part, -1);
        say(r, LINK_SERIAL, part, sizeof part, -1);
        if (more) {
            say(r, LINK_SERIAL, part, 2, -1);
            ends(r, "SERIAL", more);
            continue;
        }
        say(r, LINK_STATS, NULL, 0, -1);
        ck_assert(await(r, LINK_STATS_ARE));
        say(r, LINK_QUIT, NULL, 0, -1);
        ck_assert(await(r, LINK_EXIT));
        ck_assert_uint_eq(ld32(r->msg.data), 0);
        ck_assert_int_eq(rig_free(r), 0);
    }
}
END_TEST

/* The edges that are still good. */
START_TEST(machine_takes_what_it_may_take)
{
    static const struct bad good[] = {
        {LINK_KEY, 2, {30, 1}, NULL, false},      {LINK_SERIAL, 2, {3, 'a'}, NULL, false},
        {LINK_SERIAL_BREAK, 1, {3}, NULL, false}, {LINK_HOLD, 1, {1}, NULL, false},
        {LINK_HOLD, 1, {0}, NULL, false},         {LINK_SPEED, 4, {0x10, 0x27}, NULL, false},
        {LINK_POINTER, 12, {3}, NULL, false},     {LINK_REDRAW, 0, {0}, NULL, false},
        {LINK_COMMAND, 4, {1}, NULL, false},      {LINK_PMEM, 20, {1}, NULL, false},
        {LINK_KEYS, 8, {1}, NULL, false},         {LINK_TYPE, 4, {1}, NULL, false},
        {LINK_STOP, 4, {1}, NULL, false},
    };
    struct rig *r = rig_new();
    configure(r);
    ck_assert(await(r, LINK_READY));
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        say(r, good[i].type, good[i].bytes, good[i].len, -1);
        say(r, LINK_STATS, NULL, 0, -1);
        ck_assert_msg(await(r, LINK_STATS_ARE), "row %zu", i);
    }
    say(r, LINK_QUIT, NULL, 0, -1);
    ck_assert(await(r, LINK_EXIT));
    ck_assert_int_eq(rig_free(r), 0);
}
END_TEST

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    Suite *s = suite_create("machine's end of the link");
    TCase *t = tcase_create("machine");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, machine_ends_at_a_malformed_message);
    tcase_add_test(t, machine_ends_at_what_comes_before_the_configuration);
    tcase_add_test(t, machine_ends_at_what_is_no_message);
    tcase_add_test(t, machine_takes_a_window_of_input);
    tcase_add_test(t, machine_takes_what_it_may_take);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
