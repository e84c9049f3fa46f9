/* SPDX-License-Identifier: MIT */
/*
 * mouse.c: the PS/2 mouse at the 8042's second port, without its interrupt: bytes are fetched
 * between two ticks of the timer. Wheel and five buttons where the mouse has them.
 */
#include "demo.h"

#define KBC_DATA        0x60
#define KBC_STATUS      0x64
#define STATUS_AUX_FULL 0x21
#define STATUS_BUSY     2
#define KBC_WRITE_AUX   0xd4
#define KBC_ENABLE_AUX  0xa8
#define MOUSE_TYPE      0xf2
#define MOUSE_RATE      0xf3
#define MOUSE_ENABLE    0xf4
#define MOUSE_DISABLE   0xf5
#define PATIENCE        200000

#define AREA_COLUMNS 74
#define AREA_ROWS    15
#define AREA_LEFT    3
#define AREA_TOP     3

static bool mouse_byte(uint8_t *byte, unsigned patience)
{
    do {
        if ((inb(KBC_STATUS) & STATUS_AUX_FULL) == STATUS_AUX_FULL) {
            *byte = inb(KBC_DATA);
            return true;
        }
    } while (patience--);
    return false;
}

static bool mouse_send(uint8_t byte)
{
    uint8_t answer;
    for (unsigned i = 0; (inb(KBC_STATUS) & STATUS_BUSY) && i < PATIENCE; i++)
        ;
    outb(KBC_STATUS, KBC_WRITE_AUX);
    for (unsigned i = 0; (inb(KBC_STATUS) & STATUS_BUSY) && i < PATIENCE; i++)
        ;
    outb(KBC_DATA, byte);
    while (mouse_byte(&answer, PATIENCE)) /* what was on its way comes first */
        if (answer == 0xfa)
            return true;
    return false;
}

static void knock(uint8_t first, uint8_t second, uint8_t third)
{
    const uint8_t rates[] = {first, second, third};
    for (unsigned i = 0; i < 3; i++)
        if (mouse_send(MOUSE_RATE))
            mouse_send(rates[i]);
}

/* The device type: 0, 3 with a wheel, 4 with five buttons; 255: there is no mouse. */
static uint8_t mouse_setup(void)
{
    uint8_t type = 0;
    outb(KBC_STATUS, KBC_ENABLE_AUX);
    if (!mouse_send(MOUSE_DISABLE))
        return 255;
    knock(200, 100, 80);
    knock(200, 200, 80);
    if (!mouse_send(MOUSE_TYPE) || !mouse_byte(&type, PATIENCE))
        return 255;
    mouse_send(MOUSE_ENABLE);
    return type;
}

struct pointer {
    int x, y, wheel;
    unsigned buttons;
};

static int within(int v, int size)
{
    return v < 0 ? 0 : v >= size ? size - 1 : v;
}

static void take_packet(struct pointer *p, const uint8_t *packet, uint8_t type)
{
    p->x = within(p->x + packet[1] - ((packet[0] & 0x10) << 4), AREA_COLUMNS * 8);
    p->y = within(p->y - packet[2] + ((packet[0] & 0x20) << 3), AREA_ROWS * 16);
    p->buttons = packet[0] & 7;
    if (type == 4)
        p->buttons |= packet[3] >> 1 & 0x18;
    if (type)
        p->wheel -= (int8_t)(packet[3] << 4) >> 4;
}

static void put(const struct pointer *p, unsigned attribute, int character)
{
    screen_put(AREA_LEFT + (unsigned)p->x / 8, AREA_TOP + (unsigned)p->y / 16, attribute, character);
}

static void draw(const struct pointer *p)
{
    put(p, p->buttons ? LIGHT_RED : YELLOW, p->buttons ? 0xdb : 0x0f);
    screen_text(4, 20, GREY, "x        y        wheel       buttons");
    screen_number(6, 20, WHITE, (uint32_t)p->x, 10, 4, ' ');
    screen_number(15, 20, WHITE, (uint32_t)p->y, 10, 4, ' ');
    screen_text(27, 20, WHITE, p->wheel < 0 ? "-" : " ");
    screen_number(28, 20, WHITE, (uint32_t)(p->wheel < 0 ? -p->wheel : p->wheel), 10, 3, ' ');
    for (unsigned i = 0; i < 5; i++)
        screen_text(42 + 7 * i, 20, p->buttons >> i & 1 ? LIGHT_RED : DARK,
                    i == 0   ? "left"
                    : i == 1 ? "right"
                    : i == 2 ? "middle"
                    : i == 3 ? "side"
                             : "extra");
}

void page_mouse(void)
{
    uint8_t packet[4];
    unsigned have = 0;
    struct pointer p = {AREA_COLUMNS * 4, AREA_ROWS * 8, 0, 0};
    screen_page("Mouse", "Move it, press its buttons, turn its wheel.   Esc: menu");
    screen_box(2, 2, 76, AREA_ROWS + 2, GREY, "Where it is");
    uint8_t type = mouse_setup();
    screen_text(4, 22, GREY,
                type == 255 ? "There is no mouse."
                : type == 4 ? "Type 4: wheel and five buttons"
                : type == 3 ? "Type 3: wheel"
                            : "Type 0: three buttons");
    for (draw(&p); keyboard_key() != KEY_ESC;) {
        while (mouse_byte(&packet[have], have ? 10000 : 0)) {
            if (!have && !(packet[0] & 8))
                continue; /* not a first byte: out of step */
            if (++have < (type ? 4 : 3))
                continue;
            have = 0;
            put(&p, BLACK, ' ');
            take_packet(&p, packet, type);
            draw(&p);
        }
        if (!have)
            wait_for_event();
    }
    if (type != 255)
        mouse_send(MOUSE_DISABLE);
}
