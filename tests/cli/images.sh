#!/bin/sh
# SPDX-License-Identifier: MIT
# Wrong images and files: one line that says what to do, status 1, and nothing is changed.
. "${srcdir:-.}/tests/cli/lib.sh"
talk=$PWD/tests/ui/qmptalk
cd "$work" || exit 1
n="-display none"

head -c 1048576 /dev/zero >disk.img
: >empty.img
head -c 100 /dev/zero >small.img
head -c 1000 /dev/zero >odd.img
printf 'QFI\373' | cat - disk.img | head -c 65536 >q.qcow2
mkdir folder
mkfifo fifo
# A partition of 40960 sectors from sector 2048 on, in an image of 2048 sectors.
cp disk.img cut.img
printf '\200\001\001\000\203\001\001\000\000\010\000\000\000\240\000\000' | dd of=cut.img bs=1 seek=446 conv=notrunc 2>/dev/null
printf '\125\252' | dd of=cut.img bs=1 seek=510 conv=notrunc 2>/dev/null
sum=$(cat ./*.img q.qcow2 | cksum)

# shellcheck disable=SC2086
{
    refuses "missing.img: there is no such file" $n missing.img
    refuses "folder: is a directory" $n folder
    refuses "fifo: is neither" $n fifo
    refuses "empty.img: is empty" $n empty.img
    refuses "small.img: has 100 bytes only" $n small.img
    refuses "odd.img: .*truncate -s %512" $n odd.img
    refuses "looks like qcow2" $n q.qcow2
    refuses "hda and hdb" $n -hda disk.img -hdb disk.img
    refuses "place hda is taken" $n disk.img -hda disk.img
    refuses "all 4 IDE places" $n -hda a -hdb b -hdc c -hdd d -drive file=e
    refuses "there is no such file" $n -kernel missing
    refuses "is empty" $n -kernel empty.img
# A bzImage whose header (boot protocol 2.04: SYSSIZE counts 16 bytes each) tells of more than the file has.
header() { # SYSSIZE's low byte in octal
    { head -c 497 /dev/zero; printf '\001\000\000'; printf "\\$1"; head -c 9 /dev/zero; printf '\125\252\000\000HdrS\004\002'
      head -c 9 /dev/zero; printf '\001'; head -c 510 /dev/zero; head -c 1024 /dev/zero; } >kernel.bz
}
header 102
refuses "cut short: its header tells of 2080 bytes and it has 2064" $n -kernel kernel.bz -m 1
header 101
refuses "do not fit" $n -kernel kernel.bz -m 1
    refuses "is a directory" $n -bios folder
    refuses "there is no such file" $n -kernel odd.img -initrd missing
    refuses "at most 131072" $n -option-rom disk.img
    refuses "there is no such file" $n --input-script missing
    refuses "is the image of drive hda" $n -serial file:disk.img disk.img
    refuses "is the image of drive hda" $n -debugcon file:./disk.img disk.img
    refuses "is a directory; name a file" $n -serial file:folder disk.img
    refuses "cannot be written" $n --hash-log folder/x/y disk.img
    refuses "VITRJNL3" $n --replay odd.img disk.img
    refuses "there is a file of that name" $n -qmp unix:odd.img,server,nowait disk.img
    refuses "longer than" $n -qmp "unix:/tmp/$(printf '%0200d' 1),server,nowait" disk.img
}

# Only what is written has to be whole; the rest shares.
for option in "-snapshot odd.img" "-drive file=odd.img,readonly=on" "-drive file=q.qcow2,format=raw"; do
    # shellcheck disable=SC2086
    printf '{"execute":"qmp_capabilities"}{"execute":"quit"}' | timeout 20 "$vitrine" $n -S -qmp stdio $option >out 2>err
    if [ $? -eq 0 ] && [ ! -s err ]; then good; else bad "$option: $(cat err)"; fi
done

# entry STATUS TYPE FIRST COUNT: an image of 2048 sectors with this partition, numbers as octal escapes, first in the table.
entry() {
    cp disk.img "$5"
    printf "\\$1\001\001\000\\$2\001\001\000$3$4" | dd of="$5" bs=1 seek=446 conv=notrunc 2>/dev/null
    printf '\125\252' | dd of="$5" bs=1 seek=510 conv=notrunc 2>/dev/null
}
# A partition from sector 1 on, of 2047 sectors (the whole image), of one more, of 2^32 - 1; GPT's protective entry.
one='\001\000\000\000'
entry 200 203 "$one" '\377\007\000\000' whole.disk
entry 200 203 "$one" '\000\010\000\000' more.disk
entry 200 027 "$one" '\377\377\377\377' dummy.disk
entry 000 356 "$one" '\377\377\377\377' gpt.disk
for image in "whole.disk 0" "more.disk 1" "dummy.disk 1" "cut.img 1" "gpt.disk 0"; do
    for access in "-drive format=raw,file=" "-snapshot -hda " "-drive readonly=on,file=" "-cdrom " "-fda "; do
        want=${image#* }
        case $access in "-cdrom " | "-fda ") want=0 ;; esac # no partitions there
        # shellcheck disable=SC2086
        printf '{"execute":"qmp_capabilities"}{"execute":"quit"}' |
            timeout 20 "$vitrine" $n -S -qmp stdio $access${image% *} >out 2>err
        status=$?
        if [ $status -eq 0 ] && [ "$(grep -c "${image% *}: its partitions need" err)" -eq "$want" ] && [ "$(wc -l <err)" -eq "$want" ]; then
            good
        else
            bad "$access$image: status $status, $(cat err)"
        fi
    done
done

# One machine writes an image; readers share it.
mkfifo hold
: >out2
# shellcheck disable=SC2086
"$vitrine" $n -S -qmp stdio disk.img <hold >out 2>err &
exec 3>hold
while ! grep -q QMP out; do sleep 0.05; done
sleep 0.2
# shellcheck disable=SC2086
{
    refuses "disk.img: is in use" $n disk.img
    refuses "disk.img: is in use" $n -snapshot disk.img
}
printf '{"execute":"qmp_capabilities"}{"execute":"quit"}' >&3
wait $! || bad "the machine that held the lock: $(cat err)"
exec 3>&-
# shellcheck disable=SC2086
{
    "$vitrine" $n -S -qmp stdio -snapshot disk.img <hold >out2 2>err2 &
    exec 3>hold
    while ! grep -q QMP out2; do sleep 0.05; done
    sleep 0.2
    printf '{"execute":"qmp_capabilities"}{"execute":"quit"}' |
        timeout 20 "$vitrine" $n -S -qmp stdio -drive file=disk.img,readonly=on >out 2>err
    if [ $? -eq 0 ]; then good; else bad "two readers: $(cat err)"; fi
    refuses "disk.img: is in use" $n disk.img
}
printf '{"execute":"qmp_capabilities"}{"execute":"quit"}' >&3
wait $!
exec 3>&-

# Files that may not be read or written; root may everything, so another user is tried.
as=
if [ "$(id -u)" -eq 0 ]; then as="setpriv --reuid=65534 --regid=65534 --clear-groups"; fi
chmod 755 "$work"
chmod 444 disk.img
chmod 000 small.img
if $as test -x "$vitrine" 2>/dev/null; then
    real=$vitrine
    printf '#!/bin/sh\nexec %s %s "$@"\n' "$as" "$real" >other
    chmod 755 other
    vitrine=$work/other
    # shellcheck disable=SC2086
    {
        refuses "disk.img: cannot be written to .*readonly=on" $n disk.img
        refuses "small.img: permission denied" $n small.img
        refuses "cannot be written" $n -serial file:/proc/version -snapshot disk.img
    }
    vitrine=$real
else
    leaves_out 3 "permission checks, since no other user can run $vitrine"
fi
chmod 644 disk.img small.img

if [ "$sum" = "$(cat ./*.img q.qcow2 | cksum)" ]; then good; else bad "an image was changed"; fi
# A recording in which the diskette of the start is put in again replays with that very file.
truncate -s 1474560 again.img
cp again.img before.img
"$vitrine" $n --clock virtual -m 16 -fda again.img -boot c -monitor none -serial none -drive file=disk.img,snapshot=on \
    -drive if=floppy,index=1,file=before.img -record again.jnl -qmp "unix:$work/again,server=on,wait=off" 2>err &
machine=$!
tries=0
until [ -S again ] || [ $tries -ge 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
printf '%s\n' '{"execute":"qmp_capabilities"}' '{"execute":"eject","arguments":{"device":"floppy0","force":true}}' \
    '{"execute":"blockdev-change-medium","arguments":{"device":"floppy0","filename":"again.img"}}' '{"execute":"quit"}' |
    timeout 20 "$talk" again >answers
wait $machine
if [ "$(grep -c '"return"' answers)" = 4 ]; then good; else bad "$(cat answers err)"; fi
for kind in "-snapshot" ""; do
    # shellcheck disable=SC2086
    if timeout 60 "$vitrine" $n --clock virtual -m 16 -fda again.img -boot c -monitor none -serial none -drive file=disk.img,snapshot=on \
        -drive if=floppy,index=1,file=before.img $kind --replay again.jnl --replay-media again.img >out 2>err; then
        good
    else
        bad "replay $kind: $(cat err)"
    fi
done

finish 64
