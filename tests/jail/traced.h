/* SPDX-License-Identifier: MIT */
/*
 * A vitrine under ptrace: its machine process stops at each system call, can be made to try another one in its place,
 * and says how that ended. x86-64 hosts.
 */
#ifndef VITRINE_TESTS_JAIL_TRACED_H
#define VITRINE_TESTS_JAIL_TRACED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum stop {
    STOP_ENTRY,   /* it is about to make system call `nr` */
    STOP_RETURN,  /* the call has given `result` */
    STOP_EXITING, /* it ends; `nr` is the call in which it does, `signal` what ends it (0: by itself) */
    STOP_GONE,
};

struct traced {
    pid_t front, machine, reader;
    char out[128]; /* the file with what was printed on the terminal */
    long nr, arg[6], result;
    int signal;
    unsigned long name_at; /* of its argv[0], seven bytes: the one text whose address is known */
    unsigned long path_at; /* ... and of the path by which it was started */
    bool no_environment;   /* its environment was empty when it began */
};

/* Starts vitrine with these arguments on a terminal of its own, until its machine process begins. argv[0] is filled
 * in; `dir` is for files. False: that fails. */
bool traced_start(struct traced *t, const char *dir, char **argv);
/* At most seven bytes in place of its argv[0]; only before it is confined. */
void traced_put_name(struct traced *t, const char *seven);
/* Lets it go on to its next stop. */
enum stop traced_next(struct traced *t);
/* Goes on to the next entry of system call nr (its first argument arg0, -1: any). False: it has ended. */
bool traced_reach(struct traced *t, long nr, long arg0);
/* At an entry: makes another call in the place of the one that it is about to make. STOP_RETURN: it was made, and
 * the process stands at the entry of its own call again. */
enum stop traced_try(struct traced *t, long nr, const long arg[6]);
/* The number on a line of /proc/PID/status; -1: there is none. base: 10 or 16. */
long long traced_status(const struct traced *t, const char *name, int base);
/* Ends it. What was printed on the terminal, malloc'd. */
char *traced_end(struct traced *t);

#endif
