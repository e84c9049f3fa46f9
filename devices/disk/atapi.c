/* SPDX-License-Identifier: MIT */
/*
 * The packet protocol of a CD drive: PACKET by PIO and DMA, the other ATA commands it has, resets,
 * and the tray.
 *
 * ATA-6 (T13/1410D) 8.21 PACKET, 8.16, 8.10, 9.7-9.9; SFF-8020i revision 2.6 chapters 5 and 7. Data goes through the
 * channel's buffer; by PIO it is offered in DRQ blocks of at most the byte count limit, of whole disc blocks where
 * those fit. How much virtual time a step takes depends on the request alone. LIMIT: no overlap, no queuing; a limit of
 * 0 aborts a PIO command that moves data, as ATA/ATAPI-7 has it.
 */
#include "base/bits.h"
#include "devices/disk/ata.h"

enum { PACKET_NS = 2000, COMMAND_NS = 30000, BLOCK_NS = 20000, CHUNK_NS = 2000 };

/* --- Ends --- */

static void reason(struct ata_drive *d, uint8_t why)
{
    d->count[0] = why;
}

static void end_dma(struct ata_channel *c, const struct ata_drive *d)
{
    if (d->cd.dma && c->dma.done)
        c->dma.done(c->dma.ctx);
}

static void end(struct ata_channel *c, struct ata_drive *d, enum atapi_sense sense)
{
    struct atapi *a = &d->cd;
    a->key = (uint8_t)(sense >> 16);
    a->asc = (uint8_t)(sense >> 8);
    a->ascq = (uint8_t)sense;
    a->flow = FLOW_NONE;
    a->fill = a->at = 0;
    c->left = 0;
    reason(d, ATAPI_CD | ATAPI_IO);
    ata_finish(c, sense ? (uint8_t)(a->key << 4 | (a->key == 5 ? ATA_ABRT : 0)) : 0);
}

/* NOTE: it is cleared, so that a saved state loads as it was. */
static void abort_command(struct ata_channel *c)
{
    struct atapi *a = &ata_selected(c)->cd;
    a->flow = FLOW_NONE;
    a->fill = a->at = 0;
    c->left = 0;
    ata_finish(c, ATA_ABRT);
}

/* --- Data to the host --- */

/* Fills the buffer with as many blocks as fit. False: the command has ended. */
static bool fetch_blocks(struct ata_channel *c, struct ata_drive *d)
{
    struct atapi *a = &d->cd;
    uint32_t n = MIN(c->left, (uint32_t)ATA_BUFFER / a->block_bytes);
    a->at = 0;
    a->fill = n * a->block_bytes;
    if (!disc_fetch(c, d, c->buffer, n)) {
        end_dma(c, d);
        end(c, d, SENSE_UNREADABLE);
        return false;
    }
    c->sector += n;
    c->left -= n;
    return true;
}

static uint32_t chunk_bytes(const struct atapi *a)
{
    uint32_t left = a->fill - a->at, n = a->limit;
    if (left <= n && left < 0xffff)
        return left;
    if (n > 1)
        n &= ~1u; /* every block but the last has an even count; FFFFh means FFFEh (ATA-6 8.21.5) */
    if (a->flow == FLOW_BLOCKS && n >= a->block_bytes && !(a->block_bytes & 1))
        n -= n % a->block_bytes;
    return MIN(n, left);
}

static void offer_chunk(struct ata_channel *c, struct ata_drive *d)
{
    struct atapi *a = &d->cd;
    uint32_t n = chunk_bytes(a);
    bool in = a->flow != FLOW_PARAMS;
    d->lba_mid[0] = (uint8_t)n;
    d->lba_high[0] = (uint8_t)(n >> 8);
    reason(d, in ? ATAPI_IO : 0);
    if (in)
        ata_pio_in(c, n);
    else
        ata_pio_out(c, n, true);
    c->pos = a->at;
    c->len = a->at + n;
}

/* Time until the next part of the data is there. It is longer where the disc has to be read. */
static uint64_t data_ns(const struct ata_channel *c, const struct atapi *a)
{
    if (a->flow != FLOW_BLOCKS || a->at < a->fill || !a->block_bytes)
        return CHUNK_NS;
    return (uint64_t)MIN(c->left, (uint32_t)ATA_BUFFER / a->block_bytes) * BLOCK_NS;
}

static void next_chunk(struct ata_channel *c, struct ata_drive *d)
{
    const struct atapi *a = &d->cd;
    bool more = a->at < a->fill || (a->flow == FLOW_BLOCKS && c->left);
    ata_later(c, more ? ATA_NEXT_CHUNK : ATA_NEXT_STATUS, data_ns(c, a));
}

static void chunk_due(struct ata_channel *c, struct ata_drive *d)
{
    const struct atapi *a = &d->cd;
    if (a->flow == FLOW_BLOCKS && a->at == a->fill && !fetch_blocks(c, d))
        return;
    offer_chunk(c, d);
}

/* --- The same by DMA --- */

static void wait_for_engine(struct ata_channel *c, struct ata_drive *d)
{
    c->phase = ATA_DMA_WAIT;
    d->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
}

void atapi_dma_started(struct ata_channel *c)
{
    ata_later(c, ATA_NEXT_DMA, data_ns(c, &ata_selected(c)->cd));
}

static void dma_begin(struct ata_channel *c, struct ata_drive *d)
{
    wait_for_engine(c, d);
    reason(d, d->cd.flow == FLOW_PARAMS ? 0 : ATAPI_IO);
    if (c->dma.active(c->dma.ctx))
        atapi_dma_started(c);
}

static void dma_due(struct ata_channel *c, struct ata_drive *d)
{
    struct atapi *a = &d->cd;
    if (!c->dma.active(c->dma.ctx)) {
        wait_for_engine(c, d);
        return;
    }
    if (a->flow == FLOW_BLOCKS && a->at == a->fill && !fetch_blocks(c, d))
        return;
    uint32_t n = a->fill - a->at;
    if (c->dma.move(c->dma.ctx, c->buffer + a->at, n, a->flow != FLOW_PARAMS) != n) {
        /* The list was too short: the drive asks for more until it is reset. */
        c->phase = ATA_IDLE;
        d->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
        return;
    }
    a->at = a->fill;
    if (a->flow == FLOW_BLOCKS && c->left) {
        atapi_dma_started(c);
        return;
    }
    c->dma.done(c->dma.ctx);
    end(c, d, a->flow == FLOW_PARAMS ? atapi_mode_select(c, d) : SENSE_OK);
}

/* --- PACKET --- */

static void packet_command(struct ata_channel *c, struct ata_drive *d)
{
    struct atapi *a = &d->cd;
    if (d->feature[0] & 2) { /* OVL */
        abort_command(c);
        return;
    }
    a->dma = d->feature[0] & 1;
    a->limit = d->lba_mid[0] | (uint32_t)d->lba_high[0] << 8;
    a->flow = FLOW_NONE;
    a->fill = a->at = 0;
    ata_later(c, ATA_NEXT_PACKET, PACKET_NS);
}

static void take_packet(struct ata_channel *c, struct ata_drive *d)
{
    reason(d, ATAPI_CD);
    ata_pio_out(c, ATAPI_PACKET, false);
}

static void execute(struct ata_channel *c, struct ata_drive *d)
{
    struct atapi *a = &d->cd;
    enum atapi_sense sense = atapi_execute(c, d);
    bool data = a->fill || (a->flow == FLOW_BLOCKS && c->left);
    if (sense || !data)
        end(c, d, sense);
    else if (a->dma && c->dma.move)
        dma_begin(c, d);
    else if (a->dma || !a->limit)
        abort_command(c);
    else
        next_chunk(c, d);
}

void atapi_buffer_done(struct ata_channel *c)
{
    struct ata_drive *d = ata_selected(c);
    struct atapi *a = &d->cd;
    if (c->phase == ATA_PIO_OUT && a->flow == FLOW_NONE) {
        memcpy(a->packet, c->buffer, ATAPI_PACKET);
        ata_later(c, ATA_NEXT_EXECUTE, COMMAND_NS);
        return;
    }
    a->at = c->len;
    next_chunk(c, d);
}

void atapi_advance(struct ata_channel *c)
{
    struct ata_drive *d = ata_selected(c);
    switch (c->next) {
    case ATA_NEXT_PACKET: take_packet(c, d); break;
    case ATA_NEXT_EXECUTE: execute(c, d); break;
    case ATA_NEXT_CHUNK: chunk_due(c, d); break;
    case ATA_NEXT_DMA: dma_due(c, d); break;
    default: end(c, d, d->cd.flow == FLOW_PARAMS ? atapi_mode_select(c, d) : SENSE_OK);
    }
}

/* --- Other ATA commands --- */

static void device_reset(struct ata_channel *c, struct ata_drive *d)
{
    atapi_reset(d, false);
    ata_signature(d);
    d->status = 0;
    c->phase = ATA_IDLE;
    c->left = 0;
    ata_irq(c, false); /* without an interrupt (ATA-6 9.10) */
}

static void identify(struct ata_channel *c, const struct ata_drive *d)
{
    atapi_identify(d, c->buffer);
    ata_later(c, ATA_NEXT_BUFFER, PACKET_NS);
}

void atapi_command(struct ata_channel *c, uint8_t command)
{
    struct ata_drive *d = ata_selected(c);
    switch (command) {
    case ATA_DEVICE_RESET: device_reset(c, d); return;
    case ATA_PACKET_COMMAND: packet_command(c, d); return;
    case 0xa1: identify(c, d); return;
    case 0xef: ata_set_features(c); return;
    case 0xe0:
    case 0xe1:
    case 0xe2:
    case 0xe3:
    case 0xe5:
    case 0xe6: ata_power(c, command); return;
    case 0x20:
    case 0xec: /* the signature tells a host that tries a disk's commands (ATA-6 8.15.5.2, 8.34.5.2)
                */
        ata_signature(d);
        break;
    case 0x00: break;
    default: guest_error(c->bus->log, c->name, "ATA command %02xh is aborted by a CD drive", command);
    }
    abort_command(c);
}

/* --- Resets and the tray --- */

/* NOTE: no reset moves the tray: a guest that ejected its CD and reboots does not find it again. */
void atapi_reset(struct ata_drive *d, bool hard)
{
    struct atapi *a = &d->cd;
    a->key = a->asc = a->ascq = 0;
    a->flow = FLOW_NONE;
    a->fill = a->at = 0;
    a->locked = false;
    a->dma = false;
    a->attention |= ATTENTION_RESET;
    if (hard) {
        atapi_mode_reset(a);
        a->event = EVENT_NONE;
    }
}

void atapi_post_load(struct ata_drive *d)
{
    struct atapi *a = &d->cd;
    a->fill = MIN(a->fill, (uint32_t)ATA_BUFFER);
    a->at = MIN(a->at, a->fill);
    a->block_bytes = MIN(a->block_bytes, (uint32_t)CD_RAW_MAX);
    if (a->flow == FLOW_BLOCKS && !a->block_bytes)
        a->flow = FLOW_NONE;
    if (a->flow != FLOW_NONE && !a->dma)
        a->limit = MAX(a->limit, 1u);
}

void atapi_insert(struct ata_drive *d)
{
    d->cd.open = false;
    d->cd.attention |= ATTENTION_MEDIUM;
    d->cd.event = EVENT_NEW_MEDIUM;
}

void atapi_remove(struct ata_drive *d)
{
    d->cd.open = true;
    d->cd.locked = false;
    d->cd.attention &= (uint8_t)~ATTENTION_MEDIUM;
    d->cd.event = EVENT_MEDIUM_REMOVED;
}

void atapi_eject_request(struct ata_drive *d)
{
    d->cd.event = EVENT_EJECT_REQUEST;
}
