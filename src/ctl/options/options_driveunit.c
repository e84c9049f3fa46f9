/* SPDX-License-Identifier: MIT */
/*
 * -device ide-hd, ide-cd and floppy: drives in their places, with what -drive if=none or -blockdev
 * named in them. And what every drive is called: "ide0-hd0", "ide1-cd0", "floppy0", or its id.
 */
#include "config.h"

#include "ctl/options/options_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/buf.h"

enum { BOOTINDEX_MAX = 1000, DEFAULT_CD = 2 /* hdc */ };
enum { CYLS_MAX = 65535, HEADS_MAX = 16, SECS_MAX = 255 };

static const struct {
    const char *cls, *help;
    enum drive_kind kind;
} unit_class[] = {
    {"ide-hd", "a disk on an IDE channel (bus=ide.0|ide.1, unit=0|1)", DRIVE_DISK},
    {"ide-cd", "a CD drive on an IDE channel; without drive= it is empty", DRIVE_CD},
    {"floppy", "a floppy drive (unit=0|1); without drive= it is empty", DRIVE_FLOPPY},
};

const char *const *drive_devices(void)
{
    static const char *list[2 * ARRAY_LEN(unit_class) + 1]; /* the same every time */
    for (size_t i = 0; i < ARRAY_LEN(unit_class); i++) {
        list[2 * i] = unit_class[i].cls;
        list[2 * i + 1] = unit_class[i].help;
    }
    return list;
}

char *drive_device_help(const char *cls)
{
    struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(unit_class); i++) {
        if (strcmp(unit_class[i].cls, cls))
            continue;
        bool floppy = unit_class[i].kind == DRIVE_FLOPPY;
        buf_printf(&b, "%s: %s\nproperties:\n", cls, unit_class[i].help);
        buf_printf(&b, "  drive=ID  the -drive if=none or -blockdev that is in it\n");
        buf_printf(&b, "  bus=%s  the %s\n", floppy ? "floppy-bus.0" : "ide.0|ide.1",
                   floppy ? "controller" : "channel (default: the first with room)");
        buf_printf(&b, "  unit=0|1  the place on it (default: the first free one)\n");
        buf_printf(&b, "  bootindex=0..%d  the lowest is booted first\n", BOOTINDEX_MAX);
        buf_printf(&b, "  id=NAME  its name for QMP and the console\n");
        if (!floppy)
            buf_printf(&b, "  serial=TEXT  up to 20 characters that IDENTIFY shows\n");
        if (unit_class[i].kind == DRIVE_DISK) {
            buf_printf(&b, "  cyls=1..%d,heads=1..%d,secs=1..%d  its geometry (default: by its partition table)\n",
                       CYLS_MAX, HEADS_MAX, SECS_MAX);
            buf_printf(&b, "  bios-chs-trans=auto|none|lba|large|rechs  how the BIOS translates it\n");
        }
    }
    return (char *)b.data;
}

static bool number(const struct drive_device *u, const struct keyval *kv, int max, int *to, struct error *err)
{
    char *end;
    long v = strtol(kv->value, &end, 10);
    if (*kv->value < '0' || *kv->value > '9' || *end || v > max)
        return error_set(err, "-device %s,%s=%s: say 0 to %d", u->cls, kv->key, kv->value, max);
    *to = (int)v;
    return true;
}

/* A property of the geometry, as QEMU bounds it. */
static bool geometry_key(struct drive_device *u, const struct keyval *kv, bool *known, struct error *err)
{
    static const char *const trans[] = {"auto", "none", "lba", "large", "rechs"};
    const struct {
        const char *key;
        uint32_t *to;
        int max;
    } row[] = {{"cyls", &u->geometry.cyls, CYLS_MAX},
               {"heads", &u->geometry.heads, HEADS_MAX},
               {"secs", &u->geometry.secs, SECS_MAX}};
    *known = true;
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        int n = 0;
        if (strcmp(kv->key, row[i].key))
            continue;
        if (!number(u, kv, row[i].max, &n, err))
            return false;
        if (!n)
            return error_set(err, "-device %s,%s=0: say 1 to %d", u->cls, kv->key, row[i].max);
        *row[i].to = (uint32_t)n;
        return true;
    }
    if (!strcmp(kv->key, "bios-chs-trans")) {
        for (size_t i = 0; i < ARRAY_LEN(trans); i++)
            if (!strcmp(kv->value, trans[i])) {
                u->geometry.trans = (enum chs_trans)i;
                return true;
            }
        return error_set(err, "-device %s,bios-chs-trans=%s: say auto, none, lba, large or rechs", u->cls, kv->value);
    }
    *known = false;
    return true;
}

static bool unit_key(struct drive_device *u, const struct keyval *kv, struct error *err)
{
    const char *v = kv->value;
    if (!strcmp(kv->key, "drive"))
        return copy_word(u->drive, sizeof u->drive, v, "-device drive=", err);
    if (!strcmp(kv->key, "id"))
        return copy_word(u->id, sizeof u->id, v, "-device id=", err);
    if (!strcmp(kv->key, "unit"))
        return number(u, kv, 1, &u->unit, err);
    if (!strcmp(kv->key, "bootindex")) {
        int n = 0;
        bool good = number(u, kv, BOOTINDEX_MAX, &n, err);
        u->bootindex = n;
        return good;
    }
    if (!strcmp(kv->key, "serial") && u->kind != DRIVE_FLOPPY)
        return copy_word(u->serial, sizeof u->serial, v, "-device serial=", err);
    if (!strcmp(kv->key, "bus")) {
        bool floppy = u->kind == DRIVE_FLOPPY;
        const char *number_at = strrchr(v, '.');
        size_t n = number_at ? (size_t)(number_at - v) : 0;
        if (!number_at || n != strlen(floppy ? "floppy-bus" : "ide") || strncmp(v, floppy ? "floppy-bus" : "ide", n) ||
            !number_at[1] || number_at[2] || number_at[1] < '0' || number_at[1] > (floppy ? '0' : '1'))
            return error_set(err, "-device %s,bus=%s: say %s", u->cls, v, floppy ? "floppy-bus.0" : "ide.0 or ide.1");
        u->bus = number_at[1] - '0';
        return true;
    }
    bool known = false;
    if (u->kind == DRIVE_DISK && !geometry_key(u, kv, &known, err))
        return false;
    return known || error_set(err, "%s has no property '%s': see -device %s,help", u->cls, kv->key, u->cls);
}

bool drive_device_parse(struct options *o, const char *cls, const char *props, struct error *err)
{
    struct drive_device u = {.bus = -1, .unit = -1, .bootindex = NO_BOOTINDEX};
    struct keyval kv;
    for (size_t i = 0; i < ARRAY_LEN(unit_class); i++)
        if (!strcmp(unit_class[i].cls, cls)) {
            u.cls = unit_class[i].cls;
            u.kind = unit_class[i].kind;
        }
    while (keyval_next(&props, &kv)) {
        if (!kv.has_value && asks_help(kv.key)) {
            o->list = u.cls;
            return true;
        }
        if (!unit_key(&u, &kv, err))
            return false;
    }
    const struct disk_geometry *g = &u.geometry;
    if ((g->cyls || g->heads || g->secs) && !(g->cyls && g->heads && g->secs))
        return error_set(err, "-device %s: cyls=, heads= and secs= are given together", cls);
    if (o->nplaced == MAX_DRIVES)
        return error_set(err, "-device %s: there are places for %d drives", cls, MAX_DRIVES);
    o->placed[o->nplaced++] = u;
    return true;
}

static struct drive_option *node_of(struct options *o, const char *id)
{
    for (unsigned i = 0; i < o->nnodes; i++)
        if (!strcmp(o->node[i].id, id))
            return &o->node[i];
    return NULL;
}

/* The first free place on the unit's channel, or the one that it names; -1 where bus= is not said
 * and any will do. */
static int place_of(const struct options *o, const struct drive_device *u)
{
    if (u->kind == DRIVE_FLOPPY)
        return u->unit < 0 ? -1 : FIRST_FLOPPY + u->unit;
    if (u->bus < 0 && u->unit < 0)
        return -1;
    int first = 2 * MAX(u->bus, 0);
    if (u->unit >= 0)
        return first + u->unit;
    return o->drive[first].fitted ? first + 1 : first;
}

static bool place(struct options *o, const struct drive_device *u, struct error *err)
{
    struct drive_option d = {0};
    struct drive_option *node = u->drive[0] ? node_of(o, u->drive) : NULL;
    if (u->drive[0] && !node)
        return error_set(err,
                         "-device %s,drive=%s: there is no -drive if=none,id=%s and no -blockdev "
                         "of that name",
                         u->cls, u->drive, u->drive);
    if (node && node->fitted)
        return error_set(err, "-device %s,drive=%s: it is in another drive already", u->cls, u->drive);
    if (!node && u->kind == DRIVE_DISK)
        return error_set(err, "-device %s: say what is on it, drive=ID", u->cls);
    if (node) {
        d = *node;
        node->fitted = true;
        if (!d.file && u->kind == DRIVE_DISK)
            return error_set(err, "-device %s,drive=%s: a disk needs an image, file=PATH", u->cls, u->drive);
        d.id[0] = 0; /* the node still has it; set again below */
    }
    d.kind = u->kind;
    d.bootindex = u->bootindex;
    d.geometry = u->geometry;
    memcpy(d.qdev, u->id, sizeof d.qdev);
    memcpy(d.serial, u->serial, sizeof d.serial);
    int at = place_of(o, u);
    unsigned before = 0;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        before |= (o->drive[i].fitted ? 1u : 0u) << i;
    if (!drive_put(o, at, &d, err))
        return error_prefix(err, "-device %s", u->cls);
    for (unsigned i = 0; node && i < MAX_DRIVES; i++)
        if (o->drive[i].fitted && !(before & 1u << i))
            memcpy(o->drive[i].id, node->id, sizeof node->id);
    return true;
}

static void name_drive(struct drive_option *d, unsigned i)
{
    if (d->id[0])
        return;
    if (d->kind == DRIVE_FLOPPY)
        snprintf(d->id, sizeof d->id, "floppy%u", i - FIRST_FLOPPY);
    else
        snprintf(d->id, sizeof d->id, "ide%u-%s%u", i / 2, d->kind == DRIVE_CD ? "cd" : "hd", i % 2);
}

bool drives_complete(struct options *o, struct error *err)
{
    for (unsigned i = 0; i < o->nplaced; i++)
        if (!place(o, &o->placed[i], err))
            return false;
    /* As QEMU's "pc" has them: drive A and a CD drive, empty. */
    if (!o->cfg.nodefaults && !o->drive[FIRST_FLOPPY].fitted)
        o->drive[FIRST_FLOPPY] = (struct drive_option){.fitted = true, .kind = DRIVE_FLOPPY, .bootindex = NO_BOOTINDEX};
    if (!o->cfg.nodefaults && !o->drive[DEFAULT_CD].fitted)
        o->drive[DEFAULT_CD] =
            (struct drive_option){.fitted = true, .kind = DRIVE_CD, .readonly = true, .bootindex = NO_BOOTINDEX};
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        if (!o->drive[i].fitted)
            continue;
        name_drive(&o->drive[i], i);
        for (unsigned j = 0; j < i; j++)
            if (o->drive[j].fitted && o->drive[i].bootindex != NO_BOOTINDEX &&
                o->drive[i].bootindex == o->drive[j].bootindex)
                return error_set(err, "bootindex=%d is given to %s and %s", o->drive[i].bootindex, o->drive[j].id,
                                 o->drive[i].id);
        if (o->snapshot_all && !o->drive[i].snapshot_said)
            o->drive[i].snapshot = true;
    }
    return true;
}
