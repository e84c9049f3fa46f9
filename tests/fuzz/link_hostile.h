/* SPDX-License-Identifier: MIT */
/*
 * A machine process that has been taken over, in front of the real front end: scenarios with a name, each of which
 * breaks one rule of the link or keeps them all, and streams of messages out of a seed. The front end runs as always;
 * only the process that it starts is this one, since the program is linked so. Scenario and seed travel in -uuid.
 */
#ifndef VITRINE_TESTS_FUZZ_LINK_HOSTILE_H
#define VITRINE_TESTS_FUZZ_LINK_HOSTILE_H

#include <stddef.h>
#include <stdint.h>

struct hostile;

/* With what options the front end runs. All have a QMP client and COM1 into a file, unless said. */
enum setup {
    SETUP_PLAIN,
    SETUP_BARE,   /* no port E9h, no sound, no log, nobody who looks */
    SETUP_STUCK,  /* nobody reads COM1 */
    SETUP_DAEMON, /* -daemonize */
    SETUP_COUNT,
};

enum outcome {
    GOES_ON, /* ends with the status that the machine says */
    CAUGHT,  /* ends with status 1 and one line that names what was wrong */
    CLOSED,  /* ends with status 1: the machine process is gone */
};

struct scenario {
    const char *name;
    void (*act)(struct hostile *h);
    enum outcome outcome;
    const char *says; /* in the line */
    enum setup setup;
    const char *qmp;   /* a command that the client gives, before "quit"; may be NULL */
    const char *reply; /* in what the client then reads; may be NULL */
    int seconds;       /* that it takes of itself: only in the long run */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

/* The number of the scenario, or one that is none for a stream out of the seed. */
enum { SCENARIO_RANDOM = 0xffff };

int hostile_main(int link_fd);

#endif
