/* SPDX-License-Identifier: MIT */
/* Comparing bytes in tests: what fails names the first byte that differs, instead of printing all of them. */
#ifndef VITRINE_TESTS_SAME_H
#define VITRINE_TESTS_SAME_H

#include <check.h>
#include <stdint.h>

/* n bytes at got are those at want; what names them. */
#define ck_assert_same(what, got, want, n)                                                               \
    do {                                                                                                 \
        const uint8_t *got_ = (const uint8_t *)(got), *want_ = (const uint8_t *)(want);                  \
        size_t n_ = (n), at_ = 0;                                                                        \
        while (at_ < n_ && got_[at_] == want_[at_])                                                      \
            at_++;                                                                                       \
        ck_assert_msg(at_ == n_, "%s: byte %zu of %zu is %02x, not %02x", what, at_, n_, got_[at_ % n_], \
                      want_[at_ % n_]);                                                                  \
    } while (0)

#endif
