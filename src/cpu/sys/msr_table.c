/* SPDX-License-Identifier: MIT */
/*
 * Model-specific registers (SDM 3C chapter 35: tables 35-2 architectural, 35-16 Pentium, 35-15 P6, 35-13 Core Duo; the
 * time-stamp counter SDM 3B 17.14; machine check SDM 3B 15.3; MTRRs and PAT SDM 3A 11.11, 11.12), RDMSR, WRMSR, RDTSC,
 * RDPMC.
 *
 * A register is a row: where its value lives, which bits a write may set, and what must be there for it to exist. A
 * write that sets any other bit is #GP(0), and so is a register that does not exist. Registers of chips in the package
 * come first (bus/msr.h).
 *
 * The TSC counts virtual nanoseconds: 1 GHz, exact at the position of the instruction that reads it.
 * LIMIT: performance counters do not count; microcode updates are accepted and have no effect; memory types change
 * nothing, since there are no caches; machine checks are never raised, so the banks stay empty.
 */
#include <stddef.h>

#include "cpu/engine/handler.h"
#include "cpu/sys/system.h"

enum {
    MSR_TSC = 0x10,
    MSR_TSC_ADJUST = 0x3b,
    MSR_MTRR_PHYSBASE0 = 0x200,
    MSR_MTRR_FIX64K = 0x250,
    MSR_MTRR_FIX16K = 0x258,
    MSR_MTRR_FIX4K = 0x268,
    MSR_MC0_CTL = 0x400,
    MC_REGISTERS = 4, /* of a bank: CTL, STATUS, ADDR, MISC */
};
/* MTRRCAP: eight variable pairs, fixed ranges, write combining. MCG_CAP: five banks, MCG_CTL is there. */
enum { MTRRCAP = 0x508, MCG_CAP = 0x100 | MC_BANKS };
enum { FEATURE_CONTROL_LOCKED = 1 };
/*
 * No VMX, so what is locked stays off. ARCH_CAPABILITIES: nothing here speculates (Intel, Deep Dive: CPUID Enumeration
 * and MSRs).
 */
enum {
    ARCH_RDCL_NO = 1,
    ARCH_SKIP_L1DFL = 8,
    ARCH_SSB_NO = 0x10,
    ARCH_MDS_NO = 0x20,
    ARCH_PSCHANGE_NO = 0x40,
    ARCH_TAA_NO = 0x100,
    ARCH_SBDR_NO = 0x2000,
    ARCH_FBSDP_NO = 0x4000,
    ARCH_PSDP_NO = 0x8000
};
enum {
    ARCH_CAPABILITIES = ARCH_RDCL_NO | ARCH_SKIP_L1DFL | ARCH_SSB_NO | ARCH_MDS_NO | ARCH_PSCHANGE_NO | ARCH_TAA_NO |
                        ARCH_SBDR_NO | ARCH_FBSDP_NO | ARCH_PSDP_NO
};
#define ANY UINT64_MAX

/* --- The time-stamp counter --- */

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

static uint64_t read_tsc(struct cpu *c, uint32_t index)
{
    return index == MSR_TSC ? tsc(c) : c->msr_tsc_adjust;
}

static bool write_tsc(struct cpu *c, uint32_t index, uint64_t v)
{
    move_tsc(c, v - read_tsc(c, index));
    return false;
}

/* --- Memory types (SDM 3A 11.3, 11.12.2): UC, WC, WT, WP, WB; UC- in the PAT alone --- */

static bool bad_types(uint64_t v, uint8_t allowed)
{
    for (unsigned i = 0; i < 8; i++, v >>= 8)
        if ((v & 0xff) > 7 || !(allowed >> (v & 7) & 1))
            return true;
    return false;
}
enum { MTRR_TYPES = 0x73, PAT_TYPES = 0xf3 };

static bool write_pat(struct cpu *c, uint32_t index, uint64_t v)
{
    (void)index;
    if (bad_types(v, PAT_TYPES))
        return true;
    c->msr_pat = v;
    return false;
}

static uint64_t *fixed_mtrr(struct cpu *c, uint32_t index)
{
    return &c->mtrr_fixed[index == MSR_MTRR_FIX64K ? 0
                          : index < MSR_MTRR_FIX4K ? 1 + index - MSR_MTRR_FIX16K
                                                   : 3 + index - MSR_MTRR_FIX4K];
}
static uint64_t read_fixed(struct cpu *c, uint32_t index)
{
    return *fixed_mtrr(c, index);
}
static bool write_fixed(struct cpu *c, uint32_t index, uint64_t v)
{
    if (bad_types(v, MTRR_TYPES))
        return true;
    *fixed_mtrr(c, index) = v;
    return false;
}

/* Even: MTRRphysBase, with a type; odd: MTRRphysMask, with its V bit (SDM 3A figure 11-7). */
static uint64_t read_variable(struct cpu *c, uint32_t index)
{
    return c->mtrr_variable[index - MSR_MTRR_PHYSBASE0];
}
static bool write_variable(struct cpu *c, uint32_t index, uint64_t v)
{
    uint64_t address = ((UINT64_C(1) << cpu_phys_bits(c)) - 1) & ~(uint64_t)PAGE_OFFSET_MASK;
    if (v & ~(address | (index & 1 ? 0x800 : 0xff)) || (!(index & 1) && bad_types(v & 0xff, MTRR_TYPES)))
        return true;
    c->mtrr_variable[index - MSR_MTRR_PHYSBASE0] = v;
    return false;
}

static bool write_def_type(struct cpu *c, uint32_t index, uint64_t v)
{
    (void)index;
    if (v & ~UINT64_C(0xcff) || bad_types(v & 0xff, MTRR_TYPES))
        return true;
    c->mtrr_def_type = v;
    return false;
}

/* --- Machine check (SDM 3B 15.3.1, 15.3.2): the CTLs take all ones or 0, the others 0 alone --- */

static bool write_mcg_ctl(struct cpu *c, uint32_t index, uint64_t v)
{
    (void)index;
    if (v && v != UINT64_MAX)
        return true;
    c->mcg_ctl = v;
    return false;
}

static uint64_t read_bank(struct cpu *c, uint32_t index)
{
    uint32_t n = index - MSR_MC0_CTL;
    return n % MC_REGISTERS ? 0 : c->mc_ctl[n / MC_REGISTERS];
}
static bool write_bank(struct cpu *c, uint32_t index, uint64_t v)
{
    uint32_t n = index - MSR_MC0_CTL;
    if (v && (n % MC_REGISTERS || v != UINT64_MAX))
        return true;
    if (n % MC_REGISTERS)
        return false;
    c->mc_ctl[n / MC_REGISTERS] = v;
    return false;
}

static bool write_misc_enable(struct cpu *c, uint32_t index, uint64_t v)
{
    (void)index;
    if (v & ~(MISC_ENABLE_WRITABLE | MISC_ENABLE_READ_ONLY))
        return true;
    c->misc_enable = (v & MISC_ENABLE_WRITABLE) | (MISC_ENABLE_RESET & MISC_ENABLE_READ_ONLY);
    return false;
}

/* --- EFER --- */

/* NXE alone: there is no SYSCALL and no IA-32e mode. */
static bool write_efer(struct cpu *c, uint32_t index, uint64_t v)
{
    (void)index;
    if (v & ~(uint64_t)EFER_NXE || c->misc_enable & MISC_ENABLE_XD_DISABLE)
        return true;
    if (v != c->efer)
        tlb_flush_all(c);
    c->efer = v;
    return false;
}

/* --- The registers --- */

enum gate {
    GATE_FEATURE,
    GATE_P5,
    GATE_P6,
    GATE_P6_ALONE,
    GATE_P4,
    GATE_CORE,
    GATE_NX,
    GATE_TSC_ADJUST,
    GATE_ARCH_CAP
};
enum kind {
    KIND_FIELD, /* kept in struct cpu; `mask`: bits that may be set */
    KIND_FIXED, /* reads as `value`; any write is #GP */
    KIND_VOID,  /* reads as `value`; writes vanish */
    KIND_CODE,  /* read and write */
};
struct msr {
    const char *name;
    uint32_t first, count;
    enum gate gate;
    uint32_t feature; /* GATE_FEATURE: CPUID.1:EDX */
    enum kind kind;
    uint64_t value, mask;
    size_t field;
    uint64_t (*read)(struct cpu *c, uint32_t index);
    bool (*write)(struct cpu *c, uint32_t index, uint64_t v); /* true: #GP */
};
#define FIELD_AT(member) .kind = KIND_FIELD, .field = offsetof(struct cpu, member)
#define CODE(r, w)       .kind = KIND_CODE, .read = r, .write = w
#define NEEDS(f)         .gate = GATE_FEATURE, .feature = f

static const struct msr msrs[] = {
    {"P5_MC_ADDR, P5_MC_TYPE", 0x00, 2, .gate = GATE_P5, .kind = KIND_VOID},
    {"IA32_TIME_STAMP_COUNTER", MSR_TSC, 1, NEEDS(CPUID_TSC), CODE(read_tsc, write_tsc)},
    {"IA32_PLATFORM_ID", 0x17, 1, .gate = GATE_P6, .kind = KIND_FIXED},
    {"EBL_CR_POWERON", 0x2a, 1, .gate = GATE_P6, .kind = KIND_VOID},
    {"IA32_FEATURE_CONTROL", 0x3a, 1, .gate = GATE_CORE, .kind = KIND_FIXED, .value = FEATURE_CONTROL_LOCKED},
    {"IA32_TSC_ADJUST", MSR_TSC_ADJUST, 1, .gate = GATE_TSC_ADJUST, CODE(read_tsc, write_tsc)},
    {"IA32_BIOS_UPDT_TRIG", 0x79, 1, .gate = GATE_P6, .kind = KIND_VOID},
    {"IA32_BIOS_SIGN_ID", 0x8b, 1, .gate = GATE_P6, FIELD_AT(bios_sign_id), .mask = ANY},
    {"PERFCTR0, PERFCTR1", 0xc1, 2, .gate = GATE_P6_ALONE, .kind = KIND_VOID},
    {"IA32_MTRRCAP", 0xfe, 1, NEEDS(CPUID_MTRR), .kind = KIND_FIXED, .value = MTRRCAP},
    {"IA32_ARCH_CAPABILITIES", 0x10a, 1, .gate = GATE_ARCH_CAP, .kind = KIND_FIXED, .value = ARCH_CAPABILITIES},
    {"BBL_CR_CTL", 0x119, 1, .gate = GATE_P6_ALONE, .kind = KIND_VOID},
    {"IA32_SYSENTER_CS", 0x174, 1, NEEDS(CPUID_SEP), FIELD_AT(msr_sysenter_cs), .mask = ANY},
    {"IA32_SYSENTER_ESP", 0x175, 1, NEEDS(CPUID_SEP), FIELD_AT(msr_sysenter_esp), .mask = ANY},
    {"IA32_SYSENTER_EIP", 0x176, 1, NEEDS(CPUID_SEP), FIELD_AT(msr_sysenter_eip), .mask = ANY},
    {"IA32_MCG_CAP", 0x179, 1, NEEDS(CPUID_MCA), .kind = KIND_FIXED, .value = MCG_CAP},
    {"IA32_MCG_STATUS", 0x17a, 1, NEEDS(CPUID_MCA), FIELD_AT(mcg_status), .mask = 7},
    {"IA32_MCG_CTL", 0x17b, 1, NEEDS(CPUID_MCA), FIELD_AT(mcg_ctl), .write = write_mcg_ctl},
    {"PERFEVTSEL0, PERFEVTSEL1", 0x186, 2, .gate = GATE_P6_ALONE, .kind = KIND_VOID},
    {"IA32_MISC_ENABLE", 0x1a0, 1, .gate = GATE_P4, FIELD_AT(misc_enable), .write = write_misc_enable},
    {"IA32_DEBUGCTL", 0x1d9, 1, .gate = GATE_P6_ALONE, FIELD_AT(debugctl), .mask = DEBUGCTL_WRITABLE},
    {"LASTBRANCHFROMIP", 0x1db, 1, .gate = GATE_P6_ALONE, FIELD_AT(last_branch[0]), .mask = ANY},
    {"LASTBRANCHTOIP", 0x1dc, 1, .gate = GATE_P6_ALONE, FIELD_AT(last_branch[1]), .mask = ANY},
    {"LASTINTFROMIP", 0x1dd, 1, .gate = GATE_P6_ALONE, FIELD_AT(last_int[0]), .mask = ANY},
    {"LASTINTTOIP", 0x1de, 1, .gate = GATE_P6_ALONE, FIELD_AT(last_int[1]), .mask = ANY},
    {"IA32_MTRR_PHYSBASE, PHYSMASK", MSR_MTRR_PHYSBASE0, 16, NEEDS(CPUID_MTRR), CODE(read_variable, write_variable)},
    {"IA32_MTRR_FIX64K", MSR_MTRR_FIX64K, 1, NEEDS(CPUID_MTRR), CODE(read_fixed, write_fixed)},
    {"IA32_MTRR_FIX16K", MSR_MTRR_FIX16K, 2, NEEDS(CPUID_MTRR), CODE(read_fixed, write_fixed)},
    {"IA32_MTRR_FIX4K", MSR_MTRR_FIX4K, 8, NEEDS(CPUID_MTRR), CODE(read_fixed, write_fixed)},
    {"IA32_PAT", 0x277, 1, NEEDS(CPUID_PAT), FIELD_AT(msr_pat), .write = write_pat},
    {"IA32_MTRR_DEF_TYPE", 0x2ff, 1, NEEDS(CPUID_MTRR), FIELD_AT(mtrr_def_type), .write = write_def_type},
    {"IA32_MCi_CTL, STATUS, ADDR, MISC", MSR_MC0_CTL, MC_BANKS *MC_REGISTERS, NEEDS(CPUID_MCA),
     CODE(read_bank, write_bank)},
    {"IA32_EFER", 0xc0000080, 1, .gate = GATE_NX, FIELD_AT(efer), .write = write_efer},
};

static bool exists(const struct cpu *c, const struct msr *m)
{
    switch (m->gate) {
    case GATE_P5: return cpu_family(c) >= 5;
    case GATE_P6: return cpu_family(c) >= 6;
    case GATE_P6_ALONE: return cpu_family(c) == 6;
    case GATE_P4: return cpu_has_misc_enable(c);
    case GATE_CORE: return cpu_family(c) == 6 && cpu_has_misc_enable(c);
    case GATE_NX: return (c->model->features_ext & CPUID_NX) != 0;
    case GATE_TSC_ADJUST: return (c->model->features7 & CPUID7_TSC_ADJUST) != 0;
    case GATE_ARCH_CAP: return (c->model->features7_edx & CPUID7_ARCH_CAPABILITIES) != 0;
    default: return has_feature(c, m->feature);
    }
}

/* NULL: the model has no such register. */
static const struct msr *own_msr(const struct cpu *c, uint32_t index)
{
    for (unsigned i = 0; i < ARRAY_LEN(msrs); i++)
        if (index - msrs[i].first < msrs[i].count)
            return exists(c, &msrs[i]) ? &msrs[i] : NULL;
    return NULL;
}

static uint64_t *field_of(struct cpu *c, const struct msr *m)
{
    return (uint64_t *)(void *)((uint8_t *)c + m->field);
}

bool rdmsr(struct cpu *c, uint32_t index, uint64_t *v)
{
    const struct msr_range *chip = msr_find(c->msrs, index);
    if (chip) {
        cpu_sync_pos(c);
        return !chip->ops->read(chip->ctx, index, v);
    }
    const struct msr *m = own_msr(c, index);
    if (!m)
        return true;
    *v = m->kind == KIND_FIELD ? *field_of(c, m) : m->kind == KIND_CODE ? m->read(c, index) : m->value;
    return false;
}

bool wrmsr(struct cpu *c, uint32_t index, uint64_t v)
{
    const struct msr_range *chip = msr_find(c->msrs, index);
    if (chip) {
        cpu_sync_pos(c);
        return !chip->ops->write(chip->ctx, index, v);
    }
    const struct msr *m = own_msr(c, index);
    if (!m || m->kind == KIND_FIXED)
        return true;
    if (m->write)
        return m->write(c, index, v);
    if (m->kind == KIND_VOID)
        return false;
    if (v & ~m->mask)
        return true;
    *field_of(c, m) = v;
    return false;
}

/* RESET# (SDM 3A table 9-1, 11.11.5, 11.12.4); INIT# leaves them. */
void msr_reset(struct cpu *c)
{
    c->tsc_adjust = 0 - clock_ns(c->clock);
    c->msr_tsc_adjust = 0;
    c->msr_sysenter_cs = c->msr_sysenter_esp = c->msr_sysenter_eip = 0;
    c->bios_sign_id = 0;
    c->debugctl = 0;
    memset(c->last_branch, 0, sizeof c->last_branch);
    memset(c->last_int, 0, sizeof c->last_int);
    c->msr_pat = UINT64_C(0x0007040600070406);
    memset(c->mtrr_fixed, 0, sizeof c->mtrr_fixed);
    memset(c->mtrr_variable, 0, sizeof c->mtrr_variable);
    c->mtrr_def_type = 0;
    c->mcg_status = c->mcg_ctl = 0;
    memset(c->mc_ctl, 0, sizeof c->mc_ctl);
    c->misc_enable = MISC_ENABLE_RESET;
}

/* --- Instructions --- */

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
    if ((!(c->cr4 & CR4_PCE) && c->cpl != 0) || reg32(c, RCX) >= (cpu_family(c) == 6 ? 2u : 18u))
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
