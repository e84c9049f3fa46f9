/* SPDX-License-Identifier: MIT */
/* A command line, parsed in the test itself: what it leaves in struct options, or the text of its refusal. */
#ifndef VITRINE_TESTS_CLI_PARSE_H
#define VITRINE_TESTS_CLI_PARSE_H

#include <check.h>

#include "ctl/options/options.h"

extern struct options o; /* of the last line */
extern struct error err;

/* Words are separated by blanks; ~ stands for a blank in a word and '' for an empty one. */
bool parse(const char *line);
/* The line is taken. */
void takes(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* It is refused, and the message holds `text`. */
void refuses(const char *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* This build has what the line names: VNC, curses, QMP. */
bool built_for(const char *line);
/* What a list that was asked for prints; free it. */
char *listed(void);

#define IS(got, want)                                                                               \
    do {                                                                                            \
        long long got_ = (long long)(got), want_ = (long long)(want);                               \
        ck_assert_msg(got_ == want_, "%s: %s is %lld, not %lld", parsed_line(), #got, got_, want_); \
    } while (0)
#define SAYS(got, want)                                                                             \
    do {                                                                                            \
        const char *got_ = (got);                                                                   \
        ck_assert_msg(got_ && !strcmp(got_, want), "%s: %s is '%s', not '%s'", parsed_line(), #got, \
                      got_ ? got_ : "NULL", want);                                                  \
    } while (0)
const char *parsed_line(void);

TCase *drive_options_case(void);
TCase *machine_options_case(void);
TCase *device_options_case(void);
TCase *stream_options_case(void);
TCase *screen_options_case(void);

#endif
