/* SPDX-License-Identifier: MIT */
/* The command line's devices, booting, firmware, modules, and what happens at the machine's end. */
#include "config.h"

#include "tests/cli/parse.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/options/modules.h"

START_TEST(devices_and_their_properties)
{
    takes("-device isa-debug-exit,id=x,iobase=0x501,iosize=2,bus=isa.0 -device driver=isa-debug-exit,iobase=0x601");
    IS(o.cfg.ndevices, 2);
    SAYS(o.cfg.device[0].id, "x");
    IS(o.cfg.device[0].nprops, 2);
    SAYS(o.cfg.device[0].props[0], "iobase=0x501");
    SAYS(o.cfg.device[0].props[1], "iosize=2");
    SAYS(o.cfg.device[1].cls, "isa-debug-exit");
    SAYS(o.cfg.device[1].id, "");
    static const struct {
        const char *line, *there;
    } bus[] = {{"-device isa-debug-exit,bus=isa.1", "isa.0"},
               {"-device isa-debug-exit,bus=pci.0", "isa.0"},
               {"-usb -device usb-tablet,bus=usb-bus.1", "usb-bus.0"},
               {"-usb -device usb-tablet,bus=isa.0", "usb-bus.0"},
               {"-usb -device usb-tablet,bus=.0", "usb-bus.0"},
               {"-device piix3-usb-uhci,id=u -device usb-tablet,bus=u.1", "usb-bus.0"},
               {"-device piix3-usb-uhci,id=u -device usb-tablet,bus=v.0", "usb-bus.0"},
               {"-device piix3-usb-uhci,id=u -device usb-tablet,bus=uu.0", "usb-bus.0"},
               {"-device piix3-usb-uhci,id=isa -device isa-debug-exit,bus=isa.1", "isa.0"},
               {"-device piix3-usb-uhci,id=x -device isa-debug-exit,bus=x.0", "isa.0"}};
    for (size_t i = 0; i < ARRAY_LEN(bus); i++) {
        char want[40];
        snprintf(want, sizeof want, ": there is %s", bus[i].there);
        refuses(want, "%s", bus[i].line);
    }
    takes("-device piix3-usb-uhci,id=u,bus=pci.0 -device usb-tablet,bus=u.0 -device usb-mouse,bus=usb-bus.0");
    IS(o.cfg.usb, true);
    SAYS(o.usb_id, "u");
    refuses("'bus' is not supported", "-device piix3-usb-uhci,bus=pci.1");
    refuses("'colour' is not supported", "-device piix3-usb-uhci,colour=pci.0");
    refuses("'id' is not supported", "-device piix3-usb-uhci,id");
    char text[80];
    memset(text, 'x', 64);
    text[31] = 0;
    takes("-device piix3-usb-uhci,id=%s", text);
    text[31] = 'x', text[32] = 0;
    refuses("-device id=", "-device piix3-usb-uhci,id=%s", text);
    refuses("-device id=", "-device isa-debug-exit,id=%s", text);
    refuses("another device with id=a", "-device isa-debug-exit,id=a -device isa-debug-exit,id=a");
    takes("-device isa-debug-exit,id=a -device isa-debug-exit,id=b -device isa-debug-exit -device isa-debug-exit");
    takes("-device isa-debug-exit,%s", "iobase=1,iobase=1,iobase=1,iobase=1,iobase=1,iobase=1,iobase=1,iobase=1");
    refuses("more than 8 properties", "-device isa-debug-exit,%s",
            "iobase=1,iobase=1,iobase=1,iobase=1,iobase=1,iobase=1,iobase=1,iobase=1,iobase=1");
    refuses("the property 'iobase' is too long", "-device isa-debug-exit,iobase=%s%s", "000000000000000000000000000000",
            "00000000000000000000000000001");
    takes("-device isa-debug-exit,iobase=%s%s", "00000000000000000000000000000", "000000000000000000000000001");
    refuses("no such device; '-device help'", "-device nonsense");
    refuses("no such device; '-device help'", "-device ''");
    refuses("no such device", "-device iobase=5");
    takes("-device isa-debug-exit,help -nonsense");
    SAYS(o.list, "isa-debug-exit");
    takes("-device piix3-usb-uhci,help -nonsense");
    SAYS(o.list, "piix3-usb-uhci");
}
END_TEST

START_TEST(the_adapter_has_its_place_and_properties)
{
    static const char *const addresses[] = {"2", "02", "02.0", "0x2"};
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
        takes("-device VGA,addr=%s,bus=pci.0,id=v", addresses[i]);
    static const char *const wrong[] = {"addr=3", "addr=", "bus=pci.1", "bus="};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        refuses("it is always at pci.0, 02.0", "-device VGA,%s", wrong[i]);
    takes("-vga none -device VGA,vgamem_mb=64,romfile=/x");
    IS(o.cfg.vga, true);
    IS(o.cfg.nglobals, 1);
    SAYS(o.cfg.global[0].cls, "VGA");
    SAYS(o.cfg.global[0].name, "vgamem_mb");
    SAYS(o.cfg.global[0].value, "64");
    SAYS(o.vga_rom, "/x");
    SAYS(o.vga_romfile, "/x");
    takes("-global VGA.romfile=/y");
    SAYS(o.vga_romfile, "/y");
    IS(o.cfg.nglobals, 0);
    takes("%s", "");
    ck_assert_ptr_null(o.vga_romfile);
    refuses("-device VGA: romfile=: the name of the file is empty", "-device VGA,romfile=");
    refuses("the name of the file is empty", "-global VGA.romfile=");
    takes("-device VGA,help -nonsense");
    SAYS(o.list, "VGA");
    refuses("value: ", "-device VGA,vgamem_mb=%064d", 1);
    refuses("property: ", "-device VGA,%032d=1", 1);
}
END_TEST

START_TEST(globals_have_two_spellings)
{
    static const char *const same[] = {"isa-debug-exit.iobase=0x511",
                                       "driver=isa-debug-exit,property=iobase,value=0x511"};
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        takes("-global %s", same[i]);
        IS(o.cfg.nglobals, 1);
        SAYS(o.cfg.global[0].cls, "isa-debug-exit");
        SAYS(o.cfg.global[0].name, "iobase");
        SAYS(o.cfg.global[0].value, "0x511");
    }
    static const char *const none[] = {"x",
                                       "x.y",
                                       "x=y",
                                       ".iobase=1",
                                       "isa-debug-exit.=1",
                                       "driver=x,value=1",
                                       "property=y,value=1",
                                       "driver=x,property=y,colour=z",
                                       "driver=isa-debug-exit,iobase=1"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        refuses("say DRIVER.PROPERTY=VALUE", "-global %s", none[i]);
    char name[80];
    memset(name, 'x', sizeof name);
    for (unsigned n = 31; n <= 32; n++) {
        const char *want = n == 31 ? "x" : "say DRIVER.PROPERTY=VALUE";
        refuses(n == 31 ? "there is no device" : want, "-global %.*s.a=1", (int)n, name);
        refuses(n == 31 ? "there is no device" : want, "-global driver=%.*s,property=a,value=1", (int)n, name);
        refuses(n == 31 ? "has no property" : want, "-global isa-debug-exit.%.*s=1", (int)n, name);
        refuses(n == 31 ? "has no property" : want, "-global driver=isa-debug-exit,property=%.*s,value=1", (int)n,
                name);
    }
    takes("-global isa-debug-exit.iobase=%063d", 1);
    takes("-global driver=isa-debug-exit,property=iobase,value=%063d", 1);
    refuses("say DRIVER.PROPERTY=VALUE", "-global isa-debug-exit.iobase=%064d", 1);
    refuses("say DRIVER.PROPERTY=VALUE", "-global driver=isa-debug-exit,property=iobase,value=%064d", 1);
}
END_TEST

START_TEST(boot_has_an_order_and_times)
{
    static const char *const good[] = {"a", "c", "d", "n", "acdn", "ndca"}, *const wrong[] = {"x",   "b",     "aa",
                                                                                              "cdc", "acdna", "A"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        takes("-boot %s", good[i]);
        SAYS(o.cfg.boot, good[i]);
        SAYS(o.cfg.boot_once, "");
        takes("-boot order=%s", good[i]);
        SAYS(o.cfg.boot, good[i]);
        takes("-boot once=%s", good[i]);
        SAYS(o.cfg.boot_once, good[i]);
        SAYS(o.cfg.boot, "");
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        refuses("letters a (floppy)", "-boot %s", wrong[i]);
        refuses("letters a (floppy)", "-boot once=%s", wrong[i]);
    }
    takes("-boot menu=on,strict=off");
    IS(o.cfg.boot_menu, true);
    IS(o.cfg.boot_strict, false);
    takes("-boot menu=off,strict=on");
    IS(o.cfg.boot_menu, false);
    IS(o.cfg.boot_strict, true);
    refuses("-boot", "-boot menu=x");
    refuses("-boot", "-boot strict=x");
    static const int splash[] = {0, 1, 65535}, retry[] = {-1, 0, 65535};
    for (size_t i = 0; i < 3; i++) {
        takes("-boot splash-time=%d,reboot-timeout=%d", splash[i], retry[i]);
        IS(o.cfg.boot_splash_ms, splash[i]);
        IS(o.cfg.boot_retry_ms, retry[i]);
    }
    static const char *const out[] = {
        "splash-time=-1",    "splash-time=65536",    "splash-time=",    "splash-time=1x",
        "reboot-timeout=-2", "reboot-timeout=65536", "reboot-timeout=", "reboot-timeout=x"};
    for (size_t i = 0; i < ARRAY_LEN(out); i++)
        refuses("say a number of milliseconds", "-boot %s", out[i]);
    refuses("the firmware shows no picture", "-boot splash=x");
    refuses("-boot colour=: not supported", "-boot colour=x");
}
END_TEST

static void make_file(const char *path, const void *data, size_t len)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fwrite(data, 1, len, f);
    fclose(f);
}

START_TEST(firmware_is_looked_for_in_folders)
{
    char folder[] = "/tmp/vitrine-ctl.XXXXXX", want[80], *list;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    mkdir("one", 0700), mkdir("two", 0700);
    make_file("two/a.bin", "x", 1), make_file("one/b.bin", "x", 1), make_file("two/b.bin", "x", 1),
        make_file("here.bin", "x", 1);
    takes("-L one -L two -bios a.bin -option-rom b.bin -option-rom here.bin -device VGA,romfile=b.bin");
    SAYS(o.bios, "two/a.bin");
    SAYS(o.rom[0], "one/b.bin");
    SAYS(o.rom[1], "here.bin");
    SAYS(o.vga_romfile, "one/b.bin");
    takes("-L one -L two -bios nowhere.bin -option-rom /a.bin");
    SAYS(o.bios, "nowhere.bin");
    SAYS(o.rom[0], "/a.bin");
    takes("-L one -L two -L help -nonsense");
    list = listed();
    ck_assert_msg(!strncmp(list, "one\ntwo\n/usr/share/vitrine\n", 27), "-L help: %s", list);
    snprintf(want, sizeof want, "%s", "/usr/share/seabios\n/usr/share/vgabios\n/usr/share/qemu\n");
    ck_assert_msg(strstr(list, want) != NULL, "-L help: %s", list);
    free(list);
    /* Modules: only of a Multiboot kernel (its header: magic, flags, checksum in the first 8 KiB),
        eight of them at most. */
    static const uint8_t multiboot[12] = {0x02, 0xb0, 0xad, 0x1b, 0, 0, 0, 0, 0xfe, 0x4f, 0x52, 0xe4};
    static uint8_t late[8192 + 12];
    make_file("kernel", multiboot, sizeof multiboot);
    memcpy(late + 8180, multiboot, 12);
    make_file("late", late, sizeof late);
    memset(late + 8180, 0, 12);
    memcpy(late + 8192, multiboot, 12);
    make_file("beyond", late, sizeof late);
    takes("-kernel kernel -initrd a~b~c,d,,e~f,g");
    ck_assert_msg(modules_list(&o, &err), "%s", err.text);
    IS(o.cfg.nmodules, 3);
    static const char *const texts[] = {"a b c", "d,e f", "g"}, *const files[] = {"a", "d,e", "g"};
    for (unsigned i = 0; i < 3; i++) {
        SAYS(o.cfg.module_cmdline[i], texts[i]);
        SAYS(o.module[i], files[i]);
    }
    SAYS(o.cfg.kernel_name, "kernel");
    static const struct {
        const char *line;
        unsigned n;
    } many[] = {{"-kernel kernel -initrd 1,2,3,4,5,6,7,8", 8},
                {"-kernel kernel", 0},
                {"-kernel late -initrd 1", 1},
                {"-kernel beyond -initrd 1,2", 0},
                {"-kernel here.bin -initrd 1", 0},
                {"-kernel missing -initrd 1", 0},
                {"-m 1", 0}};
    for (size_t i = 0; i < ARRAY_LEN(many); i++) {
        takes("%s", many[i].line);
        ck_assert_msg(modules_list(&o, &err), "%s: %s", many[i].line, err.text);
        IS(o.cfg.nmodules, many[i].n);
        IS(o.cfg.kernel_name[0] != 0, strstr(many[i].line, "-kernel kernel") || strstr(many[i].line, "late"));
    }
    char text[600];
    memset(text, 'x', sizeof text);
    text[511] = 0;
    takes("-kernel kernel -initrd %s", text);
    ck_assert(modules_list(&o, &err));
    SAYS(o.cfg.module_cmdline[0], text);
    text[511] = 'x', text[512] = 0;
    static const char *const wrong[][2] = {{"1,2,3,4,5,6,7,8,9", "at most 8 modules"},
                                           {"~a", "the name of a module is empty"},
                                           {"a,,~b,,,c", NULL},
                                           {"a,~b", "is empty"}};
    takes("-kernel kernel -initrd %s", text);
    ck_assert(!modules_list(&o, &err));
    ck_assert_msg(strstr(err.text, "longer than 511 characters") != NULL, "%s", err.text);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        takes("-kernel kernel -initrd %s", wrong[i][0]);
        bool good = modules_list(&o, &err);
        ck_assert_msg(good == !wrong[i][1], "%s: %s", wrong[i][0], err.text);
        if (!good)
            ck_assert_msg(strstr(err.text, wrong[i][1]) != NULL, "%s: %s", wrong[i][0], err.text);
    }
    ck_assert_int_eq(chdir("/"), 0);
    char command[80];
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(what_the_machine_does_at_its_end)
{
    static const struct {
        const char *value;
        bool no_reboot, no_shutdown;
    } row[] = {{"reboot=reset", false, false},
               {"reboot=shutdown", true, false},
               {"shutdown=poweroff", false, false},
               {"shutdown=pause", false, true},
               {"reboot=shutdown,shutdown=pause", true, true},
               {"panic=none", false, false},
               {"panic=pause", false, false},
               {"panic=shutdown", false, false},
               {"panic=exit-failure", false, false}};
    static const char *const wrong[] = {"reboot=pause", "shutdown=reset", "panic=reset", "colour=red", "reboot="};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("-action %s", row[i].value);
        IS(o.cfg.no_reboot, row[i].no_reboot);
        IS(o.cfg.no_shutdown, row[i].no_shutdown);
    }
    takes("-no-reboot -no-shutdown -action reboot=reset,shutdown=poweroff");
    IS(o.cfg.no_reboot, false);
    IS(o.cfg.no_shutdown, false);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        refuses("there are reboot=reset|shutdown", "-action %s", wrong[i]);
    refuses("there is no watchdog", "-action watchdog=reset");
    takes("-name a~b,debug-threads=on");
    SAYS(o.name, "a b");
    takes("-name guest=c,debug-threads=off");
    SAYS(o.cfg.name, "c");
    takes("-name debug-threads");
    SAYS(o.cfg.name, "debug-threads");
    refuses("-name", "-name a,debug-threads=x");
    refuses("there are guest= and debug-threads=", "-name a,process=x");
    char text[80];
    memset(text, 'n', sizeof text);
    text[63] = 0;
    takes("-name guest=%s", text);
    SAYS(o.cfg.name, text);
    text[63] = 'n', text[64] = 0;
    refuses("too long (at most 63 ", "-name guest=%s", text);
    takes("-d int -d cpu_reset");
    uint32_t both = o.log;
    takes("-d int,cpu_reset");
    IS(o.log, both);
    takes("-d int");
    ck_assert_uint_ne(o.log, both);
    refuses("-d nonsense: there is no such item", "-d int,nonsense");
    takes("-d help -nonsense");
    SAYS(o.list, "d");
    refuses("is root, who is to be left", "-runas 0:0");
    if (geteuid() == 0) {
        takes("-runas 65534:65533");
        IS(o.runas.uid, 65534);
        IS(o.runas.gid, 65533);
    } else {
        refuses("only root can become another user", "-runas 65534:65533");
    }
}
END_TEST

TCase *device_options_case(void)
{
    TCase *t = tcase_create("devices");
    tcase_add_test(t, devices_and_their_properties);
    tcase_add_test(t, the_adapter_has_its_place_and_properties);
    tcase_add_test(t, globals_have_two_spellings);
    tcase_add_test(t, boot_has_an_order_and_times);
    tcase_add_test(t, firmware_is_looked_for_in_folders);
    tcase_add_test(t, what_the_machine_does_at_its_end);
    return t;
}
