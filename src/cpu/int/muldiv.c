/* SPDX-License-Identifier: MIT */
/*
 * MUL IMUL DIV IDIV (SDM 2A, 2B).
 *
 * Undefined flags: after MUL and IMUL, SF, ZF and PF follow the upper half of the product and AF is
 * 1, as captures of an 80286 show; DIV and IDIV change none.
 */
#include "cpu/engine/handler.h"

/* CF and OF say that the upper half carries meaning. */
static inline void mul_flags(struct cpu *c, int64_t high, bool overflow)
{
    set_arith(c, FL_AF | (overflow ? FL_CF | FL_OF : 0) | (high == 0 ? FL_ZF : 0) | (high < 0 ? FL_SF : 0) |
                     (__builtin_parity((unsigned)(high & 0xff)) ? 0 : FL_PF));
}

#define BITS 8
#include "cpu/int/muldiv_size.inc.h"
#define BITS 16
#include "cpu/int/muldiv_size.inc.h"
#define BITS 32
#include "cpu/int/muldiv_size.inc.h"
