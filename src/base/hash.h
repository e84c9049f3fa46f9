/* SPDX-License-Identifier: MIT */
/* A hash of bytes, eight a step, multiplied and folded: not for adversaries, for finding where two runs part. */
#ifndef VITRINE_BASE_HASH_H
#define VITRINE_BASE_HASH_H

#include "base/bits.h"

static inline uint64_t hash_mix(uint64_t h, uint64_t v)
{
    __extension__ unsigned __int128 p = (unsigned __int128)(h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)p ^ (uint64_t)(p >> 64) ^ UINT64_C(0xd6e8feb86659fd93);
}

static inline uint64_t hash_bytes(uint64_t h, const uint8_t *p, size_t len)
{
    size_t i = 0;
    for (; i + 8 <= len; i += 8)
        h = hash_mix(h, ld64(p + i));
    if (i < len)
        h = hash_mix(h, ld_le(p + i, (unsigned)(len - i)));
    return hash_mix(h, len);
}

/* Of many bytes (a multiple of 32) in four chains side by side, which is what a processor is quick at. */
static inline uint64_t hash_block(uint64_t h, const uint8_t *p, size_t len)
{
    uint64_t a = h, b = ~h, c = h + 1, d = ~h - 1;
    for (size_t i = 0; i < len; i += 32) {
        a = hash_mix(a, ld64(p + i));
        b = hash_mix(b, ld64(p + i + 8));
        c = hash_mix(c, ld64(p + i + 16));
        d = hash_mix(d, ld64(p + i + 24));
    }
    return hash_mix(hash_mix(hash_mix(a, b), c), d);
}

#endif
