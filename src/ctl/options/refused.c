/* SPDX-License-Identifier: MIT */
/* QEMU's options that Vitrine does not have: refused by name with the reason and, where there is
 * one, the way round. */
#include "ctl/options/options.h"

#include <string.h>

#include "base/bits.h"

static const char KVM[] = "the CPU is software: there is no hypervisor to use";
static const char NET[] = "there is no network adapter in this machine";
static const char BLOCK[] = "drives are set up with -drive";
static const char ARCH[] = "it is for other machines than this PC";
static const char SNAP[] = "there are no saved machine states";
static const char XEN[] = "Xen is not supported";
static const char REMOTE[] =
    "the screen is shown in a window (-display sdl), on the terminal (curses) or to VNC viewers (-vnc)";
static const char CHROOT[] = "the machine process is confined without it (seccomp, Landlock)";
static const char TABLES[] = "firmware tables cannot be added";
static const char AUDIO[] = "there is no sound device in this machine";
static const char KEYS[] = "the window's keys are Ctrl-Alt and a letter";
static const char SCSI[] = "there is no SCSI controller; disks are ide-hd, CD drives ide-cd";
static const char VGA[] = "the display adapter is -vga std";
static const char USB[] = "there is one USB controller: say -usb";
static const char DEBUG[] = "there is no gdb server";

static const struct {
    const char *name, *reason;
} refused[] = {
    {"acpitable", TABLES},
    {"add-fd", "files are named by their paths"},
    {"alt-grab", KEYS},
    {"async-teardown", "there is nothing to tear down asynchronously"},
    {"audio-help", "-audiodev takes sdl, wav and none"},
    {"chroot", CHROOT},
    {"compat", "there is one machine type"},
    {"ctrl-grab", KEYS},
    {"dfilter", "nothing filters the log of -d"},
    {"dtb", ARCH},
    {"dump-vmstate", SNAP},
    {"echr", "the escape character is Ctrl-A"},
    {"enable-kvm", KVM},
    {"enable-sync-profile", "there is one thread to profile"},
    {"fsdev", "there is no file sharing"},
    {"fw_cfg", "items cannot be added to fw_cfg"},
    {"g", "the guest sets its own resolution"},
    {"gdb", DEBUG},
    {"icount", "virtual time always follows the instruction count; say --clock virtual"},
    {"incoming", "there is no migration"},
    {"iscsi", BLOCK},
    {"k", "keys are sent by their place on the keyboard: every layout works"},
    {"loadvm", SNAP},
    {"localtime", "say -rtc base=localtime"},
    {"mem-path", "guest memory is anonymous"},
    {"mem-prealloc", "guest memory is anonymous"},
    {"msg", "there is nothing to set about messages"},
    {"mtdblock", ARCH},
    {"netdev", NET},
    {"no-fd-bootchk", "the firmware boots any floppy whose first sector can be read"},
    {"no-user-config", "there are no configuration files"},
    {"numa", "there is one memory node"},
    {"old-param", ARCH},
    {"object", "objects are set up by their own options"},
    {"only-migratable", "there is no migration"},
    {"overcommit", "guest memory is taken as it is touched"},
    {"pflash", "there is no flash memory; name a BIOS image with -bios FILE"},
    {"plugin", "there are no plug-ins"},
    {"portrait", ARCH},
    {"preconfig", "say -S to start stopped"},
    {"prom-env", ARCH},
    {"qmp-pretty", "say -qmp"},
    {"readconfig", "there are no configuration files"},
    {"rotate", ARCH},
    {"s", DEBUG},
    {"sandbox", "the machine process is always confined"},
    {"sdl", "say -display sdl"},
    {"sd", "there is no SD card reader"},
    {"seed", "nothing in the machine is random"},
    {"semihosting", ARCH},
    {"semihosting-config", ARCH},
    {"set", "properties are set where the device is made"},
    {"singlestep", "the interpreter needs no such switch"},
    {"smbios", TABLES},
    {"soundhw", "the PC speaker is always there (-audiodev says where it is heard), and no sound card"},
    {"spice", REMOTE},
    {"startdate", "say -rtc base=DATE"},
    {"tpmdev", "there is no TPM"},
    {"trace", "there are no trace points; -d help lists what can be logged"},
    {"virtfs", "there is no file sharing"},
    {"watchdog", "there is no watchdog"},
    {"watchdog-action", "there is no watchdog"},
    {"win2k-hack", "disk interrupts need no such hack"},
    {"writeconfig", "there are no configuration files"},
    {"xen-attach", XEN},
    {"xen-domid", XEN},
    {"xen-domid-restrict", XEN},
};

const char *refused_reason(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(refused); i++)
        if (!strcmp(refused[i].name, name))
            return refused[i].reason;
    return NULL;
}

const char *refused_name(unsigned i)
{
    return i < ARRAY_LEN(refused) ? refused[i].name : NULL;
}

static const struct {
    const char *prefix, *reason;
} refused_devices[] = {
    {"virtio-", "there are no virtio devices; disks are ide-hd"},
    {"vhost-", "there are no virtio devices; disks are ide-hd"},
    {"e1000", NET},
    {"rtl8139", NET},
    {"ne2k_", NET},
    {"pcnet", NET},
    {"vmxnet", NET},
    {"i8255", NET},
    {"i8280", NET},
    {"tulip", NET},
    {"igb", NET},
    {"usb-net", NET},
    {"scsi-", SCSI},
    {"lsi", SCSI},
    {"mptsas", SCSI},
    {"megasas", SCSI},
    {"pvscsi", SCSI},
    {"am53c974", SCSI},
    {"dc390", SCSI},
    {"esp", SCSI},
    {"usb-bot", SCSI},
    {"usb-uas", SCSI},
    {"nvme", "there is no NVMe controller; disks are ide-hd"},
    {"ahci", "there is no SATA controller; disks are ide-hd"},
    {"ich9-ahci", "there is no SATA controller; disks are ide-hd"},
    {"piix3-ide", "the IDE controller is always there; disks are ide-hd"},
    {"piix4-ide", "the IDE controller is always there; disks are ide-hd"},
    {"isa-ide", "the IDE controller is always there; disks are ide-hd"},
    {"ide-drive", "say ide-hd or ide-cd"},
    {"sdhci", "there is no SD card reader"},
    {"sd-card", "there is no SD card reader"},
    {"cirrus-vga", VGA},
    {"isa-cirrus-vga", VGA},
    {"isa-vga", VGA},
    {"secondary-vga", VGA},
    {"vmware-svga", VGA},
    {"ati-vga", VGA},
    {"bochs-display", VGA},
    {"ramfb", VGA},
    {"qxl", VGA},
    {"AC97", AUDIO},
    {"sb16", AUDIO},
    {"ES1370", AUDIO},
    {"adlib", AUDIO},
    {"cs4231a", AUDIO},
    {"gus", AUDIO},
    {"intel-hda", AUDIO},
    {"ich9-intel-hda", AUDIO},
    {"hda-", AUDIO},
    {"usb-audio", AUDIO},
    {"piix4-usb-uhci", USB},
    {"ich9-usb-", USB},
    {"usb-ehci", USB},
    {"pci-ohci", USB},
    {"nec-usb-xhci", USB},
    {"qemu-xhci", USB},
    {"usb-host", "the machine process reaches no hardware of the host's"},
    {"usb-", "of USB devices there are usb-tablet, usb-mouse and usb-kbd"},
    {"isa-serial", "serial ports are there: say -serial"},
    {"pci-serial", "serial ports are there: say -serial"},
    {"isa-parallel", "printer ports are there: say -parallel"},
    {"isa-debugcon", "say -debugcon"},
    {"isa-fdc", "the diskette controller is always there; drives are floppy"},
    {"pc-dimm", "memory is there from the start: say -m"},
    {"nvdimm", "memory is there from the start: say -m"},
    {"vmcoreinfo", "fw_cfg has no such item"},
    {"vmgenid", "there is no generation ID; -uuid sets the machine's UUID"},
    {"pvpanic", "a guest cannot report its panic"},
    {"ivshmem", "no memory is shared with other machines"},
    {"sga", "say -nographic, or -display curses for the text screen"},
    {"loader", "say -kernel, -option-rom or -bios"},
    {"generic-loader", "say -kernel, -option-rom or -bios"},
    {"pci-bridge", "there is one PCI bus"},
    {"i82801b11-bridge", "there is one PCI bus"},
    {"pxb", "there is one PCI bus"},
    {"pcie-", "there is no PCI Express"},
    {"ioh3420", "there is no PCI Express"},
    {"vfio-", "the machine process reaches no hardware of the host's"},
    {"intel-iommu", "there is no IOMMU"},
    {"amd-iommu", "there is no IOMMU"},
    {"kvmvapic", KVM},
    {"smbus-", "nothing can be added to the SMBus"},
    {"ipmi-", "there is no IPMI"},
    {"isa-ipmi-", "there is no IPMI"},
    {"tpm-", "there is no TPM"},
    {"i6300esb", "there is no watchdog"},
    {"ib700", "there is no watchdog"},
};

const char *refused_device(const char *cls)
{
    for (size_t i = 0; i < ARRAY_LEN(refused_devices); i++)
        if (!strncmp(refused_devices[i].prefix, cls, strlen(refused_devices[i].prefix)))
            return refused_devices[i].reason;
    return NULL;
}
