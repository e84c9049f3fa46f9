/* SPDX-License-Identifier: MIT */
/* What the two halves of the 82077AA share: registers and control commands, data transfers. */
#ifndef VITRINE_DEVICES_I82077_PRIV_H
#define VITRINE_DEVICES_I82077_PRIV_H

#include "devices/disk/i82077.h"

enum fdc_phase { PHASE_COMMAND, PHASE_EXECUTION, PHASE_RESULT };
enum fdc_intr { INTR_RESULT = 1, INTR_SENSE = 2, INTR_PIO = 4 };
enum fdc_seek { SEEK_NONE, SEEK_TO, SEEK_RECALIBRATE, SEEK_RELATIVE, SEEK_IMPLIED };
enum fdc_stage {
    STAGE_NONE,      /* no rotation, nothing passes the head: waits until it does, or for a reset */
    STAGE_PROTECTED, /* a write protected diskette was seen */
    STAGE_NO_MARK,   /* the second index pulse without an address mark */
    STAGE_NO_ID,     /* the second index pulse without the ID field */
    STAGE_ID,        /* READ ID: an ID field */
    STAGE_SECTOR,    /* the sector's data field has passed; non-DMA mode: is about to */
    STAGE_PIO,       /* non-DMA mode: a byte passes */
    STAGE_FORMAT,    /* the index pulse after the last sector; non-DMA mode: the one before the first
                   */
};

enum { /* commands, bits 4-0 */
       CMD_READ_TRACK = 0x02,
       CMD_WRITE = 0x05,
       CMD_READ = 0x06,
       CMD_WRITE_DELETED = 0x09,
       CMD_READ_ID = 0x0a,
       CMD_READ_DELETED = 0x0c,
       CMD_FORMAT = 0x0d,
       CMD_SCAN_EQUAL = 0x11,
       CMD_VERIFY = 0x16,
       CMD_SCAN_LOW = 0x19,
       CMD_SCAN_HIGH = 0x1d,
       CMD_CODE = 0x1f,
       CMD_MT = 0x80,
       CMD_MFM = 0x40,
       CMD_SK = 0x20
};
enum { ST0_IC_ABNORMAL = 0x40, ST0_SE = 0x20, ST0_EC = 0x10 };
enum { ST1_EN = 0x80, ST1_DE = 0x20, ST1_OR = 0x10, ST1_ND = 0x04, ST1_NW = 0x02, ST1_MA = 0x01 };
enum { ST2_CM = 0x40, ST2_DD = 0x20, ST2_WC = 0x10, ST2_SH = 0x08, ST2_SN = 0x04, ST2_BC = 0x02 };
enum { CONFIG_EIS = 0x40, CONFIG_EFIFO = 0x20, CONFIG_POLL = 0x10, CONFIG_FIFOTHR = 0x0f };
enum { SPECIFY_ND = 0x01 };

/* i82077.c */
void fdc_drive_int(struct i82077 *c);
struct floppy_drive *fdc_selected(struct i82077 *c); /* by DOR; NULL: none there */
unsigned fdc_kbps(const struct i82077 *c);

/* i82077_control.c */
enum { PERPENDICULAR_DRIVES = 0x3c };
bool fdc_at_track0(struct i82077 *c);
void fdc_command_phase(struct i82077 *c);
void fdc_take_command(struct i82077 *c, uint8_t v); /* a byte of the command phase */
void fdc_step_due(void *ctx);
void fdc_result(struct i82077 *c, unsigned n); /* n bytes of `result` are to be read */
void fdc_start_seek(struct i82077 *c, unsigned unit, enum fdc_seek kind, uint8_t target);

/* i82077_transfer.c */
void fdc_transfer(struct i82077 *c); /* a command with data, READ ID or FORMAT was given */
/* The drive may turn, the medium be another: what waits for the disk to pass looks anew. */
void fdc_search(struct i82077 *c);
/* What was written since the last call goes to stable storage; false: the host could not. */
bool fdc_flush(struct i82077 *c);
void fdc_implied_seek_done(struct i82077 *c);
void fdc_exec_due(void *ctx);
uint8_t fdc_pio_read(struct i82077 *c);
void fdc_pio_write(struct i82077 *c, uint8_t v);
static inline uint64_t fdc_now(const struct i82077 *c)
{
    return clock_ns(c->dev.bus->clock);
}
static inline bool fdc_non_dma(const struct i82077 *c)
{
    return c->specify[1] & SPECIFY_ND;
}
static inline unsigned fdc_code(const struct i82077 *c)
{
    return c->command[0] & CMD_CODE;
}

#endif
