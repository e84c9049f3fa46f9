/* SPDX-License-Identifier: MIT */
/*
 * How instruction functions are defined. INSN(x_nop) { ... } declares and defines `enum xstat x_nop(struct cpu *c, const struct
 * xinsn *i)`. Templates by operand size (*.inc.h) are included with BITS set to 8, 16 or 32; cpu/sized.inc.h gives them their
 * types, register access and names, cpu/sized_end.inc.h takes those away again.
 */
#ifndef VITRINE_CPU_HANDLER_H
#define VITRINE_CPU_HANDLER_H

#include "cpu/exec.h"
#include "cpu/flags.h"

#define INSN(name)                                                                                 \
    insn_fn name;                                                                                  \
    enum xstat name(struct cpu *c __attribute__((unused)),                                         \
                    const struct xinsn *i __attribute__((unused)))

#define CAT2_(a, b) a##b
#define CAT2(a, b) CAT2_(a, b)
#define CAT3_(a, b, c) a##b##c
#define CAT3(a, b, c) CAT3_(a, b, c)
#define CAT4_(a, b, c, d) a##b##c##d
#define CAT4(a, b, c, d) CAT4_(a, b, c, d)
#define CAT6_(a, b, c, d, e, f) a##b##c##d##e##f
#define CAT6(a, b, c, d, e, f) CAT6_(a, b, c, d, e, f)

/* Settles that [lin, lin+size) can be written, so that a store to it later in the same instruction cannot fault. */
static inline bool probe_write(struct cpu *c, uint64_t lin, unsigned size)
{
    return unlikely(tlb_wr(c, lin)->tag != last_page(lin, size)) && lin_probe_write(c, lin, size);
}
static inline bool probe_read(struct cpu *c, uint64_t lin, unsigned size)
{
    return unlikely(tlb_rd(c, lin)->tag != last_page(lin, size)) && lin_probe_read(c, lin, size);
}

#endif
