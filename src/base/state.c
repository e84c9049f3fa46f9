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
    struct buf payload = {0};
    if (f->kind == STATE_TIMER)
        timers->put(p, &payload);
    else
        buf_add(&payload, p, (size_t)f->size * f->count);
    buf_add32(out, (uint32_t)payload.len);
    buf_add(out, payload.data, payload.len);
    buf_free(&payload);
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
    if (len != f->size * f->count)
        return error_set(err, "saved state of %s: field '%s' has %u bytes, not %u", table->name, f->name, len,
                         f->size * f->count);
    for (uint32_t i = 0; kind == STATE_BOOL && i < len; i++)
        if (payload[i] > 1)
            return error_set(err, "saved state of %s: field '%s' is neither true nor false", table->name, f->name);
    memcpy((uint8_t *)obj + f->offset, payload, len);
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
