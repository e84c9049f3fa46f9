/* SPDX-License-Identifier: MIT */
/* Which device and which of its fields differ between two machines, out of what machine_save writes. */
#include "fuzz.h"

/* A value as text: a number where it is one, else the bytes around the first that differs. */
static void print_value(struct buf *out, const uint8_t *p, uint32_t len, uint32_t at)
{
    if (len <= 8) {
        buf_printf(out, "%llx", (unsigned long long)ld_le(p, len));
        return;
    }
    for (uint32_t i = at; i < len && i < at + 8; i++)
        buf_printf(out, "%02x", p[i]);
}

static uint32_t first_difference(const uint8_t *a, const uint8_t *b, uint32_t len)
{
    uint32_t i = 0;
    while (i < len && a[i] == b[i])
        i++;
    return i;
}

/* Two payloads of a section: lists of fields (base/state.c). True where one differs. */
static bool compare_fields(struct reader a, struct reader b, struct buf *out)
{
    uint32_t n = get32(&a);
    get32(&b);
    for (uint32_t i = 0; i < n && !a.bad && !b.bad; i++) {
        uint8_t len = get8(&a);
        const char *name = get_bytes(&a, len);
        get_bytes(&b, get8(&b));
        get8(&a), get8(&b); /* the kind */
        uint32_t alen = get32(&a), blen = get32(&b);
        const uint8_t *x = get_bytes(&a, alen), *y = get_bytes(&b, blen);
        if (!name || !x || !y)
            return false;
        if (alen == blen && !memcmp(x, y, alen))
            continue;
        uint32_t at = first_difference(x, y, MIN(alen, blen));
        buf_printf(out, "field %.*s", len, name);
        if (alen > 8)
            buf_printf(out, " from byte %u on", at);
        buf_printf(out, ": ");
        print_value(out, x, alen, at);
        buf_printf(out, " in the first machine, ");
        print_value(out, y, blen, at);
        buf_printf(out, " in the loaded one");
        return true;
    }
    return false;
}

static bool compare_pages(struct machine *a, struct machine *b, struct buf *out)
{
    for (unsigned i = 0; mem_block(a->mem, i); i++) {
        const struct mem_block *x = mem_block(a->mem, i), *y = mem_block(b->mem, i);
        for (uint32_t page = 0; page < x->npages; page++) {
            const uint8_t *p = ram_ptr(a->mem, x->first + page), *q = ram_ptr(b->mem, y->first + page);
            uint32_t at = first_difference(p, q, PAGE_SIZE);
            if (at == PAGE_SIZE)
                continue;
            buf_printf(out, "memory '%s', offset %xh: %02x in the first machine, %02x in the loaded one", x->name,
                       page * PAGE_SIZE + at, p[at], q[at]);
            return true;
        }
    }
    return false;
}

static bool compare_sections(struct machine *m, struct reader a, struct reader b, struct buf *out)
{
    get_bytes(&a, 8), get_bytes(&b, 8); /* the magic */
    for (;;) {
        char id[256];
        uint8_t n = get8(&a);
        const char *name = get_bytes(&a, n);
        get_bytes(&b, get8(&b));
        uint64_t alen = get64(&a), blen = get64(&b);
        const uint8_t *x = get_bytes(&a, (size_t)alen), *y = get_bytes(&b, (size_t)blen);
        if (!name || !x || !y || (n == 6 && !memcmp(name, "memory", 6)))
            return false;
        if (alen == blen && !memcmp(x, y, (size_t)alen))
            continue;
        snprintf(id, sizeof id, "%.*s", n, name);
        const struct dev *d = machine_find(m, id);
        buf_printf(out, "%s %s%s%s%s, ", d ? "device" : "section", id, d ? " (" : "", d ? d->cls->name : "",
                   d ? ")" : "");
        struct reader ra = {x, x + alen, false}, rb = {y, y + blen, false};
        if (!compare_fields(ra, rb, out))
            buf_printf(out, "which is no list of fields");
        return true;
    }
}

char *state_difference(struct machine *a, struct machine *b)
{
    struct buf x = {0}, y = {0}, out = {0};
    char *text = NULL;
    if (machine_state_hash(a) == machine_state_hash(b)) /* much quicker */
        return NULL;
    machine_save(a, &x);
    machine_save(b, &y);
    if (x.len != y.len || memcmp(x.data, y.data, x.len)) {
        struct reader ra = {x.data, x.data + x.len, false}, rb = {y.data, y.data + y.len, false};
        if (!compare_sections(a, ra, rb, &out) && !compare_pages(a, b, &out))
            buf_printf(&out, "the saved machines differ, but no field does");
        buf_add8(&out, 0);
        text = (char *)out.data;
    }
    buf_free(&x);
    buf_free(&y);
    return text;
}
