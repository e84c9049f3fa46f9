/* SPDX-License-Identifier: MIT */
#include "tests/isa/iem_state.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "base/log.h"
#include "cpu/fp/x87.h"

enum { OPERAND_AT = 0x100000 };

static void guest_load(struct cpu *c, const struct iem_state *s)
{
    struct x87 *f = &c->x87;
    c->cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT;
    c->cr0 |= CR0_NE;
    f->cw = ld16(s->fx + FX_CW);
    f->sw = ld16(s->fx + FX_SW) & (uint16_t)~SW_TOP;
    f->top = ld16(s->fx + FX_SW) >> 11 & 7;
    f->tag = (uint8_t)~s->fx[FX_TAG];
    for (unsigned k = 0; k < 8; k++) {
        f->st[(f->top + k) & 7] = (struct f80){ld64(s->fx + FX_ST + 16 * k), ld16(s->fx + FX_ST + 16 * k + 8)};
        memcpy(&c->xmm[k], s->fx + FX_XMM + 16 * k, 16);
        if (k != RSP)
            c->regs[k] = (uint32_t)s->r[k];
    }
    c->regs[RSI] = OPERAND_AT;
    c->mxcsr = ld32(s->fx + FX_MXCSR);
    set_arith(c, (uint32_t)s->flags);
    x87_update_es(c);
}

static void guest_store(const struct cpu *c, struct iem_state *s)
{
    const struct x87 *f = &c->x87;
    st16(s->fx + FX_CW, f->cw);
    st16(s->fx + FX_SW, x87_sw(f));
    s->fx[FX_TAG] = (uint8_t)~f->tag;
    for (unsigned k = 0; k < 8; k++) {
        st64(s->fx + FX_ST + 16 * k, f->st[(f->top + k) & 7].mant);
        st16(s->fx + FX_ST + 16 * k + 8, f->st[(f->top + k) & 7].se);
        memcpy(s->fx + FX_XMM + 16 * k, &c->xmm[k], 16);
        s->r[k] = c->regs[k];
    }
    st32(s->fx + FX_MXCSR, c->mxcsr);
    s->flags = arith_flags(c);
}

void iem_guest(struct isa_rig *rig, const uint8_t *bytes, struct iem_state *s)
{
    guest_load(rig->cpu, s);
    isa_rig_put(rig, OPERAND_AT, s->mem, sizeof s->mem);
    enum xstat st = isa_rig_exec(rig, bytes, 0x1000);
    s->faulted = st == X_FAULT && rig->cpu->exc.vector == EXC_DE;
    if (st != X_NEXT && !s->faulted)
        bug("%02x %02x %02x ends as %d", bytes[0], bytes[1], bytes[2], (int)st);
    guest_store(rig->cpu, s);
    isa_rig_get(rig, OPERAND_AT, s->mem, sizeof s->mem);
}

#ifdef __x86_64__
/* void iem_thunk(struct iem_state *): the bytes from iem_patch on are replaced by the instruction. */
__asm__(".text\n"
        ".globl iem_thunk, iem_patch, iem_end\n"
        "iem_thunk:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "mov %rdi, %r15\n"
        "fxsave64 512(%r15)\n"
        "fxrstor64 (%r15)\n"
        "mov 1024(%r15), %rax; mov 1032(%r15), %rcx; mov 1040(%r15), %rdx; mov 1048(%r15), %rbx\n"
        "mov 1064(%r15), %rbp; mov 1072(%r15), %rsi; mov 1080(%r15), %rdi\n"
        "pushq 1088(%r15); popfq\n"
        "iem_patch: .fill 16, 1, 0x90\n"
        "mov %rax, 1024(%r15); mov %rcx, 1032(%r15); mov %rdx, 1040(%r15); mov %rbx, 1048(%r15)\n"
        "mov %rbp, 1064(%r15)\n"
        "pushfq; popq 1088(%r15)\n"
        "fxsave64 (%r15)\n"
        "fxrstor64 512(%r15)\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n"
        "iem_end:\n");
extern const uint8_t iem_thunk[], iem_patch[], iem_end[];
_Static_assert(offsetof(struct iem_state, r) == 1024 && offsetof(struct iem_state, flags) == 1088, "thunk");

static sigjmp_buf after_fault;

static void on_sigfpe(int sig)
{
    (void)sig;
    siglongjmp(after_fault, 1);
}

bool iem_have_host(void)
{
    return true;
}

void iem_host(const uint8_t *bytes, unsigned len, struct iem_state *s)
{
    static uint8_t *code;
    if (!code) {
        struct sigaction sa = {.sa_handler = on_sigfpe, .sa_flags = SA_NODEFER};
        sigaction(SIGFPE, &sa, NULL);
        code = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (code == MAP_FAILED)
            bug("no memory that can be executed");
        memcpy(code, iem_thunk, (size_t)(iem_end - iem_thunk));
    }
    uint8_t *patch = code + (iem_patch - iem_thunk);
    memset(patch, 0x90, 16);
    memcpy(patch, bytes, len);
    s->r[RSI] = (uintptr_t)s->mem; /* NOTE: [ESI] is [RSI] there */
    s->flags = (s->flags & FL_ARITH) | FL_1 | FL_IF;
    s->faulted = sigsetjmp(after_fault, 0) != 0; /* a fault leaves *s as it was */
    if (!s->faulted)
        ((void (*)(struct iem_state *))(uintptr_t)code)(s);
    s->flags &= FL_ARITH;
}
#else
bool iem_have_host(void)
{
    return false;
}
void iem_host(const uint8_t *bytes, unsigned len, struct iem_state *s)
{
    (void)bytes;
    (void)len;
    (void)s;
}
#endif
