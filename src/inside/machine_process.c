/* SPDX-License-Identifier: MIT */
/*
 * The machine process from its start to its end: takes descriptors and the configuration from the
 * link, makes the machine, confines itself, runs, and says why it ended.
 */
#include "config.h"

#include "inside/machine_process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/log.h"
#include "base/read_fd.h"
#include "block/block.h"
#include "firmware/blobs.h"
#include "jail/jail.h"

enum { FILE_BIOS, FILE_KERNEL, FILE_INITRD, FILE_VGA_ROM, FILE_REPLAY };
enum { SCRIPT_MAX = 1 << 20 };
enum { SPARE_FDS = 2 * MAX_DRIVES }; /* media that are put in later, while the old ones are still there */

static void note(void *ctx, const char *line)
{
    struct machine_process *p = ctx;
    link_send(&p->link, LINK_NOTE, line, strlen(line));
}

static void guest_log(void *ctx, const char *line)
{
    struct machine_process *p = ctx;
    link_send(&p->link, LINK_GUEST_ERROR, line, strlen(line));
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

/* Reads a file's contents before the confinement; the descriptor is closed. */
static bool take_contents(struct buf *to, int fd, uint64_t bytes, struct error *err)
{
    bool good = read_fd(fd, bytes, to, err);
    close(fd);
    return good;
}

static bool take_script(struct machine_process *p, int fd, uint64_t bytes, struct error *err)
{
    struct buf text = {0};
    bool good = bytes <= SCRIPT_MAX && take_contents(&text, fd, bytes, err) &&
                script_parse(&p->script, (const char *)text.data, text.len, err);
    buf_free(&text);
    return good;
}

static bool take_file(struct machine_process *p, const struct link_msg *msg, struct error *err)
{
    struct reader r = {msg->data, msg->data + msg->len, false};
    uint8_t what = get8(&r), index = get8(&r);
    uint64_t bytes = get64(&r);
    if (r.bad || msg->fd < 0)
        return error_set(err, "a malformed file message came over the link");
    switch (what) {
    case LINK_FILE_DRIVE:
        if (index >= MAX_DRIVES)
            break;
        p->drive_fd[index] = msg->fd;
        return true;
    case LINK_FILE_REPLAY_MEDIUM:
        if (index >= MAX_MEDIA || index != p->nmedia)
            break;
        p->medium[index].bytes = bytes;
        p->medium[p->nmedia++].fd = msg->fd;
        return true;
    case LINK_FILE_FRAME: p->frame_fd = msg->fd; return true;
    case LINK_FILE_BIOS: return take_contents(&p->file[FILE_BIOS], msg->fd, bytes, err) || error_prefix(err, "-bios");
    case LINK_FILE_KERNEL:
        return take_contents(&p->file[FILE_KERNEL], msg->fd, bytes, err) || error_prefix(err, "-kernel");
    case LINK_FILE_INITRD:
        return take_contents(&p->file[FILE_INITRD], msg->fd, bytes, err) || error_prefix(err, "-initrd");
    case LINK_FILE_ROM:
        if (index >= MAX_ROMS)
            break;
        return take_contents(&p->rom[index], msg->fd, bytes, err) || error_prefix(err, "-option-rom");
    case LINK_FILE_VGA_ROM:
        return take_contents(&p->file[FILE_VGA_ROM], msg->fd, bytes, err) || error_prefix(err, "romfile=");
    case LINK_FILE_MODULE:
        if (index >= MAX_MODULES)
            break;
        return take_contents(&p->module[index], msg->fd, bytes, err) || error_prefix(err, "-initrd");
    case LINK_FILE_SCRIPT: return take_script(p, msg->fd, bytes, err);
    case LINK_FILE_REPLAY:
        return take_contents(&p->file[FILE_REPLAY], msg->fd, bytes, err) || error_prefix(err, "--replay");
    case LINK_FILE_HASH_LOG: p->hash_fd = msg->fd; return true;
    case LINK_FILE_COVERAGE: p->coverage_fd = msg->fd; return true;
    case LINK_FILE_RECORD: p->record_fd = msg->fd; return true;
    default: break;
    }
    close(msg->fd);
    return error_set(err, "a malformed file message came over the link");
}

/* Everything up to and with the configuration. */
static bool take_setup(struct machine_process *p, struct error *err)
{
    struct link_msg msg;
    while (link_wait(&p->link, &msg) == LINK_GOT_MSG) {
        if (msg.type == LINK_FILE) {
            if (!take_file(p, &msg, err))
                return false;
        } else if (msg.type == LINK_CONFIG) {
            return config_get(&p->cfg, &p->run, msg.data, msg.len, err);
        } else {
            return error_set(err, "message %u came over the link before the configuration", msg.type);
        }
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
    bool any = p->file[FILE_KERNEL].len || p->file[FILE_BIOS].len || p->cfg.nodefaults;
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

static struct rom_config contents(const struct buf *b)
{
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

static bool make_machine(struct machine_process *p, struct error *err)
{
    struct machine_backends be = {0};
    p->cfg.bios = contents(&p->file[FILE_BIOS]);
    p->cfg.vga_rom = contents(&p->file[FILE_VGA_ROM]);
    p->cfg.kernel = contents(&p->file[FILE_KERNEL]);
    p->cfg.initrd = contents(&p->file[FILE_INITRD]);
    for (unsigned i = 0; i < p->cfg.nmodules; i++)
        p->cfg.module[i] = contents(&p->module[i]);
    for (unsigned i = 0; i < MAX_ROMS; i++)
        if (p->rom[i].len)
            p->cfg.rom[p->cfg.nroms++] = contents(&p->rom[i]);
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
    if (p->file[FILE_REPLAY].len) {
        struct buf *j = &p->file[FILE_REPLAY];
        if (!journal_load(machine_journal(p->m), j->data, j->len, err))
            return error_prefix(err, "--replay");
        if (!open_media(p, err))
            return false;
        journal_deliver(machine_journal(p->m));
    }
    return true;
}

static bool confine(struct machine_process *p, struct error *err)
{
    int keep[4 + MAX_DRIVES + MAX_MEDIA];
    size_t n = 0;
    keep[n++] = p->link.fd;
    if (p->hash_fd >= 0)
        keep[n++] = p->hash_fd;
    if (p->coverage_fd >= 0)
        keep[n++] = p->coverage_fd;
    if (p->record_fd >= 0)
        keep[n++] = p->record_fd;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        if (p->cfg.drive[i].medium && p->cfg.drive[i].fd >= 0)
            keep[n++] = p->cfg.drive[i].fd;
    for (unsigned i = 0; i < p->nmedia; i++)
        keep[n++] = p->medium[i].fd;
    uint32_t in_force;
    if (!jail_enter(keep, n, SPARE_FDS, &in_force, err))
        return false;
    uint8_t ready[4];
    st32(ready, in_force);
    link_send(&p->link, LINK_READY, ready, sizeof ready);
    return true;
}

static void say_exit(struct machine_process *p)
{
    struct buf b = {0};
    buf_add32(&b, (uint32_t)p->status);
    buf_add8(&b, p->why.text[0] != 0);
    buf_add(&b, p->why.text, strlen(p->why.text));
    link_send(&p->link, LINK_EXIT, b.data, b.len);
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
    for (unsigned i = 0; i < ARRAY_LEN(p->file); i++)
        buf_free(&p->file[i]);
    for (unsigned i = 0; i < MAX_ROMS; i++)
        buf_free(&p->rom[i]);
    for (unsigned i = 0; i < MAX_MODULES; i++)
        buf_free(&p->module[i]);
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
    struct machine_process *p = calloc(1, sizeof *p);
    if (!p)
        return 1;
    link_init(&p->link, link_fd);
    p->frame_fd = p->hash_fd = p->record_fd = p->coverage_fd = -1;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        p->drive_fd[i] = -1;
    if (watchdog_open(&p->watchdog, &p->why) && take_setup(p, &p->why) && make_machine(p, &p->why) &&
        confine(p, &p->why))
        run_loop(p);
    else
        p->status = 1;
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
