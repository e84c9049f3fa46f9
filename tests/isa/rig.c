/* SPDX-License-Identifier: MIT */
/* The rig that instructions are tested in. */
#include "tests/isa/rig.h"

#include "base/log.h"
#include "tests/isa/coverage.h"

insn_fn *exec_function(const struct cpu *c, const struct insn *in);

void isa_rig_init(struct isa_rig *r)
{
    struct error err = {""};
    memset(r, 0, sizeof *r);
    clock_init(&r->clock);
    r->bus = (struct bus){.mem = mem_create(), .ports = port_space_create(), .clock = &r->clock, .log = &r->log};
    const struct mem_block *b = mem_add_block(r->bus.mem, "ram", BLOCK_RAM, RIG_RAM_BYTES / PAGE_SIZE, &err);
    if (!b)
        bug("%s", err.text);
    struct target t = {.kind = TO_PAGES, .page = b->first};
    r->ram = (struct mapping){.name = "ram", .size = RIG_RAM_BYTES, .rd = t, .wr = t};
    mem_map(r->bus.mem, &r->ram);
    r->cpu = cpu_create(cpu_model_find("max"), &r->bus, &err);
    if (!r->cpu)
        bug("%s", err.text);
    coverage_start(r->cpu);
    cpu_reset(r->cpu);
}

void isa_rig_free(struct isa_rig *r)
{
    coverage_end(r->cpu);
    cpu_destroy(r->cpu);
    port_space_destroy(r->bus.ports);
    mem_destroy(r->bus.mem);
    clock_free(&r->clock);
}

void isa_rig_segment(struct isa_rig *r, unsigned seg, uint32_t base, uint32_t limit)
{
    struct seg *s = &r->cpu->seg[seg];
    s->base = base;
    s->limit = limit;
    seg_update(s);
}

static void all_segments(struct isa_rig *r, uint32_t limit, uint32_t attr)
{
    for (unsigned n = 0; n < NSEGS; n++) {
        struct seg *s = &r->cpu->seg[n];
        *s = (struct seg){.sel = (uint16_t)(n * 8),
                          .limit = limit,
                          .attr = DESC_P | DESC_S | DESC_A | DESC_RW | attr | (n == SEG_CS ? DESC_CODE : 0)};
        seg_update(s);
    }
}

void isa_rig_flat(struct isa_rig *r)
{
    struct cpu *c = r->cpu;
    cpu_reset(c);
    all_segments(r, 0xffffffff, DESC_DB | DESC_G);
    c->cr0 |= CR0_PE;
    c->cpl = 0;
    mode_update(c);
    memset(c->regs, 0, sizeof c->regs);
    c->regs[RSP] = 0x80000;
    c->stop_pos = UINT64_MAX;
    c->leave = false;
}

void isa_rig_real(struct isa_rig *r)
{
    struct cpu *c = r->cpu;
    cpu_reset(c);
    all_segments(r, 0xffff, 0);
    for (unsigned n = 0; n < NSEGS; n++)
        c->seg[n].sel = 0;
    mode_update(c);
    memset(c->regs, 0, sizeof c->regs);
    c->regs[RSP] = 0x8000;
    c->stop_pos = UINT64_MAX;
    c->leave = false;
}

enum xstat isa_rig_exec(struct isa_rig *r, const uint8_t *bytes, uint32_t rip)
{
    struct cpu *c = r->cpu;
    struct decode_mode mode = {.bits = c->mode & MODE_CS32 ? 32 : 16};
    if (isa_decode(bytes, INSN_MAX, mode, &r->x[0].in) != DECODE_OK)
        bug("a test's instruction does not decode: %02x %02x %02x", bytes[0], bytes[1], bytes[2]);
    r->x[0].fn = exec_function(c, &r->x[0].in);
    r->x[1].fn = x_block_end;
    c->cur = r->x;
    c->blk_rip = rip;
    return r->x[0].fn(c, r->x);
}

void isa_rig_put(struct isa_rig *r, uint32_t paddr, const void *data, uint32_t len)
{
    phys_write(r->bus.mem, paddr, data, len, INIT_CPU0);
}

void isa_rig_get(struct isa_rig *r, uint32_t paddr, void *data, uint32_t len)
{
    phys_read(r->bus.mem, paddr, data, len, INIT_CPU0);
}

uint32_t isa_rig_get32(struct isa_rig *r, uint32_t paddr)
{
    uint32_t v;
    isa_rig_get(r, paddr, &v, sizeof v);
    return v;
}

void isa_rig_put32(struct isa_rig *r, uint32_t paddr, uint32_t v)
{
    isa_rig_put(r, paddr, &v, sizeof v);
}

uint64_t random_next(struct random *r)
{
    r->s ^= r->s >> 12;
    r->s ^= r->s << 25;
    r->s ^= r->s >> 27;
    return r->s * UINT64_C(0x2545f4914f6cdd1d);
}

uint32_t random_operand(struct random *r)
{
    static const uint32_t edges[] = {0,          1,          2,          0x7f,       0x80,    0xff,
                                     0x100,      0x7fff,     0x8000,     0xffff,     0x10000, 0x7fffffff,
                                     0x80000000, 0xfffffffe, 0xffffffff, 0x80808080, 0x99};
    uint32_t v = (uint32_t)random_next(r);
    switch (random_below(r, 4)) {
    case 0: return edges[random_below(r, ARRAY_LEN(edges))];
    case 1: return v & 0xff;
    default: return v;
    }
}
