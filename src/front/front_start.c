/* SPDX-License-Identifier: MIT */
/* The front end's start: files are opened and checked, the machine process is made out of this
 * program, and is told all. */
#include "config.h"

#include "front/front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/read_fd.h"
#include "ctl/host_file.h"
#include "ctl/images.h"
#include "ctl/options/modules.h"
#include "link/configmsg.h"

#define MIB (UINT64_C(1) << 20)

bool front_spawn(struct front *f, struct error *err)
{
    int fds[2], said[2];
    if (pipe2(said, O_CLOEXEC) < 0)
        return error_set(err, "cannot make a pipe to the machine process: %s", strerror(errno));
    f->said = said[0];
    fcntl(f->said, F_SETFL, O_NONBLOCK);
    if (!link_pair(fds, err)) {
        close(said[1]);
        return false;
    }
    f->child = fork();
    if (f->child == 0)
        front_become(&f->o->runas, MACHINE_PROCESS_ARG, fds[1], said[1]);
    close(fds[1]);
    close(said[1]);
    f->guest.link.fd = fds[0];
    return f->child > 0 || error_set(err, "cannot start the machine process: %s", strerror(errno));
}

/* Files that are only read: opened, sent, closed again. */
static bool send_fd(struct front *f, enum link_file what, unsigned index, int fd, uint64_t bytes, struct error *err)
{
    uint8_t msg[10] = {(uint8_t)what, (uint8_t)index};
    st64(msg + 2, bytes);
    return link_send_fd(&f->guest.link, LINK_FILE, msg, sizeof msg, fd) ||
           error_set(err, "the machine process ended before it was set up");
}

struct input {
    enum link_file what;
    const char *option, *path;
    unsigned index;
    uint64_t max;
};

static size_t list_inputs(const struct options *o, struct input *in)
{
    size_t n = 0;
    in[n++] = (struct input){LINK_FILE_BIOS, "-bios", o->bios, 0, 16 * MIB};
    in[n++] = (struct input){LINK_FILE_VGA_ROM, "romfile=", o->vga_romfile, 0, MIB};
    in[n++] = (struct input){LINK_FILE_KERNEL, "-kernel", o->kernel, 0, 1024 * MIB};
    if (!o->module[0])
        in[n++] = (struct input){LINK_FILE_INITRD, "-initrd", o->initrd, 0, 2048 * MIB};
    for (unsigned i = 0; i < o->cfg.nmodules; i++)
        in[n++] = (struct input){LINK_FILE_MODULE, "-initrd", o->module[i], i, 2048 * MIB};
    in[n++] = (struct input){LINK_FILE_SCRIPT, "--input-script", o->script, 0, MIB};
    in[n++] = (struct input){LINK_FILE_REPLAY, "--replay", o->replay, 0, 1024 * MIB};
    for (unsigned i = 0; i < o->nroms; i++)
        in[n++] = (struct input){LINK_FILE_ROM, "-option-rom", o->rom[i], i, 128 << 10};
    return n;
}

/* Opens each of them; sends them where asked to. */
static bool each_input(struct front *f, bool send, struct error *err)
{
    struct input in[6 + MAX_ROMS + MAX_MODULES];
    size_t n = list_inputs(f->o, in);
    for (size_t i = 0; i < n; i++) {
        uint64_t bytes;
        if (!in[i].path)
            continue;
        int fd = input_open(in[i].option, in[i].path, in[i].max, &bytes, err);
        if (fd < 0)
            return false;
        bool good = !send || send_fd(f, in[i].what, in[i].index, fd, bytes, err);
        close(fd);
        if (!good)
            return false;
    }
    return true;
}

static bool check_script(struct front *f, struct error *err)
{
    uint64_t bytes;
    struct buf text = {0};
    if (!f->o->script)
        return true;
    int fd = input_open("--input-script", f->o->script, MIB, &bytes, err);
    if (fd < 0)
        return false;
    bool good = read_fd(fd, bytes, &text, err) || error_prefix(err, "--input-script %s", f->o->script);
    close(fd);
    good = good && script_parse(&f->script, (const char *)text.data, text.len, err);
    buf_free(&text);
    return good;
}

static bool open_images(struct options *o, struct error *err)
{
    struct error doubt;
    if (!images_open(o, err))
        return false;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        if (image_doubt(o, i, &doubt))
            front_complain(doubt.text);
    return true;
}

bool front_open(struct front *f, struct error *err)
{
    struct options *o = f->o;
    return modules_list(o, err) && open_images(o, err) && each_input(f, false, err) && check_script(f, err) &&
           front_open_streams(f, err);
}

static bool send_output(struct front *f, enum link_file what, const char *option, const char *path, struct error *err)
{
    if (!path)
        return true;
    int fd = host_file_stream(option, path, STREAM_FILE, false, f->o, err);
    if (fd < 0)
        return false;
    if (send_fd(f, what, 0, fd, 0, err))
        return true; /* NOTE: it stays open here, too: host_file_begin() looks for what is being written */
    close(fd);
    return false;
}

/* What will be put into drives during a replay: only read, locked as a drive's image is. */
static bool send_replay_media(struct front *f, struct error *err)
{
    for (unsigned i = 0; i < f->o->nreplay_media; i++) {
        struct drive_option d = {.file = (char *)(uintptr_t)f->o->replay_media[i], .readonly = true, .raw = true};
        struct drive_config c;
        if (!image_open_replayed(f->o, &d, &c, err))
            return error_prefix(err, "--replay-media");
        bool good = send_fd(f, LINK_FILE_REPLAY_MEDIUM, i, c.fd, c.bytes, err);
        close(c.fd);
        if (!good)
            return false;
    }
    return true;
}

/* What such a machine sends. */
static struct guest_gives what_it_gives(const struct options *o, const struct run_config *run)
{
    struct guest_gives g = {
        .display = run->display, .audio = run->audio, .log = run->log != 0, .debugcon = o->cfg.debugcon};
    for (unsigned i = 0; i < MAX_PORTS; i++)
        if (i < FIRST_PARALLEL ? o->cfg.serial[i] : o->cfg.parallel[i - FIRST_PARALLEL])
            g.ports |= (uint8_t)(1 << i);
    return g;
}

bool front_configure(struct front *f, struct error *err)
{
    struct options *o = f->o;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        if (o->cfg.drive[i].medium && !send_fd(f, LINK_FILE_DRIVE, i, o->cfg.drive[i].fd, o->cfg.drive[i].bytes, err))
            return false;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        if (o->cfg.drive[i].medium && o->cfg.drive[i].snapshot)
            front_keep_image(f, i, fcntl(o->cfg.drive[i].fd, F_DUPFD_CLOEXEC, 0));
    images_close(o); /* the locks go with the machine's copies */
    if (f->frame_fd >= 0) {
        if (!send_fd(f, LINK_FILE_FRAME, 0, f->frame_fd, 0, err))
            return false;
        close(f->frame_fd);
        f->frame_fd = -1;
    }
    if (!each_input(f, true, err) || !send_replay_media(f, err) ||
        !send_output(f, LINK_FILE_HASH_LOG, "--hash-log", o->hash_log, err) ||
        !send_output(f, LINK_FILE_COVERAGE, "--coverage", o->coverage, err) ||
        !send_output(f, LINK_FILE_RECORD, "--record", o->record, err))
        return false;
    struct run_config run = {.display = f->shows,
                             .audio = f->sound != NULL,
                             .speed = f->o->speed,
                             .log = f->o->log,
                             .require_jail = f->o->require_jail};
    struct buf b = {0};
    config_put(&o->cfg, &run, &b);
    struct guest_gives gives = what_it_gives(o, &run);
    gives.pictures = f->script.nshots;
    guest_configure(&f->guest, &gives, b.data, b.len);
    buf_free(&b);
    return true;
}
