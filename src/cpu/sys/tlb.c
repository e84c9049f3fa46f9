/* SPDX-License-Identifier: MIT */
/*
 * The software TLB and every memory access that it does not settle.
 *
 * Three direct-mapped arrays (read, write, execute) per view hold a host address for pages that plain loads and stores
 * may touch. A slot's three entries belong to one linear page, whose `origin` says which backing page it is and which
 * paging-structure entries it came from.
 *
 * Coherence: the TLB never holds what a walk would not give now. Tables that origins derive from have the fact PI_PT,
 * so a store to them comes to table_store(), which drops what derives from a changed entry; facts that forbid plain
 * stores drop write entries; a change of the address map drops all. So INVLPG and eviction can never be seen by a
 * guest, A and D are a function of memory alone, and MOV CR3 may keep the translations that the new directory has too.
 * (Hardware may be less coherent: SDM 3A 4.10.)
 *
 * Pages of device registers and pages with a data breakpoint never get an entry. A table's entry number is the low bits
 * of the TLB slot's number, so a changed PTE finds its origins at once; only a changed directory entry looks through
 * all.
 */
#include <stdlib.h>

#include "base/log.h"
#include "cpu/sys/system.h"

enum { NSLOTS = TLB_SIZE * TLB_VIEWS };

static inline uint64_t page_of(uint64_t lin)
{
    return lin & ~(uint64_t)PAGE_OFFSET_MASK;
}
static inline unsigned slot_of(unsigned view, uint64_t lin)
{
    return view * TLB_SIZE + (unsigned)(lin >> PAGE_BITS & (TLB_SIZE - 1));
}
/* --- Dropping --- */

static struct table_refs *refs(struct cpu *c, uint32_t bpn)
{
    if (unlikely(bpn >= c->ntable_refs)) {
        uint32_t n = mem_page_count(c->mem);
        struct table_refs *r = realloc(c->table_refs, n * sizeof *r);
        if (!r)
            bug("out of memory for the TLB's bookkeeping");
        memset(r + c->ntable_refs, 0, (n - c->ntable_refs) * sizeof *r);
        c->table_refs = r;
        c->ntable_refs = n;
    }
    return &c->table_refs[bpn];
}

static void drop(struct cpu *c, unsigned slot)
{
    struct tlb_origin *o = &c->origins[slot];
    if (o->lin == TLB_NO_TAG)
        return;
    struct tlb_view *v = &c->views[slot / TLB_SIZE];
    unsigned i = slot % TLB_SIZE;
    v->rd[i].tag = v->wr[i].tag = v->ex[i].tag = TLB_NO_TAG;
    o->lin = TLB_NO_TAG;
    if (o->table[0] != NO_PAGE)
        refs(c, o->table[0])->upper--;
    if (o->table[1] != NO_PAGE)
        refs(c, o->table[1])->leaf--;
}

void tlb_flush_all(struct cpu *c)
{
    for (uint32_t i = 0; i < c->tlb_nused; i++) {
        drop(c, c->tlb_used[i]);
        c->origins[c->tlb_used[i]].listed = false;
    }
    c->tlb_nused = 0;
}

void tlb_flush_page(struct cpu *c, uint64_t lin)
{
    for (unsigned view = 0; view < TLB_VIEWS; view++) {
        unsigned slot = slot_of(view, lin);
        if (c->origins[slot].lin == page_of(lin))
            drop(c, slot);
    }
}

static void mark_table(struct cpu *c, uint32_t bpn)
{
    struct table_refs *r = refs(c, bpn);
    if (r->held)
        return;
    r->held = true;
    mem_hold(c->mem, bpn, PI_PT);
}

/* Is the entry that the origin was walked by the same in the directory page `dir`? Then so is everything below it. */
static bool same_under(struct cpu *c, const struct tlb_origin *o, uint32_t dir)
{
    if (o->table[0] == dir)
        return true;
    if (dir == NO_PAGE || o->table[0] == NO_PAGE)
        return false;
    return !memcmp(ram_ptr(c->mem, o->table[0]) + o->slot[0], ram_ptr(c->mem, dir) + o->slot[0], walk_entry_size(c));
}

static void move_under(struct cpu *c, struct tlb_origin *o, uint32_t dir)
{
    if (o->table[0] == dir)
        return;
    refs(c, o->table[0])->upper--;
    refs(c, dir)->upper++;
    o->table[0] = dir;
    mark_table(c, dir);
}

void tlb_new_cr3(struct cpu *c)
{
    uint32_t dir[4], kept = 0;
    if (!(c->cr0 & CR0_PG))
        return;
    for (unsigned q = 0; q < 4; q++)
        dir[q] = walk_directory(c, q);
    for (uint32_t i = 0; i < c->tlb_nused; i++) {
        unsigned slot = c->tlb_used[i];
        struct tlb_origin *o = &c->origins[slot];
        if (o->lin != TLB_NO_TAG && !same_under(c, o, dir[o->lin >> 30 & 3]))
            drop(c, slot);
        o->listed = o->lin != TLB_NO_TAG;
        if (!o->listed)
            continue;
        c->tlb_used[kept++] = (uint16_t)slot;
        move_under(c, o, dir[o->lin >> 30 & 3]);
    }
    c->tlb_nused = kept;
}

/* --- What memory tells us --- */

/*
 * Drops what a table's leaf entry gave: a PAE table covers half as many pages as there are slots, so it has two places
 * for each.
 */
static void leaf_changed(struct cpu *c, uint32_t bpn, uint32_t at)
{
    uint32_t entries = PAGE_SIZE / walk_entry_size(c);
    for (uint32_t slot = at / walk_entry_size(c); slot < NSLOTS; slot += entries) {
        const struct tlb_origin *o = &c->origins[slot];
        if (o->lin != TLB_NO_TAG && o->table[1] == bpn && o->slot[1] == at)
            drop(c, slot);
    }
}

static void entry_changed(struct cpu *c, uint32_t bpn, uint32_t at)
{
    const struct table_refs *r = refs(c, bpn);
    if (r->leaf)
        leaf_changed(c, bpn, at);
    for (uint32_t i = 0; r->upper && i < c->tlb_nused; i++) {
        const struct tlb_origin *o = &c->origins[c->tlb_used[i]];
        if (o->lin != TLB_NO_TAG && o->table[0] == bpn && o->slot[0] == at)
            drop(c, c->tlb_used[i]);
    }
}

static void table_store(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    struct cpu *c = ctx;
    struct table_refs *r = refs(c, bpn);
    if (!r->held)
        return;                  /* another CPU's */
    if (!r->leaf && !r->upper) { /* no table any more, or one that is marked again by the next walk */
        r->held = false;
        mem_release(c->mem, bpn, PI_PT);
        return;
    }
    const uint8_t *page = ram_ptr(c->mem, bpn);
    unsigned size = walk_entry_size(c);
    for (uint32_t at = off & ~(size - 1); at < off + len; at += size) {
        uint8_t is[8];
        memcpy(is, page + at, size);
        uint64_t was = ld_le(is, size);
        uint32_t from = MAX(at, off), to = MIN(at + size, off + len);
        memcpy(is + (from - at), (const uint8_t *)data + (from - off), to - from);
        if (!walk_entry_same(was, ld_le(is, size)))
            entry_changed(c, bpn, at);
    }
}

static void page_protect(void *ctx, uint32_t bpn, bool reads)
{
    struct cpu *c = ctx;
    for (uint32_t i = 0; i < c->tlb_nused; i++) {
        unsigned slot = c->tlb_used[i];
        if (bpn != NO_PAGE && c->origins[slot].bpn != bpn)
            continue;
        struct tlb_view *v = &c->views[slot / TLB_SIZE];
        v->wr[slot % TLB_SIZE].tag = TLB_NO_TAG;
        if (reads)
            v->rd[slot % TLB_SIZE].tag = TLB_NO_TAG;
    }
}

static void map_changed(void *ctx, uint64_t base, uint64_t size)
{
    struct cpu *c = ctx;
    (void)base;
    (void)size;
    tlb_flush_all(c);
    c->leave = true;
}

static void clear_view(struct tlb_view *v)
{
    for (unsigned i = 0; i < TLB_SIZE; i++)
        v->rd[i].tag = v->wr[i].tag = v->ex[i].tag = TLB_NO_TAG;
}

/* Empties everything and begins to listen to memory. */
void tlb_listen(struct cpu *c)
{
    for (unsigned i = 0; i < NSLOTS; i++)
        c->origins[i].lin = TLB_NO_TAG;
    for (unsigned i = 0; i < TLB_VIEWS; i++)
        clear_view(&c->views[i]);
    clear_view(&c->checked);
    c->listener = (struct page_listener){
        .ctx = c, .facts = PI_PT, .store = table_store, .protect = page_protect, .remap = map_changed};
    mem_add_listener(c->mem, &c->listener);
}

/* --- Filling --- */

/* The slot's origin becomes lin's. */
static void claim(struct cpu *c, unsigned slot, uint64_t lin, uint32_t bpn, const struct walk *w)
{
    struct tlb_origin *o = &c->origins[slot];
    drop(c, slot);
    o->lin = page_of(lin);
    o->bpn = bpn;
    for (unsigned i = 0; i < 2; i++) {
        o->table[i] = w->table[i];
        o->slot[i] = w->slot[i];
        if (o->table[i] == NO_PAGE)
            continue;
        struct table_refs *r = refs(c, o->table[i]);
        if (i)
            r->leaf++;
        else
            r->upper++;
        mark_table(c, o->table[i]);
    }
    if (!o->listed) {
        o->listed = true;
        c->tlb_used[c->tlb_nused++] = (uint16_t)slot;
    }
}

/* Where a piece of an access, within one page, goes. */
struct piece {
    uint8_t *host;  /* plain memory for this kind of access; NULL: see paddr */
    uint64_t paddr; /* of the first byte, A20 gate applied */
};

static void fill(struct cpu *c, unsigned view, uint64_t lin, enum access_kind kind, const struct walk *w,
                 struct piece *p)
{
    uint64_t paddr = w->paddr & c->a20_mask;
    p->paddr = paddr | (lin & PAGE_OFFSET_MASK);
    p->host = NULL;
    uint32_t bpn = mem_read_page(c->mem, paddr);
    if (bpn == NO_PAGE || !w->cacheable || unlikely(c->dr[7] & DR7_ENABLES && debug_page_watched(c, lin)))
        return;
    unsigned slot = slot_of(view, lin), i = slot % TLB_SIZE;
    struct tlb_view *v = &c->views[view];
    if (c->origins[slot].lin != page_of(lin) || c->origins[slot].bpn != bpn)
        claim(c, slot, lin, bpn, w);
    uint64_t tag = page_of(lin);
    uintptr_t addend = (uintptr_t)ram_ptr(c->mem, bpn) - (uintptr_t)tag;
    uint8_t facts = mem_facts(c->mem, bpn);
    bool told = kind != ACC_EXEC && facts & PI_WATCH;
    if (w->readable && !(facts & PI_WATCH))
        v->rd[i] = (struct tlb_entry){tag, addend};
    if (w->executable)
        v->ex[i] = (struct tlb_entry){tag, addend};
    bool plain = w->writable && w->dirty && mem_write_page(c->mem, paddr) == bpn && !(facts & PI_SLOW);
    if (plain)
        v->wr[i] = (struct tlb_entry){tag, addend};
    if ((kind != ACC_WRITE && !told) || plain)
        p->host = (uint8_t *)(uintptr_t)(lin + addend);
}

static inline const struct tlb_entry *cached(const struct cpu *c, unsigned view, uint64_t lin, enum access_kind kind)
{
    const struct tlb_view *v = &c->views[view];
    const struct tlb_entry *a = kind == ACC_WRITE ? v->wr : kind == ACC_READ ? v->rd : v->ex;
    return &a[lin >> PAGE_BITS & (TLB_SIZE - 1)];
}

/* Settles a piece: true where it faults. */
static inline bool settle(struct cpu *c, unsigned view, uint64_t lin, enum access_kind kind, struct piece *p)
{
    const struct tlb_entry *e = cached(c, view, lin, kind);
    if (e->tag == page_of(lin)) {
        p->host = (uint8_t *)(uintptr_t)(lin + e->addend);
        return false;
    }
    struct walk w;
    if (walk(c, lin, (enum view)view, kind, &w))
        return true;
    fill(c, view, lin, kind, &w, p);
    return false;
}

/* --- Single pieces --- */

/* Device registers take 1, 2, 4 or 8 bytes at a time, lowest first. */
static unsigned device_chunk(unsigned size)
{
    return size >= 8 ? 8 : size >= 4 ? 4 : size >= 2 ? 2 : 1;
}

static void device_read(struct cpu *c, uint64_t paddr, unsigned size, uint8_t *data)
{
    cpu_sync_pos(c);
    for (unsigned n; size; size -= n, paddr += n, data += n) {
        n = device_chunk(size);
        st_le(data, phys_load(c->mem, paddr, n, INIT_CPU0), n);
    }
    c->leave = true;
}

static void device_write(struct cpu *c, uint64_t paddr, unsigned size, const uint8_t *data)
{
    cpu_sync_pos(c);
    for (unsigned n; size; size -= n, paddr += n, data += n) {
        n = device_chunk(size);
        phys_store(c->mem, paddr, n, ld_le(data, n), INIT_CPU0);
    }
    c->leave = true;
}

static void piece_read(struct cpu *c, const struct piece *p, unsigned size, void *data)
{
    if (p->host) {
        memcpy(data, p->host, size);
        return;
    }
    uint32_t bpn = mem_read_page(c->mem, p->paddr);
    if (bpn == NO_PAGE) {
        device_read(c, p->paddr, size, data);
        return;
    }
    mem_told_load(c->mem, bpn, p->paddr & PAGE_OFFSET_MASK, size);
    memcpy(data, ram_ptr(c->mem, bpn) + (p->paddr & PAGE_OFFSET_MASK), size);
}

static void piece_write(struct cpu *c, const struct piece *p, unsigned size, const void *data)
{
    if (p->host) {
        memcpy(p->host, data, size);
        return;
    }
    uint32_t bpn = mem_write_page(c->mem, p->paddr);
    if (bpn != NO_PAGE)
        mem_store(c->mem, bpn, p->paddr & PAGE_OFFSET_MASK, size, data);
    else
        device_write(c, p->paddr, size, data);
}

/* --- Accesses --- */

/* Bytes of [lin, lin+size) in its first page. */
static inline unsigned first_part(uint64_t lin, unsigned size)
{
    unsigned left = PAGE_SIZE - (unsigned)(lin & PAGE_OFFSET_MASK);
    return MIN(left, size);
}

/* Settles both pages of an access before either is touched. */
static bool settle_both(struct cpu *c, unsigned view, uint64_t lin, unsigned size, enum access_kind kind,
                        struct piece p[2])
{
    unsigned n = first_part(lin, size);
    if (settle(c, view, lin, kind, &p[0]))
        return true;
    if (likely(n == size))
        return false;
    if (settle(c, view, (lin + n) & lin_mask(c), kind, &p[1]))
        return true;
    /* Filling the second page may have taken the first one's right to plain stores: it became a page table. */
    return settle(c, view, lin, kind, &p[0]);
}

bool view_read(struct cpu *c, unsigned view, uint64_t lin, unsigned size, void *data)
{
    struct piece p[2];
    lin &= lin_mask(c);
    const struct tlb_entry *e = cached(c, view, lin, ACC_READ);
    if (likely(e->tag == last_page(lin, size))) {
        memcpy(data, (const void *)(uintptr_t)(lin + e->addend), size);
        return false;
    }
    if (settle_both(c, view, lin, size, ACC_READ, p))
        return true;
    unsigned n = first_part(lin, size);
    piece_read(c, &p[0], n, data);
    if (n < size)
        piece_read(c, &p[1], size - n, (uint8_t *)data + n);
    return false;
}

bool view_write(struct cpu *c, unsigned view, uint64_t lin, unsigned size, const void *data)
{
    struct piece p[2];
    lin &= lin_mask(c);
    const struct tlb_entry *e = cached(c, view, lin, ACC_WRITE);
    if (likely(e->tag == last_page(lin, size))) {
        memcpy((void *)(uintptr_t)(lin + e->addend), data, size);
        return false;
    }
    if (settle_both(c, view, lin, size, ACC_WRITE, p))
        return true;
    unsigned n = first_part(lin, size);
    piece_write(c, &p[0], n, data);
    if (n < size)
        piece_write(c, &p[1], size - n, (const uint8_t *)data + n);
    return false;
}

bool view_probe_write(struct cpu *c, unsigned view, uint64_t lin, unsigned size)
{
    struct piece p[2];
    lin &= lin_mask(c);
    return cached(c, view, lin, ACC_WRITE)->tag != last_page(lin, size) &&
           settle_both(c, view, lin, size, ACC_WRITE, p);
}

/* #AC (SDM 3A 6.15 table 6-7): user accesses while CR0.AM and EFLAGS.AC are set. True: raised. */
static bool misaligned(struct cpu *c, uint64_t lin, unsigned align)
{
    if (likely(c->tlb != &c->checked) || !(lin & (align - 1)))
        return false;
    raise_code(c, EXC_AC, 0);
    return true;
}
/* An operand of one field; 16 bytes of MOVUPS and the like as processors have it. */
static bool alignment(struct cpu *c, uint64_t lin, unsigned size)
{
    return misaligned(c, lin, size >= 16 ? 16 : size >= 8 ? 8 : size >= 4 ? 4 : size >= 2 ? 2 : 1);
}

static bool read_checked(struct cpu *c, uint64_t lin, unsigned size, void *data)
{
    if (view_read(c, c->view, lin, size, data))
        return true;
    if (unlikely(c->dr[7] & DR7_ENABLES))
        debug_data(c, lin, size, false);
    return false;
}

bool lin_read_slow(struct cpu *c, uint64_t lin, unsigned size, void *data)
{
    return alignment(c, lin, size) || read_checked(c, lin, size, data);
}

bool lin_write_slow(struct cpu *c, uint64_t lin, unsigned size, const void *data)
{
    if (alignment(c, lin, size) || view_write(c, c->view, lin, size, data))
        return true;
    if (unlikely(c->dr[7] & DR7_ENABLES))
        debug_data(c, lin, size, true);
    return false;
}

bool lin_probe_write(struct cpu *c, uint64_t lin, unsigned size)
{
    return alignment(c, lin, size) || view_probe_write(c, c->view, lin, size);
}

bool lin_probe_read(struct cpu *c, uint64_t lin, unsigned size)
{
    struct piece p[2];
    return alignment(c, lin, size) || settle_both(c, c->view, lin & lin_mask(c), size, ACC_READ, p);
}

uint8_t *lin_span(struct cpu *c, uint64_t lin, enum access_kind kind, bool *fault)
{
    struct piece p;
    *fault = false;
    if (unlikely(c->tlb == &c->checked))
        return NULL;
    *fault = settle(c, c->view, lin & lin_mask(c), kind, &p);
    return *fault ? NULL : p.host;
}

bool mem_read(struct cpu *c, unsigned seg, uint64_t off, unsigned size, void *data)
{
    uint64_t lin;
    return seg_lin(c, seg, off, size, ACC_READ, &lin) || lin_read_slow(c, lin, size, data);
}

bool mem_read_fields(struct cpu *c, unsigned seg, uint64_t off, unsigned size, unsigned align, void *data)
{
    uint64_t lin;
    return seg_lin(c, seg, off, size, ACC_READ, &lin) || misaligned(c, lin, align) || read_checked(c, lin, size, data);
}

bool mem_write(struct cpu *c, unsigned seg, uint64_t off, unsigned size, const void *data)
{
    uint64_t lin;
    return seg_lin(c, seg, off, size, ACC_WRITE, &lin) || lin_write_slow(c, lin, size, data);
}

bool sys_read(struct cpu *c, uint64_t lin, unsigned size, void *data)
{
    return view_read(c, 0, lin, size, data);
}

bool sys_write(struct cpu *c, uint64_t lin, unsigned size, const void *data)
{
    return view_write(c, 0, lin, size, data);
}

/* --- Fetches --- */

bool lin_fetch(struct cpu *c, uint64_t lin, uint32_t *bpn, const uint8_t **host)
{
    struct piece p;
    unsigned view = c->view;
    *host = NULL;
    *bpn = NO_PAGE;
    if (settle(c, view, lin, ACC_EXEC, &p))
        return true;
    if (p.host) {
        *host = p.host;
        *bpn = c->origins[slot_of(view, lin)].bpn;
    } else { /* a data breakpoint or tables that are no memory keep it out of the TLB */
        *bpn = mem_read_page(c->mem, p.paddr);
        if (*bpn != NO_PAGE)
            *host = ram_ptr(c->mem, *bpn) + (p.paddr & PAGE_OFFSET_MASK);
    }
    return false;
}

bool lin_fetch_byte(struct cpu *c, uint64_t lin, uint8_t *v)
{
    struct piece p;
    if (settle(c, c->view, lin, ACC_EXEC, &p))
        return true;
    piece_read(c, &p, 1, v);
    return false;
}
