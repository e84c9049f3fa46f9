/* SPDX-License-Identifier: MIT */
/*
 * Drives on the command line: disk.img, -hda..-hdd, -cdrom, -fda, -fdb, -drive and -blockdev. One
 * that names its interface gets its place at once; if=none and -blockdev wait for a -device
 * (options_driveunit.c).
 *
 * cache= says when what the guest wrote reaches the host's disk. The host's page cache is used in
 * all modes: `none` is `writeback`, `directsync` is `writethrough`, as far as the guest and the
 * safety of its data go. aio=, discard= and detect-zeroes= change nothing that can be seen, since a
 * request's time is virtual, and are taken.
 */
#include "config.h"

#include "ctl/options/options_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

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

static bool id_taken(const struct options *o, const char *id)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        if (o->drive[i].fitted && !strcmp(o->drive[i].id, id))
            return true;
    for (unsigned i = 0; i < o->nnodes; i++)
        if (!strcmp(o->node[i].id, id))
            return true;
    return false;
}

/* Takes what *d points to over into *to. */
static bool keep(struct drive_option *to, const struct drive_option *d, struct error *err)
{
    *to = *d;
    if (d->file)
        to->file = strdup(d->file);
    return !d->file || to->file || error_set(err, "out of memory");
}

bool drive_put(struct options *o, int index, const struct drive_option *d, struct error *err)
{
    const char *name = d->file ? d->file : "(empty)";
    if (index < 0)
        index = free_place(o, d->kind);
    if (index < 0)
        return error_set(err, "drive '%s': all %d %s places are taken", name,
                         d->kind == DRIVE_FLOPPY ? FLOPPY_DRIVES : IDE_DRIVES,
                         d->kind == DRIVE_FLOPPY ? "floppy" : "IDE");
    struct drive_option *to = &o->drive[index];
    if (to->fitted)
        return error_set(err, "drive '%s': place %s is taken by '%s'; give another index=", name,
                         drive_place((unsigned)index), to->file ? to->file : "(empty)");
    if (d->id[0] && id_taken(o, d->id))
        return error_set(err, "drive '%s': there is another drive with id=%s", name, d->id);
    if (!keep(to, d, err))
        return false;
    to->fitted = true;
    if (d->kind == DRIVE_CD)
        to->readonly = true;
    return true;
}

/* What QEMU takes in front of a colon. file: is what is meant anyway; *name goes behind it. False with *err. */
static bool image_name(const char **name, const char *option, struct error *err)
{
    static const char *const protocols[] = {"fat",   "vvfat",  "nbd",      "nbd+unix",  "nbd+tcp", "ssh",      "http",
                                            "https", "ftp",    "ftps",     "iscsi",     "rbd",     "gluster",  "nfs",
                                            "json",  "quorum", "blkdebug", "blkverify", "null-co", "null-aio", "nvme"};
    size_t n = strcspn(*name, ":/");
    if ((*name)[n] != ':')
        return true;
    if (n == 4 && !strncmp(*name, "file", n)) {
        *name += n + 1;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        if (strlen(protocols[i]) != n || strncmp(protocols[i], *name, n))
            continue;
        if (strstr(protocols[i], "fat"))
            return error_set(
                err,
                "%s%.200s: a folder cannot be shown as a disk; make an image of it (truncate, mkfs.fat and "
                "mcopy, or xorriso for a CD)",
                option, *name);
        return error_set(err, "%s%.60s: images are files of this host; fetch it first", option, *name);
    }
    return true;
}

bool drive_plain(struct options *o, unsigned index, enum drive_kind kind, const char *option, const char *file,
                 struct error *err)
{
    char said[40];
    snprintf(said, sizeof said, *option == '-' ? "%.30s " : "", option);
    if (!image_name(&file, said, err))
        return false;
    struct drive_option d = {.file = (char *)(uintptr_t)file, .kind = kind, .bootindex = NO_BOOTINDEX};
    if (!*file && kind == DRIVE_DISK)
        return error_set(err, "%s: the name of the image is empty", option);
    if (!*file)
        d.file = NULL;
    return drive_put(o, (int)index, &d, err);
}

/* -drive. */

struct drive_words {
    struct drive_option d;
    char file[sizeof((struct keyval *)0)->value];
    int index, bus, unit;
    bool none; /* if=none */
    bool interface_said;
};

static bool word_of(const char *v, const char *const *words)
{
    for (; *words; words++)
        if (!strcmp(v, *words))
            return true;
    return false;
}

static bool small_number(const struct keyval *kv, int max, int *to, struct error *err)
{
    char *end;
    long v = strtol(kv->value, &end, 10);
    if (*kv->value < '0' || *kv->value > '9' || *end || v > max)
        return error_set(err, "-drive %s=%s: say 0 to %d", kv->key, kv->value, max);
    *to = (int)v;
    return true;
}

static bool cache_mode(struct drive_option *d, const char *v, struct error *err)
{
    if (!strcmp(v, "writeback") || !strcmp(v, "none"))
        d->cache = CACHE_WRITEBACK;
    else if (!strcmp(v, "writethrough") || !strcmp(v, "directsync"))
        d->cache = CACHE_WRITETHROUGH;
    else if (!strcmp(v, "unsafe"))
        d->cache = CACHE_UNSAFE;
    else
        return error_set(err, "-drive cache=%s: there are writeback, none, writethrough, directsync and unsafe", v);
    return true;
}

static bool take_file(struct drive_words *w, const struct keyval *kv, struct error *err)
{
    if (kv->too_long)
        return error_set(err, "-drive: the file name is too long");
    const char *name = kv->value;
    strcpy(w->file, "");
    if (!image_name(&name, "-drive file=", err))
        return false;
    strcpy(w->file, name);
    return true;
}

static bool take_interface(struct drive_words *w, const char *v, struct error *err)
{
    w->interface_said = true;
    if (!strcmp(v, "floppy"))
        w->d.kind = DRIVE_FLOPPY;
    else if (!strcmp(v, "none"))
        w->none = true;
    else if (strcmp(v, "ide"))
        return error_set(err, "-drive if=%s: say if=ide, if=floppy or if=none%s", v,
                         !strcmp(v, "virtio") || !strcmp(v, "scsi") ? " (there is no such controller in this machine)"
                                                                    : "");
    return true;
}

/* What a failing host disk does: the guest is told. */
static bool error_action(const struct keyval *kv, struct error *err)
{
    static const char *const known[] = {"stop", "enospc", "ignore", "auto", NULL};
    if (!strcmp(kv->value, "report"))
        return true;
    if (word_of(kv->value, known))
        return error_set(err,
                         "-drive %s=%s: an error of the host's is reported to the guest and on "
                         "standard error; say %s=report or nothing",
                         kv->key, kv->value, kv->key);
    return error_set(err, "-drive %s=%s: say report", kv->key, kv->value);
}

static bool without_effect(const struct keyval *kv, struct error *err)
{
    static const struct {
        const char *key, *values[6];
    } known[] = {
        {"aio", {"threads", "native", "io_uring", NULL}}, {"discard", {"ignore", "off", "unmap", "on", NULL}},
        {"detect-zeroes", {"off", "on", "unmap", NULL}},  {"copy-on-read", {"off", NULL}},
        {"auto-read-only", {"on", "off", NULL}},          {"file.driver", {"file", NULL}},
        {"file.locking", {"auto", "on", NULL}},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (!strcmp(known[i].key, kv->key))
            return word_of(kv->value, known[i].values) || error_set(err, "-drive %s=%s: not supported; say %s=%s",
                                                                    kv->key, kv->value, kv->key, known[i].values[0]);
    return error_set(err,
                     "-drive: '%s' is not supported; there are file, format=raw, if=ide|floppy|none, index, "
                     "bus, unit, media=disk|cdrom, snapshot, readonly, cache, aio, discard, detect-zeroes, "
                     "werror=report, rerror=report and id",
                     kv->key);
}

static bool drive_key(struct drive_words *w, const struct keyval *kv, struct error *err)
{
    const char *v = kv->value, *key = kv->key;
    if (!strcmp(key, "file") || !strcmp(key, "file.filename"))
        return take_file(w, kv, err);
    if (!strcmp(key, "format") || !strcmp(key, "driver")) {
        w->d.raw = !strcmp(v, "raw");
        return w->d.raw || error_set(err,
                                     "-drive %s=%s: only raw images are supported; convert it with "
                                     "'qemu-img convert -O raw'",
                                     key, v);
    }
    if (!strcmp(key, "if"))
        return take_interface(w, v, err);
    if (!strcmp(key, "media")) {
        if (!strcmp(v, "cdrom"))
            w->d.kind = DRIVE_CD;
        else if (strcmp(v, "disk"))
            return error_set(err, "-drive media=%s: say media=disk or media=cdrom", v);
        return true;
    }
    if (!strcmp(key, "index"))
        return small_number(kv, IDE_DRIVES - 1, &w->index, err);
    if (!strcmp(key, "bus"))
        return small_number(kv, 1, &w->bus, err);
    if (!strcmp(key, "unit"))
        return small_number(kv, 1, &w->unit, err);
    if (!strcmp(key, "snapshot")) {
        w->d.snapshot_said = true;
        return keyval_bool(kv, &w->d.snapshot, err) || error_prefix(err, "-drive");
    }
    if (!strcmp(key, "readonly") || !strcmp(key, "read-only"))
        return keyval_bool(kv, &w->d.readonly, err) || error_prefix(err, "-drive");
    if (!strcmp(key, "cache"))
        return cache_mode(&w->d, v, err);
    if (!strcmp(key, "werror") || !strcmp(key, "rerror"))
        return error_action(kv, err);
    if (!strcmp(key, "id"))
        return copy_word(w->d.id, sizeof w->d.id, v, "-drive id=", err);
    return without_effect(kv, err);
}

static bool add_node(struct options *o, const struct drive_option *d, const char *option, struct error *err)
{
    if (!d->id[0])
        return error_set(err, "%s: a drive that a -device takes needs a name, %s", option,
                         !strcmp(option, "-drive") ? "id=NAME" : "node-name=NAME");
    if (id_taken(o, d->id))
        return error_set(err, "%s: there is another drive of the name '%s'", option, d->id);
    if (o->nnodes == MAX_NODES)
        return error_set(err, "%s: at most %d drives", option, MAX_NODES);
    return keep(&o->node[o->nnodes++], d, err);
}

bool drive_parse(struct options *o, const char *arg, struct error *err)
{
    struct drive_words w = {.index = -1, .bus = -1, .unit = -1, .d.bootindex = NO_BOOTINDEX};
    struct keyval kv;
    while (keyval_next(&arg, &kv))
        if (!drive_key(&w, &kv, err))
            return false;
    struct drive_option *d = &w.d;
    d->file = *w.file ? w.file : NULL;
    if (w.none) {
        if (w.index >= 0 || w.bus >= 0 || w.unit >= 0)
            return error_set(err, "-drive if=none: index=, bus= and unit= are the -device's");
        return add_node(o, d, "-drive", err);
    }
    if (!d->file && d->kind == DRIVE_DISK)
        return error_set(err, "-drive: say which image, file=PATH");
    if (w.index >= 0 && (w.bus >= 0 || w.unit >= 0))
        return error_set(err, "-drive: index= and bus=,unit= exclude each other");
    if (d->kind == DRIVE_FLOPPY && (w.index >= FLOPPY_DRIVES || w.bus > 0))
        return error_set(err, "-drive if=floppy,%s=%d: %s", w.bus > 0 ? "bus" : "index", w.bus > 0 ? w.bus : w.index,
                         w.bus > 0 ? "there is one floppy controller" : "say 0 or 1");
    if (w.bus >= 0 || w.unit >= 0)
        w.index = (w.bus > 0 ? 2 : 0) + (w.unit > 0 ? 1 : 0);
    if (d->kind == DRIVE_FLOPPY && w.index >= 0)
        w.index += FIRST_FLOPPY;
    return drive_put(o, w.index, d, err);
}

/* -blockdev driver=raw,node-name=N,file.driver=file,file.filename=F; or driver=file,filename=F,
 * which a raw one can name with file=N. */

static bool blockdev_key(struct options *o, struct drive_words *w, const struct keyval *kv, struct error *err)
{
    const char *v = kv->value, *key = kv->key;
    bool on;
    if (!strcmp(key, "driver"))
        return !strcmp(v, "raw") || !strcmp(v, "file") ||
               error_set(err, "-blockdev driver=%s: there are raw and file", v);
    if (!strcmp(key, "node-name"))
        return copy_word(w->d.id, sizeof w->d.id, v, "-blockdev node-name=", err);
    if (!strcmp(key, "filename") || !strcmp(key, "file.filename"))
        return take_file(w, kv, err);
    if (!strcmp(key, "file")) {
        for (unsigned i = 0; i < o->nnodes; i++)
            if (!strcmp(o->node[i].id, v) && o->node[i].file) {
                snprintf(w->file, sizeof w->file, "%s", o->node[i].file);
                w->d.readonly |= o->node[i].readonly;
                return true;
            }
        return error_set(err, "-blockdev file=%s: there is no node of that name before it", v);
    }
    if (!strcmp(key, "read-only"))
        return keyval_bool(kv, &w->d.readonly, err) || error_prefix(err, "-blockdev");
    if (!strcmp(key, "cache.no-flush")) {
        if (!keyval_bool(kv, &on, err))
            return error_prefix(err, "-blockdev");
        w->d.cache = on ? CACHE_UNSAFE : CACHE_WRITEBACK;
        return true;
    }
    if (!strcmp(key, "cache.direct"))
        return keyval_bool(kv, &on, err) || error_prefix(err, "-blockdev");
    return without_effect(kv, err) ||
           error_set(err,
                     "-blockdev: '%s' is not supported; there are driver=raw|file, node-name, "
                     "file.filename, filename, file=NODE, read-only, cache.direct, "
                     "cache.no-flush, aio, discard and detect-zeroes",
                     key);
}

bool blockdev_parse(struct options *o, const char *arg, struct error *err)
{
    struct drive_words w = {.d = {.raw = true, .bootindex = NO_BOOTINDEX}};
    struct keyval kv;
    if (*arg == '{')
        return error_set(err, "-blockdev: JSON is not taken here; say driver=raw,node-name=N,"
                              "file.filename=PATH");
    while (keyval_next(&arg, &kv))
        if (!blockdev_key(o, &w, &kv, err))
            return false;
    if (!*w.file)
        return error_set(err, "-blockdev: say which image, file.filename=PATH");
    w.d.file = w.file;
    return add_node(o, &w.d, "-blockdev", err);
}
