/* SPDX-License-Identifier: MIT */
/* Programs of the interrupt controllers, and the acknowledge cycles and EOIs that a CPU would make. */
#include "fuzz.h"

#include "devices/intc/ioapic.h"
#include "devices/intc/lapic.h"

#define LAPIC  UINT64_C(0xfee00000)
#define IOAPIC UINT64_C(0xfec00000)

/* p: 0 which 8259 and what; 1- words. */
void op_pic(struct side *s, const uint8_t *p)
{
    uint16_t at = p[0] & 1 ? 0xa0 : 0x20;
    switch (p[0] >> 1 & 7) {
    case 0:
    case 1: /* ICW1 to ICW4 */
        wr(s, at, 1, 0x10 | (p[1] & 0x0f));
        wr(s, at + 1, 1, p[2] & 0xf8);
        if (!(p[1] & 2))
            wr(s, at + 1, 1, p[0] & 1 ? 2 : 4);
        if (p[1] & 1)
            wr(s, at + 1, 1, p[3] & 0x1f);
        wr(s, at + 1, 1, p[4] & 0x80 ? p[4] : 0);
        break;
    case 2: wr(s, at + 1, 1, p[1]); break;
    case 3: wr(s, at, 1, p[1] & 0xe7); break;       /* OCW2 */
    case 4: wr(s, at, 1, (p[1] & 0x67) | 8); break; /* OCW3 */
    case 5: wr(s, 0x4d0 + (p[0] & 1u), 1, p[1]); break;
    case 6: /* a line, by the test device or a chip */ wr(s, 0x2000 + p[1] % 24u, 1, p[2] & 1); break;
    default: break;
    }
    rd(s, at, 1);
    rd(s, at + 1, 1);
    rd(s, 0x4d0, 2);
}

/* What the CPU does with INTR. p: 0 how often; 1 which EOI. */
void op_acknowledge(struct side *s, const uint8_t *p)
{
    for (unsigned i = 0; i < 1 + (p[0] & 7u) && s->m->cpu->intack.ack; i++) {
        checkpoint(s);
        struct intr_ack ack = s->m->cpu->intack;
        if (!s->m->cpu->intr_line && !(p[2] & 0x80))
            break;
        note(s, "the acknowledged vector", i, (uint64_t)ack.ack(ack.ctx));
        if (p[1] & 1)
            mmio_wr(s, LAPIC + 0xb0, 4, 0);
        if (p[1] & 2) {
            wr(s, 0xa0, 1, 0x20);
            wr(s, 0x20, 1, 0x20);
        }
        if (p[1] & 4)
            wr(s, p[1] & 8 ? 0xa0 : 0x20, 1, 0x60 | (p[3] & 7));
    }
}

static const uint16_t registers[] = {0x020, 0x080, 0x0d0, 0x0e0, 0x0f0, 0x280, 0x300, 0x310, 0x320, 0x330, 0x340,
                                     0x350, 0x360, 0x370, 0x380, 0x3e0, 0x0b0, 0x390, 0x0a0, 0x100, 0x180, 0x200};

/* p: 0 what; 1 register or entry; 2-5 value; 6 vector; 7 time. */
void op_lapic(struct side *s, const uint8_t *p)
{
    uint32_t v = ld32(p + 2);
    switch (p[0] % 8) {
    case 0: mmio_wr(s, LAPIC + 0xf0, 4, 0x100u | p[6]); break;
    case 1: /* the timer */
        mmio_wr(s, LAPIC + 0x3e0, 4, p[1] & 11);
        mmio_wr(s, LAPIC + 0x320, 4, p[6] | (p[1] & 0x10 ? 0x20000u : 0) | (p[1] % 8 == 7 ? 0x10000u : 0));
        mmio_wr(s, LAPIC + 0x380, 4, v >> (8 + p[1] % 16));
        pass(s, p[7] * UINT64_C(10000));
        mmio_rd(s, LAPIC + 0x390, 4);
        break;
    case 2: /* an interrupt to itself */
        mmio_wr(s, LAPIC + 0x310, 4, v & 0xff000000);
        mmio_wr(s, LAPIC + 0x300, 4,
                p[6] | (p[1] & 7u) << 8 | (p[1] & 0x18u) << 8 | (p[1] >> 5 & 3u) << 18 | (v & 0xc800));
        break;
    case 3: /* a LINT pin */
        mmio_wr(s, LAPIC + 0x350 + 0x10 * (p[1] & 1u), 4, p[6] | (p[1] & 0x0eu) << 7 | (v & 0x1a000));
        break;
    case 4: mmio_wr(s, LAPIC + registers[p[1] % ARRAY_LEN(registers)], 4, v); break;
    case 5:
        mmio_wr(s, LAPIC + 0xe0, 4, p[1] & 1 ? 0xffffffff : 0x0fffffff);
        mmio_wr(s, LAPIC + 0xd0, 4, v & 0xff000000);
        mmio_wr(s, LAPIC + 0x80, 4, p[6]);
        break;
    case 6:
        mmio_wr(s, LAPIC + 0x280, 4, 0);
        mmio_rd(s, LAPIC + 0x280, 4);
        mmio_wr(s, LAPIC + 0xb0, 4, 0);
        break;
    default: mmio_rd(s, LAPIC + 0x10 * p[1], 1u << p[6] % 4); break;
    }
    for (unsigned i = 0; i < ARRAY_LEN(registers); i++)
        mmio_rd(s, LAPIC + registers[i], 4);
}

static void io_write(struct side *s, unsigned index, uint32_t v)
{
    mmio_wr(s, IOAPIC, 4, index);
    mmio_wr(s, IOAPIC + 0x10, 4, v);
}

/* p: 0 what; 1 pin; 2 vector; 3 mode; 4 destination. */
void op_ioapic(struct side *s, const uint8_t *p)
{
    unsigned pin = p[1] % 24;
    switch (p[0] % 8) {
    case 0: io_write(s, p[1], ld32(p + 2)); break;
    case 1: wr(s, (uint16_t)(0x2000 + pin), 1, p[2] & 1); break;
    case 2:
        mmio_wr(s, IOAPIC, 1u << p[2] % 3, p[1]);
        mmio_wr(s, IOAPIC + 0x10 + p[3] % 4u, 1u << p[4] % 3, ld32(p + 5));
        mmio_rd(s, IOAPIC + 0x10 + p[3] % 4u, 1u << p[4] % 3);
        break;
    default: /* an entry, then its line */
        io_write(s, 0x11 + 2 * pin, (uint32_t)(p[4] & 0x80 ? p[4] : p[4] & 1 ? 0xff : 0) << 24);
        io_write(s, 0x10 + 2 * pin,
                 p[2] | (p[3] & 7u) << 8 | (p[3] & 8u) << 8 | (p[3] & 0x10u) << 9 | (p[3] & 0x20u) << 10 |
                     (p[3] & 0xc0 ? 0 : 0x10000u));
        wr(s, (uint16_t)(0x2000 + pin), 1, 1);
        if (p[5] & 1)
            mmio_wr(s, LAPIC + 0xb0, 4, 0);
        wr(s, (uint16_t)(0x2000 + pin), 1, p[5] >> 1 & 1);
        break;
    }
    for (unsigned i = 0; i < 3; i++) {
        mmio_wr(s, IOAPIC, 4, i);
        mmio_rd(s, IOAPIC + 0x10, 4);
    }
    mmio_wr(s, IOAPIC, 4, 0x10 + 2 * pin);
    mmio_rd(s, IOAPIC + 0x10, 4);
}

/* What the CPU drives: FERR#, SMIACT#. p: 0 which; 1 the port that ends it. */
void op_cpu_pins(struct side *s, const uint8_t *p)
{
    struct cpu *c = s->m->cpu;
    irq_set(p[0] & 1 ? &c->smiact : &c->ferr_line, p[0] >> 1 & 1);
    if (p[0] & 4)
        wr(s, 0xf0, 1, 0);
    mem_look(s, 0xa0000, 16);
    if (p[0] & 8)
        irq_set(p[0] & 1 ? &s->m->cpu->smiact : &s->m->cpu->ferr_line, 0);
    note(s, "what wakes a halted CPU with IF clear", 0,
         lapic_wakes_masked(s->m->lapic) | ioapic_wakes_masked(s->m->ioapic) << 1);
}
