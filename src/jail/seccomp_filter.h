/* SPDX-License-Identifier: MIT */
/* A filter of system calls, made from a list: what both confined processes have in common. */
#ifndef VITRINE_JAIL_SECCOMP_FILTER_H
#define VITRINE_JAIL_SECCOMP_FILTER_H

#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A call that is allowed where an argument of it is right, or that fails with an errno and does not end the process. */
struct seccomp_rule {
    int call;
    int fails_with; /* 0: it is allowed */
    bool looks;     /* only where `where` holds */
    struct scmp_arg_cmp where;
};

struct seccomp_list {
    const int *allowed; /* whatever their arguments */
    size_t nallowed;
    const struct seccomp_rule *rules;
    size_t nrules;
};

/*
 * Loads the filter for the calling process. Beyond the list, mmap and mprotect are allowed for memory that is not
 * executable; any other call kills the process. A kernel without filters is no failure: *in_force stays false.
 */
bool seccomp_filter_load(const struct seccomp_list *list, bool *in_force, struct error *err);

#endif
