/* SPDX-License-Identifier: MIT */
/* Makes untrusted text safe for a terminal, a window or JSON. */
#ifndef VITRINE_BASE_TEXT_CLEAN_H
#define VITRINE_BASE_TEXT_CLEAN_H

#include <stddef.h>

/*
 * Copies UTF-8 of `len` bytes to `to`, at most room - 1 bytes (room is at least 1) and never a part of a character,
 * and ends it with a NUL. '?' stands for each byte that belongs to no character and for each character that steers
 * what shows it: the controls C0, DEL and C1, what turns the direction of writing, has no width, or breaks lines.
 * `keep` lists control characters of ASCII that may stay, such as "\n\t". The result is no longer than the text, so
 * `to` may be `data`. Gives its length.
 */
size_t text_clean(char *to, size_t room, const void *data, size_t len, const char *keep);

#endif
