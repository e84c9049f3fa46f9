/* SPDX-License-Identifier: MIT */
/* INT 14h: serial ports (16550). IBM PC/AT technical reference, section 5 "RS232". */
#include "bios.h"

#define LCR_DLAB    0x80
#define LSR_THRE    0x20
#define LSR_DR      0x01
#define LSR_TIMEOUT 0x80
#define MSR_DSR_CTS 0x30

extern const uint16_t baud_divisors[8]; /* by AL bits 7:5; in the F segment */

static int uart_there(uint16_t base)
{
    outb(base + 1, 0x02);
    if (inb(base + 1) != 0x02)
        return 0;
    outb(base + 1, 0x00);
    return (inb(base + 2) & 0x3f) == 0x01;
}

void serial_init(void)
{
    static const uint16_t bases[4] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
    uint16_t count = 0;
    for (int i = 0; i < 4; i++)
        if (uart_there(bases[i])) {
            bda_set(com[count], bases[i]);
            bda_set(com_timeout[count], 10);
            count++;
        }
    bda_set(equipment, (bda_get(equipment) & ~0x0e00) | count << 9);
}

static int wait_for(uint16_t port, uint8_t mask, uint32_t units)
{
    struct timeout t;
    timeout_start(&t, units * 100);
    while ((inb(port) & mask) != mask) {
        if (timeout_over(&t))
            return 0;
        irq_window();
    }
    return 1;
}

uint32_t int14(struct regs *r);
uint32_t int14(struct regs *r)
{
    uint16_t base, divisor;
    uint32_t timeout;
    if (r->dx > 3 || !(base = bda_get(com[r->dx])))
        return 0;
    timeout = bda_get(com_timeout[r->dx]);
    switch (r->ah) {
    case 0x00:
        divisor = far_r16(BIOS_SEG, (uint32_t)(uintptr_t)&baud_divisors[r->al >> 5]);
        outb(base + 3, LCR_DLAB);
        outb(base, divisor);
        outb(base + 1, divisor >> 8);
        outb(base + 3, r->al & 0x1f);
        outb(base + 1, 0);
        break;
    case 0x01:
        outb(base + 4, 0x03); /* DTR, RTS */
        if (!wait_for(base + 6, MSR_DSR_CTS, timeout) || !wait_for(base + 5, LSR_THRE, timeout)) {
            r->ah = inb(base + 5) | LSR_TIMEOUT;
            return 0;
        }
        outb(base, r->al);
        r->ah = inb(base + 5) & ~LSR_TIMEOUT;
        return 0;
    case 0x02:
        outb(base + 4, 0x01);
        if (!wait_for(base + 5, LSR_DR, timeout)) {
            r->ah = inb(base + 5) | LSR_TIMEOUT;
            return 0;
        }
        r->ah = inb(base + 5) & 0x1e;
        r->al = inb(base);
        return 0;
    case 0x03: break;
    default: return 0;
    }
    r->ah = inb(base + 5);
    r->al = inb(base + 6);
    return 0;
}
