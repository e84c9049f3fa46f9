/* SPDX-License-Identifier: MIT */
/*
 * Memory types, as a processor with MTRRs expects them from the BIOS: RAM write-back, ROMs write-protected, everything
 * else uncached. Intel SDM 3A 11.11 (11.11.7.2: written with caches off, CR0.CD set).
 * QUIRK: the default type is uncached and ranges describe RAM, not the other way round. KolibriOS keeps the ranges and
 * sets the default to uncached, so RAM without a range would be uncached (tests/bios/tables.c).
 */
#include "bios.h"

#define MTRR_PHYSBASE0    0x200
#define MTRR_PHYSMASK0    0x201
#define MTRR_FIX64K       0x250
#define MTRR_FIX16K_80000 0x258
#define MTRR_FIX16K_A0000 0x259
#define MTRR_FIX4K_C0000  0x268
#define MTRR_DEF_TYPE     0x2ff

#define GRAIN       0x04000000u /* the end of RAM is rounded up to this, so that six ranges are enough */
#define FOUR_GB     (1ull << 32)
#define RANGES      7 /* of eight: one is left for video memory */
#define MASK_VALID  0x800
#define DEF_ENABLED 0xc00 /* E and FE */
#define UC_EACH     0x00000000u
#define WP_EACH     0x05050505u
#define WB_EACH     0x06060606u
#define UC          0
#define WB          6

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

/* Ranges of sizes that are powers of two, each aligned to its size, the largest first. Gives how many there are now. */
static uint32_t write_back(uint64_t at, uint64_t end, uint32_t n)
{
    while (at < end && n < RANGES) {
        uint64_t size = GRAIN;
        while (!(at & size) && at + size * 2 <= end)
            size *= 2;
        wrmsr(MTRR_PHYSBASE0 + 2 * n, at >> 32, (uint32_t)at | WB);
        wrmsr(MTRR_PHYSMASK0 + 2 * n, mask_high() & (-size >> 32), (uint32_t)-size | MASK_VALID);
        at += size;
        n++;
    }
    return n;
}

void mtrr_init(void)
{
    uint32_t r[4], n;
    if (!has_cpuid())
        return;
    cpuid(1, r);
    if (!(r[3] & CPUID_MTRR))
        return;
    caches_off(1);
    wrmsr(MTRR_DEF_TYPE, 0, UC);
    wrmsr(MTRR_FIX64K, WB_EACH, WB_EACH);
    wrmsr(MTRR_FIX16K_80000, WB_EACH, WB_EACH);
    wrmsr(MTRR_FIX16K_A0000, UC_EACH, UC_EACH);
    for (int i = 0; i < 8; i++)
        wrmsr(MTRR_FIX4K_C0000 + i, WP_EACH, WP_EACH);
    n = write_back(0, (memory_below_4g() + GRAIN - 1) & -(uint64_t)GRAIN, 0);
    write_back(FOUR_GB, FOUR_GB + ((((uint64_t)memory_above_4g() << 16) + GRAIN - 1) & -(uint64_t)GRAIN), n);
    wrmsr(MTRR_DEF_TYPE, 0, DEF_ENABLED | UC);
    caches_off(0);
}
