/* SPDX-License-Identifier: MIT */
/*
 * INT 9 and INT 16h: scan codes are put into the 8042's output buffer by its command D2h, which
 * raises IRQ 1 as if the keyboard had sent them.
 */
#include "guest.h"

#define NONE 0xffff

static void controller_idle(void)
{
    for (uint32_t i = 0; inb(0x64) & 3 && i < 1000000; i++)
        ;
}

static void scan(uint8_t code)
{
    controller_idle();
    outb(0x64, 0xd2);
    for (uint32_t i = 0; inb(0x64) & 2 && i < 1000000; i++)
        ;
    outb(0x60, code);
    controller_idle();
}

static void press(uint16_t code)
{
    if (code >> 8)
        scan(code >> 8);
    scan(code);
}

static void release(uint16_t code)
{
    if (code >> 8)
        scan(code >> 8);
    scan(code | 0x80);
}

/* What AH = 01h/11h gives, taken with 00h/10h when it is there. */
static uint16_t get(uint8_t enhanced)
{
    struct regs r;
    uint16_t code;
    prepare(&r);
    r.ah = enhanced + 1;
    intr(0x16, &r);
    if (r.flags & ZF)
        return NONE;
    code = r.ax;
    prepare(&r);
    r.ah = enhanced;
    intr(0x16, &r);
    return r.ax == code ? code : 0xeeee;
}

static uint16_t type(uint16_t key, uint8_t enhanced)
{
    uint16_t code;
    press(key);
    code = get(enhanced);
    release(key);
    return code;
}

/* A key with plain, shift, ctrl and alt codes by AH = 10h; NONE where nothing comes. */
static const struct {
    uint16_t key, code[4];
    const char *rule;
} table[] = {
    {0x01, {0x011b, 0x011b, 0x011b, 0x0100}, "key_esc"},
    {0x02, {0x0231, 0x0221, NONE, 0x7800}, "key_1"},
    {0x03, {0x0332, 0x0340, 0x0300, 0x7900}, "key_2"},
    {0x07, {0x0736, 0x075e, 0x071e, 0x7d00}, "key_6"},
    {0x0b, {0x0b30, 0x0b29, NONE, 0x8100}, "key_0"},
    {0x0c, {0x0c2d, 0x0c5f, 0x0c1f, 0x8200}, "key_minus"},
    {0x0e, {0x0e08, 0x0e08, 0x0e7f, 0x0e00}, "key_backspace"},
    {0x0f, {0x0f09, 0x0f00, 0x9400, 0xa500}, "key_tab"},
    {0x10, {0x1071, 0x1051, 0x1011, 0x1000}, "key_q"},
    {0x1a, {0x1a5b, 0x1a7b, 0x1a1b, 0x1a00}, "key_left_bracket"},
    {0x1c, {0x1c0d, 0x1c0d, 0x1c0a, 0x1c00}, "key_enter"},
    {0x1e, {0x1e61, 0x1e41, 0x1e01, 0x1e00}, "key_a"},
    {0x2b, {0x2b5c, 0x2b7c, 0x2b1c, 0x2b00}, "key_backslash"},
    {0x2c, {0x2c7a, 0x2c5a, 0x2c1a, 0x2c00}, "key_z"},
    {0x35, {0x352f, 0x353f, NONE, 0x3500}, "key_slash"},
    {0x39, {0x3920, 0x3920, 0x3920, 0x3920}, "key_space"},
    {0x3b, {0x3b00, 0x5400, 0x5e00, 0x6800}, "key_f1"},
    {0x44, {0x4400, 0x5d00, 0x6700, 0x7100}, "key_f10"},
    {0x57, {0x8500, 0x8700, 0x8900, 0x8b00}, "key_f11"},
    {0x58, {0x8600, 0x8800, 0x8a00, 0x8c00}, "key_f12"},
    {0x04, {0x0433, 0x0423, NONE, 0x7a00}, "key_3"},
    {0x05, {0x0534, 0x0524, NONE, 0x7b00}, "key_4"},
    {0x06, {0x0635, 0x0625, NONE, 0x7c00}, "key_5"},
    {0x08, {0x0837, 0x0826, NONE, 0x7e00}, "key_7"},
    {0x09, {0x0938, 0x092a, NONE, 0x7f00}, "key_8"},
    {0x0a, {0x0a39, 0x0a28, NONE, 0x8000}, "key_9"},
    {0x0d, {0x0d3d, 0x0d2b, NONE, 0x8300}, "key_equals"},
    {0x1b, {0x1b5d, 0x1b7d, 0x1b1d, 0x1b00}, "key_right_bracket"},
    {0x27, {0x273b, 0x273a, NONE, 0x2700}, "key_semicolon"},
    {0x28, {0x2827, 0x2822, NONE, 0x2800}, "key_apostrophe"},
    {0x29, {0x2960, 0x297e, NONE, 0x2900}, "key_grave"},
    {0x33, {0x332c, 0x333c, NONE, 0x3300}, "key_comma"},
    {0x34, {0x342e, 0x343e, NONE, 0x3400}, "key_period"},
    {0x37, {0x372a, 0x372a, 0x9600, 0x3700}, "key_pad_asterisk"},
    {0x56, {0x565c, 0x567c, NONE, 0x5600}, "key_102"},
    {0x47, {0x4700, 0x4737, 0x7700, NONE}, "key_pad_7"},
    {0x48, {0x4800, 0x4838, 0x8d00, NONE}, "key_pad_8"},
    {0x49, {0x4900, 0x4939, 0x8400, NONE}, "key_pad_9"},
    {0x4b, {0x4b00, 0x4b34, 0x7300, NONE}, "key_pad_4"},
    {0x4c, {0x4c00, 0x4c35, 0x8f00, NONE}, "key_pad_5"},
    {0x4d, {0x4d00, 0x4d36, 0x7400, NONE}, "key_pad_6"},
    {0x4f, {0x4f00, 0x4f31, 0x7500, NONE}, "key_pad_1"},
    {0x50, {0x5000, 0x5032, 0x9100, NONE}, "key_pad_2"},
    {0x51, {0x5100, 0x5133, 0x7600, NONE}, "key_pad_3"},
    {0x52, {0x5200, 0x5230, 0x9200, NONE}, "key_pad_0"},
    {0x53, {0x5300, 0x532e, 0x9300, NONE}, "key_pad_period"},
    {0x4a, {0x4a2d, 0x4a2d, 0x8e00, 0x4a00}, "key_pad_minus"},
    {0x4e, {0x4e2b, 0x4e2b, 0x9000, 0x4e00}, "key_pad_plus"},
    {0xe048, {0x48e0, 0x48e0, 0x8de0, 0x9800}, "key_up"},
    {0xe04b, {0x4be0, 0x4be0, 0x73e0, 0x9b00}, "key_left"},
    {0xe04d, {0x4de0, 0x4de0, 0x74e0, 0x9d00}, "key_right"},
    {0xe050, {0x50e0, 0x50e0, 0x91e0, 0xa000}, "key_down"},
    {0xe047, {0x47e0, 0x47e0, 0x77e0, 0x9700}, "key_home"},
    {0xe04f, {0x4fe0, 0x4fe0, 0x75e0, 0x9f00}, "key_end"},
    {0xe049, {0x49e0, 0x49e0, 0x84e0, 0x9900}, "key_page_up"},
    {0xe051, {0x51e0, 0x51e0, 0x76e0, 0xa100}, "key_page_down"},
    {0xe052, {0x52e0, 0x52e0, 0x92e0, 0xa200}, "key_insert"},
    {0xe053, {0x53e0, 0x53e0, 0x93e0, NONE}, "key_delete"},
    {0xe01c, {0xe00d, 0xe00d, 0xe00a, 0xa600}, "key_pad_enter"},
    {0xe035, {0xe02f, 0xe02f, 0x9500, 0xa400}, "key_pad_slash"},
};

static void test_table(void)
{
    static const uint8_t modifier[4] = {0, 0x2a, 0x1d, 0x38};
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint16_t got[4];
        int ok = 1;
        for (int m = 0; m < 4; m++) {
            if (table[i].key == 0xe053 && m == 3) /* that would not come back with Ctrl; skip Alt-Del */
                continue;
            if (modifier[m])
                press(modifier[m]);
            got[m] = type(table[i].key, 0x10);
            if (modifier[m])
                release(modifier[m]);
            if (m == 3 && table[i].code[m] == NONE) /* Alt and a pad digit composes a character */
                while (get(0x10) != NONE)
                    ;
            ok = ok && got[m] == table[i].code[m];
        }
        check(ok, table[i].rule);
        for (int m = 0; m < 4 && !ok; m++) {
            say("     ");
            say_number((uint32_t)got[m] << 16 | table[i].code[m]);
            say("\n");
        }
    }
}

/* Letters and F1-F10 go by a rule each. */
static void test_rows(void)
{
    static const struct {
        uint8_t first;
        const char *letters;
    } rows[] = {{0x10, "qwertyuiop"}, {0x1e, "asdfghjkl"}, {0x2c, "zxcvbnm"}};
    int ok = 1;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned k = 0; rows[i].letters[k]; k++) {
            uint8_t key = rows[i].first + k, c = rows[i].letters[k];
            ok = ok && type(key, 0x10) == (key << 8 | c);
            press(0x36);
            ok = ok && type(key, 0x10) == (key << 8 | (c - 0x20));
            release(0x36);
            press(0xe01d);
            ok = ok && type(key, 0x10) == (key << 8 | (c - 0x60));
            release(0xe01d);
            press(0xe038);
            ok = ok && type(key, 0x10) == key << 8;
            release(0xe038);
        }
    check(ok, "letters_with_each_modifier");
    for (uint8_t i = 0; i < 10; i++) {
        ok = ok && type(0x3b + i, 0x10) == (0x3b + i) << 8;
        press(0x2a);
        ok = ok && type(0x3b + i, 0x10) == (0x54 + i) << 8;
        release(0x2a);
        press(0x1d);
        ok = ok && type(0x3b + i, 0x10) == (0x5e + i) << 8;
        release(0x1d);
        press(0x38);
        ok = ok && type(0x3b + i, 0x10) == (0x68 + i) << 8;
        release(0x38);
    }
    check(ok, "f1_to_f10_with_each_modifier");
}

static uint8_t flags0(void)
{
    struct regs r;
    prepare(&r);
    r.ah = 0x02;
    intr(0x16, &r);
    return r.al;
}

static void test_modifiers(void)
{
    struct regs r;
    press(0x36);
    check_eq(flags0() & 0x03, 0x01, "right_shift_is_bit_0");
    release(0x36);
    check_eq(flags0() & 0x0f, 0, "released_modifiers_are_0");
    press(0xe01d);
    press(0xe038);
    prepare(&r);
    r.ah = 0x12;
    intr(0x16, &r);
    check((r.al & 0x7f) == 0x0c && r.ah == 0x0c, "int16_12_tells_right_ctrl_and_alt");
    release(0xe01d);
    release(0xe038);
    press(0x1d);
    press(0xe01d);
    release(0x1d);
    check_eq(flags0() & 0x04, 0x04, "ctrl_holds_until_both_are_released");
    release(0xe01d);
    check_eq(flags0() & 0x04, 0, "ctrl_ends_with_the_second");

    type(0x3a, 0x10);
    check_eq(flags0() & 0x40, 0x40, "caps_lock_toggles_on");
    check_eq(type(0x1e, 0), 0x1e41, "caps_lock_makes_capitals");
    check_eq(type(0x02, 0), 0x0231, "caps_lock_leaves_digits");
    press(0x2a);
    check_eq(type(0x1e, 0), 0x1e61, "shift_undoes_caps_lock");
    release(0x2a);
    press(0x3a);
    press(0x3a);
    release(0x3a);
    check_eq(flags0() & 0x40, 0, "held_caps_lock_toggles_once");
    type(0x45, 0x10);
    check_eq(flags0() & 0x20, 0x20, "num_lock_toggles_on");
    check_eq(type(0x47, 0), 0x4737, "num_lock_makes_digits");
    check_eq(type(0xe047, 0), 0x4700, "num_lock_leaves_grey_keys");
    type(0x45, 0x10);
    uint8_t insert = flags0() & 0x80;
    press(0x2a);
    type(0x52, 0x10);
    release(0x2a);
    press(0x1d);
    type(0xe052, 0x10);
    release(0x1d);
    check_eq(flags0() & 0x80, insert, "insert_as_a_digit_or_with_ctrl_toggles_nothing");
    type(0x52, 0x10);
    check_eq(flags0() & 0x80, insert ^ 0x80, "insert_toggles");
    type(0xe052, 0x10);
    check_eq(flags0() & 0x80, insert, "grey_insert_toggles");
    type(0x46, 0x10);
    check_eq(flags0() & 0x10, 0x10, "scroll_lock_toggles_on");
    type(0x46, 0x10);
}

static void test_filter(void)
{
    check_eq(type(0xe048, 0), 0x4800, "int16_00_turns_48e0_into_4800");
    check_eq(type(0xe01c, 0), 0x1c0d, "int16_00_turns_pad_enter_into_enter");
    check_eq(type(0xe035, 0), 0x352f, "int16_00_turns_pad_slash_into_slash");
    check_eq(type(0x57, 0), NONE, "int16_01_drops_f11");
    check_eq(get(0x10), NONE, "dropped_codes_are_gone");
}

static void test_buffer(void)
{
    struct regs r;
    int i;
    for (i = 0; i < 16; i++) {
        prepare(&r);
        r.ah = 0x05;
        r.cx = 0x1e61 + i;
        intr(0x16, &r);
        if (r.al)
            break;
    }
    check_eq(i, 15, "buffer_holds_15_keys");
    check_eq(r.al, 1, "int16_05_says_full");
    for (i = 0; i < 15; i++)
        if (get(0) != 0x1e61 + i)
            break;
    check_eq(i, 15, "keys_come_in_order");
    check_eq(get(0), NONE, "empty_buffer_sets_zf");
    prepare(&r);
    r.ah = 0x09;
    intr(0x16, &r);
    check(r.al & 0x20, "int16_09_offers_the_enhanced_calls");
}

static void test_hooks(void)
{
    set_vector(0x1b, hook_1b);
    set_vector(0x05, hook_05);
    old_15 = peek32(0, 0x15 * 4);
    set_vector(0x15, hook_15);

    type(0x1e, 0);
    press(0x1d);
    press(0xe046);
    release(0xe046);
    release(0x1d);
    check_eq(hook_count[0], 1, "ctrl_break_calls_int1b");
    check_eq(get(0), 0, "ctrl_break_leaves_0000");
    check_eq(peek8(0x40, 0x71) & 0x80, 0x80, "ctrl_break_sets_40_71");
    poke8(0x40, 0x71, 0);
    press(0xe02a);
    press(0xe037);
    release(0xe037);
    release(0xe02a);
    check_eq(hook_count[1], 1, "print_screen_calls_int5");
    check_eq(flags0() & 3, 0, "e0_shifts_are_no_shifts");
    check_eq(get(0), NONE, "print_screen_leaves_no_key");
    press(0x2a);
    check_eq(type(0x37, 0x10), 0x372a, "shift_and_the_keypads_asterisk_is_an_asterisk");
    check_eq(type(0xe037, 0x10), NONE, "shift_print_screen_leaves_no_key");
    release(0x2a);
    check_eq(hook_count[1], 2, "shift_print_screen_calls_int5");
    press(0x1d);
    check_eq(type(0xe037, 0x10), 0x7200, "ctrl_print_screen_is_7200");
    check_eq(type(0xe037, 0), 0x7200, "ctrl_print_screen_is_7200_by_int16_00");
    release(0x1d);
    check_eq(hook_count[1], 2, "ctrl_print_screen_does_not_print");
    hook_swallow = 0x1e;
    check_eq(type(0x1e, 0), NONE, "int15_4f_swallows_a_key");
    hook_swallow = 0;
    check_eq(type(0x1e, 0), 0x1e61, "int15_4f_lets_a_key_pass");
    press(0x54);
    press(0x54);
    release(0x54);
    check_eq(hook_count[5], 2, "sysreq_calls_int15_85_twice");
    poke32(0, 0x15 * 4, old_15);

    old_09 = peek32(0, 9 * 4);
    set_vector(9, hook_09);
    check_eq(type(0x1e, 0), 0x1e61, "int9_takes_a_key_that_a_hook_has_read");
    check_eq(hook_scan, 0x9e, "int9_hook_sees_the_scan_code");
    poke32(0, 9 * 4, old_09);

    press(0x38);
    type(0x48, 0x10);
    type(0x4c, 0x10);
    release(0x38);
    check_eq(get(0), 0x0055, "alt_85_composes_55");
}

/* Pause stops the BIOS in INT 9 until another key: IRQ 0 goes on, and ends it here. */
static volatile uint8_t pause_ticks;
void pause_tick(void);
__asm__(".globl pause_tick\n"
        "pause_tick:\n\t"
        "incb %cs:pause_ticks\n\t"
        "cmpb $3, %cs:pause_ticks\n\t"
        "jne 1f\n\t"
        "pushw %ax\n\t"
        "movb $0xd2, %al\n\t"
        "outb %al, $0x64\n\t"
        "movb $0x1e, %al\n\t"
        "outb %al, $0x60\n\t"
        "popw %ax\n"
        "1:\n\t"
        "iretw");

static void test_pause(void)
{
    uint32_t vector = peek32(0, 0x1c * 4);
    set_vector(0x1c, pause_tick);
    scan(0xe1);
    scan(0x1d);
    scan(0x45);
    scan(0xe1);
    scan(0x9d);
    scan(0xc5);
    check(pause_ticks >= 3, "pause_waits_for_a_key");
    poke32(0, 0x1c * 4, vector);
    scan(0x9e);
    check_eq(get(0), NONE, "key_that_ends_a_pause_is_gone");
}

void test_keyboard(void)
{
    while (get(0x10) != NONE)
        ;
    test_table();
    test_rows();
    test_modifiers();
    test_filter();
    test_buffer();
    test_hooks();
    test_pause();
}

/* ------------------------------------------------------------------ pointing device */

static void mouse(struct regs *r, uint8_t function, uint8_t bh)
{
    r->ah = 0xc2;
    r->al = function;
    r->bh = bh;
    intr(0x15, r);
}

static void mouse_byte(uint8_t b)
{
    controller_idle();
    outb(0x64, 0xd3);
    for (uint32_t i = 0; inb(0x64) & 2 && i < 1000000; i++)
        ;
    outb(0x60, b);
    controller_idle();
}

/* A key goes down just when a program resets the mouse: neither is taken for the other. */
static void key_during_mouse_reset(void)
{
    struct regs r;
    press(0x1e);
    release(0x1e);
    check_eq(get(0), 0x1e61, "key_before_mouse_reset");
    prepare(&r);
    __asm__ volatile("cli");
    outb(0x64, 0xd2); /* its scan code stands in the output buffer */
    outb(0x60, 0x1e);
    mouse(&r, 0x01, 0);
    check(!(r.flags & CF) && r.bx == 0x00aa, "mouse_reset_reads_no_scan_code_that_is_there");
    __asm__ volatile("sti");
    scan(0x9e);
    check_eq(get(0), 0x1e61, "scan_code_from_before_mouse_reset_becomes_a_key");

    prepare(&r);
    controller_idle();
    __asm__ volatile("cli");
    outb(0x60, 0xee); /* the keyboard's echo is on the wire for some time */
    mouse(&r, 0x01, 0);
    check(!(r.flags & CF) && r.bx == 0x00aa, "mouse_reset_reads_no_byte_of_the_keyboard");
    __asm__ volatile("sti");
    controller_idle();
    press(0x1e);
    release(0x1e);
    check_eq(get(0), 0x1e61, "keyboard_lives_after_mouse_reset");
}

void test_mouse(void)
{
    struct regs r;
    prepare(&r);
    mouse(&r, 0x05, 3);
    if ((r.flags & CF) && r.ah == 3) {
        say("SKIP no_pointing_device\n");
        return;
    }
    check(!(r.flags & CF) && r.ah == 0, "int15_c205_initialises");
    key_during_mouse_reset();
    prepare(&r);
    mouse(&r, 0x00, 1);
    check((r.flags & CF) && r.ah == 5, "int15_c200_needs_a_handler");
    prepare(&r);
    r.bx = (uint16_t)(uintptr_t)hook_mouse;
    r.ah = 0xc2;
    r.al = 0x07;
    intr(0x15, &r);
    check(!(r.flags & CF), "int15_c207_takes_a_handler");
    prepare(&r);
    mouse(&r, 0x00, 1);
    check(!(r.flags & CF) && r.ah == 0, "int15_c200_enables");
    prepare(&r);
    mouse(&r, 0x01, 0);
    check(!(r.flags & CF) && r.bx == 0x00aa, "int15_c201_resets_to_aa_00");
    prepare(&r);
    mouse(&r, 0x04, 0);
    check(!(r.flags & CF) && r.bh == 0, "int15_c204_gives_id_0");
    prepare(&r);
    mouse(&r, 0x02, 7);
    check((r.flags & CF) && r.ah == 2, "int15_c202_refuses_rate_7");
    prepare(&r);
    mouse(&r, 0x03, 2);
    check(!(r.flags & CF), "int15_c203_sets_the_resolution");
    prepare(&r);
    mouse(&r, 0x06, 0);
    check(!(r.flags & CF) && r.cl == 2, "int15_c206_gives_the_resolution");
    prepare(&r);
    mouse(&r, 0x00, 1);
    mouse_byte(0x08);
    mouse_byte(0x11);
    check_eq(hook_count[6], 0, "handler_waits_for_a_whole_packet");
    mouse_byte(0x22);
    check_eq(hook_count[6], 1, "handler_runs_once_for_3_bytes");
    check(mouse_words[0] == 0x08 && mouse_words[1] == 0x11 && mouse_words[2] == 0x22 && mouse_words[3] == 0,
          "handler_gets_status_x_y_z");
    prepare(&r);
    mouse(&r, 0x00, 0);
    check(!(r.flags & CF), "int15_c200_disables");
    prepare(&r);
    mouse(&r, 0x09, 0);
    check((r.flags & CF) && r.ah == 1, "int15_c2_unknown_is_01");
}
