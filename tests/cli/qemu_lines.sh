#!/bin/sh
# SPDX-License-Identifier: MIT
# Command lines as QEMU's manual, tutorials and scripts have them: each starts a machine, or is refused in one line that says why.
. "${srcdir:-.}/tests/cli/lib.sh"

cd "$work" || exit 1
head -c 1048576 /dev/zero >disk.img
cp disk.img data.img
head -c 2097152 /dev/zero >cd.iso
head -c 1474560 /dev/zero >fd.img
head -c 65536 /dev/zero | tr '\0' '\364' >bios.bin
echo quit >at-once
mkdir folder

# starts OPTION...: a machine is made and ends by the script; on standard error there are notes at most.
starts() {
    timeout 20 "$vitrine" -display none "$@" --input-script at-once >out 2>err </dev/null
    status=$?
    if [ $status -eq 0 ] && ! grep -v "^vitrine: note: " err >lines; then good; else bad "status $status: vitrine $*: $(cat err)"; fi
}

# Disks and booting.
starts disk.img
starts -hda disk.img -cdrom cd.iso -boot d
starts -m 512 -hda disk.img -hdb data.img -boot order=dc,menu=on
starts -cdrom cd.iso -boot once=d,order=c
starts -drive file=disk.img,format=raw
starts -drive file=disk.img,format=raw,index=0,media=disk -drive file=cd.iso,index=2,media=cdrom
starts -drive file=disk.img,if=ide,format=raw,cache=none,aio=native,discard=unmap
starts -drive file=cd.iso,media=cdrom,readonly=on
starts -drive file=fd.img,if=floppy,format=raw,index=0
starts -fda fd.img -boot a
starts -snapshot -hda disk.img
starts -drive file=disk.img,format=raw,snapshot=on
starts -hda file:disk.img
starts -drive id=d0,if=none,format=raw,file=disk.img -device ide-hd,drive=d0,bus=ide.0
starts -blockdev driver=file,node-name=f0,filename=disk.img -blockdev driver=raw,node-name=d0,file=f0 -device ide-hd,drive=d0
starts -blockdev driver=raw,node-name=c0,read-only=on,file.driver=file,file.filename=cd.iso -device ide-cd,drive=c0,bus=ide.1,bootindex=1
starts -bios bios.bin
starts -L folder -bios "$work/bios.bin"
refuses "virtio.*say if=ide" -drive file=disk.img,if=virtio
refuses "virtio.*ide-hd" -device virtio-blk-pci,drive=d0 -drive file=disk.img,if=none,id=d0
refuses "SATA.*ide-hd" -device ahci,id=ahci -drive file=disk.img,if=none,id=d0 -device ide-hd,drive=d0,bus=ahci.0
refuses "SCSI" -device lsi53c895a
refuses "NVMe" -device nvme,drive=d0,serial=1
refuses "usb-tablet, usb-mouse and usb-kbd" -device usb-storage,drive=d0
refuses "qemu-img convert" -drive file=disk.img,format=qcow2
refuses "no flash memory" -pflash bios.bin
refuses "if=pflash" -drive if=pflash,format=raw,readonly=on,file=bios.bin
refuses "a folder cannot be shown" -hda fat:rw:folder
refuses "SD card" -sd disk.img

# Kind of machine.
starts -machine pc
starts -machine type=pc,accel=tcg
starts -M pc-i440fx-7.2
starts -machine pc,accel=kvm:tcg
starts -accel kvm -accel tcg
starts -machine pc,usb=on,hpet=off,acpi=off,vmport=off,smm=off
starts -cpu host
starts -cpu max,vendor=GenuineIntel
starts -cpu qemu32
starts -cpu pentium3,-sse
starts -smp 1 -m 1G
starts -smp cpus=1,cores=1,threads=1,sockets=1
starts -m size=256M
starts -rtc base=localtime,clock=host,driftfix=slew
starts -rtc base=2006-06-17T16:01:21
starts -no-acpi -no-hpet -no-reboot -no-shutdown
starts -uuid 550e8400-e29b-41d4-a716-446655440000 -name "a guest,debug-threads=on"
starts -nodefaults -vga none
starts -global VGA.vgamem_mb=32
starts -global isa-debug-exit.iobase=0x501 -device isa-debug-exit,iosize=4,bus=isa.0
refuses "hypervisor" -enable-kvm disk.img
refuses "hypervisor" -machine pc,accel=kvm
refuses "one processor" -smp 2
refuses "one processor" -smp cores=2,threads=1
refuses "64-bit" -cpu qemu64
refuses "64-bit" -cpu Skylake-Client-v3,+vmx
refuses "qemu32, pentium3 and pentium4" -cpu coreduo
refuses "an i440FX" -machine q35
refuses "while it runs" -m 128M,slots=2,maxmem=1G
refuses "watchdog" -watchdog i6300esb
refuses "watchdog" -device ib700
refuses "TPM" -tpmdev passthrough,id=t
refuses "--clock virtual" -icount shift=7
refuses "base=localtime" -localtime
refuses "panic" -device pvpanic
refuses "PCI Express" -device pcie-root-port

# Network and sound.
starts -nic none
starts -net none
starts -audiodev none,id=a -machine pcspk-audiodev=a
starts -audiodev wav,id=a,path=out.wav -machine pcspk-audiodev=a
refuses "network" -nic user,model=e1000
refuses "network" -net nic -net user
refuses "network" -netdev user,id=n0,hostfwd=tcp::2222-:22 -device e1000,netdev=n0
refuses "network" -device rtl8139
refuses "virtio" -device virtio-net-pci,netdev=n0
refuses "PC speaker is always there" -soundhw pcspk
refuses "sound" -device sb16
refuses "sound" -device intel-hda -device hda-duplex
refuses "sdl, wav and none" -audiodev pa,id=a

# USB, keyboard, pointer.
starts -usb -device usb-tablet
starts -usb -device usb-tablet,bus=usb-bus.0
starts -device piix3-usb-uhci,id=uhci -device usb-kbd,bus=uhci.0 -device usb-mouse,bus=usb-bus.0,id=m1
starts -usbdevice tablet
refuses "say -usb too" -display none -device usb-kbd
refuses "there is usb-bus.0" -usb -device usb-tablet,bus=ehci.0
refuses "one USB controller" -device usb-ehci,id=ehci
refuses "one USB controller" -device qemu-xhci
refuses "nothing\|no hardware of the host" -usb -device usb-host,hostbus=1,hostaddr=2
refuses "every layout works" -k de

# Screen.
starts -vga std
starts -device VGA,vgamem_mb=64
starts -vnc none
starts -full-screen
refuses "no such adapter" -vga cirrus
refuses "no such adapter" -vga virtio
refuses "-vga std" -device qxl-vga
refuses "-vga std" -device vmware-svga
refuses "VNC viewers" -spice port=5900,disable-ticketing=on
refuses "say -display sdl" -sdl
refuses "sets its own resolution" -g 800x600x16

# Serial lines, monitors, logs.
starts -serial mon:stdio
starts -serial stdio -monitor none
starts -nographic
starts -serial file:serial.log -parallel none -monitor null
starts -serial tcp:127.0.0.1:0,server,nowait
starts -serial telnet:127.0.0.1:0,server=on,wait=off
starts -serial unix:serial.sock,server=on,wait=off
starts -chardev stdio,id=c0,mux=on,logfile=c0.log,signal=off -serial chardev:c0 -mon chardev=c0
starts -monitor unix:monitor.sock,server,nowait -qmp unix:qmp.sock,server,nowait
starts -chardev socket,id=m0,path=m0.sock,server=on,wait=off -mon chardev=m0,mode=control,pretty=on
starts -debugcon file:debug.log -global isa-debugcon.iobase=0x402
starts -d int,cpu_reset,guest_errors -D qemu.log
starts -pidfile pid
refuses "there are null" -serial udp::4555@:4556
refuses "gdb" -gdb tcp::1234 -S
refuses "gdb" -s -S
refuses "say -qmp" -qmp-pretty stdio
refuses "say -serial" -device isa-serial,chardev=c -chardev null,id=c
refuses "Ctrl-A" -echr 0x14
refuses "no trace points" -trace events=x

# Around the machine.
starts -action reboot=shutdown,shutdown=pause,panic=none
refuses "always confined" -sandbox on
refuses "migration" -incoming tcp:0:4444
refuses "saved machine states" -loadvm snap
refuses "file sharing" -virtfs local,path=folder,mount_tag=t,security_model=none
refuses "their own options" -object rng-random,id=r,filename=/dev/urandom
refuses "configuration files" -readconfig x.cfg
refuses "firmware tables" -smbios type=1,manufacturer=x
refuses "fw_cfg" -fw_cfg name=opt/x,string=y
refuses "memory node" -numa node,mem=64
refuses "-kernel" -append console=ttyS0
refuses "no option -hdachs" -hdachs 16,63,100
finish 131
