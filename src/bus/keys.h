/* SPDX-License-Identifier: MIT */
/* Keys by QEMU's names (qcodes), by the characters of a US keyboard, and by X11 keysyms. */
#ifndef VITRINE_BUS_KEYS_H
#define VITRINE_BUS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The qnum (bus/input.h) of a qcode such as "ctrl", "ret", "f1"; 0: there is none of that name. */
uint8_t key_by_name(const char *name, size_t len);
const char *key_name_at(unsigned i); /* all of these names; NULL past the last */
/* The key that types a character on a US keyboard; 0: none does. */
uint8_t key_by_char(char c, bool *shift);

/*
 * The key of an X11 keysym; a character's place is that on a US keyboard, where *shift says whether it needs Shift. 0:
 * there is none. keysym.c.
 */
uint8_t key_by_keysym(uint32_t sym, bool *is_char, bool *shift);

#endif
