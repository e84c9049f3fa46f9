/* SPDX-License-Identifier: MIT */
/* What the word at the cursor of a console line can become: commands, what info and help take, drives, files, keys,
 * items of the log. What a command takes is read out of its help: "DRIVE FILE". */
#ifndef VITRINE_CTL_HMP_COMPLETE_H
#define VITRINE_CTL_HMP_COMPLETE_H

#include <stddef.h>

#include "ctl/control.h"

struct word_list {
    char **word; /* malloc'd */
    size_t n, room;
};
void word_list_free(struct word_list *l);

/* Adds all words that begin with `typed`, sorted; `before` is the line up to it. A folder's name ends in '/'. */
void hmp_complete(const struct control *c, const char *before, const char *typed, struct word_list *to);

#endif
