/* SPDX-License-Identifier: MIT */
/* The rig that chips are tested in. */
#include "tests/dev/rig.h"

void rig_init(struct rig *r)
{
    memset(r, 0, sizeof *r);
    clock_init(&r->clock);
    r->bus = (struct bus){.mem = mem_create(), .ports = port_space_create(), .clock = &r->clock, .log = &r->log};
}

void rig_free(struct rig *r)
{
    port_space_destroy(r->bus.ports);
    mem_destroy(r->bus.mem);
    clock_free(&r->clock);
}

uint8_t rig_in(struct rig *r, uint16_t port)
{
    return (uint8_t)port_in(r->bus.ports, port, 1, INIT_CPU0);
}

void rig_out(struct rig *r, uint16_t port, uint8_t value)
{
    port_out(r->bus.ports, port, 1, value, INIT_CPU0);
}

void rig_run_to(struct rig *r, uint64_t ns)
{
    while (clock_next(&r->clock) <= ns) {
        clock_skip_to(&r->clock, clock_next(&r->clock));
        clock_run(&r->clock);
    }
    clock_skip_to(&r->clock, ns);
}

void rig_run(struct rig *r, uint64_t ns)
{
    rig_run_to(r, clock_ns(&r->clock) + ns);
}

static void heard(void *ctx, int n, int level)
{
    struct probe *p = ctx;
    (void)n;
    if (level && !p->level) {
        p->rises++;
        p->last_rise = clock_ns(p->clock);
    }
    if (!level && p->level) {
        p->falls++;
        p->last_fall = clock_ns(p->clock);
    }
    p->level = level;
}

struct irq_line probe_line(struct probe *p, struct rig *r)
{
    p->clock = &r->clock;
    return (struct irq_line){heard, p, 0};
}

void rig_realize(struct dev *d)
{
    struct error err = {0};
    ck_assert_msg(dev_realize(d, &err), "%s", err.text);
}

static void same_field(const struct state_field *f, const struct dev *a, const struct dev *b)
{
    const struct state_table one = {a->cls->name, f, 1};
    struct buf first = {0}, second = {0};
    state_save(&one, a, &timer_state_ops, &first);
    state_save(&one, b, &timer_state_ops, &second);
    ck_assert_msg(first.len == second.len && !memcmp(first.data, second.data, first.len),
                  "%s: '%s' differs after a save and a load", a->cls->name, f->name);
    buf_free(&first);
    buf_free(&second);
}

void rig_copy_state(struct dev *a, struct dev *b)
{
    struct buf first = {0}, second = {0};
    struct error err = {0};
    state_save(&a->cls->state, a, &timer_state_ops, &first);
    struct reader in = {first.data, first.data + first.len, false};
    ck_assert_msg(state_load(&b->cls->state, b, &timer_state_ops, &in, &err), "%s", err.text);
    ck_assert(in.p == in.end);
    if (b->cls->post_load)
        b->cls->post_load(b);
    state_save(&b->cls->state, b, &timer_state_ops, &second);
    for (uint32_t i = 0; i < a->cls->state.nfields; i++)
        same_field(&a->cls->state.fields[i], a, b);
    ck_assert_uint_eq(first.len, second.len);
    ck_assert_mem_eq(first.data, second.data, first.len);
    buf_free(&first);
    buf_free(&second);
}

void rig_same_time(struct rig *a, struct rig *b)
{
    clock_skip_to(&b->clock, clock_ns(&a->clock));
}
