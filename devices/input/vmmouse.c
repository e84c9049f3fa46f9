/* SPDX-License-Identifier: MIT */
/*
 * VMware's absolute pointer: an IN of 32 bits at port 5658h with EAX = 564D5868h does the command
 * in CX with the parameter in EBX, and answers in EAX, EBX, ECX and EDX. After the interface that
 * VMware's own X.Org driver, xf86-input-vmmouse 13.1, documents in its vmmouse_defs.h and
 * vmmouse_proto.h.
 *
 * Motion waits in a queue of packets of four words: flags with buttons, x, y, wheel. The PS/2
 * mouse's interrupt tells the driver to fetch them.
 *
 * LIMIT: of the backdoor's commands only the version and those of the pointer are there. The
 * restriction of the pointer's commands to CPL 0 is kept but not enforced: the I/O permission that
 * the guest set up guards the port, as any other.
 */
#include "devices/input/vmmouse.h"

#include "devices/input/ps2_mouse.h"

enum { PORT = 0x5658, MAGIC = 0x564d5868 };
enum {
    CMD_GETVERSION = 10,
    CMD_ABSPOINTER_DATA = 39,
    CMD_ABSPOINTER_STATUS = 40,
    CMD_ABSPOINTER_COMMAND = 41,
    CMD_ABSPOINTER_RESTRICT = 86
};
enum {
    POINTER_DISABLE = 0x000000f5,
    POINTER_READ_ID = 0x45414552,
    POINTER_REQUEST_RELATIVE = 0x4c455252,
    POINTER_REQUEST_ABSOLUTE = 0x53424152
};
enum { VERSION_ID = 0x3442554a, VERSION = 6, TYPE_WORKSTATION = 4 };
enum { PACKET_RELATIVE = 0x10000, PACKET_LEFT = 0x20, PACKET_RIGHT = 0x10, PACKET_MIDDLE = 0x08 };
#define STATUS_ERROR UINT32_C(0xffff0000)

static void set(struct vmmouse *v, enum cpu_reg r, uint32_t value)
{
    v->regs.set(v->regs.ctx, r, value);
}

static void disable(struct vmmouse *v)
{
    v->enabled = v->absolute = v->failed = false;
    v->count = 0;
}

/* --- Commands --- */

static void pointer_command(struct vmmouse *v, uint32_t what)
{
    switch (what) {
    case POINTER_DISABLE: disable(v); break;
    case POINTER_READ_ID:
        v->enabled = true;
        v->failed = false;
        v->queue[0] = VERSION_ID;
        v->count = 1;
        break;
    case POINTER_REQUEST_RELATIVE:
    case POINTER_REQUEST_ABSOLUTE:
        v->absolute = v->enabled && what == POINTER_REQUEST_ABSOLUTE;
        v->count = 0;
        break;
    default: guest_error(v->dev.bus->log, v->dev.id, "unknown pointer command %08xh", what); break;
    }
}

static uint32_t status(const struct vmmouse *v)
{
    return !v->enabled || v->failed ? STATUS_ERROR : v->count;
}

/* The next `words` words, in EAX, EBX, ECX, EDX, ESI and EDI; more than there are is an error. */
static uint32_t fetch(struct vmmouse *v, uint32_t words)
{
    static const enum cpu_reg to[] = {CPU_EAX, CPU_EBX, CPU_ECX, CPU_EDX, CPU_ESI, CPU_EDI};
    if (!words || words > ARRAY_LEN(to) || words > v->count) {
        v->failed = true;
        v->count = 0;
        return STATUS_ERROR;
    }
    uint32_t first = v->queue[0];
    for (uint32_t i = 1; i < words; i++)
        set(v, to[i], v->queue[i]);
    v->count = (uint16_t)(v->count - words);
    memmove(v->queue, v->queue + words, v->count * sizeof v->queue[0]);
    return first;
}

static uint64_t in(void *ctx, uint64_t offset, unsigned size, enum initiator who)
{
    struct vmmouse *v = ctx;
    if (offset || size != 4 || who == INIT_DEBUG || who == INIT_DMA)
        return UINT32_MAX;
    uint32_t command = v->regs.get(v->regs.ctx, CPU_ECX), with = v->regs.get(v->regs.ctx, CPU_EBX);
    if (v->regs.get(v->regs.ctx, CPU_EAX) != MAGIC)
        return UINT32_MAX;
    switch (command & 0xffff) {
    case CMD_GETVERSION:
        set(v, CPU_EBX, MAGIC);
        set(v, CPU_ECX, TYPE_WORKSTATION);
        return VERSION;
    case CMD_ABSPOINTER_DATA: return fetch(v, with);
    case CMD_ABSPOINTER_STATUS: return status(v);
    case CMD_ABSPOINTER_COMMAND: pointer_command(v, with); return MAGIC;
    case CMD_ABSPOINTER_RESTRICT: v->restriction = with & 3; return MAGIC;
    default: return UINT32_MAX;
    }
}

static void out(void *ctx, uint64_t offset, unsigned size, uint64_t value, enum initiator who)
{
    (void)ctx, (void)offset, (void)size, (void)value, (void)who;
}

/* --- The pointer --- */

static uint32_t packet_buttons(uint8_t b)
{
    return (b & POINTER_LEFT ? PACKET_LEFT : 0U) | (b & POINTER_RIGHT ? PACKET_RIGHT : 0U) |
           (b & POINTER_MIDDLE ? PACKET_MIDDLE : 0U);
}

/*
 * Where a driver does not fetch the packets, motion loses detail: in a full queue a new position replaces the last one
 * while the buttons are the same. Everything else is dropped.
 */
static void put(struct vmmouse *v, uint32_t flags, uint32_t x, uint32_t y, uint32_t z)
{
    uint32_t *p = v->queue + v->count;
    if (v->count + VMMOUSE_PACKET > VMMOUSE_QUEUE) {
        p -= VMMOUSE_PACKET;
        if (p[0] != flags || flags & PACKET_RELATIVE || z || p[3])
            return;
    } else {
        v->count += VMMOUSE_PACKET;
    }
    p[0] = flags, p[1] = x, p[2] = y, p[3] = z;
}

/* 0 to POINTER_ABS_MAX, as 0 to FFFFh. */
static uint32_t wide(uint32_t v)
{
    return v << 1 | v >> 14;
}

static void event(void *ctx, const struct pointer_event *e)
{
    struct vmmouse *v = ctx;
    uint32_t flags = packet_buttons(e->buttons);
    uint32_t z = (uint32_t)-e->wheel;
    if (!v->enabled || v->count % VMMOUSE_PACKET) /* the version has not been fetched yet */
        return;
    if (e->absolute)
        put(v, flags, wide(e->x), wide(e->y), z);
    else
        put(v, flags | PACKET_RELATIVE, (uint32_t)e->dx, (uint32_t)-e->dy, z);
    ps2_mouse_poke(v->mouse);
}

static bool wants_absolute(void *ctx)
{
    const struct vmmouse *v = ctx;
    return v->enabled && v->absolute;
}

struct pointer_sink vmmouse_absolute(struct vmmouse *v)
{
    return (struct pointer_sink){event, wants_absolute, v};
}

struct pointer_sink vmmouse_relative(struct vmmouse *v)
{
    return (struct pointer_sink){event, wants_absolute, v};
}

/* --- The device --- */

static const struct io_ops ops = {in, out, 4};

static bool realize(struct dev *d, struct error *err)
{
    struct vmmouse *v = (struct vmmouse *)d;
    (void)err;
    v->range = (struct port_range){.name = d->id, .base = PORT, .count = 4, .ops = &ops, .ctx = v};
    port_claim(d->bus->ports, &v->range);
    return true;
}

static void unrealize(struct dev *d)
{
    struct vmmouse *v = (struct vmmouse *)d;
    port_release(d->bus->ports, &v->range);
}

static void reset(struct dev *d)
{
    struct vmmouse *v = (struct vmmouse *)d;
    disable(v);
    v->restriction = 0;
    memset(v->queue, 0, sizeof v->queue);
}

static void post_load(struct dev *d)
{
    struct vmmouse *v = (struct vmmouse *)d;
    v->count = MIN(v->count, VMMOUSE_QUEUE); /* never trusted to a file */
}

static void print(struct dev *d, struct buf *out)
{
    const struct vmmouse *v = (const struct vmmouse *)d;
    buf_printf(out, "%s: %s, %s, %u words queued%s\n", d->id, v->enabled ? "enabled" : "disabled",
               v->absolute ? "absolute" : "relative", v->count, v->failed ? ", in error" : "");
}

static const struct dev_reg regs[] = {{"Backdoor", REG_PORT, PORT, 4, 0xffffffff, 0}};

static const struct state_field fields[] = {
    STATE_ARRAY(struct vmmouse, queue), STATE_U(struct vmmouse, count),  STATE_U(struct vmmouse, enabled),
    STATE_U(struct vmmouse, absolute),  STATE_U(struct vmmouse, failed), STATE_U(struct vmmouse, restriction),
};

const struct dev_class vmmouse_class = {
    .name = "vmmouse",
    .summary = "VMware's absolute pointer, at the backdoor port",
    .datasheet = "VMware backdoor, as xf86-input-vmmouse 13.1 documents it",
    .size = sizeof(struct vmmouse),
    DEV_REGS(regs),
    .state = DEV_STATE("vmmouse", fields),
    .realize = realize,
    .reset = reset,
    .post_load = post_load,
    .unrealize = unrealize,
    .print = print,
};

struct vmmouse *vmmouse_new(struct bus *bus, const char *id)
{
    return dev_new(&vmmouse_class, id, bus);
}
