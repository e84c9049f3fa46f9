/* SPDX-License-Identifier: MIT */
/*
 * isa-debug-exit: a port that ends the machine, for tests that run inside the guest. Programming
 * model as in QEMU's documentation.
 */
#include "devices/misc/isa_debug_exit.h"

static uint64_t read_port(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)ctx, (void)offset, (void)size, (void)who;
    return 0;
}

static void write_port(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct isa_debug_exit *x = ctx;
    (void)offset, (void)size, (void)who;
    x->last = (uint32_t)value;
    if (x->exit)
        x->exit(x->exit_ctx, x->last << 1 | 1);
}

static const struct io_ops ops = {read_port, write_port, 4};

static bool realize(struct dev *d, struct error *err)
{
    struct isa_debug_exit *x = (struct isa_debug_exit *)d;
    if (x->iobase + x->iosize > 0x10000)
        return error_set(err, "%s: ports %xh to %xh do not fit into the 64 KiB port space; use a lower iobase", d->id,
                         x->iobase, x->iobase + x->iosize - 1);
    x->ports =
        (struct port_range){.name = d->id, .base = (uint16_t)x->iobase, .count = x->iosize, .ops = &ops, .ctx = x};
    port_claim(d->bus->ports, &x->ports);
    return true;
}

static void unrealize(struct dev *d)
{
    port_release(d->bus->ports, &((struct isa_debug_exit *)d)->ports);
}

static void reset(struct dev *d)
{
    (void)d;
}

static void post_load(struct dev *d)
{
    (void)d;
}

static void print(struct dev *d, struct buf *out)
{
    struct isa_debug_exit *x = (struct isa_debug_exit *)d;
    buf_printf(out, "%s: ports %xh-%xh, last value %xh\n", d->id, x->iobase, x->iobase + x->iosize - 1, x->last);
}

static const struct dev_prop props[] = {
    {"iobase", PROP_UINT, offsetof(struct isa_debug_exit, iobase), 0, 0xffff, 0x501, "first port"},
    {"iosize", PROP_UINT, offsetof(struct isa_debug_exit, iosize), 1, 16, 2, "number of ports"},
};
static const struct dev_reg regs[] = {{"Exit", REG_PORT, 0x501, 4, 0, 0xffffffff}};
static const struct state_field fields[] = {STATE_U(struct isa_debug_exit, last)};

const struct dev_class isa_debug_exit_class = {
    .name = "isa-debug-exit",
    .summary = "a port whose writes end the machine with a status",
    .datasheet = "no data sheet; a convention of PC emulators",
    .size = sizeof(struct isa_debug_exit),
    DEV_PROPS(props),
    DEV_REGS(regs),
    .state = DEV_STATE("isa-debug-exit", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct isa_debug_exit *isa_debug_exit_new(struct bus *bus, const char *id)
{
    return dev_new(&isa_debug_exit_class, id, bus);
}
