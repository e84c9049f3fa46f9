/* SPDX-License-Identifier: MIT */
/* Makes text from somebody who is not trusted fit to be shown. */
#include "base/text_clean.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bits.h"

/* The character at p (Unicode 3.9, table 3-7: shortest form, no surrogates); its bytes, 0 where there is none. */
static size_t decode(const uint8_t *p, size_t len, uint32_t *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (n > len || !n)
        return 0;
    *c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        *c = *c << 6 | (p[i] & 0x3f);
    }
    return *c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff) ? 0 : n;
}

/* Characters that show nothing of themselves and change how others are shown. */
static bool steers(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } range[] = {
        {0x00, 0x1f},       {0x7f, 0x9f},     /* C0, DEL, C1 */
        {0xad, 0xad},                         /* soft hyphen */
        {0x61c, 0x61c},     {0x180e, 0x180e}, /* Arabic letter mark, Mongolian vowel separator */
        {0x200b, 0x200f},   {0x2028, 0x202e}, /* without width, marks and embeddings of direction, line breaks */
        {0x2060, 0x206f},   {0xfe00, 0xfe0f}, /* isolates and invisible operators, variation selectors */
        {0xfeff, 0xfeff},   {0xfff9, 0xfffb}, /* byte order mark, annotations */
        {0xe0000, 0xe0fff},                   /* tags */
    };
    for (size_t i = 0; i < ARRAY_LEN(range); i++)
        if (c >= range[i].first && c <= range[i].last)
            return true;
    return false;
}

size_t text_clean(char *to, size_t room, const void *data, size_t len, const char *keep)
{
    const uint8_t *p = data;
    size_t out = 0;
    while (len) {
        uint32_t c = 0;
        size_t n = decode(p, len, &c), whole = MAX(n, (size_t)1);
        bool stays = n && (!steers(c) || (c && c < 0x80 && strchr(keep, (int)c)));
        size_t put = stays ? n : 1;
        if (put > room - 1 - out)
            break;
        if (stays)
            memmove(to + out, p, n);
        else
            to[out] = '?';
        out += put;
        p += whole;
        len -= whole;
    }
    to[out] = 0;
    return out;
}
