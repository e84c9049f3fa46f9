/* SPDX-License-Identifier: MIT */
/*
 * A CPU with 16 MiB of RAM and nothing else, for tests of instructions: flat 32-bit protected mode at CPL 0, paging
 * off, or real mode. Instructions are executed one at a time by their functions, without the engine, unless a test
 * calls cpu_run.
 */
#ifndef TESTS_ISA_RIG_H
#define TESTS_ISA_RIG_H

#include "bus/bus.h"
#include "cpu/exec.h"
#include "cpu/int/flags.h"

struct isa_rig {
    struct clock clock;
    struct guest_log log;
    struct bus bus;
    struct mapping ram;
    struct cpu *cpu;
    struct xinsn x[2]; /* the instruction executed last, and the end behind it */
};

enum { RIG_RAM_BYTES = 16 << 20 };

void isa_rig_init(struct isa_rig *r);
void isa_rig_free(struct isa_rig *r);

/* Flat 32-bit code, stack and data; every register 0 but ESP, which is 80000h. */
void isa_rig_flat(struct isa_rig *r);
/* Sets a segment's base and limit without a descriptor. */
void isa_rig_segment(struct isa_rig *r, unsigned seg, uint32_t base, uint32_t limit);
/* Real mode, all segments at 0, SP 8000h. */
void isa_rig_real(struct isa_rig *r);

/* Decodes the instruction in `bytes` for the CPU's current mode and executes it as if it stood at `rip`. */
enum xstat isa_rig_exec(struct isa_rig *r, const uint8_t *bytes, uint32_t rip);

void isa_rig_put(struct isa_rig *r, uint32_t paddr, const void *data, uint32_t len);
void isa_rig_get(struct isa_rig *r, uint32_t paddr, void *data, uint32_t len);
uint32_t isa_rig_get32(struct isa_rig *r, uint32_t paddr);
void isa_rig_put32(struct isa_rig *r, uint32_t paddr, uint32_t v);

/* A pseudo-random sequence that is the same in every run (xorshift64*). */
struct random {
    uint64_t s;
};
uint64_t random_next(struct random *r);
static inline uint32_t random_below(struct random *r, uint32_t n)
{
    return (uint32_t)((random_next(r) >> 32) * n >> 32);
}
/* An operand: boundary values of every size as often as anything else. */
uint32_t random_operand(struct random *r);

#endif
