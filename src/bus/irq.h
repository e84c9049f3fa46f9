/* SPDX-License-Identifier: MIT */
/* An interrupt line or any other wire, as a value that is passed around. */
#ifndef VITRINE_BUS_IRQ_H
#define VITRINE_BUS_IRQ_H

#include <stdbool.h>
#include <stddef.h>

struct irq_line {
    void (*set)(void *ctx, int n, int level); /* NULL: not connected */
    void *ctx;
    int n;
};

static inline void irq_set(const struct irq_line *l, int level)
{
    if (l->set)
        l->set(l->ctx, l->n, level);
}

/* Where the CPU's pins are driven from. INTR's acknowledge cycle yields the vector (8259A INTA). */
struct cpu_pins {
    void *ctx;
    void (*intr)(void *ctx, int level);
    void (*nmi)(void *ctx);  /* edge */
    void (*smi)(void *ctx);  /* edge */
    void (*init)(void *ctx); /* edge */
    void (*reset)(void *ctx);
    void (*a20m)(void *ctx, int level); /* 1: A20 passes; 0: address bit 20 is forced to 0 */
    void (*ignne)(void *ctx, int level);
};
struct intr_ack {
    int (*ack)(void *ctx); /* runs the acknowledge cycle, gives the vector */
    void *ctx;
};

#endif
