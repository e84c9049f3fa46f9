/* SPDX-License-Identifier: MIT */
/* Disk images on a host that fails: each host call, once, in each place; and when what was written is on the disk. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bits.h"
#include "block/block.h"
#include "tests/block/host_calls.h"
#include "tests/same.h"

TCase *fault_tests(void);

enum { SECTORS = 300, BYTES = SECTORS * BLOCK_SECTOR, CLUSTER = 128 };

static unsigned notes;
static char last_note[256];

static void note(void *ctx, const char *line)
{
    (void)ctx;
    notes++;
    snprintf(last_note, sizeof last_note, "%s", line);
}

static uint8_t pattern(uint64_t at)
{
    return (uint8_t)(at * 7 + at / BLOCK_SECTOR);
}

/* An image whose byte `at` is pattern(at), and a second descriptor of it. */
static struct blk *image(bool readonly, int *again)
{
    struct error err;
    static uint8_t data[BYTES];
    int fd = memfd_create("image", 0);
    ck_assert_int_ge(fd, 0);
    for (size_t i = 0; i < BYTES; i++)
        data[i] = pattern(i);
    ck_assert_int_eq(pwrite(fd, data, BYTES, 0), BYTES);
    *again = dup(fd);
    struct blk *b = blk_raw(fd, BYTES, readonly, "image", (struct blk_notes){note, NULL}, &err);
    ck_assert_ptr_nonnull(b);
    notes = 0;
    host_calls_reset();
    return b;
}

static void same_as_pattern(const uint8_t *got, uint64_t sector, uint32_t count)
{
    uint8_t want[8 * BLOCK_SECTOR];
    for (size_t i = 0; i < (size_t)count * BLOCK_SECTOR; i++)
        want[i] = pattern(sector * BLOCK_SECTOR + i);
    ck_assert_same("the disk", got, want, (size_t)count * BLOCK_SECTOR);
}

/* --- When it is on the disk --- */

START_TEST(cache_mode_decides_when_the_host_is_asked_to_sync)
{
    static const struct {
        enum blk_cache cache;
        unsigned after_write, after_flush;
    } t[] = {{BLK_CACHE_WRITEBACK, 0, 1}, {BLK_CACHE_WRITETHROUGH, 2, 3}, {BLK_CACHE_UNSAFE, 0, 0}};
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        int again;
        uint8_t data[2 * BLOCK_SECTOR] = {1};
        struct blk *b = image(false, &again);
        blk_raw_cache(b, t[i].cache);
        ck_assert_int_eq(b->ops->write(b, 5, 2, data), 0);
        ck_assert_int_eq(b->ops->write(b, 9, 1, data), 0);
        ck_assert_int_eq(b->ops->read(b, 9, 1, data), 0);
        ck_assert_uint_eq(host_calls(HOST_FDATASYNC), t[i].after_write);
        ck_assert_int_eq(b->ops->flush(b), 0);
        ck_assert_uint_eq(host_calls(HOST_FDATASYNC), t[i].after_flush);
        ck_assert_str_eq(host_calls_order(), i == 0 ? "wwrs" : i == 1 ? "wswsrs" : "wwr");
        blk_free(b);
        close(again);
    }
}
END_TEST

START_TEST(image_that_is_only_read_is_not_synced)
{
    int again;
    struct blk *b = image(true, &again);
    host_calls_fail((struct host_fault){HOST_FDATASYNC, 0, 9, EIO, 0});
    ck_assert_int_eq(b->ops->flush(b), 0);
    ck_assert_uint_eq(b->stats.flushes, 1);
    ck_assert_uint_eq(host_calls(HOST_FDATASYNC), 0);
    blk_free(b);
    close(again);
}
END_TEST

/* --- Each call fails once --- */

START_TEST(failed_read_write_or_sync_is_its_errno_and_is_said_once)
{
    static const int errors[] = {EIO, ENOSPC, EDQUOT, EFBIG, ENOMEM};
    for (unsigned i = 0; i < ARRAY_LEN(errors); i++) {
        int again, e = errors[i];
        uint8_t data[BLOCK_SECTOR];
        struct blk *b = image(false, &again);
        bool room = e == ENOSPC || e == EDQUOT;
        host_calls_fail((struct host_fault){HOST_PREAD, 0, 2, e, 0});
        ck_assert_int_eq(b->ops->read(b, 7, 1, data), -e);
        ck_assert_msg(strstr(last_note, "cannot read at sector 7: ") != NULL, "%s", last_note);
        ck_assert_msg((strstr(last_note, "make room") != NULL) == room, "%s", last_note);
        ck_assert_int_eq(b->ops->read(b, 8, 1, data), -e);
        ck_assert_uint_eq(notes, 1);
        ck_assert_uint_eq(b->stats.reads, 0);
        ck_assert_int_eq(b->ops->read(b, 7, 1, data), 0);
        same_as_pattern(data, 7, 1);
        ck_assert_uint_eq(b->stats.reads, 1);
        host_calls_fail((struct host_fault){HOST_PWRITE, 0, 2, e, 0});
        ck_assert_int_eq(b->ops->write(b, 9, 1, data), -e);
        ck_assert_msg(strstr(last_note, "cannot write at sector 9: ") != NULL, "%s", last_note);
        ck_assert_int_eq(b->ops->write(b, 9, 1, data), -e);
        ck_assert_uint_eq(notes, 2);
        ck_assert_uint_eq(b->stats.writes, 0);
        ck_assert_int_eq(b->ops->write(b, 9, 1, data), 0);
        ck_assert_uint_eq(b->stats.writes, 1);
        host_calls_fail((struct host_fault){HOST_FDATASYNC, 0, 2, e, 0});
        ck_assert_int_eq(b->ops->flush(b), -e);
        ck_assert_msg(strstr(last_note, "cannot flush") != NULL, "%s", last_note);
        ck_assert_int_eq(b->ops->flush(b), -e);
        ck_assert_uint_eq(notes, 3);
        ck_assert_int_eq(b->ops->flush(b), 0);
        blk_free(b);
        close(again);
    }
}
END_TEST

START_TEST(writethrough_write_fails_where_its_sync_does)
{
    int again;
    uint8_t data[BLOCK_SECTOR] = {0};
    struct blk *b = image(false, &again);
    blk_raw_cache(b, BLK_CACHE_WRITETHROUGH);
    host_calls_fail((struct host_fault){HOST_FDATASYNC, 0, 1, EIO, 0});
    ck_assert_int_eq(b->ops->write(b, 9, 1, data), -EIO);
    ck_assert_int_eq(b->ops->write(b, 9, 1, data), 0);
    blk_free(b);
    close(again);
}
END_TEST

START_TEST(interrupted_call_is_made_again)
{
    int again;
    uint8_t data[BLOCK_SECTOR];
    struct blk *b = image(false, &again);
    host_calls_fail((struct host_fault){HOST_PREAD, 0, 3, EINTR, 0});
    ck_assert_int_eq(b->ops->read(b, 7, 1, data), 0);
    ck_assert_uint_eq(host_calls(HOST_PREAD), 4);
    same_as_pattern(data, 7, 1);
    host_calls_fail((struct host_fault){HOST_PWRITE, 0, 3, EINTR, 0});
    ck_assert_int_eq(b->ops->write(b, 7, 1, data), 0);
    ck_assert_uint_eq(host_calls(HOST_PWRITE), 4);
    host_calls_fail((struct host_fault){HOST_FDATASYNC, 0, 3, EINTR, 0});
    ck_assert_int_eq(b->ops->flush(b), 0);
    ck_assert_uint_eq(host_calls(HOST_FDATASYNC), 4);
    ck_assert_uint_eq(notes, 0);
    blk_free(b);
    close(again);
}
END_TEST

/* fsync(2): EROFS, EINVAL: the descriptor is of a special file which knows no synchronization. */
START_TEST(descriptor_that_knows_no_sync_is_flushed)
{
    static const int errors[] = {EINVAL, EROFS};
    for (unsigned i = 0; i < ARRAY_LEN(errors); i++) {
        int again;
        struct blk *b = image(false, &again);
        host_calls_fail((struct host_fault){HOST_FDATASYNC, 0, 1, errors[i], 0});
        ck_assert_int_eq(b->ops->flush(b), 0);
        ck_assert_uint_eq(notes, 0);
        blk_free(b);
        close(again);
    }
}
END_TEST

/* A short read or write goes on with the rest; its end, and what is around it, stay as they are. */
START_TEST(short_call_is_gone_on_with)
{
    enum { AT = 20, N = 3 };
    static const long moved[] = {1, 511, 512, 513, N * BLOCK_SECTOR - 1};
    for (unsigned i = 0; i < ARRAY_LEN(moved); i++) {
        int again;
        uint8_t data[N * BLOCK_SECTOR], got[(N + 2) * BLOCK_SECTOR];
        struct blk *b = image(false, &again);
        host_calls_fail((struct host_fault){HOST_PREAD, 0, 1, 0, moved[i]});
        ck_assert_int_eq(b->ops->read(b, AT, N, data), 0);
        ck_assert_uint_eq(host_calls(HOST_PREAD), 2);
        same_as_pattern(data, AT, N);
        for (size_t k = 0; k < sizeof data; k++)
            data[k] ^= 0xff;
        host_calls_fail((struct host_fault){HOST_PWRITE, 0, 1, 0, moved[i]});
        ck_assert_int_eq(b->ops->write(b, AT, N, data), 0);
        ck_assert_uint_eq(host_calls(HOST_PWRITE), 2);
        ck_assert_int_eq(pread(again, got, sizeof got, (AT - 1) * BLOCK_SECTOR), sizeof got);
        ck_assert_same("what was written", got + BLOCK_SECTOR, data, sizeof data);
        same_as_pattern(got, AT - 1, 1);
        same_as_pattern(got + (N + 1) * BLOCK_SECTOR, AT + N, 1);
        blk_free(b);
        close(again);
    }
}
END_TEST

START_TEST(write_that_moves_nothing_is_an_error)
{
    int again;
    uint8_t data[BLOCK_SECTOR] = {0};
    struct blk *b = image(false, &again);
    host_calls_fail((struct host_fault){HOST_PWRITE, 0, 1, 0, 0});
    ck_assert_int_eq(b->ops->write(b, 7, 1, data), -EIO);
    host_calls_fail((struct host_fault){HOST_PREAD, 0, 1, 0, 0});
    ck_assert_int_eq(b->ops->read(b, 7, 1, data), -EIO);
    blk_free(b);
    close(again);
}
END_TEST

/* --- An overlay above it --- */

START_TEST(overlay_whose_image_cannot_be_read_takes_no_write)
{
    struct error err;
    int again;
    uint8_t data[2 * BLOCK_SECTOR], got[BLOCK_SECTOR];
    struct blk *b = blk_overlay(image(true, &again), &err);
    memset(data, 0x5a, sizeof data);
    host_calls_fail((struct host_fault){HOST_PREAD, 0, 1, EIO, 0});
    ck_assert_int_eq(b->ops->write(b, 3, 1, data), -EIO);
    ck_assert_uint_eq(b->stats.writes, 0);
    ck_assert_int_eq(b->ops->read(b, 3, 1, got), 0); /* as if nothing had been */
    same_as_pattern(got, 3, 1);
    /* over two clusters, the second of which cannot be copied */
    host_calls_fail((struct host_fault){HOST_PREAD, 1, 1, EIO, 0});
    ck_assert_int_eq(b->ops->write(b, CLUSTER - 1, 2, data), -EIO);
    ck_assert_int_eq(b->ops->read(b, CLUSTER, 1, got), 0);
    same_as_pattern(got, CLUSTER, 1);
    host_calls_fail((struct host_fault){HOST_PREAD, 0, 1, EIO, 0});
    ck_assert_int_eq(b->ops->read(b, 2 * CLUSTER, 1, got), -EIO);
    ck_assert_int_eq(b->ops->write(b, CLUSTER - 1, 2, data), 0);
    ck_assert_int_eq(b->ops->read(b, CLUSTER, 1, got), 0);
    ck_assert_same("the overlay", got, data, sizeof got);
    blk_free(b);
    close(again);
}
END_TEST

/* Commit: all writes, then one sync. Where one of them fails all is kept, and the next commit writes all of it. */
START_TEST(commit_syncs_after_its_last_write_and_keeps_all_where_a_call_fails)
{
    static const struct host_fault faults[] = {
        {HOST_PWRITE, 0, 1, ENOSPC, 0}, {HOST_PWRITE, 1, 1, EIO, 0}, {HOST_PWRITE, 2, 1, EIO, 0},
        {HOST_FDATASYNC, 0, 1, EIO, 0}, {HOST_PREAD, 0, 0, 0, 0}, /* none */
    };
    for (unsigned i = 0; i < ARRAY_LEN(faults); i++) {
        struct error err;
        int again;
        uint8_t data[BLOCK_SECTOR], got[BLOCK_SECTOR];
        struct blk *b = blk_overlay(image(true, &again), &err);
        struct blk *to = blk_raw(dup(again), BYTES, false, "image", (struct blk_notes){note, NULL}, &err);
        static const uint64_t sectors[] = {0, CLUSTER, SECTORS - 1}; /* three clusters */
        for (unsigned k = 0; k < 3; k++) {
            memset(data, (int)(0x61 + k), sizeof data);
            ck_assert_int_eq(b->ops->write(b, sectors[k], 1, data), 0);
        }
        host_calls_fail(faults[i]);
        ck_assert_int_eq(blk_overlay_commit(b, to), -faults[i].error);
        if (faults[i].error) {
            for (unsigned k = 0; k < 3; k++) {
                memset(data, (int)(0x61 + k), sizeof data);
                ck_assert_int_eq(b->ops->read(b, sectors[k], 1, got), 0);
                ck_assert_same("what is kept", got, data, sizeof got);
            }
            /* the file changes below: what is kept hides it until it is committed */
            memset(got, 0x11, sizeof got);
            for (unsigned k = 0; k < 3; k++)
                ck_assert_int_eq(pwrite(again, got, sizeof got, (off_t)(sectors[k] * BLOCK_SECTOR)), BLOCK_SECTOR);
            host_calls_reset();
            ck_assert_int_eq(blk_overlay_commit(b, to), 0);
        }
        ck_assert_str_eq(host_calls_order(), "wwws");
        for (unsigned k = 0; k < 3; k++) {
            memset(data, (int)(0x61 + k), sizeof data);
            ck_assert_int_eq(pread(again, got, sizeof got, (off_t)(sectors[k] * BLOCK_SECTOR)), BLOCK_SECTOR);
            ck_assert_same("the image", got, data, sizeof got);
        }
        host_calls_reset(); /* nothing is left to be committed */
        ck_assert_int_eq(blk_overlay_commit(b, to), 0);
        ck_assert_uint_eq(host_calls(HOST_PWRITE), 0);
        blk_free(to);
        blk_free(b);
        close(again);
    }
}
END_TEST

/* The table grows by what is in it, after commits that failed too: more clusters than fit at first, in three parts. */
START_TEST(failed_commits_lose_no_count_of_clusters)
{
    enum { PART = 31, CLUSTERS = 3 * PART };
    struct error err;
    uint8_t s[BLOCK_SECTOR] = {0};
    int fd = memfd_create("big", 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)CLUSTERS * CLUSTER * BLOCK_SECTOR), 0);
    const struct blk_notes no_notes = {NULL, NULL};
    struct blk *to = blk_raw(dup(fd), (uint64_t)CLUSTERS * CLUSTER * BLOCK_SECTOR, false, "big", no_notes, &err);
    struct blk *b = blk_raw(fd, (uint64_t)CLUSTERS * CLUSTER * BLOCK_SECTOR, true, "big", no_notes, &err);
    b = blk_overlay(b, &err);
    ck_assert_ptr_nonnull(b);
    for (uint32_t i = 0; i < CLUSTERS; i++) {
        st32(s, i + 1);
        ck_assert_int_eq(b->ops->write(b, (uint64_t)i * CLUSTER, 1, s), 0);
        if (i % PART < PART - 1)
            continue;
        host_calls_fail((struct host_fault){HOST_FDATASYNC, 0, 1, EIO, 0});
        ck_assert_int_eq(blk_overlay_commit(b, to), -EIO);
    }
    for (uint32_t i = 0; i < CLUSTERS; i++) {
        ck_assert_int_eq(b->ops->read(b, (uint64_t)i * CLUSTER, 1, s), 0);
        ck_assert_uint_eq(ld32(s), i + 1);
    }
    blk_free(to);
    blk_free(b);
}
END_TEST

TCase *fault_tests(void)
{
    TCase *t = tcase_create("fault");
    tcase_add_test(t, cache_mode_decides_when_the_host_is_asked_to_sync);
    tcase_add_test(t, image_that_is_only_read_is_not_synced);
    tcase_add_test(t, failed_read_write_or_sync_is_its_errno_and_is_said_once);
    tcase_add_test(t, writethrough_write_fails_where_its_sync_does);
    tcase_add_test(t, interrupted_call_is_made_again);
    tcase_add_test(t, descriptor_that_knows_no_sync_is_flushed);
    tcase_add_test(t, short_call_is_gone_on_with);
    tcase_add_test(t, write_that_moves_nothing_is_an_error);
    tcase_add_test(t, overlay_whose_image_cannot_be_read_takes_no_write);
    tcase_add_test(t, commit_syncs_after_its_last_write_and_keeps_all_where_a_call_fails);
    tcase_add_test(t, failed_commits_lose_no_count_of_clusters);
    return t;
}
