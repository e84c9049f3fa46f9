/* SPDX-License-Identifier: MIT */
/* A viewer's keysyms as the keys that make them in the guest, whatever Shift, Caps Lock and Num Lock do. */
#ifndef VITRINE_FRONT_FRONT_VNC_KEYS_H
#define VITRINE_FRONT_FRONT_VNC_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/input.h"

struct vnc_keys {
    void (*send)(void *ctx, uint8_t qnum, enum key_event event);
    void *ctx;
    bool down[256]; /* by qnum: as viewers hold them */
    bool caps, num; /* the guest's locks, as far as viewers pressed them: the BIOS starts with both off */
    uint8_t lent;   /* the key for which Shift is not as viewers hold it; 0: none */
    bool lent_down; /* ... but down; else up */
};

/* qnum: the key's place, where the viewer sends it, else 0. A press of a key that is down repeats it. */
void vnc_keys_event(struct vnc_keys *k, uint32_t keysym, uint8_t qnum, bool down);
/* A viewer has gone: no key is down. */
void vnc_keys_release(struct vnc_keys *k);

#endif
