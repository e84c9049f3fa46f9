/* SPDX-License-Identifier: MIT */
/*
 * SIMD floating-point exceptions: SDM 1 11.5, 4.9. The host computes with all of them masked; what
 * an unmasked one does differently follows from the flags and results that it gave.
 */
#include "cpu/simd/sse_float.h"

/* Flags that an unmasked overflow or underflow has otherwise: lane by lane. */
struct lane {
    union xmm d, s;  /* its operands alone, the others are zero */
    struct f80 a, b; /* the same as x87 numbers */
    f80_binary *op;
};

static bool is_single(enum sse_kind kind)
{
    return (kind & KIND_FORMAT) == KIND_PS || (kind & KIND_FORMAT) == KIND_SS;
}
static unsigned lanes_of(enum sse_kind kind)
{
    static const uint8_t n[] = {[KIND_PS] = 4, [KIND_PD] = 2, [KIND_SS] = 1, [KIND_SD] = 1};
    return (kind & KIND_OPERATION) == KIND_CVT && (kind & KIND_FORMAT) == KIND_PS ? 2 : n[kind & KIND_FORMAT];
}

/* Lane k of v as an x87 number, and into the same place of *alone. */
static struct f80 take(const union xmm *v, union xmm *alone, unsigned k, bool single, bool daz)
{
    struct f80 r;
    if (single) {
        alone->d[k] = v->d[k];
        f80_from_f32(&r, daz && !(v->d[k] & 0x7f800000) ? v->d[k] & BIT(31) : v->d[k]);
    } else {
        alone->q[k] = v->q[k];
        f80_from_f64(&r, daz && !(v->q[k] & 0x7ff0000000000000) ? v->q[k] & BIT64(63) : v->q[k]);
    }
    return r;
}

static void find_lane(struct lane *l, const union xmm *d, const union xmm *s, enum sse_kind kind, unsigned k, bool daz)
{
    static const struct f80 one = {UINT64_C(1) << 63, 0x3fff};
    bool single = is_single(kind);
    unsigned half = lanes_of(kind) / 2;
    *l = (struct lane){.op = host_add};
    switch (kind & KIND_OPERATION) {
    case KIND_CVT: /* from double: multiplied by one, it is rounded */
        l->a = take(s, &l->s, k, false, daz);
        l->b = one;
        l->op = host_mul;
        return;
    case KIND_HADD:
    case KIND_HSUB: {
        const union xmm *from = k < half ? d : s;
        union xmm *alone = k < half ? &l->d : &l->s;
        l->a = take(from, alone, 2 * (k % half), single, daz);
        l->b = take(from, alone, 2 * (k % half) + 1, single, daz);
        l->op = (kind & KIND_OPERATION) == KIND_HADD ? host_add : host_sub;
        return;
    }
    case KIND_SUB: l->op = host_sub; break;
    case KIND_MUL: l->op = host_mul; break;
    case KIND_DIV: l->op = host_div; break;
    case KIND_ADDSUB: l->op = k & 1 ? host_add : host_sub; break;
    default: break;
    }
    l->a = take(d, &l->d, k, single, daz);
    l->b = take(s, &l->s, k, single, daz);
}

static bool denormal(const union xmm *v, enum sse_kind kind, unsigned k)
{
    return is_single(kind) ? !(v->d[k] & 0x7f800000) && v->d[k] & 0x7fffff
                           : !(v->q[k] & 0x7ff0000000000000) && v->q[k] & 0xfffffffffffff;
}

/*
 * Flags of one lane. Unmasked, a tiny result underflows even if it is exact (SDM 1 4.9.1.5), and
 * what overflows or underflows is inexact only if it would be with an exponent of any size (SDM 1
 * 4.9.1.4, 4.9.1.5): the x87 has such exponents with its precision control.
 */
static unsigned lane_flags(host_simd_op *op, const struct lane *l, enum sse_kind kind, unsigned k, uint32_t mxcsr,
                           uint32_t control)
{
    union xmm r;
    host_enter(control);
    vec_put(&r, op(vec_get(&l->d), vec_get(&l->s)));
    unsigned raised = host_leave() & (MX_OE | MX_UE | MX_PE);
    host_reset();
    if (!(mxcsr & MX_UE << MX_MASK_SHIFT) && denormal(&r, kind, k))
        raised |= MX_UE;
    if (raised & (MX_OE | MX_UE) & ~(mxcsr >> MX_MASK_SHIFT)) {
        struct f80 wide;
        unsigned cw = CW_MASKS | (is_single(kind) ? 0 : 0x200) | (mxcsr & MX_RC) >> 3;
        raised = (raised & ~(unsigned)MX_PE) | (l->op(&wide, &l->a, &l->b, cw) & SW_PE);
    }
    return raised;
}

/* Sets the flags of what the lanes raised together. An unmasked exception from before the result
 * keeps those that come with the result from being seen (SDM 1 11.5.2). True: raised. */
static bool take_flags(struct cpu *c, unsigned raised)
{
    unsigned unmasked = raised & ~(c->mxcsr >> MX_MASK_SHIFT) & MX_FLAGS;
    if (unmasked & (MX_IE | MX_DE | MX_ZE))
        raised &= MX_IE | MX_DE | MX_ZE;
    c->mxcsr |= raised;
    if (likely(!unmasked))
        return false;
    raise_exc(c, c->cr4 & CR4_OSXMMEXCPT ? EXC_XM : EXC_UD);
    return true;
}

bool sse_compute(struct cpu *c, host_simd_op *op, vec d, vec s, enum sse_kind kind, vec *r)
{
    uint32_t m = c->mxcsr, control = (m & (MX_RC | MX_DAZ | MX_FTZ)) | MX_MASKS;
    bool underflow = !(m & MX_UE << MX_MASK_SHIFT), overflow = !(m & MX_OE << MX_MASK_SHIFT);
    if (underflow) /* FTZ has no effect then: SDM 1 10.2.3.3 */
        control &= ~(uint32_t)MX_FTZ;
    host_enter(control);
    *r = op(d, s);
    unsigned raised = host_leave() & MX_FLAGS;
    host_reset();
    if (kind != KIND_OTHER && (underflow || (overflow && raised & MX_OE))) {
        union xmm dx, sx;
        struct lane l;
        raised &= ~(unsigned)(MX_OE | MX_UE | MX_PE);
        vec_put(&dx, d);
        vec_put(&sx, s);
        for (unsigned k = 0; k < lanes_of(kind); k++) {
            find_lane(&l, &dx, &sx, kind, k, m & MX_DAZ);
            raised |= lane_flags(op, &l, kind, k, m, control);
        }
    }
    return take_flags(c, raised);
}
