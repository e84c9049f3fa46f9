/* SPDX-License-Identifier: MIT */
/* What is asked over the picture: menus that scroll, a line to fill in; by keys and by the mouse. */
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "window_rig.h"

static void press(SDL_Keycode sym, unsigned mod)
{
    rig_key(SDL_SCANCODE_A, sym, mod, true, false);
}

/* 0 to 9, of which 0, 3, 4 and 9 are gaps where `gaps` says so. */
static void menu(unsigned n, bool gaps, unsigned selected, const char *note)
{
    static char text[WINDOW_MENU_MAX + 4][12];
    const char *item[WINDOW_MENU_MAX + 4];
    for (unsigned i = 0; i < n; i++) {
        snprintf(text[i], sizeof text[i], "item %u", i);
        item[i] = gaps && (i == 0 || i == 3 || i == 4 || i == 9) ? "" : text[i];
    }
    window_menu(rig.w, "Title", note, item, n, selected);
    window_pump(rig.w);
}

static void selected(unsigned want)
{
    struct window *w = rig.w;
    window_pump(w);
    ck_assert_uint_eq(w->menu.selected, want);
    char text[16];
    snprintf(text, sizeof text, "item %u", want);
    ck_assert_str_eq(w->panel.line[w->panel.selected], text);
}

START_TEST(a_short_menu_shows_title_note_items_and_what_the_keys_do)
{
    struct panel *p = &rig.w->panel;
    menu(3, false, 1, NULL);
    ck_assert(window_asks(rig.w));
    ck_assert_uint_eq(p->lines, 7);
    ck_assert_str_eq(p->line[0], "Title");
    ck_assert_str_eq(p->line[1], "");
    ck_assert_str_eq(p->line[2], "item 0");
    ck_assert_str_eq(p->line[4], "item 2");
    ck_assert_str_eq(p->line[5], "");
    ck_assert_str_eq(p->line[6], "Up, Down, Enter or a click; Esc closes");
    selected(1);
    menu(3, false, 3, "a note"); /* no such item: the first */
    ck_assert_uint_eq(p->lines, 8);
    ck_assert_str_eq(p->line[1], "a note");
    ck_assert_str_eq(p->line[2], "");
    ck_assert_str_eq(p->line[3], "item 0");
    selected(0);
    menu(0, false, 0, NULL);
    ck_assert_int_eq(p->selected, -1);
    press(SDLK_RETURN, 0);
    rig_says("");
    press(SDLK_DOWN, 0);
    press(SDLK_ESCAPE, 0);
    ck_assert(!window_asks(rig.w));
    rig_says("");
}
END_TEST

START_TEST(menu_keys_move_choose_and_go_back)
{
    menu(6, false, 0, NULL);
    press(SDLK_UP, 0); /* there is none above */
    selected(0);
    press(SDLK_DOWN, 0);
    selected(1);
    press(SDLK_END, 0);
    selected(5);
    press(SDLK_DOWN, 0);
    selected(5);
    press(SDLK_UP, 0);
    selected(4);
    press(SDLK_HOME, 0);
    selected(0);
    rig_wheel(-1, false);
    selected(1);
    rig_wheel(1, false);
    selected(0);
    press(SDLK_x, 0);
    rig_says("");
    press(SDLK_RETURN, 0);
    rig_says("chosen 0; ");
    ck_assert(!window_asks(rig.w));
    menu(6, false, 5, NULL);
    press(SDLK_KP_ENTER, 0);
    rig_says("chosen 5; ");
    menu(6, false, 0, NULL);
    press(SDLK_LEFT, 0);
    rig_says("chosen -1; ");
    ck_assert(!window_asks(rig.w));
    menu(6, false, 0, NULL);
    press(SDLK_BACKSPACE, 0);
    rig_says("chosen -1; ");
    menu(6, false, 0, NULL);
    press(SDLK_q, KMOD_LCTRL | KMOD_LALT);
    rig_key(SDL_SCANCODE_A, SDLK_q, KMOD_LCTRL | KMOD_LALT, true, true); /* held: still once */
    rig_says("close 0; ");
}
END_TEST

START_TEST(selection_passes_over_gaps)
{
    menu(10, true, 2, NULL);
    press(SDLK_DOWN, 0);
    selected(5);
    press(SDLK_UP, 0);
    selected(2);
    press(SDLK_HOME, 0); /* the first is a gap: there is nothing beyond it */
    selected(2);
    press(SDLK_UP, 0);
    selected(1);
    press(SDLK_UP, 0);
    selected(1);
    press(SDLK_END, 0);
    selected(1);
    for (unsigned i = 0; i < 9; i++)
        press(SDLK_DOWN, 0);
    selected(8);
    menu(10, true, 3, NULL); /* to begin with a gap: Enter does nothing */
    press(SDLK_RETURN, 0);
    rig_says("");
    ck_assert(window_asks(rig.w));
}
END_TEST

/* 400 lines: 25 rows, two of them the panel's border; title, gap, gap and hint leave 19 for items, with a note 18. */
START_TEST(a_long_menu_scrolls_and_says_where_it_is)
{
    struct window *w = rig.w;
    rig_picture(720, 400, 0);
    menu(30, false, 0, NULL);
    ck_assert_uint_eq(w->menu.rows, 19);
    ck_assert_str_eq(w->panel.line[2], "item 0");
    ck_assert_str_eq(w->panel.line[20], "item 18");
    ck_assert_str_eq(w->panel.line[22], "1 to 19 of 30; Up, Down, Enter or a click; Esc closes");
    for (unsigned i = 0; i < 18; i++)
        press(SDLK_DOWN, 0);
    selected(18);
    ck_assert_uint_eq(w->menu.top, 0);
    press(SDLK_DOWN, 0);
    selected(19);
    ck_assert_uint_eq(w->menu.top, 1);
    ck_assert_str_eq(w->panel.line[22], "2 to 20 of 30; Up, Down, Enter or a click; Esc closes");
    press(SDLK_PAGEUP, 0);
    selected(0);
    ck_assert_uint_eq(w->menu.top, 0);
    press(SDLK_PAGEDOWN, 0);
    selected(19);
    press(SDLK_PAGEDOWN, 0);
    selected(29);
    ck_assert_uint_eq(w->menu.top, 11);
    menu(30, false, 29, "a note");
    ck_assert_uint_eq(w->menu.rows, 18);
    ck_assert_uint_eq(w->menu.top, 12);
    menu(19, false, 0, NULL); /* all of it */
    ck_assert_str_eq(w->panel.line[22], "Up, Down, Enter or a click; Esc closes");
    menu(WINDOW_MENU_MAX + 3, false, 0, NULL);
    ck_assert_uint_eq(w->menu.items, WINDOW_MENU_MAX);
    /* However small the window is, three are seen. */
    SDL_SetWindowSize(w->window, 720, 90);
    rig_window(SDL_WINDOWEVENT_RESIZED);
    ck_assert_uint_eq(w->menu.rows, 3);
    SDL_SetWindowSize(w->window, 720, 160); /* 10 rows: 8 lines, 4 for items */
    rig_window(SDL_WINDOWEVENT_RESIZED);
    ck_assert_uint_eq(w->menu.rows, 4);
    /* The largest panel has 40 lines. */
    SDL_SetWindowSize(w->window, 700, 760);
    rig_window(SDL_WINDOWEVENT_RESIZED);
    ck_assert_uint_eq(w->menu.rows, 36);
}
END_TEST

START_TEST(the_mouse_hovers_and_chooses_and_a_click_beside_it_closes)
{
    struct window *w = rig.w;
    rig_picture(720, 400, 0);
    menu(10, true, 1, NULL);
    /* 14 lines and a border: 256 lines, from 72 on; items are 8 x 16, the first one from 72 + 16 + 32 on. */
    int x = 360, y = 72 + 16 + 32;
    ck_assert_int_eq(w->panel_at.y, 72);
    ck_assert_int_eq(w->panel_at.h, 256);
    rig_motion(x, y + 16 * 2, 0, 0);
    selected(2);
    rig_motion(x, y + 16 * 3 - 1, 0, 0);
    selected(2);
    rig_motion(x, y + 16 * 3, 0, 0); /* a gap */
    selected(2);
    rig_motion(x, y + 16, 0, 0);
    selected(1);
    rig_motion(x, y - 1, 0, 0);
    rig_motion(x, y + 160, 0, 0);
    rig_motion(w->panel_at.x - 1, y + 32, 0, 0);
    selected(1);
    rig_button(SDL_BUTTON_LEFT, true, x, y - 1); /* inside, but no item */
    rig_button(SDL_BUTTON_LEFT, true, x, y + 160);
    rig_button(SDL_BUTTON_LEFT, true, x, y + 48);
    rig_button(SDL_BUTTON_LEFT, true, w->panel_at.x, 72);
    rig_button(SDL_BUTTON_LEFT, true, w->panel_at.x + w->panel_at.w - 1, 327);
    ck_assert(window_asks(w));
    rig_says("");
    rig_button(SDL_BUTTON_LEFT, true, x, y + 16 * 8 + 15);
    rig_says("chosen 8; ");
    ck_assert(!window_asks(w));
    menu(10, true, 1, NULL);
    rig_button(SDL_BUTTON_LEFT, true, w->panel_at.x - 1, 100);
    ck_assert(!window_asks(w));
    menu(30, false, 29, NULL); /* scrolled: the first that is seen is 11, at 8 + 16 + 32 */
    rig_button(SDL_BUTTON_LEFT, true, x, w->panel_at.y + 48);
    rig_says("chosen 11; ");
    window_help(w);
    window_pump(w);
    rig_motion(x, 200, 0, 0);
    rig_wheel(1, false);
    rig_button(SDL_BUTTON_LEFT, true, x, 200); /* inside */
    ck_assert_int_eq(w->overlay, OVERLAY_NONE);
    rig_says("");
}
END_TEST

/* Where a small window shrinks the panel, items are where they are seen. */
START_TEST(the_mouse_finds_items_of_a_shrunk_panel)
{
    struct window *w = rig.w;
    SDL_SetWindowSize(w->window, 720, 80); /* 3 items: 7 lines and a border, 144 lines in 80 */
    rig_window(SDL_WINDOWEVENT_RESIZED);
    menu(10, false, 0, NULL);
    ck_assert_int_eq(w->panel_at.y, 0);
    ck_assert_int_eq(w->panel_at.h, 80);
    rig_motion(360, (48 + 16 + 8) * 80 / 144, 0, 0); /* the middle of the second */
    selected(1);
    rig_motion(360, (48 + 32 + 8) * 80 / 144, 0, 0);
    selected(2);
}
END_TEST

/* --- A line to fill in --- */

static void ask_is(const char *text, const char *note)
{
    struct window *w = rig.w;
    ck_assert_str_eq(w->ask.text, text);
    ck_assert_str_eq(w->panel.line[3], note);
    char line[PANEL_COLS + 1];
    snprintf(line, sizeof line, "> %s_", text);
    ck_assert_str_eq(w->panel.line[2], line);
}

START_TEST(a_line_takes_text_and_gives_it)
{
    window_ask(rig.w, "File", "first note", "ab");
    ck_assert(window_asks(rig.w));
    ck_assert_str_eq(rig.w->panel.line[0], "File");
    ck_assert_uint_eq(rig.w->panel.lines, 6);
    ck_assert_int_eq(SDL_IsTextInputActive(), SDL_TRUE);
    ask_is("ab", "first note");
    rig_text("c");
    ask_is("abc", "");
    rig_text("d\r\nef"); /* one line */
    ask_is("abcd", "");
    rig_text("\ne");
    ask_is("abcd", "");
    press(SDLK_RETURN, 0);
    rig_says("entered 'abcd'; ");
    ck_assert(!window_asks(rig.w));
    ck_assert_int_eq(SDL_IsTextInputActive(), SDL_FALSE);
    window_ask(rig.w, "File", NULL, "x");
    ask_is("x", "");
    press(SDLK_KP_ENTER, 0);
    rig_says("entered 'x'; ");
    window_ask(rig.w, "File", NULL, "x");
    press(SDLK_ESCAPE, 0);
    rig_says("");
    ck_assert(!window_asks(rig.w));
    rig_text("y"); /* to nobody */
    rig_says("");
    ck_assert_str_eq(rig.w->ask.text, "x");
}
END_TEST

START_TEST(a_line_is_edited_completed_and_pasted_into)
{
    window_ask(rig.w, "File", "note", "a\303\244\342\202\254");
    press(SDLK_BACKSPACE, 0);
    ck_assert_str_eq(rig.w->ask.text, "a\303\244");
    ck_assert_str_eq(rig.w->panel.line[3], "");
    press(SDLK_BACKSPACE, 0);
    ask_is("a", "");
    press(SDLK_BACKSPACE, 0);
    press(SDLK_BACKSPACE, 0);
    ask_is("", "");
    SDL_SetClipboardText("clip");
    press(SDLK_v, KMOD_LCTRL);
    ask_is("clip", "");
    press(SDLK_INSERT, KMOD_LSHIFT);
    ask_is("clipclip", "");
    press(SDLK_v, 0);
    press(SDLK_v, KMOD_LSHIFT);
    press(SDLK_INSERT, 0);
    press(SDLK_INSERT, KMOD_LCTRL);
    press(SDLK_u, 0);
    press(SDLK_u, KMOD_LSHIFT);
    ask_is("clipclip", "");
    press(SDLK_u, KMOD_RCTRL);
    ask_is("", "");
    rig_text("i");
    rig.complete = "images/";
    rig.note = "two ways";
    press(SDLK_TAB, 0);
    rig_says("complete 'i'; ");
    ask_is("images/", "two ways");
    rig.note = NULL;
    press(SDLK_TAB, 0);
    rig_says("complete 'images/'; ");
    ask_is("images/", "");
    press(SDLK_x, 0); /* a letter comes as text */
    ask_is("images/", "");
    rig_button(SDL_BUTTON_LEFT, true, rig.w->panel_at.x + 20, rig.w->panel_at.y + 40); /* no item */
    ck_assert(window_asks(rig.w));
}
END_TEST

/* 76 columns: "> ", 73 characters, "_". */
START_TEST(of_a_long_line_the_end_is_seen_and_what_has_no_room_is_cut)
{
    char text[ASK_MAX + 10];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 26);
    text[73] = 0;
    window_ask(rig.w, "File", NULL, text);
    ask_is(text, "");
    text[73] = 'Z';
    text[74] = 0;
    window_ask(rig.w, "File", NULL, text);
    ck_assert_str_eq(rig.w->ask.text, text);
    ck_assert_uint_eq(strlen(rig.w->panel.line[2]), 76);
    ck_assert_int_eq(rig.w->panel.line[2][2], 'b');
    ck_assert_int_eq(rig.w->panel.line[2][74], 'Z');
    text[74] = 'x';
    text[sizeof text - 1] = 0;
    window_ask(rig.w, "File", NULL, text);
    ck_assert_uint_eq(strlen(rig.w->ask.text), ASK_MAX - 1);
    rig_text("more");
    ck_assert_uint_eq(strlen(rig.w->ask.text), ASK_MAX - 1);
}
END_TEST

START_TEST(what_is_asked_takes_keys_and_pointer_from_the_guest)
{
    window_set_grab(rig.w, true);
    rig_key(SDL_SCANCODE_LSHIFT, SDLK_LSHIFT, 0, true, false);
    rig.said[0] = 0;
    menu(3, false, 0, NULL);
    rig_says("key 2a 0; ");
    ck_assert(!rig.grabbed);
    rig_key(SDL_SCANCODE_B, SDLK_b, 0, true, false);
    rig_motion(5, 5, 1, 1);
    rig_says("");
    window_ask(rig.w, "File", NULL, "x"); /* takes its place */
    ck_assert_int_eq(rig.w->overlay, OVERLAY_ASK);
    menu(3, false, 0, NULL);
    ck_assert_int_eq(SDL_IsTextInputActive(), SDL_FALSE);
    window_help(rig.w);
    ck_assert(!window_asks(rig.w));
    press(SDLK_RETURN, 0);
    rig_says("");
    ck_assert_int_eq(rig.w->overlay, OVERLAY_HELP);
    press(SDLK_ESCAPE, 0);
    rig_key(SDL_SCANCODE_B, SDLK_b, 0, true, false);
    rig_says("key 30 1; ");
}
END_TEST

TCase *window_menu_case(void)
{
    TCase *t = tcase_create("window_menu");
    tcase_add_checked_fixture(t, rig_open, rig_close);
    tcase_add_test(t, a_short_menu_shows_title_note_items_and_what_the_keys_do);
    tcase_add_test(t, menu_keys_move_choose_and_go_back);
    tcase_add_test(t, selection_passes_over_gaps);
    tcase_add_test(t, a_long_menu_scrolls_and_says_where_it_is);
    tcase_add_test(t, the_mouse_hovers_and_chooses_and_a_click_beside_it_closes);
    tcase_add_test(t, the_mouse_finds_items_of_a_shrunk_panel);
    tcase_add_test(t, a_line_takes_text_and_gives_it);
    tcase_add_test(t, a_line_is_edited_completed_and_pasted_into);
    tcase_add_test(t, of_a_long_line_the_end_is_seen_and_what_has_no_room_is_cut);
    tcase_add_test(t, what_is_asked_takes_keys_and_pointer_from_the_guest);
    return t;
}
