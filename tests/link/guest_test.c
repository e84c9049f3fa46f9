/* SPDX-License-Identifier: MIT */
/* A front end that believes no number, and the state machine by which both ends judge what comes. Expected lengths,
 * phases and counts are those of src/link/README and link.h's comments. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bits.h"
#include "link/guest.h"
#include "tests/link/rig.h"

static unsigned called;

static void ready(void *ctx, uint32_t jail)
{
    (void)ctx, (void)jail;
    called++;
}
static void event(void *ctx, enum link_event ev, bool by_guest, enum link_cause cause)
{
    (void)ctx, (void)ev, (void)by_guest, (void)cause;
    called++;
}
static void serial(void *ctx, unsigned port, const uint8_t *data, size_t len)
{
    (void)ctx, (void)port, (void)data, (void)len;
    called++;
}
static void debugcon(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx, (void)data, (void)len;
    called++;
}
static void frame(void *ctx, const struct frame_info *info)
{
    (void)ctx, (void)info;
    called++;
}
static void stats(void *ctx, uint64_t pos, uint64_t ns, bool halted)
{
    (void)ctx, (void)pos, (void)ns, (void)halted;
    called++;
}
static void line(void *ctx, bool guest_error, const char *text)
{
    (void)ctx, (void)guest_error;
    for (; *text; text++)
        ck_assert_int_ge((unsigned char)*text, 0x20);
    called++;
}
static void picture(void *ctx, unsigned number, uint32_t w, uint32_t h, const uint8_t *pixels)
{
    (void)ctx, (void)number, (void)w, (void)h, (void)pixels;
    called++;
}
static void pointer(void *ctx, bool absolute)
{
    (void)ctx, (void)absolute;
    called++;
}
static void taken(void *ctx, unsigned port)
{
    (void)ctx, (void)port;
    called++;
}
static void told(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    for (size_t i = 0; i < len; i++)
        ck_assert(text[i] == '\n' || text[i] == '\t' || (text[i] >= 0x20 && text[i] < 0x7f));
    called++;
}
static void lights(void *ctx, uint8_t reads, uint8_t writes)
{
    (void)ctx, (void)reads, (void)writes;
    called++;
}
static void tray(void *ctx, unsigned drive, bool open)
{
    (void)ctx, (void)drive, (void)open;
    called++;
}
static void audio(void *ctx, uint64_t at, const int16_t *samples, size_t n)
{
    (void)ctx, (void)at, (void)samples, (void)n;
    called++;
}
static const struct guest_ops ops = {
    .ready = ready,
    .event = event,
    .serial = serial,
    .debugcon = debugcon,
    .frame = frame,
    .stats = stats,
    .line = line,
    .picture = picture,
    .lights = lights,
    .pointer = pointer,
    .taken = taken,
    .log = told,
    .tray = tray,
    .audio = audio,
};

static void reply(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    (void)data, (void)len;
    *(enum link_reply *)ctx = kind;
}

/* A guest in a phase, whose machine may send all that there is; the other end is a bare socket. */
struct house {
    struct guest g;
    int peer;
};

static struct house *house_new(enum link_phase phase)
{
    struct house *h = calloc(1, sizeof *h);
    int fds[2];
    struct error err;
    ck_assert(link_pair(fds, &err));
    guest_init(&h->g, fds[0], &ops, NULL);
    h->g.gives = (struct guest_gives){true, true, true, true, 0x7f, 2};
    h->g.course.phase = phase;
    h->peer = fds[1];
    called = 0;
    return h;
}

static void house_free(struct house *h)
{
    guest_close(&h->g);
    close(h->peer);
    free(h);
}

static void say(struct house *h, uint32_t type, const void *data, size_t len)
{
    uint8_t *m = calloc(1, LINK_HEADER + len);
    st32(m, type);
    st32(m + 4, (uint32_t)len);
    if (len)
        memcpy(m + LINK_HEADER, data, len);
    ck_assert_int_eq(send(h->peer, m, LINK_HEADER + len, 0), (ssize_t)(LINK_HEADER + len));
    free(m);
    guest_receive(&h->g);
}

/* The message is taken as it should be; what is refused reaches nobody. */
static void judge(struct house *h, uint32_t type, const void *data, size_t len, bool good, const char *what, size_t row)
{
    called = 0;
    say(h, type, data, len);
    ck_assert_msg(h->g.distrusted == !good, "%s %zu: %s", what, row, h->g.broke.text);
    ck_assert_msg(h->g.distrusted == (h->g.broke.text[0] != 0), "%s %zu", what, row);
    ck_assert_msg(good || !called, "%s %zu calls", what, row);
}

struct lie {
    uint32_t type;
    uint8_t len, bytes[16];
    bool good;
    enum link_phase phase;
};

#define C LINK_CONFIGURED
#define S LINK_STANDING
#define R LINK_RUNNING
START_TEST(guest_lies_end_the_trust)
{
    static const struct lie lies[] = {
        {LINK_READY, 4, {0}, true, C},
        {LINK_READY, 3, {0}, false, C},
        {LINK_READY, 5, {0}, false, C},
        {LINK_TRAY, 2, {0, 1}, true, R},
        {LINK_TRAY, 2, {5, 1}, true, R},
        {LINK_TRAY, 2, {6, 1}, false, R},
        {LINK_TRAY, 2, {0, 2}, false, R},
        {LINK_TRAY, 1, {0}, false, R},
        {LINK_TRAY, 3, {0}, false, R},
        {LINK_POINTER_IS, 1, {1}, true, R},
        {LINK_POINTER_IS, 1, {2}, false, R},
        {LINK_POINTER_IS, 2, {1, 0}, false, R},
        {LINK_POINTER_IS, 0, {0}, false, R},
        {LINK_LIGHTS, 2, {1, 2}, true, R},
        {LINK_LIGHTS, 1, {1}, false, R},
        {LINK_LIGHTS, 3, {1}, false, R},
        {LINK_SERIAL_TAKEN, 5, {0, 1, 0, 0, 0}, false, R}, /* nothing was sent */
        {LINK_SERIAL_TAKEN, 5, {7, 1, 0, 0, 0}, false, R},
        {LINK_LOG, 6, {'a', 27, '[', 'J', 0x9b, '\n'}, true, R},
        {LINK_LOG, 0, {0}, false, R},
        {LINK_EVENT, 3, {LINK_EV_STOP, 0, 0}, true, R},
        {LINK_EVENT, 3, {LINK_EV_STOP, 0, 0}, false, S},
        {LINK_EVENT, 3, {LINK_EV_RESUME, 0, 0}, true, S},
        {LINK_EVENT, 3, {LINK_EV_RESUME, 0, 0}, false, R},
        {LINK_EVENT, 3, {0, 0, 0}, false, R},
        {LINK_EVENT, 3, {LINK_EV_POWERDOWN, 1, LINK_CAUSE_GUEST_PANIC}, true, R},
        {LINK_EVENT, 3, {LINK_EV_POWERDOWN + 1, 0, 0}, false, R},
        {LINK_EVENT, 3, {LINK_EV_RESET, 2, 0}, false, R},
        {LINK_EVENT, 3, {LINK_EV_RESET, 1, LINK_CAUSE_GUEST_PANIC + 1}, false, R},
        {LINK_EVENT, 2, {LINK_EV_RESET, 1}, false, R},
        {LINK_SERIAL_OUT, 3, {6, 'a', 'b'}, true, R},
        {LINK_SERIAL_OUT, 3, {7, 'a', 'b'}, false, R},
        {LINK_SERIAL_OUT, 1, {6}, false, R},
        {LINK_DEBUGCON, 1, {6}, true, R},
        {LINK_DEBUGCON, 0, {0}, false, R},
        {LINK_AUDIO, 12, {0}, true, R},
        {LINK_AUDIO, 11, {0}, false, R},
        {LINK_AUDIO, 8, {0}, false, R},
        {LINK_AUDIO, 10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, false, R}, /* there is no sample after it */
        {LINK_FRAME, 5, {0}, false, R},
        {LINK_REPLY, 5, {1, 0, 0, 0, LINK_LAST}, false, R}, /* nobody asked */
        {LINK_REPLY, 5, {0, 0, 0, 0, LINK_LAST}, false, R},
        {LINK_REPLY, 4, {1}, false, R},
        {LINK_STATS_ARE, 15, {0}, false, R},
        {LINK_GUEST_ERROR, 4, {'a', 27, '[', 'J'}, true, R},
        {LINK_GUEST_ERROR, 0, {0}, false, R},
        {LINK_NOTE, 2, {7, 10}, true, R},
        {LINK_PICTURE, 13, {0, 0, 0, 0, LINK_LAST, 1, 0, 0, 0, 1, 0, 0, 0}, false, R},
        {LINK_PICTURE, 13, {0, 0, 0, 0, LINK_LAST, 0}, false, R},
        {LINK_PICTURE, 5, {0, 0, 0, 0, LINK_FAILED}, false, R},
        {LINK_EXIT, 5, {255, 0, 0, 0, 0}, true, R},
        {LINK_EXIT, 5, {0, 1, 0, 0, 0}, false, R},
        {LINK_EXIT, 5, {1, 0, 0, 0, 2}, false, R},
        {LINK_EXIT, 6, {1, 0, 0, 0, 0, 'a'}, false, R},
        {LINK_CONFIG, 1, {0}, false, R},
        {LINK_STOP, 4, {0}, false, R},
        {LINK_TYPES, 0, {0}, false, R},
        {12345, 0, {0}, false, R},
        {UINT32_MAX, 0, {0}, false, R},
    };
    for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
        struct house *h = house_new(lies[i].phase);
        judge(h, lies[i].type, lies[i].bytes, lies[i].len, lies[i].good, "row", i);
        ck_assert_msg((called != 0) == (lies[i].good && lies[i].type != LINK_EXIT), "row %zu calls", i);
        house_free(h);
    }
}
END_TEST

/* A message that is good where it may come. */
struct sample {
    uint32_t type, len;
    uint8_t bytes[24];
    const char *phases; /* where it may come: starting, configured, standing, running, ended */
};

static const struct sample from_machine[] = {
    {LINK_READY, 4, {0}, ".c..."},
    {LINK_EVENT, 3, {LINK_EV_RESET, 1, 0}, "..sr."},
    {LINK_SERIAL_OUT, 2, {0, 'a'}, "..sr."},
    {LINK_DEBUGCON, 1, {'a'}, "..sr."},
    {LINK_FRAME, 17, {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}, "..sr."},
    {LINK_LOG, 1, {'a'}, ".csr."},
    {LINK_GUEST_ERROR, 1, {'a'}, ".csr."},
    {LINK_NOTE, 1, {'a'}, "scsr."},
    {LINK_PICTURE, 17, {0, 0, 0, 0, LINK_LAST, 1, 0, 0, 0, 1, 0, 0, 0}, "..sr."},
    {LINK_EXIT, 5, {0}, "scsr."},
    {LINK_LIGHTS, 2, {0}, "..sr."},
    {LINK_TRAY, 2, {0}, "..sr."},
    {LINK_AUDIO, 10, {0}, "..sr."},
    {LINK_POINTER_IS, 1, {0}, "..sr."},
};

START_TEST(guest_messages_come_in_their_phases_only)
{
    for (size_t i = 0; i < ARRAY_LEN(from_machine); i++) {
        const struct sample *m = &from_machine[i];
        for (unsigned phase = 0; phase < LINK_PHASES; phase++) {
            struct house *h = house_new((enum link_phase)phase);
            judge(h, m->type, m->bytes, m->len, m->phases[phase] != '.', m->phases, i * 10 + phase);
            house_free(h);
        }
    }
}
END_TEST

START_TEST(guest_ready_and_exit_come_once)
{
    static const uint8_t ready_bytes[4], exit_bytes[5];
    struct house *h = house_new(LINK_STARTING);
    guest_configure(&h->g, &(struct guest_gives){.display = true}, "c", 1);
    judge(h, LINK_READY, ready_bytes, 4, true, "first", 0);
    ck_assert_uint_eq(called, 1);
    judge(h, LINK_READY, ready_bytes, 4, false, "second", 1);
    house_free(h);
    h = house_new(LINK_RUNNING);
    judge(h, LINK_EXIT, exit_bytes, 5, true, "first", 0);
    ck_assert(h->g.over);
    judge(h, LINK_EXIT, exit_bytes, 5, false, "second", 1);
    house_free(h);
}
END_TEST

START_TEST(guest_going_on_and_standing_still_take_turns)
{
    static const uint8_t stop[3] = {LINK_EV_STOP}, resume[3] = {LINK_EV_RESUME};
    struct house *h = house_new(LINK_STANDING);
    for (unsigned i = 0; i < 3; i++) {
        judge(h, LINK_EVENT, resume, 3, true, "resume", i);
        ck_assert_int_eq(h->g.course.phase, LINK_RUNNING);
        judge(h, LINK_EVENT, stop, 3, true, "stop", i);
        ck_assert_int_eq(h->g.course.phase, LINK_STANDING);
    }
    judge(h, LINK_EVENT, stop, 3, false, "stop", 9);
    house_free(h);
}
END_TEST

/* What the configuration does not have is not sent. */
START_TEST(guest_gives_nothing_that_it_has_not)
{
    for (size_t i = 0; i < ARRAY_LEN(from_machine); i++) {
        const struct sample *m = &from_machine[i];
        bool needs = m->type == LINK_SERIAL_OUT || m->type == LINK_DEBUGCON || m->type == LINK_FRAME ||
                     m->type == LINK_LOG || m->type == LINK_GUEST_ERROR || m->type == LINK_PICTURE ||
                     m->type == LINK_AUDIO;
        struct house *h = house_new(LINK_RUNNING);
        if (m->phases[3] == '.') {
            house_free(h);
            continue;
        }
        h->g.gives = (struct guest_gives){.ports = 0x7e}; /* all but the first */
        judge(h, m->type, m->bytes, m->len, !needs, "sample", i);
        house_free(h);
    }
}
END_TEST

/* Every message's length: its rule's least and most pass, one byte less or more ends the trust. The numbers are those
 * of link.h's comments. */
START_TEST(guest_lengths_have_both_bounds)
{
    static const struct {
        uint32_t type, min, max;
        enum link_phase phase;
        uint8_t bytes[8];
    } t[] = {
        {LINK_READY, 4, 4, LINK_CONFIGURED, {0}},
        {LINK_EVENT, 3, 3, LINK_RUNNING, {LINK_EV_RESET}},
        {LINK_SERIAL_OUT, 2, 1 + 32768, LINK_RUNNING, {0}},
        {LINK_DEBUGCON, 1, 32768, LINK_RUNNING, {0}},
        {LINK_LOG, 1, 32768, LINK_RUNNING, {0}},
        {LINK_GUEST_ERROR, 1, 1024, LINK_RUNNING, {0}},
        {LINK_NOTE, 1, 1024, LINK_RUNNING, {0}},
        {LINK_EXIT, 5, 5 + 1024, LINK_RUNNING, {0, 0, 0, 0, 1}},
        {LINK_LIGHTS, 2, 2, LINK_RUNNING, {0}},
        {LINK_TRAY, 2, 2, LINK_RUNNING, {0}},
        {LINK_AUDIO, 10, 8 + 2048, LINK_RUNNING, {0}},
        {LINK_POINTER_IS, 1, 1, LINK_RUNNING, {0}},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        for (unsigned k = 0; k < 4; k++) {
            uint32_t len = k == 0 ? t[i].min - 1 : k == 1 ? t[i].min : k == 2 ? t[i].max : t[i].max + 1;
            struct house *h = house_new(t[i].phase);
            uint8_t *b = calloc(1, len + 8);
            memcpy(b, t[i].bytes, MIN(len, (uint32_t)8));
            judge(h, t[i].type, b, len, k == 1 || k == 2, "length", i * 10 + k);
            free(b);
            house_free(h);
        }
    }
}
END_TEST

START_TEST(guest_takes_no_descriptor)
{
    struct house *h = house_new(LINK_RUNNING);
    unsigned before = open_fds();
    send_fds(h->peer, 1);
    guest_receive(&h->g);
    ck_assert(h->g.distrusted);
    ck_assert_uint_eq(open_fds(), before);
    house_free(h);
}
END_TEST

START_TEST(guest_credit_is_what_was_sent)
{
    static const uint8_t bytes[LINK_INPUT_WINDOW + 1];
    static const struct {
        unsigned port;
        uint32_t n;
        bool good;
    } t[] = {{0, 9, true}, {0, 10, true}, {0, 11, false}, {0, 0, false}, {1, 1, false}, {0, UINT32_MAX, false}};
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        struct house *h = house_new(LINK_RUNNING);
        uint8_t m[5] = {(uint8_t)t[i].port};
        guest_serial(&h->g, 0, bytes, 10);
        st32(m + 1, t[i].n);
        judge(h, LINK_SERIAL_TAKEN, m, 5, t[i].good, "credit", i);
        ck_assert_uint_eq(guest_serial_room(&h->g, 0), 65536 - 10 + (t[i].good ? t[i].n : 0));
        if (t[i].good)
            judge(h, LINK_SERIAL_TAKEN, m, 5, false, "again", i);
        house_free(h);
    }
    struct house *h = house_new(LINK_RUNNING);
    guest_serial(&h->g, 3, bytes, sizeof bytes);
    ck_assert_uint_eq(guest_serial_room(&h->g, 3), 0);
    ck_assert_uint_eq(guest_serial_room(&h->g, 2), 65536);
    house_free(h);
}
END_TEST

START_TEST(guest_stats_are_asked_for)
{
    struct house *h = house_new(LINK_RUNNING);
    uint8_t m[18] = {[16] = LINK_STATE_RUNNING};
    guest_ask_stats(&h->g);
    judge(h, LINK_STATS_ARE, m, 18, true, "asked", 0);
    judge(h, LINK_STATS_ARE, m, 18, false, "not asked", 1);
    house_free(h);
    static const struct {
        enum link_phase phase;
        uint8_t state, halted;
        bool good;
    } t[] = {
        {LINK_RUNNING, LINK_STATE_RUNNING, 1, true},   {LINK_RUNNING, LINK_STATE_RUNNING, 2, false},
        {LINK_RUNNING, LINK_STATE_PAUSED, 0, false},   {LINK_STANDING, LINK_STATE_RUNNING, 0, false},
        {LINK_STANDING, LINK_STATE_SHUTDOWN, 0, true}, {LINK_STANDING, LINK_STATE_SHUTDOWN + 1, 0, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        h = house_new(t[i].phase);
        m[16] = t[i].state;
        m[17] = t[i].halted;
        guest_ask_stats(&h->g);
        judge(h, LINK_STATS_ARE, m, 18, t[i].good, "stats", i);
        house_free(h);
    }
}
END_TEST

/* Output that comes although the machine was told to hold, or to quit: 16 MiB may have been on their way. */
START_TEST(guest_output_ends_after_hold_and_quit)
{
    static uint8_t part[1 + 32768];
    enum { ON_THE_WAY = 16 << 20 };
    for (unsigned quit = 0; quit < 2; quit++) {
        struct house *h = house_new(LINK_RUNNING);
        for (unsigned i = 0; i < 1000; i++) /* before, as much as it likes */
            judge(h, LINK_SERIAL_OUT, part, sizeof part, true, "before", i);
        if (quit)
            guest_quit(&h->g);
        else
            guest_hold(&h->g, true);
        for (unsigned i = 0; i < ON_THE_WAY / 32768; i++)
            judge(h, i & 1 ? LINK_SERIAL_OUT : LINK_DEBUGCON, part, sizeof part - (i & 1 ? 0 : 1), true, "held", i);
        judge(h, LINK_DEBUGCON, part, 1, false, "too much", quit);
        house_free(h);
    }
    struct house *h = house_new(LINK_RUNNING);
    for (unsigned k = 0; k < 3; k++) {
        guest_hold(&h->g, true);
        for (unsigned i = 0; i < 400; i++)
            judge(h, LINK_DEBUGCON, part, 32768, true, "held", i);
        guest_hold(&h->g, false);
    }
    house_free(h);
}
END_TEST

/* A minute's share of what a request may cause does not count. */
START_TEST(guest_requests_entitle_to_events)
{
    static struct guest_gives gives;
    static const uint8_t stop[3] = {LINK_EV_STOP}, resume[3] = {LINK_EV_RESUME};
    struct house *h = house_new(LINK_STANDING);
    enum link_reply got;
    h->g.gives = gives;
    for (unsigned i = 0; i < 50000; i++) {
        uint8_t answer[5];
        ck_assert(guest_request(&h->g, i & 1 ? LINK_STOP : LINK_CONT, NULL, 0, reply, &got));
        uint8_t in[64];
        ck_assert_int_gt(recv(h->peer, in, sizeof in, MSG_DONTWAIT), 0);
        say(h, LINK_EVENT, i & 1 ? stop : resume, 3);
        st32(answer, h->g.next_id);
        answer[4] = LINK_LAST;
        say(h, LINK_REPLY, answer, 5);
        ck_assert_msg(!h->g.distrusted, "%u: %s", i, h->g.broke.text);
    }
    house_free(h);
}
END_TEST

START_TEST(guest_samples_come_in_order)
{
    struct house *h = house_new(LINK_RUNNING);
    uint8_t m[8 + 2 * 3] = {100};
    judge(h, LINK_AUDIO, m, sizeof m, true, "first", 0);
    m[0] = 103;
    judge(h, LINK_AUDIO, m, sizeof m, true, "next", 1);
    m[0] = 200;
    judge(h, LINK_AUDIO, m, sizeof m, true, "after a silence", 2);
    m[0] = 202;
    judge(h, LINK_AUDIO, m, sizeof m, false, "again", 3);
    house_free(h);
}
END_TEST

/* --- Replies are as long as what was asked for --- */

struct answer {
    unsigned parts, last, failed;
    size_t bytes;
    char text[64];
};

static void answer_came(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct answer *a = ctx;
    a->parts++;
    a->last += kind == LINK_LAST;
    a->failed += kind == LINK_FAILED;
    a->bytes += len;
    memcpy(a->text, data, MIN(len, sizeof a->text - 1));
    a->text[MIN(len, sizeof a->text - 1)] = 0;
}

static void part(struct house *h, enum link_reply kind, const void *data, size_t len)
{
    uint8_t *m = calloc(1, 5 + len);
    st32(m, h->g.next_id);
    m[4] = (uint8_t)kind;
    if (len)
        memcpy(m + 5, data, len);
    say(h, LINK_REPLY, m, 5 + len);
    free(m);
}

/* Sends `total` bytes in parts, the last one as LINK_LAST. */
static void parts(struct house *h, const uint8_t *first, size_t nfirst, size_t total)
{
    enum { CHUNK = 32768 };
    static uint8_t bytes[CHUNK];
    for (size_t at = 0, n; at < total || !at; at += n) {
        n = MIN(total - at, (size_t)CHUNK);
        memset(bytes, 'x', sizeof bytes);
        if (!at && nfirst)
            memcpy(bytes, first, nfirst);
        part(h, at + n == total ? LINK_LAST : LINK_MORE, bytes, n);
        if (h->g.distrusted || !n)
            return;
    }
}

START_TEST(guest_reply_never_exceeds_what_was_asked)
{
    static const struct {
        enum link_type type;
        size_t total;
        bool good;
    } t[] = {
        {LINK_STOP, 0, true},
        {LINK_STOP, 1, false},
        {LINK_MEDIUM, 1, false},
        {LINK_KEYS, 1, false},
        {LINK_PMEM, 4096, true}, /* asked: 4096 */
        {LINK_PMEM, 4095, false},
        {LINK_PMEM, 4097, false},
        {LINK_PMEM, 1 << 20, false},
        {LINK_VMEM, 4096, true},
        {LINK_VMEM, 4097, false},
        {LINK_DRIVES, 246, true}, /* 41 for each of six */
        {LINK_DRIVES, 245, false},
        {LINK_DRIVES, 247, false},
        {LINK_TEXT, 0, true},
        {LINK_TEXT, 1 << 20, true},
        {LINK_TEXT, (1 << 20) + 1, false},
        {LINK_COMMAND, 4 << 20, true},
        {LINK_COMMAND, (4 << 20) + 1, false},
        {LINK_CELLS, 17 + 512 * 512 * 2, true},
        {LINK_CELLS, 17 + 512 * 512 * 2 + 1, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        struct house *h = house_new(LINK_RUNNING);
        struct answer a = {0};
        uint8_t asked[16] = {0};
        st64(asked + 8, 4096);
        size_t n = t[i].type == LINK_PMEM || t[i].type == LINK_VMEM ? 16 : t[i].type == LINK_MEDIUM ? 3 : 0;
        n = t[i].type == LINK_KEYS ? 4 : n;
        ck_assert(guest_request(&h->g, t[i].type, asked, n, answer_came, &a));
        parts(h, NULL, 0, t[i].total);
        ck_assert_msg(h->g.distrusted == !t[i].good, "row %zu: %s", i, h->g.broke.text);
        ck_assert_msg(a.last == t[i].good && !a.failed, "row %zu", i);
        ck_assert_msg(!t[i].good || a.bytes == t[i].total, "row %zu: %zu", i, a.bytes);
        house_free(h);
    }
}
END_TEST

START_TEST(guest_picture_has_the_size_that_it_says)
{
    static const struct {
        uint32_t w, h;
        size_t total;
        bool good;
    } t[] = {
        {3, 5, 8 + 60, true},
        {3, 5, 8 + 59, false},
        {3, 5, 8 + 61, false},
        {0, 0, 8, true}, /* there is none */
        {0, 0, 9, false},
        {0, 1, 8, false},
        {1, 0, 8, false},
        {2560, 1600, 8 + 2560 * 1600 * 4, true},
        {2561, 1, 8 + 2561 * 4, false},
        {1, 1601, 8 + 1601 * 4, false},
        {640, 480, 8 + 640 * 480 * 4, true},
        {640, 480, 8 + 640 * 480 * 4 + 1, false},
        {640, 480, 8 + 640 * 481 * 4, false},
        {640, 480, 8 + 640 * 480 * 4 - 1, false},
        {0x80000001, 2, 16, false},
        {1, 1, 7, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        struct house *h = house_new(LINK_RUNNING);
        struct answer a = {0};
        uint8_t head[8];
        st32(head, t[i].w);
        st32(head + 4, t[i].h);
        ck_assert(guest_request(&h->g, LINK_SCREENSHOT, NULL, 0, answer_came, &a));
        parts(h, head, 8, t[i].total);
        ck_assert_msg(h->g.distrusted == !t[i].good, "row %zu: %s", i, h->g.broke.text);
        ck_assert_msg(a.last == t[i].good, "row %zu", i);
        house_free(h);
    }
}
END_TEST

/* A script's pictures: in order, each once, no more than the script has, whole. */
START_TEST(guest_script_pictures_come_in_order)
{
    static const struct {
        uint8_t n, numbers[4];
        size_t bytes;
        bool good;
    } t[] = {
        {1, {0}, 12, true},        {2, {0, 1}, 12, true}, {1, {1}, 12, false}, {2, {0, 0}, 12, false},
        {3, {0, 1, 2}, 12, false}, {1, {0}, 13, false},   {1, {0}, 11, false}, {1, {0}, 8, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        struct house *h = house_new(LINK_RUNNING);
        for (unsigned k = 0; k < t[i].n; k++) {
            uint8_t m[5 + 16] = {t[i].numbers[k], 0, 0, 0, LINK_LAST, 1, 0, 0, 0, 1};
            bool last = k + 1u == t[i].n;
            judge(h, LINK_PICTURE, m, 5 + t[i].bytes, t[i].good || !last, "picture", i);
            ck_assert_uint_eq(called, t[i].good || !last);
        }
        house_free(h);
    }
    /* In parts; another one's part between them is refused. */
    struct house *h = house_new(LINK_RUNNING);
    uint8_t m[5 + 8] = {0, 0, 0, 0, LINK_MORE, 1, 0, 0, 0, 1};
    judge(h, LINK_PICTURE, m, sizeof m, true, "part", 0);
    m[4] = LINK_LAST;
    judge(h, LINK_PICTURE, m, 5 + 4, true, "last", 1);
    ck_assert_uint_eq(called, 1);
    m[0] = 1;
    m[4] = LINK_MORE;
    judge(h, LINK_PICTURE, m, sizeof m, true, "part", 2);
    m[0] = 0;
    judge(h, LINK_PICTURE, m, 5 + 4, false, "another's", 3);
    house_free(h);
}
END_TEST

START_TEST(guest_parts_without_bytes_have_no_end)
{
    struct house *h = house_new(LINK_RUNNING);
    struct answer a = {0};
    ck_assert(guest_request(&h->g, LINK_COMMAND, NULL, 0, answer_came, &a));
    part(h, LINK_MORE, "a", 1);
    ck_assert(!h->g.distrusted);
    part(h, LINK_MORE, NULL, 0);
    ck_assert(h->g.distrusted);
    house_free(h);
}
END_TEST

START_TEST(guest_text_comes_whole_and_clean)
{
    struct house *h = house_new(LINK_RUNNING);
    struct answer a = {0};
    ck_assert(guest_request(&h->g, LINK_COMMAND, NULL, 0, answer_came, &a));
    part(h, LINK_MORE, "a\n\tb\033[2J\xe2", 9); /* a character cut in two */
    ck_assert_uint_eq(a.parts, 0);
    part(h, LINK_LAST, "\x98\xba\x9b", 3);
    ck_assert_uint_eq(a.parts, 1);
    ck_assert_str_eq(a.text, "a\n\tb?[2J\xe2\x98\xba?");
    ck_assert(guest_request(&h->g, LINK_COMMAND, NULL, 0, answer_came, &a));
    part(h, LINK_MORE, "half", 4);
    part(h, LINK_FAILED, "why\n\x7f\xc2\x9b", 7);
    ck_assert_uint_eq(a.failed, 1);
    ck_assert_str_eq(a.text, "why???");
    house_free(h);
}
END_TEST

/* A machine process that never reads: its queue does not grow without end. */
START_TEST(guest_that_does_not_read_is_given_up)
{
    struct house *h = house_new(LINK_RUNNING);
    unsigned n = 0;
    enum { QUEUE = 4 << 20, LEAST = 16 };
    for (; !h->g.gone && n < 2 * QUEUE / LEAST; n++) {
        guest_pointer(&h->g, LINK_AXES_RELATIVE, 1, 1, 0, 0, 0);
        guest_flush(&h->g);
        ck_assert_uint_le(link_queued(&h->g.link), QUEUE + 64);
    }
    ck_assert(h->g.distrusted);
    ck_assert_uint_gt(n, QUEUE / 64); /* a while */
    house_free(h);
}
END_TEST

START_TEST(guest_requests_fail_when_the_machine_is_gone)
{
    int fds[2];
    struct error err;
    static struct guest g;
    enum link_reply got[2] = {LINK_MORE, LINK_MORE};
    ck_assert(link_pair(fds, &err));
    guest_init(&g, fds[0], &ops, NULL);
    g.course.phase = LINK_RUNNING;
    ck_assert(guest_request(&g, LINK_STOP, NULL, 0, reply, &got[0]));
    ck_assert(guest_request(&g, LINK_TEXT, NULL, 0, reply, &got[1]));
    static struct link machine;
    link_init(&machine, fds[1]);
    link_reply(&machine, 1, NULL, 0);
    guest_receive(&g);
    ck_assert_int_eq(got[0], LINK_LAST);
    ck_assert_int_eq(got[1], LINK_MORE);
    link_close(&machine);
    guest_receive(&g);
    ck_assert(g.gone && !g.distrusted);
    guest_close(&g);
    ck_assert_int_eq(got[1], LINK_FAILED);
    ck_assert(!guest_request(&g, LINK_STOP, NULL, 0, reply, &got[0]));
}
END_TEST

START_TEST(guest_requests_are_bounded)
{
    int fds[2];
    struct error err;
    static struct guest g;
    enum link_reply got = LINK_MORE;
    ck_assert(link_pair(fds, &err));
    guest_init(&g, fds[0], &ops, NULL);
    for (unsigned i = 0; i < GUEST_REQUESTS; i++)
        ck_assert(guest_request(&g, LINK_STOP, NULL, 0, reply, &got));
    ck_assert(!guest_request(&g, LINK_STOP, NULL, 0, reply, &got));
    guest_close(&g);
    close(fds[1]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("guest");
    TCase *t = tcase_create("guest");
    tcase_add_test(t, guest_lies_end_the_trust);
    tcase_add_test(t, guest_messages_come_in_their_phases_only);
    tcase_add_test(t, guest_ready_and_exit_come_once);
    tcase_add_test(t, guest_going_on_and_standing_still_take_turns);
    tcase_add_test(t, guest_gives_nothing_that_it_has_not);
    tcase_add_test(t, guest_lengths_have_both_bounds);
    tcase_add_test(t, guest_takes_no_descriptor);
    tcase_add_test(t, guest_credit_is_what_was_sent);
    tcase_add_test(t, guest_stats_are_asked_for);
    tcase_add_test(t, guest_output_ends_after_hold_and_quit);
    tcase_add_test(t, guest_requests_entitle_to_events);
    tcase_add_test(t, guest_reply_never_exceeds_what_was_asked);
    tcase_add_test(t, guest_picture_has_the_size_that_it_says);
    tcase_add_test(t, guest_samples_come_in_order);
    tcase_add_test(t, guest_script_pictures_come_in_order);
    tcase_add_test(t, guest_parts_without_bytes_have_no_end);
    tcase_add_test(t, guest_text_comes_whole_and_clean);
    tcase_add_test(t, guest_that_does_not_read_is_given_up);
    tcase_add_test(t, guest_requests_fail_when_the_machine_is_gone);
    tcase_add_test(t, guest_requests_are_bounded);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
