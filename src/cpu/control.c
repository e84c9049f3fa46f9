/* SPDX-License-Identifier: MIT */
/*
 * Control registers, system flags and processor control (SDM 3A 2.5, 2.8; SDM 2A, 2B by instruction): MOV CR, LMSW, SMSW, CLTS,
 * INVLPG, cache control, HLT, CLI, STI, PUSHF, POPF.
 * LIMIT: VME and PVI (CR4 bits 0 and 1): no model shows them. Caches are not modelled: CD and NW do nothing.
 */
#include "cpu/handler.h"
#include "cpu/system.h"

enum { CR0_WRITABLE_LOW = CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD };

/* --- EFLAGS --- */

uint32_t cpu_eflags(const struct cpu *c)
{
    return (c->eflags & ~(uint32_t)FL_ARITH) | arith_flags(c) | FL_1;
}

void cpu_set_eflags(struct cpu *c, uint32_t v)
{
    c->eflags = (v & 0x3f7fd5) | FL_1;
    c->cc.op = CC_EAGER;
}

/* SDM 2B POPF, table 4-16. */
void popf_update(struct cpu *c, uint32_t v, unsigned opsize)
{
    uint32_t mask = FL_ARITH | FL_TF | FL_DF | FL_NT | FL_AC | (c->model->max_leaf ? FL_ID : 0);
    if (c->cpl <= iopl(c))
        mask |= FL_IF;
    if (c->cpl == 0)
        mask |= FL_IOPL;
    if (opsize == SZ16)
        mask &= 0xffff;
    uint32_t was = c->eflags;
    cpu_set_eflags(c, (cpu_eflags(c) & ~mask) | (v & mask));
    uint32_t changed = was ^ c->eflags;
    if (changed & FL_AC)
        mode_update(c);
    boundary_wanted(c);
}

INSN(x_pushf)
{
    if (c->mode & MODE_VM && iopl(c) < 3)
        return raise_gp(c, 0);
    uint32_t v = cpu_eflags(c) & ~(uint32_t)(FL_RF | FL_VM);
    return (i->in.opsize == SZ16 ? push16(c, (uint16_t)v) : push32(c, v)) ? X_FAULT : X_NEXT;
}

INSN(x_popf)
{
    uint32_t v;
    uint16_t w = 0;
    if (c->mode & MODE_VM && iopl(c) < 3)
        return raise_gp(c, 0);
    if (i->in.opsize == SZ16 ? top16(c, &w) : top32(c, &v))
        return X_FAULT;
    pop_done(c, i->in.opsize == SZ16 ? 2 : 4);
    popf_update(c, i->in.opsize == SZ16 ? w : v, i->in.opsize);
    return X_NEXT;
}

INSN(x_cli)
{
    if (c->cpl > iopl(c))
        return raise_gp(c, 0);
    c->eflags &= ~(uint32_t)FL_IF;
    return X_NEXT;
}

/*
 * Interrupts stay away for one more instruction if IF was 0 (SDM 2B STI). Where none is pending and no event falls on the next
 * boundary, there is nothing to keep away and the engine need not look.
 */
INSN(x_sti)
{
    if (c->cpl > iopl(c))
        return raise_gp(c, 0);
    if (c->eflags & FL_IF)
        return X_NEXT;
    c->eflags |= FL_IF;
    if (!c->intr_line && cpu_sync_pos(c) + 1 < c->stop_pos)
        return X_NEXT;
    c->shadow_sti = true;
    return X_LEAVE;
}

INSN(x_hlt)
{
    if (c->cpl != 0)
        return raise_gp(c, 0);
    c->halted = true;
    return X_LEAVE;
}

/* --- Control registers --- */

static bool write_cr0(struct cpu *c, uint32_t v)
{
    if ((v & CR0_PG && !(v & CR0_PE)) || (v & CR0_NW && !(v & CR0_CD)))
        return raise_gp(c, 0), true;
    uint64_t was = c->cr0;
    c->cr0 = (v & (CR0_WRITABLE_LOW | CR0_PG)) | CR0_ET;
    if ((was ^ c->cr0) & (CR0_PG | CR0_WP | CR0_PE))
        tlb_flush_all(c);
    mode_update(c);
    return false;
}

static bool write_cr4(struct cpu *c, uint32_t v)
{
    uint32_t allowed = (has_feature(c, CPUID_TSC) ? CR4_TSD : 0) | (has_feature(c, CPUID_DE) ? CR4_DE : 0) |
                       (has_feature(c, CPUID_PSE) ? CR4_PSE : 0) | (has_feature(c, CPUID_MCE) ? CR4_MCE : 0) |
                       (has_feature(c, CPUID_PGE) ? CR4_PGE : 0) | (cpu_family(c) >= 6 ? CR4_PCE : 0) |
                       (has_feature(c, CPUID_FXSR) ? CR4_OSFXSR : 0) | (has_feature(c, CPUID_SSE) ? CR4_OSXMMEXCPT : 0);
    if (v & ~allowed)
        return raise_gp(c, 0), true;
    if ((v ^ c->cr4) & (CR4_PSE | CR4_PGE))
        tlb_flush_all(c);
    c->cr4 = v;
    return false;
}

INSN(x_mov_Rd_Cd)
{
    if (c->cpl != 0)
        return raise_gp(c, 0);
    uint64_t v = i->in.reg == 0 ? c->cr0 : i->in.reg == 2 ? c->cr2 : i->in.reg == 3 ? c->cr3 : c->cr4;
    set32(c, i->in.rm, (uint32_t)v);
    return X_NEXT;
}

INSN(x_mov_Cd_Rd)
{
    uint32_t v = reg32(c, i->in.rm);
    if (c->cpl != 0)
        return raise_gp(c, 0);
    switch (i->in.reg) {
    case 0:
        return write_cr0(c, v) ? X_FAULT : X_LEAVE;
    case 2:
        c->cr2 = v;
        return X_NEXT;
    case 3:
        c->cr3 = v;
        tlb_new_cr3(c);
        return X_NEXT;
    default:
        return write_cr4(c, v) ? X_FAULT : X_LEAVE;
    }
}

/* Stores a word to a register operand of any size or to memory, where it always has 16 bits. */
static enum xstat store_word(struct cpu *c, const struct insn *in, uint32_t v)
{
    if (in->flags & IF_MEM)
        return mem_wr16(c, in, (uint16_t)v) ? X_FAULT : X_NEXT;
    if (in->opsize == SZ16)
        set16(c, in->rm, (uint16_t)v);
    else
        set32(c, in->rm, v);
    return X_NEXT;
}

/* NOTE: with a 32-bit register all of CR0 is stored, as P6 processors do (SDM 2B SMSW leaves the upper half undefined). */
INSN(x_smsw_Ev)
{
    return store_word(c, &i->in, (uint32_t)c->cr0);
}

/* Sets PE, never clears it. */
INSN(x_lmsw_Ew)
{
    uint16_t v;
    if (c->cpl != 0)
        return raise_gp(c, 0);
    if (!(i->in.flags & IF_MEM))
        v = reg16(c, i->in.rm);
    else if (mem_rd16(c, &i->in, &v))
        return X_FAULT;
    v |= (uint16_t)(c->cr0 & CR0_PE);
    return write_cr0(c, ((uint32_t)c->cr0 & ~15u) | (v & 15)) ? X_FAULT : X_LEAVE;
}

INSN(x_clts)
{
    if (c->cpl != 0)
        return raise_gp(c, 0);
    c->cr0 &= ~(uint64_t)CR0_TS;
    return X_NEXT;
}

INSN(x_invlpg_M)
{
    if (c->cpl != 0)
        return raise_gp(c, 0);
    tlb_flush_page(c, (c->seg[i->in.seg].base + ea(c, &i->in)) & lin_mask(c));
    return X_NEXT;
}

INSN(x_invd)
{
    return c->cpl != 0 ? raise_gp(c, 0) : X_NEXT;
}

INSN(x_wbinvd)
{
    return c->cpl != 0 ? raise_gp(c, 0) : X_NEXT;
}
