/* SPDX-License-Identifier: MIT */
/* QEMU's options that Vitrine does not have: refused by name with the reason and, where there is
 * one, the way round. */
#include "ctl/options.h"

#include <string.h>

#include "base/bits.h"

static const char KVM[] = "the CPU is software: there is no hypervisor to use";
static const char NET[] = "there is no network adapter in this machine";
static const char CHAR[] = "character devices are set up with -serial, -debugcon and -qmp";
static const char BLOCK[] = "drives are set up with -drive";
static const char ARCH[] = "it is for other machines than this PC";
static const char SNAP[] = "there are no saved machine states";
static const char XEN[] = "Xen is not supported";
static const char REMOTE[] =
    "the screen is shown in a window (-display sdl) or not at all (-display none)";
static const char USB[] = "there is no USB controller in this machine";
static const char RUNAS[] = "the machine process is confined without it (seccomp, Landlock)";
static const char TABLES[] = "firmware tables cannot be added";
static const char AUDIO[] = "there is no sound device in this machine";
static const char KEYS[] = "the window's keys are Ctrl-Alt and a letter";
static const char DEBUG[] = "there is no gdb server";

static const struct {
    const char *name, *reason;
} refused[] = {
    {"D", "messages go to standard error; keep them with 2>FILE"},
    {"L", "firmware is built in; name another with -bios FILE"},
    {"acpitable", TABLES},
    {"action", "say -no-reboot or -no-shutdown"},
    {"add-fd", "files are named by their paths"},
    {"alt-grab", KEYS},
    {"async-teardown", "there is nothing to tear down asynchronously"},
    {"audio", AUDIO},
    {"audio-help", AUDIO},
    {"audiodev", AUDIO},
    {"blockdev", BLOCK},
    {"chardev", CHAR},
    {"chroot", RUNAS},
    {"compat", "there is one machine type"},
    {"ctrl-grab", KEYS},
    {"curses", REMOTE},
    {"daemonize", "start it in the background with the shell's &"},
    {"dfilter", "there are no translation logs; -d guest_errors is what there is"},
    {"dtb", ARCH},
    {"dump-vmstate", SNAP},
    {"echr", "the escape character is Ctrl-A"},
    {"enable-kvm", KVM},
    {"enable-sync-profile", "there is one thread to profile"},
    {"fsdev", "there is no file sharing"},
    {"fw_cfg", "there is no fw_cfg device"},
    {"g", "the guest sets its own resolution"},
    {"gdb", DEBUG},
    {"global", "properties are set with -device NAME,property=value"},
    {"icount", "virtual time always follows the instruction count; say --clock virtual"},
    {"incoming", "there is no migration"},
    {"iscsi", BLOCK},
    {"k", "keys are sent by their place on the keyboard: every layout works"},
    {"loadvm", SNAP},
    {"localtime", "say -rtc base=localtime"},
    {"mem-path", "guest memory is anonymous"},
    {"mem-prealloc", "guest memory is anonymous"},
    {"mon", CHAR},
    {"msg", "there is nothing to set about messages"},
    {"mtdblock", ARCH},
    {"netdev", NET},
    {"no-acpi", "there is no ACPI to switch off"},
    {"no-fd-bootchk", "there is no floppy drive"},
    {"no-hpet", "there is no HPET to switch off"},
    {"no-user-config", "there are no configuration files"},
    {"numa", "there is one memory node"},
    {"old-param", ARCH},
    {"object", "objects are set up by their own options"},
    {"only-migratable", "there is no migration"},
    {"overcommit", "guest memory is taken as it is touched"},
    {"parallel", "there is no parallel port"},
    {"pflash", "there is no flash memory; name a BIOS image with -bios FILE"},
    {"pidfile", "the shell knows the process number as $!"},
    {"plugin", "there are no plug-ins"},
    {"portrait", ARCH},
    {"preconfig", "say -S to start stopped"},
    {"prom-env", ARCH},
    {"qmp-pretty", "say -qmp"},
    {"readconfig", "there are no configuration files"},
    {"rotate", ARCH},
    {"runas", RUNAS},
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
    {"trace", "there are no trace points; -d guest_errors is what there is"},
    {"usb", USB},
    {"usbdevice", USB},
    {"uuid", "there are no SMBIOS tables to show it in"},
    {"virtfs", "there is no file sharing"},
    {"vnc", REMOTE},
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
