/* SPDX-License-Identifier: MIT */
/*
 * CPUID leaf 1's feature bits in EDX and ECX (SDM 2A CPUID, tables 3-10, 3-11), as instruction table and CPU models
 * name them.
 */
#ifndef VITRINE_ISA_CPUID_H
#define VITRINE_ISA_CPUID_H

enum cpuid1_edx {
    CPUID_FPU = 1 << 0,
    CPUID_VME = 1 << 1,
    CPUID_DE = 1 << 2,
    CPUID_PSE = 1 << 3,
    CPUID_TSC = 1 << 4,
    CPUID_MSR = 1 << 5,
    CPUID_PAE = 1 << 6,
    CPUID_MCE = 1 << 7,
    CPUID_CX8 = 1 << 8,
    CPUID_APIC = 1 << 9,
    CPUID_SEP = 1 << 11,
    CPUID_MTRR = 1 << 12,
    CPUID_PGE = 1 << 13,
    CPUID_MCA = 1 << 14,
    CPUID_CMOV = 1 << 15,
    CPUID_PAT = 1 << 16,
    CPUID_PSE36 = 1 << 17,
    CPUID_CLFSH = 1 << 19,
    CPUID_MMX = 1 << 23,
    CPUID_FXSR = 1 << 24,
    CPUID_SSE = 1 << 25,
    CPUID_SSE2 = 1 << 26,
};
enum cpuid1_ecx { CPUID_SSE3 = 1 << 0, CPUID_MONITOR = 1 << 3 };

/* CPUID.80000001h:EDX */
enum cpuid_ext_edx { CPUID_NX = 1 << 20, CPUID_RDTSCP = 1 << 27 };
/* CPUID.7:EBX, ECX and EDX, CPUID.80000007h:EDX */
enum cpuid7_ebx { CPUID7_TSC_ADJUST = 1 << 1, CPUID7_SMEP = 1 << 7, CPUID7_SMAP = 1 << 20 };
enum cpuid7_ecx { CPUID7_UMIP = 1 << 2 };
enum cpuid7_edx { CPUID7_ARCH_CAPABILITIES = 1 << 29 };
enum cpuid_power_edx { CPUID_INVARIANT_TSC = 1 << 8 };

#endif
