/* SPDX-License-Identifier: MIT */
/* Where two machines differ, in words. */
#ifndef VITRINE_TESTS_SNAP_DIFFER_H
#define VITRINE_TESTS_SNAP_DIFFER_H

#include "machine/machine.h"

/* "lapic: 'irr' at byte 3: 10, 00"; of memory the block, page and byte. Static text; NULL: both states are
 * the same. */
const char *machine_difference(struct machine *a, struct machine *b);

#endif
