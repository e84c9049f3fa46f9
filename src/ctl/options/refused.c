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
    {"soundhw", AUDIO},
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
    {"e1000", NET},
    {"rtl8139", NET},
    {"ne2k_", NET},
    {"pcnet", NET},
    {"vmxnet", NET},
    {"scsi-", "there is no SCSI controller; disks are ide-hd, CD drives ide-cd"},
    {"lsi", "there is no SCSI controller; disks are ide-hd, CD drives ide-cd"},
    {"nvme", "there is no NVMe controller; disks are ide-hd"},
    {"ahci", "there is no SATA controller; disks are ide-hd"},
    {"cirrus-vga", "the display adapter is -vga std"},
    {"qxl", "the display adapter is -vga std"},
    {"AC97", AUDIO},
    {"sb16", AUDIO},
    {"ES1370", AUDIO},
    {"intel-hda", AUDIO},
    {"vfio-", "the machine process reaches no hardware of the host's"},
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
