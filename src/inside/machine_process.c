/* SPDX-License-Identifier: MIT */
/*
 * The machine process from its start to its end: takes descriptors and the configuration from the link, confines
 * itself, and only then reads what it was given; makes the machine, runs, and says why it ended.
 */
#include "config.h"

#include "inside/machine_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/log.h"
#include "base/read_fd.h"
#include "block/block.h"
#include "firmware/blobs.h"
#include "jail/jail.h"
#include "snap/snapshot.h"

enum { SPARE_FDS = 2 * MAX_DRIVES }; /* media that are put in later, while the old ones are still there */

static uint64_t host_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

bool machine_process_send(struct machine_process *p, enum link_type type, const void *data, size_t len)
{
    if (!link_may_send(&p->course, type, data, len, host_now()))
        return false;
    link_send(&p->link, type, data, len);
    return true;
}

static void note(void *ctx, const char *line)
{
    machine_process_send(ctx, LINK_NOTE, line, MIN(strlen(line), (size_t)LINK_LINE_MAX));
}

static void guest_log(void *ctx, const char *line)
{
    struct machine_process *p = ctx;
    uint32_t items = p->m ? p->trace.items : p->run.log;
    if (!(items & TRACE_GUEST_ERRORS))
        return;
    machine_process_send(p, LINK_GUEST_ERROR, line, MIN(strlen(line), (size_t)LINK_LINE_MAX));
    run_wait_for_room(p);
}

static void serial_write(void *ctx, const uint8_t *data, size_t len)
{
    struct serial_line *s = ctx;
    enum { HEARD_MAX = 1 << 16 };
    buf_add(&s->out, data, len);
    if (s->port == 0 && s->p->script.nsteps) {
        buf_add(&s->p->heard, data, len);
        if (s->p->heard.len > 2 * HEARD_MAX)
            buf_drop(&s->p->heard, s->p->heard.len - HEARD_MAX);
    }
    if (s->out.len >= LINK_CHUNK)
        run_flush_output(s->p);
}

static void serial_room(void *ctx, size_t n)
{
    struct serial_line *s = ctx;
    s->room = n;
}

static void debugcon_write(void *ctx, const uint8_t *data, size_t len)
{
    struct machine_process *p = ctx;
    buf_add(&p->debugcon, data, len);
    if (p->debugcon.len >= LINK_CHUNK)
        run_flush_output(p);
}

static void audio_write(void *ctx, uint64_t at, const int16_t *samples, size_t n)
{
    struct machine_process *p = ctx;
    struct buf b = {0};
    buf_add64(&b, at);
    for (size_t i = 0; i < n; i++) {
        buf_add8(&b, (uint8_t)samples[i]);
        buf_add8(&b, (uint8_t)((uint16_t)samples[i] >> 8));
    }
    link_send(&p->link, LINK_AUDIO, b.data, b.len);
    buf_free(&b);
}

static const struct {
    enum link_file what;
    unsigned first, count;
    const char *option;
} inputs[] = {
    {LINK_FILE_BIOS, INPUT_BIOS, 1, "-bios"},
    {LINK_FILE_KERNEL, INPUT_KERNEL, 1, "-kernel"},
    {LINK_FILE_INITRD, INPUT_INITRD, 1, "-initrd"},
    {LINK_FILE_VGA_ROM, INPUT_VGA_ROM, 1, "romfile="},
    {LINK_FILE_REPLAY, INPUT_REPLAY, 1, "--replay"},
    {LINK_FILE_SCRIPT, INPUT_SCRIPT, 1, "--input-script"},
    {LINK_FILE_ROM, INPUT_ROM, MAX_ROMS, "-option-rom"},
    {LINK_FILE_MODULE, INPUT_MODULE, MAX_MODULES, "-initrd"},
};

static int *output_fd(struct machine_process *p, uint8_t what)
{
    switch (what) {
    case LINK_FILE_FRAME: return &p->frame_fd;
    case LINK_FILE_HASH_LOG: return &p->hash_fd;
    case LINK_FILE_COVERAGE: return &p->coverage_fd;
    case LINK_FILE_RECORD: return &p->record_fd;
    default: return NULL;
    }
}

/* Where a descriptor belongs; NULL: nowhere, or there is one already. */
static int *place_of(struct machine_process *p, uint8_t what, uint8_t index, uint64_t bytes)
{
    int *to = output_fd(p, what);
    if (what == LINK_FILE_DRIVE && index < MAX_DRIVES)
        to = &p->drive_fd[index];
    if (what == LINK_FILE_REPLAY_MEDIUM && index < MAX_MEDIA && index == p->nmedia) {
        p->medium[index].bytes = bytes;
        return &p->medium[p->nmedia++].fd;
    }
    for (unsigned i = 0; i < ARRAY_LEN(inputs); i++) {
        if (inputs[i].what != what || index >= inputs[i].count)
            continue;
        p->input[inputs[i].first + index].bytes = bytes;
        to = &p->input[inputs[i].first + index].fd;
    }
    return to && *to < 0 ? to : NULL;
}

static bool take_file(struct machine_process *p, const struct link_msg *msg, struct error *err)
{
    struct reader r = {msg->data, msg->data + msg->len, false};
    uint8_t what = get8(&r), index = get8(&r);
    uint64_t bytes = get64(&r);
    int *to = r.bad || msg->fd < 0 ? NULL : place_of(p, what, index, bytes);
    if (to) {
        *to = msg->fd;
        return true;
    }
    if (msg->fd >= 0)
        close(msg->fd);
    return error_set(err, "a malformed file message came over the link");
}

/* The contents of all that is only read. */
static bool read_inputs(struct machine_process *p, struct error *err)
{
    for (unsigned i = 0; i < ARRAY_LEN(inputs); i++) {
        for (struct input *in = &p->input[inputs[i].first]; in < &p->input[inputs[i].first + inputs[i].count]; in++) {
            if (in->fd < 0)
                continue;
            if (!read_fd(in->fd, in->bytes, &in->contents, err))
                return error_prefix(err, "%s", inputs[i].option);
            close(in->fd);
            in->fd = -1;
        }
    }
    const struct buf *text = &p->input[INPUT_SCRIPT].contents;
    return !text->len || script_parse(&p->script, (const char *)text->data, text->len, err);
}

/* Everything up to and with the configuration. */
static bool take_setup(struct machine_process *p, struct error *err)
{
    struct link_msg msg;
    while (link_wait(&p->link, &msg) == LINK_GOT_MSG) {
        if (!link_take(&p->course, LINK_FRONT_END, &msg, host_now(), err))
            return error_prefix(err, "a malformed message came over the link");
        if (msg.type == LINK_CONFIG)
            return config_get(&p->cfg, &p->run, msg.data, msg.len, err);
        if (!take_file(p, &msg, err))
            return false;
    }
    return error_set(err, "the link ended before the configuration came");
}

struct blk *machine_process_image(struct machine_process *p, const struct drive_config *d, int fd, struct error *err)
{
    struct blk_notes notes = {note, p};
    struct blk *b = blk_raw(fd, d->bytes, d->readonly || d->snapshot, d->name, notes, err);
    if (!b) {
        close(fd);
        return NULL;
    }
    blk_raw_cache(b, (enum blk_cache)d->cache);
    if (d->guessed && !d->readonly && !d->snapshot)
        blk_raw_guessed(b);
    if (d->snapshot)
        b = blk_overlay(b, err);
    if (b)
        memcpy(b->serial, d->serial, sizeof b->serial);
    return b;
}

static bool open_drives(struct machine_process *p, struct machine_backends *be, struct error *err)
{
    bool any = p->input[INPUT_KERNEL].contents.len || p->input[INPUT_BIOS].contents.len || p->cfg.nodefaults;
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        struct drive_config *d = &p->cfg.drive[i];
        if (!d->medium)
            continue;
        any = true;
        be->drive[i] = machine_process_image(p, d, p->drive_fd[i], err);
        if (!be->drive[i])
            return false;
        d->fd = p->drive_fd[i];
    }
    if (any)
        return true;
    be->drive[0] = blk_memory(demo_image, (size_t)(demo_image_end - demo_image), "demo", err);
    if (!be->drive[0])
        return false;
    p->cfg.drive[0] = (struct drive_config){
        .present = true, .medium = true, .fd = -1, .name = "demo", .bytes = be->drive[0]->sectors * BLOCK_SECTOR};
    return true;
}

static struct rom_config contents(const struct machine_process *p, unsigned input)
{
    const struct buf *b = &p->input[input].contents;
    return (struct rom_config){b->data, b->len};
}

static bool open_media(struct machine_process *p, struct error *err)
{
    for (unsigned i = 0; i < p->nmedia; i++) {
        struct drive_config d = {.readonly = true, .bytes = p->medium[i].bytes};
        snprintf(d.name, sizeof d.name, "number %u", i + 1);
        struct blk *b = machine_process_image(p, &d, p->medium[i].fd, err);
        if (!b)
            return error_prefix(err, "--replay-media");
        machine_replay_medium(p->m, b);
    }
    return true;
}

/* What decides how the machine runs, as lines: the build, the configuration, the disks. */
static void print_machine(struct machine_process *p, struct buf *out)
{
    buf_printf(out, "version=%s\n", PACKAGE_VERSION);
    config_print(&p->cfg, out);
    machine_print_media(p->m, out);
    buf_printf(out, "state=%016llx\n", (unsigned long long)machine_state_shape(p->m));
}

/* The line at *p, cut off; NULL past the last. */
static char *next_line(char **p)
{
    char *line = *p, *end = line ? strchr(line, '\n') : NULL;
    if (!end)
        return NULL;
    *end = 0;
    *p = end + 1;
    return line;
}

/* Whether a replay has the machine that was recorded; false names what differs. */
static bool same_machine(struct machine_process *p, struct error *err)
{
    struct journal_entry e;
    struct buf here = {0}, then = {0};
    if (!journal_find(machine_journal(p->m), J_CONFIG, &e))
        return error_set(err, "the journal does not say what machine it is of");
    buf_add(&then, e.data, e.len);
    print_machine(p, &here);
    char *a = (char *)then.data, *b = (char *)here.data, *was, *is;
    bool same = true;
    do {
        was = next_line(&a);
        is = next_line(&b);
        same = was && is ? !strcmp(was, is) : was == is;
    } while (same && was);
    if (!same)
        error_set(err, "it was recorded with %.120s, and this machine has %.120s", was ? was : "nothing more",
                  is ? is : "nothing there");
    buf_free(&here);
    buf_free(&then);
    return same;
}

static bool make_machine(struct machine_process *p, struct error *err)
{
    struct machine_backends be = {0};
    p->cfg.bios = contents(p, INPUT_BIOS);
    p->cfg.vga_rom = contents(p, INPUT_VGA_ROM);
    p->cfg.kernel = contents(p, INPUT_KERNEL);
    p->cfg.initrd = contents(p, INPUT_INITRD);
    for (unsigned i = 0; i < p->cfg.nmodules; i++)
        p->cfg.module[i] = contents(p, INPUT_MODULE + i);
    for (unsigned i = 0; i < MAX_ROMS; i++)
        if (p->input[INPUT_ROM + i].contents.len)
            p->cfg.rom[p->cfg.nroms++] = contents(p, INPUT_ROM + i);
    for (unsigned i = 0; i < MAX_SERIAL; i++) {
        p->serial[i] = (struct serial_line){.p = p, .port = i, .room = 1};
        if (p->cfg.serial[i])
            be.serial[i] = (struct chr){.ctx = &p->serial[i], .write = serial_write, .can_receive = serial_room};
    }
    for (unsigned i = 0; i < MAX_PARALLEL; i++) {
        struct serial_line *line = &p->serial[FIRST_PARALLEL + i];
        *line = (struct serial_line){.p = p, .port = FIRST_PARALLEL + i};
        if (p->cfg.parallel[i])
            be.parallel[i] = (struct chr){.ctx = line, .write = serial_write};
    }
    if (p->run.audio)
        be.audio = (struct audio){.ctx = p, .write = audio_write};
    if (p->cfg.debugcon)
        be.debugcon = (struct chr){.ctx = p, .write = debugcon_write};
    if (p->run.display) {
        if (p->frame_fd < 0 || !frame_writer_init(&p->frame, p->frame_fd, &p->link, err))
            return false;
        close(p->frame_fd); /* the mapping stays */
        p->frame_fd = -1;
        be.surface = frame_surface(&p->frame);
    }
    be.guest_log = guest_log;
    be.guest_log_ctx = p;
    if (!open_drives(p, &be, err))
        return false;
    p->m = machine_create(&p->cfg, &be, err);
    if (!p->m)
        return false;
    trace_start(&p->trace, p->m, p->run.log, run_log, p);
    if (p->coverage_fd >= 0 && !machine_coverage_start(p->m))
        return error_set(err, "--coverage: out of memory");
    if (p->input[INPUT_REPLAY].contents.len) {
        const struct buf *j = &p->input[INPUT_REPLAY].contents;
        if (!journal_load(machine_journal(p->m), j->data, j->len, err) || !same_machine(p, err))
            return error_prefix(err, "--replay");
        if (!open_media(p, err))
            return false;
        journal_deliver(machine_journal(p->m));
    } else if (p->record_fd >= 0) {
        struct buf text = {0};
        print_machine(p, &text);
        journal_input(machine_journal(p->m), J_CONFIG, 0, text.data, (uint32_t)text.len);
        buf_free(&text);
    }
    return true;
}

static size_t list_descriptors(const struct machine_process *p, int *keep)
{
    size_t n = 0;
    keep[n++] = p->link.fd;
    keep[n++] = p->frame_fd;
    keep[n++] = p->hash_fd;
    keep[n++] = p->coverage_fd;
    keep[n++] = p->record_fd;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        keep[n++] = p->drive_fd[i];
    for (unsigned i = 0; i < p->nmedia; i++)
        keep[n++] = p->medium[i].fd;
    for (unsigned i = 0; i < INPUTS; i++)
        keep[n++] = p->input[i].fd;
    return n; /* those that are -1 are none */
}

/* From here on the process has what it was given; nothing of it has been looked at yet. */
static bool confine(struct machine_process *p, struct error *err)
{
    int keep[5 + MAX_DRIVES + MAX_MEDIA + INPUTS];
    char missing[128];
    struct jail_spec spec = {.keep = keep,
                             .nkeep = list_descriptors(p, keep),
                             .spare = SPARE_FDS,
                             .memory_bytes = budget_memory(p),
                             .file_bytes = budget_file(p)};
    if (!jail_enter(&spec, &p->jail, err))
        return false;
    jail_missing(p->jail, missing, sizeof missing);
    return !missing[0] || !p->run.require_jail ||
           error_set(err, "--require-jail: the machine process would run without %s", missing);
}

static void say_ready(struct machine_process *p)
{
    uint8_t ready[4];
    st32(ready, p->jail);
    machine_process_send(p, LINK_READY, ready, sizeof ready);
}

static void say_exit(struct machine_process *p)
{
    struct buf b = {0};
    buf_add32(&b, (uint32_t)p->status);
    buf_add8(&b, p->why.text[0] != 0);
    buf_add(&b, p->why.text, strlen(p->why.text));
    machine_process_send(p, LINK_EXIT, b.data, b.len);
    buf_free(&b);
    /* The front end reads until here or is gone: both end the wait. */
    while (link_queued(&p->link) && !p->link.broken) {
        struct link_msg msg;
        link_flush(&p->link);
        if (link_queued(&p->link))
            usleep(1000);
        while (link_recv(&p->link, &msg) == LINK_GOT_MSG)
            ;
    }
}

static void process_free(struct machine_process *p)
{
    for (unsigned i = 0; i < INPUTS; i++)
        buf_free(&p->input[i].contents);
    for (unsigned i = 0; i < MAX_PORTS; i++) {
        buf_free(&p->serial[i].in);
        buf_free(&p->serial[i].out);
    }
    buf_free(&p->debugcon);
    buf_free(&p->log);
    buf_free(&p->trace.text);
    buf_free(&p->heard);
    buf_free(&p->typing);
    script_free(&p->script);
    link_close(&p->link);
    free(p);
}

int machine_process_main(int link_fd)
{
    /* Keys of the terminal reach the whole group; the front end decides what they mean. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit fails with EFBIG */
    struct machine_process *p = calloc(1, sizeof *p);
    if (!p)
        return 1;
    link_init(&p->link, link_fd);
    p->frame_fd = p->hash_fd = p->record_fd = p->coverage_fd = -1;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        p->drive_fd[i] = -1;
    for (unsigned i = 0; i < MAX_MEDIA; i++)
        p->medium[i].fd = -1;
    for (unsigned i = 0; i < INPUTS; i++)
        p->input[i].fd = -1;
    if (watchdog_open(&p->watchdog, &p->why) && take_setup(p, &p->why) && confine(p, &p->why) &&
        read_inputs(p, &p->why) && make_machine(p, &p->why)) {
        say_ready(p);
        run_loop(p);
    } else {
        p->status = 1;
    }
    if (p->m) {
        struct error e;
        run_write_coverage(p);
        if (!machine_flush(p->m, &e) && !p->status)
            run_end(p, 1, e.text);
    }
    say_exit(p);
    if (p->m)
        machine_destroy(p->m);
    int status = p->status;
    process_free(p);
    return status;
}
