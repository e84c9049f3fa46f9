/* SPDX-License-Identifier: MIT */
/*
 * INT 9 (scan codes to the BDA's buffer) and INT 16h.
 *
 * IBM PC/AT technical reference, section 5 "Keyboard", with the 101-key additions of the PS/2 and PC
 * BIOS interface technical reference (INT 16h AH=10h-12h). Scan codes are those of set 1, as the
 * 8042 translates them. The buffer holds the enhanced codes; AH=00h-02h filter them.
 */
#include "bios.h"

/* Codes (scan << 8 | ASCII) of one key; 0 gives nothing. */
struct key {
    uint16_t plain, shift, ctrl, alt;
};

#define LAST_KEY 0x58
#define LETTER(s, c)                                                           \
    {                                                                          \
        (s) << 8 | (c), (s) << 8 | ((c)-0x20), (s) << 8 | ((c)-0x60), (s) << 8 \
    }
#define FKEY(s, sh, ct, al)                       \
    {                                             \
        (s) << 8, (sh) << 8, (ct) << 8, (al) << 8 \
    }

/* NOTE: AL = F0h marks codes that only the enhanced calls give, as the 101-key BIOS does. */
static const struct key keys[LAST_KEY + 1] = {
    [0x01] = {0x011b, 0x011b, 0x011b, 0x01f0},
    [0x02] = {0x0231, 0x0221, 0, 0x7800},
    [0x03] = {0x0332, 0x0340, 0x0300, 0x7900},
    [0x04] = {0x0433, 0x0423, 0, 0x7a00},
    [0x05] = {0x0534, 0x0524, 0, 0x7b00},
    [0x06] = {0x0635, 0x0625, 0, 0x7c00},
    [0x07] = {0x0736, 0x075e, 0x071e, 0x7d00},
    [0x08] = {0x0837, 0x0826, 0, 0x7e00},
    [0x09] = {0x0938, 0x092a, 0, 0x7f00},
    [0x0a] = {0x0a39, 0x0a28, 0, 0x8000},
    [0x0b] = {0x0b30, 0x0b29, 0, 0x8100},
    [0x0c] = {0x0c2d, 0x0c5f, 0x0c1f, 0x8200},
    [0x0d] = {0x0d3d, 0x0d2b, 0, 0x8300},
    [0x0e] = {0x0e08, 0x0e08, 0x0e7f, 0x0ef0},
    [0x0f] = {0x0f09, 0x0f00, 0x9400, 0xa500},
    [0x10] = LETTER(0x10, 'q'),
    [0x11] = LETTER(0x11, 'w'),
    [0x12] = LETTER(0x12, 'e'),
    [0x13] = LETTER(0x13, 'r'),
    [0x14] = LETTER(0x14, 't'),
    [0x15] = LETTER(0x15, 'y'),
    [0x16] = LETTER(0x16, 'u'),
    [0x17] = LETTER(0x17, 'i'),
    [0x18] = LETTER(0x18, 'o'),
    [0x19] = LETTER(0x19, 'p'),
    [0x1a] = {0x1a5b, 0x1a7b, 0x1a1b, 0x1af0},
    [0x1b] = {0x1b5d, 0x1b7d, 0x1b1d, 0x1bf0},
    [0x1c] = {0x1c0d, 0x1c0d, 0x1c0a, 0x1cf0},
    [0x1e] = LETTER(0x1e, 'a'),
    [0x1f] = LETTER(0x1f, 's'),
    [0x20] = LETTER(0x20, 'd'),
    [0x21] = LETTER(0x21, 'f'),
    [0x22] = LETTER(0x22, 'g'),
    [0x23] = LETTER(0x23, 'h'),
    [0x24] = LETTER(0x24, 'j'),
    [0x25] = LETTER(0x25, 'k'),
    [0x26] = LETTER(0x26, 'l'),
    [0x27] = {0x273b, 0x273a, 0, 0x27f0},
    [0x28] = {0x2827, 0x2822, 0, 0x28f0},
    [0x29] = {0x2960, 0x297e, 0, 0x29f0},
    [0x2b] = {0x2b5c, 0x2b7c, 0x2b1c, 0x2bf0},
    [0x2c] = LETTER(0x2c, 'z'),
    [0x2d] = LETTER(0x2d, 'x'),
    [0x2e] = LETTER(0x2e, 'c'),
    [0x2f] = LETTER(0x2f, 'v'),
    [0x30] = LETTER(0x30, 'b'),
    [0x31] = LETTER(0x31, 'n'),
    [0x32] = LETTER(0x32, 'm'),
    [0x33] = {0x332c, 0x333c, 0, 0x33f0},
    [0x34] = {0x342e, 0x343e, 0, 0x34f0},
    [0x35] = {0x352f, 0x353f, 0, 0x35f0},
    [0x37] = {0x372a, 0x372a, 0x9600, 0x37f0},
    [0x39] = {0x3920, 0x3920, 0x3920, 0x3920},
    [0x3b] = FKEY(0x3b, 0x54, 0x5e, 0x68),
    [0x3c] = FKEY(0x3c, 0x55, 0x5f, 0x69),
    [0x3d] = FKEY(0x3d, 0x56, 0x60, 0x6a),
    [0x3e] = FKEY(0x3e, 0x57, 0x61, 0x6b),
    [0x3f] = FKEY(0x3f, 0x58, 0x62, 0x6c),
    [0x40] = FKEY(0x40, 0x59, 0x63, 0x6d),
    [0x41] = FKEY(0x41, 0x5a, 0x64, 0x6e),
    [0x42] = FKEY(0x42, 0x5b, 0x65, 0x6f),
    [0x43] = FKEY(0x43, 0x5c, 0x66, 0x70),
    [0x44] = FKEY(0x44, 0x5d, 0x67, 0x71),
    [0x47] = {0x4700, 0x4737, 0x7700, 0},
    [0x48] = {0x4800, 0x4838, 0x8d00, 0},
    [0x49] = {0x4900, 0x4939, 0x8400, 0},
    [0x4a] = {0x4a2d, 0x4a2d, 0x8e00, 0x4af0},
    [0x4b] = {0x4b00, 0x4b34, 0x7300, 0},
    [0x4c] = {0x4cf0, 0x4c35, 0x8f00, 0},
    [0x4d] = {0x4d00, 0x4d36, 0x7400, 0},
    [0x4e] = {0x4e2b, 0x4e2b, 0x9000, 0x4ef0},
    [0x4f] = {0x4f00, 0x4f31, 0x7500, 0},
    [0x50] = {0x5000, 0x5032, 0x9100, 0},
    [0x51] = {0x5100, 0x5133, 0x7600, 0},
    [0x52] = {0x5200, 0x5230, 0x9200, 0},
    [0x53] = {0x5300, 0x532e, 0x9300, 0},
    [0x56] = {0x565c, 0x567c, 0, 0x56f0},
    [0x57] = FKEY(0x85, 0x87, 0x89, 0x8b),
    [0x58] = FKEY(0x86, 0x88, 0x8a, 0x8c),
};

#define KEY_ENTER  0x1c
#define KEY_CTRL   0x1d
#define KEY_LSHIFT 0x2a
#define KEY_SLASH  0x35
#define KEY_RSHIFT 0x36
#define KEY_PRTSC  0x37
#define KEY_ALT    0x38
#define KEY_CAPS   0x3a
#define KEY_NUM    0x45
#define KEY_SCROLL 0x46
#define KEY_HOME   0x47
#define KEY_INS    0x52
#define KEY_DEL    0x53
#define KEY_SYSREQ 0x54

/* What kbd_irq() asks of entry.S, in AL. */
enum kbd_action { ACT_NONE, ACT_BREAK, ACT_PRINT, ACT_PAUSE, ACT_RESET, ACT_SYSREQ };

void keyboard_init(void)
{
    bda_set(kbd_start, offsetof(struct bda, kbd_buf));
    bda_set(kbd_head, offsetof(struct bda, kbd_buf));
    bda_set(kbd_tail, offsetof(struct bda, kbd_buf));
    bda_set(kbd_end, offsetof(struct bda, fd_recal));
    bda_set(kbd_flags2, KBD2_101);
    i8042_init();
}

static uint16_t buf_next(uint16_t at)
{
    at += 2;
    return at == bda_get(kbd_end) ? bda_get(kbd_start) : at;
}

static int store(uint16_t code)
{
    uint16_t tail = bda_get(kbd_tail), next = buf_next(tail);
    if (next == bda_get(kbd_head))
        return 0;
    far_w16(0x40, tail, code);
    bda_set(kbd_tail, next);
    return 1;
}

/* Sets the keyboard's lights where they differ from the lock keys' state. */
static void update_leds(void)
{
    uint8_t want = bda_get(kbd_flags0) >> 4 & 7;
    struct i8042_exchange x;
    if ((bda_get(kbd_leds) & 7) == want || inb(0x64) & 1)
        return;
    bda_set(kbd_leds, (bda_get(kbd_leds) & ~7) | want);
    i8042_begin(&x, I8042_HOLD_AUX);
    if (i8042_kbd(0xed))
        i8042_kbd(want);
    i8042_end(&x);
}

#define set_bits(field, bits, on) bda_set(field, (on) ? bda_get(field) | (bits) : bda_get(field) & ~(bits))

static void modifier_ctrl_alt(uint8_t scan, int e0, int make)
{
    int ctrl = scan == KEY_CTRL;
    if (e0)
        set_bits(kbd_flags2, ctrl ? KBD2_RCTRL : KBD2_RALT, make);
    else
        set_bits(kbd_flags1, ctrl ? KBD1_LCTRL : KBD1_LALT, make);
    if (ctrl)
        set_bits(kbd_flags0, KBD0_CTRL, bda_get(kbd_flags1) & KBD1_LCTRL || bda_get(kbd_flags2) & KBD2_RCTRL);
    else
        set_bits(kbd_flags0, KBD0_ALT, bda_get(kbd_flags1) & KBD1_LALT || bda_get(kbd_flags2) & KBD2_RALT);
    if (!ctrl && !make && !(bda_get(kbd_flags0) & KBD0_ALT) && bda_get(kbd_alt_num)) {
        store(bda_get(kbd_alt_num));
        bda_set(kbd_alt_num, 0);
    }
}

/* A lock key toggles at its first make code only. */
static void modifier_lock(uint8_t bit, int make)
{
    if (make && !(bda_get(kbd_flags1) & bit))
        bda_set(kbd_flags0, bda_get(kbd_flags0) ^ (bit));
    set_bits(kbd_flags1, bit, make);
}

/* Gives 1 when scan was a shift or lock key, which is then done. */
static int modifier(uint8_t scan, int e0, int make)
{
    switch (scan) {
    case KEY_LSHIFT:
    case KEY_RSHIFT:
        if (!e0) /* the keyboard itself sends E0 2A and E0 36 around the grey keys */
            set_bits(kbd_flags0, scan == KEY_LSHIFT ? KBD0_LSHIFT : KBD0_RSHIFT, make);
        return 1;
    case KEY_CTRL:
    case KEY_ALT: modifier_ctrl_alt(scan, e0, make); return 1;
    case KEY_CAPS: modifier_lock(KBD0_CAPS, make); return 1;
    case KEY_NUM:
        if (bda_get(kbd_flags0) & KBD0_CTRL && !e0)
            return 0; /* Pause on an 84-key keyboard */
        modifier_lock(KBD0_NUM, make);
        return 1;
    case KEY_SCROLL:
        if (e0 || bda_get(kbd_flags0) & KBD0_CTRL)
            return 0; /* Break */
        modifier_lock(KBD0_SCROLL, make);
        return 1;
    }
    return 0;
}

static int is_letter(uint8_t scan)
{
    uint8_t c = keys[scan].plain;
    return c >= 'a' && c <= 'z';
}

/* The keypad's digits, which Num Lock turns on. */
static int is_pad(uint8_t scan)
{
    return scan >= KEY_HOME && scan <= KEY_DEL && scan != 0x4a && scan != 0x4e;
}

/* Codes of the keys whose scan code follows E0h. */
static uint16_t code_e0(uint8_t scan)
{
    static const uint8_t ctrl_pad[] = {0x77, 0x8d, 0x84, 0, 0x73, 0, 0x74, 0, 0x75, 0x91, 0x76, 0x92, 0x93};
    uint8_t flags = bda_get(kbd_flags0);
    if (scan == KEY_ENTER)
        return flags & KBD0_ALT ? 0xa600 : flags & KBD0_CTRL ? 0xe00a : 0xe00d;
    if (scan == KEY_PRTSC)
        return flags & KBD0_ALT ? 0 : 0x7200; /* Ctrl */
    if (scan == KEY_SLASH)
        return flags & KBD0_ALT ? 0xa400 : flags & KBD0_CTRL ? 0x9500 : 0xe02f;
    if (!is_pad(scan) || scan == 0x4c)
        return 0;
    if (flags & KBD0_ALT)
        return (scan + 0x50) << 8;
    if (flags & KBD0_CTRL)
        return ctrl_pad[scan - KEY_HOME] << 8 | 0xe0;
    return scan << 8 | 0xe0;
}

/* Alt with the keypad's digits composes a character. Gives 1 when scan was such a digit. */
static int alt_digit(uint8_t scan)
{
    static const uint8_t digit[] = {7, 8, 9, 0xff, 4, 5, 6, 0xff, 1, 2, 3, 0};
    if (!(bda_get(kbd_flags0) & KBD0_ALT) || !is_pad(scan) || scan == KEY_DEL)
        return 0;
    bda_set(kbd_alt_num, bda_get(kbd_alt_num) * 10 + digit[scan - KEY_HOME]);
    return 1;
}

static uint16_t code_plain(uint8_t scan)
{
    uint8_t flags = bda_get(kbd_flags0);
    int shift = (flags & (KBD0_LSHIFT | KBD0_RSHIFT)) != 0;
    if (flags & KBD0_ALT)
        return keys[scan].alt;
    if (flags & KBD0_CTRL)
        return keys[scan].ctrl;
    if (is_letter(scan) && flags & KBD0_CAPS)
        shift = !shift;
    if (is_pad(scan) && flags & KBD0_NUM)
        shift = !shift;
    return shift ? keys[scan].shift : keys[scan].plain;
}

/* Keys that do something at once. */
static enum kbd_action special(uint8_t scan, int e0)
{
    uint8_t flags = bda_get(kbd_flags0);
    if (scan == KEY_DEL && (flags & (KBD0_CTRL | KBD0_ALT)) == (KBD0_CTRL | KBD0_ALT)) {
        bda_set(reset_flag, 0x1234);
        return ACT_RESET;
    }
    if (scan == KEY_SCROLL && (e0 || flags & KBD0_CTRL)) {
        bda_set(kbd_head, bda_get(kbd_start));
        bda_set(kbd_tail, bda_get(kbd_start));
        bda_set(brk, 0x80);
        store(0);
        return ACT_BREAK;
    }
    if (scan == KEY_PRTSC && e0 && !(flags & (KBD0_CTRL | KBD0_ALT))) /* Shift and the keypad's * is a * */
        return ACT_PRINT;
    if (scan == KEY_NUM && flags & KBD0_CTRL && !e0) {
        bda_or(kbd_flags1, KBD1_PAUSE);
        return ACT_PAUSE;
    }
    return ACT_NONE;
}

static enum kbd_action sysreq(struct regs *r, int make)
{
    if (make && bda_get(kbd_flags1) & KBD1_SYSREQ)
        return ACT_NONE;
    set_bits(kbd_flags1, KBD1_SYSREQ, make);
    r->ah = !make;
    return ACT_SYSREQ;
}

/* Whether the key means Insert: it does not with Ctrl or Alt, nor as the digit 0. */
static int inserts(int e0)
{
    uint8_t flags = bda_get(kbd_flags0);
    int shift = (flags & (KBD0_LSHIFT | KBD0_RSHIFT)) != 0, num = (flags & KBD0_NUM) != 0;
    return !(flags & (KBD0_CTRL | KBD0_ALT)) && (e0 || shift == num);
}

static enum kbd_action key_made(uint8_t scan, int e0)
{
    enum kbd_action act;
    uint16_t code;
    if (bda_get(kbd_flags1) & KBD1_PAUSE) { /* this key only ends the pause */
        bda_clear(kbd_flags1, KBD1_PAUSE);
        return ACT_NONE;
    }
    act = special(scan, e0);
    if (act != ACT_NONE || scan > LAST_KEY)
        return act;
    if (!e0 && alt_digit(scan))
        return ACT_NONE;
    if (scan == KEY_INS && inserts(e0) && !(bda_get(kbd_flags1) & KBD1_INS)) {
        bda_or(kbd_flags1, KBD1_INS);
        bda_set(kbd_flags0, bda_get(kbd_flags0) ^ (KBD0_INS));
    }
    code = e0 ? code_e0(scan) : code_plain(scan);
    if (code)
        store(code);
    return ACT_NONE;
}

/* Pause sends E1 1D 45, then the same keys' break codes. Gives 1 for each code of it. */
static int pause_sequence(uint8_t scan, enum kbd_action *act)
{
    if (scan == 0xe1) {
        bda_or(kbd_flags2, KBD2_E1);
        return 1;
    }
    if (!(bda_get(kbd_flags2) & KBD2_E1))
        return 0;
    if ((scan & 0x7f) == KEY_CTRL)
        return 1;
    bda_clear(kbd_flags2, KBD2_E1);
    if (scan == KEY_NUM && !(bda_get(kbd_flags1) & KBD1_PAUSE)) {
        bda_or(kbd_flags1, KBD1_PAUSE);
        *act = ACT_PAUSE;
    }
    return 1;
}

/* AL = scan code. Gives the action in AL; for ACT_SYSREQ, AH says whether the key was released. */
uint32_t kbd_irq(struct regs *r);
uint32_t kbd_irq(struct regs *r)
{
    enum kbd_action act = ACT_NONE;
    uint8_t code = r->al, scan = code & 0x7f;
    int make = !(code & 0x80), e0;
    if (code == 0xe0) {
        bda_or(kbd_flags2, KBD2_E0);
    } else if (code == 0xfa || code == 0xfe || code == 0x00 || code == 0xff) {
        /* acknowledgements and errors */
    } else if (!pause_sequence(code, &act)) {
        e0 = bda_get(kbd_flags2) & KBD2_E0;
        bda_clear(kbd_flags2, (KBD2_E0 | KBD2_E1));
        if (scan == KEY_SYSREQ)
            act = sysreq(r, make);
        else if (!modifier(scan, e0, make) && make)
            act = key_made(scan, e0);
        else if (!make && scan == KEY_INS)
            bda_clear(kbd_flags1, KBD1_INS);
        update_leds();
    }
    r->al = act;
    return 0;
}

/* ------------------------------------------------------------------ INT 16h */

/* Turns an enhanced code into that of an 83-key keyboard; 0 when it has none. */
static int to_standard(uint16_t *code)
{
    uint8_t scan = *code >> 8, ascii = *code;
    if (*code == 0)
        return 1; /* Ctrl-Break */
    if (scan == 0xe0)
        *code = (ascii == '/' ? KEY_SLASH : KEY_ENTER) << 8 | ascii;
    else if (scan > 0x84 || (ascii == 0xf0 && scan))
        return 0;
    else if (ascii == 0xe0 && scan)
        *code = scan << 8;
    return 1;
}

/* The next code that the caller may see, without taking it. 0 when there is none. */
static int peek(int enhanced, uint16_t *code)
{
    while (bda_get(kbd_head) != bda_get(kbd_tail)) {
        *code = far_r16(0x40, bda_get(kbd_head));
        if (enhanced) {
            if ((*code & 0xff) == 0xf0 && *code >> 8)
                *code &= 0xff00;
            return 1;
        }
        if (to_standard(code))
            return 1;
        bda_set(kbd_head, buf_next(bda_get(kbd_head)));
    }
    return 0;
}

static void set_typematic(struct regs *r)
{
    struct i8042_exchange x;
    if (r->al != 5 || r->bh > 3 || r->bl > 31)
        return;
    i8042_begin(&x, I8042_HOLD_AUX);
    if (i8042_kbd(0xf3))
        i8042_kbd(r->bh << 5 | r->bl);
    i8042_end(&x);
}

static uint8_t extended_flags(void)
{
    uint8_t f1 = bda_get(kbd_flags1), f2 = bda_get(kbd_flags2);
    return (f1 & 0x73) | (f2 & (KBD2_RCTRL | KBD2_RALT)) | (f1 & KBD1_SYSREQ ? 0x80 : 0);
}

uint32_t int16(struct regs *r);
uint32_t int16(struct regs *r)
{
    uint16_t code;
    switch (r->ah) {
    case 0x00:
    case 0x10:
        if (!peek(r->ah, &code))
            return EXIT_STUB(int16_wait);
        bda_set(kbd_head, buf_next(bda_get(kbd_head)));
        r->ax = code;
        break;
    case 0x01:
    case 0x11: {
        int there = peek(r->ah == 0x11, &code);
        set_zf(r, !there);
        if (there)
            r->ax = code;
        else
            r->flags |= FLAG_IF; /* a caller that polls with interrupts off would wait forever */
        break;
    }
    case 0x02: r->al = bda_get(kbd_flags0); break;
    case 0x03: set_typematic(r); break;
    case 0x05: r->al = !store(r->cx); break;
    case 0x09: r->al = 0x30; break;   /* AH=0Ah and AH=10h-12h are there */
    case 0x0a: r->bx = 0x41ab; break; /* keyboard ID as the translating 8042 gives it */
    case 0x12:
        r->al = bda_get(kbd_flags0);
        r->ah = extended_flags();
        break;
    }
    return 0;
}
