/* SPDX-License-Identifier: MIT */
/*
 * Decoded blocks: built from guest code, found again by where their bytes live, killed when these
 * are written.
 *
 * A block is entered only after the fetch TLB has said where CS:RIP lives on the host, so a change
 * of mapping needs no care here. A page that blocks came from has the fact PI_CODE; a store to it
 * comes to code_store(), which looks at a bitmap of 64-byte granules first, because code pages with
 * data in them are written often. A killed block stays in memory, marked dead, until the arena is
 * flushed at a boundary.
 */
#include <stdlib.h>

#include "base/log.h"
#include "cpu/exec.h"
#include "isa/forms.h"

enum {
    HASH_SIZE = 1 << 15,
    ARENA_BYTES = 20 << 20,
    MAX_INSNS = 48,
    GRANULE_BITS = 6,
};

struct block_cache {
    struct xblock *hash[HASH_SIZE];
    struct xblock **by_page; /* per backing page: first block with bytes in it */
    uint64_t *granules;      /* per backing page: which 64-byte granules hold bytes of blocks */
    uint32_t npages;
    struct page_listener listener;
    size_t used;
    uint8_t *arena;
    struct xblock *scratch; /* the one block that is not cached */
};

static size_t block_size(unsigned count)
{
    return ALIGN_UP(sizeof(struct xblock) + (count + 1) * sizeof(struct xinsn), (size_t)BLOCK_ALIGN);
}

static struct xblock **bucket(struct block_cache *k, const uint8_t *host, uint32_t mode)
{
    uint64_t h = (uintptr_t)host * UINT64_C(0x9e3779b97f4a7c15) + mode;
    return &k->hash[h >> 49];
}

static uint64_t granule_mask(unsigned first, unsigned last)
{
    unsigned a = first >> GRANULE_BITS, b = last >> GRANULE_BITS;
    return (UINT64_MAX >> (63 - (b - a))) << a;
}

/* --- Killing --- */

static void kill_block(struct cpu *c, struct xblock *b)
{
    struct xblock **p = bucket(c->blocks, b->host, b->mode);
    while (*p && *p != b)
        p = &(*p)->hash_next;
    if (*p)
        *p = b->hash_next;
    b->dead = true;
    b->host = NULL;
    if (c->blk == b)
        c->leave = true;
}

static unsigned first_byte(const struct xblock *b, uint32_t bpn)
{
    return b->bpn == bpn ? (unsigned)((uintptr_t)b->host & PAGE_OFFSET_MASK) : 0;
}

/* Offset of the last byte that b has in page bpn. */
static unsigned last_byte(const struct xblock *b, uint32_t bpn)
{
    unsigned end = (unsigned)((uintptr_t)b->host & PAGE_OFFSET_MASK) + b->bytes - 1;
    if (b->bpn2 == NO_PAGE)
        return end;
    return b->bpn == bpn ? PAGE_SIZE - 1 : end - PAGE_SIZE;
}

static struct xblock **page_link(struct xblock *b, uint32_t bpn)
{
    return b->bpn == bpn ? &b->page_next : &b->page2_next;
}

static void code_store(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    struct cpu *c = ctx;
    struct block_cache *k = c->blocks;
    (void)data;
    if (bpn >= k->npages || !len || !(k->granules[bpn] & granule_mask(off, off + len - 1)))
        return;
    uint64_t left = 0;
    struct xblock **p = &k->by_page[bpn];
    while (*p) {
        struct xblock *b = *p;
        unsigned first = first_byte(b, bpn), last = last_byte(b, bpn);
        if (!b->dead && first < off + len && last >= off)
            kill_block(c, b);
        if (b->dead) {
            *p = *page_link(b, bpn);
        } else {
            left |= granule_mask(first, last);
            p = page_link(b, bpn);
        }
    }
    k->granules[bpn] = left;
    if (!left)
        mem_release(c->mem, bpn, PI_CODE);
}

void blocks_flush(struct cpu *c)
{
    struct block_cache *k = c->blocks;
    memset(k->hash, 0, sizeof k->hash);
    for (uint32_t i = 0; i < k->npages; i++) {
        if (k->by_page[i])
            mem_release(c->mem, i, PI_CODE);
        k->by_page[i] = NULL;
        k->granules[i] = 0;
    }
    k->used = BLOCK_ALIGN; /* link 0 is none */
    c->cur = NULL;
}

/* --- Building --- */

struct source {
    const uint8_t *host, *host2;
    uint32_t bpn, bpn2;
    unsigned in_page;           /* bytes left in the first page */
    uint8_t join[2 * INSN_MAX]; /* the end of the first page and the start of the second, or bytes
                                   from device registers */
};

static uint64_t code_lin(const struct cpu *c, uint64_t rip)
{
    return (c->seg[SEG_CS].base + rip) & lin_mask(c);
}

/* Bytes of code up to CS's limit, from the block's start. */
static uint64_t to_limit(const struct cpu *c)
{
    if (c->mode & MODE_CS64)
        return UINT64_MAX;
    uint64_t limit = c->seg[SEG_CS].limit;
    return c->rip > limit ? 0 : limit - c->rip + 1;
}

static struct decode_mode decode_mode(const struct cpu *c)
{
    return (struct decode_mode){.bits = c->mode & MODE_CS64 ? 64 : c->mode & MODE_CS32 ? 32 : 16};
}

/* The first instruction, where it may run out of its page, of CS's limit, or live in device
 * registers. False: raised. */
static bool decode_first(struct cpu *c, struct source *s, uint64_t limit, struct insn *in)
{
    uint64_t lin = code_lin(c, c->rip);
    size_t have = 0;
    if (s->host) {
        have = MIN(s->in_page, (unsigned)INSN_MAX);
        memcpy(s->join, s->host, have);
    }
    for (;;) {
        enum decode_status st = isa_decode(s->join, MIN(have, limit), decode_mode(c), in);
        if (st == DECODE_OK)
            return true;
        if (st == DECODE_TOO_LONG || have >= limit) {
            raise_gp(c, 0);
            return false;
        }
        uint64_t at = (lin + have) & lin_mask(c);
        if (s->host && !s->host2) { /* the page behind */
            if (lin_fetch(c, at, &s->bpn2, &s->host2))
                return false;
            if (s->host2) {
                memcpy(s->join + have, s->host2, INSN_MAX);
                have += INSN_MAX;
                continue;
            }
        }
        if (lin_fetch_byte(c, at, &s->join[have]))
            return false;
        have++;
    }
}

static struct xblock *arena_block(struct cpu *c)
{
    struct block_cache *k = c->blocks;
    if (k->used + block_size(MAX_INSNS) > ARENA_BYTES)
        return NULL;
    return (struct xblock *)(void *)(k->arena + k->used);
}

/* Backing pages may be added after the CPU was made. */
static void grow(struct cpu *c)
{
    struct block_cache *k = c->blocks;
    uint32_t n = mem_page_count(c->mem);
    struct xblock **by_page = realloc(k->by_page, n * sizeof *by_page);
    uint64_t *granules = realloc(k->granules, n * sizeof *granules);
    if (!by_page || !granules)
        bug("out of memory for the cache of decoded blocks");
    memset(by_page + k->npages, 0, (n - k->npages) * sizeof *by_page);
    memset(granules + k->npages, 0, (n - k->npages) * sizeof *granules);
    k->by_page = by_page;
    k->granules = granules;
    k->npages = n;
}

static void link_page(struct cpu *c, struct xblock *b, uint32_t bpn)
{
    struct block_cache *k = c->blocks;
    if (unlikely(bpn >= k->npages))
        grow(c);
    bool held = k->by_page[bpn] != NULL;
    *page_link(b, bpn) = k->by_page[bpn];
    k->by_page[bpn] = b;
    k->granules[bpn] |= granule_mask(first_byte(b, bpn), last_byte(b, bpn));
    if (!held)
        mem_hold(c->mem, bpn, PI_CODE);
}

static void publish(struct cpu *c, struct xblock *b)
{
    struct block_cache *k = c->blocks;
    k->used += block_size(b->count);
    struct xblock **head = bucket(k, b->host, b->mode);
    b->hash_next = *head;
    *head = b;
    link_page(c, b, b->bpn);
    if (b->bpn2 != NO_PAGE && b->bpn2 != b->bpn)
        link_page(c, b, b->bpn2);
}

enum xstat x_block_end(struct cpu *c, const struct xinsn *i)
{
    (void)c;
    (void)i;
    return X_NEXT;
}

static void add_insn(struct cpu *c, struct xblock *b, const struct insn *in)
{
    struct xinsn *x = &b->insn[b->count++];
    x->in = *in;
    x->in.off = b->bytes;
    x->in.link = 0;
    x->fn = exec_function(c, in);
    b->bytes = (uint16_t)(b->bytes + in->len);
    b->insn[b->count].in.off = b->bytes;
    b->insn[b->count].in.len = 0;
    b->insn[b->count].in.link = 0;
    b->insn[b->count].fn = x_block_end;
}

/* A Jcc that is not taken goes on within the block. */
static bool ends_block(const struct insn *in)
{
    const struct form_info *f = &form_info[in->form];
    return f->attrs & FA_END && !(f->flags_read && f->mnemonic[0] == 'J');
}

/* More instructions while they lie whole in the page and within the limit. What cannot be decoded
 * is left to be first. */
static void decode_rest(struct cpu *c, struct xblock *b, const struct source *s, uint64_t limit)
{
    size_t end = MIN(s->in_page, limit);
    struct insn in = b->insn[0].in;
    while (b->count < MAX_INSNS && b->bytes < end && !ends_block(&in) &&
           !(in.flags & (IF_REP | IF_REPNE))) { /* a repeated one takes any number of positions */
        size_t left = MIN(end - b->bytes, (size_t)INSN_MAX);
        if (isa_decode(s->host + b->bytes, left, decode_mode(c), &in) != DECODE_OK)
            break;
        add_insn(c, b, &in);
    }
}

static struct xblock *build(struct cpu *c, uint64_t lin, uint32_t bpn, const uint8_t *host)
{
    struct source s = {.host = host, .bpn = bpn, .bpn2 = NO_PAGE, .in_page = PAGE_SIZE - (lin & PAGE_OFFSET_MASK)};
    uint64_t limit = to_limit(c);
    struct insn first;
    if (!decode_first(c, &s, limit, &first))
        return NULL;
    bool straddles = first.len > s.in_page;
    bool cacheable = host && (!straddles || s.host2);
    struct xblock *b = cacheable ? arena_block(c) : c->blocks->scratch;
    if (!b) {
        blocks_flush(c);
        b = arena_block(c);
    }
    *b = (struct xblock){.host = host, .bpn = bpn, .bpn2 = NO_PAGE, .mode = c->mode & DECODE_MODE_BITS};
    add_insn(c, b, &first);
    if (!cacheable) {
        b->host = NULL;
        return b;
    }
    if (straddles) {
        b->host2 = s.host2;
        b->bpn2 = s.bpn2;
    } else {
        decode_rest(c, b, &s, limit);
    }
    publish(c, b);
    return b;
}

/* --- Finding --- */

/* A straddling block's second page must still be what follows. */
static bool straddle_ok(struct cpu *c, const struct xblock *b, uint64_t lin, bool *fault)
{
    uint32_t bpn;
    const uint8_t *host;
    *fault = lin_fetch(c, ((lin | PAGE_OFFSET_MASK) + 1) & lin_mask(c), &bpn, &host);
    return !*fault && host == b->host2;
}

static struct xblock *look_up(struct cpu *c, const uint8_t *host)
{
    uint32_t mode = c->mode & DECODE_MODE_BITS;
    struct xblock *b = *bucket(c->blocks, host, mode);
    while (b && (b->host != host || b->mode != mode))
        b = b->hash_next;
    return b;
}

/* NOTE: never to a straddling block, since who follows a link looks at one page only. */
static void set_link(struct cpu *c, const struct xblock *b)
{
    uintptr_t at = (uintptr_t)b - (uintptr_t)c->block_arena;
    if (c->cur && !b->host2) /* it is an entry of the arena or of `scratch`, which are ours */
        ((struct xinsn *)(uintptr_t)c->cur)->in.link = (uint32_t)(at / BLOCK_ALIGN);
}

struct xblock *block_at(struct cpu *c)
{
    uint64_t lin = code_lin(c, c->rip);
    const struct tlb_entry *e = &c->tlb->ex[(lin >> PAGE_BITS) & (TLB_SIZE - 1)];
    const uint8_t *host;
    uint32_t bpn = NO_PAGE;
    if (likely(e->tag == (lin & ~(uint64_t)PAGE_OFFSET_MASK))) {
        host = (const uint8_t *)(uintptr_t)(lin + e->addend);
    } else {
        if (c->rip > c->seg[SEG_CS].limit && !(c->mode & MODE_CS64)) {
            raise_gp(c, 0);
            return NULL;
        }
        if (lin_fetch(c, lin, &bpn, &host))
            return NULL;
    }
    struct xblock *b = host ? look_up(c, host) : NULL;
    if (b)
        set_link(c, b);
    if (likely(b != NULL) && b->bytes <= to_limit(c)) {
        bool fault = false;
        if (likely(!b->host2) || straddle_ok(c, b, lin, &fault))
            return b;
        if (fault)
            return NULL;
        kill_block(c, b);
    } else if (b) { /* CS's limit cuts it: one instruction at a time */
        struct source s = {.host = host, .bpn2 = NO_PAGE, .in_page = PAGE_SIZE - (lin & PAGE_OFFSET_MASK)};
        struct insn in;
        if (!decode_first(c, &s, to_limit(c), &in))
            return NULL;
        b = c->blocks->scratch;
        *b = (struct xblock){.bpn = NO_PAGE, .bpn2 = NO_PAGE, .mode = c->mode & DECODE_MODE_BITS};
        add_insn(c, b, &in);
        return b;
    }
    if (host && bpn == NO_PAGE && lin_fetch(c, lin, &bpn, &host))
        return NULL;
    struct xblock *made = build(c, lin, bpn, host);
    if (unlikely(c->trace) && c->trace->decoded && made)
        c->trace->decoded(c->trace->ctx, c, made->bytes);
    return made;
}

bool blocks_create(struct cpu *c, struct error *err)
{
    struct block_cache *k = calloc(1, sizeof *k);
    if (!k)
        return error_set(err, "no memory for the cache of decoded blocks");
    c->blocks = k;
    k->npages = mem_page_count(c->mem);
    k->by_page = calloc(k->npages, sizeof(struct xblock *));
    k->granules = calloc(k->npages, sizeof *k->granules);
    k->arena = aligned_alloc(BLOCK_ALIGN, ARENA_BYTES);
    c->block_arena = k->arena;
    k->used = BLOCK_ALIGN;
    k->scratch = aligned_alloc(64, block_size(1));
    if (!k->by_page || !k->granules || !k->arena || !k->scratch) {
        blocks_destroy(c);
        return error_set(err, "no memory for the cache of decoded blocks");
    }
    k->listener = (struct page_listener){.ctx = c, .facts = PI_CODE, .store = code_store};
    mem_add_listener(c->mem, &k->listener);
    return true;
}

void blocks_destroy(struct cpu *c)
{
    struct block_cache *k = c->blocks;
    if (!k)
        return;
    free(k->by_page);
    free(k->granules);
    free(k->arena);
    free(k->scratch);
    free(k);
    c->blocks = NULL;
}
