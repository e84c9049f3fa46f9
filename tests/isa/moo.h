/* SPDX-License-Identifier: MIT */
/*
 * Reader of hardware single-step captures in the MOO format (SingleStepTests): nested chunks of a 4-byte id, a u32
 * length and a payload, little-endian. `MOO ` heads the file, each `TEST` holds NAME, BYTS, INIT, FINA and where it
 * faulted EXCP. Unknown chunks are skipped; a chunk that runs out of its parent is an error.
 */
#ifndef TESTS_ISA_MOO_H
#define TESTS_ISA_MOO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    MOO_AX,
    MOO_BX,
    MOO_CX,
    MOO_DX,
    MOO_CS,
    MOO_SS,
    MOO_DS,
    MOO_ES,
    MOO_SP,
    MOO_BP,
    MOO_SI,
    MOO_DI,
    MOO_IP,
    MOO_FLAGS,
    MOO_NREGS
};
extern const char *const moo_reg_names[MOO_NREGS];

struct moo_regs {
    uint16_t listed; /* bit per register that has a value here */
    uint16_t v[16];
};
struct moo_byte {
    uint32_t addr;
    uint8_t value;
};
enum { MOO_MAX_RAM = 1 << 17 };
struct moo_state {
    struct moo_regs regs, mask; /* mask: bits that are defined, for the registers that it lists */
    const uint8_t *ram;         /* nram entries of 5 bytes: moo_ram() */
    uint32_t nram;
};
struct moo_test {
    uint32_t index;
    char name[80];
    const uint8_t *bytes; /* of the instruction, and the HLT behind it */
    uint32_t nbytes;
    struct moo_state init, fina;
    bool faulted;
    uint8_t vector;
};
struct moo_file {
    uint8_t *data;
    size_t size, at;
    struct moo_regs mask;
    char cpu[5];
};

/* Opens FILE or FILE.gz. False and *err where it cannot be read or is not MOO. */
bool moo_open(struct moo_file *f, const char *path, struct error *err);
void moo_close(struct moo_file *f);
/* The next test: 1, 0 at the end, -1 and *err where the file is damaged. */
int moo_next(struct moo_file *f, struct moo_test *t, struct error *err);
struct moo_byte moo_ram(const struct moo_state *s, uint32_t i);

#endif
