/* SPDX-License-Identifier: MIT */
/* Broken invariants, and the ring of guest mistakes. */
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

void bug(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("vitrine: internal error: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}

void guest_error(struct guest_log *log, const char *dev, const char *fmt, ...)
{
    if (!log)
        return;
    char text[sizeof log->line[0]];
    int n = snprintf(text, sizeof text, "%s: ", dev);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text + n, sizeof text - (size_t)n, fmt, ap);
    va_end(ap);

    /* A guest that repeats itself must not push the others out: the same text is recorded once in a ring's length. */
    uint32_t have = MIN(log->head, (uint32_t)ARRAY_LEN(log->line));
    for (uint32_t i = 0; i < have; i++) {
        if (!strcmp(log->line[i], text)) {
            log->muted++;
            return;
        }
    }
    memcpy(log->line[log->head++ % ARRAY_LEN(log->line)], text, sizeof text);
    if (log->sink)
        log->sink(log->sink_ctx, text);
}
