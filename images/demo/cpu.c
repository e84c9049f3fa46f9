/* SPDX-License-Identifier: MIT */
/*
 * cpu.c: the interrupt table, faults that a test expects, and the page that is shown for the
 * others.  SDM 3A 6.
 */
#include "demo.h"

#define CODE32         0x08
#define DATA32         0x10
#define GATE_INTERRUPT 0x8e00

static uint64_t idt[48];

/* Where a fault that is expected goes on: the stack and address of catch_fault's caller. */
static struct {
    bool armed;
    struct fault seen;
    uint32_t esp, eip;
} expected;

void cpu_setup(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(idt); i++) {
        uint32_t entry = interrupt_entries[i];
        uint32_t high = (entry & 0xffff0000) | GATE_INTERRUPT;
        idt[i] = (uint64_t)high << 32 | CODE32 << 16 | (entry & 0xffff);
    }
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) pointer = {sizeof idt - 1, (uint32_t)idt};
    __asm__ volatile("lidt %0" : : "m"(pointer));
}

static __attribute__((noreturn)) void die_of(const struct frame *frame)
{
    static const char *const names[] = {"vector", "error", "eip", "cs",  "eflags", "eax",
                                        "ebx",    "ecx",   "edx", "esi", "edi",    "ebp"};
    const uint32_t values[] = {frame->vector, frame->error, frame->eip, frame->cs,  frame->eflags, frame->eax,
                               frame->ebx,    frame->ecx,   frame->edx, frame->esi, frame->edi,    frame->ebp};
    char number[12];
    screen_box(22, 4, 36, ARRAY_SIZE(names) + 4, WHITE | ON(RED), "The demo guest has stopped");
    trace("demo: stopped by an exception:");
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        format_number(number, values[i], 16, 8, '0');
        screen_text(28, 6 + i, YELLOW | ON(RED), names[i]);
        screen_text(42, 6 + i, WHITE | ON(RED), number);
        trace(" ");
        trace(names[i]);
        trace("=");
        trace(number);
    }
    trace("\n");
    for (;;)
        __asm__ volatile("cli; hlt");
}

void interrupt(struct frame *frame)
{
    if (frame->vector == 0x20) {
        ticks++;
        pic_eoi(0);
    } else if (frame->vector == 0x21) {
        keyboard_interrupt();
        pic_eoi(1);
    } else if (frame->vector == 0x24) {
        serial_interrupt();
        pic_eoi(4);
    } else if (frame->vector >= 0x20) {
        pic_eoi(frame->vector - 0x20);
    } else if (expected.armed) {
        expected.armed = false;
        expected.seen = (struct fault){frame->vector, frame->error, frame->eip};
        /* The handler returns to the end of catch_fault, which restores its stack; segments that
         * the code had changed are given back here. */
        frame->eip = expected.eip;
        frame->ds = frame->es = DATA32;
        frame->eflags &= ~0x100u;
    } else {
        die_of(frame);
    }
}

struct fault catch_fault(void (*code)(void *), void *argument)
{
    expected.seen = (struct fault){NO_FAULT, 0, 0};
    expected.armed = true;
    __asm__ volatile("pushl %%ebp\n\t"
                     "movl %%esp, %0\n\t"
                     "movl $1f, %1\n\t"
                     "pushl %3\n\t"
                     "call *%2\n\t"
                     "1: movl %0, %%esp\n\t"
                     "popl %%ebp"
                     : "+m"(expected.esp), "+m"(expected.eip)
                     : "b"(code), "D"(argument)
                     : "eax", "ecx", "edx", "esi", "memory", "cc");
    expected.armed = false;
    return expected.seen;
}

/* A 486 or later lets EFLAGS.ID be changed where it has CPUID (SDM 1, 3.4.3.3). */
bool cpu_has_cpuid(void)
{
    uint32_t before, after;
    __asm__ volatile("pushfl; popl %0; movl %0, %1; xorl $0x200000, %1; pushl %1; popfl;"
                     "pushfl; popl %1; pushl %0; popfl"
                     : "=&r"(before), "=&r"(after));
    return (before ^ after) & 0x200000;
}

void cpuid(uint32_t leaf, uint32_t out[4])
{
    __asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(0));
}
