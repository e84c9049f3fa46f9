/* SPDX-License-Identifier: MIT */
/*
 * ADD OR ADC SBB AND SUB XOR CMP TEST INC DEC NOT NEG in all operand forms (SDM 2A, 2B). The flags
 * are left lazy (cpu/int/flags.h). A LOCK prefix needs nothing: one CPU executes at a time, and nothing
 * comes between a read and its write. Undefined flags: AF after AND, OR, XOR, TEST is 0.
 */
#include "cpu/engine/handler.h"

#define BITS 8
#include "cpu/int/alu_size.inc.h"
#define BITS 16
#include "cpu/int/alu_size.inc.h"
#define BITS 32
#include "cpu/int/alu_size.inc.h"
