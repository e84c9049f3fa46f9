/* SPDX-License-Identifier: MIT */
/* x, xp, print and sum: memory and expressions in QEMU's formats. */
#include "dbg/dbg_priv.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

enum { STRING_MAX = 200 };
enum { MAX_ITEMS = 65536, LINE_BYTES = 16, LINE_BYTES_OF_BYTES = 8, SUM_MAX = 1 << 28 };

bool format_parse(const char **p, struct format *f, struct error *err)
{
    *f = (struct format){.count = 1, .letter = 0};
    const char *s = *p + strspn(*p, " ");
    if (*s == '/') {
        s++;
        if (isdigit((unsigned char)*s)) {
            char *end;
            f->count = strtoull(s, &end, 10);
            s = end;
        }
        for (; *s && *s != ' '; s++) {
            const char *size = strchr("bhwg", *s);
            if (size)
                f->size = 1u << (size - "bhwg");
            else if (strchr("xduotcsi", *s))
                f->letter = *s;
            else
                return error_set(err, "invalid char in format: '%c'", *s);
        }
    }
    if (!f->count || f->count > MAX_ITEMS)
        return error_set(err, "a count is 1 to %d", MAX_ITEMS);
    *p = s + strspn(s, " ");
    return true;
}

/* Columns that the largest value of a size takes. */
static int columns(char letter, unsigned size)
{
    static const uint8_t decimal[] = {[1] = 3, [2] = 5, [4] = 10, [8] = 20};
    return letter == 't'   ? (int)size * 8
           : letter == 'o' ? (int)(size * 8 + 2) / 3
           : letter == 'x' ? (int)size * 2
                           : decimal[size];
}

static void put_char(uint8_t c, struct buf *out)
{
    static const struct {
        char c, letter;
    } named[] = {{'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'\'', '\''}, {'\\', '\\'}};
    for (size_t i = 0; i < ARRAY_LEN(named); i++)
        if (c == (uint8_t)named[i].c) {
            buf_printf(out, "'\\%c'", named[i].letter);
            return;
        }
    if (c >= 32 && c < 127)
        buf_printf(out, "'%c'", c);
    else
        buf_printf(out, "'\\x%02x'", c);
}

static void put_binary(uint64_t v, unsigned digits, struct buf *out)
{
    while (digits--)
        buf_add8(out, v >> digits & 1 ? '1' : '0');
}

void format_item(char letter, unsigned size, uint64_t v, struct buf *out)
{
    int n = columns(letter, size);
    unsigned shift = 64 - 8 * size;
    switch (letter) {
    case 'd': buf_printf(out, "%*" PRId64, n, (int64_t)(v << shift) >> shift); break;
    case 'u': buf_printf(out, "%*" PRIu64, n, v); break;
    case 'o': buf_printf(out, "%#*" PRIo64, n, v); break;
    case 't': put_binary(v, (unsigned)n, out); break;
    case 'c': put_char((uint8_t)v, out); break;
    default: buf_printf(out, "0x%0*" PRIx64, n, v);
    }
}

static bool load(struct machine *m, bool physical, uint64_t at, void *data, unsigned size)
{
    return physical ? machine_read_phys(m, at, data, size) : machine_read_virt(m, at, data, size);
}

static void dump_items(struct machine *m, const struct format *f, uint64_t at, bool physical, struct buf *out)
{
    unsigned size = f->letter == 'c' ? 1 : f->size ? f->size : 4;
    unsigned per_line = (size == 1 || f->letter == 't' ? LINE_BYTES_OF_BYTES : LINE_BYTES) / size;
    for (uint64_t i = 0; i < f->count; i++, at += size) {
        uint8_t bytes[8];
        if (i % per_line == 0)
            buf_printf(out, physical ? "%s%016" PRIx64 ":" : "%s%08" PRIx64 ":", i ? "\n" : "",
                       physical ? at : at & UINT32_MAX);
        if (!load(m, physical, at, bytes, size)) {
            buf_printf(out, " Cannot access memory");
            break;
        }
        buf_printf(out, " ");
        format_item(f->letter ? f->letter : 'x', size, ld_le(bytes, size), out);
    }
    buf_printf(out, "\n");
}

/* A string in C's form. It ends with a 0 byte, at STRING_MAX, where the next begins, or where memory ends. *at goes
 * behind it; false: there was no memory. */
static bool dump_string(struct machine *m, uint64_t *at, bool physical, struct buf *out)
{
    uint8_t c = 0;
    unsigned n = 0;
    bool there;
    buf_printf(out, physical ? "%016" PRIx64 ":" : "%08" PRIx64 ":", physical ? *at : *at & UINT32_MAX);
    for (; (there = load(m, physical, *at, &c, 1)) && c && n < STRING_MAX; n++, (*at)++) {
        const char *named = strchr("\nn\rr\tt\"\"\\\\", c);
        buf_printf(out, n ? "" : " \"");
        if (named && (named - "\nn\rr\tt\"\"\\\\") % 2 == 0)
            buf_printf(out, "\\%c", named[1]);
        else
            buf_printf(out, c >= ' ' && c < 0x7f ? "%c" : "\\x%02x", c);
    }
    if (there)
        buf_printf(out, n ? "\"" : " \"\"");
    else
        buf_printf(out, n ? "\" Cannot access memory" : " Cannot access memory");
    buf_printf(out, there && c ? "...\n" : "\n");
    *at += there && !c;
    return there;
}

static void dump(struct machine *m, const char *args, bool physical, struct buf *out)
{
    const char *name = physical ? "xp" : "x";
    struct format f;
    struct error err;
    uint64_t at;
    if (!format_parse(&args, &f, &err) || !expr_address(m, args, &at, &err)) {
        buf_printf(out, "%s: %s; say for example %s /8xw 0x7c00\n", name, err.text, name);
        return;
    }
    if (f.letter == 's') {
        for (uint64_t i = 0; i < f.count && dump_string(m, &at, physical, out); i++)
            ;
        return;
    }
    if (f.letter != 'i') {
        dump_items(m, &f, at, physical, out);
        return;
    }
    if (!disasm_there()) {
        buf_printf(out, "%s: this build disassembles nothing (Zydis is missing)\n", name);
        return;
    }
    for (uint64_t i = 0, n; i < f.count && (n = disasm_line(m, at, physical, out)) != 0; i++)
        at += n;
}

void dbg_x(struct machine *m, const char *args, struct buf *out)
{
    dump(m, args, false, out);
}

void dbg_xp(struct machine *m, const char *args, struct buf *out)
{
    dump(m, args, true, out);
}

void dbg_print(struct machine *m, const char *args, struct buf *out)
{
    struct format f;
    struct error err;
    uint64_t v;
    bool good = format_parse(&args, &f, &err) && expr_whole(m, args, &v, &err);
    if (good && (f.letter == 'i' || f.letter == 's'))
        good = error_set(&err, "invalid char in format: '%c'", f.letter);
    if (!good)
        buf_printf(out, "print: %s; say for example print /x $eip + 4\n", err.text);
    else if (f.letter == 'c')
        put_char((uint8_t)v, out);
    else if (f.letter == 't')
        put_binary(v, v ? 64u - (unsigned)__builtin_clzll(v) : 1, out);
    else
        buf_printf(out,
                   f.letter == 'x'   ? "0x%" PRIx64
                   : f.letter == 'o' ? "%#" PRIo64
                   : f.letter == 'u' ? "%" PRIu64
                                     : "%" PRId64,
                   v);
    if (good)
        buf_printf(out, "\n");
}

/* BSD's checksum: each byte is added to a 16-bit sum that was turned right by one. */
void dbg_sum(struct machine *m, const char *args, struct buf *out)
{
    struct error err;
    uint64_t at, size;
    uint16_t sum = 0;
    if (!expr_eval(m, &args, &at, &err) || !expr_whole(m, args, &size, &err) ||
        (size > SUM_MAX && !error_set(&err, "at most %d bytes", SUM_MAX))) {
        buf_printf(out, "sum: %s; say for example sum 0xf0000 0x10000\n", err.text);
        return;
    }
    for (uint64_t i = 0; i < size; i++) {
        uint8_t b = 0;
        machine_read_phys(m, at + i, &b, 1);
        sum = (uint16_t)((sum >> 1 | sum << 15) + b);
    }
    buf_printf(out, "%05u\n", sum);
}
