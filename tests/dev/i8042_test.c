/* SPDX-License-Identifier: MIT */
/* 8042 controller and PS/2 keyboard: controller commands, translation, keyboard commands, key
 * sequences. */
#include "bus/keys.h"
#include "devices/input/i8042.h"
#include "devices/input/ps2_keyboard.h"
#include "tests/dev/rig.h"

#define MS UINT64_C(1000000)

struct setup {
    struct rig rig;
    struct i8042 *kbc;
    struct ps2_keyboard *kbd;
    struct probe irq1, irq12, a20, rc;
};
static struct setup s;

static void make(struct setup *t)
{
    memset(t, 0, sizeof *t);
    rig_init(&t->rig);
    t->kbc = i8042_new(&t->rig.bus, "kbc");
    t->kbd = ps2_keyboard_new(&t->rig.bus, "kbd");
    t->kbc->irq[I8042_KBD] = probe_line(&t->irq1, &t->rig);
    t->kbc->irq[I8042_AUX] = probe_line(&t->irq12, &t->rig);
    t->kbc->a20 = probe_line(&t->a20, &t->rig);
    t->kbc->rc = probe_line(&t->rc, &t->rig);
    t->kbc->port[I8042_KBD] = ps2_keyboard_port(t->kbd);
    t->kbd->ready = i8042_ready(t->kbc, I8042_KBD);
    rig_realize(&t->kbc->dev);
    rig_realize(&t->kbd->dev);
}

static void unmake(struct setup *t)
{
    dev_free(&t->kbc->dev);
    dev_free(&t->kbd->dev);
    rig_free(&t->rig);
}

static void command(uint8_t c)
{
    rig_out(&s.rig, 0x64, c);
}

static void data(uint8_t d)
{
    rig_out(&s.rig, 0x60, d);
}

static bool full(void)
{
    return rig_in(&s.rig, 0x64) & 1;
}

static uint8_t get(void)
{
    rig_run(&s.rig, 2 * MS);
    ck_assert(full());
    return rig_in(&s.rig, 0x60);
}

static void setup(void)
{
    make(&s);
    command(0xaa);
    ck_assert_uint_eq(get(), 0x55);
    command(0x60), data(0x45); /* translation, IRQ1 */
    command(0xae);
}

static void teardown(void)
{
    unmake(&s);
}

static void key(uint8_t qnum, bool down)
{
    struct key_sink k = ps2_keyboard_keys(s.kbd);
    k.key(k.ctx, qnum, down);
}

/* Reads all that comes and compares. */
static void expect(const uint8_t *codes, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        ck_assert_uint_eq(get(), codes[i]);
    rig_run(&s.rig, 2 * MS);
    ck_assert(!full());
}
#define EXPECT(...) expect((const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__})

static void raw_set2(void)
{
    command(0x60), data(0x05);
}

START_TEST(self_test_answers_55_and_sets_sys)
{
    command(0xaa);
    ck_assert_uint_eq(rig_in(&s.rig, 0x64) & 0x05, 0x05);
    ck_assert_uint_eq(rig_in(&s.rig, 0x60), 0x55);
    ck_assert(!full());
}
END_TEST

START_TEST(interface_tests_pass)
{
    command(0xab);
    ck_assert_uint_eq(get(), 0);
    command(0xa9);
    ck_assert_uint_eq(get(), 0);
}
END_TEST

START_TEST(command_byte_and_ram_read_back)
{
    command(0x60), data(0x65);
    command(0x20);
    ck_assert_uint_eq(get(), 0x65);
    command(0x7f), data(0xc3);
    command(0x3f);
    ck_assert_uint_eq(get(), 0xc3);
    command(0x20);
    ck_assert_uint_eq(get(), 0x65);
}
END_TEST

START_TEST(aux_and_keyboard_enables_show_in_command_byte)
{
    command(0xa7), command(0xad), command(0x20);
    ck_assert_uint_eq(get() & 0x30, 0x30);
    command(0xa8), command(0xae), command(0x20);
    ck_assert_uint_eq(get() & 0x30, 0);
}
END_TEST

START_TEST(status_bit_3_tells_command_from_data)
{
    command(0xae);
    ck_assert_uint_eq(rig_in(&s.rig, 0x64) & 8, 8);
    command(0xd1), data(0x03);
    ck_assert_uint_eq(rig_in(&s.rig, 0x64) & 8, 0);
}
END_TEST

START_TEST(output_port_gates_a20)
{
    ck_assert_int_eq(s.a20.level, 1);
    command(0xd1), data(0xdd);
    ck_assert_int_eq(s.a20.level, 0);
    command(0xd0);
    ck_assert_uint_eq(get() & 3, 1);
    command(0xdf);
    ck_assert_int_eq(s.a20.level, 1);
    ck_assert_uint_eq(s.rc.rises, 0);
}
END_TEST

START_TEST(pulse_fe_resets_and_ff_does_nothing)
{
    command(0xff);
    ck_assert_uint_eq(s.rc.rises, 0);
    command(0xfe);
    ck_assert_uint_eq(s.rc.rises, 1);
    ck_assert_int_eq(s.rc.level, 0);
}
END_TEST

START_TEST(output_port_bit_0_low_resets)
{
    command(0xd1), data(0xfe);
    ck_assert_int_eq(s.rc.level, 1);
}
END_TEST

START_TEST(d2_and_d3_fill_the_output_buffer)
{
    command(0x60), data(0x47);
    command(0xd2), data(0x5a);
    ck_assert_int_eq(s.irq1.level, 1);
    ck_assert_uint_eq(rig_in(&s.rig, 0x60), 0x5a);
    ck_assert_int_eq(s.irq1.level, 0);
    command(0xd3), data(0xa5);
    ck_assert_uint_eq(rig_in(&s.rig, 0x64) & 0x21, 0x21);
    ck_assert_int_eq(s.irq12.level, 1);
    ck_assert_int_eq(s.irq1.level, 0);
    ck_assert_uint_eq(rig_in(&s.rig, 0x60), 0xa5);
    ck_assert_int_eq(s.irq12.level, 0);
}
END_TEST

START_TEST(set2_is_translated_to_set1)
{
    key(0x1e, true), key(0x1e, false);
    EXPECT(0x1e, 0x9e);
    key(0x48 | KEY_E0, true), key(0x48 | KEY_E0, false);
    EXPECT(0xe0, 0x48, 0xe0, 0xc8);
    key(0x41, true), key(0x41, false); /* F7 is 83h in set 2 */
    EXPECT(0x41, 0xc1);
    key(KEY_PAUSE, true), key(KEY_PAUSE, false);
    EXPECT(0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5);
}
END_TEST

START_TEST(every_key_translates_to_its_set1_code)
{
    for (uint8_t q = 1; q < 0x59; q++) {
        if (q == 0x55)
            continue;
        key(q, true);
        ck_assert_uint_eq(get(), q);
        key(q, false);
        ck_assert_uint_eq(get(), q | 0x80);
    }
}
END_TEST

START_TEST(without_translation_set2_comes_through)
{
    raw_set2();
    key(0x1e, true), key(0x1e, false);
    EXPECT(0x1c, 0xf0, 0x1c);
    key(0x53 | KEY_E0, true), key(0x53 | KEY_E0, false);
    EXPECT(0xe0, 0x71, 0xe0, 0xf0, 0x71);
    key(KEY_PRINT, true), key(KEY_PRINT, false);
    EXPECT(0xe0, 0x12, 0xe0, 0x7c, 0xe0, 0xf0, 0x7c, 0xe0, 0xf0, 0x12);
    key(KEY_PAUSE, true);
    EXPECT(0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77);
}
END_TEST

START_TEST(print_screen_with_alt_is_sysrq_and_ctrl_pause_is_break)
{
    key(0x38, true), key(KEY_PRINT, true), key(KEY_PRINT, false), key(0x38, false);
    EXPECT(0x38, 0x54, 0xd4, 0xb8);
    key(0x1d, true), key(KEY_PAUSE, true);
    EXPECT(0x1d, 0xe0, 0x46, 0xe0, 0xc6);
}
END_TEST

START_TEST(shift_is_taken_back_around_the_cursor_keys)
{
    key(0x2a, true);
    EXPECT(0x2a);
    key(0x48 | KEY_E0, true), key(0x48 | KEY_E0, false);
    EXPECT(0xe0, 0xaa, 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x2a);
    key(0x36, true);
    EXPECT(0x36);
    key(0x53 | KEY_E0, true);
    EXPECT(0xe0, 0xaa, 0xe0, 0xb6, 0xe0, 0x53);
    key(0x53 | KEY_E0, false), key(0x2a, false), key(0x36, false);
    EXPECT(0xe0, 0xd3, 0xe0, 0x2a, 0xe0, 0x36, 0xaa, 0xb6);
    raw_set2();
    key(0x36, true), key(0x4b | KEY_E0, true), key(0x4b | KEY_E0, false);
    EXPECT(0x59, 0xe0, 0xf0, 0x59, 0xe0, 0x6b, 0xe0, 0xf0, 0x6b, 0xe0, 0x59);
}
END_TEST

START_TEST(num_lock_gives_shift_to_the_cursor_keys_and_slash_ignores_it)
{
    data(0xed);
    EXPECT(0xfa);
    data(0x02);
    EXPECT(0xfa);
    key(0x48 | KEY_E0, true), key(0x48 | KEY_E0, false);
    EXPECT(0xe0, 0x2a, 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0xaa);
    key(0x35 | KEY_E0, true), key(0x35 | KEY_E0, false);
    EXPECT(0xe0, 0x35, 0xe0, 0xb5);
    key(0x2a, true), key(0x48 | KEY_E0, true), key(0x48 | KEY_E0, false);
    EXPECT(0x2a, 0xe0, 0x48, 0xe0, 0xc8);
    key(0x35 | KEY_E0, true), key(0x35 | KEY_E0, false);
    EXPECT(0xe0, 0xaa, 0xe0, 0x35, 0xe0, 0xb5, 0xe0, 0x2a);
}
END_TEST

START_TEST(set_3_typematic_and_make_only_by_key)
{
    raw_set2();
    data(0xf0);
    EXPECT(0xfa);
    data(0x03);
    EXPECT(0xfa);
    data(0xfc); /* make/break for A */
    EXPECT(0xfa);
    data(0x1c);
    EXPECT(0xfa);
    data(0xf4); /* ends the list */
    EXPECT(0xfa);
    key(0x1e, true), key(0x1e, false), key(0x30, true), key(0x30, false);
    EXPECT(0x1c, 0xf0, 0x1c, 0x32);
    data(0xf9); /* all make only */
    EXPECT(0xfa);
    key(0x1e, true), key(0x1e, false);
    EXPECT(0x1c);
    data(0xfa); /* all typematic, make and break */
    EXPECT(0xfa);
    key(0x1e, true), key(0x1e, false);
    EXPECT(0x1c, 0xf0, 0x1c);
    data(0xf6); /* defaults: set 2 again */
    EXPECT(0xfa);
    key(0x1e, true), key(0x1e, false);
    EXPECT(0x1c, 0xf0, 0x1c);
}
END_TEST

START_TEST(f3_sets_delay_and_rate)
{
    data(0xf3);
    EXPECT(0xfa);
    data(0x60); /* 1 s, 30 a second */
    EXPECT(0xfa);
    key(0x1e, true);
    EXPECT(0x1e);
    uint64_t from = clock_ns(&s.rig.clock);
    unsigned before = s.irq1.rises;
    while (s.irq1.rises == before && clock_ns(&s.rig.clock) - from < 2000 * MS)
        rig_run(&s.rig, MS);
    ck_assert_uint_ge(clock_ns(&s.rig.clock) - from, 980 * MS);
    for (unsigned i = 0; i < 1000; i++) {
        rig_in(&s.rig, 0x60);
        rig_run(&s.rig, MS);
    }
    ck_assert_uint_ge(s.irq1.rises - before, 29);
    ck_assert_uint_le(s.irq1.rises - before, 32);
    key(0x1e, false);
    for (unsigned i = 0; i < 5; i++, rig_run(&s.rig, 2 * MS))
        rig_in(&s.rig, 0x60);
    data(0xf3);
    EXPECT(0xfa);
    data(0x80); /* bit 7 must be 0 */
    EXPECT(0xfe);
}
END_TEST

START_TEST(irq1_falls_with_the_read_and_next_byte_takes_time)
{
    key(0x1e, true), key(0x30, true);
    rig_run(&s.rig, MS);
    ck_assert_int_eq(s.irq1.level, 1);
    ck_assert_uint_eq(rig_in(&s.rig, 0x60), 0x1e);
    ck_assert_int_eq(s.irq1.level, 0);
    ck_assert_uint_eq(rig_in(&s.rig, 0x60), 0x1e); /* a second reader sees the same */
    rig_run(&s.rig, MS);
    ck_assert_uint_eq(s.irq1.rises, 2);
    ck_assert_uint_eq(rig_in(&s.rig, 0x60), 0x30);
}
END_TEST

START_TEST(disabled_interface_holds_keys_back_and_a_data_write_enables_it)
{
    command(0xad);
    key(0x1e, true);
    rig_run(&s.rig, 5 * MS);
    ck_assert(!full());
    data(0xf3);
    ck_assert_uint_eq(get(), 0xfa);
    ck_assert_uint_eq(get(), 0x1e);
}
END_TEST

START_TEST(reset_gives_ack_then_bat)
{
    data(0xff);
    EXPECT(0xfa, 0xaa);
}
END_TEST

START_TEST(echo_identify_resend_and_unknown)
{
    data(0xee);
    EXPECT(0xee);
    data(0xf2);
    EXPECT(0xfa, 0xab, 0x41); /* 83h through translation */
    raw_set2();
    data(0xf2);
    EXPECT(0xfa, 0xab, 0x83);
    data(0xfe);
    EXPECT(0x83);
    data(0x05);
    EXPECT(0xfe);
}
END_TEST

START_TEST(leds_take_a_parameter_and_a_command_in_its_place_wins)
{
    data(0xed);
    EXPECT(0xfa);
    data(0x07);
    EXPECT(0xfa);
    ck_assert_uint_eq(s.kbd->leds, 7);
    data(0xed);
    EXPECT(0xfa);
    data(0xf4);
    EXPECT(0xfa);
    ck_assert_uint_eq(s.kbd->leds, 7);
}
END_TEST

START_TEST(disable_stops_scanning_and_enable_starts_it)
{
    data(0xf5);
    EXPECT(0xfa);
    key(0x1e, true), key(0x1e, false);
    rig_run(&s.rig, 5 * MS);
    ck_assert(!full());
    data(0xf4);
    EXPECT(0xfa);
    key(0x1e, true);
    EXPECT(0x1e);
}
END_TEST

START_TEST(scan_code_sets)
{
    raw_set2();
    data(0xf0);
    EXPECT(0xfa);
    data(0x00);
    EXPECT(0xfa, 0x02);
    data(0xf0);
    EXPECT(0xfa);
    data(0x01);
    EXPECT(0xfa);
    key(0x48 | KEY_E0, true), key(0x48 | KEY_E0, false);
    EXPECT(0xe0, 0x48, 0xe0, 0xc8);
    data(0xf0);
    EXPECT(0xfa);
    data(0x03);
    EXPECT(0xfa);
    key(0x48 | KEY_E0, true), key(0x48 | KEY_E0, false);
    EXPECT(0x63); /* no break code by default */
    key(0x2a, true), key(0x2a, false);
    EXPECT(0x12, 0xf0, 0x12);
    data(0xf8); /* all keys make/break */
    EXPECT(0xfa);
    key(0x48 | KEY_E0, true), key(0x48 | KEY_E0, false);
    EXPECT(0x63, 0xf0, 0x63);
    data(0xf0);
    EXPECT(0xfa);
    data(0x04);
    EXPECT(0xfe);
}
END_TEST

/* Keys beyond the 102, by QEMU's names. Sets 1 and 2: Microsoft's scan code specification 1.3a, and for the rows of
 * Japanese and editing keys the codes that Linux and QEMU have. Set 3 has no code for most of them. */
START_TEST(media_and_editing_keys_have_codes_in_all_sets)
{
    static const struct {
        const char *name;
        uint8_t prefix, set1, set2, set3;
    } keys[] = {
        {"audionext", 0xe0, 0x19, 0x4d, 0x93},
        {"audioprev", 0xe0, 0x10, 0x15, 0x94},
        {"audiostop", 0xe0, 0x24, 0x3b, 0x98},
        {"audioplay", 0xe0, 0x22, 0x34, 0},
        {"audiomute", 0xe0, 0x20, 0x23, 0x9c},
        {"volumeup", 0xe0, 0x30, 0x32, 0x95},
        {"volumedown", 0xe0, 0x2e, 0x21, 0x9d},
        {"mediaselect", 0xe0, 0x6d, 0x50, 0},
        {"mail", 0xe0, 0x6c, 0x48, 0},
        {"calculator", 0xe0, 0x21, 0x2b, 0xa3},
        {"computer", 0xe0, 0x6b, 0x40, 0},
        {"ac_home", 0xe0, 0x32, 0x3a, 0x97},
        {"ac_back", 0xe0, 0x6a, 0x38, 0},
        {"ac_forward", 0xe0, 0x69, 0x30, 0},
        {"ac_refresh", 0xe0, 0x67, 0x20, 0},
        {"ac_bookmarks", 0xe0, 0x66, 0x18, 0},
        {"stop", 0xe0, 0x68, 0x28, 0x0a},
        {"power", 0xe0, 0x5e, 0x37, 0},
        {"sleep", 0xe0, 0x5f, 0x3f, 0},
        {"wake", 0xe0, 0x63, 0x5e, 0},
        {"compose", 0xe0, 0x5d, 0x2f, 0x8d},
        {"hiragana", 0, 0x77, 0x62, 0x87},
        {"katakanahiragana", 0, 0x70, 0x13, 0x87},
        {"henkan", 0, 0x79, 0x64, 0x86},
        {"muhenkan", 0, 0x7b, 0x67, 0x85},
        {"yen", 0, 0x7d, 0x6a, 0x5d},
        {"ro", 0, 0x73, 0x51, 0},
        {"kp_comma", 0, 0x7e, 0x6d, 0},
        {"kp_equals", 0, 0x59, 0x0f, 0},
        {"lf", 0, 0x5b, 0x1f, 0},
        {"again", 0xe0, 0x05, 0x25, 0x0b},
        {"props", 0xe0, 0x06, 0x2e, 0x0c},
        {"undo", 0xe0, 0x07, 0x36, 0x10},
        {"front", 0xe0, 0x0c, 0x4e, 0},
        {"copy", 0xe0, 0x78, 0x63, 0x18},
        {"open", 0, 0x64, 0x08, 0x20},
        {"paste", 0, 0x65, 0x10, 0x28},
        {"find", 0xe0, 0x41, 0x83, 0x30},
        {"cut", 0xe0, 0x3c, 0x06, 0x38},
        {"help", 0xe0, 0x75, 0x5c, 0x09},
    };
    raw_set2();
    for (uint8_t set = 1; set <= 3; set++) {
        data(0xf0), EXPECT(0xfa), data(set), EXPECT(0xfa);
        if (set == 3)
            data(0xf8), EXPECT(0xfa); /* all keys make/break */
        for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++) {
            uint8_t qnum = key_by_name(keys[i].name, strlen(keys[i].name)), want[6];
            unsigned n = 0;
            ck_assert_msg(qnum, "%s: no such key", keys[i].name);
            for (int up = 0; up < 2; up++) {
                if (set == 3 && !keys[i].set3)
                    break;
                if (set < 3 && keys[i].prefix)
                    want[n++] = keys[i].prefix;
                if (set > 1 && up)
                    want[n++] = 0xf0;
                want[n++] = set == 1   ? (uint8_t)(keys[i].set1 | (up ? 0x80 : 0))
                            : set == 2 ? keys[i].set2
                                       : keys[i].set3;
            }
            key(qnum, true), key(qnum, false);
            expect(want, n);
        }
    }
}
END_TEST

START_TEST(typematic_after_500_ms_at_10_9_hz)
{
    key(0x1e, true);
    ck_assert_uint_eq(get(), 0x1e);
    rig_run_to(&s.rig, clock_ns(&s.rig.clock) + 490 * MS);
    ck_assert(!full());
    unsigned before = s.irq1.rises;
    for (unsigned i = 0; i < 1000; i++) {
        rig_run(&s.rig, MS);
        rig_in(&s.rig, 0x60);
    }
    ck_assert_uint_eq(s.irq1.rises - before, 11);
    key(0x1e, false);
    EXPECT(0x9e);
    rig_run(&s.rig, 1000 * MS);
    ck_assert(!full());
}
END_TEST

START_TEST(host_repeats_are_ignored)
{
    key(0x1e, true), key(0x1e, true), key(0x1e, true);
    EXPECT(0x1e);
}
END_TEST

/*
 * A person's keyboard repeats in the person's time: the guest's clock repeats nothing, each repetition is a make
 * code.
 */
START_TEST(keys_of_a_host_that_repeats_have_no_typematic)
{
    struct key_sink k = ps2_keyboard_keys(s.kbd);
    key(0x30, true);
    EXPECT(0x30);
    k.host(k.ctx, 0x1e);
    EXPECT(0x1e);
    rig_run(&s.rig, 5000 * MS);
    ck_assert(!full()); /* of neither key */
    k.host(k.ctx, 0x1e);
    EXPECT(0x1e);
    k.host(k.ctx, 0xcb);
    EXPECT(0xe0, 0x4b);
    k.host(k.ctx, 0xc6);
    EXPECT(0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5);
    k.host(k.ctx, 0xc6); /* Pause never repeats */
    EXPECT();
    k.key(k.ctx, 0x1e, false);
    EXPECT(0x9e);
    key(0x1e, true); /* pressed by somebody else it repeats again */
    EXPECT(0x1e);
    rig_run(&s.rig, 510 * MS);
    ck_assert(full());
}
END_TEST

START_TEST(host_repeats_obey_the_types_of_set_3)
{
    struct key_sink k = ps2_keyboard_keys(s.kbd);
    raw_set2();
    data(0xf0);
    EXPECT(0xfa);
    data(3);
    EXPECT(0xfa);
    k.host(k.ctx, 0x1e), k.host(k.ctx, 0x1d);
    EXPECT(0x1c, 0x11);
    k.host(k.ctx, 0x1d); /* make and break: no typematic */
    EXPECT();
    k.host(k.ctx, 0x1e);
    EXPECT(0x1c);
    data(0xf8);
    EXPECT(0xfa);
    k.host(k.ctx, 0x1e);
    EXPECT();
}
END_TEST

/* The longest key has eight codes (Pause in set 2). */
START_TEST(fifo_has_room_for_a_key_until_nine_bytes_are_in_it)
{
    struct key_sink k = ps2_keyboard_keys(s.kbd);
    raw_set2();
    command(0xad);
    for (uint8_t q = 2; q < 10; q++) {
        ck_assert(k.room(k.ctx));
        key(q, true);
    }
    ck_assert(k.room(k.ctx));
    key(0xc6, true);
    ck_assert(!k.room(k.ctx));
    command(0xae);
    for (unsigned i = 0; i < 8; i++)
        ck_assert(!k.room(k.ctx) && get());
    ck_assert(k.room(k.ctx));
    EXPECT(0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77);
}
END_TEST

START_TEST(fifo_of_16_ends_with_the_overrun_code)
{
    raw_set2();
    command(0xad);
    for (uint8_t q = 2; q < 22; q++)
        key(q, true);
    command(0xae);
    for (unsigned i = 0; i < 16; i++)
        ck_assert_uint_ne(get(), 0);
    EXPECT(0x00);
    key(0x1e, true);
    EXPECT(0x1c);
}
END_TEST

START_TEST(state_round_trip_delivers_what_was_queued)
{
    struct setup t;
    make(&t);
    key(0x1e, true), key(0x30, true), key(0x1e, false);
    rig_run(&s.rig, MS / 10);
    rig_same_time(&s.rig, &t.rig);
    rig_copy_state(&s.kbd->dev, &t.kbd->dev);
    rig_copy_state(&s.kbc->dev, &t.kbc->dev);
    rig_run(&t.rig, 2 * MS);
    ck_assert_int_eq(t.irq1.level, 1);
    ck_assert_uint_eq(rig_in(&t.rig, 0x60), 0x1e);
    rig_run(&t.rig, 2 * MS);
    ck_assert_uint_eq(rig_in(&t.rig, 0x60), 0x30);
    rig_run(&t.rig, 2 * MS);
    ck_assert_uint_eq(rig_in(&t.rig, 0x60), 0x9e);
    unmake(&t);
}
END_TEST

TCase *i8042_tests(void)
{
    TCase *t = tcase_create("i8042");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, self_test_answers_55_and_sets_sys);
    tcase_add_test(t, interface_tests_pass);
    tcase_add_test(t, command_byte_and_ram_read_back);
    tcase_add_test(t, aux_and_keyboard_enables_show_in_command_byte);
    tcase_add_test(t, status_bit_3_tells_command_from_data);
    tcase_add_test(t, output_port_gates_a20);
    tcase_add_test(t, pulse_fe_resets_and_ff_does_nothing);
    tcase_add_test(t, output_port_bit_0_low_resets);
    tcase_add_test(t, d2_and_d3_fill_the_output_buffer);
    tcase_add_test(t, set2_is_translated_to_set1);
    tcase_add_test(t, every_key_translates_to_its_set1_code);
    tcase_add_test(t, without_translation_set2_comes_through);
    tcase_add_test(t, print_screen_with_alt_is_sysrq_and_ctrl_pause_is_break);
    tcase_add_test(t, shift_is_taken_back_around_the_cursor_keys);
    tcase_add_test(t, num_lock_gives_shift_to_the_cursor_keys_and_slash_ignores_it);
    tcase_add_test(t, set_3_typematic_and_make_only_by_key);
    tcase_add_test(t, f3_sets_delay_and_rate);
    tcase_add_test(t, irq1_falls_with_the_read_and_next_byte_takes_time);
    tcase_add_test(t, disabled_interface_holds_keys_back_and_a_data_write_enables_it);
    tcase_add_test(t, reset_gives_ack_then_bat);
    tcase_add_test(t, echo_identify_resend_and_unknown);
    tcase_add_test(t, leds_take_a_parameter_and_a_command_in_its_place_wins);
    tcase_add_test(t, disable_stops_scanning_and_enable_starts_it);
    tcase_add_test(t, scan_code_sets);
    tcase_add_test(t, media_and_editing_keys_have_codes_in_all_sets);
    tcase_add_test(t, typematic_after_500_ms_at_10_9_hz);
    tcase_add_test(t, host_repeats_are_ignored);
    tcase_add_test(t, keys_of_a_host_that_repeats_have_no_typematic);
    tcase_add_test(t, host_repeats_obey_the_types_of_set_3);
    tcase_add_test(t, fifo_has_room_for_a_key_until_nine_bytes_are_in_it);
    tcase_add_test(t, fifo_of_16_ends_with_the_overrun_code);
    tcase_add_test(t, state_round_trip_delivers_what_was_queued);
    return t;
}
