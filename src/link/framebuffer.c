/* SPDX-License-Identifier: MIT */
/* The shared surface: made and sealed by the front end, filled by the machine, flipped by
 * LINK_FRAME messages. */
#include "config.h"

#include "link/framebuffer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bits.h"

int frame_create(const uint32_t **map, struct error *err)
{
    size_t bytes = FRAME_SLOTS * FRAME_SLOT_BYTES;
    int fd = memfd_create("vitrine-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    /* NOTE: sealed against shrinking, since a shorter file under a mapping would be a SIGBUS in the
     * front end. */
    if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
        error_set(err, "cannot make the shared picture memory: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    void *p = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) {
        error_set(err, "cannot map the shared picture memory: %s", strerror(errno));
        close(fd);
        return -1;
    }
    *map = p;
    return fd;
}

bool frame_get(const struct link_msg *msg, struct frame_info *info)
{
    struct reader r = {msg->data, msg->data + msg->len, false};
    info->slot = get8(&r);
    info->w = get32(&r);
    info->h = get32(&r);
    info->y0 = get32(&r);
    info->y1 = get32(&r);
    return !r.bad && r.p == r.end && info->slot < FRAME_SLOTS && info->w >= 1 && info->w <= SURFACE_MAX_W &&
           info->h >= 1 && info->h <= SURFACE_MAX_H && info->y0 < info->y1 && info->y1 <= info->h;
}

bool frame_writer_init(struct frame_writer *f, int fd, struct link *link, struct error *err)
{
    memset(f, 0, sizeof *f);
    f->link = link;
    void *p = mmap(NULL, FRAME_SLOTS * FRAME_SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return error_set(err, "cannot map the shared picture memory: %s", strerror(errno));
    f->slots = p;
    p = mmap(NULL, FRAME_SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return error_set(err, "no memory for the picture: %s", strerror(errno));
    f->canvas = p;
    return true;
}

static void changed(struct frame_writer *f, uint32_t y0, uint32_t y1)
{
    for (unsigned i = 0; i < FRAME_SLOTS; i++) {
        f->slot[i].y0 = f->slot[i].y0 < f->slot[i].y1 ? MIN(f->slot[i].y0, y0) : y0;
        f->slot[i].y1 = MAX(f->slot[i].y1, y1);
    }
    f->y0 = f->fresh ? MIN(f->y0, y0) : y0;
    f->y1 = f->fresh ? MAX(f->y1, y1) : y1;
    f->fresh = true;
    f->frames++;
}

/* Brings the free slot up to date and hands it over. */
static void publish(struct frame_writer *f)
{
    unsigned s = f->next;
    if (!f->fresh || f->slot[s].lent)
        return;
    bool whole = f->slot[s].w != f->w || f->slot[s].h != f->h;
    uint32_t y0 = whole ? 0 : f->slot[s].y0;
    uint32_t y1 = whole ? f->h : MIN(f->slot[s].y1, f->h);
    uint32_t *to = f->slots + s * (FRAME_SLOT_BYTES / 4);
    if (y0 < y1)
        memcpy(to + (size_t)y0 * f->w, f->canvas + (size_t)y0 * f->w, (size_t)(y1 - y0) * f->w * 4);
    f->slot[s].w = f->w;
    f->slot[s].h = f->h;
    f->slot[s].y0 = f->slot[s].y1 = 0;
    f->slot[s].lent = true;
    f->next = (s + 1) % FRAME_SLOTS;
    uint8_t msg[17] = {(uint8_t)s};
    st32(msg + 1, f->w);
    st32(msg + 5, f->h);
    st32(msg + 9, MIN(f->y0, f->h - 1));
    st32(msg + 13, MIN(f->y1, f->h));
    f->fresh = false;
    link_send(f->link, LINK_FRAME, msg, sizeof msg);
}

static uint32_t *begin(void *ctx, uint32_t w, uint32_t h, uint32_t *stride)
{
    struct frame_writer *f = ctx;
    if (w < 1 || h < 1 || w > SURFACE_MAX_W || h > SURFACE_MAX_H)
        return NULL;
    if (w != f->w || h != f->h) {
        f->w = w;
        f->h = h;
        memset(f->canvas, 0, (size_t)w * h * 4);
        changed(f, 0, h);
    }
    *stride = w;
    return f->canvas;
}

static void end(void *ctx, uint32_t y0, uint32_t y1)
{
    struct frame_writer *f = ctx;
    y1 = MIN(y1, f->h);
    if (y0 < y1)
        changed(f, y0, y1);
    publish(f);
}

struct surface frame_surface(struct frame_writer *f)
{
    if (!f->slots)
        return (struct surface){0};
    return (struct surface){.ctx = f, .begin = begin, .end = end};
}

bool frame_done(struct frame_writer *f, unsigned slot)
{
    if (slot >= FRAME_SLOTS || !f->slots)
        return false;
    f->slot[slot].lent = false;
    publish(f);
    return true;
}
