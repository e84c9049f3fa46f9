/* SPDX-License-Identifier: MIT */
/* The machine that the device fuzzer drives: everything fitted, drives whose contents follow from the sector number. */
#include "fuzz.h"

#include <errno.h>

#include "devices/usb/uhci.h"

enum { DISK_SECTORS = 4096, FLOPPY_SECTORS = 2880 };

/* --- A drive; what is written to it is dropped --- */

struct fuzz_disk {
    struct blk blk;
    const struct faults *faults;
};

static int range_error(const struct blk *b, uint64_t sector, uint32_t count)
{
    return sector > b->sectors || count > b->sectors - sector ? -EINVAL : 0;
}

static uint8_t fault_bits(const struct blk *b)
{
    return container_of(b, struct fuzz_disk, blk)->faults->bits;
}

static int disk_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    uint8_t *p = data;
    if (range_error(b, sector, count))
        return -EINVAL;
    if (fault_bits(b) & FAULT_READ && !(fault_bits(b) & FAULT_LATE && sector < 64))
        return -EIO;
    for (uint64_t i = 0; i < (uint64_t)count * b->sector_size; i += 8)
        st64(p + i, (sector + i / 512 + 1) * UINT64_C(0x9e3779b97f4a7c15) + i);
    return 0;
}

static int disk_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    (void)data;
    if (range_error(b, sector, count))
        return -EINVAL;
    return fault_bits(b) & FAULT_WRITE && !(fault_bits(b) & FAULT_LATE && sector < 64) ? -ENOSPC : 0;
}

static int disk_flush(struct blk *b)
{
    return fault_bits(b) & FAULT_FLUSH ? -EIO : 0;
}

static void disk_close(struct blk *b)
{
    free(container_of(b, struct fuzz_disk, blk));
}

static void *allocate(size_t n)
{
    void *p = calloc(1, n);
    if (!p) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
    return p;
}

static struct blk *make_disk(const struct faults *faults, uint64_t sectors, bool readonly)
{
    static const struct blk_ops disk_ops = {
        .read = disk_read, .write = disk_write, .flush = disk_flush, .close = disk_close};
    struct fuzz_disk *d = allocate(sizeof *d);
    d->faults = faults;
    d->blk =
        (struct blk){.ops = &disk_ops, .sectors = sectors, .sector_size = 512, .readonly = readonly, .name = "fuzz"};
    return &d->blk;
}

/* What the user puts into a drive, 0: takes out. */
bool put_in(struct side *s, unsigned drive, uint32_t sectors, bool readonly, bool force)
{
    struct error err = {0};
    struct blk *b = sectors ? make_disk(s->faults, sectors, readonly) : NULL;
    bool done = machine_set_medium(s->m, drive, b, force, &err);
    if (done) {
        s->medium[drive] = sectors;
        s->readonly[drive] = readonly;
    } else if (b) {
        disk_close(b);
    }
    machine_journal(s->m)->log.len = 0;
    return done;
}

/* --- The picture: two buffers, flipped at the end of a frame --- */

static uint32_t *screen_begin(void *ctx, uint32_t w, uint32_t h, uint32_t *stride)
{
    struct screen *s = ctx;
    unsigned back = !s->shown;
    if (s->w[back] != w || s->h[back] != h) {
        free(s->pixels[back]);
        s->pixels[back] = allocate((size_t)w * h * sizeof *s->pixels[back]);
        s->w[back] = w;
        s->h[back] = h;
    }
    *stride = w;
    return s->pixels[back];
}

static void screen_end(void *ctx, uint32_t y0, uint32_t y1)
{
    struct screen *s = ctx;
    (void)y0, (void)y1;
    s->shown = !s->shown;
}

static void drop(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx, (void)data, (void)len;
}

static void has_room(void *ctx, size_t n)
{
    (void)ctx, (void)n;
}

static void drop_tone(void *ctx, uint64_t at, const int16_t *samples, size_t n)
{
    (void)ctx, (void)at, (void)samples, (void)n;
}

/* --- The machine --- */

struct shape shape_of(const uint8_t r[OP_BYTES])
{
    static const uint8_t vgamem[] = {2, 1, 4, 2};
    return (struct shape){.apic = r[0] % 8 != 7,
                          .hpet = r[1] % 8 != 7,
                          .usb = r[2] % 16 != 15,
                          .acpi = r[10] % 8 != 7,
                          .second_channel = r[3] % 8 != 7,
                          .fdc_interface = r[4] % 4 == 3 ? 1 + r[4] / 4 % 2 : 0,
                          .drive_type = {r[5] % 2 ? 0 : r[5] / 2 % 6, r[6] % 2 ? 0 : r[6] / 2 % 6},
                          .vgamem_mb = vgamem[r[7] % 4],
                          .usb_first = r[8] % 3,
                          .membar = r[9] % 4 == 3};
}

static void add_global(struct machine_config *cfg, const char *cls, const char *name, unsigned value)
{
    struct global_config *g = &cfg->global[cfg->nglobals++];
    snprintf(g->cls, sizeof g->cls, "%s", cls);
    snprintf(g->name, sizeof g->name, "%s", name);
    snprintf(g->value, sizeof g->value, "%u", value);
}

static void add_devices(struct machine_config *cfg, const struct shape *shape)
{
    const char *const *extra = catalog_devices();
    unsigned usb = 0;
    for (; *extra && cfg->ndevices < MAX_DEVICES; extra += 2) {
        if (!strncmp(*extra, "usb-", 4)) {
            unsigned n = usb++;
            if (!shape->usb || n < shape->usb_first || n - shape->usb_first >= (unsigned)UHCI_PORTS)
                continue;
        }
        snprintf(cfg->device[cfg->ndevices++].cls, sizeof cfg->device[0].cls, "%s", *extra);
    }
}

static void add_drives(struct side *s, struct machine_config *cfg, struct machine_backends *be,
                       const struct shape *shape)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        enum drive_kind kind = i >= FIRST_FLOPPY ? DRIVE_FLOPPY : i == CD_DRIVE ? DRIVE_CD : DRIVE_DISK;
        if (i == NO_DRIVE || (i == CD_DRIVE && !shape->second_channel))
            continue;
        s->medium[i] = kind == DRIVE_FLOPPY ? FLOPPY_SECTORS : DISK_SECTORS;
        s->readonly[i] = i == 1; /* the second disk */
        be->drive[i] = make_disk(s->faults, s->medium[i], s->readonly[i]);
        cfg->drive[i] = (struct drive_config){.present = true,
                                              .medium = true,
                                              .kind = kind,
                                              .fd = -1,
                                              .readonly = s->readonly[i],
                                              .bytes = be->drive[i]->sectors * 512,
                                              .name = "fuzz"};
    }
}

static void configure(struct side *s, struct machine_config *cfg, struct machine_backends *be,
                      const struct shape *shape)
{
    *cfg = (struct machine_config){.machine = "pc",
                                   .engine = ENGINE_INTERP,
                                   .ram_mb = RAM_BYTES >> 20,
                                   .clock = CLOCK_VIRTUAL,
                                   .vga = true,
                                   .debugcon = true,
                                   .acpi = shape->acpi,
                                   .hpet = shape->hpet,
                                   .usb = shape->usb,
                                   .vmport = true,
                                   .boot = "c"};
    snprintf(cfg->cpu, sizeof cfg->cpu, "%s", shape->apic ? "max" : "486");
    for (unsigned i = 0; i < MAX_SERIAL; i++) {
        cfg->serial[i] = true;
        be->serial[i].write = drop;
        be->serial[i].can_receive = has_room;
    }
    for (unsigned i = 0; i < MAX_PARALLEL; i++) {
        cfg->parallel[i] = true;
        be->parallel[i].write = drop;
    }
    be->debugcon.write = drop;
    be->audio.write = drop_tone;
    be->surface = (struct surface){s->screen, screen_begin, screen_end};
    add_global(cfg, "i82077", "interface", shape->fdc_interface);
    add_global(cfg, "i82077", "type-a", shape->drive_type[0]);
    add_global(cfg, "i82077", "type-b", shape->drive_type[1]);
    add_global(cfg, "VGA", "vgamem_mb", shape->vgamem_mb);
    add_global(cfg, "pci-testdev", "membar", shape->membar);
    add_devices(cfg, shape);
    add_drives(s, cfg, be, shape);
}

struct side *side_new(const struct shape *shape)
{
    struct error err = {0};
    struct machine_backends be = {0};
    struct machine_config *cfg = allocate(sizeof *cfg);
    struct side *s = allocate(sizeof *s);
    s->faults = allocate(sizeof *s->faults);
    s->screen = allocate(sizeof *s->screen);
    s->shape = *shape;
    configure(s, cfg, &be, shape);
    s->m = machine_create(cfg, &be, &err);
    free(cfg);
    if (!s->m) {
        fprintf(stderr, "the machine cannot be made: %s\n", err.text);
        exit(2);
    }
    return s;
}

void side_free(struct side *s)
{
    machine_destroy(s->m);
    free(s->screen->pixels[0]);
    free(s->screen->pixels[1]);
    free(s->screen);
    free(s->faults);
    free(s);
}

static void swap_machines(struct side *s, struct side *t)
{
    struct machine *m = s->m;
    struct faults *faults = s->faults;
    struct screen *screen = s->screen;
    s->m = t->m, s->faults = t->faults, s->screen = t->screen;
    t->m = m, t->faults = faults, t->screen = screen;
}

char *side_renew(struct side *s)
{
    struct buf state = {0}, text = {0};
    struct error err = {0};
    struct side *new = side_new(&s->shape);
    struct faults faults = *s->faults;
    *s->faults = (struct faults){0}; /* the media are known by what they hold */
    machine_save(s->m, &state);
    for (unsigned i = 0; i < MAX_DRIVES; i++) /* a machine is loaded with the same media in its drives */
        if (new->medium[i] != s->medium[i] || new->readonly[i] != s->readonly[i])
            put_in(new, i, s->medium[i], s->readonly[i], true);
    bool loaded = machine_load(new->m, state.data, state.len, &err);
    if (!loaded)
        buf_printf(&text, "the state cannot be loaded: %s%c", err.text, 0);
    buf_free(&state);
    char *why = loaded ? machine_difference(s->m, new->m) : (char *)text.data;
    *new->faults = faults;
    swap_machines(s, new);
    side_free(new);
    if (s->dev)
        s->dev = device(s->m, s->chip);
    return why;
}

void checkpoint(struct side *s)
{
    if (s->countdown && !--s->countdown && !s->failure)
        s->failure = side_renew(s);
}

/* --- What each chip claims of it --- */

struct dev *device(struct machine *m, unsigned i)
{
    struct dev *d = m->devices;
    while (d && i--)
        d = d->next;
    return d;
}

unsigned device_count(struct machine *m)
{
    unsigned n = 0;
    for (struct dev *d = m->devices; d; d = d->next)
        n++;
    return n;
}

static bool inside(const struct dev *d, const void *p)
{
    return (const char *)p >= (const char *)d && (const char *)p < (const char *)d + d->cls->size;
}

static void look_at_ports(struct side *s)
{
    struct claims *c = &s->claims;
    const struct port_range *last = NULL;
    for (uint32_t port = 0; port < PORT_SPACE; port++) {
        const struct port_range *r = port_owner(s->m->ports, (uint16_t)port);
        bool mine = r && inside(s->dev, r->ctx);
        if (mine && r == last) {
            c->port[c->nports - 1].count++;
        } else if (mine && c->nports < MAX_RANGES) {
            c->port[c->nports].base = (uint16_t)port;
            c->port[c->nports++].count = 1;
        }
        last = mine && c->nports ? r : NULL;
    }
}

/* In the order of their addresses, so that both machines choose alike. */
static void look_at_memory(struct side *s)
{
    struct claims *c = &s->claims;
    const struct mapping *map;
    for (unsigned i = 0; (map = mem_mapping(s->m->mem, i)) && c->nmmio < MAX_MMIO; i++) {
        if (!(map->rd.kind == TO_IO && inside(s->dev, map->rd.ctx)) && !inside(s->dev, map))
            continue;
        unsigned at = c->nmmio++;
        while (at && c->mmio[at - 1].base > map->live_base) {
            c->mmio[at] = c->mmio[at - 1];
            at--;
        }
        c->mmio[at].base = map->live_base;
        c->mmio[at].size = map->live_size;
    }
}

void look(struct side *s)
{
    struct claims *c = &s->claims;
    c->nports = c->nmmio = c->nmsrs = 0;
    c->devfn = -1;
    look_at_ports(s);
    look_at_memory(s);
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
void assign_bars(struct machine *m)
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
