/* SPDX-License-Identifier: MIT */
/* `info registers`, in the lines that tools read from QEMU's monitor. */
#include <inttypes.h>

#include "cpu/exec.h"

static void print_flags(const struct cpu *c, struct buf *out)
{
    static const struct {
        uint32_t bit;
        char letter;
    } names[] = {{FL_DF, 'D'}, {FL_OF, 'O'}, {FL_SF, 'S'}, {FL_ZF, 'Z'}, {FL_AF, 'A'}, {FL_PF, 'P'}, {FL_CF, 'C'}};
    uint32_t fl = cpu_eflags(c);
    buf_printf(out, "EIP=%08x EFL=%08x [", (uint32_t)cpu_rip(c), fl);
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        buf_printf(out, "%c", fl & names[i].bit ? names[i].letter : '-');
    buf_printf(out, "] CPL=%u II=%u A20=%u SMM=%u HLT=%u\n", c->cpl, c->shadow_sti || c->shadow_ss,
               (unsigned)(c->a20_mask >> 20 & 1), c->smm, c->halted);
}

static void print_type(const struct seg *s, struct buf *out)
{
    static const char *const system[16] = {
        "Reserved", "TSS16-avl", "LDT",      "TSS16-busy", "CallGate16", "TaskGate", "IntGate16", "TrapGate16",
        "Reserved", "TSS32-avl", "Reserved", "TSS32-busy", "CallGate32", "Reserved", "IntGate32", "TrapGate32"};
    uint32_t a = s->attr;
    bool big = a & DESC_DB;
    buf_printf(out, " DPL=%u ", a >> 13 & 3);
    if (!(a & DESC_S))
        buf_printf(out, "%s", system[a >> 8 & 15]);
    else if (a & DESC_CODE)
        buf_printf(out, "%s [%c%c%c]", big ? "CS32" : "CS16", a & DESC_CE ? 'C' : '-', a & DESC_RW ? 'R' : '-',
                   a & DESC_A ? 'A' : '-');
    else
        buf_printf(out, "%s [%c%c%c]", big ? "DS  " : "DS16", a & DESC_CE ? 'E' : '-', a & DESC_RW ? 'W' : '-',
                   a & DESC_A ? 'A' : '-');
}

static void print_seg(const struct cpu *c, const char *name, const struct seg *s, struct buf *out)
{
    uint32_t limit =
        s->attr & DESC_G ? s->limit >> 12 : s->limit; /* as in the descriptor: its top goes with the attributes */
    buf_printf(out, "%-3s=%04x %08x %08x %08x", name, s->sel, (uint32_t)s->base, s->limit, s->attr | (limit & 0xf0000));
    if (c->cr0 & CR0_PE && s->attr & DESC_P)
        print_type(s, out);
    buf_printf(out, "\n");
}

static void print_x87(const struct cpu *c, struct buf *out)
{
    const struct x87 *f = &c->x87;
    unsigned sw = (f->sw & ~0x3800u) | (unsigned)f->top << 11;
    buf_printf(out, "FCW=%04x FSW=%04x [ST=%u] FTW=%02x MXCSR=%08x\n", f->cw, sw, f->top, ~f->tag & 0xffu, c->mxcsr);
    for (unsigned i = 0; i < 8; i++)
        buf_printf(out, "FPR%u=%016" PRIx64 " %04x%c", i, f->st[i].mant, f->st[i].se, i & 1 ? '\n' : ' ');
    for (unsigned i = 0; i < ARRAY_LEN(c->xmm); i++)
        buf_printf(out, "XMM%02u=%016" PRIx64 " %016" PRIx64 "%c", i, c->xmm[i].q[1], c->xmm[i].q[0],
                   i & 1 ? '\n' : ' ');
}

void cpu_print(struct cpu *c, struct buf *out)
{
    static const struct {
        const char *name;
        uint8_t reg;
    } regs[] = {{"EAX", RAX}, {"EBX", RBX}, {"ECX", RCX}, {"EDX", RDX},
                {"ESI", RSI}, {"EDI", RDI}, {"EBP", RBP}, {"ESP", RSP}};
    static const char *const segs[] = {"ES", "CS", "SS", "DS", "FS", "GS"};
    for (unsigned i = 0; i < 8; i++)
        buf_printf(out, "%s=%08x%c", regs[i].name, reg32(c, regs[i].reg), i % 4 == 3 ? '\n' : ' ');
    print_flags(c, out);
    for (unsigned i = 0; i < NSEGS; i++)
        print_seg(c, segs[i], &c->seg[i], out);
    print_seg(c, "LDT", &c->ldtr, out);
    print_seg(c, "TR", &c->tr, out);
    buf_printf(out, "GDT=     %08x %08x\n", (uint32_t)c->gdtr.base, c->gdtr.limit);
    buf_printf(out, "IDT=     %08x %08x\n", (uint32_t)c->idtr.base, c->idtr.limit);
    buf_printf(out, "CR0=%08x CR2=%08x CR3=%08x CR4=%08x\n", (uint32_t)c->cr0, (uint32_t)c->cr2, (uint32_t)c->cr3,
               (uint32_t)c->cr4);
    buf_printf(out, "DR0=%08x DR1=%08x DR2=%08x DR3=%08x \n", (uint32_t)c->dr[0], (uint32_t)c->dr[1],
               (uint32_t)c->dr[2], (uint32_t)c->dr[3]);
    buf_printf(out, "DR6=%08x DR7=%08x\n", (uint32_t)c->dr[6], (uint32_t)c->dr[7]);
    buf_printf(out, "EFER=%016" PRIx64 "\n", c->efer);
    print_x87(c, out);
}
