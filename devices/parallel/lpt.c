/* SPDX-License-Identifier: MIT */
/*
 * Parallel port: IBM PC/AT technical reference, "IBM Personal Computer AT Serial/Parallel Adapter";
 * its extension for both directions and the interrupt status by the PS/2 technical reference,
 * "Parallel port controller" (IEEE 1284: compatibility and byte mode's registers). On the cable is
 * a printer that is selected, has paper and takes a byte in 15 us (Centronics: ACKNLG# low for 5
 * us, then BUSY falls).
 *
 * A byte is taken where STROBE rises while INIT# is high and SLCT IN is given. The interrupt comes
 * with the end of ACKNLG#.
 *
 * LIMIT: the printer sends nothing back: with DIRECTION set the data lines float high. No EPP, no
 * ECP (no ECR at base + 402h).
 */
#include "devices/parallel/lpt.h"

enum { DATA, STATUS, CONTROL, PORTS };
enum {
    STATUS_NOT_BUSY = 0x80,
    STATUS_NOT_ACK = 0x40,
    STATUS_SLCT = 0x10,
    STATUS_NOT_ERROR = 0x08,
    STATUS_NOT_IRQ = 0x04,
    STATUS_ONES = 0x03
};
enum {
    CONTROL_STROBE = 0x01,
    CONTROL_INIT = 0x04,
    CONTROL_SLCT_IN = 0x08,
    CONTROL_IRQEN = 0x10,
    CONTROL_DIRECTION = 0x20,
    CONTROL_BITS = 0x3f,
    CONTROL_ONES = 0xc0
};
#define TAKE_NS UINT64_C(10000)
#define ACK_NS  UINT64_C(5000)

static uint64_t later(const struct lpt *l, uint64_t ns)
{
    return clock_ns(l->dev.bus->clock) + ns;
}

static void drive(struct lpt *l)
{
    irq_set(&l->irq, l->irq_pending);
}

static void printer_due(void *ctx)
{
    struct lpt *l = ctx;
    if (!l->ack) {
        l->ack = 1;
        timer_set(&l->printer, later(l, ACK_NS));
        return;
    }
    l->ack = l->busy = 0;
    l->irq_pending = !!(l->control & CONTROL_IRQEN);
    drive(l);
}

static void strobe(struct lpt *l)
{
    if (l->busy) {
        guest_error(l->dev.bus->log, l->dev.id, "a byte is strobed while the printer is busy");
        return;
    }
    if (l->chr.write)
        l->chr.write(l->chr.ctx, &l->data, 1);
    l->busy = 1;
    l->irq_pending = 0;
    timer_set(&l->printer, later(l, TAKE_NS));
}

static void write_control(struct lpt *l, uint8_t v)
{
    uint8_t rising = v & ~l->control;
    l->control = v & CONTROL_BITS;
    if (!(v & CONTROL_IRQEN))
        l->irq_pending = 0;
    if (!(v & CONTROL_INIT)) { /* the printer is reset, and busy until INIT# rises */
        timer_cancel(&l->printer);
        l->ack = 0;
        l->busy = 1;
    } else if (rising & CONTROL_INIT) {
        l->busy = 0;
    }
    if ((rising & CONTROL_STROBE) && (v & CONTROL_INIT) && (v & CONTROL_SLCT_IN))
        strobe(l);
    drive(l);
}

static void lpt_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct lpt *l = ctx;
    (void)size, (void)who;
    if (offset == DATA)
        l->data = (uint8_t)value;
    else if (offset == CONTROL)
        write_control(l, (uint8_t)value);
}

static uint8_t read_status(struct lpt *l, enum initiator who)
{
    uint8_t v = STATUS_SLCT | STATUS_NOT_ERROR | STATUS_ONES;
    v |= (l->busy ? 0 : STATUS_NOT_BUSY) | (l->ack ? 0 : STATUS_NOT_ACK);
    v |= l->irq_pending ? 0 : STATUS_NOT_IRQ;
    if (who != INIT_DEBUG) {
        l->irq_pending = 0;
        drive(l);
    }
    return v;
}

static uint64_t lpt_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct lpt *l = ctx;
    (void)size;
    if (offset == DATA)
        return l->control & CONTROL_DIRECTION ? 0xff : l->data;
    return offset == STATUS ? read_status(l, who) : l->control | CONTROL_ONES;
}

static const struct io_ops ops = {lpt_read, lpt_write, 1};

static bool realize(struct dev *d, struct error *err)
{
    struct lpt *l = (struct lpt *)d;
    (void)err;
    timer_init(&l->printer, d->bus->clock, printer_due, l);
    l->ports = (struct port_range){.name = d->id, .base = (uint16_t)l->iobase, .count = PORTS, .ops = &ops, .ctx = l};
    port_claim(d->bus->ports, &l->ports);
    return true;
}

static void unrealize(struct dev *d)
{
    struct lpt *l = (struct lpt *)d;
    timer_cancel(&l->printer);
    port_release(d->bus->ports, &l->ports);
}

/* INIT# is low until the guest raises it. */
static void reset(struct dev *d)
{
    struct lpt *l = (struct lpt *)d;
    l->data = l->ack = l->irq_pending = 0;
    l->control = 0;
    l->busy = 1;
    timer_cancel(&l->printer);
    drive(l);
}

static void post_load(struct dev *d)
{
    drive((struct lpt *)d);
}

static void print(struct dev *d, struct buf *out)
{
    const struct lpt *l = (const struct lpt *)d;
    buf_printf(out, "%s: port %xh data=%02x control=%02x busy=%u\n", d->id, l->iobase, l->data, l->control, l->busy);
}

static const struct dev_reg regs[] = {
    {"DATA", REG_PORT, DATA, 1, 0, 0xff},
    {"STATUS", REG_PORT, STATUS, 1, STATUS_NOT_ACK | STATUS_SLCT | STATUS_NOT_ERROR | STATUS_NOT_IRQ | STATUS_ONES, 0},
    {"CONTROL", REG_PORT, CONTROL, 1, CONTROL_ONES, CONTROL_BITS},
};

static const struct state_field fields[] = {
    STATE_U(struct lpt, data), STATE_U(struct lpt, control),     STATE_U(struct lpt, busy),
    STATE_U(struct lpt, ack),  STATE_U(struct lpt, irq_pending), STATE_TIMER_FIELD(struct lpt, printer),
};

const struct dev_class lpt_class = {
    .name = "isa-parallel",
    .summary = "parallel port with a printer",
    .datasheet = "IBM PC/AT Serial/Parallel Adapter; PS/2 parallel port controller",
    .size = sizeof(struct lpt),
    DEV_REGS(regs),
    .state = DEV_STATE("lpt", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct lpt *lpt_new(struct bus *bus, const char *id)
{
    return dev_new(&lpt_class, id, bus);
}
