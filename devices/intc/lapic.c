/* SPDX-License-Identifier: MIT */
/*
 * The local APIC of the only CPU, in xAPIC mode. Intel SDM volume 3A, chapter 10 (advanced programmable interrupt
 * controller); references are to its sections.
 *
 * The timer's clock is 1 GHz, that of the TSC: a tick is a nanosecond of virtual time. Nothing runs between accesses;
 * an event is armed only while the timer's interrupt is unmasked.
 * LIMIT: x2APIC mode, TSC deadlines, EOI-broadcast suppression and the CMCI entry are not there, as the version
 * register and CPUID say; no thermal sensor and no performance counter ever uses its entry. Messages to other CPUs
 * reach nobody.
 */
#include "devices/intc/lapic.h"

#include "base/bits.h"
#include "base/log.h"

enum { VERSION = (LVT_COUNT - 1) << 16 | 0x14, FIRST_LEGAL = 16 };
/* Register numbers: the offset divided by 10h (table 10-1). */
enum {
    R_ID = 0x02,
    R_VERSION,
    R_TPR = 0x08,
    R_APR,
    R_PPR,
    R_EOI,
    R_RRD,
    R_LDR,
    R_DFR,
    R_SVR,
    R_ISR = 0x10,
    R_TMR = 0x18,
    R_IRR = 0x20,
    R_ESR = 0x28,
    R_ICR_LOW = 0x30,
    R_ICR_HIGH,
    R_LVT_TIMER,
    R_LVT_THERMAL,
    R_LVT_PERF,
    R_LVT_LINT0,
    R_LVT_LINT1,
    R_LVT_ERROR,
    R_INITIAL_COUNT,
    R_CURRENT_COUNT,
    R_DIVIDE = 0x3e,
};
enum { SVR_ENABLE = 0x100, SVR_WRITABLE = 0x3ff };
enum { ICR_LOGICAL = 0x800, ICR_ASSERT = 0x4000, ICR_LEVEL = 0x8000, ICR_WRITABLE = 0xccfff & ~0x1000 };
enum { SHORTHAND_NONE, SHORTHAND_SELF, SHORTHAND_ALL, SHORTHAND_OTHERS };
enum { LVT_REMOTE_IRR = 0x4000, LVT_LOW = 0x2000, LVT_LEVEL = 0x8000, LVT_MASK = 0x10000, LVT_PERIODIC = 0x20000 };
enum { ESR_SEND_VECTOR = 0x20, ESR_RECEIVE_VECTOR = 0x40, ESR_REGISTER = 0x80 };
#define HIGH_BYTE 0xff000000u
#define DFR_FLAT  0xf0000000u
#define DFR_ONES  0x0fffffffu

static const uint32_t lvt_writable[LVT_COUNT] = {
    [LVT_TIMER] = 0x300ff, [LVT_THERMAL] = 0x107ff, [LVT_PERF] = 0x107ff,
    [LVT_LINT0] = 0x1a7ff, [LVT_LINT1] = 0x1a7ff,   [LVT_ERROR] = 0x100ff,
};

static bool hardware_enabled(const struct lapic *la)
{
    return la->base & APIC_BASE_ENABLE;
}

static bool software_enabled(const struct lapic *la)
{
    return hardware_enabled(la) && la->svr & SVR_ENABLE;
}

static void pulse(const struct irq_line *l)
{
    irq_set(l, 1);
    irq_set(l, 0);
}

/* --- Vectors: IRR, ISR, TMR and the priorities (10.8) --- */

static void set_bit(uint32_t *set, unsigned v)
{
    set[v / 32] |= 1u << v % 32;
}

static void clear_bit(uint32_t *set, unsigned v)
{
    set[v / 32] &= ~(1u << v % 32);
}

static bool test_bit(const uint32_t *set, unsigned v)
{
    return set[v / 32] >> v % 32 & 1;
}

/* The highest vector in a set; -1: none. */
static int highest(const uint32_t *set)
{
    for (int i = 7; i >= 0; i--)
        if (set[i])
            return i * 32 + 31 - __builtin_clz(set[i]);
    return -1;
}

/* "Processor-priority register", 10.8.3.1. */
static uint32_t ppr(const struct lapic *la)
{
    int v = highest(la->isr);
    uint32_t in_service = v < 0 ? 0 : (uint32_t)v & 0xf0;
    return (la->tpr & 0xf0) >= in_service ? la->tpr : in_service;
}

/* The arbitration priority of the P6 family (10.6.2.4 of older editions). */
static uint32_t apr(const struct lapic *la)
{
    int irrv = highest(la->irr), isrv = highest(la->isr);
    uint32_t r = irrv < 0 ? 0 : (uint32_t)irrv & 0xf0, s = isrv < 0 ? 0 : (uint32_t)isrv & 0xf0, t = la->tpr & 0xf0;
    return t >= r && t > s ? la->tpr : MAX(t & s, r);
}

/* The vector that may interrupt now. -1: none. */
static int deliverable(const struct lapic *la)
{
    int v = highest(la->irr);
    return v >= 0 && ((uint32_t)v & 0xf0) > (ppr(la) & 0xf0) ? v : -1;
}

/* The level at a LINT pin as its entry's polarity has it. */
static bool lint_active(const struct lapic *la, int n)
{
    return la->lint[n] != !!(la->lvt[LVT_LINT0 + n] & LVT_LOW);
}

static unsigned lvt_delivery(uint32_t lvt)
{
    return lvt >> 8 & 7;
}

/* The 8259's interrupts are accepted: by a LINT pin in ExtINT mode, by a message, or because there is no APIC. */
static bool extint_pending(const struct lapic *la)
{
    if (!hardware_enabled(la))
        return la->lint[0];
    for (int n = 0; n < 2; n++) {
        uint32_t lvt = la->lvt[LVT_LINT0 + n];
        if (!(lvt & LVT_MASK) && lvt_delivery(lvt) == APIC_EXTINT && lint_active(la, n))
            return true;
    }
    return la->extint_message;
}

static void drive(struct lapic *la)
{
    irq_set(&la->intr, extint_pending(la) || (hardware_enabled(la) && deliverable(la) >= 0));
}

static void lvt_raise(struct lapic *la, enum lapic_lvt n);

/* "The interrupt is generated only once ... until the ESR is written" (10.5.3). */
static void error(struct lapic *la, uint32_t bit)
{
    la->errors |= bit;
    if (la->error_raised)
        return;
    la->error_raised = true;
    lvt_raise(la, LVT_ERROR);
}

static void accept_fixed(struct lapic *la, uint8_t vector, bool level)
{
    if (vector < FIRST_LEGAL) {
        error(la, ESR_RECEIVE_VECTOR);
        return;
    }
    set_bit(la->irr, vector);
    (level ? set_bit : clear_bit)(la->tmr, vector);
    drive(la);
}

static void state_after_init(struct lapic *la);

/* Takes a message, whoever sent it. False: it is not accepted. */
static bool accept(struct lapic *la, uint8_t delivery, uint8_t vector, bool level)
{
    switch (delivery) {
    case APIC_FIXED:
    case APIC_LOWEST_PRIORITY:
        if (!software_enabled(la)) /* 10.4.7.2: only INIT, NMI, SMI and SIPI are still answered */
            return false;
        accept_fixed(la, vector, level);
        return true;
    case APIC_SMI: pulse(&la->smi); return true;
    case APIC_NMI: pulse(&la->nmi); return true;
    case APIC_INIT: /* 10.4.7.3: the APIC is as after a reset, except for its ID */
        state_after_init(la);
        pulse(&la->init);
        return true;
    case APIC_EXTINT:
        la->extint_message = true;
        drive(la);
        return true;
    default: /* SIPI: this CPU does not wait for one, since INIT starts the boot processor at its reset vector */
        return false;
    }
}

/* --- Destinations (10.6.2) --- */

static bool is_destination(const struct lapic *la, uint8_t dest, bool logical)
{
    uint8_t mine = (uint8_t)(la->ldr >> 24);
    if (dest == 0xff)
        return true;
    if (!logical)
        return dest == la->id >> 24;
    if (la->dfr == (DFR_FLAT | DFR_ONES))
        return dest & mine;
    bool cluster = dest >> 4 == 15 || dest >> 4 == mine >> 4;
    return cluster && dest & mine & 15;
}

static bool deliver(void *ctx, const struct apic_msg *msg)
{
    struct lapic *la = ctx;
    if (!hardware_enabled(la) || !is_destination(la, msg->dest, msg->logical))
        return false;
    return accept(la, msg->delivery, msg->vector, msg->level);
}

struct apic_port lapic_port(struct lapic *la)
{
    return (struct apic_port){deliver, la};
}

/* A write to the low half of the ICR sends (10.6.1). */
static void send(struct lapic *la)
{
    uint32_t icr = la->icr_low;
    uint8_t delivery = icr >> 8 & 7, vector = (uint8_t)icr;
    unsigned shorthand = icr >> 18 & 3;
    bool fixed = delivery == APIC_FIXED || delivery == APIC_LOWEST_PRIORITY;
    if (fixed && vector < FIRST_LEGAL) {
        error(la, ESR_SEND_VECTOR);
        return;
    }
    if (delivery == APIC_INIT && icr & ICR_LEVEL && !(icr & ICR_ASSERT))
        return; /* INIT level de-assert sets arbitration IDs only */
    if (delivery == APIC_EXTINT)
        return; /* not to be sent */
    bool me = shorthand == SHORTHAND_SELF || shorthand == SHORTHAND_ALL ||
              (shorthand == SHORTHAND_NONE && is_destination(la, (uint8_t)(la->icr_high >> 24), icr & ICR_LOGICAL));
    if (me)
        accept(la, delivery, vector, false); /* an IPI is edge triggered, whatever bit 15 says */
}

/* --- The local vector table (10.5.1) --- */

static void lvt_raise(struct lapic *la, enum lapic_lvt n)
{
    uint32_t lvt = la->lvt[n];
    bool simple = n == LVT_TIMER || n == LVT_ERROR;
    if (!(lvt & LVT_MASK))
        accept(la, simple ? APIC_FIXED : (uint8_t)lvt_delivery(lvt), (uint8_t)lvt, false);
}

/* A level-triggered fixed LINT: asks again after each EOI while the pin is active. */
static void lint_level(struct lapic *la, int n)
{
    uint32_t *lvt = &la->lvt[LVT_LINT0 + n];
    bool level = (*lvt & LVT_LEVEL) && lvt_delivery(*lvt) == APIC_FIXED;
    if (!level || *lvt & (LVT_MASK | LVT_REMOTE_IRR) || !lint_active(la, n))
        return;
    if (accept(la, APIC_FIXED, (uint8_t)*lvt, true))
        *lvt |= LVT_REMOTE_IRR;
}

static void set_lint(void *ctx, int n, int level)
{
    struct lapic *la = ctx;
    bool was = lint_active(la, n);
    la->lint[n] = level != 0;
    bool rises = !was && lint_active(la, n);
    uint32_t lvt = la->lvt[LVT_LINT0 + n];
    if (!hardware_enabled(la)) {
        if (n == 1 && rises)
            pulse(&la->nmi);
    } else if (lvt_delivery(lvt) == APIC_FIXED && lvt & LVT_LEVEL) {
        lint_level(la, n);
    } else if (rises && lvt_delivery(lvt) != APIC_EXTINT) {
        lvt_raise(la, LVT_LINT0 + n);
    }
    drive(la);
}

struct irq_line lapic_lint(struct lapic *la, int n)
{
    return (struct irq_line){set_lint, la, n};
}

static void write_eoi(struct lapic *la)
{
    int v = highest(la->isr);
    if (v < 0)
        return;
    clear_bit(la->isr, (unsigned)v);
    if (test_bit(la->tmr, (unsigned)v)) {
        for (int n = 0; n < 2; n++)
            if ((uint8_t)la->lvt[LVT_LINT0 + n] == v) {
                la->lvt[LVT_LINT0 + n] &= ~(uint32_t)LVT_REMOTE_IRR;
                lint_level(la, n);
            }
        if (la->eoi.eoi)
            la->eoi.eoi(la->eoi.ctx, (uint8_t)v);
    }
    drive(la);
}

static int acknowledge(void *ctx)
{
    struct lapic *la = ctx;
    int v = hardware_enabled(la) ? deliverable(la) : -1;
    if (v < 0 && extint_pending(la)) {
        la->extint_message = false;
        v = la->extint.ack ? la->extint.ack(la->extint.ctx) : 0xff;
        drive(la);
        return v;
    }
    if (v < 0) /* what asked went away between INTR and INTA (10.9) */
        return (int)(la->svr & 0xff);
    clear_bit(la->irr, (unsigned)v);
    set_bit(la->isr, (unsigned)v);
    drive(la);
    return v;
}

struct intr_ack lapic_intr_ack(struct lapic *la)
{
    return (struct intr_ack){acknowledge, la};
}

bool lapic_wakes_masked(const struct lapic *la)
{
    uint32_t lvt = la->lvt[LVT_LINT0];
    unsigned d = lvt_delivery(lvt);
    return hardware_enabled(la) && !(lvt & LVT_MASK) && d != APIC_FIXED && d != APIC_EXTINT;
}

/* --- The timer (10.5.4) --- */

static uint64_t now(const struct lapic *la)
{
    return clock_ns(la->dev.bus->clock);
}

/* Ticks of 1 GHz per count: bits 3, 1 and 0, where 111 is 1. */
static uint64_t divisor(const struct lapic *la)
{
    return UINT64_C(1) << (((la->divide >> 1 & 4) + (la->divide & 3) + 1) & 7);
}

/* Brings `count` up to date; count_ns stays on a tick of the divided clock. */
static void timer_sync(struct lapic *la)
{
    uint64_t ticks = (now(la) - la->count_ns) / divisor(la);
    la->count_ns += ticks * divisor(la);
    if (ticks < la->count)
        la->count -= (uint32_t)ticks;
    else if (la->lvt[LVT_TIMER] & LVT_PERIODIC && la->initial && la->count)
        la->count = la->initial - (uint32_t)((ticks - la->count) % la->initial);
    else
        la->count = 0;
}

static void timer_arm(struct lapic *la)
{
    if (la->count && !(la->lvt[LVT_TIMER] & LVT_MASK) && hardware_enabled(la))
        timer_set(&la->timer, la->count_ns + la->count * divisor(la));
    else
        timer_cancel(&la->timer);
}

static void timer_due(void *ctx)
{
    struct lapic *la = ctx;
    timer_sync(la);
    timer_arm(la);
    lvt_raise(la, LVT_TIMER);
}

static void write_initial(struct lapic *la, uint32_t v)
{
    la->initial = la->count = v;
    la->count_ns = now(la);
    timer_arm(la);
}

/* --- Registers --- */

static void write_lvt(struct lapic *la, unsigned n, uint32_t v)
{
    if (n == LVT_TIMER)
        timer_sync(la);
    v &= lvt_writable[n];
    if (!software_enabled(la))
        v |= LVT_MASK;
    if (n == LVT_LINT0 || n == LVT_LINT1) {
        if (v & LVT_LEVEL && lvt_delivery(v) == APIC_FIXED)
            v |= la->lvt[n] & LVT_REMOTE_IRR;
        la->lvt[n] = v;
        lint_level(la, (int)(n - LVT_LINT0));
        drive(la);
        return;
    }
    la->lvt[n] = v;
    if (n == LVT_TIMER)
        timer_arm(la);
}

static void write_svr(struct lapic *la, uint32_t v)
{
    la->svr = v & SVR_WRITABLE;
    if (la->svr & SVR_ENABLE)
        return;
    timer_sync(la);
    for (unsigned n = 0; n < LVT_COUNT; n++) /* 10.4.7.2 */
        la->lvt[n] |= LVT_MASK;
    timer_arm(la);
    drive(la);
}

static void write_divide(struct lapic *la, uint32_t v)
{
    timer_sync(la);
    la->count_ns = now(la);
    la->divide = v & 0xb;
    timer_arm(la);
}

static uint32_t read_reg(struct lapic *la, unsigned reg)
{
    switch (reg) {
    case R_ID: return la->id;
    case R_VERSION: return VERSION;
    case R_TPR: return la->tpr;
    case R_APR: return apr(la);
    case R_PPR: return ppr(la);
    case R_EOI:
    case R_RRD: return 0;
    case R_LDR: return la->ldr;
    case R_DFR: return la->dfr;
    case R_SVR: return la->svr;
    case R_ESR: return la->esr;
    case R_ICR_LOW: return la->icr_low;
    case R_ICR_HIGH: return la->icr_high;
    case R_INITIAL_COUNT: return la->initial;
    case R_CURRENT_COUNT: timer_sync(la); return la->count;
    case R_DIVIDE: return la->divide;
    default: break;
    }
    if (reg >= R_ISR && reg < R_TMR)
        return la->isr[reg - R_ISR];
    if (reg >= R_TMR && reg < R_IRR)
        return la->tmr[reg - R_TMR];
    if (reg >= R_IRR && reg < R_ESR)
        return la->irr[reg - R_IRR];
    if (reg >= R_LVT_TIMER && reg <= R_LVT_ERROR)
        return la->lvt[reg - R_LVT_TIMER];
    error(la, ESR_REGISTER);
    return 0;
}

static void write_reg(struct lapic *la, unsigned reg, uint32_t v)
{
    switch (reg) {
    case R_ID: la->id = v & HIGH_BYTE; return;
    case R_TPR:
        la->tpr = v & 0xff;
        drive(la);
        return;
    case R_EOI: write_eoi(la); return;
    case R_LDR: la->ldr = v & HIGH_BYTE; return;
    case R_DFR: la->dfr = v | DFR_ONES; return;
    case R_SVR: write_svr(la, v); return;
    case R_ESR: /* 10.5.3: shows the errors since the last write and rearms the interrupt */
        la->esr = la->errors;
        la->errors = 0;
        la->error_raised = false;
        return;
    case R_ICR_LOW:
        la->icr_low = v & ICR_WRITABLE;
        send(la);
        return;
    case R_ICR_HIGH: la->icr_high = v & HIGH_BYTE; return;
    case R_INITIAL_COUNT: write_initial(la, v); return;
    case R_DIVIDE: write_divide(la, v); return;
    default: break;
    }
    if (reg >= R_LVT_TIMER && reg <= R_LVT_ERROR)
        write_lvt(la, reg - R_LVT_TIMER, v);
    else if (reg < R_ID || reg > R_CURRENT_COUNT || (reg > R_IRR + 7 && reg < R_ICR_LOW) ||
             (reg > R_VERSION && reg < R_TPR))
        error(la, ESR_REGISTER); /* the others are read only */
}

/*
 * 10.4.1: 32-bit accesses at multiples of 16. A part of a register can be read; every other access is undefined and
 * does nothing here.
 */
static uint64_t mmio_read(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct lapic *la = ctx;
    (void)who;
    if ((offset & 15) + size > 4)
        return 0;
    return read_reg(la, (unsigned)(offset >> 4)) >> 8 * (offset & 3);
}

static void mmio_write(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    struct lapic *la = ctx;
    (void)who;
    if (offset & 15 || size != 4)
        guest_error(la->dev.bus->log, la->dev.id, "a write of %u bytes to offset %xh", size, (unsigned)offset);
    else
        write_reg(la, (unsigned)(offset >> 4), (uint32_t)value);
}

static const struct io_ops mmio_ops = {mmio_read, mmio_write, 4};

/* --- A chip's life --- */

static void update_map(struct lapic *la)
{
    struct mem *mem = la->dev.bus->mem;
    struct target regs = {.kind = TO_IO, .ops = &mmio_ops, .ctx = la};
    uint64_t at = la->base & PHYS_MASK & ~(uint64_t)PAGE_OFFSET_MASK;
    if (!hardware_enabled(la)) {
        mem_unmap(mem, &la->map);
    } else if (!la->map.enabled || la->map.live_base != at) {
        la->map = (struct mapping){.name = "lapic",
                                   .base = at,
                                   .size = PAGE_SIZE,
                                   .prio = PRIO_APIC,
                                   .rd = regs,
                                   .wr = regs,
                                   .enabled = la->map.enabled,
                                   .live_base = la->map.live_base,
                                   .live_size = la->map.live_size,
                                   .next = la->map.next};
        mem_map(mem, &la->map);
    }
}

/* 10.4.7.1 and 10.4.7.3 */
static void state_after_init(struct lapic *la)
{
    la->tpr = la->ldr = la->esr = la->errors = la->icr_low = la->icr_high = 0;
    la->dfr = DFR_FLAT | DFR_ONES;
    la->svr = 0xff;
    la->error_raised = la->extint_message = false;
    la->divide = la->initial = la->count = 0;
    for (unsigned n = 0; n < LVT_COUNT; n++)
        la->lvt[n] = LVT_MASK;
    memset(la->irr, 0, sizeof la->irr);
    memset(la->isr, 0, sizeof la->isr);
    memset(la->tmr, 0, sizeof la->tmr);
    timer_cancel(&la->timer);
    drive(la);
}

bool lapic_set_base(struct lapic *la, uint64_t value)
{
    uint64_t reserved = ~(PHYS_MASK & ~(uint64_t)PAGE_OFFSET_MASK) & ~(uint64_t)(APIC_BASE_BSP | APIC_BASE_ENABLE);
    if (value & reserved)
        return false;
    bool was = hardware_enabled(la);
    la->base = value;
    if (was != hardware_enabled(la)) /* 10.4.3: as after power-up or reset, both ways */
        state_after_init(la);
    update_map(la);
    drive(la);
    return true;
}

/* IA32_APIC_BASE as RDMSR and WRMSR reach it. */
static bool read_base_msr(void *ctx, uint32_t index, uint64_t *value)
{
    const struct lapic *la = ctx;
    (void)index;
    *value = la->base;
    return true;
}

static bool write_base_msr(void *ctx, uint32_t index, uint64_t value)
{
    (void)index;
    return lapic_set_base(ctx, value);
}

static const struct msr_ops base_msr_ops = {read_base_msr, write_base_msr};

static bool realize(struct dev *d, struct error *err)
{
    struct lapic *la = container_of(d, struct lapic, dev);
    (void)err;
    timer_init(&la->timer, d->bus->clock, timer_due, la);
    la->base_msr = (struct msr_range){
        .name = "IA32_APIC_BASE", .first = MSR_APIC_BASE, .count = 1, .ops = &base_msr_ops, .ctx = la};
    if (la->fitted)
        msr_claim(&d->bus->msrs, &la->base_msr);
    return true;
}

static void reset(struct dev *d)
{
    struct lapic *la = container_of(d, struct lapic, dev);
    la->id = 0;
    la->base = la->fitted ? APIC_BASE_RESET : 0;
    state_after_init(la);
    update_map(la);
}

static void post_load(struct dev *d)
{
    struct lapic *la = container_of(d, struct lapic, dev);
    update_map(la);
    drive(la);
}

static void unrealize(struct dev *d)
{
    struct lapic *la = container_of(d, struct lapic, dev);
    timer_cancel(&la->timer);
    mem_unmap(d->bus->mem, &la->map);
    msr_release(&d->bus->msrs, &la->base_msr);
}

static void print_set(const char *name, const uint32_t *set, struct buf *out)
{
    buf_printf(out, " %s:", name);
    for (unsigned v = 0; v < 256; v++)
        if (test_bit(set, v))
            buf_printf(out, " %02x", v);
    buf_printf(out, "\n");
}

static void print(struct dev *d, struct buf *out)
{
    static const char *const names[LVT_COUNT] = {"timer", "thermal", "perf", "LINT0", "LINT1", "error"};
    struct lapic *la = container_of(d, struct lapic, dev);
    buf_printf(out, "%s: base=%09llx%s%s id=%u tpr=%02x ppr=%02x ldr=%08x dfr=%08x svr=%03x esr=%02x icr=%08x%08x\n",
               d->id, (unsigned long long)(la->base & ~(uint64_t)PAGE_OFFSET_MASK),
               hardware_enabled(la) ? "" : " disabled", software_enabled(la) ? "" : " (software disabled)",
               la->id >> 24, la->tpr, ppr(la), la->ldr, la->dfr, la->svr, la->esr, la->icr_high, la->icr_low);
    for (unsigned n = 0; n < LVT_COUNT; n++)
        buf_printf(out, " LVT %-8s %05x%s\n", names[n], la->lvt[n], la->lvt[n] & LVT_MASK ? " masked" : "");
    struct lapic copy = *la;
    timer_sync(&copy);
    buf_printf(out, " timer: initial=%u current=%u divided by %u\n", la->initial, copy.count, (unsigned)divisor(la));
    print_set("IRR", la->irr, out);
    print_set("ISR", la->isr, out);
    print_set("TMR", la->tmr, out);
}

static const struct state_field fields[] = {
    STATE_U(struct lapic, base),
    STATE_U(struct lapic, id),
    STATE_U(struct lapic, tpr),
    STATE_U(struct lapic, ldr),
    STATE_U(struct lapic, dfr),
    STATE_U(struct lapic, svr),
    STATE_U(struct lapic, esr),
    STATE_U(struct lapic, icr_low),
    STATE_U(struct lapic, icr_high),
    STATE_ARRAY(struct lapic, lvt),
    STATE_ARRAY(struct lapic, irr),
    STATE_ARRAY(struct lapic, isr),
    STATE_ARRAY(struct lapic, tmr),
    STATE_U(struct lapic, errors),
    STATE_U(struct lapic, error_raised),
    STATE_ARRAY(struct lapic, lint),
    STATE_U(struct lapic, extint_message),
    STATE_U(struct lapic, divide),
    STATE_U(struct lapic, initial),
    STATE_U(struct lapic, count),
    STATE_U(struct lapic, count_ns),
    STATE_TIMER_FIELD(struct lapic, timer),
};

static const struct dev_reg regs[] = {
    {"Local APIC ID", REG_MMIO, 0x020, 4, 0, HIGH_BYTE},
    {"Local APIC Version", REG_MMIO, 0x030, 4, VERSION, 0},
    {"TPR", REG_MMIO, 0x080, 4, 0, 0xff},
    {"APR", REG_MMIO, 0x090, 4, 0, 0},
    {"PPR", REG_MMIO, 0x0a0, 4, 0, 0},
    {"EOI", REG_MMIO, 0x0b0, 4, 0, 0},
    {"RRD", REG_MMIO, 0x0c0, 4, 0, 0},
    {"LDR", REG_MMIO, 0x0d0, 4, 0, HIGH_BYTE},
    {"DFR", REG_MMIO, 0x0e0, 4, 0xffffffff, 0xf0000000},
    {"SVR", REG_MMIO, 0x0f0, 4, 0xff, SVR_WRITABLE},
    {"ISR 31:0", REG_MMIO, 0x100, 4, 0, 0},
    {"TMR 31:0", REG_MMIO, 0x180, 4, 0, 0},
    {"IRR 31:0", REG_MMIO, 0x200, 4, 0, 0},
    {"ESR", REG_MMIO, 0x280, 4, 0, 0},
    {"ICR 31:0", REG_MMIO, 0x300, 4, 0, ICR_WRITABLE},
    {"ICR 63:32", REG_MMIO, 0x310, 4, 0, HIGH_BYTE},
    {"LVT Timer", REG_MMIO, 0x320, 4, LVT_MASK, 0x300ff},
    {"LVT Thermal Sensor", REG_MMIO, 0x330, 4, LVT_MASK, 0x107ff},
    {"LVT Performance Counters", REG_MMIO, 0x340, 4, LVT_MASK, 0x107ff},
    {"LVT LINT0", REG_MMIO, 0x350, 4, LVT_MASK, 0x1a7ff},
    {"LVT LINT1", REG_MMIO, 0x360, 4, LVT_MASK, 0x1a7ff},
    {"LVT Error", REG_MMIO, 0x370, 4, LVT_MASK, 0x100ff},
    {"Initial Count", REG_MMIO, 0x380, 4, 0, 0xffffffff},
    {"Current Count", REG_MMIO, 0x390, 4, 0, 0},
    {"Divide Configuration", REG_MMIO, 0x3e0, 4, 0, 0xb},
};

const struct dev_class lapic_class = {
    .name = "lapic",
    .summary = "local APIC (xAPIC)",
    .datasheet = "Intel 64 and IA-32 SDM 3A, 325384, chapter 10",
    .size = sizeof(struct lapic),
    DEV_REGS(regs),
    .state = DEV_STATE("lapic", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct lapic *lapic_new(struct bus *bus, const char *id)
{
    return dev_new(&lapic_class, id, bus);
}
