/* SPDX-License-Identifier: MIT */
/*
 * Names of keys, characters and keysyms, to the places of keys: IBM's 101/102-key keyboard, scan code set 1, 80h added
 * where E0h goes before it; X Window System Protocol, appendix A.
 */
#include <check.h>
#include <string.h>

#include "base/bits.h"
#include "bus/keys.h"
#include "tests/base/keys_test.h"

enum { E0 = 0x80 };

/* The keys in the order of their codes, from 1 on; "-": none of that code has a name. */
static const char by_code[] =
    "esc 1 2 3 4 5 6 7 8 9 0 minus equal backspace tab "
    "q w e r t y u i o p bracket_left bracket_right ret ctrl "
    "a s d f g h j k l semicolon apostrophe grave_accent shift backslash "
    "z x c v b n m comma dot slash shift_r kp_multiply alt spc caps_lock "
    "f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 num_lock scroll_lock "
    "kp_7 kp_8 kp_9 kp_subtract kp_4 kp_5 kp_6 kp_add kp_1 kp_2 kp_3 kp_0 kp_decimal sysrq - less f11 f12 kp_equals";

static const struct {
    const char *name;
    uint8_t key;
} others[] = {
    {"enter", 0x1c},
    {"asterisk", 0x37},
    {"kp_enter", E0 | 0x1c},
    {"ctrl_r", E0 | 0x1d},
    {"kp_divide", E0 | 0x35},
    {"print", E0 | 0x37},
    {"alt_r", E0 | 0x38},
    {"pause", E0 | 0x46},
    {"home", E0 | 0x47},
    {"up", E0 | 0x48},
    {"pgup", E0 | 0x49},
    {"left", E0 | 0x4b},
    {"right", E0 | 0x4d},
    {"end", E0 | 0x4f},
    {"down", E0 | 0x50},
    {"pgdn", E0 | 0x51},
    {"insert", E0 | 0x52},
    {"delete", E0 | 0x53},
    {"meta_l", E0 | 0x5b},
    {"meta_r", E0 | 0x5c},
    {"compose", E0 | 0x5d},
    {"power", E0 | 0x5e},
    {"sleep", E0 | 0x5f},
    {"wake", E0 | 0x63},
    {"audiomute", E0 | 0x20},
    {"volumedown", E0 | 0x2e},
    {"volumeup", E0 | 0x30},
    {"menu", E0 | 0x1e},
    {"katakanahiragana", 0x70},
    {"lang2", 0x71},
    {"lang1", 0x72},
    {"ro", 0x73},
    {"henkan", 0x79},
    {"muhenkan", 0x7b},
    {"yen", 0x7d},
    {"kp_comma", 0x7e},
    {"hiragana", 0x77},
    {"lf", 0x5b},
    {"open", 0x64},
    {"paste", 0x65},
    {"again", E0 | 0x05},
    {"props", E0 | 0x06},
    {"undo", E0 | 0x07},
    {"front", E0 | 0x0c},
    {"audioprev", E0 | 0x10},
    {"audionext", E0 | 0x19},
    {"calculator", E0 | 0x21},
    {"audioplay", E0 | 0x22},
    {"audiostop", E0 | 0x24},
    {"ac_home", E0 | 0x32},
    {"cut", E0 | 0x3c},
    {"find", E0 | 0x41},
    {"ac_bookmarks", E0 | 0x66},
    {"ac_refresh", E0 | 0x67},
    {"stop", E0 | 0x68},
    {"ac_forward", E0 | 0x69},
    {"ac_back", E0 | 0x6a},
    {"computer", E0 | 0x6b},
    {"mail", E0 | 0x6c},
    {"mediaselect", E0 | 0x6d},
    {"help", E0 | 0x75},
    {"copy", E0 | 0x78},
};

START_TEST(key_names_are_the_places_of_scan_code_set_1)
{
    char all[sizeof by_code];
    uint8_t code = 1;
    memcpy(all, by_code, sizeof all);
    for (char *name = strtok(all, " "); name; name = strtok(NULL, " "), code++) {
        uint8_t want = strcmp(name, "-") ? code : 0;
        ck_assert_msg(key_by_name(name, strlen(name)) == want, "%s: %02x, not %02x", name,
                      key_by_name(name, strlen(name)), want);
    }
    ck_assert_uint_eq(code, 0x5a);
    for (unsigned i = 0; i < ARRAY_LEN(others); i++) {
        uint8_t got = key_by_name(others[i].name, strlen(others[i].name));
        ck_assert_msg(got == others[i].key, "%s: %02x, not %02x", others[i].name, got, others[i].key);
    }
    unsigned all_names = 0;
    for (const char *name; (name = key_name_at(all_names)); all_names++)
        ck_assert_msg(key_by_name(name, strlen(name)), "%s is listed", name);
    ck_assert_uint_eq(all_names, 0x5a - 2 + ARRAY_LEN(others)); /* each once; "-" is none */
    /* the whole name, in its case; of longer text the length counts */
    static const char *const none[] = {"", "shif", "shift_", "Shift", "kp_", "f13", "ff", "00"};
    for (unsigned i = 0; i < ARRAY_LEN(none); i++)
        ck_assert_msg(key_by_name(none[i], strlen(none[i])) == 0, "'%s'", none[i]);
    ck_assert_uint_eq(key_by_name("shift_r", 5), 0x2a);
    ck_assert_uint_eq(key_by_name("f12", 2), 0x3b);
}
END_TEST

/* Each key of a US keyboard that types something: its name, what it types alone and with Shift. */
static const struct {
    const char *name;
    char plain, shifted;
} us[] = {
    {"1", '1', '!'},
    {"2", '2', '@'},
    {"3", '3', '#'},
    {"4", '4', '$'},
    {"5", '5', '%'},
    {"6", '6', '^'},
    {"7", '7', '&'},
    {"8", '8', '*'},
    {"9", '9', '('},
    {"0", '0', ')'},
    {"minus", '-', '_'},
    {"equal", '=', '+'},
    {"bracket_left", '[', '{'},
    {"bracket_right", ']', '}'},
    {"semicolon", ';', ':'},
    {"apostrophe", '\'', '"'},
    {"grave_accent", '`', '~'},
    {"backslash", '\\', '|'},
    {"comma", ',', '<'},
    {"dot", '.', '>'},
    {"slash", '/', '?'},
    {"spc", ' ', ' '},
    {"ret", '\n', '\n'},
    {"tab", '\t', '\t'},
    {"backspace", '\b', '\b'},
    {"esc", 27, 27},
};

static uint8_t named(const char *name)
{
    return key_by_name(name, strlen(name));
}

START_TEST(characters_are_typed_as_on_a_us_keyboard)
{
    bool shift;
    for (int c = -128; c < 128; c++) {
        uint8_t want = 0, got = key_by_char((char)c, &shift);
        bool with = false;
        char letter[2] = {(char)(c | 0x20), 0};
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            want = named(letter);
            with = c <= 'Z';
        }
        for (unsigned i = 0; i < ARRAY_LEN(us); i++)
            if (c == us[i].plain || c == us[i].shifted) {
                want = named(us[i].name);
                with = c != us[i].plain;
            }
        ck_assert_msg(got == want && shift == with, "character %d: key %02x%s, not %02x%s", c, got,
                      shift ? " with Shift" : "", want, with ? " with Shift" : "");
    }
}
END_TEST

/* XK_ numbers from `first` on, in order; "-" is one that no key has. */
static const struct {
    uint32_t first;
    const char *names;
} keysyms[] = {
    {0xff08, "backspace tab ret"}, /* Linefeed is Return's key */
    {0xff0d, "ret"},
    {0xff12, "- pause scroll_lock sysrq -"},
    {0xff1b, "esc -"},
    {0xff4f, "- home left up right down pgup pgdn end -"},
    {0xff60, "- print - insert"},
    {0xff67, "compose"}, /* XK_Menu: the key beside the right Super */
    {0xff7e, "- num_lock spc"},
    {0xff89, "tab"},
    {0xff8d, "kp_enter -"},
    {0xff94, "- kp_7 kp_4 kp_8 kp_6 kp_2 kp_9 kp_3 kp_1 kp_5 kp_0 kp_decimal -"}, /* Home Left Up Right ... */
    {0xffa9, "- kp_multiply kp_add kp_decimal kp_subtract kp_decimal kp_divide"},
    {0xffb0, "kp_0 kp_1 kp_2 kp_3 kp_4 kp_5 kp_6 kp_7 kp_8 kp_9"},
    {0xffbe, "f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12"},
    {0xffe0, "- shift shift_r ctrl ctrl_r caps_lock -"},
    {0xffe7, "alt alt_r alt alt_r meta_l meta_r -"}, /* Meta, Alt, Super */
    {0xfffe, "- delete -"},
    {0xfe20, "tab"}, /* ISO_Left_Tab: with Shift */
    {0xff64, "- undo again"},
    {0xff68, "find - help pause -"},
    {0x1008ff10, "- volumedown audiomute volumeup audioplay audiostop audioprev audionext ac_home mail -"},
    {0x1008ff1c, "- calculator -"},
    {0x1008ff25, "- ac_back ac_forward stop ac_refresh power wake -"},
    {0x1008ff2e, "- sleep ac_bookmarks - mediaselect computer -"},
    {0x1008ff56, "- copy cut -"},
    {0x1008ff6a, "- open - paste -"},
};

START_TEST(keysyms_are_keys_by_place)
{
    bool is_char, shift;
    for (unsigned i = 0; i < ARRAY_LEN(keysyms); i++) {
        char all[128];
        uint32_t sym = keysyms[i].first;
        ck_assert_uint_lt(strlen(keysyms[i].names), sizeof all);
        strcpy(all, keysyms[i].names);
        for (char *name = strtok(all, " "); name; name = strtok(NULL, " "), sym++) {
            uint8_t want = strcmp(name, "-") ? named(name) : 0, got = key_by_keysym(sym, &is_char, &shift);
            ck_assert_msg(got == want && !is_char && !shift, "keysym %x: %02x, not %02x (%s)", sym, got, want, name);
        }
    }
    for (uint32_t sym = 0; sym < 0x100; sym++) { /* Latin-1's are the characters' numbers; controls are none */
        uint8_t got = key_by_keysym(sym, &is_char, &shift);
        bool with = false, printable = sym >= 0x20 && sym <= 0x7e;
        uint8_t want = printable ? key_by_char((char)sym, &with) : 0;
        ck_assert_msg(got == want && is_char == printable && shift == with, "keysym %x", sym);
    }
    ck_assert_uint_eq(key_by_keysym(0x10061, &is_char, &shift), 0);
    ck_assert_uint_eq(key_by_keysym(0x100ff0d, &is_char, &shift), 0);
}
END_TEST

TCase *keys_tests(void)
{
    TCase *t = tcase_create("keys");
    tcase_add_test(t, key_names_are_the_places_of_scan_code_set_1);
    tcase_add_test(t, characters_are_typed_as_on_a_us_keyboard);
    tcase_add_test(t, keysyms_are_keys_by_place);
    return t;
}
