/* SPDX-License-Identifier: MIT */
/* Tests of the buses, the clock and pages, run with those of base. */
#ifndef VITRINE_TESTS_BASE_BUS_TEST_H
#define VITRINE_TESTS_BASE_BUS_TEST_H

#include <check.h>

TCase *bus_tests(void);

#endif
