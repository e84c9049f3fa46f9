/* SPDX-License-Identifier: MIT */
/*
 * pc-testdev: what test kernels use to reach interrupt lines and known registers.
 *
 *     struct pc_testdev *t = pc_testdev_new(bus, "testdev");
 *     t->irq[n] = ...;                    // interrupt inputs 0-23
 */
#ifndef VITRINE_DEVICES_PC_TESTDEV_H
#define VITRINE_DEVICES_PC_TESTDEV_H

#include "bus/dev.h"

enum { PC_TESTDEV_IRQS = 24, PC_TESTDEV_MMIO = 0x10000 };

struct pc_testdev {
    struct dev dev;
    struct irq_line irq[PC_TESTDEV_IRQS]; /* set before dev_realize */

    uint32_t io;     /* ports E0h-E3h, any width */
    uint8_t io8[4];  /* ports E8h-EBh, byte-wide */
    uint32_t levels; /* of the interrupt lines */
    uint8_t memory[PC_TESTDEV_MMIO];

    struct port_range io_range, flush_range, io8_range, irq_range;
    struct mapping map;
};

extern const struct dev_class pc_testdev_class;

struct pc_testdev *pc_testdev_new(struct bus *bus, const char *id);

#endif
