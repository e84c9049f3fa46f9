/* SPDX-License-Identifier: MIT */
/*
 * The picture on its way between the processes: two slots in one sealed memfd. The machine draws
 * into a canvas of its own and copies the changed lines into the slot that the front end is not
 * looking at, so that a picture never tears and the display device never waits, nor sees whether
 * the viewer is slow.
 */
#ifndef VITRINE_LINK_FRAMEBUFFER_H
#define VITRINE_LINK_FRAMEBUFFER_H

#include "bus/surface.h"
#include "link/link.h"

enum { FRAME_SLOTS = 2 };
#define FRAME_SLOT_BYTES ((size_t)SURFACE_MAX_W * SURFACE_MAX_H * 4)

/* Front end: makes the memory; *map is read-only. Descriptor, or -1 with *err. */
int frame_create(const uint32_t **map, struct error *err);

struct frame_info {
    unsigned slot;
    uint32_t w, h, y0, y1; /* w x h pixels without gaps; lines [y0, y1) changed since the frame before */
};
/* Decodes LINK_FRAME; false where the machine's numbers are out of range. */
bool frame_get(const struct link_msg *msg, struct frame_info *info);

/* Machine's end. */
struct frame_writer {
    uint32_t *slots; /* NULL: nobody looks */
    uint32_t *canvas;
    uint32_t w, h;
    struct {
        uint32_t w, h;   /* what the slot holds */
        uint32_t y0, y1; /* lines of the canvas that changed since it was filled */
        bool lent;       /* the front end has not given it back yet */
    } slot[FRAME_SLOTS];
    unsigned next;
    bool fresh;      /* the canvas changed since the last frame that was sent */
    uint32_t y0, y1; /* where */
    uint64_t frames; /* drawn so far */
    struct link *link;
};
/* Maps the descriptor (and does not close it). */
bool frame_writer_init(struct frame_writer *f, int fd, struct link *link, struct error *err);
struct surface frame_surface(struct frame_writer *f);
/* The front end has taken the picture out of a slot. False for a number that is none. */
bool frame_done(struct frame_writer *f, unsigned slot);

#endif
