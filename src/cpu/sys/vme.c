/* SPDX-License-Identifier: MIT */
/*
 * Virtual interrupts: the virtual-8086 mode extensions (CR4.VME, SDM 3B 20.3.3 and table 20-2) and protected-mode
 * virtual interrupts (CR4.PVI, 20.4). Where IOPL would forbid it, CLI, STI, PUSHF, POPF and IRET work on VIF instead of
 * IF, and INT n goes to the virtual-8086 program's own handler where the TSS's redirection bitmap says so.
 */
#include "cpu/int/flags.h"
#include "cpu/sys/system.h"

bool vme_on(const struct cpu *c)
{
    return c->mode & MODE_VM && c->cr4 & CR4_VME && iopl(c) < 3;
}

/* CLI and STI act on VIF. */
static bool virtual_if(const struct cpu *c)
{
    return c->cpl == 3 && iopl(c) < 3 && c->cr4 & (c->mode & MODE_VM ? CR4_VME : CR4_PVI) && c->mode & MODE_PE;
}

bool vme_cli(struct cpu *c)
{
    if (!virtual_if(c))
        return false;
    c->eflags &= ~(uint32_t)FL_VIF;
    return true;
}

bool vme_sti(struct cpu *c)
{
    if (!virtual_if(c) || c->eflags & FL_VIP)
        return false;
    c->eflags |= FL_VIF;
    return true;
}

/* FLAGS as the virtual-8086 program is to see them: VIF as IF, IOPL 3. */
uint16_t vme_flags(const struct cpu *c)
{
    uint32_t fl = cpu_eflags(c);
    return (uint16_t)((fl & ~(uint32_t)FL_IF) | (fl & FL_VIF ? FL_IF : 0) | FL_IOPL);
}

/* POPF and IRET of 16 bits. */
bool vme_forbids(const struct cpu *c, uint32_t v)
{
    return v & FL_TF || (v & FL_IF && c->eflags & FL_VIP);
}

uint32_t vme_popped(uint32_t v)
{
    return (v & 0xffff) | (v & FL_IF ? FL_VIF : 0);
}

/* The bit of INT n in the 32 bytes below the I/O permission bitmap: 0, to the 8086 program. True: raised. */
static bool redirection(struct cpu *c, unsigned vector, bool *to_monitor)
{
    uint16_t map;
    uint8_t b;
    *to_monitor = true;
    if (!(c->tr.attr & 0x800) || c->tr.limit < 103)
        return false;
    if (sys_read(c, c->tr.base + 102, 2, &map))
        return true;
    uint32_t at = map - 32u + vector / 8;
    if (map < 32 || at > c->tr.limit)
        return raise_gp(c, 0), true;
    if (sys_read(c, c->tr.base + at, 1, &b))
        return true;
    *to_monitor = b >> (vector & 7) & 1;
    return false;
}

/* As in real mode, through the vector table at linear address 0; every value has 16 bits. */
static bool to_program(struct cpu *c, unsigned vector, uint64_t rip)
{
    bool virtual = iopl(c) < 3;
    uint8_t b[4];
    struct frame f;
    if (sys_read(c, vector * 4u, sizeof b, b))
        return true;
    frame_here(c, &f, 2);
    frame_push(&f, virtual ? vme_flags(c) : cpu_eflags(c));
    frame_push(&f, c->seg[SEG_CS].sel);
    frame_push(&f, (uint32_t)rip);
    if (frame_probe(c, &f))
        return true;
    frame_write(c, &f);
    frame_commit(c, &f);
    c->eflags &= ~(uint32_t)(FL_TF | FL_RF | (virtual ? FL_VIF : FL_IF));
    set_seg_real(c, SEG_CS, ld16(b + 2));
    c->rip = ld16(b);
    mode_update(c);
    return false;
}

bool vme_int(struct cpu *c, unsigned vector, uint64_t rip, bool *taken)
{
    bool to_monitor;
    *taken = false;
    if (!(c->eflags & FL_VM) || !(c->cr4 & CR4_VME))
        return false;
    if (redirection(c, vector, &to_monitor))
        return true;
    if (to_monitor) {
        if (iopl(c) < 3)
            return raise_gp(c, 0), true;
        return false;
    }
    *taken = true;
    return to_program(c, vector, rip);
}
