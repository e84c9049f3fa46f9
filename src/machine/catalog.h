/* SPDX-License-Identifier: MIT */
/* What can be asked of a machine: names and help for whoever lists options, and the plain configuration struct. */
#ifndef VITRINE_MACHINE_CATALOG_H
#define VITRINE_MACHINE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "devices/disk/geometry.h"

enum { MAX_GLOBALS = 16, MAX_SERIAL = 4, MAX_PARALLEL = 3, MAX_DEVICES = 16, MAX_ROMS = 8, MAX_MEDIA = 16 };
enum { MAX_MODULES = 8, MODULE_CMDLINE = 512 };
/* Character ports as the link and the journal number them: COM1..COM4, then LPT1..LPT3. */
enum { FIRST_PARALLEL = MAX_SERIAL, MAX_PORTS = MAX_SERIAL + MAX_PARALLEL };

/* Places for drives: hda..hdd on two IDE channels, then fda and fdb. */
enum { IDE_DRIVES = 4, FLOPPY_DRIVES = 2, FIRST_FLOPPY = IDE_DRIVES, MAX_DRIVES = IDE_DRIVES + FLOPPY_DRIVES };
enum drive_kind { DRIVE_DISK, DRIVE_CD, DRIVE_FLOPPY };

enum clock_mode { CLOCK_HOST, CLOCK_VIRTUAL };
enum engine_kind { ENGINE_INTERP, ENGINE_TCG }; /* "tcg" means the fastest engine there is */

/* When what the guest wrote reaches the host's disk: at its flush, at once, or whenever. */
enum cache_mode { CACHE_WRITEBACK, CACHE_WRITETHROUGH, CACHE_UNSAFE };
enum { NO_BOOTINDEX = -1, BOOT_NO_RETRY = -1 };

struct drive_config {
    bool present; /* the drive is fitted */
    bool medium;  /* something is in it: always so for a disk */
    enum drive_kind kind;
    int fd; /* opened, locked and checked by the front end; the machine never opens a path */
    bool readonly;
    bool snapshot; /* writes go to memory and are dropped at the end */
    uint64_t bytes;
    enum cache_mode cache;
    bool guessed;               /* nobody said that the image is raw */
    int32_t bootindex;          /* NO_BOOTINDEX: its letter of `boot` decides */
    uint32_t cyls, heads, secs; /* cyls 0: what its partition table says */
    enum chs_trans chs_trans;
    char name[64];   /* for messages */
    char id[32];     /* of QEMU's block devices: "ide0-hd0", or what id= said */
    char serial[21]; /* "": the default */
};

struct device_config {
    char cls[32];
    char id[32];       /* "": the board's name for it */
    char props[8][64]; /* "name=value" */
    unsigned nprops;
};

/* -global: a property's value for all devices of a class, unless -device sets it. */
struct global_config {
    char cls[32], name[32], value[64];
};

struct rom_config { /* bytes that the front end read: -bios, -option-rom, -kernel ... */
    const uint8_t *data;
    size_t len;
};

struct machine_config {
    char machine[16]; /* "pc" */
    char cpu[512];    /* "max", "pentium3,+sse2": cpu/cpu.h cpu_model_parse */
    enum engine_kind engine;
    uint32_t ram_mb; /* 1 .. 3583 */
    enum clock_mode clock;
    uint64_t clock_rate;  /* ns per position, 32.32; 0: default */
    uint64_t rtc_seconds; /* since 1970, at power-on; journaled */
    struct drive_config drive[MAX_DRIVES];
    bool serial[MAX_SERIAL];     /* COM1.. is fitted */
    bool parallel[MAX_PARALLEL]; /* LPT1.. is fitted */
    bool nodefaults;
    bool vga;                 /* fitted */
    bool debugcon;            /* port E9h is fitted */
    uint16_t debugcon_iobase; /* E9h by default */
    struct device_config device[MAX_DEVICES];
    unsigned ndevices;
    struct rom_config bios;    /* empty: our own */
    struct rom_config vga_rom; /* empty: our own */
    struct rom_config kernel, initrd;
    struct rom_config module[MAX_MODULES]; /* of a Multiboot kernel, in place of the initrd */
    char module_cmdline[MAX_MODULES][MODULE_CMDLINE];
    unsigned nmodules;
    char kernel_name[256];           /* as the user wrote it: a Multiboot kernel finds it before its command line */
    struct rom_config rom[MAX_ROMS]; /* -option-rom */
    unsigned nroms;
    char cmdline[4096];
    char boot[8];                /* order of drives: letters a c d n; "" means "c" */
    char boot_once[8];           /* "": none; the order until the first reset */
    bool boot_menu, boot_strict; /* strict: nothing is booted that the order does not name */
    uint32_t boot_splash_ms;     /* how long the menu's prompt stands; 0: the firmware's own default */
    int32_t boot_retry_ms;       /* to the reboot after nothing could be booted; BOOT_NO_RETRY */
    bool acpi, hpet, usb, vmport;
    struct global_config global[MAX_GLOBALS];
    unsigned nglobals;
    char name[64];    /* of the guest */
    uint8_t uuid[16]; /* in the order in which it is written */
    bool uuid_said;
    bool no_reboot, no_shutdown, start_paused;
};

/* "hda".."hdd", "fda", "fdb". */
const char *drive_place(unsigned index);

const char *const *catalog_machines(void);  /* NULL-terminated "name", "help" pairs */
const char *const *catalog_cpus(void);      /* the same */
const char *const *catalog_cpu_flags(void); /* names alone */
/* Whether -cpu's argument is good; a clear error where it is not. */
bool catalog_cpu_check(const char *spec, struct error *err);
/* Device class names that -device takes, as pairs with their summary. */
const char *const *catalog_devices(void);
/* Text of `-device NAME,help`, malloc'd; NULL for an unknown name. */
char *catalog_device_help(const char *name);
/* Whether a device class has that property and it takes that value; false with *err. */
bool catalog_device_check(const char *cls, const char *name, const char *value, struct error *err);

#endif
