/* SPDX-License-Identifier: MIT */
/*
 * Power-on: from the first line of C in the shadow copy to INT 19h.
 *
 * IBM PC/AT technical reference, section 5 "Test 1 to 22" for what must be set up; 8259A, 8237A. It is quick: no memory
 * test, no delay, and only the BDA is cleared.
 */
#include "bios.h"

extern char diskette_table[];

static void data_areas(void)
{
    uint16_t reset_flag = bda_get(reset_flag);
    for (uint32_t i = 0; i < 0x100; i += 4)
        far_w32(0x40, i, 0);
    bda_set(reset_flag, reset_flag == 0x1234 ? reset_flag : 0);
    bda_set(ebda_seg, 0xa000 - EBDA_KB * 0x40);
    for (uint32_t i = 0; i < EBDA_KB * 1024; i += 4)
        far_w32(bda_get(ebda_seg), i, 0);
    ebda_set(size_kb, EBDA_KB);
    bda_set(base_kb, 640 - EBDA_KB);
    far_w8(0x50, 0, 0); /* print screen status */
}

static void vectors(void)
{
    for (int i = 0; i < 0x78; i++)
        set_vector(i, BIOS_SEG, 0xff53);
    for (int i = 0; i < 8; i++) {
        set_vector(i, BIOS_SEG, vectors_00[i]);
        set_vector(0x70 + i, BIOS_SEG, vectors_70[i]);
    }
    for (int i = 0; i < 0x18; i++)
        set_vector(8 + i, BIOS_SEG, far_r16(BIOS_SEG, (uint32_t)(uintptr_t)&vectors_08[i]));
    far_w32(0, 0x1f * 4, 0);
    set_vector(0x40, BIOS_SEG, 0xec59);
    for (int i = 0x60; i < 0x68; i++) /* for users */
        far_w32(0, i * 4, 0);
}

static void interrupt_controllers(void)
{
    outb(0x20, 0x11);
    outb(0xa0, 0x11);
    outb(0x21, 0x08);
    outb(0xa1, 0x70);
    outb(0x21, 0x04);
    outb(0xa1, 0x02);
    outb(0x21, 0x01);
    outb(0xa1, 0x01);
    outb(0x21, 0xb8); /* timer, keyboard, cascade, diskette */
    outb(0xa1, 0x0e); /* clock, mouse, coprocessor, fixed disks */
}

static void dma_controllers(void)
{
    outb(0x0d, 0); /* master clear */
    outb(0xda, 0);
    outb(0xd6, 0xc0); /* channel 4: cascade */
    outb(0xd4, 0x00);
}

static void equipment(void)
{
    uint16_t fpu = 0xffff;
    __asm__ volatile("fninit\n\tfnstsw %0" : "+m"(fpu));
    bda_set(equipment, 0x0020 | ((fpu & 0xff) == 0 ? 0x02 : 0) | (cmos_read(0x14) & 0x04));
}

/* A video BIOS sets no mode when it is initialised. */
static void set_text_mode(void)
{
    struct call c;
    memset(&c, 0, sizeof c);
    c.ax = 0x0003;
    call_int(0x10, &c);
}

void post(void);
void post(void)
{
    data_areas();
    vectors();
    interrupt_controllers();
    apic_init();
    dma_controllers();
    timer_init();
    memory_init();
    mtrr_init();
    equipment();
    rtc_to_ticks();
    pci_init();
    tables_init();
    shadow_open(!fwcfg_init());
    mptable_init();
    loader_init();
    optrom_video();
    set_text_mode();
    print("Vitrine BIOS, %u MB\n\n", (memory_below_4g() >> 20));
    keyboard_init();
    a20_init();
    serial_init();
    printer_init();
    floppy_init();
    ata_init();
    disk_init();
    optrom_init();
    outb(0x61, inb(0x61) & 0xfc); /* speaker off */
    boot_menu();
}
