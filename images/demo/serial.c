/* SPDX-License-Identifier: MIT */
/*
 * serial.c: COM1.  It carries the self-test's trace, and, once somebody sends a character there,
 * a copy of the text screen for an ANSI terminal that shows UTF-8, with the terminal's keys.  So
 * the demo can be used without a display, too.  16550A data sheet, 8.0.
 */
#include "demo.h"

#define DEBUG_PORT   0xe9
#define COM1         0x3f8
#define COM1_IER     (COM1 + 1)
#define COM1_FCR     (COM1 + 2)
#define COM1_LCR     (COM1 + 3)
#define COM1_MCR     (COM1 + 4)
#define COM1_LSR     (COM1 + 5)
#define LSR_DR       0x01
#define LSR_THRE     0x20
#define ESCAPE_TICKS 5 /* an Esc that nothing follows for so long is the key */
#define ESC          27

static volatile uint8_t queue[64];
static volatile unsigned queue_in, queue_out;
static volatile uint32_t last_byte; /* when it came, in ticks */
static bool session;                /* somebody is there */
static uint16_t shown[80 * 25];     /* what the terminal shows */

void serial_setup(void)
{
    outb(COM1_LCR, 0x80);
    outb(COM1, 1); /* 115200 */
    outb(COM1_IER, 0);
    outb(COM1_LCR, 3); /* 8N1 */
    outb(COM1_FCR, 7);
    outb(COM1_MCR, 0x0b); /* DTR, RTS, OUT2: the interrupt reaches the 8259 */
    outb(COM1_IER, 1);
}

void serial_interrupt(void)
{
    /* A machine without COM1 reads FFh; the bound keeps that from lasting. */
    for (unsigned i = 0; i < 16 && (inb(COM1_LSR) & LSR_DR); i++) {
        uint8_t byte = inb(COM1);
        if (queue_in - queue_out < sizeof queue)
            queue[queue_in++ % sizeof queue] = byte;
        last_byte = ticks;
    }
}

static void put(int byte)
{
    for (unsigned wait = 0; !(inb(COM1_LSR) & LSR_THRE) && wait < 100000; wait++)
        ;
    outb(COM1, (uint8_t)byte);
}

void serial_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            put('\r');
        put(*text);
    }
}

void trace(const char *text)
{
    for (const char *p = text; *p; p++)
        outb(DEBUG_PORT, (uint8_t)*p);
    serial_text(text);
}

static void put_number(unsigned value)
{
    char text[12];
    format_number(text, value, 10, 1, ' ');
    serial_text(text);
}

/* Code page 437, as far as the pages use it. */
static const char *utf8(unsigned character)
{
    static const struct {
        uint8_t from;
        char to[4];
    } table[] = {{0x18, "↑"}, {0x19, "↓"}, {0x1a, "→"}, {0x1b, "←"}, {0xb0, "░"}, {0xb3, "│"}, {0xbf, "┐"}, {0xc0, "└"},
                 {0xc4, "─"}, {0xd9, "┘"}, {0xda, "┌"}, {0xdb, "█"}, {0xdc, "▄"}, {0xdf, "▀"}, {0xfa, "·"}};
    static char plain[2];
    for (unsigned i = 0; i < ARRAY_SIZE(table); i++)
        if (table[i].from == character)
            return table[i].to;
    plain[0] = character >= ' ' && character < 127 ? (char)character : '?';
    return plain;
}

static void put_attribute(unsigned attribute)
{
    static const uint8_t ansi[8] = {0, 4, 2, 6, 1, 5, 3, 7};
    unsigned front = attribute & 15, back = attribute >> 4;
    serial_text("\033[");
    put_number((front & 8 ? 90u : 30u) + ansi[front & 7]);
    serial_text(";");
    put_number((back & 8 ? 100u : 40u) + ansi[back & 7]);
    serial_text("m");
}

void serial_redraw(void)
{
    memset(shown, 0xff, sizeof shown);
    if (session)
        serial_text("\033[0m\033[2J\033[?25l");
}

/* Brings the terminal to what the screen shows; called when the guest has nothing else to do. */
void serial_update(const uint16_t *cells)
{
    unsigned attribute = 0x1000, at = 80 * 25;
    if (!session)
        return;
    for (unsigned i = 0; i < 80 * 25; i++) {
        if (cells[i] == shown[i])
            continue;
        if (i != at || i % 80 == 0) {
            serial_text("\033[");
            put_number(i / 80 + 1);
            serial_text(";");
            put_number(i % 80 + 1);
            serial_text("H");
        }
        if (cells[i] >> 8 != attribute) {
            attribute = cells[i] >> 8;
            put_attribute(attribute);
        }
        serial_text(utf8(cells[i] & 0xff));
        shown[i] = cells[i];
        at = i + 1;
    }
}

void serial_end(void)
{
    if (session)
        serial_text("\033[0m\033[25;1H\033[?25h\n");
}

/* The next key of the terminal: a character, an arrow out of ESC [ A..D, or KEY_NONE. */
static int next_key(void)
{
    unsigned waiting = queue_in - queue_out;
    if (!waiting)
        return KEY_NONE;
    int byte = queue[queue_out % sizeof queue];
    if (byte == ESC) {
        if (waiting < 3 && ticks - last_byte < ESCAPE_TICKS)
            return KEY_NONE; /* the rest may be on its way */
        if (waiting >= 3 && queue[(queue_out + 1) % sizeof queue] == '[') {
            static const uint16_t arrows[4] = {KEY_UP, KEY_DOWN, KEY_RIGHT, KEY_LEFT};
            unsigned letter = queue[(queue_out + 2) % sizeof queue] - 'A';
            queue_out += 3;
            return letter < 4 ? arrows[letter] : KEY_OTHER;
        }
    }
    queue_out++;
    return byte == '\r' ? '\n' : byte == 127 ? '\b' : byte;
}

int serial_key(void)
{
    int key = next_key();
    if (key != KEY_NONE && !session) {
        session = true;
        serial_redraw();
        screen_changed();
        return KEY_NONE; /* it only opened the line */
    }
    return key;
}
