/* SPDX-License-Identifier: MIT */
/* Broken invariants of our own, and records of what a guest did wrong. */
#ifndef VITRINE_BASE_LOG_H
#define VITRINE_BASE_LOG_H

#include <stdarg.h>
#include <stdint.h>

/* An invariant of Vitrine's own is broken: prints the text and aborts. Never reachable by a guest or a user. */
_Noreturn void bug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Records of guest mistakes (a reserved register bit, a command in the wrong state). They change nothing that the
 * guest can see. Kept in a small ring, rate-limited per source: the console shows them; `-d guest_errors` prints them.
 */
struct guest_log {
    char line[64][160];
    uint32_t head;                             /* lines ever recorded */
    uint32_t muted;                            /* records dropped by the rate limit */
    void (*sink)(void *ctx, const char *line); /* may be NULL */
    void *sink_ctx;
};
void guest_error(struct guest_log *log, const char *dev, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
