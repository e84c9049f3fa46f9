/* SPDX-License-Identifier: MIT */
/*
 * commit: what -snapshot kept in memory is written to the images. The machine process has its images open
 * for reading only, and shares their locks; so the front end keeps a copy of each such descriptor, and for a
 * commit opens the file once more, for writing, exchanges the shared lock for one of its own, and hands the
 * new descriptor over for as long as the machine writes.
 */
#include "config.h"

#include "front/front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.h"

struct commit {
    struct front *f;
    unsigned drive;
    bool all; /* go on with the next one */
    int fd;   /* the image, for writing */
    control_done_fn *done;
    void *ctx;
};

static bool lock_as(int fd, short type)
{
    struct flock l = {.l_type = type, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &l) == 0 || (errno != EAGAIN && errno != EACCES);
}

static void finish(struct commit *c, bool good, const char *text)
{
    if (c->fd >= 0)
        close(c->fd);
    c->done(c->ctx, good, text);
    free(c);
}

static bool kept(const struct front *f, unsigned i)
{
    return f->o->cfg.drive[i].medium && f->o->cfg.drive[i].snapshot && f->image_fd[i] >= 0;
}

static bool open_again(struct commit *c, struct error *err)
{
    const char *path = c->f->o->drive[c->drive].file;
    struct stat was, is;
    c->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (c->fd < 0)
        return error_set(err, "%s: cannot be written to: %s", path, strerror(errno));
    if (fstat(c->fd, &is) < 0 || fstat(c->f->image_fd[c->drive], &was) < 0 || is.st_dev != was.st_dev ||
        is.st_ino != was.st_ino)
        return error_set(err, "%s: is another file than the one that the machine has", path);
    lock_as(c->f->image_fd[c->drive], F_UNLCK);
    if (lock_as(c->fd, F_WRLCK))
        return true;
    lock_as(c->f->image_fd[c->drive], F_RDLCK);
    return error_set(err, "%s: is in use by another virtual machine; end that one first", path);
}

static void next(struct commit *c);

static void answered(void *ctx, enum link_reply kind, const uint8_t *data, size_t len)
{
    struct commit *c = ctx;
    char text[512];
    if (kind == LINK_MORE)
        return;
    snprintf(text, sizeof text, "%.*s", kind == LINK_FAILED ? (int)len : 0, (const char *)data);
    lock_as(c->fd, F_UNLCK);
    lock_as(c->f->image_fd[c->drive], F_RDLCK);
    close(c->fd);
    c->fd = -1;
    if (kind == LINK_FAILED || !c->all) {
        finish(c, kind != LINK_FAILED, text);
        return;
    }
    c->drive++;
    next(c);
}

/* Begins with the drive, or goes on to the next that has something to commit. */
static void next(struct commit *c)
{
    struct error err;
    uint8_t msg[9];
    while (c->all && c->drive < MAX_DRIVES && !kept(c->f, c->drive))
        c->drive++;
    if (c->drive == MAX_DRIVES) {
        finish(c, true, "");
        return;
    }
    if (!open_again(c, &err)) {
        finish(c, false, err.text);
        return;
    }
    msg[0] = (uint8_t)c->drive;
    st64(msg + 1, c->f->o->cfg.drive[c->drive].bytes);
    int passed = fcntl(c->fd, F_DUPFD_CLOEXEC, 0);
    if (passed < 0 || !guest_request_fd(&c->f->guest, LINK_COMMIT, msg, sizeof msg, passed, answered, c)) {
        lock_as(c->fd, F_UNLCK);
        lock_as(c->f->image_fd[c->drive], F_RDLCK);
        finish(c, false, "the machine takes no more requests now");
    }
}

bool front_commit(void *ctx, int drive, control_done_fn *done, void *done_ctx)
{
    struct front *f = ctx;
    struct error err;
    if (drive >= 0 && !kept(f, (unsigned)drive)) {
        error_set(&err, "%s keeps nothing in memory: it was not made with snapshot=on", f->o->drive[drive].id);
        done(done_ctx, false, err.text);
        return true;
    }
    struct commit *c = calloc(1, sizeof *c);
    if (!c)
        return false;
    *c = (struct commit){
        .f = f, .drive = drive < 0 ? 0 : (unsigned)drive, .all = drive < 0, .fd = -1, .done = done, .ctx = done_ctx};
    next(c);
    return true;
}

void front_keep_image(struct front *f, unsigned drive, int fd)
{
    if (f->image_fd[drive] >= 0)
        close(f->image_fd[drive]);
    f->image_fd[drive] = fd;
}
