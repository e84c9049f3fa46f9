/* SPDX-License-Identifier: MIT */
/*
 * What the data sheets say of display, keyboard, mice and USB as tables: the registers, and the state after a hardware
 * reset, which is the same whatever the state was before.
 */
#include <stdlib.h>

#include "devices/input/i8042.h"
#include "devices/input/ps2_keyboard.h"
#include "devices/input/ps2_mouse.h"
#include "devices/input/vmmouse.h"
#include "devices/usb/uhci.h"
#include "devices/usb/usb_hid.h"
#include "devices/video/vga.h"
#include "tests/dev/rig.h"

/* ---- registers ---- */

struct listed {
    const char *name;
    enum reg_space space;
    uint32_t offset;
    uint8_t width;
    uint32_t reset, writable;
};

/* IBM PS/2 Hardware Interface Technical Reference, video subsystem; index registers: port * 256 + index. */
static const struct listed vga_list[] = {
    {"Miscellaneous Output", REG_PORT, 0x3c2, 1, 3, 0xef},
    {"Attribute", REG_PORT, 0x3c0, 1, 0, 0x3f},
    {"Sequencer Index", REG_PORT, 0x3c4, 1, 0, 0x07},
    {"PEL Mask", REG_PORT, 0x3c6, 1, 0xff, 0xff},
    {"PEL Address Read Mode", REG_PORT, 0x3c7, 1, 0, 0xff},
    {"PEL Address Write Mode", REG_PORT, 0x3c8, 1, 0, 0xff},
    {"PEL Data", REG_PORT, 0x3c9, 1, 0, 0x3f},
    {"Graphics Index", REG_PORT, 0x3ce, 1, 0, 0x0f},
    {"CRTC Index", REG_PORT, 0x3d4, 1, 0, 0x3f},
    {"Input Status 1", REG_PORT, 0x3da, 1, 0, 0},
    {"VBE Index", REG_PORT, 0x1ce, 2, 0, 0xffff},
    {"VBE Data", REG_PORT, 0x1cf, 2, 0, 0xffff},
    {"Reset", REG_INDEXED, 0x3c400, 1, 0, 0x03},
    {"Clocking Mode", REG_INDEXED, 0x3c401, 1, 0, 0x3d},
    {"Map Mask", REG_INDEXED, 0x3c402, 1, 0, 0x0f},
    {"Character Map Select", REG_INDEXED, 0x3c403, 1, 0, 0x3f},
    {"Memory Mode", REG_INDEXED, 0x3c404, 1, 0, 0x0e},
    {"Set/Reset", REG_INDEXED, 0x3ce00, 1, 0, 0x0f},
    {"Enable Set/Reset", REG_INDEXED, 0x3ce01, 1, 0, 0x0f},
    {"Color Compare", REG_INDEXED, 0x3ce02, 1, 0, 0x0f},
    {"Data Rotate", REG_INDEXED, 0x3ce03, 1, 0, 0x1f},
    {"Read Map Select", REG_INDEXED, 0x3ce04, 1, 0, 0x03},
    {"Graphics Mode", REG_INDEXED, 0x3ce05, 1, 0, 0x7b},
    {"Miscellaneous", REG_INDEXED, 0x3ce06, 1, 0, 0x0f},
    {"Color Don't Care", REG_INDEXED, 0x3ce07, 1, 0, 0x0f},
    {"Bit Mask", REG_INDEXED, 0x3ce08, 1, 0, 0xff},
    {"Horizontal Total", REG_INDEXED, 0x3d400, 1, 0, 0xff},
    {"Overflow", REG_INDEXED, 0x3d407, 1, 0, 0xff},
    {"Maximum Scan Line", REG_INDEXED, 0x3d409, 1, 0, 0xff},
    {"Cursor Location High", REG_INDEXED, 0x3d40e, 1, 0, 0xff},
    {"Cursor Location Low", REG_INDEXED, 0x3d40f, 1, 0, 0xff},
    {"Vertical Retrace End", REG_INDEXED, 0x3d411, 1, 0, 0xff},
    {"CRTC Mode Control", REG_INDEXED, 0x3d417, 1, 0, 0xff},
    {"Line Compare", REG_INDEXED, 0x3d418, 1, 0, 0xff},
    {"Attribute Mode Control", REG_INDEXED, 0x3c010, 1, 0, 0xef},
    {"Color Plane Enable", REG_INDEXED, 0x3c012, 1, 0, 0x3f},
    {"Horizontal PEL Panning", REG_INDEXED, 0x3c013, 1, 0, 0x0f},
    {"Color Select", REG_INDEXED, 0x3c014, 1, 0, 0x0f},
};

/* The same, keyboard controller: after its own test it waits with both interfaces off. */
static const struct listed i8042_list[] = {
    {"Data", REG_PORT, 0x60, 1, 0, 0xff},
    {"Status/Command", REG_PORT, 0x64, 1, 0x18, 0xff},
    {"Controller Command Byte", REG_INDEXED, 0, 1, 0x30, 0xff},
};

static const struct listed vmmouse_list[] = {{"Backdoor", REG_PORT, 0x5658, 4, 0xffffffff, 0}};

/* UHCI Design Guide 1.1, section 2; PIIX3 2.6. */
static const struct listed uhci_list[] = {
    {"USBCMD", REG_INDEXED, 0x00, 2, 0, 0x00ff},
    {"USBSTS", REG_INDEXED, 0x02, 2, 0x20, 0x1f},
    {"USBINTR", REG_INDEXED, 0x04, 2, 0, 0x0f},
    {"FRNUM", REG_INDEXED, 0x06, 2, 0, 0x07ff},
    {"FLBASEADD", REG_INDEXED, 0x08, 4, 0, 0xfffff000},
    {"SOFMOD", REG_INDEXED, 0x0c, 1, 0x40, 0x7f},
    {"PORTSC1", REG_INDEXED, 0x10, 2, 0x80, 0x124e},
    {"PORTSC2", REG_INDEXED, 0x12, 2, 0x80, 0x124e},
    {"SBRNUM", REG_PCI, 0x60, 1, 0x10, 0},
    {"LEGSUP", REG_PCI, 0xc0, 2, 0x2000, 0xafbf},
};

static const struct {
    const struct dev_class *cls;
    const struct listed *regs;
    size_t n;
} lists[] = {
    {&vga_class, vga_list, ARRAY_LEN(vga_list)},
    {&i8042_class, i8042_list, ARRAY_LEN(i8042_list)},
    {&vmmouse_class, vmmouse_list, ARRAY_LEN(vmmouse_list)},
    {&uhci_class, uhci_list, ARRAY_LEN(uhci_list)},
};

START_TEST(the_register_list_is_the_data_sheets)
{
    const struct dev_class *c = lists[_i].cls;
    ck_assert_msg(c->nregs == lists[_i].n, "%s: %zu registers, not %zu", c->name, c->nregs, lists[_i].n);
    for (size_t i = 0; i < c->nregs; i++) {
        const struct listed *want = &lists[_i].regs[i];
        const struct dev_reg *r = &c->regs[i];
        ck_assert_str_eq(r->name, want->name);
        ck_assert_msg(r->space == want->space && r->offset == want->offset && r->width == want->width,
                      "%s, %s: at %x of space %d, %u bytes", c->name, r->name, r->offset, r->space, r->width);
        ck_assert_msg(r->reset == want->reset && r->writable == want->writable, "%s, %s: reset %x, writable %x",
                      c->name, r->name, r->reset, r->writable);
    }
}
END_TEST

/* ---- reset ---- */

/* A field that is not zero after a reset: its first bytes; those behind are zero. */
struct value {
    const char *field;
    uint8_t bytes[8];
};

static const struct value vga_values[] = {
    {"misc", {3}}, {"enable", {1}}, {"dac_mask", {0xff}}, {"dispi", {0xc5, 0xb0, 0, 0, 0, 0, 8}}, {0}};
static const struct value i8042_values[] = {{"ram", {0x30}}, {"status", {0x18}}, {"output_port", {3}}, {0}};
static const struct value keyboard_values[] = {
    {"last", {0xaa}}, {"scanning", {1}}, {"set", {2}}, {"rate", {0x2b}}, {0}};
static const struct value mouse_values[] = {
    {"last", {0xaa}}, {"nlast", {2}}, {"resolution", {2}}, {"rate", {100}}, {0}};
static const struct value uhci_values[] = {
    {"port[0].sc", {0x80}}, {"port[1].sc", {0x80}}, {"sts", {0x20}}, {"sofmod", {0x40}}, {0}};
static const struct value pointer_values[] = {{"protocol", {1}}, {0}};
static const struct value kbd_values[] = {{"protocol", {1}}, {"idle", {125}}, {0}};
static const struct value none[] = {{0}};

/* What a reset does not reach (wires that others drive, a person's fingers), and what other tests look at. */
static const struct resets {
    const struct dev_class *cls;
    const struct value *values;
    const char *kept, *elsewhere;
} resets[] = {
    {&vga_class, vga_values, "retrace", "pci.config retrace"},
    {&i8042_class, i8042_values, "ready", ""},
    {&ps2_keyboard_class, keyboard_values, "down fifo reply repeat_key", "key_type"},
    {&ps2_mouse_class, mouse_values, "buttons reported out last dx dy dz level", ""},
    {&vmmouse_class, none, "", ""},
    {&uhci_class, uhci_values, "", "pci.config"},
    {&usb_tablet_class, pointer_values, "fn.setup fn.data x y z buttons key level", ""},
    {&usb_mouse_class, pointer_values, "fn.setup fn.data x y z buttons key level", ""},
    {&usb_kbd_class, kbd_values, "fn.setup fn.data x y z buttons key level", ""},
};

static struct rig rig;
static struct pci_bus pci;
static struct dev *dev;

static bool among(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = list; (p = strstr(p, name)); p += n)
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == 0))
            return true;
    return false;
}

static void make(const struct dev_class *cls)
{
    rig_init(&rig);
    pci_bus_init(&pci, &rig.bus);
    dev = dev_new(cls, "it", &rig.bus);
    if (cls == &vga_class)
        ((struct vga *)dev)->pci_bus = &pci, ((struct vga *)dev)->devfn = 0x10;
    if (cls == &uhci_class)
        ((struct uhci *)dev)->pbus = &pci, ((struct uhci *)dev)->devfn = 0x0a;
    rig_realize(dev);
}

static void unmake(void)
{
    dev_free(dev);
    rig_free(&rig);
}

static void save(const struct state_field *f, struct buf *out)
{
    const struct state_table one = {"one", f, 1};
    out->len = 0;
    state_save(&one, dev, &timer_state_ops, out);
}

static const struct value *value_of(const struct value *v, const char *field)
{
    for (; v->field; v++)
        if (!strcmp(v->field, field))
            return v;
    return NULL;
}

START_TEST(state_after_reset_is_the_data_sheets)
{
    const struct resets *r = &resets[_i];
    make(r->cls);
    for (uint32_t i = 0; i < r->cls->state.nfields; i++) {
        const struct state_field *f = &r->cls->state.fields[i];
        if (among(r->elsewhere, f->name))
            continue;
        if (f->kind == STATE_TIMER) {
            ck_assert_msg(!timer_armed((const struct timer *)((const char *)dev + f->offset)),
                          "%s: timer '%s' is armed", r->cls->name, f->name);
            continue;
        }
        const struct value *v = value_of(r->values, f->name);
        const uint8_t *p = (const uint8_t *)dev + f->offset;
        for (size_t k = 0; k < (size_t)f->size * f->count; k++) {
            uint8_t want = v && k < sizeof v->bytes ? v->bytes[k] : 0;
            ck_assert_msg(p[k] == want, "%s: byte %zu of '%s' is %02x after a reset, not %02x", r->cls->name, k,
                          f->name, p[k], want);
        }
    }
    unmake();
}
END_TEST

/* Every field is something else before; every timer runs. */
START_TEST(reset_ends_in_one_state)
{
    const struct resets *r = &resets[_i];
    struct buf first[64] = {0}, now = {0};
    make(r->cls);
    ck_assert_uint_le(r->cls->state.nfields, 64);
    for (uint32_t i = 0; i < r->cls->state.nfields; i++)
        save(&r->cls->state.fields[i], &first[i]);
    for (uint32_t i = 0; i < r->cls->state.nfields; i++) {
        const struct state_field *f = &r->cls->state.fields[i];
        uint8_t *p = (uint8_t *)dev + f->offset;
        if (f->kind == STATE_TIMER)
            timer_set((struct timer *)(void *)p, 12345);
        else if (strcmp(f->name, "pci.config")) /* identity and the like are no state that changes */
            memset(p, 1, (size_t)f->size * f->count);
    }
    if (r->cls == &vga_class || r->cls == &uhci_class)
        pci_config_write(&pci, r->cls == &vga_class ? 0x10 : 0x0a, 0x3c, 1, 9);
    r->cls->reset(dev);
    for (uint32_t i = 0; i < r->cls->state.nfields; i++) {
        const struct state_field *f = &r->cls->state.fields[i];
        if (!among(r->kept, f->name)) {
            save(f, &now);
            ck_assert_msg(now.len == first[i].len && !memcmp(now.data, first[i].data, now.len),
                          "%s: '%s' survives a reset", r->cls->name, f->name);
        }
        buf_free(&first[i]);
    }
    buf_free(&now);
    unmake();
}
END_TEST

/* A chip that is unplugged has no event any more, and its ports are free for the next. */
START_TEST(unplugged_chips_leave_nothing_behind)
{
    const struct resets *r = &resets[_i];
    make(r->cls);
    for (uint32_t i = 0; i < r->cls->state.nfields; i++)
        if (r->cls->state.fields[i].kind == STATE_TIMER)
            timer_set((struct timer *)(void *)((char *)dev + r->cls->state.fields[i].offset), 12345);
    dev_free(dev);
    ck_assert_msg(clock_next(&rig.clock) == TIME_NEVER, "%s: an event is left", r->cls->name);
    if (r->cls == &i8042_class || r->cls == &vmmouse_class) {
        ck_assert_uint_eq(rig_in(&rig, 0x64), 0xff);
        ck_assert_uint_eq(port_in(rig.bus.ports, 0x60, 1, INIT_CPU0), 0xff);
        ck_assert_uint_eq(port_in(rig.bus.ports, 0x5658, 4, INIT_CPU0), UINT32_MAX);
        dev = dev_new(r->cls, "next", &rig.bus);
        rig_realize(dev);
        dev_free(dev);
    }
    rig_free(&rig);
}
END_TEST

TCase *reset_tests(void)
{
    TCase *c = tcase_create("reset");
    tcase_add_loop_test(c, the_register_list_is_the_data_sheets, 0, ARRAY_LEN(lists));
    tcase_add_loop_test(c, state_after_reset_is_the_data_sheets, 0, ARRAY_LEN(resets));
    tcase_add_loop_test(c, reset_ends_in_one_state, 0, ARRAY_LEN(resets));
    tcase_add_loop_test(c, unplugged_chips_leave_nothing_behind, 0, ARRAY_LEN(resets));
    return c;
}
