/* SPDX-License-Identifier: MIT */
/*
 * The interpreter and the oracle. Two machines carry out the same stream. The second is saved and loaded into a new one
 * where the stream says "reload", between operations or after a number of accesses in the middle of one. Every value
 * read, the state at each reload and at the end, and the pictures must agree: so a field that is missing in a state
 * table, or something that post_load does not derive, is found as well as a crash, a hang and whatever the sanitizers
 * see.
 */
#include "fuzz.h"

#include <unistd.h>

enum { RELOADS = 64, SECONDS = 120 };

static void op_reload(struct side *s, const uint8_t *p)
{
    (void)s, (void)p; /* the interpreter does it */
}

const struct op operations[] = {
    {"register", "register", op_register},
    {"time", "time", op_time},
    {"reload", "reload", op_reload},
    {"ata", "ata", op_ata},
    {"ata-registers", "ata-registers", op_ata_registers},
    {"packet", "packet", op_packet},
    {"floppy", "floppy", op_floppy},
    {"floppy-setup", "floppy-setup", op_floppy_setup},
    {"usb-enumerate", "usb", op_usb_enumerate},
    {"usb-control", "usb", op_usb_control},
    {"usb-poll", "usb", op_usb_poll},
    {"usb-schedule", "usb", op_usb_schedule},
    {"usb-registers", "usb-registers", op_usb_registers},
    {"vga-mode", "video", op_vga_mode},
    {"vbe-mode", "vbe", op_vbe_mode},
    {"vga-register", "video", op_vga_register},
    {"vga-draw", "video", op_vga_draw},
    {"vga-linear", "vbe", op_vga_linear},
    {"vga-read", "video", op_vga_read},
    {"picture", "video", op_picture},
    {"kbc", "input", op_kbc},
    {"keyboard", "input", op_keyboard},
    {"mouse", "input", op_mouse},
    {"keys", "input", op_keys},
    {"pointer", "input", op_pointer},
    {"vmmouse", "input", op_vmmouse},
    {"pit", "timer", op_pit},
    {"rtc", "timer", op_rtc},
    {"hpet", "timer", op_hpet},
    {"power", "timer", op_power},
    {"pic", "interrupt", op_pic},
    {"acknowledge", "interrupt", op_acknowledge},
    {"lapic", "interrupt", op_lapic},
    {"ioapic", "interrupt", op_ioapic},
    {"cpu-pins", "interrupt", op_cpu_pins},
    {"fw_cfg", "misc", op_fw_cfg},
    {"pci", "pci", op_pci},
    {"serial", "misc", op_serial},
    {"parallel", "misc", op_parallel},
    {"dma", "misc", op_dma},
    {"reset", "reset", op_reset},
    {"medium", "medium", op_medium},
    {"host-fault", "medium", op_host_fault},
    {"outside", "misc", op_outside},
    {"info", "info", op_info},
};
const unsigned noperations = ARRAY_LEN(operations);

/* --- Two machines --- */

struct pair {
    struct shape shape;
    struct side *a, *b;
    unsigned reloads;
};

static char *text(const char *format, const char *with)
{
    struct buf out = {0};
    buf_printf(&out, format, with);
    buf_add8(&out, 0);
    return (char *)out.data;
}

/*
 * The second machine is saved and loaded: now, or in the middle of what follows. p: 0 which; 1-2 how many accesses on.
 */
static char *reload(struct pair *p, const uint8_t *how)
{
    if (p->reloads++ >= RELOADS)
        return NULL;
    char *differs = machine_difference(p->a->m, p->b->m);
    if (differs)
        return differs;
    p->b->countdown = how[0] % 8 ? 1 + ld16(how + 1) % (8u << how[0] / 8 % 8) : 0;
    if (p->b->countdown)
        return NULL;
    p->a->pure_video = p->b->pure_video = true;
    return side_renew(p->b);
}

/* The first value that the two machines read differently. */
static char *answer_difference(const struct side *a, const struct side *b)
{
    struct buf out = {0};
    for (unsigned i = 0; i < a->ntrace; i++) {
        const struct trace *x = &a->trace[i], *y = &b->trace[i];
        if (x->what == y->what && x->where == y->where && x->value == y->value)
            continue;
        buf_printf(&out, "%s %llxh gave %llx in the first machine, ", x->what, (unsigned long long)x->where,
                   (unsigned long long)x->value);
        if (y->what == x->what && y->where == x->where)
            buf_printf(&out, "%llx in the loaded one", (unsigned long long)y->value);
        else
            buf_printf(&out, "%s %llxh came in the loaded one", y->what ? y->what : "nothing",
                       (unsigned long long)y->where);
        break;
    }
    buf_add8(&out, 0);
    return (char *)out.data;
}

/* Text (free it) where they part in this operation. */
static char *carry_out(struct pair *p, const struct op *op, const uint8_t *record)
{
    bool video = !strcmp(op->family, "video") || !strcmp(op->family, "vbe") || !strcmp(op->family, "time");
    struct side *sides[] = {p->a, p->b};
    if (op->run == op_reload)
        return reload(p, record + 1);
    for (unsigned i = 0; i < 2; i++) {
        sides[i]->ntrace = 0;
        sides[i]->picture = false;
        sides[i]->pure_video &= video;
        op->run(sides[i], record + 1);
    }
    if (p->b->failure)
        return text("after loading in the middle of it: %s", p->b->failure);
    if (p->a->sum != p->b->sum)
        return answer_difference(p->a, p->b);
    const struct screen *x = p->a->screen, *y = p->b->screen;
    unsigned i = x->shown, k = y->shown;
    if (!p->a->picture || !x->pixels[i] || !y->pixels[k])
        return NULL;
    if (x->w[i] != y->w[k] || x->h[i] != y->h[k])
        return text("%s", "the pictures have different sizes");
    bool same = !memcmp(x->pixels[i], y->pixels[k], (size_t)x->w[i] * x->h[i] * sizeof *x->pixels[i]);
    return same ? NULL : text("%s", "device vga (VGA), the pictures differ");
}

/* Runs it; with `closely`, the states are compared after each operation. *at: the operation that failed, from 1 on. */
static char *run(const uint8_t *data, size_t n, bool closely, size_t *at)
{
    struct pair p = {.shape = shape_of(data)};
    p.a = side_new(&p.shape);
    p.b = side_new(&p.shape);
    assign_bars(p.a->m);
    assign_bars(p.b->m);
    p.a->pure_video = p.b->pure_video = true;
    char *why = NULL;
    *at = 0;
    while (!why && ++*at < n) {
        const uint8_t *record = data + *at * OP_BYTES;
        why = carry_out(&p, &operations[record[0] % noperations], record);
        if (!why && closely)
            why = machine_difference(p.a->m, p.b->m);
    }
    if (!why)
        why = machine_difference(p.a->m, p.b->m);
    free(p.b->failure);
    side_free(p.a);
    side_free(p.b);
    return why;
}

bool run_stream(const uint8_t *data, size_t len, char **why)
{
    size_t n = len / OP_BYTES, at, near;
    struct buf out = {0};
    if (!n)
        return true;
    alarm(SECONDS); /* an operation that never ends */
    char *first = run(data, n, false, &at);
    if (first) {
        char *closer = run(data, n, true, &near);
        const char *name = near && near < n ? operations[data[near * OP_BYTES] % noperations].name : "end";
        buf_printf(&out, "operation %zu of %zu (%s, byte %zu): %s", near, n, name, near * OP_BYTES,
                   closer ? closer : "nothing differs when states are compared after each operation");
        if (!closer || strcmp(first, closer))
            buf_printf(&out, "; it showed at operation %zu: %s", at, first);
        buf_add8(&out, 0);
        *why = (char *)out.data;
        free(closer);
    }
    free(first);
    alarm(0);
    return !first;
}
