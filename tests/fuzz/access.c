/* SPDX-License-Identifier: MIT */
/* How operations reach a machine: ports, memory, configuration space, time. What is read is noted. */
#include "fuzz.h"

uint32_t rnd(struct rng *r)
{
    r->s ^= r->s >> 12;
    r->s ^= r->s << 25;
    r->s ^= r->s >> 27;
    return (uint32_t)(r->s * UINT64_C(2685821657736338717) >> 32);
}

uint32_t below(struct rng *r, uint32_t n)
{
    return n ? rnd(r) % n : 0;
}

bool one_in(struct rng *r, uint32_t n)
{
    return below(r, n) == 0;
}

void fill(uint8_t *to, size_t n, uint32_t seed)
{
    struct rng r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)rnd(&r);
}

void note(struct side *s, const char *what, uint64_t where, uint64_t value)
{
    s->sum = (s->sum ^ value) * UINT64_C(1099511628211);
    if (s->ntrace < TRACE)
        s->trace[s->ntrace++] = (struct trace){what, where, value};
}

uint32_t rd(struct side *s, uint16_t port, unsigned size)
{
    checkpoint(s);
    uint32_t v = port_in(s->m->ports, port, size, INIT_CPU0);
    note(s, "a read of port", port, v);
    return v;
}

void wr(struct side *s, uint16_t port, unsigned size, uint32_t v)
{
    checkpoint(s);
    port_out(s->m->ports, port, size, v, INIT_CPU0);
}

uint32_t cfg_rd(struct side *s, unsigned devfn, unsigned off, unsigned size)
{
    uint32_t v = pci_config_read(&s->m->pci, (uint8_t)devfn, off, size);
    note(s, "a read of configuration register", devfn << 8 | off, v);
    return v;
}

void cfg_wr(struct side *s, unsigned devfn, unsigned off, unsigned size, uint32_t v)
{
    pci_config_write(&s->m->pci, (uint8_t)devfn, off, size, v);
}

uint64_t mmio_rd(struct side *s, uint64_t addr, unsigned size)
{
    checkpoint(s);
    uint64_t v = phys_load(s->m->mem, addr & ~(uint64_t)(size - 1), size, INIT_CPU0);
    note(s, "a read of address", addr, v);
    return v;
}

void mmio_wr(struct side *s, uint64_t addr, unsigned size, uint64_t v)
{
    checkpoint(s);
    phys_store(s->m->mem, addr & ~(uint64_t)(size - 1), size, v, INIT_CPU0);
}

void mem_put(struct side *s, uint64_t addr, const void *data, uint32_t len)
{
    phys_write(s->m->mem, addr, data, len, INIT_CPU0);
}

void mem_put32(struct side *s, uint64_t addr, uint32_t v)
{
    uint8_t raw[4];
    st32(raw, v);
    mem_put(s, addr, raw, sizeof raw);
}

void mem_look(struct side *s, uint64_t addr, uint32_t len)
{
    for (uint32_t i = 0; i < len; i += 4) {
        uint8_t raw[4] = {0};
        phys_read(s->m->mem, addr + i, raw, sizeof raw, INIT_DEBUG);
        note(s, "the memory at", addr + i, ld32(raw));
    }
}

uint16_t io_bar(struct side *s, unsigned devfn, unsigned n)
{
    return (uint16_t)(cfg_rd(s, devfn, 0x10 + 4 * n, 4) & 0xfffc);
}

uint32_t mem_bar(struct side *s, unsigned devfn, unsigned n)
{
    return cfg_rd(s, devfn, 0x10 + 4 * n, 4) & ~15u;
}

bool pass(struct side *s, uint64_t time)
{
    checkpoint(s);
    struct clock *c = &s->m->clock;
    uint64_t ns = clock_ns(c) + time;
    for (unsigned i = 0; i < 4096 && clock_next(c) <= ns; i++) {
        clock_skip_to(c, clock_next(c));
        clock_run(c);
    }
    if (clock_next(c) <= ns)
        return false;
    clock_skip_to(c, ns);
    return true;
}

void step(struct side *s, uint64_t time)
{
    checkpoint(s);
    struct clock *c = &s->m->clock;
    uint64_t ns = clock_ns(c) + time;
    clock_skip_to(c, MIN(ns, clock_next(c)));
    clock_run(c);
}

void input(struct side *s, enum journal_kind kind, uint16_t channel, const void *data, uint32_t len)
{
    checkpoint(s);
    struct journal *j = machine_journal(s->m);
    journal_input(j, kind, channel, data, len);
    j->log.len = 0; /* nobody replays this */
}
