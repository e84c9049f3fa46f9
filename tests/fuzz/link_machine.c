/* SPDX-License-Identifier: MIT */
/* The hostile machine process: what it sends, scenario by scenario. */
#include "config.h"

#include "tests/fuzz/link_hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bits.h"
#include "link/configmsg.h"
#include "link/link.h"

enum { PART = 32768, PATIENCE_MS = 2000, RIGHT_SIZE = -1 };

struct hostile {
    struct link link;
    uint64_t seed;
    long reply;      /* bytes of the next replies; RIGHT_SIZE: as many as were asked for */
    bool mute;       /* requests get no reply */
    unsigned w, h;   /* of pictures */
    unsigned behind; /* bytes after a picture */
    unsigned tame;   /* one step of so many breaks a rule, perhaps */
    bool runs;
    bool e9h; /* there is that port */
    struct run_config run;
    uint64_t sample;
};

/* --- Sending whatever it be --- */

static void raw(struct hostile *h, const void *bytes, size_t len, const int *fds, unsigned nfds)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(8 * sizeof(int))];
    } control;
    struct iovec iov = {(void *)(uintptr_t)bytes, len};
    struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
    memset(&control, 0, sizeof control);
    if (nfds) {
        mh.msg_control = control.room;
        mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&mh);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
        memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
    }
    while (sendmsg(h->link.fd, &mh, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            _exit(3); /* the front end is gone */
}

static void say_with(struct hostile *h, uint32_t type, const void *data, size_t len, const int *fds, unsigned nfds)
{
    static uint8_t m[LINK_HEADER + 2 * LINK_MAX];
    st32(m, type);
    st32(m + 4, (uint32_t)len);
    if (len)
        memcpy(m + LINK_HEADER, data, len);
    raw(h, m, LINK_HEADER + len, fds, nfds);
}

static void say(struct hostile *h, uint32_t type, const void *data, size_t len)
{
    say_with(h, type, data, len, NULL, 0);
}

static void say_text(struct hostile *h, uint32_t type, const char *text)
{
    say(h, type, text, strlen(text));
}

static void say_ready(struct hostile *h)
{
    static const uint8_t all[4] = {0xff, 0xff};
    say(h, LINK_READY, all, sizeof all);
}

static void say_event(struct hostile *h, uint8_t event)
{
    uint8_t b[3] = {event, 0, 0};
    say(h, LINK_EVENT, b, sizeof b);
}

static void say_exit(struct hostile *h, uint8_t status)
{
    uint8_t b[5] = {status};
    say(h, LINK_EXIT, b, sizeof b);
}

static void begin(struct hostile *h)
{
    say_ready(h);
    say_event(h, LINK_EV_RESUME);
    h->runs = true;
}

/* --- Replying --- */

static void parts(struct hostile *h, uint32_t type, uint32_t id, const void *first, size_t nfirst, uint64_t total)
{
    static uint8_t m[5 + PART];
    uint64_t at = 0;
    do {
        size_t n = (size_t)MIN(total - at, (uint64_t)PART);
        memset(m, 'x', sizeof m);
        st32(m, id);
        if (!at && nfirst)
            memcpy(m + 5, first, MIN(nfirst, n));
        at += n;
        m[4] = at == total ? LINK_LAST : LINK_MORE;
        say(h, type, m, 5 + n);
    } while (at < total);
}

static void say_picture(struct hostile *h, uint32_t type, uint32_t id)
{
    uint8_t head[8];
    st32(head, h->w);
    st32(head + 4, h->h);
    parts(h, type, id, head, 8, 8 + (uint64_t)h->w * h->h * 4 + h->behind);
}

static void reply(struct hostile *h, uint32_t type, const uint8_t *data, size_t len)
{
    uint32_t id = ld32(data);
    uint8_t asked[16] = {0};
    memcpy(asked, data + 4, MIN(len - 4, sizeof asked));
    if (h->mute)
        return;
    if (type == LINK_SCREENSHOT)
        say_picture(h, LINK_REPLY, id);
    else if (h->reply != RIGHT_SIZE)
        parts(h, LINK_REPLY, id, NULL, 0, (uint64_t)h->reply);
    else if (type == LINK_PMEM || type == LINK_VMEM)
        parts(h, LINK_REPLY, id, NULL, 0, MIN(ld64(asked + 8), (uint64_t)1 << 20));
    else if (type == LINK_DRIVES)
        parts(h, LINK_REPLY, id, NULL, 0, 41 * MAX_DRIVES);
    else if (type == LINK_COMMAND || type == LINK_TEXT)
        parts(h, LINK_REPLY, id,
              "a\033[2J\xc2\x9b"
              "b\n",
              9, 9);
    else
        parts(h, LINK_REPLY, id, NULL, 0, 0);
    if ((type == LINK_STOP && h->runs) || (type == LINK_CONT && !h->runs)) {
        say_event(h, type == LINK_STOP ? LINK_EV_STOP : LINK_EV_RESUME);
        h->runs = !h->runs;
    }
}

static bool is_request(uint32_t type)
{
    return type == LINK_STOP || type == LINK_CONT || type == LINK_POWER || type == LINK_KEYS ||
           type == LINK_SCREENSHOT || type == LINK_TEXT || type == LINK_CELLS || type == LINK_PMEM ||
           type == LINK_VMEM || type == LINK_COMMAND || type == LINK_LOG_ITEMS || type == LINK_MEDIUM ||
           type == LINK_COMMIT || type == LINK_DRIVES || type == LINK_TYPE;
}

/* Answers what comes, as an honest one does, until LINK_QUIT, or for so long. */
static void serve(struct hostile *h, int ms)
{
    struct link_msg msg;
    struct pollfd p = {.fd = h->link.fd, .events = POLLIN};
    while (poll(&p, 1, ms) > 0) {
        enum link_got got = link_recv(&h->link, &msg);
        if (got == LINK_GOT_EOF || got == LINK_GOT_BAD)
            _exit(3);
        if (got != LINK_GOT_MSG)
            continue;
        if (msg.fd >= 0)
            close(msg.fd);
        if (msg.type == LINK_QUIT) {
            say_exit(h, 0);
            _exit(0);
        }
        if (is_request(msg.type) && msg.len >= 4)
            reply(h, msg.type, msg.data, msg.len);
    }
}

/* --- Scenarios --- */

static void keeps_the_rules(struct hostile *h)
{
    static const uint8_t tray[2] = {2, 1}, one = 1, serial[3] = {0, 'h', 'i'};
    begin(h);
    say(h, LINK_SERIAL_OUT, serial, sizeof serial);
    say(h, LINK_TRAY, tray, 2);
    say(h, LINK_POINTER_IS, &one, 1);
    serve(h, 300);
}

static void says_what_steers(struct hostile *h)
{
    begin(h);
    say_text(h, LINK_NOTE, "note \033[2J\033]0;title\a\r\n\x7f\xc2\x9b\x9b\xe2\x80\xae end");
    serve(h, PATIENCE_MS);
}

static void exits_with_what_steers(struct hostile *h)
{
    begin(h);
    say(h, LINK_EXIT, "\7\0\0\0\1why \033[2J\n\xc2\x85", 5 + 11);
    _exit(0);
}

static void ready_twice(struct hostile *h)
{
    say_ready(h);
    say_ready(h);
    serve(h, PATIENCE_MS);
}

static void ready_again_and_again(struct hostile *h)
{
    for (unsigned i = 0; i < 1000; i++)
        say_ready(h);
}

static void ready_late(struct hostile *h)
{
    begin(h);
    serve(h, 100);
    say_ready(h);
    serve(h, PATIENCE_MS);
}

static void exit_twice(struct hostile *h)
{
    begin(h);
    say_exit(h, 0);
    say_exit(h, 0);
    serve(h, PATIENCE_MS);
}

static void speaks_after_its_end(struct hostile *h)
{
    begin(h);
    say_exit(h, 0);
    say_text(h, LINK_NOTE, "still here");
    serve(h, PATIENCE_MS);
}

static void exits_and_stays(struct hostile *h)
{
    begin(h);
    say_exit(h, 5);
    for (;;)
        pause();
}

static void closes_and_stays(struct hostile *h)
{
    begin(h);
    close(h->link.fd);
    for (;;)
        pause();
}

static void exits_closes_and_stays(struct hostile *h)
{
    begin(h);
    say_exit(h, 6);
    close(h->link.fd);
    for (;;)
        pause();
}

static void crashes(struct hostile *h)
{
    begin(h);
    abort();
}

static void empty_packet(struct hostile *h)
{
    begin(h);
    raw(h, "", 0, NULL, 0);
    for (;;)
        pause();
}

static void event_before_ready(struct hostile *h)
{
    say_event(h, LINK_EV_RESUME);
    serve(h, PATIENCE_MS);
}

static void resumes_twice(struct hostile *h)
{
    begin(h);
    say_event(h, LINK_EV_RESUME);
    serve(h, PATIENCE_MS);
}

static void half_a_header(struct hostile *h)
{
    begin(h);
    raw(h, "abc", 3, NULL, 0);
    serve(h, PATIENCE_MS);
}

static void lying_length(struct hostile *h)
{
    static const uint8_t m[9] = {LINK_NOTE, 0, 0, 0, 2, 0, 0, 0, 'a'};
    begin(h);
    raw(h, m, sizeof m, NULL, 0);
    serve(h, PATIENCE_MS);
}

static void too_long(struct hostile *h)
{
    static const uint8_t much[LINK_MAX + 1];
    begin(h);
    say(h, LINK_DEBUGCON, much, sizeof much);
    serve(h, PATIENCE_MS);
}

static void sends_descriptors(struct hostile *h, unsigned n)
{
    int fds[8] = {h->link.fd, h->link.fd, h->link.fd, h->link.fd, h->link.fd, h->link.fd, h->link.fd, h->link.fd};
    begin(h);
    say_with(h, LINK_NOTE, "a", 1, fds, n);
    serve(h, PATIENCE_MS);
}

static void one_descriptor(struct hostile *h)
{
    sends_descriptors(h, 1);
}

static void eight_descriptors(struct hostile *h)
{
    sends_descriptors(h, 8);
}

static void sends_once(struct hostile *h, uint32_t type, const void *data, size_t len)
{
    begin(h);
    say(h, type, data, len);
    serve(h, PATIENCE_MS);
}

static void reply_to_nothing(struct hostile *h)
{
    sends_once(h, LINK_REPLY, "\1\0\0\0\1", 5);
}

static void stats_unasked(struct hostile *h)
{
    static const uint8_t b[18] = {[16] = LINK_STATE_RUNNING};
    sends_once(h, LINK_STATS_ARE, b, sizeof b);
}

static void credit_unasked(struct hostile *h)
{
    sends_once(h, LINK_SERIAL_TAKEN, "\0\1\0\0\0", 5);
}

static void port_that_is_not(struct hostile *h)
{
    sends_once(h, LINK_SERIAL_OUT, "\3a", 2);
}

static void debugcon_that_is_not(struct hostile *h)
{
    sends_once(h, LINK_DEBUGCON, "a", 1);
}

static void log_unasked(struct hostile *h)
{
    sends_once(h, LINK_LOG, "a\n", 2);
}

static void frame_unasked(struct hostile *h)
{
    static const uint8_t b[17] = {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    sends_once(h, LINK_FRAME, b, sizeof b);
}

static void audio_unasked(struct hostile *h)
{
    static const uint8_t b[10];
    sends_once(h, LINK_AUDIO, b, sizeof b);
}

static void picture_unasked(struct hostile *h)
{
    begin(h);
    say_picture(h, LINK_PICTURE, 7);
    serve(h, PATIENCE_MS);
}

static void picture_twice(struct hostile *h)
{
    begin(h);
    say_picture(h, LINK_PICTURE, 0);
    say_picture(h, LINK_PICTURE, 0);
    serve(h, PATIENCE_MS);
}

static void replies(struct hostile *h, long bytes)
{
    begin(h);
    h->reply = bytes;
    serve(h, PATIENCE_MS);
}

static void replies_rightly(struct hostile *h)
{
    replies(h, RIGHT_SIZE);
}

static void replies_one_short(struct hostile *h)
{
    replies(h, 4095);
}

static void replies_one_more(struct hostile *h)
{
    replies(h, 4097);
}

static void replies_much_more(struct hostile *h)
{
    replies(h, 656l << 20);
}

static void replies_without_end(struct hostile *h)
{
    struct link_msg msg = {.type = 0};
    begin(h);
    while (!is_request(msg.type))
        link_wait(&h->link, &msg);
    uint8_t m[5] = {msg.data[0], msg.data[1], msg.data[2], msg.data[3], LINK_MORE};
    for (;;)
        say(h, LINK_REPLY, m, sizeof m);
}

static void replies_twice(struct hostile *h)
{
    struct link_msg msg = {.type = 0};
    begin(h);
    while (!is_request(msg.type))
        link_wait(&h->link, &msg);
    reply(h, msg.type, msg.data, msg.len);
    reply(h, msg.type, msg.data, msg.len);
    serve(h, PATIENCE_MS);
}

static void pictures(struct hostile *h, unsigned w, unsigned height, unsigned behind)
{
    begin(h);
    h->w = w;
    h->h = height;
    h->behind = behind;
    serve(h, PATIENCE_MS);
}

static void largest_picture(struct hostile *h)
{
    pictures(h, 2560, 1600, 0);
}

static void too_wide(struct hostile *h)
{
    pictures(h, 2561, 2, 0);
}

static void bytes_behind_the_picture(struct hostile *h)
{
    pictures(h, 64, 48, 4);
}

static void endless_picture(struct hostile *h)
{
    pictures(h, 64, 48, 600 << 20);
}

/* --- Floods --- */

static void flood(struct hostile *h, uint32_t type, const void *data, size_t len, unsigned n)
{
    begin(h);
    for (unsigned i = 0; i < n; i++)
        say(h, type, data, len);
    serve(h, PATIENCE_MS);
}

static void floods_a_stuck_port(struct hostile *h)
{
    static const uint8_t part[1 + PART];
    flood(h, LINK_SERIAL_OUT, part, sizeof part, 20000);
}

static void floods_an_open_port(struct hostile *h)
{
    static uint8_t part[1 + PART];
    memset(part + 1, 'o', PART);
    flood(h, LINK_SERIAL_OUT, part, sizeof part, 1000);
}

static void floods_after_quit(struct hostile *h)
{
    static const uint8_t part[1 + PART];
    struct link_msg msg = {.type = 0};
    begin(h);
    while (msg.type != LINK_QUIT)
        link_wait(&h->link, &msg);
    for (unsigned i = 0; i < 20000; i++)
        say(h, LINK_SERIAL_OUT, part, sizeof part);
}

static void floods_notes(struct hostile *h)
{
    flood(h, LINK_NOTE, "again", 5, 100000);
}

static void floods_events(struct hostile *h)
{
    static const uint8_t reset[3] = {LINK_EV_RESET, 1};
    flood(h, LINK_EVENT, reset, sizeof reset, 1000000);
}

static void floods_trays(struct hostile *h)
{
    flood(h, LINK_TRAY, "\2\1", 2, 100000);
}

static void guest_error_unasked(struct hostile *h)
{
    sends_once(h, LINK_GUEST_ERROR, "mistake", 7);
}

/* Sends frames, never reads what the front end says to each. */
static void never_reads(struct hostile *h)
{
    static const uint8_t b[17] = {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    begin(h);
    for (unsigned i = 0; i < 10000000; i++)
        say(h, LINK_FRAME, b, sizeof b);
}

static void never_replies(struct hostile *h)
{
    begin(h);
    h->mute = true;
    serve(h, 300);
    say_exit(h, 9);
    _exit(0);
}

#define QMP(command) "{\"execute\":" command "}"
#define PMEMSAVE     QMP("\"pmemsave\",\"arguments\":{\"val\":0,\"size\":4096,\"filename\":\"memory\"}")
#define SCREENDUMP   QMP("\"screendump\",\"arguments\":{\"filename\":\"picture\"}")
#define HMP(line)    QMP("\"human-monitor-command\",\"arguments\":{\"command-line\":\"" line "\"}")

const struct scenario scenarios[] = {
    {"keeps the rules", keeps_the_rules, GOES_ON, NULL, SETUP_PLAIN, NULL, NULL, 0},
    {"keeps the rules with nothing", keeps_the_rules, GOES_ON, NULL, SETUP_BARE, NULL, NULL, 0},
    {"says what steers", says_what_steers, GOES_ON, "note ?[2J?]0;title??????? end", SETUP_PLAIN, NULL, NULL, 0},
    {"exits with what steers", exits_with_what_steers, GOES_ON, "why ?[2J??", SETUP_PLAIN, NULL, NULL, 0},
    {"ready twice", ready_twice, CAUGHT, "READY while it stands still", SETUP_PLAIN, NULL, NULL, 0},
    {"ready late", ready_late, CAUGHT, "READY while it runs", SETUP_PLAIN, NULL, NULL, 0},
    {"ready twice, daemonized", ready_twice, CAUGHT, NULL, SETUP_DAEMON, NULL, NULL, 0},
    {"ready again and again", ready_again_and_again, CAUGHT, NULL, SETUP_DAEMON, NULL, NULL, 0},
    {"keeps the rules, daemonized", keeps_the_rules, GOES_ON, NULL, SETUP_DAEMON, NULL, NULL, 0},
    {"exit twice", exit_twice, CAUGHT, "EXIT after its end", SETUP_PLAIN, NULL, NULL, 0},
    {"speaks after its end", speaks_after_its_end, CAUGHT, "NOTE after its end", SETUP_PLAIN, NULL, NULL, 0},
    {"exits and stays", exits_and_stays, GOES_ON, NULL, SETUP_PLAIN, NULL, NULL, 10},
    {"closes and stays", closes_and_stays, CLOSED, "closed its link without a word", SETUP_PLAIN, NULL, NULL, 0},
    {"exits, closes and stays", exits_closes_and_stays, GOES_ON, NULL, SETUP_PLAIN, NULL, NULL, 0},
    {"crashes", crashes, CLOSED, "ended by signal 6", SETUP_PLAIN, NULL, NULL, 0},
    {"empty packet", empty_packet, CLOSED, "closed its link without a word", SETUP_PLAIN, NULL, NULL, 0},
    {"event before ready", event_before_ready, CAUGHT, "EVENT before it is ready", SETUP_PLAIN, NULL, NULL, 0},
    {"resumes twice", resumes_twice, CAUGHT, "EVENT, which changes nothing", SETUP_PLAIN, NULL, NULL, 0},
    {"half a header", half_a_header, CAUGHT, "what is no message", SETUP_PLAIN, NULL, NULL, 0},
    {"lying length", lying_length, CAUGHT, "what is no message", SETUP_PLAIN, NULL, NULL, 0},
    {"too long", too_long, CAUGHT, "what is no message", SETUP_PLAIN, NULL, NULL, 0},
    {"one descriptor", one_descriptor, CAUGHT, "NOTE with a descriptor", SETUP_PLAIN, NULL, NULL, 0},
    {"eight descriptors", eight_descriptors, CAUGHT, "what is no message", SETUP_PLAIN, NULL, NULL, 0},
    {"reply to nothing", reply_to_nothing, CAUGHT, "REPLY to nothing", SETUP_PLAIN, NULL, NULL, 0},
    {"stats unasked", stats_unasked, CAUGHT, "STATS_ARE that nobody", SETUP_PLAIN, NULL, NULL, 0},
    {"credit unasked", credit_unasked, CAUGHT, "SERIAL_TAKEN of what was not sent", SETUP_PLAIN, NULL, NULL, 0},
    {"port that is not", port_that_is_not, CAUGHT, "SERIAL_OUT of a port", SETUP_PLAIN, NULL, NULL, 0},
    {"port E9h that is not", debugcon_that_is_not, CAUGHT, "DEBUGCON of a port", SETUP_BARE, NULL, NULL, 0},
    {"log unasked", log_unasked, CAUGHT, "LOG that nobody", SETUP_BARE, NULL, NULL, 0},
    {"frame unasked", frame_unasked, CAUGHT, "FRAME that nobody", SETUP_BARE, NULL, NULL, 0},
    {"sound unasked", audio_unasked, CAUGHT, "AUDIO that nobody", SETUP_BARE, NULL, NULL, 0},
    {"picture unasked", picture_unasked, CAUGHT, "PICTURE that nobody", SETUP_PLAIN, NULL, NULL, 0},
    {"picture twice", picture_twice, CAUGHT, "PICTURE that nobody", SETUP_PLAIN, NULL, NULL, 0},
    {"memory", replies_rightly, GOES_ON, NULL, SETUP_PLAIN, PMEMSAVE, "{\"return\":{}}", 0},
    {"memory, one byte short", replies_one_short, CAUGHT, "REPLY that is not as long", SETUP_PLAIN, PMEMSAVE, NULL, 0},
    {"memory, one byte more", replies_one_more, CAUGHT, "REPLY that is not as long", SETUP_PLAIN, PMEMSAVE, NULL, 0},
    {"memory, 656 MiB", replies_much_more, CAUGHT, "REPLY that is not as long", SETUP_PLAIN, PMEMSAVE, NULL, 0},
    {"parts without end", replies_without_end, CAUGHT, "REPLY that is not as long", SETUP_PLAIN, PMEMSAVE, NULL, 0},
    {"replies twice", replies_twice, CAUGHT, "REPLY to nothing", SETUP_PLAIN, PMEMSAVE, NULL, 0},
    {"text that steers", replies_rightly, GOES_ON, NULL, SETUP_PLAIN, HMP("info registers"), "a?[2J?b", 0},
    {"text, 656 MiB", replies_much_more, CAUGHT, "REPLY that is not as long", SETUP_PLAIN, HMP("info registers"), NULL,
     0},
    {"screen, 656 MiB", replies_much_more, CAUGHT, "REPLY that is not as long", SETUP_PLAIN,
     QMP("\"x-vitrine-text-screen\""), NULL, 0},
    {"drives", replies_rightly, GOES_ON, NULL, SETUP_PLAIN, QMP("\"query-block\""), "{\"return\":[", 0},
    {"drives, one byte more", replies_one_more, CAUGHT, "REPLY that is not as long", SETUP_PLAIN,
     QMP("\"query-block\""), NULL, 0},
    {"stop with 4095 bytes", replies_one_short, CAUGHT, "REPLY that is not as long", SETUP_PLAIN, QMP("\"stop\""), NULL,
     0},
    {"largest picture", largest_picture, GOES_ON, NULL, SETUP_PLAIN, SCREENDUMP, "{\"return\":{}}", 0},
    {"too wide a picture", too_wide, CAUGHT, "REPLY that is not as long", SETUP_PLAIN, SCREENDUMP, NULL, 0},
    {"bytes behind the picture", bytes_behind_the_picture, CAUGHT, "REPLY that is not as long", SETUP_PLAIN, SCREENDUMP,
     NULL, 0},
    {"picture without end", endless_picture, CAUGHT, "REPLY that is not as long", SETUP_PLAIN, SCREENDUMP, NULL, 0},
    {"floods a stuck port", floods_a_stuck_port, CAUGHT, "told to stand still", SETUP_STUCK, NULL, NULL, 0},
    {"floods an open port", floods_an_open_port, GOES_ON, NULL, SETUP_PLAIN, HMP("info registers"), NULL, 0},
    {"floods after quit", floods_after_quit, CAUGHT, "told to stand still", SETUP_STUCK, NULL, NULL, 0},
    {"floods notes", floods_notes, CAUGHT, "too many of NOTE", SETUP_PLAIN, NULL, NULL, 0},
    {"floods events", floods_events, CAUGHT, "too many of EVENT", SETUP_PLAIN, NULL, NULL, 0},
    {"floods trays", floods_trays, CAUGHT, "too many of TRAY", SETUP_PLAIN, NULL, NULL, 0},
    {"guest error unasked", guest_error_unasked, CAUGHT, "GUEST_ERROR that nobody", SETUP_BARE, NULL, NULL, 0},
    {"never reads", never_reads, CAUGHT, "does not read", SETUP_PLAIN, NULL, NULL, 0},
    {"never replies", never_replies, GOES_ON, NULL, SETUP_PLAIN, PMEMSAVE, "the machine has ended", 0},
};
const size_t scenario_count = ARRAY_LEN(scenarios);

/* --- Streams out of a seed --- */

static uint32_t any(struct hostile *h)
{
    h->seed = h->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(h->seed >> 33);
}

static uint32_t below(struct hostile *h, uint32_t n)
{
    return any(h) % n;
}

/* Some message as an honest machine sends it. */
static size_t honest(struct hostile *h, uint32_t *type, uint8_t *b)
{
    static const struct {
        uint32_t type;
        size_t len;
        uint8_t bytes[18];
    } t[] = {
        {LINK_EVENT, 3, {LINK_EV_RESET, 1, LINK_CAUSE_GUEST_RESET}},
        {LINK_EVENT, 3, {LINK_EV_STOP}},
        {LINK_EVENT, 3, {LINK_EV_RESUME}},
        {LINK_EVENT, 3, {LINK_EV_SHUTDOWN, 1}},
        {LINK_SERIAL_OUT, 9, "\0guest: "},
        {LINK_DEBUGCON, 4, "e9h"},
        {LINK_FRAME, 17, {1, 64, 0, 0, 0, 48, 0, 0, 0, 3, 0, 0, 0, 20}},
        {LINK_LOG, 8, "a line\n"},
        {LINK_GUEST_ERROR, 7, "mistake"},
        {LINK_NOTE, 4, "note"},
        {LINK_LIGHTS, 2, {1, 2}},
        {LINK_TRAY, 2, {2, 1}},
        {LINK_AUDIO, 18, {0}},
        {LINK_POINTER_IS, 1, {1}},
    };
    size_t i = below(h, ARRAY_LEN(t));
    *type = t[i].type;
    memcpy(b, t[i].bytes, sizeof t[i].bytes);
    return t[i].len;
}

static size_t some_length(struct hostile *h)
{
    static const size_t edges[] = {0,    1,    4,    5,        17,       255,          1024,    1025,
                                   2056, 4096, PART, PART + 1, PART + 5, LINK_MAX - 1, LINK_MAX};
    return below(h, 2) ? edges[below(h, ARRAY_LEN(edges))] : below(h, 64);
}

/* As it should be: going on and standing still take turns. */
static void honest_step(struct hostile *h)
{
    uint8_t b[32];
    uint32_t type;
    size_t n = honest(h, &type, b);
    if (type == LINK_EVENT && (b[0] == LINK_EV_STOP || b[0] == LINK_EV_RESUME)) {
        b[0] = h->runs ? LINK_EV_STOP : LINK_EV_RESUME;
        h->runs = !h->runs;
    }
    if (type == LINK_AUDIO) {
        st64(b, h->sample);
        h->sample += below(h, 1000) + (n - 8) / 2;
    }
    bool asked = type == LINK_AUDIO                             ? h->run.audio
                 : type == LINK_FRAME                           ? h->run.display
                 : type == LINK_LOG || type == LINK_GUEST_ERROR ? h->run.log
                 : type == LINK_DEBUGCON                        ? h->e9h
                                                                : true;
    if (!asked)
        return;
    say(h, type, b, n);
}

static void random_step(struct hostile *h)
{
    static uint8_t b[LINK_HEADER + LINK_MAX];
    uint32_t type;
    if (below(h, h->tame)) {
        if (below(h, 8))
            honest_step(h);
        else
            serve(h, (int)below(h, 10));
        return;
    }
    size_t n = honest(h, &type, b);
    unsigned what = below(h, 40);
    if (what < 24) { /* perhaps as it should be */
        say(h, type, b, n);
    } else if (what < 28) { /* a byte is another one */
        b[below(h, (uint32_t)n)] = (uint8_t)any(h);
        say(h, type, b, n);
    } else if (what < 30) { /* of another length */
        say(h, type, b, some_length(h));
    } else if (what < 32) { /* of another type */
        say(h, below(h, 100), b, n);
    } else if (what < 33) { /* everything at random */
        n = some_length(h);
        for (size_t i = 0; i < n; i++)
            b[i] = (uint8_t)any(h);
        if (n && below(h, 2))
            raw(h, b, n, NULL, 0);
        else
            say(h, LINK_READY + below(h, LINK_TYPES - LINK_READY + 1), b, n);
    } else if (what < 34) {
        int fds[8];
        for (unsigned i = 0; i < 8; i++)
            fds[i] = h->link.fd;
        say_with(h, type, b, n, fds, 1 + below(h, 8));
    } else if (what < 36) { /* many of them */
        for (unsigned i = below(h, 3000); i; i--)
            say(h, type, b, n);
    } else if (what < 37) { /* a reply to what may have been asked, of some length */
        parts(h, below(h, 4) ? LINK_REPLY : LINK_PICTURE, below(h, 4), b, 8, some_length(h) * (1 + below(h, 40)));
    } else if (what < 38) {
        h->reply = below(h, 2) ? RIGHT_SIZE : (long)some_length(h);
        h->w = below(h, 3000);
        h->h = below(h, 2000);
        h->behind = below(h, 3) ? 0 : below(h, 100000);
    } else {
        serve(h, (int)below(h, 20));
    }
}

static _Noreturn void random_stream(struct hostile *h)
{
    static const unsigned tame[] = {1, 10, 100, 1000};
    h->tame = tame[below(h, 4)];
    h->runs = true;
    if (h->tame > 1 || below(h, 10))
        say_ready(h);
    if (h->tame > 1 || below(h, 10))
        say_event(h, LINK_EV_RESUME);
    for (unsigned i = below(h, 200); i; i--)
        random_step(h);
    if (below(h, 8))
        say_exit(h, (uint8_t)any(h));
    _exit(0);
}

int hostile_main(int link_fd)
{
    struct hostile *h = calloc(1, sizeof *h);
    struct machine_config cfg;
    struct link_msg msg;
    struct error err;
    if (!h)
        return 4;
    link_init(&h->link, link_fd);
    h->reply = RIGHT_SIZE;
    h->w = 640;
    h->h = 480;
    while (link_wait(&h->link, &msg) == LINK_GOT_MSG && msg.type == LINK_FILE)
        if (msg.fd >= 0)
            close(msg.fd);
    if (msg.type != LINK_CONFIG || !config_get(&cfg, &h->run, msg.data, msg.len, &err))
        return 4;
    h->e9h = cfg.debugcon;
    h->seed = (uint64_t)cfg.uuid[0] << 24 | cfg.uuid[1] << 16 | cfg.uuid[2] << 8 | cfg.uuid[3];
    size_t number = (size_t)cfg.uuid[4] << 8 | cfg.uuid[5];
    if (number < scenario_count)
        scenarios[number].act(h);
    else
        random_stream(h);
    say_exit(h, 0); /* nobody has ended it */
    return 0;
}
