/* SPDX-License-Identifier: MIT */
/* ACPI machine language: ACPI 1.0b, chapters 16.2 (encoding) and 6.4 (resource descriptors). */
#include "firmware/aml.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/log.h"

enum {
    OP_NAME = 0x08,
    OP_BYTE = 0x0a,
    OP_WORD,
    OP_DWORD,
    OP_STRING,
    OP_QWORD,
    OP_SCOPE = 0x10,
    OP_BUFFER,
    OP_PACKAGE,
    OP_METHOD = 0x14,
    OP_EXT = 0x5b,
    EXT_REGION = 0x80,
    EXT_FIELD,
    EXT_DEVICE,
    EXT_PROCESSOR,
    OP_IF = 0xa0
};
enum { PREFIX_ROOT = '\\', PREFIX_DUAL = 0x2e, PREFIX_MULTI = 0x2f };
enum { FIELD_BYTE_ACC = 1 };

void aml_op(struct buf *b, uint8_t op)
{
    buf_add8(b, op);
}

static void segment(struct buf *b, const char *s, size_t n)
{
    if (n > 4)
        bug("AML: the name segment '%.*s' is longer than four", (int)n, s);
    buf_add(b, s, n);
    buf_add(b, "____", 4 - n);
}

void aml_path(struct buf *b, const char *name)
{
    unsigned segs = 1;
    if (*name == PREFIX_ROOT)
        buf_add8(b, (uint8_t)*name++);
    for (const char *p = name; *p; p++)
        segs += *p == '.';
    if (segs == 2) {
        buf_add8(b, PREFIX_DUAL);
    } else if (segs > 2) {
        buf_add8(b, PREFIX_MULTI);
        buf_add8(b, (uint8_t)segs);
    }
    for (size_t n; segs--; name += n + (segs != 0)) {
        n = strcspn(name, ".");
        segment(b, name, n);
    }
}

void aml_int(struct buf *b, uint64_t v)
{
    static const struct {
        uint64_t max;
        uint8_t op, size;
    } forms[] = {{0xff, OP_BYTE, 1}, {0xffff, OP_WORD, 2}, {0xffffffff, OP_DWORD, 4}, {UINT64_MAX, OP_QWORD, 8}};
    uint8_t raw[8];
    unsigned i = 0;
    if (v <= 1) {
        buf_add8(b, (uint8_t)v);
        return;
    }
    while (v > forms[i].max)
        i++;
    buf_add8(b, forms[i].op);
    st_le(raw, v, 8);
    buf_add(b, raw, forms[i].size);
}

void aml_string(struct buf *b, const char *s)
{
    buf_add8(b, OP_STRING);
    buf_add(b, s, strlen(s) + 1);
}

/* Three letters of five bits and four hexadecimal digits, most significant byte first (6.1.4 of ACPI 1.0b). */
void aml_eisa_id(struct buf *b, const char *id)
{
    uint32_t v = (uint32_t)((id[0] - 0x40) << 10 | (id[1] - 0x40) << 5 | (id[2] - 0x40));
    uint32_t product = (uint32_t)strtoul(id + 3, NULL, 16);
    buf_add8(b, OP_DWORD);
    buf_add32(b, __builtin_bswap32(v << 16 | product));
}

/* --- What has a package length: inserted at the mark when the end is known --- */

static size_t open(struct buf *b, uint8_t op)
{
    if (op & 0x80 && op != OP_IF)
        buf_add8(b, OP_EXT);
    buf_add8(b, op);
    return b->len;
}

/* A length counts itself; the top bits of its first byte say how many bytes follow (16.2.4). */
static unsigned encode_length(size_t body, uint8_t out[4])
{
    unsigned n = body + 1 <= 0x3f ? 1 : body + 2 <= 0xfff ? 2 : 3;
    uint32_t len = (uint32_t)body + n;
    if (n == 1) {
        out[0] = (uint8_t)len;
        return n;
    }
    out[0] = (uint8_t)((n - 1) << 6 | (len & 15));
    for (unsigned i = 1; i < n; i++)
        out[i] = (uint8_t)(len >> (8 * i - 4));
    return n;
}

void aml_end(struct buf *b, size_t mark)
{
    uint8_t length[4];
    size_t body = b->len - mark;
    unsigned n = encode_length(body, length);
    buf_add(b, length, n);
    memmove(b->data + mark + n, b->data + mark, body);
    memcpy(b->data + mark, length, n);
}

void aml_name(struct buf *b, const char *name)
{
    buf_add8(b, OP_NAME);
    aml_path(b, name);
}

static size_t open_named(struct buf *b, uint8_t op, const char *name)
{
    size_t mark = open(b, op);
    aml_path(b, name);
    return mark;
}

size_t aml_scope(struct buf *b, const char *name)
{
    return open_named(b, OP_SCOPE, name);
}

size_t aml_device(struct buf *b, const char *name)
{
    return open_named(b, EXT_DEVICE, name);
}

size_t aml_method(struct buf *b, const char *name, unsigned args)
{
    size_t mark = open_named(b, OP_METHOD, name);
    buf_add8(b, (uint8_t)args);
    return mark;
}

size_t aml_if(struct buf *b)
{
    return open(b, OP_IF);
}

size_t aml_package(struct buf *b, uint8_t elements)
{
    size_t mark = open(b, OP_PACKAGE);
    buf_add8(b, elements);
    return mark;
}

void aml_processor(struct buf *b, const char *name, uint8_t id)
{
    size_t mark = open_named(b, EXT_PROCESSOR, name);
    buf_add8(b, id);
    buf_add32(b, 0); /* no processor register block */
    buf_add8(b, 0);
    aml_end(b, mark);
}

void aml_region(struct buf *b, const char *name, enum aml_space space, uint32_t offset, uint32_t length)
{
    buf_add8(b, OP_EXT);
    buf_add8(b, EXT_REGION);
    aml_path(b, name);
    buf_add8(b, (uint8_t)space);
    aml_int(b, offset);
    aml_int(b, length);
}

size_t aml_byte_field(struct buf *b, const char *region)
{
    size_t mark = open_named(b, EXT_FIELD, region);
    buf_add8(b, FIELD_BYTE_ACC);
    return mark;
}

void aml_field_unit(struct buf *b, const char *name, unsigned bits)
{
    uint8_t length[4];
    segment(b, name, strlen(name));
    buf_add(b, length, encode_length(bits - (bits <= 0x3f ? 1 : 2), length));
}

/* --- Resources --- */

/* The buffer's size precedes its bytes: a word, so that there is always room. */
size_t aml_resources(struct buf *b)
{
    size_t mark = open(b, OP_BUFFER);
    buf_add8(b, OP_WORD);
    buf_add(b, "\0\0", 2);
    return mark;
}

void aml_resources_end(struct buf *b, size_t mark)
{
    buf_add(b, "\x79", 2); /* end tag, checksum 0: not checked */
    st16(b->data + mark + 1, (uint16_t)(b->len - mark - 3));
    aml_end(b, mark);
}

static void add16(struct buf *b, uint32_t v)
{
    buf_add8(b, (uint8_t)v);
    buf_add8(b, (uint8_t)(v >> 8));
}

void res_io(struct buf *b, uint16_t base, uint8_t length)
{
    buf_add8(b, 0x47);
    buf_add8(b, 1); /* decodes 16 bits */
    add16(b, base);
    add16(b, base);
    buf_add8(b, 1);
    buf_add8(b, length);
}

void res_irq(struct buf *b, unsigned irq)
{
    buf_add8(b, 0x22);
    add16(b, 1u << irq);
}

void res_dma(struct buf *b, unsigned channel)
{
    buf_add8(b, 0x2a);
    buf_add8(b, (uint8_t)(1u << channel));
    buf_add8(b, 0); /* compatibility, 8 bits, no bus master */
}

void res_memory32(struct buf *b, uint32_t base, uint32_t length)
{
    buf_add8(b, 0x86);
    add16(b, 9);
    buf_add8(b, 0);
    buf_add32(b, base);
    buf_add32(b, length);
}

void res_interrupts(struct buf *b, const uint32_t *irqs, uint8_t n)
{
    buf_add8(b, 0x89);
    add16(b, 2 + 4u * n);
    buf_add8(b, 0x09); /* consumer, level, active high, shared */
    buf_add8(b, n);
    for (uint8_t i = 0; i < n; i++)
        buf_add32(b, irqs[i]);
}

enum { RANGE_MEMORY, RANGE_IO, RANGE_BUS, RANGE_FIXED = 0x0c };

static void word_range(struct buf *b, uint8_t type, uint8_t specific, uint16_t first, uint16_t last)
{
    buf_add8(b, 0x88);
    add16(b, 13);
    buf_add8(b, type);
    buf_add8(b, RANGE_FIXED);
    buf_add8(b, specific);
    add16(b, 0); /* granularity */
    add16(b, first);
    add16(b, last);
    add16(b, 0); /* translation */
    add16(b, (uint32_t)last - first + 1);
}

void res_bus_numbers(struct buf *b, uint16_t first, uint16_t last)
{
    word_range(b, RANGE_BUS, 0, first, last);
}

void res_word_io(struct buf *b, uint16_t first, uint16_t last)
{
    word_range(b, RANGE_IO, 3, first, last);
}

void res_dword_memory(struct buf *b, bool cacheable, uint32_t first, uint32_t last)
{
    buf_add8(b, 0x87);
    add16(b, 23);
    buf_add8(b, RANGE_MEMORY);
    buf_add8(b, RANGE_FIXED);
    buf_add8(b, cacheable ? 3 : 1); /* bit 0: read and write */
    buf_add32(b, 0);
    buf_add32(b, first);
    buf_add32(b, last);
    buf_add32(b, 0);
    buf_add32(b, last - first + 1);
}
