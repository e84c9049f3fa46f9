/* SPDX-License-Identifier: MIT */
/*
 * x87 arithmetic on the host's x87, under the guest's control word.
 *
 * An exception that the guest has unmasked becomes pending in the host's FPU, too, but only a
 * waiting instruction would report it, and FNCLEX, which does not wait, removes it before the next
 * one. So the host gives even the results that exist only with unmasked exceptions. The host's
 * status flags may hold anything before (libraries use long double), hence the first FNCLEX. The
 * host's control word is left at the value that the System V ABI starts a process with.
 */
#include "cpu/fp/fpu_host.h"

#if !defined(__x86_64__) && !defined(__i386__)
#error "fpu_host.c needs an x86 host; another host needs a soft-float behind fpu_host.h"
#endif

static const uint16_t host_cw = CW_INIT;

/*
 * Around the operation: a clean status word before, and after it, which goes to EAX, no pending
 * exception and the host's control word. Changing control and status costs more than the operation,
 * so only where there is something to change.
 */
#define BEFORE                                                  \
    "fnstsw %%ax\n\ttestb $0xff, %%al\n\tjz 1f\n\tfnclex\n1:\t" \
    "cmpw %[host], %[cw]\n\tje 2f\n\tfldcw %[cw]\n2:\t"
#define AFTER                                                       \
    "\n\tfnstsw %%ax\n\ttestb $0x80, %%al\n\tjz 3f\n\tfnclex\n3:\t" \
    "cmpw %[host], %[cw]\n\tje 4f\n\tfldcw %[hostm]\n4:\t"
#define CLOBBERS "cc", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)"

/* ST(0) = a, ST(1) = b; the operation leaves its result in ST(0) and ST(1) where it is. */
#define BINARY(name, operation)                                                                                    \
    unsigned name(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)                            \
    {                                                                                                              \
        uint16_t guest_cw = (uint16_t)cw;                                                                          \
        uint32_t sw;                                                                                               \
        __asm__ volatile("fldt %[b]\n\tfldt %[a]\n\t" BEFORE operation AFTER "fstpt %[r]\n\tfstp %%st(0)"          \
                         : [r] "=m"(*r), "=&a"(sw)                                                                 \
                         : [a] "m"(*a), [b] "m"(*b), [cw] "m"(guest_cw), [host] "i"(CW_INIT), [hostm] "m"(host_cw) \
                         : CLOBBERS);                                                                              \
        return sw & (SW_EXCEPTIONS | SW_C1);                                                                       \
    }
#define UNARY(name, operation)                                                                        \
    unsigned name(struct f80 *r, const struct f80 *a, unsigned cw)                                    \
    {                                                                                                 \
        uint16_t guest_cw = (uint16_t)cw;                                                             \
        uint32_t sw;                                                                                  \
        __asm__ volatile("fldt %[a]\n\t" BEFORE operation AFTER "fstpt %[r]"                          \
                         : [r] "=m"(*r), "=&a"(sw)                                                    \
                         : [a] "m"(*a), [cw] "m"(guest_cw), [host] "i"(CW_INIT), [hostm] "m"(host_cw) \
                         : CLOBBERS);                                                                 \
        return sw & (SW_EXCEPTIONS | SW_C1);                                                          \
    }
#define COMPARE(name, operation)                                                                                   \
    unsigned name(const struct f80 *a, const struct f80 *b, unsigned cw)                                           \
    {                                                                                                              \
        uint16_t guest_cw = (uint16_t)cw;                                                                          \
        uint32_t sw;                                                                                               \
        __asm__ volatile("fldt %[b]\n\tfldt %[a]\n\t" BEFORE operation AFTER "fstp %%st(0)\n\tfstp %%st(0)"        \
                         : "=&a"(sw)                                                                               \
                         : [a] "m"(*a), [b] "m"(*b), [cw] "m"(guest_cw), [host] "i"(CW_INIT), [hostm] "m"(host_cw) \
                         : CLOBBERS);                                                                              \
        return sw & (SW_EXCEPTIONS | SW_CC);                                                                       \
    }
/* FSTP's non-popping twin, so that one register is left whatever happened. */
#define STORE(name, type, operation)                                                                  \
    unsigned name(type *r, const struct f80 *a, unsigned cw)                                          \
    {                                                                                                 \
        uint16_t guest_cw = (uint16_t)cw;                                                             \
        uint32_t sw;                                                                                  \
        __asm__ volatile("fldt %[a]\n\t" BEFORE operation " %[r]" AFTER "fstp %%st(0)"                \
                         : [r] "+m"(*r), "=&a"(sw)                                                    \
                         : [a] "m"(*a), [cw] "m"(guest_cw), [host] "i"(CW_INIT), [hostm] "m"(host_cw) \
                         : CLOBBERS);                                                                 \
        return sw & (SW_EXCEPTIONS | SW_C1);                                                          \
    }

/* NOTE: AT&T spells the forms with ST(0) as destination as Intel does. */
BINARY(host_add, "fadd %%st(1), %%st")
BINARY(host_sub, "fsub %%st(1), %%st")
BINARY(host_mul, "fmul %%st(1), %%st")
BINARY(host_div, "fdiv %%st(1), %%st")
BINARY(host_scale, "fscale")
UNARY(host_sqrt, "fsqrt")
UNARY(host_rndint, "frndint")
COMPARE(host_com, "fcom %%st(1)")
COMPARE(host_ucom, "fucom %%st(1)")
STORE(host_to_f32, uint32_t, "fsts")
STORE(host_to_f64, uint64_t, "fstl")
