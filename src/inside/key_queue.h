/* SPDX-License-Identifier: MIT */
/* Presses of keys that follow one another in virtual time. */
#ifndef VITRINE_INSIDE_KEY_QUEUE_H
#define VITRINE_INSIDE_KEY_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Presses in the order in which they will happen. */
enum { KEYQ_ROOM = 4096 };
struct keyq {
    struct {
        uint64_t delay; /* ns after the press before it */
        uint8_t key;
        bool down;
    } press[KEYQ_ROOM];
    unsigned head, count;
    uint64_t last; /* virtual ns of the last press done, or when the queue was filled from empty */
};
/* False: no room. now: virtual ns. */
bool keyq_add(struct keyq *q, uint64_t now, uint8_t key, bool down, uint64_t delay);
/* Presses all keys in order, holds them, releases them in reverse order. */
bool keyq_chord(struct keyq *q, uint64_t now, const uint8_t *keys, size_t n, uint64_t hold);
/* Types text; false for a character without a key, or no room. */
bool keyq_type(struct keyq *q, uint64_t now, const char *text);
/* When the next press is due; UINT64_MAX: none. */
uint64_t keyq_due(const struct keyq *q);
/* Takes a press that is due; false if none is. */
bool keyq_take(struct keyq *q, uint64_t now, uint8_t *key, bool *down);

#endif
