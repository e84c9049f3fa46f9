/* SPDX-License-Identifier: MIT */
/* Where journal entries go: keys, serial bytes, power requests, the clock's corrections, the RTC's start. */
#include "base/bits.h"
#include "devices/rtc/mc146818.h"
#include "devices/serial/ns16550.h"
#include "machine/parts.h"

static void key(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len == 3 && m->keys.key)
        m->keys.key(m->keys.ctx, (uint8_t)ld16(e->data), e->data[2] != 0);
}

static void serial(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->channel < MAX_SERIAL && m->serial[e->channel])
        ns16550_receive(m->serial[e->channel], e->data, e->len);
}

static void power(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len == 1 && e->data[0] == POWER_RESET) {
        m->reset_wanted = true;
        cpu_kick(m->cpu);
    }
}

static void rate(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len == 8)
        clock_set_rate(&m->clock, ld64(e->data));
}

static void skip(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    uint64_t ns = e->len == 8 ? ld64(e->data) : 0;
    /* NOTE: a replay delivers all entries of a position in one go; the events between them happened in between. */
    while (clock_next(&m->clock) < ns) {
        clock_skip_to(&m->clock, clock_next(&m->clock));
        clock_run(&m->clock);
    }
    clock_skip_to(&m->clock, ns);
}

static void rtc(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len == 8)
        mc146818_set_start(m->rtc, ld64(e->data));
}

static void poke(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len > 8)
        phys_write(m->mem, ld64(e->data), e->data + 8, e->len - 8, INIT_DEBUG);
}

void machine_input_init(struct machine *m)
{
    static const struct {
        enum journal_kind kind;
        journal_sink *fn;
    } sinks[] = {{J_KEY, key},   {J_SERIAL, serial}, {J_POWER, power}, {J_RATE, rate},
                 {J_SKIP, skip}, {J_RTC, rtc},       {J_POKE, poke}};
    for (size_t i = 0; i < ARRAY_LEN(sinks); i++)
        journal_set_sink(&m->journal, sinks[i].kind, sinks[i].fn, m);
    journal_input(&m->journal, J_RTC, 0, &m->cfg.rtc_seconds, sizeof m->cfg.rtc_seconds);
}
