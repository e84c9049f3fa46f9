/* SPDX-License-Identifier: MIT */
/*
 * Checkpoints of a running machine, to go back to.
 *
 *     struct checkpoints *k = checkpoints_create(m, 64 << 20, &err);
 *     checkpoint_take(k);  ... run ...  checkpoint_take(k);  ... run ...
 *     pos = checkpoint_back(k, pos);     then run forward to where one wants to be
 *
 * A checkpoint is the registers, packed, and for each page the contents that it had when it was first written after the
 * checkpoint: so memory stays where it is, taking one costs what was written since the last, and going back is a copy
 * in. What drives hold is not part of it.
 */
#ifndef VITRINE_SNAP_CHECKPOINT_H
#define VITRINE_SNAP_CHECKPOINT_H

#include "machine/machine.h"

struct checkpoints;

/*
 * `bytes`: how much old pages may take, at least 2 MiB; where that is full, older checkpoints are merged: the further
 * back, the fewer are left, but the first and the last one stay, and where those two own more the budget is exceeded.
 * NULL with *err: no memory.
 */
struct checkpoints *checkpoints_create(struct machine *m, size_t bytes, struct error *err);
void checkpoints_destroy(struct checkpoints *k);

/* Of the complete state now. A second one at the same position is the same. */
void checkpoint_take(struct checkpoints *k);
/*
 * The machine goes back to the last checkpoint that is not behind pos; gives its position, and the later ones are
 * gone. UINT64_MAX, and nothing has changed: there is none. The caller moves the journal's cursor.
 */
uint64_t checkpoint_back(struct checkpoints *k, uint64_t pos);

struct checkpoint_info {
    uint64_t first, last; /* positions; UINT64_MAX: there is none */
    unsigned count, merged;
    uint64_t pages, bytes; /* old pages that are kept; host memory for all of it */
};
void checkpoint_info(const struct checkpoints *k, struct checkpoint_info *info);
uint64_t checkpoint_pos(const struct checkpoints *k, unsigned i); /* in ascending order; UINT64_MAX past the last */

#endif
