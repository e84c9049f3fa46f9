/* SPDX-License-Identifier: MIT */
/*
 * Which rows of the instruction table a guest used: every form that was decoded in order to be executed, by operand
 * size and by where its ModRM operand lies.
 *
 * NOTE: a block is decoded as a whole, so the instructions behind a branch in its middle count although they may not
 * have run.
 */
#include <stdlib.h>

#include "cpu/engine/gen_dispatch.h"
#include "cpu/sys/system.h"
#include "isa/forms.h"

enum { VARIANTS = 6, SZ16_REG = 0, SZ32_REG = 2 };

/* One function for both sizes: the size says nothing. */
static bool sized(unsigned form, unsigned v)
{
    unsigned mem = v % 2;
    return v >= 4 || exec_table[form][SZ16_REG + mem] != exec_table[form][SZ32_REG + mem];
}

bool cpu_coverage_start(struct cpu *c)
{
    if (!c->coverage)
        c->coverage = calloc(FORM_COUNT, VARIANTS);
    return c->coverage != NULL;
}

void cpu_coverage_print(const struct cpu *c, struct buf *out)
{
    static const char *const size[] = {"16", "32", "64"};
    for (unsigned form = 0; c->coverage && form < FORM_COUNT; form++)
        for (unsigned v = 0; v < VARIANTS; v++)
            if (c->coverage[form * VARIANTS + v])
                buf_printf(out, "%s%s%s %s %s\n", form_info[form].mnemonic, form_info[form].operands[0] ? " " : "",
                           form_info[form].operands, sized(form, v) ? size[v / 2] : "-", v % 2 ? "mem" : "reg");
}
