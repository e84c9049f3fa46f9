/* SPDX-License-Identifier: MIT */
/*
 * PUSH, POP, PUSHA, POPA, ENTER, LEAVE (SDM 2A, 2B). PUSHF and POPF are in control.c.
 *
 * Those that make several accesses settle all of them before the first store, so that a fault
 * leaves nothing behind. SP wraps at the stack's width; each access is checked against the limit by
 * itself, as the pushes would be.
 */
#include "cpu/engine/handler.h"

#define BITS 16
#include "cpu/int/stack_size.inc.h"
#define BITS 32
#include "cpu/int/stack_size.inc.h"

/* Offset in SS that lies n bytes below (up to 64 KiB) resp. above SP. */
static inline uint64_t below_sp(const struct cpu *c, uint64_t n)
{
    return (c->regs[RSP] - n) & c->stack_mask;
}

/* Settles that [off, off+size) of the stack can be written. True: raised. */
static bool probe_stack_write(struct cpu *c, uint64_t off, unsigned size)
{
    uint64_t lin;
    return seg_lin(c, SEG_SS, off, size, ACC_WRITE, &lin) || probe_write(c, lin, size);
}

/* Access to the stack by operand size, 16 or 32 bits. True: raised. */
static bool stack_read(struct cpu *c, uint64_t off, unsigned opsize, uint32_t *v)
{
    uint16_t w;
    if (opsize != SZ16)
        return seg_rd32(c, SEG_SS, off, v);
    if (seg_rd16(c, SEG_SS, off, &w))
        return true;
    *v = w;
    return false;
}
static bool stack_write(struct cpu *c, uint64_t off, unsigned opsize, uint32_t v)
{
    return opsize == SZ16 ? seg_wr16(c, SEG_SS, off, (uint16_t)v) : seg_wr32(c, SEG_SS, off, v);
}
static void set_sized(struct cpu *c, unsigned r, unsigned opsize, uint32_t v)
{
    if (opsize == SZ16)
        set16(c, r, (uint16_t)v);
    else
        set32(c, r, v);
}

INSN(x_pusha)
{
    unsigned opsize = i->in.opsize, size = 1u << opsize;
    for (unsigned r = RAX; r <= RDI; r++)
        if (probe_stack_write(c, below_sp(c, (r + 1) * size), size))
            return X_FAULT;
    for (unsigned r = RAX; r <= RDI; r++)
        stack_write(c, below_sp(c, (r + 1) * size), opsize, reg32(c, r));
    set_masked(c, RSP, below_sp(c, 8 * size), c->stack_mask);
    return X_NEXT;
}

/* The slot of ESP is skipped (SDM 2B POPA). */
INSN(x_popa)
{
    unsigned opsize = i->in.opsize, size = 1u << opsize;
    uint32_t v[8] = {0};
    for (unsigned r = RDI; r < 8; r--) {
        uint64_t off = (c->regs[RSP] + (RDI - r) * size) & c->stack_mask;
        if (r != RSP && stack_read(c, off, opsize, &v[r]))
            return X_FAULT;
    }
    pop_done(c, 8 * size);
    for (unsigned r = RAX; r <= RDI; r++)
        if (r != RSP)
            set_sized(c, r, opsize, v[r]);
    return X_NEXT;
}

/*
 * SDM 2A ENTER. The last check, a write by the final SP, is the manual's "if a write using the
 * final value of the stack pointer would cause a page fault"; it is made with the operand size.
 */
INSN(x_enter_Iw_Ib)
{
    unsigned opsize = i->in.opsize, size = 1u << opsize, level = (unsigned)i->in.disp & 31;
    uint64_t bp = c->regs[RBP], npushes = level + 1;
    /* NOTE: FrameTemp is ESP as a whole, so a 32-bit frame on a 16-bit stack gets ESP's upper half.
     */
    uint32_t v, frame = (uint32_t)((c->regs[RSP] & ~c->stack_mask) | below_sp(c, size));
    uint64_t final_sp = below_sp(c, npushes * size + (uint16_t)i->in.imm);
    for (unsigned n = 1; n <= npushes; n++)
        if (probe_stack_write(c, below_sp(c, n * size), size))
            return X_FAULT;
    for (unsigned n = 1; n < level; n++)
        if (stack_read(c, (bp - n * size) & c->stack_mask, opsize, &v))
            return X_FAULT;
    if (probe_stack_write(c, final_sp, size))
        return X_FAULT;
    /* From here on nothing faults; reads see what was pushed where the frames overlap. */
    stack_write(c, below_sp(c, size), opsize, (uint32_t)bp);
    for (unsigned n = 1; n < level; n++) {
        stack_read(c, (bp - n * size) & c->stack_mask, opsize, &v);
        stack_write(c, below_sp(c, (n + 1) * size), opsize, v);
    }
    if (level > 0)
        stack_write(c, below_sp(c, npushes * size), opsize, frame);
    set_sized(c, RBP, opsize, frame);
    set_masked(c, RSP, final_sp, c->stack_mask);
    return X_NEXT;
}
