/* SPDX-License-Identifier: MIT */
/*
 * Memory types, as a processor with MTRRs expects them from the BIOS: write-back by default, the PCI hole below 4 GiB
 * and video memory uncached, ROMs write-protected. Intel SDM 3A 11.11 (11.11.7.2: written with caches off, CR0.CD set).
 */
#include "bios.h"

#define MTRR_PHYSBASE0    0x200
#define MTRR_PHYSMASK0    0x201
#define MTRR_FIX64K       0x250
#define MTRR_FIX16K_80000 0x258
#define MTRR_FIX16K_A0000 0x259
#define MTRR_FIX4K_C0000  0x268
#define MTRR_DEF_TYPE     0x2ff

#define HOLE           0xc0000000u
#define HOLE_SIZE_MASK 0xc0000000u /* of 1 GiB: the low half of the mask */
#define MASK_VALID     0x800
#define DEF_ENABLED    0xc00 /* E and FE */
#define UC_EACH        0x00000000u
#define WP_EACH        0x05050505u
#define WB_EACH        0x06060606u
#define WB             6

#define CPUID_MTRR          0x00001000
#define CPUID_ADDRESS_SIZES 0x80000008u
#define CR0_CD              0x40000000u

static void wrmsr(uint32_t index, uint32_t high, uint32_t low)
{
    __asm__ volatile("wrmsr" : : "c"(index), "a"(low), "d"(high));
}

/* Upper half of a mask: as many bits as a physical address has above 31. */
static uint32_t mask_high(void)
{
    uint32_t bits = 36, r[4];
    cpuid(0x80000000u, r);
    if (r[0] >= CPUID_ADDRESS_SIZES && r[0] < 0x80010000u) {
        cpuid(CPUID_ADDRESS_SIZES, r);
        bits = r[0] & 0xff;
    }
    return bits > 32 ? (1u << (bits - 32)) - 1 : 0;
}

static void caches_off(int off)
{
    uint32_t cr0;
    __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
    cr0 = off ? cr0 | CR0_CD : cr0 & ~CR0_CD;
    __asm__ volatile("movl %0, %%cr0\n\twbinvd" : : "r"(cr0) : "memory");
}

void mtrr_init(void)
{
    uint32_t r[4];
    if (!has_cpuid())
        return;
    cpuid(1, r);
    if (!(r[3] & CPUID_MTRR))
        return;
    caches_off(1);
    wrmsr(MTRR_DEF_TYPE, 0, WB);
    wrmsr(MTRR_FIX64K, WB_EACH, WB_EACH);
    wrmsr(MTRR_FIX16K_80000, WB_EACH, WB_EACH);
    wrmsr(MTRR_FIX16K_A0000, UC_EACH, UC_EACH);
    for (int i = 0; i < 8; i++)
        wrmsr(MTRR_FIX4K_C0000 + i, WP_EACH, WP_EACH);
    wrmsr(MTRR_PHYSBASE0, 0, HOLE);
    wrmsr(MTRR_PHYSMASK0, mask_high(), HOLE_SIZE_MASK | MASK_VALID);
    wrmsr(MTRR_DEF_TYPE, 0, DEF_ENABLED | WB);
    caches_off(0);
}
