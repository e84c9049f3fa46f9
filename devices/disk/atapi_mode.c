/* SPDX-License-Identifier: MIT */
/*
 * Mode pages of a CD drive: 01h read error recovery, 0Dh CD parameters, 0Eh audio control, 2Ah
 * capabilities. SFF-8020i revision 2.6, 10.10 and 10.11; MMC-3 6.3. Nothing is saved over a power
 * cycle.
 */
#include "base/bits.h"
#include "devices/disk/ata.h"
#include "devices/disk/scsi.h"

enum { HEADER = 8, SPEED_48X = 8467, ALL_PAGES = 0x3f };
enum page_control { PC_CURRENT, PC_CHANGEABLE, PC_DEFAULT, PC_SAVED };

struct page {
    uint8_t code, len; /* without the two bytes of its head */
    void (*put)(const struct ata_drive *d, enum page_control pc, uint8_t *data);
    bool (*take)(struct atapi *a, const uint8_t *data); /* NULL: nothing can be changed */
};

enum { RETRIES = 5 };

void atapi_mode_reset(struct atapi *a)
{
    static const uint8_t volume[4] = {1, 0xff, 2, 0xff};
    a->recovery = 0;
    a->retries = RETRIES;
    memcpy(a->volume, volume, sizeof volume);
    a->speed = SPEED_48X;
}

static void put_recovery(const struct ata_drive *d, enum page_control pc, uint8_t *data)
{
    data[0] = pc == PC_CURRENT ? d->cd.recovery : pc == PC_CHANGEABLE ? 0x3f : 0;
    data[1] = pc == PC_CURRENT ? d->cd.retries : pc == PC_CHANGEABLE ? 0xff : RETRIES;
}

static bool take_recovery(struct atapi *a, const uint8_t *data)
{
    if (data[0] & 0xc0)
        return false;
    a->recovery = data[0];
    a->retries = data[1];
    return true;
}

static void put_cd(const struct ata_drive *d, enum page_control pc, uint8_t *data)
{
    (void)d;
    if (pc == PC_CHANGEABLE)
        return;
    put_be16(data + 2, 60); /* seconds in a minute, frames in a second */
    put_be16(data + 4, 75);
}

static void put_audio(const struct ata_drive *d, enum page_control pc, uint8_t *data)
{
    static const uint8_t preset[4] = {1, 0xff, 2, 0xff};
    if (pc == PC_CHANGEABLE) {
        memcpy(data + 6, "\x0f\xff\x0f\xff", 4);
        return;
    }
    data[0] = 0x04; /* immediate */
    memcpy(data + 6, pc == PC_CURRENT ? d->cd.volume : preset, 4);
}

static bool take_audio(struct atapi *a, const uint8_t *data)
{
    if ((data[6] | data[8]) & 0xf0)
        return false;
    memcpy(a->volume, data + 6, 4);
    return true;
}

static void put_capabilities(const struct ata_drive *d, enum page_control pc, uint8_t *data)
{
    if (pc == PC_CHANGEABLE)
        return;
    data[0] = 0x0b; /* reads CD-R, CD-RW and DVD-ROM */
    data[2] = 0x70; /* mode 2 forms 1 and 2, multi-session */
    data[3] = 0x03; /* CD-DA commands, stream is accurate: for READ CD */
    data[4] = (uint8_t)(0x29 | (pc == PC_CURRENT && d->cd.locked ? 2 : 0)); /* tray, eject, lock; lock state */
    put_be16(data + 6, SPEED_48X);
    put_be16(data + 8, 2); /* volume levels: on and off */
    put_be16(data + 10, ATA_BUFFER / 1024);
    put_be16(data + 12, pc == PC_CURRENT ? d->cd.speed : SPEED_48X);
}

static const struct page pages[] = {
    {0x01, 6, put_recovery, take_recovery},
    {0x0d, 6, put_cd, NULL},
    {0x0e, 14, put_audio, take_audio},
    {0x2a, 18, put_capabilities, NULL},
};

/* Medium type of the header (SFF-8020i table 86): 120 mm data CD, none, door open. */
static uint8_t medium_type(const struct ata_drive *d)
{
    return d->cd.open ? 0x71 : disc_blocks(d) ? 0x01 : 0x70;
}

enum atapi_sense atapi_mode_sense(struct ata_channel *c, struct ata_drive *d)
{
    const uint8_t *p = d->cd.packet;
    enum page_control pc = p[2] >> 6;
    uint8_t code = p[2] & 0x3f, *r = c->buffer;
    uint32_t len = HEADER;
    if (pc == PC_SAVED)
        return SENSE_NO_SAVING;
    memset(r, 0, 256);
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        const struct page *g = &pages[i];
        if (code != ALL_PAGES && code != g->code)
            continue;
        r[len] = g->code;
        r[len + 1] = g->len;
        g->put(d, pc, r + len + 2);
        len += 2u + g->len;
    }
    if (len == HEADER)
        return SENSE_BAD_FIELD;
    put_be16(r, len - 2);
    r[2] = medium_type(d);
    return atapi_reply(c, d, len, be16(p + 7));
}

static const struct page *find_page(uint8_t code)
{
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        if (pages[i].code == code)
            return &pages[i];
    return NULL;
}

enum atapi_sense atapi_mode_select(struct ata_channel *c, struct ata_drive *d)
{
    const uint8_t *r = c->buffer;
    uint32_t len = d->cd.fill, at = HEADER;
    if (len < HEADER)
        return len ? SENSE_PARAMETER_LENGTH : SENSE_OK;
    at += be16(r + 6); /* block descriptors: ATAPI has none, SCSI's are passed over */
    while (at < len) {
        const struct page *g = len - at >= 2 ? find_page(r[at] & 0x3f) : NULL;
        if (len - at < 2)
            return SENSE_PARAMETER_LENGTH;
        if (!g || !g->take || r[at + 1] != g->len)
            return SENSE_BAD_PARAMETER;
        if (len - at - 2 < g->len)
            return SENSE_PARAMETER_LENGTH;
        if (!g->take(&d->cd, r + at + 2))
            return SENSE_BAD_PARAMETER;
        at += 2u + g->len;
    }
    return SENSE_OK;
}
