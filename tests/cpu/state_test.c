/* SPDX-License-Identifier: MIT */
/*
 * The CPU's state table against the struct: every member up to the wiring is either saved to its last byte or in the
 * list of what follows from the rest. A member that is in neither list leaves a gap. And how it is printed.
 */
#include <stdio.h>

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

/* Every line, with other values in each place; the form is that of QEMU's monitor. */
START_TEST(info_registers_whole)
{
    struct cpu *c = rig.cpu;
    struct buf out = {0};
    rig_protected();
    for (unsigned r = 0; r < 8; r++) {
        c->regs[r] = 0x11111111 * (r + 1);
        c->x87.st[r] = (struct f80){UINT64_C(0x8000000000000000) + r, (uint16_t)(0x4000 + r)};
        c->xmm[r].q[0] = r + 0x100;
        c->xmm[r].q[1] = UINT64_C(0xabc0000000000000) + r;
    }
    c->rip = 0x1234;
    cpu_set_eflags(c, FL_DF | FL_OF | FL_SF | FL_ZF | FL_AF | FL_PF | FL_CF);
    c->shadow_ss = c->smm = c->halted = true;
    c->a20_mask = ~(UINT64_C(1) << 20);
    c->cpl = 3;
    c->seg[SEG_ES] = (struct seg){.sel = 0x30, .base = 0x123000, .limit = 0x9ffff, .attr = 0x00f600};
    c->seg[SEG_CS] = (struct seg){.sel = 0x3b, .base = 0x456000, .limit = 0x12fff, .attr = 0x80fc00};
    c->seg[SEG_FS] = (struct seg){.sel = 0};
    c->ldtr = (struct seg){.sel = 0x40, .base = 0x777000, .limit = 0xff, .attr = 0x8200};
    c->tr = (struct seg){.sel = 0x48, .base = 0x888000, .limit = 0x67, .attr = 0x8100};
    c->gdtr = (struct desc_table){0x1111000, 0x2222};
    c->idtr = (struct desc_table){0x3333000, 0x4444};
    c->cr2 = 0x55, c->cr3 = 0x66000, c->cr4 = CR4_TSD, c->efer = 0x800;
    for (unsigned n = 0; n < 4; n++)
        c->dr[n] = 0xd0 + n;
    c->dr[6] = 0xffff4ff1;
    c->dr[7] = 0x30422;
    c->x87.cw = 0x37f, c->x87.sw = 0x4500, c->x87.top = 5, c->x87.tag = 0x0f, c->mxcsr = 0x1fa0;
    cpu_print(c, &out);
    static const char want[] = "EAX=11111111 EBX=44444444 ECX=22222222 EDX=33333333\n"
                               "ESI=77777777 EDI=88888888 EBP=66666666 ESP=55555555\n"
                               "EIP=00001234 EFL=00000cd7 [DOSZAPC] CPL=3 II=1 A20=0 SMM=1 HLT=1\n"
                               "ES =0030 00123000 0009ffff 0009f600 DPL=3 DS16 [EW-]\n"
                               "CS =003b 00456000 00012fff 0080fc00 DPL=3 CS16 [C--]\n"
                               "SS =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\n"
                               "DS =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\n"
                               "FS =0000 00000000 00000000 00000000\n"
                               "GS =0010 00000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\n"
                               "LDT=0040 00777000 000000ff 00008200 DPL=0 LDT\n"
                               "TR =0048 00888000 00000067 00008100 DPL=0 TSS16-avl\n"
                               "GDT=     01111000 00002222\n"
                               "IDT=     03333000 00004444\n"
                               "CR0=60000011 CR2=00000055 CR3=00066000 CR4=00000004\n"
                               "DR0=000000d0 DR1=000000d1 DR2=000000d2 DR3=000000d3 \n"
                               "DR6=ffff4ff1 DR7=00030422\n"
                               "EFER=0000000000000800\n"
                               "FCW=037f FSW=6d00 [ST=5] FTW=f0 MXCSR=00001fa0\n";
    ck_assert_msg(!strncmp((const char *)out.data, want, sizeof want - 1), "%s", (const char *)out.data);
    const char *rest = (const char *)out.data + sizeof want - 1;
    for (unsigned r = 0; r < 8; r++, rest += strlen("FPR0=8000000000000000 4000 ")) {
        char line[40];
        snprintf(line, sizeof line, "FPR%u=800000000000000%u 400%u%c", r, r, r, r & 1 ? '\n' : ' ');
        ck_assert_msg(!strncmp(rest, line, strlen(line)), "%s", rest);
    }
    for (unsigned r = 0; r < 8; r++, rest += strlen("XMM00=abc0000000000000 0000000000000100 ")) {
        char line[60];
        snprintf(line, sizeof line, "XMM0%u=abc000000000000%u 000000000000010%u%c", r, r, r, r & 1 ? '\n' : ' ');
        ck_assert_msg(!strncmp(rest, line, strlen(line)), "%s", rest);
    }
    ck_assert_str_eq(rest, "");
    buf_free(&out);
}
END_TEST

/* What RESET# and INIT# leave, where it is not 0: SDM 3A table 9-1; 3C 34.3.1 (SMBASE), 3A 11.12.4 (PAT). */
static const struct {
    const char *name;
    unsigned index;
    uint64_t value;
} reset_values[] = {{"rip", 0, 0xfff0},        {"eflags", 0, 2},
                    {"es.limit", 0, 0xffff},   {"es.attr", 0, 0x9300},
                    {"cs.sel", 0, 0xf000},     {"cs.base", 0, 0xffff0000},
                    {"cs.limit", 0, 0xffff},   {"cs.attr", 0, 0x9300},
                    {"ss.limit", 0, 0xffff},   {"ss.attr", 0, 0x9300},
                    {"ds.limit", 0, 0xffff},   {"ds.attr", 0, 0x9300},
                    {"fs.limit", 0, 0xffff},   {"fs.attr", 0, 0x9300},
                    {"gs.limit", 0, 0xffff},   {"gs.attr", 0, 0x9300},
                    {"ldtr.limit", 0, 0xffff}, {"ldtr.attr", 0, 0x8200},
                    {"tr.limit", 0, 0xffff},   {"tr.attr", 0, 0x8b00},
                    {"gdtr.limit", 0, 0xffff}, {"idtr.limit", 0, 0xffff},
                    {"cr0", 0, 0x60000010},    {"dr", 6, 0xffff0ff0},
                    {"dr", 7, 0x400},          {"rep_paused_at", 0, UINT64_MAX},
                    {"x87.cw", 0, 0x40},       {"mxcsr", 0, 0x1f80},
                    {"smbase", 0, 0x30000},    {"msr_pat", 0, UINT64_C(0x0007040600070406)},
                    {"misc_enable", 0, 0x1801}};

/* Lines from outside; the time-stamp counter is 0 at the reset, so what is added to the time is not. */
static bool of_outside(const char *name)
{
    static const char *const names[] = {"intr_line", "ignne", "ferr", "a20_mask", "a20_pin", "tsc_adjust"};
    for (unsigned k = 0; k < ARRAY_LEN(names); k++)
        if (!strcmp(name, names[k]))
            return true;
    return false;
}
/* Table 9-1's column INIT: unchanged; and what belongs to RESET# alone. */
static bool kept_by_init(const char *name)
{
    static const char *const names[] = {
        "x87.",     "r0.",   "r1.",         "r2.",           "r3.",   "r4.",    "r5.",       "r6.",
        "r7.",      "xmm",   "mxcsr",       "msr_",          "mtrr_", "mc",     "misc_",     "bios_",
        "debugctl", "last_", "smi_pending", "reset_pending", "smm",   "smbase", "tsc_adjust"};
    for (unsigned k = 0; k < ARRAY_LEN(names); k++)
        if (!strncmp(name, names[k], strlen(names[k])))
            return true;
    return false;
}

static uint64_t wanted(const char *name, unsigned index)
{
    if (!strcmp(name, "regs") && index == RDX)
        return rig.cpu->model->signature;
    for (unsigned k = 0; k < ARRAY_LEN(reset_values); k++)
        if (!strcmp(reset_values[k].name, name) && reset_values[k].index == index)
            return reset_values[k].value;
    return 0;
}

START_TEST(reset_and_init_leave_what_the_manual_says)
{
    for (unsigned init = 0; init < 2; init++) {
        struct cpu *c = rig.cpu;
        rig_protected();
        for (uint32_t k = 0; k < cpu_state_table.nfields; k++) {
            const struct state_field *f = &cpu_state_table.fields[k];
            if (!of_outside(f->name) && !(init && kept_by_init(f->name)))
                memset((uint8_t *)c + f->offset, f->kind == STATE_BOOL ? 1 : 0xa5, f->size * f->count);
        }
        if (init)
            c->cr0 = CR0_CD | CR0_NW | CR0_PE;
        struct cpu was = *c;
        if (init)
            cpu_init(c);
        else
            cpu_reset(c);
        for (uint32_t k = 0; k < cpu_state_table.nfields; k++) {
            const struct state_field *f = &cpu_state_table.fields[k];
            for (unsigned n = 0; n < f->count && !of_outside(f->name); n++) {
                uint64_t v = 0, before = 0;
                memcpy(&v, (const uint8_t *)c + f->offset + n * f->size, f->size);
                memcpy(&before, (const uint8_t *)&was + f->offset + n * f->size, f->size);
                uint64_t want = init && kept_by_init(f->name) ? before : wanted(f->name, n);
                ck_assert_msg(v == want, "%s: %s[%u] is %llx, not %llx", init ? "INIT" : "RESET", f->name, n,
                              (unsigned long long)v, (unsigned long long)want);
            }
        }
        ck_assert_uint_eq(c->mode, 0);
        uint64_t tsc;
        ck_assert(!rdmsr(c, 0x10, &tsc));
        ck_assert(init || tsc == 0);
    }
}
END_TEST

TCase *state_tests(void)
{
    TCase *t = tcase_create("state");
    tcase_add_test(t, every_member_is_saved_or_follows_from_what_is);
    tcase_add_test(t, info_registers_whole);
    tcase_add_test(t, reset_and_init_leave_what_the_manual_says);
    return t;
}
