/* SPDX-License-Identifier: MIT */
/* Template of cpu/int/bitops.c: bit instructions of one operand size (BITS: 16 or 32). */
#include "cpu/int/sized.inc.h"
#define BIT_SHIFT (BITS == 16 ? 4 : 5)

static inline T SIZED(op_bts)(T v, T bit)
{
    return v | bit;
}
static inline T SIZED(op_btr)(T v, T bit)
{
    return v & (T)~bit;
}
static inline T SIZED(op_btc)(T v, T bit)
{
    return v ^ bit;
}
static inline T SIZED(bit_of)(uint64_t n)
{
    return (T)((T)1 << (n & (BITS - 1)));
}
/* The memory operand as a bit string: the signed bit offset in a register selects the word (SDM 2A 3.1.1.9). */
static inline struct insn SIZED(bit_string)(struct cpu *c, const struct insn *in)
{
    struct insn at = *in;
    at.disp = (int32_t)((uint32_t)at.disp + (uint32_t)(((ST)GET(in->reg) >> BIT_SHIFT) * (BITS / 8)));
    return at;
}

/* BT: only reads. */
INSN(CAT2(x_bt_Ev_Gv_r, SFX))
{
    set_cf(c, GET(i->in.rm) & SIZED(bit_of)(GET(i->in.reg)));
    return X_NEXT;
}
INSN_MEM(CAT2(x_bt_Ev_Gv_m, SFX))
{
    struct insn at = SIZED(bit_string)(c, &i->in);
    T v;
    if (ANY_RD(at.seg, ea(c, &at), &v))
        return MISS;
    set_cf(c, v & SIZED(bit_of)(GET(i->in.reg)));
    return X_NEXT;
}
INSN(CAT2(x_bt_Ev_Ib_r, SFX))
{
    set_cf(c, GET(i->in.rm) & SIZED(bit_of)(i->in.imm));
    return X_NEXT;
}
INSN_MEM(CAT2(x_bt_Ev_Ib_m, SFX))
{
    T v;
    if (MEM_RD(&v))
        return MISS;
    set_cf(c, v & SIZED(bit_of)(i->in.imm));
    return X_NEXT;
}

#define BIT_MODIFY(op)                                            \
    INSN(CAT2(x_##op##_Ev_Gv_r, SFX))                             \
    {                                                             \
        T v = GET(i->in.rm), bit = SIZED(bit_of)(GET(i->in.reg)); \
        PUT(i->in.rm, SIZED(op_##op)(v, bit));                    \
        set_cf(c, v &bit);                                        \
        return X_NEXT;                                            \
    }                                                             \
    INSN_MEM(CAT2(x_##op##_Ev_Gv_m, SFX))                         \
    {                                                             \
        struct insn at = SIZED(bit_string)(c, &i->in);            \
        struct rmw m;                                             \
        T v, bit = SIZED(bit_of)(GET(i->in.reg));                 \
        if (RMW_BEGIN_AT(&at, &m, &v))                            \
            return MISS;                                          \
        RMW_END(&m, SIZED(op_##op)(v, bit));                      \
        set_cf(c, v &bit);                                        \
        return X_NEXT;                                            \
    }                                                             \
    INSN(CAT2(x_##op##_Ev_Ib_r, SFX))                             \
    {                                                             \
        T v = GET(i->in.rm), bit = SIZED(bit_of)(i->in.imm);      \
        PUT(i->in.rm, SIZED(op_##op)(v, bit));                    \
        set_cf(c, v &bit);                                        \
        return X_NEXT;                                            \
    }                                                             \
    INSN_MEM(CAT2(x_##op##_Ev_Ib_m, SFX))                         \
    {                                                             \
        struct rmw m;                                             \
        T v, bit = SIZED(bit_of)(i->in.imm);                      \
        if (RMW_BEGIN(&m, &v))                                    \
            return MISS;                                          \
        RMW_END(&m, SIZED(op_##op)(v, bit));                      \
        set_cf(c, v &bit);                                        \
        return X_NEXT;                                            \
    }
BIT_MODIFY(bts)
BIT_MODIFY(btr)
BIT_MODIFY(btc)
#undef BIT_MODIFY

/* BSF, BSR: a source of 0 sets ZF and leaves the destination alone, as every processor does. */
static inline void SIZED(do_bsf)(struct cpu *c, unsigned reg, T v)
{
    set_zf(c, v == 0);
    if (v != 0)
        PUT(reg, (T)__builtin_ctz(v));
}
static inline void SIZED(do_bsr)(struct cpu *c, unsigned reg, T v)
{
    set_zf(c, v == 0);
    if (v != 0)
        PUT(reg, (T)(31 - __builtin_clz(v)));
}
#define BIT_SCAN(op)                                 \
    INSN(CAT2(x_##op##_Gv_Ev_r, SFX))                \
    {                                                \
        SIZED(do_##op)(c, i->in.reg, GET(i->in.rm)); \
        return X_NEXT;                               \
    }                                                \
    INSN_MEM(CAT2(x_##op##_Gv_Ev_m, SFX))            \
    {                                                \
        T v;                                         \
        if (MEM_RD(&v))                              \
            return MISS;                             \
        SIZED(do_##op)(c, i->in.reg, v);             \
        return X_NEXT;                               \
    }
BIT_SCAN(bsf)
BIT_SCAN(bsr)
#undef BIT_SCAN

/* The condition is in imm. Memory is read, and may fault, whatever the condition says (SDM 2A CMOVcc). */
INSN(CAT2(x_cmovcc_Gv_Ev_r, SFX))
{
    if (condition(c, i->in.imm & 15))
        PUT(i->in.reg, GET(i->in.rm));
    return X_NEXT;
}
INSN_MEM(CAT2(x_cmovcc_Gv_Ev_m, SFX))
{
    T v;
    if (MEM_RD(&v))
        return MISS;
    if (condition(c, i->in.imm & 15))
        PUT(i->in.reg, v);
    return X_NEXT;
}

#undef BIT_SHIFT
#include "cpu/int/sized_end.inc.h"
