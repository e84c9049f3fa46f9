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
    void (*pointer)(void *ctx, bool absolute, int32_t x, int32_t y, int wheel, uint8_t mask, uint8_t level);
    void (*screenshot)(void *ctx);
    void (*paste)(void *ctx, const char *text);   /* UTF-8, to be typed */
    void (*copy)(void *ctx);                      /* the text screen: window_set_clipboard() */
    void (*pause)(void *ctx);                     /* or go on */
    void (*warp)(void *ctx);                      /* on or off */
    void (*faster)(void *ctx, bool up);           /* the speed limit, a step */
    void (*menu)(void *ctx);                      /* asks for the menu of media: window_menu() */
    void (*chosen)(void *ctx, unsigned item);     /* of the menu, which is closed */
    void (*entered)(void *ctx, const char *text); /* what window_ask() asked for */
    void (*drop)(void *ctx, const char *path);    /* a file was dropped on the window */
    void (*close)(void *ctx);
};

/* NULL with *err where there is no usable display. */
struct window *window_open(const char *name, bool full_screen, const struct window_ops *ops, void *ctx,
                           struct error *err);
void window_close(struct window *w);

/* Takes lines [y0, y1) of a width x height picture; all of it where the size is new. False with
 * *err: it cannot be shown. */
bool window_frame(struct window *w, const uint32_t *pixels, uint32_t width, uint32_t height, uint32_t y0, uint32_t y1,
                  struct error *err);
/* Handles what came from the display and shows what changed. */
void window_pump(struct window *w);
/* poll(), which also ends when something comes from the display; timeout in ms, -1: none. */
struct pollfd;
int window_poll(struct window *w, struct pollfd *fds, unsigned n, int timeout);
/* "98 %, 120 MIPS" and "paused", "halted" or "". */
void window_status(struct window *w, const char *speed, const char *state);
/* A menu over the picture, and a line to fill in. What is shown takes the place of what was. */
void window_menu(struct window *w, const char *title, const char *const *items, unsigned n);
void window_ask(struct window *w, const char *title, const char *initial);
enum { WINDOW_LIGHTS = 6 };
/* Drives that were just read and written, by bit: hda to hdd, fda, fdb. */
void window_lights(struct window *w, uint8_t reads, uint8_t writes);
void window_set_clipboard(struct window *w, const char *text);
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
