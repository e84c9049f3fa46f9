/* SPDX-License-Identifier: MIT */
/*
 * Descriptor-table registers and the instructions that look at descriptors (SDM 3A 2.4, 5.10; SDM 2A, 2B): LGDT, LIDT,
 * SGDT, SIDT, LLDT, LTR, SLDT, STR, LAR, LSL, VERR, VERW, ARPL.
 */
#include "cpu/engine/handler.h"
#include "cpu/sys/system.h"

static bool protected_mode(const struct cpu *c)
{
    return (c->mode & (MODE_PE | MODE_VM)) == MODE_PE;
}

static bool operand16(struct cpu *c, const struct insn *in, uint16_t *v)
{
    if (in->flags & IF_MEM)
        return mem_rd16(c, in, v);
    *v = reg16(c, in->rm);
    return false;
}

/* --- GDTR, IDTR --- */

static enum xstat load_table(struct cpu *c, const struct insn *in, struct desc_table *t)
{
    uint8_t b[6];
    if (c->cpl != 0)
        return raise_gp(c, 0);
    if (mem_read(c, in->seg, ea(c, in), sizeof b, b))
        return X_FAULT;
    t->limit = ld16(b);
    t->base = ld32(b + 2) & (in->opsize == SZ16 ? 0xffffff : 0xffffffff);
    return X_LEAVE;
}

/* QUIRK: with a 16-bit operand size, too, all 32 bits of the base are stored, as processors do from the 386 on. */
static enum xstat store_table(struct cpu *c, const struct insn *in, const struct desc_table *t)
{
    uint8_t b[6];
    if (umip_forbids(c))
        return raise_gp(c, 0);
    st16(b, t->limit);
    st32(b + 2, (uint32_t)t->base);
    return mem_write(c, in->seg, ea(c, in), sizeof b, b) ? X_FAULT : X_NEXT;
}

INSN(x_lgdt_Ms)
{
    return load_table(c, &i->in, &c->gdtr);
}
INSN(x_lidt_Ms)
{
    return load_table(c, &i->in, &c->idtr);
}
INSN(x_sgdt_Ms)
{
    return store_table(c, &i->in, &c->gdtr);
}
INSN(x_sidt_Ms)
{
    return store_table(c, &i->in, &c->idtr);
}

/* --- LDTR, TR --- */

static enum xstat store_selector(struct cpu *c, const struct insn *in, uint16_t sel)
{
    if (!protected_mode(c))
        return raise_ud(c);
    if (umip_forbids(c))
        return raise_gp(c, 0);
    if (in->flags & IF_MEM)
        return mem_wr16(c, in, sel) ? X_FAULT : X_NEXT;
    if (in->opsize == SZ16)
        set16(c, in->rm, sel);
    else
        set32(c, in->rm, sel);
    return X_NEXT;
}

INSN(x_sldt_Ev)
{
    return store_selector(c, &i->in, c->ldtr.sel);
}
INSN(x_str_Ev)
{
    return store_selector(c, &i->in, c->tr.sel);
}

/* The GDT's system descriptor of one of `types` that LLDT or LTR names. True: raised. */
static bool system_desc(struct cpu *c, uint16_t sel, uint32_t types, struct desc *d)
{
    uint32_t code = sel & 0xfffc;
    if (sel & 4)
        return raise_gp(c, code), true;
    if (desc_read(c, sel, EXC_GP, d))
        return true;
    if (d->hi & DESC_S || !(types >> desc_type(d) & 1))
        return raise_gp(c, code), true;
    if (!(d->hi & DESC_P))
        return raise_code(c, EXC_NP, code), true;
    return false;
}

INSN(x_lldt_Ew)
{
    uint16_t sel;
    struct desc d;
    if (!protected_mode(c))
        return raise_ud(c);
    if (c->cpl != 0)
        return raise_gp(c, 0);
    if (operand16(c, &i->in, &sel))
        return X_FAULT;
    if (sel_null(sel)) {
        seg_set_null(&c->ldtr, sel);
        return X_LEAVE;
    }
    if (system_desc(c, sel, BIT(SYS_LDT), &d))
        return X_FAULT;
    seg_from_desc(&c->ldtr, sel, &d);
    return X_LEAVE;
}

INSN(x_ltr_Ew)
{
    uint16_t sel;
    struct desc d;
    if (!protected_mode(c))
        return raise_ud(c);
    if (c->cpl != 0)
        return raise_gp(c, 0);
    if (operand16(c, &i->in, &sel))
        return X_FAULT;
    if (sel_null(sel))
        return raise_gp(c, 0);
    if (system_desc(c, sel, BIT(SYS_TSS16) | BIT(SYS_TSS32), &d) || desc_set_busy(c, sel, &d, true))
        return X_FAULT;
    seg_from_desc(&c->tr, sel, &d);
    return X_LEAVE;
}

/* --- LAR, LSL, VERR, VERW, ARPL --- */

static void set_zf(struct cpu *c, bool on)
{
    set_arith(c, (arith_flags(c) & ~(uint32_t)FL_ZF) | (on ? FL_ZF : 0));
}

/* Whether CPL and RPL may see the descriptor; a conforming code segment is seen by all. */
static bool visible(const struct cpu *c, uint16_t sel, const struct desc *d)
{
    bool conforming = desc_is_code(d) && d->hi & DESC_CE;
    return conforming || (desc_dpl(d) >= c->cpl && desc_dpl(d) >= (sel & 3u));
}

/* The descriptor that LAR or LSL asks about; *ok: valid for it and visible. True: raised. */
static bool asked(struct cpu *c, const struct insn *in, uint32_t system_types, struct desc *d, bool *ok)
{
    uint16_t sel;
    if (!protected_mode(c))
        return raise_ud(c), true;
    if (operand16(c, in, &sel) || desc_look(c, sel, d, ok))
        return true;
    *ok = *ok && (d->hi & DESC_S || system_types >> desc_type(d) & 1) && visible(c, sel, d);
    return false;
}

static enum xstat answer(struct cpu *c, const struct insn *in, bool ok, uint32_t v)
{
    if (ok && in->opsize == SZ16)
        set16(c, in->reg, (uint16_t)v);
    else if (ok)
        set32(c, in->reg, v);
    set_zf(c, ok);
    return X_NEXT;
}

/* SDM 2A LAR, table 3-53: every type but the interrupt and trap gates. */
INSN(x_lar_Gv_Ew)
{
    static const uint32_t types = BIT(SYS_TSS16) | BIT(SYS_LDT) | BIT(SYS_TSS16_BUSY) | BIT(SYS_CALL16) |
                                  BIT(SYS_TASK_GATE) | BIT(SYS_TSS32) | BIT(SYS_TSS32_BUSY) | BIT(SYS_CALL32);
    struct desc d = {0};
    bool ok;
    if (asked(c, &i->in, types, &d, &ok))
        return X_FAULT;
    return answer(c, &i->in, ok, d.hi & 0xf0ff00);
}

INSN(x_lsl_Gv_Ew)
{
    static const uint32_t types =
        BIT(SYS_TSS16) | BIT(SYS_LDT) | BIT(SYS_TSS16_BUSY) | BIT(SYS_TSS32) | BIT(SYS_TSS32_BUSY);
    struct desc d = {0};
    bool ok;
    if (asked(c, &i->in, types, &d, &ok))
        return X_FAULT;
    return answer(c, &i->in, ok, desc_limit(&d));
}

INSN(x_verr_Ew)
{
    struct desc d = {0};
    bool ok;
    if (asked(c, &i->in, 0, &d, &ok))
        return X_FAULT;
    set_zf(c, ok && (!(d.hi & DESC_CODE) || d.hi & DESC_RW));
    return X_NEXT;
}

INSN(x_verw_Ew)
{
    struct desc d = {0};
    bool ok;
    if (asked(c, &i->in, 0, &d, &ok))
        return X_FAULT;
    set_zf(c, ok && desc_is_writable_data(&d));
    return X_NEXT;
}

/* Memory is written, and checked for it, only where RPL changes (SDM 2A ARPL). */
INSN(x_arpl_Ew_Gw)
{
    uint16_t v, rpl = reg16(c, i->in.reg) & 3;
    if (!protected_mode(c))
        return raise_ud(c);
    if (operand16(c, &i->in, &v))
        return X_FAULT;
    bool raise = (v & 3) < rpl;
    v = (uint16_t)((v & ~3u) | rpl);
    if (raise && !(i->in.flags & IF_MEM))
        set16(c, i->in.rm, v);
    else if (raise && mem_wr16(c, &i->in, v))
        return X_FAULT;
    set_zf(c, raise);
    return X_NEXT;
}
