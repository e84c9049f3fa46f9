/* SPDX-License-Identifier: MIT */
/*
 * Keys as the front end names them: set-1 make codes, with 80h added for keys whose scan code has the E0h prefix.
 * (QEMU calls this number the "qnum".) Pause is KEY_PAUSE, Print Screen KEY_PRINT.
 */
#ifndef VITRINE_BUS_INPUT_H
#define VITRINE_BUS_INPUT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    KEY_E0 = 0x80, /* or'd to the make code */
    KEY_PRINT = 0xb7,
    KEY_PAUSE = 0xc6,
};

/*
 * What happens to a key. KEY_HOST: it goes down on a keyboard that repeats by itself, or repeats while it is down:
 * such repetition comes in the time of whoever holds the key, so a guest's own clock, which may run faster, has no
 * part in it.
 */
enum key_event { KEY_UP = 0, KEY_DOWN = 1, KEY_HOST = 3 };

/* It changes what others mean: Shift, Ctrl, Alt, the logo keys. */
static inline bool key_is_modifier(uint8_t key)
{
    uint8_t code = key & 0x7f;
    return code == 0x1d || code == 0x38 || key == 0x2a || key == 0x36 || key == (0x5b | KEY_E0) ||
           key == (0x5c | KEY_E0);
}

/* A sink for key events: the keyboard. `key` is a qnum. */
struct key_sink {
    void (*key)(void *ctx, uint8_t key, bool down);
    bool (*wanted)(void *ctx); /* a guest's driver listens to it; NULL: nobody can tell */
    void *ctx;
    void (*host)(void *ctx,
                 uint8_t key); /* KEY_HOST; NULL: the guest repeats keys that are down, this cannot stop it */
    bool (*room)(void *ctx);   /* whatever one more key sends fits; NULL: nobody can tell */
};

/* Buttons of a pointer. */
enum {
    POINTER_LEFT = 0x01,
    POINTER_RIGHT = 0x02,
    POINTER_MIDDLE = 0x04,
    POINTER_SIDE = 0x08,  /* the fourth, "back" */
    POINTER_EXTRA = 0x10, /* the fifth, "forward" */
    POINTER_ALL = 0x1f,
    POINTER_ABS_MAX = 32767,
};

/* What a hand did with a mouse, or where it put a pen. */
struct pointer_event {
    bool absolute;
    int32_t dx, dy;  /* counts to the right and down; absolute: 0 */
    uint16_t x, y;   /* absolute: 0 .. POINTER_ABS_MAX from the picture's upper left corner */
    int32_t wheel;   /* notches away from the user */
    uint8_t buttons; /* those that are down now */
};

/* A sink for pointer events: a mouse or a tablet. */
struct pointer_sink {
    void (*event)(void *ctx, const struct pointer_event *e);
    bool (*wanted)(void *ctx); /* a guest's driver listens to it; NULL: nobody can tell */
    void *ctx;
};

#endif
