/* SPDX-License-Identifier: MIT */
/*
 * BT BTS BTR BTC BSF BSR BSWAP SETcc CMOVcc (SDM 2A, 2B).
 *
 * Undefined flags: BT and its kin change CF only, BSF and BSR change ZF only.
 */
#include "cpu/engine/handler.h"

static inline void set_cf(struct cpu *c, bool cf)
{
    set_arith(c, (arith_flags(c) & ~(uint32_t)FL_CF) | (cf ? FL_CF : 0));
}
static inline void set_zf(struct cpu *c, bool zf)
{
    set_arith(c, (arith_flags(c) & ~(uint32_t)FL_ZF) | (zf ? FL_ZF : 0));
}

#define BITS 16
#include "cpu/int/bitops_size.inc.h"
#define BITS 32
#include "cpu/int/bitops_size.inc.h"

/* With a 16-bit operand the SDM leaves the result undefined; processors clear the low half. */
INSN(x_bswap_Zv16)
{
    set16(c, i->in.reg, 0);
    return X_NEXT;
}
INSN(x_bswap_Zv32)
{
    set32(c, i->in.reg, __builtin_bswap32(reg32(c, i->in.reg)));
    return X_NEXT;
}

/* The condition is in reg. */
INSN(x_setcc_Eb_r)
{
    *reg8p(c, i->in.rm) = condition(c, i->in.reg);
    return X_NEXT;
}
INSN(x_setcc_Eb_m)
{
    return mem_wr8(c, &i->in, condition(c, i->in.reg)) ? X_FAULT : X_NEXT;
}
