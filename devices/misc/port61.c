/* SPDX-License-Identifier: MIT */
/*
 * Port 61h: NMI status and control, timer counter 2 gate, speaker data. PIIX3 (290550-002) 2.5.5.1.
 *
 * LIMIT: there is no ISA board that pulls IOCHK# and no PCI device that pulls SERR#, so bits 7 and
 * 6 read 0.
 */
#include "devices/misc/port61.h"

enum { TIM_CNT2_EN = 0x01, SPKR_DAT_EN = 0x02, WRITABLE = 0x0f, REF_TOGGLE = 0x10, TMR2_OUT_STS = 0x20 };

/*
 * NOTE: a refresh cycle comes every 18 CLK pulses of the timer (15.09 us), whatever counter 1 is set to: POST code
 * times short delays by this bit before it programs the timer.
 */
enum { REFRESH_CLKS = 18 };

static uint64_t read_61(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct port61 *p = ctx;
    (void)offset, (void)size, (void)who;
    uint8_t v = p->control;
    if (clock_ticks(clock_ns(p->dev.bus->clock), I8254_HZ) / REFRESH_CLKS & 1)
        v |= REF_TOGGLE;
    if (i8254_out(p->pit, 2))
        v |= TMR2_OUT_STS;
    return v;
}

static void drive(struct port61 *p)
{
    struct irq_line gate2 = i8254_gate(p->pit, 2);
    irq_set(&gate2, p->control & TIM_CNT2_EN);
    irq_set(&p->speaker, !!(p->control & SPKR_DAT_EN));
}

static void write_61(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct port61 *p = ctx;
    (void)offset, (void)size, (void)who;
    p->control = value & WRITABLE;
    drive(p);
}

static const struct io_ops ops = {read_61, write_61, 1};

static bool realize(struct dev *d, struct error *err)
{
    struct port61 *p = (struct port61 *)d;
    (void)err;
    p->ports = (struct port_range){.name = d->id, .base = 0x61, .count = 1, .ops = &ops, .ctx = p};
    port_claim(d->bus->ports, &p->ports);
    return true;
}

static void unrealize(struct dev *d)
{
    port_release(d->bus->ports, &((struct port61 *)d)->ports);
}

static void reset(struct dev *d)
{
    struct port61 *p = (struct port61 *)d;
    p->control = 0;
    drive(p);
}

static void post_load(struct dev *d)
{
    struct port61 *p = (struct port61 *)d;
    irq_set(&p->speaker, !!(p->control & SPKR_DAT_EN)); /* GATE 2 is in the timer's own state */
}

static void print(struct dev *d, struct buf *out)
{
    struct port61 *p = (struct port61 *)d;
    buf_printf(out, "%s: control=%02x\n", d->id, p->control);
}

static const struct dev_reg regs[] = {{"NMISC", REG_PORT, 0x61, 1, 0, WRITABLE}};
static const struct state_field fields[] = {STATE_U(struct port61, control)};

const struct dev_class port61_class = {
    .name = "port61",
    .summary = "port 61h: timer 2 gate, speaker, refresh toggle",
    .datasheet = "Intel 82371SB (PIIX3), 290550-002, 2.5.5.1",
    .size = sizeof(struct port61),
    DEV_REGS(regs),
    .state = DEV_STATE("port61", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct port61 *port61_new(struct bus *bus, const char *id)
{
    return dev_new(&port61_class, id, bus);
}
