/* SPDX-License-Identifier: MIT */
/*
 * Save and load of the whole machine in memory: the state hash is unchanged, a loaded machine goes
 * on as the one that was saved, and damaged bytes are refused with a text or load without harm.
 *
 * Without arguments the guests are our BIOS and the demo guest. With VMLINUZ INITRD IMAGE it is a
 * boot of Linux.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "block/block.h"
#include "firmware/blobs.h"
#include "machine/parts.h"
#include "snap/snapshot.h"
#include "tests/differ.h"
#include "tests/same.h"
#include "tests/snap/damage.h"
#include "tests/snap/rig.h"

#define STEP (UINT64_C(1) << 24)

static const char *difference(struct machine *a, struct machine *b)
{
    const char *where = machine_difference(a, b);
    return where ? where : "no field and no byte of memory differs";
}

/* The machine as it is now, saved and loaded into a fresh one; both with equal disks. */
static struct machine *twin(struct machine *a, const struct machine_config *cfg)
{
    struct error err = {0};
    struct buf saved = {0}, again = {0};
    uint64_t hash = machine_state_hash(a);
    machine_save(a, &saved);
    ck_assert_msg(machine_state_hash(a) == hash, "saving changed the state");
    struct machine *b = rig_machine(cfg, rig_disk(a));
    ck_assert_msg(machine_load(b, saved.data, saved.len, &err), "%s", err.text);
    if (machine_state_hash(b) != hash)
        ck_abort_msg("another state was loaded at position %llu: %s", (unsigned long long)machine_pos(a),
                     difference(a, b));
    machine_save(b, &again);
    ck_assert_uint_eq(again.len, saved.len);
    ck_assert_same("what the loaded machine saves", again.data, saved.data, saved.len);
    buf_free(&saved);
    buf_free(&again);
    return b;
}

/* Both go on to the same position and are in the same state there. Destroys b. */
static void go_on_alike(struct machine *a, struct machine *b, uint64_t positions)
{
    uint64_t to = machine_pos(a) + positions;
    rig_run_to(a, to);
    rig_run_to(b, to);
    ck_assert_uint_eq(machine_pos(a), machine_pos(b));
    ck_assert_uint_eq(machine_ns(a), machine_ns(b));
    if (machine_state_hash(a) != machine_state_hash(b))
        ck_abort_msg("they part between positions %llu and %llu: %s", (unsigned long long)(to - positions),
                     (unsigned long long)to, difference(a, b));
    machine_destroy(b);
}

START_TEST(load_in_the_bios_goes_on_alike)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *a = rig_machine(&cfg, rig_demo_disk());
    static const uint64_t at[] = {0, 1, 1000, 20011, 300007, 500000};
    for (unsigned i = 0; i < ARRAY_LEN(at); i++) {
        rig_run_to(a, at[i]);
        struct machine *b = twin(a, &cfg);
        go_on_alike(a, b, i < 3 ? 10 : 100000);
    }
    machine_destroy(a);
}
END_TEST

/* Keys of the demo guest's menu, and how long each page runs before it is saved. */
static const struct {
    uint8_t key;
    unsigned ms;
} pages[] = {{0, 500},    {0x02, 700}, {0x03, 700}, {0x04, 300}, {0x05, 1300},
             {0x06, 300}, {0x07, 300}, {0x14, 300}, {0x14, 2500}};

START_TEST(load_in_a_page_of_the_demo_guest_goes_on_alike)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *a = rig_machine(&cfg, rig_demo_disk());
    rig_run_ms(a, 500);
    if (pages[_i].key) {
        rig_key(a, pages[_i].key, true);
        rig_run_ms(a, 50);
        rig_key(a, pages[_i].key, false);
    }
    rig_run_ms(a, pages[_i].ms);
    struct machine *b = twin(a, &cfg);
    rig_key(a, 0x1e, true); /* input reaches both alike, too */
    rig_key(b, 0x1e, true);
    go_on_alike(a, b, STEP);
    machine_destroy(a);
}
END_TEST

START_TEST(a_key_changes_the_state_hash)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *a = rig_machine(&cfg, rig_demo_disk());
    rig_run_ms(a, 500);
    struct machine *b = twin(a, &cfg);
    rig_key(b, 0x1e, true);
    ck_assert_uint_ne(machine_state_hash(a), machine_state_hash(b));
    rig_key(a, 0x1e, true);
    ck_assert_uint_eq(machine_state_hash(a), machine_state_hash(b));
    rig_run_ms(a, 100);
    rig_run_ms(b, 100);
    ck_assert_uint_eq(machine_state_hash(a), machine_state_hash(b));
    machine_destroy(a);
    machine_destroy(b);
}
END_TEST

/*
 * A load leaves nothing of what was in memory: a page that the saved machine has as zeros becomes zeros, in each block,
 * be it before, between or after those that were saved.
 */
START_TEST(load_into_a_machine_with_full_memory_leaves_nothing_of_it)
{
    struct machine_config cfg = rig_demo_config();
    struct machine *a = rig_machine(&cfg, rig_demo_disk());
    struct machine *b = rig_machine(&cfg, rig_demo_disk());
    static uint8_t page[PAGE_SIZE], zeros[PAGE_SIZE];
    /* 0: as it is; then the block's only pages: none, its first, its last, the last but one, two in the middle */
    for (unsigned shape = 0; shape < 6; shape++) {
        struct error err = {0};
        struct buf saved = {0};
        for (unsigned i = 0; mem_block(a->mem, i); i++) {
            const struct mem_block *x = mem_block(a->mem, i);
            const uint32_t kept[][2] = {{0, 0},
                                        {UINT32_MAX, UINT32_MAX},
                                        {0, 0},
                                        {x->npages - 1, x->npages - 1},
                                        {x->npages - 2, x->npages - 2},
                                        {x->npages / 2, x->npages / 2 + 2}};
            for (uint32_t n = 0; n < x->npages; n++) {
                memset(page, 0xa5, sizeof page);
                mem_poke(b->mem, x->first + n, 0, PAGE_SIZE, page);
                page[n % PAGE_SIZE] = 0x5a;
                if (shape)
                    mem_poke(a->mem, x->first + n, 0, PAGE_SIZE,
                             n == kept[shape][0] || n == kept[shape][1] ? page : zeros);
            }
        }
        machine_save(a, &saved);
        ck_assert_msg(machine_load(b, saved.data, saved.len, &err), "%s", err.text);
        ck_assert_msg(!machine_difference(a, b), "shape %u: %s", shape, difference(a, b));
        buf_free(&saved);
    }
    machine_destroy(a);
    machine_destroy(b);
}
END_TEST

START_TEST(a_machine_of_another_size_is_refused)
{
    struct error err = {0};
    struct machine_config cfg = rig_demo_config();
    struct machine *a = rig_machine(&cfg, rig_demo_disk());
    struct buf saved = {0};
    machine_save(a, &saved);
    cfg.ram_mb++;
    struct machine *b = rig_machine(&cfg, rig_demo_disk());
    ck_assert(!machine_load(b, saved.data, saved.len, &err));
    ck_assert_msg(strstr(err.text, "memory"), "%s", err.text);
    machine_destroy(b);
    buf_free(&saved);
    machine_destroy(a);
}
END_TEST

/* --- A boot of Linux --- */

static const char *linux_files[3];

/* In the boot code and decompressor, the kernel and its drivers; the last is at the prompt. */
static const unsigned linux_steps[] = {1, 5, 40, 100, 160};
enum { LINUX_LIMIT = 600 };

static bool shows(struct machine *m, const char *text)
{
    struct buf screen = {0};
    machine_text_screen(m, &screen);
    bool has = screen.len && strstr((const char *)screen.data, text);
    buf_free(&screen);
    return has;
}

START_TEST(load_in_the_middle_of_linux_goes_on_alike)
{
    struct machine_config cfg = rig_demo_config();
    struct buf kernel = rig_file(linux_files[0]), initrd = rig_file(linux_files[1]), disk = rig_file(linux_files[2]);
    struct error err = {0};
    cfg.ram_mb = 64;
    cfg.kernel = (struct rom_config){kernel.data, kernel.len};
    cfg.initrd = (struct rom_config){initrd.data, initrd.len};
    cfg.serial[0] = true;
    strcpy(cfg.cmdline, "console=ttyS0,115200 console=tty0 quiet cryptomgr.notests");
    struct machine *a = rig_machine(&cfg, blk_memory(disk.data, disk.len, "disk", &err));
    for (unsigned i = 0; i < ARRAY_LEN(linux_steps); i++) {
        rig_run_to(a, linux_steps[i] * STEP - i * 1234567);
        go_on_alike(a, twin(a, &cfg), STEP);
    }
    while (!shows(a, "vitrine:/ #") && machine_pos(a) < LINUX_LIMIT * STEP)
        rig_run_to(a, machine_pos(a) + STEP);
    ck_assert_msg(shows(a, "vitrine:/ #"), "the prompt was not reached");
    go_on_alike(a, twin(a, &cfg), STEP);
    machine_destroy(a);
    buf_free(&kernel);
    buf_free(&initrd);
    buf_free(&disk);
}
END_TEST

static Suite *demo_suite(void)
{
    Suite *s = suite_create("snap");
    TCase *t = tcase_create("save and load");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, load_in_the_bios_goes_on_alike);
    tcase_add_loop_test(t, load_in_a_page_of_the_demo_guest_goes_on_alike, 0, ARRAY_LEN(pages));
    tcase_add_test(t, a_key_changes_the_state_hash);
    tcase_add_test(t, load_into_a_machine_with_full_memory_leaves_nothing_of_it);
    tcase_add_test(t, a_machine_of_another_size_is_refused);
    suite_add_tcase(s, t);
    suite_add_tcase(s, damage_tests());
    suite_add_tcase(s, media_tests());
    suite_add_tcase(s, create_tests());
    suite_add_tcase(s, position_tests());
    suite_add_tcase(s, host_error_tests());
    return s;
}

static Suite *linux_suite(char **argv)
{
    Suite *s = suite_create("snap: Linux");
    TCase *t = tcase_create("save and load");
    for (unsigned i = 0; i < 3; i++)
        linux_files[i] = argv[1 + i];
    tcase_set_timeout(t, 300);
    tcase_add_test(t, load_in_the_middle_of_linux_goes_on_alike);
    suite_add_tcase(s, t);
    return s;
}

int main(int argc, char **argv)
{
    if (argc != 1 && argc != 4) {
        fputs("usage: snaptest [VMLINUZ INITRD IMAGE]\n", stderr);
        return 1;
    }
    SRunner *r = srunner_create(argc == 1 ? demo_suite() : linux_suite(argv));
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
