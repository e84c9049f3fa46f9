/* SPDX-License-Identifier: MIT */
/* Files of the host's in the test itself: what may be written and how (complete or as it was),
    and how images are opened,
 * checked and locked. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bits.h"
#include "ctl/host_file.h"
#include "ctl/images.h"

static struct options o;
static struct error err;

static void put(const char *path, const void *data, size_t len)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(data, 1, len, f), len);
    fclose(f);
}

static void holds(const char *path, const char *want)
{
    char got[200] = "";
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "there is no %s", path);
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    ck_assert_msg(n == strlen(want) && !memcmp(got, want, n), "%s holds '%s', not '%s'", path, got, want);
}

static unsigned entries(void)
{
    FILE *f = popen("ls -A | wc -l", "r");
    unsigned n = 0;
    ck_assert_int_eq(fscanf(f, "%u", &n), 1);
    pclose(f);
    return n;
}

static void start(void)
{
    static char folder[40];
    strcpy(folder, "/tmp/vitrine-files.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    umask(022);
}

static void stop(void)
{
    char here[60], command[80];
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_int_eq(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -r %s", here);
    ck_assert_int_eq(system(command), 0);
    options_free(&o);
}

static void make(const char *path, size_t bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0);
    close(fd);
}

static bool save(const char *path, const char *text)
{
    err.text[0] = 0;
    return host_file_save("", path, text, strlen(text), &o, &err);
}

static void refused(bool good, const char *what, const char *want)
{
    ck_assert_msg(!good, "%s is taken", what);
    ck_assert_msg(!strcmp(err.text, want), "%s: '%s', not '%s'", what, err.text, want);
}

static void options(const char *line)
{
    static char words[1000];
    char *argv[32] = {words};
    int argc = 1;
    options_free(&o);
    snprintf(words, sizeof words, "%s", line);
    char *rest = words;
    for (char *w; (w = strtok_r(rest, " ", &rest)) != NULL;)
        argv[argc++] = w;
    ck_assert_msg(options_parse(&o, argc, argv, &err), "%s", err.text);
}

START_TEST(a_file_is_complete_or_as_it_was)
{
    struct host_file f;
    struct stat st;
    put("old", "old", 3);
    chmod("old", 0640);
    ck_assert(host_file_begin(&f, "", "old", &o, &err));
    ck_assert_uint_eq(entries(), 2);
    ck_assert(host_file_write(&f, "", "ne", 2, &err) && host_file_write(&f, "", "w", 1, &err));
    holds("old", "old");
    ck_assert(host_file_end(&f, "", &err));
    holds("old", "new");
    ck_assert(stat("old", &st) == 0 && (st.st_mode & 07777) == 0640);
    ck_assert_uint_eq(entries(), 1);
    ck_assert(host_file_begin(&f, "", "old", &o, &err) && host_file_write(&f, "", "half", 4, &err));
    host_file_drop(&f);
    ck_assert_int_eq(f.fd, -1);
    holds("old", "new");
    ck_assert(host_file_begin(&f, "", "fresh", &o, &err));
    host_file_drop(&f);
    ck_assert_uint_eq(entries(), 1);
    static const mode_t masks[] = {022, 077, 0};
    for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
        umask(masks[i]);
        ck_assert(save("fresh", "x"));
        ck_assert(stat("fresh", &st) == 0 && (st.st_mode & 07777) == (0666 & ~masks[i]));
        ck_assert_uint_eq(umask(022), masks[i]);
        unlink("fresh");
    }
    ck_assert(save("fresh", ""));
    holds("fresh", "");
    /* Links are followed, also to what is not there, from the folder in which they stand. */
    mkdir("folder", 0700), symlink("old", "link"), symlink("folder/far", "near"), symlink("../back", "folder/up"),
        symlink("/nowhere/x", "lost");
    symlink("two", "one"), symlink("one", "two"), symlink("near", "chain");
    ck_assert(save("link", "L") && save("folder/up", "U") && save("chain", "C"));
    holds("old", "L"), holds("back", "U"), holds("folder/far", "C");
    ck_assert(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
    ck_assert(lstat("near", &st) == 0 && S_ISLNK(st.st_mode));
    refused(save("one", "x"), "a ring", "one: cannot be written: Too many levels of symbolic links");
    refused(save("lost", "x"), "a lost link", "lost: cannot be written: No such file or directory");
    refused(save("nowhere/x", "x"), "no folder", "nowhere/x: cannot be written: No such file or directory");
    refused(save("", "x"), "an empty name", ": the name of the file is empty");
    char name[257];
    memset(name, 'n', sizeof name);
    name[255] = 0;
    ck_assert(save(name, "x"));
    holds(name, "x");
    name[255] = 'n', name[256] = 0;
    ck_assert(!save(name, "x") && strstr(err.text, "File name too long"));
}
END_TEST

/* A host that refuses a write in the middle: the file that was there stays, and nothing is left behind. */
START_TEST(a_write_that_fails_changes_nothing)
{
    static char text[5000];
    unsigned before = 0, after = 0;
    struct rlimit all, few;
    memset(text, 'x', sizeof text - 1);
    put("old", "old", 3);
    for (int fd = 0; fd < 256; fd++)
        before += fcntl(fd, F_GETFD) >= 0;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &all), 0);
    few = (struct rlimit){4096, all.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &few), 0);
    ck_assert_msg(!save("old", text) && strstr(err.text, "old: cannot be written: File too large"), "%s", err.text);
    ck_assert_msg(!save("fresh", text) && strstr(err.text, "fresh: cannot be written: File too large"), "%s", err.text);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &all), 0);
    holds("old", "old");
    ck_assert_uint_eq(entries(), 1);
    ck_assert(!save("/dev/full", text));
    for (int fd = 0; fd < 256; fd++)
        after += fcntl(fd, F_GETFD) >= 0;
    ck_assert_uint_eq(before, after);
    /* As many links as there may be in a row to what is not there, and one more. */
    char name[12] = "far", link_name[12];
    for (unsigned n = 1; n <= 40; n++) {
        snprintf(link_name, sizeof link_name, "l%u", n);
        ck_assert_int_eq(symlink(name, link_name), 0);
        strcpy(name, link_name);
    }
    refused(save("l40", "x"), "40 links", "l40: cannot be written: Too many levels of symbolic links");
    ck_assert_msg(save("l39", "x"), "39 links: %s", err.text);
    holds("far", "x");
}
END_TEST

/* Who may read an image and not write it is told both ways out; who may not even read it, the right that is missing. */
START_TEST(rights_that_are_missing_are_named)
{
    static const char *const file[] = {"exe", "look", "shut"};
    static const char *const want[] = {"exe: cannot be written to (Text file busy); say -snapshot, or -drive "
                                       "file=exe,readonly=on",
                                       "look: cannot be written to (Permission denied); say -snapshot, or "
                                       "-drive file=look,readonly=on",
                                       "shut: permission denied; make it readable for you (chmod u+r)"};
    ck_assert_int_eq(system("cp /bin/sleep exe && chmod 755 . exe"), 0);
    make("look", 1024), make("shut", 1024), chmod("look", 0444), chmod("shut", 0);
    pid_t pid = fork();
    if (pid == 0) {
        execl("./exe", "exe", "30", (char *)NULL);
        _exit(1);
    }
    for (unsigned i = 0, busy = 0; i < 5000 && !busy; i++) {
        int fd = open("exe", O_WRONLY | O_CLOEXEC);
        busy = fd < 0;
        if (fd >= 0)
            close(fd);
        usleep(2000);
    }
    uid_t me = geteuid();
    for (size_t i = 0; i < ARRAY_LEN(file); i++) {
        char line[40];
        if (i && me == 0)
            ck_assert_int_eq(seteuid(65534), 0);
        snprintf(line, sizeof line, "-hda %s", file[i]);
        options(line);
        bool good = images_open(&o, &err);
        snprintf(line, sizeof line, "-snapshot -hda %s", file[i]);
        images_close(&o);
        struct error said = err;
        options(line);
        bool snapshot = images_open(&o, &err);
        images_close(&o);
        if (me == 0)
            ck_assert_int_eq(seteuid(0), 0);
        err = said;
        refused(good, file[i], want[i]);
        ck_assert_msg(snapshot == (i < 2), "-snapshot of %s: %d", file[i], snapshot);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(what_is_no_file_is_refused_by_its_kind)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
    ck_assert_int_eq(bind(s, (struct sockaddr *)&a, sizeof a), 0);
    mkdir("folder", 0700), mkfifo("fifo", 0600), put("file", "kept", 4);
    static const struct {
        const char *path, *want;
    } row[] = {{"folder", "what folder: is a directory; name a file"},
               {"fifo", "what fifo: is a FIFO; name a file"},
               {"socket", "what socket: is neither a file nor a device that can be written"}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        refused(host_file_save("what", row[i].path, "x", 1, &o, &err), row[i].path, row[i].want);
        refused(host_file_stream("what", row[i].path, STREAM_FILE, false, &o, &err) >= 0, row[i].path, row[i].want);
    }
    refused(host_file_stream("what", "folder", STREAM_PIPE, false, &o, &err) >= 0, "folder", row[0].want);
    refused(host_file_stream("what", "socket", STREAM_PIPE, false, &o, &err) >= 0, "socket", row[2].want);
    refused(host_file_stream("what", "fifo", STREAM_PIPE, false, &o, &err) >= 0, "fifo",
            "what fifo: is a FIFO that nobody reads");
    refused(host_file_stream("what", "", STREAM_FILE, false, &o, &err) >= 0, "no name",
            "what : the name of the file is empty");
    refused(host_file_stream("", "no/where", STREAM_FILE, false, &o, &err) >= 0, "no folder",
            "no/where: cannot be written: No such file or directory");
    int reader = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    fd = host_file_stream("", "fifo", STREAM_PIPE, false, &o, &err);
    ck_assert_msg(fd >= 0, "%s", err.text);
    ck_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
    close(fd), close(reader), close(s);
    /* Devices are written as they come. */
    ck_assert(save("/dev/null", "x"));
    refused(save("/dev/full", "x"), "/dev/full", "/dev/full: cannot be written: No space left on device");
}
END_TEST

START_TEST(streams_are_emptied_or_written_on)
{
    for (int append = 0; append < 2; append++) {
        put("s", "before", 6);
        int fd = host_file_stream("", "s", append ? STREAM_PIPE : STREAM_FILE, append, &o, &err);
        ck_assert_msg(fd >= 0, "%s", err.text);
        holds("s", append ? "before" : "");
        ck_assert_int_eq(write(fd, "x", 1), 1);
        holds("s", append ? "beforex" : "x");
        ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        /* What is being written all the while is no target for a whole file; once it is closed it is. */
        refused(save("s", "y"), "s", "s: is being written by this machine; name another file");
        close(fd);
        ck_assert(save("s", "y"));
        fd = open("s", O_RDONLY | O_CLOEXEC);
        ck_assert(save("s", "z")); /* reading it does no harm */
        close(fd);
        unlink("s");
        fd = host_file_stream("", "s", STREAM_FILE, append, &o, &err);
        struct stat st;
        ck_assert(fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0777) == 0644);
        close(fd);
        unlink("s");
    }
}
END_TEST

START_TEST(images_of_drives_are_never_written_over)
{
    make("a", 1024), make("b", 1024), link("a", "hard"), symlink("b", "soft");
    options("-hda a -drive file=b,index=3,readonly=on");
    ck_assert_msg(images_open(&o, &err), "%s", err.text);
    refused(save("a", "x"), "a", "a: is the image of drive hda; name another file");
    refused(save("hard", "x"), "hard", "hard: is the image of drive hda; name another file");
    refused(save("soft", "x"), "soft", "soft: is the image of drive hdd; name another file");
    refused(host_file_stream("-D", "hard", STREAM_FILE, true, &o, &err) >= 0, "hard",
            "-D hard: is the image of drive hda; name another file");
    images_close(&o);
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        ck_assert_int_eq(o.cfg.drive[i].fd, -1);
}
END_TEST

START_TEST(images_have_a_size_and_a_kind)
{
    static const struct {
        size_t bytes;
        const char *how, *want; /* NULL: taken */
    } row[] = {{0, "-hda %s", "is empty; name an image"},
               {0, "-snapshot -hda %s", "is empty; name an image"},
               {511, "-snapshot -hda %s", "has 511 bytes only, less than a sector"},
               {512, "-hda %s", NULL},
               {513, "-hda %s", "its 513 bytes are no whole number of sectors"},
               {513, "-snapshot -hda %s", NULL},
               {513, "-drive file=%s,readonly=on", NULL},
               {513, "-cdrom %s", NULL},
               {1024, "-hda %s", NULL},
               {1474560, "-fda %s", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        char line[60];
        make("i", row[i].bytes);
        snprintf(line, sizeof line, row[i].how, "i");
        options(line);
        bool good = images_open(&o, &err);
        ck_assert_msg(good == !row[i].want && (good || strstr(err.text, row[i].want)), "%s of %zu: %s", line,
                      row[i].bytes, err.text);
        images_close(&o);
    }
    make("dir.image", 512);
    symlink("dir.image", "l");
    options("-nodefaults -drive file=./l,snapshot=on,cache=writethrough,id=x,format=raw -device "
            "ide-cd,bootindex=5,serial=S,unit=1");
    ck_assert_msg(images_open(&o, &err), "%s", err.text);
    const struct drive_config *d = o.cfg.drive;
    ck_assert(d[0].present && d[0].medium && d[0].snapshot && !d[0].readonly && !d[0].guessed && d[0].bytes == 512);
    ck_assert(d[0].cache == CACHE_WRITETHROUGH && d[0].kind == DRIVE_DISK && d[0].bootindex == -1);
    ck_assert_str_eq(d[0].name, "l");
    ck_assert_str_eq(d[0].id, "x");
    ck_assert((fcntl(d[0].fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
    ck_assert(d[1].present && !d[1].medium && d[1].kind == DRIVE_CD && d[1].bootindex == 5 && d[1].fd == -1);
    ck_assert_str_eq(d[1].serial, "S");
    ck_assert(!d[2].present && !d[4].present);
    images_close(&o);
    options("-drive file=i,if=none,id=n -device ide-hd,drive=n,cyls=2,heads=3,secs=5,bios-chs-trans=lba");
    ck_assert(images_open(&o, &err));
    ck_assert(d[0].cyls == 2 && d[0].heads == 3 && d[0].secs == 5 && d[0].chs_trans == CHS_LBA && d[0].guessed);
    ck_assert((fcntl(d[0].fd, F_GETFL) & O_ACCMODE) == O_RDWR);
    images_close(&o);
    options("-drive file=i,readonly=on,snapshot=on");
    ck_assert(images_open(&o, &err) && d[0].readonly && !d[0].snapshot);
    images_close(&o);
    /* Another format is no raw image unless it is said to be one. */
    static uint8_t qcow[1024] = {'Q', 'F', 'I', 0xfb, 0, 0, 0, 2};
    put("q", qcow, sizeof qcow);
    options("-hda q");
    ck_assert(!images_open(&o, &err) && strstr(err.text, "q: looks like qcow2"));
    images_close(&o);
    options("-drive file=q,format=raw");
    ck_assert(images_open(&o, &err));
    images_close(&o);
    mkdir("d", 0700), mkfifo("f", 0600);
    static const char *const kinds[][2] = {{"-hda d", "d: is a directory; name a file"},
                                           {"-snapshot -hda d", "d: is a directory; name a file"},
                                           {"-hda f", "f: is neither a file nor a disk"},
                                           {"-hda /dev/null", "/dev/null: is neither a file nor a disk"},
                                           {"-hda none", "none: there is no such file; check the name"}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        options(kinds[i][0]);
        refused(images_open(&o, &err), kinds[i][0], kinds[i][1]);
        images_close(&o);
    }
}
END_TEST

START_TEST(an_image_has_one_writer_or_many_readers)
{
    make("i", 1024), link("i", "j");
    /* In one machine. */
    static const struct {
        const char *line;
        bool good;
    } row[] = {{"-hda i -hdb j", false},
               {"-snapshot -hda i -hdb j", true},
               {"-drive file=i,readonly=on -drive file=j,snapshot=on", true},
               {"-drive file=i,readonly=on -hdb j", false},
               {"-hda i -drive file=j,readonly=on", false},
               {"-hda i -drive file=j,snapshot=on", false},
               {"-drive file=i,snapshot=on -hdb j", false},
               {"-drive file=i,readonly=on -drive file=j,readonly=on -drive file=i,snapshot=on", true}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++) {
        options(row[i].line);
        bool good = images_open(&o, &err);
        ck_assert_msg(good == row[i].good && (good || strstr(err.text, "is named twice, as hda and hdb")), "%s: %s",
                      row[i].line, err.text);
        images_close(&o);
    }
    /* In two: a lock of an open file description is another's, even in this process. */
    struct drive_config c[2];
    static char name[] = "i";
    static const struct {
        bool readonly[2], snapshot[2], good;
    } two[] = {{{0, 0}, {0, 0}, false}, {{0, 1}, {0, 0}, false}, {{1, 0}, {0, 0}, false}, {{1, 1}, {0, 0}, true},
               {{0, 0}, {1, 1}, true},  {{1, 0}, {0, 1}, true},  {{0, 0}, {0, 1}, false}, {{0, 0}, {1, 0}, false}};
    for (size_t i = 0; i < ARRAY_LEN(two); i++) {
        bool good[2];
        for (unsigned k = 0; k < 2; k++) {
            struct drive_option d = {.file = name, .readonly = two[i].readonly[k], .snapshot = two[i].snapshot[k]};
            c[k] = (struct drive_config){.fd = -1};
            good[k] = image_open_medium(&d, &c[k], &err);
        }
        bool written = !two[i].readonly[1] && !two[i].snapshot[1];
        const char *way = written ? "say -snapshot where both only read it" : "let it use the image with -snapshot too";
        ck_assert_msg(good[0] && good[1] == two[i].good && (good[1] || strstr(err.text, way)), "row %zu: %s", i,
                      err.text);
        ck_assert_int_eq(c[1].fd >= 0, good[1]);
        close(c[0].fd);
        if (good[1])
            close(c[1].fd);
    }
    /* A replay may read what its own drive writes, and nobody else's. */
    options("-hda i");
    ck_assert(images_open(&o, &err));
    struct drive_option d = {.file = name, .readonly = true};
    struct options none = {0};
    ck_assert_msg(image_open_replayed(&o, &d, &c[0], &err), "%s", err.text);
    close(c[0].fd);
    ck_assert(!image_open_replayed(&none, &d, &c[0], &err) && c[0].fd == -1);
    images_close(&o);
    ck_assert(image_open_replayed(&none, &d, &c[0], &err));
    close(c[0].fd);
}
END_TEST

/* An entry of a partition table, and whether an image of `bytes` is said to be cut short. */
START_TEST(partitions_beyond_the_end_are_doubted)
{
    static const struct {
        uint8_t status, type;
        uint32_t first, count;
        size_t bytes;
        bool doubt;
    } row[] = {{0x80, 0x83, 1, 3, 2048, false},  {0x80, 0x83, 1, 4, 2048, true},
               {0, 0x83, 1, 4, 2048, true},      {0, 0x83, 1, 4, 2049, false},
               {0, 0x83, 1, 5, 2560, true},      {0, 0, 1, 4, 2048, false},
               {0, 0xee, 1, 99, 2048, false},    {0, 0x83, 0, 99, 2048, false},
               {0, 0x83, 99, 0, 2048, false},    {0x01, 0x83, 1, 99, 2048, false},
               {0x81, 0x83, 1, 99, 2048, false}, {0x02, 0x83, 1, 99, 2048, false},
               {0x04, 0x83, 1, 99, 2048, false}, {0x08, 0x83, 1, 99, 2048, false},
               {0x10, 0x83, 1, 99, 2048, false}, {0x20, 0x83, 1, 99, 2048, false},
               {0x40, 0x83, 1, 99, 2048, false}, {0, 0x83, 0xffffffff, 0xffffffff, 2048, true}};
    for (size_t i = 0; i < ARRAY_LEN(row); i++)
        for (unsigned entry = 0; entry < 4; entry++) {
            uint8_t disk[2560] = {0};
            uint8_t *e = disk + 446 + 16 * entry;
            struct error text;
            e[0] = row[i].status, e[4] = row[i].type;
            st32(e + 8, row[i].first), st32(e + 12, row[i].count);
            disk[510] = 0x55, disk[511] = 0xaa;
            put("i", disk, row[i].bytes);
            options("-snapshot -hda i");
            ck_assert(images_open(&o, &err));
            bool doubt = image_doubt(&o, 0, &text);
            ck_assert_msg(doubt == row[i].doubt, "row %zu in entry %u: %d", i, entry, doubt);
            images_close(&o);
            ck_assert(!image_doubt(&o, 0, &text) && !image_doubt(&o, 1, &text));
            options("-cdrom i");
            ck_assert(images_open(&o, &err) && !image_doubt(&o, 2, &text));
            images_close(&o);
            disk[511] = 0;
            put("i", disk, row[i].bytes);
            options("-snapshot -hda i");
            ck_assert(images_open(&o, &err) && !image_doubt(&o, 0, &text));
            images_close(&o);
        }
    uint8_t disk[2048] = {[446 + 4] = 0x83, [446 + 8] = 1,  [446 + 12] = 2, [462 + 4] = 0x83,
                          [462 + 8] = 9,    [462 + 12] = 1, [510] = 0x55,   [511] = 0xaa};
    put("i", disk, sizeof disk);
    options("-hda i");
    struct error text;
    ck_assert(images_open(&o, &err) && image_doubt(&o, 0, &text));
    ck_assert_str_eq(text.text, "warning: i: its partitions need 5120 bytes and it has 2048: it may be cut short");
    images_close(&o);
}
END_TEST

START_TEST(files_that_are_only_read)
{
    uint64_t bytes = 0;
    make("k", 100), make("e", 0), mkdir("d", 0700), mkfifo("f", 0600);
    int fd = input_open("-kernel", "k", 100, &bytes, &err);
    ck_assert(fd >= 0 && bytes == 100);
    close(fd);
    refused(input_open("-kernel", "k", 99, &bytes, &err) >= 0, "k",
            "-kernel k: has 100 bytes, and at most 99 are possible");
    refused(input_open("-kernel", "e", 99, &bytes, &err) >= 0, "e", "-kernel e: is empty");
    refused(input_open("-kernel", "d", 99, &bytes, &err) >= 0, "d", "-kernel d: is a directory; name a file");
    refused(input_open("-kernel", "f", 99, &bytes, &err) >= 0, "f", "-kernel f: is neither a file nor a disk");
    refused(input_open("-kernel", "n", 99, &bytes, &err) >= 0, "n", "-kernel n: there is no such file; check the name");
    refused(input_open("-kernel", "k/x", 99, &bytes, &err) >= 0, "k/x",
            "-kernel k/x: cannot be opened: Not a directory");
    struct image_id id = {.there = true};
    image_identify(-1, &id);
    ck_assert(!id.there);
}
END_TEST

int main(void)
{
    setenv("CK_DEFAULT_TIMEOUT", "20", 0); /* s: the host may be loaded */
    Suite *s = suite_create("files");
    TCase *t = tcase_create("files");
    suite_add_tcase(s, t);
    tcase_add_checked_fixture(t, start, stop);
    tcase_add_test(t, a_file_is_complete_or_as_it_was);
    tcase_add_test(t, a_write_that_fails_changes_nothing);
    tcase_add_test(t, rights_that_are_missing_are_named);
    tcase_add_test(t, what_is_no_file_is_refused_by_its_kind);
    tcase_add_test(t, streams_are_emptied_or_written_on);
    tcase_add_test(t, images_of_drives_are_never_written_over);
    tcase_add_test(t, images_have_a_size_and_a_kind);
    tcase_add_test(t, an_image_has_one_writer_or_many_readers);
    tcase_add_test(t, partitions_beyond_the_end_are_doubted);
    tcase_add_test(t, files_that_are_only_read);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
