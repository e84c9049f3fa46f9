/* SPDX-License-Identifier: MIT */
/* The x87 FPU by rule: transcendental functions, stack, environment, error reporting. What the host
 * settles: x87_host_test.c. */
#include "tests/isa/x87_rig.h"

#include <stdlib.h>

int main(void)
{
    Suite *s = suite_create("x87");
    suite_add_tcase(s, x87_rule_tests());
    suite_add_tcase(s, x87_pending_tests());
    suite_add_tcase(s, x87_trans_tests());
    suite_add_tcase(s, x87_pair_tests());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
