/* SPDX-License-Identifier: MIT */
/*
 * RFC 6143 7.5.4: what counts is the keysym, not what keys the viewer's user pressed for it. A character goes to the
 * key that makes it on a US keyboard, with Shift as that needs it until the key is up, so that the key repeats with it.
 */
#include "front/front_vnc_keys.h"

#include <stddef.h>

#include "base/bits.h"
#include "bus/keys.h"

/* X11's keysyms of characters that have no older one: from here on by Unicode. */
enum { UNICODE = 0x1000000 };
enum { QNUM_SHIFT = 0x2a, QNUM_SHIFT_R = 0x36, QNUM_CTRL = 0x1d, QNUM_CTRL_R = 0x9d };
enum { QNUM_ALT = 0x38, QNUM_CAPS = 0x3a, QNUM_NUM = 0x45 };
enum { KP_HOME = 0xff95, KP_DELETE = 0xff9f, KP_SEPARATOR = 0xffac, KP_DECIMAL = 0xffae, KP_0 = 0xffb0, KP_9 = 0xffb9 };

static void send_down(struct vnc_keys *k, uint8_t qnum)
{
    if (qnum == QNUM_CAPS && !k->down[qnum])
        k->caps = !k->caps;
    if (qnum == QNUM_NUM && !k->down[qnum])
        k->num = !k->num;
    k->down[qnum] = true;
    k->send(k->ctx, qnum, KEY_HOST);
}

/* Shift as the key needs it; back as viewers hold it. */
static void set_shift(struct vnc_keys *k, bool differs)
{
    if (k->lent_down) {
        k->send(k->ctx, QNUM_SHIFT, differs ? KEY_HOST : KEY_UP);
        return;
    }
    if (k->down[QNUM_SHIFT])
        k->send(k->ctx, QNUM_SHIFT, differs ? KEY_UP : KEY_HOST);
    if (k->down[QNUM_SHIFT_R])
        k->send(k->ctx, QNUM_SHIFT_R, differs ? KEY_UP : KEY_HOST);
}

static void give_back(struct vnc_keys *k)
{
    if (k->lent)
        set_shift(k, false);
    k->lent = 0;
}

static void send_up(struct vnc_keys *k, uint8_t qnum)
{
    if (qnum == QNUM_SHIFT || qnum == QNUM_SHIFT_R)
        give_back(k);
    k->down[qnum] = false;
    k->send(k->ctx, qnum, KEY_UP);
    if (k->lent == qnum)
        give_back(k);
}

static void send_char(struct vnc_keys *k, uint8_t qnum, bool shift)
{
    if (k->lent == qnum && k->lent_down == shift) {
        send_down(k, qnum);
        return;
    }
    give_back(k);
    if (shift != (k->down[QNUM_SHIFT] || k->down[QNUM_SHIFT_R])) {
        if (k->down[qnum])
            send_up(k, qnum); /* it comes anew, since Shift changes what it types */
        k->lent = qnum;
        k->lent_down = shift;
        set_shift(k, true);
    }
    send_down(k, qnum);
}

/* The keypad's keys: what they type with Num Lock, and the key that does what they do without. */
static const struct {
    uint8_t place;
    char character;
    uint8_t grey;
} keypad[] = {
    {0x52, '0', 0xd2}, {0x4f, '1', 0xcf}, {0x50, '2', 0xd0}, {0x51, '3', 0xd1}, {0x4b, '4', 0xcb}, {0x4c, '5', 0x4c},
    {0x4d, '6', 0xcd}, {0x47, '7', 0xc7}, {0x48, '8', 0xc8}, {0x49, '9', 0xc9}, {0x53, '.', 0xd3},
};

/* A keysym of the keypad that the guest's Num Lock would make another one. True: it was one, and has been sent. */
static bool keypad_key(struct vnc_keys *k, uint32_t keysym, uint8_t qnum, bool down)
{
    bool types = (keysym >= KP_0 && keysym <= KP_9) || keysym == KP_DECIMAL || keysym == KP_SEPARATOR, none;
    bool moves = keysym >= KP_HOME && keysym <= KP_DELETE;
    bool combined = k->down[QNUM_CTRL] || k->down[QNUM_CTRL_R] || k->down[QNUM_ALT]; /* Alt and a code, for one */
    if (!types && !moves)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(keypad); i++) {
        if (keypad[i].place != qnum)
            continue;
        uint8_t plain = key_by_char(keysym == KP_SEPARATOR ? ',' : keypad[i].character, &none);
        if (!down) { /* whichever of them it was */
            const uint8_t all[] = {qnum, plain, keypad[i].grey};
            for (size_t n = 0; n < ARRAY_LEN(all); n++)
                if (k->down[all[n]])
                    send_up(k, all[n]);
        } else if (types && !k->num && !combined) {
            send_char(k, plain, false);
        } else {
            give_back(k);
            send_down(k, moves && k->num && !combined ? keypad[i].grey : qnum);
        }
        return true;
    }
    return false;
}

void vnc_keys_event(struct vnc_keys *k, uint32_t keysym, uint8_t qnum, bool down)
{
    bool by_place = qnum != 0, is_char = false, shift = false;
    if (keysym > UNICODE && keysym < UNICODE + 0x80) /* some viewers name ASCII so, too */
        keysym -= UNICODE;
    if (!by_place)
        qnum = key_by_keysym(keysym, &is_char, &shift);
    if (!qnum || (!by_place && keypad_key(k, keysym, qnum, down)))
        return;
    if (!down) {
        send_up(k, qnum);
        return;
    }
    bool letter = is_char && (keysym | 0x20) >= 'a' && (keysym | 0x20) <= 'z';
    if (letter && k->caps)
        shift = !shift;
    /* NOTE: with Ctrl or Alt a key is no character, and shortcuts tell Shift apart. */
    bool shortcut = k->down[QNUM_CTRL] || k->down[QNUM_CTRL_R] || k->down[QNUM_ALT];
    if (is_char && !(letter && shortcut)) {
        send_char(k, qnum, shift);
    } else {
        give_back(k);
        send_down(k, qnum);
    }
}

void vnc_keys_release(struct vnc_keys *k)
{
    give_back(k);
    for (unsigned i = 0; i < ARRAY_LEN(k->down); i++)
        if (k->down[i])
            send_up(k, (uint8_t)i);
}
