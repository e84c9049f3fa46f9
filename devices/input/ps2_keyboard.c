/* SPDX-License-Identifier: MIT */
/*
 * PS/2 keyboard with 101/102 keys, scan code sets 1, 2 and 3. IBM Personal System/2 Hardware
 * Interface Technical Reference (84F8933, 1988), "Keyboards (101- and 102-Key)".
 */
#include "devices/input/ps2_keyboard.h"

enum {
    CMD_LEDS = 0xed,
    CMD_ECHO = 0xee,
    CMD_SCAN_CODE_SET = 0xf0,
    CMD_READ_ID = 0xf2,
    CMD_RATE = 0xf3,
    CMD_ENABLE = 0xf4,
    CMD_DEFAULT_DISABLE = 0xf5,
    CMD_SET_DEFAULT = 0xf6,
    CMD_ALL_TYPEMATIC = 0xf7,
    CMD_ALL_MAKE_BREAK = 0xf8,
    CMD_ALL_MAKE = 0xf9,
    CMD_ALL_TYPEMATIC_MAKE_BREAK = 0xfa,
    CMD_KEY_TYPEMATIC = 0xfb,
    CMD_KEY_MAKE_BREAK = 0xfc,
    CMD_KEY_MAKE = 0xfd,
    CMD_RESEND = 0xfe,
    CMD_RESET = 0xff,
    FIRST_COMMAND = CMD_LEDS
};
enum { ACK = 0xfa, BAT_OK = 0xaa, RESEND = 0xfe, OVERRUN_SET1 = 0xff, OVERRUN = 0x00, BREAK = 0xf0 };
enum { ID_1 = 0xab, ID_2 = 0x83 };
enum { TYPE_BREAK = 1, TYPE_TYPEMATIC = 2 };
enum { DEFAULT_RATE = 0x2b, DEFAULT_SET = 2 };
enum { KEY_CTRL = 0x1d, KEY_ALT = 0x38, KEY_LSHIFT = 0x2a, KEY_RSHIFT = 0x36, KEY_SLASH = 0xb5 };
enum { LED_NUM = 2 };
enum { LONGEST_KEY = 8 }; /* Pause in set 2; a cursor key between both Shift keys */

/* NOTE: a real keyboard takes 300 to 500 ms, in which everybody waits. */
#define BAT_NS UINT64_C(1000000)

/* Set 2 make codes by set 1 make code, with and without the prefix E0h. */
/* clang-format off */
static const uint8_t set2[128] = {
    0x00, 0x76, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55, 0x66, 0x0d,
    0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b, 0x5a, 0x14, 0x1c, 0x1b,
    0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x0e, 0x12, 0x5d, 0x1a, 0x22, 0x21, 0x2a,
    0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a, 0x59, 0x7c, 0x11, 0x29, 0x58, 0x05, 0x06, 0x04, 0x0c, 0x03,
    0x0b, 0x83, 0x0a, 0x01, 0x09, 0x77, 0x7e, 0x6c, 0x75, 0x7d, 0x7b, 0x6b, 0x73, 0x74, 0x79, 0x69,
    0x72, 0x7a, 0x70, 0x71, 0x84, 0x60, 0x61, 0x78, 0x07, 0x0f, 0x17, 0x1f, 0x27, 0x2f, 0x37, 0x3f,
    0x47, 0x4f, 0x56, 0x5e, 0x08, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x40, 0x48, 0x50, 0x57, 0x6f,
    0x13, 0x19, 0x39, 0x51, 0x53, 0x5c, 0x5f, 0x62, 0x63, 0x64, 0x65, 0x67, 0x68, 0x6a, 0x6d, 0x6e,
};
/* clang-format on */

/*
 * Set 3 codes by qnum; 0: the keyboard has no such key. The manual ends with the 102 keys. The codes after them are
 * those that Linux's atkbd knows of keyboards with keys for Japanese, editing and media.
 */
/* clang-format off */
static const uint8_t set3[256] = {
    0x00, 0x08, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55, 0x66, 0x0d,
    0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b, 0x5a, 0x11, 0x1c, 0x1b,
    0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x0e, 0x12, 0x5c, 0x1a, 0x22, 0x21, 0x2a,
    0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a, 0x59, 0x7e, 0x19, 0x29, 0x14, 0x07, 0x0f, 0x17, 0x1f, 0x27,
    0x2f, 0x37, 0x3f, 0x47, 0x4f, 0x76, 0x5f, 0x6c, 0x75, 0x7d, 0x84, 0x6b, 0x73, 0x74, 0x7c, 0x69,
    0x72, 0x7a, 0x70, 0x71, 0x57, 0x00, 0x13, 0x56, 0x5e, [0x9c] = 0x79, [0x9d] = 0x58,
    [0x64] = 0x20, [0x65] = 0x28, [0x70] = 0x87, [0x77] = 0x87, [0x79] = 0x86, [0x7b] = 0x85, [0x7d] = 0x5d,
    [0x85] = 0x0b, [0x86] = 0x0c, [0x87] = 0x10, [0x90] = 0x94, [0x99] = 0x93, [0x9e] = 0x91,
    [0xa0] = 0x9c, [0xa1] = 0xa3, [0xa4] = 0x98, [0xae] = 0x9d, [0xb0] = 0x95, [0xb2] = 0x97,
    [0xbc] = 0x38, [0xc1] = 0x30, [0xe8] = 0x0a, [0xf5] = 0x09, [0xf8] = 0x18,
    [0xb5] = 0x77, [0xb7] = 0x57, [0xb8] = 0x39, [0xc6] = 0x62, [0xc7] = 0x6e, [0xc8] = 0x63,
    [0xc9] = 0x6f, [0xcb] = 0x61, [0xcd] = 0x6a, [0xcf] = 0x65, [0xd0] = 0x60, [0xd1] = 0x6d,
    [0xd2] = 0x67, [0xd3] = 0x64, [0xdb] = 0x8b, [0xdc] = 0x8c, [0xdd] = 0x8d,
};
/* clang-format on */

/* Set 3: keys that are not typematic by default. */
static const uint8_t set3_make_break[] = {0x11, 0x12, 0x14, 0x19, 0x59};
static const uint8_t set3_make_only[] = {
    0x07, 0x08, 0x0f, 0x17, 0x1f, 0x27, 0x2f, 0x37, 0x39, 0x3f, 0x47, 0x4f, 0x56,
    0x57, 0x58, 0x5e, 0x5f, 0x62, 0x65, 0x67, 0x69, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
    0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x79, 0x7a, 0x7d, 0x7e, 0x84,
};

/* --- To the host --- */

static void drive(struct ps2_keyboard *k)
{
    irq_set(&k->ready, k->nreply || k->count);
}

static void reply(struct ps2_keyboard *k, uint8_t byte)
{
    if (k->nreply < PS2_REPLY)
        k->reply[k->nreply++] = byte;
}

static bool take(void *ctx, uint8_t *byte)
{
    struct ps2_keyboard *k = ctx;
    if (k->nreply) {
        *byte = k->reply[0];
        memmove(k->reply, k->reply + 1, --k->nreply);
    } else if (k->count) {
        *byte = k->fifo[0];
        memmove(k->fifo, k->fifo + 1, --k->count);
        k->overrun = 0;
    } else {
        return false;
    }
    if (*byte != RESEND)
        k->last = *byte;
    drive(k);
    return true;
}

/* The codes of one key go in as a whole, or the overrun code takes their place. */
static void queue(struct ps2_keyboard *k, const uint8_t *codes, unsigned n)
{
    if (k->overrun)
        return; /* until the host has taken something */
    if (k->count + n <= PS2_FIFO) {
        memcpy(k->fifo + k->count, codes, n);
        k->count = (uint8_t)(k->count + n);
    } else {
        k->fifo[k->count++] = k->set == 1 ? OVERRUN_SET1 : OVERRUN;
        k->overrun = 1;
    }
    drive(k);
}

/* --- Keys --- */

static bool is_down(const struct ps2_keyboard *k, uint8_t key)
{
    return k->down[key / 8] & BIT(key % 8);
}

static bool either_down(const struct ps2_keyboard *k, uint8_t key)
{
    return is_down(k, key) || is_down(k, key | KEY_E0);
}

static unsigned put_key(const struct ps2_keyboard *k, uint8_t *out, uint8_t key, bool down)
{
    unsigned n = 0;
    if (key & KEY_E0)
        out[n++] = 0xe0;
    if (k->set == 1) {
        out[n++] = (uint8_t)((key & 0x7f) | (down ? 0 : 0x80));
        return n;
    }
    if (!down)
        out[n++] = BREAK;
    out[n++] = set2[key & 0x7f];
    return n;
}

/* Old programs see Print Screen as Shift and the keypad's *; with Alt it is SysRq. */
static unsigned put_print(const struct ps2_keyboard *k, uint8_t *out, bool down, bool repeat)
{
    if (either_down(k, KEY_ALT))
        return put_key(k, out, 0x54, down);
    if (repeat || either_down(k, KEY_CTRL) || is_down(k, KEY_LSHIFT) || is_down(k, KEY_RSHIFT))
        return put_key(k, out, KEY_PRINT, down);
    unsigned n = put_key(k, out, down ? KEY_LSHIFT | KEY_E0 : KEY_PRINT, down);
    return n + put_key(k, out + n, down ? KEY_PRINT : KEY_LSHIFT | KEY_E0, down);
}

/* The ten grey keys that the keypad has too: Home to Delete. */
static bool is_cursor(uint8_t key)
{
    uint8_t code = key & 0x7f;
    return (key & KEY_E0) && code >= 0x47 && code <= 0x53 && code != 0x4a && code != 0x4c && code != 0x4e;
}

/* The Shift keys that are down, as if they were pressed or released. */
static unsigned put_shifts(const struct ps2_keyboard *k, uint8_t *out, bool down)
{
    unsigned n = 0;
    if (is_down(k, KEY_LSHIFT))
        n += put_key(k, out, KEY_LSHIFT | KEY_E0, down);
    if (is_down(k, KEY_RSHIFT))
        n += put_key(k, out + n, KEY_RSHIFT | KEY_E0, down);
    return n;
}

/*
 * A program made for the 84-key keyboard must not see Shift and Num Lock change the meaning of cursor keys and the
 * keypad's slash. So the keyboard sends a release of Shift around them, or a press of it where Num Lock is on.
 */
static unsigned put_grey(const struct ps2_keyboard *k, uint8_t *out, uint8_t key, bool down)
{
    bool shift = is_down(k, KEY_LSHIFT) || is_down(k, KEY_RSHIFT), num = k->leds & LED_NUM;
    unsigned n = 0;
    if (shift && (key == KEY_SLASH || !num)) {
        if (down)
            n = put_shifts(k, out, false);
        n += put_key(k, out + n, key, down);
        return down ? n : n + put_shifts(k, out + n, true);
    }
    if (num && !shift && key != KEY_SLASH) {
        if (down)
            n = put_key(k, out, KEY_LSHIFT | KEY_E0, true);
        n += put_key(k, out + n, key, down);
        return down ? n : n + put_key(k, out + n, KEY_LSHIFT | KEY_E0, false);
    }
    return put_key(k, out, key, down);
}

/* Pause is Ctrl-Num Lock, Break is Ctrl-Scroll Lock; both are make and break at once. */
static unsigned put_pause(const struct ps2_keyboard *k, uint8_t *out)
{
    static const uint8_t pause1[] = {0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5};
    static const uint8_t pause2[] = {0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77};
    if (either_down(k, KEY_CTRL)) {
        unsigned n = put_key(k, out, KEY_PAUSE, true);
        return n + put_key(k, out + n, KEY_PAUSE, false);
    }
    unsigned n = k->set == 1 ? sizeof pause1 : sizeof pause2;
    memcpy(out, k->set == 1 ? pause1 : pause2, n);
    return n;
}

static unsigned put_set3(const struct ps2_keyboard *k, uint8_t *out, uint8_t key, bool down)
{
    unsigned n = 0;
    uint8_t code = set3[key];
    if (!code || (!down && !(k->key_type[code] & TYPE_BREAK)))
        return 0;
    if (!down)
        out[n++] = BREAK;
    out[n++] = code;
    return n;
}

static void send_key(struct ps2_keyboard *k, uint8_t key, bool down, bool repeat)
{
    uint8_t codes[LONGEST_KEY];
    unsigned n;
    if (k->set == 3)
        n = put_set3(k, codes, key, down);
    else if (key == KEY_PRINT)
        n = put_print(k, codes, down, repeat);
    else if (key == KEY_PAUSE)
        n = down ? put_pause(k, codes) : 0;
    else if (!repeat && (is_cursor(key) || key == KEY_SLASH))
        n = put_grey(k, codes, key, down);
    else
        n = put_key(k, codes, key, down);
    if (n)
        queue(k, codes, n);
}

static bool repeats(const struct ps2_keyboard *k, uint8_t key)
{
    if (!k->typematic)
        return false;
    return k->set == 3 ? k->key_type[set3[key]] & TYPE_TYPEMATIC : key != KEY_PAUSE;
}

/*
 * F3h: bits 6-5 delay, (n + 1) * 250 ms; bits 4-0 period, (8 + A) * 2^B * 1/240 s with A bits 2-0,
 * B bits 4-3.
 */
static uint64_t repeat_delay(const struct ps2_keyboard *k)
{
    return ((k->rate >> 5 & 3) + UINT64_C(1)) * 250000000;
}

static uint64_t repeat_period(const struct ps2_keyboard *k)
{
    return ((8 + (k->rate & UINT64_C(7))) << (k->rate >> 3 & 3)) * NS_PER_SEC / 240;
}

static void repeat_due(void *ctx)
{
    struct ps2_keyboard *k = ctx;
    if (!k->count) /* NOTE: a host that does not listen gets no backlog of repeats */
        send_key(k, k->repeat_key, true, true);
    timer_set(&k->repeat, clock_ns(k->dev.bus->clock) + repeat_period(k));
}

static void key_event(void *ctx, uint8_t key, bool down)
{
    struct ps2_keyboard *k = ctx;
    if (!(key & 0x7f) || is_down(k, key) == down)
        return;
    k->down[key / 8] ^= (uint8_t)BIT(key % 8);
    if (!down && key == k->repeat_key)
        timer_cancel(&k->repeat);
    if (!k->scanning)
        return;
    send_key(k, key, down, false);
    if (!down)
        return;
    timer_cancel(&k->repeat); /* only the key pressed last repeats */
    if (repeats(k, key)) {
        k->repeat_key = key;
        timer_set(&k->repeat, clock_ns(k->dev.bus->clock) + repeat_delay(k));
    }
}

/*
 * NOTE: the person's own keyboard makes the repeats, so the guest's rate and delay (F3h) have no effect on them; set
 * 3's key types have. A host that does not listen gets no backlog.
 */
static void host_key(void *ctx, uint8_t key)
{
    struct ps2_keyboard *k = ctx;
    if (!is_down(k, key)) {
        key_event(k, key, true);
        timer_cancel(&k->repeat);
    } else if (k->scanning && repeats(k, key) && !k->count) {
        send_key(k, key, true, true);
    }
}

static bool room(void *ctx)
{
    const struct ps2_keyboard *k = ctx;
    return k->count + LONGEST_KEY <= PS2_FIFO;
}

/* --- Commands --- */

static void clear_output(struct ps2_keyboard *k)
{
    k->count = k->overrun = 0;
    timer_cancel(&k->repeat);
}

static void all_types(struct ps2_keyboard *k, uint8_t type)
{
    memset(k->key_type, type, sizeof k->key_type);
}

static void defaults(struct ps2_keyboard *k)
{
    clear_output(k);
    k->rate = DEFAULT_RATE;
    k->set = DEFAULT_SET;
    all_types(k, TYPE_TYPEMATIC);
    for (unsigned i = 0; i < sizeof set3_make_break; i++)
        k->key_type[set3_make_break[i]] = TYPE_BREAK;
    for (unsigned i = 0; i < sizeof set3_make_only; i++)
        k->key_type[set3_make_only[i]] = 0;
}

static void bat_done(void *ctx)
{
    struct ps2_keyboard *k = ctx;
    reply(k, BAT_OK);
    drive(k);
}

/* A byte that belongs to k->command. */
static void parameter(struct ps2_keyboard *k, uint8_t byte)
{
    static const uint8_t types[] = {TYPE_TYPEMATIC, TYPE_BREAK, 0};
    uint8_t command = k->command;
    bool ok = true;
    if (command < CMD_KEY_TYPEMATIC) /* FBh-FDh take a list of keys, up to the next command */
        k->command = 0;
    switch (command) {
    case CMD_LEDS: k->leds = byte & 7; break;
    case CMD_RATE:
        ok = byte < 0x80;
        if (ok)
            k->rate = byte;
        break;
    case CMD_SCAN_CODE_SET:
        ok = byte <= 3;
        if (ok && byte) {
            clear_output(k);
            k->set = byte;
        }
        break;
    default: k->key_type[byte] = types[command - CMD_KEY_TYPEMATIC]; break;
    }
    reply(k, ok ? ACK : RESEND);
    if (command == CMD_SCAN_CODE_SET && !byte)
        reply(k, k->set);
}

static void command(struct ps2_keyboard *k, uint8_t byte)
{
    static const uint8_t types[] = {TYPE_TYPEMATIC, TYPE_BREAK, 0, TYPE_TYPEMATIC | TYPE_BREAK};
    k->command = 0;
    if (byte == CMD_ECHO) {
        reply(k, CMD_ECHO);
        return;
    }
    if (byte == CMD_RESEND) {
        reply(k, k->last);
        return;
    }
    if (byte < FIRST_COMMAND || byte == 0xef || byte == 0xf1) {
        reply(k, RESEND);
        return;
    }
    k->nreply = 0;
    reply(k, ACK);
    switch (byte) {
    case CMD_READ_ID:
        reply(k, ID_1);
        reply(k, ID_2);
        break;
    case CMD_ENABLE:
        clear_output(k);
        k->scanning = 1;
        break;
    case CMD_DEFAULT_DISABLE:
    case CMD_SET_DEFAULT:
        defaults(k);
        k->scanning = byte == CMD_SET_DEFAULT;
        break;
    case CMD_ALL_TYPEMATIC:
    case CMD_ALL_MAKE_BREAK:
    case CMD_ALL_MAKE:
    case CMD_ALL_TYPEMATIC_MAKE_BREAK: all_types(k, types[byte - CMD_ALL_TYPEMATIC]); break;
    case CMD_RESET:
        defaults(k);
        k->scanning = 1;
        k->leds = 0;
        timer_set(&k->bat, clock_ns(k->dev.bus->clock) + BAT_NS);
        break;
    default: /* EDh, F0h, F3h, FBh-FDh */ k->command = byte; break;
    }
}

static void receive(void *ctx, uint8_t byte)
{
    struct ps2_keyboard *k = ctx;
    timer_cancel(&k->bat);
    if (k->command && byte < FIRST_COMMAND)
        parameter(k, byte);
    else
        command(k, byte);
    drive(k);
}

struct ps2_device ps2_keyboard_port(struct ps2_keyboard *k)
{
    return (struct ps2_device){k, receive, take};
}

struct key_sink ps2_keyboard_keys(struct ps2_keyboard *k)
{
    return (struct key_sink){.key = key_event, .ctx = k, .host = host_key, .room = room};
}

/* --- The device --- */

static bool realize(struct dev *d, struct error *err)
{
    struct ps2_keyboard *k = (struct ps2_keyboard *)d;
    (void)err;
    timer_init(&k->repeat, d->bus->clock, repeat_due, k);
    timer_init(&k->bat, d->bus->clock, bat_done, k);
    return true;
}

static void unrealize(struct dev *d)
{
    struct ps2_keyboard *k = (struct ps2_keyboard *)d;
    timer_cancel(&k->repeat);
    timer_cancel(&k->bat);
}

/*
 * NOTE: RESET# does not reach a keyboard. But firmware that does not send FFh expects it as after power-on: the AAh
 * sent, and lost while the controller held the clock. Keys that are down stay down.
 */
static void reset(struct dev *d)
{
    struct ps2_keyboard *k = (struct ps2_keyboard *)d;
    defaults(k);
    timer_cancel(&k->bat);
    k->nreply = k->command = k->leds = 0;
    k->last = BAT_OK;
    k->scanning = 1;
    drive(k);
}

static void post_load(struct dev *d)
{
    struct ps2_keyboard *k = (struct ps2_keyboard *)d;
    k->count = MIN(k->count, PS2_FIFO + 1); /* never trusted to a file */
    k->nreply = MIN(k->nreply, PS2_REPLY);
    if (k->command < FIRST_COMMAND || k->command > CMD_KEY_MAKE)
        k->command = 0;
}

static void print(struct dev *d, struct buf *out)
{
    const struct ps2_keyboard *k = (const struct ps2_keyboard *)d;
    buf_printf(out, "%s: set %u, scanning %s, leds %s%s%s, rate %02x, %u bytes queued\n", d->id, k->set,
               k->scanning ? "on" : "off", k->leds & 1 ? "S" : "-", k->leds & 2 ? "N" : "-", k->leds & 4 ? "C" : "-",
               k->rate, k->count + k->nreply);
}

static const struct dev_prop props[] = {
    {"typematic", PROP_BOOL, offsetof(struct ps2_keyboard, typematic), 0, 1, 1, "a key held down repeats"},
};

static const struct state_field fields[] = {
    STATE_BLOB(struct ps2_keyboard, fifo),
    STATE_U(struct ps2_keyboard, count),
    STATE_U(struct ps2_keyboard, overrun),
    STATE_BLOB(struct ps2_keyboard, reply),
    STATE_U(struct ps2_keyboard, nreply),
    STATE_U(struct ps2_keyboard, last),
    STATE_U(struct ps2_keyboard, command),
    STATE_U(struct ps2_keyboard, scanning),
    STATE_U(struct ps2_keyboard, set),
    STATE_U(struct ps2_keyboard, leds),
    STATE_U(struct ps2_keyboard, rate),
    STATE_BLOB(struct ps2_keyboard, down),
    STATE_BLOB(struct ps2_keyboard, key_type),
    STATE_U(struct ps2_keyboard, repeat_key),
    STATE_TIMER_FIELD(struct ps2_keyboard, repeat),
    STATE_TIMER_FIELD(struct ps2_keyboard, bat),
};

const struct dev_class ps2_keyboard_class = {
    .name = "ps2-keyboard",
    .summary = "PS/2 keyboard, 101/102 keys, scan code sets 1 to 3",
    .datasheet = "IBM PS/2 Hardware Interface Technical Reference, 84F8933",
    .size = sizeof(struct ps2_keyboard),
    DEV_PROPS(props),
    .state = DEV_STATE("ps2-keyboard", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct ps2_keyboard *ps2_keyboard_new(struct bus *bus, const char *id)
{
    return dev_new(&ps2_keyboard_class, id, bus);
}
