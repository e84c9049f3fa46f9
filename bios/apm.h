/* SPDX-License-Identifier: MIT */
/* APM: what its entries in assembly and its two compilations share. */
#ifndef BIOS_APM_H
#define BIOS_APM_H

#include "regs.h"

/* PUSHAD's order: the tail of struct regs, and what the protected mode entries push. */
struct apm_regs {
    REG16(di);
    REG16(si);
    REG16(bp);
    uint32_t esp;
    REG32(b);
    REG32(d);
    REG32(c);
    REG32(a);
};

enum apm_connection { APM_NONE, APM_REAL, APM_16, APM_32 }; /* the functions that make them */

/* NOTE: four bytes, which the protected mode entries copy to the caller's stack and back. */
struct apm_state {
    uint8_t connected, enabled, engaged, rsvd;
};

_Static_assert(sizeof(struct apm_state) == 4, "apm.h");

#ifdef BIOS32
#define APM_PROTECTED apm32
#else
#define APM_PROTECTED apm16
#endif

#endif
