/* SPDX-License-Identifier: MIT */
/*
 * 8254 programmable interval timer at 40h-43h, clocked at 1193182 Hz of virtual time.
 *
 *     struct i8254 *pit = i8254_new(bus, "pit");
 *     pit->out[0] = i8259_input(pic0, 0);      // OUT pins; those that are wired are driven at
 * their exact edges i8254_gate(pit, 2) is a wire to GATE 2; i8254_out(pit, 2) reads OUT 2.
 *
 * GATE 0 and 1 are tied high.
 */
#ifndef VITRINE_DEVICES_I8254_H
#define VITRINE_DEVICES_I8254_H

#include "bus/dev.h"

enum { I8254_HZ = 1193182 };

struct i8254_counter {
    uint32_t ce;     /* counting element as a plain number, 1 to its modulus when loaded */
    uint32_t reload; /* the count that the running cycle was loaded with */
    uint32_t cr;     /* count register as a plain number; 0 was made the modulus */
    uint64_t tick;   /* CLK pulses since power-on up to which `ce` and `out` are current */
    uint64_t load;   /* the CLK pulse that moves CR to CE; TIME_NEVER: none is due */
    uint8_t control; /* D5-D0 as written: RW, M, BCD */
    uint8_t out, gate;
    uint8_t cr_valid;                /* a count was written since the control word */
    uint8_t counting;                /* CE was loaded and nothing but GATE holds it */
    uint8_t armed;                   /* modes 0, 1, 4, 5: the terminal count has not been reached since the load */
    uint8_t null_count;              /* CR is not yet in CE */
    uint8_t write_lsb, write_second; /* two-byte write: first byte, and that it is there */
    uint8_t read_second;
    uint8_t latched; /* bytes of `latch` still to be read, LSB first */
    uint16_t latch;
    uint8_t status_latched, status;
};

struct i8254 {
    struct dev dev;
    struct irq_line out[3]; /* set before dev_realize */

    struct i8254_counter counter[3];
    uint8_t pin[3];    /* OUT as it was last driven */
    struct timer edge; /* the next CLK pulse that may move a wired OUT */

    struct port_range ports;
};

extern const struct dev_class i8254_class;

struct i8254 *i8254_new(struct bus *bus, const char *id);
struct irq_line i8254_gate(struct i8254 *p, int counter);
/* Level of OUT now. */
bool i8254_out(struct i8254 *p, int counter);

#endif
