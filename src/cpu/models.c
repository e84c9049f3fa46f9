/* SPDX-License-Identifier: MIT */
/*
 * The CPU models that -cpu takes: what CPUID shows and so which instructions are there (isa/forms.h
 * form_available). Signatures: Intel AP-485 (Processor Identification and the CPUID Instruction)
 * table 4. Only what Vitrine implements is shown, so a model may show less than the real processor:
 * LIMIT: VME on 486 and Pentium, PAE, MCE, MCA, SEP, MTRR, PAT on Pentium Pro.
 */
#include "cpu/cpu.h"

#include "base/bits.h"
#include "isa/cpuid.h"

static const struct cpu_model models[] = {
    {
        .name = "486",
        .help = "Intel 486 DX4: no TSC, no MSRs, no CMPXCHG8B, no CMOV",
        .signature = 0x480,
        .features = CPUID_FPU,
        .max_leaf = 1,
        .vendor = "GenuineIntel",
    },
    {
        .name = "pentium",
        .help = "Intel Pentium: TSC, MSRs, CMPXCHG8B, 4 MiB pages, I/O breakpoints",
        .signature = 0x52c,
        .features = CPUID_FPU | CPUID_DE | CPUID_PSE | CPUID_TSC | CPUID_MSR | CPUID_CX8 |
                    CPUID_APIC,
        .max_leaf = 1,
        .vendor = "GenuineIntel",
    },
    {
        .name = "pentiumpro",
        .help = "Intel Pentium Pro: CMOV, FCMOV, FCOMI, global pages, performance counters",
        .signature = 0x619,
        .features = CPUID_FPU | CPUID_DE | CPUID_PSE | CPUID_TSC | CPUID_MSR | CPUID_CX8 |
                    CPUID_APIC | CPUID_PGE | CPUID_CMOV,
        .max_leaf = 2,
        .vendor = "GenuineIntel",
    },
    {
        .name = "max",
        .help = "everything that Vitrine implements (default)",
        .signature = 0x633,
        .features = CPUID_FPU | CPUID_DE | CPUID_PSE | CPUID_TSC | CPUID_MSR | CPUID_CX8 |
                    CPUID_APIC | CPUID_PGE | CPUID_CMOV | CPUID_PAE | CPUID_PSE36 | CPUID_CLFSH |
                    CPUID_SEP | CPUID_MTRR | CPUID_PAT | CPUID_MCE | CPUID_MCA |
                    CPUID_MMX | CPUID_FXSR | CPUID_SSE | CPUID_SSE2,
        .features_ecx = CPUID_SSE3,
        .max_leaf = 7,
        .features7 = CPUID7_TSC_ADJUST,
        .features_ext = CPUID_NX,
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
