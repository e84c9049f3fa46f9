/* SPDX-License-Identifier: MIT */
/*
 * IP at the end of 64 KiB, in code segments with D clear: SDM 3B 22.33 (segment wraparound), SDM 2A JMP, SDM 3A 6.12.
 *
 * EIP has 32 bits in 16-bit code, too. What follows an instruction is at 10000h, which is #GP where the limit is FFFFh;
 * only a branch of 16-bit operand size cuts to 16 bits, and a push of 16 bits what it pushes.
 */
#include "tests/cpu/rig.h"

enum { BASE = 0x60000, SHORT = 0xffff, LONG = 0x1ffff, SEL16 = SEL_FREE, END = 0x10000, DONE = 32 };
#define INT_DONE 0xcd, DONE

/* Two 64 KiB from BASE, D clear. */
static void enter16(uint32_t limit)
{
    static const uint8_t done[] = {INT_DONE};
    struct desc d;
    rig_protected();
    put_desc(SEL16, BASE, limit, 0x9b, 0);
    ck_assert(!desc_read(rig.cpu, SEL16, EXC_GP, &d));
    ck_assert_uint_eq(desc_limit(&d), limit);
    set_cs(rig.cpu, SEL16, &d, 0);
    for (uint32_t at = 0; at < 0x40; at += 2) /* whatever goes to a wrong place ends with its IP told */
        put(BASE + at, done, 2);
    put(BASE + END, done, 2);
    rig.cpu->regs[RSI] = rig.cpu->regs[RDI] = rig.cpu->regs[RBX] = DATA_AT & 0xffff;
}

/* Puts code so that it ends right before `end` and runs it from there, so many positions at a time. */
static void run_up_to(uint32_t end, const uint8_t *code, unsigned len, unsigned slice)
{
    struct cpu *c = rig.cpu;
    put((uint32_t)c->seg[SEG_CS].base + end - len, code, len);
    c->rip = end - len;
    c->halted = false;
    for (unsigned n = 0; n < 60 && !c->halted && !c->shutdown; n += slice)
        cpu_run(c, rig.clock.pos + slice);
}
#define RUN_UP_TO(end, ...)                           \
    do {                                              \
        static const uint8_t code_[] = {__VA_ARGS__}; \
        run_up_to(end, code_, sizeof code_, 60);      \
    } while (0)

static void came(int vector, uint32_t eip)
{
    bool code = vector == EXC_GP;
    ck_assert_int_eq(rig_vector(), vector);
    if (code)
        ck_assert_uint_eq(frame_word(0), 0);
    ck_assert_uint_eq(frame_word(code), eip);
    ck_assert_uint_eq(frame_word(code + 1), SEL16);
}

/* Every way for an instruction to end other than by a branch that is taken. */
static const struct {
    const char *what;
    uint8_t len, code[8];
    uint8_t cx;
} goes_on[] = {
    {"nop", 1, {0x90}, 0},
    {"mov r,r", 2, {0x89, 0xd8}, 0},
    {"load", 2, {0x8b, 0x07}, 0},
    {"store", 2, {0x89, 0x07}, 0},
    {"push", 1, {0x50}, 0},
    {"jz not taken", 2, {0x74, 0x7f}, 0},
    {"jz rel16 not taken", 4, {0x0f, 0x84, 0xff, 0x7f}, 0},
    {"jz rel32 not taken", 7, {0x66, 0x0f, 0x84, 0xff, 0xff, 0xff, 0x7f}, 0},
    {"jcxz not taken", 2, {0xe3, 0x10}, 1},
    {"loop not taken", 2, {0xe2, 0x10}, 1},
    {"loope not taken", 2, {0xe1, 0x10}, 2},
    {"loopne not taken", 2, {0xe0, 0x10}, 1},
    {"into not taken", 1, {0xce}, 0},
    {"rep of none", 2, {0xf3, 0xa4}, 0},
    {"rep movsb", 2, {0xf3, 0xa4}, 3},
    {"rep stosw", 2, {0xf3, 0xab}, 3},
    {"repe cmpsb", 2, {0xf3, 0xa6}, 3},
    {"repne scasb", 2, {0xf2, 0xae}, 3},
    {"rep outsb", 2, {0xf3, 0x6e}, 3},
    {"mov ss", 2, {0x8e, 0xd0}, 0},
    {"sti", 1, {0xfb}, 0},
    {"popf", 2, {0x90, 0x9d}, 0},
    {"out", 2, {0xe6, 0x80}, 0},
    {"mov cr", 3, {0x0f, 0x22, 0xd9}, 0},
    {"invlpg", 3, {0x0f, 0x01, 0x3f}, 0},
    {"cpuid", 2, {0x0f, 0xa2}, 0},
    {"fnop", 2, {0xd9, 0xd0}, 0},
    {"lldt", 3, {0x0f, 0x00, 0xd1}, 0},
};

static void go_on_case(unsigned i, uint32_t limit, unsigned slice)
{
    struct cpu *c = rig.cpu;
    enter16(limit);
    c->regs[RCX] = goes_on[i].cx;
    c->regs[RAX] = SEL_DATA0;
    c->regs[RDX] = 0x80;
    put32((uint32_t)c->regs[RSP], FL_1); /* what POPF takes */
    for (unsigned k = 0; k < 8; k++)
        put8((DATA_AT & 0xffff) + k, 0x55);
    run_up_to(END, goes_on[i].code, goes_on[i].len, slice);
}

START_TEST(ip_beyond_ffff_is_gp0_where_the_limit_is_ffff)
{
    static const unsigned slices[] = {1, 2, 60};
    for (unsigned i = 0; i < ARRAY_LEN(goes_on); i++)
        for (unsigned s = 0; s < ARRAY_LEN(slices); s++) {
            go_on_case(i, SHORT, slices[s]);
            ck_assert_msg(rig_vector() == EXC_GP && frame_word(0) == 0, "%s: %d", goes_on[i].what, rig_vector());
            ck_assert_msg(frame_word(1) == END, "%s: eip %x", goes_on[i].what, frame_word(1));
        }
}
END_TEST

START_TEST(ip_goes_on_to_10000_where_the_limit_allows)
{
    static const unsigned slices[] = {1, 2, 60};
    for (unsigned i = 0; i < ARRAY_LEN(goes_on); i++)
        for (unsigned s = 0; s < ARRAY_LEN(slices); s++) {
            go_on_case(i, LONG, slices[s]);
            ck_assert_msg(rig_vector() == DONE, "%s: %d", goes_on[i].what, rig_vector());
            ck_assert_msg(frame_word(0) == END + 2, "%s: eip %x", goes_on[i].what, frame_word(0));
        }
}
END_TEST

/* The limit is where it ends, not FFFFh: one byte more and one less. */
START_TEST(ip_ends_at_any_limit)
{
    static const uint8_t done[] = {INT_DONE};
    for (uint32_t limit = END - 3; limit <= END + 2; limit++) {
        enter16(SHORT);
        rig.cpu->seg[SEG_CS].limit = limit;
        seg_update(&rig.cpu->seg[SEG_CS]);
        RUN_UP_TO(END - 1, 0x90, 0x90, INT_DONE); /* INT 32 at FFFDh, so that it ends at FFFEh */
        if (limit < END - 2)
            came(EXC_GP, END - 3);
        else
            came(DONE, END - 1);
        enter16(SHORT);
        rig.cpu->seg[SEG_CS].limit = limit;
        put(BASE + END, done, 2);
        RUN_UP_TO(END, 0x90);
        if (limit < END - 1)
            came(EXC_GP, END - 1);
        else if (limit < END + 1)
            came(EXC_GP, END);
        else
            came(DONE, END + 2);
    }
}
END_TEST

START_TEST(instruction_across_ffff_is_gp_at_itself_or_runs)
{
    static const struct {
        uint8_t len, code[7];
    } t[] = {{2, {0xb0, 0x77}}, {3, {0xb8, 0x77, 0}}, {6, {0x66, 0xb8, 0x77, 0, 0, 0}}, {2, {0x66, 0x90}}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++)
        for (unsigned over = 1; over < t[i].len; over++) {
            enter16(SHORT);
            run_up_to(END + over, t[i].code, t[i].len, 60);
            came(EXC_GP, END + over - t[i].len);
            enter16(LONG);
            put8(BASE + END + over, 0xcd);
            put8(BASE + END + over + 1, DONE);
            run_up_to(END + over, t[i].code, t[i].len, 60);
            came(DONE, END + over + 2);
            ck_assert_uint_eq((uint8_t)rig.cpu->regs[RAX], i < 3 ? 0x77 : 0);
        }
}
END_TEST

/* Branches with their displacement so that the target is 1000Eh: 16 bits cut it, 32 bits do not. */
static const struct {
    const char *what;
    uint8_t len, code[7];
    bool wide;
} branches[] = {
    {"jmp rel8", 2, {0xeb, 0x0e}, false},
    {"jmp rel16", 3, {0xe9, 0x0e, 0}, false},
    {"jnz rel8", 2, {0x75, 0x0e}, false},
    {"jnz rel16", 4, {0x0f, 0x85, 0x0e, 0}, false},
    {"loop", 2, {0xe2, 0x0e}, false},
    {"jecxz", 3, {0x67, 0xe3, 0x0e}, false},
    {"call rel16", 3, {0xe8, 0x0e, 0}, false},
    {"o32 jmp rel8", 3, {0x66, 0xeb, 0x0e}, true},
    {"o32 jmp rel32", 6, {0x66, 0xe9, 0x0e, 0, 0, 0}, true},
    {"o32 jnz rel8", 3, {0x66, 0x75, 0x0e}, true},
    {"o32 jnz rel32", 7, {0x66, 0x0f, 0x85, 0x0e, 0, 0, 0}, true},
    {"o32 loop", 3, {0x66, 0xe2, 0x0e}, true},
    {"o32 call rel32", 6, {0x66, 0xe8, 0x0e, 0, 0, 0}, true},
    {"o32 jmp r32", 3, {0x66, 0xff, 0xe5}, true},
    {"o32 call r32", 3, {0x66, 0xff, 0xd5}, true},
    {"o32 jmp m32", 4, {0x66, 0xff, 0x27, 0x90}, true},
};

static void branch_case(unsigned i, uint32_t limit)
{
    enter16(limit);
    put8(BASE + END + 0xe, 0xcd);
    put8(BASE + END + 0xf, DONE);
    put32(DATA_AT & 0xffff, END + 0xe);
    rig.cpu->regs[RBP] = END + 0xe;
    rig.cpu->regs[RCX] = branches[i].code[1] == 0xe3 ? 0 : 2;
    run_up_to(END, branches[i].code, branches[i].len, 60);
}

START_TEST(branch_of_16_bits_wraps_and_of_32_bits_does_not)
{
    for (unsigned i = 0; i < ARRAY_LEN(branches); i++) {
        branch_case(i, SHORT);
        bool wide = branches[i].wide;
        ck_assert_msg(rig_vector() == (wide ? EXC_GP : DONE), "%s: %d", branches[i].what, rig_vector());
        uint32_t eip = frame_word(wide), want = wide ? END - branches[i].len : 0x10;
        ck_assert_msg(eip == want, "%s: eip %x", branches[i].what, eip);
        branch_case(i, LONG);
        ck_assert_msg(rig_vector() == DONE, "%s: %d", branches[i].what, rig_vector());
        ck_assert_msg(frame_word(0) == (wide ? END + 0x10 : 0x10), "%s: eip %x", branches[i].what, frame_word(0));
    }
    enter16(SHORT); /* backwards below 0 */
    put8(BASE + 0xfff0, 0xcd);
    put8(BASE + 0xfff1, DONE);
    RUN_UP_TO(2, 0xeb, 0xee);
    came(DONE, 0xfff2);
    enter16(SHORT);
    RUN_UP_TO(3, 0x66, 0xeb, 0xed);
    came(EXC_GP, 0);
}
END_TEST

/* What a call at the end pushes: 10000h, cut by a push of 16 bits. */
START_TEST(return_address_of_calls_at_the_end)
{
    struct cpu *c = rig.cpu;
    uint32_t sp = STACK_TOP;
    enter16(LONG);
    put16(sp - 2, 0xaaaa);
    RUN_UP_TO(END, 0xe8, IMM16(0x10));
    ck_assert_uint_eq(peek16(sp - 2), 0);
    enter16(LONG);
    put16(sp - 2, 0xaaaa);
    put32(DATA_AT & 0xffff, 0x10);
    RUN_UP_TO(END, 0xff, 0x17); /* call [bx] */
    ck_assert_uint_eq(peek16(sp - 2), 0);
    enter16(LONG);
    RUN_UP_TO(END, 0x66, 0xe8, IMM32(-0x10000 + 0x10));
    ck_assert_uint_eq(peek32(sp - 4), END);
    enter16(LONG);
    RUN_UP_TO(END, 0x9a, IMM16(0x10), IMM16(SEL16));
    ck_assert_uint_eq(peek32(sp - 4), (uint32_t)SEL16 << 16);
    enter16(LONG);
    RUN_UP_TO(END, 0x66, 0x9a, IMM32(0x10), IMM16(SEL16));
    ck_assert_uint_eq(peek32(sp - 8), END);
    ck_assert_uint_eq(peek16(sp - 4), SEL16);
    static const uint8_t types[] = {0x84, 0x8c}; /* call gates of 16 and 32 bits */
    for (unsigned i = 0; i < 2; i++) {
        enter16(LONG);
        put_gate(SEL_FREE + 8, types[i], SEL16, 0x10, 0);
        RUN_UP_TO(END, 0x9a, IMM16(0), IMM16(SEL_FREE + 8));
        ck_assert_int_eq(rig_vector(), DONE);
        ck_assert_uint_eq(i ? peek32(sp - 8) : peek16(sp - 4), i ? END : 0);
    }
    ck_assert(c->halted);
}
END_TEST

/* A task switch saves EIP: of 32 bits, or cut. */
START_TEST(task_switch_at_the_end_saves_eip)
{
    static const uint8_t done[] = {INT_DONE};
    for (unsigned wide = 0; wide < 2; wide++) {
        enter16(LONG);
        put_desc(SEL_TSS, TSS_AT, 103, wide ? 0x8b : 0x83, 0);
        struct desc d;
        ck_assert(!desc_read(rig.cpu, SEL_TSS, EXC_GP, &d));
        seg_from_desc(&rig.cpu->tr, SEL_TSS, &d);
        put_desc(SEL_FREE + 8, TSS2_AT, 103, 0x89, 0);
        for (unsigned i = 0; i < 104; i += 4) {
            put32(TSS2_AT + i, 0);
            put32(TSS_AT + i, 0xeeeeeeee);
        }
        put32(TSS2_AT + 32, CODE_AT);
        put32(TSS2_AT + 36, FL_1);
        put32(TSS2_AT + 56, STACK_TOP);
        put32(TSS2_AT + 76, SEL_CODE0);
        put32(TSS2_AT + 80, SEL_DATA0);
        put(CODE_AT, done, 2);
        RUN_UP_TO(END, 0xea, IMM16(0), IMM16(SEL_FREE + 8));
        ck_assert_int_eq(rig_vector(), DONE);
        ck_assert_uint_eq(wide ? peek32(TSS_AT + 32) : peek16(TSS_AT + 14), wide ? END : 0);
    }
}
END_TEST

START_TEST(int_n_at_the_end_returns_to_10000)
{
    for (uint32_t limit = SHORT; limit <= LONG; limit += END) {
        enter16(limit);
        RUN_UP_TO(END, INT_DONE);
        came(DONE, END);
        enter16(limit);
        RUN_UP_TO(END, 0xcc);
        came(EXC_BP, END);
        enter16(limit);
        cpu_set_eflags(rig.cpu, FL_1 | FL_OF);
        RUN_UP_TO(END, 0xce);
        came(EXC_OF, END);
        enter16(limit);
        RUN_UP_TO(END, 0xf1); /* int1 */
        came(EXC_DB, END);
        enter16(limit); /* a gate of 16 bits cuts */
        put_idt(40, 0x86, SEL_CODE0, HANDLERS_AT);
        RUN_UP_TO(END, 0xcd, 40);
        ck_assert_uint_eq(peek16((uint32_t)rig.cpu->regs[RSP]), 0);
        enter16(limit); /* a fault of its delivery is the instruction's */
        put_idt(40, 0x6e, SEL_CODE0, HANDLERS_AT);
        RUN_UP_TO(END, 0xcd, 40);
        ck_assert_int_eq(rig_vector(), EXC_NP);
        ck_assert_uint_eq(frame_word(1), END - 2);
        enter16(limit);
        RUN_UP_TO(END, 0x0f, 0x0b); /* ud2 */
        came(EXC_UD, END - 2);
    }
}
END_TEST

START_TEST(single_step_and_breakpoints_at_the_end_save_10000)
{
    struct cpu *c = rig.cpu;
    for (uint32_t limit = SHORT; limit <= LONG; limit += END) {
        enter16(limit);
        cpu_set_eflags(c, FL_1 | FL_TF);
        RUN_UP_TO(END, 0x90);
        came(EXC_DB, END);
        ck_assert_uint_eq(c->dr[6] & 0xe00f, 0x4000);
        enter16(limit); /* the iterations of a REP are at it, the last goes on */
        cpu_set_eflags(c, FL_1 | FL_TF);
        c->regs[RCX] = 2;
        RUN_UP_TO(END, 0xf3, 0xa4);
        came(EXC_DB, END - 2);
        enter16(limit);
        cpu_set_eflags(c, FL_1 | FL_TF);
        c->regs[RCX] = 1;
        RUN_UP_TO(END, 0xf3, 0xa4);
        came(EXC_DB, END);
        enter16(limit); /* an instruction breakpoint is looked for before the limit (SDM 3A table 6-2) */
        c->dr[0] = BASE + END;
        c->dr[7] = 0x401;
        RUN_UP_TO(END, 0x90);
        came(EXC_DB, END);
        ck_assert_uint_eq(c->dr[6] & 0xe00f, 1);
    }
}
END_TEST

START_TEST(interrupts_at_the_end_save_10000)
{
    struct cpu *c = rig.cpu;
    struct cpu_pins p = cpu_pins(c);
    for (uint32_t limit = SHORT; limit <= LONG; limit += END) {
        static const uint8_t nop[] = {0x90}, hlt[] = {HLT};
        enter16(limit);
        put(BASE + END - 1, nop, 1);
        c->rip = END - 1;
        cpu_run(c, rig.clock.pos + 1);
        p.nmi(p.ctx);
        cpu_run(c, rig.clock.pos + 10);
        came(EXC_NMI, END);
        enter16(limit);
        run_up_to(END, hlt, 1, 60);
        ck_assert(c->halted);
        p.nmi(p.ctx);
        cpu_run(c, rig.clock.pos + 10);
        came(EXC_NMI, END);
    }
}
END_TEST

START_TEST(real_mode_and_vm86_end_at_ffff)
{
    struct cpu *c = rig.cpu;
    rig_real();
    put8(CODE_AT, HLT);
    RUN_UP_TO(END, 0x90);
    ck_assert_int_eq(rig_vector(), EXC_GP);
    ck_assert_uint_eq(peek16((uint32_t)c->regs[RSP]), 0); /* 10000h, cut */
    rig_real();
    RUN_UP_TO(END, INT_DONE);
    ck_assert_uint_eq(peek16((uint32_t)c->regs[RSP]), 0);
    rig_real(); /* a limit that protected mode left */
    c->seg[SEG_CS].limit = LONG;
    put8(CODE_AT + END, 0xcc);
    RUN_UP_TO(END, 0x90);
    ck_assert_int_eq(rig_vector(), EXC_BP);
    ck_assert_uint_eq(peek16((uint32_t)c->regs[RSP]), 1);
    rig_protected();
    cpu_set_eflags(c, FL_1 | FL_VM | FL_IOPL);
    c->cpl = 3;
    for (unsigned i = 0; i < NSEGS; i++)
        set_seg_real(c, i, i == SEG_CS ? CODE_AT >> 4 : 0);
    mode_update(c);
    RUN_UP_TO(END, 0x90);
    ASSERT_FAULT(EXC_GP, 0);
    ck_assert_uint_eq(frame_word(1), END);
    ck_assert_uint_eq(frame_word(2), CODE_AT >> 4);
}
END_TEST

/* 32-bit code: EIP wraps at 4 GiB in a segment without limit, and 64 KiB mean nothing to it. */
START_TEST(code_of_32_bits_goes_over_64_kib)
{
    static const uint8_t code[] = {0x90, 0x90, INT_DONE};
    struct cpu *c = rig.cpu;
    struct desc d;
    rig_protected();
    put_desc(SEL_FREE, BASE, 0xfffff, 0x9b, 0xc);
    ck_assert(!desc_read(c, SEL_FREE, EXC_GP, &d));
    set_cs(c, SEL_FREE, &d, 0);
    put(BASE + END - 1, code, sizeof code);
    c->rip = END - 1;
    cpu_run(c, rig.clock.pos + 20);
    came(DONE, END + 3);
    rig_protected();
    ck_assert(!desc_read(c, SEL_FREE, EXC_GP, &d));
    set_cs(c, SEL_FREE, &d, 0);
    put(BASE - 1, code, sizeof code);
    c->rip = UINT32_MAX;
    cpu_run(c, rig.clock.pos + 20);
    came(DONE, 3);
}
END_TEST

TCase *ip_tests(void)
{
    TCase *t = tcase_create("end of 64 KiB");
    tcase_add_test(t, ip_beyond_ffff_is_gp0_where_the_limit_is_ffff);
    tcase_add_test(t, ip_goes_on_to_10000_where_the_limit_allows);
    tcase_add_test(t, ip_ends_at_any_limit);
    tcase_add_test(t, instruction_across_ffff_is_gp_at_itself_or_runs);
    tcase_add_test(t, branch_of_16_bits_wraps_and_of_32_bits_does_not);
    tcase_add_test(t, return_address_of_calls_at_the_end);
    tcase_add_test(t, task_switch_at_the_end_saves_eip);
    tcase_add_test(t, int_n_at_the_end_returns_to_10000);
    tcase_add_test(t, single_step_and_breakpoints_at_the_end_save_10000);
    tcase_add_test(t, interrupts_at_the_end_save_10000);
    tcase_add_test(t, real_mode_and_vm86_end_at_ffff);
    tcase_add_test(t, code_of_32_bits_goes_over_64_kib);
    return t;
}
