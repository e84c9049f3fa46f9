/* SPDX-License-Identifier: MIT */
/*
 * Jumps, calls, returns, the stack, segment registers and flags against the host's own processor, in 16 and in 32-bit
 * code: random programs run on both, and registers, selectors, flags and all of memory must agree afterwards. The host
 * runs them in segments of its local descriptor table (modify_ldt(2)), whose descriptors the guest gets with its own
 * base; both are at CPL 3.
 *
 * The upper half of ESP is not compared, nor stored by a program, while the stack segment is of 16 bits: on the way
 * back from an interrupt 64-bit kernels leave something of their own there.
 *
 * LIMIT: x86-64 hosts with modify_ldt(2), which really run what its descriptors say; exit status 77 elsewhere. Some
 * take the call and fault on the selector, so a child tries each combination first.
 */
#include <asm/ldt.h>
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cpu/sys/system.h"
#include "tests/isa/rig.h"

enum { AREA = 0x20000, GUEST_AREA = 0x200000, GUEST_LDT = 0x100000 };
/* Offsets in the segments, which have 64 KiB from the area's start on; two of them start at OTHER_BASE. */
enum {
    CODE_AT = 0x100,
    CODE_END = 0x2f00,
    OTHER_BASE = 0x3000,
    DATA_AT = 0x4000,
    STACK_AT = 0x8000,
    COUNT = 40,
    MARGIN = 192
};

/* Entries of the LDT. */
enum { CODE16, CODE16_TWIN, CODE32, CODE32_TWIN, STACK16, STACK16_OTHER, STACK32, STACK32_OTHER, ENTRIES };
#define SEL(n) ((uint16_t)((n)*8 | 7))

/* What goes in and comes out; offsets are known to the thunk below. */
struct host_state {
    uint64_t r[8];                /* 0: in the order of ModRM */
    uint64_t eip, cs, flags;      /* 64 */
    uint64_t ss;                  /* 88 */
    uint16_t es, ds, fs, gs;      /* 96 */
    uint64_t saved_rsp, saved_fs; /* 104 */
};

/* The thunk is copied below 4 GiB; its state follows it. It ends in a far jump of the program's to thunk_back. */
__asm__(".text\n"
        ".globl thunk, thunk_back, thunk_state\n"
        "thunk:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "mov %rsp, thunk_state+104(%rip)\n"
        "mov thunk_state+96(%rip), %es; mov thunk_state+98(%rip), %ds\n"
        "mov thunk_state+100(%rip), %fs; mov thunk_state+102(%rip), %gs\n"
        "pushq thunk_state+88(%rip); pushq thunk_state+32(%rip); pushq thunk_state+80(%rip)\n"
        "pushq thunk_state+72(%rip); pushq thunk_state+64(%rip)\n"
        "mov thunk_state(%rip), %rax; mov thunk_state+8(%rip), %rcx; mov thunk_state+16(%rip), %rdx\n"
        "mov thunk_state+24(%rip), %rbx; mov thunk_state+40(%rip), %rbp; mov thunk_state+48(%rip), %rsi\n"
        "mov thunk_state+56(%rip), %rdi\n"
        "iretq\n"
        "thunk_back:\n"
        "mov %rax, thunk_state(%rip); mov %rcx, thunk_state+8(%rip); mov %rdx, thunk_state+16(%rip)\n"
        "mov %rbx, thunk_state+24(%rip); mov %rsp, thunk_state+32(%rip); mov %rbp, thunk_state+40(%rip)\n"
        "mov %rsi, thunk_state+48(%rip); mov %rdi, thunk_state+56(%rip)\n"
        "mov %es, thunk_state+96(%rip); mov %ds, thunk_state+98(%rip)\n"
        "mov %fs, thunk_state+100(%rip); mov %gs, thunk_state+102(%rip); mov %ss, thunk_state+88(%rip)\n"
        "mov thunk_state+104(%rip), %rsp\n"
        "pushfq; popq thunk_state+80(%rip); cld\n"
        "mov $0x2b, %eax; mov %eax, %ss; xor %eax, %eax; mov %eax, %ds; mov %eax, %es; mov %eax, %fs; mov %eax, %gs\n"
        "mov $158, %eax; mov $0x1002, %edi; mov thunk_state+112(%rip), %rsi; syscall\n" /* arch_prctl(ARCH_SET_FS) */
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n"
        ".balign 8\n"
        "thunk_state: .fill 120, 1, 0\n");
extern const uint8_t thunk[], thunk_back[], thunk_state[];

static struct isa_rig rig;
static struct cpu *c;
static uint8_t *page, *area; /* the thunk's copy; the segments' memory */
static struct host_state *host;

/* --- Programs --- */

struct program {
    struct random rnd;
    uint8_t b[CODE_END];
    unsigned len; /* the next byte's offset */
    bool code32, stack32;
    bool wide, addr32; /* of the instruction that is being put together */
};

static uint32_t below(struct program *p, uint32_t n)
{
    return random_below(&p->rnd, n);
}
static bool coin(struct program *p)
{
    return below(p, 2);
}
static void byte(struct program *p, unsigned v)
{
    p->b[p->len++] = (uint8_t)v;
}
static void imm(struct program *p, uint32_t v, unsigned size)
{
    st_le(p->b + p->len, v, size);
    p->len += size;
}
static unsigned osize(const struct program *p)
{
    return p->wide ? 4 : 2;
}

/* Prefixes and opcode; p->wide is the operand size. */
static void op(struct program *p, unsigned opcode)
{
    p->addr32 = below(p, 4) ? p->code32 : !p->code32;
    if (p->wide != p->code32)
        byte(p, 0x66);
    if (p->addr32 != p->code32)
        byte(p, 0x67);
    if (opcode > 0xff)
        byte(p, opcode >> 8);
    byte(p, opcode);
}
static void memory(struct program *p, unsigned reg, uint32_t offset)
{
    byte(p, (p->addr32 ? 5u : 6u) | reg << 3);
    imm(p, offset, p->addr32 ? 4 : 2);
}
static uint32_t place(struct program *p)
{
    return DATA_AT + below(p, 0xf00);
}
static unsigned reg_not_esp(struct program *p)
{
    unsigned r = below(p, 7);
    return r == RSP ? RDI : r;
}
static void modrm(struct program *p, unsigned reg)
{
    if (coin(p))
        memory(p, reg, place(p));
    else
        byte(p, 0xc0 | reg << 3 | reg_not_esp(p));
}

/* Instructions that show whether they were jumped over. */
static void filler(struct program *p)
{
    for (unsigned n = below(p, 4); n; n--)
        byte(p, (coin(p) ? 0x40 : 0x48) | reg_not_esp(p));
}

/* Something that is at `at` of `size` bytes gets the offset of what comes next. */
static void here(struct program *p, unsigned at, unsigned size)
{
    st_le(p->b + at, p->len, size);
}
static void displacement(struct program *p, unsigned size)
{
    unsigned at = p->len;
    p->len += size;
    filler(p);
    st_le(p->b + at, p->len - at - size, size);
}
/* Returns where the immediate is. */
static unsigned push_imm(struct program *p, uint32_t v)
{
    op(p, 0x68);
    imm(p, v, osize(p));
    return p->len - osize(p);
}
static unsigned store_imm(struct program *p, uint32_t offset, uint32_t v)
{
    op(p, 0xc7);
    memory(p, 0, offset);
    imm(p, v, osize(p));
    return p->len - osize(p);
}
static void store_word(struct program *p, uint32_t offset, uint16_t v)
{
    bool wide = p->wide;
    p->wide = false;
    store_imm(p, offset, v);
    p->wide = wide;
}

static uint16_t code_selector(struct program *p)
{
    return SEL((p->code32 ? CODE32 : CODE16) + below(p, 2));
}
static uint16_t stack_selector(struct program *p)
{
    return SEL((p->stack32 ? STACK32 : STACK16) + below(p, 2));
}
static uint16_t data_selector(struct program *p)
{
    return SEL(STACK16 + below(p, 4));
}
/*
 * For a segment register by its number; FS and GS address nothing. The null selector is 0: a switch of tasks on the
 * host turns 1-3 into it.
 */
static uint16_t selector_for(struct program *p, unsigned seg)
{
    if (seg == SEG_SS)
        return stack_selector(p);
    return seg >= SEG_FS && !below(p, 4) ? 0 : data_selector(p);
}
static unsigned data_segment(struct program *p)
{
    static const uint8_t segs[] = {SEG_ES, SEG_SS, SEG_DS, SEG_FS, SEG_GS};
    return segs[below(p, sizeof segs)];
}
static uint32_t some_flags(struct program *p)
{
    return ((uint32_t)random_next(&p->rnd) & (FL_ARITH | FL_DF)) | FL_1 | FL_IF;
}

/* --- Instructions --- */

static void jcc(struct program *p)
{
    unsigned cc = below(p, 16);
    bool near_form = coin(p);
    op(p, near_form ? 0xf80 + cc : 0x70 + cc);
    displacement(p, near_form ? osize(p) : 1);
}
static void setcc(struct program *p)
{
    op(p, 0xf90 + below(p, 16));
    modrm(p, 0);
}
static void cmovcc(struct program *p)
{
    op(p, 0xf40 + below(p, 16));
    modrm(p, reg_not_esp(p));
}
static void loop(struct program *p)
{
    op(p, 0xb8 + RCX);
    imm(p, coin(p) ? below(p, 3) : random_operand(&p->rnd), osize(p));
    op(p, 0xe0 + below(p, 4));
    displacement(p, 1);
}
static void jump_or_call(struct program *p)
{
    static const uint8_t opcode[] = {0xe8, 0xe9, 0xeb};
    unsigned n = below(p, 3);
    op(p, opcode[n]);
    displacement(p, n == 2 ? 1 : osize(p));
}
static void jump_or_call_indirect(struct program *p)
{
    uint32_t at = place(p);
    unsigned r = reg_not_esp(p), target;
    bool mem = coin(p);
    if (mem) {
        target = store_imm(p, at, 0);
    } else {
        op(p, 0xb8 + r);
        imm(p, 0, osize(p));
        target = p->len - osize(p);
    }
    op(p, 0xff);
    unsigned digit = coin(p) ? 2 : 4;
    if (mem)
        memory(p, digit, at);
    else
        byte(p, 0xc0 | digit << 3 | r);
    filler(p);
    here(p, target, osize(p));
}
static void far_indirect(struct program *p)
{
    uint32_t at = place(p);
    unsigned target = store_imm(p, at, 0);
    store_word(p, at + osize(p), code_selector(p));
    op(p, 0xff);
    memory(p, coin(p) ? 3 : 5, at);
    filler(p);
    here(p, target, osize(p));
}
static void far_direct(struct program *p)
{
    op(p, coin(p) ? 0x9a : 0xea);
    unsigned target = p->len;
    p->len += osize(p);
    imm(p, code_selector(p), 2);
    filler(p);
    here(p, target, osize(p));
}
static void near_return(struct program *p)
{
    unsigned target = push_imm(p, 0);
    bool drop = coin(p);
    op(p, drop ? 0xc2 : 0xc3);
    if (drop)
        imm(p, 2 * below(p, 4), 2);
    filler(p);
    here(p, target, osize(p));
}
static void far_return(struct program *p)
{
    unsigned kind = below(p, 3);
    if (kind == 2)
        push_imm(p, some_flags(p));
    push_imm(p, code_selector(p));
    unsigned target = push_imm(p, 0);
    op(p, kind == 2 ? 0xcf : kind ? 0xca : 0xcb);
    if (kind == 1)
        imm(p, 2 * below(p, 4), 2);
    filler(p);
    here(p, target, osize(p));
}

/* NOTE: processors differ in whether a 32-bit push of a selector writes the upper half, so that is 0 before. */
static void push_segment(struct program *p)
{
    static const uint16_t opcode[] = {0x06, 0x0e, 0x16, 0x1e, 0xfa0, 0xfa8};
    push_imm(p, 0);
    op(p, 0x58 + reg_not_esp(p));
    op(p, opcode[below(p, ARRAY_LEN(opcode))]);
}
static void pop_segment(struct program *p)
{
    static const uint16_t opcode[] = {0x07, 0, 0x17, 0x1f, 0xfa1, 0xfa9};
    unsigned seg = data_segment(p);
    push_imm(p, selector_for(p, seg));
    op(p, opcode[seg]);
}
static void move_to_segment(struct program *p)
{
    unsigned seg = data_segment(p), r = reg_not_esp(p);
    uint32_t at = place(p);
    bool mem = coin(p);
    if (mem) {
        store_word(p, at, selector_for(p, seg));
    } else {
        p->wide = true;
        op(p, 0xb8 + r);
        imm(p, selector_for(p, seg) | 0xabcd0000, 4);
    }
    p->wide = coin(p);
    op(p, 0x8e);
    if (mem)
        memory(p, seg, at);
    else
        byte(p, 0xc0 | seg << 3 | r);
}
static void move_from_segment(struct program *p)
{
    op(p, 0x8c);
    modrm(p, below(p, 6));
}
static void load_far_pointer(struct program *p)
{
    static const uint16_t opcode[] = {0xc4, 0, 0xfb2, 0xc5, 0xfb4, 0xfb5};
    unsigned seg = data_segment(p);
    uint32_t at = place(p);
    store_imm(p, at, seg == SEG_SS ? STACK_AT - 0x400 + 2 * below(p, 0x200) : random_operand(&p->rnd));
    store_word(p, at + osize(p), selector_for(p, seg));
    op(p, opcode[seg]);
    memory(p, seg == SEG_SS ? RSP : reg_not_esp(p), at);
}

static void stack_operand(struct program *p)
{
    switch (below(p, 7)) {
    case 0: push_imm(p, random_operand(&p->rnd)); break;
    case 1:
        op(p, 0x6a);
        imm(p, random_operand(&p->rnd), 1);
        break;
    case 2: op(p, 0x50 + reg_not_esp(p)); break;
    case 3: op(p, 0x58 + reg_not_esp(p)); break;
    case 4:
        op(p, 0xff);
        modrm(p, 6);
        break;
    case 5:
        op(p, 0x8f);
        modrm(p, 0);
        break;
    default: /* PUSHA stores ESP; POPA does not take it */
        p->wide = p->wide && p->stack32;
        op(p, coin(p) ? 0x60 : 0x61);
        break;
    }
}
static void stack_frame(struct program *p)
{
    p->wide = p->stack32;
    op(p, 0xc8);
    imm(p, below(p, 64), 2);
    imm(p, 0, 1);
    op(p, 0xc9);
}
static void flags_through_stack(struct program *p)
{
    if (coin(p)) {
        push_imm(p, some_flags(p));
        op(p, 0x9d);
    } else {
        op(p, 0x9c);
    }
}
static void flag_instruction(struct program *p)
{
    static const uint8_t opcode[] = {0xf8, 0xf9, 0xf5, 0xfc, 0xfd, 0x9e, 0x9f};
    op(p, opcode[below(p, sizeof opcode)]);
}
static void nothing(struct program *p)
{
    if (below(p, 4) == 0)
        byte(p, 0xf3), byte(p, 0x90); /* PAUSE */
    else if (coin(p)) {
        op(p, 0xf18);
        memory(p, below(p, 4), place(p)); /* PREFETCHh */
    } else {
        op(p, coin(p) ? 0xf1f : 0xf19);
        modrm(p, 0);
    }
}
static void moffs(struct program *p)
{
    op(p, 0xa0 + below(p, 4));
    imm(p, place(p), p->addr32 ? 4 : 2);
}
static void compare(struct program *p)
{
    op(p, 0x3d);
    imm(p, random_operand(&p->rnd), osize(p));
}
static void inc_dec_exchange(struct program *p)
{
    op(p, 0x40 + 8 * below(p, 2) + reg_not_esp(p));
    op(p, 0x90 + reg_not_esp(p));
}
static void load_immediate(struct program *p)
{
    op(p, 0xb8 + reg_not_esp(p));
    imm(p, random_operand(&p->rnd), osize(p));
}
static void store(struct program *p)
{
    op(p, 0x89);
    memory(p, reg_not_esp(p), place(p));
}
static void ask_descriptor(struct program *p)
{
    static const struct {
        uint16_t opcode;
        int8_t digit;
    } form[] = {{0xf02, -1}, {0xf03, -1}, {0xf00, 4}, {0xf00, 5}, {0x63, -1}};
    unsigned n = below(p, ARRAY_LEN(form)), r = reg_not_esp(p), other = reg_not_esp(p);
    uint32_t at = place(p);
    bool mem = coin(p);
    uint16_t sel = (uint16_t)((below(p, ENTRIES) * 8 | 4 | below(p, 4)) & (below(p, 8) ? 0xffff : 3));
    if (mem) {
        store_word(p, at, sel);
    } else {
        p->wide = true;
        op(p, 0xb8 + r);
        imm(p, sel, 4);
    }
    p->wide = coin(p);
    op(p, form[n].opcode);
    unsigned reg = form[n].digit < 0 ? other : (unsigned)form[n].digit;
    if (mem)
        memory(p, reg, at);
    else
        byte(p, 0xc0 | reg << 3 | r);
}
static void bound(struct program *p)
{
    uint32_t at = place(p), low = random_operand(&p->rnd) & 0x3fff;
    unsigned r = reg_not_esp(p);
    store_imm(p, at, low);
    store_imm(p, at + osize(p), low + 100);
    op(p, 0xb8 + r);
    imm(p, low + below(p, 101), osize(p));
    op(p, 0x62);
    memory(p, r, at);
}

static void make_program(struct program *p)
{
    static void (*const instruction[])(struct program *) = {jcc,
                                                            jcc,
                                                            jcc,
                                                            setcc,
                                                            cmovcc,
                                                            loop,
                                                            jump_or_call,
                                                            jump_or_call_indirect,
                                                            far_indirect,
                                                            far_direct,
                                                            near_return,
                                                            far_return,
                                                            push_segment,
                                                            pop_segment,
                                                            move_to_segment,
                                                            move_from_segment,
                                                            load_far_pointer,
                                                            stack_operand,
                                                            stack_operand,
                                                            stack_frame,
                                                            flags_through_stack,
                                                            flag_instruction,
                                                            nothing,
                                                            moffs,
                                                            compare,
                                                            compare,
                                                            inc_dec_exchange,
                                                            load_immediate,
                                                            store,
                                                            ask_descriptor,
                                                            bound};
    p->len = CODE_AT;
    for (unsigned n = 0; n < COUNT && p->len < CODE_END - MARGIN; n++) {
        p->wide = coin(p);
        instruction[below(p, ARRAY_LEN(instruction))](p);
    }
}

/* --- Both processors --- */

/* Where descriptors come from: the host's table, as the kernel made it. */
static bool make_ldt(uint64_t *ldt)
{
    for (unsigned n = 0; n < ENTRIES; n++) {
        bool code = n <= CODE32_TWIN, big = n >= STACK32 || n == CODE32 || n == CODE32_TWIN;
        bool moved = n == STACK16_OTHER || n == STACK32_OTHER;
        struct user_desc d = {.entry_number = n,
                              .base_addr = (uint32_t)(uintptr_t)area + (moved ? OTHER_BASE : 0),
                              .limit = 0xffff,
                              .seg_32bit = big,
                              .contents = code ? 2 : 0,
                              .useable = 1};
        if (syscall(SYS_modify_ldt, 0x11, &d, sizeof d))
            return false;
    }
    return syscall(SYS_modify_ldt, 0, ldt, ENTRIES * sizeof *ldt) >= (long)(ENTRIES * sizeof *ldt);
}

static void rebase(uint64_t *desc, uint32_t base)
{
    *desc = (*desc & UINT64_C(0x00ffff000000ffff)) | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)(base >> 24) << 56;
}

/* The thunk's copy and the segments, with their descriptors. */
static bool make_host(uint64_t *ldt)
{
    page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    area = mmap(NULL, AREA, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (page == MAP_FAILED || area == MAP_FAILED)
        return false;
    memcpy(page, thunk, (size_t)(thunk_state - thunk) + sizeof *host);
    host = (struct host_state *)(page + (thunk_state - thunk));
    return make_ldt(ldt);
}

static void setup(void)
{
    uint64_t ldt[ENTRIES];
    ck_assert(make_host(ldt));
    isa_rig_init(&rig);
    c = rig.cpu;
    for (unsigned n = 0; n < ENTRIES; n++)
        rebase(&ldt[n], GUEST_AREA + (n == STACK16_OTHER || n == STACK32_OTHER ? OTHER_BASE : 0));
    isa_rig_put(&rig, GUEST_LDT, ldt, sizeof ldt);
}

static void teardown(void)
{
    isa_rig_free(&rig);
    munmap(page, PAGE_SIZE);
    munmap(area, AREA);
}

/* The same start for both. */
static void start(struct program *p)
{
    static const uint8_t segs[] = {SEG_ES, SEG_DS, SEG_FS, SEG_GS, SEG_SS};
    struct desc d;
    for (unsigned k = 0; k < AREA; k += 4)
        st32(area + k, random_operand(&p->rnd));
    memset(area, 0xf4, OTHER_BASE); /* HLT: the guest decodes no random bytes behind the program */
    memcpy(area, p->b, p->len);
    for (unsigned r = 0; r < 8; r++)
        host->r[r] = random_operand(&p->rnd);
    host->r[RSP] = STACK_AT;
    host->eip = CODE_AT;
    host->cs = code_selector(p);
    host->flags = some_flags(p);
    host->ss = stack_selector(p);
    host->es = host->ds = host->fs = host->gs = data_selector(p);
    isa_rig_flat(&rig);
    isa_rig_put(&rig, GUEST_AREA, area, AREA);
    c->ldtr = (struct seg){.sel = 0x18, .base = GUEST_LDT, .limit = ENTRIES * 8 - 1, .attr = DESC_P};
    ck_assert(!desc_read(c, (uint16_t)host->cs, EXC_GP, &d));
    set_cs(c, (uint16_t)host->cs, &d, 3);
    for (unsigned k = 0; k < sizeof segs; k++)
        ck_assert(!load_seg(c, segs[k], segs[k] == SEG_SS ? (uint16_t)host->ss : host->ds));
    mode_update(c);
    for (unsigned r = 0; r < 8; r++)
        c->regs[r] = (uint32_t)host->r[r];
    set_arith(c, (uint32_t)host->flags);
    c->eflags = (c->eflags & ~(uint32_t)FL_DF) | FL_IF | (uint32_t)(host->flags & FL_DF);
    c->rip = CODE_AT;
}

/* The program's end: a far jump to 64-bit code. */
static void run_host(const struct program *p)
{
    uint8_t *end = area + p->len;
    if (!p->code32)
        *end++ = 0x66;
    *end++ = 0xea;
    st32(end, (uint32_t)(uintptr_t)(page + (thunk_back - thunk)));
    st16(end + 4, 0x33);
    if (syscall(SYS_arch_prctl, 0x1003, &host->saved_fs)) /* ARCH_GET_FS */
        abort();
    ((void (*)(void))(uintptr_t)page)();
}

static bool run_guest(const struct program *p)
{
    c->halted = false;
    for (unsigned n = 0; n < 8 * COUNT && c->rip != p->len; n++)
        cpu_run(c, rig.clock.pos + 1);
    return c->rip == p->len;
}

static bool agree(const struct program *p)
{
    static uint8_t memory_of_guest[AREA];
    uint32_t flags = (arith_flags(c) | (c->eflags & FL_DF)) ^ (uint32_t)host->flags;
    bool same = !(flags & (FL_ARITH | FL_DF));
    for (unsigned r = 0; r < 8; r++)
        same &= !((c->regs[r] ^ (uint32_t)host->r[r]) & (r == RSP && !p->stack32 ? 0xffff : 0xffffffff));
    same &= c->seg[SEG_ES].sel == host->es && c->seg[SEG_DS].sel == host->ds && c->seg[SEG_FS].sel == host->fs &&
            c->seg[SEG_GS].sel == host->gs && c->seg[SEG_SS].sel == (uint16_t)host->ss;
    isa_rig_get(&rig, GUEST_AREA, memory_of_guest, AREA);
    for (unsigned k = OTHER_BASE; k < AREA && same; k++)
        if (memory_of_guest[k] != area[k]) {
            fprintf(stderr, "memory at %05x: host %02x, guest %02x\n", k, area[k], memory_of_guest[k]);
            same = false;
        }
    return same;
}

static void show(const struct program *p, unsigned trial)
{
    fprintf(stderr, "trial %u, %u-bit code, %u-bit stack:", trial, p->code32 ? 32 : 16, p->stack32 ? 32 : 16);
    for (unsigned k = CODE_AT; k < p->len; k++)
        fprintf(stderr, " %02x", p->b[k]);
    fprintf(stderr, "\nhost ");
    for (unsigned r = 0; r < 8; r++)
        fprintf(stderr, " %08x", (unsigned)host->r[r]);
    fprintf(stderr, " flags %03x es %x ss %x ds %x fs %x gs %x\nguest", (unsigned)host->flags, host->es,
            (unsigned)host->ss & 0xffff, host->ds, host->fs, host->gs);
    for (unsigned r = 0; r < 8; r++)
        fprintf(stderr, " %08x", (unsigned)c->regs[r]);
    fprintf(stderr, " flags %03x es %x ss %x ds %x fs %x gs %x rip %x of %x\n",
            (unsigned)(arith_flags(c) | (c->eflags & FL_DF)), c->seg[SEG_ES].sel, c->seg[SEG_SS].sel,
            c->seg[SEG_DS].sel, c->seg[SEG_FS].sel, c->seg[SEG_GS].sel, (unsigned)c->rip, p->len);
}

static unsigned trials(void)
{
    const char *s = getenv("VITRINE_COMPAT_TRIALS");
    return s ? (unsigned)strtoul(s, NULL, 0) : 1500;
}

START_TEST(programs_leave_registers_selectors_flags_and_memory_as_on_the_host)
{
    for (unsigned n = 0; n < trials(); n++) {
        static struct program p;
        p = (struct program){
            .rnd = {0x9e3779b97f4a7c15u * (n + 1) + (unsigned)_i}, .code32 = _i & 1, .stack32 = _i & 2};
        make_program(&p);
        start(&p);
        run_host(&p);
        bool same = run_guest(&p) && agree(&p);
        if (!same)
            show(&p, n);
        ck_assert(same);
    }
}
END_TEST

/* --- Whether this host can --- */

enum { PROBE_OK, PROBE_NO_LDT, PROBE_WRONG };

/*
 * In a child: the smallest program in each kind of code and stack segment. 40h is INC eAX there and a prefix in 64-bit
 * code; a selector that does not arrive is one that the host did not load.
 */
static int probe(void)
{
    uint64_t ldt[ENTRIES];
    if (!make_host(ldt))
        return PROBE_NO_LDT;
    for (unsigned i = 0; i < 4; i++) {
        struct program p = {.code32 = i & 1, .stack32 = i & 2, .len = CODE_AT + 1};
        p.b[CODE_AT] = 0x40;
        memcpy(area + CODE_AT, p.b + CODE_AT, 1);
        *host = (struct host_state){.eip = CODE_AT, .flags = FL_1 | FL_IF};
        host->r[RAX] = 41;
        host->r[RSP] = STACK_AT;
        host->cs = SEL(p.code32 ? CODE32 : CODE16);
        host->ss = SEL(p.stack32 ? STACK32 : STACK16);
        host->es = host->ds = host->fs = host->gs = SEL(STACK16);
        uint16_t ss = (uint16_t)host->ss;
        run_host(&p);
        if (host->r[RAX] != 42 || (uint16_t)host->ss != ss || host->gs != SEL(STACK16))
            return PROBE_WRONG;
    }
    return PROBE_OK;
}

/* NULL, or why the host cannot be compared with. */
static const char *why_not(char *text, size_t size)
{
    static const char *const said[] = {NULL, "this host has no modify_ldt",
                                       "code of 16 or 32 bits computes wrongly on this host"};
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        alarm(20);
        _exit(probe());
    }
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return "the probe's process is lost";
    if (child < 0)
        return "no process for the probe";
    if (WIFEXITED(status) && WEXITSTATUS(status) <= PROBE_WRONG)
        return said[WEXITSTATUS(status)];
    snprintf(text, size, "this host runs no code segments of 16 or 32 bits (the probe ended with %s)",
             WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "an unknown status");
    return text;
}

int main(void)
{
    char text[160];
    const char *reason = why_not(text, sizeof text);
    if (reason) {
        printf("skipped: jumps, the stack and segments against the host's processor, since %s\n", reason);
        return 77;
    }
    Suite *s = suite_create("compat_host");
    TCase *t = tcase_create("compat_host");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 3600);
    tcase_add_loop_test(t, programs_leave_registers_selectors_flags_and_memory_as_on_the_host, 0, 4);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
