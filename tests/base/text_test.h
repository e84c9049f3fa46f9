/* SPDX-License-Identifier: MIT */
/* The tests of base's texts and buffers. */
#ifndef VITRINE_TESTS_BASE_TEXT_TEST_H
#define VITRINE_TESTS_BASE_TEXT_TEST_H

#include <check.h>

TCase *text_tests(void);

#endif
