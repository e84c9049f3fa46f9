/* SPDX-License-Identifier: MIT */
/*
 * INT 15h AH=C2h (pointing device) and IRQ 12.
 * IBM PS/2 and PC BIOS interface technical reference, "INT 15h, pointing device BIOS interface".
 */
#include "bios.h"

#define ERR_FUNCTION   1
#define ERR_INPUT      2
#define ERR_INTERFACE  3
#define ERR_NO_HANDLER 5

#define FLAGS2_HANDLER 0x80

#define MODE_IRQ12 0x02

#define PUT_BACK_AUX 0xd3

/* Holds the keyboard until end(). The rest of a packet that was under way will not come. */
static void begin(struct i8042_exchange *x)
{
    i8042_begin(x, I8042_HOLD_KBD);
    i8042_command(0xa8);
    x->mode &= ~I8042_HOLD_AUX;
    if (x->put_back == PUT_BACK_AUX)
        x->put_back = 0;
    ebda_set(mouse_flags1, 0);
}

static int aux_value(uint8_t command, uint8_t value)
{
    return i8042_aux(command) && i8042_aux(value);
}

static int enable(int on)
{
    struct i8042_exchange x;
    begin(&x);
    int ok = i8042_aux(on ? 0xf4 : 0xf5);
    x.mode = on ? x.mode | MODE_IRQ12 : x.mode & ~MODE_IRQ12;
    i8042_end(&x);
    return ok;
}

static int reset(struct regs *r)
{
    struct i8042_exchange x;
    uint8_t bat = 0, id = 0;
    begin(&x);
    int ok = i8042_aux(0xff);
    for (int tries = 0; ok && tries < 30 && !i8042_recv(&bat); tries++)
        ;
    ok = ok && bat == 0xaa && i8042_recv(&id);
    i8042_end(&x);
    r->bl = bat;
    r->bh = id;
    return ok;
}

static int read_status(struct regs *r)
{
    uint8_t b[3] = {0};
    int ok = i8042_aux(0xe9) && i8042_recv(&b[0]) && i8042_recv(&b[1]) && i8042_recv(&b[2]);
    r->bl = b[0];
    r->cl = b[1];
    r->dl = b[2];
    return ok;
}

static int status_or_scaling(struct regs *r)
{
    struct i8042_exchange x;
    begin(&x);
    int ok = r->bh == 0 ? read_status(r) : i8042_aux(r->bh == 1 ? 0xe6 : 0xe7);
    i8042_end(&x);
    return ok;
}

static int set_value(uint8_t command, uint8_t value)
{
    struct i8042_exchange x;
    begin(&x);
    int ok = aux_value(command, value);
    i8042_end(&x);
    return ok;
}

static int read_id(struct regs *r)
{
    struct i8042_exchange x;
    begin(&x);
    int ok = i8042_aux(0xf2) && i8042_recv(&r->bh);
    i8042_end(&x);
    return ok;
}

static void set_handler(struct regs *r)
{
    ebda_set(mouse_seg, r->es);
    ebda_set(mouse_off, r->bx);
    if (r->es == 0 && r->bx == 0)
        ebda_set(mouse_flags2, ebda_get(mouse_flags2) & ~FLAGS2_HANDLER);
    else
        ebda_set(mouse_flags2, ebda_get(mouse_flags2) | FLAGS2_HANDLER);
}

static int initialise(struct regs *r)
{
    uint8_t size = r->bh;
    ebda_set(mouse_flags1, 0);
    ebda_set(mouse_flags2, (ebda_get(mouse_flags2) & ~7) | (size - 1));
    if (!reset(r))
        return 0;
    return set_value(0xf3, 100) && set_value(0xe8, 2);
}

void int15_mouse(struct regs *r)
{
    static const uint8_t rates[] = {10, 20, 40, 60, 80, 100, 200};
    uint8_t error = 0;
    int ok = 1;
    switch (r->al) {
    case 0x00:
        if (r->bh > 1)
            error = ERR_INPUT;
        else if (r->bh == 1 && !(ebda_get(mouse_flags2) & FLAGS2_HANDLER))
            error = ERR_NO_HANDLER;
        else
            ok = enable(r->bh);
        break;
    case 0x01: ok = reset(r); break;
    case 0x02:
        if (r->bh >= sizeof rates)
            error = ERR_INPUT;
        else
            ok = set_value(0xf3, rates[r->bh]);
        break;
    case 0x03:
        if (r->bh > 3)
            error = ERR_INPUT;
        else
            ok = set_value(0xe8, r->bh);
        break;
    case 0x04: ok = read_id(r); break;
    case 0x05:
        if (r->bh < 1 || r->bh > 8)
            error = ERR_INPUT;
        else
            ok = initialise(r);
        break;
    case 0x06:
        if (r->bh > 2)
            error = ERR_INPUT;
        else
            ok = status_or_scaling(r);
        break;
    case 0x07: set_handler(r); break;
    default: error = ERR_FUNCTION; break;
    }
    r->ah = error ? error : ok ? 0 : ERR_INTERFACE;
    set_cf(r, r->ah != 0);
}

/* Takes a byte; when a packet is whole: AX = 1, SI:DI = handler, BX CX DX = first three words. */
uint32_t mouse_irq(struct regs *r);
uint32_t mouse_irq(struct regs *r)
{
    uint8_t index = ebda_get(mouse_flags1) & 7;
    r->ax = 0;
    if ((inb(0x64) & 0x21) != 0x21)
        return 0;
    ebda_set(mouse_data[index], inb(0x60));
    if (!(ebda_get(mouse_flags2) & FLAGS2_HANDLER))
        return 0;
    if (index < (ebda_get(mouse_flags2) & 7)) {
        ebda_set(mouse_flags1, index + 1);
        return 0;
    }
    ebda_set(mouse_flags1, 0);
    r->ax = 1;
    r->si = ebda_get(mouse_seg);
    r->di = ebda_get(mouse_off);
    r->bx = ebda_get(mouse_data[0]);
    r->cx = ebda_get(mouse_data[1]);
    r->dx = ebda_get(mouse_data[2]);
    return 0;
}
