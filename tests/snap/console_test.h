/* SPDX-License-Identifier: MIT */
/* The machine's part of the console (tests/snap/console_test.c). */
#ifndef VITRINE_TESTS_SNAP_CONSOLE_TEST_H
#define VITRINE_TESTS_SNAP_CONSOLE_TEST_H

#include <check.h>

TCase *console_case(void);

#endif
