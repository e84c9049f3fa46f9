/* SPDX-License-Identifier: MIT */
/* A viewer's keysyms (RFC 6143 7.5.4; the numbers of keysymdef.h) as keys of the guest's, by rule. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "front/front_vnc_keys.h"

static char said[2048];
static struct vnc_keys k;

static void send_key(void *ctx, uint8_t qnum, enum key_event event)
{
    ck_assert_ptr_eq(ctx, said);
    ck_assert(event == KEY_UP || event == KEY_HOST); /* a viewer's keys never repeat by the guest's clock */
    snprintf(said + strlen(said), sizeof said - strlen(said), "%c%02x ", event == KEY_UP ? '-' : '+', qnum);
}

static void setup(void)
{
    said[0] = 0;
    k = (struct vnc_keys){.send = send_key, .ctx = said};
}

enum { SHIFT = 0xffe1, SHIFT_R = 0xffe2, CTRL = 0xffe3, CTRL_R = 0xffe4, ALT = 0xffe9, ALT_R = 0xffea };
enum { CAPS = 0xffe5, NUM = 0xff7f, KP_0 = 0xffb0, KP_7 = 0xffb7 };

static void down(uint32_t keysym)
{
    vnc_keys_event(&k, keysym, 0, true);
}

static void up(uint32_t keysym)
{
    vnc_keys_event(&k, keysym, 0, false);
}

static void tap(uint32_t keysym)
{
    down(keysym);
    up(keysym);
}

static void says(const char *want)
{
    ck_assert_str_eq(said, want);
    said[0] = 0;
}

START_TEST(a_character_goes_to_its_key_with_shift_as_it_needs_it)
{
    tap('a'), tap('1');
    says("+1e -1e +02 -02 ");
    tap('A'), tap('!');
    says("+2a +1e -1e -2a +2a +02 -02 -2a ");
    down(SHIFT), tap('A'), tap('!'), up(SHIFT);
    says("+2a +1e -1e +02 -02 -2a ");
    down(SHIFT), tap('a'), up(SHIFT);
    says("+2a -2a +1e -1e +2a -2a ");
    down(SHIFT_R), tap('a'), tap('A'), up(SHIFT_R);
    says("+36 -36 +1e -1e +36 +1e -1e -36 ");
    down(SHIFT), down(SHIFT_R), tap('1');
    says("+2a +36 -2a -36 +02 -02 +2a +36 ");
}
END_TEST

START_TEST(a_key_that_repeats_is_what_it_was)
{
    down('A'), down('A'), down('A'), up('A');
    says("+2a +1e +1e +1e -1e -2a ");
    down(SHIFT), down('a'), down('a'), up('a'), up(SHIFT);
    says("+2a -2a +1e +1e -1e +2a -2a ");
    down('a'), down('a'), up('a');
    says("+1e +1e -1e ");
    down('a'), down('A'), down('a'), up('a'); /* another character of the same key: pressed anew */
    says("+1e -1e +2a +1e -2a +1e -1e ");
    down(0xff51), down(0xff51), up(0xff51);
    says("+cb +cb -cb ");
}
END_TEST

START_TEST(shift_is_lent_to_one_key_and_given_back_to_the_next)
{
    down('A'), down('b'), up('A'), up('b');
    says("+2a +1e -2a +30 -1e -30 ");
    down('A'), down('B'), up('A'), up('B');
    says("+2a +1e -2a +2a +30 -1e -30 -2a ");
    down('A'), down(0xff51), up(0xff51), up('A'); /* Left, without Shift */
    says("+2a +1e -2a +cb -cb -1e ");
    down('A'), down(SHIFT), up('A'), up(SHIFT); /* viewers that make the character themselves */
    says("+2a +1e -2a +2a -1e -2a ");
    down(SHIFT), down('a'), up(SHIFT), up('a');
    says("+2a -2a +1e +2a -2a -1e ");
    down(SHIFT_R), down('a'), up(SHIFT_R), up('a');
    says("+36 -36 +1e +36 -36 -1e ");
}
END_TEST

START_TEST(caps_lock_is_part_of_a_letter_but_of_nothing_else)
{
    tap(CAPS), tap('A'), tap('a'), tap('1'), tap('!');
    says("+3a -3a +1e -1e +2a +1e -1e -2a +02 -02 +2a +02 -02 -2a ");
    tap('Z'), tap('z'), tap('@'), tap('['), tap('`'), tap('{');
    says("+2c -2c +2a +2c -2c -2a +2a +03 -03 -2a +1a -1a +29 -29 +2a +1a -1a -2a ");
    down(CAPS), down(CAPS), up(CAPS); /* held: one press */
    tap('A');
    says("+3a +3a -3a +2a +1e -1e -2a ");
    vnc_keys_event(&k, 0, 0x3a, true);
    vnc_keys_event(&k, 0, 0x3a, false);
    tap('A');
    says("+3a -3a +1e -1e ");
}
END_TEST

START_TEST(with_ctrl_or_alt_a_letter_is_a_shortcut)
{
    static const struct {
        uint32_t sym;
        const char *says;
    } row[] = {
        {CTRL, "+1d +1e -1e +2a +02 -02 -2a -1d "},
        {CTRL_R, "+9d +1e -1e +2a +02 -02 -2a -9d "},
        {ALT, "+38 +1e -1e +2a +02 -02 -2a -38 "},
        {ALT_R, "+b8 +2a +1e -1e -2a +2a +02 -02 -2a -b8 "}, /* Alt-Gr makes characters */
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        down(row[i].sym), tap('A'), tap('!'), up(row[i].sym);
        says(row[i].says);
    }
}
END_TEST

/* The keypad's keys, their keysyms with and without Num Lock, and the keys that do the same without a keypad. */
static const struct {
    uint32_t types, moves;
    const char *keypad, *plain, *grey;
} keypad[] = {
    {0xffb0, 0xff9e, "52", "0b", "d2"}, {0xffb1, 0xff9c, "4f", "02", "cf"}, {0xffb2, 0xff99, "50", "03", "d0"},
    {0xffb3, 0xff9b, "51", "04", "d1"}, {0xffb4, 0xff96, "4b", "05", "cb"}, {0xffb5, 0xff9d, "4c", "06", "4c"},
    {0xffb6, 0xff98, "4d", "07", "cd"}, {0xffb7, 0xff95, "47", "08", "c7"}, {0xffb8, 0xff97, "48", "09", "c8"},
    {0xffb9, 0xff9a, "49", "0a", "c9"}, {0xffae, 0xff9f, "53", "34", "d3"}, {0xffac, 0xff9f, "53", "33", "d3"},
};

static void is_tap(uint32_t sym, const char *key)
{
    char want[16];
    snprintf(want, sizeof want, "+%s -%s ", key, key);
    tap(sym);
    says(want);
}

START_TEST(keypad_types_digits_and_moves_whatever_num_lock_is)
{
    for (unsigned num = 0; num < 3; num++) { /* off, on, off */
        for (size_t i = 0; i < ARRAY_LEN(keypad); i++) {
            is_tap(keypad[i].types, num == 1 ? keypad[i].keypad : keypad[i].plain);
            is_tap(keypad[i].moves, num == 1 ? keypad[i].grey : keypad[i].keypad);
        }
        static const struct {
            uint32_t sym;
            const char *key;
        } always[] = {{0xff8d, "9c"}, {0xffaa, "37"}, {0xffab, "4e"}, {0xffad, "4a"}, {0xffaf, "b5"}};
        for (size_t i = 0; i < ARRAY_LEN(always); i++)
            is_tap(always[i].sym, always[i].key);
        is_tap(NUM, "45");
    }
}
END_TEST

START_TEST(keypad_keeps_its_place_with_ctrl_or_alt_and_by_place)
{
    for (unsigned num = 0; num < 2; num++) {
        static const uint32_t with[] = {CTRL, CTRL_R, ALT};
        for (size_t i = 0; i < ARRAY_LEN(with); i++) {
            down(with[i]);
            said[0] = 0;
            is_tap(KP_7, "47");
            is_tap(0xff95, "47");
            up(with[i]);
        }
        said[0] = 0;
        vnc_keys_event(&k, KP_7, 0x47, true);
        vnc_keys_event(&k, KP_7, 0x47, false);
        says("+47 -47 ");
        tap(NUM);
        said[0] = 0;
    }
}
END_TEST

/* A release finds the key that went down, whatever changed in between. */
START_TEST(keypad_release_is_of_the_key_that_went_down)
{
    down(KP_7), tap(NUM), up(KP_7);
    says("+08 +45 -45 -08 ");
    down(KP_7), tap(NUM), up(0xff95);
    says("+47 +45 -45 -47 ");
    down(0xff95), tap(NUM), up(KP_7);
    says("+47 +45 -45 -47 ");
    down(0xff95), down(0xff95), up(0xff95);
    says("+c7 +c7 -c7 ");
    up(0xff95);
    says("");
    tap(NUM);
    said[0] = 0;
    down(SHIFT), down(KP_0), down(KP_0), up(KP_0), up(SHIFT); /* a digit, with Shift or not */
    says("+2a -2a +0b +0b -0b +2a -2a ");
    down('A'), down(0xff95), up('A'), up(0xff95);
    says("+2a +1e -2a +47 -1e -47 ");
}
END_TEST

START_TEST(names_of_ascii_by_unicode_are_characters_and_others_nothing)
{
    tap(0x1000061), tap(0x1000020), tap(0x100007e);
    says("+1e -1e +39 -39 +2a +29 -29 -2a ");
    tap(0x1000000), tap(0x100007f), tap(0x1000080), tap(0x10000e9), tap(0xe9), tap(0);
    says("");
    vnc_keys_event(&k, 'A', 0x1e, true); /* by place: the key alone */
    vnc_keys_event(&k, 'A', 0x1e, false);
    says("+1e -1e ");
}
END_TEST

START_TEST(keys_of_a_viewer_that_goes_come_up)
{
    down(CTRL), down(0xff51), down('1'), down('!');
    said[0] = 0;
    vnc_keys_release(&k);
    says("-2a -02 -1d -cb ");
    vnc_keys_release(&k);
    says("");
    down(SHIFT), down('1');
    said[0] = 0;
    vnc_keys_release(&k);
    says("+2a -02 -2a ");
    vnc_keys_event(&k, 0, 0xff, true);
    vnc_keys_release(&k);
    says("+ff -ff ");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("VNC keys");
    TCase *t = tcase_create("VNC keys");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, a_character_goes_to_its_key_with_shift_as_it_needs_it);
    tcase_add_test(t, a_key_that_repeats_is_what_it_was);
    tcase_add_test(t, shift_is_lent_to_one_key_and_given_back_to_the_next);
    tcase_add_test(t, caps_lock_is_part_of_a_letter_but_of_nothing_else);
    tcase_add_test(t, with_ctrl_or_alt_a_letter_is_a_shortcut);
    tcase_add_test(t, keypad_types_digits_and_moves_whatever_num_lock_is);
    tcase_add_test(t, keypad_keeps_its_place_with_ctrl_or_alt_and_by_place);
    tcase_add_test(t, keypad_release_is_of_the_key_that_went_down);
    tcase_add_test(t, names_of_ascii_by_unicode_are_characters_and_others_nothing);
    tcase_add_test(t, keys_of_a_viewer_that_goes_come_up);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
