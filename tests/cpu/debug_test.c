/* SPDX-License-Identifier: MIT */
/* Breakpoints and single step: SDM 3B 17.2, 17.3. */
#include "tests/cpu/rig.h"

#define INT_DONE 0xcd, 32
enum { L0 = 1, RW_EXEC = 0, RW_WRITE = 1, RW_IO = 2, RW_RW = 3, BS = 0x4000, BD = 0x2000 };

static void breakpoint(uint64_t at, unsigned rw, unsigned len)
{
    rig_protected();
    rig.cpu->dr[0] = at;
    rig.cpu->dr[7] = 0x400 | L0 | rw << 16 | len << 18;
    tlb_flush_all(rig.cpu);
}
/* #DB came with EIP and these bits in DR6. */
static void assert_db(uint32_t eip, uint32_t dr6)
{
    ck_assert_int_eq(rig_vector(), EXC_DB);
    ck_assert_uint_eq(frame_word(0), CODE_AT + eip);
    ck_assert_uint_eq(rig.cpu->dr[6] & 0xe00f, dr6);
}

START_TEST(tf_traps_after_the_next_instruction)
{
    rig_protected();
    RUN(0x68, IMM32(FL_TF | FL_1), 0x9d, 0x90, 0x90, INT_DONE); /* push; popf; nop; nop */
    assert_db(7, BS);
    ck_assert_uint_eq(frame_word(2) & FL_TF, FL_TF);
    ck_assert_uint_eq(cpu_eflags(rig.cpu) & FL_TF, 0);
}
END_TEST

START_TEST(tf_is_held_over_mov_ss)
{
    rig_protected();
    rig.cpu->regs[RAX] = SEL_DATA0;
    RUN(0x68, IMM32(FL_TF | FL_1), 0x9d, 0x8e, 0xd0, 0x90, 0x90);
    assert_db(9, BS);
}
END_TEST

START_TEST(int_n_under_tf_enters_the_handler_without_trap)
{
    rig_protected();
    RUN(0x68, IMM32(FL_TF | FL_1), 0x9d, INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(frame_word(2) & FL_TF, FL_TF);
}
END_TEST

/* DEBUGCTL, SDM 3B 17.4.3: with BTF, TF traps behind a branch that is taken. */
START_TEST(btf_makes_tf_trap_taken_branches_alone)
{
    rig_protected();
    rig.cpu->debugctl = 2;
    /* popf sets TF; nop; cmp eax,eax; jnz +0; jz +1; hlt; nop */
    RUN(0x68, IMM32(FL_TF | FL_1), 0x9d, 0x90, 0x39, 0xc0, 0x75, 0, 0x74, 1, HLT, 0x90, 0x90);
    assert_db(14, BS);
    ck_assert_uint_eq(rig.cpu->debugctl, 0);
}
END_TEST
START_TEST(lbr_records_branches_and_what_was_before_an_exception)
{
    rig_protected();
    rig.cpu->debugctl = 1;
    RUN(0xeb, 1, 0x90, 0x90, 0x0f, 0x0b); /* jmp +1; nop; nop; ud2 */
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ck_assert_uint_eq(rig.cpu->last_int[0], CODE_AT);
    ck_assert_uint_eq(rig.cpu->last_int[1], CODE_AT + 3);
    ck_assert_uint_eq(rig.cpu->last_branch[0], CODE_AT + 4);
    ck_assert_uint_eq(rig.cpu->last_branch[1], HANDLERS_AT + EXC_UD);
    ck_assert_uint_eq(rig.cpu->debugctl, 1);
}
END_TEST
START_TEST(instruction_breakpoint_behind_mov_ss_is_inhibited)
{
    breakpoint(CODE_AT + 2, RW_EXEC, 0);
    rig.cpu->regs[RAX] = SEL_DATA0;
    RUN(0x8e, 0xd0, 0x43, INT_DONE); /* mov ss,ax; inc ebx */
    ck_assert_int_eq(rig_vector(), 32);
}
END_TEST
START_TEST(instruction_breakpoint_is_a_fault_and_rf_skips_it)
{
    breakpoint(CODE_AT + 1, RW_EXEC, 0);
    RUN(0x90, 0x40, INT_DONE); /* nop; inc eax */
    assert_db(1, 1);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0);
    /* back by IRET with RF set */
    breakpoint(CODE_AT + 1, RW_EXEC, 0);
    uint32_t w[] = {CODE_AT + 1, SEL_CODE0, FL_1 | FL_RF};
    put(STACK_TOP - 12, w, sizeof w);
    rig.cpu->regs[RSP] = STACK_TOP - 12;
    RUN(0xcf, 0x40, INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 1);
}
END_TEST

START_TEST(data_write_breakpoint_traps_after_writes_only)
{
    breakpoint(DATA_AT + 2, RW_WRITE, 0);
    RUN(0xa1, IMM32(DATA_AT), 0xa3, IMM32(DATA_AT), 0x90, INT_DONE);
    assert_db(10, 1);
}
END_TEST

START_TEST(data_read_write_breakpoint_traps_after_reads)
{
    breakpoint(DATA_AT + 4, RW_RW, 3);
    RUN(0xa1, IMM32(DATA_AT), 0xa0, IMM32(DATA_AT + 7), 0x90, INT_DONE);
    assert_db(10, 1);
}
END_TEST

START_TEST(data_breakpoint_misses_its_neighbours)
{
    breakpoint(DATA_AT + 4, RW_RW, 3);
    RUN(0xa1, IMM32(DATA_AT), 0xa1, IMM32(DATA_AT + 8), INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->dr[6], 0xffff0ff0);
}
END_TEST

START_TEST(push_hits_a_data_breakpoint)
{
    breakpoint(STACK_TOP - 4, RW_WRITE, 3);
    RUN(0x50, 0x90, INT_DONE);
    assert_db(1, 1);
}
END_TEST

START_TEST(io_breakpoint_needs_cr4_de)
{
    breakpoint(0x80, RW_IO, 0);
    RUN(0xe6, 0x80, 0x90, INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    breakpoint(0x80, RW_IO, 0);
    rig.cpu->cr4 |= CR4_DE;
    RUN(0xe6, 0x80, 0x90, INT_DONE);
    assert_db(2, 1);
}
END_TEST

START_TEST(general_detect_faults_and_clears_gd)
{
    rig_protected();
    rig.cpu->dr[7] |= 0x2000;
    RUN(0x0f, 0x21, 0xc0);
    assert_db(0, BD);
    ck_assert_uint_eq(rig.cpu->dr[7] & 0x2000, 0);
}
END_TEST

START_TEST(dr4_and_dr5_are_dr6_and_dr7_without_de)
{
    rig_protected();
    RUN(0x0f, 0x21, 0xe0, 0x89, 0xc3, 0x0f, 0x21, 0xe8, INT_DONE); /* mov eax, dr4; mov ebx, eax; mov eax, dr5 */
    ck_assert_uint_eq(rig.cpu->regs[RBX], 0xffff0ff0);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x400);
    rig_protected();
    rig.cpu->cr4 |= CR4_DE;
    RUN(0x0f, 0x21, 0xe0);
    ck_assert_int_eq(rig_vector(), EXC_UD);
}
END_TEST

START_TEST(fixed_bits_of_dr6_and_dr7)
{
    rig_protected();
    RUN(MOV_EAX(0xffffdfff), 0x0f, 0x23, 0xf0, 0x0f, 0x23, 0xf8, 0x0f, 0x21, 0xf3, 0x0f, 0x21, 0xf9, INT_DONE);
    ck_assert_uint_eq(rig.cpu->regs[RBX], 0xffffcfff);
    ck_assert_uint_eq(rig.cpu->regs[RCX], 0xffff07ff);
}
END_TEST

START_TEST(debug_registers_are_cpl0)
{
    rig_protected();
    rig_user();
    RUN(0x0f, 0x21, 0xc0);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

TCase *debug_tests(void)
{
    TCase *t = tcase_create("debug registers");
    tcase_add_test(t, tf_traps_after_the_next_instruction);
    tcase_add_test(t, tf_is_held_over_mov_ss);
    tcase_add_test(t, int_n_under_tf_enters_the_handler_without_trap);
    tcase_add_test(t, instruction_breakpoint_behind_mov_ss_is_inhibited);
    tcase_add_test(t, btf_makes_tf_trap_taken_branches_alone);
    tcase_add_test(t, lbr_records_branches_and_what_was_before_an_exception);
    tcase_add_test(t, instruction_breakpoint_is_a_fault_and_rf_skips_it);
    tcase_add_test(t, data_write_breakpoint_traps_after_writes_only);
    tcase_add_test(t, data_read_write_breakpoint_traps_after_reads);
    tcase_add_test(t, data_breakpoint_misses_its_neighbours);
    tcase_add_test(t, push_hits_a_data_breakpoint);
    tcase_add_test(t, io_breakpoint_needs_cr4_de);
    tcase_add_test(t, general_detect_faults_and_clears_gd);
    tcase_add_test(t, dr4_and_dr5_are_dr6_and_dr7_without_de);
    tcase_add_test(t, fixed_bits_of_dr6_and_dr7);
    tcase_add_test(t, debug_registers_are_cpl0);
    return t;
}
