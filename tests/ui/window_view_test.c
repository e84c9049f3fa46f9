/* SPDX-License-Identifier: MIT */
/* What the window shows: the picture in its place, its size, title, texts for a while. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "window_rig.h"

#define GREY  0x405060
#define FRAME 0x8090b0

/* --- The picture --- */

START_TEST(window_takes_the_pictures_size_unless_the_user_chose_one)
{
    rig_picture(640, 480, GREY);
    rig_size(640, 480);
    rig_picture(800, 600, GREY);
    rig_size(800, 600);
    rig_pass(501); /* no longer a size that was asked for */
    rig_window(SDL_WINDOWEVENT_RESIZED);
    rig_picture(640, 480, GREY); /* that was its own size */
    rig_size(640, 480);
    rig_pass(501);
    SDL_SetWindowSize(rig.w->window, 640, 481);
    rig_window(SDL_WINDOWEVENT_RESIZED);
    rig_picture(720, 400, GREY);
    rig_size(640, 481);
    window_own_size(rig.w);
    rig_size(720, 400);
    ck_assert_str_eq(rig.w->message, "size 1:1");
    rig_picture(640, 480, GREY);
    rig_size(640, 480);
}
END_TEST

/* Word of a size that was asked for, and of another one that the window manager made of it, within half a second. */
START_TEST(a_size_that_is_not_given_counts_as_chosen_after_half_a_second)
{
    rig_picture(640, 480, GREY);
    SDL_SetWindowSize(rig.w->window, 600, 480);
    rig_window(SDL_WINDOWEVENT_RESIZED);
    rig_pass(499);
    ck_assert(!rig.w->user_sized);
    rig_pass(2);
    ck_assert(rig.w->user_sized);
    window_own_size(rig.w);
    rig_size(640, 480);
    rig_pass(600);
    ck_assert(!rig.w->user_sized);
}
END_TEST

START_TEST(full_screen_keeps_its_size_and_gives_the_windows_back)
{
    rig_picture(640, 480, GREY);
    rig_pass(600);
    window_toggle_full_screen(rig.w);
    window_pump(rig.w);
    rig_size(1024, 768);
    ck_assert(SDL_GetWindowFlags(rig.w->window) & SDL_WINDOW_FULLSCREEN_DESKTOP);
    rig_pass(600);
    ck_assert(!rig.w->user_sized);
    rig_shows(0, 0, GREY);
    rig_shows(1023, 767, GREY);
    window_own_size(rig.w);
    ck_assert_str_eq(rig.w->message, "the full screen keeps its size; whole pixels by Ctrl-Alt-A");
    rig_picture(800, 600, GREY); /* a mode that changes in between */
    rig_size(1024, 768);
    window_toggle_full_screen(rig.w);
    SDL_SetWindowSize(rig.w->window, 640, 480); /* as the window manager puts it back */
    rig_window(SDL_WINDOWEVENT_RESIZED);
    rig_size(800, 600);
    rig_pass(600);
    ck_assert(!rig.w->user_sized);
}
END_TEST

START_TEST(a_window_begins_in_full_screen_where_that_is_asked_for)
{
    static const struct window_ops none = {0};
    struct error err;
    rig_close();
    rig.w = window_open("guest", true, &none, &rig, &err);
    ck_assert(rig.w && window_is_full_screen(rig.w));
    window_pump(rig.w);
    rig_size(1024, 768);
}
END_TEST

START_TEST(lines_that_changed_are_taken_and_no_others)
{
    struct error err;
    uint32_t *pixels = calloc(640 * 480, 4);
    rig_picture(640, 480, GREY);
    for (size_t i = 0; i < 640 * 480; i++)
        pixels[i] = 0x112233;
    pixels[640 * 11 + 639] = 0x445566;
    ck_assert(window_frame(rig.w, pixels, 640, 480, 10, 12, &err));
    ck_assert(rig.w->dirty);
    window_pump(rig.w);
    ck_assert(!rig.w->dirty);
    rig_shows(0, 9, GREY);
    rig_shows(0, 10, 0x112233);
    rig_shows(639, 10, 0x112233);
    rig_shows(639, 11, 0x445566);
    rig_shows(0, 12, GREY);
    ck_assert(window_frame(rig.w, pixels, 640, 400, 10, 12, &err)); /* another size: all of it */
    window_pump(rig.w);
    rig_shows(0, 0, 0x112233);
    rig_shows(0, 399, 0x112233);
    ck_assert(window_frame(rig.w, pixels, 320, 400, 10, 12, &err));
    window_pump(rig.w);
    rig_shows(0, 0, 0x112233);
    free(pixels);
}
END_TEST

/* A picture whose pixels are all unlike their neighbours. */
static uint32_t colour(int x, int y)
{
    return (uint32_t)(x % 256) << 16 | (uint32_t)(y % 256) << 8 | ((x ^ y) & 1 ? 0xff : 0);
}

static void checks(int w, int h)
{
    struct error err;
    uint32_t *pixels = malloc((size_t)w * (size_t)h * 4);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            pixels[y * w + x] = colour(x, y);
    ck_assert(window_frame(rig.w, pixels, (uint32_t)w, (uint32_t)h, 0, (uint32_t)h, &err));
    free(pixels);
    window_pump(rig.w);
}

/* The middle of each pixel is its colour; what is around the picture is black. */
static void sharp(int w, int h, int left, int top, int width, int height)
{
    for (int y = 0; y < h; y += 7)
        for (int x = 0; x < w; x += 7)
            rig_shows(left + (2 * x + 1) * width / (2 * w), top + (2 * y + 1) * height / (2 * h), colour(x, y));
    if (left)
        rig_shows(left - 1, top, 0), rig_shows(left + width, top, 0);
    if (top)
        rig_shows(left, top - 1, 0), rig_shows(left, top + height, 0);
}

START_TEST(a_picture_that_is_enlarged_stays_sharp)
{
    rig_pass(5000); /* no text over it */
    checks(320, 200);
    rig_pass(5000);
    sharp(320, 200, 0, 0, 320, 200);
    window_toggle_full_screen(rig.w);
    window_pump(rig.w);
    sharp(320, 200, 0, 0, 1024, 768); /* 3.2 and 3.84 times */
    ck_assert(rig.w->sharp && rig.w->sharp_nx == 4 && rig.w->sharp_ny == 4);
    checks(320, 240); /* 3.2 times: the shape is its own */
    rig_pass(5000);
    sharp(320, 240, 0, 0, 1024, 768);
    window_set_scaling(rig.w, SCALING_WHOLE);
    rig_pass(5000);
    sharp(320, 240, 32, 24, 960, 720);
    checks(640, 480);
    rig_pass(5000);
    sharp(640, 480, 192, 144, 640, 480);
    window_set_scaling(rig.w, SCALING_MONITOR);
    rig_pass(5000);
    ck_assert(rig.w->sharp && rig.w->sharp_nx == 2 && rig.w->sharp_ny == 2);
    struct error err; /* a frame that comes later is repeated again */
    uint32_t *pixels = calloc(640, 4);
    ck_assert(window_frame(rig.w, pixels, 640, 480, 0, 1, &err));
    free(pixels);
    window_pump(rig.w);
    rig_shows(512, 0, 0);
}
END_TEST

START_TEST(a_lost_display_gets_everything_anew)
{
    rig_picture(320, 200, GREY);
    window_toggle_full_screen(rig.w);
    rig_pass(0);
    for (unsigned type = SDL_RENDER_TARGETS_RESET; type <= SDL_RENDER_DEVICE_RESET; type++) {
        rig.w->sharp_stale = rig.w->dirty = false;
        rig_send((SDL_Event){.type = type});
        ck_assert(!rig.w->dirty);
        rig_shows(0, 0, GREY);
    }
    static const unsigned word[] = {SDL_WINDOWEVENT_EXPOSED, SDL_WINDOWEVENT_SIZE_CHANGED, SDL_WINDOWEVENT_RESTORED,
                                    SDL_WINDOWEVENT_RESIZED};
    for (unsigned i = 0; i < ARRAY_LEN(word); i++) {
        SDL_SetRenderDrawColor(rig.w->renderer, 1, 2, 3, 255);
        SDL_RenderClear(rig.w->renderer);
        rig_shows(512, 400, 0x010203);
        rig_window(SDL_WINDOWEVENT_FOCUS_GAINED); /* nothing that changed a picture */
        rig_shows(512, 400, 0x010203);
        rig_window(word[i]);
        rig_shows(512, 400, GREY);
    }
}
END_TEST

/* --- The title --- */

START_TEST(title_has_name_speed_and_state_or_what_is_said)
{
    rig_title("guest - Vitrine");
    window_status(rig.w, "98 %, 120 MIPS", "");
    rig_title("guest - Vitrine [98 %, 120 MIPS]");
    window_status(rig.w, "98 %", "halted");
    rig_title("guest - Vitrine [98 %] (halted)");
    window_status(rig.w, "", "halted");
    rig_title("guest - Vitrine (halted)");
    window_message(rig.w, "a word");
    rig_title("guest - a word");
    window_status(rig.w, "", "");
    rig_title("guest - a word");
    rig_pass(3999);
    rig_title("guest - a word");
    rig_pass(1);
    rig_title("guest - Vitrine");
    window_set_grab(rig.w, true);
    rig_title("guest - press Ctrl+Alt+G to release the mouse and the keyboard");
    window_message(rig.w, "a word");
    rig_title("guest - a word");
    rig_close();
    static const struct window_ops none = {0};
    struct error err;
    rig.w = window_open("Vitrine", false, &none, &rig, &err);
    rig_title("Vitrine");
    window_status(rig.w, "1 %", "paused");
    rig_title("Vitrine [1 %] (paused)");
}
END_TEST

/* --- A text for a moment --- */

static bool toast(const char *text)
{
    return rig.w->toast.until && !strcmp(rig.w->toast.panel.line[0], text);
}

START_TEST(a_change_of_state_is_said_on_the_picture)
{
    static const struct {
        const char *from, *to, *says;
    } row[] = {
        {"", "paused", "paused (Ctrl-Alt-P goes on)"},
        {"halted", "paused", "paused (Ctrl-Alt-P goes on)"},
        {"", "powered off", "powered off"},
        {"paused", "powered off", "powered off"},
        {"paused", "", "running"},
        {"powered off", "", "running"},
        {"paused", "halted", "running"},
        {"paused", "paused", NULL},
        {"powered off", "powered off", NULL},
        {"", "halted", NULL},
        {"halted", "", NULL},
        {"", "", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        window_status(rig.w, "", row[i].from);
        rig_pass(10000);
        window_status(rig.w, "", row[i].to);
        if (row[i].says)
            ck_assert_msg(toast(row[i].says), "%s to %s: %s", row[i].from, row[i].to, rig.w->toast.panel.line[0]);
        else
            ck_assert_msg(!rig.w->toast.until, "%s to %s", row[i].from, row[i].to);
        rig_pass(1999);
        ck_assert(!row[i].says || rig.w->toast.until);
        rig_pass(1);
        ck_assert(!rig.w->toast.until);
    }
}
END_TEST

START_TEST(the_first_picture_says_where_help_is)
{
    rig_pass(0);
    ck_assert(!rig.w->toast.until);
    rig_picture(640, 480, GREY);
    ck_assert(toast("Ctrl-Alt-H shows the keys of this window, Ctrl-Alt-M its menu"));
    rig_pass(3999);
    ck_assert(rig.w->toast.until);
    rig_pass(1);
    ck_assert(!rig.w->toast.until);
    rig_picture(720, 400, GREY);
    ck_assert(!rig.w->toast.until);
}
END_TEST

/* "Moment": (6 + 4) x 8 wide, (1 + 2) x 16 high; a row above the lower edge; twice as large in 1440 x 800. */
static void toast_at(int width, int height, int scale, int picture_x, int picture_y)
{
    int w = 80 * scale, h = 48 * scale, x = (width - w) / 2, y = height - 16 * scale - h;
    rig_shows(x, y, FRAME);
    rig_shows(x + w - 1, y, FRAME);
    rig_shows(x, y + h - 1, FRAME);
    rig_shows(x + w - 1, y + h - 1, FRAME);
    rig_shows(x - 1, y, GREY);
    rig_shows(x + w, y, GREY);
    rig_shows(x, y - 1, GREY);
    rig_shows(x, y + h, GREY);
    rig_shows(picture_x, picture_y, GREY);
    for (int dy = 0; dy < 16; dy++)
        for (int dx = 0; dx < 8; dx++) {
            bool ink = panel_font['M'][dy] & (0x80 >> dx);
            uint32_t p = rig_pixel(x + (16 + dx) * scale, y + (16 + dy) * scale);
            ck_assert_msg((p == 0xf0f0f0) == ink, "M's %d,%d is %06x", dx, dy, p);
        }
}

START_TEST(a_text_stands_in_the_middle_below_and_goes)
{
    rig_picture(720, 400, GREY);
    rig_pass(5000);
    window_toast(rig.w, "Moment", 1000);
    window_pump(rig.w);
    toast_at(720, 400, 1, 0, 0);
    rig_pass(999);
    toast_at(720, 400, 1, 0, 0);
    rig_pass(1);
    rig_shows(360, 360, GREY);
    rig_shows(360, 350, GREY);
    window_help(rig.w); /* what is asked covers it */
    window_toast(rig.w, "Moment", 1000);
    rig_pass(0);
    ck_assert(rig_pixel(360, 380) != FRAME);
    rig.now = UINT32_MAX - 99; /* a clock that turns over at the end of the text: 0 means none */
    window_toast(rig.w, "Moment", 100);
    ck_assert_uint_eq(rig.w->toast.until, 1);
    rig_pass(100);
    ck_assert(rig.w->toast.until);
    rig_pass(1);
    ck_assert(!rig.w->toast.until);
}
END_TEST

START_TEST(texts_and_panels_are_twice_as_large_where_the_room_is)
{
    rig_picture(1440, 800, GREY);
    rig_pass(5000);
    window_toast(rig.w, "Moment", 1000);
    window_pump(rig.w);
    toast_at(1440, 800, 2, 0, 0);
    rig_picture(1439, 800, GREY);
    rig_pass(5000);
    window_toast(rig.w, "Moment", 1000);
    window_pump(rig.w);
    toast_at(1439, 800, 1, 0, 0);
    rig_picture(1440, 799, GREY);
    rig_pass(5000);
    window_toast(rig.w, "Moment", 1000);
    window_pump(rig.w);
    toast_at(1440, 799, 1, 0, 0);
}
END_TEST

/* One text after the other: the new one is drawn. */
START_TEST(a_new_text_or_panel_takes_the_place_of_the_old_one)
{
    rig_picture(720, 400, GREY);
    window_toast(rig.w, "a much longer text", 1000);
    window_pump(rig.w);
    window_toast(rig.w, "Moment", 1000);
    window_pump(rig.w);
    toast_at(720, 400, 1, 0, 0);
    rig_pass(5000);
    const char *item[] = {"one"}, *wide[] = {"an item that is wide"};
    window_menu(rig.w, "T", NULL, item, 1, 0);
    window_pump(rig.w);
    SDL_Rect at = rig.w->panel_at;
    rig_shows(at.x, at.y, FRAME);
    rig_shows(at.x + at.w - 1, at.y + at.h - 1, FRAME);
    rig_shows(at.x - 1, at.y, GREY);
    ck_assert_int_eq(at.y * 2 + at.h, 400);
    ck_assert_int_eq(at.x * 2 + at.w, 720);
    ck_assert_int_eq(at.w, (38 + 4) * 8);
    window_menu(rig.w, "A title that is wider than what the keys do", NULL, wide, 1, 0);
    window_pump(rig.w);
    ck_assert_int_eq(rig.w->panel_at.w, (43 + 4) * 8);
    rig_shows(rig.w->panel_at.x, rig.w->panel_at.y, FRAME);
    rig_key(SDL_SCANCODE_ESCAPE, SDLK_ESCAPE, 0, true, false);
    rig_shows(360, 200, GREY);
}
END_TEST

/* The help is wider than the window, or higher: it is shrunk in its shape, and all of it is seen. */
START_TEST(a_panel_without_room_is_shrunk)
{
    rig_picture(720, 400, GREY);
    window_help(rig.w);
    window_pump(rig.w);
    unsigned pw, ph;
    panel_size(&rig.w->panel, &pw, &ph);
    SDL_SetWindowSize(rig.w->window, (int)pw / 2, 1000);
    rig_window(SDL_WINDOWEVENT_RESIZED);
    SDL_Rect at = rig.w->panel_at;
    ck_assert_int_eq(at.x, 0);
    ck_assert_int_eq(at.w, (int)pw / 2);
    ck_assert_int_eq(at.h, (int)ph / 2);
    SDL_SetWindowSize(rig.w->window, 1000, (int)ph / 2);
    rig_window(SDL_WINDOWEVENT_RESIZED);
    at = rig.w->panel_at;
    ck_assert_int_eq(at.y, 0);
    ck_assert_int_eq(at.h, (int)ph / 2);
    ck_assert_int_eq(at.w, (int)pw / 2);
    ck_assert_int_eq(at.x, (1000 - (int)pw / 2) / 2);
    SDL_ScaleMode mode;
    SDL_GetTextureScaleMode(rig.w->panel_texture, &mode);
    ck_assert_int_eq(mode, SDL_ScaleModeLinear);
    SDL_SetWindowSize(rig.w->window, (int)pw, (int)ph);
    rig_window(SDL_WINDOWEVENT_RESIZED);
    ck_assert_int_eq(rig.w->panel_at.w, (int)pw);
    ck_assert_int_eq(rig.w->panel_at.h, (int)ph);
    SDL_GetTextureScaleMode(rig.w->panel_texture, &mode);
    ck_assert_int_eq(mode, SDL_ScaleModeNearest);
}
END_TEST

/* --- No display --- */

static void refuses(const char *driver, const char *want)
{
    struct error err = {""};
    static const struct window_ops none = {0};
    rig.driver = driver;
    struct window *w = window_open("guest", false, &none, &rig, &err);
    ck_assert_msg(!w, "a window on %s", driver ? driver : "nothing");
    ck_assert_msg(strstr(err.text, want), "%s", err.text);
    ck_assert(strstr(err.text, "-display none") && strstr(err.text, "-nographic"));
    ck_assert(!SDL_WasInit(SDL_INIT_VIDEO));
}

START_TEST(a_display_that_shows_nothing_is_refused)
{
    rig_close();
    refuses("dummy", "(SDL's video driver is 'dummy')");
    refuses("offscreen", "(SDL's video driver is 'offscreen')");
    refuses("evdev", "(SDL's video driver is 'evdev')");
    refuses(NULL, "(SDL's video driver is 'none')");
    setenv("SDL_VIDEODRIVER", "nonsense", 1);
    refuses("x11", "no display can be opened (");
    rig_open();
}
END_TEST

/* 20000 pixels are more than SDL's software renderer takes for a texture. */
START_TEST(a_picture_that_the_display_cannot_show_is_an_error)
{
    struct error err = {""};
    static const uint32_t pixels[16385];
    rig_picture(640, 480, GREY);
    SDL_RendererInfo info;
    ck_assert_int_eq(SDL_GetRendererInfo(rig.w->renderer, &info), 0);
    if (info.max_texture_width && info.max_texture_width < 16385) {
        ck_assert(!window_frame(rig.w, pixels, 16385, 1, 0, 1, &err));
        ck_assert(strstr(err.text, "the display cannot show 16385 x 1 pixels: "));
    }
    ck_assert(!window_frame(rig.w, pixels, 0, 1, 0, 1, &err));
    ck_assert(strstr(err.text, "the display cannot show 0 x 1 pixels: "));
    window_pump(rig.w);
    rig_shows(0, 0, GREY); /* the old one stays */
}
END_TEST

/* One for the picture, one where its pixels are repeated; panel, text and lights have one each while they stand. */
START_TEST(nothing_that_was_drawn_is_kept_beyond_its_time)
{
    rig_picture(640, 480, GREY);
    rig_pass(5000);
    ck_assert_int_eq(rig.textures, 2); /* the lights' is made with the first picture */
    window_set_scaling(rig.w, SCALING_MONITOR);
    rig_pass(5000);
    for (unsigned i = 0; i < 3; i++) {
        rig_picture(320 + 40 * i, 200, GREY);
        SDL_SetWindowSize(rig.w->window, 1000, 750 + (int)i);
        rig_window(SDL_WINDOWEVENT_RESIZED);
        rig_pass(5000);
        ck_assert_int_eq(rig.textures, 3);
        SDL_Texture *sharp = rig.w->sharp;
        rig_picture(320 + 40 * i, 200, GREY); /* the same size: the same textures */
        ck_assert_ptr_eq(rig.w->sharp, sharp);
        ck_assert_int_eq(rig.textures, 3);
    }
    SDL_SetWindowSize(rig.w->window, 1000, 300); /* as high as 400 lines, but another factor: made anew, once */
    rig_window(SDL_WINDOWEVENT_RESIZED);
    ck_assert_int_eq(rig.textures, 3);
    window_help(rig.w);
    window_message(rig.w, "a word");
    window_pump(rig.w);
    ck_assert_int_eq(rig.textures, 4);
    rig_key(SDL_SCANCODE_ESCAPE, SDLK_ESCAPE, 0, true, false);
    ck_assert_int_eq(rig.textures, 4); /* the text's now */
    rig_pass(5000);
    ck_assert_int_eq(rig.textures, 3);
}
END_TEST

START_TEST(a_display_without_room_shows_what_it_can)
{
    static const struct window_ops none = {0};
    struct error err = {""};
    static uint32_t pixels[320 * 200];
    rig_picture(320, 200, GREY);
    rig_pass(5000);
    window_set_scaling(rig.w, SCALING_MONITOR);
    rig.no_textures = true;
    SDL_SetWindowSize(rig.w->window, 1000, 750);
    rig_window(SDL_WINDOWEVENT_RESIZED); /* no repeated pixels, no text */
    rig_shows(0, 0, GREY);
    rig_shows(999, 749, GREY);
    window_help(rig.w);
    window_lights(rig.w, 1, 1);
    rig_pass(0);
    rig_shows(500, 300, GREY);
    ck_assert(!window_frame(rig.w, pixels, 300, 200, 0, 200, &err));
    ck_assert_str_eq(err.text, "the display cannot show 300 x 200 pixels: no room");
    ck_assert(window_frame(rig.w, pixels, 320, 200, 0, 100, &err));
    window_pump(rig.w);
    rig_shows(0, 0, 0);
    rig_shows(0, 749, GREY);
    rig_close();
    rig.no_renderer = true;
    rig.w = window_open("guest", false, &none, &rig, &err);
    ck_assert_ptr_null(rig.w);
    ck_assert(strstr(err.text, "no window can be opened (no renderer); say -display none, or -nographic"));
}
END_TEST

TCase *window_view_case(void)
{
    TCase *t = tcase_create("window_view");
    tcase_add_checked_fixture(t, rig_open, rig_close);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, window_takes_the_pictures_size_unless_the_user_chose_one);
    tcase_add_test(t, a_size_that_is_not_given_counts_as_chosen_after_half_a_second);
    tcase_add_test(t, full_screen_keeps_its_size_and_gives_the_windows_back);
    tcase_add_test(t, a_window_begins_in_full_screen_where_that_is_asked_for);
    tcase_add_test(t, lines_that_changed_are_taken_and_no_others);
    tcase_add_test(t, a_picture_that_is_enlarged_stays_sharp);
    tcase_add_test(t, a_lost_display_gets_everything_anew);
    tcase_add_test(t, title_has_name_speed_and_state_or_what_is_said);
    tcase_add_test(t, a_change_of_state_is_said_on_the_picture);
    tcase_add_test(t, the_first_picture_says_where_help_is);
    tcase_add_test(t, a_text_stands_in_the_middle_below_and_goes);
    tcase_add_test(t, texts_and_panels_are_twice_as_large_where_the_room_is);
    tcase_add_test(t, a_new_text_or_panel_takes_the_place_of_the_old_one);
    tcase_add_test(t, a_panel_without_room_is_shrunk);
    tcase_add_test(t, a_display_that_shows_nothing_is_refused);
    tcase_add_test(t, nothing_that_was_drawn_is_kept_beyond_its_time);
    tcase_add_test(t, a_display_without_room_shows_what_it_can);
    tcase_add_test(t, a_picture_that_the_display_cannot_show_is_an_error);
    return t;
}
