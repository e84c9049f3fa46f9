/* SPDX-License-Identifier: MIT */
/* The command line's machine: processor, memory, clocks, adapters, and what does not go together. */
#include "config.h"

#include "tests/cli/parse.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bits.h"

START_TEST(what_is_not_said_has_its_default)
{
    takes("%s", "");
    SAYS(o.cfg.machine, "pc");
    SAYS(o.cfg.cpu, "max");
    SAYS(o.cfg.boot, "");
    SAYS(o.cfg.boot_once, "");
    IS(o.cfg.engine, ENGINE_TCG);
    IS(o.cfg.ram_mb, 128);
    IS(o.cfg.vga, true);
    IS(o.cfg.debugcon_iobase, 0xe9);
    IS(o.speed, 100);
    IS(o.cfg.acpi, true);
    IS(o.cfg.hpet, true);
    IS(o.cfg.vmport, true);
    IS(o.cfg.usb, false);
    IS(o.cfg.boot_retry_ms, -1);
    IS(o.cfg.boot_splash_ms, 0);
    IS(o.cfg.boot_menu, false);
    IS(o.cfg.clock, CLOCK_HOST);
    IS(o.display, DISPLAY_SDL);
    IS(o.audio, AUDIO_SDL);
    IS(o.cfg.nodefaults, false);
    IS(o.cfg.no_reboot, false);
    IS(o.cfg.no_shutdown, false);
    IS(o.cfg.start_paused, false);
    IS(o.nnotes, 0);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        IS(o.cfg.drive[i].fd, -1);
}
END_TEST

START_TEST(each_switch_sets_its_own)
{
    const struct {
        const char *line;
        bool *to, want;
    } row[] = {{"-no-acpi", &o.cfg.acpi, false},
               {"-no-hpet", &o.cfg.hpet, false},
               {"-usb", &o.cfg.usb, true},
               {"-nodefaults", &o.cfg.nodefaults, true},
               {"-snapshot", &o.snapshot_all, true},
               {"-full-screen", &o.full_screen, true},
               {"-nographic", &o.nographic, true},
               {"-require-jail", &o.require_jail, true},
               {"-S", &o.cfg.start_paused, true},
               {"-no-reboot", &o.cfg.no_reboot, true},
               {"-no-shutdown", &o.cfg.no_shutdown, true},
               {"-daemonize -display none", &o.daemonize, true},
               {"-help", &o.help, true},
               {"-h", &o.help, true},
               {"-version", &o.version, true}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("%s", row[i].line);
        IS(*row[i].to, row[i].want);
        takes("%s", "");
        IS(*row[i].to, !row[i].want);
    }
    const struct {
        const char *line;
        const char **to;
    } word[] = {{"-kernel x", &o.kernel},      {"-kernel k -initrd x", &o.initrd},
                {"-bios /x", &o.bios},         {"-D x", &o.log_file},
                {"-pidfile x", &o.pidfile},    {"-input-script x", &o.script},
                {"-hash-log x", &o.hash_log},  {"-coverage x", &o.coverage},
                {"-record x", &o.record},      {"-replay x", &o.replay},
                {"-option-rom /x", &o.rom[0]}, {"-replay j -replay-media x", &o.replay_media[0]}};
    for (size_t i = 0; i < ARRAY_LEN(word); i++) {
        takes("%s", word[i].line);
        const char *name = *word[i].to;
        ck_assert_msg(name && !strcmp(name + (*name == '/'), "x"), "%s: '%s'", word[i].line, name ? name : "NULL");
        takes("%s", "");
        ck_assert_ptr_null(*word[i].to);
    }
    /* What ends the line at once: what follows is not looked at. */
    takes("-help -nonsense");
    takes("-version -nonsense");
    takes("-cpu help -nonsense");
}
END_TEST

START_TEST(an_unknown_option_gets_what_is_near)
{
    static const char *const near[][2] = {
        {"snapshop", "snapshot"}, {"snapsho", "snapshot"},    {"snapshott", "snapshot"},
        {"napshot", "snapshot"},  {"ssnapshot", "snapshot"},  {"snaphsot", "snapshot"},
        {"snpsht", "snapshot"},   {"xsnapshotx", "snapshot"}, {"vg", "vga"},
        {"vgaa", "vga"},          {"kernal", "kernel"}};
    static const char *const far[] = {"zzzzzz",
                                      "snxxxhot",
                                      "ssssnapshot",
                                      "napsh",
                                      "vx",
                                      "mm",
                                      "qq",
                                      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
    for (size_t i = 0; i < ARRAY_LEN(near); i++) {
        char want[80];
        snprintf(want, sizeof want, "-%s; did you mean -%s?", near[i][0], near[i][1]);
        refuses(want, "-%s", near[i][0]);
    }
    for (size_t i = 0; i < ARRAY_LEN(far); i++)
        refuses("'vitrine -help' lists them all", "-%s", far[i]);
    refuses("-m needs a value: -m SIZE", "-m");
    refuses("-cpu needs a value", "-m 5 --cpu");
}
END_TEST

START_TEST(what_does_not_go_together)
{
    static const char *const wrong[][2] = {
        {"-rtc clock=host --clock virtual", "exclude each other"},
        {"-daemonize", "-daemonize has no terminal and no window"},
        {"-initrd x", "-initrd needs -kernel"},
        {"-append x", "-append needs -kernel"},
        {"-record a -replay b", "--record and --replay exclude each other"},
        {"-replay-media a", "--replay-media is for --replay"},
        {"-replay a -input-script b", "--input-script and --replay exclude each other"},
        {"-bios ''", "-bios: the name of the image is empty"},
    };
    static const char *const good[] = {"-rtc clock=vm --clock virtual", "-rtc clock=host",
                                       "-kernel k -initrd x -append y", "-record a -input-script b",
                                       "-replay a -replay-media b",     "-daemonize -display none"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        refuses(wrong[i][1], "%s", wrong[i][0]);
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        takes("%s", good[i]);
    takes("-nodefaults");
    IS(o.cfg.vga, false);
    takes("-nodefaults -vga std");
    IS(o.cfg.vga, true);
    takes("-nodefaults -device VGA");
    IS(o.cfg.vga, false); /* as it stands: -nodefaults counts unless -vga was said */
}
END_TEST

/* n times `what`, each with its number. */
static const char *times(unsigned n, const char *what)
{
    static char text[1 << 14];
    *text = 0;
    for (unsigned i = 0; i < n; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u ", what, i);
    return text;
}

START_TEST(lists_have_an_end)
{
    static const struct {
        const char *what, *more;
        unsigned most;
    } row[] = {{"-option-rom /r", "-option-rom: at most 8", 8},
               {"-replay j -replay-media m", "-replay-media: at most 16", 16},
               {"-L f", "-L: at most 8 folders", 8},
               {"-device isa-debug-exit,id=d", "-device: at most 16 devices", 16},
               {"-global isa-debug-exit.iobase=", "-global: at most 16", 16},
               {"-device VGA,vgamem_mb=1 -name ", "at most 16 properties with those of -global", 16},
               {"-chardev null,id=c", "at most 24 character back ends", 24}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("%s", times(row[i].most, row[i].what));
        refuses(row[i].more, "%s", times(row[i].most + 1, row[i].what));
    }
    takes("%s", times(8, "-option-rom /r"));
    IS(o.nroms, 8);
    SAYS(o.rom[7], "/r7");
    char text[5000];
    memset(text, 'x', sizeof text);
    text[4095] = 0;
    takes("-kernel k -append %s", text);
    SAYS(o.cfg.cmdline, text);
    text[4095] = 'x';
    text[4096] = 0;
    refuses("-append: ", "-kernel k -append %s", text);
}
END_TEST

START_TEST(memory_has_units_and_bounds)
{
    static const struct {
        const char *size;
        unsigned mb;
    } good[] = {{"1", 1},
                {"3583", 3583},
                {"1M", 1},
                {"1m", 1},
                {"1024K", 1},
                {"1024k", 1},
                {"2047k", 1},
                {"1048576b", 1},
                {"1048576B", 1},
                {"2097151b", 1},
                {"2097152b", 2},
                {"3G", 3072},
                {"1g", 1024},
                {"size=64", 64},
                {"size=64M", 64},
                {"64,slots=0", 64},
                {"64,maxmem=64", 64},
                {"64,maxmem=64M", 64},
                {"64,maxmem=65536K", 64},
                {"3668992K", 3583},
                {"3670015K", 3583}};
    static const char *const out[] = {"0",
                                      "3584",
                                      "1023K",
                                      "1048575b",
                                      "4G",
                                      "1T",
                                      "1t",
                                      "3670016K",
                                      "99999999999999",
                                      "18446744073709551615G",
                                      "18014398509481984k",
                                      "0,maxmem=1"};
    static const char *const none[] = {"",          "x",   "1x", "1MM", "-1", "+1", "1.5G", "M", "99999999999999999999",
                                       "maxmem=64", "64X", "1P"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        takes("-m %s", good[i].size);
        IS(o.cfg.ram_mb, good[i].mb);
    }
    for (size_t i = 0; i < ARRAY_LEN(out); i++)
        refuses("takes 1 to 3583 megabytes", "-m %s", out[i]);
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        refuses("say a number of megabytes", "-m %s", *none[i] ? none[i] : "''");
    refuses("slots=1: memory cannot be added", "-m 64,slots=1");
    refuses("memory cannot be added", "-m 64,maxmem=65");
    refuses("memory cannot be added", "-m 64,maxmem=63");
    refuses("memory cannot be added", "-m 64,colour=0");
}
END_TEST

START_TEST(machine_has_switches)
{
    static const char *const fixed_on[] = {"pit", "pic", "i8042", "rtc"},
                             *const fixed_off[] = {"smbus", "nvdimm", "hmat", "sata"},
                             *const free_ones[] = {"dump-guest-core", "mem-merge", "smm", "graphics"};
    const struct {
        const char *key;
        bool *to, initial;
    } sw[] = {{"acpi", &o.cfg.acpi, true},
              {"hpet", &o.cfg.hpet, true},
              {"usb", &o.cfg.usb, false},
              {"vmport", &o.cfg.vmport, true}};
    for (size_t i = 0; i < ARRAY_LEN(sw); i++) {
        takes("-machine pc,%s=on", sw[i].key);
        IS(*sw[i].to, true);
        takes("-M pc,%s=off", sw[i].key);
        IS(*sw[i].to, false);
        takes("-machine %s=auto", sw[i].key);
        IS(*sw[i].to, sw[i].initial);
        refuses("-machine", "-machine pc,%s=x", sw[i].key);
    }
    for (size_t i = 0; i < 4; i++) {
        takes("-machine pc,%s=on,%s=off", fixed_on[i], fixed_off[i]);
        refuses("always with", "-machine pc,%s=off", fixed_on[i]);
        refuses("always with", "-machine pc,%s=on", fixed_off[i]);
        refuses("say on or off", "-machine pc,%s=x", fixed_on[i]);
        refuses("say on or off", "-machine pc,%s=x", fixed_off[i]);
        takes("-machine pc,%s=on", free_ones[i]);
        takes("-machine pc,%s=off", free_ones[i]);
        takes("-machine pc,%s=auto", free_ones[i]);
        refuses("say on or off", "-machine pc,%s=x", free_ones[i]);
    }
    static const char *const same[][2] = {
        {"kernel", "-kernel"}, {"initrd", "-initrd"}, {"append", "-append"}, {"firmware", "-bios"}};
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        char want[40];
        snprintf(want, sizeof want, "%s=: say %s x", same[i][0], same[i][1]);
        refuses(want, "-machine pc,%s=x", same[i][0]);
    }
    refuses("colour=red: not supported", "-machine pc,colour=red");
    static const char *const others[] = {"q35",   "pc-q35-7.2", "microvm",  "isapc", "xenpv",
                                         "xenfv", "xenfv-4.2",  "x-remote", "none"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        refuses("no such machine; there is pc", "-machine %s", others[i]);
    refuses("'-machine help' lists them", "-machine pcx");
    refuses("'-machine help' lists them", "-machine type=pcx");
    takes("-machine type=pc");
    SAYS(o.cfg.machine, "pc");
}
END_TEST

START_TEST(every_version_that_qemu_had_is_a_pc)
{
    static const struct {
        const char *prefix;
        int major, first, last;
    } had[] = {{"pc", 0, 10, 15},      {"pc", 1, 0, 3},        {"pc-i440fx", 1, 4, 7}, {"pc-i440fx", 2, 0, 12},
               {"pc-i440fx", 3, 0, 1}, {"pc-i440fx", 4, 0, 2}, {"pc-i440fx", 5, 0, 2}, {"pc-i440fx", 6, 0, 2},
               {"pc-i440fx", 7, 0, 2}, {"pc-i440fx", 8, 0, 2}, {"pc-i440fx", 9, 0, 2}, {"pc-i440fx", 10, 0, 2}};
    for (size_t i = 0; i < ARRAY_LEN(had); i++)
        for (int minor = had[i].first - 1; minor <= had[i].last + 1; minor++) {
            if (minor < had[i].first || minor > had[i].last) {
                refuses("no such machine", "-machine %s-%d.%d", had[i].prefix, had[i].major, minor);
                continue;
            }
            takes("-machine %s-%d.%d", had[i].prefix, had[i].major, minor);
            SAYS(o.cfg.machine, "pc");
            IS(o.nnotes, 1);
        }
}
END_TEST

START_TEST(the_first_accelerator_that_there_is_counts)
{
    static const struct {
        const char *line;
        enum engine_kind engine;
        unsigned notes;
    } good[] = {{"-accel tcg", ENGINE_TCG, 0},
                {"-accel interp", ENGINE_INTERP, 0},
                {"-accel accel=interp", ENGINE_INTERP, 0},
                {"-machine accel=interp", ENGINE_INTERP, 0},
                {"-accel interp -accel tcg", ENGINE_INTERP, 0},
                {"-accel tcg -accel interp", ENGINE_TCG, 0},
                {"-accel kvm -accel interp -accel tcg", ENGINE_INTERP, 1},
                {"-machine accel=kvm:interp:tcg", ENGINE_INTERP, 1},
                {"-machine accel=interp:kvm", ENGINE_INTERP, 0},
                {"-accel tcg,thread=single,one-insn-per-tb=off,split-wx=off,tb-size=7", ENGINE_TCG, 0},
                {"-accel kvm,anything=x -accel tcg", ENGINE_TCG, 1}};
    static const char *const hypervisors[] = {"kvm", "hax", "hvf", "whpx", "nvmm", "xen"};
    static const char *const unsupported[] = {"thread=multi", "one-insn-per-tb=on", "split-wx=on", "colour=red",
                                              "thread=off"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        takes("%s", good[i].line);
        IS(o.cfg.engine, good[i].engine);
        IS(o.nnotes, good[i].notes);
    }
    for (size_t i = 0; i < ARRAY_LEN(hypervisors); i++) {
        char want[60];
        snprintf(want, sizeof want, "-accel %s: the CPU is software", hypervisors[i]);
        refuses(want, "-accel %s", hypervisors[i]);
        takes("-accel %s -accel tcg", hypervisors[i]);
        ck_assert_msg(strstr(o.note[0], hypervisors[i]) && strstr(o.note[0], "; tcg is taken"), "%s", o.note[0]);
    }
    takes("-accel kvm -accel hax -accel tcg");
    ck_assert_msg(strstr(o.note[0], "-accel kvm: ") != NULL, "the first counts: %s", o.note[0]);
    for (size_t i = 0; i < ARRAY_LEN(unsupported); i++)
        refuses("is not supported; leave it out", "-accel tcg,%s", unsupported[i]);
    static const char *const unknown[] = {"x", "tcgx", "tc", "''", "tcg=1", "kvm:tcg:x"};
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
        refuses("there are interp and tcg", "-accel %s", unknown[i]);
    refuses("there are interp and tcg", "-machine accel=kvm:");
    refuses("-machine accel=kvm: ", "-machine accel=kvm:hax");
}
END_TEST

START_TEST(models_of_qemus_that_are_not_here)
{
    static const char *const wide[] = {"qemu64",         "kvm64",
                                       "core2duo",       "phenom",
                                       "Conroe",         "Penryn-v1",
                                       "Nehalem",        "Westmere-IBRS",
                                       "SandyBridge",    "IvyBridge",
                                       "Haswell-noTSX",  "Broadwell",
                                       "Skylake-Client", "Cascadelake-Server",
                                       "Cooperlake",     "Icelake-Server",
                                       "SapphireRapids", "Denverton",
                                       "Snowridge",      "KnightsMill",
                                       "Opteron_G5",     "EPYC-Rome",
                                       "Dhyana"};
    static const char *const narrow[] = {"kvm32", "coreduo", "athlon", "n270", "base"};
    static const char *const neither[] = {"kvm3", "kvm33", "athlonx", "cor", "Epyc", "qemu6"};
    for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
        refuses("a 64-bit processor", "-cpu %s", wide[i]);
        refuses("a 64-bit processor", "-cpu %s,+sse", wide[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(narrow); i++) {
        refuses("qemu32, pentium3 and pentium4 are near", "-cpu %s", narrow[i]);
        refuses("qemu32, pentium3 and pentium4 are near", "-cpu %s,-sse", narrow[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(neither); i++)
        refuses("-cpu help", "-cpu %s", neither[i]);
    takes("-cpu host,-sse");
    SAYS(o.cfg.cpu, "max,-sse");
    IS(o.nnotes, 1);
    takes("-cpu host");
    SAYS(o.cfg.cpu, "max");
    refuses("-cpu help", "-cpu hosts");
    refuses("-cpu help", "-cpu hos");
    takes("-cpu max,phys-bits=36");
    IS(o.nnotes, 0);
    takes("-cpu max,phys-bits=0");
    IS(o.nnotes, 0);
    takes("-cpu max,phys-bits=35,phys-bits=37");
    IS(o.nnotes, 2);
    takes("-cpu max -cpu max,phys-bits=1 -cpu max,phys-bits=2 -cpu "
          "max,phys-bits=3,phys-bits=4,phys-bits=5,phys-bits=6,phys-bits=7,phys-bits=8");
    IS(o.nnotes, 8);
    takes("-cpu "
          "max,phys-bits=1,phys-bits=2,phys-bits=3,phys-bits=4,phys-bits=5,phys-bits=6,phys-bits=7,phys-bits=8,phys-"
          "bits=9");
    IS(o.nnotes, 8); /* and no more */
}
END_TEST

START_TEST(one_processor)
{
    static const char *const good[] = {"1", "cpus=1", "1,sockets=1,dies=1,clusters=1,cores=1,threads=1,maxcpus=1"};
    static const char *const keys[] = {"cpus", "sockets", "dies", "clusters", "cores", "threads", "maxcpus"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        takes("-smp %s", good[i]);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        takes("-smp %s=1", keys[i]);
        refuses("has one processor", "-smp %s=2", keys[i]);
        refuses("has one processor", "-smp 1,%s=0", keys[i]);
        refuses("say 1, or cpus=1", "-smp %s=", keys[i]);
        refuses("say 1, or cpus=1", "-smp %s=1x", keys[i]);
    }
    refuses("has one processor", "-smp 2");
    refuses("say 1, or cpus=1", "-smp x");
    refuses("say 1, or cpus=1", "-smp books=1");
}
END_TEST

START_TEST(a_uuid_is_32_digits_in_five_groups)
{
    static const uint8_t want[16] = {0x55, 0x0e, 0x84, 0x00, 0xe2, 0x9b, 0x41, 0xd4,
                                     0xa7, 0x16, 0x44, 0x66, 0x55, 0x44, 0x0f, 0xff};
    static const char good[] = "550e8400-e29b-41d4-a716-446655440fff";
    takes("-uuid %s", good);
    ck_assert_mem_eq(o.cfg.uuid, want, 16);
    IS(o.cfg.uuid_said, true);
    takes("-uuid 550E8400-E29B-41D4-A716-446655440FFF");
    ck_assert_mem_eq(o.cfg.uuid, want, 16);
    for (size_t i = 0; i < sizeof good - 1; i++) {
        char text[sizeof good];
        memcpy(text, good, sizeof text);
        text[i] = text[i] == '-' ? '0' : '-';
        refuses("32 hexadecimal digits", "-uuid %s", text);
        text[i] = 'g';
        refuses("32 hexadecimal digits", "-uuid %s", text);
        if (i)
            refuses("32 hexadecimal digits", "-uuid %.*s", (int)i, good);
    }
    refuses("32 hexadecimal digits", "-uuid %s0", good);
}
END_TEST

START_TEST(the_clock_begins_where_base_says)
{
    static const struct {
        const char *date;
        uint64_t seconds; /* date -u -d DATE +%s */
    } row[] = {{"1970-01-01", 0},
               {"1970-01-01T00:00:01", 1},
               {"1970-1-2", 86400},
               {"2000-02-29", 951782400},
               {"2024-02-29T23:59:59", 1709251199},
               {"2100-03-01", 4107542400},
               {"2006-06-17T16:01:21", 1150560081},
               {"9999-12-31T23:59:59", 253402300799}};
    static const char *const none[] = {"",
                                       "x",
                                       "2000",
                                       "2000-01",
                                       "2000-01-",
                                       "2000-02-30",
                                       "1900-02-29",
                                       "2100-02-29",
                                       "2001-02-29",
                                       "2000-13-01",
                                       "2000-00-01",
                                       "2000-01-00",
                                       "2000-01-32",
                                       "2000-04-31",
                                       "1969-12-31",
                                       "1969-12-31T23:59:59",
                                       "20000-01-01",
                                       "2000-001-01",
                                       "2000-01-011",
                                       "2000-01-01T",
                                       "2000-01-01T12",
                                       "2000-01-01T12:00",
                                       "2000-01-01T24:00:00",
                                       "2000-01-01T12:60:00",
                                       "2000-01-01T12:00:60",
                                       "2000-01-01T012:00:00",
                                       "2000-01-01T12:000:00",
                                       "2000-01-01T12:00:000",
                                       "2000-01-01T12:00:00x",
                                       "2000-01-01x",
                                       "2000/01/01",
                                       "2000-01-01t12:00:00",
                                       "-2000-01-01"};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("-rtc base=%s", row[i].date);
        IS(o.cfg.rtc_seconds, row[i].seconds);
        IS(o.rtc_said, true);
        takes("-rtc base=%s --clock virtual", row[i].date);
        IS(o.cfg.rtc_seconds, row[i].seconds);
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        refuses("2024-02-29", "-rtc base=%s", none[i]);
    setenv("TZ", "XYZ-2", 1); /* two hours before UTC's */
    tzset();
    static const struct {
        const char *line;
        int ahead;
    } now[] = {{"-rtc base=localtime", 7200}, {"-rtc base=utc", 0}, {"-rtc driftfix=none", 0}, {"-m 1", 0}};
    for (size_t i = 0; i < ARRAY_LEN(now); i++) {
        int64_t before = time(NULL);
        takes("%s", now[i].line);
        int64_t late = (int64_t)o.cfg.rtc_seconds - before - now[i].ahead;
        ck_assert_msg(late >= 0 && late <= 2, "%s: %lld s off", now[i].line, (long long)late);
    }
    takes("--clock virtual");
    IS(o.cfg.rtc_seconds, 1577836800); /* 2020-01-01: the same in every run */
    IS(o.cfg.clock, CLOCK_VIRTUAL);
    takes("--clock virtual --clock host");
    IS(o.cfg.clock, CLOCK_HOST);
    refuses("host and virtual", "--clock x");
    takes("-rtc clock=host,driftfix=slew");
    IS(o.rtc_host, true);
    takes("-rtc clock=vm");
    IS(o.rtc_host, false);
    refuses("there are host and vm", "-rtc clock=rt");
    refuses("there are none and slew", "-rtc driftfix=x");
    refuses("-rtc zone: not supported", "-rtc zone=x");
}
END_TEST

START_TEST(speed_is_percent)
{
    static const struct {
        const char *value;
        unsigned speed;
    } good[] = {{"1", 1}, {"1%", 1}, {"10000", 10000}, {"10000%", 10000}, {"100%", 100}};
    static const char *const none[] = {
        "0", "0%", "10001", "10001%", "x", "-1", "1x", "1%x", "%", ":", "/", "99999999999999999999", "~1"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        takes("--speed %s", good[i].value);
        IS(o.speed, good[i].speed);
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        refuses("from 1 to 10000", "--speed %s", none[i]);
    takes("--warp");
    IS(o.speed, 0);
}
END_TEST

START_TEST(adapters_networks_and_usb_devices)
{
    static const char *const others[] = {"cirrus", "vmware", "qxl", "virtio", "tcx", "cg3", "xenfb"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        refuses("no such adapter", "-vga %s", others[i]);
    refuses("there are std and none", "-vga x");
    takes("-vga none");
    IS(o.cfg.vga, false);
    IS(o.vga_said, true);
    takes("-vga std");
    IS(o.cfg.vga, true);
    takes("-net none -nic none");
    refuses("-net user: there is no network adapter", "-net user");
    refuses("-nic user: there is no network adapter", "-nic user");
    static const char *const usb[][2] = {{"tablet", "usb-tablet"}, {"mouse", "usb-mouse"}, {"keyboard", "usb-kbd"}};
    for (size_t i = 0; i < ARRAY_LEN(usb); i++) {
        takes("-usbdevice %s", usb[i][0]);
        IS(o.cfg.usb, true);
        IS(o.cfg.ndevices, 1);
        SAYS(o.cfg.device[0].cls, usb[i][1]);
    }
    refuses("tablet, mouse and keyboard", "-usbdevice x");
}
END_TEST

TCase *machine_options_case(void)
{
    TCase *t = tcase_create("machine");
    tcase_add_test(t, what_is_not_said_has_its_default);
    tcase_add_test(t, each_switch_sets_its_own);
    tcase_add_test(t, an_unknown_option_gets_what_is_near);
    tcase_add_test(t, what_does_not_go_together);
    tcase_add_test(t, lists_have_an_end);
    tcase_add_test(t, memory_has_units_and_bounds);
    tcase_add_test(t, machine_has_switches);
    tcase_add_test(t, every_version_that_qemu_had_is_a_pc);
    tcase_add_test(t, the_first_accelerator_that_there_is_counts);
    tcase_add_test(t, models_of_qemus_that_are_not_here);
    tcase_add_test(t, one_processor);
    tcase_add_test(t, a_uuid_is_32_digits_in_five_groups);
    tcase_add_test(t, the_clock_begins_where_base_says);
    tcase_add_test(t, speed_is_percent);
    tcase_add_test(t, adapters_networks_and_usb_devices);
    return t;
}
