/* SPDX-License-Identifier: MIT */
/* Sizes of the chips' structs without padding, in the order of CHIPS (state_lists.h). */
#ifndef VITRINE_TESTS_DEV_STATE_SIZES_H
#define VITRINE_TESTS_DEV_STATE_SIZES_H

#include <stddef.h>

extern const struct state_size {
    size_t bytes;
    const size_t *wiring; /* of each member in the list */
    size_t nwiring;
} state_sizes[];
extern const size_t state_timer_size, state_dev_size;

#endif
