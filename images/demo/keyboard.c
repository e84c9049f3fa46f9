/* SPDX-License-Identifier: MIT */
/*
 * keyboard.c: keys from the 8042 by interrupt, scan code set 1, US layout, and after them those of
 * the terminal on COM1.  The interrupt handler only queues bytes; meaning is given when a page
 * asks.
 */
#include "demo.h"

#define KBC_DATA       0x60
#define KBC_STATUS     0x64
#define SC_LEFT_SHIFT  0x2a
#define SC_RIGHT_SHIFT 0x36
#define SC_CAPS        0x3a

static volatile uint8_t queue[64];
static volatile unsigned queue_in, queue_out;
static bool after_e0, caps;
static uint8_t down[16]; /* a bit for each scan code that is held */

static const char plain[] = "\0\033"
                            "1234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033"
                              "!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

void keyboard_setup(void)
{
    for (unsigned i = 0; (inb(KBC_STATUS) & 1) && i < 32; i++)
        inb(KBC_DATA);
}

void keyboard_interrupt(void)
{
    uint8_t byte = inb(KBC_DATA);
    if (queue_in - queue_out < sizeof queue)
        queue[queue_in++ % sizeof queue] = byte;
}

bool keyboard_is_down(unsigned scan_code)
{
    return down[scan_code >> 3 & 15] >> (scan_code & 7) & 1;
}

static int extended_key(unsigned code)
{
    switch (code) {
    case 0x48: return KEY_UP;
    case 0x50: return KEY_DOWN;
    case 0x4b: return KEY_LEFT;
    case 0x4d: return KEY_RIGHT;
    case 0x49: return KEY_PAGE_UP;
    case 0x51: return KEY_PAGE_DOWN;
    case 0x1c: return '\n';
    case 0x35: return '/';
    default: return KEY_OTHER;
    }
}

static int plain_key(unsigned code)
{
    if (code >= sizeof plain - 1 || !plain[code])
        return code == SC_LEFT_SHIFT || code == SC_RIGHT_SHIFT ? KEY_NONE : KEY_OTHER;
    bool shift = keyboard_is_down(SC_LEFT_SHIFT) || keyboard_is_down(SC_RIGHT_SHIFT);
    bool letter = plain[code] >= 'a' && plain[code] <= 'z';
    return shift != (letter && caps) ? shifted[code] : plain[code];
}

bool keyboard_event(struct key_event *event)
{
    while (queue_in != queue_out) {
        uint8_t byte = queue[queue_out++ % sizeof queue];
        if (byte == 0xe0) {
            after_e0 = true;
            continue;
        }
        if (byte == 0xe1 || byte == 0xfa) /* the head of Pause, an acknowledge */
            continue;
        unsigned code = byte & 0x7f;
        if (after_e0 && (code == SC_LEFT_SHIFT || code == SC_RIGHT_SHIFT)) {
            after_e0 = false; /* the keyboard's own, around the grey keys */
            continue;
        }
        *event = (struct key_event){byte, after_e0, !(byte & 0x80), KEY_NONE};
        if (event->pressed) {
            if (code == SC_CAPS && !after_e0 && !keyboard_is_down(code))
                caps = !caps;
            down[code >> 3] |= (uint8_t)(1 << (code & 7));
            event->key = after_e0 ? extended_key(code) : plain_key(code);
        } else {
            down[code >> 3] &= (uint8_t) ~(1 << (code & 7));
        }
        after_e0 = false;
        return true;
    }
    *event = (struct key_event){.pressed = true, .key = serial_key()};
    return event->key != KEY_NONE;
}

int keyboard_key(void)
{
    struct key_event event;
    while (keyboard_event(&event))
        if (event.pressed && event.key != KEY_NONE)
            return event.key;
    return KEY_NONE;
}
