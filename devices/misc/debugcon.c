/* SPDX-License-Identifier: MIT */
/*
 * Debug console at port E9h, as Bochs and QEMU have it: a write is a character, a read gives E9h
 * where the console is fitted.
 */
#include "devices/misc/debugcon.h"

enum { PRESENT = 0xe9 };

static uint64_t read_port(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)ctx, (void)offset, (void)size, (void)who;
    return PRESENT;
}

static void write_port(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct debugcon *c = ctx;
    uint8_t ch = (uint8_t)value;
    (void)offset, (void)size, (void)who;
    c->written++;
    if (c->out.write)
        c->out.write(c->out.ctx, &ch, 1);
}

static const struct io_ops ops = {read_port, write_port, 1};

static bool realize(struct dev *d, struct error *err)
{
    struct debugcon *c = (struct debugcon *)d;
    (void)err;
    c->ports = (struct port_range){.name = d->id, .base = (uint16_t)c->iobase, .count = 1, .ops = &ops, .ctx = c};
    port_claim(d->bus->ports, &c->ports);
    return true;
}

static void unrealize(struct dev *d)
{
    port_release(d->bus->ports, &((struct debugcon *)d)->ports);
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
    struct debugcon *c = (struct debugcon *)d;
    buf_printf(out, "%s: port %xh, %llu characters written\n", d->id, c->iobase, (unsigned long long)c->written);
}

static const struct dev_prop props[] = {
    {"iobase", PROP_UINT, offsetof(struct debugcon, iobase), 0, 0xffff, 0xe9, "port number"},
};
static const struct dev_reg regs[] = {{"Data", REG_PORT, 0xe9, 1, PRESENT, 0xff}};
static const struct state_field fields[] = {STATE_U(struct debugcon, written)};

const struct dev_class debugcon_class = {
    .name = "isa-debugcon",
    .summary = "debug console: port E9h as a character stream",
    .datasheet = "no data sheet; a convention of PC emulators",
    .size = sizeof(struct debugcon),
    DEV_PROPS(props),
    DEV_REGS(regs),
    .state = DEV_STATE("isa-debugcon", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct debugcon *debugcon_new(struct bus *bus, const char *id)
{
    return dev_new(&debugcon_class, id, bus);
}
