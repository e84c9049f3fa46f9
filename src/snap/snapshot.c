/* SPDX-License-Identifier: MIT */
/*
 * Save, load and hash of a whole machine, out of the state tables.
 *
 * Format, little-endian: "VITRSNP2", then sections: u8 name length, name, u64 bytes, payload. "clock", "machine",
 * "cpu", each device by its id, "media" (what is in the drives, without the contents), and "memory": for each block its
 * name and page count, then (u32 page, 4096 bytes) for each page that is not all zero, ended by FFFFFFFFh.
 */
#include "snap/snapshot.h"

#include "base/bits.h"
#include "base/hash.h"
#include "machine/media.h"
#include "machine/parts.h"

static const char magic[8] = "VITRSNP2";

static bool all_zero(const uint8_t *page)
{
    for (unsigned i = 0; i < PAGE_SIZE; i += 8)
        if (ld64(page + i))
            return false;
    return true;
}

/* --- Sections --- */

static void save_section(struct buf *out, const char *name, const struct state_table *table, const void *obj)
{
    struct buf body = {0};
    state_save(table, obj, &timer_state_ops, &body);
    buf_add8(out, (uint8_t)strlen(name));
    buf_add(out, name, strlen(name));
    buf_add64(out, body.len);
    buf_add(out, body.data, body.len);
    buf_free(&body);
}

static void save_registers(struct machine *m, struct buf *out)
{
    save_section(out, "clock", &clock_state_table, &m->clock);
    save_section(out, "machine", &machine_state_table, m);
    cpu_pre_save(m->cpu);
    save_section(out, "cpu", &cpu_state_table, m->cpu);
    for (struct dev *d = m->devices; d; d = d->next)
        save_section(out, d->id, &d->cls->state, d);
}

static void save_media(struct machine *m, struct buf *out)
{
    struct buf body = {0};
    machine_media_save(m, &body);
    buf_add8(out, 5);
    buf_add(out, "media", 5);
    buf_add64(out, body.len);
    buf_add(out, body.data, body.len);
    buf_free(&body);
}

static void save_block(struct machine *m, const struct mem_block *b, struct buf *out)
{
    buf_add8(out, (uint8_t)strlen(b->name));
    buf_add(out, b->name, strlen(b->name));
    buf_add32(out, b->npages);
    for (uint32_t i = 0; i < b->npages; i++) {
        const uint8_t *page = ram_ptr(m->mem, b->first + i);
        if (all_zero(page))
            continue;
        buf_add32(out, i);
        buf_add(out, page, PAGE_SIZE);
    }
    buf_add32(out, UINT32_MAX);
}

void machine_save(struct machine *m, struct buf *out)
{
    buf_add(out, magic, sizeof magic);
    save_registers(m, out);
    save_media(m, out);
    buf_add8(out, 6);
    buf_add(out, "memory", 6);
    buf_add64(out, 0);
    for (unsigned i = 0; mem_block(m->mem, i); i++)
        save_block(m, mem_block(m->mem, i), out);
}

/* The same state tables in the order in which they are packed. */
static const struct state_table *table_at(struct machine *m, unsigned i, struct dev **d, void **obj)
{
    if (i == 0)
        return *obj = &m->clock, &clock_state_table;
    if (i == 1)
        return *obj = m, &machine_state_table;
    if (i == 2)
        return *obj = m->cpu, &cpu_state_table;
    *d = *d ? (*d)->next : m->devices;
    *obj = *d;
    return *d ? &(*d)->cls->state : NULL;
}

void machine_pack(struct machine *m, struct buf *out)
{
    struct dev *d = NULL;
    void *obj;
    const struct state_table *t;
    cpu_pre_save(m->cpu);
    for (unsigned i = 0; (t = table_at(m, i, &d, &obj)) != NULL; i++)
        state_pack(t, obj, &timer_state_ops, out);
}

static void loaded(struct machine *m)
{
    for (struct dev *d = m->devices; d; d = d->next)
        if (d->cls->post_load)
            d->cls->post_load(d);
    cpu_post_load(m->cpu);
}

bool machine_unpack(struct machine *m, const void *data, size_t len)
{
    struct reader in = {data, (const uint8_t *)data + len, false};
    struct dev *d = NULL;
    void *obj;
    const struct state_table *t;
    for (unsigned i = 0; (t = table_at(m, i, &d, &obj)) != NULL; i++)
        if (!state_unpack(t, obj, &timer_state_ops, &in))
            return false;
    loaded(m);
    return in.p == in.end;
}

uint64_t machine_state_shape(struct machine *m)
{
    struct dev *d = NULL;
    void *obj;
    const struct state_table *t;
    uint64_t h = 0;
    for (unsigned i = 0; (t = table_at(m, i, &d, &obj)) != NULL; i++)
        for (uint32_t n = 0; n < t->nfields; n++) {
            const struct state_field *f = &t->fields[n];
            h = hash_bytes(h, (const uint8_t *)f->name, strlen(f->name));
            h = hash_mix(h, (uint64_t)f->kind << 60 ^ (uint64_t)f->size << 30 ^ f->count);
        }
    return h;
}

uint64_t machine_state_hash(struct machine *m)
{
    struct buf regs = {0};
    machine_pack(m, &regs);
    uint64_t h = hash_bytes(0, regs.data, regs.len);
    buf_free(&regs);
    return hash_mix(h, mem_hash(m->mem));
}

uint64_t machine_hash_step(struct machine *m)
{
    mem_all_clean(m->mem);
    return machine_state_hash(m);
}

/* --- Loading --- */

static bool load_section(struct machine *m, const char *name, size_t n, struct reader *in, struct error *err)
{
    char id[256];
    memcpy(id, name, n);
    id[n] = 0;
    struct dev *d = machine_find(m, id);
    if (!strcmp(id, "clock"))
        return state_load(&clock_state_table, &m->clock, &timer_state_ops, in, err);
    if (!strcmp(id, "machine"))
        return state_load(&machine_state_table, m, &timer_state_ops, in, err);
    if (!strcmp(id, "cpu"))
        return state_load(&cpu_state_table, m->cpu, &timer_state_ops, in, err);
    if (!strcmp(id, "media"))
        return machine_media_check(m, in, err);
    if (!d)
        return error_set(err, "the saved machine has a device '%s' that this one lacks", id);
    return state_load(&d->cls->state, d, &timer_state_ops, in, err);
}

static bool load_block(struct machine *m, const struct mem_block *b, struct reader *in, struct error *err)
{
    size_t n = get8(in);
    const char *name = get_bytes(in, n);
    uint32_t npages = get32(in);
    if (!name || n != strlen(b->name) || memcmp(name, b->name, n) || npages != b->npages)
        return error_set(err, "the saved machine's memory '%.*s' is not this one's '%s' of %u pages", name ? (int)n : 0,
                         name ? name : "", b->name, b->npages);
    uint32_t next = 0;
    static const uint8_t zeros[PAGE_SIZE];
    for (uint32_t page = get32(in); !in->bad && page != UINT32_MAX; page = get32(in)) {
        const void *data = get_bytes(in, PAGE_SIZE);
        if (!data || page < next || page >= npages)
            return error_set(err, "the saved memory '%s' is malformed at page %u", b->name, page);
        for (; next < page; next++)
            mem_poke(m->mem, b->first + next, 0, PAGE_SIZE, zeros);
        mem_poke(m->mem, b->first + next++, 0, PAGE_SIZE, data);
    }
    for (; next < npages; next++)
        mem_poke(m->mem, b->first + next, 0, PAGE_SIZE, zeros);
    return in->bad ? error_set(err, "the saved memory '%s' is cut short", b->name) : true;
}

static bool load_sections(struct machine *m, struct reader *in, struct error *err)
{
    for (;;) {
        size_t n = get8(in);
        const char *name = get_bytes(in, n);
        uint64_t len = get64(in);
        if (in->bad || !name)
            return error_set(err, "the saved machine is cut short");
        if (n == 6 && !memcmp(name, "memory", 6))
            return true;
        const uint8_t *body = len <= SIZE_MAX ? get_bytes(in, (size_t)len) : NULL;
        if (!body)
            return error_set(err, "the saved machine is cut short in '%.*s'", (int)n, name);
        struct reader r = {body, body + len, false};
        if (!load_section(m, name, n, &r, err))
            return false;
    }
}

bool machine_load(struct machine *m, const void *data, size_t len, struct error *err)
{
    struct reader in = {data, (const uint8_t *)data + len, false};
    const void *head = get_bytes(&in, sizeof magic);
    if (!head || memcmp(head, magic, sizeof magic))
        return error_set(err, "this is not a saved machine of Vitrine's (it must begin with VITRSNP2)");
    if (!load_sections(m, &in, err))
        return false;
    for (unsigned i = 0; mem_block(m->mem, i); i++)
        if (!load_block(m, mem_block(m->mem, i), &in, err))
            return false;
    loaded(m);
    return true;
}
