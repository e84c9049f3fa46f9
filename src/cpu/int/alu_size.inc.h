/* SPDX-License-Identifier: MIT */
/* Template of cpu/int/alu.c: arithmetic and logic of one operand size (BITS). */
#include "cpu/int/sized.inc.h"

/* The operations: set the flags, give the result. */
static inline T SIZED(do_add)(struct cpu *c, T a, T b)
{
    T r = (T)(a + b);
    cc_set(c, CC_ADD, SZ, (ST)r, a, b);
    return r;
}
static inline T SIZED(do_adc)(struct cpu *c, T a, T b)
{
    T r = (T)(a + b + flag_cf(c));
    cc_set(c, CC_ADC, SZ, (ST)r, a, b);
    return r;
}
static inline T SIZED(do_sub)(struct cpu *c, T a, T b)
{
    T r = (T)(a - b);
    cc_set(c, CC_SUB, SZ, (ST)r, a, b);
    return r;
}
static inline T SIZED(do_sbb)(struct cpu *c, T a, T b)
{
    T r = (T)(a - b - flag_cf(c));
    cc_set(c, CC_SBB, SZ, (ST)r, a, b);
    return r;
}
static inline T SIZED(do_logic)(struct cpu *c, T r)
{
    cc_set(c, CC_LOGIC, SZ, (ST)r, 0, 0);
    return r;
}
static inline T SIZED(do_and)(struct cpu *c, T a, T b)
{
    return SIZED(do_logic)(c, a & b);
}
static inline T SIZED(do_or)(struct cpu *c, T a, T b)
{
    return SIZED(do_logic)(c, a | b);
}
static inline T SIZED(do_xor)(struct cpu *c, T a, T b)
{
    return SIZED(do_logic)(c, a ^ b);
}
static inline T SIZED(do_inc)(struct cpu *c, T a)
{
    T r = (T)(a + 1);
    c->cc.cf = flag_cf(c);
    cc_set(c, CC_INC, SZ, (ST)r, a, 1);
    return r;
}
static inline T SIZED(do_dec)(struct cpu *c, T a)
{
    T r = (T)(a - 1);
    c->cc.cf = flag_cf(c);
    cc_set(c, CC_DEC, SZ, (ST)r, a, 1);
    return r;
}
static inline T SIZED(do_neg)(struct cpu *c, T a)
{
    return SIZED(do_sub)(c, 0, a);
}
static inline T SIZED(do_not)(struct cpu *c __attribute__((unused)), T a)
{
    return (T)~a;
}

/* Register or memory with register: E,G and G,E. */
#define ALU_G(op)                                                         \
    INSN(EG(x_##op##_E, _G, _r))                                          \
    {                                                                     \
        PUT(i->in.rm, SIZED(do_##op)(c, GET(i->in.rm), GET(i->in.reg)));  \
        return X_NEXT;                                                    \
    }                                                                     \
    INSN_MEM(EG(x_##op##_E, _G, _m))                                      \
    {                                                                     \
        struct rmw m;                                                     \
        T v;                                                              \
        if (RMW_BEGIN(&m, &v))                                            \
            return MISS;                                                  \
        RMW_END(&m, SIZED(do_##op)(c, v, GET(i->in.reg)));                \
        return X_NEXT;                                                    \
    }                                                                     \
    INSN(EG(x_##op##_G, _E, _r))                                          \
    {                                                                     \
        PUT(i->in.reg, SIZED(do_##op)(c, GET(i->in.reg), GET(i->in.rm))); \
        return X_NEXT;                                                    \
    }                                                                     \
    INSN_MEM(EG(x_##op##_G, _E, _m))                                      \
    {                                                                     \
        T v;                                                              \
        if (MEM_RD(&v))                                                   \
            return MISS;                                                  \
        PUT(i->in.reg, SIZED(do_##op)(c, GET(i->in.reg), v));             \
        return X_NEXT;                                                    \
    }

/* The same for CMP, which stores nothing. */
#define CMP_G                                            \
    INSN(EG(x_cmp_E, _G, _r))                            \
    {                                                    \
        SIZED(do_sub)(c, GET(i->in.rm), GET(i->in.reg)); \
        return X_NEXT;                                   \
    }                                                    \
    INSN_MEM(EG(x_cmp_E, _G, _m))                        \
    {                                                    \
        T v;                                             \
        if (MEM_RD(&v))                                  \
            return MISS;                                 \
        SIZED(do_sub)(c, v, GET(i->in.reg));             \
        return X_NEXT;                                   \
    }                                                    \
    INSN(EG(x_cmp_G, _E, _r))                            \
    {                                                    \
        SIZED(do_sub)(c, GET(i->in.reg), GET(i->in.rm)); \
        return X_NEXT;                                   \
    }                                                    \
    INSN_MEM(EG(x_cmp_G, _E, _m))                        \
    {                                                    \
        T v;                                             \
        if (MEM_RD(&v))                                  \
            return MISS;                                 \
        SIZED(do_sub)(c, GET(i->in.reg), v);             \
        return X_NEXT;                                   \
    }

/* Register or memory with an immediate, which the decoder sign-extended where the form says so. */
#define ALU_I(op, name_r, name_m)                                      \
    INSN(name_r)                                                       \
    {                                                                  \
        PUT(i->in.rm, SIZED(do_##op)(c, GET(i->in.rm), (T)i->in.imm)); \
        return X_NEXT;                                                 \
    }                                                                  \
    INSN_MEM(name_m)                                                   \
    {                                                                  \
        struct rmw m;                                                  \
        T v;                                                           \
        if (RMW_BEGIN(&m, &v))                                         \
            return MISS;                                               \
        RMW_END(&m, SIZED(do_##op)(c, v, (T)i->in.imm));               \
        return X_NEXT;                                                 \
    }
#define COMPARE_I(op, name_r, name_m)                   \
    INSN(name_r)                                        \
    {                                                   \
        SIZED(do_##op)(c, GET(i->in.rm), (T)i->in.imm); \
        return X_NEXT;                                  \
    }                                                   \
    INSN_MEM(name_m)                                    \
    {                                                   \
        T v;                                            \
        if (MEM_RD(&v))                                 \
            return MISS;                                \
        SIZED(do_##op)(c, v, (T)i->in.imm);             \
        return X_NEXT;                                  \
    }
#define ALU_ACC(op, name)                                    \
    INSN(name)                                               \
    {                                                        \
        PUT(RAX, SIZED(do_##op)(c, GET(RAX), (T)i->in.imm)); \
        return X_NEXT;                                       \
    }
#define COMPARE_ACC(op, name)                      \
    INSN(name)                                     \
    {                                              \
        SIZED(do_##op)(c, GET(RAX), (T)i->in.imm); \
        return X_NEXT;                             \
    }
/* One operand. */
#define ALU_1(op)                                        \
    INSN(E(x_##op##_E, _r))                              \
    {                                                    \
        PUT(i->in.rm, SIZED(do_##op)(c, GET(i->in.rm))); \
        return X_NEXT;                                   \
    }                                                    \
    INSN_MEM(E(x_##op##_E, _m))                          \
    {                                                    \
        struct rmw m;                                    \
        T v;                                             \
        if (RMW_BEGIN(&m, &v))                           \
            return MISS;                                 \
        RMW_END(&m, SIZED(do_##op)(c, v));               \
        return X_NEXT;                                   \
    }

#if BITS == 8
#define ALU_IMM(op)                               \
    ALU_I(op, x_##op##_Eb_Ib_r, x_##op##_Eb_Ib_m) \
    ALU_ACC(op, x_##op##_AL_Ib)
COMPARE_I(sub, x_cmp_Eb_Ib_r, x_cmp_Eb_Ib_m)
COMPARE_ACC(sub, x_cmp_AL_Ib)
COMPARE_I(and, x_test_Eb_Ib_r, x_test_Eb_Ib_m)
COMPARE_ACC(and, x_test_AL_Ib)
#else
#define ALU_IMM(op)                                                     \
    ALU_I(op, CAT2(x_##op##_Ev_Iz_r, SFX), CAT2(x_##op##_Ev_Iz_m, SFX)) \
    ALU_I(op, CAT2(x_##op##_Ev_Ib_r, SFX), CAT2(x_##op##_Ev_Ib_m, SFX)) \
    ALU_ACC(op, CAT2(x_##op##_rAX_Iz, SFX))
COMPARE_I(sub, CAT2(x_cmp_Ev_Iz_r, SFX), CAT2(x_cmp_Ev_Iz_m, SFX))
COMPARE_I(sub, CAT2(x_cmp_Ev_Ib_r, SFX), CAT2(x_cmp_Ev_Ib_m, SFX))
COMPARE_ACC(sub, CAT2(x_cmp_rAX_Iz, SFX))
COMPARE_I(and, CAT2(x_test_Ev_Iz_r, SFX), CAT2(x_test_Ev_Iz_m, SFX))
COMPARE_ACC(and, CAT2(x_test_rAX_Iz, SFX))

INSN(CAT2(x_inc_Zv, SFX))
{
    PUT(i->in.reg, SIZED(do_inc)(c, GET(i->in.reg)));
    return X_NEXT;
}
INSN(CAT2(x_dec_Zv, SFX))
{
    PUT(i->in.reg, SIZED(do_dec)(c, GET(i->in.reg)));
    return X_NEXT;
}
#endif

#define ALU(op) ALU_G(op) ALU_IMM(op)
ALU(add)
ALU(or)
ALU(adc)
ALU(sbb)
ALU(and)
ALU(sub)
ALU(xor)
CMP_G
ALU_1(inc)
ALU_1(dec)
ALU_1(not )
ALU_1(neg)

INSN(EG(x_test_E, _G, _r))
{
    SIZED(do_and)(c, GET(i->in.rm), GET(i->in.reg));
    return X_NEXT;
}
INSN_MEM(EG(x_test_E, _G, _m))
{
    T v;
    if (MEM_RD(&v))
        return MISS;
    SIZED(do_and)(c, v, GET(i->in.reg));
    return X_NEXT;
}

#undef ALU
#undef ALU_IMM
#undef ALU_G
#undef CMP_G
#undef ALU_I
#undef COMPARE_I
#undef ALU_ACC
#undef COMPARE_ACC
#undef ALU_1
#include "cpu/int/sized_end.inc.h"
