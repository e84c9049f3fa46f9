/* SPDX-License-Identifier: MIT */
/* The library functions that the compiler may call in freestanding code (C17 4p6, GCC manual 2.1), and find_after(). */
#include "bios.h"

void *memcpy(void *dst, const void *src, size_t n)
{
    void *d = dst;
    __asm__ volatile("rep movsb (%%esi), %%es:(%%edi)" : "+D"(d), "+S"(src), "+c"(n) : : "memory");
    return dst;
}

void *memset(void *dst, int c, size_t n)
{
    void *d = dst;
    __asm__ volatile("rep stosb %%al, %%es:(%%edi)" : "+D"(d), "+c"(n) : "a"(c) : "memory");
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *p = a, *q = b;
    for (; n; n--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}

const char *find_after(const char *s, const char *what)
{
    uint32_t n = strlen(what);
    for (; *s; s++)
        if (strlen(s) >= n && memcmp(s, what, n) == 0)
            return s + n;
    return 0;
}
