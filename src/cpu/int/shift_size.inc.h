/* SPDX-License-Identifier: MIT */
/*
 * Template of cpu/int/shift.c: shifts and rotates of one operand size (BITS). The count is masked to 5 bits and not 0.
 */
#include "cpu/int/sized.inc.h"

static inline T SIZED(do_shl)(struct cpu *c, T a, unsigned n)
{
    uint64_t wide = (uint64_t)a << n;
    c->cc.cf = (wide >> BITS) & 1;
    cc_set(c, CC_SHL, SZ, (ST)(T)wide, a, n);
    return (T)wide;
}
static inline T SIZED(do_shr)(struct cpu *c, T a, unsigned n)
{
    T r = (T)((uint64_t)a >> n);
    c->cc.cf = ((uint64_t)a >> (n - 1)) & 1;
    cc_set(c, CC_SHR, SZ, (ST)r, a, n);
    return r;
}
static inline T SIZED(do_sar)(struct cpu *c, T a, unsigned n)
{
    T r = (T)((int64_t)(ST)a >> n);
    c->cc.cf = ((int64_t)(ST)a >> (n - 1)) & 1;
    cc_set(c, CC_SAR, SZ, (ST)r, a, n);
    return r;
}

/* CF, and OF as the difference of CF and the top bit (leftwards) or of the two top bits (rightwards). */
static inline T SIZED(left)(struct cpu *c, T r, bool cf)
{
    set_cf_of(c, cf, (r >> (BITS - 1)) != cf);
    return r;
}
static inline T SIZED(right)(struct cpu *c, T r, bool cf)
{
    set_cf_of(c, cf, ((r ^ (T)(r << 1)) & SIGN_BIT) != 0);
    return r;
}
static inline T SIZED(do_rol)(struct cpu *c, T a, unsigned n)
{
    n %= BITS;
    T r = n ? (T)(a << n | a >> (BITS - n)) : a;
    return SIZED(left)(c, r, r & 1);
}
static inline T SIZED(do_ror)(struct cpu *c, T a, unsigned n)
{
    n %= BITS;
    T r = n ? (T)(a >> n | a << (BITS - n)) : a;
    return SIZED(right)(c, r, (r & SIGN_BIT) != 0);
}
/* Through carry: a register of BITS + 1 bits goes round. */
static inline T SIZED(do_rcl)(struct cpu *c, T a, unsigned n)
{
    uint64_t v = (uint64_t)flag_cf(c) << BITS | a;
    n %= BITS + 1;
    if (n)
        v = v << n | v >> (BITS + 1 - n);
    return SIZED(left)(c, (T)v, (v >> BITS) & 1);
}
static inline T SIZED(do_rcr)(struct cpu *c, T a, unsigned n)
{
    uint64_t v = (uint64_t)flag_cf(c) << BITS | a;
    n %= BITS + 1;
    if (n)
        v = v >> n | v << (BITS + 1 - n);
    return SIZED(right)(c, (T)v, (v >> BITS) & 1);
}

/* A count of 0 changes no flag, but a memory operand must be writable all the same. */
#define SHIFT(op, count, name_r, name_m)                        \
    INSN(name_r)                                                \
    {                                                           \
        unsigned n = (count)&31;                                \
        if (n)                                                  \
            PUT(i->in.rm, SIZED(do_##op)(c, GET(i->in.rm), n)); \
        return X_NEXT;                                          \
    }                                                           \
    INSN_MEM(name_m)                                            \
    {                                                           \
        unsigned n = (count)&31;                                \
        struct rmw m;                                           \
        T v;                                                    \
        if (RMW_BEGIN(&m, &v))                                  \
            return MISS;                                        \
        RMW_END(&m, n ? SIZED(do_##op)(c, v, n) : v);           \
        return X_NEXT;                                          \
    }
#define SHIFTS(op)                                                                                   \
    SHIFT(op, 1, CAT4(x_##op##_E, W, _1_r, SFX), CAT4(x_##op##_E, W, _1_m, SFX))                     \
    SHIFT(op, (unsigned)i->in.imm, CAT4(x_##op##_E, W, _Ib_r, SFX), CAT4(x_##op##_E, W, _Ib_m, SFX)) \
    SHIFT(op, (unsigned)c->regs[RCX], CAT4(x_##op##_E, W, _CL_r, SFX), CAT4(x_##op##_E, W, _CL_m, SFX))
SHIFTS(rol)
SHIFTS(ror)
SHIFTS(rcl)
SHIFTS(rcr)
SHIFTS(shl)
SHIFTS(shr)
SHIFTS(sar)

#if BITS != 8
/*
 * SHLD, SHRD. A count above the operand's size (16-bit operands only) leaves result and flags undefined in the SDM:
 * here, as AMD's processors do it, the source comes in a second time and CF is 0. OF after SHLD by 16 and more is CF.
 */
static inline T SIZED(do_shld)(struct cpu *c, T a, T b, unsigned n)
{
#if BITS == 16
    uint64_t wide = ((uint64_t)a << 32 | (uint64_t)b << 16 | b) << n;
    T r = (T)(wide >> 32);
    bool cf = n <= 16 && (wide >> 48) & 1;
    if (n >= 16) {
        cc_set(c, CC_SHL, SZ, (ST)r, a, n);
        set_cf_of(c, cf, cf);
        return r;
    }
    c->cc.cf = cf;
#else
    uint64_t wide = (uint64_t)a << 32 | b;
    T r = (T)(wide << n >> 32);
    c->cc.cf = (wide >> (64 - n)) & 1;
#endif
    cc_set(c, CC_SHL, SZ, (ST)r, a, n);
    return r;
}
static inline T SIZED(do_shrd)(struct cpu *c, T a, T b, unsigned n)
{
#if BITS == 16
    uint64_t wide = (uint64_t)b << 32 | (uint64_t)b << 16 | a;
#else
    uint64_t wide = (uint64_t)b << 32 | a;
#endif
    T r = (T)(wide >> n);
    c->cc.cf = n <= BITS && (wide >> (n - 1)) & 1;
    cc_set(c, CC_SHR, SZ, (ST)r, a, n);
    return r;
}
#define DOUBLE_SHIFT(op, count, suffix)                                         \
    INSN(CAT2(x_##op##_Ev_Gv_##suffix##_r, SFX))                                \
    {                                                                           \
        unsigned n = (count)&31;                                                \
        if (n)                                                                  \
            PUT(i->in.rm, SIZED(do_##op)(c, GET(i->in.rm), GET(i->in.reg), n)); \
        return X_NEXT;                                                          \
    }                                                                           \
    INSN_MEM(CAT2(x_##op##_Ev_Gv_##suffix##_m, SFX))                            \
    {                                                                           \
        unsigned n = (count)&31;                                                \
        struct rmw m;                                                           \
        T v;                                                                    \
        if (RMW_BEGIN(&m, &v))                                                  \
            return MISS;                                                        \
        RMW_END(&m, n ? SIZED(do_##op)(c, v, GET(i->in.reg), n) : v);           \
        return X_NEXT;                                                          \
    }
DOUBLE_SHIFT(shld, (unsigned)i->in.imm, Ib)
DOUBLE_SHIFT(shld, (unsigned)c->regs[RCX], CL)
DOUBLE_SHIFT(shrd, (unsigned)i->in.imm, Ib)
DOUBLE_SHIFT(shrd, (unsigned)c->regs[RCX], CL)
#undef DOUBLE_SHIFT
#endif

#undef SHIFT
#undef SHIFTS
#include "cpu/int/sized_end.inc.h"
