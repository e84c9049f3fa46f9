/* SPDX-License-Identifier: MIT */
/*
 * INT 13h for diskettes (INT 40h once a fixed disk BIOS took INT 13h).
 *
 * IBM PC/AT technical reference, section 5 "Diskette BIOS".
 * LIMIT: the 82077 is not driven: drives that CMOS 10h names answer as drives that never get ready
 * (80h); others as missing.
 */
#include "bios.h"

static uint8_t drive_type(uint8_t drive)
{
    uint8_t types = cmos_read(0x10);
    return drive == 0 ? types >> 4 : drive == 1 ? types & 15 : 0;
}

void floppy_init(void)
{
    uint8_t count = !!drive_type(0) + !!drive_type(1);
    BDA->equipment &= ~0x00c1;
    if (count)
        BDA->equipment |= 1 | (count - 1) << 6;
}

static void get_parameters(struct regs *r)
{
    uint8_t count = !!drive_type(0) + !!drive_type(1);
    r->ax = r->bx = r->cx = r->dx = r->es = r->di = 0;
    r->dl = count;
    set_cf(r, 0);
}

void int40(struct regs *r)
{
    switch (r->ah) {
    case 0x00: fail(r, drive_type(r->dl) ? 0x80 : 0x01); break;
    case 0x01:
        r->ah = BDA->fd_status;
        set_cf(r, r->ah != 0);
        return;
    case 0x08: get_parameters(r); return;
    case 0x15:
        r->ah = drive_type(r->dl) ? 2 : 0; /* with change line; none */
        set_cf(r, 0);
        return;
    case 0x02:
    case 0x03:
    case 0x04:
    case 0x05:
    case 0x16:
    case 0x17:
    case 0x18:
        r->al = 0;
        fail(r, drive_type(r->dl) ? 0x80 : 0x01);
        break;
    default: fail(r, 0x01); break;
    }
    BDA->fd_status = r->ah;
}
