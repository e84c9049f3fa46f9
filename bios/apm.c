/* SPDX-License-Identifier: MIT */
/*
 * Advanced Power Management: INT 15h AH=53h, and the same for 16-bit and 32-bit protected mode.
 *
 * APM BIOS Interface Specification 1.2, chapter 4 and appendix A (error codes). This file is compiled twice: for 16-bit
 * code, and with -m32 (BIOS32 defined) as position-independent code that touches nothing but ports and the stack. There
 * is one device, the machine: idle halts it until an interrupt, off is the PIIX4's soft off. It runs on mains power,
 * has no battery and reports no events.
 */
#include "bios.h"
#include "apm.h"

#define ERR_RM_CONNECTED  0x02
#define ERR_NOT_CONNECTED 0x03
#define ERR_16_CONNECTED  0x05
#define ERR_32_CONNECTED  0x07
#define ERR_DEVICE        0x09
#define ERR_RANGE         0x0a
#define ERR_UNSUPPORTED   0x86
#define ERR_CANNOT_ENTER  0x60
#define ERR_NO_EVENTS     0x80

#define DEVICE_BIOS 0x0000
#define DEVICE_ALL  0x0001
#define DEVICE_OLD  0xffff /* all devices, as APM 1.0 has it */

#define VERSION     0x0102
#define SIGNATURE   0x504d /* "PM" */
#define HAS_16      0x01
#define HAS_32      0x02
#define DISABLED    0x08
#define NOT_ENGAGED 0x10

#define PIIX4_PM 0x80000b00 /* configuration address of 00:01.3 */
#define PM1A_CNT 4
#define SOFT_OFF 0x2000 /* SLP_EN with SLP_TYP 0 */

enum power { ENABLED, STANDBY, SUSPEND, OFF };

/* Off; comes back where there is no power management controller. */
static void power_off(void)
{
    uint32_t address = inl(0xcf8), id, base;
    outl(0xcf8, PIIX4_PM);
    id = inl(0xcfc);
    outl(0xcf8, PIIX4_PM | 0x40);
    base = inl(0xcfc) & 0xffc0;
    outl(0xcf8, address);
    if (id == 0x71138086 && base)
        outw(base + PM1A_CNT, SOFT_OFF);
}

/* QUIRK: off works without a connection, since programs ask for it without one (tests/bios/apmoff.sh). */
static uint8_t set_power(struct apm_regs *r, const struct apm_state *s, uint8_t *idle)
{
    if (r->bx != DEVICE_ALL && r->bx != DEVICE_OLD)
        return ERR_DEVICE;
    if (r->cx > OFF)
        return ERR_RANGE;
    if (r->cx == OFF) {
        power_off();
        return ERR_CANNOT_ENTER;
    }
    if (!s->connected)
        return ERR_NOT_CONNECTED;
    *idle = r->cx != ENABLED;
    return 0;
}

static uint8_t switch_state(struct apm_regs *r, uint8_t *on)
{
    if (r->bx != DEVICE_ALL && r->bx != DEVICE_OLD)
        return ERR_DEVICE;
    if (r->cx > 1)
        return ERR_RANGE;
    *on = r->cx;
    return 0;
}

static uint8_t power_status(struct apm_regs *r)
{
    if (r->bx == DEVICE_ALL) {
        r->bx = 0x01ff; /* on line; no battery to have a state */
        r->cx = 0x80ff; /* no system battery; life unknown */
        r->dx = 0xffff;
        return 0;
    }
    return ERR_DEVICE;
}

static uint8_t power_state(struct apm_regs *r)
{
    if (r->bx != DEVICE_ALL)
        return ERR_DEVICE;
    r->cx = ENABLED;
    return 0;
}

static uint8_t bios_only(const struct apm_regs *r)
{
    return r->bx == DEVICE_BIOS ? 0 : ERR_DEVICE;
}

static uint8_t driver_version(struct apm_regs *r)
{
    if (r->bx != DEVICE_BIOS)
        return ERR_DEVICE;
    r->ax = VERSION; /* the connection's: what both know */
    return 0;
}

/*
 * Functions 04h-10h, in any mode. Gives an error code. *idle: the caller puts the processor to sleep until an
 * interrupt.
 */
static uint8_t common(struct apm_regs *r, struct apm_state *s, uint8_t *idle)
{
    uint8_t ignored;
    if (r->al == 0x07)
        return set_power(r, s, idle);
    if (!s->connected)
        return ERR_NOT_CONNECTED;
    switch (r->al) {
    case 0x04:
        if (bios_only(r))
            return ERR_DEVICE;
        s->connected = APM_NONE;
        return 0;
    case 0x05: *idle = 1; return 0;
    case 0x06: return 0;
    case 0x08: return switch_state(r, &s->enabled);
    case 0x09: s->enabled = s->engaged = 1; return r->bx == DEVICE_ALL || r->bx == DEVICE_OLD ? 0 : ERR_DEVICE;
    case 0x0a: return power_status(r);
    case 0x0b: return ERR_NO_EVENTS;
    case 0x0c: return power_state(r);
    case 0x0d: return switch_state(r, &ignored);
    case 0x0e: return driver_version(r);
    case 0x0f: return switch_state(r, &s->engaged);
    case 0x10:
        if (bios_only(r))
            return ERR_DEVICE;
        r->bl = 0; /* batteries */
        r->cx = 0; /* nothing wakes it, no events are sent */
        return 0;
    }
    return ERR_UNSUPPORTED;
}

/* For entry.S and bios32.S: protected mode. Gives bit 0: carry; bit 1: sleep. */
uint32_t APM_PROTECTED(struct apm_regs *r, struct apm_state *s);
uint32_t APM_PROTECTED(struct apm_regs *r, struct apm_state *s)
{
    uint8_t idle = 0, error = r->ah == 0x53 ? common(r, s, &idle) : ERR_UNSUPPORTED;
    if (error)
        r->ah = error;
    return (error != 0) | (idle && !error) << 1;
}

#ifndef BIOS32

struct apm_state apm_state; /* entry.S and bios32.S know it */
struct apm_state apm_state = {.enabled = 1, .engaged = 1};

extern char apm16_entry[], apm32_entry[];

static uint8_t already_connected(void)
{
    return apm_state.connected == APM_REAL ? ERR_RM_CONNECTED
           : apm_state.connected == APM_16 ? ERR_16_CONNECTED
                                           : ERR_32_CONNECTED;
}

static void connect_16(struct regs *r)
{
    r->ax = BIOS_SEG;
    r->bx = (uint16_t)(uintptr_t)apm16_entry;
    r->cx = BIOS_DATA_SEG;
    r->si = 0xfff0;
    r->di = 0x4000;
}

static void connect_32(struct regs *r)
{
    r->ax = BIOS_SEG;
    r->ebx = (uint16_t)(uintptr_t)apm32_entry;
    r->cx = BIOS_SEG;
    r->dx = BIOS_DATA_SEG;
    r->esi = 0xfff0fff0;
    r->di = 0x4000;
}

static void installed(struct regs *r)
{
    r->ax = VERSION;
    r->bx = SIGNATURE;
    r->cx = HAS_16 | HAS_32 | (apm_state.enabled ? 0 : DISABLED) | (apm_state.engaged ? 0 : NOT_ENGAGED);
    set_cf(r, 0);
}

void int15_apm(struct regs *r)
{
    uint8_t function = r->al, idle = 0, error = 0;
    if (function < 0x04 && r->bx != DEVICE_BIOS) {
        fail(r, ERR_DEVICE);
        return;
    }
    if (function == 0x00) {
        installed(r);
        return;
    }
    if (function < 0x04) {
        if (apm_state.connected) {
            fail(r, already_connected());
            return;
        }
        apm_state.connected = function;
        if (function == APM_16)
            connect_16(r);
        else if (function == APM_32)
            connect_32(r);
    } else {
        error = common((struct apm_regs *)&r->edi, &apm_state, &idle);
    }
    if (error) {
        fail(r, error);
        return;
    }
    if (idle)
        irq_halt();
    set_cf(r, 0);
}

#endif
