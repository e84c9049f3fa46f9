/* SPDX-License-Identifier: MIT */
/*
 * A CPU with its engine, 4 MiB of RAM and a page of device registers at FEC00000h, for tests of modes, segments, paging
 * and exceptions: byte programs run on it until HLT.
 *
 * Protected mode by rig_protected(): GDT at GDT_AT, IDT at IDT_AT (interrupt gates of 32 bits to one HLT each, so that
 * after an exception rig_vector() tells which came), TSS at TSS_AT with its level-0 stack at STACK0_TOP.
 */
#ifndef TESTS_CPU_RIG_H
#define TESTS_CPU_RIG_H

#include <check.h>

#include "cpu/sys/system.h"

enum { RAM_BYTES = 4 << 20, DEVICE_AT = 0xfec00000 - 0x100000000 };
enum {
    GDT_AT = 0x1000,
    IDT_AT = 0x2000,
    TSS_AT = 0x3000,
    HANDLERS_AT = 0x4000,
    LDT_AT = 0x5000,
    TSS2_AT = 0x6000,
    CODE_AT = 0x10000,
    STACK0_TOP = 0x20000,
    STACK_TOP = 0x28000,
    STACK3_TOP = 0x30000,
    DATA_AT = 0x40000,
    PD_AT = 0x100000,
    PT_AT = 0x101000,
    PD2_AT = 0x102000
};
/* Selectors of the GDT that rig_protected() makes; more are free from SEL_FREE on. */
enum { SEL_CODE0 = 0x08, SEL_DATA0 = 0x10, SEL_CODE3 = 0x1b, SEL_DATA3 = 0x23, SEL_TSS = 0x28, SEL_FREE = 0x30 };

struct rig {
    struct clock clock;
    struct guest_log log;
    struct bus bus;
    struct mapping ram, device;
    struct cpu *cpu;
    uint32_t device_writes;
    uint64_t device_last;
};

void rig_init(struct rig *r);
void rig_free(struct rig *r);
/* Runs every test function on a fresh rig. */
extern struct rig rig;

void put(uint32_t paddr, const void *data, uint32_t len);
void put8(uint32_t paddr, uint8_t v);
void put16(uint32_t paddr, uint16_t v);
void put32(uint32_t paddr, uint32_t v);
uint8_t peek8(uint32_t paddr);
uint16_t peek16(uint32_t paddr);
uint32_t peek32(uint32_t paddr);

/* A segment descriptor; `type` is the access byte (P, DPL, S, type), flags the upper nibble (G, D/B). */
void put_desc(uint16_t sel, uint32_t base, uint32_t limit, uint8_t type, uint8_t flags);
void put_gate_at(uint32_t at, uint8_t type, uint16_t sel, uint32_t off, unsigned params);
void put_gate(uint16_t sel, uint8_t type, uint16_t target, uint32_t off, unsigned params); /* in the GDT */
void put_idt(unsigned vector, uint8_t type, uint16_t sel, uint32_t off);

void rig_real(void);
void rig_protected(void);
/* Level 3, flat, stack at STACK3_TOP. */
void rig_user(void);
/* Paging: identity for the first 4 MiB, entries present, writable, user. */
void rig_paging(void);
void set_pte(uint32_t lin, uint32_t v);
uint32_t pte(uint32_t lin);

/* Puts code at CODE_AT and runs from there until HLT or n positions. */
void run_bytes(const uint8_t *code, unsigned len, unsigned n);
#define RUN(...)                                      \
    do {                                              \
        static const uint8_t code_[] = {__VA_ARGS__}; \
        run_bytes(code_, sizeof code_, 200);          \
    } while (0)
/* The vector whose handler halted the CPU, or -1. */
int rig_vector(void);
/* Word n of the frame that the handler found (32-bit gate): 0 is the error code or EIP. */
uint32_t frame_word(unsigned n);
/* What came: asserts vector and error code. */
#define ASSERT_FAULT(v, code)                     \
    do {                                          \
        ck_assert_int_eq(rig_vector(), (v));      \
        ck_assert_uint_eq(frame_word(0), (code)); \
    } while (0)

TCase *segment_tests(void);
TCase *gate_tests(void);
TCase *paging_tests(void);
TCase *exception_tests(void);
TCase *debug_tests(void);
TCase *system_tests(void);
TCase *task_tests(void);
TCase *simd_tests(void);
TCase *msr_tests(void);
TCase *pae_tests(void);
TCase *smm_tests(void);
TCase *vme_tests(void);
TCase *features_tests(void);
TCase *coherence_tests(void);
TCase *delivery_tests(void);
TCase *transfer_tests(void);
TCase *watch_tests(void);
TCase *ip_tests(void);
TCase *resume_tests(void);
TCase *code_tests(void);
TCase *io_tests(void);
TCase *state_tests(void);
TCase *real_tests(void);
TCase *step_tests(void);
TCase *facts_tests(void);

#define IMM32(v) \
    (uint8_t)(v), (uint8_t)((uint32_t)(v) >> 8), (uint8_t)((uint32_t)(v) >> 16), (uint8_t)((uint32_t)(v) >> 24)
#define IMM16(v)    (uint8_t)(v), (uint8_t)((uint32_t)(v) >> 8)
#define HLT         0xf4
#define MOV_EAX(v)  0xb8, IMM32(v)
#define MOV_AX16(v) 0xb8, IMM16(v)

#endif
