/* SPDX-License-Identifier: MIT */
/* A machine's life: creation, running to a position, resets, time. The chips are wired in pc.c. */
#include "machine/machine.h"

#include <stdlib.h>

#include "base/bits.h"
#include "devices/intc/ioapic.h"
#include "devices/intc/lapic.h"
#include "devices/serial/ns16550.h"
#include "machine/media.h"
#include "machine/parts.h"

__extension__ typedef unsigned __int128 u128;

bool machine_add(struct machine *m, struct dev *d, struct error *err)
{
    struct dev **p = &m->devices;
    if (!dev_realize(d, err)) {
        dev_free(d);
        return false;
    }
    while (*p)
        p = &(*p)->next;
    *p = d;
    return true;
}

struct dev *machine_find(const struct machine *m, const char *id)
{
    struct dev *d = m->devices;
    while (d && strcmp(d->id, id))
        d = d->next;
    return d;
}

/* The engine recomputes where it stops: an event was put in front of all others. */
static void queue_moved(void *ctx)
{
    struct machine *m = ctx;
    if (m->cpu)
        m->cpu->leave = true;
}

static const struct state_field fields[] = {
    STATE_U(struct machine, reset_wanted),
    STATE_U(struct machine, exit_wanted),
    STATE_U(struct machine, powered_off),
#define PORT(n) STATE_U(struct machine, port[n].requests)
    PORT(0),
    PORT(1),
    PORT(2),
    PORT(3),
    PORT(4),
    PORT(5),
#undef PORT
    STATE_U(struct machine, exit_code),
    STATE_U(struct machine, resets),
};
_Static_assert(MAX_DRIVES == 6 && (int)JOURNAL_DRIVES == 6, "each drive's requests are state and in the journal");
const struct state_table machine_state_table = {"machine", fields, ARRAY_LEN(fields)};

const struct cpu_model *machine_cpu_model(const struct machine *m)
{
    return m->cpu_model.name ? &m->cpu_model : NULL;
}

static bool create_board(struct machine *m, struct error *err)
{
    if (!cpu_model_parse(m->cfg.cpu[0] ? m->cfg.cpu : "max", &m->cpu_model, err))
        return false;
    m->mem = mem_create();
    m->ports = port_space_create();
    if (!m->mem || !m->ports)
        return error_set(err, "the host has no memory for a machine");
    for (unsigned i = 0; i < m->cfg.nglobals; i++)
        m->globals[i] = (struct dev_global){m->cfg.global[i].cls, m->cfg.global[i].name, m->cfg.global[i].value};
    m->bus = (struct bus){.mem = m->mem, .ports = m->ports, .clock = &m->clock, .log = &m->log, .globals = m->globals};
    if (!pc_create(m, err))
        return false;
    m->cpu = cpu_create(&m->cpu_model, &m->bus, err); /* last, when all backing pages are there */
    if (!m->cpu)
        return false;
    pc_connect_cpu(m);
    return pc_firmware(m, err);
}

struct machine *machine_create(const struct machine_config *cfg, const struct machine_backends *be, struct error *err)
{
    struct machine *m = calloc(1, sizeof *m);
    if (!m) {
        error_set(err, "the host has no memory for a machine");
        return NULL;
    }
    m->cfg = *cfg;
    m->be = *be;
    m->time_limit = m->time_lap = TIME_NEVER;
    m->log.sink = be->guest_log;
    m->log.sink_ctx = be->guest_log_ctx;
    clock_init(&m->clock);
    if (cfg->clock_rate)
        m->clock.rate = cfg->clock_rate;
    m->clock.kick = queue_moved;
    m->clock.kick_ctx = m;
    journal_init(&m->journal, &m->clock.pos);
    if (!create_board(m, err)) {
        machine_destroy(m);
        return NULL;
    }
    machine_input_init(m);
    machine_media_init(m);
    return m;
}

void machine_destroy(struct machine *m)
{
    if (!m)
        return;
    struct error ignored;
    machine_flush(m, &ignored);
    if (m->ports)
        port_release_all(m->ports);
    if (m->mem)
        mem_unmap_all(m->mem);
    while (m->devices) {
        struct dev *d = m->devices;
        m->devices = d->next;
        dev_free(d);
    }
    for (int i = 0; i < MAX_DRIVES; i++)
        if (m->be.drive[i])
            m->be.drive[i]->ops->close(m->be.drive[i]);
    machine_media_free(m);
    cpu_destroy(m->cpu);
    clock_free(&m->clock);
    journal_free(&m->journal);
    port_space_destroy(m->ports);
    mem_destroy(m->mem);
    free(m);
}

bool machine_flush(struct machine *m, struct error *err)
{
    bool ok = true;
    for (int i = 0; i < MAX_DRIVES; i++) {
        struct blk *b = m->be.drive[i];
        int e = b && !b->readonly ? b->ops->flush(b) : 0;
        if (e)
            ok = error_set(err, "%s: what the guest wrote could not be brought to the disk: %s", b->name, strerror(-e));
    }
    return ok;
}

/* --- Running --- */

static bool wants_reset(const struct machine *m)
{
    return m->reset_wanted || (m->cpu->shutdown && cpu_rests(m->cpu));
}

/* RESET# of everything: the step to the next position. */
static void reset_all(struct machine *m)
{
    m->reset_wanted = m->powered_off = false;
    m->resets++;
    m->clock.pos++;
    for (struct dev *d = m->devices; d; d = d->next)
        if (d->cls->reset)
            d->cls->reset(d);
    cpu_reset(m->cpu);
    if (m->cfg.boot_once[0] && m->resets == 1)
        pc_set_boot_order(m, m->cfg.boot);
    clock_run(&m->clock);
}

/*
 * A halted CPU's step, to virtual time ns or to its next event. That one is implied; a skip that ends before it, since
 * something comes in then, is an entry (where it is recorded).
 */
static void skip(struct machine *m, uint64_t ns)
{
    uint64_t next = clock_next(&m->clock);
    if (ns < next)
        journal_input(&m->journal, J_SKIP, 0, &ns, sizeof ns);
    clock_skip_to(&m->clock, MIN(ns, next));
    clock_run(&m->clock);
}

static bool can_wake(const struct machine *m)
{
    return m->cpu->eflags & FL_IF || lapic_wakes_masked(m->lapic) || ioapic_wakes_masked(m->ioapic);
}

static enum run_stop how_halted(const struct machine *m)
{
    return can_wake(m) ? RUN_HALTED : RUN_DEAD;
}

/* The CPU is halted. True: time went on; false, *stop says why not. */
static bool pass_time(struct machine *m, enum run_stop *stop)
{
    uint64_t next = clock_next(&m->clock);
    if (next != TIME_NEVER && journal_next_pos(&m->journal) != UINT64_MAX) { /* a replay: what comes in ends the halt */
        skip(m, next);
        return true;
    }
    *stop = how_halted(m);
    uint64_t to = *stop == RUN_HALTED || m->time_limit != TIME_NEVER ? MIN(next, m->time_limit) : TIME_NEVER;
    if (m->cfg.clock != CLOCK_VIRTUAL || to == TIME_NEVER)
        return false;
    skip(m, to);
    return true;
}

/* The replay of a skip that ended before the next event. False: this machine does not make it. */
static bool replay_skip(struct machine *m)
{
    uint64_t ns = journal_take_skip(&m->journal);
    if (!cpu_rests(m->cpu) || wants_reset(m) || ns <= clock_ns(&m->clock) || ns >= clock_next(&m->clock)) {
        machine_fail(m, "the journal has a skip that this machine does not make");
        return false;
    }
    skip(m, ns);
    return true;
}

/* What ends the machine, or hands it to whoever runs it, at the position that it has. */
static bool ends(struct machine *m, enum run_stop *stop)
{
    if (m->exit_wanted) {
        for (int i = 0; i < MAX_SERIAL; i++)
            if (m->serial[i])
                ns16550_drain(m->serial[i]);
        *stop = RUN_EXIT;
    } else if (m->reset_wanted ? m->cfg.no_reboot : m->powered_off) {
        *stop = RUN_SHUTDOWN;
    } else if (m->cfg.no_reboot && wants_reset(m)) {
        *stop = RUN_TRIPLE;
    } else {
        return false;
    }
    return true;
}

/* Where the CPU must stop: at a time limit, or where the journal has something. */
static uint64_t run_until(const struct machine *m, uint64_t until_pos)
{
    uint64_t limit = MIN(m->time_limit, m->time_lap), entry = journal_next_pos(&m->journal);
    uint64_t at_limit = limit == TIME_NEVER ? UINT64_MAX : clock_pos_at(&m->clock, limit);
    return MIN(until_pos, MIN(entry, at_limit));
}

enum run_stop machine_run(struct machine *m, uint64_t until_pos)
{
    enum run_stop stop;
    for (;;) {
        journal_deliver(&m->journal);
        if (ends(m, &stop))
            return stop;
        if (m->clock.pos >= until_pos || clock_ns(&m->clock) >= MIN(m->time_limit, m->time_lap))
            return RUN_BUDGET;
        if (journal_at_skip(&m->journal)) {
            if (!replay_skip(m))
                return RUN_BUDGET;
            continue;
        }
        if (wants_reset(m)) {
            reset_all(m);
            continue;
        }
        uint64_t until = run_until(m, until_pos);
        enum cpu_stop why = cpu_run(m->cpu, until);
        if (why == CPU_KICKED && !ends(m, &stop) && !wants_reset(m))
            return RUN_BUDGET;
        if (why == CPU_HALTED && m->clock.pos < until && !pass_time(m, &stop))
            return stop;
    }
}

enum run_stop machine_settle(struct machine *m)
{
    return machine_run(m, m->clock.pos + (wants_reset(m) ? 1 : 0));
}

void machine_set_time_limit(struct machine *m, uint64_t ns)
{
    m->time_limit = ns;
}

void machine_set_time_lap(struct machine *m, uint64_t ns)
{
    m->time_lap = ns;
}

void machine_kick(struct machine *m)
{
    cpu_kick(m->cpu);
}

int machine_exit_code(const struct machine *m)
{
    return m->exit_code;
}

bool machine_powered_off(const struct machine *m)
{
    return m->powered_off;
}

uint64_t machine_pos(const struct machine *m)
{
    return m->clock.pos;
}

uint64_t machine_ns(const struct machine *m)
{
    return clock_ns(&m->clock);
}

uint64_t machine_next_event(const struct machine *m)
{
    return clock_next(&m->clock);
}

struct clock *machine_clock(struct machine *m)
{
    return &m->clock;
}

struct journal *machine_journal(struct machine *m)
{
    return &m->journal;
}

uint64_t machine_reset_count(const struct machine *m)
{
    return m->resets;
}

/* --- Time --- */

/* A position is never less than a nanosecond, however fast the host. */
#define STEER_MIN_RATE (UINT64_C(1) << 32)

void machine_fail(struct machine *m, const char *why)
{
    if (!m->failed.text[0])
        error_set(&m->failed, "--replay: %s", why);
    cpu_kick(m->cpu);
}

void machine_skip_to(struct machine *m, uint64_t ns)
{
    if (m->journal.mode == JOURNAL_RECORD && !wants_reset(m) && cpu_rests(m->cpu) && ns > clock_ns(&m->clock))
        skip(m, ns);
}

/*
 * What a position costs this host becomes its virtual time, and a quarter of the lag is taken back with it, so that
 * time neither jumps nor oscillates. NOTE: only the time spent running counts. With the sleeps of a machine that is
 * ahead in it, each correction would slow the machine down, and so make it sleep more.
 */
void machine_steer(struct machine *m, uint64_t host_ns, uint64_t busy_ns)
{
    uint64_t done = m->clock.pos - m->steer_pos;
    m->steer_busy += busy_ns;
    if (done < 10000)
        return; /* too few to say anything about speed */
    int64_t busy = (int64_t)MIN(m->steer_busy, NS_PER_SEC);
    int64_t behind = (int64_t)(host_ns - clock_ns(&m->clock));
    int64_t want = busy + MAX(-busy / 2, MIN(behind / 4, busy * 4));
    uint64_t rate = (uint64_t)(((u128)(uint64_t)want << 32) / done);
    rate = MAX((m->clock.rate * 3 + rate) / 4, STEER_MIN_RATE);
    m->steer_pos = m->clock.pos;
    m->steer_busy = 0;
    journal_input(&m->journal, J_RATE, 0, &rate, sizeof rate);
}
