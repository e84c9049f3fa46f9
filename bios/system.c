/* SPDX-License-Identifier: MIT */
/*
 * INT 15h: system services.
 *
 * IBM PC/AT technical reference, section 5 "INT 15h"; IBM PS/2 and PC BIOS interface technical
 * reference (24h, C0h, C1h, C2h); ACPI 6 chapter 15 (E8xxh, in memory.c).
 */
#include "bios.h"

#define UNSUPPORTED 0x86

extern const uint8_t config_table[];

/* Whether FFFF:0510 shows what is written to 0000:0500: then A20 is closed. The byte is the print-screen status. */
static int a20_open(void)
{
    uint8_t low = far_r8(0, 0x500), high = far_r8(0xffff, 0x510);
    int open;
    far_w8(0, 0x500, ~high);
    open = far_r8(0xffff, 0x510) == high;
    far_w8(0, 0x500, low);
    return open;
}

/*
 * Port 92h or the 8042's output port opens A20; closing takes both.
 * NOTE: only the 8042 opens it here, as on the AT: DOS's extended memory managers close it there and do not know port
 * 92h. Port 92h is used where the 8042 takes no commands.
 */
static void a20_set(int open)
{
    int taken = i8042_command(open ? 0xdf : 0xdd);
    outb(0x92, (inb(0x92) & ~3) | (open && !taken) << 1);
}

void a20_init(void)
{
    a20_set(1);
}

static void a20_gate(struct regs *r)
{
    switch (r->al) {
    case 0x00:
    case 0x01: a20_set(r->al); break;
    case 0x02:
        r->al = a20_open();
        r->cx = 0;
        break;
    case 0x03: r->bx = 3; break; /* keyboard controller and port 92h */
    default: fail(r, UNSUPPORTED); return;
    }
    r->ah = 0;
    set_cf(r, 0);
}

static void event_wait(struct regs *r)
{
    if (r->al == 1) {
        rtc_stop_wait();
        set_cf(r, 0);
    } else if (r->al == 0 && rtc_start_wait((uint32_t)r->cx << 16 | r->dx, (uint32_t)r->es << 16 | r->bx)) {
        r->ah = 0;
        set_cf(r, 0);
    } else {
        set_cf(r, 1);
    }
}

/* 86h: sleeps for CX:DX microseconds, on the caller's stack. */
static uint32_t wait_us(struct regs *r)
{
    if (!rtc_start_wait((uint32_t)r->cx << 16 | r->dx, 0x004000a0)) {
        set_cf(r, 1);
        return 0;
    }
    rtc_unmask();
    r->ah = 0;
    set_cf(r, 0);
    return EXIT_STUB(int15_wait);
}

uint32_t int15(struct regs *r);
uint32_t int15(struct regs *r)
{
    switch (r->ah) {
    case 0x24: a20_gate(r); break;
    case 0x4f: set_cf(r, 1); break; /* the key is to be handled */
    case 0x53: int15_apm(r); break;
    case 0x83: event_wait(r); break;
    case 0x85: /* SysReq, device busy, interrupt complete: for operating systems to take */
    case 0x90:
    case 0x91:
        r->ah = 0;
        set_cf(r, 0);
        break;
    case 0x86: return wait_us(r);
    case 0x87: int15_block_move(r); break;
    case 0x88:
    case 0xe8: int15_memory(r); break;
    case 0xc0:
        r->es = BIOS_SEG;
        r->bx = (uint16_t)(uintptr_t)config_table;
        r->ah = 0;
        set_cf(r, 0);
        break;
    case 0xc1:
        r->es = bda_get(ebda_seg);
        set_cf(r, 0);
        break;
    case 0xc2: int15_mouse(r); break;
    default: fail(r, UNSUPPORTED); break;
    }
    return 0;
}
