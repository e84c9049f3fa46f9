/* SPDX-License-Identifier: MIT */
/*
 * 82077AA: phases, seeks and the control commands. Data sheet 290166-007, 5.2 and table 5-1.
 */
#include "devices/disk/i82077_priv.h"

enum { ST0_INVALID = 0x80, ST0_POLLED = 0xc0 };
enum { ST3_WP = 0x40, ST3_T0 = 0x10, ST3_ONES = 0x28 };
enum { UNIT = 0x03, HDS = 0x04, RECALIBRATE_STEPS = 79 };
enum { LOCK_BIT = 0x80, OVERWRITE = 0x80, RELATIVE_IN = 0x40 };

/* --- Phases --- */

void fdc_command_phase(struct i82077 *c)
{
    c->phase = PHASE_COMMAND;
    c->ncommand = c->nresult = c->nread = 0;
}

void fdc_result(struct i82077 *c, unsigned n)
{
    c->phase = PHASE_RESULT;
    c->nresult = (uint8_t)n;
    c->nread = 0;
}

static void result1(struct i82077 *c, uint8_t v)
{
    c->result[0] = v;
    fdc_result(c, 1);
}

/* --- Seeks --- */

/* SPECIFY: at 1 Mbit/s a step takes (16 - SRT) half milliseconds, at lower rates proportionally more. */
static uint64_t step_ns(const struct i82077 *c)
{
    return (16 - (c->specify[0] >> 4)) * UINT64_C(500000000) / fdc_kbps(c) / c->speedup;
}

bool fdc_at_track0(struct i82077 *c)
{
    const struct floppy_drive *d = fdc_selected(c);
    return d && d->cylinder == 0;
}

static void seek_ends(struct i82077_seek *s, uint8_t ic)
{
    struct i82077 *c = s->chip;
    bool implied = s->kind == SEEK_IMPLIED;
    s->kind = SEEK_NONE;
    if (implied) {
        fdc_implied_seek_done(c);
        return;
    }
    c->seek_st0[s->unit] = (uint8_t)(ic | ST0_SE | s->unit);
    c->seek_end |= (uint8_t)BIT(s->unit);
    c->intr |= INTR_SENSE;
    fdc_drive_int(c);
}

static bool seek_is_over(struct i82077_seek *s)
{
    struct i82077 *c = s->chip;
    if (s->kind == SEEK_RECALIBRATE && fdc_at_track0(c)) {
        seek_ends(s, 0);
    } else if (s->left == 0) {
        seek_ends(s, s->kind == SEEK_RECALIBRATE ? ST0_IC_ABNORMAL | ST0_EC : 0);
    } else {
        return false;
    }
    return true;
}

void fdc_step_due(void *ctx)
{
    struct i82077_seek *s = ctx;
    struct i82077 *c = s->chip;
    struct floppy_drive *d = fdc_selected(c);
    if (s->left) {
        s->left--;
        if (s->kind != SEEK_RECALIBRATE)
            c->pcn[s->unit] = (uint8_t)(s->out ? c->pcn[s->unit] - 1 : c->pcn[s->unit] + 1);
        if (d)
            floppy_step(d, s->out);
    }
    if (s->kind == SEEK_RELATIVE && s->out && fdc_at_track0(c))
        s->left = 0; /* TRK0 ends it */
    if (!seek_is_over(s))
        timer_set(&s->step, fdc_now(c) + step_ns(c));
}

/* `target`: a cylinder, or for SEEK_RELATIVE a number of steps. The first step comes after one step
 * time. */
void fdc_start_seek(struct i82077 *c, unsigned unit, enum fdc_seek kind, uint8_t target)
{
    struct i82077_seek *s = &c->seek[unit];
    s->kind = (uint8_t)kind;
    if (kind == SEEK_RECALIBRATE) {
        s->out = 1;
        s->left = RECALIBRATE_STEPS;
        c->pcn[unit] = 0;
    } else if (kind == SEEK_RELATIVE) {
        s->out = !(c->command[0] & RELATIVE_IN);
        s->left = target;
    } else {
        s->out = target < c->pcn[unit];
        s->left = (uint8_t)(s->out ? c->pcn[unit] - target : target - c->pcn[unit]);
    }
    timer_set(&s->step, fdc_now(c) + step_ns(c));
}

/* --- Control commands (5.2) --- */

static void cmd_seek(struct i82077 *c)
{
    static const enum fdc_seek kinds[] = {SEEK_TO, SEEK_RELATIVE};
    bool relative = c->command[0] & 0x80;
    unsigned unit = c->command[1] & UNIT;
    fdc_start_seek(c, unit, kinds[relative], c->command[2]);
    fdc_command_phase(c);
}

static void cmd_recalibrate(struct i82077 *c)
{
    fdc_start_seek(c, c->command[1] & UNIT, SEEK_RECALIBRATE, 0);
    fdc_command_phase(c);
}

static unsigned lowest(uint8_t set)
{
    unsigned n = 0;
    while (!(set >> n & 1))
        n++;
    return n;
}

static void cmd_sense_interrupt(struct i82077 *c)
{
    if (!c->seek_end && !c->polls) {
        result1(c, ST0_INVALID);
        return;
    }
    uint8_t *from = c->seek_end ? &c->seek_end : &c->polls;
    unsigned unit = lowest(*from);
    c->result[0] = (uint8_t)(from == &c->polls ? ST0_POLLED | unit : c->seek_st0[unit]);
    c->result[1] = c->pcn[unit];
    *from &= (uint8_t)~BIT(unit);
    if (!c->seek_end)
        c->intr &= (uint8_t)~INTR_SENSE;
    fdc_drive_int(c);
    fdc_result(c, 2);
}

static void cmd_specify(struct i82077 *c)
{
    memcpy(c->specify, c->command + 1, 2);
    fdc_command_phase(c);
}

static void cmd_sense_drive(struct i82077 *c)
{
    const struct floppy_drive *d = fdc_selected(c);
    uint8_t st3 = (uint8_t)(ST3_ONES | (c->command[1] & (HDS | UNIT)));
    if (fdc_at_track0(c))
        st3 |= ST3_T0;
    if (d && d->blk && d->blk->readonly)
        st3 |= ST3_WP;
    result1(c, st3);
}

static void cmd_configure(struct i82077 *c)
{
    memcpy(c->configure, c->command + 2, 2);
    fdc_command_phase(c);
}

static void cmd_perpendicular(struct i82077 *c)
{
    uint8_t v = c->command[1], drives = v & OVERWRITE ? v : c->perpendicular;
    c->perpendicular = (uint8_t)((drives & PERPENDICULAR_DRIVES) | (v & 3));
    fdc_command_phase(c);
}

static void cmd_dumpreg(struct i82077 *c)
{
    memcpy(c->result, c->pcn, 4);
    memcpy(c->result + 4, c->specify, 2);
    c->result[6] = c->last_eot;
    c->result[7] = (uint8_t)(c->lock << 7 | c->perpendicular);
    memcpy(c->result + 8, c->configure, 2);
    fdc_result(c, 10);
}

static void cmd_version(struct i82077 *c)
{
    result1(c, 0x90);
}

static void cmd_lock(struct i82077 *c)
{
    c->lock = !!(c->command[0] & LOCK_BIT);
    result1(c, (uint8_t)(c->lock << 4));
}

struct fdc_command {
    uint8_t code, mask, len;
    void (*run)(struct i82077 *c);
};

/* Table 5-1. Bits outside the mask are parameters. */
static const struct fdc_command commands[] = {
    {CMD_READ, 0x1f, 9, fdc_transfer},
    {CMD_READ_DELETED, 0x1f, 9, fdc_transfer},
    {CMD_WRITE, 0x3f, 9, fdc_transfer},
    {CMD_WRITE_DELETED, 0x3f, 9, fdc_transfer},
    {CMD_READ_TRACK, 0x9f, 9, fdc_transfer},
    {CMD_VERIFY, 0x1f, 9, fdc_transfer},
    {CMD_SCAN_EQUAL, 0x1f, 9, fdc_transfer},
    {CMD_SCAN_LOW, 0x1f, 9, fdc_transfer},
    {CMD_SCAN_HIGH, 0x1f, 9, fdc_transfer},
    {CMD_FORMAT, 0xbf, 6, fdc_transfer},
    {CMD_READ_ID, 0xbf, 2, fdc_transfer},
    {0x10, 0xff, 1, cmd_version},
    {0x07, 0xff, 2, cmd_recalibrate},
    {0x08, 0xff, 1, cmd_sense_interrupt},
    {0x03, 0xff, 3, cmd_specify},
    {0x04, 0xff, 2, cmd_sense_drive},
    {0x0f, 0xff, 3, cmd_seek},
    {0x8f, 0xbf, 3, cmd_seek},
    {0x13, 0xff, 4, cmd_configure},
    {0x12, 0xff, 2, cmd_perpendicular},
    {0x0e, 0xff, 1, cmd_dumpreg},
    {0x14, 0x7f, 1, cmd_lock},
};

static const struct fdc_command *find_command(uint8_t code)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if ((code & commands[i].mask) == commands[i].code)
            return &commands[i];
    return NULL;
}

void fdc_take_command(struct i82077 *c, uint8_t v)
{
    c->command[c->ncommand++] = v;
    const struct fdc_command *cmd = find_command(c->command[0]);
    if (!cmd)
        result1(c, ST0_INVALID);
    else if (c->ncommand == cmd->len)
        cmd->run(c);
}
