/* SPDX-License-Identifier: MIT */
/* Far transfers between code segments, through call gates and back: SDM 3A 5.8, CALL, JMP, RET and IRET in SDM 2A. */
#include "tests/cpu/rig.h"

/* Levels 1: where gates lead, so that handlers at level 0 have a stack of their own. */
enum {
    SEL_CODE1 = SEL_FREE,
    SEL_DATA1 = SEL_FREE + 8,
    SEL_GATE = SEL_FREE + 16,
    SEL_X = SEL_FREE + 24,
    TARGET = CODE_AT + 0x100,
    STACK1_TOP = 0x24000,
    DONE = 32
};
#define CALL_FAR(sel)     0x9a, IMM32(0), IMM16(sel)
#define JMP_FAR(off, sel) 0xea, IMM32(off), IMM16(sel)
#define INT_DONE          0xcd, DONE

static void gates(void)
{
    rig_protected();
    put_desc(SEL_CODE1, 0, 0xfffff, 0xbb, 0xc);
    put_desc(SEL_DATA1, 0, 0xfffff, 0xb3, 0xc);
    put_gate(SEL_GATE, 0xec, SEL_CODE1, TARGET, 0);
    put32(TSS_AT + 12, STACK1_TOP);
    put32(TSS_AT + 16, SEL_DATA1 | 1);
    static const uint8_t done[] = {INT_DONE};
    put(TARGET, done, sizeof done);
    rig_user();
}
/* Words of the level-1 stack as the target found it. */
static uint32_t inner(unsigned n)
{
    return peek32(STACK1_TOP - 16 + 4 * n);
}

START_TEST(call_gate_switches_stack_and_pushes_ss_esp_cs_eip)
{
    gates();
    RUN(CALL_FAR(SEL_GATE | 3));
    ck_assert_int_eq(rig_vector(), DONE);
    ck_assert_uint_eq(frame_word(1), SEL_CODE1 | 1);
    ck_assert_uint_eq(frame_word(3), STACK1_TOP - 16);
    ck_assert_uint_eq(frame_word(4), SEL_DATA1 | 1);
    ck_assert_uint_eq(inner(0), CODE_AT + 7);
    ck_assert_uint_eq(inner(1), SEL_CODE3);
    ck_assert_uint_eq(inner(2), STACK3_TOP);
    ck_assert_uint_eq(inner(3), SEL_DATA3);
}
END_TEST

START_TEST(call_gate_copies_parameters_and_retf_drops_them)
{
    static const uint8_t ret[] = {0xca, IMM16(8)};
    gates();
    put_gate(SEL_GATE, 0xec, SEL_CODE1, TARGET, 2);
    put(TARGET, ret, sizeof ret);
    RUN(0x6a, 0x11, 0x6a, 0x22, CALL_FAR(SEL_GATE | 3), INT_DONE); /* push 11h; push 22h */
    ck_assert_int_eq(rig_vector(), DONE);
    ck_assert_uint_eq(frame_word(1), SEL_CODE3);
    ck_assert_uint_eq(frame_word(3), STACK3_TOP);
    ck_assert_uint_eq(peek32(STACK1_TOP - 24 + 8), 0x22);
    ck_assert_uint_eq(peek32(STACK1_TOP - 24 + 12), 0x11);
}
END_TEST

START_TEST(call_gate_of_16_bits_pushes_words)
{
    gates();
    put_gate(SEL_GATE, 0xe4, SEL_CODE1, TARGET & 0xffff, 0);
    put_desc(SEL_CODE1, TARGET & ~0xffff, 0xfffff, 0xbb, 0xc);
    RUN(CALL_FAR(SEL_GATE | 3));
    ck_assert_int_eq(rig_vector(), DONE);
    ck_assert_uint_eq(frame_word(3), STACK1_TOP - 8);
    ck_assert_uint_eq(peek16(STACK1_TOP - 6), SEL_CODE3);
}
END_TEST

START_TEST(call_gate_privilege_is_the_weaker_of_cpl_and_rpl)
{
    gates();
    put_gate(SEL_GATE, 0xcc, SEL_CODE1, TARGET, 0); /* DPL 2 */
    RUN(CALL_FAR(SEL_GATE));
    ASSERT_FAULT(EXC_GP, SEL_GATE);
}
END_TEST

START_TEST(call_gate_not_present_is_np_with_gate)
{
    gates();
    put_gate(SEL_GATE, 0x6c, SEL_CODE1, TARGET, 0);
    RUN(CALL_FAR(SEL_GATE | 3));
    ASSERT_FAULT(EXC_NP, SEL_GATE);
    ck_assert_uint_eq(frame_word(1), CODE_AT);
}
END_TEST

START_TEST(call_gate_target_checks_name_the_code_segment)
{
    gates();
    put_gate(SEL_GATE, 0xec, 0, TARGET, 0);
    RUN(CALL_FAR(SEL_GATE | 3));
    ASSERT_FAULT(EXC_GP, 0);
    gates();
    put_gate(SEL_GATE, 0xec, SEL_DATA1, TARGET, 0);
    RUN(CALL_FAR(SEL_GATE | 3));
    ASSERT_FAULT(EXC_GP, SEL_DATA1);
    gates();
    put_desc(SEL_CODE1, 0, 0xfffff, 0x3b, 0xc);
    RUN(CALL_FAR(SEL_GATE | 3));
    ASSERT_FAULT(EXC_NP, SEL_CODE1);
}
END_TEST

START_TEST(jump_through_gate_cannot_change_level)
{
    gates();
    RUN(JMP_FAR(0, SEL_GATE | 3));
    ASSERT_FAULT(EXC_GP, SEL_CODE1);
}
END_TEST

START_TEST(inner_stack_checks_are_ts_with_its_selector)
{
    static const struct {
        uint16_t ss;
        uint8_t type, vector;
        uint16_t code;
    } t[] = {{0, 0xb3, EXC_TS, 0},
             {SEL_DATA1, 0xb3, EXC_TS, SEL_DATA1},     /* RPL 0 */
             {SEL_DATA1 | 1, 0xb1, EXC_TS, SEL_DATA1}, /* read-only */
             {SEL_DATA1 | 1, 0x93, EXC_TS, SEL_DATA1}, /* DPL 0 */
             {0x7f9, 0xb3, EXC_TS, 0x7f8},             /* an empty descriptor */
             {0x801, 0xb3, EXC_TS, 0x800},             /* beyond the GDT */
             {SEL_DATA1 | 1, 0x33, EXC_SS, SEL_DATA1}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        gates();
        put32(TSS_AT + 16, t[i].ss);
        put_desc(SEL_DATA1, 0, 0xfffff, t[i].type, 0xc);
        RUN(CALL_FAR(SEL_GATE | 3));
        ASSERT_FAULT(t[i].vector, t[i].code);
        ck_assert_uint_eq(frame_word(4), STACK3_TOP);
    }
}
END_TEST

START_TEST(inner_stack_without_room_is_ss_with_its_selector)
{
    gates();
    put_desc(SEL_DATA1, 0, STACK1_TOP - 13, 0xb3, 0x4);
    RUN(CALL_FAR(SEL_GATE | 3));
    ASSERT_FAULT(EXC_SS, SEL_DATA1);
}
END_TEST

START_TEST(tss_too_short_for_the_stack_is_ts_with_tr)
{
    gates();
    rig.cpu->tr.limit = 16; /* ESP0, SS0 are there; SS1's second byte is not */
    RUN(CALL_FAR(SEL_GATE | 3));
    ASSERT_FAULT(EXC_TS, SEL_TSS);
}
END_TEST

START_TEST(gate_offset_beyond_limit_is_gp0_and_nothing_pushed)
{
    gates();
    put_desc(SEL_CODE1, 0, TARGET - 1, 0xbb, 0x4);
    put32(STACK1_TOP - 4, 0xabcd);
    RUN(CALL_FAR(SEL_GATE | 3));
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(peek32(STACK1_TOP - 4), 0xabcd);
    ck_assert_uint_eq(frame_word(2), SEL_CODE3);
}
END_TEST

/* --- Direct --- */

START_TEST(conforming_code_runs_at_the_callers_level)
{
    gates();
    put_desc(SEL_X, 0, 0xfffff, 0x9f, 0xc);
    RUN(0x9a, IMM32(TARGET), IMM16(SEL_X));
    ck_assert_int_eq(rig_vector(), DONE);
    ck_assert_uint_eq(frame_word(1), SEL_X | 3);
    ck_assert_uint_eq(frame_word(3), STACK3_TOP - 8);
}
END_TEST

START_TEST(conforming_code_of_an_outer_level_is_gp)
{
    rig_protected();
    put_desc(SEL_X, 0, 0xfffff, 0xff, 0xc);
    RUN(JMP_FAR(TARGET, SEL_X));
    ASSERT_FAULT(EXC_GP, SEL_X);
}
END_TEST

START_TEST(nonconforming_code_needs_dpl_equal_cpl_and_rpl_not_above)
{
    gates();
    RUN(JMP_FAR(TARGET, SEL_CODE1));
    ASSERT_FAULT(EXC_GP, SEL_CODE1);
    rig_protected();
    RUN(JMP_FAR(TARGET, SEL_CODE0 | 1));
    ASSERT_FAULT(EXC_GP, SEL_CODE0);
    rig_protected();
    RUN(JMP_FAR(TARGET, 0));
    ASSERT_FAULT(EXC_GP, 0);
    rig_protected();
    RUN(JMP_FAR(TARGET, SEL_DATA0));
    ASSERT_FAULT(EXC_GP, SEL_DATA0);
}
END_TEST

START_TEST(far_call_without_stack_room_changes_nothing)
{
    rig_protected();
    rig.cpu->seg[SEG_SS].limit = STACK_TOP - 1;
    seg_update(&rig.cpu->seg[SEG_SS]);
    rig.cpu->regs[RSP] = 4;              /* the second push wraps to the top */
    put_idt(EXC_SS, 0x8e, SEL_CODE3, 0); /* and #SS has no handler: #DF, and no room there either */
    RUN(0x9a, IMM32(TARGET), IMM16(SEL_CODE0));
    ck_assert(rig.cpu->shutdown);
    ck_assert_uint_eq(rig.cpu->regs[RSP], 4);
    ck_assert_uint_eq(rig.cpu->rip, CODE_AT);
}
END_TEST

/* --- Returns --- */

/* Puts a frame for RETF or IRET on the level-0 stack. */
static void frame(const uint32_t *w, unsigned n)
{
    rig.cpu->regs[RSP] = STACK_TOP - 4 * n;
    put(STACK_TOP - 4 * n, w, 4 * n);
}
#define FRAME(...)                           \
    do {                                     \
        const uint32_t w_[] = {__VA_ARGS__}; \
        frame(w_, ARRAY_LEN(w_));            \
    } while (0)

static void outer(void)
{
    static const uint8_t done[] = {INT_DONE};
    rig_protected();
    put(TARGET, done, sizeof done);
}

START_TEST(retf_to_outer_level_takes_stack_and_nulls_inner_segments)
{
    outer();
    ck_assert(!load_seg(rig.cpu, SEG_ES, SEL_DATA3));
    FRAME(TARGET, SEL_CODE3, STACK3_TOP, SEL_DATA3);
    RUN(0xcb);
    ck_assert_int_eq(rig_vector(), DONE);
    ck_assert_uint_eq(frame_word(1), SEL_CODE3);
    ck_assert_uint_eq(frame_word(3), STACK3_TOP);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].sel, 0);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].attr, 0);
    ck_assert_uint_eq(rig.cpu->seg[SEG_ES].sel, SEL_DATA3);
}
END_TEST

/* SDM 3A 5.8.6: data and nonconforming code of a level that the outer one may not use become null; the rest stays. */
START_TEST(outer_return_nulls_by_type_and_level)
{
    static const uint8_t segs[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS};
    for (unsigned type = 0x91; type <= 0xff; type += 2) /* accessed */
        for (unsigned to = 1; to < 4; to++)
            for (unsigned with_flags = 0; with_flags < 2; with_flags++) {
                unsigned dpl = type >> 5 & 3;
                bool code = type & 8, conforming = code && type & 4;
                if (!(type & 0x10) || (code && !(type & 2)))
                    continue;
                outer();
                put_desc(SEL_X, 0, 0xfffff, (uint8_t)type, 0xc);
                put_desc(SEL_CODE1, 0, 0xfffff, (uint8_t)(0x9b | to << 5), 0xc);
                put_desc(SEL_DATA1, 0, 0xfffff, (uint8_t)(0x93 | to << 5), 0xc);
                for (unsigned i = 0; i < sizeof segs; i++)
                    ck_assert(!load_seg(rig.cpu, segs[i], SEL_X));
                if (with_flags)
                    FRAME(TARGET, SEL_CODE1 | to, FL_1, STACK3_TOP, SEL_DATA1 | to);
                else
                    FRAME(TARGET, SEL_CODE1 | to, STACK3_TOP, SEL_DATA1 | to);
                const uint8_t ret[] = {with_flags ? 0xcf : 0xcb};
                run_bytes(ret, 1, 1);
                ck_assert_uint_eq(rig.cpu->cpl, to);
                for (unsigned i = 0; i < sizeof segs; i++) {
                    const struct seg *s = &rig.cpu->seg[segs[i]];
                    bool stays = conforming || dpl >= to;
                    ck_assert_msg(s->sel == (stays ? SEL_X : 0), "type %x to level %u", type, to);
                    ck_assert_uint_eq((s->attr & DESC_P) != 0, stays);
                }
            }
    /* to the same level: nothing does */
    outer();
    FRAME(TARGET, SEL_CODE0);
    static const uint8_t ret[] = {0xcb};
    run_bytes(ret, 1, 1);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].sel, SEL_DATA0);
}
END_TEST

START_TEST(retf_to_inner_level_is_gp)
{
    gates();
    put32(STACK3_TOP, CODE_AT);
    put32(STACK3_TOP + 4, SEL_CODE0);
    RUN(0xcb);
    ASSERT_FAULT(EXC_GP, SEL_CODE0);
}
END_TEST

START_TEST(return_code_checks)
{
    outer();
    FRAME(TARGET, 0, STACK3_TOP, SEL_DATA3);
    RUN(0xcb);
    ASSERT_FAULT(EXC_GP, 0);
    outer();
    FRAME(TARGET, SEL_DATA0, STACK3_TOP, SEL_DATA3);
    RUN(0xcb);
    ASSERT_FAULT(EXC_GP, SEL_DATA0);
    outer();
    FRAME(TARGET, SEL_CODE0 | 3, STACK3_TOP, SEL_DATA3); /* nonconforming: DPL must be RPL */
    RUN(0xcb);
    ASSERT_FAULT(EXC_GP, SEL_CODE0);
    outer();
    put_desc(SEL_X, 0, 0xfffff, 0x7b, 0xc);
    FRAME(TARGET, SEL_X | 3, STACK3_TOP, SEL_DATA3);
    RUN(0xcb);
    ASSERT_FAULT(EXC_NP, SEL_X);
}
END_TEST

START_TEST(return_stack_checks)
{
    static const struct {
        uint16_t ss;
        uint8_t vector;
        uint16_t code;
    } t[] = {{0, EXC_GP, 0},
             {SEL_DATA3 & ~3, EXC_GP, SEL_DATA3 & ~3},
             {SEL_DATA0 | 3, EXC_GP, SEL_DATA0},
             {SEL_CODE3, EXC_GP, SEL_CODE3 & ~3},
             {SEL_X | 3, EXC_SS, SEL_X}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        outer();
        put_desc(SEL_X, 0, 0xfffff, 0x73, 0xc);
        FRAME(TARGET, SEL_CODE3, STACK3_TOP, t[i].ss);
        RUN(0xcb);
        ASSERT_FAULT(t[i].vector, t[i].code);
        ck_assert_uint_eq(frame_word(1), CODE_AT);
    }
}
END_TEST

START_TEST(return_to_16_bit_stack_keeps_the_upper_half_of_esp)
{
    outer();
    put_desc(SEL_X, 0, 0xffff, 0xf3, 0);
    FRAME(TARGET, SEL_CODE3, 0x7000, SEL_X | 3);
    rig.cpu->regs[RSP] |= 0;
    RUN(0xcb);
    ck_assert_int_eq(rig_vector(), DONE);
    ck_assert_uint_eq(frame_word(3), (STACK_TOP & 0xffff0000) | 0x7000);
}
END_TEST

START_TEST(iret_at_cpl3_changes_neither_iopl_nor_if)
{
    gates();
    uint32_t w[] = {TARGET, SEL_CODE3, FL_1 | FL_IOPL | FL_IF | FL_CF | FL_AC};
    put(STACK3_TOP - 12, w, sizeof w);
    rig.cpu->regs[RSP] = STACK3_TOP - 12;
    RUN(0xcf);
    ck_assert_int_eq(rig_vector(), DONE);
    ck_assert_uint_eq(frame_word(2), FL_1 | FL_CF | FL_AC);
    ck_assert_uint_eq(frame_word(3), STACK3_TOP);
}
END_TEST

START_TEST(iret_of_16_bits_keeps_the_upper_flags)
{
    outer();
    cpu_set_eflags(rig.cpu, FL_1 | FL_AC | FL_ID);
    put_desc(SEL_X, TARGET & ~0xffff, 0xffff, 0x9b, 0x4);
    uint16_t w[] = {TARGET & 0xffff, SEL_X, FL_1 | FL_CF};
    rig.cpu->regs[RSP] = STACK_TOP - 6;
    put(STACK_TOP - 6, w, sizeof w);
    RUN(0x66, 0xcf);
    ck_assert_int_eq(rig_vector(), DONE);
    ck_assert_uint_eq(frame_word(1), SEL_X);
    ck_assert_uint_eq(frame_word(2), FL_1 | FL_CF | FL_AC | FL_ID);
}
END_TEST

START_TEST(iret_enters_vm86_and_a_fault_there_pushes_its_segments)
{
    static const uint8_t v86[] = {0x8c, 0xc8, 0xf4}; /* mov ax, cs; hlt: #GP at CPL 3 */
    outer();
    put(0x8005, v86, sizeof v86);
    FRAME(5, 0x800, FL_1 | FL_VM | FL_IOPL, 0x7ff0, 0x900, 0xa00, 0xb00, 0xc00, 0xd00);
    RUN(0xcf);
    ASSERT_FAULT(EXC_GP, 0);
    static const uint32_t want[] = {7,     0x800, FL_1 | FL_VM | FL_IOPL | FL_RF, 0x7ff0, 0x900, 0xa00, 0xb00,
                                    0xc00, 0xd00};
    for (unsigned i = 0; i < ARRAY_LEN(want); i++)
        ck_assert_uint_eq(frame_word(i + 1), want[i]);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x800);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].attr, 0);
    ck_assert_uint_eq(rig.cpu->cpl, 0);
}
END_TEST

START_TEST(vm86_int_n_needs_iopl_3)
{
    static const uint8_t v86[] = {INT_DONE};
    outer();
    put(0x8000, v86, sizeof v86);
    FRAME(0, 0x800, FL_1 | FL_VM, 0x7ff0, 0x900, 0, 0, 0, 0);
    RUN(0xcf);
    ASSERT_FAULT(EXC_GP, 0);
    outer();
    FRAME(0, 0x800, FL_1 | FL_VM | FL_IOPL, 0x7ff0, 0x900, 0, 0, 0, 0);
    RUN(0xcf);
    ck_assert_int_eq(rig_vector(), DONE);
}
END_TEST

TCase *gate_tests(void)
{
    TCase *t = tcase_create("gates");
    tcase_add_test(t, call_gate_switches_stack_and_pushes_ss_esp_cs_eip);
    tcase_add_test(t, call_gate_copies_parameters_and_retf_drops_them);
    tcase_add_test(t, call_gate_of_16_bits_pushes_words);
    tcase_add_test(t, call_gate_privilege_is_the_weaker_of_cpl_and_rpl);
    tcase_add_test(t, call_gate_not_present_is_np_with_gate);
    tcase_add_test(t, call_gate_target_checks_name_the_code_segment);
    tcase_add_test(t, jump_through_gate_cannot_change_level);
    tcase_add_test(t, inner_stack_checks_are_ts_with_its_selector);
    tcase_add_test(t, inner_stack_without_room_is_ss_with_its_selector);
    tcase_add_test(t, tss_too_short_for_the_stack_is_ts_with_tr);
    tcase_add_test(t, gate_offset_beyond_limit_is_gp0_and_nothing_pushed);
    tcase_add_test(t, conforming_code_runs_at_the_callers_level);
    tcase_add_test(t, conforming_code_of_an_outer_level_is_gp);
    tcase_add_test(t, nonconforming_code_needs_dpl_equal_cpl_and_rpl_not_above);
    tcase_add_test(t, far_call_without_stack_room_changes_nothing);
    tcase_add_test(t, retf_to_outer_level_takes_stack_and_nulls_inner_segments);
    tcase_add_test(t, outer_return_nulls_by_type_and_level);
    tcase_add_test(t, retf_to_inner_level_is_gp);
    tcase_add_test(t, return_code_checks);
    tcase_add_test(t, return_stack_checks);
    tcase_add_test(t, return_to_16_bit_stack_keeps_the_upper_half_of_esp);
    tcase_add_test(t, iret_at_cpl3_changes_neither_iopl_nor_if);
    tcase_add_test(t, iret_of_16_bits_keeps_the_upper_flags);
    tcase_add_test(t, iret_enters_vm86_and_a_fault_there_pushes_its_segments);
    tcase_add_test(t, vm86_int_n_needs_iopl_3);
    return t;
}
