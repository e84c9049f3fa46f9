/* SPDX-License-Identifier: MIT */
/*
 * A diskette drive and the diskette in it, as the controller's cable sees them.
 *
 * A diskette's format follows from the image's size. Tracks are laid out as IBM's MFM format has
 * them (system 34: index gap, then sectors 1 to n evenly spaced, N=2), so a sector passes the head
 * at a time that the virtual clock alone decides: the index hole passes at every whole multiple of
 * a revolution.
 */
#ifndef VITRINE_DEVICES_FLOPPY_DRIVE_H
#define VITRINE_DEVICES_FLOPPY_DRIVE_H

#include "base/bits.h"
#include "bus/blk.h"

enum { FLOPPY_SECTOR = 512, FLOPPY_MARKS = 1024 };

/* As CMOS 10h numbers them; FLOPPY_AUTO takes every diskette. */
enum floppy_type { FLOPPY_AUTO, FLOPPY_360K, FLOPPY_1M2, FLOPPY_720K, FLOPPY_1M44, FLOPPY_2M88, FLOPPY_TYPES };

struct floppy_format {
    uint16_t sectors; /* on the whole diskette */
    uint8_t cylinders, heads, spt;
    uint8_t type;  /* the drive made for it: enum floppy_type */
    uint16_t kbps; /* data rate in that drive */
};

/* The smallest standard format that holds an image of so many sectors; NULL: none does. */
const struct floppy_format *floppy_format_of(uint64_t sectors);

struct floppy_drive {
    uint32_t type; /* set before the first use: enum floppy_type */
    bool fitted;
    struct blk *blk; /* NULL: empty */

    uint8_t cylinder; /* where the head stands */
    uint8_t changed;  /* DSKCHG: a diskette was taken out since the last step with one in */
    uint8_t motor;
    uint64_t at_speed;                  /* ns: from when on the disk turns at its speed */
    uint8_t deleted[FLOPPY_MARKS];      /* one bit a sector: it has a deleted data mark */
    const struct floppy_format *format; /* derived; NULL: empty, or no diskette for this drive */
};

/* Puts in another diskette (NULL: none). What is in it must have a format. */
void floppy_insert(struct floppy_drive *d, struct blk *blk);
void floppy_derive(struct floppy_drive *d); /* `format`, after `blk` or `type` were set */
/* CMOS 10h's number of this drive with what is in it now; 0: not fitted. */
enum floppy_type floppy_cmos_type(const struct floppy_drive *d);

bool floppy_turns(const struct floppy_drive *d); /* the motor runs and there is a diskette */
void floppy_step(struct floppy_drive *d, bool out);
/* The diskette's track under the head. */
unsigned floppy_track(const struct floppy_drive *d);
/* Data can be read or written at this rate on this side of the track under the head. */
bool floppy_legible(const struct floppy_drive *d, unsigned kbps, unsigned head);

/* Times in ns; `speedup` divides all of them. */
uint64_t floppy_revolution(const struct floppy_drive *d, unsigned speedup);
uint64_t floppy_next_index(const struct floppy_drive *d, unsigned speedup, uint64_t now);
/* When the ID field of the sector at place n (from 0) passes next, `now` or later. */
uint64_t floppy_next_id(const struct floppy_drive *d, unsigned speedup, uint64_t now, unsigned n);
/* From an ID field's start to the end of its data field. */
uint64_t floppy_sector_time(const struct floppy_drive *d, unsigned speedup);
/* The place whose ID field passes next. */
unsigned floppy_next_place(const struct floppy_drive *d, unsigned speedup, uint64_t now);

/*
 * One sector of the track under the head. 0, or a negative errno. What an image that is shorter
 * than its format lacks reads as zeros and cannot be written (-ENOSPC).
 */
int floppy_read(struct floppy_drive *d, unsigned head, unsigned sector, uint8_t *data);
int floppy_write(struct floppy_drive *d, unsigned head, unsigned sector, const uint8_t *data, bool deleted);
bool floppy_deleted(const struct floppy_drive *d, unsigned head, unsigned sector);

#endif
