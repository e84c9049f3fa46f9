/* SPDX-License-Identifier: MIT */
/* help, and what the front end knows of the machine: info status, block, blockstats and so on. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "ctl/hmp/hmp.h"
#include "ctl/options/options.h"

typedef bool info_fn(struct control *c, control_done_fn *done, void *ctx);

static bool info_version(struct control *c, control_done_fn *done, void *ctx)
{
    (void)c;
    control_say(done, ctx, "%s", "vitrine " PACKAGE_VERSION);
    return true;
}

static bool info_status(struct control *c, control_done_fn *done, void *ctx)
{
    static const char *const text[] = {[LINK_STATE_PRELAUNCH] = "paused (prelaunch)",
                                       [LINK_STATE_RUNNING] = "running",
                                       [LINK_STATE_PAUSED] = "paused",
                                       [LINK_STATE_SHUTDOWN] = "paused (shutdown)"};
    control_say(done, ctx, "VM status: %s", text[c->guest->state]);
    return true;
}

static bool info_name(struct control *c, control_done_fn *done, void *ctx)
{
    control_say(done, ctx, "%s", c->name);
    return true;
}

void control_uuid(const struct control *c, char text[37])
{
    const uint8_t *u = c->o->cfg.uuid;
    char *p = text;
    for (unsigned i = 0; i < 16; i++)
        p += sprintf(p, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", u[i]);
}

static bool info_uuid(struct control *c, control_done_fn *done, void *ctx)
{
    char text[37];
    control_uuid(c, text);
    control_say(done, ctx, "%s", text);
    return true;
}

static bool info_kvm(struct control *c, control_done_fn *done, void *ctx)
{
    (void)c;
    control_say(done, ctx, "kvm support: not compiled");
    return true;
}

static bool info_cpus(struct control *c, control_done_fn *done, void *ctx)
{
    control_say(done, ctx, "* CPU #0: thread_id=%ld", c->machine_pid ? c->machine_pid(c->ctx) : 0L);
    return true;
}

/* What the program around the machine has: streams, servers. */
static bool around(struct control *c, const char *what, const char *none, control_done_fn *done, void *ctx)
{
    struct buf b = {0};
    if (!c->info || !c->info(c->ctx, what, &b))
        buf_printf(&b, "%s\n", none);
    done(ctx, true, b.data ? (const char *)b.data : "");
    buf_free(&b);
    return true;
}

static bool info_chardev(struct control *c, control_done_fn *done, void *ctx)
{
    return around(c, "chardev", "None", done, ctx);
}

static bool info_vnc(struct control *c, control_done_fn *done, void *ctx)
{
    return around(c, "vnc", "None", done, ctx);
}

/* info block and info blockstats wait for the machine's answer. */
struct waiting {
    struct control *c;
    int drive; /* it alone; -1: all */
    control_done_fn *done;
    void *ctx;
};

static bool ask_drives(struct control *c, int drive, drives_fn *fn, control_done_fn *done, void *ctx)
{
    struct waiting *w = malloc(sizeof *w);
    if (!w)
        return false;
    *w = (struct waiting){c, drive, done, ctx};
    if (drives_ask(c, fn, w))
        return true;
    free(w);
    return false;
}

static void end(struct waiting *w, struct buf *b, const char *error)
{
    w->done(w->ctx, !error, error ? error : b->data ? (const char *)b->data : "");
    buf_free(b);
    free(w);
}

static const char *cache_name(enum cache_mode m)
{
    static const char *const name[] = {[CACHE_WRITEBACK] = "writeback",
                                       [CACHE_WRITETHROUGH] = "writethrough",
                                       [CACHE_UNSAFE] = "writeback, ignore flushes"};
    return name[m];
}

static void block_came(void *ctx, const struct guest_drive *g, const char *error)
{
    struct waiting *w = ctx;
    struct buf b = {0};
    for (unsigned i = 0; !error && i < MAX_DRIVES; i++) {
        const struct drive_option *d = &w->c->o->drive[i];
        if (!d->fitted || (w->drive >= 0 && i != (unsigned)w->drive))
            continue;
        buf_printf(&b, "%s%s", b.len ? "\n" : "", d->id);
        if (g[i].medium)
            buf_printf(&b, ": %s (raw%s%s)\n", d->file ? d->file : "(unknown)", d->readonly ? ", read-only" : "",
                       d->snapshot && !d->readonly ? ", snapshot" : "");
        else
            buf_printf(&b, ": [not inserted]\n");
        buf_printf(&b, "    Attached to:      %s\n", d->qdev[0] ? d->qdev : drive_place(i));
        if (d->kind != DRIVE_DISK)
            buf_printf(&b, "    Removable device: %slocked, tray %s\n", g[i].locked ? "" : "not ",
                       g[i].open ? "open" : "closed");
        if (g[i].medium)
            buf_printf(&b, "    Cache mode:       %s\n", cache_name(d->cache));
    }
    end(w, &b, error);
}

static void stats_came(void *ctx, const struct guest_drive *g, const char *error)
{
    struct waiting *w = ctx;
    struct buf b = {0};
    for (unsigned i = 0; !error && i < MAX_DRIVES; i++) {
        const struct guest_drive *s = &g[i];
        if (w->c->o->drive[i].fitted)
            buf_printf(&b,
                       "%s: rd_bytes=%llu wr_bytes=%llu rd_operations=%llu wr_operations=%llu "
                       "flush_operations=%llu\n",
                       w->c->o->drive[i].id, (unsigned long long)s->read_bytes, (unsigned long long)s->written_bytes,
                       (unsigned long long)s->reads, (unsigned long long)s->writes, (unsigned long long)s->flushes);
    }
    end(w, &b, error);
}

/* info block [DRIVE]. False: the machine takes no more requests. */
static bool info_block(struct control *c, const char *args, control_done_fn *done, void *ctx)
{
    int drive = *args ? drive_by_name(c, args) : -1;
    if (*args && drive < 0) {
        control_say(done, ctx, "Error: Device '%s' not found", args);
        return true;
    }
    return ask_drives(c, drive, block_came, done, ctx);
}

static bool info_blockstats(struct control *c, control_done_fn *done, void *ctx)
{
    return ask_drives(c, -1, stats_came, done, ctx);
}

static const struct {
    struct command_word word;
    info_fn *run;
} table[] = {
    {{"version", NULL, "", "the version"}, info_version},
    {{"status", NULL, "", "whether it runs"}, info_status},
    {{"name", NULL, "", "the guest's name"}, info_name},
    {{"uuid", NULL, "", "the machine's UUID"}, info_uuid},
    {{"kvm", NULL, "", "there is none"}, info_kvm},
    {{"cpus", NULL, "", "the CPU"}, info_cpus},
    {{"block", NULL, "[DRIVE]", "drives and what is in them"}, NULL},
    {{"blockstats", NULL, "", "what was read and written"}, info_blockstats},
    {{"chardev", NULL, "", "character devices"}, info_chardev},
    {{"vnc", NULL, "", "VNC's server"}, info_vnc},
};

const struct command_word *hmp_info_at(unsigned i)
{
    return i < ARRAY_LEN(table) ? &table[i].word : NULL;
}

bool hmp_info(struct control *c, const char *what, control_done_fn *done, void *ctx)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        const char *args = command_args(&table[i].word, what);
        if (!args)
            continue;
        if (*args && !*table[i].word.args)
            control_say(done, ctx, "info %s: takes no arguments", table[i].word.name);
        else if (table[i].run ? !table[i].run(c, done, ctx) : !info_block(c, args, done, ctx))
            control_say(done, ctx, "the machine takes no more requests now");
        return true;
    }
    return false;
}

/* help. */

static void print_word(const char *before, const struct command_word *w, struct buf *out)
{
    buf_printf(out, "%s%s%s%s%s%s -- %s\n", before, w->name, w->alias ? "|" : "", w->alias ? w->alias : "",
               *w->args ? " " : "", w->args, w->help);
}

typedef const struct command_word *word_at(unsigned i);

static void print_words(word_at *at, const char *before, bool but_info, struct buf *out)
{
    const struct command_word *w;
    for (unsigned i = 0; (w = at(i)) != NULL; i++)
        if (!but_info || strcmp(w->name, "info"))
            print_word(before, w, out);
}

static bool print_one(word_at *at, const char *before, const char *what, struct buf *out)
{
    const struct command_word *w;
    for (unsigned i = 0; (w = at(i)) != NULL; i++)
        if (!strcmp(w->name, what) || (w->alias && !strcmp(w->alias, what))) {
            print_word(before, w, out);
            return true;
        }
    return false;
}

void hmp_help(const char *what, struct buf *out)
{
    const char *sub = !strncmp(what, "info ", 5) ? what + 5 : NULL;
    if (!*what) {
        print_words(hmp_command_at, "", false, out);
        print_words(dbg_command_at, "", true, out);
    } else if (!strcmp(what, "info")) {
        print_words(hmp_info_at, "info ", false, out);
        print_words(dbg_info_at, "info ", false, out);
    } else if (sub ? !print_one(hmp_info_at, "info ", sub, out) && !print_one(dbg_info_at, "info ", sub, out)
                   : !print_one(hmp_command_at, "", what, out) && !print_one(dbg_command_at, "", what, out)) {
        if (!hmp_refused(what, out))
            buf_printf(out, "unknown command: '%s'\n", what);
    }
}
