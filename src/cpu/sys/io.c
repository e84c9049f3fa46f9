/* SPDX-License-Identifier: MIT */
/* Port I/O: IN, OUT, and the permission that INS and OUTS need too (SDM 1 18.5). */
#include "cpu/engine/handler.h"
#include "cpu/sys/system.h"

/* The I/O permission bitmap of a 32-bit TSS; two bytes are always read. */
static bool bitmap_denies(struct cpu *c, uint16_t port, unsigned size, bool *deny)
{
    uint16_t at;
    uint16_t map;
    *deny = true;
    bool tss32 = c->tr.attr & DESC_P && c->tr.attr & 0x800 && c->tr.limit >= 103;
    if (!tss32)
        return false;
    if (sys_read(c, c->tr.base + 102, 2, &at))
        return true;
    uint32_t byte = at + port / 8u;
    if (byte + 1 > c->tr.limit)
        return false;
    if (sys_read(c, c->tr.base + byte, 2, &map))
        return true;
    *deny = map >> (port & 7) & ((1u << size) - 1);
    return false;
}

bool io_check(struct cpu *c, uint16_t port, unsigned size)
{
    bool deny;
    if (!(c->mode & MODE_PE) || (c->cpl <= iopl(c) && !(c->mode & MODE_VM)))
        return false;
    if (bitmap_denies(c, port, size, &deny))
        return true;
    if (deny)
        raise_gp(c, 0);
    return deny;
}

/* NOTE: a device may have moved the next event or a pin, so the engine looks at the next boundary. */
uint32_t cpu_in(struct cpu *c, uint16_t port, unsigned size)
{
    cpu_sync_pos(c);
    c->leave = true;
    if (unlikely(c->dr[7] & DR7_ENABLES))
        debug_io(c, port, size);
    return port_in(c->ports, port, size, INIT_CPU0);
}

void cpu_out(struct cpu *c, uint16_t port, unsigned size, uint32_t v)
{
    cpu_sync_pos(c);
    c->leave = true;
    if (unlikely(c->dr[7] & DR7_ENABLES))
        debug_io(c, port, size);
    port_out(c->ports, port, size, v, INIT_CPU0);
}

static enum xstat in_al(struct cpu *c, uint16_t port)
{
    if (io_check(c, port, 1))
        return X_FAULT;
    *reg8p(c, 0) = (uint8_t)cpu_in(c, port, 1);
    return X_NEXT;
}

static enum xstat in_eax(struct cpu *c, uint16_t port, unsigned opsize)
{
    unsigned size = opsize == SZ16 ? 2 : 4;
    if (io_check(c, port, size))
        return X_FAULT;
    uint32_t v = cpu_in(c, port, size);
    if (size == 2)
        set16(c, RAX, (uint16_t)v);
    else
        set32(c, RAX, v);
    return X_NEXT;
}

static enum xstat out(struct cpu *c, uint16_t port, unsigned size)
{
    if (io_check(c, port, size))
        return X_FAULT;
    cpu_out(c, port, size, reg32(c, RAX) & (UINT32_MAX >> (32 - 8 * size)));
    return X_NEXT;
}

INSN(x_in_AL_Ib)
{
    return in_al(c, (uint8_t)i->in.imm);
}
INSN(x_in_rAX_Ib)
{
    return in_eax(c, (uint8_t)i->in.imm, i->in.opsize);
}
INSN(x_in_AL_DX)
{
    return in_al(c, reg16(c, RDX));
}
INSN(x_in_rAX_DX)
{
    return in_eax(c, reg16(c, RDX), i->in.opsize);
}
INSN(x_out_Ib_AL)
{
    return out(c, (uint8_t)i->in.imm, 1);
}
INSN(x_out_Ib_rAX)
{
    return out(c, (uint8_t)i->in.imm, i->in.opsize == SZ16 ? 2 : 4);
}
INSN(x_out_DX_AL)
{
    return out(c, reg16(c, RDX), 1);
}
INSN(x_out_DX_rAX)
{
    return out(c, reg16(c, RDX), i->in.opsize == SZ16 ? 2 : 4);
}
