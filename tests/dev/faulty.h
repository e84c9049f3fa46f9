/* SPDX-License-Identifier: MIT */
/* A disk in memory of which the n-th host call fails. */
#ifndef VITRINE_TESTS_DEV_FAULTY_H
#define VITRINE_TESTS_DEV_FAULTY_H

#include "bus/blk.h"

enum { FAULTY_SECTORS = 2880 };

struct faulty {
    struct blk blk;
    unsigned fail_in; /* 1: the next call fails; 0: none does */
    unsigned failed;  /* calls that did */
    unsigned reads, writes, flushes;
    uint8_t data[FAULTY_SECTORS * 512];
};

/* Sector n begins with n, little-endian, and 5Ah follows. */
void faulty_init(struct faulty *f, uint32_t sectors, bool readonly);

#endif
