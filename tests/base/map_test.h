/* SPDX-License-Identifier: MIT */
/* Tests of the address map, run with those of base. */
#ifndef VITRINE_TESTS_BASE_MAP_TEST_H
#define VITRINE_TESTS_BASE_MAP_TEST_H

#include <check.h>

TCase *map_tests(void);

#endif
