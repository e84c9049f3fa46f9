/* SPDX-License-Identifier: MIT */
/* info mtree, roms and qtree: what is where. */
#include "dbg/dbg_priv.h"

#include <inttypes.h>
#include <string.h>

#define MAP_END (UINT64_C(1) << 32)

static const struct mem_block *block_of(struct machine *m, uint32_t bpn)
{
    const struct mem_block *b;
    for (unsigned i = 0; (b = mem_block(m->mem, i)) != NULL; i++)
        if (bpn - b->first < b->npages)
            return b;
    return NULL;
}

/* A run of pages that one thing is behind. */
struct run {
    uint64_t base;
    const struct mem_block *block; /* NULL: no memory */
    uint32_t page;                 /* of the block at base */
    bool io, readonly;
};

static struct run look(struct machine *m, uint64_t at)
{
    uint32_t bpn = mem_read_page(m->mem, at);
    struct run r = {.base = at};
    if (bpn != NO_PAGE) {
        r.block = block_of(m, bpn);
        r.page = bpn - (r.block ? r.block->first : 0);
        r.readonly = mem_write_page(m->mem, at) != bpn || (r.block && r.block->kind == BLOCK_ROM);
    } else {
        r.io = phys_is_io(m->mem, at, false) || phys_is_io(m->mem, at, true);
    }
    return r;
}

static bool goes_on(const struct run *r, const struct run *next)
{
    return r->block == next->block && r->io == next->io && r->readonly == next->readonly &&
           (!r->block || next->page == r->page + (next->base - r->base) / PAGE_SIZE);
}

static void print_run(const struct run *r, uint64_t end, struct buf *out)
{
    if (!r->block && !r->io)
        return;
    buf_printf(out, "  %016" PRIx64 "-%016" PRIx64 " (%s): %s", r->base, end - 1,
               r->io         ? "i/o"
               : r->readonly ? "rom"
                             : "ram",
               r->block ? r->block->name : "device registers");
    if (r->block && r->page)
        buf_printf(out, " @%016" PRIx64, (uint64_t)r->page * PAGE_SIZE);
    buf_printf(out, "\n");
}

static void flat(struct machine *m, struct buf *out)
{
    struct run r = look(m, 0);
    buf_printf(out, "FlatView: memory\n");
    for (uint64_t at = PAGE_SIZE; at < MAP_END; at += PAGE_SIZE) {
        struct run next = look(m, at);
        if (goes_on(&r, &next))
            continue;
        print_run(&r, at, out);
        r = next;
    }
    print_run(&r, MAP_END, out);
}

void info_mtree(struct machine *m, const char *args, struct buf *out)
{
    if (!strcmp(args, "-f")) {
        flat(m, out);
    } else if (*args) {
        buf_printf(out, "info mtree: there is -f, the flat view\n");
    } else {
        buf_printf(out, "address-space: memory\n");
        machine_info(m, "mtree", out);
        buf_printf(out, "address-space: I/O\n");
        machine_info(m, "ioports", out);
    }
}

void info_roms(struct machine *m, const char *args, struct buf *out)
{
    const struct mem_block *b;
    (void)args;
    for (unsigned i = 0; (b = mem_block(m->mem, i)) != NULL; i++) {
        if (b->kind != BLOCK_ROM)
            continue;
        uint64_t at = mem_page_address(m->mem, b->first);
        if (at == UINT64_MAX)
            buf_printf(out, "addr=unmapped         ");
        else
            buf_printf(out, "addr=%016" PRIx64, at);
        buf_printf(out, " size=0x%06" PRIx64 " mem=rom name=\"%s\"\n", (uint64_t)b->npages * PAGE_SIZE, b->name);
    }
}

static void print_prop(const struct dev *d, const struct dev_prop *p, struct buf *out)
{
    const char *at = (const char *)d + p->offset;
    buf_printf(out, "    %s = ", p->name);
    if (p->kind == PROP_BOOL) {
        buf_printf(out, "%s\n", *(const bool *)at ? "true" : "false");
    } else if (p->kind == PROP_UINT) {
        uint32_t v = *(const uint32_t *)(const void *)at;
        buf_printf(out, "%u (%#x)\n", v, v);
    } else {
        const char *text = *(const char *const *)(const void *)at;
        buf_printf(out, "\"%s\"\n", text ? text : "");
    }
}

void info_qtree(struct machine *m, const char *args, struct buf *out)
{
    (void)args;
    buf_printf(out, "bus: main-system-bus\n  type System\n");
    for (struct dev *d = m->devices; d; d = d->next) {
        buf_printf(out, "  dev: %s, id \"%s\"\n", d->cls->name, d->id);
        for (size_t i = 0; i < d->cls->nprops; i++)
            print_prop(d, &d->cls->props[i], out);
    }
}
