/* SPDX-License-Identifier: MIT */
/*
 * Packets that look at the disc: reading, its table of contents, its kind.
 *
 * SFF-8020i revision 2.6, 10.8; MMC-3 (T10/1363-D) 6.18-6.27. Every disc is one session with one data track of mode 1
 * sectors. The image has their 2048 bytes of user data; the bytes around these are computed. A disc larger than any CD
 * is a DVD-ROM. LIMIT: no audio or mode 2 tracks, no R-W subchannel, no CD-TEXT; DVD structures are those of an
 * unprotected disc.
 */
#include "base/bits.h"
#include "devices/disk/ata.h"
#include "devices/disk/scsi.h"

enum { SECTORS_PER_BLOCK = CD_BLOCK / ATA_SECTOR, CD_MAX_BLOCKS = 800 * 1024 / 2 };
enum { TRACK = 1, LEAD_OUT = 0xaa, DATA_TRACK = 0x14 /* ADR 1, control 4 */ };

uint32_t disc_blocks(const struct ata_drive *d)
{
    if (!d->blk || d->cd.open)
        return 0;
    uint64_t n = d->blk->sectors / SECTORS_PER_BLOCK + (d->blk->sectors % SECTORS_PER_BLOCK != 0);
    return (uint32_t)MIN(n, UINT64_C(0xffffffff));
}

bool disc_is_dvd(const struct ata_drive *d)
{
    return disc_blocks(d) > CD_MAX_BLOCKS;
}

/* A big-endian LBA, or the MSF form of an address in a table. */
static void put_address(uint8_t *r, uint32_t lba, bool msf)
{
    r[0] = 0;
    if (msf)
        sector_msf(lba, false, r + 1);
    else
        put_be32(r, lba);
}

/* --- Reading --- */

static enum atapi_sense stream(struct ata_channel *c, struct ata_drive *d, uint32_t lba, uint32_t count,
                               uint32_t block_bytes)
{
    uint32_t blocks = disc_blocks(d);
    if (lba > blocks || count > blocks - lba)
        return SENSE_BAD_ADDRESS;
    c->sector = lba;
    c->left = block_bytes ? count : 0;
    d->cd.flow = FLOW_BLOCKS;
    d->cd.block_bytes = block_bytes;
    return SENSE_OK;
}

static enum atapi_sense check_range(const struct ata_drive *d, uint32_t lba, uint32_t count)
{
    uint32_t blocks = disc_blocks(d);
    return lba >= blocks || count > blocks - lba ? SENSE_BAD_ADDRESS : SENSE_OK;
}

/* Parts of a sector, READ CD byte 9 (MMC-3 table 202). */
enum { PART_SYNC = 0x80, PART_SUBHEADER = 0x40, PART_HEADER = 0x20, PART_USER = 0x10, PART_EDC = 0x08, PART_C2 = 0x06 };
enum { SYNC_BYTES = 12, HEADER_BYTES = 4, EDC_BYTES = 288, RAW_BYTES = 2352, Q_BYTES = 16 };

static uint32_t c2_bytes(uint8_t parts)
{
    return (parts & PART_C2) == 2 ? 294 : (parts & PART_C2) == 4 ? 296 : 0;
}

static uint32_t part_bytes(uint8_t parts, uint8_t subchannel)
{
    return (parts & PART_SYNC ? SYNC_BYTES : 0u) + (parts & PART_HEADER ? HEADER_BYTES : 0u) +
           (parts & PART_USER ? CD_BLOCK : 0u) + (parts & PART_EDC ? EDC_BYTES : 0u) + c2_bytes(parts) +
           (subchannel ? Q_BYTES : 0u);
}

/* Whether the parts of a sector that are asked for have no gap between them (MMC-3 table 203). */
static bool legal_parts(uint8_t parts)
{
    if (parts & 1 || (parts & PART_C2) == PART_C2)
        return false;
    if (parts & PART_EDC && !(parts & PART_USER))
        return false;
    return !(parts & PART_SYNC && parts & PART_USER && !(parts & PART_HEADER));
}

static enum atapi_sense read_cd(struct ata_channel *c, struct ata_drive *d, uint32_t lba, uint32_t count)
{
    const uint8_t *p = d->cd.packet;
    unsigned type = p[1] >> 2 & 7;
    if (type != 0 && type != 2) /* any, mode 1 */
        return type > 5 ? SENSE_BAD_FIELD : SENSE_WRONG_TRACK;
    if (!legal_parts(p[9]) || (p[10] & 7) == 1 || (p[10] & 7) > 2)
        return SENSE_BAD_FIELD;
    d->cd.parts = p[9];
    d->cd.subchannel = p[10] & 7;
    return stream(c, d, lba, count, part_bytes(p[9], d->cd.subchannel));
}

static enum atapi_sense read_cd_msf(struct ata_channel *c, struct ata_drive *d)
{
    const uint8_t *p = d->cd.packet;
    uint32_t from = (p[3] * 60u + p[4]) * 75 + p[5], to = (p[6] * 60u + p[7]) * 75 + p[8];
    if (p[4] > 59 || p[5] > 74 || p[7] > 59 || p[8] > 74 || from > to || from < 150)
        return SENSE_BAD_FIELD;
    return read_cd(c, d, from - 150, to - from);
}

/* The 16 bytes of Q that READ CD gives: track, index, relative and absolute time, all in BCD (MMC-3
 * table 206). */
static void put_q(uint8_t *q, uint32_t lba)
{
    memset(q, 0, Q_BYTES);
    q[0] = 0x41;
    q[1] = TRACK;
    q[2] = 1;
    sector_msf(lba, true, q + 7);
    sector_msf(lba - 150, true, q + 3); /* relative: from the track's start on */
}

static uint8_t *add_part(uint8_t *to, const uint8_t *from, uint32_t len)
{
    memcpy(to, from, len);
    return to + len;
}

static void put_parts(const struct atapi *a, const uint8_t *user, uint32_t lba, uint8_t *to)
{
    uint8_t raw[RAW_BYTES];
    memcpy(raw + SYNC_BYTES + HEADER_BYTES, user, CD_BLOCK);
    sector_complete(raw, lba);
    if (a->parts & PART_SYNC)
        to = add_part(to, raw, SYNC_BYTES);
    if (a->parts & PART_HEADER)
        to = add_part(to, raw + SYNC_BYTES, HEADER_BYTES);
    if (a->parts & PART_USER)
        to = add_part(to, user, CD_BLOCK);
    if (a->parts & PART_EDC)
        to = add_part(to, raw + RAW_BYTES - EDC_BYTES, EDC_BYTES);
    memset(to, 0, c2_bytes(a->parts)); /* no byte is in error */
    to += c2_bytes(a->parts);
    if (a->subchannel)
        put_q(to, lba);
}

/* The image may end within a block: zeros follow. */
static bool fetch_user(struct ata_drive *d, uint64_t block, uint32_t n, uint8_t *to)
{
    uint64_t sector = block * SECTORS_PER_BLOCK;
    if (!d->blk || sector >= d->blk->sectors)
        return false;
    uint32_t want = n * SECTORS_PER_BLOCK, have = (uint32_t)MIN((uint64_t)want, d->blk->sectors - sector);
    memset(to + (size_t)have * ATA_SECTOR, 0, (size_t)(want - have) * ATA_SECTOR);
    return d->blk->ops->read(d->blk, sector, have, to) == 0;
}

bool disc_fetch(struct ata_channel *c, struct ata_drive *d, uint8_t *to, uint32_t n)
{
    const struct atapi *a = &d->cd;
    uint8_t user[CD_BLOCK];
    bool whole = a->packet[0] != 0xbe && a->packet[0] != 0xb9;
    if (whole)
        return a->block_bytes == CD_BLOCK && fetch_user(d, c->sector, n, to);
    if (part_bytes(a->parts, a->subchannel) != a->block_bytes)
        return false; /* a saved state that was tampered with */
    for (uint32_t i = 0; i < n; i++, to += a->block_bytes) {
        if (!fetch_user(d, c->sector + i, 1, user))
            return false;
        put_parts(a, user, (uint32_t)c->sector + i, to);
    }
    return true;
}

static enum atapi_sense capacity(struct ata_channel *c, struct ata_drive *d)
{
    put_be32(c->buffer, disc_blocks(d) - 1);
    put_be32(c->buffer + 4, CD_BLOCK);
    return atapi_reply(c, d, 8, 8);
}

static enum atapi_sense read_header(struct ata_channel *c, struct ata_drive *d)
{
    const uint8_t *p = d->cd.packet;
    enum atapi_sense bad = check_range(d, be32(p + 2), 1);
    if (bad)
        return bad;
    memset(c->buffer, 0, 8);
    c->buffer[0] = 1; /* mode 1 */
    put_address(c->buffer + 4, be32(p + 2), p[1] & 2);
    return atapi_reply(c, d, 8, be16(p + 7));
}

/* --- READ TOC/PMA/ATIP (MMC-3 6.25) --- */

static uint8_t *toc_entry(uint8_t *r, uint8_t track, uint32_t lba, bool msf)
{
    r[0] = 0;
    r[1] = DATA_TRACK;
    r[2] = track;
    r[3] = 0;
    put_address(r + 4, lba, msf);
    return r + 8;
}

/* Format 2: a lead-in's Q data. */
static uint8_t *raw_entry(uint8_t *r, uint8_t point, const uint8_t pmsf[3])
{
    memset(r, 0, 11);
    r[0] = TRACK;
    r[1] = DATA_TRACK;
    r[3] = point;
    memcpy(r + 8, pmsf, 3);
    return r + 11;
}

static uint8_t *raw_toc(uint8_t *r, uint32_t blocks)
{
    static const uint8_t one[3] = {TRACK, 0, 0};
    uint8_t msf[3];
    r = raw_entry(r, 0xa0, one); /* first track; the disc's type is CD-ROM */
    r = raw_entry(r, 0xa1, one); /* last track */
    sector_msf(blocks, false, msf);
    r = raw_entry(r, 0xa2, msf); /* lead-out */
    sector_msf(0, false, msf);
    return raw_entry(r, TRACK, msf);
}

static enum atapi_sense read_toc(struct ata_channel *c, struct ata_drive *d)
{
    enum { TOC, SESSIONS, RAW };
    const uint8_t *p = d->cd.packet;
    bool msf = p[1] & 2;
    unsigned format = p[2] & 15 ? p[2] & 15u : p[9] >> 6; /* where SFF-8020i has it */
    uint8_t first = p[6], *r = c->buffer, *at = r + 4;
    r[2] = r[3] = 1; /* tracks, or sessions */
    if (format == TOC) {
        if (first > TRACK && first != LEAD_OUT)
            return SENSE_BAD_FIELD;
        if (first <= TRACK)
            at = toc_entry(at, TRACK, 0, msf);
        at = toc_entry(at, LEAD_OUT, disc_blocks(d), msf);
    } else if (format == SESSIONS) {
        at = toc_entry(at, TRACK, 0, msf);
    } else if (format == RAW) {
        if (first > 1)
            return SENSE_BAD_FIELD;
        at = raw_toc(at, disc_blocks(d));
    } else {
        return SENSE_BAD_FIELD;
    }
    put_be16(r, (uint32_t)(at - r) - 2);
    return atapi_reply(c, d, (uint32_t)(at - r), be16(p + 7));
}

/* READ SUB-CHANNEL (MMC-3 6.23): nothing plays, so the position is the start of the track; no
 * catalogue number, no ISRC. */
static enum atapi_sense read_subchannel(struct ata_channel *c, struct ata_drive *d)
{
    enum { POSITION = 1, CATALOGUE, ISRC };
    const uint8_t *p = d->cd.packet;
    uint8_t *r = c->buffer, format = p[3];
    uint32_t len = format == POSITION ? 16 : 24;
    memset(r, 0, 24);
    r[1] = 0x15; /* no audio status to return */
    if (!(p[2] & 0x40))
        return atapi_reply(c, d, 4, be16(p + 7));
    if (format < POSITION || format > ISRC || (format == ISRC && p[6] != TRACK))
        return SENSE_BAD_FIELD;
    put_be16(r + 2, len - 4);
    r[4] = format;
    if (format != CATALOGUE) {
        r[5] = DATA_TRACK;
        r[6] = TRACK;
    }
    if (format == POSITION) {
        r[7] = 1;
        put_address(r + 8, 0, p[1] & 2);
    }
    return atapi_reply(c, d, len, be16(p + 7));
}

/* --- The kind of disc --- */

static enum atapi_sense disc_information(struct ata_channel *c, struct ata_drive *d)
{
    uint8_t *r = c->buffer;
    memset(r, 0, 34);
    put_be16(r, 32);
    r[2] = 0x0e;                   /* last session complete, disc finalized */
    r[3] = r[4] = r[5] = r[6] = 1; /* first track, sessions, first and last track of the last session */
    r[7] = 0x20;                   /* unrestricted use */
    memset(r + 16, 0xff, 8);       /* no further session can start */
    return atapi_reply(c, d, 34, be16(d->cd.packet + 7));
}

static enum atapi_sense track_information(struct ata_channel *c, struct ata_drive *d)
{
    enum { BY_ADDRESS, BY_TRACK, BY_SESSION };
    const uint8_t *p = d->cd.packet;
    uint8_t *r = c->buffer, kind = p[1] & 3;
    uint32_t which = be32(p + 2);
    if (kind > BY_SESSION || (kind != BY_ADDRESS && which != TRACK))
        return SENSE_BAD_FIELD;
    if (kind == BY_ADDRESS && which >= disc_blocks(d))
        return SENSE_BAD_ADDRESS;
    memset(r, 0, 36);
    put_be16(r, 34);
    r[2] = r[3] = 1;
    r[5] = 4; /* data, uninterrupted */
    r[6] = 1; /* mode 1 */
    put_be32(r + 24, disc_blocks(d));
    return atapi_reply(c, d, 36, be16(p + 7));
}

/* READ DVD STRUCTURE (MMC-3 6.22): physical, copyright and manufacturing information of layer 0. */
static enum atapi_sense dvd_structure(struct ata_channel *c, struct ata_drive *d)
{
    enum { PHYSICAL = 0, COPYRIGHT = 1, MANUFACTURING = 4, DVD_FIRST = 0x30000 };
    const uint8_t *p = d->cd.packet;
    uint8_t *r = c->buffer;
    uint32_t len = p[7] == COPYRIGHT ? 8 : 4 + 2048;
    if (!disc_is_dvd(d) || p[6] || (p[7] != PHYSICAL && p[7] != COPYRIGHT && p[7] != MANUFACTURING))
        return SENSE_BAD_FIELD;
    memset(r, 0, len);
    put_be16(r, len - 2);
    if (p[7] == PHYSICAL) {
        r[4] = 0x01; /* DVD-ROM, version 1 */
        r[5] = 0x0f; /* 120 mm, rate not specified */
        r[6] = 0x01; /* one layer, embossed */
        put_be32(r + 8, DVD_FIRST);
        put_be32(r + 12, DVD_FIRST + disc_blocks(d) - 1);
    }
    return atapi_reply(c, d, len, be16(p + 8));
}

enum atapi_sense disc_command(struct ata_channel *c, struct ata_drive *d)
{
    const uint8_t *p = d->cd.packet;
    switch (p[0]) {
    case 0x25: return capacity(c, d);
    case 0x28: return stream(c, d, be32(p + 2), be16(p + 7), CD_BLOCK);
    case 0xa8: return stream(c, d, be32(p + 2), be32(p + 6), CD_BLOCK);
    case 0x2b: return check_range(d, be32(p + 2), 0);
    case 0x2f: return check_range(d, be32(p + 2), be16(p + 7));
    case 0x42: return read_subchannel(c, d);
    case 0x43: return read_toc(c, d);
    case 0x44: return read_header(c, d);
    case 0x51: return disc_information(c, d);
    case 0x52: return track_information(c, d);
    case 0xad: return dvd_structure(c, d);
    case 0xb9: return read_cd_msf(c, d);
    default: /* BEh */ return read_cd(c, d, be32(p + 2), be24(p + 6));
    }
}
