/* SPDX-License-Identifier: MIT */
/*
 * The SDL window. The picture lives in a texture; a frame uploads the lines that changed, and the
 * screen is redrawn with the display's vertical sync when a frame or the display asks for it, never
 * otherwise.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ui/waker.h"
#include "ui/window_priv.h"

enum { FIRST_W = 720, FIRST_H = 400, MESSAGE_MS = 4000, LIGHTS_MS = 50 };

void window_show_title(struct window *w)
{
    char title[320];
    if (w->message[0])
        snprintf(title, sizeof title, "%s - %s", w->name, w->message);
    else if (w->grabbed)
        snprintf(title, sizeof title, "%s - press Ctrl+Alt+G to release the mouse and the keyboard", w->name);
    else
        snprintf(title, sizeof title, "%s%s%s%s%s%s%s%s", w->name, strcmp(w->name, "Vitrine") ? " - Vitrine" : "",
                 w->speed[0] ? " [" : "", w->speed, w->speed[0] ? "]" : "", w->state[0] ? " (" : "", w->state,
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
        return error_set(err, "no display can be opened (%s); say -display none, or -nographic to use the terminal",
                         SDL_GetError());
    const char *driver = SDL_GetCurrentVideoDriver();
    if (!driver || !strcmp(driver, "dummy") || !strcmp(driver, "offscreen") || !strcmp(driver, "evdev")) {
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

struct window *window_open(const char *name, bool full_screen, const struct window_ops *ops, void *ctx,
                           struct error *err)
{
    if (!start_video(err))
        return NULL;
    struct window *w = calloc(1, sizeof *w);
    if (w) {
        snprintf(w->name, sizeof w->name, "%s", name);
        w->ops = ops;
        w->ctx = ctx;
        w->full_screen = full_screen;
        w->window = SDL_CreateWindow(w->name, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, FIRST_W, FIRST_H,
                                     SDL_WINDOW_RESIZABLE | (full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0));
    }
    if (w && w->window)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (w && w->window && !w->renderer)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    if (w)
        w->waker = waker_new();
    if (!w || !w->renderer || !w->waker) {
        error_set(err, "no window can be opened (%s); say -display none, or -nographic to use the terminal",
                  SDL_GetError());
        window_close(w);
        return NULL;
    }
    SDL_EnableScreenSaver();
    SDL_StopTextInput(); /* no input method between the keys and the guest */
    w->dirty = true;
    window_show_title(w);
    return w;
}

void window_close(struct window *w)
{
    if (!w)
        return;
    waker_free(w->waker);
    window_overlay_free(w);
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
    SDL_Texture *t =
        SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING, (int)width, (int)height);
    if (!t)
        return error_set(err, "the display cannot show %u x %u pixels: %s", width, height, SDL_GetError());
    if (w->texture)
        SDL_DestroyTexture(w->texture);
    w->texture = t;
    w->w = width;
    w->h = height;
    if (!w->full_screen && !w->user_sized)
        SDL_SetWindowSize(w->window, (int)width, (int)height);
    return true;
}

bool window_frame(struct window *w, const uint32_t *pixels, uint32_t width, uint32_t height, uint32_t y0, uint32_t y1,
                  struct error *err)
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

struct window_rect window_picture(struct window *w)
{
    int rw, rh;
    SDL_GetRendererOutputSize(w->renderer, &rw, &rh);
    return window_fit(w->w, w->h, rw, rh, w->aspect_true);
}

static void draw(struct window *w)
{
    w->dirty = false;
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    if (w->texture) {
        struct window_rect f = window_picture(w);
        bool whole = f.w % (int)w->w == 0 && f.h % (int)w->h == 0;
        SDL_SetTextureScaleMode(w->texture, whole ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
        SDL_Rect to = {f.x, f.y, f.w, f.h};
        SDL_RenderCopy(w->renderer, w->texture, NULL, &to);
    }
    window_draw_overlay(w);
    SDL_RenderPresent(w->renderer);
}

void window_toggle_full_screen(struct window *w)
{
    w->full_screen = !w->full_screen;
    SDL_SetWindowFullscreen(w->window, w->full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    w->dirty = true;
}

static void on_window(struct window *w, const SDL_WindowEvent *e)
{
    switch (e->event) {
    case SDL_WINDOWEVENT_FOCUS_LOST:
        window_release_all(w); /* the releases will go to somebody else */
        window_set_grab(w, false);
        break;
    case SDL_WINDOWEVENT_RESIZED:
        if (!w->full_screen && (!w->texture || e->data1 != (int)w->w || e->data2 != (int)w->h))
            w->user_sized = w->texture != NULL;
        w->dirty = true;
        break;
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_RESTORED: w->dirty = true; break;
    default: break;
    }
}

static void on_event(struct window *w, const SDL_Event *e)
{
    switch (e->type) {
    case SDL_WINDOWEVENT: on_window(w, &e->window); break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        window_overlay_free(w);
        w->dirty = true;
        break;
    case SDL_DROPFILE:
        w->ops->drop(w->ctx, e->drop.file);
        SDL_free(e->drop.file);
        break;
    case SDL_QUIT: w->ops->close(w->ctx); break;
    default:
        if (w->overlay)
            window_overlay_event(w, e);
        else
            window_input(w, e);
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
        window_show_title(w);
    }
    window_lights_shine(w);
    if (w->dirty)
        draw(w);
}

int window_poll(struct window *w, struct pollfd *fds, unsigned n, int timeout)
{
    if (w->message[0] && (timeout < 0 || timeout > MESSAGE_MS))
        timeout = MESSAGE_MS;
    if (window_lights_shine(w) && (timeout < 0 || timeout > LIGHTS_MS))
        timeout = LIGHTS_MS;
    return waker_poll(w->waker, fds, n, timeout);
}

void window_status(struct window *w, const char *speed, const char *state)
{
    snprintf(w->speed, sizeof w->speed, "%s", speed);
    snprintf(w->state, sizeof w->state, "%s", state);
    window_show_title(w);
}

void window_message(struct window *w, const char *text)
{
    snprintf(w->message, sizeof w->message, "%s", text);
    w->message_until = SDL_GetTicks() + MESSAGE_MS;
    window_show_title(w);
}

void window_set_clipboard(struct window *w, const char *text)
{
    (void)w;
    SDL_SetClipboardText(text);
}
