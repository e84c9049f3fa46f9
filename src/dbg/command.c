/* SPDX-License-Identifier: MIT */
/*
 * Console commands in QEMU's spelling: info, x and xp. They change nothing. What starts, stops and
 * resets the machine is the front end's.
 */
#include "dbg/command.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "machine/machine.h"

enum { MAX_ITEMS = 4096, DUMP_WIDTH = 16 };

struct dump {
    uint64_t count;
    char format; /* x d u o c */
    unsigned size;
    uint64_t address;
};

/* "/8xw 0x7c00": count, format and size letters (b h w g), address. */
static bool parse_dump(const char *p, struct dump *d)
{
    *d = (struct dump){.count = 1, .format = 'x', .size = 4};
    if (*p == '/') {
        p++;
        if (isdigit((unsigned char)*p)) {
            char *end;
            d->count = strtoull(p, &end, 10);
            p = end;
        }
        for (; *p && *p != ' '; p++) {
            const char *size = strchr("bhwg", *p);
            if (size)
                d->size = 1u << (size - "bhwg");
            else if (strchr("xduoc", *p))
                d->format = *p;
            else
                return false;
        }
    }
    while (*p == ' ')
        p++;
    char *end;
    d->address = strtoull(p, &end, 0);
    return end != p && !*end && d->count >= 1 && d->count <= MAX_ITEMS;
}

static void print_item(const struct dump *d, uint64_t v, struct buf *out)
{
    switch (d->format) {
    case 'd': {
        unsigned shift = 64 - 8 * d->size;
        buf_printf(out, " %11lld", (long long)((int64_t)(v << shift) >> shift));
        break;
    }
    case 'u':
        buf_printf(out, " %11llu", (unsigned long long)v);
        break;
    case 'o':
        buf_printf(out, " 0%llo", (unsigned long long)v);
        break;
    case 'c':
        buf_printf(out, isprint((int)(v & 0xff)) ? " '%c'" : " '\\x%02x'", (int)(v & 0xff));
        break;
    default:
        buf_printf(out, " 0x%0*llx", (int)(2 * d->size), (unsigned long long)v);
    }
}

static void dump_memory(struct machine *m, const char *args, bool physical, struct buf *out)
{
    struct dump d;
    if (!parse_dump(args, &d)) {
        buf_printf(out, "%s: say /COUNT FORMAT SIZE and an address, such as %s /8xw 0x7c00\n",
                   physical ? "xp" : "x", physical ? "xp" : "x");
        return;
    }
    unsigned per_line = DUMP_WIDTH / d.size;
    for (uint64_t i = 0; i < d.count; i++) {
        uint64_t at = d.address + i * d.size;
        uint8_t bytes[8];
        if (i % per_line == 0)
            buf_printf(out, "%s%016llx:", i ? "\n" : "", (unsigned long long)at);
        if (!(physical ? machine_read_phys(m, at, bytes, d.size)
                       : machine_read_virt(m, at, bytes, d.size))) {
            buf_printf(out, " Cannot access memory");
            break;
        }
        print_item(&d, ld_le(bytes, d.size), out);
    }
    buf_printf(out, "\n");
}

static const char *word_is(const char *line, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(line, word, n) || (line[n] && line[n] != ' ' && line[n] != '/'))
        return NULL;
    line += n;
    while (*line == ' ')
        line++;
    return line;
}

void dbg_command(struct machine *m, const char *line, struct buf *out)
{
    const char *args;
    while (*line == ' ')
        line++;
    if ((args = word_is(line, "info")) && *args) {
        if (!strcmp(args, "registers"))
            machine_info_registers(m, out);
        else
            machine_info(m, args, out);
    } else if ((args = word_is(line, "xp"))) {
        dump_memory(m, args, true, out);
    } else if ((args = word_is(line, "x"))) {
        dump_memory(m, args, false, out);
    } else if (word_is(line, "help") || word_is(line, "?") || !strcmp(line, "info")) {
        buf_printf(out,
                   "info registers|mtree|ioports|devices|NAME   looks at the machine\n"
                   "x /8xw ADDR, xp /8xw ADDR                   dumps virtual or physical memory\n"
                   "stop, cont, system_reset, sendkey KEYS, screendump FILE, quit\n");
    } else if (*line) {
        buf_printf(out, "unknown command: '%s'; 'help' lists them\n", line);
    }
}
