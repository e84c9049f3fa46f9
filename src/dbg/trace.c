/* SPDX-License-Identifier: MIT */
/*
 * The log's lines, in QEMU's forms, with the position where QEMU has a host address.
 *
 * LIMIT: `exec` tells where blocks begin; a branch that is not taken does not end one, so that the
 * instructions between are told by in_asm alone.
 */
#include "dbg/trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/exec.h"
#include "dbg/dbg_priv.h"

static const struct {
    const char *name, *help;
    uint32_t bit;
} items[] = {
    {"in_asm", "show guest assembly code for each block that is decoded", TRACE_IN_ASM},
    {"int", "show interrupts/exceptions in short format", TRACE_INT},
    {"exec", "show where each block that is run begins (lots of logs)", TRACE_EXEC},
    {"cpu", "show CPU registers before each block (lots of logs)", TRACE_CPU},
    {"cpu_reset", "show CPU state before CPU resets", TRACE_CPU_RESET},
    {"guest_errors", "log when the guest OS does something invalid (eg. accessing a non-existent register)",
     TRACE_GUEST_ERRORS},
};

bool trace_items_parse(const char *list, uint32_t *to, char **bad)
{
    *to = 0;
    *bad = NULL;
    while (*list) {
        size_t n = strcspn(list, ","), i = 0;
        bool all = n == 3 && !strncmp(list, "all", n), none = n == 4 && !strncmp(list, "none", n);
        while (i < ARRAY_LEN(items) && (strlen(items[i].name) != n || strncmp(items[i].name, list, n) != 0))
            i++;
        if (all)
            *to = TRACE_ALL;
        else if (none)
            *to = 0;
        else if (i < ARRAY_LEN(items))
            *to |= items[i].bit;
        else
            *bad = strndup(list, n);
        if (*bad)
            return false;
        list += n + (list[n] == ',');
    }
    return true;
}

const char *trace_item_name(unsigned i)
{
    return i < ARRAY_LEN(items) ? items[i].name : NULL;
}

void trace_items_help(struct buf *out)
{
    buf_printf(out, "Log items (comma separated):\n");
    for (size_t i = 0; i < ARRAY_LEN(items); i++)
        buf_printf(out, "%-15s %s\n", items[i].name, items[i].help);
    buf_printf(out, "%-15s %s\n%-15s %s\n", "all", "all of them", "none", "none of them");
}

static void tell(struct trace *t)
{
    t->out(t->ctx, (const char *)t->text.data, t->text.len);
    buf_clear(&t->text);
}

static void on_delivery(void *ctx, struct cpu *c, const struct cpu_delivery *d)
{
    struct trace *t = ctx;
    const struct seg *cs = &c->seg[SEG_CS], *ss = &c->seg[SEG_SS];
    if (!d->soft && !d->exception)
        buf_printf(&t->text, "Servicing hardware INT=0x%02x\n", d->vector);
    buf_printf(&t->text,
               "%6" PRIu64 ": v=%02x e=%04x i=%d cpl=%d IP=%04x:%08" PRIx64 " pc=%08" PRIx64 " SP=%04x:%08" PRIx64,
               t->deliveries++, d->vector, d->code, d->soft, c->cpl, cs->sel, d->rip, (cs->base + d->rip) & UINT32_MAX,
               ss->sel, c->regs[RSP] & c->stack_mask);
    if (d->vector == EXC_PF && d->exception)
        buf_printf(&t->text, " CR2=%08" PRIx64, c->cr2);
    else
        buf_printf(&t->text, " EAX=%08" PRIx64, c->regs[RAX] & UINT32_MAX);
    buf_printf(&t->text, " at %" PRIu64 "\n", machine_pos(t->m));
    tell(t);
}

static void on_reset(void *ctx, struct cpu *c)
{
    struct trace *t = ctx;
    buf_printf(&t->text, "CPU Reset (CPU 0)\n");
    cpu_print(c, &t->text);
    tell(t);
}

static void on_decoded(void *ctx, struct cpu *c, unsigned bytes)
{
    struct trace *t = ctx;
    uint64_t at = (c->seg[SEG_CS].base + c->rip) & UINT32_MAX;
    buf_printf(&t->text, "----------------\nIN: \n");
    for (unsigned n, done = 0; done < bytes; done += n)
        if ((n = disasm_line(t->m, at + done, false, &t->text)) == 0)
            break;
    buf_printf(&t->text, "\n");
    tell(t);
}

static void on_block(void *ctx, struct cpu *c)
{
    struct trace *t = ctx;
    if (t->items & TRACE_EXEC)
        buf_printf(&t->text, "Trace 0: %" PRIu64 " [%08" PRIx64 "/%08" PRIx64 "/%08x]\n", c->blk_pos,
                   c->seg[SEG_CS].base, c->seg[SEG_CS].base + c->rip, c->mode);
    if (t->items & TRACE_CPU)
        cpu_print(c, &t->text);
    tell(t);
}

void trace_start(struct trace *t, struct machine *m, uint32_t wanted,
                 void (*out)(void *ctx, const char *text, size_t len), void *ctx)
{
    t->m = m;
    t->items = wanted;
    t->out = out;
    t->ctx = ctx;
    t->hooks = (struct cpu_trace){.ctx = t};
    if (wanted & TRACE_INT)
        t->hooks.delivery = on_delivery;
    if (wanted & TRACE_CPU_RESET)
        t->hooks.reset = on_reset;
    if (wanted & TRACE_IN_ASM)
        t->hooks.decoded = on_decoded;
    if (wanted & (TRACE_EXEC | TRACE_CPU))
        t->hooks.block = on_block;
    m->cpu->trace = wanted & ~(uint32_t)TRACE_GUEST_ERRORS ? &t->hooks : NULL;
    if (!wanted)
        buf_free(&t->text);
}
