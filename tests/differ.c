/* SPDX-License-Identifier: MIT */
/* Where two machines differ: each state table is compared as it is saved, then memory, page by page. */
#include "tests/differ.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "machine/parts.h"

static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t len)
{
    size_t at = 0;
    while (at < len && a[at] == b[at])
        at++;
    return at;
}

/* A value as text: a number where it is one, else the bytes from the first that differs on. */
static void print_value(struct buf *out, const uint8_t *p, size_t len, size_t at)
{
    if (len && len <= 8)
        buf_printf(out, "%llx", (unsigned long long)ld_le(p, (unsigned)len));
    for (size_t i = at; len > 8 && i < len && i < at + 8; i++)
        buf_printf(out, "%02x", p[i]);
}

/* As they are saved: what is in padding or beside a value does not count. */
static bool same_table(const struct state_table *t, const void *a, const void *b, struct buf *x, struct buf *y)
{
    buf_clear(x);
    buf_clear(y);
    state_save(t, a, &timer_state_ops, x);
    state_save(t, b, &timer_state_ops, y);
    return x->len == y->len && !memcmp(x->data, y->data, x->len);
}

static bool same_field(const struct state_field *f, const struct buf *x, const struct buf *y, struct buf *out)
{
    size_t head = 4 + 1 + strlen(f->name) + 1 + 4; /* base/state.c: count, name, kind, length */
    size_t xlen = x->len - head, ylen = y->len - head;
    size_t at = first_difference(x->data + head, y->data + head, MIN(xlen, ylen));
    if (xlen == ylen && at == xlen)
        return true;
    buf_printf(out, ", field %s", f->name);
    if (xlen > 8)
        buf_printf(out, " from byte %zu on", at);
    buf_printf(out, ": ");
    print_value(out, x->data + head, xlen, at);
    buf_printf(out, " in the first machine, ");
    print_value(out, y->data + head, ylen, at);
    buf_printf(out, " in the second");
    return false;
}

static bool same_part(const char *what, const char *class, const struct state_table *t, const void *a, const void *b,
                      struct buf *out)
{
    struct buf x = {0}, y = {0};
    bool same = same_table(t, a, b, &x, &y);
    if (!same)
        buf_printf(out, "%s%s%s%s", what, class ? " (" : "", class ? class : "", class ? ")" : "");
    bool found = same;
    for (uint32_t i = 0; i < t->nfields && !found; i++) {
        const struct state_table one = {t->name, &t->fields[i], 1};
        found = !same_table(&one, a, b, &x, &y) && !same_field(one.fields, &x, &y, out);
    }
    if (!found)
        buf_printf(out, ": differs, but no field does");
    buf_free(&x);
    buf_free(&y);
    return same;
}

static bool same_devices(const struct dev *a, const struct dev *b, struct buf *out)
{
    for (; a && b; a = a->next, b = b->next) {
        char what[80];
        snprintf(what, sizeof what, "device %s", a->id);
        if (!same_part(what, a->cls->name, &a->cls->state, a, b, out))
            return false;
    }
    if (a || b)
        buf_printf(out, "device %s: only one machine has it", a ? a->id : b->id);
    return !a && !b;
}

static bool same_memory(struct machine *a, struct machine *b, struct buf *out)
{
    const struct mem_block *k, *l;
    for (unsigned n = 0; (k = mem_block(a->mem, n)) != NULL && (l = mem_block(b->mem, n)) != NULL; n++) {
        for (uint32_t i = 0; i < k->npages; i++) {
            const uint8_t *x = ram_ptr(a->mem, k->first + i), *y = ram_ptr(b->mem, l->first + i);
            if (!memcmp(x, y, PAGE_SIZE))
                continue;
            size_t at = first_difference(x, y, PAGE_SIZE);
            buf_printf(out, "memory '%s', page %u, byte %zu: %02x in the first machine, %02x in the second", k->name, i,
                       at, x[at], y[at]);
            return false;
        }
    }
    return true;
}

char *machine_difference(struct machine *a, struct machine *b)
{
    struct buf out = {0};
    cpu_pre_save(a->cpu);
    cpu_pre_save(b->cpu);
    bool same = same_part("clock", NULL, &clock_state_table, &a->clock, &b->clock, &out) &&
                same_part("cpu", NULL, &cpu_state_table, a->cpu, b->cpu, &out) &&
                same_devices(a->devices, b->devices, &out) && same_memory(a, b, &out);
    return same ? NULL : (char *)out.data;
}
