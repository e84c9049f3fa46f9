/* SPDX-License-Identifier: MIT */
/*
 * INT 13h for diskettes (INT 40h): an 82077AA with DMA channel 2.
 *
 * IBM PC/AT technical reference, section 5 "Diskette BIOS"; 82077AA datasheet, 5 (commands), 2.1
 * (registers); 8237A.
 * LIMIT: a drive takes its own capacity's media only (no 360 KB in a 1.2 MB drive); no formatting
 * (AH=05h gives 01h).
 */
#include "bios.h"

#define DOR 0x3f2
#define MSR 0x3f4
#define FIFO 0x3f5
#define DIR 0x3f7
#define CCR 0x3f7

#define DOR_RUN 0x0c /* not in reset, DMA gate on */
#define MSR_RQM 0x80
#define MSR_DIO 0x40
#define DIR_CHANGED 0x80

#define CMD_SPECIFY 0x03
#define CMD_RECALIBRATE 0x07
#define CMD_SENSE 0x08
#define CMD_SEEK 0x0f
#define CMD_READ 0xe6  /* multi-track, MFM, skip deleted */
#define CMD_WRITE 0xc5 /* multi-track, MFM */

#define INT_FLAG 0x80 /* 40:3E */
#define MOTOR_TICKS 37
#define TIMEOUT_MS 2000

#define ST_BAD_COMMAND 0x01
#define ST_WRITE_PROTECT 0x03
#define ST_NOT_FOUND 0x04
#define ST_CHANGED 0x06
#define ST_DMA_OVERRUN 0x08
#define ST_DMA_BOUNDARY 0x09
#define ST_CRC 0x10
#define ST_CONTROLLER 0x20
#define ST_SEEK 0x40
#define ST_TIMEOUT 0x80

extern const uint8_t diskette_table[];

struct format {
    uint8_t tracks, spt, rate;
};

/* By CMOS drive type: 360 KB, 1.2 MB, 720 KB, 1.44 MB, 2.88 MB. All have two heads. */
static const struct format formats[6] = {
    {0, 0, 0}, {40, 9, 2}, {80, 15, 0}, {80, 9, 2}, {80, 18, 0}, {80, 36, 3},
};

static uint8_t drive_type(uint8_t drive)
{
    uint8_t types = cmos_read(0x10);
    uint8_t type = drive == 0 ? types >> 4 : drive == 1 ? types & 15 : 0;
    return type < sizeof formats / sizeof formats[0] ? type : 0;
}

void floppy_init(void)
{
    uint8_t count = !!drive_type(0) + !!drive_type(1);
    BDA->equipment &= ~0x00c1;
    if (count)
        BDA->equipment |= 1 | (count - 1) << 6;
}

/* Waits until the FIFO wants (want = RQM) or offers (RQM | DIO) a byte. */
static int fifo_ready(uint8_t want)
{
    struct timeout t;
    timeout_start(&t, 20);
    while ((inb(MSR) & (MSR_RQM | MSR_DIO)) != want)
        if (timeout_over(&t))
            return 0;
    return 1;
}

static int command(const uint8_t *bytes, uint32_t n)
{
    BDA->fd_recal &= ~INT_FLAG;
    for (; n; n--) {
        if (!fifo_ready(MSR_RQM))
            return 0;
        outb(FIFO, *bytes++);
    }
    return 1;
}

static int results(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!fifo_ready(MSR_RQM | MSR_DIO))
            return 0;
        BDA->fd_result[i] = inb(FIFO);
    }
    return 1;
}

static int wait_irq(void)
{
    struct timeout t;
    timeout_start(&t, TIMEOUT_MS);
    while (!(BDA->fd_recal & INT_FLAG)) {
        if (timeout_over(&t))
            return 0;
        irq_window();
    }
    BDA->fd_recal &= ~INT_FLAG;
    return 1;
}

static int sense(void)
{
    static const uint8_t cmd[] = {CMD_SENSE};
    return command(cmd, sizeof cmd) && results(2);
}

static uint8_t reset(void)
{
    static const uint8_t specify[] = {CMD_SPECIFY, 0xaf, 0x02};
    uint8_t motors = BDA->fd_motor & 3;
    BDA->fd_recal = 0;
    outb(DOR, motors << 4 | (DOR_RUN & ~0x04));
    inb(MSR); /* the reset lasts 500 ns at least */
    inb(MSR);
    outb(DOR, motors << 4 | DOR_RUN);
    if (!wait_irq())
        return ST_TIMEOUT;
    for (int drive = 0; drive < 4; drive++)
        if (!sense())
            return ST_CONTROLLER;
    return command(specify, sizeof specify) ? 0 : ST_CONTROLLER;
}

static void motor_on(uint8_t drive)
{
    BDA->fd_motor_ticks = 0xff;
    BDA->fd_motor |= 1 << drive;
    outb(DOR, (BDA->fd_motor & 3) << 4 | DOR_RUN | drive);
}

static uint8_t seek(uint8_t drive, uint8_t track)
{
    uint8_t recalibrate[] = {CMD_RECALIBRATE, drive};
    uint8_t to[] = {CMD_SEEK, drive, track};
    if (!(BDA->fd_recal & 1 << drive)) {
        if (!command(recalibrate, sizeof recalibrate) || !wait_irq() || !sense())
            return ST_TIMEOUT;
        if (BDA->fd_result[0] & 0xc0)
            return ST_SEEK;
        BDA->fd_recal |= 1 << drive;
    }
    if (!command(to, sizeof to) || !wait_irq() || !sense())
        return ST_TIMEOUT;
    return BDA->fd_result[0] & 0xc0 ? ST_SEEK : 0;
}

/* A changed diskette is told once; stepping clears the drive's change line if there is one in it. */
static uint8_t check_changed(uint8_t drive)
{
    uint8_t status;
    if (!(inb(DIR) & DIR_CHANGED))
        return 0;
    BDA->fd_recal &= ~(1 << drive);
    status = seek(drive, 1);
    if (!status)
        status = seek(drive, 0);
    if (status)
        return status;
    return inb(DIR) & DIR_CHANGED ? ST_TIMEOUT : ST_CHANGED;
}

/* Channel 2: mode 46h to memory, 4Ah from memory, 42h verify. */
static uint8_t dma_start(uint8_t mode, uint32_t address, uint32_t bytes)
{
    if ((address & 0xffff) + bytes > 0x10000)
        return ST_DMA_BOUNDARY;
    outb(0x0a, 0x06);
    outb(0x0c, 0);
    outb(0x0b, mode);
    outb(0x04, address);
    outb(0x04, address >> 8);
    outb(0x81, address >> 16);
    outb(0x05, bytes - 1);
    outb(0x05, (bytes - 1) >> 8);
    outb(0x0a, 0x02);
    return 0;
}

static uint8_t result_status(void)
{
    uint8_t st1 = BDA->fd_result[1], st2 = BDA->fd_result[2];
    if (!(BDA->fd_result[0] & 0xc0))
        return 0;
    return st1 & 0x02   ? ST_WRITE_PROTECT
           : st1 & 0x20 ? ST_CRC
           : st1 & 0x10 ? ST_DMA_OVERRUN
           : st1 & 0x84 ? ST_NOT_FOUND
           : st1 & 0x01 ? 0x02 /* address mark */
           : st2 & 0x10 ? ST_SEEK
                        : ST_CONTROLLER;
}

static uint8_t transfer(struct regs *r, uint8_t mode, const struct format *f)
{
    uint8_t drive = r->dl, track = r->ch, head = r->dh, sector = r->cl, status;
    uint8_t cmd[] = {mode == 0x4a ? CMD_WRITE : CMD_READ, head << 2 | drive, track, head, sector,
                     2, f->spt, 0x1b, 0xff};
    uint32_t last = head * f->spt + sector - 1u + r->al;
    if (r->al == 0 || head > 1 || track >= f->tracks || sector == 0 || sector > f->spt ||
        last > 2u * f->spt)
        return r->al == 0 || head > 1 ? ST_BAD_COMMAND : ST_NOT_FOUND;
    motor_on(drive);
    outb(CCR, f->rate);
    status = check_changed(drive);
    if (!status)
        status = seek(drive, track);
    if (!status)
        status = dma_start(mode, ((uint32_t)r->es << 4) + r->bx, r->al * 512u);
    if (status)
        return status;
    if (!command(cmd, sizeof cmd))
        return ST_CONTROLLER;
    if (!wait_irq())
        return ST_TIMEOUT;
    return results(7) ? result_status() : ST_CONTROLLER;
}

/* Reads, writes, verifies; after a timeout the controller is reset, so that the next try starts clean. */
static uint8_t access(struct regs *r, uint8_t mode)
{
    uint8_t type = drive_type(r->dl), status;
    if (!type)
        return ST_TIMEOUT;
    status = transfer(r, mode, &formats[type]);
    BDA->fd_motor_ticks = MOTOR_TICKS;
    if (status == ST_TIMEOUT || status == ST_CONTROLLER)
        reset();
    return status;
}

static void get_parameters(struct regs *r)
{
    uint8_t type = drive_type(r->dl);
    r->ax = 0;
    r->bx = type;
    r->cx = type ? (formats[type].tracks - 1) << 8 | formats[type].spt : 0;
    r->dh = type ? 1 : 0;
    r->dl = !!drive_type(0) + !!drive_type(1);
    r->es = BIOS_SEG;
    r->di = (uint16_t)(uintptr_t)diskette_table;
    set_cf(r, 0);
}

static uint8_t set_media(struct regs *r)
{
    uint8_t type = drive_type(r->dl);
    if (!type || r->ch != formats[type].tracks - 1 || r->cl != formats[type].spt)
        return 0x0c; /* not supported */
    r->es = BIOS_SEG;
    r->di = (uint16_t)(uintptr_t)diskette_table;
    return 0;
}

static uint8_t change_line(struct regs *r)
{
    uint8_t status;
    if (!drive_type(r->dl))
        return ST_TIMEOUT;
    motor_on(r->dl);
    status = inb(DIR) & DIR_CHANGED ? ST_CHANGED : 0;
    BDA->fd_motor_ticks = MOTOR_TICKS;
    return status;
}

static uint8_t serve(struct regs *r)
{
    uint8_t status;
    switch (r->ah) {
    case 0x00: return reset();
    case 0x02:
    case 0x03:
    case 0x04:
        status = access(r, r->ah == 0x02 ? 0x46 : r->ah == 0x03 ? 0x4a : 0x42);
        if (status)
            r->al = 0;
        return status;
    case 0x16: return change_line(r);
    case 0x18: return set_media(r);
    }
    return ST_BAD_COMMAND;
}

/* Gives entry.S's exit stub: none. */
uint32_t int40(struct regs *r)
{
    switch (r->ah) {
    case 0x01: r->ah = BDA->fd_status; break;
    case 0x08: get_parameters(r); return 0;
    case 0x15:
        r->ah = drive_type(r->dl) ? 2 : 0; /* with change line; none */
        set_cf(r, 0);
        return 0;
    default: r->ah = serve(r); break;
    }
    BDA->fd_status = r->ah;
    set_cf(r, r->ah != 0);
    return 0;
}
