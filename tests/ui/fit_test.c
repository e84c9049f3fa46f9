/* SPDX-License-Identifier: MIT */
/* Scaling, keys and panels by rule. */
#include <SDL.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ui/keymap.h"
#include "ui/panel.h"
#include "ui/window.h"

static void fits(uint32_t w, uint32_t h, int rw, int rh, enum window_scaling how, int x, int y, int fw, int fh)
{
    struct window_rect r = window_fit(w, h, rw, rh, how);
    ck_assert_msg(r.x == x && r.y == y && r.w == fw && r.h == fh, "%ux%u in %dx%d: %d,%d %dx%d", w, h, rw, rh, r.x, r.y,
                  r.w, r.h);
}

START_TEST(fit_integer_is_the_largest_whole_multiple_centred)
{
    fits(720, 400, 720, 400, SCALING_WHOLE, 0, 0, 720, 400);
    fits(720, 400, 1439, 800, SCALING_WHOLE, 359, 200, 720, 400);
    fits(720, 400, 1440, 800, SCALING_WHOLE, 0, 0, 1440, 800);
    fits(320, 200, 1000, 900, SCALING_WHOLE, 20, 150, 960, 600);
}
END_TEST

START_TEST(fit_integer_shrinks_in_shape_where_the_room_is_too_small)
{
    fits(1024, 768, 512, 768, SCALING_WHOLE, 0, 192, 512, 384);
    fits(1024, 768, 1024, 384, SCALING_WHOLE, 256, 0, 512, 384);
    fits(1024, 768, 0, 0, SCALING_WHOLE, 0, 0, 1, 1);
}
END_TEST

START_TEST(fit_aspect_gives_old_modes_a_4_to_3_screen)
{
    fits(720, 400, 1200, 900, SCALING_MONITOR, 0, 0, 1200, 900);
    fits(320, 200, 1200, 900, SCALING_MONITOR, 0, 0, 1200, 900);
    fits(640, 350, 1000, 600, SCALING_MONITOR, 100, 0, 800, 600);
    fits(640, 480, 1200, 900, SCALING_MONITOR, 0, 0, 1200, 900);
    /* Modes with square pixels keep their own shape. */
    fits(1280, 1024, 2560, 1024, SCALING_MONITOR, 640, 0, 1280, 1024);
    fits(1920, 1080, 960, 1000, SCALING_MONITOR, 0, 230, 960, 540);
}
END_TEST

/* The window's own size shows the picture pixel for pixel; one more pixel, and it is filled in the monitor's shape. */
START_TEST(fit_auto_is_exact_in_the_pictures_own_size_else_the_monitors_shape)
{
    fits(720, 400, 720, 400, SCALING_AUTO, 0, 0, 720, 400);
    fits(720, 400, 720, 400, SCALING_MONITOR, 93, 0, 533, 400);
    fits(720, 400, 721, 400, SCALING_AUTO, 94, 0, 533, 400);
    fits(720, 400, 720, 401, SCALING_AUTO, 93, 0, 534, 401);
    fits(720, 400, 719, 400, SCALING_AUTO, 93, 0, 533, 400);
    fits(720, 400, 1280, 1024, SCALING_AUTO, 0, 32, 1280, 960);
    fits(720, 400, 1920, 1080, SCALING_AUTO, 240, 0, 1440, 1080);
    fits(640, 480, 1280, 1024, SCALING_AUTO, 0, 32, 1280, 960);
    fits(1024, 768, 1920, 1080, SCALING_AUTO, 240, 0, 1440, 1080);
    fits(1280, 720, 1920, 1200, SCALING_AUTO, 0, 60, 1920, 1080);
}
END_TEST

static void natural(uint32_t w, uint32_t h, enum window_scaling how, int want_w, int want_h)
{
    int nw, nh;
    window_natural(w, h, how, &nw, &nh);
    ck_assert_msg(nw == want_w && nh == want_h, "%ux%u: %dx%d", w, h, nw, nh);
    struct window_rect r = window_fit(w, h, nw, nh, how); /* no border */
    ck_assert(r.x == 0 && r.y == 0 && r.w == nw && r.h == nh);
}

START_TEST(natural_size_has_no_border_and_loses_no_pixel)
{
    natural(720, 400, SCALING_AUTO, 720, 400);
    natural(720, 400, SCALING_WHOLE, 720, 400);
    natural(720, 400, SCALING_MONITOR, 720, 540);
    natural(640, 350, SCALING_MONITOR, 640, 480);
    natural(320, 200, SCALING_MONITOR, 320, 240);
    natural(360, 480, SCALING_MONITOR, 640, 480);
    natural(360, 480, SCALING_AUTO, 360, 480);
    natural(640, 480, SCALING_MONITOR, 640, 480);
    natural(1280, 1024, SCALING_MONITOR, 1280, 1024);
}
END_TEST

START_TEST(pixels_are_repeated_by_the_next_whole_factor_and_never_when_shrunk)
{
    ck_assert_uint_eq(window_sharpen(720, 719), 1);
    ck_assert_uint_eq(window_sharpen(720, 720), 1);
    ck_assert_uint_eq(window_sharpen(720, 721), 2);
    ck_assert_uint_eq(window_sharpen(400, 540), 2);
    ck_assert_uint_eq(window_sharpen(720, 1440), 2);
    ck_assert_uint_eq(window_sharpen(720, 1441), 3);
    ck_assert_uint_eq(window_sharpen(400, 1), 1);
}
END_TEST

START_TEST(keymap_is_by_place_and_without_doubles)
{
    unsigned used[256] = {0};
    for (unsigned i = 0; i < SDL_NUM_SCANCODES; i++)
        used[keymap_qnum(i)]++;
    /* ISO's key beside Enter is ANSI's backslash; Mute and WWW/Home stand on two HID pages. */
    for (unsigned q = 1; q < 256; q++)
        ck_assert_msg(used[q] <= (q == 0x2b || q == 0xa0 || q == 0xb2 ? 2 : 1), "%02x", q);
    ck_assert_uint_eq(keymap_qnum(SDL_SCANCODE_RALT), 0xb8);
    ck_assert_uint_eq(keymap_qnum(SDL_SCANCODE_PAUSE), 0xc6);
    ck_assert_uint_eq(keymap_qnum(SDL_SCANCODE_PRINTSCREEN), 0xb7);
    ck_assert_uint_eq(keymap_qnum(SDL_SCANCODE_NONUSBACKSLASH), 0x56);
    ck_assert_uint_eq(keymap_qnum(SDL_NUM_SCANCODES), 0);
    ck_assert_uint_eq(keymap_qnum(~0u), 0);
    /* Each of the 104 keys of a US keyboard and ISO's one more. */
    unsigned keys = 0;
    for (unsigned i = SDL_SCANCODE_A; i <= SDL_SCANCODE_APPLICATION; i++)
        keys += keymap_qnum(i) != 0;
    for (unsigned i = SDL_SCANCODE_LCTRL; i <= SDL_SCANCODE_RGUI; i++)
        keys += keymap_qnum(i) != 0;
    ck_assert_uint_eq(keys, 106);
}
END_TEST

/* Set 1 numbers the keys of the PC's keyboards row by row; from Enter on the keypad, with E0h (here bit 7). */
START_TEST(keymap_follows_the_rows_of_set_1)
{
#define K(name) SDL_SCANCODE_##name
    static const SDL_Scancode row[] = {
        K(UNKNOWN),
        K(ESCAPE),
        K(1),
        K(2),
        K(3),
        K(4),
        K(5),
        K(6),
        K(7),
        K(8),
        K(9),
        K(0),
        K(MINUS),
        K(EQUALS),
        K(BACKSPACE),
        K(TAB),
        K(Q),
        K(W),
        K(E),
        K(R),
        K(T),
        K(Y),
        K(U),
        K(I),
        K(O),
        K(P),
        K(LEFTBRACKET),
        K(RIGHTBRACKET),
        K(RETURN),
        K(LCTRL),
        K(A),
        K(S),
        K(D),
        K(F),
        K(G),
        K(H),
        K(J),
        K(K),
        K(L),
        K(SEMICOLON),
        K(APOSTROPHE),
        K(GRAVE),
        K(LSHIFT),
        K(BACKSLASH),
        K(Z),
        K(X),
        K(C),
        K(V),
        K(B),
        K(N),
        K(M),
        K(COMMA),
        K(PERIOD),
        K(SLASH),
        K(RSHIFT),
        K(KP_MULTIPLY),
        K(LALT),
        K(SPACE),
        K(CAPSLOCK),
        K(F1),
        K(F2),
        K(F3),
        K(F4),
        K(F5),
        K(F6),
        K(F7),
        K(F8),
        K(F9),
        K(F10),
        K(NUMLOCKCLEAR),
        K(SCROLLLOCK),
        K(KP_7),
        K(KP_8),
        K(KP_9),
        K(KP_MINUS),
        K(KP_4),
        K(KP_5),
        K(KP_6),
        K(KP_PLUS),
        K(KP_1),
        K(KP_2),
        K(KP_3),
        K(KP_0),
        K(KP_PERIOD),
        K(UNKNOWN),
        K(UNKNOWN),
        K(NONUSBACKSLASH),
        K(F11),
        K(F12),
        K(KP_EQUALS),
    };
    static const struct {
        uint8_t key;
        SDL_Scancode code;
    } other[] = {
        {0x9c, K(KP_ENTER)},
        {0x9d, K(RCTRL)},
        {0xb5, K(KP_DIVIDE)},
        {0xb8, K(RALT)},
        {0xc7, K(HOME)},
        {0xc8, K(UP)},
        {0xc9, K(PAGEUP)},
        {0xcb, K(LEFT)},
        {0xcd, K(RIGHT)},
        {0xcf, K(END)},
        {0xd0, K(DOWN)},
        {0xd1, K(PAGEDOWN)},
        {0xd2, K(INSERT)},
        {0xd3, K(DELETE)},
        {0xdb, K(LGUI)},
        {0xdc, K(RGUI)},
        {0xdd, K(APPLICATION)},
        {0x2b, K(NONUSHASH)},
        {0xb7, K(PRINTSCREEN)},
        {0xc6, K(PAUSE)},
        {0x73, K(INTERNATIONAL1)},
        {0x70, K(INTERNATIONAL2)},
        {0x7d, K(INTERNATIONAL3)},
        {0x79, K(INTERNATIONAL4)},
        {0x7b, K(INTERNATIONAL5)},
        {0x72, K(LANG1)},
        {0x71, K(LANG2)},
        {0x7e, K(KP_COMMA)},
        {0xb2, K(WWW)},
        {0, K(F13)},
        {0, K(F24)},
    };
#undef K
    for (unsigned i = 1; i < ARRAY_LEN(row); i++)
        if (row[i] != SDL_SCANCODE_UNKNOWN)
            ck_assert_msg(keymap_qnum(row[i]) == i, "%s: %02x", SDL_GetScancodeName(row[i]), keymap_qnum(row[i]));
    for (unsigned i = 0; i < ARRAY_LEN(other); i++)
        ck_assert_msg(keymap_qnum(other[i].code) == other[i].key, "%s: %02x", SDL_GetScancodeName(other[i].code),
                      keymap_qnum(other[i].code));
}
END_TEST

/* Microsoft's table, 1.3: consumer page and system control. */
START_TEST(keymap_has_media_keys)
{
    static const struct {
        SDL_Scancode code;
        uint8_t make;
    } row[] = {
        {SDL_SCANCODE_AUDIONEXT, 0x19},    {SDL_SCANCODE_AUDIOPREV, 0x10},  {SDL_SCANCODE_AUDIOSTOP, 0x24},
        {SDL_SCANCODE_AUDIOPLAY, 0x22},    {SDL_SCANCODE_AUDIOMUTE, 0x20},  {SDL_SCANCODE_MUTE, 0x20},
        {SDL_SCANCODE_VOLUMEUP, 0x30},     {SDL_SCANCODE_VOLUMEDOWN, 0x2e}, {SDL_SCANCODE_MEDIASELECT, 0x6d},
        {SDL_SCANCODE_MAIL, 0x6c},         {SDL_SCANCODE_CALCULATOR, 0x21}, {SDL_SCANCODE_COMPUTER, 0x6b},
        {SDL_SCANCODE_AC_SEARCH, 0x65},    {SDL_SCANCODE_AC_HOME, 0x32},    {SDL_SCANCODE_AC_BACK, 0x6a},
        {SDL_SCANCODE_AC_FORWARD, 0x69},   {SDL_SCANCODE_AC_STOP, 0x68},    {SDL_SCANCODE_AC_REFRESH, 0x67},
        {SDL_SCANCODE_AC_BOOKMARKS, 0x66}, {SDL_SCANCODE_POWER, 0x5e},      {SDL_SCANCODE_SLEEP, 0x5f},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        ck_assert_uint_eq(keymap_qnum(row[i].code), 0x80 | row[i].make);
}
END_TEST

START_TEST(panel_cuts_lines_and_counts_characters_of_utf8)
{
    static struct panel p;
    unsigned w, h;
    char text[200];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    panel_clear(&p);
    panel_add(&p, "a\303\244b\tc");
    ck_assert_str_eq(p.line[0], "a?b?c");
    panel_size(&p, &w, &h);
    ck_assert_uint_eq(w, (5 + 4) * 8);
    ck_assert_uint_eq(h, (1 + 2) * 16);
    panel_add(&p, text);
    ck_assert_uint_eq(strlen(p.line[1]), PANEL_COLS);
    for (unsigned i = 0; i < 100; i++)
        panel_add(&p, "more");
    ck_assert_uint_eq(p.lines, PANEL_ROWS);
}
END_TEST

START_TEST(panel_draws_the_font_and_inverts_the_chosen_line)
{
    static struct panel p;
    static uint32_t pixels[80 * 16 * 64];
    unsigned w, h, ink[2] = {0, 0};
    panel_clear(&p);
    panel_add(&p, "I");
    panel_add(&p, "I");
    p.selected = 1;
    panel_size(&p, &w, &h);
    panel_draw(&p, pixels);
    for (unsigned line = 0; line < 2; line++)
        for (unsigned y = 0; y < 16; y++)
            for (unsigned x = 0; x < 8; x++)
                ink[line] += pixels[(16 + line * 16 + y) * w + 16 + x] == 0xfff0f0f0;
    unsigned dots = 0;
    for (unsigned y = 0; y < 16; y++)
        dots += (unsigned)__builtin_popcount(panel_font['I'][y]);
    ck_assert_uint_gt(dots, 8);
    ck_assert_uint_eq(ink[0], dots);
    ck_assert_uint_eq(ink[1], 128 - dots);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ui");
    TCase *t = tcase_create("ui");
    tcase_add_test(t, fit_integer_is_the_largest_whole_multiple_centred);
    tcase_add_test(t, fit_integer_shrinks_in_shape_where_the_room_is_too_small);
    tcase_add_test(t, fit_aspect_gives_old_modes_a_4_to_3_screen);
    tcase_add_test(t, fit_auto_is_exact_in_the_pictures_own_size_else_the_monitors_shape);
    tcase_add_test(t, natural_size_has_no_border_and_loses_no_pixel);
    tcase_add_test(t, pixels_are_repeated_by_the_next_whole_factor_and_never_when_shrunk);
    tcase_add_test(t, keymap_is_by_place_and_without_doubles);
    tcase_add_test(t, keymap_follows_the_rows_of_set_1);
    tcase_add_test(t, keymap_has_media_keys);
    tcase_add_test(t, panel_cuts_lines_and_counts_characters_of_utf8);
    tcase_add_test(t, panel_draws_the_font_and_inverts_the_chosen_line);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
