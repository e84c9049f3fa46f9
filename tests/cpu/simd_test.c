/* SPDX-License-Identifier: MIT */
/* MMX and SSE on a whole CPU: readiness, memory operands, exceptions, FXSAVE. SDM 3A 12, 13; SDM 1
 * 10.5, 11.5. What the instructions compute is in tests/isa/simd_host_test.c. */
#include "tests/cpu/rig.h"

#include "cpu/fp/x87.h"

enum { IMAGE_AT = DATA_AT, P = 7 /* present, writable, user */ };

#define EDI(at)      0xbf, IMM32(at)
#define FXSAVE_EDI   0x0f, 0xae, 0x07
#define FXRSTOR_EDI  0x0f, 0xae, 0x0f
#define LDMXCSR_EDI  0x0f, 0xae, 0x17
#define STMXCSR_EDI  0x0f, 0xae, 0x1f
#define ADDPS_0_1    0x0f, 0x58, 0xc1
#define DIVPS_0_1    0x0f, 0x5e, 0xc1
#define ADDPS_0_EDI  0x0f, 0x58, 0x07
#define MOVAPS_0_EDI 0x0f, 0x28, 0x07
#define MOVAPS_EDI_0 0x0f, 0x29, 0x07
#define MOVUPS_0_EDI 0x0f, 0x10, 0x07
#define MOVUPS_EDI_0 0x0f, 0x11, 0x07
#define PADDB_MM     0x0f, 0xfc, 0xc1
#define EMMS         0x0f, 0x77

static struct cpu_model model; /* of a test that wants another */

static void ready(void)
{
    rig_protected();
    rig.cpu->cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT;
    rig.cpu->cr0 |= CR0_NE;
    rig.cpu->x87 = (struct x87){.cw = CW_INIT, .tag = 0xff};
}
static void use_model(const char *name, uint32_t more_ecx)
{
    model = *cpu_model_find(name);
    model.features_ecx |= more_ecx;
    rig.cpu->model = &model;
}
static void paged(bool user)
{
    ready();
    rig_paging();
    if (user)
        rig_user();
}
static void set_xmm(unsigned r, uint32_t each)
{
    for (unsigned k = 0; k < 4; k++)
        rig.cpu->xmm[r].d[k] = each;
}
static void assert_halted_normally(void)
{
    ck_assert(rig.cpu->halted);
    ck_assert_int_eq(rig_vector(), -1);
}

/* --- Readiness --- */

START_TEST(sse_needs_osfxsr_and_mmx_does_not)
{
    ready();
    rig.cpu->cr4 &= ~(uint64_t)CR4_OSFXSR;
    RUN(ADDPS_0_1);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ready();
    rig.cpu->cr4 &= ~(uint64_t)CR4_OSFXSR;
    RUN(EDI(DATA_AT), LDMXCSR_EDI);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ready();
    rig.cpu->cr4 &= ~(uint64_t)CR4_OSFXSR;
    RUN(PADDB_MM, 0x0f, 0x70, 0xc1, 0x1b, HLT); /* pshufw came with SSE */
    assert_halted_normally();
}
END_TEST

START_TEST(em_is_ud_even_with_ts_and_ts_is_nm)
{
    ready();
    rig.cpu->cr0 |= CR0_EM | CR0_TS;
    RUN(ADDPS_0_1);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ready();
    rig.cpu->cr0 |= CR0_EM | CR0_TS;
    RUN(PADDB_MM);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ready();
    rig.cpu->cr0 |= CR0_TS;
    RUN(ADDPS_0_1);
    ck_assert_int_eq(rig_vector(), EXC_NM);
    ready();
    rig.cpu->cr0 |= CR0_TS;
    RUN(PADDB_MM);
    ck_assert_int_eq(rig_vector(), EXC_NM);
    ready();
    rig.cpu->cr0 |= CR0_TS;
    RUN(EMMS);
    ck_assert_int_eq(rig_vector(), EXC_NM);
}
END_TEST

START_TEST(fxsave_with_em_or_ts_is_nm)
{
    ready();
    rig.cpu->cr0 |= CR0_EM;
    RUN(EDI(IMAGE_AT), FXSAVE_EDI);
    ck_assert_int_eq(rig_vector(), EXC_NM);
    ready();
    rig.cpu->cr0 |= CR0_TS;
    RUN(EDI(IMAGE_AT), FXRSTOR_EDI);
    ck_assert_int_eq(rig_vector(), EXC_NM);
}
END_TEST

START_TEST(mmx_reports_a_pending_x87_exception_and_sse_and_fxsave_do_not)
{
    ready();
    rig.cpu->x87.cw = CW_INIT & ~1;
    rig.cpu->x87.sw = SW_IE | SW_ES;
    RUN(PADDB_MM);
    ck_assert_int_eq(rig_vector(), EXC_MF);
    ck_assert_uint_eq(rig.cpu->x87.tag, 0xff); /* not executed */
    ready();
    rig.cpu->x87.cw = CW_INIT & ~1;
    rig.cpu->x87.sw = SW_IE | SW_ES;
    RUN(EDI(IMAGE_AT), 0x0f, 0x2d, 0xc1); /* cvtps2pi mm0, xmm1 */
    ck_assert_int_eq(rig_vector(), EXC_MF);
    ready();
    rig.cpu->x87.cw = CW_INIT & ~1;
    rig.cpu->x87.sw = SW_IE | SW_ES;
    RUN(EDI(IMAGE_AT), ADDPS_0_1, FXSAVE_EDI, FXRSTOR_EDI, 0x0f, 0x2a, 0x07, HLT); /* cvtpi2ps xmm0, [edi] */
    assert_halted_normally();
    ck_assert_uint_eq(rig.cpu->x87.sw & (SW_IE | SW_ES), SW_IE | SW_ES);
}
END_TEST

START_TEST(movnti_fences_prefetch_and_clflush_ask_neither_cr0_nor_cr4)
{
    ready();
    rig.cpu->cr0 |= CR0_EM | CR0_TS;
    rig.cpu->cr4 = 0;
    RUN(EDI(DATA_AT), MOV_EAX(0x12345678), 0x0f, 0xc3, 0x07, 0x0f, 0xae, 0xe8, 0x0f, 0xae, 0xf0, 0x0f, 0xae, 0xf8, 0x0f,
        0x18, 0x0f, 0x0f, 0xae, 0x3f, 0xf3, 0x90, HLT);
    assert_halted_normally();
    ck_assert_uint_eq(peek32(DATA_AT), 0x12345678);
}
END_TEST

START_TEST(without_its_cpuid_bit_an_instruction_is_ud_and_a_prefetch_a_nop)
{
    ready();
    use_model("pentiumpro", 0);
    RUN(PADDB_MM);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ready();
    use_model("pentiumpro", 0);
    RUN(EDI(IMAGE_AT), FXSAVE_EDI);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ready();
    use_model("pentiumpro", 0);
    RUN(EDI(IMAGE_AT), 0x0f, 0x18, 0x0f, HLT);
    assert_halted_normally();
    ready();
    use_model("max", 0);
    model.features &= ~(uint32_t)CPUID_SSE2;
    RUN(0x66, 0x0f, 0x58, 0xc1); /* addpd */
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ready();
    use_model("max", 0);
    model.features &= ~(uint32_t)CPUID_SSE2;
    RUN(ADDPS_0_1, HLT);
    assert_halted_normally();
}
END_TEST

START_TEST(cr4_has_osfxsr_and_osxmmexcpt_by_model)
{
    rig_protected();
    RUN(MOV_EAX(0x600), 0x0f, 0x22, 0xe0, HLT);
    ck_assert_uint_eq(rig.cpu->cr4, 0x600);
    rig_protected();
    use_model("pentiumpro", 0);
    RUN(MOV_EAX(0x200), 0x0f, 0x22, 0xe0, HLT);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(lock_is_ud)
{
    ready();
    RUN(EDI(DATA_AT), 0xf0, MOVAPS_EDI_0);
    ck_assert_int_eq(rig_vector(), EXC_UD);
}
END_TEST

/* --- Memory operands --- */

#define EXPECT_GP(...)                      \
    do {                                    \
        ready();                            \
        RUN(EDI(DATA_AT + 8), __VA_ARGS__); \
        ASSERT_FAULT(EXC_GP, 0);            \
    } while (0)

START_TEST(operand_of_16_bytes_off_its_boundary_is_gp0)
{
    EXPECT_GP(MOVAPS_0_EDI);
    EXPECT_GP(MOVAPS_EDI_0);
    EXPECT_GP(ADDPS_0_EDI);
    EXPECT_GP(0x0f, 0x2b, 0x07);             /* movntps */
    EXPECT_GP(0x66, 0x0f, 0xfc, 0x07);       /* paddb */
    EXPECT_GP(0x66, 0x0f, 0x70, 0x07, 0x1b); /* pshufd */
    EXPECT_GP(0x66, 0x0f, 0x60, 0x07);       /* punpcklbw reads 16 bytes */
    EXPECT_GP(0x66, 0x0f, 0xe7, 0x07);       /* movntdq */
    EXPECT_GP(FXSAVE_EDI);
    EXPECT_GP(FXRSTOR_EDI);
}
END_TEST

START_TEST(alignment_is_of_the_linear_address)
{
    ready();
    rig.cpu->seg[SEG_DS].base = 8;
    seg_update(&rig.cpu->seg[SEG_DS]);
    RUN(EDI(DATA_AT + 8), MOVAPS_0_EDI, HLT);
    assert_halted_normally();
    ready();
    rig.cpu->seg[SEG_DS].base = 8;
    seg_update(&rig.cpu->seg[SEG_DS]);
    RUN(EDI(DATA_AT), MOVAPS_0_EDI);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(operands_that_need_no_boundary_have_none)
{
    ready();
    for (unsigned k = 0; k < 4; k++)
        put32(DATA_AT + 9 + 4 * k, 0x01010101 * (k + 1));
    RUN(EDI(DATA_AT + 9), MOVUPS_0_EDI, 0xf3, 0x0f, 0x6f, 0x0f, 0xf2, 0x0f, 0xf0, 0x17, 0x66, 0x0f, 0x12, 0x1f, 0xf3,
        0x0f, 0x58, 0x27, HLT); /* movdqu, lddqu, movlpd, addss */
    assert_halted_normally();
    for (unsigned k = 0; k < 3; k++) {
        ck_assert_uint_eq(rig.cpu->xmm[k].d[0], 0x01010101);
        ck_assert_uint_eq(rig.cpu->xmm[k].d[3], 0x04040404);
    }
}
END_TEST

static void with_ac(void)
{
    paged(true);
    rig.cpu->cr0 |= CR0_AM;
    cpu_set_eflags(rig.cpu, FL_1 | FL_AC);
    mode_update(rig.cpu);
}

START_TEST(unaligned_user_access_with_ac_is_ac_and_an_aligned_form_still_gp)
{
    with_ac();
    RUN(EDI(DATA_AT + 8), MOVUPS_0_EDI);
    ASSERT_FAULT(EXC_AC, 0);
    with_ac();
    RUN(EDI(DATA_AT + 4), 0x0f, 0x12, 0x07); /* movlps: 8 bytes */
    ASSERT_FAULT(EXC_AC, 0);
    with_ac();
    RUN(EDI(DATA_AT + 4), 0x0f, 0x6f, 0x07); /* movq mm0 */
    ASSERT_FAULT(EXC_AC, 0);
    with_ac();
    RUN(EDI(DATA_AT + 2), 0xf3, 0x0f, 0x10, 0x07); /* movss */
    ASSERT_FAULT(EXC_AC, 0);
    with_ac();
    RUN(EDI(DATA_AT + 8), MOVAPS_0_EDI);
    ASSERT_FAULT(EXC_GP, 0);
    with_ac();
    RUN(EDI(DATA_AT + 16), MOVUPS_0_EDI, MOVAPS_EDI_0, 0x0f, 0x12, 0x47, 0x08, 0xcd, 32);
    ck_assert_int_eq(rig_vector(), 32);
}
END_TEST

START_TEST(store_over_an_absent_page_stores_nothing)
{
    paged(false);
    set_pte(DATA_AT + PAGE_SIZE, 0);
    put32(DATA_AT + PAGE_SIZE - 8, 0xaaaaaaaa);
    set_xmm(0, 0x11111111);
    RUN(EDI(DATA_AT + PAGE_SIZE - 8), MOVUPS_EDI_0);
    ck_assert_int_eq(rig_vector(), EXC_PF);
    ck_assert_uint_eq(rig.cpu->cr2, DATA_AT + PAGE_SIZE);
    ck_assert_uint_eq(peek32(DATA_AT + PAGE_SIZE - 8), 0xaaaaaaaa);
}
END_TEST

START_TEST(load_that_faults_leaves_register_x87_and_mxcsr)
{
    paged(false);
    set_pte(DATA_AT + PAGE_SIZE, 0);
    set_xmm(0, 0x3f800000);
    RUN(EDI(DATA_AT + PAGE_SIZE), ADDPS_0_EDI);
    ck_assert_int_eq(rig_vector(), EXC_PF);
    ck_assert_uint_eq(rig.cpu->xmm[0].d[0], 0x3f800000);
    ck_assert_uint_eq(rig.cpu->mxcsr, 0x1f80);
    paged(false);
    set_pte(DATA_AT + PAGE_SIZE, 0);
    rig.cpu->x87.top = 3;
    RUN(EDI(DATA_AT + PAGE_SIZE - 4), 0x0f, 0xfc, 0x07); /* paddb mm0, [edi] */
    ck_assert_int_eq(rig_vector(), EXC_PF);
    ck_assert_uint_eq(rig.cpu->x87.top, 3);
    ck_assert_uint_eq(rig.cpu->x87.tag, 0xff);
}
END_TEST

START_TEST(access_over_two_pages_is_whole)
{
    paged(false);
    for (unsigned k = 0; k < 4; k++)
        put32(DATA_AT + PAGE_SIZE - 6 + 4 * k, 0x10203040 + k);
    RUN(EDI(DATA_AT + PAGE_SIZE - 6), MOVUPS_0_EDI, EDI(DATA_AT + 2 * PAGE_SIZE - 3), MOVUPS_EDI_0, HLT);
    assert_halted_normally();
    for (unsigned k = 0; k < 4; k++)
        ck_assert_uint_eq(peek32(DATA_AT + 2 * PAGE_SIZE - 3 + 4 * k), 0x10203040 + k);
}
END_TEST

START_TEST(masked_store_touches_only_pages_that_get_a_byte)
{
    paged(false);
    set_pte(DATA_AT + PAGE_SIZE, 0);
    set_xmm(0, 0x55555555);
    set_xmm(1, 0);
    rig.cpu->xmm[1].b[1] = 0x80;
    rig.cpu->xmm[1].b[3] = 0xff;
    RUN(EDI(DATA_AT + PAGE_SIZE - 4), 0x66, 0x0f, 0xf7, 0xc1, HLT); /* maskmovdqu xmm0, xmm1 */
    assert_halted_normally();
    ck_assert_uint_eq(peek32(DATA_AT + PAGE_SIZE - 4), 0x55005500);
    paged(false);
    set_pte(DATA_AT + PAGE_SIZE, 0);
    put32(DATA_AT + PAGE_SIZE - 4, 0);
    set_xmm(0, 0x55555555);
    set_xmm(1, 0x80808080);
    RUN(EDI(DATA_AT + PAGE_SIZE - 4), 0x66, 0x0f, 0xf7, 0xc1, HLT);
    ck_assert_int_eq(rig_vector(), EXC_PF);
    ck_assert_uint_eq(peek32(DATA_AT + PAGE_SIZE - 4), 0);
}
END_TEST

START_TEST(segment_limit_counts_all_16_bytes)
{
    ready();
    put_desc(SEL_FREE, 0, DATA_AT + 14, 0x93, 4);
    ck_assert(!load_seg(rig.cpu, SEG_DS, SEL_FREE));
    RUN(EDI(DATA_AT), MOVAPS_0_EDI);
    ASSERT_FAULT(EXC_GP, 0);
    ready();
    put_desc(SEL_FREE, 0, DATA_AT + 15, 0x93, 4);
    ck_assert(!load_seg(rig.cpu, SEG_DS, SEL_FREE));
    RUN(EDI(DATA_AT), MOVAPS_0_EDI, HLT);
    assert_halted_normally();
}
END_TEST

START_TEST(device_registers_take_16_bytes_in_pieces_lowest_first)
{
    ready();
    set_xmm(0, 0x01020304);
    rig.device_writes = 0;
    RUN(EDI(DEVICE_AT), MOVAPS_EDI_0, 0x0f, 0x28, 0x0f, HLT);
    ck_assert_uint_eq(rig.device_writes, 4);
    for (unsigned k = 0; k < 4; k++)
        ck_assert_uint_eq(rig.cpu->xmm[1].d[k], k << 10 | 4);
}
END_TEST

/* --- SIMD floating-point exceptions --- */

START_TEST(unmasked_exception_is_xm_with_osxmmexcpt_and_ud_without)
{
    ready();
    rig.cpu->mxcsr = 0x1f80 & ~0x200; /* ZM */
    set_xmm(0, 0x3f800000);
    RUN(0x90, DIVPS_0_1);
    ck_assert_int_eq(rig_vector(), EXC_XM);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 1);
    ck_assert_uint_eq(rig.cpu->mxcsr, (0x1f80 & ~0x200) | 4);
    ck_assert_uint_eq(rig.cpu->xmm[0].d[0], 0x3f800000);
    ready();
    rig.cpu->cr4 &= ~(uint64_t)CR4_OSXMMEXCPT;
    rig.cpu->mxcsr = 0x1f80 & ~0x200;
    set_xmm(0, 0x3f800000);
    RUN(0x90, DIVPS_0_1);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ck_assert_uint_eq(rig.cpu->xmm[0].d[0], 0x3f800000);
}
END_TEST

START_TEST(old_flags_raise_nothing_when_they_are_unmasked)
{
    ready();
    put32(DATA_AT, 0x003f);
    set_xmm(0, 0x3f800000);
    set_xmm(1, 0x3f800000);
    RUN(EDI(DATA_AT), LDMXCSR_EDI, ADDPS_0_1, HLT);
    assert_halted_normally();
    ck_assert_uint_eq(rig.cpu->xmm[0].d[0], 0x40000000);
    ck_assert_uint_eq(rig.cpu->mxcsr, 0x3f);
}
END_TEST

START_TEST(flags_of_all_lanes_come_together)
{
    ready();
    static const uint32_t a[] = {0x3f800000, 0x00000000, 0x00000001, 0x7f7fffff},
                          b[] = {0x00000000, 0x00000000, 0x3f800000, 0x00800000};
    memcpy(&rig.cpu->xmm[0], a, sizeof a);
    memcpy(&rig.cpu->xmm[1], b, sizeof b);
    RUN(DIVPS_0_1, HLT);
    ck_assert_uint_eq(rig.cpu->mxcsr, 0x1f80 | 0x2f); /* ZE; IE; DE; OE, PE */
}
END_TEST

START_TEST(exception_before_the_result_hides_those_of_other_results)
{
    ready();
    static const uint32_t a[] = {0x3f800000, 0x3f800000, 0, 0}, b[] = {0, 0x40400000, 0x3f800000, 0x3f800000};
    rig.cpu->mxcsr = 0x1f80 & ~0x200;
    memcpy(&rig.cpu->xmm[0], a, sizeof a);
    memcpy(&rig.cpu->xmm[1], b, sizeof b);
    RUN(DIVPS_0_1);
    ck_assert_int_eq(rig_vector(), EXC_XM);
    ck_assert_uint_eq(rig.cpu->mxcsr & 0x3f, 4); /* 1/3 would have been inexact */
}
END_TEST

START_TEST(xm_in_real_mode_goes_through_vector_19)
{
    rig_real();
    rig.cpu->cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT;
    rig.cpu->mxcsr = 0;
    set_xmm(0, 0x3f800000);
    set_xmm(1, 0);
    RUN(DIVPS_0_1);
    ck_assert_int_eq(rig_vector(), EXC_XM);
}
END_TEST

/* --- State --- */

START_TEST(mxcsr_with_a_reserved_bit_is_gp0_and_changes_nothing)
{
    ready();
    put32(DATA_AT, 0x10000);
    RUN(EDI(DATA_AT), LDMXCSR_EDI);
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(rig.cpu->mxcsr, 0x1f80);
    ready();
    set_xmm(3, 0x77777777);
    RUN(EDI(IMAGE_AT), FXSAVE_EDI, 0xc7, 0x47, 24, IMM32(0x80001f80), 0xc6, 0x47, 0, 0x55, FXRSTOR_EDI);
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(rig.cpu->x87.cw, CW_INIT);
}
END_TEST

START_TEST(denormals_are_zeros_came_with_sse2)
{
    ready();
    use_model("max", 0);
    model.features &= ~(uint32_t)CPUID_SSE2;
    put32(DATA_AT, 0x1fc0);
    RUN(EDI(DATA_AT), LDMXCSR_EDI);
    ASSERT_FAULT(EXC_GP, 0);
    ready();
    use_model("max", 0);
    model.features &= ~(uint32_t)CPUID_SSE2;
    RUN(EDI(IMAGE_AT), FXSAVE_EDI, HLT);
    ck_assert_uint_eq(peek32(IMAGE_AT + 28), 0xffbf);
}
END_TEST

/* SDM 1 table 10-2. */
START_TEST(fxsave_image_has_every_field_in_its_place)
{
    ready();
    struct cpu *c = rig.cpu;
    for (unsigned k = 0; k < 512; k++)
        put8(IMAGE_AT + k, 0xee);
    c->x87 = (struct x87){.cw = 0x27f,
                          .sw = SW_C3 | SW_PE,
                          .top = 5,
                          .tag = 0x9f,
                          .fop = 0x123,
                          .fip = 0x11223344,
                          .fcs = 0x5566,
                          .fdp = 0x778899aa,
                          .fds = 0xbbcc};
    for (unsigned k = 0; k < 8; k++) {
        c->x87.st[k] = (struct f80){.mant = 0x8000000000000000 + k, .se = (uint16_t)(0x4000 + k)};
        set_xmm(k, 0x10101010 * k);
    }
    c->mxcsr = 0x9fa1;
    RUN(EDI(IMAGE_AT), FXSAVE_EDI, HLT);
    ck_assert_uint_eq(peek16(IMAGE_AT), 0x27f);
    ck_assert_uint_eq(peek16(IMAGE_AT + 2), SW_C3 | SW_PE | 5 << 11);
    ck_assert_uint_eq(peek8(IMAGE_AT + 4), 0x60); /* by physical register: set, where not empty */
    ck_assert_uint_eq(peek16(IMAGE_AT + 6), 0x123);
    ck_assert_uint_eq(peek32(IMAGE_AT + 8), 0x11223344);
    ck_assert_uint_eq(peek16(IMAGE_AT + 12), 0x5566);
    ck_assert_uint_eq(peek32(IMAGE_AT + 16), 0x778899aa);
    ck_assert_uint_eq(peek16(IMAGE_AT + 20), 0xbbcc);
    ck_assert_uint_eq(peek32(IMAGE_AT + 24), 0x9fa1);
    ck_assert_uint_eq(peek32(IMAGE_AT + 28), 0xffff);
    for (unsigned k = 0; k < 8; k++) {
        ck_assert_uint_eq(peek32(IMAGE_AT + 32 + 16 * k), (5 + k) & 7); /* ST(k) */
        ck_assert_uint_eq(peek16(IMAGE_AT + 40 + 16 * k), 0x4000 + ((5 + k) & 7));
        ck_assert_uint_eq(peek32(IMAGE_AT + 160 + 16 * k + 12), 0x10101010 * k);
    }
    for (unsigned k = 464; k < 512; k++)
        ck_assert_uint_eq(peek8(IMAGE_AT + k), 0xee);
}
END_TEST

START_TEST(fxrstor_takes_back_what_fxsave_stored)
{
    ready();
    struct cpu *c = rig.cpu;
    c->x87 = (struct x87){.cw = 0x37e,
                          .sw = SW_IE | SW_ES | SW_C1,
                          .top = 3,
                          .tag = 0x55,
                          .fop = 0x7ff,
                          .fip = 1,
                          .fcs = 2,
                          .fdp = 3,
                          .fds = 4};
    for (unsigned k = 0; k < 8; k++) {
        c->x87.st[k] = (struct f80){.mant = 0x123456789abcdef0 + k, .se = (uint16_t)(0x1111 * k)};
        set_xmm(k, 0x01010101 * k);
    }
    c->mxcsr = 0xffbf;
    struct x87 was = c->x87;
    RUN(EDI(IMAGE_AT), FXSAVE_EDI, HLT);
    c->x87 = (struct x87){.cw = CW_INIT, .tag = 0xff};
    memset(c->xmm, 0, sizeof c->xmm);
    c->mxcsr = 0x1f80;
    RUN(EDI(IMAGE_AT), FXRSTOR_EDI, HLT);
    ck_assert_uint_eq(c->x87.cw, was.cw);
    ck_assert_uint_eq(x87_sw(&c->x87), x87_sw(&was));
    ck_assert_uint_eq(c->x87.tag, was.tag);
    ck_assert_uint_eq(c->x87.top, was.top);
    ck_assert_uint_eq(c->x87.fop, was.fop);
    ck_assert_uint_eq(c->x87.fip + c->x87.fcs * 16 + c->x87.fdp * 256 + c->x87.fds * 4096, 0x4321);
    for (unsigned k = 0; k < 8; k++) {
        ck_assert_uint_eq(c->x87.st[k].mant, was.st[k].mant);
        ck_assert_uint_eq(c->x87.st[k].se, was.st[k].se);
        ck_assert_uint_eq(c->xmm[k].d[2], 0x01010101 * k);
    }
    ck_assert_uint_eq(c->mxcsr, 0xffbf);
}
END_TEST

START_TEST(fxsave_without_osfxsr_leaves_xmm_and_mxcsr_out)
{
    ready();
    rig.cpu->cr4 &= ~(uint64_t)CR4_OSFXSR;
    put32(IMAGE_AT + 160, 0xeeeeeeee);
    put32(IMAGE_AT + 24, 0xffffffff);
    set_xmm(0, 0x12121212);
    RUN(EDI(IMAGE_AT), FXRSTOR_EDI, FXSAVE_EDI, HLT);
    assert_halted_normally();
    ck_assert_uint_eq(peek32(IMAGE_AT + 160), 0xeeeeeeee);
    ck_assert_uint_eq(rig.cpu->xmm[0].d[0], 0x12121212);
    ck_assert_uint_eq(rig.cpu->mxcsr, 0x1f80);
}
END_TEST

START_TEST(fxsave_over_an_absent_page_stores_nothing)
{
    paged(false);
    set_pte(DATA_AT + PAGE_SIZE, 0);
    put32(DATA_AT + PAGE_SIZE - 64, 0xeeeeeeee);
    RUN(EDI(DATA_AT + PAGE_SIZE - 64), FXSAVE_EDI);
    ck_assert_int_eq(rig_vector(), EXC_PF);
    ck_assert_uint_eq(peek32(DATA_AT + PAGE_SIZE - 64), 0xeeeeeeee);
    paged(false);
    put16(DATA_AT + PAGE_SIZE - 64, 0x27f);
    set_pte(DATA_AT + PAGE_SIZE, 0);
    RUN(EDI(DATA_AT + PAGE_SIZE - 64), FXRSTOR_EDI);
    ck_assert_int_eq(rig_vector(), EXC_PF);
    ck_assert_uint_eq(rig.cpu->x87.cw, CW_INIT);
}
END_TEST

START_TEST(mmx_register_is_an_x87_significand_with_exponent_ones)
{
    ready();
    /* fld1; movd mm2, eax: TOP becomes 0, all tags valid */
    RUN(0xd9, 0xe8, MOV_EAX(0x87654321), 0x0f, 0x6e, 0xd0, HLT);
    ck_assert_uint_eq(rig.cpu->x87.top, 0);
    ck_assert_uint_eq(rig.cpu->x87.tag, 0);
    ck_assert_uint_eq(rig.cpu->x87.st[2].mant, 0x87654321);
    ck_assert_uint_eq(rig.cpu->x87.st[2].se, 0xffff);
    ck_assert_uint_eq(rig.cpu->x87.st[7].se, 0x3fff); /* what fld1 had put there */
    RUN(EMMS, HLT);
    ck_assert_uint_eq(rig.cpu->x87.tag, 0xff);
    ck_assert_uint_eq(rig.cpu->x87.top, 0);
    ck_assert_uint_eq(rig.cpu->x87.st[2].mant, 0x87654321);
}
END_TEST

START_TEST(reset_clears_xmm_and_init_keeps_them)
{
    ready();
    set_xmm(7, 0x5a5a5a5a);
    rig.cpu->mxcsr = 0x1fa0;
    cpu_init(rig.cpu);
    ck_assert_uint_eq(rig.cpu->xmm[7].d[3], 0x5a5a5a5a);
    ck_assert_uint_eq(rig.cpu->mxcsr, 0x1fa0);
    cpu_reset(rig.cpu);
    ck_assert_uint_eq(rig.cpu->xmm[7].d[3], 0);
    ck_assert_uint_eq(rig.cpu->mxcsr, 0x1f80);
}
END_TEST

START_TEST(state_and_printed_registers_have_xmm_and_mxcsr)
{
    struct buf saved = {0}, text = {0};
    struct error err;
    ready();
    set_xmm(6, 0xabcd1234);
    rig.cpu->mxcsr = 0x1fa5;
    cpu_pre_save(rig.cpu);
    state_save(&cpu_state_table, rig.cpu, NULL, &saved);
    cpu_print(rig.cpu, &text);
    buf_printf(&text, "%c", 0);
    ck_assert(strstr((const char *)text.data, "MXCSR=00001fa5"));
    ck_assert(strstr((const char *)text.data, "XMM06=abcd1234abcd1234 abcd1234abcd1234"));
    cpu_reset(rig.cpu);
    struct reader in = {.p = saved.data, .end = saved.data + saved.len};
    ck_assert(state_load(&cpu_state_table, rig.cpu, NULL, &in, &err));
    cpu_post_load(rig.cpu);
    ck_assert_uint_eq(rig.cpu->xmm[6].d[1], 0xabcd1234);
    ck_assert_uint_eq(rig.cpu->mxcsr, 0x1fa5);
    buf_free(&saved);
    buf_free(&text);
}
END_TEST

START_TEST(monitor_and_mwait_need_their_cpuid_bit_and_cpl_0)
{
    ready();
    RUN(0x0f, 0x01, 0xc8);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ready();
    use_model("max", CPUID_MONITOR);
    RUN(MOV_EAX(DATA_AT), 0x31, 0xc9, 0x31, 0xd2, 0x0f, 0x01, 0xc8, 0x31, 0xc0, 0x0f, 0x01, 0xc9);
    ck_assert(rig.cpu->halted);
    ck_assert_uint_eq(rig.cpu->rip, CODE_AT + 17);
    ready();
    use_model("max", CPUID_MONITOR);
    RUN(0xb9, IMM32(2), 0x0f, 0x01, 0xc8);
    ASSERT_FAULT(EXC_GP, 0);
    ready();
    use_model("max", CPUID_MONITOR);
    rig_user();
    RUN(0x31, 0xc9, 0x0f, 0x01, 0xc9);
    ck_assert_int_eq(rig_vector(), EXC_UD);
}
END_TEST

TCase *simd_tests(void)
{
    TCase *t = tcase_create("simd");
    tcase_add_test(t, sse_needs_osfxsr_and_mmx_does_not);
    tcase_add_test(t, em_is_ud_even_with_ts_and_ts_is_nm);
    tcase_add_test(t, fxsave_with_em_or_ts_is_nm);
    tcase_add_test(t, mmx_reports_a_pending_x87_exception_and_sse_and_fxsave_do_not);
    tcase_add_test(t, movnti_fences_prefetch_and_clflush_ask_neither_cr0_nor_cr4);
    tcase_add_test(t, without_its_cpuid_bit_an_instruction_is_ud_and_a_prefetch_a_nop);
    tcase_add_test(t, cr4_has_osfxsr_and_osxmmexcpt_by_model);
    tcase_add_test(t, lock_is_ud);
    tcase_add_test(t, operand_of_16_bytes_off_its_boundary_is_gp0);
    tcase_add_test(t, alignment_is_of_the_linear_address);
    tcase_add_test(t, operands_that_need_no_boundary_have_none);
    tcase_add_test(t, unaligned_user_access_with_ac_is_ac_and_an_aligned_form_still_gp);
    tcase_add_test(t, store_over_an_absent_page_stores_nothing);
    tcase_add_test(t, load_that_faults_leaves_register_x87_and_mxcsr);
    tcase_add_test(t, access_over_two_pages_is_whole);
    tcase_add_test(t, masked_store_touches_only_pages_that_get_a_byte);
    tcase_add_test(t, segment_limit_counts_all_16_bytes);
    tcase_add_test(t, device_registers_take_16_bytes_in_pieces_lowest_first);
    tcase_add_test(t, unmasked_exception_is_xm_with_osxmmexcpt_and_ud_without);
    tcase_add_test(t, old_flags_raise_nothing_when_they_are_unmasked);
    tcase_add_test(t, flags_of_all_lanes_come_together);
    tcase_add_test(t, exception_before_the_result_hides_those_of_other_results);
    tcase_add_test(t, xm_in_real_mode_goes_through_vector_19);
    tcase_add_test(t, mxcsr_with_a_reserved_bit_is_gp0_and_changes_nothing);
    tcase_add_test(t, denormals_are_zeros_came_with_sse2);
    tcase_add_test(t, fxsave_image_has_every_field_in_its_place);
    tcase_add_test(t, fxrstor_takes_back_what_fxsave_stored);
    tcase_add_test(t, fxsave_without_osfxsr_leaves_xmm_and_mxcsr_out);
    tcase_add_test(t, fxsave_over_an_absent_page_stores_nothing);
    tcase_add_test(t, mmx_register_is_an_x87_significand_with_exponent_ones);
    tcase_add_test(t, reset_clears_xmm_and_init_keeps_them);
    tcase_add_test(t, state_and_printed_registers_have_xmm_and_mxcsr);
    tcase_add_test(t, monitor_and_mwait_need_their_cpuid_bit_and_cpl_0);
    return t;
}
