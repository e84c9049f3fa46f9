/* SPDX-License-Identifier: MIT */
/*
 * An ATA channel with up to two drives: task file, PIO and DMA data transfer, packet devices (ATA-6).
 *
 * The IDE controller owns the channel: it forwards port accesses, connects `irq`, and offers the DMA engine's scatter
 * list as `struct ata_dma`.
 */
#ifndef VITRINE_DEVICES_DISK_ATA_H
#define VITRINE_DEVICES_DISK_ATA_H

#include "bus/blk.h"
#include "bus/dev.h"
#include "devices/disk/atapi.h"
#include "devices/disk/geometry.h"

enum {
    ATA_SECTOR = 512,
    ATA_MAX_MULTIPLE = 16,         /* sectors a READ/WRITE MULTIPLE block may have */
    ATA_BUFFER = 128 * ATA_SECTOR, /* one step of a DMA transfer */
};

/* Status (ATA-6 7.15) and error (7.9) registers, device control (7.8). */
enum { ATA_BSY = 0x80, ATA_DRDY = 0x40, ATA_DF = 0x20, ATA_DSC = 0x10, ATA_DRQ = 0x08, ATA_ERR = 0x01 };
enum { ATA_ICRC = 0x80, ATA_UNC = 0x40, ATA_IDNF = 0x10, ATA_ABRT = 0x04 };
enum { ATA_HOB = 0x80, ATA_SRST = 0x04, ATA_NIEN = 0x02 };

enum ata_phase {
    ATA_IDLE,
    ATA_DELAY,    /* BSY: `timer` runs, then `next` happens */
    ATA_PIO_IN,   /* DRQ: the host reads the buffer */
    ATA_PIO_OUT,  /* DRQ: the host writes the buffer */
    ATA_DMA_WAIT, /* DRQ: waiting for the DMA engine to be started */
};
enum ata_next {
    ATA_NEXT_DONE,
    ATA_NEXT_READ,
    ATA_NEXT_WRITTEN,
    ATA_NEXT_DMA,
    ATA_NEXT_FLUSH,
    ATA_NEXT_RESET,
    ATA_NEXT_BUFFER,
    ATA_NEXT_PACKET,  /* the drive asks for the packet */
    ATA_NEXT_EXECUTE, /* what the packet says */
    ATA_NEXT_CHUNK,   /* the next part of a packet command's data */
    ATA_NEXT_STATUS,  /* a packet command's end */
    ATA_NEXT_DIAGNOSTIC,
};

enum { ATA_DEVICE_RESET = 0x08, ATA_EXECUTE_DIAGNOSTIC = 0x90, ATA_PACKET_COMMAND = 0xa0 };

struct ata_drive {
    struct blk *blk;    /* the disk, or what is in the CD drive; NULL: none */
    bool packet_device; /* a CD drive, which may be empty. Set before it is realized */
    struct atapi cd;
    /* the task file is kept by both drives, as in hardware; [1]: previous contents (HOB) */
    uint8_t feature[2], count[2], lba_low[2], lba_mid[2], lba_high[2];
    uint8_t device;
    uint8_t status, error;
    uint8_t multiple;              /* sectors a block, 0: READ MULTIPLE disabled */
    struct disk_geometry geometry; /* set before it is realized, or found from the size */
    uint8_t heads, spt;            /* INITIALIZE DEVICE PARAMETERS */
    uint8_t mode;                  /* transfer mode set by SET FEATURES 03h */
    bool write_cache, irq_pending, standby;
};

struct ata_dma {
    void *ctx;
    /* True while the engine is started in the direction that matters. */
    bool (*active)(void *ctx);
    /* Moves len bytes to (true) or from guest memory by the scatter list; how many it took (less: the list ended). */
    uint32_t (*move)(void *ctx, void *data, uint32_t len, bool to_memory);
    /* The device has no more to transfer: the engine ends its transfer. */
    void (*done)(void *ctx);
};

struct ata_channel {
    struct ata_drive drive[2];
    uint8_t control; /* device control */
    uint8_t command; /* executing now */
    uint8_t phase, next;
    bool lba48, writing;
    uint64_t sector;   /* next one to transfer */
    uint32_t left;     /* sectors of the command still to transfer */
    uint32_t block;    /* sectors in the buffer */
    uint32_t pos, len; /* PIO: bytes transferred of the buffer, and its fill */
    uint8_t buffer[ATA_BUFFER];
    struct timer timer;

    /* wiring */
    struct bus *bus;
    const char *name;
    struct irq_line irq;
    struct ata_dma dma;
};

void ata_realize(struct ata_channel *c, struct bus *bus, const char *name);
void ata_reset(struct ata_channel *c); /* RESET-: signature in the task file, DRDY after it */
void ata_post_load(struct ata_channel *c);
uint32_t ata_buffer_used(const void *buffer); /* of a channel: how much of it is data now */
/* Command block registers 0-7 (1, 2 or 4 bytes on register 0), control block: alternate status / device control. */
uint32_t ata_read(struct ata_channel *c, unsigned reg, unsigned size);
void ata_write(struct ata_channel *c, unsigned reg, unsigned size, uint32_t v);
uint8_t ata_alt_status(struct ata_channel *c);
void ata_control(struct ata_channel *c, uint8_t v);
void ata_dma_started(struct ata_channel *c); /* the host set the engine's start bit */

/* --- between the channel's files --- */
static inline struct ata_drive *ata_selected(struct ata_channel *c)
{
    /* Both drives have the last device register written. */
    return &c->drive[c->drive[0].device >> 4 & 1];
}
static inline bool ata_fitted(const struct ata_drive *d)
{
    return d->blk || d->packet_device;
}
/* After a reset: a packet device shows DRDY from its first command on only (ATA-6 9.11). */
static inline uint8_t ata_ready_status(const struct ata_drive *d)
{
    return d->packet_device || !d->blk ? 0 : ATA_DRDY | ATA_DSC;
}
void ata_command(struct ata_channel *c, uint8_t command); /* ata_command.c */
void ata_set_features(struct ata_channel *c);             /* the same: commands that all drives have */
void ata_power(struct ata_channel *c, uint8_t command);
void ata_identify(const struct ata_drive *d, uint8_t out[ATA_SECTOR]);   /* ata_identify.c */
void atapi_identify(const struct ata_drive *d, uint8_t out[ATA_SECTOR]); /* the same */
void ata_signature(struct ata_drive *d);
void ata_irq(struct ata_channel *c, bool level);
void ata_finish(struct ata_channel *c, uint8_t error); /* ends the command: 0 or error bits; interrupt */
void ata_later(struct ata_channel *c, enum ata_next next, uint64_t delay_ns); /* BSY until then */
void ata_pio_in(struct ata_channel *c, uint32_t len); /* DRQ with the buffer's first len bytes; interrupt */
void ata_pio_out(struct ata_channel *c, uint32_t len, bool interrupt);
void ata_advance(struct ata_channel *c);      /* `next` is due */
void ata_buffer_done(struct ata_channel *c);  /* the host has read or filled the buffer */
void ata_set_location(struct ata_channel *c); /* the address registers show the failing or last sector */

#define ATA_DRIVE_STATE(type, m, n)                                                                                \
    STATE_U(type, m.drive[n].device), STATE_ARRAY(type, m.drive[n].feature), STATE_ARRAY(type, m.drive[n].count),  \
        STATE_ARRAY(type, m.drive[n].lba_low), STATE_ARRAY(type, m.drive[n].lba_mid),                              \
        STATE_ARRAY(type, m.drive[n].lba_high), STATE_U(type, m.drive[n].status), STATE_U(type, m.drive[n].error), \
        STATE_U(type, m.drive[n].multiple), STATE_U(type, m.drive[n].geometry.cyls),                               \
        STATE_U(type, m.drive[n].geometry.heads), STATE_U(type, m.drive[n].geometry.secs),                         \
        STATE_U(type, m.drive[n].heads), STATE_U(type, m.drive[n].spt), STATE_U(type, m.drive[n].mode),            \
        STATE_U(type, m.drive[n].write_cache), STATE_U(type, m.drive[n].irq_pending),                              \
        STATE_U(type, m.drive[n].standby), ATAPI_STATE(type, m.drive[n].cd)
#define ATA_CHANNEL_STATE(type, m)                                                                                \
    ATA_DRIVE_STATE(type, m, 0), ATA_DRIVE_STATE(type, m, 1), STATE_U(type, m.control), STATE_U(type, m.command), \
        STATE_U(type, m.phase), STATE_U(type, m.next), STATE_U(type, m.lba48), STATE_U(type, m.writing),          \
        STATE_U(type, m.sector), STATE_U(type, m.left), STATE_U(type, m.block), STATE_U(type, m.pos),             \
        STATE_U(type, m.len), STATE_BUFFER(type, m.buffer, ata_buffer_used), STATE_TIMER_FIELD(type, m.timer)

#endif
