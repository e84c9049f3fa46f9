/* SPDX-License-Identifier: MIT */
/*
 * Keys as a person presses them, on their way to the guest: they wait while the machine stands still and while its
 * keyboard has no room, so that none is lost. In virtual time two presses are LIVE_PACE apart where more wait, since a
 * guest's own buffer is short (the BIOS's has 15 places).
 *
 * A guest that repeats keys itself does so in its own time, which may run much faster than the person's. There a key is
 * only tapped: it goes up after LIVE_TAP, and each repetition of the person's keyboard taps it again. Keys that change
 * what others mean (Shift, Ctrl, Alt, the logo keys) are held all the same.
 */
#ifndef VITRINE_INSIDE_LIVE_KEYS_H
#define VITRINE_INSIDE_LIVE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/input.h"

enum { LIVE_ROOM = 1024 };
#define LIVE_PACE UINT64_C(10000000) /* virtual ns */
#define LIVE_TAP  UINT64_C(20000000)

struct live_keys {
    struct {
        uint8_t key, event; /* enum key_event */
    } waiting[LIVE_ROOM];
    unsigned head, count;
    bool down[256];   /* as the machine was told */
    bool wanted[256]; /* as it will be at the queue's end */
    unsigned held;    /* of `wanted` */
    uint8_t tapped;   /* goes up by itself; 0: none */
    uint64_t next;    /* virtual ns before which no key goes down, nor the tapped one up */
};

/* What the machine's keyboard does now. */
struct live_guest {
    uint64_t now; /* virtual ns */
    bool room;    /* it takes a key */
    bool repeats; /* the guest repeats keys that are down */
    bool fast;    /* ... in a time that runs much faster than the host's */
};

/* False: there is no room for a press. A release always has room; a repetition is dropped where keys wait. */
bool live_add(struct live_keys *l, uint8_t key, enum key_event event);
/* Takes what happens next; false: nothing yet. */
bool live_take(struct live_keys *l, const struct live_guest *g, uint8_t *key, enum key_event *event);
/* When something is due, in virtual ns; UINT64_MAX: nothing waits, or only for room. */
uint64_t live_due(const struct live_keys *l, const struct live_guest *g);
/* The program that the waiting presses were for is gone: only releases remain. */
void live_forget(struct live_keys *l);

#endif
