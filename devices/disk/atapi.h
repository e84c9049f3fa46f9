/* SPDX-License-Identifier: MIT */
/*
 * A CD drive on an ATA channel: the packet protocol (atapi.c), and what its packets do
 * (atapi_commands.c, atapi_disc.c).
 *
 * The drive sees its medium as a blk of 512-byte sectors; a block of the disc is four of them.
 */
#ifndef VITRINE_DEVICES_DISK_ATAPI_H
#define VITRINE_DEVICES_DISK_ATAPI_H

#include <stdbool.h>
#include <stdint.h>

struct ata_channel;
struct ata_drive;

enum { ATAPI_PACKET = 12, CD_BLOCK = 2048, CD_RAW_MAX = 2352 + 294 + 2 + 96 };
#define ATAPI_MODEL "VITRINE CD-ROM"

/* Interrupt reason, in the sector count register (ATA-6 7.9). */
enum { ATAPI_CD = 1 /* command or status, not data */, ATAPI_IO = 2 /* to the host */ };

/* Unit attentions that are not reported yet. */
enum { ATTENTION_RESET = 1, ATTENTION_MEDIUM = 2 };

/* Media events of GET EVENT STATUS NOTIFICATION (MMC-3 6.7.2.4). */
enum { EVENT_NONE, EVENT_EJECT_REQUEST, EVENT_NEW_MEDIUM, EVENT_MEDIUM_REMOVED };

/* What a packet command moves. */
enum atapi_flow {
    FLOW_NONE,
    FLOW_REPLY,  /* the buffer's first `fill` bytes */
    FLOW_BLOCKS, /* the channel's `left` blocks from `sector` on */
    FLOW_PARAMS, /* `fill` bytes come from the host */
};

struct atapi {
    uint8_t key, asc, ascq; /* sense data of the last command that failed */
    uint8_t attention;
    uint8_t event;
    bool open, locked;
    uint8_t packet[ATAPI_PACKET];
    bool dma; /* of the command under way */
    uint8_t flow;
    uint32_t limit;            /* bytes in one DRQ block at most */
    uint32_t fill, at;         /* bytes in the channel's buffer; how many of them have been moved */
    uint32_t block_bytes;      /* what a block of the disc is on its way to the host */
    uint8_t parts;             /* READ CD byte 9: the parts of a sector that are wanted */
    uint8_t subchannel;        /* READ CD byte 10 */
    uint8_t recovery, retries; /* mode page 01h */
    uint8_t volume[4];         /* mode page 0Eh: channel selection and volume of the two outputs */
    uint16_t speed;            /* kB/s */
};

#define ATAPI_STATE(type, m)                                                                                    \
    STATE_U(type, m.key), STATE_U(type, m.asc), STATE_U(type, m.ascq), STATE_U(type, m.attention),              \
        STATE_U(type, m.event), STATE_U(type, m.open), STATE_U(type, m.locked), STATE_ARRAY(type, m.packet),    \
        STATE_U(type, m.dma), STATE_U(type, m.flow), STATE_U(type, m.limit), STATE_U(type, m.fill),             \
        STATE_U(type, m.at), STATE_U(type, m.block_bytes), STATE_U(type, m.parts), STATE_U(type, m.subchannel), \
        STATE_U(type, m.recovery), STATE_U(type, m.retries), STATE_ARRAY(type, m.volume), STATE_U(type, m.speed)

/* atapi.c: what the channel asks of it */
void atapi_command(struct ata_channel *c, uint8_t command);
void atapi_advance(struct ata_channel *c);     /* one of the ATA_NEXT_ steps of a packet is due */
void atapi_buffer_done(struct ata_channel *c); /* the host has read or written a DRQ block */
void atapi_dma_started(struct ata_channel *c);
void atapi_reset(struct ata_drive *d, bool hard);
void atapi_post_load(struct ata_drive *d);

/*
 * The tray, from outside. atapi_insert: d->blk is what was just put in, the tray closes.
 * atapi_remove: d->blk is gone, the tray stands open. atapi_eject_request: the user pressed the
 * button; a guest that locked the door is asked.
 */
void atapi_insert(struct ata_drive *d);
void atapi_remove(struct ata_drive *d);
void atapi_eject_request(struct ata_drive *d);

/* --- between the files --- */

/* Sense keys and codes (MMC-3 annex A): key << 16 | ASC << 8 | ASCQ. 0 is good. */
enum atapi_sense {
    SENSE_OK = 0,
    SENSE_NO_MEDIUM_CLOSED = 0x023a01,
    SENSE_NO_MEDIUM_OPEN = 0x023a02,
    SENSE_UNREADABLE = 0x031100,
    SENSE_PARAMETER_LENGTH = 0x051a00,
    SENSE_BAD_OPCODE = 0x052000,
    SENSE_BAD_ADDRESS = 0x052100,
    SENSE_BAD_FIELD = 0x052400,
    SENSE_BAD_PARAMETER = 0x052600,
    SENSE_SEQUENCE = 0x052c00,
    SENSE_NO_SAVING = 0x053900,
    SENSE_LOCKED = 0x055302,
    SENSE_WRONG_TRACK = 0x056400,
    SENSE_MEDIUM_CHANGED = 0x062800,
    SENSE_RESET = 0x062900,
};

/* Carries out d->cd.packet: sets flow, and for it fill, or sector, left and block_bytes. */
enum atapi_sense atapi_execute(struct ata_channel *c, struct ata_drive *d);     /* atapi_commands.c */
enum atapi_sense atapi_take_attention(struct atapi *a);                         /* the same: the next one that waits */
enum atapi_sense atapi_mode_select(struct ata_channel *c, struct ata_drive *d); /* atapi_mode.c: the parameters came */
/* The reply in the buffer is `len` bytes, of which the host takes at most `room`. */
enum atapi_sense atapi_reply(struct ata_channel *c, struct ata_drive *d, uint32_t len, uint32_t room);

/* atapi_mode.c */
enum atapi_sense atapi_mode_sense(struct ata_channel *c, struct ata_drive *d);
void atapi_mode_reset(struct atapi *a);

/* atapi_disc.c: commands that look at the disc */
uint32_t disc_blocks(const struct ata_drive *d); /* 0: nothing is in the drive, or the tray is open */
bool disc_is_dvd(const struct ata_drive *d);
enum atapi_sense disc_command(struct ata_channel *c, struct ata_drive *d);
/* n blocks from c->sector on, as the command wants them; false: the host cannot read them. */
bool disc_fetch(struct ata_channel *c, struct ata_drive *d, uint8_t *to, uint32_t n);

/* atapi_sector.c: a mode 1 sector's 2352 bytes around the 2048 at raw + 16 (ECMA-130 14, annex A)
 */
void sector_complete(uint8_t raw[2352], uint32_t lba);
void sector_msf(uint32_t lba, bool bcd, uint8_t msf[3]);

#endif
