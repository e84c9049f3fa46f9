/* SPDX-License-Identifier: MIT */
/*
 * What is in the drives, and changing it while the machine runs. A change enters through the
 * journal as the identity of what was put in; a replay finds it in the files that the user names
 * again, in the same order, and never opens a name out of a journal.
 */
#include "machine/media.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bits.h"
#include "block/block.h"
#include "devices/disk/i82077.h"
#include "devices/disk/piix3_ide.h"
#include "machine/parts.h"

enum { HEAD_SECTORS = 2048, PART_SECTORS = 64 };
enum action { MEDIUM_REMOVED, MEDIUM_INSERTED, MEDIUM_ASKED };

/* --- Identity --- */

/* FNV-1a over the first megabyte: enough to tell images apart, not meant against adversaries. */
static uint64_t head_digest(struct blk *b)
{
    uint8_t part[PART_SECTORS * 512];
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (uint64_t at = 0; at < MIN(b->sectors, (uint64_t)HEAD_SECTORS); at += PART_SECTORS) {
        uint32_t n = (uint32_t)MIN(b->sectors - at, (uint64_t)PART_SECTORS);
        if (b->ops->read(b, at, n, part))
            return 0;
        for (uint32_t i = 0; i < n * 512; i++)
            h = (h ^ part[i]) * UINT64_C(0x100000001b3);
    }
    return h;
}

static void identify(struct blk *b, bool with_contents, struct medium_identity *id)
{
    memset(id, 0, sizeof *id);
    if (!b)
        return;
    struct blk_stats kept = b->stats; /* this is no access of the guest's */
    id->present = true;
    id->sectors = b->sectors;
    id->readonly = b->readonly;
    if (with_contents)
        id->digest = head_digest(b);
    snprintf(id->name, sizeof id->name, "%s", b->name);
    b->stats = kept;
}

static const struct state_field fields[] = {
    STATE_U(struct medium_identity, present),  STATE_U(struct medium_identity, sectors),
    STATE_U(struct medium_identity, readonly), STATE_U(struct medium_identity, digest),
    STATE_BLOB(struct medium_identity, name),
};
static const struct state_table table = DEV_STATE("medium", fields);

static bool read_identity(struct medium_identity *id, struct reader *in, struct error *err)
{
    memset(id, 0, sizeof *id);
    if (!state_load(&table, id, &timer_state_ops, in, err))
        return false;
    id->name[sizeof id->name - 1] = 0;
    return true;
}

static bool same(const struct medium_identity *a, const struct medium_identity *b)
{
    return a->present == b->present && a->sectors == b->sectors && a->readonly == b->readonly && a->digest == b->digest;
}

static const char *name_of(const struct medium_identity *id)
{
    return id->present ? id->name : "nothing";
}

/* --- The drives --- */

static struct ata_drive *ide_drive(struct machine *m, unsigned drive)
{
    struct dev *d = machine_find(m, "ide");
    return &container_of(d, struct piix3_ide, dev)->channel[drive / 2].drive[drive % 2];
}

static bool is_cd(const struct machine *m, unsigned drive)
{
    return m->cfg.drive[drive].present && m->cfg.drive[drive].kind == DRIVE_CD;
}

void machine_drive_info(struct machine *m, unsigned drive, struct drive_info *info)
{
    *info = (struct drive_info){.fitted = m->cfg.drive[drive].present};
    struct blk *b = m->be.drive[drive];
    info->medium = b != NULL;
    if (b)
        info->stats = b->stats;
    info->stats.reads += m->past[drive].reads;
    info->stats.writes += m->past[drive].writes;
    info->stats.flushes += m->past[drive].flushes;
    info->stats.read_bytes += m->past[drive].read_bytes;
    info->stats.written_bytes += m->past[drive].written_bytes;
    if (is_cd(m, drive)) {
        info->open = ide_drive(m, drive)->cd.open;
        info->locked = ide_drive(m, drive)->cd.locked;
    }
}

bool machine_commit(struct machine *m, unsigned drive, struct blk *to, struct error *err)
{
    struct blk *b = m->be.drive[drive];
    if (m->journal.mode == JOURNAL_REPLAY)
        return error_set(err, "a recording is being replayed: no image is written");
    int bad = b ? blk_overlay_commit(b, to) : -EINVAL;
    if (bad == -EINVAL)
        return error_set(err, "%s keeps nothing in memory", drive_place(drive));
    return !bad || error_set(err, "%s: the image cannot be written: %s", b->name, strerror(-bad));
}

/* The old medium goes; its counts stay with the drive. */
static void let_go(struct machine *m, unsigned drive)
{
    struct drive_info info;
    machine_drive_info(m, drive, &info);
    m->past[drive] = info.stats;
    if (m->be.drive[drive])
        m->be.drive[drive]->ops->close(m->be.drive[drive]);
    m->be.drive[drive] = NULL;
}

static void plug(struct machine *m, unsigned drive, struct blk *b)
{
    let_go(m, drive);
    m->be.drive[drive] = b;
    if (drive >= FIRST_FLOPPY) {
        fdc_set_medium(&m->fdc->dev, drive - FIRST_FLOPPY, drive_port_plug(m, drive));
        return;
    }
    struct ata_drive *d = ide_drive(m, drive);
    d->blk = drive_port_plug(m, drive);
    if (b)
        atapi_insert(d);
    else
        atapi_remove(d);
}

/* --- The journal --- */

/* Replay: the next file that the user named, if it is what was put in then. */
static struct blk *next_named(struct machine *m, const struct medium_identity *want)
{
    struct medium_identity got;
    char text[200];
    if (m->next_medium == m->nmedia) {
        snprintf(text, sizeof text, "'%s' was put into a drive then: name it with --replay-media", want->name);
        machine_fail(m, text);
        return NULL;
    }
    struct blk *b = m->media[m->next_medium];
    struct error err;
    identify(b, true, &got);
    got.readonly = want->readonly; /* the files are only read; what the guest writes is kept in memory */
    if (!same(&got, want)) {
        snprintf(text, sizeof text, "'%s' of --replay-media is not the '%s' that was put into a drive then", got.name,
                 want->name);
        machine_fail(m, text);
        return NULL;
    }
    m->media[m->next_medium++] = NULL;
    if (!want->readonly && !(b = blk_overlay(b, &err)))
        machine_fail(m, err.text);
    return b;
}

static void medium_entry(void *ctx, const struct journal_entry *e)
{
    struct machine *m = ctx;
    struct reader r = {e->data, e->data + e->len, false};
    struct medium_identity id;
    struct error err;
    unsigned drive = e->channel;
    uint8_t action = get8(&r);
    bool good = !r.bad && drive < MAX_DRIVES && machine_can_change(m, drive, &err) && action <= MEDIUM_ASKED &&
                (action != MEDIUM_INSERTED || read_identity(&id, &r, &err)) && r.p == r.end;
    if (!good) {
        machine_fail(m, "the journal changes a medium as no recording does");
        return;
    }
    if (action == MEDIUM_ASKED) {
        if (is_cd(m, drive))
            atapi_eject_request(ide_drive(m, drive));
    } else if (action == MEDIUM_REMOVED) {
        plug(m, drive, NULL);
    } else {
        struct blk *b = m->journal.mode == JOURNAL_REPLAY ? next_named(m, &id) : m->incoming;
        m->incoming = NULL;
        if (b)
            plug(m, drive, b);
    }
}

void machine_media_init(struct machine *m)
{
    journal_set_sink(&m->journal, J_MEDIA, medium_entry, m);
}

static void enter(struct machine *m, unsigned drive, enum action action, struct blk *b)
{
    struct buf entry = {0};
    struct medium_identity id;
    buf_add8(&entry, (uint8_t)action);
    if (b) {
        identify(b, true, &id);
        state_save(&table, &id, &timer_state_ops, &entry);
    }
    m->incoming = b;
    journal_input(&m->journal, J_MEDIA, (uint16_t)drive, entry.data, (uint32_t)entry.len);
    m->incoming = NULL;
    buf_free(&entry);
}

bool machine_can_change(struct machine *m, unsigned drive, struct error *err)
{
    if (drive >= MAX_DRIVES || !m->cfg.drive[drive].present)
        return error_set(err, "there is no drive %s", drive_place(drive));
    if (m->cfg.drive[drive].kind == DRIVE_DISK)
        return error_set(err, "%s is a hard disk: what is in it cannot be changed while the machine runs",
                         drive_place(drive));
    return true;
}

bool machine_set_medium(struct machine *m, unsigned drive, struct blk *medium, bool force, struct error *err)
{
    if (m->journal.mode == JOURNAL_REPLAY)
        return error_set(err, "a replay takes its media where the recording did");
    if (!machine_can_change(m, drive, err))
        return false;
    if (medium && drive >= FIRST_FLOPPY && !floppy_format_of(medium->sectors))
        return error_set(err, "%s: %llu KiB are more than a diskette holds", medium->name,
                         (unsigned long long)medium->sectors / 2);
    if (is_cd(m, drive) && ide_drive(m, drive)->cd.locked && !force) {
        enter(m, drive, MEDIUM_ASKED, NULL);
        return error_set(err,
                         "drive %s is locked by the guest, which has been asked to let go of it; "
                         "try again when its "
                         "tray is open, or use force",
                         drive_place(drive));
    }
    struct blk *old = m->be.drive[drive];
    int e = old && !old->readonly ? old->ops->flush(old) : 0;
    if (e && !force)
        return error_set(err, "%s: what the guest wrote could not be brought to the disk: %s", old->name, strerror(-e));
    enter(m, drive, medium ? MEDIUM_INSERTED : MEDIUM_REMOVED, medium);
    return true;
}

void machine_replay_medium(struct machine *m, struct blk *medium)
{
    if (m->nmedia < ARRAY_LEN(m->media))
        m->media[m->nmedia++] = medium;
    else
        medium->ops->close(medium);
}

const char *machine_failed(const struct machine *m)
{
    return m->failed.text[0] ? m->failed.text : NULL;
}

void machine_media_free(struct machine *m)
{
    for (unsigned i = 0; i < m->nmedia; i++)
        if (m->media[i])
            m->media[i]->ops->close(m->media[i]);
}

void machine_print_media(struct machine *m, struct buf *out)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        struct medium_identity id;
        identify(m->be.drive[i], true, &id);
        if (id.present)
            buf_printf(out, "%s=%llu sectors, %016llx\n", drive_place(i), (unsigned long long)id.sectors,
                       (unsigned long long)id.digest);
    }
}

/* --- Snapshots: what is in the drives is named, its contents are not kept. A guest's own writes
 * change a writable one. --- */

void machine_media_save(struct machine *m, struct buf *out)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        struct medium_identity id;
        identify(m->be.drive[i], m->be.drive[i] && m->be.drive[i]->readonly, &id);
        state_save(&table, &id, &timer_state_ops, out);
    }
}

bool machine_media_check(struct machine *m, struct reader *in, struct error *err)
{
    for (unsigned i = 0; i < MAX_DRIVES; i++) {
        struct medium_identity have, want;
        identify(m->be.drive[i], m->be.drive[i] && m->be.drive[i]->readonly, &have);
        if (!read_identity(&want, in, err))
            return false;
        if (!same(&have, &want))
            return error_set(err,
                             "drive %s held '%s' (%llu sectors) when the machine was saved, and "
                             "now it holds '%s' (%llu)",
                             drive_place(i), name_of(&want), (unsigned long long)want.sectors, name_of(&have),
                             (unsigned long long)have.sectors);
    }
    return true;
}
