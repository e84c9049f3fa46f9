/* SPDX-License-Identifier: MIT */
/* A growing byte buffer: text, messages, saved state. */
#ifndef VITRINE_BASE_BUF_H
#define VITRINE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    uint8_t *data; /* always followed by a NUL byte once anything was added */
    size_t len;
    size_t cap;
    size_t off; /* bytes in front of data that were dropped and are still allocated */
};

/* Out of memory is a bug() here: buffers are small beside the guest's RAM. */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_add8(struct buf *b, uint8_t v);
void buf_add32(struct buf *b, uint32_t v);
void buf_add64(struct buf *b, uint64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_drop(struct buf *b, size_t n); /* removes n bytes (at most len) from the front */
void buf_clear(struct buf *b);          /* empties it, keeps the memory */
void buf_free(struct buf *b);

/* A bounded reader over bytes; once it ran short, `bad` stays set and every get yields 0. */
struct reader {
    const uint8_t *p, *end;
    bool bad;
};
uint8_t get8(struct reader *r);
uint32_t get32(struct reader *r);
uint64_t get64(struct reader *r);
const void *get_bytes(struct reader *r, size_t n); /* NULL and bad where fewer are left */

#endif
