/* SPDX-License-Identifier: MIT */
/*
 * A chip's register table as a source of accesses: writes and reads of the registers with values that the table
 * suggests, accesses of any width anywhere in what the chip claims, configuration space, model-specific registers.
 */
#include "fuzz.h"

/* A value that means something to somebody: the register's own bits, an index of the chip's, an address, a count. */
static uint32_t value(struct side *s, const struct dev_reg *reg)
{
    struct rng *r = &s->rng;
    const struct dev_class *cls = s->dev->cls;
    switch (below(r, 10)) {
    case 0: return 0;
    case 1: return 0xffffffff;
    case 2: return 1u << below(r, 32);
    case 3: return reg ? reg->writable & rnd(r) : rnd(r);
    case 4: return reg ? reg->reset ^ 1u << below(r, 32) : rnd(r) & 0xff;
    case 5: return cls->nregs ? cls->regs[below(r, (uint32_t)cls->nregs)].offset : rnd(r);
    case 6: return below(r, RAM_BYTES) & ~3u; /* an address in memory */
    case 7: return below(r, 8);
    default: return rnd(r);
    }
}

static unsigned width(struct side *s, const struct dev_reg *reg)
{
    static const uint8_t any[] = {1, 2, 4};
    return reg && !one_in(&s->rng, 4) && (reg->width == 1 || reg->width == 2) ? reg->width : any[below(&s->rng, 3)];
}

/* One read in sixteen is the debugger's, which must change nothing. */
static enum initiator reader(struct side *s)
{
    return one_in(&s->rng, 16) ? INIT_DEBUG : INIT_CPU0;
}

static void access_port(struct side *s, uint16_t port, const struct dev_reg *reg)
{
    unsigned size = width(s, reg);
    if (one_in(&s->rng, 3))
        checkpoint(s), note(s, "a read of port", port, port_in(s->m->ports, port, size, reader(s)));
    else
        wr(s, port, size, value(s, reg));
}

static void access_mmio(struct side *s, uint64_t addr, const struct dev_reg *reg)
{
    unsigned size = width(s, reg);
    uint64_t v = 0;
    if (one_in(&s->rng, 3)) {
        phys_read(s->m->mem, addr, &v, size, reader(s));
        note(s, "a read of address", addr, v);
    } else {
        v = value(s, reg);
        phys_write(s->m->mem, addr, &v, size, INIT_CPU0);
    }
}

static void access_config(struct side *s, unsigned off, const struct dev_reg *reg)
{
    unsigned size = width(s, reg);
    if (s->claims.devfn < 0)
        return;
    off = off & 0xfc & ~(size - 1);
    if (one_in(&s->rng, 3))
        cfg_rd(s, (unsigned)s->claims.devfn, off, size);
    else
        cfg_wr(s, (unsigned)s->claims.devfn, off, size, value(s, reg));
}

/* As RDMSR and WRMSR find it. A refused access is #GP; whether it is must agree too. */
static void access_msr(struct side *s)
{
    struct claims *c = &s->claims;
    unsigned i = below(&s->rng, c->nmsrs);
    uint32_t index = c->msr[i].first + below(&s->rng, c->msr[i].count);
    const struct msr_range *r = msr_find(&s->m->bus.msrs, index);
    bool read = one_in(&s->rng, 3), done;
    uint64_t v = one_in(&s->rng, 4) ? (uint64_t)value(s, NULL) << 32 : 0;
    v |= one_in(&s->rng, 2) ? 0xfee00000 | (value(s, NULL) & 0xf00) : value(s, NULL);
    if (!r)
        return;
    if (read)
        v = 0, done = r->ops->read(r->ctx, index, &v);
    else
        done = r->ops->write(r->ctx, index, v);
    note(s, "an access to MSR", index, done ? v : UINT64_MAX);
}

/* One register of the table. Ports below a range's length are offsets in it. */
static void access_register(struct side *s)
{
    const struct dev_class *cls = s->dev->cls;
    struct claims *c = &s->claims;
    if (!cls->nregs)
        return;
    const struct dev_reg *reg = &cls->regs[below(&s->rng, (uint32_t)cls->nregs)];
    unsigned i = below(&s->rng, c->nports ? c->nports : 1), k = below(&s->rng, c->nmmio ? c->nmmio : 1);
    bool direct = false;
    for (unsigned n = 0; n < c->nports; n++)
        direct |= reg->offset - c->port[n].base < c->port[n].count;
    switch (reg->space) {
    case REG_PORT:
        if (direct)
            access_port(s, (uint16_t)reg->offset, reg);
        else if (c->nports)
            access_port(s, (uint16_t)(c->port[i].base + reg->offset % c->port[i].count), reg);
        break;
    case REG_INDEXED: /* the index in one port, the data in another one */
        if (c->nports) {
            uint16_t port = (uint16_t)(c->port[i].base + below(&s->rng, c->port[i].count));
            wr(s, port, 1, reg->offset);
            access_port(s, (uint16_t)(port + 1), reg);
        }
        break;
    case REG_MMIO:
        if (c->nmmio)
            access_mmio(s, c->mmio[k].base + reg->offset % c->mmio[k].size, reg);
        break;
    case REG_PCI: access_config(s, reg->offset, reg); break;
    }
}

static void access_anywhere(struct side *s)
{
    struct claims *c = &s->claims;
    uint32_t n = below(&s->rng, 4);
    if (n == 0) {
        access_config(s, rnd(&s->rng), NULL);
    } else if (n == 1 && c->nmmio) {
        unsigned k = below(&s->rng, c->nmmio);
        access_mmio(s, c->mmio[k].base + rnd(&s->rng) % c->mmio[k].size, NULL);
    } else if (c->nports) {
        unsigned i = below(&s->rng, c->nports);
        access_port(s, (uint16_t)(c->port[i].base + below(&s->rng, c->port[i].count)), NULL);
    }
}

/*
 * Descriptors, command blocks, tables: words that are addresses, lengths and flags, at a place that value() may name.
 */
static void fill_memory(struct side *s)
{
    uint32_t word[32];
    for (unsigned i = 0; i < ARRAY_LEN(word); i++)
        word[i] = value(s, NULL);
    mem_put(s, below(&s->rng, RAM_BYTES) & ~15u, word, sizeof word);
}

static void access_once(struct side *s)
{
    switch (below(&s->rng, 16)) {
    case 0:
    case 1: access_anywhere(s); break;
    case 2: fill_memory(s); break;
    case 3:
    case 4: pass(s, UINT64_C(1) << below(&s->rng, 25)); break;
    case 5:
    case 6:
        if (s->claims.nmsrs) {
            access_msr(s);
            break;
        } /* fall through */
    default: access_register(s); break;
    }
}

/* p: the chip, how often, what the values are made of. */
void op_register(struct side *s, const uint8_t *p)
{
    s->chip = p[0] % device_count(s->m);
    s->dev = device(s->m, s->chip);
    s->rng.s = ld64(p + 2) + 1;
    look(s);
    for (unsigned i = 0; i < 4u + (p[1] & 31); i++)
        access_once(s);
}
