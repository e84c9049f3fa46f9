/* SPDX-License-Identifier: MIT */
/*
 * The SDL window. The screen is redrawn with the display's vertical sync when a frame or the display asks for it, never
 * otherwise.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ui/waker.h"
#include "ui/window_priv.h"

enum { FIRST_W = 720, FIRST_H = 400, MESSAGE_MS = 4000, TOAST_MS = 2000, HINT_MS = 4000, LIGHTS_MS = 50 };
enum { SETTLE_MS = 500 /* a size that was asked for is there by then, or the window manager has another opinion */ };

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
    window_raw_init();
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
    window_free_picture(w);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_Quit();
    free(w);
}

static void draw(struct window *w)
{
    w->dirty = false;
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    window_draw_picture(w);
    window_draw_overlay(w);
    SDL_RenderPresent(w->renderer);
}

/* --- Size --- */

bool window_is_full_screen(const struct window *w)
{
    return w->full_screen;
}

void window_toggle_full_screen(struct window *w)
{
    w->refit = w->full_screen; /* mode or scaling may have changed in between */
    w->full_screen = !w->full_screen;
    w->asked_at = SDL_GetTicks() | 1;
    SDL_SetWindowFullscreen(w->window, w->full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
    w->dirty = true;
}

enum window_scaling window_scaling(const struct window *w)
{
    return w->scaling;
}

void window_set_scaling(struct window *w, enum window_scaling how)
{
    static const char *const words[] = {"scaling: fills the window", "scaling: the monitor's shape",
                                        "scaling: whole pixels"};
    w->scaling = how;
    w->dirty = true;
    window_follow_picture(w);
    window_message(w, words[how]);
}

void window_own_size(struct window *w)
{
    if (w->full_screen) {
        window_message(w, "the full screen keeps its size; whole pixels by Ctrl-Alt-A");
        return;
    }
    w->user_sized = false;
    w->scaling = SCALING_AUTO;
    w->dirty = true;
    if (SDL_GetWindowFlags(w->window) & SDL_WINDOW_MAXIMIZED)
        SDL_RestoreWindow(w->window);
    window_follow_picture(w);
    window_message(w, "size 1:1");
}

static bool has_own_size(struct window *w)
{
    int ww, wh, nw, nh;
    window_natural(w->w, w->h, w->scaling, &nw, &nh);
    SDL_GetWindowSize(w->window, &ww, &wh);
    return ww == nw && wh == nh;
}

/* NOTE: word of a size that was asked for may come after the next one was: who chose is looked at when that is over. */
static void on_resized(struct window *w)
{
    w->dirty = true;
    if (w->overlay == OVERLAY_MENU)
        window_panel_changed(w); /* other lines fit */
    if (w->full_screen || !w->texture)
        return;
    if (w->refit)
        window_follow_picture(w); /* the window manager has put its size back by now */
    else if (!w->asked_at)
        w->user_sized = !has_own_size(w);
    w->refit = false;
}

static void settle(struct window *w)
{
    if (!w->asked_at || !SDL_TICKS_PASSED(SDL_GetTicks(), w->asked_at + SETTLE_MS))
        return;
    w->asked_at = 0;
    w->refit = false;
    if (!w->full_screen && w->texture && !has_own_size(w))
        w->user_sized = true;
}

/* --- Events --- */

static void on_window(struct window *w, const SDL_WindowEvent *e)
{
    switch (e->event) {
    case SDL_WINDOWEVENT_FOCUS_LOST:
        window_release_all(w); /* the releases will go to somebody else */
        window_set_grab(w, false);
        break;
    case SDL_WINDOWEVENT_RESIZED: on_resized(w); break;
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_RESTORED: w->dirty = true; break;
    default: break;
    }
}

static void on_event(struct window *w, const SDL_Event *e)
{
    unsigned released;
    if (e->type == SDL_KEYDOWN)
        window_raw_learn(w, e->key.keysym.scancode);
    switch (e->type) {
    case SDL_WINDOWEVENT: on_window(w, &e->window); break;
    case SDL_SYSWMEVENT:
        if ((released = window_raw_release(w, &e->syswm)) != 0)
            window_key_up(w, released);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        window_overlay_free(w);
        w->sharp_stale = w->dirty = true;
        break;
    case SDL_DROPFILE:
        w->ops->drop(w->ctx, e->drop.file);
        SDL_free(e->drop.file);
        break;
    case SDL_QUIT: w->ops->close(w->ctx, true); break;
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
    if (w->texture && !w->hinted) {
        w->hinted = true;
        window_toast(w, "Ctrl-Alt-H shows the keys of this window, Ctrl-Alt-M its menu", HINT_MS);
    }
    settle(w);
    window_toast_ms(w);
    window_lights_shine(w);
    if (w->dirty)
        draw(w);
}

int window_poll(struct window *w, struct pollfd *fds, unsigned n, int timeout)
{
    int toast = window_toast_ms(w);
    if (w->message[0] && (timeout < 0 || timeout > MESSAGE_MS))
        timeout = MESSAGE_MS;
    if (toast >= 0 && (timeout < 0 || timeout > toast))
        timeout = toast;
    if (window_lights_shine(w) && (timeout < 0 || timeout > LIGHTS_MS))
        timeout = LIGHTS_MS;
    return waker_poll(w->waker, fds, n, timeout);
}

void window_status(struct window *w, const char *speed, const char *state)
{
    bool stood = !strcmp(w->state, "paused") || !strcmp(w->state, "powered off");
    bool stands = !strcmp(state, "paused") || !strcmp(state, "powered off");
    if (stands && strcmp(w->state, state))
        window_toast(w, !strcmp(state, "paused") ? "paused (Ctrl-Alt-P goes on)" : state, TOAST_MS);
    else if (stood && !stands)
        window_toast(w, "running", TOAST_MS);
    snprintf(w->speed, sizeof w->speed, "%s", speed);
    snprintf(w->state, sizeof w->state, "%s", state);
    window_show_title(w);
}

void window_message(struct window *w, const char *text)
{
    snprintf(w->message, sizeof w->message, "%s", text);
    w->message_until = SDL_GetTicks() + MESSAGE_MS;
    window_toast(w, text, TOAST_MS);
    window_show_title(w);
}

void window_set_clipboard(struct window *w, const char *text)
{
    (void)w;
    SDL_SetClipboardText(text);
}
