/* SPDX-License-Identifier: MIT */
/*
 * DAA DAS AAA AAS AAM AAD (SDM 2A) and SALC (D6, documented by AMD and by SDM 2D's gap in the map).
 *
 * Undefined flags, as AMD's processors set them: OF after DAA and DAS follows the last addition to or subtraction from
 * AL; SF, ZF, PF and OF after AAA and AAS those of AX, before AL loses its upper half; OF, AF and CF after AAM are 0;
 * after AAD they are those of the byte addition.
 */
#include "cpu/engine/handler.h"

enum { AL, AH };

static uint32_t szp(uint8_t v)
{
    return (v == 0 ? FL_ZF : 0) | (v & 0x80 ? FL_SF : 0) | (__builtin_parity(v) ? 0 : FL_PF);
}

/* DAA (sign +1) and DAS (sign -1): both correct by 06h and 60h; DAS carries out of the low
 * correction too. */
static void decimal_adjust(struct cpu *c, bool subtract)
{
    uint8_t *al = reg8p(c, AL), old = *al, correction = 0;
    uint32_t flags = arith_flags(c), out = 0;
    if ((old & 15) > 9 || flags & FL_AF) {
        correction = 6;
        out |= FL_AF;
    }
    if (old > 0x99 || flags & FL_CF) {
        correction += 0x60;
        out |= FL_CF;
    } else if (subtract && correction && old < 6) {
        out |= FL_CF;
    }
    uint8_t r = subtract ? (uint8_t)(old - correction) : (uint8_t)(old + correction);
    uint8_t b = subtract ? (uint8_t)~correction : correction;
    if (correction && (old ^ r) & (b ^ r) & 0x80)
        out |= FL_OF;
    *al = r;
    set_arith(c, out | szp(r));
}
INSN(x_daa)
{
    decimal_adjust(c, false);
    return X_NEXT;
}
INSN(x_das)
{
    decimal_adjust(c, true);
    return X_NEXT;
}

/* AX moves by 106h as a whole (286 and later: a carry out of AL reaches AH). */
static void ascii_adjust(struct cpu *c, bool subtract)
{
    uint16_t old = reg16(c, RAX), r = old, moved = subtract ? (uint16_t)~0x106 : 0x106;
    uint32_t out = 0;
    if ((old & 15) > 9 || arith_flags(c) & FL_AF) {
        r = (uint16_t)(subtract ? old - 0x106 : old + 0x106);
        out = FL_AF | FL_CF | ((old ^ r) & (moved ^ r) & 0x8000 ? FL_OF : 0);
    }
    set16(c, RAX, r & 0xff0f);
    out |= (szp((uint8_t)r) & FL_PF) | (r == 0 ? FL_ZF : 0) | (r & 0x8000 ? FL_SF : 0);
    set_arith(c, out);
}
INSN(x_aaa)
{
    ascii_adjust(c, false);
    return X_NEXT;
}
INSN(x_aas)
{
    ascii_adjust(c, true);
    return X_NEXT;
}

INSN(x_aam_Ib)
{
    uint8_t al = *reg8p(c, AL), base = (uint8_t)i->in.imm;
    if (base == 0)
        return raise_exc(c, EXC_DE);
    *reg8p(c, AH) = al / base;
    *reg8p(c, AL) = al % base;
    set_arith(c, szp(al % base));
    return X_NEXT;
}
INSN(x_aad_Ib)
{
    uint8_t al = *reg8p(c, AL), add = (uint8_t)(*reg8p(c, AH) * (uint8_t)i->in.imm), r = (uint8_t)(al + add);
    set16(c, RAX, r);
    set_arith(c, szp(r) | (r < al ? FL_CF : 0) | ((al ^ r) & (add ^ r) & 0x80 ? FL_OF : 0) |
                     ((al ^ add ^ r) & 0x10 ? FL_AF : 0));
    return X_NEXT;
}

INSN(x_salc)
{
    *reg8p(c, AL) = flag_cf(c) ? 0xff : 0;
    return X_NEXT;
}
