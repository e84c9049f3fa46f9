/* SPDX-License-Identifier: MIT */
/* The tests of bus/keys.h and inside/key_queue.h. */
#ifndef VITRINE_TESTS_BASE_KEYS_TEST_H
#define VITRINE_TESTS_BASE_KEYS_TEST_H

#include <check.h>

TCase *keys_tests(void);
TCase *key_queue_tests(void);

#endif
