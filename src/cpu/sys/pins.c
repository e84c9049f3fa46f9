/* SPDX-License-Identifier: MIT */
/*
 * The CPU's pins as the chip set drives them (Pentium Pro Family Developer's Manual, volume 1, chapter 3). Levels and
 * latched edges only: they are served at the next instruction boundary. */
#include "cpu/sys/system.h"

static void intr(void *ctx, int level)
{
    struct cpu *c = ctx;
    c->intr_line = level != 0;
    if (level)
        c->leave = true;
}

static void nmi(void *ctx)
{
    struct cpu *c = ctx;
    c->nmi_pending = true;
    c->leave = true;
}

static void smi(void *ctx)
{
    struct cpu *c = ctx;
    c->smi_pending = true;
    c->leave = true;
}

static void init(void *ctx)
{
    struct cpu *c = ctx;
    c->init_pending = true;
    c->leave = true;
}

static void reset(void *ctx)
{
    struct cpu *c = ctx;
    c->reset_pending = true;
    c->leave = true;
}

/* A20M# does nothing in SMM (SDM 3C 34.4). */
void cpu_update_a20(struct cpu *c)
{
    uint64_t mask = c->a20_pin || c->smm ? UINT64_MAX : ~(UINT64_C(1) << 20);
    if (mask == c->a20_mask)
        return;
    c->a20_mask = mask;
    tlb_flush_all(c);
    c->leave = true;
}

static void a20m(void *ctx, int level)
{
    struct cpu *c = ctx;
    c->a20_pin = level != 0;
    cpu_update_a20(c);
}

static void ignne(void *ctx, int level)
{
    struct cpu *c = ctx;
    c->ignne = level != 0;
}

struct cpu_pins cpu_pins(struct cpu *c)
{
    return (struct cpu_pins){
        .ctx = c, .intr = intr, .nmi = nmi, .smi = smi, .init = init, .reset = reset, .a20m = a20m, .ignne = ignne};
}
