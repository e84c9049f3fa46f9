/* SPDX-License-Identifier: MIT */
/*
 * IDE function of the PIIX3 (Intel 290550-002, chapters 2.3 and 2.7): two channels at the compatible ports, and a bus
 * master.
 *
 * LIMIT: timing registers are kept but change no timing.
 */
#include "devices/disk/piix3_ide.h"

#include "base/bits.h"

enum { IDETIM = 0x40, SIDETIM = 0x44, IDE_DECODE = 0x80 /* in IDETIM's second byte */ };
enum { BM_START = 1, BM_TO_MEMORY = 8 };                                  /* BMICX */
enum { BM_ACTIVE = 1, BM_ERROR = 2, BM_INTERRUPT = 4, BM_DRIVES = 0x60 }; /* BMISX */

/* --- Bus master --- */

static bool bm_active(void *ctx)
{
    const struct bmide *b = ctx;
    return (b->status & BM_ACTIVE) && pci_bus_master(&b->ide->pci);
}

static bool next_descriptor(struct bmide *b)
{
    uint8_t d[8];
    if (b->last || !dma_read(b->ide->dev.bus, b->prd, d, sizeof d))
        return false;
    b->prd += sizeof d;
    b->address = ld32(d) & ~1u;
    b->bytes = ld16(d + 4) & 0xfffeu;
    if (!b->bytes)
        b->bytes = 0x10000;
    b->last = d[7] & 0x80;
    return true;
}

static uint32_t bm_move(void *ctx, void *data, uint32_t len, bool to_memory)
{
    struct bmide *b = ctx;
    uint32_t done = 0;
    if (to_memory != !!(b->command & BM_TO_MEMORY))
        return 0;
    while (done < len) {
        if (!b->bytes && !next_descriptor(b))
            break;
        uint32_t n = MIN(len - done, b->bytes);
        uint8_t *p = (uint8_t *)data + done;
        bool ok =
            to_memory ? dma_write(b->ide->dev.bus, b->address, p, n) : dma_read(b->ide->dev.bus, b->address, p, n);
        if (!ok) {
            b->status = (b->status | BM_ERROR) & (uint8_t)~BM_ACTIVE;
            break;
        }
        b->address += n;
        b->bytes -= n;
        done += n;
    }
    return done;
}

/*
 * The drive has ended its transfer. "Active" stays set where the list has more entries (2.7.2, interrupt and active
 * set).
 */
static void bm_done(void *ctx)
{
    struct bmide *b = ctx;
    if (b->last && !b->bytes)
        b->status &= (uint8_t)~BM_ACTIVE;
}

/* INTRQ of the channel: latched for the driver, and passed on. */
static void bm_irq(void *ctx, int n, int level)
{
    struct bmide *b = ctx;
    (void)n;
    if (level)
        b->status |= BM_INTERRUPT;
    irq_set(&b->irq, level);
}

static void bm_command(struct bmide *b, uint8_t v)
{
    bool start = !(b->command & BM_START) && v & BM_START;
    if (b->status & BM_ACTIVE && b->command & BM_START && v & BM_START)
        v = (uint8_t)((v & ~BM_TO_MEMORY) | (b->command & BM_TO_MEMORY)); /* fixed while it runs */
    b->command = v & (BM_START | BM_TO_MEMORY);
    if (start) {
        b->status |= BM_ACTIVE;
        b->prd = b->table;
        b->bytes = 0;
        b->last = false;
        if (bm_active(b))
            ata_dma_started(b->channel);
    } else if (!(v & BM_START)) {
        b->status &= (uint8_t)~BM_ACTIVE;
    }
}

static uint64_t bm_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct piix3_ide *ide = ctx;
    struct bmide *b = &ide->bm[offset >> 3];
    uint8_t regs[8] = {b->command, 0, b->status};
    (void)who;
    st32(regs + 4, b->table);
    return (offset & 7) + size <= 8 ? ld_le(regs + (offset & 7), size) : UINT32_MAX;
}

static void bm_write_byte(struct bmide *b, unsigned reg, uint8_t v)
{
    if (reg == 0) {
        bm_command(b, v);
    } else if (reg == 2) { /* error and interrupt are cleared by a 1; active is read-only */
        b->status = (uint8_t)((b->status & ~(v & (BM_ERROR | BM_INTERRUPT)) & ~BM_DRIVES) | (v & BM_DRIVES));
    } else if (reg >= 4) {
        unsigned shift = 8 * (reg - 4);
        b->table = ((b->table & ~(0xffu << shift)) | (uint32_t)v << shift) & ~3u;
    }
}

static void bm_write(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    struct piix3_ide *ide = ctx;
    (void)who;
    for (unsigned i = 0; i < size; i++)
        bm_write_byte(&ide->bm[(offset + i) >> 3 & 1], (offset + i) & 7, (uint8_t)(v >> (8 * i)));
}

static const struct io_ops bm_ops = {bm_read, bm_write, 4};

/* --- Task file ports --- */

static uint64_t task_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)who;
    if (offset == 0)
        return ata_read(ctx, 0, size);
    uint64_t v = 0;
    for (unsigned i = 0; i < size && offset + i < 8; i++)
        v |= (uint64_t)ata_read(ctx, (unsigned)(offset + i), 1) << (8 * i);
    return v;
}

static void task_write(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    (void)who;
    if (offset == 0) {
        ata_write(ctx, 0, size, (uint32_t)v);
        return;
    }
    for (unsigned i = 0; i < size && offset + i < 8; i++)
        ata_write(ctx, (unsigned)(offset + i), 1, (uint8_t)(v >> (8 * i)));
}

static uint64_t control_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)offset;
    (void)size;
    (void)who;
    return ata_alt_status(ctx);
}

static void control_write(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    (void)offset;
    (void)size;
    (void)who;
    ata_control(ctx, (uint8_t)v);
}

static const struct io_ops task_ops = {task_read, task_write, 4};
static const struct io_ops control_ops = {control_read, control_write, 1};

/* --- PCI function --- */

/* A channel answers at its ports where I/O space is enabled and IDETIM says so (2.3.9). */
static void update_decode(struct piix3_ide *ide)
{
    for (int i = 0; i < 2; i++) {
        bool on = ide->pci.config[4] & 1 && ide->pci.config[IDETIM + 2 * i + 1] & IDE_DECODE;
        if (on && !ide->ports[i].claimed) {
            port_claim(ide->dev.bus->ports, &ide->ports[i]);
            port_claim(ide->dev.bus->ports, &ide->control_port[i]);
        } else if (!on) {
            port_release(ide->dev.bus->ports, &ide->ports[i]);
            port_release(ide->dev.bus->ports, &ide->control_port[i]);
        }
    }
}

static void config_written(void *ctx, unsigned off, unsigned size)
{
    (void)off;
    (void)size;
    update_decode(ctx);
}

static void wire_channel(struct piix3_ide *ide, int i)
{
    static const uint16_t base[2] = {0x1f0, 0x170}, control[2] = {0x3f6, 0x376};
    static const char *const names[2] = {"ide0", "ide1"};
    struct ata_channel *c = &ide->channel[i];
    struct bmide *b = &ide->bm[i];
    ata_realize(c, ide->dev.bus, names[i]);
    b->ide = ide;
    b->channel = c;
    b->irq = ide->irq[i];
    c->irq = (struct irq_line){bm_irq, b, 0};
    c->dma = (struct ata_dma){b, bm_active, bm_move, bm_done};
    ide->ports[i] = (struct port_range){.name = names[i], .base = base[i], .count = 8, .ops = &task_ops, .ctx = c};
    ide->control_port[i] =
        (struct port_range){.name = names[i], .base = control[i], .count = 1, .ops = &control_ops, .ctx = c};
}

static bool realize(struct dev *d, struct error *err)
{
    struct piix3_ide *ide = container_of(d, struct piix3_ide, dev);
    (void)err;
    for (int i = 0; i < 2; i++)
        wire_channel(ide, i);
    ide->pci.bar[4] = (struct pci_bar){.kind = PCI_BAR_IO, .size = 16, .ops = &bm_ops, .ctx = ide};
    ide->pci.config_written = config_written;
    ide->pci.ctx = ide;
    pci_add(ide->pbus, &ide->pci, ide->devfn, 0x8086, 0x7010, 0x010180, 0);
    st16(ide->pci.config + 0x06, 0x0280);   /* fast back-to-back, DEVSEL# with medium timing (2.3.4) */
    st16(ide->pci.writable + 0x04, 0x0005); /* I/O space, mastering (2.3.3) */
    memset(ide->pci.writable + IDETIM, 0xff, 5);
    ide->pci.writable[IDETIM + 1] = ide->pci.writable[IDETIM + 3] = 0xf3;
    return true;
}

static void reset(struct dev *d)
{
    struct piix3_ide *ide = container_of(d, struct piix3_ide, dev);
    pci_reset(&ide->pci);
    memset(ide->pci.config + IDETIM, 0, 5);
    for (int i = 0; i < 2; i++) {
        struct bmide *b = &ide->bm[i];
        ata_reset(&ide->channel[i]);
        b->command = b->status = 0;
        b->table = b->prd = b->address = b->bytes = 0;
        b->last = false;
    }
    update_decode(ide);
}

static void post_load(struct dev *d)
{
    struct piix3_ide *ide = container_of(d, struct piix3_ide, dev);
    pci_post_load(&ide->pci);
    for (int i = 0; i < 2; i++) {
        uint8_t status = ide->bm[i].status;
        ata_post_load(&ide->channel[i]); /* drives INTRQ again, which is no new interrupt */
        ide->bm[i].status = status;
    }
    update_decode(ide);
}

static void unrealize(struct dev *d)
{
    struct piix3_ide *ide = container_of(d, struct piix3_ide, dev);
    for (int i = 0; i < 2; i++)
        timer_cancel(&ide->channel[i].timer);
}

#define BM_STATE(n)                                                                       \
    STATE_U(struct piix3_ide, bm[n].command), STATE_U(struct piix3_ide, bm[n].status),    \
        STATE_U(struct piix3_ide, bm[n].table), STATE_U(struct piix3_ide, bm[n].prd),     \
        STATE_U(struct piix3_ide, bm[n].address), STATE_U(struct piix3_ide, bm[n].bytes), \
        STATE_U(struct piix3_ide, bm[n].last)

static const struct state_field fields[] = {
    STATE_ARRAY(struct piix3_ide, pci.config),
    STATE_U(struct piix3_ide, pci.irq_level),
    BM_STATE(0),
    BM_STATE(1),
    ATA_CHANNEL_STATE(struct piix3_ide, channel[0]),
    ATA_CHANNEL_STATE(struct piix3_ide, channel[1]),
};

static const struct dev_reg regs[] = {
    {"IDETIM0", REG_PCI, 0x40, 2, 0, 0xf3ff},
    {"IDETIM1", REG_PCI, 0x42, 2, 0, 0xf3ff},
    {"SIDETIM", REG_PCI, 0x44, 1, 0, 0xff},
    {"DATA", REG_PORT, 0x1f0, 2, 0, 0xffff},
    {"ERROR/FEATURES", REG_PORT, 0x1f1, 1, 1, 0xff},
    {"COUNT", REG_PORT, 0x1f2, 1, 1, 0xff},
    {"LBA LOW", REG_PORT, 0x1f3, 1, 1, 0xff},
    {"LBA MID", REG_PORT, 0x1f4, 1, 0, 0xff},
    {"LBA HIGH", REG_PORT, 0x1f5, 1, 0, 0xff},
    {"DEVICE", REG_PORT, 0x1f6, 1, 0, 0xff},
    {"STATUS/COMMAND", REG_PORT, 0x1f7, 1, 0x50, 0xff},
    {"ALT STATUS/CONTROL", REG_PORT, 0x3f6, 1, 0x50, 0xff},
    {"BMICX", REG_INDEXED, 0, 1, 0, 0x09},
    {"BMISX", REG_INDEXED, 2, 1, 0, 0x66},
    {"BMIDTPX", REG_INDEXED, 4, 4, 0, 0xfffffffc},
};

const struct dev_class piix3_ide_class = {
    .name = "piix3-ide",
    .summary = "PIIX3 IDE controller, two channels with bus master",
    .datasheet = "Intel 82371SB (PIIX3), 290550-002; ATA-6 T13/1410D",
    .size = sizeof(struct piix3_ide),
    DEV_REGS(regs),
    .state = DEV_STATE("piix3-ide", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
};

struct piix3_ide *piix3_ide_new(struct bus *bus, const char *id)
{
    return dev_new(&piix3_ide_class, id, bus);
}
