/* SPDX-License-Identifier: MIT */
/* Pictures of the screen as files: PPM, and PNG where libpng is there. */
#ifndef VITRINE_UI_PICTURE_H
#define VITRINE_UI_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Adds the file of w x h little-endian XRGB8888 pixels (any alignment) to *out: a PNG for a name in ".png" or with
 * png, else a PPM. False with *err.
 */
bool picture_encode(struct buf *out, const char *path, bool png, uint32_t w, uint32_t h, const uint8_t *pixels,
                    struct error *err);
bool picture_is_png(const char *path);
bool picture_has_png(void);

#endif
