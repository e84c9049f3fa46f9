/* SPDX-License-Identifier: MIT */
/*
 * The data of IDENTIFY DEVICE for a disk (ATA-6 8.15, table 26), and of IDENTIFY PACKET DEVICE for a CD drive (8.16,
 * table 27).
 */
#include <stdio.h>

#include "base/bits.h"
#include "devices/disk/ata.h"

static void word(uint8_t *out, unsigned n, uint16_t v)
{
    st16(out + 2 * n, v);
}

static void word32(uint8_t *out, unsigned n, uint32_t v)
{
    st32(out + 2 * n, v);
}

/* Strings are padded with spaces and have the bytes of each word swapped (ATA-6 3.2.8). */
static void string(uint8_t *out, unsigned n, unsigned words, const char *text)
{
    size_t len = strlen(text);
    for (unsigned i = 0; i < 2 * words; i++)
        out[2 * n + (i ^ 1)] = (uint8_t)(i < len ? text[i] : ' ');
}

/* The geometry that CHS can address (ATA-6 6.2.1). */
static void geometry(const struct ata_drive *d, uint8_t *out)
{
    uint64_t sectors = d->blk->sectors;
    word(out, 1, (uint16_t)d->geometry.cyls);
    word(out, 3, (uint16_t)d->geometry.heads);
    word(out, 6, (uint16_t)d->geometry.secs);
    /* the current translation, INITIALIZE DEVICE PARAMETERS */
    uint32_t current = (uint32_t)MIN(sectors / MAX(1u, (unsigned)d->heads * d->spt), UINT64_C(65535));
    word(out, 54, (uint16_t)MAX(current, 1u));
    word(out, 55, d->heads);
    word(out, 56, d->spt);
    word32(out, 57, MAX(current, 1u) * d->heads * d->spt);
}

static void transfer_modes(const struct ata_drive *d, uint8_t *out)
{
    uint16_t mdma = 0x07, udma = 0x3f;
    if ((d->mode & 0xf8) == 0x20)
        mdma |= (uint16_t)(0x100u << (d->mode & 7));
    if ((d->mode & 0xf8) == 0x40)
        udma |= (uint16_t)(0x100u << (d->mode & 7));
    word(out, 63, mdma);
    word(out, 64, 3); /* PIO 3, 4 */
    for (unsigned n = 65; n <= 68; n++)
        word(out, n, 120);
    word(out, 88, udma);
}

/* Word 255: signature A5h, and a checksum that makes the sum of all bytes 0 (ATA-6 8.15.61). */
static void integrity(uint8_t out[ATA_SECTOR])
{
    out[510] = 0xa5;
    uint8_t sum = 0;
    for (unsigned i = 0; i < 511; i++)
        sum = (uint8_t)(sum + out[i]);
    out[511] = (uint8_t)-sum;
}

void ata_identify(const struct ata_drive *d, uint8_t out[ATA_SECTOR])
{
    uint64_t sectors = d->blk->sectors;
    memset(out, 0, ATA_SECTOR);
    word(out, 0, 0x0040); /* fixed drive */
    geometry(d, out);
    string(out, 10, 10, d->blk->serial);
    string(out, 23, 4, "1.0");
    string(out, 27, 20, "VITRINE HARDDISK");
    word(out, 47, 0x8000 | ATA_MAX_MULTIPLE);
    word(out, 48, 1);      /* 32-bit data port accesses work */
    word(out, 49, 0x2b00); /* standby timer, IORDY, LBA, DMA */
    word(out, 50, 0x4000);
    word(out, 53, 7);
    word(out, 59, (uint16_t)(d->multiple ? 0x100 | d->multiple : 0));
    word32(out, 60, (uint32_t)MIN(sectors, UINT64_C(0x0fffffff)));
    transfer_modes(d, out);
    word(out, 80, 0x007e); /* ATA-1 to ATA-6 */
    word(out, 81, 0x0019);
    word(out, 82, 0x7068); /* NOP, READ/WRITE BUFFER, look-ahead, write cache, power management */
    word(out, 83, 0x7400); /* FLUSH CACHE (EXT), 48-bit addresses */
    word(out, 84, 0x4000);
    word(out, 85, (uint16_t)(0x7048 | (d->write_cache ? 0x20 : 0)));
    word(out, 86, 0x3400);
    word(out, 87, 0x4000);
    word(out, 93, 0x604b); /* hardware reset result: 80-conductor cable, device 0 passed */
    st64(out + 200, sectors);
    integrity(out);
}

void atapi_identify(const struct ata_drive *d, uint8_t out[ATA_SECTOR])
{
    memset(out, 0, ATA_SECTOR);
    word(out, 0, 0x85c0); /* CD-ROM, removable, DRQ within 50 us of PACKET, 12-byte packets */
    string(out, 23, 4, "1.0");
    string(out, 27, 20, ATAPI_MODEL);
    word(out, 48, 1);
    word(out, 49, 0x0b00); /* IORDY, LBA, DMA */
    word(out, 53, 6);
    transfer_modes(d, out);
    word(out, 80, 0x007e);
    word(out, 81, 0x0019);
    word(out, 82, 0x4218); /* NOP, DEVICE RESET, PACKET, power management */
    word(out, 83, 0x4000);
    word(out, 84, 0x4000);
    word(out, 85, 0x4218);
    word(out, 87, 0x4000);
    word(out, 93, 0x604b);
    integrity(out);
}
