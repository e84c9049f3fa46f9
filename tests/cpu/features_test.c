/* SPDX-License-Identifier: MIT */
/* CPU models and -cpu's features: what they show (SDM 2A CPUID) is what is there. */
#include "tests/cpu/rig.h"

#include "isa/cpuid.h"

#define INT_DONE    0xcd, 32
#define CPUID       0x0f, 0xa2
#define MOV_CR4_EAX 0x0f, 0x22, 0xe0

static struct cpu_model model; /* of the test that runs */

static void use(const char *spec)
{
    struct error err = {""};
    ck_assert_msg(cpu_model_parse(spec, &model, &err), "%s", err.text);
    rig.cpu->model = &model;
    rig_protected();
}
static void leaf(uint32_t eax, uint32_t ecx)
{
    rig.cpu->regs[RAX] = eax;
    rig.cpu->regs[RCX] = ecx;
    RUN(CPUID, HLT);
}

START_TEST(features_are_switched_by_name)
{
    use("pentium3,+sse2,-pae,nx=on,mmx=off");
    leaf(1, 0);
    ck_assert_uint_eq(rig.cpu->regs[RDX] & (CPUID_SSE | CPUID_SSE2 | CPUID_PAE | CPUID_MMX), CPUID_SSE | CPUID_SSE2);
    leaf(0x80000000, 0);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x80000001);
    leaf(0x80000001, 0);
    ck_assert_uint_eq(rig.cpu->regs[RDX], CPUID_NX);
    use("486,smep");
    leaf(0, 0);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 7);
    use("max,-avx"); /* one that there is not is off already */
}
END_TEST

/* SDM 2A CPUID: leaf 0 has the vendor in EBX, EDX, ECX, leaf 1 the signature (figure 3-6), 80000002h to 4h the brand.
 * What RESET leaves in EDX is the signature too. */
static void expect_text(unsigned reg, const char *text)
{
    char got[5] = "";
    st32((uint8_t *)got, (uint32_t)rig.cpu->regs[reg]);
    ck_assert_str_eq(got, text);
}

START_TEST(vendor_signature_and_brand_are_as_said)
{
    static const struct {
        const char *spec;
        uint32_t signature;
    } t[] = {{"max,family=15,model=255,stepping=15", 0x000f0fff},
             {"max,family=16,model=0,stepping=0", 0x00100f00},
             {"max,family=270,model=16,stepping=1", 0x0ff10f01},
             {"max,family=5,model=15,stepping=0", 0x000005f0},
             {"486,family=6,model=0x1a,stepping=0xf", 0x000106af}};
    use("max,vendor=GenuineTMx86");
    leaf(0, 0);
    expect_text(RBX, "Genu");
    expect_text(RDX, "ineT");
    expect_text(RCX, "Mx86");
    use("pentium3,model-id=0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK");
    leaf(0x80000000, 0);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x80000004);
    leaf(0x80000002, 0);
    expect_text(RAX, "0123");
    leaf(0x80000003, 0);
    expect_text(RAX, "ghij");
    leaf(0x80000004, 0);
    expect_text(RAX, "wxyz");
    expect_text(RDX, "IJK");
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        use(t[i].spec);
        leaf(1, 0);
        ck_assert_uint_eq(rig.cpu->regs[RAX], t[i].signature);
        cpu_reset(rig.cpu);
        ck_assert_uint_eq(rig.cpu->regs[RDX], t[i].signature);
    }
    use("max,vendor=GenuineIntel,host-phys-bits,host-phys-bits-limit=36,phys-bits=52,check,enforce=off,kvm=off,"
        "migratable=no");
    leaf(0x80000008, 0);
    ck_assert_uint_eq(rig.cpu->regs[RAX] & 0xff, 36);
}
END_TEST

START_TEST(features_that_are_not_there_are_refused)
{
    static const struct {
        const char *spec, *says;
    } t[] = {{"pentium9", "no such model"},
             {"", "no such model"},
             {"max,+sse9", "there is no CPU feature 'sse9'"},
             {"max,-sse9", "there is no CPU feature 'sse9'"},
             {"max,+avx", "Vitrine has no 'avx'"},
             {"max,lm=on", "Vitrine has no 'lm'"},
             {"max,nx=maybe", "say on or off"}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        struct error err = {""};
        ck_assert_msg(!cpu_model_parse(t[i].spec, &model, &err), "%s", t[i].spec);
        ck_assert_msg(strstr(err.text, t[i].says) != NULL, "%s: %s", t[i].spec, err.text);
    }
}
END_TEST

/* SDM 3A 2.5: a bit of CR4 that the processor does not have is reserved. */
START_TEST(cr4_bits_need_their_feature)
{
    static const struct {
        const char *without;
        uint32_t bits;
    } t[] = {{"max,-vme", CR4_VME},     {"max,-vme", CR4_PVI},        {"max,-tsc", CR4_TSD},   {"max,-de", CR4_DE},
             {"max,-pse", CR4_PSE},     {"max,-pae", CR4_PAE},        {"max,-mce", CR4_MCE},   {"max,-pge", CR4_PGE},
             {"max,-fxsr", CR4_OSFXSR}, {"max,-sse", CR4_OSXMMEXCPT}, {"max,-umip", CR4_UMIP}, {"max,-smep", CR4_SMEP},
             {"max,-smap", CR4_SMAP}};
    for (unsigned i = 0; i < 2 * ARRAY_LEN(t); i++) {
        use(i & 1 ? t[i / 2].without : "max");
        rig.cpu->regs[RAX] = t[i / 2].bits;
        RUN(MOV_CR4_EAX, INT_DONE);
        if (i & 1)
            ASSERT_FAULT(EXC_GP, 0);
        else
            ck_assert_msg(rig_vector() == 32, "%x", t[i / 2].bits);
    }
    for (unsigned bit = 11; bit < 32; bit++) {
        if (1u << bit & (CR4_UMIP | CR4_SMEP | CR4_SMAP))
            continue;
        use("max");
        rig.cpu->regs[RAX] = 1u << bit;
        RUN(MOV_CR4_EAX, INT_DONE);
        ASSERT_FAULT(EXC_GP, 0);
    }
}
END_TEST

START_TEST(instructions_need_their_feature)
{
    static const struct {
        const char *without;
        uint8_t code[4];
    } t[] = {{"max,-tsc", {0x0f, 0x31}},
             {"max,-cmov", {0x0f, 0x44, 0xc1}},
             {"max,-msr", {0x0f, 0x32}},
             {"max,-cx8", {0x0f, 0xc7, 0x0e}},
             {"max,-sep", {0x0f, 0x34}},
             {"max,-mmx", {0x0f, 0xef, 0xc0}},
             {"max,-fxsr", {0x0f, 0xae, 0x06}},
             {"max,-sse", {0x0f, 0x57, 0xc0}},
             {"max,-sse2", {0x66, 0x0f, 0x57, 0xc0}},
             {"max,-pni", {0xf2, 0x0f, 0x12, 0xc0}},
             {"max,-clflush", {0x0f, 0xae, 0x3e}},
             {"486", {0x0f, 0x31}},
             {"pentium", {0x0f, 0x33}},
             {"pentium2", {0x0f, 0x57, 0xc0}},
             {"pentium3", {0x66, 0x0f, 0x57, 0xc0}}};
    for (unsigned i = 0; i < 2 * ARRAY_LEN(t); i++) {
        uint8_t code[7] = {0};
        use(i & 1 ? t[i / 2].without : "max");
        rig.cpu->cr0 &= ~(uint64_t)(CR0_EM | CR0_TS);
        rig.cpu->cr4 = i & 1 ? 0 : CR4_OSFXSR;
        rig.cpu->regs[RSI] = DATA_AT;
        rig.cpu->regs[RCX] = 0x10;
        memcpy(code, t[i / 2].code, 4);
        run_bytes(code, sizeof code, 1);
        cpu_run(rig.cpu, rig.clock.pos + 1);
        ck_assert_msg((rig_vector() == EXC_UD) == (i & 1), "case %u: %d", i, rig_vector());
    }
}
END_TEST

/* Signature, highest leaves, cache descriptors: AP-485 tables 4 and 5. */
START_TEST(models_show_what_the_processors_show)
{
    static const struct {
        const char *name;
        uint32_t signature, max_leaf, leaf2_edx, max_extended;
    } t[] = {{"486", 0x480, 1, 0, 0},
             {"pentium", 0x52c, 1, 0, 0},
             {"pentiumpro", 0x619, 2, 0x06040a42, 0},
             {"pentium2", 0x652, 2, 0x0c040843, 0},
             {"pentium3", 0x673, 2, 0x0c040843, 0},
             {"pentium4", 0xf34, 5, 0x007c7040, 0x80000008},
             {"max", 0x6e8, 7, 0x2c04307d, 0x80000008}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        use(t[i].name);
        ck_assert_uint_eq(rig.cpu->regs[RDX], t[i].signature); /* after RESET */
        leaf(0, 0);
        ck_assert_uint_eq(rig.cpu->regs[RAX], t[i].max_leaf);
        leaf(1, 0);
        ck_assert_uint_eq(rig.cpu->regs[RAX], t[i].signature);
        if (t[i].max_leaf >= 2) {
            leaf(2, 0);
            ck_assert_uint_eq(rig.cpu->regs[RDX], t[i].leaf2_edx);
        }
        if (t[i].max_extended) {
            leaf(0x80000000, 0);
            ck_assert_uint_eq(rig.cpu->regs[RAX], t[i].max_extended);
            leaf(0x80000008, 0);
            ck_assert_uint_eq(rig.cpu->regs[RAX], 0x2024);
        }
    }
}
END_TEST

START_TEST(leaf_4_tells_of_the_caches_one_by_one)
{
    static const uint32_t want[][3] = {
        {0x121, 0x01c0003f, 63}, {0x122, 0x01c0003f, 63}, {0x143, 0x01c0003f, 4095}, {0, 0, 0}};
    use("max");
    for (unsigned n = 0; n < ARRAY_LEN(want); n++) {
        leaf(4, n);
        ck_assert_uint_eq(rig.cpu->regs[RAX], want[n][0]);
        ck_assert_uint_eq(rig.cpu->regs[RBX], want[n][1]);
        ck_assert_uint_eq(rig.cpu->regs[RCX], want[n][2]);
    }
    leaf(0x80000006, 0);
    ck_assert_uint_eq(rig.cpu->regs[RCX], 0x08006040);
}
END_TEST

/* What each processor has, by number (SDM 3C chapter 34, its tables of the families). */
START_TEST(msrs_exist_by_model)
{
    enum { P486 = 1, P5 = 2, PPRO = 4, P2 = 8, P3 = 16, P4 = 32, MAX_ = 64 };
    enum { FROM_P5 = 0x7e, FROM_P6 = 0x7c, FROM_P2 = 0x78, P6_ALONE = PPRO | P2 | P3 | MAX_, NONE = 0 };
    static const char *const models[] = {"486", "pentium", "pentiumpro", "pentium2", "pentium3", "pentium4", "max"};
    static const struct {
        uint32_t first, last;
        unsigned models;
    } t[] = {{0x00, 0x01, FROM_P5},
             {0x02, 0x0f, NONE},
             {0x10, 0x10, FROM_P5},
             {0x17, 0x17, FROM_P6},
             {0x18, 0x1a, NONE},
             {0x2a, 0x2a, FROM_P6},
             {0x3a, 0x3a, MAX_},
             {0x79, 0x79, FROM_P6},
             {0x8b, 0x8b, FROM_P6},
             {0xc0, 0xc0, NONE},
             {0xc1, 0xc2, P6_ALONE},
             {0xc3, 0xc3, NONE},
             {0xfe, 0xfe, FROM_P6},
             {0x119, 0x119, P6_ALONE},
             {0x173, 0x173, NONE},
             {0x174, 0x176, FROM_P2},
             {0x177, 0x178, NONE},
             {0x179, 0x17b, FROM_P6},
             {0x17c, 0x17c, NONE},
             {0x185, 0x185, NONE},
             {0x186, 0x187, P6_ALONE},
             {0x188, 0x188, NONE},
             {0x1a0, 0x1a0, P4 | MAX_},
             {0x1d9, 0x1d9, P6_ALONE},
             {0x1da, 0x1da, NONE},
             {0x1db, 0x1de, P6_ALONE},
             {0x1df, 0x1df, NONE},
             {0x1ff, 0x1ff, NONE},
             {0x200, 0x20f, FROM_P6},
             {0x210, 0x210, NONE},
             {0x250, 0x250, FROM_P6},
             {0x251, 0x257, NONE},
             {0x258, 0x259, FROM_P6},
             {0x25a, 0x267, NONE},
             {0x268, 0x26f, FROM_P6},
             {0x270, 0x276, NONE},
             {0x277, 0x277, FROM_P2},
             {0x2ff, 0x2ff, FROM_P6},
             {0x3ff, 0x3ff, NONE},
             {0x400, 0x403, FROM_P6},
             {0xc000007f, 0xc000007f, NONE},
             {0xc0000081, 0xc0000084, NONE}};
    for (unsigned m = 0; m < ARRAY_LEN(models); m++) {
        use(models[m]);
        for (unsigned k = 0; k < ARRAY_LEN(t); k++)
            for (uint32_t index = t[k].first; index <= t[k].last; index++) {
                uint64_t v;
                bool there = t[k].models >> m & 1;
                ck_assert_msg(rdmsr(rig.cpu, index, &v) == !there, "%s: MSR %x", models[m], index);
            }
        if (!(FROM_P6 >> m & 1))
            continue;
        uint64_t cap, v;
        ck_assert(!rdmsr(rig.cpu, 0x179, &cap)); /* the number of banks of four */
        uint32_t end = 0x400 + 4 * (uint32_t)(cap & 0xff);
        ck_assert(!rdmsr(rig.cpu, end - 1, &v) && rdmsr(rig.cpu, end, &v));
        ck_assert(!rdmsr(rig.cpu, 0xfe, &cap)); /* SDM 3A figure 11-5: eight pairs, fixed ranges, WC */
        ck_assert_uint_eq(cap, 0x508);
    }
}
END_TEST

/* Leaves 4 and 80000006h tell of one second-level cache; leaves that say nothing are 0. */
START_TEST(leaf_80000006_has_the_second_level_of_leaf_4)
{
    static const uint32_t empty[] = {3, 5, 6, 0x80000005};
    use("max");
    for (unsigned n = 0;; n++) {
        leaf(4, n);
        uint32_t a = (uint32_t)rig.cpu->regs[RAX], b = (uint32_t)rig.cpu->regs[RBX],
                 sets = (uint32_t)rig.cpu->regs[RCX];
        ck_assert_msg(a & 31, "no second level");
        if ((a >> 5 & 7) != 2)
            continue;
        uint32_t line = (b & 0xfff) + 1, ways = (b >> 22) + 1,
                 size = line * ways * (sets + 1) * ((b >> 12 & 0x3ff) + 1);
        leaf(0x80000006, 0);
        ck_assert_uint_eq((uint32_t)rig.cpu->regs[RCX], size / 1024 << 16 | (ways == 8 ? 6 : 0xf) << 12 | line);
        break;
    }
    for (unsigned k = 0; k < ARRAY_LEN(empty); k++) {
        leaf(empty[k], 0);
        ck_assert_msg(!(rig.cpu->regs[RAX] | rig.cpu->regs[RBX] | rig.cpu->regs[RCX] | rig.cpu->regs[RDX]), "leaf %x",
                      empty[k]);
    }
    use("pentium4");
    leaf(0x80000008, 0);
    ck_assert_uint_eq(rig.cpu->regs[RBX] | rig.cpu->regs[RCX] | rig.cpu->regs[RDX], 0);
}
END_TEST

TCase *features_tests(void)
{
    TCase *t = tcase_create("models and features");
    tcase_add_test(t, features_are_switched_by_name);
    tcase_add_test(t, vendor_signature_and_brand_are_as_said);
    tcase_add_test(t, features_that_are_not_there_are_refused);
    tcase_add_test(t, cr4_bits_need_their_feature);
    tcase_add_test(t, instructions_need_their_feature);
    tcase_add_test(t, models_show_what_the_processors_show);
    tcase_add_test(t, leaf_4_tells_of_the_caches_one_by_one);
    tcase_add_test(t, msrs_exist_by_model);
    tcase_add_test(t, leaf_80000006_has_the_second_level_of_leaf_4);
    return t;
}
