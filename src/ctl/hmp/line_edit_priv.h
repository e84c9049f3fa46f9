/* SPDX-License-Identifier: MIT */
/* What the line editor and its search in the history share. */
#ifndef VITRINE_CTL_HMP_LINE_EDIT_PRIV_H
#define VITRINE_CTL_HMP_LINE_EDIT_PRIV_H

#include "config.h"

#include <stdio.h>

#ifdef HAVE_LIBEDIT
#include <histedit.h>
#endif

#include "base/buf.h"
#include "ctl/hmp/line_edit.h"

enum { KEYS_MAX = 64, SEARCH_MAX = 80 };

/* Ctrl-R: a pattern, and how many newer lines that hold it are passed over. */
struct line_search {
    bool on;
    char pattern[SEARCH_MAX + 1];
    unsigned passed;
};

struct line_edit {
    const struct line_edit_ops *ops;
    void *ctx;
    const char *prompt;
    bool terminal;
    int size_fd;
    struct buf line; /* without libedit */
#ifdef HAVE_LIBEDIT
    EditLine *el;
    History *history;
    FILE *in, *out, *err;
    int master, slave;
    uint8_t key[KEYS_MAX]; /* a sequence that is not whole yet */
    unsigned nkey, taken;
    struct line_search search;
#endif
};

void line_edit_show(struct line_edit *e, const char *text);
/* Takes a whole key while a search is on, or the one that begins it. False: it is the editor's, on the line found. */
bool line_search_key(struct line_edit *e);

#endif
