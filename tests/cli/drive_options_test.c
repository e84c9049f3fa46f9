/* SPDX-License-Identifier: MIT */
/* Drives on the command line: places, names, each key of -drive, -blockdev and the -device of a drive,
    with both sides of
 * each bound. Keys and places are QEMU's. */
#include "config.h"

#include "tests/cli/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

enum { HDA, HDB, HDC, HDD, FDA, FDB };

static char *row_of(char c, size_t n, char *to)
{
    memset(to, c, n);
    to[n] = 0;
    return to;
}

/* The drive at a place and nothing else has this file. */
static void only_at(unsigned place, const char *file)
{
    for (unsigned i = 0; i < 6; i++) {
        bool there = o.drive[i].file != NULL;
        ck_assert_msg(there == (i == place), "%s: the file is at place %u", parsed_line(), i);
    }
    SAYS(o.drive[place].file, file);
    IS(o.drive[place].fitted, true);
}

START_TEST(each_short_option_has_its_place_and_name)
{
    static const struct {
        const char *line, *id;
        unsigned place;
        enum drive_kind kind;
        bool readonly;
    } row[] = {{"a", "ide0-hd0", HDA, DRIVE_DISK, false},       {"-hda a", "ide0-hd0", HDA, DRIVE_DISK, false},
               {"-hdb a", "ide0-hd1", HDB, DRIVE_DISK, false},  {"-hdc a", "ide1-hd0", HDC, DRIVE_DISK, false},
               {"-hdd a", "ide1-hd1", HDD, DRIVE_DISK, false},  {"-cdrom a", "ide1-cd0", HDC, DRIVE_CD, true},
               {"-fda a", "floppy0", FDA, DRIVE_FLOPPY, false}, {"-fdb a", "floppy1", FDB, DRIVE_FLOPPY, false},
               {"--hdb a", "ide0-hd1", HDB, DRIVE_DISK, false}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("%s", row[i].line);
        const struct drive_option *d = &o.drive[row[i].place];
        only_at(row[i].place, "a");
        SAYS(d->id, row[i].id);
        IS(d->kind, row[i].kind);
        IS(d->readonly, row[i].readonly);
        IS(d->snapshot, false);
        IS(d->raw, false);
        IS(d->cache, CACHE_WRITEBACK);
        IS(d->bootindex, -1);
    }
    takes("-");
    only_at(HDA, "-");
    refuses("is empty", "-hda ''");
    refuses("is empty", "-hdd ''");
}
END_TEST

START_TEST(drive_a_and_a_cd_drive_are_there_empty)
{
    takes("-hda a");
    for (unsigned i = 0; i < 6; i++)
        IS(o.drive[i].fitted, i == HDA || i == HDC || i == FDA);
    IS(o.drive[HDC].kind, DRIVE_CD);
    IS(o.drive[HDC].readonly, true);
    IS(o.drive[HDC].bootindex, -1);
    SAYS(o.drive[HDC].id, "ide1-cd0");
    IS(o.drive[FDA].kind, DRIVE_FLOPPY);
    IS(o.drive[FDA].readonly, false);
    IS(o.drive[FDA].bootindex, -1);
    SAYS(o.drive[FDA].id, "floppy0");
    takes("-nodefaults");
    for (unsigned i = 0; i < 6; i++)
        IS(o.drive[i].fitted, false);
    takes("-hdc a -fda b");
    SAYS(o.drive[HDC].file, "a");
    IS(o.drive[HDC].kind, DRIVE_DISK);
    SAYS(o.drive[FDA].file, "b");
    takes("-nodefaults -cdrom '' -fdb ''");
    for (unsigned i = 0; i < 6; i++) {
        IS(o.drive[i].fitted, i == HDC || i == FDB);
        ck_assert_ptr_null(o.drive[i].file);
    }
}
END_TEST

START_TEST(drives_without_an_index_take_the_first_free_place)
{
    static const struct {
        const char *line;
        const char *at[6];
    } row[] = {
        {"-drive file=a -drive file=b -drive file=c -drive file=d", {"a", "b", "c", "d"}},
        {"-drive file=a,media=cdrom -drive file=b,media=cdrom -drive file=c,media=cdrom -drive file=d,media=cdrom",
         {"c", "d", "a", "b"}},
        {"-hdc x -drive file=a,media=cdrom -drive file=b,media=cdrom", {"b", NULL, "x", "a"}},
        {"-hda x -drive file=a", {"x", "a"}},
        {"-drive file=a,if=floppy -drive file=b,if=floppy", {NULL, NULL, NULL, NULL, "a", "b"}},
        {"-fda x -drive file=b,if=floppy", {NULL, NULL, NULL, NULL, "x", "b"}},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("%s", row[i].line);
        for (unsigned k = 0; k < 6; k++)
            if (row[i].at[k])
                SAYS(o.drive[k].file, row[i].at[k]);
            else
                ck_assert_msg(!o.drive[k].file, "%s: '%s' at place %u", row[i].line, o.drive[k].file, k);
    }
    refuses("drive 'e': all 4 IDE places are taken", "-hda a -hdb b -hdc c -hdd d -drive file=e");
    refuses("drive 'e': all 4 IDE places are taken", "-hda a -hdb b -hdc c -hdd d -drive file=e,media=cdrom");
    refuses("drive 'e': all 2 floppy places are taken", "-fda a -fdb b -drive file=e,if=floppy");
    refuses("drive '(empty)': all 2 floppy", "-fda a -fdb b -drive if=floppy");
    refuses("place hdb is taken by 'a'", "-hdb a -drive file=b,index=1");
    refuses("place fdb is taken by '(empty)'", "-fdb '' -drive file=b,index=1,if=floppy");
}
END_TEST

START_TEST(index_bus_and_unit_name_a_place)
{
    static const struct {
        const char *keys;
        unsigned place;
    } row[] = {{"index=0", HDA},
               {"index=1", HDB},
               {"index=2", HDC},
               {"index=3", HDD},
               {"bus=0", HDA},
               {"bus=1", HDC},
               {"unit=0", HDA},
               {"unit=1", HDB},
               {"bus=0,unit=0", HDA},
               {"bus=0,unit=1", HDB},
               {"bus=1,unit=0", HDC},
               {"bus=1,unit=1", HDD},
               {"index=3,media=cdrom", HDD},
               {"index=0,media=cdrom", HDA},
               {"if=floppy,index=0", FDA},
               {"if=floppy,index=1", FDB},
               {"if=floppy,unit=0", FDA},
               {"if=floppy,unit=1", FDB},
               {"if=floppy,bus=0", FDA},
               {"if=floppy,bus=0,unit=1", FDB},
               {"if=ide,index=1", HDB}};
    static const char *const wrong[][2] = {
        {"index=4", "0 to 3"},
        {"index=-1", "0 to 3"},
        {"index=", "0 to 3"},
        {"index=1x", "0 to 3"},
        {"index=:", "0 to 3"},
        {"index=/", "0 to 3"},
        {"bus=2", "bus=2: say 0 to 1"},
        {"unit=2", "unit=2: say 0 to 1"},
        {"index=0,bus=0", "exclude each other"},
        {"index=0,unit=0", "exclude each other"},
        {"index=3,bus=1,unit=1", "exclude each other"},
        {"if=floppy,index=2", "if=floppy,index=2: say 0 or 1"},
        {"if=floppy,bus=1", "if=floppy,bus=1: there is one floppy controller"},
        {"if=none,id=n,index=0", "are the -device's"},
        {"if=none,id=n,bus=0", "are the -device's"},
        {"if=none,id=n,unit=0", "are the -device's"},
    };
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("-drive file=a,%s", row[i].keys);
        only_at(row[i].place, "a");
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        refuses(wrong[i][1], "-drive file=a,%s", wrong[i][0]);
}
END_TEST

START_TEST(each_key_of_drive_has_its_effect)
{
    const struct drive_option *d = &o.drive[HDA];
    static const struct {
        const char *name;
        enum cache_mode mode;
    } cache[] = {{"writeback", CACHE_WRITEBACK},
                 {"none", CACHE_WRITEBACK},
                 {"writethrough", CACHE_WRITETHROUGH},
                 {"directsync", CACHE_WRITETHROUGH},
                 {"unsafe", CACHE_UNSAFE}};
    for (size_t i = 0; i < ARRAY_LEN(cache); i++) {
        takes("-drive file=a,cache=%s", cache[i].name);
        IS(d->cache, cache[i].mode);
    }
    static const char *const raw[] = {"format=raw", "driver=raw"};
    for (size_t i = 0; i < ARRAY_LEN(raw); i++) {
        takes("-drive file=a,%s", raw[i]);
        IS(d->raw, true);
    }
    refuses("driver=qcow2: only raw", "-drive file=a,driver=qcow2");
    static const char *const readonly[] = {"readonly=on", "readonly", "read-only=yes"};
    for (size_t i = 0; i < ARRAY_LEN(readonly); i++) {
        takes("-drive file=a,%s", readonly[i]);
        IS(d->readonly, true);
        IS(d->snapshot, false);
    }
    takes("-drive file=a,readonly=off,media=disk");
    IS(d->readonly, false);
    IS(d->kind, DRIVE_DISK);
    takes("-drive file=a,media=cdrom");
    IS(o.drive[HDC].kind, DRIVE_CD);
    IS(o.drive[HDC].readonly, true);
    takes("-drive media=cdrom");
    IS(o.drive[HDC].kind, DRIVE_CD);
    takes("-drive if=floppy -nodefaults");
    IS(o.drive[FDA].fitted, true);
    refuses("file=PATH", "-drive media=disk");
    takes("-drive file.filename=a,id=name");
    SAYS(d->file, "a");
    SAYS(d->id, "name");
    refuses("-drive", "-drive file=a,readonly=perhaps");
    refuses("-drive", "-drive file=a,read-only=perhaps");
    refuses("-drive", "-drive file=a,snapshot=perhaps");
}
END_TEST

START_TEST(snapshot_of_a_drive_stands_against_that_of_all)
{
    static const struct {
        const char *line;
        bool a, b;
    } row[] = {{"-hda x -hdb y", false, false},
               {"-snapshot -hda x -hdb y", true, true},
               {"-hda x -hdb y -snapshot", true, true},
               {"-drive file=x,snapshot=on -hdb y", true, false},
               {"-drive file=x,snapshot=off -hdb y -snapshot", false, true},
               {"-snapshot -drive file=x,snapshot=on -hdb y", true, true}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        takes("%s", row[i].line);
        IS(o.drive[HDA].snapshot, row[i].a);
        IS(o.drive[HDB].snapshot, row[i].b);
    }
}
END_TEST

START_TEST(keys_without_effect_have_their_values)
{
    static const char *const good[] = {
        "aio=threads",        "aio=native",          "aio=io_uring",      "discard=ignore",
        "discard=off",        "discard=unmap",       "discard=on",        "detect-zeroes=off",
        "detect-zeroes=on",   "detect-zeroes=unmap", "copy-on-read=off",  "auto-read-only=on",
        "auto-read-only=off", "file.driver=file",    "file.locking=auto", "file.locking=on"};
    static const char *const both[] = {"werror=report", "rerror=report"};
    static const char *const wrong[][2] = {{"aio=x", "say aio=threads"},
                                           {"aio=", "say aio=threads"},
                                           {"discard=x", "say discard=ignore"},
                                           {"detect-zeroes=x", "say detect-zeroes=off"},
                                           {"copy-on-read=on", "say copy-on-read=off"},
                                           {"auto-read-only=x", "say auto-read-only=on"},
                                           {"file.driver=nbd", "say file.driver=file"},
                                           {"file.locking=off", "say file.locking=auto"}};
    static const char *const actions[] = {"stop", "enospc", "ignore", "auto"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        takes("-drive file=a,%s", good[i]);
        takes("-blockdev driver=raw,node-name=n,filename=a,%s", good[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(both); i++)
        takes("-drive file=a,%s", both[i]);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        refuses(wrong[i][1], "-drive file=a,%s", wrong[i][0]);
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        refuses("is reported to the guest", "-drive file=a,werror=%s", actions[i]);
        refuses("is reported to the guest", "-drive file=a,rerror=%s", actions[i]);
    }
    refuses("werror=x: say report", "-drive file=a,werror=x");
    refuses("'colour' is not supported; there are file", "-drive file=a,colour=red");
    refuses("-blockdev: 'colour' is not supported", "-blockdev driver=raw,node-name=n,filename=a,colour=red");
}
END_TEST

START_TEST(names_of_images)
{
    static const char *const far[] = {"nbd",      "nbd+unix",  "nbd+tcp", "ssh",      "http", "https", "ftp",
                                      "ftps",     "iscsi",     "rbd",     "gluster",  "nfs",  "json",  "quorum",
                                      "blkdebug", "blkverify", "null-co", "null-aio", "nvme"};
    static const char *const kept[] = {"a:b",     "fil:a", "files:a", "nb:a",    "nbdx:a",
                                       "./nbd:a", "fa:a",  "fatx:a",  "d/fat:x", ":a"};
    for (size_t i = 0; i < ARRAY_LEN(far); i++) {
        refuses("images are files of this host", "-hda %s:x", far[i]);
        refuses("images are files of this host", "-drive file=%s:x", far[i]);
        refuses("images are files of this host", "%s:x", far[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
        takes("-hda %s", kept[i]);
        only_at(HDA, kept[i]);
        takes("-drive file=%s", kept[i]);
        only_at(HDA, kept[i]);
    }
    static const char *const local[] = {"-hda file:a:b", "file:a:b", "-drive file=file:a:b",
                                        "-drive file.filename=file:a:b"};
    for (size_t i = 0; i < ARRAY_LEN(local); i++) {
        takes("%s", local[i]);
        only_at(HDA, "a:b");
    }
    static const char *const folders[] = {"fat:", "vvfat:", "fat:rw:"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        refuses("a folder cannot be shown", "-fda %sx", folders[i]);
    refuses("-cdrom nbd:x: ", "-cdrom nbd:x");
    refuses("-drive file=nbd:x: ", "-drive file=nbd:x");
    refuses("nbd:x: ", "nbd:x");
    ck_assert_msg(!strncmp(err.text, "nbd:x: ", 7), "%s", err.text);
    char text[1100];
    takes("-drive file=%s", row_of('x', 1023, text));
    SAYS(o.drive[HDA].file, text);
    refuses("too long", "-drive file=%s", row_of('x', 1024, text));
    refuses("too long", "-blockdev driver=raw,node-name=n,filename=%s", text);
    takes("-drive file=a,,b=c,format=raw");
    SAYS(o.drive[HDA].file, "a,b=c");
    IS(o.drive[HDA].raw, true);
}
END_TEST

START_TEST(names_of_drives_are_used_once)
{
    char text[64];
    refuses("another drive with id=a", "-drive file=x,id=a -drive file=y,id=a");
    refuses("another drive with id=a", "-drive file=x,id=a,if=none -drive file=y,id=a");
    refuses("-drive: there is another drive of the name 'a'", "-drive file=x,id=a -drive file=y,id=a,if=none");
    refuses("-drive: there is another drive of the name 'a'", "-drive file=x,id=a,if=none -drive file=y,id=a,if=none");
    refuses("-blockdev: there is another drive of the name 'a'",
            "-drive file=x,id=a,if=none -blockdev driver=raw,filename=y,node-name=a");
    takes("-drive file=x,id=a -drive file=y,id=b -drive file=z,id=c,if=none");
    SAYS(o.drive[HDA].id, "a");
    SAYS(o.drive[HDB].id, "b");
    SAYS(o.node[0].id, "c");
    takes("-drive file=x,id=%s", row_of('i', 31, text));
    SAYS(o.drive[HDA].id, text);
    refuses("too long (at most 31 ", "-drive file=x,id=%s", row_of('i', 32, text));
    refuses("too long (at most 31 ", "-blockdev driver=raw,filename=x,node-name=%s", text);
    refuses("-drive: a drive that a -device takes needs a name, id=NAME", "-drive file=x,if=none");
    refuses("-blockdev: a drive that a -device takes needs a name, node-name=NAME", "-blockdev driver=raw,filename=x");
    char many[2000] = "";
    for (unsigned i = 0; i < 16; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), "-drive file=f%u,if=none,id=n%u ", i, i);
    takes("%s", many);
    IS(o.nnodes, 16);
    SAYS(o.node[15].file, "f15");
    refuses("at most 16 drives", "%s -drive file=x,if=none,id=x", many);
}
END_TEST

START_TEST(blockdev_makes_nodes)
{
    takes("-blockdev driver=file,node-name=f,filename=a -blockdev driver=raw,node-name=r,file=f");
    IS(o.nnodes, 2);
    SAYS(o.node[0].file, "a");
    SAYS(o.node[1].file, "a");
    SAYS(o.node[1].id, "r");
    IS(o.node[1].raw, true);
    IS(o.node[1].readonly, false);
    IS(o.node[1].bootindex, -1);
    takes("-blockdev driver=file,node-name=f,filename=a,read-only=on -blockdev driver=raw,node-name=r,file=f");
    IS(o.node[0].readonly, true);
    IS(o.node[1].readonly, true);
    takes("-blockdev driver=raw,node-name=r,file.filename=a,cache.no-flush=on");
    IS(o.node[0].cache, CACHE_UNSAFE);
    takes("-blockdev driver=raw,node-name=r,file.filename=a,cache.no-flush=off,cache.direct=on");
    IS(o.node[0].cache, CACHE_WRITEBACK);
    static const char *const flags[] = {"read-only", "cache.no-flush", "cache.direct"};
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        refuses("-blockdev", "-blockdev driver=raw,node-name=r,filename=a,%s=perhaps", flags[i]);
    refuses("driver=qcow2: there are raw and file", "-blockdev driver=qcow2,node-name=r,filename=a");
    refuses("no node of that name", "-blockdev driver=raw,node-name=r,file=x");
    refuses("no node of that name", "-drive if=none,id=e -blockdev driver=raw,node-name=r,file=e");
    refuses("file.filename=PATH", "-blockdev driver=raw,node-name=r");
    refuses("JSON", "-blockdev {}");
}
END_TEST

static const char nodes[] = "-drive file=a,if=none,id=n -drive file=b,if=none,id=m,readonly=on,cache=unsafe";

START_TEST(a_device_puts_a_node_into_its_place)
{
    static const struct {
        const char *line;
        unsigned place;
    } row[] = {{"-device ide-hd,drive=n", HDA},
               {"-hda x -device ide-hd,drive=n", HDB},
               {"-device ide-cd,drive=n", HDC},
               {"-device ide-hd,drive=n,bus=ide.0", HDA},
               {"-device ide-hd,drive=n,bus=ide.1", HDC},
               {"-device ide-hd,drive=n,unit=0", HDA},
               {"-device ide-hd,drive=n,unit=1", HDB},
               {"-device ide-hd,drive=n,bus=ide.1,unit=0", HDC},
               {"-device ide-hd,drive=n,bus=ide.1,unit=1", HDD},
               {"-hdc x -device ide-cd,drive=n,bus=ide.1", HDD},
               {"-hda x -device ide-hd,drive=n,bus=ide.0", HDB},
               {"-device floppy,drive=n", FDA},
               {"-device floppy,drive=n,unit=0", FDA},
               {"-device floppy,drive=n,unit=1", FDB},
               {"-device floppy,drive=n,bus=floppy-bus.0,unit=1", FDB}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        for (int after = 0; after < 2; after++) {
            takes("%s %s %s", after ? row[i].line : nodes, after ? nodes : row[i].line, "-nodefaults");
            SAYS(o.drive[row[i].place].file, "a");
            SAYS(o.drive[row[i].place].id, "n");
            SAYS(o.drive[row[i].place].qdev, "");
            IS(o.node[0].fitted, true);
            IS(o.node[1].fitted, false);
        }
    }
    takes("%s -device ide-cd,drive=m,id=dev,serial=ABC,bootindex=7 -hda x", nodes);
    const struct drive_option *d = &o.drive[HDC];
    SAYS(d->id, "m");
    SAYS(d->qdev, "dev");
    SAYS(d->serial, "ABC");
    IS(d->kind, DRIVE_CD);
    IS(d->readonly, true);
    IS(d->cache, CACHE_UNSAFE);
    IS(d->bootindex, 7);
    SAYS(o.drive[HDA].id, "ide0-hd0"); /* the others keep their names */
    takes("-device ide-cd,bus=ide.0 -device floppy,unit=1 -nodefaults");
    SAYS(o.drive[HDA].id, "ide0-cd0");
    SAYS(o.drive[FDB].id, "floppy1");
    IS(o.drive[FDB].kind, DRIVE_FLOPPY);
    IS(o.drive[HDA].readonly, true);
    refuses("no -drive if=none,id=x", "-device ide-hd,drive=x");
    refuses("in another drive already", "%s -device ide-hd,drive=n -device ide-hd,drive=n", nodes);
    refuses("say what is on it", "-device ide-hd");
    refuses("a disk needs an image", "-drive if=none,id=e -device ide-hd,drive=e");
    takes("-drive if=none,id=e -device ide-cd,drive=e -nodefaults");
    SAYS(o.drive[HDC].id, "e");
    refuses("-device ide-cd", "-hdc a -device ide-cd,bus=ide.1,unit=0");
}
END_TEST

START_TEST(each_property_of_a_drive_device_has_its_bounds)
{
    static const char *const wrong_bus[] = {"ide.2", "ide.",  "ide",   "ide.00",       "ide.10", "idex.0",
                                            "id.0",  "ide./", "ide.:", "floppy-bus.0", ".0"};
    for (size_t i = 0; i < ARRAY_LEN(wrong_bus); i++)
        refuses("say ide.0 or ide.1", "-device ide-cd,bus=%s", wrong_bus[i]);
    static const char *const wrong_floppy[] = {"floppy-bus.1", "floppy-bus.",  "floppy-bus",
                                               "ide.0",        "floppy-bux.0", "floppy-bus./"};
    for (size_t i = 0; i < ARRAY_LEN(wrong_floppy); i++)
        refuses("say floppy-bus.0", "-device floppy,bus=%s", wrong_floppy[i]);
    static const struct {
        const char *cls, *key;
        int max;
    } number[] = {
        {"ide-cd", "unit", 1}, {"floppy", "unit", 1}, {"ide-cd", "bootindex", 1000}, {"ide-hd", "bootindex", 1000}};
    static const char *const none[] = {"-1", "", "x", "1x", "/", ":"};
    for (size_t i = 0; i < ARRAY_LEN(number); i++) {
        const char *cls = number[i].cls, *key = number[i].key;
        takes("%s -device %s,drive=n,%s=0", nodes, cls, key);
        takes("%s -device %s,drive=n,%s=%d", nodes, cls, key, number[i].max);
        refuses("say 0 to ", "-device %s,%s=%d", cls, key, number[i].max + 1);
        for (size_t k = 0; k < ARRAY_LEN(none); k++)
            refuses("say 0 to ", "-device %s,%s=%s", cls, key, none[k]);
    }
    char text[64];
    takes("%s -device ide-hd,drive=n,serial=%s", nodes, row_of('s', 20, text));
    SAYS(o.drive[HDA].serial, text);
    refuses("too long (at most 20 ", "-device ide-cd,serial=%s", row_of('s', 21, text));
    refuses("floppy has no property 'serial'", "-device floppy,serial=x");
    takes("-device ide-cd,id=%s", row_of('d', 31, text));
    SAYS(o.drive[HDC].qdev, text);
    refuses("-device id=: ", "-device ide-cd,id=%s", row_of('d', 32, text));
    refuses("-device drive=: ", "-device ide-cd,drive=%s", text);
    refuses("bootindex=5 is given to ide0-cd1 and ide1-cd0",
            "-device ide-cd,bootindex=5 -device ide-cd,bootindex=5,unit=1");
    refuses("bootindex=0 is given", "-device ide-cd,bootindex=0 -device ide-cd,bootindex=0");
    takes("-device ide-cd,bootindex=5 -device ide-cd,bootindex=6,unit=1 -device floppy -hda x");
    IS(o.drive[HDC].bootindex, 5);
    IS(o.drive[HDB].bootindex, 6);
    IS(o.drive[HDA].bootindex, -1);
    IS(o.drive[FDA].bootindex, -1);
    refuses("places for 6 drives",
            "-device ide-cd -device ide-cd -device ide-cd -device ide-cd -device floppy -device floppy -device floppy");
    takes("-device ide-cd -device ide-cd -device ide-cd -device ide-cd -device floppy -device floppy");
}
END_TEST

START_TEST(a_geometry_is_whole_and_within_bounds)
{
    static const struct {
        const char *key, *others;
        unsigned max;
    } row[] = {{"cyls", "heads=3,secs=5", 65535}, {"heads", "cyls=2,secs=5", 16}, {"secs", "cyls=2,heads=3", 255}};
    static const char *const trans[] = {"auto", "none", "lba", "large", "rechs"};
    static const enum chs_trans as[] = {CHS_AUTO, CHS_NONE, CHS_LBA, CHS_LARGE, CHS_RECHS};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        unsigned tried[] = {1, row[i].max};
        for (size_t k = 0; k < 2; k++) {
            takes("%s -device ide-hd,drive=n,%s,%s=%u", nodes, row[i].others, row[i].key, tried[k]);
            const struct disk_geometry *g = &o.drive[HDA].geometry;
            IS(g->cyls, i == 0 ? tried[k] : 2);
            IS(g->heads, i == 1 ? tried[k] : 3);
            IS(g->secs, i == 2 ? tried[k] : 5);
        }
        refuses("say 1 to ", "%s -device ide-hd,drive=n,%s,%s=0", nodes, row[i].others, row[i].key);
        refuses("say 0 to ", "%s -device ide-hd,drive=n,%s,%s=%u", nodes, row[i].others, row[i].key, row[i].max + 1);
        refuses("are given together", "%s -device ide-hd,drive=n,%s", nodes, row[i].others);
        refuses("are given together", "%s -device ide-hd,drive=n,%s=1", nodes, row[i].key);
        refuses("has no property", "-device ide-cd,%s=1", row[i].key);
        refuses("has no property", "-device floppy,%s=1", row[i].key);
    }
    for (size_t i = 0; i < ARRAY_LEN(trans); i++) {
        takes("%s -device ide-hd,drive=n,bios-chs-trans=%s", nodes, trans[i]);
        IS(o.drive[HDA].geometry.trans, as[i]);
        IS(o.drive[HDA].geometry.cyls, 0);
    }
    refuses("auto, none, lba, large or rechs", "%s -device ide-hd,drive=n,bios-chs-trans=x", nodes);
    refuses("has no property", "-device ide-cd,bios-chs-trans=lba");
    refuses("ide-hd has no property 'colour': see -device ide-hd,help", "-device ide-hd,colour=red");
}
END_TEST

START_TEST(help_of_a_drive_device_has_its_properties)
{
    static const struct {
        const char *cls, *key;
        bool there;
    } row[] = {{"ide-hd", "  drive=ID ", true},
               {"ide-cd", "  drive=ID ", true},
               {"floppy", "  drive=ID ", true},
               {"ide-hd", "  bus=ide.0|ide.1  the channel", true},
               {"ide-cd", "  bus=ide.0|ide.1  the channel", true},
               {"floppy", "  bus=floppy-bus.0  the controller", true},
               {"ide-hd", "  unit=0|1 ", true},
               {"ide-cd", "  unit=0|1 ", true},
               {"floppy", "  unit=0|1 ", true},
               {"ide-hd", "  bootindex=0..1000 ", true},
               {"floppy", "  id=NAME ", true},
               {"ide-hd", "  serial=TEXT ", true},
               {"ide-cd", "  serial=TEXT ", true},
               {"floppy", "  serial=", false},
               {"ide-hd", "  cyls=1..65535,heads=1..16,secs=1..255 ", true},
               {"ide-cd", "  cyls=", false},
               {"floppy", "  cyls=", false},
               {"ide-hd", "  bios-chs-trans=", true},
               {"ide-cd", "  bios-chs-trans=", false}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        static const char *const ask[] = {"help", "?", "unit=1,help"};
        takes("-device %s,%s -nonsense", row[i].cls, ask[i % ARRAY_LEN(ask)]);
        char *text = listed();
        ck_assert_msg(!strncmp(text, row[i].cls, strlen(row[i].cls)), "%s: %s", row[i].cls, text);
        ck_assert_msg((strstr(text, row[i].key) != NULL) == row[i].there, "-device %s,help: '%s' in: %s", row[i].cls,
                      row[i].key, text);
        free(text);
    }
}
END_TEST

TCase *drive_options_case(void)
{
    TCase *t = tcase_create("drives");
    tcase_add_test(t, each_short_option_has_its_place_and_name);
    tcase_add_test(t, drive_a_and_a_cd_drive_are_there_empty);
    tcase_add_test(t, drives_without_an_index_take_the_first_free_place);
    tcase_add_test(t, index_bus_and_unit_name_a_place);
    tcase_add_test(t, each_key_of_drive_has_its_effect);
    tcase_add_test(t, snapshot_of_a_drive_stands_against_that_of_all);
    tcase_add_test(t, keys_without_effect_have_their_values);
    tcase_add_test(t, names_of_images);
    tcase_add_test(t, names_of_drives_are_used_once);
    tcase_add_test(t, blockdev_makes_nodes);
    tcase_add_test(t, a_device_puts_a_node_into_its_place);
    tcase_add_test(t, each_property_of_a_drive_device_has_its_bounds);
    tcase_add_test(t, a_geometry_is_whole_and_within_bounds);
    tcase_add_test(t, help_of_a_drive_device_has_its_properties);
    return t;
}
