/* SPDX-License-Identifier: MIT */
/*
 * INT 13h for diskettes (INT 40h): an 82077AA with DMA channel 2.
 *
 * IBM PC/AT technical reference, section 5 "Diskette BIOS"; IBM PS/2 and PC BIOS interface technical
 * reference (AH=17h, 18h, 40:8F, 40:90); 82077AA datasheet, 5 (commands), 2.1 (registers); 8237A.
 *
 * The first access after a change of diskettes finds out the data rate (READ ID at each rate that the drive may have),
 * whether the tracks lie two steps apart, and how many sectors a track has. Any number of sectors works, whatever the
 * drive's own format is.
 */
#include "bios.h"

#define DOR  0x3f2
#define MSR  0x3f4
#define FIFO 0x3f5
#define DIR  0x3f7
#define CCR  0x3f7

#define DOR_NOT_RESET 0x04
#define DOR_RUN       0x0c /* not in reset, DMA gate on */
#define MSR_RQM       0x80
#define MSR_DIO       0x40
#define DIR_CHANGED   0x80

#define CMD_SPECIFY     0x03
#define CMD_RECALIBRATE 0x07
#define CMD_SENSE       0x08
#define CMD_SEEK        0x0f
#define CMD_READ        0xe6 /* multi-track, MFM, skip deleted */
#define CMD_WRITE       0xc5 /* multi-track, MFM */
#define CMD_READ_ID     0x4a
#define CMD_FORMAT      0x4d

#define DMA_READ   0x46 /* channel 2, single: to memory */
#define DMA_WRITE  0x4a
#define DMA_VERIFY 0x42

#define INT_FLAG      0x80 /* 40:3E */
#define TIMEOUT_MS    2000
#define TIMEOUT_TICKS 37
#define WAKES_MAX     4000

#define SPT_MAX 48 /* on a diskette of 1 Mbit/s */

#define ST_BAD_COMMAND   0x01
#define ST_WRITE_PROTECT 0x03
#define ST_NOT_FOUND     0x04
#define ST_CHANGED       0x06
#define ST_DMA_OVERRUN   0x08
#define ST_DMA_BOUNDARY  0x09
#define ST_CRC           0x10
#define ST_CONTROLLER    0x20
#define ST_SEEK          0x40
#define ST_TIMEOUT       0x80

extern const uint8_t diskette_table[];

enum { RATE_500, RATE_300, RATE_250, RATE_1000 };

/* Drives by CMOS type: their own format, and the data rates to try, the likeliest first. */
struct drive_kind {
    uint8_t tracks, spt, rate;
    uint8_t state; /* 40:90 bits 2-0 once a diskette of its own format is known */
    uint8_t rates[4];
};
static const struct drive_kind kinds[6] = {
    {0},
    {40, 9, RATE_250, 3, {RATE_250, RATE_500, RATE_300, RATE_1000}},
    {80, 15, RATE_500, 5, {RATE_500, RATE_300, RATE_250, RATE_1000}},
    {80, 9, RATE_250, 7, {RATE_250, RATE_500, RATE_300, RATE_1000}},
    {80, 18, RATE_500, 7, {RATE_500, RATE_250, RATE_300, RATE_1000}},
    {80, 36, RATE_1000, 7, {RATE_500, RATE_1000, RATE_250, RATE_300}},
};

/*
 * Diskette parameters by CMOS type, as INT 1Eh has them: SRT/HUT, HLT/ND, motor-off ticks, N, sectors a
 * track, gap, DTL, gap for formatting, fill byte, head settle in ms, motor start in 1/8 s.
 * NOTE: callers get their addresses in the F segment, where the ROM has the constants at the same offsets.
 */
static const uint8_t parameters[6][11] = {
    {0},
    {0xdf, 0x02, 0x25, 0x02, 9, 0x2a, 0xff, 0x50, 0xf6, 0x0f, 0x08},
    {0xdf, 0x02, 0x25, 0x02, 15, 0x1b, 0xff, 0x54, 0xf6, 0x0f, 0x08},
    {0xdf, 0x02, 0x25, 0x02, 9, 0x2a, 0xff, 0x50, 0xf6, 0x0f, 0x08},
    {0xaf, 0x02, 0x25, 0x02, 18, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08},
    {0xaf, 0x02, 0x25, 0x02, 36, 0x1b, 0xff, 0x54, 0xf6, 0x0f, 0x08},
};
enum { DPT_N = 3, DPT_SPT = 4, DPT_GAP = 5, DPT_DTL = 6, DPT_FORMAT_GAP = 7, DPT_FILL = 8 };

/* 40:90 and 40:91. */
#define MEDIA_RATE_SHIFT  6
#define MEDIA_DOUBLE_STEP 0x20
#define MEDIA_KNOWN       0x10

static uint8_t media_spt[2];   /* valid with MEDIA_KNOWN */
static uint8_t media_heads[2]; /* the same */
static uint8_t drive_types;    /* CMOS 10h. NOTE: kept, since reading the CMOS ends a program's masking of NMI */
static uint8_t selected;       /* drive whose motor must run while a command does */

static uint8_t drive_type(uint8_t drive)
{
    uint8_t type = drive == 0 ? drive_types >> 4 : drive == 1 ? drive_types & 15 : 0;
    return type < sizeof kinds / sizeof kinds[0] ? type : 0;
}

/* One byte of the table that INT 1Eh points at. Programs put their own table there. */
static uint8_t parameter(int n)
{
    uint32_t table = get_vector(0x1e);
    return far_r8(table >> 16, (table & 0xffff) + n);
}

void floppy_init(void)
{
    uint8_t count;
    drive_types = cmos_read(0x10);
    count = !!drive_type(0) + !!drive_type(1);
    bda_clear(equipment, 0x00c1);
    if (count)
        bda_or(equipment, 1 | (count - 1) << 6);
    for (int i = 0; i < 2; i++) /* 40:8F: change line, several rates, type known */
        if (drive_type(i))
            bda_or(fd_info, (drive_type(i) == 1 ? 4 : 7) << i * 4);
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
    bda_clear(fd_recal, INT_FLAG);
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
        bda_set(fd_result[i], inb(FIFO));
    }
    return 1;
}

/*
 * QUIRK: a program's own timer handler may count 40:40 down faster than 18.2 times a second, or turn the motor off
 * (tests/bios/diskette.sh). So a running command turns it on again.
 */
static void keep_motor(void)
{
    uint8_t mine = 0x10 << selected | selected, dor = inb(DOR);
    bda_set(fd_motor_ticks, 0xff);
    bda_or(fd_motor, 1 << selected);
    if (dor & DOR_NOT_RESET && (dor & (0x10 << selected | 0x03)) != mine)
        outb(DOR, (dor & 0x30) | mine | DOR_RUN);
}

/* Sleeps and gives 1 where the timer will wake us. It will not if the caller masked it or is an interrupt handler. */
static int let_time_pass(void)
{
    uint8_t in_service;
    outb(0x20, 0x0b); /* OCW3: read ISR */
    in_service = inb(0x20);
    outb(0x20, 0x0a);
    if (in_service || (inb(0x21) & 1)) {
        irq_window();
        return 0;
    }
    irq_halt();
    return 1;
}

/*
 * Waits for two seconds at most, by counter 0 and by the ticks that wake us: the counter alone does not show whole
 * periods that passed between two looks. WAKES_MAX is for a program's own, faster ticks, which may not reach 40:6C.
 */
static int wait_irq(int motor)
{
    struct timeout t;
    uint32_t start = bda_get(ticks);
    timeout_start(&t, TIMEOUT_MS);
    for (int wakes = 0; !(bda_get(fd_recal) & INT_FLAG);) {
        if (timeout_over(&t) || bda_get(ticks) - start > TIMEOUT_TICKS || wakes > WAKES_MAX)
            return 0;
        wakes += let_time_pass();
        if (motor)
            keep_motor();
    }
    bda_clear(fd_recal, INT_FLAG);
    return 1;
}

static int sense(void)
{
    static const uint8_t cmd[] = {CMD_SENSE};
    return command(cmd, sizeof cmd) && results(2);
}

static uint8_t reset(void)
{
    uint8_t specify[] = {CMD_SPECIFY, parameter(0), parameter(1) & 0xfe}; /* always DMA */
    uint8_t motors = bda_get(fd_motor) & 3;
    bda_set(fd_recal, 0);
    outb(DOR, motors << 4 | (DOR_RUN & ~0x04));
    inb(MSR); /* the reset lasts 500 ns at least */
    inb(MSR);
    outb(DOR, motors << 4 | DOR_RUN);
    if (!wait_irq(0))
        return ST_TIMEOUT;
    for (int drive = 0; drive < 4; drive++)
        if (!sense())
            return ST_CONTROLLER;
    return command(specify, sizeof specify) ? 0 : ST_CONTROLLER;
}

static void motor_on(uint8_t drive)
{
    if (!(inb(DOR) & DOR_NOT_RESET)) /* the first access of all */
        reset();
    selected = drive;
    bda_set(fd_motor_ticks, 0xff);
    bda_or(fd_motor, 1 << drive);
    outb(DOR, (bda_get(fd_motor) & 3) << 4 | DOR_RUN | drive);
}

/* `track` counts the diskette's tracks; the head steps twice where these lie two steps apart. */
static uint8_t seek(uint8_t drive, uint8_t track)
{
    uint8_t recalibrate[] = {CMD_RECALIBRATE, drive};
    uint8_t to[] = {CMD_SEEK, drive, track << !!(bda_get(fd_media[drive]) & MEDIA_DOUBLE_STEP)};
    if (!(bda_get(fd_recal) & 1 << drive)) {
        if (!command(recalibrate, sizeof recalibrate) || !wait_irq(1) || !sense())
            return ST_TIMEOUT;
        if (bda_get(fd_result[0]) & 0xc0)
            return ST_SEEK;
        bda_or(fd_recal, 1 << drive);
    }
    if (!command(to, sizeof to) || !wait_irq(1) || !sense())
        return ST_TIMEOUT;
    bda_set(fd_track[drive], track);
    return bda_get(fd_result[0]) & 0xc0 ? ST_SEEK : 0;
}

/* Reports a changed diskette once. Stepping clears the change line if a diskette is in the drive. */
static uint8_t check_changed(uint8_t drive)
{
    uint8_t status;
    if (!(inb(DIR) & DIR_CHANGED))
        return 0;
    bda_clear(fd_recal, (1 << drive));
    bda_clear(fd_media[drive], (MEDIA_KNOWN | MEDIA_DOUBLE_STEP));
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
    if (mode == DMA_VERIFY)
        address = 0; /* no memory is touched */
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
    uint8_t st1 = bda_get(fd_result[1]), st2 = bda_get(fd_result[2]);
    if (!(bda_get(fd_result[0]) & 0xc0))
        return 0;
    return st1 & 0x02   ? ST_WRITE_PROTECT
           : st1 & 0x20 ? ST_CRC
           : st1 & 0x10 ? ST_DMA_OVERRUN
           : st1 & 0x84 ? ST_NOT_FOUND
           : st1 & 0x01 ? 0x02 /* address mark */
           : st2 & 0x10 ? ST_SEEK
                        : ST_CONTROLLER;
}

/* A command with a result phase. */
static uint8_t run(const uint8_t *cmd, uint32_t n)
{
    if (!command(cmd, n))
        return ST_CONTROLLER;
    if (!wait_irq(1))
        return ST_TIMEOUT;
    return results(7) ? result_status() : ST_CONTROLLER;
}

static uint8_t rate_of(uint8_t drive)
{
    return bda_get(fd_media[drive]) >> MEDIA_RATE_SHIFT;
}

static void set_rate(uint8_t drive, uint8_t rate)
{
    bda_set(fd_media[drive], (bda_get(fd_media[drive]) & 0x3f) | rate << MEDIA_RATE_SHIFT);
    bda_set(fd_rate, (bda_get(fd_rate) & 0x3f) | rate << MEDIA_RATE_SHIFT);
    outb(CCR, rate);
}

static uint8_t read_id(uint8_t drive, uint8_t head)
{
    uint8_t cmd[] = {CMD_READ_ID, head << 2 | drive};
    return run(cmd, sizeof cmd);
}

/* --- Which diskette it is --- */

static int has_sector(uint8_t drive, uint8_t sector)
{
    uint8_t cmd[] = {CMD_READ & 0x7f, drive, 0, 0, sector, 2, sector, 0x1b, 0xff};
    return !dma_start(DMA_VERIFY, 0, 512) && !run(cmd, sizeof cmd);
}

/* Looks for sectors on track 0: upwards from the usual number of the rate, or downwards from the next smaller one. */
static uint8_t count_sectors(uint8_t drive)
{
    static const uint8_t usual[4] = {18, 9, 9, 36}, less[4] = {15, 8, 8, 0};
    uint8_t n = usual[rate_of(drive)];
    if (!has_sector(drive, n)) {
        n = less[rate_of(drive)];
        while (n > 1 && !has_sector(drive, n))
            n--;
        return n;
    }
    while (n < SPT_MAX && has_sector(drive, n + 1))
        n++;
    return n;
}

/* A diskette of 40 tracks in a drive for 80: after two steps the head is on track 1. */
static uint8_t find_steps(uint8_t drive)
{
    uint8_t status = seek(drive, 2);
    if (!status && !read_id(drive, 0) && bda_get(fd_result[3]) == 1)
        bda_or(fd_media[drive], MEDIA_DOUBLE_STEP);
    return status;
}

static uint8_t find_media(uint8_t drive, uint8_t type)
{
    const struct drive_kind *k = &kinds[type];
    uint8_t status = ST_NOT_FOUND;
    bda_clear(fd_media[drive], MEDIA_DOUBLE_STEP);
    for (int i = 0; i < 4; i++) {
        set_rate(drive, k->rates[i]);
        status = seek(drive, 0);
        if (!status)
            status = read_id(drive, 0);
        if (!status || status == ST_TIMEOUT || status == ST_CONTROLLER)
            break;
    }
    if (status)
        return status;
    media_spt[drive] = count_sectors(drive);
    /* One side: diskettes of 160 and 180 KB. */
    media_heads[drive] = media_spt[drive] <= 9 && read_id(drive, 1) ? 1 : 2;
    if (type == 2)
        status = find_steps(drive);
    bda_clear(fd_media[drive], 7);
    bda_or(fd_media[drive], MEDIA_KNOWN | (bda_get(fd_media[drive]) & MEDIA_DOUBLE_STEP ? 4 : k->state));
    return status;
}

/* --- Services --- */

/* Turns the motor on, looks for a change, finds the format and seeks. `formatting`: AH=17h or 18h set the rate. */
static uint8_t prepare(uint8_t drive, uint8_t track, int formatting)
{
    uint8_t type = drive_type(drive), status;
    motor_on(drive);
    status = check_changed(drive);
    if (!status && !(bda_get(fd_media[drive]) & MEDIA_KNOWN)) {
        if (formatting)
            set_rate(drive, kinds[type].rate);
        else
            status = find_media(drive, type);
    }
    if (status)
        return status;
    set_rate(drive, rate_of(drive));
    return seek(drive, track);
}

/*
 * The number of sectors from r's place to the end of its cylinder, at most n. *last: the sector after which the chip
 * turns to the other side, or the last one of all. A sector beyond the track's end is asked for all the same, and the
 * chip reports that it is not there.
 */
static uint32_t to_cylinder_end(const struct regs *r, uint32_t n, uint8_t *last)
{
    uint32_t spt = media_spt[r->dl] ? media_spt[r->dl] : parameter(DPT_SPT), room = spt - r->cl + 1;
    *last = r->cl + n - 1;
    if (r->cl > spt || n <= room)
        return n;
    *last = spt;
    if (r->dh || media_heads[r->dl] == 1)
        return room;
    return n > room + spt ? room + spt : n;
}

/* Sectors of one cylinder. */
static uint8_t transfer_part(const struct regs *r, uint8_t mode, uint32_t address, uint32_t n, uint8_t last)
{
    uint8_t cmd[] = {mode == DMA_WRITE ? CMD_WRITE : CMD_READ,
                     r->dh << 2 | r->dl,
                     r->ch,
                     r->dh,
                     r->cl,
                     parameter(DPT_N),
                     last,
                     parameter(DPT_GAP),
                     parameter(DPT_DTL)};
    uint8_t status = dma_start(mode, address, n * 512u);
    return status ? status : run(cmd, sizeof cmd);
}

/* Moves sectors cylinder by cylinder until all are moved. Each further part begins at head 0, sector 1. */
static uint8_t transfer(struct regs *r, uint8_t mode)
{
    struct regs at = *r;
    uint32_t left = r->al, address = ((uint32_t)r->es << 4) + r->bx;
    uint8_t status = 0, last;
    if (mode != DMA_VERIFY && (address & 0xffff) + left * 512u > 0x10000)
        status = ST_DMA_BOUNDARY;
    while (left && !status) {
        uint32_t n;
        status = prepare(r->dl, at.ch, 0);
        if (status)
            break;
        n = to_cylinder_end(&at, left, &last);
        status = transfer_part(&at, mode, address, n, last);
        left -= n;
        address += n * 512u;
        at.ch++;
        at.dh = 0;
        at.cl = 1;
    }
    return status;
}

/* ES:BX: cylinder, head, sector and size of each of the track's sectors. */
static uint8_t format(struct regs *r)
{
    uint8_t spt = parameter(DPT_SPT), status;
    uint8_t cmd[] = {CMD_FORMAT, r->dh << 2 | r->dl,        parameter(DPT_N),
                     spt,        parameter(DPT_FORMAT_GAP), parameter(DPT_FILL)};
    status = prepare(r->dl, r->ch, 1);
    if (!status)
        status = dma_start(DMA_WRITE, ((uint32_t)r->es << 4) + r->bx, spt * 4u);
    return status ? status : run(cmd, sizeof cmd);
}

/* The AT's BIOS knows two drives: one that is absent does not answer, a number above is a bad command. */
static uint8_t no_drive(uint8_t drive)
{
    return drive > 1 ? ST_BAD_COMMAND : ST_TIMEOUT;
}

/* The services that need the motor. After a timeout the controller is reset, so that the next try starts clean. */
static uint8_t access(struct regs *r)
{
    uint8_t status;
    if (!drive_type(r->dl))
        return no_drive(r->dl);
    if (r->dh > 1 || (r->ah != 0x05 && (r->cl == 0 || r->al == 0)))
        return ST_BAD_COMMAND;
    status = r->ah == 0x05 ? format(r) : transfer(r, r->ah == 0x02 ? DMA_READ : r->ah == 0x03 ? DMA_WRITE : DMA_VERIFY);
    bda_set(fd_motor_ticks, parameter(2));
    if (status == ST_TIMEOUT || status == ST_CONTROLLER) {
        reset();
        if (status == ST_TIMEOUT)
            bda_clear(fd_media[r->dl], MEDIA_KNOWN);
    }
    return status;
}

static void point_at_parameters(struct regs *r, uint8_t type)
{
    r->es = BIOS_SEG;
    r->di = (uint16_t)(uintptr_t)parameters[type];
}

/* QUIRK: programs count drives by asking until there is an error (tests/bios/floppy.c); IBM's BIOS gives zeros. */
static uint8_t get_parameters(struct regs *r)
{
    uint8_t type = drive_type(r->dl);
    const struct drive_kind *k = &kinds[type];
    if (!type)
        return ST_BAD_COMMAND;
    r->ax = 0;
    r->bx = type;
    r->cx = (k->tracks - 1) << 8 | k->spt;
    r->dh = 1;
    r->dl = !!drive_type(0) + !!drive_type(1);
    point_at_parameters(r, type);
    return 0;
}

static void media_is(uint8_t drive, uint8_t rate, uint8_t spt, int double_step, uint8_t state)
{
    set_rate(drive, rate);
    media_spt[drive] = spt;
    media_heads[drive] = 2;
    bda_set(fd_media[drive], rate << MEDIA_RATE_SHIFT | (double_step ? MEDIA_DOUBLE_STEP : 0) | MEDIA_KNOWN | state);
}

/* AH=17h. AL: 360 KB in its drive, 360 KB in a 1.2 MB drive, 1.2 MB, 720 KB. */
static uint8_t set_dasd_type(struct regs *r)
{
    uint8_t status;
    if (!drive_type(r->dl))
        return no_drive(r->dl);
    if (r->al < 1 || r->al > 4)
        return ST_BAD_COMMAND;
    motor_on(r->dl);
    status = check_changed(r->dl);
    bda_set(fd_motor_ticks, parameter(2));
    if (status && status != ST_CHANGED)
        return status;
    switch (r->al) {
    case 2: media_is(r->dl, RATE_300, 9, 1, 4); break;
    case 3: media_is(r->dl, RATE_500, 15, 0, 5); break;
    default: media_is(r->dl, RATE_250, 9, 0, r->al == 1 ? 3 : 7); break;
    }
    return 0;
}

/* AH=18h. Sets the format with the last track CH and CL sectors a track, if the drive can have it. */
static uint8_t set_media(struct regs *r)
{
    uint8_t type = drive_type(r->dl), tracks = r->ch + 1, status;
    if (!type)
        return no_drive(r->dl);
    motor_on(r->dl);
    status = check_changed(r->dl);
    bda_set(fd_motor_ticks, parameter(2));
    if (status && status != ST_CHANGED)
        return status;
    for (uint8_t t = 1; t < sizeof kinds / sizeof kinds[0]; t++) {
        const struct drive_kind *k = &kinds[t];
        int small = type == 2 && t == 1; /* 40 tracks in a 1.2 MB drive */
        int fits = t == type || small || (type >= 4 && t >= 3 && t < type);
        if (!fits || tracks != k->tracks || r->cl != k->spt)
            continue;
        media_is(r->dl, small ? RATE_300 : k->rate, k->spt, small, small ? 4 : k->state);
        point_at_parameters(r, t);
        return 0;
    }
    return 0x0c; /* not supported */
}

static uint8_t change_line(struct regs *r)
{
    uint8_t status;
    if (!drive_type(r->dl))
        return no_drive(r->dl);
    if (drive_type(r->dl) == 1)
        return ST_CHANGED; /* the drive has no change line */
    motor_on(r->dl);
    status = inb(DIR) & DIR_CHANGED ? ST_CHANGED : 0;
    bda_set(fd_motor_ticks, parameter(2));
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
        status = access(r);
        if (status)
            r->al = 0;
        return status;
    case 0x05: return access(r);
    case 0x08: return get_parameters(r);
    case 0x16: return change_line(r);
    case 0x17: return set_dasd_type(r);
    case 0x18: return set_media(r);
    }
    return ST_BAD_COMMAND;
}

static void serve_or_say(struct regs *r)
{
    switch (r->ah) {
    case 0x01: r->ah = bda_get(fd_status); break;
    case 0x15:
        if (r->dl > 1) {
            r->ah = ST_BAD_COMMAND;
            break;
        }
        r->ah = drive_type(r->dl) > 1 ? 2 : drive_type(r->dl); /* with change line, without, none */
        set_cf(r, 0);
        return;
    default: r->ah = serve(r); break;
    }
    bda_set(fd_status, r->ah);
    set_cf(r, r->ah != 0);
}

/* Commands end with IRQ 6, even where the caller masked it. Returns 0: entry.S runs no exit stub. */
uint32_t int40(struct regs *r)
{
    uint8_t masked = inb(0x21) & 0x40;
    if (masked)
        outb(0x21, inb(0x21) & ~0x40);
    serve_or_say(r);
    if (masked)
        outb(0x21, inb(0x21) | 0x40);
    return 0;
}
