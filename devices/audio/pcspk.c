/* SPDX-License-Identifier: MIT */
/*
 * PC speaker. IBM PC/AT technical reference, "Speaker": OUT 2 of the timer and bit 1 of port 61h,
 * ANDed, drive a transistor and a loudspeaker.
 *
 * Edges come at their exact virtual time. A sample is the level's mean over its 1/48000 s (a box filter). So a program
 * can play a recording by pulses much shorter than a sample. A high-pass of 20 Hz takes the constant part away, as the
 * coil's mounting does. The samples end 200 ms after the last edge, and nothing happens until the next one.
 */
#include "devices/audio/pcspk.h"

enum { UNITS = 62500, AMPLITUDE = 16384, BOTH = 3 };
enum { HIGH_PASS = 65364 }; /* 65536 exp(-2 pi 20 / 48000) */
#define BATCH_NS UINT64_C(10000000)
#define TAIL_NS  UINT64_C(200000000)

static uint64_t now(const struct pcspk *p)
{
    return clock_ns(p->dev.bus->clock);
}

static void send(struct pcspk *p)
{
    if (p->n && p->audio.write)
        p->audio.write(p->audio.ctx, p->first, p->batch, p->n);
    p->first += p->n;
    p->n = 0;
}

static void put_sample(struct pcspk *p)
{
    int32_t in = (int32_t)((uint64_t)p->high * AMPLITUDE / UNITS);
    p->out = (int32_t)(((int64_t)p->out + (in - p->in) * 256) * HIGH_PASS / 65536);
    p->in = in;
    p->high = 0;
    p->batch[p->n++] = (int16_t)(p->out / 256);
    if (p->n == PCSPK_BATCH)
        send(p);
}

static void advance(struct pcspk *p, uint64_t ns)
{
    uint64_t to = ns * 3;
    while (p->done < to) {
        uint64_t end = MIN(to, (p->done / UNITS + 1) * UNITS);
        if (p->level)
            p->high += (uint32_t)(end - p->done);
        p->done = end;
        if (end % UNITS == 0)
            put_sample(p);
    }
}

static void wake(struct pcspk *p)
{
    p->active = 1;
    p->done = now(p) * 3 / UNITS * UNITS;
    p->first = p->done / UNITS;
    p->n = 0;
    p->high = 0;
    p->in = p->level ? AMPLITUDE : 0;
    p->out = 0;
    timer_set(&p->flush, now(p) + BATCH_NS);
}

static void flush_due(void *ctx)
{
    struct pcspk *p = ctx;
    advance(p, now(p));
    send(p);
    p->active = now(p) - p->last_edge < TAIL_NS;
    if (p->active)
        timer_set(&p->flush, now(p) + BATCH_NS);
}

static void set_input(void *ctx, int n, int level)
{
    struct pcspk *p = ctx;
    p->input = (uint8_t)(level ? p->input | BIT(n) : p->input & ~BIT(n));
    uint8_t sounding = p->input == BOTH;
    if (sounding == p->level)
        return;
    if (!p->active)
        wake(p);
    advance(p, now(p));
    p->level = sounding;
    p->last_edge = now(p);
}

struct irq_line pcspk_input(struct pcspk *p, int which)
{
    return (struct irq_line){set_input, p, which};
}

static bool realize(struct dev *d, struct error *err)
{
    struct pcspk *p = (struct pcspk *)d;
    (void)err;
    timer_init(&p->flush, d->bus->clock, flush_due, p);
    return true;
}

static void unrealize(struct dev *d)
{
    timer_cancel(&((struct pcspk *)d)->flush);
}

static void reset(struct dev *d)
{
    (void)d; /* what drives it is reset itself */
}

static void post_load(struct dev *d)
{
    struct pcspk *p = (struct pcspk *)d;
    p->input &= BOTH;
    p->level = p->input == BOTH;
    p->n = MIN(p->n, PCSPK_BATCH - 1);
    p->high = MIN(p->high, UNITS);
    if (!timer_armed(&p->flush) || now(p) * 3 - p->done > UNITS * UINT64_C(48000))
        p->active = 0; /* it would have no end, or lacks samples of more than a second */
}

static void print(struct dev *d, struct buf *out)
{
    const struct pcspk *p = (const struct pcspk *)d;
    buf_printf(out, "%s: OUT 2 %s, data %s, %s\n", d->id, p->input & 1 ? "high" : "low", p->input & 2 ? "on" : "off",
               p->active ? "sounding" : "silent");
}

static const struct state_field fields[] = {
    STATE_U(struct pcspk, input), STATE_U(struct pcspk, level),     STATE_U(struct pcspk, active),
    STATE_U(struct pcspk, done),  STATE_U(struct pcspk, last_edge), STATE_U(struct pcspk, high),
    STATE_U(struct pcspk, in),    STATE_U(struct pcspk, out),       STATE_U(struct pcspk, first),
    STATE_U(struct pcspk, n),     STATE_ARRAY(struct pcspk, batch), STATE_TIMER_FIELD(struct pcspk, flush),
};

const struct dev_class pcspk_class = {
    .name = "pcspk",
    .summary = "PC speaker",
    .datasheet = "IBM PC/AT technical reference, Speaker",
    .size = sizeof(struct pcspk),
    .state = DEV_STATE("pcspk", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct pcspk *pcspk_new(struct bus *bus, const char *id)
{
    return dev_new(&pcspk_class, id, bus);
}
