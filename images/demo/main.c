/* SPDX-License-Identifier: MIT */
/* main.c: the greeting and the menu of the demo guest. */
#include "demo.h"

struct boot_facts facts;

static const struct {
    char key;
    const char *title, *summary;
    void (*page)(void);
} menu[] = {
    {'1', "Showcase", "a gem in a glass case, in the frame buffer", page_glass},
    {'2', "Plasma", "four waves and a wheel of colours", page_plasma},
    {'3', "Keyboard", "type, and see the scan codes", page_keyboard},
    {'4', "Clock", "the real-time clock and the timer", page_clock},
    {'5', "Disk", "sectors by the BIOS and by the ports", page_disk},
    {'6', "Machine", "processor, memory, PCI", page_machine},
    {'7', "Mouse", "a PS/2 mouse, its buttons and its wheel", page_mouse},
    {'t', "Self-test", "checks the machine, results on port E9h too", page_test},
    {'p', "Power off", "", NULL},
};

#define MENU_TOP 12

static void draw_menu(unsigned chosen)
{
    for (unsigned i = 0; i < ARRAY_SIZE(menu); i++) {
        unsigned y = MENU_TOP + 1 + i;
        unsigned back = i == chosen ? ON(BLUE) : ON(BLACK);
        for (unsigned x = 9; x < 73; x++)
            screen_put(x, y, back, ' ');
        screen_put(11, y, YELLOW | back, menu[i].key >= 'a' ? menu[i].key - 32 : menu[i].key);
        screen_text(14, y, WHITE | back, menu[i].title);
        screen_text(26, y, (i == chosen ? LIGHT_CYAN : GREY) | back, menu[i].summary);
    }
}

static void draw_greeting(void)
{
    char text[64];
    char *p;
    screen_page("a PC in a glass case", "Press a key from the list, or choose with \x18 \x19 and Enter");
    screen_logo(9, 3);
    screen_text(9, 9, GREY, "No operating system here: this guest runs from its own boot sector.");
    p = format_number(text, (facts.memory_kib + 2047) / 1024, 10, 1, ' ');
    memcpy(p, " MiB, ", 6);
    p += 6;
    const char *video = facts.video.number ? "VBE with a frame buffer" : "VGA without VBE";
    memcpy(p, video, text_length(video) + 1);
    screen_text(9, 10, DARK, text);
    screen_text(58, 10, DARK, "start number");
    screen_number(71, 10, YELLOW, facts.boots, 10, 1, ' ');
    screen_box(8, MENU_TOP, 66, ARRAY_SIZE(menu) + 2, CYAN, "Menu");
}

static void say_goodbye(void)
{
    screen_clear(GREY | ON(BLACK));
    screen_logo(9, 6);
    screen_text(9, 13, WHITE, "Good-bye.");
    screen_mirror();
    serial_end();
    power_off();
    screen_text(9, 15, GREY, "The machine has no power switch that software can reach.");
    screen_text(9, 16, GREY, "The processor is halted: close the window.");
    for (;;)
        __asm__ volatile("cli; hlt");
}

static int choose(unsigned *chosen)
{
    uint32_t last = ticks;
    for (;;) {
        draw_menu(*chosen);
        int key = keyboard_key();
        for (; key == KEY_NONE; key = keyboard_key()) {
            wait_for_event();
            if (ticks - last >= TICKS_PER_SECOND) {
                last = ticks;
                screen_clock();
            }
        }
        if (key == KEY_UP)
            *chosen = (*chosen + ARRAY_SIZE(menu) - 1) % ARRAY_SIZE(menu);
        else if (key == KEY_DOWN)
            *chosen = (*chosen + 1) % ARRAY_SIZE(menu);
        else if (key == '\n' || key == ' ')
            return menu[*chosen].key;
        else
            return key >= 'A' && key <= 'Z' ? key + 32 : key;
    }
}

void demo_main(void);

void demo_main(void)
{
    cpu_setup();
    pic_setup();
    pit_setup();
    keyboard_setup();
    __asm__ volatile("sti");
    video_text();
    serial_setup();
    serial_text("Vitrine demo guest: press Enter for its menu on this line\n");
    facts.memory_kib = memory_kib();
    video_find(CANVAS_WIDTH, CANVAS_HEIGHT, &facts.video);
    facts.boots = counter_advance(&facts.boots_kept);

    for (unsigned chosen = 0;;) {
        draw_greeting();
        for (bool stay = true; stay;) {
            int key = choose(&chosen);
            for (unsigned i = 0; i < ARRAY_SIZE(menu); i++)
                if (menu[i].key == key) {
                    chosen = i;
                    if (!menu[i].page)
                        say_goodbye();
                    menu[i].page();
                    stay = false;
                }
        }
    }
}
