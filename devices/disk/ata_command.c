/* SPDX-License-Identifier: MIT */
/*
 * ATA commands of a disk: general, PACKET-less feature set with 48-bit addresses, power management. ATA-6 chapter 8.
 *
 * Data moves through the channel's buffer in blocks: a sector for READ/WRITE SECTORS, the multiple count for READ/WRITE
 * MULTIPLE, up to ATA_BUFFER for DMA. A write ends when the back end has taken it. FLUSH CACHE waits for stable
 * storage, as does every write while the write cache is off.
 * LIMIT: no security, SMART, host protected area or media-card commands: they are aborted, and IDENTIFY says so.
 */
#include "base/bits.h"
#include "devices/disk/ata.h"

/* Virtual time: a command's overhead, and 10 ns a byte (100 MB/s). */
enum { COMMAND_NS = 20000, BYTE_NS = 10, FLUSH_NS = 100000, QUICK_NS = 2000 };

enum address { LBA28 = 0, LBA48 = 1 };

static uint64_t transfer_ns(uint32_t sectors)
{
    return COMMAND_NS + (uint64_t)sectors * ATA_SECTOR * BYTE_NS;
}

/* --- Addresses --- */

static uint64_t chs_to_lba(const struct ata_drive *d)
{
    uint32_t cylinder = d->lba_mid[0] | (uint32_t)d->lba_high[0] << 8;
    uint32_t head = d->device & 15, sector = d->lba_low[0];
    if (!sector || sector > d->spt || head >= d->heads)
        return UINT64_MAX;
    return ((uint64_t)cylinder * d->heads + head) * d->spt + sector - 1;
}

static uint64_t get_location(const struct ata_drive *d, enum address width)
{
    uint64_t low = d->lba_low[0] | (uint64_t)d->lba_mid[0] << 8 | (uint64_t)d->lba_high[0] << 16;
    if (width == LBA48)
        return low | (uint64_t)d->lba_low[1] << 24 | (uint64_t)d->lba_mid[1] << 32 | (uint64_t)d->lba_high[1] << 40;
    if (d->device & 0x40)
        return low | (uint64_t)(d->device & 15) << 24;
    return chs_to_lba(d);
}

static uint32_t get_count(const struct ata_drive *d, enum address width)
{
    if (width == LBA48) {
        uint32_t n = d->count[0] | (uint32_t)d->count[1] << 8;
        return n ? n : 65536;
    }
    return d->count[0] ? d->count[0] : 256;
}

void ata_set_location(struct ata_channel *c)
{
    struct ata_drive *d = ata_selected(c);
    uint64_t s = c->sector;
    if (!c->lba48 && !(d->device & 0x40)) {
        uint64_t track = s / d->spt;
        d->lba_low[0] = (uint8_t)(s % d->spt + 1);
        d->device = (uint8_t)((d->device & 0xf0) | track % d->heads);
        d->lba_mid[0] = (uint8_t)(track / d->heads);
        d->lba_high[0] = (uint8_t)(track / d->heads >> 8);
        return;
    }
    d->lba_low[0] = (uint8_t)s;
    d->lba_mid[0] = (uint8_t)(s >> 8);
    d->lba_high[0] = (uint8_t)(s >> 16);
    if (c->lba48) {
        d->lba_low[1] = (uint8_t)(s >> 24);
        d->lba_mid[1] = (uint8_t)(s >> 32);
        d->lba_high[1] = (uint8_t)(s >> 40);
    } else {
        d->device = (uint8_t)((d->device & 0xf0) | (s >> 24 & 15));
    }
}

static void fail(struct ata_channel *c, uint8_t error)
{
    c->left = c->block = 0;
    ata_finish(c, error);
}

/*
 * A host error while writing also sets device fault (ATA-6 7.15.6.5), so that no guest believes that the data is
 * written.
 */
static void fail_location(struct ata_channel *c, bool writing)
{
    ata_set_location(c);
    if (c->dma.done && (c->phase == ATA_DMA_WAIT || c->next == ATA_NEXT_DMA))
        c->dma.done(c->dma.ctx);
    fail(c, writing ? ATA_ABRT : ATA_UNC);
    if (writing)
        ata_selected(c)->status |= ATA_DF;
}

/* --- Reading and writing --- */

/* Takes address and count from the task file. False: the command has ended with IDNF. */
static bool begin(struct ata_channel *c, enum address width, bool writing)
{
    struct ata_drive *d = ata_selected(c);
    d->standby = false; /* the medium is needed (ATA-6 6.9.1) */
    c->lba48 = width == LBA48;
    c->writing = writing;
    c->sector = get_location(d, width);
    c->left = get_count(d, width);
    if (c->sector >= d->blk->sectors || c->left > d->blk->sectors - c->sector) {
        fail(c, ATA_IDNF);
        return false;
    }
    if (writing && d->blk->readonly) {
        fail(c, ATA_ABRT);
        return false;
    }
    return true;
}

static bool multiple_command(uint8_t command)
{
    return command == 0xc4 || command == 0xc5 || command == 0x29 || command == 0x39;
}

static uint32_t pio_block(struct ata_channel *c)
{
    uint32_t n = multiple_command(c->command) ? ata_selected(c)->multiple : 1;
    return MIN(n, c->left);
}

static void read_pio(struct ata_channel *c, enum address width)
{
    if (multiple_command(c->command) && !ata_selected(c)->multiple)
        fail(c, ATA_ABRT);
    else if (begin(c, width, false))
        ata_later(c, ATA_NEXT_READ, transfer_ns(pio_block(c)));
}

static void write_pio(struct ata_channel *c, enum address width)
{
    if (multiple_command(c->command) && !ata_selected(c)->multiple) {
        fail(c, ATA_ABRT);
    } else if (begin(c, width, true)) {
        c->block = pio_block(c);
        ata_pio_out(c, c->block * ATA_SECTOR, false);
    }
}

static void read_due(struct ata_channel *c)
{
    struct blk *b = ata_selected(c)->blk;
    c->block = pio_block(c);
    if (b->ops->read(b, c->sector, c->block, c->buffer))
        fail_location(c, false);
    else
        ata_pio_in(c, c->block * ATA_SECTOR);
}

/* The block in the buffer goes to the back end; false: the command has ended with an error. */
static bool store_block(struct ata_channel *c)
{
    const struct ata_drive *d = ata_selected(c);
    int e = d->blk->ops->write(d->blk, c->sector, c->block, c->buffer);
    if (!e && !d->write_cache)
        e = d->blk->ops->flush(d->blk);
    if (e)
        fail_location(c, true);
    return !e;
}

static void consume_block(struct ata_channel *c)
{
    c->sector += c->block;
    c->left -= c->block;
    c->block = 0;
}

static void written_due(struct ata_channel *c)
{
    if (!store_block(c))
        return;
    consume_block(c);
    if (!c->left) {
        c->sector--;
        ata_set_location(c);
        ata_finish(c, 0);
        return;
    }
    c->block = pio_block(c);
    ata_pio_out(c, c->block * ATA_SECTOR, true);
}

void ata_buffer_done(struct ata_channel *c)
{
    if (c->command == ATA_PACKET_COMMAND) {
        atapi_buffer_done(c);
        return;
    }
    if (c->phase == ATA_PIO_OUT) {
        if (c->command == 0xe8) /* WRITE BUFFER */
            ata_later(c, ATA_NEXT_DONE, QUICK_NS);
        else
            ata_later(c, ATA_NEXT_WRITTEN, transfer_ns(c->block));
        return;
    }
    struct ata_drive *d = ata_selected(c);
    consume_block(c);
    if (c->left) {
        ata_later(c, ATA_NEXT_READ, transfer_ns(pio_block(c)));
        return;
    }
    if (c->command != 0xec && c->command != 0xe4 && c->command != 0xa1) {
        c->sector--;
        ata_set_location(c);
    }
    c->phase = ATA_IDLE; /* data-in ends without a further interrupt (ATA-6 9.5) */
    d->status = ATA_DRDY | ATA_DSC;
    d->error = 0;
}

/* --- DMA: the command, then the engine's start, in either order --- */

static void start_dma(struct ata_channel *c, enum address width, bool writing)
{
    if (!c->dma.move)
        fail(c, ATA_ABRT);
    else if (begin(c, width, writing)) {
        struct ata_drive *d = ata_selected(c);
        c->phase = ATA_DMA_WAIT;
        d->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
        if (c->dma.active(c->dma.ctx))
            ata_dma_started(c);
    }
}

void ata_dma_started(struct ata_channel *c)
{
    if (c->phase != ATA_DMA_WAIT)
        return;
    if (c->command == ATA_PACKET_COMMAND) {
        atapi_dma_started(c);
        return;
    }
    c->block = MIN(c->left, (uint32_t)(ATA_BUFFER / ATA_SECTOR));
    ata_later(c, ATA_NEXT_DMA, transfer_ns(c->block));
}

static bool dma_block(struct ata_channel *c)
{
    struct blk *b = ata_selected(c)->blk;
    uint32_t bytes = c->block * ATA_SECTOR;
    if (c->writing)
        return c->dma.move(c->dma.ctx, c->buffer, bytes, false) == bytes && store_block(c);
    if (b->ops->read(b, c->sector, c->block, c->buffer)) {
        fail_location(c, false);
        return false;
    }
    return c->dma.move(c->dma.ctx, c->buffer, bytes, true) == bytes;
}

static void dma_due(struct ata_channel *c)
{
    if (c->command == ATA_PACKET_COMMAND) {
        atapi_advance(c);
        return;
    }
    if (!c->dma.active(c->dma.ctx)) { /* the host stopped the engine: the drive keeps waiting */
        c->phase = ATA_DMA_WAIT;
        ata_selected(c)->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
        return;
    }
    if (!dma_block(c)) {
        /*
         * The list was too short: the drive asks for more data until it is reset (Programming Interface for Bus Master
         * IDE 3.1).
         */
        if (c->phase == ATA_DELAY) {
            c->phase = ATA_IDLE;
            ata_selected(c)->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
        }
        return;
    }
    consume_block(c);
    if (c->left) {
        c->block = MIN(c->left, (uint32_t)(ATA_BUFFER / ATA_SECTOR));
        ata_later(c, ATA_NEXT_DMA, transfer_ns(c->block));
        return;
    }
    c->sector--;
    ata_set_location(c);
    c->dma.done(c->dma.ctx);
    ata_finish(c, 0);
}

/* --- Others --- */

static void verify(struct ata_channel *c, enum address width)
{
    if (!begin(c, width, false))
        return;
    c->sector += c->left - 1;
    c->left = 0;
    ata_set_location(c);
    ata_later(c, ATA_NEXT_DONE, COMMAND_NS);
}

static void identify(struct ata_channel *c)
{
    c->left = c->block = 0;
    ata_identify(ata_selected(c), c->buffer);
    ata_later(c, ATA_NEXT_BUFFER, QUICK_NS);
}

static void set_multiple(struct ata_channel *c)
{
    struct ata_drive *d = ata_selected(c);
    uint8_t n = d->count[0];
    if (n > ATA_MAX_MULTIPLE || n & (n - 1)) {
        fail(c, ATA_ABRT);
        return;
    }
    d->multiple = n;
    ata_later(c, ATA_NEXT_DONE, QUICK_NS);
}

/* SET FEATURES 03h: PIO default, PIO 0-4, multiword DMA 0-2, Ultra DMA 0-5 (ATA-6 8.46). */
static bool valid_mode(uint8_t mode)
{
    return mode <= 1 || (mode >= 8 && mode <= 12) || (mode >= 0x20 && mode <= 0x22) || (mode >= 0x40 && mode <= 0x45);
}

void ata_set_features(struct ata_channel *c)
{
    struct ata_drive *d = ata_selected(c);
    bool ok = true;
    switch (d->feature[0]) {
    case 0x02: d->write_cache = true; break;
    case 0x82: d->write_cache = false; break;
    case 0x03:
        ok = valid_mode(d->count[0]);
        if (ok)
            d->mode = d->count[0];
        break;
    case 0x55: /* look-ahead off, on; power-on defaults kept or not */
    case 0xaa:
    case 0x66:
    case 0xcc: break;
    default: ok = false;
    }
    if (!ok)
        fail(c, ATA_ABRT);
    else
        ata_later(c, d->feature[0] == 0x82 ? ATA_NEXT_FLUSH : ATA_NEXT_DONE, QUICK_NS);
}

static void initialize_parameters(struct ata_channel *c)
{
    struct ata_drive *d = ata_selected(c);
    if (!d->count[0]) {
        fail(c, ATA_ABRT);
        return;
    }
    d->spt = d->count[0];
    d->heads = (uint8_t)((d->device & 15) + 1);
    ata_later(c, ATA_NEXT_DONE, QUICK_NS);
}

static void native_max(struct ata_channel *c, enum address width)
{
    struct ata_drive *d = ata_selected(c);
    if (width == LBA28 && !(d->device & 0x40)) {
        fail(c, ATA_ABRT);
        return;
    }
    c->lba48 = width == LBA48;
    c->sector = d->blk->sectors - 1;
    if (width == LBA28)
        c->sector = MIN(c->sector, UINT64_C(0x0fffffff));
    ata_set_location(c);
    ata_later(c, ATA_NEXT_DONE, QUICK_NS);
}

/* 94h to 99h are ATA-3's codes for the same commands. */
void ata_power(struct ata_channel *c, uint8_t command)
{
    struct ata_drive *d = ata_selected(c);
    switch (command) {
    case 0x98:
    case 0xe5: d->count[0] = d->standby ? 0 : 0xff; break; /* CHECK POWER MODE */
    case 0x95:
    case 0x97:
    case 0xe1:
    case 0xe3: d->standby = false; break; /* IDLE IMMEDIATE, IDLE */
    default: d->standby = true;           /* STANDBY IMMEDIATE, STANDBY, SLEEP */
    }
    ata_later(c, ATA_NEXT_DONE, QUICK_NS);
}

static void flush_due(struct ata_channel *c)
{
    struct ata_drive *d = ata_selected(c);
    int e = d->blk->ops->flush(d->blk);
    ata_finish(c, e ? ATA_ABRT : 0);
    if (e)
        d->status |= ATA_DF;
}

/* SRST, or EXECUTE DEVICE DIAGNOSTIC, where device 0 then raises INTRQ and device 1 does not (ATA-6 9.10). */
static void reset_due(struct ata_channel *c, bool interrupt)
{
    c->phase = ATA_IDLE;
    for (int i = 0; i < 2; i++) {
        ata_signature(&c->drive[i]);
        c->drive[i].status = ata_ready_status(&c->drive[i]);
    }
    if (interrupt && ata_selected(c) == &c->drive[0])
        ata_irq(c, true);
}

void ata_advance(struct ata_channel *c)
{
    switch ((enum ata_next)c->next) {
    case ATA_NEXT_DONE: ata_finish(c, 0); break;
    case ATA_NEXT_READ: read_due(c); break;
    case ATA_NEXT_WRITTEN: written_due(c); break;
    case ATA_NEXT_DMA: dma_due(c); break;
    case ATA_NEXT_FLUSH: flush_due(c); break;
    case ATA_NEXT_RESET: reset_due(c, false); break;
    case ATA_NEXT_DIAGNOSTIC: reset_due(c, true); break;
    case ATA_NEXT_BUFFER: ata_pio_in(c, ATA_SECTOR); break;
    case ATA_NEXT_PACKET:
    case ATA_NEXT_EXECUTE:
    case ATA_NEXT_CHUNK:
    case ATA_NEXT_STATUS: atapi_advance(c); break;
    }
}

/* Commands that move sectors. False: not one of them. */
static bool transfer_command(struct ata_channel *c, uint8_t command)
{
    switch (command) {
    case 0x20:
    case 0x21:
    case 0xc4: read_pio(c, LBA28); return true;
    case 0x24:
    case 0x29: read_pio(c, LBA48); return true;
    case 0x30:
    case 0x31:
    case 0xc5: write_pio(c, LBA28); return true;
    case 0x34:
    case 0x39: write_pio(c, LBA48); return true;
    case 0xc8:
    case 0xc9: start_dma(c, LBA28, false); return true;
    case 0xca:
    case 0xcb: start_dma(c, LBA28, true); return true;
    case 0x25: start_dma(c, LBA48, false); return true;
    case 0x35: start_dma(c, LBA48, true); return true;
    case 0x40:
    case 0x41: verify(c, LBA28); return true;
    case 0x42: verify(c, LBA48); return true;
    default: return false;
    }
}

void ata_command(struct ata_channel *c, uint8_t command)
{
    struct ata_drive *d = ata_selected(c);
    timer_cancel(&c->timer);
    c->command = command;
    c->phase = ATA_IDLE;
    c->left = c->block = 0;
    d->error = 0;
    d->status = ATA_DRDY | ATA_DSC;
    if (d->packet_device) {
        atapi_command(c, command);
        return;
    }
    if (transfer_command(c, command))
        return;
    switch (command) {
    case 0xec: identify(c); break;
    case 0xe4: ata_later(c, ATA_NEXT_BUFFER, QUICK_NS); break;
    case 0xe8: ata_pio_out(c, ATA_SECTOR, false); break;
    case 0xc6: set_multiple(c); break;
    case 0xef: ata_set_features(c); break;
    case 0x91: initialize_parameters(c); break;
    case 0xe7:
    case 0xea: ata_later(c, ATA_NEXT_FLUSH, FLUSH_NS); break;
    case 0xf8: native_max(c, LBA28); break;
    case 0x27: native_max(c, LBA48); break;
    case 0x94:
    case 0x95:
    case 0x96:
    case 0x97:
    case 0x98:
    case 0x99:
    case 0xe0:
    case 0xe1:
    case 0xe2:
    case 0xe3:
    case 0xe5:
    case 0xe6: ata_power(c, command); break;
    default:
        if ((command & 0xf0) == 0x10 || (command & 0xf0) == 0x70) { /* RECALIBRATE, SEEK */
            ata_later(c, ATA_NEXT_DONE, COMMAND_NS);
            break;
        }
        guest_error(c->bus->log, c->name, "ATA command %02xh is aborted", command);
        fail(c, ATA_ABRT);
    }
}
