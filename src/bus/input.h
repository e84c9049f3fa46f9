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

/* A sink for key events: the keyboard. `key` is a qnum. */
struct key_sink {
    void (*key)(void *ctx, uint8_t key, bool down);
    void *ctx;
};

#endif
