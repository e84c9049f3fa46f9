/* SPDX-License-Identifier: MIT */
/*
 * A decoded instruction, as the decoder gives it and every engine takes it. The instruction table (src/isa/table/) says
 * what forms there are; `form` numbers them.
 */
#ifndef VITRINE_ISA_INSN_H
#define VITRINE_ISA_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INSN_MAX = 15 };

/* Register numbers as encoded (SDM 2A 3.1.1). */
enum {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    REG_ZERO, /* a "register" that is always 0: no base, no index */
    REG_RIP,  /* base of RIP-relative addressing: next instruction's address is added by the decoder's user */
    NREGS
};
enum { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, NSEGS };

/* Sizes as log2 of bytes. */
enum { SZ8, SZ16, SZ32, SZ64 };

enum insn_flags {
    IF_MEM = 1, /* the ModRM operand is memory (or the form has a memory operand by its nature: moffs) */
    IF_LOCK = 2,
    IF_REP = 4,   /* F3 */
    IF_REPNE = 8, /* F2 */
    IF_REX = 16,
    IF_SEG_OVERRIDE = 32,
    IF_MODRM = 64,
};

struct insn {
    uint16_t form;       /* row of the instruction table; FORM_UD for what has no meaning */
    uint16_t flags;      /* enum insn_flags */
    uint16_t off;        /* offset from the start of its block; the block builder's */
    uint8_t len;         /* bytes, 1..15 */
    uint8_t seg;         /* effective segment of the memory operand */
    uint8_t base, index; /* register numbers, REG_ZERO where absent */
    uint8_t scale;       /* 0..3 */
    uint8_t opsize;      /* effective operand size, SZ16.. */
    uint8_t adsize;      /* effective address size, SZ16.. */
    uint8_t reg;         /* ModRM.reg (with REX.R), or the register in the opcode's low bits; see note */
    uint8_t rm;          /* ModRM.rm (with REX.B) where it is a register; see note */
    uint8_t modrm;       /* the byte itself: x87 and the like */
    /* Displacement, sign-extended; without a memory operand the second immediate (selector of a far pointer, level). */
    int32_t disp;
    uint32_t link; /* the block cache's: what ran after it last */
    /*
     * Immediate, sign-extended to 64 bits where the form says so; moffs address; branch displacement, sign-extended;
     * the condition of CMOVcc; x87: the 11-bit opcode as FOP has it.
     */
    uint64_t imm;
};
/*
 * NOTE: where an operand is a byte register, `reg` and `rm` hold a byte offset into the register file instead of a
 * register number: AL..BL are 0, 8, 16, 24 and AH..BH are 1, 9, 17, 25 (with REX: 8 * number). So a byte register is
 * one load away.
 */

/* What decoding depends on. */
struct decode_mode {
    uint8_t bits; /* 16, 32, 64: default operand and address size */
};

enum decode_status {
    DECODE_OK,    /* also for a form without meaning: insn->form == FORM_UD, which raises #UD when executed */
    DECODE_SHORT, /* the bytes end before the instruction does: fetch more (page fault there, or the segment's limit) */
    DECODE_TOO_LONG, /* more than 15 bytes: #GP(0) */
};

/* Decodes one instruction from at most `avail` bytes. On DECODE_SHORT nothing in *out is meaningful. */
enum decode_status isa_decode(const uint8_t *bytes, size_t avail, struct decode_mode mode, struct insn *out);

#endif
