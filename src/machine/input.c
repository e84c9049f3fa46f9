/* SPDX-License-Identifier: MIT */
/* Where journal entries go: keys, pointers, serial bytes, power requests, the clock's corrections, the RTC's start. */
#include "base/bits.h"
#include "devices/rtc/mc146818.h"
#include "devices/serial/ns16550.h"
#include "devices/southbridge/piix4_pm.h"
#include "machine/parts.h"

static void key(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len != 3)
        return;
    uint8_t k = (uint8_t)ld16(e->data);
    for (size_t i = 0; i < ARRAY_LEN(m->keys); i++) {
        const struct key_sink *s = &m->keys[i];
        if (!s->key)
            continue;
        bool wanted = !s->wanted || s->wanted(s->ctx);
        if (wanted && e->data[2] == KEY_HOST && s->host)
            s->host(s->ctx, k);
        else if (wanted || !e->data[2])
            s->key(s->ctx, k, e->data[2] != KEY_UP);
        if (wanted && e->data[2])
            return; /* a release goes to all: the driver may have come while the key was down */
    }
}

struct keyboard_state machine_keyboard(struct machine *m)
{
    for (size_t i = 0; i < ARRAY_LEN(m->keys); i++) {
        const struct key_sink *s = &m->keys[i];
        if (s->key && (!s->wanted || s->wanted(s->ctx)))
            return (struct keyboard_state){!s->room || s->room(s->ctx), s->host != NULL};
    }
    return (struct keyboard_state){true, true};
}

/* The first sink that a driver listens to, or that cannot tell. */
static const struct pointer_sink *listener(const struct pointer_sink *sinks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sinks[i].event && (!sinks[i].wanted || sinks[i].wanted(sinks[i].ctx)))
            return &sinks[i];
    return NULL;
}

bool machine_takes_absolute(struct machine *m)
{
    return listener(m->absolute, ARRAY_LEN(m->absolute)) != NULL;
}

/* NOTE: a sink's ctx is its device, whose struct dev comes first. */
bool machine_points_with(struct machine *m, const struct dev *d)
{
    const struct pointer_sink *s = listener(m->absolute, ARRAY_LEN(m->absolute));
    if (!s)
        s = listener(m->relative, ARRAY_LEN(m->relative));
    return s && s->ctx == d;
}

static void mouse(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    const struct pointer_sink *s = listener(m->relative, ARRAY_LEN(m->relative));
    if (e->len != 6 || !s)
        return;
    struct pointer_event p = {.dx = (int16_t)ld16(e->data),
                              .dy = (int16_t)ld16(e->data + 2),
                              .wheel = (int8_t)e->data[4],
                              .buttons = e->data[5] & POINTER_ALL};
    s->event(s->ctx, &p);
}

static void tablet(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    const struct pointer_sink *s = listener(m->absolute, ARRAY_LEN(m->absolute));
    if (e->len != 6 || !s)
        return;
    struct pointer_event p = {.absolute = true,
                              .x = MIN(ld16(e->data), (uint16_t)POINTER_ABS_MAX),
                              .y = MIN(ld16(e->data + 2), (uint16_t)POINTER_ABS_MAX),
                              .wheel = (int8_t)e->data[4],
                              .buttons = e->data[5] & POINTER_ALL};
    s->event(s->ctx, &p);
}

static void serial(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->channel < MAX_SERIAL && m->serial[e->channel])
        ns16550_receive(m->serial[e->channel], e->data, e->len);
}

static void serial_break(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->channel < MAX_SERIAL && m->serial[e->channel])
        ns16550_break(m->serial[e->channel]);
}

static void power(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len == 1 && e->data[0] == POWER_RESET)
        m->reset_wanted = true;
    else if (e->len == 1 && e->data[0] == POWER_BUTTON && m->pm)
        piix4_pm_button(m->pm);
    if (e->len == 1 && e->data[0] == POWER_NMI)
        cpu_pins(m->cpu).nmi(m->cpu);
}

/* NOTE: an access of the CPU's, with all that it does to a chip: what a driver would read is what the console shows. */
static void port(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len != 8 || !e->data[2] || e->data[2] > 4)
        return;
    m->port_read = 0;
    if (e->data[3])
        port_out(m->ports, ld16(e->data), e->data[2], ld32(e->data + 4), INIT_CPU0);
    else
        m->port_read = port_in(m->ports, ld16(e->data), e->data[2], INIT_CPU0);
}

uint32_t machine_port(struct machine *m, bool write, uint16_t number, unsigned size, uint32_t value)
{
    uint8_t b[8];
    st16(b, number);
    b[2] = (uint8_t)size;
    b[3] = write;
    st32(b + 4, value);
    m->port_read = 0;
    journal_input(&m->journal, J_PORT, 0, b, sizeof b);
    return m->port_read;
}

static void boot(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    char order[sizeof m->cfg.boot] = "";
    if (e->len >= sizeof order)
        return;
    memcpy(order, e->data, e->len);
    pc_set_boot_order(m, order);
}

static void rate(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len == 8)
        clock_set_rate(&m->clock, ld64(e->data));
}

static void rtc(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len == 8)
        mc146818_set_start(m->rtc, ld64(e->data));
}

static void poke(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    if (e->len > 8)
        phys_write(m->mem, ld64(e->data), e->data + 8, e->len - 8, INIT_DEBUG);
}

void machine_input_init(struct machine *m)
{
    static const struct {
        enum journal_kind kind;
        journal_sink *fn;
    } sinks[] = {{J_KEY, key},       {J_SERIAL, serial}, {J_POWER, power},        {J_RATE, rate},
                 {J_RTC, rtc},       {J_POKE, poke},     {J_BREAK, serial_break}, {J_MOUSE, mouse},
                 {J_TABLET, tablet}, {J_PORT, port},     {J_BOOT, boot}};
    for (size_t i = 0; i < ARRAY_LEN(sinks); i++)
        journal_set_sink(&m->journal, sinks[i].kind, sinks[i].fn, m);
    journal_input(&m->journal, J_RTC, 0, &m->cfg.rtc_seconds, sizeof m->cfg.rtc_seconds);
}
