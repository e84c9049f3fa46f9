/* SPDX-License-Identifier: MIT */
/* What the x87 instruction files share: readiness, the register stack, exceptions, pointers. SDM
 * 1 8. */
#ifndef VITRINE_CPU_FP_X87_H
#define VITRINE_CPU_FP_X87_H

#include "cpu/exec.h"
#include "cpu/fp/f80.h"
#include "cpu/fp/fpu_host.h"
#include "cpu/engine/handler.h"

/* The status word with TOP and B. */
static inline uint16_t x87_sw(const struct x87 *f)
{
    return (uint16_t)((f->sw & ~(SW_TOP | SW_B)) | (f->top & 7u) << 11 | (f->sw & SW_ES ? SW_B : 0));
}

/* True: the instruction cannot start; *st says why (#NM, #MF, or frozen until the interrupt that
 * FERR# makes). */
bool x87_blocked(struct cpu *c, const struct xinsn *i, enum xstat *st);
/* Sets or clears ES by exceptions and masks, and FERR# with it. After every change of sw or cw. */
void x87_update_es(struct cpu *c);
void x87_init(struct cpu *c);

/* First in every instruction that waits: reports a pending exception (SDM 1 8.7). */
#define X87_WAIT(c, i)                                                                                     \
    do {                                                                                                   \
        enum xstat blocked_;                                                                               \
        if (unlikely((c)->cr0 & (CR0_EM | CR0_TS) || (c)->x87.sw & SW_ES) && x87_blocked(c, i, &blocked_)) \
            return blocked_;                                                                               \
    } while (0)
/* First in those that do not wait (FNINIT ...). */
#define X87_NO_WAIT(c)                              \
    do {                                            \
        if (unlikely((c)->cr0 & (CR0_EM | CR0_TS))) \
            return raise_nm(c);                     \
    } while (0)

/* Instruction, opcode and operand pointers of a non-control instruction: SDM 1 8.1.8, 8.1.9. When
 * its memory was read. */
static inline void x87_pointers(struct cpu *c, const struct xinsn *i)
{
    c->x87.fip = this_rip(c, i);
    c->x87.fcs = c->seg[SEG_CS].sel;
    c->x87.fop = (uint16_t)i->in.imm;
    if (i->in.flags & IF_MEM) {
        c->x87.fdp = ea(c, &i->in);
        c->x87.fds = c->seg[i->in.seg].sel;
    }
}

/* --- The register stack --- */

static inline unsigned x87_phys(const struct cpu *c, unsigned n)
{
    return (c->x87.top + n) & 7;
}
static inline struct f80 *x87_st(struct cpu *c, unsigned n)
{
    return &c->x87.st[x87_phys(c, n)];
}
static inline bool x87_empty(const struct cpu *c, unsigned n)
{
    return c->x87.tag >> x87_phys(c, n) & 1;
}
static inline void x87_set(struct cpu *c, unsigned n, const struct f80 *v)
{
    unsigned p = x87_phys(c, n);
    c->x87.st[p] = *v;
    c->x87.tag &= (uint16_t) ~(1u << p);
}
static inline void x87_free(struct cpu *c, unsigned n)
{
    c->x87.tag |= (uint16_t)(1u << x87_phys(c, n));
}
static inline void x87_pop(struct cpu *c)
{
    x87_free(c, 0);
    c->x87.top = (c->x87.top + 1) & 7;
}
static inline void x87_push(struct cpu *c, const struct f80 *v)
{
    c->x87.top = (c->x87.top - 1) & 7;
    x87_set(c, 0, v);
}

/* --- Exceptions --- */

/* Takes exceptions, C1 and what else of `flags` is in the mask of condition codes. */
static inline void x87_flags(struct cpu *c, unsigned flags, unsigned cc_mask)
{
    c->x87.sw = (uint16_t)((c->x87.sw & ~(cc_mask | SW_C1)) | (flags & (SW_EXCEPTIONS | SW_SF | cc_mask | SW_C1)));
    if (unlikely(flags & ~c->x87.cw & SW_EXCEPTIONS))
        x87_update_es(c);
}
/* Whether one of these was raised and is unmasked. */
static inline bool x87_unmasked(const struct cpu *c, unsigned flags, unsigned which)
{
    return (flags & ~c->x87.cw & which) != 0;
}
/* Exceptions found before there is a result: unmasked, nothing is stored (SDM 1 8.6). */
enum { SW_BEFORE = SW_IE | SW_DE | SW_ZE };

/* Stack underflow and overflow (SDM 1 8.5.1.1). True: masked, so that the indefinite is to be
 * stored. */
static inline bool x87_underflow(struct cpu *c)
{
    x87_flags(c, SW_IE | SW_SF, 0);
    return c->x87.cw & SW_IE;
}
static inline bool x87_overflow(struct cpu *c)
{
    x87_flags(c, SW_IE | SW_SF | SW_C1, 0);
    return c->x87.cw & SW_IE;
}
/* Pushes a value that was loaded with `flags`, or answers a full stack. An unmasked DE does not
 * keep a load from pushing. */
static inline void x87_push_result(struct cpu *c, const struct f80 *v, unsigned flags)
{
    if (unlikely(!x87_empty(c, 7))) {
        if (x87_overflow(c))
            x87_push(c, &f80_indefinite);
        return;
    }
    x87_flags(c, flags, 0);
    if (!x87_unmasked(c, flags, SW_IE))
        x87_push(c, v);
}

/* --- What the arithmetic instructions are made of --- */

/* Puts a computed value into ST(n), unless an exception from before the result is unmasked. True:
 * stored. */
static inline bool x87_result(struct cpu *c, unsigned n, const struct f80 *r, unsigned flags, unsigned cc_mask)
{
    x87_flags(c, flags, cc_mask);
    if (unlikely(x87_unmasked(c, flags, SW_BEFORE)))
        return false;
    x87_set(c, n, r);
    return true;
}

static inline void x87_underflow_result(struct cpu *c, unsigned n, bool pop)
{
    if (!x87_underflow(c))
        return;
    x87_set(c, n, &f80_indefinite);
    if (pop)
        x87_pop(c);
}

/* One operand in ST(0), result in ST(0). cc_mask: condition codes that the operation sets. */
static inline enum xstat x87_unary(struct cpu *c, const struct xinsn *i, f80_unary *op, unsigned cc_mask)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    if (unlikely(x87_empty(c, 0))) {
        c->x87.sw &= (uint16_t)~cc_mask;
        x87_underflow_result(c, 0, false);
        return X_NEXT;
    }
    struct f80 r;
    unsigned flags = op(&r, x87_st(c, 0), c->x87.cw);
    x87_result(c, 0, &r, flags, cc_mask);
    return X_NEXT;
}
/* ST(0) and ST(1), result in ST(1), pop. */
static inline enum xstat x87_binary_pop(struct cpu *c, const struct xinsn *i, f80_binary *op)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    if (unlikely(x87_empty(c, 0) || x87_empty(c, 1))) {
        x87_underflow_result(c, 1, true);
        return X_NEXT;
    }
    struct f80 r;
    unsigned flags = op(&r, x87_st(c, 0), x87_st(c, 1), c->x87.cw);
    if (x87_result(c, 1, &r, flags, 0))
        x87_pop(c);
    return X_NEXT;
}
/* Stack faults of an instruction with two results: an empty ST(0), a full stack. True: done, the
 * indefinites are in place where masked. */
static inline bool x87_cannot_push(struct cpu *c)
{
    bool masked;
    if (x87_empty(c, 0))
        masked = x87_underflow(c);
    else if (!x87_empty(c, 7))
        masked = x87_overflow(c);
    else
        return false;
    if (masked) {
        x87_set(c, 0, &f80_indefinite);
        x87_push(c, &f80_indefinite);
    }
    return true;
}

#endif
