/* SPDX-License-Identifier: MIT */
/*
 * MUL IMUL DIV IDIV (SDM 2A, 2B).
 *
 * Undefined flags, as AMD's processors set them: MUL and IMUL leave SF, ZF, AF and PF; DIV and IDIV set AF, clear SF,
 * ZF and PF, and leave CF and OF. NOTE: programs for processors without CPUID take one whose flags a division of 5 by 2
 * leaves alone for Cyrix's.
 */
#include "cpu/engine/handler.h"

static inline void div_flags(struct cpu *c)
{
    bool zero = c->cc.op == CC_LOGIC; /* as after XOR EDX, EDX */
    set_arith(c, (!zero && flag_cf(c) ? FL_CF : 0) | (!zero && flag_of(c) ? FL_OF : 0) | FL_AF);
}

#define BITS 8
#include "cpu/int/muldiv_size.inc.h"
#define BITS 16
#include "cpu/int/muldiv_size.inc.h"
#define BITS 32
#include "cpu/int/muldiv_size.inc.h"
