/* SPDX-License-Identifier: MIT */
/*
 * A translation follows the tables at once, whoever writes them: SDM 3A 4.8, 4.10, and that the TLB is never seen.
 *
 * Every kind of paging-structure entry, in each view of the TLB, is used, changed in one byte by every kind of store
 * that there is, and used again. What must be found then follows from the entry alone.
 */
#include <stdio.h>

#include "tests/cpu/rig.h"

#define XD (UINT64_C(1) << 63)
enum { P = 1, W = 2, U = 4, A = 0x20, D = 0x40, PS = 0x80 };
enum { PF_P = 1, PF_W = 2, PF_U = 4, PF_ID = 16 };
enum {
    PDPT_AT = 0x103000,
    DIR_AT = 0x104000,
    IDENTITY_AT = 0x105000, /* two tables of PAE */
    DIR1_AT = 0x107000,     /* the second GiB's */
    TABLE_AT = 0x110000,    /* the page's before and behind are free */
    TABLE2_AT = 0x114000,
    SCRATCH = 0x120000,
    OLD = 0x250000,
    NEW = 0x251000,
    NEW_LARGE = 0x50000,
    AT = 0x10, /* in the page */
    SEL_TSS2 = SEL_FREE,
};
enum { OLD_VALUE = 0x11111111, NEW_VALUE = 0x22222222 };

/* The entry that is changed. */
struct shape {
    const char *name;
    bool pae, leaf, large;
};
static const struct shape shapes[] = {
    {"32-bit PTE", false, true, false}, {"32-bit PDE", false, false, false}, {"4 MiB page", false, false, true},
    {"PAE PTE", true, true, false},     {"PAE PDE", true, false, false},     {"2 MiB page", true, false, true},
};

struct place {
    uint32_t lin, entry;       /* linear page; where the entry stands */
    uint32_t old_at, new_at;   /* pages before and after a move */
    uint64_t value, old_value; /* of the entry: without rights; with them, before the change */
    unsigned size;
};

static void put64(uint32_t at, uint64_t v, unsigned size)
{
    put(at, &v, size);
}
static uint64_t peek_entry(const struct place *p)
{
    uint64_t v = peek32(p->entry);
    return p->size == 8 ? v | (uint64_t)peek32(p->entry + 4) << 32 : v;
}

static void tables(bool pae)
{
    struct cpu *c = rig.cpu;
    rig_protected();
    for (uint32_t lin = 0; lin < RAM_BYTES; lin += PAGE_SIZE) {
        put32(PT_AT + (lin >> 12) * 4, lin | P | W);
        put64(IDENTITY_AT + (lin >> 12) * 8, lin | P | W, 8);
    }
    for (unsigned i = 0; i < PAGE_SIZE; i += 4) {
        put32(PD_AT + i, 0);
        put32(DIR_AT + i, 0);
        put32(DIR1_AT + i, 0);
    }
    put32(PD_AT, PT_AT | P | W);
    put64(DIR_AT, IDENTITY_AT | P | W, 8);
    put64(DIR_AT + 8, (IDENTITY_AT + PAGE_SIZE) | P | W, 8);
    put64(PDPT_AT, DIR_AT | P, 8);
    put64(PDPT_AT + 8, DIR1_AT | P, 8);
    put64(PDPT_AT + 16, 0, 8);
    put64(PDPT_AT + 24, 0, 8);
    c->cr4 |= CR4_PSE | CR4_SMAP | CR4_OSFXSR | (pae ? CR4_PAE : 0);
    c->cr0 |= CR0_PG | CR0_WP;
    c->efer = pae ? EFER_NXE : 0;
    c->cr3 = pae ? PDPT_AT : PD_AT;
    if (pae)
        ck_assert(!walk_load_pdptes(c, c->cr3));
    tlb_flush_all(c);
    mode_update(c);
}

/* where: 0 the first entry of its table (the second of a 32-bit directory, whose first maps the rig), 1 in between, 2
 * the last. */
static void place(const struct shape *s, unsigned where, struct place *p)
{
    unsigned entries = s->pae ? 512 : 1024, size = s->pae ? 8 : 4, shift = s->pae ? 21 : 22;
    unsigned index = where == 0 ? (s->pae || s->leaf ? 0 : 1) : where == 1 ? 133 : entries - 1;
    uint32_t base = s->pae ? 0x40000000 : 0, dir = s->pae ? DIR1_AT : PD_AT;
    *p = (struct place){.size = size, .old_at = OLD, .new_at = NEW};
    for (unsigned i = 0; i < PAGE_SIZE; i += 4) {
        put32(TABLE_AT + i, 0);
        put32(TABLE2_AT + i, 0);
    }
    if (s->leaf) {
        unsigned slot = 130 + where; /* odd and even: a PAE table covers half of the TLB's slots */
        p->lin = base + (slot << shift) + index * PAGE_SIZE;
        p->entry = TABLE_AT + index * size;
        p->value = OLD;
        put64(dir + slot * size, TABLE_AT | P | W | U, size);
    } else if (s->large) {
        p->entry = dir + index * size;
        p->lin = base + (index << shift) + (OLD & ((1u << shift) - 1));
        p->value = (OLD & ~((1u << shift) - 1)) | PS;
        p->new_at = NEW_LARGE;
    } else {
        p->entry = dir + index * size;
        p->lin = base + (index << shift) + 5 * PAGE_SIZE;
        p->value = TABLE_AT;
        put64(TABLE_AT + 5 * size, OLD | P | W | U, size);
        put64(TABLE2_AT + 5 * size, NEW | P | W | U, size);
    }
    put32(p->old_at + AT, OLD_VALUE);
    put32(p->new_at + AT, NEW_VALUE);
}

/* --- Using the page --- */

enum use { READ, WRITE, FETCH };

static bool use(enum view view, const struct place *p, enum use how, uint32_t *v)
{
    struct cpu *c = rig.cpu;
    uint32_t bpn;
    const uint8_t *host;
    if (how == READ)
        return view_read(c, view, p->lin + AT, 4, v);
    if (how == WRITE)
        return view_write(c, view, p->lin + AT, 4, v);
    uint8_t was = c->view;
    c->view = (uint8_t)view;
    bool fault = lin_fetch(c, p->lin + AT, &bpn, &host);
    c->view = was;
    return fault;
}

/* --- Changes, each of one byte --- */

static const struct change {
    const char *name;
    uint64_t before; /* rights of the entry, without U; A and D come by the first use */
    uint64_t flip;
    enum use use;     /* afterwards */
    uint32_t error;   /* #PF code without U; 0: no fault */
    uint64_t becomes; /* bits that the use must set again */
} changes[] = {
    {"moved, read", P | W, 0, READ, 0, 0},
    {"moved, written", P | W, 0, WRITE, 0, 0},
    {"absent, read", P | W, P, READ, 0x100, 0},
    {"absent, written", P | W, P, WRITE, 0x100 | PF_W, 0},
    {"absent, fetched", P | W, P, FETCH, 0x100, 0},
    {"read-only, written", P | W, W, WRITE, PF_P | PF_W, 0},
    {"read-only, read", P | W, W, READ, 0, 0},
    {"other level, read", P | W, U, READ, PF_P, 0},
    {"other level, written", P | W, U, WRITE, PF_P | PF_W, 0},
    {"XD, fetched", P | W, XD, FETCH, PF_P | PF_ID, 0},
    {"XD, read", P | W, XD, READ, 0, 0},
    {"no XD, fetched", P | W | XD, XD, FETCH, 0, 0},
    {"D cleared, written", P | W, D, WRITE, 0, D},
    {"A cleared, read", P | W, A, READ, 0, A},
    {"A cleared, written", P | W, A, WRITE, 0, A},
    {"A cleared, fetched", P | W, A, FETCH, 0, A},
    {"writable, written", P, W, WRITE, 0, 0},
    {"present, read", W, P, READ, 0, 0},
};

static bool applies(const struct shape *s, const struct change *ch, enum view view)
{
    if ((ch->flip | ch->before) & XD && !s->pae)
        return false;
    if (ch->flip & D && !s->leaf && !s->large)
        return false;
    if (ch->flip & U && view == VIEW_SUPER_AC)
        return false;                       /* may use both */
    return ch->flip || !s->large || s->pae; /* RAM holds one page of 4 MiB */
}

static uint64_t flipped(const struct shape *s, const struct change *ch)
{
    return ch->flip ? ch->flip : s->leaf ? OLD ^ NEW : s->large ? 0x200000 : TABLE_AT ^ TABLE2_AT;
}
/* Which byte of the entry changes. */
static unsigned first_byte(const struct shape *s, const struct change *ch)
{
    return (unsigned)__builtin_ctzll(flipped(s, ch)) / 8;
}

/* --- Stores --- */

struct store {
    uint32_t at;  /* of the byte */
    uint8_t flip; /* its bits */
    uint8_t code[96];
    unsigned len;
};

static void op(struct store *s, const void *bytes, unsigned n)
{
    memcpy(s->code + s->len, bytes, n);
    s->len += n;
}
#define OP(...)                             \
    do {                                    \
        const uint8_t b_[] = {__VA_ARGS__}; \
        op(s, b_, sizeof b_);               \
    } while (0)

/* What stands in [at - back, at - back + n), with the byte changed; also put to SCRATCH. */
static uint64_t whole(const struct store *s, unsigned back, unsigned n)
{
    uint8_t b[16];
    for (unsigned i = 0; i < n; i++)
        b[i] = (uint8_t)(peek8(s->at - back + i) ^ (i == back ? s->flip : 0));
    put(SCRATCH, b, n);
    return ld_le(b, MIN(n, 8u));
}

static void mov8(struct store *s, unsigned back)
{
    OP(0xc6, 0x05, IMM32(s->at - back), (uint8_t)whole(s, back, 1));
}
static void mov16(struct store *s, unsigned back)
{
    OP(0x66, 0xc7, 0x05, IMM32(s->at - back), IMM16(whole(s, back, 2)));
}
static void mov32(struct store *s, unsigned back)
{
    OP(0xc7, 0x05, IMM32(s->at - back), IMM32(whole(s, back, 4)));
}
static void movq(struct store *s, unsigned back)
{
    whole(s, back, 8);
    OP(0x0f, 0x6f, 0x05, IMM32(SCRATCH), 0x0f, 0x7f, 0x05, IMM32(s->at - back));
}
static void movups(struct store *s, unsigned back)
{
    whole(s, back, 16);
    OP(0x0f, 0x10, 0x05, IMM32(SCRATCH), 0x0f, 0x11, 0x05, IMM32(s->at - back));
}
static void fistp(struct store *s, unsigned back)
{
    whole(s, back, 8);
    OP(0xdb, 0xe3, 0xdf, 0x2d, IMM32(SCRATCH), 0xdf, 0x3d, IMM32(s->at - back));
}
static void xor8(struct store *s, unsigned back)
{
    OP(0x80, 0x35, IMM32(s->at - back), s->flip);
}
static void lock_xor32(struct store *s, unsigned back)
{
    OP(0xf0, 0x81, 0x35, IMM32(s->at - back), IMM32((uint32_t)s->flip << 8 * back));
}
static void add16(struct store *s, unsigned back)
{
    uint16_t d = (uint16_t)(whole(s, back, 2) - peek16(s->at - back));
    OP(0x66, 0x81, 0x05, IMM32(s->at - back), IMM16(d));
}
static void xchg32(struct store *s, unsigned back)
{
    OP(MOV_EAX(whole(s, back, 4)), 0x87, 0x05, IMM32(s->at - back));
}
static void btc(struct store *s, unsigned back)
{
    unsigned bit = 8 * back;
    while (!(s->flip >> (bit & 7) & 1))
        bit++;
    OP(0x0f, 0xba, 0x3d, IMM32(s->at - back), (uint8_t)bit);
}
static void cmpxchg8b(struct store *s, unsigned back)
{
    uint32_t at = s->at - back;
    uint64_t v = whole(s, back, 8);
    OP(MOV_EAX(peek32(at)), 0xba, IMM32(peek32(at + 4)), 0xbb, IMM32(v), 0xb9, IMM32(v >> 32));
    OP(0x0f, 0xc7, 0x0d, IMM32(at));
}
static void push_word(struct store *s, unsigned back)
{
    OP(0xbc, IMM32(s->at - back + 2), 0x66, 0x68, IMM16(whole(s, back, 2)));
}
static void push_dword(struct store *s, unsigned back)
{
    OP(0xbc, IMM32(s->at - back + 4), 0x68, IMM32(whole(s, back, 4)));
}
/* EAX goes highest; what is below is pushed as it stands. */
static void pusha(struct store *s, unsigned back)
{
    uint32_t at = s->at - back - 28;
    OP(MOV_EAX(whole(s, back, 4)));
    for (unsigned r = RDI; r > RAX; r--) /* at: EDI, ESI, EBP, ESP, EBX, EDX, ECX */
        if (r != RSP)
            OP((uint8_t)(0xb8 + r), IMM32(peek32(at + 4 * (7 - r))));
    OP(0xbc, IMM32(at + 32), 0x60);
}
static void stosb(struct store *s, unsigned back)
{
    OP(0xbf, IMM32(s->at - back), MOV_EAX(whole(s, back, 1)), 0xaa);
}
static void rep_stosd(struct store *s, unsigned back)
{
    OP(0xbf, IMM32(s->at - back), MOV_EAX(whole(s, back, 4)), 0xb9, IMM32(1), 0xf3, 0xab);
}
static void movs(struct store *s, unsigned back, unsigned n, uint8_t size)
{
    whole(s, back, n * size);
    OP(0xbe, IMM32(SCRATCH), 0xbf, IMM32(s->at - back), 0xb9, IMM32(n), 0xf3, size == 1 ? 0xa4 : 0xa5);
}
static void rep_movsb(struct store *s, unsigned back)
{
    movs(s, back, 16, 1);
}
static void rep_movsd(struct store *s, unsigned back)
{
    movs(s, back, 4, 4);
}
static void dma1(struct store *s, unsigned back)
{
    put8(s->at - back, (uint8_t)whole(s, back, 1));
    OP(0x90);
}
static void dma16(struct store *s, unsigned back)
{
    uint8_t b[16];
    whole(s, back, 16);
    phys_read(rig.bus.mem, SCRATCH, b, 16, INIT_DMA);
    phys_write(rig.bus.mem, s->at - back, b, 16, INIT_DMA);
    OP(0x90);
}
static void debugger(struct store *s, unsigned back)
{
    uint8_t v = (uint8_t)whole(s, back, 1);
    phys_write(rig.bus.mem, s->at - back, &v, 1, INIT_DEBUG);
    OP(0x90);
}
/* EAX of the task that is left goes to its TSS, which is in the table; the other fields keep what stands there. */
static void task_switch_store(struct store *s, unsigned back)
{
    static const uint8_t hlt[] = {HLT};
    uint32_t tss = s->at - back - 40;
    struct cpu *c = rig.cpu;
    OP(MOV_EAX(whole(s, back, 4)), 0xb9, IMM32(peek32(tss + 44)), 0xea, IMM32(0), IMM16(SEL_TSS2)); /* ECX is behind */
    put_desc(SEL_TSS, tss, 103, 0x8b, 0);
    put_desc(SEL_TSS2, TSS2_AT, 103, 0x89, 0);
    c->tr.base = tss;
    for (unsigned i = 0; i < 104; i += 4)
        put32(TSS2_AT + i, 0);
    put32(TSS2_AT + 28, (uint32_t)c->cr3);
    put32(TSS2_AT + 32, CODE_AT + s->len);
    put32(TSS2_AT + 36, FL_1);
    put32(TSS2_AT + 56, STACK_TOP);
    put32(TSS2_AT + 72, SEL_DATA0);
    put32(TSS2_AT + 76, SEL_CODE0);
    put32(TSS2_AT + 80, SEL_DATA0);
    put32(TSS2_AT + 84, SEL_DATA0);
    put(CODE_AT + s->len, hlt, 1);
}

static const struct writer {
    const char *name;
    void (*emit)(struct store *s, unsigned back);
    unsigned width; /* how far it reaches: tried with the byte first, last and where an aligned store has it */
} writers[] = {
    {"mov 8", mov8, 1},           {"mov 16", mov16, 2},         {"mov 32", mov32, 4}, {"movq", movq, 8},
    {"movups", movups, 16},       {"fistp 64", fistp, 8},       {"xor 8", xor8, 1},   {"lock xor 32", lock_xor32, 4},
    {"add 16", add16, 2},         {"xchg 32", xchg32, 4},       {"btc", btc, 4},      {"cmpxchg8b", cmpxchg8b, 8},
    {"push 16", push_word, 2},    {"push 32", push_dword, 4},   {"stosb", stosb, 1},  {"rep stosd", rep_stosd, 4},
    {"rep movsb", rep_movsb, 16}, {"rep movsd", rep_movsd, 16}, {"dma 1", dma1, 1},   {"dma 16", dma16, 16},
    {"debugger", debugger, 1},
};
/* These write more than they change, so only where the table has room for it. */
static const struct writer wide_writers[] = {{"pusha", pusha, 4}, {"task switch", task_switch_store, 4}};

/* --- One case --- */

static void prepare(const struct change *ch, enum view view, struct place *p)
{
    uint32_t v = OLD_VALUE;
    p->old_value = p->value | ch->before | (view == VIEW_SUPER ? 0 : U);
    put32(p->old_at + AT, OLD_VALUE);
    put32(p->new_at + AT, NEW_VALUE);
    tlb_flush_all(rig.cpu);
    put64(p->entry, p->old_value, p->size); /* no table any more, so that a plain store to it is cached ... */
    ck_assert(!view_write(rig.cpu, VIEW_SUPER, p->entry, p->size, &p->old_value)); /* ... before it is one again */
    for (enum use how = READ; how <= FETCH; how++) { /* every array of the view gets what it may have */
        bool fault = use(view, p, how, &v);
        bool may = ch->before & P && (how != WRITE || ch->before & W) && (how != FETCH || !(ch->before & XD));
        ck_assert(fault == !may);
    }
}

static void check_use(const char *what, const struct change *ch, enum view view, const struct place *p)
{
    struct cpu *c = rig.cpu;
    uint32_t v = 0x33333333, error = ch->error & 0xff;
    bool fault = use(view, p, ch->use, &v);
    ck_assert_msg(fault == (ch->error != 0), "%s: fault %d", what, fault);
    if (fault) {
        error |= view == VIEW_USER ? PF_U : 0;
        if (ch->use == FETCH && c->efer & EFER_NXE)
            error |= PF_ID;
        ck_assert_msg(c->exc.vector == EXC_PF && c->exc.code == error, "%s: code %x, not %x", what, c->exc.code, error);
        return;
    }
    ck_assert_msg((peek_entry(p) & ch->becomes) == ch->becomes, "%s: entry %llx", what,
                  (unsigned long long)peek_entry(p));
    uint32_t at = (ch->flip ? p->old_at : p->new_at) + AT;
    if (ch->use == READ)
        ck_assert_msg(v == (ch->flip ? OLD_VALUE : NEW_VALUE), "%s: read %x", what, v);
    else if (ch->use == WRITE)
        ck_assert_msg(peek32(at) == 0x33333333, "%s: written elsewhere", what);
}

static void one(const struct shape *sh, const struct change *ch, enum view view, const struct writer *w, unsigned back,
                struct place *p)
{
    char what[128];
    unsigned byte = first_byte(sh, ch);
    struct store s = {.at = p->entry + byte, .flip = (uint8_t)(flipped(sh, ch) >> 8 * byte)};
    struct cpu *c = rig.cpu;
    snprintf(what, sizeof what, "%s at %x, view %u: %s by %s, byte %u", sh->name, p->entry, view, ch->name, w->name,
             back);
    prepare(ch, view, p);
    uint64_t before = peek_entry(p);
    c->tr.base = TSS_AT; /* as it was before a task switch */
    c->tr.sel = SEL_TSS;
    c->cr0 &= ~(uint64_t)CR0_TS;
    w->emit(&s, back);
    s.code[s.len++] = HLT;
    run_bytes(s.code, s.len, 40);
    ck_assert_msg(c->halted && c->rip == CODE_AT + s.len, "%s: the store: %d", what, rig_vector());
    ck_assert_msg(peek_entry(p) == (before ^ flipped(sh, ch)), "%s: %llx became %llx", what, (unsigned long long)before,
                  (unsigned long long)peek_entry(p));
    check_use(what, ch, view, p);
}

static void by_writer(const struct shape *sh, const struct change *ch, enum view view, const struct writer *w,
                      struct place *p)
{
    unsigned aligned = (p->entry + first_byte(sh, ch)) & (w->width - 1);
    one(sh, ch, view, w, 0, p);
    if (w->width > 1)
        one(sh, ch, view, w, w->width - 1, p);
    if (aligned && aligned != w->width - 1)
        one(sh, ch, view, w, aligned, p);
}

static void all_of(const struct shape *sh)
{
    struct place p;
    tables(sh->pae);
    for (unsigned where = 0; where < 3; where++) {
        place(sh, where, &p);
        for (enum view view = 0; view < TLB_VIEWS; view++)
            for (unsigned i = 0; i < ARRAY_LEN(changes); i++) {
                if (!applies(sh, &changes[i], view))
                    continue;
                for (unsigned k = 0; k < ARRAY_LEN(writers); k++)
                    by_writer(sh, &changes[i], view, &writers[k], &p);
                for (unsigned k = 0; k < ARRAY_LEN(wide_writers) && where == 1 && changes[i].flip != XD; k++)
                    one(sh, &changes[i], view, &wide_writers[k], first_byte(sh, &changes[i]), &p);
            }
    }
}

START_TEST(translations_follow_their_entry_whoever_writes_it)
{
    all_of(&shapes[_i]);
}
END_TEST

/* Everything below a directory entry, in every view and each of the TLB's arrays, and nothing beside it. */
START_TEST(directory_change_reaches_every_page_below)
{
    enum { PAGES = 40, FIRST = 100, NEIGHBOUR = 134 };
    const struct shape *sh = &shapes[_i ? 4 : 1];
    struct place p;
    uint32_t v, size = sh->pae ? 8 : 4, span = sh->pae ? 0x200000 : 0x400000;
    tables(sh->pae);
    place(sh, 1, &p);
    for (unsigned i = 0; i < PAGES; i++) {
        put64(TABLE_AT + (FIRST + i) * size, OLD | P | W | U, size);
        put64(TABLE2_AT + (FIRST + i) * size, NEW | P | W | U, size);
    }
    put64(p.entry, TABLE_AT | P | W | U, size);
    put64(p.entry + size, TABLE_AT | P | W | U, size);
    tlb_flush_all(rig.cpu);
    uint32_t base = p.lin - 5 * PAGE_SIZE + FIRST * PAGE_SIZE;
    for (unsigned moved = 0; moved < 2; moved++) {
        for (unsigned i = 0; i < PAGES; i++)
            for (enum view view = VIEW_USER; view < TLB_VIEWS; view++) {
                uint32_t lin = base + i * PAGE_SIZE + AT;
                v = moved ? NEW_VALUE : OLD_VALUE;
                ck_assert(!view_write(rig.cpu, view, lin, 4, &v));
                ck_assert(!view_read(rig.cpu, view, lin, 4, &v));
                ck_assert_uint_eq(peek32((moved ? NEW : OLD) + AT), moved ? NEW_VALUE : OLD_VALUE);
                ck_assert(!view_read(rig.cpu, view, lin + span, 4, &v));
                ck_assert_uint_eq(v, OLD_VALUE);
            }
        put64(p.entry, TABLE2_AT | P | W | U, size);
    }
    put64(p.entry, TABLE2_AT, size);
    for (unsigned i = 0; i < PAGES; i++)
        for (enum view view = VIEW_USER; view < TLB_VIEWS; view++)
            ck_assert(view_read(rig.cpu, view, base + i * PAGE_SIZE + AT, 4, &v));
}
END_TEST

/* One table reached by two directory entries, and a table that maps itself. */
START_TEST(shared_and_recursive_tables_are_followed)
{
    for (unsigned pae = 0; pae < 2; pae++) {
        struct place p;
        uint32_t v = 0, size = pae ? 8 : 4, span = pae ? 0x200000 : 0x400000;
        tables(pae);
        place(&shapes[pae ? 4 : 1], 1, &p);
        put64(p.entry, TABLE_AT | P | W | U, size);
        put64(p.entry + size, TABLE_AT | P | W | U, size);
        tlb_flush_all(rig.cpu);
        for (unsigned k = 0; k < 2; k++)
            ck_assert(!view_read(rig.cpu, VIEW_USER, p.lin + k * span + AT, 4, &v));
        put64(TABLE_AT + 5 * size, NEW | P | U, size);
        for (unsigned k = 0; k < 2; k++) {
            ck_assert(!view_read(rig.cpu, VIEW_USER, p.lin + k * span + AT, 4, &v));
            ck_assert_uint_eq(v, NEW_VALUE);
        }
        /* entry 6 of the table is the table; a store through it changes what entry 5 maps */
        put64(TABLE_AT + 6 * size, TABLE_AT | P | W | U, size);
        uint64_t e = OLD | P | W | U;
        ck_assert(!view_write(rig.cpu, VIEW_USER, p.lin + PAGE_SIZE + 5 * size, size, &e));
        ck_assert(!view_read(rig.cpu, VIEW_USER, p.lin + AT, 4, &v));
        ck_assert_uint_eq(v, OLD_VALUE);
        e = NEW | P | W | U; /* and maps itself away */
        ck_assert(!view_write(rig.cpu, VIEW_USER, p.lin + PAGE_SIZE + 6 * size, size, &e));
        ck_assert(!view_read(rig.cpu, VIEW_USER, p.lin + PAGE_SIZE + AT, 4, &v));
        ck_assert_uint_eq(v, NEW_VALUE);
    }
}
END_TEST

/*
 * A new CR3: each quarter of PAE's linear addresses has its own directory, and only what the new ones have, too, stays.
 * A directory that says the same at another place counts from then on, and the old one does not.
 */
START_TEST(new_cr3_quarter_by_quarter)
{
    enum { PDPT2_AT = 0x116000, DIRS_AT = 0x118000, COPIES_AT = 0x11c000, AWAY = 0x30000000 };
    struct cpu *c = rig.cpu;
    for (unsigned round = 0; round < 5 * 4; round++) {
        unsigned differs = round / 4 /* 4: none */, changed = round % 4;
        uint32_t v;
        tables(true);
        put32(OLD + AT, OLD_VALUE);
        put32(NEW + AT, NEW_VALUE);
        for (unsigned q = 0; q < 4; q++) {
            put64(TABLE_AT + (5 + q) * 8, OLD | P | W, 8);
            put64(TABLE2_AT + (5 + q) * 8, NEW | P | W, 8);
            for (unsigned i = 0; i < PAGE_SIZE; i += 4) {
                put32(DIRS_AT + q * PAGE_SIZE + i, peek32(DIR_AT + i)); /* the rig itself is in each */
                put32(COPIES_AT + q * PAGE_SIZE + i, peek32(DIR_AT + i));
            }
            put64(DIRS_AT + q * PAGE_SIZE + (AWAY >> 21) * 8, TABLE_AT | P | W, 8);
            put64(COPIES_AT + q * PAGE_SIZE + (AWAY >> 21) * 8, (q == differs ? TABLE2_AT : TABLE_AT) | P | W | A, 8);
            put64(PDPT_AT + 8 * q, (DIRS_AT + q * PAGE_SIZE) | P, 8);
            put64(PDPT2_AT + 8 * q, (COPIES_AT + q * PAGE_SIZE) | P, 8);
        }
        ck_assert(!walk_load_pdptes(c, PDPT_AT));
        tlb_flush_all(c);
/* NOTE: each quarter's page has a slot of the TLB to itself, so all four are there when CR3 changes. */
#define LIN(q) ((q)*0x40000000u + AWAY + (5 + (q)) * PAGE_SIZE + AT)
        for (unsigned q = 0; q < 4; q++) {
            ck_assert(!view_read(c, VIEW_SUPER, LIN(q), 4, &v));
            ck_assert_uint_eq(v, OLD_VALUE);
        }
        ck_assert(!write_cr3(c, PDPT2_AT));
        for (unsigned q = 0; q < 4; q++) {
            ck_assert(!view_read(c, VIEW_SUPER, LIN(q), 4, &v));
            ck_assert_uint_eq(v, q == differs ? NEW_VALUE : OLD_VALUE);
        }
        /* One quarter's directories change: its page follows the new one, the others' stay. */
        put64(DIRS_AT + changed * PAGE_SIZE + (AWAY >> 21) * 8, 0, 8); /* nobody's now */
        ck_assert(!view_read(c, VIEW_SUPER, LIN(changed), 4, &v));
        put64(COPIES_AT + changed * PAGE_SIZE + (AWAY >> 21) * 8, (changed == differs ? TABLE_AT : TABLE2_AT) | P | W,
              8);
        for (unsigned q = 0; q < 4; q++) {
            ck_assert(!view_read(c, VIEW_SUPER, LIN(q), 4, &v));
            ck_assert_uint_eq(v, (q == differs) != (q == changed) ? NEW_VALUE : OLD_VALUE);
        }
    }
}
END_TEST

static unsigned told;
static void count_store(void *ctx, uint32_t bpn, uint32_t off, uint32_t len, const void *data)
{
    (void)ctx;
    (void)data;
    told += bpn == mem_write_page(rig.bus.mem, TABLE_AT) && off == PAGE_SIZE - 2 && len == 2;
}

/*
 * A store over two pages, the first of which is the table that the second is found by, and that nobody knew as one
 * until then: its half is told to who listens for tables (mem.h, page_listener), as any store to one.
 */
START_TEST(store_that_makes_its_first_page_a_table_is_told)
{
    struct page_listener listener = {.facts = PI_PT, .store = count_store};
    for (unsigned pae = 0; pae < 2; pae++) {
        uint32_t second = pae ? 0x40000000 : 0x400000, v = 0x44332211, size = pae ? 8 : 4;
        uint32_t dir = pae ? DIR1_AT : PD_AT + 4;
        tables(pae);
        mem_add_listener(rig.bus.mem, &listener);
        if (pae) { /* the page before the second GiB */
            put64(PDPT_AT, DIR_AT | P, 8);
            put64(DIR_AT + 511 * 8, TABLE2_AT | P | W, 8);
            put64(TABLE2_AT + 511 * 8, TABLE_AT | P | W, 8);
        } else {
            put32(PT_AT + 1023 * 4, TABLE_AT | P | W);
        }
        put64(dir, TABLE_AT | P | W, size);
        put64(TABLE_AT, OLD | P | W, size);
        put32(TABLE_AT + PAGE_SIZE - 4, 0);
        tlb_flush_all(rig.cpu);
        put32(TABLE_AT + 0x100, 0); /* nobody's table */
        uint32_t first = 0;
        ck_assert(!view_write(rig.cpu, VIEW_SUPER, second - 8, 4, &first)); /* cached as plain memory */
        told = 0;
        ck_assert(!view_write(rig.cpu, VIEW_SUPER, second - 2, 4, &v));
        ck_assert_uint_eq(told, 1);
        ck_assert_uint_eq(peek16(TABLE_AT + PAGE_SIZE - 2), 0x2211);
        ck_assert_uint_eq(peek16(OLD), 0x4433);
        rig_free(&rig);
        rig_init(&rig);
    }
}
END_TEST

TCase *coherence_tests(void)
{
    TCase *t = tcase_create("coherence");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, translations_follow_their_entry_whoever_writes_it, 0, ARRAY_LEN(shapes));
    tcase_add_loop_test(t, directory_change_reaches_every_page_below, 0, 2);
    tcase_add_test(t, new_cr3_quarter_by_quarter);
    tcase_add_test(t, shared_and_recursive_tables_are_followed);
    tcase_add_test(t, store_that_makes_its_first_page_a_table_is_told);
    return t;
}
