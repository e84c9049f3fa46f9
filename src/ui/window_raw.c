/* SPDX-License-Identifier: MIT */
/*
 * Releases of keys as X reports them.
 *
 * QUIRK: SDL drops a release where the same key is pressed again within 2 ms, as the older kind of X's autorepeat
 * does it (X11_KeyRepeat), and calls the press a repetition. SDL also asks X for the kind that repeats without
 * releases (XkbSetDetectableAutoRepeat), so each release that comes is one: Shift of "AbC" typed by a program stayed
 * down (tests/ui/window_input.sh). The keys that X's codes stand for are learned from the presses.
 */
#include "config.h"

#include <SDL_syswm.h>

#include "ui/window_priv.h"

void window_raw_init(void)
{
#ifdef SDL_VIDEO_DRIVER_X11
    const char *driver = SDL_GetCurrentVideoDriver();
    if (driver && !strcmp(driver, "x11"))
        SDL_EventState(SDL_SYSWMEVENT, SDL_ENABLE);
#endif
}

unsigned window_raw_release(struct window *w, const SDL_SysWMEvent *e)
{
#ifdef SDL_VIDEO_DRIVER_X11
    if (e->msg && e->msg->subsystem == SDL_SYSWM_X11) {
        const XEvent *x = &e->msg->msg.x11.event;
        if (x->type == KeyPress)
            w->raw_code = (uint8_t)x->xkey.keycode;
        if (x->type == KeyRelease)
            return w->raw_key[(uint8_t)x->xkey.keycode];
    }
#else
    (void)w, (void)e;
#endif
    return 0;
}

void window_raw_learn(struct window *w, unsigned scancode)
{
    if (w->raw_code)
        w->raw_key[w->raw_code] = (uint16_t)scancode;
    w->raw_code = 0;
}
