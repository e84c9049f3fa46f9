/* SPDX-License-Identifier: MIT */
/*
 * 82077AA: the commands that pass data between disk and host, READ ID and FORMAT TRACK. Data sheet 290166-007, 5.1 and
 * table 5-10 (results); what that leaves open is as in the 8272A (205980-009).
 *
 * A command searches for its sector (search). `exec` fires when the sector has passed the head, or when two index
 * pulses have gone by without it. Without index pulses (no diskette, motor off) the command waits, as the chip does,
 * until there are some or the host resets it.
 *
 * LIMIT: FORMAT TRACK gives the image's sectors their fill byte; a track of another format than the
 * image's (or at another rate) has no place there: sectors that do not fit are left out.
 */
#include "devices/disk/i82077_priv.h"

enum { EC = 0x80, HDS = 0x04, UNIT = 0x03, ID_BYTES = 4, FIFO_DEPTH = 16, N_512 = 2 };
enum { PIO_TO_DISK = 1, PIO_TO_HOST = 2 }; /* pio_request */
#define PROTECTED_NS UINT64_C(50000)

static void search(struct i82077 *c);

static bool is_scan(const struct i82077 *c)
{
    unsigned code = fdc_code(c);
    return code == CMD_SCAN_EQUAL || code == CMD_SCAN_LOW || code == CMD_SCAN_HIGH;
}

static bool is_write(const struct i82077 *c)
{
    return fdc_code(c) == CMD_WRITE || fdc_code(c) == CMD_WRITE_DELETED;
}

static bool from_host(const struct i82077 *c)
{
    return is_write(c) || is_scan(c) || fdc_code(c) == CMD_FORMAT;
}

/* --- The end of a command --- */

bool fdc_flush(struct i82077 *c)
{
    bool ok = true;
    for (unsigned i = 0; i < I82077_DRIVES; i++) {
        struct floppy_drive *d = &c->drive[i];
        if (!(c->wrote & BIT(i)))
            continue;
        c->wrote &= (uint8_t)~BIT(i);
        if (d->blk && d->blk->ops->flush(d->blk) < 0)
            ok = false;
    }
    return ok;
}

static void finish(struct i82077 *c, uint8_t ic)
{
    unsigned unit = c->command[1] & UNIT;
    if (!fdc_flush(c))
        ic = ST0_IC_ABNORMAL | ST0_EC;
    timer_cancel(&c->exec);
    c->stage = STAGE_NONE;
    c->pio_request = 0;
    c->result[0] = (uint8_t)(ic | c->st0 | (c->head ? HDS : 0) | unit);
    c->result[1] = c->st1;
    c->result[2] = c->st2;
    c->result[3] = c->c;
    c->result[4] = c->h;
    c->result[5] = c->r;
    c->result[6] = c->n;
    c->intr = (uint8_t)((c->intr & ~INTR_PIO) | INTR_RESULT);
    fdc_result(c, 7);
    fdc_drive_int(c);
}

static void fail(struct i82077 *c, uint8_t st1, uint8_t st2)
{
    c->st1 |= st1;
    c->st2 |= st2;
    finish(c, ST0_IC_ABNORMAL);
}

/* --- DMA --- */

/* Moves up to len bytes of `buffer`; false after an overrun, which ended the command. */
static bool dma(struct i82077 *c, uint32_t len, bool to_memory, uint32_t *moved, bool *tc)
{
    irq_set(&c->dreq, 1);
    *moved = i8237_transfer(c->dma, I82077_DMA, c->buffer, len, to_memory, tc);
    irq_set(&c->dreq, 0);
    if (*moved == len || *tc)
        return true;
    fail(c, ST1_OR, 0);
    return false;
}

/* --- Non-DMA mode: bytes pass one by one, a FIFO's depth apart at most --- */

static unsigned depth(const struct i82077 *c)
{
    return c->configure[0] & CONFIG_EFIFO ? 1 : FIFO_DEPTH;
}

/* RQM and INT rise at the threshold and fall when the FIFO is empty (to the host) or full (5.1,
 * FIFO). */
static void pio_update(struct i82077 *c)
{
    unsigned threshold = (c->configure[0] & CONFIG_FIFOTHR) + 1u, d = depth(c);
    if (from_host(c)) {
        unsigned held = c->pio_host - c->pio_disk;
        if (held == d || c->pio_host == c->pio_len)
            c->pio_request = 0;
        else if (held < MIN(threshold, d))
            c->pio_request = PIO_TO_DISK;
    } else {
        unsigned held = c->pio_disk - c->pio_host;
        if (!held)
            c->pio_request = 0;
        else if (d == 1 || held + threshold >= d || c->pio_disk == c->pio_len)
            c->pio_request = PIO_TO_HOST;
    }
    c->intr = (uint8_t)(c->pio_request ? c->intr | INTR_PIO : c->intr & ~INTR_PIO);
    fdc_drive_int(c);
}

static void pio_start(struct i82077 *c, unsigned len)
{
    c->pio_len = (uint16_t)len;
    c->pio_host = c->pio_disk = 0;
    pio_update(c);
}

static uint64_t byte_ns(const struct i82077 *c)
{
    uint64_t byte = UINT64_C(8000000) / fdc_kbps(c);
    return fdc_code(c) == CMD_FORMAT ? byte * FLOPPY_SECTOR / ID_BYTES : byte;
}

static void pio_run(struct i82077 *c)
{
    c->stage = STAGE_PIO;
    timer_set(&c->exec, fdc_now(c) + byte_ns(c));
}

uint8_t fdc_pio_read(struct i82077 *c)
{
    uint8_t v = c->buffer[c->pio_host++];
    pio_update(c);
    return v;
}

void fdc_pio_write(struct i82077 *c, uint8_t v)
{
    c->buffer[c->pio_host++] = v;
    pio_update(c);
}

/* --- From sector to sector --- */

/* Table 5-10: the ID after this one. True at the end of the cylinder. */
static bool advance(struct i82077 *c)
{
    unsigned eot = c->command[6], step = is_scan(c) && c->command[8] == 2 ? 2 : 1;
    bool last = step == 1 ? c->r == eot : c->r <= eot && c->r + step > eot;
    if (!last) {
        c->r = (uint8_t)(c->r + step);
        return false;
    }
    c->r = 1;
    if (c->command[0] & CMD_MT) {
        bool other_side = c->head == 0;
        c->h ^= 1;
        c->head ^= 1;
        if (other_side)
            return false;
    }
    c->c++;
    return true;
}

static void after_verify(struct i82077 *c)
{
    bool end = advance(c);
    if (c->command[1] & EC ? --c->count == 0 : end)
        finish(c, 0);
    else if (end)
        fail(c, ST1_ND, 0);
    else
        search(c);
}

static void after_sector(struct i82077 *c, bool tc)
{
    if (fdc_code(c) == CMD_VERIFY) {
        after_verify(c);
        return;
    }
    if (fdc_code(c) == CMD_READ_TRACK) {
        c->place++;
        c->r++;
        if (tc || --c->count == 0)
            finish(c, 0);
        else
            search(c);
        return;
    }
    bool hit = is_scan(c) && !(c->st2 & ST2_SN), end = advance(c);
    if (tc || hit || (end && is_scan(c)))
        finish(c, 0);
    else if (end)
        fail(c, ST1_EN, 0);
    else
        search(c);
}

/* 8272A table 6: FFh from the host matches everything. */
static void compare(struct i82077 *c, const uint8_t *disk, uint32_t len)
{
    int order = 0;
    for (uint32_t i = 0; i < len && !order; i++)
        if (c->buffer[i] != 0xff && disk[i] != 0xff)
            order = disk[i] - c->buffer[i];
    bool met = fdc_code(c) == CMD_SCAN_EQUAL ? order == 0 : fdc_code(c) == CMD_SCAN_LOW ? order <= 0 : order >= 0;
    c->st2 &= (uint8_t) ~(ST2_SH | ST2_SN);
    c->st2 |= order == 0 ? ST2_SH : met ? 0 : ST2_SN;
}

static unsigned sector_number(const struct i82077 *c, const struct floppy_drive *d)
{
    return fdc_code(c) == CMD_READ_TRACK ? c->place % d->format->spt + 1u : c->r;
}

/* NOTE: DOR may select another drive before the command ends; the other has nothing to flush. */
static void note_written(struct i82077 *c, const struct floppy_drive *d)
{
    c->wrote |= (uint8_t)BIT(d - c->drive);
}

/* The host's bytes for one sector are in `buffer`. */
static void sector_from_host(struct i82077 *c, struct floppy_drive *d, uint32_t len, bool tc)
{
    uint8_t disk[FLOPPY_SECTOR];
    if (is_scan(c)) {
        if (floppy_read(d, c->head, c->r, disk) < 0) {
            fail(c, ST1_DE, ST2_DD);
            return;
        }
        compare(c, disk, len);
    } else {
        memset(c->buffer + len, 0, FLOPPY_SECTOR - len); /* after TC zeros are written */
        if (floppy_write(d, c->head, c->r, c->buffer, fdc_code(c) == CMD_WRITE_DELETED) < 0) {
            finish(c, ST0_IC_ABNORMAL | ST0_EC);
            return;
        }
        note_written(c, d);
    }
    after_sector(c, tc);
}

/* Whether the sector has a data mark of the other kind. It is then skipped, or ends the command. */
static bool wrong_mark(const struct i82077 *c, struct floppy_drive *d)
{
    unsigned code = fdc_code(c);
    if (is_write(c) || code == CMD_READ_TRACK)
        return false;
    return floppy_deleted(d, c->head, c->r) != (code == CMD_READ_DELETED);
}

static void sector_to_host(struct i82077 *c, bool wrong, bool tc)
{
    if (!wrong) {
        after_sector(c, tc);
        return;
    }
    c->st2 |= ST2_CM; /* tables 5-3 and 5-4: the address does not go on */
    finish(c, 0);
}

static void transfer_sector(struct i82077 *c, struct floppy_drive *d)
{
    bool wrong = wrong_mark(c, d), tc = false;
    uint32_t moved;
    if (wrong && (c->command[0] & CMD_SK)) {
        c->st2 |= is_scan(c) ? ST2_CM | ST2_SN : ST2_CM; /* what is not compared satisfies no scan */
        after_sector(c, false);
        return;
    }
    if (wrong && is_scan(c))
        c->st2 |= ST2_CM;
    if (from_host(c)) {
        if (fdc_non_dma(c))
            pio_run(c);
        else if (dma(c, FLOPPY_SECTOR, false, &moved, &tc))
            sector_from_host(c, d, moved, tc);
        return;
    }
    if (floppy_read(d, c->head, sector_number(c, d), c->buffer) < 0) {
        fail(c, ST1_DE, ST2_DD);
        return;
    }
    if (fdc_code(c) == CMD_VERIFY) {
        sector_to_host(c, wrong, false);
    } else if (fdc_non_dma(c)) {
        pio_start(c, FLOPPY_SECTOR);
        pio_run(c);
    } else if (dma(c, FLOPPY_SECTOR, true, &moved, &tc)) {
        sector_to_host(c, wrong, tc);
    }
}

/* --- FORMAT TRACK --- */

static void format(struct i82077 *c, struct floppy_drive *d, uint32_t bytes)
{
    uint8_t fill[FLOPPY_SECTOR];
    memset(fill, c->command[5], sizeof fill);
    for (uint32_t i = 0; i + ID_BYTES <= bytes; i += ID_BYTES) {
        const uint8_t *id = c->buffer + i;
        if (id[0] != floppy_track(d) || id[1] != c->head || !id[2] || id[2] > d->format->spt || id[3] != N_512) {
            guest_error(c->dev.bus->log, c->dev.id, "FORMAT asks for a sector that the image has no place for");
            continue;
        }
        if (floppy_write(d, c->head, id[2], fill, false) < 0) {
            finish(c, ST0_IC_ABNORMAL | ST0_EC);
            return;
        }
        note_written(c, d);
    }
    finish(c, 0);
}

static void format_due(struct i82077 *c, struct floppy_drive *d)
{
    uint32_t moved, len = c->command[3] * (uint32_t)ID_BYTES;
    bool tc = false;
    if (!len)
        finish(c, 0);
    else if (fdc_non_dma(c))
        pio_run(c);
    else if (dma(c, len, false, &moved, &tc))
        format(c, d, moved);
}

/* --- Events --- */

static void pio_due(struct i82077 *c, struct floppy_drive *d)
{
    bool overrun = from_host(c) ? c->pio_host <= c->pio_disk : c->pio_disk - c->pio_host >= (int)depth(c);
    if (c->pio_disk < c->pio_len) {
        if (overrun) {
            fail(c, ST1_OR, 0);
            return;
        }
        c->pio_disk++;
        pio_update(c);
    }
    if (c->pio_disk < c->pio_len || c->pio_host < c->pio_len)
        timer_set(&c->exec, fdc_now(c) + byte_ns(c));
    else if (fdc_code(c) == CMD_FORMAT)
        format(c, d, c->pio_len);
    else if (from_host(c))
        sector_from_host(c, d, FLOPPY_SECTOR, false);
    else
        sector_to_host(c, wrong_mark(c, d), false);
}

void fdc_exec_due(void *ctx)
{
    struct i82077 *c = ctx;
    struct floppy_drive *d = fdc_selected(c);
    if (c->stage == STAGE_PROTECTED) {
        fail(c, ST1_NW, 0);
        return;
    }
    if (!d || !floppy_turns(d)) {
        c->stage = STAGE_NONE;
        return;
    }
    if (c->stage != STAGE_NO_MARK && !floppy_legible(d, fdc_kbps(c), c->head)) {
        search(c); /* the diskette is another */
        return;
    }
    switch (c->stage) {
    case STAGE_NO_MARK: fail(c, ST1_MA, 0); break;
    case STAGE_NO_ID: fail(c, ST1_ND, c->c == floppy_track(d) ? 0 : ST2_WC); break;
    case STAGE_ID:
        c->c = (uint8_t)floppy_track(d);
        c->h = c->head;
        c->r = (uint8_t)(c->place % d->format->spt + 1);
        c->n = N_512;
        finish(c, 0);
        break;
    case STAGE_SECTOR: transfer_sector(c, d); break;
    case STAGE_PIO: pio_due(c, d); break;
    case STAGE_FORMAT: format_due(c, d); break;
    default: break;
    }
}

/* --- The search --- */

static bool id_is_there(const struct i82077 *c, const struct floppy_drive *d)
{
    return c->c == floppy_track(d) && c->h == c->head && c->n == N_512 && c->r >= 1 && c->r <= d->format->spt;
}

static void wait_for(struct i82077 *c, enum fdc_stage stage, uint64_t when)
{
    c->stage = (uint8_t)stage;
    timer_set(&c->exec, when);
}

static void search_sector(struct i82077 *c, const struct floppy_drive *d, uint64_t from, uint64_t second_index)
{
    bool track = fdc_code(c) == CMD_READ_TRACK;
    if (track && (c->c != floppy_track(d) || c->h != c->head || c->r != c->place % d->format->spt + 1u))
        c->st1 |= ST1_ND; /* reported at the end; the track is read all the same */
    if (!track && !id_is_there(c, d)) {
        wait_for(c, STAGE_NO_ID, second_index);
        return;
    }
    unsigned place = track ? c->place % d->format->spt : c->r - 1u;
    uint64_t id = floppy_next_id(d, c->speedup, from, place);
    if (fdc_non_dma(c) && from_host(c))
        pio_start(c, FLOPPY_SECTOR); /* the FIFO may be filled before the sector comes */
    wait_for(c, STAGE_SECTOR, fdc_non_dma(c) ? id : id + floppy_sector_time(d, c->speedup));
}

static void search_format(struct i82077 *c, const struct floppy_drive *d, uint64_t index)
{
    if (fdc_non_dma(c) && c->command[3])
        pio_start(c, c->command[3] * (unsigned)ID_BYTES);
    wait_for(c, STAGE_FORMAT, fdc_non_dma(c) ? index : index + floppy_revolution(d, c->speedup));
}

static void search(struct i82077 *c)
{
    struct floppy_drive *d = fdc_selected(c);
    c->stage = STAGE_NONE;
    if (!d || !floppy_turns(d))
        return;
    if (d->blk->readonly && (is_write(c) || fdc_code(c) == CMD_FORMAT)) {
        wait_for(c, STAGE_PROTECTED, fdc_now(c) + PROTECTED_NS);
        return;
    }
    uint64_t from = MAX(fdc_now(c), d->at_speed);
    uint64_t index = floppy_next_index(d, c->speedup, from);
    uint64_t second_index = index + floppy_revolution(d, c->speedup);
    if (!(c->command[0] & CMD_MFM) || !floppy_legible(d, fdc_kbps(c), c->head)) {
        wait_for(c, STAGE_NO_MARK, second_index);
    } else if (fdc_code(c) == CMD_READ_ID) {
        c->place = (uint8_t)floppy_next_place(d, c->speedup, from);
        wait_for(c, STAGE_ID, floppy_next_id(d, c->speedup, from, c->place));
    } else if (fdc_code(c) == CMD_FORMAT) {
        search_format(c, d, index);
    } else {
        search_sector(c, d, from, second_index);
    }
}

void fdc_search(struct i82077 *c)
{
    if (c->phase != PHASE_EXECUTION || c->stage != STAGE_NONE)
        return;
    for (unsigned i = 0; i < I82077_UNITS; i++)
        if (c->seek[i].kind == SEEK_IMPLIED)
            return;
    search(c);
}

void fdc_implied_seek_done(struct i82077 *c)
{
    c->st0 |= ST0_SE;
    fdc_search(c);
}

void fdc_transfer(struct i82077 *c)
{
    unsigned unit = c->command[1] & UNIT, code = fdc_code(c);
    bool ids = code != CMD_FORMAT && code != CMD_READ_ID;
    c->phase = PHASE_EXECUTION;
    c->stage = STAGE_NONE;
    c->st0 = c->st1 = c->st2 = c->place = 0;
    c->head = !!(c->command[1] & HDS);
    c->c = c->pcn[unit];
    if (ids) {
        c->c = c->command[2];
        c->h = c->command[3];
        c->r = c->command[4];
        c->n = c->command[5];
        c->last_eot = c->command[6];
        c->count = code == CMD_VERIFY ? c->command[8] : c->command[6];
    } else if (code == CMD_FORMAT) {
        c->n = c->command[2];
        c->last_eot = c->command[3];
    }
    if (ids && (c->configure[0] & CONFIG_EIS) && c->pcn[unit] != c->c)
        fdc_start_seek(c, unit, SEEK_IMPLIED, c->c);
    else
        search(c);
}
