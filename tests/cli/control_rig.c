/* SPDX-License-Identifier: MIT */
/* The rig of the tests of QMP and the console, and their list. */
#include "config.h"

#include "tests/cli/control_rig.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/hmp/hmp.h"
#include "ctl/hmp/monitor.h"
#include "ctl/host_file.h"
#include "ctl/qmp/qmp.h"

struct rig rig;

/* --- The machine --- */

static void on_ready(void *ctx, uint32_t jail)
{
    (void)ctx, (void)jail;
}
static void on_event(void *ctx, enum link_event ev, bool by_guest, enum link_cause cause)
{
    (void)ctx, (void)ev, (void)by_guest, (void)cause;
}
static const struct guest_ops guest_ops = {.ready = on_ready, .event = on_event};

static void machine_turn(void)
{
    struct link_msg m;
    while (link_recv(&rig.machine, &m) == LINK_GOT_MSG) {
        bool request = link_rule(m.type)->answer != LINK_NO_ANSWER;
        size_t skip = request ? 4 : 0;
        if (rig.nsent < RIG_SENT) {
            rig.sent[rig.nsent].type = m.type;
            rig.sent[rig.nsent].len = m.len - skip;
            memcpy(rig.sent[rig.nsent].data, m.data + skip, MIN(m.len - skip, (size_t)RIG_BYTES));
        }
        rig.nsent++;
        if (!request || rig.silent)
            continue;
        if (rig.error)
            link_reply_error(&rig.machine, ld32(m.data), rig.error);
        else
            link_reply(&rig.machine, ld32(m.data), rig.reply, rig.reply_len);
    }
    link_flush(&rig.machine);
}

void rig_sent(const char *what, unsigned n, enum link_type type, const void *data, size_t len)
{
    ck_assert_msg(n < rig.nsent, "%s: %u messages, no number %u; said: %.*s", what, rig.nsent, n, (int)rig.heard.len,
                  rig.heard.len ? (const char *)rig.heard.data : "");
    ck_assert_msg(rig.sent[n].type == type, "%s: message %u is %s, not %s", what, n, link_rule(rig.sent[n].type)->name,
                  link_rule(type)->name);
    ck_assert_msg(rig.sent[n].len == len, "%s: %s has %zu bytes, not %zu", what, link_rule(type)->name, rig.sent[n].len,
                  len);
    for (size_t i = 0; i < len; i++)
        ck_assert_msg(rig.sent[n].data[i] == ((const uint8_t *)data)[i], "%s: byte %zu of %s is %02x, not %02x", what,
                      i, link_rule(type)->name, rig.sent[n].data[i], ((const uint8_t *)data)[i]);
}

static void ignored(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    (void)ctx, (void)kind, (void)data, (void)len;
}

void rig_fill(bool full)
{
    for (unsigned i = 0; i < GUEST_REQUESTS; i++)
        rig.guest.request[i] = (struct guest_request){.id = full ? 1000 + i : 0, .fn = ignored};
}

/* --- The front end --- */

static void call(const char *fmt, ...)
{
    char text[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_add(&rig.calls, text, strlen(text));
}

const char *rig_calls(void)
{
    static char text[2000];
    snprintf(text, sizeof text, "%.*s", (int)rig.calls.len, rig.calls.len ? (const char *)rig.calls.data : "");
    return text;
}

static void finish(control_done_fn *done, void *ctx)
{
    done(ctx, !rig.call_error, rig.call_error ? rig.call_error : "");
}

static void change_medium(void *ctx, unsigned drive, const char *path, const char *format, enum medium_access access,
                          bool force, control_done_fn *done, void *done_ctx)
{
    static const char *const names[] = {"retain", "read-only", "read-write"};
    (void)ctx;
    call("change %u %s %s %s%s\n", drive, path, format ? format : "-", names[access], force ? " force" : "");
    finish(done, done_ctx);
}

static void eject(void *ctx, unsigned drive, bool force, control_done_fn *done, void *done_ctx)
{
    (void)ctx;
    call("eject %u%s\n", drive, force ? " force" : "");
    finish(done, done_ctx);
}

static bool commit(void *ctx, int drive, control_done_fn *done, void *done_ctx)
{
    (void)ctx;
    call("commit %d\n", drive);
    finish(done, done_ctx);
    return true;
}

static bool encode(struct buf *out, const char *path, bool png, uint32_t w, uint32_t h, const uint8_t *pixels,
                   struct error *err)
{
    (void)path, (void)err;
    call("picture %s %u %u %02x\n", png ? "png" : "ppm", w, h, pixels[0]);
    buf_add(out, "pixels", 6);
    return true;
}

static void quit(void *ctx)
{
    (void)ctx;
    rig.quits++;
}

static void tell_vnc(void *ctx, struct control_vnc *to)
{
    (void)ctx;
    *to = rig.vnc;
}

static bool vnc_password(void *ctx, const char *text, struct error *err)
{
    (void)ctx;
    call("password %s\n", text);
    return !rig.call_error || error_set(err, "%s", rig.call_error);
}

static bool info(void *ctx, const char *what, struct buf *out)
{
    (void)ctx;
    if (strcmp(what, "chardev") != 0 || !rig.chardevs)
        return false;
    buf_add(out, rig.chardevs, strlen(rig.chardevs));
    return true;
}

static pid_t machine_pid(void *ctx)
{
    (void)ctx;
    return 4711;
}

static void host_quit(void *ctx)
{
    (void)ctx;
    rig.quits++;
}
static void host_commit(void *ctx)
{
    (void)ctx;
    rig.commits++;
}
static int host_open(void *ctx, const char *what, const char *path, bool pipe, bool append, struct error *err)
{
    (void)ctx;
    return host_file_stream(what, path, pipe ? STREAM_PIPE : STREAM_FILE, append, &rig.o, err);
}
static void host_note(void *ctx, const char *line)
{
    (void)ctx;
    call("note %s\n", line);
}

/* --- A client --- */

static void client_path(struct sockaddr_un *a)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(a->sun_path, sizeof a->sun_path, "%s/socket", rig.folder);
}

void rig_connect(void)
{
    struct sockaddr_un a;
    client_path(&a);
    if (rig.client >= 0)
        close(rig.client);
    rig.client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    rig_turn();
    ck_assert_int_eq(connect(rig.client, (struct sockaddr *)&a, sizeof a), 0);
    rig_turn();
}

static bool client_turn(void)
{
    uint8_t part[1 << 16];
    ssize_t n = rig.client < 0 || rig.deaf ? 0 : recv(rig.client, part, sizeof part, MSG_DONTWAIT);
    if (n > 0)
        buf_add(&rig.heard, part, (size_t)n);
    return n > 0;
}

void rig_turn(void)
{
    for (unsigned quiet = 0, turns = 0; quiet < 3; turns++) {
        struct pollfd p[CHARDEV_FDS];
        ck_assert_msg(turns < 100000, "there is no end of it");
        unsigned before = rig.nsent;
        bool busy = false;
        if (rig.chr) {
            unsigned n = chardev_poll(rig.chr, p);
            busy = poll(p, n, 0) > 0;
            chardev_ready(rig.chr, p, n);
        }
        guest_flush(&rig.guest);
        machine_turn();
        guest_receive(&rig.guest);
        ck_assert_msg(!rig.guest.distrusted, "the front end believes the rig no more: %s", rig.guest.broke.text);
        quiet = client_turn() || busy || rig.nsent != before ? 0 : quiet + 1;
    }
}

static void forget(void)
{
    rig.nsent = 0;
    buf_clear(&rig.heard);
    buf_clear(&rig.calls);
}

const char *rig_ask_bytes(const void *data, size_t len)
{
    const uint8_t *p = data;
    forget();
    while (len) {
        ssize_t n = send(rig.client, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        } else {
            ck_assert_int_eq(errno, EAGAIN);
        }
        rig_turn();
    }
    rig_turn();
    buf_add8(&rig.heard, 0);
    rig.heard.len--;
    return (const char *)rig.heard.data;
}

const char *rig_ask(const char *fmt, ...)
{
    static char text[1 << 20];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return rig_ask_bytes(text, strlen(text));
}

void rig_answer(const char *json, const char *want)
{
    const char *said = rig_ask_bytes(json, strlen(json));
    ck_assert_msg(strstr(said, want) != NULL, "%s: no %s in: %s", json, want, said);
}

void answers(const char *json, const char *want)
{
    const char *said = rig_ask_bytes(json, strlen(json));
    ck_assert_msg(!strcmp(said, want), "%s: '%s', not '%s'", json, said, want);
}

static void line_done(void *ctx, bool good, const char *text)
{
    struct buf *b = ctx;
    (void)good;
    buf_clear(b);
    buf_add(b, text, strlen(text) + 1);
}

const char *rig_line(const char *line)
{
    static struct buf b;
    forget();
    buf_clear(&b);
    buf_add(&b, "(no answer)", 12);
    if (!control_line(&rig.control, line, line_done, &b))
        return "(not taken)";
    rig_turn();
    return (const char *)b.data;
}

void rig_open(enum rig_user user, const char *fmt, ...)
{
    static char words[4000];
    char *argv[64] = {words};
    int argc = 1, fds[2];
    struct error err;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    char *rest = words;
    for (char *w; (w = strtok_r(rest, " ", &rest)) != NULL;)
        argv[argc++] = w;
    rig = (struct rig){.client = -1};
    ck_assert_msg(options_parse(&rig.o, argc, argv, &err), "%s", err.text);
    ck_assert(link_pair(fds, &err));
    guest_init(&rig.guest, fds[0], &guest_ops, NULL);
    rig.guest.course.phase = LINK_STANDING;
    link_init(&rig.machine, fds[1]);
    rig.control = (struct control){.guest = &rig.guest,
                                   .name = rig.o.name ? rig.o.name : "",
                                   .encode_picture = encode,
                                   .quit = quit,
                                   .vnc = tell_vnc,
                                   .vnc_password = vnc_password,
                                   .info = info,
                                   .change_medium = change_medium,
                                   .eject = eject,
                                   .o = &rig.o,
                                   .machine_pid = machine_pid,
                                   .commit = commit};
    strcpy(rig.folder, "/tmp/vitrine-control.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(rig.folder));
    ck_assert_int_eq(chdir(rig.folder), 0);
    if (user == RIG_NONE)
        return;
    static char path[100];
    snprintf(path, sizeof path, "%s/socket", rig.folder);
    struct chardev_option c = {.kind = CHARDEV_UNIX, .id = "chr", .said = "-chardev", .path = path, .server = true};
    c.mux = user == RIG_MUX || user == RIG_QMP_MUX;
    rig.host = (struct chardev_host){host_quit, host_commit, host_open, host_note, NULL};
    rig.chr = chardev_open(&c, &rig.host, &err);
    ck_assert_msg(rig.chr != NULL, "%s", err.text);
    bool qmp = user == RIG_QMP || user == RIG_QMP_MUX;
    if (qmp)
        rig.qmp = qmp_new(&rig.control, rig.chr, &err);
    else
        rig.monitor = monitor_new(&rig.control, rig.chr, &err);
    ck_assert_msg(rig.qmp || rig.monitor, "%s", err.text);
    chardev_begin(rig.chr);
    rig_connect();
    if (qmp)
        rig_answer("{\"execute\":\"qmp_capabilities\"}", "{\"return\":{}}");
}

void rig_close(void)
{
    char command[100];
    guest_close(&rig.guest);
    link_close(&rig.machine);
    qmp_close(rig.qmp);
    monitor_free(rig.monitor);
    chardev_close(rig.chr);
    if (rig.client >= 0)
        close(rig.client);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        free(rig.control.tray[i].file);
    options_free(&rig.o);
    buf_free(&rig.heard);
    buf_free(&rig.calls);
    ck_assert_int_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -r %s", rig.folder);
    ck_assert_int_eq(system(command), 0);
}

/* NOTE: libedit reads the terminal's description, and libtinfo keeps it to the end. Asked by ASan's run-time alone. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libtinfo";
}

int main(void)
{
    setenv("CK_DEFAULT_TIMEOUT", "20", 0); /* s: the host may be loaded */
    Suite *s = suite_create("control");
#ifdef HAVE_JANSSON
    suite_add_tcase(s, qmp_case());
    suite_add_tcase(s, qmp_query_case());
#endif
    suite_add_tcase(s, console_case());
    suite_add_tcase(s, words_case());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
