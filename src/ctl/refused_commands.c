/* SPDX-License-Identifier: MIT */
/* The commands of QEMU 7.2 (of any of its PC builds, and those of other machines) that are not here. A reason stands
 * once, with the names of the console, of its info and of QMP that it is the answer to. */
#include "ctl/refused_commands.h"

#include <stdbool.h>
#include <string.h>

#include "base/bits.h"

static const struct {
    const char *reason;
    const char *hmp, *info, *qmp; /* words; NULL: none */
} refused[] = {
    {"there is no migration",
     "migrate migrate_cancel migrate_continue migrate_incoming migrate_pause migrate_recover "
     "migrate_set_capability migrate_set_parameter migrate_start_postcopy client_migrate_info "
     "x_colo_lost_heartbeat migration_mode calc_dirty_rate set_vcpu_dirty_limit "
     "cancel_vcpu_dirty_limit",
     "migrate migrate_capabilities migrate_parameters dirty_rate vcpu_dirty_limit rdma cmma",
     "migrate migrate-continue migrate-incoming migrate-pause migrate-recover "
     "migrate-set-capabilities migrate-set-parameters migrate-start-postcopy migrate_cancel "
     "client_migrate_info query-migrate query-migrate-capabilities query-migrate-parameters "
     "query-colo-status x-colo-lost-heartbeat query-dirty-rate calc-dirty-rate "
     "set-vcpu-dirty-limit cancel-vcpu-dirty-limit query-vcpu-dirty-limit x-query-rdma"},
    {"there are no saved machine states", "savevm loadvm delvm", "snapshots",
     "snapshot-save snapshot-load snapshot-delete"},
    {"there is no network adapter in this machine",
     "announce_self netdev_add netdev_del hostfwd_add hostfwd_remove set_link", "network usernet",
     "announce-self netdev_add netdev_del set_link query-rx-filter"},
    {"images are raw: there are no internal snapshots and no backing files; there is -snapshot, and commit",
     "snapshot_blkdev snapshot_blkdev_internal snapshot_delete_blkdev_internal", NULL,
     "blockdev-snapshot blockdev-snapshot-sync blockdev-snapshot-internal-sync "
     "blockdev-snapshot-delete-internal-sync change-backing-file transaction"},
    {"there are no block jobs; commit writes what -snapshot kept",
     "block_stream block_job_set_speed block_job_cancel block_job_complete block_job_pause "
     "block_job_resume drive_mirror drive_backup",
     "block-jobs",
     "block-stream block-commit block-job-set-speed block-job-cancel block-job-complete "
     "block-job-pause block-job-resume block-job-dismiss block-job-finalize job-cancel "
     "job-complete job-dismiss job-finalize job-pause job-resume blockdev-backup blockdev-mirror "
     "drive-backup drive-mirror"},
    {"images are raw: nothing keeps dirty bitmaps", NULL, NULL,
     "block-dirty-bitmap-add block-dirty-bitmap-clear block-dirty-bitmap-disable "
     "block-dirty-bitmap-enable block-dirty-bitmap-merge block-dirty-bitmap-remove "
     "x-debug-block-dirty-bitmap-sha256"},
    {"images are made before the start, with truncate or qemu-img", NULL, NULL, "blockdev-create x-blockdev-amend"},
    {"a node stays as it was made: blockdev-del and blockdev-add make another", NULL, NULL,
     "blockdev-reopen x-blockdev-change x-blockdev-set-iothread x-debug-query-block-graph"},
    {"an image keeps its size while it runs", "block_resize", NULL, "block_resize"},
    {"a request's time is virtual: nothing slows or measures it", "block_set_io_throttle", NULL,
     "block_set_io_throttle block-latency-histogram-set block-set-write-threshold"},
    {"drives are there from the start; change puts an image into one", "drive_add", NULL, NULL},
    {"drives are there until the end; eject empties one", "drive_del", NULL, NULL},
    {"no image is given to others: there is no NBD server",
     "nbd_server_start nbd_server_add nbd_server_remove nbd_server_stop", NULL,
     "nbd-server-start nbd-server-add nbd-server-remove nbd-server-stop block-export-add "
     "block-export-del query-block-exports"},
    {"images are read and written by the guest alone", "qemu-io", NULL, NULL},
    {"devices are there from the start: say -device", "device_add", NULL, "device_add"},
    {"devices are there until the end", "device_del", NULL, "device_del"},
    {"objects are set up by their own options", "object_add object_del", NULL, "object-add object-del"},
    {"there is no object model to look into; info qtree has the devices and their properties",
     "qom-list qom-get qom-set", "qom-tree", "qom-list qom-get qom-set qom-list-properties qom-list-types"},
    {"-device NAME,help lists a device's properties, and -device help the devices", NULL, "qdm",
     "device-list-properties"},
    {"character devices are there from the start until the end: say -chardev",
     "chardev-add chardev-change chardev-remove", NULL, "chardev-add chardev-change chardev-remove"},
    {"a break is sent from the terminal itself: Ctrl-A b, or telnet's", "chardev-send-break", NULL,
     "chardev-send-break"},
    {"-chardev help lists the back ends", NULL, NULL, "query-chardev-backends"},
    {"there is no ring buffer among the character devices", "ringbuf_read ringbuf_write", NULL,
     "ringbuf-read ringbuf-write"},
    {"files are named by their paths; descriptors are not taken", "getfd closefd", NULL,
     "getfd closefd add-fd remove-fd query-fdsets add_client"},
    {"there are no trace points; log lists what can be logged", "trace-event trace-file", "trace-events",
     "trace-event-get-state trace-event-set-state"},
    {"the log goes where -D said from the start on, or to standard error", "logfile", NULL, NULL},
    {"the interpreter needs no such switch", "singlestep", NULL, NULL},
    {"--record and --replay go from the start to the end of a run", "replay_break replay_delete_break replay_seek",
     "replay", "replay-break replay-delete-break replay-seek query-replay"},
    {"there is no gdb server", "gdbserver", NULL, NULL},
    {"there is one CPU", "cpu", "hotpluggable-cpus", "query-hotpluggable-cpus"},
    {"there is one memory node", NULL, "numa", "set-numa-node x-query-numa"},
    {"memory stays as -m says", "balloon", "balloon memdev memory-devices", "balloon query-balloon query-memdev"},
    {"it is what -m says, and QMP has query-memory-size-summary", NULL, "memory_size_summary", NULL},
    {"machine checks cannot be injected", "mce", NULL, NULL},
    {"there is no PCI Express", "pcie_aer_inject_error", NULL, NULL},
    {"the machine process gives no addresses of the host's away", "gpa2hva gpa2hpa", NULL, NULL},
    {"info tlb and info mem have what the page tables map", "gva2gpa", NULL, NULL},
    {"say pmemsave 0 SIZE FILE", "dump-guest-memory", "dump",
     "dump-guest-memory query-dump query-dump-guest-memory-capability"},
    {"this machine has no device tree", "dumpdtb", NULL, "dumpdtb"},
    {"it is for other machines than this PC", "dump-skeys", "skeys via", "dump-skeys query-gic-capabilities"},
    {"the machine has no sleeping state to be woken from", "system_wakeup", NULL, "system_wakeup"},
    {"there is no -preconfig: the machine is made at the start", "exit_preconfig", NULL, "x-exit-preconfig"},
    {"-action says it at the start", NULL, NULL, "set-action"},
    {"there is no watchdog", "watchdog_action", NULL, "watchdog-set-action"},
    {"no tick of the clock is ever lost, so that none has to be made up for", NULL, NULL, "rtc-reset-reinjection"},
    {"sound is recorded from the start: say -audiodev wav,path=FILE", "wavcapture stopcapture", "capture", NULL},
    {"a move goes to the device that the guest listens to; info mice shows it", "mouse_set", NULL, NULL},
    {"a password of VNC's stays until another is set", "expire_password", NULL, "expire_password"},
    {"a display is set up by -display and -vnc at the start", NULL, NULL,
     "display-reload display-update query-display-options"},
    {"query-vnc has the one server", NULL, NULL, "query-vnc-servers"},
    {"there is no SPICE server", NULL, "spice", "query-spice"},
    {"there is no TPM", NULL, "tpm", "query-tpm query-tpm-models query-tpm-types"},
    {"the CPU is software: it has no enclaves and no encrypted memory", NULL, "sev sgx",
     "query-sev query-sev-attestation-report query-sev-capabilities query-sev-launch-measure "
     "sev-inject-launch-secret query-sgx query-sgx-capabilities"},
    {"-cpu help lists models and features", NULL, NULL,
     "query-cpu-model-expansion query-cpu-model-comparison query-cpu-model-baseline"},
    {"there are no virtio devices", NULL,
     "virtio virtio-queue-element virtio-queue-status virtio-status virtio-vhost-queue-status",
     "x-query-virtio x-query-virtio-queue-element x-query-virtio-queue-status "
     "x-query-virtio-status x-query-virtio-vhost-queue-status"},
    {"there is no such switch in this machine", NULL, "rocker rocker-of-dpa-flows rocker-of-dpa-groups rocker-ports",
     "query-rocker query-rocker-of-dpa-flows query-rocker-of-dpa-groups query-rocker-ports"},
    {"there is no translator to tell of", NULL, "jit opcount profile", "x-query-jit x-query-opcount x-query-profile"},
    {"nothing is profiled", "sync-profile", "sync-profile stats", "query-stats query-stats-schemas"},
    {"there are no I/O threads", NULL, "iothreads", NULL},
    {"info mtree has the memory map", NULL, "ramblock", "x-query-ramblock"},
    {"human-monitor-command has info irq, info roms and info usb", NULL, NULL, "x-query-irq x-query-roms x-query-usb"},
    {"the machine process reaches no USB device of the host's", NULL, "usbhost", NULL},
    {"the up and down keys go through the lines before, and Ctrl-R searches them", NULL, "history", NULL},
    {"there is no generation ID; -uuid sets the machine's UUID", NULL, "vm-generation-id", "query-vm-generation-id"},
    {"no memory can be added, and ACPI tells of none", NULL, NULL, "query-acpi-ospm-status"},
    {"there is no helper for persistent reservations", NULL, NULL, "query-pr-managers"},
    {"nothing here waits for another host", NULL, NULL, "yank query-yank"},
    {"Xen is not supported", NULL, NULL,
     "xen-colo-do-checkpoint xen-load-devices-state xen-save-devices-state "
     "xen-set-global-dirty-log xen-set-replication query-xen-replication-status"},
};

static const char *names_of(enum refused_kind kind, size_t row)
{
    const char *s = kind == REFUSED_HMP    ? refused[row].hmp
                    : kind == REFUSED_INFO ? refused[row].info
                                           : refused[row].qmp;
    return s ? s : "";
}

/* The next of a list of words; its length, 0: there is none. */
static size_t next_word(const char **list, const char **word)
{
    *word = *list + strspn(*list, " ");
    size_t n = strcspn(*word, " ");
    *list = *word + n;
    return n;
}

const char *refused_command(enum refused_kind kind, const char *name, size_t len)
{
    const char *word;
    size_t n;
    for (size_t row = 0; row < ARRAY_LEN(refused); row++)
        for (const char *list = names_of(kind, row); (n = next_word(&list, &word)) != 0;)
            if (n == len && !memcmp(word, name, n))
                return refused[row].reason;
    return NULL;
}

bool refused_command_at(enum refused_kind kind, unsigned i, const char **name, size_t *len)
{
    for (size_t row = 0; row < ARRAY_LEN(refused); row++)
        for (const char *list = names_of(kind, row); (*len = next_word(&list, name)) != 0;)
            if (i-- == 0)
                return true;
    return false;
}
