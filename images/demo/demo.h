/* SPDX-License-Identifier: MIT */
/*
 * demo.h: what the parts of the demo guest know of each other.  The guest is one program in flat
 * 32-bit protected mode, without paging; it goes back to real mode for BIOS calls.
 */
#ifndef DEMO_H
#define DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- start.S, demo.ld */

struct bios_regs {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp;
    uint16_t ds, es;
    uint16_t flags, reserved;
};

void bios_thunk(struct bios_regs *regs, unsigned vector);
extern uint8_t boot[512];   /* the boot sector as loaded, with its data changed */
extern uint8_t boot_drive;  /* DL at the start */
extern uint16_t bios_masks; /* the 8259s' masks before we changed them */
extern const uint32_t interrupt_entries[48];
extern char DEMO_SECTORS[]; /* its address is the image's size in sectors */

/* Memory below 1 MiB that no part of the program lies in. */
#define LOW_BUFFER    0x1000u /* for BIOS calls, up to 5000h */
#define CANVAS_MEMORY 0x400000u

/* ---- port access */

static inline void outb(unsigned port, unsigned value)
{
    __asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port));
}
static inline void outw(unsigned port, unsigned value)
{
    __asm__ volatile("outw %w0, %w1" : : "a"(value), "Nd"(port));
}
static inline void outl(unsigned port, uint32_t value)
{
    __asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(port));
}
static inline uint8_t inb(unsigned port)
{
    uint8_t value;
    __asm__ volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
    return value;
}
static inline uint16_t inw(unsigned port)
{
    uint16_t value;
    __asm__ volatile("inw %w1, %0" : "=a"(value) : "Nd"(port));
    return value;
}
static inline uint32_t inl(unsigned port)
{
    uint32_t value;
    __asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* ---- lib.c: memory, numbers */

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t text_length(const char *text);
/* A number in decimal or hexadecimal, right-aligned in width with the fill; returns its end. */
char *format_number(char *out, uint32_t value, unsigned base, unsigned width, char fill);
int sine(unsigned angle); /* 1024 units a turn, 16384 is 1 */
int cosine(unsigned angle);

/* ---- cpu.c: interrupts and faults */

struct frame {
    uint32_t es, ds;
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t vector, error, eip, cs, eflags;
};

struct fault {
    uint32_t vector, error, eip;
};

#define NO_FAULT 0xffffffffu

void cpu_setup(void);
void interrupt(struct frame *frame);
/* Calls code(argument); a fault in it ends it and is reported (vector NO_FAULT: none). */
struct fault catch_fault(void (*code)(void *), void *argument);
bool cpu_has_cpuid(void);
void cpuid(uint32_t leaf, uint32_t out[4]);

/* ---- pc.c: 8259, 8254, RTC, keyboard, PCI */

struct rtc_time {
    unsigned year, month, day, hour, minute, second;
};

void pic_setup(void);
void pic_for_bios(bool bios);
void pic_eoi(unsigned irq);
void pit_setup(void);
#define TICKS_PER_SECOND 100u
extern volatile uint32_t ticks; /* since the start */
void wait_for_interrupt(void);  /* HLT with interrupts on */
void wait_for_event(void);      /* the same after COM1's copy of the screen is up to date */
struct rtc_time rtc_read(void);
uint8_t cmos_read(unsigned index);
uint32_t pci_read(unsigned bus, unsigned device, unsigned function, unsigned offset);
void power_off(void); /* returns where nothing takes the power away */

/* ---- keyboard.c */

enum key {
    KEY_NONE = 0,
    KEY_ESC = 27,
    KEY_UP = 0x100,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_OTHER,
};

struct key_event {
    uint8_t scan_code; /* with bit 7 for a release; 0: the key came from COM1 */
    bool extended;     /* came after E0h */
    bool pressed;
    int key; /* a character, one of enum key, or KEY_NONE */
};

void keyboard_setup(void);
void keyboard_interrupt(void);
bool keyboard_event(struct key_event *event); /* false: none is waiting */
int keyboard_key(void);                       /* the next key pressed, or KEY_NONE */
bool keyboard_is_down(unsigned scan_code);

/* ---- serial.c */

void serial_setup(void);
void serial_interrupt(void);
void serial_text(const char *text);
void serial_redraw(void);                  /* the terminal's content is lost */
void serial_update(const uint16_t *cells); /* 80 x 25 */
void serial_end(void);                     /* gives the terminal back */
int serial_key(void);
void trace(const char *text); /* to port E9h and COM1 */

/* ---- bios.c */

struct memory_range {
    uint64_t base, length;
    uint32_t type;
};

struct video_mode {
    unsigned number, width, height, pitch, bits;
    uint32_t lfb;
    unsigned version; /* of VBE, 0 where it is absent */
    unsigned memory_kib;
};

bool bios_int(unsigned vector, struct bios_regs *regs); /* true: carry is clear */
size_t bios_memory_map(struct memory_range *ranges, size_t count);
uint32_t memory_kib(void); /* above 1 MiB, contiguous */
bool video_find(unsigned width, unsigned height, struct video_mode *mode);
bool video_set(unsigned number);
void video_text(void);
void video_13h(void);
const uint8_t *video_font(void); /* 256 glyphs of 16 bytes, NULL where the BIOS has none */
uint32_t disk_sectors(void);
bool disk_read(uint32_t sector, void *data);
bool disk_write(uint32_t sector, const void *data);

/* ---- ata.c: the same disk by its own ports */

bool ata_identify(uint16_t data[256]);
bool ata_read(uint32_t sector, void *data);
bool ata_write(uint32_t sector, const void *data);
bool ata_is_boot_disk(void);

/* ---- counter.c */

uint32_t counter_advance(bool *kept); /* kept: it could be written to the disk */
uint32_t counter_sector(void);

/* ---- screen.c: text mode */

enum colour {
    BLACK,
    BLUE,
    GREEN,
    CYAN,
    RED,
    MAGENTA,
    BROWN,
    GREY,
    DARK,
    LIGHT_BLUE,
    LIGHT_GREEN,
    LIGHT_CYAN,
    LIGHT_RED,
    PINK,
    YELLOW,
    WHITE,
};
#define ON(background) ((background) << 4)

void screen_clear(unsigned attribute);
void screen_changed(void); /* the terminal on COM1 needs an update */
void screen_mirror(void);  /* does it */
void screen_put(unsigned column, unsigned row, unsigned attribute, int character);
void screen_text(unsigned column, unsigned row, unsigned attribute, const char *text);
void screen_number(unsigned column, unsigned row, unsigned attribute, uint32_t value, unsigned base, unsigned width,
                   char fill);
void screen_box(unsigned column, unsigned row, unsigned width, unsigned height, unsigned attribute, const char *title);
void screen_page(const char *title, const char *help);
void screen_clock(void);
void screen_logo(unsigned column, unsigned row);

/* ---- raster.c: a canvas of 640 x 480 pixels in RAM, shown by VBE or by mode 13h */

#define CANVAS_WIDTH  640
#define CANVAS_HEIGHT 480
struct point {
    int x, y;
};

extern uint32_t *const canvas;
bool canvas_open(const char **why); /* false: it cannot be, and why says so */
void canvas_close(void);
void canvas_show(int top, int bottom, int left, int right);
void canvas_polygon(const struct point *points, unsigned count, uint32_t colour, bool glass);
void canvas_line(struct point a, struct point b, uint32_t colour, unsigned strength);
void canvas_text(int x, int y, unsigned scale, uint32_t colour, const char *text);
uint32_t mix(uint32_t a, uint32_t b, unsigned part); /* part of b in 256 */

/* ---- the pages; each returns when Esc is pressed */

void page_glass(void);
void page_plasma(void);
void page_keyboard(void);
void page_mouse(void);
void page_clock(void);
void page_disk(void);
void page_machine(void);
void page_test(void);

struct boot_facts {
    uint32_t boots;
    bool boots_kept;
    uint32_t memory_kib;
    struct video_mode video;
};
extern struct boot_facts facts;

#endif
