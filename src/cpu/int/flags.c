/* SPDX-License-Identifier: MIT */
/*
 * Lazy flags made explicit (SDM 1 3.4.3.1, appendix A). Operands are zero-extended from the
 * operation's size, the result is sign-extended, so ZF, SF and PF do not depend on the size.
 *
 * Undefined ones, as AMD's processors set them (HACKING, "Whose undefined results"): AF after logic operations is 0,
 * after shifts 1; OF after shifts by more than 1 follows the result as it does after a shift by 1.
 */
#include "cpu/int/flags.h"

static uint64_t sign_of(const struct lazy_flags *f)
{
    return UINT64_C(1) << ((8u << f->size) - 1);
}

bool cc_compute_cf(const struct lazy_flags *f)
{
    uint64_t a = f->src1, b = f->src2, r = (uint64_t)f->res;
    switch (f->op) {
    case CC_ADD:
    case CC_ADC: /* carry out of the top bit */ return (((a & b) | ((a | b) & ~r)) & sign_of(f)) != 0;
    case CC_SUB: return a < b;
    case CC_SBB: /* borrow out of the top bit */ return (((~a & b) | ((~a | b) & r)) & sign_of(f)) != 0;
    case CC_INC:
    case CC_DEC:
    case CC_SHL:
    case CC_SHR:
    case CC_SAR:
    case CC_KEPT: return f->cf;
    default: return false;
    }
}

bool cc_compute_of(const struct lazy_flags *f)
{
    uint64_t a = f->src1, b = f->src2, r = (uint64_t)f->res, sign = sign_of(f);
    switch (f->op) {
    case CC_ADD:
    case CC_ADC: return ((a ^ r) & (b ^ r) & sign) != 0;
    case CC_SUB:
    case CC_SBB: return ((a ^ b) & (a ^ r) & sign) != 0;
    case CC_INC: return (r & (2 * sign - 1)) == sign;
    case CC_DEC: return (r & (2 * sign - 1)) == sign - 1;
    case CC_SHL: return ((r & sign) != 0) != f->cf;
    case CC_SHR: /* the last step's top bit went one down */ return ((r ^ (r << 1)) & sign) != 0;
    case CC_KEPT: return f->of;
    default: return false;
    }
}

static bool compute_af(const struct lazy_flags *f)
{
    switch (f->op == CC_KEPT ? f->kept : f->op) {
    case CC_ADD:
    case CC_ADC:
    case CC_SUB:
    case CC_SBB: return ((f->src1 ^ f->src2 ^ (uint64_t)f->res) & 0x10) != 0;
    case CC_SHL:
    case CC_SHR:
    case CC_SAR: return true;
    case CC_INC: return (f->res & 15) == 0;
    case CC_DEC: return (f->res & 15) == 15;
    default: return false;
    }
}

uint32_t cc_compute(const struct lazy_flags *f)
{
    return (cc_compute_cf(f) ? FL_CF : 0) | (cc_compute_of(f) ? FL_OF : 0) | (compute_af(f) ? FL_AF : 0) |
           (f->res == 0 ? FL_ZF : 0) | (f->res < 0 ? FL_SF : 0) |
           (__builtin_parity((unsigned)(f->res & 0xff)) ? 0 : FL_PF);
}
