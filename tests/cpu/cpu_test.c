/* SPDX-License-Identifier: MIT */
/* Modes, segments, paging, exceptions and system instructions on a whole CPU. */
#include "tests/cpu/rig.h"

#include <stdlib.h>

static void setup(void)
{
    rig_init(&rig);
}
static void teardown(void)
{
    rig_free(&rig);
}

int main(void)
{
    TCase *(*const groups[])(void) = {segment_tests, gate_tests,     paging_tests,    exception_tests, debug_tests,
                                      system_tests,  task_tests,     msr_tests,       pae_tests,       smm_tests,
                                      vme_tests,     features_tests, simd_tests,      ip_tests,        resume_tests,
                                      step_tests,    facts_tests,    coherence_tests, code_tests,      io_tests,
                                      real_tests,    state_tests,    delivery_tests,  transfer_tests,  watch_tests};
    Suite *s = suite_create("cpu");
    for (unsigned i = 0; i < ARRAY_LEN(groups); i++) {
        TCase *t = groups[i]();
        tcase_add_checked_fixture(t, setup, teardown);
        suite_add_tcase(s, t);
    }
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
