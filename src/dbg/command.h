/* SPDX-License-Identifier: MIT */
/* Console commands that look at the machine: text in, text out. */
#ifndef VITRINE_DBG_COMMAND_H
#define VITRINE_DBG_COMMAND_H

#include "base/buf.h"

struct machine;

/* Carries out one line, such as "info registers" or "xp /8xw 0x7c00". What is wrong with it is said
 * in *out. */
void dbg_command(struct machine *m, const char *line, struct buf *out);

#endif
