/* SPDX-License-Identifier: MIT */
/*
 * The firmware configuration device, "QEMU Firmware Configuration (fw_cfg) Device" (docs/specs/fw_cfg): selector at
 * 510h, data at 511h, DMA at 514h. Items are read-only.
 *
 * DMA moves PART bytes at the OUT, and PART more after each PART_NS, so that no instruction takes long. The control
 * word is written at the end; the specification asks guests to wait for it.
 */
#include "devices/misc/fw_cfg.h"

#include <stdlib.h>

#include "base/bits.h"
#include "base/log.h"

enum { ID_TRADITIONAL = 1, ID_DMA = 2 };
enum { DMA_ERROR = 1, DMA_READ = 2, DMA_SKIP = 4, DMA_SELECT = 8, DMA_WRITE = 16 };
enum { PART = 65536, PART_NS = 20000 };
/* "QEMU CFG", big-endian, is what a read of the DMA address register gives. */
#define DMA_SIGNATURE UINT64_C(0x51454d5520434647)

void fw_cfg_add(struct fw_cfg *f, unsigned key, const void *data, size_t len)
{
    if (key >= FW_CFG_KEYS || len > UINT32_MAX)
        bug("fw_cfg item %#x of %zu bytes", key, len);
    free(f->item[key].data);
    f->item[key].data = malloc(len ? len : 1);
    if (!f->item[key].data)
        bug("out of memory for fw_cfg item %#x of %zu bytes", key, len);
    if (len)
        memcpy(f->item[key].data, data, len);
    f->item[key].len = (uint32_t)len;
}

void fw_cfg_add32(struct fw_cfg *f, unsigned key, uint32_t value)
{
    fw_cfg_add(f, key, &value, sizeof value);
}

static void st_be(uint8_t *p, uint64_t v, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        p[i] = (uint8_t)(v >> (8 * (size - 1 - i)));
}

static void make_directory(struct fw_cfg *f)
{
    uint8_t dir[4 + FW_CFG_FILES * 64] = {0};
    st_be(dir, f->nfiles, 4);
    for (unsigned i = 0; i < f->nfiles; i++) {
        uint8_t *e = dir + 4 + 64 * i;
        st_be(e, f->item[FW_CFG_FILE_FIRST + i].len, 4);
        st_be(e + 4, FW_CFG_FILE_FIRST + i, 2);
        memcpy(e + 8, f->name[i], FW_CFG_NAME);
    }
    fw_cfg_add(f, FW_CFG_FILE_DIR, dir, 4 + 64 * (size_t)f->nfiles);
}

void fw_cfg_add_file(struct fw_cfg *f, const char *name, const void *data, size_t len)
{
    if (f->nfiles == FW_CFG_FILES || strlen(name) >= FW_CFG_NAME)
        bug("no room for fw_cfg file '%s'", name);
    strcpy(f->name[f->nfiles], name);
    fw_cfg_add(f, FW_CFG_FILE_FIRST + f->nfiles++, data, len);
    make_directory(f);
}

static uint8_t next_byte(struct fw_cfg *f)
{
    unsigned key = f->selector & 0x3fff;
    if (key >= FW_CFG_KEYS || f->selector & 0x8000 || f->offset >= f->item[key].len)
        return 0;
    return f->item[key].data[f->offset++];
}

/* Up to PART bytes of the selected item from the current offset, zeros after its end. */
static bool dma_part(struct fw_cfg *f)
{
    static const uint8_t zeros[4096];
    unsigned key = f->selector & 0x3fff;
    uint32_t n = MIN(f->dma_left, (uint32_t)PART), have = 0;
    bool ok = true;
    if (key < FW_CFG_KEYS && !(f->selector & 0x8000) && f->offset < f->item[key].len)
        have = MIN(n, f->item[key].len - f->offset);
    if (have)
        ok = dma_write(f->dev.bus, f->dma_to, f->item[key].data + f->offset, have);
    f->offset += have;
    for (uint32_t at = have; at < n && ok; at += MIN(n - at, (uint32_t)sizeof zeros))
        ok = dma_write(f->dev.bus, f->dma_to + at, zeros, MIN(n - at, (uint32_t)sizeof zeros));
    f->dma_to += n;
    f->dma_left -= n;
    return ok;
}

static void dma_end(struct fw_cfg *f, bool ok)
{
    uint8_t control[4];
    st_be(control, ok ? 0 : DMA_ERROR, 4);
    f->dma_left = 0;
    timer_cancel(&f->part);
    dma_write(f->dev.bus, f->dma_control, control, sizeof control);
}

static void dma_go_on(void *ctx)
{
    struct fw_cfg *f = ctx;
    if (!dma_part(f))
        dma_end(f, false);
    else if (f->dma_left)
        timer_set(&f->part, clock_ns(f->dev.bus->clock) + PART_NS);
    else
        dma_end(f, true);
}

static void run_dma(struct fw_cfg *f)
{
    uint8_t d[16];
    if (f->dma_left) /* the guest did not wait for the transfer before, which ends here */
        dma_end(f, false);
    bool ok = dma_read(f->dev.bus, f->dma, d, sizeof d);
    uint32_t control = __builtin_bswap32(ld32(d)), len = __builtin_bswap32(ld32(d + 4));
    f->dma_control = f->dma;
    f->dma_to = __builtin_bswap64(ld64(d + 8));
    f->dma = 0;
    if (ok && control & DMA_SELECT) {
        f->selector = (uint16_t)(control >> 16);
        f->offset = 0;
    }
    if (ok && control & DMA_READ) {
        f->dma_left = len;
        dma_go_on(f);
        return;
    }
    if (ok && control & DMA_SKIP && !(control & DMA_WRITE))
        f->offset = len > UINT32_MAX - f->offset ? UINT32_MAX : f->offset + len;
    dma_end(f, ok && !(control & DMA_WRITE));
}

static uint64_t read_port(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct fw_cfg *f = ctx;
    uint32_t at = f->offset;
    if (offset == 0)
        return size == 2 ? f->selector : 0xff;
    uint8_t v = next_byte(f);
    if (who == INIT_DEBUG)
        f->offset = at;
    return v;
}

static void write_port(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    struct fw_cfg *f = ctx;
    (void)who;
    if (offset == 0 && size == 2) {
        f->selector = (uint16_t)v;
        f->offset = 0;
    }
}

static uint64_t read_dma(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    (void)ctx;
    (void)who;
    uint8_t be[8];
    st_be(be, DMA_SIGNATURE, 8);
    return ld_le(be + offset, size);
}

/* The address register is big-endian; writing its low half starts the operation. */
static void write_dma(void *ctx, uint64_t offset, unsigned size, uint64_t v, enum initiator who)
{
    struct fw_cfg *f = ctx;
    (void)who;
    if (size != 4 || offset & 3)
        return;
    uint32_t half = __builtin_bswap32((uint32_t)v);
    if (offset == 0) {
        f->dma = (uint64_t)half << 32;
    } else {
        f->dma = (f->dma & ~(uint64_t)UINT32_MAX) | half;
        run_dma(f);
    }
}

static const struct io_ops port_ops = {read_port, write_port, 2};
static const struct io_ops dma_ops = {read_dma, write_dma, 4};

static bool realize(struct dev *d, struct error *err)
{
    struct fw_cfg *f = container_of(d, struct fw_cfg, dev);
    (void)err;
    timer_init(&f->part, d->bus->clock, dma_go_on, f);
    fw_cfg_add(f, FW_CFG_SIGNATURE, "QEMU", 4);
    fw_cfg_add32(f, FW_CFG_ID, ID_TRADITIONAL | ID_DMA);
    make_directory(f);
    f->ports = (struct port_range){.name = "fw_cfg", .base = 0x510, .count = 2, .ops = &port_ops, .ctx = f};
    f->dma_ports = (struct port_range){.name = "fw_cfg-dma", .base = 0x514, .count = 8, .ops = &dma_ops, .ctx = f};
    port_claim(d->bus->ports, &f->ports);
    port_claim(d->bus->ports, &f->dma_ports);
    return true;
}

static void reset(struct dev *d)
{
    struct fw_cfg *f = container_of(d, struct fw_cfg, dev);
    f->selector = 0;
    f->offset = 0;
    f->dma = f->dma_control = f->dma_to = 0;
    f->dma_left = 0;
    timer_cancel(&f->part);
}

static void unrealize(struct dev *d)
{
    struct fw_cfg *f = container_of(d, struct fw_cfg, dev);
    timer_cancel(&f->part);
    port_release(d->bus->ports, &f->ports);
    port_release(d->bus->ports, &f->dma_ports);
    for (unsigned i = 0; i < FW_CFG_KEYS; i++)
        free(f->item[i].data);
}

static const struct state_field fields[] = {
    STATE_U(struct fw_cfg, selector),       STATE_U(struct fw_cfg, offset), STATE_U(struct fw_cfg, dma),
    STATE_U(struct fw_cfg, dma_control),    STATE_U(struct fw_cfg, dma_to), STATE_U(struct fw_cfg, dma_left),
    STATE_TIMER_FIELD(struct fw_cfg, part),
};

static const struct dev_reg regs[] = {
    {"SELECTOR", REG_PORT, 0x510, 2, 0, 0xffff},
    {"DATA", REG_PORT, 0x511, 1, 0, 0},
    {"DMA ADDRESS HIGH", REG_PORT, 0x514, 4, 0x554d4551, 0xffffffff},
    {"DMA ADDRESS LOW", REG_PORT, 0x518, 4, 0x47464320, 0xffffffff},
};

const struct dev_class fw_cfg_class = {
    .name = "fw_cfg",
    .summary = "firmware configuration: what the machine tells its firmware",
    .datasheet = "QEMU Firmware Configuration (fw_cfg) Device",
    .size = sizeof(struct fw_cfg),
    DEV_REGS(regs),
    .state = DEV_STATE("fw_cfg", fields),
    .realize = realize,
    .reset = reset,
    .unrealize = unrealize,
};

struct fw_cfg *fw_cfg_new(struct bus *bus, const char *id)
{
    return dev_new(&fw_cfg_class, id, bus);
}
