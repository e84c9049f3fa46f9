#!/bin/sh
# SPDX-License-Identifier: MIT
# Linux's own drivers for what the hand moves: psmouse finds the wheel and five buttons, uhci_hcd and usbhid the tablet and the
# keyboard; what the script does arrives at evdev as it was done.
. "${srcdir:-.}/tests/guest/lib.sh"
need_image linux
deb=$(ls "$images"/packages/debs/linux-image-[0-9]*-686_*.deb 2>/dev/null | tail -n 1)
[ -n "$deb" ] || skip "the kernel's package is not in $images/packages"
for tool in dpkg-deb cpio; do
    command -v $tool >/dev/null || skip "$tool is missing"
done

# A second initrd behind the first, with the modules in the order in which they load.
mkdir -p "$work/all" "$work/root/lib/input"
dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/all" --wildcards './lib/modules/*/kernel/drivers/usb/*' \
    './lib/modules/*/kernel/drivers/hid/*' './lib/modules/*/kernel/drivers/input/*'
find "$work/all" -name '*.ko' >"$work/modules"
add() {
    grep -q "/$1\$" "$work/root/lib/input/order" 2>/dev/null && return
    for needed in $(tr '\0' '\n' <"$(grep "/$1\$" "$work/modules")" | sed -n 's/^depends=//p' | tr , ' '); do
        add "$(sed 's,.*/,,' "$work/modules" | grep "^$(echo "$needed" | sed 's/[-_]/[-_]/g')\\.ko\$")"
    done
    cp "$(grep "/$1\$" "$work/modules")" "$work/root/lib/input/"
    echo "$1" >>"$work/root/lib/input/order"
}
for module in evdev psmouse uhci-hcd usbhid hid-generic; do
    add $module.ko
done
cat >"$work/root/lib/input/watch" <<'IN'
while read -r m; do insmod /lib/input/$m; done </lib/input/order
until grep -q "USB Keyboard" /proc/bus/input/devices && grep -q "USB Tablet" /proc/bus/input/devices; do usleep 100000; done
of() { grep -A 4 "Name=\"$1" /proc/bus/input/devices | sed -n 's/.*\(event[0-9]*\).*/\1/p'; }
for what in ImExPS/2 "Vitrine USB Tablet" "Vitrine USB Keyboard"; do
    grep -q "Name=\"$what" /proc/bus/input/devices && echo "there is: $what"
    cat /dev/input/$(of "$what") >"/tmp/${what##*[ /]}" &
done
sleep 1
echo watching
read -r line
for what in 2 Tablet Keyboard; do
    hexdump -v -e '8/2 "%04x " "\n"' /tmp/$what | awk '$5 < 4 && $5 > 0 { print "'$what'", $5, $6, $8 $7 }'
done
echo all-told
IN
(cd "$work/root" && find . | sort | cpio --quiet -o -H newc -R 0:0 | gzip -1) >"$work/extra"
cat "$images/linux.initrd" "$work/extra" >"$work/initrd"

cat >"$work/script" <<'IN'
wait-serial "vitrine:/ # " within 100s
serial "sh /lib/input/watch\n"
wait-serial "watching" within 30s
mouse_abs 16384 8192
after 100ms mouse_abs 32767 0 -1
after 100ms mouse_button 1
after 100ms mouse_button 0
after 100ms mouse_move 300 -7 2
after 200ms key a
after 300ms serial "\n"
wait-serial "all-told" within 20s
after 100ms quit
IN
run 250 "$work/script" -m 64 -serial stdio -usb -device usb-tablet -device usb-kbd -kernel "$images/linux.vmlinuz" \
    -initrd "$work/initrd" -append "console=ttyS0,115200 quiet cryptomgr.notests" || cat "$work/out"
tr -d '\r' <"$work/out" >"$work/said"
has "$work/said" "there is: ImExPS/2"
has "$work/said" "there is: Vitrine USB Tablet"
has "$work/said" "there is: Vitrine USB Keyboard"
has "$work/said" "Tablet 0003 0000 00004000"
has "$work/said" "Tablet 0003 0001 00002000"
has "$work/said" "Tablet 0003 0000 00007fff"
has "$work/said" "Tablet 0002 0008 ffffffff"
has "$work/said" "Tablet 0001 0110 00000001"
has "$work/said" "Tablet 0001 0110 00000000"
has "$work/said" "2 0002 0001 fffffff9"
has "$work/said" "2 0002 0008 00000002"
has "$work/said" "Keyboard 0001 001e 00000001"
sum=$(sed -n 's/^2 0002 0000 0000//p' "$work/said" | while read -r v; do printf '%d\n' "0x$v"; done | awk '{ n += $1 } END { print n }')
if [ "$sum" = 300 ]; then good; else bad "the mouse moved $sum counts, not 300"; fi
finish 14
