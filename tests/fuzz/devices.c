/* SPDX-License-Identifier: MIT */
/*
 * Streams of accesses against every chip of the machine, made out of its register table: writes and reads of the
 * registers with values that the table suggests, accesses of any width anywhere in what the chip claims, configuration
 * space, model-specific registers, descriptors in memory for whoever is a bus master, keys, characters and other media
 * from outside, time.
 *
 *     devices [SEED [ROUNDS [CHIP]]]
 *
 * Two machines run the same stream: the second is a new one, loaded with the first one's state at the start of each
 * round. Every value read and the state at the end must agree, so a field that is missing in a state table, or
 * something that post_load does not derive, is found as well as a crash, a hang and whatever the sanitizers see.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "devices/usb/uhci.h"
#include "machine/parts.h"
#include "snap/snapshot.h"

enum {
    OPS = 400,
    PORT_SPACE = 65536,
    MAX_RANGES = 96,
    MAX_MMIO = 32,
    RAM_MB = 2,
    DISK_SECTORS = 4096,
    CD_DRIVE = 2,
    NO_DRIVE = 3,
    MAX_MSRS = 8
};

/* xorshift64*: the stream is a function of the seed. */
struct rng {
    uint64_t s;
};

static uint32_t rnd(struct rng *r)
{
    r->s ^= r->s >> 12;
    r->s ^= r->s << 25;
    r->s ^= r->s >> 27;
    return (uint32_t)(r->s * UINT64_C(2685821657736338717) >> 32);
}

static uint32_t below(struct rng *r, uint32_t n)
{
    return n ? rnd(r) % n : 0;
}

static bool one_in(struct rng *r, uint32_t n)
{
    return below(r, n) == 0;
}

/* --- A drive whose contents follow from the sector number; what is written to it is dropped --- */

static int disk_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    uint8_t *p = data;
    if (sector > b->sectors || count > b->sectors - sector)
        return -22;
    for (uint64_t i = 0; i < (uint64_t)count * b->sector_size; i++)
        p[i] = (uint8_t)((sector + i / b->sector_size) * 167 + i);
    return 0;
}

static int disk_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    (void)data;
    return sector > b->sectors || count > b->sectors - sector ? -22 : 0;
}

static int disk_flush(struct blk *b)
{
    (void)b;
    return 0;
}

static void disk_close(struct blk *b)
{
    free(b);
}

static struct blk *make_disk(uint32_t sector_size, uint64_t sectors)
{
    static const struct blk_ops ops = {
        .read = disk_read, .write = disk_write, .flush = disk_flush, .close = disk_close};
    struct blk *b = calloc(1, sizeof *b);
    if (!b)
        exit(2);
    *b = (struct blk){.ops = &ops, .sectors = sectors, .sector_size = sector_size, .name = "fuzz"};
    return b;
}

/* --- The machine, and what each chip claims of it --- */

struct claims {
    struct {
        uint16_t base;
        uint32_t count;
    } port[MAX_RANGES];
    struct {
        uint64_t base, size;
    } mmio[MAX_MMIO];
    struct {
        uint32_t first, count;
    } msr[MAX_MSRS];
    unsigned nports, nmmio, nmsrs;
    int devfn; /* -1: no PCI function */
};

struct side {
    struct machine *m;
    struct rng rng;
    struct claims claims;
    struct dev *dev;
    uint64_t medium[MAX_DRIVES]; /* sectors of what is in it, 0: nothing */
    uint64_t sum;                /* of every value read */
};

static void drop(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx, (void)data, (void)len;
}

static uint64_t first_medium(unsigned drive)
{
    return drive >= FIRST_FLOPPY ? 2880 : drive == NO_DRIVE ? 0 : DISK_SECTORS;
}

static struct machine *make_machine(void)
{
    struct error err = {0};
    struct machine_backends be = {0};
    struct machine_config cfg = {.machine = "pc",
                                 .cpu = "max",
                                 .engine = ENGINE_INTERP,
                                 .ram_mb = RAM_MB,
                                 .clock = CLOCK_VIRTUAL,
                                 .vga = true,
                                 .debugcon = true,
                                 .acpi = true,
                                 .hpet = true,
                                 .usb = true,
                                 .vmport = true,
                                 .boot = "c"};
    const char *const *extra = catalog_devices();
    for (unsigned i = 0; i < MAX_SERIAL; i++) {
        cfg.serial[i] = true;
        be.serial[i].write = drop;
    }
    for (unsigned i = 0; i < MAX_PARALLEL; i++) {
        cfg.parallel[i] = true;
        be.parallel[i].write = drop;
    }
    be.debugcon.write = drop;
    for (unsigned usb = 0; *extra && cfg.ndevices < MAX_DEVICES; extra += 2) {
        if (!strncmp(*extra, "usb-", 4) && ++usb > UHCI_PORTS)
            continue;
        snprintf(cfg.device[cfg.ndevices++].cls, sizeof cfg.device[0].cls, "%s", *extra);
    }
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        enum drive_kind kind = i >= FIRST_FLOPPY ? DRIVE_FLOPPY : i == CD_DRIVE ? DRIVE_CD : DRIVE_DISK;
        if (i == NO_DRIVE)
            continue;
        be.drive[i] = make_disk(512, first_medium(i));
        cfg.drive[i] = (struct drive_config){.present = true,
                                             .medium = true,
                                             .kind = kind,
                                             .fd = -1,
                                             .bytes = be.drive[i]->sectors * 512,
                                             .name = "fuzz"};
    }
    struct machine *m = machine_create(&cfg, &be, &err);
    if (!m) {
        fprintf(stderr, "the machine cannot be made: %s\n", err.text);
        exit(2);
    }
    return m;
}

static bool inside(const struct dev *d, const void *p)
{
    return (const char *)p >= (const char *)d && (const char *)p < (const char *)d + d->cls->size;
}

/* What the chip answers to now: its ranges in the order of their addresses, so that both machines choose alike. */
static void look(struct side *s)
{
    struct claims *c = &s->claims;
    c->nports = c->nmmio = c->nmsrs = 0;
    c->devfn = -1;
    const struct port_range *last = NULL;
    for (uint32_t port = 0; port < PORT_SPACE; port++) {
        const struct port_range *r = port_owner(s->m->ports, (uint16_t)port);
        if (r && inside(s->dev, r->ctx)) {
            if (r == last) {
                c->port[c->nports - 1].count++;
            } else if (c->nports < MAX_RANGES) {
                c->port[c->nports].base = (uint16_t)port;
                c->port[c->nports++].count = 1;
            }
        }
        last = r && inside(s->dev, r->ctx) && c->nports ? r : NULL;
    }
    const struct mapping *map;
    for (unsigned i = 0; (map = mem_mapping(s->m->mem, i)) && c->nmmio < MAX_MMIO; i++)
        if ((map->rd.kind == TO_IO && inside(s->dev, map->rd.ctx)) || inside(s->dev, map)) {
            unsigned at = c->nmmio++;
            while (at && c->mmio[at - 1].base > map->live_base) {
                c->mmio[at] = c->mmio[at - 1];
                at--;
            }
            c->mmio[at].base = map->live_base;
            c->mmio[at].size = map->live_size;
        }
    for (const struct msr_range *r = s->m->bus.msrs.claims; r && c->nmsrs < MAX_MSRS; r = r->next)
        if (inside(s->dev, r->ctx)) {
            c->msr[c->nmsrs].first = r->first;
            c->msr[c->nmsrs++].count = r->count;
        }
    for (unsigned i = 0; i < 256; i++)
        if (s->m->pci.func[i] && inside(s->dev, s->m->pci.func[i]))
            c->devfn = (int)i;
}

/* Every function decodes what it can, at addresses of its own. */
static void assign_bars(struct machine *m)
{
    uint32_t mem = 0xe0000000, io = 0xc000;
    for (unsigned i = 0; i < 256; i++) {
        struct pci_func *f = m->pci.func[i];
        for (unsigned n = 0; f && n < PCI_BARS; n++) {
            const struct pci_bar *b = &f->bar[n];
            unsigned off = n == PCI_BAR_ROM ? 0x30 : 0x10 + 4 * n;
            uint32_t *next = b->kind == PCI_BAR_IO ? &io : &mem;
            if (b->kind == PCI_BAR_NONE)
                continue;
            *next = (*next + b->size - 1) & ~(b->size - 1);
            pci_config_write(&m->pci, (uint8_t)i, off, 4, *next | (n == PCI_BAR_ROM));
            *next += b->size;
        }
        if (f)
            pci_config_write(&m->pci, (uint8_t)i, 4, 2, 7);
    }
}

/* --- Operations --- */

/* A value that means something to somebody: the register's own bits, an index of the chip's, an address, a count. */
static uint32_t value(struct side *s, const struct dev_reg *reg)
{
    struct rng *r = &s->rng;
    const struct dev_class *cls = s->dev->cls;
    switch (below(r, 10)) {
    case 0: return 0;
    case 1: return 0xffffffff;
    case 2: return 1u << below(r, 32);
    case 3: return reg ? reg->writable & rnd(r) : rnd(r);
    case 4: return reg ? reg->reset ^ 1u << below(r, 32) : rnd(r) & 0xff;
    case 5: return cls->nregs ? cls->regs[below(r, (uint32_t)cls->nregs)].offset : rnd(r);
    case 6: return below(r, RAM_MB << 20) & ~3u; /* an address in memory */
    case 7: return below(r, 8);
    default: return rnd(r);
    }
}

static unsigned width(struct side *s, const struct dev_reg *reg)
{
    static const uint8_t any[] = {1, 2, 4};
    return reg && !one_in(&s->rng, 4) && (reg->width == 1 || reg->width == 2) ? reg->width : any[below(&s->rng, 3)];
}

static void note(struct side *s, uint64_t v)
{
    s->sum = (s->sum ^ v) * UINT64_C(1099511628211);
}

static void access_port(struct side *s, uint16_t port, const struct dev_reg *reg)
{
    unsigned size = width(s, reg);
    if (one_in(&s->rng, 3))
        note(s, port_in(s->m->ports, port, size, INIT_CPU0));
    else
        port_out(s->m->ports, port, size, value(s, reg), INIT_CPU0);
}

static void access_mmio(struct side *s, uint64_t addr, const struct dev_reg *reg)
{
    unsigned size = width(s, reg);
    uint64_t v = 0;
    if (one_in(&s->rng, 3)) {
        phys_read(s->m->mem, addr, &v, size, INIT_CPU0);
        note(s, v);
    } else {
        v = value(s, reg);
        phys_write(s->m->mem, addr, &v, size, INIT_CPU0);
    }
}

static void access_config(struct side *s, unsigned off, const struct dev_reg *reg)
{
    unsigned size = width(s, reg);
    if (s->claims.devfn < 0)
        return;
    off = off & 0xfc & ~(size - 1);
    if (one_in(&s->rng, 3))
        note(s, pci_config_read(&s->m->pci, (uint8_t)s->claims.devfn, off, size));
    else
        pci_config_write(&s->m->pci, (uint8_t)s->claims.devfn, off, size, value(s, reg));
}

/* As RDMSR and WRMSR find it. A refused access is #GP; whether it is must agree too. */
static void access_msr(struct side *s)
{
    struct claims *c = &s->claims;
    unsigned i = below(&s->rng, c->nmsrs);
    uint32_t index = c->msr[i].first + below(&s->rng, c->msr[i].count);
    const struct msr_range *r = msr_find(&s->m->bus.msrs, index);
    bool read = one_in(&s->rng, 3), done;
    uint64_t v = one_in(&s->rng, 4) ? (uint64_t)value(s, NULL) << 32 : 0;
    v |= value(s, NULL);
    if (!r)
        return;
    if (read)
        v = 0, done = r->ops->read(r->ctx, index, &v);
    else
        done = r->ops->write(r->ctx, index, v);
    note(s, done ? v : UINT64_MAX);
}

/* One register of the table. Ports below a range's length are offsets in it. */
static void access_register(struct side *s)
{
    const struct dev_class *cls = s->dev->cls;
    struct claims *c = &s->claims;
    if (!cls->nregs)
        return;
    const struct dev_reg *reg = &cls->regs[below(&s->rng, (uint32_t)cls->nregs)];
    unsigned i = below(&s->rng, c->nports ? c->nports : 1), k = below(&s->rng, c->nmmio ? c->nmmio : 1);
    switch (reg->space) {
    case REG_PORT:
        if (port_owner(s->m->ports, (uint16_t)reg->offset) &&
            inside(s->dev, port_owner(s->m->ports, (uint16_t)reg->offset)->ctx))
            access_port(s, (uint16_t)reg->offset, reg);
        else if (c->nports)
            access_port(s, (uint16_t)(c->port[i].base + reg->offset % c->port[i].count), reg);
        break;
    case REG_INDEXED: /* the index in one port, the data in another one */
        if (c->nports) {
            uint16_t port = (uint16_t)(c->port[i].base + below(&s->rng, c->port[i].count));
            port_out(s->m->ports, port, 1, reg->offset, INIT_CPU0);
            access_port(s, (uint16_t)(port + 1), reg);
        }
        break;
    case REG_MMIO:
        if (c->nmmio)
            access_mmio(s, c->mmio[k].base + reg->offset % c->mmio[k].size, reg);
        break;
    case REG_PCI: access_config(s, reg->offset, reg); break;
    }
}

static void access_anywhere(struct side *s)
{
    struct claims *c = &s->claims;
    uint32_t n = below(&s->rng, 4);
    if (n == 0)
        access_config(s, rnd(&s->rng), NULL);
    else if (n == 1 && c->nmmio) {
        unsigned k = below(&s->rng, c->nmmio);
        access_mmio(s, c->mmio[k].base + rnd(&s->rng) % c->mmio[k].size, NULL);
    } else if (c->nports) {
        unsigned i = below(&s->rng, c->nports);
        access_port(s, (uint16_t)(c->port[i].base + below(&s->rng, c->port[i].count)), NULL);
    }
}

/*
 * Descriptors, command blocks, tables: words that are addresses, lengths and flags, at a place that value() may name.
 */
static void fill_memory(struct side *s)
{
    uint32_t word[32];
    for (unsigned i = 0; i < ARRAY_LEN(word); i++)
        word[i] = value(s, NULL);
    phys_write(s->m->mem, below(&s->rng, RAM_MB << 20) & ~15u, word, sizeof word, INIT_CPU0);
}

static void outside(struct side *s)
{
    uint8_t b[16];
    struct journal *j = machine_journal(s->m);
    for (unsigned i = 0; i < sizeof b; i++)
        b[i] = (uint8_t)rnd(&s->rng);
    switch (below(&s->rng, 5)) {
    case 0:
        b[1] = 0, b[2] &= 1;
        journal_input(j, J_KEY, 0, b, 3);
        break;
    case 1: journal_input(j, J_SERIAL, (uint16_t)below(&s->rng, MAX_PORTS), b, 1 + below(&s->rng, sizeof b)); break;
    case 2: journal_input(j, J_MOUSE, 0, b, 6); break;
    case 3: journal_input(j, J_TABLET, 0, b, 6); break;
    default:
        b[0] = POWER_BUTTON;
        journal_input(j, J_POWER, 0, b, 1);
        break;
    }
    j->log.len = 0; /* nobody replays this */
}

/* What the user puts into a drive, 0: takes out. */
static bool put_in(struct side *s, unsigned drive, uint64_t sectors, bool force)
{
    struct error err = {0};
    struct blk *b = sectors ? make_disk(512, sectors) : NULL;
    bool done = machine_set_medium(s->m, drive, b, force, &err);
    if (done)
        s->medium[drive] = sectors;
    else if (b)
        disk_close(b);
    machine_journal(s->m)->log.len = 0;
    return done;
}

static void change_medium(struct side *s)
{
    static const uint16_t sectors[] = {0, 320, 360, 640, 720, 1440, 2400, 2880, 5760, DISK_SECTORS, 4, 1};
    static const uint8_t drives[] = {CD_DRIVE, FIRST_FLOPPY, FIRST_FLOPPY + 1};
    unsigned drive = drives[below(&s->rng, sizeof drives)];
    uint64_t n = sectors[below(&s->rng, ARRAY_LEN(sectors))];
    note(s, put_in(s, drive, n, one_in(&s->rng, 2)));
}

static void pass_time(struct side *s)
{
    struct clock *c = &s->m->clock;
    uint64_t ns = clock_ns(c) + (UINT64_C(1) << below(&s->rng, 25));
    for (unsigned i = 0; i < 4096 && clock_next(c) <= ns; i++) {
        clock_skip_to(c, clock_next(c));
        clock_run(c);
    }
    if (clock_next(c) > ns)
        clock_skip_to(c, ns);
}

static void operation(struct side *s)
{
    switch (below(&s->rng, 16)) {
    case 0:
    case 1: access_anywhere(s); break;
    case 2: fill_memory(s); break;
    case 3:
    case 4: pass_time(s); break;
    case 5:
        if (one_in(&s->rng, 8))
            outside(s);
        else if (one_in(&s->rng, 40) && s->dev->cls->reset)
            s->dev->cls->reset(s->dev);
        break;
    case 6:
        if (s->claims.nmsrs)
            access_msr(s);
        else if (one_in(&s->rng, 16))
            change_medium(s);
        else
            access_register(s);
        break;
    default: access_register(s); break;
    }
}

/* --- Rounds --- */

static void complain(const char *what, const struct dev *d, uint64_t seed, unsigned round, unsigned op)
{
    fprintf(stderr, "FAIL: %s: chip %s, seed %llu, round %u, operation %u\n", what, d->id, (unsigned long long)seed,
            round, op);
}

static const char *differing_part(const struct buf *a, const struct buf *b)
{
    static char text[64];
    size_t at = 0;
    while (at < a->len && at < b->len && a->data[at] == b->data[at])
        at++;
    snprintf(text, sizeof text, "states differ from byte %zu of %zu on", at, a->len);
    return text;
}

static bool same_state(struct machine *a, struct machine *b, const char **what)
{
    struct buf x = {0}, y = {0};
    machine_save(a, &x);
    machine_save(b, &y);
    bool same = x.len == y.len && !memcmp(x.data, y.data, x.len);
    if (!same) {
        *what = differing_part(&x, &y);
        if (getenv("FUZZ_DUMP")) {
            FILE *f = fopen("fuzz-a.state", "wb"), *g = fopen("fuzz-b.state", "wb");
            if (f && g) {
                fwrite(x.data, 1, x.len, f);
                fwrite(y.data, 1, y.len, g);
            }
            if (f)
                fclose(f);
            if (g)
                fclose(g);
        }
    }
    buf_free(&x);
    buf_free(&y);
    return same;
}

static struct dev *device(struct machine *m, unsigned i)
{
    struct dev *d = m->devices;
    while (d && i--)
        d = d->next;
    return d;
}

static bool run_round(struct side *a, struct side *b, unsigned chip, uint64_t seed, unsigned round)
{
    struct buf state = {0};
    struct error err = {0};
    const char *what = NULL;
    machine_save(a->m, &state);
    for (unsigned i = 0; i < MAX_DRIVES; i++) /* a machine is loaded with the same media in its drives */
        if (b->medium[i] != a->medium[i])
            put_in(b, i, a->medium[i], true);
    bool loaded = machine_load(b->m, state.data, state.len, &err);
    buf_free(&state);
    a->dev = device(a->m, chip);
    b->dev = device(b->m, chip);
    if (!loaded || !same_state(a->m, b->m, &what)) {
        complain(loaded ? what : err.text, a->dev, seed, round, 0);
        return false;
    }
    a->rng.s = b->rng.s = seed * UINT64_C(0x9e3779b97f4a7c15) + round * UINT64_C(0xbf58476d1ce4e5b9) + chip + 1;
    for (unsigned op = 0; op < OPS; op++) {
        if (op % 32 == 0) {
            look(a);
            look(b);
        }
        operation(a);
        operation(b);
        if (a->sum != b->sum) {
            complain("a loaded machine answers otherwise", a->dev, seed, round, op);
            return false;
        }
    }
    if (same_state(a->m, b->m, &what))
        return true;
    complain(what, a->dev, seed, round, OPS);
    return false;
}

/* A fresh machine for each chip: what one left behind does not stop another one's stream. */
static unsigned fuzz_chip(unsigned chip, uint64_t seed, unsigned rounds)
{
    struct side a = {.m = make_machine()};
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        a.medium[i] = first_medium(i);
    unsigned failed = 0;
    for (unsigned round = 0; round < rounds && !failed; round++) {
        struct side b = {.m = make_machine(), .sum = a.sum};
        for (unsigned i = 0; i < MAX_DRIVES; i++)
            b.medium[i] = first_medium(i);
        alarm(120); /* an operation that never ends */
        assign_bars(a.m);
        failed = !run_round(&a, &b, chip, seed, round);
        machine_destroy(b.m);
    }
    machine_destroy(a.m);
    return failed;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 6, failed = 0, n = 0;
    const char *only = argc > 3 ? argv[3] : NULL;
    struct machine *m = make_machine();
    for (struct dev *d = m->devices; d; d = d->next, n++) {
        if (only && strcmp(only, d->id))
            continue;
        fprintf(stderr, "%s\n", d->id);
        failed += fuzz_chip(n, seed, rounds);
    }
    machine_destroy(m);
    printf("%u passed, %u failed\n", n - failed, failed);
    return failed != 0;
}
