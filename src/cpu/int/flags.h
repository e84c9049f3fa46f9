/* SPDX-License-Identifier: MIT */
/* Lazy flags: how the last arithmetic instruction's operands turn into CF, PF, AF, ZF, SF, OF when somebody asks. */
#ifndef VITRINE_CPU_INT_FLAGS_H
#define VITRINE_CPU_INT_FLAGS_H

#include "base/bits.h"
#include "cpu/cpu.h"

static inline void cc_set(struct cpu *c, enum cc_op op, unsigned size, int64_t res, uint64_t src1, uint64_t src2)
{
    c->cc.res = res;
    c->cc.src1 = src1;
    c->cc.src2 = src2;
    c->cc.op = (uint8_t)op;
    c->cc.size = (uint8_t)size;
}

/* All six flags of the lazy state (op != CC_EAGER), in EFLAGS positions. cpu/int/flags.c */
uint32_t cc_compute(const struct lazy_flags *f);
bool cc_compute_cf(const struct lazy_flags *f);
bool cc_compute_of(const struct lazy_flags *f);

static inline uint32_t arith_flags(const struct cpu *c)
{
    return c->cc.op == CC_EAGER ? c->eflags & FL_ARITH : cc_compute(&c->cc);
}
/* Sets the six flags outright. */
static inline void set_arith(struct cpu *c, uint32_t flags)
{
    c->eflags = (c->eflags & ~(uint32_t)FL_ARITH) | (flags & FL_ARITH);
    c->cc.op = CC_EAGER;
}
/*
 * Sets CF and OF and keeps the other four as they are, lazily if they are lazy: what rotates and multiplications do.
 * NOTE: IMUL is too frequent for flags to be computed at each.
 */
static inline void set_cf_of(struct cpu *c, bool cf, bool of)
{
    if (c->cc.op == CC_EAGER) {
        c->eflags = (c->eflags & ~(uint32_t)(FL_CF | FL_OF)) | (cf ? FL_CF : 0) | (of ? FL_OF : 0);
        return;
    }
    if (c->cc.op != CC_KEPT)
        c->cc.kept = c->cc.op;
    c->cc.op = CC_KEPT;
    c->cc.cf = cf;
    c->cc.of = of;
}

static inline bool flag_zf(const struct cpu *c)
{
    return c->cc.op == CC_EAGER ? (c->eflags & FL_ZF) != 0 : c->cc.res == 0;
}
static inline bool flag_sf(const struct cpu *c)
{
    return c->cc.op == CC_EAGER ? (c->eflags & FL_SF) != 0 : c->cc.res < 0;
}
static inline bool flag_pf(const struct cpu *c)
{
    return c->cc.op == CC_EAGER ? (c->eflags & FL_PF) != 0 : !__builtin_parity((unsigned)(c->cc.res & 0xff));
}
/* NOTE: inline without a call, because INC and DEC ask for it each time: a call would make them save registers. */
static inline bool flag_cf(const struct cpu *c)
{
    const struct lazy_flags *f = &c->cc;
    if (f->op == CC_SUB)
        return f->src1 < f->src2;
    if (f->op >= CC_INC && f->op <= CC_KEPT)
        return f->cf;
    if (f->op == CC_EAGER)
        return (c->eflags & FL_CF) != 0;
    if (f->op == CC_LOGIC)
        return false;
    uint64_t a = f->op == CC_SBB ? ~f->src1 : f->src1, b = f->src2;
    uint64_t r = f->op == CC_SBB ? (uint64_t)f->res : ~(uint64_t)f->res; /* CC_ADD, CC_ADC */
    return (((a & b) | ((a | b) & r)) >> ((8u << f->size) - 1)) & 1;
}
static inline bool flag_of(const struct cpu *c)
{
    return c->cc.op == CC_EAGER ? (c->eflags & FL_OF) != 0 : cc_compute_of(&c->cc);
}
/* Condition cc of Jcc, SETcc, CMOVcc (SDM 2A B.1.4.7). */
static inline bool condition(const struct cpu *c, unsigned cc)
{
    bool v;
    switch (cc >> 1) {
    case 0: v = flag_of(c); break;
    case 1: v = flag_cf(c); break;
    case 2: v = flag_zf(c); break;
    case 3: v = flag_cf(c) || flag_zf(c); break;
    case 4: v = flag_sf(c); break;
    case 5: v = flag_pf(c); break;
    case 6: v = flag_sf(c) != flag_of(c); break;
    default: v = flag_zf(c) || flag_sf(c) != flag_of(c); break;
    }
    return v != (cc & 1);
}

#endif
