/* SPDX-License-Identifier: MIT */
/*
 * Text for the person in front of the screen, by INT 10h AH=0Eh of the video BIOS, and by the debug port 402h where
 * there is one (it reads as E9h).
 */
#include <stdarg.h>

#include "bios.h"

#define DEBUG_PORT 0x402

/* Runs INT n with c's registers; gives the carry flag. */
int call_int(uint8_t n, struct call *c)
{
    uint32_t v = get_vector(n);
    c->ip = (uint16_t)v;
    c->cs = v >> 16;
    call16(c);
    return c->flags & FLAG_CF;
}

static void put(char ch)
{
    struct call c;
    if (ch == '\n')
        put('\r');
    if (inb(DEBUG_PORT) == 0xe9)
        outb(DEBUG_PORT, ch);
    memset(&c, 0, sizeof c);
    c.ax = 0x0e00 | (uint8_t)ch;
    c.bx = 7;
    call_int(0x10, &c);
}

static void put_number(uint32_t v, uint32_t base, int width)
{
    char buf[10];
    int n = 0;
    do {
        uint32_t digit = v % base;
        buf[n++] = digit < 10 ? '0' + digit : 'a' + digit - 10;
        v /= base;
    } while (v || n < width);
    while (n)
        put(buf[--n]);
}

void print(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    for (; *fmt; fmt++) {
        int width = 0;
        if (*fmt != '%') {
            put(*fmt);
            continue;
        }
        fmt++;
        if (*fmt == '0')
            fmt++;
        if (*fmt >= '1' && *fmt <= '8')
            width = *fmt++ - '0';
        if (*fmt == 's') {
            for (const char *s = va_arg(ap, const char *); *s; s++)
                put(*s);
        } else if (*fmt == 'c') {
            put(va_arg(ap, int));
        } else {
            put_number(va_arg(ap, uint32_t), *fmt == 'x' ? 16 : 10, width);
        }
    }
    va_end(ap);
}
