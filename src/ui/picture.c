/* SPDX-License-Identifier: MIT */
/* PPM (P6, 8 bits) and PNG (RGB, 8 bits). A file that could not be written whole is removed again.
 */
#include "config.h"

#include "ui/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

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

static bool write_ppm(FILE *f, uint32_t w, uint32_t h, const uint8_t *pixels, uint8_t *row)
{
    fprintf(f, "P6\n%u %u\n255\n", w, h);
    for (uint32_t y = 0; y < h; y++) {
        to_rgb(row, pixels + (size_t)y * w * 4, w);
        fwrite(row, 3, w, f);
    }
    return !ferror(f);
}

#ifdef HAVE_PNG
static bool write_png(FILE *f, uint32_t w, uint32_t h, const uint8_t *pixels, uint8_t *row)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return false;
    }
    png_init_io(png, f);
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
static bool write_png(FILE *f, uint32_t w, uint32_t h, const uint8_t *pixels, uint8_t *row)
{
    (void)f, (void)w, (void)h, (void)pixels, (void)row;
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

bool picture_write(const char *path, bool png, uint32_t w, uint32_t h, const uint8_t *pixels, struct error *err)
{
    png |= picture_is_png(path);
    if (png && !picture_has_png())
        return error_set(err, "%s: this build writes no PNG (libpng is missing); write a PPM", path);
    uint8_t *row = malloc((size_t)w * 3);
    FILE *f = row ? fopen(path, "wbe") : NULL;
    if (!f) {
        error_set(err, "%s: cannot be written: %s", path, strerror(row ? errno : ENOMEM));
        free(row);
        return false;
    }
    bool good = png ? write_png(f, w, h, pixels, row) : write_ppm(f, w, h, pixels, row);
    int e = errno;
    if (fclose(f) != 0) {
        good = false;
        e = errno;
    }
    free(row);
    if (good)
        return true;
    unlink(path);
    return error_set(err, "%s: cannot be written: %s", path, strerror(e));
}
