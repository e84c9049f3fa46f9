/* SPDX-License-Identifier: MIT */
/* The window's keys and pointer, by rule. */
#include <SDL_syswm.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "window_rig.h"

static const SDL_Scancode A = SDL_SCANCODE_A, B = SDL_SCANCODE_B; /* set 1: 1Eh, 30h */

static void type(SDL_Scancode code, bool down, bool repeat)
{
    rig_key(code, SDLK_UNKNOWN, 0, down, repeat);
}

START_TEST(key_goes_down_repeats_and_comes_up_once)
{
    type(A, true, false);
    rig_says("key 1e 1; ");
    type(A, true, true);
    rig_says("key 1e 1; ");
    type(A, false, false);
    rig_says("key 1e 0; ");
    type(A, false, false);
    rig_says("");
    type(B, true, true); /* its press was somebody else's */
    rig_says("");
    type(B, false, false);
    type(SDL_SCANCODE_F24, true, false); /* no key of a PC */
    type(SDL_SCANCODE_F24, false, false);
    rig_says("");
}
END_TEST

static const struct {
    SDL_Keycode sym;
    const char *says;
} hot[] = {
    {SDLK_s, "screenshot; "}, {SDLK_c, "copy; "},          {SDLK_m, "menu; "},        {SDLK_p, "pause; "},
    {SDLK_w, "warp; "},       {SDLK_PLUS, "faster; "},     {SDLK_EQUALS, "faster; "}, {SDLK_KP_PLUS, "faster; "},
    {SDLK_MINUS, "slower; "}, {SDLK_KP_MINUS, "slower; "}, {SDLK_q, "close 0; "},
};

START_TEST(ctrl_and_left_alt_make_hot_keys_that_the_guest_does_not_see)
{
    for (size_t i = 0; i < ARRAY_LEN(hot); i++) {
        rig_key(A, hot[i].sym, KMOD_LCTRL | KMOD_LALT, true, false);
        rig_says(hot[i].says);
        rig_key(A, hot[i].sym, KMOD_LCTRL | KMOD_LALT, true, true); /* once, however long */
        rig_key(A, hot[i].sym, KMOD_LCTRL | KMOD_LALT, false, false);
        rig_says("");
        rig_key(A, hot[i].sym, KMOD_RCTRL | KMOD_LALT | KMOD_LSHIFT, true, false);
        rig_says(hot[i].says);
        static const unsigned others[] = {0,
                                          KMOD_LCTRL,
                                          KMOD_LALT,
                                          KMOD_LCTRL | KMOD_RALT,
                                          KMOD_LCTRL | KMOD_LALT | KMOD_RALT,
                                          KMOD_LSHIFT | KMOD_LALT};
        for (size_t k = 0; k < ARRAY_LEN(others); k++) {
            rig_key(A, hot[i].sym, others[k], true, false);
            rig_key(A, hot[i].sym, others[k], false, false);
            rig_says("key 1e 1; key 1e 0; ");
        }
    }
    rig_key(A, SDLK_x, KMOD_LCTRL | KMOD_LALT, true, false); /* no hot key */
    rig_says("key 1e 1; ");
}
END_TEST

START_TEST(hot_keys_of_the_view_change_what_is_shown)
{
    static const unsigned both = KMOD_LCTRL | KMOD_LALT;
    struct window *w = rig.w;
    rig_picture(720, 400, 0);
    rig_key(A, SDLK_f, both, true, false);
    ck_assert(window_is_full_screen(w));
    rig_key(A, SDLK_f, both, true, false);
    ck_assert(!window_is_full_screen(w));
    rig_key(A, SDLK_l, both, true, false);
    ck_assert(w->lights_off);
    ck_assert_str_eq(w->message, "no disk lights");
    rig_key(A, SDLK_l, both, true, false);
    ck_assert(!w->lights_off);
    ck_assert_str_eq(w->message, "disk lights");
    rig_key(A, SDLK_u, both, true, false);
    ck_assert_str_eq(w->message, "size 1:1");
    rig_key(A, SDLK_h, both, true, false);
    ck_assert_int_eq(w->overlay, OVERLAY_HELP);
    ck_assert_str_eq(w->panel.line[0], "Keys, with Ctrl and the left Alt:");
    rig_key(SDL_SCANCODE_ESCAPE, SDLK_ESCAPE, 0, true, false);
    ck_assert_int_eq(w->overlay, OVERLAY_NONE);
    rig_says("");
}
END_TEST

/* Ctrl-Alt-A: what is seen changes each time. The monitor's shape is AUTO's, but not in the picture's own size. */
START_TEST(scaling_key_goes_the_other_way_than_what_is_seen)
{
    static const unsigned both = KMOD_LCTRL | KMOD_LALT;
    rig_picture(720, 400, 0);
    rig_key(A, SDLK_a, both, true, false);
    ck_assert_int_eq(window_scaling(rig.w), SCALING_MONITOR);
    rig_size(720, 540);
    rig_key(A, SDLK_a, both, true, false);
    ck_assert_int_eq(window_scaling(rig.w), SCALING_WHOLE);
    rig_size(720, 400);
    rig_key(A, SDLK_a, both, true, false);
    ck_assert_int_eq(window_scaling(rig.w), SCALING_MONITOR);
    window_own_size(rig.w);
    ck_assert_int_eq(window_scaling(rig.w), SCALING_AUTO);
    static const struct {
        int w, h;
    } other[] = {{720, 401}, {721, 400}};
    for (size_t i = 0; i < ARRAY_LEN(other); i++) {
        SDL_SetWindowSize(rig.w->window, other[i].w, other[i].h);
        window_set_scaling(rig.w, SCALING_AUTO);
        SDL_SetWindowSize(rig.w->window, other[i].w, other[i].h);
        rig_key(A, SDLK_a, both, true, false);
        ck_assert_int_eq(window_scaling(rig.w), SCALING_WHOLE);
    }
}
END_TEST

/* --- X's own word of releases --- */

static void x_event(int type, unsigned code, SDL_SYSWM_TYPE system)
{
    SDL_SysWMmsg m;
    memset(&m, 0, sizeof m);
    m.subsystem = system;
    m.msg.x11.event.type = type;
    m.msg.x11.event.xkey.keycode = code;
    rig_send((SDL_Event){.syswm = {.type = SDL_SYSWMEVENT, .msg = &m}});
}

START_TEST(x_releases_count_where_sdl_takes_them_for_repetition)
{
    ck_assert_int_eq(SDL_EventState(SDL_SYSWMEVENT, SDL_QUERY), SDL_ENABLE);
    x_event(KeyRelease, 38, SDL_SYSWM_X11); /* of no key that is known */
    x_event(KeyPress, 38, SDL_SYSWM_X11);
    type(A, true, false);
    type(B, true, false); /* without word from X: 38 stays A's */
    rig_says("key 1e 1; key 30 1; ");
    x_event(KeyRelease, 38, SDL_SYSWM_WINDOWS);
    x_event(MotionNotify, 38, SDL_SYSWM_X11);
    x_event(KeyRelease, 39, SDL_SYSWM_X11);
    rig_says("");
    x_event(KeyRelease, 38, SDL_SYSWM_X11);
    rig_says("key 1e 0; ");
    type(A, true, true); /* SDL's "repetition": a press */
    rig_says("key 1e 1; ");
    x_event(KeyRelease, 38, SDL_SYSWM_X11);
    rig_says("key 1e 0; ");
    rig_key(A, SDLK_m, KMOD_LCTRL | KMOD_LALT, true, true); /* as a hot key too, once */
    rig_key(A, SDLK_m, KMOD_LCTRL | KMOD_LALT, true, true);
    rig_says("menu; ");
    /* All of X's codes, the ends among them. */
    for (unsigned code = 8; code < 256; code += 247) {
        x_event(KeyPress, code, SDL_SYSWM_X11);
        type(B, true, false);
        x_event(KeyRelease, code, SDL_SYSWM_X11);
        rig_says(code == 8 ? "key 30 1; key 30 0; " : "key 30 1; key 30 0; ");
    }
}
END_TEST

START_TEST(other_displays_are_not_asked_for_x_events)
{
    rig_close();
    SDL_EventState(SDL_SYSWMEVENT, SDL_DISABLE);
    struct error err;
    rig.driver = "wayland";
    static const struct window_ops none = {0};
    rig.w = window_open("guest", false, &none, &rig, &err);
    ck_assert(rig.w);
    ck_assert_int_eq(SDL_EventState(SDL_SYSWMEVENT, SDL_QUERY), SDL_DISABLE);
}
END_TEST

/* --- The pointer --- */

static const struct {
    unsigned button;
    const char *mask;
} buttons[] = {
    {SDL_BUTTON_LEFT, "01"}, {SDL_BUTTON_RIGHT, "02"}, {SDL_BUTTON_MIDDLE, "04"},
    {SDL_BUTTON_X1, "08"},   {SDL_BUTTON_X2, "10"},    {6, "00"},
};

START_TEST(a_mouse_needs_a_grab_which_a_click_makes)
{
    rig_motion(5, 6, 5, 6);
    rig_wheel(1, false);
    rig_says("");
    rig_button(SDL_BUTTON_RIGHT, true, 5, 6); /* the menu's */
    rig_says("menu; ");
    ck_assert(!rig.relative && !rig.grabbed);
    rig_button(SDL_BUTTON_RIGHT, false, 5, 6);
    rig_button(SDL_BUTTON_LEFT, true, 5, 6);
    rig_button(SDL_BUTTON_LEFT, false, 5, 6);
    rig_says("");
    ck_assert(rig.relative && rig.grabbed);
    rig_title("guest - press Ctrl+Alt+G to release the mouse and the keyboard");
    rig_motion(9, 9, 3, -4);
    rig_wheel(2, false);
    rig_wheel(2, true);
    rig_says(
        "rel 3 -4 wheel 0 mask 00 level 00; rel 0 0 wheel 2 mask 00 level 00; rel 0 0 wheel -2 mask 00 level 00; ");
    for (size_t i = 0; i < ARRAY_LEN(buttons); i++) {
        char want[128];
        rig_button(buttons[i].button, true, 1, 1);
        rig_button(buttons[i].button, false, 1, 1);
        const char *m = buttons[i].mask;
        snprintf(want, sizeof want, "rel 0 0 wheel 0 mask %s level %s; ", m, m);
        if (buttons[i].button != 6)
            snprintf(want + strlen(want), sizeof want - strlen(want), "rel 0 0 wheel 0 mask %s level 00; ", m);
        rig_says(want);
    }
    rig_key(A, SDLK_g, KMOD_LCTRL | KMOD_LALT, true, false);
    ck_assert(!rig.relative && !rig.grabbed);
    rig_title("guest - Vitrine");
    rig_motion(9, 9, 3, -4);
    rig_says("");
    rig_key(A, SDLK_g, KMOD_LCTRL | KMOD_LALT, true, false);
    ck_assert(rig.relative && rig.grabbed);
}
END_TEST

START_TEST(what_is_down_comes_up_where_the_focus_goes_or_the_grab_ends)
{
    for (unsigned i = 0; i < 2; i++) {
        window_set_grab(rig.w, true);
        type(A, true, false);
        type(SDL_SCANCODE_RGUI, true, false); /* DCh: the upper half too */
        rig_button(SDL_BUTTON_LEFT, true, 1, 1);
        rig_button(SDL_BUTTON_X2, true, 1, 1);
        rig_button(SDL_BUTTON_LEFT, false, 1, 1);
        rig.said[0] = 0;
        if (i)
            rig_window(SDL_WINDOWEVENT_FOCUS_LOST);
        else
            window_set_grab(rig.w, false);
        rig_says("key 1e 0; key dc 0; rel 0 0 wheel 0 mask 10 level 00; ");
        ck_assert(!rig.relative && !rig.grabbed && !rig.w->buttons);
        rig_window(SDL_WINDOWEVENT_FOCUS_LOST);
        rig_says("");
    }
}
END_TEST

/* The picture's first pixel is 0, its last one the greatest place; outside of it, the nearest of these. */
START_TEST(a_tablet_has_the_pictures_coordinates_without_a_grab)
{
    window_pointer_mode(rig.w, true);
    rig_motion(0, 0, 0, 0); /* no picture yet */
    rig_says("");
    rig_picture(640, 480, 0);
    rig_size(640, 480);
    rig_motion(0, 0, 7, 7);
    rig_motion(639, 479, 7, 7);
    rig_motion(213, 479, 7, 7); /* a third of 639 */
    rig_says("abs 0 0 wheel 0 mask 00 level 00; abs 32767 32767 wheel 0 mask 00 level 00; "
             "abs 10922 32767 wheel 0 mask 00 level 00; ");
    SDL_SetWindowSize(rig.w->window, 840, 480); /* a border of 100 at the left and the right */
    rig_motion(99, 0, 0, 0);
    rig_motion(100, 0, 0, 0);
    rig_motion(739, 479, 0, 0);
    rig_motion(839, 479, 0, 0);
    rig_says("abs 0 0 wheel 0 mask 00 level 00; abs 0 0 wheel 0 mask 00 level 00; "
             "abs 32767 32767 wheel 0 mask 00 level 00; abs 32767 32767 wheel 0 mask 00 level 00; ");
    rig_button(SDL_BUTTON_LEFT, true, 100, 479);
    rig_button(SDL_BUTTON_LEFT, false, 739, 0);
    rig_says("abs 0 32767 wheel 0 mask 01 level 01; abs 32767 0 wheel 0 mask 01 level 00; ");
    rig_button(SDL_BUTTON_RIGHT, true, 100, 0); /* the guest's, no menu */
    rig_button(SDL_BUTTON_RIGHT, false, 100, 0);
    rig_button(SDL_BUTTON_RIGHT, false, 100, 0); /* it is up */
    rig_says("abs 0 0 wheel 0 mask 02 level 02; abs 0 0 wheel 0 mask 02 level 00; ");
    rig.mouse_x = 739;
    rig.mouse_y = 479;
    rig_wheel(-1, false);
    rig_says("abs 32767 32767 wheel -1 mask 00 level 00; ");
    ck_assert(!rig.grabbed);
}
END_TEST

START_TEST(one_line_or_column_has_the_place_0)
{
    window_pointer_mode(rig.w, true);
    rig_picture(1024, 1, 0);
    rig_motion(3, 0, 0, 0);
    rig_says("abs 96 0 wheel 0 mask 00 level 00; "); /* 3 * 32767 / 1023 */
}
END_TEST

/* A guest that takes up another kind of pointer: the buttons come up by the way on which they went down. */
START_TEST(another_kind_of_pointer_releases_the_buttons_by_the_old_way)
{
    rig_picture(640, 480, 0);
    window_set_grab(rig.w, true);
    rig_button(SDL_BUTTON_LEFT, true, 1, 1);
    rig.said[0] = 0;
    window_pointer_mode(rig.w, true);
    rig_says("rel 0 0 wheel 0 mask 01 level 00; ");
    ck_assert(!rig.relative && rig.grabbed); /* the keyboard's grab stays */
    window_pointer_mode(rig.w, true);
    rig_button(SDL_BUTTON_MIDDLE, true, 0, 0);
    rig.said[0] = 0;
    rig.mouse_x = 639;
    window_pointer_mode(rig.w, false);
    rig_says("abs 32767 0 wheel 0 mask 04 level 00; ");
    ck_assert(rig.relative && rig.grabbed);
    window_set_grab(rig.w, false);
    window_pointer_mode(rig.w, true);
    window_pointer_mode(rig.w, false);
    ck_assert(!rig.relative);
    rig_says("");
    window_pointer_mode(rig.w, true);
    window_set_grab(rig.w, true);
    ck_assert(!rig.relative && rig.grabbed);
}
END_TEST

static bool cursor(void)
{
    return SDL_ShowCursor(SDL_QUERY) == SDL_ENABLE;
}

START_TEST(hosts_pointer_is_hidden_where_the_guest_draws_its_own)
{
    ck_assert(cursor());
    window_pointer_mode(rig.w, true);
    ck_assert(!cursor());
    window_help(rig.w);
    ck_assert(cursor());
    rig_button(SDL_BUTTON_LEFT, true, 0, 0);
    ck_assert(!cursor());
    window_pointer_mode(rig.w, false);
    ck_assert(cursor());
    window_pointer_mode(rig.w, true);
    window_keep_cursor(rig.w);
    ck_assert(cursor());
}
END_TEST

START_TEST(clipboard_is_typed_with_no_key_down_and_filled)
{
    SDL_SetClipboardText("some text");
    type(SDL_SCANCODE_LCTRL, true, false);
    rig.said[0] = 0;
    rig_key(A, SDLK_v, KMOD_LCTRL | KMOD_LALT, true, false);
    rig_says("key 1d 0; paste some text; ");
    SDL_SetClipboardText("");
    window_paste(rig.w);
    rig_says("");
    ck_assert_str_eq(rig.w->message, "the clipboard has no text");
    window_set_clipboard(rig.w, "from the guest");
    char *text = SDL_GetClipboardText();
    ck_assert_str_eq(text, "from the guest");
    SDL_free(text);
}
END_TEST

START_TEST(close_button_and_dropped_files_are_passed_on)
{
    rig_send((SDL_Event){.type = SDL_QUIT});
    rig_says("close 1; ");
    rig_send((SDL_Event){.drop = {.type = SDL_DROPFILE, .file = SDL_strdup("/a/file.iso")}});
    rig_says("drop /a/file.iso; ");
}
END_TEST

TCase *window_input_case(void)
{
    TCase *t = tcase_create("window_input");
    tcase_add_checked_fixture(t, rig_open, rig_close);
    tcase_add_test(t, key_goes_down_repeats_and_comes_up_once);
    tcase_add_test(t, ctrl_and_left_alt_make_hot_keys_that_the_guest_does_not_see);
    tcase_add_test(t, hot_keys_of_the_view_change_what_is_shown);
    tcase_add_test(t, scaling_key_goes_the_other_way_than_what_is_seen);
    tcase_add_test(t, x_releases_count_where_sdl_takes_them_for_repetition);
    tcase_add_test(t, other_displays_are_not_asked_for_x_events);
    tcase_add_test(t, a_mouse_needs_a_grab_which_a_click_makes);
    tcase_add_test(t, what_is_down_comes_up_where_the_focus_goes_or_the_grab_ends);
    tcase_add_test(t, a_tablet_has_the_pictures_coordinates_without_a_grab);
    tcase_add_test(t, one_line_or_column_has_the_place_0);
    tcase_add_test(t, another_kind_of_pointer_releases_the_buttons_by_the_old_way);
    tcase_add_test(t, hosts_pointer_is_hidden_where_the_guest_draws_its_own);
    tcase_add_test(t, clipboard_is_typed_with_no_key_down_and_filled);
    tcase_add_test(t, close_button_and_dropped_files_are_passed_on);
    return t;
}
