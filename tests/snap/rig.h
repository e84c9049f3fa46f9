/* SPDX-License-Identifier: MIT */
/* Machines for the snapshot tests: on virtual time, with a disk in memory. */
#ifndef VITRINE_TESTS_SNAP_RIG_H
#define VITRINE_TESTS_SNAP_RIG_H

#include "machine/machine.h"

struct machine_config rig_demo_config(void); /* 8 MB, every chip */
struct machine *rig_machine(const struct machine_config *cfg, struct blk *disk);
struct blk *rig_demo_disk(void);
struct blk *rig_disk(struct machine *m); /* a copy of what its first drive holds now */
struct buf rig_file(const char *path);

/* Run with halts skipped, to a position or for a virtual time; a machine that ended stays where it
 * is. */
void rig_run_to(struct machine *m, uint64_t pos);
void rig_run_ms(struct machine *m, unsigned ms);
void rig_key(struct machine *m, uint8_t key, bool down);

#endif
