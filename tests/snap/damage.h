/* SPDX-License-Identifier: MIT */
#ifndef VITRINE_TESTS_SNAP_DAMAGE_H
#define VITRINE_TESTS_SNAP_DAMAGE_H

#include <check.h>

TCase *damage_tests(void);
TCase *media_tests(void);      /* media_test.c */
TCase *create_tests(void);     /* create_test.c */
TCase *position_tests(void);   /* position_test.c */
TCase *host_error_tests(void); /* host_error_test.c */

#endif
