/* SPDX-License-Identifier: MIT */
/*
 * The CPU models that -cpu takes: what CPUID shows and so which instructions, control bits and MSRs are there
 * (isa/forms.h form_available, cpu/sys/control_regs.c, cpu/sys/msr_table.c). Signatures and caches: Intel AP-485
 * (Processor Identification and the CPUID Instruction) tables 4 and 5; SDM 2A CPUID, tables 3-12 and 3-13.
 *
 * Only what Vitrine implements is shown, so a model may show less than the real processor:
 * LIMIT: serial number (pentium3), debug store, thermal control, hyper-threading (pentium4).
 */
#include "cpu/cpu.h"

#include "base/bits.h"
#include "isa/cpuid.h"

enum {
    F_486 = CPUID_FPU | CPUID_VME,
    F_PENTIUM = F_486 | CPUID_DE | CPUID_PSE | CPUID_TSC | CPUID_MSR | CPUID_MCE | CPUID_CX8 | CPUID_APIC,
    F_PENTIUMPRO = F_PENTIUM | CPUID_PAE | CPUID_MTRR | CPUID_PGE | CPUID_MCA | CPUID_CMOV,
    F_PENTIUM2 = F_PENTIUMPRO | CPUID_SEP | CPUID_PAT | CPUID_PSE36 | CPUID_MMX | CPUID_FXSR,
    F_PENTIUM3 = F_PENTIUM2 | CPUID_SSE,
    F_PENTIUM4 = F_PENTIUM3 | CPUID_SSE2 | CPUID_CLFSH,
    F_QEMU32 = CPUID_FPU | CPUID_DE | CPUID_PSE | CPUID_TSC | CPUID_MSR | CPUID_PAE | CPUID_MCE | CPUID_CX8 |
               CPUID_APIC | CPUID_SEP | CPUID_PGE | CPUID_CMOV | CPUID_PAT | CPUID_MMX | CPUID_FXSR | CPUID_SSE |
               CPUID_SSE2,
};

static const struct cpu_cache pentium4_caches[] = {
    {CACHE_DATA, 1, 16, 8, 64},
    {CACHE_UNIFIED, 2, 1024, 8, 64},
    {0},
};
static const struct cpu_cache core_caches[] = {
    {CACHE_DATA, 1, 32, 8, 64},
    {CACHE_CODE, 1, 32, 8, 64},
    {CACHE_UNIFIED, 2, 2048, 8, 64},
    {0},
};

static const struct cpu_model models[] = {
    {
        .name = "486",
        .help = "Intel 486 DX4: no TSC, no MSRs, no CMPXCHG8B, no CMOV",
        .signature = 0x480,
        .features = F_486,
        .max_leaf = 1,
        .vendor = "GenuineIntel",
    },
    {
        .name = "pentium",
        .help = "Intel Pentium: TSC, MSRs, CMPXCHG8B, 4 MiB pages, I/O breakpoints",
        .signature = 0x52c,
        .features = F_PENTIUM,
        .max_leaf = 1,
        .vendor = "GenuineIntel",
    },
    {
        .name = "pentiumpro",
        .help = "Intel Pentium Pro: CMOV, FCMOV, FCOMI, PAE, MTRRs, global pages, performance counters",
        .signature = 0x619,
        .features = F_PENTIUMPRO,
        .max_leaf = 2,
        .leaf2 = {0x03020101, 0, 0, 0x06040a42},
        .vendor = "GenuineIntel",
    },
    {
        .name = "pentium2",
        .help = "Intel Pentium II: MMX, SYSENTER, FXSAVE, PAT",
        .signature = 0x652,
        .features = F_PENTIUM2,
        .max_leaf = 2,
        .leaf2 = {0x03020101, 0, 0, 0x0c040843},
        .vendor = "GenuineIntel",
    },
    {
        .name = "pentium3",
        .help = "Intel Pentium III: SSE",
        .signature = 0x673,
        .features = F_PENTIUM3,
        .max_leaf = 2,
        .leaf2 = {0x03020101, 0, 0, 0x0c040843},
        .vendor = "GenuineIntel",
    },
    {
        .name = "pentium4",
        .help = "Intel Pentium 4: SSE2, SSE3, CLFLUSH",
        .signature = 0xf34,
        .features = F_PENTIUM4,
        .features_ecx = CPUID_SSE3,
        .max_leaf = 5,
        .leaf2 = {0x605b5001, 0, 0, 0x007c7040},
        .caches = pentium4_caches,
        .max_extended = 0x80000008,
        .vendor = "GenuineIntel",
        .brand = "Intel(R) Pentium(R) 4 CPU",
    },
    {
        .name = "qemu32",
        .help = "QEMU's 32-bit processor, as far as Vitrine has its features",
        .signature = 0x663,
        .features = F_QEMU32,
        .features_ecx = CPUID_SSE3,
        .max_leaf = 4,
        .leaf2 = {0x00000001, 0, 0, 0x002c307d},
        .caches = core_caches,
        .max_extended = 0x80000004,
        .vendor = "GenuineIntel",
        .brand = "QEMU Virtual CPU version 2.5+",
    },
    {
        /* Signature of the Core Duo, Intel's last 32-bit processor of the P6 family. */
        .name = "max",
        .help = "everything that Vitrine implements (default)",
        .signature = 0x6e8,
        .features = F_PENTIUM4,
        .features_ecx = CPUID_SSE3,
        .features_ext = CPUID_NX,
        .features_power = CPUID_INVARIANT_TSC,
        .features7 = CPUID7_TSC_ADJUST | CPUID7_SMEP | CPUID7_SMAP,
        .features7_ecx = CPUID7_UMIP,
        .features7_edx = CPUID7_ARCH_CAPABILITIES,
        .max_leaf = 7,
        .leaf2 = {0x02b3b001, 0x000000f0, 0, 0x2c04307d},
        .caches = core_caches,
        .max_extended = 0x80000008,
        .vendor = "GenuineIntel",
        .brand = "Vitrine virtual processor",
    },
};

const struct cpu_model *cpu_model_at(unsigned i)
{
    return i < ARRAY_LEN(models) ? &models[i] : NULL;
}

const struct cpu_model *cpu_model_find(const char *name)
{
    for (unsigned i = 0; i < ARRAY_LEN(models); i++)
        if (strcmp(models[i].name, name) == 0)
            return &models[i];
    return NULL;
}
