/* SPDX-License-Identifier: MIT */
/* INT 17h: parallel printers. IBM PC/AT technical reference, section 5 "Printer". */
#include "bios.h"

#define ST_NOT_BUSY 0x80
#define ST_FLIP     0x48 /* ACK and ERROR are active low; INT 17h gives them active high */
#define ST_TIMEOUT  0x01
#define CTL_STROBE  0x01
#define CTL_INIT    0x04
#define CTL_SELECT  0x08

void printer_init(void)
{
    static const uint16_t bases[3] = {0x378, 0x278, 0x3bc};
    uint16_t count = 0;
    for (int i = 0; i < 3; i++) {
        outb(bases[i] + 2, CTL_INIT | CTL_SELECT);
        outb(bases[i], 0xaa);
        if (inb(bases[i]) != 0xaa)
            continue;
        bda_set(lpt[count], bases[i]);
        bda_set(lpt_timeout[count], 20);
        count++;
    }
    bda_set(equipment, (bda_get(equipment) & 0x3fff) | count << 14);
}

static uint8_t printer_send(uint16_t base, uint8_t byte, uint32_t units)
{
    struct timeout t;
    outb(base, byte);
    timeout_start(&t, units * 100);
    while (!(inb(base + 1) & ST_NOT_BUSY)) {
        if (timeout_over(&t))
            return ST_TIMEOUT;
        irq_window();
    }
    outb(base + 2, CTL_SELECT | CTL_INIT | CTL_STROBE);
    inb(base + 1); /* the strobe lasts 0.5 us at least: two port accesses */
    inb(base + 1);
    outb(base + 2, CTL_SELECT | CTL_INIT);
    return 0;
}

uint32_t int17(struct regs *r);
uint32_t int17(struct regs *r)
{
    uint16_t base;
    uint8_t timed_out = 0;
    if (r->dx > 2 || !(base = bda_get(lpt[r->dx])))
        return 0;
    switch (r->ah) {
    case 0x00: timed_out = printer_send(base, r->al, bda_get(lpt_timeout[r->dx])); break;
    case 0x01:
        outb(base + 2, CTL_SELECT);
        inb(base + 1);
        outb(base + 2, CTL_SELECT | CTL_INIT);
        break;
    case 0x02: break;
    default: return 0;
    }
    r->ah = ((inb(base + 1) ^ ST_FLIP) & 0xf8) | timed_out;
    return 0;
}
