/* SPDX-License-Identifier: MIT */
/* Callbacks that see what the CPU does and change nothing. */
#ifndef VITRINE_CPU_ENGINE_CPU_TRACE_H
#define VITRINE_CPU_ENGINE_CPU_TRACE_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;

/* An interrupt or exception on its way to its handler; one that replaces another in delivery is
 * reported as well. */
struct cpu_delivery {
    uint8_t vector;
    bool soft, exception; /* INT n; by the processor; neither: by a pin */
    bool has_code;
    uint32_t code;
    uint64_t rip; /* to return to */
};

struct cpu_trace {
    void *ctx;
    /* Each may be NULL. */
    void (*delivery)(void *ctx, struct cpu *c, const struct cpu_delivery *d);
    void (*reset)(void *ctx, struct cpu *c);
    /* A block was decoded: `bytes` of code at CS:RIP. */
    void (*decoded)(void *ctx, struct cpu *c, unsigned bytes);
    /* A block begins to run. */
    void (*block)(void *ctx, struct cpu *c);
};

#endif
