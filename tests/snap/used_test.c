/* SPDX-License-Identifier: MIT */
/*
 * Loads into a machine that was left somewhere else: it goes on as the one that was never disturbed.
 *
 *     usedtest N SEED diskette IMAGE             boots from drive A; keys; resets
 *     usedtest N SEED linux VMLINUZ INITRD DISK CD   boots and resets; at the prompt both drives are read whole
 *
 * A run is recorded, then replayed in a machine A. At N positions, of which a share each lies in the middle of a REP,
 * at a delivery, in a halt, with DMA in flight, just before a reset and within an ATAPI packet command (where the guest
 * has them), A's state goes to a machine B, which is wherever the load before left it; B runs on for AHEAD positions,
 * and must then have the hash that A has when it gets there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "block/block.h"
#include "devices/disk/i82077.h"
#include "devices/disk/piix3_ide.h"
#include "machine/parts.h"
#include "snap/snapshot.h"
#include "tests/differ.h"
#include "tests/snap/rig.h"

#define AHEAD (UINT64_C(1) << 24)
#define SEEK  UINT64_C(1000000) /* how far to look for the middle of a REP, step by step */
enum { PENDING = 512, MAX_RESETS = 200, MOST_PLACES = 5000, DRIVE_A = 4, BM_START = 1, FDC_EXECUTION = 1 };

enum kind { ANYWHERE, IN_REP, AT_DELIVERY, HALTED, IN_DMA, BEFORE_RESET, IN_PACKET, KINDS };
static const char *const kind_name[] = {"anywhere",      "in the middle of a REP", "at a delivery",     "halted",
                                        "DMA in flight", "just before a reset",    "in an ATAPI packet"};

struct guest {
    struct machine_config cfg;
    struct buf file[4];
    const char *name;
};
struct course {
    struct buf journal;
    uint64_t end, reset[MAX_RESETS];
    unsigned nresets;
};
struct wanted { /* what A must agree with when it is there */
    uint64_t from, to, hash;
    enum kind kind;
};

static uint64_t seed;
static uint64_t draw(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

static void die(const char *what, const char *why)
{
    printf("%s: %s\n", what, why);
    exit(1);
}

/* --- Guests --- */

static struct buf file(const char *path)
{
    struct buf b = {0};
    static uint8_t part[1 << 16];
    FILE *f = fopen(path, "rb");
    if (!f)
        die(path, strerror(errno));
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(&b, part, n);
    fclose(f);
    return b;
}

static void add_drive(struct guest *g, unsigned at, bool cd, const struct buf *image)
{
    struct drive_config *d = &g->cfg.drive[at];
    *d = (struct drive_config){.present = true, .medium = true, .fd = -1, .readonly = cd, .bytes = image->len};
    d->kind = cd ? DRIVE_CD : at >= DRIVE_A ? DRIVE_FLOPPY : DRIVE_DISK;
    snprintf(d->name, sizeof d->name, "drive%u", at);
}

static struct machine *make(const struct guest *g)
{
    struct error err = {0};
    struct machine_backends be = {0};
    for (unsigned i = 0, n = 0; i < MAX_DRIVES; i++)
        if (g->cfg.drive[i].present) {
            const struct buf *b = &g->file[n++];
            be.drive[i] = blk_memory(b->data, b->len, g->cfg.drive[i].name, &err);
            if (!be.drive[i])
                die("disk", err.text);
            be.drive[i]->readonly = g->cfg.drive[i].readonly;
        }
    struct machine *m = machine_create(&g->cfg, &be, &err);
    if (!m)
        die("machine", err.text);
    return m;
}

static struct guest guest_of(int argc, char **argv)
{
    struct guest g = {.cfg = rig_demo_config(), .name = argv[3]};
    if (!strcmp(g.name, "diskette") && argc == 5) {
        g.file[0] = file(argv[4]);
        uint8_t rest[512] = {0};
        while (g.file[0].len < 1474560)
            buf_add(&g.file[0], rest, sizeof rest);
        g.cfg.ram_mb = 16;
        strcpy(g.cfg.boot, "a");
        add_drive(&g, DRIVE_A, false, &g.file[0]);
    } else if (!strcmp(g.name, "linux") && argc == 8) {
        static struct buf kernel, initrd;
        kernel = file(argv[4]);
        initrd = file(argv[5]);
        g.file[0] = file(argv[6]);
        g.file[1] = file(argv[7]);
        g.cfg.ram_mb = 64;
        g.cfg.kernel = (struct rom_config){kernel.data, kernel.len};
        g.cfg.initrd = (struct rom_config){initrd.data, initrd.len};
        strcpy(g.cfg.cmdline, "console=ttyS0,115200 console=tty0 quiet cryptomgr.notests");
        add_drive(&g, 0, false, &g.file[0]);
        add_drive(&g, 2, true, &g.file[1]);
    } else {
        die("usedtest", "N SEED diskette IMAGE | linux VMLINUZ INITRD DISK CD");
    }
    return g;
}

/* --- The recording --- */

static void run_to(struct machine *m, uint64_t pos)
{
    enum run_stop stop = RUN_BUDGET;
    machine_set_time_limit(m, TIME_NEVER);
    while (machine_pos(m) < pos && stop == RUN_BUDGET && !machine_failed(m))
        stop = machine_run(m, pos);
    if (machine_pos(m) != pos)
        die("a run did not reach its position", machine_failed(m) ? machine_failed(m) : "it stopped");
}

static void run_ms(struct machine *m, uint64_t ms)
{
    uint64_t until = machine_ns(m) + ms * 1000000;
    machine_set_time_limit(m, until);
    while (machine_ns(m) < until && machine_run(m, UINT64_MAX) == RUN_BUDGET)
        ;
}

static void reset(struct machine *m, struct course *c)
{
    uint8_t what = POWER_RESET;
    c->reset[c->nresets++] = machine_pos(m);
    journal_input(machine_journal(m), J_POWER, 0, &what, 1);
}

static bool shows(struct machine *m, const char *text)
{
    struct buf screen = {0};
    machine_text_screen(m, &screen);
    bool has = screen.len && strstr((const char *)screen.data, text);
    buf_free(&screen);
    return has;
}

static void press(struct machine *m, uint8_t key)
{
    rig_key(m, key, true);
    run_ms(m, 30 + draw(40));
    rig_key(m, key, false);
    run_ms(m, 50 + draw(200));
}

static struct course record(const struct guest *g, unsigned resets)
{
    static const uint8_t keys[] = {0x03, 0x14, 0x05, 0x1e, 0x28, 0x2a, 0x06};
    bool is_linux = !strcmp(g->name, "linux");
    struct course c = {0};
    struct machine *m = make(g);
    for (unsigned i = 0; i < resets; i++) {
        run_ms(m, 20 + draw(is_linux ? 200 : 900));
        for (unsigned k = 0; k < 3 && !is_linux; k++)
            press(m, keys[draw(sizeof keys)]);
        reset(m, &c);
    }
    if (is_linux) {
        static const char command[] = "md5sum /dev/sr0 /dev/sda; sleep 1; ls -R / | head -n 2000; echo all-$((1+1))\n";
        uint64_t limit = machine_pos(m) + 400 * AHEAD;
        while (!shows(m, "vitrine:/ #") && machine_pos(m) < limit)
            run_ms(m, 100);
        for (const char *p = command; *p; p++) {
            journal_input(machine_journal(m), J_SERIAL, 0, p, 1);
            run_ms(m, 2);
        }
        run_ms(m, 6000);
    } else {
        run_ms(m, 3000);
    }
    c.end = machine_pos(m);
    buf_add(&c.journal, machine_journal(m)->log.data, machine_journal(m)->log.len);
    machine_destroy(m);
    return c;
}

static struct machine *replaying(const struct guest *g, const struct course *c)
{
    struct error err;
    struct machine *m = make(g);
    if (!journal_load(machine_journal(m), c->journal.data, c->journal.len, &err))
        die("journal", err.text);
    return m;
}

/* --- Places --- */

static bool is_place(const struct machine *m, enum kind kind)
{
    const struct cpu *c = m->cpu;
    switch (kind) {
    case ANYWHERE:
    case AT_DELIVERY:
    case KINDS: return true;
    case BEFORE_RESET: return m->reset_wanted;
    case IN_REP: return c->rep_paused_at == m->clock.pos;
    case HALTED: return cpu_rests(c);
    case IN_DMA:
        return m->ide->bm[0].command & m->ide->bm[0].status & BM_START ||
               m->ide->bm[1].command & m->ide->bm[1].status & BM_START || m->fdc->phase == FDC_EXECUTION;
    case IN_PACKET:
        for (unsigned i = 0; i < 2; i++)
            if (m->ide->channel[i].phase != ATA_IDLE && m->ide->channel[i].command == ATA_PACKET_COMMAND)
                return true;
        return false;
    }
    return false;
}

/* Positions of a kind, drawn evenly from all that a pass through the run meets. */
struct places {
    uint64_t at[MOST_PLACES], met;
};
static struct places places[KINDS];

static void meet(enum kind kind, uint64_t pos)
{
    struct places *p = &places[kind];
    uint64_t i = p->met++;
    if (i >= MOST_PLACES)
        i = draw(p->met);
    if (i < MOST_PLACES)
        p->at[i] = pos;
}

static bool cpu_peek(struct cpu *c, uint64_t lin, uint8_t *byte)
{
    uint64_t paddr;
    return cpu_translate(c, lin & 0xffffffff, &paddr) && phys_read(c->mem, paddr, byte, 1, INIT_DEBUG);
}

/* An interrupt or exception on its way: the state before it, and what else is the case there. */
static void delivery(void *ctx, struct cpu *c, const struct cpu_delivery *d)
{
    const struct machine *m = ctx;
    uint64_t pos = c->clock->pos;
    meet(AT_DELIVERY, pos + (pos & 1)); /* before it and after it by turns */
    for (enum kind k = IN_DMA; k < KINDS; k++)
        if (k != BEFORE_RESET && is_place(m, k))
            meet(k, pos);
    if (c->rep_paused_at == pos)
        meet(IN_REP, pos);
    uint8_t before = 0;
    if (!d->exception && !d->soft && pos && cpu_peek(c, c->seg[SEG_CS].base + d->rip - 1, &before) && before == 0xf4)
        meet(HALTED, pos - 1);
}

/* Of every sixteenth block that begins: whether it is a REP with more than one iteration to do, and what goes on. */
static void block(void *ctx, struct cpu *c)
{
    static unsigned n;
    uint8_t first = 0;
    if (n++ % 16)
        return;
    if ((c->regs[RCX] & 0xffff) > 1 && cpu_peek(c, c->seg[SEG_CS].base + c->rip, &first) &&
        (first == 0xf2 || first == 0xf3))
        meet(IN_REP, c->blk_pos + 1);
    if (is_place(ctx, IN_DMA))
        meet(IN_DMA, c->blk_pos);
    if (is_place(ctx, IN_PACKET))
        meet(IN_PACKET, c->blk_pos);
}

static void find_places(struct machine *m, const struct course *c)
{
    const struct cpu_trace trace = {.delivery = delivery, .block = block, .ctx = m};
    m->cpu->trace = &trace;
    run_to(m, c->end - 2 * AHEAD);
    m->cpu->trace = NULL;
    for (unsigned i = 0; i < c->nresets; i++)
        meet(BEFORE_RESET, c->reset[i]);
}

/* --- Loads --- */

static void copy_disks(struct machine *a, struct machine *b)
{
    static uint8_t part[1 << 20];
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        struct blk *from = a->be.drive[i], *to = b->be.drive[i];
        if (!from || from->readonly)
            continue;
        uint32_t n;
        for (uint64_t s = 0; s < from->sectors; s += n) {
            n = (uint32_t)MIN(from->sectors - s, (uint64_t)(sizeof part / BLOCK_SECTOR));
            if (from->ops->read(from, s, n, part) || to->ops->write(to, s, n, part))
                die("disk", "cannot be copied");
        }
    }
}

/* The named form and the packed one by turns. */
static void load(struct machine *a, struct machine *b, bool packed)
{
    struct buf saved = {0};
    struct error err = {0};
    if (packed) {
        machine_pack(a, &saved);
        for (uint32_t i = 0; i < mem_page_count(a->mem); i++)
            if (memcmp(ram_ptr(a->mem, i), ram_ptr(b->mem, i), PAGE_SIZE))
                mem_poke(b->mem, i, 0, PAGE_SIZE, ram_ptr(a->mem, i));
        if (!machine_unpack(b, saved.data, saved.len))
            die("load", "what was packed is not unpacked");
    } else {
        machine_save(a, &saved);
        if (!machine_load(b, saved.data, saved.len, &err))
            die("load", err.text);
    }
    buf_free(&saved);
    journal_seek(machine_journal(b), machine_pos(b));
    copy_disks(a, b);
}

/* B runs on from the state that was loaded; what it has there is what A must have. */
static struct wanted go_ahead(struct machine *a, struct machine *b, enum kind kind, bool packed)
{
    load(a, b, packed);
    struct wanted w = {.from = machine_pos(a), .to = machine_pos(a) + AHEAD, .kind = kind};
    if (machine_state_hash(a) != machine_state_hash(b)) {
        printf("position %llu, %s: another state was loaded: %s\n", (unsigned long long)w.from, kind_name[kind],
               machine_difference(a, b));
        exit(1);
    }
    run_to(b, w.to);
    w.hash = machine_state_hash(b);
    return w;
}

/* What differs, found by running B there once more: from the last state that was checked. */
static void check(struct machine *a, const struct wanted *w)
{
    run_to(a, w->to);
    if (machine_state_hash(a) == w->hash)
        return;
    printf("loaded at position %llu (%s): %llu positions later the state is another\n", (unsigned long long)w->from,
           kind_name[w->kind], (unsigned long long)AHEAD);
    exit(1);
}

static struct wanted waiting[PENDING];
static unsigned nwaiting;

/* A goes to pos; what waits on the way is checked. */
static void advance(struct machine *a, uint64_t pos)
{
    while (nwaiting && waiting[0].to <= pos) {
        check(a, &waiting[0]);
        memmove(waiting, waiting + 1, --nwaiting * sizeof waiting[0]);
    }
    if (machine_pos(a) < pos)
        run_to(a, pos);
}

struct wish {
    uint64_t pos;
    enum kind kind;
};
static int ascending(const void *a, const void *b)
{
    uint64_t x = ((const struct wish *)a)->pos, y = ((const struct wish *)b)->pos;
    return x < y ? -1 : x > y;
}

/* A share of each kind that the guest has; in the middle of a REP may need a look around. */
static struct wish *choose(unsigned n, uint64_t end)
{
    struct wish *w = calloc(n, sizeof *w);
    if (!w)
        die("usedtest", "no memory");
    for (unsigned i = 0; i < n; i++) {
        w[i].kind = (enum kind)(i % KINDS);
        const struct places *p = &places[w[i].kind];
        if (p->met)
            w[i].pos = p->at[draw(MIN(p->met, (uint64_t)MOST_PLACES))];
        else if (w[i].kind != IN_REP)
            w[i].kind = ANYWHERE;
        if (!p->met)
            w[i].pos = draw(end);
    }
    qsort(w, n, sizeof *w, ascending);
    return w;
}

static void look_around(struct machine *a)
{
    for (uint64_t last = machine_pos(a) + SEEK; machine_pos(a) < last && !is_place(a, IN_REP);)
        advance(a, machine_pos(a) + 1);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        die("usedtest", "N SEED GUEST ...");
    unsigned n = (unsigned)atoi(argv[1]), found[KINDS] = {0}, done = 0;
    seed = strtoull(argv[2], NULL, 10) * 2654435761u + 1;
    struct guest g = guest_of(argc, argv);
    printf("%s: %u loads, seed %s\n", g.name, n, argv[2]);
    struct course c = record(&g, MAX(MIN(n / KINDS, (unsigned)MAX_RESETS), 1u));
    if (c.end <= 4 * AHEAD)
        die(g.name, "the run is too short");
    struct machine *scout = replaying(&g, &c), *a = replaying(&g, &c), *b = replaying(&g, &c);
    find_places(scout, &c);
    machine_destroy(scout);
    struct wish *wish = choose(n, c.end - 2 * AHEAD);
    for (unsigned i = 0; i < n; i++) {
        if (wish[i].pos < machine_pos(a) || wish[i].pos > c.end - 2 * AHEAD)
            continue; /* the look around before went beyond it */
        if (nwaiting == PENDING)
            advance(a, waiting[0].to);
        if (wish[i].pos < machine_pos(a))
            continue;
        advance(a, wish[i].pos);
        if (wish[i].kind == IN_REP)
            look_around(a);
        enum kind kind = is_place(a, wish[i].kind) ? wish[i].kind : ANYWHERE;
        found[kind]++;
        done++;
        struct wanted w = go_ahead(a, b, kind, i & 1);
        waiting[nwaiting++] = w;
    }
    advance(a, c.end - 1);
    for (unsigned k = 0; k < KINDS; k++)
        printf("%s: %u (met %llu)\n", kind_name[k], found[k], (unsigned long long)places[k].met);
    printf("%u loads into a used machine, all went on as the run that was never disturbed\n", done);
    machine_destroy(a);
    machine_destroy(b);
    free(wish);
    buf_free(&c.journal);
    return done ? 0 : 1;
}
