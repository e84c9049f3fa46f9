/* SPDX-License-Identifier: MIT */
/* JSON texts in a stream of bytes, as QEMU's parser takes them: strings stand in double or in single quotes. */
#ifndef VITRINE_CTL_QMP_JSON_TEXT_H
#define VITRINE_CTL_QMP_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Where the search for the end of a text stands. */
struct json_scan {
    size_t at;
    unsigned depth;
    uint8_t quote; /* the one that ends the string; 0: outside of strings */
    bool escape;
};

/* Goes on with the search in all the bytes that there are so far. The length of the text that they begin with; 0: its
 * end has not come yet. What does not begin with a bracket ends at the line's end. */
size_t json_text_end(struct json_scan *s, const uint8_t *data, size_t len);

/* The same text in the JSON of RFC 8259: strings in double quotes, and no escaped single quotes in them. */
void json_text_requote(const uint8_t *data, size_t len, struct buf *out);

#endif
