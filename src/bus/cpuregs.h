/* SPDX-License-Identifier: MIT */
/* The general registers of the processor that is accessing a port: for interfaces that pass
 * parameters in them (VMware's backdoor, SMI commands). Only valid within the access. */
#ifndef VITRINE_BUS_CPUREGS_H
#define VITRINE_BUS_CPUREGS_H

#include <stdint.h>

/* As the SDM numbers them. */
enum cpu_reg { CPU_EAX, CPU_ECX, CPU_EDX, CPU_EBX, CPU_ESP, CPU_EBP, CPU_ESI, CPU_EDI };

struct cpu_regs {
    void *ctx;
    uint32_t (*get)(void *ctx, enum cpu_reg r);
    void (*set)(void *ctx, enum cpu_reg r, uint32_t value);
};

#endif
