/* SPDX-License-Identifier: MIT */
/* Conversions of SSE and SSE2 between integers, singles and doubles: SDM 1 10.4.3, 11.4.1.6,
 * 11.4.2.1; SDM 2A CVT.... */
#include "cpu/simd/sse_float.h"

#include "cpu/engine/gen_dispatch.h"

SSE_FLOAT(cvtps2pd, Vpd_Wq, 8, host_cvtps2pd, KIND_OTHER)
SSE_FLOAT(cvtpd2ps, Vps_Wpd, 16, host_cvtpd2ps, KIND_CVT | KIND_PS)
SSE_FLOAT(cvtss2sd, Vsd_Wss, 4, host_cvtss2sd, KIND_OTHER)
SSE_FLOAT(cvtsd2ss, Vss_Wsd, 8, host_cvtsd2ss, KIND_CVT | KIND_SS)
SSE_FLOAT(cvtdq2ps, Vps_Wdq, 16, host_cvtdq2ps, KIND_OTHER)
SSE_FLOAT(cvtps2dq, Vdq_Wps, 16, host_cvtps2dq, KIND_OTHER)
SSE_FLOAT(cvttps2dq, Vdq_Wps, 16, host_cvttps2dq, KIND_OTHER)
SSE_FLOAT(cvtpd2dq, Vdq_Wpd, 16, host_cvtpd2dq, KIND_OTHER)
SSE_FLOAT(cvttpd2dq, Vdq_Wpd, 16, host_cvttpd2dq, KIND_OTHER)
SSE_BINARY(cvtdq2pd, Vpd_Wq, 8, host_cvtdq2pd) /* exact */

/* --- General registers --- */

#define TO_GENERAL(name, operands, size)                                              \
    INSN_MEM(x_##name##_##operands##_r)                                               \
    {                                                                                 \
        vec r;                                                                        \
        SSE_READY(c, fast);                                                           \
        SSE_COMPUTE(c, host_##name, vec_zero(), xmm_get(c, i->in.rm), KIND_OTHER, r); \
        set32(c, i->in.reg, vec_low32(r));                                            \
        return X_NEXT;                                                                \
    }                                                                                 \
    INSN_MEM(x_##name##_##operands##_m)                                               \
    {                                                                                 \
        vec r, s;                                                                     \
        SSE_READY(c, fast);                                                           \
        if (simd_load(c, &i->in, size, fast, &s))                                     \
            return MISS;                                                              \
        SSE_COMPUTE(c, host_##name, vec_zero(), s, KIND_OTHER, r);                    \
        set32(c, i->in.reg, vec_low32(r));                                            \
        return X_NEXT;                                                                \
    }
TO_GENERAL(cvtss2si, Gy_Wss, 4)
TO_GENERAL(cvttss2si, Gy_Wss, 4)
TO_GENERAL(cvtsd2si, Gy_Wsd, 8)
TO_GENERAL(cvttsd2si, Gy_Wsd, 8)

#define FROM_GENERAL(name, operands)                                                                  \
    INSN_MEM(x_##name##_##operands##_r)                                                               \
    {                                                                                                 \
        vec r;                                                                                        \
        SSE_READY(c, fast);                                                                           \
        SSE_COMPUTE(c, host_##name, xmm_get(c, i->in.reg), vec_d(reg32(c, i->in.rm)), KIND_OTHER, r); \
        xmm_put(c, i->in.reg, r);                                                                     \
        return X_NEXT;                                                                                \
    }                                                                                                 \
    INSN_MEM(x_##name##_##operands##_m)                                                               \
    {                                                                                                 \
        vec r, s;                                                                                     \
        SSE_READY(c, fast);                                                                           \
        if (simd_load(c, &i->in, 4, fast, &s))                                                        \
            return MISS;                                                                              \
        SSE_COMPUTE(c, host_##name, xmm_get(c, i->in.reg), s, KIND_OTHER, r);                         \
        xmm_put(c, i->in.reg, r);                                                                     \
        return X_NEXT;                                                                                \
    }
FROM_GENERAL(cvtsi2ss, Vss_Ey)
FROM_GENERAL(cvtsi2sd, Vsd_Ey)

/* --- MMX registers: what they hold goes through the low half of a vector --- */

#define TO_MMX(name, operands, size, op)                                                                              \
    INSN_MEM(x_##name##_##operands##_r)                                                                               \
    {                                                                                                                 \
        vec r;                                                                                                        \
        SSE_READY(c, fast);                                                                                           \
        MMX_READY(c, i, fast);                                                                                        \
        SSE_COMPUTE(c, op, vec_zero(), (size) == 8 ? vec_q(c->xmm[i->in.rm].q[0]) : xmm_get(c, i->in.rm), KIND_OTHER, \
                    r);                                                                                               \
        mmx_put(c, i->in.reg, r);                                                                                     \
        return X_NEXT;                                                                                                \
    }                                                                                                                 \
    INSN_MEM(x_##name##_##operands##_m)                                                                               \
    {                                                                                                                 \
        vec r, s;                                                                                                     \
        SSE_READY(c, fast);                                                                                           \
        MMX_READY(c, i, fast);                                                                                        \
        if (simd_load(c, &i->in, size, fast, &s))                                                                     \
            return MISS;                                                                                              \
        SSE_COMPUTE(c, op, vec_zero(), s, KIND_OTHER, r);                                                             \
        mmx_put(c, i->in.reg, r);                                                                                     \
        return X_NEXT;                                                                                                \
    }
TO_MMX(cvtps2pi, Pq_Wq, 8, host_cvtps2dq)
TO_MMX(cvttps2pi, Pq_Wq, 8, host_cvttps2dq)
TO_MMX(cvtpd2pi, Pq_Wpd, 16, host_cvtpd2dq)
TO_MMX(cvttpd2pi, Pq_Wpd, 16, host_cvttpd2dq)

INSN_MEM(x_cvtpi2ps_Vps_Qq_r)
{
    vec r;
    SSE_READY(c, fast);
    MMX_READY(c, i, fast);
    SSE_COMPUTE(c, host_cvtdq2ps, vec_zero(), mmx_get(c, i->in.rm), KIND_OTHER, r);
    xmm_put(c, i->in.reg, vec_merge64(xmm_get(c, i->in.reg), r));
    mmx_enter(c);
    return X_NEXT;
}
/*
 * NOTE: from memory it neither waits for the x87 nor enters MMX, as SDM 2A CVTPI2PD says of itself;
 * SDM 2A CVTPI2PS does not, but processors do so.
 */
INSN_MEM(x_cvtpi2ps_Vps_Qq_m)
{
    vec r, s;
    SSE_READY(c, fast);
    if (simd_load(c, &i->in, 8, fast, &s))
        return MISS;
    SSE_COMPUTE(c, host_cvtdq2ps, vec_zero(), s, KIND_OTHER, r);
    xmm_put(c, i->in.reg, vec_merge64(xmm_get(c, i->in.reg), r));
    return X_NEXT;
}

INSN_MEM(x_cvtpi2pd_Vpd_Qq_r)
{
    SSE_READY(c, fast);
    MMX_READY(c, i, fast);
    xmm_put(c, i->in.reg, host_cvtdq2pd(vec_zero(), mmx_get(c, i->in.rm)));
    mmx_enter(c);
    return X_NEXT;
}
INSN_MEM(x_cvtpi2pd_Vpd_Qq_m)
{
    vec s;
    SSE_READY(c, fast);
    if (simd_load(c, &i->in, 8, fast, &s))
        return MISS;
    xmm_put(c, i->in.reg, host_cvtdq2pd(vec_zero(), s));
    return X_NEXT;
}
