/* SPDX-License-Identifier: MIT */
/*
 * The keyboard at its own connector, without a controller: codes of every key in the three sets, commands on both sides
 * of each limit, repetition to the nanosecond, loads. IBM PS/2 Hardware Interface Technical Reference, "Keyboard".
 */
#include "devices/input/ps2_keyboard.h"
#include "tests/dev/ps2_rig.h"

static struct ps2_keyboard *kbd;
static struct key_sink keys;

static void setup(void)
{
    memset(&ready, 0, sizeof ready);
    rig_init(&rig);
    kbd = ps2_keyboard_new(&rig.bus, "kbd");
    kbd->ready = probe_line(&ready, &rig);
    rig_realize(&kbd->dev);
    port = ps2_keyboard_port(kbd);
    keys = ps2_keyboard_keys(kbd);
}

static void teardown(void)
{
    dev_free(&kbd->dev);
    rig_free(&rig);
}

static void set(uint8_t n)
{
    ask(0xf0), ask(n);
}

static void press(uint8_t key)
{
    keys.key(keys.ctx, key, true);
}

static void release(uint8_t key)
{
    keys.key(keys.ctx, key, false);
}

/* ---- codes ---- */

/* Scan code set 2 of the keys of set 1, and set 3 of the 102 keys; each by the key of the manual. */
static const struct row {
    uint8_t key, set2, set3; /* set 3: 0 where the key is not on the 102-key keyboard */
} rows[] = {{0x01, 0x76, 0x08}, {0x02, 0x16, 0x16}, {0x03, 0x1e, 0x1e}, {0x04, 0x26, 0x26}, {0x05, 0x25, 0x25},
            {0x06, 0x2e, 0x2e}, {0x07, 0x36, 0x36}, {0x08, 0x3d, 0x3d}, {0x09, 0x3e, 0x3e}, {0x0a, 0x46, 0x46},
            {0x0b, 0x45, 0x45}, {0x0c, 0x4e, 0x4e}, {0x0d, 0x55, 0x55}, {0x0e, 0x66, 0x66}, {0x0f, 0x0d, 0x0d},
            {0x10, 0x15, 0x15}, {0x11, 0x1d, 0x1d}, {0x12, 0x24, 0x24}, {0x13, 0x2d, 0x2d}, {0x14, 0x2c, 0x2c},
            {0x15, 0x35, 0x35}, {0x16, 0x3c, 0x3c}, {0x17, 0x43, 0x43}, {0x18, 0x44, 0x44}, {0x19, 0x4d, 0x4d},
            {0x1a, 0x54, 0x54}, {0x1b, 0x5b, 0x5b}, {0x1c, 0x5a, 0x5a}, {0x1d, 0x14, 0x11}, {0x1e, 0x1c, 0x1c},
            {0x1f, 0x1b, 0x1b}, {0x20, 0x23, 0x23}, {0x21, 0x2b, 0x2b}, {0x22, 0x34, 0x34}, {0x23, 0x33, 0x33},
            {0x24, 0x3b, 0x3b}, {0x25, 0x42, 0x42}, {0x26, 0x4b, 0x4b}, {0x27, 0x4c, 0x4c}, {0x28, 0x52, 0x52},
            {0x29, 0x0e, 0x0e}, {0x2a, 0x12, 0x12}, {0x2b, 0x5d, 0x5c}, {0x2c, 0x1a, 0x1a}, {0x2d, 0x22, 0x22},
            {0x2e, 0x21, 0x21}, {0x2f, 0x2a, 0x2a}, {0x30, 0x32, 0x32}, {0x31, 0x31, 0x31}, {0x32, 0x3a, 0x3a},
            {0x33, 0x41, 0x41}, {0x34, 0x49, 0x49}, {0x35, 0x4a, 0x4a}, {0x36, 0x59, 0x59}, {0x37, 0x7c, 0x7e},
            {0x38, 0x11, 0x19}, {0x39, 0x29, 0x29}, {0x3a, 0x58, 0x14}, {0x3b, 0x05, 0x07}, {0x3c, 0x06, 0x0f},
            {0x3d, 0x04, 0x17}, {0x3e, 0x0c, 0x1f}, {0x3f, 0x03, 0x27}, {0x40, 0x0b, 0x2f}, {0x41, 0x83, 0x37},
            {0x42, 0x0a, 0x3f}, {0x43, 0x01, 0x47}, {0x44, 0x09, 0x4f}, {0x45, 0x77, 0x76}, {0x46, 0x7e, 0x5f},
            {0x47, 0x6c, 0x6c}, {0x48, 0x75, 0x75}, {0x49, 0x7d, 0x7d}, {0x4a, 0x7b, 0x84}, {0x4b, 0x6b, 0x6b},
            {0x4c, 0x73, 0x73}, {0x4d, 0x74, 0x74}, {0x4e, 0x79, 0x7c}, {0x4f, 0x69, 0x69}, {0x50, 0x72, 0x72},
            {0x51, 0x7a, 0x7a}, {0x52, 0x70, 0x70}, {0x53, 0x71, 0x71}, {0x54, 0x84, 0x57}, {0x56, 0x61, 0x13},
            {0x57, 0x78, 0x56}, {0x58, 0x07, 0x5e}};
/* The same after E0h: set 2 has the plain key's code with the prefix, set 3 one of its own. */
static const struct row grey[] = {{0x9c, 0x5a, 0x79}, {0x9d, 0x14, 0x58}, {0xb5, 0x4a, 0x77}, {0xb8, 0x11, 0x39},
                                  {0xc7, 0x6c, 0x6e}, {0xc8, 0x75, 0x63}, {0xc9, 0x7d, 0x6f}, {0xcb, 0x6b, 0x61},
                                  {0xcd, 0x74, 0x6a}, {0xcf, 0x69, 0x65}, {0xd0, 0x72, 0x60}, {0xd1, 0x7a, 0x6d},
                                  {0xd2, 0x70, 0x67}, {0xd3, 0x71, 0x64}, {0xdb, 0x1f, 0x8b}, {0xdc, 0x27, 0x8c},
                                  {0xdd, 0x2f, 0x8d}};

static void one_key(const struct row *r, uint8_t n)
{
    uint8_t make[4], broken[4];
    unsigned m = 0, k = 0;
    if (n < 3 && r->key & 0x80)
        make[m++] = 0xe0, broken[k++] = 0xe0;
    if (n > 1)
        broken[k++] = 0xf0;
    make[m++] = n == 1 ? r->key & 0x7f : n == 2 ? r->set2 : r->set3;
    broken[k++] = n == 1 ? r->key | 0x80 : n == 2 ? r->set2 : r->set3;
    press(r->key);
    expect(make, m);
    release(r->key);
    expect(broken, k);
}

START_TEST(every_key_in_every_set)
{
    for (uint8_t n = 1; n <= 3; n++) {
        set(n);
        if (n == 3)
            ask(0xfa); /* all typematic, make and break */
        for (unsigned i = 0; i < ARRAY_LEN(rows); i++)
            one_key(&rows[i], n);
        for (unsigned i = 0; i < ARRAY_LEN(grey); i++)
            one_key(&grey[i], n);
    }
    press(0x55), release(0x55); /* no key of set 3 */
    NOTHING;
    press(KEY_PRINT), release(KEY_PRINT), press(KEY_PAUSE), release(KEY_PAUSE);
    EXPECT(0x57, 0xf0, 0x57, 0x62, 0xf0, 0x62);
}
END_TEST

/* Keys beyond: each has a code in set 2, no two the same. */
START_TEST(set_2_has_no_code_twice)
{
    uint8_t byte, seen[256] = {0};
    for (unsigned q = 1; q < 128; q++) {
        press((uint8_t)q);
        ck_assert(port.take(port.ctx, &byte));
        ck_assert_msg(byte && byte != 0xe0 && byte != 0xf0 && !seen[byte], "key %02x: code %02x is key %02x's", q, byte,
                      seen[byte]);
        seen[byte] = (uint8_t)q;
        release((uint8_t)q);
        EXPECT(0xf0, byte);
    }
    press(0), press(0x80);
    NOTHING;
}
END_TEST

/* Set 3: keys by type (figure "scan code set 3"): typematic, make and break, make only. */
START_TEST(types_of_set_3_by_default)
{
    static const uint8_t make_break[] = {0x1d, 0x2a, 0x36, 0x38, 0x3a};
    static const uint8_t make_only[] = {
        0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x57,      0x58,                   /* F1-F12 */
        0x37, 0x46, 0x45, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4f,      0x50, 0x51, 0x52, 0x53, /* keypad */
        0x9c, 0x9d, 0xb5, 0xb8, 0xc6, 0xc7, 0xc9, 0xcf, 0xd1, 0xd2, KEY_PRINT, 0x54, 0x01};
    uint8_t keys_of_102[ARRAY_LEN(rows) + ARRAY_LEN(grey) + 2] = {KEY_PRINT, KEY_PAUSE}, byte, code;
    for (unsigned i = 0; i < ARRAY_LEN(rows) + ARRAY_LEN(grey); i++)
        keys_of_102[2 + i] = i < ARRAY_LEN(rows) ? rows[i].key : grey[i - ARRAY_LEN(rows)].key;
    set(3);
    for (unsigned i = 0; i < sizeof keys_of_102; i++) {
        uint8_t q = keys_of_102[i];
        bool up = memchr(make_break, q, sizeof make_break), only = memchr(make_only, q, sizeof make_only);
        press(q);
        ck_assert(port.take(port.ctx, &code));
        rig_run(&rig, 2000 * MS);
        bool repeated = port.take(port.ctx, &byte);
        ck_assert_msg(repeated == (!up && !only), "key %02x, code %02x: %s", q, code,
                      repeated ? "repeats" : "does not repeat");
        NOTHING;
        release(q);
        bool broke = port.take(port.ctx, &byte);
        ck_assert_msg(broke == up, "key %02x, code %02x: %s break code", q, code, broke ? "a" : "no");
        if (broke)
            EXPECT(code);
    }
}
END_TEST

START_TEST(print_and_pause_by_shift_keys)
{
    static const uint8_t shifts[] = {0x2a, 0x36, 0x1d, 0x9d};
    for (unsigned i = 0; i < sizeof shifts; i++) { /* held: the key alone */
        press(shifts[i]);
        drain();
        press(KEY_PRINT), release(KEY_PRINT);
        EXPECT(0xe0, 0x7c, 0xe0, 0xf0, 0x7c);
        release(shifts[i]);
        drain();
    }
    static const uint8_t alts[] = {0x38, 0xb8};
    for (unsigned i = 0; i < sizeof alts; i++) {
        press(alts[i]);
        drain();
        press(KEY_PRINT), release(KEY_PRINT);
        EXPECT(0x84, 0xf0, 0x84);
        release(alts[i]);
        drain();
    }
    press(0x9d); /* the right Ctrl too makes Pause Break */
    EXPECT(0xe0, 0x14);
    press(KEY_PAUSE), release(KEY_PAUSE);
    EXPECT(0xe0, 0x7e, 0xe0, 0xf0, 0x7e);
    release(0x9d);
    EXPECT(0xe0, 0xf0, 0x14);
    set(1);
    press(KEY_PAUSE), release(KEY_PAUSE);
    EXPECT(0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5);
    press(KEY_PRINT), release(KEY_PRINT);
    EXPECT(0xe0, 0x2a, 0xe0, 0x37, 0xe0, 0xb7, 0xe0, 0xaa);
    set(2);
    press(KEY_PRINT);
    EXPECT(0xe0, 0x12, 0xe0, 0x7c);
    rig_run(&rig, 500 * MS);
    EXPECT(0xe0, 0x7c); /* repeated without the Shift */
}
END_TEST

/* The ten grey keys take Shift back and no others do; so does the grey slash, but Num Lock leaves it alone. */
START_TEST(grey_keys_alone_take_shift_back)
{
    static const uint8_t cursor[] = {0xc7, 0xc8, 0xc9, 0xcb, 0xcd, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3};
    for (unsigned num = 0; num < 2; num++)
        for (unsigned shift = 0; shift < 2; shift++) {
            ask(0xed), ask(num ? 2 : 5);
            set(1);
            if (shift) {
                press(0x36);
                EXPECT(0x36);
            }
            for (unsigned q = 0x81; q < 0x100; q++) {
                bool is = memchr(cursor, (int)q, sizeof cursor);
                if (q == KEY_PRINT || q == KEY_PAUSE || q == 0xaa || q == 0xb6)
                    continue;
                uint8_t up = (uint8_t)(q & 0x7f), b = (uint8_t)(up | 0x80);
                press((uint8_t)q), release((uint8_t)q);
                if (shift && ((is && !num) || q == 0xb5))
                    EXPECT(0xe0, 0xb6, 0xe0, up, 0xe0, b, 0xe0, 0x36);
                else if (is && num && !shift)
                    EXPECT(0xe0, 0x2a, 0xe0, up, 0xe0, b, 0xe0, 0xaa);
                else
                    EXPECT(0xe0, up, 0xe0, b);
            }
            release(0x36);
            drain();
        }
}
END_TEST

/* ---- repetition ---- */

START_TEST(delay_and_period_of_each_rate)
{
    for (unsigned rate = 0; rate < 0x80; rate++) {
        uint8_t byte;
        ask(0xf3), ask((uint8_t)rate);
        uint64_t delay = (rate / 32 + 1) * 250 * MS,
                 period = (8 + rate % 8) * (UINT64_C(1) << (rate / 8 % 4)) * 1000000000 / 240;
        press(0x1e);
        EXPECT(0x1c);
        rig_run(&rig, delay - 1);
        ck_assert_msg(!port.take(port.ctx, &byte), "rate %02x: too early", rate);
        rig_run(&rig, 1);
        ck_assert_msg(port.take(port.ctx, &byte), "rate %02x: too late", rate);
        rig_run(&rig, period - 1);
        ck_assert_msg(!port.take(port.ctx, &byte), "rate %02x: the second too early", rate);
        rig_run(&rig, 1);
        ck_assert_msg(port.take(port.ctx, &byte), "rate %02x: the second too late", rate);
        rig_run(&rig, 10 * period);
        EXPECT(0x1c); /* no backlog */
        release(0x1e);
        EXPECT(0xf0, 0x1c);
    }
}
END_TEST

START_TEST(the_key_pressed_last_repeats)
{
    press(0x1e);
    rig_run(&rig, 400 * MS);
    press(0x30);
    EXPECT(0x1c, 0x32);
    rig_run(&rig, 499 * MS);
    NOTHING;
    rig_run(&rig, 1 * MS);
    EXPECT(0x32);
    release(0x1e); /* another one's release changes nothing */
    EXPECT(0xf0, 0x1c);
    rig_run(&rig, 100 * MS);
    EXPECT(0x32);
    press(KEY_PAUSE); /* it never repeats, and ends the other's repetition */
    EXPECT(0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77);
    rig_run(&rig, 1000 * MS);
    NOTHING;
    release(0x30);
    EXPECT(0xf0, 0x32);
    press(0x30);
    EXPECT(0x32);
    ask(0xf4); /* enabling clears output and repetition */
    rig_run(&rig, 1000 * MS);
    NOTHING;
    release(0x30);
    kbd->typematic = false; /* the property */
    press(0x1f);
    EXPECT(0xf0, 0x32, 0x1b);
    rig_run(&rig, 1000 * MS);
    NOTHING;
}
END_TEST

/* ---- commands ---- */

START_TEST(bytes_that_are_no_commands_are_asked_for_again)
{
    for (unsigned c = 0; c < 0x100; c++) {
        bool known = c >= 0xed && c != 0xef && c != 0xf1;
        send((uint8_t)c);
        uint8_t byte;
        ck_assert(port.take(port.ctx, &byte));
        uint8_t want = !known ? 0xfe : c == 0xee ? 0xee : c == 0xfe ? byte : 0xfa;
        ck_assert_msg(byte == want, "command %02x: %02x, not %02x", c, byte, want);
        rig_run(&rig, 2 * MS);
        drain();
        send(0xee); /* ends whatever waits for a parameter */
        drain();
    }
}
END_TEST

START_TEST(six_commands_wait_for_a_parameter)
{
    for (unsigned c = 0xed; c < 0x100; c++) {
        bool waits = c == 0xed || c == 0xf0 || c == 0xf3 || (c >= 0xfb && c <= 0xfd);
        if (c == 0xfe)
            continue;
        send((uint8_t)c);
        drain();
        send(0x01);
        EXPECT(waits ? 0xfa : 0xfe);
        send(0xf6);
        drain();
    }
}
END_TEST

START_TEST(parameters_have_limits)
{
    for (unsigned v = 0; v < 0xed; v++) {
        ask(0xed), ask((uint8_t)v);
        ck_assert_uint_eq(kbd->leds, v & 7);
        ask(0xf3), ask(0x11);
        ask(0xf3);
        send((uint8_t)v);
        EXPECT(v < 0x80 ? 0xfa : 0xfe);
        ck_assert_msg(kbd->rate == (v < 0x80 ? v : 0x11), "rate %02x becomes %02x", v, kbd->rate);
        set(2);
        ask(0xf0);
        send((uint8_t)v);
        if (v == 0)
            EXPECT(0xfa, 0x02);
        else
            EXPECT(v <= 3 ? 0xfa : 0xfe);
        ck_assert_msg(kbd->set == (v && v <= 3 ? v : 2), "set %u becomes %u", v, kbd->set);
        set(2);
    }
    ask(0xed), ask(2);
    send(7); /* one parameter only */
    EXPECT(0xfe);
    ck_assert_uint_eq(kbd->leds, 2);
    ask(0xed), ask(0xf4); /* a command in a parameter's place: that is not waited for any more */
    send(7);
    EXPECT(0xfe);
    ck_assert_uint_eq(kbd->leds, 2);
    ask(0xf0);
    ask(0xed);
    ask(4);
    ck_assert_uint_eq(kbd->leds, 4);
    ck_assert_uint_eq(kbd->set, 2);
}
END_TEST

/* FBh, FCh, FDh: a list of set 3's codes up to the next command; F7h to FAh: all keys. */
START_TEST(key_types_one_by_one_and_all)
{
    static const struct {
        uint8_t command;
        bool repeats, breaks;
    } c[] = {{0xfb, true, false}, {0xfc, false, true},  {0xfd, false, false}, {0xf7, true, false},
             {0xf8, false, true}, {0xf9, false, false}, {0xfa, true, true}};
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        uint8_t byte;
        set(3);
        if (c[i].command < 0xfb) {
            ask(c[i].command);
        } else {
            ask(i == 0 ? 0xf8 : 0xfa);
            ask(c[i].command);
            ask(0x1c), ask(0x32);
            ask(0xf4);
        }
        static const uint8_t key[] = {0x1e, 0x30}, code[] = {0x1c, 0x32};
        for (unsigned k = 0; k < 2; k++) {
            press(key[k]);
            EXPECT(code[k]);
            rig_run(&rig, 510 * MS);
            bool repeated = port.take(port.ctx, &byte);
            ck_assert_msg(repeated == c[i].repeats, "%02x, key %u: repeats %d", c[i].command, k, repeated);
            release(key[k]);
            bool broke = port.take(port.ctx, &byte);
            ck_assert_msg(broke == c[i].breaks, "%02x, key %u: break %d", c[i].command, k, broke);
            if (broke)
                EXPECT(code[k]);
        }
        if (c[i].command >= 0xfb) { /* a third key is as it was */
            press(0x20);
            EXPECT(0x23);
            release(0x20);
            ck_assert(port.take(port.ctx, &byte) && byte == 0xf0);
            EXPECT(0x23);
        }
        ask(0xf6);
    }
}
END_TEST

START_TEST(defaults_by_f5_f6_and_reset)
{
    static const uint8_t by[] = {0xf5, 0xf6, 0xff};
    for (unsigned i = 0; i < sizeof by; i++) {
        ask(0xf4);
        ask(0xed), ask(5);
        ask(0xf3), ask(0x7f);
        set(3);
        ask(0xf9);
        press(0x1e); /* in the buffer: it goes */
        ask(by[i]);
        rig_run(&rig, MS - 1);
        NOTHING;
        rig_run(&rig, 1);
        if (by[i] == 0xff)
            EXPECT(0xaa);
        else
            NOTHING;
        ck_assert_uint_eq(kbd->set, 2);
        ck_assert_uint_eq(kbd->rate, 0x2b);
        ck_assert_uint_eq(kbd->leds, by[i] == 0xff ? 0 : 5);
        ck_assert_uint_eq(kbd->scanning, by[i] != 0xf5);
        release(0x1e);
        if (by[i] != 0xf5)
            EXPECT(0xf0, 0x1c);
        NOTHING;
        set(3); /* the types are back as well */
        ask(0xf4);
        press(0x2a), release(0x2a), press(0x1e), release(0x1e);
        EXPECT(0x12, 0xf0, 0x12, 0x1c);
        set(2);
    }
    ask(0xff); /* a byte in the test's time ends it */
    ask(0xf4);
    rig_run(&rig, 10 * MS);
    NOTHING;
}
END_TEST

/* Answers come before keys; a command throws the answer to the one before away; Resend gives the byte sent last. */
START_TEST(answers_and_keys_in_their_order)
{
    uint8_t byte;
    press(0x1e);
    send(0xf2);
    EXPECT(0xfa, 0xab, 0x83, 0x1c);
    send(0xf2);
    ck_assert(port.take(port.ctx, &byte) && byte == 0xfa);
    send(0xed);
    EXPECT(0xfa);
    ask(0);
    for (unsigned i = 0; i < 6; i++)
        send(0xee); /* answers that nobody takes: four fit */
    EXPECT(0xee, 0xee, 0xee, 0xee);
    press(0x30);
    EXPECT(0x32);
    send(0xfe);
    EXPECT(0x32);
    send(0x00);
    EXPECT(0xfe);
    send(0xfe); /* FEh itself is never sent again */
    EXPECT(0x32);
}
END_TEST

START_TEST(a_new_set_drops_codes_of_the_old)
{
    for (uint8_t n = 0; n <= 3; n++) {
        uint8_t byte;
        set(2);
        press(0x1e);
        send(0xf0);
        ck_assert(port.take(port.ctx, &byte) && byte == 0xfa);
        send(n);
        ck_assert(port.take(port.ctx, &byte) && byte == 0xfa);
        if (n == 0)
            EXPECT(0x02, 0x1c); /* a question changes nothing */
        else
            NOTHING;
        release(0x1e);
        drain();
    }
}
END_TEST

START_TEST(overrun_by_set_and_until_the_host_takes)
{
    for (uint8_t n = 1; n <= 3; n++) {
        uint8_t byte;
        set(n);
        if (n == 3)
            ask(0xf9);
        for (uint8_t q = 2; q < 18; q++)
            press(q);
        ck_assert_uint_eq(kbd->count, 16);
        press(18);
        ck_assert_uint_eq(kbd->count, 17);
        press(19), press(20);
        ck_assert_uint_eq(kbd->count, 17);
        for (unsigned i = 0; i < 16; i++)
            ck_assert(port.take(port.ctx, &byte));
        EXPECT(n == 1 ? 0xff : 0x00);
        press(0x30);
        EXPECT(n == 1 ? 0x30 : 0x32);
        for (uint8_t q = 2; q < 0x40; q++)
            release(q);
        drain();
        press(0xc8); /* a key of two codes where one is free: as a whole or not at all */
        drain();
        release(0xc8);
        drain();
    }
}
END_TEST

START_TEST(host_keys_wait_for_a_host_that_listens)
{
    keys.host(keys.ctx, 0x1e);
    keys.host(keys.ctx, 0x1e); /* the first is still in the buffer */
    EXPECT(0x1c);
    keys.host(keys.ctx, 0x1e);
    EXPECT(0x1c);
    rig_run(&rig, 2000 * MS);
    NOTHING;
    ask(0xf5);
    keys.host(keys.ctx, 0x1e);
    keys.host(keys.ctx, 0x30);
    NOTHING;
}
END_TEST

/* ---- loads, info ---- */

START_TEST(loaded_counts_and_commands_are_bounded)
{
    kbd->count = 18, kbd->nreply = 5;
    kbd->dev.cls->post_load(&kbd->dev);
    ck_assert_uint_eq(kbd->count, 17);
    ck_assert_uint_eq(kbd->nreply, 4);
    kbd->count = 17, kbd->nreply = 4;
    kbd->dev.cls->post_load(&kbd->dev);
    ck_assert_uint_eq(kbd->count, 17);
    ck_assert_uint_eq(kbd->nreply, 4);
    for (unsigned c = 0; c < 0x100; c++) {
        kbd->command = (uint8_t)c;
        kbd->dev.cls->post_load(&kbd->dev);
        ck_assert_msg(kbd->command == (c >= 0xed && c <= 0xfd ? c : 0), "command %02x becomes %02x", c, kbd->command);
    }
}
END_TEST

START_TEST(reset_takes_what_waits_back)
{
    press(0x1e);
    send(0xee);
    ck_assert_int_eq(ready.level, 1);
    kbd->dev.cls->reset(&kbd->dev);
    NOTHING;
    release(0x1e); /* it was down all the time */
    EXPECT(0xf0, 0x1c);
}
END_TEST

START_TEST(info_says_set_lamps_and_rate)
{
    struct buf out = {0};
    ask(0xed), ask(5), ask(0xf3), ask(0x7f), set(3);
    press(0x1e);
    kbd->dev.cls->print(&kbd->dev, &out);
    ask(0xf5), ask(0xed), ask(2);
    kbd->dev.cls->print(&kbd->dev, &out);
    buf_add8(&out, 0);
    ck_assert_str_eq((char *)out.data, "kbd: set 3, scanning on, leds S-C, rate 7f, 1 bytes queued\n"
                                       "kbd: set 2, scanning off, leds -N-, rate 2b, 0 bytes queued\n");
    buf_free(&out);
}
END_TEST

TCase *ps2_keyboard_tests(void)
{
    TCase *c = tcase_create("ps2-keyboard");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, every_key_in_every_set);
    tcase_add_test(c, set_2_has_no_code_twice);
    tcase_add_test(c, types_of_set_3_by_default);
    tcase_add_test(c, print_and_pause_by_shift_keys);
    tcase_add_test(c, grey_keys_alone_take_shift_back);
    tcase_add_test(c, delay_and_period_of_each_rate);
    tcase_add_test(c, the_key_pressed_last_repeats);
    tcase_add_test(c, bytes_that_are_no_commands_are_asked_for_again);
    tcase_add_test(c, six_commands_wait_for_a_parameter);
    tcase_add_test(c, parameters_have_limits);
    tcase_add_test(c, key_types_one_by_one_and_all);
    tcase_add_test(c, defaults_by_f5_f6_and_reset);
    tcase_add_test(c, answers_and_keys_in_their_order);
    tcase_add_test(c, a_new_set_drops_codes_of_the_old);
    tcase_add_test(c, overrun_by_set_and_until_the_host_takes);
    tcase_add_test(c, host_keys_wait_for_a_host_that_listens);
    tcase_add_test(c, loaded_counts_and_commands_are_bounded);
    tcase_add_test(c, reset_takes_what_waits_back);
    tcase_add_test(c, info_says_set_lamps_and_rate);
    return c;
}
