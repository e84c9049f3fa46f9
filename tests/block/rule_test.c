/* SPDX-License-Identifier: MIT */
/*
 * Disk back ends, table by table: each format's head, what each call counts, what a failing host call is reported as,
 * and memory: every allocation fails once, and closing gives all of it back.
 */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bits.h"
#include "block/block.h"
#include "tests/block/host_calls.h"
#include "tests/same.h"

TCase *rule_tests(void);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void __real_free(void *p);
void __wrap_free(void *p);

enum { SECTORS = 300, BYTES = SECTORS * BLOCK_SECTOR, CLUSTER = 128 };

/* --- Allocations --- */

static struct {
    bool on;
    unsigned calls, fail_at; /* from 1 on; 0: none fails */
    unsigned held;
    void *all[128]; /* what is held: the test's own library frees, too */
    size_t bytes;
} heap;

void *__wrap_calloc(size_t n, size_t size)
{
    if (!heap.on)
        return __real_calloc(n, size);
    if (++heap.calls == heap.fail_at)
        return NULL;
    void *p = __real_calloc(n, size);
    for (size_t i = 0; i < ARRAY_LEN(heap.all); i++)
        if (!heap.all[i]) {
            heap.all[i] = p;
            heap.held++;
            break;
        }
    heap.bytes += n * size;
    return p;
}

void __wrap_free(void *p)
{
    for (size_t i = 0; heap.on && p && i < ARRAY_LEN(heap.all); i++)
        if (heap.all[i] == p) {
            heap.all[i] = NULL;
            heap.held--;
        }
    __real_free(p);
}

static void count_from_here(unsigned fail_at)
{
    memset(&heap, 0, sizeof heap);
    heap.on = true;
    heap.fail_at = fail_at;
}

/* --- A disk below: it counts how often it is closed --- */

struct below {
    struct blk blk;
    unsigned closed;
    uint64_t last;
    uint32_t last_count;
};

static int below_read(struct blk *b, uint64_t sector, uint32_t count, void *data)
{
    for (uint32_t i = 0; i < count; i++) {
        memset((uint8_t *)data + (size_t)i * BLOCK_SECTOR, 0x11, BLOCK_SECTOR);
        st64((uint8_t *)data + (size_t)i * BLOCK_SECTOR, sector + i);
    }
    return blk_check(b, sector, count);
}

static int below_write(struct blk *b, uint64_t sector, uint32_t count, const void *data)
{
    struct below *w = container_of(b, struct below, blk);
    (void)data;
    w->last = sector;
    w->last_count = count;
    return blk_check(b, sector, count);
}

static int below_flush(struct blk *b)
{
    (void)b;
    return 0;
}

static void below_close(struct blk *b)
{
    container_of(b, struct below, blk)->closed++;
}

static const struct blk_ops below_ops = {below_read, below_write, below_flush, below_close};

static struct blk *make_below(struct below *w, uint64_t sectors)
{
    memset(w, 0, sizeof *w);
    w->blk = (struct blk){.ops = &below_ops, .sectors = sectors, .sector_size = 512, .name = "below", .serial = "S123"};
    return &w->blk;
}

/* --- Formats --- */

/* The whole magic at its place, and no bit of it else; what is cut off within it is raw. */
START_TEST(format_is_known_by_each_byte_of_its_head)
{
    static const struct {
        const char *name, *magic;
        size_t n, at;
    } formats[] = {
        {"qcow2", "QFI\xfb", 4, 0},         {"VMDK", "KDMV", 4, 0},         {"VMDK", "COWD", 4, 0},
        {"VHDX", "vhdxfile", 8, 0},         {"VHD", "conectix", 8, 0},      {"QED", "QED\0", 4, 0},
        {"VDI", "\x7f\x10\xda\xbe", 4, 64}, {"gzip", "\x1f\x8b\x08", 3, 0}, {"xz", "\xfd\x37\x7a\x58\x5a", 5, 0},
        {"zstd", "\x28\xb5\x2f\xfd", 4, 0}};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        uint8_t head[80];
        size_t end = formats[i].at + formats[i].n;
        memset(head, 0xee, sizeof head);
        memcpy(head + formats[i].at, formats[i].magic, formats[i].n);
        for (size_t len = 0; len <= sizeof head; len++) {
            const char *is = block_format(head, len);
            ck_assert_msg(len < end ? !is : is && !strcmp(is, formats[i].name), "%s, of which %zu bytes are there: %s",
                          formats[i].name, len, is ? is : "raw");
        }
        for (size_t bit = 8 * formats[i].at; bit < 8 * end; bit++) {
            head[bit / 8] ^= (uint8_t)BIT(bit % 8);
            ck_assert_msg(!block_format(head, sizeof head), "%s with bit %zu turned", formats[i].name, bit);
            head[bit / 8] ^= (uint8_t)BIT(bit % 8);
        }
        memmove(head + formats[i].at + 1, head + formats[i].at, formats[i].n);
        head[formats[i].at] = 0xee;
        ck_assert_msg(!block_format(head, sizeof head), "%s a byte later", formats[i].name);
    }
}
END_TEST

/* --- Counts --- */

static void counts_are(const struct blk *b, const char *what, uint64_t reads, uint64_t read, uint64_t writes,
                       uint64_t written, uint64_t flushes)
{
    const struct blk_stats *t = &b->stats;
    ck_assert_msg(t->reads == reads && t->read_bytes == read * 512 && t->writes == writes &&
                      t->written_bytes == written * 512 && t->flushes == flushes,
                  "%s: %llu reads of %llu bytes, %llu writes of %llu, %llu flushes", what, (unsigned long long)t->reads,
                  (unsigned long long)t->read_bytes, (unsigned long long)t->writes,
                  (unsigned long long)t->written_bytes, (unsigned long long)t->flushes);
}

static struct blk *make_raw(uint64_t bytes, bool readonly, struct blk_notes notes)
{
    struct error err;
    int fd = memfd_create("image", 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)bytes), 0);
    struct blk *b = blk_raw(fd, bytes, readonly, "image", notes, &err);
    ck_assert_msg(b != NULL, "%s", err.text);
    host_calls_reset();
    return b;
}

START_TEST(back_ends_count_what_they_have_done)
{
    static uint8_t data[SECTORS * BLOCK_SECTOR];
    struct error err;
    for (unsigned kind = 0; kind < 3; kind++) {
        static const char *const names[] = {"raw", "memory", "overlay"};
        struct below w;
        struct blk *b = kind == 0   ? make_raw(BYTES, false, (struct blk_notes){NULL, NULL})
                        : kind == 1 ? blk_memory(data, BYTES, "memory", &err)
                                    : blk_overlay(make_below(&w, SECTORS), &err);
        counts_are(b, names[kind], 0, 0, 0, 0, 0);
        ck_assert_int_eq(b->ops->read(b, 3, 200, data), 0);
        counts_are(b, names[kind], 1, 200, 0, 0, 0);
        ck_assert_int_eq(b->ops->write(b, 100, 150, data), 0);
        counts_are(b, names[kind], 1, 200, 1, 150, 0);
        ck_assert_int_eq(b->ops->read(b, 99, 2, data), 0);
        ck_assert_int_eq(b->ops->write(b, 299, 1, data), 0);
        ck_assert_int_eq(b->ops->flush(b), 0);
        counts_are(b, names[kind], 2, 202, 2, 151, 1);
        ck_assert_int_eq(b->ops->read(b, 299, 2, data), -EINVAL); /* what fails does not count */
        ck_assert_int_eq(b->ops->write(b, 300, 1, data), -EINVAL);
        counts_are(b, names[kind], 2, 202, 2, 151, 1);
        ck_assert_uint_eq(b->sectors, SECTORS);
        ck_assert_uint_eq(b->sector_size, 512);
        ck_assert(!b->readonly);
        ck_assert_str_eq(b->name, kind == 0 ? "image" : kind == 1 ? "memory" : "below");
        ck_assert_str_eq(b->serial, kind == 2 ? "S123" : "");
        blk_free(b);
    }
    blk_free(NULL);
}
END_TEST

/* --- Sizes --- */

START_TEST(memory_disk_is_rounded_up_to_sectors)
{
    static const size_t sizes[][2] = {{0, 0}, {1, 1}, {511, 1}, {512, 1}, {513, 2}, {1024, 2}, {1025, 3}};
    uint8_t data[1025], s[BLOCK_SECTOR];
    struct error err;
    memset(data, 0x77, sizeof data);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct blk *b = blk_memory(data, sizes[i][0], "memory", &err);
        ck_assert_uint_eq(b->sectors, sizes[i][1]);
        for (size_t n = 0; n < b->sectors; n++) {
            ck_assert_int_eq(b->ops->read(b, n, 1, s), 0);
            for (size_t k = 0; k < BLOCK_SECTOR; k++)
                ck_assert_uint_eq(s[k], n * 512 + k < sizes[i][0] ? 0x77 : 0);
        }
        blk_free(b);
    }
}
END_TEST

START_TEST(raw_disk_is_of_whole_sectors_where_it_is_written)
{
    static const struct {
        uint64_t bytes, sectors, sectors_readonly;
    } sizes[] = {{0, 0, 0},
                 {1, 0, 1},
                 {511, 0, 1},
                 {512, 1, 1},
                 {513, 0, 2},
                 {1024, 2, 2},
                 {INT64_MAX, 0, UINT64_C(1) << 54},
                 {UINT64_C(1) << 63, 0, 0},
                 {UINT64_MAX - 511, 0, 0},
                 {INT64_MAX - 511, (UINT64_C(1) << 54) - 1, (UINT64_C(1) << 54) - 1}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        for (unsigned readonly = 0; readonly < 2; readonly++) {
            struct error err = {0};
            uint64_t want = readonly ? sizes[i].sectors_readonly : sizes[i].sectors;
            struct blk *b = blk_raw(dup(0), sizes[i].bytes, readonly, "image", (struct blk_notes){NULL, NULL}, &err);
            ck_assert_msg((b != NULL) == (want != 0), "%llu bytes", (unsigned long long)sizes[i].bytes);
            if (!b) {
                ck_assert_ptr_nonnull(strstr(err.text, "image: "));
                continue;
            }
            ck_assert_uint_eq(b->sectors, want);
            ck_assert_uint_eq(b->readonly, readonly);
            blk_free(b);
        }
}
END_TEST

START_TEST(raw_disk_closes_its_descriptor)
{
    struct error err;
    int fd = memfd_create("image", 0);
    struct blk *b = blk_raw(fd, 512, true, "image", (struct blk_notes){NULL, NULL}, &err);
    ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
    blk_free(b);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

/* --- Messages --- */

static char last[256];
static unsigned told;

static void note(void *ctx, const char *line)
{
    *(unsigned *)ctx += 1;
    snprintf(last, sizeof last, "%s", line);
}

/* Each of them is said once, apart from the others, with the sector, the reason and what to do. */
START_TEST(raw_failures_are_told_apart)
{
    static const struct {
        enum host_call call;
        int error;
        const char *text;
    } t[] = {
        {HOST_PREAD, EIO, "image: cannot read at sector 7: Input/output error; the guest sees it as a disk error"},
        {HOST_PWRITE, EIO, "image: cannot write at sector 7: Input/output error; the guest sees it as a disk error"},
        {HOST_PWRITE, ENOSPC,
         "image: cannot write at sector 7: No space left on device; make room on the host: until then the guest sees "
         "write faults"},
        {HOST_PWRITE, EDQUOT,
         "image: cannot write at sector 7: Disk quota exceeded; make room on the host: until then the guest sees write "
         "faults"},
        {HOST_PWRITE, EFBIG,
         "image: cannot write at sector 7: File too large; raise 'ulimit -f': until then the guest sees write faults"},
        {HOST_FDATASYNC, EIO, "image: cannot flush at sector 0: Input/output error; the guest sees it as a disk error"},
    };
    for (size_t i = 0; i < ARRAY_LEN(t); i++) {
        uint8_t s[2 * BLOCK_SECTOR] = {0};
        told = 0;
        struct blk *b = make_raw(BYTES, false, (struct blk_notes){note, &told});
        for (unsigned k = 0; k < 2; k++) {
            host_calls_fail((struct host_fault){.call = t[i].call, .times = 1, .error = t[i].error});
            int e = t[i].call == HOST_PREAD    ? b->ops->read(b, 7, 2, s)
                    : t[i].call == HOST_PWRITE ? b->ops->write(b, 7, 2, s)
                                               : b->ops->flush(b);
            ck_assert_int_eq(e, -t[i].error);
            ck_assert_uint_eq(told, 1);
            ck_assert_str_eq(last, t[i].text);
        }
        /* The other two are still to be told. */
        for (unsigned other = 0; other < HOST_CALLS; other++) {
            if (other == t[i].call)
                continue;
            unsigned before = told;
            host_calls_fail((struct host_fault){.call = (enum host_call)other, .times = 1, .error = EIO});
            ck_assert_int_eq(other == HOST_PREAD    ? b->ops->read(b, 7, 2, s)
                             : other == HOST_PWRITE ? b->ops->write(b, 7, 2, s)
                                                    : b->ops->flush(b),
                             -EIO);
            ck_assert_uint_eq(told, before + 1);
        }
        host_calls_reset();
        blk_free(b);
    }
}
END_TEST

/* --- Overlay --- */

/* A write over several clusters keeps each byte in its place; what is around it is the disk's below. */
START_TEST(overlay_write_over_clusters_keeps_its_bytes)
{
    enum { FROM = CLUSTER - 3, COUNT = CLUSTER + 9 };
    static uint8_t data[COUNT * BLOCK_SECTOR], got[SECTORS * BLOCK_SECTOR];
    struct error err;
    struct below w;
    struct blk *b = blk_overlay(make_below(&w, SECTORS), &err);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i / 3 + i / BLOCK_SECTOR);
    ck_assert_int_eq(b->ops->write(b, FROM, COUNT, data), 0);
    ck_assert_int_eq(b->ops->read(b, 0, SECTORS, got), 0);
    ck_assert_same("what was written", got + FROM * BLOCK_SECTOR, data, sizeof data);
    for (uint32_t n = 0; n < SECTORS; n++)
        if (n < FROM || n >= FROM + COUNT)
            ck_assert_uint_eq(ld64(got + n * BLOCK_SECTOR), n);
    ck_assert_uint_eq(w.closed, 0);
    blk_free(b);
    ck_assert_uint_eq(w.closed, 1);
}
END_TEST

START_TEST(commit_goes_to_an_image_of_the_same_size_alone)
{
    uint8_t data[BLOCK_SECTOR] = {1};
    struct error err;
    struct below w, to;
    struct blk *b = blk_overlay(make_below(&w, SECTORS), &err);
    ck_assert_int_eq(b->ops->write(b, SECTORS - 1, 1, data), 0);
    for (unsigned size = SECTORS - 1; size <= SECTORS + 1; size++) {
        ck_assert_int_eq(blk_overlay_commit(b, make_below(&to, size)), size == SECTORS ? 0 : -EINVAL);
        ck_assert_uint_eq(to.last, size == SECTORS ? 2 * CLUSTER : 0);
        ck_assert_uint_eq(to.last_count, size == SECTORS ? SECTORS - 2 * CLUSTER : 0); /* the short last cluster */
    }
    blk_free(b);
}
END_TEST

/* --- Memory --- */

/* A disk, and writes to 40 clusters so that the table grows; each allocation fails once, and the write then works. */
START_TEST(overlay_without_memory_fails_and_loses_nothing)
{
    enum { CLUSTERS = 40 };
    for (unsigned fail = 0, calls = 1; fail <= calls; fail++) {
        uint8_t s[BLOCK_SECTOR];
        struct error err = {0};
        struct below w;
        unsigned failed = 0;
        count_from_here(fail);
        struct blk *b = blk_overlay(make_below(&w, CLUSTERS * CLUSTER), &err);
        ck_assert_msg((b == NULL) == (fail == 1 || fail == 2), "allocation %u", fail);
        for (uint32_t i = 0; b && i < CLUSTERS; i++) {
            memset(s, (int)i + 1, sizeof s);
            int e = b->ops->write(b, i * CLUSTER + i, 1, s);
            ck_assert_msg(e == 0 || e == -ENOMEM, "allocation %u: %d", fail, e);
            failed += e != 0;
            if (e)
                ck_assert_int_eq(b->ops->write(b, i * CLUSTER + i, 1, s), 0);
        }
        for (uint32_t i = 0; b && i < CLUSTERS; i++) {
            ck_assert_int_eq(b->ops->read(b, i * CLUSTER + i, 1, s), 0);
            ck_assert_uint_eq(s[511], i + 1);
        }
        ck_assert_uint_eq(failed, b && fail);
        if (b)
            ck_assert_uint_le(heap.bytes, (size_t)CLUSTERS * 65536 + 8192); /* the image's size, and a table */
        else
            ck_assert_str_eq(err.text, "below: out of memory");
        blk_free(b);
        ck_assert_uint_eq(w.closed, 1);
        ck_assert_msg(heap.held == 0, "allocation %u: %u are held at the end", fail, heap.held);
        calls = fail ? calls : heap.calls;
        heap.on = false;
    }
}
END_TEST

/* The table of 64 slots grows by the write that would fill more than half of it, to twice its size. */
START_TEST(overlay_table_is_half_empty)
{
    uint8_t s[BLOCK_SECTOR] = {0};
    struct error err;
    struct below w;
    count_from_here(0);
    struct blk *b = blk_overlay(make_below(&w, 100 * CLUSTER), &err);
    for (uint32_t i = 0; i < 100; i++) {
        ck_assert_int_eq(b->ops->write(b, i * CLUSTER, 1, s), 0);
        ck_assert_uint_eq(heap.calls, 2 + (i + 1) + (i >= 32) + (i >= 64));
    }
    blk_free(b);
    heap.on = false;
}
END_TEST

START_TEST(commit_and_close_give_all_memory_back)
{
    uint8_t s[BLOCK_SECTOR] = {0};
    struct error err;
    struct below w, to;
    count_from_here(0);
    struct blk *b = blk_overlay(make_below(&w, 10 * CLUSTER), &err);
    for (uint32_t i = 0; i < 10; i++)
        ck_assert_int_eq(b->ops->write(b, i * CLUSTER, 1, s), 0);
    unsigned before = heap.held;
    ck_assert_int_eq(blk_overlay_commit(b, make_below(&to, 10 * CLUSTER)), 0);
    ck_assert_uint_eq(before - heap.held, 10);
    /* Nor does the table grow by what is gone. */
    for (unsigned round = 0; round < 20; round++) {
        for (uint32_t i = 0; i < 10; i++)
            ck_assert_int_eq(b->ops->write(b, i * CLUSTER, 1, s), 0);
        ck_assert_int_eq(blk_overlay_commit(b, &to.blk), 0);
    }
    ck_assert_uint_eq(heap.calls, 2 + 21 * 10);
    ck_assert_int_eq(b->ops->write(b, 0, 1, s), 0);
    blk_free(b);
    ck_assert_uint_eq(heap.held, 0);
    for (unsigned fail = 0; fail < 3; fail++) {
        count_from_here(fail);
        struct blk *m = blk_memory(s, sizeof s, "memory", &err);
        ck_assert_int_eq(m == NULL, fail != 0);
        blk_free(m);
        ck_assert_uint_eq(heap.held, 0);
        if (fail)
            ck_assert_str_eq(err.text, "memory: no memory for a disk of 512 bytes");
    }
    count_from_here(1);
    ck_assert_ptr_null(blk_raw(dup(0), 512, true, "image", (struct blk_notes){NULL, NULL}, &err));
    ck_assert_str_eq(err.text, "image: out of memory");
    heap.on = false;
}
END_TEST

TCase *rule_tests(void)
{
    TCase *t = tcase_create("rules");
    tcase_add_test(t, format_is_known_by_each_byte_of_its_head);
    tcase_add_test(t, back_ends_count_what_they_have_done);
    tcase_add_test(t, memory_disk_is_rounded_up_to_sectors);
    tcase_add_test(t, raw_disk_is_of_whole_sectors_where_it_is_written);
    tcase_add_test(t, raw_disk_closes_its_descriptor);
    tcase_add_test(t, raw_failures_are_told_apart);
    tcase_add_test(t, overlay_write_over_clusters_keeps_its_bytes);
    tcase_add_test(t, commit_goes_to_an_image_of_the_same_size_alone);
    tcase_add_test(t, overlay_without_memory_fails_and_loses_nothing);
    tcase_add_test(t, overlay_table_is_half_empty);
    tcase_add_test(t, commit_and_close_give_all_memory_back);
    return t;
}
