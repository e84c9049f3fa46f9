/* SPDX-License-Identifier: MIT */
/*
 * What stands between a drive of the machine and its medium: each request has a number, and one that the host fails is
 * written into the journal by it, so that a replay fails there and nowhere else.
 */
#ifndef VITRINE_MACHINE_DRIVE_PORT_H
#define VITRINE_MACHINE_DRIVE_PORT_H

#include "bus/blk.h"

struct machine;

struct drive_port {
    struct blk blk; /* what the chip sees; NULL there where the drive is empty */
    struct machine *m;
    unsigned drive;
    uint64_t requests; /* so far, all media together: state */
};

/* The drive's medium as the chip is to see it, after m->be.drive[drive] has changed; NULL: there is none. */
struct blk *drive_port_plug(struct machine *m, unsigned drive);

#endif
