/* SPDX-License-Identifier: MIT */
/*
 * SSE arithmetic and comparisons: SDM 1 10.4.1.2, 10.4.1.3, 11.4.1.2, 11.4.1.3, 12.3; SDM 2.
 */
#include "cpu/simd/sse_float.h"

#include "cpu/engine/gen_dispatch.h"

/* --- Arithmetic --- */

#define FOUR(name, kind)                                                \
    SSE_FLOAT(name##ps, Vps_Wps, 16, host_##name##ps, (kind) | KIND_PS) \
    SSE_FLOAT(name##pd, Vpd_Wpd, 16, host_##name##pd, (kind) | KIND_PD) \
    SSE_FLOAT(name##ss, Vss_Wss, 4, host_##name##ss, (kind) | KIND_SS)  \
    SSE_FLOAT(name##sd, Vsd_Wsd, 8, host_##name##sd, (kind) | KIND_SD)
FOUR(add, KIND_ADD)
FOUR(sub, KIND_SUB)
FOUR(mul, KIND_MUL)
FOUR(div, KIND_DIV)

/* These give an operand or a root: never an overflow or underflow. */
#define FOUR_OTHER(name)                                          \
    SSE_FLOAT(name##ps, Vps_Wps, 16, host_##name##ps, KIND_OTHER) \
    SSE_FLOAT(name##pd, Vpd_Wpd, 16, host_##name##pd, KIND_OTHER) \
    SSE_FLOAT(name##ss, Vss_Wss, 4, host_##name##ss, KIND_OTHER)  \
    SSE_FLOAT(name##sd, Vsd_Wsd, 8, host_##name##sd, KIND_OTHER)
FOUR_OTHER(min)
FOUR_OTHER(max)
FOUR_OTHER(sqrt)

#define TWO(name, kind)                                                 \
    SSE_FLOAT(name##ps, Vps_Wps, 16, host_##name##ps, (kind) | KIND_PS) \
    SSE_FLOAT(name##pd, Vpd_Wpd, 16, host_##name##pd, (kind) | KIND_PD)
TWO(addsub, KIND_ADDSUB)
TWO(hadd, KIND_HADD)
TWO(hsub, KIND_HSUB)

/* --- Comparisons --- */

/* The upper bits of the predicate's byte are reserved, and ignored as processors do. */
#define PREDICATE(kind, predicate) host_cmp##predicate##kind,
#define COMPARE(kind, operands, size)                                                  \
    static host_simd_op *const compare_##kind[8] = {HOST_PREDICATES(PREDICATE, kind)}; \
    SSE_FLOAT(cmp##kind, operands##_Ib, size, compare_##kind[i->in.imm & 7], KIND_OTHER)
COMPARE(ps, Vps_Wps, 16)
COMPARE(pd, Vpd_Wpd, 16)
COMPARE(ss, Vss_Wss, 4)
COMPARE(sd, Vsd_Wsd, 8)

#define COMPARE_FLAGS(name, operands, size)                                                      \
    INSN_MEM(x_##name##_##operands##_r)                                                          \
    {                                                                                            \
        vec r;                                                                                   \
        SSE_READY(c, fast);                                                                      \
        SSE_COMPUTE(c, host_##name, xmm_get(c, i->in.reg), xmm_get(c, i->in.rm), KIND_OTHER, r); \
        set_arith(c, vec_low32(r));                                                              \
        return X_NEXT;                                                                           \
    }                                                                                            \
    INSN_MEM(x_##name##_##operands##_m)                                                          \
    {                                                                                            \
        vec r, s;                                                                                \
        SSE_READY(c, fast);                                                                      \
        if (simd_load(c, &i->in, size, fast, &s))                                                \
            return MISS;                                                                         \
        SSE_COMPUTE(c, host_##name, xmm_get(c, i->in.reg), s, KIND_OTHER, r);                    \
        set_arith(c, vec_low32(r));                                                              \
        return X_NEXT;                                                                           \
    }
COMPARE_FLAGS(comiss, Vss_Wss, 4)
COMPARE_FLAGS(comisd, Vsd_Wsd, 8)
COMPARE_FLAGS(ucomiss, Vss_Wss, 4)
COMPARE_FLAGS(ucomisd, Vsd_Wsd, 8)
