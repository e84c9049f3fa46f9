/* SPDX-License-Identifier: MIT */
/*
 * What is no state in each chip's struct: wires and back ends, properties, what the machine fits, what post_load
 * derives. With the state tables these lists name every member (state_test.c).
 */
#ifndef VITRINE_TESTS_DEV_STATE_LISTS_H
#define VITRINE_TESTS_DEV_STATE_LISTS_H

#include "devices/audio/pcspk.h"
#include "devices/disk/i82077.h"
#include "devices/disk/piix3_ide.h"
#include "devices/dma/dma_pages.h"
#include "devices/dma/i8237.h"
#include "devices/input/i8042.h"
#include "devices/input/ps2_keyboard.h"
#include "devices/input/ps2_mouse.h"
#include "devices/input/vmmouse.h"
#include "devices/intc/i8259.h"
#include "devices/intc/ioapic.h"
#include "devices/intc/irq_lines.h"
#include "devices/intc/lapic.h"
#include "devices/misc/debugcon.h"
#include "devices/misc/fw_cfg.h"
#include "devices/misc/isa_debug_exit.h"
#include "devices/misc/pc_testdev.h"
#include "devices/misc/pci_testdev.h"
#include "devices/misc/port61.h"
#include "devices/northbridge/i440fx.h"
#include "devices/parallel/lpt.h"
#include "devices/rtc/mc146818.h"
#include "devices/serial/ns16550.h"
#include "devices/southbridge/piix3.h"
#include "devices/southbridge/piix4_pm.h"
#include "devices/timer/hpet.h"
#include "devices/timer/i8254.h"
#include "devices/usb/uhci.h"
#include "devices/usb/usb_hid.h"
#include "devices/video/vga.h"

#define PCI_WIRING(NOT, type)                                                                                   \
    NOT(type, pci.pbus), NOT(type, pci.devfn), NOT(type, pci.writable), NOT(type, pci.w1c), NOT(type, pci.bar), \
        NOT(type, pci.config_written), NOT(type, pci.ctx)

#define WIRING_debugcon(NOT)  NOT(debugcon, out), NOT(debugcon, iobase), NOT(debugcon, ports)
#define WIRING_dma_pages(NOT) NOT(dma_pages, ports)
#define WIRING_fw_cfg(NOT) \
    NOT(fw_cfg, item), NOT(fw_cfg, name), NOT(fw_cfg, nfiles), NOT(fw_cfg, ports), NOT(fw_cfg, dma_ports)
#define WIRING_hpet(NOT)                                                                                    \
    NOT(hpet, irq0), NOT(hpet, irq8), NOT(hpet, route), NOT(hpet, timer[0].hpet), NOT(hpet, timer[1].hpet), \
        NOT(hpet, timer[2].hpet), NOT(hpet, map)
#define WIRING_i440fx(NOT)                                                                                           \
    PCI_WIRING(NOT, i440fx), NOT(i440fx, pbus), NOT(i440fx, ram_page), NOT(i440fx, pci.irq_level), NOT(i440fx, pam), \
        NOT(i440fx, smram), NOT(i440fx, address_port), NOT(i440fx, data_port)
#define WIRING_i8042(NOT)                                                                       \
    NOT(i8042, irq), NOT(i8042, a20), NOT(i8042, rc), NOT(i8042, port), NOT(i8042, data_range), \
        NOT(i8042, command_range)
#define WIRING_i82077(NOT)                                                                                             \
    NOT(i82077, dma), NOT(i82077, irq), NOT(i82077, drive[0].type), NOT(i82077, drive[0].fitted),                      \
        NOT(i82077, drive[0].blk), NOT(i82077, drive[0].format), NOT(i82077, drive[1].type),                           \
        NOT(i82077, drive[1].fitted), NOT(i82077, drive[1].blk), NOT(i82077, drive[1].format), NOT(i82077, interface), \
        NOT(i82077, speedup), NOT(i82077, type), NOT(i82077, seek[0].chip), NOT(i82077, seek[0].unit),                 \
        NOT(i82077, seek[1].chip), NOT(i82077, seek[1].unit), NOT(i82077, seek[2].chip), NOT(i82077, seek[2].unit),    \
        NOT(i82077, seek[3].chip), NOT(i82077, seek[3].unit), NOT(i82077, dreq), NOT(i82077, ports),                   \
        NOT(i82077, dir_port)
#define WIRING_i8237(NOT) NOT(i8237, base), NOT(i8237, wide), NOT(i8237, pages), NOT(i8237, ready), NOT(i8237, ports)
#define WIRING_i8254(NOT) NOT(i8254, out), NOT(i8254, ports)
#define WIRING_i8259(NOT)                                                                                \
    NOT(i8259, base), NOT(i8259, elcr_port), NOT(i8259, elcr_mask), NOT(i8259, intr), NOT(i8259, slave), \
        NOT(i8259, ports), NOT(i8259, elcr_range)
#define WIRING_ioapic(NOT)    NOT(ioapic, port), NOT(ioapic, map)
#define WIRING_irq_lines(NOT) NOT(irq_lines, out), NOT(irq_lines, sources)
#define WIRING_isa_debug_exit(NOT)                                                         \
    NOT(isa_debug_exit, exit), NOT(isa_debug_exit, exit_ctx), NOT(isa_debug_exit, iobase), \
        NOT(isa_debug_exit, iosize), NOT(isa_debug_exit, ports)
#define WIRING_lapic(NOT)                                                                                      \
    NOT(lapic, intr), NOT(lapic, nmi), NOT(lapic, smi), NOT(lapic, init), NOT(lapic, extint), NOT(lapic, eoi), \
        NOT(lapic, fitted), NOT(lapic, map), NOT(lapic, base_msr)
#define WIRING_lpt(NOT)      NOT(lpt, iobase), NOT(lpt, irq), NOT(lpt, chr), NOT(lpt, ports)
#define WIRING_mc146818(NOT) NOT(mc146818, start_seconds), NOT(mc146818, irq), NOT(mc146818, ports)
#define WIRING_ns16550(NOT)                                                                                            \
    NOT(ns16550, iobase), NOT(ns16550, irq), NOT(ns16550, chr), NOT(ns16550, speedup), NOT(ns16550, transmit_speedup), \
        NOT(ns16550, ports)
#define WIRING_pc_testdev(NOT)                                                                                 \
    NOT(pc_testdev, irq), NOT(pc_testdev, io_range), NOT(pc_testdev, flush_range), NOT(pc_testdev, io8_range), \
        NOT(pc_testdev, irq_range), NOT(pc_testdev, map)
#define WIRING_pci_testdev(NOT)                                                                              \
    PCI_WIRING(NOT, pci_testdev), NOT(pci_testdev, pbus), NOT(pci_testdev, devfn), NOT(pci_testdev, membar), \
        NOT(pci_testdev, region[0].io), NOT(pci_testdev, region[1].io)
#define WIRING_pcspk(NOT) NOT(pcspk, audio)
#define WIRING_piix3(NOT)                                                                                             \
    PCI_WIRING(NOT, piix3), NOT(piix3, pbus), NOT(piix3, devfn), NOT(piix3, irq), NOT(piix3, a20), NOT(piix3, reset), \
        NOT(piix3, ignne), NOT(piix3, pci.irq_level), NOT(piix3, driven), NOT(piix3, port92_range),                   \
        NOT(piix3, rcr_range), NOT(piix3, apm_range), NOT(piix3, coprocessor_range)
/* What the firmware is told of a disk when the machine is made. */
#define FIRMWARE_GEOMETRY(NOT, c, d)                                                                        \
    NOT(piix3_ide, channel[c].drive[d].geometry.trans), NOT(piix3_ide, channel[c].drive[d].geometry.lcyls), \
        NOT(piix3_ide, channel[c].drive[d].geometry.lheads), NOT(piix3_ide, channel[c].drive[d].geometry.lsecs)
#define WIRING_piix3_ide(NOT)                                                                            \
    PCI_WIRING(NOT, piix3_ide), NOT(piix3_ide, channel[0].drive[0].blk),                                 \
        NOT(piix3_ide, channel[0].drive[0].packet_device), NOT(piix3_ide, channel[0].drive[1].blk),      \
        NOT(piix3_ide, channel[0].drive[1].packet_device), NOT(piix3_ide, channel[0].bus),               \
        NOT(piix3_ide, channel[0].name), NOT(piix3_ide, channel[0].irq), NOT(piix3_ide, channel[0].dma), \
        NOT(piix3_ide, channel[1].drive[0].blk), NOT(piix3_ide, channel[1].drive[0].packet_device),      \
        NOT(piix3_ide, channel[1].drive[1].blk), NOT(piix3_ide, channel[1].drive[1].packet_device),      \
        NOT(piix3_ide, channel[1].bus), NOT(piix3_ide, channel[1].name), NOT(piix3_ide, channel[1].irq), \
        NOT(piix3_ide, channel[1].dma), NOT(piix3_ide, bm[0].ide), NOT(piix3_ide, bm[0].channel),        \
        NOT(piix3_ide, bm[0].irq), NOT(piix3_ide, bm[1].ide), NOT(piix3_ide, bm[1].channel),             \
        NOT(piix3_ide, bm[1].irq), NOT(piix3_ide, pbus), NOT(piix3_ide, devfn), NOT(piix3_ide, irq),     \
        NOT(piix3_ide, ports), NOT(piix3_ide, control_port), FIRMWARE_GEOMETRY(NOT, 0, 0),               \
        FIRMWARE_GEOMETRY(NOT, 0, 1), FIRMWARE_GEOMETRY(NOT, 1, 0), FIRMWARE_GEOMETRY(NOT, 1, 1)
#define WIRING_piix4_pm(NOT)                                                                                      \
    PCI_WIRING(NOT, piix4_pm), NOT(piix4_pm, pbus), NOT(piix4_pm, devfn), NOT(piix4_pm, sci), NOT(piix4_pm, smi), \
        NOT(piix4_pm, off), NOT(piix4_pm, irq8), NOT(piix4_pm, pci.irq_level), NOT(piix4_pm, smbus.changed),      \
        NOT(piix4_pm, smbus.ctx), NOT(piix4_pm, pm_range), NOT(piix4_pm, smb_range), NOT(piix4_pm, apm_range)
#define WIRING_port61(NOT)       NOT(port61, pit), NOT(port61, speaker), NOT(port61, ports)
#define WIRING_ps2_keyboard(NOT) NOT(ps2_keyboard, ready), NOT(ps2_keyboard, typematic)
#define WIRING_ps2_mouse(NOT)    NOT(ps2_mouse, ready)
#define WIRING_uhci(NOT) \
    PCI_WIRING(NOT, uhci), NOT(uhci, pbus), NOT(uhci, devfn), NOT(uhci, port[0].plug), NOT(uhci, port[1].plug)
#define WIRING_usb_tablet(NOT) NOT(usb_hid, wake), NOT(usb_hid, fn.ops), NOT(usb_hid, fn.ctx)
#define WIRING_vga(NOT)                                                                                             \
    PCI_WIRING(NOT, vga), NOT(vga, pci_bus), NOT(vga, devfn), NOT(vga, surface), NOT(vga, rom), NOT(vga, rom_size), \
        NOT(vga, vgamem_mb), NOT(vga, vram_page), NOT(vga, vram_pages), NOT(vga, window), NOT(vga, fast),           \
        NOT(vga, ports), NOT(vga, dispi_ports), NOT(vga, listener), NOT(vga, own_store), NOT(vga, display)
#define WIRING_vmmouse(NOT) NOT(vmmouse, mouse), NOT(vmmouse, regs), NOT(vmmouse, range)

/* Class, struct, list. */
/* clang-format off */
#define CHIPS(CLASS) \
    CLASS(debugcon, debugcon, debugcon) \
    CLASS(dma_pages, dma_pages, dma_pages) \
    CLASS(fw_cfg, fw_cfg, fw_cfg) \
    CLASS(hpet, hpet, hpet) \
    CLASS(i440fx, i440fx, i440fx) \
    CLASS(i8042, i8042, i8042) \
    CLASS(i82077, i82077, i82077) \
    CLASS(i8237, i8237, i8237) \
    CLASS(i8254, i8254, i8254) \
    CLASS(i8259, i8259, i8259) \
    CLASS(ioapic, ioapic, ioapic) \
    CLASS(irq_lines, irq_lines, irq_lines) \
    CLASS(isa_debug_exit, isa_debug_exit, isa_debug_exit) \
    CLASS(lapic, lapic, lapic) \
    CLASS(lpt, lpt, lpt) \
    CLASS(mc146818, mc146818, mc146818) \
    CLASS(ns16550, ns16550, ns16550) \
    CLASS(pc_testdev, pc_testdev, pc_testdev) \
    CLASS(pci_testdev, pci_testdev, pci_testdev) \
    CLASS(pcspk, pcspk, pcspk) \
    CLASS(piix3, piix3, piix3) \
    CLASS(piix3_ide, piix3_ide, piix3_ide) \
    CLASS(piix4_pm, piix4_pm, piix4_pm) \
    CLASS(port61, port61, port61) \
    CLASS(ps2_keyboard, ps2_keyboard, ps2_keyboard) \
    CLASS(ps2_mouse, ps2_mouse, ps2_mouse) \
    CLASS(uhci, uhci, uhci) \
    CLASS(usb_tablet, usb_hid, usb_tablet) \
    CLASS(usb_mouse, usb_hid, usb_tablet) \
    CLASS(usb_kbd, usb_hid, usb_tablet) \
    CLASS(vga, vga, vga) \
    CLASS(vmmouse, vmmouse, vmmouse)
/* clang-format on */

#endif
