/* SPDX-License-Identifier: MIT */
/*
 * Opening of files. An image is locked while it is used: whoever writes holds it alone, readers
 * share it (open file description locks, which go with the descriptor to the machine process and
 * which QEMU's tools honour as well).
 */
#include "config.h"

#include "ctl/images.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.h"
#include "block/block.h"

enum { SECTOR = 512, MBR_TABLE = 446, MBR_ENTRIES = 4, MBR_ENTRY = 16, MBR_GPT = 0xee };

static bool no_file(const char *what, const char *path, struct error *err)
{
    switch (errno) {
    case ENOENT: return error_set(err, "%s%s: there is no such file; check the name", what, path);
    case EACCES:
    case EPERM: return error_set(err, "%s%s: permission denied; make it readable for you (chmod u+r)", what, path);
    case EMFILE:
    case ENFILE: return error_set(err, "%s%s: too many open files; raise 'ulimit -n'", what, path);
    default: return error_set(err, "%s%s: cannot be opened: %s", what, path, strerror(errno));
    }
}

static bool regular(const char *what, const char *path, int fd, struct stat *st, struct error *err)
{
    if (fstat(fd, st) < 0)
        return error_set(err, "%s%s: %s", what, path, strerror(errno));
    if (S_ISDIR(st->st_mode))
        return error_set(err, "%s%s: is a directory; name a file", what, path);
    if (!S_ISREG(st->st_mode) && !S_ISBLK(st->st_mode))
        return error_set(err, "%s%s: is neither a file nor a disk", what, path);
    return true;
}

/* Another image format: taken for raw, it would show a guest nonsense, and a guest would destroy it. */
static const char *other_format(int fd)
{
    char head[80] = {0};
    return pread(fd, head, sizeof head, 0) < 0 ? NULL : block_format(head, sizeof head);
}

/* The last sector that a partition table names plus one; 0 where there is none (a boot sector's
 * code may stand there). */
static uint64_t partitions_end(int fd)
{
    uint8_t mbr[SECTOR];
    if (pread(fd, mbr, sizeof mbr, 0) != SECTOR || ld16(mbr + SECTOR - 2) != 0xaa55)
        return 0;
    uint64_t end = 0;
    for (unsigned i = 0; i < MBR_ENTRIES; i++) {
        const uint8_t *e = mbr + MBR_TABLE + i * MBR_ENTRY;
        if (e[0] & 0x7f)
            return 0;
        if (!e[4])
            continue;
        if (e[4] == MBR_GPT || !ld32(e + 8) || !ld32(e + 12))
            return 0;
        end = MAX(end, (uint64_t)ld32(e + 8) + ld32(e + 12));
    }
    return end;
}

static bool check_image(const char *path, int fd, const struct drive_option *d, uint64_t bytes, struct error *err)
{
    bool written = !d->readonly && !d->snapshot;
    if (!bytes)
        return error_set(err, "%s: is empty; name an image, or make room with 'truncate -s 1G %s'", path, path);
    if (bytes < SECTOR)
        return error_set(err, "%s: has %llu bytes only, less than a sector; it is no disk image", path,
                         (unsigned long long)bytes);
    const char *other = d->raw ? NULL : other_format(fd);
    if (other)
        return error_set(err,
                         "%s: looks like %s, and only raw images are supported; unpack or convert it (qemu-img "
                         "convert -O raw), or say format=raw if it is raw",
                         path, other);
    if (bytes % SECTOR && written)
        return error_set(err,
                         "%s: its %llu bytes are no whole number of sectors: it seems to be cut short; say "
                         "readonly=on or -snapshot, or fill it up with 'truncate -s %%512 %s'",
                         path, (unsigned long long)bytes, path);
    return true;
}

/* NOTE: no error: boot loaders and dummy entries of hybrid images live with it, and so does a guest that stays in the
 * part that is there. */
bool image_doubt(const struct options *o, unsigned index, struct error *text)
{
    const struct drive_option *d = &o->drive[index];
    const struct drive_config *c = &o->cfg.drive[index];
    if (!d->file || c->fd < 0 || d->kind != DRIVE_DISK)
        return false;
    uint64_t end = partitions_end(c->fd);
    if (end <= (c->bytes + SECTOR - 1) / SECTOR)
        return false;
    error_set(text, "warning: %s: its partitions need %llu bytes and it has %llu: it may be cut short", d->file,
              (unsigned long long)end * SECTOR, (unsigned long long)c->bytes);
    return true;
}

static bool lock_image(const char *path, int fd, bool written, struct error *err)
{
    struct flock l = {.l_type = written ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_SETLK, &l) == 0)
        return true;
    if (errno == EAGAIN || errno == EACCES)
        return error_set(err, "%s: is in use by another virtual machine; end that one, or %s", path,
                         written ? "say -snapshot where both only read it" : "let it use the image with -snapshot too");
    return true; /* NOTE: a file system without locks; there is nobody to ask */
}

static int image_descriptor(const char *path, const struct drive_option *d, struct error *err)
{
    bool written = !d->readonly && !d->snapshot;
    int fd = open(path, (written ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0)
        return fd;
    int e = errno;
    if (written && (e == EACCES || e == EPERM || e == EROFS || e == ETXTBSY)) {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd >= 0) {
            close(fd);
            error_set(err, "%s: cannot be written to (%s); say -snapshot, or -drive file=%s,readonly=on", path,
                      strerror(e), path);
            return -1;
        }
    }
    if (e == EISDIR)
        error_set(err, "%s: is a directory; name a file", path);
    else {
        errno = e;
        no_file("", path, err);
    }
    return -1;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The open file into c, or an error; c->fd is then what was opened, or -1. */
static bool image_take(const struct drive_option *d, struct drive_config *c, struct error *err)
{
    struct stat st;
    c->fd = image_descriptor(d->file, d, err);
    if (c->fd < 0 || !regular("", d->file, c->fd, &st, err))
        return false;
    off_t end = lseek(c->fd, 0, SEEK_END);
    c->bytes = end < 0 ? 0 : (uint64_t)end;
    if (!check_image(d->file, c->fd, d, c->bytes, err))
        return false;
    const char *slash = strrchr(d->file, '/');
    snprintf(c->name, sizeof c->name, "%.60s", slash ? slash + 1 : d->file);
    c->readonly = d->readonly;
    c->snapshot = d->snapshot && !d->readonly;
    c->guessed = !d->raw;
    c->medium = true;
    return true;
}

void image_identify(int fd, struct image_id *id)
{
    struct stat st;
    id->there = fd >= 0 && fstat(fd, &st) == 0;
    if (id->there) {
        id->dev = st.st_dev;
        id->ino = st.st_ino;
    }
}

bool image_open_medium(const struct drive_option *d, struct drive_config *c, struct error *err)
{
    if (image_take(d, c, err) && lock_image(d->file, c->fd, !d->readonly && !d->snapshot, err))
        return true;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    return false;
}

/* A drive of this machine has that file: it holds the lock. */
static bool is_own(const struct options *o, int fd)
{
    struct image_id id;
    image_identify(fd, &id);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        if (id.there && o->image[i].there && o->image[i].dev == id.dev && o->image[i].ino == id.ino)
            return true;
    return false;
}

bool image_open_replayed(const struct options *o, const struct drive_option *d, struct drive_config *c,
                         struct error *err)
{
    if (image_take(d, c, err) && (is_own(o, c->fd) || lock_image(d->file, c->fd, false, err)))
        return true;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    return false;
}

/* No other drive before it has the same file, unless both only read it. */
static bool named_once(const struct options *o, unsigned index, struct error *err)
{
    const struct drive_option *d = &o->drive[index];
    struct stat st, other;
    if (fstat(o->cfg.drive[index].fd, &st) < 0)
        return true;
    for (unsigned i = 0; i < index; i++)
        if (o->cfg.drive[i].fd >= 0 && fstat(o->cfg.drive[i].fd, &other) == 0 && same_file(&st, &other) &&
            !((d->readonly || d->snapshot) && (o->drive[i].readonly || o->drive[i].snapshot)))
            return error_set(err, "%s: is named twice, as %s and %s; one machine can write it once", d->file,
                             drive_place(i), drive_place(index));
    return true;
}

static bool image_open(struct options *o, unsigned index, struct error *err)
{
    const struct drive_option *d = &o->drive[index];
    struct drive_config *c = &o->cfg.drive[index];
    if (!image_take(d, c, err) || !named_once(o, index, err) ||
        !lock_image(d->file, c->fd, !d->readonly && !d->snapshot, err))
        return false;
    image_identify(c->fd, &o->image[index]);
    return true;
}

/* What is known of a drive with or without something in it. */
static void fit_drive(struct drive_config *c, const struct drive_option *d)
{
    c->present = true;
    c->kind = d->kind;
    c->cache = d->cache;
    c->bootindex = d->bootindex;
    c->cyls = d->geometry.cyls;
    c->heads = d->geometry.heads;
    c->secs = d->geometry.secs;
    c->chs_trans = d->geometry.trans;
    memcpy(c->id, d->id, sizeof c->id);
    memcpy(c->serial, d->serial, sizeof c->serial);
}

bool images_open(struct options *o, struct error *err)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        if (!o->drive[i].fitted)
            continue;
        fit_drive(&o->cfg.drive[i], &o->drive[i]);
        if (o->drive[i].file && !image_open(o, i, err))
            return false;
    }
    return true;
}

void images_close(struct options *o)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        if (o->cfg.drive[i].fd >= 0)
            close(o->cfg.drive[i].fd);
        o->cfg.drive[i].fd = -1;
    }
}

int input_open(const char *what, const char *path, uint64_t max, uint64_t *bytes, struct error *err)
{
    struct stat st;
    char prefix[48];
    snprintf(prefix, sizeof prefix, "%s ", what);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        no_file(prefix, path, err);
        return -1;
    }
    bool good = regular(prefix, path, fd, &st, err);
    if (good && st.st_size == 0)
        good = error_set(err, "%s%s: is empty", prefix, path);
    if (good && (uint64_t)st.st_size > max)
        good = error_set(err, "%s%s: has %llu bytes, and at most %llu are possible", prefix, path,
                         (unsigned long long)st.st_size, (unsigned long long)max);
    if (!good) {
        close(fd);
        return -1;
    }
    *bytes = (uint64_t)st.st_size;
    return fd;
}
