/* SPDX-License-Identifier: MIT */
/* Where two machines of the same configuration differ, in words. */
#ifndef VITRINE_TESTS_DIFFER_H
#define VITRINE_TESTS_DIFFER_H

#include "machine/machine.h"

/*
 * The first field of a state table that differs, or byte of memory: "device ide (piix3-ide), field status: 50 in the
 * first machine, 51 in the second". The caller frees the text. NULL: both are in the same state.
 */
char *machine_difference(struct machine *a, struct machine *b);

#endif
