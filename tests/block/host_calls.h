/* SPDX-License-Identifier: MIT */
/*
 * The host calls that disk images are read and written by, counted and made to fail. The linker puts these in their
 * places (-Wl,--wrap), so src/block is what runs otherwise.
 */
#ifndef VITRINE_TESTS_BLOCK_HOST_CALLS_H
#define VITRINE_TESTS_BLOCK_HOST_CALLS_H

enum host_call { HOST_PREAD, HOST_PWRITE, HOST_FDATASYNC, HOST_CALLS };

struct host_fault {
    enum host_call call;
    unsigned skip;  /* so many calls go through first */
    unsigned times; /* so many then fail */
    int error;      /* an errno; 0: the call comes back short */
    long bytes;     /* how many bytes a short call moves */
};

/* No fault from now on, and all counts are 0. */
void host_calls_reset(void);
void host_calls_fail(struct host_fault fault);
/* How often it was called; the calls in order, a letter each: r, w, s. */
unsigned host_calls(enum host_call call);
const char *host_calls_order(void);

#endif
