/* SPDX-License-Identifier: MIT */
/*
 * 8254 programmable interval timer. Intel 8254 data sheet, order number 231164-005.
 *
 * A counter is a function of the CLK pulses that passed: nothing runs between accesses. `advance` moves one counter by
 * any number of pulses in closed form; an event comes only at the next pulse at which a wired OUT may move. A write
 * falls between two CLK pulses; the next one moves CR to CE.
 *
 * LIMIT: the count 1, which the data sheet forbids in modes 2 and 3, leaves OUT where it is.
 */
#include "devices/timer/i8254.h"

enum { RW_LATCH, RW_LSB, RW_MSB, RW_BOTH };
enum { READ_BACK = 3, READ_BACK_NO_COUNT = 0x20, READ_BACK_NO_STATUS = 0x10 };

static unsigned rw(const struct i8254_counter *c)
{
    return c->control >> 4 & 3;
}

static unsigned mode(const struct i8254_counter *c)
{
    unsigned m = c->control >> 1 & 7;
    return m > 5 ? m - 4 : m; /* M2 is a don't-care in modes 2 and 3 */
}

static bool bcd(const struct i8254_counter *c)
{
    return c->control & 1;
}

static uint32_t modulus(const struct i8254_counter *c)
{
    return bcd(c) ? 10000 : 65536;
}

static uint32_t from_bcd(uint32_t v)
{
    return (v >> 12) * 1000 + (v >> 8 & 15) * 100 + (v >> 4 & 15) * 10 + (v & 15);
}

static uint32_t to_bcd(uint32_t v)
{
    return (v / 1000 % 10) << 12 | (v / 100 % 10) << 8 | (v / 10 % 10) << 4 | v % 10;
}

/* CE as the guest reads it. */
static uint16_t ce_value(const struct i8254_counter *c)
{
    uint32_t v = c->ce % modulus(c);
    return (uint16_t)(bcd(c) ? to_bcd(v) : v);
}

/* --- Counting --- */

static void count_down(struct i8254_counter *c, uint64_t n)
{
    uint32_t m = modulus(c);
    c->ce = (uint32_t)((c->ce % m + m - n % m) % m);
}

/* Modes 0 and 1: OUT goes high at the terminal count; the counter wraps and goes on. */
static void advance_one_shot(struct i8254_counter *c, uint64_t n)
{
    if (c->armed && n >= c->ce) {
        c->armed = 0;
        c->out = 1;
    }
    count_down(c, n);
}

/* Modes 4 and 5: OUT is low for the one CLK at the terminal count. */
static void advance_strobe(struct i8254_counter *c, uint64_t n)
{
    if (c->armed) {
        c->out = n != c->ce;
        if (n > c->ce)
            c->armed = 0;
    }
    count_down(c, n);
}

/* Modes 2 and 3: a new count is taken at the end of the running (half) cycle. */
static void reload(struct i8254_counter *c)
{
    c->reload = c->cr;
    c->null_count = 0;
}

static void advance_rate(struct i8254_counter *c, uint64_t n)
{
    if (n < c->ce) {
        c->ce -= (uint32_t)n;
    } else {
        n -= c->ce;
        reload(c);
        c->ce = c->reload - (uint32_t)(n % c->reload);
    }
    c->out = c->ce != 1 || c->reload == 1;
}

/* CLK pulses until OUT toggles: an odd count is high for (N + 1) / 2 and low for (N - 1) / 2. */
static uint32_t half_left(const struct i8254_counter *c)
{
    return c->ce / 2 + (c->out && (c->reload & 1));
}

static void start_half(struct i8254_counter *c)
{
    reload(c);
    c->ce = c->reload & ~1u;
}

static void advance_square(struct i8254_counter *c, uint64_t n)
{
    uint32_t left = half_left(c);
    if (n >= left) {
        n -= left;
        c->out = !c->out;
        start_half(c);
        n %= c->reload; /* whole cycles change nothing */
        while (n >= (left = half_left(c))) {
            n -= left;
            c->out = !c->out;
            c->ce = c->reload & ~1u;
        }
    }
    c->ce -= (uint32_t)(2 * n);
}

static void advance(struct i8254_counter *c, uint64_t n)
{
    if (!c->counting || !n)
        return;
    switch (mode(c)) {
    case 0:
        if (c->gate)
            advance_one_shot(c, n);
        break;
    case 1: advance_one_shot(c, n); break;
    case 2:
        if (c->gate)
            advance_rate(c, n);
        break;
    case 3:
        /* A count of 1 has no low half. */
        if (c->gate && c->reload > 1)
            advance_square(c, n);
        else if (c->gate)
            start_half(c);
        break;
    case 4:
        if (c->gate)
            advance_strobe(c, n);
        break;
    default: advance_strobe(c, n); break;
    }
}

/* The CLK pulse that moves CR to CE does not decrement it. */
static void load_ce(struct i8254_counter *c)
{
    c->load = TIME_NEVER;
    c->counting = 1;
    c->armed = 1;
    reload(c);
    c->ce = mode(c) == 3 ? c->reload & ~1u : c->reload;
    c->out = mode(c) > 1;
}

static void sync(struct i8254_counter *c, uint64_t tick)
{
    if (tick < c->tick)
        return; /* a read brought this one further than the pins */
    if (c->load <= tick) {
        advance(c, c->load - 1 - c->tick);
        c->tick = c->load;
        load_ce(c);
    }
    advance(c, tick - c->tick);
    c->tick = tick;
}

/* CLK pulses from c->tick to the next one at which OUT may move; TIME_NEVER where it stays. */
static uint64_t next_edge(const struct i8254_counter *c)
{
    unsigned m = mode(c);
    uint64_t n = TIME_NEVER;
    bool runs = c->counting && (c->gate || m == 1 || m == 5);
    if (runs && (m == 2 || m == 3) && c->reload == 1)
        n = c->null_count ? 1 : TIME_NEVER;
    else if (runs && m == 2)
        n = c->ce > 1 ? c->ce - 1 : 1;
    else if (runs && m == 3)
        n = half_left(c);
    else if (runs && c->armed)
        n = c->ce ? c->ce : 1;
    if (c->load != TIME_NEVER && c->load - c->tick < n)
        n = c->load - c->tick;
    return n;
}

/* --- The chip's pins --- */

static uint64_t now(const struct i8254 *p)
{
    return clock_ticks(clock_ns(p->dev.bus->clock), I8254_HZ);
}

static void sync_all(struct i8254 *p)
{
    uint64_t tick = now(p);
    for (int i = 0; i < 3; i++)
        sync(&p->counter[i], tick);
}

/* The next CLK pulse at which an OUT that is wired may move. */
static uint64_t next_pulse(const struct i8254 *p)
{
    uint64_t next = TIME_NEVER;
    for (int i = 0; i < 3; i++) {
        uint64_t n = p->out[i].set ? next_edge(&p->counter[i]) : TIME_NEVER;
        if (n != TIME_NEVER)
            next = MIN(next, p->counter[i].tick + n);
    }
    return next;
}

static void drive_pins(struct i8254 *p)
{
    for (int i = 0; i < 3; i++) {
        p->pin[i] = p->counter[i].out;
        irq_set(&p->out[i], p->pin[i]);
    }
}

static void drive(struct i8254 *p)
{
    drive_pins(p);
    uint64_t next = next_pulse(p);
    if (next == TIME_NEVER)
        timer_cancel(&p->edge);
    else
        timer_set(&p->edge, clock_tick_ns(next, I8254_HZ));
}

/*
 * Where one position of a slow clock spans several CLK pulses, the pins still go through each level in between: a pulse
 * that is low for one CLK must reach the 8259 as an edge. Edges that repeat within one position are one request.
 */
static void edge_due(void *ctx)
{
    struct i8254 *p = ctx;
    uint64_t tick = now(p);
    for (int i = 0; i < 8 && next_pulse(p) < tick; i++) {
        uint64_t at = next_pulse(p);
        for (int n = 0; n < 3; n++)
            sync(&p->counter[n], at);
        drive_pins(p);
    }
    sync_all(p);
    drive(p);
}

static void set_gate(void *ctx, int n, int level)
{
    struct i8254 *p = ctx;
    struct i8254_counter *c = &p->counter[n];
    sync_all(p);
    if (!!level == c->gate)
        return;
    c->gate = !!level;
    unsigned m = mode(c);
    if (!level && (m == 2 || m == 3))
        c->out = 1; /* at once */
    if (level && m != 0 && m != 4 && c->cr_valid)
        c->load = c->tick + 1; /* a trigger */
    drive(p);
}

struct irq_line i8254_gate(struct i8254 *p, int counter)
{
    return (struct irq_line){set_gate, p, counter};
}

bool i8254_out(struct i8254 *p, int counter)
{
    sync(&p->counter[counter], now(p));
    return p->counter[counter].out;
}

/* --- Registers --- */

/*
 * QUIRK: an ISA cycle is longer than a CLK period, so the next access finds a written count in CE, however few
 * instructions come between. Linux's fast TSC calibration relies on it (pit_linux_reads_a_new_count_at_once).
 */
static void settle(struct i8254_counter *c)
{
    if (c->load != TIME_NEVER)
        sync(c, c->load);
}

static void latch_count(struct i8254_counter *c)
{
    if (c->latched)
        return; /* "the second latch command is ignored" until the first was read */
    settle(c);
    uint16_t v = ce_value(c);
    c->latch = rw(c) == RW_MSB ? v >> 8 : v;
    c->latched = rw(c) == RW_BOTH ? 2 : 1;
    if (c->read_second) {
        c->latch >>= 8; /* the LSB went out before the latch command: the MSB is next */
        c->latched = 1;
    }
}

static void latch_status(struct i8254_counter *c)
{
    if (c->status_latched)
        return;
    c->status = (uint8_t)(c->out << 7 | c->null_count << 6 | c->control);
    c->status_latched = 1;
}

static void write_control(struct i8254 *p, uint8_t value)
{
    if (value >> 6 == READ_BACK) {
        for (int i = 0; i < 3; i++) {
            if (!(value & BIT(i + 1)))
                continue;
            if (!(value & READ_BACK_NO_COUNT))
                latch_count(&p->counter[i]);
            if (!(value & READ_BACK_NO_STATUS))
                latch_status(&p->counter[i]);
        }
        return;
    }
    struct i8254_counter *c = &p->counter[value >> 6];
    if ((value >> 4 & 3) == RW_LATCH) {
        latch_count(c);
        return;
    }
    c->control = value & 0x3f;
    c->write_second = c->read_second = 0;
    c->latched = c->status_latched = 0;
    c->cr_valid = c->counting = c->armed = 0;
    c->load = TIME_NEVER;
    c->null_count = 1;
    c->out = mode(c) != 0;
}

/* A whole count is in: when does it go to CE? */
static void count_written(struct i8254_counter *c, uint32_t count)
{
    uint32_t n = bcd(c) ? from_bcd(count) % 10000 : count;
    c->cr = n ? n : modulus(c);
    c->cr_valid = 1;
    c->null_count = 1;
    switch (mode(c)) {
    case 0:
    case 4: c->load = c->tick + 1; break;
    case 2:
    case 3:
        if (!c->counting) /* else at the end of the cycle, or by a trigger */
            c->load = c->tick + 1;
        break;
    default: /* by a trigger */ break;
    }
}

static void write_count(struct i8254_counter *c, uint8_t value)
{
    switch (rw(c)) {
    case RW_LSB: count_written(c, value); break;
    case RW_MSB: count_written(c, (uint32_t)value << 8); break;
    case RW_BOTH:
        if (c->write_second) {
            c->write_second = 0;
            count_written(c, (uint32_t)value << 8 | c->write_lsb);
            break;
        }
        c->write_lsb = value;
        c->write_second = 1;
        if (mode(c) == 0) { /* the first byte stops it and OUT goes low at once */
            c->counting = c->armed = 0;
            c->load = TIME_NEVER;
            c->out = 0;
        }
        break;
    default: /* no control word since power-on */ break;
    }
}

static uint8_t read_count(struct i8254_counter *c)
{
    if (c->status_latched) {
        c->status_latched = 0;
        return c->status;
    }
    if (c->latched) {
        uint8_t v = (uint8_t)c->latch;
        c->latch >>= 8;
        c->latched--;
        c->read_second = rw(c) == RW_BOTH && c->latched;
        return v;
    }
    settle(c);
    uint16_t v = ce_value(c);
    if (rw(c) == RW_MSB)
        return (uint8_t)(v >> 8);
    if (rw(c) == RW_BOTH && c->read_second) {
        c->read_second = 0;
        return (uint8_t)(v >> 8);
    }
    c->read_second = rw(c) == RW_BOTH;
    return (uint8_t)v;
}

static void pit_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct i8254 *p = ctx;
    (void)size, (void)who;
    sync_all(p);
    if (offset == 3)
        write_control(p, (uint8_t)value);
    else
        write_count(&p->counter[offset], (uint8_t)value);
    drive(p);
}

static uint64_t pit_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct i8254 *p = ctx;
    (void)size;
    if (offset == 3 || who == INIT_DEBUG)
        return 0xff; /* the control word register cannot be read */
    sync(&p->counter[offset], now(p));
    return read_count(&p->counter[offset]);
}

static const struct io_ops pit_ops = {pit_read, pit_write, 1};

static bool realize(struct dev *d, struct error *err)
{
    struct i8254 *p = (struct i8254 *)d;
    (void)err;
    timer_init(&p->edge, d->bus->clock, edge_due, p);
    for (int i = 0; i < 3; i++) {
        p->counter[i].load = TIME_NEVER;
        p->counter[i].cr = p->counter[i].reload = 65536;
        p->counter[i].gate = i < 2;
        p->counter[i].out = 1;
    }
    p->ports = (struct port_range){.name = d->id, .base = 0x40, .count = 4, .ops = &pit_ops, .ctx = p};
    port_claim(d->bus->ports, &p->ports);
    return true;
}

static void unrealize(struct dev *d)
{
    struct i8254 *p = (struct i8254 *)d;
    timer_cancel(&p->edge);
    port_release(d->bus->ports, &p->ports);
}

/*
 * The chip has no reset pin: it keeps counting through RESET#. "Prior to initialization, the mode,
 * count, and output are undefined."
 */
static void reset(struct dev *d)
{
    struct i8254 *p = (struct i8254 *)d;
    sync_all(p);
    drive(p);
}

static void post_load(struct dev *d)
{
    struct i8254 *p = (struct i8254 *)d;
    for (int i = 0; i < 3; i++) {
        struct i8254_counter *c = &p->counter[i];
        c->cr = MIN(MAX(c->cr, 1), 65536); /* divisors: never trusted to a file */
        c->reload = MIN(MAX(c->reload, 1), 65536);
        irq_set(&p->out[i], p->pin[i]); /* not c->out: a read may have brought the counter further (settle) */
    }
}

static void print(struct dev *d, struct buf *out)
{
    struct i8254 *p = (struct i8254 *)d;
    for (int i = 0; i < 3; i++) {
        struct i8254_counter c = p->counter[i];
        sync(&c, now(p));
        buf_printf(out, "%s: counter %d: mode=%u%s ce=%04x cr=%u gate=%u out=%u%s%s\n", d->id, i, mode(&c),
                   bcd(&c) ? " bcd" : "", ce_value(&c), c.cr, c.gate, c.out, c.null_count ? " null-count" : "",
                   c.counting ? "" : " stopped");
    }
}

static const struct dev_reg regs[] = {
    {"Counter 0", REG_PORT, 0x40, 1, 0, 0xff},
    {"Counter 1", REG_PORT, 0x41, 1, 0, 0xff},
    {"Counter 2", REG_PORT, 0x42, 1, 0, 0xff},
    {"Control Word", REG_PORT, 0x43, 1, 0xff, 0xff},
};

#define C(i, m) STATE_U(struct i8254, counter[i].m)
#define COUNTER_FIELDS(i)                                                                                           \
    C(i, ce), C(i, reload), C(i, cr), C(i, tick), C(i, load), C(i, control), C(i, out), C(i, gate), C(i, cr_valid), \
        C(i, counting), C(i, armed), C(i, null_count), C(i, write_lsb), C(i, write_second), C(i, read_second),      \
        C(i, latched), C(i, latch), C(i, status_latched), C(i, status)
static const struct state_field fields[] = {
    COUNTER_FIELDS(0),
    COUNTER_FIELDS(1),
    COUNTER_FIELDS(2),
    STATE_ARRAY(struct i8254, pin),
    STATE_TIMER_FIELD(struct i8254, edge),
};

const struct dev_class i8254_class = {
    .name = "i8254",
    .summary = "8254 programmable interval timer",
    .datasheet = "Intel 8254, 231164-005",
    .size = sizeof(struct i8254),
    DEV_REGS(regs),
    .state = DEV_STATE("i8254", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct i8254 *i8254_new(struct bus *bus, const char *id)
{
    return dev_new(&i8254_class, id, bus);
}
