/* SPDX-License-Identifier: MIT */
/*
 * What may come over the link, and when: one table, by which each end judges what the other one sends, and its own
 * messages before they leave. The state machine is drawn in src/link/README.
 */
#ifndef VITRINE_LINK_PROTOCOL_H
#define VITRINE_LINK_PROTOCOL_H

#include "link/link.h"

enum link_end { LINK_FRONT_END, LINK_MACHINE };

enum link_phase {
    LINK_STARTING,   /* the machine process takes files */
    LINK_CONFIGURED, /* it has the configuration and makes the machine */
    LINK_STANDING,   /* the machine is made and stopped */
    LINK_RUNNING,
    LINK_ENDED, /* the machine process has said why it ends */
    LINK_PHASES
};

enum link_carries { LINK_NO_FD, LINK_MAY_HAVE_FD, LINK_HAS_FD };

/* What a request's parts add up to. */
enum link_answer {
    LINK_NO_ANSWER,
    LINK_EMPTY_ANSWER,
    LINK_TEXT_ANSWER,   /* up to `most` bytes */
    LINK_BYTES_ANSWER,  /* up to `most` bytes */
    LINK_EXACT_ANSWER,  /* `most` bytes */
    LINK_MEMORY_ANSWER, /* as many bytes as the request's last eight say */
    LINK_PICTURE_ANSWER /* as many pixels as its first eight bytes say */
};

struct link_rule {
    const char *name; /* NULL: there is no such message */
    enum link_end from;
    unsigned phases;    /* bit n: it may come in phase n */
    enum link_phase to; /* the phase after it; LINK_PHASES: the same one. One that leaves its phases comes once */
    uint32_t min, max;  /* bytes of the payload */
    enum link_carries fd;
    enum link_answer answer;
    uint32_t most;
    uint32_t burst;      /* how many may come at once; 0: something else bounds them (src/link/README) */
    uint32_t per_minute; /* ... and how many each minute adds */
};

/* Never NULL; for a type that is none, a rule without a name. */
const struct link_rule *link_rule(uint32_t type);

/* How many messages of a kind have come lately: the host's ns that they have used up. */
struct link_pace {
    int64_t spent;
};

struct link_course {
    enum link_phase phase;
    struct link_pace pace[LINK_TYPES];
};

/* Whether `m` may come from that end now; the course then follows it. False with *err, which names the rule. `now`:
 * the host's ns. */
bool link_take(struct link_course *c, enum link_end from, const struct link_msg *m, uint64_t now, struct error *err);
/* A message that this end, the machine's, is about to send: the course follows it. False: it must wait or be left out,
 * since too many were sent. Keeps to a quarter of what the other end tolerates, so that a front end that stood still
 * for a while and then takes all at once has no reason for distrust. */
bool link_may_send(struct link_course *c, enum link_type type, const void *data, size_t len, uint64_t now);
/* The other end was asked for something that may cause `n` more of these. */
void link_entitle(struct link_course *c, enum link_type type, unsigned n);

/* The parts of a reply or of a picture. */
struct link_tally {
    enum link_answer kind;
    uint64_t got, most;
};
void link_tally_begin(struct link_tally *t, const struct link_rule *r, const void *request, size_t len);
/* False: that part is more, or as the last one less, than what was asked for. */
bool link_tally_add(struct link_tally *t, enum link_reply part, const uint8_t *data, size_t len);

#endif
