/* SPDX-License-Identifier: MIT */
/* Console commands that the machine carries out: text in, text out. QEMU's names and formats. */
#ifndef VITRINE_DBG_COMMAND_H
#define VITRINE_DBG_COMMAND_H

#include <stdbool.h>

#include "base/buf.h"

struct machine;

/* A command as help describes it and completion offers it. */
struct command_word {
    const char *name, *alias; /* alias: NULL if there is none */
    const char *args;         /* "" if it takes none */
    const char *help;
};

/* The machine's commands, and its subcommands of info; NULL past the last. */
const struct command_word *dbg_command_at(unsigned i);
const struct command_word *dbg_info_at(unsigned i);
/* Whether a line begins with that word. Its arguments, or NULL. */
const char *command_args(const struct command_word *w, const char *line);

/* Carries out one line, such as "info registers" or "xp /8xw 0x7c00". What is wrong with it is said
 * in *out. What it changes goes through the journal. */
void dbg_command(struct machine *m, const char *line, struct buf *out);
/* Whether it may change the machine. */
bool dbg_alters(const char *line);

#endif
