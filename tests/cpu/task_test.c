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

/*
 * SDM 3A 7.6: the upper halves of the general registers are "modified and not maintained": they become FFFFh; those of
 * EIP and EFLAGS are 0. FS, GS become null, CR3 stays. Saving writes words, and nothing beside the dynamic fields.
 */
START_TEST(tss_of_16_bits_puts_ffff_above_its_registers_and_saves_words)
{
    enum { SEL_TSS16 = SEL_FREE + 0x30, TSS16_AT = TSS2_AT + 0x400 };
    struct cpu *c = rig.cpu;
    tasks();
    put_desc(SEL_TSS2, TSS2_AT, 43, 0x81, 0);
    put_desc(SEL_TSS16, TSS16_AT, 43, 0x81, 0);
    put_desc(SEL_FREE + 0x28, CODE_AT, 0xffff, 0x9b, 0x4);
    for (unsigned at = 0; at < 64; at += 2) {
        put16(TSS2_AT + at, 0);
        put16(TSS16_AT + at, (uint16_t)(0x5500 + at));
    }
    struct desc d;
    ck_assert(!desc_read(c, SEL_TSS16, EXC_GP, &d));
    put8(GDT_AT + SEL_TSS16 + 5, 0x83);
    seg_from_desc(&c->tr, SEL_TSS16, &d);
    put16(TSS2_AT + 14, 0x100);
    put16(TSS2_AT + 16, FL_1 | FL_CF | FL_IOPL);
    for (unsigned i = 0; i < 8; i++) {
        put16(TSS2_AT + 18 + 2 * i, i == RSP ? 0x9000 : (uint16_t)(0x1111 * i + 1));
        c->regs[i] = 0xaaaa0000 + i;
    }
    put16(TSS2_AT + 34, SEL_DATA0);
    put16(TSS2_AT + 36, SEL_FREE + 0x28);
    put16(TSS2_AT + 38, SEL_FREE + 0x20);
    put16(TSS2_AT + 40, SEL_DATA0);
    put_desc(SEL_FREE + 0x20, 0, 0xffff, 0x93, 0);
    rig_paging();
    uint64_t cr3 = c->cr3;
    cpu_set_eflags(c, FL_1 | FL_ZF | FL_AC | FL_ID);
    static const uint8_t code[] = {0xea, IMM32(0), IMM16(SEL_TSS2)};
    run_bytes(code, sizeof code, 1);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(c->regs[i], 0xffff0000 | (i == RSP ? 0x9000 : 0x1111 * i + 1));
    ck_assert_uint_eq(c->rip, 0x100);
    ck_assert_uint_eq(cpu_eflags(c), FL_1 | FL_CF | FL_IOPL);
    ck_assert_uint_eq(c->cr3, cr3);
    ck_assert(c->seg[SEG_FS].sel == 0 && c->seg[SEG_FS].attr == 0);
    ck_assert(c->seg[SEG_GS].sel == 0 && c->seg[SEG_GS].attr == 0);
    ck_assert_uint_eq(peek16(TSS16_AT + 14), (CODE_AT + 7) & 0xffff);
    ck_assert_uint_eq(peek16(TSS16_AT + 16), FL_1 | FL_ZF);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(peek16(TSS16_AT + 18 + 2 * i), i);
    static const uint16_t sels[] = {SEL_DATA0, SEL_CODE0, SEL_DATA0, SEL_DATA0};
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(peek16(TSS16_AT + 34 + 2 * i), sels[i]);
    for (unsigned at = 0; at < 64; at += 2)
        if (at < 14 || at >= 42)
            ck_assert_uint_eq(peek16(TSS16_AT + at), 0x5500 + at);
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

/* A third task takes what goes wrong: its frame is the error code alone. */
enum { SEL_TSS3 = SEL_FREE + 0x10, TSS3_AT = TSS2_AT + 0x200, TARGET3 = CODE_AT + 0x200, SEL_BAD = SEL_FREE + 0x40 };

static void catcher(unsigned vector)
{
    put_desc(SEL_TSS3, TSS3_AT, 103, 0x89, 0);
    for (unsigned i = 0; i < 104; i += 4)
        put32(TSS3_AT + i, 0);
    put32(TSS3_AT + 28, PD_AT);
    put32(TSS3_AT + 32, TARGET3);
    put32(TSS3_AT + 36, FL_1);
    put32(TSS3_AT + 56, STACK3_TOP);
    put32(TSS3_AT + 76, SEL_CODE0);
    put32(TSS3_AT + 80, SEL_DATA0);
    put32(TSS3_AT + 84, SEL_DATA0);
    put8(TARGET3, HLT);
    put_idt(vector, 0x85, SEL_TSS3, 0);
}

/* What the segments of the new task raise: SDM 3A table 7-1. EIP is the new task's, nothing of it has run. */
START_TEST(table_7_1_faults_of_the_new_tasks_segments)
{
    static const struct {
        unsigned at; /* in the TSS */
        uint32_t value;
        uint8_t type; /* of the descriptor at SEL_BAD */
        uint8_t vector;
        uint32_t code;
    } t[] = {
        {96, SEL_BAD, 0x92, EXC_TS, SEL_BAD},         /* LDT: no LDT */
        {96, SEL_BAD, 0x02, EXC_TS, SEL_BAD},         /* not present */
        {96, SEL_BAD | 4, 0x82, EXC_TS, SEL_BAD | 4}, /* not in the GDT */
        {96, 0x4000, 0, EXC_TS, 0x4000},              /* beyond it */
        {76, 0, 0, EXC_TS, 0},                        /* CS: null */
        {76, SEL_BAD, 0x93, EXC_TS, SEL_BAD},         /* data */
        {76, SEL_BAD, 0xbb, EXC_TS, SEL_BAD},         /* DPL 1, RPL 0 */
        {76, SEL_BAD, 0xbf, EXC_TS, SEL_BAD},         /* conforming, DPL above RPL */
        {76, SEL_BAD, 0x1b, EXC_NP, SEL_BAD},         /* not present */
        {80, 0, 0, EXC_TS, 0},                        /* SS: null */
        {80, SEL_BAD, 0x91, EXC_TS, SEL_BAD},         /* read-only */
        {80, SEL_BAD, 0xb3, EXC_TS, SEL_BAD},         /* DPL is not CPL */
        {80, SEL_DATA0 | 1, 0, EXC_TS, SEL_DATA0},    /* RPL is not CPL */
        {80, SEL_BAD, 0x13, EXC_SS, SEL_BAD},         /* not present */
        {72, SEL_BAD, 0x99, EXC_TS, SEL_BAD},         /* ES: execute-only */
        {84, SEL_BAD, 0x13, EXC_NP, SEL_BAD},         /* DS: not present */
        {88, SEL_DATA0 | 3, 0, EXC_TS, SEL_DATA0},    /* FS: RPL above DPL */
        {92, 0x4000, 0, EXC_TS, 0x4000},              /* GS: beyond the GDT */
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        tasks();
        catcher(t[i].vector);
        put_desc(SEL_BAD, 0, 0xfffff, t[i].type, 0xc);
        put32(TSS2_AT + t[i].at, t[i].value);
        RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
        ck_assert_msg(rig.cpu->tr.sel == SEL_TSS3 && rig.cpu->rip == TARGET3 + 1, "case %u", i);
        ck_assert_msg(frame_word(0) == t[i].code, "case %u: %x", i, frame_word(0));
        ck_assert_uint_eq(peek16(TSS3_AT), SEL_TSS2);
        ck_assert_uint_eq(peek32(TSS2_AT + 32), TARGET);
        ck_assert_uint_eq(peek16(TSS2_AT + 76), t[i].at == 76 ? t[i].value : SEL_CODE0);
        ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS + 5), 0x89);
    }
}
END_TEST

/* The other side of table 7-1's privilege checks of CS: conforming code runs at the RPL, whose DPL it may have. */
START_TEST(conforming_code_of_the_new_task_may_have_the_dpl_of_its_rpl)
{
    tasks();
    put_desc(SEL_BAD, 0, 0xfffff, 0x9f, 0xc);
    put32(TSS2_AT + 76, SEL_BAD);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS2);
    ck_assert_int_eq(rig_vector(), 32); /* the task ran to its end */
    ck_assert_uint_eq(frame_word(1), SEL_BAD);
}
END_TEST

START_TEST(eip_beyond_the_limit_is_gp0_in_the_new_task)
{
    tasks();
    catcher(EXC_GP);
    put_desc(SEL_BAD, 0, 0xfff, 0x9b, 0x4);
    put32(TSS2_AT + 76, SEL_BAD);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS3);
    ck_assert_uint_eq(frame_word(0), 0);
    ck_assert_uint_eq(peek32(TSS2_AT + 32), TARGET);
}
END_TEST

/* What is refused before anything is changed. */
START_TEST(gate_and_tss_checks_name_what_was_wrong)
{
    static const struct {
        uint8_t gate_type;
        uint16_t gate_target;
        uint8_t tss_type;
        bool user;
        uint16_t used; /* selector of the JMP */
        uint8_t vector;
        uint32_t code;
    } t[] = {
        {0x65, SEL_TSS2, 0x89, false, SEL_GATE, EXC_NP, SEL_GATE},
        {0xe5, 0, 0x89, false, SEL_GATE, EXC_GP, 0},
        {0xe5, SEL_TSS2 | 4, 0x89, false, SEL_GATE, EXC_GP, SEL_TSS2 | 4},
        {0xe5, SEL_DATA0, 0x89, false, SEL_GATE, EXC_GP, SEL_DATA0},
        {0xe5, SEL_TSS, 0x89, false, SEL_GATE, EXC_GP, SEL_TSS}, /* busy */
        {0xe5, SEL_TSS2, 0x09, false, SEL_GATE, EXC_NP, SEL_TSS2},
        {0x85, SEL_TSS2, 0x89, true, SEL_GATE, EXC_GP, SEL_GATE},
        {0xe5, SEL_TSS2, 0x89, true, SEL_TSS2, EXC_GP, SEL_TSS2},
        {0xe5, SEL_TSS2, 0xe9, false, SEL_TSS2 | 7, EXC_GP, SEL_TSS2 | 4},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        tasks();
        put_gate(SEL_GATE, t[i].gate_type, t[i].gate_target, 0, 0);
        put_desc(SEL_TSS2, TSS2_AT, 103, t[i].tss_type, 0);
        if (t[i].user)
            rig_user();
        const uint8_t code[] = {0xea, IMM32(0), IMM16(t[i].used)};
        run_bytes(code, sizeof code, 50);
        ck_assert_msg(rig_vector() == t[i].vector && frame_word(0) == t[i].code, "case %u", i);
        ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS);
        ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS + 5), 0x8b);
        ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS2 + 5), t[i].tss_type);
    }
}
END_TEST

/* The gate's DPL counts, the TSS descriptor's does not. */
START_TEST(int_n_from_level_3_through_a_task_gate_and_iret_back)
{
    static const uint8_t iret_code[] = {0xcf};
    tasks();
    put(TARGET, iret_code, sizeof iret_code);
    put_idt(40, 0xe5, SEL_TSS2, 0);
    put32(TSS_AT + 28, 0);
    rig_user();
    RUN(0xcd, 40, INT_DONE);
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 4);
    ck_assert_uint_eq(frame_word(1), SEL_CODE3);
    ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS);
    tasks();
    put_idt(40, 0x85, SEL_TSS2, 0);
    rig_user();
    RUN(0xcd, 40);
    ASSERT_FAULT(EXC_GP, 40 * 8 + 2);
}
END_TEST

START_TEST(exception_through_a_task_gate_to_a_busy_task_has_ext_and_rf)
{
    tasks();
    catcher(EXC_GP);
    put_idt(EXC_BR, 0x85, SEL_TSS, 0); /* the busy one */
    put32(DATA_AT, 1);
    put32(DATA_AT + 4, 2);
    RUN(0xb8, IMM32(5), 0x62, 0x05, IMM32(DATA_AT));
    ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS3);
    ck_assert_uint_eq(frame_word(0), SEL_TSS | 1);
    ck_assert_uint_eq(peek32(TSS_AT + 32), CODE_AT + 5);
    ck_assert(peek32(TSS_AT + 36) & FL_RF);
}
END_TEST

START_TEST(iret_with_nt_checks_the_back_link)
{
    static const struct {
        uint16_t link;
        uint8_t type, vector;
        uint32_t code;
    } t[] = {{0, 0x8b, EXC_TS, 0},
             {SEL_TSS2 | 4, 0x8b, EXC_TS, SEL_TSS2 | 4},
             {SEL_DATA0, 0x8b, EXC_TS, SEL_DATA0},
             {0x4000, 0x8b, EXC_TS, 0x4000},
             {SEL_TSS2, 0x89, EXC_TS, SEL_TSS2}, /* not busy */
             {SEL_TSS2, 0x0b, EXC_NP, SEL_TSS2}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        tasks();
        put16(TSS_AT, t[i].link);
        put_desc(SEL_TSS2, TSS2_AT, 103, t[i].type, 0);
        cpu_set_eflags(rig.cpu, FL_1 | FL_NT);
        RUN(0xcf);
        ck_assert_msg(rig_vector() == t[i].vector && frame_word(0) == t[i].code, "case %u", i);
        ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS);
    }
    tasks();
    put16(TSS_AT, SEL_TSS2);
    put_desc(SEL_TSS2, TSS2_AT, 102, 0x8b, 0);
    cpu_set_eflags(rig.cpu, FL_1 | FL_NT);
    RUN(0xcf);
    ASSERT_FAULT(EXC_TS, SEL_TSS2);
}
END_TEST

START_TEST(page_fault_before_the_commit_point_changes_nothing)
{
    for (unsigned which = 0; which < 3; which++) {
        tasks();
        rig_paging();
        rig.cpu->cr0 |= CR0_WP;
        if (which == 0) /* the new TSS is not there */
            set_pte(TSS2_AT, 0);
        else if (which == 1) /* the old one cannot be written */
            set_pte(TSS_AT, TSS_AT | 5);
        else /* the busy bits cannot */
            set_pte(GDT_AT, GDT_AT | 5);
        RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
        ck_assert_int_eq(rig_vector(), EXC_PF);
        ck_assert_uint_eq(rig.cpu->cr2 & ~0xfffu, which == 0 ? TSS2_AT : which == 1 ? TSS_AT : GDT_AT);
        ck_assert_uint_eq(frame_word(1), CODE_AT);
        ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS);
        ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS + 5), 0x8b);
        ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS2 + 5), 0x89);
        ck_assert_uint_eq(peek32(TSS_AT + 32), 0);
    }
}
END_TEST

START_TEST(task_in_vm86)
{
    tasks();
    put32(TSS2_AT + 36, FL_1 | FL_VM | FL_IOPL);
    put32(TSS2_AT + 32, 0x100);
    put32(TSS2_AT + 76, CODE_AT >> 4);
    put32(TSS2_AT + 80, 0x2000);
    put32(TSS2_AT + 84, 0x1234);
    put32(TSS2_AT + 4, STACK0_TOP);
    put32(TSS2_AT + 8, SEL_DATA0);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(frame_word(0), 0x102);
    ck_assert_uint_eq(frame_word(1), CODE_AT >> 4);
    ck_assert_uint_eq(frame_word(2), FL_1 | FL_VM | FL_IOPL);
    ck_assert_uint_eq(frame_word(6), 0x1234);
}
END_TEST

START_TEST(local_breakpoints_end_with_the_task)
{
    tasks();
    rig.cpu->dr[7] = 0x7ff;
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ck_assert_uint_eq(rig.cpu->dr[7], 0x6aa);
}
END_TEST

/* SDM 3A 7.3: the LDT comes first, segments may come out of it. */
START_TEST(task_loads_its_ldt_and_segments_from_it)
{
    enum { SEL_LDT = SEL_FREE + 0x38, IN_LDT = 0x0c };
    tasks();
    put_desc(SEL_LDT, LDT_AT, 0x2f, 0x82, 0);
    put_desc(IN_LDT, DATA_AT, 0x123, 0x92, 0x4);
    put32(TSS2_AT + 96, SEL_LDT);
    put32(TSS2_AT + 84, IN_LDT);
    RUN(0xea, IMM32(0), IMM16(SEL_TSS2));
    ck_assert_int_eq(rig_vector(), 32);
    ck_assert_uint_eq(rig.cpu->ldtr.sel, SEL_LDT);
    ck_assert_uint_eq(rig.cpu->ldtr.base, LDT_AT);
    ck_assert_uint_eq(rig.cpu->ldtr.limit, 0x2f);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].sel, IN_LDT);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].base, DATA_AT);
    ck_assert_uint_eq(rig.cpu->seg[SEG_DS].limit, 0x123);
    ck_assert_uint_eq(peek8(LDT_AT + (IN_LDT & ~7) + 5), 0x93);
}
END_TEST

/* JMP marks the old TSS as available, so its descriptor must be there; CALL leaves it busy. */
START_TEST(descriptor_of_the_old_tss_is_needed_where_it_is_written)
{
    for (unsigned call = 0; call < 2; call++) {
        const uint8_t code[] = {call ? 0x9a : 0xea, IMM32(0), IMM16(SEL_TSS2)};
        tasks();
        rig.cpu->tr.sel = 0xff8;
        run_bytes(code, sizeof code, 50);
        if (call) {
            ck_assert_int_eq(rig_vector(), 32);
            ck_assert_uint_eq(peek16(TSS2_AT), 0xff8);
        } else {
            ASSERT_FAULT(EXC_TS, 0xff8);
            ck_assert_uint_eq(frame_word(1), CODE_AT);
            ck_assert_uint_eq(peek8(GDT_AT + SEL_TSS2 + 5), 0x89);
        }
    }
}
END_TEST

/* SDM 3A 6.14: the error code goes on the new task's stack; where it does not fit, the new task has faulted. */
START_TEST(error_code_without_room_on_the_new_stack_faults_there)
{
    for (unsigned room = 0; room < 2; room++) {
        tasks();
        catcher(EXC_DF); /* #GP, then #SS */
        put_idt(EXC_GP, 0x85, SEL_TSS2, 0);
        put_desc(SEL_BAD, 0, STACK2_TOP - 1, 0x93, 0x4);
        put32(TSS2_AT + 80, SEL_BAD);
        put32(TSS2_AT + 56, STACK2_TOP + !room);
        RUN(0xcd, 64);
        if (room) {
            ck_assert_int_eq(rig_vector(), 32);
            ck_assert_uint_eq(peek32(STACK2_TOP - 4), 64 * 8 + 2);
        } else {
            ck_assert_uint_eq(rig.cpu->tr.sel, SEL_TSS3);
            ck_assert_uint_eq(frame_word(0), 0);
            ck_assert_uint_eq(peek16(TSS3_AT), SEL_TSS2);
            ck_assert_uint_eq(peek32(TSS2_AT + 32), TARGET);
            ck_assert_uint_eq(peek32(TSS2_AT + 56), STACK2_TOP + 1);
        }
    }
}
END_TEST

/* SDM 3A figures 7-2 and 7-10: what is written to the old TSS and read of the new one, to the byte. */
START_TEST(switch_touches_both_tss_to_the_last_field)
{
    enum { EDGE = 0x50000 };
    static const struct {
        bool old, wide;
        unsigned before; /* bytes of the TSS that lie before the absent page */
        bool faults;
    } t[] = {{true, true, 93, true},   {true, true, 96, false},   {true, false, 41, true},  {true, false, 42, false},
             {false, true, 103, true}, {false, true, 104, false}, {false, false, 43, true}, {false, false, 44, false}};
    static const uint8_t jump[] = {0xea, IMM32(0), IMM16(SEL_TSS2)};
    for (unsigned k = 0; k < ARRAY_LEN(t); k++) {
        uint32_t base = EDGE - t[k].before;
        tasks();
        rig_paging();
        put32(TSS2_AT + 28, PD_AT);
        set_pte(EDGE, 0);
        if (t[k].old) {
            rig.cpu->tr.base = base;
            rig.cpu->tr.attr = t[k].wide ? 0x8b00 : 0x8300;
        } else {
            for (unsigned n = 0; n < 104; n++)
                put8(base + n, peek8(TSS2_AT + n));
            put_desc(SEL_TSS2, base, t[k].wide ? 103 : 43, t[k].wide ? 0x89 : 0x81, 0);
        }
        rig.cpu->cr2 = 0;
        run_bytes(jump, sizeof jump, 1);
        ck_assert_msg((rig.cpu->tr.sel == SEL_TSS) == t[k].faults, "case %u: TR %x", k, rig.cpu->tr.sel);
        ck_assert_msg((rig.cpu->cr2 >> 12 == EDGE >> 12) == t[k].faults, "case %u: CR2 %x", k, (unsigned)rig.cpu->cr2);
    }
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
    tcase_add_test(t, tss_of_16_bits_puts_ffff_above_its_registers_and_saves_words);
    tcase_add_test(t, trap_bit_raises_db_in_the_new_task);
    tcase_add_test(t, table_7_1_faults_of_the_new_tasks_segments);
    tcase_add_test(t, conforming_code_of_the_new_task_may_have_the_dpl_of_its_rpl);
    tcase_add_test(t, eip_beyond_the_limit_is_gp0_in_the_new_task);
    tcase_add_test(t, gate_and_tss_checks_name_what_was_wrong);
    tcase_add_test(t, int_n_from_level_3_through_a_task_gate_and_iret_back);
    tcase_add_test(t, exception_through_a_task_gate_to_a_busy_task_has_ext_and_rf);
    tcase_add_test(t, iret_with_nt_checks_the_back_link);
    tcase_add_test(t, page_fault_before_the_commit_point_changes_nothing);
    tcase_add_test(t, task_in_vm86);
    tcase_add_test(t, local_breakpoints_end_with_the_task);
    tcase_add_test(t, task_loads_its_ldt_and_segments_from_it);
    tcase_add_test(t, descriptor_of_the_old_tss_is_needed_where_it_is_written);
    tcase_add_test(t, error_code_without_room_on_the_new_stack_faults_there);
    tcase_add_test(t, switch_touches_both_tss_to_the_last_field);
    return t;
}
