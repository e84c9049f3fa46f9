/* SPDX-License-Identifier: MIT */
/*
 * The PS/2 connector: what a controller's port sees of a keyboard or mouse. IBM PS/2 Hardware
 * Interface Technical Reference, "Keyboard and Auxiliary Device Controller".
 *
 * The device raises its `ready` wire while it has bytes for the host; the controller takes them
 * when it has room and the clock is free.
 */
#ifndef VITRINE_DEVICES_PS2_H
#define VITRINE_DEVICES_PS2_H

#include <stdbool.h>
#include <stdint.h>

struct ps2_device {
    void *ctx;                              /* NULL: nothing is plugged in */
    void (*send)(void *ctx, uint8_t byte);  /* a byte from the host */
    bool (*take)(void *ctx, uint8_t *byte); /* the next byte to the host, false where there is none */
};

#endif
