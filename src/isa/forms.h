/* SPDX-License-Identifier: MIT */
/*
 * The instruction table's columns, for each form. FORM_... numbers and the array are generated from
 * src/isa/table/ by src/isa/gen.c.
 */
#ifndef VITRINE_ISA_FORMS_H
#define VITRINE_ISA_FORMS_H

#include <stdbool.h>
#include <stdint.h>

#include "isa/gen_forms.h"

enum form_attr {
    FA_LOCK = 1,      /* LOCK is allowed with a memory destination */
    FA_END = 2,       /* ends a block */
    FA_GENERIC = 4,   /* one function for all sizes and operand places */
    FA_SIZED = 8,     /* a function per operand size */
    FA_RM = 16,       /* different functions for register and memory operand */
    FA_CPL0 = 32,     /* #GP(0) above CPL 0 */
    FA_PROT = 64,     /* #UD in real and virtual-8086 mode */
    FA_IO = 128,      /* reaches devices */
    FA_REP = 256,     /* F3 repeats it */
    FA_REPE = 512,    /* F3 and F2 repeat it while ZF is as they say */
    FA_VARIES = 1024, /* hosts differ: never left to the host */
    FA_NOT64 = 2048,  /* not in 64-bit code */
    FA_ONLY64 = 4096, /* only in 64-bit code */
    FA_PUSH = 8192,   /* writes the stack */
    FA_POP = 16384,   /* reads the stack */
};
enum form_mem { FM_READ = 1, FM_WRITE = 2, FM_ADDRESS = 4 };
enum form_fault {
    FF_DE = 1,
    FF_BR = 2,
    FF_CTL = 4,
    FF_SEG = 8,
    FF_IOPL = 16,
    FF_IO = 32,
    FF_X87 = 64,
    FF_SOFT = 128,
    FF_UD = 256,
    FF_SIMD = 512
};
enum form_class { FC_COPY, FC_HELPER, FC_SPECIAL };

struct form_info {
    const char *mnemonic, *operands; /* as in the table */
    const char *exec;                /* base name of the function; NULL: not executed yet (64-bit code) */
    uint64_t features;               /* bits that it needs: CPUID.1:EDX, above it CPUID.1:ECX */
    uint8_t family;                  /* lowest CPU family that has it */
    uint8_t cls;                     /* enum form_class */
    uint8_t mem;                     /* enum form_mem: what happens to the memory operand */
    uint16_t mem_size;               /* bytes; 0: follows the operand or address size */
    uint16_t flags_read, flags_written, flags_undefined; /* EFLAGS bits */
    uint16_t faults;                                     /* enum form_fault */
    uint16_t attrs;                                      /* enum form_attr */
    uint16_t undefined_0, undefined_1, undefined_kept;   /* what Vitrine gives of flags_undefined, where it is fixed */
    bool ends_block;                                     /* FA_END */
    const char *sdm;                                     /* where it is described */
};
extern const struct form_info form_info[FORM_COUNT];

/* Whether a processor of that CPUID signature (family in bits 11:8) and features has the form. */
static inline bool form_available(unsigned form, uint32_t signature, uint64_t features)
{
    const struct form_info *f = &form_info[form];
    return (f->features & ~features) == 0 && ((signature >> 8) & 15) >= f->family;
}

#endif
