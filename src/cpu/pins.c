/* SPDX-License-Identifier: MIT */
/* The CPU's pins as the chip set drives them (Pentium Pro Family Developer's Manual, volume 1, chapter 3). Levels and latched edges only: they
 * are served at the next instruction boundary. */
#include "cpu/exec.h"

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

/* LIMIT: system management mode: SMI# is latched and never served. */
static void smi(void *ctx)
{
    struct cpu *c = ctx;
    c->smi_pending = true;
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

static void a20m(void *ctx, int level)
{
    struct cpu *c = ctx;
    uint64_t mask = level ? UINT64_MAX : ~(UINT64_C(1) << 20);
    if (mask == c->a20_mask)
        return;
    c->a20_mask = mask;
    tlb_flush_all(c);
    c->leave = true;
}

static void ignne(void *ctx, int level)
{
    struct cpu *c = ctx;
    c->ignne = level != 0;
}

struct cpu_pins cpu_pins(struct cpu *c)
{
    return (struct cpu_pins){.ctx = c, .intr = intr, .nmi = nmi, .smi = smi, .init = init, .reset = reset,
                             .a20m = a20m, .ignne = ignne};
}
