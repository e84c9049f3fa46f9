/* SPDX-License-Identifier: MIT */
/* The decoder by rule: limits, prefixes, what `reg`, `imm` and `seg` hold; and that the table is
 * complete. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "isa/forms.h"
#include "isa/insn.h"

static struct insn decode(unsigned bits, const char *hex)
{
    uint8_t code[16] = {0};
    unsigned n = 0, byte;
    int used;
    for (; sscanf(hex, "%x%n", &byte, &used) == 1; hex += used)
        code[n++] = (uint8_t)byte;
    struct insn in;
    ck_assert_int_eq(isa_decode(code, n, (struct decode_mode){(uint8_t)bits}, &in), DECODE_OK);
    return in;
}

START_TEST(fifteen_bytes_are_the_limit)
{
    uint8_t code[16];
    memset(code, 0x66, sizeof code);
    struct insn in;
    code[14] = 0x90;
    ck_assert_int_eq(isa_decode(code, 16, (struct decode_mode){32}, &in), DECODE_OK);
    ck_assert_uint_eq(in.len, 15);
    ck_assert_uint_eq(in.form, FORM_NOP);
    code[14] = 0x66;
    code[15] = 0x90;
    ck_assert_int_eq(isa_decode(code, 16, (struct decode_mode){32}, &in), DECODE_TOO_LONG);
    ck_assert_int_eq(isa_decode(code, 15, (struct decode_mode){32}, &in), DECODE_TOO_LONG);
    ck_assert_int_eq(isa_decode(code, 14, (struct decode_mode){32}, &in), DECODE_SHORT);
    code[13] = 0x05; /* ADD AX, imm16: its last byte would be the sixteenth */
    ck_assert_int_eq(isa_decode(code, 16, (struct decode_mode){32}, &in), DECODE_TOO_LONG);
}
END_TEST

/* Every instruction asks for exactly its own bytes: shorter input is short, more changes nothing.
 */
START_TEST(a_truncated_instruction_is_short)
{
    uint64_t seed = 0x853c49e6748fea9b;
    unsigned tried = 0;
    for (unsigned k = 0; k < 300000; k++) {
        uint8_t code[16];
        for (unsigned j = 0; j < sizeof code; j++) {
            seed = seed * 6364136223846793005 + 1442695040888963407;
            code[j] = (uint8_t)(seed >> 56);
        }
        struct decode_mode mode = {(uint8_t)(16 << k % 3)};
        struct insn in, again;
        if (isa_decode(code, 16, mode, &in) != DECODE_OK || in.form == FORM_UD)
            continue;
        tried++;
        for (unsigned n = 0; n < in.len; n++)
            ck_assert_int_eq(isa_decode(code, n, mode, &again), DECODE_SHORT);
        ck_assert_int_eq(isa_decode(code, in.len, mode, &again), DECODE_OK);
        ck_assert_int_eq(memcmp(&in, &again, sizeof in), 0);
    }
    ck_assert_uint_gt(tried, 100000);
}
END_TEST

START_TEST(lock_needs_a_lockable_form_with_a_memory_destination)
{
    ck_assert_uint_eq(decode(32, "f0 01 00").form, FORM_ADD_Ev_Gv);
    ck_assert_uint_eq(decode(32, "f0 01 c0").form, FORM_UD);
    ck_assert_uint_eq(decode(32, "f0 03 00").form, FORM_UD);
    ck_assert_uint_eq(decode(32, "f0 39 00").form, FORM_UD);
    ck_assert_uint_eq(decode(32, "f0 89 00").form, FORM_UD);
    ck_assert_uint_eq(decode(32, "f0 0f ba 20 01").form, FORM_UD);
    ck_assert_uint_eq(decode(32, "f0 0f ba 28 01").form, FORM_BTS_Ev_Ib);
    ck_assert_uint_eq(decode(32, "f0 0f c7 08").form, FORM_CMPXCHG8B_Mq);
}
END_TEST

/* SDM 2D A.2.4.4: F3 and F2 come before 66, and the last of the two counts. */
START_TEST(mandatory_prefix_chooses_the_form)
{
    static const struct {
        const char *hex;
        unsigned form;
    } cases[] = {
        {"0f 10 c1", FORM_MOVUPS_Vps_Wps},
        {"66 0f 10 c1", FORM_MOVUPD_Vpd_Wpd},
        {"f3 0f 10 c1", FORM_MOVSS_Vss_Wss},
        {"f2 0f 10 c1", FORM_MOVSD_Vsd_Wsd},
        {"66 f3 0f 10 c1", FORM_MOVSS_Vss_Wss},
        {"f2 66 0f 10 c1", FORM_MOVSD_Vsd_Wsd},
        {"f3 f2 0f 10 c1", FORM_MOVSD_Vsd_Wsd},
        {"f2 f3 0f 10 c1", FORM_MOVSS_Vss_Wss},
        {"0f fc c1", FORM_PADDB_Pq_Qq},
        {"66 0f fc c1", FORM_PADDB_Vdq_Wdq},
        {"f3 0f fc c1", FORM_UD},
        {"66 0f 77", FORM_UD},
        {"0f 12 c1", FORM_MOVHLPS_Vq_Uq},
        {"0f 12 01", FORM_MOVLPS_Vq_Mq},
        {"66 0f 12 c1", FORM_UD},
        {"0f ae 08", FORM_FXRSTOR_Mfxs},
        {"0f ae e8", FORM_LFENCE},
        {"0f ae ef", FORM_LFENCE},
        {"0f ae 28", FORM_UD},
        {"0f 18 08", FORM_PREFETCHT0_M},
        {"66 0f 73 f9 03", FORM_PSLLDQ_Udq_Ib},
        {"0f 73 f9 03", FORM_UD},
        {"f0 0f 58 00", FORM_UD},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
        ck_assert_msg(decode(32, cases[k].hex).form == cases[k].form, "%s", cases[k].hex);
    /* REX reaches XMM registers and not MMX registers. */
    ck_assert_uint_eq(decode(64, "45 0f 58 c1").reg, 8);
    ck_assert_uint_eq(decode(64, "45 0f 58 c1").rm, 9);
    ck_assert_uint_eq(decode(64, "45 0f fc c1").reg, 0);
    ck_assert_uint_eq(decode(64, "45 0f fc c1").rm, 1);
}
END_TEST

START_TEST(stack_bases_default_to_ss)
{
    static const struct {
        unsigned bits;
        const char *hex;
        unsigned seg;
    } cases[] = {
        {16, "8b 02", SEG_SS},
        {16, "8b 03", SEG_SS},
        {16, "8b 46 00", SEG_SS},
        {16, "8b 07", SEG_DS},
        {16, "8b 06 00 00", SEG_DS},
        {32, "8b 45 00", SEG_SS},
        {32, "8b 04 24", SEG_SS},
        {32, "8b 05 00 00 00 00", SEG_DS},
        {32, "8b 04 28", SEG_DS},
        {32, "8b 44 05 00", SEG_SS},
        {32, "8b 04 2d 00 00 00 00", SEG_DS},
        {32, "3e 8b 45 00", SEG_DS},
        {32, "64 8b 45 00", SEG_FS},
        {32, "26 a1 00 00 00 00", SEG_ES},
        {16, "2e a4", SEG_CS},
        {32, "65 d7", SEG_GS},
        {64, "26 8b 45 00", SEG_SS},
        {64, "65 26 8b 45 00", SEG_GS},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
        ck_assert_msg(decode(cases[k].bits, cases[k].hex).seg == cases[k].seg, "%s", cases[k].hex);
}
END_TEST

START_TEST(byte_registers_are_offsets_into_the_register_file)
{
    ck_assert_uint_eq(decode(32, "88 c4").rm, 1);      /* AH */
    ck_assert_uint_eq(decode(32, "88 fb").reg, 25);    /* BH */
    ck_assert_uint_eq(decode(32, "88 fb").rm, 24);     /* BL */
    ck_assert_uint_eq(decode(64, "40 88 fb").reg, 56); /* DIL */
    ck_assert_uint_eq(decode(64, "45 88 fb").rm, 88);  /* R11B */
    ck_assert_uint_eq(decode(32, "b7 01").reg, 25);
    ck_assert_uint_eq(decode(32, "0f b6 c4").rm, 1);
    ck_assert_uint_eq(decode(32, "0f b6 e0").reg, RSP);
    ck_assert_uint_eq(decode(32, "0f b7 e0").rm, RAX);
}
END_TEST

START_TEST(conditions_and_segment_numbers_come_from_the_opcode)
{
    ck_assert_uint_eq(decode(32, "75 00").reg, 5);
    ck_assert_uint_eq(decode(32, "0f 8f 00 00 00 00").reg, 15);
    ck_assert_uint_eq(decode(32, "0f 9c c0").reg, 12);
    ck_assert_uint_eq(decode(32, "0f 43 c1").imm, 3);
    ck_assert_uint_eq(decode(32, "1e").reg, SEG_DS);
    ck_assert_uint_eq(decode(32, "0f a9").reg, SEG_GS);
    ck_assert_uint_eq(decode(32, "8e d0").reg, SEG_SS);
    ck_assert_uint_eq(decode(32, "8e c8").form, FORM_UD); /* MOV CS */
    ck_assert_uint_eq(decode(32, "8e f0").form, FORM_UD);
}
END_TEST

START_TEST(immediates_extend_as_the_form_says)
{
    ck_assert_uint_eq(decode(32, "83 c0 ff").imm, UINT64_MAX);
    ck_assert_uint_eq(decode(32, "6a 80").imm, (uint64_t)-128);
    ck_assert_uint_eq(decode(32, "c0 e0 ff").imm, 255);
    ck_assert_uint_eq(decode(32, "e4 ff").imm, 255);
    ck_assert_uint_eq(decode(32, "c2 ff ff").imm, 65535);
    ck_assert_uint_eq(decode(16, "e9 fe ff").imm, (uint64_t)-2);
    struct insn enter = decode(32, "c8 34 12 ff"), far = decode(32, "ea 78 56 34 f2 cd ab");
    ck_assert_uint_eq(enter.imm, 0x1234);
    ck_assert_int_eq(enter.disp, 255);
    ck_assert_uint_eq(far.imm, 0xf2345678);
    ck_assert_int_eq(far.disp, 0xabcd);
    ck_assert_uint_eq(decode(64, "48 b8 01 02 03 04 05 06 07 08").imm, 0x0807060504030201);
}
END_TEST

START_TEST(the_last_repeat_prefix_counts)
{
    ck_assert_uint_eq(decode(32, "f2 f3 a4").flags & (IF_REP | IF_REPNE), IF_REP);
    ck_assert_uint_eq(decode(32, "f3 f2 a4").flags & (IF_REP | IF_REPNE), IF_REPNE);
}
END_TEST

START_TEST(every_form_says_what_it_is)
{
    for (unsigned f = 0; f < FORM_COUNT; f++) {
        const struct form_info *i = &form_info[f];
        ck_assert_ptr_nonnull(i->mnemonic);
        ck_assert_ptr_nonnull(i->operands);
        ck_assert_ptr_nonnull(i->sdm);
        ck_assert_uint_gt(strlen(i->mnemonic), 1);
        ck_assert_msg(i->exec || i->attrs & FA_ONLY64, "%s has no function", i->mnemonic);
        ck_assert_msg((i->flags_written & i->flags_undefined) == 0, "%s %s: a flag both defined and undefined",
                      i->mnemonic, i->operands);
        ck_assert_msg(!(i->attrs & FA_LOCK) || (i->mem & FM_READ && i->mem & FM_WRITE),
                      "%s: LOCK without read and write", i->mnemonic);
        ck_assert_msg(!(i->faults & FF_CTL) || i->ends_block, "%s branches in the middle of a block", i->mnemonic);
    }
}
END_TEST

START_TEST(a_form_needs_its_family_and_features)
{
    ck_assert(form_available(FORM_ADD_Eb_Gb, 0x480, 0));
    ck_assert(!form_available(FORM_RDTSC, 0x480, 1));
    ck_assert(form_available(FORM_RDTSC, 0x52c, 1 << 4));
    ck_assert(!form_available(FORM_CMOVcc_Gv_Ev, 0x619, 1));
    ck_assert(!form_available(FORM_FCOMI_ST_STi, 0x619, 1 << 15));
    ck_assert(form_available(FORM_FCOMI_ST_STi, 0x619, 1 << 15 | 1));
    ck_assert(!form_available(FORM_RDPMC, 0x52c, UINT32_MAX));
    ck_assert(form_available(FORM_RDPMC, 0x619, 0));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("decoder");
    TCase *t = tcase_create("rules");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, fifteen_bytes_are_the_limit);
    tcase_add_test(t, a_truncated_instruction_is_short);
    tcase_add_test(t, lock_needs_a_lockable_form_with_a_memory_destination);
    tcase_add_test(t, stack_bases_default_to_ss);
    tcase_add_test(t, byte_registers_are_offsets_into_the_register_file);
    tcase_add_test(t, conditions_and_segment_numbers_come_from_the_opcode);
    tcase_add_test(t, immediates_extend_as_the_form_says);
    tcase_add_test(t, the_last_repeat_prefix_counts);
    tcase_add_test(t, every_form_says_what_it_is);
    tcase_add_test(t, mandatory_prefix_chooses_the_form);
    tcase_add_test(t, a_form_needs_its_family_and_features);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
