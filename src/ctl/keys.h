/* SPDX-License-Identifier: MIT */
/* Keys by QEMU's names (qcodes) and by the characters of a US keyboard, and presses that follow one
 * another in virtual time. */
#ifndef VITRINE_CTL_KEYS_H
#define VITRINE_CTL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The qnum (bus/input.h) of a qcode such as "ctrl", "ret", "f1"; 0: there is none of that name. */
uint8_t key_by_name(const char *name, size_t len);
/* The key that types a character on a US keyboard; 0: none does. */
uint8_t key_by_char(char c, bool *shift);

/* The key of an X11 keysym; a character's place is that on a US keyboard, where *shift says whether
 * it needs Shift. 0: there is none. */
uint8_t key_by_keysym(uint32_t sym, bool *is_char, bool *shift);

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
