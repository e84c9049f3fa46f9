/* SPDX-License-Identifier: MIT */
/*
 * System-management mode (SDM 3C chapter 34, rev. 253669-060): SMI#, the state save map of 32-bit processors (table
 * 34-1), what the handler finds (table 34-4), RSM with its checks (34.3.2), auto HALT restart (34.10), relocation of
 * SMBASE (34.11).
 *
 * Revision 20000h: SMBASE relocation, no I/O restart. What software must not rely on in the map (descriptor caches,
 * CR4, EFER) stands in the reserved part, in a layout of our own. SMIACT# tells the chip set, which shows SMRAM while
 * it is active.
 * LIMIT: I/O instruction restart and the I/O state field; an SMI in an interrupt shadow or in shutdown waits until it
 * is over.
 */
#include "cpu/int/flags.h"
#include "cpu/sys/system.h"

enum { HANDLER = 0x8000, MAP_SIZE = 0x200, MAP_AT = HANDLER + 0x7e00 };
enum { REVISION = 0x20000, SMBASE_RELOCATION = 0x20000, SMBASE_RESET = 0x30000 };
enum { AUTO_HALT = 1 };

/* Offsets in the map, as table 34-1 has them less 7E00h. */
#define AT(offset) ((offset)-0x7e00)
enum {
    CR0_AT = AT(0x7ffc),
    CR3_AT = AT(0x7ff8),
    EFLAGS_AT = AT(0x7ff4),
    EIP_AT = AT(0x7ff0),
    EDI_AT = AT(0x7fec), /* then ESI, EBP, ESP, EBX, EDX, ECX, EAX downwards */
    DR6_AT = AT(0x7fcc),
    DR7_AT = AT(0x7fc8),
    TR_AT = AT(0x7fc4),
    LDTR_AT = AT(0x7fc0),
    GS_AT = AT(0x7fbc), /* then FS, DS, SS, CS, ES downwards */
    HALT_AT = AT(0x7f02),
    REVISION_AT = AT(0x7efc),
    SMBASE_AT = AT(0x7ef8),
    /* Of our own: base, limit, attributes of ES .. GS, LDTR, TR; GDTR, IDTR; CR4, EFER. */
    CACHES_AT = AT(0x7e00),
    GDTR_AT = CACHES_AT + 8 * 12,
    IDTR_AT = GDTR_AT + 8,
    CR4_AT = IDTR_AT + 8,
    EFER_AT = CR4_AT + 4,
};

static const uint8_t reg_order[8] = {RDI, RSI, RBP, RSP, RBX, RDX, RCX, RAX};
static const uint8_t seg_order[6] = {SEG_GS, SEG_FS, SEG_DS, SEG_SS, SEG_CS, SEG_ES};

/* --- The map --- */

static void put_cache(uint8_t *b, unsigned n, const struct seg *s)
{
    st32(b + CACHES_AT + 12 * n, (uint32_t)s->base);
    st32(b + CACHES_AT + 12 * n + 4, s->limit);
    st32(b + CACHES_AT + 12 * n + 8, s->attr);
}

static void get_cache(const uint8_t *b, unsigned n, uint16_t sel, struct seg *s)
{
    *s = (struct seg){.sel = sel,
                      .base = ld32(b + CACHES_AT + 12 * n),
                      .limit = ld32(b + CACHES_AT + 12 * n + 4),
                      .attr = ld32(b + CACHES_AT + 12 * n + 8) & 0xf0ff00};
    seg_update(s);
}

static void put_table(uint8_t *b, const struct desc_table *t)
{
    st32(b, (uint32_t)t->base);
    st32(b + 4, t->limit);
}

static void get_table(const uint8_t *b, struct desc_table *t)
{
    *t = (struct desc_table){.base = ld32(b), .limit = ld16(b + 4)};
}

static void fill_map(const struct cpu *c, uint8_t *b)
{
    st32(b + CR0_AT, (uint32_t)c->cr0);
    st32(b + CR3_AT, (uint32_t)c->cr3);
    st32(b + EFLAGS_AT, cpu_eflags(c) | (between_iterations(c) ? FL_RF : 0));
    st32(b + EIP_AT, (uint32_t)c->rip);
    for (unsigned i = 0; i < 8; i++)
        st32(b + EDI_AT - 4 * i, reg32(c, reg_order[i]));
    st32(b + DR6_AT, (uint32_t)c->dr[6]);
    st32(b + DR7_AT, (uint32_t)c->dr[7]);
    st32(b + TR_AT, c->tr.sel);
    st32(b + LDTR_AT, c->ldtr.sel);
    for (unsigned i = 0; i < NSEGS; i++) {
        st32(b + GS_AT - 4 * i, c->seg[seg_order[i]].sel);
        put_cache(b, i, &c->seg[i]);
    }
    put_cache(b, NSEGS, &c->ldtr);
    put_cache(b, NSEGS + 1, &c->tr);
    put_table(b + GDTR_AT, &c->gdtr);
    put_table(b + IDTR_AT, &c->idtr);
    st32(b + CR4_AT, (uint32_t)c->cr4);
    st32(b + EFER_AT, (uint32_t)c->efer);
    st16(b + HALT_AT, c->halted ? AUTO_HALT : 0);
    st32(b + REVISION_AT, REVISION);
    st32(b + SMBASE_AT, c->smbase);
}

static uint64_t map_address(const struct cpu *c, unsigned at)
{
    return (uint32_t)(c->smbase + MAP_AT + at);
}

/* --- In --- */

static void handler_segs(struct cpu *c)
{
    for (unsigned i = 0; i < NSEGS; i++) {
        c->seg[i] = (struct seg){.limit = UINT32_MAX, .attr = DESC_P | DESC_S | DESC_RW | DESC_A | DESC_G};
        if (i == SEG_CS) {
            c->seg[i].sel = (uint16_t)(c->smbase >> 4);
            c->seg[i].base = c->smbase;
        }
        seg_update(&c->seg[i]);
    }
}

static void set_smm(struct cpu *c, bool on)
{
    c->smm = on;
    cpu_update_a20(c);
    irq_set(&c->smiact, on);
    tlb_flush_all(c);
    c->leave = true;
}

void smm_enter(struct cpu *c)
{
    uint8_t map[MAP_SIZE] = {0};
    fill_map(c, map);
    set_smm(c, true);
    for (unsigned at = 0; at < MAP_SIZE; at += 4)
        phys_store(c->mem, map_address(c, at), 4, ld32(map + at), INIT_CPU0);
    c->smm_nmi_blocked = c->nmi_blocked;
    c->nmi_blocked = true;
    c->halted = false;
    c->cr0 &= ~((uint64_t)CR0_PE | CR0_EM | CR0_TS | CR0_PG);
    c->cr4 = c->efer = 0;
    c->dr[7] = 0x400;
    cpu_set_eflags(c, FL_1);
    c->cpl = 0;
    c->rip = HANDLER;
    handler_segs(c);
    tlb_flush_all(c);
    mode_update(c);
}

/* --- Out --- */

/* SDM 3C 34.3.2: what makes RSM a shutdown. */
static bool bad_state(const struct cpu *c, const uint8_t *b)
{
    uint32_t cr0 = ld32(b + CR0_AT), cr4 = ld32(b + CR4_AT);
    return (cr0 & CR0_PG && !(cr0 & CR0_PE)) || (cr0 & CR0_NW && !(cr0 & CR0_CD)) || cr4 & ~cr4_writable(c);
}

static void load_map(struct cpu *c, const uint8_t *b)
{
    c->cr0 = cr0_value(ld32(b + CR0_AT));
    c->cr3 = ld32(b + CR3_AT);
    c->cr4 = ld32(b + CR4_AT);
    c->efer = ld32(b + EFER_AT) & EFER_NXE;
    cpu_set_eflags(c, ld32(b + EFLAGS_AT));
    c->rip = ld32(b + EIP_AT);
    for (unsigned i = 0; i < 8; i++)
        c->regs[reg_order[i]] = ld32(b + EDI_AT - 4 * i);
    c->dr[6] = dr6_value(ld32(b + DR6_AT));
    c->dr[7] = dr7_value(ld32(b + DR7_AT));
    for (unsigned i = 0; i < NSEGS; i++)
        get_cache(b, seg_order[i], ld16(b + GS_AT - 4 * i), &c->seg[seg_order[i]]);
    get_cache(b, NSEGS, ld16(b + LDTR_AT), &c->ldtr);
    get_cache(b, NSEGS + 1, ld16(b + TR_AT), &c->tr);
    get_table(b + GDTR_AT, &c->gdtr);
    get_table(b + IDTR_AT, &c->idtr);
    c->cpl = !(c->cr0 & CR0_PE) ? 0 : c->eflags & FL_VM ? 3 : c->seg[SEG_SS].attr >> 13 & 3;
    c->halted = ld16(b + HALT_AT) & AUTO_HALT;
    if (ld32(b + REVISION_AT) & SMBASE_RELOCATION)
        c->smbase = ld32(b + SMBASE_AT);
}

enum xstat smm_leave(struct cpu *c)
{
    uint8_t map[MAP_SIZE];
    if (!c->smm)
        return raise_ud(c);
    cpu_sync_pos(c);
    for (unsigned at = 0; at < MAP_SIZE; at += 4)
        st32(map + at, (uint32_t)phys_load(c->mem, map_address(c, at), 4, INIT_CPU0));
    bool bad = bad_state(c, map);
    if (!bad)
        load_map(c, map);
    set_smm(c, false);
    if (!bad && c->cr0 & CR0_PG && c->cr4 & CR4_PAE)
        bad = walk_load_pdptes(c, c->cr3);
    c->shutdown = bad;
    c->nmi_blocked = c->smm_nmi_blocked;
    mode_update(c);
    return X_BRANCH;
}

void smm_reset(struct cpu *c)
{
    if (c->smm)
        set_smm(c, false);
    c->smm_nmi_blocked = false;
    c->smbase = SMBASE_RESET;
}
