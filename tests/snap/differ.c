/* SPDX-License-Identifier: MIT */
/* Where two machines of the same configuration differ: the first field of a state table, or byte of memory. */
#include "tests/snap/differ.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "machine/parts.h"

static char text[200];

static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t len)
{
    size_t at = 0;
    while (at < len && a[at] == b[at])
        at++;
    return at;
}

/* A field as it is saved, without its head: what is in padding or beside the value does not count. */
static bool same_field(const char *who, const struct state_field *f, const void *a, const void *b)
{
    const struct state_table one = {who, f, 1};
    struct buf x = {0}, y = {0};
    state_save(&one, a, &timer_state_ops, &x);
    state_save(&one, b, &timer_state_ops, &y);
    size_t len = MIN(x.len, y.len), at = first_difference(x.data, y.data, len);
    size_t head = 4 + 1 + strlen(f->name) + 1 + 4; /* base/state.c: count, name, kind, length */
    bool same = x.len == y.len && at == len;
    if (!same)
        snprintf(text, sizeof text, "%s: '%s' at byte %zu: %02x, %02x", who, f->name, at - MIN(at, head),
                 at < len ? x.data[at] : 0, at < len ? y.data[at] : 0);
    buf_free(&x);
    buf_free(&y);
    return same;
}

static bool same_table(const char *who, const struct state_table *t, const void *a, const void *b)
{
    for (uint32_t i = 0; i < t->nfields; i++)
        if (!same_field(who, &t->fields[i], a, b))
            return false;
    return true;
}

static bool same_memory(struct machine *a, struct machine *b)
{
    const struct mem_block *k;
    for (unsigned n = 0; (k = mem_block(a->mem, n)) != NULL; n++) {
        for (uint32_t i = 0; i < k->npages; i++) {
            const uint8_t *x = ram_ptr(a->mem, k->first + i), *y = ram_ptr(b->mem, k->first + i);
            size_t at = first_difference(x, y, PAGE_SIZE);
            if (at == PAGE_SIZE)
                continue;
            snprintf(text, sizeof text, "memory '%s', page %u, byte %zu: %02x, %02x", k->name, i, at, x[at], y[at]);
            return false;
        }
    }
    return true;
}

const char *machine_difference(struct machine *a, struct machine *b)
{
    bool same = same_table("clock", &clock_state_table, &a->clock, &b->clock);
    cpu_pre_save(a->cpu);
    cpu_pre_save(b->cpu);
    same = same && same_table("cpu", &cpu_state_table, a->cpu, b->cpu);
    for (struct dev *d = a->devices, *e = b->devices; same && d && e; d = d->next, e = e->next)
        same = same_table(d->id, &d->cls->state, d, e);
    return same && same_memory(a, b) ? NULL : text;
}
