/* SPDX-License-Identifier: MIT */
/*
 * The guest's text screen on the terminal, by ncurses. Keys go to the guest, as on a US keyboard;
 * after Ctrl-A x quits, h helps, and Ctrl-A is itself.
 */
#ifndef VITRINE_UI_TEXT_DISPLAY_H
#define VITRINE_UI_TEXT_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct text_display;

struct text_screen {
    bool text;           /* else a graphics mode of w x h pixels */
    unsigned w, h, x, y; /* columns, rows, the cursor's cell */
    bool cursor, blink;
    const uint8_t *cells; /* code (CP437) and attribute of each */
};

struct text_display_ops {
    /* Keys that go down together, qnums in order. False: no room now; the rest waits. */
    bool (*keys)(void *ctx, const uint8_t *qnum, size_t n);
    /* The key that types a character, 0: none does. */
    uint8_t (*key_of)(char c, bool *shift);
    void (*close)(void *ctx);
};

/* NULL with *err where standard input and output are no terminal that it can use. */
struct text_display *text_display_open(const char *name, const struct text_display_ops *ops, void *ctx,
                                       struct error *err);
void text_display_close(struct text_display *t);
void text_display_show(struct text_display *t, const struct text_screen *s);
/* Takes what was typed. */
void text_display_keys(struct text_display *t);
/* The terminal has another size. */
void text_display_resized(struct text_display *t);
/* Somebody else has written on the terminal. */
void text_display_redraw(struct text_display *t);

#endif
