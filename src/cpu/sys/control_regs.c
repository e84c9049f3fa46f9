/* SPDX-License-Identifier: MIT */
/*
 * Control registers, system flags and processor control (SDM 3A 2.5, 2.8; SDM 2A, 2B by instruction): MOV CR, LMSW,
 * SMSW, CLTS, INVLPG, cache control, HLT, CLI, STI, PUSHF, POPF, STAC, CLAC, RSM.
 * LIMIT: caches are not modelled: CD and NW do nothing.
 */
#include "cpu/engine/handler.h"
#include "cpu/sys/system.h"
#include "cpu/fp/x87.h"

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
    if (unlikely(c->mode & MODE_VM && iopl(c) < 3)) {
        if (!vme_on(c) || i->in.opsize != SZ16)
            return raise_gp(c, 0);
        return push16(c, vme_flags(c)) ? X_FAULT : X_NEXT;
    }
    uint32_t v = cpu_eflags(c) & ~(uint32_t)(FL_RF | FL_VM);
    return (i->in.opsize == SZ16 ? push16(c, (uint16_t)v) : push32(c, v)) ? X_FAULT : X_NEXT;
}

INSN(x_popf)
{
    uint32_t v;
    uint16_t w = 0;
    bool virtual = vme_on(c);
    if (c->mode & MODE_VM && iopl(c) < 3 && (!virtual || i->in.opsize != SZ16))
        return raise_gp(c, 0);
    if (i->in.opsize == SZ16 ? top16(c, &w) : top32(c, &v))
        return X_FAULT;
    if (unlikely(virtual)) {
        if (vme_forbids(c, w))
            return raise_gp(c, 0);
        c->eflags = (c->eflags & ~(uint32_t)FL_VIF) | (vme_popped(w) & FL_VIF);
    }
    pop_done(c, i->in.opsize == SZ16 ? 2 : 4);
    popf_update(c, i->in.opsize == SZ16 ? w : v, i->in.opsize);
    return X_NEXT;
}

INSN(x_cli)
{
    if (c->cpl > iopl(c))
        return vme_cli(c) ? X_NEXT : raise_gp(c, 0);
    c->eflags &= ~(uint32_t)FL_IF;
    return X_NEXT;
}

/*
 * Interrupts stay away for one more instruction if IF was 0 (SDM 2B STI). Where none is pending and no event falls on
 * the next boundary, there is nothing to keep away and the engine need not look.
 */
INSN(x_sti)
{
    if (c->cpl > iopl(c))
        return vme_sti(c) ? X_NEXT : raise_gp(c, 0);
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

uint64_t cr0_value(uint32_t v)
{
    return (v & (CR0_WRITABLE_LOW | CR0_PG)) | CR0_ET;
}

static bool write_cr0(struct cpu *c, uint32_t v)
{
    if ((v & CR0_PG && !(v & CR0_PE)) || (v & CR0_NW && !(v & CR0_CD)))
        return raise_gp(c, 0), true;
    uint64_t was = c->cr0, is = cr0_value(v);
    if (is & CR0_PG && c->cr4 & CR4_PAE && (was ^ is) & (CR0_CD | CR0_NW | CR0_PG) && walk_load_pdptes(c, c->cr3))
        return true;
    c->cr0 = is;
    if ((was ^ is) & (CR0_PG | CR0_WP | CR0_PE))
        tlb_flush_all(c);
    mode_update(c);
    if ((was ^ is) & CR0_NE)
        x87_update_es(c); /* FERR# is there without NE only */
    return false;
}

/* The bits that the model has (SDM 3A 2.5); all others are reserved. */
uint32_t cr4_writable(const struct cpu *c)
{
    static const struct {
        uint32_t feature, bit;
    } leaf1[] = {{CPUID_VME, CR4_VME | CR4_PVI}, {CPUID_TSC, CR4_TSD},     {CPUID_DE, CR4_DE},
                 {CPUID_PSE, CR4_PSE},           {CPUID_PAE, CR4_PAE},     {CPUID_MCE, CR4_MCE},
                 {CPUID_PGE, CR4_PGE},           {CPUID_FXSR, CR4_OSFXSR}, {CPUID_SSE, CR4_OSXMMEXCPT}},
      leaf7[] = {{CPUID7_SMEP, CR4_SMEP}, {CPUID7_SMAP, CR4_SMAP}};
    uint32_t v = (cpu_family(c) >= 6 ? CR4_PCE : 0) | (c->model->features7_ecx & CPUID7_UMIP ? CR4_UMIP : 0);
    for (unsigned i = 0; i < ARRAY_LEN(leaf1); i++)
        v |= has_feature(c, leaf1[i].feature) ? leaf1[i].bit : 0;
    for (unsigned i = 0; i < ARRAY_LEN(leaf7); i++)
        v |= c->model->features7 & leaf7[i].feature ? leaf7[i].bit : 0;
    return v;
}

static bool write_cr4(struct cpu *c, uint32_t v)
{
    uint32_t changed = v ^ (uint32_t)c->cr4;
    if (v & ~cr4_writable(c))
        return raise_gp(c, 0), true;
    if (c->cr0 & CR0_PG && v & CR4_PAE && changed & (CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP) &&
        walk_load_pdptes(c, c->cr3))
        return true;
    if (changed & (CR4_PSE | CR4_PGE | CR4_PAE | CR4_SMEP | CR4_SMAP))
        tlb_flush_all(c);
    c->cr4 = v;
    mode_update(c);
    return false;
}

bool write_cr3(struct cpu *c, uint32_t v)
{
    if (c->cr0 & CR0_PG && c->cr4 & CR4_PAE && walk_load_pdptes(c, v))
        return true;
    c->cr3 = v;
    tlb_new_cr3(c);
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
    case 0: return write_cr0(c, v) ? X_FAULT : X_LEAVE;
    case 2: c->cr2 = v; return X_NEXT;
    case 3: return write_cr3(c, v) ? X_FAULT : X_NEXT;
    default: return write_cr4(c, v) ? X_FAULT : X_LEAVE;
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

/*
 * NOTE: with a 32-bit register all of CR0 is stored, as P6 processors do (SDM 2B SMSW leaves the upper half undefined).
 */
INSN(x_smsw_Ev)
{
    return umip_forbids(c) ? raise_gp(c, 0) : store_word(c, &i->in, (uint32_t)c->cr0);
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

/* SMAP: supervisor code says that it means to touch user pages (SDM 2A CLAC, 2B STAC). */
static enum xstat set_ac(struct cpu *c, uint32_t ac)
{
    if (!(c->model->features7 & CPUID7_SMAP) || c->cpl != 0)
        return raise_ud(c);
    c->eflags = (c->eflags & ~(uint32_t)FL_AC) | ac;
    mode_update(c);
    return X_LEAVE;
}

INSN(x_clac)
{
    return set_ac(c, 0);
}

INSN(x_stac)
{
    return set_ac(c, FL_AC);
}

INSN(x_rsm)
{
    return smm_leave(c);
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
