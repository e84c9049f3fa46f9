/* SPDX-License-Identifier: MIT */
/*
 * QMP: drives and what is in them. A drive is named by its id (device), by the id of its -device (id), or
 * both.
 *
 * Trays: to the guest an open tray is an empty drive, whatever lies in it. So blockdev-open-tray takes the
 * medium out of the machine and remembers it, blockdev-remove-medium and blockdev-insert-medium change what
 * is remembered, and blockdev-close-tray puts that in.
 */
#include "config.h"

#ifdef HAVE_JANSSON

#include "ctl/qmp/qmp_commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bits.h"
#include "ctl/hmp/hmp.h"
#include "ctl/options/options.h"

/* What is known of a medium, as BlockDeviceInfo. */
static json_t *inserted(const struct control *c, unsigned i)
{
    const struct drive_option *d = &c->o->drive[i];
    struct stat st;
    json_int_t actual = d->file && stat(d->file, &st) == 0 ? (json_int_t)st.st_blocks * 512 : 0;
    json_t *file = json_string(d->file ? d->file : "");
    file = file ? file : json_string("?");
    json_t *image = json_pack("{s:I,s:O,s:s,s:I,s:b}", "virtual-size",
                              (json_int_t)((c->o->cfg.drive[i].bytes + 511) & ~UINT64_C(511)), "filename", file,
                              "format", "raw", "actual-size", actual, "dirty-flag", 0);
    return json_pack("{s:o,s:b,s:s,s:s,s:o,s:i,s:b,s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:{s:b,s:b,s:b}}", "image", image,
                     "ro", (int)d->readonly, "node-name", d->id, "drv", "raw", "file", file, "backing_file_depth", 0,
                     "encrypted", 0, "detect_zeroes", "off", "write_threshold", 0, "bps", 0, "bps_rd", 0, "bps_wr", 0,
                     "iops", 0, "iops_rd", 0, "iops_wr", 0, "cache", "writeback", d->cache != CACHE_WRITETHROUGH,
                     "direct", 0, "no-flush", d->cache == CACHE_UNSAFE);
}

static const char *qdev_name(const struct control *c, unsigned i)
{
    const struct drive_option *d = &c->o->drive[i];
    return d->qdev[0] ? d->qdev : drive_place(i);
}

static json_t *block_info(const struct control *c, unsigned i, const struct guest_drive *g)
{
    const struct drive_option *d = &c->o->drive[i];
    bool removable = d->kind != DRIVE_DISK;
    json_t *b = json_pack("{s:s,s:s,s:b,s:b,s:s,s:s}", "device", d->id, "qdev", qdev_name(c, i), "locked",
                          (int)g->locked, "removable", (int)removable, "type", "unknown", "io-status", "ok");
    if (removable)
        json_object_set_new(b, "tray_open", json_boolean(g->open || c->tray[i].open));
    if (g->medium)
        json_object_set_new(b, "inserted", inserted(c, i));
    return b;
}

static json_t *block_stats(const struct control *c, unsigned i, const struct guest_drive *g)
{
    static const char *const zero[] = {"unmap_bytes",
                                       "unmap_operations",
                                       "rd_total_time_ns",
                                       "wr_total_time_ns",
                                       "flush_total_time_ns",
                                       "unmap_total_time_ns",
                                       "wr_highest_offset",
                                       "rd_merged",
                                       "wr_merged",
                                       "unmap_merged",
                                       "failed_rd_operations",
                                       "failed_wr_operations",
                                       "failed_flush_operations",
                                       "failed_unmap_operations",
                                       "invalid_rd_operations",
                                       "invalid_wr_operations",
                                       "invalid_flush_operations",
                                       "invalid_unmap_operations"};
    json_t *s = json_pack("{s:I,s:I,s:I,s:I,s:I,s:b,s:b,s:[]}", "rd_bytes", (json_int_t)g->read_bytes, "wr_bytes",
                          (json_int_t)g->written_bytes, "rd_operations", (json_int_t)g->reads, "wr_operations",
                          (json_int_t)g->writes, "flush_operations", (json_int_t)g->flushes, "account_invalid", 0,
                          "account_failed", 0, "timed_stats");
    for (size_t n = 0; n < ARRAY_LEN(zero); n++)
        json_object_set_new(s, zero[n], json_integer(0));
    json_t *b = json_pack("{s:s,s:s,s:o}", "device", c->o->drive[i].id, "qdev", qdev_name(c, i), "stats", s);
    if (g->medium)
        json_object_set_new(b, "node-name", json_string(c->o->drive[i].id));
    return b;
}

static void list_came(void *ctx, const struct guest_drive *g, const char *error,
                      json_t *(*one)(const struct control *c, unsigned i, const struct guest_drive *g))
{
    struct command *cmd = ctx;
    struct control *c = cmd->q->control;
    json_t *list = json_array();
    for (unsigned i = 0; !error && i < MAX_DRIVES; i++)
        if (c->o->drive[i].fitted)
            json_array_append_new(list, one(c, i, &g[i]));
    command_end(cmd, list, error);
}

static void block_came(void *ctx, const struct guest_drive *g, const char *error)
{
    list_came(ctx, g, error, block_info);
}

static void stats_came(void *ctx, const struct guest_drive *g, const char *error)
{
    list_came(ctx, g, error, block_stats);
}

static void nodes_came(void *ctx, const struct guest_drive *g, const char *error)
{
    struct command *cmd = ctx;
    struct control *c = cmd->q->control;
    json_t *list = json_array();
    for (unsigned i = 0; !error && i < MAX_DRIVES; i++)
        if (c->o->drive[i].fitted && g[i].medium)
            json_array_append_new(list, inserted(c, i));
    command_end(cmd, list, error);
}

static void ask(struct qmp *q, json_t *id, json_t *args, drives_fn *came)
{
    struct command *c = command_begin(q, id, args);
    if (c)
        command_check(c, drives_ask(q->control, came, c));
}

static void cmd_block(struct qmp *q, json_t *id, json_t *args)
{
    ask(q, id, args, block_came);
}

static void cmd_blockstats(struct qmp *q, json_t *id, json_t *args)
{
    ask(q, id, args, stats_came);
}

static void cmd_nodes(struct qmp *q, json_t *id, json_t *args)
{
    ask(q, id, args, nodes_came);
}

/* The removable drive of a command; -1: answered with an error. */
static int drive_of(struct qmp *q, json_t *id, const json_t *args)
{
    const char *name = qmp_string(args, "id", qmp_string(args, "device", NULL));
    int i = name ? drive_by_name(q->control, name) : -1;
    if (!name)
        qmp_error(q, id, "GenericError", "Need exactly one of 'device' and 'id'");
    else if (json_object_get(args, "id") && json_object_get(args, "device"))
        qmp_error(q, id, "GenericError", "Need exactly one of 'device' and 'id'");
    else if (i < 0)
        qmp_error(q, id, "DeviceNotFound", "Device '%.60s' not found", name);
    else if (q->control->o->drive[i].kind == DRIVE_DISK)
        qmp_error(q, id, "GenericError", "Device '%.60s' is not removable", name);
    else if (!q->control->eject || !q->control->change_medium)
        qmp_error(q, id, "GenericError", "what is in the drives cannot be changed here");
    else
        return i;
    return -1;
}

static void cmd_eject(struct qmp *q, json_t *id, json_t *args)
{
    int i = drive_of(q, id, args);
    struct command *c = i < 0 ? NULL : command_begin(q, id, args);
    if (c)
        q->control->eject(q->control->ctx, (unsigned)i, qmp_flag(args, "force", false), command_done, c);
}

/* "retain" (the default), "read-only", "read-write". False: answered with an error. */
static bool access_of(struct qmp *q, json_t *id, const json_t *args, enum medium_access *a)
{
    static const char *const names[] = {"retain", "read-only", "read-write"};
    const char *mode = qmp_string(args, "read-only-mode", names[0]);
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        if (!strcmp(names[i], mode)) {
            *a = (enum medium_access)i;
            return true;
        }
    qmp_error(q, id, "GenericError", "Invalid parameter 'read-only-mode': '%.40s'", mode);
    return false;
}

static void forget(struct control *c, unsigned i)
{
    free(c->tray[i].file);
    c->tray[i].file = NULL;
    c->tray[i].open = c->tray[i].changed = false;
}

static void closed(void *ctx, bool good, const char *text)
{
    struct command *c = ctx;
    if (good)
        forget(c->q->control, c->drive);
    command_end(c, NULL, good ? NULL : text);
}

static void cmd_change(struct qmp *q, json_t *id, json_t *args)
{
    enum medium_access access;
    const char *format = qmp_string(args, "format", NULL);
    int i = drive_of(q, id, args);
    if (i < 0 || !access_of(q, id, args, &access))
        return;
    struct command *c = command_begin(q, id, args);
    if (!c)
        return;
    c->drive = (unsigned)i;
    q->control->change_medium(q->control->ctx, (unsigned)i, qmp_string(args, "filename", ""), format, access,
                              qmp_flag(args, "force", false), closed, c);
}

static void opened(void *ctx, bool good, const char *text)
{
    struct command *c = ctx;
    if (good)
        c->q->control->tray[c->drive].open = true;
    else
        forget(c->q->control, c->drive);
    command_end(c, NULL, good ? NULL : text);
}

static void cmd_open_tray(struct qmp *q, json_t *id, json_t *args)
{
    struct control *control = q->control;
    int i = drive_of(q, id, args);
    if (i < 0)
        return;
    if (control->tray[i].open) {
        qmp_give(q, id, NULL);
        return;
    }
    struct command *c = command_begin(q, id, args);
    if (!c)
        return;
    const struct drive_option *d = &control->o->drive[i];
    c->drive = (unsigned)i;
    forget(control, c->drive);
    control->tray[i].file = d->file ? strdup(d->file) : NULL;
    control->tray[i].readonly = d->readonly;
    control->eject(control->ctx, (unsigned)i, qmp_flag(args, "force", false), opened, c);
}

static bool is_open(struct qmp *q, json_t *id, int i)
{
    if (q->control->tray[i].open)
        return true;
    qmp_error(q, id, "GenericError", "Tray of the device '%s' is not open", q->control->o->drive[i].id);
    return false;
}

static void cmd_close_tray(struct qmp *q, json_t *id, json_t *args)
{
    struct control *control = q->control;
    int i = drive_of(q, id, args);
    if (i < 0)
        return;
    if (!control->tray[i].open) {
        qmp_give(q, id, NULL);
        return;
    }
    if (!control->tray[i].file) {
        qmp_error(q, id, "GenericError",
                  "the tray of '%s' stays open until something is put in: blockdev-insert-medium",
                  control->o->drive[i].id);
        return;
    }
    struct command *c = command_begin(q, id, args);
    if (!c)
        return;
    c->drive = (unsigned)i;
    control->change_medium(control->ctx, (unsigned)i, control->tray[i].file, "raw",
                           control->tray[i].readonly ? MEDIUM_READ_ONLY : MEDIUM_READ_WRITE, false, closed, c);
}

static void cmd_remove(struct qmp *q, json_t *id, json_t *args)
{
    int i = drive_of(q, id, args);
    if (i < 0 || !is_open(q, id, i))
        return;
    free(q->control->tray[i].file);
    q->control->tray[i].file = NULL;
    qmp_give(q, id, NULL);
}

static struct drive_option *node_named(struct options *o, const char *name)
{
    for (unsigned i = 0; i < o->nnodes; i++)
        if (!strcmp(o->node[i].id, name))
            return &o->node[i];
    return NULL;
}

static void cmd_insert(struct qmp *q, json_t *id, json_t *args)
{
    struct control *c = q->control;
    const char *name = qmp_string(args, "node-name", "");
    const struct drive_option *node = node_named(c->o, name);
    int i = drive_of(q, id, args);
    if (i < 0 || !is_open(q, id, i))
        return;
    if (!node || !node->file) {
        qmp_error(q, id, "GenericError", "Node '%.60s' not found", name);
    } else if (c->tray[i].file) {
        qmp_error(q, id, "GenericError", "There already is a medium in device '%s'", c->o->drive[i].id);
    } else {
        c->tray[i].file = strdup(node->file);
        c->tray[i].readonly = node->readonly;
        qmp_give(q, id, NULL);
    }
}

/* blockdev-add: a file for blockdev-insert-medium. "file" is a node's name or a file node itself. */
static void cmd_add(struct qmp *q, json_t *id, json_t *args)
{
    struct options *o = q->control->o;
    const char *driver = qmp_string(args, "driver", ""), *name = qmp_string(args, "node-name", "");
    const json_t *below = json_object_get(args, "file");
    const struct drive_option *node = json_is_string(below) ? node_named(o, json_string_value(below)) : NULL;
    const char *file = qmp_string(json_is_object(below) ? below : args, "filename", node ? node->file : NULL);
    if (strcmp(driver, "raw") && strcmp(driver, "file"))
        qmp_error(q, id, "GenericError", "Invalid parameter 'driver': there are raw and file");
    else if (!file)
        qmp_error(q, id, "GenericError", "Parameter 'filename' is missing");
    else if (!*name || strlen(name) >= sizeof o->node[0].id || node_named(o, name) ||
             drive_by_name(q->control, name) >= 0)
        qmp_error(q, id, "GenericError", "node-name=%.60s: a name of at most %zu characters that nothing has", name,
                  sizeof o->node[0].id - 1);
    else if (o->nnodes == MAX_NODES)
        qmp_error(q, id, "GenericError", "there are %d nodes already", MAX_NODES);
    else {
        struct drive_option *n = &o->node[o->nnodes++];
        *n = (struct drive_option){.file = strdup(file),
                                   .raw = true,
                                   .readonly = qmp_flag(args, "read-only", false),
                                   .bootindex = NO_BOOTINDEX};
        snprintf(n->id, sizeof n->id, "%s", name);
        qmp_give(q, id, NULL);
    }
}

static void cmd_del(struct qmp *q, json_t *id, json_t *args)
{
    struct options *o = q->control->o;
    const char *name = qmp_string(args, "node-name", "");
    struct drive_option *n = node_named(o, name);
    if (!n) {
        qmp_error(q, id, "GenericError", "Failed to find node with node-name='%.60s'", name);
        return;
    }
    free(n->file);
    *n = o->node[--o->nnodes];
    o->node[o->nnodes].file = NULL;
    qmp_give(q, id, NULL);
}

const struct qmp_command qmp_block[] = {
    {"query-block", "", cmd_block},
    {"query-blockstats", "query-nodes:b?", cmd_blockstats},
    {"query-named-block-nodes", "flat:b?", cmd_nodes},
    {"eject", "device:s? id:s? force:b?", cmd_eject},
    {"blockdev-change-medium", "device:s? id:s? filename:s format:s? force:b? read-only-mode:s?", cmd_change},
    {"blockdev-open-tray", "device:s? id:s? force:b?", cmd_open_tray},
    {"blockdev-close-tray", "device:s? id:s?", cmd_close_tray},
    {"blockdev-remove-medium", "id:s", cmd_remove},
    {"blockdev-insert-medium", "id:s node-name:s", cmd_insert},
    {"blockdev-add", "driver:s node-name:s filename:s? file:v? read-only:b? auto-read-only:b? cache:o? discard:s?",
     cmd_add},
    {"blockdev-del", "node-name:s", cmd_del},
    {NULL, NULL, NULL},
};

#else
typedef int no_qmp_block; /* an empty translation unit is no C */
#endif
