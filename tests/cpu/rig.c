/* SPDX-License-Identifier: MIT */
#include "tests/cpu/rig.h"

#include "base/log.h"
#include "tests/isa/coverage.h"

struct rig rig;

static uint64_t device_read(void *ctx, uint64_t off, unsigned size, enum initiator who)
{
    (void)ctx;
    (void)who;
    return off << 8 | size;
}
static void device_write(void *ctx, uint64_t off, unsigned size, uint64_t v, enum initiator who)
{
    struct rig *r = ctx;
    (void)off;
    (void)size;
    (void)who;
    r->device_writes++;
    r->device_last = v;
}
static const struct io_ops device_ops = {.read = device_read, .write = device_write};

void rig_init(struct rig *r)
{
    struct error err = {""};
    memset(r, 0, sizeof *r);
    clock_init(&r->clock);
    r->bus = (struct bus){.mem = mem_create(), .ports = port_space_create(), .clock = &r->clock, .log = &r->log};
    const struct mem_block *b = mem_add_block(r->bus.mem, "ram", BLOCK_RAM, RAM_BYTES / PAGE_SIZE, &err);
    if (!b)
        bug("%s", err.text);
    struct target t = {.kind = TO_PAGES, .page = b->first};
    r->ram = (struct mapping){.name = "ram", .size = RAM_BYTES, .rd = t, .wr = t};
    mem_map(r->bus.mem, &r->ram);
    struct target d = {.kind = TO_IO, .ops = &device_ops, .ctx = r};
    r->device = (struct mapping){.name = "device", .base = (uint32_t)DEVICE_AT, .size = PAGE_SIZE, .rd = d, .wr = d};
    mem_map(r->bus.mem, &r->device);
    r->cpu = cpu_create(cpu_model_find("max"), &r->bus, &err);
    if (!r->cpu)
        bug("%s", err.text);
    coverage_start(r->cpu);
}

void rig_free(struct rig *r)
{
    coverage_end(r->cpu);
    cpu_destroy(r->cpu);
    port_space_destroy(r->bus.ports);
    mem_destroy(r->bus.mem);
    clock_free(&r->clock);
}

void put(uint32_t paddr, const void *data, uint32_t len)
{
    phys_write(rig.bus.mem, paddr, data, len, INIT_DMA);
}
void put8(uint32_t paddr, uint8_t v)
{
    put(paddr, &v, 1);
}
void put16(uint32_t paddr, uint16_t v)
{
    put(paddr, &v, 2);
}
void put32(uint32_t paddr, uint32_t v)
{
    put(paddr, &v, 4);
}
static uint32_t get(uint32_t paddr, unsigned size)
{
    uint32_t v = 0;
    phys_read(rig.bus.mem, paddr, &v, size, INIT_DMA);
    return v;
}
uint8_t peek8(uint32_t paddr)
{
    return (uint8_t)get(paddr, 1);
}
uint16_t peek16(uint32_t paddr)
{
    return (uint16_t)get(paddr, 2);
}
uint32_t peek32(uint32_t paddr)
{
    return get(paddr, 4);
}

static uint32_t desc_at(uint16_t sel)
{
    return (sel & 4 ? LDT_AT : GDT_AT) + (sel & ~7u);
}

void put_desc(uint16_t sel, uint32_t base, uint32_t limit, uint8_t type, uint8_t flags)
{
    put32(desc_at(sel), (limit & 0xffff) | base << 16);
    put32(desc_at(sel) + 4,
          (base >> 16 & 0xff) | (uint32_t)type << 8 | (limit & 0xf0000) | (uint32_t)flags << 20 | (base & 0xff000000));
}
void put_gate_at(uint32_t at, uint8_t type, uint16_t sel, uint32_t off, unsigned params)
{
    put32(at, (off & 0xffff) | (uint32_t)sel << 16);
    put32(at + 4, params | (uint32_t)type << 8 | (off & 0xffff0000));
}
void put_gate(uint16_t sel, uint8_t type, uint16_t target, uint32_t off, unsigned params)
{
    put_gate_at(desc_at(sel), type, target, off, params);
}
void put_idt(unsigned vector, uint8_t type, uint16_t sel, uint32_t off)
{
    put_gate_at(IDT_AT + 8 * vector, type, sel, off, 0);
}

void rig_real(void)
{
    struct cpu *c = rig.cpu;
    cpu_reset(c);
    for (unsigned i = 0; i < NSEGS; i++) {
        c->seg[i].sel = 0;
        c->seg[i].base = 0;
    }
    c->seg[SEG_CS].sel = CODE_AT >> 4;
    c->seg[SEG_CS].base = CODE_AT;
    c->regs[RSP] = 0xff00;
    for (unsigned v = 0; v < 32; v++) {
        put16(4 * v, (uint16_t)(HANDLERS_AT + v));
        put16(4 * v + 2, 0);
        put8(HANDLERS_AT + v, HLT);
    }
    mode_update(c);
}

static void load_all(unsigned data, unsigned code)
{
    struct cpu *c = rig.cpu;
    static const uint8_t segs[] = {SEG_ES, SEG_SS, SEG_DS, SEG_FS, SEG_GS};
    struct desc d;
    ck_assert(!desc_read(c, (uint16_t)code, EXC_GP, &d));
    set_cs(c, (uint16_t)code, &d, code & 3);
    for (unsigned i = 0; i < sizeof segs; i++)
        ck_assert(!load_seg(c, segs[i], (uint16_t)data));
    mode_update(c);
}

void rig_protected(void)
{
    struct cpu *c = rig.cpu;
    cpu_reset(c);
    put_desc(0, 0, 0, 0, 0);
    put_desc(SEL_CODE0, 0, 0xfffff, 0x9b, 0xc);
    put_desc(SEL_DATA0, 0, 0xfffff, 0x93, 0xc);
    put_desc(SEL_CODE3, 0, 0xfffff, 0xfb, 0xc);
    put_desc(SEL_DATA3, 0, 0xfffff, 0xf3, 0xc);
    put_desc(SEL_TSS, TSS_AT, 103, 0x8b, 0);
    put32(TSS_AT + 4, STACK0_TOP);
    put32(TSS_AT + 8, SEL_DATA0);
    put16(TSS_AT + 102, 104);
    for (unsigned v = 0; v < 64; v++) {
        put_idt(v, v == 3 || v >= 32 ? 0xee : 0x8e, SEL_CODE0, HANDLERS_AT + v);
        put8(HANDLERS_AT + v, HLT);
    }
    c->gdtr = (struct desc_table){GDT_AT, 0x7ff};
    c->idtr = (struct desc_table){IDT_AT, 64 * 8 - 1};
    c->cr0 |= CR0_PE;
    mode_update(c);
    struct desc d;
    ck_assert(!desc_read(c, SEL_TSS, EXC_GP, &d));
    seg_from_desc(&c->tr, SEL_TSS, &d);
    load_all(SEL_DATA0, SEL_CODE0);
    c->regs[RSP] = STACK_TOP;
}

void rig_user(void)
{
    struct cpu *c = rig.cpu;
    c->cpl = 3;
    load_all(SEL_DATA3, SEL_CODE3);
    c->regs[RSP] = STACK3_TOP;
}

void set_pte(uint32_t lin, uint32_t v)
{
    put32(PT_AT + (lin >> 12) * 4, v);
}
uint32_t pte(uint32_t lin)
{
    return peek32(PT_AT + (lin >> 12) * 4);
}

void rig_paging(void)
{
    struct cpu *c = rig.cpu;
    for (uint32_t lin = 0; lin < RAM_BYTES; lin += PAGE_SIZE)
        set_pte(lin, lin | 7);
    put32(PD_AT, PT_AT | 7);
    c->cr3 = PD_AT;
    c->cr0 |= CR0_PG;
    tlb_flush_all(c);
    mode_update(c);
}

void run_bytes(const uint8_t *code, unsigned len, unsigned n)
{
    struct cpu *c = rig.cpu;
    put(CODE_AT, code, len);
    c->rip = CODE_AT - c->seg[SEG_CS].base;
    c->halted = false;
    cpu_run(c, rig.clock.pos + n);
}

int rig_vector(void)
{
    uint64_t at = rig.cpu->seg[SEG_CS].base + rig.cpu->rip - 1 - HANDLERS_AT;
    return rig.cpu->halted && at < 64 ? (int)at : -1;
}

uint32_t frame_word(unsigned n)
{
    return peek32((uint32_t)(rig.cpu->seg[SEG_SS].base + rig.cpu->regs[RSP]) + 4 * n);
}
