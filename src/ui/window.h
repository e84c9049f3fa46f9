/* SPDX-License-Identifier: MIT */
/* The window: shows frames, scaled; gives keys by their place; redraws only what changed, only when
 * it changed. */
#ifndef VITRINE_UI_WINDOW_H
#define VITRINE_UI_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct window;

struct window_ops {
    void (*key)(void *ctx, uint8_t qnum, bool down);
    /* Relative: counts. Absolute: 0 to POINTER_ABS_MAX over the picture. Buttons as bus/input.h. */
    void (*pointer)(void *ctx, bool absolute, int32_t x, int32_t y, int wheel, uint8_t mask,
                    uint8_t level);
    void (*screenshot)(void *ctx);
    void (*close)(void *ctx);
};

/* NULL with *err where there is no usable display. */
struct window *window_open(const char *name, bool full_screen, const struct window_ops *ops,
                           void *ctx, struct error *err);
void window_close(struct window *w);

/* Takes lines [y0, y1) of a width x height picture; all of it where the size is new. False with
 * *err: it cannot be shown. */
bool window_frame(struct window *w, const uint32_t *pixels, uint32_t width, uint32_t height,
                  uint32_t y0, uint32_t y1, struct error *err);
/* Handles what came from the display and shows what changed. */
void window_pump(struct window *w);
/* poll(), which also ends when something comes from the display; timeout in ms, -1: none. */
struct pollfd;
int window_poll(struct window *w, struct pollfd *fds, unsigned n, int timeout);
/* "98 %, 120 MIPS" and "paused", "halted" or "". */
void window_status(struct window *w, const char *speed, const char *state);
/* Whether the guest takes absolute coordinates. */
void window_pointer_mode(struct window *w, bool absolute);
/* A text in the title for the next few seconds. */
void window_message(struct window *w, const char *text);

/*
 * Where a w x h picture goes in a room of rw x rh. Integer multiples of square pixels; or,
 * aspect-true, as large as fits with the shape that a monitor gives the mode (VGA's text and
 * 200-line modes fill a 4:3 screen).
 */
struct window_rect {
    int x, y, w, h;
};
struct window_rect window_fit(uint32_t w, uint32_t h, int rw, int rh, bool aspect_true);

#endif
