/* SPDX-License-Identifier: MIT */
/* Fixed disks and CD drives as ata.c finds them; disk.c, cdrom.c and eltorito.c serve them. */
#ifndef BIOS_ATA_H
#define BIOS_ATA_H

#include <stdint.h>

#include "regs.h"

#define ATA_MAX 4

struct ata_drive {
    uint16_t base; /* command block; the control block is at base + 206h */
    uint8_t slave; /* 0 or 10h: DEV */
    uint8_t lba;   /* LBA is there */
    uint8_t lba48;
    uint64_t sectors;
    uint16_t pcyl, phead, pspt; /* IDENTIFY words 1, 3, 6 */
    uint16_t lcyl, lhead, lspt; /* what INT 13h shows */
};

extern struct ata_drive ata_drives[ATA_MAX];
extern uint8_t ata_count;

enum ata_op { ATA_READ, ATA_WRITE, ATA_VERIFY };

/*
 * Transfers count sectors from lba to or from seg:off (off below 10h), or verifies them; *done counts
 * those that went well. Gives an INT 13h status.
 */
uint8_t ata_transfer(const struct ata_drive *d, enum ata_op op, uint64_t lba, uint32_t count, uint16_t seg,
                     uint16_t off, uint32_t *done);
uint8_t ata_ready(const struct ata_drive *d);
uint8_t ata_reset(const struct ata_drive *d);

/* CD drives, as cdrom.c reaches them. INT 13h numbers them from E0h on. */
#define CD_FIRST 0xe0
#define CD_BLOCK 2048

struct cd_drive {
    uint16_t base;
    uint8_t slave;
    uint8_t locks; /* INT 13h AH=45h */
};

extern struct cd_drive cd_drives[ATA_MAX];
extern uint8_t cd_count;

/* ata.c: status within ms, ST_BSY when the time was up; selects a drive (0: it stays busy). */
uint8_t ata_wait(uint16_t base, uint32_t ms);
int ata_select(uint16_t base, uint8_t device);

/* A drive with the signature of packet devices was found. */
void cd_found(uint16_t base, uint8_t slave);
/*
 * Sends a packet and takes its data: `skip` bytes are dropped, `want` go to seg:off (off below 10h), the rest is
 * dropped. Gives an INT 13h status.
 */
uint8_t cd_packet(const struct cd_drive *d, const uint8_t packet[12], uint32_t skip, uint32_t want, uint16_t seg,
                  uint16_t off);
/* count 512-byte sectors from lba512 on. */
uint8_t cd_read512(const struct cd_drive *d, uint32_t lba512, uint32_t count, uint16_t seg, uint16_t off);
/* count blocks from lba on. */
uint8_t cd_read(const struct cd_drive *d, uint32_t lba, uint32_t count, uint16_t seg, uint16_t off);
/* Waits until a disc is ready; 0, or an INT 13h status (31h: no medium). */
uint8_t cd_ready(const struct cd_drive *d);
/* Blocks on the disc, 0 where there is none. */
uint32_t cd_blocks(const struct cd_drive *d);
/* INT 13h for a CD drive. */
void cd_int13(struct regs *r, struct cd_drive *d);

/* disk.c */
/* Drive 80h is the one at base and slave from now on, the others follow in the order in which they were found. */
void disk_first(uint16_t base, uint8_t slave);
void disk_int13(struct regs *r);
void disk_normalise(uint16_t *seg, uint16_t *off);

/* eltorito.c: 1 when the call was for an emulated drive or for the emulation itself. */
int eltorito_int13(struct regs *r);
/* Starts what the disc's boot catalog names; comes back only when it cannot. Gives why not. */
const char *eltorito_boot(uint8_t cd);
void eltorito_end(void);

#endif
