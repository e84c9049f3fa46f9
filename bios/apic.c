/* SPDX-License-Identifier: MIT */
/*
 * The local APIC in virtual wire mode: LINT0 passes the 8259's interrupts on, LINT1 is NMI. Intel SDM 3A 11.4.7
 * (state after reset: all masked), 11.5.1 (LVT); MultiProcessor Specification 1.4, 3.6.2.2.
 */
#include "bios.h"

#define APIC_BASE    0xfee00000
#define APIC_VERSION 0x30
#define APIC_SVR     0xf0
#define APIC_LVT0    0x350
#define APIC_LVT1    0x360

#define SVR_ENABLE 0x1ff /* enabled, spurious vector FFh */
#define LVT_EXTINT 0x700
#define LVT_NMI    0x400

#define EFLAGS_ID  0x00200000
#define CPUID_APIC 0x00000200

/* CPUID is there where EFLAGS.ID can be changed (AP-485, 4). */
int has_cpuid(void)
{
    uint32_t changed;
    __asm__ volatile("pushfl\n\tpushfl\n\txorl %1, (%%esp)\n\tpopfl\n\tpushfl\n\tpopl %0\n\t"
                     "xorl (%%esp), %0\n\tpopfl"
                     : "=&r"(changed)
                     : "i"(EFLAGS_ID));
    return (changed & EFLAGS_ID) != 0;
}

/* EAX, EBX, ECX, EDX of a leaf. */
void cpuid(uint32_t leaf, uint32_t r[4])
{
    __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf));
}

static int have_apic(void)
{
    uint32_t r[4];
    if (!has_cpuid())
        return 0;
    cpuid(1, r);
    return (r[3] & CPUID_APIC) != 0;
}

static void apic_write(uint32_t reg, uint32_t v)
{
    flat_copy(APIC_BASE + reg, linear(&v), 1);
}

uint8_t apic_version(void)
{
    uint32_t v;
    if (!have_apic())
        return 0;
    flat_copy(linear(&v), APIC_BASE + APIC_VERSION, 1);
    return v;
}

void apic_init(void)
{
    if (!have_apic())
        return;
    apic_write(APIC_SVR, SVR_ENABLE);
    apic_write(APIC_LVT0, LVT_EXTINT);
    apic_write(APIC_LVT1, LVT_NMI);
}
