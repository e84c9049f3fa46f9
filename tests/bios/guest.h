/* SPDX-License-Identifier: MIT */
/* The BIOS service test, a guest of its own: what its parts share. 16-bit code, CS = DS = ES = SS = 1000h. */
#ifndef TESTS_BIOS_GUEST_H
#define TESTS_BIOS_GUEST_H

#include <stdint.h>

#define SEG 0x1000

#define R(r)                    \
    union {                     \
        uint32_t e##r##x;       \
        uint16_t r##x;          \
        struct {                \
            uint8_t r##l, r##h; \
        };                      \
    }
#define RX(r)          \
    union {            \
        uint32_t e##r; \
        uint16_t r;    \
    }

/* start.S knows this order. */
struct regs {
    RX(di);
    RX(si);
    RX(bp);
    R(b);
    R(d);
    R(c);
    R(a);
    uint16_t ds, es, fs, gs;
    uint32_t esp; /* in: used when ss is not 0; out: as the service left it */
    uint16_t ss;
    uint16_t flags;
};

#define CF 0x0001
#define ZF 0x0040
#define IF 0x0200

/* start.S */
void intr(uint32_t n, struct regs *r);
void intr_keep(uint32_t n, struct regs *r);
#define MARKED_FS 0x28
#define MARKED_GS 0x30
void mark(uint32_t big, uint32_t fs, uint32_t gs, uint32_t fs_limit);
uint32_t probe(uint32_t n, uint32_t offset);
uint32_t selector_fs(void);
uint32_t selector_gs(void);
void descriptor_tables(uint32_t t[4]);
uint32_t sum_memory(void);
void flat_on(void);
uint32_t flat_alive(uint32_t address);
uint32_t call32(uint32_t entry, struct regs *r);
uint32_t call16pm(uint32_t offset, struct regs *r);
extern volatile uint16_t call32_selector;
extern volatile uint16_t gdt_apm_data[4], gdt_apm16_data[4];
extern volatile uint8_t hook_count[8]; /* INT 1Bh, 05h, 1Ch, 4Ah, 15h/4Fh, 15h/85h, mouse, 18h */
extern volatile uint8_t hook_swallow;  /* scan code that the INT 15h/4Fh hook takes away */
extern volatile uint8_t hook_scan;     /* what the INT 9 hook read at port 60h */
extern volatile uint16_t mouse_words[4];
void hook_1b(void);
void hook_05(void);
void hook_1c(void);
void hook_4a(void);
void hook_09(void);
void hook_15(void);
void hook_mouse(void);
void resume_point(void);
extern volatile uint32_t old_09, old_15, old_1c;

/* main.c */
void say(const char *s);
void say_number(uint32_t v);
void check(int ok, const char *rule);
void check_eq(uint32_t got, uint32_t want, const char *rule);
/* All registers set to garbage in the upper halves and to known values below; then the call changes them. */
void prepare(struct regs *r);

/* parts */
void test_system(void);
void test_memory(void);
void test_time(void);
void test_disk(void);
void test_floppy(void);
void test_printer(void);
void test_keyboard(void);
void test_mouse(void);
void test_pci(void);
void test_tables(void);
void test_fixed_addresses(void);
void test_ports(void);
void test_apm(void);
void test_convention(void);
void test_limits_at_boot(void);
void test_found(void);

#define STAGE 0x05f0 /* stage of the tests that reset the machine: POST leaves it alone */

static inline void outb(uint16_t port, uint8_t v)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}
static inline uint8_t inb(uint16_t port)
{
    uint8_t v;
    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
static inline void outl(uint16_t port, uint32_t v)
{
    __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}
static inline uint32_t inl(uint16_t port)
{
    uint32_t v;
    __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
static inline uint8_t cmos(uint8_t reg)
{
    outb(0x70, reg);
    return inb(0x71);
}

#define FAR(name, type, op)                                                                 \
    static inline type name(uint16_t seg, uint32_t off)                                     \
    {                                                                                       \
        type v;                                                                             \
        __asm__ volatile("pushw %%es\n\tmovw %1, %%es\n\t" op " %%es:(%2), %0\n\tpopw %%es" \
                         : "=&q"(v)                                                         \
                         : "r"(seg), "r"(off)                                               \
                         : "memory");                                                       \
        return v;                                                                           \
    }
FAR(peek8, uint8_t, "movb")
FAR(peek16, uint16_t, "movw")
FAR(peek32, uint32_t, "movl")
#define FARW(name, type, op)                                                                \
    static inline void name(uint16_t seg, uint32_t off, type v)                             \
    {                                                                                       \
        __asm__ volatile("pushw %%es\n\tmovw %1, %%es\n\t" op " %0, %%es:(%2)\n\tpopw %%es" \
                         :                                                                  \
                         : "q"(v), "r"(seg), "r"(off)                                       \
                         : "memory");                                                       \
    }
FARW(poke8, uint8_t, "movb")
FARW(poke16, uint16_t, "movw")
FARW(poke32, uint32_t, "movl")

static inline void set_vector(uint8_t n, void (*f)(void))
{
    poke32(0, n * 4u, (uint32_t)SEG << 16 | (uint16_t)(uintptr_t)f);
}

static inline uint32_t ticks(void)
{
    return peek32(0x40, 0x6c);
}

#endif
