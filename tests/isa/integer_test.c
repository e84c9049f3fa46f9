/* SPDX-License-Identifier: MIT */
/*
 * Integer instructions that the host cannot run in 64-bit mode or that depend on segments, the stack, positions or
 * faults: against the SDM's pseudo code, written down here once more, and by rule.
 */
#include <check.h>

#include "tests/isa/rig.h"

static struct isa_rig rig;
static struct cpu *c;

static void setup(void)
{
    isa_rig_init(&rig);
    c = rig.cpu;
}
static void flat(void)
{
    isa_rig_flat(&rig);
}
static void teardown(void)
{
    isa_rig_free(&rig);
}

#define EXEC(...) isa_rig_exec(&rig, (const uint8_t[16]){__VA_ARGS__}, 0x1000)

static uint32_t flags(void)
{
    return arith_flags(c);
}
static uint16_t get16(uint32_t at)
{
    return (uint16_t)isa_rig_get32(&rig, at);
}

/* --- Decimal adjustment: SDM 2A DAA, DAS, AAA, AAS --- */

struct adjusted {
    unsigned ax;
    bool cf, af;
};

static struct adjusted sdm_daa_das(unsigned al, bool cf, bool af, bool subtract)
{
    unsigned old_al = al;
    bool old_cf = cf;
    int sign = subtract ? -1 : 1;
    cf = false;
    if ((al & 15) > 9 || af) {
        int sum = (int)al + 6 * sign;
        cf = old_cf || sum > 0xff || sum < 0;
        al = (unsigned)sum & 0xff;
        af = true;
    } else {
        af = false;
    }
    if (old_al > 0x99 || old_cf) {
        al = (al + (unsigned)(0x60 * sign)) & 0xff;
        cf = true;
    } else if (!subtract) {
        cf = false;
    }
    return (struct adjusted){al, cf, af};
}

static struct adjusted sdm_aaa_aas(unsigned ax, bool af, bool subtract)
{
    bool adjust = (ax & 15) > 9 || af;
    if (adjust && !subtract)
        ax += 0x106;
    if (adjust && subtract) {
        ax -= 6;
        ax = (ax & 0xff) | ((ax - 0x100) & 0xff00);
    }
    return (struct adjusted){ax & 0xff0f, adjust, adjust};
}

static void check_adjust(uint8_t opcode, unsigned ax, bool cf, bool af)
{
    bool subtract = opcode == 0x2f || opcode == 0x3f, decimal = opcode < 0x30;
    c->regs[RAX] = 0xabcd0000 | ax;
    set_arith(c, (cf ? FL_CF : 0) | (af ? FL_AF : 0));
    struct adjusted want = decimal ? sdm_daa_das(ax & 0xff, cf, af, subtract) : sdm_aaa_aas(ax, af, subtract);
    if (decimal)
        want.ax |= ax & 0xff00;
    ck_assert_int_eq(EXEC(opcode), X_NEXT);
    ck_assert_msg(c->regs[RAX] == (0xabcd0000 | want.ax), "%02x of %04x: %08x", opcode, ax, (unsigned)c->regs[RAX]);
    ck_assert_int_eq((flags() & FL_CF) != 0, want.cf);
    ck_assert_int_eq((flags() & FL_AF) != 0, want.af);
    if (decimal) {
        ck_assert_int_eq((flags() & FL_ZF) != 0, (want.ax & 0xff) == 0);
        ck_assert_int_eq((flags() & FL_SF) != 0, (want.ax & 0x80) != 0);
    }
}

START_TEST(daa_das_aaa_aas_follow_the_manual_for_every_al_and_flag)
{
    static const uint8_t opcodes[] = {0x27, 0x2f, 0x37, 0x3f};
    flat();
    for (unsigned al = 0; al < 256; al++)
        for (unsigned f = 0; f < 4; f++)
            for (unsigned ah = 0; ah < 256; ah += 51)
                check_adjust(opcodes[_i], ah << 8 | al, f & 1, f & 2);
}
END_TEST

START_TEST(aam_by_0_is_de_and_changes_nothing)
{
    flat();
    c->regs[RAX] = 0x1234;
    set_arith(c, FL_ARITH);
    ck_assert_int_eq(EXEC(0xd4, 0), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_DE);
    ck_assert_uint_eq(c->regs[RAX], 0x1234);
    ck_assert_uint_eq(flags(), FL_ARITH);
}
END_TEST

START_TEST(aam_divides_and_aad_multiplies_by_any_base)
{
    flat();
    for (unsigned base = 1; base < 256; base++)
        for (unsigned ax = 0; ax < 0x10000; ax += 257 * 3 + 1) {
            c->regs[RAX] = ax;
            ck_assert_int_eq(EXEC(0xd4, (uint8_t)base), X_NEXT);
            ck_assert_uint_eq(c->regs[RAX], (ax & 255) / base << 8 | (ax & 255) % base);
            c->regs[RAX] = ax;
            ck_assert_int_eq(EXEC(0xd5, (uint8_t)base), X_NEXT);
            ck_assert_uint_eq(c->regs[RAX], ((ax & 255) + (ax >> 8) * base) & 255);
            ck_assert_int_eq((flags() & FL_ZF) != 0, c->regs[RAX] == 0);
        }
}
END_TEST

START_TEST(salc_spreads_cf_over_al)
{
    flat();
    c->regs[RAX] = 0x11223344;
    set_arith(c, FL_CF);
    EXEC(0xd6);
    ck_assert_uint_eq(c->regs[RAX], 0x112233ff);
    set_arith(c, 0);
    EXEC(0xd6);
    ck_assert_uint_eq(c->regs[RAX], 0x11223300);
}
END_TEST

START_TEST(inc_and_dec_of_a_register_keep_cf)
{
    flat();
    for (unsigned cf = 0; cf < 2; cf++) {
        c->regs[RBX] = 0x7fffffff;
        set_arith(c, cf ? FL_CF : 0);
        EXEC(0x43);
        ck_assert_uint_eq(c->regs[RBX], 0x80000000);
        ck_assert_uint_eq(flags(), (cf ? FL_CF : 0u) | FL_OF | FL_SF | FL_AF | FL_PF);
        EXEC(0x66, 0x4b);
        ck_assert_uint_eq(c->regs[RBX], 0x8000ffff);
        ck_assert_uint_eq(flags(), (cf ? FL_CF : 0u) | FL_SF | FL_AF | FL_PF);
    }
}
END_TEST

/* --- Stack --- */

START_TEST(push_esp_pushes_the_value_before)
{
    flat();
    EXEC(0x54);
    ck_assert_uint_eq(c->regs[RSP], 0x7fffc);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x7fffc), 0x80000);
}
END_TEST

START_TEST(pop_esp_gets_the_popped_value)
{
    flat();
    isa_rig_put32(&rig, 0x80000, 0x4444);
    EXEC(0x5c);
    ck_assert_uint_eq(c->regs[RSP], 0x4444);
}
END_TEST

START_TEST(pop_to_memory_computes_an_esp_address_after_the_increment)
{
    flat();
    isa_rig_put32(&rig, 0x80000, 0xcafe1234);
    ck_assert_int_eq(EXEC(0x8f, 0x44, 0x24, 0x10), X_NEXT); /* pop dword [esp+10h] */
    ck_assert_uint_eq(c->regs[RSP], 0x80004);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x80014), 0xcafe1234);
}
END_TEST

START_TEST(pop_to_memory_that_faults_leaves_esp)
{
    flat();
    isa_rig_segment(&rig, SEG_DS, 0, 0xfff);
    c->regs[RBX] = 0x1000;
    ck_assert_int_eq(EXEC(0x8f, 0x03), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_GP);
    ck_assert_uint_eq(c->regs[RSP], 0x80000);
}
END_TEST

START_TEST(push_imm8_is_sign_extended_to_the_operand_size)
{
    flat();
    EXEC(0x6a, 0x80);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x7fffc), 0xffffff80);
    EXEC(0x66, 0x6a, 0x81);
    ck_assert_uint_eq(c->regs[RSP], 0x7fffa);
    ck_assert_uint_eq(get16(0x7fffa), 0xff81);
}
END_TEST

START_TEST(push_of_a_segment_register_is_zero_extended)
{
    flat();
    isa_rig_put32(&rig, 0x7fffc, 0xffffffff);
    EXEC(0x1e); /* push ds */
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x7fffc), c->seg[SEG_DS].sel);
}
END_TEST

START_TEST(pusha_stores_the_esp_before_and_popa_skips_it)
{
    flat();
    for (unsigned r = RAX; r <= RDI; r++)
        if (r != RSP)
            c->regs[r] = 0x11111111 * (r + 1);
    EXEC(0x60);
    ck_assert_uint_eq(c->regs[RSP], 0x80000 - 32);
    for (unsigned r = RAX; r <= RDI; r++)
        ck_assert_uint_eq(isa_rig_get32(&rig, 0x80000 - 4 * (r + 1)), r == RSP ? 0x80000 : 0x11111111 * (r + 1));
    isa_rig_put32(&rig, 0x80000 - 4 * (RSP + 1), 0x66666666);
    for (unsigned r = RAX; r <= RDI; r++)
        if (r != RSP)
            c->regs[r] = 0;
    EXEC(0x61);
    ck_assert_uint_eq(c->regs[RSP], 0x80000);
    for (unsigned r = RAX; r <= RDI; r++)
        if (r != RSP)
            ck_assert_uint_eq(c->regs[r], 0x11111111 * (r + 1));
}
END_TEST

START_TEST(pusha_that_faults_half_way_writes_nothing)
{
    flat();
    isa_rig_segment(&rig, SEG_SS, 0x100000, 0x1fff);
    c->regs[RSP] = 0x2010; /* the first four slots are beyond the limit */
    isa_rig_put32(&rig, 0x101ffc, 0x77777777);
    ck_assert_int_eq(EXEC(0x60), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_SS);
    c->regs[RSP] = 16; /* four fit, then the offset wraps beyond the limit */
    isa_rig_put32(&rig, 0x10000c, 0x77777777);
    ck_assert_int_eq(EXEC(0x60), X_FAULT);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x10000c), 0x77777777);
    ck_assert_uint_eq(c->regs[RSP], 16);
}
END_TEST

START_TEST(sp_wraps_at_64k_with_a_16_bit_stack)
{
    isa_rig_real(&rig);
    isa_rig_segment(&rig, SEG_SS, 0x20000, 0xffff);
    c->regs[RSP] = 0xabcd0002;
    c->regs[RAX] = 0x1111;
    EXEC(0x50);
    EXEC(0x50);
    ck_assert_uint_eq(c->regs[RSP], 0xabcdfffe);
    ck_assert_uint_eq(get16(0x20000), 0x1111);
    ck_assert_uint_eq(get16(0x2fffe), 0x1111);
    EXEC(0x5b);
    ck_assert_uint_eq(c->regs[RSP], 0xabcd0000);
}
END_TEST

/* SDM 2A ENTER, by pushes one after the other. */
static void sdm_enter(uint32_t *mem, uint32_t base, uint32_t *esp, uint32_t *ebp, unsigned alloc, unsigned level)
{
    uint32_t bp = *ebp, frame;
    *esp -= 4;
    mem[(*esp - base) / 4] = bp;
    frame = *esp;
    if (level > 0) {
        for (unsigned i = 1; i < level; i++) {
            bp -= 4;
            *esp -= 4;
            mem[(*esp - base) / 4] = mem[(bp - base) / 4];
        }
        *esp -= 4;
        mem[(*esp - base) / 4] = frame;
    }
    *ebp = frame;
    *esp -= alloc;
}

START_TEST(enter_builds_nested_frames_as_the_manual_says)
{
    static uint32_t want[1024], got[1024];
    const uint32_t base = 0x60000;
    for (unsigned overlap = 0; overlap < 2; overlap++) { /* the outer frame apart from, and within, what is pushed */
        flat();
        for (unsigned k = 0; k < ARRAY_LEN(want); k++)
            want[k] = 0x01000000 + k;
        isa_rig_put(&rig, base, want, sizeof want);
        uint32_t esp = base + 0x800, ebp = overlap ? base + 0x800 - 8 : base + 0xf00;
        c->regs[RSP] = esp;
        c->regs[RBP] = ebp;
        unsigned level = (unsigned)_i;
        sdm_enter(want, base, &esp, &ebp, 0x24, level);
        ck_assert_int_eq(EXEC(0xc8, 0x24, 0, (uint8_t)(level | 0x60)), X_NEXT); /* the level is taken modulo 32 */
        ck_assert_uint_eq(c->regs[RSP], esp);
        ck_assert_uint_eq(c->regs[RBP], ebp);
        isa_rig_get(&rig, base, got, sizeof got);
        ck_assert_mem_eq(got, want, sizeof want);
        ck_assert_int_eq(EXEC(0xc9), X_NEXT);
        ck_assert_uint_eq(c->regs[RSP], ebp + 4);
        ck_assert_uint_eq(c->regs[RBP], want[(ebp - base) / 4]);
    }
}
END_TEST

START_TEST(enter_that_faults_at_its_last_read_leaves_nothing_behind)
{
    flat();
    isa_rig_segment(&rig, SEG_SS, 0, 0x8ffff);
    c->regs[RBP] = 0x90008; /* [ebp-4] is beyond the limit */
    isa_rig_put32(&rig, 0x7fffc, 0x5a5a5a5a);
    ck_assert_int_eq(EXEC(0xc8, 0, 0, 2), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_SS);
    ck_assert_uint_eq(c->regs[RSP], 0x80000);
    ck_assert_uint_eq(c->regs[RBP], 0x90008);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x7fffc), 0x5a5a5a5a);
}
END_TEST

START_TEST(enter_faults_where_the_final_esp_cannot_be_written)
{
    flat();
    isa_rig_segment(&rig, SEG_SS, 0, 0xffff);
    c->regs[RSP] = 0x1000;
    ck_assert_int_eq(EXEC(0xc8, 0x00, 0x20, 0), X_FAULT); /* 2000h bytes below 1000h */
    ck_assert_uint_eq(c->exc.vector, EXC_SS);
    ck_assert_uint_eq(c->regs[RSP], 0x1000);
}
END_TEST

/* --- Control flow --- */

START_TEST(near_branch_beyond_the_limit_is_gp_and_commits_nothing)
{
    static const uint8_t forms[][6] = {
        {0xe8, 0, 0, 1, 0},       /* call */
        {0xe9, 0, 0, 1, 0},       /* jmp */
        {0xff, 0xd3},             /* call ebx */
        {0xff, 0xe3},             /* jmp ebx */
        {0xff, 0x16},             /* call [esi] */
        {0xff, 0x26},             /* jmp [esi] */
        {0xc3},                   /* ret */
        {0xc2, 8, 0},             /* ret 8 */
        {0x0f, 0x82, 0, 0, 1, 0}, /* jb */
    };
    flat();
    isa_rig_segment(&rig, SEG_CS, 0, 0xffff);
    c->regs[RBX] = 0x10000;
    c->regs[RSI] = 0x300000;
    c->rip = 0x77;
    isa_rig_put32(&rig, 0x300000, 0x10000);
    isa_rig_put32(&rig, 0x80000, 0x10000);
    isa_rig_put32(&rig, 0x7fffc, 0x5a5a5a5a);
    set_arith(c, FL_CF);
    ck_assert_int_eq(isa_rig_exec(&rig, forms[_i], 0x1000), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_GP);
    ck_assert_uint_eq(c->exc.code, 0);
    ck_assert_uint_eq(c->regs[RSP], 0x80000);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x7fffc), 0x5a5a5a5a);
}
END_TEST

START_TEST(branch_with_16_bit_operand_truncates_ip)
{
    flat();
    c->regs[RBX] = 0x12345678;
    ck_assert_int_eq(EXEC(0x66, 0xff, 0xe3), X_BRANCH);
    ck_assert_uint_eq(c->rip, 0x5678);
    ck_assert_int_eq(EXEC(0x66, 0xe9, 0x00, 0xf0), X_BRANCH); /* 1004h + F000h */
    ck_assert_uint_eq(c->rip, 0x0004);
    ck_assert_int_eq(EXEC(0x66, 0xe8, 0, 0), X_BRANCH);
    ck_assert_uint_eq(c->regs[RSP], 0x7fffe);
    ck_assert_uint_eq(get16(0x7fffe), 0x1004);
}
END_TEST

START_TEST(ret_imm_drops_bytes_after_the_return_address)
{
    flat();
    isa_rig_put32(&rig, 0x80000, 0x4321);
    ck_assert_int_eq(EXEC(0xc2, 0x10, 0x00), X_BRANCH);
    ck_assert_uint_eq(c->rip, 0x4321);
    ck_assert_uint_eq(c->regs[RSP], 0x80014);
}
END_TEST

START_TEST(loop_and_jcxz_take_cx_or_ecx_by_the_address_size)
{
    flat();
    c->regs[RCX] = 0x10001;
    ck_assert_int_eq(EXEC(0x67, 0xe2, 0x10), X_NEXT); /* CX 1 -> 0: ends */
    ck_assert_uint_eq(c->regs[RCX], 0x10000);
    ck_assert_int_eq(EXEC(0x67, 0xe3, 0x10), X_BRANCH);
    ck_assert_uint_eq(c->rip, 0x1013);
    ck_assert_int_eq(EXEC(0xe3, 0x10), X_NEXT);
    ck_assert_int_eq(EXEC(0xe2, 0x10), X_BRANCH);
    ck_assert_uint_eq(c->regs[RCX], 0xffff);
    c->regs[RCX] = 0;
    ck_assert_int_eq(EXEC(0xe2, 0x10), X_BRANCH); /* 0 means 2^32 */
    ck_assert_uint_eq(c->regs[RCX], 0xffffffff);
}
END_TEST

START_TEST(loope_and_loopne_need_zf_and_a_count_and_change_no_flag)
{
    flat();
    for (unsigned zf = 0; zf < 2; zf++)
        for (unsigned count = 1; count < 3; count++)
            for (unsigned op = 0xe0; op < 0xe2; op++) {
                c->regs[RCX] = count;
                set_arith(c, zf ? FL_ZF | FL_CF : FL_CF);
                bool jump = count == 2 && zf == (op == 0xe1);
                ck_assert_int_eq(EXEC((uint8_t)op, 0xfe), jump ? X_BRANCH : X_NEXT);
                ck_assert_uint_eq(c->regs[RCX], count - 1);
                ck_assert_uint_eq(flags(), zf ? FL_ZF | FL_CF : FL_CF);
            }
}
END_TEST

START_TEST(loop_that_faults_keeps_the_count)
{
    flat();
    isa_rig_segment(&rig, SEG_CS, 0, 0x1010);
    c->regs[RCX] = 5;
    ck_assert_int_eq(EXEC(0xe2, 0x70), X_FAULT);
    ck_assert_uint_eq(c->regs[RCX], 5);
}
END_TEST

START_TEST(bound_takes_both_bounds_as_inside_and_compares_signed)
{
    static const struct {
        uint32_t v, lo, hi;
        bool inside;
    } cases[] = {
        {5, 5, 9, true},   {9, 5, 9, true},          {4, 5, 9, false},
        {10, 5, 9, false}, {0, 0xffffffff, 1, true}, {0x80000000, 0, 9, false},
    };
    flat();
    c->regs[RBX] = 0x300000;
    for (unsigned k = 0; k < ARRAY_LEN(cases); k++) {
        c->regs[RAX] = cases[k].v;
        isa_rig_put32(&rig, 0x300000, cases[k].lo);
        isa_rig_put32(&rig, 0x300004, cases[k].hi);
        ck_assert_int_eq(EXEC(0x62, 0x03), cases[k].inside ? X_NEXT : X_FAULT);
        if (!cases[k].inside)
            ck_assert_uint_eq(c->exc.vector, EXC_BR);
    }
    isa_rig_put32(&rig, 0x300000, 0x00098000); /* 16 bits: -32768 .. 9 */
    c->regs[RAX] = 0x7000ffff;
    ck_assert_int_eq(EXEC(0x66, 0x62, 0x03), X_NEXT);
    c->regs[RAX] = 10;
    ck_assert_int_eq(EXEC(0x66, 0x62, 0x03), X_FAULT);
}
END_TEST

/* --- Moves --- */

START_TEST(sixteen_bit_results_keep_the_upper_half)
{
    flat();
    c->regs[RAX] = 0x12345678;
    EXEC(0x66, 0xb8, 0xcd, 0xab);
    ck_assert_uint_eq(c->regs[RAX], 0x1234abcd);
    EXEC(0xb4, 0x99); /* mov ah */
    ck_assert_uint_eq(c->regs[RAX], 0x123499cd);
    EXEC(0x66, 0x31, 0xc0);
    ck_assert_uint_eq(c->regs[RAX], 0x12340000);
}
END_TEST

START_TEST(mov_from_segment_register_is_zero_extended_to_a_register_and_16_bits_to_memory)
{
    flat();
    c->seg[SEG_ES].sel = 0xfffb;
    c->regs[RAX] = 0x55555555;
    EXEC(0x8c, 0xc0);
    ck_assert_uint_eq(c->regs[RAX], 0xfffb);
    c->regs[RAX] = 0x55555555;
    EXEC(0x66, 0x8c, 0xc0);
    ck_assert_uint_eq(c->regs[RAX], 0x5555fffb);
    isa_rig_put32(&rig, 0x300000, 0x77777777);
    c->regs[RBX] = 0x300000;
    EXEC(0x8c, 0x03);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x300000), 0x7777fffb);
}
END_TEST

START_TEST(mov_to_cs_is_ud)
{
    isa_rig_real(&rig);
    ck_assert_int_eq(EXEC(0x8e, 0xc8), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_UD);
}
END_TEST

START_TEST(mov_and_pop_ss_hold_interrupts_back_and_lss_does_not)
{
    isa_rig_real(&rig);
    c->regs[RAX] = 0x3000;
    ck_assert_int_eq(EXEC(0x8e, 0xd8), X_NEXT); /* ds */
    ck_assert(!c->shadow_ss);
    ck_assert_int_eq(EXEC(0x8e, 0xd0), X_LEAVE);
    ck_assert(c->shadow_ss);
    ck_assert_uint_eq(c->seg[SEG_SS].base, 0x30000);
    c->shadow_ss = false;
    ck_assert_int_eq(EXEC(0x17), X_LEAVE);
    ck_assert(c->shadow_ss);
    ck_assert_uint_eq(c->regs[RSP], 0x8002);
    c->shadow_ss = false;
    ck_assert_int_eq(EXEC(0x0f, 0xb2, 0x07), X_LEAVE);
    ck_assert(!c->shadow_ss);
}
END_TEST

START_TEST(far_pointer_loads_take_the_offset_first_and_fault_as_a_whole)
{
    static const uint8_t les[] = {0xc4, 0x07}; /* les ax,[bx] */
    isa_rig_real(&rig);
    isa_rig_put32(&rig, 0x2000, 0x56781234);
    c->regs[RBX] = 0x2000;
    ck_assert_int_eq(isa_rig_exec(&rig, les, 0), X_NEXT);
    ck_assert_uint_eq(c->regs[RAX], 0x1234);
    ck_assert_uint_eq(c->seg[SEG_ES].sel, 0x5678);
    ck_assert_uint_eq(c->seg[SEG_ES].base, 0x56780);
    c->regs[RBX] = 0xfffe; /* the selector would lie beyond FFFFh */
    c->regs[RAX] = 0x9999;
    ck_assert_int_eq(isa_rig_exec(&rig, les, 0), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_GP);
    ck_assert_uint_eq(c->regs[RAX], 0x9999);
    ck_assert_uint_eq(c->seg[SEG_ES].sel, 0x5678);
}
END_TEST

START_TEST(moffs_and_xlat_wrap_by_the_address_size)
{
    flat();
    isa_rig_put32(&rig, 0x1234, 0xa5a5a5a5);
    EXEC(0x67, 0xa0, 0x34, 0x12);
    ck_assert_uint_eq(c->regs[RAX], 0xa5);
    c->regs[RAX] = 0x55667788;
    EXEC(0xa3, 0x00, 0x00, 0x30, 0x00);
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x300000), 0x55667788);
    c->regs[RBX] = 0x771fff0;
    c->regs[RAX] = 0x44;
    isa_rig_put32(&rig, 0x0034, 0x3c);
    EXEC(0x67, 0xd7); /* BX FFF0h + 44h = 0034h */
    ck_assert_uint_eq(c->regs[RAX], 0x3c);
}
END_TEST

START_TEST(bit_string_address_wraps_by_the_address_size)
{
    flat();
    c->regs[RBX] = 0x10;
    c->regs[RAX] = (uint32_t) - (0x20 * 8); /* 20h bytes below 10h: FFF0h with 16-bit addressing */
    isa_rig_put32(&rig, 0xfff0, 0);
    EXEC(0x67, 0x0f, 0xab, 0x07); /* bts [bx],eax */
    ck_assert_uint_eq(isa_rig_get32(&rig, 0xfff0), 1);
    ck_assert_uint_eq(c->regs[RBX], 0x10);
}
END_TEST

START_TEST(read_modify_write_of_a_read_only_segment_faults_before_it_changes_flags)
{
    static const uint8_t forms[][4] = {{0x01, 0x03},       {0xd1, 0x23}, {0x87, 0x03},       {0x0f, 0xc1, 0x03},
                                       {0x0f, 0xab, 0x03}, {0xff, 0x03}, {0xc1, 0x23, 0x00}, {0x0f, 0xb1, 0x03}};
    flat();
    c->seg[SEG_DS].attr &= ~(uint32_t)DESC_RW;
    seg_update(&c->seg[SEG_DS]);
    c->regs[RBX] = 0x300000;
    c->regs[RAX] = 3;
    set_arith(c, FL_CF | FL_ZF);
    ck_assert_int_eq(isa_rig_exec(&rig, forms[_i], 0), X_FAULT);
    ck_assert_uint_eq(c->exc.vector, EXC_GP);
    ck_assert_uint_eq(flags(), FL_CF | FL_ZF);
    ck_assert_uint_eq(c->regs[RAX], 3);
}
END_TEST

START_TEST(access_across_a_page_end_sees_both_pages)
{
    flat();
    c->regs[RBX] = 0x300ffe;
    c->regs[RAX] = 0x11223344;
    EXEC(0x89, 0x03);
    ck_assert_uint_eq(get16(0x300ffe), 0x3344);
    ck_assert_uint_eq(get16(0x301000), 0x1122);
    EXEC(0xf7, 0x1b); /* neg dword [ebx] */
    ck_assert_uint_eq(isa_rig_get32(&rig, 0x300ffe), -0x11223344u);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("integer");
    TCase *t = tcase_create("integer");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, daa_das_aaa_aas_follow_the_manual_for_every_al_and_flag, 0, 4);
    tcase_add_test(t, aam_by_0_is_de_and_changes_nothing);
    tcase_add_test(t, aam_divides_and_aad_multiplies_by_any_base);
    tcase_add_test(t, salc_spreads_cf_over_al);
    tcase_add_test(t, inc_and_dec_of_a_register_keep_cf);
    tcase_add_test(t, push_esp_pushes_the_value_before);
    tcase_add_test(t, pop_esp_gets_the_popped_value);
    tcase_add_test(t, pop_to_memory_computes_an_esp_address_after_the_increment);
    tcase_add_test(t, pop_to_memory_that_faults_leaves_esp);
    tcase_add_test(t, push_imm8_is_sign_extended_to_the_operand_size);
    tcase_add_test(t, push_of_a_segment_register_is_zero_extended);
    tcase_add_test(t, pusha_stores_the_esp_before_and_popa_skips_it);
    tcase_add_test(t, pusha_that_faults_half_way_writes_nothing);
    tcase_add_test(t, sp_wraps_at_64k_with_a_16_bit_stack);
    tcase_add_loop_test(t, enter_builds_nested_frames_as_the_manual_says, 0, 32);
    tcase_add_test(t, enter_that_faults_at_its_last_read_leaves_nothing_behind);
    tcase_add_test(t, enter_faults_where_the_final_esp_cannot_be_written);
    tcase_add_loop_test(t, near_branch_beyond_the_limit_is_gp_and_commits_nothing, 0, 9);
    tcase_add_test(t, branch_with_16_bit_operand_truncates_ip);
    tcase_add_test(t, ret_imm_drops_bytes_after_the_return_address);
    tcase_add_test(t, loop_and_jcxz_take_cx_or_ecx_by_the_address_size);
    tcase_add_test(t, loope_and_loopne_need_zf_and_a_count_and_change_no_flag);
    tcase_add_test(t, loop_that_faults_keeps_the_count);
    tcase_add_test(t, bound_takes_both_bounds_as_inside_and_compares_signed);
    tcase_add_test(t, sixteen_bit_results_keep_the_upper_half);
    tcase_add_test(t, mov_from_segment_register_is_zero_extended_to_a_register_and_16_bits_to_memory);
    tcase_add_test(t, mov_to_cs_is_ud);
    tcase_add_test(t, mov_and_pop_ss_hold_interrupts_back_and_lss_does_not);
    tcase_add_test(t, far_pointer_loads_take_the_offset_first_and_fault_as_a_whole);
    tcase_add_test(t, moffs_and_xlat_wrap_by_the_address_size);
    tcase_add_test(t, bit_string_address_wraps_by_the_address_size);
    tcase_add_loop_test(t, read_modify_write_of_a_read_only_segment_faults_before_it_changes_flags, 0, 8);
    tcase_add_test(t, access_across_a_page_end_sees_both_pages);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
