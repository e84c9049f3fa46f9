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

#endif
