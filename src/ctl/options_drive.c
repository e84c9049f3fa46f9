/* SPDX-License-Identifier: MIT */
/* Drives on the command line: disk.img, -hda..-hdd, -cdrom, -fda, -fdb and -drive. */
#include "config.h"

#include "ctl/options.h"

#include <stdlib.h>
#include <string.h>

/* The first free place of the kind, or -1. */
static int free_place(const struct options *o, enum drive_kind kind)
{
    int first = kind == DRIVE_FLOPPY ? FIRST_FLOPPY : kind == DRIVE_CD ? 2 : 0;
    int end = kind == DRIVE_FLOPPY ? MAX_DRIVES : IDE_DRIVES;
    for (int i = first; i < end; i++)
        if (!o->drive[i].fitted)
            return i;
    for (int i = kind == DRIVE_FLOPPY ? FIRST_FLOPPY : 0; i < first; i++)
        if (!o->drive[i].fitted)
            return i;
    return -1;
}

static bool put_drive(struct options *o, int index, const struct drive_option *d, struct error *err)
{
    const char *name = d->file ? d->file : "(empty)";
    if (index < 0)
        index = free_place(o, d->kind);
    if (index < 0)
        return error_set(err, "drive '%s': all %d %s places are taken", name,
                         d->kind == DRIVE_FLOPPY ? FLOPPY_DRIVES : IDE_DRIVES,
                         d->kind == DRIVE_FLOPPY ? "floppy" : "IDE");
    if (o->drive[index].fitted)
        return error_set(err, "drive '%s': place %s is taken by '%s'; give another index=", name,
                         drive_place((unsigned)index),
                         o->drive[index].file ? o->drive[index].file : "(empty)");
    o->drive[index] = *d;
    o->drive[index].fitted = true;
    if (d->kind == DRIVE_CD)
        o->drive[index].readonly = true;
    if (d->file)
        o->drive[index].file = strdup(d->file);
    return !d->file || o->drive[index].file || error_set(err, "out of memory");
}

bool drive_plain(struct options *o, unsigned index, enum drive_kind kind, const char *option,
                 const char *file, struct error *err)
{
    struct drive_option d = {.file = (char *)(uintptr_t)file, .kind = kind};
    if (!*file && kind == DRIVE_DISK)
        return error_set(err, "%s: the name of the image is empty", option);
    if (!*file)
        d.file = NULL;
    return put_drive(o, (int)index, &d, err);
}

static bool drive_key(struct drive_option *d, int *index, char *file, size_t room,
                      const struct keyval *kv, struct error *err)
{
    const char *v = kv->value;
    if (!strcmp(kv->key, "file")) {
        if (strlen(v) >= room || kv->too_long)
            return error_set(err, "-drive: the file name is too long");
        strcpy(file, v);
    } else if (!strcmp(kv->key, "format")) {
        if (strcmp(v, "raw"))
            return error_set(err,
                             "-drive format=%s: only raw images are supported; convert it with "
                             "'qemu-img convert -O raw'",
                             v);
        d->raw = true;
    } else if (!strcmp(kv->key, "if")) {
        if (!strcmp(v, "floppy"))
            d->kind = DRIVE_FLOPPY;
        else if (strcmp(v, "ide"))
            return error_set(err, "-drive if=%s: say if=ide or if=floppy", v);
    } else if (!strcmp(kv->key, "media")) {
        if (!strcmp(v, "cdrom"))
            d->kind = DRIVE_CD;
        else if (strcmp(v, "disk"))
            return error_set(err, "-drive media=%s: say media=disk or media=cdrom", v);
    } else if (!strcmp(kv->key, "index")) {
        if (strlen(v) != 1 || *v < '0' || *v >= '0' + IDE_DRIVES)
            return error_set(err, "-drive index=%s: say 0 to %d", v, IDE_DRIVES - 1);
        *index = *v - '0';
    } else if (!strcmp(kv->key, "snapshot")) {
        return keyval_bool(kv, &d->snapshot, err) || error_prefix(err, "-drive");
    } else if (!strcmp(kv->key, "readonly") || !strcmp(kv->key, "read-only")) {
        return keyval_bool(kv, &d->readonly, err) || error_prefix(err, "-drive");
    } else if (strcmp(kv->key, "id")) {
        return error_set(
            err,
            "-drive: '%s' is not supported; there are file, format=raw, if=ide|floppy, index, "
            "media=disk|cdrom, snapshot, readonly and id",
            kv->key);
    }
    return true;
}

bool drive_parse(struct options *o, const char *arg, struct error *err)
{
    struct drive_option d = {0};
    struct keyval kv;
    char file[sizeof kv.value] = "";
    int index = -1;
    while (keyval_next(&arg, &kv))
        if (!drive_key(&d, &index, file, sizeof file, &kv, err))
            return false;
    if (!*file && d.kind == DRIVE_DISK)
        return error_set(err, "-drive: say which image, file=PATH");
    if (d.kind == DRIVE_FLOPPY && index >= FLOPPY_DRIVES)
        return error_set(err, "-drive if=floppy,index=%d: say 0 or 1", index);
    if (d.kind == DRIVE_FLOPPY && index >= 0)
        index += FIRST_FLOPPY;
    d.file = *file ? file : NULL;
    return put_drive(o, index, &d, err);
}
