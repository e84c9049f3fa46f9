/* SPDX-License-Identifier: MIT */
/* pages.c: the text pages: keyboard, clock, disk, machine. */
#include "demo.h"

/* ---- keyboard: the keys on the screen light up while they are held */

struct cap {
    uint8_t code, width;
    const char *label;
};

#define KEYBOARD_TOP 3

static const struct cap key_rows[5][16] = {
    {{0x29, 5, "`"},
     {2, 5, "1"},
     {3, 5, "2"},
     {4, 5, "3"},
     {5, 5, "4"},
     {6, 5, "5"},
     {7, 5, "6"},
     {8, 5, "7"},
     {9, 5, "8"},
     {10, 5, "9"},
     {11, 5, "0"},
     {12, 5, "-"},
     {13, 5, "="},
     {14, 8, "Back"},
     {0, 0, 0}},
    {{15, 7, "Tab"},
     {16, 5, "Q"},
     {17, 5, "W"},
     {18, 5, "E"},
     {19, 5, "R"},
     {20, 5, "T"},
     {21, 5, "Y"},
     {22, 5, "U"},
     {23, 5, "I"},
     {24, 5, "O"},
     {25, 5, "P"},
     {26, 5, "["},
     {27, 5, "]"},
     {43, 6, "\\"},
     {0, 0, 0}},
    {{58, 8, "Caps"},
     {30, 5, "A"},
     {31, 5, "S"},
     {32, 5, "D"},
     {33, 5, "F"},
     {34, 5, "G"},
     {35, 5, "H"},
     {36, 5, "J"},
     {37, 5, "K"},
     {38, 5, "L"},
     {39, 5, ";"},
     {40, 5, "'"},
     {28, 10, "Enter"},
     {0, 0, 0}},
    {{42, 10, "Shift"},
     {44, 5, "Z"},
     {45, 5, "X"},
     {46, 5, "C"},
     {47, 5, "V"},
     {48, 5, "B"},
     {49, 5, "N"},
     {50, 5, "M"},
     {51, 5, ","},
     {52, 5, "."},
     {53, 5, "/"},
     {54, 13, "Shift"},
     {0, 0, 0}},
    {{29, 8, "Ctrl"},
     {56, 8, "Alt"},
     {57, 41, "Space"},
     {72, 4, "\x18"},
     {80, 4, "\x19"},
     {75, 4, "\x1b"},
     {77, 4, "\x1a"},
     {0, 0, 0}},
};

static void draw_keyboard(void)
{
    for (unsigned r = 0; r < 5; r++) {
        unsigned x = 3;
        for (const struct cap *cap = key_rows[r]; cap->width; x += cap->width, cap++) {
            bool down = keyboard_is_down(cap->code);
            unsigned attribute = down ? BLACK | ON(YELLOW) : WHITE | ON(DARK);
            unsigned shadow = down ? YELLOW : DARK;
            for (unsigned i = 0; i + 1 < cap->width; i++) {
                screen_put(x + i, KEYBOARD_TOP + 2 * r, attribute, ' ');
                screen_put(x + i, KEYBOARD_TOP + 2 * r + 1, shadow, 0xdf);
            }
            unsigned middle = x + (cap->width - 1 - (unsigned)text_length(cap->label)) / 2;
            screen_text(middle, KEYBOARD_TOP + 2 * r, attribute, cap->label);
        }
    }
}

struct typed {
    char text[3][70];
    unsigned row, column;
};

static void typed_add(struct typed *typed, int key)
{
    if (key == '\b') {
        if (typed->column)
            typed->text[typed->row][--typed->column] = ' ';
    } else if (key == '\n' || typed->column == sizeof typed->text[0] - 1) {
        if (typed->row == 2)
            memmove(typed->text[0], typed->text[1], 2 * sizeof typed->text[0]);
        else
            typed->row++;
        memset(typed->text[typed->row], ' ', sizeof typed->text[0] - 1);
        typed->column = 0;
    }
    if (key >= ' ' && key < 127)
        typed->text[typed->row][typed->column++] = (char)key;
}

static void typed_draw(const struct typed *typed)
{
    for (unsigned i = 0; i < 3; i++)
        screen_text(4, 15 + i, LIGHT_GREEN, typed->text[i]);
    screen_put(4 + typed->column, 15 + typed->row, LIGHT_GREEN, 0xdb);
}

void page_keyboard(void)
{
    static struct typed typed;
    uint8_t codes[22];
    unsigned count = 0;
    memset(&typed, 0, sizeof typed);
    for (unsigned i = 0; i < 3; i++)
        memset(typed.text[i], ' ', sizeof typed.text[0] - 1);
    screen_page("Keyboard", "Type something.   Esc: menu");
    screen_box(2, 14, 76, 5, GREY, "What you type");
    screen_box(2, 19, 76, 4, GREY, "Scan codes, the newest on the right");
    screen_text(4, 21, DARK, "set 1; yellow: pressed, grey: released");
    for (;;) {
        struct key_event event;
        draw_keyboard();
        typed_draw(&typed);
        while (!keyboard_event(&event))
            wait_for_event();
        if (event.scan_code) {
            if (count == ARRAY_SIZE(codes)) {
                memmove(codes, codes + 1, sizeof codes - sizeof codes[0]);
                count--;
            }
            codes[count++] = event.scan_code;
        }
        for (unsigned i = 0; i < count; i++) {
            unsigned attribute = codes[i] & 0x80 ? GREY : YELLOW;
            screen_number(5 + 3 * i, 20, attribute, codes[i], 16, 2, '0');
        }
        if (event.pressed && event.key == KEY_ESC)
            return;
        if (event.pressed)
            typed_add(&typed, event.key);
    }
}

/* ---- clock: the RTC in large digits, and how far the timer's count is from it */

static void large_digit(unsigned column, unsigned row, unsigned colour, int character)
{
    static const uint8_t shapes[11][5] = {
        {7, 5, 5, 5, 7}, {2, 6, 2, 2, 7}, {7, 1, 7, 4, 7}, {7, 1, 3, 1, 7}, {5, 5, 7, 1, 1}, {7, 4, 7, 1, 7},
        {7, 4, 7, 5, 7}, {7, 1, 2, 2, 2}, {7, 5, 7, 5, 7}, {7, 5, 7, 1, 7}, {0, 2, 0, 2, 0},
    };
    const uint8_t *shape = shapes[character == ':' ? 10 : character - '0'];
    for (unsigned y = 0; y < 5; y++)
        for (unsigned x = 0; x < 6; x++)
            screen_put(column + x, row + y, colour, shape[y] >> (2 - x / 2) & 1 ? 0xdb : ' ');
}

void page_clock(void)
{
    screen_page("Clock", "Esc: menu");
    screen_box(6, 4, 68, 9, CYAN, "MC146818 real-time clock");
    screen_box(6, 15, 68, 6, CYAN, "8254 counter 0, mode 2, interrupt 0");
    screen_text(9, 17, GREY, "Interrupts");
    screen_text(36, 17, GREY, "a second by the RTC:");
    screen_text(9, 19, GREY, "This second");
    unsigned last = 60;
    uint32_t second_start = ticks;
    bool whole = false; /* the first second on this page is none */
    for (;;) {
        if (keyboard_key() == KEY_ESC)
            return;
        struct rtc_time now = rtc_read();
        if (now.second != last) {
            char text[12], *p = text;
            const unsigned parts[] = {now.hour, now.minute, now.second};
            for (unsigned i = 0; i < 3; i++) {
                p = format_number(p, parts[i], 10, 2, '0');
                *p++ = i < 2 ? ':' : 0;
            }
            for (unsigned i = 0; text[i]; i++)
                large_digit(10 + 8 * i, 6, i == 2 || i == 5 ? DARK : LIGHT_CYAN, text[i]);
            if (last != 60 && whole)
                screen_number(58, 17, WHITE, ticks - second_start, 10, 4, ' ');
            whole = last != 60;
            second_start = ticks;
            last = now.second;
            screen_clock();
        }
        screen_number(22, 17, WHITE, ticks, 10, 8, ' ');
        unsigned done = (ticks - second_start) * 50 / TICKS_PER_SECOND;
        for (unsigned i = 0; i < 50; i++)
            screen_put(22 + i, 19, i < done ? LIGHT_GREEN : DARK, i < done ? 0xdb : 0xb0);
        wait_for_event();
    }
}

/* ---- disk: a sector by the BIOS or by the ports, and the counter */

static void dump_sector(const uint8_t *data, unsigned half)
{
    for (unsigned r = 0; r < 16; r++) {
        const uint8_t *line = data + 256 * half + 16 * r;
        screen_number(3, 7 + r, LIGHT_CYAN, 256 * half + 16 * r, 16, 3, '0');
        for (unsigned i = 0; i < 16; i++) {
            screen_number(9 + 3 * i + i / 8, 7 + r, line[i] ? WHITE : DARK, line[i], 16, 2, '0');
            screen_put(60 + i, 7 + r, LIGHT_GREEN, line[i] >= ' ' && line[i] < 127 ? line[i] : 0xfa);
        }
    }
}

static void show_model(void)
{
    uint16_t identity[256];
    char model[41];
    if (!ata_identify(identity)) {
        screen_text(3, 2, GREY, "No disk answers as primary master.");
        return;
    }
    for (unsigned i = 0; i < 20; i++) { /* words 27-46, the first character high */
        model[2 * i] = (char)(identity[27 + i] >> 8);
        model[2 * i + 1] = (char)identity[27 + i];
    }
    model[40] = 0;
    screen_text(3, 2, GREY, "Primary master:");
    screen_text(19, 2, WHITE, model);
}

void page_disk(void)
{
    static uint8_t data[512];
    screen_page("Disk", "\x1b \x1a sector   \x18 \x19 half   M: BIOS or ports   Esc: menu");
    show_model();
    screen_text(3, 3, GREY, "Starts of this disk so far:");
    screen_number(31, 3, YELLOW, facts.boots, 10, 1, ' ');
    screen_text(38, 3, facts.boots_kept ? DARK : LIGHT_RED,
                facts.boots_kept ? "kept in sector" : "not kept: the disk cannot be written");
    if (facts.boots_kept)
        screen_number(53, 3, DARK, counter_sector(), 10, 1, ' ');
    uint32_t count = disk_sectors(), sector = counter_sector();
    if (!count)
        count = (uint32_t)DEMO_SECTORS;
    bool ports = false, can_ports = ata_is_boot_disk();
    for (unsigned half = 0;;) {
        bool good = ports ? ata_read(sector, data) : disk_read(sector, data);
        screen_box(1, 5, 78, 19, CYAN, NULL);
        screen_text(4, 5, LIGHT_CYAN, " Sector            by                ");
        screen_number(12, 5, WHITE, sector, 10, 1, ' ');
        screen_text(26, 5, WHITE, ports ? "ports 1F0h-1F7h" : "INT 13h");
        if (good)
            dump_sector(data, half);
        else
            screen_text(25, 13, LIGHT_RED, "This sector cannot be read.");
        int key = keyboard_key();
        for (; key == KEY_NONE; key = keyboard_key())
            wait_for_event();
        if (key == KEY_ESC)
            return;
        if (key == KEY_RIGHT && sector + 1 < count)
            sector++;
        if (key == KEY_LEFT && sector)
            sector--;
        if (key == KEY_UP || key == KEY_DOWN)
            half = key == KEY_DOWN;
        if (key == 'm' || key == 'M')
            ports = !ports && can_ports;
    }
}

/* ---- machine: CPU, memory map, PCI */

static void show_cpu(unsigned row)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } features[] = {{0, "FPU"},  {3, "PSE"},  {4, "TSC"},   {5, "MSR"},  {6, "PAE"},   {8, "CX8"},  {9, "APIC"},
                    {11, "SEP"}, {13, "PGE"}, {15, "CMOV"}, {23, "MMX"}, {24, "FXSR"}, {25, "SSE"}, {26, "SSE2"}};
    uint32_t r[4];
    char name[49] = "a processor without CPUID";
    unsigned x = 16;
    if (cpu_has_cpuid()) {
        cpuid(0, r);
        memcpy(name, &r[1], 4);
        memcpy(name + 4, &r[3], 4);
        memcpy(name + 8, &r[2], 4);
        name[12] = 0;
        cpuid(1, r);
        screen_text(40, row, GREY, "family    model    stepping");
        screen_number(47, row, WHITE, r[0] >> 8 & 15, 10, 2, ' ');
        screen_number(56, row, WHITE, r[0] >> 4 & 15, 10, 2, ' ');
        screen_number(68, row, WHITE, r[0] & 15, 10, 2, ' ');
        for (unsigned i = 0; i < ARRAY_SIZE(features); i++)
            if (r[3] >> features[i].bit & 1) {
                screen_text(x, row + 2, LIGHT_GREEN, features[i].name);
                x += (unsigned)text_length(features[i].name) + 1;
            }
        cpuid(0x80000000, r);
        if (r[0] >= 0x80000004 && r[0] < 0x80000100)
            for (unsigned i = 0; i < 3; i++) {
                cpuid(0x80000002 + i, r);
                memcpy(name + 16 * i, r, 16);
            }
        name[48] = 0;
    }
    screen_text(3, row, GREY, "Processor");
    screen_text(16, row + 1, WHITE, name);
    if (text_length(name) <= 12) {
        screen_text(16, row, WHITE, name);
        screen_text(16, row + 1, GREY, "            ");
    }
}

static void show_memory(unsigned row)
{
    struct memory_range ranges[7];
    size_t n = bios_memory_map(ranges, ARRAY_SIZE(ranges));
    screen_text(3, row, GREY, "Memory");
    if (!n)
        screen_text(16, row, WHITE, "the BIOS has no memory map (INT 15h E820h)");
    for (size_t i = 0; i < n; i++) {
        unsigned y = row + (unsigned)i;
        uint64_t end = ranges[i].base + ranges[i].length - 1;
        screen_number(16, y, WHITE, (uint32_t)ranges[i].base, 16, 8, '0');
        screen_put(25, y, GREY, '-');
        screen_number(27, y, WHITE, (uint32_t)end, 16, 8, '0');
        screen_number(37, y, YELLOW, (uint32_t)(ranges[i].length >> 10), 10, 8, ' ');
        screen_text(46, y, GREY, "KiB");
        screen_text(51, y, ranges[i].type == 1 ? LIGHT_GREEN : GREY, ranges[i].type == 1 ? "usable" : "reserved");
    }
}

static const char *pci_class_name(unsigned class)
{
    switch (class) {
    case 0x0101: return "IDE controller";
    case 0x0200: return "Ethernet controller";
    case 0x0300: return "VGA controller";
    case 0x0600: return "host bridge";
    case 0x0601: return "ISA bridge";
    case 0x0680: return "bridge";
    default: return "device";
    }
}

static void show_pci(unsigned row)
{
    unsigned y = row;
    screen_text(3, row, GREY, "PCI bus 0");
    for (unsigned device = 0; device < 32; device++)
        for (unsigned function = 0; function < 8 && y < 23; function++) {
            uint32_t id = pci_read(0, device, function, 0);
            if ((id & 0xffff) == 0xffff) {
                if (function == 0)
                    break;
                continue;
            }
            screen_number(16, y, WHITE, device, 16, 2, '0');
            screen_put(18, y, GREY, '.');
            screen_number(19, y, WHITE, function, 16, 1, '0');
            screen_number(22, y, LIGHT_CYAN, id & 0xffff, 16, 4, '0');
            screen_put(26, y, GREY, ':');
            screen_number(27, y, LIGHT_CYAN, id >> 16, 16, 4, '0');
            screen_text(34, y, GREY, pci_class_name(pci_read(0, device, function, 8) >> 16));
            y++;
            if (!function && !(pci_read(0, device, 0, 0x0c) & 0x800000))
                break;
        }
    if (y == row)
        screen_text(16, y, WHITE, "none");
}

void page_machine(void)
{
    screen_page("Machine", "Esc: menu");
    show_cpu(2);
    show_memory(6);
    screen_text(3, 14, GREY, "Display");
    if (facts.video.version) {
        screen_text(16, 14, WHITE, "VBE  . ,        KiB of video memory, frame buffer at");
        screen_number(20, 14, WHITE, facts.video.version >> 8, 10, 1, ' ');
        screen_number(22, 14, WHITE, facts.video.version & 0xff, 10, 1, ' ');
        screen_number(25, 14, YELLOW, facts.video.memory_kib, 10, 6, ' ');
        screen_number(69, 14, WHITE, facts.video.lfb, 16, 8, '0');
    } else {
        screen_text(16, 14, WHITE, "VGA without VBE");
    }
    show_pci(16);
    while (keyboard_key() != KEY_ESC)
        wait_for_event();
}
