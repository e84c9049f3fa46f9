/* SPDX-License-Identifier: MIT */
/* What was done, as words, in the place of what would do it. Each file that includes it has its own. */
#ifndef VITRINE_TESTS_UI_SAID_H
#define VITRINE_TESTS_UI_SAID_H

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char done_log[4096];

static inline void note(const char *format, ...)
{
    va_list ap;
    size_t n = strlen(done_log);
    va_start(ap, format);
    vsnprintf(done_log + n, sizeof done_log - n, format, ap);
    va_end(ap);
}

/* That was done since the last call, and nothing else. */
static inline void did(const char *what)
{
    ck_assert_msg(!strcmp(done_log, what), "it did:\n%s\nnot:\n%s", done_log, what);
    done_log[0] = 0;
}

#endif
