/* SPDX-License-Identifier: MIT */
/*
 * ATA channel: the task file, device selection, interrupts, and the data register. ATA-6 (T13/1410D), chapters 7 and 9.
 *
 * Both drives take every write to the task file; only the selected one answers reads. A command's data is ready after a
 * delay in virtual time, which depends on the request alone.
 * LIMIT: no overlapped or queued commands, no CFA or removable-media feature sets.
 */
#include "devices/disk/ata.h"

#include "base/bits.h"

enum { RESET_NS = 2000000 };

static void timer_fired(void *ctx)
{
    ata_advance(ctx);
}

void ata_realize(struct ata_channel *c, struct bus *bus, const char *name)
{
    c->bus = bus;
    c->name = name;
    timer_init(&c->timer, bus->clock, timer_fired, c);
    for (int i = 0; i < 2; i++)
        disk_geometry_settle(&c->drive[i].geometry, NULL, c->drive[i].blk ? c->drive[i].blk->sectors : 0);
}

/* INTRQ is the selected drive's, gated by nIEN (ATA-6 7.8). */
static void update_irq(struct ata_channel *c)
{
    const struct ata_drive *d = ata_selected(c);
    irq_set(&c->irq, ata_fitted(d) && d->irq_pending && !(c->control & ATA_NIEN));
}

void ata_irq(struct ata_channel *c, bool level)
{
    ata_selected(c)->irq_pending = level;
    update_irq(c);
}

/*
 * Device signature (ATA-6 9.12): EB14h in the cylinder registers says that it takes packets. The error register has the
 * diagnostic code 01h: passed, and device 1 passed or is not there (8.11, table 26).
 */
void ata_signature(struct ata_drive *d)
{
    d->count[0] = d->lba_low[0] = 1;
    d->lba_mid[0] = d->packet_device ? 0x14 : 0;
    d->lba_high[0] = d->packet_device ? 0xeb : 0;
    d->count[1] = d->lba_low[1] = d->lba_mid[1] = d->lba_high[1] = 0;
    d->error = 1;
}

static void reset_drives(struct ata_channel *c, bool hard)
{
    timer_cancel(&c->timer);
    c->phase = ATA_IDLE;
    c->command = 0;
    c->left = c->block = c->pos = c->len = 0;
    for (int i = 0; i < 2; i++) {
        struct ata_drive *d = &c->drive[i];
        d->device = 0;
        d->irq_pending = false;
        d->standby = false;
        ata_signature(d);
        d->status = ata_ready_status(d);
        if (d->packet_device)
            atapi_reset(d, hard);
        if (hard) {
            d->multiple = ATA_MAX_MULTIPLE;
            d->write_cache = true;
            d->mode = 0;
            d->heads = (uint8_t)d->geometry.heads;
            d->spt = (uint8_t)d->geometry.secs;
        }
    }
    update_irq(c);
}

void ata_reset(struct ata_channel *c)
{
    c->control = 0;
    reset_drives(c, true);
}

/* How much of the buffer the command under way may still read. */
static uint32_t awaited(const struct ata_channel *c)
{
    const struct atapi *a = &c->drive[c->drive[0].device >> 4 & 1].cd;
    bool from_host = c->phase == ATA_PIO_OUT;
    if (c->phase == ATA_IDLE)
        return 0;
    if (c->command == ATA_PACKET_COMMAND)
        return a->flow == FLOW_REPLY || a->flow == FLOW_BLOCKS ? a->fill : from_host ? c->pos : a->at;
    if (c->phase == ATA_PIO_IN || (c->phase == ATA_DELAY && c->next == ATA_NEXT_WRITTEN))
        return c->len;
    return from_host ? c->pos : 0;
}

/* NOTE: the first sector stays, READ BUFFER shows it. */
uint32_t ata_buffer_used(const void *buffer)
{
    const struct ata_channel *c = (const void *)((const uint8_t *)buffer - offsetof(struct ata_channel, buffer));
    uint32_t n = awaited(c);
    return MAX(n, (uint32_t)ATA_SECTOR);
}

/* NOTE: a saved state may come from anywhere: numbers that index or divide are forced into their range. */
void ata_post_load(struct ata_channel *c)
{
    c->len = MIN(c->len, (uint32_t)ATA_BUFFER);
    c->pos = MIN(c->pos, c->len);
    c->block = MIN(c->block, (uint32_t)(ATA_BUFFER / ATA_SECTOR));
    for (int i = 0; i < 2; i++) {
        struct ata_drive *d = &c->drive[i];
        d->multiple = MIN(d->multiple, (uint8_t)ATA_MAX_MULTIPLE);
        d->geometry.cyls = MIN(MAX(d->geometry.cyls, 1u), 65535u);
        d->geometry.heads = MIN(MAX(d->geometry.heads, 1u), 16u);
        d->geometry.secs = MIN(MAX(d->geometry.secs, 1u), 255u);
        d->heads = MAX(d->heads, (uint8_t)1);
        d->spt = MAX(d->spt, (uint8_t)1);
        atapi_post_load(d);
    }
    update_irq(c);
}

void ata_later(struct ata_channel *c, enum ata_next next, uint64_t delay_ns)
{
    struct ata_drive *d = ata_selected(c);
    d->status = (d->status & (uint8_t) ~(ATA_DRQ | ATA_ERR | ATA_DF)) | ATA_BSY;
    c->phase = ATA_DELAY;
    c->next = (uint8_t)next;
    timer_set(&c->timer, clock_ns(c->bus->clock) + delay_ns);
}

void ata_finish(struct ata_channel *c, uint8_t error)
{
    struct ata_drive *d = ata_selected(c);
    c->phase = ATA_IDLE;
    d->error = error;
    d->status = ATA_DRDY | ATA_DSC | (error ? ATA_ERR : 0);
    ata_irq(c, true);
}

void ata_pio_in(struct ata_channel *c, uint32_t len)
{
    c->phase = ATA_PIO_IN;
    c->pos = 0;
    c->len = len;
    ata_selected(c)->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
    ata_irq(c, true);
}

void ata_pio_out(struct ata_channel *c, uint32_t len, bool interrupt)
{
    c->phase = ATA_PIO_OUT;
    c->pos = 0;
    c->len = len;
    ata_selected(c)->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
    if (interrupt)
        ata_irq(c, true);
}

static bool no_drives(const struct ata_channel *c)
{
    return !ata_fitted(&c->drive[0]) && !ata_fitted(&c->drive[1]);
}

/*
 * The part of the access that the drive still has data for. A packet command may end at an odd byte; the rest of the
 * word is then padding.
 */
static unsigned data_part(const struct ata_channel *c, unsigned size)
{
    unsigned left = c->len - c->pos;
    return left >= size ? size : c->command == ATA_PACKET_COMMAND ? left : 0;
}

static uint32_t read_data(struct ata_channel *c, unsigned size)
{
    unsigned n = c->phase == ATA_PIO_IN ? data_part(c, size) : 0;
    if (!n)
        return UINT32_MAX;
    uint32_t v = (uint32_t)ld_le(c->buffer + c->pos, n);
    c->pos += n;
    if (c->pos == c->len)
        ata_buffer_done(c);
    return v;
}

static void write_data(struct ata_channel *c, unsigned size, uint32_t v)
{
    unsigned n = c->phase == ATA_PIO_OUT ? data_part(c, size) : 0;
    if (!n)
        return;
    st_le(c->buffer + c->pos, v, n);
    c->pos += n;
    if (c->pos == c->len)
        ata_buffer_done(c);
}

uint8_t ata_alt_status(struct ata_channel *c)
{
    if (no_drives(c))
        return 0x7f; /* DD7 is pulled down where nobody drives the bus (ATA-6 4.3) */
    const struct ata_drive *d = ata_selected(c);
    return ata_fitted(d) ? d->status : 0; /* device 0 answers for an absent device 1 (ATA-6 9.16.2) */
}

uint32_t ata_read(struct ata_channel *c, unsigned reg, unsigned size)
{
    if (no_drives(c))
        return reg == 0 ? UINT32_MAX : 0x7f;
    struct ata_drive *d = ata_selected(c);
    unsigned hob = c->control & ATA_HOB ? 1 : 0;
    switch (reg) {
    case 0: return read_data(c, size);
    case 1: return d->error;
    case 2: return d->count[hob];
    case 3: return d->lba_low[hob];
    case 4: return d->lba_mid[hob];
    case 5: return d->lba_high[hob];
    case 6: return d->device;
    default: {
        uint8_t status = ata_alt_status(c);
        ata_irq(c, false); /* reading status acknowledges the interrupt (ATA-6 7.15.4) */
        return status;
    }
    }
}

static void shift_in(uint8_t fifo[2], uint8_t v)
{
    fifo[1] = fifo[0];
    fifo[0] = v;
}

static void write_task_file(struct ata_channel *c, unsigned reg, uint8_t v)
{
    for (int i = 0; i < 2; i++) {
        struct ata_drive *d = &c->drive[i];
        uint8_t *const fifo[] = {d->feature, d->count, d->lba_low, d->lba_mid, d->lba_high};
        if (reg == 6)
            d->device = v | 0xa0;
        else
            shift_in(fifo[reg - 1], v);
    }
    if (reg == 6)
        update_irq(c);
}

/* Both drives are busy from now on; device 0 is selected. */
static void start_reset(struct ata_channel *c)
{
    reset_drives(c, false);
    for (int i = 0; i < 2; i++)
        if (ata_fitted(&c->drive[i]))
            c->drive[i].status = ATA_BSY;
}

static void end_reset_later(struct ata_channel *c, enum ata_next next)
{
    if (no_drives(c))
        return;
    c->phase = ATA_DELAY;
    c->next = (uint8_t)next;
    timer_set(&c->timer, clock_ns(c->bus->clock) + RESET_NS);
}

void ata_write(struct ata_channel *c, unsigned reg, unsigned size, uint32_t v)
{
    if (reg == 0) {
        write_data(c, size, v);
        return;
    }
    c->control &= (uint8_t)~ATA_HOB; /* any write to the command block clears HOB (ATA-6 7.8) */
    const struct ata_drive *d = ata_selected(c);
    if (reg < 7) {
        if (!(d->status & (ATA_BSY | ATA_DRQ)))
            write_task_file(c, reg, (uint8_t)v);
        return;
    }
    if ((uint8_t)v == ATA_EXECUTE_DIAGNOSTIC) { /* for both drives, whichever is selected (ATA-6 8.11) */
        start_reset(c);
        end_reset_later(c, ATA_NEXT_DIAGNOSTIC);
        return;
    }
    bool reset = d->packet_device && (uint8_t)v == ATA_DEVICE_RESET; /* taken while busy, too */
    if (!ata_fitted(d) || (d->status & ATA_BSY && !reset))
        return;
    ata_irq(c, false);
    ata_command(c, (uint8_t)v);
}

void ata_control(struct ata_channel *c, uint8_t v)
{
    bool was = (c->control & ATA_SRST) != 0, is = (v & ATA_SRST) != 0;
    c->control = v;
    if (!was && is)
        start_reset(c);
    else if (was && !is)
        end_reset_later(c, ATA_NEXT_RESET);
    update_irq(c);
}
