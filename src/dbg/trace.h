/* SPDX-License-Identifier: MIT */
/* The log of what the machine does, item by item as QEMU's -d names them. It sees and changes
 * nothing: a run with it is the run without it. */
#ifndef VITRINE_DBG_TRACE_H
#define VITRINE_DBG_TRACE_H

#include "base/buf.h"
#include "cpu/engine/cpu_trace.h"
#include "machine/machine.h"

enum trace_item {
    TRACE_GUEST_ERRORS = 1, /* reported elsewhere: machine_backends' guest_log */
    TRACE_INT = 2,
    TRACE_CPU_RESET = 4,
    TRACE_IN_ASM = 8,
    TRACE_EXEC = 16,
    TRACE_CPU = 32,
    TRACE_BLOCKS = TRACE_IN_ASM | TRACE_EXEC | TRACE_CPU, /* what follows the blocks that are run */
    TRACE_ALL = 63,
};

/* "int,exec" as bits; "none" is 0, "all" all. False for an unknown word, which goes to *bad
 * (malloc'd). */
bool trace_items_parse(const char *list, uint32_t *items, char **bad);
/* "int  interrupts and exceptions ..." a line each, as `-d help` shows them. */
void trace_items_help(struct buf *out);
const char *trace_item_name(unsigned i); /* NULL past the last */

struct trace {
    struct machine *m;
    uint32_t items;
    struct cpu_trace hooks;
    uint64_t deliveries;
    struct buf text; /* of the event that is being reported */
    void (*out)(void *ctx, const char *text, size_t len);
    void *ctx;
};

/* From now on passes m's `items` to out; 0: nothing any more. t stays where it is while m lives. */
void trace_start(struct trace *t, struct machine *m, uint32_t items,
                 void (*out)(void *ctx, const char *text, size_t len), void *ctx);

#endif
