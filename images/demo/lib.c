/* SPDX-License-Identifier: MIT */
/* lib.c: memory functions that the compiler expects, numbers, and sines. */
#include "demo.h"

/* Four bytes at a time: an interpreter counts iterations. */
void *memcpy(void *to, const void *from, size_t size)
{
    void *result = to;
    size_t words = size / 4, bytes = size & 3;
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
    return result;
}

void *memmove(void *to, const void *from, size_t size)
{
    if ((uintptr_t)to - (uintptr_t)from >= size) /* to lies before, or far enough behind */
        return memcpy(to, from, size);
    char *end = (char *)to + size - 1;
    const char *source = (const char *)from + size - 1;
    __asm__ volatile("std; rep movsb; cld" : "+D"(end), "+S"(source), "+c"(size) : : "memory");
    return to;
}

void *memset(void *to, int value, size_t size)
{
    void *result = to;
    size_t words = size / 4, bytes = size & 3;
    uint32_t pattern = (uint8_t)value * 0x01010101u;
    __asm__ volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(pattern) : "memory");
    return result;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *p = a, *q = b;
    for (; size; size--, p++, q++)
        if (*p != *q)
            return *p < *q ? -1 : 1;
    return 0;
}

size_t text_length(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

char *format_number(char *out, uint32_t value, unsigned base, unsigned width, char fill)
{
    char digits[32];
    unsigned count = 0;
    do {
        digits[count++] = "0123456789ABCDEF"[value % base];
        value /= base;
    } while (value);
    while (width > count) {
        *out++ = fill;
        width--;
    }
    while (count)
        *out++ = digits[--count];
    *out = 0;
    return out;
}

/* Bhaskara's approximation, 4n / (5 * 2^16 - n) with n = x(512 - x), off by 0.2 % at most. */
int sine(unsigned angle)
{
    unsigned x = angle & 511;
    unsigned n = x * (512 - x);
    int value = (int)((n << 12) / ((327680 - n) >> 4));
    return angle & 512 ? -value : value;
}

int cosine(unsigned angle)
{
    return sine(angle + 256);
}
