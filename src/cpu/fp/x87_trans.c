/* SPDX-License-Identifier: MIT */
/* x87 transcendental instructions: SDM 1 8.3.8, 8.3.10; SDM 2. The mathematics is in
 * cpu/fp/f80_trans.c. */
#include "cpu/fp/x87.h"

INSN(x_f2xm1)
{
    return x87_unary(c, i, f80_2xm1, 0);
}
INSN(x_fsin)
{
    return x87_unary(c, i, f80_sin, SW_C2);
}
INSN(x_fcos)
{
    return x87_unary(c, i, f80_cos, SW_C2);
}

INSN(x_fyl2x)
{
    return x87_binary_pop(c, i, f80_yl2x);
}
INSN(x_fyl2xp1)
{
    return x87_binary_pop(c, i, f80_yl2xp1);
}
INSN(x_fpatan)
{
    return x87_binary_pop(c, i, f80_patan);
}

INSN(x_fptan)
{
    static const struct f80 one = {F80_INTEGER_BIT, F80_BIAS};
    X87_WAIT(c, i);
    x87_pointers(c, i);
    c->x87.sw &= (uint16_t)~SW_C2; /* also when the stack faults */
    if (x87_cannot_push(c))
        return X_NEXT;
    struct f80 r;
    unsigned flags = f80_tan(&r, x87_st(c, 0), c->x87.cw);
    if (x87_result(c, 0, &r, flags, SW_C2) && !(flags & SW_C2))
        x87_push(c, f80_nan(&r) ? &r : &one);
    return X_NEXT;
}

INSN(x_fsincos)
{
    X87_WAIT(c, i);
    x87_pointers(c, i);
    c->x87.sw &= (uint16_t)~SW_C2; /* also when the stack faults */
    if (x87_cannot_push(c))
        return X_NEXT;
    struct f80 s, co;
    unsigned flags = f80_sincos(&s, &co, x87_st(c, 0), c->x87.cw);
    if (x87_result(c, 0, &s, flags, SW_C2) && !(flags & SW_C2))
        x87_push(c, &co);
    return X_NEXT;
}
