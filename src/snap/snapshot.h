/* SPDX-License-Identifier: MIT */
/* The whole state of a machine as bytes, and as a hash. */
#ifndef VITRINE_SNAP_SNAPSHOT_H
#define VITRINE_SNAP_SNAPSHOT_H

#include "machine/machine.h"

/*
 * Saves CPU, chips, clock, pending events and memory at an instruction boundary. RAM that is all zero is left out. What
 * a drive holds is not part of it.
 */
void machine_save(struct machine *m, struct buf *out);
/*
 * Loads what machine_save wrote into a machine made from the same configuration. On failure the machine must be
 * destroyed.
 */
bool machine_load(struct machine *m, const void *data, size_t len, struct error *err);
/*
 * All but memory and the media, in a form that this process alone reads again: small and quick. Unpack: false where the
 * bytes are not those of such a machine, which is then neither the old nor the new one.
 */
void machine_pack(struct machine *m, struct buf *out);
bool machine_unpack(struct machine *m, const void *data, size_t len);
/* Of the names, kinds and sizes of all that is packed: two builds that differ there have other states. */
uint64_t machine_state_shape(struct machine *m);
/* Hash of everything that machine_save saves: equal states have equal hashes, whatever engine or host made them. */
uint64_t machine_state_hash(struct machine *m);
/* The same, and makes all pages clean, so that the next hash costs what is written in between. */
uint64_t machine_hash_step(struct machine *m);

#endif
