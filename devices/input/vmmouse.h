/* SPDX-License-Identifier: MIT */
/*
 * VMware's absolute pointer, which the guest reads through the backdoor port.
 *
 *     struct vmmouse *v = vmmouse_new(bus, "vmmouse");
 *     v->mouse = mouse;             // whose interrupt says that there is something to fetch
 *     v->regs = the CPU's registers;
 */
#ifndef VITRINE_DEVICES_VMMOUSE_H
#define VITRINE_DEVICES_VMMOUSE_H

#include "bus/cpuregs.h"
#include "bus/dev.h"
#include "bus/input.h"

struct ps2_mouse;

enum { VMMOUSE_PACKET = 4, VMMOUSE_QUEUE = 64 * VMMOUSE_PACKET };

struct vmmouse {
    struct dev dev;
    /* Set before dev_realize. */
    struct ps2_mouse *mouse;
    struct cpu_regs regs;

    uint32_t queue[VMMOUSE_QUEUE];
    uint16_t count; /* of words */
    bool enabled, absolute, failed;
    uint8_t restriction;

    struct port_range range;
};

extern const struct dev_class vmmouse_class;

struct vmmouse *vmmouse_new(struct bus *bus, const char *id);
/* Two sinks: they want events while a driver has the device enabled, the absolute one in absolute
 * mode. */
struct pointer_sink vmmouse_absolute(struct vmmouse *v);
struct pointer_sink vmmouse_relative(struct vmmouse *v);

#endif
