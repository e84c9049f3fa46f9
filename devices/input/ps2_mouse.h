/* SPDX-License-Identifier: MIT */
/*
 * PS/2 mouse with wheel and five buttons.
 *
 *     struct ps2_mouse *mouse = ps2_mouse_new(bus, "mouse");
 *     kbc->port[I8042_AUX] = ps2_mouse_port(mouse), mouse->ready = i8042_ready(kbc, I8042_AUX);
 *     struct pointer_sink s = ps2_mouse_pointer(mouse);
 */
#ifndef VITRINE_DEVICES_PS2_MOUSE_H
#define VITRINE_DEVICES_PS2_MOUSE_H

#include "bus/dev.h"
#include "bus/input.h"
#include "devices/input/ps2.h"

enum { MOUSE_OUT = 16, MOUSE_MOVES = 16 };

struct ps2_mouse {
    struct dev dev;
    /* Set before dev_realize. */
    struct irq_line ready; /* there is a byte for the host */

    uint8_t out[MOUSE_OUT]; /* on the way to the host */
    uint8_t nout;
    uint8_t last[4], nlast; /* the packet or answer sent last, without its FAh, for Resend */
    uint8_t command;        /* waits for its parameter; 0: none */
    uint8_t failed;         /* the last byte was answered by FEh */
    uint8_t type;           /* 0, 3 or 4: as Read Device Type says */
    uint8_t knock[2];       /* the sample rates set before the last one */
    uint8_t remote, wrap, reporting, scaling, resolution, rate;
    uint8_t buttons; /* as they are (POINTER_ bits) */

    /* Not yet reported: motion, and buttons in the order in which they changed. */
    int32_t dx[MOUSE_MOVES], dy[MOUSE_MOVES], dz[MOUSE_MOVES];
    uint8_t level[MOUSE_MOVES];
    uint8_t moves;
    uint8_t reported; /* buttons in the last packet */
    uint8_t lost;     /* bit 0: motion in x did not fit the counter, bit 1: in y */
    uint8_t poked;    /* a packet is wanted though nothing moved */
    struct timer sample, bat;
};

extern const struct dev_class ps2_mouse_class;

struct ps2_mouse *ps2_mouse_new(struct bus *bus, const char *id);
struct ps2_device ps2_mouse_port(struct ps2_mouse *m);
struct pointer_sink ps2_mouse_pointer(struct ps2_mouse *m);
/* Sends a packet even if nothing moved: for who reports motion by another way and needs the mouse's
 * interrupt. */
void ps2_mouse_poke(struct ps2_mouse *m);

#endif
