/* SPDX-License-Identifier: MIT */
/*
 * 8237A DMA controller. Intel 8237A data sheet, order number 231466-005; addresses as the PC AT
 * wires them.
 *
 * Channels are moved by the device that owns DREQ, in bursts; the chip does the counting.
 *
 * LIMIT: memory-to-memory transfers, compressed timing, rotating priority and DREQ/DACK polarity are not there: their
 * bits read back nowhere, and the PC's wiring uses none of them. A software request (request register) moves nothing.
 */
#include "devices/dma/i8237.h"

enum {
    REG_COMMAND_STATUS = 8,
    REG_REQUEST,
    REG_SINGLE_MASK,
    REG_MODE,
    REG_CLEAR_FF,
    REG_MASTER_CLEAR,
    REG_CLEAR_MASK,
    REG_ALL_MASK,
    REGS
};
enum { COMMAND_DISABLE = 0x04 };
enum { MODE_CHANNEL = 0x03, MODE_TRANSFER = 0x0c, MODE_AUTOINIT = 0x10, MODE_DECREMENT = 0x20, MODE_SELECT = 0xc0 };
enum { TRANSFER_VERIFY = 0x00, TRANSFER_WRITE = 0x04, TRANSFER_READ = 0x08, SELECT_CASCADE = 0xc0 };

bool i8237_ready(const struct i8237 *c, int n)
{
    uint8_t bit = (uint8_t)BIT(n);
    return (c->dreq & bit) && !(c->mask & bit) && !(c->command & COMMAND_DISABLE) &&
           (c->channel[n].mode & MODE_SELECT) != SELECT_CASCADE;
}

static void drive(struct i8237 *c)
{
    for (int n = 0; n < 4; n++)
        irq_set(&c->ready[n], i8237_ready(c, n));
}

static void set_dreq(void *ctx, int n, int level)
{
    struct i8237 *c = ctx;
    c->dreq = (uint8_t)(level ? c->dreq | BIT(n) : c->dreq & ~BIT(n));
    drive(c);
}

struct irq_line i8237_dreq(struct i8237 *c, int channel)
{
    return (struct irq_line){set_dreq, c, channel};
}

/* --- Transfers --- */

/* The address counts within 64 KiB (or 128 KiB) and never carries into the page register. */
static uint32_t physical(const struct i8237 *c, int n, uint16_t address)
{
    uint32_t page = dma_page(c->pages, (unsigned)(c->wide ? n + 4 : n));
    return c->wide ? (page & 0xfe) << 16 | (uint32_t)address << 1 : page << 16 | address;
}

static void move_unit(struct i8237 *c, int n, uint8_t *data, uint32_t unit)
{
    struct i8237_channel *ch = &c->channel[n];
    uint32_t paddr = physical(c, n, ch->address);
    switch (ch->mode & MODE_TRANSFER) {
    case TRANSFER_WRITE: dma_write(c->dev.bus, paddr, data, unit); break;
    case TRANSFER_READ: dma_read(c->dev.bus, paddr, data, unit); break;
    default: /* verify: the address counts, memory hears nothing */ break;
    }
    ch->address = (uint16_t)(ch->mode & MODE_DECREMENT ? ch->address - 1 : ch->address + 1);
}

static void terminal_count(struct i8237 *c, int n)
{
    struct i8237_channel *ch = &c->channel[n];
    c->tc |= (uint8_t)BIT(n);
    c->request &= (uint8_t)~BIT(n);
    if (ch->mode & MODE_AUTOINIT) {
        ch->address = ch->base_address;
        ch->count = ch->base_count;
    } else {
        c->mask |= (uint8_t)BIT(n);
    }
    drive(c);
}

static bool direction_fits(const struct i8237 *c, int n, bool to_memory)
{
    unsigned transfer = c->channel[n].mode & MODE_TRANSFER;
    return transfer == TRANSFER_VERIFY || transfer == (to_memory ? TRANSFER_WRITE : TRANSFER_READ);
}

uint32_t i8237_transfer(struct i8237 *c, int n, void *data, uint32_t len, bool to_memory, bool *tc)
{
    uint32_t unit = c->wide ? 2 : 1, done = 0;
    if (tc)
        *tc = false;
    if (!i8237_ready(c, n) || !direction_fits(c, n, to_memory))
        return 0;
    while (done + unit <= len) {
        move_unit(c, n, (uint8_t *)data + done, unit);
        done += unit;
        if (c->channel[n].count-- == 0) { /* from 0 to FFFFh */
            terminal_count(c, n);
            if (tc)
                *tc = true;
            break;
        }
    }
    return done;
}

/* --- Registers --- */

static void write_half(uint16_t *reg, uint8_t v, bool high)
{
    *reg = (uint16_t)(high ? (*reg & 0x00ff) | v << 8 : (*reg & 0xff00) | v);
}

static void write_channel(struct i8237 *c, unsigned reg, uint8_t v)
{
    struct i8237_channel *ch = &c->channel[reg >> 1];
    write_half(reg & 1 ? &ch->base_count : &ch->base_address, v, c->high);
    write_half(reg & 1 ? &ch->count : &ch->address, v, c->high);
    c->high ^= 1;
}

static void master_clear(struct i8237 *c)
{
    c->command = c->request = c->temporary = c->tc = c->high = 0;
    c->mask = 0x0f;
}

static void set_bit(uint8_t *reg, uint8_t v)
{
    uint8_t bit = (uint8_t)BIT(v & MODE_CHANNEL);
    *reg = (uint8_t)(v & 4 ? *reg | bit : *reg & ~bit);
}

static void dma_reg_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct i8237 *c = ctx;
    uint8_t v = (uint8_t)value;
    unsigned reg = (unsigned)(c->wide ? offset >> 1 : offset);
    (void)size, (void)who;
    switch (reg) {
    case REG_COMMAND_STATUS: c->command = v; break;
    case REG_REQUEST: set_bit(&c->request, v); break;
    case REG_SINGLE_MASK: set_bit(&c->mask, v); break;
    case REG_MODE: c->channel[v & MODE_CHANNEL].mode = v & (uint8_t)~MODE_CHANNEL; break;
    case REG_CLEAR_FF: c->high = 0; break;
    case REG_MASTER_CLEAR: master_clear(c); break;
    case REG_CLEAR_MASK: c->mask = 0; break;
    case REG_ALL_MASK: c->mask = v & 0x0f; break;
    default: write_channel(c, reg, v); break;
    }
    drive(c);
}

static uint8_t read_channel(struct i8237 *c, unsigned reg)
{
    const struct i8237_channel *ch = &c->channel[reg >> 1];
    uint16_t v = reg & 1 ? ch->count : ch->address;
    c->high ^= 1;
    return (uint8_t)(c->high ? v : v >> 8);
}

static uint64_t dma_reg_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct i8237 *c = ctx;
    unsigned reg = (unsigned)(c->wide ? offset >> 1 : offset);
    (void)size;
    if (who == INIT_DEBUG)
        return 0xff; /* reads have side effects */
    if (reg < REG_COMMAND_STATUS)
        return read_channel(c, reg);
    uint8_t v = 0xff; /* the other registers are write-only */
    if (reg == REG_COMMAND_STATUS) {
        v = (uint8_t)((c->dreq | c->request) << 4 | c->tc);
        c->tc = 0;
    } else if (reg == REG_MASTER_CLEAR) {
        v = c->temporary;
    } else if (reg == REG_ALL_MASK) {
        v = c->mask | 0xf0; /* QUIRK: chip sets' 8237s let it be read, and POST code tests it */
    }
    return v;
}

static const struct io_ops ops = {dma_reg_read, dma_reg_write, 1};

/* --- The device --- */

static bool realize(struct dev *d, struct error *err)
{
    struct i8237 *c = (struct i8237 *)d;
    (void)err;
    c->ports =
        (struct port_range){.name = d->id, .base = c->base, .count = c->wide ? 2 * REGS : REGS, .ops = &ops, .ctx = c};
    port_claim(d->bus->ports, &c->ports);
    return true;
}

static void unrealize(struct dev *d)
{
    port_release(d->bus->ports, &((struct i8237 *)d)->ports);
}

static void reset(struct dev *d)
{
    struct i8237 *c = (struct i8237 *)d;
    memset(c->channel, 0, sizeof c->channel);
    master_clear(c);
    drive(c);
}

static void post_load(struct dev *d)
{
    drive((struct i8237 *)d);
}

static void print(struct dev *d, struct buf *out)
{
    const struct i8237 *c = (const struct i8237 *)d;
    buf_printf(out, "%s: command=%02x mask=%x request=%x dreq=%x tc=%x\n", d->id, c->command, c->mask, c->request,
               c->dreq, c->tc);
    for (int n = 0; n < 4; n++) {
        const struct i8237_channel *ch = &c->channel[n];
        buf_printf(out, "  channel %d: mode=%02x address=%06x count=%04x base=%04x/%04x\n", c->wide ? n + 4 : n,
                   ch->mode, physical(c, n, ch->address), ch->count, ch->base_address, ch->base_count);
    }
}

static const struct dev_reg regs[] = {
    {"Channel 0 Address", REG_PORT, 0, 1, 0, 0xff}, {"Channel 0 Count", REG_PORT, 1, 1, 0, 0xff},
    {"Channel 1 Address", REG_PORT, 2, 1, 0, 0xff}, {"Channel 1 Count", REG_PORT, 3, 1, 0, 0xff},
    {"Channel 2 Address", REG_PORT, 4, 1, 0, 0xff}, {"Channel 2 Count", REG_PORT, 5, 1, 0, 0xff},
    {"Channel 3 Address", REG_PORT, 6, 1, 0, 0xff}, {"Channel 3 Count", REG_PORT, 7, 1, 0, 0xff},
    {"Status/Command", REG_PORT, 8, 1, 0, 0xff},    {"Request", REG_PORT, 9, 1, 0xff, 0x07},
    {"Single Mask", REG_PORT, 10, 1, 0xff, 0x07},   {"Mode", REG_PORT, 11, 1, 0xff, 0xff},
    {"Clear First/Last", REG_PORT, 12, 1, 0xff, 0}, {"Temporary/Master Clear", REG_PORT, 13, 1, 0, 0},
    {"Clear Mask", REG_PORT, 14, 1, 0xff, 0},       {"All Mask", REG_PORT, 15, 1, 0xff, 0x0f},
};

#define CHANNEL_FIELDS(n)                                                                         \
    STATE_U(struct i8237, channel[n].base_address), STATE_U(struct i8237, channel[n].base_count), \
        STATE_U(struct i8237, channel[n].address), STATE_U(struct i8237, channel[n].count),       \
        STATE_U(struct i8237, channel[n].mode)
static const struct state_field fields[] = {
    CHANNEL_FIELDS(0),
    CHANNEL_FIELDS(1),
    CHANNEL_FIELDS(2),
    CHANNEL_FIELDS(3),
    STATE_U(struct i8237, command),
    STATE_U(struct i8237, mask),
    STATE_U(struct i8237, request),
    STATE_U(struct i8237, temporary),
    STATE_U(struct i8237, tc),
    STATE_U(struct i8237, dreq),
    STATE_U(struct i8237, high),
};

const struct dev_class i8237_class = {
    .name = "i8237",
    .summary = "8237A DMA controller",
    .datasheet = "Intel 8237A, 231466-005",
    .size = sizeof(struct i8237),
    DEV_REGS(regs),
    .state = DEV_STATE("i8237", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct i8237 *i8237_new(struct bus *bus, const char *id)
{
    return dev_new(&i8237_class, id, bus);
}
