/* SPDX-License-Identifier: MIT */
/*
 * Ports, CMOS, PCI configuration mechanism 1 and far memory, for code that runs in real mode with
 * CS = F000h and DS = ES = SS = BIOS_DATA_SEG. ES leads elsewhere within a far access only; FS and GS are the
 * caller's.
 */
#ifndef BIOS_IO_H
#define BIOS_IO_H

#include <stdint.h>

static inline void outb(uint16_t port, uint8_t v)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t v)
{
    __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline void outl(uint16_t port, uint32_t v)
{
    __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t v;
    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline uint16_t inw(uint16_t port)
{
    uint16_t v;
    __asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline uint32_t inl(uint16_t port)
{
    uint32_t v;
    __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

/* String input to DS-relative memory. */
static inline void insb(uint16_t port, void *dst, uint32_t count)
{
    __asm__ volatile("rep insb (%%dx), %%es:(%%edi)" : "+D"(dst), "+c"(count) : "d"(port) : "memory");
}

static inline void insw(uint16_t port, void *dst, uint32_t count)
{
    __asm__ volatile("rep insw (%%dx), %%es:(%%edi)" : "+D"(dst), "+c"(count) : "d"(port) : "memory");
}

/* String transfers between a port and seg:off; off must be normalised (below 10h). */
static inline void insw_far(uint16_t port, uint16_t seg, uint32_t off, uint32_t words)
{
    __asm__ volatile("movw %3, %%es\n\trep insw (%%dx), %%es:(%%edi)\n\tpushw %%ss\n\tpopw %%es"
                     : "+D"(off), "+c"(words)
                     : "d"(port), "r"(seg)
                     : "memory");
}

static inline void insb_far(uint16_t port, uint16_t seg, uint32_t off, uint32_t bytes)
{
    __asm__ volatile("movw %3, %%es\n\trep insb (%%dx), %%es:(%%edi)\n\tpushw %%ss\n\tpopw %%es"
                     : "+D"(off), "+c"(bytes)
                     : "d"(port), "r"(seg)
                     : "memory");
}

static inline void outsw_far(uint16_t port, uint16_t seg, uint32_t off, uint32_t words)
{
    __asm__ volatile("movw %3, %%es\n\trep outsw %%es:(%%esi), %%dx\n\tpushw %%ss\n\tpopw %%es"
                     : "+S"(off), "+c"(words)
                     : "d"(port), "r"(seg)
                     : "memory");
}

#define FAR_READ(name, type, op)                                                           \
    static inline type name(uint16_t seg, uint32_t off)                                    \
    {                                                                                      \
        type v;                                                                            \
        __asm__ volatile("movw %1, %%es\n\t" op " %%es:%a2, %0\n\tpushw %%ss\n\tpopw %%es" \
                         : "=q"(v)                                                         \
                         : "r"(seg), "ri"(off)                                             \
                         : "memory");                                                      \
        return v;                                                                          \
    }
#define FAR_WRITE(name, type, op)                                                          \
    static inline void name(uint16_t seg, uint32_t off, type v)                            \
    {                                                                                      \
        __asm__ volatile("movw %1, %%es\n\t" op " %0, %%es:%a2\n\tpushw %%ss\n\tpopw %%es" \
                         :                                                                 \
                         : "qi"(v), "r"(seg), "ri"(off)                                    \
                         : "memory");                                                      \
    }
FAR_READ(far_r8, uint8_t, "movb")
FAR_READ(far_r16, uint16_t, "movw")
FAR_READ(far_r32, uint32_t, "movl")
FAR_WRITE(far_w8, uint8_t, "movb")
FAR_WRITE(far_w16, uint16_t, "movw")
FAR_WRITE(far_w32, uint32_t, "movl")

/* A field of 1, 2 or 4 bytes. */
static inline uint32_t far_get(uint16_t seg, uint32_t off, uint32_t size)
{
    return size == 1 ? far_r8(seg, off) : size == 2 ? far_r16(seg, off) : far_r32(seg, off);
}

static inline void far_set(uint16_t seg, uint32_t off, uint32_t size, uint32_t v)
{
    if (size == 1)
        far_w8(seg, off, v);
    else if (size == 2)
        far_w16(seg, off, v);
    else
        far_w32(seg, off, v);
}

/* Copy between seg:off and the data segment. */
static inline void far_read(void *dst, uint16_t seg, uint32_t off, uint32_t bytes)
{
    __asm__ volatile("movw %3, %%ds\n\trep movsb (%%esi), %%es:(%%edi)\n\tpushw %%ss\n\tpopw %%ds"
                     : "+S"(off), "+D"(dst), "+c"(bytes)
                     : "r"(seg)
                     : "memory");
}

static inline void far_write(uint16_t seg, uint32_t off, const void *src, uint32_t bytes)
{
    __asm__ volatile("movw %3, %%es\n\trep movsb (%%esi), %%es:(%%edi)\n\tpushw %%ss\n\tpopw %%es"
                     : "+S"(src), "+D"(off), "+c"(bytes)
                     : "r"(seg)
                     : "memory");
}

static inline void set_vector(uint8_t n, uint16_t seg, uint16_t off)
{
    far_w32(0, n * 4u, (uint32_t)seg << 16 | off);
}

static inline uint32_t get_vector(uint8_t n)
{
    return far_r32(0, n * 4u);
}

/* MC146818: bit 7 of the index port keeps NMI as POST left it (enabled, 0). */
static inline uint8_t cmos_read(uint8_t reg)
{
    outb(0x70, reg);
    return inb(0x71);
}

static inline void cmos_write(uint8_t reg, uint8_t v)
{
    outb(0x70, reg);
    outb(0x71, v);
}

static inline uint32_t be32(uint32_t v)
{
    return v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24;
}

static inline uint16_t be16(uint16_t v)
{
    return (uint16_t)(v >> 8 | v << 8);
}

#endif
