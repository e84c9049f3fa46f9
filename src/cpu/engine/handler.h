/* SPDX-License-Identifier: MIT */
/*
 * How instruction functions are defined. INSN(x_nop) { ... } declares and defines `enum xstat
 * x_nop(struct cpu *c, const struct xinsn *i)`. Templates by operand size (*.inc.h) are included
 * with BITS set to 8, 16 or 32; cpu/int/sized.inc.h gives them their types, register access and names,
 * cpu/int/sized_end.inc.h takes those away again.
 */
#ifndef VITRINE_CPU_ENGINE_HANDLER_H
#define VITRINE_CPU_ENGINE_HANDLER_H

#include "cpu/exec.h"
#include "cpu/int/flags.h"

/*
 * An instruction that retired goes on to the next one of its block by a call in tail position, so
 * that each function has a branch of its own for the host to predict. The entry after a block's
 * last is x_block_end. NOTE: a compiler that makes no sibling call of it
 * (-O0, sanitizers) nests at most a block's length of frames.
 */
static inline __attribute__((always_inline)) enum xstat go_on(struct cpu *c, const struct xinsn *i)
{
    i++;
    c->cur = i;
    if (unlikely(c->leave))
        return X_NEXT;
    return i->fn(c, i);
}

#define INSN_BODY(name)                                                        \
    static inline __attribute__((always_inline)) enum xstat CAT2(name, _body)( \
        struct cpu * c __attribute__((unused)), const struct xinsn *i __attribute__((unused)))
#define INSN(name)                                        \
    INSN_BODY(name);                                      \
    insn_fn name;                                         \
    enum xstat name(struct cpu *c, const struct xinsn *i) \
    {                                                     \
        enum xstat st = CAT2(name, _body)(c, i);          \
        return st == X_NEXT ? go_on(c, i) : st;           \
    }                                                     \
    INSN_BODY(name)

/*
 * Functions with a memory operand, which are most of what runs: their body stands once and is
 * compiled twice. The fast one only tries the TLB, and where that misses leaves everything to the
 * slow one by a tail call, so that it makes no call that it would have to save registers for. In
 * the body `fast` says which one it is; MISS is what a failed access returns; nothing may be
 * committed before the last access that can miss.
 */
#define INSN_MEM(name)                                                                                                 \
    static inline                                                                                                      \
        __attribute__((always_inline)) enum xstat CAT2(name, _body)(struct cpu * c, const struct xinsn *i, bool fast); \
    static __attribute__((noinline, cold)) enum xstat CAT2(name, _slow)(struct cpu * c, const struct xinsn *i)         \
    {                                                                                                                  \
        enum xstat st = CAT2(name, _body)(c, i, false);                                                                \
        return st == X_NEXT ? go_on(c, i) : st;                                                                        \
    }                                                                                                                  \
    insn_fn name;                                                                                                      \
    enum xstat name(struct cpu *c, const struct xinsn *i)                                                              \
    {                                                                                                                  \
        enum xstat st = CAT2(name, _body)(c, i, true);                                                                 \
        if (unlikely(st == X_MISSED))                                                                                  \
            return CAT2(name, _slow)(c, i);                                                                            \
        return st == X_NEXT ? go_on(c, i) : st;                                                                        \
    }                                                                                                                  \
    static inline enum xstat CAT2(name, _body)(struct cpu * c, const struct xinsn *i __attribute__((unused)), bool fast)
#define X_MISSED ((enum xstat)(X_TRAP + 1))
#define MISS     (fast ? X_MISSED : X_FAULT)

#define CAT2_(a, b)             a##b
#define CAT2(a, b)              CAT2_(a, b)
#define CAT3_(a, b, c)          a##b##c
#define CAT3(a, b, c)           CAT3_(a, b, c)
#define CAT4_(a, b, c, d)       a##b##c##d
#define CAT4(a, b, c, d)        CAT4_(a, b, c, d)
#define CAT6_(a, b, c, d, e, f) a##b##c##d##e##f
#define CAT6(a, b, c, d, e, f)  CAT6_(a, b, c, d, e, f)

/* Settles that [lin, lin+size) can be written, so that a store to it later in the same instruction
 * cannot fault. */
static inline bool probe_write(struct cpu *c, uint64_t lin, unsigned size)
{
    return unlikely(tlb_wr(c, lin)->tag != last_page(lin, size)) && lin_probe_write(c, lin, size);
}
static inline bool probe_read(struct cpu *c, uint64_t lin, unsigned size)
{
    return unlikely(tlb_rd(c, lin)->tag != last_page(lin, size)) && lin_probe_read(c, lin, size);
}

/* Host address of an operand that the TLB has. True: it has not. */
static inline bool try_host(struct cpu *c, unsigned seg, uint64_t off, unsigned size, enum access_kind kind,
                            uint8_t **host)
{
    const struct seg *s = &c->seg[seg];
    uint64_t lin = (s->base + off) & lin_mask(c);
    const struct tlb_entry *e = kind == ACC_WRITE ? tlb_wr(c, lin) : tlb_rd(c, lin);
    if (unlikely(off + size > (kind == ACC_WRITE ? s->wr_end : s->rd_end) || e->tag != last_page(lin, size)))
        return true;
    *host = (uint8_t *)(uintptr_t)(lin + e->addend);
    return false;
}

/* The fast half of the accessors of exec.h: true where the slow half has to do it. */
#define DEFINE_TRY(bits_, type)                                                                     \
    static inline bool try_rd##bits_(struct cpu *c, unsigned seg, uint64_t off, type *v)            \
    {                                                                                               \
        uint8_t *p;                                                                                 \
        if (try_host(c, seg, off, sizeof(type), ACC_READ, &p))                                      \
            return true;                                                                            \
        memcpy(v, p, sizeof(type));                                                                 \
        return false;                                                                               \
    }                                                                                               \
    static inline bool try_wr##bits_(struct cpu *c, unsigned seg, uint64_t off, type v)             \
    {                                                                                               \
        uint8_t *p;                                                                                 \
        if (try_host(c, seg, off, sizeof(type), ACC_WRITE, &p))                                     \
            return true;                                                                            \
        memcpy(p, &v, sizeof(type));                                                                \
        return false;                                                                               \
    }                                                                                               \
    static inline bool try_rmw##bits_(struct cpu *c, const struct insn *in, struct rmw *m, type *v) \
    {                                                                                               \
        uint8_t *p;                                                                                 \
        if (try_host(c, in->seg, ea(c, in), sizeof(type), ACC_WRITE, &p))                           \
            return true;                                                                            \
        m->host = p;                                                                                \
        memcpy(v, m->host, sizeof(type));                                                           \
        return false;                                                                               \
    }                                                                                               \
    static inline void rmw_finish##bits_(struct cpu *c, const struct rmw *m, type v, bool fast)     \
    {                                                                                               \
        if (fast)                                                                                   \
            memcpy(m->host, &v, sizeof v);                                                          \
        else                                                                                        \
            rmw_end##bits_(c, m, v);                                                                \
    }                                                                                               \
    static inline bool try_push##bits_(struct cpu *c, type v)                                       \
    {                                                                                               \
        uint64_t sp = (c->regs[RSP] - sizeof(type)) & c->stack_mask;                                \
        if (try_wr##bits_(c, SEG_SS, sp, v))                                                        \
            return true;                                                                            \
        set_masked(c, RSP, sp, c->stack_mask);                                                      \
        return false;                                                                               \
    }                                                                                               \
    static inline bool try_top##bits_(struct cpu *c, type *v)                                       \
    {                                                                                               \
        return try_rd##bits_(c, SEG_SS, c->regs[RSP] & c->stack_mask, v);                           \
    }
DEFINE_TRY(8, uint8_t)
DEFINE_TRY(16, uint16_t)
DEFINE_TRY(32, uint32_t)

#endif
