/* SPDX-License-Identifier: MIT */
/* Scaling and keys by rule. */
#include <SDL.h>
#include <check.h>
#include <stdlib.h>

#include "base/bits.h"
#include "ui/keymap.h"
#include "ui/window.h"

static void fits(uint32_t w, uint32_t h, int rw, int rh, bool aspect, int x, int y, int fw, int fh)
{
    struct window_rect r = window_fit(w, h, rw, rh, aspect);
    ck_assert_msg(r.x == x && r.y == y && r.w == fw && r.h == fh, "%ux%u in %dx%d: %d,%d %dx%d", w,
                  h, rw, rh, r.x, r.y, r.w, r.h);
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
        ck_assert_msg(used[q] <= (q == 0x2b ? 2 : 1), "%02x",
                      q); /* ISO's key beside Enter is ANSI's backslash */
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

int main(void)
{
    Suite *s = suite_create("ui");
    TCase *t = tcase_create("ui");
    tcase_add_test(t, fit_integer_is_the_largest_whole_multiple_centred);
    tcase_add_test(t, fit_integer_shrinks_in_shape_where_the_room_is_too_small);
    tcase_add_test(t, fit_aspect_gives_old_modes_a_4_to_3_screen);
    tcase_add_test(t, keymap_is_by_place_and_without_doubles);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
