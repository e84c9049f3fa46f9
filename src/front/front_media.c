/* SPDX-License-Identifier: MIT */
/*
 * Media that are put into drives and taken out while the machine runs: the image is opened, checked
 * and locked here, and its descriptor goes to the machine. What the drives hold stands in
 * f->o->drive and f->o->cfg.drive, which follow each change.
 */
#include "config.h"

#include "front/front.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/images.h"
#include "link/configmsg.h"

/* A change under way. */
struct change {
    struct front *f;
    unsigned drive;
    struct drive_option option; /* the file's name is its own; NULL: it is taken out */
    struct drive_config config;
    struct image_id image;
    int kept; /* a copy of the descriptor, with -snapshot; -1 */
    control_done_fn *done;
    void *ctx;
};

static void change_free(struct change *c)
{
    if (c->kept >= 0)
        close(c->kept);
    free(c->option.file);
    free(c);
}

static struct change *change_new(struct front *f, unsigned drive, control_done_fn *done, void *ctx)
{
    struct change *c = drive < MAX_DRIVES && f->o->cfg.drive[drive].present ? calloc(1, sizeof *c) : NULL;
    if (!c) {
        done(ctx, false, "there is no such drive");
        return NULL;
    }
    c->f = f;
    c->drive = drive;
    c->option = f->o->drive[drive];
    c->option.file = NULL;
    c->config = f->o->cfg.drive[drive];
    c->config.fd = c->kept = -1;
    c->done = done;
    c->ctx = ctx;
    return c;
}

/* The machine has done it: what is known of the drive follows. */
static void adopt(struct change *c)
{
    struct drive_option *o = &c->f->o->drive[c->drive];
    free(o->file);
    *o = c->option;
    o->fitted = true;
    c->f->o->image[c->drive] = c->image;
    c->option.file = NULL;
    c->f->o->cfg.drive[c->drive] = c->config;
    front_keep_image(c->f, c->drive, c->kept);
    c->kept = -1;
    front_menu_medium(c->f, c->drive);
}

static void answered(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct change *c = ctx;
    char text[512];
    if (kind == LINK_MORE)
        return;
    if (kind == LINK_LAST)
        adopt(c);
    snprintf(text, sizeof text, "%.*s", kind == LINK_FAILED ? (int)len : 0, (const char *)data);
    c->done(c->ctx, kind == LINK_LAST, text);
    change_free(c);
}

static void ask(struct change *c, bool insert, bool force)
{
    struct buf b = {0};
    int fd = c->config.fd;
    image_identify(fd, &c->image);
    if (insert && c->config.snapshot)
        c->kept = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    c->config.fd = -1;
    buf_add8(&b, (uint8_t)c->drive);
    buf_add8(&b, insert ? LINK_MEDIUM_INSERT : LINK_MEDIUM_EJECT);
    buf_add8(&b, force);
    if (insert)
        config_put_drive(&c->config, &b);
    if (!guest_request_fd(&c->f->guest, LINK_MEDIUM, b.data, b.len, fd, answered, c)) {
        c->done(c->ctx, false, "the machine takes no more requests now");
        change_free(c);
    }
    buf_free(&b);
}

static bool open_image(struct change *c, const char *path, const char *format, enum medium_access access,
                       struct error *err)
{
    if (c->config.kind == DRIVE_DISK)
        return error_set(err, "%s is a hard disk: what is in it cannot be changed while the machine runs",
                         drive_place(c->drive));
    if (format && strcmp(format, "raw"))
        return error_set(err, "format '%.40s' is not supported; only raw is", format);
    c->option.raw = format != NULL;
    c->option.snapshot = c->option.snapshot || (c->f->o->snapshot_all && !c->option.snapshot_said);
    if (access != MEDIUM_RETAIN)
        c->option.readonly = access == MEDIUM_READ_ONLY;
    if (c->config.kind == DRIVE_CD)
        c->option.readonly = true;
    c->option.file = strdup(path);
    return c->option.file ? image_open_medium(&c->option, &c->config, err) : error_set(err, "out of memory");
}

void front_change_medium(struct front *f, unsigned drive, const char *path, const char *format,
                         enum medium_access access, bool force, control_done_fn *done, void *ctx)
{
    struct error err;
    struct change *c = change_new(f, drive, done, ctx);
    if (!c)
        return;
    if (open_image(c, path, format, access, &err)) {
        ask(c, true, force);
    } else {
        done(ctx, false, err.text);
        change_free(c);
    }
}

void front_eject(struct front *f, unsigned drive, bool force, control_done_fn *done, void *ctx)
{
    struct change *c = change_new(f, drive, done, ctx);
    if (!c)
        return;
    c->config.medium = false;
    c->config.name[0] = 0;
    c->config.bytes = 0;
    ask(c, false, force);
}

/* --- What the drives do --- */

static void drives_came(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct front *f = ctx;
    struct guest_drive now[MAX_DRIVES];
    f->drives_asked = false;
    if (kind != LINK_LAST || !guest_drives(data, len, now))
        return;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        if (now[i].reads != f->drive[i].reads || now[i].writes != f->drive[i].writes)
            f->drive_active[i] = front_now();
    memcpy(f->drive, now, sizeof now);
}

void front_ask_drives(struct front *f)
{
    if (!f->drives_asked)
        f->drives_asked = guest_request(&f->guest, LINK_DRIVES, NULL, 0, drives_came, f);
}
