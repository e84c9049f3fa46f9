/* SPDX-License-Identifier: MIT */
/* What the front end asks of the machine: each message checked, carried out at an instruction
 * boundary, and answered. */
#include "config.h"

#include "inside/machine_process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "block/block.h"
#include "bus/input.h"
#include "bus/keys.h"
#include "dbg/command.h"

enum { DUMP_PART = 4096 };
#define PHYS_END (UINT64_C(1) << 32)

static void screenshot_bytes(struct machine_process *p, struct buf *out)
{
    uint32_t w = 0, h = 0;
    struct buf pixels = {0};
    machine_screenshot(p->m, &pixels, &w, &h);
    buf_add32(out, w);
    buf_add32(out, h);
    buf_add(out, pixels.data, pixels.len);
    buf_free(&pixels);
}

static void power(struct machine_process *p, uint32_t id, uint8_t what)
{
    run_catch_up(p);
    p->user_reset = what == POWER_RESET;
    if (what == POWER_RESET)
        live_forget(&p->live);
    journal_input(machine_journal(p->m), J_POWER, 0, &what, sizeof what);
    if (what == POWER_RESET && p->state == LINK_STATE_SHUTDOWN)
        run_set_state(p, LINK_STATE_PAUSED);
    if (what == POWER_BUTTON)
        run_send_event(p, LINK_EV_POWERDOWN, false, LINK_CAUSE_NONE);
    run_settle(p);
    link_reply(&p->link, id, NULL, 0);
}

static void resume(struct machine_process *p, uint32_t id)
{
    if (p->state == LINK_STATE_SHUTDOWN) {
        link_reply_error(&p->link, id, "the guest has powered off: system_reset first");
        return;
    }
    run_set_state(p, LINK_STATE_RUNNING);
    link_reply(&p->link, id, NULL, 0);
}

static bool keys(struct machine_process *p, uint32_t id, struct reader *r)
{
    uint64_t hold = (uint64_t)get32(r) * 1000000;
    size_t n = (size_t)(r->end - r->p);
    if (r->bad)
        return false;
    run_catch_up(p);
    if (keyq_chord(&p->keyq, machine_ns(p->m), r->p, n, hold))
        link_reply(&p->link, id, NULL, 0);
    else
        link_reply_error(&p->link, id, "too many keys are waiting to be pressed");
    return true;
}

/* Memory is read and sent in parts, so that the length needs no memory of its own. Where nothing
 * is, it reads as zeros. */
static bool memory(struct machine_process *p, uint32_t id, struct reader *r, bool physical)
{
    uint64_t at = get64(r), left = get64(r);
    if (r->bad || r->p != r->end)
        return false;
    if (at > PHYS_END || left > PHYS_END - at) {
        link_reply_error(&p->link, id, "the range ends beyond 4 GiB");
        return true;
    }
    uint8_t part[5 + DUMP_PART];
    st32(part, id);
    do {
        uint32_t n = (uint32_t)MIN(left, (uint64_t)DUMP_PART - at % DUMP_PART);
        if (n && physical && !machine_read_phys(p->m, at, part + 5, n))
            memset(part + 5, 0, n);
        if (n && !physical && !machine_read_virt(p->m, at, part + 5, n)) {
            link_reply_error(&p->link, id, "the range is not all mapped");
            return true;
        }
        at += n;
        left -= n;
        part[4] = left ? LINK_MORE : LINK_LAST;
        link_send(&p->link, LINK_REPLY, part, 5 + n);
        run_wait_for_room(p); /* the reader sets the pace */
    } while (left && !p->link.broken);
    return true;
}

static bool key(struct machine_process *p, struct reader *r)
{
    uint8_t qnum = get8(r), event = get8(r);
    if (r->bad || r->p != r->end || (event != KEY_UP && event != KEY_DOWN && event != KEY_HOST))
        return false;
    live_add(&p->live, qnum, (enum key_event)event);
    if (p->state != LINK_STATE_RUNNING || p->held)
        return true; /* it waits */
    run_catch_up(p);
    run_live_keys(p);
    return true;
}

static uint16_t put_axis(int32_t v, int32_t low, int32_t high)
{
    return (uint16_t)(v < low ? low : v > high ? high : v);
}

void request_pointer(struct machine_process *p, enum link_axes axes, int32_t x, int32_t y, int8_t wheel, uint8_t mask,
                     uint8_t level)
{
    uint8_t b[6];
    p->buttons = (uint8_t)(((p->buttons & ~mask) | (level & mask)) & POINTER_ALL);
    b[4] = (uint8_t)wheel;
    b[5] = p->buttons;
    if (axes == LINK_AXES_RELATIVE) {
        st16(b, put_axis(x, INT16_MIN, INT16_MAX));
        st16(b + 2, put_axis(y, INT16_MIN, INT16_MAX));
        journal_input(machine_journal(p->m), J_MOUSE, 0, b, sizeof b);
        return;
    }
    if (axes & LINK_AXIS_X)
        p->tablet[0] = put_axis(x, 0, POINTER_ABS_MAX);
    if (axes & LINK_AXIS_Y)
        p->tablet[1] = put_axis(y, 0, POINTER_ABS_MAX);
    st16(b, p->tablet[0]);
    st16(b + 2, p->tablet[1]);
    journal_input(machine_journal(p->m), J_TABLET, 0, b, sizeof b);
}

static bool pointer(struct machine_process *p, struct reader *r)
{
    uint8_t axes = get8(r);
    int32_t x = (int32_t)get32(r), y = (int32_t)get32(r);
    int8_t wheel = (int8_t)get8(r);
    uint8_t mask = get8(r), level = get8(r);
    if (r->bad || r->p != r->end || axes > LINK_AXES_ABSOLUTE)
        return false;
    if (p->state != LINK_STATE_RUNNING)
        return true;
    run_catch_up(p);
    request_pointer(p, (enum link_axes)axes, x, y, wheel, mask, level);
    return true;
}

static bool speed(struct machine_process *p, struct reader *r)
{
    uint32_t percent = get32(r);
    if (r->bad || r->p != r->end || percent > LINK_SPEED_MAX)
        return false;
    run_catch_up(p);
    run_set_speed(p, percent);
    return true;
}

static void type_text(struct machine_process *p, uint32_t id, const struct reader *r)
{
    size_t n = (size_t)(r->end - r->p);
    bool shift;
    for (size_t i = 0; i < n; i++) {
        if (key_by_char((char)r->p[i], &shift))
            continue;
        link_reply_error(&p->link, id, "no key types one of the characters");
        return;
    }
    if (p->typing.len + n > LINK_TYPING_MAX) {
        link_reply_error(&p->link, id, "too much text is waiting to be typed");
        return;
    }
    run_catch_up(p);
    buf_add(&p->typing, r->p, n);
    link_reply(&p->link, id, NULL, 0);
}

static bool serial(struct machine_process *p, struct reader *r)
{
    uint8_t port = get8(r);
    size_t n = (size_t)(r->end - r->p);
    if (port >= MAX_SERIAL || n > LINK_INPUT_WINDOW - p->serial[port].owed)
        return false;
    p->serial[port].owed += n;
    buf_add(&p->serial[port].in, r->p, n);
    run_catch_up(p);
    return true;
}

static bool serial_break(struct machine_process *p, struct reader *r)
{
    uint8_t port = get8(r);
    if (r->bad || port >= MAX_SERIAL)
        return false;
    if (p->state != LINK_STATE_RUNNING || !p->cfg.serial[port])
        return true;
    run_catch_up(p);
    journal_input(machine_journal(p->m), J_BREAK, port, NULL, 0);
    return true;
}

static bool hold(struct machine_process *p, struct reader *r)
{
    uint8_t on = get8(r);
    if (r->bad || r->p != r->end || on > 1)
        return false;
    run_hold(p, on);
    return true;
}

static void stats(struct machine_process *p)
{
    uint8_t b[18];
    st64(b, machine_pos(p->m));
    st64(b + 8, machine_ns(p->m));
    b[16] = (uint8_t)p->state;
    b[17] = p->halted;
    link_send(&p->link, LINK_STATS_ARE, b, sizeof b);
}

/* Something is put into a drive or taken out of it. The descriptor is ours. */
static bool medium(struct machine_process *p, uint32_t id, struct reader *r, int fd)
{
    struct drive_config d = {.bytes = 0};
    struct blk *b = NULL;
    struct error err;
    uint8_t drive = get8(r), what = get8(r), force = get8(r);
    bool insert = what == LINK_MEDIUM_INSERT;
    if (insert)
        config_get_drive(&d, r);
    if (r->bad || r->p != r->end || what > LINK_MEDIUM_INSERT || force > 1 || insert != (fd >= 0)) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    run_catch_up(p);
    if (insert && !(b = machine_process_image(p, &d, fd, &err))) {
        link_reply_error(&p->link, id, err.text);
        return true;
    }
    bool done = machine_set_medium(p->m, drive, b, force, &err);
    if (done && insert)
        run_report_insertion(p, drive);
    run_report_trays(p);
    if (done) {
        link_reply(&p->link, id, NULL, 0);
    } else {
        if (b)
            blk_free(b);
        link_reply_error(&p->link, id, err.text);
    }
    return true;
}

/* The descriptor is ours. */
static bool commit(struct machine_process *p, uint32_t id, struct reader *r, int fd)
{
    struct error err;
    struct blk_notes notes = {NULL, NULL};
    uint8_t drive = get8(r);
    uint64_t bytes = get64(r);
    if (r->bad || r->p != r->end || drive >= MAX_DRIVES || fd < 0) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    struct blk *to = blk_raw(fd, bytes, false, drive_place(drive), notes, &err);
    if (to && p->cfg.drive[drive].guessed)
        blk_raw_guessed(to);
    bool good = to && machine_commit(p->m, drive, to, &err);
    if (to)
        blk_free(to);
    else
        close(fd);
    if (good)
        link_reply(&p->link, id, NULL, 0);
    else
        link_reply_error(&p->link, id, err.text);
    return true;
}

static void drives(struct machine_process *p, uint32_t id)
{
    struct buf b = {0};
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        struct drive_info d;
        machine_drive_info(p->m, i, &d);
        buf_add8(&b, (uint8_t)((d.fitted ? LINK_DRIVE_FITTED : 0) | (d.medium ? LINK_DRIVE_MEDIUM : 0) |
                               (d.open ? LINK_DRIVE_OPEN : 0) | (d.locked ? LINK_DRIVE_LOCKED : 0)));
        buf_add64(&b, d.stats.reads);
        buf_add64(&b, d.stats.writes);
        buf_add64(&b, d.stats.flushes);
        buf_add64(&b, d.stats.read_bytes);
        buf_add64(&b, d.stats.written_bytes);
    }
    link_reply(&p->link, id, b.data, b.len);
    buf_free(&b);
}

static void looked_at(struct machine_process *p, uint32_t type, uint32_t id, const struct reader *r)
{
    struct buf out = {0};
    if (type == LINK_SCREENSHOT) {
        screenshot_bytes(p, &out);
    } else if (type == LINK_CELLS) {
        machine_text_cells(p->m, &out);
    } else if (type == LINK_TEXT) {
        machine_text_screen(p->m, &out);
    } else {
        char *line = strndup((const char *)r->p, (size_t)(r->end - r->p));
        bool alters = line && dbg_alters(line);
        if (alters)
            run_catch_up(p);
        dbg_command(p->m, line ? line : "", &out);
        if (alters)
            run_settle(p);
        free(line);
    }
    uint32_t most = link_rule(type)->most;
    if (most && out.len > most)
        link_reply_error(&p->link, id, "the output is too long");
    else
        link_reply(&p->link, id, out.data, out.len);
    buf_free(&out);
}

static bool log_items(struct machine_process *p, uint32_t id, struct reader *r)
{
    uint32_t items = get32(r);
    if (r->bad || items > TRACE_ALL)
        return false;
    trace_start(&p->trace, p->m, items, run_log, p);
    link_reply(&p->link, id, NULL, 0);
    return true;
}

static bool with_id(struct machine_process *p, uint32_t type, struct reader *r, int fd)
{
    uint32_t id = get32(r);
    if (type == LINK_COMMIT)
        return commit(p, id, r, fd);
    if (type == LINK_MEDIUM)
        return medium(p, id, r, fd);
    if (r->bad)
        return false;
    switch (type) {
    case LINK_STOP:
        if (p->state == LINK_STATE_RUNNING || p->state == LINK_STATE_PRELAUNCH)
            run_set_state(p, LINK_STATE_PAUSED);
        link_reply(&p->link, id, NULL, 0);
        return true;
    case LINK_CONT: resume(p, id); return true;
    case LINK_POWER: {
        uint8_t what = get8(r);
        if (r->bad || (what != POWER_RESET && what != POWER_BUTTON))
            return false;
        power(p, id, what);
        return true;
    }
    case LINK_DRIVES: drives(p, id); return true;
    case LINK_LOG_ITEMS: return log_items(p, id, r);
    case LINK_KEYS: return keys(p, id, r);
    case LINK_TYPE: type_text(p, id, r); return true;
    case LINK_PMEM:
    case LINK_VMEM: return memory(p, id, r, type == LINK_PMEM);
    case LINK_SCREENSHOT:
    case LINK_TEXT:
    case LINK_CELLS:
    case LINK_COMMAND: looked_at(p, type, id, r); return true;
    default: return false;
    }
}

bool request_handle(struct machine_process *p, const struct link_msg *msg)
{
    struct reader r = {msg->data, msg->data + msg->len, false};
    switch (msg->type) {
    case LINK_QUIT: run_end(p, 0, NULL); return true;
    case LINK_KEY: return key(p, &r);
    case LINK_SPEED: return speed(p, &r);
    case LINK_POINTER: return pointer(p, &r);
    case LINK_SERIAL: return serial(p, &r);
    case LINK_SERIAL_BREAK: return serial_break(p, &r);
    case LINK_HOLD: return hold(p, &r);
    case LINK_STATS: stats(p); return true;
    case LINK_FRAME_DONE: return frame_done(&p->frame, get8(&r));
    case LINK_REDRAW: machine_redraw(p->m); return true;
    default: return with_id(p, msg->type, &r, msg->fd);
    }
}
