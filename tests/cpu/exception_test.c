/* SPDX-License-Identifier: MIT */
/* Delivery of exceptions and interrupts: SDM 3A chapter 6. */
#include "tests/cpu/rig.h"

#define INT_DONE 0xcd, 32
#define INTN(n)  0xcd, n
#define UD2      0x0f, 0x0b

static void user(void)
{
    rig_protected();
    rig_user();
}

START_TEST(fault_pushes_the_instruction_and_trap_the_next)
{
    rig_protected();
    RUN(0x90, UD2);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 1);
    rig_protected();
    RUN(0x90, 0xcc);
    ck_assert_int_eq(rig_vector(), EXC_BP);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 2);
}
END_TEST

START_TEST(faults_set_rf_in_the_image_and_traps_do_not)
{
    rig_protected();
    RUN(UD2);
    ck_assert_uint_eq(frame_word(2) & FL_RF, FL_RF);
    rig_protected();
    RUN(0xcc);
    ck_assert_uint_eq(frame_word(2) & FL_RF, 0);
}
END_TEST

START_TEST(interrupt_gate_clears_if_and_trap_gate_keeps_it)
{
    rig_protected();
    cpu_set_eflags(rig.cpu, FL_1 | FL_IF | FL_NT);
    RUN(UD2);
    ck_assert_uint_eq(cpu_eflags(rig.cpu) & (FL_IF | FL_NT | FL_TF), 0);
    ck_assert_uint_eq(frame_word(2), FL_1 | FL_IF | FL_NT | FL_RF);
    rig_protected();
    put_idt(EXC_UD, 0x8f, SEL_CODE0, HANDLERS_AT + EXC_UD);
    cpu_set_eflags(rig.cpu, FL_1 | FL_IF | FL_NT);
    RUN(UD2);
    ck_assert_uint_eq(cpu_eflags(rig.cpu) & (FL_IF | FL_NT), FL_IF);
}
END_TEST

START_TEST(gate_of_16_bits_pushes_words)
{
    rig_protected();
    put_idt(EXC_UD, 0x86, SEL_CODE0, 0x12340000 | (HANDLERS_AT + EXC_UD));
    RUN(UD2);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ck_assert_uint_eq(rig.cpu->regs[RSP], STACK_TOP - 6);
    ck_assert_uint_eq(peek16(STACK_TOP - 6), CODE_AT & 0xffff);
    ck_assert_uint_eq(peek16(STACK_TOP - 4), SEL_CODE0);
}
END_TEST

START_TEST(exception_from_user_switches_to_the_tss_stack)
{
    user();
    RUN(UD2);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ck_assert_uint_eq(rig.cpu->regs[RSP], STACK0_TOP - 20);
    ck_assert_uint_eq(rig.cpu->seg[SEG_SS].sel, SEL_DATA0);
    ck_assert_uint_eq(frame_word(1), SEL_CODE3);
    ck_assert_uint_eq(frame_word(3), STACK3_TOP);
    ck_assert_uint_eq(frame_word(4), SEL_DATA3);
    ck_assert_uint_eq(rig.cpu->cpl, 0);
}
END_TEST

START_TEST(tss_of_16_bits_gives_sp_and_ss_words)
{
    rig_protected();
    put_desc(SEL_TSS, TSS_AT, 43, 0x83, 0);
    struct desc d;
    ck_assert(!desc_read(rig.cpu, SEL_TSS, EXC_GP, &d));
    seg_from_desc(&rig.cpu->tr, SEL_TSS, &d);
    put16(TSS_AT + 2, 0xf000);
    put16(TSS_AT + 4, SEL_DATA0);
    rig_user();
    RUN(UD2);
    ck_assert_int_eq(rig_vector(), EXC_UD);
    ck_assert_uint_eq(rig.cpu->regs[RSP], 0xf000 - 20);
}
END_TEST

START_TEST(conforming_handler_stays_at_cpl)
{
    user();
    put_desc(SEL_FREE, 0, 0xfffff, 0x9f, 0xc);
    put_idt(EXC_UD, 0x8e, SEL_FREE, HANDLERS_AT + EXC_UD);
    RUN(UD2); /* HLT in the handler is #GP at CPL 3 */
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(frame_word(2), SEL_FREE | 3);
    ck_assert_uint_eq(frame_word(4), STACK3_TOP - 12);
}
END_TEST

START_TEST(int_n_checks_the_gate_dpl_and_names_the_vector)
{
    user();
    RUN(INTN(13));
    ASSERT_FAULT(EXC_GP, 13 * 8 + 2);
    ck_assert_uint_eq(frame_word(1), CODE_AT);
    user();
    RUN(INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 2);
}
END_TEST

START_TEST(int_n_pushes_no_error_code)
{
    rig_protected();
    RUN(INTN(13));
    ck_assert_int_eq(rig_vector(), 13);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 2);
}
END_TEST

START_TEST(vector_beyond_idt_is_gp_with_idt_bit)
{
    rig_protected();
    put_idt(64, 0xee, SEL_CODE0, HANDLERS_AT);
    RUN(INTN(64));
    ASSERT_FAULT(EXC_GP, 64 * 8 + 2);
    rig_protected();
    rig.cpu->idtr.limit = 40 * 8 + 6; /* the last byte of the gate is cut off */
    RUN(INTN(40));
    ASSERT_FAULT(EXC_GP, 40 * 8 + 2);
}
END_TEST

START_TEST(gate_not_present_is_np_and_wrong_type_gp)
{
    rig_protected();
    put_idt(40, 0x6e, SEL_CODE0, HANDLERS_AT);
    RUN(INTN(40));
    ASSERT_FAULT(EXC_NP, 40 * 8 + 2);
    rig_protected();
    put_idt(40, 0xec, SEL_CODE0, HANDLERS_AT);
    RUN(INTN(40));
    ASSERT_FAULT(EXC_GP, 40 * 8 + 2);
}
END_TEST

START_TEST(handler_selector_checks)
{
    rig_protected();
    put_idt(40, 0xee, 0, HANDLERS_AT);
    RUN(INTN(40));
    ASSERT_FAULT(EXC_GP, 0);
    rig_protected();
    put_idt(40, 0xee, SEL_DATA0, HANDLERS_AT);
    RUN(INTN(40));
    ASSERT_FAULT(EXC_GP, SEL_DATA0);
    rig_protected();
    put_idt(40, 0xee, SEL_CODE3 & ~3, HANDLERS_AT); /* an outer level's code */
    RUN(INTN(40));
    ASSERT_FAULT(EXC_GP, SEL_CODE3 & ~3);
    rig_protected();
    put_desc(SEL_FREE, 0, 0xfffff, 0x1b, 0xc);
    put_idt(40, 0xee, SEL_FREE, HANDLERS_AT);
    RUN(INTN(40));
    ASSERT_FAULT(EXC_NP, SEL_FREE);
}
END_TEST

START_TEST(fault_while_delivering_an_exception_has_ext)
{
    rig_protected();
    put_idt(EXC_UD, 0x0e, SEL_CODE0, HANDLERS_AT); /* #UD is benign: #NP comes as itself */
    RUN(UD2);
    ASSERT_FAULT(EXC_NP, EXC_UD * 8 + 3);
    ck_assert_uint_eq(frame_word(1), CODE_AT);
}
END_TEST

START_TEST(contributory_then_contributory_is_double_fault)
{
    rig_protected();
    put_idt(EXC_GP, 0x0e, SEL_CODE0, HANDLERS_AT);
    RUN(0x90, INTN(64));
    ASSERT_FAULT(EXC_DF, 0);
    ck_assert_uint_eq(frame_word(1), CODE_AT + 1);
}
END_TEST

START_TEST(page_fault_then_page_fault_is_double_fault_with_second_cr2)
{
    rig_protected();
    rig_paging();
    set_pte(DATA_AT, 0);
    set_pte(0x50000, 0);
    rig.cpu->seg[SEG_SS] = rig.cpu->seg[SEG_DS];
    put_idt(EXC_PF, 0x8e, SEL_FREE, 0);
    put_desc(SEL_FREE, 0, 0xfffff, 0x9a, 0xc); /* accessed bit to be set ... */
    rig.cpu->cr0 |= CR0_WP;
    set_pte(GDT_AT, GDT_AT | 1); /* ... in a read-only page: #PF while delivering #PF */
    RUN(0xa1, IMM32(DATA_AT));
    ASSERT_FAULT(EXC_DF, 0);
    ck_assert_uint_eq(rig.cpu->cr2, GDT_AT + SEL_FREE + 5);
}
END_TEST

START_TEST(contributory_then_page_fault_is_a_page_fault)
{
    rig_protected();
    rig_paging();
    put_idt(EXC_GP, 0x8e, SEL_FREE, 0);
    put_desc(SEL_FREE, 0, 0xfffff, 0x9a, 0xc);
    rig.cpu->cr0 |= CR0_WP;
    set_pte(GDT_AT, GDT_AT | 1);
    RUN(INTN(64));
    ASSERT_FAULT(EXC_PF, 3);
}
END_TEST

START_TEST(fault_in_double_fault_is_shutdown)
{
    rig_protected();
    put_idt(EXC_GP, 0x0e, SEL_CODE0, HANDLERS_AT);
    put_idt(EXC_DF, 0x0e, SEL_CODE0, HANDLERS_AT);
    RUN(INTN(64));
    ck_assert(rig.cpu->shutdown);
}
END_TEST

START_TEST(null_idt_is_shutdown_in_real_mode_too)
{
    rig_real();
    rig.cpu->idtr.limit = 0;
    RUN(INTN(0x21));
    ck_assert(rig.cpu->shutdown);
}
END_TEST

START_TEST(page_fault_on_the_inner_stack_leaves_everything)
{
    rig_protected();
    rig_paging();
    put32(TSS_AT + 4, 0x60008); /* the frame crosses from a present page into an absent one */
    set_pte(0x5f000, 0);
    rig_user();
    rig.cpu->regs[RAX] = 0x1234;
    put32(0x60004, 0x77);
    RUN(UD2); /* #UD -> #PF -> its own frame faults as well: #DF -> shutdown */
    ck_assert(rig.cpu->shutdown);
    ck_assert_uint_eq(peek32(0x60004), 0x77);
    ck_assert_uint_eq(rig.cpu->cpl, 3);
    ck_assert_uint_eq(rig.cpu->regs[RSP], STACK3_TOP);
    ck_assert_uint_eq(rig.cpu->rip, CODE_AT);
}
END_TEST

START_TEST(real_mode_interrupt_pushes_flags_cs_ip_and_clears_if_tf)
{
    rig_real();
    cpu_set_eflags(rig.cpu, FL_1 | FL_IF | FL_CF);
    RUN(INTN(5));
    ck_assert_int_eq(rig_vector(), 5);
    ck_assert_uint_eq(peek16(0xff00 - 2), FL_1 | FL_IF | FL_CF);
    ck_assert_uint_eq(peek16(0xff00 - 4), CODE_AT >> 4);
    ck_assert_uint_eq(peek16(0xff00 - 6), 2);
    ck_assert_uint_eq(cpu_eflags(rig.cpu) & FL_IF, 0);
}
END_TEST

START_TEST(real_mode_exceptions_have_no_error_code)
{
    rig_real();
    RUN(0xa1, IMM16(0xffff));
    ck_assert_int_eq(rig_vector(), EXC_GP);
    ck_assert_uint_eq(rig.cpu->regs[RSP], 0xff00 - 6);
    ck_assert_uint_eq(peek16(0xff00 - 6), 0);
}
END_TEST

START_TEST(divide_error_and_bound_are_faults_into_is_a_trap)
{
    rig_protected();
    RUN(0x31, 0xc9, 0xf7, 0xf1);
    ck_assert_int_eq(rig_vector(), EXC_DE);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 2);
    rig_protected();
    put32(DATA_AT, 1);
    put32(DATA_AT + 4, 2);
    rig.cpu->regs[RAX] = 3;
    RUN(0x62, 0x05, IMM32(DATA_AT));
    ck_assert_int_eq(rig_vector(), EXC_BR);
    ck_assert_uint_eq(frame_word(0), CODE_AT);
    rig_protected();
    cpu_set_eflags(rig.cpu, FL_1 | FL_OF);
    RUN(0xce);
    ck_assert_int_eq(rig_vector(), EXC_OF);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 1);
}
END_TEST

/* --- Pins --- */

static int ack(void *ctx)
{
    struct cpu_pins p = cpu_pins(rig.cpu);
    (void)ctx;
    p.intr(p.ctx, 0);
    return 33;
}
static struct cpu_pins irq_rig(void)
{
    rig_protected();
    rig.cpu->intack = (struct intr_ack){ack, NULL};
    return cpu_pins(rig.cpu);
}

START_TEST(intr_waits_for_if_and_sti_shadows_one_instruction)
{
    struct cpu_pins p = irq_rig();
    p.intr(p.ctx, 1);
    RUN(0x90, 0xfb, 0x90, 0x90, INT_DONE); /* nop; sti; nop; nop */
    ck_assert_int_eq(rig_vector(), 33);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 3);
    ck_assert_uint_eq(frame_word(2) & FL_RF, 0);
}
END_TEST

static void raise_intr(void *ctx)
{
    struct cpu_pins *p = ctx;
    p->intr(p->ctx, 1);
}

/* An event right behind STI still waits for the instruction after it; one position later it comes at once. */
START_TEST(event_right_behind_sti_is_shadowed)
{
    for (unsigned at = 1; at <= 4; at++) {
        struct cpu_pins p = irq_rig();
        struct timer t;
        timer_init(&t, &rig.clock, raise_intr, &p);
        timer_set(&t, clock_ns_at(&rig.clock, rig.clock.pos + at));
        RUN(0x90, 0xfb, 0x90, 0x90, 0x90, 0x90, INT_DONE); /* STI is at position 1 */
        ck_assert_int_eq(rig_vector(), 33);
        ck_assert_uint_eq(frame_word(0), CODE_AT + MAX(at, 3));
        timer_cancel(&t);
    }
}
END_TEST

START_TEST(sti_with_if_set_makes_no_shadow)
{
    struct cpu_pins p = irq_rig();
    cpu_set_eflags(rig.cpu, FL_1 | FL_IF);
    put8(CODE_AT + 0x50, 0);
    RUN(0xfb, INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert(!rig.cpu->shadow_sti);
    p.intr(p.ctx, 0);
}
END_TEST

START_TEST(mov_ss_shadows_one_instruction)
{
    struct cpu_pins p = irq_rig();
    p.intr(p.ctx, 1);
    rig.cpu->regs[RAX] = SEL_DATA0;
    RUN(0xfb, 0x8e, 0xd0, 0xbc, IMM32(STACK_TOP), 0x90, INT_DONE); /* sti; mov ss, ax; mov esp, ...; nop */
    ck_assert_int_eq(rig_vector(), 33);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 8);
}
END_TEST

START_TEST(popf_that_sets_if_has_no_shadow)
{
    struct cpu_pins p = irq_rig();
    p.intr(p.ctx, 1);
    RUN(0x68, IMM32(FL_IF | FL_1), 0x9d, 0x90, INT_DONE);
    ck_assert_int_eq(rig_vector(), 33);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 6);
}
END_TEST

START_TEST(hlt_resumes_after_itself)
{
    struct cpu_pins p = irq_rig();
    cpu_set_eflags(rig.cpu, FL_1 | FL_IF);
    RUN(0x90, HLT, 0x90);
    ck_assert(rig.cpu->halted);
    p.intr(p.ctx, 1);
    cpu_run(rig.cpu, rig.clock.pos + 10);
    ck_assert_int_eq(rig_vector(), 33);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 2);
}
END_TEST

START_TEST(nmi_ignores_if_and_is_blocked_until_iret)
{
    struct cpu_pins p = irq_rig();
    static const uint8_t handler[] = {0x43, 0xcf}; /* inc ebx; iret */
    put(0x8000, handler, sizeof handler);
    put_idt(EXC_NMI, 0x8e, SEL_CODE0, 0x8000);
    p.nmi(p.ctx);
    rig.cpu->nmi_blocked = true;
    RUN(0x90, 0x90, INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->regs[RBX], 0);
    rig_protected();
    put_idt(EXC_NMI, 0x8e, SEL_CODE0, 0x8000);
    p.nmi(p.ctx);
    RUN(0x90, 0x90, INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->regs[RBX], 1);
    ck_assert(!rig.cpu->nmi_blocked);
}
END_TEST

START_TEST(init_keeps_x87_and_cache_bits_reset_does_not)
{
    struct cpu_pins p = irq_rig();
    rig.cpu->x87.cw = 0x1234;
    rig.cpu->cr0 &= ~(uint64_t)(CR0_CD | CR0_NW);
    p.init(p.ctx);
    cpu_run(rig.cpu, rig.clock.pos + 1);
    ck_assert_uint_eq(rig.cpu->x87.cw, 0x1234);
    ck_assert_uint_eq(rig.cpu->cr0 & (CR0_CD | CR0_NW | CR0_PE), 0);
    p.reset(p.ctx);
    rig.cpu->halted = true;
    cpu_run(rig.cpu, rig.clock.pos + 1);
    ck_assert_uint_eq(rig.cpu->x87.cw, 0x40);
    ck_assert_uint_eq(rig.cpu->cr0, CR0_CD | CR0_NW | CR0_ET);
    ck_assert_uint_eq(rig.cpu->seg[SEG_CS].base + rig.cpu->rip, 0xfffffff0);
    ck_assert_uint_eq(rig.cpu->regs[RDX], rig.cpu->model->signature);
}
END_TEST

/* REPE CMPSB from a page into one that is absent, all bytes equal until then; cpu_run is given so
 * many positions at a time. */
static void compare_until_fault(unsigned at_a_time)
{
    static const uint8_t code[] = {0xf3, 0xa6};
    struct cpu *c = rig.cpu;
    rig_protected();
    rig_paging();
    set_pte(DATA_AT + PAGE_SIZE, 0);
    c->regs[RSI] = DATA_AT + PAGE_SIZE - 10;
    c->regs[RDI] = DATA_AT;
    c->regs[RCX] = 100;
    cpu_set_eflags(c, FL_1 | FL_CF | FL_SF | FL_OF);
    run_bytes(code, sizeof code, at_a_time);
    for (unsigned n = 0; n < 50 && !c->halted; n++)
        cpu_run(c, rig.clock.pos + at_a_time);
    ck_assert_int_eq(rig_vector(), EXC_PF);
    ck_assert_uint_eq(c->regs[RCX], 90);
}

START_TEST(rep_cmps_that_faults_gives_its_flags_back)
{
    for (unsigned at_a_time = 1; at_a_time < 15; at_a_time++) {
        compare_until_fault(at_a_time);
        ck_assert_uint_eq(frame_word(3) & FL_ARITH, FL_CF | FL_SF | FL_OF);
    }
}
END_TEST

START_TEST(rep_cmps_resumed_after_an_interrupt_gives_back_what_the_handler_returned)
{
    static const uint8_t code[] = {0xf3, 0xa6};
    struct cpu *c = rig.cpu;
    rig_protected();
    rig_paging();
    put8(HANDLERS_AT + EXC_NMI, 0xcf); /* iret */
    set_pte(DATA_AT + PAGE_SIZE, 0);
    c->regs[RSI] = DATA_AT + PAGE_SIZE - 10;
    c->regs[RDI] = DATA_AT;
    c->regs[RCX] = 100;
    cpu_set_eflags(c, FL_1 | FL_CF | FL_SF | FL_OF);
    run_bytes(code, sizeof code, 4);
    struct cpu_pins pins = cpu_pins(c);
    pins.nmi(pins.ctx);
    cpu_run(c, rig.clock.pos + 50);
    ck_assert_int_eq(rig_vector(), EXC_PF);
    ck_assert_uint_eq(frame_word(3) & FL_ARITH, FL_ZF | FL_PF); /* of the iterations before it */
}
END_TEST

TCase *exception_tests(void)
{
    TCase *t = tcase_create("exceptions");
    tcase_add_test(t, fault_pushes_the_instruction_and_trap_the_next);
    tcase_add_test(t, faults_set_rf_in_the_image_and_traps_do_not);
    tcase_add_test(t, interrupt_gate_clears_if_and_trap_gate_keeps_it);
    tcase_add_test(t, gate_of_16_bits_pushes_words);
    tcase_add_test(t, exception_from_user_switches_to_the_tss_stack);
    tcase_add_test(t, tss_of_16_bits_gives_sp_and_ss_words);
    tcase_add_test(t, conforming_handler_stays_at_cpl);
    tcase_add_test(t, int_n_checks_the_gate_dpl_and_names_the_vector);
    tcase_add_test(t, int_n_pushes_no_error_code);
    tcase_add_test(t, vector_beyond_idt_is_gp_with_idt_bit);
    tcase_add_test(t, gate_not_present_is_np_and_wrong_type_gp);
    tcase_add_test(t, handler_selector_checks);
    tcase_add_test(t, fault_while_delivering_an_exception_has_ext);
    tcase_add_test(t, contributory_then_contributory_is_double_fault);
    tcase_add_test(t, page_fault_then_page_fault_is_double_fault_with_second_cr2);
    tcase_add_test(t, contributory_then_page_fault_is_a_page_fault);
    tcase_add_test(t, fault_in_double_fault_is_shutdown);
    tcase_add_test(t, null_idt_is_shutdown_in_real_mode_too);
    tcase_add_test(t, page_fault_on_the_inner_stack_leaves_everything);
    tcase_add_test(t, real_mode_interrupt_pushes_flags_cs_ip_and_clears_if_tf);
    tcase_add_test(t, real_mode_exceptions_have_no_error_code);
    tcase_add_test(t, divide_error_and_bound_are_faults_into_is_a_trap);
    tcase_add_test(t, intr_waits_for_if_and_sti_shadows_one_instruction);
    tcase_add_test(t, event_right_behind_sti_is_shadowed);
    tcase_add_test(t, sti_with_if_set_makes_no_shadow);
    tcase_add_test(t, mov_ss_shadows_one_instruction);
    tcase_add_test(t, popf_that_sets_if_has_no_shadow);
    tcase_add_test(t, hlt_resumes_after_itself);
    tcase_add_test(t, nmi_ignores_if_and_is_blocked_until_iret);
    tcase_add_test(t, init_keeps_x87_and_cache_bits_reset_does_not);
    tcase_add_test(t, rep_cmps_that_faults_gives_its_flags_back);
    tcase_add_test(t, rep_cmps_resumed_after_an_interrupt_gives_back_what_the_handler_returned);
    return t;
}
