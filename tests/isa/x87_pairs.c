/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic on every pair of special values against the host's FPU: zeros, denormals,
 * pseudo-denormals, boundaries of all formats, infinities, NaNs, unsupported encodings; each
 * rounding, each precision, everything masked and everything unmasked.
 */
#include "tests/isa/x87_rig.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    const char *name;
    uint8_t code[2];
} operations[] = {
    {"fadd", {0xd8, 0xc1}},   {"fmul", {0xd8, 0xc9}},  {"fsub", {0xd8, 0xe1}},
    {"fsubr", {0xd8, 0xe9}},  {"fdiv", {0xd8, 0xf1}},  {"fdivr", {0xd8, 0xf9}},
    {"fscale", {0xd9, 0xfd}}, {"fsqrt", {0xd9, 0xfa}}, {"frndint", {0xd9, 0xfc}},
};

static bool same_as_host(const uint8_t *bytes, const struct x87_state *from, const char *name)
{
    struct x87_state guest = *from, host = *from;
    x87_host(&host, bytes, 2);
    ck_assert_int_eq(x87_guest(&guest, bytes), X_NEXT);
    if (guest.r[0].mant == host.r[0].mant && guest.r[0].se == host.r[0].se && guest.sw == host.sw &&
        guest.empty == host.empty)
        return true;
    printf("%s %04x:%016" PRIx64 " %04x:%016" PRIx64 " cw %04x: %04x:%016" PRIx64 " sw %04x, host %04x:%016" PRIx64
           " sw %04x\n",
           name, from->r[0].se, from->r[0].mant, from->r[1].se, from->r[1].mant, from->cw, guest.r[0].se,
           guest.r[0].mant, guest.sw, host.r[0].se, host.r[0].mant, host.sw);
    return false;
}

START_TEST(special_pairs_as_host)
{
    static const uint16_t precisions[] = {0, 0x200, 0x300};
    uint8_t bytes[INSN_MAX] = {operations[_i].code[0], operations[_i].code[1]};
    unsigned wrong = 0;
    if (!x87_have_host()) {
        printf("SKIP: the host is no x86-64: %s on special pairs\n", operations[_i].name);
        return;
    }
    for (unsigned k = 0; k < 24 && wrong < 10; k++) {
        struct x87_state s = {.empty = 0xfc};
        s.cw = (uint16_t)(0x40 | (k & 1 ? CW_MASKS : 0) | (k >> 1 & 3) << 10 | precisions[k >> 3]);
        for (unsigned a = 0; a < x87_nspecial; a++)
            for (unsigned b = 0; b < x87_nspecial; b++) {
                s.r[0] = x87_special[a];
                s.r[1] = x87_special[b];
                wrong += !same_as_host(bytes, &s, operations[_i].name);
            }
    }
    ck_assert_msg(wrong == 0, "%s differs", operations[_i].name);
}
END_TEST

TCase *x87_pair_tests(void)
{
    TCase *t = tcase_create("special pairs");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, x87_rig_setup, x87_rig_teardown);
    tcase_add_loop_test(t, special_pairs_as_host, 0, ARRAY_LEN(operations));
    return t;
}
