/* SPDX-License-Identifier: MIT */
/* Text drawn over the guest's picture: a few lines in a box, in the VGA BIOS's 8x16 font. */
#ifndef VITRINE_UI_PANEL_H
#define VITRINE_UI_PANEL_H

#include <stdbool.h>
#include <stdint.h>

enum { PANEL_COLS = 76, PANEL_ROWS = 40, PANEL_CELL_W = 8, PANEL_CELL_H = 16 };

struct panel {
    char line[PANEL_ROWS][PANEL_COLS + 1];
    unsigned lines;
    int selected; /* line shown inverted, -1: none */
};

void panel_clear(struct panel *p);
/* Adds a line, cut to what fits; one beyond the last is dropped. Bytes that are not ASCII become
 * '?', one for a character of UTF-8. */
void panel_add(struct panel *p, const char *text);
/* In pixels, with the frame. */
void panel_size(const struct panel *p, unsigned *w, unsigned *h);
/* Draws it as ARGB8888 into panel_size's pixels. */
void panel_draw(const struct panel *p, uint32_t *pixels);
/* A line of text alone, strlen(text) cells wide. */
void panel_draw_text(const char *text, uint32_t ink, uint32_t paper, uint32_t *pixels, unsigned stride);

extern const uint8_t panel_font[256][PANEL_CELL_H]; /* generated from firmware/vgabios/font8x16.txt */

#endif
