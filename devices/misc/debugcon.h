/* SPDX-License-Identifier: MIT */
/*
 * Debug console: a port whose writes are a character stream.
 *
 *     struct debugcon *dc = debugcon_new(bus, "debugcon");
 *     dc->out = back end;          // dc->iobase (property "iobase") is E9h
 */
#ifndef VITRINE_DEVICES_DEBUGCON_H
#define VITRINE_DEVICES_DEBUGCON_H

#include "bus/chr.h"
#include "bus/dev.h"

struct debugcon {
    struct dev dev;
    struct chr out;  /* set before dev_realize */
    uint32_t iobase; /* property */
    uint64_t written;
    struct port_range ports;
};

extern const struct dev_class debugcon_class;

struct debugcon *debugcon_new(struct bus *bus, const char *id);

#endif
