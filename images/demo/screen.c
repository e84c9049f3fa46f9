/* SPDX-License-Identifier: MIT */
/*
 * screen.c: the text mode: 80 x 25 cells at B8000h, code page 437, and what the terminal on COM1
 * shall show of it.
 */
#include "demo.h"

#define COLUMNS 80
#define ROWS    25

static volatile uint16_t *const cells = (volatile uint16_t *)0xb8000;
static uint16_t copy[COLUMNS * ROWS];
static bool changed;

static void set_cell(unsigned index, unsigned attribute, int character)
{
    uint16_t cell = (uint16_t)(attribute << 8 | (character & 0xff));
    cells[index] = cell;
    if (copy[index] != cell) {
        copy[index] = cell;
        changed = true;
    }
}

void screen_changed(void)
{
    changed = true;
}

void screen_mirror(void)
{
    if (changed)
        serial_update(copy);
    changed = false;
}

void screen_clear(unsigned attribute)
{
    for (unsigned i = 0; i < COLUMNS * ROWS; i++)
        set_cell(i, attribute, ' ');
}

void screen_put(unsigned column, unsigned row, unsigned attribute, int character)
{
    if (column < COLUMNS && row < ROWS)
        set_cell(row * COLUMNS + column, attribute, character);
}

void screen_text(unsigned column, unsigned row, unsigned attribute, const char *text)
{
    while (*text)
        screen_put(column++, row, attribute, (unsigned char)*text++);
}

void screen_number(unsigned column, unsigned row, unsigned attribute, uint32_t value, unsigned base, unsigned width,
                   char fill)
{
    char text[36];
    format_number(text, value, base, width, fill);
    screen_text(column, row, attribute, text);
}

void screen_box(unsigned column, unsigned row, unsigned width, unsigned height, unsigned attribute, const char *title)
{
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            bool side = x == 0 || x == width - 1;
            bool edge = y == 0 || y == height - 1;
            int c = side ? 0xb3 : edge ? 0xc4 : ' ';
            if (side && edge)
                c = y == 0 ? (x == 0 ? 0xda : 0xbf) : (x == 0 ? 0xc0 : 0xd9);
            screen_put(column + x, row + y, attribute, c);
        }
    if (title) {
        screen_put(column + 2, row, attribute, ' ');
        screen_text(column + 3, row, (attribute & 0xf0) | WHITE, title);
        screen_put(column + 3 + text_length(title), row, attribute, ' ');
    }
}

void screen_page(const char *title, const char *help)
{
    screen_clear(GREY | ON(BLACK));
    for (unsigned x = 0; x < COLUMNS; x++) {
        screen_put(x, 0, WHITE | ON(BLUE), ' ');
        screen_put(x, ROWS - 1, BLACK | ON(CYAN), ' ');
    }
    screen_text(2, 0, LIGHT_CYAN | ON(BLUE), "Vitrine");
    screen_text(10, 0, WHITE | ON(BLUE), title);
    screen_text(2, ROWS - 1, BLACK | ON(CYAN), help);
    screen_clock();
}

void screen_clock(void)
{
    struct rtc_time t = rtc_read();
    char text[24];
    char *p = format_number(text, t.year, 10, 4, '0');
    const unsigned parts[] = {t.month, t.day, t.hour, t.minute, t.second};
    for (unsigned i = 0; i < ARRAY_SIZE(parts); i++) {
        *p++ = "--  ::"[i + (i >= 2)];
        p = format_number(p, parts[i], 10, 2, '0');
    }
    screen_text(59, 0, YELLOW | ON(BLUE), text);
}

/* The name in letters of 8 x 10 dots, two dots to a cell. */
void screen_logo(unsigned column, unsigned row)
{
    static const uint8_t letters[7][10] = {
        {0xc3, 0xc3, 0xc3, 0xc3, 0x66, 0x66, 0x66, 0x3c, 0x3c, 0x18},
        {0x7e, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x7e},
        {0xff, 0xff, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18},
        {0xfc, 0xfe, 0xc3, 0xc3, 0xfe, 0xfc, 0xd8, 0xcc, 0xc6, 0xc3},
        {0x7e, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x18, 0x7e},
        {0xc3, 0xe3, 0xe3, 0xf3, 0xf3, 0xdb, 0xcf, 0xcf, 0xc7, 0xc3},
        {0xff, 0xff, 0xc0, 0xc0, 0xfc, 0xfc, 0xc0, 0xc0, 0xff, 0xff},
    };
    static const uint8_t shades[5] = {WHITE, WHITE, LIGHT_CYAN, LIGHT_CYAN, CYAN};
    for (unsigned letter = 0; letter < 7; letter++)
        for (unsigned y = 0; y < 5; y++)
            for (unsigned x = 0; x < 8; x++) {
                unsigned upper = letters[letter][2 * y] >> (7 - x) & 1;
                unsigned lower = letters[letter][2 * y + 1] >> (7 - x) & 1;
                static const uint8_t blocks[4] = {' ', 0xdf, 0xdc, 0xdb};
                screen_put(column + 9 * letter + x, row + y, shades[y], blocks[upper | lower << 1]);
            }
}
