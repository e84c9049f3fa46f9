/* SPDX-License-Identifier: MIT */
/*
 * The space of model-specific registers, where chips that sit in the processor's package (the local APIC) claim theirs.
 * An MSR that nobody claims is the CPU's own, or does not exist.
 */
#ifndef VITRINE_BUS_MSR_H
#define VITRINE_BUS_MSR_H

#include <stdbool.h>
#include <stdint.h>

struct msr_ops {
    /* False: #GP (a reserved bit, a bad value). The clock stands at the instruction. */
    bool (*read)(void *ctx, uint32_t index, uint64_t *value);
    bool (*write)(void *ctx, uint32_t index, uint64_t value);
};

/* Registers [first, first + count); `index` is the register's full number. */
struct msr_range {
    const char *name;
    uint32_t first, count;
    const struct msr_ops *ops;
    void *ctx;
    struct msr_range *next; /* kept by msr_claim and msr_release */
};

/* Zeroed: empty. Ranges do not overlap. */
struct msr_space {
    struct msr_range *claims;
};

void msr_claim(struct msr_space *s, struct msr_range *r);
void msr_release(struct msr_space *s, struct msr_range *r); /* no-op where not claimed */
/* Who has the register; NULL: nobody. */
const struct msr_range *msr_find(const struct msr_space *s, uint32_t index);

#endif
