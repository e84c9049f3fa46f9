/* SPDX-License-Identifier: MIT */
/*
 * Character back ends in the test itself: telnet's commands (RFC 854), the keys of a mux, what readers and room hold
 * up, servers and clients that come and go, pseudo-terminals, FIFOs, files and logs. Long, since all back ends are
 * driven by one loop and one set of readers.
 */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/chardev/chardev.h"
#include "ctl/chardev/host_socket.h"

enum { IAC = 255, DONT = 254, DO = 253, WONT = 252, WILL = 251, SB = 250, BRK = 243, NOP = 241, SE = 240 };

/* --- A host and its users --- */

static struct {
    unsigned quits, commits;
    char note[400];
} host_saw;

static void host_quit(void *ctx)
{
    (void)ctx;
    host_saw.quits++;
}
static void host_commit(void *ctx)
{
    (void)ctx;
    host_saw.commits++;
}
static int host_open(void *ctx, const char *what, const char *path, bool pipe, bool append, struct error *err)
{
    (void)ctx, (void)what, (void)pipe;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0600);
    if (fd < 0)
        error_set(err, "cannot be opened");
    return fd;
}
static void host_note(void *ctx, const char *line)
{
    (void)ctx;
    snprintf(host_saw.note, sizeof host_saw.note, "%s", line);
}
static const struct chardev_host host = {host_quit, host_commit, host_open, host_note, NULL};

struct user {
    struct buf got;
    size_t room;
    char events[64]; /* O opened, C closed, B break, F focus, U unfocus */
};
static struct user users[5];

static void user_input(void *ctx, const uint8_t *data, size_t len)
{
    struct user *u = ctx;
    ck_assert_msg(len <= u->room, "%zu bytes for a room of %zu", len, u->room);
    u->room -= u->room == SIZE_MAX ? 0 : len;
    buf_add(&u->got, data, len);
}
static size_t user_room(void *ctx)
{
    return ((struct user *)ctx)->room;
}
static void user_event(void *ctx, enum chardev_event ev)
{
    struct user *u = ctx;
    size_t n = strlen(u->events);
    ck_assert_uint_lt(n + 1, sizeof u->events);
    u->events[n] = "OCBFU"[ev];
    u->events[n + 1] = 0;
}

static struct chardev *chr;
static char path[60];
static int client = -1;
static struct buf seen;

static void use(unsigned n)
{
    struct error err;
    struct chardev_user u = {"somebody", user_input, user_room, user_event, &users[n]};
    users[n] = (struct user){.room = SIZE_MAX};
    ck_assert_msg(chardev_use(chr, &u, &err), "%s", err.text);
}

static void begin(const struct chardev_option *o, unsigned nusers)
{
    struct error err = {""};
    struct chardev_option copy = *o;
    if (copy.kind == CHARDEV_UNIX && !copy.path)
        copy.path = path;
    strcpy(copy.id, "chr");
    strcpy(copy.said, "-chardev");
    memset(&host_saw, 0, sizeof host_saw);
    chr = chardev_open(&copy, &host, &err);
    ck_assert_msg(chr != NULL, "%s", err.text);
    for (unsigned i = 0; i < nusers; i++)
        use(i);
    chardev_begin(chr);
}

static void come(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(client, (struct sockaddr *)&a, sizeof a), 0);
}

static void turn(void)
{
    for (unsigned quiet = 0, n = 0; quiet < 3; n++) {
        struct pollfd p[CHARDEV_FDS];
        uint8_t part[1 << 15];
        ck_assert_msg(n < 20000, "there is no end of it");
        unsigned polled = chardev_poll(chr, p);
        bool busy = poll(p, polled, 0) > 0;
        chardev_ready(chr, p, polled);
        ssize_t got = client < 0 ? 0 : read(client, part, sizeof part);
        if (got > 0)
            buf_add(&seen, part, (size_t)got);
        quiet = busy || got > 0 ? 0 : quiet + 1;
    }
}

static void type(const void *data, size_t len)
{
    buf_clear(&seen);
    for (unsigned i = 0; i < 5; i++)
        buf_clear(&users[i].got), users[i].events[0] = 0;
    ck_assert_int_eq(write(client, data, len), (ssize_t)len);
    turn();
}

static void end(void)
{
    if (client >= 0)
        close(client);
    client = -1;
    chardev_close(chr);
    chr = NULL;
    buf_free(&seen);
    for (unsigned i = 0; i < 5; i++)
        buf_free(&users[i].got);
}

static void is(const char *what, const struct buf *b, const void *want, size_t len)
{
    ck_assert_msg(b->len == len, "%s: %zu bytes, not %zu: '%.*s'", what, b->len, len, (int)MIN(b->len, 100u),
                  b->len ? (const char *)b->data : "");
    for (size_t i = 0; i < len; i++)
        ck_assert_msg(b->data[i] == ((const uint8_t *)want)[i], "%s: byte %zu is %02x, not %02x", what, i, b->data[i],
                      ((const uint8_t *)want)[i]);
}
#define GOT(n, text) is("user", &users[n].got, text, strlen(text))
#define SEEN(text)   is("client", &seen, text, strlen(text))

/* --- Telnet --- */

START_TEST(telnet_takes_commands_out)
{
    static const struct {
        uint8_t in[12];
        size_t nin;
        uint8_t out[12];
        size_t nout;
        const char *events;
    } row[] = {
        {{'a', 'b'}, 2, {'a', 'b'}, 2, ""},
        {{'a', IAC, NOP, 'b'}, 4, {'a', 'b'}, 2, ""},
        {{IAC, IAC, 'b'}, 3, {255, 'b'}, 2, ""},
        {{IAC, BRK, 'b'}, 3, {'b'}, 1, "B"},
        {{IAC, DO, 1, 'b'}, 4, {'b'}, 1, ""},
        {{IAC, DONT, 0, 'b'}, 4, {'b'}, 1, ""},
        {{IAC, WONT, 0, 'b'}, 4, {'b'}, 1, ""},
        {{IAC, WILL, 1, 'b'}, 4, {'b'}, 1, ""},
        {{IAC, SB, 24, 1, 'x', IAC, SE, 'b'}, 8, {'b'}, 1, ""},
        {{IAC, SB, 24, IAC, IAC, 'x', IAC, SE, 'b'}, 9, {'b'}, 1, ""},
        {{IAC, SB, IAC, NOP, IAC, SE, 'b'}, 7, {'b'}, 1, ""},
        {{SE, SB, BRK, WILL}, 4, {SE, SB, BRK, WILL}, 4, ""},
        {{'\r', 0, 'b'}, 3, {'\r', 'b'}, 2, ""}, /* CR NUL is CR */
        {{'\r', '\n', 0}, 3, {'\r', '\n', 0}, 3, ""},
        {{0, 'b'}, 2, {0, 'b'}, 2, ""},
        {{'\r', 0, 0}, 3, {'\r', 0}, 2, ""},
        {{IAC, WILL, 3, '\r', 0}, 5, {'\r'}, 1, ""},
        {{IAC, DO, 0, '\r', 0}, 5, {'\r'}, 1, ""},
        {{IAC, WILL, 0, '\r', 0}, 5, {'\r', 0}, 2, ""}, /* binary from here on */
        {{'\r', 0}, 2, {'\r', 0}, 2, ""},
    };
    static const uint8_t greeting[] = {IAC, WILL, 1, IAC, WILL, 3, IAC, WILL, 0, IAC, DO, 0};
    for (int pieces = 0; pieces < 2; pieces++) {
        begin(&(struct chardev_option){.kind = CHARDEV_UNIX, .server = true, .telnet = true}, 1);
        come();
        turn();
        is("greeting", &seen, greeting, sizeof greeting);
        ck_assert(chardev_is_terminal(chr));
        for (size_t i = 0; i < ARRAY_LEN(row); i++) {
            struct buf all = {0};
            char events[8] = "";
            for (size_t at = 0, n; at < row[i].nin; at += n) {
                n = pieces ? 1 : row[i].nin;
                type(row[i].in + at, n);
                buf_add(&all, users[0].got.data, users[0].got.len);
                strcat(events, users[0].events);
            }
            char what[40];
            snprintf(what, sizeof what, "row %zu%s", i, pieces ? " in pieces" : "");
            is(what, &all, row[i].out, row[i].nout);
            ck_assert_msg(!strcmp(events, row[i].events), "%s: events '%s'", what, events);
            buf_free(&all);
        }
        static const uint8_t out[] = {'a', 255, 254, 255}, doubled[] = {'a', 255, 255, 254, 255, 255};
        buf_clear(&seen);
        chardev_write(chr, out, sizeof out);
        turn();
        is("IAC is doubled", &seen, doubled, sizeof doubled);
        /* The next client begins anew. */
        close(client);
        turn();
        buf_clear(&seen);
        come();
        turn();
        is("greeting", &seen, greeting, sizeof greeting);
        type("\r\0", 2);
        GOT(0, "\r");
        buf_clear(&seen);
        end();
    }
}
END_TEST

/* --- A mux --- */

START_TEST(keys_of_a_mux)
{
    static const struct chardev_option o = {.kind = CHARDEV_UNIX, .server = true, .mux = true};
    begin(&o, 3);
    ck_assert_str_eq(users[0].events, "F");
    ck_assert_str_eq(users[1].events, "");
    come();
    turn();
    for (unsigned i = 0; i < 3; i++)
        ck_assert_str_eq(users[i].events, i ? "O" : "FO");
    type("abc", 3);
    GOT(0, "abc");
    GOT(1, "");
    type("a\001\001b", 4);
    GOT(0, "a\001b");
    type("a\001zb", 4);
    GOT(0, "ab");
    type("a\001cb", 4);
    GOT(0, "a");
    GOT(1, "b");
    ck_assert_str_eq(users[0].events, "U");
    ck_assert_str_eq(users[1].events, "F");
    type("\001", 1);
    type("cx\001cy", 5);
    GOT(2, "x");
    GOT(0, "y");
    type("\001b\001c\001b", 6);
    ck_assert_str_eq(users[0].events, "BU");
    ck_assert_str_eq(users[1].events, "FB");
    for (unsigned i = 0; i < 2; i++) {
        type(i ? "\001?" : "\001h", 2);
        ck_assert(seen.len > 100 && !memcmp(seen.data, "\r\nCtrl-A h ", 11));
    }
    type("\001s", 2);
    ck_assert_uint_eq(host_saw.commits, 1);
    ck_assert_uint_eq(host_saw.quits, 0);
    type("\001x", 2);
    ck_assert_uint_eq(host_saw.quits, 1);
    SEEN("\r\nVitrine: terminated\r\n");
    /* What the focused user has no room for is held for it, and dropped when another one gets the keys. */
    users[1].room = 2;
    type("abcde", 5);
    GOT(1, "ab");
    users[1].room = 1;
    chardev_room(chr);
    GOT(1, "abc");
    users[1].room = 0;
    type("\001cz", 3);
    GOT(1, "");
    GOT(2, "z");
    users[1].room = SIZE_MAX;
    type("\001c\001c", 4);
    GOT(1, "");
    /* Held at most: 64 KiB and a part of 4 KiB; nothing is lost. */
    users[1].room = 0;
    static uint8_t much[100000];
    for (size_t i = 0; i < sizeof much; i++)
        much[i] = (uint8_t)(i * 7 + (i >> 8)) | 2;
    buf_clear(&users[1].got);
    ck_assert_int_eq(write(client, much, sizeof much), sizeof much);
    turn();
    struct pollfd idle[CHARDEV_FDS];
    ck_assert_msg(!chardev_poll(chr, idle), "held up, and still polled");
    users[1].room = SIZE_MAX;
    chardev_room(chr);
    is("held", &users[1].got, much, 1 << 16);
    turn();
    is("held", &users[1].got, much, sizeof much);
    /* A client that goes takes what is held with it. */
    users[1].room = 0;
    type("gone", 4);
    close(client);
    users[1].events[0] = 0;
    turn();
    ck_assert_str_eq(users[1].events, "C");
    come();
    turn();
    users[1].room = SIZE_MAX;
    chardev_room(chr);
    type("new", 3);
    GOT(1, "new");
    end();
    begin(&o, 0); /* nobody listens */
    come();
    turn();
    type("abc\001b\001cd", 8);
    ck_assert(chardev_connected(chr));
    end();
    begin(&o, 1); /* one user alone has nobody to give the keys to */
    come();
    turn();
    type("a\001cb", 4);
    GOT(0, "ab");
    ck_assert_str_eq(users[0].events, "");
    end();
}
END_TEST

START_TEST(times_before_lines)
{
    begin(&(struct chardev_option){.kind = CHARDEV_UNIX, .server = true, .mux = true}, 1);
    come();
    turn();
    type("\001t", 2);
    chardev_puts(chr, "one\ntw");
    chardev_puts(chr, "o\n");
    turn();
    buf_add8(&seen, 0);
    unsigned h, m, s, ms;
    int n = 0;
    const char *text = (const char *)seen.data;
    ck_assert_msg(sscanf(text, "[%2u:%2u:%2u.%3u] one\n%n", &h, &m, &s, &ms, &n) == 4 && n == 19 && !h && !m && s < 5,
                  "%s", text);
    ck_assert_msg(sscanf(text + n, "[%2u:%2u:%2u.%3u] two%n", &h, &m, &s, &ms, &n) == 4 && n == 18 &&
                      !strcmp(text + 19 + 18, "\n"),
                  "%s", text);
    struct timespec wait = {.tv_nsec = 1100000000 - 1000000000};
    wait.tv_sec = 1;
    nanosleep(&wait, NULL);
    buf_clear(&seen);
    chardev_puts(chr, "x\n");
    turn();
    buf_add8(&seen, 0);
    ck_assert_msg(sscanf((const char *)seen.data, "[00:00:%2u.%3u] x", &s, &ms) == 2 && s >= 1 && s < 10 && ms < 1000,
                  "%s", (const char *)seen.data);
    type("\001t", 2);
    chardev_puts(chr, "y\n");
    turn();
    SEEN("y\n");
    end();
}
END_TEST

START_TEST(users_share_a_mux_only)
{
    struct error err;
    struct chardev_user u = {"another", user_input, NULL, NULL, &users[4]};
    begin(&(struct chardev_option){.kind = CHARDEV_NULL}, 1);
    ck_assert(!chardev_use(chr, &u, &err));
    ck_assert_str_eq(err.text, "another: chardev 'chr' is somebody's already; give it mux=on to share it");
    end();
    begin(&(struct chardev_option){.kind = CHARDEV_NULL, .mux = true}, 4);
    ck_assert(!chardev_use(chr, &u, &err));
    ck_assert_str_eq(err.text, "another: chardev 'chr' has 4 users already, and no more are possible");
    end();
}
END_TEST

/* --- Clients --- */

static void prints(const char *want)
{
    struct buf b = {0};
    chardev_print(chr, &b);
    is("info chardev", &b, want, strlen(want));
    buf_free(&b);
}

START_TEST(a_server_takes_one_client_after_another)
{
    char text[200];
    static const struct chardev_option o = {.kind = CHARDEV_UNIX, .server = true, .wait = true};
    struct stat st;
    begin(&o, 1);
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert(chardev_waits(chr) && !chardev_connected(chr) && !chardev_is_terminal(chr));
    snprintf(text, sizeof text, "chr: filename=disconnected:unix:%s,server=on\n", path);
    prints(text);
    chardev_puts(chr, "nobody hears that");
    ck_assert_uint_eq(chardev_queued(chr), 0);
    ck_assert_int_eq(chardev_timeout(chr), -1);
    for (unsigned i = 0; i < 2; i++) {
        users[0].events[0] = 0;
        come();
        turn();
        ck_assert(chardev_connected(chr) && !chardev_waits(chr));
        ck_assert_str_eq(users[0].events, "O");
        snprintf(text, sizeof text, "chr: filename=unix:%s,server=on\n", path);
        prints(text);
        type("ab", 2);
        GOT(0, "ab");
        chardev_puts(chr, "cd");
        turn();
        SEEN("cd");
        close(client);
        client = -1;
        users[0].events[0] = 0;
        turn();
        ck_assert_str_eq(users[0].events, "C");
        ck_assert(!chardev_connected(chr) && !chardev_waits(chr));
    }
    come();
    turn();
    users[0].events[0] = 0;
    chardev_disconnect(chr);
    ck_assert_str_eq(users[0].events, "C");
    uint8_t byte;
    ck_assert_int_eq(read(client, &byte, 1), 0);
    end();
    ck_assert_int_ne(lstat(path, &st), 0); /* its name is gone */
    /* A stale socket is taken over, a file is not. */
    struct error err;
    int fd = host_listen_unix(path, &err);
    close(fd);
    begin(&o, 1);
    end();
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    ck_assert_int_eq(host_listen_unix(path, &err), -1);
    ck_assert_msg(strstr(err.text, "there is a file of that name") != NULL, "%s", err.text);
    ck_assert_int_eq(lstat(path, &st), 0);
    struct chardev_option taken = {.kind = CHARDEV_UNIX, .server = true, .path = path, .said = "-serial (COM2)"};
    ck_assert_ptr_null(chardev_open(&taken, &host, &err)); /* which option asked for it is said */
    ck_assert_msg(!strncmp(err.text, "-serial (COM2): unix:", 21), "%s", err.text);
    ck_assert_int_eq(host_listen_unix("no/where", &err), -1);
    ck_assert_msg(strstr(err.text, "unix:no/where: cannot listen: No such file or directory") != NULL, "%s", err.text);
    unlink(path);
    memset(text, 'x', sizeof text);
    text[0] = '.', text[1] = '/', text[107] = 0; /* sun_path has 108 bytes with its NUL */
    fd = host_listen_unix(text, &err);
    ck_assert_msg(fd >= 0, "a path of 107 bytes: %s", err.text);
    close(fd);
    unlink(text);
    text[107] = 'x', text[108] = 0;
    ck_assert_int_eq(host_listen_unix(text, &err), -1);
    ck_assert_msg(strstr(err.text, "longer than the 107 bytes") != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_slow_reader_loses_nothing)
{
    static uint8_t much[600000];
    for (size_t i = 0; i < sizeof much; i++)
        much[i] = (uint8_t)(i * 13 + (i >> 9));
    begin(&(struct chardev_option){.kind = CHARDEV_UNIX, .server = true}, 1);
    come();
    turn();
    buf_clear(&seen);
    for (size_t at = 0; at < sizeof much; at += 1000)
        chardev_write(chr, much + at, 1000);
    ck_assert_uint_gt(chardev_queued(chr), sizeof much / 2);
    struct buf b = {0};
    chardev_print(chr, &b);
    buf_add8(&b, 0);
    char want[60];
    snprintf(want, sizeof want, ", %zu bytes wait for the reader\n", chardev_queued(chr));
    ck_assert_msg(strstr((const char *)b.data, want) != NULL, "%s", (const char *)b.data);
    buf_free(&b);
    turn();
    ck_assert_uint_eq(chardev_queued(chr), 0);
    is("the reader", &seen, much, sizeof much);
    /* One that goes while it is behind: what it has not read is nobody's. */
    for (size_t at = 0; at < sizeof much; at += 1000)
        chardev_write(chr, much + at, 1000);
    close(client);
    client = -1;
    turn();
    ck_assert(!chardev_connected(chr));
    ck_assert_uint_eq(chardev_queued(chr), 0);
    buf_clear(&seen);
    come();
    turn();
    is("the next one", &seen, "", 0);
    /* A user without room is not read for; what comes is taken once there is room. */
    users[0].room = 3;
    type("abcdef", 6);
    GOT(0, "abc");
    struct pollfd p[CHARDEV_FDS];
    ck_assert_uint_eq(chardev_poll(chr, p), 0);
    users[0].room = SIZE_MAX;
    turn();
    GOT(0, "abcdef");
    end();
}
END_TEST

static struct chardev_option client_of(unsigned reconnect)
{
    return (struct chardev_option){.kind = CHARDEV_UNIX, .reconnect = reconnect};
}

START_TEST(a_client_tries_again_after_its_seconds)
{
    struct error err = {""};
    struct chardev_option o = client_of(0);
    begin(&(struct chardev_option){.kind = CHARDEV_NULL}, 1);
    ck_assert(!chardev_connected(chr) && chardev_timeout(chr) == -1);
    end();
    o.path = path;
    ck_assert_ptr_null(chardev_open(&o, &host, &err)); /* without reconnect= it is an error */
    ck_assert_msg(strstr(err.text, "cannot connect: No such file or directory") != NULL, "%s", err.text);
    o = client_of(1);
    begin(&o, 1);
    ck_assert(!chardev_connected(chr));
    int ms = chardev_timeout(chr);
    ck_assert_msg(ms >= 0 && ms <= 1000, "%d ms", ms);
    turn();
    ck_assert(!chardev_connected(chr));
    int server = host_listen_unix(path, &err);
    for (unsigned round = 0; round < 2; round++) {
        struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
        nanosleep(&wait, NULL);
        ck_assert_int_le(chardev_timeout(chr), 1);
        wait = (struct timespec){.tv_nsec = 3000000};
        nanosleep(&wait, NULL);
        users[0].events[0] = 0;
        turn();
        ck_assert_msg(chardev_connected(chr), "round %u", round);
        ck_assert_str_eq(users[0].events, "O");
        ck_assert_int_eq(chardev_timeout(chr), -1);
        client = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        type("hello", 5);
        GOT(0, "hello");
        close(client);
        client = -1;
        turn();
        ck_assert_str_eq(users[0].events, "C");
        ms = chardev_timeout(chr);
        ck_assert_msg(ms >= 0 && ms <= 1000, "round %u: %d ms", round, ms);
    }
    end();
    o = client_of(0); /* and one that does not try again */
    begin(&o, 1);
    ck_assert(chardev_connected(chr));
    client = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    close(client);
    client = -1;
    turn();
    ck_assert(!chardev_connected(chr) && chardev_timeout(chr) == -1);
    end();
    close(server);
}
END_TEST

START_TEST(tcp_listens_and_connects)
{
    static char any[] = "0", local[] = "127.0.0.1";
    struct error err = {""};
    int fds[2];
    ck_assert_uint_eq(host_listen_tcp(local, any, fds, 2, &err), 1);
    unsigned port = host_port(fds[0]);
    ck_assert_uint_gt(port, 0);
    char text[12];
    snprintf(text, sizeof text, "%u", port);
    for (int nodelay = 0; nodelay < 2; nodelay++) {
        int on = -1, got;
        socklen_t n = sizeof on;
        struct chardev_option o = {.kind = CHARDEV_TCP, .host = local, .port = text, .nodelay = nodelay};
        begin(&o, 1);
        ck_assert(chardev_connected(chr));
        client = accept4(fds[0], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        type("hello", 5);
        struct timespec wait = {.tv_nsec = 20000000};
        nanosleep(&wait, NULL);
        turn();
        GOT(0, "hello");
        struct pollfd p[CHARDEV_FDS];
        ck_assert_uint_eq(chardev_poll(chr, p), 1);
        got = getsockopt(p[0].fd, IPPROTO_TCP, TCP_NODELAY, &on, &n);
        ck_assert(got == 0 && !on == !nodelay);
        ck_assert(fcntl(p[0].fd, F_GETFL) & O_NONBLOCK);
        ck_assert(fcntl(p[0].fd, F_GETFD) & FD_CLOEXEC);
        end();
    }
    /* All addresses: a listener for each family that this host has, side by side. */
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    int probe = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), both[2];
    bool has_six = probe >= 0 && bind(probe, (struct sockaddr *)&six, sizeof six) == 0;
    if (probe >= 0)
        close(probe);
    char other[12];
    ck_assert_uint_eq(host_listen_tcp("", any, both, 2, &err), 1); /* "0": another family would get another port */
    snprintf(other, sizeof other, "%u", host_port(both[0]));
    close(both[0]);
    size_t families = host_listen_tcp("", other, both, 2, &err);
    ck_assert_uint_eq(families, has_six ? 2 : 1);
    for (size_t i = 0; i < families; i++)
        close(both[i]);
    static char everywhere[] = "";
    struct pollfd listeners[CHARDEV_FDS];
    begin(&(struct chardev_option){.kind = CHARDEV_TCP, .server = true, .host = everywhere, .port = other}, 1);
    ck_assert_uint_eq(chardev_poll(chr, listeners), families);
    end();
    int again[2]; /* the port is taken */
    ck_assert_uint_eq(host_listen_tcp(local, text, again, 2, &err), 0);
    ck_assert_msg(strstr(err.text, "cannot listen: Address already in use") != NULL, "%s", err.text);
    /* One address of two is taken: none is left open. */
    unsigned before = 0, after = 0;
    for (int fd = 0; fd < 256; fd++)
        before += fcntl(fd, F_GETFD) >= 0;
    ck_assert_uint_eq(host_listen_tcp("", text, again, 2, &err), 0);
    ck_assert_msg(strstr(err.text, "Address already in use") != NULL, "%s", err.text);
    for (int fd = 0; fd < 256; fd++)
        after += fcntl(fd, F_GETFD) >= 0;
    ck_assert_uint_eq(before, after);
    close(fds[0]);
    struct chardev_option o = {.kind = CHARDEV_TCP, .host = local, .port = text};
    strcpy(o.said, "-serial (COM1)");
    ck_assert_ptr_null(chardev_open(&o, &host, &err));
    ck_assert_msg(strstr(err.text, "-serial (COM1) tcp:127.0.0.1:") &&
                      strstr(err.text, "cannot connect: Connection refused"),
                  "%s", err.text);
    o.server = true;
    begin(&o, 1);
    struct pollfd p[CHARDEV_FDS];
    ck_assert_uint_eq(chardev_poll(chr, p), 1);
    ck_assert_uint_eq(host_port(p[0].fd), port);
    end();
    ck_assert_uint_eq(host_port(0), 0);
    static char unknown[] = "no-such-host.invalid";
    struct chardev_option nowhere = {.kind = CHARDEV_TCP, .host = unknown, .port = text, .said = "-serial (COM2)"};
    for (int server = 0; server < 2; server++) {
        nowhere.server = server;
        ck_assert_ptr_null(chardev_open(&nowhere, &host, &err));
        ck_assert_msg(!strncmp(err.text, "-serial (COM2): no-such-host.invalid:", 37), "%s", err.text);
    }
}
END_TEST

/* --- Terminals, FIFOs, files --- */

START_TEST(a_pseudo_terminal)
{
    begin(&(struct chardev_option){.kind = CHARDEV_PTY}, 1);
    char name[100];
    ck_assert_int_eq(sscanf(host_saw.note, "char device redirected to %99s (label chr)", name), 1);
    ck_assert(!chardev_connected(chr) && chardev_is_terminal(chr));
    struct pollfd p[CHARDEV_FDS];
    ck_assert_uint_eq(chardev_poll(chr, p), 0);
    int ms = chardev_timeout(chr);
    ck_assert_msg(ms >= 0 && ms <= 300, "%d ms", ms);
    struct timespec wait = {.tv_nsec = 310000000};
    nanosleep(&wait, NULL);
    ck_assert_int_eq(chardev_timeout(chr), 0);
    turn();
    ck_assert(!chardev_connected(chr));
    ms = chardev_timeout(chr);
    ck_assert_msg(ms >= 0 && ms <= 300, "%d ms", ms);
    client = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct termios t;
    ck_assert(tcgetattr(client, &t) == 0 && !(t.c_lflag & (ECHO | ICANON | ISIG)) && !(t.c_oflag & OPOST)); /* raw */
    nanosleep(&wait, NULL);
    turn();
    ck_assert(chardev_connected(chr));
    ck_assert_int_eq(chardev_timeout(chr), -1);
    type("a\r\003", 3);
    GOT(0, "a\r\003");
    chardev_puts(chr, "b\n");
    turn();
    SEEN("b\n");
    char want[140];
    snprintf(want, sizeof want, "chr: filename=pty:%s\n", name);
    prints(want);
    close(client);
    client = -1;
    users[0].events[0] = 0;
    turn();
    nanosleep(&wait, NULL);
    turn();
    ck_assert_str_eq(users[0].events, "C");
    ck_assert(!chardev_connected(chr));
    end();
}
END_TEST

START_TEST(fifos_files_and_logs)
{
    static char pair[] = "pair", one[] = "one", none[] = "none", file[] = "file", log[] = "log";
    struct error err = {""};
    char text[20] = "";
    mkfifo("pair.in", 0600), mkfifo("pair.out", 0600), mkfifo("one", 0600);
    begin(&(struct chardev_option){.kind = CHARDEV_PIPE, .path = pair}, 1);
    ck_assert(chardev_connected(chr) && !strcmp(users[0].events, "O"));
    client = open("pair.in", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    int out = open("pair.out", O_RDONLY | O_NONBLOCK | O_CLOEXEC), at = client;
    client = -1;
    ck_assert_int_eq(write(at, "in", 2), 2);
    struct pollfd idle[CHARDEV_FDS];
    users[0].room = 0;
    ck_assert_uint_eq(chardev_poll(chr, idle), 0);
    turn();
    GOT(0, "");
    users[0].room = SIZE_MAX;
    ck_assert_uint_eq(chardev_poll(chr, idle), 1);
    turn();
    GOT(0, "in");
    static uint8_t full_pipe[100000]; /* more than a FIFO holds: the rest waits for its reader */
    chardev_write(chr, full_pipe, sizeof full_pipe);
    ck_assert_uint_gt(chardev_queued(chr), 0);
    ck_assert(chardev_poll(chr, idle) == 2 && idle[1].events == POLLOUT);
    for (size_t n = 0; n < sizeof full_pipe; turn()) {
        ssize_t got = read(out, full_pipe, sizeof full_pipe);
        ck_assert_msg(got > 0, "%zu bytes came", n);
        n += (size_t)got;
    }
    ck_assert_uint_eq(chardev_queued(chr), 0);
    chardev_puts(chr, "out");
    turn();
    ck_assert_int_eq(read(out, text, sizeof text), 3);
    ck_assert_mem_eq(text, "out", 3);
    close(at), close(out);
    prints("chr: filename=pipe:pair\n");
    end();
    begin(&(struct chardev_option){.kind = CHARDEV_PIPE, .path = one}, 1);
    end();
    struct chardev_option o = {.kind = CHARDEV_PIPE, .path = none, .said = "-chardev"};
    ck_assert_ptr_null(chardev_open(&o, &host, &err));
    ck_assert_str_eq(
        err.text, "-chardev pipe:none: cannot be opened: No such file or directory; make FIFOs none.in and none.out");
    static char long_name[520];
    for (unsigned n = 511; n <= 512; n++) { /* bytes of a name, of which there may be 511 */
        memset(long_name, '/', sizeof long_name);
        for (unsigned i = 0; i < 508; i += 2)
            long_name[i] = '.';
        strcpy(long_name + n - 3, "one");
        o.path = long_name;
        struct chardev *c = chardev_open(&o, &host, &err);
        ck_assert_msg(!c == (n == 512), "a name of %u bytes: %.40s", n, err.text);
        chardev_close(c);
    }
    for (int append = 0; append < 2; append++) {
        FILE *f = fopen("file", "w");
        fputs("before ", f), fclose(f);
        f = fopen("log", "w");
        fputs("earlier ", f), fclose(f);
        begin(
            &(struct chardev_option){
                .kind = CHARDEV_FILE, .path = file, .append = append, .logfile = log, .logappend = append},
            1);
        ck_assert(chardev_connected(chr));
        chardev_puts(chr, "after");
        struct pollfd p[CHARDEV_FDS];
        ck_assert_uint_eq(chardev_poll(chr, p), 0);
        end();
        char got[40] = "";
        f = fopen("file", "r");
        ck_assert_str_eq(fgets(got, sizeof got, f), append ? "before after" : "after");
        fclose(f);
        f = fopen("log", "r");
        ck_assert_str_eq(fgets(got, sizeof got, f), append ? "earlier after" : "after");
        fclose(f);
    }
    static char nowhere[] = "no/where", full[] = "/dev/full";
    struct chardev_option bad = {.kind = CHARDEV_FILE, .path = nowhere};
    ck_assert_ptr_null(chardev_open(&bad, &host, &err));
    bad = (struct chardev_option){.kind = CHARDEV_NULL, .logfile = nowhere};
    ck_assert_ptr_null(chardev_open(&bad, &host, &err));
    begin(&(struct chardev_option){.kind = CHARDEV_FILE, .path = full}, 1); /* a disk that is full is told once */
    chardev_puts(chr, "x");
    ck_assert_str_eq(host_saw.note, "/dev/full: cannot be written: No space left on device; what follows is lost");
    host_saw.note[0] = 0;
    chardev_puts(chr, "x");
    ck_assert_str_eq(host_saw.note, "");
    ck_assert_uint_eq(chardev_queued(chr), 0);
    end();
    begin(&(struct chardev_option){.kind = CHARDEV_FILE, .path = file, .logfile = full}, 1);
    chardev_puts(chr, "x");
    ck_assert_str_eq(host_saw.note,
                     "logfile=/dev/full: cannot be written: No space left on device; what follows is lost");
    host_saw.note[0] = 0;
    chardev_puts(chr, "x");
    ck_assert_str_eq(host_saw.note, "");
    end();
    begin(&(struct chardev_option){.kind = CHARDEV_VC}, 1);
    ck_assert(!strncmp(host_saw.note, "note: -chardev vc: the display has no text consoles", 50));
    ck_assert(!chardev_connected(chr));
    prints("chr: filename=vc\n");
    end();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("chardev");
    TCase *t = tcase_create("chardev");
    suite_add_tcase(s, t);
    tcase_set_timeout(t, 20);
    tcase_add_test(t, telnet_takes_commands_out);
    tcase_add_test(t, keys_of_a_mux);
    tcase_add_test(t, times_before_lines);
    tcase_add_test(t, users_share_a_mux_only);
    tcase_add_test(t, a_server_takes_one_client_after_another);
    tcase_add_test(t, a_slow_reader_loses_nothing);
    tcase_add_test(t, a_client_tries_again_after_its_seconds);
    tcase_add_test(t, tcp_listens_and_connects);
    tcase_add_test(t, a_pseudo_terminal);
    tcase_add_test(t, fifos_files_and_logs);
    char folder[] = "/tmp/vitrine-chardev.XXXXXX", command[60];
    if (!mkdtemp(folder) || chdir(folder) < 0)
        return 1;
    snprintf(path, sizeof path, "%s/socket", folder);
    signal(SIGPIPE, SIG_IGN); /* as the front end does */
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    snprintf(command, sizeof command, "rm -r %s", folder);
    failed += chdir("/") < 0 || system(command) != 0;
    return failed != 0;
}
