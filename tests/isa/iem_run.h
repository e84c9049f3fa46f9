/* SPDX-License-Identifier: MIT */
/*
 * Captures of single instructions (tests/isa/iem.h), record by record. Where a file of AMD's and one of Intel's hold
 * the same instruction, AMD's counts: HACKING, "Whose undefined results".
 */
#ifndef TESTS_ISA_IEM_RUN_H
#define TESTS_ISA_IEM_RUN_H

#include "tests/isa/rig.h"

enum iem_mode {
    IEM_CAPTURE,     /* Vitrine against the capture */
    IEM_HOST,        /* the host's processor against the capture: whether it is one of that vendor's */
    IEM_VITRINE_HOST /* Vitrine against the host, from the inputs of every file */
};
struct iem_totals {
    unsigned passed, failed, skipped;
    bool verbose, broken;
};

void iem_run_file(struct isa_rig *rig, const char *path, enum iem_mode mode, struct iem_totals *sum);
/* A line for each reason to skip, with its count. */
void iem_report_skips(void);

#endif
