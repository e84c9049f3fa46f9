/* SPDX-License-Identifier: MIT */
/*
 * Keyboard of an IBM PS/2 (101/102 keys).
 *
 *     struct ps2_keyboard *kbd = ps2_keyboard_new(bus, "kbd");
 *     kbc->port[I8042_KBD] = ps2_keyboard_port(kbd), kbd->ready = i8042_ready(kbc, I8042_KBD);
 *     struct key_sink keys = ps2_keyboard_keys(kbd);     // keys.key(keys.ctx, qnum, down)
 *
 * A key that is pressed again while it is down is ignored: repetition is the keyboard's own
 * (property "typematic"), unless a person's keyboard does it: keys.host(keys.ctx, qnum).
 */
#ifndef VITRINE_DEVICES_PS2_KEYBOARD_H
#define VITRINE_DEVICES_PS2_KEYBOARD_H

#include "bus/dev.h"
#include "bus/input.h"
#include "devices/input/ps2.h"

enum { PS2_FIFO = 16, PS2_REPLY = 4 };

struct ps2_keyboard {
    struct dev dev;
    /* Set before dev_realize. */
    struct irq_line ready; /* there is a byte for the host */
    bool typematic;        /* property */

    uint8_t fifo[PS2_FIFO + 1]; /* scan codes, and room for the overrun code */
    uint8_t count;
    uint8_t overrun;          /* the overrun code is in the FIFO's last place, and nothing follows it */
    uint8_t reply[PS2_REPLY]; /* answers to commands go first */
    uint8_t nreply;
    uint8_t last;    /* sent last, for Resend */
    uint8_t command; /* waits for its parameter; 0: none */
    uint8_t scanning, set, leds;
    uint8_t rate;             /* as F3h set it */
    uint8_t down[256 / 8];    /* by qnum */
    uint8_t key_type[256];    /* set 3: enum of make, break, typematic bits by set-3 code */
    uint8_t repeat_key;       /* qnum */
    struct timer repeat, bat; /* typematic; the end of the basic assurance test */
};

extern const struct dev_class ps2_keyboard_class;

struct ps2_keyboard *ps2_keyboard_new(struct bus *bus, const char *id);
struct ps2_device ps2_keyboard_port(struct ps2_keyboard *k);
struct key_sink ps2_keyboard_keys(struct ps2_keyboard *k);

#endif
