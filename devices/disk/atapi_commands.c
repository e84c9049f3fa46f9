/* SPDX-License-Identifier: MIT */
/*
 * What a CD drive's packets do: the list of commands, and those that look at the drive itself.
 *
 * SFF-8020i revision 2.6 chapter 10; MMC-3 (T10/1363-D) chapters 5 and 6. Numbers in packets and replies are
 * big-endian. LIMIT: the drive reads only and has no audio: commands that play fail as for a data track, commands that
 * write are unknown.
 */
#include "base/bits.h"
#include "devices/disk/ata.h"
#include "devices/disk/scsi.h"

enum command_flags {
    NEEDS_DISC = 1,
    KEEPS_ATTENTION = 2, /* carried out while a unit attention waits, and leaves it waiting (MMC-3 4.1.6) */
};

typedef enum atapi_sense handler(struct ata_channel *c, struct ata_drive *d);

enum atapi_sense atapi_reply(struct ata_channel *c, struct ata_drive *d, uint32_t len, uint32_t room)
{
    (void)c;
    d->cd.flow = FLOW_REPLY;
    d->cd.fill = MIN(len, room);
    d->cd.at = 0;
    return SENSE_OK;
}

/* A cleared buffer for a reply. */
static uint8_t *blank(struct ata_channel *c, uint32_t len)
{
    memset(c->buffer, 0, len);
    return c->buffer;
}

static enum atapi_sense test_unit_ready(struct ata_channel *c, struct ata_drive *d)
{
    (void)c;
    (void)d;
    return SENSE_OK;
}

/* Reports a waiting unit attention where there is no other sense data (SPC 7.24). */
static enum atapi_sense request_sense(struct ata_channel *c, struct ata_drive *d)
{
    struct atapi *a = &d->cd;
    uint8_t *r = blank(c, 18);
    uint32_t sense = (uint32_t)a->key << 16 | (uint32_t)a->asc << 8 | a->ascq;
    if (!sense)
        sense = atapi_take_attention(a);
    r[0] = 0x70;
    r[2] = (uint8_t)(sense >> 16);
    r[7] = 10;
    r[12] = (uint8_t)(sense >> 8);
    r[13] = (uint8_t)sense;
    return atapi_reply(c, d, 18, a->packet[4]);
}

static enum atapi_sense inquiry(struct ata_channel *c, struct ata_drive *d)
{
    const uint8_t *p = d->cd.packet;
    uint8_t *r = blank(c, 36);
    if (p[1] & 1 || p[2]) /* no vital product data */
        return SENSE_BAD_FIELD;
    r[0] = 0x05; /* CD-ROM */
    r[1] = 0x80; /* removable */
    r[3] = 0x21; /* ATAPI, response format 1 (SFF-8020i 10.8.1) */
    r[4] = 31;
    memcpy(r + 8, "VITRINE CD-ROM          1.0 ", 28);
    return atapi_reply(c, d, 36, be16(p + 3));
}

static enum atapi_sense start_stop(struct ata_channel *c, struct ata_drive *d)
{
    struct atapi *a = &d->cd;
    uint8_t what = a->packet[4];
    (void)c;
    if (what & 0xf0 || !(what & 2)) /* power conditions and the motor, which show nowhere */
        return SENSE_OK;
    if (!(what & 1)) {
        if (a->locked)
            return SENSE_LOCKED;
        if (!a->open)
            a->event = EVENT_MEDIUM_REMOVED;
        a->open = true;
        a->attention &= (uint8_t)~ATTENTION_MEDIUM;
    } else if (a->open) {
        a->open = false;
        if (d->blk)
            a->event = EVENT_NEW_MEDIUM; /* no unit attention, which is for hosts that did not ask for it (SBC 5.17) */
    }
    return SENSE_OK;
}

static enum atapi_sense prevent_allow(struct ata_channel *c, struct ata_drive *d)
{
    (void)c;
    d->cd.locked = d->cd.packet[4] & 1;
    return SENSE_OK;
}

static enum atapi_sense set_speed(struct ata_channel *c, struct ata_drive *d)
{
    enum { X1 = 176, X48 = 8467 };
    uint16_t speed = be16(d->cd.packet + 2);
    (void)c;
    d->cd.speed = MAX(MIN(speed, (uint16_t)X48), (uint16_t)X1);
    return SENSE_OK;
}

static enum atapi_sense mechanism_status(struct ata_channel *c, struct ata_drive *d)
{
    uint8_t *r = blank(c, 8);
    r[1] = d->cd.open ? 0x10 : 0; /* door open */
    return atapi_reply(c, d, 8, be16(d->cd.packet + 8));
}

/* --- GET EVENT STATUS NOTIFICATION (MMC-3 6.7): the media class only --- */

static enum atapi_sense event_status(struct ata_channel *c, struct ata_drive *d)
{
    enum { MEDIA = 4, NO_EVENT = 0x80 };
    struct atapi *a = &d->cd;
    const uint8_t *p = a->packet;
    uint8_t *r = blank(c, 8);
    if (!(p[1] & 1)) /* a drive that does not queue knows no asynchronous form */
        return SENSE_BAD_FIELD;
    r[3] = 1 << MEDIA;
    if (!(p[4] & 1 << MEDIA)) {
        r[1] = 2;
        r[2] = NO_EVENT;
        return atapi_reply(c, d, 4, be16(p + 7));
    }
    r[1] = 6;
    r[2] = MEDIA;
    r[4] = a->event;
    r[5] = (uint8_t)((a->open ? 1 : 0) | (d->blk && !a->open ? 2 : 0));
    if (be16(p + 7) > 4)
        a->event = EVENT_NONE;
    return atapi_reply(c, d, 8, be16(p + 7));
}

/* --- GET CONFIGURATION (MMC-3 5.3, 6.6) --- */

enum { PROFILE_CD = 0x0008, PROFILE_DVD = 0x0010 };
enum { CURRENT = 1, PERSISTENT = 2 };

struct feature {
    uint16_t code;
    uint8_t flags; /* version in bits 5-2; persistent */
    uint8_t disc;  /* current with: 1 a CD, 2 a DVD, 4 nothing */
    uint8_t len;
    uint8_t data[12];
};

static const struct feature features[] = {
    {0x0000, PERSISTENT, 7, 8, {0x00, 0x10, 0, 0, 0x00, 0x08, 0, 0}}, /* profiles; "current" is filled in */
    {0x0001, 2 << 2 | PERSISTENT, 7, 8, {0, 0, 0, 2, 1}},             /* core: ATAPI, device busy events */
    {0x0002, 1 << 2 | PERSISTENT, 7, 4, {2}},                         /* morphing: operational change by GESN */
    {0x0003, PERSISTENT, 7, 4, {0x29}},                               /* removable: tray, eject, lock */
    {0x0010, 0, 3, 8, {0, 0, CD_BLOCK >> 8, 0, 0, 1, 0}},             /* random readable */
    {0x001d, 0, 3, 0, {0}},                                           /* multi-read */
    {0x001e, 2 << 2, 1, 4, {0}},                                      /* CD read */
    {0x001f, 0, 2, 0, {0}},                                           /* DVD read */
    {0x0105, PERSISTENT, 7, 4, {0}},                                  /* timeout */
};

static uint32_t put_feature(uint8_t *r, const struct feature *f, unsigned disc)
{
    put_be16(r, f->code);
    r[2] = (uint8_t)(f->flags | (f->disc & disc ? CURRENT : 0));
    r[3] = f->len;
    memcpy(r + 4, f->data, f->len);
    if (f->code == 0) {
        r[6] = disc == 2;
        r[10] = disc == 1;
    }
    return 4u + f->len;
}

static enum atapi_sense get_configuration(struct ata_channel *c, struct ata_drive *d)
{
    enum { ALL, CURRENT_ONLY, ONE };
    const uint8_t *p = d->cd.packet;
    unsigned kind = p[1] & 3, first = be16(p + 2);
    unsigned disc = !disc_blocks(d) ? 4 : disc_is_dvd(d) ? 2 : 1;
    uint8_t *r = blank(c, 256);
    uint32_t len = 8;
    if (kind > ONE)
        return SENSE_BAD_FIELD;
    for (size_t i = 0; i < ARRAY_LEN(features); i++) {
        const struct feature *f = &features[i];
        if (f->code < first || (kind == ONE && f->code != first) || (kind == CURRENT_ONLY && !(f->disc & disc)))
            continue;
        len += put_feature(r + len, f, disc);
    }
    put_be32(r, len - 4);
    put_be16(r + 6, disc == 4 ? 0 : disc == 2 ? PROFILE_DVD : PROFILE_CD);
    return atapi_reply(c, d, len, be16(p + 7));
}

/* --- What a drive without audio says --- */

static enum atapi_sense play(struct ata_channel *c, struct ata_drive *d)
{
    (void)c;
    (void)d;
    return SENSE_WRONG_TRACK;
}

static enum atapi_sense pause_resume(struct ata_channel *c, struct ata_drive *d)
{
    (void)c;
    (void)d;
    return SENSE_SEQUENCE; /* nothing plays */
}

static enum atapi_sense mode_select(struct ata_channel *c, struct ata_drive *d)
{
    const uint8_t *p = d->cd.packet;
    uint32_t len = be16(p + 7);
    (void)c;
    if (p[1] & 1)
        return SENSE_NO_SAVING;
    if (!(p[1] & 0x10))
        return SENSE_BAD_FIELD; /* vendor-specific page format */
    if (len > 256)
        return SENSE_PARAMETER_LENGTH;
    d->cd.flow = FLOW_PARAMS;
    d->cd.fill = len;
    d->cd.at = 0;
    return SENSE_OK;
}

/* --- The list --- */

static const struct {
    uint8_t opcode;
    uint8_t flags;
    handler *fn;
} commands[] = {
    {0x00, NEEDS_DISC, test_unit_ready},
    {0x03, KEEPS_ATTENTION, request_sense},
    {0x12, KEEPS_ATTENTION, inquiry},
    {0x1b, 0, start_stop},
    {0x1e, 0, prevent_allow},
    {0x25, NEEDS_DISC, disc_command}, /* READ CAPACITY */
    {0x28, NEEDS_DISC, disc_command}, /* READ (10) */
    {0x2b, NEEDS_DISC, disc_command}, /* SEEK */
    {0x2f, NEEDS_DISC, disc_command}, /* VERIFY */
    {0x42, NEEDS_DISC, disc_command}, /* READ SUB-CHANNEL */
    {0x43, NEEDS_DISC, disc_command}, /* READ TOC/PMA/ATIP */
    {0x44, NEEDS_DISC, disc_command}, /* READ HEADER */
    {0x45, NEEDS_DISC, play},         /* PLAY AUDIO (10), MSF, TRACK INDEX, (12) */
    {0x46, KEEPS_ATTENTION, get_configuration},
    {0x47, NEEDS_DISC, play},
    {0x48, NEEDS_DISC, play},
    {0x4a, KEEPS_ATTENTION, event_status},
    {0x4b, NEEDS_DISC, pause_resume},
    {0x4e, NEEDS_DISC, test_unit_ready}, /* STOP PLAY/SCAN: it does not */
    {0x51, NEEDS_DISC, disc_command},    /* READ DISC INFORMATION */
    {0x52, NEEDS_DISC, disc_command},    /* READ TRACK INFORMATION */
    {0x55, 0, mode_select},
    {0x5a, 0, atapi_mode_sense},
    {0xa5, NEEDS_DISC, play},
    {0xa8, NEEDS_DISC, disc_command}, /* READ (12) */
    {0xad, NEEDS_DISC, disc_command}, /* READ DVD STRUCTURE */
    {0xb9, NEEDS_DISC, disc_command}, /* READ CD MSF */
    {0xba, NEEDS_DISC, play},         /* SCAN */
    {0xbb, 0, set_speed},
    {0xbd, 0, mechanism_status},
    {0xbe, NEEDS_DISC, disc_command}, /* READ CD */
};

enum atapi_sense atapi_take_attention(struct atapi *a)
{
    enum atapi_sense sense = a->attention & ATTENTION_RESET    ? SENSE_RESET
                             : a->attention & ATTENTION_MEDIUM ? SENSE_MEDIUM_CHANGED
                                                               : SENSE_OK;
    a->attention &= (uint8_t) ~(sense == SENSE_RESET ? ATTENTION_RESET : ATTENTION_MEDIUM);
    return sense;
}

enum atapi_sense atapi_execute(struct ata_channel *c, struct ata_drive *d)
{
    struct atapi *a = &d->cd;
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (commands[i].opcode != a->packet[0])
            continue;
        enum atapi_sense sense = commands[i].flags & KEEPS_ATTENTION ? SENSE_OK : atapi_take_attention(a);
        if (!sense && commands[i].flags & NEEDS_DISC && !disc_blocks(d))
            sense = a->open ? SENSE_NO_MEDIUM_OPEN : SENSE_NO_MEDIUM_CLOSED;
        return sense ? sense : commands[i].fn(c, d);
    }
    guest_error(c->bus->log, c->name, "packet command %02xh is not known", a->packet[0]);
    return SENSE_BAD_OPCODE;
}
