/* SPDX-License-Identifier: MIT */
/*
 * The local APIC of the one CPU, between the CPU's interrupt pins and everything that interrupts.
 *
 *     struct lapic *la = lapic_new(bus, "lapic");
 *     la->intr, la->nmi, la->smi, la->init = wires to the CPU's pins;  la->extint = i8259_intr_ack(pic0);
 *     pic0->intr = lapic_lint(la, 0);  ioapic->port = lapic_port(la);  la->eoi = ioapic_eoi(ioapic);
 *     la->fitted = whether CPUID shows an APIC;
 *     the CPU's acknowledge cycle is lapic_intr_ack(la); IA32_APIC_BASE is claimed in bus->msrs where an APIC is fitted
 */
#ifndef VITRINE_DEVICES_LAPIC_H
#define VITRINE_DEVICES_LAPIC_H

#include "bus/apic.h"
#include "bus/dev.h"

/* IA32_APIC_BASE (SDM 3A 10.4.4). */
enum { MSR_APIC_BASE = 0x1b };
#define APIC_BASE_RESET UINT64_C(0xfee00900)
enum { APIC_BASE_BSP = 0x100, APIC_BASE_ENABLE = 0x800 };

enum lapic_lvt { LVT_TIMER, LVT_THERMAL, LVT_PERF, LVT_LINT0, LVT_LINT1, LVT_ERROR, LVT_COUNT };

struct lapic {
    struct dev dev;
    /* Set before dev_realize. */
    struct irq_line intr;           /* level */
    struct irq_line nmi, smi, init; /* pulses: 1, then 0 */
    struct intr_ack extint;         /* the 8259's acknowledge cycle */
    struct apic_eoi eoi;
    bool fitted; /* false: the CPU has no APIC; the pins go straight through */

    uint64_t base; /* IA32_APIC_BASE */
    uint32_t id, tpr, ldr, dfr, svr, esr, icr_low, icr_high;
    uint32_t lvt[LVT_COUNT];
    uint32_t irr[8], isr[8], tmr[8];
    uint32_t errors;     /* what the next write to ESR shows */
    bool error_raised;   /* the error interrupt waits for a write to ESR */
    bool lint[2];        /* levels of the pins */
    bool extint_message; /* an ExtINT came as a message and was not acknowledged yet */
    uint32_t divide, initial;
    uint32_t count; /* what the timer stood at `count_ns` */
    uint64_t count_ns;
    struct timer timer;

    struct mapping map;
    struct msr_range base_msr;
};

extern const struct dev_class lapic_class;

struct lapic *lapic_new(struct bus *bus, const char *id);
/* LINT0 and LINT1, which are INTR and NMI while the APIC is disabled. */
struct irq_line lapic_lint(struct lapic *la, int n);
struct apic_port lapic_port(struct lapic *la);
/* The CPU's interrupt acknowledge: a vector of the APIC's own first, then the 8259's. */
struct intr_ack lapic_intr_ack(struct lapic *la);
/* A write to IA32_APIC_BASE. False: a reserved bit is set, the CPU raises #GP. */
bool lapic_set_base(struct lapic *la, uint64_t value);
/* True where the 8259 at LINT0 leads to NMI, SMI or INIT, so that it wakes a CPU which has interrupts off. */
bool lapic_wakes_masked(const struct lapic *la);

#endif
