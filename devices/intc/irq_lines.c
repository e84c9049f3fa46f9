/* SPDX-License-Identifier: MIT */
/*
 * The wires between the chips of the board and its interrupt controllers. A line is the or of its sources, as in the
 * PIIX3 where a PIRQ is steered to a line that an ISA chip uses too (290550-002, 2.2.7).
 */
#include "devices/intc/irq_lines.h"

#include "base/bits.h"
#include "base/log.h"

static void set_source(void *ctx, int n, int level)
{
    struct irq_lines *l = ctx;
    int line = n / IRQ_SOURCES;
    uint16_t bit = (uint16_t)(1u << n % IRQ_SOURCES), was = l->held[line];
    l->held[line] = (uint16_t)(level ? was | bit : was & ~bit);
    if (!was == !l->held[line])
        return;
    for (int i = 0; i < IRQ_OUTS; i++)
        irq_set(&l->out[line][i], l->held[line] != 0);
}

struct irq_line irq_lines_source(struct irq_lines *l, int n)
{
    if (l->sources[n] == IRQ_SOURCES)
        bug("IRQ %d has more than %d sources", n, IRQ_SOURCES);
    return (struct irq_line){set_source, l, n * IRQ_SOURCES + l->sources[n]++};
}

static bool realize(struct dev *d, struct error *err)
{
    (void)d, (void)err;
    return true;
}

static void print(struct dev *d, struct buf *out)
{
    const struct irq_lines *l = container_of(d, struct irq_lines, dev);
    for (int n = 0; n < IRQ_LINES; n++)
        buf_printf(out, "%s: IRQ%-2d %s sources=%u held=%04x\n", d->id, n, l->held[n] ? "high" : "low ", l->sources[n],
                   l->held[n]);
}

/*
 * NOTE: there is no reset, and a load drives nothing: levels belong to the sources, and the controllers saved their
 * inputs.
 */
static const struct state_field fields[] = {STATE_ARRAY(struct irq_lines, held)};

const struct dev_class irq_lines_class = {
    .name = "irq-lines",
    .summary = "the board's interrupt lines: each the or of its sources",
    .datasheet = "Intel 82371SB (PIIX3), 290550-002, 2.2.7",
    .size = sizeof(struct irq_lines),
    .state = DEV_STATE("irq-lines", fields),
    .realize = realize,
    .print = print,
};

struct irq_lines *irq_lines_new(struct bus *bus, const char *id)
{
    return dev_new(&irq_lines_class, id, bus);
}
