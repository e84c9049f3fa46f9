/* SPDX-License-Identifier: MIT */
/*
 * Model-specific registers: SDM 3C chapter 35 by register, the registers that chips claim (bus/msr.h); SYSENTER and
 * SYSEXIT.
 */
#include "tests/cpu/rig.h"

#include "isa/cpuid.h"

#define INT_DONE   0xcd, 32
#define MOV_ECX(v) 0xb9, IMM32(v)
#define RDMSR      0x0f, 0x32
#define WRMSR      0x0f, 0x30

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

/* A value that a register takes and gives back, and one that it refuses with #GP(0), keeping what it has. */
START_TEST(msr_reserved_bits_are_gp_and_values_stay)
{
    static const struct {
        uint32_t index;
        uint64_t good, bad;
    } t[] = {
        {0x200, UINT64_C(0xf80000006), UINT64_C(0xf80000002)}, /* MTRRphysBase: a type that there is not */
        {0x20e, 0, 0x100},
        {0x20e, 5, UINT64_C(1) << 36},
        {0x201, UINT64_C(0xfc0000800), 0x400}, /* MTRRphysMask */
        {0x20f, 0, UINT64_C(0x1fc0000800)},
        {0x250, UINT64_C(0x0605040100060606), UINT64_C(0x0200000000000000)}, /* fixed ranges */
        {0x258, UINT64_C(0x0101010101010101), 7},
        {0x259, 6, 3},
        {0x268, 6, 0x300},
        {0x26f, UINT64_C(0x0505050505050505), UINT64_C(0x0805050505050505)},
        {0x2ff, 0xc06, 0x1c06}, /* MTRRdefType */
        {0x2ff, 0x800, 0x802},
        {0x277, UINT64_C(0x0007010600070406), UINT64_C(0x0007010602070406)}, /* PAT: 2 and 3 are no types */
        {0x277, 7, 3},
        {0x277, 0, UINT64_C(0x0800000000000000)},
        {0x17a, 7, 8},               /* MCG_STATUS */
        {0x17b, UINT64_MAX, 0x1234}, /* MCG_CTL, MC0_CTL, MC4_CTL */
        {0x400, UINT64_MAX, UINT32_MAX},
        {0x410, UINT64_MAX, 1},
        {0x401, 0, 1}, /* MC0_STATUS: software may only clear it */
        {0x412, 0, UINT64_C(1) << 63},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        uint64_t v;
        rig_protected();
        ck_assert_msg(!write_msr(t[i].index, t[i].good), "case %u", i);
        if (t[i].bad) {
            rig_protected();
            write_msr(t[i].index, t[i].good);
            ck_assert_msg(write_msr(t[i].index, t[i].bad), "case %u", i);
            rig.cpu->cpl = 0;
        }
        struct cpu *c = rig.cpu;
        ck_assert(!rdmsr(c, t[i].index, &v));
        ck_assert_msg(v == t[i].good, "case %u: %llx", i, (unsigned long long)v);
    }
}
END_TEST

/* Each bit that is not defined, alone (SDM 3A figures 11-5, 11-7, table 11-9; 3B 15.3.1). */
START_TEST(msr_each_reserved_bit_alone_is_gp)
{
    static const struct {
        uint32_t index;
        uint64_t defined; /* bits that software may set, one at a time, beside `base` */
        uint64_t base;
        uint64_t types; /* fields of memory types, whose values have a rule of their own */
    } t[] = {
        {0x200, UINT64_C(0xffffff000), 6, 0xff},
        {0x20e, UINT64_C(0xffffff000), 0, 0xff},
        {0x201, UINT64_C(0xffffff800), 0, 0},
        {0x20f, UINT64_C(0xffffff800), 0, 0},
        {0x2ff, 0xc00, 0, 0xff},
        {0x2ff, 0xc00, 0xc06, 0xff},
        {0x277, 0, UINT64_C(0x0007040600070406), UINT64_C(0x0707070707070707)},
        {0x17a, 7, 0, 0},
        {0x1d9, 0x7f, 0, 0},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++)
        for (unsigned b = 0; b < 64; b++) {
            uint64_t bit = UINT64_C(1) << b, v;
            if (bit & t[i].types)
                continue;
            rig_protected();
            bool refused = write_msr(t[i].index, t[i].base ^ bit);
            ck_assert_msg(refused == !(bit & t[i].defined), "case %u, bit %u", i, b);
            ck_assert(!rdmsr(rig.cpu, t[i].index, &v));
            if (!refused && t[i].index != 0x1d9)
                ck_assert_msg(v == (t[i].base ^ bit), "case %u, bit %u", i, b);
        }
}
END_TEST

/* Intel, Deep Dive: CPUID Enumeration and MSRs: bits 0, 3-6, 8, 13-15 say that there is nothing to be mitigated. */
START_TEST(msr_arch_capabilities)
{
    uint64_t v;
    rig_protected();
    ck_assert(!read_msr(0x10a, &v));
    ck_assert_uint_eq(v, 0xe179);
}
END_TEST

START_TEST(msr_read_only_ones_are_gp_on_writes)
{
    static const struct {
        uint32_t index;
        uint64_t value;
    } t[] = {{0xfe, 0x508}, {0x179, 0x105}, {0x17, 0}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        uint64_t v;
        rig_protected();
        ck_assert(!read_msr(t[i].index, &v));
        ck_assert_uint_eq(v, t[i].value);
        rig_protected();
        ck_assert(write_msr(t[i].index, t[i].value));
    }
}
END_TEST

/*
 * Registers that keep what is written, each by itself: all are written, then all are read. In MTRRs and the PAT every
 * byte is a memory type (SDM 3A 11.11.2.1); of a variable range the low bits are a type or V.
 */
static uint64_t own_value(uint32_t index)
{
    static const uint8_t types[] = {0, 1, 4, 5, 6};
    uint64_t v = 0;
    if (index >= 0x200 && index < 0x210)
        return (uint64_t)(index & 15) << 20 | (index & 1 ? 0x800 : 6);
    if (index < 0x250 || index > 0x277)
        return UINT64_C(0x10001) * index + 0x40000000;
    for (unsigned n = index, b = 0; b < 8; b++, n /= 5)
        v |= (uint64_t)types[n % 5] << 8 * b;
    return v;
}

START_TEST(msr_each_is_kept_by_itself)
{
    static const struct {
        uint32_t first, last;
    } kept[] = {{0x8b, 0x8b},   {0x174, 0x176}, {0x1db, 0x1de}, {0x200, 0x20f},
                {0x250, 0x250}, {0x258, 0x259}, {0x268, 0x26f}, {0x277, 0x277}};
    unsigned complete = 0;
    for (unsigned model = 0; cpu_model_at(model); model++) {
        bool is_kept[0x300] = {false};
        bool all = true;
        rig_protected();
        rig.cpu->model = cpu_model_at(model);
        for (unsigned i = 0; i < ARRAY_LEN(kept); i++)
            for (uint32_t n = kept[i].first; n <= kept[i].last; n++) {
                is_kept[n] = !wrmsr(rig.cpu, n, own_value(n));
                all &= is_kept[n];
            }
        for (uint32_t n = 0; n < ARRAY_LEN(is_kept); n++) {
            uint64_t v;
            if (!is_kept[n])
                continue;
            ck_assert(!rdmsr(rig.cpu, n, &v));
            ck_assert_msg(v == own_value(n), "%s: MSR %x is %llx, not %llx", rig.cpu->model->name, n,
                          (unsigned long long)v, (unsigned long long)own_value(n));
        }
        complete += all;
        rig_free(&rig);
        rig_init(&rig);
    }
    ck_assert_uint_ge(complete, 1); /* a P6 has every one of them */
}
END_TEST

START_TEST(msr_beyond_the_models_features_does_not_exist)
{
    struct cpu_model m = *cpu_model_find("pentium");
    static const uint32_t index[] = {0x17,  0x8b,  0xfe,  0x174, 0x179, 0x1a0,
                                     0x200, 0x250, 0x277, 0x2ff, 0x400, 0xc0000080};
    m.features &= ~(uint32_t)(CPUID_MTRR | CPUID_MCA | CPUID_PAT | CPUID_SEP);
    rig.cpu->model = &m;
    for (unsigned i = 0; i < ARRAY_LEN(index); i++) {
        uint64_t v;
        rig_protected();
        ck_assert_msg(read_msr(index[i], &v), "%x", index[i]);
        rig_protected();
        ck_assert_msg(write_msr(index[i], 0), "%x", index[i]);
    }
}
END_TEST

START_TEST(msr_values_after_reset_and_init)
{
    uint64_t v;
    rig_protected();
    ck_assert(!rdmsr(rig.cpu, 0x277, &v));
    ck_assert_uint_eq(v, UINT64_C(0x0007040600070406));
    ck_assert(!wrmsr(rig.cpu, 0x277, 0));
    ck_assert(!wrmsr(rig.cpu, 0x2ff, 0xc06));
    cpu_init(rig.cpu);
    ck_assert(!rdmsr(rig.cpu, 0x277, &v) && v == 0);
    ck_assert(!rdmsr(rig.cpu, 0x2ff, &v) && v == 0xc06);
    cpu_reset(rig.cpu);
    ck_assert(!rdmsr(rig.cpu, 0x2ff, &v) && v == 0);
}
END_TEST

START_TEST(cpuid_leaf_1_loads_the_microcode_revision)
{
    uint64_t v;
    rig_protected();
    ck_assert(!write_msr(0x8b, 0));
    rig_protected();
    rig.cpu->bios_sign_id = 0;
    cpuid_edx(1);
    ck_assert(!rdmsr(rig.cpu, 0x8b, &v));
    ck_assert_uint_eq(v >> 32, 1);
}
END_TEST

START_TEST(misc_enable_hides_nx_and_limits_leaves)
{
    struct cpu_model m = *cpu_model_find("max");
    m.signature = 0x6e8;
    rig.cpu->model = &m;
    rig_protected();
    ck_assert(cpuid_edx(0x80000001) & CPUID_NX);
    ck_assert(!wrmsr(rig.cpu, 0x1a0, MISC_ENABLE_RESET | MISC_ENABLE_XD_DISABLE | MISC_ENABLE_LIMIT_CPUID));
    ck_assert(!(cpuid_edx(0x80000001) & CPUID_NX));
    ck_assert(wrmsr(rig.cpu, 0xc0000080, EFER_NXE));
    rig.cpu->regs[RAX] = 0;
    RUN(0x0f, 0xa2, HLT);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 3);
}
END_TEST

START_TEST(rdpmc_needs_pce_above_level_0)
{
    for (unsigned pce = 0; pce < 2; pce++) {
        rig_protected();
        rig.cpu->cr4 = pce ? CR4_PCE : 0;
        rig_user();
        RUN(MOV_ECX(1), 0x0f, 0x33, INT_DONE);
        if (pce)
            ck_assert_int_eq(rig_vector(), 32);
        else
            ASSERT_FAULT(EXC_GP, 0);
    }
    rig_protected();
    RUN(MOV_ECX(2), 0x0f, 0x33);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

/* --- SYSENTER, SYSEXIT (SDM 2B) --- */

#define SYSENTER 0x0f, 0x34
#define SYSEXIT  0x0f, 0x35

static void set_sysenter(uint32_t cs)
{
    rig.cpu->msr_sysenter_cs = cs;
    rig.cpu->msr_sysenter_esp = STACK0_TOP;
    rig.cpu->msr_sysenter_eip = DATA_AT;
    put8(DATA_AT, HLT);
}

START_TEST(sysenter_goes_to_level_0_with_flat_segments)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    set_sysenter(SEL_CODE0 | 3);
    rig_user();
    cpu_set_eflags(c, FL_IF | FL_IOPL | FL_CF);
    RUN(SYSENTER);
    ck_assert_uint_eq(c->rip, DATA_AT + 1);
    ck_assert_uint_eq(c->regs[RSP], STACK0_TOP);
    ck_assert_uint_eq(c->cpl, 0);
    ck_assert_uint_eq(c->seg[SEG_CS].sel, SEL_CODE0);
    ck_assert_uint_eq(c->seg[SEG_CS].attr, 0xc09b00);
    ck_assert_uint_eq(c->seg[SEG_SS].sel, SEL_CODE0 + 8);
    ck_assert_uint_eq(c->seg[SEG_SS].attr, 0xc09300);
    ck_assert_uint_eq(c->seg[SEG_CS].limit, UINT32_MAX);
    ck_assert_uint_eq(c->seg[SEG_DS].sel, SEL_DATA3);
    ck_assert_uint_eq(cpu_eflags(c), FL_IOPL | FL_CF | FL_1);
}
END_TEST

START_TEST(sysenter_without_selector_or_in_real_mode_is_gp)
{
    rig_protected();
    set_sysenter(3);
    RUN(SYSENTER);
    ASSERT_FAULT(EXC_GP, 0);
    rig_real();
    set_sysenter(SEL_CODE0);
    RUN(SYSENTER);
    ck_assert_int_eq(rig_vector(), EXC_GP);
}
END_TEST

START_TEST(sysexit_goes_to_level_3)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    set_sysenter(SEL_CODE0);
    c->regs[RCX] = STACK3_TOP;
    c->regs[RDX] = DATA_AT;
    put8(DATA_AT, 0xcd);
    put8(DATA_AT + 1, 32);
    RUN(SYSEXIT);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(frame_word(0), DATA_AT + 2);
    ck_assert_uint_eq(frame_word(1), (SEL_CODE0 + 16) | 3);
    ck_assert_uint_eq(frame_word(3), STACK3_TOP);
    ck_assert_uint_eq(frame_word(4), (SEL_CODE0 + 24) | 3);
}
END_TEST

START_TEST(sysexit_above_level_0_is_gp)
{
    rig_protected();
    set_sysenter(SEL_CODE0);
    rig_user();
    RUN(SYSEXIT);
    ASSERT_FAULT(EXC_GP, 0);
    rig_protected();
    set_sysenter(0);
    RUN(SYSEXIT);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(sysenter_without_sep_is_ud)
{
    struct cpu_model m = *cpu_model_find("max");
    m.features &= ~(uint32_t)CPUID_SEP;
    rig.cpu->model = &m;
    rig_protected();
    set_sysenter(SEL_CODE0);
    RUN(SYSENTER);
    ck_assert_int_eq(rig_vector(), EXC_UD);
}
END_TEST

TCase *msr_tests(void)
{
    TCase *t = tcase_create("model-specific registers");
    tcase_add_test(t, msr_of_a_chip_is_read_and_written_and_what_it_refuses_is_gp);
    tcase_add_test(t, cpuid_shows_the_apic_while_ia32_apic_base_enables_it);
    tcase_add_test(t, msr_reserved_bits_are_gp_and_values_stay);
    tcase_add_test(t, msr_each_reserved_bit_alone_is_gp);
    tcase_add_test(t, msr_arch_capabilities);
    tcase_add_test(t, msr_read_only_ones_are_gp_on_writes);
    tcase_add_test(t, msr_each_is_kept_by_itself);
    tcase_add_test(t, msr_beyond_the_models_features_does_not_exist);
    tcase_add_test(t, msr_values_after_reset_and_init);
    tcase_add_test(t, cpuid_leaf_1_loads_the_microcode_revision);
    tcase_add_test(t, misc_enable_hides_nx_and_limits_leaves);
    tcase_add_test(t, rdpmc_needs_pce_above_level_0);
    tcase_add_test(t, sysenter_goes_to_level_0_with_flat_segments);
    tcase_add_test(t, sysenter_without_selector_or_in_real_mode_is_gp);
    tcase_add_test(t, sysexit_goes_to_level_3);
    tcase_add_test(t, sysexit_above_level_0_is_gp);
    tcase_add_test(t, sysenter_without_sep_is_ud);
    return t;
}
