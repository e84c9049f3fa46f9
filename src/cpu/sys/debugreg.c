/* SPDX-License-Identifier: MIT */
/*
 * Debug registers and single step (SDM 3B 17.2, 17.3): instruction, data and I/O breakpoints, TF, general detect;
 * last-branch recording and single step on branches of the P6 family (17.12).
 *
 * Pages with a data breakpoint have no TLB entries, so every access to them comes by. Instruction breakpoints and TF
 * make the engine go one instruction at a time.
 * LIMIT: data breakpoints do not see the processor's own accesses (descriptors, TSS, interrupt frames).
 */
#include "cpu/engine/handler.h"
#include "cpu/sys/system.h"

enum { BP_EXEC, BP_WRITE, BP_IO, BP_READ_WRITE };
#define DR6_FIXED    UINT64_C(0xffff0ff0)
#define DR6_WRITABLE UINT64_C(0xe00f)
#define DR7_FIXED    UINT64_C(0x400)
#define DR7_WRITABLE UINT64_C(0xffff23ff)

uint64_t dr6_value(uint32_t v)
{
    return (v & DR6_WRITABLE) | DR6_FIXED;
}
uint64_t dr7_value(uint32_t v)
{
    return (v & DR7_WRITABLE) | DR7_FIXED;
}

static bool enabled(const struct cpu *c, unsigned n)
{
    return c->dr[7] >> (2 * n) & 3;
}
static unsigned kind_of(const struct cpu *c, unsigned n)
{
    return c->dr[7] >> (16 + 4 * n) & 3;
}
static unsigned length_of(const struct cpu *c, unsigned n)
{
    static const uint8_t length[4] = {1, 2, 8, 4};
    return length[c->dr[7] >> (18 + 4 * n) & 3];
}

/* Breakpoint n is for data and reaches into [lin, lin+size). */
static bool hits(const struct cpu *c, unsigned n, uint64_t lin, uint64_t size)
{
    uint64_t len = length_of(c, n), at = c->dr[n] & ~(len - 1);
    return at < lin + size && lin < at + len;
}

bool debug_page_watched(const struct cpu *c, uint64_t lin)
{
    for (unsigned n = 0; n < 4; n++)
        if (enabled(c, n) && kind_of(c, n) & 1 && hits(c, n, lin & ~(uint64_t)PAGE_OFFSET_MASK, PAGE_SIZE))
            return true;
    return false;
}

void debug_data(struct cpu *c, uint64_t lin, unsigned size, bool write)
{
    for (unsigned n = 0; n < 4; n++) {
        unsigned kind = kind_of(c, n);
        if (enabled(c, n) && (kind == BP_READ_WRITE || (write && kind == BP_WRITE)) && hits(c, n, lin, size)) {
            c->db_pending |= BIT(n);
            c->leave = true;
        }
    }
}

void debug_io(struct cpu *c, uint16_t port, unsigned size)
{
    for (unsigned n = 0; c->cr4 & CR4_DE && n < 4; n++)
        if (enabled(c, n) && kind_of(c, n) == BP_IO && hits(c, n, port, size)) {
            c->db_pending |= BIT(n);
            c->leave = true;
        }
}

/* --- What the engine asks --- */

void debug_branch(struct cpu *c, uint64_t from, bool event)
{
    if (!(c->debugctl & DEBUGCTL_LBR))
        return;
    if (event)
        memcpy(c->last_int, c->last_branch, sizeof c->last_int);
    c->last_branch[0] = from;
    c->last_branch[1] = c->rip;
}

bool cpu_needs_stepping(const struct cpu *c)
{
    if (c->eflags & FL_TF || c->db_pending || c->debugctl & DEBUGCTL_LBR)
        return true;
    for (unsigned n = 0; c->dr[7] & DR7_ENABLES && n < 4; n++)
        if (enabled(c, n) && kind_of(c, n) == BP_EXEC)
            return true;
    return false;
}

static void raise_db(struct cpu *c, uint32_t dr6)
{
    c->exc = (struct exception){.vector = EXC_DB, .dr6 = dr6};
    c->db_pending = 0;
}

enum xstat debug_before(struct cpu *c)
{
    if (c->eflags & FL_RF || between_iterations(c))
        return X_NEXT;
    uint64_t lin = (c->seg[SEG_CS].base + c->rip) & lin_mask(c);
    uint32_t hit = 0;
    for (unsigned n = 0; n < 4; n++)
        if (enabled(c, n) && kind_of(c, n) == BP_EXEC && c->dr[n] == lin)
            hit |= BIT(n);
    if (!hit)
        return X_NEXT;
    raise_db(c, hit);
    return X_FAULT;
}

void debug_stepped(struct cpu *c)
{
    if (!c->shadow_ss) /* a load of SS holds single step back for good (SDM 3A 6.8.3) */
        c->db_pending |= DR6_BS;
}

void debug_raise_pending(struct cpu *c)
{
    raise_db(c, c->db_pending);
}

/* INT1 (ICEBP): a trap that asks no gate's DPL and sets nothing in DR6. */
INSN(x_int1)
{
    c->exc = (struct exception){.vector = EXC_DB};
    return X_TRAP;
}

/* --- MOV to and from debug registers --- */

/* CPL, general detect, and DR4/DR5 as other names of DR6/DR7 (SDM 3B 17.2.2). True: raised. */
static bool dr_access(struct cpu *c, unsigned *n)
{
    if (*n == 4 || *n == 5) {
        if (c->cr4 & CR4_DE)
            return raise_ud(c), true;
        *n += 2;
    }
    if (c->cpl != 0)
        return raise_gp(c, 0), true;
    if (c->dr[7] & DR7_GD) {
        raise_db(c, DR6_BD);
        return true;
    }
    return false;
}

INSN(x_mov_Rd_Dd)
{
    unsigned n = i->in.reg;
    if (dr_access(c, &n))
        return X_FAULT;
    set32(c, i->in.rm, (uint32_t)c->dr[n]);
    return X_NEXT;
}

INSN(x_mov_Dd_Rd)
{
    unsigned n = i->in.reg;
    if (dr_access(c, &n))
        return X_FAULT;
    uint64_t v = reg32(c, i->in.rm);
    if (n == 6)
        v = dr6_value((uint32_t)v);
    else if (n == 7)
        v = dr7_value((uint32_t)v);
    c->dr[n] = v;
    tlb_flush_all(c); /* which pages are watched may have changed */
    return X_LEAVE;
}
