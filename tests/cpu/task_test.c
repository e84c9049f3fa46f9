/* SPDX-License-Identifier: MIT */
/* Hardware task switches: SDM 3A chapter 7. */
#include "tests/cpu/rig.h"

enum { SEL_TSS2 = SEL_FREE, SEL_GATE = SEL_FREE + 8, TARGET = CODE_AT + 0x100, STACK2_TOP = 0x2c000 };
#define INT_DONE 0xcd, 32

static void tasks(void)
{
    static const uint8_t done[] = {INT_DONE};
    rig_protected();
    put(TARGET, done, sizeof done);
    put_desc(SEL_TSS2, TSS2_AT, 103, 0x89, 0);
    put_gate(SEL_GATE, 0xe5, SEL_TSS2, 0, 0);
    for (unsigned i = 0; i < 104; i += 4)
        put32(TSS2_AT + i, 0);
    put32(TSS2_AT + 32, TARGET);
    put32(TSS2_AT + 36, FL_1);
    put32(TSS2_AT + 40, 0xaaaa);
    put32(TSS2_AT + 56, STACK2_TOP);
    put32(TSS2_AT + 76, SEL_CODE0);
    put32(TSS2_AT + 80, SEL_DATA0);
    put32(TSS2_AT + 84, SEL_DATA0);
    put32(GDT_AT + SEL_TSS + 4, (peek32(GDT_AT + SEL_TSS + 4) & ~0xf00u) | 0xb00);
}

START_TEST(jump_to_tss_saves_and_loads_everything)
{
    tasks();
    rig.cpu->regs[RAX] = 0x1111;
    cpu_set_eflags(rig.cpu, FL_1 | FL_CF);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0xaaaa);
    ck_assert_uint_eq(rig.cpu->regs[RSP], STACK2_TOP - 12);
    ck_assert_uint_eq(frame_word(2), FL_1);
    ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS2);
    ck_assert(rig.cpu->cr0 & CR0_TS);
    ck_assert_uint_eq(peek32(TSS_AT + 32), CODE_AT + 7);
    ck_assert_uint_eq(peek32(TSS_AT + 36), FL_1 | FL_CF);
    ck_assert_uint_eq(peek32(TSS_AT + 40), 0x1111);
    ck_assert_uint_eq(peek16(TSS_AT + 76), SEL_CODE0);
    ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS + 5), 0x89);
    ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS2 + 5), 0x8b);
}
END_TEST

START_TEST(call_nests_and_iret_goes_back)
{
    static const uint8_t iret_code[] = {0xcf, INT_DONE};
    tasks();
    put(TARGET, iret_code, sizeof iret_code);
    rig.cpu->regs[RBX] = 0x77;
    RUN(0x9a, IMM32(0), IMM16(SEL_GATE), 0x90, INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 10);
    ck_assert_uint_eq(rig.cpu->regs[RBX], 0x77);
    ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS);
    ck_assert_uint_eq(peek16(TSS2_AT), SEL_TSS);
    ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS + 5), 0x8b);
    ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS2 + 5), 0x89);
    /* the nested task's saved flags have NT cleared, its EIP is after the IRET */
    ck_assert_uint_eq(peek32(TSS2_AT + 36) & FL_NT, 0);
    ck_assert_uint_eq(peek32(TSS2_AT + 32), TARGET + 1);
}
END_TEST

START_TEST(exception_through_task_gate_pushes_its_code_on_the_new_stack)
{
    tasks();
    put_idt(EXC_GP, 0x85, SEL_TSS2, 0);
    RUN(0xcd, 64);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->regs[RSP], STACK2_TOP - 16);
    ck_assert_uint_eq(peek32(STACK2_TOP - 4), 64 * 8 + 2);
    ck_assert_uint_eq(peek32(TSS_AT + 32), CODE_AT);
    ck_assert(frame_word(2) & FL_NT);
}
END_TEST

START_TEST(jump_to_busy_tss_is_gp_and_short_one_ts)
{
    tasks();
    RUN(0xea, IMM32(0), IMM16(SEL_TSS));
    ASSERT_FAULT(EXC_GP, SEL_TSS);
    tasks();
    put_desc(SEL_TSS2, TSS2_AT, 102, 0x89, 0);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ASSERT_FAULT(EXC_TS, SEL_TSS2);
    ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS);
    tasks();
    put_desc(SEL_TSS2, TSS2_AT, 103, 0x09, 0);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ASSERT_FAULT(EXC_NP, SEL_TSS2);
}
END_TEST

START_TEST(bad_segment_of_the_new_task_faults_there)
{
    tasks();
    put32(TSS2_AT + 84, SEL_CODE0 + 0x500); /* DS: an empty descriptor */
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ASSERT_FAULT(EXC_TS, SEL_CODE0 + 0x500);
    ck_assert_uint_eq(frame_word(1), TARGET);
    ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS2);
}
END_TEST

START_TEST(task_with_cr3_changes_address_space)
{
    tasks();
    rig_paging();
    put32(PD2_AT, PT_AT | 7);
    put32(TSS2_AT + 28, PD2_AT);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->cr3, PD2_AT);
}
END_TEST

START_TEST(tss_of_16_bits)
{
    tasks();
    put_desc(SEL_TSS2, TSS2_AT, 43, 0x81, 0);
    put_desc(SEL_FREE + 0x20, 0, 0xffff, 0x93, 0);
    put_desc(SEL_FREE + 0x28, CODE_AT, 0xffff, 0x9b, 0x4);
    put16(TSS2_AT + 14, 0x100);
    put16(TSS2_AT + 16, FL_1);
    put16(TSS2_AT + 18, 0xbbbb);
    put16(TSS2_AT + 26, 0x9000);
    put16(TSS2_AT + 34, SEL_DATA0);
    put16(TSS2_AT + 36, SEL_FREE + 0x28);
    put16(TSS2_AT + 38, SEL_FREE + 0x20);
    put16(TSS2_AT + 40, SEL_DATA0);
    put16(TSS2_AT + 42, 0);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->regs[RAX] & 0xffff, 0xbbbb);
    ck_assert_uint_eq(rig.cpu->regs[RSP] & 0xffff, 0x9000 - 12);
    ck_assert_uint_eq(rig.cpu->seg[SEG_FS].sel, 0);
}
END_TEST

START_TEST(trap_bit_raises_db_in_the_new_task)
{
    tasks();
    put16(TSS2_AT + 100, 1);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ck_assert_int_eq(rig_vector(), EXC_DB);
    ck_assert_uint_eq(frame_word(0), TARGET);
    ck_assert_uint_eq(rig.cpu->dr[6] & 0xe00f, 0x8000);
}
END_TEST

TCase *task_tests(void)
{
    TCase *t = tcase_create("tasks");
    tcase_add_test(t, jump_to_tss_saves_and_loads_everything);
    tcase_add_test(t, call_nests_and_iret_goes_back);
    tcase_add_test(t, exception_through_task_gate_pushes_its_code_on_the_new_stack);
    tcase_add_test(t, jump_to_busy_tss_is_gp_and_short_one_ts);
    tcase_add_test(t, bad_segment_of_the_new_task_faults_there);
    tcase_add_test(t, task_with_cr3_changes_address_space);
    tcase_add_test(t, tss_of_16_bits);
    tcase_add_test(t, trap_bit_raises_db_in_the_new_task);
    return t;
}
