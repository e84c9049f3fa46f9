/* SPDX-License-Identifier: MIT */
/* x87 arithmetic, comparison, classification, remainder, scaling, FXTRACT. SDM 1 8.3.5-8.3.8;
 * SDM 2. */
#include "cpu/fp/x87.h"

/* --- The six operations. D8, DC and DE with registers: ST(0) and ST(i), to either. --- */

static inline enum xstat registers(struct cpu *c, const struct xinsn *i, f80_binary *op, bool to_sti, bool pop)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    unsigned n = i->in.modrm & 7, dst = to_sti ? n : 0, src = to_sti ? 0 : n;
    if (unlikely(x87_empty(c, 0) || x87_empty(c, n))) {
        x87_underflow_result(c, dst, pop);
        return X_NEXT;
    }
    struct f80 r;
    unsigned flags = op(&r, x87_st(c, dst), x87_st(c, src), c->x87.cw);
    if (x87_result(c, dst, &r, flags, 0) && pop)
        x87_pop(c);
    return X_NEXT;
}

/*
 * With a memory operand that was converted with `from`. Its denormal counts only where the
 * operation itself found nothing of higher priority: an invalid operand, a NaN, a division by zero
 * (SDM 1 8.6).
 */
static unsigned with_memory(struct f80 *r, const struct f80 *a, const struct f80 *m, unsigned from, f80_binary *op,
                            unsigned cw)
{
    unsigned flags = op(r, a, m, cw);
    if (!(from & SW_DE) || flags & (SW_IE | SW_ZE) || f80_nan(a))
        return flags;
    return cw & SW_DE ? flags | SW_DE : SW_DE;
}

static inline enum xstat memory(struct cpu *c, const struct xinsn *i, const struct f80 *m, unsigned from,
                                f80_binary *op)
{
    x87_pointers(c, i);
    if (unlikely(x87_empty(c, 0))) {
        x87_underflow_result(c, 0, false);
        return X_NEXT;
    }
    struct f80 r;
    unsigned flags = with_memory(&r, x87_st(c, 0), m, from, op, c->x87.cw);
    x87_result(c, 0, &r, flags, 0);
    return X_NEXT;
}

#define MEMORY(name, op, type, read, convert) \
    INSN(name)                                \
    {                                         \
        type m;                               \
        struct f80 v;                         \
        X87_WAIT(c, i);                       \
        if (read(c, &i->in, &m))              \
            return X_FAULT;                   \
        unsigned from = convert;              \
        return memory(c, i, &v, from, op);    \
    }
#define ARITHMETIC(name, op)                                                            \
    INSN(x_f##name##_ST_STi)                                                            \
    {                                                                                   \
        return registers(c, i, op, false, false);                                       \
    }                                                                                   \
    INSN(x_f##name##_STi_ST)                                                            \
    {                                                                                   \
        return registers(c, i, op, true, false);                                        \
    }                                                                                   \
    INSN(x_f##name##p_STi_ST)                                                           \
    {                                                                                   \
        return registers(c, i, op, true, true);                                         \
    }                                                                                   \
    MEMORY(x_f##name##_Mfs, op, uint32_t, mem_rd32, f80_from_f32(&v, m))                \
    MEMORY(x_f##name##_Mfd, op, uint64_t, mem_rd64, f80_from_f64(&v, m))                \
    MEMORY(x_fi##name##_Mis, op, uint16_t, mem_rd16, (f80_from_int(&v, (int16_t)m), 0)) \
    MEMORY(x_fi##name##_Mid, op, uint32_t, mem_rd32, (f80_from_int(&v, (int32_t)m), 0))
ARITHMETIC(add, f80_add)
ARITHMETIC(sub, f80_sub)
ARITHMETIC(subr, f80_subr)
ARITHMETIC(mul, f80_mul)
ARITHMETIC(div, f80_div)
ARITHMETIC(divr, f80_divr)

/* --- Comparison --- */

enum { UNORDERED = SW_C0 | SW_C2 | SW_C3 };

/*
 * Compares ST(0), which with its partner was seen to be there or not, and pops. An unmasked IE or DE keeps the pop
 * away.
 * NOTE: the condition codes are set with an unmasked IE too: processors of both vendors do so, though SDM 2A FCOM (note
 * to the table) says that they do not.
 */
static enum xstat compare(struct cpu *c, bool empty, const struct f80 *b, unsigned from, f80_compare *op, unsigned pops)
{
    unsigned flags = SW_IE | SW_SF | UNORDERED;
    if (likely(!empty)) {
        flags = op(x87_st(c, 0), b, c->x87.cw);
        if (from & SW_DE && !(flags & SW_IE) && !f80_nan(x87_st(c, 0)))
            flags |= SW_DE;
    }
    bool stop = x87_unmasked(c, flags, SW_IE | SW_DE);
    x87_flags(c, flags, SW_CC);
    while (!stop && pops--)
        x87_pop(c);
    return X_NEXT;
}

static enum xstat compare_register(struct cpu *c, const struct xinsn *i, unsigned n, f80_compare *op, unsigned pops)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    return compare(c, x87_empty(c, 0) || x87_empty(c, n), x87_st(c, n), 0, op, pops);
}
#define COMPARE_REGISTER(name, n, op, pops)         \
    INSN(name)                                      \
    {                                               \
        return compare_register(c, i, n, op, pops); \
    }
COMPARE_REGISTER(x_fcom_STi, i->in.modrm & 7, f80_com, 0)
COMPARE_REGISTER(x_fcomp_STi, i->in.modrm & 7, f80_com, 1)
COMPARE_REGISTER(x_fcompp, 1, f80_com, 2)
COMPARE_REGISTER(x_fucom_STi, i->in.modrm & 7, f80_ucom, 0)
COMPARE_REGISTER(x_fucomp_STi, i->in.modrm & 7, f80_ucom, 1)
COMPARE_REGISTER(x_fucompp, 1, f80_ucom, 2)

#define COMPARE_MEMORY(name, type, read, convert, pops)              \
    INSN(name)                                                       \
    {                                                                \
        type m;                                                      \
        struct f80 v;                                                \
        X87_WAIT(c, i);                                              \
        if (read(c, &i->in, &m))                                     \
            return X_FAULT;                                          \
        x87_pointers(c, i);                                          \
        unsigned from = convert;                                     \
        return compare(c, x87_empty(c, 0), &v, from, f80_com, pops); \
    }
COMPARE_MEMORY(x_fcom_Mfs, uint32_t, mem_rd32, f80_from_f32(&v, m), 0)
COMPARE_MEMORY(x_fcom_Mfd, uint64_t, mem_rd64, f80_from_f64(&v, m), 0)
COMPARE_MEMORY(x_fcomp_Mfs, uint32_t, mem_rd32, f80_from_f32(&v, m), 1)
COMPARE_MEMORY(x_fcomp_Mfd, uint64_t, mem_rd64, f80_from_f64(&v, m), 1)
COMPARE_MEMORY(x_ficom_Mis, uint16_t, mem_rd16, (f80_from_int(&v, (int16_t)m), 0), 0)
COMPARE_MEMORY(x_ficom_Mid, uint32_t, mem_rd32, (f80_from_int(&v, (int32_t)m), 0), 0)
COMPARE_MEMORY(x_ficomp_Mis, uint16_t, mem_rd16, (f80_from_int(&v, (int16_t)m), 0), 1)
COMPARE_MEMORY(x_ficomp_Mid, uint32_t, mem_rd32, (f80_from_int(&v, (int32_t)m), 0), 1)

INSN(x_ftst)
{
    static const struct f80 zero = {0, 0};
    X87_WAIT(c, i);
    x87_pointers(c, i);
    return compare(c, x87_empty(c, 0), &zero, 0, f80_com, 0);
}

/*
 * FCOMI and relatives: ZF, PF, CF from C3, C2, C0; OF, SF, AF cleared, also with an unmasked IE.
 * NOTE: C1 stays as it is but for a stack underflow, which clears it, as on AMD's processors.
 */
static enum xstat compare_to_flags(struct cpu *c, const struct xinsn *i, f80_compare *op, bool pop)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    unsigned n = i->in.modrm & 7, flags = SW_IE | SW_SF | UNORDERED;
    if (!x87_empty(c, 0) && !x87_empty(c, n))
        flags = op(x87_st(c, 0), x87_st(c, n), c->x87.cw) | (c->x87.sw & SW_C1);
    x87_flags(c, flags & ~(unsigned)SW_CC, 0);
    set_arith(c, (flags & SW_C3 ? FL_ZF : 0) | (flags & SW_C2 ? FL_PF : 0) | (flags & SW_C0 ? FL_CF : 0));
    if (pop && !x87_unmasked(c, flags, SW_IE | SW_DE))
        x87_pop(c);
    return X_NEXT;
}
INSN(x_fcomi_ST_STi)
{
    return compare_to_flags(c, i, f80_com, false);
}
INSN(x_fcomip_ST_STi)
{
    return compare_to_flags(c, i, f80_com, true);
}
INSN(x_fucomi_ST_STi)
{
    return compare_to_flags(c, i, f80_ucom, false);
}
INSN(x_fucomip_ST_STi)
{
    return compare_to_flags(c, i, f80_ucom, true);
}

INSN(x_fxam)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    unsigned cc = f80_examine(x87_st(c, 0));
    if (x87_empty(c, 0))
        cc = (cc & SW_C1) | SW_C3 | SW_C0;
    c->x87.sw = (uint16_t)((c->x87.sw & ~(SW_CC | SW_C1)) | cc);
    return X_NEXT;
}

/* --- One operand --- */

INSN(x_fsqrt)
{
    return x87_unary(c, i, f80_sqrt, 0);
}
INSN(x_frndint)
{
    return x87_unary(c, i, f80_rndint, 0);
}
/* --- ST(0) and ST(1), result in ST(0) --- */

INSN(x_fscale)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    if (x87_empty(c, 0) || x87_empty(c, 1)) {
        x87_underflow_result(c, 0, false);
        return X_NEXT;
    }
    struct f80 r;
    unsigned flags = f80_scale(&r, x87_st(c, 0), x87_st(c, 1), c->x87.cw);
    x87_result(c, 0, &r, flags, 0);
    return X_NEXT;
}

/* Without a quotient, since an operand is no number or nothing is stored, only C2 is set, to
 * "complete". */
static enum xstat partial_remainder(struct cpu *c, const struct xinsn *i, f80_binary *op)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    if (x87_empty(c, 0) || x87_empty(c, 1)) {
        c->x87.sw &= (uint16_t)~SW_C2;
        x87_underflow_result(c, 0, false);
        return X_NEXT;
    }
    struct f80 r;
    unsigned flags = op(&r, x87_st(c, 0), x87_st(c, 1), c->x87.cw);
    bool none = f80_nan(&r) || x87_unmasked(c, flags, SW_BEFORE);
    x87_result(c, 0, &r, flags, none ? SW_C2 : SW_CC);
    return X_NEXT;
}

INSN(x_fprem)
{
    return partial_remainder(c, i, f80_prem);
}
INSN(x_fprem1)
{
    return partial_remainder(c, i, f80_prem1);
}

/* --- Two results: ST(0) is replaced and another one pushed --- */

INSN(x_fxtract)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    if (x87_cannot_push(c))
        return X_NEXT;
    struct f80 exponent, significand;
    unsigned flags = f80_xtract(&exponent, &significand, x87_st(c, 0), c->x87.cw);
    if (x87_result(c, 0, &exponent, flags, 0))
        x87_push(c, &significand);
    return X_NEXT;
}
