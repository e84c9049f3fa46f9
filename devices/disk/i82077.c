/* SPDX-License-Identifier: MIT */
/*
 * 82077AA floppy disk controller: registers, resets and the device.
 * Intel 82077AA data sheet, 290166-007. Phases, seeks and control commands are in
 * i82077_control.c, transfers in i82077_transfer.c, the drives and what the
 * disk's rotation takes in floppy_drive.c.
 *
 * Everything mechanical takes 1/speedup of its time (property): rotation, steps, spin-up. In
 * non-DMA mode bytes come at the rate of a real drive, since a program has to take them in time.
 *
 * NOTE: stepping, TRK0 and DSKCHG need the drive's select bits in DOR, not its motor; rotation
 * needs both.
 *
 * LIMIT: head load and unload times (HLT, HUT), precompensation and gap lengths have no effect; FM finds no address
 * mark; there are no tape drives (TDR). PART ID and POWERDOWN are other chips' commands and invalid here: DSR powers
 * down.
 */
#include "devices/disk/i82077_priv.h"

enum { SRA, SRB, DOR, TDR, MSR_DSR, FIFO, PORTS };
enum { DOR_SELECT = 0x03, DOR_RESET = 0x04, DOR_DMAGATE = 0x08, DOR_MOTOR0 = 0x10 };
enum { DSR_RESET = 0x80, DSR_POWERDOWN = 0x40, DSR_PRECOMP = 0x1c, RATE = 0x03 };
enum { MSR_RQM = 0x80, MSR_DIO = 0x40, MSR_NON_DMA = 0x20, MSR_CB = 0x10 };
enum { RESET_RATE = 2 };
#define RESET_NS       UINT64_C(30000) /* until the polling interrupt */
#define SPIN_UP_NS     UINT64_C(300000000)
#define INDEX_PULSE_NS UINT64_C(3000000)

/* --- INT, drives --- */

void fdc_drive_int(struct i82077 *c)
{
    /* In PC/AT mode DMAGATE holds back INT and DRQ. */
    bool open = c->interface == FDC_PS2 || (c->dor & DOR_DMAGATE);
    irq_set(&c->irq, open && c->intr);
}

struct floppy_drive *fdc_selected(struct i82077 *c)
{
    unsigned n = c->dor & DOR_SELECT;
    return n < I82077_DRIVES && c->drive[n].fitted ? &c->drive[n] : NULL;
}

unsigned fdc_kbps(const struct i82077 *c)
{
    static const uint16_t kbps[] = {500, 300, 250, 1000};
    return kbps[c->rate];
}

static void set_motors(struct i82077 *c)
{
    for (unsigned i = 0; i < I82077_DRIVES; i++) {
        struct floppy_drive *d = &c->drive[i];
        bool on = c->dor & DOR_MOTOR0 << i;
        if (on && !d->motor)
            d->at_speed = fdc_now(c) + SPIN_UP_NS / c->speedup;
        d->motor = on;
    }
}

void fdc_set_medium(struct dev *fdc, unsigned drive, struct blk *blk)
{
    struct i82077 *c = container_of(fdc, struct i82077, dev);
    floppy_insert(&c->drive[drive], blk);
    fdc_search(c);
}

enum floppy_type fdc_cmos_type(const struct i82077 *c, unsigned drive)
{
    return floppy_cmos_type(&c->drive[drive]);
}

/* --- Resets --- */

static void abort_all(struct i82077 *c)
{
    timer_cancel(&c->exec);
    timer_cancel(&c->reset_end);
    for (unsigned i = 0; i < I82077_UNITS; i++) {
        timer_cancel(&c->seek[i].step);
        c->seek[i].kind = SEEK_NONE;
    }
    c->stage = STAGE_NONE;
    c->pio_request = 0;
    fdc_command_phase(c);
}

static void configure_defaults(struct i82077 *c)
{
    c->configure[0] = CONFIG_EFIFO;
    c->configure[1] = 0;
}

/* A reset by DOR or DSR keeps SPECIFY's parameters, and CONFIGURE's where LOCK is set (5.2.9). */
static void software_reset(struct i82077 *c)
{
    abort_all(c);
    if (!fdc_flush(c)) /* no result phase can tell the guest */
        guest_error(c->dev.bus->log, c->dev.id, "a reset ended a write that the host could not flush");
    c->intr = c->polls = c->seek_end = 0;
    memset(c->pcn, 0, sizeof c->pcn);
    c->perpendicular &= PERPENDICULAR_DRIVES;
    if (!c->lock)
        configure_defaults(c);
    fdc_drive_int(c);
}

static void reset_over(void *ctx)
{
    struct i82077 *c = ctx;
    if (c->configure[0] & CONFIG_POLL)
        return;
    c->polls = 0x0f;
    c->intr |= INTR_SENSE;
    fdc_drive_int(c);
}

/* --- Registers (2.1) --- */

static bool in_reset(const struct i82077 *c)
{
    return !(c->dor & DOR_RESET) || timer_armed(&c->reset_end);
}

/* Any access to MSR or the FIFO ends a powerdown by DSR; PCN is lost (5.2.3). */
static void wake(struct i82077 *c)
{
    if (!(c->dsr & DSR_POWERDOWN))
        return;
    c->dsr &= (uint8_t)~DSR_POWERDOWN;
    c->polls = c->seek_end = 0;
    memset(c->pcn, 0, sizeof c->pcn);
}

static void write_dor(struct i82077 *c, uint8_t v)
{
    uint8_t old = c->dor;
    c->dor = v;
    set_motors(c);
    if (!(v & DOR_RESET))
        software_reset(c);
    else if (!(old & DOR_RESET))
        timer_set(&c->reset_end, fdc_now(c) + RESET_NS);
    else
        fdc_search(c);
    fdc_drive_int(c);
}

static void write_dsr(struct i82077 *c, uint8_t v)
{
    c->dsr = v & (DSR_POWERDOWN | DSR_PRECOMP | RATE);
    c->rate = v & RATE;
    if (!(v & DSR_RESET) || !(c->dor & DOR_RESET))
        return;
    c->dsr &= (uint8_t)~DSR_POWERDOWN;
    software_reset(c);
    timer_set(&c->reset_end, fdc_now(c) + RESET_NS);
}

static void write_fifo(struct i82077 *c, uint8_t v)
{
    if (in_reset(c))
        return;
    wake(c);
    if (c->phase == PHASE_COMMAND)
        fdc_take_command(c, v);
    else if (c->phase == PHASE_EXECUTION && c->pio_request)
        fdc_pio_write(c, v);
    else
        guest_error(c->dev.bus->log, c->dev.id, "a byte is written to the FIFO without RQM");
}

static void fdc_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct i82077 *c = ctx;
    uint8_t v = (uint8_t)value;
    (void)size, (void)who;
    switch (offset) {
    case DOR: write_dor(c, v); break;
    case TDR: c->tdr = v & 3; break;
    case MSR_DSR: write_dsr(c, v); break;
    case FIFO: write_fifo(c, v); break;
    default: /* SRA and SRB are read-only */ break;
    }
}

static uint8_t read_msr(const struct i82077 *c)
{
    uint8_t v = 0;
    if (in_reset(c))
        return 0;
    for (unsigned i = 0; i < I82077_UNITS; i++)
        if (c->seek[i].kind != SEEK_NONE && c->seek[i].kind != SEEK_IMPLIED)
            v |= (uint8_t)BIT(i);
    if (c->phase == PHASE_COMMAND)
        return v | MSR_RQM | (c->ncommand ? MSR_CB : 0);
    if (c->phase == PHASE_RESULT)
        return v | MSR_RQM | MSR_DIO | MSR_CB;
    v |= MSR_CB;
    if (fdc_non_dma(c))
        v |= MSR_NON_DMA;
    if (c->pio_request)
        v |= MSR_RQM | (c->pio_request == 2 ? MSR_DIO : 0);
    return v;
}

static uint8_t read_fifo(struct i82077 *c)
{
    if (in_reset(c))
        return 0xff;
    wake(c);
    if (c->phase == PHASE_EXECUTION && c->pio_request == 2)
        return fdc_pio_read(c);
    if (c->phase != PHASE_RESULT) {
        guest_error(c->dev.bus->log, c->dev.id, "the FIFO is read without RQM and DIO");
        return 0xff;
    }
    c->intr &= (uint8_t)~INTR_RESULT;
    fdc_drive_int(c);
    uint8_t v = c->result[c->nread++];
    if (c->nread == c->nresult)
        fdc_command_phase(c);
    return v;
}

/* PS/2 and Model 30; in PC/AT mode the pins are not driven. Signals of the drive are active low but
 * where noted. */
static uint8_t read_sra(struct i82077 *c)
{
    const struct floppy_drive *d = fdc_selected(c);
    const struct i82077_seek *s = &c->seek[c->dor & DOR_SELECT];
    bool index = d && floppy_turns(d) && fdc_now(c) % floppy_revolution(d, c->speedup) < INDEX_PULSE_NS / c->speedup;
    bool protected = d && d->blk && d->blk->readonly, moving = s->kind != SEEK_NONE;
    bool in = moving && !s->out, ps2 = c->interface == FDC_PS2;
    if (c->interface == FDC_AT)
        return 0xff;
    uint8_t high = (uint8_t)(fdc_at_track0(c) << 4 | index << 2 | protected << 1); /* active high */
    if (ps2)
        return (uint8_t)(!!c->intr << 7 | (c->drive[1].fitted ? 0 : 0x40) | moving << 5 | (high ^ 0x16) | c->head << 3 |
                         in);
    return (uint8_t)(!!c->intr << 7 | moving << 5 | high | !c->head << 3 | !in);
}

static uint8_t read_srb(const struct i82077 *c)
{
    if (c->interface == FDC_AT)
        return 0xff;
    if (c->interface == FDC_PS2)
        return (uint8_t)(0xc0 | (c->dor & 1) << 5 | (c->dor >> 4 & 3));
    unsigned unit = c->dor & DOR_SELECT;
    return (uint8_t)((c->drive[1].fitted ? 0 : 0x80) | (unit == 1 ? 0 : 0x40) | (unit == 0 ? 0 : 0x20) |
                     (unit == 3 ? 0 : 2) | (unit == 2 ? 0 : 1));
}

static uint64_t fdc_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct i82077 *c = ctx;
    (void)size;
    switch (offset) {
    case SRA: return read_sra(c);
    case SRB: return read_srb(c);
    case DOR: return c->dor;
    case TDR: return c->tdr | 0xfc;
    case MSR_DSR:
        if (who != INIT_DEBUG)
            wake(c);
        return read_msr(c);
    default: return who == INIT_DEBUG ? 0xff : read_fifo(c);
    }
}

static uint64_t dir_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct i82077 *c = ctx;
    const struct floppy_drive *d = fdc_selected(c);
    /* 360 KB drives have no change line */
    bool changed = d && d->changed && d->type != FLOPPY_360K;
    bool slow = c->rate == 1 || c->rate == 2;
    (void)offset, (void)size, (void)who;
    if (c->interface == FDC_PS2)
        return (uint8_t)(changed << 7 | 0x78 | c->rate << 1 | slow);
    if (c->interface == FDC_MODEL30)
        return (uint8_t)(!changed << 7 | !(c->dor & DOR_DMAGATE) << 3 | c->rate);
    return changed << 7 | 0x7f; /* bits 6-0 are not driven */
}

static void ccr_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct i82077 *c = ctx;
    (void)offset, (void)size, (void)who;
    c->rate = value & RATE;
}

static const struct io_ops ops = {fdc_read, fdc_write, 1};
static const struct io_ops dir_ops = {dir_read, ccr_write, 1};

/* --- The device --- */

static bool realize(struct dev *d, struct error *err)
{
    struct i82077 *c = (struct i82077 *)d;
    for (unsigned i = 0; i < I82077_DRIVES; i++) {
        struct floppy_drive *fd = &c->drive[i];
        fd->type = c->type[i];
        fd->changed = 1;
        floppy_derive(fd);
    }
    timer_init(&c->exec, d->bus->clock, fdc_exec_due, c);
    timer_init(&c->reset_end, d->bus->clock, reset_over, c);
    for (unsigned i = 0; i < I82077_UNITS; i++) {
        c->seek[i].chip = c;
        c->seek[i].unit = (uint8_t)i;
        timer_init(&c->seek[i].step, d->bus->clock, fdc_step_due, &c->seek[i]);
    }
    c->dreq = i8237_dreq(c->dma, I82077_DMA);
    c->ports = (struct port_range){.name = d->id, .base = 0x3f0, .count = PORTS, .ops = &ops, .ctx = c};
    c->dir_port = (struct port_range){.name = d->id, .base = 0x3f7, .count = 1, .ops = &dir_ops, .ctx = c};
    port_claim(d->bus->ports, &c->ports);
    port_claim(d->bus->ports, &c->dir_port);
    for (unsigned i = 0; i < I82077_DRIVES; i++) { /* NOTE: last, since unrealize undoes all of this */
        const struct blk *b = c->drive[i].blk;
        if (b && !floppy_format_of(b->sectors))
            return error_set(err, "%s: %llu KiB are more than a diskette holds", b->name,
                             (unsigned long long)b->sectors / 2);
    }
    return true;
}

static void unrealize(struct dev *d)
{
    struct i82077 *c = (struct i82077 *)d;
    abort_all(c);
    port_release(d->bus->ports, &c->ports);
    port_release(d->bus->ports, &c->dir_port);
}

/* RESET pin: DOR holds the chip in reset until it is written. The heads stay where they are. */
static void reset(struct dev *d)
{
    struct i82077 *c = (struct i82077 *)d;
    c->dor = c->tdr = c->lock = c->last_eot = 0;
    c->dsr = c->rate = RESET_RATE;
    c->perpendicular = 0;
    memset(c->specify, 0, sizeof c->specify);
    set_motors(c);
    software_reset(c);
}

/* Sizes and kinds are never trusted to a file. */
static void post_load(struct dev *d)
{
    struct i82077 *c = (struct i82077 *)d;
    c->rate &= RATE;
    c->head &= 1;
    if (c->phase == PHASE_COMMAND)
        c->ncommand = (uint8_t)MIN(c->ncommand, sizeof c->command - 1u);
    c->nresult = (uint8_t)MIN(c->nresult, sizeof c->result);
    if (c->phase == PHASE_RESULT && c->nread >= c->nresult)
        fdc_command_phase(c);
    c->pio_len = MIN(c->pio_len, I82077_BUFFER);
    c->pio_host = MIN(c->pio_host, c->pio_len);
    c->pio_disk = MIN(c->pio_disk, c->pio_len);
    if (c->pio_host == c->pio_len)
        c->pio_request = 0;
    c->seek_end &= 0x0f;
    c->polls &= 0x0f;
    for (unsigned i = 0; i < I82077_DRIVES; i++)
        floppy_derive(&c->drive[i]);
    fdc_drive_int(c);
}

static void print(struct dev *d, struct buf *out)
{
    static const char *const phases[] = {"command", "execution", "result"};
    struct i82077 *c = (struct i82077 *)d;
    buf_printf(out, "%s: dor=%02x msr=%02x rate=%u kbit/s phase=%s\n", d->id, c->dor, read_msr(c), fdc_kbps(c),
               phases[MIN(c->phase, 2)]);
    for (unsigned i = 0; i < I82077_DRIVES; i++) {
        const struct floppy_drive *f = &c->drive[i];
        if (!f->fitted)
            continue;
        buf_printf(out, "  drive %u: head at %u%s%s, %s", i, f->cylinder, f->motor ? ", motor on" : "",
                   f->changed ? ", changed" : "", f->blk ? f->blk->name : "empty");
        if (f->format)
            buf_printf(out, " (%u x %u x %u)", f->format->cylinders, f->format->heads, f->format->spt);
        buf_printf(out, "\n");
    }
}

static const struct dev_prop props[] = {
    {"speedup", PROP_UINT, offsetof(struct i82077, speedup), 1, 1000, 1,
     "rotation, steps and spin-up take 1/speedup of a real drive's time"},
    {"interface", PROP_UINT, offsetof(struct i82077, interface), FDC_AT, FDC_MODEL30, FDC_AT,
     "IDENT and MFM pins: 0 PC/AT, 1 PS/2, 2 PS/2 Model 30"},
    {"type-a", PROP_UINT, offsetof(struct i82077, type[0]), FLOPPY_AUTO, FLOPPY_2M88, FLOPPY_AUTO,
     "drive A as CMOS 10h has it: 1 360K, 2 1.2M, 3 720K, 4 1.44M, 5 2.88M; 0: by the diskette"},
    {"type-b", PROP_UINT, offsetof(struct i82077, type[1]), FLOPPY_AUTO, FLOPPY_2M88, FLOPPY_AUTO, "drive B, likewise"},
};

static const struct dev_reg regs[] = {
    {"SRA", REG_PORT, 0x3f0, 1, 0xff, 0},        {"SRB", REG_PORT, 0x3f1, 1, 0xff, 0},
    {"DOR", REG_PORT, 0x3f2, 1, 0, 0xff},        {"TDR", REG_PORT, 0x3f3, 1, 0xfc, 0x03},
    {"MSR/DSR", REG_PORT, 0x3f4, 1, 0, 0xff},    {"FIFO", REG_PORT, 0x3f5, 1, 0xff, 0xff},
    {"DIR/CCR", REG_PORT, 0x3f7, 1, 0xff, 0x03},
};

#define SEEK_FIELDS(n)                                                                    \
    STATE_TIMER_FIELD(struct i82077, seek[n].step), STATE_U(struct i82077, seek[n].kind), \
        STATE_U(struct i82077, seek[n].out), STATE_U(struct i82077, seek[n].left)
#define DRIVE_FIELDS(n)                                                                    \
    STATE_U(struct i82077, drive[n].cylinder), STATE_U(struct i82077, drive[n].changed),   \
        STATE_U(struct i82077, drive[n].motor), STATE_U(struct i82077, drive[n].at_speed), \
        STATE_BLOB(struct i82077, drive[n].deleted)
static const struct state_field fields[] = {
    STATE_U(struct i82077, dor),
    STATE_U(struct i82077, tdr),
    STATE_U(struct i82077, dsr),
    STATE_U(struct i82077, rate),
    STATE_U(struct i82077, phase),
    STATE_BLOB(struct i82077, command),
    STATE_U(struct i82077, ncommand),
    STATE_BLOB(struct i82077, result),
    STATE_U(struct i82077, nresult),
    STATE_U(struct i82077, nread),
    STATE_U(struct i82077, intr),
    STATE_U(struct i82077, polls),
    STATE_U(struct i82077, seek_end),
    STATE_BLOB(struct i82077, seek_st0),
    STATE_BLOB(struct i82077, pcn),
    STATE_BLOB(struct i82077, specify),
    STATE_BLOB(struct i82077, configure),
    STATE_U(struct i82077, perpendicular),
    STATE_U(struct i82077, lock),
    STATE_U(struct i82077, last_eot),
    SEEK_FIELDS(0),
    SEEK_FIELDS(1),
    SEEK_FIELDS(2),
    SEEK_FIELDS(3),
    STATE_TIMER_FIELD(struct i82077, reset_end),
    STATE_TIMER_FIELD(struct i82077, exec),
    STATE_U(struct i82077, stage),
    STATE_U(struct i82077, c),
    STATE_U(struct i82077, h),
    STATE_U(struct i82077, r),
    STATE_U(struct i82077, n),
    STATE_U(struct i82077, head),
    STATE_U(struct i82077, place),
    STATE_U(struct i82077, count),
    STATE_U(struct i82077, st0),
    STATE_U(struct i82077, st1),
    STATE_U(struct i82077, st2),
    STATE_U(struct i82077, wrote),
    STATE_U(struct i82077, pio_len),
    STATE_U(struct i82077, pio_host),
    STATE_U(struct i82077, pio_disk),
    STATE_U(struct i82077, pio_request),
    STATE_BLOB(struct i82077, buffer),
    DRIVE_FIELDS(0),
    DRIVE_FIELDS(1),
};

const struct dev_class i82077_class = {
    .name = "i82077",
    .summary = "floppy disk controller with two drives",
    .datasheet = "Intel 82077AA, 290166-007",
    .size = sizeof(struct i82077),
    DEV_PROPS(props),
    DEV_REGS(regs),
    .state = DEV_STATE("i82077", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct i82077 *i82077_new(struct bus *bus, const char *id)
{
    return dev_new(&i82077_class, id, bus);
}
