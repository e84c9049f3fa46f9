/* SPDX-License-Identifier: MIT */
/* The window: shows frames, scaled; gives keys by their place; redraws only what changed, only when
 * it changed. */
#ifndef VITRINE_UI_WINDOW_H
#define VITRINE_UI_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
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
    void (*menu)(void *ctx);                      /* asks for the menu: window_menu() */
    void (*chosen)(void *ctx, unsigned item);     /* of the menu, which is closed; or WINDOW_MENU_BACK */
    void (*entered)(void *ctx, const char *text); /* what window_ask() asked for; the line is closed */
    /* Tab in such a line: what it becomes. NULL, or a text for the user, such as the choice that there is. */
    const char *(*complete)(void *ctx, char *text, size_t room);
    void (*drop)(void *ctx, const char *path); /* a file was dropped on the window */
    void (*close)(void *ctx, bool by_manager); /* the window's close button; else the key */
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
/* "98 %, 120 MIPS" and "paused", "halted" or "". What becomes of the state also stands on the picture for a while. */
void window_status(struct window *w, const char *speed, const char *state);
/*
 * A menu over the picture, and a line to fill in. What is shown takes the place of what was. An item "" is a gap;
 * `selected` is the item to begin with. A note, such as what went wrong, stands under the title; NULL: none.
 */
enum { WINDOW_MENU_MAX = 256 };
#define WINDOW_MENU_BACK (~0u)
void window_menu(struct window *w, const char *title, const char *note, const char *const *items, unsigned n,
                 unsigned selected);
void window_ask(struct window *w, const char *title, const char *note, const char *initial);
bool window_asks(const struct window *w); /* one of them is shown */
void window_help(struct window *w);
enum window_scaling window_scaling(const struct window *w);
void window_set_scaling(struct window *w, enum window_scaling how);
void window_own_size(struct window *w); /* pixel for pixel */
bool window_is_full_screen(const struct window *w);
void window_toggle_full_screen(struct window *w);
void window_paste(struct window *w);
/* The host's pointer is shown even where the guest draws its own. */
void window_keep_cursor(struct window *w);
enum { WINDOW_LIGHTS = 6 };
/* Drives that were just read and written, by bit: hda to hdd, fda, fdb. */
void window_lights(struct window *w, uint8_t reads, uint8_t writes);
void window_set_clipboard(struct window *w, const char *text);
/* Whether the guest takes absolute coordinates. */
void window_pointer_mode(struct window *w, bool absolute);
/* A text in the title for the next few seconds, on the picture for two. */
void window_message(struct window *w, const char *text);

/*
 * How a picture fills the room. SCALING_MONITOR: as large as fits with the shape that a monitor gives the mode
 * (VGA's text and 200-line modes fill a 4:3 screen). SCALING_WHOLE: integer multiples of square pixels.
 * SCALING_AUTO: the first, but pixel for pixel where the room is just the picture's size.
 */
enum window_scaling { SCALING_AUTO, SCALING_MONITOR, SCALING_WHOLE };
struct window_rect {
    int x, y, w, h;
};
struct window_rect window_fit(uint32_t w, uint32_t h, int rw, int rh, enum window_scaling how);
/* The window's size that shows the picture with no border, its larger side pixel for pixel. */
void window_natural(uint32_t w, uint32_t h, enum window_scaling how, int *nw, int *nh);
/*
 * The whole factor by which pixels are repeated before a linear filter brings them to the size wanted, so that only the
 * edges between them are mixed: the smallest that is not smaller than the picture becomes.
 */
unsigned window_sharpen(uint32_t from, int to);

#endif
