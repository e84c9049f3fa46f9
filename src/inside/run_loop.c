/* SPDX-License-Identifier: MIT */
/*
 * Runs the machine in slices and serves the link in between.
 *
 * Under --clock host virtual time follows the host's, at the speed that was asked for: a machine
 * that is ahead sleeps, one that is behind has its rate steered (at most 100 times a second, each a
 * journal entry), and a halted one sleeps until its next event. Under --clock virtual and in a
 * replay the host's clock is never read; slices then end at positions that depend on the guest
 * alone.
 */
#include "config.h"

#include "inside/machine_process.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/log.h"
#include "snap/snapshot.h"

#define SLICE_NS UINT64_C(2000000)
#define LAP_NS   UINT64_C(100000000)
#define STEER_NS UINT64_C(10000000)
#define AHEAD_NS UINT64_C(1000000) /* not worth a sleep */
#define NEAR_NS  UINT64_C(100000)  /* a halted machine does not sleep for an event that near */
#define IDLE_NS \
    UINT64_C(90000000) /* ... nor, while nothing moves, for one that near: several ticks of a      \
                          clock cost one wake */
#define LIVELY_NS \
    UINT64_C(300000000)                /* three frames within this are a picture that moves (a blinking cursor is \
                           none) */
#define BEHIND_NS  UINT64_C(200000000) /* time that a busy or stopped host owes is forgotten beyond this */
#define LIGHTS_NS  UINT64_C(50000000)
#define HASH_EVERY (UINT64_C(1) << 24)
enum { SLICE_VIRTUAL = 1 << 20, SLICE_MIN = 1 << 10, SLICE_MAX = 1 << 22, MESSAGES_AT_ONCE = 64, IDLE_SLICES = 32 };

static uint64_t host_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

static bool replaying(const struct machine_process *p)
{
    return machine_journal(p->m)->mode == JOURNAL_REPLAY;
}

bool run_virtual(const struct machine_process *p)
{
    return p->cfg.clock == CLOCK_VIRTUAL || replaying(p);
}

/* Virtual time as it should be now: the host's, at the speed that was asked for. */
static uint64_t wished(const struct machine_process *p)
{
    uint64_t since = host_now() - p->base_host;
    return p->base_ns + since / 100 * p->speed + since % 100 * p->speed / 100;
}

/* From now on it is ns and what the host's time adds. */
static void set_wished(struct machine_process *p, uint64_t ns)
{
    p->base_host = host_now();
    p->base_ns = ns;
}

/* Virtual time runs ahead as far as it gets. */
static bool warped(const struct machine_process *p)
{
    return !p->speed;
}

void run_set_speed(struct machine_process *p, unsigned percent)
{
    if (!run_virtual(p))
        set_wished(p, machine_ns(p->m));
    p->speed = percent;
}

void run_send_event(struct machine_process *p, enum link_event ev, bool guest, enum link_cause cause)
{
    uint8_t b[3] = {(uint8_t)ev, guest, (uint8_t)cause};
    machine_process_send(p, LINK_EVENT, b, sizeof b);
}

void run_set_state(struct machine_process *p, enum link_state state)
{
    if (state == p->state)
        return;
    bool was = p->state == LINK_STATE_RUNNING, is = state == LINK_STATE_RUNNING;
    p->state = state;
    if (is && !run_virtual(p))
        set_wished(p, machine_ns(p->m));
    if (was != is)
        run_send_event(p, is ? LINK_EV_RESUME : LINK_EV_STOP, false, LINK_CAUSE_NONE);
}

void run_end(struct machine_process *p, int status, const char *why)
{
    if (p->ending && p->status)
        return;
    p->ending = true;
    p->status = status;
    if (why)
        error_set(&p->why, "%s", why);
}

void run_end_malformed(struct machine_process *p, const char *what)
{
    struct error e;
    error_set(&e, "a malformed message came over the link: %s", what);
    run_end(p, 1, e.text);
}

void run_flush_output(struct machine_process *p)
{
    uint8_t msg[1 + LINK_CHUNK];
    for (unsigned i = 0; i < MAX_PORTS; i++) {
        struct buf *out = &p->serial[i].out;
        for (size_t at = 0, n; at < out->len; at += n) {
            n = MIN(out->len - at, (size_t)LINK_CHUNK);
            msg[0] = (uint8_t)i;
            memcpy(msg + 1, out->data + at, n);
            link_send(&p->link, LINK_SERIAL_OUT, msg, 1 + n);
        }
        buf_clear(out);
    }
    for (size_t at = 0, n; at < p->debugcon.len; at += n) {
        n = MIN(p->debugcon.len - at, (size_t)LINK_CHUNK);
        link_send(&p->link, LINK_DEBUGCON, p->debugcon.data + at, n);
    }
    buf_clear(&p->debugcon);
    for (size_t at = 0, n; at < p->log.len; at += n) {
        n = MIN(p->log.len - at, (size_t)LINK_CHUNK);
        link_send(&p->link, LINK_LOG, p->log.data + at, n);
    }
    buf_clear(&p->log);
}

/* NOTE: nothing is lost: what the socket does not take at once is queued, and above LINK_QUEUE_HIGH
 * the machine waits, in the middle of a slice too, since a log of every block fills that soon. */
void run_wait_for_room(struct machine_process *p)
{
    while (link_queued(&p->link) > LINK_QUEUE_HIGH && !p->link.broken) {
        struct pollfd pfd = {.fd = p->link.fd, .events = POLLOUT};
        poll(&pfd, 1, -1);
        link_flush(&p->link);
    }
}

void run_log(void *ctx, const char *text, size_t len)
{
    struct machine_process *p = ctx;
    buf_add(&p->log, text, len);
    if (p->log.len < LINK_CHUNK)
        return;
    run_flush_output(p);
    run_wait_for_room(p);
}

/* Which drives were read and written since the last word about it; at most 20 times a second. */
static void report_drives(struct machine_process *p)
{
    uint8_t b[2] = {0, 0};
    uint64_t now = host_now();
    if (now < p->next_lights)
        return;
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        struct drive_info d;
        machine_drive_info(p->m, i, &d);
        b[0] |= (uint8_t)((d.stats.reads != p->seen_reads[i]) << i);
        b[1] |= (uint8_t)((d.stats.writes != p->seen_writes[i]) << i);
        p->seen_reads[i] = d.stats.reads;
        p->seen_writes[i] = d.stats.writes;
    }
    if (!(b[0] | b[1]))
        return;
    p->next_lights = now + LIGHTS_NS;
    machine_process_send(p, LINK_LIGHTS, b, sizeof b);
}

static void report_pointer(struct machine_process *p)
{
    uint8_t absolute = machine_takes_absolute(p->m);
    if (absolute == p->takes_absolute)
        return;
    if (machine_process_send(p, LINK_POINTER_IS, &absolute, 1)) /* else later */
        p->takes_absolute = absolute;
}

static void report_resets(struct machine_process *p)
{
    uint64_t now = machine_reset_count(p->m);
    for (; p->resets < now; p->resets++) {
        run_send_event(p, LINK_EV_RESET, !p->user_reset, p->user_reset ? LINK_CAUSE_HOST_QMP : LINK_CAUSE_GUEST_RESET);
        p->user_reset = false;
    }
}

static void report_tray(struct machine_process *p, unsigned drive, bool open)
{
    uint8_t b[2] = {(uint8_t)drive, open};
    if (machine_process_send(p, LINK_TRAY, b, sizeof b)) /* else later */
        p->tray_open[drive] = open;
}

static bool has_tray(const struct machine_process *p, unsigned drive)
{
    return drive < IDE_DRIVES && p->cfg.drive[drive].present && p->cfg.drive[drive].kind == DRIVE_CD;
}

void run_report_insertion(struct machine_process *p, unsigned drive)
{
    if (has_tray(p, drive) && !p->tray_open[drive])
        report_tray(p, drive, true);
}

void run_report_trays(struct machine_process *p)
{
    for (unsigned i = 0; i < IDE_DRIVES; i++) {
        struct drive_info d;
        if (!has_tray(p, i))
            continue;
        machine_drive_info(p->m, i, &d);
        if (d.open != p->tray_open[i])
            report_tray(p, i, d.open);
    }
}

void run_catch_up(struct machine_process *p)
{
    if (!p->halted || run_virtual(p) || warped(p) || p->state != LINK_STATE_RUNNING || p->held)
        return;
    uint64_t now = wished(p);
    machine_skip_to(p->m, MIN(now, p->wake));
}

static bool write_all(struct machine_process *p, int fd, const void *data, size_t len, const char *what)
{
    const uint8_t *b = data;
    while (len) {
        ssize_t n = write(fd, b, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            struct error e;
            error_set(&e, "%s: cannot be written: %s", what, strerror(errno));
            run_end(p, 1, e.text);
            return false;
        }
        b += n;
        len -= (size_t)n;
    }
    return true;
}

void run_write_coverage(struct machine_process *p)
{
    struct buf b = {0};
    if (p->coverage_fd < 0)
        return;
    machine_coverage(p->m, &b);
    write_all(p, p->coverage_fd, b.data, b.len, "--coverage");
    buf_free(&b);
}

static void write_hash(struct machine_process *p)
{
    char line[64];
    if (p->hash_fd < 0 || !p->hash_held)
        return;
    p->hash_held = false;
    int n = snprintf(line, sizeof line, "%llu %016llx\n", (unsigned long long)p->hash_pos, (unsigned long long)p->hash);
    if (!write_all(p, p->hash_fd, line, (size_t)n, "--hash-log"))
        p->hash_fd = -1;
}

/*
 * Hashes the state at every 2^24th position, as it is when the machine goes on from there: with
 * everything that entered at this position, since a replay delivers that at once.
 */
static void log_hash(struct machine_process *p)
{
    uint64_t pos = machine_pos(p->m);
    if (p->hash_fd < 0)
        return;
    if (pos != p->hash_pos)
        write_hash(p);
    if (pos % HASH_EVERY == 0) {
        p->hash_pos = pos;
        p->hash = machine_hash_step(p->m);
        p->hash_held = true;
    }
}

/* The journal goes to the file in parts. What is written, or wanted by nobody, is forgotten: it
 * would grow with every correction. */
static void record(struct machine_process *p, bool all)
{
    enum { RECORD_AT_ONCE = 1 << 16 };
    struct buf *log = &machine_journal(p->m)->log;
    if (replaying(p) || log->len < (all ? 1 : RECORD_AT_ONCE))
        return;
    if (p->record_fd >= 0 && !write_all(p, p->record_fd, log->data, log->len, "--record"))
        p->record_fd = -1;
    buf_clear(log);
}

/* A guest's own repetition may be up to twice as fast as the person's before its keys are only tapped. */
static struct live_guest live_guest(struct machine_process *p)
{
    enum { FAST_PERCENT = 200 };
    struct keyboard_state k = machine_keyboard(p->m);
    return (struct live_guest){
        .now = machine_ns(p->m),
        .room = k.room,
        .repeats = !k.host_repeats,
        .fast = run_virtual(p) || warped(p) || p->speed > FAST_PERCENT,
    };
}

void run_live_keys(struct machine_process *p)
{
    enum key_event event;
    uint8_t key;
    for (;;) {
        struct live_guest g = live_guest(p);
        if (!live_take(&p->live, &g, &key, &event))
            return;
        uint8_t b[3] = {key, 0, (uint8_t)event};
        journal_input(machine_journal(p->m), J_KEY, 0, b, sizeof b);
    }
}

/* When keys or the script want the machine to stop: virtual ns. */
static uint64_t agenda_due(struct machine_process *p)
{
    uint64_t keys = keyq_due(&p->keyq);
    uint64_t script = script_due(&p->script, machine_ns(p->m));
    struct live_guest g = live_guest(p);
    uint64_t live = live_due(&p->live, &g);
    return MIN(MIN(keys, live), script);
}

/* What was pasted goes on as the queue of presses empties. */
static void type_on(struct machine_process *p)
{
    char c[2] = {0};
    while (p->typing.len && KEYQ_ROOM - p->keyq.count >= 8) {
        c[0] = (char)p->typing.data[0];
        keyq_type(&p->keyq, machine_ns(p->m), c);
        buf_drop(&p->typing, 1);
    }
}

static void agenda_run(struct machine_process *p)
{
    uint8_t key;
    bool down;
    run_live_keys(p);
    type_on(p);
    while (keyq_take(&p->keyq, machine_ns(p->m), &key, &down)) {
        uint8_t b[3] = {key, 0, down};
        journal_input(machine_journal(p->m), J_KEY, 0, b, sizeof b);
    }
    serial_feed(p);
    script_run(p);
}

static uint64_t slice_end(struct machine_process *p)
{
    struct clock *c = machine_clock(p->m);
    uint64_t pos = machine_pos(p->m), ns = machine_ns(p->m), end;
    if (run_virtual(p)) {
        end = (pos / SLICE_VIRTUAL + 1) * SLICE_VIRTUAL;
    } else {
        end = clock_pos_at(c, ns + SLICE_NS);
        end = MAX(MIN(end, pos + SLICE_MAX), pos + SLICE_MIN);
    }
    if (p->hash_fd >= 0)
        end = MIN(end, (pos / HASH_EVERY + 1) * HASH_EVERY);
    return MAX(end, pos);
}

static void shut_down(struct machine_process *p, enum run_stop stop)
{
    run_send_event(p, LINK_EV_SHUTDOWN, true,
                   stop == RUN_TRIPLE                               ? LINK_CAUSE_GUEST_PANIC
                   : machine_powered_off(p->m) || !p->cfg.no_reboot ? LINK_CAUSE_GUEST_SHUTDOWN
                                                                    : LINK_CAUSE_GUEST_RESET);
    if (p->cfg.no_shutdown && stop != RUN_EXIT)
        run_set_state(p, LINK_STATE_SHUTDOWN);
    else
        run_end(p, machine_exit_code(p->m), NULL);
}

/* A halted machine goes on at its next event or where the agenda wants it. */
static void go_to_sleep(struct machine_process *p, enum run_stop stop)
{
    p->halted = true;
    p->dead = stop == RUN_DEAD;
    uint64_t event = machine_next_event(p->m), due = agenda_due(p);
    /* NOTE: a dead CPU's timers change nothing that anybody sees; on a virtual clock they would
     * only burn the host. */
    if (p->dead && run_virtual(p))
        event = TIME_NEVER;
    p->wake = MIN(event, due);
    if (replaying(p))
        run_end(p, 0, NULL); /* all that came in has been delivered, and nothing else can wake it */
}

void run_settle(struct machine_process *p)
{
    if (p->state == LINK_STATE_SHUTDOWN)
        return;
    enum run_stop stop = machine_settle(p->m);
    if (stop == RUN_SHUTDOWN || stop == RUN_TRIPLE || stop == RUN_EXIT)
        shut_down(p, stop);
    report_resets(p);
}

/* A machine that slept until its next event goes on there. */
static void wake_up(struct machine_process *p)
{
    if (!p->halted || run_virtual(p) || p->wake == TIME_NEVER)
        return;
    uint64_t now = wished(p);
    if (!warped(p) && now + p->ahead < p->wake)
        return;
    if (now > p->wake && now - p->wake > BEHIND_NS)
        set_wished(p, p->wake);
    machine_skip_to(p->m, p->wake);
}

/* What happens at the begin of a slice. False: the machine ends. */
static bool begin_slice(struct machine_process *p)
{
    log_hash(p);
    wake_up(p);
    agenda_run(p);
    if (p->ending)
        return false;
    log_hash(p);
    p->halted = p->dead = false;
    /* A halted machine covers much time in few positions: both are bounded, so that the link is
     * served. */
    machine_set_time_limit(p->m, agenda_due(p));
    machine_set_time_lap(p->m, machine_ns(p->m) + LAP_NS);
    p->slice_to = slice_end(p);
    return true;
}

static void run_slice(struct machine_process *p)
{
    /* NOTE: one that the watchdog cut short goes on to its end: with a virtual clock the agenda is run where the
     * guest alone decides. */
    if (!p->slice_to && !begin_slice(p))
        return;
    uint64_t before = run_virtual(p) ? 0 : host_now();
    /* NOTE: a log of blocks shows where a slice was cut, so that two logs of one run would differ. */
    if (!(p->run.log & TRACE_BLOCKS))
        watchdog_start(&p->watchdog, p->m);
    enum run_stop stop = machine_run(p->m, p->slice_to);
    watchdog_stop(&p->watchdog);
    bool cut = p->watchdog.fired && stop == RUN_BUDGET && machine_pos(p->m) < p->slice_to;
    if (!cut || !run_virtual(p))
        p->slice_to = 0;
    p->busy += run_virtual(p) ? 0 : host_now() - before;
    record(p, false);
    if (machine_failed(p->m))
        run_end(p, 1, machine_failed(p->m));
    if (p->ending)
        return; /* the journal's end was replayed */
    if (stop == RUN_HALTED || stop == RUN_DEAD)
        go_to_sleep(p, stop);
    else if (stop != RUN_BUDGET)
        shut_down(p, stop);
    report_resets(p);
    run_report_trays(p);
}

/* How far a halted machine may run ahead: a guest that draws keeps its rhythm, an idle one need
 * not. */
static void set_ahead(struct machine_process *p, uint64_t host)
{
    if (p->frame.frames != p->frames) {
        p->frames = p->frame.frames;
        p->frame_at[2] = p->frame_at[1];
        p->frame_at[1] = p->frame_at[0];
        p->frame_at[0] = host;
    }
    p->ahead = host - p->frame_at[2] < LIVELY_NS ? NEAR_NS : IDLE_NS;
}

/* Keeps virtual time at the host's; gives how many ns to sleep before going on, UINT64_MAX for
 * until something comes. */
static uint64_t pace(struct machine_process *p)
{
    if (run_virtual(p))
        return p->halted && p->wake == TIME_NEVER ? UINT64_MAX : 0;
    if (warped(p))
        return p->halted && p->wake == TIME_NEVER ? UINT64_MAX : 0;
    uint64_t host = host_now(), now = wished(p), ns = machine_ns(p->m);
    set_ahead(p, host);
    if (p->halted)
        return p->wake == TIME_NEVER ? UINT64_MAX : p->wake > now + p->ahead ? (p->wake - now) / p->speed * 100 : 0;
    if (now > ns && now - ns > BEHIND_NS) {
        set_wished(p, ns);
        now = ns;
    }
    if (host - p->last_steer >= STEER_NS) {
        p->last_steer = host;
        machine_steer(p->m, now, p->busy);
        p->busy = 0;
    }
    return ns > now + AHEAD_NS ? (ns - now) / p->speed * 100 : 0;
}

/* A slice; the ticks of an idle guest that are near follow without a look at the link. Gives how
 * long to wait, as pace(). */
static uint64_t run_slices(struct machine_process *p)
{
    uint64_t wait = 0;
    for (unsigned i = 0; i < IDLE_SLICES; i++) {
        run_slice(p);
        if (p->ending || p->state != LINK_STATE_RUNNING)
            return 0;
        wait = pace(p);
        if (wait || !p->halted || run_virtual(p))
            break;
    }
    return wait;
}

static void take_message(struct machine_process *p, enum link_got got, const struct link_msg *msg)
{
    struct error err;
    if (got != LINK_GOT_MSG) {
        run_end_malformed(p, "it has no header");
        return;
    }
    if (!link_take(&p->course, LINK_FRONT_END, msg, host_now(), &err)) {
        if (msg->fd >= 0)
            close(msg->fd);
        run_end_malformed(p, err.text);
    } else if (!request_handle(p, msg)) {
        run_end_malformed(p, link_rule(msg->type)->name);
    }
}

/* Takes messages; waits up to `wait` ns for the first. False: the front end is gone. */
static bool serve_link(struct machine_process *p, uint64_t wait)
{
    struct pollfd pfd = {.fd = p->link.fd, .events = POLLIN};
    if (link_queued(&p->link))
        pfd.events |= POLLOUT;
    if (link_queued(&p->link) > LINK_QUEUE_HIGH)
        wait = UINT64_MAX; /* output waits for the front end, and virtual time with it */
    struct timespec ts = {(time_t)(wait / NS_PER_SEC), (long)(wait % NS_PER_SEC)};
    int n = ppoll(&pfd, 1, wait == UINT64_MAX ? NULL : &ts, NULL);
    if (n < 0 && errno != EINTR)
        return false;
    link_flush(&p->link);
    if (n <= 0)
        return true;
    struct link_msg msg;
    for (unsigned i = 0; i < MESSAGES_AT_ONCE && !p->ending; i++) {
        enum link_got got = link_recv(&p->link, &msg);
        if (got == LINK_GOT_NONE)
            return true;
        if (got == LINK_GOT_EOF)
            return false;
        take_message(p, got, &msg);
    }
    return true;
}

/* The last entry of a recording says where it ended. */
static void replay_ended(void *ctx, const struct journal_entry *e)
{
    struct machine_process *p = ctx;
    if (e->len == 1 && replaying(p))
        run_end(p, 0, NULL);
}

static bool may_run(const struct machine_process *p)
{
    return p->state == LINK_STATE_RUNNING && !p->held;
}

void run_hold(struct machine_process *p, bool on)
{
    p->held = on;
    if (!on && p->state == LINK_STATE_RUNNING && !run_virtual(p))
        set_wished(p, machine_ns(p->m));
}

/* Logs of versions that count positions otherwise differ from the first line on. */
static void begin_hash_log(struct machine_process *p)
{
    static const char head[] = "VITRHSH3: position, hash of the state\n";
    if (p->hash_fd >= 0 && !write_all(p, p->hash_fd, head, sizeof head - 1, "--hash-log"))
        p->hash_fd = -1;
}

void run_loop(struct machine_process *p)
{
    journal_set_sink(machine_journal(p->m), J_STOP, replay_ended, p);
    p->state = LINK_STATE_PRELAUNCH;
    p->resets = machine_reset_count(p->m);
    p->speed = p->run.speed;
    begin_hash_log(p);
    if (!p->cfg.start_paused)
        run_set_state(p, LINK_STATE_RUNNING);
    uint64_t wait = 0;
    while (!p->ending) {
        if (!serve_link(p, may_run(p) ? wait : UINT64_MAX))
            run_end(p, 1, NULL);
        if (p->ending)
            break;
        wait = 0;
        if (may_run(p) && link_queued(&p->link) <= LINK_QUEUE_HIGH) {
            wait = run_slices(p);
        }
        report_pointer(p);
        if (p->run.display)
            report_drives(p);
        run_flush_output(p);
    }
    run_flush_output(p);
    write_hash(p);
    static const uint8_t end = 1;
    journal_input(machine_journal(p->m), J_STOP, 0, &end, sizeof end);
    record(p, true);
}
