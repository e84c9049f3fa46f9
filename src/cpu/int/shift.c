/* SPDX-License-Identifier: MIT */
/*
 * ROL ROR RCL RCR SHL SHR SAR SHLD SHRD (SDM 2B). The count is masked to 5 bits (286 and later).
 *
 * Undefined flags: OF after a count above 1 is what the last single-bit step gives; AF is 1 after
 * right shifts and bit 4 of the result after left ones; CF after SHL and SHR by more than the
 * operand's size is 0. All are what captures of an 80286 show.
 */
#include "cpu/engine/handler.h"

static inline void set_cf_of(struct cpu *c, bool cf, bool of)
{
    set_arith(c, (arith_flags(c) & ~(uint32_t)(FL_CF | FL_OF)) | (cf ? FL_CF : 0) | (of ? FL_OF : 0));
}

#define BITS 8
#include "cpu/int/shift_size.inc.h"
#define BITS 16
#include "cpu/int/shift_size.inc.h"
#define BITS 32
#include "cpu/int/shift_size.inc.h"
