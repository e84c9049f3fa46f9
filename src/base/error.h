/* SPDX-License-Identifier: MIT */
/* A host failure as a value: text that says what was asked, what happened and what to do. */
#ifndef VITRINE_BASE_ERROR_H
#define VITRINE_BASE_ERROR_H

#include <stdbool.h>

struct error {
    char text[512]; /* empty: no error */
};

/* Formats the text into *err (which may be NULL) and returns false, so that callers can `return error_set(...)`. */
bool error_set(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "what: " before the present text. Returns false. */
bool error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
