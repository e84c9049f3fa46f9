/* SPDX-License-Identifier: MIT */
/*
 * Flags and results that the SDM leaves undefined: they are those of AMD's processors (HACKING, "Whose undefined
 * results"). The numbers below were read from such a processor. What captures hold, tests/vectors compares.
 */
#include <check.h>

#include "tests/isa/rig.h"

static struct isa_rig rig;

static void setup(void)
{
    isa_rig_init(&rig);
    isa_rig_flat(&rig);
}
static void teardown(void)
{
    isa_rig_free(&rig);
}

static const struct decimal {
    uint8_t code[INSN_MAX];
    uint16_t ax, flags, ax_after, flags_after;
} decimals[] = {
    {{0x27}, 0x001f, 0x8c4, 0x0025, 0x010},     {{0x27}, 0x0020, 0x000, 0x0020, 0x000},
    {{0x27}, 0x0079, 0x8c4, 0x0079, 0x000},     {{0x27}, 0x007a, 0x000, 0x0080, 0x890},
    {{0x2f}, 0x0085, 0x8c4, 0x0085, 0x080},     {{0x2f}, 0x008a, 0x000, 0x0084, 0x094},
    {{0x2f}, 0x00df, 0x8c4, 0x0079, 0x811},     {{0x2f}, 0x00e6, 0x000, 0x0086, 0x081},
    {{0x37}, 0x0000, 0x000, 0x0000, 0x044},     {{0x37}, 0x0009, 0x8c4, 0x0009, 0x004},
    {{0x37}, 0x000a, 0x000, 0x0100, 0x011},     {{0x37}, 0x007a, 0x000, 0x0100, 0x011},
    {{0x37}, 0x7f00, 0x000, 0x7f00, 0x004},     {{0x37}, 0x7f0a, 0x000, 0x8000, 0x891},
    {{0x37}, 0xff0a, 0x000, 0x0000, 0x011},     {{0x37}, 0xff7a, 0x000, 0x0000, 0x011},
    {{0x37}, 0xfffa, 0x000, 0x0100, 0x015},     {{0x3f}, 0x0009, 0x8c4, 0x0009, 0x004},
    {{0x3f}, 0x000a, 0x000, 0xff04, 0x091},     {{0x3f}, 0x7f00, 0x000, 0x7f00, 0x004},
    {{0x3f}, 0x7f0a, 0x000, 0x7e04, 0x011},     {{0x3f}, 0xff0a, 0x000, 0xfe04, 0x091},
    {{0x3f}, 0x0006, 0x010, 0xff00, 0x095},     {{0xd4, 10}, 0x0063, 0x8c5, 0x0909, 0x004},
    {{0xd4, 10}, 0x00ff, 0x8c5, 0x1905, 0x004}, {{0xd5, 10}, 0x7f09, 0x8c4, 0x00ff, 0x084},
    {{0xd5, 10}, 0x7f0a, 0x000, 0x0000, 0x055}, {{0xd5, 10}, 0x7f8a, 0x000, 0x0080, 0x091},
    {{0xd5, 10}, 0x007f, 0x8c5, 0x007f, 0x000}, {{0xd5, 1}, 0x7f00, 0x000, 0x007f, 0x000},
    {{0xd5, 1}, 0x7f01, 0x8c4, 0x0080, 0x890},  {{0xd5, 1}, 0xff00, 0x000, 0x00ff, 0x084},
    {{0xd5, 1}, 0xff01, 0x8c4, 0x0000, 0x055},
};

START_TEST(daa_das_aaa_aas_aam_aad_flags)
{
    for (unsigned k = 0; k < ARRAY_LEN(decimals); k++) {
        const struct decimal *d = &decimals[k];
        rig.cpu->regs[RAX] = d->ax;
        set_arith(rig.cpu, d->flags);
        ck_assert_int_eq(isa_rig_exec(&rig, d->code, 0), X_NEXT);
        ck_assert_msg((uint16_t)rig.cpu->regs[RAX] == d->ax_after && arith_flags(rig.cpu) == d->flags_after,
                      "%02x of %04x, flags %03x: %04x, %03x", d->code[0], d->ax, d->flags, (unsigned)rig.cpu->regs[RAX],
                      (unsigned)arith_flags(rig.cpu));
    }
}
END_TEST

/* What leaves flags in each of the lazy states: EDX by ECX or 3. */
static const uint8_t before[][INSN_MAX] = {
    {0x01, 0xca}, {0x11, 0xca}, {0x29, 0xca}, {0x19, 0xca}, {0x42},       {0x4a},       {0x21, 0xca},
    {0x09, 0xca}, {0xd3, 0xe2}, {0xd3, 0xea}, {0xd3, 0xfa}, {0xf7, 0xda}, {0xd3, 0xc2}, {0xf7, 0xe1},
};
/* What sets CF and OF alone: MUL CL, IMUL EBX,ECX, IMUL EBX,EBX,5, ROL EBX,1, ROR EBX,CL, RCL EBX,1, RCR EBX,1. */
static const uint8_t keeps[][INSN_MAX] = {
    {0xf6, 0xe1}, {0x0f, 0xaf, 0xd9}, {0x6b, 0xdb, 5}, {0xd1, 0xc3}, {0xd3, 0xcb}, {0xd1, 0xd3}, {0xd1, 0xdb},
};

/* MUL, IMUL (undefined) and rotates (SDM 2B) leave SF, ZF, AF, PF, also those that nobody has computed yet. */
START_TEST(multiplications_and_rotates_keep_lazy_flags)
{
    struct cpu *c = rig.cpu;
    struct random rnd = {4711};
    for (unsigned n = 0; n < 20000; n++) {
        c->regs[RAX] = random_operand(&rnd);
        c->regs[RBX] = random_operand(&rnd);
        c->regs[RCX] = random_operand(&rnd);
        c->regs[RDX] = random_operand(&rnd);
        ck_assert_int_eq(isa_rig_exec(&rig, before[random_below(&rnd, ARRAY_LEN(before))], 0), X_NEXT);
        uint32_t was = arith_flags(c);
        for (unsigned k = 0; k < 2; k++)
            ck_assert_int_eq(isa_rig_exec(&rig, keeps[random_below(&rnd, ARRAY_LEN(keeps))], 0), X_NEXT);
        uint32_t now = arith_flags(c);
        ck_assert_uint_eq((was ^ now) & ~(uint32_t)(FL_CF | FL_OF), 0);
        ck_assert_int_eq(flag_cf(c), (now & FL_CF) != 0);
        ck_assert_int_eq(flag_of(c), (now & FL_OF) != 0);
        static const uint8_t inc[INSN_MAX] = {0x46}; /* INC ESI keeps CF */
        ck_assert_int_eq(isa_rig_exec(&rig, inc, 0), X_NEXT);
        ck_assert_uint_eq(arith_flags(c) & FL_CF, now & FL_CF);
    }
}
END_TEST

/* 5 / 2, whose flags tell a Cyrix: they change here. CF and OF stay, AF is set, SF, ZF and PF are cleared. */
START_TEST(division_sets_af_and_clears_sf_zf_pf)
{
    static const uint8_t codes[][INSN_MAX] = {{0xf6, 0xf3}, {0xf6, 0xfb}, {0x66, 0xf7, 0xf3}, {0xf7, 0xfb}};
    static const uint32_t flags[] = {0, FL_ARITH, FL_CF, FL_OF, FL_ZF | FL_PF, FL_AF};
    for (unsigned k = 0; k < ARRAY_LEN(codes); k++)
        for (unsigned n = 0; n < ARRAY_LEN(flags); n++) {
            rig.cpu->regs[RAX] = 5;
            rig.cpu->regs[RDX] = 0;
            rig.cpu->regs[RBX] = 2;
            set_arith(rig.cpu, flags[n]);
            ck_assert_int_eq(isa_rig_exec(&rig, codes[k], 0), X_NEXT);
            ck_assert_uint_eq(arith_flags(rig.cpu), (flags[n] & (FL_CF | FL_OF)) | FL_AF);
        }
}
END_TEST

/* SHLD AX,DX,n about the operand's size: CF and OF. */
START_TEST(shld_of_16_bits_by_16_and_more)
{
    static const struct {
        uint16_t ax, dx;
        uint8_t n;
        uint16_t result, flags;
    } rows[] = {
        {0x4567, 0x23c6, 16, 0x23c6, FL_CF | FL_OF},
        {0x944a, 0x58ec, 16, 0x58ec, 0},
        {0x58ba, 0xd7ab, 16, 0xd7ab, 0},
        {0xa9e3, 0xe146, 16, 0xe146, FL_CF | FL_OF},
        {0xffff, 0xffff, 17, 0xffff, 0},
        {0x4567, 0x8000, 15, 0xc000, FL_CF},
    };
    for (unsigned k = 0; k < ARRAY_LEN(rows); k++) {
        uint8_t code[INSN_MAX] = {0x66, 0x0f, 0xa4, 0xd0, rows[k].n};
        rig.cpu->regs[RAX] = rows[k].ax;
        rig.cpu->regs[RDX] = rows[k].dx;
        ck_assert_int_eq(isa_rig_exec(&rig, code, 0), X_NEXT);
        ck_assert_uint_eq(rig.cpu->regs[RAX], rows[k].result);
        ck_assert_uint_eq(arith_flags(rig.cpu) & (FL_CF | FL_OF), rows[k].flags);
        ck_assert_uint_eq(arith_flags(rig.cpu) & FL_AF, FL_AF);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("undefined");
    TCase *t = tcase_create("undefined");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, daa_das_aaa_aas_aam_aad_flags);
    tcase_add_test(t, multiplications_and_rotates_keep_lazy_flags);
    tcase_add_test(t, division_sets_af_and_clears_sf_zf_pf);
    tcase_add_test(t, shld_of_16_bits_by_16_and_more);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
