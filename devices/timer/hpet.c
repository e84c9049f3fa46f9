/* SPDX-License-Identifier: MIT */
/*
 * IA-PC HPET (High Precision Event Timers) Specification, revision 1.0a; references are to its sections.
 *
 * The counter is a function of virtual time; an event is armed for the next match of each comparator that somebody can
 * notice.
 * NOTE: an edge leaves its line up until the next one, since an 8259 wants a request to stay until it is acknowledged.
 * LIMIT: no delivery through the FSB, as the capabilities say.
 */
#include "devices/timer/hpet.h"

#include "base/bits.h"

enum {
    GCAP_ID = 0x000,
    GEN_CONF = 0x010,
    GINTR_STA = 0x020,
    MAIN_CNT = 0x0f0,
    TIMERS = 0x100,
    TIMER_SIZE = 0x20,
    REGION = 0x400
};
enum { T_CONF = 0x00, T_COMP = 0x08 };
enum { ENABLE_CNF = 1, LEG_RT_CNF = 2 };
enum {
    INT_TYPE = 0x2,
    INT_ENB = 0x4,
    PERIODIC = 0x8,
    PER_INT_CAP = 0x10,
    SIZE_CAP = 0x20,
    VAL_SET = 0x40,
    MODE32 = 0x100,
    INT_ROUTE = 0x3e00
};
enum { CONF_WRITABLE = INT_TYPE | INT_ENB | PERIODIC | VAL_SET | MODE32 | INT_ROUTE };

static uint64_t counter(const struct hpet *h)
{
    if (!(h->config & ENABLE_CNF))
        return h->counter;
    return h->counter + (clock_ns(h->dev.bus->clock) - h->start_ns) / HPET_TICK_NS;
}

static uint64_t width(const struct hpet_timer *t)
{
    return t->config & MODE32 ? UINT32_MAX : UINT64_MAX;
}

static unsigned index_of(const struct hpet_timer *t)
{
    return (unsigned)(t - t->hpet->timer);
}

/* --- Interrupts (2.3.5, 2.4.3.2) --- */

static int route_of(const struct hpet_timer *t)
{
    return (int)(t->config >> 9 & 31);
}

static bool replaces(const struct hpet_timer *t)
{
    return t->hpet->config & LEG_RT_CNF && index_of(t) < 2;
}

static bool drives(const struct hpet_timer *t)
{
    return t->hpet->config & ENABLE_CNF && t->config & INT_ENB && t->line;
}

static void drive_routes(struct hpet *h)
{
    uint32_t up = 0;
    for (int i = 0; i < HPET_TIMERS; i++)
        if (drives(&h->timer[i]) && !replaces(&h->timer[i]))
            up |= 1u << route_of(&h->timer[i]);
    for (int n = 0; n < HPET_ROUTES; n++)
        irq_set(&h->route[n], up >> n & 1);
}

/*
 * While legacy replacement is on, the HPET drives IRQ0 and IRQ8 in place of the 8254 and the RTC (2.3.4, LEG_RT_CNF).
 */
static void drive(struct hpet *h)
{
    bool legacy = h->config & LEG_RT_CNF;
    irq_set(&h->irq0, legacy ? drives(&h->timer[0]) : h->legacy_in[0]);
    irq_set(&h->irq8, legacy ? drives(&h->timer[1]) : h->legacy_in[1]);
    drive_routes(h);
}

static void set_legacy(void *ctx, int n, int level)
{
    struct hpet *h = ctx;
    h->legacy_in[n] = level != 0;
    if (!(h->config & LEG_RT_CNF))
        irq_set(n ? &h->irq8 : &h->irq0, level != 0);
}

struct irq_line hpet_legacy(struct hpet *h, int n)
{
    return (struct irq_line){set_legacy, h, n};
}

/* --- Matches (2.3.9.2) --- */

/* Ticks until the counter next equals the comparator: never 0. */
static uint64_t ticks_to_match(const struct hpet_timer *t)
{
    uint64_t left = (t->comparator - counter(t->hpet)) & width(t);
    if (left)
        return left;
    return width(t) == UINT64_MAX ? UINT64_MAX : width(t) + 1;
}

static bool noticed(const struct hpet_timer *t)
{
    return t->hpet->config & ENABLE_CNF && t->config & (INT_ENB | INT_TYPE);
}

/* When the counter will be `ticks` from now, in ns; TIME_NEVER beyond what time can count. */
static uint64_t when(const struct hpet *h, uint64_t ticks)
{
    uint64_t now = clock_ns(h->dev.bus->clock);
    uint64_t into = (now - h->start_ns) % HPET_TICK_NS;
    return ticks > (TIME_NEVER - now) / HPET_TICK_NS - 1 ? TIME_NEVER : now - into + ticks * HPET_TICK_NS;
}

static void arm(struct hpet_timer *t)
{
    if (noticed(t))
        timer_set(&t->due, when(t->hpet, ticks_to_match(t)));
    else
        timer_cancel(&t->due);
}

/* Periodic mode: moves the comparator by whole periods to the next match. `passed`: ticks since the last one. */
static void next_period(struct hpet_timer *t, uint64_t passed)
{
    uint64_t period = t->period & width(t);
    if (t->config & PERIODIC && period)
        t->comparator = (t->comparator + (passed / period + 1) * period) & width(t);
}

static void due(void *ctx)
{
    struct hpet_timer *t = ctx;
    struct hpet *h = t->hpet;
    next_period(t, (counter(h) - t->comparator) & width(t));
    if (t->config & INT_TYPE) {
        h->status |= BIT(index_of(t));
    } else if (t->line) {
        t->line = false;
        drive(h);
    }
    t->line = true;
    drive(h);
    arm(t);
}

/* Where nobody waits for the matches, the comparator is moved when it is read. */
static void sync(struct hpet_timer *t, uint64_t seen)
{
    uint64_t now = counter(t->hpet);
    uint64_t left = (t->comparator - seen) & width(t), passed = now - seen;
    if (t->config & PERIODIC && t->period & width(t) && left && passed >= left)
        next_period(t, passed - left);
}

/* Moves the comparators of timers without events on. Their last values are as old as the last look at the counter. */
static void sync_quiet(struct hpet *h)
{
    uint64_t seen = h->counter, now = counter(h);
    if (!(h->config & ENABLE_CNF))
        return;
    for (int i = 0; i < HPET_TIMERS; i++)
        if (!timer_armed(&h->timer[i].due))
            sync(&h->timer[i], seen);
    h->start_ns += (now - seen) * HPET_TICK_NS;
    h->counter = now;
}

/* --- Registers (2.3) --- */

static uint32_t offered(const struct hpet *h)
{
    uint32_t routes = 0;
    for (int n = 0; n < HPET_ROUTES; n++)
        if (h->route[n].set)
            routes |= 1u << n;
    return routes;
}

static uint64_t read_timer(struct hpet *h, unsigned n, unsigned reg)
{
    const struct hpet_timer *t = &h->timer[n];
    switch (reg) {
    case T_CONF: return t->config | PER_INT_CAP | SIZE_CAP | (uint64_t)offered(h) << 32;
    case T_COMP: return t->comparator & width(t);
    default: return 0;
    }
}

static uint64_t read_reg(struct hpet *h, unsigned reg)
{
    sync_quiet(h);
    if (reg >= TIMERS && reg < TIMERS + HPET_TIMERS * TIMER_SIZE)
        return read_timer(h, (reg - TIMERS) / TIMER_SIZE, reg % TIMER_SIZE);
    switch (reg) {
    case GCAP_ID: return HPET_CAPABILITIES;
    case GEN_CONF: return h->config;
    case GINTR_STA: return h->status;
    case MAIN_CNT: return counter(h);
    default: return 0;
    }
}

static void write_timer_conf(struct hpet *h, unsigned n, uint64_t v)
{
    struct hpet_timer *t = &h->timer[n];
    uint64_t route = v >> 9 & 31;
    v &= CONF_WRITABLE;
    if (!(offered(h) >> route & 1)) /* 2.3.8: a route that is not allowed does not stay */
        v &= ~(uint64_t)INT_ROUTE;
    if (!(v & INT_TYPE) != !(t->config & INT_TYPE)) {
        t->line = false;
        h->status &= ~BIT(n);
    }
    t->config = v;
    if (!(v & INT_ENB) && !(v & INT_TYPE))
        t->line = false;
    t->comparator &= width(t);
    drive(h);
    arm(t);
}

/* `mask`: the bytes that were written; the rest is as it was. */
static void write_comparator(struct hpet *h, unsigned n, uint64_t v, uint64_t mask)
{
    struct hpet_timer *t = &h->timer[n];
    bool periodic = t->config & PERIODIC;
    if (!periodic || t->config & VAL_SET)
        t->comparator = ((t->comparator & ~mask) | (v & mask)) & width(t);
    if (periodic)
        t->period = ((t->period & ~mask) | (v & mask)) & width(t);
    t->config &= ~(uint64_t)VAL_SET; /* clears itself */
    arm(t);
}

static void write_config(struct hpet *h, uint64_t v)
{
    if (!(h->config & ENABLE_CNF)) /* one that runs keeps its ticks; read_reg() has brought it up to date */
        h->start_ns = clock_ns(h->dev.bus->clock);
    h->config = v & (ENABLE_CNF | LEG_RT_CNF);
    drive(h);
    for (int i = 0; i < HPET_TIMERS; i++)
        arm(&h->timer[i]);
}

/* Status bits of level-triggered timers: written with 1 to clear. */
static void write_status(struct hpet *h, uint64_t v)
{
    h->status &= ~v;
    for (int i = 0; i < HPET_TIMERS; i++)
        if (h->timer[i].config & INT_TYPE)
            h->timer[i].line = h->status >> i & 1;
    drive(h);
}

static void write_reg(struct hpet *h, unsigned reg, uint64_t v, uint64_t mask)
{
    unsigned n = (reg - TIMERS) / TIMER_SIZE;
    uint64_t whole = (read_reg(h, reg) & ~mask) | (v & mask);
    if (reg >= TIMERS && n < HPET_TIMERS) {
        if (reg % TIMER_SIZE == T_CONF)
            write_timer_conf(h, n, whole);
        else if (reg % TIMER_SIZE == T_COMP)
            write_comparator(h, n, v, mask);
        return;
    }
    if (reg == GEN_CONF)
        write_config(h, whole);
    else if (reg == GINTR_STA)
        write_status(h, v & mask);
    else if (reg == MAIN_CNT &&
             !(h->config & ENABLE_CNF)) /* "writes should only be done while the counter is halted" */
        h->counter = whole;
}

static uint64_t mmio_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)size, (void)who;
    return read_reg(ctx, (unsigned)offset & ~7u) >> 8 * (offset & 7);
}

static void mmio_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    unsigned shift = 8 * (offset & 7);
    (void)who;
    if ((offset & 7) + size <= 8)
        write_reg(ctx, (unsigned)offset & ~7u, value << shift, (UINT64_MAX >> (64 - 8 * size)) << shift);
}

static const struct io_ops mmio_ops = {mmio_read, mmio_write, 8};

/* --- A chip's life --- */

static bool realize(struct dev *d, struct error *err)
{
    struct hpet *h = container_of(d, struct hpet, dev);
    struct target regs = {.kind = TO_IO, .ops = &mmio_ops, .ctx = h};
    (void)err;
    for (int i = 0; i < HPET_TIMERS; i++) {
        h->timer[i].hpet = h;
        timer_init(&h->timer[i].due, d->bus->clock, due, &h->timer[i]);
    }
    h->map = (struct mapping){
        .name = "hpet", .base = HPET_BASE, .size = REGION, .prio = PRIO_CHIPSET, .rd = regs, .wr = regs};
    mem_map(d->bus->mem, &h->map);
    return true;
}

static void reset(struct dev *d)
{
    struct hpet *h = container_of(d, struct hpet, dev);
    h->config = h->status = h->counter = h->start_ns = 0;
    for (int i = 0; i < HPET_TIMERS; i++) {
        struct hpet_timer *t = &h->timer[i];
        t->config = t->period = 0;
        t->comparator = UINT64_MAX;
        t->line = false;
        timer_cancel(&t->due);
    }
    drive(h);
}

static void post_load(struct dev *d)
{
    struct hpet *h = container_of(d, struct hpet, dev);
    h->start_ns = MIN(h->start_ns, clock_ns(d->bus->clock));
    for (int i = 0; i < HPET_TIMERS; i++)
        h->timer[i].config &= CONF_WRITABLE;
}

static void unrealize(struct dev *d)
{
    struct hpet *h = container_of(d, struct hpet, dev);
    for (int i = 0; i < HPET_TIMERS; i++)
        timer_cancel(&h->timer[i].due);
    mem_unmap(d->bus->mem, &h->map);
}

static void print(struct dev *d, struct buf *out)
{
    const struct hpet *h = container_of(d, struct hpet, dev);
    buf_printf(out, "%s: counter=%016llx%s%s status=%llx\n", d->id, (unsigned long long)counter(h),
               h->config & ENABLE_CNF ? "" : " halted", h->config & LEG_RT_CNF ? " replaces IRQ0 and IRQ8" : "",
               (unsigned long long)h->status);
    for (int i = 0; i < HPET_TIMERS; i++) {
        const struct hpet_timer *t = &h->timer[i];
        buf_printf(out, " timer %d: comparator=%016llx %s %s%s%s route=%d\n", i, (unsigned long long)t->comparator,
                   t->config & PERIODIC ? "periodic" : "one-shot", t->config & INT_TYPE ? "level" : "edge",
                   t->config & MODE32 ? " 32 bits" : "", t->config & INT_ENB ? "" : " off", route_of(t));
    }
}

#define TIMER_FIELDS(i)                                                               \
    STATE_U(struct hpet, timer[i].config), STATE_U(struct hpet, timer[i].comparator), \
        STATE_U(struct hpet, timer[i].period), STATE_U(struct hpet, timer[i].line),   \
        STATE_TIMER_FIELD(struct hpet, timer[i].due)
static const struct state_field fields[] = {
    STATE_U(struct hpet, config),
    STATE_U(struct hpet, status),
    STATE_U(struct hpet, counter),
    STATE_U(struct hpet, start_ns),
    STATE_ARRAY(struct hpet, legacy_in),
    TIMER_FIELDS(0),
    TIMER_FIELDS(1),
    TIMER_FIELDS(2),
};

static const struct dev_reg regs[] = {
    {"GCAP_ID", REG_MMIO, 0x000, 8, 0x8086a201, 0},
    {"GEN_CONF", REG_MMIO, 0x010, 8, 0, 0x3},
    {"GINTR_STA", REG_MMIO, 0x020, 8, 0, 0x7},
    {"MAIN_CNT", REG_MMIO, 0x0f0, 8, 0, 0xffffffff},
    {"T0_CONF", REG_MMIO, 0x100, 8, 0x30, CONF_WRITABLE},
    {"T0_COMP", REG_MMIO, 0x108, 8, 0xffffffff, 0xffffffff},
    {"T1_CONF", REG_MMIO, 0x120, 8, 0x30, CONF_WRITABLE},
    {"T1_COMP", REG_MMIO, 0x128, 8, 0xffffffff, 0xffffffff},
    {"T2_CONF", REG_MMIO, 0x140, 8, 0x30, CONF_WRITABLE},
    {"T2_COMP", REG_MMIO, 0x148, 8, 0xffffffff, 0xffffffff},
};

const struct dev_class hpet_class = {
    .name = "hpet",
    .summary = "high precision event timer",
    .datasheet = "IA-PC HPET Specification 1.0a",
    .size = sizeof(struct hpet),
    DEV_REGS(regs),
    .state = DEV_STATE("hpet", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct hpet *hpet_new(struct bus *bus, const char *id)
{
    return dev_new(&hpet_class, id, bus);
}
