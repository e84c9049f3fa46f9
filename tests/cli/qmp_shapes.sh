#!/bin/sh
# SPDX-License-Identifier: MIT
# QMP's replies have the members that QEMU's schema gives them; media change; bad arguments get proper errors; events.
. "${srcdir:-.}/tests/cli/lib.sh"

if "$vitrine" -version | grep -q "QMP: no"; then
    echo "skipped: QMP, since this build has no libjansson"
    exit 77
fi
head -c 1048576 /dev/zero >"$work/disk.img"
head -c 2097152 /dev/zero >"$work/one.iso"
head -c 4194304 /dev/zero >"$work/two.iso"
head -c 1474560 /dev/zero >"$work/a.img"

# talk OPTION...: sends standard input, one text at a time, quits, and leaves the answers in $work/out.
talk() {
    { echo '{"execute":"qmp_capabilities"}'; cat -; echo '{"execute":"quit"}'; } >"$work/in"
    timeout 30 "$vitrine" -display none -S -qmp stdio "$@" <"$work/in" >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq 0 ] || bad "status $status: $(cat "$work/err")"
}
has() { if grep -qF -e "$1" "$work/out"; then good; else bad "no '$1' in:" && cat "$work/out"; fi; }
has_not() { if grep -qF -e "$1" "$work/out"; then bad "there is '$1' in:" && cat "$work/out"; else good; fi; }
# shapes: checks the answers against the lines of standard input.
shapes() {
    cat - >"$work/shapes"
    if tests/cli/qmpcheck "$work/shapes" <"$work/out"; then good; else bad "a reply is not as it should be"; fi
}

talk -drive "file=$work/disk.img,format=raw,id=main" -cdrom "$work/one.iso" -fda "" -name box -uuid 550e8400-e29b-41d4-a716-446655440000 <<'IN'
{"execute":"query-status","id":"status"}
{"execute":"query-version","id":"version"}
{"execute":"query-name","id":"name"}
{"execute":"query-uuid","id":"uuid"}
{"execute":"query-kvm","id":"kvm"}
{"execute":"query-target","id":"target"}
{"execute":"query-commands","id":"commands"}
{"execute":"query-events","id":"events"}
{"execute":"query-machines","id":"machines"}
{"execute":"query-current-machine","id":"current"}
{"execute":"query-cpus-fast","id":"cpus"}
{"execute":"query-cpu-definitions","id":"models"}
{"execute":"query-memory-size-summary","id":"memory"}
{"execute":"query-chardev","id":"chardev"}
{"execute":"query-vnc","id":"vnc"}
{"execute":"query-pci","id":"pci"}
{"execute":"query-mice","id":"mice"}
{"execute":"query-block","id":"block"}
{"execute":"query-blockstats","id":"stats"}
{"execute":"query-named-block-nodes","id":"nodes"}
{"execute":"query-command-line-options","id":"options"}
{"execute":"query-command-line-options","arguments":{"option":"drive"},"id":"option"}
{"execute":"query-qmp-schema","id":"schema"}
{"execute":"query-jobs","id":"jobs"}
{"execute":"query-block-jobs","id":"block-jobs"}
{"execute":"query-iothreads","id":"iothreads"}
{"execute":"human-monitor-command","arguments":{"command-line":"info status"},"id":"hmp"}
{"execute":"send-key","arguments":{"keys":[{"type":"qcode","data":"ctrl"},{"type":"number","data":30}],"hold-time":20},"id":"key"}
{"execute":"inject-nmi","id":"nmi"}
{"execute":"system_powerdown","id":"power"}
{"execute":"cont","id":"cont"}
{"execute":"input-send-event","arguments":{"events":[{"type":"key","data":{"down":true,"key":{"type":"qcode","data":"a"}}},{"type":"key","data":{"down":false,"key":{"type":"number","data":30}}}]},"id":"keys"}
{"execute":"input-send-event","arguments":{"device":"video0","events":[{"type":"rel","data":{"axis":"x","value":5}},{"type":"rel","data":{"axis":"y","value":-5}},{"type":"btn","data":{"down":true,"button":"left"}},{"type":"btn","data":{"down":false,"button":"left"}},{"type":"btn","data":{"down":true,"button":"wheel-up"}}]},"id":"rel"}
{"execute":"input-send-event","arguments":{"events":[{"type":"abs","data":{"axis":"x","value":32767}},{"type":"abs","data":{"axis":"y","value":0}}]},"id":"abs"}
{"execute":"input-send-event","arguments":{"events":[]},"id":"none"}
{"execute":"stop","id":"stop"}
IN
shapes <<'IN'
status {running:b singlestep:b status:s}
version {qemu:{major:i minor:i micro:i} package:s}
name {name?:s}
uuid {UUID:s}
kvm {enabled:b present:b}
target {arch:s}
commands [{name:s}]
events [{name:s}]
machines [{name:s alias?:s is-default?:b cpu-max:i hotpluggable-cpus:b numa-mem-supported:b deprecated:b default-cpu-type?:s acpi:b}]
current {wakeup-suspend-support:b}
cpus [{cpu-index:i qom-path:s thread-id:i target:s props?:{core-id:i thread-id:i socket-id:i}}]
models [{name:s typename:s static:b migration-safe:b deprecated:b unavailable-features:[s]}]
memory {base-memory:i}
chardev [{label:s filename:s frontend-open:b}]
vnc {enabled:b}
pci [{bus:i devices:[{bus:i slot:i function:i class_info:{class:i} id:{device:i vendor:i subsystem?:i subsystem-vendor?:i} irq?:i irq_pin:i qdev_id:s regions:[{bar:i type:s address:i size:i prefetch?:b mem_type_64?:b}]}]}]
mice [{name:s index:i current:b absolute:b}]
block [{device:s qdev?:s type:s removable:b locked:b io-status?:s tray_open?:b inserted?:{file:s node-name?:s ro:b drv:s backing_file_depth:i encrypted:b detect_zeroes:s bps:i bps_rd:i bps_wr:i iops:i iops_rd:i iops_wr:i write_threshold:i image:{filename:s format:s dirty-flag?:b actual-size?:i virtual-size:i} cache:{writeback:b direct:b no-flush:b}}}]
stats [{device?:s qdev?:s node-name?:s stats:{rd_bytes:i wr_bytes:i unmap_bytes:i rd_operations:i wr_operations:i flush_operations:i unmap_operations:i rd_total_time_ns:i wr_total_time_ns:i flush_total_time_ns:i unmap_total_time_ns:i wr_highest_offset:i rd_merged:i wr_merged:i unmap_merged:i failed_rd_operations:i failed_wr_operations:i failed_flush_operations:i failed_unmap_operations:i invalid_rd_operations:i invalid_wr_operations:i invalid_flush_operations:i invalid_unmap_operations:i account_invalid:b account_failed:b timed_stats:[any]}}]
nodes [{file:s node-name:s ro:b drv:s backing_file_depth:i encrypted:b detect_zeroes:s bps:i bps_rd:i bps_wr:i iops:i iops_rd:i iops_wr:i write_threshold:i image:{filename:s format:s dirty-flag?:b actual-size?:i virtual-size:i} cache:{writeback:b direct:b no-flush:b}}]
options [{option:s parameters:[any]}]
option [{option:s parameters:[any]}]
schema [{name:s meta-type:s json-type?:s element-type?:s arg-type?:s ret-type?:s members?:[{name:s type:s default?:any}]}]
jobs [any]
block-jobs [any]
iothreads [any]
hmp s
key {}
nmi {}
power {}
cont {}
keys {}
rel {}
abs {}
none {}
stop {}
IN
has '"UUID":"550e8400-e29b-41d4-a716-446655440000"'
has '"device":"main","qdev":"hda"'
has '"device":"ide1-cd0","qdev":"hdc"'
has '"device":"floppy0","qdev":"fda"'
has "\"filename\":\"$work/one.iso\""
has '"virtual-size":2097152'
has '"event":"POWERDOWN"'
has '"event":"RESUME"'
has '{"option":"drive"'
has '{"name":"blockdev-change-medium","meta-type":"command"'
has '"name":"filename","type":"str"}'
has '"name":"force","type":"bool","default":null}'

# Media: changed, taken out, tray by tray; the guest's drive follows.
talk -cdrom "$work/one.iso" -fda "" -device ide-cd,id=second,bus=ide.0,unit=1 <<IN
{"execute":"blockdev-change-medium","arguments":{"device":"ide1-cd0","filename":"$work/two.iso","format":"raw"},"id":"change"}
{"execute":"query-named-block-nodes","id":"two"}
{"execute":"eject","arguments":{"device":"ide1-cd0"},"id":"eject"}
{"execute":"query-block","id":"empty"}
{"execute":"blockdev-change-medium","arguments":{"id":"second","filename":"$work/one.iso","read-only-mode":"read-only"},"id":"by-id"}
{"execute":"blockdev-open-tray","arguments":{"id":"second"},"id":"open"}
{"execute":"blockdev-open-tray","arguments":{"id":"second"},"id":"again"}
{"execute":"blockdev-close-tray","arguments":{"id":"second"},"id":"close"}
{"execute":"blockdev-open-tray","arguments":{"id":"second","force":true},"id":"open2"}
{"execute":"blockdev-add","arguments":{"driver":"raw","node-name":"new","read-only":true,"file":{"driver":"file","filename":"$work/two.iso"}},"id":"add"}
{"execute":"blockdev-insert-medium","arguments":{"id":"second","node-name":"new"},"id":"full"}
{"execute":"blockdev-remove-medium","arguments":{"id":"second"},"id":"remove"}
{"execute":"blockdev-insert-medium","arguments":{"id":"second","node-name":"nothing"},"id":"nonode"}
{"execute":"blockdev-insert-medium","arguments":{"id":"second","node-name":"new"},"id":"insert"}
{"execute":"blockdev-close-tray","arguments":{"id":"second"},"id":"close2"}
{"execute":"blockdev-del","arguments":{"node-name":"new"},"id":"del"}
{"execute":"blockdev-del","arguments":{"node-name":"new"},"id":"del2"}
{"execute":"query-named-block-nodes","id":"after"}
{"execute":"blockdev-change-medium","arguments":{"device":"floppy0","filename":"$work/a.img","format":"raw","read-only-mode":"read-write"},"id":"floppy"}
{"execute":"human-monitor-command","arguments":{"command-line":"info block"},"id":"info"}
{"execute":"blockdev-change-medium","arguments":{"device":"floppy0","filename":"$work/missing"},"id":"missing"}
{"execute":"blockdev-change-medium","arguments":{"device":"floppy0","filename":"$work/a.img","format":"qcow2"},"id":"format"}
{"execute":"blockdev-change-medium","arguments":{"device":"floppy0","filename":"$work/a.img","read-only-mode":"maybe"},"id":"mode"}
{"execute":"blockdev-remove-medium","arguments":{"id":"floppy0"},"id":"shut"}
{"execute":"eject","arguments":{"device":"nothing"},"id":"nodrive"}
{"execute":"eject","id":"which"}
{"execute":"eject","arguments":{"device":"ide1-cd0","id":"second"},"id":"both"}
IN
shapes <<'IN'
change {}
eject {}
by-id {}
open {}
again {}
close {}
open2 {}
add {}
remove {}
insert {}
close2 {}
del {}
floppy {}
info s
IN
has '"event":"DEVICE_TRAY_MOVED","data":{"device":"ide1-cd0","id":"hdc","tray-open":true}'
has '"event":"DEVICE_TRAY_MOVED","data":{"device":"ide0-cd1","id":"second","tray-open":false}'
# A change where the tray is closed opens and closes it: both are told, before the answer.
if [ "$(sed '/"id":"change"/q' "$work/out" | grep -o 'ide1-cd0.*tray-open":[a-z]*' | sed 's/.*://' | tr '\n' ' ')" = "true false " ]; then
    good
else
    bad "the tray's events at a change: $(sed '/"id":"change"/q' "$work/out")"
fi
if grep '"id":"two"' "$work/out" | grep -q "two.iso"; then good; else bad "the medium was not changed"; fi
if grep '"id":"empty"' "$work/out" | grep -q "two.iso"; then bad "an ejected medium is still there"; else good; fi
if grep '"id":"after"' "$work/out" | grep -q "two.iso"; then good; else bad "what was inserted is not there"; fi
if grep '"id":"info"' "$work/out" | grep -q "floppy0: .*a.img"; then good; else bad "the console does not know the floppy"; fi
for text in 'There already is a medium' "Node 'nothing' not found" "node-name='new'" 'there is no such file' \
    "Invalid parameter 'read-only-mode'" 'is not open' '"class":"DeviceNotFound"' "exactly one of 'device' and 'id'"; do
    has "$text"
done
has '"id":"format"'
if grep '"id":"format"' "$work/out" | grep -q '"error".*raw'; then good; else bad "format qcow2 was taken"; fi

# A drive is named by its id or by its -device's, by one of them; the error is that one's own, and the drive stays as it was.
talk -cdrom "$work/one.iso" -nodefaults -device ide-cd,id=second,bus=ide.0,unit=1 <<'IN'
{"execute":"eject","arguments":{"device":"ide1-cd0","id":"second"},"id":"both"}
{"execute":"eject","arguments":{"device":"ide1-cd0","id":"ide1-cd0"},"id":"both the same"}
{"execute":"eject","arguments":{"force":true},"id":"neither"}
{"execute":"blockdev-open-tray","arguments":{"device":"ide1-cd0","id":"second"},"id":"tray, both"}
{"execute":"blockdev-close-tray","arguments":{},"id":"tray, neither"}
{"execute":"blockdev-change-medium","arguments":{"device":"ide1-cd0","id":"second","filename":"x"},"id":"change, both"}
{"execute":"query-block","id":"still there"}
{"execute":"eject","arguments":{"id":"second"},"id":"id alone"}
{"execute":"eject","arguments":{"device":"ide1-cd0"},"id":"device alone"}
IN
for id in both "both the same" neither "tray, both" "tray, neither" "change, both"; do
    has "{\"error\":{\"class\":\"GenericError\",\"desc\":\"Need exactly one of 'device' and 'id'\"},\"id\":\"$id\"}"
done
if grep '"id":"still there"' "$work/out" | grep -q "\"filename\":\"$work/one.iso\""; then good; else bad "the drive is empty after errors: $(cat "$work/out")"; fi
has '{"return":{},"id":"id alone"}'
has '{"return":{},"id":"device alone"}'

# What is wrong gets an error of its own; nothing is carried out by half.
talk -drive "file=$work/disk.img,format=raw" <<'IN'
{"execute":"stop","arguments":{"now":true},"id":"1"}
{"execute":"screendump","id":"2"}
{"execute":"screendump","arguments":{"filename":7},"id":"3"}
{"execute":"pmemsave","arguments":{"val":1.5,"size":1,"filename":"x"},"id":"4"}
{"execute":"query-blockstats","arguments":{"query-nodes":"yes"},"id":"5"}
{"execute":"send-key","arguments":{"keys":{}},"id":"6"}
{"execute":"input-send-event","arguments":{"events":[{"type":"key","data":{"down":true,"key":{"type":"qcode","data":"a"}}},{"type":"warp","data":{}}]},"id":"7"}
{"execute":"input-send-event","arguments":{"events":[7]},"id":"8"}
{"execute":"input-send-event","arguments":{"events":[{"type":"abs","data":{"axis":"x","value":40000}}]},"id":"9"}
{"execute":"input-send-event","arguments":{"events":[{"type":"btn","data":{"down":1,"button":"left"}}]},"id":"10"}
{"execute":"eject","arguments":{"device":"ide0-hd0"},"id":"11"}
{"execute":"device_del","arguments":{"id":"x"},"id":"12"}
{"execute":"migrate","arguments":{"uri":"tcp:x"},"id":"13"}
{"execute":"blockdev-add","arguments":{"driver":"qcow2","node-name":"a","filename":"x"},"id":"14"}
{"execute":"blockdev-add","arguments":{"driver":"raw","node-name":"a"},"id":"15"}
{"execute":"blockdev-add","arguments":{"driver":"raw","node-name":"ide0-hd0","filename":"x"},"id":"16"}
{"execute":"query-command-line-options","arguments":{"option":"nonsense"},"id":"17"}
{"execute":"human-monitor-command","arguments":{},"id":"18"}
{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":"19"}
{"execute":"blockdev-close-tray","arguments":{"id":null},"id":"20"}
IN
n=0
for text in "'now' is unexpected" "'filename' is missing" "for 'filename', expected: string" "for 'val', expected: integer" \
    "for 'query-nodes', expected: boolean" "for 'keys', expected: array" "number 1 is no key" "number 0 is no key" \
    "number 0 is no key" "number 0 is no key" "is not removable" "there until the end" "no migration" "raw and file" \
    "'filename' is missing" "that nothing has" "no -nonsense" "'command-line' is missing" "already complete" \
    "for 'id', expected: string"; do
    n=$((n + 1))
    if grep "\"id\":\"$n\"" "$work/out" | grep -q "\"error\".*$text"; then good; else bad "$n: no '$text' in: $(grep "\"id\":\"$n\"" "$work/out")"; fi
done
finish 58
