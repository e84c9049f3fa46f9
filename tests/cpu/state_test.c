/* SPDX-License-Identifier: MIT */
/*
 * The CPU's state table against the struct: every member up to the wiring is either saved to its last byte or in the
 * list of what follows from the rest. A member that is in neither list leaves a gap.
 */
#include "tests/cpu/rig.h"

struct member {
    const char *name;
    size_t at, size, align;
    bool saved;
};
#define MEMBER(m, s)                                                                                             \
    {                                                                                                            \
#m, offsetof(struct cpu, m), sizeof(((struct cpu *)0)->m), _Alignof(__typeof__(((struct cpu *)0)->m)), s \
    }
#define SAVED(m)   MEMBER(m, true)
#define FOLLOWS(m) MEMBER(m, false)

/* In the order of the struct. NOTE: seg, ldtr, tr and x87 have bytes that follow from others; see parts. */
static const struct member members[] = {SAVED(regs),
                                        FOLLOWS(cc),
                                        SAVED(rip),
                                        SAVED(eflags),
                                        FOLLOWS(mode),
                                        FOLLOWS(leave),
                                        SAVED(cpl),
                                        FOLLOWS(cur),
                                        FOLLOWS(blk),
                                        FOLLOWS(blk_rip),
                                        FOLLOWS(blk_pos),
                                        FOLLOWS(stop_pos),
                                        FOLLOWS(stack_mask),
                                        FOLLOWS(lin_mask),
                                        FOLLOWS(seg),
                                        FOLLOWS(tlb),
                                        FOLLOWS(exc),
                                        SAVED(shadow_sti),
                                        SAVED(shadow_ss),
                                        SAVED(rep_paused_at),
                                        SAVED(rep_eflags),
                                        SAVED(halted),
                                        SAVED(shutdown),
                                        SAVED(intr_line),
                                        SAVED(nmi_pending),
                                        SAVED(nmi_blocked),
                                        SAVED(smi_pending),
                                        SAVED(init_pending),
                                        SAVED(reset_pending),
                                        SAVED(ignne),
                                        SAVED(ferr),
                                        SAVED(a20_mask),
                                        SAVED(a20_pin),
                                        SAVED(smm),
                                        SAVED(smm_nmi_blocked),
                                        SAVED(smbase),
                                        FOLLOWS(gdtr),
                                        FOLLOWS(idtr),
                                        FOLLOWS(ldtr),
                                        FOLLOWS(tr),
                                        SAVED(cr0),
                                        SAVED(cr2),
                                        SAVED(cr3),
                                        SAVED(cr4),
                                        SAVED(efer),
                                        SAVED(pdpte),
                                        SAVED(dr),
                                        SAVED(tsc_adjust),
                                        SAVED(msr_tsc_adjust),
                                        SAVED(msr_sysenter_cs),
                                        SAVED(msr_sysenter_esp),
                                        SAVED(msr_sysenter_eip),
                                        SAVED(msr_pat),
                                        SAVED(mtrr_fixed),
                                        SAVED(mtrr_variable),
                                        SAVED(mtrr_def_type),
                                        SAVED(mcg_status),
                                        SAVED(mcg_ctl),
                                        SAVED(mc_ctl),
                                        SAVED(misc_enable),
                                        SAVED(bios_sign_id),
                                        SAVED(debugctl),
                                        SAVED(last_branch),
                                        SAVED(last_int),
                                        FOLLOWS(x87),
                                        SAVED(xmm),
                                        SAVED(mxcsr)};

#define SEGMENT(m) SAVED(m.sel), SAVED(m.base), SAVED(m.limit), SAVED(m.attr)
static const struct member parts[] = {
    SEGMENT(seg[SEG_ES]),  SEGMENT(seg[SEG_CS]),  SEGMENT(seg[SEG_SS]),  SEGMENT(seg[SEG_DS]),  SEGMENT(seg[SEG_FS]),
    SEGMENT(seg[SEG_GS]),  SEGMENT(ldtr),         SEGMENT(tr),           SAVED(gdtr.base),      SAVED(gdtr.limit),
    SAVED(idtr.base),      SAVED(idtr.limit),     SAVED(x87.st[0].mant), SAVED(x87.st[0].se),   SAVED(x87.st[1].mant),
    SAVED(x87.st[1].se),   SAVED(x87.st[2].mant), SAVED(x87.st[2].se),   SAVED(x87.st[3].mant), SAVED(x87.st[3].se),
    SAVED(x87.st[4].mant), SAVED(x87.st[4].se),   SAVED(x87.st[5].mant), SAVED(x87.st[5].se),   SAVED(x87.st[6].mant),
    SAVED(x87.st[6].se),   SAVED(x87.st[7].mant), SAVED(x87.st[7].se),   SAVED(x87.cw),         SAVED(x87.sw),
    SAVED(x87.tag),        SAVED(x87.top),        SAVED(x87.fop),        SAVED(x87.fcs),        SAVED(x87.fds),
    SAVED(x87.fip),        SAVED(x87.fdp),        SAVED(db_pending)};

/* How many rows hold the byte. */
static unsigned rows_with(size_t byte)
{
    unsigned n = 0;
    for (uint32_t k = 0; k < cpu_state_table.nfields; k++) {
        const struct state_field *f = &cpu_state_table.fields[k];
        n += byte >= f->offset && byte < f->offset + (size_t)f->size * f->count;
    }
    return n;
}

static void saved_whole(const struct member *m)
{
    for (size_t byte = m->at; byte < m->at + m->size; byte++)
        ck_assert_msg(rows_with(byte) == 1, "%s: byte %zu is in %u rows of the state table", m->name, byte - m->at,
                      rows_with(byte));
}

START_TEST(every_member_is_saved_or_follows_from_what_is)
{
    size_t end = 0;
    for (unsigned k = 0; k < ARRAY_LEN(members); k++) {
        const struct member *m = &members[k];
        ck_assert_msg(m->at == (end + m->align - 1) / m->align * m->align, "a member before %s is in no list", m->name);
        end = m->at + m->size;
        if (m->saved)
            saved_whole(m);
    }
    ck_assert_uint_eq(offsetof(struct cpu, mem), (end + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *));
    for (unsigned k = 0; k < ARRAY_LEN(parts); k++)
        saved_whole(&parts[k]);
}
END_TEST

TCase *state_tests(void)
{
    TCase *t = tcase_create("state");
    tcase_add_test(t, every_member_is_saved_or_follows_from_what_is);
    return t;
}
