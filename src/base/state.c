/* SPDX-License-Identifier: MIT */
/*
 * State tables: an object as a list of named fields.
 *
 * Format, little-endian: u32 number of fields; per field u8 name length, name, u8 kind, u32 payload length, payload.
 * Integers are saved with their size as `size * count` raw bytes.
 */
#include "base/state.h"

#include <string.h>

#include "base/bits.h"
#include "base/log.h"

static uint32_t bytes_of(const struct state_field *f, const void *p)
{
    uint32_t all = f->size * f->count, n = f->used ? f->used(p) : all;
    return MIN(n, all);
}

static void put_field(const struct state_field *f, const void *obj, const struct state_timer_ops *timers,
                      struct buf *out)
{
    const uint8_t *p = (const uint8_t *)obj + f->offset;
    size_t n = strlen(f->name);
    if (n > UINT8_MAX)
        bug("state field name too long: %s", f->name);
    buf_add8(out, (uint8_t)n);
    buf_add(out, f->name, n);
    buf_add8(out, (uint8_t)f->kind);
    size_t at = out->len; /* of the payload's length, known behind it */
    buf_add32(out, 0);
    if (f->kind == STATE_TIMER)
        timers->put(p, out);
    else
        buf_add(out, p, bytes_of(f, p));
    st32(out->data + at, (uint32_t)(out->len - at - 4));
}

void state_save(const struct state_table *table, const void *obj, const struct state_timer_ops *timers, struct buf *out)
{
    buf_add32(out, table->nfields);
    for (uint32_t i = 0; i < table->nfields; i++)
        put_field(&table->fields[i], obj, timers, out);
}

static const struct state_field *find(const struct state_table *t, const char *name, size_t len)
{
    for (uint32_t i = 0; i < t->nfields; i++)
        if (strlen(t->fields[i].name) == len && !memcmp(t->fields[i].name, name, len))
            return &t->fields[i];
    return NULL;
}

static bool get_field(const struct state_table *table, void *obj, const struct state_timer_ops *timers,
                      struct reader *in, struct error *err)
{
    size_t n = get8(in);
    const char *name = get_bytes(in, n);
    uint8_t kind = get8(in);
    uint32_t len = get32(in);
    const uint8_t *payload = get_bytes(in, len);
    if (in->bad || !name)
        return error_set(err, "saved state of %s is cut short", table->name);
    const struct state_field *f = find(table, name, n);
    if (!f || f->kind != kind)
        return error_set(err, "saved state of %s has a field '%.*s' that this version does not know", table->name,
                         (int)n, name);
    if (kind == STATE_TIMER) {
        struct reader r = {payload, payload + len, false};
        if (!timers->get((uint8_t *)obj + f->offset, &r) || r.p != r.end)
            return error_set(err, "saved state of %s: timer '%s' is malformed", table->name, f->name);
        return true;
    }
    uint32_t all = f->size * f->count;
    if (f->used ? len > all : len != all)
        return error_set(err, "saved state of %s: field '%s' has %u bytes, not %u", table->name, f->name, len, all);
    for (uint32_t i = 0; kind == STATE_BOOL && i < len; i++)
        if (payload[i] > 1)
            return error_set(err, "saved state of %s: field '%s' is neither true nor false", table->name, f->name);
    memcpy((uint8_t *)obj + f->offset, payload, len);
    memset((uint8_t *)obj + f->offset + len, 0, all - len);
    return true;
}

bool state_load(const struct state_table *table, void *obj, const struct state_timer_ops *timers, struct reader *in,
                struct error *err)
{
    uint32_t n = get32(in);
    for (uint32_t i = 0; i < n && !in->bad; i++)
        if (!get_field(table, obj, timers, in, err))
            return false;
    return in->bad ? error_set(err, "saved state of %s is cut short", table->name) : true;
}

void state_pack(const struct state_table *table, const void *obj, const struct state_timer_ops *timers, struct buf *out)
{
    for (uint32_t i = 0; i < table->nfields; i++) {
        const struct state_field *f = &table->fields[i];
        const uint8_t *p = (const uint8_t *)obj + f->offset;
        uint32_t n = bytes_of(f, p);
        if (f->kind == STATE_TIMER) {
            timers->put(p, out);
            continue;
        }
        if (f->used)
            buf_add32(out, n);
        buf_add(out, p, n);
    }
}

bool state_unpack(const struct state_table *table, void *obj, const struct state_timer_ops *timers, struct reader *in)
{
    for (uint32_t i = 0; i < table->nfields; i++) {
        const struct state_field *f = &table->fields[i];
        uint8_t *p = (uint8_t *)obj + f->offset;
        if (f->kind == STATE_TIMER) {
            if (!timers->get(p, in))
                return false;
            continue;
        }
        uint32_t all = f->size * f->count, n = f->used ? get32(in) : all;
        const void *bytes = n <= all ? get_bytes(in, n) : NULL;
        if (!bytes)
            return false;
        memcpy(p, bytes, n);
        memset(p + n, 0, all - n);
    }
    return !in->bad;
}
