/* SPDX-License-Identifier: MIT */
/* Which files fit a drive, by size, name and content; how a path that is typed goes on. In a folder of its own. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "front/front_images.h"

static void file(const char *name, long bytes, long at, const char *text)
{
    FILE *f = fopen(name, "w");
    ck_assert(f && ftruncate(fileno(f), bytes) == 0);
    fseek(f, at, SEEK_SET);
    fputs(text, f);
    fclose(f);
}

static void setup(void)
{
    char folder[] = "/tmp/vitrine-images.XXXXXX";
    ck_assert(mkdtemp(folder) && chdir(folder) == 0);
}

static void teardown(void)
{
    char folder[64], command[96];
    ck_assert(getcwd(folder, sizeof folder) && chdir("/") == 0);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert(!strncmp(folder, "/tmp/vitrine-images.", 20) && system(command) == 0);
}

static void fits(const char *name, bool floppy, bool cd)
{
    ck_assert_msg(image_fits(name, DRIVE_FLOPPY) == floppy, "%s as a diskette", name);
    ck_assert_msg(image_fits(name, DRIVE_CD) == cd, "%s as a CD", name);
}

START_TEST(diskettes_have_a_diskettes_size)
{
    static const long sizes[] = {163840, 184320, 327680, 368640, 737280, 1228800, 1474560, 2949120};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        file("any", sizes[i], 0, "");
        fits("any", true, false);
        file("any", sizes[i] - 1, 0, ""); /* no image's size, but one that is named so is filled up */
        fits("any", false, false);
    }
    file("short.IMG", 1, 0, "");
    fits("short.IMG", true, false);
    file("most.img", 2949120, 0, "");
    fits("most.img", true, false);
    file("more.img", 2949121, 0, "");
    fits("more.img", false, false);
    file("empty.img", 0, 0, "");
    fits("empty.img", false, false);
}
END_TEST

START_TEST(discs_have_a_name_or_a_descriptor)
{
    file("a.iso", 1474560, 0, "");
    fits("a.iso", false, true);
    file("a.iso.txt", 1474561, 0, "");
    fits("a.iso.txt", false, false);
    file("iso9660", 40000000, 32769, "CD001");
    fits("iso9660", false, true);
    file("udf", 40000000, 32769, "BEA01");
    fits("udf", false, true);
    file("moved", 40000000, 32768, "CD001");
    fits("moved", false, false);
    file("cut", 32773, 32769, "CD00");
    fits("cut", false, false);
}
END_TEST

START_TEST(what_is_no_file_fits_nothing)
{
    mkdir("folder.iso", 0777);
    fits("folder.iso", false, false);
    mkfifo("pipe.iso", 0666);
    fits("pipe.iso", false, false);
    fits("missing.iso", false, false);
}
END_TEST

START_TEST(a_folder_offers_images_then_folders_in_order)
{
    struct path_list l = {.n = 0};
    mkdir("sub", 0777), mkdir(".hidden", 0777);
    file("b.iso", 1, 0, ""), file("a.iso", 1, 0, ""), file("c.txt", 1, 0, "");
    images_in("", DRIVE_CD, &l);
    ck_assert_uint_eq(l.n, 4);
    ck_assert_str_eq(l.path[0], "a.iso");
    ck_assert_str_eq(l.path[1], "b.iso");
    ck_assert_str_eq(l.path[2], "../");
    ck_assert_str_eq(l.path[3], "sub/");
    path_list_free(&l);
    file("sub/d.iso", 1, 0, "");
    images_in("sub/", DRIVE_CD, &l);
    ck_assert_uint_eq(l.n, 2);
    ck_assert_str_eq(l.path[0], "sub/d.iso");
    path_list_free(&l);
    images_in("nowhere/", DRIVE_CD, &l);
    ck_assert_uint_eq(l.n, 0);
}
END_TEST

static void completes(const char *from, const char *to, const char *note)
{
    char text[1024], choice[64];
    snprintf(text, sizeof text, "%s", from);
    const char *said = path_complete(text, sizeof text, choice, sizeof choice);
    ck_assert_str_eq(text, to);
    ck_assert_msg(note ? said && !strcmp(said, note) : !said, "%s: %s", from, said ? said : "nothing");
}

START_TEST(tab_goes_on_as_far_as_there_is_one_way)
{
    mkdir("images", 0777);
    file("images/one.img", 1, 0, ""), file("images/onset.img", 1, 0, ""), file("images/two", 1, 0, "");
    file(".dot", 1, 0, "");
    completes("i", "images/", NULL);
    completes("images/o", "images/on", "one.img  onset.img");
    completes("images/one", "images/one.img", NULL);
    completes("images/two", "images/two", NULL);
    completes("images/", "images/", "one.img  onset.img  two");
    completes("x", "x", "no file begins like that");
    completes("images/one.imgx", "images/one.imgx", "no file begins like that");
    completes("", "images/", NULL); /* names with a dot are asked for by it */
    completes(".d", ".dot", NULL);
    char room[8] = "images/", note[64]; /* what does not fit is not cut off in the middle */
    path_complete(room, sizeof room, note, sizeof note);
    ck_assert_str_eq(room, "images/");
    setenv("HOME", "images", 1);
    completes("~/tw", "~/two", NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("images");
    TCase *t = tcase_create("images");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, diskettes_have_a_diskettes_size);
    tcase_add_test(t, discs_have_a_name_or_a_descriptor);
    tcase_add_test(t, what_is_no_file_fits_nothing);
    tcase_add_test(t, a_folder_offers_images_then_folders_in_order);
    tcase_add_test(t, tab_goes_on_as_far_as_there_is_one_way);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
