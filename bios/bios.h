/* SPDX-License-Identifier: MIT */
/* What the parts of the BIOS offer each other. */
#ifndef BIOS_BIOS_H
#define BIOS_BIOS_H

#include "bda.h"
#include "io.h"
#include "regs.h"

#define BIOS_SEG 0xf000

/* The linear address of something in the data segment. */
static inline uint32_t linear(const volatile void *p)
{
    return ((uint32_t)BIOS_DATA_SEG << 4) + (uint32_t)(uintptr_t)p;
}

/* entry.S */
void irq_window(void);
void irq_halt(void);
void call16(struct call *c);
void flat_copy(uint32_t dst, uint32_t src, uint32_t dwords);
struct gdt6;
void block_move(const struct gdt6 *gdt, uint32_t words);
void boot_jump(struct call *c) __attribute__((noreturn));
void halt(void) __attribute__((noreturn));
void reset_machine(void) __attribute__((noreturn));
void int16_wait(void);
void int15_wait(void);
extern const uint16_t vectors_00[8], vectors_08[0x18],
    vectors_70[8]; /* vectors_08: in the F segment, not in the data */

/* Where entry.S goes after a service: an exit stub's offset, or 0 for IRET. */
#define EXIT_STUB(f) ((uint32_t)(uintptr_t)(f))

/* string.c */
void *memcpy(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
const char *find_after(const char *s, const char *what); /* where `what` ends in s; 0: it is not there */

/* text.c: %s %u %x (with a width of one digit, zero padded) %c */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int call_int(uint8_t n, struct call *c);

/* time.c */
struct timeout {
    uint32_t left;
    uint16_t last;
};
void timer_init(void);
void rtc_to_ticks(void);
void timeout_start(struct timeout *t, uint32_t ms);
int timeout_over(struct timeout *t);
void int1a_time(struct regs *r);
uint32_t rtc_start_wait(uint32_t us, uint32_t flag_ptr);
void rtc_stop_wait(void);
void rtc_unmask(void);

/* keyboard.c, mouse.c, i8042.c */
void keyboard_init(void);
#define I8042_HOLD_KBD  0x10
#define I8042_HOLD_AUX  0x20
#define I8042_HOLD_BOTH (I8042_HOLD_KBD | I8042_HOLD_AUX)

struct i8042_exchange {
    uint8_t mode;     /* the controller's command byte, to be set again at the end */
    uint8_t put_back; /* D2h or D3h: `byte` was in the output buffer; 0: nothing was */
    uint8_t byte;
};

void i8042_begin(struct i8042_exchange *x, uint8_t hold);
void i8042_end(struct i8042_exchange *x);
int i8042_send(uint8_t byte);
int i8042_recv(uint8_t *byte);
int i8042_command(uint8_t command);
int i8042_kbd(uint8_t byte);
int i8042_aux(uint8_t byte);
uint8_t i8042_get_mode(void);
void i8042_set_mode(uint8_t mode);
void i8042_init(void);
void int15_mouse(struct regs *r);

/* pci.c */
uint32_t pci_read32(uint16_t bdf, uint8_t reg);
uint16_t pci_read16(uint16_t bdf, uint8_t reg);
uint8_t pci_read8(uint16_t bdf, uint8_t reg);
void pci_write32(uint16_t bdf, uint8_t reg, uint32_t v);
void pci_write16(uint16_t bdf, uint8_t reg, uint16_t v);
void pci_write8(uint16_t bdf, uint8_t reg, uint8_t v);
void pci_init(void);
#define PCI_NONE 0xffff
uint16_t pci_next(uint16_t bdf); /* pass PCI_NONE to start */

/* pcibios.c */
void int1a_pci(struct regs *r);

/* apic.c */
int has_cpuid(void);
void cpuid(uint32_t leaf, uint32_t r[4]);
void apic_init(void);
void mtrr_init(void);
uint8_t apic_version(void); /* 0: there is no local APIC */

/* apm.c */
void int15_apm(struct regs *r);

/* tables.c */
uint8_t checksum(const void *p, uint32_t n);
void publish(const void *table, uint32_t n);
void tables_init(void);
uint16_t pnp_offset(void); /* of $PnP in the F segment */
/* Room in the F segment for tables that are to be found there: the linear address, 0 where none is left. */
uint32_t fseg_alloc(uint32_t bytes, uint32_t align);

/* mptable.c */
void mptable_init(void);

/* loader.c */
void loader_init(void);

/* memory.c */
void memory_init(void);
void shadow_open(int search);
int rom_on_bus(uint16_t seg);
void shadow_close(uint32_t rom_end);
uint32_t memory_below_4g(void);
uint32_t memory_above_4g(void); /* in units of 64 KB */
/*
 * Takes memory from its end below 4 GB, which E820h then calls ACPI's; 0 where there is too little. Before anything
 * boots.
 */
uint32_t memory_reserve(uint32_t bytes, uint32_t align);
void memory_release(void); /* all that was reserved */
void int15_memory(struct regs *r);
void int15_block_move(struct regs *r);
void a20_init(void);

/* fwcfg.c */
struct fwcfg_file {
    uint32_t size;
    uint16_t select;
    uint16_t rsvd;
    char name[56];
};
int fwcfg_init(void);
int fwcfg_there(void);
int fwcfg_next_file(uint32_t *pos, struct fwcfg_file *f);
void fwcfg_load(const struct fwcfg_file *f, uint16_t seg);
int fwcfg_find(const char *name, struct fwcfg_file *f);
void fwcfg_select(uint16_t key);
uint8_t fwcfg_byte(void);
int fwcfg_read(uint16_t key, void *to, uint32_t n); /* 0: there is no fw_cfg */

/* optrom.c */
void optrom_video(void);
void optrom_init(void);

/* ata.c */
void ata_init(void);

/* disk.c */
void disk_init(void);

/* floppy.c */
void floppy_init(void);
uint32_t int40(struct regs *r);

/* serial.c, printer.c */
void serial_init(void);
void printer_init(void);

/* boot.c: `product`: offset of its name in the ROM, or 0; `rom`: fw_cfg's name of the ROM, or 0 */
void boot_add_bev(uint16_t seg, uint16_t off, uint16_t product, const char *rom);
void boot_menu(void);

#endif
