/* SPDX-License-Identifier: MIT */
/* A struct as a message, by the table of its fields. */
#include "link/fields.h"

#include <stdio.h>
#include <string.h>

/* An integer of 1, 2, 4 or 8 bytes in host memory. */
static uint64_t int_read(const void *p, uint32_t size)
{
    uint64_t v = 0;
    memcpy(&v, p, size); /* NOTE: the host is little-endian, as every x86 is */
    return v;
}

static void *at(const void *obj, uint32_t offset)
{
    return (uint8_t *)(uintptr_t)obj + offset;
}

static void put_one(const struct field *f, const void *p, struct buf *out)
{
    switch (f->kind) {
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_BYTES: buf_add(out, p, f->size); break;
    case FIELD_STRING: {
        size_t n = strnlen(p, f->size - 1);
        buf_add32(out, (uint32_t)n);
        buf_add(out, p, n);
        break;
    }
    case FIELD_STRUCT: fields_put(f->of, p, out); break;
    }
}

static uint32_t used(const struct field *f, const void *obj)
{
    return f->counted ? *(const unsigned *)at(obj, f->used_at) : f->count;
}

void fields_put(const struct field_table *table, const void *obj, struct buf *out)
{
    for (uint32_t i = 0; i < table->nfields; i++) {
        const struct field *f = &table->fields[i];
        uint32_t n = used(f, obj);
        if (f->counted)
            buf_add32(out, n);
        for (uint32_t k = 0; k < n; k++)
            put_one(f, at(obj, f->offset + k * f->size), out);
    }
}

static bool get_string(const struct field *f, char *to, struct reader *in)
{
    uint32_t n = get32(in);
    const char *text = n < f->size ? get_bytes(in, n) : NULL;
    if (!text || memchr(text, 0, n))
        return false;
    memcpy(to, text, n);
    to[n] = 0;
    return true;
}

static bool get_one(const struct field *f, void *to, struct reader *in, struct error *err)
{
    if (f->kind == FIELD_STRUCT)
        return fields_get(f->of, to, in, err);
    bool good;
    if (f->kind == FIELD_STRING) {
        good = get_string(f, to, in);
    } else {
        const void *p = get_bytes(in, f->size);
        uint64_t v = p && f->kind != FIELD_BYTES ? int_read(p, f->size) : 0;
        good = p && (f->kind != FIELD_BOOL || v <= 1) && (f->kind != FIELD_INT || (v >= f->min && v <= f->max));
        if (good)
            memcpy(to, p, f->size);
    }
    return good || error_set(err, "%s", in->bad ? "it ends early" : "out of range");
}

bool fields_get(const struct field_table *table, void *obj, struct reader *in, struct error *err)
{
    for (uint32_t i = 0; i < table->nfields; i++) {
        const struct field *f = &table->fields[i];
        uint32_t n = f->count;
        if (f->counted) {
            n = get32(in);
            if (in->bad || n > f->count)
                return error_set(err, "%s: %s", f->name, in->bad ? "it ends early" : "too many");
            *(unsigned *)at(obj, f->used_at) = n;
        }
        for (uint32_t k = 0; k < n; k++) {
            if (!get_one(f, at(obj, f->offset + k * f->size), in, err))
                return f->count > 1 ? error_prefix(err, "%s[%u]", f->name, k) : error_prefix(err, "%s", f->name);
        }
    }
    return true;
}

static bool is_in(const char *const *list, const char *name)
{
    while (*list && strcmp(*list, name))
        list++;
    return *list != NULL;
}

static void print_one(const struct field *f, const void *p, const char *prefix, const char *const *leave_out,
                      struct buf *out)
{
    if (f->kind == FIELD_STRUCT) {
        fields_print(f->of, p, prefix, leave_out, out);
        return;
    }
    buf_printf(out, "%s=", prefix);
    if (f->kind == FIELD_STRING)
        buf_printf(out, "%s", (const char *)p);
    else if (f->kind == FIELD_BYTES)
        for (uint32_t i = 0; i < f->size; i++)
            buf_printf(out, "%02x", ((const uint8_t *)p)[i]);
    else
        buf_printf(out, "%llu", (unsigned long long)int_read(p, f->size));
    buf_printf(out, "\n");
}

void fields_print(const struct field_table *table, const void *obj, const char *prefix, const char *const *leave_out,
                  struct buf *out)
{
    for (uint32_t i = 0; i < table->nfields; i++) {
        const struct field *f = &table->fields[i];
        if (is_in(leave_out, f->name))
            continue;
        for (uint32_t k = 0; k < used(f, obj); k++) {
            char name[128];
            if (f->count > 1)
                snprintf(name, sizeof name, "%s%s[%u]%s", prefix, f->name, k, f->kind == FIELD_STRUCT ? "." : "");
            else
                snprintf(name, sizeof name, "%s%s%s", prefix, f->name, f->kind == FIELD_STRUCT ? "." : "");
            print_one(f, at(obj, f->offset + k * f->size), name, leave_out, out);
        }
    }
}
