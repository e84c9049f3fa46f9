/* SPDX-License-Identifier: MIT */
/*
 * 82093AA I/O advanced programmable interrupt controller. Intel 290566-001; references are to its sections.
 *
 * Messages are delivered at once, so the delivery status always reads idle.
 */
#include "devices/intc/ioapic.h"

#include "base/bits.h"
#include "base/log.h"

enum { IOREGSEL = 0x00, IOWIN = 0x10 };
enum { IOAPICID = 0x00, IOAPICVER = 0x01, IOAPICARB = 0x02, IOREDTBL = 0x10 };
enum { VERSION = (IOAPIC_PINS - 1) << 16 | 0x11, ID_MASK = 0x0f000000 };
#define IOAPIC_BASE UINT64_C(0xfec00000)

/* A redirection entry, 3.2.4. */
enum { RED_LOGICAL = 0x800, RED_LOW = 0x2000, RED_REMOTE_IRR = 0x4000, RED_LEVEL = 0x8000, RED_MASK = 0x10000 };
#define RED_WRITABLE UINT64_C(0xff0000000001afff)

static unsigned delivery(const struct ioapic *io, int n)
{
    return io->entry[n] >> 8 & 7;
}

/* "NMI, INIT, SMI and ExtINT are always treated as edge triggered", fixed and lowest priority as bit 15 says. */
static bool is_level(const struct ioapic *io, int n)
{
    return io->entry[n] & RED_LEVEL && delivery(io, n) <= APIC_LOWEST_PRIORITY;
}

static bool active(const struct ioapic *io, int n)
{
    return (io->lines >> n & 1) != !!(io->entry[n] & RED_LOW);
}

static bool send(struct ioapic *io, int n)
{
    uint64_t e = io->entry[n];
    struct apic_msg msg = {.dest = (uint8_t)(e >> 56),
                           .logical = !!(e & RED_LOGICAL),
                           .delivery = (uint8_t)delivery(io, n),
                           .vector = (uint8_t)e,
                           .level = is_level(io, n)};
    return io->port.deliver && io->port.deliver(io->port.ctx, &msg);
}

/* A level-triggered pin asks again and again until somebody accepts, and after each EOI. */
static void serve_level(struct ioapic *io, int n)
{
    if (is_level(io, n) && !(io->entry[n] & (RED_MASK | RED_REMOTE_IRR)) && active(io, n) && send(io, n))
        io->entry[n] |= RED_REMOTE_IRR;
}

static void set_input(void *ctx, int n, int level)
{
    struct ioapic *io = ctx;
    bool was = active(io, n);
    io->lines = (io->lines & ~(1u << n)) | (uint32_t) !!level << n;
    if (is_level(io, n))
        serve_level(io, n);
    else if (!was && active(io, n) && !(io->entry[n] & RED_MASK)) /* an edge at a masked pin is lost */
        send(io, n);
}

struct irq_line ioapic_input(struct ioapic *io, int n)
{
    return (struct irq_line){set_input, io, n};
}

static void eoi(void *ctx, uint8_t vector)
{
    struct ioapic *io = ctx;
    for (int n = 0; n < IOAPIC_PINS; n++)
        if (io->entry[n] & RED_REMOTE_IRR && (uint8_t)io->entry[n] == vector) {
            io->entry[n] &= ~(uint64_t)RED_REMOTE_IRR;
            serve_level(io, n);
        }
}

struct apic_eoi ioapic_eoi(struct ioapic *io)
{
    return (struct apic_eoi){eoi, io};
}

bool ioapic_wakes_masked(const struct ioapic *io)
{
    for (int n = 0; n < IOAPIC_PINS; n++) {
        unsigned d = delivery(io, n);
        if (!(io->entry[n] & RED_MASK) && (d == APIC_NMI || d == APIC_SMI || d == APIC_INIT))
            return true;
    }
    return false;
}

static void write_entry(struct ioapic *io, unsigned half, uint32_t v)
{
    int n = (int)(half / 2);
    unsigned shift = half % 2 * 32;
    uint64_t mask = RED_WRITABLE & (UINT64_C(0xffffffff) << shift);
    io->entry[n] = (io->entry[n] & ~mask) | ((uint64_t)v << shift & mask);
    if (!is_level(io,
                  n)) /* "undefined for edge triggered interrupts": drivers without an EOI register clear it that way */
        io->entry[n] &= ~(uint64_t)RED_REMOTE_IRR;
    serve_level(io, n);
}

static uint32_t read_reg(const struct ioapic *io)
{
    if (io->select >= IOREDTBL && io->select < IOREDTBL + 2 * IOAPIC_PINS) {
        unsigned half = io->select - IOREDTBL;
        return (uint32_t)(io->entry[half / 2] >> half % 2 * 32);
    }
    switch (io->select) {
    case IOAPICID: return io->id;
    case IOAPICVER: return VERSION;
    case IOAPICARB: return io->arb;
    default: return 0;
    }
}

static void write_reg(struct ioapic *io, uint32_t v)
{
    if (io->select >= IOREDTBL && io->select < IOREDTBL + 2 * IOAPIC_PINS)
        write_entry(io, io->select - IOREDTBL, v);
    else if (io->select == IOAPICID)
        io->id = io->arb = v & ID_MASK; /* 3.2.3: the arbitration ID is loaded with it */
}

/* 3.1: both registers are accessed with 32 bits; only the low byte of IOREGSEL has a meaning. */
static uint64_t mmio_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    const struct ioapic *io = ctx;
    (void)who;
    if (offset == IOREGSEL)
        return io->select;
    return (offset & ~UINT64_C(3)) == IOWIN && (offset & 3) + size <= 4 ? read_reg(io) >> 8 * (offset & 3) : 0;
}

static void mmio_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct ioapic *io = ctx;
    (void)who;
    if (offset == IOREGSEL)
        io->select = (uint8_t)value;
    else if (offset == IOWIN && size == 4)
        write_reg(io, (uint32_t)value);
    else
        guest_error(io->dev.bus->log, io->dev.id, "a write of %u bytes to offset %xh", size, (unsigned)offset);
}

static const struct io_ops mmio_ops = {mmio_read, mmio_write, 4};

static bool realize(struct dev *d, struct error *err)
{
    struct ioapic *io = container_of(d, struct ioapic, dev);
    struct target regs = {.kind = TO_IO, .ops = &mmio_ops, .ctx = io};
    (void)err;
    io->map = (struct mapping){
        .name = "ioapic", .base = IOAPIC_BASE, .size = PAGE_SIZE, .prio = PRIO_CHIPSET, .rd = regs, .wr = regs};
    mem_map(d->bus->mem, &io->map);
    return true;
}

static void reset(struct dev *d)
{
    struct ioapic *io = container_of(d, struct ioapic, dev);
    io->id = io->arb = 0;
    io->select = 0;
    for (int n = 0; n < IOAPIC_PINS; n++)
        io->entry[n] = RED_MASK;
}

/* A snapshot is a file: impossible values are not taken from it. */
static void post_load(struct dev *d)
{
    struct ioapic *io = container_of(d, struct ioapic, dev);
    io->lines &= (1u << IOAPIC_PINS) - 1;
    io->id &= ID_MASK;
    io->arb &= ID_MASK;
    for (int n = 0; n < IOAPIC_PINS; n++)
        io->entry[n] &= RED_WRITABLE | RED_REMOTE_IRR;
}

static void unrealize(struct dev *d)
{
    mem_unmap(d->bus->mem, &container_of(d, struct ioapic, dev)->map);
}

static void print(struct dev *d, struct buf *out)
{
    static const char *const modes[] = {"fixed", "lowest", "SMI", "?", "NMI", "INIT", "?", "ExtINT"};
    const struct ioapic *io = container_of(d, struct ioapic, dev);
    buf_printf(out, "%s: id=%u select=%02x lines=%06x\n", d->id, io->id >> 24, io->select, io->lines);
    for (int n = 0; n < IOAPIC_PINS; n++) {
        uint64_t e = io->entry[n];
        buf_printf(out, " pin %2d: vector %02x %-6s to %s %02x, %s, active %s%s%s\n", n, (unsigned)(e & 0xff),
                   modes[delivery(io, n)], e & RED_LOGICAL ? "logical" : "physical", (unsigned)(e >> 56),
                   e & RED_LEVEL ? "level" : "edge", e & RED_LOW ? "low" : "high",
                   e & RED_REMOTE_IRR ? ", remote IRR" : "", e & RED_MASK ? ", masked" : "");
    }
}

static const struct state_field fields[] = {
    STATE_U(struct ioapic, id),    STATE_U(struct ioapic, arb),       STATE_U(struct ioapic, select),
    STATE_U(struct ioapic, lines), STATE_ARRAY(struct ioapic, entry),
};

static const struct dev_reg regs[] = {
    {"IOREGSEL", REG_MMIO, IOREGSEL, 4, 0, 0xff},
    {"IOWIN", REG_MMIO, IOWIN, 4, 0, ID_MASK},
    {"IOAPICID", REG_INDEXED, IOAPICID, 4, 0, ID_MASK},
    {"IOAPICVER", REG_INDEXED, IOAPICVER, 4, VERSION, 0},
    {"IOAPICARB", REG_INDEXED, IOAPICARB, 4, 0, 0},
    {"IOREDTBL0 low", REG_INDEXED, IOREDTBL, 4, RED_MASK, (uint32_t)RED_WRITABLE},
    {"IOREDTBL0 high", REG_INDEXED, IOREDTBL + 1, 4, 0, 0xff000000},
    {"IOREDTBL23 low", REG_INDEXED, 0x3e, 4, RED_MASK, (uint32_t)RED_WRITABLE},
    {"IOREDTBL23 high", REG_INDEXED, 0x3f, 4, 0, 0xff000000},
};

const struct dev_class ioapic_class = {
    .name = "ioapic",
    .summary = "82093AA I/O APIC",
    .datasheet = "Intel 82093AA, 290566-001",
    .size = sizeof(struct ioapic),
    DEV_REGS(regs),
    .state = DEV_STATE("ioapic", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct ioapic *ioapic_new(struct bus *bus, const char *id)
{
    return dev_new(&ioapic_class, id, bus);
}
