/* SPDX-License-Identifier: MIT */
/* How SSE instructions compute with floating point: under the guest's MXCSR, with its exceptions.
 * SDM 1 10.2.3, 11.5. */
#ifndef VITRINE_CPU_SIMD_SSE_FLOAT_H
#define VITRINE_CPU_SIMD_SSE_FLOAT_H

#include "cpu/simd/simd.h"
#include "cpu/simd/sse_host.h"

/* What an operation does, for the exceptions that need its lanes one by one: those that can
 * overflow and underflow. */
enum sse_kind {
    KIND_OTHER,
    KIND_PS = 1, /* of the result */
    KIND_PD = 2,
    KIND_SS = 3,
    KIND_SD = 4,
    KIND_FORMAT = 7,
    KIND_ADD = 0x10,
    KIND_SUB = 0x20,
    KIND_MUL = 0x30,
    KIND_DIV = 0x40,
    KIND_ADDSUB = 0x50,
    KIND_HADD = 0x60,
    KIND_HSUB = 0x70,
    KIND_CVT = 0x80, /* double to single */
    KIND_OPERATION = 0xf0
};

/*
 * Computes *r under any MXCSR and takes the flags. True: an unmasked exception was raised (#XM, or
 * #UD without CR4.OSXMMEXCPT), and *r is not to be stored.
 */
bool sse_compute(struct cpu *c, host_simd_op *op, vec d, vec s, enum sse_kind kind, vec *r);

/* What most guests run with all the time: all masked, to nearest, denormals as they are. */
static inline bool mxcsr_plain(uint32_t mxcsr)
{
    return (mxcsr & ~(uint32_t)MX_FLAGS) == MX_INIT;
}

/* r = op(d, s) in an INSN_MEM body; returns from it where that is not the end of it. */
#define SSE_COMPUTE(c, op, d, s, kind, r)                  \
    do {                                                   \
        if (fast) {                                        \
            if (unlikely(!mxcsr_plain((c)->mxcsr)))        \
                return X_MISSED;                           \
            host_enter((c)->mxcsr);                        \
            (r) = op(d, s);                                \
            (c)->mxcsr = host_leave();                     \
        } else if (sse_compute(c, op, d, s, kind, &(r))) { \
            return X_FAULT;                                \
        }                                                  \
    } while (0)

/* x_NAME_OPERANDS_r and _m: source of `size` bytes, result in the destination. */
#define SSE_FLOAT(name, operands, size, op, kind)                                 \
    INSN_MEM(x_##name##_##operands##_r)                                           \
    {                                                                             \
        vec r;                                                                    \
        SSE_READY(c, fast);                                                       \
        SSE_COMPUTE(c, op, xmm_get(c, i->in.reg), xmm_get(c, i->in.rm), kind, r); \
        xmm_put(c, i->in.reg, r);                                                 \
        return X_NEXT;                                                            \
    }                                                                             \
    INSN_MEM(x_##name##_##operands##_m)                                           \
    {                                                                             \
        vec r, s;                                                                 \
        SSE_READY(c, fast);                                                       \
        if (simd_load(c, &i->in, size, fast, &s))                                 \
            return MISS;                                                          \
        SSE_COMPUTE(c, op, xmm_get(c, i->in.reg), s, kind, r);                    \
        xmm_put(c, i->in.reg, r);                                                 \
        return X_NEXT;                                                            \
    }

#endif
