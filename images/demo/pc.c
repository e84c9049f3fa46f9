/* SPDX-License-Identifier: MIT */
/* pc.c: the chips of the board: 8259A, 8254, MC146818, PCI configuration, and the power switch. */
#include "demo.h"

#define PIC1          0x20
#define PIC2          0xa0
#define PIT_COUNTER0  0x40
#define PIT_CONTROL   0x43
#define PIT_HZ        1193182u
#define CMOS_INDEX    0x70
#define CMOS_DATA     0x71
#define RTC_A_UIP     0x80
#define RTC_B_24H     0x02
#define RTC_B_BINARY  0x04
#define PCI_ADDRESS   0xcf8
#define PCI_DATA      0xcfc
#define PIIX4_PM      0x71138086u
#define PM_CNT_SLP_EN 0x2000u

volatile uint32_t ticks;

/* ICW1-ICW4 of both, then the masks (8259A data sheet, "Initialization Command Words"). */
static void pic_program(unsigned base1, unsigned base2, unsigned masks)
{
    outb(PIC1, 0x11);
    outb(PIC2, 0x11);
    outb(PIC1 + 1, base1);
    outb(PIC2 + 1, base2);
    outb(PIC1 + 1, 4);
    outb(PIC2 + 1, 2);
    outb(PIC1 + 1, 1);
    outb(PIC2 + 1, 1);
    outb(PIC1 + 1, masks & 0xff);
    outb(PIC2 + 1, masks >> 8);
}

void pic_for_bios(bool bios)
{
    if (bios)
        pic_program(0x08, 0x70, bios_masks);
    else
        pic_program(0x20, 0x28, 0xffec); /* timer, keyboard, COM1 */
}

void pic_setup(void)
{
    pic_for_bios(false);
}

void pic_eoi(unsigned irq)
{
    if (irq >= 8)
        outb(PIC2, 0x20);
    outb(PIC1, 0x20);
}

void pit_setup(void)
{
    unsigned divisor = PIT_HZ / TICKS_PER_SECOND;
    outb(PIT_CONTROL, 0x34); /* counter 0, both bytes, mode 2 */
    outb(PIT_COUNTER0, divisor & 0xff);
    outb(PIT_COUNTER0, divisor >> 8);
}

void wait_for_interrupt(void)
{
    __asm__ volatile("sti; hlt");
}

void wait_for_event(void)
{
    screen_mirror();
    wait_for_interrupt();
}

uint8_t cmos_read(unsigned index)
{
    outb(CMOS_INDEX, index);
    return inb(CMOS_DATA);
}

static unsigned rtc_value(unsigned raw, bool binary)
{
    return binary ? raw : (raw >> 4) * 10 + (raw & 15);
}

/* Reads until two readings agree, so that an update in between does no harm. */
struct rtc_time rtc_read(void)
{
    static const uint8_t indexes[6] = {0, 2, 4, 7, 8, 9};
    uint8_t now[6] = {0}, before[6];
    for (unsigned attempt = 0; attempt < 4; attempt++) {
        memcpy(before, now, sizeof now);
        for (unsigned wait = 0; (cmos_read(10) & RTC_A_UIP) && wait < 100000; wait++)
            ;
        for (unsigned i = 0; i < 6; i++)
            now[i] = cmos_read(indexes[i]);
        if (attempt && !memcmp(before, now, sizeof now))
            break;
    }
    uint8_t b = cmos_read(11);
    bool binary = b & RTC_B_BINARY;
    bool pm = !(b & RTC_B_24H) && (now[2] & 0x80);
    struct rtc_time time = {
        .second = rtc_value(now[0], binary),
        .minute = rtc_value(now[1], binary),
        .hour = rtc_value(now[2] & (b & RTC_B_24H ? 0xff : 0x7f), binary),
        .day = rtc_value(now[3], binary),
        .month = rtc_value(now[4], binary),
        .year = 2000 + rtc_value(now[5], binary),
    };
    if (!(b & RTC_B_24H))
        time.hour = time.hour % 12 + (pm ? 12 : 0);
    return time;
}

uint32_t pci_read(unsigned bus, unsigned device, unsigned function, unsigned offset)
{
    outl(PCI_ADDRESS, 0x80000000u | bus << 16 | device << 11 | function << 8 | (offset & 0xfc));
    return inl(PCI_DATA);
}

/* The PIIX4's power management function: sleep type 0 is soft off on PC boards that have it. */
static void power_off_by_piix4(void)
{
    for (unsigned device = 0; device < 32; device++)
        for (unsigned function = 0; function < 8; function++)
            if (pci_read(0, device, function, 0) == PIIX4_PM) {
                unsigned base = pci_read(0, device, function, 0x40) & 0xffc0;
                if (base)
                    outw(base + 4, PM_CNT_SLP_EN);
            }
}

/* APM 1.2: connect, name the version, set the power state of all devices to off. */
static void power_off_by_apm(void)
{
    struct bios_regs regs = {.eax = 0x5301};
    if (!bios_int(0x15, &regs))
        return;
    regs = (struct bios_regs){.eax = 0x530e, .ecx = 0x0102};
    if (!bios_int(0x15, &regs))
        return;
    regs = (struct bios_regs){.eax = 0x5307, .ebx = 1, .ecx = 3};
    bios_int(0x15, &regs);
}

void power_off(void)
{
    power_off_by_piix4();
    power_off_by_apm();
}
