/* SPDX-License-Identifier: MIT */
/* The virtual clock and its event queue: a binary heap ordered by (time, when it was set). */
#include "time/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/log.h"

__extension__ typedef unsigned __int128 u128;

void clock_init(struct clock *c)
{
    *c = (struct clock){.rate = CLOCK_DEFAULT_RATE};
}

void clock_free(struct clock *c)
{
    free(c->heap);
    c->heap = NULL;
    c->ntimers = c->cap = 0;
}

uint64_t clock_ns_at(const struct clock *c, uint64_t pos)
{
    return c->base_ns + (uint64_t)(((u128)(pos - c->base_pos) * c->rate) >> 32);
}

uint64_t clock_ns(const struct clock *c)
{
    return clock_ns_at(c, c->pos);
}

uint64_t clock_pos_at(const struct clock *c, uint64_t ns)
{
    if (ns <= clock_ns(c))
        return c->pos;
    if ((uint32_t)c->rate == 0) { /* whole nanoseconds, as it is unless steered: the same, sooner */
        uint64_t per_pos = c->rate >> 32, left = ns - c->base_ns;
        uint64_t whole = left / per_pos + (left % per_pos != 0);
        return whole > UINT64_MAX - c->base_pos ? UINT64_MAX : c->base_pos + whole;
    }
    u128 want = (u128)(ns - c->base_ns) << 32;
    u128 n = (want + c->rate - 1) / c->rate;
    return n > UINT64_MAX - c->base_pos ? UINT64_MAX : c->base_pos + (uint64_t)n;
}

uint64_t clock_ticks(uint64_t ns, uint64_t hz)
{
    return (uint64_t)((u128)ns * hz / NS_PER_SEC);
}

uint64_t clock_tick_ns(uint64_t ticks, uint64_t hz)
{
    return (uint64_t)(((u128)ticks * NS_PER_SEC + hz - 1) / hz);
}

static void rebase(struct clock *c, uint64_t ns)
{
    c->base_ns = ns;
    c->base_pos = c->pos;
}

static void head_moved(struct clock *c)
{
    if (c->kick)
        c->kick(c->kick_ctx);
}

void clock_set_rate(struct clock *c, uint64_t rate)
{
    rebase(c, clock_ns(c));
    c->rate = MAX(UINT64_C(1) << 28, MIN(rate, UINT64_C(1) << 52));
    head_moved(c);
}

void clock_skip_to(struct clock *c, uint64_t ns)
{
    uint64_t now = clock_ns(c);
    c->pos++;
    rebase(c, MAX(ns, now));
}

/* --- Heap --- */

static bool before(const struct timer *a, const struct timer *b)
{
    return a->when != b->when ? a->when < b->when : a->seq < b->seq;
}

static void place(struct clock *c, uint32_t slot, struct timer *t)
{
    c->heap[slot] = t;
    t->slot = slot;
}

static void sift_up(struct clock *c, struct timer *t, uint32_t slot)
{
    while (slot && before(t, c->heap[(slot - 1) / 2])) {
        place(c, slot, c->heap[(slot - 1) / 2]);
        slot = (slot - 1) / 2;
    }
    place(c, slot, t);
}

static void sift_down(struct clock *c, struct timer *t, uint32_t slot)
{
    for (;;) {
        uint32_t kid = 2 * slot + 1;
        if (kid >= c->ntimers)
            break;
        if (kid + 1 < c->ntimers && before(c->heap[kid + 1], c->heap[kid]))
            kid++;
        if (!before(c->heap[kid], t))
            break;
        place(c, slot, c->heap[kid]);
        slot = kid;
    }
    place(c, slot, t);
}

static void remove_timer(struct clock *c, struct timer *t)
{
    uint32_t slot = t->slot;
    struct timer *last = c->heap[--c->ntimers];
    if (last == t)
        return;
    if (slot && before(last, c->heap[(slot - 1) / 2]))
        sift_up(c, last, slot);
    else
        sift_down(c, last, slot);
}

static void insert_timer(struct clock *c, struct timer *t)
{
    if (c->ntimers == c->cap) {
        uint32_t cap = c->cap ? c->cap * 2 : 32;
        struct timer **heap = realloc(c->heap, cap * sizeof(struct timer *));
        if (!heap)
            bug("out of memory for %u timers", cap);
        c->heap = heap;
        c->cap = cap;
    }
    sift_up(c, t, c->ntimers++);
}

void timer_init(struct timer *t, struct clock *c, timer_fn *fn, void *ctx)
{
    *t = (struct timer){.when = TIME_NEVER, .fn = fn, .ctx = ctx, .clock = c};
}

bool timer_armed(const struct timer *t)
{
    return t->when != TIME_NEVER;
}

void timer_cancel(struct timer *t)
{
    if (!t->clock || !timer_armed(t)) /* a device whose realize failed is taken apart before timer_init */
        return;
    remove_timer(t->clock, t);
    t->when = TIME_NEVER;
}

void timer_set(struct timer *t, uint64_t when_ns)
{
    timer_cancel(t);
    if (when_ns == TIME_NEVER)
        return;
    t->when = when_ns;
    t->seq = t->clock->seq++;
    insert_timer(t->clock, t);
    if (t->clock->heap[0] == t)
        head_moved(t->clock);
}

uint64_t clock_next(const struct clock *c)
{
    return c->ntimers ? c->heap[0]->when : TIME_NEVER;
}

void clock_run(struct clock *c)
{
    uint64_t now = clock_ns(c);
    while (c->ntimers && c->heap[0]->when <= now) {
        struct timer *t = c->heap[0];
        remove_timer(c, t);
        t->when = TIME_NEVER;
        t->fn(t->ctx);
    }
}

/* --- Saved state: the deadline and the order of setting, so that ties resolve as they would have
 * --- */

static void timer_put(const void *timer, struct buf *out)
{
    const struct timer *t = timer;
    buf_add64(out, t->when);
    buf_add64(out, timer_armed(t) ? t->seq : 0);
}

static bool timer_get(void *timer, struct reader *in)
{
    struct timer *t = timer;
    uint64_t when = get64(in), seq = get64(in);
    if (in->bad || !t->clock)
        return false;
    timer_cancel(t);
    if (when == TIME_NEVER)
        return true;
    t->when = when;
    t->seq = seq;
    insert_timer(t->clock, t);
    head_moved(t->clock);
    return true;
}

const struct state_timer_ops timer_state_ops = {.put = timer_put, .get = timer_get};

static const struct state_field clock_fields[] = {
    STATE_U(struct clock, pos),  STATE_U(struct clock, base_pos), STATE_U(struct clock, base_ns),
    STATE_U(struct clock, rate), STATE_U(struct clock, seq),
};
const struct state_table clock_state_table = {"clock", clock_fields, ARRAY_LEN(clock_fields)};
