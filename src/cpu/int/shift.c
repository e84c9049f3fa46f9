/* SPDX-License-Identifier: MIT */
/*
 * ROL ROR RCL RCR SHL SHR SAR SHLD SHRD (SDM 2B). The count is masked to 5 bits (286 and later).
 *
 * Undefined flags, as AMD's processors set them: OF after a count above 1 follows result and CF as it does after a
 * count of 1; AF is 1 after shifts; CF after SHL and SHR by more than the operand's size is 0.
 */
#include "cpu/engine/handler.h"

#define BITS 8
#include "cpu/int/shift_size.inc.h"
#define BITS 16
#include "cpu/int/shift_size.inc.h"
#define BITS 32
#include "cpu/int/shift_size.inc.h"
