/* SPDX-License-Identifier: MIT */
/* System instructions: privilege, modes, values (SDM 2A, 2B; SDM 3A 2.8). */
#include "tests/cpu/rig.h"

#include "isa/cpuid.h"

#define INT_DONE 0xcd, 32

static void assert_done(void)
{
    ck_assert_int_eq(rig_vector(), 32);
}

START_TEST(privileged_instructions_are_gp0_above_cpl0)
{
    static const struct {
        uint8_t len, code[8];
    } t[] = {
        {2, {0x0f, 0x06}},                       /* clts */
        {1, {0xf4}},                             /* hlt */
        {2, {0x0f, 0x08}},                       /* invd */
        {2, {0x0f, 0x09}},                       /* wbinvd */
        {7, {0x0f, 0x01, 0x3d, IMM32(DATA_AT)}}, /* invlpg */
        {7, {0x0f, 0x01, 0x15, IMM32(DATA_AT)}}, /* lgdt */
        {7, {0x0f, 0x01, 0x1d, IMM32(DATA_AT)}}, /* lidt */
        {3, {0x0f, 0x00, 0xd0}},                 /* lldt ax */
        {3, {0x0f, 0x00, 0xd8}},                 /* ltr ax */
        {3, {0x0f, 0x01, 0xf0}},                 /* lmsw ax */
        {3, {0x0f, 0x20, 0xc0}},                 /* mov eax, cr0 */
        {3, {0x0f, 0x22, 0xc0}},                 /* mov cr0, eax */
        {2, {0x0f, 0x32}},                       /* rdmsr */
        {2, {0x0f, 0x30}},                       /* wrmsr */
        {1, {0xfa}},                             /* cli, IOPL 0 */
        {1, {0xfb}},                             /* sti */
        {2, {0xe4, 0x80}},                       /* in al, 80h: no bitmap */
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected();
        rig.cpu->tr.limit = 103;
        rig_user();
        run_bytes(t[i].code, t[i].len, 50);
        ASSERT_FAULT(EXC_GP, 0);
        ck_assert_uint_eq(frame_word(1), CODE_AT);
    }
}
END_TEST

START_TEST(protected_mode_instructions_are_ud_in_real_mode)
{
    static const uint8_t t[][3] = {{0x0f, 0x00, 0xc0}, {0x0f, 0x00, 0xc8}, {0x0f, 0x00, 0xd0},
                                   {0x0f, 0x00, 0xd8}, {0x0f, 0x00, 0xe0}, {0x0f, 0x00, 0xe8},
                                   {0x0f, 0x02, 0xc0}, {0x0f, 0x03, 0xc0}, {0x63, 0xc0, 0x90}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_real();
        run_bytes(t[i], 3, 50);
        ck_assert_int_eq(rig_vector(), EXC_UD);
    }
}
END_TEST

START_TEST(cr0_pg_without_pe_and_nw_without_cd_are_gp)
{
    rig_protected();
    RUN(MOV_EAX(0x80000000), 0x0f, 0x22, 0xc0);
    ASSERT_FAULT(EXC_GP, 0);
    rig_protected();
    RUN(MOV_EAX(CR0_PE | CR0_NW), 0x0f, 0x22, 0xc0);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(cr4_reserved_bits_are_gp)
{
    rig_protected();
    RUN(MOV_EAX(CR4_PSE | CR4_PGE), 0x0f, 0x22, 0xe0, 0x0f, 0x20, 0xe3, INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.cpu->regs[RBX], CR4_PSE | CR4_PGE);
    rig_protected();
    RUN(MOV_EAX(0x80000000), 0x0f, 0x22, 0xe0);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(lmsw_sets_pe_and_never_clears_it)
{
    rig_protected();
    RUN(0x31, 0xc0, 0x0f, 0x01, 0xf0, INT_DONE);
    assert_done();
    ck_assert(rig.cpu->cr0 & CR0_PE);
    rig_real();
    RUN(MOV_AX16(CR0_PE | CR0_TS), 0x0f, 0x01, 0xf0, 0x0f, 0x01, 0xe3, HLT); /* lmsw ax; smsw bx */
    ck_assert_uint_eq(rig.cpu->regs[RBX] & 0xf, CR0_PE | CR0_TS);
}
END_TEST

START_TEST(protected_mode_is_entered_and_left_by_cr0_and_far_jumps)
{
    rig_protected(); /* for the tables */
    put_desc(SEL_FREE, CODE_AT, 0xffff, 0x9b, 0);
    struct desc_table gdt = rig.cpu->gdtr;
    rig_real();
    rig.cpu->gdtr = gdt;
    /*
     * mov eax,cr0; inc ax; mov cr0,eax; jmp SEL_FREE:L; L: mov bx,cs; dec ax; mov cr0,eax; jmp CODE_AT/16:M; M: mov
     * dx,cs; hlt
     */
    RUN(0x0f, 0x20, 0xc0, 0x40, 0x0f, 0x22, 0xc0, 0xea, IMM16(12), IMM16(SEL_FREE), 0x8c, 0xcb, 0x48, 0x0f, 0x22, 0xc0,
        0xea, IMM16(23), IMM16(CODE_AT >> 4), 0x8c, 0xca, HLT);
    ck_assert_uint_eq(rig.cpu->regs[RBX] & 0xffff, SEL_FREE);
    ck_assert_uint_eq(rig.cpu->regs[RDX] & 0xffff, CODE_AT >> 4);
    ck_assert(!(rig.cpu->cr0 & CR0_PE));
    ck_assert_uint_eq(rig.cpu->rip, 26);
}
END_TEST

START_TEST(lgdt_of_16_bits_takes_24_bits_of_base)
{
    rig_protected();
    put16(DATA_AT, 0x1234);
    put32(DATA_AT + 2, 0xab001000);
    RUN(0x66, 0x0f, 0x01, 0x1d, IMM32(DATA_AT), 0x0f, 0x01, 0x0d, IMM32(DATA_AT + 8), HLT); /* lidt; sidt */
    ck_assert_uint_eq(rig.cpu->idtr.limit, 0x1234);
    ck_assert_uint_eq(rig.cpu->idtr.base, 0x1000);
    ck_assert_uint_eq(peek32(DATA_AT + 10), 0x1000);
}
END_TEST

START_TEST(lldt_and_ltr_checks)
{
    static const struct {
        uint8_t op, type, vector; /* 0: fine */
        uint16_t sel, code;
    } t[] = {{0xd0, 0x82, 0, SEL_FREE, 0},
             {0xd0, 0x82, 0, 3, 0},
             {0xd0, 0x82, EXC_GP, SEL_FREE | 4, SEL_FREE | 4},
             {0xd0, 0x89, EXC_GP, SEL_FREE, SEL_FREE},
             {0xd0, 0x93, EXC_GP, SEL_FREE, SEL_FREE},
             {0xd0, 0x02, EXC_NP, SEL_FREE, SEL_FREE},
             {0xd8, 0x89, 0, SEL_FREE, 0},
             {0xd8, 0x81, 0, SEL_FREE, 0},
             {0xd8, 0x8b, EXC_GP, SEL_FREE, SEL_FREE}, /* busy */
             {0xd8, 0x89, EXC_GP, 0, 0},
             {0xd8, 0x09, EXC_NP, SEL_FREE, SEL_FREE}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected();
        put_desc(SEL_FREE, 0x7000, 0xff, t[i].type, 0);
        rig.cpu->regs[RAX] = t[i].sel;
        const uint8_t code[] = {0x0f, 0x00, t[i].op, INT_DONE};
        run_bytes(code, sizeof code, 50);
        if (t[i].vector)
            ASSERT_FAULT(t[i].vector, t[i].code);
        else
            ck_assert_msg(rig_vector() == 32, "case %u", i);
    }
}
END_TEST

START_TEST(ltr_marks_the_descriptor_busy)
{
    rig_protected();
    put_desc(SEL_FREE, 0x7000, 0xff, 0x89, 0);
    rig.cpu->regs[RAX] = SEL_FREE;
    RUN(0x0f, 0x00, 0xd8, INT_DONE);
    ck_assert_uint_eq(peek8(GDT_AT + SEL_FREE + 5), 0x8b);
    ck_assert_uint_eq(rig.cpu->tr.base, 0x7000);
}
END_TEST

/* LAR, LSL, VERR, VERW of descriptors of each type from CPL 0 and 3. */
START_TEST(lar_lsl_verr_verw_by_type_and_privilege)
{
    static const struct {
        uint8_t type;
        bool user, lar, lsl, verr, verw;
    } t[] = {{0x93, false, true, true, true, true},    {0x91, false, true, true, true, false},
             {0x99, false, true, true, false, false},  {0x9b, false, true, true, true, false},
             {0x93, true, false, false, false, false}, {0x9f, true, true, true, true, false},
             {0xf3, true, true, true, true, true},     {0x89, false, true, true, false, false},
             {0x82, false, true, true, false, false},  {0x8c, false, true, false, false, false},
             {0x85, false, true, false, false, false}, {0x8e, false, false, false, false, false},
             {0x80, false, false, false, false, false}};
    static const uint8_t op[4][3] = {{0x0f, 0x02, 0xd8}, {0x0f, 0x03, 0xd8}, {0x0f, 0x00, 0xe0}, {0x0f, 0x00, 0xe8}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        const bool want[4] = {t[i].lar, t[i].lsl, t[i].verr, t[i].verw};
        for (unsigned k = 0; k < 4; k++) {
            rig_protected();
            put_desc(SEL_FREE, 0x123000, 0x1234, t[i].type, 8);
            if (t[i].user)
                rig_user();
            rig.cpu->regs[RAX] = SEL_FREE | (t[i].user ? 3 : 0);
            rig.cpu->regs[RBX] = 0x5555;
            const uint8_t code[] = {op[k][0], op[k][1], op[k][2], INT_DONE};
            run_bytes(code, sizeof code, 50);
            assert_done();
            ck_assert_msg(!(frame_word(2) & FL_ZF) == !want[k], "type %02x instruction %u", t[i].type, k);
            if (k == 0)
                ck_assert_uint_eq(rig.cpu->regs[RBX], want[k] ? 0x800000u | t[i].type << 8 : 0x5555u);
            if (k == 1)
                ck_assert_uint_eq(rig.cpu->regs[RBX], want[k] ? 0x1234fffu : 0x5555u);
        }
    }
}
END_TEST

/* Every type, DPL, RPL and CPL (SDM 2A LAR, LSL with their tables of types; 2B VERR): what is not visible is none. */
START_TEST(questions_about_descriptors_by_type_and_level)
{
    static const uint16_t lar = 0x1a3e, lsl = 0x0a0e; /* system types: bits 1-5, 9, 11, 12; 1-3, 9, 11 */
    static const uint8_t op[4][3] = {{0x0f, 0x02, 0xd8}, {0x0f, 0x03, 0xd8}, {0x0f, 0x00, 0xe0}, {0x0f, 0x00, 0xe8}};
    struct cpu *c = rig.cpu;
    rig_protected();
    for (unsigned n = 0; n < 256 * 4 * 3; n++) {
        unsigned type = n & 0xff, rpl = n >> 8 & 3, cpl = (n >> 10) % 3 == 2 ? 3 : n >> 10;
        unsigned low = type & 15, dpl = type >> 5 & 3;
        bool s = type & 0x10, code = s && type & 8, conforming = code && type & 4;
        bool visible = conforming || (dpl >= cpl && dpl >= rpl);
        const bool want[4] = {visible && (s || lar >> low & 1), visible && (s || lsl >> low & 1),
                              visible && s && (!code || type & 2), visible && s && !code && type & 2};
        for (unsigned k = 0; k < 4; k++) {
            put_desc(SEL_FREE, 0x123000, 0x51234, (uint8_t)type, 0x5);
            put_desc(SEL_FREE + 8, 0, 0xfffff, (uint8_t)(0x9b | cpl << 5), 0xc);
            struct desc d;
            ck_assert(!desc_read(c, SEL_FREE + 8, EXC_GP, &d));
            set_cs(c, SEL_FREE + 8, &d, cpl);
            c->regs[RAX] = 0xabcd0000 | SEL_FREE | rpl;
            c->regs[RBX] = 0x5555;
            cpu_set_eflags(c, want[k] ? FL_1 : FL_1 | FL_ZF);
            run_bytes(op[k], 3, 1);
            ck_assert_msg(!(cpu_eflags(c) & FL_ZF) == !want[k], "type %x, RPL %u, CPL %u, %u", type, rpl, cpl, k);
            uint32_t answer = k == 0 ? 0x500000u | type << 8 : 0x51234;
            uint32_t defined = k == 0 && want[k] ? 0xfff0ffff : UINT32_MAX; /* LAR: bits 19:16 are undefined */
            ck_assert_uint_eq(c->regs[RBX] & defined, want[k] && k < 2 ? answer : 0x5555);
            ck_assert_uint_eq(c->rip, CODE_AT + 3);
        }
    }
    for (unsigned k = 0; k < 4; k++) /* null, and beyond the table */
        for (unsigned i = 0; i < 2; i++) {
            rig_protected();
            c->regs[RAX] = i ? 0x800 : 3;
            c->regs[RBX] = 0x5555;
            cpu_set_eflags(c, FL_1 | FL_ZF);
            run_bytes(op[k], 3, 1);
            ck_assert(!(cpu_eflags(c) & FL_ZF));
            ck_assert_uint_eq(c->regs[RBX], 0x5555);
        }
}
END_TEST

START_TEST(clts_clears_ts_alone)
{
    for (unsigned ts = 0; ts < 2; ts++) {
        rig_protected();
        rig.cpu->cr0 |= CR0_MP | CR0_EM | CR0_NE | CR0_WP | CR0_AM | (ts ? CR0_TS : 0);
        uint64_t before = rig.cpu->cr0;
        RUN(0x0f, 0x06, INT_DONE);
        assert_done();
        ck_assert_uint_eq(rig.cpu->cr0, before & ~(uint64_t)CR0_TS);
    }
}
END_TEST

START_TEST(arpl_of_every_pair)
{
    for (unsigned n = 0; n < 64; n++) {
        unsigned dst = n & 3, src = n >> 2 & 3;
        uint16_t rest = n & 16 ? 0xfffc : 0x5a58, want = (uint16_t)(rest | MAX(dst, src));
        bool memory = n & 32;
        const uint8_t reg[] = {0x63, 0xd8, INT_DONE}, mem[] = {0x63, 0x1d, IMM32(DATA_AT), INT_DONE};
        rig_protected();
        put16(DATA_AT, (uint16_t)(rest | dst));
        rig.cpu->regs[RAX] = 0x77770000 | rest | dst;
        rig.cpu->regs[RBX] = 0xfff0 | src;
        cpu_set_eflags(rig.cpu, FL_1 | (src > dst ? 0 : FL_ZF));
        run_bytes(memory ? mem : reg, memory ? sizeof mem : sizeof reg, 20);
        assert_done();
        if (memory)
            ck_assert_uint_eq(peek16(DATA_AT), want);
        else
            ck_assert_uint_eq(rig.cpu->regs[RAX], 0x77770000 | want);
        ck_assert_uint_eq((frame_word(2) & FL_ZF) != 0, src > dst);
    }
}
END_TEST

START_TEST(arpl_raises_rpl_only)
{
    rig_protected();
    rig.cpu->regs[RAX] = 0x11;
    rig.cpu->regs[RBX] = 3;
    RUN(0x63, 0xd8, INT_DONE); /* arpl ax, bx */
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x13);
    ck_assert(frame_word(2) & FL_ZF);
    rig_protected();
    rig.cpu->regs[RAX] = 0x13;
    rig.cpu->regs[RBX] = 1;
    RUN(0x63, 0xd8, INT_DONE);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x13);
    ck_assert(!(frame_word(2) & FL_ZF));
}
END_TEST

START_TEST(arpl_writes_memory_only_where_rpl_changes)
{
    rig_protected();
    put_desc(SEL_FREE, 0, 0xfffff, 0x91, 0xc); /* read-only */
    ck_assert(!load_seg(rig.cpu, SEG_DS, SEL_FREE));
    put16(DATA_AT, 0x13);
    rig.cpu->regs[RBX] = 1;
    RUN(0x63, 0x1d, IMM32(DATA_AT), INT_DONE);
    assert_done();
    rig.cpu->regs[RBX] = 3;
    put16(DATA_AT, 0x11);
    RUN(0x63, 0x1d, IMM32(DATA_AT), INT_DONE);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(popf_changes_what_cpl_and_iopl_allow)
{
    static const struct {
        bool user;
        uint32_t before, popped, after;
    } t[] = {{false, 0, 0xffffffff & ~FL_TF, FL_ARITH | FL_IF | FL_DF | FL_IOPL | FL_NT | FL_AC | FL_ID},
             {true, 0, 0xffffffff & ~FL_TF, FL_ARITH | FL_DF | FL_NT | FL_AC | FL_ID},
             {true, FL_IOPL, FL_IF, FL_IF | FL_IOPL}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected();
        if (t[i].user)
            rig_user();
        cpu_set_eflags(rig.cpu, t[i].before);
        rig.cpu->regs[RAX] = t[i].popped;
        RUN(0x50, 0x9d, INT_DONE);
        assert_done();
        ck_assert_uint_eq(frame_word(2), t[i].after | FL_1);
    }
}
END_TEST

START_TEST(io_permission_bitmap)
{
    static const struct {
        uint16_t port;
        uint8_t op;
        bool ok;
    } t[] = {{0, 0xec, true},   {1, 0xec, false},    {8, 0xec, true},   {7, 0xec, true},
             {0x6, 0xed, true}, {0xfe, 0xed, false}, {0xd, 0xed, false}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        rig_protected();
        rig.cpu->tr.limit = 104 + 32;
        for (unsigned k = 0; k < 33; k++)
            put8(TSS_AT + 104 + k, 0);
        put8(TSS_AT + 104, 0x02);
        put8(TSS_AT + 104 + 2, 0x01); /* port 10h */
        put8(TSS_AT + 104 + 31, 0x00);
        put8(TSS_AT + 104 + 32, 0xff);
        rig_user();
        rig.cpu->regs[RDX] = t[i].port;
        const uint8_t code[] = {t[i].op, INT_DONE};
        run_bytes(code, sizeof code, 50);
        if (t[i].ok)
            ck_assert_msg(rig_vector() == 32, "port %x", t[i].port);
        else
            ASSERT_FAULT(EXC_GP, 0);
    }
}
END_TEST

START_TEST(cpuid_is_the_models_and_beyond_the_last_leaf_the_last)
{
    rig_protected();
    RUN(0x31, 0xc0, 0x0f, 0xa2, HLT);
    ck_assert_uint_eq(rig.cpu->regs[RBX], 0x756e6547);
    ck_assert_uint_eq(rig.cpu->regs[RDX], 0x49656e69);
    ck_assert_uint_eq(rig.cpu->regs[RCX], 0x6c65746e);
    rig_protected();
    RUN(MOV_EAX(1), 0x0f, 0xa2, HLT);
    ck_assert_uint_eq(rig.cpu->regs[RAX], rig.cpu->model->signature);
    ck_assert_uint_eq(rig.cpu->regs[RDX], rig.cpu->model->features & ~CPUID_APIC); /* no chip claims its MSR here */
}
END_TEST

/*
 * By number (SDM 2A CPUID, figure 3-7 and table 3-11): FPU 0, VME 1, DE 2, PSE 3, TSC 4, MSR 5, PAE 6, MCE 7, CX8 8,
 * APIC 9, SEP 11, MTRR 12, PGE 13, MCA 14, CMOV 15, PAT 16, PSE-36 17, CLFSH 19, MMX 23, FXSR 24, SSE 25, SSE2 26.
 */
START_TEST(cpuid_of_each_model_by_number)
{
    static const struct {
        const char *name;
        uint32_t signature, edx, ecx;
    } t[] = {
        {"486", 0x480, 0x3, 0},
        {"pentium", 0x52c, 0x3bf, 0},
        {"pentiumpro", 0x619, 0xf3ff, 0},
        {"pentium2", 0x652, 0x183fbff, 0},
        {"pentium3", 0x673, 0x383fbff, 0},
        {"pentium4", 0xf34, 0x78bfbff, 1},
        {"qemu32", 0x663, 0x781abfd, 1},
        {"max", 0x6e8, 0x78bfbff, 1},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        const struct cpu_model *m = cpu_model_find(t[i].name);
        ck_assert_msg(m && m->signature == t[i].signature, "%s: signature %x", t[i].name, m ? m->signature : 0);
        ck_assert_msg(m->features == t[i].edx, "%s: EDX %x, not %x", t[i].name, m->features, t[i].edx);
        ck_assert_msg(m->features_ecx == t[i].ecx, "%s: ECX %x, not %x", t[i].name, m->features_ecx, t[i].ecx);
    }
    ck_assert_ptr_null(cpu_model_at(ARRAY_LEN(t)));
}
END_TEST

START_TEST(rdtsc_counts_virtual_nanoseconds_of_its_own_position)
{
    rig_protected();
    /* rdtsc; mov ebx,eax; 4 nops; rdtsc */
    RUN(0x0f, 0x31, 0x89, 0xc3, 0x90, 0x90, 0x90, 0x90, 0x0f, 0x31, HLT);
    ck_assert_uint_eq(rig.cpu->regs[RAX] - rig.cpu->regs[RBX], 6 * 4);
    rig_protected();
    RUN(0xb9, IMM32(0x10), MOV_EAX(1000), 0x31, 0xd2, 0x0f, 0x30, 0x0f, 0x31, HLT); /* wrmsr TSC; rdtsc */
    ck_assert_uint_eq(rig.cpu->regs[RAX], 1004);
}
END_TEST

START_TEST(tsc_adjust_and_tsc_move_together)
{
    rig_protected();
    /* wrmsr TSC_ADJUST = 5000; rdtsc; mov ebx,eax; wrmsr TSC = 1000; mov ecx,3Bh; rdmsr */
    RUN(0xb9, IMM32(0x3b), MOV_EAX(5000), 0x31, 0xd2, 0x0f, 0x30, 0x0f, 0x31, 0x89, 0xc3, 0xb9, IMM32(0x10),
        MOV_EAX(1000), 0x31, 0xd2, 0x0f, 0x30, 0xb9, IMM32(0x3b), 0x0f, 0x32, HLT);
    ck_assert_uint_ge(rig.cpu->regs[RBX], 5000);
    /* the second write took back what had passed: 5000 + (1000 - TSC then) */
    ck_assert_uint_eq((uint32_t)(rig.cpu->regs[RAX] + rig.cpu->regs[RBX] + 4 * 5), 6000);
}
END_TEST

START_TEST(cpuid_max_has_an_invariant_tsc_and_a_brand)
{
    rig_protected();
    RUN(MOV_EAX(0x80000007), 0x0f, 0xa2, HLT);
    ck_assert_uint_eq(rig.cpu->regs[RDX], 0x100);
    rig_protected();
    RUN(MOV_EAX(0x80000002), 0x0f, 0xa2, HLT);
    ck_assert_uint_eq(rig.cpu->regs[RAX], 0x72746956); /* "Vitr" */
    rig_protected();
    RUN(MOV_EAX(0x80000008), 0x0f, 0xa2, HLT); /* beyond the last: the last basic leaf */
    ck_assert_uint_eq(rig.cpu->regs[RDX], 0);
}
END_TEST

START_TEST(rdtsc_under_tsd_is_gp_for_users)
{
    rig_protected();
    rig.cpu->cr4 |= CR4_TSD;
    rig_user();
    RUN(0x0f, 0x31);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(unknown_msr_is_gp)
{
    rig_protected();
    RUN(0xb9, IMM32(0xc0000082), 0x0f, 0x32);
    ASSERT_FAULT(EXC_GP, 0);
}
END_TEST

START_TEST(state_table_round_trip)
{
    rig_protected();
    rig_paging();
    RUN(MOV_EAX(0x7fffffff), 0x83, 0xc0, 0x01, HLT); /* lazy flags pending */
    struct cpu *c = rig.cpu;
    struct buf a = {0}, b = {0};
    uint32_t flags = cpu_eflags(c);
    cpu_pre_save(c);
    state_save(&cpu_state_table, c, &timer_state_ops, &a);
    cpu_reset(c);
    struct reader in = {a.data, a.data + a.len, false};
    struct error err = {""};
    ck_assert_msg(state_load(&cpu_state_table, c, &timer_state_ops, &in, &err), "%s", err.text);
    cpu_post_load(c);
    ck_assert_uint_eq(cpu_eflags(c), flags);
    ck_assert_uint_eq(c->seg[SEG_DS].rd_end, UINT64_C(1) << 32);
    ck_assert_uint_eq(c->mode, MODE_PE | MODE_CS32 | MODE_SS32 | MODE_PG);
    cpu_pre_save(c);
    state_save(&cpu_state_table, c, &timer_state_ops, &b);
    ck_assert_uint_eq(a.len, b.len);
    ck_assert(!memcmp(a.data, b.data, a.len));
    buf_free(&a);
    buf_free(&b);
}
END_TEST

START_TEST(info_registers_lines)
{
    rig_protected();
    struct buf out = {0};
    cpu_print(rig.cpu, &out);
    const char *text = (const char *)out.data;
    ck_assert(strstr(text, "EIP=0000fff0 EFL=00000002 [-------] CPL=0 II=0 A20=1 SMM=0 HLT=0\n"));
    ck_assert(strstr(text, "\nCS =0008 00000000 ffffffff 00cf9b00 DPL=0 CS32 [-RA]\n"));
    ck_assert(strstr(text, "\nDS =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\n"));
    ck_assert(strstr(text, "\nTR =0028 00003000 00000067 00008b00 DPL=0 TSS32-busy\n"));
    ck_assert(strstr(text, "\nGDT=     00001000 000007ff\n"));
    buf_free(&out);
}
END_TEST

/* Registers of the system through memory: 16 bits are stored whatever the operand size, and loads take a word. */
START_TEST(sldt_str_smsw_store_and_lldt_ltr_lmsw_load_a_word_of_memory)
{
    rig_protected();
    put_desc(SEL_FREE, 0x7000, 0xff, 0x89, 0);
    put_desc(SEL_FREE + 8, LDT_AT, 0x3f, 0x82, 0);
    put32(DATA_AT, SEL_FREE | 0xffff0000);
    put32(DATA_AT + 4, (SEL_FREE + 8) | 0xffff0000);
    put32(DATA_AT + 8, CR0_PE | CR0_MP | 0xfff0);
    for (unsigned k = 0; k < 3; k++)
        put32(DATA_AT + 16 + 4 * k, 0xa5a5a5a5);
    RUN(0x0f, 0x00, 0x1d, IMM32(DATA_AT), 0x0f, 0x00, 0x15, IMM32(DATA_AT + 4), 0x0f, 0x01, 0x35, IMM32(DATA_AT + 8),
        0x0f, 0x00, 0x0d, IMM32(DATA_AT + 16), 0x0f, 0x00, 0x05, IMM32(DATA_AT + 20), 0x0f, 0x01, 0x25,
        IMM32(DATA_AT + 24), INT_DONE);
    assert_done();
    ck_assert_uint_eq(rig.cpu->tr.base, 0x7000);
    ck_assert_uint_eq(rig.cpu->ldtr.base, LDT_AT);
    ck_assert_uint_eq(rig.cpu->cr0 & 0xf, CR0_PE | CR0_MP);
    ck_assert_uint_eq(peek32(DATA_AT + 16), 0xa5a50000 | SEL_FREE);
    ck_assert_uint_eq(peek32(DATA_AT + 20), 0xa5a50000 | (SEL_FREE + 8));
    ck_assert_uint_eq(peek32(DATA_AT + 24), 0xa5a50000 | (rig.cpu->cr0 & 0xffff));
}
END_TEST

/* SDM 2D UD: UD0 and UD1 have a ModRM byte and raise #UD at themselves without an access. */
START_TEST(ud0_ud1_and_ud2_are_ud_at_the_instruction)
{
    static const uint8_t code[][9] = {{0x90, 0x0f, 0x0b},
                                      {0x90, 0x0f, 0xb9, 0xc1},
                                      {0x90, 0x0f, 0xff, 0xc1},
                                      {0x90, 0x0f, 0xb9, 0x05, IMM32(0xfff00000)},
                                      {0x90, 0x0f, 0xff, 0x05, IMM32(0xfff00000)}};
    for (unsigned k = 0; k < ARRAY_LEN(code); k++) {
        rig_protected();
        run_bytes(code[k], sizeof code[k], 20);
        ck_assert_int_eq(rig_vector(), EXC_UD);
        ck_assert_uint_eq(frame_word(0), CODE_AT + 1);
    }
}
END_TEST

/* SDM 2A INT n: INT1 is #DB behind the instruction, whatever the gate's DPL, and no DR6 bit says so. */
START_TEST(int1_is_db_behind_itself_and_needs_no_privilege)
{
    rig_protected();
    rig_user();
    uint64_t dr6 = rig.cpu->dr[6];
    RUN(0x90, 0xf1);
    ck_assert_int_eq(rig_vector(), EXC_DB);
    ck_assert_uint_eq(frame_word(0), CODE_AT + 2);
    ck_assert_uint_eq(rig.cpu->dr[6] & 0xf00f, dr6 & 0xf00f);
}
END_TEST

TCase *system_tests(void)
{
    TCase *t = tcase_create("system instructions");
    tcase_add_test(t, privileged_instructions_are_gp0_above_cpl0);
    tcase_add_test(t, protected_mode_instructions_are_ud_in_real_mode);
    tcase_add_test(t, cr0_pg_without_pe_and_nw_without_cd_are_gp);
    tcase_add_test(t, cr4_reserved_bits_are_gp);
    tcase_add_test(t, lmsw_sets_pe_and_never_clears_it);
    tcase_add_test(t, protected_mode_is_entered_and_left_by_cr0_and_far_jumps);
    tcase_add_test(t, lgdt_of_16_bits_takes_24_bits_of_base);
    tcase_add_test(t, lldt_and_ltr_checks);
    tcase_add_test(t, ltr_marks_the_descriptor_busy);
    tcase_add_test(t, lar_lsl_verr_verw_by_type_and_privilege);
    tcase_add_test(t, arpl_raises_rpl_only);
    tcase_add_test(t, arpl_of_every_pair);
    tcase_add_test(t, clts_clears_ts_alone);
    tcase_add_test(t, questions_about_descriptors_by_type_and_level);
    tcase_add_test(t, arpl_writes_memory_only_where_rpl_changes);
    tcase_add_test(t, popf_changes_what_cpl_and_iopl_allow);
    tcase_add_test(t, io_permission_bitmap);
    tcase_add_test(t, cpuid_of_each_model_by_number);
    tcase_add_test(t, cpuid_is_the_models_and_beyond_the_last_leaf_the_last);
    tcase_add_test(t, rdtsc_counts_virtual_nanoseconds_of_its_own_position);
    tcase_add_test(t, tsc_adjust_and_tsc_move_together);
    tcase_add_test(t, cpuid_max_has_an_invariant_tsc_and_a_brand);
    tcase_add_test(t, rdtsc_under_tsd_is_gp_for_users);
    tcase_add_test(t, unknown_msr_is_gp);
    tcase_add_test(t, sldt_str_smsw_store_and_lldt_ltr_lmsw_load_a_word_of_memory);
    tcase_add_test(t, ud0_ud1_and_ud2_are_ud_at_the_instruction);
    tcase_add_test(t, int1_is_db_behind_itself_and_needs_no_privilege);
    tcase_add_test(t, state_table_round_trip);
    tcase_add_test(t, info_registers_lines);
    return t;
}
