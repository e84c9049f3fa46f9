/* SPDX-License-Identifier: MIT */
/*
 * How x87 errors are reported: late, by #MF or by FERR#, IRQ 13 and IGNNE# (SDM 1 8.7, D.2); #NM by
 * CR0's EM, TS and MP (SDM 3A table 2-2); and memory operands that fault, which leave everything as
 * it was.
 */
#include "tests/isa/x87_rig.h"

static struct cpu *cpu(void)
{
    return x87_rig.cpu;
}
static enum xstat exec(uint8_t a, uint8_t b)
{
    uint8_t bytes[INSN_MAX] = {a, b};
    cpu()->regs[RSI] = X87_OPERAND_AT;
    return isa_rig_exec(&x87_rig, bytes, 0x1000);
}
#define ASSERT_RUNS(a, b) ck_assert_int_eq(exec(a, b), X_NEXT)
#define ASSERT_RAISES(a, b, v)                            \
    do {                                                  \
        ck_assert_int_eq(exec(a, b), X_FAULT);            \
        ck_assert_uint_eq(cpu()->exc.vector, v);          \
        ck_assert(!cpu()->exc.has_code || (v) != EXC_MF); \
    } while (0)

/* 1 / 0 with ZE unmasked: pending. */
static void divide_by_zero(void)
{
    isa_rig_put32(&x87_rig, X87_OPERAND_AT, 0x37b);
    ASSERT_RUNS(0xdb, 0xe3);
    ASSERT_RUNS(0xd9, 0x2e);
    ASSERT_RUNS(0xd9, 0xe8);
    ASSERT_RUNS(0xd9, 0xee);
    ASSERT_RUNS(0xde, 0xf9); /* fdivp: the fault is noted, nothing is raised */
    ck_assert_uint_eq(x87_sw(&cpu()->x87), SW_ZE | SW_ES | SW_B | 6 << 11);
    ck_assert(f80_zero(x87_st(cpu(), 0))); /* not popped, operands in place */
}

START_TEST(mf_at_the_next_waiting_instruction)
{
    static const uint8_t waiting[][2] = {{0x9b, 0},    {0xd9, 0xe8}, {0xd8, 0xc1}, {0xdd, 0x1e}, {0xd9, 0x2e},
                                         {0xd9, 0x26}, {0xdd, 0x26}, {0xd9, 0xd0}, {0xd9, 0xf7}, {0xdd, 0xc0},
                                         {0xd9, 0xfe}, {0xdb, 0xf1}, {0xdf, 0x26}};
    divide_by_zero();
    for (unsigned n = 0; n < ARRAY_LEN(waiting); n++) {
        struct x87 was = cpu()->x87;
        ASSERT_RAISES(waiting[n][0], waiting[n][1], EXC_MF);
        ck_assert_mem_eq(&was, &cpu()->x87, sizeof was);
    }
}
END_TEST

START_TEST(fn_forms_do_not_wait)
{
    divide_by_zero();
    ASSERT_RUNS(0xdf, 0xe0); /* fnstsw ax */
    ck_assert_uint_eq(cpu()->regs[RAX] & 0xffff, SW_ZE | SW_ES | SW_B | 6 << 11);
    ASSERT_RUNS(0xdd, 0x3e); /* fnstsw */
    ASSERT_RUNS(0xd9, 0x3e); /* fnstcw */
    ASSERT_RUNS(0xdb, 0xe0); /* fneni, fndisi, fnsetpm: nothing since the 387 */
    ASSERT_RUNS(0xdb, 0xe1);
    ASSERT_RUNS(0xdb, 0xe4);
    ASSERT_RAISES(0x9b, 0, EXC_MF);
}
END_TEST

START_TEST(what_ends_a_pending_exception)
{
    static const uint8_t ends[][2] = {
        {0xdb, 0xe2}, {0xdb, 0xe3}, {0xd9, 0x36}, {0xdd, 0x36}}; /* fnclex fninit fnstenv fnsave */
    for (unsigned n = 0; n < ARRAY_LEN(ends); n++) {
        divide_by_zero();
        ASSERT_RUNS(ends[n][0], ends[n][1]);
        ck_assert(!(x87_sw(&cpu()->x87) & (SW_ES | SW_B)));
        ASSERT_RUNS(0x9b, 0);
    }
}
END_TEST

START_TEST(fldcw_that_unmasks_makes_pending)
{
    ASSERT_RUNS(0xdb, 0xe3);
    cpu()->x87.sw = SW_OE;
    isa_rig_put32(&x87_rig, X87_OPERAND_AT, 0x377);
    ASSERT_RUNS(0xd9, 0x2e);
    ASSERT_RAISES(0x9b, 0, EXC_MF);
}
END_TEST

/* --- FERR#, IGNNE# --- */

static int ferr, ferr_changes;
static void ferr_set(void *ctx, int n, int level)
{
    (void)ctx;
    (void)n;
    ferr = level;
    ferr_changes++;
}
static void ms_dos_style(void)
{
    cpu()->cr0 &= ~(uint64_t)CR0_NE;
    cpu()->ferr_line = (struct irq_line){ferr_set, NULL, 0};
    ferr = ferr_changes = 0;
}

START_TEST(ferr_follows_es_without_ne)
{
    ms_dos_style();
    divide_by_zero();
    ck_assert_int_eq(ferr, 1);
    ASSERT_RUNS(0xdf, 0xe0);
    ck_assert_int_eq(ferr, 1);
    ASSERT_RUNS(0xdb, 0xe2);
    ck_assert_int_eq(ferr, 0);
    ck_assert_int_eq(ferr_changes, 2);
}
END_TEST

START_TEST(ferr_stays_off_with_ne)
{
    ms_dos_style();
    cpu()->cr0 |= CR0_NE;
    divide_by_zero();
    ck_assert_int_eq(ferr_changes, 0);
}
END_TEST

START_TEST(ferr_follows_a_change_of_ne)
{
    ms_dos_style();
    cpu()->cr0 |= CR0_NE;
    divide_by_zero();
    static const uint8_t mov_cr0_eax[INSN_MAX] = {0x0f, 0x22, 0xc0};
    cpu()->regs[RAX] = cpu()->cr0 & ~(uint64_t)CR0_NE;
    ck_assert_int_eq(isa_rig_exec(&x87_rig, mov_cr0_eax, 0), X_LEAVE);
    ck_assert_int_eq(ferr, 1);
    cpu()->regs[RAX] = cpu()->cr0 | CR0_NE;
    ck_assert_int_eq(isa_rig_exec(&x87_rig, mov_cr0_eax, 0), X_LEAVE);
    ck_assert_int_eq(ferr, 0);
}
END_TEST

START_TEST(reset_takes_ferr_away)
{
    ms_dos_style();
    divide_by_zero();
    cpu_reset(cpu());
    ck_assert_int_eq(ferr, 0);
}
END_TEST

START_TEST(waiting_instruction_stops_until_the_interrupt)
{
    ms_dos_style();
    divide_by_zero();
    struct x87 was = cpu()->x87;
    ck_assert_int_ne(exec(0xd9, 0xe8), X_NEXT);
    ck_assert(cpu()->halted && cpu()->leave);
    ck_assert_uint_eq(cpu()->rip, 0x1000);
    ck_assert_mem_eq(&was, &cpu()->x87, sizeof was);
}
END_TEST

START_TEST(ignne_lets_a_waiting_instruction_go_on)
{
    ms_dos_style();
    divide_by_zero();
    struct cpu_pins pins = cpu_pins(cpu());
    pins.ignne(pins.ctx, 1);
    ASSERT_RUNS(0x9b, 0);
    ASSERT_RUNS(0xd9, 0xe8);
    ck_assert_int_eq(ferr, 1);
    pins.ignne(pins.ctx, 0);
    ck_assert_int_ne(exec(0x9b, 0), X_NEXT);
}
END_TEST

/* The whole way, by the engine: FERR# to INTR, the handler clears the error and the program goes
 * on. */
static void ferr_to_intr(void *ctx, int n, int level)
{
    struct cpu_pins pins = cpu_pins(ctx);
    (void)n;
    pins.intr(pins.ctx, level);
}
static int ack_75(void *ctx)
{
    (void)ctx;
    return 0x75;
}
START_TEST(irq13_handler_and_back)
{
    static const uint8_t program[] = {
        0xdb, 0xe3,             /* fninit */
        0xd9, 0x2e, 0x00, 0x20, /* fldcw [2000h]: ZE unmasked */
        0xd9, 0xe8,             /* fld1 */
        0xd9, 0xee,             /* fldz */
        0xde, 0xf9,             /* fdivp: FERR# */
        0x90,                   /* IF is 0: nothing happens */
        0xfb,                   /* sti */
        0x90,                   /* its shadow; the interrupt comes after it */
        0x9b,                   /* fwait */
        0x41,                   /* inc cx */
        0xf4,                   /* hlt */
    };
    static const uint8_t handler[] = {0xdb, 0xe2, 0x42, 0xcf}; /* fnclex; inc dx; iret */
    struct cpu *c = cpu();
    isa_rig_real(&x87_rig);
    c->ferr_line = (struct irq_line){ferr_to_intr, c, 0};
    c->intack = (struct intr_ack){ack_75, c};
    isa_rig_put(&x87_rig, 0x1000, program, sizeof program);
    isa_rig_put(&x87_rig, 0x3000, handler, sizeof handler);
    isa_rig_put32(&x87_rig, 0x75 * 4, 0x3000);
    isa_rig_put32(&x87_rig, 0x2000, 0x37b);
    c->rip = 0x1000;
    cpu_run(c, 40);
    ck_assert(c->halted);
    ck_assert_uint_eq(c->regs[RDX], 1);
    ck_assert_uint_eq(c->regs[RCX], 1);
    ck_assert_uint_eq(c->rip, 0x1000 + sizeof program);
}
END_TEST

/* The interrupt wakes the stopped CPU in front of the instruction; here the error itself comes with
 * IF set at once. */
START_TEST(stopped_cpu_resumes_at_the_instruction)
{
    static const uint8_t program[] = {0x9b, 0x41, 0xf4}; /* fwait; inc cx; hlt */
    static const uint8_t handler[] = {0xdb, 0xe2, 0x42, 0xcf};
    struct cpu *c = cpu();
    isa_rig_real(&x87_rig);
    isa_rig_put(&x87_rig, 0x1000, program, sizeof program);
    isa_rig_put(&x87_rig, 0x3000, handler, sizeof handler);
    isa_rig_put32(&x87_rig, 0x75 * 4, 0x3000);
    c->x87.cw = 0x37b;
    c->x87.sw = SW_ZE;
    x87_update_es(c);
    c->eflags |= FL_IF;
    c->rip = 0x1000;
    ck_assert_int_eq(cpu_run(c, 20), CPU_HALTED);
    ck_assert_uint_eq(c->rip, 0x1000);
    ck_assert_uint_eq(c->regs[RCX], 0);
    c->intack = (struct intr_ack){ack_75, c};
    c->ferr_line = (struct irq_line){ferr_to_intr, c, 0};
    ferr_to_intr(c, 0, 1);
    cpu_run(c, 60);
    ck_assert_uint_eq(c->regs[RDX], 1);
    ck_assert_uint_eq(c->regs[RCX], 1);
    ck_assert_uint_eq(c->rip, 0x1003);
}
END_TEST

/* --- #NM --- */

START_TEST(nm_by_em_and_ts)
{
    static const uint8_t codes[][2] = {{0xdb, 0xe3}, {0xdb, 0xe2}, {0xdf, 0xe0}, {0xd9, 0x3e},
                                       {0xdd, 0x36}, {0xd9, 0xe8}, {0xd8, 0x06}, {0xd9, 0xfe}};
    static const unsigned bits[] = {CR0_EM, CR0_TS, CR0_EM | CR0_MP, CR0_TS | CR0_MP};
    divide_by_zero(); /* #NM comes before #MF */
    uint64_t cr0 = cpu()->cr0;
    for (unsigned k = 0; k < ARRAY_LEN(bits); k++)
        for (unsigned n = 0; n < ARRAY_LEN(codes); n++) {
            cpu()->cr0 = cr0 | bits[k];
            ASSERT_RAISES(codes[n][0], codes[n][1], EXC_NM);
        }
}
END_TEST

/* SDM 3A table 2-2: WAIT looks at MP and TS alone. */
START_TEST(wait_nm_by_mp_and_ts)
{
    static const unsigned without[] = {0, CR0_EM, CR0_TS, CR0_MP, CR0_EM | CR0_MP, CR0_EM | CR0_TS};
    uint64_t cr0 = cpu()->cr0;
    ASSERT_RUNS(0xdb, 0xe3);
    for (unsigned k = 0; k < ARRAY_LEN(without); k++) {
        cpu()->cr0 = cr0 | without[k];
        ASSERT_RUNS(0x9b, 0);
    }
    cpu()->cr0 = cr0 | CR0_MP | CR0_TS;
    ASSERT_RAISES(0x9b, 0, EXC_NM);
    cpu()->cr0 = cr0;
    divide_by_zero();
    cpu()->cr0 = cr0 | CR0_EM; /* and the pending exception is reported all the same */
    ASSERT_RAISES(0x9b, 0, EXC_MF);
}
END_TEST

/* --- Memory operands that fault --- */

static const struct {
    uint8_t bytes[2];
    uint8_t size;
} memory_forms[] = {
    {{0xd8, 0x06}, 4},  {{0xdc, 0x06}, 8},   {{0xda, 0x06}, 4},   {{0xde, 0x06}, 2},  {{0xd9, 0x06}, 4},
    {{0xdd, 0x06}, 8},  {{0xdb, 0x2e}, 10},  {{0xdf, 0x2e}, 8},   {{0xdf, 0x26}, 10}, {{0xd9, 0x1e}, 4},
    {{0xdd, 0x1e}, 8},  {{0xdb, 0x3e}, 10},  {{0xdb, 0x1e}, 4},   {{0xdf, 0x1e}, 2},  {{0xdf, 0x3e}, 8},
    {{0xdf, 0x36}, 10}, {{0xd9, 0x2e}, 2},   {{0xd9, 0x3e}, 2},   {{0xdd, 0x3e}, 2},  {{0xd9, 0x26}, 28},
    {{0xd9, 0x36}, 28}, {{0xdd, 0x26}, 108}, {{0xdd, 0x36}, 108}, {{0xd8, 0x1e}, 4},
};

static void fault_at_last_byte(unsigned n, unsigned vector)
{
    uint8_t before[112], after[112];
    struct x87_state s = {.cw = 0x37f, .sw = 2 << 11, .empty = 2};
    for (unsigned k = 0; k < 8; k++)
        s.r[k] = (struct f80){0xaaaaaaaaaaaaaaaa, (uint16_t)(0x3fff + k)};
    x87_load(cpu(), &s);
    struct x87 was = cpu()->x87;
    uint32_t at = X87_OPERAND_AT + 0x1000 - (memory_forms[n].size - 1u);
    uint8_t bytes[INSN_MAX] = {memory_forms[n].bytes[0], memory_forms[n].bytes[1]};
    cpu()->regs[RSI] = at;
    isa_rig_get(&x87_rig, at, before, sizeof before);
    ck_assert_msg(isa_rig_exec(&x87_rig, bytes, 0x1000) == X_FAULT, "%02x %02x", bytes[0], bytes[1]);
    ck_assert_uint_eq(cpu()->exc.vector, vector);
    isa_rig_get(&x87_rig, at, after, sizeof after);
    ck_assert_mem_eq(before, after, sizeof before);
    ck_assert_mem_eq(&was, &cpu()->x87, sizeof was);
}

START_TEST(limit_violation_leaves_everything)
{
    isa_rig_segment(&x87_rig, SEG_DS, 0, X87_OPERAND_AT + 0xfff);
    fault_at_last_byte((unsigned)_i, EXC_GP);
}
END_TEST

START_TEST(page_fault_leaves_everything)
{
    enum { DIRECTORY = 0x200000, TABLE = 0x201000 };
    struct cpu *c = cpu();
    for (uint32_t n = 0; n < 1024; n++)
        isa_rig_put32(&x87_rig, TABLE + 4 * n, n << 12 == X87_OPERAND_AT + 0x1000 ? 0 : n << 12 | 7);
    isa_rig_put32(&x87_rig, DIRECTORY, TABLE | 7);
    c->cr3 = DIRECTORY;
    c->cr0 |= CR0_PG;
    tlb_flush_all(c);
    mode_update(c);
    fault_at_last_byte((unsigned)_i, EXC_PF);
    ck_assert_uint_eq(c->exc.cr2 & ~0xfffu, X87_OPERAND_AT + 0x1000);
}
END_TEST

TCase *x87_pending_tests(void)
{
    TCase *t = tcase_create("errors");
    tcase_add_checked_fixture(t, x87_rig_setup, x87_rig_teardown);
    tcase_add_test(t, mf_at_the_next_waiting_instruction);
    tcase_add_test(t, fn_forms_do_not_wait);
    tcase_add_test(t, what_ends_a_pending_exception);
    tcase_add_test(t, fldcw_that_unmasks_makes_pending);
    tcase_add_test(t, ferr_follows_es_without_ne);
    tcase_add_test(t, ferr_stays_off_with_ne);
    tcase_add_test(t, ferr_follows_a_change_of_ne);
    tcase_add_test(t, reset_takes_ferr_away);
    tcase_add_test(t, waiting_instruction_stops_until_the_interrupt);
    tcase_add_test(t, ignne_lets_a_waiting_instruction_go_on);
    tcase_add_test(t, irq13_handler_and_back);
    tcase_add_test(t, stopped_cpu_resumes_at_the_instruction);
    tcase_add_test(t, nm_by_em_and_ts);
    tcase_add_test(t, wait_nm_by_mp_and_ts);
    tcase_add_loop_test(t, limit_violation_leaves_everything, 0, ARRAY_LEN(memory_forms));
    tcase_add_loop_test(t, page_fault_leaves_everything, 0, ARRAY_LEN(memory_forms));
    return t;
}
