/* SPDX-License-Identifier: MIT */
/*
 * x87 control: readiness and error reporting, control and status word, stack pointer, tags. SDM
 * 1 8.1, 8.3.13, 8.7; SDM 2.
 *
 * Exceptions are reported late, at the next waiting instruction: by #MF with CR0.NE, else through
 * FERR#, IRQ 13 and IGNNE# as on the PC.
 */
#include "cpu/fp/x87.h"

enum { CW_WRITABLE = 0x1f3f, CW_ALWAYS = 0x40 };

void x87_update_es(struct cpu *c)
{
    struct x87 *f = &c->x87;
    bool pending = (f->sw & ~f->cw & SW_EXCEPTIONS) != 0;
    f->sw = (uint16_t)(pending ? f->sw | SW_ES : f->sw & ~SW_ES);
    bool ferr = pending && !(c->cr0 & CR0_NE);
    if (ferr != c->ferr) {
        c->ferr = ferr;
        if (ferr)
            cpu_sync_pos(c); /* the interrupt controller sees it at this position */
        irq_set(&c->ferr_line, ferr);
    }
}

bool x87_blocked(struct cpu *c, const struct xinsn *i, enum xstat *st)
{
    if (c->cr0 & (CR0_EM | CR0_TS)) {
        *st = raise_nm(c);
        return true;
    }
    if (!(c->x87.sw & SW_ES))
        return false;
    if (c->cr0 & CR0_NE) {
        *st = raise_exc(c, EXC_MF);
        return true;
    }
    if (c->ignne)
        return false;
    /* SDM 1 8.7.2: the processor stops right here until an interrupt, from which it comes back to
     * this instruction. */
    c->rip = this_rip(c, i);
    c->halted = true;
    c->leave = true;
    *st = X_BRANCH;
    return true;
}

/* WAIT is the only one that CR0.MP has a say in: SDM 3A table 9-3. */
INSN(x_wait)
{
    enum xstat st;
    if ((c->cr0 & (CR0_MP | CR0_TS)) == (CR0_MP | CR0_TS))
        return raise_nm(c);
    if (!(c->x87.sw & SW_ES))
        return X_NEXT;
    uint64_t cr0 = c->cr0;
    c->cr0 &= ~(uint64_t)(CR0_EM | CR0_TS);
    bool blocked = x87_blocked(c, i, &st);
    c->cr0 = cr0;
    return blocked ? st : X_NEXT;
}

INSN(x_fnop)
{
    X87_WAIT(c, i);
    return X_NEXT;
}

/* The 8087's FNENI and FNDISI, the 287's FNSETPM: nothing, and without waiting. */
INSN(x_fneni)
{
    X87_NO_WAIT(c);
    return X_NEXT;
}

/* What FNINIT and FNSAVE leave (SDM 2A FINIT). */
void x87_init(struct cpu *c)
{
    struct x87 *f = &c->x87;
    f->cw = CW_INIT;
    f->sw = 0;
    f->tag = 0xff;
    f->top = 0;
    f->fip = f->fdp = 0;
    f->fcs = f->fds = f->fop = 0;
    x87_update_es(c);
}

INSN(x_fninit)
{
    X87_NO_WAIT(c);
    x87_init(c);
    return X_NEXT;
}

INSN(x_fnclex)
{
    X87_NO_WAIT(c);
    c->x87.sw &= (uint16_t) ~(SW_EXCEPTIONS | SW_SF | SW_ES | SW_B);
    x87_update_es(c);
    return X_NEXT;
}

INSN(x_fldcw_Mw)
{
    uint16_t v;
    X87_WAIT(c, i);
    if (mem_rd16(c, &i->in, &v))
        return X_FAULT;
    c->x87.cw = (v & CW_WRITABLE) | CW_ALWAYS;
    x87_update_es(c);
    return X_NEXT;
}

INSN(x_fnstcw_Mw)
{
    X87_NO_WAIT(c);
    return mem_wr16(c, &i->in, c->x87.cw) ? X_FAULT : X_NEXT;
}

INSN(x_fnstsw_Mw)
{
    X87_NO_WAIT(c);
    return mem_wr16(c, &i->in, x87_sw(&c->x87)) ? X_FAULT : X_NEXT;
}

INSN(x_fnstsw_AX)
{
    X87_NO_WAIT(c);
    set16(c, RAX, x87_sw(&c->x87));
    return X_NEXT;
}

INSN(x_fincstp)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    c->x87.top = (c->x87.top + 1) & 7;
    c->x87.sw &= (uint16_t)~SW_C1;
    return X_NEXT;
}

INSN(x_fdecstp)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    c->x87.top = (c->x87.top - 1) & 7;
    c->x87.sw &= (uint16_t)~SW_C1;
    return X_NEXT;
}

INSN(x_ffree_STi)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    c->x87.sw &= (uint16_t)~SW_C1;
    x87_free(c, i->in.modrm & 7);
    return X_NEXT;
}

INSN(x_ffreep_STi)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    c->x87.sw &= (uint16_t)~SW_C1;
    x87_free(c, i->in.modrm & 7);
    x87_pop(c);
    return X_NEXT;
}
