/* SPDX-License-Identifier: MIT */
/*
 * The SMBus host controller of the PIIX4's function 3: a part of struct piix4_pm, which owns its configuration
 * registers.
 */
#ifndef VITRINE_DEVICES_PIIX4_SMBUS_H
#define VITRINE_DEVICES_PIIX4_SMBUS_H

#include "bus/bus.h"

enum { SMB_REGS = 16 };

struct piix4_smbus {
    void (*changed)(void *ctx); /* set by the owner: the interrupt may have */
    void *ctx;

    uint8_t reg[SMB_REGS];
    uint8_t block[32], index; /* SMBBLKDAT */
    struct timer done;
};

void piix4_smbus_init(struct piix4_smbus *s, struct clock *clock);
void piix4_smbus_reset(struct piix4_smbus *s);
/* An interrupt is wanted: INTER, DEV_ERR, BUS_ERR or FAILED with INTEREN. */
bool piix4_smbus_interrupt(const struct piix4_smbus *s);
extern const struct io_ops piix4_smbus_ops; /* ctx: the struct piix4_smbus */

#endif
