/* SPDX-License-Identifier: MIT */
/* Template of cpu/int/move.c: data movement of one operand size (BITS). */
#include "cpu/int/sized.inc.h"

INSN(EG(x_mov_E, _G, _r))
{
    PUT(i->in.rm, GET(i->in.reg));
    return X_NEXT;
}
INSN_MEM(EG(x_mov_E, _G, _m))
{
    return MEM_WR(GET(i->in.reg)) ? MISS : X_NEXT;
}
INSN(EG(x_mov_G, _E, _r))
{
    PUT(i->in.reg, GET(i->in.rm));
    return X_NEXT;
}
INSN_MEM(EG(x_mov_G, _E, _m))
{
    T v;
    if (MEM_RD(&v))
        return MISS;
    PUT(i->in.reg, v);
    return X_NEXT;
}

#if BITS == 8
#define MOV_E_I_r x_mov_Eb_Ib_r
#define MOV_E_I_m x_mov_Eb_Ib_m
#define MOV_Z_I   x_mov_Zb_Ib
#define MOV_A_O   x_mov_AL_Ob
#define MOV_O_A   x_mov_Ob_AL
#else
#define MOV_E_I_r CAT2(x_mov_Ev_Iz_r, SFX)
#define MOV_E_I_m CAT2(x_mov_Ev_Iz_m, SFX)
#define MOV_Z_I   CAT2(x_mov_Zv_Iv, SFX)
#define MOV_A_O   CAT2(x_mov_rAX_Ov, SFX)
#define MOV_O_A   CAT2(x_mov_Ov_rAX, SFX)
#endif
INSN(MOV_E_I_r)
{
    PUT(i->in.rm, (T)i->in.imm);
    return X_NEXT;
}
INSN_MEM(MOV_E_I_m)
{
    return MEM_WR((T)i->in.imm) ? MISS : X_NEXT;
}
INSN(MOV_Z_I)
{
    PUT(i->in.reg, (T)i->in.imm);
    return X_NEXT;
}
INSN_MEM(MOV_A_O)
{
    T v;
    if (ANY_RD(i->in.seg, i->in.imm & ad_mask(i->in.adsize), &v))
        return MISS;
    PUT(RAX, v);
    return X_NEXT;
}
INSN_MEM(MOV_O_A)
{
    return ANY_WR(i->in.seg, i->in.imm & ad_mask(i->in.adsize), GET(RAX)) ? MISS : X_NEXT;
}

INSN(EG(x_xchg_E, _G, _r))
{
    T a = GET(i->in.rm), b = GET(i->in.reg);
    PUT(i->in.rm, b);
    PUT(i->in.reg, a);
    return X_NEXT;
}
INSN_MEM(EG(x_xchg_E, _G, _m))
{
    struct rmw m;
    T v;
    if (RMW_BEGIN(&m, &v))
        return MISS;
    RMW_END(&m, GET(i->in.reg));
    PUT(i->in.reg, v);
    return X_NEXT;
}

static inline T SIZED(xadd)(struct cpu *c, T a, T b)
{
    T r = (T)(a + b);
    cc_set(c, CC_ADD, SZ, (ST)r, a, b);
    return r;
}
INSN(EG(x_xadd_E, _G, _r))
{
    T a = GET(i->in.rm), r = SIZED(xadd)(c, a, GET(i->in.reg));
    PUT(i->in.reg, a);
    PUT(i->in.rm, r); /* last: the sum wins where both are one register */
    return X_NEXT;
}
INSN_MEM(EG(x_xadd_E, _G, _m))
{
    struct rmw m;
    T v;
    if (RMW_BEGIN(&m, &v))
        return MISS;
    RMW_END(&m, SIZED(xadd)(c, v, GET(i->in.reg)));
    PUT(i->in.reg, v);
    return X_NEXT;
}

/* Compares the accumulator as CMP does; true where equal. */
static inline bool SIZED(acc_equals)(struct cpu *c, T v)
{
    T a = GET(RAX);
    cc_set(c, CC_SUB, SZ, (ST)(T)(a - v), a, v);
    return a == v;
}
INSN(EG(x_cmpxchg_E, _G, _r))
{
    T v = GET(i->in.rm);
    if (SIZED(acc_equals)(c, v))
        PUT(i->in.rm, GET(i->in.reg));
    else
        PUT(RAX, v);
    return X_NEXT;
}
/* The destination is written in either case (SDM 2A CMPXCHG: "the destination operand receives a write cycle"). */
INSN_MEM(EG(x_cmpxchg_E, _G, _m))
{
    struct rmw m;
    T v;
    if (RMW_BEGIN(&m, &v))
        return MISS;
    if (SIZED(acc_equals)(c, v)) {
        RMW_END(&m, GET(i->in.reg));
    } else {
        RMW_END(&m, v);
        PUT(RAX, v);
    }
    return X_NEXT;
}

#if BITS != 8
INSN(CAT2(x_xchg_Zv_rAX, SFX))
{
    T a = GET(i->in.reg), b = GET(RAX);
    PUT(i->in.reg, b);
    PUT(RAX, a);
    return X_NEXT;
}
INSN(CAT2(x_lea_Gv_M, SFX))
{
    PUT(i->in.reg, (T)ea(c, &i->in));
    return X_NEXT;
}

#define EXTEND(name, type, stype, read_reg, bits_)                                   \
    INSN(CAT3(x_##name, _r, SFX))                                                    \
    {                                                                                \
        PUT(i->in.reg, (T)(stype)(type)read_reg);                                    \
        return X_NEXT;                                                               \
    }                                                                                \
    INSN_MEM(CAT3(x_##name, _m, SFX))                                                \
    {                                                                                \
        type v;                                                                      \
        if ((fast ? try_rd##bits_ : seg_rd##bits_)(c, i->in.seg, ea(c, &i->in), &v)) \
            return MISS;                                                             \
        PUT(i->in.reg, (T)(stype)v);                                                 \
        return X_NEXT;                                                               \
    }
EXTEND(movzx_Gv_Eb, uint8_t, uint8_t, *reg8p(c, i->in.rm), 8)
EXTEND(movzx_Gv_Ew, uint16_t, uint16_t, reg16(c, i->in.rm), 16)
EXTEND(movsx_Gv_Eb, uint8_t, int8_t, *reg8p(c, i->in.rm), 8)
EXTEND(movsx_Gv_Ew, uint16_t, int16_t, reg16(c, i->in.rm), 16)
#undef EXTEND

/* To a register: as wide as the operand, zero-extended (P6 and later; SDM 2B MOV). To memory: always 16 bits. */
INSN(CAT2(x_mov_Ev_Sw_r, SFX))
{
    if (i->in.reg >= NSEGS)
        return raise_ud(c);
    PUT(i->in.rm, c->seg[i->in.reg].sel);
    return X_NEXT;
}
INSN(CAT2(x_mov_Ev_Sw_m, SFX))
{
    if (i->in.reg >= NSEGS)
        return raise_ud(c);
    return mem_wr16(c, &i->in, c->seg[i->in.reg].sel) ? X_FAULT : X_NEXT;
}
#endif

#undef MOV_E_I_r
#undef MOV_E_I_m
#undef MOV_Z_I
#undef MOV_A_O
#undef MOV_O_A
#include "cpu/int/sized_end.inc.h"
