/* SPDX-License-Identifier: MIT */
/* Cases of boardtest's: the machine's part of the console, a machine's life. */
#ifndef VITRINE_TESTS_SNAP_CONSOLE_TEST_H
#define VITRINE_TESTS_SNAP_CONSOLE_TEST_H

#include <check.h>

TCase *console_case(void);
TCase *life_case(void);

#endif
