/* SPDX-License-Identifier: MIT */
/* Commands of QEMU's that Vitrine does not have: one table for the console, its info and QMP. */
#ifndef VITRINE_CTL_REFUSED_COMMANDS_H
#define VITRINE_CTL_REFUSED_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

/* Where a name is known. */
enum refused_kind { REFUSED_HMP, REFUSED_INFO, REFUSED_QMP };

/* The reason why a command of that kind is not there; NULL: QEMU has none of that name, or Vitrine has it too. */
const char *refused_command(enum refused_kind kind, const char *name, size_t len);
/* The i-th name of a kind, *len characters without a final 0; false past the last. */
bool refused_command_at(enum refused_kind kind, unsigned i, const char **name, size_t *len);

#endif
