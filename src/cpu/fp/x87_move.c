/* SPDX-License-Identifier: MIT */
/* x87 data transfer: loads, stores, constants, exchange, conditional moves. SDM 1 8.3.3, 8.3.4; SDM
 * 2 FLD, FST, FILD, FIST, FBLD ... */
#include "cpu/fp/x87.h"

/* --- Loads --- */

#define LOAD(name, type, read, convert) \
    INSN(name)                          \
    {                                   \
        type m;                         \
        struct f80 v;                   \
        X87_WAIT(c, i);                 \
        if (read(c, &i->in, &m))        \
            return X_FAULT;             \
        x87_pointers(c, i);             \
        unsigned flags = convert;       \
        if (flags & SW_IE)              \
            v = f80_quiet(v);           \
        x87_push_result(c, &v, flags);  \
        return X_NEXT;                  \
    }
LOAD(x_fld_Mfs, uint32_t, mem_rd32, f80_from_f32(&v, m))
LOAD(x_fld_Mfd, uint64_t, mem_rd64, f80_from_f64(&v, m))
LOAD(x_fild_Mis, uint16_t, mem_rd16, (f80_from_int(&v, (int16_t)m), 0))
LOAD(x_fild_Mid, uint32_t, mem_rd32, (f80_from_int(&v, (int32_t)m), 0))
LOAD(x_fild_Miq, uint64_t, mem_rd64, (f80_from_int(&v, (int64_t)m), 0))

INSN(x_fld_Mfx)
{
    struct f80 v = {0, 0};
    X87_WAIT(c, i);
    if (mem_read(c, i->in.seg, ea(c, &i->in), 10, &v))
        return X_FAULT;
    x87_pointers(c, i);
    x87_push_result(c, &v, 0);
    return X_NEXT;
}

INSN(x_fbld_Mbcd)
{
    uint8_t m[10];
    struct f80 v;
    X87_WAIT(c, i);
    if (mem_read(c, i->in.seg, ea(c, &i->in), sizeof m, m))
        return X_FAULT;
    x87_pointers(c, i);
    f80_from_bcd(&v, m);
    x87_push_result(c, &v, 0);
    return X_NEXT;
}

INSN(x_fld_STi)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    unsigned n = i->in.modrm & 7;
    struct f80 v = *x87_st(c, n);
    if (x87_empty(c, n)) {
        if (x87_underflow(c))
            x87_push(c, &f80_indefinite);
        return X_NEXT;
    }
    x87_push_result(c, &v, 0);
    return X_NEXT;
}

/*
 * Constants are rounded by RC from longer internal values (SDM 2A FLD1/...): `down` is the value
 * truncated, above_half whether what was cut off is more than half a place. No PE.
 */
struct constant {
    struct f80 down;
    bool above_half, exact;
};
static enum xstat load_constant(struct cpu *c, const struct xinsn *i, const struct constant *k)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    struct f80 v = k->down;
    unsigned rc = c->x87.cw & CW_RC;
    if (!k->exact && (rc == CW_RC_UP || (rc == 0 && k->above_half)))
        v.mant++;
    x87_push_result(c, &v, 0);
    return X_NEXT;
}
#define CONSTANT(name, mant, se, above_half, exact)                                 \
    INSN(name)                                                                      \
    {                                                                               \
        static const struct constant k = {{UINT64_C(mant), se}, above_half, exact}; \
        return load_constant(c, i, &k);                                             \
    }
CONSTANT(x_fld1, 0x8000000000000000, 0x3fff, false, true)
CONSTANT(x_fldz, 0, 0, false, true)
CONSTANT(x_fldl2t, 0xd49a784bcd1b8afe, 0x4000, false, false)
CONSTANT(x_fldl2e, 0xb8aa3b295c17f0bb, 0x3fff, true, false)
CONSTANT(x_fldpi, 0xc90fdaa22168c234, 0x4000, true, false)
CONSTANT(x_fldlg2, 0x9a209a84fbcff798, 0x3ffd, true, false)
CONSTANT(x_fldln2, 0xb17217f7d1cf79ab, 0x3ffe, true, false)

/* --- Stores: nothing is committed, the flags included, when the memory cannot be written. --- */

static inline void stored(struct cpu *c, const struct xinsn *i, unsigned flags, bool pop)
{
    x87_pointers(c, i);
    x87_flags(c, flags, 0);
    if (pop)
        x87_pop(c);
}

/* An exception that keeps the value from being stored: flags only (SDM 1 8.5). */
static enum xstat not_stored(struct cpu *c, const struct xinsn *i, unsigned flags)
{
    x87_pointers(c, i);
    x87_flags(c, flags, 0);
    return X_NEXT;
}

#define STORE_FLOAT(name, bits, indefinite, pop)                 \
    INSN(name)                                                   \
    {                                                            \
        uint##bits##_t m = indefinite;                           \
        X87_WAIT(c, i);                                          \
        unsigned flags = SW_IE | SW_SF;                          \
        if (!x87_empty(c, 0))                                    \
            flags = f80_to_f##bits(&m, x87_st(c, 0), c->x87.cw); \
        if (x87_unmasked(c, flags, SW_IE | SW_OE | SW_UE))       \
            return not_stored(c, i, flags);                      \
        if (mem_wr##bits(c, &i->in, m))                          \
            return X_FAULT;                                      \
        stored(c, i, flags, pop);                                \
        return X_NEXT;                                           \
    }
STORE_FLOAT(x_fst_Mfs, 32, 0xffc00000, false)
STORE_FLOAT(x_fstp_Mfs, 32, 0xffc00000, true)
STORE_FLOAT(x_fst_Mfd, 64, UINT64_C(0xfff8000000000000), false)
STORE_FLOAT(x_fstp_Mfd, 64, UINT64_C(0xfff8000000000000), true)

#define STORE_INT(name, bits, pop, rc)                                    \
    INSN(name)                                                            \
    {                                                                     \
        int64_t m = (int64_t)(UINT64_MAX << (bits - 1));                  \
        X87_WAIT(c, i);                                                   \
        unsigned flags = SW_IE | SW_SF;                                   \
        if (!x87_empty(c, 0))                                             \
            flags = f80_to_int(&m, x87_st(c, 0), bits, c->x87.cw | (rc)); \
        if (x87_unmasked(c, flags, SW_IE))                                \
            return not_stored(c, i, flags);                               \
        if (mem_wr##bits(c, &i->in, (uint##bits##_t)m))                   \
            return X_FAULT;                                               \
        stored(c, i, flags, pop);                                         \
        return X_NEXT;                                                    \
    }
STORE_INT(x_fist_Mis, 16, false, 0)
STORE_INT(x_fist_Mid, 32, false, 0)
STORE_INT(x_fistp_Mis, 16, true, 0)
STORE_INT(x_fistp_Mid, 32, true, 0)
STORE_INT(x_fistp_Miq, 64, true, 0)
/* SSE3 */
STORE_INT(x_fisttp_Mis, 16, true, CW_RC_ZERO)
STORE_INT(x_fisttp_Mid, 32, true, CW_RC_ZERO)
STORE_INT(x_fisttp_Miq, 64, true, CW_RC_ZERO)

INSN(x_fbstp_Mbcd)
{
    uint8_t m[10] = {0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff};
    X87_WAIT(c, i);
    unsigned flags = SW_IE | SW_SF;
    if (!x87_empty(c, 0))
        flags = f80_to_bcd(m, x87_st(c, 0), c->x87.cw);
    if (x87_unmasked(c, flags, SW_IE))
        return not_stored(c, i, flags);
    if (mem_write(c, i->in.seg, ea(c, &i->in), sizeof m, m))
        return X_FAULT;
    stored(c, i, flags, true);
    return X_NEXT;
}

INSN(x_fstp_Mfx)
{
    X87_WAIT(c, i);
    bool empty = x87_empty(c, 0);
    if (empty && !(c->x87.cw & SW_IE))
        return not_stored(c, i, SW_IE | SW_SF);
    struct f80 v = empty ? f80_indefinite : *x87_st(c, 0);
    if (mem_write(c, i->in.seg, ea(c, &i->in), 10, &v))
        return X_FAULT;
    stored(c, i, empty ? SW_IE | SW_SF : 0, true);
    return X_NEXT;
}

static enum xstat store_register(struct cpu *c, const struct xinsn *i, bool pop)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    if (x87_empty(c, 0)) {
        if (!x87_underflow(c))
            return X_NEXT;
        x87_set(c, i->in.modrm & 7, &f80_indefinite);
    } else {
        c->x87.sw &= (uint16_t)~SW_C1;
        struct f80 v = *x87_st(c, 0);
        x87_set(c, i->in.modrm & 7, &v);
    }
    if (pop)
        x87_pop(c);
    return X_NEXT;
}
INSN(x_fst_STi)
{
    return store_register(c, i, false);
}
INSN(x_fstp_STi)
{
    return store_register(c, i, true);
}

/* D9 D8+i, undocumented: FSTP that knows no underflow; an empty ST(0) is popped and that is all. */
INSN(x_fstpnce_STi)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    struct f80 v = *x87_st(c, 0);
    c->x87.sw &= (uint16_t)~SW_C1;
    if (!x87_empty(c, 0))
        x87_set(c, i->in.modrm & 7, &v);
    x87_pop(c);
    return X_NEXT;
}

/* --- Between registers --- */

INSN(x_fxch_STi)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    unsigned n = i->in.modrm & 7;
    bool empty0 = x87_empty(c, 0), empty_n = x87_empty(c, n);
    struct f80 a = empty0 ? f80_indefinite : *x87_st(c, 0), b = empty_n ? f80_indefinite : *x87_st(c, n);
    c->x87.sw &= (uint16_t)~SW_C1;
    if ((empty0 || empty_n) && !x87_underflow(c))
        return X_NEXT;
    x87_set(c, 0, &b);
    x87_set(c, n, &a);
    return X_NEXT;
}

/* DA: B, E, BE, U by reg; DB: their negations. */
INSN(x_fcmov_ST_STi)
{
    static const uint8_t flags[4] = {FL_CF, FL_ZF, FL_CF | FL_ZF, FL_PF};
    X87_WAIT(c, i);
    x87_pointers(c, i);
    unsigned n = i->in.modrm & 7;
    bool negated = i->in.imm & 0x100;
    if (x87_empty(c, 0) || x87_empty(c, n)) {
        if (x87_underflow(c))
            x87_set(c, 0, &f80_indefinite);
        return X_NEXT;
    }
    if (((arith_flags(c) & flags[(i->in.modrm >> 3) & 3]) != 0) != negated)
        *x87_st(c, 0) = *x87_st(c, n);
    return X_NEXT;
}

/* Sign only: no class of value is invalid. */
static enum xstat change_sign(struct cpu *c, const struct xinsn *i, unsigned keep, unsigned flip)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    if (x87_empty(c, 0)) {
        if (x87_underflow(c))
            x87_set(c, 0, &f80_indefinite);
        return X_NEXT;
    }
    c->x87.sw &= (uint16_t)~SW_C1;
    struct f80 *v = x87_st(c, 0);
    v->se = (uint16_t)((v->se & keep) ^ flip);
    return X_NEXT;
}
INSN(x_fchs)
{
    return change_sign(c, i, 0xffff, F80_SIGN);
}
INSN(x_fabs)
{
    return change_sign(c, i, F80_MAX, 0);
}
