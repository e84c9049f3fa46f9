/* SPDX-License-Identifier: MIT */
/*
 * The register image that entry.S builds for each service call, and the offsets it uses.
 *
 * pcibios.c wants PUSHAD's order from EDI on. FS and GS are the caller's at all times: a program may have put a base or
 * a limit there that no load of a selector brings back.
 */
#ifndef BIOS_REGS_H
#define BIOS_REGS_H

#define BIOS_DATA_SEG 0xec00

#define R_ES    0
#define R_DS    2
#define R_EDI   4
#define R_ESI   8
#define R_EBP   12
#define R_EBX   20
#define R_EDX   24
#define R_ECX   28
#define R_EAX   32
#define R_ESP   36
#define R_SS    40
#define R_IP    42
#define R_CS    44
#define R_FLAGS 46
#define R_PREV  48
#define R_SIZE  52

#define CALL_DS    32
#define CALL_ES    34
#define CALL_IP    36
#define CALL_CS    38
#define CALL_FLAGS 40

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

#define REG32(r)                \
    union {                     \
        uint32_t e##r##x;       \
        uint16_t r##x;          \
        struct {                \
            uint8_t r##l, r##h; \
        };                      \
    }
#define REG16(r)       \
    union {            \
        uint32_t e##r; \
        uint16_t r;    \
    }

/* A caller's registers. A handler changes them here; entry.S writes all back but ESP and SS. */
struct regs {
    uint16_t es, ds;
    REG16(di);
    REG16(si);
    REG16(bp);
    uint32_t popad_esp;
    REG32(b);
    REG32(d);
    REG32(c);
    REG32(a);
    uint32_t esp;
    uint16_t ss;
    uint16_t ip, cs, flags;
    uint32_t prev;
};

/* Registers for call16(): a far call or simulated INT from the BIOS to real-mode code. */
struct call {
    REG16(di);
    REG16(si);
    REG16(bp);
    uint32_t popad_esp;
    REG32(b);
    REG32(d);
    REG32(c);
    REG32(a);
    uint16_t ds, es;
    uint16_t ip, cs;
    uint16_t flags;
};

_Static_assert(offsetof(struct regs, edi) == R_EDI, "regs.h");
_Static_assert(offsetof(struct regs, eax) == R_EAX, "regs.h");
_Static_assert(offsetof(struct regs, ss) == R_SS, "regs.h");
_Static_assert(offsetof(struct regs, flags) == R_FLAGS, "regs.h");
_Static_assert(sizeof(struct regs) == R_SIZE, "regs.h");
_Static_assert(offsetof(struct call, ip) == CALL_IP, "regs.h");
_Static_assert(offsetof(struct call, flags) == CALL_FLAGS, "regs.h");

#define FLAG_CF 0x0001
#define FLAG_ZF 0x0040
#define FLAG_IF 0x0200

static inline void set_cf(struct regs *r, int on)
{
    r->flags = on ? r->flags | FLAG_CF : r->flags & ~FLAG_CF;
}

static inline void set_zf(struct regs *r, int on)
{
    r->flags = on ? r->flags | FLAG_ZF : r->flags & ~FLAG_ZF;
}

/* AH = code, CF = 1: how INT 13h and INT 15h fail. */
static inline void fail(struct regs *r, uint8_t code)
{
    r->ah = code;
    set_cf(r, 1);
}

#endif
#endif
