/* SPDX-License-Identifier: MIT */
/* Bits, bytes and the few macros that everything uses. */
#ifndef VITRINE_BASE_BITS_H
#define VITRINE_BASE_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
/* NOTE: MIN and MAX may evaluate an argument twice. */
#define MIN(a, b)                       ((a) < (b) ? (a) : (b))
#define MAX(a, b)                       ((a) > (b) ? (a) : (b))
#define BIT(n)                          (1u << (n))
#define BIT64(n)                        (UINT64_C(1) << (n))
#define ALIGN_UP(x, a)                  (((x) + ((a)-1)) & ~((a)-1))
#define ALIGN_DOWN(x, a)                ((x) & ~((a)-1))
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
#define likely(x)                       __builtin_expect(!!(x), 1)
#define unlikely(x)                     __builtin_expect(!!(x), 0)

/* Unaligned little-endian loads and stores. LIMIT: hosts are little-endian. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian hosts only");

static inline uint16_t ld16(const void *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline uint32_t ld32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline uint64_t ld64(const void *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline void st16(void *p, uint16_t v)
{
    memcpy(p, &v, sizeof v);
}
static inline void st32(void *p, uint32_t v)
{
    memcpy(p, &v, sizeof v);
}
static inline void st64(void *p, uint64_t v)
{
    memcpy(p, &v, sizeof v);
}

/* Little-endian access of size 1, 2, 4 or 8. */
static inline uint64_t ld_le(const void *p, unsigned size)
{
    uint64_t v = 0;
    memcpy(&v, p, size);
    return v;
}
static inline void st_le(void *p, uint64_t v, unsigned size)
{
    memcpy(p, &v, size);
}

/* Bits hi..lo of v. */
static inline uint64_t bits(uint64_t v, unsigned hi, unsigned lo)
{
    return (v >> lo) & (UINT64_MAX >> (63 - (hi - lo)));
}

#endif
