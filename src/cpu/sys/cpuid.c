/* SPDX-License-Identifier: MIT */
/*
 * What a processor says of itself: CPUID (SDM 2A CPUID, AP-485).
 */
#include "cpu/engine/handler.h"
#include "cpu/sys/system.h"

enum { MSR_APIC_BASE = 0x1b };
enum { APIC_BASE_ENABLE = 0x800 };
enum { LIMITED_LEAF = 3 }; /* highest leaf under IA32_MISC_ENABLE's "limit CPUID maxval" */
enum { MICROCODE_REVISION = 1 };
enum { CLFLUSH_LINE = 64 }; /* bytes */

/* Deterministic cache parameters (SDM 2A CPUID leaf 04H): self-initialising, one thread. */
static void cache_leaf(const struct cpu_model *m, uint32_t n, uint32_t r[4])
{
    const struct cpu_cache *k = m->caches;
    while (k && k->type && n--)
        k++;
    if (!k || !k->type)
        return;
    r[0] = k->type | (uint32_t)k->level << 5 | 1 << 8;
    r[1] = (uint32_t)(k->ways - 1) << 22 | (k->line - 1u);
    r[2] = (uint32_t)k->size_kb * 1024 / k->ways / k->line - 1;
}

/* CPUID.80000006h:ECX: size, ways as a code (6: eight), line. */
static uint32_t second_level(const struct cpu_model *m)
{
    for (const struct cpu_cache *k = m->caches; k && k->type; k++)
        if (k->level == 2)
            return (uint32_t)k->size_kb << 16 | 6 << 12 | k->line;
    return 0;
}

/* Leaves from 80000000h on. The TSC may be shown as invariant: it counts virtual time, whatever the guest does. */
static void extended_leaf(const struct cpu *c, uint32_t leaf, uint32_t r[4])
{
    const struct cpu_model *m = c->model;
    switch (leaf) {
    case 0x80000000: r[0] = m->max_extended; break;
    case 0x80000001:
        r[3] = c->misc_enable & MISC_ENABLE_XD_DISABLE ? m->features_ext & ~(uint32_t)CPUID_NX : m->features_ext;
        break;
    case 0x80000002:
    case 0x80000003:
    case 0x80000004:
        memcpy(r, m->brand + 16 * (leaf - 0x80000002), 16); /* copies of models have zeros behind it */
        break;
    case 0x80000006: r[2] = second_level(m); break;
    case 0x80000007: r[3] = m->features_power; break;
    case 0x80000008:
        r[0] = 32 << 8 | cpu_phys_bits(c); /* linear, physical */
        break;
    default: break;
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
        r[0] = c->misc_enable & MISC_ENABLE_LIMIT_CPUID ? MIN(m->max_leaf, LIMITED_LEAF) : m->max_leaf;
        r[1] = ld32(m->vendor);
        r[2] = ld32(m->vendor + 8);
        r[3] = ld32(m->vendor + 4);
        break;
    case 1:
        c->bios_sign_id = (uint64_t)MICROCODE_REVISION << 32; /* SDM 3A 9.11.7.1 */
        r[0] = m->signature;
        r[1] = m->features & CPUID_CLFSH ? CLFLUSH_LINE / 8 << 8 : 0;
        r[2] = m->features_ecx;
        r[3] = m->features & (apic_enabled(c) ? UINT32_MAX : ~(uint32_t)CPUID_APIC);
        break;
    case 2: memcpy(r, m->leaf2, sizeof m->leaf2); break;
    case 4: cache_leaf(m, subleaf, r); break;
    case 7:
        if (subleaf == 0)
            r[1] = m->features7, r[2] = m->features7_ecx, r[3] = m->features7_edx;
        break;
    default: /* 3, 5, 6: nothing to tell */ break;
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
