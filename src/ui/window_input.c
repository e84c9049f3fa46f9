/* SPDX-License-Identifier: MIT */
/*
 * The window's keys and pointer. Keys go by their place. The pointer is grabbed by a click where
 * the guest has a mouse, and needs no grab where it takes absolute coordinates.
 */
#include "config.h"

#include <string.h>

#include "base/bits.h"
#include "bus/input.h"
#include "ui/keymap.h"
#include "ui/window_priv.h"

static void send_key(struct window *w, uint8_t q, bool down)
{
    if (!q || (!down && !w->down[q]))
        return;
    w->down[q] = down;
    w->ops->key(w->ctx, q, down);
}

static uint8_t button_bit(uint8_t button)
{
    switch (button) {
    case SDL_BUTTON_LEFT: return POINTER_LEFT;
    case SDL_BUTTON_RIGHT: return POINTER_RIGHT;
    case SDL_BUTTON_MIDDLE: return POINTER_MIDDLE;
    case SDL_BUTTON_X1: return POINTER_SIDE;
    case SDL_BUTTON_X2: return POINTER_EXTRA;
    default: return 0;
    }
}

/* Where a point of the window lies on the guest's picture, 0 to POINTER_ABS_MAX. */
static int32_t along(int at, int from, int size)
{
    int64_t v = size > 1 ? (int64_t)(at - from) * POINTER_ABS_MAX / (size - 1) : 0;
    return (int32_t)(v < 0 ? 0 : v > POINTER_ABS_MAX ? POINTER_ABS_MAX : v);
}

struct gesture {
    int x, y, dx, dy, wheel; /* of the window; of the motion */
    uint8_t mask, level;
};

static void send_pointer(struct window *w, const struct gesture *g)
{
    if (!w->takes_absolute) {
        if (w->grabbed)
            w->ops->pointer(w->ctx, false, g->dx, g->dy, g->wheel, g->mask, g->level);
    } else if (w->texture) {
        int ww, wh, rw, rh;
        SDL_GetWindowSize(w->window, &ww, &wh);
        SDL_GetRendererOutputSize(w->renderer, &rw, &rh);
        struct window_rect f = window_picture(w);
        w->ops->pointer(w->ctx, true, along(g->x * rw / MAX(ww, 1), f.x, f.w), along(g->y * rh / MAX(wh, 1), f.y, f.h),
                        g->wheel, g->mask, g->level);
    }
    w->buttons = (uint8_t)((w->buttons & ~g->mask) | g->level);
}

/* By the way on which they went down. */
static void release_buttons(struct window *w)
{
    struct gesture g = {.mask = w->buttons};
    SDL_GetMouseState(&g.x, &g.y);
    if (w->buttons && w->takes_absolute)
        send_pointer(w, &g);
    else if (w->buttons)
        w->ops->pointer(w->ctx, false, 0, 0, 0, w->buttons, 0);
    w->buttons = 0;
}

void window_release_all(struct window *w)
{
    for (unsigned q = 0; q < ARRAY_LEN(w->down); q++)
        send_key(w, (uint8_t)q, false);
    release_buttons(w);
}

void window_show_cursor(struct window *w)
{
    SDL_ShowCursor(w->takes_absolute && !w->overlay && !w->keep_cursor ? SDL_DISABLE : SDL_ENABLE);
}

void window_keep_cursor(struct window *w)
{
    w->keep_cursor = true;
    window_show_cursor(w);
}

void window_set_grab(struct window *w, bool on)
{
    if (on == w->grabbed)
        return;
    w->grabbed = on;
    SDL_SetWindowKeyboardGrab(w->window, on);
    SDL_SetRelativeMouseMode(on && !w->takes_absolute);
    if (!on)
        window_release_all(w);
    window_show_title(w);
}

void window_pointer_mode(struct window *w, bool absolute)
{
    if (absolute == w->takes_absolute)
        return;
    release_buttons(w);
    w->takes_absolute = absolute;
    if (w->grabbed)
        SDL_SetRelativeMouseMode(!absolute);
    window_show_cursor(w);
}

static void on_button(struct window *w, const SDL_MouseButtonEvent *e)
{
    uint8_t bit = button_bit(e->button);
    bool down = e->state == SDL_PRESSED;
    struct gesture g = {.x = e->x, .y = e->y, .mask = bit, .level = down ? bit : 0};
    if (down && !w->grabbed && !w->takes_absolute && bit == POINTER_RIGHT)
        w->ops->menu(w->ctx);
    else if (down && !w->grabbed && !w->takes_absolute)
        window_set_grab(w, true); /* this click is ours */
    else if (down || w->buttons & bit)
        send_pointer(w, &g);
}

static void on_wheel(struct window *w, const SDL_MouseWheelEvent *e)
{
    struct gesture g = {.wheel = e->direction == SDL_MOUSEWHEEL_FLIPPED ? -e->y : e->y};
    SDL_GetMouseState(&g.x, &g.y);
    send_pointer(w, &g);
}

static void on_motion(struct window *w, const SDL_MouseMotionEvent *e)
{
    struct gesture g = {.x = e->x, .y = e->y, .dx = e->xrel, .dy = e->yrel};
    send_pointer(w, &g);
}

void window_paste(struct window *w)
{
    char *text = SDL_GetClipboardText();
    window_release_all(w); /* Ctrl and Alt would change what is typed */
    if (text && *text)
        w->ops->paste(w->ctx, text);
    else
        window_message(w, "the clipboard has no text");
    SDL_free(text);
}

/* The other way than what is seen now. */
static void toggle_scaling(struct window *w)
{
    int rw, rh;
    SDL_GetRendererOutputSize(w->renderer, &rw, &rh);
    bool as_is = w->scaling == SCALING_AUTO && rw == (int)w->w && rh == (int)w->h;
    window_set_scaling(w, w->scaling == SCALING_WHOLE || as_is ? SCALING_MONITOR : SCALING_WHOLE);
}

/* Those that change only what is shown. */
static bool view_key(struct window *w, SDL_Keycode k)
{
    switch (k) {
    case SDLK_f: window_toggle_full_screen(w); break;
    case SDLK_a: toggle_scaling(w); break;
    case SDLK_u: window_own_size(w); break;
    case SDLK_l:
        w->lights_off = !w->lights_off;
        window_message(w, w->lights_off ? "no disk lights" : "disk lights");
        break;
    case SDLK_h: window_help(w); break;
    default: return false;
    }
    w->dirty = true;
    return true;
}

static bool with_ctrl_alt(const SDL_Keysym *k)
{
    return k->mod & KMOD_CTRL && k->mod & KMOD_LALT && !(k->mod & KMOD_RALT);
}

bool window_quit_key(const SDL_Keysym *k)
{
    return with_ctrl_alt(k) && k->sym == SDLK_q;
}

/* Ctrl+Alt and a letter (by its label). True: it was one of ours. */
static bool hot_key(struct window *w, const SDL_Keysym *k)
{
    if (!with_ctrl_alt(k))
        return false;
    switch (k->sym) {
    case SDLK_s: w->ops->screenshot(w->ctx); return true;
    case SDLK_g: window_set_grab(w, !w->grabbed); return true;
    case SDLK_v: window_paste(w); return true;
    case SDLK_c: w->ops->copy(w->ctx); return true;
    case SDLK_m: w->ops->menu(w->ctx); return true;
    case SDLK_p: w->ops->pause(w->ctx); return true;
    case SDLK_w: w->ops->warp(w->ctx); return true;
    case SDLK_PLUS:
    case SDLK_EQUALS:
    case SDLK_KP_PLUS: w->ops->faster(w->ctx, true); return true;
    case SDLK_MINUS:
    case SDLK_KP_MINUS: w->ops->faster(w->ctx, false); return true;
    case SDLK_q: w->ops->close(w->ctx, false); return true;
    default: return view_key(w, k->sym);
    }
}

static void on_key(struct window *w, const SDL_KeyboardEvent *e)
{
    uint8_t q = keymap_qnum(e->keysym.scancode);
    if (e->type == SDL_KEYUP) {
        send_key(w, q, false);
        return;
    }
    bool again = e->repeat && !w->raw_up[q];
    w->raw_up[q] = false;
    if (!again && hot_key(w, &e->keysym))
        return;
    if (!again || w->down[q])
        send_key(w, q, true);
}

void window_key_up(struct window *w, unsigned scancode)
{
    uint8_t q = keymap_qnum(scancode);
    send_key(w, q, false);
    w->raw_up[q] = true;
}

void window_input(struct window *w, const SDL_Event *e)
{
    switch (e->type) {
    case SDL_KEYDOWN:
    case SDL_KEYUP: on_key(w, &e->key); break;
    case SDL_MOUSEMOTION: on_motion(w, &e->motion); break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: on_button(w, &e->button); break;
    case SDL_MOUSEWHEEL: on_wheel(w, &e->wheel); break;
    default: break;
    }
}
