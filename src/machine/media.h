/* SPDX-License-Identifier: MIT */
/* Media of a machine, between the files of this room and snapshots. machine.h has what others use.
 */
#ifndef VITRINE_MACHINE_MEDIA_H
#define VITRINE_MACHINE_MEDIA_H

#include "base/buf.h"
#include "base/error.h"
#include "machine/machine.h"

struct medium_identity {
    bool present, readonly;
    uint64_t sectors;
    uint64_t digest; /* of its head; 0: not looked at */
    char name[64];   /* for messages only: a copy of an image is the same medium */
};

void machine_media_init(struct machine *m);
void machine_media_free(struct machine *m);
/* Whether what is in the drive can be changed at all. */
bool machine_can_change(struct machine *m, unsigned drive, struct error *err);
void machine_media_save(struct machine *m, struct buf *out);
/* False where other media are in the drives than those that were saved. */
bool machine_media_check(struct machine *m, struct reader *in, struct error *err);

#endif
