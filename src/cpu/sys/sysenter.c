/* SPDX-License-Identifier: MIT */
/*
 * SYSENTER and SYSEXIT (SDM 3A 5.8.7; SDM 2B by instruction): flat segments out of IA32_SYSENTER_CS, no descriptor is
 * read.
 */
#include "cpu/engine/handler.h"
#include "cpu/sys/system.h"

/* Base 0, 4 GiB, 32 bits, accessed; `type`: DESC_CODE with readable, or writable data. */
static void flat(struct seg *s, uint16_t sel, unsigned dpl, uint32_t type)
{
    *s = (struct seg){.sel = sel,
                      .limit = UINT32_MAX,
                      .attr = DESC_P | DESC_S | DESC_A | DESC_RW | DESC_DB | DESC_G | type | dpl << 13};
    seg_update(s);
}

static void enter(struct cpu *c, uint32_t selectors, unsigned cpl, uint32_t esp, uint32_t eip)
{
    c->cpl = (uint8_t)cpl;
    flat(&c->seg[SEG_CS], (uint16_t)(selectors | cpl), cpl, DESC_CODE);
    flat(&c->seg[SEG_SS], (uint16_t)((selectors + 8) | cpl), cpl, 0);
    c->regs[RSP] = esp;
    c->rip = eip;
    mode_update(c);
}

INSN(x_sysenter)
{
    uint32_t cs = (uint32_t)c->msr_sysenter_cs & 0xfffc;
    if (!(c->cr0 & CR0_PE) || !cs)
        return raise_gp(c, 0);
    c->eflags &= ~(uint32_t)(FL_VM | FL_IF | FL_RF);
    enter(c, cs, 0, (uint32_t)c->msr_sysenter_esp, (uint32_t)c->msr_sysenter_eip);
    return X_BRANCH;
}

/* To level 3: CS and SS are the third and fourth of the row that SYSENTER's begin; EDX and ECX say where. */
INSN(x_sysexit)
{
    uint32_t cs = (uint32_t)c->msr_sysenter_cs & 0xfffc;
    if (!(c->cr0 & CR0_PE) || !cs || c->cpl != 0)
        return raise_gp(c, 0);
    enter(c, cs + 16, 3, reg32(c, RCX), reg32(c, RDX));
    return X_BRANCH;
}
