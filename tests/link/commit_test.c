/* SPDX-License-Identifier: MIT */
/*
 * The front end's half of a commit: which image it opens, who holds which lock on it before, meanwhile and afterwards,
 * whatever the machine process answers. In place of the link stands a function that keeps the request.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "front/front.h"
#include "tests/link/rig.h"

enum { HDA, HDB, HDC, BYTES = 4096 };

static struct front f;
static struct options o;
static bool full; /* the queue of requests */
static unsigned requests, answers;
static uint8_t message[64];
static size_t message_len;
static int passed;
static guest_reply_fn *reply;
static void *reply_ctx;
static bool good;
static char said[512];
static char names[3][64];

bool guest_request_fd(struct guest *g, enum link_type type, const void *data, size_t len, int fd, guest_reply_fn *fn,
                      void *ctx)
{
    ck_assert_ptr_eq(g, &f.guest);
    ck_assert_int_eq(type, LINK_COMMIT);
    ck_assert_uint_le(len, sizeof message);
    if (full) {
        close(fd); /* it was handed over either way */
        return false;
    }
    memcpy(message, data, message_len = len);
    passed = fd;
    reply = fn;
    reply_ctx = ctx;
    requests++;
    return true;
}

static void done(void *ctx, bool is_good, const char *text)
{
    ck_assert_ptr_eq(ctx, said);
    good = is_good;
    snprintf(said, sizeof said, "%s", text);
    answers++;
}

/* Whether somebody else gets that lock on the image now. */
static bool others_get(unsigned drive, short type)
{
    struct flock l = {.l_type = type, .l_whence = SEEK_SET};
    int fd = open(names[drive], O_RDWR | O_CLOEXEC);
    bool got = fcntl(fd, F_OFD_SETLK, &l) == 0;
    close(fd);
    return got;
}

static void is_shared(unsigned drive)
{
    ck_assert_msg(others_get(drive, F_RDLCK), "drive %u: nobody else may read it", drive);
    ck_assert_msg(!others_get(drive, F_WRLCK), "drive %u: others may write to it", drive);
}

static void setup(void)
{
    memset(&f, 0, sizeof f);
    memset(&o, 0, sizeof o);
    full = false;
    requests = answers = 0;
    f.o = &o;
    for (unsigned i = 0; i < MAX_DRIVES; i++)
        f.image_fd[i] = -1;
    for (unsigned i = 0; i <= HDC; i++) {
        struct flock l = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
        strcpy(names[i], "/tmp/vitrine-commit.XXXXXX");
        close(mkstemp(names[i]));
        o.drive[i].file = names[i];
        snprintf(o.drive[i].id, sizeof o.drive[i].id, "id%u", i);
        o.cfg.drive[i] =
            (struct drive_config){.present = true, .medium = true, .snapshot = i != HDB, .bytes = BYTES + i};
        f.image_fd[i] = i == HDB ? -1 : open(names[i], O_RDONLY | O_CLOEXEC);
        ck_assert(i == HDB || fcntl(f.image_fd[i], F_OFD_SETLK, &l) == 0);
    }
    is_shared(HDA);
}

static void teardown(void)
{
    for (unsigned i = 0; i <= HDC; i++) {
        unlink(names[i]);
        if (f.image_fd[i] >= 0)
            close(f.image_fd[i]);
    }
}

static void commit(int drive)
{
    ck_assert(front_commit(&f, drive, done, said));
}

static void is_asked_for(unsigned drive)
{
    ck_assert_uint_eq(message_len, 9);
    ck_assert_uint_eq(message[0], drive);
    ck_assert_uint_eq(ld64(message + 1), BYTES + drive);
    ck_assert_int_eq(fcntl(passed, F_GETFL) & O_ACCMODE, O_RDWR);
    ck_assert_int_ne(fcntl(passed, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert_msg(!others_get(drive, F_RDLCK), "drive %u: read while it is written", drive);
}

static void answer(enum link_reply kind, const char *text)
{
    close(passed); /* the link sends it and closes it */
    reply(reply_ctx, kind, (const uint8_t *)text, strlen(text));
}

static void ended(bool is_good, const char *text)
{
    ck_assert_uint_eq(answers, 1);
    ck_assert_msg(good == is_good && strstr(said, text), "%s: %s", good ? "good" : "failed", said);
    answers = 0;
}

START_TEST(one_drive_is_written_under_a_lock_of_its_own)
{
    unsigned before = open_fds();
    commit(HDA);
    is_asked_for(HDA);
    reply(reply_ctx, LINK_MORE, (const uint8_t *)"", 0); /* not the end */
    ck_assert_uint_eq(answers, 0);
    ck_assert(!others_get(HDA, F_RDLCK));
    is_shared(HDC);
    answer(LINK_LAST, "");
    ended(true, "");
    is_shared(HDA);
    ck_assert_uint_eq(requests, 1);
    ck_assert_uint_eq(open_fds(), before);
}
END_TEST

START_TEST(a_commit_that_fails_leaves_the_lock_as_it_was)
{
    unsigned before = open_fds();
    commit(HDC);
    is_asked_for(HDC);
    answer(LINK_FAILED, "the disk is full");
    ended(false, "the disk is full");
    is_shared(HDC);
    ck_assert_uint_eq(open_fds(), before);
}
END_TEST

START_TEST(a_full_queue_leaves_the_lock_as_it_was)
{
    unsigned before = open_fds();
    full = true;
    commit(HDA);
    ended(false, "the machine takes no more requests now");
    is_shared(HDA);
    commit(-1);
    ended(false, "the machine takes no more requests now");
    is_shared(HDA);
    ck_assert_uint_eq(open_fds(), before);
}
END_TEST

START_TEST(all_are_written_one_after_another)
{
    unsigned before = open_fds();
    commit(-1);
    is_asked_for(HDA);
    answer(LINK_LAST, "");
    is_asked_for(HDC); /* HDB keeps nothing */
    is_shared(HDA);
    ck_assert_uint_eq(answers, 0);
    answer(LINK_LAST, "");
    ended(true, "");
    is_shared(HDC);
    commit(-1);
    answer(LINK_FAILED, "no"); /* the next one is not begun */
    ended(false, "no");
    ck_assert_uint_eq(requests, 3);
    o.cfg.drive[HDA].snapshot = o.cfg.drive[HDC].snapshot = false;
    commit(-1); /* nothing to write */
    ended(true, "");
    ck_assert_uint_eq(requests, 3);
    ck_assert_uint_eq(open_fds(), before);
}
END_TEST

START_TEST(what_keeps_nothing_is_refused_by_name)
{
    commit(HDB);
    ended(false, "id1 keeps nothing in memory");
    o.cfg.drive[HDA].medium = false;
    commit(HDA);
    ended(false, "id0 keeps nothing in memory");
    o.cfg.drive[HDA].medium = true;
    f.image_fd[HDA] = (close(f.image_fd[HDA]), -1);
    commit(HDA);
    ended(false, "id0 keeps nothing in memory");
    ck_assert_uint_eq(requests, 0);
}
END_TEST

START_TEST(another_reader_or_another_file_is_left_alone)
{
    struct flock l = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    unsigned before = open_fds();
    int other = open(names[HDA], O_RDONLY);
    ck_assert_int_eq(fcntl(other, F_OFD_SETLK, &l), 0);
    commit(HDA);
    ended(false, "is in use by another virtual machine");
    close(other);
    is_shared(HDA);                                      /* by the drive's own lock, which is back */
    ck_assert_int_eq(rename(names[HDC], names[HDA]), 0); /* another file of that name */
    commit(HDA);
    ended(false, "is another file than the one that the machine has");
    unlink(names[HDA]);
    commit(HDA);
    ended(false, "cannot be written to: No such file");
    ck_assert_uint_eq(requests, 0);
    ck_assert_uint_eq(open_fds(), before);
}
END_TEST

START_TEST(a_new_medium_takes_the_place_of_the_old_ones_lock)
{
    int fd = open(names[HDC], O_RDONLY);
    front_keep_image(&f, HDA, fd);
    ck_assert_int_eq(f.image_fd[HDA], fd);
    ck_assert(others_get(HDA, F_WRLCK)); /* the old descriptor is closed */
    front_keep_image(&f, HDA, -1);
    ck_assert_int_lt(fcntl(fd, F_GETFD), 0);
    front_keep_image(&f, HDA, -1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("commit");
    TCase *t = tcase_create("commit");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, one_drive_is_written_under_a_lock_of_its_own);
    tcase_add_test(t, a_commit_that_fails_leaves_the_lock_as_it_was);
    tcase_add_test(t, a_full_queue_leaves_the_lock_as_it_was);
    tcase_add_test(t, all_are_written_one_after_another);
    tcase_add_test(t, what_keeps_nothing_is_refused_by_name);
    tcase_add_test(t, another_reader_or_another_file_is_left_alone);
    tcase_add_test(t, a_new_medium_takes_the_place_of_the_old_ones_lock);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
