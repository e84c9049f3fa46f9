/* SPDX-License-Identifier: MIT */
/* From a decoded instruction to its function, by the instruction table's dispatch and what the CPU
 * model has. */
#include "cpu/engine/gen_dispatch.h"

enum xstat x_ud(struct cpu *c, const struct xinsn *i)
{
    (void)i;
    return raise_ud(c);
}

insn_fn *exec_function(const struct cpu *c, const struct insn *in)
{
    unsigned variant = (unsigned)(in->opsize - SZ16) * 2 + ((in->flags & IF_MEM) != 0);
    insn_fn *fn = exec_table[in->form][variant];
    if (c->coverage)
        c->coverage[in->form * 6 + variant] = 1;
    if (!fn ||
        !form_available(in->form, c->model->signature, c->model->features | (uint64_t)c->model->features_ecx << 32))
        return x_ud;
    return fn;
}
