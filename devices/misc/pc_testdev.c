/* SPDX-License-Identifier: MIT */
/*
 * pc-testdev: a register that holds what is written in any width (E0h), one that is byte-wide (E8h), 24 ports that
 * drive the interrupt lines (2000h + n: bit 0 of any write is the level), 64 KiB of registers in memory (FF000000h),
 * and a port (E4h) that takes the address of a page whose host mapping is to be made anew.
 * Programming model: the comments of kvm-unit-tests, whose kernels use it.
 *
 * NOTE: no host mapping of guest memory can be stale here, so a write to E4h changes nothing.
 */
#include "devices/misc/pc_testdev.h"

enum { IO_BASE = 0xe0, FLUSH_BASE = 0xe4, IO8_BASE = 0xe8, IRQ_BASE = 0x2000 };
#define MMIO_BASE 0xff000000u

static uint32_t mask(unsigned size)
{
    return size == 4 ? 0xffffffff : (1u << 8 * size) - 1;
}

/* The offset selects nothing: each access, whatever its width, is to the low bytes of the one register. */
static uint64_t io_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct pc_testdev *t = ctx;
    (void)offset, (void)who;
    return t->io & mask(size);
}

static void io_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct pc_testdev *t = ctx;
    (void)offset, (void)who;
    t->io = (t->io & ~mask(size)) | ((uint32_t)value & mask(size));
}

static uint64_t io8_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct pc_testdev *t = ctx;
    (void)size, (void)who;
    return t->io8[offset & 3];
}

static void io8_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct pc_testdev *t = ctx;
    (void)size, (void)who;
    t->io8[offset & 3] = (uint8_t)value;
}

static uint64_t flush_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)ctx, (void)offset, (void)size, (void)who;
    return 0;
}

static void flush_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)ctx, (void)offset, (void)size, (void)value, (void)who;
}

static uint64_t irq_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct pc_testdev *t = ctx;
    (void)size, (void)who;
    return t->levels >> offset & 1;
}

static void irq_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct pc_testdev *t = ctx;
    (void)size, (void)who;
    t->levels = (t->levels & ~(1u << offset)) | (uint32_t)(value & 1) << offset;
    irq_set(&t->irq[offset], value & 1);
}

static uint64_t mmio_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct pc_testdev *t = ctx;
    uint64_t v = 0;
    (void)who;
    for (unsigned i = 0; i < size && offset + i < PC_TESTDEV_MMIO; i++)
        v |= (uint64_t)t->memory[offset + i] << 8 * i;
    return v;
}

static void mmio_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct pc_testdev *t = ctx;
    (void)who;
    for (unsigned i = 0; i < size && offset + i < PC_TESTDEV_MMIO; i++)
        t->memory[offset + i] = (uint8_t)(value >> 8 * i);
}

static const struct io_ops io_ops = {io_read, io_write, 4};
static const struct io_ops io8_ops = {io8_read, io8_write, 1};
static const struct io_ops flush_ops = {flush_read, flush_write, 4};
static const struct io_ops irq_ops = {irq_read, irq_write, 1};
static const struct io_ops mmio_ops = {mmio_read, mmio_write, 8};

static void claim(struct pc_testdev *t, struct port_range *r, uint16_t base, uint32_t count, const struct io_ops *ops)
{
    *r = (struct port_range){.name = t->dev.id, .base = base, .count = count, .ops = ops, .ctx = t};
    port_claim(t->dev.bus->ports, r);
}

static bool realize(struct dev *d, struct error *err)
{
    struct pc_testdev *t = (struct pc_testdev *)d;
    (void)err;
    claim(t, &t->io_range, IO_BASE, 4, &io_ops);
    claim(t, &t->flush_range, FLUSH_BASE, 4, &flush_ops);
    claim(t, &t->io8_range, IO8_BASE, 4, &io8_ops);
    claim(t, &t->irq_range, IRQ_BASE, PC_TESTDEV_IRQS, &irq_ops);
    struct target to = {.kind = TO_IO, .ops = &mmio_ops, .ctx = t};
    t->map = (struct mapping){
        .name = d->id, .base = MMIO_BASE, .size = PC_TESTDEV_MMIO, .prio = PRIO_CHIPSET, .rd = to, .wr = to};
    mem_map(d->bus->mem, &t->map);
    return true;
}

static void unrealize(struct dev *d)
{
    struct pc_testdev *t = (struct pc_testdev *)d;
    port_release(d->bus->ports, &t->io_range);
    port_release(d->bus->ports, &t->flush_range);
    port_release(d->bus->ports, &t->io8_range);
    port_release(d->bus->ports, &t->irq_range);
    mem_unmap(d->bus->mem, &t->map);
}

static void drive(struct pc_testdev *t)
{
    for (unsigned i = 0; i < PC_TESTDEV_IRQS; i++)
        irq_set(&t->irq[i], t->levels >> i & 1);
}

static void reset(struct dev *d)
{
    struct pc_testdev *t = (struct pc_testdev *)d;
    t->io = t->levels = 0;
    memset(t->io8, 0, sizeof t->io8);
    memset(t->memory, 0, sizeof t->memory);
    drive(t);
}

static void post_load(struct dev *d)
{
    drive((struct pc_testdev *)d);
}

static void print(struct dev *d, struct buf *out)
{
    struct pc_testdev *t = (struct pc_testdev *)d;
    buf_printf(out, "%s: E0h %08x, interrupt lines %06x\n", d->id, t->io, t->levels);
}

static const struct dev_reg regs[] = {
    {"IO", REG_PORT, IO_BASE, 4, 0, 0xffffffff}, {"FLUSH", REG_PORT, FLUSH_BASE, 4, 0, 0},
    {"IO8", REG_PORT, IO8_BASE, 1, 0, 0xff},     {"IRQ0", REG_PORT, IRQ_BASE, 1, 0, 1},
    {"IRQ23", REG_PORT, IRQ_BASE + 23, 1, 0, 1}, {"MEMORY", REG_MMIO, 0, 4, 0, 0xffffffff},
};
static const struct state_field fields[] = {
    STATE_U(struct pc_testdev, io),
    STATE_U(struct pc_testdev, levels),
    STATE_ARRAY(struct pc_testdev, io8),
    STATE_BLOB(struct pc_testdev, memory),
};

const struct dev_class pc_testdev_class = {
    .name = "pc-testdev",
    .summary = "interrupt lines and registers for test kernels",
    .datasheet = "no data sheet; the device that kvm-unit-tests expects",
    .size = sizeof(struct pc_testdev),
    DEV_REGS(regs),
    .state = DEV_STATE("pc-testdev", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct pc_testdev *pc_testdev_new(struct bus *bus, const char *id)
{
    return dev_new(&pc_testdev_class, id, bus);
}
