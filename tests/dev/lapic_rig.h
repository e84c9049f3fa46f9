/* SPDX-License-Identifier: MIT */
/*
 * The bench of a local APIC with probes at its pins and an 8259A that answers 77h. Each file that includes it has its
 * own.
 */
#ifndef VITRINE_TESTS_DEV_LAPIC_RIG_H
#define VITRINE_TESTS_DEV_LAPIC_RIG_H

#include "devices/intc/lapic.h"
#include "tests/dev/rig.h"

enum { BASE = 0xfee00000 };
enum {
    ID = 0x20,
    VERSION = 0x30,
    TPR = 0x80,
    APR = 0x90,
    PPR = 0xa0,
    EOI = 0xb0,
    LDR = 0xd0,
    DFR = 0xe0,
    SVR = 0xf0,
    ISR = 0x100,
    TMR = 0x180,
    IRR = 0x200,
    ESR = 0x280,
    ICR = 0x300,
    ICR_HIGH = 0x310,
    LVT_T = 0x320,
    LVT_L0 = 0x350,
    LVT_L1 = 0x360,
    LVT_E = 0x370,
    INITIAL = 0x380,
    CURRENT = 0x390,
    DIVIDE = 0x3e0,
};
enum { MASKED = 0x10000, LEVEL = 0x8000, ASSERT = 0x4000, LOW = 0x2000, REMOTE_IRR = 0x4000, SELF = 0x40000 };

static struct rig rig;
static struct lapic *la;
static struct probe intr, nmi, smi, init_pin;
static int pic_acks;

static inline int pic_ack(void *ctx)
{
    (void)ctx;
    pic_acks++;
    return 0x77;
}

static inline uint32_t rd(uint32_t reg)
{
    return (uint32_t)phys_load(rig.bus.mem, BASE + reg, 4, INIT_CPU0);
}

static inline void wr(uint32_t reg, uint32_t v)
{
    phys_store(rig.bus.mem, BASE + reg, 4, v, INIT_CPU0);
}

static inline void lint(int n, int level)
{
    struct irq_line l = lapic_lint(la, n);
    irq_set(&l, level);
}

static inline int ack(void)
{
    struct intr_ack a = lapic_intr_ack(la);
    return a.ack(a.ctx);
}

/* The bus and the chip, wired and not realized yet. */
static inline void lapic_make(void)
{
    pic_acks = 0;
    intr = nmi = smi = init_pin = (struct probe){0};
    rig_init(&rig);
    la = lapic_new(&rig.bus, "lapic");
    la->fitted = true;
    la->intr = probe_line(&intr, &rig);
    la->nmi = probe_line(&nmi, &rig);
    la->smi = probe_line(&smi, &rig);
    la->init = probe_line(&init_pin, &rig);
    la->extint = (struct intr_ack){pic_ack, NULL};
}

static inline void lapic_begin(void)
{
    rig_realize(&la->dev);
    wr(SVR, 0x1ff);
}

static inline void lapic_unmake(void)
{
    dev_free(&la->dev);
    rig_free(&rig);
}

#endif
