/* SPDX-License-Identifier: MIT */
/* What the generator writes and the decoder reads: encodings of the decoder's tables. */
#ifndef VITRINE_ISA_DECODE_TABLES_H
#define VITRINE_ISA_DECODE_TABLES_H

#include <stdint.h>

enum opcode_map { MAP_LEGACY, MAP_0F, MAPS };
enum mandatory_prefix { MP_NONE, MP_66, MP_F3, MP_F2, MP_COUNT };

/* ModRM slots: DT_EXT by {memory, register} and reg; DT_FULL: memory by reg, then each of the 64
 * register encodings. */
enum { DT_EXT = 16, DT_FULL = 72 };

/* An opcode: its form, or where its forms start in form_groups[]. */
struct op_entry {
    uint16_t first;
    uint8_t kind; /* enum op_kind */
};
enum op_kind { OK_EXT = 1, OK_FULL = 2, OK_PREFIX = 4, OK_MODRM = 8, OK_IS_PREFIX = 16, OK_IS_ESCAPE = 32 };

/* What a form's operands ask of the decoder. */
struct form_decode {
    uint8_t reg;    /* enum reg_kind */
    uint8_t rm;     /* enum rm_kind */
    uint8_t imm;    /* enum imm_kind */
    uint16_t flags; /* enum decode_flags */
};
enum reg_kind {
    RK_NONE,
    RK_BYTE,
    RK_WORD,
    RK_OP_BYTE,
    RK_OP_WORD,
    RK_SEG,
    RK_CR,
    RK_DR,
    RK_CC,
    RK_MMX,
    RK_SEG0 /* .. RK_SEG0 + 5 */
};
enum rm_kind {
    MK_NONE,
    MK_BYTE,
    MK_WORD,
    MK_MEM,
    MK_REG /* mod is ignored */,
    MK_MMX,
    MK_NONE_REG /* x87 register or nothing */
};
enum imm_kind { IK_NONE, IK_UB, IK_SB, IK_W, IK_Z, IK_V, IK_WB, IK_FAR, IK_MOFFS };
enum decode_flags {
    DF_NOT64 = 1,
    DF_ONLY64 = 2,
    DF_DEFAULT64 = 4,
    DF_FORCE64 = 8,
    DF_LOCK = 16,
    DF_STRING = 32,
    DF_CC_IN_IMM = 64,
    DF_NO_REXW = 128,
    DF_FOP = 256
};

#endif
