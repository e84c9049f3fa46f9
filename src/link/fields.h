/* SPDX-License-Identifier: MIT */
/*
 * A struct as a message: a table of its fields, from which it is written, and read with every value checked against the
 * bounds that its row states. Both ends are the same program, so the format needs no version: integers are
 * little-endian in their own size, strings and lists have a u32 length before them.
 */
#ifndef VITRINE_LINK_FIELDS_H
#define VITRINE_LINK_FIELDS_H

#include "base/bits.h"
#include "base/buf.h"
#include "base/error.h"

enum field_kind {
    FIELD_INT,    /* an integer or enum of 1, 2, 4 or 8 bytes, from min to max as unsigned numbers of its size */
    FIELD_BOOL,   /* 0 or 1 */
    FIELD_STRING, /* a char array: its text without the NUL */
    FIELD_BYTES,  /* `size` bytes as they are */
    FIELD_STRUCT, /* what `of` lists */
};

struct field {
    const char *name;
    enum field_kind kind;
    uint32_t offset, size; /* of one element, bytes */
    uint32_t count;        /* of elements: an array's length */
    bool counted;          /* only the first ones are used: an `unsigned` at used_at says how many */
    uint32_t used_at;
    uint64_t min, max;
    const struct field_table *of;
};

struct field_table {
    const struct field *fields;
    uint32_t nfields;
};

#define FIELD_(type, member, k, ...)                                                \
    {                                                                               \
        .name = #member, .kind = (k), .offset = offsetof(type, member), __VA_ARGS__ \
    }
#define FIELD_SIZE_(type, member)    .size = sizeof(((type *)0)->member), .count = 1
#define FIELD_ELEMENT_(type, member) .size = sizeof(((type *)0)->member[0]), .count = ARRAY_LEN(((type *)0)->member)
#define FIELD_I(type, member, lo, hi) \
    FIELD_(type, member, FIELD_INT, FIELD_SIZE_(type, member), .min = (uint64_t)(lo), .max = (uint64_t)(hi))
#define FIELD_ANY(type, member)     FIELD_I(type, member, 0, UINT64_MAX)
#define FIELD_B(type, member)       FIELD_(type, member, FIELD_BOOL, FIELD_SIZE_(type, member))
#define FIELD_S(type, member)       FIELD_(type, member, FIELD_STRING, FIELD_SIZE_(type, member))
#define FIELD_RAW(type, member)     FIELD_(type, member, FIELD_BYTES, FIELD_SIZE_(type, member))
#define FIELD_B_ARRAY(type, member) FIELD_(type, member, FIELD_BOOL, FIELD_ELEMENT_(type, member))
/* The first `n` of an array of structs or strings. */
#define FIELD_LIST(type, member, n, table)                                                                          \
    FIELD_(type, member, FIELD_STRUCT, FIELD_ELEMENT_(type, member), .counted = true, .used_at = offsetof(type, n), \
           .of = (table))
#define FIELD_S_LIST(type, member, n) \
    FIELD_(type, member, FIELD_STRING, FIELD_ELEMENT_(type, member), .counted = true, .used_at = offsetof(type, n))
/* A whole array of structs. */
#define FIELD_ARRAY(type, member, table) FIELD_(type, member, FIELD_STRUCT, FIELD_ELEMENT_(type, member), .of = (table))

#define FIELD_TABLE(name, rows) const struct field_table name = {.fields = (rows), .nfields = ARRAY_LEN(rows)}

void fields_put(const struct field_table *table, const void *obj, struct buf *out);
/* Fields that the table lacks stay as they are. False with *err, which names the field, where a value is out of its
 * bounds or bytes are missing. */
bool fields_get(const struct field_table *table, void *obj, struct reader *in, struct error *err);

/* A line for each value, "drive[0].bytes=1474560"; none of the fields that leave_out names (it ends with NULL). */
void fields_print(const struct field_table *table, const void *obj, const char *prefix, const char *const *leave_out,
                  struct buf *out);

#endif
