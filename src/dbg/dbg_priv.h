/* SPDX-License-Identifier: MIT */
/* What the files of the room share. */
#ifndef VITRINE_DBG_DBG_PRIV_H
#define VITRINE_DBG_DBG_PRIV_H

#include "base/error.h"
#include "dbg/command.h"
#include "machine/parts.h"

typedef void dbg_fn(struct machine *m, const char *args, struct buf *out);

/* expr.c: numbers, $registers, + - * / % & | ^ ~ ( ), with QEMU's precedences: sums bind least, then
 * & | ^, then products. *p is moved past it. */
bool expr_eval(struct machine *m, const char **p, uint64_t *v, struct error *err);
/* The same, and nothing may follow. */
bool expr_whole(struct machine *m, const char *p, uint64_t *v, struct error *err);

/* The same as a linear address: where it names $eip or $esp and no segment, what CS or SS begins with is added, so that
 * $eip is the instruction that runs in real, virtual-8086 and protected mode alike. */
bool expr_address(struct machine *m, const char *p, uint64_t *at, struct error *err);

/* "/8xw": count, format letter (x d u o t c s i) and size (b h w g: 1 2 4 8). */
struct format {
    uint64_t count;
    char letter;
    unsigned size; /* 0: not said */
};
bool format_parse(const char **p, struct format *f, struct error *err);
void format_item(char letter, unsigned size, uint64_t v, struct buf *out);

/* disasm.c */
bool disasm_there(void);
/* One instruction at a linear (or physical) address: a line of its own. Its length; 0: no memory. */
unsigned disasm_line(struct machine *m, uint64_t at, bool physical, struct buf *out);

dbg_fn dbg_x, dbg_xp, dbg_print, dbg_sum;      /* dump.c */
dbg_fn dbg_in, dbg_out, dbg_nmi, dbg_boot_set; /* alter.c */
dbg_fn dbg_info;                               /* info.c */
dbg_fn info_pci;                               /* info_pci.c */
dbg_fn info_tlb, info_mem;                     /* info_paging.c */
dbg_fn info_mtree, info_roms, info_qtree;      /* info_map.c */

#endif
