/* SPDX-License-Identifier: MIT */
/* A machine that cannot be made as asked is no machine, and a text that names what is wrong; its neighbour is made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "block/block.h"
#include "tests/snap/damage.h"
#include "tests/snap/rig.h"

static void config_cpu(struct machine_config *cfg, bool good)
{
    strcpy(cfg->cpu, good ? "pentium3,-sse" : "pentium99");
}
static void config_cpu_flag(struct machine_config *cfg, bool good)
{
    strcpy(cfg->cpu, good ? "max,-sse2" : "max,-warp");
}
static void config_class(struct machine_config *cfg, bool good)
{
    strcpy(cfg->device[0].cls, good ? "isa-debug-exit" : "isa-debug-exits");
}
static void config_form(struct machine_config *cfg, bool good)
{
    strcpy(cfg->device[0].props[1], good ? "iosize=2" : "iosize");
}
static void config_property(struct machine_config *cfg, bool good)
{
    strcpy(cfg->device[0].props[1], good ? "iosize=2" : "iosizes=2");
}
static void config_value(struct machine_config *cfg, bool good)
{
    strcpy(cfg->device[0].props[0], good ? "iobase=0x502" : "iobase=zebra");
}
static void config_names(struct machine_config *cfg, bool good)
{
    cfg->device[1] = cfg->device[0];
    strcpy(cfg->device[1].props[0], "iobase=0x510");
    strcpy(cfg->device[0].id, "exit");
    strcpy(cfg->device[1].id, good ? "exit2" : "exit");
    cfg->ndevices = 2;
}
static void config_board_name(struct machine_config *cfg, bool good)
{
    strcpy(cfg->device[0].id, good ? "pit2" : "piix3"); /* which the board has */
}
static uint8_t rom[(4 << 20) + 4096];
static void config_bios_largest(struct machine_config *cfg, bool good)
{
    cfg->bios = (struct rom_config){rom, good ? 4 << 20 : (4 << 20) + 4096};
}
static void config_bios_smallest(struct machine_config *cfg, bool good)
{
    cfg->bios = (struct rom_config){rom, good ? 4096 : 2048};
}
static void config_bios_pages(struct machine_config *cfg, bool good)
{
    cfg->bios = (struct rom_config){rom, good ? 8192 : 8193};
}
static const uint8_t vga_rom[513] = {0x55, 0xaa, 1}, no_rom[512] = {0xaa, 0x55, 1}, half_rom[512] = {0x55, 0xab, 1};
static void config_vga_rom(struct machine_config *cfg, bool good)
{
    cfg->vga_rom = (struct rom_config){good ? vga_rom : no_rom, 512};
}
static void config_vga_rom_second(struct machine_config *cfg, bool good)
{
    cfg->vga_rom = (struct rom_config){good ? vga_rom : half_rom, 512};
}
static void config_vga_rom_short(struct machine_config *cfg, bool good)
{
    cfg->vga_rom = (struct rom_config){vga_rom, good ? 512 : 511};
}

static const struct {
    void (*config)(struct machine_config *cfg, bool good);
    const char *says;
} cases[] = {
    {config_cpu, "pentium99"},
    {config_cpu_flag, "warp"},
    {config_class, "no device 'isa-debug-exits'"},
    {config_form, "'iosize' is not of the form name=value"},
    {config_property, "iosizes"},
    {config_value, "zebra"},
    {config_names, "another device of the name 'exit'"},
    {config_board_name, "another device of the name 'piix3'"},
    {config_bios_largest, "up to 4 MiB"},
    {config_bios_smallest, "multiple of 4 KiB"},
    {config_bios_pages, "not 8193 bytes"},
    {config_vga_rom, "no expansion ROM"},
    {config_vga_rom_second, "no expansion ROM"},
    {config_vga_rom_short, "no expansion ROM"},
};

START_TEST(machine_that_cannot_be_made_is_an_error)
{
    for (unsigned good = 0; good < 2; good++) {
        struct error err = {""};
        struct machine_config cfg = rig_demo_config();
        struct machine_backends be = {0};
        cases[_i].config(&cfg, good);
        struct machine *m = machine_create(&cfg, &be, &err);
        if (good) {
            ck_assert_msg(m != NULL, "case %d: %s", _i, err.text);
            rig_run_to(m, 1000);
            machine_destroy(m);
        } else {
            ck_assert_msg(m == NULL, "case %d is made", _i);
            ck_assert_msg(strstr(err.text, cases[_i].says) != NULL, "no '%s' in: %s", cases[_i].says, err.text);
        }
    }
}
END_TEST

TCase *create_tests(void)
{
    TCase *t = tcase_create("create");
    tcase_add_loop_test(t, machine_that_cannot_be_made_is_an_error, 0, ARRAY_LEN(cases));
    return t;
}
