/* SPDX-License-Identifier: MIT */
/* QMP: keys and pointers. */
#include "config.h"

#ifdef HAVE_JANSSON

#include "ctl/qmp/qmp_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "bus/input.h"
#include "bus/keys.h"

enum { MAX_KEYS = 16, HOLD_MS = 100, HOLD_MAX_MS = 600000, MAX_EVENTS = 1024 };

/* A KeyValue: {"type":"qcode","data":"a"} or {"type":"number","data":30}. 0: none such. */
static uint8_t key_value(const json_t *k)
{
    const char *type = json_string_value(json_object_get(k, "type"));
    const json_t *data = json_object_get(k, "data");
    if (type && !strcmp(type, "qcode") && json_is_string(data))
        return key_by_name(json_string_value(data), json_string_length(data));
    if (type && !strcmp(type, "number") && json_is_integer(data) && json_integer_value(data) > 0 &&
        json_integer_value(data) <= UINT8_MAX)
        return (uint8_t)json_integer_value(data);
    return 0;
}

static void bad_key(struct qmp *q, json_t *id, const json_t *k)
{
    const char *name = json_string_value(json_object_get(k, "data"));
    qmp_error(q, id, "GenericError", "Invalid parameter '%.40s': no such key", name ? name : "key");
}

static void replied(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    (void)len;
    if (kind != LINK_MORE)
        command_end(ctx, NULL, kind == LINK_LAST ? NULL : (const char *)data);
}

static void cmd_send_key(struct qmp *q, json_t *id, json_t *args)
{
    uint8_t msg[4 + MAX_KEYS];
    json_t *keys = json_object_get(args, "keys");
    int64_t hold = qmp_integer(args, "hold-time", HOLD_MS);
    size_t n = json_array_size(keys);
    if (!n || n > MAX_KEYS || hold > HOLD_MAX_MS) {
        qmp_error(q, id, "GenericError", n ? "at most %d keys for %d ms" : "Parameter 'keys' is missing", MAX_KEYS,
                  HOLD_MAX_MS);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        msg[4 + i] = key_value(json_array_get(keys, i));
        if (!msg[4 + i]) {
            bad_key(q, id, json_array_get(keys, i));
            return;
        }
    }
    st32(msg, (uint32_t)hold);
    struct command *c = command_begin(q, id, args);
    if (c)
        command_check(c, guest_request(q->control->guest, LINK_KEYS, msg, 4 + n, replied, c));
}

/* input-send-event. All events are checked before the first of them is sent. */

struct hand { /* what a pointer does, until it is sent */
    bool any, absolute;
    unsigned axes; /* absolute: enum link_axes that were named */
    int32_t x, y, wheel;
    uint8_t mask, level;
};

/* NOTE: buttons alone go where the last move went, to the mouse or to the tablet at its place. */
static void let_go(struct control *c, struct hand *h)
{
    bool moved = h->axes != 0;
    if (moved)
        c->pointer_absolute = h->absolute;
    if (h->absolute && h->axes & LINK_AXIS_X)
        c->pointer_x = h->x;
    if (h->any && c->pointer_absolute)
        guest_pointer(c->guest, moved ? (enum link_axes)h->axes : LINK_AXIS_X, moved ? h->x : c->pointer_x, h->y,
                      h->wheel, h->mask, h->level);
    else if (h->any)
        guest_pointer(c->guest, LINK_AXES_RELATIVE, h->x, h->y, h->wheel, h->mask, h->level);
    *h = (struct hand){.any = false};
}

static const struct {
    const char *name;
    uint8_t bit;
    int8_t wheel;
} button_names[] = {{"left", POINTER_LEFT, 0}, {"right", POINTER_RIGHT, 0}, {"middle", POINTER_MIDDLE, 0},
                    {"side", POINTER_SIDE, 0}, {"extra", POINTER_EXTRA, 0}, {"wheel-up", 0, 1},
                    {"wheel-down", 0, -1}};

static bool send_button(struct control *c, struct hand *h, const json_t *data, bool send)
{
    const char *name = qmp_string(data, "button", "");
    const json_t *down = json_object_get(data, "down");
    for (size_t i = 0; i < ARRAY_LEN(button_names) && json_is_boolean(down); i++) {
        if (strcmp(button_names[i].name, name))
            continue;
        if (!send)
            return true;
        if (h->mask & button_names[i].bit)
            let_go(c, h);
        h->any = true;
        h->mask |= button_names[i].bit;
        h->level |= json_is_true(down) ? button_names[i].bit : 0;
        h->wheel += json_is_true(down) ? button_names[i].wheel : 0;
        return true;
    }
    return false;
}

static bool send_axis(struct control *c, struct hand *h, const json_t *data, bool absolute, bool send)
{
    const char *axis = qmp_string(data, "axis", "");
    const json_t *value = json_object_get(data, "value");
    int64_t v = json_integer_value(value);
    bool is_x = !strcmp(axis, "x");
    if (!json_is_integer(value) || (!is_x && strcmp(axis, "y")) ||
        (absolute ? v < 0 || v > POINTER_ABS_MAX : v < INT16_MIN || v > INT16_MAX))
        return false;
    if (!send)
        return true;
    unsigned bit = is_x ? LINK_AXIS_X : LINK_AXIS_Y;
    if (h->any && (h->absolute != absolute || h->axes & bit))
        let_go(c, h);
    h->any = true;
    h->absolute = absolute;
    h->axes |= bit;
    *(is_x ? &h->x : &h->y) = (int32_t)v;
    return true;
}

static bool send_one(struct control *c, struct hand *h, const json_t *event, bool send)
{
    const char *type = qmp_string(event, "type", "");
    const json_t *data = json_object_get(event, "data");
    if (!strcmp(type, "btn"))
        return send_button(c, h, data, send);
    if (!strcmp(type, "rel") || !strcmp(type, "abs"))
        return send_axis(c, h, data, *type == 'a', send);
    const json_t *down = json_object_get(data, "down");
    uint8_t key = key_value(json_object_get(data, "key"));
    if (strcmp(type, "key") || !key || !json_is_boolean(down))
        return false;
    if (send) {
        uint8_t msg[2] = {key, json_is_true(down)};
        let_go(c, h);
        link_send(&c->guest->link, LINK_KEY, msg, sizeof msg);
    }
    return true;
}

static void cmd_input(struct qmp *q, json_t *id, json_t *args)
{
    struct control *c = q->control;
    const json_t *events = json_object_get(args, "events");
    struct hand h = {.any = false};
    if (json_array_size(events) > MAX_EVENTS) {
        qmp_error(q, id, "GenericError", "at most %d events at once", MAX_EVENTS);
        return;
    }
    for (int send = 0; send < 2; send++)
        for (size_t i = 0; i < json_array_size(events); i++)
            if (!send_one(c, &h, json_array_get(events, i), send)) {
                qmp_error(q, id, "GenericError",
                          "Invalid parameter 'events': number %zu is no key, btn, rel or abs event "
                          "with its data",
                          i);
                return;
            }
    let_go(c, &h);
    qmp_give(q, id, NULL);
}

/* The machine's console lists "* Mouse #0: PS/2 Mouse (absolute)". */
static void mice_came(void *ctx, bool good, const char *text)
{
    static const char mark[] = " (absolute)";
    json_t *list = json_array();
    while (good && *text) {
        size_t n = strcspn(text, "\n");
        char line[128], name[80];
        int index;
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        if (sscanf(line + 1, " Mouse #%d: %79[^\n]", &index, name) == 2) {
            char *absolute = strstr(name, mark);
            if (absolute)
                *absolute = 0;
            json_array_append_new(list, json_pack("{s:s,s:i,s:b,s:b}", "name", name, "index", index, "current",
                                                  *line == '*', "absolute", absolute != NULL));
        }
        text += n + (text[n] == '\n');
    }
    command_end(ctx, list, good ? NULL : text);
}

static void cmd_mice(struct qmp *q, json_t *id, json_t *args)
{
    struct command *c = command_begin(q, id, args);
    if (c)
        command_check(c, control_line(q->control, "info mice", mice_came, c));
}

const struct qmp_command qmp_input[] = {
    {"send-key", "keys:a hold-time:i?", cmd_send_key},
    {"input-send-event", "events:a device:s? head:i?", cmd_input},
    {"query-mice", "", cmd_mice},
    {NULL, NULL, NULL},
};

#else
typedef int no_qmp_input; /* an empty translation unit is no C */
#endif
