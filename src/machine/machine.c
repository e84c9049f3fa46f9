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
    m->time_limit = TIME_NEVER;
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

static void reset_all(struct machine *m)
{
    m->reset_wanted = false;
    m->resets++;
    for (struct dev *d = m->devices; d; d = d->next)
        if (d->cls->reset)
            d->cls->reset(d);
    cpu_reset(m->cpu);
    if (m->cfg.boot_once[0] && m->resets == 1)
        pc_set_boot_order(m, m->cfg.boot);
}

/* A reset as the guest or the user asked for; true: the machine ends instead. */
static bool take_reset(struct machine *m)
{
    if (m->cfg.no_reboot)
        return true;
    reset_all(m);
    return false;
}

static bool can_wake(const struct machine *m)
{
    return m->cpu->eflags & FL_IF || lapic_wakes_masked(m->lapic) || ioapic_wakes_masked(m->ioapic);
}

/* What a halted CPU means: true, time went on and there is more to run; false, *stop says why not. */
static bool halted(struct machine *m, enum run_stop *stop)
{
    uint64_t next = MIN(clock_next(&m->clock), m->time_limit);
    if (m->journal.mode == JOURNAL_REPLAY && journal_next_pos(&m->journal) <= m->clock.pos)
        return true;
    if (m->cfg.clock == CLOCK_VIRTUAL && next != TIME_NEVER && can_wake(m)) {
        /*
         * NOTE: the limit is where something may come in. It comes at this same position, so that only the journal can
         * tell a replay how long the halt was before it. */
        if (next == m->time_limit && m->journal.mode == JOURNAL_RECORD)
            machine_skip_to(m, next); /* also where an event is due at the limit: what comes in comes before it */
        else
            clock_skip_to(&m->clock, next);
        return true;
    }
    *stop = can_wake(m) ? RUN_HALTED : RUN_DEAD;
    return false;
}

static bool after_run(struct machine *m, enum cpu_stop why, enum run_stop *stop)
{
    *stop = RUN_BUDGET;
    if (m->exit_wanted) {
        for (int i = 0; i < MAX_SERIAL; i++)
            if (m->serial[i])
                ns16550_drain(m->serial[i]);
        *stop = RUN_EXIT;
        return false;
    }
    if (m->off_wanted) {
        m->off_wanted = false;
        m->powered_off = true;
        *stop = RUN_SHUTDOWN;
        return false;
    }
    if (m->reset_wanted) {
        *stop = RUN_SHUTDOWN;
        return !take_reset(m);
    }
    switch (why) {
    case CPU_SHUTDOWN: *stop = RUN_TRIPLE; return !take_reset(m);
    case CPU_HALTED: return halted(m, stop);
    case CPU_KICKED: return false;
    default: return true;
    }
}

enum run_stop machine_run(struct machine *m, uint64_t until_pos)
{
    enum run_stop stop = RUN_BUDGET;
    bool more = true;
    while (more) {
        do {
            journal_deliver(&m->journal);
            if (m->reset_wanted && take_reset(m))
                return RUN_SHUTDOWN;
        } while (m->journal.mode == JOURNAL_REPLAY && journal_next_pos(&m->journal) <= m->clock.pos);
        if (m->clock.pos >= until_pos || clock_ns(&m->clock) >= m->time_limit)
            return RUN_BUDGET;
        uint64_t until = MIN(until_pos, journal_next_pos(&m->journal));
        if (m->time_limit != TIME_NEVER)
            until = MIN(until, clock_pos_at(&m->clock, m->time_limit));
        more = after_run(m, cpu_run(m->cpu, until), &stop);
    }
    return stop;
}

void machine_set_time_limit(struct machine *m, uint64_t ns)
{
    m->time_limit = ns;
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
    if (ns > clock_ns(&m->clock))
        journal_input(&m->journal, J_SKIP, 0, &ns, sizeof ns);
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
