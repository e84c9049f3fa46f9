# SPDX-License-Identifier: MIT
libvitrine_a_SOURCES += \
	devices/audio/pcspk.c devices/audio/pcspk.h \
	devices/disk/ata.h \
	devices/disk/ata_channel.c \
	devices/disk/ata_command.c \
	devices/disk/ata_identify.c \
	devices/disk/atapi.c devices/disk/atapi.h devices/disk/scsi.h \
	devices/disk/atapi_commands.c \
	devices/disk/atapi_disc.c \
	devices/disk/atapi_mode.c \
	devices/disk/atapi_sector.c \
	devices/disk/geometry.c devices/disk/geometry.h \
	devices/disk/floppy_drive.c devices/disk/floppy_drive.h \
	devices/disk/i82077.c devices/disk/i82077.h devices/disk/i82077_priv.h \
	devices/disk/i82077_control.c devices/disk/i82077_transfer.c \
	devices/disk/piix3_ide.c devices/disk/piix3_ide.h \
	devices/dma/dma_pages.c devices/dma/dma_pages.h \
	devices/dma/i8237.c devices/dma/i8237.h \
	devices/input/i8042.c devices/input/i8042.h devices/input/ps2.h \
	devices/input/ps2_keyboard.c devices/input/ps2_keyboard.h \
	devices/input/ps2_mouse.c devices/input/ps2_mouse.h \
	devices/input/vmmouse.c devices/input/vmmouse.h \
	devices/intc/i8259.c devices/intc/i8259.h \
	devices/intc/ioapic.c devices/intc/ioapic.h \
	devices/intc/irq_lines.c devices/intc/irq_lines.h \
	devices/intc/lapic.c devices/intc/lapic.h \
	devices/misc/debugcon.c devices/misc/debugcon.h \
	devices/misc/fw_cfg.c devices/misc/fw_cfg.h \
	devices/misc/isa_debug_exit.c devices/misc/isa_debug_exit.h \
	devices/misc/pc_testdev.c devices/misc/pc_testdev.h \
	devices/misc/pci_testdev.c devices/misc/pci_testdev.h \
	devices/misc/port61.c devices/misc/port61.h \
	devices/rtc/mc146818.c devices/rtc/mc146818.h \
	devices/parallel/lpt.c devices/parallel/lpt.h \
	devices/serial/ns16550.c devices/serial/ns16550.h \
	devices/timer/hpet.c devices/timer/hpet.h \
	devices/timer/i8254.c devices/timer/i8254.h \
	devices/usb/uhci.c devices/usb/uhci.h devices/usb/uhci_schedule.c \
	devices/usb/usb_function.c devices/usb/usb_function.h \
	devices/usb/usb_hid.c devices/usb/usb_hid.h devices/usb/usb_hid_tables.c
libvitrine_a_SOURCES += \
	devices/northbridge/i440fx.c devices/northbridge/i440fx.h \
	devices/southbridge/piix3.c devices/southbridge/piix3.h \
	devices/southbridge/piix4_pm.c devices/southbridge/piix4_pm.h \
	devices/southbridge/piix4_smbus.c devices/southbridge/piix4_smbus.h
EXTRA_DIST += devices/README
