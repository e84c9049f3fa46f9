/* SPDX-License-Identifier: MIT */
/* What a template by operand size works with; BITS is 8, 16 or 32. No include guard: included once
 * per size. */
#define T        CAT3(uint, BITS, _t)
#define ST       CAT3(int, BITS, _t)
#define SIGN_BIT ((T)1 << (BITS - 1))
#if BITS == 8
#define T2  uint16_t
#define ST2 int16_t
#define SZ  SZ8
#define W   b
#define SFX
#define GET(r)    (*reg8p(c, r))
#define PUT(r, v) (*reg8p(c, r) = (uint8_t)(v))
#elif BITS == 16
#define T2        uint32_t
#define ST2       int32_t
#define SZ        SZ16
#define W         v
#define SFX       16
#define GET(r)    reg16(c, r)
#define PUT(r, v) set16(c, r, (uint16_t)(v))
#elif BITS == 32
#define T2        uint64_t
#define ST2       int64_t
#define SZ        SZ32
#define W         v
#define SFX       32
#define GET(r)    reg32(c, r)
#define PUT(r, v) set32(c, r, (uint32_t)(v))
#endif
/* A static helper of this size: SIZED(alu_add). */
#define SIZED(name) CAT2(name, BITS)
/* Names of instruction functions: E(x_not_E, _r) is x_not_Eb_r or x_not_Ev_r16; EG(x_add_E, _G, _m)
 * is x_add_Eb_Gb_m ... */
#define E(a, k)     CAT4(a, W, k, SFX)
#define EG(a, b, k) CAT6(a, W, b, W, k, SFX)
/* In INSN_MEM bodies. */
#define RMW_BEGIN(m, v)        RMW_BEGIN_AT(&i->in, m, v)
#define RMW_BEGIN_AT(in, m, v) (fast ? CAT2(try_rmw, BITS)(c, in, m, v) : CAT2(rmw_begin, BITS)(c, in, m, v))
#define RMW_END(m, v)          CAT2(rmw_finish, BITS)(c, m, v, fast)
#define MEM_RD(v)              ANY_RD(i->in.seg, ea(c, &i->in), v)
#define MEM_WR(v)              ANY_WR(i->in.seg, ea(c, &i->in), v)
#define ANY_RD(seg, off, v)    (fast ? CAT2(try_rd, BITS)(c, seg, off, v) : CAT2(seg_rd, BITS)(c, seg, off, v))
#define ANY_WR(seg, off, v)    (fast ? CAT2(try_wr, BITS)(c, seg, off, v) : CAT2(seg_wr, BITS)(c, seg, off, v))
/* Anywhere. */
#define SEG_RD(seg, off, v) CAT2(seg_rd, BITS)(c, seg, off, v)
#define SEG_WR(seg, off, v) CAT2(seg_wr, BITS)(c, seg, off, v)
#define LIN_WR(lin, v)      CAT2(lin_wr, BITS)(c, lin, v)
