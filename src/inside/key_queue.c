/* SPDX-License-Identifier: MIT */
/* Presses of keys that follow one another in virtual time: a ring in the order in which they will happen. */
#include "inside/key_queue.h"

#include "bus/keys.h"

enum { KEY_SHIFT = 0x2a };
#define TYPE_HOLD UINT64_C(20000000) /* ns a key is down, and up before the next */

bool keyq_add(struct keyq *q, uint64_t now, uint8_t key, bool down, uint64_t delay)
{
    if (q->count == KEYQ_ROOM)
        return false;
    if (!q->count && (now > q->last || !q->last))
        q->last = now;
    unsigned at = (q->head + q->count++) % KEYQ_ROOM;
    q->press[at].key = key;
    q->press[at].down = down;
    q->press[at].delay = delay;
    return true;
}

bool keyq_chord(struct keyq *q, uint64_t now, const uint8_t *keys, size_t n, uint64_t hold)
{
    if (KEYQ_ROOM - q->count < 2 * n)
        return false;
    for (size_t i = 0; i < n; i++)
        keyq_add(q, now, keys[i], true, 0);
    for (size_t i = n; i-- > 0;)
        keyq_add(q, now, keys[i], false, i == n - 1 ? hold : 0);
    return true;
}

bool keyq_type(struct keyq *q, uint64_t now, const char *text)
{
    for (; *text; text++) {
        bool shift;
        uint8_t key = key_by_char(*text, &shift);
        if (!key || KEYQ_ROOM - q->count < 4)
            return false;
        if (shift)
            keyq_add(q, now, KEY_SHIFT, true, TYPE_HOLD);
        keyq_add(q, now, key, true, TYPE_HOLD);
        keyq_add(q, now, key, false, TYPE_HOLD);
        if (shift)
            keyq_add(q, now, KEY_SHIFT, false, 0);
    }
    return true;
}

uint64_t keyq_due(const struct keyq *q)
{
    return q->count ? q->last + q->press[q->head].delay : UINT64_MAX;
}

bool keyq_take(struct keyq *q, uint64_t now, uint8_t *key, bool *down)
{
    if (keyq_due(q) > now)
        return false;
    q->last = keyq_due(q);
    *key = q->press[q->head].key;
    *down = q->press[q->head].down;
    q->head = (q->head + 1) % KEYQ_ROOM;
    q->count--;
    return true;
}
