/* SPDX-License-Identifier: MIT */
/* Model-specific registers: SDM 3C chapter 35 by register, and the registers that chips claim (bus/msr.h). */
#include "tests/cpu/rig.h"

#include "isa/cpuid.h"

#define INT_DONE 0xcd, 32
#define MOV_ECX(v) 0xb9, IMM32(v)
#define RDMSR 0x0f, 0x32
#define WRMSR 0x0f, 0x30

/* RDMSR and WRMSR from level 0; true: #GP(0). */
static bool read_msr(uint32_t index, uint64_t *v)
{
    const uint8_t code[] = {RDMSR, INT_DONE};
    rig.cpu->regs[RCX] = index;
    run_bytes(code, sizeof code, 50);
    *v = rig.cpu->regs[RDX] << 32 | rig.cpu->regs[RAX];
    if (rig_vector() == 32)
        return false;
    ASSERT_FAULT(EXC_GP, 0);
    return true;
}
static bool write_msr(uint32_t index, uint64_t v)
{
    const uint8_t code[] = {WRMSR, INT_DONE};
    rig.cpu->regs[RCX] = index;
    rig.cpu->regs[RAX] = (uint32_t)v;
    rig.cpu->regs[RDX] = v >> 32;
    run_bytes(code, sizeof code, 50);
    if (rig_vector() == 32)
        return false;
    ASSERT_FAULT(EXC_GP, 0);
    return true;
}
static uint32_t cpuid_edx(uint32_t leaf)
{
    rig.cpu->regs[RAX] = leaf;
    RUN(0x0f, 0xa2, HLT);
    return (uint32_t)rig.cpu->regs[RDX];
}

/* A chip with one register; bits above 31 are reserved. */
static bool chip_read(void *ctx, uint32_t index, uint64_t *v)
{
    (void)index;
    *v = *(uint64_t *)ctx;
    return true;
}
static bool chip_write(void *ctx, uint32_t index, uint64_t v)
{
    (void)index;
    if (v >> 32)
        return false;
    *(uint64_t *)ctx = v;
    return true;
}
static const struct msr_ops chip_ops = {chip_read, chip_write};

START_TEST(msr_of_a_chip_is_read_and_written_and_what_it_refuses_is_gp)
{
    uint64_t reg = 0x1234, v;
    struct msr_range r = {.name = "chip", .first = 0x12340, .count = 2, .ops = &chip_ops, .ctx = &reg};
    rig_protected();
    ck_assert(read_msr(0x12341, &v));
    rig_protected();
    msr_claim(&rig.bus.msrs, &r);
    ck_assert(!read_msr(0x12341, &v));
    ck_assert_uint_eq(v, 0x1234);
    ck_assert(!write_msr(0x12340, 0x5678));
    ck_assert_uint_eq(reg, 0x5678);
    ck_assert(write_msr(0x12340, UINT64_C(1) << 32));
    ck_assert_uint_eq(reg, 0x5678);
    rig_protected();
    ck_assert(read_msr(0x12342, &v));
    msr_release(&rig.bus.msrs, &r);
    rig_protected();
    ck_assert(read_msr(0x12341, &v));
}
END_TEST

START_TEST(cpuid_shows_the_apic_while_ia32_apic_base_enables_it)
{
    uint64_t reg = 0xfee00900;
    struct msr_range r = {.name = "apic", .first = 0x1b, .count = 1, .ops = &chip_ops, .ctx = &reg};
    rig_protected();
    ck_assert(!(cpuid_edx(1) & CPUID_APIC));
    msr_claim(&rig.bus.msrs, &r);
    ck_assert(cpuid_edx(1) & CPUID_APIC);
    ck_assert(!write_msr(0x1b, 0xfee00100));
    ck_assert(!(cpuid_edx(1) & CPUID_APIC));
    msr_release(&rig.bus.msrs, &r);
}
END_TEST

TCase *msr_tests(void)
{
    TCase *t = tcase_create("model-specific registers");
    tcase_add_test(t, msr_of_a_chip_is_read_and_written_and_what_it_refuses_is_gp);
    tcase_add_test(t, cpuid_shows_the_apic_while_ia32_apic_base_enables_it);
    return t;
}
