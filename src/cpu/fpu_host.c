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
#include "cpu/fpu_host.h"

#if !defined(__x86_64__) && !defined(__i386__)
#error "fpu_host.c needs an x86 host; another host needs a soft-float behind fpu_host.h"
#endif

static const uint16_t host_cw = CW_INIT;

/* ST(0) = a, ST(1) = b; the operation leaves its result in ST(0) and ST(1) where it is. */
#define BINARY(name, operation)                                                                    \
    unsigned name(struct f80 *r, const struct f80 *a, const struct f80 *b, unsigned cw)            \
    {                                                                                              \
        uint16_t guest_cw = (uint16_t)cw, sw;                                                      \
        __asm__ volatile(                                                                          \
            "fnclex\n\tfldt %[b]\n\tfldt %[a]\n\tfldcw %[cw]\n\t" operation                        \
            "\n\tfnstsw %[sw]\n\tfnclex\n\tfldcw %[host]\n\tfstpt %[r]\n\tfstp %%st(0)"            \
            : [r] "=m"(*r), [sw] "=&a"(sw)                                                         \
            : [a] "m"(*a), [b] "m"(*b), [cw] "m"(guest_cw), [host] "m"(host_cw)                    \
            : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");                \
        return sw & (SW_EXCEPTIONS | SW_C1);                                                       \
    }
#define UNARY(name, operation)                                                                     \
    unsigned name(struct f80 *r, const struct f80 *a, unsigned cw)                                 \
    {                                                                                              \
        uint16_t guest_cw = (uint16_t)cw, sw;                                                      \
        __asm__ volatile("fnclex\n\tfldt %[a]\n\tfldcw %[cw]\n\t" operation                        \
                         "\n\tfnstsw %[sw]\n\tfnclex\n\tfldcw %[host]\n\tfstpt %[r]"               \
                         : [r] "=m"(*r), [sw] "=&a"(sw)                                            \
                         : [a] "m"(*a), [cw] "m"(guest_cw), [host] "m"(host_cw)                    \
                         : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");   \
        return sw & (SW_EXCEPTIONS | SW_C1);                                                       \
    }
#define COMPARE(name, operation)                                                                   \
    unsigned name(const struct f80 *a, const struct f80 *b, unsigned cw)                           \
    {                                                                                              \
        uint16_t guest_cw = (uint16_t)cw, sw;                                                      \
        __asm__ volatile(                                                                          \
            "fnclex\n\tfldt %[b]\n\tfldt %[a]\n\tfldcw %[cw]\n\t" operation                        \
            "\n\tfnstsw %[sw]\n\tfnclex\n\tfldcw %[host]\n\tfstp %%st(0)\n\tfstp %%st(0)"          \
            : [sw] "=&a"(sw)                                                                       \
            : [a] "m"(*a), [b] "m"(*b), [cw] "m"(guest_cw), [host] "m"(host_cw)                    \
            : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");                \
        return sw & (SW_EXCEPTIONS | SW_CC);                                                       \
    }
/* FSTP's non-popping twin, so that one register is left whatever happened. */
#define STORE(name, type, operation)                                                               \
    unsigned name(type *r, const struct f80 *a, unsigned cw)                                       \
    {                                                                                              \
        uint16_t guest_cw = (uint16_t)cw, sw;                                                      \
        __asm__ volatile("fnclex\n\tfldt %[a]\n\tfldcw %[cw]\n\t" operation                        \
                         " %[r]\n\tfnstsw %[sw]\n\tfnclex\n\tfldcw %[host]\n\tfstp %%st(0)"        \
                         : [r] "+m"(*r), [sw] "=&a"(sw)                                            \
                         : [a] "m"(*a), [cw] "m"(guest_cw), [host] "m"(host_cw)                    \
                         : "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");   \
        return sw & (SW_EXCEPTIONS | SW_C1);                                                       \
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
