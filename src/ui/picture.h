/* SPDX-License-Identifier: MIT */
/* Pictures of the screen as files: PPM, and PNG where libpng is there. */
#ifndef VITRINE_UI_PICTURE_H
#define VITRINE_UI_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Writes w x h little-endian XRGB8888 pixels (any alignment). A ".png" name, or png, makes a PNG;
 * anything else a PPM. */
bool picture_write(const char *path, bool png, uint32_t w, uint32_t h, const uint8_t *pixels, struct error *err);
bool picture_is_png(const char *path);
bool picture_has_png(void);

#endif
