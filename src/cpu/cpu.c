/* SPDX-License-Identifier: MIT */
/* A CPU's life: made, reset (SDM 3A 9.1, table 9-1), initialised by INIT#, destroyed. */
#include <stdlib.h>

#include "cpu/sys/system.h"
#include "cpu/fp/x87.h"

struct cpu *cpu_create(const struct cpu_model *model, struct bus *bus, struct error *err)
{
    struct cpu *c = aligned_alloc(64, ALIGN_UP(sizeof *c, (size_t)64));
    if (!c) {
        error_set(err, "no memory for the CPU's state");
        return NULL;
    }
    memset(c, 0, sizeof *c);
    c->model = model;
    c->mem = bus->mem;
    c->ports = bus->ports;
    c->msrs = &bus->msrs;
    c->clock = bus->clock;
    c->log = bus->log;
    c->a20_pin = true;
    c->a20_mask = UINT64_MAX;
    c->origins = calloc((size_t)TLB_SIZE * TLB_VIEWS, sizeof *c->origins);
    if (!c->origins) {
        error_set(err, "no memory for the CPU's TLB");
        free(c);
        return NULL;
    }
    tlb_listen(c);
    if (!blocks_create(c, err)) {
        /* NOTE: memory keeps the listener; the machine that failed to get its CPU goes away as a whole. */
        free(c->origins);
        free(c);
        return NULL;
    }
    cpu_reset(c);
    return c;
}

void cpu_destroy(struct cpu *c)
{
    if (!c)
        return;
    blocks_destroy(c);
    free(c->origins);
    free(c->table_refs);
    free(c->coverage);
    free(c);
}

static void reset_segs(struct cpu *c)
{
    static const uint32_t data = DESC_P | DESC_S | DESC_RW | DESC_A;
    for (unsigned i = 0; i < NSEGS; i++) {
        c->seg[i] = (struct seg){.limit = 0xffff, .attr = data};
        seg_update(&c->seg[i]);
    }
    c->seg[SEG_CS].sel = 0xf000;
    c->seg[SEG_CS].base = 0xffff0000;
    c->gdtr = c->idtr = (struct desc_table){.limit = 0xffff};
    c->ldtr = (struct seg){.limit = 0xffff, .attr = DESC_P | SYS_LDT << 8};
    c->tr = (struct seg){.limit = 0xffff, .attr = DESC_P | SYS_TSS32_BUSY << 8};
}

/* What RESET# and INIT# do alike. */
static void common(struct cpu *c)
{
    memset(c->regs, 0, sizeof c->regs);
    c->regs[RDX] = c->model->signature;
    c->rip = 0xfff0;
    c->eflags = FL_1;
    c->cc = (struct lazy_flags){.op = CC_EAGER};
    c->cpl = 0;
    c->cr0 = (c->cr0 & (CR0_CD | CR0_NW)) | CR0_ET;
    c->cr2 = c->cr3 = c->cr4 = c->efer = 0;
    memset(c->pdpte, 0, sizeof c->pdpte);
    memset(c->dr, 0, sizeof c->dr);
    c->dr[6] = 0xffff0ff0;
    c->dr[7] = 0x400;
    reset_segs(c);
    c->shadow_sti = c->shadow_ss = c->halted = c->shutdown = false;
    c->nmi_pending = c->nmi_blocked = false;
    c->db_pending = 0;
    c->rep_paused_at = UINT64_MAX;
    c->rep_eflags = 0;
    tlb_flush_all(c);
    mode_update(c);
    c->leave = true;
}

void cpu_init(struct cpu *c)
{
    common(c);
    x87_update_es(c); /* NE is clear now */
    c->init_pending = false;
}

void cpu_reset(struct cpu *c)
{
    if (c->trace && c->trace->reset)
        c->trace->reset(c->trace->ctx, c);
    c->cr0 = CR0_CD | CR0_NW;
    common(c);
    c->init_pending = c->reset_pending = c->smi_pending = false;
    msr_reset(c);
    smm_reset(c);
    c->x87 = (struct x87){.cw = 0x40}; /* tags: zero, which is not empty */
    x87_update_es(c);
    memset(c->xmm, 0, sizeof c->xmm);
    c->mxcsr = 0x1f80;
}
