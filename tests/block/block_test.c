/* SPDX-License-Identifier: MIT */
/* Disk back ends by rule: bounds, padding, errors of the host, writes kept in memory. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "base/bits.h"
#include "block/block.h"
#include "tests/same.h"

TCase *fault_tests(void);
TCase *rule_tests(void);

enum { SECTORS = 1000 };

static unsigned notes;
static char last_note[256];

static void note(void *ctx, const char *line)
{
    (void)ctx;
    notes++;
    snprintf(last_note, sizeof last_note, "%s", line);
}
static const struct blk_notes to_note = {note, NULL};

/* A file in memory whose sector n is filled with bytes n + 1. */
static int image(size_t bytes)
{
    int fd = memfd_create("image", MFD_ALLOW_SEALING);
    ck_assert_int_ge(fd, 0);
    for (size_t at = 0; at < bytes; at += BLOCK_SECTOR) {
        uint8_t s[BLOCK_SECTOR];
        memset(s, (int)(at / BLOCK_SECTOR + 1), sizeof s);
        ck_assert_int_gt(pwrite(fd, s, MIN(sizeof s, bytes - at), (off_t)at), 0);
    }
    return fd;
}

static uint8_t byte_of(struct blk *b, uint64_t sector, unsigned at)
{
    uint8_t s[BLOCK_SECTOR];
    ck_assert_int_eq(b->ops->read(b, sector, 1, s), 0);
    return s[at];
}

static struct blk *raw(int fd, size_t bytes, bool readonly)
{
    struct error err;
    struct blk *b = blk_raw(fd, bytes, readonly, "image", to_note, &err);
    ck_assert_msg(b != NULL, "%s", err.text);
    notes = 0;
    return b;
}

static void bounds(struct blk *b)
{
    static uint8_t s[4 * BLOCK_SECTOR];
    ck_assert_int_eq(b->ops->read(b, b->sectors - 1, 1, s), 0);
    ck_assert_int_eq(b->ops->read(b, b->sectors - 1, 2, s), -EINVAL);
    ck_assert_int_eq(b->ops->read(b, b->sectors, 1, s), -EINVAL);
    ck_assert_int_eq(b->ops->read(b, UINT64_MAX, 1, s), -EINVAL);
    ck_assert_int_eq(b->ops->read(b, UINT64_MAX - 1, 4, s), -EINVAL);
    ck_assert_int_eq(b->ops->read(b, 0, UINT32_MAX, s), -EINVAL);
    ck_assert_int_eq(b->ops->write(b, b->sectors, 1, s), b->readonly ? -EROFS : -EINVAL);
    ck_assert_int_eq(b->ops->write(b, UINT64_MAX, 1, s), b->readonly ? -EROFS : -EINVAL);
}

START_TEST(raw_sector_n_is_at_byte_512_n)
{
    int fd = image(SECTORS * BLOCK_SECTOR);
    struct blk *b = raw(fd, SECTORS * BLOCK_SECTOR, false);
    uint8_t s[2 * BLOCK_SECTOR];
    ck_assert_uint_eq(b->sectors, SECTORS);
    ck_assert_int_eq(b->ops->read(b, 9, 2, s), 0);
    ck_assert_uint_eq(s[0], 10);
    ck_assert_uint_eq(s[BLOCK_SECTOR], 11);
    memset(s, 0xaa, sizeof s);
    ck_assert_int_eq(b->ops->write(b, 100, 2, s), 0);
    ck_assert_int_eq(b->ops->flush(b), 0);
    uint8_t got[3 * BLOCK_SECTOR];
    ck_assert_int_eq(pread(fd, got, sizeof got, 100 * BLOCK_SECTOR), sizeof got);
    ck_assert_uint_eq(got[0], 0xaa);
    ck_assert_uint_eq(got[2 * BLOCK_SECTOR - 1], 0xaa);
    ck_assert_uint_eq(got[2 * BLOCK_SECTOR], 103);
    bounds(b);
    blk_free(b);
}
END_TEST

START_TEST(raw_partial_last_sector_is_padded_and_read_only)
{
    struct error err;
    int fd = image(1000);
    ck_assert_ptr_null(blk_raw(fd, 1000, false, "image", to_note, &err));
    ck_assert_ptr_null(blk_raw(fd, 0, true, "image", to_note, &err));
    struct blk *b = raw(fd, 1000, true);
    ck_assert_uint_eq(b->sectors, 2);
    ck_assert_uint_eq(byte_of(b, 1, 1000 - 512 - 1), 2);
    ck_assert_uint_eq(byte_of(b, 1, 1000 - 512), 0);
    uint8_t s[BLOCK_SECTOR] = {0};
    ck_assert_int_eq(b->ops->write(b, 0, 1, s), -EROFS);
    bounds(b);
    ck_assert_uint_eq(notes, 0);
    blk_free(b);
}
END_TEST

START_TEST(raw_file_cut_by_somebody_is_an_error_said_once)
{
    int fd = image(10 * BLOCK_SECTOR);
    struct blk *b = raw(fd, 10 * BLOCK_SECTOR, true);
    uint8_t s[10 * BLOCK_SECTOR];
    ck_assert_int_eq(ftruncate(fd, 4 * BLOCK_SECTOR), 0);
    ck_assert_int_eq(b->ops->read(b, 0, 4, s), 0);
    ck_assert_int_eq(b->ops->read(b, 0, 10, s), -EIO);
    ck_assert_int_eq(b->ops->read(b, 5, 1, s), -EIO);
    ck_assert_uint_eq(notes, 1);
    blk_free(b);
}
END_TEST

START_TEST(raw_no_room_is_enospc_said_once)
{
    int fd = open("/dev/full", O_RDWR);
    ck_assert_int_ge(fd, 0);
    struct blk *b = raw(fd, 10 * BLOCK_SECTOR, false);
    uint8_t s[BLOCK_SECTOR] = {0};
    ck_assert_int_eq(b->ops->write(b, 3, 1, s), -ENOSPC);
    ck_assert_int_eq(b->ops->write(b, 4, 1, s), -ENOSPC);
    ck_assert_uint_eq(notes, 1);
    ck_assert_ptr_nonnull(strstr(last_note, "make room on the host"));
    blk_free(b);
}
END_TEST

START_TEST(raw_write_to_a_file_at_its_limit_is_an_error)
{
    struct rlimit r = {5 * BLOCK_SECTOR + 100, RLIM_INFINITY};
    FILE *f = tmpfile();
    ck_assert_ptr_nonnull(f);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &r), 0);
    struct blk *b = raw(dup(fileno(f)), 10 * BLOCK_SECTOR, false);
    uint8_t s[2 * BLOCK_SECTOR] = {0};
    /* The first part of it is written, and then no more: a short write is gone on with, and its
     * error is seen. */
    ck_assert_int_eq(b->ops->write(b, 4, 2, s), -EFBIG);
    ck_assert_int_eq(b->ops->write(b, 0, 2, s), 0);
    blk_free(b);
    fclose(f);
}
END_TEST

START_TEST(guessed_raw_refuses_to_look_like_another_format)
{
    uint8_t two[2 * BLOCK_SECTOR] = {'Q', 'F', 'I', 0xfb};
    struct blk *b = raw(image(8 * BLOCK_SECTOR), 8 * BLOCK_SECTOR, false);
    ck_assert_int_eq(b->ops->write(b, 0, 1, two), 0); /* the format was said */
    blk_raw_guessed(b);
    ck_assert_int_eq(b->ops->write(b, 0, 2, two), -EPERM);
    ck_assert_int_eq(b->ops->write(b, 0, 1, two), -EPERM);
    ck_assert_uint_eq(notes, 1);
    ck_assert_msg(strstr(last_note, "qcow2") && strstr(last_note, "format=raw"), "%s", last_note);
    ck_assert_int_eq(b->ops->write(b, 1, 1, two), 0); /* only the head tells */
    two[0] = 'q';
    ck_assert_int_eq(b->ops->write(b, 0, 2, two), 0);
    ck_assert_uint_eq(byte_of(b, 0, 0), 'q');
    memcpy(two + 64, "\x7f\x10\xda\xbe", 4);
    ck_assert_int_eq(b->ops->write(b, 0, 1, two), -EPERM);
    blk_free(b);
}
END_TEST

START_TEST(memory_disk_is_a_copy_in_whole_sectors)
{
    struct error err;
    uint8_t data[700];
    memset(data, 5, sizeof data);
    struct blk *b = blk_memory(data, sizeof data, "memory", &err);
    ck_assert_ptr_nonnull(b);
    ck_assert_uint_eq(b->sectors, 2);
    ck_assert_uint_eq(byte_of(b, 1, 700 - 512 - 1), 5);
    ck_assert_uint_eq(byte_of(b, 1, 700 - 512), 0);
    uint8_t s[BLOCK_SECTOR] = {9};
    ck_assert_int_eq(b->ops->write(b, 0, 1, s), 0);
    ck_assert_uint_eq(byte_of(b, 0, 0), 9);
    ck_assert_uint_eq(data[0], 5);
    bounds(b);
    blk_free(b);
}
END_TEST

START_TEST(overlay_writes_never_reach_the_image)
{
    struct error err;
    int fd = image(SECTORS * BLOCK_SECTOR), again = dup(fd);
    struct blk *b = blk_overlay(raw(fd, SECTORS * BLOCK_SECTOR, true), &err);
    ck_assert_ptr_nonnull(b);
    ck_assert(!b->readonly);
    uint8_t *before = malloc(SECTORS * BLOCK_SECTOR), *after = malloc(SECTORS * BLOCK_SECTOR);
    ck_assert_int_eq(pread(again, before, SECTORS * BLOCK_SECTOR, 0), SECTORS * BLOCK_SECTOR);
    /* The model: the same writes on a copy. Extents that begin, end and cross anywhere, up to the
     * short last cluster. */
    uint8_t *model = malloc(SECTORS * BLOCK_SECTOR), data[300 * BLOCK_SECTOR];
    memcpy(model, before, SECTORS * BLOCK_SECTOR);
    uint32_t seed = 1;
    for (unsigned i = 0; i < 300; i++) {
        seed = seed * 1664525 + 1013904223;
        uint32_t at = (seed >> 8) % SECTORS, n = MIN((seed >> 20) % 300 + 1, SECTORS - at);
        memset(data, (int)(i + 100), sizeof data);
        ck_assert_int_eq(b->ops->write(b, at, n, data), 0);
        memcpy(model + (size_t)at * BLOCK_SECTOR, data, (size_t)n * BLOCK_SECTOR);
        at = (seed >> 3) % SECTORS;
        n = MIN((seed >> 13) % 300 + 1, SECTORS - at);
        ck_assert_int_eq(b->ops->read(b, at, n, data), 0);
        ck_assert_same("what is read", data, model + (size_t)at * BLOCK_SECTOR, (size_t)n * BLOCK_SECTOR);
    }
    ck_assert_int_eq(b->ops->flush(b), 0);
    ck_assert_int_eq(pread(again, after, SECTORS * BLOCK_SECTOR, 0), SECTORS * BLOCK_SECTOR);
    ck_assert_same("the image", after, before, SECTORS * BLOCK_SECTOR);
    bounds(b);
    blk_free(b);
    close(again);
    free(before);
    free(after);
    free(model);
}
END_TEST

START_TEST(overlay_commit_writes_all_of_it_and_keeps_nothing)
{
    struct error err;
    int fd = image(SECTORS * BLOCK_SECTOR), again = dup(fd);
    struct blk *b = blk_overlay(raw(fd, SECTORS * BLOCK_SECTOR, true), &err);
    struct blk *to = raw(dup(again), SECTORS * BLOCK_SECTOR, false);
    uint8_t data[BLOCK_SECTOR], got[BLOCK_SECTOR];
    const uint64_t sectors[] = {0, 127, 128, SECTORS - 1};
    for (unsigned i = 0; i < ARRAY_LEN(sectors); i++) {
        memset(data, (int)i + 0x51, sizeof data);
        ck_assert_int_eq(b->ops->write(b, sectors[i], 1, data), 0);
    }
    ck_assert_int_eq(blk_overlay_commit(b, to), 0);
    for (unsigned i = 0; i < ARRAY_LEN(sectors); i++) {
        memset(data, (int)i + 0x51, sizeof data);
        ck_assert_int_eq(pread(again, got, sizeof got, (off_t)(sectors[i] * BLOCK_SECTOR)), BLOCK_SECTOR);
        ck_assert_same("the sector", got, data, sizeof got);
        ck_assert_int_eq(b->ops->read(b, sectors[i], 1, got), 0);
        ck_assert_same("the sector", got, data, sizeof got);
    }
    /* Nothing is kept: what the file has now is what the guest sees; and writes are kept anew. */
    memset(data, 0x77, sizeof data);
    ck_assert_int_eq(pwrite(again, data, sizeof data, 0), BLOCK_SECTOR);
    ck_assert_int_eq(b->ops->read(b, 0, 1, got), 0);
    ck_assert_same("the sector", got, data, sizeof got);
    memset(data, 0x78, sizeof data);
    ck_assert_int_eq(b->ops->write(b, 0, 1, data), 0);
    ck_assert_int_eq(pread(again, got, sizeof got, 0), BLOCK_SECTOR);
    ck_assert_uint_eq(got[0], 0x77);
    /* A disk that is no overlay, and an image of another size. */
    ck_assert_int_eq(blk_overlay_commit(to, to), -EINVAL);
    struct blk *small = blk_memory(data, sizeof data, "small", &err);
    ck_assert_int_eq(blk_overlay_commit(b, small), -EINVAL);
    blk_free(small);
    blk_free(to);
    blk_free(b);
    close(again);
}
END_TEST

START_TEST(overlay_commit_that_fails_keeps_everything)
{
    struct error err;
    int fd = image(SECTORS * BLOCK_SECTOR), again = dup(fd);
    struct blk *b = blk_overlay(raw(fd, SECTORS * BLOCK_SECTOR, true), &err);
    struct blk *to = raw(dup(again), SECTORS * BLOCK_SECTOR, true); /* cannot be written */
    uint8_t data[BLOCK_SECTOR], got[BLOCK_SECTOR];
    memset(data, 0x99, sizeof data);
    ck_assert_int_eq(b->ops->write(b, 5, 1, data), 0);
    ck_assert_int_eq(blk_overlay_commit(b, to), -EROFS);
    ck_assert_int_eq(b->ops->read(b, 5, 1, got), 0);
    ck_assert_same("the sector", got, data, sizeof got);
    blk_free(to);
    blk_free(b);
    close(again);
}
END_TEST

START_TEST(overlay_many_clusters_are_all_found)
{
    enum { CLUSTERS = 700, CLUSTER = 128 };
    struct error err;
    int fd = memfd_create("big", 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)CLUSTERS * CLUSTER * BLOCK_SECTOR), 0);
    struct blk *b = blk_overlay(raw(fd, (size_t)CLUSTERS * CLUSTER * BLOCK_SECTOR, true), &err);
    uint8_t s[BLOCK_SECTOR] = {0};
    for (uint32_t i = 0; i < CLUSTERS; i++) {
        st32(s, i + 1);
        ck_assert_int_eq(b->ops->write(b, (uint64_t)i * CLUSTER + i % CLUSTER, 1, s), 0);
    }
    for (uint32_t i = 0; i < CLUSTERS; i++) {
        ck_assert_int_eq(b->ops->read(b, (uint64_t)i * CLUSTER + i % CLUSTER, 1, s), 0);
        ck_assert_uint_eq(ld32(s), i + 1);
    }
    blk_free(b);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("block");
    TCase *t = tcase_create("block");
    tcase_add_test(t, raw_sector_n_is_at_byte_512_n);
    tcase_add_test(t, raw_partial_last_sector_is_padded_and_read_only);
    tcase_add_test(t, raw_file_cut_by_somebody_is_an_error_said_once);
    tcase_add_test(t, raw_no_room_is_enospc_said_once);
    tcase_add_test(t, raw_write_to_a_file_at_its_limit_is_an_error);
    tcase_add_test(t, guessed_raw_refuses_to_look_like_another_format);
    tcase_add_test(t, memory_disk_is_a_copy_in_whole_sectors);
    tcase_add_test(t, overlay_writes_never_reach_the_image);
    tcase_add_test(t, overlay_commit_writes_all_of_it_and_keeps_nothing);
    tcase_add_test(t, overlay_commit_that_fails_keeps_everything);
    tcase_add_test(t, overlay_many_clusters_are_all_found);
    suite_add_tcase(s, t);
    suite_add_tcase(s, fault_tests());
    suite_add_tcase(s, rule_tests());
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
