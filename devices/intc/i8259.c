/* SPDX-License-Identifier: MIT */
/*
 * 8259A programmable interrupt controller. Intel 8259A data sheet, order number 231468-003; the
 * edge/level control register of the PIIX3 (290550-002, 2.5.11).
 *
 * LIMIT: with ICW4 uPM = 0 (MCS-80/85) interrupts are acknowledged as in 8086 mode; buffered mode has no effect.
 */
#include "devices/intc/i8259.h"

enum { ICW1_IC4 = 0x01, ICW1_SNGL = 0x02, ICW1_LTIM = 0x08, ICW1_D4 = 0x10 };
enum { ICW4_AEOI = 0x02, ICW4_SFNM = 0x10 };
enum { OCW2_EOI = 0x20, OCW2_SL = 0x40, OCW2_R = 0x80 };
enum { OCW3_RIS = 0x01, OCW3_RR = 0x02, OCW3_P = 0x04, OCW3_D3 = 0x08, OCW3_SMM = 0x20, OCW3_ESMM = 0x40 };
enum { NEVER_INITIALISED = 1, NONE = -1 };

static uint8_t level_inputs(const struct i8259 *p)
{
    return p->icw1 & ICW1_LTIM ? 0xff : p->elcr;
}

/*
 * An input must stay high until the first INTA, in edge triggered mode too (data sheet, "Edge and Level Triggered
 * Modes").
 */
uint8_t i8259_irr(const struct i8259 *p)
{
    return p->lines & (p->edge | level_inputs(p));
}

/* The set bit with the highest priority, as an input number. */
static int highest(const struct i8259 *p, uint8_t set)
{
    for (int i = 1; i <= 8; i++) {
        int ir = (p->lowest + i) & 7;
        if (set & BIT(ir))
            return ir;
    }
    return NONE;
}

/* 0: highest. */
static int rank(const struct i8259 *p, int ir)
{
    return (ir - p->lowest - 1) & 7;
}

static bool is_slave_input(const struct i8259 *p, int ir)
{
    return !(p->icw1 & ICW1_SNGL) && p->slave[ir] && (p->icw3 & BIT(ir));
}

/* The request that INT stands for, or NONE. */
static int pending(const struct i8259 *p)
{
    if (p->init_step)
        return NONE;
    int ir = highest(p, i8259_irr(p) & ~p->imr);
    if (ir == NONE)
        return NONE;
    /* Special mask mode: a masked level in service blocks no other. */
    int busy = highest(p, p->special_mask ? p->isr & ~p->imr : p->isr);
    if (busy == NONE || rank(p, ir) < rank(p, busy))
        return ir;
    /* Special fully nested mode: a slave in service may interrupt again. */
    if (ir == busy && (p->icw4 & ICW4_SFNM) && is_slave_input(p, ir))
        return ir;
    return NONE;
}

static void drive(struct i8259 *p)
{
    irq_set(&p->intr, pending(p) != NONE);
}

static void set_input(void *ctx, int ir, int level)
{
    struct i8259 *p = ctx;
    uint8_t bit = (uint8_t)BIT(ir);
    if (level) {
        if (!(p->lines & bit))
            p->edge |= bit;
        p->lines |= bit;
    } else {
        p->lines &= (uint8_t)~bit;
        p->edge &= (uint8_t)~bit;
    }
    drive(p);
}

struct irq_line i8259_input(struct i8259 *p, int ir)
{
    return (struct irq_line){set_input, p, ir};
}

static void take(struct i8259 *p, int ir)
{
    p->isr |= (uint8_t)BIT(ir);
    p->edge &= (uint8_t)~BIT(ir);
}

/*
 * Resets the bit in service that a non-specific EOI means. Yields the input, NONE where there is
 * none.
 */
static int non_specific_eoi(struct i8259 *p)
{
    /*
     * "An IS bit that is masked by an IMR bit will not be cleared by a non-specific EOI in the
     * Special Mask Mode."
     */
    int ir = highest(p, p->special_mask ? p->isr & ~p->imr : p->isr);
    if (ir != NONE)
        p->isr &= (uint8_t)~BIT(ir);
    return ir;
}

/* What the chip does as a slave, or alone, in an acknowledge cycle: 0-7. */
static int acknowledge(struct i8259 *p)
{
    int ir = pending(p);
    if (ir == NONE)
        return 7; /* "a default IR7", with no bit set in ISR */
    take(p, ir);
    return ir;
}

static void end_of_ack(struct i8259 *p)
{
    if (p->icw4 & ICW4_AEOI) {
        int done = non_specific_eoi(p);
        if (done != NONE && p->rotate_aeoi)
            p->lowest = (uint8_t)done;
    }
    drive(p);
}

static int vector(const struct i8259 *p, int ir)
{
    return (p->icw2 & 0xf8) | ir;
}

int i8259_ack(struct i8259 *p)
{
    int ir = acknowledge(p);
    int v = vector(p, ir);
    if ((p->isr & BIT(ir)) && !(p->icw1 & ICW1_SNGL) && (p->icw3 & BIT(ir))) {
        struct i8259 *s = p->slave[ir];
        v = 0xff; /* nobody drives the data bus unless a slave finds its own number on CAS0-2 */
        if (s && (s->icw3 & 7) == ir) {
            v = vector(s, acknowledge(s));
            end_of_ack(s);
        }
    }
    end_of_ack(p);
    return v;
}

static int ack_from_cpu(void *ctx)
{
    return i8259_ack(ctx);
}

struct intr_ack i8259_intr_ack(struct i8259 *p)
{
    return (struct intr_ack){ack_from_cpu, p};
}

static void write_icw1(struct i8259 *p, uint8_t value)
{
    p->icw1 = value;
    p->edge = 0; /* a new low-to-high transition is needed */
    p->imr = 0;
    p->isr = 0; /* NOTE: not in the data sheet's list (a) to (f), but every driver relies
                   on it at its start */
    p->lowest = 7;
    p->icw3 = 7; /* "the slave mode address is set to 7" */
    p->special_mask = 0;
    p->read_isr = 0;
    p->poll = 0;
    p->rotate_aeoi = 0;
    p->icw4 = 0; /* if IC4 = 0; otherwise ICW4 follows */
    p->init_step = 2;
}

static void write_icw(struct i8259 *p, uint8_t value)
{
    switch (p->init_step) {
    case 2:
        p->icw2 = value;
        p->init_step = p->icw1 & ICW1_SNGL ? (p->icw1 & ICW1_IC4 ? 4 : 0) : 3;
        break;
    case 3:
        p->icw3 = value;
        p->init_step = p->icw1 & ICW1_IC4 ? 4 : 0;
        break;
    default:
        p->icw4 = value;
        p->init_step = 0;
        break;
    }
}

static void write_ocw2(struct i8259 *p, uint8_t value)
{
    int ir = value & 7;
    int done = NONE;
    switch (value & (OCW2_R | OCW2_SL | OCW2_EOI)) {
    case OCW2_EOI: non_specific_eoi(p); break;
    case OCW2_SL | OCW2_EOI: p->isr &= (uint8_t)~BIT(ir); break;
    case OCW2_R | OCW2_EOI:
        done = non_specific_eoi(p);
        if (done != NONE)
            p->lowest = (uint8_t)done;
        break;
    case OCW2_R | OCW2_SL | OCW2_EOI:
        p->isr &= (uint8_t)~BIT(ir);
        p->lowest = (uint8_t)ir;
        break;
    case OCW2_R | OCW2_SL: p->lowest = (uint8_t)ir; break;
    case OCW2_R: p->rotate_aeoi = 1; break;
    case 0: p->rotate_aeoi = 0; break;
    default: /* OCW2_SL: no operation */ break;
    }
}

static void write_ocw3(struct i8259 *p, uint8_t value)
{
    if (value & OCW3_ESMM)
        p->special_mask = !!(value & OCW3_SMM);
    if (value & OCW3_RR)
        p->read_isr = value & OCW3_RIS;
    p->poll = !!(value & OCW3_P);
}

static void pic_write(void *ctx, uint64_t a0, unsigned size, uint64_t value, enum initiator who)
{
    struct i8259 *p = ctx;
    uint8_t v = (uint8_t)value;
    (void)size, (void)who;
    if (a0 && p->init_step >= 2)
        write_icw(p, v);
    else if (a0)
        p->imr = v;
    else if (v & ICW1_D4)
        write_icw1(p, v);
    else if (v & OCW3_D3)
        write_ocw3(p, v);
    else
        write_ocw2(p, v);
    drive(p);
}

/*
 * "The 8259A treats the next RD pulse as an interrupt acknowledge": I in bit 7, the level in bits
 * 2-0.
 */
static uint8_t read_poll(struct i8259 *p)
{
    p->poll = 0;
    int ir = pending(p);
    if (ir == NONE)
        return 0;
    take(p, ir);
    end_of_ack(p);
    return (uint8_t)(0x80 | ir);
}

static uint64_t pic_read(void *ctx, uint64_t a0, unsigned size, enum initiator who)
{
    struct i8259 *p = ctx;
    (void)size;
    if (p->poll && who != INIT_DEBUG)
        return read_poll(p);
    if (a0)
        return p->imr;
    return p->read_isr ? p->isr : i8259_irr(p);
}

static uint64_t elcr_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct i8259 *p = ctx;
    (void)offset, (void)size, (void)who;
    return p->elcr;
}

static void elcr_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct i8259 *p = ctx;
    (void)offset, (void)size, (void)who;
    p->elcr = (uint8_t)value & p->elcr_mask;
    drive(p);
}

static const struct io_ops pic_ops = {pic_read, pic_write, 1};
static const struct io_ops elcr_ops = {elcr_read, elcr_write, 1};

void i8259_cascade(struct i8259 *master, int ir, struct i8259 *slave)
{
    slave->intr = i8259_input(master, ir);
    master->slave[ir] = slave;
}

static bool realize(struct dev *d, struct error *err)
{
    struct i8259 *p = (struct i8259 *)d;
    (void)err;
    p->ports = (struct port_range){.name = d->id, .base = p->base, .count = 2, .ops = &pic_ops, .ctx = p};
    port_claim(d->bus->ports, &p->ports);
    if (p->elcr_port) {
        p->elcr_range =
            (struct port_range){.name = "elcr", .base = p->elcr_port, .count = 1, .ops = &elcr_ops, .ctx = p};
        port_claim(d->bus->ports, &p->elcr_range);
    }
    return true;
}

static void unrealize(struct dev *d)
{
    struct i8259 *p = (struct i8259 *)d;
    port_release(d->bus->ports, &p->ports);
    port_release(d->bus->ports, &p->elcr_range);
}

/* The chip has no reset pin; it raises no interrupt before it is initialised. The inputs keep their levels. */
static void reset(struct dev *d)
{
    struct i8259 *p = (struct i8259 *)d;
    write_icw1(p, 0);
    p->icw2 = 0;
    p->elcr = 0;
    p->init_step = NEVER_INITIALISED;
    drive(p);
}

static void post_load(struct dev *d)
{
    drive((struct i8259 *)d);
}

static void print(struct dev *d, struct buf *out)
{
    const struct i8259 *p = (const struct i8259 *)d;
    buf_printf(out,
               "%s: irr=%02x imr=%02x isr=%02x icw2=%02x icw3=%02x icw4=%02x elcr=%02x "
               "lowest=IR%u%s%s%s\n",
               d->id, i8259_irr(p), p->imr, p->isr, p->icw2, p->icw3, p->icw4, p->elcr, p->lowest,
               p->special_mask ? " SMM" : "", p->rotate_aeoi ? " rotate-in-AEOI" : "",
               p->init_step ? " (not initialised)" : "");
}

static const struct dev_reg regs[] = {
    {"ICW1/OCW2/OCW3", REG_PORT, 0, 1, 0, 0xff},
    {"ICW2-4/OCW1 (IMR)", REG_PORT, 1, 1, 0, 0xff},
    {"ELCR", REG_PORT, 0x4d0, 1, 0, 0xf8},
};

static const struct state_field fields[] = {
    STATE_U(struct i8259, lines),     STATE_U(struct i8259, edge),         STATE_U(struct i8259, isr),
    STATE_U(struct i8259, imr),       STATE_U(struct i8259, elcr),         STATE_U(struct i8259, icw1),
    STATE_U(struct i8259, icw2),      STATE_U(struct i8259, icw3),         STATE_U(struct i8259, icw4),
    STATE_U(struct i8259, init_step), STATE_U(struct i8259, lowest),       STATE_U(struct i8259, read_isr),
    STATE_U(struct i8259, poll),      STATE_U(struct i8259, special_mask), STATE_U(struct i8259, rotate_aeoi),
};

const struct dev_class i8259_class = {
    .name = "i8259",
    .summary = "8259A programmable interrupt controller",
    .datasheet = "Intel 8259A, 231468-003",
    .size = sizeof(struct i8259),
    DEV_REGS(regs),
    .state = DEV_STATE("i8259", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct i8259 *i8259_new(struct bus *bus, const char *id)
{
    return dev_new(&i8259_class, id, bus);
}
