/* SPDX-License-Identifier: MIT */
/*
 * The chips' structs without padding: their sizes, and those of what state_lists.h names. Nothing here is ever used as
 * such a struct.
 */
#include <check.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "tests/dev/state_sizes.h"

#pragma GCC diagnostic ignored "-Waddress-of-packed-member"
#pragma pack(1)
#include "tests/dev/state_lists.h"

#define SIZE_OF(type, member) sizeof(((const struct type *)0)->member)

#define CLASS(name, type, list) static const size_t sizes_##name[] = {WIRING_##list(SIZE_OF)};
CHIPS(CLASS)
#undef CLASS

const struct state_size state_sizes[] = {
#define CLASS(name, type, list) {sizeof(struct type), sizes_##name, ARRAY_LEN(sizes_##name)},
    CHIPS(CLASS)
#undef CLASS
};
const size_t state_timer_size = sizeof(struct timer), state_dev_size = sizeof(struct dev);
