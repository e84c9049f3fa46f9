/* SPDX-License-Identifier: MIT */
/*
 * What a processor says of itself: CPUID, the time-stamp counter, model-specific registers, performance counters (SDM 2A CPUID, SDM 3B 17.14,
 * SDM 3C 35).
 *
 * The TSC counts virtual nanoseconds: 1 GHz, exact at the position of the instruction that reads it.
 * LIMIT: performance counters do not count; microcode updates are accepted and have no effect.
 */
#include "cpu/handler.h"
#include "cpu/system.h"

enum {
    MSR_P5_MC_ADDR = 0, MSR_P5_MC_TYPE = 1, MSR_TSC = 0x10, MSR_APIC_BASE = 0x1b, MSR_TSC_ADJUST = 0x3b, MSR_EBL_CR_POWERON = 0x2a,
    MSR_BIOS_UPDT_TRIG = 0x79, MSR_BIOS_SIGN_ID = 0x8b, MSR_PERFCTR0 = 0xc1, MSR_PERFCTR1 = 0xc2,
    MSR_SYSENTER_CS = 0x174, MSR_SYSENTER_ESP = 0x175, MSR_SYSENTER_EIP = 0x176, MSR_EVNTSEL0 = 0x186,
    MSR_EVNTSEL1 = 0x187, MSR_EFER = 0xc0000080,
};
enum { APIC_BASE_ENABLE = 0x800 };
enum { CLFLUSH_LINE = 64 }; /* bytes */

static uint64_t tsc(struct cpu *c)
{
    cpu_sync_pos(c);
    return clock_ns(c->clock) + c->tsc_adjust;
}

/* A write to either MSR moves both (SDM 3B 17.17.3). */
static void move_tsc(struct cpu *c, uint64_t by)
{
    c->tsc_adjust += by;
    c->msr_tsc_adjust += by;
}

static bool is_p6(const struct cpu *c)
{
    return cpu_family(c) >= 6;
}

bool rdmsr(struct cpu *c, uint32_t index, uint64_t *v)
{
    const struct msr_range *chip = msr_find(c->msrs, index);
    *v = 0;
    if (chip) {
        cpu_sync_pos(c);
        return !chip->ops->read(chip->ctx, index, v);
    }
    switch (index) {
    case MSR_P5_MC_ADDR:
    case MSR_P5_MC_TYPE:
        return false;
    case MSR_TSC:
        *v = tsc(c);
        return false;
    case MSR_TSC_ADJUST:
        *v = c->msr_tsc_adjust;
        return !(c->model->features7 & CPUID7_TSC_ADJUST);
    case MSR_EFER:
        *v = c->efer;
        return !(c->model->features_ext & CPUID_NX);
    case MSR_SYSENTER_CS:
        *v = c->msr_sysenter_cs;
        return !has_feature(c, CPUID_SEP);
    case MSR_SYSENTER_ESP:
        *v = c->msr_sysenter_esp;
        return !has_feature(c, CPUID_SEP);
    case MSR_SYSENTER_EIP:
        *v = c->msr_sysenter_eip;
        return !has_feature(c, CPUID_SEP);
    case MSR_EBL_CR_POWERON:
    case MSR_BIOS_SIGN_ID:
    case MSR_PERFCTR0:
    case MSR_PERFCTR1:
    case MSR_EVNTSEL0:
    case MSR_EVNTSEL1:
        return !is_p6(c);
    default:
        return true;
    }
}

/* NXE alone: there is no SYSCALL and no IA-32e mode. */
static bool write_efer(struct cpu *c, uint64_t v)
{
    if (!(c->model->features_ext & CPUID_NX) || v & ~(uint64_t)EFER_NXE)
        return true;
    if (v != c->efer)
        tlb_flush_all(c);
    c->efer = v;
    return false;
}

bool wrmsr(struct cpu *c, uint32_t index, uint64_t v)
{
    const struct msr_range *chip = msr_find(c->msrs, index);
    if (chip) {
        cpu_sync_pos(c);
        return !chip->ops->write(chip->ctx, index, v);
    }
    switch (index) {
    case MSR_P5_MC_ADDR:
    case MSR_P5_MC_TYPE:
        return false;
    case MSR_TSC:
        move_tsc(c, v - tsc(c));
        return false;
    case MSR_TSC_ADJUST:
        if (!(c->model->features7 & CPUID7_TSC_ADJUST))
            return true;
        move_tsc(c, v - c->msr_tsc_adjust);
        return false;
    case MSR_EFER:
        return write_efer(c, v);
    case MSR_SYSENTER_CS:
        c->msr_sysenter_cs = v;
        return !has_feature(c, CPUID_SEP);
    case MSR_SYSENTER_ESP:
        c->msr_sysenter_esp = v;
        return !has_feature(c, CPUID_SEP);
    case MSR_SYSENTER_EIP:
        c->msr_sysenter_eip = v;
        return !has_feature(c, CPUID_SEP);
    case MSR_EBL_CR_POWERON:
    case MSR_BIOS_UPDT_TRIG:
    case MSR_BIOS_SIGN_ID:
    case MSR_PERFCTR0:
    case MSR_PERFCTR1:
    case MSR_EVNTSEL0:
    case MSR_EVNTSEL1:
        return !is_p6(c);
    default:
        return true;
    }
}

static void set_edx_eax(struct cpu *c, uint64_t v)
{
    set32(c, RAX, (uint32_t)v);
    set32(c, RDX, (uint32_t)(v >> 32));
}

INSN(x_rdtsc)
{
    if (c->cr4 & CR4_TSD && c->cpl != 0)
        return raise_gp(c, 0);
    set_edx_eax(c, tsc(c));
    return X_NEXT;
}

INSN(x_rdpmc)
{
    if ((!(c->cr4 & CR4_PCE) && c->cpl != 0) || reg32(c, RCX) > 1)
        return raise_gp(c, 0);
    set_edx_eax(c, 0);
    return X_NEXT;
}

INSN(x_rdmsr)
{
    uint64_t v;
    if (c->cpl != 0 || rdmsr(c, reg32(c, RCX), &v))
        return raise_gp(c, 0);
    set_edx_eax(c, v);
    return X_NEXT;
}

INSN(x_wrmsr)
{
    uint64_t v = (uint64_t)reg32(c, RDX) << 32 | reg32(c, RAX);
    if (c->cpl != 0 || wrmsr(c, reg32(c, RCX), v))
        return raise_gp(c, 0);
    return X_LEAVE;
}

/* Leaves from 80000000h on. The TSC is invariant: it counts virtual time, whatever the guest does. */
static void extended_leaf(const struct cpu *c, uint32_t leaf, uint32_t r[4])
{
    const struct cpu_model *m = c->model;
    char brand[48] = {0};
    switch (leaf) {
    case 0x80000000:
        r[0] = m->max_extended;
        break;
    case 0x80000001:
        r[3] = m->features_ext;
        break;
    case 0x80000002:
    case 0x80000003:
    case 0x80000004:
        strncpy(brand, m->brand, sizeof brand - 1);
        memcpy(r, brand + 16 * (leaf - 0x80000002), 16);
        break;
    case 0x80000007:
        r[3] = CPUID_INVARIANT_TSC;
        break;
    case 0x80000008:
        r[0] = 32 << 8 | cpu_phys_bits(c); /* linear, physical */
        break;
    default:
        break;
    }
}

/* An APIC that software has disabled is not shown (SDM 3A 10.4.3). */
static bool apic_enabled(struct cpu *c)
{
    uint64_t base;
    return !rdmsr(c, MSR_APIC_BASE, &base) && base & APIC_BASE_ENABLE;
}

static void basic_leaf(struct cpu *c, uint32_t leaf, uint32_t subleaf, uint32_t r[4])
{
    const struct cpu_model *m = c->model;
    switch (leaf) {
    case 0:
        r[0] = m->max_leaf;
        r[1] = ld32(m->vendor);
        r[2] = ld32(m->vendor + 8);
        r[3] = ld32(m->vendor + 4);
        break;
    case 1:
        r[0] = m->signature;
        r[1] = m->features & CPUID_CLFSH ? CLFLUSH_LINE / 8 << 8 : 0;
        r[2] = m->features_ecx;
        r[3] = m->features & (apic_enabled(c) ? UINT32_MAX : ~(uint32_t)CPUID_APIC);
        break;
    case 2: /* the Pentium Pro's TLBs and caches (SDM 2A table 3-12) */
        r[0] = 0x03020101;
        r[3] = 0x06040a42;
        break;
    case 7:
        if (subleaf == 0)
            r[1] = m->features7, r[2] = m->features7_ecx;
        break;
    default: /* 3-6: nothing to tell */
        break;
    }
}

/* A leaf beyond the last gives the last basic one (SDM 2A CPUID). */
enum xstat cpuid(struct cpu *c)
{
    const struct cpu_model *m = c->model;
    uint32_t leaf = reg32(c, RAX), r[4] = {0};
    if (leaf >= 0x80000000 && leaf <= m->max_extended)
        extended_leaf(c, leaf, r);
    else
        basic_leaf(c, MIN(leaf, m->max_leaf), reg32(c, RCX), r);
    set32(c, RAX, r[0]);
    set32(c, RBX, r[1]);
    set32(c, RCX, r[2]);
    set32(c, RDX, r[3]);
    return X_NEXT;
}

INSN(x_cpuid)
{
    return c->model->max_leaf ? cpuid(c) : raise_ud(c);
}
