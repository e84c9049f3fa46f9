/* SPDX-License-Identifier: MIT */
/* Drives on the command line: disk.img, -hda..-hdd and -drive. Four places on two IDE channels. */
#include "config.h"

#include "ctl/options.h"

#include <stdlib.h>
#include <string.h>

static bool put_drive(struct options *o, int index, const struct drive_option *d, struct error *err)
{
    if (index < 0) {
        for (index = 0; index < MAX_DRIVES && o->drive[index].file; index++)
            ;
        if (index == MAX_DRIVES)
            return error_set(err, "drive '%s': all %d IDE places are taken", d->file, MAX_DRIVES);
    }
    if (o->drive[index].file)
        return error_set(err, "drive '%s': place %d (hd%c) is taken by '%s'; give another index=",
                         d->file, index, 'a' + index, o->drive[index].file);
    o->drive[index] = *d;
    o->drive[index].file = strdup(d->file);
    return o->drive[index].file || error_set(err, "out of memory");
}

bool drive_plain(struct options *o, unsigned index, const char *file, struct error *err)
{
    struct drive_option d = {.file = (char *)(uintptr_t)file};
    if (!*file)
        return error_set(err, "-hd%c: the name of the image is empty", 'a' + (int)index);
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
        if (strcmp(v, "ide"))
            return error_set(err, "-drive if=%s: this machine has IDE drives only; say if=ide", v);
    } else if (!strcmp(kv->key, "media")) {
        if (strcmp(v, "disk"))
            return error_set(err, "-drive media=%s: there is no CD-ROM drive; say media=disk", v);
    } else if (!strcmp(kv->key, "index")) {
        if (strlen(v) != 1 || *v < '0' || *v >= '0' + MAX_DRIVES)
            return error_set(err, "-drive index=%s: say 0 to %d", v, MAX_DRIVES - 1);
        *index = *v - '0';
    } else if (!strcmp(kv->key, "snapshot")) {
        return keyval_bool(kv, &d->snapshot, err) || error_prefix(err, "-drive");
    } else if (!strcmp(kv->key, "readonly") || !strcmp(kv->key, "read-only")) {
        return keyval_bool(kv, &d->readonly, err) || error_prefix(err, "-drive");
    } else if (strcmp(kv->key, "id")) {
        return error_set(
            err,
            "-drive: '%s' is not supported; there are file, format=raw, if=ide, index, media=disk, "
            "snapshot, readonly and id",
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
    if (!*file)
        return error_set(err, "-drive: say which image, file=PATH");
    d.file = file;
    return put_drive(o, index, &d, err);
}
