/* SPDX-License-Identifier: MIT */
/*
 * MC146818 real-time clock plus RAM. Motorola MC146818 data sheet (ADI-856), time base 32768 Hz; the index port and the
 * 128 bytes as PIIX3 (290550-002) 2.5.4 has them; the century in 32h as on the AT.
 *
 * The registers themselves hold the time and are updated once a second, as in the chip, so a register that is set to
 * nonsense counts on from there. Between updates nothing runs: PF is computed when it is read, and has events only
 * while PIE is set.
 * LIMIT: daylight saving (DSE) does nothing; SQW is not wired on a PC; divider settings other than 32768 Hz and reset
 * count as 32768 Hz.
 */
#include "devices/rtc/mc146818.h"

enum { SECONDS, SECONDS_ALARM, MINUTES, MINUTES_ALARM, HOURS, HOURS_ALARM, DAY_OF_WEEK, DAY, MONTH, YEAR };
enum { REG_A = 0x0a, REG_B, REG_C, REG_D, CENTURY = 0x32 };
enum { A_UIP = 0x80, A_DV = 0x70, A_DV_RESET = 0x60, A_RS = 0x0f };
enum { B_SET = 0x80, B_PIE = 0x40, B_AIE = 0x20, B_UIE = 0x10, B_SQWE = 0x08, B_DM = 0x04, B_24 = 0x02 };
enum { C_IRQF = 0x80, C_PF = 0x40, C_AF = 0x20, C_UF = 0x10 };
enum { D_VRT = 0x80 };
enum { INDEX_MASK = 0x7f, NMI_DISABLE = 0x80 };

enum { BASE_HZ = 32768 };
/* Update cycle of 1984 us at 32768 Hz, and UIP's 244 us of warning before it (tUC, tBUC). */
#define UIP_NS UINT64_C(2228000)

static uint64_t now(const struct mc146818 *r)
{
    return clock_ns(r->dev.bus->clock);
}

/* --- Interrupts --- */

static void drive(struct mc146818 *r)
{
    uint8_t c = r->cmos[REG_C] & ~C_IRQF;
    if (c & r->cmos[REG_B] & (B_PIE | B_AIE | B_UIE))
        c |= C_IRQF;
    r->cmos[REG_C] = c;
    irq_set(&r->irq, !!(c & C_IRQF));
}

/* Periodic interrupt rate in ticks of the time base; 0: none. RS 1 and 2 give 256 and 128 Hz. */
static uint64_t period(const struct mc146818 *r)
{
    unsigned rs = r->cmos[REG_A] & A_RS;
    if (!rs || (r->cmos[REG_A] & A_DV) >= A_DV_RESET)
        return 0;
    return UINT64_C(1) << (rs < 3 ? rs + 6 : rs - 1);
}

static void sync_periodic(struct mc146818 *r)
{
    uint64_t tick = clock_ticks(now(r) - r->divider, BASE_HZ);
    uint64_t n = period(r);
    if (n && tick / n != r->seen / n)
        r->cmos[REG_C] |= C_PF;
    r->seen = tick;
}

/* While PF is set no further period can show, so the timer is off until register C is read. */
static void arm_periodic(struct mc146818 *r)
{
    uint64_t n = period(r);
    if (!n || !(r->cmos[REG_B] & B_PIE) || (r->cmos[REG_C] & C_PF)) {
        timer_cancel(&r->periodic);
        return;
    }
    uint64_t next = (r->seen / n + 1) * n;
    timer_set(&r->periodic, r->divider + clock_tick_ns(next, BASE_HZ));
}

static void periodic_due(void *ctx)
{
    struct mc146818 *r = ctx;
    sync_periodic(r);
    arm_periodic(r);
    drive(r);
}

/* --- The time of day --- */

static unsigned decode(const struct mc146818 *r, uint8_t v)
{
    return r->cmos[REG_B] & B_DM ? v : (v >> 4) * 10u + (v & 15);
}

static uint8_t encode(const struct mc146818 *r, unsigned v)
{
    return (uint8_t)(r->cmos[REG_B] & B_DM ? v : v / 10 << 4 | v % 10);
}

/* 0-23 from the hours register; bit 7 is PM in 12-hour mode, where 12 AM is midnight. */
static unsigned decode_hours(const struct mc146818 *r)
{
    uint8_t v = r->cmos[HOURS];
    if (r->cmos[REG_B] & B_24)
        return decode(r, v);
    return decode(r, v & 0x7f) % 12 + (v & 0x80 ? 12 : 0);
}

static uint8_t encode_hours(const struct mc146818 *r, unsigned h)
{
    if (r->cmos[REG_B] & B_24)
        return encode(r, h);
    return encode(r, h % 12 ? h % 12 : 12) | (h >= 12 ? 0x80 : 0);
}

static unsigned days_in_month(unsigned month, unsigned year)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month == 2 && year % 4 == 0) /* the chip knows two digits of the year only */
        return 29;
    return month >= 1 && month <= 12 ? days[month - 1] : 31;
}

/* Counts one register up. True where it wrapped from `last` to `first`: the next one has to count too. */
static bool count(struct mc146818 *r, unsigned reg, unsigned first, unsigned last)
{
    unsigned v = decode(r, r->cmos[reg]) + 1;
    r->cmos[reg] = encode(r, v > last ? first : v);
    return v > last;
}

static void next_day(struct mc146818 *r)
{
    unsigned last = days_in_month(decode(r, r->cmos[MONTH]), decode(r, r->cmos[YEAR]));
    count(r, DAY_OF_WEEK, 1, 7);
    if (count(r, DAY, 1, last) && count(r, MONTH, 1, 12) && count(r, YEAR, 0, 99)) {
        /* NOTE: to this chip the century is RAM; later clocks for the AT count it. It is BCD in either data mode. */
        uint8_t c = r->cmos[CENTURY];
        unsigned v = (c >> 4) * 10u + (c & 15) + 1;
        r->cmos[CENTURY] = (uint8_t)(v / 10 % 10 << 4 | v % 10);
    }
}

static void next_second(struct mc146818 *r)
{
    if (!count(r, SECONDS, 0, 59) || !count(r, MINUTES, 0, 59))
        return;
    unsigned h = decode_hours(r) + 1;
    r->cmos[HOURS] = encode_hours(r, h > 23 ? 0 : h);
    if (h > 23)
        next_day(r);
}

static bool alarm_matches(const struct mc146818 *r, unsigned reg)
{
    uint8_t alarm = r->cmos[reg + 1];
    return alarm >= 0xc0 || alarm == r->cmos[reg]; /* C0h-FFh: "don't care" */
}

/* The update cycle's end: one a second of the divider chain, if the chain runs. */
static void arm_update(struct mc146818 *r)
{
    if ((r->cmos[REG_A] & A_DV) >= A_DV_RESET) {
        timer_cancel(&r->update);
        return;
    }
    uint64_t since = now(r) - r->divider;
    timer_set(&r->update, r->divider + (since / NS_PER_SEC + 1) * NS_PER_SEC);
}

static void update_due(void *ctx)
{
    struct mc146818 *r = ctx;
    if (!(r->cmos[REG_B] & B_SET)) {
        next_second(r);
        r->cmos[REG_C] |= C_UF;
        if (alarm_matches(r, SECONDS) && alarm_matches(r, MINUTES) && alarm_matches(r, HOURS))
            r->cmos[REG_C] |= C_AF;
    }
    arm_update(r);
    drive(r);
}

static bool update_in_progress(const struct mc146818 *r)
{
    return !(r->cmos[REG_B] & B_SET) && timer_armed(&r->update) && r->update.when - now(r) <= UIP_NS;
}

/* --- Registers --- */

static void write_a(struct mc146818 *r, uint8_t value)
{
    bool was_reset = (r->cmos[REG_A] & A_DV) >= A_DV_RESET;
    sync_periodic(r);
    r->cmos[REG_A] = value & ~A_UIP;
    bool is_reset = (value & A_DV) >= A_DV_RESET;
    if (was_reset && !is_reset) {
        /* "The first update cycle begins one-half second" after the divider was released. */
        r->divider = now(r) - NS_PER_SEC / 2;
        r->seen = clock_ticks(NS_PER_SEC / 2, BASE_HZ);
    }
    arm_update(r);
    arm_periodic(r);
}

static void write_b(struct mc146818 *r, uint8_t value)
{
    sync_periodic(r);
    if (value & B_SET)
        value &= ~B_UIE; /* "UIE is cleared by SET going high" */
    r->cmos[REG_B] = value;
    arm_periodic(r);
    drive(r);
}

static uint8_t read_c(struct mc146818 *r)
{
    sync_periodic(r);
    drive(r);
    uint8_t v = r->cmos[REG_C];
    r->cmos[REG_C] = 0;
    arm_periodic(r);
    drive(r);
    return v;
}

static uint8_t read_data(struct mc146818 *r, enum initiator who)
{
    unsigned i = r->index & INDEX_MASK;
    switch (i) {
    case REG_A: return r->cmos[REG_A] | (update_in_progress(r) ? A_UIP : 0);
    case REG_C: return who == INIT_DEBUG ? r->cmos[REG_C] : read_c(r);
    case REG_D: return D_VRT;
    default: return r->cmos[i];
    }
}

static uint64_t rtc_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct mc146818 *r = ctx;
    (void)size;
    return offset ? read_data(r, who) : 0xff; /* the index port is write-only */
}

static void rtc_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct mc146818 *r = ctx;
    uint8_t v = (uint8_t)value;
    (void)size, (void)who;
    if (!offset) {
        r->index = v;
        return;
    }
    switch (r->index & INDEX_MASK) {
    case REG_A: write_a(r, v); break;
    case REG_B: write_b(r, v); break;
    case REG_C:
    case REG_D: /* read-only */ break;
    default: r->cmos[r->index & INDEX_MASK] = v; break;
    }
}

static const struct io_ops rtc_ops = {rtc_read, rtc_write, 1};

/* --- What the machine sets --- */

void mc146818_set_cmos(struct mc146818 *r, unsigned index, uint8_t value)
{
    if (index <= REG_D || index >= sizeof r->cmos)
        bug("%s: CMOS byte %02xh is not one that a machine sets", r->dev.id, index);
    r->cmos[index] = value;
}

uint8_t mc146818_cmos(const struct mc146818 *r, unsigned index)
{
    return index < sizeof r->cmos ? r->cmos[index] : 0xff;
}

bool mc146818_nmi_masked(const struct mc146818 *r)
{
    return r->index & NMI_DISABLE;
}

void mc146818_set_memory(struct mc146818 *r, uint64_t ram_bytes)
{
    uint64_t kib = ram_bytes >> 10;
    uint32_t base = (uint32_t)MIN(kib, 640);
    uint32_t extended = kib > 1024 ? (uint32_t)MIN(kib - 1024, 65535) : 0;
    uint32_t above_16m = kib > 16384 ? (uint32_t)MIN((kib - 16384) / 64, 65535) : 0;
    st16(&r->cmos[0x15], (uint16_t)base);
    st16(&r->cmos[0x17], (uint16_t)extended);
    st16(&r->cmos[0x30], (uint16_t)extended);
    st16(&r->cmos[0x34], (uint16_t)above_16m);
}

void mc146818_checksum(struct mc146818 *r)
{
    unsigned sum = 0;
    for (unsigned i = 0x10; i <= 0x2d; i++)
        sum += r->cmos[i];
    r->cmos[0x2e] = (uint8_t)(sum >> 8);
    r->cmos[0x2f] = (uint8_t)sum;
}

/*
 * Days since 1970-01-01 to a date of the Gregorian calendar. Years run from March, so that a leap day is the last one.
 */
static void set_date(struct mc146818 *r, uint64_t days)
{
    uint64_t d = days + 719468; /* since 0000-03-01 */
    uint64_t era = d / 146097, doe = d % 146097;
    uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = (unsigned)(doe - (365 * yoe + yoe / 4 - yoe / 100));
    unsigned from_march = (5 * doy + 2) / 153;
    unsigned month = from_march < 10 ? from_march + 3 : from_march - 9;
    uint64_t year = yoe + era * 400 + (month <= 2);
    r->cmos[DAY] = encode(r, doy - (153 * from_march + 2) / 5 + 1);
    r->cmos[MONTH] = encode(r, month);
    r->cmos[YEAR] = encode(r, (unsigned)(year % 100));
    r->cmos[CENTURY] = encode(r, (unsigned)(year / 100 % 100));
    r->cmos[DAY_OF_WEEK] = encode(r, (unsigned)((days + 4) % 7 + 1)); /* 1970-01-01 was a Thursday; Sunday is 1 */
}

static void set_clock(struct mc146818 *r)
{
    set_date(r, r->start_seconds / 86400);
    unsigned s = (unsigned)(r->start_seconds % 86400);
    r->cmos[HOURS] = encode_hours(r, s / 3600);
    r->cmos[MINUTES] = encode(r, s / 60 % 60);
    r->cmos[SECONDS] = encode(r, s % 60);
}

void mc146818_set_start(struct mc146818 *r, uint64_t seconds)
{
    r->start_seconds = seconds;
    set_clock(r);
}

static bool realize(struct dev *d, struct error *err)
{
    struct mc146818 *r = (struct mc146818 *)d;
    (void)err;
    timer_init(&r->update, d->bus->clock, update_due, r);
    timer_init(&r->periodic, d->bus->clock, periodic_due, r);
    r->cmos[REG_A] = 0x26; /* 32768 Hz, 1024 Hz periodic: as a PC's firmware left it before the power was turned off */
    r->cmos[REG_B] = B_24;
    set_clock(r);
    r->divider = now(r);
    r->seen = 0;
    arm_update(r);
    r->ports = (struct port_range){.name = d->id, .base = 0x70, .count = 2, .ops = &rtc_ops, .ctx = r};
    port_claim(d->bus->ports, &r->ports);
    return true;
}

static void unrealize(struct dev *d)
{
    struct mc146818 *r = (struct mc146818 *)d;
    timer_cancel(&r->update);
    timer_cancel(&r->periodic);
    port_release(d->bus->ports, &r->ports);
}

/* RESET# clears the interrupt enables and flags and SQWE; "the clock, calendar, or RAM functions" go on. */
static void reset(struct dev *d)
{
    struct mc146818 *r = (struct mc146818 *)d;
    sync_periodic(r);
    r->cmos[REG_B] &= (uint8_t) ~(B_PIE | B_AIE | B_UIE | B_SQWE);
    r->cmos[REG_C] = 0;
    r->index = 0;
    arm_periodic(r);
    drive(r);
}

static void post_load(struct dev *d)
{
    drive((struct mc146818 *)d);
}

static void print(struct dev *d, struct buf *out)
{
    struct mc146818 *r = (struct mc146818 *)d;
    const uint8_t *c = r->cmos;
    buf_printf(out, "%s: %02x%02x-%02x-%02x %02x:%02x:%02x A=%02x B=%02x C=%02x index=%02x\n", d->id, c[CENTURY],
               c[YEAR], c[MONTH], c[DAY], c[HOURS], c[MINUTES], c[SECONDS], c[REG_A], c[REG_B], c[REG_C], r->index);
}

static const struct dev_reg regs[] = {
    {"Index", REG_PORT, 0x70, 1, 0xff, 0xff},
    {"Data", REG_PORT, 0x71, 1, 0, 0xff},
    {"Seconds", REG_INDEXED, SECONDS, 1, 0, 0xff},
    {"Seconds Alarm", REG_INDEXED, SECONDS_ALARM, 1, 0, 0xff},
    {"Minutes", REG_INDEXED, MINUTES, 1, 0, 0xff},
    {"Minutes Alarm", REG_INDEXED, MINUTES_ALARM, 1, 0, 0xff},
    {"Hours", REG_INDEXED, HOURS, 1, 0, 0xff},
    {"Hours Alarm", REG_INDEXED, HOURS_ALARM, 1, 0, 0xff},
    {"Day of the Week", REG_INDEXED, DAY_OF_WEEK, 1, 0, 0xff},
    {"Date of the Month", REG_INDEXED, DAY, 1, 0, 0xff},
    {"Month", REG_INDEXED, MONTH, 1, 0, 0xff},
    {"Year", REG_INDEXED, YEAR, 1, 0, 0xff},
    {"Register A", REG_INDEXED, REG_A, 1, 0x26, 0x7f},
    {"Register B", REG_INDEXED, REG_B, 1, B_24, 0xff},
    {"Register C", REG_INDEXED, REG_C, 1, 0, 0},
    {"Register D", REG_INDEXED, REG_D, 1, D_VRT, 0},
};

static const struct state_field fields[] = {
    STATE_U(struct mc146818, index),
    STATE_BLOB(struct mc146818, cmos),
    STATE_U(struct mc146818, divider),
    STATE_U(struct mc146818, seen),
    STATE_TIMER_FIELD(struct mc146818, update),
    STATE_TIMER_FIELD(struct mc146818, periodic),
};

const struct dev_class mc146818_class = {
    .name = "mc146818",
    .summary = "MC146818 real-time clock and CMOS RAM",
    .datasheet = "Motorola MC146818, ADI-856",
    .size = sizeof(struct mc146818),
    DEV_REGS(regs),
    .state = DEV_STATE("mc146818", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct mc146818 *mc146818_new(struct bus *bus, const char *id)
{
    return dev_new(&mc146818_class, id, bus);
}
