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

static void fits(uint32_t w, uint32_t h, int rw, int rh, bool aspect, int x, int y, int fw, int fh)
{
    struct window_rect r = window_fit(w, h, rw, rh, aspect);
    ck_assert_msg(r.x == x && r.y == y && r.w == fw && r.h == fh, "%ux%u in %dx%d: %d,%d %dx%d", w, h, rw, rh, r.x, r.y,
                  r.w, r.h);
}

START_TEST(fit_integer_is_the_largest_whole_multiple_centred)
{
    fits(720, 400, 720, 400, false, 0, 0, 720, 400);
    fits(720, 400, 1439, 800, false, 359, 200, 720, 400);
    fits(720, 400, 1440, 800, false, 0, 0, 1440, 800);
    fits(320, 200, 1000, 900, false, 20, 150, 960, 600);
}
END_TEST

START_TEST(fit_integer_shrinks_in_shape_where_the_room_is_too_small)
{
    fits(1024, 768, 512, 768, false, 0, 192, 512, 384);
    fits(1024, 768, 1024, 384, false, 256, 0, 512, 384);
    fits(1024, 768, 0, 0, false, 0, 0, 1, 1);
}
END_TEST

START_TEST(fit_aspect_gives_old_modes_a_4_to_3_screen)
{
    fits(720, 400, 1200, 900, true, 0, 0, 1200, 900);
    fits(320, 200, 1200, 900, true, 0, 0, 1200, 900);
    fits(640, 350, 1000, 600, true, 100, 0, 800, 600);
    fits(640, 480, 1200, 900, true, 0, 0, 1200, 900);
    /* Modes with square pixels keep their own shape. */
    fits(1280, 1024, 2560, 1024, true, 640, 0, 1280, 1024);
    fits(1920, 1080, 960, 1000, true, 0, 230, 960, 540);
}
END_TEST

START_TEST(keymap_is_by_place_and_without_doubles)
{
    unsigned used[256] = {0};
    for (unsigned i = 0; i < SDL_NUM_SCANCODES; i++)
        used[keymap_qnum(i)]++;
    for (unsigned q = 1; q < 256; q++)
        ck_assert_msg(used[q] <= (q == 0x2b ? 2 : 1), "%02x", q); /* ISO's key beside Enter is ANSI's backslash */
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
    tcase_add_test(t, keymap_is_by_place_and_without_doubles);
    tcase_add_test(t, panel_cuts_lines_and_counts_characters_of_utf8);
    tcase_add_test(t, panel_draws_the_font_and_inverts_the_chosen_line);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
