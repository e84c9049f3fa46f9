/* SPDX-License-Identifier: MIT */
/* A growing byte buffer and a bounded reader. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/log.h"

static void reserve(struct buf *b, size_t more)
{
    if (more > SIZE_MAX / 4 - b->len)
        bug("buffer of %zu bytes asked for %zu more", b->len, more);
    size_t need = b->len + more + 1;
    if (b->off && need > b->cap - b->off && b->off >= b->len) { /* each byte moves once for each that was dropped */
        b->data = memmove(b->data - b->off, b->data, b->len);
        b->off = 0;
    }
    need += b->off;
    if (need <= b->cap)
        return;
    size_t cap = MAX(need, b->cap * 2);
    uint8_t *p = realloc(b->data ? b->data - b->off : NULL, cap);
    if (!p)
        bug("out of memory for a buffer of %zu bytes", cap);
    b->data = p + b->off;
    b->cap = cap;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
    reserve(b, len);
    if (len)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = 0;
}

void buf_add8(struct buf *b, uint8_t v)
{
    buf_add(b, &v, sizeof v);
}

void buf_add32(struct buf *b, uint32_t v)
{
    buf_add(b, &v, sizeof v);
}

void buf_add64(struct buf *b, uint64_t v)
{
    buf_add(b, &v, sizeof v);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        bug("bad format: %s", fmt);
    reserve(b, (size_t)n);
    vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, again);
    va_end(again);
    b->len += (size_t)n;
}

void buf_drop(struct buf *b, size_t n)
{
    n = MIN(n, b->len);
    if (!n)
        return;
    b->data += n;
    b->off += n;
    b->len -= n;
}

void buf_clear(struct buf *b)
{
    if (!b->data)
        return;
    b->data -= b->off;
    b->off = b->len = 0;
    b->data[0] = 0;
}

void buf_free(struct buf *b)
{
    if (b->data)
        free(b->data - b->off);
    *b = (struct buf){0};
}

const void *get_bytes(struct reader *r, size_t n)
{
    if (r->bad || (size_t)(r->end - r->p) < n) {
        r->bad = true;
        return NULL;
    }
    const void *p = r->p;
    r->p += n;
    return p;
}

uint8_t get8(struct reader *r)
{
    const uint8_t *p = get_bytes(r, 1);
    return p ? *p : 0;
}

uint32_t get32(struct reader *r)
{
    const void *p = get_bytes(r, 4);
    return p ? ld32(p) : 0;
}

uint64_t get64(struct reader *r)
{
    const void *p = get_bytes(r, 8);
    return p ? ld64(p) : 0;
}
