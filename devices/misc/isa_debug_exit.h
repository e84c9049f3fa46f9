/* SPDX-License-Identifier: MIT */
/*
 * isa-debug-exit: a write ends the machine with an exit status.
 *
 *     struct isa_debug_exit *x = isa_debug_exit_new(bus, "exit0");
 *     x->exit = on_exit, x->exit_ctx = machine;   // properties: iobase, iosize
 */
#ifndef VITRINE_DEVICES_ISA_DEBUG_EXIT_H
#define VITRINE_DEVICES_ISA_DEBUG_EXIT_H

#include "bus/dev.h"

struct isa_debug_exit {
    struct dev dev;
    /* Set before dev_realize. `code` is (value written << 1) | 1, so that it is never 0. */
    void (*exit)(void *ctx, uint32_t code);
    void *exit_ctx;
    uint32_t iobase, iosize; /* properties */

    uint32_t last; /* the value written last */
    struct port_range ports;
};

extern const struct dev_class isa_debug_exit_class;

struct isa_debug_exit *isa_debug_exit_new(struct bus *bus, const char *id);

#endif
