/* SPDX-License-Identifier: MIT */
/* Lines out of the keys that come in. On a terminal they can be edited, called back, searched for and completed
 * (libedit; a build without it has Backspace, Ctrl-U and Ctrl-D only); elsewhere they are taken as they are. */
#ifndef VITRINE_CTL_HMP_LINE_EDIT_H
#define VITRINE_CTL_HMP_LINE_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct line_edit;
struct word_list; /* complete.h */

struct line_edit_ops {
    void (*show)(void *ctx, const char *text, size_t len); /* '\n' ends a line */
    void (*line)(void *ctx, const char *line);             /* perhaps inside of line_edit_key */
    /* Tab: adds what the word `typed`, which follows `before`, can become. May be NULL. */
    void (*complete)(void *ctx, const char *before, const char *typed, struct word_list *to);
    void (*end)(void *ctx); /* Ctrl-D on an empty line; may be NULL */
};

/* terminal: a person types there and nothing echoes. size_fd: whose window size counts, -1: none.
 * NULL: out of memory. */
struct line_edit *line_edit_new(bool terminal, int size_fd, const char *prompt, const struct line_edit_ops *ops,
                                void *ctx);
void line_edit_free(struct line_edit *e);
/* Shows the prompt and begins an empty line. */
void line_edit_begin(struct line_edit *e);
void line_edit_key(struct line_edit *e, uint8_t byte);

#endif
