/* SPDX-License-Identifier: MIT */
/* Template of cpu/int/muldiv.c: multiplication and division of one operand size (BITS). */
#include "cpu/int/sized.inc.h"

/* The double-width accumulator: AX, DX:AX, EDX:EAX. */
static inline T2 SIZED(get_wide)(struct cpu *c)
{
#if BITS == 8
    return reg16(c, RAX);
#else
    return (T2)((T2)GET(RDX) << BITS | GET(RAX));
#endif
}
static inline void SIZED(put_halves)(struct cpu *c, T low, T high)
{
#if BITS == 8
    set16(c, RAX, (uint16_t)(high << 8 | low));
#else
    PUT(RAX, low);
    PUT(RDX, high);
#endif
}

static inline void SIZED(do_mul)(struct cpu *c, T v)
{
    T2 r = (T2)((T2)GET(RAX) * v);
    SIZED(put_halves)(c, (T)r, (T)(r >> BITS));
    set_cf_of(c, (r >> BITS) != 0, (r >> BITS) != 0);
}
static inline void SIZED(do_imul)(struct cpu *c, T v)
{
    ST2 r = (ST2)((ST2)(ST)GET(RAX) * (ST)v);
    SIZED(put_halves)(c, (T)r, (T)((T2)r >> BITS));
    set_cf_of(c, r != (ST)r, r != (ST)r);
}
/* #DE where the divisor is 0 or the quotient does not fit. Flags stay as they are. True: raised. */
static inline bool SIZED(do_div)(struct cpu *c, T v)
{
    T2 n = SIZED(get_wide)(c);
    if (v == 0 || (n >> BITS) >= v)
        return raise_exc(c, EXC_DE) == X_FAULT;
    SIZED(put_halves)(c, (T)(n / v), (T)(n % v));
    div_flags(c);
    return false;
}
static inline bool SIZED(do_idiv)(struct cpu *c, T v)
{
    ST2 n = (ST2)SIZED(get_wide)(c), d = (ST)v;
    if (d == 0)
        return raise_exc(c, EXC_DE) == X_FAULT;
    /* The most negative dividend by -1 does not fit, nor may it be divided on the host. */
    if (d == -1 && n == (ST2)((T2)1 << (2 * BITS - 1)))
        return raise_exc(c, EXC_DE) == X_FAULT;
    ST2 q = (ST2)(n / d);
    if (q != (ST)q)
        return raise_exc(c, EXC_DE) == X_FAULT;
    SIZED(put_halves)(c, (T)q, (T)(n % d));
    div_flags(c);
    return false;
}

#define MULDIV(op, stmt)        \
    INSN(E(x_##op##_E, _r))     \
    {                           \
        T v = GET(i->in.rm);    \
        stmt;                   \
    }                           \
    INSN_MEM(E(x_##op##_E, _m)) \
    {                           \
        T v;                    \
        if (MEM_RD(&v))         \
            return MISS;        \
        stmt;                   \
    }
MULDIV(mul, SIZED(do_mul)(c, v); return X_NEXT)
MULDIV(imul, SIZED(do_imul)(c, v); return X_NEXT)
MULDIV(div, return SIZED(do_div)(c, v) ? X_FAULT : X_NEXT)
MULDIV(idiv, return SIZED(do_idiv)(c, v) ? X_FAULT : X_NEXT)
#undef MULDIV

#if BITS != 8
/* IMUL with two and three operands: the low half only. */
static inline T SIZED(imul_low)(struct cpu *c, T a, T b)
{
    ST2 r = (ST2)((ST2)(ST)a * (ST)b);
    set_cf_of(c, r != (ST)r, r != (ST)r);
    return (T)r;
}
#define IMUL(name, other)                                         \
    INSN(CAT3(x_imul_##name, _r, SFX))                            \
    {                                                             \
        PUT(i->in.reg, SIZED(imul_low)(c, GET(i->in.rm), other)); \
        return X_NEXT;                                            \
    }                                                             \
    INSN_MEM(CAT3(x_imul_##name, _m, SFX))                        \
    {                                                             \
        T v;                                                      \
        if (MEM_RD(&v))                                           \
            return MISS;                                          \
        PUT(i->in.reg, SIZED(imul_low)(c, v, other));             \
        return X_NEXT;                                            \
    }
IMUL(Gv_Ev, GET(i->in.reg))
IMUL(Gv_Ev_Iz, (T)i->in.imm)
IMUL(Gv_Ev_Ib, (T)i->in.imm)
#undef IMUL
#endif
#include "cpu/int/sized_end.inc.h"
