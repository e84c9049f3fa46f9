/* SPDX-License-Identifier: MIT */
/*
 * What the x87's tests share: a state of the FPU that can be put into the CPU under test and into
 * the host's own, one instruction executed from it on either, and operands that meet every class of
 * number and every boundary.
 */
#ifndef TESTS_ISA_X87_RIG_H
#define TESTS_ISA_X87_RIG_H

#include <check.h>

#include "cpu/fp/x87.h"
#include "tests/isa/rig.h"

/* Everything that an instruction can read or change, pointers apart. */
struct x87_state {
    struct f80 r[8]; /* physical registers */
    uint16_t cw, sw; /* sw with TOP, ES and B */
    uint8_t empty;   /* a bit per physical register */
    uint32_t eflags; /* the arithmetic ones */
    uint8_t mem[16]; /* the memory operand */
};

extern struct isa_rig x87_rig;
enum { X87_OPERAND_AT = 0x100000 };

/* Flat 32-bit code, ESI at the memory operand. Run as setup and teardown of every test case. */
void x87_rig_setup(void);
void x87_rig_teardown(void);

/* Executes an instruction of at most INSN_MAX bytes; memory operands are encoded as [ESI], mod 0
 * rm 6. */
enum xstat x87_guest(struct x87_state *s, const uint8_t *bytes);
/* The same on the host's FPU, where the host is an x86-64. */
bool x87_have_host(void);
void x87_host(struct x87_state *s, const uint8_t *bytes, unsigned len);

void x87_load(struct cpu *c, const struct x87_state *s);
void x87_store(struct cpu *c, struct x87_state *s);

/* Operands: one in two from the table of special values, else random of various shapes. */
extern const struct f80 x87_special[];
extern const unsigned x87_nspecial;
struct f80 x87_random_f80(struct random *r);
/* A memory operand that may be meant as single, double, extended, integer or packed decimal. */
void x87_random_mem(struct random *r, uint8_t mem[16]);
/* A whole state without a pending exception. */
void x87_random_state(struct random *r, struct x87_state *s);
/* Rounding, precision and masks; half of them with everything masked. */
uint16_t x87_random_cw(struct random *r);

TCase *x87_rule_tests(void);
TCase *x87_pending_tests(void);
TCase *x87_trans_tests(void);
TCase *x87_pair_tests(void);

#endif
