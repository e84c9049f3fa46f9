/* SPDX-License-Identifier: MIT */
/* RF in what an event saves, when it goes, and what a #DB leaves in DR6: SDM 3B 17.2.3, 17.3.1.1; SDM 3A 7.3. */
#include "tests/cpu/rig.h"

#define INT_DONE 0xcd, DONE
enum { DONE = 32, SEL_TSS2 = SEL_FREE, TARGET = CODE_AT + 0x100, STACK2_TOP = 0x2c000, COUNT = 3 };
enum { B0 = 1, HITS = 0xf, BD = 0x2000, BS = 0x4000, BT = 0x8000 };
enum { MAP_EFLAGS = 0x3fff4 }; /* SDM 3C table 34-1, SMBASE 30000h */

/* Every instruction that repeats, in each width. */
static const uint8_t repeated[][4] = {
    {0xf3, 0xa4}, {0xf3, 0xa5}, {0x66, 0xf3, 0xa5}, {0xf3, 0xaa},       {0xf3, 0xab},       {0x66, 0xf3, 0xab},
    {0xf3, 0xac}, {0xf3, 0xad}, {0x66, 0xf3, 0xad}, {0xf3, 0xa6},       {0xf3, 0xa7},       {0x66, 0xf3, 0xa7},
    {0xf2, 0xae}, {0xf2, 0xaf}, {0x66, 0xf2, 0xaf}, {0xf3, 0x6c},       {0xf3, 0x6d},       {0x66, 0xf3, 0x6d},
    {0xf3, 0x6e}, {0xf3, 0x6f}, {0x66, 0xf3, 0x6f}, {0x67, 0xf3, 0xa4}, {0x67, 0xf2, 0xae},
};

static unsigned length(unsigned i)
{
    return repeated[i][0] == 0x66 || repeated[i][0] == 0x67 ? 3 : 2;
}

/* The instruction with COUNT iterations to do, then INT 32. */
static void set_up(unsigned i)
{
    static const uint8_t done[] = {INT_DONE};
    struct cpu *c = rig.cpu;
    rig_protected();
    put(CODE_AT, repeated[i], length(i));
    put(CODE_AT + length(i), done, sizeof done);
    c->regs[RCX] = COUNT;
    c->regs[RDX] = 0x80;
    c->regs[RSI] = 0x8000;
    c->regs[RDI] = 0x8100;
    c->regs[RAX] = 0x99887766;
    for (unsigned k = 0; k < 0x200; k += 4)
        put32(0x8000 + k, 0);
    c->rip = CODE_AT;
    c->halted = false;
}
static void go(unsigned n)
{
    cpu_run(rig.cpu, rig.clock.pos + n);
}
static void came(int vector, uint32_t eip, uint32_t rf, const char *what, unsigned i)
{
    ck_assert_msg(rig_vector() == vector, "%s %u: %d", what, i, rig_vector());
    ck_assert_msg(frame_word(0) == eip, "%s %u: eip %x", what, i, frame_word(0));
    ck_assert_msg((frame_word(2) & FL_RF) == rf, "%s %u: flags %x", what, i, frame_word(2));
}

START_TEST(rf_of_a_single_step_is_1_after_every_iteration_but_the_last)
{
    for (unsigned i = 0; i < ARRAY_LEN(repeated); i++)
        for (unsigned left = 1; left <= COUNT; left++) {
            set_up(i);
            rig.cpu->regs[RCX] = left;
            cpu_set_eflags(rig.cpu, FL_1 | FL_TF);
            go(20);
            bool last = left == 1;
            came(EXC_DB, CODE_AT + (last ? length(i) : 0), last ? 0 : FL_RF, "step", i);
            ck_assert_uint_eq(rig.cpu->regs[RCX], left - 1);
        }
}
END_TEST

START_TEST(rf_of_an_interrupt_is_1_after_every_iteration_but_the_last)
{
    struct cpu_pins p = cpu_pins(rig.cpu);
    for (unsigned i = 0; i < ARRAY_LEN(repeated); i++)
        for (unsigned done = 0; done <= COUNT; done++) {
            set_up(i);
            go(done);
            ck_assert_uint_eq(rig.cpu->regs[RCX], COUNT - done);
            p.nmi(p.ctx);
            go(20);
            bool last = done == COUNT;
            came(EXC_NMI, CODE_AT + (last ? length(i) : 0), done && !last ? FL_RF : 0, "nmi", i);
        }
}
END_TEST

static int ack(void *ctx)
{
    struct cpu_pins *p = ctx;
    p->intr(p->ctx, 0);
    return 33;
}
static void raise_intr(void *ctx)
{
    struct cpu_pins *p = ctx;
    p->intr(p->ctx, 1);
}

/* By an event of the machine, in one run. */
START_TEST(rf_of_intr_at_each_position)
{
    struct cpu_pins p = cpu_pins(rig.cpu);
    for (unsigned i = 0; i < ARRAY_LEN(repeated); i++)
        for (unsigned at = 1; at <= COUNT; at++) {
            struct timer t;
            set_up(i);
            rig.cpu->intack = (struct intr_ack){ack, &p};
            cpu_set_eflags(rig.cpu, FL_1 | FL_IF);
            timer_init(&t, &rig.clock, raise_intr, &p);
            timer_set(&t, clock_ns_at(&rig.clock, rig.clock.pos + at));
            go(20);
            timer_cancel(&t);
            came(33, CODE_AT + (at == COUNT ? length(i) : 0), at == COUNT ? 0 : FL_RF, "intr", i);
        }
}
END_TEST

START_TEST(rf_of_a_data_breakpoint_in_a_repeated_store)
{
    for (unsigned hit = 0; hit < COUNT; hit++) {
        set_up(3); /* rep stosb */
        rig.cpu->dr[0] = 0x8100 + hit;
        rig.cpu->dr[7] = 0x10401;
        tlb_flush_all(rig.cpu);
        go(20);
        bool last = hit == COUNT - 1;
        came(EXC_DB, CODE_AT + (last ? 2 : 0), last ? 0 : FL_RF, "data", hit);
        ck_assert_uint_eq(rig.cpu->regs[RCX], COUNT - 1 - hit);
    }
}
END_TEST

/* A task gate: the old task's image. */
START_TEST(rf_of_an_interrupt_through_a_task_gate)
{
    struct cpu_pins p = cpu_pins(rig.cpu);
    for (unsigned done = 0; done <= COUNT; done++) {
        set_up(0);
        put_desc(SEL_TSS2, TSS2_AT, 103, 0x89, 0);
        for (unsigned i = 0; i < 104; i += 4)
            put32(TSS2_AT + i, 0);
        put32(TSS2_AT + 32, HANDLERS_AT + 40);
        put32(TSS2_AT + 36, FL_1);
        put32(TSS2_AT + 56, STACK2_TOP);
        put32(TSS2_AT + 76, SEL_CODE0);
        put32(TSS2_AT + 80, SEL_DATA0);
        put_idt(EXC_NMI, 0x85, SEL_TSS2, 0);
        go(done);
        p.nmi(p.ctx);
        go(20);
        ck_assert_int_eq(rig_vector(), 40);
        ck_assert_uint_eq(peek32(TSS_AT + 36) & FL_RF, done && done < COUNT ? FL_RF : 0);
        ck_assert_uint_eq(cpu_eflags(rig.cpu) & FL_RF, 0);
    }
}
END_TEST

START_TEST(rf_of_an_smi)
{
    static const uint8_t rsm[] = {0x0f, 0xaa};
    struct cpu_pins p = cpu_pins(rig.cpu);
    for (unsigned done = 0; done <= COUNT; done++) {
        set_up(0);
        put(0x38000, rsm, sizeof rsm);
        rig.cpu->dr[0] = CODE_AT; /* does not hit in the middle */
        go(done);
        rig.cpu->dr[7] = 0x401;
        p.smi(p.ctx);
        go(20);
        ck_assert_uint_eq(peek32(MAP_EFLAGS), FL_1 | (done && done < COUNT ? FL_RF : 0));
        came(done ? DONE : EXC_DB, CODE_AT + (done ? 4 : 0), 0, "smi", done);
    }
}
END_TEST

/* In whatever pieces it runs. */
START_TEST(instruction_breakpoint_on_a_repeated_instruction_hits_before_the_first_iteration_alone)
{
    for (unsigned i = 0; i < ARRAY_LEN(repeated); i++)
        for (unsigned slice = 1; slice <= COUNT + 1; slice++)
            for (unsigned resume = 0; resume < 2; resume++) {
                set_up(i);
                rig.cpu->dr[0] = CODE_AT;
                rig.cpu->dr[7] = 0x401;
                cpu_set_eflags(rig.cpu, FL_1 | (resume ? FL_RF : 0));
                for (unsigned n = 0; n < 20 && !rig.cpu->halted; n++)
                    go(slice);
                came(resume ? DONE : EXC_DB, CODE_AT + (resume ? length(i) + 2 : 0), 0, "break", i);
            }
}
END_TEST

/* A return to another instruction at the same place of the count is not a REP that goes on. */
START_TEST(instruction_after_a_finished_repetition_has_its_breakpoint)
{
    set_up(0);
    rig.cpu->dr[0] = CODE_AT + 2;
    rig.cpu->dr[7] = 0x401;
    for (unsigned n = 0; n < 20 && !rig.cpu->halted; n++)
        go(1);
    came(EXC_DB, CODE_AT + 2, 0, "after", 0);
    ck_assert_uint_eq(rig.cpu->regs[RCX], 0);
}
END_TEST

/* --- RF that IRET and a task bring --- */

static void iret_frame(uint32_t flags)
{
    uint32_t w[] = {TARGET, SEL_CODE0, flags};
    put(STACK_TOP - 12, w, sizeof w);
    rig.cpu->regs[RSP] = STACK_TOP - 12;
}

START_TEST(rf_from_iret_is_saved_by_an_interrupt_right_there_and_ends_with_the_instruction)
{
    static const uint8_t code[] = {0x90, 0x90, INT_DONE};
    struct cpu_pins p = cpu_pins(rig.cpu);
    for (unsigned after = 0; after < 3; after++)
        for (unsigned rf = 0; rf < 2; rf++) {
            rig_protected();
            put(TARGET, code, sizeof code);
            iret_frame(FL_1 | (rf ? FL_RF : 0));
            static const uint8_t iret_code[] = {0xcf};
            run_bytes(iret_code, 1, 1 + after);
            p.nmi(p.ctx);
            go(20);
            came(EXC_NMI, TARGET + after, rf && !after ? FL_RF : 0, "iret", after);
            rig_protected();
            put(TARGET, code, sizeof code);
            iret_frame(FL_1 | (rf ? FL_RF : 0));
            RUN(0xcf);
            came(DONE, TARGET + 4, 0, "through", after);
        }
}
END_TEST

START_TEST(rf_from_a_tss_ends_with_the_first_instruction)
{
    static const uint8_t code[] = {0x90, INT_DONE};
    for (unsigned rf = 0; rf < 2; rf++) {
        rig_protected();
        put(TARGET, code, sizeof code);
        put_desc(SEL_TSS2, TSS2_AT, 103, 0x89, 0);
        for (unsigned i = 0; i < 104; i += 4)
            put32(TSS2_AT + i, 0);
        put32(TSS2_AT + 32, TARGET);
        put32(TSS2_AT + 36, FL_1 | (rf ? FL_RF : 0));
        put32(TSS2_AT + 56, STACK2_TOP);
        put32(TSS2_AT + 76, SEL_CODE0);
        put32(TSS2_AT + 80, SEL_DATA0);
        rig.cpu->dr[0] = TARGET;
        rig.cpu->dr[7] = 0x402; /* global, so that the switch leaves it */
        RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
        came(rf ? DONE : EXC_DB, TARGET + (rf ? 3 : 0), 0, "task", rf);
    }
}
END_TEST

START_TEST(rf_of_each_class)
{
    struct cpu *c = rig.cpu;
    rig_protected(); /* faults */
    RUN(0x0f, 0x0b);
    came(EXC_UD, CODE_AT, FL_RF, "ud", 0);
    rig_protected();
    c->dr[7] |= 0x2000;
    RUN(0x0f, 0x21, 0xc0);
    came(EXC_DB, CODE_AT, FL_RF, "general detect", 0);
    rig_protected(); /* the one fault without it */
    c->dr[0] = CODE_AT;
    c->dr[7] = 0x401;
    RUN(0x90);
    came(EXC_DB, CODE_AT, 0, "instruction breakpoint", 0);
    rig_protected(); /* traps and software's */
    RUN(0xf1);
    came(EXC_DB, CODE_AT + 1, 0, "int1", 0);
    rig_protected();
    RUN(0xcc);
    came(EXC_BP, CODE_AT + 1, 0, "int3", 0);
    rig_protected();
    cpu_set_eflags(c, FL_1 | FL_OF);
    RUN(0xce);
    came(EXC_OF, CODE_AT + 1, 0, "into", 0);
    rig_protected(); /* an abort */
    put_idt(EXC_GP, 0x0e, SEL_CODE0, 0);
    RUN(0xcd, 64);
    ck_assert_int_eq(rig_vector(), EXC_DF);
    ck_assert_uint_eq(frame_word(3) & FL_RF, 0);
    for (unsigned v = 0; v < 20; v++) {
        const uint8_t code[] = {0xcd, (uint8_t)v};
        rig_protected();
        run_bytes(code, sizeof code, 20);
        came((int)v, CODE_AT + 2, 0, "int n", v);
    }
}
END_TEST

/* --- DR6 --- */

/* Whatever stood in B0-B3 goes, BD, BS and BT stay until software clears them. */
static void assert_dr6(uint32_t before, uint32_t own, const char *what)
{
    uint32_t got = (uint32_t)rig.cpu->dr[6], want = 0xffff0ff0 | (before & (BD | BS | BT)) | own;
    ck_assert_msg(rig_vector() == EXC_DB, "%s: %d", what, rig_vector());
    ck_assert_msg(got == want, "%s with %x before: %x, not %x", what, before, got, want);
}

START_TEST(db_clears_the_hits_of_before_and_nothing_else)
{
    struct cpu *c = rig.cpu;
    static const uint32_t befores[] = {0, HITS, 2, 8, BD, BS, BT, BD | BS | BT, HITS | BD | BS | BT};
    for (unsigned i = 0; i < ARRAY_LEN(befores); i++) {
        uint32_t before = befores[i];
#define BEFORE()                        \
    do {                                \
        rig_protected();                \
        c->dr[6] = 0xffff0ff0 | before; \
    } while (0)
        for (unsigned n = 0; n < 4; n++) { /* each as instruction, data write, I/O */
            BEFORE();
            c->dr[n] = CODE_AT;
            c->dr[7] = 0x400 | 1u << (2 * n);
            RUN(0x90);
            assert_dr6(before, B0 << n, "instruction");
            BEFORE();
            c->dr[n] = DATA_AT;
            c->dr[7] = 0x400 | 1u << (2 * n) | 1u << (16 + 4 * n);
            tlb_flush_all(c);
            RUN(0xa2, IMM32(DATA_AT), 0x90);
            assert_dr6(before, B0 << n, "data");
            BEFORE();
            c->cr4 |= CR4_DE;
            c->dr[n] = 0x80;
            c->dr[7] = 0x400 | 1u << (2 * n) | 2u << (16 + 4 * n);
            RUN(0xe6, 0x80, 0x90);
            assert_dr6(before, B0 << n, "i/o");
        }
        BEFORE();
        cpu_set_eflags(c, FL_1 | FL_TF);
        RUN(0x90);
        assert_dr6(before, BS, "step");
        BEFORE();
        cpu_set_eflags(c, FL_1 | FL_TF);
        c->dr[1] = DATA_AT;
        c->dr[7] = 0x100404;
        tlb_flush_all(c);
        RUN(0xa2, IMM32(DATA_AT));
        assert_dr6(before, BS | 2, "step and data");
        BEFORE();
        c->dr[7] |= 0x2000;
        RUN(0x0f, 0x21, 0xc0);
        assert_dr6(before, BD, "general detect");
    }
}
END_TEST

/* INT1 and INT n are no debug conditions: DR6 says nothing of them. */
START_TEST(int1_and_int_n_1_leave_dr6_alone)
{
    for (unsigned i = 0; i < 2; i++) {
        const uint8_t code[2][2] = {{0xf1, 0x90}, {0xcd, 1}};
        rig_protected();
        rig.cpu->dr[6] = 0xffff0ff0 | HITS | BS;
        run_bytes(code[i], 2, 20);
        ck_assert_int_eq(rig_vector(), EXC_DB);
        ck_assert_uint_eq(rig.cpu->dr[6], 0xffff0ff0 | HITS | BS);
    }
}
END_TEST

TCase *resume_tests(void)
{
    TCase *t = tcase_create("RF and DR6");
    tcase_add_test(t, rf_of_a_single_step_is_1_after_every_iteration_but_the_last);
    tcase_add_test(t, rf_of_an_interrupt_is_1_after_every_iteration_but_the_last);
    tcase_add_test(t, rf_of_intr_at_each_position);
    tcase_add_test(t, rf_of_a_data_breakpoint_in_a_repeated_store);
    tcase_add_test(t, rf_of_an_interrupt_through_a_task_gate);
    tcase_add_test(t, rf_of_an_smi);
    tcase_add_test(t, instruction_breakpoint_on_a_repeated_instruction_hits_before_the_first_iteration_alone);
    tcase_add_test(t, instruction_after_a_finished_repetition_has_its_breakpoint);
    tcase_add_test(t, rf_from_iret_is_saved_by_an_interrupt_right_there_and_ends_with_the_instruction);
    tcase_add_test(t, rf_from_a_tss_ends_with_the_first_instruction);
    tcase_add_test(t, rf_of_each_class);
    tcase_add_test(t, db_clears_the_hits_of_before_and_nothing_else);
    tcase_add_test(t, int1_and_int_n_1_leave_dr6_alone);
    return t;
}
