/* SPDX-License-Identifier: MIT */
/*
 * Every field of a CPU that a snapshot and the state hash need. The rest (TLB, blocks, mode word, segment ends) follows
 * from these and from memory.
 */
#include "cpu/int/flags.h"
#include "cpu/sys/system.h"

#define SEG_FIELDS(member, label)                                           \
    STATE_FIELD_(struct cpu, member.sel, label ".sel", STATE_UINT),         \
        STATE_FIELD_(struct cpu, member.base, label ".base", STATE_UINT),   \
        STATE_FIELD_(struct cpu, member.limit, label ".limit", STATE_UINT), \
        STATE_FIELD_(struct cpu, member.attr, label ".attr", STATE_UINT)
#define FIELD(member) STATE_FIELD_(struct cpu, member, #member, STATE_KIND_(((struct cpu *)0)->member))
#define FPR_FIELDS(n)                                                     \
    STATE_FIELD_(struct cpu, x87.st[n].mant, "r" #n ".mant", STATE_UINT), \
        STATE_FIELD_(struct cpu, x87.st[n].se, "r" #n ".se", STATE_UINT)

static const struct state_field fields[] = {
    STATE_ARRAY(struct cpu, regs),
    FIELD(rip),
    FIELD(eflags),
    FIELD(cpl),
    SEG_FIELDS(seg[SEG_ES], "es"),
    SEG_FIELDS(seg[SEG_CS], "cs"),
    SEG_FIELDS(seg[SEG_SS], "ss"),
    SEG_FIELDS(seg[SEG_DS], "ds"),
    SEG_FIELDS(seg[SEG_FS], "fs"),
    SEG_FIELDS(seg[SEG_GS], "gs"),
    SEG_FIELDS(ldtr, "ldtr"),
    SEG_FIELDS(tr, "tr"),
    FIELD(gdtr.base),
    FIELD(gdtr.limit),
    FIELD(idtr.base),
    FIELD(idtr.limit),
    FIELD(cr0),
    FIELD(cr2),
    FIELD(cr3),
    FIELD(cr4),
    FIELD(efer),
    STATE_ARRAY(struct cpu, pdpte),
    STATE_ARRAY(struct cpu, dr),
    FIELD(db_pending),
    FIELD(rep_paused_at),
    FIELD(rep_eflags),
    FIELD(shadow_sti),
    FIELD(shadow_ss),
    FIELD(halted),
    FIELD(shutdown),
    FIELD(intr_line),
    FIELD(nmi_pending),
    FIELD(nmi_blocked),
    FIELD(smi_pending),
    FIELD(init_pending),
    FIELD(reset_pending),
    FIELD(ignne),
    FIELD(ferr),
    FIELD(a20_mask),
    FIELD(a20_pin),
    FIELD(smm),
    FIELD(smm_nmi_blocked),
    FIELD(smbase),
    FIELD(tsc_adjust),
    FIELD(msr_tsc_adjust),
    FIELD(msr_sysenter_cs),
    FIELD(msr_sysenter_esp),
    FIELD(msr_sysenter_eip),
    FIELD(msr_pat),
    STATE_ARRAY(struct cpu, mtrr_fixed),
    STATE_ARRAY(struct cpu, mtrr_variable),
    FIELD(mtrr_def_type),
    FIELD(mcg_status),
    FIELD(mcg_ctl),
    STATE_ARRAY(struct cpu, mc_ctl),
    FIELD(misc_enable),
    FIELD(bios_sign_id),
    FIELD(debugctl),
    STATE_ARRAY(struct cpu, last_branch),
    STATE_ARRAY(struct cpu, last_int),
    FPR_FIELDS(0),
    FPR_FIELDS(1),
    FPR_FIELDS(2),
    FPR_FIELDS(3),
    FPR_FIELDS(4),
    FPR_FIELDS(5),
    FPR_FIELDS(6),
    FPR_FIELDS(7),
    FIELD(x87.cw),
    FIELD(x87.sw),
    FIELD(x87.tag),
    FIELD(x87.top),
    FIELD(x87.fop),
    FIELD(x87.fcs),
    FIELD(x87.fds),
    FIELD(x87.fip),
    FIELD(x87.fdp),
    STATE_ARRAY(struct cpu, xmm[0].q),
    STATE_ARRAY(struct cpu, xmm[1].q),
    STATE_ARRAY(struct cpu, xmm[2].q),
    STATE_ARRAY(struct cpu, xmm[3].q),
    STATE_ARRAY(struct cpu, xmm[4].q),
    STATE_ARRAY(struct cpu, xmm[5].q),
    STATE_ARRAY(struct cpu, xmm[6].q),
    STATE_ARRAY(struct cpu, xmm[7].q),
    FIELD(mxcsr),
};
const struct state_table cpu_state_table = {.name = "cpu", .fields = fields, .nfields = ARRAY_LEN(fields)};

void cpu_pre_save(struct cpu *c)
{
    set_arith(c, arith_flags(c));
    if (c->rep_paused_at != c->clock->pos) { /* an earlier pause says nothing any more */
        c->rep_paused_at = UINT64_MAX;
        c->rep_eflags = 0;
    }
}

void cpu_post_load(struct cpu *c)
{
    c->regs[REG_ZERO] = 0;
    c->cc = (struct lazy_flags){.op = CC_EAGER};
    c->blk = NULL;
    for (unsigned i = 0; i < NSEGS; i++)
        seg_update(&c->seg[i]);
    tlb_flush_all(c);
    blocks_flush(c);
    mode_update(c);
    c->leave = true;
}
