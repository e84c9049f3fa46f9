/* SPDX-License-Identifier: MIT */
/* Moves of SSE, SSE2 and SSE3: SDM 1 10.4.1.1, 11.4.1.1, 12.3; SDM 2. */
#include "cpu/simd/simd.h"

#include "cpu/engine/gen_dispatch.h"

/* A load or register move: `what` makes the destination of what it was (d) and the source (s). */
#define REGISTER(name, what)                                     \
    INSN_MEM(x_##name)                                           \
    {                                                            \
        SSE_READY(c, fast);                                      \
        vec d = xmm_get(c, i->in.reg), s = xmm_get(c, i->in.rm); \
        (void)d;                                                 \
        xmm_put(c, i->in.reg, what);                             \
        return X_NEXT;                                           \
    }
#define LOAD(name, size, aligned, what)                        \
    INSN_MEM(x_##name)                                         \
    {                                                          \
        vec s;                                                 \
        SSE_READY(c, fast);                                    \
        if (simd_load_any(c, &i->in, size, aligned, fast, &s)) \
            return MISS;                                       \
        vec d = xmm_get(c, i->in.reg);                         \
        (void)d;                                               \
        xmm_put(c, i->in.reg, what);                           \
        return X_NEXT;                                         \
    }
/* A store of `size` bytes from byte `from` of the register on, and its register form, which goes
 * from reg to rm. */
#define STORE(name, size, aligned, from)                                                                 \
    INSN_MEM(x_##name)                                                                                   \
    {                                                                                                    \
        SSE_READY(c, fast);                                                                              \
        return simd_write(c, &i->in, size, aligned, fast, c->xmm[i->in.reg].b + (from)) ? MISS : X_NEXT; \
    }
#define REGISTER_BACK(name, what)                                \
    INSN_MEM(x_##name)                                           \
    {                                                            \
        SSE_READY(c, fast);                                      \
        vec d = xmm_get(c, i->in.rm), s = xmm_get(c, i->in.reg); \
        (void)d;                                                 \
        xmm_put(c, i->in.rm, what);                              \
        return X_NEXT;                                           \
    }
#define WHOLE(name, load, store, aligned)   \
    REGISTER(name##_##load##_r, s)          \
    LOAD(name##_##load##_m, 16, aligned, s) \
    REGISTER_BACK(name##_##store##_r, s)    \
    STORE(name##_##store##_m, 16, aligned, 0)

WHOLE(movaps, Vps_Wps, Wps_Vps, true)
WHOLE(movups, Vps_Wps, Wps_Vps, false)
WHOLE(movapd, Vpd_Wpd, Wpd_Vpd, true)
WHOLE(movupd, Vpd_Wpd, Wpd_Vpd, false)
WHOLE(movdqa, Vdq_Wdq, Wdq_Vdq, true)
WHOLE(movdqu, Vdq_Wdq, Wdq_Vdq, false)
LOAD(lddqu_Vdq_Mdq, 16, false, s)
STORE(movntps_Mps_Vps, 16, true, 0)
STORE(movntpd_Mpd_Vpd, 16, true, 0)
STORE(movntdq_Mdq_Vdq, 16, true, 0)

/* --- Scalars: between registers the rest is kept, from memory it becomes zero --- */

REGISTER(movss_Vss_Wss_r, vec_merge32(d, s))
LOAD(movss_Vss_Wss_m, 4, false, s)
REGISTER_BACK(movss_Wss_Vss_r, vec_merge32(d, s))
STORE(movss_Wss_Vss_m, 4, false, 0)
REGISTER(movsd_Vsd_Wsd_r, vec_merge64(d, s))
LOAD(movsd_Vsd_Wsd_m, 8, false, s)
REGISTER_BACK(movsd_Wsd_Vsd_r, vec_merge64(d, s))
STORE(movsd_Wsd_Vsd_m, 8, false, 0)
REGISTER(movq_Vq_Wq_r, vec_q(vec_low(s)))
LOAD(movq_Vq_Wq_m, 8, false, s)
REGISTER_BACK(movq_Wq_Vq_r, vec_q(vec_low(s)))
STORE(movq_Wq_Vq_m, 8, false, 0)

/* --- Halves --- */

LOAD(movlps_Vq_Mq, 8, false, vec_merge64(d, s))
STORE(movlps_Mq_Vq, 8, false, 0)
LOAD(movlpd_Vq_Mq, 8, false, vec_merge64(d, s))
STORE(movlpd_Mq_Vq, 8, false, 0)
LOAD(movhps_Vq_Mq, 8, false, v_punpcklqdq(d, s))
STORE(movhps_Mq_Vq, 8, false, 8)
LOAD(movhpd_Vq_Mq, 8, false, v_punpcklqdq(d, s))
STORE(movhpd_Mq_Vq, 8, false, 8)
REGISTER(movhlps_Vq_Uq, vec_qq(vec_high(s), vec_high(d)))
REGISTER(movlhps_Vq_Uq, v_punpcklqdq(d, s))

/* --- SSE3: duplicating --- */

static inline vec even_twice(vec s)
{
    uint64_t low = vec_low(s) & UINT32_MAX, high = vec_high(s) & UINT32_MAX;
    return vec_qq(low | low << 32, high | high << 32);
}
static inline vec odd_twice(vec s)
{
    return even_twice(vec_qq(vec_low(s) >> 32, vec_high(s) >> 32));
}
REGISTER(movsldup_Vps_Wps_r, even_twice(s))
LOAD(movsldup_Vps_Wps_m, 16, true, even_twice(s))
REGISTER(movshdup_Vps_Wps_r, odd_twice(s))
LOAD(movshdup_Vps_Wps_m, 16, true, odd_twice(s))
REGISTER(movddup_Vdq_Wq_r, v_punpcklqdq(s, s))
LOAD(movddup_Vdq_Wq_m, 8, false, v_punpcklqdq(s, s))

/* --- General and MMX registers --- */

INSN_MEM(x_movd_Vdq_Ey_r)
{
    SSE_READY(c, fast);
    xmm_put(c, i->in.reg, vec_d(reg32(c, i->in.rm)));
    return X_NEXT;
}
LOAD(movd_Vdq_Ey_m, 4, false, s)
INSN_MEM(x_movd_Ey_Vdq_r)
{
    SSE_READY(c, fast);
    set32(c, i->in.rm, c->xmm[i->in.reg].d[0]);
    return X_NEXT;
}
STORE(movd_Ey_Vdq_m, 4, false, 0)

/* Of general registers: neither CR0 nor CR4.OSFXSR matters (SDM 2B MOVNTI). */
INSN_MEM(x_movnti_My_Gy)
{
    uint32_t v = reg32(c, i->in.reg);
    return simd_write(c, &i->in, 4, false, fast, &v) ? MISS : X_NEXT;
}

INSN_MEM(x_movq2dq_Vdq_Nq)
{
    SSE_READY(c, fast);
    MMX_READY(c, i, fast);
    xmm_put(c, i->in.reg, mmx_get(c, i->in.rm));
    mmx_enter(c);
    return X_NEXT;
}
INSN_MEM(x_movdq2q_Pq_Uq)
{
    SSE_READY(c, fast);
    MMX_READY(c, i, fast);
    mmx_put(c, i->in.reg, xmm_get(c, i->in.rm));
    return X_NEXT;
}
