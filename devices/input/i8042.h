/* SPDX-License-Identifier: MIT */
/*
 * 8042 keyboard and auxiliary device controller at 60h/64h.
 *
 *     struct i8042 *kbc = i8042_new(bus, "kbc");
 *     kbc->irq[I8042_KBD] = i8259_input(pic0, 1), kbc->irq[I8042_AUX] = i8259_input(pic1, 4);
 *     kbc->a20 = wire of the A20 gate, kbc->rc = wire of RC# (a pulse: 1, then 0);
 *     kbc->port[I8042_KBD] = ps2_keyboard_port(kbd), kbd->ready = i8042_ready(kbc, I8042_KBD);
 */
#ifndef VITRINE_DEVICES_I8042_H
#define VITRINE_DEVICES_I8042_H

#include "bus/dev.h"
#include "devices/input/ps2.h"

enum { I8042_KBD, I8042_AUX, I8042_PORTS };

struct i8042 {
    struct dev dev;
    /* Set before dev_realize. */
    struct irq_line irq[I8042_PORTS]; /* P24, P25 */
    struct irq_line a20;              /* P21 */
    struct irq_line rc;               /* P20, 1: reset is asserted */
    struct ps2_device port[I8042_PORTS];

    uint8_t ram[32]; /* [0]: the controller command byte */
    uint8_t status;
    uint8_t output;            /* output buffer */
    uint8_t output_port;       /* P2, bits 1 (A20) and 0 (reset) */
    uint8_t pending;           /* the command at 64h that waits for its data at 60h; 0: none */
    uint8_t reply, reply_full; /* the controller's own answer that waits for room */
    uint8_t release;           /* F0h came from the keyboard: the next scan code is a break */
    uint8_t ready;             /* bit n: port n's device has something to say */
    struct timer wire;         /* the end of the byte that is on the wire */

    struct port_range data_range, command_range;
};

extern const struct dev_class i8042_class;

struct i8042 *i8042_new(struct bus *bus, const char *id);
struct irq_line i8042_ready(struct i8042 *k, int port);

#endif
