/* SPDX-License-Identifier: MIT */
/*
 * PS/2 mouse. IBM Personal System/2 Hardware Interface Technical Reference (84F8933, 1988),
 * "Auxiliary Device"; the wheel and the buttons 4 and 5 after Microsoft's IntelliMouse (device
 * types 3 and 4, unlocked by the sample rates 200, 100, 80 and 200, 200, 80).
 *
 * In stream mode a sample reports motion up to a packet's range. The rest waits for the next samples, up to
 * COUNTER_MAX; beyond that it is lost, and the overflow bits report it. In remote mode the counters have the packet's
 * range, as a mouse's have.
 *
 * NOTE: the host's pointer moves by counts, not by millimetres that a resolution could apply to. So the resolution
 * (E8h) is only kept and reported.
 */
#include "devices/input/ps2_mouse.h"

enum {
    CMD_SCALING_1_1 = 0xe6,
    CMD_SCALING_2_1 = 0xe7,
    CMD_RESOLUTION = 0xe8,
    CMD_STATUS = 0xe9,
    CMD_STREAM = 0xea,
    CMD_READ_DATA = 0xeb,
    CMD_RESET_WRAP = 0xec,
    CMD_WRAP = 0xee,
    CMD_REMOTE = 0xf0,
    CMD_READ_TYPE = 0xf2,
    CMD_SAMPLE_RATE = 0xf3,
    CMD_ENABLE = 0xf4,
    CMD_DISABLE = 0xf5,
    CMD_SET_DEFAULT = 0xf6,
    CMD_RESEND = 0xfe,
    CMD_RESET = 0xff,
};
enum { ACK = 0xfa, BAT_OK = 0xaa, RESEND = 0xfe, FAILED = 0xfc };
enum { STATUS_REMOTE = 0x40, STATUS_ENABLED = 0x20, STATUS_2_1 = 0x10 };
enum {
    PACKET_ALWAYS = 0x08,
    PACKET_X_SIGN = 0x10,
    PACKET_Y_SIGN = 0x20,
    PACKET_X_OVERFLOW = 0x40,
    PACKET_Y_OVERFLOW = 0x80
};
enum { TYPE_PLAIN = 0, TYPE_WHEEL = 3, TYPE_FIVE_BUTTONS = 4 };
enum { DEFAULT_RATE = 100, DEFAULT_RESOLUTION = 2, MOTION_MAX = 255, COUNTER_MAX = 8 * MOTION_MAX };
enum { WHEEL_MIN = -8, WHEEL_MAX = 7, WHEEL_LOST = 64 };

/* NOTE: a real mouse takes 300 to 500 ms, in which everybody waits. */
#define BAT_NS UINT64_C(1000000)

/* --- To the host --- */

static void drive(struct ps2_mouse *m)
{
    irq_set(&m->ready, m->nout != 0);
}

static void put(struct ps2_mouse *m, const uint8_t *bytes, unsigned n)
{
    if (m->nout + n <= MOUSE_OUT) {
        memcpy(m->out + m->nout, bytes, n);
        m->nout = (uint8_t)(m->nout + n);
    }
}

static void put1(struct ps2_mouse *m, uint8_t byte)
{
    put(m, &byte, 1);
}

/* What Resend sends again. */
static void answer(struct ps2_mouse *m, const uint8_t *bytes, unsigned n)
{
    memcpy(m->last, bytes, n);
    m->nlast = (uint8_t)n;
    put(m, bytes, n);
}

static bool take(void *ctx, uint8_t *byte)
{
    struct ps2_mouse *m = ctx;
    if (!m->nout)
        return false;
    *byte = m->out[0];
    memmove(m->out, m->out + 1, --m->nout);
    drive(m);
    return true;
}

/* --- Packets --- */

static int32_t clamp(int32_t v, int32_t low, int32_t high)
{
    return v < low ? low : v > high ? high : v;
}

/* 2:1 scaling, for packets that the mouse sends by itself. */
static int32_t scaled(const struct ps2_mouse *m, int32_t v)
{
    static const uint8_t table[] = {0, 1, 1, 3, 6, 9};
    int32_t size = v < 0 ? -v : v;
    if (!m->scaling || m->remote)
        return v;
    size = size < (int32_t)sizeof table ? table[size] : 2 * size;
    return v < 0 ? -size : size;
}

static void forget_first(struct ps2_mouse *m)
{
    m->moves--;
    memmove(m->dx, m->dx + 1, m->moves * sizeof m->dx[0]);
    memmove(m->dy, m->dy + 1, m->moves * sizeof m->dy[0]);
    memmove(m->dz, m->dz + 1, m->moves * sizeof m->dz[0]);
    memmove(m->level, m->level + 1, m->moves);
}

static void forget_motion(struct ps2_mouse *m)
{
    m->moves = m->lost = m->poked = 0;
    m->reported = m->buttons;
}

static uint8_t packet_head(const struct ps2_mouse *m, int32_t x, int32_t y)
{
    uint8_t lost = m->lost;
    if (x > MOTION_MAX || x < -MOTION_MAX - 1)
        lost |= 1;
    if (y > MOTION_MAX || y < -MOTION_MAX - 1)
        lost |= 2;
    return (uint8_t)(PACKET_ALWAYS | (m->reported & 7) | (x < 0 ? PACKET_X_SIGN : 0) | (y < 0 ? PACKET_Y_SIGN : 0) |
                     (lost & 1 ? PACKET_X_OVERFLOW : 0) | (lost & 2 ? PACKET_Y_OVERFLOW : 0));
}

/* Takes from the counters as much as one packet can report. */
static void packet(struct ps2_mouse *m)
{
    int32_t x = 0, y = 0, z = 0;
    m->reported = m->buttons;
    if (m->moves) {
        m->reported = m->level[0];
        x = m->remote ? m->dx[0] : clamp(m->dx[0], -MOTION_MAX, MOTION_MAX);
        y = m->remote ? m->dy[0] : clamp(m->dy[0], -MOTION_MAX, MOTION_MAX);
        z = m->type ? clamp(m->dz[0], WHEEL_MIN, WHEEL_MAX) : m->dz[0];
        m->dx[0] -= x, m->dy[0] -= y, m->dz[0] -= z;
        if (!m->dx[0] && !m->dy[0] && !m->dz[0])
            forget_first(m);
    }
    x = scaled(m, x);
    y = scaled(m, -y); /* up is positive */
    z = -z;            /* and so is the wheel towards the user */
    uint8_t b[4] = {packet_head(m, x, y), (uint8_t)clamp(x, -MOTION_MAX - 1, MOTION_MAX),
                    (uint8_t)clamp(y, -MOTION_MAX - 1, MOTION_MAX), (uint8_t)z};
    if (m->type == TYPE_FIVE_BUTTONS)
        b[3] = (uint8_t)((b[3] & 0x0f) | (m->reported & (POINTER_SIDE | POINTER_EXTRA)) << 1);
    m->lost = m->poked = 0;
    answer(m, b, m->type ? 4 : 3);
}

/* Stream mode: sends a packet now if there is something to report; the next one comes a sample later. */
static void stream(struct ps2_mouse *m)
{
    if (m->remote || m->wrap || !m->reporting || !(m->moves || m->poked) || timer_armed(&m->bat))
        return;
    if (timer_armed(&m->sample))
        return;
    if (!m->nout)
        packet(m);
    timer_set(&m->sample, clock_ns(m->dev.bus->clock) + NS_PER_SEC / m->rate);
    drive(m);
}

static void sample_due(void *ctx)
{
    stream(ctx);
}

/* --- What the hand does --- */

static int32_t add(struct ps2_mouse *m, int32_t old, int32_t more, int32_t max, uint8_t which)
{
    int64_t sum = (int64_t)old + more;
    if (sum > max || sum < -max)
        m->lost |= which;
    return (int32_t)(sum > max ? max : sum < -max ? -max : sum);
}

static void moved(void *ctx, const struct pointer_event *e)
{
    struct ps2_mouse *m = ctx;
    m->buttons = e->buttons & POINTER_ALL;
    if (!m->remote && !m->reporting) {
        m->reported = m->buttons;
        return;
    }
    uint8_t latest = m->moves ? m->level[m->moves - 1] : m->reported;
    bool motion = e->dx || e->dy || e->wheel;
    if (!motion && latest == m->buttons)
        return;
    if (!m->moves || (latest != m->buttons && m->moves < MOUSE_MOVES)) {
        m->dx[m->moves] = m->dy[m->moves] = m->dz[m->moves] = 0;
        m->moves++;
    }
    unsigned at = m->moves - 1U;
    m->dx[at] = add(m, m->dx[at], e->dx, COUNTER_MAX, 1);
    m->dy[at] = add(m, m->dy[at], e->dy, COUNTER_MAX, 2);
    m->dz[at] = add(m, m->dz[at], e->wheel, WHEEL_LOST, 0);
    m->level[at] = m->buttons;
    stream(m);
}

void ps2_mouse_poke(struct ps2_mouse *m)
{
    m->poked = 1;
    stream(m);
}

/* --- Commands --- */

static void defaults(struct ps2_mouse *m)
{
    m->rate = DEFAULT_RATE;
    m->resolution = DEFAULT_RESOLUTION;
    m->scaling = m->remote = m->wrap = m->reporting = 0;
    m->knock[0] = m->knock[1] = 0;
    forget_motion(m);
}

static void bat_done(void *ctx)
{
    struct ps2_mouse *m = ctx;
    static const uint8_t done[] = {BAT_OK, 0};
    answer(m, done, sizeof done);
    drive(m);
}

static void set_rate(struct ps2_mouse *m, uint8_t rate)
{
    if (m->knock[0] == 200 && rate == 80) {
        if (m->knock[1] == 100)
            m->type = TYPE_WHEEL;
        else if (m->knock[1] == 200)
            m->type = TYPE_FIVE_BUTTONS;
    }
    m->knock[0] = m->knock[1];
    m->knock[1] = rate;
    m->rate = rate;
}

static bool valid_rate(uint8_t rate)
{
    static const uint8_t rates[] = {10, 20, 40, 60, 80, 100, 200};
    for (unsigned i = 0; i < sizeof rates; i++)
        if (rates[i] == rate)
            return true;
    return false;
}

/* An invalid byte is asked for again; where the next is invalid too, that is an error. */
static void refuse(struct ps2_mouse *m)
{
    put1(m, m->failed ? FAILED : RESEND);
    m->failed = !m->failed;
    if (!m->failed)
        m->command = 0;
}

static void parameter(struct ps2_mouse *m, uint8_t byte)
{
    if (m->command == CMD_RESOLUTION ? byte > 3 : !valid_rate(byte)) {
        refuse(m);
        return;
    }
    if (m->command == CMD_RESOLUTION)
        m->resolution = byte;
    else
        set_rate(m, byte);
    m->command = m->failed = 0;
    put1(m, ACK);
}

/* Buttons as the status has them: left, middle, right from bit 2 down. */
static void send_status(struct ps2_mouse *m)
{
    uint8_t s[3] = {0, m->resolution, m->rate};
    s[0] = (uint8_t)((m->remote ? STATUS_REMOTE : 0) | (m->reporting ? STATUS_ENABLED : 0) |
                     (m->scaling ? STATUS_2_1 : 0) | (m->buttons & POINTER_LEFT ? 4 : 0) |
                     (m->buttons & POINTER_MIDDLE ? 2 : 0) | (m->buttons & POINTER_RIGHT ? 1 : 0));
    answer(m, s, sizeof s);
}

static void change(struct ps2_mouse *m, uint8_t byte)
{
    switch (byte) {
    case CMD_SCALING_1_1:
    case CMD_SCALING_2_1: m->scaling = byte == CMD_SCALING_2_1; break;
    case CMD_STREAM:
    case CMD_REMOTE:
        m->remote = byte == CMD_REMOTE;
        forget_motion(m);
        break;
    case CMD_ENABLE:
    case CMD_DISABLE:
        m->reporting = byte == CMD_ENABLE;
        forget_motion(m);
        break;
    case CMD_WRAP:
        m->wrap = 1;
        forget_motion(m);
        break;
    case CMD_SET_DEFAULT: defaults(m); break;
    default: /* CMD_RESET_WRAP outside of wrap mode */ break;
    }
}

static void command(struct ps2_mouse *m, uint8_t byte)
{
    m->failed = m->command = 0;
    put1(m, ACK);
    switch (byte) {
    case CMD_RESOLUTION:
    case CMD_SAMPLE_RATE: m->command = byte; break;
    case CMD_STATUS: send_status(m); break;
    case CMD_READ_DATA: packet(m); break;
    case CMD_READ_TYPE: answer(m, &m->type, 1); break;
    case CMD_RESET:
        defaults(m);
        m->type = TYPE_PLAIN;
        timer_set(&m->bat, clock_ns(m->dev.bus->clock) + BAT_NS);
        break;
    default: change(m, byte); break;
    }
}

static bool known(uint8_t byte)
{
    return byte >= CMD_SCALING_1_1 && byte != 0xed && byte != 0xef && byte != 0xf1 &&
           (byte <= CMD_SET_DEFAULT || byte >= CMD_RESEND);
}

static void receive(void *ctx, uint8_t byte)
{
    struct ps2_mouse *m = ctx;
    timer_cancel(&m->bat);
    m->nout = 0; /* a packet on its way is given up */
    if (m->wrap && byte != CMD_RESET && byte != CMD_RESET_WRAP) {
        put1(m, byte);
    } else if (byte == CMD_RESEND) {
        put(m, m->last, m->nlast);
    } else if (m->command && !known(byte)) {
        parameter(m, byte);
    } else if (!known(byte)) {
        refuse(m);
    } else {
        m->wrap = 0;
        command(m, byte);
    }
    stream(m);
    drive(m);
}

struct ps2_device ps2_mouse_port(struct ps2_mouse *m)
{
    return (struct ps2_device){m, receive, take};
}

struct pointer_sink ps2_mouse_pointer(struct ps2_mouse *m)
{
    return (struct pointer_sink){moved, NULL, m};
}

/* --- The device --- */

static bool realize(struct dev *d, struct error *err)
{
    struct ps2_mouse *m = (struct ps2_mouse *)d;
    (void)err;
    timer_init(&m->sample, d->bus->clock, sample_due, m);
    timer_init(&m->bat, d->bus->clock, bat_done, m);
    return true;
}

static void unrealize(struct dev *d)
{
    struct ps2_mouse *m = (struct ps2_mouse *)d;
    timer_cancel(&m->sample);
    timer_cancel(&m->bat);
}

/* NOTE: as after power-on: AAh 00h sent, and lost while the controller held the clock. */
static void reset(struct dev *d)
{
    struct ps2_mouse *m = (struct ps2_mouse *)d;
    timer_cancel(&m->sample);
    timer_cancel(&m->bat);
    defaults(m);
    m->type = TYPE_PLAIN;
    m->nout = m->command = m->failed = 0;
    m->last[0] = BAT_OK;
    m->last[1] = 0;
    m->nlast = 2;
    drive(m);
}

/* Nothing that a file says is trusted as an index or a divisor. */
static void post_load(struct dev *d)
{
    struct ps2_mouse *m = (struct ps2_mouse *)d;
    m->nout = MIN(m->nout, MOUSE_OUT);
    m->nlast = MIN(m->nlast, (uint8_t)sizeof m->last);
    m->moves = MIN(m->moves, MOUSE_MOVES);
    if (m->command != CMD_RESOLUTION && m->command != CMD_SAMPLE_RATE)
        m->command = 0;
    if (m->type != TYPE_WHEEL && m->type != TYPE_FIVE_BUTTONS)
        m->type = TYPE_PLAIN;
    if (!valid_rate(m->rate))
        m->rate = DEFAULT_RATE;
    for (unsigned i = 0; i < MOUSE_MOVES; i++) {
        m->dx[i] = clamp(m->dx[i], -COUNTER_MAX, COUNTER_MAX);
        m->dy[i] = clamp(m->dy[i], -COUNTER_MAX, COUNTER_MAX);
        m->dz[i] = clamp(m->dz[i], -WHEEL_LOST, WHEEL_LOST);
    }
}

static void print(struct dev *d, struct buf *out)
{
    const struct ps2_mouse *m = (const struct ps2_mouse *)d;
    buf_printf(out, "%s: type %u, %s mode, reporting %s, %u samples/s, scaling %s, %u bytes queued\n", d->id, m->type,
               m->wrap     ? "wrap"
               : m->remote ? "remote"
                           : "stream",
               m->reporting ? "on" : "off", m->rate, m->scaling ? "2:1" : "1:1", m->nout);
}

static const struct state_field fields[] = {
    STATE_BLOB(struct ps2_mouse, out),        STATE_U(struct ps2_mouse, nout),
    STATE_BLOB(struct ps2_mouse, last),       STATE_U(struct ps2_mouse, nlast),
    STATE_U(struct ps2_mouse, command),       STATE_U(struct ps2_mouse, failed),
    STATE_U(struct ps2_mouse, type),          STATE_ARRAY(struct ps2_mouse, knock),
    STATE_U(struct ps2_mouse, remote),        STATE_U(struct ps2_mouse, wrap),
    STATE_U(struct ps2_mouse, reporting),     STATE_U(struct ps2_mouse, scaling),
    STATE_U(struct ps2_mouse, resolution),    STATE_U(struct ps2_mouse, rate),
    STATE_U(struct ps2_mouse, buttons),       STATE_ARRAY(struct ps2_mouse, dx),
    STATE_ARRAY(struct ps2_mouse, dy),        STATE_ARRAY(struct ps2_mouse, dz),
    STATE_ARRAY(struct ps2_mouse, level),     STATE_U(struct ps2_mouse, moves),
    STATE_U(struct ps2_mouse, reported),      STATE_U(struct ps2_mouse, lost),
    STATE_U(struct ps2_mouse, poked),         STATE_TIMER_FIELD(struct ps2_mouse, sample),
    STATE_TIMER_FIELD(struct ps2_mouse, bat),
};

const struct dev_class ps2_mouse_class = {
    .name = "ps2-mouse",
    .summary = "PS/2 mouse with wheel and five buttons",
    .datasheet = "IBM PS/2 Hardware Interface Technical Reference, 84F8933; Microsoft IntelliMouse",
    .size = sizeof(struct ps2_mouse),
    .state = DEV_STATE("ps2-mouse", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct ps2_mouse *ps2_mouse_new(struct bus *bus, const char *id)
{
    return dev_new(&ps2_mouse_class, id, bus);
}
