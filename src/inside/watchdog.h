/* SPDX-License-Identifier: MIT */
/*
 * Bounds a slice in host time: where a guest makes its instructions costly, the machine stops at the next instruction
 * boundary all the same, and the link is served. The end of a slice is not part of the state, so this changes no run.
 */
#ifndef VITRINE_INSIDE_WATCHDOG_H
#define VITRINE_INSIDE_WATCHDOG_H

#include <stdbool.h>
#include <time.h>

#include "base/error.h"
#include "machine/machine.h"

struct watchdog {
    struct machine *m;
    timer_t timer;
    bool made;
    volatile bool fired; /* since watchdog_start() */
};

/* Before the confinement, which lets timers be set and not made. False with *err. */
bool watchdog_open(struct watchdog *w, struct error *err);
/* Around machine_run(): kicks m once the slice has taken long. */
void watchdog_start(struct watchdog *w, struct machine *m);
void watchdog_stop(struct watchdog *w);

#endif
