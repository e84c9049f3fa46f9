/* SPDX-License-Identifier: MIT */
/*
 * 82077AA floppy disk controller with two drives, at 3F0h-3F5h and 3F7h, IRQ 6, DMA channel 2.
 *
 *     struct i82077 *fdc = i82077_new(bus, "fdc");
 *     fdc->irq = irq 6, fdc->dma = dma0;
 *     fdc->drive[0].fitted = true, fdc->drive[0].blk = image or NULL;
 */
#ifndef VITRINE_DEVICES_I82077_H
#define VITRINE_DEVICES_I82077_H

#include "bus/dev.h"
#include "devices/disk/floppy_drive.h"
#include "devices/dma/i8237.h"

enum { I82077_UNITS = 4, I82077_DRIVES = 2, I82077_DMA = 2, I82077_BUFFER = 1024 };
enum i82077_interface { FDC_AT, FDC_PS2, FDC_MODEL30 };

struct i82077;

/* A seek under way; units may seek at the same time. */
struct i82077_seek {
    struct timer step;
    struct i82077 *chip;
    uint8_t unit;
    uint8_t kind; /* enum fdc_seek */
    uint8_t out;  /* direction of the next step */
    uint8_t left; /* steps */
};

struct i82077 {
    struct dev dev;
    /* Set before dev_realize. */
    struct i8237 *dma;
    struct irq_line irq;
    struct floppy_drive drive[I82077_DRIVES];
    uint32_t interface, speedup, type[I82077_DRIVES]; /* properties */

    uint8_t dor, tdr, dsr, rate;
    uint8_t phase; /* enum fdc_phase */
    uint8_t command[9], ncommand;
    uint8_t result[10], nresult, nread;
    uint8_t intr;     /* why INT is up: enum fdc_intr */
    uint8_t polls;    /* units whose status after a reset was not sensed yet */
    uint8_t seek_end; /* units whose seek has ended and was not sensed yet */
    uint8_t seek_st0[I82077_UNITS], pcn[I82077_UNITS];
    uint8_t specify[2], configure[2], perpendicular, lock;
    uint8_t last_eot; /* SC or EOT as DUMPREG gives it */
    struct i82077_seek seek[I82077_UNITS];
    struct timer reset_end;

    /* A data transfer command. */
    struct timer exec;
    uint8_t stage; /* enum fdc_stage: what `exec` brings */
    uint8_t c, h, r, n, head;
    uint8_t place;  /* READ TRACK, READ ID: the sector's place on the track */
    uint16_t count; /* sectors still to be read or verified */
    uint8_t st0, st1, st2;
    uint8_t wrote;                        /* drives with sectors that wait for a flush, one bit each */
    uint16_t pio_len, pio_host, pio_disk; /* non-DMA mode: bytes that went by on either side */
    uint8_t pio_request;
    uint8_t buffer[I82077_BUFFER];

    struct irq_line dreq;
    struct port_range ports, dir_port;
};

extern const struct dev_class i82077_class;

struct i82077 *i82077_new(struct bus *bus, const char *id);
/* Takes out what is in drive 0 or 1 and puts in `blk` (NULL: nothing). The controller owns neither.
 */
void fdc_set_medium(struct dev *fdc, unsigned drive, struct blk *blk);
/* The number that CMOS 10h has for the drive (floppy_cmos_type). */
enum floppy_type fdc_cmos_type(const struct i82077 *c, unsigned drive);

#endif
