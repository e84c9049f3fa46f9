/* SPDX-License-Identifier: MIT */
/* The command line's displays, viewers and sound; what help lists; what QEMU has and Vitrine refuses by name. */
#include "config.h"

#include "tests/cli/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

START_TEST(windows_and_their_keys)
{
    static const struct {
        const char *line;
        enum display_kind kind;
        bool full, cursor, no_confirm, no_close;
        unsigned notes;
    } row[] = {{"-display sdl", DISPLAY_SDL, 0, 0, 0, 0, 0},
               {"-display gtk", DISPLAY_SDL, 0, 0, 0, 0, 1},
               {"-display gtk,full-screen=on", DISPLAY_SDL, 1, 0, 0, 0, 1},
               {"-display sdl,full-screen=on,show-cursor=off", DISPLAY_SDL, 1, 0, 0, 0, 0},
               {"-display sdl,full-screen=off,show-cursor=on", DISPLAY_SDL, 0, 1, 0, 0, 0},
               {"-display sdl,confirm=off", DISPLAY_SDL, 0, 0, 1, 0, 0},
               {"-display sdl,confirm=on,window-close=on", DISPLAY_SDL, 0, 0, 0, 0, 0},
               {"-display sdl,window-close=off", DISPLAY_SDL, 0, 0, 0, 1, 0},
               {"-display sdl,gl=on,gl=off,gl=core,gl=es", DISPLAY_SDL, 0, 0, 0, 0, 0},
               {"-display curses", DISPLAY_CURSES, 0, 0, 0, 0, 0},
               {"-curses", DISPLAY_CURSES, 0, 0, 0, 0, 0},
               {"-display none", DISPLAY_NONE, 0, 0, 0, 0, 0},
               {"-nographic", DISPLAY_NONE, 0, 0, 0, 0, 0},
               {"-nographic -display none", DISPLAY_NONE, 0, 0, 0, 0, 0},
               {"-vnc :1", DISPLAY_NONE, 0, 0, 0, 0, 0},
               {"-vnc none", DISPLAY_NONE, 0, 0, 0, 0, 0},
               {"-vnc :1 -display sdl", DISPLAY_SDL, 0, 0, 0, 0, 0},
               {"-vnc none -display curses", DISPLAY_CURSES, 0, 0, 0, 0, 0},
               {"-display vnc=:1", DISPLAY_NONE, 0, 0, 0, 0, 0},
               {"-display sdl -display none", DISPLAY_NONE, 0, 0, 0, 0, 0}};
    static const char *const nothing[] = {"zoom-to-fit",   "show-menubar", "show-tabs",
                                          "grab-on-hover", "alt_grab",     "ctrl_grab"};
    static const char *const flags[] = {"full-screen", "show-cursor", "confirm", "window-close", "gl"};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        if (!built_for(row[i].line))
            continue;
        takes("%s", row[i].line);
        IS(o.display, row[i].kind);
        IS(o.full_screen, row[i].full);
        IS(o.show_cursor, row[i].cursor);
        IS(o.no_confirm, row[i].no_confirm);
        IS(o.no_window_close, row[i].no_close);
        IS(o.nnotes, row[i].notes);
    }
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
        takes("-display gtk,%s=on", nothing[i]);
        refuses("say on or off", "-display sdl,%s=x", nothing[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        refuses("say on or off", "-display sdl,%s=x", flags[i]);
    refuses("-display sdl,colour=on: 'colour' is not supported", "-display sdl,colour=on");
    static const char *const none[] = {"x", "sdlx", "gtkx", "cursesx", "nonex", "spice-app", "vnc", "''"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        refuses("there are sdl, curses, vnc", "-display %s", none[i]);
    refuses("-nographic and -display sdl exclude", "-nographic -display sdl");
    if (built_for("curses")) {
        refuses("-nographic and -display curses exclude", "-nographic -display curses");
        refuses("-daemonize has no terminal for -display curses", "-daemonize -display curses");
    }
    takes("-display help -nonsense");
    SAYS(o.list, "display");
}
END_TEST

START_TEST(viewers)
{
    if (!built_for("-vnc"))
        return;
    takes("-vnc host:7,password=on,to=5,share=ignore");
    IS(o.vnc.on, true);
    SAYS(o.vnc.host, "host");
    IS(o.vnc.display, 7);
    IS(o.vnc.to, 5);
    IS(o.vnc.password, true);
    IS(o.vnc.share, 2);
    ck_assert_ptr_null(o.vnc.path);
    takes("-vnc [::1]:0");
    SAYS(o.vnc.host, "::1");
    IS(o.vnc.display, 0);
    IS(o.vnc.password, false);
    IS(o.vnc.share, 0);
    takes("-vnc unix:/a/b,password=off,share=force-shared");
    SAYS(o.vnc.path, "/a/b");
    IS(o.vnc.share, 1);
    IS(o.vnc.password, false);
    takes("-vnc :59635,share=allow-exclusive,to=59635"); /* port 65535 */
    IS(o.vnc.display, 59635);
    IS(o.vnc.to, 59635);
    takes("-vnc none");
    IS(o.vnc.on, false);
    IS(o.vnc.none, true);
    static const char *const none[] = {":59636",  ":",     "1",  "host:", "host:x", "host:-1",
                                       "host:1x", "unix:", "''", ":/",    "::"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        refuses("say HOST:DISPLAY", "-vnc %s", none[i]);
    refuses("say the number of displays", "-vnc :1,to=59636");
    refuses("say the number of displays", "-vnc :1,to=x");
    refuses("there are allow-exclusive, force-shared and ignore", "-vnc :1,share=x");
    refuses("say on or off", "-vnc :1,password=x");
    refuses("-vnc :1,colour=x: 'colour' is not supported", "-vnc :1,colour=x");
    refuses("-vnc: can be given once", "-vnc :1 -vnc :2");
    refuses("-vnc: can be given once", "-vnc :1 -display vnc=:2");
}
END_TEST

START_TEST(sound)
{
    static const struct {
        const char *line;
        enum audio_kind kind;
        const char *path, *id;
    } row[] = {{"-display none", AUDIO_NONE, NULL, ""},
               {"-display sdl", AUDIO_SDL, NULL, ""},
               {"-curses", AUDIO_NONE, NULL, ""},
               {"-audiodev none", AUDIO_NONE, NULL, ""},
               {"-display none -audiodev sdl,id=a", AUDIO_SDL, NULL, "a"},
               {"-audiodev driver=wav,id=a", AUDIO_WAV, "vitrine.wav", "a"},
               {"-audiodev wav,path=x,path=y", AUDIO_WAV, "y", ""},
               {"-audio sdl,model=x,in.voices=1,out.frequency=2,timer-period=3", AUDIO_SDL, NULL, ""},
               {"-audiodev none,id=a -machine pcspk-audiodev=a", AUDIO_NONE, NULL, "a"}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        if (!built_for(row[i].line))
            continue;
        takes("%s", row[i].line);
        IS(o.audio, row[i].kind);
        SAYS(o.audio_path ? o.audio_path : "", row[i].path ? row[i].path : "");
        SAYS(o.audio_id, row[i].id);
    }
    static const char *const none[] = {"pa,id=a", "alsa", "id=a", "sdlx"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        refuses("there are sdl, wav and none", "-audiodev %s", none[i]);
        refuses("there are sdl, wav and none", "-audio %s", none[i]);
    }
    static const char *const keys[] = {"colour=x", "modes", "in=1", "timer=1"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strchr(keys[i], '='))
            refuses("is not supported; there are driver=, id= and path=", "-audiodev sdl,%s", keys[i]);
    refuses("there is one speaker", "-audiodev sdl -audio sdl");
    refuses("pcspk-audiodev=a: there is no such -audiodev", "-machine pcspk-audiodev=a");
    refuses("pcspk-audiodev=a: there is no such -audiodev", "-machine pcspk-audiodev=a -audiodev sdl,id=b");
    char text[40];
    memset(text, 'a', sizeof text);
    text[31] = 0;
    takes("-audiodev sdl,id=%s -machine pcspk-audiodev=%s", text, text);
    text[31] = 'a', text[32] = 0;
    refuses("too long (at most 31 ", "-audiodev sdl,id=%s", text);
    refuses("too long (at most 31 ", "-machine pcspk-audiodev=%s", text);
}
END_TEST

static bool is_listed(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = text; (p = strstr(p, word)) != NULL; p += n)
        if ((p == text || p[-1] == '\n') && strchr(" \n", p[n]))
            return true;
    return false;
}

START_TEST(help_lists_what_there_is)
{
    static const struct {
        const char *line;
        const char *words[12];
    } row[] = {
        {"-cpu help", {"486", "pentium3", "pentium4", "qemu32", "max"}},
        {"-cpu ?", {"max"}},
        {"-machine help", {"pc"}},
        {"-device help", {"ide-hd", "ide-cd", "floppy", "VGA", "isa-debug-exit", "usb-tablet", "usb-mouse", "usb-kbd"}},
        {"-device VGA,help", {"VGA:", "properties:"}},
        {"-vga help", {"std", "none"}},
        {"-accel help", {"interp", "tcg"}},
        {"-chardev help", {"null", "vc", "stdio", "file", "pipe", "socket", "pty"}},
        {"-display help", {"sdl", "curses", "vnc=HOST:DISPLAY", "none"}},
        {"-d help", {"int", "exec", "cpu_reset", "in_asm", "cpu", "guest_errors", "none"}}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("%s -nonsense", row[i].line);
        char *text = listed();
        for (size_t k = 0; row[i].words[k]; k++)
            ck_assert_msg(is_listed(text, row[i].words[k]), "%s: no '%s' in: %s", row[i].line, row[i].words[k], text);
        bool pairs = strstr(row[i].line, "-device help") || strstr(row[i].line, "-machine");
        for (const char *p = text; pairs && *p; p += strcspn(p, "\n") + 1) /* a name and what it is */
            ck_assert_msg(strcspn(p, "\n") > 25, "%s: no description: %.*s", row[i].line, (int)strcspn(p, "\n"), p);
        free(text);
    }
    takes("-cpu help");
    char *text = listed(), *flags = strstr(text, "\nFeatures, for MODEL,+FEATURE");
    ck_assert_msg(flags != NULL && strstr(flags, " sse2") != NULL && strstr(flags, " fpu") != NULL, "-cpu help: %s",
                  text);
    flags = strchr(flags + 1, '\n') + 1;
    for (size_t n; *flags; flags += n + 1) { /* columns */
        n = strcspn(flags, "\n");
        ck_assert_msg(n <= 80 && !strncmp(flags, "  ", 2) && flags[2] != ' ', "-cpu help: '%.*s'", (int)n, flags);
        ck_assert_msg(n > 50 || !flags[n + 1], "-cpu help: a short line '%.*s'", (int)n, flags);
    }
    free(text);
    o.list = "nonsense";
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    ck_assert(!options_list(&o, f, &err));
    fclose(f);
    ck_assert_msg(strstr(err.text, "-device nonsense: no such device") != NULL, "%s", err.text);
    free(text);
}
END_TEST

START_TEST(help_keeps_within_its_columns)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    options_help(f);
    fclose(f);
    unsigned rows = 0, wrapped = 0;
    for (char *p = text, *next; *p; p = next) {
        next = strchr(p, '\n') + 1;
        size_t len = (size_t)(next - p) - 1;
        ck_assert_msg(len <= 100, "-help: a line of %zu columns: %.*s", len, (int)len, p);
        if (!strncmp(p, "  -", 3)) {
            rows++;
            const char *gap = strstr(p, "  -") == p ? p + 2 + strcspn(p + 2, "\n") : p;
            ck_assert_msg(len < 33 || (p[32] == ' ' && p[33] != ' ') || gap[-1] != ' ', "-help: %.*s", (int)len, p);
        } else if (*p == ' ') {
            ck_assert_msg(strspn(p, " ") == 33, "-help: %.*s", (int)len, p);
            wrapped++;
        }
    }
    unsigned options = 0;
    for (unsigned i = 0; i < options_count(); i++) {
        const char *name = option_name(i);
        char want[60];
        if (!name)
            continue;
        options++;
        snprintf(want, sizeof want, "\n  -%s ", name);
        ck_assert_msg(strstr(text, want) != NULL || (want[strlen(want) - 1] = '\n', strstr(text, want) != NULL),
                      "-help has no -%s", name);
    }
    ck_assert_uint_eq(rows, options);
    ck_assert_uint_gt(wrapped, 10);
    ck_assert_ptr_null(option_name(options_count()));
    /* A description goes on in the next line with the word that did not fit. */
    ck_assert_msg(strstr(text, "  -m SIZE                        memory in megabytes, or with K, M or G (128)\n") !=
                      NULL,
                  "-m: %s", text);
    ck_assert_msg(strstr(text, "\n\nDisks and booting\n") != NULL, "headings: %s", text);
    free(text);
}
END_TEST

START_TEST(options_of_qemus_that_are_refused)
{
    static const char *const names[] = {"acpitable",
                                        "add-fd",
                                        "alt-grab",
                                        "async-teardown",
                                        "audio-help",
                                        "chroot",
                                        "compat",
                                        "ctrl-grab",
                                        "dfilter",
                                        "dtb",
                                        "dump-vmstate",
                                        "echr",
                                        "enable-kvm",
                                        "enable-sync-profile",
                                        "fsdev",
                                        "fw_cfg",
                                        "g",
                                        "gdb",
                                        "icount",
                                        "incoming",
                                        "iscsi",
                                        "k",
                                        "loadvm",
                                        "localtime",
                                        "mem-path",
                                        "mem-prealloc",
                                        "msg",
                                        "mtdblock",
                                        "netdev",
                                        "no-fd-bootchk",
                                        "no-user-config",
                                        "numa",
                                        "old-param",
                                        "object",
                                        "only-migratable",
                                        "overcommit",
                                        "pflash",
                                        "plugin",
                                        "portrait",
                                        "preconfig",
                                        "prom-env",
                                        "qmp-pretty",
                                        "readconfig",
                                        "rotate",
                                        "s",
                                        "sandbox",
                                        "sdl",
                                        "sd",
                                        "seed",
                                        "semihosting",
                                        "semihosting-config",
                                        "set",
                                        "singlestep",
                                        "smbios",
                                        "soundhw",
                                        "spice",
                                        "startdate",
                                        "tpmdev",
                                        "trace",
                                        "virtfs",
                                        "watchdog",
                                        "watchdog-action",
                                        "win2k-hack",
                                        "writeconfig",
                                        "xen-attach",
                                        "xen-domid",
                                        "xen-domid-restrict"};
    static const char *const devices[] = {"virtio-net-pci",
                                          "vhost-scsi",
                                          "e1000",
                                          "e1000e",
                                          "rtl8139",
                                          "ne2k_pci",
                                          "pcnet",
                                          "vmxnet3",
                                          "i82551",
                                          "i82801",
                                          "tulip",
                                          "igb",
                                          "usb-net",
                                          "scsi-hd",
                                          "lsi53c895a",
                                          "mptsas1068",
                                          "megasas",
                                          "pvscsi",
                                          "am53c974",
                                          "dc390",
                                          "esp",
                                          "usb-bot",
                                          "usb-uas",
                                          "nvme",
                                          "ahci",
                                          "ich9-ahci",
                                          "piix3-ide",
                                          "piix4-ide",
                                          "isa-ide",
                                          "ide-drive",
                                          "sdhci-pci",
                                          "sd-card",
                                          "cirrus-vga",
                                          "isa-cirrus-vga",
                                          "isa-vga",
                                          "secondary-vga",
                                          "vmware-svga",
                                          "ati-vga",
                                          "bochs-display",
                                          "ramfb",
                                          "qxl-vga",
                                          "AC97",
                                          "sb16",
                                          "ES1370",
                                          "adlib",
                                          "cs4231a",
                                          "gus",
                                          "intel-hda",
                                          "ich9-intel-hda",
                                          "hda-duplex",
                                          "usb-audio",
                                          "piix4-usb-uhci",
                                          "ich9-usb-ehci1",
                                          "usb-ehci",
                                          "pci-ohci",
                                          "nec-usb-xhci",
                                          "qemu-xhci",
                                          "usb-host",
                                          "usb-storage",
                                          "isa-serial",
                                          "pci-serial",
                                          "isa-parallel",
                                          "isa-debugcon",
                                          "isa-fdc",
                                          "pc-dimm",
                                          "nvdimm",
                                          "vmcoreinfo",
                                          "vmgenid",
                                          "pvpanic",
                                          "ivshmem-plain",
                                          "sga",
                                          "loader",
                                          "generic-loader",
                                          "pci-bridge",
                                          "i82801b11-bridge",
                                          "pxb",
                                          "pcie-root-port",
                                          "ioh3420",
                                          "vfio-pci",
                                          "intel-iommu",
                                          "amd-iommu",
                                          "kvmvapic",
                                          "smbus-eeprom",
                                          "ipmi-bmc-sim",
                                          "isa-ipmi-kcs",
                                          "tpm-tis",
                                          "i6300esb",
                                          "ib700"};
    static const char *const reasons[][2] = {{"i82801b11-bridge", "one PCI bus"},
                                             {"usb-host", "no hardware"},
                                             {"usb-net", "network"},
                                             {"usb-audio", "sound"},
                                             {"usb-bot", "SCSI"},
                                             {"usb-ehci", "say -usb"},
                                             {"ich9-usb-uhci1", "say -usb"},
                                             {"ich9-intel-hda", "sound"},
                                             {"ich9-ahci", "SATA"},
                                             {"isa-ipmi-bt", "IPMI"},
                                             {"isa-vga", "-vga std"},
                                             {"isa-ide", "IDE controller is always"},
                                             {"e1000", "network"}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char want[80];
        snprintf(want, sizeof want, "-%s is not supported: ", names[i]);
        refuses(want, "-%s", names[i]);
        unsigned k = 0;
        while (refused_name(k) && strcmp(refused_name(k), names[i]))
            k++;
        ck_assert_msg(refused_name(k) != NULL, "%s is not in the list", names[i]);
    }
    ck_assert_ptr_null(refused_name(1000));
    for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
        char want[80];
        snprintf(want, sizeof want, "-device %s is not supported: ", devices[i]);
        refuses(want, "-device %s,x=y", devices[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        const char *reason = refused_device(reasons[i][0]);
        bool good = reason && strstr(reason, reasons[i][1]);
        ck_assert_msg(good || !strcmp(reasons[i][0], "i82801b11-bridge"), "%s: %s", reasons[i][0],
                      reason ? reason : "taken");
    }
    static const char *const unknown[] = {"virtio", "xhci", "e100", "nonsense"};
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
        refuses("no such device", "-device %s", unknown[i]);
}
END_TEST

TCase *screen_options_case(void)
{
    TCase *t = tcase_create("screens");
    tcase_add_test(t, windows_and_their_keys);
    tcase_add_test(t, viewers);
    tcase_add_test(t, sound);
    tcase_add_test(t, help_lists_what_there_is);
    tcase_add_test(t, help_keeps_within_its_columns);
    tcase_add_test(t, options_of_qemus_that_are_refused);
    return t;
}
