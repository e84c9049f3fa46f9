/* SPDX-License-Identifier: MIT */
/*
 * selftest.c: checks of the machine as a guest sees it.  Each prints PASS or FAIL and its name on
 * the screen, on port E9h and on COM1, and the last line is "demo: N passed, M failed".
 */
#include "demo.h"

#define COM1 0x3f8

/* ---- processor */

static void divide_by_zero(void *argument)
{
    (void)argument;
    __asm__ volatile("xorl %%edx, %%edx; movl $1, %%eax; xorl %%ecx, %%ecx; divl %%ecx" : : : "eax", "ecx", "edx");
}

static bool cpu_divide_error_is_vector_0(void)
{
    return catch_fault(divide_by_zero, NULL).vector == 0;
}

static void undefined_opcode(void *argument)
{
    (void)argument;
    __asm__ volatile("ud2");
}

static bool cpu_ud2_faults_at_its_own_address(void)
{
    struct fault fault = catch_fault(undefined_opcode, NULL);
    return fault.vector == 6 && !memcmp((const void *)fault.eip, "\x0f\x0b", 2);
}

static void load_bad_selector(void *argument)
{
    __asm__ volatile("movw %w0, %%es" : : "r"(*(const uint32_t *)argument));
}

static bool cpu_selector_beyond_gdt_is_in_error_code(void)
{
    uint32_t selector = 0x1238;
    struct fault fault = catch_fault(load_bad_selector, &selector);
    return fault.vector == 13 && fault.error == selector;
}

static void read_small_segment(void *argument)
{
    uint32_t value;
    __asm__ volatile("pushl %%es; movw $0x28, %%cx; movw %%cx, %%es; movl %%es:(%1), %0; popl %%es"
                     : "=&r"(value)
                     : "r"(*(const uint32_t *)argument)
                     : "ecx");
}

static bool cpu_segment_limit_counts_the_last_byte(void)
{
    uint32_t last = 0xffc, beyond = 0xffd;
    return catch_fault(read_small_segment, &last).vector == NO_FAULT &&
           catch_fault(read_small_segment, &beyond).vector == 13;
}

static void single_step(void *argument)
{
    (void)argument;
    __asm__ volatile("pushfl; orl $0x100, (%%esp); popfl; nop; nop" : : : "memory", "cc");
}

static bool cpu_trap_flag_steps(void)
{
    struct fault fault = catch_fault(single_step, NULL);
    return fault.vector == 1 && *((const uint8_t *)fault.eip - 1) == 0x90;
}

static bool cpu_rep_movs_overlapping_fills(void)
{
    uint8_t bytes[40];
    memset(bytes, 0, sizeof bytes);
    bytes[0] = 0x5a;
    void *to = bytes + 1, *from = bytes;
    size_t count = sizeof bytes - 1;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
    for (unsigned i = 0; i < sizeof bytes; i++)
        if (bytes[i] != 0x5a)
            return false;
    return true;
}

/* A program that writes the next instruction's operand before it runs (SDM 3A 8.1.3). */
static bool cpu_sees_code_that_was_just_written(void)
{
    static uint8_t code[] = {0xc6, 0x05, 0,    0,    0,    0,   0x2a, /* movb $2ah, operand */
                             0xb0, 0x00, 0x0f, 0xb6, 0xc0, 0xc3};     /* movb $0, %al; ... ret */
    uint32_t operand = (uint32_t)&code[8], result;
    memcpy(code + 2, &operand, 4);
    code[8] = 0;
    __asm__ volatile("call *%1" : "=a"(result) : "r"(code) : "memory");
    return result == 0x2a;
}

static bool fpu_square_root_is_exact(void)
{
    uint8_t value[10];
    static const uint8_t root_of_2[10] = {0x84, 0x64, 0xde, 0xf9, 0x33, 0xf3, 0x04, 0xb5, 0xff, 0x3f};
    uint32_t cr0;
    __asm__ volatile("movl %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("movl %0, %%cr0" : : "r"((cr0 & ~0xcu) | 0x22));
    __asm__ volatile("fninit; fld1; fadd %%st(0); fsqrt; fstpt %0; fwait" : "=m"(value));
    return !memcmp(value, root_of_2, sizeof value);
}

static bool memory_holds_a_pattern(void)
{
    uint32_t *words = (uint32_t *)CANVAS_MEMORY;
    if (facts.memory_kib < 6 * 1024)
        return false;
    for (uint32_t i = 0; i < 65536; i++)
        words[i] = i * 2654435761u;
    for (uint32_t i = 0; i < 65536; i++)
        if (words[i] != i * 2654435761u)
            return false;
    return true;
}

static bool a20_line_is_on(void)
{
    volatile uint32_t *low = (volatile uint32_t *)(uintptr_t)0x5000;
    volatile uint32_t *high = (volatile uint32_t *)(uintptr_t)0x105000;
    __asm__("" : "+r"(low), "+r"(high));
    *low = 0x11111111;
    *high = 0x22222222;
    return *low == 0x11111111;
}

/* ---- chips */

static unsigned pit_count(void)
{
    outb(0x43, 0x00); /* counter latch of counter 0 */
    unsigned low = inb(0x40);
    return low | (unsigned)inb(0x40) << 8;
}

static bool pit_counts_down_within_its_divisor(void)
{
    unsigned first = pit_count(), second = first;
    for (unsigned i = 0; i < 100000 && second == first; i++)
        second = pit_count();
    return first <= 11931 && second <= 11931 && first != second;
}

static bool pit_interrupt_comes_at_its_rate(void)
{
    /* Between two changes of the RTC's second. */
    unsigned second = cmos_read(0);
    uint32_t limit = ticks + 3 * TICKS_PER_SECOND;
    while (cmos_read(0) == second && ticks < limit)
        wait_for_interrupt();
    second = cmos_read(0);
    uint32_t start = ticks;
    while (cmos_read(0) == second && ticks < limit)
        wait_for_interrupt();
    uint32_t counted = ticks - start;
    return counted >= TICKS_PER_SECOND - 2 && counted <= TICKS_PER_SECOND + 2;
}

static bool pit_counter_2_output_shows_at_port_61(void)
{
    uint8_t before = inb(0x61);
    outb(0x61, (before & ~2u) | 1); /* gate on, speaker off */
    outb(0x43, 0xb0);               /* counter 2, mode 0: low, then high at the end */
    outb(0x42, 0x00);
    outb(0x42, 0x10); /* 4096 / 1193182 Hz = 3.4 ms */
    bool low = !(inb(0x61) & 0x20), high = false;
    for (uint32_t limit = ticks + TICKS_PER_SECOND / 10; ticks < limit && !high;)
        high = inb(0x61) & 0x20;
    outb(0x61, before & 3);
    return low && high;
}

static bool pic_mask_reads_back(void)
{
    __asm__ volatile("cli");
    uint8_t before = inb(0x21);
    outb(0x21, 0xa5);
    uint8_t seen = inb(0x21);
    outb(0x21, before);
    __asm__ volatile("sti");
    return seen == 0xa5;
}

static bool rtc_time_is_valid(void)
{
    struct rtc_time t = rtc_read();
    return t.second < 60 && t.minute < 60 && t.hour < 24 && t.day >= 1 && t.day <= 31 && t.month >= 1 &&
           t.month <= 12 && (cmos_read(13) & 0x80);
}

static uint8_t kbc_answer(void)
{
    for (unsigned i = 0; i < 100000; i++)
        if (inb(0x64) & 1)
            return inb(0x60);
    return 0;
}

static bool kbc_self_test_answers_55(void)
{
    __asm__ volatile("cli");
    outb(0x64, 0x20);
    uint8_t command_byte = kbc_answer();
    outb(0x64, 0xaa);
    uint8_t answer = kbc_answer();
    for (unsigned i = 0; (inb(0x64) & 2) && i < 100000; i++)
        ;
    outb(0x64, 0x60); /* the self-test may have changed it */
    for (unsigned i = 0; (inb(0x64) & 2) && i < 100000; i++)
        ;
    outb(0x60, command_byte);
    __asm__ volatile("sti");
    return answer == 0x55;
}

static bool serial_loops_back(void)
{
    uint8_t modem = inb(COM1 + 4);
    for (unsigned i = 0; !(inb(COM1 + 5) & 0x40) && i < 100000; i++)
        ;              /* what is still being sent would loop back too */
    outb(COM1 + 1, 0); /* no interrupt takes the byte away */
    outb(COM1 + 2, 7);
    outb(COM1 + 4, 0x10);
    outb(COM1, 0x96);
    bool ready = false;
    for (unsigned i = 0; i < 100000 && !ready; i++)
        ready = inb(COM1 + 5) & 1;
    bool good = ready && inb(COM1) == 0x96;
    outb(COM1 + 4, modem);
    outb(COM1 + 2, 7);
    outb(COM1 + 1, 1);
    return good;
}

static bool pci_host_bridge_is_i440fx(void)
{
    return pci_read(0, 0, 0, 0) == 0x12378086;
}

/* ---- firmware, display, disk */

static bool bios_memory_map_keeps_off_the_ebda(void)
{
    struct memory_range ranges[16];
    struct bios_regs regs = {0};
    size_t n = bios_memory_map(ranges, ARRAY_SIZE(ranges));
    bios_int(0x12, &regs);
    return n >= 2 && ranges[0].base == 0 && ranges[0].type == 1 && ranges[0].length >= 0x80000 &&
           ranges[0].length <= (uint64_t)(regs.eax & 0xffff) << 10;
}

static bool vga_text_memory_reads_back(void)
{
    volatile uint16_t *cell = (volatile uint16_t *)(0xb8000 + 2 * 2000);
    for (unsigned i = 0; i < 48; i++)
        cell[i] = (uint16_t)(i * 0x0539);
    for (unsigned i = 0; i < 48; i++)
        if (cell[i] != (uint16_t)(i * 0x0539))
            return false;
    return true;
}

static bool vbe_frame_buffer_reads_back(void)
{
    if (!facts.video.number || !video_set(facts.video.number))
        return false;
    volatile uint32_t *lfb = (volatile uint32_t *)facts.video.lfb;
    bool good = true;
    for (uint32_t i = 0; i < 640 * 480; i += 97)
        lfb[i] = i * 2654435761u;
    for (uint32_t i = 0; i < 640 * 480; i += 97)
        good = good && lfb[i] == i * 2654435761u;
    video_text();
    return good;
}

static bool disk_bios_and_ports_read_the_same(void)
{
    return ata_is_boot_disk();
}

/* Writes what it read, changed and then restored, so that the counter survives. */
static bool disk_sector_written_by_port_is_read_by_bios(void)
{
    uint8_t before[512], changed[512], seen[512];
    uint32_t sector = counter_sector();
    if (!ata_is_boot_disk() || !ata_read(sector, before))
        return false;
    memcpy(changed, before, 512);
    for (unsigned i = 256; i < 512; i++)
        changed[i] = (uint8_t)(before[i] ^ i ^ 0xa5);
    bool good = ata_write(sector, changed) && disk_read(sector, seen) && !memcmp(seen, changed, 512);
    return ata_write(sector, before) && good;
}

static const struct {
    const char *name;
    bool (*run)(void);
} tests[] = {
#define TEST(name)  \
    {               \
#name, name \
    }
    TEST(vbe_frame_buffer_reads_back),
    TEST(cpu_divide_error_is_vector_0),
    TEST(cpu_ud2_faults_at_its_own_address),
    TEST(cpu_selector_beyond_gdt_is_in_error_code),
    TEST(cpu_segment_limit_counts_the_last_byte),
    TEST(cpu_trap_flag_steps),
    TEST(cpu_rep_movs_overlapping_fills),
    TEST(cpu_sees_code_that_was_just_written),
    TEST(fpu_square_root_is_exact),
    TEST(memory_holds_a_pattern),
    TEST(a20_line_is_on),
    TEST(pit_counts_down_within_its_divisor),
    TEST(pit_interrupt_comes_at_its_rate),
    TEST(pit_counter_2_output_shows_at_port_61),
    TEST(pic_mask_reads_back),
    TEST(rtc_time_is_valid),
    TEST(kbc_self_test_answers_55),
    TEST(serial_loops_back),
    TEST(pci_host_bridge_is_i440fx),
    TEST(bios_memory_map_keeps_off_the_ebda),
    TEST(vga_text_memory_reads_back),
    TEST(disk_bios_and_ports_read_the_same),
    TEST(disk_sector_written_by_port_is_read_by_bios),
#undef TEST
};

static void report(const char *verdict, const char *name)
{
    trace(verdict);
    trace(" ");
    trace(name);
    trace("\n");
}

static void summary(unsigned row, unsigned passed, unsigned failed)
{
    char text[48] = "demo: ", *p = text + 6;
    p = format_number(p, passed, 10, 1, ' ');
    memcpy(p, " passed, ", 9);
    p = format_number(p + 9, failed, 10, 1, ' ');
    memcpy(p, " failed", 8);
    screen_text(4, row, WHITE | (failed ? ON(RED) : ON(GREEN)), text);
    trace(text);
    trace("\n");
}

void page_test(void)
{
    unsigned passed = 0, failed = 0;
    /* The first test changes the mode; the page is drawn after it. */
    for (unsigned i = 0; i < ARRAY_SIZE(tests); i++) {
        bool good = tests[i].run();
        if (i == 0)
            screen_page("Self-test", "Please wait");
        unsigned row = 1 + i % ARRAY_SIZE(tests);
        screen_text(4, row, good ? LIGHT_GREEN : LIGHT_RED, good ? "PASS" : "FAIL");
        screen_text(10, row, good ? GREY : WHITE, tests[i].name);
        report(good ? "PASS" : "FAIL", tests[i].name);
        passed += good;
        failed += !good;
    }
    for (unsigned x = 0; x < 80; x++)
        screen_put(x, 24, BLACK | ON(CYAN), ' ');
    screen_text(50, 24, BLACK | ON(CYAN), "Esc: menu");
    summary(24, passed, failed);
    serial_redraw(); /* the trace went over the page */
    screen_changed();
    while (keyboard_key() != KEY_ESC)
        wait_for_event();
}
