/* SPDX-License-Identifier: MIT */
/*
 * Port 61h, the NMI status and control register.
 *
 *     struct port61 *p61 = port61_new(bus, "port61");
 *     p61->pit = pit;
 *     p61->speaker = wire to the loudspeaker (may stay unconnected)
 */
#ifndef VITRINE_DEVICES_PORT61_H
#define VITRINE_DEVICES_PORT61_H

#include "bus/dev.h"
#include "devices/timer/i8254.h"

struct port61 {
    struct dev dev;
    /* Set before dev_realize. */
    struct i8254 *pit;
    struct irq_line speaker; /* SPKR data enable (bit 1): lets OUT 2 through */

    uint8_t control; /* bits 3-0 */
    struct port_range ports;
};

extern const struct dev_class port61_class;

struct port61 *port61_new(struct bus *bus, const char *id);

#endif
