/* SPDX-License-Identifier: MIT */
/*
 * The forms of the instruction table, found by decoding: every opcode of both maps behind each mandatory prefix, with
 * every ModRM byte. So tests have no second list of opcodes, and a new row is met by them at once.
 */
#ifndef TESTS_ISA_FORM_ROWS_H
#define TESTS_ISA_FORM_ROWS_H

#include "isa/forms.h"
#include "isa/insn.h"

/* A form with a register or with a memory operand: both are listed where both mean something. */
struct form_row {
    uint16_t form;
    uint8_t lead[3], nlead; /* mandatory prefix, 0F, opcode */
    uint8_t modrm;          /* the first that gives the form; memory operands: mod 1, rm 6 ([ESI+disp8]) */
    uint8_t digits;         /* bit per ModRM.reg that gives it */
    bool has_modrm, memory;
    uint8_t imm; /* bytes of immediates */
};

/* Lists the forms of 16 or 32-bit code (`bits`) into rows[max], and returns how many there are. */
unsigned form_rows_find(struct form_row *rows, unsigned max, unsigned bits);

#endif
