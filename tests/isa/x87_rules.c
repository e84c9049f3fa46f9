/* SPDX-License-Identifier: MIT */
/*
 * x87 rules that are no arithmetic: the register stack and its faults, control and tag word,
 * instruction and operand pointers, environment and state formats in every mode, packed decimal,
 * remainders run to their ends. SDM 1 8, SDM 2.
 */
#include "tests/isa/x87_rig.h"

#include <inttypes.h>
#include <stdio.h>

static const struct f80 one = {F80_INTEGER_BIT, 0x3fff}, two = {F80_INTEGER_BIT, 0x4000};

static bool equal(struct f80 a, struct f80 b)
{
    return a.mant == b.mant && a.se == b.se;
}
static struct cpu *cpu(void)
{
    return x87_rig.cpu;
}
static enum xstat exec_at(uint32_t rip, uint8_t a, uint8_t b, uint8_t d)
{
    uint8_t bytes[INSN_MAX] = {a, b, d};
    cpu()->regs[RSI] = X87_OPERAND_AT;
    return isa_rig_exec(&x87_rig, bytes, rip);
}
static void exec(uint8_t a, uint8_t b)
{
    ck_assert_int_eq(exec_at(0x1000, a, b, 0), X_NEXT);
}
static uint32_t word_at(unsigned n, unsigned size)
{
    uint32_t v = 0;
    isa_rig_get(&x87_rig, X87_OPERAND_AT + n * size, &v, size);
    return v;
}

/* --- Control word, tags, stack --- */

START_TEST(fninit_values)
{
    struct x87 *f = &cpu()->x87;
    memset(f, 0xa5, sizeof *f);
    f->top = 5;
    exec(0xdb, 0xe3);
    ck_assert_uint_eq(f->cw, 0x37f);
    ck_assert_uint_eq(x87_sw(f), 0);
    ck_assert_uint_eq(f->tag, 0xff);
    ck_assert_uint_eq(f->fip | f->fdp | f->fcs | f->fds | f->fop, 0);
}
END_TEST

START_TEST(reset_is_not_fninit)
{
    cpu_reset(cpu()); /* SDM 3A table 9-1: FCW 0040h, FTW 5555h */
    ck_assert_uint_eq(cpu()->x87.cw, 0x40);
    ck_assert_uint_eq(cpu()->x87.tag, 0);
    ck_assert(f80_zero(&cpu()->x87.st[3]));
}
END_TEST

START_TEST(fldcw_keeps_reserved_bits)
{
    isa_rig_put32(&x87_rig, X87_OPERAND_AT, 0xffff);
    exec(0xdb, 0xe3);
    exec(0xd9, 0x2e);
    ck_assert_uint_eq(cpu()->x87.cw, 0x1f7f);
    isa_rig_put32(&x87_rig, X87_OPERAND_AT, 0);
    exec(0xd9, 0x2e);
    ck_assert_uint_eq(cpu()->x87.cw, 0x40);
}
END_TEST

START_TEST(fnstsw_has_top)
{
    exec(0xdb, 0xe3);
    exec(0xd9, 0xe8);
    exec(0xd9, 0xe8);
    cpu()->regs[RAX] = 0x12345678;
    exec(0xdf, 0xe0);
    ck_assert_uint_eq(cpu()->regs[RAX], 0x12343000);
    exec(0xdd, 0x3e);
    ck_assert_uint_eq(word_at(0, 2), 0x3000);
}
END_TEST

START_TEST(fincstp_fdecstp_wrap_and_leave_tags)
{
    exec(0xdb, 0xe3);
    exec(0xd9, 0xf6);
    ck_assert_uint_eq(cpu()->x87.top, 7);
    exec(0xd9, 0xf7);
    ck_assert_uint_eq(cpu()->x87.top, 0);
    ck_assert_uint_eq(cpu()->x87.tag, 0xff);
}
END_TEST

START_TEST(ninth_push_overflows_with_c1)
{
    exec(0xdb, 0xe3);
    for (unsigned n = 0; n < 8; n++)
        exec(0xd9, 0xe8);
    ck_assert_uint_eq(x87_sw(&cpu()->x87), 0);
    exec(0xd9, 0xe8);
    ck_assert_uint_eq(x87_sw(&cpu()->x87), SW_IE | SW_SF | SW_C1 | 7 << 11);
    ck_assert(equal(*x87_st(cpu(), 0), f80_indefinite));
    ck_assert(equal(*x87_st(cpu(), 1), one));
}
END_TEST

START_TEST(underflow_clears_c1_and_gives_indefinite)
{
    exec(0xdb, 0xe3);
    cpu()->x87.sw = SW_C1;
    exec(0xd8, 0xc1);
    ck_assert_uint_eq(x87_sw(&cpu()->x87), SW_IE | SW_SF);
    ck_assert(equal(*x87_st(cpu(), 0), f80_indefinite));
}
END_TEST

/* SDM 1 8.5.1.1: nothing but the flags; and after a comparison (DE D9) the condition codes, as processors do it. */
START_TEST(unmasked_stack_fault_changes_nothing)
{
    static const uint8_t codes[][2] = {{0xd8, 0xc1}, {0xd9, 0xc1}, {0xdd, 0xd9}, {0xd9, 0xc9},
                                       {0xde, 0xc1}, {0xde, 0xd9}, {0xdd, 0x1e}, {0xdb, 0x1e},
                                       {0xdf, 0x36}, {0xdb, 0x3e}, {0xd9, 0xe0}, {0xd9, 0xfa}};
    for (unsigned n = 0; n < ARRAY_LEN(codes); n++) {
        uint8_t bytes[INSN_MAX] = {codes[n][0], codes[n][1]};
        struct x87_state s = {.cw = 0x37e, .sw = 2 << 11 | SW_C0, .empty = 0xff, .mem = {0x11, 0x22, 0x33}}, was;
        for (unsigned k = 0; k < 8; k++)
            s.r[k] = two;
        was = s;
        ck_assert_int_eq(x87_guest(&s, bytes), X_NEXT);
        unsigned cc = bytes[1] == 0xd9 && bytes[0] == 0xde ? SW_C0 | SW_C2 | SW_C3 : SW_C0;
        ck_assert_uint_eq(s.sw, 2u << 11 | cc | SW_IE | SW_SF | SW_ES | SW_B);
        ck_assert_uint_eq(s.empty, 0xff);
        ck_assert_mem_eq(s.mem, was.mem, sizeof s.mem);
        for (unsigned k = 0; k < 8; k++)
            ck_assert(equal(s.r[k], was.r[k]));
    }
}
END_TEST

/* SDM 1 8.5.4, 8.5.5: with a destination in memory neither is stored nor popped. */
START_TEST(unmasked_overflow_on_store_keeps_memory_and_stack)
{
    static const struct f80 values[] = {{F80_INTEGER_BIT, 0x7000}, {0xc000000000000001, 0x1000}};
    static const uint16_t masked[] = {CW_INIT & ~SW_OE, CW_INIT & ~SW_UE};
    static const unsigned flags[] = {SW_OE, SW_UE};
    for (unsigned n = 0; n < 4; n++) {
        uint8_t bytes[INSN_MAX] = {n & 1 ? 0xdd : 0xd9, 0x1e};
        struct x87_state s = {.cw = masked[n / 2], .mem = {0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a}};
        s.r[0] = values[n / 2];
        x87_guest(&s, bytes);
        ck_assert_uint_eq(s.sw & (SW_ES | SW_OE | SW_UE | SW_TOP), SW_ES | flags[n / 2]);
        ck_assert_uint_eq(s.empty, 0);
        for (unsigned k = 0; k < 8; k++)
            ck_assert_uint_eq(s.mem[k], 0x5a);
    }
}
END_TEST

START_TEST(unmasked_overflow_in_a_register_wraps_the_exponent)
{
    uint8_t bytes[INSN_MAX] = {0xd8, 0xc9};
    struct x87_state s = {.cw = CW_INIT & ~SW_OE};
    s.r[0] = (struct f80){0xc000000000000000, 0x7ffe};
    s.r[1] = (struct f80){F80_INTEGER_BIT, 0x3fff + 10};
    x87_guest(&s, bytes);
    ck_assert(equal(s.r[0], (struct f80){0xc000000000000000, 0x7ffe + 10 - 24576})); /* 2^-24576 of the true result */
    ck_assert_uint_eq(s.sw & SW_EXCEPTIONS, SW_OE);
}
END_TEST

START_TEST(m80_moves_any_pattern_without_exceptions)
{
    for (unsigned n = 0; n < x87_nspecial; n++) {
        uint8_t fld[INSN_MAX] = {0xdb, 0x2e}, fstp[INSN_MAX] = {0xdb, 0x3e};
        struct x87_state s = {.cw = 0x340, .empty = 0xff};
        memcpy(s.mem, &x87_special[n], 10);
        x87_guest(&s, fld);
        ck_assert(equal(s.r[7], x87_special[n]));
        memset(s.mem, 0, sizeof s.mem);
        x87_guest(&s, fstp);
        ck_assert_mem_eq(s.mem, &x87_special[n], 10);
        ck_assert_uint_eq(s.sw & SW_EXCEPTIONS, 0);
    }
}
END_TEST

/* Constants are rounded by RC: SDM 2A FLD1. Nearest, down, up, chop. */
START_TEST(constants_round_by_rc)
{
    static const struct {
        uint8_t op;
        uint64_t down;
        bool up;
    } k[] = {{0xe9, 0xd49a784bcd1b8afe, false},
             {0xea, 0xb8aa3b295c17f0bb, true},
             {0xeb, 0xc90fdaa22168c234, true},
             {0xec, 0x9a209a84fbcff798, true},
             {0xed, 0xb17217f7d1cf79ab, true}};
    for (unsigned n = 0; n < ARRAY_LEN(k); n++)
        for (unsigned rc = 0; rc < 4; rc++) {
            uint8_t bytes[INSN_MAX] = {0xd9, k[n].op};
            struct x87_state s = {.cw = (uint16_t)(0x7f | rc << 10), .empty = 0xff};
            x87_guest(&s, bytes);
            ck_assert_uint_eq(s.r[7].mant, k[n].down + (rc == 2 || (rc == 0 && k[n].up)));
            ck_assert_uint_eq(s.sw & SW_EXCEPTIONS, 0);
        }
}
END_TEST

/* --- Pointers: SDM 1 8.1.8 --- */

START_TEST(pointers_of_the_last_noncontrol_instruction)
{
    struct x87 *f = &cpu()->x87;
    exec(0xdb, 0xe3);
    cpu()->seg[SEG_FS].sel = 0x3b;
    ck_assert_int_eq(exec_at(0x4321, 0x64, 0xd9, 0x06), X_NEXT); /* fld dword fs:[esi] */
    ck_assert_uint_eq(f->fip, 0x4321);                           /* the prefix */
    ck_assert_uint_eq(f->fcs, cpu()->seg[SEG_CS].sel);
    ck_assert_uint_eq(f->fdp, X87_OPERAND_AT);
    ck_assert_uint_eq(f->fds, 0x3b);
    ck_assert_uint_eq(f->fop, 0x106);
    ck_assert_int_eq(exec_at(0x5000, 0xdc, 0xc8, 0), X_NEXT); /* fmul st0, st0 */
    ck_assert_uint_eq(f->fip, 0x5000);
    ck_assert_uint_eq(f->fop, 0x4c8);
    ck_assert_uint_eq(f->fdp, X87_OPERAND_AT);
}
END_TEST

START_TEST(pointers_survive_control_instructions)
{
    static const uint8_t codes[][2] = {{0xd9, 0x2e}, {0xd9, 0x3e}, {0xdd, 0x3e}, {0xdb, 0xe2}, {0xdf, 0xe0}, {0x9b, 0}};
    struct x87 *f = &cpu()->x87;
    exec(0xdb, 0xe3);
    ck_assert_int_eq(exec_at(0x4321, 0xd9, 0xe8, 0), X_NEXT);
    isa_rig_put32(&x87_rig, X87_OPERAND_AT, 0x37f);
    for (unsigned n = 0; n < ARRAY_LEN(codes); n++)
        exec(codes[n][0], codes[n][1]);
    ck_assert_uint_eq(f->fip, 0x4321);
    ck_assert_uint_eq(f->fop, 0x1e8);
}
END_TEST

/* --- Environment and state: SDM 1 figures 8-9 to 8-12 --- */

/* ST(0) = 1, ST(1) = 0, ST(2) infinity, ST(3) denormal, ST(4) unnormal; known pointers. */
static void known_state(void)
{
    struct cpu *c = cpu();
    struct x87_state s = {.cw = 0x37f, .sw = 2 << 11 | SW_C3 | SW_PE, .empty = 0x83};
    s.r[2] = one;
    s.r[4] = (struct f80){F80_INTEGER_BIT, 0x7fff};
    s.r[5] = (struct f80){5, 0};
    s.r[6] = (struct f80){5, 0x4000};
    x87_load(c, &s);
    c->x87.fip = 0x12345678;
    c->x87.fcs = 0x1b;
    c->x87.fdp = 0x9abcdef0;
    c->x87.fds = 0x23;
    c->x87.fop = 0x5a5;
}
/* R7 empty, R6 R5 R4 special, R3 zero, R2 valid, R1 R0 empty. */
enum { KNOWN_SW = 2 << 11 | SW_C3 | SW_PE, KNOWN_TAGS = 0xea4f };

static void virtual_8086(void)
{
    struct cpu *c = cpu();
    c->eflags |= FL_VM;
    mode_update(c);
}

START_TEST(fnstenv_protected_32)
{
    known_state();
    exec(0xd9, 0x36);
    static const uint32_t want[] = {
        0xffff037f, 0xffff0000 | KNOWN_SW, 0xffff0000 | KNOWN_TAGS, 0x12345678, 0x05a5001b, 0x9abcdef0, 0xffff0023};
    for (unsigned n = 0; n < 7; n++)
        ck_assert_uint_eq(word_at(n, 4), want[n]);
}
END_TEST

START_TEST(fnstenv_protected_16)
{
    known_state();
    ck_assert_int_eq(exec_at(0x1000, 0x66, 0xd9, 0x36), X_NEXT);
    static const uint16_t want[] = {0x37f, KNOWN_SW, KNOWN_TAGS, 0x5678, 0x1b, 0xdef0, 0x23};
    for (unsigned n = 0; n < 7; n++)
        ck_assert_uint_eq(word_at(n, 2), want[n]);
}
END_TEST

/* Linear addresses: selectors shifted in. */
static void known_real(void)
{
    known_state();
    struct cpu *c = cpu();
    c->x87.fcs = 0xf000;
    c->x87.fip = 0x8765;
    c->x87.fds = 0x1234;
    c->x87.fdp = 0x4321;
}
static void linear_32(void)
{
    static const uint32_t want[] = {
        0xffff037f, 0xffff0000 | KNOWN_SW, 0xffff0000 | KNOWN_TAGS, 0xffff8765, 0x0000f5a5, 0xffff6661, 0x00001000};
    for (unsigned n = 0; n < 7; n++)
        ck_assert_uint_eq(word_at(n, 4), want[n]);
}
static void linear_16(void)
{
    static const uint16_t want[] = {0x37f, KNOWN_SW, KNOWN_TAGS, 0x8765, 0xf5a5, 0x6661, 0x1000};
    for (unsigned n = 0; n < 7; n++)
        ck_assert_uint_eq(word_at(n, 2), want[n]);
}

/* Of a real-mode processor whose DS reaches the operand: SI is 16 bits wide, so the base does it.
 */
static void real_mode(void)
{
    isa_rig_real(&x87_rig);
    isa_rig_segment(&x87_rig, SEG_DS, X87_OPERAND_AT, 0xffff);
    cpu()->cr0 |= CR0_NE;
}

START_TEST(fnstenv_real)
{
    real_mode();
    known_real();
    ck_assert_int_eq(exec_at(0x100, 0xd9, 0x34, 0), X_NEXT); /* fnstenv [si] */
    linear_16();
    known_real();
    ck_assert_int_eq(exec_at(0x100, 0x66, 0xd9, 0x34), X_NEXT);
    linear_32();
}
END_TEST

START_TEST(fnstenv_virtual_8086_is_as_real)
{
    virtual_8086();
    known_real();
    exec(0xd9, 0x36);
    linear_32();
    known_real();
    ck_assert_int_eq(exec_at(0x1000, 0x66, 0xd9, 0x36), X_NEXT);
    linear_16();
}
END_TEST

START_TEST(fnstenv_masks_all_and_ends_what_is_pending)
{
    struct x87_state s = {.cw = 0x340, .sw = SW_ZE};
    x87_load(cpu(), &s);
    ck_assert(x87_sw(&cpu()->x87) & SW_ES);
    exec(0xd9, 0x36);
    ck_assert_uint_eq(word_at(0, 4), 0xffff0340);
    ck_assert_uint_eq(word_at(1, 4), 0xffff0000 | SW_ZE | SW_ES | SW_B);
    ck_assert_uint_eq(cpu()->x87.cw, 0x37f);
    ck_assert_uint_eq(x87_sw(&cpu()->x87), SW_ZE);
}
END_TEST

/* Only "empty" is taken from the tag word; the rest follows from the registers. */
START_TEST(fldenv_looks_at_empty_tags_only)
{
    known_state();
    exec(0xd9, 0x36);
    uint16_t tags = 0x00ff; /* R0-R3 empty, the others "valid" */
    isa_rig_put(&x87_rig, X87_OPERAND_AT + 8, &tags, 2);
    exec(0xd9, 0x26);
    exec(0xd9, 0x36);
    ck_assert_uint_eq(word_at(2, 4), 0xffff0000 | 0x6aff); /* R7 zero, R6 R5 R4 special */
}
END_TEST

START_TEST(fldenv_with_an_unmasked_flag_is_pending)
{
    known_state();
    exec(0xd9, 0x36);
    isa_rig_put32(&x87_rig, X87_OPERAND_AT, 0x35f); /* PE unmasked, and set */
    exec(0xd9, 0x26);
    ck_assert(x87_sw(&cpu()->x87) & SW_ES);
    isa_rig_put32(&x87_rig, X87_OPERAND_AT + 4, SW_ES | SW_B); /* ES and B are not loaded */
    isa_rig_put32(&x87_rig, X87_OPERAND_AT, 0x37f);
    exec(0xdb, 0xe2);
    exec(0xd9, 0x26);
    ck_assert_uint_eq(x87_sw(&cpu()->x87), 0);
}
END_TEST

/* FNSAVE, FRSTOR, FNSAVE: the same image; in between the FPU is as after FNINIT. */
static void round_trip(uint8_t prefix, uint8_t modrm, unsigned size)
{
    uint8_t first[108], second[108];
    uint8_t p = prefix, q = prefix ? 0xdd : (uint8_t)(modrm | 0x30), r = prefix ? (uint8_t)(modrm | 0x30) : 0;
    uint8_t rq = prefix ? 0xdd : (uint8_t)(modrm | 0x20), rr = prefix ? (uint8_t)(modrm | 0x20) : 0;
    if (!prefix)
        p = 0xdd;
    ck_assert_int_eq(exec_at(0x100, p, q, r), X_NEXT);
    isa_rig_get(&x87_rig, X87_OPERAND_AT, first, size);
    ck_assert_uint_eq(cpu()->x87.cw, 0x37f);
    ck_assert_uint_eq(cpu()->x87.tag, 0xff);
    ck_assert_uint_eq(cpu()->x87.fip | cpu()->x87.fop, 0);
    memset(cpu()->x87.st, 0, sizeof cpu()->x87.st);
    ck_assert_int_eq(exec_at(0x200, p, rq, rr), X_NEXT);
    ck_assert(equal(cpu()->x87.st[2], one) && cpu()->x87.top == 2);
    ck_assert_int_eq(exec_at(0x300, p, q, r), X_NEXT);
    isa_rig_get(&x87_rig, X87_OPERAND_AT, second, size);
    ck_assert_mem_eq(first, second, size);
    ck_assert_mem_eq(first + size - 80, "\0\0\0\0\0\0\0\x80\xff\x3f", 10); /* ST(0) is the first */
    isa_rig_get(&x87_rig, X87_OPERAND_AT + size, second, 1);
    ck_assert_uint_eq(second[0], 0xee); /* and nothing follows */
}
START_TEST(fnsave_frstor_round_trip)
{
    uint8_t mark[128];
    memset(mark, 0xee, sizeof mark);
    if (_i >= 2 && _i < 4)
        real_mode();
    if (_i >= 4)
        virtual_8086();
    isa_rig_put(&x87_rig, X87_OPERAND_AT, mark, sizeof mark);
    if (_i >= 2)
        known_real();
    else
        known_state();
    bool real = _i == 2 || _i == 3, wide = real ? _i == 3 : !(_i & 1);
    round_trip(wide == real ? 0x66 : 0, real ? 0x04 : 0x06, wide ? 108 : 94);
}
END_TEST

/* --- Packed decimal --- */

static void bcd(const char *bytes, struct f80 v)
{
    uint8_t fbld[INSN_MAX] = {0xdf, 0x26}, fbstp[INSN_MAX] = {0xdf, 0x36};
    struct x87_state s = {.cw = 0x37f, .empty = 0xff};
    memcpy(s.mem, bytes, 10);
    x87_guest(&s, fbld);
    ck_assert_msg(equal(s.r[7], v), "%04x:%016" PRIx64, s.r[7].se, s.r[7].mant);
    memset(s.mem, 0, sizeof s.mem);
    x87_guest(&s, fbstp);
    ck_assert_mem_eq(s.mem, bytes, 10);
    ck_assert_uint_eq(s.sw & SW_EXCEPTIONS, 0);
    ck_assert_uint_eq(s.empty, 0xff);
}
START_TEST(fbld_fbstp_values)
{
    bcd("\x99\x99\x99\x99\x99\x99\x99\x99\x99\x00", (struct f80){0xde0b6b3a763ffff0, 0x403a});
    bcd("\x99\x99\x99\x99\x99\x99\x99\x99\x99\x80", (struct f80){0xde0b6b3a763ffff0, 0xc03a});
    bcd("\x34\x12\x00\x00\x00\x00\x00\x00\x00\x00", (struct f80){0x9a40000000000000, 0x4009});
    bcd("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80", (struct f80){0, 0x8000});
}
END_TEST

/* What FBSTP makes of v. */
static struct x87_state stored(struct f80 v, unsigned cw)
{
    uint8_t fbstp[INSN_MAX] = {0xdf, 0x36};
    struct x87_state s = {.cw = (uint16_t)cw};
    s.r[0] = v;
    x87_guest(&s, fbstp);
    return s;
}
START_TEST(fbstp_rounds_by_rc)
{
    static const struct {
        struct f80 v;
        unsigned rc, digits;
    } k[] = {{{0xa000000000000000, 0x4000}, 0, 2},          {{0xe000000000000000, 0x4000}, 0, 4}, /* 2.5, 3.5 */
             {{0xa000000000000000, 0x4000}, CW_RC_UP, 3},   {{0xa000000000000000, 0xc000}, CW_RC_UP, 2},
             {{0xa000000000000000, 0xc000}, CW_RC_DOWN, 3}, {{0xe000000000000000, 0x4000}, CW_RC_ZERO, 3}};
    for (unsigned n = 0; n < ARRAY_LEN(k); n++) {
        struct x87_state s = stored(k[n].v, CW_INIT | k[n].rc);
        ck_assert_uint_eq(s.mem[0], k[n].digits);
        ck_assert_uint_eq(s.mem[9], k[n].v.se >> 8 & 0x80);
        ck_assert_uint_eq(s.sw & SW_EXCEPTIONS, SW_PE);
    }
}
END_TEST

START_TEST(fbstp_of_19_digits_is_invalid)
{
    struct x87_state s = stored((struct f80){0xde0b6b3a76400000, 0x403a}, CW_INIT); /* 10^18 */
    ck_assert_mem_eq(s.mem, "\0\0\0\0\0\0\0\xc0\xff\xff", 10);
    ck_assert_uint_eq(s.sw & SW_EXCEPTIONS, SW_IE);
    s = stored((struct f80){0xde0b6b3a763ffff8, 0x403a}, CW_INIT); /* half below: rounds to it */
    ck_assert_uint_eq(s.sw & SW_EXCEPTIONS, SW_IE);
    s = stored((struct f80){0xde0b6b3a763ffff8, 0x403a}, CW_INIT | CW_RC_ZERO);
    ck_assert_mem_eq(s.mem, "\x99\x99\x99\x99\x99\x99\x99\x99\x99\0", 10);
    ck_assert_uint_eq(s.sw & SW_EXCEPTIONS, SW_PE);
}
END_TEST

/* --- Remainders --- */

static struct x87_state remainder_of(uint8_t op, struct f80 a, struct f80 b)
{
    uint8_t bytes[INSN_MAX] = {0xd9, op};
    struct x87_state s = {.cw = 0x37f};
    s.r[0] = a;
    s.r[1] = b;
    x87_guest(&s, bytes);
    return s;
}
static struct f80 small(unsigned n)
{
    struct f80 v;
    f80_from_int(&v, n);
    return v;
}
START_TEST(fprem_quotient_bits)
{
    for (unsigned q = 0; q < 16; q++) {
        struct x87_state s = remainder_of(0xf8, small(7 * q + 5), small(7));
        ck_assert(equal(s.r[0], small(5)));
        unsigned want = (q & 4 ? SW_C0 : 0) | (q & 2 ? SW_C3 : 0) | (q & 1 ? SW_C1 : 0);
        ck_assert_uint_eq(s.sw & (SW_CC | SW_C1), want);
        s = remainder_of(0xf5, small(7 * q + 5), small(7)); /* to nearest: 5 is -2 of the next */
        ck_assert(equal(s.r[0], (struct f80){F80_INTEGER_BIT, 0xc000}));
        want = ((q + 1) & 4 ? SW_C0 : 0) | ((q + 1) & 2 ? SW_C3 : 0) | ((q + 1) & 1 ? SW_C1 : 0);
        ck_assert_uint_eq(s.sw & (SW_CC | SW_C1), want);
    }
}
END_TEST

/* 64 and more: C2, and the exponents come closer by 32 to 63 (SDM 2A FPREM). */
START_TEST(fprem_reduces_by_32_to_63)
{
    struct random r = {0xf8};
    for (unsigned n = 0; n < 4000; n++) {
        struct f80 a = {random_next(&r) | F80_INTEGER_BIT, (uint16_t)(0x3fff + 64 + random_below(&r, 8000))};
        struct f80 b = {random_next(&r) | F80_INTEGER_BIT, (uint16_t)(0x3fff - random_below(&r, 8000))};
        struct x87_state s = remainder_of(n & 1 ? 0xf8 : 0xf5, a, b);
        ck_assert(s.sw & SW_C2 && !(s.sw & SW_EXCEPTIONS));
        int came = f80_exp(&a) - f80_exp(&s.r[0]);
        ck_assert_msg(f80_zero(&s.r[0]) || came >= 32, "closer by %d", came);
    }
}
END_TEST

static bool run_out(const uint8_t *bytes, struct x87_state *s, bool host)
{
    for (unsigned n = 0; n < 1100; n++) {
        if (host)
            x87_host(s, bytes, 2);
        else
            x87_guest(s, bytes);
        if (!(s->sw & SW_C2) || s->sw & SW_ES)
            return true;
    }
    return false;
}
/* However a processor divides the way, the end is the same. */
START_TEST(remainder_ends_as_on_the_host)
{
    uint8_t bytes[INSN_MAX] = {0xd9, _i ? 0xf5 : 0xf8};
    struct random r = {0x87100000 + (unsigned)_i};
    struct x87_state from, guest, host;
    if (!x87_have_host()) {
        printf("SKIP: the host is no x86-64: remainders against the host\n");
        return;
    }
    for (unsigned n = 0; n < 30000; n++) {
        x87_random_state(&r, &from);
        from.sw &= (uint16_t)~SW_C2;
        unsigned top = from.sw >> 11 & 7;
        if (n & 1) /* close enough to end soon */
            from.r[(top + 1) & 7].se = (uint16_t)(from.r[top].se - 3 + random_below(&r, 80));
        guest = host = from;
        ck_assert(run_out(bytes, &host, true) && run_out(bytes, &guest, false));
        bool same =
            memcmp(&guest.r[top].mant, &host.r[top].mant, 10) == 0 && guest.sw == host.sw && guest.empty == host.empty;
        ck_assert_msg(same,
                      "%u: %04x:%016" PRIx64 " by %04x:%016" PRIx64 " cw %04x empty %02x: %04x:%016" PRIx64
                      " sw %04x, host %04x:%016" PRIx64 " sw %04x",
                      n, from.r[top].se, from.r[top].mant, from.r[(top + 1) & 7].se, from.r[(top + 1) & 7].mant,
                      from.cw, from.empty, guest.r[top].se, guest.r[top].mant, guest.sw, host.r[top].se,
                      host.r[top].mant, host.sw);
    }
}
END_TEST

/* D9 D8+i, undocumented: FSTP ST(i) that knows no stack underflow. An empty ST(0) is popped, and that is all. */
START_TEST(fstpnce_moves_and_pops_and_raises_nothing)
{
    struct random r = {4711};
    for (unsigned n = 0; n < 400; n++) {
        struct x87_state s, want;
        unsigned i = n % 8, top;
        const uint8_t code[INSN_MAX] = {0xd9, (uint8_t)(0xd8 + i)};
        x87_random_state(&r, &s);
        top = s.sw >> 11 & 7;
        want = s;
        if (!(s.empty >> top & 1)) {
            want.r[(top + i) & 7] = s.r[top];
            want.empty &= (uint8_t) ~(1u << ((top + i) & 7));
        }
        want.empty |= (uint8_t)(1u << top);
        want.sw = (uint16_t)((s.sw & ~0x3a00u) | ((top + 1) & 7) << 11); /* C1 is cleared */
        ck_assert_int_eq(x87_guest(&s, code), X_NEXT);
        ck_assert_msg(s.sw == want.sw, "ST(%u): SW %04x, not %04x", i, s.sw, want.sw);
        ck_assert_msg(s.empty == want.empty, "ST(%u): empty %02x, not %02x", i, s.empty, want.empty);
        for (unsigned k = 0; k < 8; k++)
            ck_assert_msg(s.r[k].mant == want.r[k].mant && s.r[k].se == want.r[k].se, "ST(%u): R%u", i, k);
    }
}
END_TEST

/* SDM 1 table 8-1 and 2A, "FPU Flags Affected": C1 is set to 0. FFREE leaves it undefined; AMD clears it. */
START_TEST(c1_is_cleared_by_what_changes_the_stack_alone)
{
    static const uint8_t code[][2] = {{0xd9, 0xf7}, {0xd9, 0xf6}, {0xd9, 0xe0}, {0xd9, 0xe1}, {0xd9, 0xc9},
                                      {0xdd, 0xc2}, {0xdf, 0xc2}, {0xdd, 0xd2}, {0xdd, 0xda}};
    for (unsigned k = 0; k < ARRAY_LEN(code); k++) {
        struct x87_state s = {.cw = 0x37f, .sw = 0x0200 | 3 << 11};
        const uint8_t bytes[INSN_MAX] = {code[k][0], code[k][1]};
        for (unsigned r = 0; r < 8; r++)
            s.r[r] = (struct f80){UINT64_C(1) << 63, 0x3fff};
        ck_assert_int_eq(x87_guest(&s, bytes), X_NEXT);
        ck_assert_msg(!(s.sw & 0x0200), "%02x %02x: C1 is set", code[k][0], code[k][1]);
    }
}
END_TEST

TCase *x87_rule_tests(void)
{
    TCase *t = tcase_create("rules");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, x87_rig_setup, x87_rig_teardown);
    tcase_add_test(t, fninit_values);
    tcase_add_test(t, reset_is_not_fninit);
    tcase_add_test(t, fldcw_keeps_reserved_bits);
    tcase_add_test(t, fnstsw_has_top);
    tcase_add_test(t, fincstp_fdecstp_wrap_and_leave_tags);
    tcase_add_test(t, ninth_push_overflows_with_c1);
    tcase_add_test(t, underflow_clears_c1_and_gives_indefinite);
    tcase_add_test(t, unmasked_stack_fault_changes_nothing);
    tcase_add_test(t, unmasked_overflow_on_store_keeps_memory_and_stack);
    tcase_add_test(t, unmasked_overflow_in_a_register_wraps_the_exponent);
    tcase_add_test(t, m80_moves_any_pattern_without_exceptions);
    tcase_add_test(t, constants_round_by_rc);
    tcase_add_test(t, pointers_of_the_last_noncontrol_instruction);
    tcase_add_test(t, pointers_survive_control_instructions);
    tcase_add_test(t, fnstenv_protected_32);
    tcase_add_test(t, fnstenv_protected_16);
    tcase_add_test(t, fnstenv_real);
    tcase_add_test(t, fnstenv_virtual_8086_is_as_real);
    tcase_add_test(t, fnstenv_masks_all_and_ends_what_is_pending);
    tcase_add_test(t, fldenv_looks_at_empty_tags_only);
    tcase_add_test(t, fldenv_with_an_unmasked_flag_is_pending);
    tcase_add_loop_test(t, fnsave_frstor_round_trip, 0, 6);
    tcase_add_test(t, fbld_fbstp_values);
    tcase_add_test(t, fbstp_rounds_by_rc);
    tcase_add_test(t, fbstp_of_19_digits_is_invalid);
    tcase_add_test(t, fprem_quotient_bits);
    tcase_add_test(t, fprem_reduces_by_32_to_63);
    tcase_add_loop_test(t, remainder_ends_as_on_the_host, 0, 2);
    tcase_add_test(t, fstpnce_moves_and_pops_and_raises_nothing);
    tcase_add_test(t, c1_is_cleared_by_what_changes_the_stack_alone);
    return t;
}
