/* SPDX-License-Identifier: MIT */
/* The window's tests: what takes the place of the display, and the run. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT */
#endif
#include "window_rig.h"

#include <dlfcn.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

struct rig rig;

/* --- In SDL's place --- */

Uint32 SDL_GetTicks(void)
{
    return rig.now;
}

const char *SDL_GetCurrentVideoDriver(void)
{
    return rig.driver;
}

Uint32 SDL_GetMouseState(int *x, int *y)
{
    *x = rig.mouse_x;
    *y = rig.mouse_y;
    return 0;
}

int SDL_SetRelativeMouseMode(SDL_bool on)
{
    rig.relative = on;
    return 0;
}

void SDL_SetWindowKeyboardGrab(SDL_Window *window, SDL_bool on)
{
    (void)window;
    rig.grabbed = on;
}

/* SDL's own, behind the ones of the same name here. */
static void *real(const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);
    ck_assert_msg(p != NULL, "no %s", name);
    return p;
}

SDL_Texture *SDL_CreateTexture(SDL_Renderer *renderer, Uint32 format, int access, int w, int h)
{
    SDL_Texture *(*make)(SDL_Renderer *, Uint32, int, int, int);
    *(void **)&make = real("SDL_CreateTexture");
    if (rig.no_textures) {
        SDL_SetError("no room");
        return NULL;
    }
    SDL_Texture *t = make(renderer, format, access, w, h);
    rig.textures += t != NULL;
    return t;
}

void SDL_DestroyTexture(SDL_Texture *t)
{
    void (*drop)(SDL_Texture *);
    *(void **)&drop = real("SDL_DestroyTexture");
    ck_assert_ptr_nonnull(t);
    rig.textures--;
    drop(t);
}

SDL_Renderer *SDL_CreateRenderer(SDL_Window *window, int index, Uint32 flags)
{
    SDL_Renderer *(*make)(SDL_Window *, int, Uint32);
    *(void **)&make = real("SDL_CreateRenderer");
    if (!rig.no_renderer)
        return make(window, index, flags);
    SDL_SetError("no renderer");
    return NULL;
}

int SDL_WaitEventTimeout(SDL_Event *e, int timeout)
{
    rig.waited = timeout;
    for (unsigned i = 0; rig.waits && i < 2000 && !SDL_PollEvent(NULL); i++)
        SDL_Delay(1);
    return e ? SDL_PollEvent(e) : 0;
}

/* --- The owner --- */

static void say(const char *format, ...)
{
    size_t n = strlen(rig.said);
    va_list args;
    va_start(args, format);
    vsnprintf(rig.said + n, sizeof rig.said - n, format, args);
    va_end(args);
    n = strlen(rig.said);
    snprintf(rig.said + n, sizeof rig.said - n, "; ");
}

static void on_key(void *ctx, uint8_t qnum, bool down)
{
    ck_assert_ptr_eq(ctx, &rig);
    say("key %02x %d", qnum, down);
}

static void on_pointer(void *ctx, bool absolute, int32_t x, int32_t y, int wheel, uint8_t mask, uint8_t level)
{
    (void)ctx;
    say("%s %d %d wheel %d mask %02x level %02x", absolute ? "abs" : "rel", x, y, wheel, mask, level);
}

static void on_screenshot(void *ctx)
{
    (void)ctx;
    say("screenshot");
}

static void on_paste(void *ctx, const char *text)
{
    (void)ctx;
    say("paste %s", text);
}

static void on_copy(void *ctx)
{
    (void)ctx;
    say("copy");
}

static void on_pause(void *ctx)
{
    (void)ctx;
    say("pause");
}

static void on_warp(void *ctx)
{
    (void)ctx;
    say("warp");
}

static void on_faster(void *ctx, bool up)
{
    (void)ctx;
    say(up ? "faster" : "slower");
}

static void on_menu(void *ctx)
{
    (void)ctx;
    say("menu");
}

static void on_chosen(void *ctx, unsigned item)
{
    (void)ctx;
    say("chosen %d", (int)item);
}

static void on_entered(void *ctx, const char *text)
{
    (void)ctx;
    say("entered '%s'", text);
}

static const char *on_complete(void *ctx, char *text, size_t room)
{
    (void)ctx;
    say("complete '%s'", text);
    if (rig.complete)
        snprintf(text, room, "%s", rig.complete);
    return rig.note;
}

static void on_drop(void *ctx, const char *path)
{
    (void)ctx;
    say("drop %s", path);
}

static void on_close(void *ctx, bool by_manager)
{
    (void)ctx;
    say("close %d", by_manager);
}

static const struct window_ops ops = {
    .key = on_key,
    .pointer = on_pointer,
    .screenshot = on_screenshot,
    .paste = on_paste,
    .copy = on_copy,
    .pause = on_pause,
    .warp = on_warp,
    .faster = on_faster,
    .menu = on_menu,
    .chosen = on_chosen,
    .entered = on_entered,
    .complete = on_complete,
    .drop = on_drop,
    .close = on_close,
};

void rig_open(void)
{
    struct error err = {""};
    rig = (struct rig){.now = 1000, .driver = "x11", .waited = -2};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    rig.w = window_open("guest", false, &ops, &rig, &err);
    ck_assert_msg(rig.w, "%s", err.text);
    window_pump(rig.w);
    rig.said[0] = 0;
}

void rig_close(void)
{
    window_close(rig.w);
    ck_assert_int_eq(rig.textures, 0);
    rig.w = NULL;
}

void rig_says(const char *want)
{
    ck_assert_str_eq(rig.said, want);
    rig.said[0] = 0;
}

/* --- Events --- */

void rig_send(SDL_Event e)
{
    ck_assert_int_eq(SDL_PushEvent(&e), 1);
    window_pump(rig.w);
}

void rig_key(SDL_Scancode code, SDL_Keycode sym, unsigned mod, bool down, bool repeat)
{
    SDL_Event e = {.key = {.type = down ? SDL_KEYDOWN : SDL_KEYUP, .repeat = repeat}};
    e.key.keysym = (SDL_Keysym){.scancode = code, .sym = sym, .mod = (Uint16)mod};
    rig_send(e);
}

void rig_button(unsigned button, bool down, int x, int y)
{
    SDL_Event e = {.button = {.type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP, .button = (Uint8)button}};
    e.button.state = down ? SDL_PRESSED : SDL_RELEASED;
    e.button.x = x;
    e.button.y = y;
    rig_send(e);
}

void rig_motion(int x, int y, int dx, int dy)
{
    rig_send((SDL_Event){.motion = {.type = SDL_MOUSEMOTION, .x = x, .y = y, .xrel = dx, .yrel = dy}});
}

void rig_wheel(int y, bool flipped)
{
    SDL_Event e = {.wheel = {.type = SDL_MOUSEWHEEL, .y = y}};
    e.wheel.direction = flipped ? SDL_MOUSEWHEEL_FLIPPED : SDL_MOUSEWHEEL_NORMAL;
    rig_send(e);
}

void rig_text(const char *text)
{
    SDL_Event e = {.text = {.type = SDL_TEXTINPUT}};
    snprintf(e.text.text, sizeof e.text.text, "%s", text);
    rig_send(e);
}

void rig_window(unsigned event)
{
    rig_send((SDL_Event){.window = {.type = SDL_WINDOWEVENT, .event = (Uint8)event}});
}

void rig_pass(uint32_t ms)
{
    rig.now += ms;
    window_pump(rig.w);
}

/* --- What is seen --- */

void rig_picture(uint32_t w, uint32_t h, uint32_t rgb)
{
    struct error err = {""};
    uint32_t *pixels = calloc((size_t)w * h, 4);
    for (size_t i = 0; i < (size_t)w * h; i++)
        pixels[i] = rgb;
    ck_assert_msg(window_frame(rig.w, pixels, w, h, 0, h, &err), "%s", err.text);
    free(pixels);
    window_pump(rig.w);
}

uint32_t rig_pixel(int x, int y)
{
    uint32_t p = 0;
    SDL_Rect r = {x, y, 1, 1};
    ck_assert_int_eq(SDL_RenderReadPixels(rig.w->renderer, &r, SDL_PIXELFORMAT_ARGB8888, &p, 4), 0);
    return p & 0xffffff;
}

void rig_shows(int x, int y, uint32_t rgb)
{
    uint32_t p = rig_pixel(x, y);
    ck_assert_msg(p == rgb, "pixel %d,%d is %06x, not %06x", x, y, p, rgb);
}

void rig_size(int w, int h)
{
    int ww, wh;
    SDL_GetWindowSize(rig.w->window, &ww, &wh);
    ck_assert_msg(ww == w && wh == h, "the window has %d x %d, not %d x %d", ww, wh, w, h);
}

void rig_title(const char *want)
{
    ck_assert_str_eq(SDL_GetWindowTitle(rig.w->window), want);
}

int main(void)
{
    Suite *s = suite_create("window");
    suite_add_tcase(s, window_input_case());
    suite_add_tcase(s, window_menu_case());
    suite_add_tcase(s, window_view_case());
    suite_add_tcase(s, window_lights_case());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
