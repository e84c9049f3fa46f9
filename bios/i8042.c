/* SPDX-License-Identifier: MIT */
/*
 * The 8042 keyboard controller: bytes to and from the keyboard and the auxiliary device.
 *
 * IBM PS/2 hardware interface technical reference, "Keyboard and auxiliary device controller".
 * NOTE: during an exchange with one device the controller's interrupts are off, so that nobody takes the answer for a
 * key. The other device's clock is held, so that nobody takes a key for the answer.
 */
#include "bios.h"

#define ST_OBF 0x01
#define ST_IBF 0x02
#define ST_AUX 0x20

#define MODE_IRQ1      0x01
#define MODE_IRQ12     0x02
#define MODE_SYS       0x04
#define MODE_NO_AUX    0x20
#define MODE_TRANSLATE 0x40

#define KBD_ACK 0xfa

static int wait_status(uint8_t mask, uint8_t want, uint32_t ms)
{
    struct timeout t;
    for (int i = 0; i < 64; i++)
        if ((inb(0x64) & mask) == want)
            return 1;
    timeout_start(&t, ms);
    while (!timeout_over(&t))
        if ((inb(0x64) & mask) == want)
            return 1;
    return 0;
}

int i8042_command(uint8_t command)
{
    if (!wait_status(ST_IBF, 0, 20))
        return 0;
    outb(0x64, command);
    return wait_status(ST_IBF, 0, 20);
}

int i8042_send(uint8_t byte)
{
    if (!wait_status(ST_IBF, 0, 20))
        return 0;
    outb(0x60, byte);
    return wait_status(ST_IBF, 0, 20);
}

int i8042_recv(uint8_t *byte)
{
    if (!wait_status(ST_OBF, ST_OBF, 30))
        return 0;
    *byte = inb(0x60);
    return 1;
}

uint8_t i8042_get_mode(void)
{
    uint8_t mode = MODE_TRANSLATE | MODE_SYS | MODE_IRQ1 | MODE_NO_AUX;
    if (i8042_command(0x20))
        i8042_recv(&mode);
    return mode;
}

void i8042_set_mode(uint8_t mode)
{
    if (i8042_command(0x60))
        i8042_send(mode);
}

static void drain(void)
{
    for (int i = 0; i < 32 && inb(0x64) & ST_OBF; i++)
        inb(0x60);
}

/*
 * Lets the devices that `hold` does not name talk to us. A byte that is already in the output buffer is kept, since
 * its interrupt is still to come.
 */
void i8042_begin(struct i8042_exchange *x, uint8_t hold)
{
    uint8_t status = inb(0x64);
    x->put_back = 0;
    if (status & ST_OBF) {
        x->put_back = status & ST_AUX ? 0xd3 : 0xd2;
        x->byte = inb(0x60);
    }
    x->mode = i8042_get_mode();
    i8042_set_mode((x->mode & ~(MODE_IRQ1 | MODE_IRQ12 | I8042_HOLD_BOTH)) | hold);
}

/*
 * NOTE: a late answer must not stay in the buffer: its interrupt is off, so nobody would fetch it, and no key could
 * follow.
 */
void i8042_end(struct i8042_exchange *x)
{
    i8042_set_mode((x->mode & ~(MODE_IRQ1 | MODE_IRQ12)) | I8042_HOLD_BOTH);
    drain();
    if (x->put_back) {
        i8042_set_mode(x->mode | I8042_HOLD_BOTH);
        if (i8042_command(x->put_back))
            i8042_send(x->byte);
    }
    i8042_set_mode(x->mode);
}

/* Sends one byte to the keyboard. Gives 1 when it is acknowledged. */
int i8042_kbd(uint8_t byte)
{
    uint8_t answer;
    if (!i8042_send(byte))
        return 0;
    for (int tries = 0; tries < 4; tries++) {
        if (!i8042_recv(&answer))
            return 0;
        if (answer == KBD_ACK)
            return 1;
    }
    return 0;
}

int i8042_aux(uint8_t byte)
{
    uint8_t answer;
    return i8042_command(0xd4) && i8042_send(byte) && i8042_recv(&answer) && answer == KBD_ACK;
}

/* NOTE: the keyboard is not reset: it tested itself at power-on, and a further test would take 500 ms. */
void i8042_init(void)
{
    uint8_t answer;
    drain();
    if (!i8042_command(0xaa) || !i8042_recv(&answer) || answer != 0x55)
        return;
    i8042_set_mode(MODE_TRANSLATE | MODE_SYS | MODE_NO_AUX);
    i8042_command(0xae);
    i8042_kbd(0xf4); /* enable scanning */
    drain();
    i8042_set_mode(MODE_TRANSLATE | MODE_SYS | MODE_NO_AUX | MODE_IRQ1);
}
