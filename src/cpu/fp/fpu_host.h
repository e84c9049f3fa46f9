/* SPDX-License-Identifier: MIT */
/*
 * The arithmetic that IEEE 754 and SDM 1 4.8-4.9 fix, on 80-bit numbers. fpu_host.c runs it on the
 * host's own x87; a host without one puts a soft-float behind the same functions.
 *
 * Each takes operands and the guest's control word, and returns the exceptions raised in status
 * word positions, with C1, and for comparisons C0, C2, C3. *r follows SDM 1 8.5: the masked
 * response, or with OE or UE unmasked the result with its exponent adjusted. It is not to be stored
 * where an unmasked IE, DE or ZE was raised.
 */
#ifndef VITRINE_CPU_FP_FPU_HOST_H
#define VITRINE_CPU_FP_FPU_HOST_H

#include <stdbool.h>

#include "cpu/cpu.h"

/* Status word (SDM 1 8.1.3) and control word (SDM 1 8.1.5). */
enum {
    SW_IE = 1,
    SW_DE = 2,
    SW_ZE = 4,
    SW_OE = 8,
    SW_UE = 0x10,
    SW_PE = 0x20,
    SW_SF = 0x40,
    SW_ES = 0x80,
    SW_C0 = 0x100,
    SW_C1 = 0x200,
    SW_C2 = 0x400,
    SW_TOP = 0x3800,
    SW_C3 = 0x4000,
    SW_B = 0x8000,
    SW_EXCEPTIONS = 0x3f,
    SW_CC = SW_C0 | SW_C2 | SW_C3
};
enum {
    CW_MASKS = 0x3f,
    CW_PC = 0x300,
    CW_RC = 0xc00,
    CW_RC_DOWN = 0x400,
    CW_RC_UP = 0x800,
    CW_RC_ZERO = 0xc00,
    CW_INIT = 0x37f
};

typedef unsigned f80_binary(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw);
typedef unsigned f80_unary(struct f80 *r, const struct f80 *a, unsigned cw);
typedef unsigned f80_compare(const struct f80 *a, const struct f80 *b, unsigned cw);

f80_binary host_add, host_sub, host_mul, host_div;
f80_binary host_scale; /* a * 2^trunc(b) */
f80_unary host_sqrt, host_rndint;
f80_compare host_com /* QNaN raises IE */, host_ucom;

/* Rounds to memory formats; *r is to be stored only where no unmasked IE, OE, UE was raised. */
unsigned host_to_f32(uint32_t *r, const struct f80 *a, unsigned cw);
unsigned host_to_f64(uint64_t *r, const struct f80 *a, unsigned cw);

#endif
