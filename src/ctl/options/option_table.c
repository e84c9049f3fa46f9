/* SPDX-License-Identifier: MIT */
/*
 * The table of options: the parser, -help and the check of the man page (tests/cli) all read it. Most rows say where
 * the value goes; the others name the function that takes it.
 */
#include "config.h"

#include <stddef.h>

#include "base/bits.h"
#include "ctl/options/options_priv.h"

/* clang-format off: a row of braces */
/* The offset of a member, which must be of that type. */
#define MEMBER(member, type)            \
    (offsetof(struct options, member) + \
     0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((struct options *)0)->member), type) ? 1 : -1]))
#define ROW(k, name_, arg_, help_) .kind = (k), .name = (name_), .arg = (arg_), .help = (help_)

#define HEADING(text)                          \
    {                                          \
        .kind = OPTION_HEADING, .help = (text) \
    }
#define CALL(name, arg, help, f)                       \
    {                                                  \
        ROW(OPTION_CALL, name, arg, help), .take = (f) \
    }
#define ON(name, help, member)                                           \
    {                                                                    \
        ROW(OPTION_ON, name, NULL, help), .offset = MEMBER(member, bool) \
    }
#define OFF(name, help, member)                                           \
    {                                                                     \
        ROW(OPTION_OFF, name, NULL, help), .offset = MEMBER(member, bool) \
    }
#define WORD(name, arg, help, member)                                             \
    {                                                                             \
        ROW(OPTION_WORD, name, arg, help), .offset = MEMBER(member, const char *) \
    }
#define TEXT(name, arg, help, member)                                                                             \
    {                                                                                                             \
        ROW(OPTION_TEXT, name, arg, help), .offset = MEMBER(member, char[sizeof(((struct options *)0)->member)]), \
                                           .room = sizeof(((struct options *)0)->member)                          \
    }
#define WORDS(name, arg, help, member, n)                                                                             \
    {                                                                                                                 \
        ROW(OPTION_WORDS, name, arg, help), .offset = offsetof(struct options, member), .count = MEMBER(n, unsigned), \
                                            .room = ARRAY_LEN(((struct options *)0)->member)                          \
    }
#define DRIVE(name, help, at, of)                                           \
    {                                                                       \
        ROW(OPTION_DRIVE, name, "FILE", help), .place = (at), .drive = (of) \
    }
/* clang-format on */

const struct option_row option_table[] = {
    HEADING("Machine"),
    CALL("m", "SIZE", "memory in megabytes, or with K, M or G (128)", take_m),
    CALL("cpu", "MODEL[,+FEATURE|,-FEATURE]...",
         "what CPUID shows and what faults (max); help lists models and features", take_cpu),
    CALL("accel", "interp|tcg", "how instructions are run; tcg: the fastest way there is (tcg)", take_accel),
    CALL("machine", "pc[,PROP=VALUE...]", "the kind of machine (pc), and accel=, acpi=, hpet=, usb=, vmport=on|off",
         take_machine),
    CALL("M", "pc[,PROP=VALUE...]", "the same as -machine", take_machine),
    OFF("no-acpi", "the same as -machine acpi=off", cfg.acpi),
    OFF("no-hpet", "the same as -machine hpet=off", cfg.hpet),
    ON("usb", "the same as -machine usb=on", cfg.usb),
    CALL("usbdevice", "tablet|mouse|keyboard", "the same as -usb -device usb-tablet, usb-mouse or usb-kbd",
         take_usbdevice),
    CALL("smp", "1", "number of processors: one", take_smp),
    CALL("uuid", "UUID", "the machine's UUID, which SMBIOS shows", take_uuid),
    CALL("device", "NAME[,PROP=VALUE...]", "adds a device; help lists them, NAME,help its properties", take_device),
    CALL("global", "DRIVER.PROP=VALUE", "what a property is in every device of a class", take_global),
    CALL("vga", "std|none", "display adapter (std)", take_vga),
    ON("nodefaults", "no serial port, diskette drive or display adapter unless they are asked for, and no demo guest",
       cfg.nodefaults),
    CALL("net", "none", "no network: there is none", take_net),
    CALL("nic", "none", "no network: there is none", take_nic),
    CALL("rtc", "base=utc|localtime|DATE[,clock=host|vm]", "what the real-time clock starts with (utc)", take_rtc),
    CALL("clock", "host|virtual",
         "host: virtual time follows the host's; virtual: it never looks, runs are repeatable (host)", take_clock),
    CALL("speed", "N%", "how fast virtual time runs under --clock host, in percent of the host's (100)", take_speed),
    CALL("warp", NULL, "virtual time runs ahead of the host's as far as it gets", take_warp),
    HEADING("Disks and booting"),
    DRIVE("hda", "raw disk image as first IDE drive; the same as FILE alone", 0, DRIVE_DISK),
    DRIVE("hdb", "second IDE drive", 1, DRIVE_DISK),
    DRIVE("hdc", "third IDE drive", 2, DRIVE_DISK),
    DRIVE("hdd", "fourth IDE drive", 3, DRIVE_DISK),
    DRIVE("cdrom", "CD image (ISO 9660) as third IDE drive", 2, DRIVE_CD),
    DRIVE("fda", "floppy image as drive A:", FIRST_FLOPPY, DRIVE_FLOPPY),
    DRIVE("fdb", "floppy image as drive B:", FIRST_FLOPPY + 1, DRIVE_FLOPPY),
    CALL("drive", "file=FILE[,OPTION...]",
         "a drive: format=raw if=ide|floppy|none index=N media=disk|cdrom id=ID snapshot= readonly= cache=",
         drive_parse),
    CALL("blockdev", "driver=raw,node-name=ID,file.filename=FILE", "an image for a -device's drive=ID", blockdev_parse),
    ON("snapshot", "writes to all drives are kept in memory and dropped at the end", snapshot_all),
    CALL("boot", "[order=]DRIVES[,OPTION...]",
         "what to boot from: a floppy, c disk, d CD, n network (cad); once= menu=on strict=on", take_boot),
    WORD("kernel", "FILE", "boots a Linux kernel (bzImage) or a Multiboot one", kernel),
    WORD("initrd", "FILE", "its initial RAM disk, or modules: \"FILE ARGS,FILE ARGS\"", initrd),
    TEXT("append", "TEXT", "its command line", cfg.cmdline),
    WORD("bios", "FILE", "runs another system BIOS than the built-in one", bios),
    WORDS("option-rom", "FILE", "adds an option ROM", rom, nroms),
    CALL("L", "FOLDER", "where -bios and -option-rom are looked for; help lists the folders", take_L),
    HEADING("Screen, terminal and control"),
    CALL("display", "sdl[,OPTION...]|curses|vnc=HOST:DISPLAY|none",
         "a window, the text screen on the terminal, viewers by VNC, or none (sdl)", take_display),
    CALL("curses", NULL, "the same as -display curses", take_curses),
    CALL("vnc", "HOST:DISPLAY|unix:PATH|none[,OPTION...]",
         "viewers by VNC, port 5900 + DISPLAY: password=on to=DISPLAYS share=force-shared|ignore", take_vnc),
    ON("full-screen", "starts with the window over the whole screen", full_screen),
    CALL("nographic", NULL, "no window; serial port and console share the terminal (Ctrl-A h helps)", take_nographic),
    CALL("audiodev", "sdl|wav|none[,id=ID][,path=FILE]",
         "where the PC speaker is heard (sdl with a window, else none); wav records it", take_audiodev),
    CALL("audio", "[driver=]sdl|wav|none[,...]", "the same as -audiodev", take_audio),
    CALL("chardev", "BACKEND,id=ID[,...]", "a character back end: null vc stdio file pipe socket pty; help lists them",
         take_chardev),
    CALL("serial", "DEV",
         "where a serial port goes, up to four times, COM1 first: stdio mon:stdio vc pty null none file:FILE pipe:PATH "
         "unix:PATH tcp:HOST:PORT telnet:HOST:PORT chardev:ID",
         take_serial),
    CALL("parallel", "DEV", "where a printer port goes, up to three times: as -serial", take_parallel),
    CALL("debugcon", "DEV", "where bytes written to port E9h go: as -serial", take_debugcon),
    CALL("monitor", "DEV", "where a monitor for people is: as -serial", take_monitor),
    CALL("mon", "chardev=ID[,mode=readline|control]", "a monitor on a -chardev", take_mon),
    CALL("qmp", "DEV", "where QEMU's machine protocol (JSON) is: as -serial", take_qmp),
    CALL("d", "ITEM[,...]", "logs what the guest does: guest_errors int cpu_reset in_asm exec cpu; help lists them",
         take_d),
    WORD("D", "FILE", "the log goes there, not to standard error", log_file),
    CALL("name", "NAME", "the guest's name in the window's title and for QMP", take_name),
    HEADING("Running"),
    WORD("pidfile", "FILE", "writes the process number; the file goes at the end", pidfile),
    ON("daemonize", "goes into the background once the machine is made", daemonize),
    CALL("runas", "USER|UID:GID", "root becomes that user once everything is open", take_runas),
    ON("require-jail", "does not start where a layer of the processes' confinement is missing", require_jail),
    CALL("action", "EVENT=ACTION[,...]", "reboot=reset|shutdown, shutdown=poweroff|pause", take_action),
    ON("S", "starts stopped; QMP's cont lets it run", cfg.start_paused),
    ON("no-reboot", "ends instead of rebooting", cfg.no_reboot),
    ON("no-shutdown", "stops instead of ending when the guest powers off", cfg.no_shutdown),
    WORD("input-script", "FILE", "types, waits and takes screenshots as the file says, at exact virtual times", script),
    WORD("hash-log", "FILE", "writes a hash of the machine's state every 2^24 positions", hash_log),
    WORD("coverage", "FILE", "writes which rows of the instruction table the guest used", coverage),
    WORD("record", "FILE", "writes the journal: everything that comes in from outside", record),
    WORD("replay", "FILE", "runs with a recorded journal instead of what comes in", replay),
    WORDS("replay-media", "FILE", "what was put into a drive while it was recorded; once for each, in order",
          replay_media, nreplay_media),
    HEADING("Information"),
    ON("help", "prints this", help),
    ON("h", "prints this", help),
    ON("version", "prints the version and what this build has", version),
};
const unsigned option_table_rows = ARRAY_LEN(option_table);
