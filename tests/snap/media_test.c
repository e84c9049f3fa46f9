/* SPDX-License-Identifier: MIT */
/* What is in the drives of a machine: changed by hand, by a journal, and remembered by a snapshot.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "block/block.h"
#include "devices/disk/i82077.h"
#include "devices/disk/piix3_ide.h"
#include "devices/serial/ns16550.h"
#include "machine/parts.h"
#include "snap/snapshot.h"
#include "tests/snap/damage.h"
#include "tests/snap/rig.h"

enum { CD = 2, FDA = FIRST_FLOPPY };

static struct blk *image(uint8_t fill, size_t bytes, bool readonly)
{
    struct error err;
    uint8_t *data = malloc(bytes);
    memset(data, fill, bytes);
    struct blk *b = blk_memory(data, bytes, fill == 1 ? "one" : "two", &err);
    free(data);
    ck_assert(b != NULL);
    b->readonly = readonly;
    return b;
}

static struct blk *disc(uint8_t fill)
{
    return image(fill, 4096 * 10, true);
}

static struct machine *machine(void)
{
    struct machine_config cfg = rig_demo_config();
    cfg.drive[CD] = (struct drive_config){.present = true, .kind = DRIVE_CD, .fd = -1};
    cfg.drive[FDA] = (struct drive_config){.present = true, .kind = DRIVE_FLOPPY, .fd = -1};
    return rig_machine(&cfg, rig_demo_disk());
}

static struct atapi *cd_of(struct machine *m)
{
    return &container_of(machine_find(m, "ide"), struct piix3_ide, dev)->channel[1].drive[0].cd;
}

static struct drive_info info(struct machine *m, unsigned drive)
{
    struct drive_info i;
    machine_drive_info(m, drive, &i);
    return i;
}

START_TEST(a_disc_goes_in_and_out)
{
    struct error err;
    struct machine *m = machine();
    ck_assert(info(m, CD).fitted && !info(m, CD).medium);
    ck_assert_msg(machine_set_medium(m, CD, disc(1), false, &err), "%s", err.text);
    ck_assert(info(m, CD).medium && !info(m, CD).open);
    ck_assert_uint_eq(cd_of(m)->event, EVENT_NEW_MEDIUM);
    ck_assert(cd_of(m)->attention & ATTENTION_MEDIUM);
    ck_assert(machine_set_medium(m, CD, NULL, false, &err));
    ck_assert(!info(m, CD).medium && info(m, CD).open);
    machine_destroy(m);
}
END_TEST

START_TEST(a_tray_that_the_guest_holds_shut_needs_force)
{
    struct error err;
    struct machine *m = machine();
    ck_assert(machine_set_medium(m, CD, disc(1), false, &err));
    cd_of(m)->locked = true;
    struct blk *two = disc(2);
    ck_assert(!machine_set_medium(m, CD, two, false, &err));
    ck_assert_msg(strstr(err.text, "locked"), "%s", err.text);
    ck_assert_str_eq(m->be.drive[CD]->name, "one");
    ck_assert_uint_eq(cd_of(m)->event, EVENT_EJECT_REQUEST);
    ck_assert(machine_set_medium(m, CD, two, true, &err));
    ck_assert_str_eq(m->be.drive[CD]->name, "two");
    machine_destroy(m);
}
END_TEST

START_TEST(hard_disks_and_missing_drives_take_nothing)
{
    struct error err;
    struct machine *m = machine();
    struct blk *b = disc(1);
    ck_assert(!machine_set_medium(m, 0, b, true, &err));
    ck_assert_msg(strstr(err.text, "hard disk"), "%s", err.text);
    ck_assert(!machine_set_medium(m, 1, b, true, &err));
    ck_assert(!machine_set_medium(m, MAX_DRIVES, b, true, &err));
    blk_free(b);
    machine_destroy(m);
}
END_TEST

START_TEST(a_snapshot_is_refused_with_other_media)
{
    struct error err = {0};
    struct buf saved = {0};
    struct machine *a = machine(), *same = machine(), *other = machine(), *empty = machine();
    ck_assert(machine_set_medium(a, CD, disc(1), false, &err));
    ck_assert(machine_set_medium(same, CD, disc(1), false, &err));
    ck_assert(machine_set_medium(other, CD, disc(2), false, &err));
    machine_save(a, &saved);
    ck_assert_msg(machine_load(same, saved.data, saved.len, &err), "%s", err.text);
    ck_assert(!machine_load(other, saved.data, saved.len, &err));
    ck_assert_msg(strstr(err.text, "hdc") && strstr(err.text, "'two'"), "%s", err.text);
    ck_assert(!machine_load(empty, saved.data, saved.len, &err));
    ck_assert_msg(strstr(err.text, "nothing"), "%s", err.text);
    buf_free(&saved);
    machine_destroy(a);
    machine_destroy(same);
    machine_destroy(other);
    machine_destroy(empty);
}
END_TEST

/* A run with a diskette put in, written to, and a disc changed; gives the journal. */
static struct buf recorded(uint64_t *end, uint64_t *hash)
{
    struct error err;
    struct buf log = {0};
    struct machine *m = machine();
    rig_run_to(m, 1000000);
    ck_assert(machine_set_medium(m, CD, disc(1), false, &err));
    rig_run_to(m, 2000000);
    ck_assert(machine_set_medium(m, FDA, image(1, 1474560, false), false, &err));
    rig_run_to(m, 3000000);
    ck_assert(machine_set_medium(m, CD, disc(2), false, &err));
    rig_run_to(m, 4000000);
    *end = machine_pos(m);
    *hash = machine_state_hash(m);
    buf_add(&log, machine_journal(m)->log.data, machine_journal(m)->log.len);
    machine_destroy(m);
    return log;
}

static struct machine *replay(const struct buf *log, struct blk *first, struct blk *second, struct blk *third)
{
    struct error err;
    struct machine *m = machine();
    ck_assert(journal_load(machine_journal(m), log->data, log->len, &err));
    machine_replay_medium(m, first);
    machine_replay_medium(m, second);
    if (third)
        machine_replay_medium(m, third);
    journal_deliver(machine_journal(m));
    return m;
}

START_TEST(a_replay_takes_the_media_in_order)
{
    uint64_t end, hash;
    struct buf log = recorded(&end, &hash);
    /* Files are only read in a replay; what is writable in the recording becomes so in memory. */
    struct machine *m = replay(&log, disc(1), image(1, 1474560, true), disc(2));
    rig_run_to(m, end);
    ck_assert_msg(!machine_failed(m), "%s", machine_failed(m));
    ck_assert(machine_state_hash(m) == hash);
    ck_assert_str_eq(m->be.drive[CD]->name, "two");
    ck_assert(!m->be.drive[FDA]->readonly);
    machine_destroy(m);
    buf_free(&log);
}
END_TEST

/* What a replay says of a journal whose only entry is this one, at position 1000. */
static void fails(enum journal_kind kind, uint16_t channel, const void *payload, uint32_t len, const char *why)
{
    struct machine *m = machine();
    struct journal one;
    struct error err;
    uint64_t pos = 1000;
    journal_init(&one, &pos);
    journal_input(&one, kind, channel, payload, len);
    ck_assert_msg(journal_load(machine_journal(m), one.log.data, one.log.len, &err), "%s", err.text);
    machine_run(m, 2000);
    ck_assert_ptr_nonnull(machine_failed(m));
    ck_assert_msg(strstr(machine_failed(m), why) != NULL, "%s", machine_failed(m));
    journal_free(&one);
    machine_destroy(m);
}

START_TEST(a_replay_of_what_no_recording_makes_fails)
{
    uint8_t ns[8];
    st64(ns, UINT64_C(1) << 60); /* past the next event; and the CPU does not rest at that position */
    fails(J_SKIP, 0, ns, sizeof ns, "a skip that this machine does not make");
    fails(J_MEDIA, CD, "\3", 1, "changes a medium");      /* no such action */
    fails(J_MEDIA, CD, "\0\0", 2, "changes a medium");    /* bytes behind it */
    fails(J_MEDIA, CD, "\1\5\0", 3, "changes a medium");  /* an identity that is none */
    fails(J_MEDIA, FDA + 1, "\0", 1, "changes a medium"); /* no such drive */
}
END_TEST

START_TEST(a_replay_without_its_media_fails)
{
    uint64_t end, hash;
    struct buf log = recorded(&end, &hash);
    struct machine *wrong = replay(&log, disc(2), image(1, 1474560, true), disc(2));
    rig_run_to(wrong, end);
    ck_assert(machine_failed(wrong) && strstr(machine_failed(wrong), "is not the 'one'"));
    machine_destroy(wrong);
    struct machine *few = replay(&log, disc(1), image(1, 1474560, true), NULL);
    rig_run_to(few, end);
    ck_assert(machine_failed(few) && strstr(machine_failed(few), "--replay-media"));
    machine_destroy(few);
    buf_free(&log);
}
END_TEST

START_TEST(a_malformed_media_entry_changes_nothing)
{
    static const uint8_t entry[] = {1, 0xff, 0xff};
    struct machine *m = machine();
    journal_input(machine_journal(m), J_MEDIA, CD, entry, sizeof entry);
    journal_input(machine_journal(m), J_MEDIA, 99, entry, sizeof entry);
    journal_input(machine_journal(m), J_MEDIA, 0, entry, 1);
    journal_input(machine_journal(m), J_MEDIA, CD, entry, 0);
    ck_assert(!info(m, CD).medium && info(m, 0).medium);
    machine_destroy(m);
}
END_TEST

/* The board's own factors are presets; what -global says wins over them. */
START_TEST(global_properties_reach_the_boards_chips)
{
    struct machine_config cfg = rig_demo_config();
    for (unsigned given = 0; given < 2; given++) {
        if (given) {
            cfg.global[0] = (struct global_config){.cls = "i82077", .name = "speedup", .value = "1"};
            cfg.global[1] = (struct global_config){.cls = "ns16550", .name = "speedup", .value = "2"};
            cfg.global[2] = (struct global_config){.cls = "ns16550", .name = "transmit_speedup", .value = "3"};
            cfg.nglobals = 3;
        }
        struct machine *m = rig_machine(&cfg, rig_demo_disk());
        const struct i82077 *fdc = container_of(machine_find(m, "fdc"), struct i82077, dev);
        const struct ns16550 *uart = container_of(machine_find(m, "serial0"), struct ns16550, dev);
        ck_assert_uint_eq(fdc->speedup, given ? 1 : 1000);
        ck_assert_uint_eq(uart->speedup, given ? 2 : 32);
        ck_assert_uint_eq(uart->transmit_speedup, given ? 3 : 128);
        machine_destroy(m);
    }
}
END_TEST

TCase *media_tests(void)
{
    TCase *t = tcase_create("media");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_disc_goes_in_and_out);
    tcase_add_test(t, global_properties_reach_the_boards_chips);
    tcase_add_test(t, a_tray_that_the_guest_holds_shut_needs_force);
    tcase_add_test(t, hard_disks_and_missing_drives_take_nothing);
    tcase_add_test(t, a_snapshot_is_refused_with_other_media);
    tcase_add_test(t, a_replay_takes_the_media_in_order);
    tcase_add_test(t, a_replay_of_what_no_recording_makes_fails);
    tcase_add_test(t, a_replay_without_its_media_fails);
    tcase_add_test(t, a_malformed_media_entry_changes_nothing);
    return t;
}
