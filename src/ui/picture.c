/* SPDX-License-Identifier: MIT */
/* PPM (P6, 8 bits) and PNG (RGB, 8 bits). */
#include "config.h"

#include "ui/picture.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifdef HAVE_PNG
#include <png.h>
#endif

static void to_rgb(uint8_t *rgb, const uint8_t *pixels, uint32_t w)
{
    for (uint32_t x = 0; x < w; x++) {
        rgb[3 * x] = pixels[4 * x + 2];
        rgb[3 * x + 1] = pixels[4 * x + 1];
        rgb[3 * x + 2] = pixels[4 * x];
    }
}

static bool write_ppm(struct buf *out, uint32_t w, uint32_t h, const uint8_t *pixels, uint8_t *row)
{
    buf_printf(out, "P6\n%u %u\n255\n", w, h);
    for (uint32_t y = 0; y < h; y++) {
        to_rgb(row, pixels + (size_t)y * w * 4, w);
        buf_add(out, row, (size_t)w * 3);
    }
    return true;
}

#ifdef HAVE_PNG
static void png_bytes(png_structp png, png_bytep data, size_t len)
{
    buf_add(png_get_io_ptr(png), data, len);
}

static void png_flushed(png_structp png)
{
    (void)png;
}

static bool write_png(struct buf *out, uint32_t w, uint32_t h, const uint8_t *pixels, uint8_t *row)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return false;
    }
    png_set_write_fn(png, out, png_bytes, png_flushed);
    png_set_IHDR(png, info, w, h, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t y = 0; y < h; y++) {
        to_rgb(row, pixels + (size_t)y * w * 4, w);
        png_write_row(png, row);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return true;
}

bool picture_has_png(void)
{
    return true;
}
#else
static bool write_png(struct buf *out, uint32_t w, uint32_t h, const uint8_t *pixels, uint8_t *row)
{
    (void)out, (void)w, (void)h, (void)pixels, (void)row;
    return false;
}

bool picture_has_png(void)
{
    return false;
}
#endif

bool picture_is_png(const char *path)
{
    size_t n = strlen(path);
    return n >= 4 && !strcasecmp(path + n - 4, ".png");
}

bool picture_encode(struct buf *out, const char *path, bool png, uint32_t w, uint32_t h, const uint8_t *pixels,
                    struct error *err)
{
    png |= picture_is_png(path);
    if (png && !picture_has_png())
        return error_set(err, "%s: this build writes no PNG (libpng is missing); write a PPM", path);
    uint8_t *row = malloc((size_t)w * 3);
    bool good = row && (png ? write_png : write_ppm)(out, w, h, pixels, row);
    free(row);
    return good || error_set(err, "%s: the picture cannot be made: out of memory", path);
}
