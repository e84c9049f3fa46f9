/* SPDX-License-Identifier: MIT */
/* Breakpoints by register, length, kind and access: SDM 3B 17.2.4-17.2.5, tables 17-1 and 17-2. */
#include "tests/cpu/rig.h"

#define INT_DONE 0xcd, 32
enum { EXEC, WRITE, IO, READ_WRITE };
enum { PORT = 0x1000 };

/* Code that accesses n bytes at `at`, and then goes to INT 32. */
struct access {
    uint8_t code[20];
    unsigned len;
};

static void op(struct access *a, const void *bytes, unsigned n)
{
    memcpy(a->code + a->len, bytes, n);
    a->len += n;
}
#define OP(a, ...)                          \
    do {                                    \
        const uint8_t b_[] = {__VA_ARGS__}; \
        op(a, b_, sizeof b_);               \
    } while (0)

static struct access memory(uint32_t at, unsigned n, bool write)
{
    struct access a = {.len = 0};
    switch (n) {
    case 1: OP(&a, write ? 0xa2 : 0xa0, IMM32(at)); break;
    case 2: OP(&a, 0x66, write ? 0xa3 : 0xa1, IMM32(at)); break;
    case 4: OP(&a, write ? 0xa3 : 0xa1, IMM32(at)); break;
    case 8: OP(&a, 0x0f, write ? 0x7f : 0x6f, 0x05, IMM32(at)); break;
    default: OP(&a, 0x0f, write ? 0x11 : 0x10, 0x05, IMM32(at)); break;
    }
    return a;
}
/* string: INS or OUTS. */
static struct access port(unsigned n, bool write, bool string)
{
    struct access a = {.len = 0};
    if (n == 2)
        OP(&a, 0x66);
    OP(&a, (uint8_t)((string ? 0x6c : 0xec) + (write ? 2 : 0) + (n > 1)));
    return a;
}

static void watch(unsigned n, uint64_t at, unsigned kind, unsigned len, bool global)
{
    static const uint8_t codes[] = {0, 0, 1, 0, 3, 0, 0, 0, 2};
    struct cpu *c = rig.cpu;
    rig_protected();
    c->cr4 |= CR4_DE | CR4_OSFXSR;
    c->dr[n] = at;
    c->dr[7] = 0x400 | (global ? 2u : 1u) << (2 * n) | (kind | (uint64_t)codes[len] << 2) << (16 + 4 * n);
    tlb_flush_all(c);
}

static void check(struct access *a, bool hit, unsigned n, const char *what, unsigned size, int off, unsigned len)
{
    struct cpu *c = rig.cpu;
    unsigned end = a->len;
    OP(a, 0x90, INT_DONE);
    run_bytes(a->code, a->len, 10);
    ck_assert_msg(rig_vector() == (hit ? EXC_DB : 32), "%s of %u at %d, length %u: %d", what, size, off, len,
                  rig_vector());
    ck_assert_uint_eq(frame_word(0), CODE_AT + (hit ? end : a->len));
    ck_assert_uint_eq(c->dr[6], 0xffff0ff0 | (hit ? BIT(n) : 0));
}

/* From well before the breakpoint to behind it; once at the end of a page, so that accesses lie in both. */
START_TEST(data_breakpoint_hits_what_overlaps_it)
{
    static const uint8_t sizes[] = {1, 2, 4, 8, 16};
    unsigned n = 0;
    for (unsigned len = 1; len <= 8; len *= 2)
        for (unsigned page_end = 0; page_end < 2; page_end++)
            for (unsigned s = 0; s < sizeof sizes; s++)
                for (int off = -(int)sizes[s] - 1; off <= (int)len + 1; off++)
                    for (unsigned k = 0; k < 4; k++, n = (n + 1) & 3) {
                        bool write = k & 1, both = k & 2, overlaps = off < (int)len && off + sizes[s] > 0;
                        uint32_t at = DATA_AT + (page_end ? PAGE_SIZE - len : 64);
                        watch(n, at, both ? READ_WRITE : WRITE, len, off & 1);
                        struct access a = memory(at + (uint32_t)off, sizes[s], write);
                        check(&a, overlaps && (write || both), n, write ? "write" : "read", sizes[s], off, len);
                    }
}
END_TEST

/* The low address bits that the length covers do not count (17.2.5). */
START_TEST(data_breakpoint_ignores_address_bits_below_its_length)
{
    for (unsigned len = 1; len <= 8; len *= 2)
        for (unsigned low = 0; low < 8; low++)
            for (unsigned off = 0; off < 16; off++) {
                watch(0, DATA_AT + low, WRITE, len, false);
                struct access a = memory(DATA_AT + off, 1, true);
                check(&a, off / len == low / len, 0, "write", 1, (int)off, len);
            }
}
END_TEST

START_TEST(io_breakpoint_hits_what_overlaps_it)
{
    unsigned n = 0;
    for (unsigned len = 1; len <= 4; len *= 2)
        for (unsigned size = 1; size <= 4; size *= 2)
            for (int off = -(int)size - 1; off <= (int)len + 1; off++)
                for (unsigned k = 0; k < 4; k++, n = (n + 1) & 3) {
                    watch(n, PORT, IO, len, off & 1);
                    rig.cpu->regs[RDX] = (uint32_t)(PORT + off);
                    rig.cpu->regs[RSI] = rig.cpu->regs[RDI] = DATA_AT;
                    struct access a = port(size, k & 1, k & 2);
                    check(&a, off < (int)len && off + (int)size > 0, n, "i/o", size, off, len);
                }
}
END_TEST

START_TEST(instruction_breakpoint_hits_its_address_alone)
{
    for (unsigned n = 0; n < 4; n++)
        for (unsigned global = 0; global < 2; global++)
            for (int off = -1; off <= 6; off++) {
                watch(n, (uint64_t)(CODE_AT + off), EXEC, 1, global);
                RUN(0x90, MOV_EAX(5), INT_DONE); /* at 0, 1 and 6 */
                bool hit = off == 0 || off == 1 || off == 6;
                ck_assert_int_eq(rig_vector(), hit ? EXC_DB : 32);
                if (hit)
                    ck_assert_uint_eq(frame_word(0), (uint32_t)(CODE_AT + off));
                ck_assert_uint_eq(rig.cpu->dr[6], 0xffff0ff0 | (hit ? BIT(n) : 0));
            }
}
END_TEST

/* Neither L nor G: nothing; another register's enable bits do not count. */
START_TEST(breakpoint_that_is_not_enabled_is_none)
{
    for (unsigned n = 0; n < 4; n++)
        for (unsigned kind = EXEC; kind <= READ_WRITE; kind++) {
            watch(n, kind == EXEC ? CODE_AT : kind == IO ? PORT : DATA_AT, kind, 1, false);
            rig.cpu->dr[7] = (rig.cpu->dr[7] & ~UINT64_C(0xff)) | (0xffu & ~(3u << (2 * n)));
            for (unsigned k = 0; k < 4; k++)
                if (k != n)
                    rig.cpu->dr[k] = 0x12345;
            tlb_flush_all(rig.cpu);
            rig.cpu->regs[RDX] = PORT;
            RUN(0xec, 0xa2, IMM32(DATA_AT), INT_DONE);
            ck_assert_int_eq(rig_vector(), 32);
        }
}
END_TEST

TCase *watch_tests(void)
{
    TCase *t = tcase_create("breakpoints");
    tcase_add_test(t, data_breakpoint_hits_what_overlaps_it);
    tcase_add_test(t, data_breakpoint_ignores_address_bits_below_its_length);
    tcase_add_test(t, io_breakpoint_hits_what_overlaps_it);
    tcase_add_test(t, instruction_breakpoint_hits_its_address_alone);
    tcase_add_test(t, breakpoint_that_is_not_enabled_is_none);
    return t;
}
