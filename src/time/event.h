/* SPDX-License-Identifier: MIT */
/*
 * The virtual clock and the event queue.
 *
 * Virtual time is a function of the position alone: ns = base_ns + (pos - base_pos) * rate. A position is a retired
 * instruction, a REP iteration, an exception or interrupt delivered, a reset, or the skip of a halted CPU; the skip
 * sets base_ns, so that it adds no time of its own. Host steering (`--clock host`) changes the rate by journal entries.
 * Nothing else is a clock for a chip or the CPU.
 */
#ifndef VITRINE_TIME_EVENT_H
#define VITRINE_TIME_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/state.h"

#define NS_PER_SEC UINT64_C(1000000000)
#define TIME_NEVER UINT64_MAX
/* Default rate: 4 ns a position, a CPU of 250 MIPS. 32.32 fixed point. */
#define CLOCK_DEFAULT_RATE (UINT64_C(4) << 32)

struct timer;
typedef void timer_fn(void *ctx);

struct clock {
    uint64_t pos;      /* the current position: set by the engine before anything that may look */
    uint64_t base_pos; /* virtual time was base_ns at base_pos */
    uint64_t base_ns;
    uint64_t rate;       /* ns per position, 32.32 */
    uint64_t seq;        /* orders timers that fall on one nanosecond, by when they were set */
    struct timer **heap; /* binary heap by (when, seq); a live one only, rebuilt by a load */
    uint32_t ntimers, cap;
    void (*kick)(void *ctx); /* the head of the queue moved: the engine recomputes where it stops. May be NULL */
    void *kick_ctx;
};

/* One event of one chip. Set up once, then armed and disarmed; lives in the chip's state (STATE_TIMER). */
struct timer {
    uint64_t when; /* ns; TIME_NEVER: not armed */
    uint64_t seq;
    uint32_t slot; /* in the heap */
    timer_fn *fn;
    void *ctx;
    struct clock *clock;
};

void clock_init(struct clock *c);
void clock_free(struct clock *c);
/* Virtual time at the current position, ns since power-on. Monotonic; wraps after 584 years. */
uint64_t clock_ns(const struct clock *c);
uint64_t clock_ns_at(const struct clock *c, uint64_t pos);
/* The first position at which virtual time is >= ns (at least the current one). */
uint64_t clock_pos_at(const struct clock *c, uint64_t ns);
/* Ticks of a frequency of hz since power-on: floor(ns * hz / 10^9), exact. */
uint64_t clock_ticks(uint64_t ns, uint64_t hz);
/* The first nanosecond at which clock_ticks(ns, hz) >= ticks. */
uint64_t clock_tick_ns(uint64_t ticks, uint64_t hz);
/* From the current position on, time runs at `rate` (32.32 ns per position, 1/16 to 2^20 ns). */
void clock_set_rate(struct clock *c, uint64_t rate);
/* A halted CPU: the step to the next position, where time is ns (where that is past, what it was). */
void clock_skip_to(struct clock *c, uint64_t ns);

void timer_init(struct timer *t, struct clock *c, timer_fn *fn, void *ctx);
void timer_set(struct timer *t, uint64_t when_ns); /* (re)arms; a time in the past fires at the next boundary */
void timer_cancel(struct timer *t);
bool timer_armed(const struct timer *t);
/* When the next event is due, TIME_NEVER if none. */
uint64_t clock_next(const struct clock *c);
/* Runs every event that is due at the current position, in order; those that they set for now run too. */
void clock_run(struct clock *c);

extern const struct state_timer_ops timer_state_ops;
extern const struct state_table clock_state_table;

#endif
