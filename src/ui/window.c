/* SPDX-License-Identifier: MIT */
/*
 * The SDL window. The picture lives in a texture; a frame uploads the lines that changed, and the
 * screen is redrawn with the display's vertical sync when a frame or the display asks for it, never
 * otherwise.
 */
#include "config.h"

#include "ui/window.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "bus/input.h"
#include "ui/keymap.h"
#include "ui/waker.h"

enum { FIRST_W = 720, FIRST_H = 400, MESSAGE_MS = 4000 };

struct window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    uint32_t w, h; /* of the picture */
    bool aspect_true, full_screen, grabbed;
    bool user_sized; /* the user or the window manager chose the size: a new mode keeps it */
    bool dirty;
    bool takes_absolute; /* the guest: the pointer needs no grab */
    bool down[256];      /* keys that the guest believes pressed */
    char name[64], speed[48], state[16], message[160];
    uint32_t message_until;
    const struct window_ops *ops;
    void *ctx;
    struct waker *waker;
};

static void show_title(struct window *w)
{
    char title[320];
    if (w->message[0])
        snprintf(title, sizeof title, "%s - %s", w->name, w->message);
    else if (w->grabbed)
        snprintf(title, sizeof title, "%s - Ctrl+Alt+G releases the mouse and the keyboard",
                 w->name);
    else
        snprintf(title, sizeof title, "%s - Vitrine%s%s%s%s%s%s", w->name, w->speed[0] ? " [" : "",
                 w->speed, w->speed[0] ? "]" : "", w->state[0] ? " (" : "", w->state,
                 w->state[0] ? ")" : "");
    if (strcmp(title, SDL_GetWindowTitle(w->window)))
        SDL_SetWindowTitle(w->window, title);
}

static bool start_video(struct error *err)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_GRAB_KEYBOARD, "1");
    /* QUIRK: libwayland complains on standard error by itself where it could not work anyway. */
    if (!getenv("WAYLAND_DISPLAY") && !getenv("XDG_RUNTIME_DIR"))
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11,KMSDRM");
    if (SDL_Init(SDL_INIT_VIDEO) < 0)
        return error_set(
            err,
            "no display can be opened (%s); say -display none, or -nographic to use the terminal",
            SDL_GetError());
    const char *driver = SDL_GetCurrentVideoDriver();
    if (!driver || !strcmp(driver, "dummy") || !strcmp(driver, "offscreen") ||
        !strcmp(driver, "evdev")) {
        error_set(err,
                  "there is no display that shows anything (SDL's video driver is '%s'); say "
                  "-display none, or "
                  "-nographic to use the terminal",
                  driver ? driver : "none");
        SDL_Quit();
        return false;
    }
    return true;
}

struct window *window_open(const char *name, bool full_screen, const struct window_ops *ops,
                           void *ctx, struct error *err)
{
    if (!start_video(err))
        return NULL;
    struct window *w = calloc(1, sizeof *w);
    if (w) {
        snprintf(w->name, sizeof w->name, "%s", name);
        w->ops = ops;
        w->ctx = ctx;
        w->full_screen = full_screen;
        w->window = SDL_CreateWindow(
            w->name, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, FIRST_W, FIRST_H,
            SDL_WINDOW_RESIZABLE | (full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0));
    }
    if (w && w->window)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (w && w->window && !w->renderer)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    if (w)
        w->waker = waker_new();
    if (!w || !w->renderer || !w->waker) {
        error_set(
            err,
            "no window can be opened (%s); say -display none, or -nographic to use the terminal",
            SDL_GetError());
        window_close(w);
        return NULL;
    }
    SDL_EnableScreenSaver();
    SDL_StopTextInput(); /* no input method between the keys and the guest */
    w->dirty = true;
    show_title(w);
    return w;
}

void window_close(struct window *w)
{
    if (!w)
        return;
    waker_free(w->waker);
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_Quit();
    free(w);
}

static bool new_size(struct window *w, uint32_t width, uint32_t height, struct error *err)
{
    SDL_Texture *t = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB888,
                                       SDL_TEXTUREACCESS_STREAMING, (int)width, (int)height);
    if (!t)
        return error_set(err, "the display cannot show %u x %u pixels: %s", width, height,
                         SDL_GetError());
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    w->texture = t;
    w->w = width;
    w->h = height;
    if (!w->full_screen && !w->user_sized)
        SDL_SetWindowSize(w->window, (int)width, (int)height);
    return true;
}

bool window_frame(struct window *w, const uint32_t *pixels, uint32_t width, uint32_t height,
                  uint32_t y0, uint32_t y1, struct error *err)
{
    if (!w->texture || width != w->w || height != w->h) {
        if (!new_size(w, width, height, err))
            return false;
        y0 = 0;
        y1 = height;
    }
    SDL_Rect lines = {0, (int)y0, (int)width, (int)(y1 - y0)};
    SDL_UpdateTexture(w->texture, &lines, pixels + (size_t)y0 * width, (int)width * 4);
    w->dirty = true;
    return true;
}

static void draw(struct window *w)
{
    int rw, rh;
    w->dirty = false;
    SDL_GetRendererOutputSize(w->renderer, &rw, &rh);
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    if (w->texture) {
        struct window_rect f = window_fit(w->w, w->h, rw, rh, w->aspect_true);
        bool whole = f.w % (int)w->w == 0 && f.h % (int)w->h == 0;
        SDL_SetTextureScaleMode(w->texture, whole ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
        SDL_Rect to = {f.x, f.y, f.w, f.h};
        SDL_RenderCopy(w->renderer, w->texture, NULL, &to);
    }
    SDL_RenderPresent(w->renderer);
}

static void send_key(struct window *w, uint8_t q, bool down)
{
    if (!q || (!down && !w->down[q]))
        return;
    w->down[q] = down;
    w->ops->key(w->ctx, q, down);
}

static void release_all(struct window *w)
{
    for (unsigned q = 0; q < ARRAY_LEN(w->down); q++)
        send_key(w, (uint8_t)q, false);
}

/* --- The pointer --- */

static void set_grab(struct window *w, bool on)
{
    if (on == w->grabbed)
        return;
    w->grabbed = on;
    SDL_SetWindowKeyboardGrab(w->window, on);
    SDL_SetRelativeMouseMode(on && !w->takes_absolute);
    if (!on)
        release_all(w);
    show_title(w);
}

void window_pointer_mode(struct window *w, bool absolute)
{
    if (absolute == w->takes_absolute)
        return;
    w->takes_absolute = absolute;
    if (w->grabbed)
        SDL_SetRelativeMouseMode(!absolute);
}

static uint8_t button_bit(uint8_t button)
{
    switch (button) {
    case SDL_BUTTON_LEFT:
        return POINTER_LEFT;
    case SDL_BUTTON_RIGHT:
        return POINTER_RIGHT;
    case SDL_BUTTON_MIDDLE:
        return POINTER_MIDDLE;
    case SDL_BUTTON_X1:
        return POINTER_SIDE;
    case SDL_BUTTON_X2:
        return POINTER_EXTRA;
    default:
        return 0;
    }
}

/* Where a point of the window lies on the guest's picture, 0 to POINTER_ABS_MAX. */
static int32_t along(int at, int from, int size)
{
    int64_t v = size > 1 ? (int64_t)(at - from) * POINTER_ABS_MAX / (size - 1) : 0;
    return (int32_t)(v < 0 ? 0 : v > POINTER_ABS_MAX ? POINTER_ABS_MAX : v);
}

/* Sends what the pointer did; (x, y) of the window, (dx, dy) of the motion. */
static void send_pointer(struct window *w, int x, int y, int dx, int dy, int wheel, uint8_t mask,
                         uint8_t level)
{
    if (!w->takes_absolute) {
        if (w->grabbed)
            w->ops->pointer(w->ctx, false, dx, dy, wheel, mask, level);
        return;
    }
    int ww, wh, rw, rh;
    SDL_GetWindowSize(w->window, &ww, &wh);
    SDL_GetRendererOutputSize(w->renderer, &rw, &rh);
    if (!w->texture || ww < 1 || wh < 1)
        return;
    struct window_rect f = window_fit(w->w, w->h, rw, rh, w->aspect_true);
    w->ops->pointer(w->ctx, true, along(x * rw / ww, f.x, f.w), along(y * rh / wh, f.y, f.h), wheel,
                    mask, level);
}

static void on_button(struct window *w, const SDL_MouseButtonEvent *e)
{
    uint8_t bit = button_bit(e->button);
    bool down = e->state == SDL_PRESSED;
    if (down && !w->grabbed && !w->takes_absolute) {
        set_grab(w, true); /* this click is ours */
        return;
    }
    send_pointer(w, e->x, e->y, 0, 0, 0, bit, down ? bit : 0);
}

static void on_wheel(struct window *w, const SDL_MouseWheelEvent *e)
{
    int x, y;
    SDL_GetMouseState(&x, &y);
    send_pointer(w, x, y, 0, 0, e->direction == SDL_MOUSEWHEEL_FLIPPED ? -e->y : e->y, 0, 0);
}

static void toggle_full_screen(struct window *w)
{
    w->full_screen = !w->full_screen;
    SDL_SetWindowFullscreen(w->window, w->full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    w->dirty = true;
}

/* Ctrl+Alt and a letter (by its label). True: it was one of ours. */
static bool hot_key(struct window *w, const SDL_Keysym *k)
{
    if (!(k->mod & KMOD_CTRL) || !(k->mod & KMOD_LALT))
        return false;
    switch (k->sym) {
    case SDLK_f:
        toggle_full_screen(w);
        return true;
    case SDLK_a:
        w->aspect_true = !w->aspect_true;
        w->dirty = true;
        window_message(w, w->aspect_true ? "aspect-true" : "whole pixels");
        return true;
    case SDLK_u:
        w->user_sized = false;
        if (w->texture && !w->full_screen)
            SDL_SetWindowSize(w->window, (int)w->w, (int)w->h);
        return true;
    case SDLK_s:
        w->ops->screenshot(w->ctx);
        return true;
    case SDLK_g:
        set_grab(w, !w->grabbed);
        return true;
    case SDLK_q:
        w->ops->close(w->ctx);
        return true;
    default:
        return false;
    }
}

static void on_window(struct window *w, const SDL_WindowEvent *e)
{
    switch (e->event) {
    case SDL_WINDOWEVENT_FOCUS_LOST:
        release_all(w); /* the releases will go to somebody else */
        set_grab(w, false);
        break;
    case SDL_WINDOWEVENT_RESIZED:
        if (!w->full_screen && (!w->texture || e->data1 != (int)w->w || e->data2 != (int)w->h))
            w->user_sized = w->texture != NULL;
        w->dirty = true;
        break;
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_RESTORED:
        w->dirty = true;
        break;
    default:
        break;
    }
}

static void on_event(struct window *w, const SDL_Event *e)
{
    switch (e->type) {
    case SDL_KEYDOWN:
        if ((e->key.repeat || !hot_key(w, &e->key.keysym)) &&
            !(e->key.repeat && !w->down[keymap_qnum(e->key.keysym.scancode)]))
            send_key(w, keymap_qnum(e->key.keysym.scancode), true);
        break;
    case SDL_KEYUP:
        send_key(w, keymap_qnum(e->key.keysym.scancode), false);
        break;
    case SDL_MOUSEMOTION:
        send_pointer(w, e->motion.x, e->motion.y, e->motion.xrel, e->motion.yrel, 0, 0, 0);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        on_button(w, &e->button);
        break;
    case SDL_MOUSEWHEEL:
        on_wheel(w, &e->wheel);
        break;
    case SDL_WINDOWEVENT:
        on_window(w, &e->window);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        w->dirty = true;
        break;
    case SDL_QUIT:
        w->ops->close(w->ctx);
        break;
    default:
        break;
    }
}

void window_pump(struct window *w)
{
    SDL_Event e;
    while (SDL_PollEvent(&e))
        on_event(w, &e);
    if (w->message[0] && SDL_TICKS_PASSED(SDL_GetTicks(), w->message_until)) {
        w->message[0] = 0;
        show_title(w);
    }
    if (w->dirty)
        draw(w);
}

int window_poll(struct window *w, struct pollfd *fds, unsigned n, int timeout)
{
    if (w->message[0] && (timeout < 0 || timeout > MESSAGE_MS))
        timeout = MESSAGE_MS;
    return waker_poll(w->waker, fds, n, timeout);
}

void window_status(struct window *w, const char *speed, const char *state)
{
    snprintf(w->speed, sizeof w->speed, "%s", speed);
    snprintf(w->state, sizeof w->state, "%s", state);
    show_title(w);
}

void window_message(struct window *w, const char *text)
{
    snprintf(w->message, sizeof w->message, "%s", text);
    w->message_until = SDL_GetTicks() + MESSAGE_MS;
    show_title(w);
}
